//! Re-run and difference: a closed month never changes. What is learned later settles by running it again and posting, in the open month,
//! what it should have been minus what was posted. Only differences that are not zero post, each with its reason; a re-run that changes
//! nothing posts nothing.
//!
//! What was posted for a month is every line that counts for it ([`Line::origin`]), earlier adjustments included, so that a second re-run
//! posts only what the first did not.

mod reason;

pub use reason::{Inputs, Why};

use crate::interp::number::fit;
use crate::interp::{RunInput, run};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Obligation, Outcome};
use qudao_policy::model::{Destination, Fact, PayeeKind, PolicySet};
use std::collections::BTreeMap;

/// A difference to post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The line: of kind `Adjust`, in the open month, counting for the month that was re-run.
    pub line: Line,
    /// Fen posted so far.
    pub before: i64,
    /// Fen it should have been.
    pub after: i64,
    /// Why it differs.
    pub why: Why,
}

/// What makes two lines the same but for the amount. The version is not part of it: a version that takes another's place pays the difference.
type Identity = (String, String, String, LineKind, String, PayeeKind, String, u32, Destination);

fn identity(line: &Line) -> Identity {
    let Line { partner, policy, component, counts_as, basis, payee_kind, payee, part, destination, .. } = line;
    let (partner, policy, component) = (partner.clone(), policy.clone(), component.clone());
    (partner, policy, component, *counts_as, basis.clone(), *payee_kind, payee.clone(), *part, *destination)
}

/// What is on both sides of one identity.
#[derive(Default)]
struct Sides<'a> {
    posted: Option<&'a Line>,
    now: Option<&'a Line>,
    /// Amount and accrued amount posted.
    before: (i128, i128),
    /// Amount and accrued amount now.
    after: (i128, i128),
}

/// The adjustments that bring what was posted for a month to what a re-run gave. `posted` may hold lines of other months; they are passed
/// over. `open` is the month they post in; `old` are the inputs of the run before, where they are at hand, and `new` those of this one: they
/// give the reasons. In the order of lines.
///
/// # Errors
/// If a difference does not fit an amount.
pub fn differences(
    posted: &[Line],
    outcome: &Outcome,
    rerun: Month,
    open: Month,
    old: Option<&Inputs<'_>>,
    new: &Inputs<'_>,
) -> Result<Vec<Adjustment>, Refusal> {
    let mut sides: BTreeMap<Identity, Sides<'_>> = BTreeMap::new();
    for line in posted.iter().filter(|line| line.origin == rerun) {
        let side = sides.entry(identity(line)).or_default();
        side.before.0 += i128::from(line.amount);
        side.before.1 += i128::from(line.accrued);
        side.posted = Some(line);
    }
    for line in &outcome.lines {
        let side = sides.entry(identity(line)).or_default();
        side.after.0 += i128::from(line.amount);
        side.after.1 += i128::from(line.accrued);
        side.now = Some(line);
    }
    let changed = sides.into_values().filter(|side| side.before != side.after);
    let mut adjustments = changed.map(|side| adjustment(&side, rerun, open, old, new)).collect::<Result<Vec<_>, Refusal>>()?;
    let mut order = Outcome { lines: adjustments.iter().map(|one| one.line.clone()).collect(), ..Outcome::default() };
    order.sort();
    adjustments.sort_by_key(|one| order.lines.iter().position(|line| *line == one.line));
    Ok(adjustments)
}

fn adjustment(side: &Sides<'_>, rerun: Month, open: Month, old: Option<&Inputs<'_>>, new: &Inputs<'_>) -> Result<Adjustment, Refusal> {
    let Some(pattern) = side.now.or(side.posted) else {
        return Err(Refusal::new(qudao_kernel::Kind::Bug, "settle.diff.empty", "重算差额缺少对应的计酬行", "a difference without a line"));
    };
    let line = Line {
        period: open,
        kind: LineKind::Adjust,
        counts_as: pattern.counts_as,
        origin: rerun,
        amount: fit(side.after.0 - side.before.0)?,
        accrued: fit(side.after.1 - side.before.1)?,
        pay_on: pay_on(new.policies, pattern, open),
        ..pattern.clone()
    };
    let why = reason::of(side.posted, side.now, old, new);
    Ok(Adjustment { line, before: fit(side.before.0)?, after: fit(side.after.0)?, why })
}

/// Day the money moves: by the component's delay, counted from the open month.
fn pay_on(policies: &PolicySet, line: &Line, open: Month) -> Date {
    let policy = policies.policies.iter().find(|policy| policy.name == line.policy && policy.version == line.version);
    let component = policy.and_then(|policy| policy.components.iter().find(|component| component.name == line.component));
    component.map_or(open.last_day(), |component| component.pay.day(open))
}

/// What re-running closed months gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rerun {
    /// To post in the open month.
    pub adjustments: Vec<Adjustment>,
    /// Obligations the last closed month now leaves to the open one.
    pub obligations: Vec<Obligation>,
}

/// What a re-run of closed months reads.
#[derive(Debug, Clone, Copy)]
pub struct Closed<'a> {
    /// All versions of all policies, as known now.
    pub policies: &'a PolicySet,
    /// Master rows, as known now.
    pub master: &'a Master,
    /// Facts, as known now.
    pub facts: &'a [Fact],
    /// All lines posted so far.
    pub posted: &'a [Line],
    /// Obligations as they were before the first month that is re-run.
    pub obligations: &'a [Obligation],
}

/// Re-runs the months from `from` up to the one before `open`, each on what the months before it should have been.
///
/// # Errors
/// As [`run`].
pub fn rerun(closed: &Closed<'_>, from: Month, open: Month, old: Option<&Inputs<'_>>) -> Result<Rerun, Refusal> {
    let new = Inputs { policies: closed.policies, master: closed.master, facts: closed.facts };
    let mut lines = closed.posted.to_vec();
    let mut result = Rerun { adjustments: Vec::new(), obligations: closed.obligations.to_vec() };
    for period in (0..open.since(from)).map(|months| from.plus(months)) {
        let input = RunInput {
            policies: closed.policies,
            master: closed.master,
            period,
            facts: closed.facts,
            earlier_lines: &lines,
            obligations: &result.obligations,
        };
        let outcome = run(&input)?;
        let found = differences(closed.posted, &outcome, period, open, old, &new)?;
        lines.extend(found.iter().map(|one| one.line.clone()));
        result.adjustments.extend(found);
        result.obligations = outcome.obligations;
    }
    Ok(result)
}

#[cfg(test)]
mod tests;
