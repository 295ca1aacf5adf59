//! 电话回访与预约: calls with their minutes, how many there are of a day and week, whom to call in the morning (R7.86, R8.130).

use super::super::desk::Desk;
use super::super::orders::{Asker, day};
use super::super::receivables::word;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Seen, Sent};
use super::promises::closes;
use super::shown::FieldContact;
use super::shown_call::{
    CallClosed, CallClosing, CallSent, FieldAppointment, FieldCall, FieldCallCandidate, FieldCallCount, FieldCallDay, FieldCalls, FieldPace,
};
use super::shown_plan::{FieldDayAsked, FieldOutletRef};
use super::whose;
use super::{cards, day_or, outlet_name, reached, sight};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::{Permission, Place, Scope, sessions};
use qudao_field::call::{self, Appointment, Call, Candidate, Halves, New, Pace, Query};
use qudao_field::params::At;
use qudao_field::plan::store;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::life::Who;
use qudao_network::{contact, portfolio};
use qudao_platform::{Done, Tx};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days a list looks back on where no day is asked for.
const BACK: i32 = 7;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, note)).routes(routes!(morning)).routes(routes!(close))
}

/// A Monday: that of the week a day lies in.
pub(super) fn monday(day: Date) -> Date {
    day.plus_days(1 - i32::try_from(day.weekday()).unwrap_or(1))
}

/// When something was that a phone noted: as long ago as it says, by the clock of the house.
pub(super) const fn when(now: i64, at_us: i64, device_now_us: i64) -> i64 {
    let ago = device_now_us.saturating_sub(at_us);
    if ago > 0 { now.saturating_sub(ago) } else { now }
}

fn appointment(asker: &Asker, one: Appointment) -> FieldAppointment {
    FieldAppointment {
        overdue: one.state == call::State::Open && one.on < asker.today,
        version: one.version,
        on: one.on.to_string(),
        minute: one.minute,
        state: one.state.name().to_owned(),
        reason: one.reason,
    }
}

/// A call as pages show it; `people` are names by login.
fn shown(asker: &Asker, people: &BTreeMap<String, String>, one: Call) -> FieldCall {
    let partner = asker.master.partner(&one.partner, asker.today).map_or_else(|| one.partner.clone(), |row| row.name.clone());
    FieldCall {
        manager_name: named(people, &one.manager),
        outlet_name: if one.outlet.is_empty() { String::new() } else { outlet_name(asker, &one.outlet) },
        partner_name: partner,
        appointment: one.appointment.map(|found| appointment(asker, found)),
        id: one.id,
        manager: one.manager,
        outlet: one.outlet,
        partner: one.partner,
        name: one.name,
        outcome: one.outcome.name().to_owned(),
        minute: one.minute,
        day: one.day.to_string(),
        at_us: one.at_us,
    }
}

fn pace(of: Pace) -> FieldPace {
    FieldPace { target: of.target, made: of.made, reached: of.reached, met: of.met() }
}

/// Which calls.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallsAsked {
    /// Whose, by login.
    manager: Option<String>,
    /// To which outlet.
    outlet: Option<String>,
    /// From this day on; a week ago where absent.
    from: Option<String>,
    /// Up to this day.
    to: Option<String>,
}

/// Calls within one's sight, the latest first, at most 1,000.
#[utoipa::path(get, path = "/field/calls", tag = "field", operation_id = "field_calls", params(CallsAsked),
    responses((status = 200, body = FieldCalls)), extensions(("x-permission" = json!("visit.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<CallsAsked>,
) -> Answer<Json<FieldCalls>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let query = Query {
        manager: asked.manager.unwrap_or_default(),
        outlet: asked.outlet.unwrap_or_default(),
        from: Some(day_or(asked.from.as_deref(), asker.today.plus_days(-BACK))?),
        to: day(asked.to.as_deref())?,
    };
    let tx = &mut desk.db.read().await?;
    let rows = call::list(tx, &sight, &query).await?;
    let people = names(tx, rows.iter().map(|one| one.manager.clone())).await?;
    Ok(Json(FieldCalls { rows: rows.into_iter().map(|one| shown(&asker, &people, one)).collect() }))
}

/// A manager's day of calls: how many there are against what is asked for, that day and that week; whom to call in the morning, what was agreed on, and the
/// visits of the afternoon.
#[utoipa::path(get, path = "/field/calls/day", tag = "field", operation_id = "field_call_day", params(FieldDayAsked),
    responses((status = 200, body = FieldCallDay)), extensions(("x-permission" = json!("visit.read"))))]
async fn morning(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldDayAsked>,
) -> Answer<Json<FieldCallDay>> {
    let asker = Asker::of(&desk, lang).await;
    let on = day_or(asked.day.as_deref(), asker.today)?;
    let tx = &mut desk.db.read().await?;
    let manager = whose::one(&desk, tx, &signed, Permission::VisitRead, asked.manager.as_deref()).await?;
    let (week, holidays) = ((monday(on), monday(on).plus_days(6)), Holidays::shipped());
    let register = desk.parameters();
    let at = At { register: &register, territory: &manager.area, day: on };
    let (daily, until, shift) = (at.calls_a_day()?, at.calls_until()?, at.shift(None)?);
    let halves = Halves::of((shift.from, shift.to), until);
    let made = call::counts(tx, &manager.login, week.0, week.1).await?;
    let planned = store::read(tx, &manager.login, on, on).await?;
    let stops: Vec<&str> = planned.iter().flat_map(|day| &day.stops).map(|stop| stop.outlet.as_str()).collect();
    let people = BTreeMap::from([(manager.login.clone(), manager.name.clone())]);
    let due = call::due(tx, &manager.login, on).await?;
    let outlet = |code: &str| FieldOutletRef { code: code.to_owned(), name: outlet_name(&asker, code) };
    Ok(Json(FieldCallDay {
        day: on.to_string(),
        daily,
        today: pace(Pace::of(daily, (on, on), &made, &holidays)),
        week: pace(Pace::of(daily, week, &made, &holidays)),
        days: made.iter().map(|one| FieldCallCount { day: one.day.to_string(), made: one.made, reached: one.reached }).collect(),
        calls_from: halves.calls.0,
        calls_to: halves.calls.1,
        visits_from: halves.visits.0,
        visits_to: halves.visits.1,
        appointments: due.into_iter().map(|(call, _)| shown(&asker, &people, call)).collect(),
        candidates: candidates(&asker, tx, &manager.login, on, daily).await?,
        visits: stops.into_iter().map(outlet).collect(),
        may_note: manager.login == signed.0.login && whose::makes(&desk, &signed),
        manager_name: manager.name,
        manager: manager.login,
    }))
}

/// Outlets of a manager that were not heard of for longest, but for those called on that day already, with whom one knows there.
async fn candidates(asker: &Asker, tx: &mut Tx, login: &str, on: Date, most: u32) -> Result<Vec<FieldCallCandidate>, Refusal> {
    let held = portfolio::held(tx, login, on).await?;
    let last = call::last(tx, login).await?;
    let own = Query { manager: login.to_owned(), from: Some(on), to: Some(on), ..Query::default() };
    let called: BTreeSet<String> =
        call::list(tx, &qudao_field::visit::list::Sight::own(login), &own).await?.into_iter().map(|one| one.outlet).collect();
    let open = held.iter().filter(|outlet| !called.contains(*outlet));
    let all: Vec<Candidate<'_>> = open.map(|outlet| Candidate { outlet, last_us: last.get(outlet).copied() }).collect();
    let mut found = Vec::new();
    for Candidate { outlet, last_us } in call::whom(&all, usize::try_from(most).unwrap_or(usize::MAX)) {
        let contacts = contact::list(tx, Who::Outlet, outlet).await?.into_iter().filter(|one| one.to.is_none_or(|to| on < to));
        let contacts: Vec<FieldContact> = contacts.map(cards::of_contact).collect();
        let last_on = last_us.map(|at| sessions::day(at).to_string());
        found.push(FieldCallCandidate { code: outlet.to_owned(), name: outlet_name(asker, outlet), last_on, contacts });
    }
    Ok(found)
}

/// Notes a call with its minute, and the appointment that was made in it. The same id is the same call.
#[utoipa::path(post, path = "/field/calls", tag = "field", operation_id = "note_call", request_body = CallSent,
    responses((status = 201, body = FieldCall), (status = 200, body = FieldCall, description = "It was there")),
    extensions(("x-permission" = json!("visit.make"))))]
async fn note(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<CallSent>,
) -> Answer<(StatusCode, Json<FieldCall>)> {
    let scope = signed.own_scope(&desk, Permission::VisitMake)?;
    let asker = Asker::of(&desk, lang).await;
    let (outlet, partner) = (sent.outlet.as_deref().unwrap_or(""), sent.partner.as_deref().unwrap_or(""));
    let (partner, territory) = if outlet.is_empty() {
        of_partner(&asker, &scope, partner)?
    } else {
        let site = reached(&desk, &asker, &mut desk.db.read().await?, &scope, outlet).await?;
        (site.partner, site.territory)
    };
    let new = New {
        id: &sent.id,
        outlet,
        partner: &partner,
        territory: &territory,
        name: &sent.name,
        outcome: word(&sent.outcome, "reached, no_answer, declined")?,
        minute: &sent.minute,
        at_us: when(desk.db.now_us(), sent.at_us, sent.device_now_us),
        meet: day(sent.meet_on.as_deref())?.map(|on| (on, sent.meet_minute.unwrap_or(14 * 60))),
    };
    let (status, made) = match call::note(&desk.db, &signed.0.login, &new).await? {
        Done::Now(made) => (StatusCode::CREATED, made),
        Done::Already(made) => (StatusCode::OK, made),
    };
    let people = BTreeMap::from([(signed.0.login.clone(), signed.0.name.clone())]);
    Ok((status, Json(shown(&asker, &people, made))))
}

/// A partner within a scope, and where it has its seat.
fn of_partner(asker: &Asker, scope: &Scope, code: &str) -> Result<(String, String), Refusal> {
    let row = asker.master.partner(code, asker.today);
    let row = row.filter(|row| scope.covers(&Place { territory: &row.territory, partners: &[code], ..Place::default() }));
    row.map(|row| (row.code.clone(), row.territory.clone())).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "field.call.partner",
            "没有这家代理商，或不在您的范围内；请从列表中选择",
            "there is no such partner, or not within your reach; choose one from the list",
        )
    })
}

/// Says that an appointment was kept or dropped: whoever made it, or a supervisor.
#[utoipa::path(post, path = "/field/calls/{id}/close", tag = "field", operation_id = "close_appointment", request_body = CallClosing,
    params(("id" = String, Path, description = "Call"), ("If-Match" = String, Header, description = "Version of the appointment seen")),
    responses((status = 200, body = CallClosed)), extensions(("x-permission" = json!(["visit.make", "visit.review"]))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<CallClosing>,
) -> Answer<Json<CallClosed>> {
    let seen = closes(&desk, &signed)?;
    let to = word(&sent.to, "kept, dropped")?;
    let version = call::close(&desk.db, &seen, &signed.0.who(), &id, version, to, &sent.reason).await?;
    Ok(Json(CallClosed { version }))
}
