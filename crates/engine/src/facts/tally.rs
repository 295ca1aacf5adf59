//! Counting rows and fen per day and kind, and whom rows belong to.

use super::attribute::Unattributed;
use super::row::{Layout, Row, Value};
use qudao_kernel::facts::Col;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::columnar::facts::{DayCount, Tally};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Unknown codes repeated in a report.
const CODES: usize = 20;
/// Days of rows whose date cannot be read.
pub(super) const NO_DAY: i32 = i32::MIN;

/// What is counted of one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// Day, or [`NO_DAY`].
    pub(super) day: i32,
    /// Kind, as numbered by [`Tallies::kind`].
    pub(super) kind: u16,
    /// Fen.
    pub(super) amount: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    received: (u64, i128),
    rejected: (u64, i128),
}

/// Counts of one worker, or of the whole import after [`Tallies::merge`].
#[derive(Debug, Default)]
pub(super) struct Tallies {
    kinds: Vec<String>,
    numbers: HashMap<String, u16>,
    last_kind: u16,
    days: HashMap<(i32, u16), Sums>,
    /// Rows that belong to nobody: by outlet, by partner, unnamed.
    pub(super) unattributed: [u64; 3],
    /// The smallest unknown codes.
    pub(super) codes: BTreeSet<String>,
}

impl Tallies {
    /// The number of a kind.
    pub(super) fn kind(&mut self, kind: &str) -> u16 {
        if self.kinds.get(usize::from(self.last_kind)).is_some_and(|last| last == kind) {
            return self.last_kind;
        }
        self.last_kind = match self.numbers.get(kind) {
            Some(number) => *number,
            // Open kinds beyond 65 535 share the last number.
            None => u16::try_from(self.kinds.len()).unwrap_or(u16::MAX),
        };
        if usize::from(self.last_kind) == self.kinds.len() {
            self.kinds.push(kind.to_owned());
            self.numbers.insert(kind.to_owned(), self.last_kind);
        }
        self.last_kind
    }

    /// A row that was read.
    pub(super) fn received(&mut self, row: Counted) {
        add(&mut self.days.entry((row.day, row.kind)).or_default().received, row.amount);
    }

    /// A row, counted before, that is not taken.
    pub(super) fn rejected(&mut self, row: Counted) {
        add(&mut self.days.entry((row.day, row.kind)).or_default().rejected, row.amount);
    }

    /// A row that belongs to nobody, and the code that is unknown.
    pub(super) fn nobody(&mut self, why: Unattributed, code: &str) {
        self.unattributed[why as usize] += 1;
        if !code.is_empty() && (self.codes.len() < CODES || self.codes.last().is_some_and(|last| code < last.as_str())) {
            self.codes.insert(code.to_owned());
            if self.codes.len() > CODES {
                self.codes.pop_last();
            }
        }
    }

    /// A row, taken for good before, that turned out to be there already or to contradict another.
    pub(super) fn dropped(&mut self, row: Row<'_>, layout: &Layout) {
        let (mut kind, mut day, mut amount, mut outlet, mut partner) = ("", NO_DAY, 0, false, false);
        row.cells(layout, |position, value| match value {
            Value::Text(text) if Some(position) == layout.kind => kind = text,
            Value::Text(_) => {
                outlet |= layout.slots[position].col == Col::Outlet;
                partner |= layout.slots[position].col == Col::Partner;
            }
            Value::Narrow(value) if position == layout.day => day = value,
            Value::Wide(value) if Some(position) == layout.amount => amount = value,
            _ => {}
        });
        let kind = self.kind(kind);
        self.rejected(Counted { day, kind, amount });
        if row.rank() == 0 {
            let why = match (outlet, partner) {
                (true, _) => Unattributed::Outlet,
                (false, true) => Unattributed::Partner,
                (false, false) => Unattributed::Unnamed,
            };
            self.unattributed[why as usize] -= 1;
        }
    }

    /// Adds another's counts.
    pub(super) fn merge(&mut self, other: &Tallies) {
        for ((day, kind), sums) in &other.days {
            let kind = self.kind(&other.kinds[usize::from(*kind)]);
            let own = self.days.entry((*day, kind)).or_default();
            for (own, other) in [(&mut own.received, sums.received), (&mut own.rejected, sums.rejected)] {
                own.0 += other.0;
                own.1 += other.1;
            }
        }
        for (own, other) in self.unattributed.iter_mut().zip(other.unattributed) {
            *own += other;
        }
        self.codes.extend(other.codes.iter().cloned());
        while self.codes.len() > CODES {
            self.codes.pop_last();
        }
    }

    /// Rows not taken.
    pub(super) fn faulty(&self) -> u64 {
        self.days.values().map(|sums| sums.rejected.0).sum()
    }

    /// Rows read.
    pub(super) fn total(&self) -> u64 {
        self.days.values().map(|sums| sums.received.0).sum()
    }

    /// The counts by day and kind; rows without a readable day first.
    ///
    /// # Errors
    /// An amount does not fit.
    pub(super) fn days(&self) -> Result<Vec<DayCount>, Refusal> {
        let sorted: BTreeMap<(i32, &str), &Sums> =
            self.days.iter().map(|((day, kind), sums)| ((*day, self.kinds[usize::from(*kind)].as_str()), sums)).collect();
        sorted
            .into_iter()
            .map(|((day, kind), sums)| {
                let accepted = (sums.received.0 - sums.rejected.0, sums.received.1 - sums.rejected.1);
                Ok(DayCount {
                    day: (day != NO_DAY).then(|| Date::from_days(day)),
                    kind: kind.to_owned(),
                    received: tally(sums.received)?,
                    accepted: tally(accepted)?,
                    rejected: tally(sums.rejected)?,
                })
            })
            .collect()
    }
}

fn add(sums: &mut (u64, i128), amount: i64) {
    sums.0 += 1;
    sums.1 += i128::from(amount);
}

fn tally((rows, amount): (u64, i128)) -> Result<Tally, Refusal> {
    fen(amount).map(|amount| Tally { rows, amount: Fen(amount) })
}

/// A sum as fen.
pub(super) fn fen(sum: i128) -> Result<i64, Refusal> {
    i64::try_from(sum).map_err(|_| {
        Refusal::bad_input(
            "facts.sum.large",
            "金额合计超出可表示的范围；请检查金额列是否错列，或拆分文件",
            "the amounts add up to more than can be held; check the amount columns, or split the file",
        )
    })
}
