//! The first phase of an import: the file is read, every row checked and put aside, sorted.

use super::pool::{join, panicked, workers};
use super::rejects::{Headers, RejectLog, Rejected};
use super::source::{Block, Source};
use super::spill::{Collector, Spill, chunk_bytes};
use super::tally::Tallies;
use super::worker::{Plan, Worked, Worker};
use qudao_kernel::Refusal;
use qudao_platform::columnar::facts::{Fault, Progress, Stage};
use qudao_platform::sheet::RecordBuf;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// What reading left.
pub(super) struct ReadIn {
    /// Rows that are well by themselves.
    pub(super) spills: Vec<Spill>,
    /// Counts, with faulty rows as rejected.
    pub(super) tallies: Tallies,
    /// Greatest row number.
    pub(super) last_row: u64,
}

/// A block's rejected rows, in file order, and where the block stands among the others.
type BlockRejects = (u64, Vec<Rejected>);

/// Reads a source to its end. Rejected rows go to the log, in the order of the file.
pub(super) fn read_in(
    source: &mut Source,
    plan: &Plan,
    headers: &Headers<'_>,
    log: &mut RejectLog,
    folder: Option<&Path>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<ReadIn, Refusal> {
    // Where the cell of each column of the table stands in the file.
    let places: Vec<Option<usize>> =
        plan.layout.slots.iter().map(|slot| headers.columns.iter().position(|col| *col == Some(slot.col))).collect();
    let count = workers();
    std::thread::scope(|scope| {
        let (blocks, block_receiver) = sync_channel::<(u64, Block)>(count);
        let (rejected, rejected_receiver) = sync_channel::<BlockRejects>(count * 2);
        let (used, used_receiver) = channel::<Vec<RecordBuf>>();
        let block_receiver = Arc::new(Mutex::new(block_receiver));
        let mut threads = Vec::new();
        for _ in 0..count {
            let (receiver, rejected, used) = (Arc::clone(&block_receiver), rejected.clone(), used.clone());
            let (places, headers) = (&places, headers);
            threads.push(scope.spawn(move || {
                let worker = Worker::new(plan, Collector::new(chunk_bytes(count), folder)?);
                Reading { plan, places, headers, faults: Vec::new() }.run(worker, &receiver, &rejected, &used)
            }));
        }
        drop((block_receiver, rejected, used));
        let logging = scope.spawn(move || log_in_order(log, &rejected_receiver));
        let fed = feed(source, &blocks, &used_receiver, progress);
        drop(blocks);
        let worked = join(threads);
        logging.join().unwrap_or_else(|_| Err(panicked()))?;
        let worked = worked?;
        fed?;
        let mut all = ReadIn { spills: Vec::new(), tallies: Tallies::default(), last_row: 0 };
        for (Worked { spill, tallies }, last_row) in worked {
            all.spills.push(spill);
            all.tallies.merge(&tallies);
            all.last_row = all.last_row.max(last_row);
        }
        Ok(all)
    })
}

/// Hands out blocks until the file ends or nobody takes them any more.
fn feed(
    source: &mut Source,
    blocks: &SyncSender<(u64, Block)>,
    used: &Receiver<Vec<RecordBuf>>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), Refusal> {
    let mut sequence = 0;
    while let Some(block) = source.next(used.try_recv().unwrap_or_default())? {
        if blocks.send((sequence, block)).is_err() {
            break;
        }
        sequence += 1;
        if sequence % 16 == 0 {
            progress(Progress { stage: Stage::Reading, done: source.bytes(), total: source.size });
        }
    }
    progress(Progress { stage: Stage::Reading, done: source.size, total: source.size });
    Ok(())
}

fn log_in_order(log: &mut RejectLog, receiver: &Receiver<BlockRejects>) -> Result<(), Refusal> {
    let mut waiting: BTreeMap<u64, Vec<Rejected>> = BTreeMap::new();
    let mut next = 0;
    while let Ok((sequence, rejected)) = receiver.recv() {
        waiting.insert(sequence, rejected);
        while let Some(rejected) = waiting.remove(&next) {
            rejected.iter().try_for_each(|row| log.add(row))?;
            next += 1;
        }
    }
    Ok(())
}

/// One worker at its blocks.
struct Reading<'a> {
    plan: &'a Plan,
    places: &'a [Option<usize>],
    headers: &'a Headers<'a>,
    faults: Vec<(usize, Fault)>,
}

impl Reading<'_> {
    fn run(
        mut self,
        mut worker: Worker<'_>,
        receiver: &Mutex<Receiver<(u64, Block)>>,
        rejected: &SyncSender<BlockRejects>,
        used: &Sender<Vec<RecordBuf>>,
    ) -> Result<(Worked, u64), Refusal> {
        let mut last_row = 0;
        loop {
            let received = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((sequence, block)) = received else { break };
            let mut rejects = Vec::new();
            match block {
                Block::Sheet { records, rows, bad } => {
                    let mut bad = bad.into_iter().peekable();
                    for (index, record) in records[..rows].iter().enumerate() {
                        last_row = last_row.max(record.row());
                        if let Some((_, problem)) = bad.next_if(|(at, _)| *at == index) {
                            worker.unreadable();
                            rejects.push(Rejected { problems: vec![problem], cells: record.iter().map(str::to_owned).collect() });
                        } else {
                            self.row(&mut worker, record.row(), |place| record.get(place), &mut rejects)?;
                        }
                    }
                    // The reader may have stopped; then nobody needs them.
                    used.send(records).ok();
                }
                Block::Columns { first_row, columns, rows } => {
                    last_row = last_row.max(first_row + rows as u64);
                    for row in 0..rows {
                        let cell = |place: usize| columns.get(place).map_or("", |column: &Vec<String>| column[row].as_str());
                        self.row(&mut worker, first_row + row as u64, cell, &mut rejects)?;
                    }
                }
            }
            // Without a log there is no import; its own refusal is what gets reported.
            if rejected.send((sequence, rejects)).is_err() {
                break;
            }
        }
        Ok((worker.finish()?, last_row))
    }

    fn row<'c>(
        &mut self,
        worker: &mut Worker<'_>,
        number: u64,
        cell: impl Fn(usize) -> &'c str,
        rejects: &mut Vec<Rejected>,
    ) -> Result<(), Refusal> {
        self.faults.clear();
        let places = self.places;
        let text = |position: usize| places[position].map_or("", &cell);
        if worker.text_row(number, text, &mut self.faults)? {
            return Ok(());
        }
        self.faults.sort_unstable();
        let layout = &self.plan.layout;
        let problems = self.faults.iter().map(|(position, fault)| {
            let header = self.headers.name_of(layout.slots[*position].col);
            fault.problem(number, header, super::cell::trimmed(text(*position)), layout.table, self.plan.window)
        });
        let cells = (0..self.headers.names.len()).map(|place| cell(place).to_owned()).collect();
        rejects.push(Rejected { problems: problems.collect(), cells });
        Ok(())
    }
}
