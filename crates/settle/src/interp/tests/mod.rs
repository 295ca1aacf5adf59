//! What policies mean, shown on figures that were given.

mod bases;
mod facts;
mod limits;
mod properties;
mod texts;
mod time;
