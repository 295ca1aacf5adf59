//! What the fields of a visit hold: `path` and value, read into types.

use super::position::Position;
use crate::checklist::Given;
use qudao_kernel::{Date, Fen, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest text of a field.
const LONGEST: usize = 2_000;

/// The check-in (R7.44).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// When, by the phone's clock, microseconds since 1970.
    pub at_us: i64,
    /// Where, if the phone knew.
    #[serde(default)]
    pub position: Option<Position>,
    /// The photo of the door, by SHA-256.
    #[serde(default)]
    pub door: Option<String>,
    /// Who was met.
    #[serde(default)]
    pub met: Vec<String>,
    /// Why from elsewhere.
    #[serde(default)]
    pub reason: String,
}

/// The check-out (R7.56).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckOut {
    /// When, by the phone's clock.
    pub at_us: i64,
    /// Where.
    #[serde(default)]
    pub position: Option<Position>,
    /// The signature of the outlet's manager, by SHA-256.
    #[serde(default)]
    pub signature: Option<String>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// Left out.
    #[serde(default)]
    pub skipped: bool,
    /// Why it was left out.
    #[serde(default)]
    pub reason: String,
    /// When.
    pub at_us: i64,
}

/// What is done about a failed item before leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Put right on the spot.
    Fixed,
    /// A task.
    Task,
    /// A ticket.
    Ticket,
    /// Cannot be put right.
    Cannot,
}

/// The correction of an item (R7.265).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// What is done.
    pub act: Act,
    /// By when.
    #[serde(default)]
    pub due_on: Option<Date>,
    /// Photo of afterwards, by SHA-256.
    #[serde(default)]
    pub after: Option<String>,
    /// In words.
    #[serde(default)]
    pub note: String,
}

/// A goal and its result (R7.57, R7.58).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Its purpose.
    pub purpose: String,
    /// What is sought.
    pub text: String,
    /// The number sought; 0 for none.
    #[serde(default)]
    pub target: i64,
    /// The number before it was adjusted, and why it was (R7.51).
    #[serde(default)]
    pub original: Option<i64>,
    /// What was reached.
    #[serde(default)]
    pub result: Option<i64>,
    /// Reached or not; none while nobody knows.
    #[serde(default)]
    pub achieved: Option<bool>,
    /// Why it succeeded or failed, or was adjusted.
    #[serde(default)]
    pub reason: String,
}

/// What is to be done about an open issue (R7.42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    /// In words.
    pub text: String,
    /// Whether it is solved.
    #[serde(default)]
    pub solved: bool,
}

/// Stock of a model as counted (R7.50), and what was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Pieces counted.
    pub counted: u32,
    /// Pieces of the book, as the phone knew it.
    #[serde(default)]
    pub book: Option<u32>,
    /// Serials scanned.
    #[serde(default)]
    pub serials: Vec<String>,
    /// Sell-through as corrected by the outlet; the system's figure stays beside it (R7.48).
    #[serde(default)]
    pub sold: Option<u32>,
}

/// Prices of a model in the shop (R7.289).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priced {
    /// On the tag.
    #[serde(default)]
    pub tag: Option<Fen>,
    /// As the clerk says it.
    #[serde(default)]
    pub quoted: Option<Fen>,
    /// A competitor's like model.
    #[serde(default)]
    pub rival: Option<Fen>,
    /// The photo of the tag, by SHA-256.
    #[serde(default)]
    pub photo: Option<String>,
    /// In words.
    #[serde(default)]
    pub note: String,
}

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// On the shelf.
    Shelf,
    /// In the store only.
    Store,
    /// Nowhere.
    Missing,
}

impl Stand {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shelf => "shelf",
            Self::Store => "store",
            Self::Missing => "missing",
        }
    }
}

/// A model the outlet is assigned, as it was seen (R7.15, R7.240): where it stands, whether one can try it, whether it bears its price (N4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shelved {
    /// Where it stands.
    pub stands: Stand,
    /// Whether a sample can be tried; none where nobody looked.
    #[serde(default)]
    pub sample: Option<bool>,
    /// Whether it bears a price tag; none where nobody looked.
    #[serde(default)]
    pub tag: Option<bool>,
}

/// How a visit ends (R7.54): with one of the three at least.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// The number of an order.
    #[serde(default)]
    pub order: String,
    /// A next action.
    #[serde(default)]
    pub next: Option<Next>,
    /// Neither, and why.
    #[serde(default)]
    pub reason: String,
}

impl Ending {
    /// Whether it is one.
    pub fn is_one(&self) -> bool {
        !self.order.is_empty() || self.next.is_some() || !self.reason.trim().is_empty()
    }
}

/// A next action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// What.
    pub text: String,
    /// Who.
    pub owner: String,
    /// By when.
    pub due_on: Date,
}

/// Training given (R7.21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Topic.
    pub topic: String,
    /// Who was trained.
    pub person: String,
    /// How long.
    pub minutes: u32,
    /// Points of the test, 0 to 100.
    #[serde(default)]
    pub score: Option<u32>,
}

/// Which kind of note (R7.28–R7.30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// What a competitor does.
    Competitor,
    /// What customers say.
    Customer,
    /// Where the market goes.
    Market,
}

/// A note for the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Which kind.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
    /// Photos, by SHA-256.
    #[serde(default)]
    pub photos: Vec<String>,
}

/// What a photo is, as its phone says. The photo itself comes by itself, under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// When it was taken, by the phone's clock.
    pub taken_us: i64,
    /// Where.
    #[serde(default)]
    pub position: Option<Position>,
    /// Taken in the page and not chosen from an album, as far as a page can say.
    pub live: bool,
    /// The outlet of its watermark.
    pub outlet: String,
    /// Its length.
    pub bytes: u64,
}

/// A field that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// `check_in`
    CheckIn(CheckIn),
    /// `check_out`
    CheckOut(CheckOut),
    /// `report`: when it was sent.
    Report(i64),
    /// `step.ID`
    Step(String, StepRecord),
    /// `answer.TEMPLATE.ITEM`
    Answer(String, String, Box<Given>),
    /// `fix.TEMPLATE.ITEM`
    Fix(String, String, Correction),
    /// `goal.ID`
    Goal(String, Goal),
    /// `issue.ID`
    Issue(String, Solution),
    /// `count.MODEL`
    Count(String, Counted),
    /// `price.MODEL`
    Price(String, Priced),
    /// `shelf.MODEL`
    Shelf(String, Shelved),
    /// `ending`
    Ending(Ending),
    /// `training.ID`
    Training(String, Training),
    /// `note.ID`
    Note(String, Note),
    /// `photo.SHA256`
    Photo(String, Photo),
}

/// Reads a field; none where it was cleared.
///
/// # Errors
/// `BadInput field.record.path` for a field there is not, `field.record.value` for a value that cannot be read or is too long.
pub fn read(path: &str, value: &Value) -> Result<Option<Record>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    if value.to_string().chars().count() > LONGEST * 8 {
        return Err(unreadable(path, "too long"));
    }
    let mut parts = path.splitn(3, '.');
    let (kind, one, two) = (parts.next().unwrap_or(""), parts.next(), parts.next());
    let id = |one: Option<&str>| one.filter(|id| !id.is_empty() && id.len() <= 80).map(str::to_owned).ok_or_else(|| no_path(path));
    let record = match (kind, one, two) {
        ("check_in", None, None) => Record::CheckIn(of(path, value)?),
        ("check_out", None, None) => Record::CheckOut(of(path, value)?),
        ("report", None, None) => Record::Report(of(path, value)?),
        ("ending", None, None) => Record::Ending(of(path, value)?),
        ("step", one, None) => Record::Step(id(one)?, of(path, value)?),
        ("answer", one, two) => Record::Answer(id(one)?, id(two)?, Box::new(of(path, value)?)),
        ("fix", one, two) => Record::Fix(id(one)?, id(two)?, of(path, value)?),
        ("goal", one, None) => Record::Goal(id(one)?, of(path, value)?),
        // An issue may be `TEMPLATE.ITEM`.
        ("issue", Some(_), _) => Record::Issue(id(path.split_once('.').map(|(_, rest)| rest))?, of(path, value)?),
        ("count", one, None) => Record::Count(id(one)?, of(path, value)?),
        ("price", one, None) => Record::Price(id(one)?, of(path, value)?),
        ("shelf", one, None) => Record::Shelf(id(one)?, of(path, value)?),
        ("training", one, None) => Record::Training(id(one)?, of(path, value)?),
        ("note", one, None) => Record::Note(id(one)?, of(path, value)?),
        ("photo", Some(sha256), None) if crate::checklist::is_sha256(sha256) => Record::Photo(sha256.to_owned(), of(path, value)?),
        _ => return Err(no_path(path)),
    };
    Ok(Some(record))
}

fn of<T: DeserializeOwned>(path: &str, value: &Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|error| unreadable(path, &error.to_string()))
}

fn no_path(path: &str) -> Refusal {
    Refusal::bad_input(
        "field.record.path",
        format!("拜访没有 {path} 这一项；请更新手机页面，内容仍保存在手机上"),
        format!("a visit has no field {path}; update the page on the phone, which keeps what was written"),
    )
}

fn unreadable(path: &str, why: &str) -> Refusal {
    Refusal::bad_input(
        "field.record.value",
        format!("拜访的 {path} 内容读不懂（{why}）；请核对后重新提交，内容仍保存在手机上"),
        format!("the field {path} of the visit cannot be read ({why}); look at it and send it again, the phone keeps it"),
    )
}
