//! What a run wrote, row by row in the order of partners: for statements, exports, proofs and comparisons.

use super::arrow_out::{LINES, OBLIGATIONS, REASONS};
use super::plan::Plan;
use super::rows::Row;
use super::source::{self, Query};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::parquet::file::metadata::ParquetMetaDataReader;
use datafusion::prelude::{Expr, col, lit};
use futures::StreamExt;
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, Obligation, Reason};
use qudao_policy::model::PolicySet;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::runtime::Handle;

/// Memory for merging the files.
const MEMORY: usize = 1 << 30;
/// Files that are read side by side; beyond that some are sorted together.
const MOST_FILES: usize = 256;

const BY_PARTNER: &[&str] = &["partner"];
/// What line files are sorted by.
pub(super) const LINE_ORDER: [&str; 8] = ["partner", "policy", "version", "component", "day", "basis", "part", "kind"];

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
    /// Text columns that are not read: they come empty.
    pub without: &'static [&'static str],
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

fn open<T: Row>(
    handle: &Handle,
    files: &[PathBuf],
    schema: &SchemaRef,
    rows: &Rows,
    order: &'static [&'static str],
) -> Result<RowStream<T>, Refusal> {
    let mut stream = None;
    if !files.is_empty() {
        // Each file is sorted: as long as each is read by itself, they are merged and nothing is sorted again.
        let session = source::session(MEMORY, files.len().clamp(2, MOST_FILES))?;
        let columns = schema.fields().iter().map(|field| field.name().as_str()).collect();
        stream =
            Some(handle.block_on(source::open(&session, Query { files, columns, without: rows.without, order, filter: rows.filter() }))?);
    }
    Ok(RowStream { handle: handle.clone(), stream, columns: None, at: 0, len: 0, row: T::empty() })
}

/// Lines of line files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_lines(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Line>, Refusal> {
    open(handle, files, &LINES, rows, BY_PARTNER)
}

/// Lines of line files, by partner, policy, version, component, day and item, whichever files they stand in.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_lines_in_order(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Line>, Refusal> {
    open(handle, files, &LINES, rows, &LINE_ORDER)
}

/// Obligations of obligation files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_obligations(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Obligation>, Refusal> {
    open(handle, files, &OBLIGATIONS, rows, BY_PARTNER)
}

/// Reasons of reason files, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn read_reasons(handle: &Handle, files: &[PathBuf], rows: &Rows) -> Result<RowStream<Reason>, Refusal> {
    open(handle, files, &REASONS, rows, BY_PARTNER)
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

/// Which partners each file of a run holds, as the files themselves say. Read once, it spares opening the others.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<(PathBuf, Vec<u8>, Vec<u8>)>);

impl Places {
    /// Reads the ends of the files.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn of(files: &[PathBuf]) -> Result<Self, Refusal> {
        let mut places = Vec::with_capacity(files.len());
        for path in files {
            let file = std::fs::File::open(path).map_err(|error| source::failed(&error.into()))?;
            let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| source::failed(&error.into()))?;
            let columns = metadata.file_metadata().schema_descr().columns();
            let partner = columns.iter().position(|column| column.name() == "partner");
            let (mut first, mut last): (Option<Vec<u8>>, Vec<u8>) = (None, Vec::new());
            for group in metadata.row_groups() {
                let bounds =
                    partner.and_then(|at| group.column(at).statistics()).and_then(|all| all.min_bytes_opt().zip(all.max_bytes_opt()));
                // A file that does not say what it holds may hold anyone.
                let (low, high) = bounds.map_or((Vec::new(), vec![u8::MAX; 8]), |(low, high)| (low.to_vec(), high.to_vec()));
                first = Some(first.map_or(low.clone(), |first| first.min(low)));
                last = last.max(high);
            }
            places.push((path.clone(), first.unwrap_or_default(), last));
        }
        Ok(Self(places))
    }

    /// The files that may hold rows of a partner.
    pub fn holding(&self, partner: &str) -> Vec<PathBuf> {
        let holds = |first: &[u8], last: &[u8]| first <= partner.as_bytes() && partner.as_bytes() <= last;
        self.0.iter().filter(|(_, first, last)| holds(first, last)).map(|(path, ..)| path.clone()).collect()
    }

    /// All files.
    pub fn all(&self) -> Vec<PathBuf> {
        self.0.iter().map(|(path, ..)| path.clone()).collect()
    }
}

/// Number of rows of files, from their ends.
///
/// # Errors
/// A file is missing or damaged.
pub fn rows_in(files: &[PathBuf]) -> Result<u64, Refusal> {
    let rows = |path: &PathBuf| -> Result<u64, Refusal> {
        let file = std::fs::File::open(path).map_err(|error| source::failed(&error.into()))?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| source::failed(&error.into()))?;
        Ok(metadata.file_metadata().num_rows().unsigned_abs())
    };
    files.iter().map(rows).sum()
}

/// An item and the components [`super::Accounts::accrued_before`] adds up.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "as on a line")]
pub struct Before<'a> {
    pub partner: &'a str,
    pub policy: &'a str,
    pub components: &'a [&'a str],
    pub same: &'a [&'a str],
    pub day: Date,
    pub basis: &'a str,
}

#[cfg(test)]
mod tests {
    use super::super::results::Lazy;
    use super::*;
    use datafusion::arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringViewArray, UInt32Array};
    use datafusion::arrow::datatypes::DataType;
    use std::sync::Arc;

    /// A line of each partner, alike in all else.
    fn lines(partners: &[&str]) -> RecordBatch {
        let rows = partners.len();
        let column = |name: &str, ty: &DataType| -> ArrayRef {
            match ty {
                DataType::Int32 => Arc::new(Int32Array::from(vec![1; rows])),
                DataType::UInt32 => Arc::new(UInt32Array::from(vec![1; rows])),
                DataType::Int64 => Arc::new(Int64Array::from(vec![1; rows])),
                DataType::Date32 => Arc::new(Date32Array::from(vec![20_000; rows])),
                _ if name == "partner" => Arc::new(StringViewArray::from_iter_values(partners)),
                _ => Arc::new(StringViewArray::from_iter_values(vec!["earn"; rows])),
            }
        };
        let columns = LINES.fields().iter().map(|field| column(field.name(), field.data_type())).collect();
        RecordBatch::try_new(LINES.clone(), columns).unwrap()
    }

    #[test]
    fn files_of_lines_are_merged_and_not_sorted_again() {
        // Sorting again would take memory that grows with the month.
        let folder = tempfile::tempdir().unwrap();
        let held: [&[&str]; 4] = [&["A", "B"], &["C", "D"], &["E", "F"], &["B", "E"]];
        let file = |(number, partners): (usize, &&[&str])| {
            let path = folder.path().join(format!("{number}.parquet"));
            let mut file = Lazy::new(path.clone(), LINES.clone());
            file.write(&lines(partners)).unwrap();
            file.close().unwrap();
            path
        };
        let files: Vec<PathBuf> = held.iter().enumerate().map(file).collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        for partitions in [2, 4, MOST_FILES] {
            let session = source::session(MEMORY, partitions).unwrap();
            let plan = runtime.block_on(source::plan(&session, &files, &LINE_ORDER)).unwrap();
            assert!(!plan.contains("SortExec"), "{partitions}: {plan}");
        }
        let rows = read_lines_in_order(runtime.handle(), &files, &Rows::default()).unwrap();
        let partners: Vec<String> = rows.map(|line| line.unwrap().partner).collect();
        assert_eq!(partners, ["A", "B", "B", "C", "D", "E", "E", "F"]);
    }
}
