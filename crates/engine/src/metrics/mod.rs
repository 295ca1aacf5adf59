//! Figures counted in columns: the fast twin of the plain counter of `qudao-metrics`.
//!
//! A question is answered from the smallest rollup that knows what it asks ([`cubes`]), else from the facts themselves. Both go through one
//! counter ([`fold`]). Everything lies within the asker's part of the network before it is counted.

mod columns;
mod cubes;
mod fold;
mod part;
mod places;
mod prune;
mod scan;
pub mod sql;
mod standing;

#[cfg(test)]
mod tests;

use crate::facts::{FactFile, FactStore, Remembered, Snapshot, Wanted};
use cubes::{Builder, CUBES, Cube, Index, Rollup};
use fold::{Behind, Fold, Job, World};
use part::Part;
use places::Places;
use prune::Where;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_metrics::{
    Agg, Ask, Catalogue, Cond, Counted, Counter, Dimension, Drill, DrilledRow, Found, Group, Measure, Of, State, Test, Time,
};
use qudao_policy::model::{Cell, Fact};
use scan::{Footers, Place, Rows, footer, read};
use standing::Standing;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// Most facts behind a number that are ordered to be shown; beyond it the question must be narrowed.
const MOST_BEHIND: usize = 5_000_000;

/// Counts the facts of a store.
pub struct Meter {
    store: Arc<FactStore>,
    catalogue: Arc<Catalogue>,
    footers: Footers,
    remembered: Remembered,
    last: Mutex<Option<Arc<View>>>,
    building: Mutex<()>,
}

/// A state of the store and of the master data, ready to be asked.
pub struct View {
    snapshot: Snapshot,
    master: Arc<Master>,
    places: OnceLock<Places>,
    standing: OnceLock<Standing>,
    rollups: RwLock<Option<Arc<Index>>>,
    one: Mutex<()>,
}

/// What building rollups did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Built {
    /// Rollups there are.
    pub rollups: usize,
    /// Of them, built now.
    pub built: usize,
    /// Their rows.
    pub rows: u64,
}

/// A view together with what reads it.
pub struct Asked<'m> {
    meter: &'m Meter,
    view: Arc<View>,
}

impl Meter {
    /// Over a store.
    pub fn new(store: Arc<FactStore>, catalogue: Arc<Catalogue>) -> Self {
        Self {
            store,
            catalogue,
            footers: Footers::default(),
            remembered: Remembered::default(),
            last: Mutex::new(None),
            building: Mutex::new(()),
        }
    }

    /// The newest state of the store, with these master data.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn now(&self, master: &Arc<Master>) -> Result<Asked<'_>, Refusal> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.store.latest_number_since(last.as_ref().map_or(0, |view| view.snapshot.number))?;
        if let Some(view) = last.as_ref().filter(|view| view.snapshot.number == number && Arc::ptr_eq(&view.master, master)) {
            return Ok(Asked { meter: self, view: Arc::clone(view) });
        }
        let view = Arc::new(View {
            snapshot: self.store.snapshot(number)?,
            master: Arc::clone(master),
            places: OnceLock::new(),
            standing: OnceLock::new(),
            rollups: RwLock::new(None),
            one: Mutex::new(()),
        });
        let asked = Asked { meter: self, view: Arc::clone(&view) };
        let path = cubes::index_path(number, asked.places().fingerprint(i32::MIN, i32::MAX));
        if let Some(bytes) = self.store.get(&path)? {
            // An index that cannot be read is as good as none: it is built again.
            *view.rollups.write().unwrap_or_else(PoisonError::into_inner) = serde_json::from_slice(&bytes).ok().map(Arc::new);
        }
        *last = Some(view);
        Ok(asked)
    }

    /// Builds the rollups that are missing. Questions are answered meanwhile, from the facts.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn build(&self, master: &Arc<Master>) -> Result<Built, Refusal> {
        let _one = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = self.now(master)?;
        let known = asked.view.rollups.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(index) = known {
            let rows = index.rollups.iter().map(|rollup| rollup.rows).sum();
            return Ok(Built { rollups: index.rollups.len(), built: 0, rows });
        }
        asked.build()
    }
}

impl Asked<'_> {
    /// The number of the snapshot.
    pub fn snapshot(&self) -> u64 {
        self.view.snapshot.number
    }

    /// Whether rollups are ready.
    pub fn has_rollups(&self) -> bool {
        self.view.rollups.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn places(&self) -> &Places {
        self.view.places.get_or_init(|| Places::new(&self.view.master))
    }

    fn standing(&self) -> Result<&Standing, Refusal> {
        let _one = self.view.one.lock().unwrap_or_else(PoisonError::into_inner);
        if self.view.standing.get().is_none() {
            self.view.standing.set(Standing::new(&self.meter.store, &self.meter.footers, &self.view.snapshot)?).ok();
        }
        self.view.standing.get().ok_or_else(stopped)
    }

    fn build(&self) -> Result<Built, Refusal> {
        let (store, view) = (&self.meter.store, &self.view);
        let standing = self.standing()?;
        let world = World { catalogue: &self.meter.catalogue, master: &view.master, places: self.places(), standing };
        let mut index = Index::default();
        let mut built = 0;
        let there: BTreeMap<String, i64> = store.list(&crate::facts::store::path(&["_rollups"]))?.into_iter().collect();
        for table in [Table::BusinessEvent, Table::SubscriberMonth] {
            for month in view.snapshot.periods(table) {
                let files = view.snapshot.files(table, month, month);
                let marks = self.marks(standing, table, &files)?;
                let cubes: Vec<&Cube> = CUBES.iter().filter(|cube| cube.table == table).collect();
                let made = Self::each(&cubes, |cube| {
                    let path = cubes::rollup_path(cube, month, cubes::fingerprint(cube, &files, marks, self.places(), month));
                    let known = if there.contains_key(&path) { self.known(&path)? } else { None };
                    let ((bytes, rows), is_new) = match known {
                        Some(known) => (known, false),
                        None => (self.roll(&world, cube, &files, month, &path)?, true),
                    };
                    Ok((Rollup { cube: cube.name.to_owned(), month, path, bytes, rows }, is_new))
                })?;
                built += made.iter().filter(|(_, is_new)| *is_new).count();
                index.rollups.extend(made.into_iter().map(|(rollup, _)| rollup));
            }
        }
        // Cubes of a month come as they are done.
        index.rollups.sort_by(|a, b| (a.month, &a.cube).cmp(&(b.month, &b.cube)));
        let path = cubes::index_path(view.snapshot.number, self.places().fingerprint(i32::MIN, i32::MAX));
        let bytes = serde_json::to_vec(&index).map_err(|error| crate::facts::store::broken(&path, &error))?;
        store.put(&path, bytes)?;
        let done = Built { rollups: index.rollups.len(), built, rows: index.rollups.iter().map(|rollup| rollup.rows).sum() };
        *view.rollups.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(index));
        Ok(done)
    }

    /// Size and rows of a rollup that was built for an earlier state.
    fn known(&self, path: &str) -> Result<Option<(u64, u64)>, Refusal> {
        let Some(bytes) = self.meter.store.get(path)? else { return Ok(None) };
        let place = Place { path: path.to_owned(), bytes: bytes.len() as u64 };
        let rows = read(&self.meter.store, &self.meter.footers, &place, &[fold::ROWS.to_owned()], Rows::All);
        Ok(rows.ok().map(|batches| (place.bytes, batches.iter().map(|batch| batch.num_rows() as u64).sum())))
    }

    /// A number that changes when what stands of some files changes.
    fn marks(&self, standing: &Standing, table: Table, files: &[&FactFile]) -> Result<u64, Refusal> {
        if table != Table::BusinessEvent && !standing.has_versions(table) {
            return Ok(0);
        }
        let columns = [Col::EventId, Col::KnownOn].map(|col| col.name().to_owned());
        let parts = Self::each(&places_of(files), |place| {
            let mut sum = 0_u64;
            for batch in read(&self.meter.store, &self.meter.footers, place, &columns, Rows::All)? {
                sum = sum.wrapping_add(standing.marks(table, &batch)?);
            }
            Ok(sum)
        })?;
        Ok(parts.into_iter().fold(0, u64::wrapping_add))
    }

    /// Builds a rollup of a month from its files and keeps it; its size and rows.
    fn roll(&self, world: &World<'_>, cube: &Cube, files: &[&FactFile], month: Month, path: &str) -> Result<(u64, u64), Refusal> {
        let mut builder = Builder::new(world, cube);
        let columns = Builder::wanted(cube);
        for place in places_of(files) {
            for batch in read(&self.meter.store, &self.meter.footers, &place, &columns, Rows::All)? {
                builder.add(&batch)?;
            }
        }
        let (content, rows) = builder.finish()?;
        let bytes = content.len() as u64;
        cubes::put(&self.meter.store, cube, month, path, content)?;
        Ok((bytes, rows))
    }

    /// Works on things with all processors.
    fn each<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> Result<T, Refusal> + Sync) -> Result<Vec<T>, Refusal> {
        let done = Self::share(
            items,
            Vec::new,
            |done, item| {
                done.push(work(item)?);
                Ok(())
            },
            |done| done,
        )?;
        Ok(done.into_iter().flatten().collect())
    }

    /// Works on things with all processors, each of which makes something of what it gathers.
    fn share<I: Sync, T, P: Send>(
        items: &[I],
        start: impl Fn() -> T + Sync,
        work: impl Fn(&mut T, &I) -> Result<(), Refusal> + Sync,
        end: impl Fn(T) -> P + Sync,
    ) -> Result<Vec<P>, Refusal> {
        let next = AtomicUsize::new(0);
        let run = || -> Result<P, Refusal> {
            let mut gathered = start();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(&mut gathered, item)?;
            }
            Ok(end(gathered))
        };
        let threads = threads().min(items.len());
        if threads < 2 {
            return Ok(vec![run()?]);
        }
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| Err(stopped()))).collect()
        })
    }

    /// What to read for a job: a rollup, or facts.
    fn sources(&self, job: &Job<'_>) -> (Vec<Place>, Option<&'static Cube>) {
        let (first, last) = months_of(job.time, job.from, job.to);
        let index = self.view.rollups.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(index) = index {
            let best = CUBES.iter().filter(|cube| cube.fits(job)).min_by_key(|cube| index.rows(cube));
            if let Some(cube) = best {
                let held = index.rollups.iter().filter(|one| one.cube == cube.name && first <= one.month && one.month <= last);
                return (held.map(|one| Place { path: one.path.clone(), bytes: one.bytes }).collect(), Some(cube));
            }
        }
        (places_of(&self.view.snapshot.files(job.table, first, last)), None)
    }

    /// From what a question would be answered: names of rollups, or of tables.
    pub fn explain(&self, ask: &Ask<'_>) -> Vec<String> {
        let jobs = jobs(ask);
        let name = |(job, _): &(Job<'_>, Vec<usize>)| self.sources(job).1.map_or(job.table.name(), |cube| cube.name).to_owned();
        jobs.iter().map(name).collect()
    }

    fn run(&self, job: &Job<'_>) -> Result<Part, Refusal> {
        let (places, cube) = self.sources(job);
        let none = Standing::none();
        let standing = if cube.is_none() && self.needs_standing(job) { self.standing()? } else { &none };
        let world = World { catalogue: &self.meter.catalogue, master: &self.view.master, places: self.places(), standing };
        let columns = columns_of(job, standing, cube.is_some());
        let pieces = self.pieces(places, &Where::of(job, cube, self.places()))?;
        let parts = Self::share(
            &pieces,
            || Fold::new(&world, job),
            |fold, (place, groups)| {
                for batch in read(&self.meter.store, &self.meter.footers, place, &columns, Rows::Groups(groups.clone()))? {
                    fold.add(&batch)?;
                }
                Ok(())
            },
            Fold::finish,
        )?;
        let mut whole = Part::default();
        for part in parts {
            whole.add(part);
        }
        Ok(whole)
    }

    /// What to read of some files, cut so that all processors have work.
    fn pieces(&self, places: Vec<Place>, wanted: &Where) -> Result<Vec<(Place, Vec<usize>)>, Refusal> {
        let cuts = if places.len() < 2 * threads() { threads() } else { 1 };
        let mut pieces = Vec::new();
        for place in places {
            let groups = wanted.groups(&*footer(&self.meter.store, &self.meter.footers, &place)?);
            for piece in groups.chunks(groups.len().div_ceil(cuts).max(1)) {
                pieces.push((place.clone(), piece.to_vec()));
            }
        }
        Ok(pieces)
    }

    /// Whether it matters which facts stand: where there are corrections, or the state is asked for.
    fn needs_standing(&self, job: &Job<'_>) -> bool {
        let corrected = self.view.snapshot.batches.iter().any(|batch| batch.table == job.table && batch.corrected.is_some());
        corrected || uses(job, Dimension::State) || job.measures.iter().any(|measure| measure.state.is_some())
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get)
}

fn stopped() -> Refusal {
    Refusal::new(
        Kind::Bug,
        "engine.metrics.stopped",
        "统计中断；请重试，若再次出现请报告管理员",
        "counting broke off; try again, and tell an administrator if it happens again",
    )
}

/// The months whose facts can count on some days.
fn months_of(time: Time, from: Date, to: Date) -> (Month, Month) {
    match time {
        Time::Occurred => (from.month(), to.month()),
        // The state of somebody who joined in a month comes in that month or later.
        Time::Joined => (from.month(), Month::from_index(i32::MAX)),
    }
}

fn places_of(files: &[&FactFile]) -> Vec<Place> {
    files.iter().map(|file| Place { path: file.path.clone(), bytes: file.bytes }).collect()
}

fn uses(job: &Job<'_>, dimension: Dimension) -> bool {
    job.by.contains(&dimension) || job.tests.iter().any(|test| matches!(test, Test::Is(one, _) if *one == dimension))
}

/// The columns a job reads.
fn columns_of(job: &Job<'_>, standing: &Standing, cube: bool) -> Vec<String> {
    let mut cols = BTreeSet::from([job.time.col()]);
    let mut dimensions: BTreeSet<Dimension> = job.by.iter().copied().collect();
    let mut placed = !job.within.is_everywhere();
    for test in job.tests {
        match test {
            Test::Is(dimension, _) => {
                dimensions.insert(*dimension);
            }
            Test::Under(_) | Test::Tree(_) => placed = true,
        }
    }
    if !job.within.clerks.is_empty() {
        cols.insert(Col::Clerk);
    }
    if standing.has_versions(job.table) && !cube {
        cols.extend([Col::EventId, Col::KnownOn]);
    }
    let mut sums = BTreeSet::new();
    for measure in &job.measures {
        match measure.agg {
            Agg::Count => (),
            Agg::Sum(col) => {
                sums.insert(col);
            }
            Agg::Distinct(Of::Col(col)) => {
                cols.insert(col);
            }
            Agg::Distinct(Of::Partner) => placed = true,
        }
        dimensions.extend((!measure.kinds.is_empty()).then_some(Dimension::Kind));
        dimensions.extend(measure.state.map(|_| Dimension::State));
        dimensions.extend(measure.age.map(|_| Dimension::Age));
        cols.extend(measure.when.iter().map(|cond| match cond {
            Cond::OneOf(col, _) | Cond::Between(col, ..) | Cond::Is(col, _) => *col,
            Cond::MainPush(_) => Col::Product,
        }));
    }
    let mut names = BTreeSet::new();
    for dimension in dimensions {
        match dimension {
            Dimension::Kind => cols.extend([Col::Kind]),
            Dimension::Product | Dimension::Line => cols.extend([Col::Product]),
            Dimension::Band => cols.extend([Col::PlanFee]),
            Dimension::CustomerClass => cols.extend([Col::Class]),
            Dimension::Network => cols.extend([Col::Network]),
            Dimension::Clerk => cols.extend([Col::Clerk]),
            Dimension::Outlet => cols.extend([Col::Outlet]),
            Dimension::Age => cols.extend([Col::Month, Col::JoinedOn]),
            Dimension::State if cube => {
                names.insert(fold::cube_name(Dimension::State));
            }
            Dimension::State => cols.extend([Col::Kind, Col::EventId]),
            _ if dimension.group() == Group::Time => (),
            _ => {
                placed = true;
                names.insert(fold::cube_name(dimension));
            }
        }
    }
    if placed {
        cols.extend([Col::Outlet, Col::Partner]);
        names.extend([Dimension::County, Dimension::City].map(fold::cube_name));
    }
    if cube {
        names.insert(fold::ROWS.to_owned());
        names.extend(sums.iter().map(|col| fold::sum_name(*col)));
    } else {
        cols.extend(sums);
    }
    names.extend(cols.iter().map(|col| col.name().to_owned()));
    names.into_iter().collect()
}

/// The measures of a question by table and by which day they count, each with their places in the answer.
fn jobs<'a>(ask: &'a Ask<'_>) -> Vec<(Job<'a>, Vec<usize>)> {
    let mut groups: BTreeMap<(Table, Time), Vec<usize>> = BTreeMap::new();
    for (at, measure) in ask.measures.iter().enumerate() {
        if let Some(table) = measure.table() {
            groups.entry((table, measure.time)).or_default().push(at);
        }
    }
    let job = |(table, time), at: Vec<usize>| {
        let measures: Vec<&Measure> = at.iter().map(|at| ask.measures[*at]).collect();
        let job = Job {
            table,
            time,
            measures,
            by: &ask.by,
            from: ask.from,
            to: ask.to,
            tests: ask.tests,
            within: ask.within,
            last_state: ask.last_state,
        };
        (job, at)
    };
    groups.into_iter().map(|(group, at)| job(group, at)).collect()
}

impl Counter for Asked<'_> {
    fn count(&self, ask: &Ask<'_>) -> Result<Counted, Refusal> {
        let mut counted = Counted::new();
        for (job, slots) in jobs(ask) {
            let more = self.run(&job)?.counted(&slots, ask.measures.len());
            if counted.is_empty() {
                counted = more;
                continue;
            }
            for (key, numbers) in more {
                let row = counted.entry(key).or_insert_with(|| vec![0; ask.measures.len()]);
                for slot in &slots {
                    row[*slot] = numbers[*slot];
                }
            }
        }
        Ok(counted)
    }

    fn drill(&self, drill: &Drill<'_>) -> Result<Found, Refusal> {
        let behind = self.behind(drill)?;
        let total = behind.len();
        let shown: Vec<Behind> = behind.into_iter().skip(drill.skip).take(drill.limit).collect();
        Ok(Found { total, rows: self.fetch(drill, shown)? })
    }

    fn months(&self, table: Table) -> Result<Option<(Month, Month)>, Refusal> {
        let months = self.view.snapshot.periods(table);
        Ok(months.first().copied().zip(months.last().copied()))
    }
}

impl Asked<'_> {
    /// Every fact behind a number, `limit` at a time: `each` is given the next ones and how many there are in all. Returns how many that is.
    ///
    /// # Errors
    /// As [`Counter::drill`], and whatever `each` refuses.
    pub fn drill_each(
        &self,
        drill: &Drill<'_>,
        mut each: impl FnMut(Vec<DrilledRow>, usize) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        let behind = self.behind(drill)?;
        for part in behind.chunks(drill.limit.max(1)) {
            each(self.fetch(drill, part.to_vec())?, behind.len())?;
        }
        Ok(behind.len())
    }

    /// The facts behind a number, in the order they are shown.
    fn behind(&self, drill: &Drill<'_>) -> Result<Vec<Behind>, Refusal> {
        let Some(table) = drill.measure.table() else { return Ok(Vec::new()) };
        let by: Vec<Dimension> = drill.keys.iter().map(|(dimension, _)| *dimension).collect();
        let job = Job {
            table,
            time: drill.measure.time,
            measures: vec![drill.measure],
            by: &by,
            from: drill.from,
            to: drill.to,
            tests: drill.tests,
            within: drill.within,
            last_state: drill.last_state,
        };
        let standing = self.standing()?;
        let world = World { catalogue: &self.meter.catalogue, master: &self.view.master, places: self.places(), standing };
        let mut columns = columns_of(&job, standing, false);
        columns.extend([Col::EventId, Col::Outlet, Col::Partner].map(|col| col.name().to_owned()));
        let (first, last) = months_of(job.time, job.from, job.to);
        let places = places_of(&self.view.snapshot.files(table, first, last));
        let parts = Self::each(&places, |place| {
            let mut fold = Fold::new(&world, &job);
            let mut found = Vec::new();
            for batch in read(&self.meter.store, &self.meter.footers, place, &columns, Rows::All)? {
                found.extend(fold.find(&batch, drill.keys)?);
            }
            Ok(found)
        })?;
        let mut behind: Vec<Behind> = parts.into_iter().flatten().collect();
        if behind.len() > MOST_BEHIND {
            return Err(Refusal::bad_input(
                "metrics.rows.many",
                format!("明细超过 {MOST_BEHIND} 条；请缩小日期或范围后再查看"),
                format!("there are more than {MOST_BEHIND} rows; narrow days or place to see them"),
            ));
        }
        behind.sort_unstable();
        Ok(behind)
    }

    /// Some of the facts behind a number, in their order.
    fn fetch(&self, drill: &Drill<'_>, shown: Vec<Behind>) -> Result<Vec<DrilledRow>, Refusal> {
        let Some(table) = drill.measure.table().filter(|_| !shown.is_empty()) else { return Ok(Vec::new()) };
        let standing = self.standing()?;
        let months = months_of(drill.measure.time, drill.from, drill.to);
        let ids: BTreeSet<String> = shown.iter().map(|one| one.id.clone()).collect();
        let wanted = Wanted { months: Some(months), event_ids: Some(ids), ..Wanted::default() };
        let facts = self.meter.store.facts_again(&self.meter.remembered, &self.view.snapshot, table, &wanted)?;
        let text = |fact: &Fact, wanted: Col| {
            let cell = fact.cells.iter().find(|(col, _)| *col == wanted);
            if let Some((_, Cell::Text(text))) = cell { text.clone() } else { String::new() }
        };
        let mut by_id: HashMap<String, Fact> = facts.into_iter().map(|fact| (text(&fact, Col::EventId), fact)).collect();
        let row = |one: Behind| {
            let fact = by_id.remove(&one.id)?;
            let state = (table == Table::BusinessEvent).then(|| State::of(&text(&fact, Col::Kind), standing.is_referred_to(&one.id)));
            Some(DrilledRow { fact, state, partner: one.partner })
        };
        Ok(shown.into_iter().filter_map(row).collect())
    }
}
