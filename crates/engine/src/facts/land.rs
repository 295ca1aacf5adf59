//! From sorted runs to files: merge, encode, upload.
//!
//! | phase | reads | writes | a crash here means |
//! |---|---|---|---|
//! | merge | runs | groups of rows, in memory | nothing is there |
//! | encode | groups | column chunks, in memory | nothing is there |
//! | upload | chunks | files that no snapshot names | leftovers, removed by a sweep |
//! | commit (by the caller) | | the snapshot | all or nothing |
//!
//! Bounds: a few groups of [`super::schema::GROUP_ROWS`] rows and one file at a time. The files depend on the rows alone, not on their
//! order in the source nor on the number of workers.

use super::decide::Decisions;
use super::encode::{Encoded, Encoder, Group, Grouper};
use super::pool::{join, panicked};
use super::row::Row;
use super::schema::{FILE_ROWS, properties, schema};
use super::snapshot::FactFile;
use super::spill::{Run, Spill};
use super::store::{FactStore, broken, path};
use super::worker::Plan;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::writer::SerializedFileWriter;
use qudao_kernel::{Date, Kind, Month, Refusal};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};

/// Corrections a batch may bring; readers hold their ids in memory.
const MOST_CORRECTIONS: usize = 5_000_000;

/// Groups that may wait for an earlier one; more only if the thread that had it broke.
const MOST_WAITING: usize = 256;

/// Calls `visit` with every row of all runs, in order.
///
/// # Errors
/// A run cannot be read, or `visit` refuses.
pub(super) fn merge(spills: &[&Spill], mut visit: impl FnMut(Row<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut runs: Vec<Run<'_>> = spills.iter().flat_map(|spill| spill.runs()).collect();
    for run in &mut runs {
        run.load()?;
    }
    runs.retain(|run| run.row().is_some());
    let mut heap: Vec<usize> = (0..runs.len()).collect();
    for at in (0..heap.len() / 2).rev() {
        sift(&mut heap, &runs, at);
    }
    while let Some(&first) = heap.first() {
        if let Some(row) = runs[first].row() {
            visit(row)?;
        }
        runs[first].step()?;
        if runs[first].row().is_none() {
            heap.swap_remove(0);
        }
        sift(&mut heap, &runs, 0);
    }
    Ok(())
}

/// Restores the heap below a position.
fn sift(heap: &mut [usize], runs: &[Run<'_>], mut at: usize) {
    let before = |one: usize, other: usize| match (runs[one].row(), runs[other].row()) {
        (Some(one), Some(other)) => one.compare(other).is_lt(),
        (one, _) => one.is_some(),
    };
    loop {
        let (left, right) = (2 * at + 1, 2 * at + 2);
        let mut least = at;
        for child in [left, right] {
            if child < heap.len() && before(heap[child], heap[least]) {
                least = child;
            }
        }
        if least == at {
            return;
        }
        heap.swap(at, least);
        at = least;
    }
}

/// Everything written for a batch that no snapshot names yet. Dropped uncommitted, it is removed again.
pub(super) struct Attempt<'a> {
    store: &'a FactStore,
    name: String,
    paths: Mutex<Vec<String>>,
    committed: bool,
}

impl<'a> Attempt<'a> {
    /// Reserves a name for the files of a batch, so that neither the leftovers of an earlier attempt nor another attempt at the
    /// same time are touched.
    pub(super) fn begin(store: &'a FactStore, batch: &str) -> Result<Self, Refusal> {
        let mut number = 0;
        loop {
            let name = if number == 0 { batch.to_owned() } else { format!("{batch}.r{number}") };
            let marker = path(&["_pending", &name]);
            if store.put_new(&marker, Vec::new())? {
                return Ok(Self { store, name, paths: Mutex::new(vec![marker]), committed: false });
            }
            number += 1;
        }
    }

    /// The reserved name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Notes a path about to be written, and gives it back.
    pub(super) fn note(&self, path: String) -> String {
        self.paths.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(path.clone());
        path
    }

    /// The snapshot names the files now; only the reservation goes.
    pub(super) fn committed(mut self) {
        self.committed = true;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let paths = std::mem::take(self.paths.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner));
        let end = if self.committed { 1 } else { paths.len() };
        for path in &paths[..end.min(paths.len())] {
            // What cannot be removed now is named by no snapshot and goes with the next sweep.
            self.store.delete(path).ok();
        }
    }
}

/// What is to be landed.
pub(super) struct Landing<'a> {
    /// Where to.
    pub(super) attempt: &'a Attempt<'a>,
    /// Batch the files belong to.
    pub(super) batch: &'a str,
    /// The table and who owns what.
    pub(super) plan: &'a Plan,
    /// The rows.
    pub(super) spills: &'a [&'a Spill],
    /// Which of them stay.
    pub(super) decisions: &'a Decisions,
    /// Threads.
    pub(super) workers: usize,
}

/// What was landed.
pub(super) struct Landed {
    /// The files.
    pub(super) files: Vec<FactFile>,
    /// Ids with several versions, and the known day of the latest.
    pub(super) corrected: Vec<(String, Date)>,
}

impl Landing<'_> {
    /// Writes the files. `dropped` sees every row that does not stay, `progress` the number of rows gone by.
    ///
    /// # Errors
    /// Temporary files or the store fail, or there are too many corrections.
    pub(super) fn write(&self, mut dropped: impl FnMut(Row<'_>), progress: impl Fn(u64)) -> Result<Landed, Refusal> {
        let table = self.plan.layout.table;
        let schema = schema(table);
        let factory = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties(table)))
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|error| broken("schema", &error))?
            .1;
        let encoder = Encoder { layout: &self.plan.layout, attribution: &self.plan.attribution, schema: &schema, factory: &factory };
        let mut corrected = Vec::new();
        let files = std::thread::scope(|scope| {
            let (groups, group_receiver) = sync_channel::<Group>(1);
            let (encoded, encoded_receiver) = sync_channel::<Encoded>(1);
            let (used, used_receiver) = channel::<Vec<u8>>();
            let group_receiver = Arc::new(Mutex::new(group_receiver));
            let encoders = (0..self.workers.max(1))
                .map(|_| {
                    let (receiver, sender, used, encoder) = (Arc::clone(&group_receiver), encoded.clone(), used.clone(), &encoder);
                    scope.spawn(move || encode_all(&receiver, &sender, &used, encoder))
                })
                .collect();
            // The threads hold the other ends now; when they stop, so does the merge.
            drop((group_receiver, encoded, used));
            let writer = scope.spawn(move || self.write_files(&encoded_receiver));
            let merged = self.gather(&groups, &used_receiver, &mut corrected, &mut dropped, progress);
            drop(groups);
            let encoded = join(encoders);
            let files = writer.join().unwrap_or_else(|_| Err(panicked()));
            // What stopped the others comes first: the merge only found nobody listening.
            encoded?;
            let files = files?;
            merged.map(|()| files)
        })?;
        Ok(Landed { files, corrected })
    }

    fn gather(
        &self,
        groups: &SyncSender<Group>,
        used: &Receiver<Vec<u8>>,
        corrected: &mut Vec<(String, Date)>,
        dropped: &mut impl FnMut(Row<'_>),
        progress: impl Fn(u64),
    ) -> Result<(), Refusal> {
        let mut grouper = Grouper::new();
        let mut seen = 0;
        let has_winners = self.decisions.counts[2] > 0;
        merge(self.spills, |row| {
            seen += 1;
            let number = row.number();
            if self.decisions.dropped() > 0 && (self.decisions.duplicates.contains(number) || self.decisions.conflicts.contains(number)) {
                dropped(row);
                return Ok(());
            }
            if has_winners && self.decisions.winners.contains(number) {
                if corrected.len() == MOST_CORRECTIONS {
                    return Err(too_many_corrections());
                }
                let event_id = String::from_utf8_lossy(super::row::event_id(row.content())).into_owned();
                corrected.push((event_id, Date::from_days(row.known())));
            }
            match grouper.push(row, FILE_ROWS) {
                Some(group) => {
                    progress(seen);
                    groups.send(group).map_err(|_| panicked())?;
                    for bytes in used.try_iter() {
                        grouper.take_back(bytes);
                    }
                    Ok(())
                }
                None => Ok(()),
            }
        })?;
        progress(seen);
        grouper.finish().map_or(Ok(()), |group| groups.send(group).map_err(|_| panicked()))
    }

    /// Puts groups, which come in any order, into files in theirs.
    fn write_files(&self, encoded: &Receiver<Encoded>) -> Result<Vec<FactFile>, Refusal> {
        let mut waiting: BTreeMap<u64, Encoded> = BTreeMap::new();
        let mut next = 0;
        let mut files: Vec<FactFile> = Vec::new();
        let mut open: Option<OpenFile> = None;
        while let Ok(group) = encoded.recv() {
            waiting.insert(group.sequence, group);
            if waiting.len() > MOST_WAITING {
                return Err(panicked());
            }
            while let Some(group) = waiting.remove(&next) {
                next += 1;
                if group.begins_file {
                    if let Some(done) = open.take() {
                        files.push(self.close(done)?);
                    }
                    open = Some(self.open(&group, &files)?);
                }
                if let Some(open) = &mut open {
                    open.append(group)?;
                }
            }
        }
        if let Some(done) = open {
            files.push(self.close(done)?);
        }
        Ok(files)
    }

    fn open(&self, group: &Encoded, files: &[FactFile]) -> Result<OpenFile, Refusal> {
        let table = self.plan.layout.table;
        let period = Month::from_index(group.month);
        let number = files.iter().filter(|file| file.period == period).count();
        let name = format!("{}-{number:04}.parquet", self.attempt.name());
        let path = path(&[table.name(), &format!("period={period}"), &name]);
        let (writer, _) = ArrowWriter::try_new(Vec::new(), schema(table), Some(properties(table)))
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|error| broken(&path, &error))?;
        let file = FactFile {
            path,
            table,
            period,
            batch: self.batch.to_owned(),
            rows: 0,
            sums: BTreeMap::new(),
            first: group.first.clone(),
            last: String::new(),
            bytes: 0,
            sha256: String::new(),
        };
        Ok(OpenFile { writer, file })
    }

    fn close(&self, open: OpenFile) -> Result<FactFile, Refusal> {
        let OpenFile { writer, mut file } = open;
        let bytes = writer.into_inner().map_err(|error| broken(&file.path, &error))?;
        file.bytes = bytes.len() as u64;
        file.sha256 = qudao_platform::hash::sha256(&bytes);
        self.attempt.store.put(&self.attempt.note(file.path.clone()), bytes)?;
        Ok(file)
    }
}

fn encode_all(
    receiver: &Mutex<Receiver<Group>>,
    sender: &SyncSender<Encoded>,
    used: &Sender<Vec<u8>>,
    encoder: &Encoder<'_>,
) -> Result<(), Refusal> {
    loop {
        let received = receiver.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok(group) = received else { return Ok(()) };
        if sender.send(encoder.encode(&group)?).is_err() {
            return Ok(());
        }
        // The merge may be over; then nobody needs it.
        used.send(group.bytes).ok();
    }
}

/// A file being written.
struct OpenFile {
    writer: SerializedFileWriter<Vec<u8>>,
    file: FactFile,
}

impl OpenFile {
    fn append(&mut self, group: Encoded) -> Result<(), Refusal> {
        self.file.rows += group.rows;
        self.file.last = group.last;
        for (column, sum) in group.sums {
            let total = self.file.sums.entry(column.to_owned()).or_default();
            *total = super::tally::fen(i128::from(*total) + i128::from(sum))?;
        }
        let append = || {
            let mut target = self.writer.next_row_group()?;
            for chunk in group.chunks {
                chunk.append_to_row_group(&mut target)?;
            }
            target.close().map(|_| ())
        };
        append().map_err(|error| broken(&self.file.path, &error))
    }
}

fn too_many_corrections() -> Refusal {
    Refusal::new(
        Kind::BadInput,
        "facts.corrections.many",
        format!("更正超过 {MOST_CORRECTIONS} 行；请撤回原批次后重新导入整个文件"),
        format!("more than {MOST_CORRECTIONS} corrections; withdraw the earlier batch and import the whole file again"),
    )
}
