//! Orders (R6.14): what a clerk takes for a customer, and who may take what.
//!
//! [`business`] says which kinds of business there are, which levels allow them and what holds of products, from definitions. [`acceptance`] keeps the
//! level of every partner, outlet and work ID and answers, from memory, whether one of them may take an order. [`order`] carries an order from
//! the draft to the fact it becomes, and back.
//!
//! Invariants
//! - An order outside the level of its work ID, outlet or partner is refused with the reason, and the refusal is kept.
//! - Nothing becomes effective without a passed real-name check where its business asks for one.
//! - An effective order does not change: a reversal is another event, and another fact.
//! - Each effective order is one fact, however often writing it is tried or killed, and also where the business system's own file brings it.
//! - A card, number or handset is in one place and one state.
//! - A handset that was exchanged leaves its sale as it was, under the serial of the one in its place ([`service`]).

pub mod acceptance;
pub mod business;
pub mod handset;
pub mod held;
pub mod order;
pub mod real_name;
pub mod service;
pub mod slip;
pub mod stock;

#[cfg(test)]
mod tests;

pub use business::{Business, Definitions};
pub use qudao_access::sight::{self, Sight};
