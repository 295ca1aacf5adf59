//! What the values of a parameter are, and how they are written.

use qudao_kernel::{Fen, Refusal};
use std::fmt;
use std::str::FromStr;

/// The closed list of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `100`, `12.5`: at most four decimals.
    Percent,
    /// `130000.00`.
    Yuan,
    /// Calendar days.
    Days,
    /// Days on which the operator works.
    WorkingDays,
    /// Calendar months.
    Months,
    /// A calendar year.
    Year,
    /// Points per 100 yuan, and other whole points.
    Points,
    /// A whole number of things.
    Count,
    /// Whole metres.
    Metres,
    /// Whole minutes.
    Minutes,
    /// `on` or `off`: a feature that is switched by territory and day.
    Switch,
    /// Words, a list, a time of day.
    Text,
}

const NAMES: &[(Unit, &str)] = &[
    (Unit::Percent, "percent"),
    (Unit::Yuan, "yuan"),
    (Unit::Days, "days"),
    (Unit::WorkingDays, "working_days"),
    (Unit::Months, "months"),
    (Unit::Year, "year"),
    (Unit::Points, "points"),
    (Unit::Count, "count"),
    (Unit::Metres, "metres"),
    (Unit::Minutes, "minutes"),
    (Unit::Switch, "switch"),
    (Unit::Text, "text"),
];

impl Unit {
    /// True for units whose values are whole numbers, none below zero.
    pub fn is_whole(self) -> bool {
        !matches!(self, Unit::Percent | Unit::Yuan | Unit::Switch | Unit::Text)
    }

    /// Refuses a value that is not one of this unit.
    pub fn check(self, name: &str, value: &str) -> Result<(), Refusal> {
        let right = match self {
            Unit::Percent => percent_to_ppm(value).is_some(),
            Unit::Yuan => value.parse::<Fen>().is_ok(),
            Unit::Switch => matches!(value, "on" | "off"),
            Unit::Text => !value.trim().is_empty(),
            Unit::Year => value.parse::<u32>().is_ok_and(|year| (1900..=2200).contains(&year)),
            _ => value.parse::<u32>().is_ok(),
        };
        if right {
            return Ok(());
        }
        Err(Refusal::bad_input(
            "platform.params.value",
            format!("参数 {name} 的取值 {value:?} 不符合单位 {self};请修改"),
            format!("{value:?} is not a value in {self} for parameter {name}; correct it"),
        ))
    }
}

/// `12.5` percent is 125 000 millionths; `None` if it is not a percentage with at most four decimals.
pub(super) fn percent_to_ppm(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
        return None;
    }
    let decimals: i64 = format!("{decimals:0<4}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 10_000 + decimals)
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(unit, _)| unit == self).map_or("?", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Unit {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        NAMES.iter().find(|(_, name)| *name == text).map(|(unit, _)| *unit).ok_or(())
    }
}
