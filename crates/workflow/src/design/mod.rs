//! 流程设计: flows the house writes itself, beside those that are shipped (R8.35).
//!
//! draft → in review → published, or returned with a comment and written on; withdrawn by whoever began it. A published version is used for what begins from
//! then on, before the one that is shipped; asked by one and confirmed by another it is used no more, and what stood before it is used again. What began under
//! it stays on it either way.
//!
//! Invariant: nobody who wrote at a definition approves it, and nobody takes a version out of use alone. Invariant: what has anything wrong, an example among it,
//! is neither sent nor published. Invariant: a version that was published never changes.

mod decide;
mod judge;
mod store;

pub use decide::{ask_retire, comment, create, give_back, keep_in_use, publish, retire, save, submit, withdraw};
pub use judge::{Judged, judge};
pub use store::{get, list, next_version, notes, used};

use std::str::FromStr;

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// How far a definition of the house is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum State {
            $($(#[$doc])* $name,)+
        }

        impl State {
            /// All of them.
            pub const ALL: &'static [State] = &[$(State::$name),+];

            /// As tables and clients write it.
            pub const fn name(self) -> &'static str {
                match self { $(State::$name => $text,)+ }
            }
        }

        impl FromStr for State {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(State::$name),)+ _ => Err(()) }
            }
        }
    };
}
states! {
    /// Being written.
    Draft = "draft",
    /// Sent for approval; its text is fixed.
    InReview = "in_review",
    /// Sent back with a comment; being written on.
    Returned = "returned",
    /// Used for what begins.
    Published = "published",
    /// Used still; somebody asked that it be used no more.
    Retiring = "retiring",
    /// Used no more.
    Retired = "retired",
    /// Given up before it was published.
    Withdrawn = "withdrawn",
}

impl State {
    /// Whether its text may be written.
    pub const fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Returned)
    }

    /// Whether it was published once.
    pub const fn is_settled(self) -> bool {
        matches!(self, State::Published | State::Retiring | State::Retired)
    }
}

/// A definition of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Id.
    pub id: String,
    /// Flow its text declares; empty where it cannot be read.
    pub flow: String,
    /// Version its text declares.
    pub flow_version: u32,
    /// What its text calls it.
    pub title: qudao_kernel::Text,
    /// The version it was begun from.
    pub base: Option<u32>,
    /// The text.
    pub text: String,
    /// Rises with every change; what `If-Match` names.
    pub version: u32,
    /// How far it is.
    pub state: State,
    /// Who began it.
    pub author: String,
    /// Whoever wrote at it, by login.
    pub writers: Vec<String>,
    /// When it was begun, microseconds since 1970.
    pub created_us: i64,
    /// When it changed last.
    pub changed_us: i64,
    /// Who changed it last.
    pub changed_by: String,
    /// Who sent it for approval, when, and the hash of what was sent.
    pub submitted: Option<(String, i64, String)>,
    /// Who approved it, and when.
    pub decided: Option<(String, i64)>,
    /// Who asked that it be used no more.
    pub retire_by: Option<String>,
}

/// Something said or done about a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// Who.
    pub who: String,
    /// create, comment, submit, return, publish, withdraw, `retire_ask`, retire or `retire_keep`.
    pub kind: String,
    /// In their words.
    pub text: String,
}
