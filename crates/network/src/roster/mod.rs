//! What partners, outlets, clerks and agreements have in common: records of dated rows in the database.
//!
//! A record is a code with a version. Its rows hold for `effective_from ≤ day < effective_to` and never share a day (R0.4). There
//! is one way to change it: *from a day on, the record is what the new rows say; before that day nothing changes*. A new row
//! that ends leaves the record ended. So an export that is imported again changes nothing, a file with one new row changes
//! one record from that day on, and history is never rewritten by accident.
//!
//! Invariants
//! - A row that names another record shares at least one day with it; partners make no circle on any day.
//! - Whoever writes a noun holds its lock row, whoever refers to one shares it, so these hold under concurrent writers.
//! - A change, its audit entry (R0.2) and its event `network.<noun>.changed` are one transaction; a stale version is refused.
//!
//! Operations, one file each: [`create`], [`change`], [`get`], [`list`], [`import`], [`export`].

mod amend;
mod change;
mod create;
pub(crate) mod dated;
mod export;
pub mod folder;
mod get;
mod import;
mod list;
mod rules;
mod store;

pub use amend::{amend, end_now, lock_all, naming, on, resume};
pub use change::{change, end};
pub use create::{create, create_all};
pub use export::{export, load_master};
pub use get::get;
pub use import::{Imported, Mode, import};
pub use list::{Page, Query, list};
pub use store::{Reference, Stored};
pub(crate) use store::{day, from_day, tables, to_day};

/// A record: a code, its version, and all its rows, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<T> {
    /// Code.
    pub code: String,
    /// Version, from 1; every change adds one. A change names the version it was made on.
    pub version: u32,
    /// Rows, oldest first.
    pub rows: Vec<T>,
}

/// Who changes something, and why; for the audit.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// A person's or a program's id.
    pub who: &'a str,
    /// Why, in their words.
    pub reason: &'a str,
}
