//! The business behind a figure: on a page, or all of it for an export.

use super::desk::Desk;
use super::figures::{self, label, masked_id};
use super::metrics::{FilterSent, dimension, tests};
use super::signed::Signed;
use super::web::{Answer, Language, Page, Sent, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_access::private::{PrivateKind, mask};
use qudao_engine::metrics::Asked;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Refusal};
use qudao_metrics::{Counter, Dimension, Drill, DrilledRow, Query, State as Standing, Test, Within};
use qudao_policy::model::Cell;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(rows))
}

/// A key the facts must have.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct KeySent {
    dimension: String,
    key: String,
}

/// Which facts to show.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct RowsQuery {
    /// Id of the metric. Of a ratio the facts of its upper part are shown, of a difference those of its first part.
    metric: String,
    #[serde(default)]
    keys: Vec<KeySent>,
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    to: Date,
    #[serde(default)]
    filters: Vec<FilterSent>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Most rows, at most 500; 50 where absent.
    limit: Option<usize>,
}

/// A fact behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FactRow {
    pub(super) event_id: String,
    /// Code of the kind.
    pub(super) kind: String,
    pub(super) kind_name: String,
    /// effective, cancelled, reversal; empty for what has none.
    pub(super) state: String,
    pub(super) occurred_on: String,
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    pub(super) partner: String,
    pub(super) partner_name: String,
    pub(super) clerk: String,
    /// Masked.
    pub(super) subscriber: String,
    pub(super) product: String,
    pub(super) product_name: String,
    /// Fen.
    #[schema(required)]
    pub(super) plan_fee: Option<i64>,
    /// Fen; of a subscriber's month what was billed.
    #[schema(required)]
    pub(super) amount: Option<i64>,
    pub(super) order_id: String,
    pub(super) ref_event: String,
}

/// The facts behind a figure.
#[utoipa::path(post, path = "/metrics/rows", tag = "metrics", operation_id = "metrics_rows", request_body = RowsQuery,
    responses((status = 200, body = Page<FactRow>)), extensions(("x-permission" = json!("volume.read"))))]
async fn rows(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<RowsQuery>,
) -> Answer<Json<Page<FactRow>>> {
    let within = figures::within(signed.scope(&desk, Permission::VolumeRead)?);
    let behind = Behind::of(&desk, &sent, within)?;
    heavy(move || {
        let paging = super::web::Paging { after: sent.after.clone(), limit: sent.limit };
        let (from, found) = (paging.from(), behind.read(&desk, paging.from(), paging.limit())?);
        let master = desk.master()?;
        let name = |dimension: Dimension, key: &str| label(&desk.figures.catalogue, &master, behind.to, lang, dimension, key);
        let items: Vec<FactRow> = found.rows.iter().map(|row| fact_row(row, &name)).collect();
        let end = from + items.len();
        Ok(Json(Page { items, next: (end < found.total).then(|| end.to_string()), total: found.total }))
    })
    .await
}

/// The facts behind a figure, within the asker's part of the network.
pub(super) struct Behind {
    metric: String,
    keys: Vec<(Dimension, String)>,
    tests: Vec<Test>,
    within: Within,
    from: Date,
    pub(super) to: Date,
}

impl Behind {
    /// What was asked for, once it can be answered.
    ///
    /// # Errors
    /// What [`Query::check`] refuses, and `BadInput metrics.rows.none` for what comes from master data.
    pub(super) fn of(desk: &Desk, sent: &RowsQuery, within: Within) -> Result<Self, Refusal> {
        let keys = sent.keys.iter().map(|key| Ok((dimension(&key.dimension)?, key.key.clone()))).collect::<Result<_, Refusal>>()?;
        let behind = Self { metric: sent.metric.clone(), keys, tests: tests(&sent.filters)?, within, from: sent.from, to: sent.to };
        let question =
            Query { tests: behind.tests.clone(), ..Query::new(&[&behind.metric], behind.from, behind.to, behind.within.clone()) };
        question.check(&desk.figures.catalogue)?;
        behind.measure(desk)?;
        Ok(behind)
    }

    fn measure<'d>(&self, desk: &'d Desk) -> Result<&'d qudao_metrics::Measure, Refusal> {
        let catalogue = &desk.figures.catalogue;
        let position = catalogue.metrics.iter().position(|metric| metric.id == self.metric);
        position.and_then(|at| catalogue.rows_of(at)).filter(|measure| measure.table().is_some()).ok_or_else(|| {
            Refusal::bad_input(
                "metrics.rows.none",
                "这个指标由主数据得出，没有业务明细；请到网点列表查看",
                "this metric comes from master data and has no business behind it; see the list of outlets",
            )
        })
    }

    /// A part of them. Reads facts.
    pub(super) fn read(&self, desk: &Arc<Desk>, skip: usize, limit: usize) -> Result<qudao_metrics::Found, Refusal> {
        let asked = desk.figures.now(desk)?;
        asked.drill(&self.drill(desk, &asked, skip, limit)?)
    }

    /// All of them, so many at a time, with how many there are; all are of the facts as they are now. Reads facts.
    pub(super) fn each(
        &self,
        desk: &Arc<Desk>,
        limit: usize,
        each: impl FnMut(Vec<DrilledRow>, usize) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        let asked = desk.figures.now(desk)?;
        asked.drill_each(&self.drill(desk, &asked, 0, limit)?, each)
    }

    fn drill<'d>(&'d self, desk: &'d Desk, asked: &Asked<'_>, skip: usize, limit: usize) -> Result<Drill<'d>, Refusal> {
        Ok(Drill {
            measure: self.measure(desk)?,
            keys: &self.keys,
            from: self.from,
            to: self.to,
            tests: &self.tests,
            within: &self.within,
            last_state: asked.months(Table::SubscriberMonth)?.map(|(_, last)| last),
            skip,
            limit,
        })
    }
}

/// A fact as a page shows it.
pub(super) fn fact_row(row: &DrilledRow, name: &dyn Fn(Dimension, &str) -> String) -> FactRow {
    let cell = |wanted: Col| row.fact.cells.iter().find(|(col, _)| *col == wanted).map(|(_, cell)| cell);
    let text = |col: Col| if let Some(Cell::Text(text)) = cell(col) { text.clone() } else { String::new() };
    let money = |col: Col| if let Some(Cell::Money(fen)) = cell(col) { Some(*fen) } else { None };
    let day = if let Some(Cell::Date(day)) = cell(Col::OccurredOn) { day.to_string() } else { String::new() };
    let (kind, outlet, product) = (text(Col::Kind), text(Col::Outlet), text(Col::Product));
    FactRow {
        event_id: masked_id(&text(Col::EventId)),
        kind_name: name(Dimension::Kind, &kind),
        kind,
        state: row.state.map_or("", Standing::code).to_owned(),
        occurred_on: day,
        outlet_name: name(Dimension::Outlet, &outlet),
        outlet,
        partner: row.partner.clone(),
        partner_name: name(Dimension::Partner, &row.partner),
        clerk: text(Col::Clerk),
        subscriber: mask(PrivateKind::Phone, &text(Col::Subscriber)),
        product_name: name(Dimension::Product, &product),
        product,
        plan_fee: money(Col::PlanFee),
        amount: money(Col::Amount).or_else(|| money(Col::Billed)),
        order_id: text(Col::Order),
        ref_event: text(Col::Ref),
    }
}
