//! The board of arrivals: which data of a month are there, and since when.

use super::answers::Answers;
use super::desk::Desk;
use super::fact_rounds::is_ours;
use super::periods::parse;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, heavy};
use axum::Json;
use axum::extract::State;
use qudao_access::{Permission, sessions};
use qudao_engine::facts::FactStore;
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Month, Refusal};
use qudao_trade::arrival::{Brought, Came, Delivery, Line, State as Stage, board, standard};
use qudao_trade::upload;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
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
    let loaded = loaded(&desk).await?;
    let view = heavy(move || {
        let brought = desk.arrived.now(&desk.figures.store)?.1;
        let sources = board(&standard()?, month, today, &came(&brought, &loaded)).into_iter().map(|line| ArrivalSource {
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

/// What is missing, by the snapshot, the day and what was loaded here.
type Missing = Answers<(u64, Date, Loaded), (), Vec<(Month, Date)>>;

/// What the batches of the fact store brought: each report is read once, as a batch never changes.
pub(crate) struct Arrived {
    brought: Mutex<(u64, Arc<Vec<Brought>>)>,
    missing: Missing,
}

impl Default for Arrived {
    fn default() -> Self {
        Self { brought: Mutex::default(), missing: Answers::of(1) }
    }
}

impl Arrived {
    /// The number of the newest snapshot and what its batches brought, in the order they came. Reads files.
    fn now(&self, store: &FactStore) -> Result<(u64, Arc<Vec<Brought>>), Refusal> {
        let mut kept = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
        let number = store.latest_number_since(kept.0)?;
        if kept.0 != number {
            let known: HashMap<(&str, Table), &Brought> = kept.1.iter().map(|one| ((one.batch.as_str(), one.table), one)).collect();
            let mut all = Vec::new();
            for batch in &store.snapshot(number)?.batches {
                if let Some(one) = known.get(&(batch.batch.as_str(), batch.table)) {
                    all.push((*one).clone());
                    continue;
                }
                match store.report_of(batch) {
                    // What was ordered here is no delivery of another system.
                    Ok(report) => {
                        all.extend(report.as_ref().filter(|report| !is_ours(&report.file)).map(Brought::of));
                    }
                    // The others are told nevertheless.
                    Err(refusal) => tracing::warn!(code = refusal.code, batch = batch.batch, "{}", refusal.text.en),
                }
            }
            *kept = (number, Arc::new(all));
        }
        Ok((kept.0, Arc::clone(&kept.1)))
    }
}

/// Batches brought here, with the day they were loaded on.
type Loaded = BTreeMap<String, Date>;

async fn loaded(desk: &Arc<Desk>) -> Result<Loaded, Refusal> {
    let batches = upload::batches(&mut desk.db.read().await?).await?;
    Ok(batches.into_iter().map(|(batch, at)| (batch, sessions::day(at))).collect())
}

/// With the day on which each came: of those brought here the day of loading, of others the import day.
fn came<'b>(brought: &'b [Brought], loaded: &Loaded) -> Vec<Came<'b>> {
    brought.iter().map(|one| Came { on: loaded.get(&one.batch).copied().unwrap_or(one.day), brought: one }).collect()
}

/// Data of this month and of the one before that are due and not there, as the month and the day they were due on; one for each source and
/// month. A house without any data misses none.
pub(crate) async fn missing(desk: &Arc<Desk>) -> Answer<Arc<Vec<(Month, Date)>>> {
    let (today, loaded) = (desk.today(), loaded(desk).await?);
    let desk = Arc::clone(desk);
    heavy(move || {
        let (number, brought) = desk.arrived.now(&desk.figures.store)?;
        desk.arrived.missing.get((number, today, loaded.clone()), (), || missed(&came(&brought, &loaded), today))
    })
    .await
}

fn missed(came: &[Came<'_>], today: Date) -> Result<Vec<(Month, Date)>, Refusal> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_platform::columnar::facts::{FactPort, ImportJob};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_batch_and_its_withdrawal_show_at_once() {
        // R0.14, R0.21: the board is as new as the store, and so is what follows from it on another day
        let (arrived, store) = (Arrived::default(), FactStore::in_memory().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let bring = |name: &str, on: &str| {
            let file = folder.path().join(format!("{name}.csv"));
            std::fs::write(&file, format!("event_id,occurred_on,kind,amount\n{name},{on},recharge,1.00\n")).unwrap();
            let job = ImportJob { batch: Some(name.to_owned()), ..ImportJob::new(Table::BusinessEvent, &file, day("2026-07-04")) };
            store.import(&job, &qudao_kernel::master::Master::default(), &|_| {}).unwrap().accepted
        };
        let missing = |today: &str, loaded: &Loaded| {
            let (number, brought) = arrived.now(&store).unwrap();
            let made = || missed(&came(&brought, loaded), day(today));
            arrived.missing.get((number, day(today), loaded.clone()), (), made).unwrap().len()
        };
        let none = Loaded::new();
        assert_eq!(missing("2026-07-04", &none), 0, "a house without data misses none");
        assert_eq!(bring("b1", "2026-07-01"), 1);
        let first = arrived.now(&store).unwrap().1;
        assert_eq!((first.len(), first[0].days[0].day, first[0].days[0].rows), (1, day("2026-07-01"), 1));
        let before = missing("2026-07-04", &none);
        assert!(before > 0 && missing("2026-08-20", &none) > before, "another day misses more");
        assert_eq!(bring("b2", "2026-07-02"), 1);
        assert_eq!(arrived.now(&store).unwrap().1.len(), 2, "a new batch is there");
        let came_late = came(&first, &Loaded::from([("b1".to_owned(), day("2026-07-20"))]))[0].on;
        assert_eq!(came_late, day("2026-07-20"), "a file that was brought here came when it was loaded");
        store.withdraw("b1").unwrap();
        store.withdraw("b2").unwrap();
        assert_eq!((arrived.now(&store).unwrap().1.len(), missing("2026-08-20", &none)), (0, 0), "what was withdrawn is gone");
    }
}
