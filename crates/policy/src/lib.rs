//! The settlement language: a policy's text becomes a checked [`model::PolicySet`].
//!
//! Invariant: pure. No I/O, no clock; the same text gives the same model and the same messages.

pub mod lines;
pub mod model;
