//! 业务统计: the metric catalogue, and questions to it.

use super::desk::Desk;
use super::figures::{self, label};
use super::signed::Signed;
use super::web::{Answer, Language, Sent, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::facts::Table;
use qudao_kernel::holidays::DayKind;
use qudao_kernel::{Date, Refusal};
use qudao_metrics::{Compare, Counter, Dimension, Query, Sort, Test, Top, Unit, Within, store};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most rows of an answer; an export has no such bound.
const MOST_ROWS: usize = 5_000;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(catalogue)).routes(routes!(query))
}

/// A metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricView {
    id: String,
    name: String,
    /// What exactly it is.
    about: String,
    /// count, fen, ppm, people, outlets, partners.
    unit: String,
    /// Role that answers for the definition.
    owner: String,
    owner_name: String,
    /// Codes of the dimensions it may be split by.
    by: Vec<String>,
    /// Whether shares of a whole make sense.
    additive: bool,
}

/// A dimension.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DimensionView {
    code: String,
    name: String,
    /// time, place, thing.
    group: String,
}

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricCatalogue {
    metrics: Vec<MetricView>,
    dimensions: Vec<DimensionView>,
    /// First day with business.
    #[schema(required)]
    first: Option<String>,
    /// Last day of the newest month with business, or today.
    #[schema(required)]
    last: Option<String>,
    /// Newest month with states of subscribers.
    #[schema(required)]
    last_state: Option<String>,
}

pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Fen => "fen",
        Unit::Ppm => "ppm",
        Unit::People => "people",
        Unit::Outlets => "outlets",
        Unit::Partners => "partners",
    }
}

/// All metrics and what they may be split by.
#[utoipa::path(get, path = "/metrics", tag = "metrics", operation_id = "metrics",
    responses((status = 200, body = MetricCatalogue)), extensions(("x-permission" = json!("volume.read"))))]
async fn catalogue(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<MetricCatalogue>> {
    signed.may(&desk, Permission::VolumeRead)?;
    let roles: std::collections::HashMap<String, String> =
        desk.roles.iter().map(|role| (role.id.clone(), role.title.get(lang).to_owned())).collect();
    heavy(move || {
        let catalogue = &desk.figures.catalogue;
        let asked = desk.figures.now(&desk)?;
        let metric = |(at, metric): (usize, &qudao_metrics::Metric)| MetricView {
            id: metric.id.clone(),
            name: metric.name.get(lang).to_owned(),
            about: metric.about.get(lang).to_owned(),
            unit: unit(metric.unit).to_owned(),
            owner: metric.owner.clone(),
            owner_name: roles.get(&metric.owner).cloned().unwrap_or_else(|| metric.owner.clone()),
            by: metric.by.iter().map(|one| one.code().to_owned()).collect(),
            additive: catalogue.is_additive(at),
        };
        let group = |dimension: Dimension| match dimension.group() {
            qudao_metrics::Group::Time => "time",
            qudao_metrics::Group::Place => "place",
            qudao_metrics::Group::Thing => "thing",
        };
        let dimension = |one: &Dimension| DimensionView {
            code: one.code().to_owned(),
            name: one.label(lang).to_owned(),
            group: group(*one).to_owned(),
        };
        let months = asked.months(Table::BusinessEvent)?;
        Ok(Json(MetricCatalogue {
            metrics: catalogue.metrics.iter().enumerate().map(metric).collect(),
            dimensions: Dimension::ALL.iter().map(dimension).collect(),
            first: months.map(|(first, _)| first.first_day().to_string()),
            last: months.map(|(_, last)| last.last_day().min(desk.today()).to_string()),
            last_state: asked.months(Table::SubscriberMonth)?.map(|(_, last)| last.to_string()),
        }))
    })
    .await
}

/// A condition.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct FilterSent {
    /// A dimension, or `territory` (a division and all below), or `tree` (a partner and all below).
    pub(super) dimension: String,
    /// Keys, any of which will do.
    pub(super) values: Vec<String>,
}

/// What to set beside the figures.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct CompareSent {
    /// The period before.
    previous: bool,
    /// A year earlier.
    last_year: bool,
    /// The period before, restated to this period's working days, weekends and holidays.
    adjusted: bool,
    /// Targets.
    target: bool,
}

/// How to order.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct SortSent {
    /// A metric asked for; the keys where absent.
    metric: Option<String>,
    #[serde(default)]
    descending: bool,
}

/// How many rows.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct TopSent {
    rows: usize,
    /// Keys of the first dimension that are shown wherever they stand.
    #[serde(default)]
    keep: Vec<String>,
}

/// A question.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct MetricQuery {
    /// Ids of metrics.
    pub(super) metrics: Vec<String>,
    /// Dimensions down the rows.
    #[serde(default)]
    pub(super) by: Vec<String>,
    /// Dimension across the columns.
    pub(super) across: Option<String>,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub(super) from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub(super) to: Date,
    #[serde(default)]
    pub(super) filters: Vec<FilterSent>,
    #[serde(default)]
    compare: CompareSent,
    sort: Option<SortSent>,
    top: Option<TopSent>,
}

pub(super) fn dimension(code: &str) -> Result<Dimension, Refusal> {
    Dimension::by_code(code).ok_or_else(|| {
        Refusal::bad_input(
            "metrics.dimension.unknown",
            format!("没有维度 {code}；请重新选择"),
            format!("there is no dimension {code}; choose again"),
        )
    })
}

pub(super) fn tests(filters: &[FilterSent]) -> Result<Vec<Test>, Refusal> {
    let test = |filter: &FilterSent| {
        let values = filter.values.clone();
        Ok(match filter.dimension.as_str() {
            "territory" => Test::Under(values),
            "tree" => Test::Tree(values),
            code => Test::Is(dimension(code)?, values),
        })
    };
    filters.iter().filter(|filter| !filter.values.is_empty()).map(test).collect()
}

impl MetricQuery {
    /// What it asks, within the asker's part of the network.
    pub(super) fn query(&self, within: Within) -> Result<Query, Refusal> {
        let CompareSent { previous, last_year, adjusted, target } = self.compare;
        let sort = self.sort.clone().map(|sort| match sort.metric {
            Some(id) => Sort::Metric { id, descending: sort.descending },
            None => Sort::Key { descending: sort.descending },
        });
        Ok(Query {
            metrics: self.metrics.clone(),
            by: self.by.iter().map(|code| dimension(code)).collect::<Result<_, _>>()?,
            across: self.across.as_deref().map(dimension).transpose()?,
            from: self.from,
            to: self.to,
            tests: tests(&self.filters)?,
            compare: Compare { previous, last_year, adjusted, target },
            sort,
            top: self.top.clone().map(|top| Top { rows: top.rows, keep: top.keep }),
            within,
            targets: Vec::new(),
        })
    }

    /// One metric by one dimension, or in whole.
    pub(super) fn plain(metric: &str, by: Option<&str>, from: Date, to: Date) -> Self {
        Self {
            metrics: vec![metric.to_owned()],
            by: by.map(str::to_owned).into_iter().collect(),
            across: None,
            from,
            to,
            filters: Vec::new(),
            compare: CompareSent::default(),
            sort: None,
            top: None,
        }
    }

    /// The same with the period before beside it.
    pub(super) fn beside_the_period_before(mut self) -> Self {
        self.compare.previous = true;
        self
    }

    pub(super) fn wants_targets(&self) -> bool {
        self.compare.target
    }
}

/// A figure with what stands beside it, in the metric's unit; shares and growth in parts of a million.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureCell {
    #[schema(required)]
    value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_year: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adjusted: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share_ppm: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    growth_ppm: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year_growth_ppm: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adjusted_growth_ppm: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attainment_ppm: Option<i64>,
}

impl From<&qudao_metrics::Cell> for FigureCell {
    fn from(cell: &qudao_metrics::Cell) -> Self {
        Self {
            value: cell.value,
            previous: cell.previous,
            last_year: cell.last_year,
            adjusted: cell.adjusted,
            target: cell.target,
            share_ppm: cell.share_ppm,
            growth_ppm: cell.growth_ppm,
            year_growth_ppm: cell.year_growth_ppm,
            adjusted_growth_ppm: cell.adjusted_growth_ppm,
            attainment_ppm: cell.attainment_ppm,
        }
    }
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureRow {
    key: Vec<String>,
    /// What people call the keys.
    labels: Vec<String>,
    /// Place in the order asked for, from 1.
    rank: usize,
    /// For every key across, every metric.
    cells: Vec<FigureCell>,
}

/// A key across.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureHead {
    key: String,
    label: String,
}

/// What the rows that are not shown come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureRest {
    rows: usize,
    cells: Vec<FigureCell>,
}

/// A day that differs from the plain week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkedDay {
    day: String,
    /// work or holiday.
    kind: String,
    name: String,
}

/// First and last day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Days {
    from: String,
    to: String,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureTable {
    by: Vec<String>,
    /// Dimension across, if there is one.
    #[schema(required)]
    across_by: Option<String>,
    across: Vec<FigureHead>,
    metrics: Vec<String>,
    days: Days,
    #[schema(required)]
    previous: Option<Days>,
    #[schema(required)]
    last_year: Option<Days>,
    rows: Vec<FigureRow>,
    #[schema(required)]
    rest: Option<FigureRest>,
    total: Vec<FigureCell>,
    /// Holidays, and weekend days worked, of the days asked for.
    marked: Vec<MarkedDay>,
    /// Number of the state of the facts that was counted.
    snapshot: u64,
}

/// Answers a question about figures.
#[utoipa::path(post, path = "/metrics/query", tag = "metrics", operation_id = "metrics_query", request_body = MetricQuery,
    responses((status = 200, body = FigureTable)), extensions(("x-permission" = json!("volume.read"))))]
async fn query(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<MetricQuery>,
) -> Answer<Json<FigureTable>> {
    let within = figures::within(signed.scope(&desk, Permission::VolumeRead)?);
    let mut query = sent.query(within)?;
    if sent.wants_targets() {
        query.targets = store::targets(&desk.db, &query.metrics, query.from.month(), query.to.month()).await?;
    }
    heavy(move || {
        let asked = desk.figures.now(&desk)?;
        let master = desk.master()?;
        let catalogue = &desk.figures.catalogue;
        let answer = qudao_metrics::answer(catalogue, &master, &asked, &query)?;
        if answer.rows.len() > MOST_ROWS {
            return Err(Refusal::bad_input(
                "metrics.answer.long",
                format!("结果有 {} 行，页面最多显示 {MOST_ROWS} 行；请取前若干名、缩小范围，或导出全部", answer.rows.len()),
                format!(
                    "the answer has {} rows and a page shows {MOST_ROWS}; ask for the first ones, narrow it, or export all",
                    answer.rows.len()
                ),
            ));
        }
        let name = |dimension: Dimension, key: &str| label(catalogue, &master, query.to, lang, dimension, key);
        let cells = |cells: &[qudao_metrics::Cell]| cells.iter().map(FigureCell::from).collect::<Vec<_>>();
        let row = |row: &qudao_metrics::Row| FigureRow {
            labels: query.by.iter().zip(&row.key).map(|(dimension, key)| name(*dimension, key)).collect(),
            key: row.key.clone(),
            rank: row.rank,
            cells: cells(&row.cells),
        };
        let days = |(from, to): (Date, Date)| Days { from: from.to_string(), to: to.to_string() };
        let marked = catalogue.holidays.marked(query.from, query.to).map(|(day, marked)| MarkedDay {
            day: day.to_string(),
            kind: if marked.rest { DayKind::Holiday } else { DayKind::Work }.code().to_owned(),
            name: marked.name.get(lang).to_owned(),
        });
        Ok(Json(FigureTable {
            by: query.by.iter().map(|one| one.code().to_owned()).collect(),
            across_by: query.across.map(|one| one.code().to_owned()),
            across: answer
                .across
                .iter()
                .map(|key| FigureHead { key: key.clone(), label: query.across.map_or_else(String::new, |one| name(one, key)) })
                .collect(),
            metrics: answer.metrics.clone(),
            days: days(answer.days),
            previous: answer.previous.map(days),
            last_year: answer.last_year.map(days),
            rows: answer.rows.iter().map(row).collect(),
            rest: answer.rest.as_ref().map(|(rows, rest)| FigureRest { rows: *rows, cells: cells(rest) }),
            total: cells(&answer.total),
            marked: marked.collect(),
            snapshot: asked.snapshot(),
        }))
    })
    .await
}
