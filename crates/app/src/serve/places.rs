//! Where the network stands: counts by division, the divisions one may choose from, and outlines to draw them with.

use super::desk::Desk;
use super::field;
use super::figures;
use super::listed::in_scope;
use super::signed::Signed;
use super::web::{Answer, Asked, heavy};
use crate::say::unreadable;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, Scope};
use qudao_field::visit::look;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_metrics::{Dimension, Query, answer};
use qudao_network::Territories;
use qudao_network::book::Wanted;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days back within which a visit or a sale is activity.
const LATELY: i32 = 30;
/// What counts as business.
const BUSINESS: &str = "effective_orders";
/// Tenths of a point of credit without any risk.
const FULL: i64 = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(map)).routes(routes!(layers)).routes(routes!(areas)).routes(routes!(outlines))
}

/// What the map counts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MapFilter {
    /// The division whose parts are counted; where absent, the smallest that holds all one may see.
    area: Option<String>,
    /// Channel category; several as a comma list.
    channel: Option<String>,
    /// Sub-type; several as a comma list.
    subtype: Option<String>,
    /// Grade; several as a comma list.
    grade: Option<String>,
}

impl MapFilter {
    fn wanted(&self) -> Wanted {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Wanted { channel: text(&self.channel), subtype: text(&self.subtype), grade: text(&self.grade), ..Wanted::default() }
    }
}

/// A division on the way to the one shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    code: String,
    name: String,
}

/// A part of a division and what stands in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Part {
    code: String,
    name: String,
    partners: usize,
    outlets: usize,
    clerks: usize,
    /// Outlets by grade.
    grades: BTreeMap<String, usize>,
    /// Whether it has parts of its own.
    opens: bool,
}

/// A division with its parts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NetworkMap {
    /// The division shown; empty for the country.
    area: String,
    /// From the province down to the division shown.
    path: Vec<Step>,
    parts: Vec<Part>,
}

/// A division to choose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Area {
    code: String,
    name: String,
    /// Code of the division above; empty for a province.
    above: String,
}

/// Partners, outlets and clerks by division.
#[utoipa::path(get, path = "/network/map", tag = "network", operation_id = "network_map", params(MapFilter),
    responses((status = 200, body = NetworkMap)), extensions(("x-permission" = json!("partner.read"))))]
async fn map(State(desk): State<Arc<Desk>>, signed: Signed, Asked(filter): Asked<MapFilter>) -> Answer<Json<NetworkMap>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    heavy(move || {
        let (book, divisions) = (desk.book()?, Territories::official()?);
        let wanted = filter.wanted();
        let area = filter.area.unwrap_or_else(|| common(book.areas(&scope, divisions).iter().map(String::as_str)));
        let step = |code: &str| Step { code: code.to_owned(), name: name(divisions, code) };
        let mut path: Vec<Step> = divisions.ancestors(&area).into_iter().map(|division| step(&division.code)).collect();
        if !area.is_empty() {
            path.push(step(&area));
        }
        let parts = book.shares(&scope, divisions, &area, &wanted).into_iter().map(|share| Part {
            name: name(divisions, &share.code),
            opens: share.code != area && divisions.children(&share.code).next().is_some(),
            code: share.code,
            partners: share.partners,
            outlets: share.outlets,
            clerks: share.clerks,
            grades: share.grades,
        });
        Ok(Json(NetworkMap { path, parts: parts.collect(), area }))
    })
    .await
}

/// What happened lately at the outlets of a part, and how they score.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartLayer {
    code: String,
    outlets: usize,
    /// Outlets visited within the days that are looked at; absent for whoever reads no visits.
    #[schema(required)]
    visited: Option<usize>,
    /// The day of the last visit to any of them.
    #[schema(required)]
    last_visit: Option<String>,
    /// Outlets with business within these days; absent for whoever reads no volume.
    #[schema(required)]
    active: Option<usize>,
    /// Mean credit of the outlets that are graded, tenths of a point of 1000, rounded down; absent for whoever reads no grades, and where none is graded.
    #[schema(required)]
    credit_tenths: Option<i64>,
}

/// Layers of the map: activity and score.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NetworkLayers {
    /// The division shown; empty for the country.
    area: String,
    /// Days back that are looked at.
    days: i32,
    /// By code; parts without outlets are left out.
    parts: Vec<PartLayer>,
}

/// What is known of outlets.
struct Known {
    visits: Option<BTreeMap<String, Date>>,
    sold: Option<BTreeSet<String>>,
    risks: Option<Arc<BTreeMap<String, u32>>>,
    since: Date,
}

impl Known {
    fn layer(&self, code: String, outlets: &[String]) -> PartLayer {
        let days = |visits: &BTreeMap<String, Date>| outlets.iter().filter_map(|outlet| visits.get(outlet).copied()).collect::<Vec<Date>>();
        let visits = self.visits.as_ref().map(days);
        let credit = |risks: &Arc<BTreeMap<String, u32>>| {
            let scores: Vec<i64> = outlets.iter().filter_map(|outlet| risks.get(outlet)).map(|risk| FULL - i64::from(*risk) * 10).collect();
            scores.iter().sum::<i64>().checked_div(i64::try_from(scores.len()).unwrap_or(i64::MAX))
        };
        PartLayer {
            code,
            outlets: outlets.len(),
            visited: visits.as_ref().map(|days| days.iter().filter(|day| **day >= self.since).count()),
            last_visit: visits.as_ref().and_then(|days| days.iter().max()).map(ToString::to_string),
            active: self.sold.as_ref().map(|sold| outlets.iter().filter(|outlet| sold.contains(*outlet)).count()),
            credit_tenths: self.risks.as_ref().and_then(credit),
        }
    }
}

/// Outlets with business from a day to a day. Reads files.
fn sold(desk: &Arc<Desk>, scope: Scope, from: Date, to: Date) -> Result<BTreeSet<String>, Refusal> {
    let mut query = Query::new(&[BUSINESS], from, to, figures::within(scope));
    query.by = vec![Dimension::Outlet];
    let rows = answer(&desk.figures.catalogue, &*desk.master()?, &desk.figures.now(desk)?, &query)?.rows;
    let some = rows.into_iter().filter(|row| row.cells.first().and_then(|cell| cell.value).unwrap_or(0) > 0);
    Ok(some.map(|row| row.key.concat()).collect())
}

/// Risks of the outlets of a scope. Reads files.
fn risks(desk: &Arc<Desk>, scope: &Scope, today: Date) -> Result<Arc<BTreeMap<String, u32>>, Refusal> {
    let all = desk.field.risks.now(desk)?;
    if scope.is_everywhere() {
        return Ok(all);
    }
    let master = desk.master()?;
    let within = all.iter().filter(|(outlet, _)| in_scope(&master, scope, outlet, today));
    Ok(Arc::new(within.map(|(outlet, risk)| (outlet.clone(), *risk)).collect()))
}

/// Activity and score of outlets by division: visits and business of late, and credit.
#[utoipa::path(get, path = "/network/layers", tag = "network", operation_id = "network_layers", params(MapFilter),
    responses((status = 200, body = NetworkLayers)), extensions(("x-permission" = json!("partner.read"))))]
async fn layers(State(desk): State<Arc<Desk>>, signed: Signed, Asked(filter): Asked<MapFilter>) -> Answer<Json<NetworkLayers>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    // Each is told as far as it may be read, which may be less than the outlets that are counted.
    let (volume, grades) = (signed.scope(&desk, Permission::VolumeRead).ok(), signed.scope(&desk, Permission::GradingRead).ok());
    let visits = match field::sight(&desk, &signed, Permission::VisitRead) {
        Ok(sight) => Some(look::last_days(&mut desk.db.read().await?, &sight).await?),
        Err(_) => None,
    };
    heavy(move || {
        let (book, divisions, today) = (desk.book()?, Territories::official()?, desk.today());
        let since = today.plus_days(1 - LATELY);
        let known = Known {
            visits,
            sold: volume.map(|scope| sold(&desk, scope, since, today)).transpose()?,
            risks: grades.map(|scope| risks(&desk, &scope, today)).transpose()?,
            since,
        };
        let wanted = filter.wanted();
        let area = filter.area.unwrap_or_else(|| common(book.areas(&scope, divisions).iter().map(String::as_str)));
        let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (part, outlet) in book.placed(&scope, divisions, &area, &wanted) {
            parts.entry(part).or_default().push(outlet);
        }
        let parts = parts.into_iter().map(|(code, outlets)| known.layer(code, &outlets)).collect();
        Ok(Json(NetworkLayers { area, days: LATELY, parts }))
    })
    .await
}

/// Divisions where something one may see stands, with all above them, by code.
#[utoipa::path(get, path = "/network/areas", tag = "network", operation_id = "network_areas",
    responses((status = 200, body = Vec<Area>)), extensions(("x-permission" = json!("partner.read"))))]
async fn areas(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<Area>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    heavy(move || {
        let (book, divisions) = (desk.book()?, Territories::official()?);
        let area = |code: String| Area {
            name: name(divisions, &code),
            above: divisions.parent(&code).map(|division| division.code.clone()).unwrap_or_default(),
            code,
        };
        Ok(Json(book.areas(&scope, divisions).into_iter().map(area).collect()))
    })
    .await
}

/// Outlines of a division's parts, as deployed in the folder `maps`: `{"caption": "…", "outlines": {GeoJSON with `code` in each feature}}`.
#[utoipa::path(get, path = "/network/outlines/{area}", tag = "network", operation_id = "network_outlines",
    params(("area" = String, Path, description = "Division code")),
    responses((status = 200, body = Value)), extensions(("x-permission" = json!("any"))))]
async fn outlines(State(desk): State<Arc<Desk>>, _signed: Signed, Path(area): Path<String>) -> Answer<Json<Value>> {
    heavy(move || {
        if qudao_kernel::territory::level(&area).is_none() && area != "country" {
            return Err(no_outlines(&area));
        }
        let path = desk.home.root().join("maps").join(format!("{area}.json"));
        if !path.is_file() {
            return Err(no_outlines(&area));
        }
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        serde_json::from_slice(&bytes).map(Json).map_err(|error| unreadable(&path, &error))
    })
    .await
}

/// The deepest division above all codes; empty for the country.
pub(super) fn common<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let deepest: Vec<&str> = codes.filter(|code| code.len() >= 6).map(|code| &code[..6]).collect();
    let Some(first) = deepest.first() else { return String::new() };
    let shared = |digits: usize| deepest.iter().all(|code| code.get(..digits) == first.get(..digits));
    [6, 4, 2].into_iter().find(|digits| shared(*digits)).map(|digits| first[..digits].to_owned()).unwrap_or_default()
}

fn name(divisions: &Territories, code: &str) -> String {
    divisions.get(code).map_or_else(|| code.to_owned(), |division| division.name.clone())
}

fn no_outlines(area: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.maps.none",
        format!("没有 {area} 的地图轮廓；请把轮廓文件放入工作文件夹的 maps 目录"),
        format!("there are no outlines of {area}; put them into maps in the working folder"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_tells_its_activity_and_score_to_who_may_read_them() {
        // R6.4
        let day = |text: &str| text.parse::<Date>().unwrap();
        let outlets = ["O1", "O2", "O3"].map(str::to_owned);
        let known = Known {
            visits: Some(
                [("O1", "2026-08-20"), ("O2", "2026-06-01"), ("O9", "2026-08-31")].map(|(code, on)| (code.to_owned(), day(on))).into(),
            ),
            sold: Some(["O1".to_owned(), "O3".to_owned()].into()),
            risks: Some(Arc::new([("O1".to_owned(), 10), ("O2".to_owned(), 25)].into())),
            since: day("2026-08-02"),
        };
        let layer = known.layer("421102".into(), &outlets);
        assert_eq!((layer.outlets, layer.visited, layer.active, layer.credit_tenths), (3, Some(1), Some(2), Some(825)));
        assert_eq!(layer.last_visit.as_deref(), Some("2026-08-20"));
        let blind = Known { visits: None, sold: None, risks: None, since: day("2026-08-02") }.layer(String::new(), &outlets);
        assert_eq!((blind.visited, blind.active, blind.credit_tenths, blind.last_visit), (None, None, None, None));
    }
}
