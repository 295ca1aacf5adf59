//! 价格与销量: the goals of each product's price, sales by price point, and what became of sales where prices are high (R7.270, R7.276, R7.279, R7.293).

use super::super::desk::Desk;
use super::super::figures;
use super::super::network_name;
use super::super::orders::{Asker, union};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, heavy};
use super::{product, sent_day};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, Sight};
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_metrics::{Dimension, Query, Test, Within, answer};
use qudao_price::check;
use qudao_price::report::{self, Area, Goals, High, Offered, Point, Sale};
use qudao_supply::offer;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Days of a report where nobody says.
const DAYS: i32 = 60;
/// Most days of a report.
const MOST_DAYS: i32 = 366;
/// Pieces sold, and what was paid for them.
const SALES: [&str; 2] = ["terminal_sales", "terminal_amount"];
/// Whoever works on prices for the house: what suppliers ask is told nobody else.
const ANY: &[Permission] = &[Permission::PriceManage, Permission::PriceDecide];

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(of))
}

/// Which report.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceReportAsked {
    /// First day; sixty days before the last where absent.
    from: Option<String>,
    /// Last day; today where absent.
    to: Option<String>,
    /// A division and all below it.
    territory: Option<String>,
    product: Option<String>,
}

/// The goals of a product's price.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceGoals {
    product: String,
    product_name: String,
    /// Least a piece leaves the dealer at the suggested price, fen; absent where nobody offers it.
    #[schema(required)]
    least_margin: Option<i64>,
    #[schema(required)]
    most_margin: Option<i64>,
    /// Middle of our prices that were seen.
    #[schema(required)]
    ours: Option<i64>,
    /// Middle of competitors' beside it.
    #[schema(required)]
    rival: Option<i64>,
    /// Ours less theirs.
    #[schema(required)]
    gap: Option<i64>,
    /// Pieces sold, and of all handsets that were sold.
    pieces: i64,
    of: i64,
}

/// Pieces sold at prices from one on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PricePoint {
    product: String,
    product_name: String,
    /// Fen.
    from: i64,
    pieces: i64,
    /// What was paid for them.
    amount: i64,
    outlets: u32,
}

/// A product in an area: sales where its price was high, and where it was not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceAndSales {
    area: String,
    area_name: String,
    product: String,
    product_name: String,
    high_outlets: u32,
    /// Pieces of the time, and of as many days before it.
    high_now: i64,
    high_before: i64,
    other_outlets: u32,
    other_now: i64,
    other_before: i64,
}

/// A product whose price is high at an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HighPrice {
    outlet: String,
    outlet_name: String,
    territory_name: String,
    product: String,
    product_name: String,
    /// Checks, high ones of them, and how many of the latest in a row.
    looked: u32,
    high: u32,
    in_row: u32,
    /// The latest price, fen.
    last: i64,
    #[schema(required)]
    suggested: Option<i64>,
    seen_on: String,
    /// Pieces of the time, and of as many days before it.
    now: i64,
    before: i64,
    /// Whether the price is what holds sales up.
    bottleneck: bool,
}

/// Prices and sales of a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceReport {
    from: String,
    to: String,
    /// First day of as many days before.
    before_from: String,
    /// Fen from one price point to the next.
    step: i64,
    /// Checks in a row that make a bottleneck.
    least_checks: u32,
    /// By product.
    goals: Vec<PriceGoals>,
    /// By product, then price.
    points: Vec<PricePoint>,
    /// By area, then product.
    areas: Vec<PriceAndSales>,
    /// Bottlenecks first, then by how many fewer pieces were sold.
    high: Vec<HighPrice>,
}

/// What was sold from a day to a day, by outlet, product and day. Reads files.
fn sold(desk: &Arc<Desk>, within: Within, area: &str, (from, to): (Date, Date)) -> Result<Vec<Sale>, Refusal> {
    let mut query = Query::new(&SALES, from, to, within);
    query.by = vec![Dimension::Outlet, Dimension::Product, Dimension::Day];
    if !area.is_empty() {
        query.tests.push(Test::Under(vec![area.to_owned()]));
    }
    let master = desk.master()?;
    let mut all = Vec::new();
    for row in answer(&desk.figures.catalogue, &master, &desk.figures.now(desk)?, &query)?.rows {
        let cell = |at: usize| row.cells.get(at).and_then(|cell| cell.value).unwrap_or(0);
        if let [outlet, product, day] = row.key.as_slice()
            && let Ok(day) = day.parse::<Date>()
        {
            let territory = master.outlet(outlet, day).map(|row| row.territory.clone()).unwrap_or_default();
            let (outlet, product) = (outlet.clone(), product.clone());
            all.push(Sale { outlet, territory, product, day, pieces: cell(0), amount: Fen(cell(1)) });
        }
    }
    Ok(all)
}

fn no_days() -> Refusal {
    Refusal::bad_input(
        "price.report.days",
        format!("起止日期有误，或超过 {MOST_DAYS} 天；请重新选择"),
        format!("the days are the wrong way round, or more than {MOST_DAYS}; choose again"),
    )
}

/// Prices and sales: what each product leaves its dealer, how it stands beside competitors and among all that is sold, sales by price point, and what became
/// of sales where a price is high.
#[utoipa::path(get, path = "/price-report", tag = "price", operation_id = "price_report", params(PriceReportAsked),
    responses((status = 200, body = PriceReport)), extensions(("x-permission" = json!(["price.manage", "price.decide"]))))]
async fn of(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceReportAsked>,
) -> Answer<Json<PriceReport>> {
    let scope = union(&desk, &signed, ANY)?;
    let asker = Asker::of(&desk, lang).await;
    let day = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(sent_day).transpose();
    let to = day(&asked.to)?.unwrap_or(asker.today);
    let from = day(&asked.from)?.unwrap_or(to.plus_days(1 - DAYS));
    let days = to.days() - from.days() + 1;
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(no_days().into());
    }
    let before_from = from.plus_days(-days);
    let (area, wanted) = (asked.territory.unwrap_or_default(), asked.product.unwrap_or_default());
    let parameters = desk.parameters();
    let step = parameters.on("price_point_step", &area, asker.today)?.fen()?;
    let least = parameters.on("price_bottleneck_checks", &area, asker.today)?.int()?;
    let least_checks = u32::try_from(least).unwrap_or(u32::MAX);
    let (mut checks, offers) = {
        let tx = &mut desk.db.read().await?;
        let sight = Sight::of(scope.clone(), &asker.master, asker.today);
        (check::of_time(tx, &sight, &area, from, to).await?, offer::list(tx, false).await?)
    };
    checks.retain(|check| wanted.is_empty() || check.product == wanted);
    let offers: Vec<Offered> = offers
        .into_iter()
        .filter(|offer| wanted.is_empty() || offer.product == wanted)
        .map(|offer| Offered { product: offer.product, supply: offer.supply_price, suggested: offer.suggested_price })
        .collect();
    let (reader, within) = (Arc::clone(&desk), figures::within(scope));
    // A share is of all products, whichever are asked for.
    let sales = heavy(move || sold(&reader, within, &area, (before_from, to))).await?;
    let all = report::pieces(&sales, from);
    let high = report::high(&checks, &all, least_checks);
    let asked_for = |code: &str| wanted.is_empty() || code == wanted;
    let now: Vec<Sale> = sales.into_iter().filter(|sale| sale.day >= from && asked_for(&sale.product)).collect();
    Ok(Json(PriceReport {
        from: from.to_string(),
        to: to.to_string(),
        before_from: before_from.to_string(),
        step: step.0,
        least_checks,
        goals: report::goals(&checks, &all, &offers)
            .into_iter()
            .filter(|one| asked_for(&one.product))
            .map(|one| goals(&asker, one))
            .collect(),
        points: report::points(&now, step).into_iter().map(|one| point(&asker, one)).collect(),
        areas: report::areas(&high, &all, Level::County).into_iter().map(|one| in_area(&asker, one)).collect(),
        high: high.into_iter().map(|one| too_high(&asker, one)).collect(),
    }))
}

fn goals(asker: &Asker, one: Goals) -> PriceGoals {
    PriceGoals {
        product_name: product(asker, &one.product),
        least_margin: one.margin.map(|(least, _)| least.0),
        most_margin: one.margin.map(|(_, most)| most.0),
        ours: one.ours.map(|fen| fen.0),
        rival: one.rival.map(|fen| fen.0),
        gap: one.gap().map(|fen| fen.0),
        pieces: one.pieces,
        of: one.of,
        product: one.product,
    }
}

fn point(asker: &Asker, one: Point) -> PricePoint {
    PricePoint {
        product_name: product(asker, &one.product),
        from: one.from.0,
        pieces: one.pieces,
        amount: one.amount.0,
        outlets: one.outlets,
        product: one.product,
    }
}

fn in_area(asker: &Asker, one: Area) -> PriceAndSales {
    PriceAndSales {
        area_name: network_name(&one.area, asker.lang),
        product_name: product(asker, &one.product),
        high_outlets: one.high_outlets,
        high_now: one.high.now,
        high_before: one.high.before,
        other_outlets: one.other_outlets,
        other_now: one.other.now,
        other_before: one.other.before,
        area: one.area,
        product: one.product,
    }
}

fn too_high(asker: &Asker, one: High) -> HighPrice {
    HighPrice {
        outlet_name: asker.outlet(&one.outlet),
        territory_name: network_name(&one.territory, asker.lang),
        product_name: product(asker, &one.product),
        looked: one.looked,
        high: one.high,
        in_row: one.in_row,
        last: one.last.0,
        suggested: one.suggested.map(|fen| fen.0),
        seen_on: one.seen_on.to_string(),
        now: one.sold.now,
        before: one.sold.before,
        bottleneck: one.bottleneck,
        outlet: one.outlet,
        product: one.product,
    }
}
