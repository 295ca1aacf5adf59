//! Which rows are new: every id of an import against the others of the file and against all earlier batches.
//!
//! The verdict on a row depends on the rows, not on their order in the file. Bounds: one sixty-fourth of the ids at a time, per worker.

use super::ids::{EarlierIds, Known, NewIds};
use super::row::EXPLICIT;
use super::spill::{IdEntry, PARTS, Spill};
use qudao_kernel::Refusal;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// A set of row numbers.
pub(super) struct RowSet(Vec<AtomicU64>);

impl RowSet {
    fn new(rows: u64) -> Self {
        Self((0..=rows / 64).map(|_| AtomicU64::new(0)).collect())
    }

    fn insert(&self, row: u64) {
        if let Some(word) = self.0.get((row / 64) as usize) {
            word.fetch_or(1 << (row % 64), Relaxed);
        }
    }

    /// Whether a row is in it.
    pub(super) fn contains(&self, row: u64) -> bool {
        self.0.get((row / 64) as usize).is_some_and(|word| word.load(Relaxed) & (1 << (row % 64)) != 0)
    }
}

/// What becomes of the rows.
pub(super) struct Decisions {
    /// Rows that are there already.
    pub(super) duplicates: RowSet,
    /// Rows that contradict another.
    pub(super) conflicts: RowSet,
    /// Rows that are the latest of several versions.
    pub(super) winners: RowSet,
    /// How many rows are duplicates, conflicts, and corrections.
    pub(super) counts: [u64; 3],
    /// Ids of the rows that stay.
    pub(super) ids: NewIds,
}

impl Decisions {
    /// Rows that do not stay.
    pub(super) fn dropped(&self) -> u64 {
        self.counts[0] + self.counts[1]
    }
}

/// What a row is, next to the others of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Taken,
    Correction,
    Duplicate,
    Conflict,
}

/// Decides on all rows. `last_row` is the greatest row number, `folder` takes a temporary file.
pub(super) fn decide(
    spills: &[&Spill],
    earlier: &EarlierIds<'_>,
    last_row: u64,
    folder: Option<&Path>,
    workers: usize,
) -> Result<Decisions, Refusal> {
    let (duplicates, conflicts, winners) = (RowSet::new(last_row), RowSet::new(last_row), RowSet::new(last_row));
    let ids = Mutex::new(NewIds::new(folder)?);
    let next = AtomicUsize::new(0);
    let work = || -> Result<[u64; 3], Refusal> {
        let mut counts = [0; 3];
        let (mut entries, mut known, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let part = next.fetch_add(1, Relaxed);
            if part >= PARTS {
                return Ok(counts);
            }
            entries.clear();
            kept.clear();
            for spill in spills {
                spill.read_part(part, &mut entries)?;
            }
            entries.sort_unstable();
            seen_before(&entries, earlier, part, &mut known)?;
            let mut judge = |entry: &IdEntry, verdict: Verdict, wins: bool| {
                let row = entry.row & !EXPLICIT;
                match verdict {
                    Verdict::Duplicate => {
                        counts[0] += 1;
                        duplicates.insert(row);
                    }
                    Verdict::Conflict => {
                        counts[1] += 1;
                        conflicts.insert(row);
                    }
                    Verdict::Taken | Verdict::Correction => {
                        counts[2] += u64::from(verdict == Verdict::Correction);
                        Known { id: entry.id, since: entry.known, content: entry.content }.write(&mut kept);
                        if wins {
                            winners.insert(row);
                        }
                    }
                }
            };
            let mut rest = known.as_slice();
            for group in entries.chunk_by(|one, other| one.id == other.id) {
                rest = &rest[rest.partition_point(|known| known.id < group[0].id)..];
                let versions = &rest[..rest.partition_point(|known| known.id == group[0].id)];
                decide_id(group, versions, &mut judge);
            }
            match ids.lock() {
                Ok(mut ids) => ids.put(part, &kept)?,
                Err(poisoned) => poisoned.into_inner().put(part, &kept)?,
            }
        }
    };
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.max(1)).map(|_| scope.spawn(work)).collect();
        super::pool::join(threads)
    })?;
    let counts = counts.into_iter().fold([0; 3], |sum, counts| [sum[0] + counts[0], sum[1] + counts[1], sum[2] + counts[2]]);
    let ids = ids.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(Decisions { duplicates, conflicts, winners, counts, ids })
}

/// The earlier versions of the sorted entries' ids, sorted.
fn seen_before(entries: &[IdEntry], earlier: &EarlierIds<'_>, part: usize, known: &mut Vec<Known>) -> Result<(), Refusal> {
    known.clear();
    if entries.is_empty() || earlier.is_empty() {
        return Ok(());
    }
    earlier.each_of_part(part, |ids| {
        let mut rest = entries;
        for earlier in ids {
            while rest.first().is_some_and(|entry| entry.id < earlier.id) {
                rest = &rest[1..];
            }
            match rest.first() {
                Some(entry) if entry.id == earlier.id => known.push(earlier),
                Some(_) => {}
                None => return,
            }
        }
    })?;
    known.sort_unstable();
    Ok(())
}

/// Decides on the rows of one id, which are sorted by known day, against the versions there are.
fn decide_id(rows: &[IdEntry], there: &[Known], judge: &mut impl FnMut(&IdEntry, Verdict, bool)) {
    if let ([row], []) = (rows, there) {
        return judge(row, Verdict::Taken, false);
    }
    let mut versions: Vec<(i32, u64)> = there.iter().map(|known| (known.since, known.content)).collect();
    let mut taken: Vec<(&IdEntry, Verdict)> = Vec::new();
    for day in rows.chunk_by(|one, other| one.known == other.known) {
        let current = versions.iter().max().copied();
        let is_later =
            |row: &IdEntry| current.is_none_or(|(known, content)| row.row & EXPLICIT != 0 && row.known > known && row.content != content);
        let mut later = day.iter().filter(|row| is_later(row));
        let new = later.next();
        let contradict = new.is_some_and(|new| later.any(|row| row.content != new.content));
        if let Some(new) = new.filter(|_| !contradict) {
            taken.push((new, if current.is_some() { Verdict::Correction } else { Verdict::Taken }));
            versions.push((new.known, new.content));
        }
        for row in day {
            if new.is_some_and(|new| !contradict && new.row == row.row) {
                continue;
            }
            let is_there = versions.iter().any(|(_, content)| *content == row.content);
            let conflict = !is_there || (contradict && is_later(row));
            judge(row, if conflict { Verdict::Conflict } else { Verdict::Duplicate }, false);
        }
    }
    let last = taken.len().wrapping_sub(1);
    for (index, (row, verdict)) in taken.into_iter().enumerate() {
        judge(row, verdict, index == last && versions.len() > 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: bool = true;

    /// Rows as (known day, content, whether the day was given); versions there as (known day, content).
    fn check(rows: &[(i32, u64, bool)], there: &[(i32, u64)]) -> String {
        let there: Vec<Known> = there.iter().map(|(known, content)| Known { id: 1, since: *known, content: *content }).collect();
        let entry = |(row, (known, content, given)): (usize, &(i32, u64, bool))| IdEntry {
            id: 1,
            known: *known,
            content: *content,
            row: row as u64 + if *given { EXPLICIT } else { 0 },
        };
        let mut entries: Vec<IdEntry> = rows.iter().enumerate().map(entry).collect();
        entries.sort_unstable();
        let mut letters = vec!['?'; rows.len()];
        decide_id(&entries, &there, &mut |entry, verdict, wins| {
            letters[(entry.row & !EXPLICIT) as usize] = match (verdict, wins) {
                (Verdict::Taken, false) => 't',
                (Verdict::Taken, true) => 'T',
                (Verdict::Correction, false) => 'c',
                (Verdict::Correction, true) => 'C',
                (Verdict::Duplicate, _) => 'd',
                (Verdict::Conflict, _) => 'x',
            };
        });
        letters.into_iter().collect()
    }

    #[test]
    fn rows_of_one_file() {
        assert_eq!(check(&[(9, 1, false)], &[]), "t");
        assert_eq!(check(&[(9, 1, false), (9, 1, false)], &[]), "td");
        assert_eq!(check(&[(9, 1, false), (9, 2, false)], &[]), "xx", "nobody knows which is right");
        assert_eq!(check(&[(9, 1, false), (9, 2, false), (9, 1, false)], &[]), "xxx");
        assert_eq!(check(&[(5, 1, GIVEN), (6, 2, GIVEN)], &[]), "tC");
        assert_eq!(check(&[(6, 2, GIVEN), (5, 1, GIVEN), (7, 1, GIVEN)], &[]), "ctC", "back to what it was");
        assert_eq!(check(&[(5, 1, GIVEN), (9, 2, false)], &[]), "tx", "no given day, no correction");
        assert_eq!(check(&[(5, 1, GIVEN), (9, 1, false)], &[]), "td");
    }

    #[test]
    fn rows_sent_again() {
        assert_eq!(check(&[(9, 1, false)], &[(5, 1)]), "d");
        assert_eq!(check(&[(9, 1, GIVEN)], &[(5, 1)]), "d", "exported again a day later");
        assert_eq!(check(&[(9, 2, false)], &[(5, 1)]), "x");
        assert_eq!(check(&[(5, 2, GIVEN)], &[(5, 1)]), "x", "not later");
        assert_eq!(check(&[(6, 2, GIVEN)], &[(5, 1)]), "C");
        assert_eq!(check(&[(6, 2, GIVEN), (6, 2, GIVEN)], &[(5, 1)]), "Cd");
        assert_eq!(check(&[(6, 2, GIVEN), (6, 3, GIVEN)], &[(5, 1)]), "xx");
        assert_eq!(check(&[(9, 1, false)], &[(5, 1), (6, 2)]), "d", "the first file comes again after the correction");
        assert_eq!(check(&[(9, 1, GIVEN)], &[(5, 1), (6, 2)]), "C", "a second correction, back to the first");
        assert_eq!(check(&[(6, 2, GIVEN), (7, 3, GIVEN), (9, 3, false)], &[(5, 1)]), "cCd");
    }
}
