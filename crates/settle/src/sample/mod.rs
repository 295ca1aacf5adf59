//! A second opinion on a run: for a few partners the interpreter settles the month again from their own facts, and what the engine wrote for
//! them must be the same, line by line, reason by reason, obligation by obligation.
//!
//! Only what follows from a partner's own rows can be judged this way ([`Own`]): ranks, pools, budgets and totals over other partners are left
//! out, and so is what hangs on rows attributed elsewhere (a subscriber's state, a cancellation at another partner, a value another
//! partner was paid for). What is left out is not counted as checked.

mod own;

pub use own::Own;

use crate::interp::row::{event_id, state_month, text};
use crate::interp::{RunInput, run};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Fen, Refusal, Text};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, Outcome, Reason};
use qudao_policy::model::Fact;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Debug;

/// What was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Lines that are the same.
    pub lines: u64,
    /// Obligations.
    pub obligations: u64,
    /// Reasons.
    pub reasons: u64,
}

/// Settles a partner's month from the facts of the input and compares it with what a run wrote for that partner's account. `engine` holds the rows of
/// the account; facts, earlier lines and obligations of the input are the partner's.
///
/// # Errors
/// As [`run`]; `settle.sample.differs` with the first row that is not the same.
pub fn compare(input: &RunInput<'_>, partner: &str, engine: &Outcome) -> Result<Compared, Refusal> {
    let again = run(input)?;
    let open = Open::of(input, engine);
    let own = Own::new(input.policies);
    let judged = |policy: &str, version: u32, component: &str, basis: &str| {
        let states = own.reads_states(policy, version, component);
        own.judges(policy, version, component, open.is_any(states))
            && !open.policies.contains(policy)
            && (own.is_group(policy, version, component) || !open.holds(basis, states))
    };
    let filter = |outcome: &Outcome| {
        let mut kept = outcome.clone();
        let mine = |line: &Line| line.partner == partner && line.own_partner == partner;
        kept.lines.retain(|line| mine(line) && judged(&line.policy, line.version, &line.component, &line.basis));
        kept.obligations.retain(|row| {
            row.partner == partner && row.own_partner == partner && judged(&row.policy, row.version, &row.component, &row.basis)
        });
        kept.reasons.retain(|row| row.partner == partner && judged(&row.policy, row.version, &row.component, &row.basis));
        kept.sort();
        kept
    };
    let (ours, theirs) = (filter(&again), filter(engine));
    same(partner, &Text::new("明细", "lines"), &ours.lines, &theirs.lines)?;
    same(partner, &Text::new("待付", "obligations"), &ours.obligations, &theirs.obligations)?;
    same(partner, &Text::new("未计酬原因", "reasons"), &ours.reasons, &theirs.reasons)?;
    Ok(Compared { lines: ours.lines.len() as u64, obligations: ours.obligations.len() as u64, reasons: ours.reasons.len() as u64 })
}

/// What a partner's own rows leave open.
struct Open<'a> {
    /// Items whose subscriber has no state among them.
    stateless: BTreeSet<String>,
    /// Items that were taken back by an event elsewhere.
    ended: BTreeSet<String>,
    /// Policies in which a value was already paid for, maybe to another partner.
    policies: BTreeSet<&'a str>,
}

impl<'a> Open<'a> {
    fn of(input: &RunInput<'_>, engine: &'a Outcome) -> Self {
        let of_table = |table: Table| input.facts.iter().filter(move |fact| fact.table == table);
        let states: BTreeSet<&str> = of_table(Table::SubscriberMonth)
            .filter(|fact| state_month(fact) == input.period)
            .map(|fact| text(fact, Col::Subscriber))
            .collect();
        let stateless = |subscriber: &str| !subscriber.is_empty() && !states.contains(subscriber);
        let named: BTreeSet<&str> = of_table(Table::BusinessEvent).map(|fact| text(fact, Col::Ref)).collect();
        let (mut bases, mut taken): (BTreeSet<String>, BTreeSet<String>) = (BTreeSet::new(), BTreeSet::new());
        let without_state = |fact: &&Fact| fact.table != Table::SubscriberMonth && stateless(text(fact, Col::Subscriber));
        bases.extend(input.facts.iter().filter(without_state).map(event_id));
        bases.extend(input.obligations.iter().filter(|row| stateless(&row.subscriber)).map(|row| row.basis.clone()));
        bases.extend(input.earlier_lines.iter().filter(|line| stateless(&line.subscriber)).map(|line| line.basis.clone()));
        let elsewhere = |line: &&Line| line.kind == LineKind::Reverse && !named.contains(line.basis.as_str());
        taken.extend(engine.lines.iter().filter(elsewhere).map(|line| line.basis.clone()));
        // A reversal that gives nothing back still ends what was to come.
        let ended = |row: &&Obligation| row.state == ObligationState::Reversed && !named.contains(row.basis.as_str());
        taken.extend(engine.obligations.iter().filter(ended).map(|row| row.basis.clone()));
        let policies = engine.reasons.iter().filter(|reason| reason.code == "already_paid").map(|reason| reason.policy.as_str()).collect();
        Self { stateless: bases, ended: taken, policies }
    }

    /// Whether anything is open for a component, which may read states.
    fn is_any(&self, states: bool) -> bool {
        !self.ended.is_empty() || (states && !self.stateless.is_empty())
    }

    fn holds(&self, basis: &str, states: bool) -> bool {
        self.ended.contains(basis) || (states && self.stateless.contains(basis))
    }
}

fn same<T: PartialEq + Debug + Described>(partner: &str, what: &Text, ours: &[T], theirs: &[T]) -> Result<(), Refusal> {
    if ours == theirs {
        return Ok(());
    }
    let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs).unwrap_or(ours.len().min(theirs.len()));
    let told = |rows: &[T], none: &str| rows.get(at).map_or_else(|| none.to_owned(), Described::told);
    Err(Refusal::new(
        qudao_kernel::Kind::Bug,
        "settle.sample.differs",
        format!(
            "抽查代理商 {partner}：{}与逐笔解释不一致，逐笔解释为 {}，引擎为 {}；本次结果不发布，请保留输入并报告此问题",
            what.zh,
            told(ours, "没有这一行"),
            told(theirs, "没有这一行")
        ),
        format!(
            "partner {partner}, drawn for checking: {} are not those of the interpreter, which has {} where the engine has {}; nothing is published, keep the inputs and report this",
            what.en,
            told(ours, "no such row"),
            told(theirs, "no such row")
        ),
    ))
}

/// A row in one sentence.
trait Described {
    fn told(&self) -> String;
}

impl Described for Line {
    fn told(&self) -> String {
        format!("{}/{}/{}/{} {:?} {}", self.policy, self.component, self.basis, self.payee, self.kind, Fen(self.amount).plain())
    }
}

impl Described for Obligation {
    fn told(&self) -> String {
        format!("{}/{}/{} {} {:?} {}", self.policy, self.component, self.basis, self.due, self.state, Fen(self.amount).plain())
    }
}

impl Described for Reason {
    fn told(&self) -> String {
        format!("{}/{}/{} {} {}", self.policy, self.component, self.basis, self.code, Fen(self.forgone).plain())
    }
}

#[cfg(test)]
mod tests;
