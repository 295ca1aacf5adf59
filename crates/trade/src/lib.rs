//! Trade: taking in the facts of business systems. [`intake`] takes files in, [`upload`] keeps what people bring in a browser, [`arrival`]
//! says what of a month is there.
//!
//! Products and plans are master data (`qudao_kernel::master`), kept by the network crate.

pub mod arrival;
pub mod intake;
pub mod upload;
