//! The columnar port: what the business asks of the engine, in plain types. No columnar library is named here.

pub mod facts;
pub mod feed;
