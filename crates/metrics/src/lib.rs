//! The metric catalogue: what a figure is, and how it is asked for.
//!
//! A metric is a definition (`definitions/metrics/*.toml`, read by [`Catalogue`]): a formula over facts with a unit, an owner and the dimensions
//! it may be split by. A [`Query`] asks metrics by dimensions; [`answer`] plans it into [`Ask`]s, has a [`Counter`] count them and works out
//! ratios, comparisons, shares and ranks. Counting is the only part written twice: row by row here ([`Plain`]), which says what the
//! answer is, and in columns in `engine`, which makes it fast.

mod answer;
mod ask;
mod day;
mod definitions;
mod dimension;
pub mod grading;
mod life;
pub mod mailing;
mod model;
mod place;
mod plain;
mod query;
mod shape;
mod standing;
pub mod store;
mod targets;

#[cfg(test)]
mod tests;

pub use answer::answer;
pub use ask::{Ask, Counted, Counter, Drill, DrilledRow, Found, Key, Within};
pub use day::{Shift, day_key, keys_between, span_of_key};
pub use definitions::Bands;
pub use dimension::{Dimension, Group};
pub use life::{Life, Whose};
pub use model::{Agg, Catalogue, Cond, Formula, Measure, Metric, Of, Source, State, Time, Unit};
pub use place::{Place, place};
pub use plain::Plain;
pub use query::{Compare, Query, Sort, Test, Top};
pub use shape::{Answer, Cell, Row};
pub use standing::{Standing, standings};
pub use targets::{Target, TargetOf};
