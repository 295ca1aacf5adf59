//! Backup, restore and check-up of a house: one folder (`home`) and one database.
//!
//! A backup is a folder: `database.sqlite` or `database.pgdump`, `home/` with every file that cannot be derived again, `manifest.json` with the totals
//! of what was copied, and `SHA256SUMS` over all of these, which `sha256sum -c` reads too.
//!
//! Order, so that nobody has to stop working: the database first, then the list of snapshots of the fact store, the other files, the ledger file last.
//! Whatever a copied row names was whole on the disk before the row was written; whatever a copied snapshot or summary names was so before these
//! were; and a posting the database does not know yet is recognised by its key when it is posted again.
//!
//! Invariants
//! - A folder that bears the name of a backup is a whole one: it is written under another name and renamed at the end.
//! - A restore goes into an empty home and an empty database or nowhere, and is only taken for one when files, ledger totals, audit chain and row
//!   counts are those of the manifest.
//! - A check-up changes nothing, and each thing it finds wrong comes with what to do.

mod backup;
pub mod doctor;
mod files;
mod house;
mod manifest;
mod restore;
mod totals;
mod verify;

pub use backup::back_up;
pub use files::Far;
pub use house::{DATABASE, House};
pub use manifest::{Database, Manifest};
pub use restore::restore;
pub use totals::{Audit, Books, Entity, Journals, Run, Totals};
pub use verify::{Found, verify};
