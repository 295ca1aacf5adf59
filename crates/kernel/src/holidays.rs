//! The working calendar: public holidays and the weekend days worked in exchange, as the State Council announces them (R0.12).

use crate::{Date, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days that differ from the plain week, with their source (see the README beside the file).
const SHIPPED: &str = include_str!("../../../definitions/calendar/holidays.csv");

/// What sort of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A working day, also a weekend day worked in exchange.
    Work,
    /// A weekend day off.
    Weekend,
    /// A public holiday, or a day off moved next to one.
    Holiday,
}

impl DayKind {
    /// All of them.
    pub const ALL: [DayKind; 3] = [DayKind::Work, DayKind::Weekend, DayKind::Holiday];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            DayKind::Work => "work",
            DayKind::Weekend => "weekend",
            DayKind::Holiday => "holiday",
        }
    }
}

/// A day that differs from the plain week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Off, or worked in exchange.
    pub rest: bool,
    /// The holiday it belongs to.
    pub name: Text,
}

/// The working calendar.
#[derive(Debug, Clone)]
pub struct Holidays {
    marked: BTreeMap<Date, Marked>,
}

impl Holidays {
    /// The calendar the project ships.
    pub fn shipped() -> Self {
        let rows = SHIPPED.lines().skip(1).filter_map(|line| {
            let mut cells = line.split(',');
            let (day, rest) = (cells.next()?.parse().ok()?, cells.next()? == "rest");
            Some((day, Marked { rest, name: Text::new(cells.next()?, cells.next()?) }))
        });
        Self { marked: rows.collect() }
    }

    /// What sort of day it is.
    pub fn kind(&self, day: Date) -> DayKind {
        match self.marked.get(&day) {
            Some(marked) if marked.rest => DayKind::Holiday,
            Some(_) => DayKind::Work,
            None if day.weekday() >= 6 => DayKind::Weekend,
            None => DayKind::Work,
        }
    }

    /// The day that many working days later; the day itself is not counted.
    pub fn after(&self, day: Date, working: i64) -> Date {
        let (mut day, mut left) = (day, working);
        while left > 0 {
            day = day.plus_days(1);
            left -= i64::from(self.kind(day) == DayKind::Work);
        }
        day
    }

    /// The days of a range, both included, that differ from the plain week.
    pub fn marked(&self, from: Date, to: Date) -> impl Iterator<Item = (Date, &Marked)> {
        self.marked.range(from..=to.max(from)).map(|(day, marked)| (*day, marked))
    }

    /// How many days of each kind a range has, both ends included: work, weekend, holiday.
    pub fn count(&self, from: Date, to: Date) -> [i64; 3] {
        let mut counts = [0; 3];
        for day in from.days()..=to.days() {
            counts[self.kind(Date::from_days(day)) as usize] += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_2026_are_as_announced() {
        // R0.12
        let calendar = Holidays::shipped();
        let kind = |text: &str| calendar.kind(text.parse().unwrap());
        assert_eq!(kind("2026-02-16"), DayKind::Holiday);
        assert_eq!(kind("2026-02-14"), DayKind::Work);
        assert_eq!(kind("2026-07-04"), DayKind::Weekend);
        assert_eq!(kind("2026-07-06"), DayKind::Work);
        for (year, rest, work) in [(2025, 28, 5), (2026, 33, 6), (2027, 13, 0)] {
            let count = |wanted| calendar.marked.iter().filter(|(day, marked)| day.year() == year && marked.rest == wanted).count();
            assert_eq!((count(true), count(false)), (rest, work), "{year}");
        }
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(calendar.after(day("2026-08-28"), 5), day("2026-09-04"), "over a weekend");
        assert_eq!(calendar.after(day("2026-08-31"), 0), day("2026-08-31"));
        assert!(calendar.after(day("2026-09-30"), 1) > day("2026-10-07"), "over the holiday week");
        let [work, weekend, holiday] = calendar.count("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap());
        assert_eq!(work + weekend + holiday, 31);
        let names: Vec<&str> = calendar
            .marked("2026-05-01".parse().unwrap(), "2026-05-01".parse().unwrap())
            .map(|(_, marked)| marked.name.zh.as_str())
            .collect();
        assert_eq!(names, ["劳动节"]);
    }
}
