//! What a run wrote, row by row in the order of partners: for statements, exports, proofs and comparisons.

use super::arrow_out::{LINES, OBLIGATIONS, REASONS};
use super::plan::Plan;
use super::rows::Row;
use super::source::{self, Query};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::{Expr, col, lit};
use futures::StreamExt;
use qudao_kernel::facts::Table;
use qudao_kernel::{Month, Refusal};
use qudao_policy::lines::{Line, Obligation, Reason};
use qudao_policy::model::PolicySet;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::runtime::Handle;

/// Memory for merging the files.
const MEMORY: usize = 256 << 20;

/// Which rows to read; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Partner whose account it is.
    pub partner: Option<String>,
    /// Component.
    pub component: Option<String>,
    /// Event id or group key.
    pub basis: Option<String>,
    /// First and last partner, both inclusive; without the last, all from the first on.
    pub partners: Option<(String, Option<String>)>,
}

impl Rows {
    fn filter(&self) -> Option<Expr> {
        let named = [("partner", &self.partner), ("component", &self.component), ("basis", &self.basis)];
        let named = named.into_iter().filter_map(|(column, value)| value.as_ref().map(|value| col(column).eq(lit(value.as_str()))));
        let range = self.partners.iter().map(|(first, last)| match last {
            Some(last) => source::between("partner", first, last),
            None => col("partner").gt_eq(lit(first.as_str())),
        });
        named.chain(range).reduce(Expr::and)
    }
}

/// Rows as they come. [`RowStream::head`] and [`RowStream::advance`] go through them without making a row of its own for each, the iterator does.
pub struct RowStream<T: Row> {
    handle: Handle,
    stream: Option<SendableRecordBatchStream>,
    columns: Option<T::Columns>,
    at: usize,
    len: usize,
    row: T,
}

impl<T: Row> RowStream<T> {
    /// Makes sure a row is ahead.
    fn fill(&mut self) -> Result<bool, Refusal> {
        while self.at >= self.len {
            let Some(stream) = self.stream.as_mut() else { return Ok(false) };
            let Some(batch) = self.handle.block_on(stream.next()) else {
                self.stream = None;
                return Ok(false);
            };
            let batch = batch.map_err(|error| source::failed(&error))?;
            self.columns = Some(T::columns(&batch)?);
            (self.at, self.len) = (0, batch.num_rows());
        }
        Ok(true)
    }

    /// Partner of the row ahead, if there is one.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn head(&mut self) -> Result<Option<&str>, Refusal> {
        let more = self.fill()?;
        Ok(self.columns.as_ref().filter(|_| more).map(|columns| T::partner(columns, self.at)))
    }

    /// Goes to the next row. What it lends is overwritten by the one after.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn advance(&mut self) -> Result<Option<&T>, Refusal> {
        if !self.fill()? {
            return Ok(None);
        }
        if let Some(columns) = &self.columns {
            self.row.fill(columns, self.at, self.at.checked_sub(1));
        }
        self.at += 1;
        Ok(Some(&self.row))
    }
}

impl<T: Row + Clone> Iterator for RowStream<T> {
    type Item = Result<T, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(row) => row.cloned().map(Ok),
            Err(refusal) => {
                (self.stream, self.at, self.len) = (None, 0, 0);
                Some(Err(refusal))
            }
        }
    }
}

fn open<T: Row>(handle: &Handle, files: &[PathBuf], schema: &SchemaRef, rows: &Rows) -> Result<RowStream<T>, Refusal> {
    let mut stream = None;
    if !files.is_empty() {
        let session = source::session(MEMORY, 2)?;
        let columns = schema.fields().iter().map(|field| field.name().as_str()).collect();
        stream = Some(handle.block_on(source::open(&session, Query { files, columns, order: &["partner"], filter: rows.filter() }))?);
    }
    Ok(RowStream { handle: handle.clone(), stream, columns: None, at: 0, len: 0, row: T::empty() })
}

/// Lines of line files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_lines(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Line>, Refusal> {
    open(handle, files, &LINES, rows)
}

/// Obligations of obligation files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_obligations(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Obligation>, Refusal> {
    open(handle, files, &OBLIGATIONS, rows)
}

/// Reasons of reason files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_reasons(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Reason>, Refusal> {
    open(handle, files, &REASONS, rows)
}

/// First and last month of each table that a run of a period reads.
///
/// # Errors
/// The policies cannot be settled together.
pub fn months_needed(set: &PolicySet, period: Month) -> Result<BTreeMap<Table, (Month, Month)>, Refusal> {
    let mut months = Plan::new(set, period)?.months;
    for table in [Table::BusinessEvent, Table::SubscriberMonth] {
        let range = months.entry(table).or_insert((period, period));
        *range = (range.0.min(period), range.1.max(period));
    }
    Ok(months)
}
