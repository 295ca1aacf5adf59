//! 协议: what a partner signed and for how long. Business on a day without one is not commissionable (N29).
//!
//! States on a day: absent, in force. Operations are those of [`crate::roster`] with [`Agreement`] rows; a renewal is a new row
//! or a new agreement, also back-dated.
//!
//! Invariants: the partner shares a day with the row; of those signed here a partner has at most one in force for a business line on any day.

pub mod sign;
mod store;

pub use qudao_kernel::master::Agreement;
