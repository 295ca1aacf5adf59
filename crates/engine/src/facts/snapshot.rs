//! What there is: the files and batches of one state of the store, and how one state follows another.
//!
//! A snapshot is an immutable JSON document `facts/_snapshots/NNNNNN.json`. What the newest does not name does not exist; an older one
//! can be read for as long as nobody sweeps.

use super::store::{FactStore, broken, path};
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::columnar::facts::ImportReport;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One state of the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its number; 0 is the empty state every store begins with.
    pub number: u64,
    /// Batches, in the order they came.
    pub batches: Vec<Batch>,
    /// Files, by path.
    pub files: Vec<FactFile>,
    /// Names of batches withdrawn; they are not given again.
    pub withdrawn: BTreeSet<String>,
}

/// The rows of one table that came together. Generated facts may be one batch over several tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Name.
    pub batch: String,
    /// Table.
    pub table: Table,
    /// Source file, empty for generated facts.
    pub file: String,
    /// SHA-256 of the source file.
    pub sha256: String,
    /// Import day.
    pub day: Date,
    /// Rows received.
    pub received: u64,
    /// Rows accepted: those in the files.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Of the rejected: duplicates.
    pub duplicates: u64,
    /// Of the accepted: later versions of earlier rows.
    pub corrections: u64,
    /// Of the accepted: attributed to nobody.
    pub unattributed: u64,
    /// Path of the ids.
    pub ids: String,
    /// Path of the list of corrections, if there are any.
    pub corrected: Option<String>,
    /// Path of the import report, if there is one.
    pub report: Option<String>,
}

/// A file of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FactFile {
    /// Path, relative to the root of the store.
    pub path: String,
    /// Table.
    pub table: Table,
    /// Month its rows are filed under.
    pub period: Month,
    /// Batch it belongs to.
    pub batch: String,
    /// Rows.
    pub rows: u64,
    /// Sum of each money column, fen.
    pub sums: BTreeMap<String, i64>,
    /// Attributed partner of the first row.
    pub first: String,
    /// And of the last.
    pub last: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: String,
}

impl Snapshot {
    /// Where the snapshot of a number lies.
    pub(super) fn path(number: u64) -> String {
        path(&["_snapshots", &format!("{number:06}.json")])
    }

    /// Files of a table whose period lies between two months, both included, by path.
    pub fn files(&self, table: Table, first: Month, last: Month) -> Vec<&FactFile> {
        self.files.iter().filter(|file| file.table == table && first <= file.period && file.period <= last).collect()
    }

    /// Months of a table that have files, rising.
    pub fn periods(&self, table: Table) -> Vec<Month> {
        let months: BTreeSet<Month> = self.files.iter().filter(|file| file.table == table).map(|file| file.period).collect();
        months.into_iter().collect()
    }

    /// Rows of a table.
    pub fn rows(&self, table: Table) -> u64 {
        self.files.iter().filter(|file| file.table == table).map(|file| file.rows).sum()
    }

    /// Batches of a table.
    pub(super) fn batches_of(&self, table: Table) -> impl Iterator<Item = &Batch> {
        self.batches.iter().filter(move |batch| batch.table == table)
    }

    /// Whether a batch has or had this name.
    pub(super) fn knows(&self, batch: &str) -> bool {
        self.withdrawn.contains(batch) || self.batches.iter().any(|other| other.batch == batch)
    }

    /// The state after this one, with more batches and files.
    pub(super) fn with(&self, batches: Vec<Batch>, files: Vec<FactFile>) -> Snapshot {
        let mut next = self.clone();
        next.number += 1;
        next.batches.extend(batches);
        next.files.extend(files);
        next.files.sort();
        next
    }

    fn without(&self, batch: &str) -> Snapshot {
        let mut next = self.clone();
        next.number += 1;
        next.batches.retain(|other| other.batch != batch);
        next.files.retain(|file| file.batch != batch);
        next.withdrawn.insert(batch.to_owned());
        next
    }
}

impl FactStore {
    /// Takes a whole batch back; its ids are free again, what it corrected is as before. The new snapshot.
    ///
    /// # Errors
    /// No such batch, or the store fails.
    pub fn withdraw_batch(&self, batch: &str) -> Result<Snapshot, Refusal> {
        loop {
            let latest = self.latest()?;
            if !latest.batches.iter().any(|other| other.batch == batch) {
                return Err(no_batch(batch));
            }
            let next = latest.without(batch);
            if self.commit(&next)? {
                return Ok(next);
            }
        }
    }

    /// The report of a batch's import; `None` for one that was made without a file.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn report_of(&self, batch: &Batch) -> Result<Option<ImportReport>, Refusal> {
        let Some(path) = &batch.report else { return Ok(None) };
        let bytes = self.get(path)?.ok_or_else(|| broken(path, &"missing"))?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| broken(path, &error))
    }

    /// Of the ids that have several versions, the known day of the one that counts. A row of a listed id with another `known_on` is
    /// superseded; rows of ids not listed all count.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn corrections(&self, snapshot: &Snapshot, table: Table) -> Result<HashMap<String, Date>, Refusal> {
        let mut winners: HashMap<String, Date> = HashMap::new();
        for path in snapshot.batches_of(table).filter_map(|batch| batch.corrected.as_ref()) {
            let bytes = self.get(path)?.ok_or_else(|| broken(path, &"missing"))?;
            let list: Vec<(String, Date)> = serde_json::from_slice(&bytes).map_err(|error| broken(path, &error))?;
            for (event_id, known) in list {
                let winner = winners.entry(event_id).or_insert(known);
                *winner = known.max(*winner);
            }
        }
        Ok(winners)
    }

    /// Removes what no snapshot names and what was written before `before` (seconds since 1970): leftovers of imports that were
    /// cut off. How many objects were removed.
    ///
    /// # Errors
    /// The store fails.
    pub fn sweep(&self, before: i64) -> Result<usize, Refusal> {
        let mut named = BTreeSet::new();
        for (path, _) in self.list(&path(&["_snapshots"]))? {
            let bytes = self.get(&path)?.ok_or_else(|| broken(&path, &"missing"))?;
            let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| broken(&path, &error))?;
            named.insert(path);
            named.extend(snapshot.files.into_iter().map(|file| file.path));
            for batch in snapshot.batches {
                named.extend([Some(batch.ids), batch.corrected, batch.report].into_iter().flatten());
            }
        }
        let mut removed = 0;
        for (path, written) in self.list(&path(&[]))? {
            // Logs of tables tell others what to read, and are written anew from snapshots only.
            if written < before && !named.contains(&path) && !path.contains(&format!("/{}/", super::delta::LOG)) {
                self.delete(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// The refusal of a batch that is not there.
pub(super) fn no_batch(batch: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "facts.batch.missing",
        format!("没有批次 {batch}，或已撤回；请用 batches 查看现有批次"),
        format!("there is no batch {batch}, or it has been withdrawn; list the batches to see which there are"),
    )
}
