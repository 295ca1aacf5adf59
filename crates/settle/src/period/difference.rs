//! A month against the one before: by component and by partner, adding up to the fen.

use crate::statement::Statement;
use std::collections::BTreeMap;

/// Code under which a policy holds facts that look wrong.
const HELD: &str = "on_hold";

/// What comparing months needs of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Partner; empty for facts of nobody.
    pub partner: String,
    /// Name.
    pub name: String,
    /// Statement number.
    pub number: String,
    /// Number of lines.
    pub lines: u64,
    /// Sum of all lines, fen.
    pub amount: i64,
    /// Everything due, fen.
    pub due: i64,
    /// Money that moves, fen.
    pub payment: i64,
    /// Facts held for suspicion, and what they would have paid.
    pub held: u64,
    /// Fen of those.
    pub held_fen: i64,
    /// Sum by (policy, component).
    pub components: BTreeMap<(String, String), i64>,
}

impl Stated {
    /// Of a statement; `titles` learns what components are called.
    pub fn of(statement: &Statement, titles: &mut BTreeMap<(String, String), String>) -> Self {
        let mut components = BTreeMap::new();
        for row in statement.sections.iter().flat_map(|section| &section.rows) {
            let key = (row.policy.clone(), row.component.clone());
            titles.entry(key.clone()).or_insert_with(|| row.title.clone());
            *components.entry(key).or_insert(0) += row.total.0;
        }
        let held = || statement.unpaid.iter().filter(|unpaid| unpaid.code == HELD);
        Self {
            partner: statement.partner.clone(),
            name: statement.name.clone(),
            number: statement.number.clone(),
            lines: statement.lines,
            amount: statement.sections.iter().map(|section| section.total.0).sum(),
            due: statement.totals.due.0,
            payment: statement.totals.payment.0,
            held: held().map(|unpaid| unpaid.count).sum(),
            held_fen: held().map(|unpaid| unpaid.forgone.0).sum(),
            components,
        }
    }
}

/// One row of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Partner code, or `policy/component`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Fen in the month before.
    pub before: i64,
    /// Fen now.
    pub after: i64,
}

impl Change {
    /// What it adds to the difference.
    pub fn delta(&self) -> i64 {
        self.after.saturating_sub(self.before)
    }
}

/// A month against another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Sum before, fen.
    pub before: i64,
    /// Sum now, fen.
    pub after: i64,
    /// By component, the largest change first.
    pub components: Vec<Change>,
    /// By partner, the largest change first.
    pub partners: Vec<Change>,
}

/// Compares two months.
pub fn compare(now: &[Stated], before: &[Stated], titles: &BTreeMap<(String, String), String>) -> Difference {
    let mut partners: BTreeMap<&str, Change> = BTreeMap::new();
    let mut components: BTreeMap<&(String, String), (i64, i64)> = BTreeMap::new();
    let (mut sum_before, mut sum_after) = (0_i64, 0_i64);
    for (stated, is_now) in before.iter().map(|one| (one, false)).chain(now.iter().map(|one| (one, true))) {
        let change = partners.entry(&stated.partner).or_insert_with(|| Change {
            code: stated.partner.clone(),
            name: String::new(),
            before: 0,
            after: 0,
        });
        change.name.clone_from(&stated.name);
        if is_now {
            change.after += stated.amount;
            sum_after += stated.amount;
        } else {
            change.before += stated.amount;
            sum_before += stated.amount;
        }
        for (key, amount) in &stated.components {
            let sums = components.entry(key).or_default();
            if is_now { sums.1 += amount } else { sums.0 += amount }
        }
    }
    let component = |(key, (before, after)): (&(String, String), (i64, i64))| Change {
        code: format!("{}/{}", key.0, key.1),
        name: titles.get(key).cloned().unwrap_or_default(),
        before,
        after,
    };
    let mut components: Vec<Change> = components.into_iter().map(component).collect();
    let mut partners: Vec<Change> = partners.into_values().collect();
    for list in [&mut components, &mut partners] {
        list.sort_by(|a, b| b.delta().unsigned_abs().cmp(&a.delta().unsigned_abs()).then(a.code.cmp(&b.code)));
    }
    Difference { before: sum_before, after: sum_after, components, partners }
}
