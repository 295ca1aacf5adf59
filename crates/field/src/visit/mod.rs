//! Visits: what a phone writes, brought together on the server.
//!
//! A phone makes the ids, writes while it is off line and sends when it can, in any order and as often as it likes. [`merge`] makes one visit of what
//! several phones wrote, [`record`] reads its fields, [`view`] says how far it is, [`position`] and [`flags`] what is strange about it, [`store`] keeps it,
//! [`photo`] takes its photos part by part, [`review`] is a supervisor's look, and [`facts`] sends on its way what counts. [`briefing`] says what to know
//! before entering, [`fix`] what is to be put right before leaving, and [`notes`] reads together what was noted.
//!
//! Invariant: what was taken is never lost; where two values stand against each other both are kept. Invariant: the order and number of arrivals
//! changes nothing. Invariant: nothing strange refuses work; it holds a visit back from counting until somebody looked.

pub mod briefing;
pub mod facts;
pub mod fix;
pub mod flags;
pub mod list;
pub mod look;
pub mod merge;
pub mod notes;
pub mod photo;
pub mod position;
pub mod record;
pub mod review;
pub mod shelf;
pub mod site;
pub mod steps;
pub mod store;
pub mod view;
pub mod worth;

pub use site::Site;

use qudao_kernel::{Date, Kind, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a phone says of a visit with every upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Outlet.
    pub outlet: String,
    /// Purposes.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// The day it was planned for.
    #[serde(default)]
    pub planned_on: Option<Date>,
    /// When it was begun, by the phone's clock, microseconds since 1970.
    pub began_us: i64,
    /// The version of each checklist it is under.
    #[serde(default)]
    pub templates: BTreeMap<String, u32>,
}

/// What a phone sends at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The visit's id, made by the phone: a ULID or UUID.
    pub visit: String,
    /// The phone's id.
    pub device: String,
    /// What the phone's clock says while it sends.
    pub device_now_us: i64,
    /// The visit.
    pub header: Header,
    /// What was written.
    #[serde(default)]
    pub writes: Vec<merge::Write>,
}

/// Where a visit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not begun.
    Planned,
    /// Checked in.
    InProgress,
    /// Checked out, or reported but not whole.
    CheckedOut,
    /// Reported, with every photo.
    Reported,
    /// Looked at by a supervisor.
    Reviewed,
}

/// Whether a visit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// It is not reported.
    Open,
    /// A supervisor is to look.
    Held,
    /// It counts.
    Yes,
    /// It does not.
    No,
}

macro_rules! names {
    ($type:ident { $($variant:ident $name:literal),+ $(,)? }) => {
        impl $type {
            /// As tables and interfaces write it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl std::str::FromStr for $type {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($name => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}
names!(State { Planned "planned", InProgress "in_progress", CheckedOut "checked_out", Reported "reported", Reviewed "reviewed" });
names!(Counts { Open "open", Held "held", Yes "yes", No "no" });
pub(crate) use names;

/// Whether something can be an id that a phone made: a ULID or a UUID.
pub(crate) fn is_client_id(id: &str) -> bool {
    let ulid =
        id.len() == 26 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() && !matches!(b, b'I' | b'L' | b'O' | b'U'));
    let dashes = id.len() == 36 && id.bytes().enumerate().all(|(at, b)| (b == b'-') == matches!(at, 8 | 13 | 18 | 23));
    ulid || dashes && id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A visit there is not, or not for the caller.
pub(crate) fn none(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "field.visit.none",
        format!("没有拜访 {id}，或不在您的范围内"),
        format!("there is no visit {id}, or not within your reach"),
    )
}
