//! The month under way on the workbench: metrics against their targets, and outlets that need a look, each a link to the records (R0.21, R7.2).

use super::desk::Desk;
use super::metrics::unit;
use super::todos::Todo;
use super::{figures, grading, main_push};
use qudao_access::Scope;
use qudao_kernel::{Lang, Refusal, Text};
use qudao_metrics::{Compare, Dimension, Query, Target, answer};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Most metrics that are shown.
const MOST: usize = 6;
const PPM: i64 = 1_000_000;

/// A metric of the month against its target.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Aim {
    /// Id of the metric.
    metric: String,
    title: String,
    /// Unit of the metric.
    unit: String,
    #[schema(required)]
    value: Option<i64>,
    target: i64,
    /// Parts of a million.
    #[schema(required)]
    attainment_ppm: Option<i64>,
    /// Over the month before, parts of a million.
    #[schema(required)]
    growth_ppm: Option<i64>,
    /// The figures behind it.
    to: String,
}

/// The month under way.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct UnderWay {
    month: String,
    /// How much of the month has passed, parts of a million.
    passed_ppm: i64,
    aims: Vec<Aim>,
    /// What needs a look; `count` is how many outlets.
    alerts: Vec<Todo>,
}

/// The targets that are compared with.
pub(super) async fn targets(desk: &Desk) -> Result<Vec<Target>, Refusal> {
    let kept = desk.figures.targets.of(&desk.db, desk.today().month()).await?;
    Ok(kept.iter().map(|kept| kept.target.clone()).collect())
}

/// The month as far as somebody may see its figures, and its grades where they may. Reads facts.
pub(super) fn under_way(
    desk: &Arc<Desk>,
    scope: &Scope,
    grades: Option<&Scope>,
    targets: &[Target],
    lang: Lang,
) -> Result<UnderWay, Refusal> {
    let today = desk.today();
    let month = today.month();
    let passed_ppm = i64::from(today.day()) * PPM / i64::from(month.days());
    let mut metrics: Vec<&str> =
        targets.iter().map(|target| target.metric.as_str()).filter(|id| desk.figures.catalogue.get(id).is_some()).collect();
    metrics.sort_unstable();
    metrics.dedup();
    metrics.truncate(MOST);
    let aims = if metrics.is_empty() { Vec::new() } else { aims(desk, scope, &metrics, targets, lang)? };
    let mut alerts = Vec::new();
    let mut alert = |code: &str, title: Text, count: usize, to: String| {
        if count > 0 {
            alerts.push(Todo { code: code.to_owned(), title: title.get(lang).to_owned(), count: count as u64, overdue: 0, due: None, to });
        }
    };
    for metric in &metrics {
        let named = desk.figures.catalogue.get(metric).map(|metric| metric.name.clone()).unwrap_or_default();
        let title = Text::new(format!("“{}”落后于时间进度的网点", named.zh), format!("outlets behind time in {}", named.en));
        let behind = behind(desk, scope, metric, targets, passed_ppm)?;
        alert("behind", title, behind, format!("/analysis/targets?metric={metric}&month={month}&order=least"));
    }
    let days = (month.first_day(), today);
    let below = main_push::below(desk, figures::within(scope.clone()), targets, days, lang)?;
    let title = Text::new("低于主推占比目标的网点", "outlets below their main-push target");
    alert("main_push", title, below, format!("/analysis/main-push?from={}&to={}&below=true", days.0, days.1));
    if let Some(scope) = grades {
        let title = Text::new("分级建议淘汰的网点", "outlets proposed to be eliminated");
        alert("eliminate", title, grading::to_eliminate(desk, scope, lang)?, "/analysis/grades?proposal=eliminate".to_owned());
    }
    Ok(UnderWay { month: month.to_string(), passed_ppm, aims, alerts })
}

fn question(desk: &Desk, scope: &Scope, metrics: &[&str], targets: &[Target]) -> Query {
    let month = desk.today().month();
    Query {
        compare: Compare { target: true, previous: true, ..Compare::default() },
        targets: targets.to_vec(),
        ..Query::new(metrics, month.first_day(), month.last_day(), figures::within(scope.clone()))
    }
}

fn aims(desk: &Arc<Desk>, scope: &Scope, metrics: &[&str], targets: &[Target], lang: Lang) -> Result<Vec<Aim>, Refusal> {
    let catalogue = &desk.figures.catalogue;
    let query = question(desk, scope, metrics, targets);
    let total = answer(catalogue, &*desk.master()?, &desk.figures.now(desk)?, &query)?.total;
    let month = query.from.month();
    let aim = |(id, cell): (&&str, &qudao_metrics::Cell)| {
        let (metric, target) = (catalogue.get(id)?, cell.target?);
        Some(Aim {
            metric: metric.id.clone(),
            title: metric.name.get(lang).to_owned(),
            unit: unit(metric.unit).to_owned(),
            value: cell.value,
            target,
            attainment_ppm: cell.attainment_ppm,
            growth_ppm: cell.growth_ppm,
            to: format!("/analysis/targets?metric={id}&month={month}"),
        })
    };
    Ok(metrics.iter().zip(&total).filter_map(aim).collect())
}

/// Outlets that have reached less of their target than has passed of the month.
fn behind(desk: &Arc<Desk>, scope: &Scope, metric: &str, targets: &[Target], passed_ppm: i64) -> Result<usize, Refusal> {
    let catalogue = &desk.figures.catalogue;
    if !catalogue.get(metric).is_some_and(|metric| metric.by.contains(&Dimension::Outlet)) {
        return Ok(0);
    }
    let query = Query { by: vec![Dimension::Outlet], ..question(desk, scope, &[metric], targets) };
    let rows = answer(catalogue, &*desk.master()?, &desk.figures.now(desk)?, &query)?.rows;
    Ok(rows.iter().filter(|row| row.cells[0].attainment_ppm.is_some_and(|reached| reached < passed_ppm)).count())
}
