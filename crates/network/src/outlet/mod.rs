//! 网点: where it is, what it is, whose it is; dated, so that business counts for the owner of its day (R0.4).
//!
//! States on a day: absent, in force. Operations are those of [`crate::roster`] with [`Outlet`] rows.
//!
//! Invariants: the owner shares a day with the row; an outlet of a channel that needs an owner has one (R4.32); an outlet
//! does not end while clerks still belong to it.

pub mod change;
mod store;

pub use qudao_kernel::master::Outlet;
