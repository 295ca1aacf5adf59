//! Landing facts that come as columns: generated ones, and those slices publish.

use super::attribute::Attribution;
use super::decide::decide;
use super::ids::EarlierIds;
use super::import::{check_name, land_lists};
use super::land::{Attempt, Landing, merge};
use super::pool::{panicked, workers};
use super::row::Layout;
use super::snapshot::{Batch, FactFile, Snapshot};
use super::spill::{Collector, Hasher, Spill, chunk_bytes};
use super::store::FactStore;
use super::tally::Tallies;
use super::worker::{Plan, Typed, Worked, Worker};
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::columnar::facts::{Column, FactBatch, FactSink, Landed, Mapping, Window};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Opens a sink that lands everything written to it as one batch, over any tables. A row without `known_on` became known on `day`. Rows
/// must be well: the first that is not, or whose id is there already, is refused, and with it the batch.
///
/// # Errors
/// The name cannot be used, or no temporary file could be made.
pub fn sink(store: Arc<FactStore>, master: &Master, batch: &str, day: Date) -> Result<Box<dyn FactSink + Send>, Refusal> {
    check_name(batch)?;
    let attribution = Arc::new(Attribution::new(master)?);
    let plan = |table: Table| Plan {
        layout: Layout::of(table),
        mapping: Mapping::default(),
        window: Window::of(day),
        day,
        attribution: Arc::clone(&attribution),
        hasher: Hasher::new(table),
    };
    let plans: Arc<Vec<Plan>> = Arc::new(Table::ALL.into_iter().map(plan).collect());
    let (sender, receiver) = sync_channel::<(u64, FactBatch)>(workers());
    let receiver = Arc::new(Mutex::new(receiver));
    let threads = (0..workers())
        .map(|_| {
            let (plans, receiver) = (Arc::clone(&plans), Arc::clone(&receiver));
            std::thread::spawn(move || take_all(&plans, receiver))
        })
        .collect();
    Ok(Box::new(Sink { store, batch: batch.to_owned(), day, plans, sender: Some(sender), threads, rows: 0 }))
}

type Taken = BTreeMap<Table, Vec<Worked>>;

struct Sink {
    store: Arc<FactStore>,
    batch: String,
    day: Date,
    plans: Arc<Vec<Plan>>,
    sender: Option<SyncSender<(u64, FactBatch)>>,
    threads: Vec<JoinHandle<Result<Taken, Refusal>>>,
    rows: u64,
}

impl FactSink for Sink {
    fn write(&mut self, batch: FactBatch) -> Result<(), Refusal> {
        batch.check()?;
        let first = self.rows;
        self.rows += batch.rows() as u64;
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send((first, batch)).is_ok());
        // Workers stop listening only when a row was refused.
        if sent { Ok(()) } else { self.stop().and(Err(panicked())) }
    }

    fn finish(mut self: Box<Self>) -> Result<Landed, Refusal> {
        let taken = self.stop()?;
        let tables: Vec<(Table, Vec<Worked>)> =
            taken.into_iter().filter(|(_, worked)| worked.iter().any(|one| one.tallies.total() > 0)).collect();
        loop {
            let base = self.store.latest()?;
            if base.knows(&self.batch) {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "facts.batch.taken",
                    format!("批次名 {} 已经用过；请换一个", self.batch),
                    format!("batch name {} has been used; take another", self.batch),
                ));
            }
            let attempt = Attempt::begin(&self.store, &self.batch)?;
            let (mut batches, mut files) = (Vec::new(), Vec::new());
            for (table, worked) in &tables {
                let (batch, landed) = self.land(&base, &attempt, *table, worked)?;
                batches.push(batch);
                files.extend(landed);
            }
            let next = base.with(batches, files.clone());
            if self.store.commit(&next)? {
                attempt.committed();
                let files = files.into_iter().map(|file| file.path).collect();
                return Ok(Landed { batch: self.batch.clone(), snapshot: next.number, rows: self.rows, files });
            }
        }
    }
}

impl Sink {
    /// Ends the threads; what they took.
    fn stop(&mut self) -> Result<Taken, Refusal> {
        self.sender = None;
        let mut taken = Taken::new();
        let mut refusal = None;
        for thread in self.threads.drain(..) {
            match thread.join().unwrap_or_else(|_| Err(panicked())) {
                Ok(one) => one.into_iter().for_each(|(table, worked)| taken.entry(table).or_default().extend(worked)),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        refusal.map_or(Ok(taken), Err)
    }

    fn land(&self, base: &Snapshot, attempt: &Attempt<'_>, table: Table, worked: &[Worked]) -> Result<(Batch, Vec<FactFile>), Refusal> {
        let plan = self.plans.iter().find(|plan| plan.layout.table == table).ok_or_else(panicked)?;
        let spills: Vec<&Spill> = worked.iter().map(|worked| &worked.spill).collect();
        let earlier = EarlierIds::of(&self.store, base, table)?;
        let decisions = decide(&spills, &earlier, self.rows, None, workers())?;
        if decisions.dropped() > 0 {
            return Err(there_already(table, &spills, |row| decisions.duplicates.contains(row) || decisions.conflicts.contains(row)));
        }
        let landing = Landing { attempt, batch: &self.batch, plan, spills: &spills, decisions: &decisions, workers: workers() };
        let landed = landing.write(|_| (), |_| ())?;
        let mut tallies = Tallies::default();
        for worked in worked {
            tallies.merge(&worked.tallies);
        }
        let mut batch = land_lists(&self.store, attempt, table, &decisions, &landed)?;
        batch.batch.clone_from(&self.batch);
        batch.day = self.day;
        (batch.received, batch.accepted) = (tallies.total(), tallies.total());
        batch.unattributed = tallies.unattributed.iter().sum();
        Ok((batch, landed.files))
    }
}

/// One thread: rows of any table, until no more come.
fn take_all(plans: &[Plan], receiver: Arc<Mutex<Receiver<(u64, FactBatch)>>>) -> Result<Taken, Refusal> {
    // Three tables at a time are usual; more only put rows aside sooner.
    let limit = chunk_bytes(workers() * 3);
    let mut tables: BTreeMap<Table, Worker<'_>> = BTreeMap::new();
    loop {
        let received = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((first, batch)) = received else { break };
        let plan = plans.iter().find(|plan| plan.layout.table == batch.table).ok_or_else(panicked)?;
        let worker = match tables.entry(batch.table) {
            Entry::Occupied(worker) => worker.into_mut(),
            Entry::Vacant(place) => place.insert(Worker::new(plan, Collector::new(limit, None)?)),
        };
        take(plan, worker, first, &batch)?;
    }
    drop(receiver);
    tables.into_iter().map(|(table, worker)| Ok((table, vec![worker.finish()?]))).collect()
}

fn take(plan: &Plan, worker: &mut Worker<'_>, first: u64, batch: &FactBatch) -> Result<(), Refusal> {
    let columns: Vec<Option<&Column>> = plan.layout.slots.iter().map(|slot| batch.column(slot.col)).collect();
    let mut faults = Vec::new();
    for row in 0..batch.rows() {
        let typed = |position: usize| columns[position].map_or(Typed::Absent, |column| cell(column, row));
        if !worker.typed_row(first + row as u64, typed, &mut faults)? {
            let Some((position, fault)) = faults.first() else { return Err(panicked()) };
            let (table, col) = (batch.table, plan.layout.slots[*position].col);
            let text = fault.text(table, plan.window);
            return Err(Refusal::bad_input(
                fault.code(),
                format!("{} 第 {} 行的 {} {}", table.label(), first + row as u64, col.name(), text.zh),
                format!("{} row {}, {} {}", table.name(), first + row as u64, col.name(), text.en),
            ));
        }
    }
    Ok(())
}

fn cell(column: &Column, row: usize) -> Typed<'_> {
    match column {
        Column::Text(cells) => Typed::Text(cells.get(row)),
        Column::Int(cells) => cells[row].map_or(Typed::Absent, Typed::Wide),
        Column::Money(cells) => cells[row].map_or(Typed::Absent, |fen| Typed::Wide(fen.0)),
        Column::Bool(cells) => cells[row].map_or(Typed::Absent, Typed::Bit),
        Column::Date(cells) => cells[row].map_or(Typed::Absent, |date| Typed::Narrow(date.days())),
        Column::Month(cells) => cells[row].map_or(Typed::Absent, |month| Typed::Narrow(month.index())),
    }
}

/// The refusal of a batch with a row that is there already, naming one.
fn there_already(table: Table, spills: &[&Spill], is_dropped: impl Fn(u64) -> bool) -> Refusal {
    let mut id = String::new();
    let found = merge(spills, |row| {
        if id.is_empty() && is_dropped(row.number()) {
            id = String::from_utf8_lossy(super::row::event_id(row.content())).into_owned();
        }
        Ok(())
    });
    found.err().unwrap_or_else(|| {
        Refusal::new(
            Kind::Conflict,
            "facts.row.there",
            format!("{}中的编号 {id} 重复，或已在事实库中；什么都没有保存", table.label()),
            format!("id {id} of {} comes twice or is in the fact store already; nothing was saved", table.name()),
        )
    })
}
