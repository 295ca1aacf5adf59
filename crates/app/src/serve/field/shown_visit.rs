//! What operations on visits take and give. Times are microseconds since 1970 by our clock, scores hundredths of a percent, money fen.

use super::shown::{FieldNext, FieldScore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a phone sends of a visit.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct VisitUpload {
    /// The phone's id.
    pub(super) device: String,
    /// What the phone's clock says while it sends.
    pub(super) device_now_us: i64,
    pub(super) header: VisitHeader,
    /// At most 500.
    #[serde(default)]
    pub(super) writes: Vec<VisitWrite>,
}

/// What a phone says of a visit with every upload.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct VisitHeader {
    pub(super) outlet: String,
    #[serde(default)]
    pub(super) purposes: Vec<String>,
    /// Day it was planned for.
    #[serde(default)]
    pub(super) planned_on: Option<String>,
    /// When it was begun, by the phone's clock.
    pub(super) began_us: i64,
    /// Version of each checklist it is under.
    #[serde(default)]
    pub(super) templates: BTreeMap<String, u32>,
}

/// A write of a phone.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct VisitWrite {
    /// Made by the phone: a ULID or UUID.
    pub(super) id: String,
    /// One more than the greatest its phone had seen of this visit.
    pub(super) seq: u32,
    /// `check_in`, `check_out`, report, ending, step.ID, answer.TEMPLATE.ITEM, fix.TEMPLATE.ITEM, goal.ID, issue.ID, count.MODEL, shelf.MODEL, price.MODEL,
    /// training.ID, note.ID, photo.SHA256.
    pub(super) path: String,
    /// When, by the phone's clock.
    pub(super) at_us: i64,
    /// Writes of the field that the phone had seen and means to replace.
    #[serde(default)]
    pub(super) replaces: Vec<String>,
    /// Null clears the field.
    pub(super) value: Value,
}

/// Why something was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldRefusal {
    /// Stable code.
    pub(super) code: String,
    /// What it is and what to do.
    pub(super) text: String,
}

/// What became of a write.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WriteTaken {
    pub(super) id: String,
    /// kept, again, refused.
    pub(super) taken: String,
    #[schema(required)]
    pub(super) refusal: Option<FieldRefusal>,
}

/// How far the steps of a visit are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VisitCompletion {
    /// Steps done.
    pub(super) done: u32,
    /// Steps left out with a reason.
    pub(super) skipped: Vec<String>,
    /// Steps that are neither.
    pub(super) open: Vec<String>,
    /// Steps done by steps, hundredths of a percent.
    pub(super) share: u32,
}

/// Something strange, or something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct VisitFlag {
    /// away, `no_position`, mock, travel, `photo_repeated`, `photo_elsewhere`, short, `outlet_closed`, twice, late, clock, `two_devices`, `template_changed`,
    /// `template_unknown`, conflict.
    pub(super) kind: String,
    /// What happened and what follows.
    pub(super) text: String,
    /// Whether a supervisor is to look.
    pub(super) holds: bool,
}

/// An item to be put right before leaving.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitToFix {
    pub(super) template: String,
    pub(super) item: String,
    pub(super) name: String,
    /// What putting it right is expected to bring in a month, fen; 0 where nobody knows.
    pub(super) worth: i64,
    /// Whether it fails the whole checklist.
    pub(super) veto: bool,
}

/// What an upload came to. A phone forgets a write that was kept or came again, and a photo that is not missing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitReceipt {
    pub(super) version: u32,
    /// planned, `in_progress`, `checked_out`, reported, reviewed.
    pub(super) state: String,
    /// open, held, yes, no.
    pub(super) counts: String,
    pub(super) writes: Vec<WriteTaken>,
    /// Photos and signatures that have not come whole, by SHA-256.
    pub(super) missing: Vec<String>,
    pub(super) completion: VisitCompletion,
    pub(super) flags: Vec<VisitFlag>,
    /// What is worth most first.
    pub(super) to_fix: Vec<VisitToFix>,
    pub(super) scores: Vec<FieldScore>,
}

/// A visit in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitLine {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) day: String,
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    /// planned, `in_progress`, `checked_out`, reported, reviewed.
    pub(super) state: String,
    /// open, held, yes, no.
    pub(super) counts: String,
    #[schema(required)]
    pub(super) planned_on: Option<String>,
    #[schema(required)]
    pub(super) entered_us: Option<i64>,
    #[schema(required)]
    pub(super) left_us: Option<i64>,
    #[schema(required)]
    pub(super) minutes: Option<u32>,
    /// Steps done by steps, hundredths of a percent.
    pub(super) completion: u32,
    /// What it brought: an order, training passed, defects put right.
    pub(super) results: u32,
    pub(super) scores: Vec<FieldScore>,
    pub(super) flags: Vec<VisitFlag>,
}

/// A page of visits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitPage {
    pub(super) rows: Vec<VisitLine>,
    /// Send it as `cursor` for the next part; absent at the end.
    #[schema(required)]
    pub(super) next: Option<String>,
}

/// The outlet of a visit as the network knew it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitSite {
    pub(super) outlet: String,
    pub(super) name: String,
    pub(super) partner: String,
    pub(super) partner_name: String,
    pub(super) territory: String,
    pub(super) territory_name: String,
    pub(super) outlet_type: String,
    pub(super) class: String,
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
    #[schema(required)]
    pub(super) closed_from: Option<String>,
}

/// A step of a visit as it was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitStep {
    pub(super) id: String,
    pub(super) name: String,
    /// done, skipped, open.
    pub(super) state: String,
    /// Why it was skipped.
    pub(super) reason: String,
    #[schema(required)]
    pub(super) at_us: Option<i64>,
}

/// An answer of a checklist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitAnswer {
    pub(super) item: String,
    pub(super) name: String,
    pub(super) section: String,
    /// As the phone wrote it: `{"yes_no": true}`, `{"price": 9900}`, `"na"`; absent while it is open.
    #[schema(required)]
    pub(super) answer: Option<Value>,
    /// told, system, seen; empty while it is open.
    pub(super) evidence: String,
    pub(super) photos: Vec<String>,
    pub(super) note: String,
    /// Answered but not right.
    pub(super) failed: bool,
    /// Required and open.
    pub(super) open: bool,
    /// What is done about it: fixed, task, ticket, cannot; absent for nothing.
    #[schema(required)]
    pub(super) fix: Option<VisitFix>,
}

/// The correction of an item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitFix {
    /// fixed, task, ticket, cannot.
    pub(super) act: String,
    #[schema(required)]
    pub(super) due_on: Option<String>,
    /// Photo of afterwards, by SHA-256.
    #[schema(required)]
    pub(super) after: Option<String>,
    pub(super) note: String,
}

/// A section's score.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitSection {
    pub(super) id: String,
    pub(super) name: String,
    #[schema(required)]
    pub(super) score: Option<u32>,
}

/// A figure of a checklist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitMeasure {
    pub(super) id: String,
    pub(super) name: String,
    #[schema(required)]
    pub(super) value: Option<i64>,
    /// What it is in: share (hundredths of a percent), `yes_no`, points, fen, pieces, number.
    pub(super) unit: String,
    /// Of a number, digits after the point.
    pub(super) scale: u32,
}

/// A checklist of a visit, in the version it began under.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitSheet {
    pub(super) template: String,
    pub(super) version: u32,
    pub(super) name: String,
    #[schema(required)]
    pub(super) score: Option<u32>,
    /// open, passed, failed.
    pub(super) verdict: String,
    /// Items and sections that fail the whole.
    pub(super) vetoed: Vec<String>,
    pub(super) sections: Vec<VisitSection>,
    pub(super) measures: Vec<VisitMeasure>,
    pub(super) answers: Vec<VisitAnswer>,
}

/// A photo or signature of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitPhoto {
    pub(super) sha256: String,
    /// door, signature, answer, after, tag, note, photo: where it is named first.
    pub(super) of: String,
    /// Whether it is here.
    pub(super) here: bool,
    #[schema(required)]
    pub(super) taken_us: Option<i64>,
    /// Taken in the page and not chosen from an album.
    pub(super) live: bool,
    /// The outlet of its watermark; empty if it bears none.
    pub(super) outlet: String,
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
}

/// A field with two values beside each other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitConflict {
    pub(super) path: String,
    /// What holds.
    pub(super) value: Value,
    /// Ids of the writes a phone replaces to settle it.
    pub(super) heads: Vec<String>,
    pub(super) others: Vec<VisitOther>,
}

/// A value beside the one that holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitOther {
    pub(super) id: String,
    pub(super) device: String,
    pub(super) value: Value,
}

/// A goal of a visit and its result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitGoal {
    pub(super) id: String,
    pub(super) purpose: String,
    pub(super) text: String,
    pub(super) target: i64,
    #[schema(required)]
    pub(super) original: Option<i64>,
    #[schema(required)]
    pub(super) result: Option<i64>,
    #[schema(required)]
    pub(super) achieved: Option<bool>,
    pub(super) reason: String,
}

/// Stock of a model as it was counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitCount {
    pub(super) product: String,
    pub(super) name: String,
    pub(super) counted: u32,
    /// As the phone knew the book.
    #[schema(required)]
    pub(super) book: Option<u32>,
    /// Counted less book.
    #[schema(required)]
    pub(super) difference: Option<i64>,
    pub(super) serials: Vec<String>,
    /// Sell-through as the outlet corrected it.
    #[schema(required)]
    pub(super) sold: Option<u32>,
}

/// Prices of a model in the shop, fen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitPrice {
    pub(super) product: String,
    pub(super) name: String,
    /// On the tag.
    #[schema(required)]
    pub(super) tag: Option<i64>,
    /// As the clerk says it.
    #[schema(required)]
    pub(super) quoted: Option<i64>,
    /// A competitor's like model.
    #[schema(required)]
    pub(super) rival: Option<i64>,
    /// Photo of the tag, by SHA-256.
    #[schema(required)]
    pub(super) photo: Option<String>,
    pub(super) note: String,
}

/// Training that was given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitTraining {
    pub(super) topic: String,
    pub(super) person: String,
    pub(super) minutes: u32,
    #[schema(required)]
    pub(super) score: Option<u32>,
}

/// What is to be done about an open issue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitIssue {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) solved: bool,
}

/// How a visit ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitEnding {
    pub(super) order: String,
    #[schema(required)]
    pub(super) next: Option<FieldNext>,
    pub(super) reason: String,
}

/// A note of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitNoted {
    /// competitor, customer, market.
    pub(super) kind: String,
    pub(super) text: String,
    pub(super) photos: Vec<String>,
}

/// A model the outlet is assigned, as it was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitShelf {
    pub(super) product: String,
    pub(super) name: String,
    /// shelf, store, missing.
    pub(super) stands: String,
    /// Whether a sample can be tried; absent where nobody looked.
    #[schema(required)]
    pub(super) sample: Option<bool>,
    /// Whether it bears a price tag; absent where nobody looked.
    #[schema(required)]
    pub(super) tag: Option<bool>,
}

/// A point of the way of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitPoint {
    /// `check_in`, photo, `check_out`.
    pub(super) what: String,
    pub(super) at_us: i64,
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
    #[schema(required)]
    pub(super) accuracy_m: Option<u32>,
    /// away, unknown, fair, strong.
    pub(super) level: String,
    /// Metres to the outlet.
    #[schema(required)]
    pub(super) distance_m: Option<u32>,
}

/// A fact a visit leaves with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitFact {
    /// activity, observation.
    pub(super) table: String,
    /// Column and text.
    pub(super) cells: BTreeMap<String, String>,
}

/// A visit as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitWhole {
    pub(super) line: VisitLine,
    pub(super) header: VisitHeader,
    pub(super) site: VisitSite,
    pub(super) completion: VisitCompletion,
    /// Who was met.
    pub(super) met: Vec<String>,
    pub(super) reported_us: Option<i64>,
    pub(super) steps: Vec<VisitStep>,
    pub(super) goals: Vec<VisitGoal>,
    pub(super) issues: Vec<VisitIssue>,
    pub(super) sheets: Vec<VisitSheet>,
    pub(super) counts: Vec<VisitCount>,
    pub(super) shelves: Vec<VisitShelf>,
    pub(super) prices: Vec<VisitPrice>,
    pub(super) trainings: Vec<VisitTraining>,
    pub(super) notes: Vec<VisitNoted>,
    #[schema(required)]
    pub(super) ending: Option<VisitEnding>,
    pub(super) photos: Vec<VisitPhoto>,
    pub(super) missing: Vec<String>,
    pub(super) conflicts: Vec<VisitConflict>,
    pub(super) to_fix: Vec<VisitToFix>,
    /// Empty while it does not count.
    pub(super) facts: Vec<VisitFact>,
    /// Check-in, photos, check-out, in the order of time.
    pub(super) track: Vec<VisitPoint>,
    /// Who looked at it, and why they decided so; empty while nobody did.
    pub(super) decided_by: String,
    pub(super) decided_why: String,
    /// Whether the asker may decide.
    pub(super) may_review: bool,
    /// Whether the asker made it and may write on it.
    pub(super) mine: bool,
}

/// What a supervisor decides.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct VisitReview {
    pub(super) counts: bool,
    pub(super) reason: String,
}

/// The version of a visit afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitReviewed {
    pub(super) version: u32,
}

/// How far a photo is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoProgress {
    /// Bytes that are here: where the next part begins.
    pub(super) have: u64,
    /// Bytes of the whole; 0 while nobody said.
    pub(super) size: u64,
    pub(super) whole: bool,
}
