//! Disputes and the files people bring with them.

use super::desk::Desk;
use super::proofs::{Found, Which, look};
use super::settling;
use super::shown::{instant, mask};
use super::signed::Signed;
use super::statements::find_own;
use super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent, heavy, too_large};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::audit::same_hand;
use qudao_settle::attachment::{self, Attachment};
use qudao_settle::dispute::{self, Dispute, Filter, Raise};
use qudao_settle::invoice;
use qudao_settle::statement::Catalog;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes an upload may bring before it is looked at; the parameter `attachment_limit_mb` decides below that.
const MOST_BYTES: usize = 32 << 20;
const MB: i64 = 1 << 20;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, raise))
        .routes(routes!(one))
        .routes(routes!(answer))
        .routes(routes!(decide))
        .routes(routes!(close))
        .routes(routes!(file))
        .merge(OpenApiRouter::new().routes(routes!(bring)).layer(DefaultBodyLimit::max(MOST_BYTES)))
}

/// A file of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttachmentView {
    pub(crate) id: String,
    pub(crate) name: String,
    /// png, jpeg, webp, pdf, ofd.
    pub(crate) kind: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl AttachmentView {
    pub(crate) fn of(found: &Attachment) -> Self {
        Self {
            id: found.id.clone(),
            name: found.name.clone(),
            kind: found.kind.name().to_owned(),
            bytes: found.bytes,
            sha256: found.sha256.clone(),
        }
    }
}

/// A dispute.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputeView {
    id: String,
    version: u32,
    /// open, proposed, answered, closed.
    state: String,
    /// upheld, rejected, withdrawn.
    #[schema(required)]
    outcome: Option<String>,
    statement: String,
    period: String,
    partner: String,
    partner_name: String,
    /// line or unpaid.
    kind: String,
    title: String,
    policy: String,
    component: String,
    basis: String,
    payee: String,
    /// Fen of the line, or not paid.
    amount: i64,
    claim: String,
    raised_by: String,
    raised_at: String,
    answer_by: String,
    late: bool,
    /// Fen.
    #[schema(required)]
    adjustment: Option<i64>,
    #[schema(required)]
    answer: Option<String>,
    #[schema(required)]
    answered_by: Option<String>,
    #[schema(required)]
    answered_at: Option<String>,
    #[schema(required)]
    decided_by: Option<String>,
    #[schema(required)]
    decision: Option<String>,
    /// Month whose statement the adjustment stands in.
    #[schema(required)]
    post_in: Option<String>,
    /// The same, once that statement is published.
    #[schema(required)]
    stated_in: Option<String>,
    /// Whether whoever asks proposed the amount, and so cannot approve it.
    is_maker: bool,
    photos: Vec<AttachmentView>,
}

impl DisputeView {
    pub(crate) fn of(held: Dispute, name: String, photos: &[Attachment], today: Date, who: &str) -> Self {
        let is_maker = held.answered_by.as_deref().is_some_and(|maker| same_hand(maker, who));
        let late = held.is_late(today);
        let mut parts = held.subject.splitn(3, '/').map(str::to_owned);
        let (policy, component, rest) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        // Of a line the payee, kind and part stand behind the item, which may have strokes of its own.
        let (basis, payee) = if held.kind == "line" {
            let mut behind = rest.rsplitn(4, '/').skip(2);
            let payee = behind.next().unwrap_or_default().to_owned();
            (behind.next().unwrap_or_default().to_owned(), payee)
        } else {
            (rest, String::new())
        };
        Self {
            id: held.id,
            version: held.version,
            state: held.state.name().to_owned(),
            outcome: held.outcome,
            statement: held.statement,
            period: held.period.to_string(),
            partner: held.partner,
            partner_name: name,
            kind: held.kind,
            title: held.title,
            policy,
            component,
            basis: mask(&basis),
            payee: mask(&payee),
            amount: held.amount,
            claim: held.claim,
            raised_by: held.raised_by,
            raised_at: instant(held.raised_at_us),
            answer_by: held.answer_by.to_string(),
            late,
            adjustment: held.adjustment,
            answer: held.answer,
            answered_by: held.answered_by,
            answered_at: held.answered_at_us.map(instant),
            decided_by: held.decided_by,
            decision: held.decision,
            post_in: held.post_in.map(|month| month.to_string()),
            stated_in: held.stated_in.map(|month| month.to_string()),
            is_maker,
            photos: photos.iter().map(AttachmentView::of).collect(),
        }
    }
}

/// Disputes, with how many there are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputePage {
    items: Vec<DisputeView>,
    #[schema(required)]
    next: Option<String>,
    total: usize,
    /// By state, within one's reach.
    counts: BTreeMap<String, usize>,
}

/// Filters of disputes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisputeFilter {
    /// open, proposed, answered or closed.
    state: Option<String>,
    /// Month of the statement.
    period: Option<String>,
    /// Part of a number, partner or title.
    q: Option<String>,
    /// Only those whose answer is late.
    late: Option<bool>,
    after: Option<String>,
    limit: Option<usize>,
}

fn reaches(scope: &Scope, held: &Dispute) -> bool {
    scope.covers(&Place { territory: &held.territory, partners: &[&held.partner], outlet: "", clerk: "" })
}

/// Disputes within one's reach, those whose answer is due first on top.
#[utoipa::path(get, path = "/disputes", tag = "disputes", operation_id = "list_disputes", params(DisputeFilter),
    responses((status = 200, body = DisputePage)), extensions(("x-permission" = json!("statement.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<DisputeFilter>) -> Answer<Json<DisputePage>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let wrong = |what: &str| {
        Refusal::bad_input(
            "serve.request.query",
            format!("条件 {what} 无法识别；请重置条件"),
            format!("{what} cannot be read; reset the filters"),
        )
    };
    let state = asked.state.as_deref().map(str::parse).transpose().map_err(|()| wrong("state"))?;
    let period = asked.period.as_deref().map(str::parse::<Month>).transpose().map_err(|_| wrong("period"))?;
    let today = desk.today();
    let filter = Filter {
        state: None,
        period,
        text: asked.q.filter(|text| !text.trim().is_empty()),
        due_before: asked.late.filter(|late| *late).map(|_| today),
    };
    let tx = &mut desk.db.read().await?;
    let mut all = dispute::list(tx, &filter).await?;
    all.retain(|held| reaches(&scope, held));
    let mut counts: BTreeMap<String, usize> = dispute::State::ALL.iter().map(|state| (state.name().to_owned(), 0)).collect();
    for held in &all {
        *counts.entry(held.state.name().to_owned()).or_default() += 1;
    }
    all.retain(|held| state.is_none_or(|state: dispute::State| held.state == state));
    let paging = Paging { after: asked.after, limit: asked.limit };
    let total = all.len();
    let page = Page::of(&paging, total, all.into_iter());
    let who = signed.0.who();
    let names = names(&desk, page.items.iter().map(|held| held.partner.clone()).collect()).await?;
    let items = page.items.into_iter().map(|held| view(&names, held, today, &who)).collect();
    Ok(Json(DisputePage { items, next: page.next, total, counts }))
}

fn view(names: &BTreeMap<String, String>, held: Dispute, today: Date, who: &str) -> DisputeView {
    let name = names.get(&held.partner).cloned().unwrap_or_default();
    DisputeView::of(held, name, &[], today, who)
}

/// Names of partners, as of today.
pub(crate) async fn names(desk: &Arc<Desk>, codes: Vec<String>) -> Answer<BTreeMap<String, String>> {
    let desk = Arc::clone(desk);
    heavy(move || {
        let (master, today) = (desk.master()?, desk.today());
        Ok(codes
            .into_iter()
            .map(|code| (code.clone(), master.partner(&code, today).map(|row| row.name.clone()).unwrap_or_default()))
            .collect())
    })
    .await
}

/// One's own or an answerer's dispute; another is answered like one that is not there.
async fn held(desk: &Desk, scope: &Scope, id: &str) -> Result<Dispute, Refusal> {
    let found = dispute::get(&mut desk.db.read().await?, id).await?;
    if reaches(scope, &found) {
        Ok(found)
    } else {
        Err(Refusal::new(Kind::NotFound, "settle.dispute.none", format!("没有争议 {id}"), format!("there is no dispute {id}")))
    }
}

async fn whole(desk: &Arc<Desk>, signed: &Signed, found: Dispute) -> Answer<Json<DisputeView>> {
    let photos = attachment::of_record(&mut desk.db.read().await?, "dispute", &found.id).await?;
    let names = names(desk, vec![found.partner.clone()]).await?;
    let name = names.get(&found.partner).cloned().unwrap_or_default();
    Ok(Json(DisputeView::of(found, name, &photos, desk.today(), &signed.0.who())))
}

/// One dispute.
#[utoipa::path(get, path = "/disputes/{id}", tag = "disputes", operation_id = "get_dispute", params(("id" = String, Path)),
    responses((status = 200, body = DisputeView)), extensions(("x-permission" = json!("statement.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<DisputeView>> {
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let found = held(&desk, &scope, &id).await?;
    whole(&desk, &signed, found).await
}

/// A dispute to be raised.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisputeWish {
    period: String,
    partner: String,
    policy: String,
    component: String,
    basis: String,
    payee: Option<String>,
    /// earn, release, reverse, adjust, or zero.
    kind: Option<String>,
    part: Option<u32>,
    /// Why, in one's own words.
    claim: String,
    /// Ids of uploaded photos.
    #[serde(default)]
    photos: Vec<String>,
}

/// Disputes a line of one's own statement, or something that was not paid.
#[utoipa::path(post, path = "/disputes", tag = "disputes", operation_id = "raise_dispute", request_body = DisputeWish,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = DisputeView)), extensions(("x-permission" = json!("statement.confirm"))))]
async fn raise(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    OnceKey(key): OnceKey,
    Sent(wish): Sent<DisputeWish>,
) -> Answer<impl IntoResponse> {
    let (run, statement) = find_own(&desk, &signed, &wish.period, &wish.partner).await?;
    let which = Which {
        period: wish.period,
        partner: wish.partner,
        policy: wish.policy,
        component: wish.component,
        basis: wish.basis,
        payee: wish.payee,
        kind: wish.kind,
        part: wish.part,
    };
    let (subject, title, amount, unpaid) = heavy(move || {
        let found = look(&run, &which)?;
        let catalog = Catalog::new(run.world()?.set());
        Ok(match &found {
            Found::Line(line) => (found.subject(), catalog.title(&line.policy, line.version, &line.component), line.amount, false),
            Found::Zero(reason) => {
                let title = catalog.title(&reason.policy, reason.version, &reason.component);
                (found.subject(), format!("{title}：{}", catalog.sentence(reason, lang)), reason.forgone, true)
            }
        })
    })
    .await?;
    let new = Raise {
        who: &signed.0.who(),
        statement: &statement.number,
        period: statement.period,
        partner: &statement.partner,
        territory: &statement.territory,
        subject: &subject,
        unpaid,
        title: &title,
        amount,
        claim: &wish.claim,
        photos: &wish.photos,
        today: desk.today(),
    };
    let id = dispute::raise(&desk.db, &desk.parameters(), &key, new).await?.into_inner();
    let found = dispute::get(&mut desk.db.read().await?, &id).await?;
    Ok((StatusCode::CREATED, whole(&desk, &signed, found).await?))
}

/// An answer to a dispute.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisputeAnswer {
    /// Fen more (or less) that are due; absent where the line is right as it is.
    uphold: Option<i64>,
    /// Why, for the partner.
    reason: String,
}

/// Answers a dispute: rejects it, or proposes an amount that somebody else approves.
#[utoipa::path(post, path = "/disputes/{id}/answer", tag = "disputes", operation_id = "answer_dispute", request_body = DisputeAnswer,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DisputeView)), extensions(("x-permission" = json!("dispute.answer"))))]
async fn answer(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DisputeAnswer>,
) -> Answer<Json<DisputeView>> {
    let scope = signed.scope(&desk, Permission::DisputeAnswer)?;
    held(&desk, &scope, &id).await?;
    let what = sent.uphold.map_or(dispute::Answer::Reject, |fen| dispute::Answer::Uphold(Fen(fen)));
    let found = dispute::answer(&desk.db, &signed.0.who(), &id, version, what, &sent.reason).await?;
    whole(&desk, &signed, found).await
}

/// A decision on a proposed amount.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DisputeDecision {
    approve: bool,
    /// Why it is sent back.
    #[serde(default)]
    note: String,
}

/// Approves a proposed amount, which is then an adjustment of the month that is open, or sends it back.
#[utoipa::path(post, path = "/disputes/{id}/decision", tag = "disputes", operation_id = "decide_dispute", request_body = DisputeDecision,
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DisputeView)), extensions(("x-permission" = json!("dispute.answer"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DisputeDecision>,
) -> Answer<Json<DisputeView>> {
    let scope = signed.scope(&desk, Permission::DisputeAnswer)?;
    let found = held(&desk, &scope, &id).await?;
    let shared = Arc::clone(&desk);
    let open = heavy(move || settling::open_month(&shared.home, found.period.plus(1))).await?;
    let found = dispute::decide(&desk.db, &signed.0.who(), &id, version, sent.approve, &sent.note, open).await?;
    whole(&desk, &signed, found).await
}

/// Takes an answer as it is, or takes one's own dispute back.
#[utoipa::path(post, path = "/disputes/{id}/close", tag = "disputes", operation_id = "close_dispute", params(("id" = String, Path)),
    responses((status = 200, body = DisputeView)), extensions(("x-permission" = json!("statement.confirm"))))]
async fn close(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<DisputeView>> {
    let scope = signed.scope(&desk, Permission::StatementConfirm)?;
    held(&desk, &scope, &id).await?;
    let found = dispute::close(&desk.db, &signed.0.who(), &id).await?;
    whole(&desk, &signed, found).await
}

/// Name of a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileName {
    /// Name it is kept under.
    pub(crate) name: Option<String>,
}

/// Brings a photo or paper; a record then names it by its id. The same file brought twice is one.
#[utoipa::path(post, path = "/attachments", tag = "attachments", operation_id = "bring_attachment", params(FileName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = AttachmentView)),
    extensions(("x-permission" = json!(["statement.confirm", "flow.start", "flow.decide"]))))]
async fn bring(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(named): Asked<FileName>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<impl IntoResponse> {
    let records = [Permission::StatementConfirm, Permission::FlowStart, Permission::FlowDecide];
    records.into_iter().map(|permission| signed.may(&desk, permission)).reduce(Result::or).unwrap_or(Ok(()))?;
    let body = body.map_err(|_| too_large())?;
    let limit = desk.parameters().on("attachment_limit_mb", "", desk.today())?.int()?;
    if i64::try_from(body.len()).unwrap_or(i64::MAX) > limit * MB {
        return Err(Refusal::bad_input(
            "serve.request.too_large",
            format!("文件超过 {limit} MB；请缩小照片或分成较小的文件"),
            format!("the file is larger than {limit} MB; make it smaller"),
        )
        .into());
    }
    let folder = desk.home.uploads().join("attachments");
    let (bytes, written) = heavy(move || Ok((body.len() as u64, attachment::write(&folder, &body)?))).await?;
    let found = attachment::note(&desk.db, &signed.0.login, named.name.as_deref().unwrap_or("file"), bytes, written).await?;
    Ok((StatusCode::CREATED, Json(AttachmentView::of(&found))))
}

/// A file, for who brought it and for whoever may see a record that uses it.
#[utoipa::path(get, path = "/attachments/{id}", tag = "attachments", operation_id = "get_attachment", params(("id" = String, Path)),
    responses((status = 200, description = "The file, of the type it was brought with", content_type = "*/*")), extensions(("x-permission" = json!("any"))))]
async fn file(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Response> {
    let found = {
        let tx = &mut desk.db.read().await?;
        let found = attachment::get(tx, &id).await?;
        let mut allowed = found.brought_by == signed.0.login;
        if let (false, Ok(scope)) = (allowed, signed.scope(&desk, Permission::StatementRead)) {
            for (noun, record) in attachment::uses(tx, &id).await? {
                let (territory, partner) = match noun.as_str() {
                    "dispute" => dispute::get(tx, &record).await.map(|held| (held.territory, held.partner))?,
                    "invoice" => invoice::get(tx, &record).await.map(|held| (held.territory, held.partner))?,
                    _ => continue,
                };
                allowed |= scope.covers(&Place { territory: &territory, partners: &[&partner], outlet: "", clerk: "" });
            }
        }
        if !allowed {
            return Err(Refusal::new(
                Kind::NotFound,
                "settle.attachment.none",
                "没有这个附件，或不在您的数据范围内",
                "there is no such attachment, or it is not within your reach",
            )
            .into());
        }
        found
    };
    let folder = desk.home.uploads().join("attachments");
    heavy(move || Ok(shown(&found, attachment::read(&folder, &found)?))).await
}

/// A file, as it is answered: what was uploaded is never run, so nothing in it may load or execute.
pub(crate) fn shown(found: &Attachment, bytes: Vec<u8>) -> Response {
    let place = if found.kind.is_picture() { "inline" } else { "attachment" };
    let disposition = format!("{place}; filename=\"{}.{}\"", found.id, found.kind.name());
    let headers = [
        (header::CONTENT_TYPE, found.kind.mime().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, max-age=3600".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (headers, bytes).into_response()
}
