//! What operations of the field day take and give; those on visits are in `shown_visit`. Days are `2026-07-31`, times microseconds since 1970 by our
//! clock, shares and scores hundredths of a percent, money fen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All a phone keeps to work off line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldSetup {
    pub(super) me: FieldMe,
    /// Version of steps and purposes.
    pub(super) course_version: u32,
    /// Points from which the test of a training is passed.
    pub(super) train_pass: u32,
    /// The eleven steps, in order.
    pub(super) steps: Vec<FieldStep>,
    /// The twelve purposes, in order.
    pub(super) purposes: Vec<FieldPurpose>,
    /// Every checklist in its present version.
    pub(super) templates: Vec<FieldTemplate>,
    pub(super) limits: FieldLimits,
    /// Parameters that hold where the asker works.
    pub(super) parameters: Vec<FieldParameter>,
}

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldMe {
    pub(super) login: String,
    pub(super) name: String,
    /// Division codes in which they visit.
    pub(super) territories: Vec<String>,
    /// Outlets they look after.
    pub(super) outlets: usize,
    pub(super) today: String,
}

/// A step of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldStep {
    /// Its place, from 1.
    pub(super) no: u32,
    pub(super) id: String,
    pub(super) name: String,
    /// Records without which it is not done: goal, `check_in`, answer, ending, `check_out`.
    pub(super) needs: Vec<String>,
}

/// A purpose of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPurpose {
    /// Its place, from 1.
    pub(super) no: u32,
    pub(super) id: String,
    pub(super) name: String,
    /// `yes_no`, count, percent, delta, choice.
    pub(super) result: String,
    /// What its result is.
    pub(super) outcome: String,
}

/// For which visits something is; an empty list is all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldFits {
    pub(super) outlet_types: Vec<String>,
    /// Classes of size: large, medium, small.
    pub(super) sizes: Vec<String>,
    /// Where outlets stand: urban, town.
    pub(super) settings: Vec<String>,
    /// Any of these purposes will do.
    pub(super) purposes: Vec<String>,
}

/// A checklist in its present version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldTemplate {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) name: String,
    pub(super) about: String,
    /// Kind of its facts.
    pub(super) kind: String,
    /// Of visits that outlets and their managers do not see.
    pub(super) hidden: bool,
    pub(super) fits: FieldFits,
    /// From which score on it is passed.
    #[schema(required)]
    pub(super) pass_mark: Option<u32>,
    /// In walking order.
    pub(super) sections: Vec<FieldSection>,
    pub(super) measures: Vec<FieldMeasure>,
}

/// A section of a checklist.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldSection {
    pub(super) id: String,
    pub(super) name: String,
    /// Its part of the whole; where no section has one, all items are counted together.
    pub(super) weight: u32,
    /// Score below which the whole is failed.
    #[schema(required)]
    pub(super) floor: Option<u32>,
    pub(super) items: Vec<FieldItem>,
}

/// An item of a checklist. What its kind has not is absent.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of a definition's item")]
pub(crate) struct FieldItem {
    pub(super) id: String,
    pub(super) name: String,
    /// `yes_no`, number, price, count, grade, compare, scan, photo, choice, signature, place.
    pub(super) kind: String,
    pub(super) required: bool,
    /// Whether it can be that there is no such thing here.
    pub(super) na: bool,
    /// Weight within the section; 0 for what is asked but not scored.
    pub(super) weight: u32,
    /// The most points it can have.
    pub(super) points: u32,
    /// What putting it right lifts, parts of a million of the outlet's monthly sales, for a visit without variants.
    pub(super) worth_ppm: u64,
    /// Whether failing it fails the whole.
    pub(super) veto: bool,
    /// Whether the answer needs a photo.
    pub(super) photo: bool,
    /// The least evidence that counts: told, system, seen.
    pub(super) evidence: String,
    /// Of `yes_no`: which answer is good.
    #[schema(required)]
    pub(super) good: Option<bool>,
    /// Of a number: unit, as people read it.
    #[schema(required)]
    pub(super) unit: Option<String>,
    /// Of a number: digits after the point.
    #[schema(required)]
    pub(super) scale: Option<u32>,
    /// Of number, price, count, scan: the least and most that is right, in the smallest unit.
    #[schema(required)]
    pub(super) pass_min: Option<i64>,
    #[schema(required)]
    pub(super) pass_max: Option<i64>,
    /// Of the same: from a number on, points; rising.
    pub(super) steps: Vec<FieldPoints>,
    /// Of a grade: the best one.
    #[schema(required)]
    pub(super) levels: Option<u32>,
    /// Of a grade: from which on it is right.
    #[schema(required)]
    pub(super) pass: Option<u32>,
    /// Of a scan: whether each code is the serial of a handset.
    pub(super) imei: bool,
    pub(super) options: Vec<FieldOption>,
    /// How it differs for some visits; the first that fits holds.
    pub(super) variants: Vec<FieldVariant>,
}

/// From a number on, points.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPoints {
    pub(super) from: i64,
    pub(super) points: u32,
}

/// An option of a choice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldOption {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) points: u32,
}

/// How an item differs for some visits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldVariant {
    pub(super) fits: FieldFits,
    /// Not asked at all.
    pub(super) drop: bool,
    #[schema(required)]
    pub(super) weight: Option<u32>,
    #[schema(required)]
    pub(super) required: Option<bool>,
}

/// A figure over items.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldMeasure {
    pub(super) id: String,
    pub(super) name: String,
}

/// From what on something is strange, and how much is taken at once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldLimits {
    /// Around the outlet, metres.
    pub(super) radius_m: u32,
    /// The greatest accuracy that is good, metres.
    pub(super) accuracy_m: u32,
    /// The greatest age of a position that is good, seconds.
    pub(super) age_s: u32,
    /// The shortest visit, minutes.
    pub(super) least_minutes: u32,
    /// The fastest journey, km/h.
    pub(super) most_kmh: u32,
    /// Difference of clocks from which times are put right, seconds.
    pub(super) skew_s: u32,
    /// Most bytes of a photo, and of one part of it.
    pub(super) photo_bytes: u64,
    pub(super) part_bytes: u64,
    /// Most writes of an upload.
    pub(super) writes: usize,
}

/// A parameter of the register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldParameter {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) unit: String,
    /// As the register writes it.
    pub(super) value: String,
}

/// An outlet of the field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldOutlet {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) partner: String,
    pub(super) partner_name: String,
    pub(super) territory: String,
    pub(super) territory_name: String,
    /// Empty if none is kept.
    pub(super) address: String,
    /// Degrees in millionths; absent where nobody measured.
    #[schema(required)]
    pub(super) lat_e6: Option<i64>,
    #[schema(required)]
    pub(super) lon_e6: Option<i64>,
    /// Channel category.
    pub(super) channel: String,
    /// Type of outlet, as checklists ask.
    pub(super) outlet_type: String,
    /// Class of size, as checklists ask: large, medium, small.
    pub(super) size: String,
    /// urban, town, or empty where nobody knows.
    pub(super) setting: String,
    /// Class A to D.
    pub(super) class: String,
    /// Monthly sales of its class, fen: what a correction is worth is reckoned from.
    pub(super) fix_sales: i64,
    /// From when on it is closed.
    #[schema(required)]
    pub(super) closed_from: Option<String>,
    /// Who looks after it today; empty if nobody.
    pub(super) manager: String,
    /// Day of its last visit.
    #[schema(required)]
    pub(super) last_visit: Option<String>,
}

/// A page of outlets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldOutletPage {
    pub(super) rows: Vec<FieldOutlet>,
    /// Send it as `cursor` for the next part; absent at the end.
    #[schema(required)]
    pub(super) next: Option<String>,
    pub(super) total: usize,
}

/// Somebody who has to say something at an outlet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldContact {
    pub(super) name: String,
    pub(super) post: String,
    /// decides, advises, uses.
    pub(super) power: String,
    /// for, neutral, against.
    pub(super) attitude: String,
    pub(super) needs: String,
    /// Masked; empty if none is known.
    pub(super) phone: String,
}

/// How the last visit ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldLast {
    pub(super) visit: String,
    pub(super) day: String,
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) scores: Vec<FieldScore>,
    /// What was to be done next; absent for nothing.
    #[schema(required)]
    pub(super) next: Option<FieldNext>,
}

/// The score of a checklist.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldScore {
    pub(super) template: String,
    pub(super) name: String,
    /// Hundredths of a percent; absent where nothing is scored.
    #[schema(required)]
    pub(super) score: Option<u32>,
}

/// A next action.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldNext {
    pub(super) text: String,
    pub(super) owner: String,
    pub(super) due_on: String,
}

/// Something open at an outlet; a visit answers it under `issue.ID`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldIssue {
    /// `TEMPLATE.ITEM`, the promise's id, or `LAUNCH.PLACE`.
    pub(super) id: String,
    /// correction, promise, launch.
    pub(super) kind: String,
    pub(super) text: String,
    /// Since which day.
    pub(super) since: String,
    #[schema(required)]
    pub(super) due_on: Option<String>,
    /// Whether its day is over.
    pub(super) overdue: bool,
}

/// Stock of an outlet by the book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldStock {
    /// Code of the product, or card or number.
    pub(super) product: String,
    pub(super) name: String,
    /// Pieces.
    pub(super) book: i64,
    /// Sold there since the last visit, or in four weeks where there was none.
    pub(super) sold: i64,
}

/// A model an outlet of the type is to show, with how it was seen last.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldModel {
    pub(super) product: String,
    pub(super) name: String,
    /// must, main, optional.
    pub(super) role: String,
    /// shelf, store, missing; empty where nobody looked.
    pub(super) stands: String,
    #[schema(required)]
    pub(super) seen_on: Option<String>,
    /// Whether a sample could be tried then.
    #[schema(required)]
    pub(super) sample: Option<bool>,
    /// Whether it bore a price tag then.
    #[schema(required)]
    pub(super) tag: Option<bool>,
}

/// Business of an outlet in four weeks, as the systems have it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldSale {
    /// Kind of business.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) pieces: i64,
}

/// The suggested price of a product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPrice {
    pub(super) product: String,
    pub(super) name: String,
    /// Product line.
    pub(super) line: String,
    /// Fen.
    pub(super) suggested: i64,
}

/// An outlet to be visited, with what to know before entering. Without a plan the first eight are empty.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldStop {
    /// Its place in the day, from 1; 0 for none.
    pub(super) seq: u32,
    /// When one arrives and leaves by the route, as `09:40`; absent where it does not fit into the day.
    #[schema(required)]
    pub(super) arrives: Option<String>,
    #[schema(required)]
    pub(super) leaves: Option<String>,
    /// Whether the plan reaches it too late.
    pub(super) late: bool,
    /// Why it does not fit; empty where it does.
    pub(super) left_why: String,
    /// Whether somebody put it there by hand.
    pub(super) manual: bool,
    /// Ids of purposes.
    pub(super) purposes: Vec<String>,
    /// What is sought there.
    pub(super) target: String,
    pub(super) outlet: FieldOutlet,
    pub(super) contacts: Vec<FieldContact>,
    /// Absent where there was no visit.
    #[schema(required)]
    pub(super) last: Option<FieldLast>,
    /// What is open, the longest first.
    pub(super) issues: Vec<FieldIssue>,
    /// Open promises, the longest due first.
    pub(super) promises: Vec<FieldPromise>,
    pub(super) stock: Vec<FieldStock>,
    /// Models the outlet is to show, what it must show first.
    pub(super) models: Vec<FieldModel>,
    /// What the outlet corrects where it sold otherwise.
    pub(super) sales: Vec<FieldSale>,
    pub(super) prices: Vec<FieldPrice>,
    /// Id of the asker's visit of that day; absent for none.
    #[schema(required)]
    pub(super) visit: Option<String>,
    /// planned, `in_progress`, `checked_out`, reported, reviewed; absent for none.
    #[schema(required)]
    pub(super) visit_state: Option<String>,
}

/// A day of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldDay {
    pub(super) day: String,
    /// Version of the plan; 0 for a day without one.
    pub(super) plan_version: u32,
    /// work, weekend or holiday.
    pub(super) kind: String,
    /// In the order of the way; what does not fit is at the end.
    pub(super) stops: Vec<FieldStop>,
    /// On the way, minutes.
    pub(super) travel_minutes: u32,
}

/// A promise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPromise {
    pub(super) id: String,
    /// For `If-Match`.
    pub(super) version: u32,
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    /// Empty for none.
    pub(super) visit: String,
    pub(super) text: String,
    pub(super) made_on: String,
    pub(super) due_on: String,
    /// open, kept, broken, released.
    pub(super) state: String,
    #[schema(required)]
    pub(super) closed_on: Option<String>,
    pub(super) reason: String,
    /// Open past its day.
    pub(super) overdue: bool,
}

/// How promises were kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldKept {
    /// Due, without those let go.
    pub(super) due: u32,
    pub(super) in_time: u32,
    pub(super) late: u32,
    /// Broken, or open past their day.
    pub(super) broken: u32,
    /// Kept in time by due, hundredths of a percent; absent where none is due.
    #[schema(required)]
    pub(super) rate: Option<u32>,
}

/// Promises with how they were kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldPromises {
    /// The longest due first.
    pub(super) rows: Vec<FieldPromise>,
    pub(super) kept: FieldKept,
}

/// A promise to be kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PromiseSent {
    /// Made by the phone; the same one is one promise.
    pub(super) id: String,
    pub(super) outlet: String,
    /// On which visit; absent for none.
    #[serde(default)]
    pub(super) visit: Option<String>,
    pub(super) text: String,
    pub(super) due_on: String,
}

/// How a promise ended.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PromiseClosing {
    /// kept, broken, released.
    pub(super) to: String,
    #[serde(default)]
    pub(super) reason: String,
}

/// The version of a promise afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromiseClosed {
    pub(super) version: u32,
}

/// A note with where it comes from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldNote {
    pub(super) day: String,
    /// competitor, customer, market.
    pub(super) kind: String,
    pub(super) text: String,
    pub(super) photos: Vec<String>,
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    pub(super) territory: String,
    pub(super) territory_name: String,
    pub(super) manager: String,
    pub(super) manager_name: String,
    pub(super) visit: String,
}

/// How many notes of a kind there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldNoteCount {
    pub(super) kind: String,
    pub(super) notes: u32,
    pub(super) outlets: u32,
}

/// Notes of a time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldNotes {
    /// By day, then outlet.
    pub(super) rows: Vec<FieldNote>,
    pub(super) kinds: Vec<FieldNoteCount>,
}
