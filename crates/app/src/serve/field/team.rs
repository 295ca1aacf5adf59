//! A team's figures, and its outlets on the map with coverage and gaps.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::recruit::{named, names};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language};
use super::planning::Came;
use super::shown_plan::{FieldMapAsked, FieldSpanAsked};
use super::shown_team::{FieldCover, FieldManagerRef, FieldMap, FieldMapOutlet, FieldTeam, FieldTeamRow};
use super::sight;
use super::summary::working;
use super::whose::{self, Manager};
use super::worked::{Worked, adherence, promises, span};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, Place};
use qudao_field::diary;
use qudao_field::measure::coverage;
use qudao_field::params::At;
use qudao_field::plan::store;
use qudao_field::promise;
use qudao_field::visit::list::{self, Line};
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Outlet;
use qudao_kernel::territory::{Level, at_level, under};
use qudao_kernel::{Date, Refusal};
use qudao_network::portfolio;
use qudao_network::site::{self, Point};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days within which a visit counts as coverage.
const COVERED: i32 = 28;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(team)).routes(routes!(map))
}

/// The figures of one's managers, by name.
#[utoipa::path(get, path = "/field/team", tag = "field", operation_id = "field_team", params(FieldSpanAsked),
    responses((status = 200, body = FieldTeam)), extensions(("x-permission" = json!("visit.read"))))]
async fn team(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<FieldSpanAsked>) -> Answer<Json<FieldTeam>> {
    signed.may(&desk, Permission::VisitRead)?;
    let (from, to) = span(&asked, desk.today())?;
    let tx = &mut desk.db.read().await?;
    let mut managers = whose::all(&desk, tx, &signed, Permission::VisitRead).await?;
    if let Some(login) = asked.manager.as_deref().filter(|login| !login.is_empty()) {
        managers.retain(|manager| manager.login == login);
    }
    let mut rows = Vec::with_capacity(managers.len());
    for manager in managers {
        rows.push(row(tx, manager, (from, to), desk.today()).await?);
    }
    Ok(Json(FieldTeam { from: from.to_string(), to: to.to_string(), rows }))
}

async fn row(tx: &mut qudao_platform::Tx, manager: Manager, (from, to): (Date, Date), today: Date) -> Result<FieldTeamRow, Refusal> {
    let held = portfolio::held(tx, &manager.login, today).await?;
    let worked = Worked::of(tx, &manager.login, from, to, today).await?;
    let holidays = Holidays::shipped();
    let review = diary::review(tx, &manager.login, from, to, &holidays).await?;
    let visited = worked.covered();
    let covered = held.iter().filter(|code| visited.contains(code.as_str())).count() as u32;
    let outlets = held.len() as u32;
    Ok(FieldTeamRow {
        manager: manager.login,
        name: manager.name,
        outlets,
        covered,
        coverage: coverage(outlets, covered),
        visits: worked.counts(),
        adherence: adherence(worked.adherence()),
        strike: worked.strike(),
        minutes: worked.minutes(),
        promises: promises(worked.promises),
        diaries_sent: review.sent,
        diaries_due: working(&holidays, from, to, today),
    })
}

/// What is known of outlets, by code.
struct Known {
    keepers: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    points: BTreeMap<String, Point>,
    last: BTreeMap<String, Line>,
    promises: BTreeMap<String, u32>,
    next: BTreeMap<String, Date>,
    /// Visits in four weeks by class.
    frequency: BTreeMap<String, u32>,
}

/// Outlets with their last visits, and coverage and gaps by class and county. A channel manager gets their own.
#[utoipa::path(get, path = "/field/map", tag = "field", operation_id = "field_map", params(FieldMapAsked),
    responses((status = 200, body = FieldMap)), extensions(("x-permission" = json!("visit.read"))))]
async fn map(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FieldMapAsked>,
) -> Answer<Json<FieldMap>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&desk, &signed, Permission::VisitRead)?;
    let over = whose::above(&desk, &signed, Permission::VisitRead)?;
    let tx = &mut desk.db.read().await?;
    let managers = whose::all(&desk, tx, &signed, Permission::VisitRead).await?;
    let only = match asked.manager.as_deref().filter(|login| !login.is_empty()) {
        Some(login) => Some(whose::one(&desk, tx, &signed, Permission::VisitRead, Some(login)).await?.login),
        None => None,
    };
    let area = asked.territory.as_deref().unwrap_or("");
    let keepers = portfolio::all(tx, asker.today).await?;
    let within = |row: &&Outlet| {
        let keeper = keepers.get(&row.code);
        let own = keeper.is_some_and(|login| *login == signed.0.login);
        row.span.contains(asker.today)
            && under(&row.territory, area)
            && only.as_ref().is_none_or(|login| keeper == Some(login))
            && (own || over.covers(&Place { territory: &row.territory, partners: &[], outlet: &row.code, clerk: "" }))
    };
    let mut rows: Vec<&Outlet> = asker.master.outlets().filter(within).collect();
    rows.sort_by_key(|row| row.code.as_str());
    let logins: BTreeSet<String> = rows.iter().filter_map(|row| keepers.get(&row.code).cloned()).collect();
    let mut next = BTreeMap::new();
    for login in &logins {
        next.extend(store::next(tx, login, asker.today).await?);
    }
    let register = desk.parameters();
    let known = Known {
        names: names(tx, logins.into_iter()).await?,
        keepers,
        points: site::points(tx, asker.today).await?,
        last: list::latest(tx, &sight).await?.into_iter().map(|line| (line.outlet.clone(), line)).collect(),
        promises: promise::open(tx, &sight).await?,
        next,
        frequency: At { register: &register, territory: area, day: asker.today }.rules(None)?.frequency,
    };
    let outlets: Vec<FieldMapOutlet> = rows.iter().map(|row| known.outlet(&asker, row)).collect();
    let classes = cover(&outlets, |outlet| (outlet.class.clone(), outlet.class.clone()));
    let territories = cover(&outlets, |outlet| {
        let county = at_level(&outlet.territory, Level::County);
        (county.to_owned(), network_name(county, lang))
    });
    let managers = managers.into_iter().map(|one| FieldManagerRef { login: one.login, name: one.name }).collect();
    Ok(Json(FieldMap { today: asker.today.to_string(), outlets, classes, territories, managers }))
}

impl Known {
    fn outlet(&self, asker: &Asker, row: &Outlet) -> FieldMapOutlet {
        let manager = self.keepers.get(&row.code).cloned().unwrap_or_default();
        let point = self.points.get(&row.code);
        let last = self.last.get(&row.code);
        let came = last.map(Came::of).unwrap_or_default();
        let since = last.map(|line| u32::try_from(asker.today.days() - line.day.days()).unwrap_or(0));
        FieldMapOutlet {
            code: row.code.clone(),
            name: row.name.clone(),
            manager_name: if manager.is_empty() { String::new() } else { named(&self.names, &manager) },
            manager,
            lat_e6: point.map(|point| point.lat_e6),
            lon_e6: point.map(|point| point.lon_e6),
            class: row.grade.clone(),
            outlet_type: row.subtype.clone(),
            territory: row.territory.clone(),
            territory_name: network_name(&row.territory, asker.lang),
            last_visit: last.map(|line| line.day.to_string()),
            days_since: since,
            last_score: came.score,
            issues: came.failed + self.promises.get(&row.code).copied().unwrap_or(0),
            overdue: overdue(self.frequency.get(&row.grade).copied().unwrap_or(0), since),
            next_planned: self.next.get(&row.code).map(ToString::to_string),
        }
    }
}

/// Whether the last visit is longer ago than so many visits in four weeks allow; what has no frequency is never late.
fn overdue(visits: u32, since: Option<u32>) -> bool {
    visits > 0 && since.is_none_or(|days| days > 28_u32.div_ceil(visits))
}

/// Coverage by a part of the outlets, by its key.
fn cover(outlets: &[FieldMapOutlet], part: impl Fn(&FieldMapOutlet) -> (String, String)) -> Vec<FieldCover> {
    let mut parts: BTreeMap<(String, String), Vec<&FieldMapOutlet>> = BTreeMap::new();
    for outlet in outlets {
        parts.entry(part(outlet)).or_default().push(outlet);
    }
    let of = |((key, name), outlets): ((String, String), Vec<&FieldMapOutlet>)| {
        let count = |fits: &dyn Fn(&FieldMapOutlet) -> bool| outlets.iter().filter(|outlet| fits(outlet)).count() as u32;
        let (all, visited) = (outlets.len() as u32, count(&|outlet| outlet.days_since.is_some_and(|days| days < COVERED.unsigned_abs())));
        FieldCover {
            key,
            name,
            outlets: all,
            visited,
            share: coverage(all, visited),
            overdue: count(&|outlet| outlet.overdue),
            unkept: count(&|outlet| outlet.manager.is_empty()),
            unplaced: count(&|outlet| outlet.lat_e6.is_none()),
        }
    };
    parts.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::overdue;

    #[test]
    fn a_visit_is_late_by_the_frequency_of_its_class() {
        // R7.38
        let late = |visits, days| overdue(visits, days);
        assert_eq!(
            [late(4, Some(7)), late(4, Some(8)), late(1, Some(28)), late(1, None), late(0, None)],
            [false, true, false, true, false]
        );
    }
}
