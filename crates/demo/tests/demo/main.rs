//! The demo world as its users see it.

mod facts;
mod network;
mod planted;
mod policies;
mod raw;
