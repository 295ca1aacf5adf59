//! The plain counter: one fact at a time, every step as it is said. It is slow, and it is what a metric means.

use crate::ask::{Ask, Counted, Counter, Drill, DrilledRow, Found, Key};
use crate::day::day_key;
use crate::dimension::{Dimension, Group};
use crate::model::{Agg, Catalogue, Cond, Measure, Of, State, Time};
use crate::place::{Place, place};
use crate::query::Test;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal, territory};
use qudao_policy::model::{Cell, Fact};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Counts facts that are in memory: those that stand, each in its latest version.
pub struct Plain<'a> {
    catalogue: &'a Catalogue,
    master: &'a Master,
    facts: &'a [Fact],
    /// Events that a return or cancellation refers to.
    referred_to: BTreeSet<&'a str>,
}

fn cell(fact: &Fact, col: Col) -> Option<&Cell> {
    fact.cells.iter().find(|(name, _)| *name == col).map(|(_, cell)| cell)
}

fn text(fact: &Fact, col: Col) -> &str {
    if let Some(Cell::Text(text)) = cell(fact, col) { text } else { "" }
}

fn number(fact: &Fact, col: Col) -> i64 {
    match cell(fact, col) {
        Some(Cell::Int(number) | Cell::Money(number)) => *number,
        None if col == Col::Quantity && fact.table == Table::BusinessEvent => 1,
        _ => 0,
    }
}

fn day(fact: &Fact, time: Time) -> Option<Date> {
    if let Some(Cell::Date(day)) = cell(fact, time.col()) { Some(*day) } else { None }
}

fn age(fact: &Fact) -> Option<i32> {
    let (Some(Cell::Month(month)), Some(joined)) = (cell(fact, Col::Month), day(fact, Time::Joined)) else { return None };
    Some(month.since(joined.month()))
}

/// A fact and what the master data say of it.
struct Seen<'a> {
    fact: &'a Fact,
    day: Date,
    place: Place,
    state: Option<State>,
}

impl<'a> Plain<'a> {
    /// Over these facts, each in the version that counts.
    pub fn new(catalogue: &'a Catalogue, master: &'a Master, facts: &'a [Fact]) -> Self {
        let reverses = |fact: &&Fact| fact.table == Table::BusinessEvent && State::of(text(fact, Col::Kind), false) == State::Reversal;
        let referred_to = facts.iter().filter(reverses).map(|fact| text(fact, Col::Ref)).filter(|id| !id.is_empty()).collect();
        Self { catalogue, master, facts, referred_to }
    }

    fn see(&self, fact: &'a Fact, time: Time) -> Option<Seen<'a>> {
        let day = day(fact, time)?;
        let place = place(self.master, text(fact, Col::Outlet), text(fact, Col::Partner), day);
        let state = (fact.table == Table::BusinessEvent)
            .then(|| State::of(text(fact, Col::Kind), self.referred_to.contains(text(fact, Col::EventId))));
        Some(Seen { fact, day, place, state })
    }

    fn key(&self, seen: &Seen<'_>, dimension: Dimension) -> String {
        if dimension.group() == Group::Time {
            return day_key(dimension, seen.day, &self.catalogue.holidays).unwrap_or_default();
        }
        if let Some(key) = seen.place.key(dimension) {
            return key.to_owned();
        }
        let of = |col: Col| text(seen.fact, col).to_owned();
        match dimension {
            Dimension::Outlet => of(Col::Outlet),
            Dimension::Clerk => of(Col::Clerk),
            Dimension::Kind => of(Col::Kind),
            Dimension::Product => of(Col::Product),
            Dimension::Line => {
                self.master.product(text(seen.fact, Col::Product), seen.day).map_or_else(String::new, |product| product.line.clone())
            }
            Dimension::Band => self.catalogue.bands.of(number(seen.fact, Col::PlanFee)).to_owned(),
            Dimension::CustomerClass => of(Col::Class),
            Dimension::Network => of(Col::Network),
            Dimension::State => seen.state.map_or("", State::code).to_owned(),
            Dimension::Age => age(seen.fact).map_or_else(String::new, |months| format!("{months:02}")),
            _ => String::new(),
        }
    }

    fn passes(&self, seen: &Seen<'_>, test: &Test) -> bool {
        match test {
            Test::Is(dimension, keys) => keys.contains(&self.key(seen, *dimension)),
            Test::Under(areas) => areas.iter().any(|area| territory::under(&seen.place.territory, area)),
            Test::Tree(partners) => seen.place.partners.iter().any(|partner| partners.contains(partner)),
        }
    }

    fn holds(&self, seen: &Seen<'_>, cond: &Cond) -> bool {
        match cond {
            Cond::OneOf(col, texts) => texts.iter().any(|wanted| wanted == text(seen.fact, *col)),
            Cond::Between(col, least, below) => {
                let number = number(seen.fact, *col);
                least.is_none_or(|least| least <= number) && below.is_none_or(|below| number < below)
            }
            Cond::Is(col, wanted) => *wanted == (cell(seen.fact, *col) == Some(&Cell::Bool(true))),
            Cond::MainPush(wanted) => *wanted == self.catalogue.is_main_push(text(seen.fact, Col::Product), seen.day),
        }
    }

    /// Whether a fact counts for a measure.
    fn counts(&self, seen: &Seen<'_>, measure: &Measure, last_state: Option<Month>) -> bool {
        let kind = text(seen.fact, Col::Kind);
        measure.table() == Some(seen.fact.table)
            && (measure.kinds.is_empty() || measure.kinds.iter().any(|wanted| wanted == kind))
            && measure.state.is_none_or(|wanted| seen.state == Some(wanted))
            && measure.age.is_none_or(|wanted| age(seen.fact) == Some(wanted))
            && measure.mature.is_none_or(|months| last_state.is_some_and(|last| seen.day.month().plus(months) <= last))
            && measure.day_kind.is_none_or(|wanted| self.catalogue.holidays.kind(seen.day) == wanted)
            && measure.when.iter().all(|cond| self.holds(seen, cond))
    }

    fn is_asked(&self, seen: &Seen<'_>, from: Date, to: Date, tests: &[Test], within: &crate::ask::Within) -> bool {
        (from..=to).contains(&seen.day)
            && within.covers(&seen.place, text(seen.fact, Col::Outlet), text(seen.fact, Col::Clerk))
            && tests.iter().all(|test| self.passes(seen, test))
    }
}

impl Counter for Plain<'_> {
    fn count(&self, ask: &Ask<'_>) -> Result<Counted, Refusal> {
        let mut counted = Counted::new();
        let mut different: HashMap<(Key, usize), BTreeSet<String>> = HashMap::new();
        for (at, measure) in ask.measures.iter().enumerate() {
            for fact in self.facts {
                let Some(seen) = self.see(fact, measure.time) else { continue };
                if !self.counts(&seen, measure, ask.last_state) || !self.is_asked(&seen, ask.from, ask.to, ask.tests, ask.within) {
                    continue;
                }
                let key: Key = ask.by.iter().map(|dimension| self.key(&seen, *dimension)).collect();
                let numbers = counted.entry(key.clone()).or_insert_with(|| vec![0; ask.measures.len()]);
                match measure.agg {
                    Agg::Count => numbers[at] += 1,
                    Agg::Sum(col) => numbers[at] += i128::from(number(fact, col)),
                    Agg::Distinct(of) => {
                        let code = match of {
                            Of::Col(col) => text(fact, col).to_owned(),
                            Of::Partner => seen.place.partners.first().cloned().unwrap_or_default(),
                        };
                        if !code.is_empty() && different.entry((key, at)).or_default().insert(code) {
                            numbers[at] += 1;
                        }
                    }
                }
            }
        }
        Ok(counted)
    }

    fn drill(&self, drill: &Drill<'_>) -> Result<Found, Refusal> {
        let mut rows = BTreeMap::new();
        for fact in self.facts {
            let Some(seen) = self.see(fact, drill.measure.time) else { continue };
            if self.counts(&seen, drill.measure, drill.last_state)
                && self.is_asked(&seen, drill.from, drill.to, drill.tests, drill.within)
                && drill.keys.iter().all(|(dimension, key)| self.key(&seen, *dimension) == *key)
            {
                let partner = seen.place.partners.first().cloned().unwrap_or_default();
                let order = (partner.clone(), seen.day, text(fact, Col::EventId).to_owned());
                rows.insert(order, DrilledRow { fact: fact.clone(), state: seen.state, partner });
            }
        }
        Ok(Found { total: rows.len(), rows: rows.into_values().skip(drill.skip).take(drill.limit).collect() })
    }

    fn months(&self, table: Table) -> Result<Option<(Month, Month)>, Refusal> {
        let months = || {
            self.facts.iter().filter(move |fact| fact.table == table).filter_map(|fact| match cell(fact, Col::Month) {
                Some(Cell::Month(month)) => Some(*month),
                _ => day(fact, Time::Occurred).map(Date::month),
            })
        };
        Ok(months().min().zip(months().max()))
    }
}
