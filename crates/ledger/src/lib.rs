//! Double entry, append-only, idempotent by key: what is owed to whom, held for whom, and where it went.
//!
//! Invariants
//! - Knows no partner, order or commission. An account is (owner, kind) inside a settlement entity; the owner is whatever
//!   text the caller gives.
//! - Every journal sums to zero in each unit. Fen and points never mix.
//! - Nothing is changed or deleted: the tables refuse it, corrections are new journals, reversals name what they reverse.
//! - A journal carries a key; the same key with the same content is a repeat and does nothing, with other content it is refused.
//! - One month per entity is open; a closed month takes no posting ever again (R0.13), corrections go to the open one.
//! - A journal says what and why; who asked for it is in the audit entry of the act that posted it, written by the caller in the
//!   same transaction.
//! - Balances are derived; [`check`](check()) recomputes them all from the entries.
//!
//! The rules live in [`model`] and [`book`], which need no database; [`store`] keeps the same book in tables, [`mod@file`] in one
//! append-only text file for work on plain folders, [`index`] browses that file. [`templates`] has the usual postings, [`chunk`] posts large runs.

pub mod book;
pub mod check;
pub mod chunk;
pub mod export;
pub mod file;
pub mod index;
pub mod kind;
pub mod model;
pub mod store;
mod stream;
pub mod templates;

pub use book::Book;
pub use check::{CheckReport, Problem, check};
pub use chunk::{MAX_ENTRIES, Run, RunPosted, post_run};
pub use export::{export_beancount, export_hledger};
pub use kind::{AccountKind, Unit};
pub use model::{Account, Balance, Entry, Journal, JournalId};
pub use qudao_platform::Done;
pub use store::{Closed, balance, balances, close_period, entries, open_month, open_period, post, post_chunk, reverse, run_totals};
pub use templates::{Basis, Posting, Templates};
