//! Simulation (R0.34): a draft policy beside the one in force, over past months, before anything is published.
//!
//! The engine runs both over the same facts and hands over [`SimTotals`]; [`compare`] says what the draft costs, per unit, by
//! component, region and month, who wins and who loses, where its ladders jump, how budgets burn down. Several drafts beside each
//! other are the sensitivity of a tier or rate. The report is a value: [`text`] for a terminal, JSON by its own form, [`html`] as one
//! page without any outside file, [`charts`] as SVG.
//!
//! Invariant: exact integers throughout; the sum of the changes is the change of the sums.

pub mod charts;
mod cliffs;
mod html;
mod model;
mod points;
mod report;
mod svg;
mod text;

pub use cliffs::{Cliff, NEAR_PER_CENT, shape};
pub use html::html;
pub use model::{BudgetUse, Edge, LadderPoint, LadderShape, Names, SimRow, SimTotals};
pub use points::points;
pub use report::{Bucket, Burn, Change, Cost, Draft, Movement, Report, compare};
pub use text::text;

#[cfg(test)]
mod tests;
