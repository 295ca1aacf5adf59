//! What is done with orders: placed, accepted or not, sent out, called back, received, cancelled.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::periods::StepNote;
use super::super::receivables::{moved, sent_day};
use super::super::signed::Signed;
use super::super::web::{Act as On, Answer, OnceKey, Sent};
use super::offers::{SupplyMade, SupplyVersion};
use super::start::outlet;
use super::{HANDLE, ORDER, shop};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::Lang;
use qudao_receivable::Once;
use qudao_supply::order::{self, Act, Hand, Pieces, Placing};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(confirm))
        .routes(routes!(refuse))
        .routes(routes!(cancel))
        .routes(routes!(ship))
        .routes(routes!(call_back))
        .routes(routes!(receive))
}

/// Pieces of an offer that are wanted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplyWanted {
    offer: String,
    pieces: u32,
}

/// An order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplySent {
    outlet: String,
    wanted_on: String,
    lines: Vec<SupplyWanted>,
    #[serde(default)]
    note: String,
}

/// Places an order for an outlet, at the prices of now. A partner whose supply is stopped is refused.
#[utoipa::path(post, path = "/supply/orders", tag = "supply", operation_id = "place_supply_order", request_body = SupplySent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = SupplyMade)),
    extensions(("x-permission" = json!("supply.order"))))]
async fn create(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<SupplySent>,
) -> Answer<(StatusCode, Json<SupplyMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let outlet = &outlet(&desk, &signed, &asker, sent.outlet.trim())?.code;
    let lines: Vec<Pieces> = sent.lines.into_iter().map(|line| Pieces { offer: line.offer, pieces: line.pieces }).collect();
    let new = Placing { outlet, wanted_on: sent_day(&sent.wanted_on)?, lines: &lines, note: &sent.note };
    let once = Once { who: &signed.0.who(), key: &key };
    let id = order::place(&desk.db, shop(&desk, &asker)?, once, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(SupplyMade { id })))
}

/// Does something to an order somebody saw, within the reach of one of some permissions.
async fn does(desk: &Arc<Desk>, signed: &Signed, on: &On, any: &[Permission], act: Act<'_>) -> Answer<Json<SupplyVersion>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, any)?;
    let hand = Hand { who: &signed.0.who(), sight: &sight, id: &on.id, version: on.version, key: &on.key };
    let version = order::act(&desk.db, shop(desk, &asker)?, hand, act).await?;
    moved(desk);
    Ok(Json(SupplyVersion { version }))
}

/// The day a supplier accepts.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplyPromise {
    promised_on: String,
}

/// Accepts an order for a day.
#[utoipa::path(post, path = "/supply/orders/{id}/confirm", tag = "supply", operation_id = "confirm_supply_order", request_body = SupplyPromise,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.handle"))))]
async fn confirm(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<SupplyPromise>) -> Answer<Json<SupplyVersion>> {
    signed.scope(&desk, Permission::SupplyHandle)?;
    let day = sent_day(&sent.promised_on)?;
    does(&desk, &signed, &on, HANDLE, Act::Confirm(day)).await
}

/// Does not accept an order.
#[utoipa::path(post, path = "/supply/orders/{id}/refuse", tag = "supply", operation_id = "refuse_supply_order", request_body = StepNote,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.handle"))))]
async fn refuse(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<StepNote>) -> Answer<Json<SupplyVersion>> {
    does(&desk, &signed, &on, HANDLE, Act::Refuse(&sent.note)).await
}

/// Takes back an order that did not go out yet.
#[utoipa::path(post, path = "/supply/orders/{id}/cancel", tag = "supply", operation_id = "cancel_supply_order", request_body = StepNote,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.order"))))]
async fn cancel(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<StepNote>) -> Answer<Json<SupplyVersion>> {
    does(&desk, &signed, &on, ORDER, Act::Cancel(&sent.note)).await
}

/// Serials of an order.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplySerials {
    #[serde(default)]
    serials: Vec<String>,
}

/// Sends pieces out: as many serials of each offer as were ordered.
#[utoipa::path(post, path = "/supply/orders/{id}/ship", tag = "supply", operation_id = "ship_supply_order", request_body = SupplySerials,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.handle"))))]
async fn ship(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<SupplySerials>) -> Answer<Json<SupplyVersion>> {
    does(&desk, &signed, &on, HANDLE, Act::Ship(&sent.serials)).await
}

/// Calls back what is on the way; it may go out again.
#[utoipa::path(post, path = "/supply/orders/{id}/call-back", tag = "supply", operation_id = "call_back_supply_order", request_body = StepNote,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.handle"))))]
async fn call_back(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<StepNote>) -> Answer<Json<SupplyVersion>> {
    does(&desk, &signed, &on, HANDLE, Act::CallBack(&sent.note)).await
}

/// Notes that an order arrived, but for the serials that are sent. What arrived enters the outlet's stock and is invoiced.
#[utoipa::path(post, path = "/supply/orders/{id}/receive", tag = "supply", operation_id = "receive_supply_order", request_body = SupplySerials,
    params(("id" = String, Path, description = "Order"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!(["supply.order", "supply.handle"]))))]
async fn receive(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<SupplySerials>) -> Answer<Json<SupplyVersion>> {
    let any: Vec<Permission> = ORDER.iter().chain(HANDLE).copied().collect();
    does(&desk, &signed, &on, &any, Act::Receive(&sent.serials)).await
}
