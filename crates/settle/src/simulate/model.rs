//! What a simulation compares: the totals of a run over some months, under the policies in force or under a draft.

use qudao_kernel::{Date, Fen, Month};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Totals of one scenario. Every scenario of a comparison covers the same months and the same facts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SimTotals {
    /// Name for people, such as 现行 or 草案 v4.
    pub label: String,
    /// Sums; several rows of one key are added up.
    pub rows: Vec<SimRow>,
    /// Business units of each month (orders, activations), each counted once whatever pays for it.
    pub units: BTreeMap<Month, u64>,
    /// Ladders with their edges.
    pub ladders: Vec<LadderShape>,
    /// Where partners stand on them.
    pub points: Vec<LadderPoint>,
    /// Budgets and what was drawn.
    pub budgets: Vec<BudgetUse>,
}

/// What one component gave one partner in one region and month, over all destinations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimRow {
    /// Settlement month.
    pub month: Month,
    /// Partner whose account it goes to.
    pub partner: String,
    /// Policy and component, `policy/component`.
    pub component: String,
    /// Division code.
    pub region: String,
    /// Fen accrued.
    pub amount: Fen,
    /// Number of lines.
    pub lines: u64,
}

/// A ladder and where its steps begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderShape {
    /// `policy/ladder`.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Whether it counts money.
    pub money: bool,
    /// Edges, ascending.
    pub edges: Vec<Edge>,
}

/// The beginning of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// Where, in hundredths of a piece or in fen.
    pub at: i64,
    /// What reaching it adds at once, beyond what every unit adds anyway.
    pub jump: Fen,
}

/// Where a partner (or outlet, clerk) stood on a ladder in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderPoint {
    /// Month.
    pub month: Month,
    /// Partner, or the group's key.
    pub key: String,
    /// `policy/ladder`.
    pub ladder: String,
    /// What was reached, in hundredths of a piece or in fen.
    pub argument: i64,
}

/// A budget and what was drawn from it day by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetUse {
    /// `policy/budget`.
    pub name: String,
    /// Limit.
    pub limit: Fen,
    /// Drawn on a day; any order.
    pub drawn: Vec<(Date, Fen)>,
}

/// Names for codes, where known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Names {
    /// Titles of components by `policy/component`.
    pub components: BTreeMap<String, String>,
    /// Names of regions by code.
    pub regions: BTreeMap<String, String>,
    /// Names of partners by code.
    pub partners: BTreeMap<String, String>,
}

impl Names {
    /// Title of a component, else its name.
    pub fn component<'a>(&'a self, name: &'a str) -> &'a str {
        self.components.get(name).map_or(name, String::as_str)
    }

    /// Name of a region beside its code.
    pub fn region(&self, code: &str) -> String {
        beside(&self.regions, code)
    }

    /// Name of a partner beside its code.
    pub fn partner(&self, code: &str) -> String {
        beside(&self.partners, code)
    }
}

fn beside(names: &BTreeMap<String, String>, code: &str) -> String {
    match names.get(code) {
        Some(name) if !name.is_empty() => format!("{name} {code}"),
        _ if code.is_empty() => "–".to_owned(),
        _ => code.to_owned(),
    }
}
