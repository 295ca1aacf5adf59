//! Re-run and difference: a closed month never changes. What is learned later settles by running it again and posting, in the open month,
//! what it should have been minus what was posted. Only differences that are not zero post, each with its reason; a re-run that changes
//! nothing posts nothing.
//!
//! What was posted for a month is every line that counts for it ([`Line::origin`]), earlier adjustments included, so that a second re-run
//! posts only what the first did not.

mod news;
mod reason;
mod tally;

pub use news::{Change, News, known_on};
pub use reason::{Rules, Why};
pub use tally::{Difference, Tally};

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
struct Sides {
    posted: Option<Line>,
    now: Option<Line>,
    /// Amount and accrued amount posted.
    before: (i128, i128),
    /// Amount and accrued amount now.
    after: (i128, i128),
}

impl Sides {
    fn post(&mut self, line: Line) {
        self.before.0 += i128::from(line.amount);
        self.before.1 += i128::from(line.accrued);
        self.posted = Some(line);
    }

    fn make(&mut self, line: Line) {
        self.after.0 += i128::from(line.amount);
        self.after.1 += i128::from(line.accrued);
        self.now = Some(line);
    }
}

/// Which months a difference is about, and what is known of the causes.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Month that was re-run.
    pub rerun: Month,
    /// Open month the differences post in.
    pub open: Month,
    /// Policies and master rows of the run before, where they are at hand.
    pub old: Option<Rules<'a>>,
    /// Policies and master rows of this one.
    pub new: Rules<'a>,
    /// What is new about the facts, where it is known.
    pub news: Option<&'a News>,
}

/// Differences of two runs as their rows come, in any order. Keeps the rows given since the last [`Differences::settle`]; rows that are equal
/// in both runs need not be given.
pub struct Differences<'a> {
    terms: Terms<'a>,
    sides: BTreeMap<Identity, Sides>,
}

impl<'a> Differences<'a> {
    /// Nothing given yet.
    pub fn new(terms: Terms<'a>) -> Self {
        Self { terms, sides: BTreeMap::new() }
    }

    /// A line that was posted for the month; lines that count for other months are passed over.
    pub fn posted(&mut self, line: Line) {
        if line.origin == self.terms.rerun {
            self.sides.entry(identity(&line)).or_default().post(line);
        }
    }

    /// A line the re-run made.
    pub fn made(&mut self, line: Line) {
        self.sides.entry(identity(&line)).or_default().make(line);
    }

    /// The adjustment of one line that both runs have with other amounts; `None` if there is nothing to post.
    ///
    /// # Errors
    /// If the difference does not fit an amount.
    pub fn changed(&self, posted: Line, made: Line) -> Result<Option<Adjustment>, Refusal> {
        let mut side = Sides::default();
        side.post(posted);
        side.make(made);
        adjustment(&side, &self.terms)
    }

    /// The adjustments of what was given since the last call, in the order of lines. Call it after a partner's last row, or at the end.
    ///
    /// # Errors
    /// If a difference does not fit an amount.
    pub fn settle(&mut self) -> Result<Vec<Adjustment>, Refusal> {
        let sides = std::mem::take(&mut self.sides);
        sides.values().filter_map(|side| adjustment(side, &self.terms).transpose()).collect()
    }
}

/// The adjustments that bring what was posted for a month to what a re-run gave. `posted` may hold lines of other months; they are passed
/// over.
///
/// # Errors
/// If a difference does not fit an amount.
pub fn differences(posted: &[Line], outcome: &Outcome, terms: Terms<'_>) -> Result<Vec<Adjustment>, Refusal> {
    let mut differences = Differences::new(terms);
    for line in posted {
        differences.posted(line.clone());
    }
    for line in &outcome.lines {
        differences.made(line.clone());
    }
    differences.settle()
}

fn adjustment(side: &Sides, terms: &Terms<'_>) -> Result<Option<Adjustment>, Refusal> {
    let Some(pattern) = side.now.as_ref().or(side.posted.as_ref()).filter(|_| side.before != side.after) else { return Ok(None) };
    let line = Line {
        period: terms.open,
        kind: LineKind::Adjust,
        counts_as: pattern.counts_as,
        origin: terms.rerun,
        amount: fit(side.after.0 - side.before.0)?,
        accrued: fit(side.after.1 - side.before.1)?,
        pay_on: pay_on(terms.new.policies, pattern, terms.open),
        ..pattern.clone()
    };
    let why = reason::of(side.posted.as_ref(), side.now.as_ref(), terms);
    Ok(Some(Adjustment { line, before: fit(side.before.0)?, after: fit(side.after.0)?, why }))
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
pub fn rerun(closed: &Closed<'_>, from: Month, open: Month, old: Option<(Rules<'_>, &News)>) -> Result<Rerun, Refusal> {
    let new = Rules { policies: closed.policies, master: closed.master };
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
        let terms = Terms { rerun: period, open, old: old.map(|(rules, _)| rules), new, news: old.map(|(_, news)| news) };
        let found = differences(closed.posted, &outcome, terms)?;
        lines.extend(found.iter().map(|one| one.line.clone()));
        result.adjustments.extend(found);
        result.obligations = outcome.obligations;
    }
    Ok(result)
}

#[cfg(test)]
mod tests;
