//! Where the network stands: counts by division, the divisions one may choose from, and outlines to draw them with.

use super::desk::Desk;
use super::signed::Signed;
use super::web::{Answer, Asked, heavy};
use crate::say::unreadable;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Kind, Refusal};
use qudao_network::Territories;
use qudao_network::book::Wanted;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(map)).routes(routes!(areas)).routes(routes!(outlines))
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
        let wanted = Wanted {
            channel: filter.channel.unwrap_or_default(),
            subtype: filter.subtype.unwrap_or_default(),
            grade: filter.grade.unwrap_or_default(),
            ..Wanted::default()
        };
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
