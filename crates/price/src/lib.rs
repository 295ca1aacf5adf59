//! Prices and the order of the market (第7篇 第九章): what a product may cost where, what was seen, and what follows.
//!
//! A [`book`] of prices is written by one person and published by another; [`live`] says what holds at an outlet on a day. A [`check`] is a price somebody
//! saw, judged by [`verdict`]. What may have consequences is a [`case`]. [`authorise`] keeps where else a partner may sell, [`diversion`] what turned
//! up elsewhere ([`file`] reads suppliers' lists), [`protection`] what a cut of a price costs those with stock, [`map`] how the areas stand, [`report`] how prices stand beside
//! sales, and [`agenda`] says where to look first. [`intake`] takes over what visits and orders tell.
//!
//! Invariants
//! - A floor is at most the suggested price; published prices of one kind, area, outlet type and product never overlap in time.
//! - A price that is recommended only has no consequence but a reminder: no case is opened on it (§12 L1).
//! - A measure rests on a clause of an agreement in force (§12 L4) and on no more than the step of the ladder; whoever opened a case decides nothing in it.
//! - A stop of supply holds from the end of the days of appeal, or from what settled the appeal, to the end of its case, wherever somebody asks whether a
//!   partner is supplied (`qudao_receivable::stop`).
//! - A case is never taken away, and its history is added to only (the database refuses it otherwise).
//! - Money is whole fen: a claim is pieces × difference, and a piece is claimed once for a cut.
//! - Who sees which rows is said in one place, `qudao_access::Sight`.

pub mod agenda;
pub mod authorise;
pub mod book;
pub mod case;
pub mod check;
pub mod diversion;
pub mod file;
pub mod habit;
pub mod intake;
mod kept;
pub mod live;
pub mod map;
pub mod money;
pub mod protection;
pub mod report;
pub mod verdict;

#[cfg(test)]
mod tests;

pub use kept::Once;
pub use qudao_access::Sight;
