//! 店员: a work ID and the outlet it belongs to; dated (R0.4).
//!
//! States on a day: absent, in force. Operations are those of [`crate::roster`] with [`Clerk`] rows.
//!
//! Invariant: the outlet shares a day with the row.

mod store;

pub use qudao_kernel::master::Clerk;
