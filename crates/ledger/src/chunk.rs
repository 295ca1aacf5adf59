//! Posting a large run in keyed chunks.
//!
//! | phase | reads | writes | a crash here means |
//! |---|---|---|---|
//! | pack | the run's groups, in the caller's order | nothing | start again |
//! | post | chunk k | one journal, one transaction, key `run/RUN/k` | start again: chunks that are there are recognised by key and content |
//! | prove | the run's journals | nothing | start again |
//!
//! Bounds: at most [`MAX_ENTRIES`] entries a chunk; a group (entries that sum to zero together, such as one beneficiary's)
//! is never divided, and one that is larger is refused with the limit in the message. Order: as given; the same groups in
//! the same order give the same chunks, which is what makes a repeat harmless. A run keeps its posting day when it is resumed.

use crate::model::{ChunkOf, Entry, Journal, JournalId};
use crate::store;
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::{Db, Done, write_tx};

/// The most entries one journal has.
pub const MAX_ENTRIES: usize = 5_000;

/// A run to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Settlement entity.
    pub entity: String,
    /// Unique name of the run within the entity.
    pub name: String,
    /// Day of the posting; the same when the run is resumed.
    pub date: Date,
    /// The month the run settles.
    pub about: Month,
    /// Why, for people.
    pub reason: String,
}

/// What posting a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunPosted {
    /// Chunks of the run.
    pub chunks: u32,
    /// Those posted by this call; the others were there.
    pub new_chunks: u32,
    /// Entries of the run.
    pub entries: u64,
}

impl Run {
    /// The journal of one chunk.
    pub fn chunk(&self, number: u32, entries: Vec<Entry>) -> Journal {
        let mut journal =
            Journal::new(&self.entity, chunk_key(&self.name, number), self.date, &self.reason).about(self.about).with(entries);
        journal.chunk = Some(ChunkOf { run: self.name.clone(), number });
        journal
    }
}

/// The key of a chunk's journal.
pub fn chunk_key(run: &str, number: u32) -> String {
    format!("run/{run}/{number:06}")
}

/// Packs groups into chunks of at most [`MAX_ENTRIES`] entries.
pub struct Packer<'r> {
    run: &'r Run,
    number: u32,
    entries: Vec<Entry>,
}

impl<'r> Packer<'r> {
    /// Before the first group.
    pub fn new(run: &'r Run) -> Self {
        Self { run, number: 0, entries: Vec::new() }
    }

    /// Adds a group; returns the chunk that is full now, if one is.
    ///
    /// # Errors
    /// `BadInput` if the group alone is larger than a chunk.
    pub fn add(&mut self, group: Vec<Entry>) -> Result<Option<Journal>, Refusal> {
        if group.len() > MAX_ENTRIES {
            return Err(too_large(self.run, group.len()));
        }
        let full = self.entries.len() + group.len() > MAX_ENTRIES;
        let chunk = if full { self.take() } else { None };
        self.entries.extend(group);
        Ok(chunk)
    }

    /// The last chunk, if anything is left.
    pub fn finish(mut self) -> Option<Journal> {
        self.take()
    }

    fn take(&mut self) -> Option<Journal> {
        if self.entries.is_empty() {
            return None;
        }
        let chunk = self.run.chunk(self.number, std::mem::take(&mut self.entries));
        self.number += 1;
        Some(chunk)
    }
}

/// Posts a run, or what is left of it after a crash. Groups are read once, in order, and at most a chunk of them is held.
///
/// # Errors
/// As [`store::post`] for a chunk; what `groups` yields; `Conflict ledger.run.other_length` if more chunks of this run are posted
/// than the groups make, which means that the run is not the one posted before.
pub async fn post_run(db: &Db, run: &Run, groups: impl Iterator<Item = Result<Vec<Entry>, Refusal>>) -> Result<RunPosted, Refusal> {
    let mut packer = Packer::new(run);
    let mut posted = RunPosted::default();
    for group in groups {
        if let Some(chunk) = packer.add(group?)? {
            post_one(db, &chunk, &mut posted).await?;
        }
    }
    if let Some(chunk) = packer.finish() {
        post_one(db, &chunk, &mut posted).await?;
    }
    let present = store::chunks_posted(&mut db.read().await?, &run.entity, &run.name).await?;
    if present == posted.chunks { Ok(posted) } else { Err(other_length(run, present, posted.chunks)) }
}

async fn post_one(db: &Db, chunk: &Journal, posted: &mut RunPosted) -> Result<(), Refusal> {
    let done: Done<JournalId> = write_tx!(db, |tx| store::post(tx, chunk).await)?;
    posted.chunks += 1;
    posted.new_chunks += u32::from(done.is_new());
    posted.entries += chunk.entries.len() as u64;
    Ok(())
}

fn too_large(run: &Run, count: usize) -> Refusal {
    Refusal::bad_input(
        "ledger.run.group_too_large",
        format!("批次 {} 有一组分录共 {count} 条,超过每批上限 {MAX_ENTRIES} 条;请按受益人或明细拆分", run.name),
        format!(
            "run {} has a group of {count} entries, the limit of a chunk is {MAX_ENTRIES}; divide it into groups that sum to zero",
            run.name
        ),
    )
}

fn other_length(run: &Run, present: u32, expected: u32) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ledger.run.other_length",
        format!("批次 {} 已记账 {present} 批,本次只有 {expected} 批;两次内容不同,请用新的批次名重新结算差额", run.name),
        format!(
            "run {} has {present} chunks posted and makes {expected} now; it is another run, settle the difference under a new name",
            run.name
        ),
    )
}
