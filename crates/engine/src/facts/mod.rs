//! The fact store: immutable rows in Parquet files, snapshots that name them, and the way in.
//!
//! Layout, schemas and the rules of an import are in `docs/facts.md`, which [`document`] renders. The way in has one road for all
//! sources: rows become bytes ([`row`]), are checked and attributed ([`worker`]), sorted and put aside ([`spill`]), compared by id
//! with all there is ([`decide`]), merged and encoded ([`land`]), and become visible by one snapshot ([`snapshot`]).

mod attribute;
mod cell;
mod decide;
mod delta;
mod encode;
mod fetch;
mod ids;
mod import;
mod land;
pub(crate) mod object_file;
mod pool;
mod read;
mod read_in;
mod rejects;
mod row;
mod schema;
mod sink;
mod snapshot;
mod source;
mod spill;
pub(crate) mod store;
mod survey;
mod tally;
mod worker;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use delta::Catalogued;
pub use read::{Remembered, Wanted, import_folder, read_folder};
pub use schema::{ATTRIBUTED, FILE_ROWS, GROUP_ROWS, document, schema};
pub use sink::sink;
pub use snapshot::{Batch, FactFile, Snapshot};
pub use store::FactStore;
pub use survey::Survey;
