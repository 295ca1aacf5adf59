//! 协同功能开关: which coordination features are on where, and how the pilot does beside the others (R6.46).
//!
//! A switch is a parameter with the unit `switch`, so it is set, dated, inherited and audited as parameters are.

use super::desk::Desk;
use super::figures;
use super::metrics::{MetricQuery, unit};
use super::people::day;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, heavy};
use axum::Json;
use axum::extract::{Path as Named, State};
use qudao_access::Permission;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_network::Territories;
use qudao_network::book::Wanted;
use qudao_platform::params::{Definition, Register, Setting, Unit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(comparison))
}

/// Where a switch was put on or off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SwitchPlace {
    /// Division code; empty for everywhere.
    scope: String,
    scope_name: String,
    on: bool,
    from: String,
    /// First day it no longer holds.
    #[schema(required)]
    to: Option<String>,
    /// over, holds or coming.
    state: String,
    owner: String,
}

/// A switch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SwitchView {
    /// Name of its parameter.
    name: String,
    title: String,
    /// Whether it is on where nobody said.
    default_on: bool,
    serves: Vec<String>,
    places: Vec<SwitchPlace>,
}

fn switches(register: &Register) -> impl Iterator<Item = &Definition> {
    register.definitions().filter(|definition| definition.unit == Unit::Switch)
}

fn state(setting: &Setting, today: Date) -> &'static str {
    if setting.to.is_some_and(|to| to <= today) {
        "over"
    } else if today < setting.from {
        "coming"
    } else {
        "holds"
    }
}

/// All switches, with where they are on and off.
#[utoipa::path(get, path = "/switches", tag = "parameters", operation_id = "switches",
    responses((status = 200, body = Vec<SwitchView>)), extensions(("x-permission" = json!("parameter.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<SwitchView>>> {
    signed.may(&desk, Permission::ParameterRead)?;
    let (register, today) = (desk.parameters(), desk.today());
    let place = |setting: &Setting| SwitchPlace {
        scope: setting.scope.clone(),
        scope_name: super::network_name(&setting.scope, lang),
        on: setting.value == "on",
        from: setting.from.to_string(),
        to: setting.to.map(|to| to.to_string()),
        state: state(setting, today).to_owned(),
        owner: setting.owner.clone(),
    };
    let mut views = Vec::new();
    for definition in switches(&register) {
        let (_, settings) = register.get(&definition.name)?;
        views.push(SwitchView {
            name: definition.name.clone(),
            title: definition.title.get(lang).to_owned(),
            default_on: definition.default.as_deref() == Some("on"),
            serves: definition.serves.clone(),
            places: settings.iter().map(place).collect(),
        });
    }
    Ok(Json(views))
}

/// What to compare, over which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparisonQuery {
    /// A metric whose parts add up.
    metric: String,
    /// First day.
    from: String,
    /// Last day.
    to: String,
}

/// A county of one of the two sides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedArea {
    code: String,
    name: String,
    /// Whether the feature is on there on the last day.
    on: bool,
    /// Since when, where somebody put it on.
    #[schema(required)]
    since: Option<String>,
    outlets: u64,
    value: i64,
    /// Of the period before.
    previous: i64,
}

/// One side.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ComparedSide {
    areas: u64,
    outlets: u64,
    value: i64,
    /// Of the period before.
    previous: i64,
    /// Value for each outlet, in hundredths of the unit.
    #[schema(required)]
    per_outlet: Option<i64>,
    /// Change against the period before, in parts of a million.
    #[schema(required)]
    growth_ppm: Option<i64>,
}

impl ComparedSide {
    fn of<'a>(areas: impl Iterator<Item = &'a ComparedArea>) -> Self {
        let mut side = Self::default();
        for area in areas {
            side.areas += 1;
            side.outlets += area.outlets;
            side.value += area.value;
            side.previous += area.previous;
        }
        let share = |part: i64, whole: i64, scale: i128| {
            (whole > 0).then(|| i64::try_from(i128::from(part) * scale / i128::from(whole)).ok()).flatten()
        };
        side.per_outlet = share(side.value, i64::try_from(side.outlets).unwrap_or(0), 100);
        side.growth_ppm = share(side.value - side.previous, side.previous, 1_000_000);
        side
    }
}

/// The pilot beside the others.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SwitchComparison {
    metric: String,
    metric_name: String,
    /// count, fen, people, outlets, partners.
    unit: String,
    from: String,
    to: String,
    pilot: ComparedSide,
    others: ComparedSide,
    areas: Vec<ComparedArea>,
}

/// Counties where a feature is on beside those where it is off, by a metric of the catalogue.
#[utoipa::path(get, path = "/switches/{name}/comparison", tag = "parameters", operation_id = "switch_comparison",
    params(("name" = String, Path), ComparisonQuery),
    responses((status = 200, body = SwitchComparison)), extensions(("x-permission" = json!("volume.read"))))]
async fn comparison(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(name): Named<String>,
    Asked(asked): Asked<ComparisonQuery>,
) -> Answer<Json<SwitchComparison>> {
    let scope = signed.scope(&desk, Permission::VolumeRead)?;
    let register = desk.parameters();
    if register.get(&name)?.0.unit != Unit::Switch {
        return Err(Refusal::bad_input("serve.switch.none", format!("{name} 不是开关"), format!("{name} is no switch")).into());
    }
    let (from, to) = (day(&asked.from)?, day(&asked.to)?);
    heavy(move || {
        let catalogue = &desk.figures.catalogue;
        let known = catalogue.metrics.iter().enumerate().find(|(_, metric)| metric.id == asked.metric);
        let metric = known.filter(|(at, _)| catalogue.is_additive(*at)).map(|(_, metric)| metric).ok_or_else(|| {
            Refusal::new(Kind::BadInput, "serve.switch.metric", "请选择可加总的指标", "choose a metric whose parts add up")
        })?;
        let query = MetricQuery::plain(&metric.id, Some("county"), from, to).beside_the_period_before();
        let query = query.query(figures::within(scope.clone()))?;
        let answer = qudao_metrics::answer(catalogue, &*desk.master()?, &desk.figures.now(&desk)?, &query)?;
        let open = Wanted { state: "active".to_owned(), ..Wanted::default() };
        let (book, divisions) = (desk.book()?, Territories::official()?);
        let mut areas: BTreeMap<String, ComparedArea> = BTreeMap::new();
        let blank = |code: &str| -> Result<ComparedArea, Refusal> {
            let since = register.holder(&name, code, to)?.filter(|setting| setting.value == "on").map(|setting| setting.from.to_string());
            Ok(ComparedArea {
                name: divisions.get(code).map_or_else(|| code.to_owned(), |division| division.name.clone()),
                on: register.on(&name, code, to)?.is_on(),
                since,
                code: code.to_owned(),
                outlets: 0,
                value: 0,
                previous: 0,
            })
        };
        for entry in book.outlets(&scope, &open) {
            let code = at_level(&entry.territory, Level::County);
            let area = match areas.entry(code.to_owned()) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(blank(code)?),
            };
            area.outlets += 1;
        }
        for row in &answer.rows {
            let Some(code) = row.key.first().filter(|code| !code.is_empty()) else { continue };
            let area = match areas.entry(code.clone()) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(blank(code)?),
            };
            if let Some(cell) = row.cells.first() {
                area.value = cell.value.unwrap_or(0);
                area.previous = cell.previous.unwrap_or(0);
            }
        }
        let areas: Vec<ComparedArea> = areas.into_values().collect();
        Ok(Json(SwitchComparison {
            metric_name: metric.name.get(lang).to_owned(),
            unit: unit(metric.unit).to_owned(),
            metric: metric.id.clone(),
            from: from.to_string(),
            to: to.to_string(),
            pilot: ComparedSide::of(areas.iter().filter(|area| area.on)),
            others: ComparedSide::of(areas.iter().filter(|area| !area.on)),
            areas,
        }))
    })
    .await
}

/// The demo's pilot: documents are exchanged with partners in the county of its people since the first of July.
pub(super) async fn demo_pilot(desk: &Arc<Desk>) -> Result<(), Refusal> {
    const NAME: &str = "document_exchange";
    if !desk.parameters().get(NAME)?.1.is_empty() {
        return Ok(());
    }
    let county = qudao_access::people::get(&mut desk.db.read().await?, "channel").await?;
    let Some(scope) = county.and_then(|person| person.grants.first().map(|grant| grant.over.clone())) else { return Ok(()) };
    let setting = Setting { scope, value: "on".to_owned(), from: day("2026-07-01")?, to: None, owner: "demo".to_owned() };
    qudao_platform::write_tx!(desk.db, |tx| qudao_platform::params::set(tx, "demo", NAME, &setting, "试点（演示数据）").await.map(drop))?;
    desk.reload_parameters().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_measured_per_outlet_and_against_the_period_before() {
        // R6.46
        let area = |outlets, value, previous| ComparedArea {
            code: String::new(),
            name: String::new(),
            on: true,
            since: None,
            outlets,
            value,
            previous,
        };
        let side = ComparedSide::of([area(3, 90, 80), area(1, 30, 20)].iter());
        assert_eq!((side.areas, side.outlets, side.value), (2, 4, 120));
        assert_eq!((side.per_outlet, side.growth_ppm), (Some(3_000), Some(200_000)));
        let none = ComparedSide::of([area(0, 5, 0)].iter());
        assert_eq!((none.per_outlet, none.growth_ppm), (None, None), "nothing to divide by");
    }
}
