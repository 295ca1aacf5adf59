//! The workspace's integration tests: one binary, because each would link the engine anew.

mod agree;
mod cli;
mod random;
mod random_policy;
