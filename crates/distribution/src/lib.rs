//! Distribution (第7篇 第五章): which models an outlet should carry, what is seen and counted there, how far and how widely a product reaches, and what is to
//! be done where it is about to be lost.
//!
//! [`assortment`] assigns models to types of outlet; [`shelf`] keeps what was seen last; [`stock`] counts stock, weeks and cover; [`reach`] depth and width;
//! [`risk`] the four causes an outlet stops carrying us for; [`propose`] orders with a reason for each line, and [`order`] those that were sent; [`push`] the
//! chain of main push; [`learn`] reads visits that count.
//!
//! Invariants
//! - Quantities are whole pieces; a proposal is a function of stock, sales, assortment and parameters.
//! - Stock at the end = at the beginning + in − sold ± adjusted; what was never counted nor supplied is not known, and not zero.
//! - What is not assigned to an outlet's type is in no on-shelf rate.
//! - A risk is open once, and closes by itself when its cause is gone.
//! - An order is received once, and moves stock with it.

pub mod assortment;
mod kept;
pub mod learn;
pub mod order;
pub mod propose;
pub mod push;
pub mod reach;
pub mod risk;
pub mod shelf;
pub mod stock;

#[cfg(test)]
mod tests;

pub use kept::At;
pub use qudao_access::Sight;
