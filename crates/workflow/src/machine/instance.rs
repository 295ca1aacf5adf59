//! An instance: what was filled in, how far it is, who holds it.

use super::Actor;
use crate::definition::Definition;
use crate::directory::{Party, Place, Post};
use crate::form::Form;
use qudao_kernel::{Date, Text};
use qudao_platform::hash::Fields;
use serde::{Deserialize, Serialize};

/// Where an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being filled in.
    Draft,
    /// On its way.
    InReview,
    /// Back with the applicant.
    Returned,
    /// Taken back by the applicant.
    TakenBack,
    /// Approved, being carried out.
    Executing,
    /// Approved, and carried out where there was something to do.
    Approved,
    /// Refused.
    Rejected,
    /// Given up, or lapsed.
    Cancelled,
}

impl State {
    /// All, in their order.
    pub const ALL: [State; 8] = [
        State::Draft,
        State::InReview,
        State::Returned,
        State::TakenBack,
        State::Executing,
        State::Approved,
        State::Rejected,
        State::Cancelled,
    ];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::InReview => "in_review",
            State::Returned => "returned",
            State::TakenBack => "taken_back",
            State::Executing => "executing",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Cancelled => "cancelled",
        }
    }

    /// As people say it.
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            State::Draft => ("草稿", "Draft"),
            State::InReview => ("审批中", "Being decided on"),
            State::Returned => ("已退回", "Returned"),
            State::TakenBack => ("已撤回", "Taken back"),
            State::Executing => ("已批准，办理中", "Approved, being carried out"),
            State::Approved => ("已批准", "Approved"),
            State::Rejected => ("已拒绝", "Rejected"),
            State::Cancelled => ("已作废", "Cancelled"),
        };
        Text::new(zh, en)
    }

    /// Whether nothing follows.
    pub const fn is_end(self) -> bool {
        matches!(self, State::Approved | State::Rejected | State::Cancelled)
    }

    /// Whether the applicant holds it.
    pub const fn with_starter(self) -> bool {
        matches!(self, State::Draft | State::Returned | State::TakenBack)
    }
}

impl std::str::FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// Somebody who may decide in a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub party: Party,
    /// The post they were found by; none for who was named, added or handed it.
    pub post: Option<Post>,
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The candidate.
    pub seat: String,
    /// Who decided: the candidate, or who acted for them.
    pub by: String,
    /// Whether the machine took an earlier agreement for it.
    pub skipped: bool,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// A turn: one decision of one of its candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Number within the instance.
    pub id: u32,
    /// Who may decide.
    pub candidates: Vec<Candidate>,
    /// Who added it, and as what.
    pub added_by: Option<Candidate>,
    /// Since when it is up, microseconds since 1970.
    pub opened_us: Option<i64>,
    /// Last day to decide.
    pub due: Option<Date>,
    /// Whether it was found to be late.
    pub late: bool,
    /// Whether it went to others for being late twice.
    pub escalated: bool,
    /// How it ended.
    pub verdict: Option<Verdict>,
}

/// Turns one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// In their order.
    pub turns: Vec<Turn>,
}

impl Seat {
    /// The turn that is up.
    pub fn current(&self) -> Option<&Turn> {
        self.turns.iter().find(|turn| turn.verdict.is_none())
    }

    pub(super) fn current_mut(&mut self) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.verdict.is_none())
    }
}

/// A step that was passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Step.
    pub step: String,
    /// Which passage it was.
    pub visit: u32,
    /// Who agreed: candidates.
    pub agreed: Vec<String>,
    /// Whose hands these agreements are from: candidates, and who acted for them.
    pub hands: Vec<String>,
    /// SHA-256 of the content when it was passed.
    pub content: String,
}

/// Where to go straight back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// Step it was returned from.
    pub step: String,
    /// SHA-256 of the content then: with another one the way begins anew.
    pub content: String,
    /// Steps passed before.
    pub path: Vec<Passed>,
}

/// How far an instance is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The step it is at.
    pub step: Option<String>,
    /// Number of the passage.
    pub visit: u32,
    /// Seats of the step.
    pub seats: Vec<Seat>,
    /// Steps passed since it was last submitted from the beginning.
    pub path: Vec<Passed>,
    /// Where a return leads straight back to.
    pub back: Option<Back>,
}

/// What taking back restores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Whose act it was.
    pub seat: String,
    /// As what they did it.
    pub post: Option<Post>,
    /// How far it was before.
    pub progress: Progress,
    /// What was filled in before.
    pub form: Form,
}

/// A flow on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Number, such as `BT202608-0001`.
    pub id: String,
    /// Flow.
    pub flow: String,
    /// Version of its definition, for good.
    pub version: u32,
    /// Whose application it is.
    pub starter: Party,
    /// Who filled it in or sent it for them.
    pub typed_by: Vec<String>,
    /// The role they apply in.
    pub role: String,
    /// Where the applicant stands.
    pub applicant: Place,
    /// Where what it is about stands.
    pub subject: Option<Place>,
    /// What was filled in.
    pub form: Form,
    /// Where it stands.
    pub state: State,
    /// How far it is.
    pub progress: Progress,
    /// What taking back the last act restores.
    pub undo: Option<Undo>,
    /// Who may read it besides those who have a part in it.
    pub copies: Vec<Party>,
    /// SHA-256 of the content that was approved.
    pub approved: Option<String>,
    /// Last number of a turn.
    pub turns: u32,
    /// Last number of a passage.
    pub visits: u32,
    /// When it was begun, microseconds since 1970.
    pub begun_us: i64,
    /// When it was last submitted.
    pub submitted_us: Option<i64>,
    /// When somebody last did something.
    pub changed_us: i64,
    /// When it was last urged.
    pub urged_us: Option<i64>,
    /// When it ended.
    pub ended_us: Option<i64>,
}

impl Instance {
    pub(super) fn new(id: &str, definition: &Definition, actor: &Actor, post: &Post, form: Form, now_us: i64) -> Self {
        Self {
            id: id.to_owned(),
            flow: definition.id.clone(),
            version: definition.version,
            starter: actor.seat().clone(),
            typed_by: actor.acting.iter().map(|_| actor.me.login.clone()).collect(),
            role: post.role.clone(),
            applicant: post.place.clone(),
            subject: None,
            form,
            state: State::Draft,
            progress: Progress::default(),
            undo: None,
            copies: Vec::new(),
            approved: None,
            turns: 0,
            visits: 0,
            begun_us: now_us,
            submitted_us: None,
            changed_us: now_us,
            urged_us: None,
            ended_us: None,
        }
    }

    /// SHA-256 of what is decided on: definition, version and every field that bears on the decision.
    pub fn content(&self, definition: &Definition) -> String {
        let mut hash = Fields::new().text(&self.flow).int(self.version.into());
        for field in definition.fields.iter().filter(|field| definition.decides_on(field)) {
            // Objects inside are sorted by key, so the text of a value is one.
            let value = self.form.get(&field.id).map(ToString::to_string);
            hash = hash.text(&field.id).optional(value.as_deref());
        }
        hash.finish()
    }

    /// As what the applicant applies.
    pub fn post(&self) -> Post {
        Post { role: self.role.clone(), place: self.applicant.clone() }
    }

    /// Turns that are up.
    pub fn open(&self) -> impl Iterator<Item = &Turn> {
        self.progress.seats.iter().filter_map(Seat::current)
    }

    /// Who holds it: whom it waits for.
    pub fn holders(&self) -> Vec<&Party> {
        if self.state.with_starter() {
            return vec![&self.starter];
        }
        let mut found: Vec<&Party> = Vec::new();
        for candidate in self.open().flat_map(|turn| &turn.candidates) {
            if !found.contains(&&candidate.party) {
                found.push(&candidate.party);
            }
        }
        found
    }

    /// Whether somebody may not decide on it, being the applicant or a hand of theirs.
    pub fn is_own(&self, login: &str) -> bool {
        self.starter.login == login || self.typed_by.iter().any(|typed_by| typed_by == login)
    }

    /// Whether somebody has a part in the present step: as candidate of a turn, or with a hand in a verdict.
    pub fn has_part(&self, login: &str) -> bool {
        let turns = self.progress.seats.iter().flat_map(|seat| &seat.turns);
        turns.into_iter().any(|turn| {
            turn.candidates.iter().any(|candidate| candidate.party.login == login)
                || turn.verdict.as_ref().is_some_and(|verdict| verdict.by == login || verdict.seat == login)
        })
    }
}
