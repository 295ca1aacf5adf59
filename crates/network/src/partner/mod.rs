//! 代理商: who it is, under whom it hangs, of which tier, since when; dated, so that every past day can be asked for (R0.4, R8.54).
//!
//! States on a day: absent, in force, in force and blacklisted. Operations are those of [`crate::roster`] with [`Partner`] rows.
//!
//! Invariants: the parents make a tree on every day, at most [`qudao_kernel::master::MAX_DEPTH`] deep; a parent shares a day with each of
//! its children's rows; a partner does not end while outlets, agreements or partners still belong to it. A silver agent
//! counts for its distributor from the first day of the row that links them (R8.58, N9).

pub mod promote;
mod store;

pub use qudao_kernel::master::Partner;

#[cfg(test)]
mod tests;
