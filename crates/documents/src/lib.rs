//! 文档管理 (R8.108): plans, contracts and materials in folders, each with all the files it ever had.
//!
//! Invariants
//! - A file that was added stays: a correction is a next version, and what is archived can be read and brought back.
//! - What a reader may not read is in no list and no search ([`rights`]).
//! - Every change is audited in its transaction.

pub mod folders;
pub mod rights;
pub mod search;
pub mod store;

#[cfg(test)]
mod tests;

pub use folders::Folder;
pub use rights::{Held, Reader, Seat};
pub use store::{Document, DocumentFile, KINDS};
