//! 受理权限: the levels of partners, outlets and work IDs, and the answer to "may this order be taken" (R1.9, R1.36, N41).
//!
//! [`check::Index`] holds every level in memory and answers at once. [`store`] keeps them, dated, with suspensions, what was taken on a day, and
//! every refusal. Invariant: what is assigned is never above what its outlet and partner hold on the days it begins and they change; where one of
//! them holds less later, the least of the three counts. Invariant: an order is counted in the transaction that takes it, under the levels of
//! that moment: a change meanwhile makes the caller read them again.

pub mod check;
pub mod pace;
pub mod report;
pub mod store;

pub use check::{Ask, Denied, Index, Register};
