//! One's own day, one's outlets, and the card of any outlet in reach.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Paging, heavy};
use super::cards::{Cards, shown_outlet};
use super::shown::{FieldDay, FieldOutletPage, FieldStop};
use super::{day_or, reached, sight, site_of};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, Scope};
use qudao_field::call::{self, Appointment, Call};
use qudao_field::params::At;
use qudao_field::plan::route::{self, Effort, Route, Shift, Stop, Why};
use qudao_field::plan::store as plan;
use qudao_field::visit::list::{self, Sight};
use qudao_field::visit::look;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Outlet;
use qudao_kernel::{Date, Kind, Lang, Refusal, Text};
use qudao_network::initials::Initials;
use qudao_network::portfolio;
use qudao_platform::Tx;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most visits of a day that are looked through.
const MOST_VISITS: u32 = 500;
/// Minutes of a visit where the class says nothing.
const MINUTES: u32 = 30;
/// Minutes after the hour that was agreed on within which a visit begins.
const PUNCTUAL: u32 = 15;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(my_day)).routes(routes!(outlets)).routes(routes!(card))
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldMyDayAsked {
    /// Today where absent.
    day: Option<String>,
}

/// The asker's day: stops of the plan and what was agreed on in calls in their order, with the times of the way and what to know before entering each.
#[utoipa::path(get, path = "/field/day", tag = "field", operation_id = "field_day", params(FieldMyDayAsked),
    responses((status = 200, body = FieldDay)), extensions(("x-permission" = json!("visit.make"))))]
async fn my_day(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldMyDayAsked>,
) -> Answer<Json<FieldDay>> {
    let scope = signed.own_scope(&desk, Permission::VisitMake)?;
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let day = day_or(asked.day.as_deref(), asker.today)?;
    let login = signed.0.login.clone();
    let (planned, agreed) = {
        let tx = &mut desk.db.read().await?;
        (plan::read(tx, &login, day, day).await?.into_iter().next(), call::agreed(tx, &login, day).await?)
    };
    let (version, mut stops) = planned.map_or_else(|| (0, Vec::new()), |planned| (planned.version, planned.stops));
    let planned = stops.len();
    let hours = meet(&mut stops, agreed, lang);
    let codes: Vec<String> = stops.iter().map(|stop| stop.outlet.clone()).collect();
    let cards = Cards::of(&desk, &signed, &asker, &sight, &codes).await?;
    let tx = &mut desk.db.read().await?;
    let (planned, agreed) = stops.split_at(planned);
    let way = way(&desk, &asker, tx, &scope, day, Stops { planned, agreed, hours: &hours }).await?;
    let mine = visits(tx, &login, day).await?;
    let mut shown = Vec::with_capacity(stops.len());
    for stop in stops {
        let card = match cards.card(tx, &stop.outlet).await {
            Ok(card) => card,
            // An outlet that nobody knows any more is no stop.
            Err(refusal) if refusal.kind == Kind::NotFound => continue,
            Err(refusal) => return Err(refusal.into()),
        };
        let visit = mine.get(&stop.outlet);
        let card = FieldStop {
            manual: stop.manual,
            purposes: stop.purposes,
            target: stop.target,
            visit: visit.map(|(id, _)| id.clone()),
            visit_state: visit.map(|(_, state)| state.clone()),
            ..card
        };
        shown.push(placed(card, &way, lang));
    }
    shown.sort_by_key(|stop| if stop.seq == 0 { u32::MAX } else { stop.seq });
    Ok(Json(FieldDay {
        day: day.to_string(),
        plan_version: version,
        kind: Holidays::shipped().kind(day).code().to_owned(),
        travel_minutes: way.travel.div_ceil(60),
        stops: shown,
    }))
}

/// Adds what was agreed on in calls to the stops of a day (R8.130), with what it is about; the minutes after midnight by outlet.
fn meet(stops: &mut Vec<plan::Stop>, agreed: Vec<(Call, Appointment)>, lang: Lang) -> BTreeMap<String, u32> {
    let mut hours = BTreeMap::new();
    for (call, one) in agreed {
        if hours.contains_key(&call.outlet) {
            continue;
        }
        let at = clock(one.minute * 60);
        let target = Text::new(format!("{at} 预约：{}", call.minute), format!("{at} appointment: {}", call.minute)).get(lang).to_owned();
        match stops.iter_mut().find(|stop| stop.outlet == call.outlet) {
            Some(stop) if !stop.target.is_empty() => stop.target = format!("{target} · {}", stop.target),
            Some(stop) => stop.target = target,
            None => {
                let purposes = vec!["serve".to_owned()];
                stops.push(plan::Stop { outlet: call.outlet.clone(), manual: false, purposes, target });
            }
        }
        hours.insert(call.outlet, one.minute);
    }
    hours
}

/// Stops of a day.
struct Stops<'a> {
    planned: &'a [plan::Stop],
    /// Those that are there only because they were agreed on.
    agreed: &'a [plan::Stop],
    /// The hours that were agreed on, minutes after midnight by outlet.
    hours: &'a BTreeMap<String, u32>,
}

/// The way through a day: of a plan somebody arranged by hand as it is, with what was agreed on put between; else the best order. What was agreed on for an
/// hour is not later than [`PUNCTUAL`] minutes after it.
async fn way(
    desk: &Arc<Desk>,
    asker: &Asker,
    tx: &mut Tx,
    scope: &Scope,
    day: Date,
    Stops { planned, agreed, hours }: Stops<'_>,
) -> Result<Route, Refusal> {
    let register = desk.parameters();
    let area = scope.territories.first().cloned().unwrap_or_default();
    let at = At { register: &register, territory: &area, day };
    let (shift, service) = (at.shift(None)?, at.service()?);
    let mut places = [Vec::with_capacity(planned.len()), Vec::new()];
    for (stops, places) in [planned, agreed].into_iter().zip(&mut places) {
        for stop in stops {
            let point = match site_of(desk, asker, tx, &stop.outlet, day).await {
                Ok(site) => site.point,
                Err(refusal) if refusal.kind == Kind::NotFound => continue,
                Err(refusal) => return Err(refusal),
            };
            let class = asker.master.outlet(&stop.outlet, asker.today).map_or("", |row| row.grade.as_str());
            let minutes = service.get(class).copied().unwrap_or(MINUTES);
            let windows = hours.get(&stop.outlet).map(|minute| (*minute, minute + PUNCTUAL)).into_iter().collect();
            places.push(Stop { outlet: stop.outlet.clone(), point, service: minutes, windows });
        }
    }
    let [mut places, agreed] = places;
    if planned.iter().any(|stop| stop.manual) {
        return Ok(route::joined(&shift, &places, &agreed));
    }
    places.extend(agreed);
    // Where the day is full, it is not what was agreed on that is left out.
    places.sort_by_key(|place| place.windows.is_empty());
    let best = move || ordered(&shift, &places);
    heavy(best).await.map_err(Into::into)
}

fn ordered(shift: &Shift, places: &[Stop]) -> Result<Route, Refusal> {
    route::order(shift, places, Effort::default(), |_| true)
}

/// The asker's visits of a day by outlet: id and state; of several the last begun.
async fn visits(tx: &mut Tx, login: &str, day: Date) -> Result<BTreeMap<String, (String, String)>, Refusal> {
    let query = list::Query { manager: login.to_owned(), from: Some(day), to: Some(day), limit: MOST_VISITS, ..list::Query::default() };
    let rows = list::list(tx, &Sight::own(login), &query).await?.rows;
    Ok(rows.into_iter().map(|line| (line.outlet, (line.id, line.state.name().to_owned()))).collect())
}

fn placed(mut stop: FieldStop, way: &Route, lang: Lang) -> FieldStop {
    let code = &stop.outlet.code;
    if let Some(at) = way.stops.iter().position(|one| one.outlet == *code) {
        let timed = &way.stops[at];
        stop.seq = at as u32 + 1;
        (stop.arrives, stop.leaves, stop.late) = (Some(clock(timed.begins)), Some(clock(timed.leaves)), timed.late);
    } else if let Some((_, why)) = way.left.iter().find(|(outlet, _)| outlet == code) {
        let (zh, en) = match why {
            Why::Window => ("当天时间内到不了", "it cannot be reached within the day"),
            Why::Full => ("当天已排满", "the day is full"),
        };
        (if lang == Lang::Zh { zh } else { en }).clone_into(&mut stop.left_why);
    }
    stop
}

/// Seconds after midnight as `09:40`.
fn clock(seconds: u32) -> String {
    format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}

/// Which outlets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldOutletsAsked {
    /// Part of code or name, or pinyin initials of the name.
    q: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Most rows, at most 500; 50 where absent.
    limit: Option<usize>,
}

/// Outlets to visit: those one looks after, and, where something is typed or one looks after none, all within reach; one's own come first.
#[utoipa::path(get, path = "/field/outlets", tag = "field", operation_id = "field_outlets", params(FieldOutletsAsked),
    responses((status = 200, body = FieldOutletPage)), extensions(("x-permission" = json!("visit.make"))))]
async fn outlets(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldOutletsAsked>,
) -> Answer<Json<FieldOutletPage>> {
    let scope = signed.own_scope(&desk, Permission::VisitMake)?;
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let tx = &mut desk.db.read().await?;
    let held: BTreeSet<String> = portfolio::held(tx, &signed.0.login, asker.today).await?.into_iter().collect();
    let typed = asked.q.as_deref().unwrap_or("").trim().to_lowercase();
    let within = |row: &Outlet| {
        let own = held.contains(&row.code);
        row.span.contains(asker.today)
            && scope.covers(&qudao_access::Place { territory: &row.territory, partners: &[], outlet: &row.code, clerk: "" })
            && (own || held.is_empty() || !typed.is_empty())
            && (typed.is_empty() || means(row, &typed))
    };
    let mut found: Vec<(bool, &str)> =
        asker.master.outlets().filter(|row| within(row)).map(|row| (!held.contains(&row.code), row.code.as_str())).collect();
    found.sort_unstable();
    let last = look::last_days(tx, &sight).await?;
    let paging = Paging { after: asked.cursor, limit: asked.limit };
    let (from, limit) = (paging.from(), paging.limit());
    let mut rows = Vec::new();
    for (_, code) in found.iter().skip(from).take(limit) {
        let site = site_of(&desk, &asker, tx, code, asker.today).await?;
        rows.push(shown_outlet(&desk, &asker, tx, &site, last.get(*code).copied()).await?);
    }
    let end = from.saturating_add(rows.len());
    Ok(Json(FieldOutletPage { rows, next: (end < found.len()).then(|| end.to_string()), total: found.len() }))
}

/// Whether somebody who typed this means an outlet.
fn means(row: &Outlet, typed: &str) -> bool {
    let said = |text: &str| text.to_lowercase().contains(typed);
    said(&row.code) || said(&row.name) || Initials::of(&row.name).find(typed).is_some()
}

/// What to know of any outlet in reach before entering.
#[utoipa::path(get, path = "/field/outlets/{code}/card", tag = "field", operation_id = "field_outlet_card",
    params(("code" = String, Path, description = "Outlet code")), responses((status = 200, body = FieldStop)),
    extensions(("x-permission" = json!("visit.read"))))]
async fn card(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<FieldStop>> {
    let (asker, sight) = (Asker::of(&desk, lang).await, sight(&desk, &signed, Permission::VisitRead)?);
    let tx = &mut desk.db.read().await?;
    reached(&desk, &asker, tx, &sight.scope, &code).await?;
    let cards = Cards::of(&desk, &signed, &asker, &sight, std::slice::from_ref(&code)).await?;
    let visit = visits(tx, &signed.0.login, asker.today).await?.remove(&code);
    let card = cards.card(tx, &code).await?;
    let (visit, visit_state) = visit.unzip();
    Ok(Json(FieldStop { visit, visit_state, ..card }))
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn times_of_a_day_are_read_on_a_clock() {
        assert_eq!([clock(0), clock(34_800), clock(86_399)], ["00:00", "09:40", "23:59"]);
    }
}
