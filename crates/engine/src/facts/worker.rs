//! A worker: rows of text or columns in, checked rows in order out.

use super::attribute::Attribution;
use super::cell;
use super::row::{ContentWriter, EXPLICIT, Layout, MOST_COLUMNS};
use super::spill::{Collector, Hasher, Spill};
use super::tally::{Counted, NO_DAY, Tallies};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::columnar::facts::{Fault, LARGEST_AMOUNT, LONGEST_TEXT, Mapping, Window, may_be_negative};
use std::fmt::Write;
use std::sync::Arc;

/// What all workers of an import share.
pub(super) struct Plan {
    /// Layout of the table.
    pub(super) layout: Layout,
    /// What the source calls kinds.
    pub(super) mapping: Mapping,
    /// Dates taken.
    pub(super) window: Window,
    /// Known day of rows that give none.
    pub(super) day: Date,
    /// Who owned what.
    pub(super) attribution: Arc<Attribution>,
    /// Hashes of the table.
    pub(super) hasher: Hasher,
}

/// One worker's state.
pub(super) struct Worker<'a> {
    plan: &'a Plan,
    collector: Collector,
    tallies: Tallies,
    derived: String,
}

/// What a worker leaves.
pub(super) struct Worked {
    /// Its rows.
    pub(super) spill: Spill,
    /// Its counts.
    pub(super) tallies: Tallies,
}

/// A typed cell, or none.
#[derive(Clone, Copy)]
pub(super) enum Typed<'a> {
    /// No cell.
    Absent,
    /// Text.
    Text(&'a str),
    /// Number, or fen.
    Wide(i64),
    /// Day or month.
    Narrow(i32),
    /// Truth value.
    Bit(bool),
}

impl<'a> Worker<'a> {
    /// A worker over a collector.
    pub(super) fn new(plan: &'a Plan, collector: Collector) -> Self {
        Self { plan, collector, tallies: Tallies::default(), derived: String::new() }
    }

    /// Ends the work.
    pub(super) fn finish(self) -> Result<Worked, Refusal> {
        Ok(Worked { spill: self.collector.finish()?, tallies: self.tallies })
    }

    /// A row that could not even be read: counted, not taken.
    pub(super) fn unreadable(&mut self) {
        let counted = Counted { day: NO_DAY, kind: self.tallies.kind(""), amount: 0 };
        self.tallies.received(counted);
        self.tallies.rejected(counted);
    }

    /// Takes a row of text cells, by position in the table; adds to `faults` what is wrong with it. Whether it was taken.
    ///
    /// # Errors
    /// Rows could not be put aside.
    pub(super) fn text_row<'c>(
        &mut self,
        number: u64,
        text: impl Fn(usize) -> &'c str,
        faults: &mut Vec<(usize, Fault)>,
    ) -> Result<bool, Refusal> {
        let plan = self.plan;
        let mut cells = [Typed::Absent; MOST_COLUMNS];
        for (position, slot) in plan.layout.slots.iter().enumerate() {
            let cell = cell::trimmed(text(position));
            if !cell.is_empty() {
                match parse(plan, slot.col, slot.ty, cell) {
                    Ok(typed) => cells[position] = typed,
                    Err(fault) => faults.push((position, if cell.starts_with('=') { Fault::Formula } else { fault })),
                }
            }
        }
        self.row(number, &cells, faults)
    }

    /// Takes a row of typed cells likewise.
    ///
    /// # Errors
    /// Rows could not be put aside.
    pub(super) fn typed_row<'c>(
        &mut self,
        number: u64,
        typed: impl Fn(usize) -> Typed<'c>,
        faults: &mut Vec<(usize, Fault)>,
    ) -> Result<bool, Refusal> {
        let plan = self.plan;
        let mut cells = [Typed::Absent; MOST_COLUMNS];
        for (position, slot) in plan.layout.slots.iter().enumerate() {
            match check(plan, slot.col, slot.ty, typed(position)) {
                Ok(typed) => cells[position] = typed,
                Err(fault) => faults.push((position, fault)),
            }
        }
        self.row(number, &cells, faults)
    }

    fn row(&mut self, number: u64, cells: &[Typed<'_>; MOST_COLUMNS], faults: &mut Vec<(usize, Fault)>) -> Result<bool, Refusal> {
        let Plan { layout, attribution, hasher, .. } = self.plan;
        let kind = layout.kind.map_or("", |position| text(cells[position]));
        let month = layout.month.and_then(|position| narrow(cells[position]));
        let first_day = month.map(|month| Month::from_index(month).first_day().days());
        let day = narrow(cells[layout.day]).or(first_day);
        let derives = derive_id(layout, cells, month, &mut self.derived);
        for (position, slot) in layout.slots.iter().enumerate() {
            match cells[position] {
                Typed::Wide(value) if value < 0 && !may_be_negative(layout.table, kind, slot.col) => {
                    faults.push((position, Fault::Negative));
                }
                Typed::Absent if slot.required && !faults.iter().any(|(faulty, _)| *faulty == position) => {
                    faults.push((position, Fault::Missing));
                }
                _ => {}
            }
        }
        let amount = layout.amount.map_or(0, |position| wide(cells[position]));
        let counted = Counted { day: day.unwrap_or(NO_DAY), kind: self.tallies.kind(kind), amount };
        self.tallies.received(counted);
        let (Some(day), true) = (day, faults.is_empty()) else {
            self.tallies.rejected(counted);
            return Ok(false);
        };
        let (outlet, partner) = (text(cells[layout.outlet]), text(cells[layout.partner]));
        let (rank, nobody) = attribution.rank(outlet, partner, Date::from_days(day));
        if let Some(why) = nobody {
            self.tallies.nobody(why, if outlet.is_empty() { partner } else { outlet });
        }
        let (mark, bytes) = self.collector.begin();
        let mut content = ContentWriter::begin(bytes);
        for (position, cell) in cells.iter().enumerate().take(layout.slots.len()) {
            match *cell {
                _ if position == layout.known => {}
                Typed::Absent if position == 0 && derives => content.text(0, self.derived.as_bytes()),
                Typed::Absent if position == layout.day => content.narrow(position, day),
                Typed::Absent => {}
                Typed::Text(text) => content.text(position, text.as_bytes()),
                Typed::Wide(value) => content.wide(position, value),
                Typed::Narrow(value) => content.narrow(position, value),
                Typed::Bit(value) => content.bit(position, value),
            }
        }
        content.finish();
        let (known, explicit) = narrow(cells[layout.known]).map_or((self.plan.day.days(), 0), |known| (known, EXPLICIT));
        let period = month.unwrap_or_else(|| Date::from_days(day).month().index());
        self.collector.keep(mark, (period, rank, day), number | explicit, known, hasher)?;
        Ok(true)
    }
}

fn text(cell: Typed<'_>) -> &str {
    if let Typed::Text(text) = cell { text } else { "" }
}

fn narrow(cell: Typed<'_>) -> Option<i32> {
    if let Typed::Narrow(value) = cell { Some(value) } else { None }
}

fn wide(cell: Typed<'_>) -> i64 {
    if let Typed::Wide(value) = cell { value } else { 0 }
}

/// A subscriber's month without an id is `subscriber|month`. Whether that is so here.
fn derive_id(layout: &Layout, cells: &[Typed<'_>; MOST_COLUMNS], month: Option<i32>, derived: &mut String) -> bool {
    let (Table::SubscriberMonth, Typed::Absent, Some(month), Some(subscriber)) =
        (layout.table, cells[0], month, layout.position(Col::Subscriber))
    else {
        return false;
    };
    derived.clear();
    // Writing to a String cannot fail.
    let _ = write!(derived, "{}|{}", text(cells[subscriber]), Month::from_index(month));
    true
}

/// Reads a cell that is not empty.
fn parse<'c>(plan: &'c Plan, col: Col, ty: ColType, cell: &'c str) -> Result<Typed<'c>, Fault> {
    let typed = match ty {
        ColType::Text => Typed::Text(cell),
        ColType::Int => Typed::Wide(cell::int(cell).ok_or(Fault::Int)?),
        ColType::Money => Typed::Wide(cell::money(cell).ok_or(Fault::Amount)?),
        ColType::Bool => Typed::Bit(cell::truth(cell).ok_or(Fault::Bool)?),
        ColType::Date => Typed::Narrow(cell::date(cell).ok_or(Fault::Date)?),
        ColType::Month => Typed::Narrow(cell::month(cell).ok_or(Fault::Month)?),
    };
    check(plan, col, ty, typed)
}

/// Checks a typed cell by itself.
fn check<'c>(plan: &'c Plan, col: Col, ty: ColType, typed: Typed<'c>) -> Result<Typed<'c>, Fault> {
    let fault = match (typed, ty) {
        (Typed::Text(text), _) if text.len() > LONGEST_TEXT => Fault::Long,
        (Typed::Text(text), _) if text.starts_with('=') => Fault::Formula,
        (Typed::Text(""), _) => return Ok(Typed::Absent),
        (Typed::Text(text), _) if col == Col::Kind => {
            return plan.mapping.kind(plan.layout.table, text).map(Typed::Text).ok_or(Fault::Kind);
        }
        (Typed::Wide(value), _) if value.unsigned_abs() > LARGEST_AMOUNT.unsigned_abs() => Fault::Large,
        (Typed::Narrow(day), ColType::Date) if !plan.window.takes(col, Date::from_days(day)) => Fault::Range,
        (Typed::Narrow(month), ColType::Month) if !plan.window.takes_month(Month::from_index(month)) => Fault::Range,
        _ => return Ok(typed),
    };
    Err(fault)
}
