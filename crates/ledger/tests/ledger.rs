//! What the ledger promises: as a value, on both databases, in a file, and as another tool reads it.

#[cfg(test)]
#[path = "cases/common.rs"]
mod common;
#[cfg(test)]
#[path = "cases/export.rs"]
mod export;
#[cfg(test)]
#[path = "cases/file.rs"]
mod file;
#[cfg(test)]
#[path = "cases/integrity.rs"]
mod integrity;
#[cfg(test)]
#[path = "cases/kill.rs"]
mod kill;
#[cfg(test)]
#[path = "cases/properties.rs"]
mod properties;
#[cfg(test)]
#[path = "cases/runs.rs"]
mod runs;
#[cfg(test)]
#[path = "cases/store.rs"]
mod store;
#[cfg(test)]
#[path = "cases/templates.rs"]
mod templates;
