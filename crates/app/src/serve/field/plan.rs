//! Four weeks of a manager: proposed, moved by hand, put in order, compared with what was done.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Sent, heavy};
use super::planning::{Book, DAYS};
use super::shown_plan::{
    FieldCompared, FieldComparedDay, FieldFrequency, FieldOutletRef, FieldPlan, FieldPlanAsked, FieldPlanDay, FieldPlanDaySent,
    FieldPlanLate, FieldPlanLeft, FieldPlanStop, FieldProposeSent, FieldRoute, FieldRouteLeft, FieldRouteStop, FieldSpanAsked,
};
use super::whose::{self, Manager};
use super::worked::{Worked, adherence, span};
use super::{day_or, outlet_name};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_field::measure::split;
use qudao_field::plan::month;
use qudao_field::plan::route::{self, Effort};
use qudao_field::plan::store::{self, Move, Stop};
use qudao_field::visit::State as VisitState;
use qudao_field::visit::list::{self, Sight};
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Kind, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Generations each day of a proposal is put in order with.
const GENERATIONS: usize = 40;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(plan))
        .routes(routes!(propose))
        .routes(routes!(arrange))
        .routes(routes!(way))
        .routes(routes!(compare))
}

/// What sort of day it is: work, rest, holiday.
pub(super) fn kind(holidays: &Holidays, day: Date) -> String {
    match holidays.kind(day) {
        DayKind::Work => "work",
        DayKind::Weekend => "rest",
        DayKind::Holiday => "holiday",
    }
    .to_owned()
}

/// Monday of the week of a day.
fn monday(day: Date) -> Date {
    day.plus_days(1 - i32::try_from(day.weekday()).unwrap_or(1))
}

/// Four weeks of a channel manager: days, what was left out and why, how even the days are.
#[utoipa::path(get, path = "/field/plan", tag = "field", operation_id = "field_plan", params(FieldPlanAsked),
    responses((status = 200, body = FieldPlan)), extensions(("x-permission" = json!("visit.read"))))]
async fn plan(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldPlanAsked>,
) -> Answer<Json<FieldPlan>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitRead, asked.manager.as_deref()).await?;
    let from = day_or(asked.from.as_deref(), monday(asker.today))?;
    Ok(Json(shown(&desk, &asker, &signed, &manager, from).await?))
}

/// Proposes four weeks from a day on and keeps them. Days that are over, and stops put somewhere by hand, stay as they are.
#[utoipa::path(post, path = "/field/plan/propose", tag = "field", operation_id = "propose_field_plan", request_body = FieldProposeSent,
    responses((status = 200, body = FieldPlan)), extensions(("x-permission" = json!("visit.plan"))))]
async fn propose(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<FieldProposeSent>,
) -> Answer<Json<FieldPlan>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitPlan, Some(&sent.manager)).await?;
    let from = day_or(Some(&sent.from), monday(asker.today))?;
    proposed(&desk, &asker, &signed.0.login, &manager, from.max(asker.today)).await?;
    Ok(Json(shown(&desk, &asker, &signed, &manager, from).await?))
}

/// Makes and keeps a plan, each day in its best order.
pub(super) async fn proposed(desk: &Arc<Desk>, asker: &Asker, who: &str, manager: &Manager, from: Date) -> Result<(), Refusal> {
    let book = Book::of(desk, asker, manager, from).await?;
    let (book, made) = heavy(move || {
        let mut made = month::plan(&book.outlets, &book.rules, &Holidays::shipped(), from)?;
        for day in &mut made.days {
            let stops = book.stops(&day.outlets);
            let found = route::order(&book.shift, &stops, Effort { generations: GENERATIONS, ..Effort::default() }, |_| true)?;
            let left = found.left.into_iter().map(|(outlet, _)| outlet);
            day.outlets = found.stops.into_iter().map(|stop| stop.outlet).chain(left).collect();
        }
        Ok((book, made))
    })
    .await?;
    store::propose(&desk.db, who, &manager.login, &made, &book.purposes()).await
}

/// A plan as it stands.
async fn shown(desk: &Arc<Desk>, asker: &Asker, signed: &Signed, manager: &Manager, from: Date) -> Result<FieldPlan, Refusal> {
    let book = Book::of(desk, asker, manager, from).await?;
    let (holidays, last) = (Holidays::shipped(), from.plus_days(DAYS - 1));
    let placed: BTreeMap<Date, Vec<String>> =
        book.days.iter().map(|day| (day.day, day.stops.iter().map(|stop| stop.outlet.clone()).collect())).collect();
    let stands = month::stands(&book.outlets, &book.rules, &holidays, from, &placed)?;
    let tx = &mut desk.db.read().await?;
    let visited = visited(tx, &manager.login, from, last).await?;
    let may_change = whose::one(desk, tx, signed, Permission::VisitPlan, Some(&manager.login)).await.is_ok();
    let minutes: BTreeMap<Date, u32> = stands.days.iter().map(|day| (day.day, day.minutes)).collect();
    let known: BTreeMap<Date, &store::Day> = book.days.iter().map(|day| (day.day, day)).collect();
    let seen = Seen { desk, asker, book: &book, visited: &visited };
    let days = (0..DAYS).map(|at| from.plus_days(at)).map(|day| {
        let minutes = minutes.get(&day).copied().unwrap_or(0);
        seen.day(day, kind(&holidays, day), minutes, known.get(&day).copied())
    });
    let left = stands.left.iter().map(|left| FieldPlanLeft {
        name: book.name(asker, &left.outlet),
        class: book.outlet(&left.outlet).map(|outlet| outlet.class.clone()).unwrap_or_default(),
        outlet: left.outlet.clone(),
        wanted: left.wanted,
        planned: left.given,
        why: left.why.name().to_owned(),
        why_text: left.why.text().get(asker.lang).to_owned(),
    });
    let late = stands.late.iter().map(|(outlet, due)| FieldPlanLate {
        name: book.name(asker, outlet),
        outlet: outlet.clone(),
        due_on: due.to_string(),
    });
    Ok(FieldPlan {
        manager: manager.login.clone(),
        manager_name: manager.name.clone(),
        from: from.to_string(),
        to: last.to_string(),
        today: asker.today.to_string(),
        may_change,
        proposed: book.days.iter().any(|day| !day.stops.is_empty()),
        days: days.collect(),
        left: left.collect(),
        late: late.collect(),
        outlets: book.outlets.len() as u32,
        met: stands.met.0,
        counted: stands.met.1,
        met_percent: (stands.met.0 * 100).checked_div(stands.met.1),
        spread_percent: stands.spread_percent(),
        day_minutes: book.rules.day_minutes,
        frequency: book.rules.frequency.iter().map(|(class, visits)| FieldFrequency { class: class.clone(), visits: *visits }).collect(),
    })
}

/// Outlets a manager visited, by day.
async fn visited(tx: &mut qudao_platform::Tx, login: &str, from: Date, to: Date) -> Result<BTreeSet<(Date, String)>, Refusal> {
    let query = list::Query { manager: login.to_owned(), from: Some(from), to: Some(to), ..list::Query::default() };
    let lines = list::all(tx, &Sight::own(login), query).await?;
    Ok(lines.into_iter().filter(|line| line.state != VisitState::Planned).map(|line| (line.day, line.outlet)).collect())
}

/// What days are shown with.
struct Seen<'a> {
    desk: &'a Desk,
    asker: &'a Asker,
    book: &'a Book,
    visited: &'a BTreeSet<(Date, String)>,
}

impl Seen<'_> {
    fn day(&self, day: Date, kind: String, minutes: u32, known: Option<&store::Day>) -> FieldPlanDay {
        let name = |code: &String| FieldOutletRef { code: code.clone(), name: self.book.name(self.asker, code) };
        FieldPlanDay {
            day: day.to_string(),
            kind,
            version: known.map_or(0, |known| known.version),
            minutes,
            over: minutes > self.book.rules.day_minutes,
            stops: known.into_iter().flat_map(|known| &known.stops).map(|stop| self.stop(day, stop)).collect(),
            proposed: known.into_iter().flat_map(|known| &known.proposed).map(name).collect(),
            changed_by: known.map(|known| known.changed_by.clone()).unwrap_or_default(),
            reason: known.map(|known| known.reason.clone()).unwrap_or_default(),
        }
    }

    fn stop(&self, day: Date, stop: &Stop) -> FieldPlanStop {
        let Self { desk, asker, book, visited } = self;
        let known = book.outlet(&stop.outlet);
        let point = known.and_then(|outlet| outlet.point);
        let purposes = desk.field.course.purposes();
        let title = |id: &String| {
            purposes.iter().find(|one| one.id == *id).map_or_else(|| id.clone(), |one| one.title().get(asker.lang).to_owned())
        };
        FieldPlanStop {
            name: book.name(asker, &stop.outlet),
            class: known.map(|outlet| outlet.class.clone()).unwrap_or_default(),
            outlet_type: book.subtype(&stop.outlet).to_owned(),
            lat_e6: point.map(|point| point.lat_e6),
            lon_e6: point.map(|point| point.lon_e6),
            risk: known.map_or(0, |outlet| outlet.risk),
            purpose_names: stop.purposes.iter().map(title).collect(),
            purposes: stop.purposes.clone(),
            target: stop.target.clone(),
            manual: stop.manual,
            last_visit: book.last.get(&stop.outlet).map(|line| line.day.to_string()),
            promises: book.promises.get(&stop.outlet).copied().unwrap_or(0),
            visited: visited.contains(&(day, stop.outlet.clone())),
            outlet: stop.outlet.clone(),
        }
    }
}

/// A day of the path.
pub(super) fn of_path(day: &str) -> Result<Date, Refusal> {
    day.parse().map_err(|_| {
        Refusal::bad_input(
            "field.plan.day",
            format!("“{day}”不是日期；请从日历里选择"),
            format!("`{day}` is no day; choose one from the calendar"),
        )
    })
}

/// Sets the stops of a day in their order. Moving a stop from one day to another sets both days.
#[utoipa::path(put, path = "/field/plan/{manager}/{day}", tag = "field", operation_id = "arrange_field_day", request_body = FieldPlanDaySent,
    params(("manager" = String, Path, description = "Login"), ("day" = String, Path, description = "Day"), ("If-Match" = String, Header)),
    responses((status = 200, body = FieldPlanDay)), extensions(("x-permission" = json!("visit.plan"))))]
async fn arrange(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((login, day)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<FieldPlanDaySent>,
) -> Answer<Json<FieldPlanDay>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitPlan, Some(&login)).await?;
    let day = of_path(&day)?;
    if day < asker.today {
        return Err(Refusal::new(
            Kind::Conflict,
            "field.plan.past",
            "已经过去的日子不能再排；请选择今天或以后的日子",
            "a day that is over is not planned any more; choose today or a later one",
        )
        .into());
    }
    let book = Book::of(&desk, &asker, &manager, day).await?;
    let before = book.days.first().filter(|known| known.day == day).map(|known| known.stops.as_slice()).unwrap_or_default();
    let stops: Vec<Stop> = sent
        .stops
        .into_iter()
        .map(|stop| Stop { outlet: stop.outlet, manual: stop.manual, purposes: stop.purposes, target: stop.target })
        .collect();
    for stop in &stops {
        fits(&desk, &book, before, stop)?;
    }
    let act = Move { who: &signed.0.login, manager: &manager.login, day, version, reason: &sent.reason };
    store::arrange(&desk.db, &act, &stops).await?;
    let whole = shown(&desk, &asker, &signed, &manager, day).await?;
    let found = whole.days.into_iter().next().ok_or_else(|| super::super::web::bug("a plan without days"))?;
    Ok(Json(found))
}

/// Refuses an outlet that is not the manager's, unless it was there already, and a purpose there is not.
fn fits(desk: &Desk, book: &Book, before: &[Stop], stop: &Stop) -> Result<(), Refusal> {
    let code = &stop.outlet;
    if book.outlet(code).is_none() && before.iter().all(|known| known.outlet != *code) {
        return Err(Refusal::new(
            Kind::Conflict,
            "field.plan.outlet",
            format!("网点 {code} 不由这位渠道经理负责；请先在网点页面指定负责人"),
            format!("the outlet {code} is not looked after by this channel manager; assign it on its page first"),
        ));
    }
    let known = |id: &String| desk.field.course.purposes().iter().any(|purpose| purpose.id == *id);
    match stop.purposes.iter().find(|id| !known(id)) {
        None => Ok(()),
        Some(id) => Err(Refusal::bad_input(
            "field.plan.purpose",
            format!("没有拜访目的 {id}；请刷新页面后重新选择"),
            format!("there is no purpose {id}; reload the page and choose again"),
        )),
    }
}

/// The best order of a planned day with its times, and what does not fit.
#[utoipa::path(get, path = "/field/plan/{manager}/{day}/route", tag = "field", operation_id = "field_route",
    params(("manager" = String, Path, description = "Login"), ("day" = String, Path, description = "Day")),
    responses((status = 200, body = FieldRoute)), extensions(("x-permission" = json!("visit.read"))))]
async fn way(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((login, day)): Path<(String, String)>,
) -> Answer<Json<FieldRoute>> {
    let asker = Asker::of(&desk, lang).await;
    let manager = whose::one(&desk, &mut desk.db.read().await?, &signed, Permission::VisitRead, Some(&login)).await?;
    let day = of_path(&day)?;
    let book = Book::of(&desk, &asker, &manager, day).await?;
    let known = book.days.first().filter(|known| known.day == day).cloned();
    let (version, stops) = known.map_or_else(|| (0, Vec::new()), |known| (known.version, known.stops));
    let order: Vec<String> = stops.iter().map(|stop| stop.outlet.clone()).collect();
    let mut first = stops;
    // What does not fit is left out from the least important on: what somebody put there by hand, class and risk go first.
    first.sort_by_key(|stop| {
        let outlet = book.outlet(&stop.outlet);
        let risk = outlet.map_or(0, |outlet| outlet.risk);
        (!stop.manual, outlet.map_or_else(|| "~".to_owned(), |outlet| outlet.class.clone()), std::cmp::Reverse(risk), stop.outlet.clone())
    });
    let first: Vec<String> = first.into_iter().map(|stop| stop.outlet).collect();
    let shift = book.shift.clone();
    let (given, ranked) = (book.stops(&order), book.stops(&first));
    let (planned, best) = heavy(move || {
        let best = route::order(&shift, &ranked, Effort::default(), |_| true)?;
        Ok((route::timed(&shift, &given), best))
    })
    .await?;
    let stop = |timed: &route::Timed| {
        let known = book.outlet(&timed.outlet);
        let point = known.and_then(|outlet| outlet.point);
        FieldRouteStop {
            name: book.name(&asker, &timed.outlet),
            lat_e6: point.map(|point| point.lat_e6),
            lon_e6: point.map(|point| point.lon_e6),
            arrives: clock(timed.arrives),
            leaves: clock(timed.leaves),
            service: timed.leaves.saturating_sub(timed.begins) / 60,
            planned_at: order.iter().position(|code| *code == timed.outlet).map_or(0, |at| at as u32 + 1),
            outlet: timed.outlet.clone(),
        }
    };
    let left = best.left.iter().map(|(outlet, why)| FieldRouteLeft {
        name: book.name(&asker, outlet),
        outlet: outlet.clone(),
        why: why.name().to_owned(),
        why_text: why.text().get(lang).to_owned(),
    });
    Ok(Json(FieldRoute {
        manager: manager.login,
        day: day.to_string(),
        version,
        begins: clock(book.shift.from * 60),
        ends: clock(best.stops.last().map_or(book.shift.from * 60, |stop| stop.leaves)),
        travel_s: best.travel,
        planned_travel_s: planned.travel,
        stops: best.stops.iter().map(stop).collect(),
        left: left.collect(),
    }))
}

/// Seconds after midnight as `09:40`.
fn clock(seconds: u32) -> String {
    format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

/// Planned against done, day by day: adherence, calls, route, results.
#[utoipa::path(get, path = "/field/plan/compare", tag = "field", operation_id = "compare_field_plan", params(FieldSpanAsked),
    responses((status = 200, body = FieldCompared)), extensions(("x-permission" = json!("visit.read"))))]
async fn compare(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldSpanAsked>,
) -> Answer<Json<FieldCompared>> {
    let asker = Asker::of(&desk, lang).await;
    let tx = &mut desk.db.read().await?;
    let manager = whose::one(&desk, tx, &signed, Permission::VisitRead, asked.manager.as_deref()).await?;
    let (from, to) = span(&asked, asker.today)?;
    let worked = Worked::of(tx, &manager.login, from, to, asker.today).await?;
    let holidays = Holidays::shipped();
    let named =
        |codes: &[String]| codes.iter().map(|code| FieldOutletRef { code: code.clone(), name: outlet_name(&asker, code) }).collect();
    let days = worked.compared.iter().map(|day| FieldComparedDay {
        day: day.day.to_string(),
        kind: kind(&holidays, day.day),
        adherence: adherence(day.adherence),
        minutes: super::worked::minutes(split(&worked.times(day.day))),
        missed: named(&day.missed),
        unplanned: named(&day.unplanned),
    });
    Ok(Json(FieldCompared {
        manager: manager.login,
        manager_name: manager.name,
        from: from.to_string(),
        to: to.to_string(),
        days: days.collect(),
        total: adherence(worked.adherence()),
        strike: worked.strike(),
        minutes: worked.minutes(),
    }))
}

#[cfg(test)]
mod tests {
    use super::{clock, kind, monday};
    use qudao_kernel::Date;
    use qudao_kernel::holidays::Holidays;

    #[test]
    fn days_of_a_plan() {
        // R0.12 R7.38
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!([monday(day("2026-08-31")), monday(day("2026-09-06"))], [day("2026-08-31"); 2]);
        let holidays = Holidays::shipped();
        assert_eq!(["2026-08-31", "2026-09-05", "2026-10-01"].map(|text| kind(&holidays, day(text))), ["work", "rest", "holiday"]);
        assert_eq!(clock(9 * 3_600 + 40 * 60 + 59), "09:40");
    }
}
