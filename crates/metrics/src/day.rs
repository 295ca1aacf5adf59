//! Keys of time: what a day is called in each, and which key of another period stands beside it.

use crate::dimension::Dimension;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Month};

/// The key of a day in a dimension of time; `None` for the other dimensions.
pub fn day_key(dimension: Dimension, day: Date, holidays: &Holidays) -> Option<String> {
    Some(match dimension {
        Dimension::Day => day.to_string(),
        Dimension::Week => monday(day).to_string(),
        Dimension::Month => day.month().to_string(),
        Dimension::Weekday => day.weekday().to_string(),
        Dimension::DayKind => holidays.kind(day).code().to_owned(),
        _ => return None,
    })
}

fn monday(day: Date) -> Date {
    day.plus_days(1 - day.weekday() as i32)
}

/// The days a key of days, weeks or months covers, both ends included.
pub fn span_of_key(dimension: Dimension, key: &str) -> Option<(Date, Date)> {
    match dimension {
        Dimension::Day => key.parse().ok().map(|day| (day, day)),
        Dimension::Week => key.parse::<Date>().ok().map(|day| (day, day.plus_days(6))),
        Dimension::Month => key.parse::<Month>().ok().map(|month| (month.first_day(), month.last_day())),
        _ => None,
    }
}

/// Every key of days, weeks or months in a range, rising; nothing for the other dimensions.
pub fn keys_between(dimension: Dimension, from: Date, to: Date) -> Vec<String> {
    let mut keys = Vec::new();
    let mut day = from;
    while day <= to {
        let next = match dimension {
            Dimension::Day => day.plus_days(1),
            Dimension::Week => monday(day).plus_days(7),
            Dimension::Month => day.month().plus(1).first_day(),
            _ => break,
        };
        keys.push(match dimension {
            Dimension::Day => day.to_string(),
            Dimension::Week => monday(day).to_string(),
            _ => day.month().to_string(),
        });
        day = next;
    }
    keys
}

/// How far another period lies back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// Whole months, for ranges of whole months and for last year.
    Months(i32),
    /// Days.
    Days(i32),
}

impl Shift {
    /// From a range to the one directly before it: as many months where it is whole months, else as many days.
    pub fn previous(from: Date, to: Date) -> Self {
        if is_whole_months(from, to) { Shift::Months(to.month().since(from.month()) + 1) } else { Shift::Days(to.days() - from.days() + 1) }
    }

    /// The range so far back.
    pub fn back(self, from: Date, to: Date) -> (Date, Date) {
        match self {
            Shift::Months(months) if is_whole_months(from, to) => {
                (from.month().plus(-months).first_day(), to.month().plus(-months).last_day())
            }
            Shift::Months(months) => (from.plus_months(-months), to.plus_months(-months)),
            Shift::Days(days) => (from.plus_days(-days), to.plus_days(-days)),
        }
    }

    /// The key of now beside which a key of then stands; `None` where a day of then has no like, such as the 31st of a longer month.
    pub fn forward(self, dimension: Dimension, key: &str) -> Option<String> {
        match (dimension, self) {
            (Dimension::Day, Shift::Days(days)) => Some(key.parse::<Date>().ok()?.plus_days(days).to_string()),
            (Dimension::Day, Shift::Months(months)) => {
                let then: Date = key.parse().ok()?;
                let now = then.plus_months(months);
                (now.day() == then.day()).then(|| now.to_string())
            }
            (Dimension::Week, shift) => {
                let then: Date = key.parse().ok()?;
                let days = match shift {
                    Shift::Days(days) => days,
                    Shift::Months(months) => then.plus_months(months).days() - then.days(),
                };
                Some(then.plus_days((days + 3).div_euclid(7) * 7).to_string())
            }
            (Dimension::Month, Shift::Months(months)) => Some(key.parse::<Month>().ok()?.plus(months).to_string()),
            (Dimension::Month, Shift::Days(days)) => {
                let then = key.parse::<Month>().ok()?.first_day();
                Some(then.plus_days(days.max(0) + 3).month().to_string())
            }
            _ => Some(key.to_owned()),
        }
    }
}

pub(crate) fn is_whole_months(from: Date, to: Date) -> bool {
    from.day() == 1 && to == to.month().last_day()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn periods_stand_beside_each_other() {
        let (from, to) = (day("2026-07-01"), day("2026-07-31"));
        let shift = Shift::previous(from, to);
        assert_eq!(shift.back(from, to), (day("2026-06-01"), day("2026-06-30")));
        assert_eq!(shift.forward(Dimension::Day, "2026-06-30").as_deref(), Some("2026-07-30"));
        assert_eq!(Shift::Months(1).forward(Dimension::Day, "2026-08-31"), None, "September has no 31st");
        let shift = Shift::previous(day("2026-07-06"), day("2026-07-12"));
        assert_eq!(shift.back(day("2026-07-06"), day("2026-07-12")), (day("2026-06-29"), day("2026-07-05")));
        assert_eq!(shift.forward(Dimension::Week, "2026-06-29").as_deref(), Some("2026-07-06"));
        assert_eq!(Shift::Months(12).back(day("2026-07-06"), day("2026-07-12")), (day("2025-07-06"), day("2025-07-12")));
        assert_eq!(Shift::Months(12).forward(Dimension::Month, "2025-07").as_deref(), Some("2026-07"));
    }

    #[test]
    fn every_week_and_month_of_a_range_is_named() {
        assert_eq!(keys_between(Dimension::Week, day("2026-07-01"), day("2026-07-13")), ["2026-06-29", "2026-07-06", "2026-07-13"]);
        assert_eq!(keys_between(Dimension::Month, day("2026-12-31"), day("2027-01-01")), ["2026-12", "2027-01"]);
        assert_eq!(keys_between(Dimension::Day, day("2026-07-31"), day("2026-08-01")), ["2026-07-31", "2026-08-01"]);
        assert!(keys_between(Dimension::Outlet, day("2026-07-31"), day("2026-08-01")).is_empty());
    }
}
