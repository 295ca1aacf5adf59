//! What every other crate speaks in: money, dates, months, territories, the facts catalogue, and refusals.
//!
//! Invariant: no I/O, no async runtime, no clock of its own. Everything here is a value or a pure function.

pub mod calendar;
pub mod facts;
pub mod holidays;
pub mod lang;
pub mod master;
pub mod money;
pub mod refusal;
pub mod territory;

pub use calendar::{Date, Month};
pub use lang::{Lang, Text};
pub use money::{Fen, Remainder};
pub use refusal::{Kind, Refusal};
