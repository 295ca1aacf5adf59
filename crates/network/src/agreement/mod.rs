//! 协议: what a partner signed and for how long. Business on a day without one is not commissionable (N29).
//!
//! States on a day: absent, in force. Operations are those of [`crate::roster`] with [`Agreement`] rows; a renewal is a new row
//! or a new agreement, also back-dated.
//!
//! Invariant: the partner shares a day with the row. A partner may have several agreements in force.

mod store;

pub use qudao_kernel::master::Agreement;
