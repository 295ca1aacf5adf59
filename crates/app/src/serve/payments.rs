//! Payments: statements that can be paid, batches of them, their approval, the bank's file, and what the bank did.

use super::desk::Desk;
use super::jobs::{JobView, Progress, instant};
use super::opened::candidates_of;
use super::periods::{StepNote, parse};
use super::settling;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent, download, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qudao_access::Permission;
use qudao_kernel::{Date, Month, Refusal, Text};
use qudao_platform::audit::same_hand;
use qudao_platform::jobs::New;
use qudao_settle::bank;
use qudao_settle::confirm;
use qudao_settle::payment::{self, Batch, Candidate, Payment, Wait};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(candidates))
        .routes(routes!(list))
        .routes(routes!(make))
        .routes(routes!(one))
        .routes(routes!(items))
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(file))
        .routes(routes!(pay))
}

/// A statement that could be paid, and why not yet.
#[derive(Serialize, ToSchema)]
struct PaymentCandidate {
    partner: String,
    name: String,
    statement: String,
    /// Month of the statement.
    period: String,
    /// Fen.
    amount: i64,
    due_on: String,
    /// unconfirmed, disputed, invoice, no_account, held, in_batch, nothing; absent where it can be paid.
    #[schema(required)]
    waits: Option<String>,
}

/// Statements of a month by whether they can be paid.
#[derive(Serialize, ToSchema)]
struct PaymentCandidates {
    month: String,
    /// Statements that can be paid now.
    ready: usize,
    /// Their sum, fen.
    ready_amount: i64,
    /// Number of statements by why they wait.
    waiting: BTreeMap<String, usize>,
    statements: Page<PaymentCandidate>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CandidatesAsked {
    /// Month of the statements.
    month: String,
    /// `ready`, or a reason for waiting.
    waits: Option<String>,
    /// Part of a partner's code or name.
    q: Option<String>,
}

/// The statements of a published month, with those settled again into it.
pub(super) fn statements(desk: &Desk, month: Month) -> Result<Vec<Candidate>, Refusal> {
    let mut found = desk.run(month)?.candidates()?.to_vec();
    for folder in settling::settled_into(&desk.home, month)? {
        found.extend(candidates_of(&folder)?);
    }
    Ok(found)
}

/// The statements of a month with why they are not paid yet.
async fn weighed(desk: &Arc<Desk>, month: Month) -> Answer<Vec<Candidate>> {
    let shared = Arc::clone(desk);
    let mut all = heavy(move || statements(&shared, month)).await?;
    let (parameters, today) = (desk.parameters(), desk.today());
    confirm::lapse(&desk.db, &parameters, month, all.iter().map(|one| &one.subject), today).await?;
    payment::weigh(&mut desk.db.read().await?, month, &mut all, today).await?;
    Ok(all)
}

/// Statements of a month and whether they can be paid.
#[utoipa::path(get, path = "/payment-candidates", tag = "payments", operation_id = "payment_candidates", params(CandidatesAsked, Paging),
    responses((status = 200, body = PaymentCandidates)), extensions(("x-permission" = json!("payment.read"))))]
async fn candidates(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<CandidatesAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<PaymentCandidates>> {
    signed.everywhere(&desk, Permission::PaymentRead)?;
    let waits = ["ready", "unconfirmed", "disputed", "invoice", "no_account", "held", "in_batch", "nothing"];
    only(asked.waits.as_deref(), &waits)?;
    let month = parse(&asked.month)?;
    let all = weighed(&desk, month).await?;
    let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
    for wait in all.iter().filter_map(|one| one.waits) {
        *waiting.entry(wait.name().to_owned()).or_default() += 1;
    }
    let ready = || all.iter().filter(|one| one.waits.is_none());
    let (count, amount) = (ready().count(), ready().map(|one| one.subject.payment.0).fold(0, i64::saturating_add));
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let is_meant = |one: &&Candidate| {
        asked.waits.as_deref().is_none_or(|wanted| one.waits.map_or("ready", Wait::name) == wanted)
            && (typed.is_empty() || one.subject.partner.to_lowercase().contains(&typed) || one.name.to_lowercase().contains(&typed))
    };
    let found: Vec<&Candidate> = all.iter().filter(is_meant).collect();
    let view = |one: &Candidate| PaymentCandidate {
        partner: one.subject.partner.clone(),
        name: one.name.clone(),
        statement: one.subject.statement.clone(),
        period: one.subject.period.to_string(),
        amount: one.subject.payment.0,
        due_on: one.due_on.to_string(),
        waits: one.waits.map(|wait| wait.name().to_owned()),
    };
    Ok(Json(PaymentCandidates {
        month: month.to_string(),
        ready: count,
        ready_amount: amount,
        waiting,
        statements: Page::of(&paging, found.len(), found.iter().map(|one| view(one))),
    }))
}

/// A batch of payments.
#[derive(Serialize, ToSchema)]
struct PaymentBatch {
    id: String,
    /// Send it as `If-Match`.
    version: u32,
    month: String,
    /// submitted, approved, refused, paid.
    state: String,
    payments: u32,
    /// Sum, fen.
    amount: i64,
    note: String,
    made_by: String,
    made_at: String,
    #[schema(required)]
    decided_by: Option<String>,
    #[schema(required)]
    decided_at: Option<String>,
    #[schema(required)]
    decision: Option<String>,
    #[schema(required)]
    paid_on: Option<String>,
    #[schema(required)]
    paid_by: Option<String>,
    /// The bank's reference.
    #[schema(required)]
    reference: Option<String>,
    /// Whether whoever asks made it, and so cannot approve it.
    is_maker: bool,
}

fn view(batch: Batch, who: &str) -> PaymentBatch {
    PaymentBatch {
        is_maker: same_hand(&batch.made_by, who),
        id: batch.id,
        version: batch.version,
        month: batch.month.to_string(),
        state: batch.state,
        payments: batch.payments,
        amount: batch.amount.0,
        note: batch.note,
        made_by: batch.made_by,
        made_at: instant(batch.made_at_us),
        decided_by: batch.decided_by,
        decided_at: batch.decided_at_us.map(instant),
        decision: batch.decision,
        paid_on: batch.paid_on.map(|day| day.to_string()),
        paid_by: batch.paid_by,
        reference: batch.reference,
    }
}

/// Batches, and how punctual payments were.
#[derive(Serialize, ToSchema)]
struct PaymentBatches {
    /// Statements paid by the day promised.
    kept: i64,
    /// Statements whose day has come.
    due: i64,
    batches: Page<PaymentBatch>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BatchesAsked {
    /// State.
    state: Option<String>,
    /// Month of the statements.
    month: Option<String>,
}

/// Batches, latest first.
#[utoipa::path(get, path = "/payments", tag = "payments", operation_id = "payments", params(BatchesAsked, Paging),
    responses((status = 200, body = PaymentBatches)), extensions(("x-permission" = json!("payment.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<BatchesAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<PaymentBatches>> {
    signed.everywhere(&desk, Permission::PaymentRead)?;
    let mut tx = desk.db.read().await?;
    let (kept, due) = payment::punctual(&mut tx, desk.today()).await?;
    only(asked.state.as_deref(), &["submitted", "approved", "refused", "paid"])?;
    let mut found = payment::batches(&mut tx).await?;
    found.retain(|batch| {
        asked.state.as_ref().is_none_or(|state| batch.state == *state)
            && asked.month.as_ref().is_none_or(|month| batch.month.to_string() == *month)
    });
    let who = &signed.0.who();
    Ok(Json(PaymentBatches { kept, due, batches: Page::of(&paging, found.len(), found.into_iter().map(|batch| view(batch, who))) }))
}

/// What to pay.
#[derive(Deserialize, Serialize, ToSchema)]
struct PaymentBatchSent {
    month: String,
    /// Numbers of statements; all that can be paid where it is empty.
    #[serde(default)]
    statements: Vec<String>,
    #[serde(default)]
    note: String,
}

/// Makes a batch of statements that can be paid; somebody else approves it.
#[utoipa::path(post, path = "/payments", tag = "payments", operation_id = "make_payments",
    params(("Idempotency-Key" = String, Header, description = "Key of the request")), request_body = PaymentBatchSent,
    responses((status = 201, body = PaymentBatch)), extensions(("x-permission" = json!("payment.make"))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PaymentBatchSent>,
) -> Answer<(StatusCode, Json<PaymentBatch>)> {
    signed.everywhere(&desk, Permission::PaymentMake)?;
    let month = parse(&sent.month)?;
    let body = serde_json::to_vec(&sent).unwrap_or_default();
    let who = &signed.0.who();
    if let Some(known) = payment::made_before(&desk.db, who, &key, &body).await? {
        return Ok((StatusCode::CREATED, Json(view(known, who))));
    }
    let wanted: BTreeSet<String> = sent.statements.into_iter().collect();
    let all = weighed(&desk, month).await?;
    let chosen: Vec<Candidate> = all
        .into_iter()
        .filter(|one| if wanted.is_empty() { one.waits.is_none() } else { wanted.contains(&one.subject.statement) })
        .collect();
    let order = payment::Order { key: &key, body: &body, month, note: &sent.note, today: desk.today() };
    let batch = payment::make(&desk.db, who, &order, &chosen).await?;
    Ok((StatusCode::CREATED, Json(view(batch, who))))
}

/// One batch.
#[utoipa::path(get, path = "/payments/{id}", tag = "payments", operation_id = "payment_batch", params(("id" = String, Path, description = "Batch")),
    responses((status = 200, body = PaymentBatch)), extensions(("x-permission" = json!("payment.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<PaymentBatch>> {
    signed.everywhere(&desk, Permission::PaymentRead)?;
    Ok(Json(view(payment::batch(&mut desk.db.read().await?, &id).await?, &signed.0.who())))
}

/// A payment. The account's number is masked.
#[derive(Serialize, ToSchema)]
struct PaymentItem {
    partner: String,
    name: String,
    statement: String,
    /// Fen.
    amount: i64,
    due_on: String,
    holder: String,
    bank: String,
    /// Its last four digits.
    number: String,
}

impl PaymentItem {
    fn of(payment: Payment) -> Self {
        Self {
            number: bank::mask(&payment.number),
            partner: payment.partner,
            name: payment.name,
            statement: payment.statement,
            amount: payment.amount.0,
            due_on: payment.due_on.to_string(),
            holder: payment.holder,
            bank: payment.bank,
        }
    }
}

/// Payments of a batch, by partner.
#[utoipa::path(get, path = "/payments/{id}/items", tag = "payments", operation_id = "payment_items",
    params(("id" = String, Path, description = "Batch"), Paging),
    responses((status = 200, body = Page<PaymentItem>)), extensions(("x-permission" = json!("payment.read"))))]
async fn items(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PaymentItem>>> {
    signed.everywhere(&desk, Permission::PaymentRead)?;
    let mut tx = desk.db.read().await?;
    payment::batch(&mut tx, &id).await?;
    let found = payment::payments(&mut tx, &id).await?;
    Ok(Json(Page::of(&paging, found.len(), found.into_iter().map(PaymentItem::of))))
}

/// Approves a batch somebody else made.
#[utoipa::path(post, path = "/payments/{id}/approve", tag = "payments", operation_id = "approve_payments",
    params(("id" = String, Path, description = "Batch"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = PaymentBatch)), extensions(("x-permission" = json!("payment.approve"))))]
async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Json<PaymentBatch>> {
    signed.everywhere(&desk, Permission::PaymentApprove)?;
    let who = &signed.0.who();
    Ok(Json(view(payment::approve(&desk.db, who, &id, version, desk.today()).await?, who)))
}

/// Refuses a batch that is not paid; its statements can be paid by another one.
#[utoipa::path(post, path = "/payments/{id}/refuse", tag = "payments", operation_id = "refuse_payments",
    params(("id" = String, Path, description = "Batch"), ("If-Match" = String, Header, description = "Version seen")), request_body = StepNote,
    responses((status = 200, body = PaymentBatch)), extensions(("x-permission" = json!("payment.approve"))))]
async fn refuse(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<StepNote>,
) -> Answer<Json<PaymentBatch>> {
    signed.everywhere(&desk, Permission::PaymentApprove)?;
    let who = &signed.0.who();
    Ok(Json(view(payment::refuse(&desk.db, who, &id, version, &sent.note).await?, who)))
}

/// The file for the bank: a row a payment, in GB18030. It holds full account numbers, so fetching it is audited.
#[utoipa::path(get, path = "/payments/{id}/file", tag = "payments", operation_id = "payment_file", params(("id" = String, Path, description = "Batch")),
    responses((status = 200, description = "A table", content_type = "text/csv")), extensions(("x-permission" = json!("payment.make"))))]
async fn file(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Response> {
    signed.everywhere(&desk, Permission::PaymentMake)?;
    let rows = payment::for_bank(&desk.db, &signed.0.who(), &id).await?;
    let bytes = heavy(move || {
        let folder = desk.home.exports();
        crate::say::make_folder(&folder)?;
        let path = folder.join(format!("{}.csv", desk.next_trace()));
        payment::write_bank_file(&rows, &path)?;
        let bytes = std::fs::read(&path).map_err(|error| crate::say::unreadable(&path, &error));
        std::fs::remove_file(&path).map_err(|error| crate::say::unwritable(&path, &error))?;
        bytes
    });
    Ok(download(&format!("{id}.csv"), "text/csv; charset=gb18030", bytes.await?))
}

/// What the bank did.
#[derive(Deserialize, ToSchema)]
struct PaymentPaid {
    /// Day it paid.
    paid_on: String,
    /// Its reference.
    reference: String,
}

/// The bank has paid a batch: it is posted to the ledger and marked.
#[utoipa::path(post, path = "/payments/{id}/pay", tag = "payments", operation_id = "pay_payments",
    params(("id" = String, Path, description = "Batch"), ("Idempotency-Key" = String, Header, description = "Key of the request")),
    request_body = PaymentPaid,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("payment.make"))))]
async fn pay(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    // Postings have keys of their own, of batch and statement: a repeat posts nothing twice whatever key it carries.
    _key: OnceKey,
    Sent(sent): Sent<PaymentPaid>,
) -> Answer<(StatusCode, Json<JobView>)> {
    signed.everywhere(&desk, Permission::PaymentMake)?;
    let on: Date = sent.paid_on.parse().map_err(|_| no_day())?;
    if on > desk.today() {
        return Err(no_day().into());
    }
    let mut tx = desk.db.read().await?;
    let batch = payment::may_pay(&mut tx, &id, &sent.reference).await?;
    let rows = payment::payments(&mut tx, &id).await?;
    drop(tx);
    let title = Text::new(format!("付款入账 {}", batch.month), format!("Posting of payments of {}", batch.month));
    let login = signed.0.login.clone();
    let holds = format!("payment/{id}");
    let new = New { kind: "payment.pay", title: &title, login: &login, holds: &holds };
    let (shared, who) = (Arc::clone(&desk), signed.0.who());
    let job = desk.jobs.start(&new, move |progress| {
        let posted = post(&shared, &batch, &rows, on, progress)?;
        Handle::current().block_on(payment::paid(&shared.db, &who, &batch.id, on, &sent.reference))?;
        Ok(json!({ "batch": batch.id, "posted": posted.new + posted.known }))
    });
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job.await?, lang))))
}

fn post(desk: &Desk, batch: &Batch, rows: &[Payment], on: Date, progress: &Progress) -> Result<payment::Posted, Refusal> {
    let entity = desk.books.entity(&desk.home)?;
    let _posting = desk.posting()?;
    let all = rows.len() as u64;
    payment::post(&desk.home.ledger(), &entity, batch, rows, on, &|done| progress.at(done, all))
}

fn no_day() -> Refusal {
    Refusal::bad_input("serve.payment.day", "请填写银行付款日期，不能晚于今天", "give the day the bank paid, not after today")
}
