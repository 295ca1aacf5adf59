//! How long checks take, for whoever watches the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, nanoseconds: from a microsecond to the millisecond a check has to stay below, and what would be too long.
pub const BOUNDS: [u64; 6] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// Checks since the start.
#[derive(Debug, Default)]
pub struct Pace {
    all: AtomicU64,
    nanos: AtomicU64,
    within: [AtomicU64; BOUNDS.len()],
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paced {
    /// Checks.
    pub all: u64,
    /// Their nanoseconds together.
    pub nanos: u64,
    /// How many took no longer than each of [`BOUNDS`].
    pub within: [u64; BOUNDS.len()],
}

impl Pace {
    /// A check was made.
    pub(super) fn took(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.all.fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        for (bound, count) in BOUNDS.iter().zip(&self.within) {
            if nanos <= *bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// What was counted until now.
    pub fn so_far(&self) -> Paced {
        let value = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let mut within = [0; BOUNDS.len()];
        for (to, count) in within.iter_mut().zip(&self.within) {
            *to = value(count);
        }
        Paced { all: value(&self.all), nanos: value(&self.nanos), within }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_in_every_bucket_it_fits() {
        // R1.9
        let pace = Pace::default();
        pace.took(Duration::from_nanos(900));
        pace.took(Duration::from_millis(2));
        assert_eq!(pace.so_far(), Paced { all: 2, nanos: 2_000_900, within: [1, 1, 1, 1, 2, 2] });
    }
}
