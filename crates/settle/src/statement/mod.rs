//! Statements (对账单): what a partner is owed for a period, from the lines to the payment, and the documents that say so.
//!
//! A statement is made from the lines of a run without keeping them ([`run`]); every one is checked before it is shown:
//! Σ payable lines + adjustments + advances + brought forward = direct (clerks' own accounts) + tax + offsets + payment + carried forward, to the fen.
//! Points, top-up balance and other destinations have sections of their own and never mix with the money that is paid.
//!
//! | document | from | bound |
//! |---|---|---|
//! | workbook or CSV of one partner ([`PartnerBook`]) | statement + lines as they come | constant memory, any number of lines |
//! | workbook or CSV of all partners ([`CompanyBook`]) | statements as they come | constant memory |
//! | both, for every partner ([`DocumentSink`]) | a run | one partner at a time |
//! | statements as JSON, one a line ([`JsonLines`]) | statements as they come | constant memory |
//! | PDF of one partner ([`pdf`]) | statement + the first lines | [`pdf::Options::lines`] |

pub mod balance;
mod books;
mod build;
mod catalog;
mod check;
mod export;
mod files;
pub(crate) mod grid;
pub mod hash;
mod model;
pub mod pdf;
mod stream;
mod text;
pub mod words;

pub use books::{CompanyBook, PartnerBook};
pub use build::{Builder, Terms, number};
pub use catalog::{Catalog, minimum_payment};
pub use export::FileFormat;
pub use files::{DocumentSink, Documents, JsonLines, carry, read_statements};
pub use model::{
    Account, Adjustment, AdjustmentKind, Carried, ComponentRow, Consent, KeptLines, NextStep, Offset, OffsetOutcome, PayeePart, Pool,
    Receivable, Release, Section, Statement, Totals, Unpaid,
};
pub use stream::{Listed, OfPartner, PartnerRange, RunTotals, Sink, Sorted, run};
pub use text::text;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
