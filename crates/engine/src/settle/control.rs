//! What facts come to, so that two ways of reading them can be held against each other: rows, fen, and a sum of hashes that does not depend on order.

use super::block::Trouble;
use super::source;
use super::subs::key;
use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::{Date32Type, Int64Type};
use qudao_kernel::facts::{Col, ColType, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Odd, so that multiplying by it loses nothing.
const MULTIPLIER: u128 = 0x9ddf_ea08_eb38_2d69_2360_ed05_1fc6_5da5;

/// What rows of a table come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Control {
    /// Rows.
    pub(crate) rows: u64,
    /// Sum of the money columns that a run reads, fen.
    pub(crate) fen: i128,
    /// Sum of the rows' hashes, its high and its low half. A row that is missing, doubled or another one changes it.
    pub(crate) hash: (u64, u64),
}

impl Control {
    fn add(&mut self, fen: i128, hash: u128) {
        self.rows += 1;
        self.fen += fen;
        let sum = ((u128::from(self.hash.0) << 64) | u128::from(self.hash.1)).wrapping_add(hash);
        self.hash = ((sum >> 64) as u64, sum as u64);
    }
}

/// What the facts of a range come to, by table. A table without rows is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Controls(pub(crate) BTreeMap<Table, Control>);

impl Controls {
    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// The batch lacks a column.
    pub(crate) fn add(&mut self, table: Table, wanted: &[Col], batch: &RecordBatch) -> Result<(), Trouble> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let facts = Facts::new(wanted, batch)?;
        let mine = self.0.entry(table).or_default();
        for row in 0..batch.num_rows() {
            mine.add(facts.fen(row), facts.hash(row));
        }
        Ok(())
    }

    /// Adds a row.
    pub(crate) fn add_row(&mut self, table: Table, facts: &Facts, row: usize) {
        self.0.entry(table).or_default().add(facts.fen(row), facts.hash(row));
    }
}

/// Columns that say what a row is, of those a run reads.
pub(crate) fn columns(wanted: &[Col]) -> Vec<&'static str> {
    let mut names = vec!["attributed", Col::EventId.name(), Col::OccurredOn.name()];
    names.extend(money(wanted));
    names
}

fn money(wanted: &[Col]) -> impl Iterator<Item = &'static str> {
    wanted.iter().filter(|col| col.ty() == ColType::Money).map(|col| col.name())
}

/// The cells of a batch that are counted.
pub(crate) struct Facts {
    attributed: StringViewArray,
    ids: StringViewArray,
    days: datafusion::arrow::array::Date32Array,
    money: Vec<Int64Array>,
}

impl Facts {
    /// The cells of a batch.
    ///
    /// # Errors
    /// It lacks a column.
    pub(crate) fn new(wanted: &[Col], batch: &RecordBatch) -> Result<Self, Trouble> {
        let text = |name: &str| -> Result<StringViewArray, Trouble> { Ok(source::texts(batch, name)?.as_string_view().clone()) };
        let number = |name: &str| -> Result<Int64Array, Trouble> { Ok(source::column(batch, name)?.as_primitive::<Int64Type>().clone()) };
        Ok(Self {
            attributed: text("attributed")?,
            ids: text(Col::EventId.name())?,
            days: source::column(batch, Col::OccurredOn.name())?.as_primitive::<Date32Type>().clone(),
            money: money(wanted).map(number).collect::<Result<_, _>>()?,
        })
    }

    /// Whom a row is filed under.
    pub(crate) fn partner(&self, row: usize) -> &str {
        if self.attributed.is_null(row) { "" } else { self.attributed.value(row) }
    }

    fn fen(&self, row: usize) -> i128 {
        self.money.iter().filter(|cells| cells.is_valid(row)).map(|cells| i128::from(cells.value(row))).sum()
    }

    fn hash(&self, row: usize) -> u128 {
        let id = if self.ids.is_null(row) { "" } else { self.ids.value(row) };
        let day = if self.days.is_valid(row) { self.days.value(row) } else { i32::MIN };
        let mix = |hash: u128, with: u128| (hash ^ with).wrapping_mul(MULTIPLIER).rotate_left(61);
        let hash = mix(mix(key(self.partner(row)), key(id)), u128::from(day.cast_unsigned()));
        self.money.iter().fold(hash, |hash, cells| {
            let cell = if cells.is_valid(row) { u128::from(cells.value(row).cast_unsigned()) + 1 } else { 0 };
            mix(hash, cell)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{ArrayRef, Date32Array, StringArray};
    use std::sync::Arc;

    fn of(rows: &[(&str, &str, i32, i64)]) -> Controls {
        let texts =
            |of: fn(&(&str, &str, i32, i64)) -> String| -> ArrayRef { Arc::new(rows.iter().map(of).map(Some).collect::<StringArray>()) };
        let batch = RecordBatch::try_from_iter([
            ("attributed", texts(|row| row.0.to_owned())),
            ("event_id", texts(|row| row.1.to_owned())),
            ("occurred_on", Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Date32Array>()) as ArrayRef),
            ("amount", Arc::new(rows.iter().map(|row| Some(row.3)).collect::<Int64Array>()) as ArrayRef),
        ])
        .unwrap();
        let mut controls = Controls::default();
        controls.add(Table::BusinessEvent, &[Col::EventId, Col::Amount], &batch).unwrap();
        controls
    }

    #[test]
    fn order_does_not_matter_and_a_row_lost_doubled_or_changed_does() {
        // R0.43: what was read is what was there
        let rows = [("P1", "E1", 20_600, 100), ("P1", "E2", 20_600, 200), ("P2", "E3", 20_601, -50)];
        let whole = of(&rows);
        assert_eq!(whole, of(&[rows[2], rows[0], rows[1]]));
        assert_eq!((whole.0[&Table::BusinessEvent].rows, whole.0[&Table::BusinessEvent].fen), (3, 250));
        for other in [
            &[rows[0], rows[1]][..],
            &[rows[0], rows[1], rows[2], rows[2]],
            &[rows[0], rows[0], rows[2]],
            &[rows[0], ("P1", "E2", 20_600, 201), rows[2]],
            &[rows[0], ("P2", "E2", 20_600, 200), rows[2]],
            &[rows[0], ("P1", "E2", 20_602, 200), rows[2]],
            // Two that make up for each other.
            &[("P1", "E1", 20_600, 101), ("P1", "E2", 20_600, 199), rows[2]],
        ] {
            assert_ne!(whole, of(other));
        }
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<Controls>(&text).unwrap(), whole);
    }
}
