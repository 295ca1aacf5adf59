//! What is done with terminals: into stock, to an outlet, back; and with the float on them.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::reach;
use super::super::receivables::{may_supply, moved, sent_day, word};
use super::super::signed::Signed;
use super::super::web::{Answer, IfMatch, OnceKey, Sent};
use super::MANAGE;
use super::rows::FloatBalance;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Over, Permission};
use qudao_airtime::float::{self, Flow, Movement, Paid};
use qudao_airtime::terminal::{self, Placing, Recall};
use qudao_kernel::{Fen, Lang};
use qudao_receivable::Once;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(place)).routes(routes!(recall)).routes(routes!(load)).routes(routes!(record))
}

/// Terminals to be put into stock.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TerminalsSent {
    /// At most 500.
    serials: Vec<String>,
    model: String,
}

/// How many were added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TerminalsAdded {
    added: u32,
}

/// Puts terminals into stock.
#[utoipa::path(post, path = "/terminals", tag = "airtime", operation_id = "add_terminals", request_body = TerminalsSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = TerminalsAdded)),
    extensions(("x-permission" = json!("terminal.manage"))))]
async fn add(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<TerminalsSent>,
) -> Answer<(StatusCode, Json<TerminalsAdded>)> {
    signed.everywhere(&desk, Permission::TerminalManage)?;
    let added = terminal::add(&desk.db, Once { who: &signed.0.who(), key: &key }, &sent.serials, &sent.model).await?;
    Ok((StatusCode::CREATED, Json(TerminalsAdded { added })))
}

/// Where a terminal goes.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlacingSent {
    outlet: String,
    /// Agreement of the outlet's owner.
    agreement: String,
    /// Deposit taken, fen; zero for none.
    #[serde(default)]
    deposit: i64,
}

/// The version of a terminal afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TerminalVersion {
    /// For the next `If-Match`.
    version: u32,
}

/// Places a terminal at an outlet and takes its deposit. One that is somewhere already is refused.
#[utoipa::path(post, path = "/terminals/{serial}/place", tag = "airtime", operation_id = "place_terminal", request_body = PlacingSent,
    params(("serial" = String, Path, description = "Serial"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = TerminalVersion)), extensions(("x-permission" = json!("terminal.manage"))))]
async fn place(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(serial): Path<String>,
    IfMatch(version): IfMatch,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PlacingSent>,
) -> Answer<Json<TerminalVersion>> {
    let scope = signed.scope(&desk, Permission::TerminalManage)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    if !reach::covered(Some(&*asker.master), &scope, Over::Outlet, &sent.outlet, asker.today) {
        return Err(terminal::no_outlet(&sent.outlet).into());
    }
    let new = Placing { serial: &serial, version, outlet: &sent.outlet, agreement: sent.agreement.trim(), deposit: Fen(sent.deposit) };
    let version = terminal::place(&desk.db, &asker.master, Once { who: &signed.0.who(), key: &key }, &new, asker.today).await?;
    moved(&desk);
    Ok(Json(TerminalVersion { version }))
}

/// How a terminal is called back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RecallSent {
    /// It is not there any more.
    #[serde(default)]
    lost: bool,
    /// Part of the deposit that is kept, fen; the rest goes back.
    #[serde(default)]
    keep: i64,
    reason: String,
}

/// Calls a terminal back: what is on it is given back, and its deposit but what is kept.
#[utoipa::path(post, path = "/terminals/{serial}/recall", tag = "airtime", operation_id = "recall_terminal", request_body = RecallSent,
    params(("serial" = String, Path, description = "Serial"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = TerminalVersion)), extensions(("x-permission" = json!("terminal.manage"))))]
async fn recall(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(serial): Path<String>,
    IfMatch(version): IfMatch,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<RecallSent>,
) -> Answer<Json<TerminalVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let new = Recall { serial: &serial, version, lost: sent.lost, keep: Fen(sent.keep), reason: &sent.reason };
    let once = Once { who: &signed.0.who(), key: &key };
    let version = terminal::recall(&desk.db, &asker.master, &sight, once, &new, asker.today).await?;
    moved(&desk);
    Ok(Json(TerminalVersion { version }))
}

/// Money to be put on a terminal.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FloatLoad {
    /// The top-up system's number.
    number: String,
    /// Fen.
    amount: i64,
    /// Last day to pay where it is on account; absent where it is paid.
    #[serde(default)]
    due_on: Option<String>,
}

/// Loads money on a terminal, paid or on account. A partner with something long overdue is refused.
#[utoipa::path(post, path = "/terminals/{serial}/load", tag = "airtime", operation_id = "load_terminal", request_body = FloatLoad,
    params(("serial" = String, Path, description = "Serial"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = FloatBalance)), extensions(("x-permission" = json!("terminal.manage"))))]
async fn load(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(serial): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<FloatLoad>,
) -> Answer<Json<FloatBalance>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let at = terminal::get(&mut desk.db.read().await?, &sight, &serial).await?;
    may_supply(&desk, &at.partner).await?;
    let territory = asker.master.partner(&at.partner, asker.today).map_or(at.territory.as_str(), |row| row.territory.as_str());
    let due_on = sent.due_on.as_deref().filter(|day| !day.is_empty()).map(sent_day).transpose()?;
    let paid = due_on.map_or(Paid::Now, |due_on| Paid::OnAccount { territory, due_on });
    let new = Movement {
        number: sent.number.trim().to_owned(),
        serial,
        flow: Flow::Loaded,
        amount: Fen(sent.amount),
        occurred_on: asker.today,
        reference: String::new(),
    };
    let balance = float::load(&desk.db, &sight, Once { who: &signed.0.who(), key: &key }, &new, paid, asker.today).await?.into_inner();
    moved(&desk);
    Ok(Json(FloatBalance { balance: balance.0 }))
}

/// A sale, or one that is taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MovementSent {
    /// The top-up system's number.
    number: String,
    /// sold, reversed.
    flow: String,
    /// Fen.
    amount: i64,
    occurred_on: String,
    /// The sale a reversal takes back.
    #[serde(default)]
    reference: String,
}

/// Notes a sale of a terminal, or that one is taken back. The same number once more does nothing.
#[utoipa::path(post, path = "/terminals/{serial}/movements", tag = "airtime", operation_id = "record_top_up", request_body = MovementSent,
    params(("serial" = String, Path, description = "Serial"), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = FloatBalance)), extensions(("x-permission" = json!("terminal.manage"))))]
async fn record(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(serial): Path<String>,
    // A movement has the top-up system's own number: a repeat does nothing twice whatever key it carries.
    _key: OnceKey,
    Sent(sent): Sent<MovementSent>,
) -> Answer<Json<FloatBalance>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let new = Movement {
        number: sent.number.trim().to_owned(),
        serial,
        flow: word(&sent.flow, "sold, reversed")?,
        amount: Fen(sent.amount),
        occurred_on: sent_day(&sent.occurred_on)?,
        reference: sent.reference.trim().to_owned(),
    };
    let balance = float::record(&desk.db, &sight, &signed.0.who(), &new, asker.today).await?.into_inner();
    moved(&desk);
    Ok(Json(FloatBalance { balance: balance.0 }))
}
