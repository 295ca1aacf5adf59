//! Cards, prizes and incidents of an event (R8.31–R8.33).

use super::super::desk::Desk;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, OnceKey, Sent};
use super::prospects::within;
use super::{Asker, MANAGE, ProspectBrought, ProspectSent, READ};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_kernel::Lang;
use qudao_recruit::event::{self, Card, NewCard};
use qudao_recruit::prospect::Brought;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(cards, enter)).routes(routes!(add_prize)).routes(routes!(give)).routes(routes!(incident))
}

/// A card or questionnaire that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventCard {
    seq: u32,
    /// card or questionnaire.
    kind: String,
    guest: String,
    /// The prospect it became or belongs to.
    prospect: String,
    /// Whether the prospect is new.
    fresh: bool,
    answers: String,
    who: String,
    at: String,
}

/// Cards and questionnaires of an event, the last first.
#[utoipa::path(get, path = "/recruiting/events/{id}/cards", tag = "recruiting", operation_id = "event_cards", params(("id" = String, Path)),
    responses((status = 200, body = Vec<EventCard>)), extensions(("x-permission" = json!("recruit.read"))))]
async fn cards(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<Vec<EventCard>>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    event::get(tx, &sight, &id).await?;
    let view = |Card { seq, kind, guest, prospect, fresh, answers, who, at_us }: Card| EventCard {
        seq,
        kind,
        guest,
        prospect,
        fresh,
        answers,
        who,
        at: instant(at_us),
    };
    Ok(Json(event::cards(tx, &id).await?.into_iter().map(view).collect()))
}

/// A card or questionnaire.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EventCardSent {
    /// card or questionnaire.
    kind: String,
    /// The guest who gave it; empty for somebody else.
    guest: String,
    prospect: ProspectSent,
    /// What the questionnaire says.
    answers: String,
}

/// Enters a card: whose phone or licence is there already is the same prospect.
#[utoipa::path(post, path = "/recruiting/events/{id}/cards", tag = "recruiting", operation_id = "enter_card", request_body = EventCardSent,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = ProspectBrought)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn enter(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<EventCardSent>,
) -> Answer<(StatusCode, Json<ProspectBrought>)> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    within(&sight, &sent.prospect.territory)?;
    let EventCardSent { kind, guest, prospect, answers } = &sent;
    let new = NewCard { kind, guest, prospect: prospect.wanted(&signed.0.login), answers };
    let Brought { id, fresh } = event::enter(&desk.db, &sight, &signed.0.who(), &key, &id, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(ProspectBrought { id, fresh })))
}

/// Prizes that were bought.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PrizeSent {
    name: String,
    purchased: u32,
}

/// A kind of prize that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrizeAdded {
    seq: u32,
}

/// Adds prizes that were bought.
#[utoipa::path(post, path = "/recruiting/events/{id}/prizes", tag = "recruiting", operation_id = "add_prize", request_body = PrizeSent,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = PrizeAdded)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn add_prize(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PrizeSent>,
) -> Answer<(StatusCode, Json<PrizeAdded>)> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let seq = event::add_prize(&desk.db, &sight, &signed.0.who(), &key, &id, &sent.name, sent.purchased).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PrizeAdded { seq })))
}

/// Who gets a prize.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PrizeGiven {
    /// A guest who came.
    guest: String,
}

/// Gives a prize to a guest who came. Never more are given than were bought.
#[utoipa::path(post, path = "/recruiting/events/{id}/prizes/{seq}/given", tag = "recruiting", operation_id = "give_prize", request_body = PrizeGiven,
    params(("id" = String, Path), ("seq" = u32, Path)), responses((status = 204, description = "Given")),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn give(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, prize)): Path<(String, u32)>,
    Sent(sent): Sent<PrizeGiven>,
) -> Answer<StatusCode> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    event::give(&desk.db, &sight, &signed.0.who(), &id, prize, &sent.guest).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Something that happened.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct IncidentSent {
    what: String,
}

/// Notes something that happened at an event.
#[utoipa::path(post, path = "/recruiting/events/{id}/incidents", tag = "recruiting", operation_id = "note_incident", request_body = IncidentSent,
    params(("id" = String, Path)), responses((status = 204, description = "Noted")), extensions(("x-permission" = json!("recruit.manage"))))]
async fn incident(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Sent(sent): Sent<IncidentSent>,
) -> Answer<StatusCode> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    event::incident(&desk.db, &sight, &signed.0.who(), &id, &sent.what).await?;
    Ok(StatusCode::NO_CONTENT)
}
