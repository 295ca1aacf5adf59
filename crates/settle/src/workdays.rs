//! Working days: Monday to Friday, but for the days the calendar of the State Council moves (R0.12).

use qudao_kernel::{Date, Refusal};
use std::collections::BTreeMap;

/// The calendar, in the binary.
const CALENDAR: &str = include_str!("../../../definitions/calendar/holidays.csv");
/// First weekday that is none to work on, counted from Monday = 1.
const SATURDAY: u32 = 6;

/// Days that differ from the plain week: whether one works on them.
#[derive(Debug, Clone, Default)]
pub struct Workdays(BTreeMap<Date, bool>);

impl Workdays {
    /// The official calendar.
    ///
    /// # Errors
    /// `BadInput settle.calendar.file`; a test shows that the embedded file is right.
    pub fn official() -> Result<Self, Refusal> {
        let mut days = BTreeMap::new();
        for line in CALENDAR.lines().skip(1).filter(|line| !line.is_empty()) {
            let mut cells = line.split(',');
            let (day, kind) = (cells.next().and_then(|day| day.parse().ok()), cells.next());
            match (day, kind) {
                (Some(day), Some("rest")) => days.insert(day, false),
                (Some(day), Some("work")) => days.insert(day, true),
                _ => {
                    return Err(Refusal::bad_input(
                        "settle.calendar.file",
                        format!("工作日历有一行无法识别：{line}"),
                        format!("a line of the working calendar cannot be read: {line}"),
                    ));
                }
            };
        }
        Ok(Self(days))
    }

    /// Whether one works on a day.
    pub fn works(&self, day: Date) -> bool {
        self.0.get(&day).copied().unwrap_or_else(|| day.weekday() < SATURDAY)
    }

    /// The day that many working days later; the day itself is not counted.
    pub fn after(&self, day: Date, working: i64) -> Date {
        let (mut day, mut left) = (day, working);
        while left > 0 {
            day = day.plus_days(1);
            left -= i64::from(self.works(day));
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_off_and_days_worked_instead_are_known() {
        let calendar = Workdays::official().unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(calendar.works(day("2026-08-31")), "a Monday");
        assert!(!calendar.works(day("2026-08-30")), "a Sunday");
        assert!(!calendar.works(day("2026-10-01")), "National Day, a Thursday");
        assert_eq!(calendar.after(day("2026-08-28"), 5), day("2026-09-04"), "over a weekend");
        assert_eq!(calendar.after(day("2026-08-31"), 0), day("2026-08-31"));
        assert!(calendar.after(day("2026-09-30"), 1) > day("2026-10-07"), "over the holiday week");
    }
}
