//! From raw numbers to what people see: formulas, comparisons, shares and growth.

use crate::ask::Key;
use crate::day::span_of_key;
use crate::dimension::Dimension;
use crate::model::{Catalogue, Formula, Unit};
use qudao_kernel::Date;
use qudao_kernel::holidays::DayKind;
use serde::{Deserialize, Serialize};

/// Parts of one.
const PPM: i128 = 1_000_000;

/// A figure with what stands beside it. `None` where there is nothing to say, such as a share of a ratio or a division by nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The figure, in the metric's unit.
    pub value: Option<i64>,
    /// In the period before.
    pub previous: Option<i64>,
    /// A year earlier.
    pub last_year: Option<i64>,
    /// In the period before, restated to this period's calendar.
    pub adjusted: Option<i64>,
    /// Target.
    pub target: Option<i64>,
    /// Of the whole column, parts of a million.
    pub share_ppm: Option<i64>,
    /// Over the period before, likewise.
    pub growth_ppm: Option<i64>,
    /// Over a year earlier.
    pub year_growth_ppm: Option<i64>,
    /// Over the restated period before.
    pub adjusted_growth_ppm: Option<i64>,
    /// Of the target.
    pub attainment_ppm: Option<i64>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Keys, in the order of the dimensions.
    pub key: Key,
    /// Its place in the order asked for, from 1.
    pub rank: usize,
    /// Figures: for every key across, every metric.
    pub cells: Vec<Cell>,
}

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Dimensions down.
    pub by: Vec<Dimension>,
    /// Keys across, rising; one empty key where nothing goes across.
    pub across: Vec<String>,
    /// Ids of the metrics.
    pub metrics: Vec<String>,
    /// First and last day.
    pub days: (Date, Date),
    /// Days of the period before, if it was asked for.
    pub previous: Option<(Date, Date)>,
    /// Days a year earlier, if they were asked for.
    pub last_year: Option<(Date, Date)>,
    /// Rows in the order asked for; none if no fact is left.
    pub rows: Vec<Row>,
    /// What the rows left out come to, and how many they are.
    pub rest: Option<(usize, Vec<Cell>)>,
    /// What all rows come to: counted anew, not added up, so that it is right for different codes and ratios too.
    pub total: Vec<Cell>,
}

/// Days a number was counted over: working days, weekend days and holidays.
pub(crate) type Days = [i64; 3];

/// The value of a metric from the numbers of its measures; `None` for those that are not known. `slot` says where a measure's number stands.
pub(crate) fn value(catalogue: &Catalogue, metric: usize, raw: &[Option<i128>], slot: &dyn Fn(usize) -> usize, days: Days) -> Option<i128> {
    let number = |measure: usize| raw.get(slot(measure)).copied().flatten();
    let part = |metric: usize| value(catalogue, metric, raw, slot, days);
    match &catalogue.metrics[metric].formula {
        Formula::Measure(measure) => number(*measure),
        Formula::Sum { plus, minus } => {
            let sum = |parts: &[usize]| parts.iter().map(|one| part(*one)).sum::<Option<i128>>();
            Some(sum(plus)? - sum(minus)?)
        }
        Formula::Ratio { of, to, per } => {
            let scale = if catalogue.metrics[metric].unit == Unit::Ppm { PPM } else { 1 };
            over(part(*of)? * scale, part(*to)? * i128::from(*per))
        }
        Formula::HolidayIndex { holiday, work } => {
            let (off, on) = (i128::from(days[DayKind::Holiday as usize]), i128::from(days[DayKind::Work as usize]));
            over(number(*holiday)? * on * PPM, number(*work)? * off)
        }
    }
}

/// Rounded half away from zero; `None` over nothing.
pub(crate) fn over(of: i128, to: i128) -> Option<i128> {
    if to == 0 {
        return None;
    }
    let (whole, half) = (of.abs(), to.abs() / 2);
    let sign = if (of < 0) == (to < 0) { 1 } else { -1 };
    Some(sign * ((whole + half) / to.abs()))
}

/// As it travels; `None` where it is beyond what a figure can be.
pub(crate) fn narrow(number: Option<i128>) -> Option<i64> {
    number.and_then(|number| i64::try_from(number).ok())
}

/// Growth in parts of a million; over nothing there is none.
pub(crate) fn growth(now: Option<i64>, then: Option<i64>) -> Option<i64> {
    let (now, then) = (i128::from(now?), i128::from(then?));
    if then <= 0 { None } else { narrow(over((now - then) * PPM, then)) }
}

/// A part of a whole in parts of a million.
pub(crate) fn share(part: Option<i64>, whole: Option<i64>) -> Option<i64> {
    let (part, whole) = (i128::from(part?), i128::from(whole?));
    if whole <= 0 { None } else { narrow(over(part * PPM, whole)) }
}

/// Days of each kind that a key covers within a range.
pub(crate) fn days_of(catalogue: &Catalogue, by: &[Dimension], key: &[String], from: Date, to: Date) -> Days {
    let (mut from, mut to) = (from, to);
    for (dimension, key) in by.iter().zip(key) {
        if let Some((first, last)) = span_of_key(*dimension, key) {
            (from, to) = (from.max(first), to.min(last));
        }
    }
    catalogue.holidays.count(from, to)
}

impl Cell {
    /// Works out growth and attainment from the numbers beside.
    pub(crate) fn complete(&mut self) {
        self.growth_ppm = growth(self.value, self.previous);
        self.year_growth_ppm = growth(self.value, self.last_year);
        self.adjusted_growth_ppm = growth(self.value, self.adjusted);
        self.attainment_ppm = share(self.value, self.target);
    }
}
