//! Stock of a model at an outlet (R7.78, R7.79): counted, supplied, sold; weeks, cover and what is abnormal. Whole pieces.

use qudao_access::Sight;
use qudao_access::sight::mark;
use qudao_field::measure::{closing, cover_tenths};
use qudao_kernel::{Date, Refusal};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use std::collections::BTreeMap;

/// Weeks that are looked at: the average of a week follows from them.
pub const WEEKS: u32 = 4;

/// Pieces that moved on a day; below zero out of the outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The day.
    pub day: Date,
    /// Supplied; returns are below zero.
    pub supplied: i64,
    /// Adjusted.
    pub adjusted: i64,
}

/// What is known of a model at an outlet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// The last count: day and pieces.
    pub counted: Option<(Date, i64)>,
    /// Movements.
    pub moved: Vec<Moved>,
    /// Sales: day and pieces.
    pub sold: Vec<(Date, i64)>,
}

impl Flow {
    /// Stock at the end of a day: the last count and what moved since, else what moved since the first supply. None where neither is known.
    pub fn stock(&self, on: Date) -> Option<i64> {
        let first = self.moved.iter().map(|one| one.day).min();
        let (after, opening) = match (self.counted, first) {
            (Some((day, pieces)), _) if day <= on => (day, pieces),
            (None, Some(first)) if first <= on => (first.plus_days(-1), 0),
            _ => return None,
        };
        let (supplied, adjusted) = self.between(after.plus_days(1), on);
        Some(closing(opening, supplied, self.sold_between(after.plus_days(1), on), adjusted))
    }

    /// Pieces sold from a day to a day.
    pub fn sold_between(&self, from: Date, to: Date) -> i64 {
        self.sold.iter().filter(|(day, _)| (from..=to).contains(day)).map(|(_, pieces)| pieces).sum()
    }

    fn between(&self, from: Date, to: Date) -> (i64, i64) {
        let days = self.moved.iter().filter(|one| (from..=to).contains(&one.day));
        days.fold((0, 0), |(supplied, adjusted), one| (supplied + one.supplied, adjusted + one.adjusted))
    }

    /// Weeks up to a day, the oldest first.
    pub fn weeks(&self, today: Date, count: u32) -> Vec<Week> {
        let week = |back: u32| {
            let to = today.plus_days(-7 * i32::try_from(back).unwrap_or(0));
            let from = to.plus_days(-6);
            let (supplied, adjusted) = self.between(from, to);
            let sold = self.sold_between(from, to);
            Week { from, to, opening: self.stock(from.plus_days(-1)), supplied, sold, adjusted, closing: self.stock(to) }
        };
        (0..count).rev().map(week).collect()
    }

    /// How it stands on a day.
    pub fn standing(&self, today: Date, bounds: Bounds) -> Standing {
        let weeks = self.weeks(today, WEEKS);
        let stock = self.stock(today);
        let sold: i64 = weeks.iter().map(|week| week.sold).sum();
        let pieces = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
        let cover = stock.and_then(|stock| cover_tenths(pieces(stock), pieces(sold), WEEKS));
        let sales: Vec<i64> = weeks.iter().map(|week| week.sold).collect();
        Standing { stock, sold, cover_tenths: cover, odd: odd(stock, cover, &sales, bounds) }
    }
}

/// A week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Stock at the beginning.
    pub opening: Option<i64>,
    /// Supplied.
    pub supplied: i64,
    /// Sold.
    pub sold: i64,
    /// Adjusted.
    pub adjusted: i64,
    /// Stock at the end.
    pub closing: Option<i64>,
}

/// From what cover on something is abnormal, tenths of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Below it there is too little.
    pub low: u32,
    /// Above it there is too much.
    pub high: u32,
}

/// What is abnormal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Odd {
    /// Too much stock.
    High,
    /// Too little.
    Low,
    /// Stock, and nothing sold.
    Still,
    /// Sales rose suddenly.
    Rise,
    /// More was sold than there was: a count or a supply is missing.
    Negative,
}

impl Odd {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Odd::High => "high",
            Odd::Low => "low",
            Odd::Still => "still",
            Odd::Rise => "rise",
            Odd::Negative => "negative",
        }
    }
}

/// How a model stands at an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Stock; none where it is not known.
    pub stock: Option<i64>,
    /// Sold in [`WEEKS`] weeks.
    pub sold: i64,
    /// Weeks of cover, in tenths.
    pub cover_tenths: Option<u32>,
    /// What is abnormal.
    pub odd: Vec<Odd>,
}

/// What is abnormal. Sales by week, the oldest first.
fn odd(stock: Option<i64>, cover: Option<u32>, sales: &[i64], bounds: Bounds) -> Vec<Odd> {
    let sold: i64 = sales.iter().sum();
    let mut found = Vec::new();
    found.extend(cover.is_some_and(|cover| cover > bounds.high).then_some(Odd::High));
    found.extend(cover.is_some_and(|cover| cover < bounds.low).then_some(Odd::Low));
    found.extend((stock.is_some_and(|stock| stock > 0) && sold == 0).then_some(Odd::Still));
    if let Some((last, before)) = sales.split_last() {
        let rest: i64 = before.iter().sum();
        // Twice the average of the weeks before, and more than chance.
        let rose = *last >= 3 && last * before.len() as i64 >= 2 * rest;
        found.extend(rose.then_some(Odd::Rise));
    }
    found.extend(stock.is_some_and(|stock| stock < 0).then_some(Odd::Negative));
    found
}

/// Unused potential: what the others of the same kind, so many of them, sell on average, rounded half up, less what this one does; 0 where it sells more (R7.79).
pub fn unused(own: i64, (sold, others): (i64, i64)) -> i64 {
    if others == 0 { 0 } else { ((2 * sold + others).div_euclid(2 * others) - own).max(0) }
}

/// Movements within a sight since a day, by outlet and model; of one outlet where it is named.
///
/// # Errors
/// The database does not answer.
pub async fn movements(tx: &mut Tx, sight: &Sight, outlet: &str, since: Date) -> Result<BTreeMap<(String, String), Vec<Moved>>, Refusal> {
    let mut values: Vec<Value> = args![since].to_vec();
    let mut wheres = vec![sight.wheres("m", false, &mut values)];
    if !outlet.is_empty() {
        wheres.push(format!("m.outlet = {}", mark(&mut values, outlet)));
    }
    let sql = format!(
        "select m.outlet, m.product, m.kind, m.quantity, m.day from distribution_movement m where m.day >= $1 and {} order by m.outlet, m.product, m.day, m.id",
        wheres.join(" and ")
    );
    let mut all: BTreeMap<(String, String), Vec<Moved>> = BTreeMap::new();
    for row in tx.query(sql, &values).await? {
        all.entry((row.string("outlet")?, row.string("product")?)).or_default().push(moved(&row)?);
    }
    Ok(all)
}

fn moved(row: &Row) -> Result<Moved, Refusal> {
    let (day, quantity) = (row.parse("day")?, row.int("quantity")?);
    Ok(match row.text("kind")? {
        "sell_in" => Moved { day, supplied: quantity, adjusted: 0 },
        "return" => Moved { day, supplied: -quantity, adjusted: 0 },
        _ => Moved { day, supplied: 0, adjusted: quantity },
    })
}
