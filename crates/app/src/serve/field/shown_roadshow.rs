//! What roadshow units and attendance take and give. Weeks and days are `2026-07-31`, times microseconds since 1970, money fen.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Somebody of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowMember {
    /// Login or work ID.
    pub(super) code: String,
    pub(super) name: String,
}

/// A part of the kit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowPart {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) needed: u32,
    /// Whether more is in order.
    pub(super) more: bool,
    /// Whether the booking says it; it is not counted then.
    pub(super) booked: bool,
    /// As counted; absent before.
    #[schema(required)]
    pub(super) have: Option<u32>,
    /// Whether it was counted and is not as it should be.
    pub(super) short: bool,
}

/// Sums of stops.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowTotals {
    pub(super) stops: u32,
    pub(super) visitors: i64,
    pub(super) demos: i64,
    pub(super) leads: i64,
    pub(super) activations: i64,
    pub(super) handsets: i64,
    pub(super) cost: i64,
    /// Cost ÷ activations; absent without any.
    #[schema(required)]
    pub(super) cost_per_activation: Option<i64>,
}

/// A unit of one week in one area.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowUnit {
    pub(super) id: String,
    /// For `If-Match`.
    pub(super) version: u32,
    /// Its Monday, and its Sunday.
    pub(super) week: String,
    pub(super) last_day: String,
    pub(super) territory: String,
    pub(super) territory_name: String,
    pub(super) title: String,
    pub(super) leader: String,
    pub(super) leader_name: String,
    pub(super) vehicle: String,
    pub(super) kit: String,
    pub(super) crew: Vec<RoadshowMember>,
    /// booked, departed, closed, cancelled.
    pub(super) state: String,
    pub(super) checked: bool,
    /// Whether the kit was counted and is not as it should be.
    pub(super) short: bool,
    pub(super) approved: bool,
    pub(super) totals: RoadshowTotals,
}

/// Units of some weeks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Roadshows {
    /// First and last Monday.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rows: Vec<RoadshowUnit>,
    pub(super) totals: RoadshowTotals,
    pub(super) may_book: bool,
}

/// A stop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowStop {
    pub(super) id: String,
    pub(super) version: u32,
    /// Empty for another place.
    pub(super) outlet: String,
    /// Name of the outlet, or the place in words.
    pub(super) place: String,
    pub(super) day: String,
    /// The agent it is credited to; empty while nobody was named.
    pub(super) partner: String,
    pub(super) partner_name: String,
    pub(super) visitors: u32,
    pub(super) demos: u32,
    pub(super) leads: u32,
    pub(super) activations: u32,
    pub(super) handsets: u32,
    pub(super) cost: i64,
    #[schema(required)]
    pub(super) cost_per_activation: Option<i64>,
    pub(super) note: String,
}

/// Somebody's time at a place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPresence {
    pub(super) id: String,
    /// roadshow, assist.
    pub(super) kind: String,
    pub(super) roadshow: String,
    pub(super) stop: String,
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    pub(super) person: String,
    pub(super) name: String,
    pub(super) day: String,
    pub(super) came_us: i64,
    /// away, unknown, fair, strong.
    pub(super) came_level: String,
    #[schema(required)]
    pub(super) came_m: Option<u32>,
    #[schema(required)]
    pub(super) left_us: Option<i64>,
    /// Empty while they are there.
    pub(super) left_level: String,
    #[schema(required)]
    pub(super) left_m: Option<u32>,
    #[schema(required)]
    pub(super) minutes: Option<i64>,
    pub(super) note: String,
}

/// Who was where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPresences {
    pub(super) rows: Vec<FieldPresence>,
}

/// What an agent is credited with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowAgent {
    pub(super) partner: String,
    pub(super) name: String,
    pub(super) totals: RoadshowTotals,
}

/// A unit with all of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowWhole {
    pub(super) unit: RoadshowUnit,
    pub(super) kit: Vec<RoadshowPart>,
    pub(super) checked_by: String,
    #[schema(required)]
    pub(super) checked_us: Option<i64>,
    pub(super) approved_by: String,
    /// Why less than the kit is in order, or why it was called off.
    pub(super) reason: String,
    pub(super) made_by: String,
    pub(super) stops: Vec<RoadshowStop>,
    pub(super) presences: Vec<FieldPresence>,
    pub(super) agents: Vec<RoadshowAgent>,
    /// What the asker may do now: check, approve, depart, close, cancel, stop.
    pub(super) may: Vec<String>,
}

/// A unit to be booked.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoadshowSent {
    /// Made by the page: a ULID or UUID.
    pub(super) id: String,
    /// A Monday.
    pub(super) week: String,
    /// Division code.
    pub(super) territory: String,
    pub(super) title: String,
    /// One of the crew.
    pub(super) leader: String,
    pub(super) vehicle: String,
    pub(super) kit: String,
    /// Logins and work IDs.
    pub(super) crew: Vec<String>,
}

/// What was counted of the kit, by part.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoadshowCheckSent {
    pub(super) counted: BTreeMap<String, u32>,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoadshowReason {
    pub(super) reason: String,
}

/// The version after it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadshowDone {
    pub(super) version: u32,
}

/// A stop to be begun.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoadshowStopSent {
    /// Made by the phone: a ULID or UUID.
    pub(super) id: String,
    #[serde(default)]
    pub(super) outlet: Option<String>,
    /// Where it is no outlet: in words.
    #[serde(default)]
    pub(super) place: Option<String>,
    /// Today where absent.
    #[serde(default)]
    pub(super) day: Option<String>,
    /// The agent it is credited to where it is no outlet.
    #[serde(default)]
    pub(super) partner: Option<String>,
    /// Where the phone was when it began: a place that is no outlet stands there.
    #[serde(default)]
    pub(super) position: Option<PositionSent>,
}

/// What was counted at a stop: all of it, as it stands now.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RoadshowCountSent {
    pub(super) visitors: u32,
    pub(super) demos: u32,
    pub(super) leads: u32,
    pub(super) activations: u32,
    pub(super) handsets: u32,
    /// Fen.
    pub(super) cost: i64,
    #[serde(default)]
    pub(super) partner: String,
    #[serde(default)]
    pub(super) note: String,
}

/// A position as the phone gave it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PositionSent {
    /// Degrees in millionths.
    pub(super) lat_e6: i64,
    pub(super) lon_e6: i64,
    pub(super) accuracy_m: u32,
    pub(super) age_s: u32,
    /// Whether the phone says that a program made it up.
    #[serde(default)]
    pub(super) mock: bool,
}

/// Somebody who came to a stop, or to help in an outlet.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PresenceSent {
    /// Made by the phone: a ULID or UUID.
    pub(super) id: String,
    /// Stop of a unit.
    #[serde(default)]
    pub(super) stop: Option<String>,
    /// Where it is no stop.
    #[serde(default)]
    pub(super) outlet: Option<String>,
    /// One of the unit's crew; the asker where absent.
    #[serde(default)]
    pub(super) person: Option<String>,
    /// When, by the phone's clock, and what that clock says now: how long ago it was is what counts.
    pub(super) at_us: i64,
    pub(super) device_now_us: i64,
    #[serde(default)]
    pub(super) position: Option<PositionSent>,
}

/// Somebody left.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PresenceLeft {
    /// When, by the phone's clock, and what that clock says now: how long ago it was is what counts.
    pub(super) at_us: i64,
    pub(super) device_now_us: i64,
    #[serde(default)]
    pub(super) position: Option<PositionSent>,
    #[serde(default)]
    pub(super) note: String,
}
