//! What expressions are evaluated on: the rows of a table that lie in one block, and lists of items drawn from them.

use super::master::NONE;
use super::sink::TextRef;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use datafusion::arrow::datatypes::{Date32Type, Int64Type};
use qudao_kernel::Month;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::model::Key;
use std::rc::Rc;

/// An absent date.
pub(crate) const NO_DATE: i32 = i32::MIN;

/// Standard check of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// Eligible.
    Passed,
    /// No partner.
    Unattributed,
    /// `blacklisted`.
    Blacklisted,
    /// `agreement_inactive`.
    AgreementInactive,
    /// `on_hold`.
    OnHold,
}

impl Check {
    /// Reason code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Check::Passed => "",
            Check::Unattributed => "unattributed",
            Check::Blacklisted => "blacklisted",
            Check::AgreementInactive => "agreement_inactive",
            Check::OnHold => "on_hold",
        }
    }
}

/// The rows of one table in a block, ordered by (segment, day, event id), with what attribution found.
pub(crate) struct TableRows {
    /// Table.
    pub(crate) table: Table,
    /// Number of rows.
    pub(crate) len: usize,
    cols: Vec<Option<ArrayRef>>,
    /// Segment (own partner) of each row.
    pub(crate) seg: Vec<u32>,
    /// Partner row on the day.
    pub(crate) partner: Vec<u32>,
    /// Outlet row on the day.
    pub(crate) outlet: Vec<u32>,
    /// Day.
    pub(crate) day: Vec<i32>,
    /// Month of the day.
    pub(crate) month: Vec<i32>,
    /// Standard checks.
    pub(crate) check: Vec<Check>,
    /// Rows of each kind, in first-seen order.
    pub(crate) kinds: Vec<(String, Vec<u32>)>,
}

impl TableRows {
    /// Rows with their cells; attribution is filled in by the block.
    pub(crate) fn new(table: Table, len: usize, cells: Vec<(Col, ArrayRef)>) -> Self {
        let mut cols: Vec<Option<ArrayRef>> = vec![None; Col::ALL.len()];
        for (col, array) in cells {
            cols[col as usize] = Some(array);
        }
        let mut rows = Self {
            table,
            len,
            cols,
            seg: Vec::new(),
            partner: Vec::new(),
            outlet: Vec::new(),
            day: Vec::new(),
            month: Vec::new(),
            check: Vec::new(),
            kinds: Vec::new(),
        };
        rows.day = (0..len).map(|row| rows.date(Col::OccurredOn, row)).collect();
        let mut last = (NO_DATE, 0);
        rows.month = rows
            .day
            .iter()
            .map(|day| {
                if *day != last.0 {
                    last = (*day, qudao_kernel::Date::from_days(*day).month().index());
                }
                last.1
            })
            .collect();
        rows.kinds = rows.by_kind();
        rows
    }

    fn by_kind(&self) -> Vec<(String, Vec<u32>)> {
        let mut kinds: Vec<(String, Vec<u32>)> = Vec::new();
        if !self.table.has(Col::Kind) {
            return vec![(String::new(), (0..self.len as u32).collect())];
        }
        let mut last = 0;
        for row in 0..self.len {
            let kind = self.text(Col::Kind, row);
            if kinds.get(last).is_none_or(|(name, _)| name != kind) {
                last = kinds.iter().position(|(name, _)| name == kind).unwrap_or_else(|| {
                    kinds.push((kind.to_string(), Vec::new()));
                    kinds.len() - 1
                });
            }
            kinds[last].1.push(row as u32);
        }
        kinds
    }

    /// Rows of these kinds (all if none named) in ascending order.
    pub(crate) fn of_kinds(&self, wanted: &[String]) -> Vec<u32> {
        if wanted.is_empty() {
            return (0..self.len as u32).collect();
        }
        let mut lists: Vec<&Vec<u32>> = self.kinds.iter().filter(|(name, _)| wanted.contains(name)).map(|(_, rows)| rows).collect();
        match lists.len() {
            0 => Vec::new(),
            1 => lists.remove(0).clone(),
            _ => {
                let mut all: Vec<u32> = lists.into_iter().flatten().copied().collect();
                all.sort_unstable();
                all
            }
        }
    }

    fn array(&self, col: Col) -> Option<&ArrayRef> {
        self.cols[col as usize].as_ref()
    }

    /// The text column, for gathering into output.
    pub(crate) fn strings(&self, col: Col) -> Option<&StringViewArray> {
        self.array(col).and_then(|array| array.as_string_view_opt())
    }

    /// Text cell; empty if absent.
    pub(crate) fn text(&self, col: Col, row: usize) -> &str {
        match self.strings(col) {
            Some(array) if array.is_valid(row) => array.value(row),
            _ => "",
        }
    }

    /// Money or whole number; 0 if absent, but 1 for the quantity of a business event.
    pub(crate) fn int(&self, col: Col, row: usize) -> i64 {
        let absent = i64::from(col == Col::Quantity && self.table == Table::BusinessEvent);
        match self.array(col).and_then(|array| array.as_primitive_opt::<Int64Type>()) {
            Some(array) if array.is_valid(row) => array.value(row),
            _ => absent,
        }
    }

    /// Truth value; false if absent.
    pub(crate) fn flag(&self, col: Col, row: usize) -> bool {
        self.array(col).and_then(|array| array.as_boolean_opt()).is_some_and(|array| array.is_valid(row) && array.value(row))
    }

    /// Day; [`NO_DATE`] if absent.
    pub(crate) fn date(&self, col: Col, row: usize) -> i32 {
        match self.array(col).and_then(|array| array.as_primitive_opt::<Date32Type>()) {
            Some(array) if array.is_valid(row) => array.value(row),
            _ => NO_DATE,
        }
    }
}

/// A list of items of one kind, with everything their fields may need. Vectors are empty where the kind of item has no such thing.
#[derive(Clone, Default)]
pub(crate) struct Items<'b> {
    /// Number of items.
    pub(crate) len: usize,
    /// Month that windows and subscriber states are anchored at.
    pub(crate) anchor: Option<Month>,
    /// Day attributes are read as of.
    pub(crate) day: Vec<i32>,
    /// Segment of the own partner.
    pub(crate) seg: Vec<u32>,
    /// Own partner's row.
    pub(crate) own: Vec<u32>,
    /// Outlet's row.
    pub(crate) outlet: Vec<u32>,
    /// Table the fact rows are in.
    pub(crate) table: Option<&'b TableRows>,
    /// Fact row of each item.
    pub(crate) fact: Vec<u32>,
    /// Payee's partner row.
    pub(crate) payee: Vec<u32>,
    /// Earner's partner row.
    pub(crate) earner: Vec<u32>,
    /// Accrued amount of the base line.
    pub(crate) line_amount: Vec<i64>,
    /// What the base line was computed from.
    pub(crate) line_base: Vec<i64>,
    /// Place.
    pub(crate) rank: Vec<i64>,
    /// Suspects and all.
    pub(crate) suspects: Vec<(i64, i64)>,
    /// Months and days since the original item.
    pub(crate) elapsed: Vec<(i64, i64)>,
    /// Subscriber, where it does not come from the fact.
    pub(crate) subscriber: Vec<&'b str>,
    /// Row of the subscriber's state, where it was looked up already; `u32::MAX` if there is none.
    pub(crate) sub_row: Vec<u32>,
    /// Second half of a group's key: outlet, clerk, customer or subscriber code.
    pub(crate) sub_key: Vec<Rc<str>>,
    /// Reference to the second half of a group's key.
    pub(crate) sub_ref: Vec<TextRef>,
    /// What a group is keyed by.
    pub(crate) keyed: Option<Key>,
    /// Basis, where it is not the fact's event id.
    pub(crate) basis: Vec<TextRef>,
    /// Own partner's code, where it does not come from the own row.
    pub(crate) own_code: Vec<TextRef>,
}

fn gather<T: Copy>(from: &[T], at: &[u32]) -> Vec<T> {
    if from.is_empty() { Vec::new() } else { at.iter().map(|index| from[*index as usize]).collect() }
}

impl<'b> Items<'b> {
    /// Facts of a table.
    pub(crate) fn facts(table: &'b TableRows, rows: Vec<u32>, anchor: Month) -> Self {
        Self {
            len: rows.len(),
            anchor: Some(anchor),
            day: gather(&table.day, &rows),
            seg: gather(&table.seg, &rows),
            own: gather(&table.partner, &rows),
            outlet: gather(&table.outlet, &rows),
            table: Some(table),
            fact: rows,
            ..Self::default()
        }
    }

    /// The items at these positions.
    pub(crate) fn select(&self, at: &[u32]) -> Items<'b> {
        Items {
            len: at.len(),
            anchor: self.anchor,
            day: gather(&self.day, at),
            seg: gather(&self.seg, at),
            own: gather(&self.own, at),
            outlet: gather(&self.outlet, at),
            table: self.table,
            fact: gather(&self.fact, at),
            payee: gather(&self.payee, at),
            earner: gather(&self.earner, at),
            line_amount: gather(&self.line_amount, at),
            line_base: gather(&self.line_base, at),
            rank: gather(&self.rank, at),
            suspects: gather(&self.suspects, at),
            elapsed: gather(&self.elapsed, at),
            subscriber: gather(&self.subscriber, at),
            sub_row: gather(&self.sub_row, at),
            sub_key: if self.sub_key.is_empty() {
                Vec::new()
            } else {
                at.iter().map(|item| self.sub_key[*item as usize].clone()).collect()
            },
            sub_ref: gather(&self.sub_ref, at),
            keyed: self.keyed,
            basis: gather(&self.basis, at),
            own_code: gather(&self.own_code, at),
        }
    }

    /// The item's subscriber.
    pub(crate) fn subscriber_of(&self, item: usize) -> &str {
        if let Some(subscriber) = self.subscriber.get(item) {
            return subscriber;
        }
        match self.table {
            Some(table) => table.text(Col::Subscriber, self.fact[item] as usize),
            None if self.keyed == Some(Key::Subscriber) => self.sub_key.get(item).map_or("", |key| key),
            None => "",
        }
    }

    /// Row of the subscriber's state.
    pub(crate) fn state_of(&self, item: usize, subs: &super::subs::Subs) -> Option<u32> {
        match self.sub_row.get(item) {
            Some(row) => (*row != u32::MAX).then_some(*row),
            None => subs.find(self.subscriber_of(item)),
        }
    }

    /// Reference to the own partner's code.
    pub(crate) fn own_ref(&self, item: usize) -> TextRef {
        match (self.own_code.get(item), self.own.get(item)) {
            (Some(code), _) => *code,
            (None, Some(own)) if *own != NONE => TextRef::partner(*own),
            _ => TextRef::EMPTY,
        }
    }

    /// Reference to the item's basis.
    pub(crate) fn basis_ref(&self, item: usize) -> TextRef {
        match self.table {
            Some(table) if self.basis.is_empty() => super::sink::cell(table, Col::EventId, self.fact[item]),
            _ => self.basis.get(item).copied().unwrap_or(TextRef::EMPTY),
        }
    }

    /// Outlet row of an item, or none.
    pub(crate) fn outlet_of(&self, item: usize) -> u32 {
        self.outlet.get(item).copied().unwrap_or(NONE)
    }
}
