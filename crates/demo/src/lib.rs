//! A demo world: an invented network of partners and outlets in real places, and everything that happens in it, from a county
//! (thousands of events a month) to a province (50 million).
//!
//! Invariants: a world is a pure function of [`Scale`] and seed; every month and every run of partners can be played alone and
//! gives the same rows; rows come out ordered by attributed partner, day and event id, in constant memory. What is planted
//! for audits and imports to find is counted in a ground truth. Nobody is meant: names are made of word lists, subscribers' numbers
//! have a prefix no operator assigns, serials lie in the range kept for tests.

mod batch;
mod calendar;
mod catalogue;
mod code;
mod events;
mod flow;
mod fraud;
mod master;
mod months;
mod network;
mod places;
mod raw;
mod rng;
mod scale;
mod trade;
mod truth;
mod words;
mod world;

pub use batch::{Known, close_of};
pub use calendar::{Calendar, DayKind};
pub use code::Code;
pub use events::Event;
pub use fraud::Scheme;
pub use months::SubscriberMonth;
pub use network::Story;
pub use raw::{Dirt, RawEncoding, RawOptions};
pub use rng::Rng;
pub use scale::Scale;
pub use trade::{Row, Value};
pub use truth::{Fraud, RawFile, Truth};
pub use world::{Coverage, World};
