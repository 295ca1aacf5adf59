//! What is new about the facts of a month since it was settled.

use crate::interp::row::{cell, event_id, text};
use qudao_kernel::Date;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::model::{Cell, Fact};
use std::collections::HashMap;

/// What happened to a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It arrived after the run, and became known on this day where it says so.
    Late(Option<Date>),
    /// A later version of it arrived.
    Corrected,
    /// It is there no longer.
    Withdrawn,
}

/// Facts that changed, by id. Memory grows with them, not with the month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    changes: HashMap<String, Change>,
    /// New facts by the fact they name.
    naming: HashMap<String, (String, Option<Date>)>,
}

impl News {
    /// Notes a change of a fact: of one that is new or corrected as it is now, of one that is gone as it was.
    pub fn note(&mut self, fact: &Fact, change: Change) {
        let id = event_id(fact);
        let names = text(fact, Col::Ref);
        if change != Change::Withdrawn && fact.table == Table::BusinessEvent && !names.is_empty() {
            self.naming.insert(names.to_owned(), (id.clone(), known_on(fact)));
        }
        self.changes.insert(id, change);
    }

    /// What happened to the fact of an id.
    pub fn of(&self, id: &str) -> Option<&Change> {
        self.changes.get(id)
    }

    /// A new or corrected fact that names this one, and when it became known.
    pub fn naming(&self, id: &str) -> Option<(&str, Option<Date>)> {
        self.naming.get(id).map(|(id, known_on)| (id.as_str(), *known_on))
    }

    /// How many facts changed.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether none did.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What lies between two lists of facts. Of several versions of a fact the one known last counts.
    pub fn between(old: &[Fact], new: &[Fact]) -> Self {
        let (before, after) = (versions(old), versions(new));
        let mut news = News::default();
        for (key, fact) in &after {
            match before.get(key) {
                None => news.note(fact, Change::Late(known_on(fact))),
                Some(held) if !same(held, fact) => news.note(fact, Change::Corrected),
                Some(_) => {}
            }
        }
        for (_, fact) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            news.note(fact, Change::Withdrawn);
        }
        news
    }
}

/// Day a fact became known, where it says so.
pub fn known_on(fact: &Fact) -> Option<Date> {
    match cell(fact, Col::KnownOn) {
        Some(Cell::Date(day)) => Some(*day),
        _ => None,
    }
}

fn versions(facts: &[Fact]) -> HashMap<(Table, String), &Fact> {
    let mut held: HashMap<(Table, String), &Fact> = HashMap::new();
    for fact in facts {
        let counts = held.entry((fact.table, event_id(fact))).or_insert(fact);
        if known_on(fact) >= known_on(counts) {
            *counts = fact;
        }
    }
    held
}

fn same(a: &Fact, b: &Fact) -> bool {
    let has_all = |a: &Fact, b: &Fact| a.cells.iter().all(|cell| b.cells.contains(cell));
    a.table == b.table && has_all(a, b) && has_all(b, a)
}
