//! Importing one file.
//!
//! | phase | reads | writes | a crash here means |
//! |---|---|---|---|
//! | read | the file | temporary files without a name | nothing happened |
//! | match | ids put aside, ids of earlier batches | – | nothing happened |
//! | land | rows put aside | files no snapshot names | nothing can be seen; a sweep removes them |
//! | commit | – | one snapshot, if its number is free | all or nothing |
//!
//! Bounds: about 200 MiB of rows while reading, one sixty-fourth of the ids while matching, a few row groups and one file while
//! landing, whatever the size of the file. If another import of the table commits first, matching and landing are repeated on top of it.

use super::attribute::Attribution;
use super::decide::{Decisions, RowSet, decide};
use super::ids::EarlierIds;
use super::land::{Attempt, Landed, Landing, merge};
use super::pool::workers;
use super::read_in::{ReadIn, read_in};
use super::rejects::{Headers, RejectLog};
use super::row::Layout;
use super::snapshot::{Batch, Snapshot, no_batch};
use super::source::Source;
use super::spill::{Hasher, Spill};
use super::store::{FactStore, broken, path};
use super::tally::Tallies;
use super::worker::Plan;
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::columnar::facts::{BatchInfo, FactPort, ImportJob, ImportReport, Outcome, Progress, Stage, Window};

impl FactPort for FactStore {
    fn import(&self, job: &ImportJob, master: &Master, progress: &(dyn Fn(Progress) + Sync)) -> Result<ImportReport, Refusal> {
        self.import_known(job, master, job.day, progress)
    }

    fn withdraw(&self, batch: &str) -> Result<u64, Refusal> {
        self.withdraw_batch(batch).map(|snapshot| snapshot.number)
    }

    fn batches(&self) -> Result<Vec<BatchInfo>, Refusal> {
        let info =
            |batch: Batch| BatchInfo { batch: batch.batch, table: batch.table, file: batch.file, day: batch.day, rows: batch.accepted };
        Ok(self.latest()?.batches.into_iter().map(info).collect())
    }

    fn report(&self, batch: &str) -> Result<ImportReport, Refusal> {
        let latest = self.latest()?;
        let found = latest.batches.iter().find(|other| other.batch == batch);
        let report = found.map(|batch| self.report_of(batch)).transpose()?.flatten();
        report.ok_or_else(|| no_batch(batch))
    }
}

impl FactStore {
    /// Imports a file; rows without `known_on` became known on the day given.
    pub(super) fn import_known(
        &self,
        job: &ImportJob,
        master: &Master,
        known: Date,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<ImportReport, Refusal> {
        let mut source = Source::open(job)?;
        let headings = job.mapping.headings(&source.name, job.table, &source.headers)?;
        if let Some(name) = &job.batch {
            check_name(name)?;
        }
        let names = source.headers.clone();
        let headers = Headers { names: &names, columns: &headings.columns };
        let plan = Plan {
            layout: Layout::of(job.table),
            mapping: job.mapping.clone(),
            window: Window::of(job.day),
            day: known,
            attribution: Attribution::new(master)?.into(),
            hasher: Hasher::new(job.table),
        };
        let mut log = RejectLog::new(job.rejects.as_deref(), &names);
        let read = read_in(&mut source, &plan, &headers, &mut log, job.work.as_deref(), progress)?;
        let (sha256, encoding) = source.identity();
        let report = ImportReport {
            batch: String::new(),
            table: job.table,
            file: source.name.clone(),
            sha256,
            bytes: source.bytes(),
            encoding,
            day: job.day,
            received: read.tallies.total(),
            accepted: 0,
            rejected: 0,
            duplicates: 0,
            conflicts: 0,
            corrections: 0,
            unknown_outlets: 0,
            unknown_partners: 0,
            unnamed: 0,
            unknown_codes: read.tallies.codes.iter().cloned().collect(),
            days: Vec::new(),
            ignored: headings.ignored,
            outcome: Outcome::Checked,
            rejects: None,
            problems: Vec::new(),
        };
        Import { store: self, job, plan: &plan, headers, read, report, log, progress }.run()
    }
}

/// An import whose file has been read.
struct Import<'a> {
    store: &'a FactStore,
    job: &'a ImportJob,
    plan: &'a Plan,
    headers: Headers<'a>,
    read: ReadIn,
    report: ImportReport,
    log: RejectLog,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Import<'_> {
    fn run(mut self) -> Result<ImportReport, Refusal> {
        let mut reported: Option<RowSet> = None;
        loop {
            let base = self.store.latest()?;
            let decisions = self.decide(&base)?;
            self.count(&decisions);
            self.report.batch = self.batch_name(&base)?;
            if decisions.counts[1] > 0 {
                let spills: Vec<&Spill> = self.read.spills.iter().collect();
                self.log.conflicts(self.plan, &spills, &decisions.conflicts, reported.as_ref(), &self.headers)?;
            }
            self.report.outcome = match () {
                () if self.job.dry_run => Outcome::Checked,
                () if self.report.faulty() > 0 && !self.job.accept_partial => Outcome::Refused,
                () if self.report.accepted == 0 => Outcome::Nothing,
                () => {
                    if self.land(&base, &decisions)? {
                        return self.finish();
                    }
                    reported = Some(decisions.conflicts);
                    continue;
                }
            };
            self.tally_dropped(&decisions)?;
            return self.finish();
        }
    }

    fn decide(&self, base: &Snapshot) -> Result<Decisions, Refusal> {
        let total = self.report.received;
        (self.progress)(Progress { stage: Stage::Matching, done: 0, total });
        let earlier = EarlierIds::of(self.store, base, self.job.table)?;
        let spills: Vec<&Spill> = self.read.spills.iter().collect();
        let decisions = decide(&spills, &earlier, self.read.last_row, self.job.work.as_deref(), workers())?;
        (self.progress)(Progress { stage: Stage::Matching, done: total, total });
        Ok(decisions)
    }

    fn count(&mut self, decisions: &Decisions) {
        let [duplicates, conflicts, corrections] = decisions.counts;
        let report = &mut self.report;
        (report.duplicates, report.conflicts, report.corrections) = (duplicates, conflicts, corrections);
        report.rejected = self.read.tallies.faulty() + duplicates + conflicts;
        report.accepted = report.received - report.rejected;
    }

    /// The name asked for, or one made from day, table and content that no batch ever had.
    fn batch_name(&self, base: &Snapshot) -> Result<String, Refusal> {
        if let Some(name) = &self.job.batch {
            if base.knows(name) && !self.job.dry_run {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "facts.batch.taken",
                    format!("批次名 {name} 已经用过；请换一个，或不指定"),
                    format!("batch name {name} has been used; take another, or give none"),
                ));
            }
            return Ok(name.clone());
        }
        let name = format!("{}-{}-{}", self.job.day, self.job.table.name(), &self.report.sha256[..8]);
        let mut free = name.clone();
        let mut number = 1;
        while base.knows(&free) {
            number += 1;
            free = format!("{name}.{number}");
        }
        Ok(free)
    }

    /// Counts per day what turned out not to stay.
    fn tally_dropped(&mut self, decisions: &Decisions) -> Result<(), Refusal> {
        let mut tallies = Tallies::default();
        tallies.merge(&self.read.tallies);
        if decisions.dropped() > 0 {
            let spills: Vec<&Spill> = self.read.spills.iter().collect();
            merge(&spills, |row| {
                if decisions.duplicates.contains(row.number()) || decisions.conflicts.contains(row.number()) {
                    tallies.dropped(row, &self.plan.layout);
                }
                Ok(())
            })?;
        }
        self.tallied(&tallies)
    }

    fn tallied(&mut self, tallies: &Tallies) -> Result<(), Refusal> {
        let report = &mut self.report;
        [report.unknown_outlets, report.unknown_partners, report.unnamed] = tallies.unattributed;
        report.days = tallies.days()?;
        Ok(())
    }

    /// Writes and commits. `false` if another import of the table was faster.
    fn land(&mut self, base: &Snapshot, decisions: &Decisions) -> Result<bool, Refusal> {
        let spills: Vec<&Spill> = self.read.spills.iter().collect();
        let attempt = Attempt::begin(self.store, &self.report.batch)?;
        let mut tallies = Tallies::default();
        tallies.merge(&self.read.tallies);
        let total = self.report.received;
        let landing =
            Landing { attempt: &attempt, batch: &self.report.batch, plan: self.plan, spills: &spills, decisions, workers: workers() };
        let layout = &self.plan.layout;
        let landed =
            landing.write(|row| tallies.dropped(row, layout), |done| (self.progress)(Progress { stage: Stage::Writing, done, total }))?;
        self.tallied(&tallies)?;
        let mut entry = land_lists(self.store, &attempt, self.job.table, decisions, &landed)?;
        entry.batch.clone_from(&self.report.batch);
        entry.file.clone_from(&self.report.file);
        entry.sha256.clone_from(&self.report.sha256);
        entry.day = self.report.day;
        entry.received = self.report.received;
        entry.accepted = self.report.accepted;
        entry.rejected = self.report.rejected;
        entry.unattributed = self.report.unattributed();
        let report_path = attempt.note(path(&["_reports", &format!("{}-{}.json", attempt.name(), self.job.table.name())]));
        entry.report = Some(report_path.clone());
        let mut base = base.clone();
        loop {
            let next = base.with(vec![entry.clone()], landed.files.clone());
            self.report.outcome = Outcome::Landed(next.number);
            let bytes = serde_json::to_vec_pretty(&self.report).map_err(|error| broken(&report_path, &error))?;
            self.store.put(&report_path, bytes)?;
            if self.store.commit(&next)? {
                attempt.committed();
                return Ok(true);
            }
            let latest = self.store.latest()?;
            if !latest.batches_of(self.job.table).eq(base.batches_of(self.job.table)) || latest.knows(&entry.batch) {
                return Ok(false);
            }
            base = latest;
        }
    }

    fn finish(mut self) -> Result<ImportReport, Refusal> {
        (self.report.rejects, self.report.problems) = self.log.finish()?;
        Ok(self.report)
    }
}

/// Uploads the lists that belong to a batch: its ids, and what it corrects. The entry of the batch, with only their paths and
/// the counts of decisions in it.
pub(super) fn land_lists(
    store: &FactStore,
    attempt: &Attempt<'_>,
    table: Table,
    decisions: &Decisions,
    landed: &Landed,
) -> Result<Batch, Refusal> {
    let list = |folder: &str, end: &str| attempt.note(path(&[folder, &format!("{}-{}.{end}", attempt.name(), table.name())]));
    let ids = list("_ids", "ids");
    decisions.ids.upload(store, &ids)?;
    let corrected = if landed.corrected.is_empty() { None } else { Some(list("_corrections", "json")) };
    if let Some(path) = &corrected {
        let mut sorted = landed.corrected.clone();
        sorted.sort();
        store.put(path, serde_json::to_vec(&sorted).map_err(|error| broken(path, &error))?)?;
    }
    Ok(Batch {
        batch: String::new(),
        table,
        file: String::new(),
        sha256: String::new(),
        day: Date::from_days(0),
        received: 0,
        accepted: 0,
        rejected: 0,
        duplicates: decisions.counts[0],
        corrections: decisions.counts[2],
        unattributed: 0,
        ids,
        corrected,
        report: None,
    })
}

/// Checks that a batch's name can be part of a path.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.is_empty() && name.len() <= 80 && name.bytes().all(fits) && !name.starts_with('.') {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "facts.batch.name",
        format!("批次名“{name}”不可用；请用 80 个以内的字母、数字、- _ ."),
        format!("batch name \"{name}\" cannot be used; take up to 80 letters, digits, - _ ."),
    ))
}
