//! Policy drafts: written, checked, sent for approval, approved by somebody else and published as a file among the policies in force.
//!
//! draft → in review → published, or returned with a comment and written on; withdrawn by whoever wrote it. What was sent for approval is
//! known by its hash, and nothing else is published. Publication only adds a file: a version that is in force ends where the new one begins
//! (see `docs/policy-language.md`), its text stays.
//!
//! Invariant: nobody who wrote at a draft approves it. Invariant: a draft with an error, or an example that is a fen off, is neither sent nor
//! published.

mod decide;
mod judge;
mod store;
#[cfg(test)]
mod tests;

pub use decide::{comment, create, give_back, publish, save, submit, withdraw};
pub use judge::{DRAFT, Judged, judge};
pub use store::{get, list, notes};

use qudao_kernel::Date;
use std::str::FromStr;

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// How far a draft is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum State {
            $($(#[$doc])* $name,)+
        }

        impl State {
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
    /// A policy in force, or to come.
    Published = "published",
    /// Given up.
    Withdrawn = "withdrawn",
}

impl State {
    /// Whether its text may be written.
    pub const fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Returned)
    }
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Id.
    pub id: String,
    /// Name of the policy its text declares; empty where it cannot be read.
    pub policy: String,
    /// Version its text declares.
    pub policy_version: u32,
    /// Title its text gives.
    pub title: String,
    /// First day in force.
    pub from: Option<Date>,
    /// Last day in force.
    pub last: Option<Date>,
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
    /// Last change.
    pub changed_us: i64,
    /// By whom.
    pub changed_by: String,
    /// Who sent it for approval, when, and the hash of what was sent.
    pub submitted: Option<(String, i64, String)>,
    /// Who approved it, and when.
    pub decided: Option<(String, i64)>,
    /// File it was published as.
    pub file: Option<String>,
}

/// Something said or done about a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When, microseconds since 1970.
    pub at_us: i64,
    /// Who.
    pub who: String,
    /// create, comment, submit, return, publish or withdraw.
    pub kind: String,
    /// In their words.
    pub text: String,
}
