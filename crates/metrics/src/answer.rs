//! A question answered: planned into what to count, counted, worked out, ordered and cut.

use crate::ask::{Ask, Counted, Counter, Key};
use crate::day::{Shift, is_whole_months};
use crate::dimension::{Dimension, Group};
use crate::life;
use crate::model::{Catalogue, Measure, Source};
use crate::query::{Query, Sort, Test, unknown};
use crate::shape::{Answer, Cell, Days, Row, days_of, narrow, share, value};
use crate::targets::TargetOf;
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal};
use std::collections::{BTreeMap, BTreeSet};

/// Most keys across.
const MOST_ACROSS: usize = 62;

/// Answers a question.
///
/// # Errors
/// What [`Query::check`] refuses, `BadInput metrics.query.wide` for more keys across than a page can hold, and what the counter refuses.
pub fn answer(catalogue: &Catalogue, master: &Master, counter: &dyn Counter, query: &Query) -> Result<Answer, Refusal> {
    query.check(catalogue)?;
    let metrics: Vec<usize> = query.metrics.iter().map(|id| catalogue.position(id).ok_or_else(|| unknown(id))).collect::<Result<_, _>>()?;
    let mut measures: Vec<usize> = metrics.iter().flat_map(|metric| catalogue.measures_of(*metric)).collect();
    measures.sort_unstable();
    measures.dedup();
    let last_state = counter.months(Table::SubscriberMonth)?.map(|(_, last)| last);
    let counts_days = metrics.iter().any(|metric| catalogue.counts_days(*metric));
    Work { catalogue, master, counter, query, metrics, measures, last_state, counts_days }.answer()
}

struct Work<'a> {
    catalogue: &'a Catalogue,
    master: &'a Master,
    counter: &'a dyn Counter,
    query: &'a Query,
    metrics: Vec<usize>,
    measures: Vec<usize>,
    last_state: Option<Month>,
    /// Whether a metric divides by days, which are then counted for every cell.
    counts_days: bool,
}

/// Numbers of the measures, where they are known.
type Raw = Vec<Option<i128>>;

/// A range counted: by all keys, by the keys across alone, and in whole.
struct Period {
    from: Date,
    to: Date,
    cells: Counted,
    across: Counted,
}

/// What the adjusted comparison counts: by key, numbers on days of each kind.
type ByDayKind = BTreeMap<Key, [Vec<i128>; 3]>;

impl Work<'_> {
    fn answer(&self) -> Result<Answer, Refusal> {
        let query = self.query;
        let now = self.period(query.from, query.to)?;
        let compare = query.compare;
        let shift = Shift::previous(query.from, query.to);
        let previous = if compare.previous || compare.adjusted { Some(self.shifted(shift)?) } else { None };
        let last_year = if compare.last_year { Some(self.shifted(Shift::Months(12))?) } else { None };
        let adjusted = if compare.adjusted { Some(self.restated(shift)?) } else { None };
        let across = self.across(&now)?;
        let beside = Beside { now: &now, previous: &previous, last_year: &last_year, adjusted: &adjusted };
        let whole: Vec<_> = across.iter().map(|column| now.across.get(&self.key(None, column))).collect();
        let total = self.cells(&beside, None, &across, &whole);
        let mut rows = self.rows(&beside, &across, &total);
        self.sort(&mut rows, across.len());
        let rest = self.cut(&mut rows, &now, &across);
        let was = |period: &Option<Period>| period.as_ref().map(|period| (period.from, period.to));
        Ok(Answer {
            by: query.by.clone(),
            across,
            metrics: query.metrics.clone(),
            days: (query.from, query.to),
            previous: was(&previous),
            last_year: was(&last_year),
            rows,
            rest,
            total,
        })
    }

    /// Every row with its figures, by key.
    fn rows(&self, beside: &Beside<'_>, across: &[String], total: &[Cell]) -> Vec<Row> {
        let depth = self.query.by.len();
        let adds_up: Vec<bool> = self.metrics.iter().map(|metric| self.catalogue.is_additive(*metric)).collect();
        let mut rows = Vec::new();
        let mut numbers: Vec<Option<&Vec<i128>>> = vec![None; across.len()];
        let mut counted = beside.now.cells.iter().peekable();
        while let Some((key, of_key)) = counted.next() {
            let column = key.get(depth).and_then(|column| across.binary_search(column).ok()).unwrap_or(0);
            numbers[column] = Some(of_key);
            if counted.peek().is_some_and(|(next, _)| next[..depth] == key[..depth]) {
                continue;
            }
            let key = key[..depth].to_vec();
            let mut cells = self.cells(beside, Some(&key), across, &numbers);
            for (at, cell) in cells.iter_mut().enumerate().filter(|(at, _)| adds_up[at % adds_up.len()]) {
                cell.share_ppm = share(cell.value, total.get(at).and_then(|total| total.value));
            }
            rows.push(Row { key, rank: 0, cells });
            numbers.fill(None);
        }
        rows
    }

    /// The whole key of a row, or of the total, in a column.
    fn key(&self, row: Option<&Key>, column: &str) -> Key {
        let mut key = row.cloned().unwrap_or_default();
        key.extend(self.query.across.map(|_| column.to_owned()));
        key
    }

    /// Counts the measures over a range, split by some dimensions.
    fn count(&self, by: &[Dimension], from: Date, to: Date) -> Result<Counted, Refusal> {
        let mut counted = Counted::new();
        let (mut of_facts, mut slots): (Vec<&Measure>, Vec<usize>) = (Vec::new(), Vec::new());
        let ask = |measures| Ask {
            measures,
            by: by.to_vec(),
            from,
            to,
            tests: &self.query.tests,
            within: &self.query.within,
            last_state: self.last_state,
        };
        for (at, measure) in self.measures.iter().enumerate() {
            let measure = &self.catalogue.measures[*measure];
            match measure.source {
                Source::Facts(_) => {
                    of_facts.push(measure);
                    slots.push(at);
                }
                Source::Master(whose, which) => {
                    let numbers = life::count(self.master, &self.catalogue.holidays, &ask(Vec::new()), whose, which);
                    life::merge(&mut counted, self.measures.len(), at, numbers);
                }
            }
        }
        if of_facts.len() == self.measures.len() {
            return self.counter.count(&ask(of_facts));
        }
        if !of_facts.is_empty() {
            for (key, numbers) in self.counter.count(&ask(of_facts))? {
                let row = counted.entry(key).or_insert_with(|| vec![0; self.measures.len()]);
                slots.iter().zip(numbers).for_each(|(at, number)| row[*at] = number);
            }
        }
        Ok(counted)
    }

    fn period(&self, from: Date, to: Date) -> Result<Period, Refusal> {
        let cells = self.count(&self.query.dimensions(), from, to)?;
        let across: Vec<Dimension> = self.query.across.into_iter().collect();
        let across = match (self.query.by.is_empty(), self.adds_up()) {
            (true, _) => cells.clone(),
            (false, true) => self.whole(&cells),
            (false, false) => self.count(&across, from, to)?,
        };
        Ok(Period { from, to, cells, across })
    }

    /// Whether the numbers for a whole are the sums of those for its parts, so that they need not be counted again.
    fn adds_up(&self) -> bool {
        self.measures.iter().all(|measure| self.catalogue.measures[*measure].is_additive())
    }

    /// The sums of cells by the key across alone.
    fn whole(&self, cells: &Counted) -> Counted {
        let mut whole = Counted::new();
        for (key, numbers) in cells {
            let sums = whole.entry(key[self.query.by.len()..].to_vec()).or_insert_with(|| vec![0; self.measures.len()]);
            sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        }
        whole
    }

    /// Another period, under the keys of this one.
    fn shifted(&self, shift: Shift) -> Result<Period, Refusal> {
        let (from, to) = shift.back(self.query.from, self.query.to);
        let period = self.period(from, to)?;
        let across: Vec<Dimension> = self.query.across.into_iter().collect();
        Ok(Period {
            cells: forward(shift, &self.query.dimensions(), period.cells),
            across: forward(shift, &across, period.across),
            ..period
        })
    }

    /// The period before on days of each kind, under the keys of this one. Keys of days have none: a day is of one kind.
    fn restated(&self, shift: Shift) -> Result<ByDayKind, Refusal> {
        let (from, to) = shift.back(self.query.from, self.query.to);
        let splits = self.query.dimensions();
        let mut found = ByDayKind::new();
        if splits.iter().any(|one| one.group() == Group::Time) || !self.can_split_by_day_kind() {
            return Ok(found);
        }
        let mut levels = vec![splits.clone()];
        if !self.query.by.is_empty() {
            levels.push(self.query.across.into_iter().collect());
        }
        for level in levels {
            let is_total = level.len() < splits.len();
            let mut by = level.clone();
            by.push(Dimension::DayKind);
            for (mut key, numbers) in self.count(&by, from, to)? {
                let kind = match key.pop().as_deref() {
                    Some("holiday") => 2,
                    Some("weekend") => 1,
                    _ => 0,
                };
                if is_total {
                    // Told from the rows by a key that no row has.
                    key.push(TOTAL.to_owned());
                }
                found.entry(key).or_insert_with(|| std::array::from_fn(|_| vec![0; self.measures.len()]))[kind] = numbers;
            }
        }
        Ok(found)
    }

    fn can_split_by_day_kind(&self) -> bool {
        self.measures.iter().all(|measure| match self.catalogue.measures[*measure].source {
            Source::Facts(table) => Dimension::DayKind.of_table(table),
            Source::Master(..) => false,
        })
    }

    fn across(&self, now: &Period) -> Result<Vec<String>, Refusal> {
        if self.query.across.is_none() {
            return Ok(vec![String::new()]);
        }
        let keys: BTreeSet<&String> = now.cells.keys().filter_map(|key| key.last()).collect();
        if keys.len() > MOST_ACROSS {
            return Err(Refusal::bad_input(
                "metrics.query.wide",
                format!("横向有 {} 列，最多 {MOST_ACROSS} 列；请缩小范围，或把该维度放到行", keys.len()),
                format!("{} columns across, at most {MOST_ACROSS} can be shown; narrow the question or put the dimension down", keys.len()),
            ));
        }
        Ok(keys.into_iter().cloned().collect())
    }

    /// The figures of a row, or of the total, for every key across; `now` has the numbers of each.
    fn cells(&self, beside: &Beside<'_>, row: Option<&Key>, across: &[String], now: &[Option<&Vec<i128>>]) -> Vec<Cell> {
        let query = self.query;
        let by = if row.is_some() { query.dimensions() } else { query.across.into_iter().collect() };
        let raw = |numbers: Option<&Vec<i128>>| -> Raw {
            (0..self.measures.len()).map(|at| Some(numbers.map_or(0, |numbers| numbers[at]))).collect()
        };
        let mut cells = Vec::with_capacity(across.len() * self.metrics.len());
        for (column, now) in across.iter().zip(now) {
            let key = self.key(row, column);
            let then = |period: &Option<Period>| {
                let period = period.as_ref()?;
                let numbers = if row.is_some() { period.cells.get(&key) } else { period.across.get(&key) };
                // The keys are those of now; so many days of each kind had the period itself.
                let days = if self.counts_days { self.catalogue.holidays.count(period.from, period.to) } else { [0; 3] };
                Some((raw(numbers), days))
            };
            let days = if self.counts_days { days_of(self.catalogue, &by, &key, query.from, query.to) } else { [0; 3] };
            let (now, previous, last_year) = (raw(*now), then(beside.previous), then(beside.last_year));
            for (index, metric) in self.metrics.iter().enumerate() {
                let of = |period: &Option<(Raw, Days)>| period.as_ref().and_then(|(raw, days)| self.value(*metric, raw, *days));
                let adjusted = beside.adjusted.as_ref().and_then(|numbers| self.adjusted(*metric, numbers, &key, row.is_none()));
                let mut cell = Cell {
                    value: self.value(*metric, &now, days),
                    previous: if query.compare.previous { of(&previous) } else { None },
                    last_year: of(&last_year),
                    adjusted,
                    target: if query.compare.target { self.target(index, row.map(|key| &key[..])) } else { None },
                    ..Cell::default()
                };
                cell.complete();
                cells.push(cell);
            }
        }
        cells
    }

    fn value(&self, metric: usize, raw: &Raw, days: Days) -> Option<i64> {
        let slot = |measure: usize| self.measures.binary_search(&measure).unwrap_or(usize::MAX);
        narrow(value(self.catalogue, metric, raw, &slot, days))
    }

    /// What the period before would have been with this period's calendar: each kind of day at its own daily average. Where the period before
    /// had no day of a kind, that kind is taken at the average of its working days.
    fn adjusted(&self, metric: usize, numbers: &ByDayKind, key: &Key, whole: bool) -> Option<i64> {
        if !self.catalogue.is_additive(metric) {
            return None;
        }
        let (from, to) = Shift::previous(self.query.from, self.query.to).back(self.query.from, self.query.to);
        let then = self.catalogue.holidays.count(from, to);
        let now = self.catalogue.holidays.count(self.query.from, self.query.to);
        let mut key = key.clone();
        if whole && !self.query.by.is_empty() {
            key.push(TOTAL.to_owned());
        }
        let numbers = numbers.get(&key)?;
        // One denominator for all kinds keeps the sum exact until it is rounded once.
        let days = |kind: usize| if then[kind] == 0 { (0, then[0]) } else { (kind, then[kind]) };
        let denominator: i128 = (0..3).map(|kind| i128::from(days(kind).1.max(1))).product();
        let mut raw: Raw = vec![Some(0); self.measures.len()];
        for (kind, days_now) in now.into_iter().enumerate() {
            let (from_kind, of) = days(kind);
            let factor = i128::from(days_now) * denominator / i128::from(of.max(1));
            for (sum, number) in raw.iter_mut().zip(&numbers[from_kind]) {
                *sum = sum.map(|sum| sum + number * factor);
            }
        }
        let slot = |measure: usize| self.measures.binary_search(&measure).unwrap_or(usize::MAX);
        narrow(value(self.catalogue, metric, &raw, &slot, now).and_then(|sum| crate::shape::over(sum, denominator)))
    }

    /// The target of a row or of the whole: whole months, one dimension of place at most.
    fn target(&self, index: usize, row: Option<&[String]>) -> Option<i64> {
        let query = self.query;
        if query.across.is_some()
            || !is_whole_months(query.from, query.to)
            || !(query.tests.is_empty() || row.is_some() && self.keeps_outlets_whole())
        {
            return None;
        }
        let mut months = query.from.month()..=query.to.month();
        let mut whose = None;
        for (at, dimension) in query.by.iter().enumerate() {
            match (dimension, TargetOf::of_dimension(*dimension)) {
                (Dimension::Month, _) => {
                    if let Some(key) = row {
                        let month: Month = key.get(at)?.parse().ok()?;
                        months = month..=month;
                    }
                }
                (_, Some(of)) if whose.is_none() => whose = Some((of, row.and_then(|key| key.get(at)).cloned())),
                _ => return None,
            }
        }
        let (of, code) = match whose {
            Some((of, Some(code))) => (of, code),
            _ => self.own()?,
        };
        let fits = |target: &&crate::targets::Target| {
            target.metric == query.metrics[index] && target.of == of && target.code == code && months.contains(&target.month)
        };
        let mut values = query.targets.iter().filter(fits).map(|target| target.value).peekable();
        values.peek()?;
        Some(values.sum())
    }

    /// Whether rows are outlets, and the tests leave out whole outlets and nothing of those they leave in.
    fn keeps_outlets_whole(&self) -> bool {
        let whole = |test: &Test| match test {
            Test::Is(dimension, _) => dimension.group() == Group::Place && *dimension != Dimension::Clerk,
            Test::Under(_) | Test::Tree(_) => true,
        };
        self.query.by.contains(&Dimension::Outlet) && self.query.tests.iter().all(whole)
    }

    /// Whose the whole is, where the asker sees one thing.
    fn own(&self) -> Option<(TargetOf, String)> {
        let within = &self.query.within;
        if within.is_everywhere() {
            return Some((TargetOf::Territory, String::new()));
        }
        match (&within.territories[..], &within.partners[..], &within.outlets[..], &within.clerks[..]) {
            ([code], [], [], []) => Some((TargetOf::Territory, code.clone())),
            ([], [code], [], []) => Some((TargetOf::Partner, code.clone())),
            ([], [], [code], []) => Some((TargetOf::Outlet, code.clone())),
            _ => None,
        }
    }

    fn sort(&self, rows: &mut [Row], columns: usize) {
        match &self.query.sort {
            None | Some(Sort::Key { descending: false }) => (),
            Some(Sort::Key { descending: true }) => rows.reverse(),
            Some(Sort::Metric { id, descending }) => {
                let at = self.query.metrics.iter().position(|one| one == id).unwrap_or(0);
                let value = |row: &Row| {
                    let values = (0..columns).map(|column| row.cells[column * self.metrics.len() + at].value);
                    values.flatten().map(i128::from).reduce(|a, b| a + b)
                };
                // The sort is stable, so equal ones stay in the order of their keys; those without a figure come last.
                if *descending {
                    rows.sort_by_key(|row| std::cmp::Reverse(value(row)));
                } else {
                    rows.sort_by_key(|row| (value(row).is_none(), value(row)));
                }
            }
        }
        rows.iter_mut().enumerate().for_each(|(index, row)| row.rank = index + 1);
    }

    /// Leaves the first rows and those to keep; what is left out becomes the rest: what all come to, less those that are shown.
    fn cut(&self, rows: &mut Vec<Row>, now: &Period, across: &[String]) -> Option<(usize, Vec<Cell>)> {
        let top = self.query.top.as_ref()?;
        let all = rows.len();
        rows.retain(|row| row.rank <= top.rows || row.key.first().is_some_and(|key| top.keep.contains(key)));
        if rows.len() == all {
            return None;
        }
        let days = if self.counts_days { self.catalogue.holidays.count(self.query.from, self.query.to) } else { [0; 3] };
        let mut cells = Vec::with_capacity(across.len() * self.metrics.len());
        for column in across {
            let whole = now.across.get(&self.key(None, column));
            let shown: Vec<_> = rows.iter().filter_map(|row| now.cells.get(&self.key(Some(&row.key), column))).collect();
            let left = |(at, measure): (usize, &usize)| {
                let number = whole.map_or(0, |numbers| numbers[at]) - shown.iter().map(|numbers| numbers[at]).sum::<i128>();
                self.catalogue.measures[*measure].is_additive().then_some(number)
            };
            let raw: Raw = self.measures.iter().enumerate().map(left).collect();
            cells.extend(self.metrics.iter().map(|metric| Cell { value: self.value(*metric, &raw, days), ..Cell::default() }));
        }
        Some((all - rows.len(), cells))
    }
}

/// Key that no row has.
const TOTAL: &str = "\u{0}total";

/// The numbers of now and of what they are compared with.
struct Beside<'a> {
    now: &'a Period,
    previous: &'a Option<Period>,
    last_year: &'a Option<Period>,
    adjusted: &'a Option<ByDayKind>,
}

/// Numbers of another period under the keys of this one.
fn forward(shift: Shift, by: &[Dimension], counted: Counted) -> Counted {
    let mut moved = Counted::new();
    for (key, numbers) in counted {
        let key: Option<Key> = by.iter().zip(&key).map(|(dimension, key)| shift.forward(*dimension, key)).collect();
        let Some(key) = key else { continue };
        match moved.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(numbers);
            }
            std::collections::btree_map::Entry::Occupied(mut held) => {
                held.get_mut().iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
            }
        }
    }
    moved
}
