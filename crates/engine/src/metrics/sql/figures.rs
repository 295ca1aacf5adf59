//! Metrics by month as tables: in all, by county, by outlet. A figure is worked out by the same counter as on pages.

use super::Shared;
use super::part::{Giver, Taker, plan};
use crate::facts::store::broken;
use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result as Planned};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType, expr::InList};
use datafusion::physical_plan::ExecutionPlan;
use qudao_kernel::facts::Table;
use qudao_kernel::{Month, Refusal};
use qudao_metrics::{Counter, Dimension, Metric, Query, Unit, answer};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The tables, and what each splits figures by besides the month.
pub(super) const TABLES: &[(&str, Option<Dimension>)] =
    &[("metric_month", None), ("metric_county", Some(Dimension::County)), ("metric_outlet", Some(Dimension::Outlet))];
/// Most months a question can reach back: as far as a question of pages.
const MONTHS: i32 = 119;

/// A table.
pub(super) struct Figures {
    shared: Arc<Shared>,
    by: Option<Dimension>,
    schema: SchemaRef,
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

/// A figure: metric, unit, month, key, value.
type Figure = (String, &'static str, i32, String, Option<i64>);

impl Figures {
    pub(super) fn new(shared: Arc<Shared>, by: Option<Dimension>) -> Self {
        let text = |name: &str| Field::new(name, DataType::Utf8, false);
        let mut fields = vec![text("metric"), text("unit"), Field::new("month", DataType::Date32, false)];
        fields.extend(by.map(|by| text(by.code())));
        // Parts of a million, fen or pieces, as `unit` says; nothing where there is nothing to say.
        fields.push(Field::new("value", DataType::Int64, true));
        Self { shared, by, schema: Arc::new(Schema::new(fields)) }
    }
}

/// The metrics a filter lets through, if it says anything of them.
fn named(filter: &Expr) -> Option<BTreeSet<String>> {
    let is_metric = |expr: &Expr| matches!(expr, Expr::Column(column) if column.name == "metric");
    let text = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) | ScalarValue::LargeUtf8(Some(text)), _) => {
            Some(text.clone())
        }
        _ => None,
    };
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if is_metric(left) => Some(BTreeSet::from([text(right)?])),
        Expr::InList(InList { expr, list, negated: false }) if is_metric(expr) => list.iter().map(text).collect(),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let (mut one, other) = (named(left)?, named(right)?);
            one.extend(other);
            Some(one)
        }
        _ => None,
    }
}

fn unit(of: Unit) -> &'static str {
    match of {
        Unit::Count => "count",
        Unit::Fen => "fen",
        Unit::Ppm => "ppm",
        Unit::People => "people",
        Unit::Outlets => "outlets",
        Unit::Partners => "partners",
    }
}

#[async_trait]
impl TableProvider for Figures {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Planned<Vec<TableProviderFilterPushDown>> {
        // Figures of other metrics are not worked out; rows are still looked at one by one.
        let helps = |filter: &&Expr| match named(filter) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(helps).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let wanted: Vec<usize> = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&wanted).map_err(DataFusionError::from)?);
        let mut names: Option<BTreeSet<String>> = None;
        for listed in filters.iter().filter_map(named) {
            names = Some(names.map_or_else(|| listed.clone(), |known| known.intersection(&listed).cloned().collect()));
        }
        let (shared, by, whole) = (Arc::clone(&self.shared), self.by, Arc::clone(&self.schema));
        let give: Giver = Arc::new(move |take: &mut Taker<'_>| -> Result<(), Refusal> {
            let catalogue = &shared.reach.meter.catalogue;
            let asked = |metric: &&Metric| names.as_ref().is_none_or(|names| names.contains(&metric.id));
            for metric in catalogue.metrics.iter().filter(asked) {
                let figures = figures(&shared, metric, by)?;
                let batch = batch(&whole, &figures, by.is_some()).and_then(|batch| batch.project(&wanted));
                if !take(batch.map_err(|error| broken("metrics", &error))?) {
                    break;
                }
            }
            Ok(())
        });
        plan(&schema, vec![give], &self.shared.readers)
    }
}

/// The figures of a metric; none of one that cannot be split like this.
fn figures(shared: &Shared, metric: &Metric, by: Option<Dimension>) -> Result<Vec<Figure>, Refusal> {
    let dimensions: Vec<Dimension> = std::iter::once(Dimension::Month).chain(by).collect();
    if !dimensions.iter().all(|dimension| metric.by.contains(dimension)) {
        return Ok(Vec::new());
    }
    let reach = &shared.reach;
    let asked = reach.asked();
    let (mut first, mut last): (Option<Month>, Option<Month>) = (None, None);
    for (from, to) in Table::ALL.into_iter().filter_map(|table| asked.months(table).transpose()).collect::<Result<Vec<_>, _>>()? {
        first = Some(first.map_or(from, |known| known.min(from)));
        last = Some(last.map_or(to, |known| known.max(to)));
    }
    let Some((first, last)) = first.zip(last) else { return Ok(Vec::new()) };
    let first = first.max(last.plus(-MONTHS));
    let question = Query { by: dimensions, ..Query::new(&[metric.id.as_str()], first.first_day(), last.last_day(), reach.within.clone()) };
    let answered = answer(&reach.meter.catalogue, &reach.view.master, &asked, &question)?;
    let figure = |row: qudao_metrics::Row| {
        let mut keys = row.key.into_iter();
        let month = keys.next()?.parse::<Month>().ok()?.first_day().days();
        let value = row.cells.first().and_then(|cell| cell.value);
        Some((metric.id.clone(), unit(metric.unit), month, keys.next().unwrap_or_default(), value))
    };
    Ok(answered.rows.into_iter().filter_map(figure).collect())
}

fn batch(schema: &SchemaRef, figures: &[Figure], keyed: bool) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(figures.iter().map(|figure| &figure.0))),
        Arc::new(StringArray::from_iter_values(figures.iter().map(|figure| figure.1))),
        Arc::new(Date32Array::from_iter_values(figures.iter().map(|figure| figure.2))),
    ];
    if keyed {
        columns.push(Arc::new(StringArray::from_iter_values(figures.iter().map(|figure| &figure.3))));
    }
    columns.push(Arc::new(figures.iter().map(|figure| figure.4).collect::<Int64Array>()));
    RecordBatch::try_new(Arc::clone(schema), columns)
}
