//! Stock, sales and cover by outlet and model; weeks of one; what was seen and counted.

use super::super::desk::Desk;
use super::super::display::reached;
use super::super::listed::{file, order};
use super::super::orders::Asker;
use super::super::receivables::word;
use super::super::shown::day;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Sent, heavy};
use super::ground::{Ground, Part};
use super::{at, managed};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qudao_access::Permission;
use qudao_distribution::assortment::Role;
use qudao_distribution::order as moves;
use qudao_distribution::shelf::{self, Look, Shown};
use qudao_distribution::stock::{Standing, Week, unused};
use qudao_kernel::master::{Outlet, Product};
use qudao_kernel::{Lang, Refusal};
use qudao_network::initials::Initials;
use qudao_platform::sheet::{Cell, Column, ColumnType};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Weeks of one model that are shown.
const SHOWN_WEEKS: u32 = 8;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
        .routes(routes!(outlet))
        .routes(routes!(weeks))
        .routes(routes!(see))
        .routes(routes!(adjust))
}

/// A model at an outlet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ModelStockRow {
    outlet: String,
    outlet_name: String,
    outlet_type: String,
    product: String,
    product_name: String,
    /// must, main, optional, banned.
    role: String,
    /// shelf, store, missing; empty where nobody looked.
    shown: String,
    #[schema(required)]
    shown_on: Option<String>,
    /// Whether a sample could be tried, and whether it bore a price tag; absent where nobody looked.
    #[schema(required)]
    sample: Option<bool>,
    #[schema(required)]
    tag: Option<bool>,
    #[schema(required)]
    counted: Option<i64>,
    #[schema(required)]
    counted_on: Option<String>,
    /// By count, movements and sales; absent where it is not known.
    #[schema(required)]
    stock: Option<i64>,
    /// On its way.
    coming: i64,
    /// Sold in four weeks.
    sold: i64,
    /// Weeks of cover, in tenths.
    #[schema(required)]
    cover_tenths: Option<u32>,
    /// high, low, still, rise, negative.
    odd: Vec<String>,
    /// What outlets of its kind sell more in four weeks.
    unused: i64,
}

/// A model an outlet may have, before its row is made.
#[derive(Clone, Copy)]
struct Line<'a> {
    outlet: &'a Outlet,
    product: &'a Product,
    role: Role,
}

impl Line<'_> {
    fn standing(&self, ground: &Ground) -> Standing {
        ground.standing(&self.outlet.code, &self.product.code)
    }

    /// What outlets of its kind sell more of it.
    fn unused(&self, ground: &Ground, sold: i64) -> i64 {
        unused(sold, ground.peers(self.outlet, &self.product.code))
    }

    fn row(&self, ground: &Ground) -> ModelStockRow {
        let Self { outlet, product, role } = self;
        let (standing, seen) = (self.standing(ground), ground.seen(&outlet.code, &product.code));
        let known = seen.known.as_ref();
        let shown = known.and_then(|one| one.shown);
        ModelStockRow {
            outlet: outlet.code.clone(),
            outlet_name: outlet.name.clone(),
            outlet_type: outlet.subtype.clone(),
            product: product.code.clone(),
            product_name: product.name.clone(),
            role: role.name().to_owned(),
            shown: shown.map_or("", |(shown, _)| shown.name()).to_owned(),
            shown_on: day(shown.map(|(_, on)| on)),
            sample: known.and_then(|one| one.sample),
            tag: known.and_then(|one| one.tag),
            counted: seen.flow.counted.map(|(_, pieces)| pieces),
            counted_on: day(seen.flow.counted.map(|(on, _)| on)),
            stock: standing.stock,
            coming: seen.coming,
            sold: standing.sold,
            cover_tenths: standing.cover_tenths,
            odd: standing.odd.iter().map(|one| one.name().to_owned()).collect(),
            unused: self.unused(ground, standing.sold),
        }
    }
}

/// Filters of stock.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelStockFilter {
    /// A division and all below it.
    territory: Option<String>,
    /// Outlet.
    outlet: Option<String>,
    /// Model.
    product: Option<String>,
    /// high, low, still, rise, negative.
    odd: Option<String>,
    /// Part of a name or code, or initials.
    q: Option<String>,
    /// outlet, stock, sold, cover, unused; a minus before it turns the order round.
    sort: Option<String>,
}

impl ModelStockFilter {
    async fn ground(&self, desk: &Arc<Desk>, signed: &Signed, lang: Lang) -> Answer<Ground> {
        let scope = signed.scope(desk, Permission::DistributionRead)?;
        let asker = Asker::of(desk, lang).await;
        let text = |one: &Option<String>| one.clone().unwrap_or_default();
        let (area, only) = (text(&self.territory), text(&self.outlet));
        Ok(Ground::of(desk, asker, scope, Part { outlet: &only, area: &area }).await?)
    }

    /// What was asked for, in order. Rows are made of those alone that are shown: a network has hundreds of thousands.
    fn lines<'a>(&self, ground: &'a Ground) -> Vec<Line<'a>> {
        let (column, down) = order(self.sort.as_deref(), "outlet");
        let only = self.outlet.as_deref().unwrap_or("");
        let mut outlets: Vec<&Outlet> = ground.outlets().filter(|row| only.is_empty() || row.code == only).collect();
        if column == "outlet" && down {
            outlets.reverse();
        }
        let mut lines = self.typed(ground, &outlets);
        if let Some(odd) = self.odd.as_deref().filter(|odd| !odd.is_empty()) {
            lines.retain(|line| line.standing(ground).odd.iter().any(|one| one.name() == odd));
        }
        let by = |line: &Line<'_>| {
            let Standing { stock, sold, cover_tenths, .. } = line.standing(ground);
            match column {
                "stock" => stock,
                "sold" => Some(sold),
                "cover" => cover_tenths.map(i64::from),
                "unused" => Some(line.unused(ground, sold)),
                _ => None,
            }
        };
        // They are in the order of their outlets already, and equal ones stay so.
        match (column, down) {
            ("outlet", _) => {}
            (_, true) => lines.sort_by_cached_key(|line| Reverse(by(line))),
            (_, false) => lines.sort_by_cached_key(by),
        }
        lines
    }

    /// Models of outlets that mean what was typed.
    fn typed<'a>(&self, ground: &'a Ground, outlets: &[&'a Outlet]) -> Vec<Line<'a>> {
        let typed = self.q.as_deref().unwrap_or("").trim().to_lowercase();
        let means = |code: &str, name: &str| {
            typed.is_empty()
                || code.to_lowercase().contains(&typed)
                || name.to_lowercase().contains(&typed)
                || Initials::of(name).find(&typed).is_some()
        };
        let product = self.product.as_deref().unwrap_or("");
        let models: BTreeSet<&str> =
            ground.products.iter().filter(|row| means(&row.code, &row.name)).map(|row| row.code.as_str()).collect();
        let mut lines = Vec::new();
        for outlet in outlets {
            let meant = means(&outlet.code, &outlet.name);
            let asked = ground.models(outlet).filter(|(model, _)| product.is_empty() || model.code == product);
            let asked = asked.filter(|(model, _)| meant || models.contains(model.code.as_str()));
            lines.extend(asked.map(|(product, role)| Line { outlet, product, role }));
        }
        lines
    }
}

/// Stock, sales and cover by outlet and model.
#[utoipa::path(get, path = "/distribution/stock", tag = "distribution", operation_id = "model_stock", params(ModelStockFilter, Paging),
    responses((status = 200, body = Page<ModelStockRow>)), extensions(("x-permission" = json!("distribution.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ModelStockFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ModelStockRow>>> {
    let ground = asked.ground(&desk, &signed, lang).await?;
    heavy(move || {
        let lines = asked.lines(&ground);
        Ok(Json(Page::of(&paging, lines.len(), lines.iter()).map(|line| line.row(&ground))))
    })
    .await
}

/// The list as a file, with the same filters.
#[utoipa::path(get, path = "/distribution/stock/file", tag = "distribution", operation_id = "model_stock_file", params(ModelStockFilter),
    responses((status = 200, description = "A table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("distribution.read"))))]
async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ModelStockFilter>,
) -> Answer<Response> {
    let ground = asked.ground(&desk, &signed, lang).await?;
    heavy(move || {
        let lines = asked.lines(&ground);
        file("model-stock", false, &columns(lang), |table| lines.iter().try_for_each(|line| table.row(&cells(&line.row(&ground)))))
    })
    .await
}

fn columns(lang: Lang) -> [Column; 10] {
    use ColumnType::{Int, Text};
    [
        ("网点编码", "Outlet", Text),
        ("网点", "Outlet's name", Text),
        ("机型编码", "Model", Text),
        ("机型", "Model's name", Text),
        ("组合", "Assortment", Text),
        ("上柜", "Shown", Text),
        ("库存", "Stock", Int),
        ("近四周销量", "Sold in four weeks", Int),
        ("可销周数（十分之一周）", "Cover, tenths of a week", Int),
        ("潜力", "Unused potential", Int),
    ]
    .map(|(zh, en, kind)| Column::new(if lang == Lang::Zh { zh } else { en }, kind))
}

fn cells(row: &ModelStockRow) -> [Cell<'_>; 10] {
    [
        Cell::Text(&row.outlet),
        Cell::Text(&row.outlet_name),
        Cell::Text(&row.product),
        Cell::Text(&row.product_name),
        Cell::Text(&row.role),
        Cell::Text(&row.shown),
        row.stock.map_or(Cell::Empty, Cell::Int),
        Cell::Int(row.sold),
        row.cover_tenths.map_or(Cell::Empty, |tenths| Cell::Int(i64::from(tenths))),
        Cell::Int(row.unused),
    ]
}

/// The models of one outlet.
#[utoipa::path(get, path = "/distribution/outlets/{code}", tag = "distribution", operation_id = "outlet_models",
    params(("code" = String, Path, description = "Outlet")), responses((status = 200, body = Vec<ModelStockRow>)),
    extensions(("x-permission" = json!("distribution.read"))))]
async fn outlet(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<Vec<ModelStockRow>>> {
    let asker = Asker::of(&desk, lang).await;
    reached(&asker, &signed.scope(&desk, Permission::DistributionRead)?, &code)?;
    let asked = ModelStockFilter { outlet: Some(code), ..ModelStockFilter::default() };
    let ground = asked.ground(&desk, &signed, lang).await?;
    Ok(Json(asked.lines(&ground).iter().map(|line| line.row(&ground)).collect()))
}

/// A week of a model at an outlet: closing = opening + supplied − sold + adjusted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelWeek {
    from: String,
    to: String,
    #[schema(required)]
    opening: Option<i64>,
    supplied: i64,
    sold: i64,
    adjusted: i64,
    #[schema(required)]
    closing: Option<i64>,
}

impl ModelWeek {
    fn of(week: &Week) -> Self {
        let Week { from, to, opening, supplied, sold, adjusted, closing } = *week;
        Self { from: from.to_string(), to: to.to_string(), opening, supplied, sold, adjusted, closing }
    }
}

/// Which model.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelAsked {
    /// Model.
    product: String,
}

/// The last eight weeks of a model at an outlet.
#[utoipa::path(get, path = "/distribution/outlets/{code}/weeks", tag = "distribution", operation_id = "model_weeks",
    params(("code" = String, Path, description = "Outlet"), ModelAsked), responses((status = 200, body = Vec<ModelWeek>)),
    extensions(("x-permission" = json!("distribution.read"))))]
async fn weeks(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
    Asked(asked): Asked<ModelAsked>,
) -> Answer<Json<Vec<ModelWeek>>> {
    let asker = Asker::of(&desk, lang).await;
    let scope = signed.scope(&desk, Permission::DistributionRead)?;
    reached(&asker, &scope, &code)?;
    let ground = Ground::of(&desk, asker, scope, Part { outlet: &code, area: "" }).await?;
    let weeks = ground.seen(&code, &asked.product).flow.weeks(ground.asker.today, SHOWN_WEEKS);
    Ok(Json(weeks.iter().map(ModelWeek::of).collect()))
}

/// A model as somebody saw it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ShelfLookSent {
    product: String,
    /// shelf, store, missing; empty where nobody looked.
    #[serde(default)]
    shown: String,
    /// Whether a sample can be tried, and whether it bears a price tag; absent where nobody looked.
    #[serde(default)]
    sample: Option<bool>,
    #[serde(default)]
    tag: Option<bool>,
    /// Pieces; absent where nobody counted.
    #[serde(default)]
    counted: Option<u32>,
}

/// Notes what is on the shelf of an outlet and what was counted.
#[utoipa::path(post, path = "/distribution/outlets/{code}/shelf", tag = "distribution", operation_id = "note_shelf", request_body = Vec<ShelfLookSent>,
    params(("code" = String, Path, description = "Outlet")), responses((status = 204)),
    extensions(("x-permission" = json!("distribution.manage"))))]
async fn see(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
    Sent(sent): Sent<Vec<ShelfLookSent>>,
) -> Answer<StatusCode> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let outlet = managed(&desk, &signed, &asker, &code)?;
    let mut looks = Vec::with_capacity(sent.len());
    for one in &sent {
        model(&asker, &one.product)?;
        let shown = if one.shown.is_empty() { None } else { Some(word::<Shown>(&one.shown, "shelf, store, missing")?) };
        looks.push(Look { product: &one.product, shown, sample: one.sample, tag: one.tag, counted: one.counted });
    }
    shelf::see(&desk.db, &signed.0.who(), at(outlet), &looks).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A model there is today.
///
/// # Errors
/// `BadInput distribution.model`.
pub(super) fn model<'a>(asker: &'a Asker, code: &str) -> Result<&'a Product, Refusal> {
    asker.master.product(code, asker.today).ok_or_else(|| {
        Refusal::bad_input("distribution.model", format!("没有机型 {code}；请核对"), format!("there is no model {code}; check it"))
    })
}

/// Pieces that went back or were adjusted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct StockMoveSent {
    product: String,
    /// They went back; else the stock is adjusted.
    #[serde(default)]
    returned: bool,
    /// Pieces; below zero for an adjustment downwards.
    quantity: i64,
    reason: String,
}

/// Notes pieces that went back from an outlet, or adjusts its stock.
#[utoipa::path(post, path = "/distribution/outlets/{code}/movements", tag = "distribution", operation_id = "move_model_stock",
    request_body = StockMoveSent, params(("code" = String, Path, description = "Outlet"), ("Idempotency-Key" = String, Header)),
    responses((status = 204)), extensions(("x-permission" = json!("distribution.manage"))))]
async fn adjust(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<StockMoveSent>,
) -> Answer<StatusCode> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let outlet = managed(&desk, &signed, &asker, &code)?;
    let product = &model(&asker, &sent.product)?.code;
    let change = moves::Change { product, returned: sent.returned, quantity: sent.quantity, why: &sent.reason };
    moves::adjust(&desk.db, &signed.0.who(), &key, at(outlet), &change).await?;
    Ok(StatusCode::NO_CONTENT)
}
