//! 流动助销: roadshow units of a week, their kit, stops and figures (R1.17, R1.18, R1.20). Whoever books has all units of their part; whoever is with a unit works on it;
//! a supervisor agrees to less than the kit.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::{Asker, day};
use super::super::people::day as sent_day;
use super::super::recruit::names;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Seen, Sent, closed};
use super::calls::monday;
use super::presence::{place_of, shown_presence};
use super::shown_roadshow::{
    RoadshowAgent, RoadshowCheckSent, RoadshowCountSent, RoadshowDone, RoadshowMember, RoadshowPart, RoadshowReason, RoadshowSent,
    RoadshowStop, RoadshowStopSent, RoadshowTotals, RoadshowUnit, RoadshowWhole, Roadshows,
};
use super::{day_or, outlet_name, sight, site_of};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Permission, Place, people};
use qudao_field::roadshow::figures::{Totals, by_agent};
use qudao_field::roadshow::kit::Kit;
use qudao_field::roadshow::presence;
use qudao_field::roadshow::stop::{self, Counted, Stop};
use qudao_field::roadshow::unit::{self, Act, Member, Unit};
use qudao_field::visit::list::Sight;
use qudao_kernel::{Fen, Refusal};
use qudao_network::Territories;
use qudao_platform::{Done, Tx};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, book))
        .routes(routes!(whole))
        .routes(routes!(check))
        .routes(routes!(approve))
        .routes(routes!(depart))
        .routes(routes!(close))
        .routes(routes!(cancel))
        .routes(routes!(begin))
        .routes(routes!(count))
}

/// Whose units somebody works on: where they book, everybody's; else those they are with.
pub(super) fn hand(desk: &Desk, signed: &Signed) -> Result<Sight, Refusal> {
    match sight(desk, signed, Permission::RoadshowManage) {
        Ok(sight) => Ok(sight),
        Err(_) => signed.own_scope(desk, Permission::VisitMake).map(|_| Sight::own(&signed.0.login)),
    }
}

fn totals(of: &Totals) -> RoadshowTotals {
    RoadshowTotals {
        stops: of.stops,
        visitors: of.visitors,
        demos: of.demos,
        leads: of.leads,
        activations: of.activations,
        handsets: of.handsets,
        cost: of.cost.0,
        cost_per_activation: of.cost_per_activation().map(|fen| fen.0),
    }
}

fn shown(asker: &Asker, kit: &Kit, unit: &Unit, stops: &[Stop]) -> RoadshowUnit {
    let leader = unit.crew.iter().find(|one| one.code == unit.leader).map_or_else(|| unit.leader.clone(), |one| one.name.clone());
    RoadshowUnit {
        id: unit.id.clone(),
        version: unit.version,
        week: unit.week.to_string(),
        last_day: unit.week.plus_days(6).to_string(),
        territory: unit.territory.clone(),
        territory_name: network_name(&unit.territory, asker.lang),
        title: unit.title.clone(),
        leader: unit.leader.clone(),
        leader_name: leader,
        vehicle: unit.vehicle.clone(),
        kit: unit.kit.clone(),
        crew: unit.crew.iter().map(|one| RoadshowMember { code: one.code.clone(), name: one.name.clone() }).collect(),
        state: unit.state.name().to_owned(),
        checked: !unit.checked_by.is_empty(),
        short: !unit.short(kit).is_empty(),
        approved: !unit.approved_by.is_empty(),
        totals: totals(&Totals::of(stops)),
    }
}

fn parts(asker: &Asker, kit: &Kit, unit: &Unit) -> Vec<RoadshowPart> {
    let short = unit.short(kit);
    let counted = !unit.checked_by.is_empty();
    let of = |part: &qudao_field::roadshow::kit::Part| RoadshowPart {
        id: part.id.clone(),
        name: part.name.get(asker.lang).to_owned(),
        needed: part.count,
        more: part.more,
        booked: part.booked,
        have: if part.booked { Some(part.count) } else { counted.then(|| unit.counted.get(&part.id).copied().unwrap_or(0)) },
        short: short.iter().any(|one| one.part == part.id),
    };
    kit.parts().iter().map(of).collect()
}

fn partner_name(asker: &Asker, code: &str) -> String {
    asker.master.partner(code, asker.today).map_or_else(|| code.to_owned(), |row| row.name.clone())
}

fn shown_stop(asker: &Asker, one: &Stop) -> RoadshowStop {
    let Counted { visitors, demos, leads, activations, handsets, cost } = one.counted;
    RoadshowStop {
        id: one.id.clone(),
        version: one.version,
        outlet: one.outlet.clone(),
        place: if one.outlet.is_empty() { one.place.clone() } else { outlet_name(asker, &one.outlet) },
        day: one.day.to_string(),
        partner: one.partner.clone(),
        partner_name: partner_name(asker, &one.partner),
        visitors,
        demos,
        leads,
        activations,
        handsets,
        cost: cost.0,
        cost_per_activation: Totals::of([one]).cost_per_activation().map(|fen| fen.0),
        note: one.note.clone(),
    }
}

/// Which units.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoadshowsAsked {
    /// A day of the first week; this week where absent.
    week: Option<String>,
    /// How many weeks, 1 to 13; 4 where absent.
    weeks: Option<u32>,
    /// booked, departed, closed, cancelled; all where absent.
    state: Option<String>,
}

/// Units of some weeks within one's sight, and those one is with; with what their stops came to.
#[utoipa::path(get, path = "/field/roadshows", tag = "field", operation_id = "roadshows", params(RoadshowsAsked),
    responses((status = 200, body = Roadshows)), extensions(("x-permission" = json!("visit.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<RoadshowsAsked>,
) -> Answer<Json<Roadshows>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let state = closed(asked.state, &["booked", "departed", "closed", "cancelled"])?;
    let from = monday(day_or(asked.week.as_deref(), asker.today)?);
    let weeks = i32::try_from(asked.weeks.unwrap_or(4).clamp(1, 13)).unwrap_or(4);
    let (to, kit) = (from.plus_days(7 * (weeks - 1)), Kit::standard()?);
    let tx = &mut desk.db.read().await?;
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for unit in unit::list(tx, &sight, (from, to)).await? {
        if state.is_empty() || unit.state.name() == state {
            let stops = stop::of(tx, &unit.id).await?;
            rows.push(shown(&asker, &kit, &unit, &stops));
            all.extend(stops);
        }
    }
    Ok(Json(Roadshows {
        from: from.to_string(),
        to: to.to_string(),
        rows,
        totals: totals(&Totals::of(&all)),
        may_book: signed.own_scope(&desk, Permission::RoadshowManage).is_ok(),
    }))
}

/// A unit with its kit, stops, who was there, and what each agent is credited with.
#[utoipa::path(get, path = "/field/roadshows/{id}", tag = "field", operation_id = "roadshow", params(("id" = String, Path, description = "Unit")),
    responses((status = 200, body = RoadshowWhole)), extensions(("x-permission" = json!("visit.read"))))]
async fn whole(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<RoadshowWhole>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let kit = Kit::standard()?;
    let tx = &mut desk.db.read().await?;
    let unit = unit::get(tx, &sight, &id).await?;
    let stops = stop::of(tx, &id).await?;
    let presences = presence::of(tx, &id).await?;
    let people = [&unit.checked_by, &unit.approved_by, &unit.made_by].map(Clone::clone);
    let people = names(tx, people.into_iter().filter(|login| !login.is_empty())).await?;
    let name = |login: &str| people.get(login).cloned().unwrap_or_default();
    let agent = |(code, sums): (String, Totals)| RoadshowAgent { name: partner_name(&asker, &code), partner: code, totals: totals(&sums) };
    let may = may(&desk, &signed, tx, &kit, &unit).await;
    Ok(Json(RoadshowWhole {
        kit: parts(&asker, &kit, &unit),
        checked_by: name(&unit.checked_by),
        checked_us: unit.checked_us,
        approved_by: name(&unit.approved_by),
        reason: unit.reason.clone(),
        made_by: name(&unit.made_by),
        stops: stops.iter().map(|one| shown_stop(&asker, one)).collect(),
        presences: presences.into_iter().map(|one| shown_presence(&asker, one)).collect(),
        agents: by_agent(&stops).into_iter().map(agent).collect(),
        unit: shown(&asker, &kit, &unit, &stops),
        may,
    }))
}

/// What somebody may do to a unit as it is now.
async fn may(desk: &Desk, signed: &Signed, tx: &mut Tx, kit: &Kit, unit: &Unit) -> Vec<String> {
    let works = match hand(desk, signed) {
        Ok(sight) => unit::get(tx, &sight, &unit.id).await.is_ok(),
        Err(_) => false,
    };
    let books = books(desk, signed, &unit.territory).is_ok();
    let over = sight(desk, signed, Permission::VisitReview).is_ok();
    let short = !unit.short(kit).is_empty();
    let waits = short && unit.approved_by.is_empty();
    let who = signed.0.who();
    let other = [&unit.checked_by, &unit.made_by].iter().all(|by| !qudao_platform::audit::same_hand(&who, by));
    let checked = !unit.checked_by.is_empty();
    let all = match unit.state {
        unit::State::Booked => {
            vec![("check", works), ("approve", waits && over && other), ("depart", works && checked && !waits), ("cancel", books)]
        }
        unit::State::Departed => vec![("stop", works), ("close", works)],
        unit::State::Closed | unit::State::Cancelled => Vec::new(),
    };
    all.into_iter().filter(|(_, may)| *may).map(|(act, _)| act.to_owned()).collect()
}

/// Whether somebody books in an area.
fn books(desk: &Desk, signed: &Signed, territory: &str) -> Result<(), Refusal> {
    let scope = signed.own_scope(desk, Permission::RoadshowManage)?;
    if scope.covers(&Place { territory, ..Place::default() }) && Territories::official()?.get(territory).is_some() {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "field.roadshow.area",
        "没有这个区域，或不在您的范围内；请从列表中选择",
        "there is no such area, or not within your reach; choose one from the list",
    ))
}

/// Somebody by login or work ID.
async fn member(asker: &Asker, tx: &mut Tx, code: &str) -> Result<Member, Refusal> {
    let person = people::get(tx, code).await?.filter(|person| person.left_at_us.is_none()).map(|person| person.name);
    let name = person.or_else(|| asker.master.clerk(code, asker.today).map(|row| row.name.clone()));
    name.map(|name| Member { code: code.to_owned(), name }).ok_or_else(|| {
        Refusal::bad_input(
            "field.roadshow.person",
            format!("没有登录名或工号 {code}；请核对后重填"),
            format!("there is no login or work ID {code}; check it and try again"),
        )
    })
}

/// Books a unit: four people, a vehicle and a kit for a week in one area. The same id is the same unit.
#[utoipa::path(post, path = "/field/roadshows", tag = "field", operation_id = "book_roadshow", request_body = RoadshowSent,
    responses((status = 201, body = RoadshowUnit), (status = 200, body = RoadshowUnit, description = "It was there")),
    extensions(("x-permission" = json!("roadshow.manage"))))]
async fn book(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<RoadshowSent>,
) -> Answer<(StatusCode, Json<RoadshowUnit>)> {
    books(&desk, &signed, &sent.territory)?;
    let (asker, kit) = (Asker::of(&desk, lang).await, Kit::standard()?);
    let mut crew = Vec::new();
    {
        let tx = &mut desk.db.read().await?;
        for code in &sent.crew {
            crew.push(member(&asker, tx, code.trim()).await?);
        }
    }
    let new = unit::New {
        id: &sent.id,
        week: sent_day(&sent.week)?,
        territory: &sent.territory,
        title: &sent.title,
        leader: sent.leader.trim(),
        vehicle: &sent.vehicle,
        kit: &sent.kit,
        crew: &crew,
    };
    let (status, made) = match unit::book(&desk.db, &signed.0.who(), &new).await? {
        Done::Now(made) => (StatusCode::CREATED, made),
        Done::Already(made) => (StatusCode::OK, made),
    };
    Ok((status, Json(shown(&asker, &kit, &made, &[]))))
}

async fn acted(desk: &Desk, signed: &Signed, sight: &Sight, seen: &Seen, act: &Act<'_>) -> Answer<Json<RoadshowDone>> {
    let version = unit::act(&desk.db, sight, &Kit::standard()?, &signed.0.who(), (&seen.id, seen.version), act).await?;
    Ok(Json(RoadshowDone { version }))
}

/// Notes what was counted of the kit.
#[utoipa::path(post, path = "/field/roadshows/{id}/check", tag = "field", operation_id = "check_roadshow", request_body = RoadshowCheckSent,
    params(("id" = String, Path, description = "Unit"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RoadshowDone)), extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn check(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    seen: Seen,
    Sent(sent): Sent<RoadshowCheckSent>,
) -> Answer<Json<RoadshowDone>> {
    let counted: BTreeMap<String, u32> = sent.counted;
    acted(&desk, &signed, &hand(&desk, &signed)?, &seen, &Act::Check(&counted)).await
}

/// Agrees that a unit goes with less than the kit.
#[utoipa::path(post, path = "/field/roadshows/{id}/approve", tag = "field", operation_id = "approve_roadshow", request_body = RoadshowReason,
    params(("id" = String, Path, description = "Unit"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RoadshowDone)), extensions(("x-permission" = json!("visit.review"))))]
async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    seen: Seen,
    Sent(sent): Sent<RoadshowReason>,
) -> Answer<Json<RoadshowDone>> {
    let over = sight(&desk, &signed, Permission::VisitReview)?;
    acted(&desk, &signed, &over, &seen, &Act::Approve(&sent.reason)).await
}

/// Lets a unit go whose kit was counted and is whole, or was approved.
#[utoipa::path(post, path = "/field/roadshows/{id}/depart", tag = "field", operation_id = "depart_roadshow",
    params(("id" = String, Path, description = "Unit"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RoadshowDone)), extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn depart(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen) -> Answer<Json<RoadshowDone>> {
    acted(&desk, &signed, &hand(&desk, &signed)?, &seen, &Act::Depart).await
}

/// Ends a unit: its stops and figures stay as they are.
#[utoipa::path(post, path = "/field/roadshows/{id}/close", tag = "field", operation_id = "close_roadshow",
    params(("id" = String, Path, description = "Unit"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RoadshowDone)), extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn close(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen) -> Answer<Json<RoadshowDone>> {
    acted(&desk, &signed, &hand(&desk, &signed)?, &seen, &Act::Close).await
}

/// Calls a unit off before it goes: its people, vehicle and kit are free again.
#[utoipa::path(post, path = "/field/roadshows/{id}/cancel", tag = "field", operation_id = "cancel_roadshow", request_body = RoadshowReason,
    params(("id" = String, Path, description = "Unit"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RoadshowDone)), extensions(("x-permission" = json!("roadshow.manage"))))]
async fn cancel(State(desk): State<Arc<Desk>>, signed: Signed, seen: Seen, Sent(sent): Sent<RoadshowReason>) -> Answer<Json<RoadshowDone>> {
    let over = sight(&desk, &signed, Permission::RoadshowManage)?;
    acted(&desk, &signed, &over, &seen, &Act::Cancel(&sent.reason)).await
}

/// A partner that sales may be credited to.
fn agent(asker: &Asker, code: &str) -> Result<(), Refusal> {
    if code.is_empty() || asker.master.partner(code, asker.today).is_some() {
        return Ok(());
    }
    Err(Refusal::bad_input("field.stop.partner", "没有这家代理商；请从列表中选择", "there is no such partner; choose one from the list"))
}

/// Begins a stop of a unit that is on its way, at an outlet or another place of its area. The same id is the same stop.
#[utoipa::path(post, path = "/field/roadshows/{id}/stops", tag = "field", operation_id = "begin_roadshow_stop", request_body = RoadshowStopSent,
    params(("id" = String, Path, description = "Unit")),
    responses((status = 201, body = RoadshowStop), (status = 200, body = RoadshowStop, description = "It was there")),
    extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn begin(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(sent): Sent<RoadshowStopSent>,
) -> Answer<(StatusCode, Json<RoadshowStop>)> {
    let (asker, sight) = (Asker::of(&desk, lang).await, hand(&desk, &signed)?);
    let on = day(sent.day.as_deref())?.unwrap_or(asker.today);
    let (outlet, partner) = (sent.outlet.as_deref().unwrap_or(""), sent.partner.as_deref().unwrap_or(""));
    let unit = unit::get(&mut desk.db.read().await?, &sight, &id).await?;
    let (territory, point, partner) = if outlet.is_empty() {
        agent(&asker, partner)?;
        let point = sent.position.as_ref().map(place_of);
        let point = point.filter(|at| at.lat_e6.unsigned_abs() <= 90_000_000 && at.lon_e6.unsigned_abs() <= 180_000_000);
        (unit.territory, point, partner.to_owned())
    } else {
        let site = site_of(&desk, &asker, &mut desk.db.read().await?, outlet, on).await?;
        (site.territory, site.point, site.partner)
    };
    let place = sent.place.as_deref().unwrap_or("");
    let new = stop::New { id: &sent.id, roadshow: &id, outlet, place, territory: &territory, point, day: on, partner: &partner };
    let (status, made) = match stop::begin(&desk.db, &sight, &signed.0.who(), &new).await? {
        Done::Now(made) => (StatusCode::CREATED, made),
        Done::Already(made) => (StatusCode::OK, made),
    };
    Ok((status, Json(shown_stop(&asker, &made))))
}

/// Notes what was counted at a stop, and the agent its sales are credited to.
#[utoipa::path(post, path = "/field/roadshow-stops/{id}", tag = "field", operation_id = "count_roadshow_stop", request_body = RoadshowCountSent,
    params(("id" = String, Path, description = "Stop"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RoadshowDone)), extensions(("x-permission" = json!(["roadshow.manage", "visit.make"]))))]
async fn count(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Seen { id, version }: Seen,
    Sent(sent): Sent<RoadshowCountSent>,
) -> Answer<Json<RoadshowDone>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, hand(&desk, &signed)?);
    agent(&asker, sent.partner.trim())?;
    let RoadshowCountSent { visitors, demos, leads, activations, handsets, cost, .. } = sent;
    let counted = Counted { visitors, demos, leads, activations, handsets, cost: Fen(cost) };
    let said = (sent.partner.as_str(), sent.note.as_str());
    let version = stop::count(&desk.db, &sight, &signed.0.who(), (&id, version), &counted, said).await?;
    Ok(Json(RoadshowDone { version }))
}
