//! The fact store as the business sees it. The engine implements it.

use super::{ImportReport, Mapping, Progress};
use crate::sheet;
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};
use std::path::PathBuf;

/// One file to import.
#[derive(Debug, Clone)]
pub struct ImportJob {
    /// Table it holds.
    pub table: Table,
    /// The file: CSV, TSV, XLSX or Parquet; told by its content.
    pub path: PathBuf,
    /// Import day, the known time of rows that give none.
    pub day: Date,
    /// Name for the batch; made from table, day and content where absent.
    pub batch: Option<String>,
    /// What the source calls things.
    pub mapping: Mapping,
    /// How to read the file.
    pub options: sheet::Options,
    /// Check everything, write nothing but the reject file.
    pub dry_run: bool,
    /// Load the good rows of a file that has bad ones. Without it such a file is refused as a whole.
    pub accept_partial: bool,
    /// Where to write the rejected rows, CSV or XLSX; nowhere if absent.
    pub rejects: Option<PathBuf>,
    /// Folder for temporary files, about as large as the file; the system's where absent.
    pub work: Option<PathBuf>,
}

impl ImportJob {
    /// A job with nothing special about it.
    pub fn new(table: Table, path: impl Into<PathBuf>, day: Date) -> Self {
        Self {
            table,
            path: path.into(),
            day,
            batch: None,
            mapping: Mapping::default(),
            options: sheet::Options::default(),
            dry_run: false,
            accept_partial: false,
            rejects: None,
            work: None,
        }
    }
}

/// A batch that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchInfo {
    /// Name.
    pub batch: String,
    /// Table.
    pub table: Table,
    /// File it came from; empty for generated facts.
    pub file: String,
    /// Import day.
    pub day: Date,
    /// Rows.
    pub rows: u64,
}

/// Where facts are kept. Calls block; from asynchronous code use a blocking thread.
pub trait FactPort: Send + Sync {
    /// Imports one file: all of it, or nothing.
    ///
    /// # Errors
    /// The file cannot be read as a table, lacks columns, or storage failed. Rows that are wrong are not an error but rejected rows
    /// of the report.
    fn import(&self, job: &ImportJob, master: &Master, progress: &(dyn Fn(Progress) + Sync)) -> Result<ImportReport, Refusal>;

    /// Takes a whole batch back: later snapshots do not have it, and its ids are free again. The number of the new snapshot.
    ///
    /// # Errors
    /// No such batch, or storage failed.
    fn withdraw(&self, batch: &str) -> Result<u64, Refusal>;

    /// The batches of the newest snapshot, in the order they came.
    ///
    /// # Errors
    /// Storage failed.
    fn batches(&self) -> Result<Vec<BatchInfo>, Refusal>;

    /// The report of a batch of the newest snapshot, as it was stored.
    ///
    /// # Errors
    /// No such batch, or storage failed.
    fn report(&self, batch: &str) -> Result<ImportReport, Refusal>;
}
