//! Facts as the run sees them: doubled ids resolved, attributed, checked.

use super::value::{NO_DATE, Value};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Month, master::Master};
use qudao_policy::model::{Cell, Fact};
use std::collections::HashMap;

/// A fact with its attribution.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The cells.
    pub fact: &'a Fact,
    /// Event id.
    pub id: String,
    /// `occurred_on`.
    pub day: Date,
    /// Month of that day.
    pub month: Month,
    /// Partner it is attributed to; empty if unattributed.
    pub partner: String,
    /// Standard check that fails; `None` if all pass. Meaningless if unattributed, but for the hold.
    pub fails: Option<&'static str>,
}

/// The cell of a column.
pub fn cell(fact: &Fact, col: Col) -> Option<&Cell> {
    fact.cells.iter().find(|(held, _)| *held == col).map(|(_, cell)| cell)
}

/// The text of a column; empty if absent.
pub fn text(fact: &Fact, col: Col) -> &str {
    match cell(fact, col) {
        Some(Cell::Text(text)) => text,
        _ => "",
    }
}

fn date(fact: &Fact, col: Col) -> Date {
    cell(fact, col).map_or(NO_DATE, |cell| Value::of_cell(cell).as_date())
}

/// Month of a subscriber's state.
pub fn state_month(fact: &Fact) -> Month {
    match cell(fact, Col::Month) {
        Some(Cell::Month(month)) => *month,
        _ => date(fact, Col::OccurredOn).month(),
    }
}

/// Event id; `subscriber|month` where a subscriber's month has none.
pub fn event_id(fact: &Fact) -> String {
    let id = text(fact, Col::EventId);
    if id.is_empty() && fact.table == Table::SubscriberMonth {
        return format!("{}|{}", text(fact, Col::Subscriber), state_month(fact));
    }
    id.to_string()
}

/// Day of the fact; the first of the month where a subscriber's month has none.
pub fn day(fact: &Fact) -> Date {
    match (date(fact, Col::OccurredOn), cell(fact, Col::Month)) {
        (NO_DATE, Some(Cell::Month(month))) => month.first_day(),
        (day, _) => day,
    }
}

/// All facts that count, in input order: of doubled ids the one known last.
pub fn rows<'a>(facts: &'a [Fact], master: &Master) -> Vec<Row<'a>> {
    let mut chosen: HashMap<(Table, String), usize> = HashMap::new();
    for (index, fact) in facts.iter().enumerate() {
        let seen = chosen.entry((fact.table, event_id(fact))).or_insert(index);
        if date(fact, Col::KnownOn) >= date(&facts[*seen], Col::KnownOn) {
            *seen = index;
        }
    }
    let mut chosen: Vec<usize> = chosen.into_values().collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|index| row(&facts[index], master)).collect()
}

fn row<'a>(fact: &'a Fact, master: &Master) -> Row<'a> {
    let day = day(fact);
    let partner = attributed(fact, day, master).unwrap_or_default().to_string();
    let fails = if text(fact, Col::Hold).is_empty() {
        standing(&partner, day, master)
    } else {
        standing(&partner, day, master).or(Some("on_hold"))
    };
    Row { fact, id: event_id(fact), day, month: day.month(), partner, fails }
}

/// The owner of the outlet on the day, or, where no outlet is named, the partner named; only if it has a row on the day.
fn attributed<'a>(fact: &'a Fact, day: Date, master: &'a Master) -> Option<&'a str> {
    let outlet = text(fact, Col::Outlet);
    let partner = if outlet.is_empty() { text(fact, Col::Partner) } else { &master.outlet(outlet, day)?.owner };
    master.partner(partner, day).map(|row| row.code.as_str())
}

/// The standard check on a partner that fails on a day.
pub fn standing(partner: &str, day: Date, master: &Master) -> Option<&'static str> {
    if master.partner(partner, day).is_some_and(|row| row.blacklisted) {
        Some("blacklisted")
    } else if master.agreement(partner, day).is_none() {
        Some("agreement_inactive")
    } else {
        None
    }
}

impl Row<'_> {
    /// Text of a column; empty if absent.
    pub fn text(&self, col: Col) -> &str {
        if col == Col::EventId { &self.id } else { text(self.fact, col) }
    }

    /// Whether it is of one of these kinds (all, if none is named).
    pub fn is_of(&self, table: Table, kinds: &[String]) -> bool {
        self.fact.table == table && (kinds.is_empty() || kinds.iter().any(|kind| kind == self.text(Col::Kind)))
    }

    /// Whether a red hold is on it.
    pub fn on_hold(&self) -> bool {
        !self.text(Col::Hold).is_empty()
    }

    /// Value of a column. The quantity of a business event is 1 where the cell is absent.
    pub fn value(&self, col: Col) -> Value {
        match cell(self.fact, col) {
            // Derived where a subscriber's month does not give them.
            _ if col == Col::EventId => Value::text(&self.id),
            _ if col == Col::OccurredOn => Value::Date(self.day),
            Some(cell) => Value::of_cell(cell),
            None if col == Col::Quantity && self.fact.table == Table::BusinessEvent => Value::count(1),
            None => Value::empty(col.ty()),
        }
    }
}
