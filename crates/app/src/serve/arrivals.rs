//! The board of arrivals: which data of a month are there, and since when.

use super::desk::Desk;
use super::periods::parse;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, sessions};
use qudao_engine::facts::FactStore;
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::columnar::facts::{FactPort, ImportReport};
use qudao_trade::arrival::{Came, Delivery, Line, State as Stage, board, standard};
use qudao_trade::upload;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(arrivals))
}

/// What of a month is there.
#[derive(Serialize, ToSchema)]
struct ArrivalsView {
    month: String,
    today: String,
    sources: Vec<ArrivalSource>,
}

/// A source of data over a month.
#[derive(Serialize, ToSchema)]
struct ArrivalSource {
    id: String,
    title: String,
    system: String,
    table: String,
    /// `day` or `month`.
    every: String,
    /// Days until a day's data are due, or the day of the next month on which a month's are.
    due: u32,
    /// The worst of its deliveries: missing, pending, late, arrived.
    state: String,
    rows: u64,
    rejected: u64,
    files: Vec<String>,
    deliveries: Vec<ArrivalDelivery>,
}

/// A day, or the month.
#[derive(Serialize, ToSchema)]
struct ArrivalDelivery {
    /// Absent for a month.
    #[schema(required)]
    day: Option<String>,
    due_on: String,
    #[schema(required)]
    came_on: Option<String>,
    /// arrived, late, missing, pending.
    state: String,
    rows: u64,
    rejected: u64,
    /// Fen of the accepted rows.
    amount: i64,
}

impl ArrivalDelivery {
    fn of(one: &Delivery) -> Self {
        Self {
            day: one.day.map(|day| day.to_string()),
            due_on: one.due_on.to_string(),
            came_on: one.came_on.map(|day| day.to_string()),
            state: one.state.name().to_owned(),
            rows: one.rows,
            rejected: one.rejected,
            amount: one.amount,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ArrivalsAsked {
    /// Month; the current one where absent.
    month: Option<String>,
}

/// The board of a month.
#[utoipa::path(get, path = "/arrivals", tag = "imports", operation_id = "arrivals", params(ArrivalsAsked),
    responses((status = 200, body = ArrivalsView)), extensions(("x-permission" = json!("import.read"))))]
async fn arrivals(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ArrivalsAsked>,
) -> Answer<Json<ArrivalsView>> {
    signed.everywhere(&desk, Permission::ImportRead)?;
    let today = desk.today();
    let month = asked.month.as_deref().map_or_else(|| Ok(today.month()), parse)?;
    let view = counted(&desk, move |came| {
        let sources = board(&standard()?, month, today, came).into_iter().map(|line| ArrivalSource {
            id: line.source.id.clone(),
            title: line.source.title.get(lang).to_owned(),
            system: line.source.system.clone(),
            table: line.source.table.name().to_owned(),
            every: if line.source.every == qudao_trade::arrival::Every::Day { "day" } else { "month" }.to_owned(),
            due: line.source.due,
            state: line.state.name().to_owned(),
            rows: line.rows(),
            rejected: line.rejected(),
            deliveries: line.deliveries.iter().map(ArrivalDelivery::of).collect(),
            files: line.files,
        });
        Ok(ArrivalsView { month: month.to_string(), today: today.to_string(), sources: sources.collect() })
    });
    Ok(Json(view.await?))
}

/// What files brought, with the day on which they came: of those brought here the day of loading, of others the import day.
async fn counted<T: Send + 'static>(desk: &Arc<Desk>, work: impl FnOnce(&[Came<'_>]) -> Result<T, Refusal> + Send + 'static) -> Answer<T> {
    let uploads = upload::list(&mut desk.db.read().await?).await?.into_iter();
    let brought: BTreeMap<String, Date> =
        uploads.filter_map(|upload| Some((upload.batch?, sessions::day(upload.loaded_at_us.unwrap_or(upload.at_us))))).collect();
    let desk = Arc::clone(desk);
    heavy(move || {
        let store = FactStore::open(&desk.home.root().to_string_lossy())?;
        let reports: Vec<ImportReport> = {
            // What was ordered here is no delivery of another system.
            let batches = store.batches()?.into_iter().filter(|batch| !qudao_orders::order::facts::is_ours(&batch.file));
            batches.filter_map(|batch| store.report(&batch.batch).ok()).collect()
        };
        let on = |report: &ImportReport| brought.get(&report.batch).copied().unwrap_or(report.day);
        let came: Vec<Came<'_>> = reports.iter().map(|report| Came { report, on: on(report) }).collect();
        work(&came)
    })
    .await
}

/// Data of this month and of the one before that are due and not there, as the month and the day they were due on; one for each source and
/// month. A house without any data misses none.
pub(crate) async fn missing(desk: &Arc<Desk>) -> Answer<Vec<(Month, Date)>> {
    let today = desk.today();
    counted(desk, move |came| {
        if came.is_empty() {
            return Ok(Vec::new());
        }
        let sources = standard()?;
        let mut found = Vec::new();
        for month in [today.month().plus(-1), today.month()] {
            let lines = board(&sources, month, today, came);
            let first = |line: &Line| line.deliveries.iter().filter(|one| one.state == Stage::Missing).map(|one| one.due_on).min();
            found.extend(lines.iter().filter_map(|line| first(line).map(|due| (month, due))));
        }
        Ok(found)
    })
    .await
}
