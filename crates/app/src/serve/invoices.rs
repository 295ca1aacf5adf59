//! Tax invoices against confirmed statements.

use super::desk::Desk;
use super::shown::instant;
use super::signed::Signed;
use super::statements::{find, own};
use super::web::{Answer, Asked, IfMatch, OnceKey, Page, Paging, Sent};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_settle::invoice::{self, Bring, Cover, Invoice};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, bring)).routes(routes!(decide))
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

/// Filters of invoices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvoiceFilter {
    /// submitted, accepted or refused.
    state: Option<String>,
    /// Number of a statement, or part of a partner's code.
    q: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

fn reaches(scope: &Scope, held: &Invoice) -> bool {
    scope.covers(&Place { territory: &held.territory, partners: &[&held.partner], outlet: "", clerk: "" })
}

/// Invoices within one's reach, the oldest first.
#[utoipa::path(get, path = "/invoices", tag = "invoices", operation_id = "list_invoices", params(InvoiceFilter),
    responses((status = 200, body = Page<InvoiceView>)), extensions(("x-permission" = json!("statement.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<InvoiceFilter>) -> Answer<Json<Page<InvoiceView>>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let state = asked.state.as_deref().map(str::parse).transpose();
    let state = state.map_err(|()| {
        Refusal::bad_input("serve.request.query", "状态无法识别；请重置条件", "the state cannot be read; reset the filters")
    })?;
    let mut all = invoice::list(&mut desk.db.read().await?, state).await?;
    let typed = asked.q.unwrap_or_default();
    all.retain(|held| reaches(&scope, held) && (held.statement.contains(typed.trim()) || held.number.contains(typed.trim())));
    let paging = Paging { after: asked.after, limit: asked.limit };
    Ok(Json(Page::of(&paging, all.len(), all.into_iter().map(InvoiceView::of))))
}

/// An invoice to be brought.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InvoiceWish {
    period: String,
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
    let scope = own(signed.scope(&desk, Permission::StatementConfirm)?, &wish.partner);
    let (_, statement) = find(&desk, scope, &wish.period, &wish.partner).await?;
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
    responses((status = 200, body = InvoiceView)), extensions(("x-permission" = json!("dispute.answer"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(number): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<InvoiceDecision>,
) -> Answer<Json<InvoiceView>> {
    let scope = signed.scope(&desk, Permission::DisputeAnswer)?;
    let held = invoice::get(&mut desk.db.read().await?, &number).await?;
    if !reaches(&scope, &held) {
        return Err(Refusal::new(
            Kind::NotFound,
            "settle.invoice.none",
            format!("没有发票 {number}"),
            format!("there is no invoice {number}"),
        )
        .into());
    }
    let held = invoice::decide(&desk.db, &signed.0.who(), &number, version, sent.accept, &sent.reason).await?;
    Ok(Json(InvoiceView::of(held)))
}
