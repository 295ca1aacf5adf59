//! Outlets as the master data have them: opened, closed, open at the end (R1.2). They are few, so they are counted row by row everywhere.

use crate::ask::{Ask, Counted, Key};
use crate::day::{day_key, keys_between, span_of_key};
use crate::dimension::{Dimension, Group};
use crate::place::{Place, place};
use crate::query::Test;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, territory};
use std::collections::BTreeMap;

/// Which outlets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outlets {
    /// Whose first row begins in the period.
    Opened,
    /// Whose last row ends in the period: the day after its last is the day it closed.
    Closed,
    /// That have a row on the last day of the period, or of the day, week or month asked for.
    Open,
}

/// Counts outlets; the answer of one measure.
pub(crate) fn count(master: &Master, holidays: &Holidays, ask: &Ask<'_>, which: Outlets) -> BTreeMap<Key, i128> {
    let mut counted = BTreeMap::new();
    let mut add = |code: &str, seen_on: Date, counted_on: Date| {
        let place = place(master, code, "", seen_on);
        if ask.within.covers(&place, code, "") && passes(ask.tests, &place, code, counted_on, holidays) {
            *counted.entry(key(&ask.by, &place, code, counted_on, holidays)).or_insert(0) += 1;
        }
    };
    match which {
        Outlets::Open => {
            let ends = ends(ask);
            for row in master.outlets() {
                for end in ends.iter().filter(|end| row.span.contains(**end)) {
                    add(&row.code, *end, *end);
                }
            }
        }
        Outlets::Opened | Outlets::Closed => {
            for (code, first, last) in lives(master) {
                let (day, seen_on) = if which == Outlets::Opened { (first, first) } else { (last, last.plus_days(-1)) };
                if ask.from <= day && day <= ask.to {
                    add(code, seen_on, day);
                }
            }
        }
    }
    counted
}

/// Code, first day and first day no longer of every outlet.
fn lives(master: &Master) -> Vec<(&str, Date, Date)> {
    let mut lives: Vec<(&str, Date, Date)> = Vec::new();
    for row in master.outlets() {
        match lives.last_mut() {
            Some((code, _, last)) if *code == row.code => *last = row.span.to.max(*last),
            _ => lives.push((&row.code, row.span.from, row.span.to)),
        }
    }
    lives
}

/// The days on which open outlets are counted.
fn ends(ask: &Ask<'_>) -> Vec<Date> {
    let finest = [Dimension::Day, Dimension::Week, Dimension::Month].into_iter().find(|dimension| ask.by.contains(dimension));
    let Some(finest) = finest else { return vec![ask.to] };
    let keys = keys_between(finest, ask.from, ask.to);
    keys.iter().filter_map(|key| span_of_key(finest, key)).map(|(_, last)| last.min(ask.to)).collect()
}

fn key(by: &[Dimension], place: &Place, code: &str, day: Date, holidays: &Holidays) -> Key {
    let one = |dimension: &Dimension| match dimension.group() {
        Group::Time => day_key(*dimension, day, holidays).unwrap_or_default(),
        _ if *dimension == Dimension::Outlet => code.to_owned(),
        _ => place.key(*dimension).unwrap_or_default().to_owned(),
    };
    by.iter().map(one).collect()
}

fn passes(tests: &[Test], place: &Place, code: &str, day: Date, holidays: &Holidays) -> bool {
    tests.iter().all(|test| match test {
        Test::Is(dimension, keys) => keys.contains(&key(&[*dimension], place, code, day, holidays)[0]),
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
