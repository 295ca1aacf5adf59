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
use qudao_field::params::At;
use qudao_field::plan::route::{self, Effort, Route, Shift, Stop, Why};
use qudao_field::plan::store as plan;
use qudao_field::visit::list::{self, Sight};
use qudao_field::visit::look;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Outlet;
use qudao_kernel::{Date, Kind, Lang, Refusal};
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

/// The asker's day: stops of the plan in their order, with the times of the way and what to know before entering each.
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
    let planned = plan::read(&mut desk.db.read().await?, &login, day, day).await?.into_iter().next();
    let (version, stops) = planned.map_or_else(|| (0, Vec::new()), |planned| (planned.version, planned.stops));
    let codes: Vec<String> = stops.iter().map(|stop| stop.outlet.clone()).collect();
    let cards = Cards::of(&desk, &signed, &asker, &sight, &codes).await?;
    let tx = &mut desk.db.read().await?;
    let way = way(&desk, &asker, tx, &scope, day, &stops).await?;
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

/// The way through a day: of a plan somebody arranged by hand as it is, else the best order.
async fn way(desk: &Arc<Desk>, asker: &Asker, tx: &mut Tx, scope: &Scope, day: Date, stops: &[plan::Stop]) -> Result<Route, Refusal> {
    let register = desk.parameters();
    let area = scope.territories.first().cloned().unwrap_or_default();
    let at = At { register: &register, territory: &area, day };
    let (shift, service) = (at.shift(None)?, at.service()?);
    let mut places = Vec::with_capacity(stops.len());
    for stop in stops {
        let point = match site_of(desk, asker, tx, &stop.outlet, day).await {
            Ok(site) => site.point,
            Err(refusal) if refusal.kind == Kind::NotFound => continue,
            Err(refusal) => return Err(refusal),
        };
        let class = asker.master.outlet(&stop.outlet, asker.today).map_or("", |row| row.grade.as_str());
        let minutes = service.get(class).copied().unwrap_or(MINUTES);
        places.push(Stop { outlet: stop.outlet.clone(), point, service: minutes, windows: Vec::new() });
    }
    if stops.iter().any(|stop| stop.manual) {
        return Ok(route::timed(&shift, &places));
    }
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
        (stop.arrives, stop.leaves, stop.late) = (Some(clock(timed.arrives)), Some(clock(timed.leaves)), timed.late);
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
