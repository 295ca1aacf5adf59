//! Time as the test says.

use qudao_platform::Clock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

/// 2026-07-01T00:00:00Z.
const START_US: i64 = 1_782_864_000_000_000;

impl Default for ManualClock {
    fn default() -> Self {
        Self(AtomicI64::new(START_US))
    }
}

impl ManualClock {
    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Sets the clock, microseconds since 1970; backwards too.
    pub fn set_us(&self, instant: i64) {
        self.0.store(instant, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_us(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
