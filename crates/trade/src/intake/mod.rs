//! Fact intake: files from business systems become facts, and what came of them is accounted for.
//!
//! What a row must satisfy is in `platform::columnar::facts`; the fact store does the work behind its port. Here is what people see: the
//! mapping file, which table a file holds, the sentence that says what happened, and the daily reconciliation (R0.14).

mod mapping;
mod reconcile;
mod summary;

pub use mapping::{read_mapping, table_of};
pub use reconcile::{Reconciliation, reconcile, write_reconciliation};
pub use summary::summary;

use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};
use qudao_platform::columnar::facts::{FactPort, ImportJob, ImportReport, Mapping, Progress};
use std::path::{Path, PathBuf};

/// What to take in.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The files, each a batch of its own.
    pub files: Vec<PathBuf>,
    /// Table of all of them; by mapping or file name where absent.
    pub table: Option<Table>,
    /// What the source calls things.
    pub mapping: Mapping,
    /// Import day.
    pub day: Date,
    /// Check only.
    pub dry_run: bool,
    /// Load the good rows of files with bad ones.
    pub accept_partial: bool,
    /// Folder for reject files, `<file>-rejects.csv`; beside each file where absent.
    pub rejects: Option<PathBuf>,
    /// Folder for temporary files.
    pub work: Option<PathBuf>,
}

/// Takes files in, one after the other. `seen` is told of each as it is done. A file that cannot be read ends the intake; those before
/// it stand, each whole or not at all.
///
/// # Errors
/// A file's table is not known, the file cannot be read as a table, or storage failed.
pub fn take_in(
    port: &dyn FactPort,
    master: &Master,
    intake: &Intake,
    progress: &(dyn Fn(Progress) + Sync),
    mut seen: impl FnMut(&ImportReport),
) -> Result<Vec<ImportReport>, Refusal> {
    // All tables are told first, so that a slip in the last name does not come after an hour of loading.
    let tables: Vec<Table> = intake.files.iter().map(|file| table_of(file, intake.table, &intake.mapping)).collect::<Result<_, _>>()?;
    let mut reports = Vec::with_capacity(intake.files.len());
    for (file, table) in intake.files.iter().zip(tables) {
        let mut job = ImportJob::new(table, file, intake.day);
        job.mapping = intake.mapping.clone();
        job.dry_run = intake.dry_run;
        job.accept_partial = intake.accept_partial;
        job.rejects = Some(reject_path(file, intake.rejects.as_deref()));
        job.work.clone_from(&intake.work);
        let report = port.import(&job, master, progress)?;
        seen(&report);
        reports.push(report);
    }
    Ok(reports)
}

fn reject_path(file: &Path, folder: Option<&Path>) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    folder.or_else(|| file.parent()).unwrap_or(Path::new("")).join(format!("{stem}-rejects.csv"))
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
