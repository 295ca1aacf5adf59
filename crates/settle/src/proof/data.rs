//! The proof document: plain data that anyone can read, keep and re-check. Exact numbers are texts, `7740` or `130000/3`, money in fen.

use crate::interp::number::Exact;
use crate::interp::trace::{Input, Place};
use crate::interp::value::{NO_DATE, Value};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Month, Text};
use qudao_policy::lines::{Line, LineKind, ObligationState};
use qudao_policy::model::{OnFail, PayeeKind};
use serde::{Deserialize, Serialize};

/// What is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A line of the period.
    Line(LineId),
    /// Why an item was paid nothing, or not all, by a component; with empty policy and component: why it is nobody's.
    Zero {
        /// Policy name.
        policy: String,
        /// Version.
        version: u32,
        /// Component name.
        component: String,
        /// Event id or group key.
        basis: String,
    },
}

/// Which line: its identity without the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as on the line")]
pub struct LineId {
    pub policy: String,
    pub version: u32,
    pub component: String,
    pub kind: LineKind,
    pub basis: String,
    pub payee_kind: PayeeKind,
    pub payee: String,
    pub part: u32,
}

impl LineId {
    /// The identity of a line.
    pub fn of(line: &Line) -> Self {
        Self {
            policy: line.policy.clone(),
            version: line.version,
            component: line.component.clone(),
            kind: line.kind,
            basis: line.basis.clone(),
            payee_kind: line.payee_kind,
            payee: line.payee.clone(),
            part: line.part,
        }
    }
}

/// A value, lossless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    /// Truth value.
    Bool(bool),
    /// Fen, exact.
    Money(String),
    /// Number, exact.
    Number(String),
    /// Text.
    Text(String),
    /// Day; `None` where absent.
    Date(Option<Date>),
}

impl From<&Value> for Datum {
    fn from(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Datum::Bool(*value),
            Value::Money(value) => Datum::Money(value.to_string()),
            Value::Number(value) => Datum::Number(value.to_string()),
            Value::Text(text) => Datum::Text(text.clone()),
            Value::Date(day) => Datum::Date((*day != NO_DATE).then_some(*day)),
        }
    }
}

impl Datum {
    /// The value; `None` if the text of a number is not one.
    pub fn value(&self) -> Option<Value> {
        Some(match self {
            Datum::Bool(value) => Value::Bool(*value),
            Datum::Money(text) => Value::Money(exact(text)?),
            Datum::Number(text) => Value::Number(exact(text)?),
            Datum::Text(text) => Value::Text(text.clone()),
            Datum::Date(day) => Value::Date(day.unwrap_or(NO_DATE)),
        })
    }
}

/// Reads an exact number; `None` if it is none, or has no end (zero below the stroke, thousands of digits).
pub fn exact(text: &str) -> Option<Exact> {
    let digits_only = |part: &str| !part.is_empty() && part.len() <= 400 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let is_fit = digits_only(above.strip_prefix('-').unwrap_or(above)) && digits_only(below) && below.bytes().any(|digit| digit != b'0');
    if is_fit { text.parse().ok() } else { None }
}

/// What an expression read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Field, parameter or measure.
    pub input: Input,
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: Datum,
    /// For a measure: what it was made of.
    pub counted: Option<Contributors>,
}

/// What a measure was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contributors {
    /// Number of facts or lines.
    pub count: usize,
    /// Control sum: Σ of what each gave, exact.
    pub sum: String,
    /// The first of their ids, ascending.
    pub ids: Vec<String>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `plan_fee × base = 129.00 × 20% = 25.80`.
    pub text: Text,
    /// What it gave.
    pub result: Datum,
}

/// One place of the component, evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Component it belongs to.
    pub component: String,
    /// Place in it.
    pub place: Place,
    /// Month it was judged for.
    pub anchor: Month,
    /// What was read.
    pub reads: Vec<Read>,
    /// Operations, innermost first.
    pub steps: Vec<Step>,
    /// What came out.
    pub result: Datum,
}

/// Where a ladder stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Name of the ladder.
    pub name: Text,
    /// Argument.
    pub argument: Datum,
    /// Where the step reached begins; `None` below the first.
    pub from: Option<Datum>,
    /// Where the next step begins; `None` on the last.
    pub next: Option<Datum>,
    /// How far it is to the next step.
    pub distance: Option<Datum>,
    /// What the ladder gave.
    pub pays: Datum,
    /// What it would give at the next step.
    pub next_pays: Option<Datum>,
    /// What each unit beyond that gives, where every step pays for its own part alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_each: Option<Datum>,
}

/// Exact amount, after floor and cap, and rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounded {
    /// Month it was judged for.
    pub anchor: Month,
    /// Exact fen.
    pub exact: String,
    /// Exact fen after floor and cap.
    pub bounded: String,
    /// Fen.
    pub fen: i64,
    /// Exact fen that rounding added (or took).
    pub remainder: String,
}

/// A limit's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// `once`: the value, and whether another item had it.
    Once {
        /// Value of the column.
        value: String,
        /// Paid before.
        taken: bool,
    },
    /// Exclusive group.
    Exclusive {
        /// Name.
        group: String,
        /// What each would have paid.
        offers: Vec<(String, i64)>,
        /// Which pays.
        winner: String,
    },
    /// Joint cap.
    Cap {
        /// Name.
        name: String,
        /// Limit, fen.
        limit: i64,
        /// Used before this item.
        used: i64,
        /// Claimed by it.
        claimed: i64,
        /// Admitted.
        admitted: i64,
    },
    /// Budget.
    Budget {
        /// Name.
        name: String,
        /// Limit, fen.
        limit: i64,
        /// Used before this item.
        used: i64,
        /// Claimed by it.
        claimed: i64,
        /// Admitted.
        admitted: i64,
    },
    /// Share of a pool.
    Pool {
        /// The whole, fen.
        whole: i64,
        /// Weight of this group.
        weight: String,
        /// Sum of all weights.
        weights: String,
        /// Part, fen.
        part: i64,
    },
    /// What a cumulative group gave in the month before.
    Before {
        /// That month.
        month: Month,
        /// Fen.
        fen: i64,
    },
    /// Clawback of the group: facts with lines, suspects, suspects spared.
    Suspects {
        /// Facts with lines.
        facts: usize,
        /// Suspects.
        suspects: usize,
        /// Spared.
        spared: usize,
    },
    /// The clawback took what was left of a line of this component.
    Clawed {
        /// Component.
        component: String,
        /// Fen.
        fen: i64,
    },
}

/// A payee's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Position in the component.
    pub position: usize,
    /// Kind.
    pub kind: PayeeKind,
    /// Code.
    pub payee: String,
    /// Fen.
    pub fen: i64,
    /// Why it is not paid.
    pub refused: Option<String>,
}

/// An instalment of the part proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Position of the payee in the component.
    pub position: usize,
    /// Index in the schedule.
    pub index: usize,
    /// Month it falls due.
    pub due: Month,
    /// Fen.
    pub fen: i64,
    /// Condition, as the policy says it.
    pub gate: Option<Text>,
    /// What happens if it fails.
    pub on_fail: OnFail,
    /// Where it stands after this run; `None` for what is due at once.
    pub state: Option<ObligationState>,
}

/// An instalment that was looked at in this period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Index in the schedule.
    pub index: usize,
    /// Fen.
    pub fen: i64,
    /// State after this run.
    pub state: ObligationState,
    /// Month it falls due after this run.
    pub due: Month,
    /// Tries deferred so far.
    pub tries: u16,
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Reversing event; empty for a condition.
    pub event: String,
    /// Day of the reversal.
    pub day: Date,
    /// Fen paid to date.
    pub paid: i64,
    /// Exact fraction.
    pub fraction: String,
    /// Fen taken back.
    pub back: i64,
    /// The lines that make up what was paid: what, period, fen.
    pub lines: Vec<(LineKind, Month, i64)>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Code.
    pub code: String,
    /// The sentence.
    pub text: Text,
    /// Last day on which it can still be met.
    pub until: Option<Date>,
    /// Fen not paid for it.
    pub forgone: i64,
    /// What would have changed it, and until when it still can.
    pub hint: Text,
}

/// Another component that looked at the same item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// Policy name.
    pub policy: String,
    /// Version.
    pub version: u32,
    /// Component name.
    pub component: String,
    /// Its title.
    pub title: String,
    /// Fen its lines make in this period.
    pub amount: i64,
    /// Its reasons; `not_concerned` where scope or filter does not hold.
    pub reasons: Vec<Refused>,
}

/// The policy it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// Title.
    pub title: String,
    /// First day in force.
    pub from: Date,
    /// Last day in force; `None` while open.
    pub last_day: Option<Date>,
    /// Component title.
    pub component_title: String,
    /// Clause of the agreement.
    pub clause: Option<String>,
    /// Byte range of the component in the source.
    pub component: (usize, usize),
    /// SHA-256 of the source, hexadecimal.
    pub sha256: String,
    /// The whole text.
    pub source: String,
}

/// The fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactCard {
    /// Table.
    pub table: Table,
    /// Event id.
    pub id: String,
    /// Day.
    pub day: Date,
    /// Cells that are not absent.
    pub cells: Vec<(Col, Datum)>,
}

/// A partner on the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the master rows")]
pub struct PartnerCard {
    pub code: String,
    pub name: String,
    pub tier: String,
    pub territory: String,
    pub blacklisted: bool,
    /// Number of the agreement in force on the day.
    pub agreement: Option<String>,
}

/// Who it belonged to on the day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// Day it is read as of.
    pub day: Option<Date>,
    /// Outlet: code, name, owner.
    pub outlet: Option<(String, String, String)>,
    /// The own partner, its parent, and so on to the top.
    pub chain: Vec<PartnerCard>,
}

/// The standard checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checks {
    /// None was made: for customers and subscribers, instalments and reversals.
    #[default]
    NotMade,
    /// All passed.
    Passed,
    /// This one failed.
    Failed(String),
}

/// A proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// `qudao-proof/1`.
    pub format: String,
    /// Settlement period.
    pub period: Month,
    /// What is proved.
    pub subject: Subject,
    /// The line; `None` for a zero.
    pub line: Option<Line>,
    /// The policy; `None` for an unattributed fact.
    pub policy: Option<PolicyText>,
    /// The fact; `None` for a group, or one of an earlier period that is not at hand.
    pub fact: Option<FactCard>,
    /// The line it is paid on, for a component that pays on lines.
    pub base: Option<Line>,
    /// Who it belonged to.
    pub attribution: Attribution,
    /// Standard checks.
    pub checked: Checks,
    /// Places of the component, in the order they were judged.
    pub judged: Vec<Judged>,
    /// Ladders.
    pub rungs: Vec<Rung>,
    /// Roundings.
    pub rounded: Vec<Rounded>,
    /// Limits.
    pub decisions: Vec<Decision>,
    /// Parts of the payees.
    pub parts: Vec<Part>,
    /// Instalments.
    pub terms: Vec<Term>,
    /// An instalment that was looked at.
    pub releases: Vec<Release>,
    /// What was taken back.
    pub reversal: Option<Reversal>,
    /// Why nothing, or less.
    pub reasons: Vec<Refused>,
    /// Other components that looked at the same item.
    pub others: Vec<Other>,
    /// SHA-256 of this document with an empty digest, hexadecimal.
    pub digest: String,
}
