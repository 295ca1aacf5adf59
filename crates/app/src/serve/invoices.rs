//! Tax invoices against confirmed statements.

use super::desk::Desk;
use super::disputes::{AttachmentView, names};
use super::shown::instant;
use super::signed::Signed;
use super::statements::find_own;
use super::web::{Answer, Asked, IfMatch, OnceKey, Page, Paging, Sent, bug};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::same_hand;
use qudao_settle::attachment;
use qudao_settle::confirm::{self, Subject};
use qudao_settle::invoice::{self, Bring, Cover, Invoice};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, bring)).routes(routes!(one)).routes(routes!(decide))
}

/// What invoices have to add up to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverView {
    /// Fen.
    billed: i64,
    /// Fen of invoices that count.
    covered: i64,
    /// Fen still to be invoiced.
    missing: i64,
}

impl CoverView {
    pub(crate) fn of(cover: Cover) -> Self {
        Self { billed: cover.billed.0, covered: cover.covered.0, missing: cover.missing().0 }
    }
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvoiceView {
    number: String,
    version: u32,
    /// submitted, accepted, refused.
    state: String,
    statement: String,
    period: String,
    partner: String,
    /// Fen.
    amount: i64,
    issued_on: String,
    attachment: String,
    brought_by: String,
    brought_at: String,
    #[schema(required)]
    reason: Option<String>,
}

impl InvoiceView {
    pub(crate) fn of(held: Invoice) -> Self {
        Self {
            number: held.number,
            version: held.version,
            state: held.state.name().to_owned(),
            statement: held.statement,
            period: held.period.to_string(),
            partner: held.partner,
            amount: held.amount.0,
            issued_on: held.issued_on.to_string(),
            attachment: held.attachment,
            brought_by: held.brought_by,
            brought_at: instant(held.at_us),
            reason: held.reason.filter(|reason| !reason.is_empty()),
        }
    }
}

/// An invoice with what it has to fit, for whoever decides it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvoiceCase {
    invoice: InvoiceView,
    partner_name: String,
    /// Fen the statement bills.
    billed: i64,
    /// Fen of its invoices that were accepted; a payment waits until they are what is billed.
    accepted: i64,
    /// Fen of its invoices that were accepted or wait.
    covered: i64,
    file: AttachmentView,
    #[schema(required)]
    decided_by: Option<String>,
    #[schema(required)]
    decided_at: Option<String>,
    /// Whether whoever asks brought it, and so cannot decide it.
    is_maker: bool,
}

/// Invoices, with how many there are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvoicePage {
    items: Vec<InvoiceCase>,
    #[schema(required)]
    next: Option<String>,
    total: usize,
    /// By state, within one's reach and the other filters.
    counts: BTreeMap<String, usize>,
}

/// Filters of invoices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvoiceFilter {
    /// submitted, accepted or refused.
    state: Option<String>,
    /// Month of the statement.
    period: Option<String>,
    /// Part of the number of an invoice or statement, or of a partner's code.
    q: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

fn reaches(scope: &Scope, held: &Invoice) -> bool {
    scope.covers(&Place { territory: &held.territory, partners: &[&held.partner], outlet: "", clerk: "" })
}

/// An invoice within somebody's reach; one outside is answered like one that is not there.
async fn held(desk: &Desk, scope: &Scope, number: &str) -> Result<Invoice, Refusal> {
    let found = invoice::get(&mut desk.db.read().await?, number).await?;
    if reaches(scope, &found) {
        return Ok(found);
    }
    let (zh, en) = (format!("没有发票 {number}"), format!("there is no invoice {number}"));
    Err(Refusal::new(Kind::NotFound, "settle.invoice.none", zh, en))
}

async fn cases(desk: &Arc<Desk>, signed: &Signed, found: Vec<Invoice>) -> Answer<Vec<InvoiceCase>> {
    let names = names(desk, found.iter().map(|held| held.partner.clone()).collect()).await?;
    let who = signed.0.who();
    let tx = &mut desk.db.read().await?;
    let mut cases = Vec::new();
    for held in found {
        cases.push(InvoiceCase {
            partner_name: names.get(&held.partner).cloned().unwrap_or_default(),
            billed: confirm::of_statement(tx, &held.statement).await?.map_or(0, |made| made.billed.0),
            accepted: invoice::accepted_of(tx, &held.statement).await?.0,
            covered: invoice::covered(tx, &held.statement).await?.0,
            file: AttachmentView::of(&attachment::get(tx, &held.attachment).await?),
            decided_by: held.decided_by.clone(),
            decided_at: held.decided_at_us.map(instant),
            is_maker: same_hand(&held.brought_by, &who),
            invoice: InvoiceView::of(held),
        });
    }
    Ok(cases)
}

async fn case(desk: &Arc<Desk>, signed: &Signed, found: Invoice) -> Answer<Json<InvoiceCase>> {
    let one = cases(desk, signed, vec![found]).await?.pop();
    one.map(Json).ok_or_else(|| bug("an invoice was lost on its way").into())
}

/// Invoices within one's reach, the oldest first.
#[utoipa::path(get, path = "/invoices", tag = "invoices", operation_id = "list_invoices", params(InvoiceFilter),
    responses((status = 200, body = InvoicePage)), extensions(("x-permission" = json!("statement.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<InvoiceFilter>) -> Answer<Json<InvoicePage>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let wrong = || Refusal::bad_input("serve.request.query", "条件无法识别；请重置条件", "a filter cannot be read; reset the filters");
    let state: Option<invoice::State> = asked.state.as_deref().map(str::parse).transpose().map_err(|()| wrong())?;
    let period = asked.period.as_deref().map(str::parse::<Month>).transpose().map_err(|_| wrong())?;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let paging = Paging { after: asked.after, limit: asked.limit };
    let mut counts: BTreeMap<String, usize> = invoice::State::ALL.iter().map(|state| (state.name().to_owned(), 0)).collect();
    let page = if scope.is_everywhere() {
        let wanted = invoice::Asked { state, period, text: &typed };
        let (from, limit) = (paging.from(), paging.limit());
        let (items, found) = invoice::part(&mut desk.db.read().await?, &wanted, from, limit).await?;
        counts.extend(found.iter().map(|(state, count)| (state.name().to_owned(), *count)));
        let total = found.iter().filter(|(of, _)| state.is_none_or(|state| state == **of)).map(|(_, count)| count).sum();
        let end = from.saturating_add(items.len());
        Page { items, next: (end < total).then(|| end.to_string()), total }
    } else {
        let mut all = invoice::list(&mut desk.db.read().await?, None).await?;
        all.retain(|held| {
            reaches(&scope, held)
                && period.is_none_or(|period| held.period == period)
                && [&held.statement, &held.number, &held.partner].iter().any(|text| text.to_lowercase().contains(&typed))
        });
        for held in &all {
            *counts.entry(held.state.name().to_owned()).or_default() += 1;
        }
        all.retain(|held| state.is_none_or(|state| held.state == state));
        Page::of(&paging, all.len(), all.into_iter())
    };
    Ok(Json(InvoicePage { items: cases(&desk, &signed, page.items).await?, next: page.next, total: page.total, counts }))
}

/// One invoice, with what it has to fit.
#[utoipa::path(get, path = "/invoices/{number}", tag = "invoices", operation_id = "get_invoice", params(("number" = String, Path)),
    responses((status = 200, body = InvoiceCase)), extensions(("x-permission" = json!("statement.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Path(number): Path<String>) -> Answer<Json<InvoiceCase>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let found = held(&desk, &scope, &number).await?;
    case(&desk, &signed, found).await
}

/// An invoice to be brought.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InvoiceWish {
    period: String,
    /// The partner, or the number of its statement of differences.
    partner: String,
    number: String,
    /// Fen, with tax.
    amount: i64,
    issued_on: String,
    /// Id of the uploaded file.
    attachment: String,
}

/// Brings a tax invoice for one's own confirmed statement.
#[utoipa::path(post, path = "/invoices", tag = "invoices", operation_id = "bring_invoice", request_body = InvoiceWish,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = InvoiceView)), extensions(("x-permission" = json!("statement.confirm"))))]
async fn bring(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(wish): Sent<InvoiceWish>,
) -> Answer<impl IntoResponse> {
    let (_, statement) = find_own(&desk, &signed, &wish.period, &wish.partner).await?;
    let subject = Subject::of(&statement);
    confirm::lapse(&desk.db, &desk.parameters(), statement.period, std::iter::once(&subject), desk.today()).await?;
    let issued_on: Date = wish.issued_on.parse().map_err(|_| {
        Refusal::bad_input("settle.invoice.day", "开票日期须为 2026-08-31 这样的日期", "the invoice's day is written like 2026-08-31")
    })?;
    let new = Bring {
        who: &signed.0.who(),
        statement: &statement.number,
        territory: &statement.territory,
        number: wish.number.trim(),
        amount: Fen(wish.amount),
        issued_on,
        attachment: &wish.attachment,
        today: desk.today(),
    };
    let number = invoice::bring(&desk.db, &key, new).await?.into_inner();
    let held = invoice::get(&mut desk.db.read().await?, &number).await?;
    Ok((StatusCode::CREATED, Json(InvoiceView::of(held))))
}

/// A decision on an invoice.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InvoiceDecision {
    accept: bool,
    /// Why it is refused, for the partner.
    #[serde(default)]
    reason: String,
}

/// Accepts or refuses an invoice.
#[utoipa::path(post, path = "/invoices/{number}/decision", tag = "invoices", operation_id = "decide_invoice", request_body = InvoiceDecision,
    params(("number" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = InvoiceCase)), extensions(("x-permission" = json!("dispute.answer"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(number): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<InvoiceDecision>,
) -> Answer<Json<InvoiceCase>> {
    let scope = signed.scope(&desk, Permission::DisputeAnswer)?;
    held(&desk, &scope, &number).await?;
    let decided = invoice::decide(&desk.db, &signed.0.who(), &number, version, sent.accept, &sent.reason).await?;
    case(&desk, &signed, decided).await
}
