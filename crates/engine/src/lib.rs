//! The columnar engine: facts in Parquet, and settlement on Apache DataFusion.
//!
//! Invariant: the only crate that names `datafusion`, `arrow` or `parquet`; linked by `app` alone.

pub mod facts;
pub mod metrics;
mod pages;
pub mod settle;
