//! 到岗: who is at a stop of a unit, or helps in an outlet, from when to when, with what positions are worth.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Sent, closed};
use super::calls::when;
use super::roadshows::hand;
use super::shown_roadshow::{FieldPresence, FieldPresences, PositionSent, PresenceLeft, PresenceSent};
use super::{day_or, house, outlet_name, reached, sight};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_field::roadshow::presence::{self, For, New, Presence};
use qudao_field::roadshow::{stop, unit};
use qudao_field::visit::position::{Position, Source};
use qudao_kernel::{Kind, Refusal};
use qudao_network::site::Point;
use qudao_platform::Done;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, come)).routes(routes!(leave))
}

pub(super) fn shown_presence(asker: &Asker, one: Presence) -> FieldPresence {
    let minutes = one.minutes();
    let (left_level, left_m) = one.left.map(|left| (left.level, left.metres)).unwrap_or_default();
    FieldPresence {
        kind: one.what.name().to_owned(),
        outlet_name: if one.outlet.is_empty() { String::new() } else { outlet_name(asker, &one.outlet) },
        id: one.id,
        roadshow: one.roadshow,
        stop: one.stop,
        outlet: one.outlet,
        person: one.person,
        name: one.name,
        day: one.day.to_string(),
        came_us: one.came_us,
        came_level: one.came.level,
        came_m: one.came.metres,
        left_us: one.left_us,
        left_level,
        left_m,
        minutes,
        note: one.note,
    }
}

/// Where a phone was.
pub(super) const fn place_of(sent: &PositionSent) -> Point {
    Point { lat_e6: sent.lat_e6, lon_e6: sent.lon_e6 }
}

const fn position(sent: &PositionSent) -> Position {
    let PositionSent { lat_e6, lon_e6, accuracy_m, age_s, mock } = *sent;
    Position { lat_e6, lon_e6, accuracy_m, age_s, source: Source::Unknown, mock }
}

/// Whose attendance.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PresencesAsked {
    /// roadshow, assist; both where absent.
    kind: Option<String>,
    /// From this day on; a week ago where absent.
    from: Option<String>,
    /// Up to this day; today where absent.
    to: Option<String>,
}

/// Who was at stops and in outlets within one's sight, the latest first, at most 1,000.
#[utoipa::path(get, path = "/field/attendance", tag = "field", operation_id = "field_attendance", params(PresencesAsked),
    responses((status = 200, body = FieldPresences)), extensions(("x-permission" = json!("visit.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PresencesAsked>,
) -> Answer<Json<FieldPresences>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let what = closed(asked.kind, &["roadshow", "assist"])?;
    let days = (day_or(asked.from.as_deref(), asker.today.plus_days(-7))?, day_or(asked.to.as_deref(), asker.today)?);
    let rows = presence::list(&mut desk.db.read().await?, &sight, what.parse::<For>().ok(), days).await?;
    Ok(Json(FieldPresences { rows: rows.into_iter().map(|one| shown_presence(&asker, one)).collect() }))
}

/// Notes that somebody came: to a stop of a unit one is with, or oneself to an outlet, to help there. The same id is the same presence.
#[utoipa::path(post, path = "/field/attendance", tag = "field", operation_id = "note_coming", request_body = PresenceSent,
    responses((status = 201, body = FieldPresence), (status = 200, body = FieldPresence, description = "It was there")),
    extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn come(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<PresenceSent>,
) -> Answer<(StatusCode, Json<FieldPresence>)> {
    hand(&desk, &signed)?;
    let asker = Asker::of(&desk, lang).await;
    let found = match sent.stop.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => at_stop(&desk, &signed, id, sent.person.as_deref()).await?,
        None => at_outlet(&desk, &signed, &asker, sent.outlet.as_deref().unwrap_or("")).await?,
    };
    let position = sent.position.as_ref().map(position);
    let new = New {
        id: &sent.id,
        what: if found.roadshow.is_empty() { For::Assist } else { For::Roadshow },
        roadshow: &found.roadshow,
        stop: &found.stop,
        outlet: &found.outlet,
        territory: &found.territory,
        point: found.point,
        person: &found.person,
        name: &found.name,
        at_us: when(desk.db.now_us(), sent.at_us, sent.device_now_us),
        position: position.as_ref(),
    };
    let doubt = house(&desk, &found.territory, asker.today)?.limits.doubt;
    let (status, made) = match presence::come(&desk.db, &signed.0.who(), &new, doubt).await? {
        Done::Now(made) => (StatusCode::CREATED, made),
        Done::Already(made) => (StatusCode::OK, made),
    };
    Ok((status, Json(shown_presence(&asker, made))))
}

/// Where somebody is, and who.
struct There {
    roadshow: String,
    stop: String,
    outlet: String,
    territory: String,
    point: Option<Point>,
    person: String,
    name: String,
}

/// One of a unit's crew at its stop.
async fn at_stop(desk: &Desk, signed: &Signed, id: &str, person: Option<&str>) -> Result<There, Refusal> {
    let tx = &mut desk.db.read().await?;
    let stop = stop::get(tx, id).await?;
    let unit = unit::get(tx, &hand(desk, signed)?, &stop.roadshow).await?;
    let person = person.filter(|code| !code.is_empty()).unwrap_or(&signed.0.login);
    let member = unit.crew.into_iter().find(|one| one.code == person).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "field.attendance.person",
            "此人不在本单元的人员中；请从列表中选择",
            "they are not of the unit's crew; choose somebody of it",
        )
    })?;
    Ok(There {
        roadshow: unit.id,
        stop: stop.id,
        outlet: stop.outlet,
        territory: stop.territory,
        point: stop.point,
        person: member.code,
        name: member.name,
    })
}

/// The asker in an outlet of theirs.
async fn at_outlet(desk: &Desk, signed: &Signed, asker: &Asker, outlet: &str) -> Result<There, Refusal> {
    // Whoever books units may note who comes to a stop; help in an outlet is noted by whoever gives it.
    let scope = signed
        .own_scope(desk, Permission::VisitMake)
        .map_err(|_| Refusal::bad_input("field.attendance.stop", "请选择流动助销的站点", "choose a stop of a roadshow unit"))?;
    let site = reached(desk, asker, &mut desk.db.read().await?, &scope, outlet).await?;
    Ok(There {
        roadshow: String::new(),
        stop: String::new(),
        outlet: site.outlet,
        territory: site.territory,
        point: site.point,
        person: signed.0.login.clone(),
        name: signed.0.name.clone(),
    })
}

/// Notes that somebody left: whoever noted their coming, they themselves, or whoever has the units of the area.
#[utoipa::path(post, path = "/field/attendance/{id}/leave", tag = "field", operation_id = "note_leaving", request_body = PresenceLeft,
    params(("id" = String, Path, description = "Presence")),
    responses((status = 200, body = FieldPresence)), extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn leave(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(sent): Sent<PresenceLeft>,
) -> Answer<Json<FieldPresence>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, hand(&desk, &signed)?);
    let position = sent.position.as_ref().map(position);
    let doubt = house(&desk, "", asker.today)?.limits.doubt;
    let said = (when(desk.db.now_us(), sent.at_us, sent.device_now_us), position.as_ref());
    let left = presence::leave(&desk.db, &sight, &signed.0.who(), &id, said, &sent.note, doubt).await?;
    Ok(Json(shown_presence(&asker, left)))
}
