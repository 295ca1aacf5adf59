//! A run over Parquet files of any size.
//!
//! | # | phase | reads | writes | a crash here means |
//! |---|---|---|---|---|
//! | 1 | survey | partner column of the facts, subscriber states of the period, reversing events; all earlier lines only where totals look back to them | nothing | run again |
//! | 2 | passes | facts, obligations and the earlier lines that may be reversed, partner range by partner range | temporary files under `out` | the folder has no `summary.json`: run again |
//! | 3 | end | totals | lines, obligations and reasons of other accounts | as above |
//!
//! Bounds: a block is whole partners of at least `range::BLOCK_ROWS` rows, so memory grows with the largest partner, with the subscribers of the period
//! that gates ask for, and with the number of threads. Order: ranges are cut by counts of rows, never by threads or files, and each writes files of its
//! own, so the bytes depend on the facts alone.

use super::arrow_out::{self, Names};
use super::block::{Block, Pass, Shared, Trouble};
use super::control::Controls;
use super::earlier;
use super::elsewhere::Elsewhere;
use super::items::TableRows;
use super::kept::{self, RangeDone, Reuse, RunKept};
use super::passes;
use super::plan::{Plan, window_months};
use super::range::{Range, cell, cut, in_place, open_obligations, table_rows};
use super::results::{Others, SettleReport, Tally, Writers, disk};
use super::reverse::{Earlier, Reversing};
use super::source::{self, Cursor, Query, Scan};
use super::subs::{Building, PassThrough, Subs, key};
use super::totals::Decided;
use crate::facts::FactStore;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Date32Type;
use datafusion::prelude::{Expr, SessionContext, col, lit};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_policy::model::PolicySet;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::Handle;

/// What a run over files reads and writes.
pub struct SettleJob<'a> {
    /// All versions of all policies.
    pub policies: &'a PolicySet,
    /// Master rows.
    pub master: &'a Master,
    /// Period.
    pub period: Month,
    /// Files of each table, sorted by (`attributed`, `occurred_on`, `event_id`).
    pub facts: BTreeMap<Table, Vec<PathBuf>>,
    /// Line files of earlier runs.
    pub earlier_lines: Vec<PathBuf>,
    /// Obligation files of the run before.
    pub obligations: Vec<PathBuf>,
    /// Of facts with several versions, the known day of the one that counts, by event id.
    pub latest: BTreeMap<Table, HashMap<String, Date>>,
    /// Folder for `lines/`, `obligations/`, `reasons/` and `kept/`; created, and emptied of those four.
    pub out: PathBuf,
    /// Everything the results depend on besides the facts and the policies, in one hash: master data, earlier results.
    pub basis: String,
    /// Folder of a run of the same period; ranges of partners whose facts are the same are taken over from it.
    pub reuse: Option<PathBuf>,
    /// Threads, at least 1.
    pub threads: usize,
    /// Memory for what is sorted and merged, in bytes.
    pub memory_bytes: usize,
    /// Called with the number of ranges done and their total.
    pub progress: Option<Arc<dyn Fn(usize, usize) + Send + Sync>>,
    /// Rows after which a range is closed at the next partner; [`super::RANGE_ROWS`] everywhere but in tests. The files of a run depend on it.
    pub range_rows: usize,
    /// Whose files those are that [`super::in_store`] names.
    pub store: Option<&'a FactStore>,
    /// Who has the ranges settled; the threads of this process where absent.
    pub elsewhere: Option<&'a dyn Elsewhere>,
}

/// Settles a period over files.
///
/// # Errors
/// Unreadable files, a full disk, an overflow, facts that are not where their attribution says (`engine.settle.moved`: import again or let the caller sort
/// anew), earlier results of a version that is not given.
pub fn settle(handle: &Handle, job: &SettleJob<'_>) -> Result<SettleReport, Refusal> {
    let session = source::session(job.memory_bytes, 16)?;
    let files = Files::new(handle, &session, job)?;
    prepare(&job.out)?;
    let plan = Plan::new(job.policies, job.period)?;
    let mut kept = files.kept(&plan)?;
    let reuse = match &job.reuse {
        Some(from) => kept::compare(handle, &session, from, &kept, (&plan, job.policies))?,
        None => None,
    };
    let no_range = job.elsewhere.is_some() || reuse.as_ref().is_some_and(|reuse| reuse.touched.is_empty());
    let mut shared = if no_range && !plan.states_elsewhere {
        files.shared(plan, Subs::default(), Reversing::default())?
    } else {
        files.survey(plan, reuse.as_ref())?
    };
    let ranges = match &reuse {
        Some(reuse) => files.ranges_again(&shared, reuse)?,
        None => files.ranges(&shared)?,
    };
    kept.ranges = ranges.iter().map(|range| range.last.clone()).collect();
    let names = Names::new(&shared);
    let mut report = Tally::new(&shared).report();
    let mut others = Others::default();
    let mut at_end = RangeDone::default();
    let mut number = 0;
    passes::run(
        &mut shared,
        |shared, pass, claims, _| {
            let done = match job.elsewhere {
                Some(elsewhere) => files.pass_elsewhere(elsewhere, (number, pass), shared, &ranges, reuse.as_ref())?,
                None => files.pass(shared, pass, &ranges, &names, reuse.as_ref())?,
            };
            number += 1;
            *claims = done.claims;
            report.add(done.report);
            others.extend(done.others);
            Ok(())
        },
        &mut |block, sink| {
            let mut tally = Tally::new(block.shared);
            tally.add(block, &sink);
            at_end.report = tally.report();
            at_end.others.take(block, &sink, &names)
        },
    )?;
    report.add(at_end.report);
    others.extend(at_end.others);
    files.write_others(others)?;
    kept::complete(&job.out, &kept)?;
    report.ranges = kept.ranges;
    Ok(report)
}

pub(super) fn poisoned() -> Refusal {
    Refusal::new(
        Kind::Bug,
        "engine.settle.worker_died",
        "结算线程异常退出,请携带日志报告",
        "a settlement thread died; report it with the log",
    )
}

/// The least text above one.
fn after(text: &str) -> String {
    format!("{text}\0")
}

/// Makes empty folders for the output.
pub(super) fn prepare(out: &Path) -> Result<(), Refusal> {
    for name in ["lines", "obligations", "reasons"] {
        let folder = out.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| disk(&folder, &error))?;
        }
        std::fs::create_dir_all(&folder).map_err(|error| disk(&folder, &error))?;
    }
    kept::prepare(out)
}

/// The files of a run, opened.
pub(super) struct Files<'j> {
    pub(super) handle: &'j Handle,
    pub(super) session: &'j SessionContext,
    pub(super) job: &'j SettleJob<'j>,
    scans: BTreeMap<Table, Scan>,
    /// The same without order.
    pub(super) heaps: BTreeMap<Table, Scan>,
    obligations: Option<Scan>,
    /// Lines of earlier runs.
    earlier: Option<Scan>,
    /// Whether control totals of the facts are kept with each range.
    pub(super) controlled: bool,
}

impl<'j> Files<'j> {
    pub(super) fn new(handle: &'j Handle, session: &'j SessionContext, job: &'j SettleJob<'j>) -> Result<Self, Refusal> {
        if let Some(store) = job.store {
            source::open_store(session, store)?;
        }
        let scan = |files: &[PathBuf], order: &[&'static str]| handle.block_on(Scan::new(session, files, order));
        let (mut scans, mut heaps) = (BTreeMap::new(), BTreeMap::new());
        let unsorted = source::unsorted(session, job.threads);
        for (table, files) in job.facts.iter().filter(|(_, files)| !files.is_empty()) {
            scans.insert(*table, scan(files, &["attributed", "occurred_on", "event_id"])?);
            heaps.insert(*table, handle.block_on(Scan::new(&unsorted, files, &[]))?);
        }
        let obligations = if job.obligations.is_empty() { None } else { Some(scan(&job.obligations, &["partner"])?) };
        let few = source::picky(session, 16);
        let earlier =
            if job.earlier_lines.is_empty() { None } else { Some(handle.block_on(Scan::new(&few, &job.earlier_lines, &["partner"]))?) };
        Ok(Self { handle, session, job, scans, heaps, obligations, earlier, controlled: false })
    }

    fn files(&self, table: Table) -> &[PathBuf] {
        self.job.facts.get(&table).map_or(&[], Vec::as_slice)
    }

    /// Rows of a table that count.
    fn read(&self, session: &SessionContext, table: Table, mut columns: Vec<&str>, filter: Expr) -> Result<RecordBatch, Refusal> {
        for name in self.version_columns(table) {
            if !columns.contains(name) {
                columns.push(name);
            }
        }
        let query = Query { files: self.files(table), columns, filter: Some(filter), ..Query::default() };
        let stream = self.handle.block_on(source::open(session, query))?;
        Ok(self.counting(table, source::collect(self.handle, stream)?)?)
    }

    /// Columns that tell the versions of a fact apart, where some have several.
    pub(super) fn version_columns(&self, table: Table) -> &'static [&'static str] {
        if self.job.latest.get(&table).is_some_and(|latest| !latest.is_empty()) { &["event_id", "known_on"] } else { &[] }
    }

    /// Drops rows that a later version takes the place of.
    pub(super) fn counting(&self, table: Table, batch: RecordBatch) -> Result<RecordBatch, Trouble> {
        let Some(latest) = self.job.latest.get(&table).filter(|latest| !latest.is_empty()) else { return Ok(batch) };
        let ids = source::texts(&batch, "event_id")?;
        let (ids, known) = (ids.as_string_view(), source::column(&batch, "known_on")?.as_primitive::<Date32Type>());
        let counts = |row: usize| latest.get(ids.value(row)).is_none_or(|day| known.is_valid(row) && known.value(row) == day.days());
        let keep: BooleanArray = (0..batch.num_rows()).map(|row| Some(counts(row))).collect();
        Ok(filter_record_batch(&batch, &keep).map_err(source::arrow_failed)?)
    }

    /// What this run stands on.
    fn kept(&self, plan: &Plan) -> Result<RunKept, Refusal> {
        let latest = |(table, latest): (&Table, &HashMap<String, Date>)| {
            (table.name().to_owned(), latest.iter().map(|(id, day)| (id.clone(), day.days())).collect())
        };
        Ok(RunKept {
            basis: format!("{} {}", self.job.basis, super::basis::of_ranges(self.job.policies, plan)?),
            files: self.job.facts.iter().map(|(table, files)| (table.name().to_owned(), files.clone())).collect(),
            latest: self.job.latest.iter().map(latest).collect(),
            ranges: Vec::new(),
        })
    }

    /// Everything blocks share.
    pub(super) fn survey(&self, plan: Plan, reuse: Option<&Reuse>) -> Result<Shared, Refusal> {
        let (subs, reversing) = std::thread::scope(|scope| {
            let subs = scope.spawn(|| self.subs(&plan, reuse));
            let reversing = self.reversing(&plan);
            (subs.join().unwrap_or_else(|_| Err(poisoned())), reversing)
        });
        self.shared(plan, subs?, reversing?)
    }

    /// The same, with states and reversing events at hand; no range needs any where all are taken over.
    fn shared(&self, plan: Plan, subs: Subs, reversing: Reversing) -> Result<Shared, Refusal> {
        let job = self.job;
        let mut shared = Shared {
            fills: passes::fills(job.policies),
            set: job.policies.clone(),
            master: super::master::MasterIndex::new(job.master),
            subs,
            reversing,
            earlier: None,
            totals: super::totals::EarlierTotals::default(),
            decided: Decided::default(),
            plan,
        };
        shared.earlier = earlier::Wanted::new(&shared);
        if !job.earlier_lines.is_empty() && looks_back(&shared) {
            earlier::total(self.handle, self.session, &job.earlier_lines, &mut shared)?;
        }
        Ok(shared)
    }

    fn subs(&self, plan: &Plan, reuse: Option<&Reuse>) -> Result<Subs, Refusal> {
        let files = self.files(Table::SubscriberMonth);
        if !plan.wants_subs || files.is_empty() {
            return Ok(Subs::default());
        }
        let mut period = source::in_months(plan.period, plan.period);
        let mut columns = vec![Col::Subscriber.name()];
        columns.extend(plan.sub_columns.iter().map(|col| col.name()).filter(|name| *name != "subscriber"));
        // So that room is made at once; of files in a store it grows.
        let rows = if self.job.store.is_some() { 0 } else { super::read::rows_in(files)? };
        let mut rows = usize::try_from(rows).unwrap_or(0);
        let mut scan = self.heaps.get(&Table::SubscriberMonth).cloned();
        if let Some(reuse) = reuse.filter(|_| !plan.states_elsewhere) {
            let keys = self.subscribers_of(plan, reuse)?;
            rows = keys.len();
            period = period.and(source::among(keys, Col::Subscriber.name()));
            let picky = source::picky(self.session, self.job.threads);
            scan = Some(self.handle.block_on(Scan::new(&picky, files, &[]))?);
        }
        let Some(scan) = scan else { return Ok(Subs::default()) };
        if let Some(subs) = self.subs_of_single_rows(plan, &columns, (&scan, period.clone(), rows))? {
            return Ok(subs);
        }
        if !columns.contains(&Col::EventId.name()) {
            columns.push(Col::EventId.name());
        }
        let batch = self.read(self.session, Table::SubscriberMonth, columns, period)?;
        let cells: Result<Vec<_>, Trouble> = plan.sub_columns.iter().map(|col| cell(&batch, *col)).collect();
        Subs::new(&source::texts(&batch, "subscriber")?, &source::texts(&batch, "event_id")?, &cells?)
    }

    /// The states, batch by batch, keeping only what expressions ask for; `None` if a subscriber has several, so that their ids must decide.
    fn subs_of_single_rows(
        &self,
        plan: &Plan,
        columns: &[&str],
        (scan, period, rows): (&Scan, Expr, usize),
    ) -> Result<Option<Subs>, Refusal> {
        use futures::StreamExt;
        let mut names = columns.to_vec();
        names.extend(self.version_columns(Table::SubscriberMonth).iter().filter(|name| !columns.contains(name)));
        let mut stream = self.handle.block_on(scan.open_unsorted(&names, period))?;
        let mut subs = Building::new(plan.sub_columns.iter().copied(), rows);
        while let Some(batch) = self.handle.block_on(stream.next()) {
            let batch = self.counting(Table::SubscriberMonth, batch.map_err(|error| source::failed(&error))?)?;
            subs.add(source::texts(&batch, "subscriber")?.as_string_view(), |col| cell(&batch, col).map(|(_, array)| array))?;
        }
        let (subs, doubled) = subs.finish();
        Ok((!doubled).then_some(subs))
    }

    /// Subscribers of the facts and open obligations of ranges that are settled again.
    fn subscribers_of(&self, plan: &Plan, reuse: &Reuse) -> Result<HashSet<u128, PassThrough>, Refusal> {
        use futures::StreamExt;
        let mut keys = HashSet::default();
        let mut add = |scan: &Scan, filter: Expr| -> Result<(), Refusal> {
            let mut stream = self.handle.block_on(scan.open_unsorted(&["subscriber"], filter))?;
            while let Some(batch) = self.handle.block_on(stream.next()) {
                let texts = source::texts(&batch.map_err(|error| source::failed(&error))?, "subscriber")?;
                keys.extend(texts.as_string_view().iter().flatten().map(key));
            }
            Ok(())
        };
        for index in &reuse.touched {
            let first = index.checked_sub(1).map_or_else(String::new, |before| after(&reuse.ranges[before]));
            let among = |column: &str| match reuse.ranges.get(*index).filter(|_| index + 1 < reuse.ranges.len()) {
                Some(last) => source::between(column, &first, last),
                None if first.is_empty() => lit(true),
                None => col(column).gt_eq(lit(first.as_str())),
            };
            for (table, (from, to)) in plan.months.iter().filter(|(table, _)| table.has(Col::Subscriber)) {
                if let Some(scan) = self.heaps.get(table) {
                    add(scan, source::in_months(*from, *to).and(among("attributed")))?;
                }
            }
            if let Some(scan) = &self.obligations {
                add(scan, col("state").eq(lit("scheduled")).and(among("partner")))?;
            }
        }
        Ok(keys)
    }

    fn reversing(&self, plan: &Plan) -> Result<Reversing, Refusal> {
        let files = self.files(Table::BusinessEvent);
        let kinds = earlier::reversing_kinds(self.job.policies);
        if files.is_empty() || kinds.is_empty() {
            return Ok(Reversing::default());
        }
        let table = Table::BusinessEvent;
        let columns: Vec<Col> = plan.reversing_columns.iter().copied().filter(|col| table.has(*col)).collect();
        let named = source::in_months(plan.period, plan.period)
            .and(col("kind").in_list(kinds.iter().map(|kind| lit(kind.as_str())).collect(), false))
            .and(col("ref_event").not_eq(lit("")));
        let names = columns.iter().map(|col| col.name()).collect();
        let batch = self.read(&source::picky(self.session, 2), table, names, named)?;
        let cells: Result<Vec<(Col, ArrayRef)>, Trouble> = columns.iter().map(|col| cell(&batch, *col)).collect();
        Ok(Reversing::new(TableRows::new(table, batch.num_rows(), cells?)))
    }

    /// Cuts the partners into ranges and blocks by their numbers of rows.
    fn ranges(&self, shared: &Shared) -> Result<Vec<Range>, Refusal> {
        Ok(cut(self.counts(shared, "", None)?, "", self.job.range_rows))
    }

    /// The ranges of an earlier run; those that are not taken over with the blocks they have now.
    fn ranges_again(&self, shared: &Shared, reuse: &Reuse) -> Result<Vec<Range>, Refusal> {
        let mut ranges = Vec::with_capacity(reuse.ranges.len());
        let mut first = String::new();
        for (index, last) in reuse.ranges.iter().enumerate() {
            // Partners after the last range belong to it.
            let open = index + 1 == reuse.ranges.len();
            let mut range = Range { blocks: Vec::new(), first: first.clone(), last: last.clone(), taken: true };
            if reuse.touched.contains(&index) {
                let counts = self.counts(shared, &first, (!open).then_some(last.as_str()))?;
                range.taken = false;
                range.blocks = cut(counts, &first, self.job.range_rows).into_iter().flat_map(|part| part.blocks).collect();
                if let (true, Some((last, _))) = (open, range.blocks.last()) {
                    range.last.clone_from(last);
                }
            }
            ranges.push(range);
            first = after(last);
        }
        Ok(ranges)
    }

    /// Rows of each partner from the first to the last, or to the end.
    fn counts(&self, shared: &Shared, first: &str, last: Option<&str>) -> Result<BTreeMap<String, usize>, Refusal> {
        let among = |column: &str| match last {
            Some(last) => source::between(column, first, last),
            None if first.is_empty() => lit(true),
            None => col(column).gt_eq(lit(first)),
        };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (table, (from, to)) in &shared.plan.months {
            if let Some(scan) = self.heaps.get(table) {
                self.count(scan, "attributed", source::in_months(*from, *to).and(among("attributed")), &mut counts)?;
            }
        }
        if let Some(scan) = &self.obligations {
            self.count(scan, "partner", col("state").eq(lit("scheduled")).and(among("partner")), &mut counts)?;
        }
        Ok(counts)
    }

    fn count(&self, scan: &Scan, column: &str, filter: Expr, counts: &mut BTreeMap<String, usize>) -> Result<(), Refusal> {
        use futures::StreamExt;
        let mut stream = self.handle.block_on(scan.open_unsorted(&[column], filter))?;
        while let Some(batch) = self.handle.block_on(stream.next()) {
            let batch = batch.map_err(|error| source::failed(&error))?;
            let keys = arrow_out::as_views(batch.column(0)).map_err(source::arrow_failed)?;
            let keys = keys.as_string_view();
            let mut run: Option<(&str, usize)> = None;
            let add = |(key, rows): (&str, usize), counts: &mut BTreeMap<String, usize>| match counts.get_mut(key) {
                Some(count) => *count += rows,
                None => {
                    counts.insert(key.to_string(), rows);
                }
            };
            for row in 0..keys.len() {
                let key = if keys.is_null(row) { "" } else { keys.value(row) };
                match &mut run {
                    Some((last, rows)) if *last == key => *rows += 1,
                    _ => {
                        if let Some(done) = run.replace((key, 1)) {
                            add(done, counts);
                        }
                    }
                }
            }
            if let Some(done) = run {
                add(done, counts);
            }
        }
        Ok(())
    }

    /// Runs one pass over all ranges on the job's threads.
    fn pass(&self, shared: &Shared, pass: Pass, ranges: &[Range], names: &Names, reuse: Option<&Reuse>) -> Result<RangeDone, Trouble> {
        let next = AtomicUsize::new(0);
        let finished = AtomicUsize::new(0);
        let work = || -> Result<RangeDone, Trouble> {
            let mut mine = RangeDone { report: Tally::new(shared).report(), ..RangeDone::default() };
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(range) = ranges.get(index) else { return Ok(mine) };
                let done = match reuse.filter(|_| range.taken) {
                    Some(reuse) => reuse.take(self.handle, self.session, &self.job.out, index)?,
                    None => self.settle_range(shared, pass, (index, index + 1 == ranges.len()), range, names, &self.job.out)?,
                };
                let done = if pass == Pass::Final { kept::leave(&self.job.out, index, done)? } else { done };
                mine.claims.merge(done.claims)?;
                mine.report.add(done.report);
                mine.others.extend(done.others);
                let finished = finished.fetch_add(1, Ordering::Relaxed) + 1;
                if let (Some(progress), Pass::Final) = (&self.job.progress, pass) {
                    progress(finished, ranges.len());
                }
            }
        };
        let results: Vec<Result<RangeDone, Trouble>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.job.threads.max(1)).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(Trouble::Refused(poisoned())))).collect()
        });
        let mut all = RangeDone { report: Tally::new(shared).report(), ..RangeDone::default() };
        for done in results {
            let done = done?;
            all.claims.merge(done.claims)?;
            all.report.add(done.report);
            all.others.extend(done.others);
        }
        Ok(all)
    }

    /// Settles a range of this number into a folder; the last one has every partner after it.
    pub(super) fn settle_range(
        &self,
        shared: &Shared,
        pass: Pass,
        (index, is_last): (usize, bool),
        range: &Range,
        names: &Names,
        out: &Path,
    ) -> Result<RangeDone, Trouble> {
        let mut done = RangeDone { control: self.controlled.then(Controls::default), ..RangeDone::default() };
        let mut tally = Tally::new(shared);
        let mut cursors: Vec<(Table, Vec<Col>, Cursor)> = Vec::new();
        for (table, (first, last)) in &shared.plan.months {
            let Some(scan) = self.scans.get(table) else { continue };
            let wanted: Vec<Col> = shared.plan.columns.get(table).into_iter().flatten().copied().filter(|col| table.has(*col)).collect();
            let mut columns = vec!["attributed"];
            columns.extend(wanted.iter().map(|col| col.name()));
            columns.extend(self.version_columns(*table).iter().filter(|name| !wanted.iter().any(|col| col.name() == **name)));
            let filter = Some(source::in_months(*first, *last).and(source::between("attributed", &range.first, &range.last)));
            let stream = self.handle.block_on(scan.open(&columns, filter))?;
            cursors.push((*table, wanted, Cursor::new(stream, self.handle.clone(), 0)));
        }
        let mut open = None;
        if let (Pass::Final, Some(scan)) = (pass, &self.obligations) {
            let filter = Some(col("state").eq(lit("scheduled")).and(source::between("partner", &range.first, &range.last)));
            let columns: Vec<&str> = arrow_out::OBLIGATIONS.fields().iter().map(|field| field.name().as_str()).collect();
            open = Some(Cursor::new(self.handle.block_on(scan.open(&columns, filter))?, self.handle.clone(), 0));
        }
        let mut earlier = None;
        if let (Pass::Final, Some(scan), Some(wanted)) = (pass, &self.earlier, &shared.earlier) {
            let last = (!is_last).then_some(range.last.as_str());
            earlier = Some((wanted, wanted.open(self.handle, scan, &range.first, last)?));
        }
        let mut writers = Writers::new(out, &format!("part-{index:05}"));
        for (number, (last, partners)) in range.blocks.iter().enumerate() {
            // Accounts without facts after the last block belong to it; the cursor ends with the range.
            let up_to = (number + 1 < range.blocks.len()).then_some(last.as_str());
            let mut partners = partners.clone();
            let mut lines = Earlier::default();
            if let Some((wanted, cursor)) = &mut earlier
                && let Some(batch) = cursor.up_to(up_to)?
            {
                lines = wanted.take(shared, &batch)?;
                partners.extend(lines.accounts().cloned());
                partners.sort_unstable();
                partners.dedup();
            }
            let mut tables = Vec::new();
            for (table, wanted, cursor) in &mut cursors {
                if let Some(batch) = cursor.up_to(Some(last))? {
                    let batch = self.counting(*table, batch)?;
                    if let Some(control) = &mut done.control {
                        control.add(*table, wanted, &batch)?;
                    }
                    tables.push(table_rows(*table, wanted, &batch, &partners)?);
                }
            }
            let obligations = match &mut open {
                Some(cursor) => cursor.up_to(Some(last))?.map(|batch| open_obligations(shared, &batch, &partners)).transpose()?,
                None => None,
            };
            let block = Block::new(shared, partners, tables, obligations, lines);
            in_place(&block)?;
            let sink = block.run(pass, &mut done.claims)?;
            if pass == Pass::Final {
                tally.add(&block, &sink);
                writers.write(&block, &sink, names, &mut done.others)?;
            }
        }
        writers.close()?;
        done.report = tally.report();
        Ok(done)
    }
}

/// First month any measure over lines, cap or budget looks back to, if any does.
pub(crate) fn looks_back(shared: &Shared) -> bool {
    use qudao_policy::model::{Basis, Component, GroupPay, Source, Span};
    let period = shared.plan.period;
    shared.set.policies.iter().zip(&shared.plan.in_force).filter(|(_, in_force)| **in_force).any(|(policy, _)| {
        // What pays cumulatively asks for its measures as of the month before, too.
        let cumulative = |component: &Component| matches!(component.basis, Basis::Group { pay: GroupPay::Cumulative, .. });
        let anchor = if policy.components.iter().any(cumulative) { period.plus(-1) } else { period };
        let measures = policy
            .measures
            .iter()
            .any(|measure| matches!(measure.source, Source::Lines { .. }) && window_months(measure.window, anchor).0 < period);
        let caps = policy.caps.iter().any(|cap| cap.span != Span::Month);
        let budgets = policy.budgets.iter().any(|budget| budget.span != Some(Span::Month));
        measures || caps || budgets || policy.components.iter().any(|component| component.once.is_some())
    })
}
