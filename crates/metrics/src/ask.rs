//! What a counter is asked, and what it answers.

use crate::dimension::Dimension;
use crate::model::Measure;
use crate::place::Place;
use crate::query::Test;
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Month, Refusal, territory};
use qudao_policy::model::Fact;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The part of the network somebody may see: what lies in any of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Within {
    /// Division codes, each with all below it; an empty one is everywhere.
    pub territories: Vec<String>,
    /// Partners, each with all below it.
    pub partners: Vec<String>,
    /// Outlets.
    pub outlets: Vec<String>,
    /// Work IDs.
    pub clerks: Vec<String>,
}

impl Within {
    /// Everything.
    pub fn everywhere() -> Self {
        Self { territories: vec![String::new()], ..Self::default() }
    }

    /// Whether it is everywhere.
    pub fn is_everywhere(&self) -> bool {
        self.territories.iter().any(String::is_empty)
    }

    /// Whether a fact lies within.
    pub fn covers(&self, place: &Place, outlet: &str, clerk: &str) -> bool {
        let named = |codes: &[String], code: &str| !code.is_empty() && codes.iter().any(|held| held == code);
        self.covers_place(place) || named(&self.outlets, outlet) || named(&self.clerks, clerk)
    }

    /// Whether everything of a place lies within.
    pub fn covers_place(&self, place: &Place) -> bool {
        self.territories.iter().any(|area| territory::under(&place.territory, area))
            || place.partners.iter().any(|partner| self.partners.contains(partner))
    }
}

/// A question to a counter: some measures, split by some dimensions.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// What to count.
    pub measures: Vec<&'a Measure>,
    /// What to split by.
    pub by: Vec<Dimension>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// What must hold.
    pub tests: &'a [Test],
    /// Where.
    pub within: &'a Within,
    /// The newest month with states of subscribers.
    pub last_state: Option<Month>,
}

/// A key of each dimension asked for, in their order.
pub type Key = Vec<String>;

/// The numbers by key, in the order of the measures. A key is there if a fact counts for one of the measures.
pub type Counted = BTreeMap<Key, Vec<i128>>;

/// A question for facts instead of numbers.
#[derive(Debug, Clone)]
pub struct Drill<'a> {
    /// What is counted.
    pub measure: &'a Measure,
    /// The keys the facts must have.
    pub keys: &'a [(Dimension, String)],
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// What must hold.
    pub tests: &'a [Test],
    /// Where.
    pub within: &'a Within,
    /// The newest month with states of subscribers.
    pub last_state: Option<Month>,
    /// Facts to pass over.
    pub skip: usize,
    /// Most facts to give.
    pub limit: usize,
}

/// A fact behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct DrilledRow {
    /// The fact.
    pub fact: Fact,
    /// Its state, of a business event.
    pub state: Option<crate::model::State>,
    /// The partner it belongs to.
    pub partner: String,
}

/// Facts behind a number, by partner, day and id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// How many there are.
    pub total: usize,
    /// The part asked for.
    pub rows: Vec<DrilledRow>,
}

/// Counts facts. Calls block.
pub trait Counter {
    /// Answers a question about measures of facts.
    ///
    /// # Errors
    /// The facts cannot be read.
    fn count(&self, ask: &Ask<'_>) -> Result<Counted, Refusal>;

    /// The facts behind a number.
    ///
    /// # Errors
    /// The facts cannot be read.
    fn drill(&self, drill: &Drill<'_>) -> Result<Found, Refusal>;

    /// First and last month of a table's facts.
    ///
    /// # Errors
    /// The facts cannot be read.
    fn months(&self, table: Table) -> Result<Option<(Month, Month)>, Refusal>;
}
