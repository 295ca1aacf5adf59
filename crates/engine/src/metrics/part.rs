//! What was counted: numbers by key, and the different codes of measures that count those.

use crate::settle::subs::key as hash;
use qudao_metrics::Counted;

/// Different codes: those of short numbers, which are most of them, in half the room of the others.
#[derive(Default)]
pub(super) struct Codes {
    short: Kept<u64>,
    long: Kept<u128>,
}

impl Codes {
    pub(super) fn add(&mut self, code: u128) {
        match u64::try_from(code) {
            Ok(short) => self.short.add(short),
            Err(_) => self.long.add(code),
        }
    }

    /// Sorts them and takes repetitions out.
    pub(super) fn settle(&mut self) {
        self.short.settle();
        self.long.settle();
    }

    fn extend(&mut self, other: Self) {
        self.short.all.extend(other.short.all);
        self.long.all.extend(other.long.all);
    }

    fn count(self) -> usize {
        self.short.count() + self.long.count()
    }
}

/// Codes that are kept before repetitions are taken out.
const UNSETTLED: usize = 4_096;

/// A code like the one before is left out at once, other repetitions whenever the list has doubled.
#[derive(Default)]
struct Kept<C> {
    all: Vec<C>,
    /// How many there were when repetitions were last taken out.
    settled: usize,
}

impl<C: Ord + Copy> Kept<C> {
    fn add(&mut self, code: C) {
        if self.all.last() != Some(&code) {
            self.all.push(code);
            if self.all.len() >= 2 * self.settled.max(UNSETTLED) {
                self.settle();
            }
        }
    }

    fn settle(&mut self) {
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

/// Most digits of a number whose code is short.
const DIGITS: usize = 18;

/// The code of a text: 0 for none; a number counted among all numbers of as many digits or fewer, so that leading zeros tell; the hash of anything
/// else, which no number has.
pub(super) fn code_of(text: &str) -> u128 {
    if text.is_empty() {
        return 0;
    }
    if text.len() > DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return hash(text) | 1 << 127;
    }
    // Twice: the number itself, and how many shorter ones there are, the empty one among them.
    let (number, shorter) =
        text.bytes().fold((0_u64, 0_u64), |(number, shorter), digit| (number * 10 + u64::from(digit - b'0'), shorter * 10 + 1));
    u128::from(number + shorter)
}

/// What was counted under a key: sums of the measures, and the codes of those that count different ones.
pub(super) struct Tally {
    pub(super) sums: Vec<i128>,
    pub(super) codes: Vec<Codes>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.sums.iter_mut().zip(other.sums).for_each(|(sum, more)| *sum += more);
        self.codes.iter_mut().zip(other.codes).for_each(|(codes, more)| codes.extend(more));
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

#[cfg(test)]
mod tests {
    use super::{Codes, code_of};
    use std::collections::BTreeSet;

    #[test]
    fn a_code_tells_texts_apart() {
        let texts = [
            "",
            "0",
            "1",
            "9",
            "00",
            "01",
            "10",
            "99",
            "000",
            "123456789012345678",
            "999999999999999999",
            "1234567890123456789",
            "a",
            "1a",
        ];
        let codes: BTreeSet<u128> = texts.iter().map(|text| code_of(text)).collect();
        assert_eq!(codes.len(), texts.len());
        assert_eq!([code_of(""), code_of("0"), code_of("9"), code_of("00"), code_of("99"), code_of("000")], [0, 1, 10, 11, 110, 111]);
        assert!(code_of("999999999999999999") < 1 << 64 && code_of("a") >= 1 << 64);
    }

    #[test]
    fn codes_of_several_threads_are_counted_once() {
        let gathered = |from: u32, to: u32| {
            let mut codes = Codes::default();
            for number in (from..to).chain(from..to) {
                codes.add(code_of(&number.to_string()));
                codes.add(code_of(&format!("K{number}")));
            }
            codes.settle();
            codes
        };
        let mut all = gathered(0, 9_000);
        all.extend(gathered(5_000, 12_000));
        assert_eq!(all.count(), 2 * 12_000);
    }
}
