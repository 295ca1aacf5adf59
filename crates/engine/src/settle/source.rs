//! Reads sorted Parquet through DataFusion: pruned by partner and month, merged in partner order, spilled if it must be.

use super::block::Trouble;
use super::subs::{PassThrough, key};
use crate::facts::FactStore;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringViewArray};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{ColumnarValue, SortExpr, Volatility, create_udf};
use datafusion::prelude::{DataFrame, Expr, ParquetReadOptions, SessionConfig, SessionContext, col, lit};
use futures::StreamExt;
use qudao_kernel::{Kind, Month, Refusal};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime::Handle;

/// A failure of the engine or the disk under it.
pub(crate) fn failed(error: &DataFusionError) -> Refusal {
    Refusal::new(
        Kind::Unavailable,
        "engine.columnar.failed",
        format!("读取或写出列式文件失败:{error}"),
        format!("reading or writing columnar files failed: {error}"),
    )
}

/// A failure of an Arrow kernel, which the engine treats the same way.
pub(crate) fn arrow_failed(error: datafusion::arrow::error::ArrowError) -> Refusal {
    failed(&DataFusionError::from(error))
}

/// A session with a memory limit for what DataFusion sorts and merges.
///
/// # Errors
/// If the spill folder cannot be used.
pub(crate) fn session(memory_bytes: usize, partitions: usize) -> Result<SessionContext, Refusal> {
    let config = SessionConfig::new()
        .set_bool("datafusion.execution.split_file_groups_by_statistics", true)
        .with_target_partitions(partitions)
        .with_batch_size(16_384)
        .with_collect_statistics(true)
        .set_bool("datafusion.execution.parquet.pushdown_filters", false)
        .set_bool("datafusion.execution.parquet.enable_page_index", true);
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(memory_bytes, 1.0).build_arc().map_err(|error| failed(&error))?;
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

/// Before the path of an object of the run's store, where others have the path of a file.
const OBJECTS: &str = "qudao-facts://store";

/// How a run names a file of its store that it reads in place, in pieces, and not from a folder. Nothing where its name would be written
/// otherwise in an address.
pub fn in_store(store: &FactStore, path: &str) -> Option<PathBuf> {
    let name = store.whole_name(path);
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./=".contains(letter));
    plain.then(|| PathBuf::from(format!("{OBJECTS}/{name}")))
}

/// Lets a session, and those made from it, read files of a store.
///
/// # Errors
/// None that a constant can cause.
pub(crate) fn open_store(session: &SessionContext, store: &FactStore) -> Result<(), Refusal> {
    let url = ObjectStoreUrl::parse(OBJECTS).map_err(|error| failed(&error))?;
    session.register_object_store(url.as_ref(), store.whole());
    Ok(())
}

/// The same session for scans in any order: no more files are open at once than there are threads to read them.
pub(crate) fn unsorted(session: &SessionContext, threads: usize) -> SessionContext {
    SessionContext::new_with_config_rt(session.copied_config().with_target_partitions(threads.max(1)), session.runtime_env())
}

/// The same session for scans whose filter leaves few rows: it is applied while decoding.
pub(crate) fn picky(session: &SessionContext, partitions: usize) -> SessionContext {
    let config = session.copied_config().set_bool("datafusion.execution.parquet.pushdown_filters", true).with_target_partitions(partitions);
    SessionContext::new_with_config_rt(config, session.runtime_env())
}

/// What to read of a set of files.
#[derive(Default)]
pub(crate) struct Query<'q> {
    /// Files, each sorted by `order`.
    pub(crate) files: &'q [PathBuf],
    /// Columns to read.
    pub(crate) columns: Vec<&'q str>,
    /// Text columns among them that come empty, unread.
    pub(crate) without: &'q [&'q str],
    /// Columns the files are sorted by, ascending, absent first; empty if order does not matter.
    pub(crate) order: &'q [&'q str],
    /// Rows to keep.
    pub(crate) filter: Option<Expr>,
}

fn ascending(columns: &[&str]) -> Vec<SortExpr> {
    columns.iter().map(|name| col(*name).sort(true, true)).collect()
}

/// Files that are read again and again: their footers and statistics are read once.
#[derive(Clone)]
pub(crate) struct Scan {
    frame: DataFrame,
    order: Vec<&'static str>,
}

impl Scan {
    /// The files, each sorted by `order`.
    ///
    /// # Errors
    /// If a file is missing or unreadable.
    pub(crate) async fn new(session: &SessionContext, files: &[PathBuf], order: &[&'static str]) -> Result<Self, Refusal> {
        Ok(Self { frame: frame(session, files, order).await.map_err(|error| failed(&error))?, order: order.to_vec() })
    }

    /// Opens a stream of batches of the rows that pass, in the order of the files.
    ///
    /// # Errors
    /// If a file lacks a column.
    pub(crate) async fn open(&self, columns: &[&str], filter: Option<Expr>) -> Result<SendableRecordBatchStream, Refusal> {
        stream(self.frame.clone(), columns, &[], &self.order, filter).await.map_err(|error| failed(&error))
    }

    /// Opens a stream of batches of the rows that pass, in any order.
    ///
    /// # Errors
    /// If a file lacks a column.
    pub(crate) async fn open_unsorted(&self, columns: &[&str], filter: Expr) -> Result<SendableRecordBatchStream, Refusal> {
        stream(self.frame.clone(), columns, &[], &[], Some(filter)).await.map_err(|error| failed(&error))
    }
}

/// Opens a stream of batches; in `order` if one is given.
///
/// # Errors
/// If a file is missing, unreadable, or lacks a column.
pub(crate) async fn open(session: &SessionContext, query: Query<'_>) -> Result<SendableRecordBatchStream, Refusal> {
    let run =
        async { stream(frame(session, query.files, query.order).await?, &query.columns, query.without, query.order, query.filter).await };
    run.await.map_err(|error| failed(&error))
}

async fn frame(session: &SessionContext, files: &[PathBuf], order: &[&str]) -> Result<DataFrame, DataFusionError> {
    let paths: Vec<String> = files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let mut options = ParquetReadOptions::default();
    if !order.is_empty() {
        options = options.file_sort_order(vec![ascending(order)]);
    }
    session.read_parquet(paths, options).await
}

/// How files would be read in an order, as DataFusion tells it.
#[cfg(test)]
pub(crate) async fn plan(session: &SessionContext, files: &[PathBuf], order: &[&str]) -> Result<String, DataFusionError> {
    let sorted = frame(session, files, order).await?.sort(ascending(order))?;
    let plan = sorted.create_physical_plan().await?;
    Ok(datafusion::physical_plan::displayable(&*plan).indent(false).to_string())
}

async fn stream(
    mut frame: DataFrame,
    columns: &[&str],
    without: &[&str],
    order: &[&str],
    filter: Option<Expr>,
) -> Result<SendableRecordBatchStream, DataFusionError> {
    if let Some(filter) = filter {
        frame = frame.filter(filter)?;
    }
    let empty = || lit(ScalarValue::Utf8View(Some(String::new())));
    let column = |name: &&str| if without.contains(name) { empty().alias(*name) } else { col(*name) };
    frame = frame.select(columns.iter().map(column).collect::<Vec<_>>())?;
    if !order.is_empty() {
        frame = frame.sort(ascending(order))?;
    }
    frame.execute_stream().await
}

/// Rows whose day lies in these months.
pub(crate) fn in_months(first: Month, last: Month) -> Expr {
    let day = |days: i32| lit(ScalarValue::Date32(Some(days)));
    col("occurred_on").gt_eq(day(first.first_day().days())).and(col("occurred_on").lt_eq(day(last.last_day().days())))
}

/// Rows whose text column lies between two values, both inclusive.
pub(crate) fn between(column: &str, first: &str, last: &str) -> Expr {
    let range = col(column).gt_eq(lit(first)).and(col(column).lt_eq(lit(last)));
    if first.is_empty() { range.or(col(column).is_null()) } else { range }
}

/// Rows whose text may be among these, given by their keys: as good as certain, and cheap for any number of them.
pub(crate) fn among(keys: HashSet<u128, PassThrough>, column: &str) -> Expr {
    let test = move |args: &[ColumnarValue]| -> Result<ColumnarValue, DataFusionError> {
        let texts = ColumnarValue::values_to_arrays(args)?.swap_remove(0);
        let texts = super::arrow_out::as_views(&texts)?;
        let texts = texts.as_string_view();
        let found: BooleanArray = texts.iter().map(|text| Some(text.is_some_and(|text| keys.contains(&key(text))))).collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    };
    create_udf("among", vec![DataType::Utf8View], DataType::Boolean, Volatility::Immutable, Arc::new(test)).call(vec![col(column)])
}

/// The batch with texts of its own: as read, they lie in pages that would be kept for a few rows.
pub(crate) fn compact(batch: &RecordBatch) -> Result<RecordBatch, Refusal> {
    let own = |column: &ArrayRef| column.as_string_view_opt().map_or_else(|| column.clone(), own_texts);
    RecordBatch::try_new(batch.schema(), batch.columns().iter().map(own).collect()).map_err(arrow_failed)
}

/// A text column that keeps nothing but its rows.
pub(crate) fn own_texts(texts: &StringViewArray) -> ArrayRef {
    Arc::new(texts.gc())
}

/// Reads everything into one batch.
///
/// # Errors
/// As [`open`], or if reading fails half-way.
pub(crate) fn collect(handle: &Handle, mut stream: SendableRecordBatchStream) -> Result<RecordBatch, Refusal> {
    let schema = stream.schema();
    let mut batches = Vec::new();
    while let Some(batch) = handle.block_on(stream.next()) {
        batches.push(compact(&batch.map_err(|error| failed(&error))?)?);
    }
    concat_batches(&schema, &batches).map_err(arrow_failed)
}

/// Reads a stream sorted by a partner column, partner by partner.
pub(crate) struct Cursor {
    stream: SendableRecordBatchStream,
    handle: Handle,
    key: usize,
    batch: Option<RecordBatch>,
    at: usize,
}

impl Cursor {
    /// A cursor over a stream sorted by column `key`.
    pub(crate) fn new(stream: SendableRecordBatchStream, handle: Handle, key: usize) -> Self {
        Self { stream, handle, key, batch: None, at: 0 }
    }

    /// Schema of the batches.
    pub(crate) fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }

    fn fill(&mut self) -> Result<bool, Trouble> {
        while self.batch.as_ref().is_none_or(|batch| self.at >= batch.num_rows()) {
            if let Some(batch) = self.handle.block_on(self.stream.next()) {
                self.batch = Some(batch.map_err(|error| failed(&error))?);
                self.at = 0;
            } else {
                self.batch = None;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Rows of all partners up to and including `last`, or all that are left, as one batch; nothing if there are none.
    ///
    /// # Errors
    /// If reading fails.
    pub(crate) fn up_to(&mut self, last: Option<&str>) -> Result<Option<RecordBatch>, Trouble> {
        let mut slices = Vec::new();
        while self.fill()? {
            let Some(batch) = &self.batch else { break };
            let keys = super::arrow_out::as_views(batch.column(self.key)).map_err(arrow_failed)?;
            let keys = keys.as_string_view();
            let key = |row: usize| if keys.is_null(row) { "" } else { keys.value(row) };
            let rows = batch.num_rows();
            // Most batches lie wholly within a block: look at the end first.
            let is_in = |row: usize| last.is_none_or(|last| key(row) <= last);
            let end = if is_in(rows - 1) { rows } else { self.at + partition_point(self.at, rows, is_in) };
            if end > self.at {
                slices.push(batch.slice(self.at, end - self.at));
            }
            let done = end < rows;
            self.at = end;
            if done {
                break;
            }
        }
        match slices.len() {
            0 => Ok(None),
            1 => Ok(slices.pop()),
            _ => Ok(Some(concat_batches(&self.schema(), &slices).map_err(arrow_failed)?)),
        }
    }
}

fn partition_point(from: usize, to: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (from, to);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low - from
}

/// A column of a batch as text views.
///
/// # Errors
/// If the column is no text.
pub(crate) fn texts(batch: &RecordBatch, name: &str) -> Result<ArrayRef, Trouble> {
    let column = batch.column_by_name(name).ok_or_else(|| missing(name))?;
    Ok(super::arrow_out::as_views(column).map_err(arrow_failed)?)
}

/// A column of a batch.
///
/// # Errors
/// If it is missing.
pub(crate) fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, Trouble> {
    batch.column_by_name(name).ok_or_else(|| Trouble::Refused(missing(name)))
}

fn missing(name: &str) -> Refusal {
    Refusal::bad_input("engine.columnar.column_missing", format!("列式文件缺少列 {name}"), format!("a columnar file lacks column {name}"))
}
