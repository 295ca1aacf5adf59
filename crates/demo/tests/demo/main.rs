//! The demo world as its users see it.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

mod facts;
mod network;
mod planted;
mod policies;
mod raw;
