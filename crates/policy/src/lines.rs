//! What a run produces: lines, obligations and reasons. Shared by the interpreter, the engine, proofs, statements and ledger.

use crate::model::{Destination, PayeeKind};
use qudao_kernel::{Date, Month};
use serde::{Deserialize, Serialize};

/// Why a line exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// A component paid an item of this period.
    Earn,
    /// An instalment of an earlier period fell due and its gate held.
    Release,
    /// Taken back.
    Reverse,
    /// What a re-run of an earlier period found different.
    Adjust,
}

/// Bits of `part` that number the payee and its base lines; what lies above numbers instalments and the components of a clawback.
pub const PART_BITS: u32 = 24;

/// `part` of a line on a base line: `(base part × 16 + index of the base component in its list) × 16 + position of the payee`.
/// `None` if it does not fit: more than 16 components or payees, or more than two levels of lines on lines.
pub fn part_on_line(base: u32, of: usize, position: usize) -> Option<u32> {
    let (of, position) = (u32::try_from(of).ok()?, u32::try_from(position).ok()?);
    let part = base.checked_mul(256)?.checked_add(of * 16 + position)?;
    (of < 16 && position < 16 && part >> PART_BITS == 0).then_some(part)
}

/// `part` of a release (index: the instalment) or of a clawback's line (index: the component in its list): `index × 2²⁴ + part`.
/// `None` if it does not fit: an index beyond 255.
pub fn part_above(index: usize, part: u32) -> Option<u32> {
    let index = u32::try_from(index).ok()?;
    (index < 256 && part >> PART_BITS == 0).then_some((index << PART_BITS) | part)
}

/// The smallest unit of money. Identity: (period, policy, version, component, kind, basis, payee kind, payee, part); for `Adjust` lines
/// also `origin` and `counts_as`, for `Reverse` lines also the month of `day`.
///
/// Whatever looks at lines of earlier runs (once, caps, budgets, reversals, totals) takes them by `origin` and `counts_as`: an `Adjust`
/// line counts as the line it corrects, in the month it corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Settlement period the money belongs to.
    pub period: Month,
    /// Partner whose account it goes to; empty for customers and subscribers of unattributed facts.
    pub partner: String,
    /// Policy name.
    pub policy: String,
    /// Policy version.
    pub version: u32,
    /// Component name.
    pub component: String,
    /// Why it exists.
    pub kind: LineKind,
    /// Event id, or group key: the partner's code, or `partner/outlet`, `partner/clerk`, `partner/customer`, `partner/subscriber`. For `Lines`
    /// bases the event id of the base line; for a pool or rank as for groups.
    pub basis: String,
    /// The item's day (groups: last day of the period). Releases, reversals and adjustments keep the original item's day.
    pub day: Date,
    /// Kind of payee.
    pub payee_kind: PayeeKind,
    /// Code of the payee.
    pub payee: String,
    /// `Earn`: position of the payee in the component; for `Lines` bases see [`part_on_line`]. `Release`: [`part_above`] of the instalment
    /// (index in the schedule) and the part of the `Earn` line. `Reverse`: the part of the `Earn` line; of a clawback, [`part_above`] of the
    /// component's place in the clawback's list and the part of the `Earn` line. `Adjust`: the part of the line it corrects.
    pub part: u32,
    /// Subscriber of the fact; of groups only the key's subscriber.
    pub subscriber: String,
    /// Value of the component's `once` column; empty otherwise, and on `Release` lines.
    pub once: String,
    /// Own partner of the item: the one the fact is attributed to, or the group's; empty if unattributed.
    pub own_partner: String,
    /// Outlet of the fact or of the group's key, for caps; on lines that count as `Earn`, else empty.
    pub outlet: String,
    /// Clerk of the fact or of the group's key; likewise.
    pub clerk: String,
    /// Month the line counts for: `period`, but for `Adjust` the period that was re-run.
    pub origin: Month,
    /// `kind`, but for `Adjust` the kind of the line it corrects.
    pub counts_as: LineKind,
    /// Fen the item accrues for this payee in all (`Earn`); equal to `amount` otherwise. `Adjust`: the difference of the accrued amounts.
    pub accrued: i64,
    /// Fen due in this period. Statements, ledger and totals use this.
    pub amount: i64,
    /// Where it goes.
    pub destination: Destination,
    /// Day the money moves.
    pub pay_on: Date,
}

/// State of an obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObligationState {
    /// Waiting for its month.
    Scheduled,
    /// Paid by a `Release` line in this period.
    Released,
    /// Lost in this period.
    Forfeited,
    /// Cancelled by a reversal in this period.
    Reversed,
}

/// A future share of a line. A run reads the `Scheduled` ones of the run before and writes all of those, changed or not, and its new ones;
/// those in another state are not carried further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Partner whose account it goes to.
    pub partner: String,
    /// Policy name.
    pub policy: String,
    /// Policy version.
    pub version: u32,
    /// Component name.
    pub component: String,
    /// Item, as on the line.
    pub basis: String,
    /// The item's day.
    pub day: Date,
    /// Kind of payee.
    pub payee_kind: PayeeKind,
    /// Code of the payee.
    pub payee: String,
    /// `part` of the `Earn` line.
    pub part: u32,
    /// Index of the instalment in the component's schedule.
    pub instalment: u16,
    /// Own partner of the item, for gates.
    pub own_partner: String,
    /// Subscriber, for gates.
    pub subscriber: String,
    /// Fen.
    pub amount: i64,
    /// Period of the `Earn` line.
    pub origin: Month,
    /// Month it falls due.
    pub due: Month,
    /// Tries deferred so far.
    pub tries: u16,
    /// State after this run.
    pub state: ObligationState,
}

/// Why something considered paid nothing, or less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Settlement period.
    pub period: Month,
    /// The item's own partner; empty if unattributed.
    pub partner: String,
    /// Policy name; empty for `unattributed`.
    pub policy: String,
    /// Version; 0 for `unattributed`.
    pub version: u32,
    /// Component; empty for `unattributed`.
    pub component: String,
    /// Item, as on a line.
    pub basis: String,
    /// The item's day.
    pub day: Date,
    /// Reason code: a requirement's, or a standard one.
    pub code: String,
    /// Last day on which it can still be met, where the requirement gives one.
    pub until: Option<Date>,
    /// Fen not paid for this reason, where an amount had been reached (`capped`, `budget_exhausted`, `excluded`, `already_paid`, payee reasons,
    /// `gate_failed`, `deferred`, `paused`); otherwise 0.
    pub forgone: i64,
}

/// Everything one run of one period gives, each list sorted by its fields in declaration order (partner first).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Lines with a non-zero `amount` or `accrued`.
    pub lines: Vec<Line>,
    /// Obligations.
    pub obligations: Vec<Obligation>,
    /// Reasons.
    pub reasons: Vec<Reason>,
}

impl Outcome {
    /// Puts every list into its canonical order: by account partner, policy, version, component name, day, basis, part, kind, payee.
    pub fn sort(&mut self) {
        self.lines.sort_by(|a, b| line_key(a).cmp(&line_key(b)));
        self.obligations.sort_by(|a, b| obligation_key(a).cmp(&obligation_key(b)));
        self.reasons.sort_by(|a, b| reason_key(a).cmp(&reason_key(b)));
    }
}

fn line_key(l: &Line) -> impl Ord + '_ {
    (
        &l.partner,
        &l.policy,
        l.version,
        &l.component,
        l.day,
        &l.basis,
        (l.part, l.kind, l.payee_kind, &l.payee, l.period, l.origin, l.counts_as),
    )
}

fn obligation_key(o: &Obligation) -> impl Ord + '_ {
    (&o.partner, &o.policy, o.version, &o.component, o.day, &o.basis, (o.part, o.instalment, o.payee_kind, &o.payee))
}

fn reason_key(r: &Reason) -> impl Ord + '_ {
    (&r.partner, &r.policy, r.version, &r.component, r.day, &r.basis, &r.code, r.forgone)
}
