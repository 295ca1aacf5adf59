//! Settlement: what a policy pays, proved fen by fen, posted as differences, told in statements.
//!
//! [`interp`] defines what a policy means, row by row; the columnar engine must agree with it to the fen. [`example`]
//! runs the worked examples a policy carries: the gate every policy passes before it is published. [`diff`] turns
//! a re-run of closed months into adjustments of the open one. [`proof`] explains one line or one zero so that anyone can re-check it
//! offline. [`sample`] is a second opinion on what the engine wrote. [`period`] is how far a month is and who took it there, [`bank`] where
//! partners are paid, [`payment`] what they are paid.
//!
//! Invariant: a run is a pure function of policies, facts, master rows and what earlier months left behind.

pub mod attachment;
pub mod bank;
pub mod confirm;
pub mod diff;
pub mod dispute;
pub mod draft;
pub mod example;
pub mod income;
pub mod interp;
pub mod invoice;
pub mod ledger_post;
pub mod payment;
pub mod period;
pub mod proof;
pub mod reward;
pub mod sample;
pub mod simulate;
pub mod statement;

#[cfg(test)]
mod testing;
pub mod waiting;
