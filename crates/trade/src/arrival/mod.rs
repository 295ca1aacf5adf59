//! Which data of a month arrived, and when: the board a month is settled by (R0.14). Pure: what batches brought in, board out.
//!
//! What is due when is a definition, `definitions/arrivals/standard.toml`.

use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Month, Refusal, Text};
use qudao_platform::columnar::facts::ImportReport;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The standard plan, in the binary.
const STANDARD: &str = include_str!("../../../../definitions/arrivals/standard.toml");

/// How often something comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Once a month; due on a day of the next.
    Month,
    /// For every day; due so many days after.
    Day,
}

/// A source of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Id.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// The system it comes from.
    pub system: String,
    /// Its table.
    pub table: Table,
    /// How often.
    pub every: Every,
    /// When, as [`Every`] says.
    pub due: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    zh: String,
    en: String,
    system: String,
    table: String,
    every: Every,
    due: u32,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// There, in time.
    Arrived,
    /// There, after its day.
    Late,
    /// Not there, its day is past.
    Missing,
    /// Not there, its day is to come.
    Pending,
}

impl State {
    /// As clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Arrived => "arrived",
            State::Late => "late",
            State::Missing => "missing",
            State::Pending => "pending",
        }
    }
}

/// What a batch brought, as far as a board tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its name.
    pub batch: String,
    /// Its table.
    pub table: Table,
    /// Name of its file.
    pub file: String,
    /// Import day.
    pub day: Date,
    /// By day, rising.
    pub days: Vec<DayRows>,
}

/// Rows of one day of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRows {
    /// The day.
    pub day: Date,
    /// Rows accepted.
    pub rows: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Fen of the accepted rows.
    pub amount: i64,
}

impl Brought {
    /// As its report says.
    pub fn of(report: &ImportReport) -> Self {
        let mut days: BTreeMap<Date, DayRows> = BTreeMap::new();
        for count in &report.days {
            let Some(day) = count.day else { continue };
            let sum = days.entry(day).or_insert(DayRows { day, rows: 0, rejected: 0, amount: 0 });
            sum.rows += count.accepted.rows;
            sum.rejected += count.rejected.rows;
            sum.amount = sum.amount.saturating_add(count.accepted.amount.0);
        }
        let ImportReport { batch, table, file, day, .. } = report;
        Self { batch: batch.clone(), table: *table, file: file.clone(), day: *day, days: days.into_values().collect() }
    }
}

/// A batch with the day its rows came.
#[derive(Debug, Clone, Copy)]
pub struct Came<'a> {
    /// What it brought.
    pub brought: &'a Brought,
    /// The day it was brought.
    pub on: Date,
}

/// A delivery: a month, or one of its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The day; `None` for the whole month.
    pub day: Option<Date>,
    /// Day by which it is due.
    pub due_on: Date,
    /// Day it came first.
    pub came_on: Option<Date>,
    /// State.
    pub state: State,
    /// Rows accepted.
    pub rows: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Fen accepted.
    pub amount: i64,
}

/// A source over a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Source.
    pub source: Source,
    /// The worst of its deliveries.
    pub state: State,
    /// Its deliveries.
    pub deliveries: Vec<Delivery>,
    /// Files that brought rows of the month, in the order they came.
    pub files: Vec<String>,
}

impl Line {
    /// Rows accepted.
    pub fn rows(&self) -> u64 {
        self.deliveries.iter().map(|one| one.rows).sum()
    }

    /// Rows rejected.
    pub fn rejected(&self) -> u64 {
        self.deliveries.iter().map(|one| one.rejected).sum()
    }
}

/// The standard plan.
///
/// # Errors
/// As [`read`]; a test shows that the embedded file is right.
pub fn standard() -> Result<Vec<Source>, Refusal> {
    read(STANDARD, "definitions/arrivals/standard.toml")
}

/// Reads a plan. `place` names it in messages.
///
/// # Errors
/// `BadInput trade.arrival.file`.
pub fn read(toml: &str, place: &str) -> Result<Vec<Source>, Refusal> {
    let wrong = |why: &str| {
        Refusal::bad_input(
            "trade.arrival.file",
            format!("数据到达计划 {place} 有误：{why}"),
            format!("the plan of arrivals {place} is wrong: {why}"),
        )
    };
    let file: File = toml::from_str(toml).map_err(|error| wrong(&error.to_string()))?;
    let source = |written: Written| {
        let table = Table::by_name(&written.table).ok_or_else(|| wrong(&format!("{}: table {}", written.id, written.table)))?;
        let Written { id, zh, en, system, every, due, .. } = written;
        if every == Every::Month && !(1..=28).contains(&due) {
            return Err(wrong(&format!("{id}: due {due}")));
        }
        Ok(Source { id, title: Text::new(zh, en), system, table, every, due })
    };
    file.source.into_iter().map(source).collect()
}

/// Rows of one day of a table.
#[derive(Default, Clone, Copy)]
struct Sum {
    rows: u64,
    rejected: u64,
    amount: i64,
    came: Option<Date>,
}

/// The board of a month on a day.
pub fn board(sources: &[Source], month: Month, today: Date, came: &[Came<'_>]) -> Vec<Line> {
    let (first, last) = (month.first_day(), month.last_day());
    let line = |source: &Source| {
        let mut days: BTreeMap<Date, Sum> = BTreeMap::new();
        let mut files = Vec::new();
        for one in came.iter().filter(|one| one.brought.table == source.table) {
            let mut any = false;
            for rows in one.brought.days.iter().filter(|rows| first <= rows.day && rows.day <= last) {
                let sum = days.entry(rows.day).or_default();
                sum.rows += rows.rows;
                sum.rejected += rows.rejected;
                sum.amount = sum.amount.saturating_add(rows.amount);
                if rows.rows > 0 {
                    any = true;
                    sum.came = Some(sum.came.map_or(one.on, |before| before.min(one.on)));
                }
            }
            if any {
                files.push(one.brought.file.clone());
            }
        }
        let delivery = |day: Option<Date>, due_on: Date, sum: Sum| Delivery {
            day,
            due_on,
            came_on: sum.came,
            state: match sum.came {
                Some(on) if on <= due_on => State::Arrived,
                Some(_) => State::Late,
                None if today > due_on => State::Missing,
                None => State::Pending,
            },
            rows: sum.rows,
            rejected: sum.rejected,
            amount: sum.amount,
        };
        let deliveries: Vec<Delivery> = match source.every {
            Every::Day => (0..month.days() as i32)
                .map(|offset| first.plus_days(offset))
                .map(|day| delivery(Some(day), day.plus_days(source.due as i32), days.get(&day).copied().unwrap_or_default()))
                .collect(),
            Every::Month => {
                let all = days.values().fold(Sum::default(), |all, sum| Sum {
                    rows: all.rows + sum.rows,
                    rejected: all.rejected + sum.rejected,
                    amount: all.amount.saturating_add(sum.amount),
                    came: match (all.came, sum.came) {
                        (Some(a), Some(b)) => Some(a.min(b)),
                        (a, b) => a.or(b),
                    },
                });
                vec![delivery(None, month.plus(1).first_day().plus_days(source.due as i32 - 1), all)]
            }
        };
        let worst = |states: &[State]| states.iter().copied().find(|state| deliveries.iter().any(|one| one.state == *state));
        let state = worst(&[State::Missing, State::Pending, State::Late, State::Arrived]).unwrap_or(State::Pending);
        Line { source: source.clone(), state, deliveries, files }
    };
    sources.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
