//! What a statement holds: sections by destination and component, the way from the lines to the payment, and what was not paid.

use qudao_kernel::{Date, Fen, Month};
use qudao_policy::lines::Line;
use qudao_policy::model::{Destination, PayeeKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What settlement knows about a partner besides its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// Name; the code where empty.
    pub name: String,
    /// Tier, for the head of the statement.
    pub tier: String,
    /// Territory, for the head of the statement.
    pub territory: String,
    /// A natural person, from whose payment tax is withheld (R0.31).
    pub natural_person: bool,
    /// What the month before carried forward.
    pub brought: Carried,
    /// Balance of the hold-back pool (暂存池) at the beginning of the period.
    pub pool_opening: Fen,
    /// Open receivables, candidates for offsetting (R0.32).
    pub receivables: Vec<Receivable>,
    /// Approved manual adjustments of the period.
    pub adjustments: Vec<Adjustment>,
    /// Distance to the next step of each ladder (R1.55), where the run gave it.
    pub steps: Vec<NextStep>,
}

/// Money that waits for the next month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Part on which no tax was withheld yet; negative where more was taken back than earned.
    pub taxable: Fen,
    /// Part that is taxed already, or is not income (an advance).
    pub net: Fen,
}

/// A manual correction or a reward, approved elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Number of the approval.
    pub code: String,
    /// Why, for the partner.
    pub text: String,
    /// Fen; negative takes money away.
    pub amount: Fen,
    /// What sort it is.
    #[serde(default, skip_serializing_if = "AdjustmentKind::is_correction")]
    pub kind: AdjustmentKind,
}

/// Why money is added or taken besides the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// Something was wrong: a dispute that was upheld.
    #[default]
    Correction,
    /// 奖励: an approved application.
    Reward,
}

impl AdjustmentKind {
    /// As interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            AdjustmentKind::Correction => "correction",
            AdjustmentKind::Reward => "reward",
        }
    }

    /// Whether it puts something right.
    pub fn is_correction(&self) -> bool {
        *self == AdjustmentKind::Correction
    }
}

/// What a partner owes for goods and the like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receivable {
    /// Number of the bill.
    pub code: String,
    /// What for.
    pub text: String,
    /// Last day to pay; it may be offset from the day after.
    pub due_on: Date,
    /// Open amount, positive.
    pub amount: Fen,
    /// On what ground it may be offset.
    pub consent: Consent,
}

/// The ground on which a receivable may be taken out of a payment (R0.32).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// None: it stays open.
    #[default]
    None,
    /// The partner agreed; number or date of the consent.
    Partner(String),
    /// A clause of the contract.
    Clause(String),
}

/// A receivable as the statement shows it: taken, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    /// The receivable.
    pub receivable: Receivable,
    /// Fen taken out of this payment, from 0 to the open amount.
    pub taken: Fen,
    /// What happened.
    pub outcome: OffsetOutcome,
}

/// What happened to a receivable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetOutcome {
    /// Taken in full.
    Taken,
    /// Taken in part: the payment was smaller.
    Partly,
    /// Neither consent nor clause.
    NoConsent,
    /// Not overdue on the day of the statement.
    NotDue,
    /// Nothing was left to take it from.
    NothingLeft,
}

/// How far the partner is from the next step of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// Component that pays by the ladder.
    pub component: String,
    /// Title of the ladder or measure.
    pub title: String,
    /// Whether the ladder counts money (then the figures are fen) or pieces (then hundredths).
    pub money: bool,
    /// What was reached, in hundredths (fen, or pieces × 100).
    pub actual: i64,
    /// Where the next step begins, in hundredths.
    pub threshold: i64,
    /// What reaching it would add to this period's pay, if known.
    pub gain: Option<Fen>,
}

impl NextStep {
    /// What is missing to the next step, in hundredths; never negative.
    pub fn gap(&self) -> i64 {
        self.threshold.saturating_sub(self.actual).max(0)
    }
}

/// Lines of one destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Where the money goes.
    pub destination: Destination,
    /// One row per component.
    pub rows: Vec<ComponentRow>,
    /// Sum of the rows, due in this period.
    pub total: Fen,
}

/// What a component gave in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentRow {
    /// Policy name.
    pub policy: String,
    /// Policy version.
    pub version: u32,
    /// Component name.
    pub component: String,
    /// Title of the component for people.
    pub title: String,
    /// Number of lines.
    pub lines: u64,
    /// Due at once from items of this period.
    pub earned: Fen,
    /// Instalments of earlier periods.
    pub released: Fen,
    /// Taken back (usually negative).
    pub reversed: Fen,
    /// Found different by a re-run of an earlier period.
    pub adjusted: Fen,
    /// Sum of the four.
    pub total: Fen,
}

/// The part of one outlet, clerk or customer (R1.23); subscribers are one row together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeePart {
    /// Kind of payee.
    pub kind: PayeeKind,
    /// Code; empty for all subscribers together.
    pub code: String,
    /// Name where known, else empty.
    pub name: String,
    /// Number of lines.
    pub lines: u64,
    /// Sum by destination.
    pub amounts: BTreeMap<Destination, Fen>,
}

/// The way from the lines to the payment. `due = direct + tax + offsets + payment + carried`, to the fen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Sum of the lines that go to the payable account.
    pub lines: Fen,
    /// Sum of the manual adjustments.
    pub adjustments: Fen,
    /// Advances given (positive) or recovered (negative).
    pub advances: Fen,
    /// What the month before carried forward.
    pub brought: Carried,
    /// Everything due: the sum of the above.
    pub due: Fen,
    /// Parts that go to clerks' own accounts (R1.23); 0 where the partner passes them on.
    pub direct: Fen,
    /// What tax was computed on; 0 unless a natural person is paid.
    pub tax_base: Fen,
    /// Rate in millionths.
    pub tax_ppm: u32,
    /// Tax withheld.
    pub tax: Fen,
    /// Receivables taken.
    pub offsets: Fen,
    /// Money that moves.
    pub payment: Fen,
    /// What waits for the next month.
    pub carried: Carried,
}

/// How the hold-back pool moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Balance at the beginning.
    pub opening: Fen,
    /// Put in.
    pub held: Fen,
    /// Taken out: released to the payable account or forfeited; zero or negative.
    pub released: Fen,
    /// Balance at the end: `opening + held + released`.
    pub closing: Fen,
}

/// Considered facts of one component that paid nothing, or less, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpaid {
    /// Policy name; empty for facts nobody could be found for.
    pub policy: String,
    /// Policy version.
    pub version: u32,
    /// Component name.
    pub component: String,
    /// Title of the component for people.
    pub title: String,
    /// Reason code.
    pub code: String,
    /// The sentence, from the policy or the standard list.
    pub sentence: String,
    /// How many.
    pub count: u64,
    /// Fen not paid, where an amount had been reached.
    pub forgone: Fen,
    /// Of these, how many can still be met on the day of the statement.
    pub curable: u64,
    /// The first of those last days.
    pub next_deadline: Option<Date>,
    /// The latest last day of all.
    pub last_deadline: Option<Date>,
    /// A few of the facts.
    pub examples: Vec<String>,
}

/// Obligations that fall due in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Month they fall due.
    pub due: Month,
    /// How many.
    pub count: u64,
    /// Fen, if every gate holds.
    pub amount: Fen,
}

/// One partner's statement of one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Number, the same for the same period, partner and revision.
    pub number: String,
    /// Settlement period.
    pub period: Month,
    /// Day of the statement; also the day by which overdue and deadlines are judged.
    pub issued_on: Date,
    /// Partner code; empty for lines of facts nobody could be found for.
    pub partner: String,
    /// Name.
    pub name: String,
    /// Tier.
    pub tier: String,
    /// Territory.
    pub territory: String,
    /// Whether tax is withheld.
    pub natural_person: bool,
    /// Number of lines.
    pub lines: u64,
    /// By destination, payable first.
    pub sections: Vec<Section>,
    /// By payee, where it is not the partner itself.
    pub payees: Vec<PayeePart>,
    /// Manual adjustments.
    pub adjustments: Vec<Adjustment>,
    /// From the lines to the payment.
    pub totals: Totals,
    /// Receivables, line by line.
    pub offsets: Vec<Offset>,
    /// Hold-back pool.
    pub pool: Pool,
    /// Latest day on which a payable line moves; `None` without payable lines.
    pub pay_on: Option<Date>,
    /// What paid nothing, and why.
    pub unpaid: Vec<Unpaid>,
    /// Obligations still open, by month.
    pub calendar: Vec<Release>,
    /// Next steps.
    pub steps: Vec<NextStep>,
    /// Hash over the lines and the totals, 64 hexadecimal digits.
    pub hash: String,
}

impl Statement {
    /// Sum of the lines of one destination.
    pub fn total(&self, destination: Destination) -> Fen {
        self.sections.iter().find(|section| section.destination == destination).map_or(Fen::ZERO, |section| section.total)
    }

    /// The hash as people compare it: the first 16 digits in groups of four.
    pub fn short_hash(&self) -> String {
        let digits: Vec<char> = self.hash.chars().take(16).collect();
        digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// Number as part of a file name: anything but letters, digits, `-` and `_` becomes `_`.
    pub fn file_stem(&self) -> String {
        file_stem(&self.number)
    }
}

/// A statement's number as part of a file name.
pub(super) fn file_stem(number: &str) -> String {
    number.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

/// Lines kept beside a statement for documents that show them, and how many there are in all.
#[derive(Debug, Clone, Default)]
pub struct KeptLines {
    /// The first lines, in order.
    pub lines: Vec<Line>,
    /// Number of all lines.
    pub all: u64,
}
