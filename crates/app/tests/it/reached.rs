//! What a run of the random comparison must have reached.

/// Features, as [`crate::cover`] names them.
pub(crate) const FEATURES: &[&str] = &[];
