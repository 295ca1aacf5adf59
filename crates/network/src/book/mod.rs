//! The network on a day, in memory: what each code is on that day, where it stands, and how people find it.
//!
//! A code has one entry: its row in force on the day, else its next one, else its last. Invariant: what a scope does not cover is
//! in no list, no count and no search.

mod clerks;
mod find;
mod outlets;
mod partners;
mod places;

use crate::initials::Initials;
use qudao_access::{Place, Scope};
use qudao_kernel::master::{Clerk, MAX_DEPTH, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, territory};
use std::collections::HashMap;

pub use find::{Found, Noun};
pub use places::Share;

/// Where a day stands in the life of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In force.
    Active,
    /// Not in force yet.
    Coming,
    /// No longer in force.
    Ended,
}

impl State {
    /// As the interface writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Coming => "coming",
            Self::Ended => "ended",
        }
    }
}

/// A partner, outlet or clerk with what a list shows beside it.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// Its row.
    pub row: T,
    /// Whether the row is in force.
    pub state: State,
    /// Its partner, then the one above, up to the root; a partner begins with itself.
    pub partners: Vec<String>,
    /// Division code: a clerk has that of the outlet.
    pub territory: String,
    /// Partners directly below.
    pub below: usize,
    /// Outlets of a partner in force on the day.
    pub outlets: usize,
    /// Clerks of a partner or outlet in force on the day.
    pub clerks: usize,
    initials: Initials,
    /// Code and name in small letters, which every search of a list compares.
    low: (String, String),
}

/// What a list is asked for; an empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Part of the name or code, or pinyin initials.
    pub typed: String,
    /// A division and all below it.
    pub territory: String,
    /// A partner and all below it.
    pub partner: String,
    /// An outlet, for clerks.
    pub outlet: String,
    /// Partner type.
    pub kind: String,
    /// Partner tier.
    pub tier: String,
    /// Channel category.
    pub channel: String,
    /// Sub-type of outlets.
    pub subtype: String,
    /// Grade of outlets.
    pub grade: String,
    /// `active`, `coming` or `ended`.
    pub state: String,
    /// `true` or `false`, for partners.
    pub blacklisted: String,
}

/// All of it.
#[derive(Debug)]
pub struct Book {
    day: Date,
    partners: Vec<Entry<Partner>>,
    outlets: Vec<Entry<Outlet>>,
    clerks: Vec<Entry<Clerk>>,
    partner_at: HashMap<String, usize>,
    outlet_at: HashMap<String, usize>,
    clerk_at: HashMap<String, usize>,
}

/// What the three kinds share.
pub trait Coded: Clone {
    /// Code, unique within the kind.
    fn code(&self) -> &str;
    /// Name.
    fn name(&self) -> &str;
    /// Days in force.
    fn span(&self) -> Span;
}

macro_rules! coded {
    ($($kind:ty),*) => {$(
        impl Coded for $kind {
            fn code(&self) -> &str {
                &self.code
            }
            fn name(&self) -> &str {
                &self.name
            }
            fn span(&self) -> Span {
                self.span
            }
        }
    )*};
}
coded!(Partner, Outlet, Clerk);

impl Book {
    /// Reads master data as of a day.
    pub fn of(master: &Master, day: Date) -> Self {
        let mut partners = entries(master.partners(), day);
        let mut outlets = entries(master.outlets(), day);
        let mut clerks = entries(master.clerks(), day);
        let (partner_at, outlet_at, clerk_at) = (places(&partners), places(&outlets), places(&clerks));
        let parents: Vec<Option<usize>> = partners.iter().map(|entry| partner_at.get(&entry.row.parent).copied()).collect();
        let chain = |start: Option<usize>| -> Vec<usize> { std::iter::successors(start, |at| parents[*at]).take(MAX_DEPTH + 1).collect() };
        let named = |chain: &[usize], partners: &[Entry<Partner>]| chain.iter().map(|at| partners[*at].row.code.clone()).collect();
        let chains: Vec<Vec<String>> = (0..partners.len()).map(|at| named(&chain(Some(at)), &partners)).collect();
        for (entry, chain) in partners.iter_mut().zip(chains) {
            entry.territory.clone_from(&entry.row.territory);
            entry.partners = chain;
        }
        for at in 0..partners.len() {
            if let Some(parent) = parents[at].filter(|_| partners[at].state == State::Active) {
                partners[parent].below += 1;
            }
        }
        for entry in &mut outlets {
            entry.territory.clone_from(&entry.row.territory);
            if let Some(at) = partner_at.get(&entry.row.owner) {
                entry.partners.clone_from(&partners[*at].partners);
                partners[*at].outlets += usize::from(entry.state == State::Active);
            }
        }
        for entry in &mut clerks {
            let Some(at) = outlet_at.get(&entry.row.outlet) else { continue };
            let one = usize::from(entry.state == State::Active);
            entry.territory.clone_from(&outlets[*at].territory);
            entry.partners.clone_from(&outlets[*at].partners);
            outlets[*at].clerks += one;
            if let Some(owner) = partner_at.get(&outlets[*at].row.owner) {
                partners[*owner].clerks += one;
            }
        }
        Self { day, partners, outlets, clerks, partner_at, outlet_at, clerk_at }
    }

    /// The day it was read for.
    pub fn day(&self) -> Date {
        self.day
    }
}

fn places<T: Coded>(entries: &[Entry<T>]) -> HashMap<String, usize> {
    entries.iter().enumerate().map(|(at, entry)| (entry.row.code().to_owned(), at)).collect()
}

/// One entry a code; rows come by code, then by date.
fn entries<'a, T: Coded + 'a>(rows: impl Iterator<Item = &'a T>, day: Date) -> Vec<Entry<T>> {
    let mut found: Vec<Entry<T>> = Vec::new();
    for row in rows {
        let state = state(row.span(), day);
        let entry = || Entry {
            row: row.clone(),
            state,
            partners: Vec::new(),
            territory: String::new(),
            below: 0,
            outlets: 0,
            clerks: 0,
            initials: Initials::of(row.name()),
            low: (row.code().to_lowercase(), row.name().to_lowercase()),
        };
        match found.last_mut().filter(|last| last.row.code() == row.code()) {
            None => found.push(entry()),
            Some(last) if last.state == State::Ended => *last = entry(),
            Some(_) => {}
        }
    }
    found
}

fn state(span: Span, day: Date) -> State {
    if span.contains(day) {
        State::Active
    } else if day < span.from {
        State::Coming
    } else {
        State::Ended
    }
}

impl<T: Coded> Entry<T> {
    fn within(&self, scope: &Scope, outlet: &str, clerk: &str) -> bool {
        let partners: Vec<&str> = self.partners.iter().map(String::as_str).collect();
        scope.covers(&Place { territory: &self.territory, partners: &partners, outlet, clerk })
    }

    /// How well it matches what was typed, in small letters; 0 is best.
    fn rank(&self, typed: &str) -> Option<usize> {
        let (code, name) = (self.low.0.as_str(), self.low.1.as_str());
        if code == typed || name == typed {
            return Some(0);
        }
        if code.starts_with(typed) {
            return Some(1);
        }
        let at = name.find(typed).or_else(|| self.initials.find(typed));
        at.map(|at| 2 + at).or_else(|| code.contains(typed).then_some(99))
    }

    fn meets(&self, wanted: &Wanted, typed: &str) -> bool {
        (wanted.state.is_empty() || wanted.state == self.state.name())
            && (wanted.territory.is_empty() || territory::under(&self.territory, &wanted.territory))
            && (wanted.partner.is_empty() || self.partners.contains(&wanted.partner))
            && (typed.is_empty() || self.rank(typed).is_some())
    }
}

/// Whether a wanted word is absent or the one there.
fn is(wanted: &str, there: &str) -> bool {
    wanted.is_empty() || wanted.split(',').any(|one| one == there)
}

#[cfg(test)]
mod tests;
