//! What a run wrote, row by row in the order of partners: for statements, exports, proofs and comparisons.

use super::arrow_out::{LINES, OBLIGATIONS, REASONS};
use super::earlier::Reader;
use super::plan::Plan;
use super::source::{self, Query};
use super::stream::payee_kind;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type, SchemaRef, UInt32Type};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::{Expr, col, lit};
use futures::StreamExt;
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, Obligation, ObligationState, Reason};
use qudao_policy::model::PolicySet;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::vec::IntoIter;
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
}

impl Rows {
    fn filter(&self) -> Option<Expr> {
        let named = [("partner", &self.partner), ("component", &self.component), ("basis", &self.basis)];
        named.into_iter().filter_map(|(column, value)| value.as_ref().map(|value| col(column).eq(lit(value.as_str())))).reduce(Expr::and)
    }
}

/// Rows as they come.
pub struct RowStream<T> {
    handle: Handle,
    stream: Option<SendableRecordBatchStream>,
    ready: IntoIter<T>,
    decode: fn(&RecordBatch) -> Result<Vec<T>, Refusal>,
}

impl<T> Iterator for RowStream<T> {
    type Item = Result<T, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.ready.next() {
                return Some(Ok(row));
            }
            let batch = self.handle.block_on(self.stream.as_mut()?.next())?;
            match batch.map_err(|error| source::failed(&error)).and_then(|batch| (self.decode)(&batch)) {
                Ok(rows) => self.ready = rows.into_iter(),
                Err(refusal) => {
                    self.stream = None;
                    return Some(Err(refusal));
                }
            }
        }
    }
}

fn open<T>(
    handle: &Handle,
    files: &[PathBuf],
    schema: &SchemaRef,
    rows: &Rows,
    decode: fn(&RecordBatch) -> Result<Vec<T>, Refusal>,
) -> Result<RowStream<T>, Refusal> {
    let mut stream = None;
    if !files.is_empty() {
        let session = source::session(MEMORY, 2)?;
        let columns = schema.fields().iter().map(|field| field.name().as_str()).collect();
        stream = Some(handle.block_on(source::open(&session, Query { files, columns, order: &["partner"], filter: rows.filter() }))?);
    }
    Ok(RowStream { handle: handle.clone(), stream, ready: Vec::new().into_iter(), decode })
}

/// Lines of line files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_lines(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Line>, Refusal> {
    open(handle, files, &LINES, rows, |batch| {
        let reader = Reader::new(batch)?;
        Ok((0..batch.num_rows()).map(|row| reader.line(row)).collect())
    })
}

/// Obligations of obligation files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_obligations(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Obligation>, Refusal> {
    open(handle, files, &OBLIGATIONS, rows, |batch| {
        let cells = Cells::new(batch)?;
        let row = |row: usize| Obligation {
            partner: cells.text("partner", row),
            policy: cells.text("policy", row),
            version: cells.int("version", row) as u32,
            component: cells.text("component", row),
            basis: cells.text("basis", row),
            day: Date::from_days(cells.int("day", row) as i32),
            payee_kind: payee_kind(&cells.text("payee_kind", row)),
            payee: cells.text("payee", row),
            part: cells.int("part", row) as u32,
            instalment: cells.int("instalment", row) as u16,
            own_partner: cells.text("own_partner", row),
            subscriber: cells.text("subscriber", row),
            amount: cells.int("amount", row),
            origin: Month::from_index(cells.int("origin", row) as i32),
            due: Month::from_index(cells.int("due", row) as i32),
            tries: cells.int("tries", row) as u16,
            state: state(&cells.text("state", row)),
        };
        Ok((0..batch.num_rows()).map(row).collect())
    })
}

/// Reasons of reason files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_reasons(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Reason>, Refusal> {
    open(handle, files, &REASONS, rows, |batch| {
        let cells = Cells::new(batch)?;
        let row = |row: usize| Reason {
            period: Month::from_index(cells.int("period", row) as i32),
            partner: cells.text("partner", row),
            policy: cells.text("policy", row),
            version: cells.int("version", row) as u32,
            component: cells.text("component", row),
            basis: cells.text("basis", row),
            day: Date::from_days(cells.int("day", row) as i32),
            code: cells.text("code", row),
            until: (!cells.is_absent("until", row)).then(|| Date::from_days(cells.int("until", row) as i32)),
            forgone: cells.int("forgone", row),
        };
        Ok((0..batch.num_rows()).map(row).collect())
    })
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

fn state(text: &str) -> ObligationState {
    match text {
        "released" => ObligationState::Released,
        "forfeited" => ObligationState::Forfeited,
        "reversed" => ObligationState::Reversed,
        _ => ObligationState::Scheduled,
    }
}

/// Columns of a batch by name, texts as views.
struct Cells(BTreeMap<String, ArrayRef>);

impl Cells {
    fn new(batch: &RecordBatch) -> Result<Self, Refusal> {
        let column = |(field, array): (&datafusion::arrow::datatypes::FieldRef, &ArrayRef)| {
            let array = if field.data_type().is_numeric() || field.data_type().is_temporal() {
                array.clone()
            } else {
                super::arrow_out::as_views(array).map_err(source::arrow_failed)?
            };
            Ok((field.name().clone(), array))
        };
        batch.schema().fields().iter().zip(batch.columns()).map(column).collect::<Result<_, Refusal>>().map(Self)
    }

    fn is_absent(&self, name: &str, row: usize) -> bool {
        self.0.get(name).is_none_or(|column| column.is_null(row))
    }

    fn text(&self, name: &str, row: usize) -> String {
        let column = self.0.get(name).and_then(|column| column.as_string_view_opt());
        column.filter(|column| column.is_valid(row)).map_or_else(String::new, |column| column.value(row).to_owned())
    }

    fn int(&self, name: &str, row: usize) -> i64 {
        let Some(column) = self.0.get(name) else { return 0 };
        if let Some(column) = column.as_primitive_opt::<Int64Type>() {
            column.value(row)
        } else if let Some(column) = column.as_primitive_opt::<Int32Type>() {
            i64::from(column.value(row))
        } else if let Some(column) = column.as_primitive_opt::<UInt32Type>() {
            i64::from(column.value(row))
        } else {
            column.as_primitive_opt::<Date32Type>().map_or(0, |column| i64::from(column.value(row)))
        }
    }
}
