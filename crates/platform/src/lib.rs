//! Everything below the business: the two databases behind one transaction type, the audit chain, the outbox, idempotency
//! keys, the parameter register, sheets, files, and the columnar port.
//!
//! Invariants: `sqlx` is named in [`db`] only, and its pools are private there; whoever writes holds a [`db::Tx`], and what
//! belongs together (row, audit entry, event) is committed together. Time comes from the [`clock::Clock`] the database was
//! opened with, so a test can move it.

pub mod audit;
pub mod clock;
pub mod columnar;
pub mod db;
pub mod done;
pub mod files;
pub mod hash;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod nodes;
pub mod outbox;
pub mod params;
pub mod sheet;

pub use clock::{Clock, SystemClock};
pub use db::{Db, Row, Tx, Value};
pub use done::Done;
