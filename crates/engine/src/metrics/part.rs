//! What was counted: numbers by key, and the different codes of measures that count those.

use crate::settle::subs::key as hash;
use qudao_metrics::Counted;

/// Different codes. A code like the one before is left out at once, other repetitions whenever the list has doubled.
#[derive(Default)]
pub(super) struct Codes {
    all: Vec<u128>,
    /// How many there were when repetitions were last taken out.
    settled: usize,
}

/// Codes that are kept before repetitions are taken out.
const UNSETTLED: usize = 4_096;

impl Codes {
    pub(super) fn add(&mut self, code: u128) {
        if self.all.last() != Some(&code) {
            self.all.push(code);
            if self.all.len() >= 2 * self.settled.max(UNSETTLED) {
                self.settle();
            }
        }
    }

    /// Sorts them and takes repetitions out.
    pub(super) fn settle(&mut self) {
        self.all.sort_unstable();
        self.all.dedup();
        self.settled = self.all.len();
    }

    /// How many there are. Those of several threads stand one after the other, each in order: a sort that keeps equals merges them.
    fn count(mut self) -> usize {
        self.all.sort();
        self.all.dedup();
        self.all.len()
    }
}

/// The code of a text: the number it is, if it is one, or its hash; 0 for none.
pub(super) fn code_of(text: &str) -> u128 {
    let digits = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    match (text.is_empty(), digits) {
        (true, _) => 0,
        // With the length, so that leading zeros tell.
        (false, true) => (text.len() as u128) << 64 | text.bytes().fold(0, |number, digit| number * 10 + u128::from(digit - b'0')),
        (false, false) => hash(text),
    }
}

/// What was counted under a key: sums of the measures, and the codes of those that count different ones.
pub(super) struct Tally {
    pub(super) sums: Vec<i128>,
    pub(super) codes: Vec<Codes>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.sums.iter_mut().zip(other.sums).for_each(|(sum, more)| *sum += more);
        self.codes.iter_mut().zip(other.codes).for_each(|(codes, more)| codes.all.extend(more.all));
    }

    /// The numbers; those of the measures stand at `slots` of a row of `width`.
    fn numbers(self, distinct: &[usize], slots: &[usize], width: usize) -> Vec<i128> {
        let mut row = vec![0; width];
        slots.iter().zip(self.sums).for_each(|(slot, sum)| row[*slot] = sum);
        distinct.iter().zip(self.codes).for_each(|(measure, codes)| row[slots[*measure]] = codes.count() as i128);
        row
    }
}

/// Numbers by key, of which several threads may have some of the same.
#[derive(Default)]
pub(super) struct Part {
    pub(super) rows: Vec<(Vec<String>, Tally)>,
    /// Measures that count different codes.
    pub(super) distinct: Vec<usize>,
}

impl Part {
    /// Adds another of the same question.
    pub(super) fn add(&mut self, other: Part) {
        self.rows.extend(other.rows);
        self.distinct = other.distinct;
    }

    /// The numbers; those of the measures stand at `slots` of a row of `width`.
    pub(super) fn counted(mut self, slots: &[usize], width: usize) -> Counted {
        self.rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut rows: Vec<(Vec<String>, Tally)> = Vec::with_capacity(self.rows.len());
        for (key, tally) in self.rows {
            match rows.last_mut() {
                Some((last, held)) if *last == key => held.add(tally),
                _ => rows.push((key, tally)),
            }
        }
        rows.into_iter().map(|(key, tally)| (key, tally.numbers(&self.distinct, slots, width))).collect()
    }
}
