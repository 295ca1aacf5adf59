//! Who sees which rows: the one place that says so, for orders, levels, refusals, slips, stock, terminals, what partners owe, agreements, and whoever is
//! recruited.

use crate::caller::Scope;
use qudao_kernel::Date;
use qudao_kernel::master::Master;
use qudao_platform::db::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where somebody may look, as conditions on the columns `territory`, `partner` and, where a table has them, `outlet` and `clerk`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    scope: Scope,
    /// Partners of the scope with all below them.
    partners: Vec<String>,
}

impl Sight {
    /// What a scope reaches on a day.
    pub fn of(scope: Scope, master: &Master, day: Date) -> Self {
        let partners = below(&scope.partners, master, day);
        Self { scope, partners }
    }

    /// Everything.
    pub fn everywhere() -> Self {
        Self { scope: Scope { territories: vec![String::new()], ..Scope::default() }, partners: Vec::new() }
    }

    /// Work IDs somebody may look at by themselves.
    pub fn clerks(&self) -> &[String] {
        &self.scope.clerks
    }

    /// The condition on the rows of a table by its alias. Without a column for work IDs nobody sees a row by theirs.
    pub fn wheres(&self, alias: &str, has_clerk: bool, values: &mut Vec<Value>) -> String {
        self.conditions(alias, if has_clerk { &["partner", "outlet", "clerk"] } else { &["partner", "outlet"] }, values)
    }

    /// The same for what belongs to partners as a whole: nobody sees a row by an outlet or a work ID of theirs.
    pub fn wheres_of_partner(&self, alias: &str, values: &mut Vec<Value>) -> String {
        self.conditions(alias, &["partner"], values)
    }

    /// The same for what belongs to an area: nobody sees a row by a partner, an outlet or a work ID of theirs.
    pub fn wheres_of_area(&self, alias: &str, values: &mut Vec<Value>) -> String {
        self.conditions(alias, &[], values)
    }

    /// Whether something in a territory is seen, or of a partner where there is one.
    pub fn sees(&self, territory: &str, partner: &str) -> bool {
        self.scope.is_everywhere()
            || self.scope.territories.iter().any(|area| territory.starts_with(area.as_str()))
            || (!partner.is_empty() && self.partners.iter().any(|code| code == partner))
    }

    fn conditions(&self, alias: &str, columns: &[&str], values: &mut Vec<Value>) -> String {
        if self.scope.is_everywhere() {
            return "1 = 1".to_owned();
        }
        let mut all = Vec::new();
        for area in &self.scope.territories {
            let (from, to) = (mark(values, area.as_str()), mark(values, format!("{area}~")));
            all.push(format!("({alias}.territory >= {from} and {alias}.territory < {to})"));
        }
        for (column, codes) in [("partner", &self.partners), ("outlet", &self.scope.outlets), ("clerk", &self.scope.clerks)] {
            if columns.contains(&column) && !codes.is_empty() {
                let marks: Vec<String> = codes.iter().map(|code| mark(values, code.as_str())).collect();
                all.push(format!("{alias}.{column} in ({})", marks.join(", ")));
            }
        }
        if all.is_empty() { "1 = 0".to_owned() } else { format!("({})", all.join(" or ")) }
    }
}

/// Adds a value and gives its mark.
pub fn mark(values: &mut Vec<Value>, value: impl Into<Value>) -> String {
    values.push(value.into());
    format!("${}", values.len())
}

/// Part of a text, as a pattern.
pub fn like(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

fn below(tops: &[String], master: &Master, day: Date) -> Vec<String> {
    if tops.is_empty() {
        return Vec::new();
    }
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in master.partners().filter(|row| row.span.contains(day)) {
        children.entry(row.parent.as_str()).or_default().push(row.code.as_str());
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&str> = tops.iter().map(String::as_str).collect();
    while let Some(code) = open.pop() {
        if found.insert(code.to_owned()) {
            open.extend(children.get(code).into_iter().flatten());
        }
    }
    found.into_iter().collect()
}
