//! The network: territories, partners, outlets, clerks and agreements, and the master data a settlement reads.
//!
//! Everything here holds over time: a row is in force from its first day to the day before its end (R0.4), and a question is
//! always asked for a day. Invariant: what a plain folder of files says and what the database says are the same rows.

pub mod act;
pub mod agreement;
pub mod attribution;
pub mod blacklist;
pub mod book;
pub mod candidate;
pub mod clerk;
pub mod contact;
pub mod exit;
pub mod files;
pub mod initials;
pub mod keys;
pub mod life;
pub mod merge;
pub mod onboard;
pub mod outlet;
pub mod partner;
pub mod portfolio;
pub mod rivals;
pub mod roster;
pub mod site;
pub mod territory;
pub mod twins;
pub mod universe;
pub mod verdict;
pub mod words;

#[cfg(test)]
mod tests;

pub use territory::{Division, Territories};
pub use words::Words;
