//! What diaries, summaries, teams and maps take and give. Shares are hundredths of a percent, absent where there is nothing to divide by; days are
//! `2026-07-31`, times microseconds since 1970, places degrees in millionths.

use super::remedies::Remedy;
use super::shown_plan::{FieldAdherence, FieldMinutes, FieldOutletRef, FieldPromiseCounts, FieldStrike, FieldVisitCounts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of a diary.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiaryLine {
    /// visit, contact, task, promise, result.
    pub(super) what: String,
    /// Microseconds since 1970; 0 for the whole day.
    pub(super) at_us: i64,
    /// Empty for none.
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    /// The record behind it.
    pub(super) record: String,
    pub(super) text: String,
}

/// A task of the day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiaryTask {
    /// The record behind it, unique within the day.
    pub(super) record: String,
    /// `event_task`, enquiry, application, promise, improvement, remedy, appointment.
    pub(super) kind: String,
    pub(super) text: String,
    pub(super) due_on: String,
    /// Whether it was put off on this day.
    pub(super) put_off_to: String,
    pub(super) put_off_reason: String,
    /// How often it was put off before.
    pub(super) carried: u32,
    /// Where it is done.
    pub(super) to: String,
}

/// A day as it wrote itself, or as it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiaryDay {
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) day: String,
    /// work, rest, holiday.
    pub(super) kind: String,
    /// For `If-Match`; 0 for a day nobody touched.
    pub(super) version: u32,
    /// open, sent, answered.
    pub(super) state: String,
    pub(super) lines: Vec<DiaryLine>,
    pub(super) visits: FieldVisitCounts,
    /// Outlets planned.
    pub(super) planned: u32,
    /// Of these, visited.
    pub(super) kept: u32,
    pub(super) minutes: FieldMinutes,
    pub(super) promises: FieldPromiseCounts,
    /// Tasks that are due by the day and not done.
    pub(super) tasks: Vec<DiaryTask>,
    /// The manager's own words.
    pub(super) note: String,
    #[schema(required)]
    pub(super) sent_us: Option<i64>,
    pub(super) answer: String,
    pub(super) answered_by: String,
    pub(super) answered_by_name: String,
    pub(super) may_send: bool,
    pub(super) may_answer: bool,
}

/// A task that is put off.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DiaryPutOff {
    pub(super) record: String,
    /// A later day.
    pub(super) to: String,
    pub(super) reason: String,
}

/// A day that is sent.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DiarySent {
    /// Tasks that are put off; every other one must be done.
    #[serde(default)]
    pub(super) put_off: Vec<DiaryPutOff>,
    #[serde(default)]
    pub(super) note: String,
}

/// What a supervisor answers.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DiaryAnswerSent {
    pub(super) text: String,
}

/// A manager's day in few figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiaryTeamRow {
    pub(super) manager: String,
    pub(super) name: String,
    /// open, sent, answered.
    pub(super) state: String,
    /// For `If-Match` of an answer.
    pub(super) version: u32,
    #[schema(required)]
    pub(super) sent_us: Option<i64>,
    pub(super) visits: FieldVisitCounts,
    pub(super) planned: u32,
    pub(super) kept: u32,
    pub(super) minutes: FieldMinutes,
    pub(super) promises: FieldPromiseCounts,
    pub(super) note: String,
    pub(super) answer: String,
}

/// The diaries of a team on a day, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiaryTeam {
    pub(super) day: String,
    /// work, rest, holiday.
    pub(super) kind: String,
    pub(super) sent: u32,
    pub(super) managers: u32,
    /// Logins of who has not sent the day.
    pub(super) missing: Vec<String>,
    pub(super) rows: Vec<DiaryTeamRow>,
}

/// A figure of a review: plan, result and gap.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldSummaryLine {
    /// visits, outlets, `class_A` and so on for each class, customers, promises, diaries.
    pub(super) code: String,
    pub(super) name: String,
    /// Absent where nothing was planned.
    #[schema(required)]
    pub(super) plan: Option<i64>,
    pub(super) result: i64,
    /// Plan − result, 0 where it was reached.
    #[schema(required)]
    pub(super) gap: Option<i64>,
    /// Result ÷ plan.
    #[schema(required)]
    pub(super) share: Option<u32>,
}

/// A week or month of a manager: what a review begins with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldSummary {
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) lines: Vec<FieldSummaryLine>,
    pub(super) visits: FieldVisitCounts,
    pub(super) adherence: FieldAdherence,
    pub(super) strike: FieldStrike,
    pub(super) minutes: FieldMinutes,
    pub(super) promises: FieldPromiseCounts,
    /// Working days up to today that were not sent.
    pub(super) unsent: Vec<String>,
    /// Outlets that were not visited, the most important first; at most 100.
    pub(super) unvisited: Vec<FieldOutletRef>,
    /// Tasks put off within the time.
    pub(super) put_off: u32,
    /// Tasks that reviews of this time became, and those of others that are open, the longest due first.
    pub(super) remedies: Vec<Remedy>,
    /// Whether the asker may make tasks of shortcomings.
    pub(super) may_remedy: bool,
}

/// A manager's figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldTeamRow {
    pub(super) manager: String,
    pub(super) name: String,
    /// Outlets looked after.
    pub(super) outlets: u32,
    /// Of these, visited.
    pub(super) covered: u32,
    #[schema(required)]
    pub(super) coverage: Option<u32>,
    pub(super) visits: FieldVisitCounts,
    pub(super) adherence: FieldAdherence,
    pub(super) strike: FieldStrike,
    pub(super) minutes: FieldMinutes,
    pub(super) promises: FieldPromiseCounts,
    /// Diaries sent, and working days up to today.
    pub(super) diaries_sent: u32,
    pub(super) diaries_due: u32,
}

/// A team's figures, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldTeam {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rows: Vec<FieldTeamRow>,
}

/// An outlet on the map.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldMapOutlet {
    pub(super) code: String,
    pub(super) name: String,
    /// Empty where nobody looks after it.
    pub(super) manager: String,
    pub(super) manager_name: String,
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
    pub(super) class: String,
    pub(super) outlet_type: String,
    pub(super) territory: String,
    pub(super) territory_name: String,
    #[schema(required)]
    pub(super) last_visit: Option<String>,
    #[schema(required)]
    pub(super) days_since: Option<u32>,
    /// Score of the visit's basics, else of its first checklist.
    #[schema(required)]
    pub(super) last_score: Option<u32>,
    /// Items that were not right when it was visited last, and open promises.
    pub(super) issues: u32,
    /// Whether its last visit is longer ago than its class allows.
    pub(super) overdue: bool,
    /// Planned next.
    #[schema(required)]
    pub(super) next_planned: Option<String>,
}

/// Coverage of a class or territory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldCover {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) outlets: u32,
    /// Visited within four weeks.
    pub(super) visited: u32,
    #[schema(required)]
    pub(super) share: Option<u32>,
    /// Longer ago than the class allows, or never.
    pub(super) overdue: u32,
    /// Nobody looks after them.
    pub(super) unkept: u32,
    /// Nobody knows where they stand.
    pub(super) unplaced: u32,
}

/// Outlets with their visits, and coverage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldMap {
    pub(super) today: String,
    pub(super) outlets: Vec<FieldMapOutlet>,
    pub(super) classes: Vec<FieldCover>,
    /// Counties.
    pub(super) territories: Vec<FieldCover>,
    pub(super) managers: Vec<FieldManagerRef>,
}

/// A channel manager within the asker's reach.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldManagerRef {
    pub(super) login: String,
    pub(super) name: String,
}
