//! How much business a day sees.

pub use qudao_kernel::holidays::DayKind;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Month};

/// Business of a day, per mille of a working day. Holidays see 60 % (N38).
const fn permille(kind: DayKind) -> u64 {
    match kind {
        DayKind::Work => 1000,
        DayKind::Weekend => 850,
        DayKind::Holiday => 600,
    }
}

/// The working calendar.
#[derive(Debug, Clone)]
pub struct Calendar(Holidays);

impl Calendar {
    /// The calendar the project ships.
    pub fn shipped() -> Self {
        Self(Holidays::shipped())
    }

    /// What sort of day it is.
    pub fn kind(&self, day: Date) -> DayKind {
        self.0.kind(day)
    }

    /// A month as the world plays it.
    pub(crate) fn page(&self, month: Month) -> Page {
        let first = month.first_day();
        let factors: Vec<u64> = (0..month.days()).map(|day| permille(self.kind(first.plus_days(day as i32)))).collect();
        Page { month, first, total: factors.iter().sum(), factors }
    }
}

/// A month: its days and how much business each sees.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) month: Month,
    pub(crate) first: Date,
    /// Business of each day, per mille of a working day, and their sum.
    pub(crate) factors: Vec<u64>,
    pub(crate) total: u64,
}

impl Page {
    /// Whether the day lies in the month.
    pub(crate) fn has(&self, day: Date) -> bool {
        (0..self.factors.len() as i32).contains(&(day.days() - self.first.days()))
    }
}

/// Business of a month, per mille of an average one: dull around the Spring Festival, busy when schools begin.
pub(crate) const fn season_permille(month: Month) -> u64 {
    const SEASON: [u64; 12] = [1020, 900, 980, 970, 990, 1010, 1000, 1030, 1090, 1010, 1000, 1000];
    SEASON[month.number() as usize - 1]
}
