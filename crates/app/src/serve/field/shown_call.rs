//! What calls and appointments take and give. Days are `2026-07-31`, times microseconds since 1970, minutes those after midnight.

use super::shown::FieldContact;
use super::shown_plan::FieldOutletRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A visit that was agreed on in a call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldAppointment {
    /// For `If-Match`.
    pub(super) version: u32,
    pub(super) on: String,
    /// After midnight.
    pub(super) minute: u32,
    /// open, kept, dropped.
    pub(super) state: String,
    pub(super) overdue: bool,
    pub(super) reason: String,
}

/// A call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCall {
    pub(super) id: String,
    pub(super) manager: String,
    pub(super) manager_name: String,
    /// Empty for none.
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    pub(super) partner: String,
    pub(super) partner_name: String,
    /// Whom.
    pub(super) name: String,
    /// reached, no_answer, declined.
    pub(super) outcome: String,
    /// What was said and agreed on.
    pub(super) minute: String,
    pub(super) day: String,
    pub(super) at_us: i64,
    #[schema(required)]
    pub(super) appointment: Option<FieldAppointment>,
}

/// Calls, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCalls {
    pub(super) rows: Vec<FieldCall>,
}

/// Calls of a time against what is asked for on its working days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPace {
    pub(super) target: u32,
    pub(super) made: u32,
    /// Of these, with somebody at the other end.
    pub(super) reached: u32,
    pub(super) met: bool,
}

/// Calls of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCallCount {
    pub(super) day: String,
    pub(super) made: u32,
    pub(super) reached: u32,
}

/// An outlet to be called.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCallCandidate {
    pub(super) code: String,
    pub(super) name: String,
    /// When somebody was reached there last.
    #[schema(required)]
    pub(super) last_on: Option<String>,
    pub(super) contacts: Vec<FieldContact>,
}

/// A manager's day of calls.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCallDay {
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) day: String,
    /// Calls asked for on a working day.
    pub(super) daily: u32,
    pub(super) today: FieldPace,
    /// Monday to Sunday.
    pub(super) week: FieldPace,
    pub(super) days: Vec<FieldCallCount>,
    /// The morning, for calls.
    pub(super) calls_from: u32,
    pub(super) calls_to: u32,
    /// The afternoon, for visits.
    pub(super) visits_from: u32,
    pub(super) visits_to: u32,
    /// Agreed on for that day, or for one before it and still open.
    pub(super) appointments: Vec<FieldCall>,
    /// Whom to call, who was not heard of for longest first.
    pub(super) candidates: Vec<FieldCallCandidate>,
    /// Outlets of the plan, in order.
    pub(super) visits: Vec<FieldOutletRef>,
    pub(super) may_note: bool,
}

/// A call to be noted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CallSent {
    /// Made by the phone: a ULID or UUID.
    pub(super) id: String,
    #[serde(default)]
    pub(super) outlet: Option<String>,
    /// Where it is no outlet.
    #[serde(default)]
    pub(super) partner: Option<String>,
    /// Whom.
    pub(super) name: String,
    /// reached, no_answer, declined.
    pub(super) outcome: String,
    /// What was said and agreed on; needed of a call that reached somebody.
    #[serde(default)]
    pub(super) minute: String,
    /// When, by the phone's clock, and what that clock says now: how long ago it was is what counts.
    pub(super) at_us: i64,
    pub(super) device_now_us: i64,
    /// Day of a visit that was agreed on.
    #[serde(default)]
    pub(super) meet_on: Option<String>,
    /// And its minute after midnight; 840 where absent.
    #[serde(default)]
    pub(super) meet_minute: Option<u32>,
}

/// How an appointment ended.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CallClosing {
    /// kept, dropped.
    pub(super) to: String,
    #[serde(default)]
    pub(super) reason: String,
}

/// The version after it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CallClosed {
    pub(super) version: u32,
}
