//! 空充 air top-up: terminals at outlets, the float on them, and the top-up system's day beside ours (R1.41–R1.43).
//!
//! A [`terminal`] is known by its serial and is in stock, at one outlet, or lost. [`float`] is loaded on it, sold to subscribers and taken back from
//! sales; each sale becomes a fact on the way of orders, so that policies pay the rebate by tier. [`reconcile`] compares a day with a file of the
//! top-up system, movement by movement.
//!
//! Invariants
//! - A terminal is at one outlet at a time.
//! - Balance = loaded − sold + reversed, per terminal, never below zero, whoever writes at once; what is given back at a recall lowers what was loaded.
//! - A movement has the top-up system's number and happens once; a sale is taken back once, as a whole.
//! - Every difference of a day is a line; none is closed without a reason.

pub mod float;
pub mod reconcile;
pub mod terminal;

#[cfg(test)]
mod tests;

pub use terminal::Terminal;
