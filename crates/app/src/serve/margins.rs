//! What main push is argued with: for an outlet the margin of every handset sold, the services it was paid for, and what rivals are thought to
//! leave the shop and the clerk (R7.17, R7.143).

use super::desk::Desk;
use super::figures::{self, label};
use super::people::day;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Sent, heavy};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Permission, Place};
use qudao_engine::settle::Rows;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Fen, Kind, Month, Refusal};
use qudao_metrics::{Counter, Dimension, Drill, DrilledRow};
use qudao_network::rivals::{self, Estimate};
use qudao_policy::lines::Line;
use qudao_policy::model::{Cell, PayeeKind};
use qudao_settle::statement::Catalog;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(margins)).routes(routes!(note))
}

/// The month looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MarginQuery {
    /// A settled month, `2026-07`; the newest where absent.
    month: Option<String>,
}

/// What a rival is thought to leave for a unit, and how ours differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RivalView {
    rival: String,
    /// Fen a unit leaves the shop.
    shop: i64,
    /// Fen a unit leaves the clerk.
    clerk: i64,
    /// Ours less theirs, fen a unit.
    shop_difference: i64,
    /// The same for the clerk.
    clerk_difference: i64,
    from: String,
    source: String,
    noted_by: String,
}

/// A product sold at an outlet in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductMargin {
    product: String,
    name: String,
    units: i64,
    /// Fen of all units: what customers paid.
    retail: i64,
    /// What they cost the shop; of units whose supply price is known.
    supply: i64,
    /// Whether the supply price of every unit is known; the margin is not told otherwise.
    supply_known: bool,
    /// Commission of the shop for these sales in the month.
    commission: i64,
    /// Commission of its clerks.
    clerk_commission: i64,
    /// Retail less supply plus commission.
    #[schema(required)]
    margin: Option<i64>,
    /// The same for a unit, rounded towards zero.
    #[schema(required)]
    unit_margin: Option<i64>,
    /// What clerks get for a unit, rounded towards zero.
    unit_clerk: i64,
    rivals: Vec<RivalView>,
}

/// Something the outlet was paid for beside its sales of handsets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceGiven {
    policy: String,
    component: String,
    title: String,
    lines: u64,
    amount: i64,
}

/// Margins and services of an outlet in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletMargins {
    month: String,
    /// Settled months, rising.
    months: Vec<String>,
    products: Vec<ProductMargin>,
    services: Vec<ServiceGiven>,
}

#[derive(Default)]
struct Sold {
    units: i64,
    retail: i64,
    supply: i64,
    without_supply: i64,
    commission: i64,
    clerks: i64,
}

impl Sold {
    fn add(&mut self, row: &DrilledRow) {
        let cell = |wanted: Col| row.fact.cells.iter().find(|(col, _)| *col == wanted).map(|(_, cell)| cell);
        let money = |col: Col| if let Some(Cell::Money(fen)) = cell(col) { Some(*fen) } else { None };
        let units = if let Some(Cell::Int(units)) = cell(Col::Quantity) { *units } else { 1 };
        self.units = self.units.saturating_add(units);
        self.retail = self.retail.saturating_add(money(Col::Amount).unwrap_or(0));
        match money(Col::Cost) {
            Some(cost) => self.supply = self.supply.saturating_add(cost),
            None => self.without_supply += units,
        }
    }

    fn margin(&self) -> Option<i64> {
        (self.without_supply == 0).then(|| self.retail.saturating_sub(self.supply).saturating_add(self.commission))
    }
}

fn text(row: &DrilledRow, wanted: Col) -> String {
    let cell = row.fact.cells.iter().find(|(col, _)| *col == wanted).map(|(_, cell)| cell);
    if let Some(Cell::Text(text)) = cell { text.clone() } else { String::new() }
}

/// Margin per product of an outlet in a settled month, the services it was given, and rivals' estimates beside it.
#[utoipa::path(get, path = "/outlets/{code}/margins", tag = "network", operation_id = "outlet_margins",
    params(("code" = String, Path, description = "Outlet code"), MarginQuery),
    responses((status = 200, body = OutletMargins)), extensions(("x-permission" = json!("statement.read"))))]
async fn margins(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
    Asked(asked): Asked<MarginQuery>,
) -> Answer<Json<OutletMargins>> {
    /// Most sales of an outlet in a month that are looked at.
    const MOST: usize = 50_000;
    let scope = signed.scope(&desk, Permission::StatementRead)?;
    let shared = Arc::clone(&desk);
    let (run, months, outlet) = heavy(move || {
        let runs = shared.runs()?;
        let months: Vec<Month> = runs.iter().map(|run| run.period()).collect();
        let wanted: Option<Month> = asked.month.as_deref().filter(|month| !month.is_empty()).and_then(|month| month.parse().ok());
        let run = runs.into_iter().rev().find(|run| wanted.is_none_or(|month| month == run.period()));
        let last = run.as_ref().map_or_else(|| shared.today(), |run| run.period().last_day());
        let master = shared.master()?;
        let outlet = master.outlet(&code, last).cloned().filter(|row| {
            let chain = super::opened::chain_of(&master, &row.owner, last);
            let partners: Vec<&str> = chain.iter().map(String::as_str).collect();
            scope.covers(&Place { territory: &row.territory, partners: &partners, outlet: &row.code, clerk: "" })
        });
        let outlet = outlet.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "serve.network.none",
                format!("没有网点 {code}，或不在您的数据范围内"),
                format!("there is no outlet {code}, or it lies outside what you may see"),
            )
        })?;
        let run = run.ok_or_else(|| Refusal::new(Kind::NotFound, "serve.period.none", "这个月还没有结算", "this month is not settled"))?;
        Ok((run, months, outlet))
    })
    .await?;
    let month = run.period();
    let estimates = rivals::holding(&mut desk.db.read().await?, &outlet.territory, month.last_day()).await?;
    heavy(move || {
        let catalogue = &desk.figures.catalogue;
        let (master, asked) = (desk.master()?, desk.figures.now(&desk)?);
        let at = catalogue.metrics.iter().position(|metric| metric.id == "terminal_sales");
        let measure = at.and_then(|at| catalogue.rows_of(at)).ok_or_else(|| super::web::bug("handset sales are no metric"))?;
        let within = figures::within(qudao_access::Scope { outlets: vec![outlet.code.clone()], ..qudao_access::Scope::default() });
        let drill = Drill {
            measure,
            keys: &[(Dimension::Outlet, outlet.code.clone())],
            from: month.first_day(),
            to: month.last_day(),
            tests: &[],
            within: &within,
            last_state: asked.months(Table::SubscriberMonth)?.map(|(_, last)| last),
            skip: 0,
            limit: MOST,
        };
        let mut sold: BTreeMap<String, Sold> = BTreeMap::new();
        let mut product_of: HashMap<String, String> = HashMap::new();
        for row in &asked.drill(&drill)?.rows {
            let product = text(row, Col::Product);
            sold.entry(product.clone()).or_default().add(row);
            product_of.insert(text(row, Col::EventId), product);
        }
        let world = run.world()?;
        let titles = Catalog::new(world.set());
        let mut services: BTreeMap<(String, u32, String), (u64, i64)> = BTreeMap::new();
        let rows = Rows { partner: Some(outlet.owner.clone()), ..Rows::default() };
        world.lines().each(&rows, |line: &Line| {
            let sale = product_of.get(&line.basis).and_then(|product| sold.get_mut(product));
            match (sale, line.payee_kind) {
                (Some(sale), PayeeKind::Clerk) => sale.clerks = sale.clerks.saturating_add(line.amount),
                (Some(sale), PayeeKind::Partner | PayeeKind::Outlet) => sale.commission = sale.commission.saturating_add(line.amount),
                (None, PayeeKind::Partner | PayeeKind::Outlet) if line.outlet == outlet.code => {
                    let key = (line.policy.clone(), line.version, line.component.clone());
                    let given = services.entry(key).or_default();
                    *given = (given.0 + 1, given.1.saturating_add(line.amount));
                }
                _ => {}
            }
        })?;
        let products = sold.into_iter().map(|(product, sale)| {
            let each = |sum: i64| if sale.units > 0 { sum / sale.units } else { 0 };
            let (unit_margin, unit_clerk) = (sale.margin().map(each), each(sale.clerks));
            let rival = |one: &Estimate| RivalView {
                rival: one.rival.clone(),
                shop: one.shop.0,
                clerk: one.clerk.0,
                shop_difference: unit_margin.unwrap_or(0) - one.shop.0,
                clerk_difference: unit_clerk - one.clerk.0,
                from: one.from.to_string(),
                source: one.source.clone(),
                noted_by: one.noted_by.clone(),
            };
            ProductMargin {
                name: label(catalogue, &master, month.last_day(), lang, Dimension::Product, &product),
                rivals: estimates.iter().filter(|one| one.product == product && unit_margin.is_some()).map(rival).collect(),
                units: sale.units,
                retail: sale.retail,
                supply: sale.supply,
                supply_known: sale.without_supply == 0,
                commission: sale.commission,
                clerk_commission: sale.clerks,
                margin: sale.margin(),
                unit_margin,
                unit_clerk,
                product,
            }
        });
        let services = services.into_iter().map(|((policy, version, component), (lines, amount))| ServiceGiven {
            title: titles.title(&policy, version, &component),
            policy,
            component,
            lines,
            amount,
        });
        Ok(Json(OutletMargins {
            products: products.collect(),
            services: services.collect(),
            months: months.iter().map(Month::to_string).collect(),
            month: month.to_string(),
        }))
    })
    .await
}

/// An estimate from the field.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RivalSent {
    /// Division code; empty for everywhere.
    #[serde(default)]
    territory: String,
    /// The product of ours it is compared with.
    product: String,
    rival: String,
    /// First day.
    from: String,
    /// Fen a unit leaves the shop.
    shop: i64,
    /// Fen a unit leaves the clerk.
    clerk: i64,
    source: String,
}

/// Notes what a rival is thought to leave the shop and the clerk for a unit.
#[utoipa::path(put, path = "/rivals", tag = "network", operation_id = "note_rival", request_body = RivalSent,
    responses((status = 204, description = "Noted")), extensions(("x-permission" = json!("rival.note"))))]
async fn note(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<RivalSent>) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::RivalNote)?;
    if !scope.covers(&Place { territory: &sent.territory, ..Place::default() }) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "access.caller.not_everywhere",
            "只能为您管理的区域录入估计",
            "estimates are noted for the territory you hold your role over",
        )
        .into());
    }
    let RivalSent { territory, product, rival, from, shop, clerk, source } = sent;
    let noted_by = signed.0.who();
    let estimate = Estimate { territory, product, rival, from: day(&from)?, shop: Fen(shop), clerk: Fen(clerk), source, noted_by };
    rivals::note(&desk.db, &estimate).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_retail_less_supply_plus_commission() {
        // R7.17; and what is not known is not told
        let sold = Sold { units: 2, retail: 300_000, supply: 250_000, commission: 8_000, ..Sold::default() };
        assert_eq!(sold.margin(), Some(58_000));
        assert_eq!(Sold { without_supply: 1, ..sold }.margin(), None);
    }
}
