//! Which range of a pass is open, given out or there, and what a restart finds of it.
//!
//! A lease names the start of the coordinator and a number, so that no two ever have the same name and each attempt has a folder of its own. What is given out
//! is in memory alone; what is there stands in a file per range that names its attempt, with the hash of each file.

use super::protocol::{Asked, Delivered, FOLDERS, PIECE, Work, lost};
use crate::say;
use qudao_engine::settle::PassWork;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::hash::sha256_of;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often something outside may fail on one range before the run gives up.
const MOST_FAILURES: u32 = 5;
/// How often whoever waits looks up.
const TICK: Duration = Duration::from_millis(200);

/// A range of the pass.
struct Place {
    index: usize,
    range: String,
    standing: Standing,
    failures: u32,
}

enum Standing {
    Open,
    Out { lease: String, worker: String, until: Instant },
    There(PathBuf),
}

/// The pass that is settled now.
struct Pass {
    number: usize,
    step: String,
    places: Vec<Place>,
    refused: Option<Refusal>,
}

/// What a worker did, for the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Share {
    /// Ranges it settled, over all passes.
    pub(super) ranges: u64,
    /// Leases it lost.
    pub(super) lost: u64,
    /// Bytes of inputs sent to it.
    pub(super) sent: u64,
    /// Bytes of results that came from it.
    pub(super) received: u64,
    /// Bytes its process has read.
    pub(super) read: u64,
    /// How long it settled.
    pub(super) busy_ms: u64,
}

#[derive(Default)]
struct State {
    next: u64,
    pass: Option<Pass>,
    ended: bool,
    shares: BTreeMap<String, Share>,
    /// When each worker asked last, of those that were not told of the end.
    asked: BTreeMap<String, Instant>,
}

/// Where the attempt that counts lies, and its files.
#[derive(Serialize, Deserialize)]
struct There {
    attempt: String,
    worker: String,
    delivered: Delivered,
}

/// The board.
pub(super) struct Board {
    folder: PathBuf,
    /// Number of this start.
    start: u64,
    lease: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Refusal> {
    let bytes = std::fs::read(path).map_err(|error| say::unreadable(path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| say::unreadable(path, &error))
}

/// A name that is one plain component of a path.
fn plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
}

fn strange(name: &str) -> Refusal {
    Refusal::bad_input("cluster.file.name", format!("文件名 {name} 不合规则"), format!("{name} is no name of a file of a range"))
}

impl Board {
    /// The board of a run in a folder: that of an earlier start where it was for the same run, else an empty one.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub(super) fn open(folder: &Path, run: &str, lease: Duration) -> Result<Self, Refusal> {
        let mark = folder.join("run");
        if std::fs::read_to_string(&mark).is_ok_and(|before| before != run) {
            std::fs::remove_dir_all(folder).map_err(|error| say::unwritable(folder, &error))?;
        }
        say::make_folder(folder)?;
        say::write(&mark, run)?;
        let starts = folder.join("starts");
        let start = std::fs::read_to_string(&starts).ok().and_then(|text| text.trim().parse::<u64>().ok()).unwrap_or(0) + 1;
        say::write(&starts, start.to_string())?;
        Ok(Self { folder: folder.to_owned(), start, lease, state: Mutex::default(), changed: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_folder(&self, number: usize) -> PathBuf {
        self.folder.join(format!("pass-{number}"))
    }

    fn marker(&self, number: usize, index: usize) -> PathBuf {
        self.pass_folder(number).join(format!("there-{index:05}.json"))
    }

    /// Puts a pass up. What an earlier start had of it counts; attempts that came to nothing are swept.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub(super) fn begin(&self, work: &PassWork) -> Result<(), Refusal> {
        let folder = self.pass_folder(work.number);
        say::make_folder(&folder)?;
        let mut places = Vec::with_capacity(work.ranges.len());
        let mut kept = Vec::new();
        for (index, range) in &work.ranges {
            let standing = match self.left(work.number, *index) {
                Some(attempt) => {
                    kept.push(attempt.clone());
                    Standing::There(attempt)
                }
                None => Standing::Open,
            };
            places.push(Place { index: *index, range: range.clone(), standing, failures: 0 });
        }
        for entry in std::fs::read_dir(&folder).map_err(|error| say::unreadable(&folder, &error))?.flatten() {
            let path = entry.path();
            if path.is_dir() && !kept.contains(&path) {
                std::fs::remove_dir_all(&path).map_err(|error| say::unwritable(&path, &error))?;
            }
        }
        self.state().pass = Some(Pass { number: work.number, step: work.step.clone(), places, refused: None });
        Ok(())
    }

    /// The attempt an earlier start took, if all of it is still there.
    fn left(&self, number: usize, index: usize) -> Option<PathBuf> {
        let there: There = read(&self.marker(number, index)).ok()?;
        let attempt = self.pass_folder(number).join(&there.attempt);
        whole(&attempt, &there.delivered).ok().map(|()| attempt)
    }

    /// Gives out an open range, or one whose lease ran out.
    pub(super) fn ask(&self, worker: &str, now: Instant) -> Asked {
        let mut state = self.state();
        let state = &mut *state;
        if state.ended {
            state.asked.remove(worker);
            self.changed.notify_all();
            return Asked::Ended;
        }
        state.asked.insert(worker.to_owned(), now);
        let share = state.shares.entry(worker.to_owned()).or_default();
        let Some(pass) = state.pass.as_mut().filter(|pass| pass.refused.is_none()) else { return Asked::Wait };
        let free = |place: &&mut Place| match &place.standing {
            Standing::Open => true,
            Standing::Out { until, .. } => *until <= now,
            Standing::There(_) => false,
        };
        let Some(place) = pass.places.iter_mut().find(free) else { return Asked::Wait };
        let before = if let Standing::Out { worker, .. } = &place.standing { Some(worker.clone()) } else { None };
        state.next += 1;
        let lease = format!("{}-{}", self.start, state.next);
        place.standing = Standing::Out { lease: lease.clone(), worker: worker.to_owned(), until: now + self.lease };
        let work = Work { lease, lease_ms: millis(self.lease), pass: pass.number, index: place.index, range: place.range.clone() };
        match before {
            Some(before) if before == worker => share.lost += 1,
            Some(before) => state.shares.entry(before).or_default().lost += 1,
            None => {}
        }
        Asked::Work(work)
    }

    /// What all ranges of a pass are settled by; `None` if it is not the pass of now.
    pub(super) fn step(&self, number: usize) -> Option<String> {
        self.state().pass.as_ref().filter(|pass| pass.number == number).map(|pass| pass.step.clone())
    }

    /// Does something with the range a lease is for.
    fn with<T>(&self, lease: &str, act: impl FnOnce(usize, &mut Place, &mut Option<Refusal>) -> T) -> Result<T, Refusal> {
        let mut state = self.state();
        let found = state.pass.as_mut().and_then(|pass| {
            let held = |place: &&mut Place| matches!(&place.standing, Standing::Out { lease: held, .. } if held == lease);
            pass.places.iter_mut().find(held).map(|place| act(pass.number, place, &mut pass.refused))
        });
        found.ok_or_else(|| lost(lease))
    }

    /// Prolongs a lease that nobody else has taken.
    ///
    /// # Errors
    /// It is gone.
    pub(super) fn keep(&self, lease: &str, now: Instant) -> Result<(), Refusal> {
        self.with(lease, |_, place, _| {
            if let Standing::Out { until, .. } = &mut place.standing {
                *until = now + self.lease;
            }
        })
    }

    /// Name of the folder of an attempt, below that of its pass.
    fn attempt(&self, lease: &str) -> Result<(usize, usize, String), Refusal> {
        self.with(lease, |number, place, _| (number, place.index, format!("range-{:05}-{lease}", place.index)))
    }

    /// Adds bytes to a file of an attempt, at a place; from 0 on the file begins anew.
    ///
    /// # Errors
    /// The lease is gone, the name is none of a result, bytes are missing before these, or the disk fails.
    pub(super) fn put(&self, lease: &str, name: (&str, &str), at: u64, bytes: &[u8]) -> Result<(), Refusal> {
        let (folder, file) = name;
        if !FOLDERS.contains(&folder) || !plain(file) || bytes.len() > PIECE {
            return Err(strange(&format!("{folder}/{file}")));
        }
        let (number, _, attempt) = self.attempt(lease)?;
        let folder = self.pass_folder(number).join(attempt).join(folder);
        say::make_folder(&folder)?;
        let path = folder.join(file);
        let unwritable = |error: std::io::Error| say::unwritable(&path, &error);
        let mut to = OpenOptions::new().create(true).append(true).open(&path).map_err(unwritable)?;
        if at == 0 {
            to.set_len(0).map_err(unwritable)?;
        }
        if to.metadata().map_err(unwritable)?.len() != at {
            return Err(strange(&format!("{file}@{at}")));
        }
        to.write_all(bytes).map_err(unwritable)
    }

    /// Takes a range: all of it was sent.
    ///
    /// # Errors
    /// The lease is gone, something is missing or not what was said, or the disk fails.
    pub(super) fn done(&self, lease: &str, delivered: &Delivered, now: Instant) -> Result<(), Refusal> {
        let (number, index, attempt) = self.attempt(lease)?;
        self.keep(lease, now)?;
        let folder = self.pass_folder(number).join(&attempt);
        // A range may leave no file but its numbers; folders that stayed empty were never sent.
        for name in FOLDERS {
            say::make_folder(&folder.join(name))?;
        }
        whole(&folder, delivered)?;
        let marker = self.marker(number, index);
        // Under the lock: who lost the lease meanwhile leaves no mark.
        let worker = self.with(lease, |_, place, _| {
            let Standing::Out { worker, .. } = &place.standing else { return Err(lost(lease)) };
            let worker = worker.clone();
            say::write_json(&marker, &There { attempt, worker: worker.clone(), delivered: delivered.clone() })?;
            place.standing = Standing::There(folder);
            Ok(worker)
        })??;
        let mut state = self.state();
        let share = state.shares.entry(worker).or_default();
        share.ranges += 1;
        share.received += delivered.files.iter().map(|file| file.bytes).sum::<u64>();
        share.read = share.read.max(delivered.read);
        share.busy_ms += delivered.busy_ms;
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// A worker could not settle a range. What the inputs are to blame for ends the run; what is outside may be better elsewhere.
    ///
    /// # Errors
    /// The lease is gone.
    pub(super) fn failed(&self, lease: &str, refusal: Refusal) -> Result<(), Refusal> {
        self.with(lease, |_, place, refused| {
            place.failures += 1;
            place.standing = Standing::Open;
            if refusal.kind != Kind::Unavailable || place.failures >= MOST_FAILURES {
                *refused = Some(refusal);
            }
        })?;
        self.changed.notify_all();
        Ok(())
    }

    /// Counts bytes of inputs that went to a worker.
    pub(super) fn sent(&self, worker: &str, bytes: u64) {
        self.state().shares.entry(worker.to_owned()).or_default().sent += bytes;
    }

    /// Waits until all ranges of the pass are there; where they lie, in the order of the pass. `far` is told how many are, of how many.
    ///
    /// # Errors
    /// A range was refused.
    pub(super) fn wait(&self, far: &dyn Fn(usize, usize)) -> Result<Vec<PathBuf>, Refusal> {
        let mut state = self.state();
        loop {
            if let Some(pass) = &state.pass {
                if let Some(refusal) = &pass.refused {
                    return Err(refusal.clone());
                }
                let there: Vec<PathBuf> = pass
                    .places
                    .iter()
                    .filter_map(|place| if let Standing::There(folder) = &place.standing { Some(folder.clone()) } else { None })
                    .collect();
                far(there.len(), pass.places.len());
                if there.len() == pass.places.len() {
                    state.pass = None;
                    return Ok(there);
                }
            }
            state = self.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says that the run is over, and waits until the workers that asked lately know, for so long at most.
    pub(super) fn end(&self, longest: Duration) {
        let begun = Instant::now();
        let mut state = self.state();
        state.ended = true;
        let recent = |state: &State| state.asked.values().any(|last| begun.duration_since(*last) < Duration::from_secs(2));
        while recent(&state) && begun.elapsed() < longest {
            state = self.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether the run is over.
    pub(super) fn is_over(&self) -> bool {
        self.state().ended
    }

    /// What each worker did.
    pub(super) fn shares(&self) -> BTreeMap<String, Share> {
        self.state().shares.clone()
    }

    /// How many times the coordinator was started for this run.
    pub(super) fn starts(&self) -> u64 {
        self.start
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Compares the files of an attempt with what was said of them.
fn whole(folder: &Path, delivered: &Delivered) -> Result<(), Refusal> {
    for sent in &delivered.files {
        let named = sent.name.split_once('/').filter(|(kind, file)| FOLDERS.contains(kind) && plain(file));
        let Some((kind, file)) = named else { return Err(strange(&sent.name)) };
        let path = folder.join(kind).join(file);
        let found = File::open(&path).and_then(|mut file| sha256_of(&mut file)).map_err(|error| say::unreadable(&path, &error))?;
        if found != (sent.sha256.clone(), sent.bytes) {
            return Err(Refusal::unavailable(
                "cluster.file.differs",
                format!("收到的 {} 与工作端所说不符，这一区段将重新分配", sent.name),
                format!("{} is not what the worker said it sent; the range is given out again", sent.name),
            ));
        }
    }
    Ok(())
}
