//! Outlets and partners as the master data have them: opened, closed, open at the end, moved (R1.2). They are few, so they are counted row by
//! row everywhere.

use crate::ask::{Ask, Counted, Key};
use crate::day::{day_key, keys_between, span_of_key};
use crate::dimension::{Dimension, Group};
use crate::place::{Place, place};
use crate::query::Test;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::{Master, Span};
use qudao_kernel::{Date, territory};
use std::collections::BTreeMap;

/// Whose lives are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// Outlets.
    Outlets,
    /// Partners.
    Partners,
}

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// Whose first row begins in the period.
    Opened,
    /// Whose last row ends in the period: the day after its last is the day it closed.
    Closed,
    /// That have a row on the last day of the period, or of the day, week or month asked for.
    Open,
    /// Whose class (outlets) or tier (partners) becomes another in the period; one counts as often as it does.
    Moved,
}

impl Life {
    /// As definitions write it.
    pub(crate) fn by_code(code: &str) -> Option<Self> {
        match code {
            "opened" => Some(Life::Opened),
            "closed" => Some(Life::Closed),
            "open" => Some(Life::Open),
            "moved" => Some(Life::Moved),
            _ => None,
        }
    }
}

/// A row of the master data: code, days, and the class or tier it gives.
type Lived<'m> = (&'m str, Span, &'m str);

fn rows(master: &Master, whose: Whose) -> Vec<Lived<'_>> {
    match whose {
        Whose::Outlets => master.outlets().map(|row| (row.code.as_str(), row.span, row.grade.as_str())).collect(),
        Whose::Partners => master.partners().map(|row| (row.code.as_str(), row.span, row.tier.as_str())).collect(),
    }
}

/// Counts outlets or partners; the answer of one measure.
pub(crate) fn count(master: &Master, holidays: &Holidays, ask: &Ask<'_>, whose: Whose, which: Life) -> BTreeMap<Key, i128> {
    let mut counted = BTreeMap::new();
    let mut add = |code: &str, seen_on: Date, counted_on: Date| {
        let (outlet, partner) = if whose == Whose::Outlets { (code, "") } else { ("", code) };
        let place = place(master, outlet, partner, seen_on);
        if ask.within.covers(&place, outlet, "") && passes(ask.tests, &place, outlet, counted_on, holidays) {
            *counted.entry(key(&ask.by, &place, outlet, counted_on, holidays)).or_insert(0) += 1;
        }
    };
    let rows = rows(master, whose);
    let within = |day: Date| ask.from <= day && day <= ask.to;
    match which {
        Life::Open => {
            let ends = ends(ask);
            for (code, span, _) in rows {
                for end in ends.iter().filter(|end| span.contains(**end)) {
                    add(code, *end, *end);
                }
            }
        }
        Life::Opened | Life::Closed => {
            for (code, first, last) in lives(&rows) {
                let (day, seen_on) = if which == Life::Opened { (first, first) } else { (last, last.plus_days(-1)) };
                if within(day) {
                    add(code, seen_on, day);
                }
            }
        }
        Life::Moved => {
            for pair in rows.windows(2) {
                let [(code, _, before), (same, span, after)] = pair else { continue };
                if code == same && before != after && within(span.from) {
                    add(code, span.from, span.from);
                }
            }
        }
    }
    counted
}

/// Code, first day and first day no longer of everything that lives.
fn lives<'m>(rows: &[Lived<'m>]) -> Vec<(&'m str, Date, Date)> {
    let mut lives: Vec<(&str, Date, Date)> = Vec::new();
    for (row, span, _) in rows {
        match lives.last_mut() {
            Some((code, _, last)) if code == row => *last = span.to.max(*last),
            _ => lives.push((row, span.from, span.to)),
        }
    }
    lives
}

/// The days on which those that are open are counted.
fn ends(ask: &Ask<'_>) -> Vec<Date> {
    let finest = [Dimension::Day, Dimension::Week, Dimension::Month].into_iter().find(|dimension| ask.by.contains(dimension));
    let Some(finest) = finest else { return vec![ask.to] };
    let keys = keys_between(finest, ask.from, ask.to);
    keys.iter().filter_map(|key| span_of_key(finest, key)).map(|(_, last)| last.min(ask.to)).collect()
}

fn key(by: &[Dimension], place: &Place, outlet: &str, day: Date, holidays: &Holidays) -> Key {
    let one = |dimension: &Dimension| match dimension.group() {
        Group::Time => day_key(*dimension, day, holidays).unwrap_or_default(),
        _ if *dimension == Dimension::Outlet => outlet.to_owned(),
        _ => place.key(*dimension).unwrap_or_default().to_owned(),
    };
    by.iter().map(one).collect()
}

fn passes(tests: &[Test], place: &Place, outlet: &str, day: Date, holidays: &Holidays) -> bool {
    tests.iter().all(|test| match test {
        Test::Is(dimension, keys) => keys.contains(&key(&[*dimension], place, outlet, day, holidays)[0]),
        Test::Under(areas) => areas.iter().any(|area| territory::under(&place.territory, area)),
        Test::Tree(partners) => place.partners.iter().any(|partner| partners.contains(partner)),
    })
}

/// Merges the answers of single measures into one.
pub(crate) fn merge(counted: &mut Counted, width: usize, at: usize, more: BTreeMap<Key, i128>) {
    for (key, number) in more {
        counted.entry(key).or_insert_with(|| vec![0; width])[at] += number;
    }
}
