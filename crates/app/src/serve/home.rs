//! The folder a server works on: master data, policies, facts, the runs of months, the ledger, what people upload.

use crate::chain::{self, SUMMARY};
use crate::say::{make_folder, unreadable};
use crate::summary::Summary;
use qudao_kernel::{Month, Refusal};
use qudao_upkeep::DATABASE;
use std::path::{Path, PathBuf};

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

/// A settled month's folder.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) folder: PathBuf,
    pub(crate) summary: Summary,
}

impl Home {
    /// Takes a folder, which is made where it is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self, Refusal> {
        make_folder(folder)?;
        folder.canonicalize().map(Self).map_err(|error| unreadable(folder, &error))
    }

    /// The folder itself, which is also that of the fact store.
    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    pub(crate) fn master(&self) -> PathBuf {
        self.0.join("master")
    }

    pub(crate) fn policies(&self) -> PathBuf {
        self.0.join("policies")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.join("ledger.jsonl")
    }

    pub(crate) fn uploads(&self) -> PathBuf {
        self.0.join("uploads")
    }

    pub(crate) fn exports(&self) -> PathBuf {
        self.0.join("exports")
    }

    pub(crate) fn simulations(&self) -> PathBuf {
        self.0.join("simulations")
    }

    /// The database where none was named.
    pub(crate) fn database(&self) -> String {
        format!("sqlite:{}", self.0.join(DATABASE).display())
    }

    /// Folder of a month's published run.
    pub(crate) fn run(&self, period: Month) -> PathBuf {
        self.0.join(format!("run-{period}"))
    }

    /// Folder of a month's trial.
    pub(crate) fn trial(&self, period: Month) -> PathBuf {
        self.0.join("trials").join(period.to_string())
    }

    /// The published months with their folders, rising. A folder without a summary is a run that did not end, and is none.
    pub(crate) fn settled_folders(&self) -> Result<Vec<(Month, PathBuf)>, Refusal> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.0).map_err(|error| unreadable(&self.0, &error))? {
            let folder = entry.map_err(|error| unreadable(&self.0, &error))?.path();
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let month = name.strip_prefix("run-").and_then(|month| month.parse::<Month>().ok());
            if let Some(month) = month.filter(|_| folder.join(SUMMARY).is_file()) {
                found.push((month, folder));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The published months and what their runs say of themselves, rising.
    pub(crate) fn settled(&self) -> Result<Vec<Settled>, Refusal> {
        let read = |(_, folder): (Month, PathBuf)| Ok(Settled { summary: chain::summary_of(&folder)?, folder });
        self.settled_folders()?.into_iter().map(read).collect()
    }
}
