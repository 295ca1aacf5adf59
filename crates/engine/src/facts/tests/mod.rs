//! The fact store from the outside: files in, reports and rows out.

mod accounts;
mod bad_files;
mod bad_input;
mod delta;
mod drill;
mod reading;
mod s3;
mod sinks;
mod store;

use super::testing::{master, outlet, partner};
use super::{Catalogued, FactStore, Wanted};
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_platform::columnar::facts::{FactPort, ImportJob, ImportReport, Outcome};
use qudao_policy::model::{Cell, Fact};
use std::path::PathBuf;
use tempfile::TempDir;

/// A store in a folder of its own, and files to import.
pub(super) struct Desk {
    folder: TempDir,
    store: FactStore,
    master: Master,
}

impl Desk {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = FactStore::open(folder.path().join("store").to_str().unwrap()).unwrap();
        let always = ("2020-01-01", "2100-01-01");
        let master = master(
            &[partner("P1", always.0, always.1), partner("P2", always.0, always.1)],
            &[outlet("O1", "P1", always.0, always.1), outlet("O2", "P2", always.0, always.1)],
        );
        Self { folder, store, master }
    }

    pub(super) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn job(&self, table: Table, bytes: impl AsRef<[u8]>) -> ImportJob {
        let mut job = ImportJob::new(table, self.file("facts.csv", bytes), "2026-08-01".parse().unwrap());
        job.rejects = Some(self.folder.path().join("rejects.csv"));
        job
    }

    pub(super) fn run(&self, job: &ImportJob) -> ImportReport {
        let report = self.store.import(job, &self.master, &|_| ()).unwrap();
        assert!(report.adds_up(), "{report:?}");
        report
    }

    /// Imports rows of business events under the common header.
    pub(super) fn events(&self, rows: &str) -> ImportReport {
        self.run(&self.job(Table::BusinessEvent, events(rows)))
    }

    pub(super) fn facts(&self, table: Table) -> Vec<Fact> {
        self.store.facts(&self.store.latest().unwrap(), table, &Wanted::default()).unwrap()
    }

    /// Event ids of the facts a reader sees, sorted.
    pub(super) fn ids(&self, table: Table) -> Vec<String> {
        let mut ids: Vec<String> = self.facts(table).iter().map(|fact| text(fact, Col::EventId).to_owned()).collect();
        ids.sort();
        ids
    }

    pub(super) fn rejects(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("rejects.csv")).unwrap_or_default()
    }

    /// Every object below the root of the store.
    pub(super) fn objects(&self) -> Vec<String> {
        self.store.list("facts").unwrap().into_iter().map(|(path, _)| path).collect()
    }
}

pub(super) const HEADER: &str = "event_id,kind,occurred_on,known_on,outlet,partner,plan_fee,amount,quantity\n";

pub(super) fn events(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

pub(super) fn cell(fact: &Fact, col: Col) -> Option<&Cell> {
    fact.cells.iter().find(|(other, _)| *other == col).map(|(_, cell)| cell)
}

pub(super) fn text(fact: &Fact, col: Col) -> &str {
    match cell(fact, col) {
        Some(Cell::Text(text)) => text,
        _ => "",
    }
}

/// (received, accepted, rejected, duplicates, conflicts).
pub(super) fn counts(report: &ImportReport) -> (u64, u64, u64, u64, u64) {
    (report.received, report.accepted, report.rejected, report.duplicates, report.conflicts)
}

pub(super) fn landed(report: &ImportReport) -> bool {
    matches!(report.outcome, Outcome::Landed(_))
}
