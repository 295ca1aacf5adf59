//! Facts in columns, as they travel between a source (generator, slice, importer) and the columnar store.
//!
//! Null is absence. An empty text counts as absent, because both read as the empty value of their type.

mod mapping;
mod port;
mod report;
mod rules;

pub use mapping::{Headings, Mapping};
pub use port::{BatchInfo, FactPort, ImportJob};
pub use report::{DayCount, ImportReport, Outcome, Progress, Stage, Tally};
pub use rules::{Fault, LARGEST_AMOUNT, LONGEST_TEXT, Window, may_be_negative};

use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Date, Fen, Month, Refusal};

/// Texts of one column, one after the other in a single buffer. An empty text is an absent cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    bytes: String,
    ends: Vec<u32>,
}

impl TextColumn {
    /// An empty column with room for this many texts of this many bytes each.
    pub fn with_capacity(rows: usize, bytes_each: usize) -> Self {
        Self { bytes: String::with_capacity(rows * bytes_each), ends: Vec::with_capacity(rows) }
    }

    /// Appends a text; empty for an absent cell.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
    }

    /// Appends an absent cell.
    pub fn push_absent(&mut self) {
        self.push("");
    }

    /// Appends a text written by formatting, such as `format_args!("{}-{:06}", outlet, number)`, without a text in between.
    pub fn push_fmt(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut self.bytes, text);
        self.ends.push(self.bytes.len() as u32);
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a row; empty where absent or past the end.
    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.ends.get(row).and_then(|end| self.bytes.get(start..*end as usize)).unwrap_or("")
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// All texts in one buffer, and where each ends in it.
    pub fn parts(&self) -> (&str, &[u32]) {
        (&self.bytes, &self.ends)
    }
}

impl<T: AsRef<str>> FromIterator<T> for TextColumn {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut column = Self::default();
        for text in texts {
            column.push(text.as_ref());
        }
        column
    }
}

/// Cells of one column; `None` is an absent cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Texts.
    Text(TextColumn),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Money.
    Money(Vec<Option<Fen>>),
    /// Truth values.
    Bool(Vec<Option<bool>>),
    /// Days.
    Date(Vec<Option<Date>>),
    /// Months.
    Month(Vec<Option<Month>>),
}

impl Column {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Column::Text(cells) => cells.len(),
            Column::Int(cells) => cells.len(),
            Column::Money(cells) => cells.len(),
            Column::Bool(cells) => cells.len(),
            Column::Date(cells) => cells.len(),
            Column::Month(cells) => cells.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of column it fits.
    pub fn ty(&self) -> ColType {
        match self {
            Column::Text(_) => ColType::Text,
            Column::Int(_) => ColType::Int,
            Column::Money(_) => ColType::Money,
            Column::Bool(_) => ColType::Bool,
            Column::Date(_) => ColType::Date,
            Column::Month(_) => ColType::Month,
        }
    }
}

/// Rows of one table, by column. A column of the table that is left out is absent in every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactBatch {
    /// Table.
    pub table: Table,
    /// Columns, each at most once, all of the same length.
    pub columns: Vec<(Col, Column)>,
}

impl FactBatch {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// The cells of a column, if the batch has it.
    pub fn column(&self, col: Col) -> Option<&Column> {
        self.columns.iter().find(|(name, _)| *name == col).map(|(_, column)| column)
    }

    /// Checks the shape: columns of the table, each once, of its type and of one length.
    ///
    /// # Errors
    /// Names the first column that does not fit.
    pub fn check(&self) -> Result<(), Refusal> {
        let rows = self.rows();
        for (index, (col, column)) in self.columns.iter().enumerate() {
            let twice = self.columns[..index].iter().any(|(other, _)| other == col);
            if twice || !self.table.has(*col) || column.ty() != col.ty() || column.len() != rows {
                let (table, name) = (self.table.name(), col.name());
                return Err(Refusal::bad_input(
                    "facts.batch.shape",
                    format!("{table} 的列 {name} 不属于该表、重复、类型不符或行数不一致；请检查数据来源"),
                    format!(
                        "{table}: column {name} is not of the table, is given twice, has another type or another length; check the source"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// What came of writing facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landed {
    /// Batch the rows were landed as.
    pub batch: String,
    /// Snapshot from which on they can be read.
    pub snapshot: u64,
    /// Rows written.
    pub rows: u64,
    /// Files written, paths relative to the store.
    pub files: Vec<String>,
}

/// Takes facts by the batch and makes them readable all at once.
pub trait FactSink {
    /// Takes rows, in any order. Nothing of them can be read before [`FactSink::finish`]; dropping the sink drops them.
    ///
    /// # Errors
    /// The batch has the wrong shape, or storage failed.
    fn write(&mut self, batch: FactBatch) -> Result<(), Refusal>;

    /// Makes everything written readable, as one batch.
    ///
    /// # Errors
    /// Storage failed; then nothing is readable.
    fn finish(self: Box<Self>) -> Result<Landed, Refusal>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_shapes_are_checked() {
        let mut texts: TextColumn = ["甲", "", "c"].into_iter().collect();
        texts.push_fmt(format_args!("{}-{:03}", "o", 7));
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["甲", "", "c", "o-007"]);
        assert_eq!(texts.get(9), "");
        let ids = (Col::EventId, Column::Text(texts));
        let batch = |extra: (Col, Column)| FactBatch { table: Table::Cash, columns: vec![ids.clone(), extra] }.check();
        assert!(batch((Col::Amount, Column::Money(vec![Some(Fen(1)); 4]))).is_ok());
        assert!(batch((Col::Amount, Column::Money(vec![None; 3]))).is_err());
        assert!(batch((Col::Amount, Column::Int(vec![None; 4]))).is_err());
        assert!(batch((Col::Imei, Column::Text(["", "", "", ""].into_iter().collect()))).is_err());
        assert!(batch(ids.clone()).is_err());
    }
}
