//! Enquiries to become an agent (R8.13).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, closed};
use super::prospects::within;
use super::{Asker, MANAGE, ProspectSent, READ, RecruitChanged, RecruitMade, named, names};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::Lang;
use qudao_recruit::enquiry::{self, Enquiry, EnquiryAct, NewEnquiry};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, receive))
        .routes(routes!(assign))
        .routes(routes!(contact))
        .routes(routes!(to_prospect))
        .routes(routes!(close))
}

/// An enquiry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnquiryRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    name: String,
    /// Masked.
    phone: String,
    territory: String,
    territory_name: String,
    wants: String,
    /// phone, counter, web, introduced.
    way: String,
    /// new, contacted, prospect, closed.
    state: String,
    assigned_to: String,
    assigned_name: String,
    received_at: String,
    due_at: String,
    #[schema(required)]
    contacted_at: Option<String>,
    /// Whether the first contact came, or did not come, after its time.
    late: bool,
    note: String,
    prospect: String,
}

/// Filters of enquiries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EnquiryFilter {
    /// State.
    state: Option<String>,
    /// Only those that are late.
    late: Option<bool>,
    /// Number or name.
    q: Option<String>,
}

/// Enquiries within one's reach, those that wait longest first.
#[utoipa::path(get, path = "/recruiting/enquiries", tag = "recruiting", operation_id = "enquiries", params(EnquiryFilter, Paging),
    responses((status = 200, body = Page<EnquiryRow>)), extensions(("x-permission" = json!("recruit.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<EnquiryFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<EnquiryRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let now = desk.db.now_us();
    let state = closed(asked.state, &["new", "contacted", "prospect", "closed"])?;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let fits = |one: &Enquiry| {
        (state.is_empty() || one.state == state)
            && (!asked.late.unwrap_or_default() || one.is_late(now))
            && (typed.is_empty() || one.id.to_lowercase().contains(&typed) || one.name.to_lowercase().contains(&typed))
    };
    let tx = &mut desk.db.read().await?;
    let all: Vec<Enquiry> = enquiry::list(tx, &sight).await?.into_iter().filter(fits).collect();
    let names = names(tx, all.iter().map(|one| one.assigned_to.clone())).await?;
    let total = all.len();
    let row = |one: Enquiry| EnquiryRow {
        late: one.is_late(now),
        territory_name: network_name(&one.territory, lang),
        assigned_name: named(&names, &one.assigned_to),
        received_at: instant(one.received_us),
        due_at: instant(one.due_us),
        contacted_at: one.contacted_us.map(instant),
        id: one.id,
        version: one.version,
        name: one.name,
        phone: one.phone,
        territory: one.territory,
        wants: one.wants,
        way: one.way,
        state: one.state,
        assigned_to: one.assigned_to,
        note: one.note,
        prospect: one.prospect,
    };
    Ok(Json(Page::of(&paging, total, all.into_iter().map(row))))
}

/// An enquiry that came.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EnquirySent {
    name: String,
    phone: String,
    /// Division code of where they would work.
    territory: String,
    /// What they want.
    wants: String,
    /// phone, counter, web, introduced.
    way: String,
    /// Login of who calls back; the caller where empty.
    assigned_to: String,
}

/// Receives an enquiry: it is numbered, assigned, and to be called back within its time.
#[utoipa::path(post, path = "/recruiting/enquiries", tag = "recruiting", operation_id = "receive_enquiry", request_body = EnquirySent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RecruitMade)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn receive(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<EnquirySent>,
) -> Answer<(StatusCode, Json<RecruitMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let EnquirySent { name, phone, territory, wants, way, assigned_to } = &sent;
    within(&sight, territory)?;
    let minutes = desk.parameters().on("enquiry_contact_minutes", territory, asker.today)?.int()?;
    let assigned_to = if assigned_to.is_empty() { &signed.0.login } else { assigned_to };
    let new = NewEnquiry { name, phone, territory, wants, way, assigned_to };
    let id = enquiry::receive(&desk.db, &key, &signed.0.who(), minutes, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(RecruitMade { id })))
}

/// Does something to an enquiry the caller works on.
async fn acted(desk: &Arc<Desk>, signed: &Signed, seen: &Seen, act: &EnquiryAct<'_>) -> Answer<Json<RecruitChanged>> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let sight = asker.sight(desk, signed, MANAGE)?;
    let version = enquiry::act(&desk.db, &sight, &signed.0.who(), &seen.id, seen.version, act).await?;
    Ok(Json(RecruitChanged { version }))
}

/// Who calls back from now on.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EnquiryAssigned {
    /// Login.
    to: String,
}

/// Has somebody else call back.
#[utoipa::path(post, path = "/recruiting/enquiries/{id}/assign", tag = "recruiting", operation_id = "assign_enquiry", request_body = EnquiryAssigned,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn assign(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    seen: Seen,
    Sent(sent): Sent<EnquiryAssigned>,
) -> Answer<Json<RecruitChanged>> {
    acted(&desk, &signed, &seen, &EnquiryAct::Assign(&sent.to)).await
}

/// What was said.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EnquiryNote {
    note: String,
}

/// Notes a contact; the first one is in time or late.
#[utoipa::path(post, path = "/recruiting/enquiries/{id}/contact", tag = "recruiting", operation_id = "contact_enquiry", request_body = EnquiryNote,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn contact(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen, Sent(sent): Sent<EnquiryNote>) -> Answer<Json<RecruitChanged>> {
    acted(&desk, &signed, &seen, &EnquiryAct::Contact(&sent.note)).await
}

/// Makes an enquiry a prospect. Its phone is kept sealed and given again.
#[utoipa::path(post, path = "/recruiting/enquiries/{id}/prospect", tag = "recruiting", operation_id = "enquiry_to_prospect", request_body = ProspectSent,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn to_prospect(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    seen: Seen,
    Sent(sent): Sent<ProspectSent>,
) -> Answer<Json<RecruitChanged>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    within(&sight, &sent.territory)?;
    acted(&desk, &signed, &seen, &EnquiryAct::Prospect(sent.wanted(&signed.0.login))).await
}

/// Closes an enquiry that comes to nothing.
#[utoipa::path(post, path = "/recruiting/enquiries/{id}/close", tag = "recruiting", operation_id = "close_enquiry", request_body = EnquiryNote,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn close(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen, Sent(sent): Sent<EnquiryNote>) -> Answer<Json<RecruitChanged>> {
    acted(&desk, &signed, &seen, &EnquiryAct::Close(&sent.note)).await
}
