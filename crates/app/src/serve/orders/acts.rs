//! Each act on an order as an operation.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Act, Answer, IfMatch, OnceKey, Sent};
use super::seller::OrderWanted;
use super::{Asker, Work};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_orders::order::machine::Command;
use qudao_orders::order::store::{self, Acted, Hand, Once};
use qudao_orders::order::{Part, State as OrderState};
use qudao_orders::real_name::Ask;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest name or number of a document.
const LONGEST: usize = 60;

/// Who carries an order on: whoever took it, and whoever handles orders there.
pub(super) const EITHER: &[Permission] = &[Permission::OrderTake, Permission::OrderHandle];
const TAKE: &[Permission] = &[Permission::OrderTake];
const HANDLE: &[Permission] = &[Permission::OrderHandle];

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(rewrite))
        .routes(routes!(identify))
        .routes(routes!(submit))
        .routes(routes!(accept))
        .routes(routes!(task))
        .routes(routes!(cancel))
        .routes(routes!(reverse))
        .routes(routes!(terminate))
}

/// What an act came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderActed {
    id: String,
    /// For the next `If-Match`.
    version: u32,
    state: String,
}

impl From<Acted> for OrderActed {
    fn from(acted: Acted) -> Self {
        Self { id: acted.id, version: acted.version, state: acted.state.name().to_owned() }
    }
}

async fn act(desk: &Arc<Desk>, signed: &Signed, any: &[Permission], once: &Act, command: &Command) -> Answer<Json<OrderActed>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, any)?;
    let (shop, who) = (asker.shop(desk)?, signed.0.who());
    let hand = Hand { who: &who, login: &signed.0.login, sight: &sight };
    let once = Once { id: &once.id, version: once.version, key: &once.key };
    let acted = store::act(&desk.db, &shop, &hand, once, command).await?;
    Ok(Json(acted.into_inner().into()))
}

/// Begins an order as a draft, with the caller's own work ID.
#[utoipa::path(post, path = "/orders", tag = "orders", operation_id = "start_order", request_body = OrderWanted,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = OrderActed)),
    extensions(("x-permission" = json!("order.take"))))]
async fn start(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<OrderWanted>,
) -> Answer<(StatusCode, Json<OrderActed>)> {
    signed.may(&desk, Permission::OrderTake)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let work = Work::of(&desk, &signed).await?;
    let done = store::start(&desk.db, &asker.shop(&desk)?, &key, &work.seller(), &sent.wanted()?).await?;
    Ok((StatusCode::CREATED, Json(done.into_inner().into())))
}

/// Writes a draft anew.
#[utoipa::path(put, path = "/orders/{id}", tag = "orders", operation_id = "rewrite_order", request_body = OrderWanted,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = OrderActed)),
    extensions(("x-permission" = json!("order.take"))))]
async fn rewrite(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<OrderWanted>,
) -> Answer<Json<OrderActed>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, TAKE)?;
    let shop = asker.shop(&desk)?;
    let acted = store::rewrite(&desk.db, &shop, &sight, &signed.0.who(), &id, version, &sent.wanted()?).await?;
    Ok(Json(acted.into()))
}

/// A document to be checked. It is handed on and not kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct IdentitySent {
    /// Name on the document.
    name: String,
    /// Number of the document.
    number: String,
}

/// What a check came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Identified {
    id: String,
    /// For the next `If-Match`.
    version: u32,
    state: String,
    /// Whether the customer is who they say.
    passed: bool,
}

/// Has the customer checked by the real-name service, and keeps the result.
#[utoipa::path(post, path = "/orders/{id}/identity", tag = "orders", operation_id = "identify_customer", request_body = IdentitySent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = Identified)), extensions(("x-permission" = json!("order.take"))))]
async fn identify(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<IdentitySent>) -> Answer<Json<Identified>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, TAKE)?;
    let (name, number) = (sent.name.trim(), sent.number.trim());
    if name.is_empty() || number.is_empty() || name.chars().count() > LONGEST || number.chars().count() > LONGEST {
        return Err(Refusal::bad_input("orders.identity.empty", "请填写证件姓名和号码", "give name and number of the document").into());
    }
    // An order out of reach is none before anybody is asked.
    let kept = store::get(&mut desk.db.read().await?, &sight, &once.id).await?;
    let ask = Ask { name, number, subscriber: &kept.order.wanted.subscriber };
    let identity = desk.orders.real_name().check(&ask, desk.db.now_us()).await?;
    let passed = identity.passed;
    let Json(OrderActed { id, version, state }) = act(&desk, &signed, TAKE, &once, &Command::Identify(identity)).await?;
    Ok(Json(Identified { id, version, state, passed }))
}

/// An order to be sent.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderSubmitted {
    /// Hash of the offer the customer saw and confirmed.
    sha256: String,
    /// Whether they agreed to the identity check.
    consent: bool,
}

/// Sends an order the customer confirmed. Whatever refuses it here is kept.
#[utoipa::path(post, path = "/orders/{id}/submit", tag = "orders", operation_id = "submit_order", request_body = OrderSubmitted,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OrderActed)), extensions(("x-permission" = json!("order.take"))))]
async fn submit(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<OrderSubmitted>) -> Answer<Json<OrderActed>> {
    let command = Command::Submit { sha256: sent.sha256, consent: sent.consent };
    act(&desk, &signed, TAKE, &once, &command).await
}

/// The number the business system gave.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderAccepted {
    system_no: String,
}

/// Notes that the business system took an order.
#[utoipa::path(post, path = "/orders/{id}/accept", tag = "orders", operation_id = "accept_order", request_body = OrderAccepted,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OrderActed)), extensions(("x-permission" = json!(["order.take", "order.handle"]))))]
async fn accept(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<OrderAccepted>) -> Answer<Json<OrderActed>> {
    act(&desk, &signed, EITHER, &once, &Command::Accept(sent.system_no)).await
}

/// A part of the work.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderTaskSent {
    /// activation, delivery, invoice.
    part: String,
    /// Whether it is done; else it was tried in vain.
    done: bool,
    #[serde(default)]
    note: String,
}

/// Notes that a part of the work is done, or was tried in vain. With the last part the order takes effect.
#[utoipa::path(post, path = "/orders/{id}/tasks", tag = "orders", operation_id = "note_order_task", request_body = OrderTaskSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OrderActed)), extensions(("x-permission" = json!(["order.take", "order.handle"]))))]
async fn task(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<OrderTaskSent>) -> Answer<Json<OrderActed>> {
    // Who may not act at all hears that first.
    super::union(&desk, &signed, EITHER)?;
    let part: Part = sent.part.parse().map_err(|()| {
        Refusal::bad_input("orders.task.unknown", "子任务为 activation、delivery 或 invoice", "a part is activation, delivery or invoice")
    })?;
    let command = if sent.done { Command::Finish(part, sent.note) } else { Command::Fail(part, sent.note) };
    act(&desk, &signed, EITHER, &once, &command).await
}

/// Why an order is given up or taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OrderReason {
    reason: String,
}

/// Gives an order up before it takes effect.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", operation_id = "cancel_order", request_body = OrderReason,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OrderActed)), extensions(("x-permission" = json!(["order.take", "order.handle"]))))]
async fn cancel(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<OrderReason>) -> Answer<Json<OrderActed>> {
    act(&desk, &signed, EITHER, &once, &Command::Cancel(sent.reason)).await
}

/// Takes an effective order back: a return or cancellation, as a further fact.
#[utoipa::path(post, path = "/orders/{id}/reverse", tag = "orders", operation_id = "reverse_order", request_body = OrderReason,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OrderActed)), extensions(("x-permission" = json!("order.handle"))))]
async fn reverse(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<OrderReason>) -> Answer<Json<OrderActed>> {
    act(&desk, &signed, HANDLE, &once, &Command::Reverse(sent.reason)).await
}

/// Ends the contract of an effective order early.
#[utoipa::path(post, path = "/orders/{id}/terminate", tag = "orders", operation_id = "terminate_order", request_body = OrderReason,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = OrderActed)), extensions(("x-permission" = json!("order.handle"))))]
async fn terminate(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<OrderReason>) -> Answer<Json<OrderActed>> {
    act(&desk, &signed, HANDLE, &once, &Command::Terminate(sent.reason)).await
}

/// What may be done to an order in a state, by whoever took it or handles it.
pub(super) fn offered(
    order: &qudao_orders::order::Order,
    business: &qudao_orders::Business,
    takes: bool,
    handles: bool,
) -> Vec<&'static str> {
    let either = takes || handles;
    let contract = order.wanted.term_months > 0 && business.undo == Some(qudao_orders::business::Undo::Cancellation);
    let all: &[(&'static str, bool)] = match order.state {
        OrderState::Draft => &[("rewrite", takes), ("identify", takes && business.identity), ("submit", takes), ("cancel", either)],
        OrderState::Submitted => &[("accept", either), ("cancel", either)],
        OrderState::Accepted | OrderState::Activated => &[("finish", either), ("fail", either), ("cancel", either)],
        OrderState::Effective => &[("reverse", handles && business.undo.is_some()), ("terminate", handles && contract)],
        OrderState::Cancelled | OrderState::Reversed | OrderState::Terminated => &[],
    };
    all.iter().filter(|(_, may)| *may).map(|(name, _)| *name).collect()
}
