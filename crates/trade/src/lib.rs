//! Trade: taking in the facts of business systems.
//!
//! Products and plans are master data (`qudao_kernel::master`), kept by the network crate.

pub mod intake;
