//! Rollups: facts of a month added up by some of their keys, kept beside the store. They are derived: what is lost is built again.
//!
//! A rollup of a month is named by what it was made from: its files, which of their facts stand, and where outlets and partners stood. A new
//! batch, a correction, a withdrawal or a change of master data thus leads to another name, and only months they touch are built again. An
//! index says for a state of the store and of the master data which rollups there are.

use super::columns::{Texts, dates, months, numbers, truths};
use super::fold::{ROWS, World, cube_name, sum_name};
use super::places::{Places, on};
use crate::facts::store::{broken, path};
use crate::facts::{FactFile, FactStore};
use crate::settle::subs::key as hash;
use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Month, Refusal};
use qudao_metrics::{Agg, Cond, Dimension, Group, Measure, Of, State, Test, Time};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// Changes when rollups are made in another way.
const VERSION: u32 = 2;
/// Rows of a row group: few enough that a question of one place reads little.
const GROUP: usize = 16_384;

/// A rollup's shape.
#[derive(Debug)]
pub(super) struct Cube {
    pub(super) name: &'static str,
    pub(super) table: Table,
    pub(super) time: Time,
    /// Keys that facts do not have themselves.
    keys: &'static [Dimension],
    /// Columns of facts kept as keys.
    cols: &'static [Col],
    /// Columns of facts added up.
    sums: &'static [Col],
    /// The grain of time: days, or months with a day of each place an outlet had.
    days: bool,
}

const AREA: Cube = Cube {
    name: "area",
    table: Table::BusinessEvent,
    time: Time::Occurred,
    keys: &[Dimension::County, Dimension::Channel, Dimension::Subtype, Dimension::Grade, Dimension::State],
    cols: &[Col::Kind],
    sums: &[Col::Amount, Col::PlanFee],
    days: true,
};
const GOODS: Cube = Cube {
    name: "goods",
    table: Table::BusinessEvent,
    time: Time::Occurred,
    keys: &[Dimension::City, Dimension::State],
    cols: &[Col::Kind, Col::Product, Col::PlanFee, Col::Class, Col::Network],
    sums: &[Col::Amount, Col::PlanFee],
    days: true,
};
const OUTLET: Cube = Cube {
    name: "outlet",
    table: Table::BusinessEvent,
    time: Time::Occurred,
    keys: &[Dimension::Town, Dimension::State],
    cols: &[Col::Outlet, Col::Partner, Col::Kind],
    sums: &[Col::Amount, Col::PlanFee],
    days: false,
};

/// All rollups. Where days are not asked for, those of months are far shorter.
pub(super) const CUBES: &[Cube] = &[
    AREA,
    Cube { name: "area_month", days: false, ..AREA },
    GOODS,
    Cube { name: "goods_month", days: false, ..GOODS },
    Cube { name: "partner", keys: &[Dimension::Partner, Dimension::State], cols: &[Col::Kind], ..OUTLET },
    OUTLET,
    Cube { name: "clerk", cols: &[Col::Outlet, Col::Partner, Col::Clerk, Col::Kind], ..OUTLET },
    Cube {
        name: "states",
        table: Table::SubscriberMonth,
        time: Time::Occurred,
        keys: &[Dimension::Town],
        cols: &[Col::Outlet, Col::Partner, Col::Active],
        sums: &[Col::Billed, Col::Received, Col::Arrears, Col::Recharge],
        days: false,
    },
    Cube {
        name: "cohorts",
        table: Table::SubscriberMonth,
        time: Time::Joined,
        keys: &[Dimension::County, Dimension::Channel, Dimension::Subtype, Dimension::Grade],
        cols: &[Col::Month, Col::Active, Col::Product],
        sums: &[],
        days: false,
    },
];

/// A rollup there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rollup {
    pub(super) cube: String,
    pub(super) month: Month,
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) rows: u64,
}

/// Which rollups there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) rollups: Vec<Rollup>,
}

impl Index {
    /// Rows of a cube over some months.
    pub(super) fn rows(&self, cube: &Cube) -> u64 {
        self.rollups.iter().filter(|rollup| rollup.cube == cube.name).map(|rollup| rollup.rows).sum()
    }
}

pub(super) fn index_path(snapshot: u64, master: u64) -> String {
    path(&["_rollups", &format!("index-{VERSION}-{snapshot:06}-{master:016x}.json")])
}

impl Cube {
    fn is_placed(&self) -> bool {
        self.cols.contains(&Col::Outlet)
    }

    /// The key it is sorted by, where that is not the day: townships and their outlets, or partners.
    pub(super) fn sorted_by(&self) -> Option<Dimension> {
        self.keys.first().copied().filter(|key| matches!(key, Dimension::Town | Dimension::Partner))
    }

    fn answers(&self, dimension: Dimension) -> bool {
        let area = |level: usize| {
            let held = self.keys.iter().find_map(|key| match key {
                Dimension::County => Some(6),
                Dimension::City => Some(4),
                _ => None,
            });
            self.is_placed() || held.is_some_and(|held| level <= held)
        };
        match dimension {
            Dimension::Month => true,
            _ if dimension.group() == Group::Time => self.days,
            Dimension::Province => area(2),
            Dimension::City => area(4),
            Dimension::County => area(6),
            Dimension::Partner => self.is_placed() || self.keys.contains(&dimension),
            Dimension::Town | Dimension::Root | Dimension::Tier => self.is_placed(),
            Dimension::Channel | Dimension::Subtype | Dimension::Grade => self.is_placed() || self.keys.contains(&dimension),
            Dimension::Outlet => self.is_placed(),
            Dimension::Clerk => self.cols.contains(&Col::Clerk),
            Dimension::Kind => self.cols.contains(&Col::Kind),
            Dimension::Product | Dimension::Line => self.cols.contains(&Col::Product) && (dimension == Dimension::Product || self.days),
            Dimension::Band => self.cols.contains(&Col::PlanFee),
            Dimension::CustomerClass => self.cols.contains(&Col::Class),
            Dimension::Network => self.cols.contains(&Col::Network),
            Dimension::State => self.keys.contains(&Dimension::State),
            Dimension::Age => self.cols.contains(&Col::Month) && self.time == Time::Joined,
            _ => false,
        }
    }

    /// Whether it gives the same answer as the facts.
    pub(super) fn fits(&self, job: &super::fold::Job<'_>) -> bool {
        let whole_months = job.from.day() == 1 && job.to == job.to.month().last_day();
        let deepest = job.within.territories.iter().map(String::len).max().unwrap_or(0);
        let under = |area: usize| match area {
            0..=4 => self.answers(Dimension::City),
            5..=6 => self.answers(Dimension::County),
            _ => self.is_placed(),
        };
        let within = job.within.is_everywhere()
            || (under(deepest)
                && (self.is_placed() || (job.within.partners.is_empty() && job.within.outlets.is_empty()))
                && (job.within.clerks.is_empty() || self.cols.contains(&Col::Clerk)));
        let test = |test: &Test| match test {
            Test::Is(dimension, _) => self.answers(*dimension),
            Test::Under(areas) => under(areas.iter().map(String::len).max().unwrap_or(0)),
            Test::Tree(_) => self.is_placed(),
        };
        self.table == job.table
            && self.time == job.time
            && (self.days || whole_months)
            && within
            && job.tests.iter().all(test)
            && job.by.iter().all(|dimension| self.answers(*dimension))
            && job.measures.iter().all(|measure| self.counts(measure))
    }

    fn counts(&self, measure: &Measure) -> bool {
        let agg = match measure.agg {
            Agg::Count => true,
            Agg::Sum(col) => self.sums.contains(&col),
            Agg::Distinct(Of::Partner) => self.is_placed(),
            Agg::Distinct(Of::Col(col)) => self.cols.contains(&col),
        };
        let cond = |cond: &Cond| match cond {
            Cond::OneOf(col, _) | Cond::Between(col, ..) | Cond::Is(col, _) => self.cols.contains(col),
            Cond::MainPush(_) => self.cols.contains(&Col::Product) && self.days,
        };
        agg && measure.when.iter().all(cond)
            && (measure.state.is_none() || self.answers(Dimension::State))
            && (measure.kinds.is_empty() || self.answers(Dimension::Kind))
            && (measure.day_kind.is_none() || self.days)
            && (measure.age.is_none() || self.answers(Dimension::Age))
    }

    /// In which order of its keys its rows are sorted, and whether each is the code of a text: days first, or the key it is sorted by and then columns.
    fn order(&self) -> Vec<(usize, bool)> {
        let coded = |col: &Col| !matches!(col, Col::PlanFee | Col::Active | Col::Month);
        let keys = 1..=self.keys.len();
        let cols = self.cols.iter().enumerate().map(|(at, col)| (1 + self.keys.len() + at, coded(col)));
        let day = std::iter::once((0, false));
        if self.sorted_by().is_none() {
            return day.chain(keys.map(|at| (at, true))).chain(cols).collect();
        }
        std::iter::once((1, true)).chain(cols).chain(keys.skip(1).map(|at| (at, true))).chain(day).collect()
    }

    /// Columns of facts it is made from.
    fn columns(&self) -> Vec<String> {
        let mut cols = vec![Col::EventId, Col::KnownOn, Col::Outlet, Col::Partner, Col::Kind, self.time.col()];
        cols.extend(self.cols.iter().chain(self.sums));
        cols.sort_unstable();
        cols.dedup();
        cols.into_iter().map(|col| col.name().to_owned()).collect()
    }
}

/// What a rollup of a month is made from, as a number.
pub(super) fn fingerprint(cube: &Cube, files: &[&FactFile], marks: u64, places: &Places, month: Month) -> u128 {
    let (from, to) = match cube.time {
        Time::Occurred => (month.first_day().days(), month.last_day().days()),
        Time::Joined => (i32::MIN, month.last_day().days()),
    };
    let mut text = format!("{VERSION} {} {marks} {}", cube.name, places.fingerprint(from, to));
    for file in files {
        text.push_str(&file.sha256);
    }
    hash(&text)
}

pub(super) fn rollup_path(cube: &Cube, month: Month, fingerprint: u128) -> String {
    path(&["_rollups", &format!("{}-{month}-{fingerprint:032x}.parquet", cube.name)])
}

/// A number of a key of a rollup: a code of a text, or the number itself.
type Key = Vec<i64>;

/// Adds up a month's facts.
pub(super) struct Builder<'w> {
    world: &'w World<'w>,
    cube: &'w Cube,
    codes: HashMap<String, i64>,
    texts: Vec<String>,
    rows: HashMap<Key, usize, foldhash::fast::RandomState>,
    counts: Vec<i64>,
    sums: Vec<i64>,
}

impl<'w> Builder<'w> {
    pub(super) fn new(world: &'w World<'w>, cube: &'w Cube) -> Self {
        Self { world, cube, codes: HashMap::new(), texts: Vec::new(), rows: HashMap::default(), counts: Vec::new(), sums: Vec::new() }
    }

    pub(super) fn wanted(cube: &Cube) -> Vec<String> {
        cube.columns()
    }

    fn code(codes: &mut HashMap<String, i64>, texts: &mut Vec<String>, text: &str) -> i64 {
        if let Some(code) = codes.get(text) {
            return *code;
        }
        let code = texts.len() as i64;
        codes.insert(text.to_owned(), code);
        texts.push(text.to_owned());
        code
    }

    /// Adds a batch of facts.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<(), Refusal> {
        let (cube, world, all) = (self.cube, self.world, batch.num_rows());
        let day = dates(batch, cube.time.col().name())?;
        let stands = world.standing.stands(cube.table, batch)?;
        let nowhere = Vec::new();
        let outlets = Texts::of(batch, Col::Outlet.name())?
            .map(all, |code| if code.is_empty() { None } else { Some(world.places.outlets.get(code).unwrap_or(&nowhere)) });
        let partners = Texts::of(batch, Col::Partner.name())?.map(all, |code| world.places.partners.get(code).unwrap_or(&nowhere));
        let mut columns: Vec<Vec<i64>> = Vec::new();
        for col in cube.cols {
            let (codes, texts) = (&mut self.codes, &mut self.texts);
            columns.push(match col {
                Col::PlanFee => {
                    let fees = numbers(batch, col.name())?;
                    (0..all).map(|row| fees(row).unwrap_or(0)).collect()
                }
                Col::Active => {
                    let truths = truths(batch, col.name())?;
                    (0..all).map(|row| i64::from(truths(row))).collect()
                }
                Col::Month => {
                    let months = months(batch, col.name())?;
                    (0..all).map(|row| months(row).map_or(i64::MIN, i64::from)).collect()
                }
                // A partner is told only where it says whose the fact is.
                Col::Partner => {
                    let named = Texts::of(batch, col.name())?.map(all, |text| Self::code(codes, texts, text));
                    let none = Self::code(codes, texts, "");
                    (0..all).map(|row| if outlets[row].is_some() { none } else { named[row] }).collect()
                }
                _ => Texts::of(batch, col.name())?.map(all, |text| Self::code(codes, texts, text)),
            });
        }
        let (kinds, ids) = (Texts::of(batch, Col::Kind.name())?, Texts::of(batch, Col::EventId.name())?);
        let sums: Vec<Vec<i64>> = cube
            .sums
            .iter()
            .map(|col| {
                let numbers = numbers(batch, col.name())?;
                Ok((0..all).map(|row| numbers(row).unwrap_or(0)).collect())
            })
            .collect::<Result<_, Refusal>>()?;
        let mut placed: HashMap<(u32, Dimension), i64> = HashMap::new();
        for row in 0..all {
            let Some(day) = day(row).filter(|_| stands(row)) else { continue };
            let dated = outlets[row].unwrap_or(partners[row]);
            let place = on(dated, day);
            let mut key: Key = Vec::with_capacity(10);
            key.push(i64::from(self.day(day, dated)));
            for dimension in cube.keys {
                let (codes, texts) = (&mut self.codes, &mut self.texts);
                key.push(if *dimension == Dimension::State {
                    let state = State::of(kinds.get(row), world.standing.is_referred_to(ids.get(row)));
                    Self::code(codes, texts, state.code())
                } else {
                    *placed
                        .entry((place, *dimension))
                        .or_insert_with(|| Self::code(codes, texts, world.places.all[place as usize].key(*dimension).unwrap_or_default()))
                });
            }
            key.extend(columns.iter().map(|column| column[row]));
            let next = self.rows.len();
            let at = *self.rows.entry(key).or_insert(next);
            if at == next {
                self.counts.push(0);
                self.sums.resize((next + 1) * sums.len(), 0);
            }
            self.counts[at] += 1;
            let held = &mut self.sums[at * sums.len()..(at + 1) * sums.len()];
            held.iter_mut().zip(&sums).for_each(|(sum, numbers)| *sum += numbers[row]);
        }
        Ok(())
    }

    /// The day a row is kept under: its own, or the first of its month on which the outlet stood where it stood that day.
    fn day(&self, day: i32, dated: &[(i32, u32)]) -> i32 {
        if self.cube.days {
            return day;
        }
        let first = Date::from_days(day).month().first_day().days();
        if !self.cube.is_placed() {
            return first;
        }
        let since = dated.iter().rev().find(|(from, _)| *from <= day).map_or(i32::MIN, |(from, _)| *from);
        // Before the first row of the outlet it stood nowhere, from the first of the month on.
        since.max(first)
    }

    /// Writes the rollup; its bytes and rows.
    pub(super) fn finish(self) -> Result<(Vec<u8>, u64), Refusal> {
        let cube = self.cube;
        let mut rows: Vec<(Key, usize)> = self.rows.into_iter().collect();
        let order = cube.order();
        let ranks = ranks(&self.texts);
        let sorted = |key: &Key, (at, coded): &(usize, bool)| if *coded { ranks[key[*at] as usize] } else { key[*at] };
        rows.sort_unstable_by(|(a, _), (b, _)| order.iter().map(|at| sorted(a, at)).cmp(order.iter().map(|at| sorted(b, at))));
        let column = |at: usize| rows.iter().map(move |(key, _)| key[at]);
        let text = |at: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(column(at).map(|code| &self.texts[code as usize]))) };
        let mut columns: Vec<(String, ArrayRef)> =
            vec![(cube.time.col().name().to_owned(), Arc::new(Date32Array::from_iter_values(column(0).map(|day| day as i32))))];
        for (index, dimension) in cube.keys.iter().enumerate() {
            columns.push((cube_name(*dimension), text(1 + index)));
        }
        for (index, col) in cube.cols.iter().enumerate() {
            let at = 1 + cube.keys.len() + index;
            let array: ArrayRef = match col {
                Col::PlanFee => Arc::new(Int64Array::from_iter_values(column(at))),
                Col::Active => Arc::new(column(at).map(|flag| Some(flag == 1)).collect::<BooleanArray>()),
                Col::Month => Arc::new(column(at).map(|month| i32::try_from(month).ok()).collect::<Int32Array>()),
                _ => text(at),
            };
            columns.push((col.name().to_owned(), array));
        }
        columns.push((ROWS.to_owned(), Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, at)| self.counts[*at])))));
        for (index, col) in cube.sums.iter().enumerate() {
            let sums = rows.iter().map(|(_, at)| self.sums[at * cube.sums.len() + index]);
            columns.push((sum_name(*col), Arc::new(Int64Array::from_iter_values(sums))));
        }
        let failed = |error: &dyn std::fmt::Display| broken(cube.name, error);
        let batch = RecordBatch::try_from_iter(columns).map_err(|error| failed(&error))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_max_row_group_row_count(Some(GROUP)).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).map_err(|error| failed(&error))?;
        writer.write(&batch).map_err(|error| failed(&error))?;
        writer.close().map_err(|error| failed(&error))?;
        Ok((bytes, rows.len() as u64))
    }
}

/// The place of each text among all.
fn ranks(texts: &[String]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_unstable_by_key(|at| &texts[*at]);
    let mut ranks = vec![0; texts.len()];
    order.into_iter().zip(0..).for_each(|(at, rank)| ranks[at] = rank);
    ranks
}

/// Puts a rollup and takes away those of the same month and cube it comes in place of.
pub(super) fn put(store: &FactStore, cube: &Cube, month: Month, path: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
    store.put(path, bytes)?;
    let begins = format!("{}-{month}-", cube.name);
    for (other, _) in store.list(&crate::facts::store::path(&["_rollups"]))? {
        if other != path && other.rsplit('/').next().is_some_and(|name| name.starts_with(&begins)) {
            store.delete(&other)?;
        }
    }
    Ok(())
}
