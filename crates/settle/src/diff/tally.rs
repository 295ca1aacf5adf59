//! Sums of differences, by component and cause: what a person reads before they are posted.

use super::Adjustment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Differences of one component for one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Policy name.
    pub policy: String,
    /// Version the lines have now (or had, where they are gone).
    pub version: u32,
    /// Component name.
    pub component: String,
    /// Cause, as [`super::Why::code`] says it.
    pub why: String,
    /// Rows.
    pub rows: u64,
    /// Fen that are paid in addition.
    pub up: i64,
    /// Fen that are taken back, below zero.
    pub down: i64,
    /// The sentence of the first of them, in Chinese and English.
    pub example: (String, String),
}

/// Adds up differences.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    rows: BTreeMap<(String, u32, String, &'static str), Difference>,
}

impl Tally {
    /// Adds one.
    pub fn add(&mut self, one: &Adjustment) {
        let line = &one.line;
        let key = (line.policy.clone(), line.version, line.component.clone(), one.why.code());
        let row = self.rows.entry(key).or_insert_with(|| {
            let sentence = one.why.text();
            Difference {
                policy: line.policy.clone(),
                version: line.version,
                component: line.component.clone(),
                why: one.why.code().to_owned(),
                example: (sentence.zh, sentence.en),
                ..Difference::default()
            }
        });
        row.rows += 1;
        row.up = row.up.saturating_add(line.amount.max(0));
        row.down = row.down.saturating_add(line.amount.min(0));
    }

    /// The sums, by policy, version, component and cause.
    pub fn finish(self) -> Vec<Difference> {
        self.rows.into_values().collect()
    }
}
