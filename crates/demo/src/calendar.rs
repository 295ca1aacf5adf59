//! The working calendar and how much business a day sees.

use qudao_kernel::{Date, Month};
use std::collections::BTreeMap;

/// Days that differ from the plain week, with their source (see the README beside the file).
const HOLIDAYS: &str = include_str!("../../../definitions/calendar/holidays.csv");

/// What sort of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// A working day, also a weekend day worked in exchange.
    Work,
    /// A weekend day off.
    Weekend,
    /// A public holiday, or a day off moved next to one.
    Holiday,
}

impl DayKind {
    /// Business of the day, per mille of a working day. Holidays see 60 % (N38).
    const fn permille(self) -> u64 {
        match self {
            DayKind::Work => 1000,
            DayKind::Weekend => 850,
            DayKind::Holiday => 600,
        }
    }
}

/// The working calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    marked: BTreeMap<Date, bool>,
}

impl Calendar {
    /// The calendar the project ships.
    pub fn shipped() -> Self {
        let rows = HOLIDAYS.lines().skip(1).filter_map(|line| {
            let mut cells = line.split(',');
            Some((cells.next()?.parse().ok()?, cells.next()? == "rest"))
        });
        Self { marked: rows.collect() }
    }

    /// What sort of day it is.
    pub fn kind(&self, day: Date) -> DayKind {
        match self.marked.get(&day) {
            Some(true) => DayKind::Holiday,
            Some(false) => DayKind::Work,
            None if day.weekday() >= 6 => DayKind::Weekend,
            None => DayKind::Work,
        }
    }

    /// A month as the world plays it.
    pub(crate) fn page(&self, month: Month) -> Page {
        let first = month.first_day();
        let factors: Vec<u64> = (0..month.days()).map(|day| self.kind(first.plus_days(day as i32)).permille()).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_2026_are_as_announced() {
        // R0.12
        let calendar = Calendar::shipped();
        let kind = |text: &str| calendar.kind(text.parse().unwrap());
        assert_eq!(kind("2026-02-16"), DayKind::Holiday);
        assert_eq!(kind("2026-02-14"), DayKind::Work);
        assert_eq!(kind("2026-07-04"), DayKind::Weekend);
        assert_eq!(kind("2026-07-06"), DayKind::Work);
        for (year, rest, work) in [(2025, 28, 5), (2026, 33, 6), (2027, 13, 0)] {
            let count = |wanted| calendar.marked.iter().filter(|(day, rest)| day.year() == year && **rest == wanted).count();
            assert_eq!((count(true), count(false)), (rest, work), "{year}");
        }
    }
}
