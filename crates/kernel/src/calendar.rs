//! Dates and settlement months as small integers, so that they cost nothing in a column.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A business date: days since 1970-01-01 in the operator's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A calendar month: `year * 12 + (month - 1)`. The unit of settlement periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

/// A text that is not a date or month; holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date or month: {0:?} (want 2026-07-31 or 2026-07)")]
pub struct BadDate(pub String);

impl Date {
    /// From days since 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// From year, month (1–12) and day; `None` if there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Self(days_of(date)))
    }

    fn civil(self) -> (i32, u32, u32) {
        // Gregorian calendar from a day number, era by era (400 years = 146 097 days).
        let shifted = i64::from(self.0) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
        let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
        (year, month, day)
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        self.civil().0
    }

    /// Day of the month, 1–31.
    pub fn day(self) -> u32 {
        self.civil().2
    }

    /// ISO weekday, Monday = 1 … Sunday = 7.
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32 + 1
    }

    /// The month this date lies in.
    pub fn month(self) -> Month {
        let (year, month, _) = self.civil();
        Month(year * 12 + month as i32 - 1)
    }

    /// This many days later (or earlier, if negative).
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The same day of the month `months` later, clipped to that month's last day.
    pub fn plus_months(self, months: i32) -> Self {
        let target = self.month().plus(months);
        let first = target.first_day();
        let day = self.day().min(target.days());
        first.plus_days(day as i32 - 1)
    }

    /// Whole months from `self` to `later`: the greatest n with `self + n months <= later`; negative spans give 0.
    pub fn full_months_to(self, later: Date) -> i32 {
        let mut months = later.month().since(self.month());
        if months > 0 && self.plus_months(months) > later {
            months -= 1;
        }
        months.max(0)
    }
}

fn days_of(date: jiff::civil::Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    date.since((jiff::Unit::Day, epoch)).map_or(0, |span| span.get_days())
}

impl Month {
    /// From a year and a month number 1–12; `None` outside.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=9999).contains(&year)).then(|| Self(year * 12 + month as i32 - 1))
    }

    /// From the running number `year * 12 + month - 1`.
    pub const fn from_index(index: i32) -> Self {
        Self(index)
    }

    /// The running number `year * 12 + month - 1`.
    pub const fn index(self) -> i32 {
        self.0
    }

    /// Calendar year.
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Month number 1–12.
    pub const fn number(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    /// `months` later (or earlier).
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// Months from `earlier` to `self`.
    pub const fn since(self, earlier: Month) -> i32 {
        self.0 - earlier.0
    }

    /// First day.
    pub fn first_day(self) -> Date {
        Date::new(self.year(), self.number(), 1).unwrap_or(Date(0))
    }

    /// Last day.
    pub fn last_day(self) -> Date {
        self.plus(1).first_day().plus_days(-1)
    }

    /// Number of days.
    pub fn days(self) -> u32 {
        self.last_day().day()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl FromStr for Date {
    type Err = BadDate;
    /// Reads `2026-07-31`, `2026/7/31`, `20260731` and `2026年7月31日`.
    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad = || BadDate(text.chars().take(40).collect());
        let trimmed = text.trim();
        let parts: Vec<u32> = if trimmed.len() == 8 && trimmed.bytes().all(|b| b.is_ascii_digit()) {
            [&trimmed[..4], &trimmed[4..6], &trimmed[6..]].iter().filter_map(|p| p.parse().ok()).collect()
        } else {
            trimmed
                .trim_end_matches('日')
                .split(['-', '/', '年', '月', '.'])
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| bad())?
        };
        let [year, month, day] = parts[..] else { return Err(bad()) };
        if !(1900..=2200).contains(&year) {
            return Err(bad());
        }
        Date::new(year as i32, month, day).ok_or_else(bad)
    }
}

impl FromStr for Month {
    type Err = BadDate;
    /// Reads `2026-07`, `2026/7`, `202607` and `2026年7月`.
    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad = || BadDate(text.chars().take(40).collect());
        let trimmed = text.trim();
        let parts: Vec<u32> = if trimmed.len() == 6 && trimmed.bytes().all(|b| b.is_ascii_digit()) {
            [&trimmed[..4], &trimmed[4..]].iter().filter_map(|p| p.parse().ok()).collect()
        } else {
            trimmed.trim_end_matches('月').split(['-', '/', '年', '.']).map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?
        };
        let [year, month] = parts[..] else { return Err(bad()) };
        if !(1900..=2200).contains(&year) {
            return Err(bad());
        }
        Month::new(year as i32, month).ok_or_else(bad)
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
as_text!(Date);
as_text!(Month);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip_over_two_centuries() {
        let mut date: Date = "1900-01-01".parse().unwrap();
        let end: Date = "2100-12-31".parse().unwrap();
        while date <= end {
            assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
            assert!(date.month().first_day() <= date && date <= date.month().last_day());
            date = date.plus_days(13);
        }
    }

    #[test]
    fn full_months_clip_at_month_ends() {
        let d = |t: &str| t.parse::<Date>().unwrap();
        assert_eq!(d("2026-01-31").plus_months(1), d("2026-02-28"));
        assert_eq!(d("2026-01-15").full_months_to(d("2026-03-15")), 2);
        assert_eq!(d("2026-01-15").full_months_to(d("2026-03-14")), 1);
        assert_eq!(d("2026-03-15").full_months_to(d("2026-01-01")), 0);
        assert_eq!(d("2026-11-23").weekday(), 1);
    }

    #[test]
    fn wrong_dates_are_refused() {
        for text in ["", "2026-02-29", "2026-13-01", "abc", "2026-1", "99999-01-01", "2026-07-31x"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert_eq!("2026年7月".parse::<Month>().unwrap().to_string(), "2026-07");
    }
}
