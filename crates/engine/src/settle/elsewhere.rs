//! A run whose ranges of partners are settled by other processes, here or on other machines.
//!
//! | # | who | what |
//! |---|---|---|
//! | 1 | the run | cuts the partners into ranges, as always, and for each pass gives them away with what earlier passes decided |
//! | 2 | whoever settles them | surveys once, settles ranges by the same plan, leaves each in a folder of its own |
//! | 3 | the run | counts the facts itself meanwhile, straight from the files; takes the folders over as it takes those of an earlier run, compares, and does the end |
//!
//! Invariant: no row goes from one range to another but through the end, which one process does. Invariant: a range is the same bytes whoever settles it, and
//! however often. Bounds: what is given away and what comes back besides files is what `passes` and `kept` say of totals.

use super::arrow_out::Names;
use super::block::{Pass, Shared, Trouble};
use super::control::{self, Controls};
use super::kept::{self, RangeDone, Reuse};
use super::plan::Plan;
use super::range::Range;
use super::results::Tally;
use super::source;
use super::stream::{Files, SettleJob, poisoned, prepare};
use super::totals::Decided;
use futures::StreamExt;
use qudao_kernel::{Kind, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use tokio::runtime::Handle;

/// Whoever has ranges settled by others.
pub trait Elsewhere: Sync {
    /// Has ranges settled; a folder for each of them, in their order, as a [`Settler`] left it.
    ///
    /// # Errors
    /// A range was refused, or nobody could settle it.
    fn settle(&self, work: &PassWork) -> Result<Vec<PathBuf>, Refusal>;
}

/// A pass over ranges, as it is given away.
#[derive(Debug, Clone)]
pub struct PassWork {
    /// Its number within the run, from 0 on. Two runs of the same inputs have the same passes.
    pub number: usize,
    /// What all of its ranges are settled by.
    pub step: String,
    /// Number of each range, and the range.
    pub ranges: Vec<(usize, String)>,
}

#[derive(Serialize)]
struct StepOut<'s> {
    pass: Pass,
    ranges: usize,
    decided: &'s Decided,
}

#[derive(Deserialize)]
struct StepIn {
    pass: Pass,
    ranges: usize,
    decided: Decided,
}

#[derive(Serialize)]
struct GivenOut<'s> {
    index: usize,
    range: &'s Range,
}

#[derive(Deserialize)]
struct GivenIn {
    index: usize,
    range: Range,
}

fn garbled(error: &serde_json::Error) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "engine.elsewhere.garbled",
        format!("无法读写交给其他进程的区段：{error}；请携带日志报告"),
        format!("a range for another process cannot be read or written: {error}; report it with the log"),
    )
}

fn text_of(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| garbled(&error))
}

fn absent(range: usize) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "engine.elsewhere.absent",
        format!("第 {range} 个区段没有结果；请携带日志报告"),
        format!("nothing came back for range {range}; report it with the log"),
    )
}

/// The control totals of a range by its settler and by the count straight from the files are not the same.
fn unequal(range: usize, settled: &Controls, counted: &Controls) -> Refusal {
    let told = |controls: &Controls| {
        let parts = controls.0.iter().map(|(table, control)| {
            format!("{} {}/{}/{:016x}{:016x}", table.name(), control.rows, control.fen, control.hash.0, control.hash.1)
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    let (settled, counted) = (told(settled), told(counted));
    Refusal::new(
        Kind::Bug,
        "engine.elsewhere.unequal",
        format!(
            "第 {range} 个区段的事实控制合计（行数/分/散列）不一致：结算时 {settled}，独立统计 {counted}；结果不可使用，请重新结算，再次出现请报告"
        ),
        format!(
            "control totals of the facts (rows/fen/hash) of range {range} differ: as settled {settled}, counted apart {counted}; nothing of this is used: settle again, and report it if it comes back"
        ),
    )
}

impl Files<'_> {
    /// Has a pass done by others, and takes over what they left.
    pub(super) fn pass_elsewhere(
        &self,
        elsewhere: &dyn Elsewhere,
        (number, pass): (usize, Pass),
        shared: &Shared,
        ranges: &[Range],
        reuse: Option<&Reuse>,
    ) -> Result<RangeDone, Trouble> {
        let given: Vec<usize> = (0..ranges.len()).filter(|index| reuse.is_none() || !ranges[*index].taken).collect();
        let texts: Result<Vec<(usize, String)>, Refusal> =
            given.iter().map(|index| Ok((*index, text_of(&GivenOut { index: *index, range: &ranges[*index] })?))).collect();
        let step = text_of(&StepOut { pass, ranges: ranges.len(), decided: &shared.decided })?;
        let work = PassWork { number, step, ranges: texts? };
        let (folders, counted) = std::thread::scope(|scope| {
            // This process has nothing else to do until the ranges are there.
            let counting = if pass == Pass::Final { Some(scope.spawn(|| self.counted(&shared.plan, ranges))) } else { None };
            let folders = if work.ranges.is_empty() { Ok(Vec::new()) } else { elsewhere.settle(&work) };
            (folders, counting.map(|counting| counting.join().unwrap_or_else(|_| Err(poisoned()))))
        });
        let (folders, counted) = (folders?, counted.transpose()?);
        let folders: BTreeMap<usize, PathBuf> = given.into_iter().zip(folders).collect();
        let mut all = RangeDone { report: Tally::new(shared).report(), ..RangeDone::default() };
        for (index, range) in ranges.iter().enumerate() {
            let done = match (folders.get(&index), reuse.filter(|_| range.taken)) {
                (_, Some(reuse)) => reuse.take(self.handle, self.session, &self.job.out, index)?,
                (Some(folder), None) => {
                    let done = kept::take(folder, self.handle, self.session, &self.job.out, index)?;
                    if let Some(counted) = &counted {
                        let settled = done.control.clone().unwrap_or_default();
                        if settled != counted[index] {
                            return Err(Trouble::Refused(unequal(index, &settled, &counted[index])));
                        }
                    }
                    done
                }
                (None, None) => return Err(Trouble::Refused(absent(index))),
            };
            let done = if pass == Pass::Final { kept::leave(&self.job.out, index, done)? } else { done };
            all.claims.merge(done.claims)?;
            all.report.add(done.report);
            all.others.extend(done.others);
        }
        Ok(all)
    }

    /// What the facts of each range come to, read file by file and in no order: another way than that of the blocks.
    fn counted(&self, plan: &Plan, ranges: &[Range]) -> Result<Vec<Controls>, Refusal> {
        let mut all = vec![Controls::default(); ranges.len()];
        let last = ranges.len().saturating_sub(1);
        for (table, (from, to)) in &plan.months {
            let Some(scan) = self.heaps.get(table) else { continue };
            let wanted: Vec<_> = plan.columns.get(table).into_iter().flatten().copied().filter(|col| table.has(*col)).collect();
            let mut columns = control::columns(&wanted);
            columns.extend(self.version_columns(*table).iter().filter(|name| **name != "event_id"));
            let mut stream = self.handle.block_on(scan.open_unsorted(&columns, source::in_months(*from, *to)))?;
            while let Some(batch) = self.handle.block_on(stream.next()) {
                let batch = self.counting(*table, batch.map_err(|error| source::failed(&error))?)?;
                let facts = control::Facts::new(&wanted, &batch)?;
                let mut at: Option<(&str, usize)> = None;
                for row in 0..batch.num_rows() {
                    let partner = facts.partner(row);
                    let index = match at {
                        Some((known, index)) if known == partner => index,
                        _ => ranges.partition_point(|range| range.last.as_str() < partner).min(last),
                    };
                    at = Some((partner, index));
                    all[index].add_row(*table, &facts, row);
                }
            }
        }
        Ok(all)
    }
}

/// Settles ranges of a run that stands elsewhere.
pub struct Settler<'a> {
    files: &'a Files<'a>,
    names: Names,
    at: RwLock<At>,
}

/// The pass that is settled now.
struct At {
    step: String,
    pass: Pass,
    ranges: usize,
    shared: Shared,
}

/// Surveys what all ranges of a run need, and lets `work` settle some of them. Of the job `out`, `reuse`, `basis` and `elsewhere` are not looked at.
///
/// # Errors
/// As [`super::settle`], and whatever `work` refuses.
pub fn settle_elsewhere<T>(
    handle: &Handle,
    job: &SettleJob<'_>,
    work: impl FnOnce(&Settler<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let session = source::session(job.memory_bytes, 16)?;
    let mut files = Files::new(handle, &session, job)?;
    files.controlled = true;
    let shared = files.survey(Plan::new(job.policies, job.period)?, None)?;
    let names = Names::new(&shared);
    let at = At { step: String::new(), pass: Pass::Final, ranges: 0, shared };
    work(&Settler { files: &files, names, at: RwLock::new(at) })
}

impl Settler<'_> {
    /// Settles a range of a pass into a folder, which is made, or emptied of what a run leaves there. Any number of threads may do so at once; those of
    /// another pass wait.
    ///
    /// # Errors
    /// As [`super::settle`].
    pub fn range(&self, step: &str, range: &str, out: &Path) -> Result<(), Refusal> {
        let given: GivenIn = serde_json::from_str(range).map_err(|error| garbled(&error))?;
        prepare(out)?;
        loop {
            let at = self.at.read().unwrap_or_else(PoisonError::into_inner);
            if at.step != step {
                drop(at);
                self.turn_to(step)?;
                continue;
            }
            let place = (given.index, given.index + 1 == at.ranges);
            let done = self.files.settle_range(&at.shared, at.pass, place, &given.range, &self.names, out)?;
            kept::leave(out, given.index, done)?;
            return Ok(());
        }
    }

    fn turn_to(&self, step: &str) -> Result<(), Refusal> {
        let next: StepIn = serde_json::from_str(step).map_err(|error| garbled(&error))?;
        let mut at = self.at.write().unwrap_or_else(PoisonError::into_inner);
        at.shared.decided = next.decided;
        (at.pass, at.ranges) = (next.pass, next.ranges);
        step.clone_into(&mut at.step);
        Ok(())
    }
}
