//! Random cases: a set of policies drawn from the whole language, and worlds (master rows and facts) to run it on.

use crate::random_policy::policies;
use qudao_kernel::{Date, Month};
use qudao_policy::model::PolicySet;
use std::cell::Cell;

/// SplitMix64.
pub(crate) struct Rng(Cell<u64>);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(Cell::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)))
    }
    pub(crate) fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(crate) fn below(&self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
    pub(crate) fn between(&self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }
    pub(crate) fn chance(&self, percent: usize) -> bool {
        self.below(100) < percent
    }
    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
    /// A number below the length of the list, as often as its weight says.
    pub(crate) fn weighted(&self, weights: &[usize]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if at < *weight {
                return index;
            }
            at -= weight;
        }
        0
    }
    /// The numbers below `len` in any order.
    pub(crate) fn shuffled(&self, len: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..len).collect();
        for index in (1..len).rev() {
            all.swap(index, self.below(index + 1));
        }
        all
    }
}

/// Policies, and the months they are settled for.
pub(crate) struct Case {
    pub set: PolicySet,
    pub months: Vec<Month>,
}

impl Case {
    pub(crate) fn new(seed: u64) -> Case {
        let rng = Rng::new(seed);
        let first = month(rng.between(0, 11) as i32);
        let count = 1 + rng.weighted(&[35, 35, 20, 10]) as i32;
        let months = (0..count).map(|index| first.plus(index)).collect();
        let set = policies(rng, first, count);
        Case { set, months }
    }
}

/// A month of the years cases are about, by number from 2026-01.
pub(crate) fn month(index: i32) -> Month {
    Month::new(2026, 1).unwrap().plus(index)
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> Date {
    Date::new(year, month, day).unwrap()
}
