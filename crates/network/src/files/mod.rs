//! Master data on plain folders: one table for each kind of row, read with a report and written back unchanged (R0.7, R0.4).
//!
//! ```text
//! master/
//!   partners.csv      代理商.xlsx    partners-2026.csv …   the same kind may be spread over several files
//!   outlets.csv       网点.csv
//!   clerks.csv        店员.csv
//!   agreements.csv    协议.csv
//!   products.csv      产品.csv
//!   territories.csv   divisions to add to the official ones, optional
//! ```
//!
//! A row holds from `effective_from` to the day before `effective_to`; a change is a new row of the same code. Invariants:
//! received = accepted + rejected in every file; the rows that are accepted are consistent among themselves.

pub(crate) mod cells;
pub(crate) mod check;
pub(crate) mod load;
mod noun;
mod report;
pub(crate) mod rows;
mod write;

pub use load::{files_of, load_master};
pub use noun::{Field, Noun};
pub use report::{FileReport, Remark, Report};
pub use write::{columns, write_master};

#[cfg(test)]
mod tests;
