//! Who is invited to an event, what they said, whether they came, and what became of it (R8.26–R8.29, R8.32, R8.34).

use super::super::desk::Desk;
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, IfMatch, OnceKey, Sent};
use super::events::unknown;
use super::{Asker, MANAGE, READ, RecruitChanged};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_kernel::Lang;
use qudao_recruit::event::{self, Answer as Said, Guest, GuestAct, NewGuest, Outcome};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(send_out))
        .routes(routes!(hand_over))
        .routes(routes!(confirm))
        .routes(routes!(follow_up))
        .routes(routes!(check_in))
}

/// A guest of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventGuest {
    id: String,
    /// For `If-Match`.
    version: u32,
    name: String,
    company: String,
    /// Masked.
    phone: String,
    mail: String,
    /// What lets them in.
    code: String,
    /// none, queued, sent, failed, `by_hand`.
    delivery: String,
    /// When or how it was delivered, or why it was not.
    delivered: String,
    /// open, yes, no, later.
    answer: String,
    answer_note: String,
    /// Days before the event of the last reminder; 0 for none.
    reminded: i32,
    #[schema(required)]
    checked_at: Option<String>,
    prospect: String,
    #[schema(required)]
    next_on: Option<String>,
    /// open, signed, nurtured, lost.
    outcome: String,
    outcome_note: String,
}

impl EventGuest {
    fn of(guest: Guest) -> Self {
        Self {
            delivery: guest.delivery.name().to_owned(),
            answer: guest.answer.name().to_owned(),
            outcome: guest.outcome.name().to_owned(),
            checked_at: guest.checked_us.map(instant),
            next_on: day(guest.next_on),
            id: guest.id,
            version: guest.version,
            name: guest.name,
            company: guest.company,
            phone: guest.phone,
            mail: guest.mail,
            code: guest.code,
            delivered: guest.delivered,
            answer_note: guest.answer_note,
            reminded: guest.reminded,
            prospect: guest.prospect,
            outcome_note: guest.outcome_note,
        }
    }
}

/// Guests of an event, in the order of the list.
#[utoipa::path(get, path = "/recruiting/events/{id}/guests", tag = "recruiting", operation_id = "event_guests", params(("id" = String, Path)),
    responses((status = 200, body = Vec<EventGuest>)), extensions(("x-permission" = json!("recruit.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<Vec<EventGuest>>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    event::get(tx, &sight, &id).await?;
    Ok(Json(event::guests(tx, &id).await?.into_iter().map(EventGuest::of).collect()))
}

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct GuestSent {
    name: String,
    company: String,
    /// Empty if unknown.
    phone: String,
    /// Empty if unknown.
    mail: String,
}

/// How many guests were added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GuestsAdded {
    /// Whoever is on the list by phone already is not added again.
    added: u32,
}

/// Puts guests on the list.
#[utoipa::path(post, path = "/recruiting/events/{id}/guests", tag = "recruiting", operation_id = "invite_guests", request_body = Vec<GuestSent>,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = GuestsAdded)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn invite(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<Vec<GuestSent>>,
) -> Answer<(StatusCode, Json<GuestsAdded>)> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let new: Vec<NewGuest<'_>> =
        sent.iter().map(|GuestSent { name, company, phone, mail }| NewGuest { name, company, phone, mail }).collect();
    let added = event::invite(&desk.db, &sight, &signed.0.who(), &key, &id, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(GuestsAdded { added })))
}

/// How many letters go out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LettersQueued {
    queued: u64,
}

/// Has everybody with a mail address invited who was not yet. What becomes of each letter is kept.
#[utoipa::path(post, path = "/recruiting/events/{id}/invitations", tag = "recruiting", operation_id = "send_invitations",
    params(("id" = String, Path)), responses((status = 200, body = LettersQueued)), extensions(("x-permission" = json!("recruit.manage"))))]
async fn send_out(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Json<LettersQueued>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let queued = event::queue_invitations(&desk.db, &sight, &signed.0.who(), &id).await?;
    Ok(Json(LettersQueued { queued }))
}

/// Does something to a guest.
async fn acted(desk: &Arc<Desk>, signed: &Signed, at: (&str, &str), version: u32, act: &GuestAct<'_>) -> Answer<Json<RecruitChanged>> {
    let sight = Asker::of(desk, Lang::Zh).await.sight(desk, signed, MANAGE)?;
    let version = event::act(&desk.db, &sight, &signed.0.who(), at, version, act).await?;
    Ok(Json(RecruitChanged { version }))
}

/// How an invitation was delivered.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HandedOver {
    how: String,
}

/// Notes that an invitation was handed over, posted or told.
#[utoipa::path(post, path = "/recruiting/events/{id}/guests/{guest}/delivered", tag = "recruiting", operation_id = "hand_over_invitation",
    request_body = HandedOver, params(("id" = String, Path), ("guest" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RecruitChanged)), extensions(("x-permission" = json!("recruit.manage"))))]
async fn hand_over(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, guest)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<HandedOver>,
) -> Answer<Json<RecruitChanged>> {
    acted(&desk, &signed, (&id, &guest), version, &GuestAct::HandOver(&sent.how)).await
}

/// What a guest said on the phone.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct GuestAnswer {
    /// yes, no, later.
    answer: String,
    note: String,
}

/// Notes what a guest said on the phone.
#[utoipa::path(post, path = "/recruiting/events/{id}/guests/{guest}/answer", tag = "recruiting", operation_id = "confirm_guest",
    request_body = GuestAnswer, params(("id" = String, Path), ("guest" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RecruitChanged)), extensions(("x-permission" = json!("recruit.manage"))))]
async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, guest)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<GuestAnswer>,
) -> Answer<Json<RecruitChanged>> {
    signed.may(&desk, MANAGE[0])?;
    let answer: Said = sent.answer.parse().map_err(|()| unknown(&sent.answer))?;
    acted(&desk, &signed, (&id, &guest), version, &GuestAct::Answer(answer, &sent.note)).await
}

/// How it goes on with an attendee.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct GuestFollowed {
    /// open, signed, nurtured, lost.
    outcome: String,
    /// When they are called next; needed while the outcome is open.
    next_on: Option<String>,
    note: String,
}

/// Notes a call after the event: when the next one is, or how it ended.
#[utoipa::path(post, path = "/recruiting/events/{id}/guests/{guest}/follow-up", tag = "recruiting", operation_id = "follow_guest_up",
    request_body = GuestFollowed, params(("id" = String, Path), ("guest" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = RecruitChanged)), extensions(("x-permission" = json!("recruit.manage"))))]
async fn follow_up(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, guest)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<GuestFollowed>,
) -> Answer<Json<RecruitChanged>> {
    signed.may(&desk, MANAGE[0])?;
    let outcome: Outcome = sent.outcome.parse().map_err(|()| unknown(&sent.outcome))?;
    let next = super::super::orders::day(sent.next_on.as_deref())?;
    acted(&desk, &signed, (&id, &guest), version, &GuestAct::FollowUp(outcome, next, &sent.note)).await
}

/// The code of a guest at the door.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CodeSent {
    code: String,
}

/// Checks a guest in by their code.
#[utoipa::path(post, path = "/recruiting/events/{id}/check-in", tag = "recruiting", operation_id = "check_guest_in", request_body = CodeSent,
    params(("id" = String, Path)), responses((status = 200, body = EventGuest)), extensions(("x-permission" = json!("recruit.manage"))))]
async fn check_in(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Sent(sent): Sent<CodeSent>,
) -> Answer<Json<EventGuest>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let guest = event::check_in(&desk.db, &desk.recruit.event, &sight, &signed.0.who(), &id, &sent.code).await?;
    Ok(Json(EventGuest::of(guest)))
}
