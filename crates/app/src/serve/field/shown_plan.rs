//! What plans take and give, and the figures that diaries, summaries and teams have in common with them; these are in `shown_team`.
//!
//! Shares are hundredths of a percent, absent where there is nothing to divide by. Days are `2026-07-31`, times microseconds since 1970, places degrees in
//! millionths.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whose days, and from when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldPlanAsked {
    /// Login of the channel manager; the asker where absent.
    pub(super) manager: Option<String>,
    /// First day; Monday of this week where absent.
    pub(super) from: Option<String>,
}

/// Whose days, from when to when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldSpanAsked {
    /// Login of the channel manager; the asker where absent.
    pub(super) manager: Option<String>,
    /// First day; 27 days before the last one where absent.
    pub(super) from: Option<String>,
    /// Last day; today where absent. At most 100 days.
    pub(super) to: Option<String>,
}

/// Whose day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldDayAsked {
    /// Login of the channel manager; the asker where absent.
    pub(super) manager: Option<String>,
    /// Day; today where absent.
    pub(super) day: Option<String>,
}

/// Whose outlets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldMapAsked {
    /// Login of a channel manager; all within the asker's reach where absent.
    pub(super) manager: Option<String>,
    /// A division and all below it.
    pub(super) territory: Option<String>,
}

/// Four weeks of a channel manager.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPlan {
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) from: String,
    /// Last day.
    pub(super) to: String,
    pub(super) today: String,
    /// Whether the asker may propose and move.
    pub(super) may_change: bool,
    /// Whether any of the days has a plan.
    pub(super) proposed: bool,
    /// Every day of the four weeks.
    pub(super) days: Vec<FieldPlanDay>,
    /// Outlets planned less often than they should be, by code.
    pub(super) left: Vec<FieldPlanLeft>,
    /// Promises whose day passes before the outlet is visited.
    pub(super) late: Vec<FieldPlanLate>,
    /// Outlets the manager looks after.
    pub(super) outlets: u32,
    /// Outlets planned as often as they should be.
    pub(super) met: u32,
    /// Outlets that have a frequency and are open.
    pub(super) counted: u32,
    /// Met ÷ counted, whole percent, rounded down.
    #[schema(required)]
    pub(super) met_percent: Option<u32>,
    /// Greatest difference of a working day from the mean of all, whole percent of the mean, rounded up.
    pub(super) spread_percent: u32,
    /// Longest day, minutes.
    pub(super) day_minutes: u32,
    /// Visits in four weeks by class.
    pub(super) frequency: Vec<FieldFrequency>,
}

/// How often outlets of a class are visited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldFrequency {
    pub(super) class: String,
    /// Visits in four weeks.
    pub(super) visits: u32,
}

/// A day of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPlanDay {
    pub(super) day: String,
    /// work, rest, holiday.
    pub(super) kind: String,
    /// For `If-Match`; 0 for a day nobody planned.
    pub(super) version: u32,
    /// Minutes of visits and ways in the order of the stops.
    pub(super) minutes: u32,
    /// Whether that is more than the longest day.
    pub(super) over: bool,
    /// In the order they are to be visited.
    pub(super) stops: Vec<FieldPlanStop>,
    /// Outlets of the plan as it was proposed; empty where nothing was proposed.
    pub(super) proposed: Vec<FieldOutletRef>,
    /// Who changed it last; empty for nobody.
    pub(super) changed_by: String,
    /// Why it was last changed by hand.
    pub(super) reason: String,
}

/// An outlet in few words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldOutletRef {
    pub(super) code: String,
    pub(super) name: String,
}

/// A stop of a planned day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPlanStop {
    pub(super) outlet: String,
    pub(super) name: String,
    pub(super) class: String,
    pub(super) outlet_type: String,
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
    /// 0 to 100.
    pub(super) risk: u32,
    /// Ids of purposes.
    pub(super) purposes: Vec<String>,
    /// Their names.
    pub(super) purpose_names: Vec<String>,
    /// What is sought there.
    pub(super) target: String,
    /// Whether somebody put it there: it stays when a plan is proposed anew.
    pub(super) manual: bool,
    /// Last visit before today.
    #[schema(required)]
    pub(super) last_visit: Option<String>,
    /// Open promises to it.
    pub(super) promises: u32,
    /// Whether it was visited that day.
    pub(super) visited: bool,
}

/// An outlet that is planned less often than it should be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPlanLeft {
    pub(super) outlet: String,
    pub(super) name: String,
    pub(super) class: String,
    /// Visits it should have.
    pub(super) wanted: u32,
    /// Visits it has.
    pub(super) planned: u32,
    /// class, closed, closes, full, days, pinned, open.
    pub(super) why: String,
    pub(super) why_text: String,
}

/// A promise whose day passes before the first visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPlanLate {
    pub(super) outlet: String,
    pub(super) name: String,
    pub(super) due_on: String,
}

/// A plan to be proposed. Days that are over, and stops put somewhere by hand, stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FieldProposeSent {
    /// Login; empty for the asker.
    #[serde(default)]
    pub(super) manager: String,
    /// First day.
    pub(super) from: String,
}

/// The stops of a day as somebody wants them, in their order.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FieldPlanDaySent {
    pub(super) stops: Vec<FieldPlanStopSent>,
    /// Why; may be empty.
    #[serde(default)]
    pub(super) reason: String,
}

/// A stop as somebody wants it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FieldPlanStopSent {
    pub(super) outlet: String,
    /// Ids of purposes.
    #[serde(default)]
    pub(super) purposes: Vec<String>,
    #[serde(default)]
    pub(super) target: String,
    /// Whether it stays when a plan is proposed anew.
    #[serde(default)]
    pub(super) manual: bool,
}

/// The best order of a planned day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldRoute {
    pub(super) manager: String,
    pub(super) day: String,
    /// Version of the planned day it was made from, for `If-Match` when the order is taken.
    pub(super) version: u32,
    /// As `09:00`.
    pub(super) begins: String,
    /// End of the last visit, as `16:40`.
    pub(super) ends: String,
    /// Seconds on the way.
    pub(super) travel_s: u32,
    /// Seconds on the way in the order of the plan.
    pub(super) planned_travel_s: u32,
    pub(super) stops: Vec<FieldRouteStop>,
    /// Stops that do not fit, the most important first.
    pub(super) left: Vec<FieldRouteLeft>,
}

/// A stop with its times.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldRouteStop {
    pub(super) outlet: String,
    pub(super) name: String,
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
    /// As `09:40`.
    pub(super) arrives: String,
    pub(super) leaves: String,
    /// Minutes of the visit.
    pub(super) service: u32,
    /// Place in the plan, from 1.
    pub(super) planned_at: u32,
}

/// A stop that does not fit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldRouteLeft {
    pub(super) outlet: String,
    pub(super) name: String,
    /// window, full.
    pub(super) why: String,
    pub(super) why_text: String,
}

/// Planned against done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldAdherence {
    /// Outlets planned.
    pub(super) planned: u32,
    /// Of these, visited.
    pub(super) kept: u32,
    /// Visits made.
    pub(super) made: u32,
    /// Of these, planned.
    pub(super) made_as_planned: u32,
    /// Planned visits made in the order of the plan.
    pub(super) in_order: u32,
    /// 计划执行率: kept ÷ planned.
    #[schema(required)]
    pub(super) plan_share: Option<u32>,
    /// 计划内拜访占比: made as planned ÷ made.
    #[schema(required)]
    pub(super) call_share: Option<u32>,
    /// 路线执行率: in order ÷ kept.
    #[schema(required)]
    pub(super) route_share: Option<u32>,
}

/// Visits with a result.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldStrike {
    pub(super) visits: u32,
    /// Those with an order, a training that was passed, or something put right on the spot.
    pub(super) with_result: u32,
    /// 有效拜访率.
    #[schema(required)]
    pub(super) share: Option<u32>,
}

/// Minutes of a time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldMinutes {
    /// Inside outlets.
    pub(super) inside: i64,
    /// Between them.
    pub(super) between: i64,
    /// From the first check-in to the last check-out of each day.
    pub(super) work: i64,
}

/// A day planned and done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldComparedDay {
    pub(super) day: String,
    /// work, rest, holiday.
    pub(super) kind: String,
    pub(super) adherence: FieldAdherence,
    pub(super) minutes: FieldMinutes,
    /// Outlets planned and not visited.
    pub(super) missed: Vec<FieldOutletRef>,
    /// Outlets visited and not planned: shown, not held against anybody.
    pub(super) unplanned: Vec<FieldOutletRef>,
}

/// Planned against done, day by day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCompared {
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) days: Vec<FieldComparedDay>,
    pub(super) total: FieldAdherence,
    pub(super) strike: FieldStrike,
    pub(super) minutes: FieldMinutes,
}

/// Visits by whether they count.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldVisitCounts {
    pub(super) counted: u32,
    /// They wait for a supervisor.
    pub(super) held: u32,
    /// They are not reported.
    pub(super) open: u32,
}

/// Promises of a time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldPromiseCounts {
    pub(super) due: u32,
    pub(super) in_time: u32,
    pub(super) late: u32,
    pub(super) broken: u32,
    /// 承诺兑现率: kept in time ÷ due.
    #[schema(required)]
    pub(super) share: Option<u32>,
}
