//! Returns: asked for by the outlet, decided by supply.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::periods::StepNote;
use super::super::receivables::moved;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Act as On, Answer, Asked, Language, OnceKey, Page, Paging, Sent, closed};
use super::offers::{SupplyMade, SupplyVersion};
use super::{HANDLE, ORDER, READ, shop};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_kernel::Lang;
use qudao_platform::audit::same_hand;
use qudao_receivable::Once;
use qudao_supply::back::{self, Return, Verdict};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ask)).routes(routes!(take)).routes(routes!(refuse))
}

/// A return.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupplyReturn {
    id: String,
    /// For `If-Match`.
    version: u32,
    order: String,
    /// asked, taken, refused.
    state: String,
    partner: String,
    partner_name: String,
    outlet: String,
    outlet_name: String,
    serials: Vec<String>,
    /// What is given back of the charge, fen.
    amount: i64,
    reason: String,
    asked_by: String,
    asked_at: String,
    #[schema(required)]
    decided_by: Option<String>,
    decision: String,
    /// Whether whoever looks asked for it, and so does not decide it.
    own: bool,
}

impl SupplyReturn {
    pub(super) fn of(asker: &Asker, who: &str, one: Return) -> Self {
        Self {
            own: same_hand(&one.asked_by, who),
            partner_name: asker.partner(&one.partner),
            outlet_name: asker.outlet(&one.outlet),
            asked_at: instant(one.asked_us),
            id: one.id,
            version: one.version,
            order: one.order,
            state: one.state,
            partner: one.partner,
            outlet: one.outlet,
            serials: one.serials,
            amount: one.amount.0,
            reason: one.reason,
            asked_by: one.asked_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// Which returns.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SupplyReturnsAsked {
    /// asked, taken, refused.
    state: Option<String>,
}

/// Returns, latest first.
#[utoipa::path(get, path = "/supply/returns", tag = "supply", operation_id = "supply_returns", params(SupplyReturnsAsked, Paging),
    responses((status = 200, body = Page<SupplyReturn>)), extensions(("x-permission" = json!("supply.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<SupplyReturnsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<SupplyReturn>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let state = closed(asked.state, &["asked", "taken", "refused"])?;
    let found = back::list(&mut desk.db.read().await?, &sight, &state, "").await?;
    let who = signed.0.who();
    Ok(Json(Page::of(&paging, found.len(), found.into_iter().map(|one| SupplyReturn::of(&asker, &who, one)))))
}

/// Pieces that are to go back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupplyReturnSent {
    serials: Vec<String>,
    reason: String,
}

/// Asks to give pieces of a received order back.
#[utoipa::path(post, path = "/supply/orders/{id}/returns", tag = "supply", operation_id = "ask_supply_return", request_body = SupplyReturnSent,
    params(("id" = String, Path, description = "Order"), ("Idempotency-Key" = String, Header)), responses((status = 201, body = SupplyMade)),
    extensions(("x-permission" = json!("supply.order"))))]
async fn ask(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<SupplyReturnSent>,
) -> Answer<(StatusCode, Json<SupplyMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, ORDER)?;
    let once = Once { who: &signed.0.who(), key: &key };
    let id = back::ask(&desk.db, shop(&desk, &asker)?, &sight, once, &id, &sent.serials, &sent.reason).await?.into_inner();
    Ok((StatusCode::CREATED, Json(SupplyMade { id })))
}

async fn decide(desk: &Arc<Desk>, signed: &Signed, on: &On, verdict: Verdict<'_>) -> Answer<Json<SupplyVersion>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, HANDLE)?;
    let once = Once { who: &signed.0.who(), key: &on.key };
    let version = back::decide(&desk.db, shop(desk, &asker)?, &sight, once, &on.id, on.version, verdict).await?;
    moved(desk);
    Ok(Json(SupplyVersion { version }))
}

/// Takes pieces back into the central store; what was charged for them is given back.
#[utoipa::path(post, path = "/supply/returns/{id}/take", tag = "supply", operation_id = "take_supply_return",
    params(("id" = String, Path, description = "Return"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.handle"))))]
async fn take(State(desk): State<Arc<Desk>>, signed: Signed, on: On) -> Answer<Json<SupplyVersion>> {
    decide(&desk, &signed, &on, Verdict::Take).await
}

/// Leaves the pieces where they are.
#[utoipa::path(post, path = "/supply/returns/{id}/refuse", tag = "supply", operation_id = "refuse_supply_return", request_body = StepNote,
    params(("id" = String, Path, description = "Return"), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SupplyVersion)), extensions(("x-permission" = json!("supply.handle"))))]
async fn refuse(State(desk): State<Arc<Desk>>, signed: Signed, on: On, Sent(sent): Sent<StepNote>) -> Answer<Json<SupplyVersion>> {
    decide(&desk, &signed, &on, Verdict::Refuse(&sent.note)).await
}
