//! The price map, with its advice (R7.267, R7.291).

use super::super::desk::Desk;
use super::super::listed::file;
use super::super::network_name;
use super::super::orders::{Asker, union};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, heavy};
use super::{READ, product, reaches, sent_day};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Fen, Kind, Lang, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType};
use qudao_price::map::{self, Bounds, Row};
use qudao_price::{case, check};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days a map looks back where nobody says.
pub(super) const DAYS: i32 = 30;
/// Parts of a million in a hundredth of a percent.
const PPM: i64 = 100;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(of)).routes(routes!(export))
}

/// Which map.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceMapAsked {
    /// First day; thirty days before the last where absent.
    from: Option<String>,
    /// Last day; today where absent.
    to: Option<String>,
    /// A division and all below it.
    territory: Option<String>,
    /// city, county or township; county where absent.
    level: Option<String>,
    product: Option<String>,
}

/// A product in an area.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceMapRow {
    area: String,
    area_name: String,
    product: String,
    product_name: String,
    /// Fen.
    #[schema(required)]
    suggested: Option<i64>,
    /// Outlets whose price was seen.
    seen: u32,
    /// Outlets of the area.
    outlets: u32,
    lowest: i64,
    median: i64,
    highest: i64,
    /// (highest − lowest) ÷ suggested, hundredths of a percent.
    #[schema(required)]
    spread: Option<u32>,
    /// Outlets below the floor, and far above the suggested price.
    below: u32,
    above: u32,
    /// Outlets below the floor ÷ outlets seen, hundredths of a percent.
    below_share: u32,
    /// Outlets seen with it ÷ outlets of the area, hundredths of a percent.
    #[schema(required)]
    width: Option<u32>,
    /// Cases of the product in the area that are not closed.
    cases: u32,
    /// narrow, look, widen, keep.
    advice: String,
}

/// How prices stand by area, with what that advises.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceMap {
    from: String,
    to: String,
    /// Bounds of the advice, hundredths of a percent.
    spread_limit: u32,
    below_limit: u32,
    width_enough: u32,
    /// By area, then product.
    rows: Vec<PriceMapRow>,
}

async fn map(desk: &Arc<Desk>, asker: &Asker, signed: &Signed, asked: &PriceMapAsked) -> Result<PriceMap, Refusal> {
    let (sight, scope) = (asker.sight(desk, signed, READ)?, union(desk, signed, READ)?);
    let day = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(sent_day).transpose();
    let to = day(&asked.to)?.unwrap_or(asker.today);
    let from = day(&asked.from)?.unwrap_or(to.plus_days(-DAYS));
    let level = asked.level.as_deref().filter(|name| !name.is_empty()).map_or(Some(Level::County), Level::named).ok_or_else(no_level)?;
    let bounds = bounds(desk, asker.today)?;
    let mut outlets: BTreeMap<String, u32> = BTreeMap::new();
    for row in asker.master.outlets().filter(|row| row.span.contains(to) && reaches(asker, &scope, row)) {
        *outlets.entry(at_level(&row.territory, level).to_owned()).or_default() += 1;
    }
    let tx = &mut desk.db.read().await?;
    let checks = check::of_time(tx, &sight, asked.territory.as_deref().unwrap_or(""), from, to).await?;
    let open = case::list(tx, &sight, &case::Query { open: true, ..case::Query::default() }).await?;
    let wanted = asked.product.as_deref().unwrap_or("");
    let rows = map::rows(&checks, level, &outlets, bounds).into_iter().filter(|row| wanted.is_empty() || row.product == wanted);
    let cases = |row: &Row| open.iter().filter(|one| one.product == row.product && at_level(&one.territory, level) == row.area).count();
    let rows = rows.map(|row| PriceMapRow {
        area_name: network_name(&row.area, asker.lang),
        product_name: product(asker, &row.product),
        cases: u32::try_from(cases(&row)).unwrap_or(u32::MAX),
        area: row.area,
        product: row.product,
        suggested: row.suggested.map(|fen| fen.0),
        seen: row.seen,
        outlets: row.outlets,
        lowest: row.lowest.0,
        median: row.median.0,
        highest: row.highest.0,
        spread: row.spread,
        below: row.below,
        above: row.above,
        below_share: row.below_share,
        width: row.width,
        advice: row.advice.name().to_owned(),
    });
    Ok(PriceMap {
        from: from.to_string(),
        to: to.to_string(),
        spread_limit: bounds.spread,
        below_limit: bounds.below,
        width_enough: bounds.width,
        rows: rows.collect(),
    })
}

fn no_level() -> Refusal {
    Refusal::new(Kind::BadInput, "serve.request.word", "层级须为 city、county 或 township", "the level is city, county or township")
}

pub(super) fn bounds(desk: &Desk, today: Date) -> Result<Bounds, Refusal> {
    let parameters = desk.parameters();
    let share = |name: &str| -> Result<u32, Refusal> { Ok(u32::try_from(parameters.on(name, "", today)?.ppm()? / PPM).unwrap_or(0)) };
    Ok(Bounds { spread: share("price_spread_limit")?, below: share("price_disorder_limit")?, width: share("width_sufficient")? })
}

/// How prices of products stand by area: suggested, lowest, middle, highest, spread, what is below the floor, and what that advises.
#[utoipa::path(get, path = "/price-map", tag = "price", operation_id = "price_map", params(PriceMapAsked),
    responses((status = 200, body = PriceMap)), extensions(("x-permission" = json!("price.read"))))]
async fn of(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceMapAsked>,
) -> Answer<Json<PriceMap>> {
    let asker = Asker::of(&desk, lang).await;
    Ok(Json(map(&desk, &asker, &signed, &asked).await?))
}

/// The map as a file.
#[utoipa::path(get, path = "/price-map/file", tag = "price", operation_id = "price_map_file", params(PriceMapAsked),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("price.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceMapAsked>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let rows = map(&desk, &asker, &signed, &asked).await?.rows;
    heavy(move || file("price-map", false, &columns(lang), |table| rows.iter().try_for_each(|row| table.row(&cells(row))))).await
}

fn columns(lang: Lang) -> [Column; 12] {
    use ColumnType::{Int, Money, Text};
    [
        ("区域", "Area", Text),
        ("产品编码", "Product", Text),
        ("产品", "Product's name", Text),
        ("建议零售价", "Suggested", Money),
        ("最低", "Lowest", Money),
        ("中位", "Middle", Money),
        ("最高", "Highest", Money),
        ("见价网点", "Outlets seen", Int),
        ("全部网点", "Outlets", Int),
        ("低于最低价网点", "Below the floor", Int),
        ("未结案件", "Open cases", Int),
        ("建议", "Advice", Text),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &PriceMapRow) -> [Cell<'_>; 12] {
    let money = |fen: i64| Cell::Money(Fen(fen));
    let count = |count: u32| Cell::Int(i64::from(count));
    [
        Cell::Text(&row.area_name),
        Cell::Text(&row.product),
        Cell::Text(&row.product_name),
        row.suggested.map_or(Cell::Empty, money),
        money(row.lowest),
        money(row.median),
        money(row.highest),
        count(row.seen),
        count(row.outlets),
        count(row.below),
        count(row.cases),
        Cell::Text(&row.advice),
    ]
}
