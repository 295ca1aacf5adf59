//!

pub mod statement;
