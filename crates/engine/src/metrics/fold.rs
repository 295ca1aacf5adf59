//! Counts batches: keys as codes, one pass over the rows of a batch for all measures of a table.
//!
//! A source is a file of facts, or a file of a cube, which has fewer columns and for each row how many facts it stands for ([`ROWS`]) and the sums of
//! their numbers ([`sum_name`]). What follows from a fact's place, or from events that refer to it, stands in a cube under [`cube_name`].

use super::columns::{Texts, dates, months, numbers, truths};
use super::part::{Codes, Part, Tally, code_of};
use super::places::{Dated, Places, on};
use super::standing::Standing;
use datafusion::arrow::array::RecordBatch;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Month, Refusal};
use qudao_metrics::{Agg, Catalogue, Cond, Dimension, Group, Measure, Of, Place, State, Test, Time, Within, day_key};
use std::collections::HashMap;

/// Column of a cube: how many facts a row stands for.
pub(super) const ROWS: &str = "n";
/// Most keys of a row.
const KEYS: usize = 8;

/// Column of a cube: sum of a column of its facts.
pub(super) fn sum_name(col: Col) -> String {
    format!("s_{}", col.name())
}

/// Column of a cube: a key that facts do not have themselves.
pub(super) fn cube_name(dimension: Dimension) -> String {
    format!("d_{}", dimension.code())
}

/// What counting needs to know besides the rows.
pub(super) struct World<'w> {
    pub(super) catalogue: &'w Catalogue,
    pub(super) master: &'w Master,
    pub(super) places: &'w Places,
    pub(super) standing: &'w Standing,
}

/// What to count of one table by one day.
pub(super) struct Job<'j> {
    pub(super) table: Table,
    pub(super) time: Time,
    pub(super) measures: Vec<&'j Measure>,
    pub(super) by: &'j [Dimension],
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) tests: &'j [Test],
    pub(super) within: &'j Within,
    pub(super) last_state: Option<Month>,
}

/// Texts by code.
#[derive(Default)]
struct Interner {
    codes: HashMap<String, u32, foldhash::fast::RandomState>,
    texts: Vec<String>,
}

impl Interner {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = self.texts.len() as u32;
        self.codes.insert(text.to_owned(), code);
        self.texts.push(text.to_owned());
        code
    }
}

type Row = [u32; KEYS];

/// Counts of one thread.
pub(super) struct Fold<'w> {
    world: &'w World<'w>,
    job: &'w Job<'w>,
    interners: HashMap<Dimension, Interner>,
    rows: HashMap<Row, usize, foldhash::fast::RandomState>,
    sums: Vec<i128>,
    /// Measures that count different codes.
    distinct: Vec<usize>,
    /// Codes seen: of each row those of each of these measures.
    codes: Vec<Codes>,
    /// Codes of the days of the range, by dimension.
    days: HashMap<Dimension, Vec<u32>>,
    /// Codes of the keys of places, by dimension; the greatest number where it is not known yet.
    of_places: HashMap<Dimension, Vec<u32>>,
    /// Whether a place lies within the asker's part of the network.
    within: Option<Vec<bool>>,
    /// Whether a place passes a test, by the number of the test.
    passes: HashMap<usize, Vec<bool>>,
}

/// What is read of a batch once, and again for each dimension asked of it.
struct Seen<'b> {
    batch: &'b RecordBatch,
    /// Day of every row; rows without one are not selected.
    days: Vec<i32>,
    /// Number of the place of every row, where it was asked for.
    places: Option<Vec<u32>>,
}

impl<'w> Fold<'w> {
    pub(super) fn new(world: &'w World<'w>, job: &'w Job<'w>) -> Self {
        Self {
            world,
            job,
            interners: HashMap::new(),
            rows: HashMap::default(),
            sums: Vec::new(),
            distinct: (0..job.measures.len()).filter(|at| matches!(job.measures[*at].agg, Agg::Distinct(_))).collect(),
            codes: Vec::new(),
            days: HashMap::new(),
            of_places: HashMap::new(),
            within: None,
            passes: HashMap::new(),
        }
    }

    /// The rows of a batch that count for any measure, before what each asks for itself.
    fn selected<'b>(&mut self, batch: &'b RecordBatch) -> Result<(Seen<'b>, Vec<u32>), Refusal> {
        let day = dates(batch, self.job.time.col().name())?;
        let (from, to) = (self.job.from.days(), self.job.to.days());
        let stands = self.world.standing.stands(self.job.table, batch)?;
        let is_cube = batch.column_by_name(ROWS).is_some();
        let days: Vec<i32> = (0..batch.num_rows()).map(|row| day(row).unwrap_or(i32::MIN)).collect();
        let mut rows: Vec<u32> = Vec::with_capacity(days.len());
        for (row, day) in days.iter().enumerate() {
            if from <= *day && *day <= to && (is_cube || stands(row)) {
                rows.push(row as u32);
            }
        }
        let mut seen = Seen { batch, days, places: None };
        if !self.job.within.is_everywhere() {
            self.keep_within(&mut seen, &mut rows)?;
        }
        for number in 0..self.job.tests.len() {
            self.keep_tested(&mut seen, &mut rows, number)?;
        }
        Ok((seen, rows))
    }

    fn keep_within(&mut self, seen: &mut Seen<'_>, rows: &mut Vec<u32>) -> Result<(), Refusal> {
        let within = self.job.within;
        let named = |codes: &[String], col: Col| -> Result<Vec<bool>, Refusal> {
            if codes.is_empty() {
                return Ok(Vec::new());
            }
            Ok(Texts::of(seen.batch, col.name())?
                .map(seen.batch.num_rows(), |text| !text.is_empty() && codes.iter().any(|code| code == text)))
        };
        let (outlets, clerks) = (named(&within.outlets, Col::Outlet)?, named(&within.clerks, Col::Clerk)?);
        let placed: Vec<bool> = match area(seen)? {
            Some(area) if within.partners.is_empty() => {
                area.map(seen.batch.num_rows(), |area| within.territories.iter().any(|held| qudao_kernel::territory::under(area, held)))
            }
            _ => {
                let all = &self.world.places.all;
                let covered = self.within.get_or_insert_with(|| all.iter().map(|place| within.covers_place(place)).collect());
                places(self.world, seen)?.iter().map(|place| covered[*place as usize]).collect()
            }
        };
        let any = |flags: &[bool], row: usize| flags.get(row).copied().unwrap_or(false);
        rows.retain(|row| {
            let row = *row as usize;
            any(&placed, row) || any(&outlets, row) || any(&clerks, row)
        });
        Ok(())
    }

    fn keep_tested(&mut self, seen: &mut Seen<'_>, rows: &mut Vec<u32>, number: usize) -> Result<(), Refusal> {
        let (job, all) = (self.job, &self.world.places.all);
        let has_area = area(seen)?.is_some();
        let of_place: &dyn Fn(&Place) -> bool = match &job.tests[number] {
            Test::Under(areas) if has_area => {
                let under = |territory: &str| areas.iter().any(|area| qudao_kernel::territory::under(territory, area));
                let flags = area(seen)?.map(|area| area.map(seen.batch.num_rows(), under)).unwrap_or_default();
                rows.retain(|row| flags[*row as usize]);
                return Ok(());
            }
            Test::Under(areas) => &|place| areas.iter().any(|area| qudao_kernel::territory::under(&place.territory, area)),
            Test::Tree(partners) => &|place| place.partners.iter().any(|partner| partners.contains(partner)),
            Test::Is(dimension, keys) if Place::default().key(*dimension).is_some() && !is_told(seen, *dimension)? => {
                &|place| place.key(*dimension).is_some_and(|key| keys.iter().any(|one| one == key))
            }
            Test::Is(dimension, keys) => return self.keep_keys(seen, rows, *dimension, keys),
        };
        let flags = self.passes.entry(number).or_insert_with(|| all.iter().map(of_place).collect());
        let placed = places(self.world, seen)?;
        rows.retain(|row| flags[placed[*row as usize] as usize]);
        Ok(())
    }

    /// Keeps rows whose key in a dimension is one of some.
    fn keep_keys(&mut self, seen: &mut Seen<'_>, rows: &mut Vec<u32>, dimension: Dimension, keys: &[String]) -> Result<(), Refusal> {
        let codes = self.codes(seen, rows, dimension)?;
        let interner = self.interner(dimension);
        let wanted: Vec<u32> = keys.iter().filter_map(|key| interner.codes.get(key).copied()).collect();
        let mut at = 0;
        rows.retain(|_| {
            at += 1;
            wanted.contains(&codes[at - 1])
        });
        Ok(())
    }

    fn interner(&mut self, dimension: Dimension) -> &mut Interner {
        self.interners.entry(dimension).or_default()
    }

    /// The code of the key of each of some rows.
    fn codes(&mut self, seen: &mut Seen<'_>, rows: &[u32], dimension: Dimension) -> Result<Vec<u32>, Refusal> {
        if dimension.group() == Group::Time {
            return Ok(self.time_codes(seen, rows, dimension));
        }
        let batch = seen.batch;
        let pick = |all: &[u32]| rows.iter().map(|row| all[*row as usize]).collect();
        let all = batch.num_rows();
        let name = cube_name(dimension);
        if batch.column_by_name(&name).is_some() {
            let interner = self.interner(dimension);
            return Ok(pick(&Texts::of(batch, &name)?.map(all, |text| interner.code(text))));
        }
        let level = match dimension {
            Dimension::Province => Some(Level::Province),
            Dimension::City => Some(Level::City),
            _ => None,
        };
        if let (Some(level), Some(area)) = (level, area(seen)?) {
            let interner = self.interner(dimension);
            return Ok(pick(&area.map(all, |text| interner.code(at_level(text, level)))));
        }
        if Place::default().key(dimension).is_some() {
            let world = self.world;
            let interner = self.interners.entry(dimension).or_default();
            let codes = self.of_places.entry(dimension).or_insert_with(|| vec![u32::MAX; world.places.all.len()]);
            let placed = places(world, seen)?;
            let mut code = |place: u32| {
                let code = &mut codes[place as usize];
                if *code == u32::MAX {
                    *code = interner.code(world.places.all[place as usize].key(dimension).unwrap_or_default());
                }
                *code
            };
            return Ok(rows.iter().map(|row| code(placed[*row as usize])).collect());
        }
        let col = match dimension {
            Dimension::Outlet => Col::Outlet,
            Dimension::Clerk => Col::Clerk,
            Dimension::Kind => Col::Kind,
            Dimension::Product => Col::Product,
            Dimension::CustomerClass => Col::Class,
            Dimension::Network => Col::Network,
            Dimension::Line => return self.line_codes(seen, rows),
            Dimension::Band => return self.band_codes(seen, rows),
            Dimension::State => return self.state_codes(seen, rows),
            _ => return self.age_codes(seen, rows),
        };
        let interner = self.interner(dimension);
        Ok(pick(&Texts::of(batch, col.name())?.map(all, |text| interner.code(text))))
    }

    fn time_codes(&mut self, seen: &Seen<'_>, rows: &[u32], dimension: Dimension) -> Vec<u32> {
        let first = self.job.from.days();
        let span = (self.job.to.days() - first + 1).max(0) as usize;
        let interner = self.interners.entry(dimension).or_default();
        let known = self.days.entry(dimension).or_insert_with(|| vec![u32::MAX; span]);
        let holidays = &self.world.catalogue.holidays;
        let mut code = |day: i32| {
            let place = &mut known[(day - first) as usize];
            if *place == u32::MAX {
                *place = interner.code(&day_key(dimension, Date::from_days(day), holidays).unwrap_or_default());
            }
            *place
        };
        rows.iter().map(|row| code(seen.days[*row as usize])).collect()
    }

    fn line_codes(&mut self, seen: &Seen<'_>, rows: &[u32]) -> Result<Vec<u32>, Refusal> {
        let master = self.world.master;
        let mut known: HashMap<(&str, i32), u32> = HashMap::new();
        let products = Texts::of(seen.batch, Col::Product.name())?;
        let interner = self.interners.entry(Dimension::Line).or_default();
        let mut code = |row: usize| {
            *known.entry((products.get(row), seen.days[row])).or_insert_with(|| {
                let product = master.product(products.get(row), Date::from_days(seen.days[row]));
                interner.code(product.map_or("", |product| product.line.as_str()))
            })
        };
        Ok(rows.iter().map(|row| code(*row as usize)).collect())
    }

    fn band_codes(&mut self, seen: &Seen<'_>, rows: &[u32]) -> Result<Vec<u32>, Refusal> {
        let bands = &self.world.catalogue.bands;
        let fees = numbers(seen.batch, Col::PlanFee.name())?;
        let mut known: HashMap<i64, u32> = HashMap::new();
        let interner = self.interners.entry(Dimension::Band).or_default();
        let mut code = |fee: i64| *known.entry(fee).or_insert_with(|| interner.code(bands.of(fee)));
        Ok(rows.iter().map(|row| code(fees(*row as usize).unwrap_or(0))).collect())
    }

    fn state_codes(&mut self, seen: &Seen<'_>, rows: &[u32]) -> Result<Vec<u32>, Refusal> {
        let standing = self.world.standing;
        let (kinds, ids) = (Texts::of(seen.batch, Col::Kind.name())?, Texts::of(seen.batch, Col::EventId.name())?);
        let interner = self.interners.entry(Dimension::State).or_default();
        let codes = [State::Effective, State::Cancelled, State::Reversal].map(|state| interner.code(state.code()));
        let reversal = kinds.map(seen.batch.num_rows(), |kind| State::of(kind, false) == State::Reversal);
        let code = |row: usize| if reversal[row] { codes[2] } else { codes[usize::from(standing.is_referred_to(ids.get(row)))] };
        Ok(rows.iter().map(|row| code(*row as usize)).collect())
    }

    fn age_codes(&mut self, seen: &Seen<'_>, rows: &[u32]) -> Result<Vec<u32>, Refusal> {
        let ages = ages(seen.batch)?;
        let mut known: HashMap<Option<i32>, u32> = HashMap::new();
        let interner = self.interners.entry(Dimension::Age).or_default();
        let mut code = |age: Option<i32>| {
            *known.entry(age).or_insert_with(|| interner.code(&age.map_or_else(String::new, |months| format!("{months:02}"))))
        };
        Ok(rows.iter().map(|row| code(ages(*row as usize))).collect())
    }

    /// Adds the rows of a batch.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<(), Refusal> {
        let (mut seen, rows) = self.selected(batch)?;
        if rows.is_empty() {
            return Ok(());
        }
        let job = self.job;
        let by: Vec<Vec<u32>> = job.by.iter().map(|dimension| self.codes(&mut seen, &rows, *dimension)).collect::<Result<_, _>>()?;
        let counting: Vec<Vec<bool>> =
            job.measures.iter().map(|measure| self.counting(&mut seen, &rows, measure)).collect::<Result<_, _>>()?;
        let values: Vec<Vec<i64>> =
            job.measures.iter().map(|measure| values(batch, &rows, measure.agg, job.table)).collect::<Result<_, _>>()?;
        let hashes: Vec<Vec<u128>> =
            job.measures.iter().map(|measure| self.hashes(&mut seen, &rows, measure.agg)).collect::<Result<_, _>>()?;
        let width = job.measures.len();
        let (mut last, mut at) = ([u32::MAX; KEYS], usize::MAX);
        for index in 0..rows.len() {
            if !counting.iter().any(|counts| counts[index]) {
                continue;
            }
            let mut row: Row = [0; KEYS];
            row.iter_mut().zip(&by).for_each(|(key, codes)| *key = codes[index]);
            if row != last || at == usize::MAX {
                let next = self.rows.len();
                at = *self.rows.entry(row).or_insert(next);
                if at == next {
                    self.sums.resize((next + 1) * width, 0);
                    self.codes.resize_with((next + 1) * self.distinct.len(), Codes::default);
                }
                last = row;
            }
            for measure in 0..width {
                if counting[measure][index] && hashes[measure].is_empty() {
                    self.sums[at * width + measure] += i128::from(values[measure][index]);
                }
            }
            for (slot, measure) in self.distinct.iter().enumerate() {
                if counting[*measure][index] && hashes[*measure][index] != 0 {
                    self.codes[at * self.distinct.len() + slot].add(hashes[*measure][index]);
                }
            }
        }
        Ok(())
    }

    /// Which of some rows count for a measure.
    fn counting(&mut self, seen: &mut Seen<'_>, rows: &[u32], measure: &Measure) -> Result<Vec<bool>, Refusal> {
        let mut counts = vec![true; rows.len()];
        let mut keep =
            |codes: &[u32], wanted: &[bool]| counts.iter_mut().zip(codes).for_each(|(keep, code)| *keep &= wanted[*code as usize]);
        if !measure.kinds.is_empty() {
            let codes = self.codes(seen, rows, Dimension::Kind)?;
            let wanted: Vec<bool> = self.interner(Dimension::Kind).texts.iter().map(|kind| measure.kinds.contains(kind)).collect();
            keep(&codes, &wanted);
        }
        if let Some(state) = measure.state {
            let codes = self.codes(seen, rows, Dimension::State)?;
            let wanted: Vec<bool> = self.interner(Dimension::State).texts.iter().map(|code| code == state.code()).collect();
            keep(&codes, &wanted);
        }
        if let Some(kind) = measure.day_kind {
            let codes = self.codes(seen, rows, Dimension::DayKind)?;
            let wanted: Vec<bool> = self.interner(Dimension::DayKind).texts.iter().map(|code| code == kind.code()).collect();
            keep(&codes, &wanted);
        }
        if let Some(wanted) = measure.age {
            let ages = ages(seen.batch)?;
            counts.iter_mut().zip(rows).for_each(|(keep, row)| *keep &= ages(*row as usize) == Some(wanted));
        }
        if let Some(mature) = measure.mature {
            let last = self.job.last_state;
            let is_old = |day: i32| last.is_some_and(|last| Date::from_days(day).month().plus(mature) <= last);
            counts.iter_mut().zip(rows).for_each(|(keep, row)| *keep &= is_old(seen.days[*row as usize]));
        }
        for cond in &measure.when {
            let holds = self.holding(seen, cond)?;
            counts.iter_mut().zip(rows).for_each(|(keep, row)| *keep &= holds(*row as usize));
        }
        Ok(counts)
    }

    fn holding<'s>(&self, seen: &'s Seen<'_>, cond: &Cond) -> Result<Box<dyn Fn(usize) -> bool + 's>, Refusal> {
        let (batch, all) = (seen.batch, seen.batch.num_rows());
        Ok(match cond {
            Cond::OneOf(col, texts) => {
                let flags = Texts::of(batch, col.name())?.map(all, |text| texts.iter().any(|wanted| wanted == text));
                Box::new(move |row| flags[row])
            }
            Cond::Between(col, least, below) => {
                let (numbers, least, below) = (numbers(batch, col.name())?, *least, *below);
                let absent = absent(*col, self.job.table);
                Box::new(move |row| {
                    let number = numbers(row).unwrap_or(absent);
                    least.is_none_or(|least| least <= number) && below.is_none_or(|below| number < below)
                })
            }
            Cond::Is(col, wanted) => {
                let (truths, wanted) = (truths(batch, col.name())?, *wanted);
                Box::new(move |row| truths(row) == wanted)
            }
            Cond::MainPush(wanted) => {
                let list = &self.world.catalogue.main_push;
                let spans = |product: &str| -> Vec<(i32, i32)> {
                    list.iter().filter(|(code, ..)| code == product).map(|(_, from, to)| (from.days(), to.days())).collect()
                };
                let mut kinds: Vec<Vec<(i32, i32)>> = Vec::new();
                let mut known: HashMap<String, usize> = HashMap::new();
                let which = Texts::of(batch, Col::Product.name())?.map(all, |product| {
                    *known.entry(product.to_owned()).or_insert_with(|| {
                        kinds.push(spans(product));
                        kinds.len() - 1
                    })
                });
                let wanted = *wanted;
                Box::new(move |row| {
                    let day = seen.days[row];
                    kinds[which[row]].iter().any(|(from, to)| *from <= day && day < *to) == wanted
                })
            }
        })
    }

    /// Hashes of the codes to tell apart; 0 for none. Empty for measures that add up.
    fn hashes(&mut self, seen: &mut Seen<'_>, rows: &[u32], agg: Agg) -> Result<Vec<u128>, Refusal> {
        match agg {
            Agg::Distinct(Of::Col(col)) => {
                let texts = Texts::of(seen.batch, col.name())?;
                if is_coded(col) {
                    let all = texts.map(seen.batch.num_rows(), code_of);
                    return Ok(rows.iter().map(|row| all[*row as usize]).collect());
                }
                Ok(rows.iter().map(|row| code_of(texts.get(*row as usize))).collect())
            }
            Agg::Distinct(Of::Partner) => {
                let all: Vec<u128> =
                    self.world.places.all.iter().map(|place| place.partners.first().map_or(0, |code| code_of(code))).collect();
                let placed = places(self.world, seen)?;
                Ok(rows.iter().map(|row| all[placed[*row as usize] as usize]).collect())
            }
            Agg::Count | Agg::Sum(_) => Ok(Vec::new()),
        }
    }

    /// What was counted, under texts.
    pub(super) fn finish(mut self) -> Part {
        self.codes.iter_mut().for_each(Codes::settle);
        let width = self.job.measures.len();
        let none = Interner::default();
        let interners: Vec<&Interner> = self.job.by.iter().map(|dimension| self.interners.get(dimension).unwrap_or(&none)).collect();
        let mut keys: Vec<Vec<String>> = vec![Vec::new(); self.rows.len()];
        for (row, at) in &self.rows {
            keys[*at] = interners.iter().zip(row).map(|(interner, code)| interner.texts[*code as usize].clone()).collect();
        }
        let mut codes = self.codes.into_iter();
        let sums = self.sums.chunks(width.max(1));
        let tally = |sums: &[i128]| Tally { sums: sums.to_vec(), codes: codes.by_ref().take(self.distinct.len()).collect() };
        Part { rows: keys.into_iter().zip(sums.map(tally)).collect(), distinct: self.distinct.clone() }
    }

    /// The rows of a batch that stand behind a measure and have some keys.
    pub(super) fn find(&mut self, batch: &RecordBatch, keys: &[(Dimension, String)]) -> Result<Vec<Behind>, Refusal> {
        let (mut seen, mut rows) = self.selected(batch)?;
        for (dimension, key) in keys {
            self.keep_keys(&mut seen, &mut rows, *dimension, std::slice::from_ref(key))?;
        }
        let Some(measure) = self.job.measures.first() else { return Ok(Vec::new()) };
        let counts = self.counting(&mut seen, &rows, measure)?;
        let ids = Texts::of(batch, Col::EventId.name())?;
        let mut found = Vec::new();
        for (row, _) in rows.iter().zip(&counts).filter(|(_, counts)| **counts) {
            let row = *row as usize;
            let place = places(self.world, &mut seen)?[row];
            let partner = self.world.places.all[place as usize].partners.first().cloned().unwrap_or_default();
            found.push(Behind { partner, day: seen.days[row], id: ids.get(row).to_owned() });
        }
        Ok(found)
    }
}

/// A fact behind a number, in the order they are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Behind {
    pub(super) partner: String,
    pub(super) day: i32,
    pub(super) id: String,
}

/// The division of a cube that knows no outlets.
fn area<'b>(seen: &Seen<'b>) -> Result<Option<Texts<'b>>, Refusal> {
    for dimension in [Dimension::County, Dimension::City] {
        let name = cube_name(dimension);
        if seen.batch.column_by_name(&name).is_some() {
            return Texts::of(seen.batch, &name).map(Some);
        }
    }
    Ok(None)
}

/// Whether a batch tells the key in a dimension of place itself.
fn is_told(seen: &Seen<'_>, dimension: Dimension) -> Result<bool, Refusal> {
    let by_area = matches!(dimension, Dimension::Province | Dimension::City) && area(seen)?.is_some();
    Ok(by_area || seen.batch.column_by_name(&cube_name(dimension)).is_some())
}

/// The number of the place of every row of a batch.
fn places<'s>(world: &World<'_>, seen: &'s mut Seen<'_>) -> Result<&'s [u32], Refusal> {
    if seen.places.is_none() {
        let known = world.places;
        let nowhere: &Dated = const { &Vec::new() };
        let rows = seen.batch.num_rows();
        let outlets = Texts::of(seen.batch, Col::Outlet.name())?
            .map(rows, |code| if code.is_empty() { None } else { Some(known.outlets.get(code).unwrap_or(nowhere)) });
        let partners = Texts::of(seen.batch, Col::Partner.name())?.map(rows, |code| known.partners.get(code).unwrap_or(nowhere));
        seen.places = Some((0..rows).map(|row| on(outlets[row].unwrap_or(partners[row]), seen.days[row])).collect());
    }
    Ok(seen.places.as_deref().unwrap_or_default())
}

fn is_coded(col: Col) -> bool {
    !matches!(col, Col::EventId | Col::Subscriber | Col::Order | Col::Ref | Col::Imei | Col::Serial)
}

/// What an absent number of a column stands for.
fn absent(col: Col, table: Table) -> i64 {
    i64::from(col == Col::Quantity && table == Table::BusinessEvent)
}

/// What each of some rows adds to a measure.
fn values(batch: &RecordBatch, rows: &[u32], agg: Agg, table: Table) -> Result<Vec<i64>, Refusal> {
    let is_cube = batch.column_by_name(ROWS).is_some();
    let pick = |name: &str, absent: i64| -> Result<Vec<i64>, Refusal> {
        let numbers = numbers(batch, name)?;
        Ok(rows.iter().map(|row| numbers(*row as usize).unwrap_or(absent)).collect())
    };
    match agg {
        Agg::Count if is_cube => pick(ROWS, 0),
        Agg::Count => Ok(vec![1; rows.len()]),
        Agg::Sum(col) if is_cube => pick(&sum_name(col), 0),
        Agg::Sum(col) => pick(col.name(), absent(col, table)),
        Agg::Distinct(_) => Ok(Vec::new()),
    }
}

/// Months from joining to the state.
fn ages(batch: &RecordBatch) -> Result<impl Fn(usize) -> Option<i32> + '_, Refusal> {
    let (month, joined) = (months(batch, Col::Month.name())?, dates(batch, Col::JoinedOn.name())?);
    Ok(move |row: usize| Some(month(row)? - Date::from_days(joined(row)?).month().index()))
}
