//! What holds at an outlet today: for whoever sells there, and for whoever looks after it (R7.278, R7.284).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::{Asker, union};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Sent};
use super::{MANAGE, PriceChanged, READ, last, no_outlet, outlet, product, reaches, sent_day, word};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::Date;
use qudao_kernel::master::Outlet;
use qudao_platform::db::Tx;
use qudao_price::check::{self, Query, Seen};
use qudao_price::habit;
use qudao_price::live::{Line, Live, Spot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most outlets to choose from.
const OUTLETS: usize = 30;
/// Most checks that are looked through for the price seen last.
const CHECKS: u32 = 200;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(choose)).routes(routes!(goods)).routes(routes!(habit_of))
}

/// Where an outlet is, for its prices.
pub(super) fn spot(row: &Outlet) -> Spot<'_> {
    Spot { territory: &row.territory, outlet_type: &row.subtype }
}

/// Which outlets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceOutletsAsked {
    /// Part of the code or name.
    q: Option<String>,
}

/// An outlet whose prices may be looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceOutlet {
    code: String,
    name: String,
    territory_name: String,
}

/// Outlets whose prices the caller may look at, by code; the first thirty.
#[utoipa::path(get, path = "/prices/outlets", tag = "price", operation_id = "price_outlets", params(PriceOutletsAsked),
    responses((status = 200, body = Vec<PriceOutlet>)), extensions(("x-permission" = json!("price.read"))))]
async fn choose(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceOutletsAsked>,
) -> Answer<Json<Vec<PriceOutlet>>> {
    let scope = union(&desk, &signed, READ)?;
    let asker = Asker::of(&desk, lang).await;
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    let fits = |row: &&Outlet| {
        let typed = typed.is_empty() || row.code.to_lowercase().contains(&typed) || row.name.to_lowercase().contains(&typed);
        typed && row.span.contains(asker.today) && reaches(&asker, &scope, row)
    };
    let shown =
        |row: &Outlet| PriceOutlet { code: row.code.clone(), name: row.name.clone(), territory_name: network_name(&row.territory, lang) };
    Ok(Json(asker.master.outlets().filter(fits).take(OUTLETS).map(shown).collect()))
}

/// A product that has prices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceProduct {
    code: String,
    name: String,
    line: String,
    /// Suggested retail price of the product list, fen; 0 for what has none.
    retail: i64,
    /// Supply price of the product list, fen; 0 for whoever asks for a partner or outlet.
    supply: i64,
}

/// Products sold today, goods with a retail price first.
#[utoipa::path(get, path = "/prices/products", tag = "price", operation_id = "price_products",
    responses((status = 200, body = Vec<PriceProduct>)), extensions(("x-permission" = json!("price.read"))))]
async fn goods(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<PriceProduct>>> {
    signed.may(&desk, Permission::PriceRead)?;
    let asker = Asker::of(&desk, lang).await;
    let house = super::of_the_house(&desk, &signed);
    let sold = asker.master.products().filter(|row| row.span.contains(asker.today));
    let mut all: Vec<PriceProduct> = sold
        .map(|row| PriceProduct {
            code: row.code.clone(),
            name: row.name.clone(),
            line: row.line.clone(),
            retail: row.retail_price.0,
            supply: if house { row.supply_price.0 } else { 0 },
        })
        .collect();
    all.sort_by_key(|one| one.retail == 0);
    Ok(Json(all))
}

/// Prices of which outlet and day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LivePricesAsked {
    /// Outlet.
    outlet: String,
    /// Day; today where absent.
    day: Option<String>,
}

/// What holds for a product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LivePrice {
    product: String,
    product_name: String,
    /// base, season, promotion, match.
    kind: String,
    /// agency, recommended, `approved_floor`.
    mode: String,
    /// Fen.
    suggested: i64,
    /// The least, fen.
    #[schema(required)]
    floor: Option<i64>,
    /// One price for the whole area.
    uniform: bool,
    /// Last day.
    #[schema(required)]
    last_day: Option<String>,
    /// Who issued it, in which document.
    source: String,
    book: String,
    /// The tag that was seen last, fen.
    #[schema(required)]
    seen: Option<i64>,
    #[schema(required)]
    seen_on: Option<String>,
    /// fine, low, high, violation; absent where no tag was seen.
    #[schema(required)]
    verdict: Option<String>,
}

/// How an outlet sets its prices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceHabit {
    /// For `If-Match`; 0 where nothing is known.
    version: u32,
    /// `ends_8_9`, margin, follow, free; empty where nothing is known.
    habit: String,
    note: String,
}

/// Prices that hold at an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LivePrices {
    outlet: String,
    outlet_name: String,
    outlet_type: String,
    territory_name: String,
    day: String,
    /// By product.
    rows: Vec<LivePrice>,
    habit: PriceHabit,
    /// Whether the caller may note prices and the habit here.
    may_note: bool,
}

/// What holds at an outlet on a day, with the tags seen last.
#[utoipa::path(get, path = "/prices", tag = "price", operation_id = "live_prices", params(LivePricesAsked),
    responses((status = 200, body = LivePrices)), extensions(("x-permission" = json!("price.read"))))]
async fn live(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<LivePricesAsked>,
) -> Answer<Json<LivePrices>> {
    union(&desk, &signed, READ)?;
    let asker = Asker::of(&desk, lang).await;
    let day = asked.day.as_deref().filter(|day| !day.is_empty()).map_or(Ok(asker.today), sent_day)?;
    let row = outlet(&asker, &desk, &signed, READ, &asked.outlet, day)?;
    let may_note = outlet(&asker, &desk, &signed, MANAGE, &row.code, day).is_ok();
    let tx = &mut desk.db.read().await?;
    let live = Live::on(tx, day).await?;
    let tags = tags(tx, &row.code, day).await?;
    let shown = |line: &Line| {
        let seen = tags.get(&line.product);
        LivePrice {
            product_name: product(&asker, &line.product),
            kind: line.kind.name().to_owned(),
            mode: line.mode.name().to_owned(),
            suggested: line.suggested.0,
            floor: line.floor.map(|fen| fen.0),
            uniform: line.uniform,
            last_day: last(line.until),
            source: line.source.clone(),
            book: line.book.clone(),
            seen: seen.map(|one| one.amount.0),
            seen_on: seen.map(|one| one.seen_on.to_string()),
            verdict: seen.map(|one| one.verdict.name().to_owned()),
            product: line.product.clone(),
        }
    };
    let known = habit::of_outlet(tx, &row.code).await?;
    let habit = known.map_or_else(
        || PriceHabit { version: 0, habit: String::new(), note: String::new() },
        |known| PriceHabit { version: known.version, habit: known.habit.name().to_owned(), note: known.note },
    );
    Ok(Json(LivePrices {
        outlet: row.code.clone(),
        outlet_name: row.name.clone(),
        outlet_type: row.subtype.clone(),
        territory_name: network_name(&row.territory, lang),
        day: day.to_string(),
        rows: live.lines(spot(row)).map(shown).collect(),
        habit,
        may_note,
    }))
}

/// The latest tag of each product at an outlet.
async fn tags(tx: &mut Tx, outlet: &str, day: Date) -> Result<BTreeMap<String, check::Check>, qudao_kernel::Refusal> {
    let query = Query { seen: Some(Seen::Tag), outlet: outlet.to_owned(), to: Some(day), limit: CHECKS, ..Query::default() };
    let (checks, _) = check::list(tx, &qudao_price::Sight::everywhere(), &query).await?;
    let mut found = BTreeMap::new();
    for one in checks {
        found.entry(one.product.clone()).or_insert(one);
    }
    Ok(found)
}

/// An outlet's habit, as somebody noted it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceHabitSent {
    /// `ends_8_9`, margin, follow, free.
    habit: String,
    note: String,
}

/// Notes how an outlet sets its prices. `If-Match` is 0 where nothing was known.
#[utoipa::path(put, path = "/prices/{outlet}/habit", tag = "price", operation_id = "note_price_habit", request_body = PriceHabitSent,
    params(("outlet" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn habit_of(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<PriceHabitSent>,
) -> Answer<Json<PriceChanged>> {
    signed.may(&desk, Permission::PriceManage)?;
    let asker = Asker::of(&desk, lang).await;
    let row = outlet(&asker, &desk, &signed, MANAGE, &code, asker.today).map_err(|_| no_outlet(&code))?;
    let habit = word(&sent.habit, "ends_8_9, margin, follow, free")?;
    let version = habit::note(&desk.db, &signed.0.who(), &row.code, version, habit, &sent.note).await?;
    Ok(Json(PriceChanged { version }))
}
