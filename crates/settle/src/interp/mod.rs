//! The interpreter: the slow, obvious, row-by-row statement of what a policy means (`docs/policy-language.md`, and the notes of
//! [`qudao_policy::model`], which it follows sentence by sentence). The engine must give the same lines, obligations and reasons to the
//! fen; the proof listens to this code through [`trace::Trace`] and re-evaluates with it.
//!
//! | file | concept |
//! |---|---|
//! | `row` | facts: doubled ids, attribution, standard checks |
//! | `item` | items and what can be read about them |
//! | `eval`, `ladder`, `value`, `number` | expressions |
//! | `measure` | measures, windows, roll-up, totals of lines |
//! | `focus` | one item alone, for a proof among millions |
//! | `judge` | filter, checks, requirements, amount of one item |
//! | `each`, `limits` | facts; once, exclusive groups, caps, budgets |
//! | `lines`, `group`, `rank`, `pool`, `clawback` | the other bases |
//! | `pay` | payees, split, instalments |
//! | `schedule`, `reverse` | what earlier months left behind |

mod clawback;
mod each;
pub mod eval;
pub mod focus;
mod group;
mod item;
mod judge;
pub mod ladder;
mod limits;
mod lines;
mod measure;
pub mod number;
mod pay;
mod pool;
mod rank;
mod reverse;
pub mod row;
mod schedule;
pub mod trace;
pub mod value;

#[cfg(test)]
mod tests;

use focus::Focus;
pub(crate) use group::measures_of;
use item::{Desk, Item, about};
use measure::Memo;
pub(crate) use measure::{first_month, measures_in, months, visit};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Month, Refusal};
use qudao_policy::lines::{Line, Obligation, ObligationState, Outcome, Reason};
use qudao_policy::model::{Basis, Component, Fact, Policy, PolicySet};
use row::Row;
use std::cell::RefCell;
use std::collections::HashMap;
use trace::{Event, Silent, Trace};

/// Everything a run reads.
#[derive(Debug, Clone, Copy)]
pub struct RunInput<'a> {
    /// All versions of all policies.
    pub policies: &'a PolicySet,
    /// Master rows.
    pub master: &'a Master,
    /// The period to settle.
    pub period: Month,
    /// Facts of all tables: of the period, and of the months before that measures look at.
    pub facts: &'a [Fact],
    /// Lines of earlier periods; those that count for the period or later are passed over.
    pub earlier_lines: &'a [Line],
    /// Obligations the run before left; those not `Scheduled` are passed over.
    pub obligations: &'a [Obligation],
}

/// Settles a period.
///
/// # Errors
/// If an earlier line or obligation names a version that is not in the set, or an amount does not fit.
pub fn run(input: &RunInput<'_>) -> Result<Outcome, Refusal> {
    run_traced(input, &Silent)
}

/// Settles a period, telling the trace of every decision about the items it wants.
///
/// # Errors
/// As [`run`].
pub fn run_traced(input: &RunInput<'_>, trace: &dyn Trace) -> Result<Outcome, Refusal> {
    settle_all(input, trace, None)
}

/// Settles one item of a period. The input need hold only what the item itself needs (its fact, its subscriber's months, events that name
/// it, its earlier lines and obligations, and the facts of measures nobody knows). Clawbacks are passed over, and ranks and pools whose
/// groups nobody knows.
///
/// # Errors
/// As [`run`].
pub fn run_focused(input: &RunInput<'_>, trace: &dyn Trace, focus: Focus<'_>) -> Result<Outcome, Refusal> {
    settle_all(input, trace, Some(focus))
}

fn settle_all(input: &RunInput<'_>, trace: &dyn Trace, focus: Option<Focus<'_>>) -> Result<Outcome, Refusal> {
    let rows = row::rows(input.facts, input.master);
    let mut run = Run { focus, ..Run::new(input, &rows, trace) };
    run.refuse_unknown_versions()?;
    run.report_unattributed();
    run.release_instalments()?;
    for policy in &input.policies.policies {
        run.settle(policy)?;
    }
    run.out.sort();
    Ok(run.out)
}

/// A run under way.
pub(crate) struct Run<'a> {
    input: &'a RunInput<'a>,
    rows: &'a [Row<'a>],
    /// Facts by table and event id.
    by_id: HashMap<(Table, &'a str), &'a Row<'a>>,
    /// Business events of the period by the event they name.
    by_ref: HashMap<&'a str, Vec<&'a Row<'a>>>,
    states: HashMap<(&'a str, Month), &'a Row<'a>>,
    trace: &'a dyn Trace,
    focus: Option<Focus<'a>>,
    memo: RefCell<Memo>,
    /// Lines there were when the component being settled began: it totals these.
    totals_of: usize,
    out: Outcome,
}

/// A component of a version of a policy.
#[derive(Clone, Copy)]
pub(crate) struct Rule<'a> {
    policy: &'a Policy,
    index: usize,
}

impl<'a> Rule<'a> {
    fn component(self) -> &'a Component {
        &self.policy.components[self.index]
    }

    /// Table of the facts it is about: that the chain of bases begins with.
    fn table(self) -> Option<Table> {
        let mut base = &self.component().basis;
        while let Basis::Lines { of } = base {
            base = &self.policy.components[*of.first()?].basis;
        }
        if let Basis::Each { table, .. } = base { Some(*table) } else { None }
    }

    /// Whether a line of an earlier run was made by this component, of whatever version.
    fn made(self, line: &Line) -> bool {
        line.policy == self.policy.name && line.component == self.component().name
    }
}

/// Whether an obligation is the rest of an `Earn` line.
pub(crate) fn is_rest_of(due: &Obligation, line: &Line) -> bool {
    reverse::belongs(due, line)
}

/// Whether a version is in force on a day.
pub(crate) fn in_force(policy: &Policy, day: qudao_kernel::Date) -> bool {
    policy.from <= day && day < policy.to
}

impl<'a> Run<'a> {
    fn new(input: &'a RunInput<'a>, rows: &'a [Row<'a>], trace: &'a dyn Trace) -> Self {
        let mut states: HashMap<(&str, Month), &Row<'_>> = HashMap::new();
        for row in rows.iter().filter(|row| row.fact.table == Table::SubscriberMonth) {
            let key = (row.text(Col::Subscriber), row::state_month(row.fact));
            let seen = states.entry(key).or_insert(row);
            if row.id > seen.id {
                *seen = row;
            }
        }
        let by_id = rows.iter().map(|row| ((row.fact.table, row.id.as_str()), row)).collect();
        let mut by_ref: HashMap<&str, Vec<&Row<'_>>> = HashMap::new();
        for row in rows.iter().filter(|row| row.fact.table == Table::BusinessEvent && row.month == input.period) {
            by_ref.entry(row.text(Col::Ref)).or_default().push(row);
        }
        Self { input, rows, by_id, by_ref, states, trace, focus: None, memo: RefCell::default(), totals_of: 0, out: Outcome::default() }
    }

    /// State of a subscriber in a month; `None` for no subscriber.
    fn subscriber_month(&self, subscriber: &str, month: Month) -> Option<&'a Row<'a>> {
        if subscriber.is_empty() { None } else { self.states.get(&(subscriber, month)).copied() }
    }

    /// Whether an item is looked at.
    fn looks_at(&self, basis: &str) -> bool {
        self.focus.is_none_or(|focus| focus.basis == basis)
    }

    /// Lines of earlier runs.
    fn earlier(&self) -> impl Iterator<Item = &'a Line> + use<'a> {
        let period = self.input.period;
        self.input.earlier_lines.iter().filter(move |line| line.origin < period)
    }

    /// Lines of earlier runs and of this one so far.
    fn lines_so_far(&self) -> impl Iterator<Item = &Line> {
        self.earlier().chain(&self.out.lines)
    }

    fn desk<'r>(&'r self, policy: &'a Policy, component: &'a str, item: &'r Item<'a>) -> Desk<'r, 'a> {
        let traced = !component.is_empty() && self.trace.wants(about(policy, component, &item.basis));
        Desk { run: self, policy, component, item, traced }
    }

    fn hear(&self, rule: Rule<'a>, basis: &str, event: Event<'_>) {
        let about = about(rule.policy, &rule.component().name, basis);
        if self.trace.wants(about) {
            self.trace.hear(about, event);
        }
    }

    fn version(&self, name: &str, version: u32) -> Option<&'a Policy> {
        self.input.policies.policies.iter().find(|policy| policy.name == name && policy.version == version)
    }

    fn refuse_unknown_versions(&self) -> Result<(), Refusal> {
        let lines = self.earlier().map(|line| (&line.policy, line.version, &line.component));
        let scheduled = self.input.obligations.iter().filter(|due| due.state == ObligationState::Scheduled);
        for (name, version, component) in lines.chain(scheduled.map(|due| (&due.policy, due.version, &due.component))) {
            let known = self.version(name, version).is_some_and(|policy| policy.components.iter().any(|held| held.name == *component));
            if !known {
                return Err(Refusal::bad_input(
                    "settle.policy.version_missing",
                    format!(
                        "以往月份的结果由政策 {name} 第 {version} 版的规则 {component} 产生,但本次提供的政策中没有它;请把该版本一并提供"
                    ),
                    format!(
                        "earlier results come from component {component} of policy {name} version {version}, which is not among the policies given; add that version"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn report_unattributed(&mut self) {
        for row in self.rows.iter().filter(|row| row.month == self.input.period && row.partner.is_empty()) {
            let names_someone = !row.text(Col::Outlet).is_empty() || !row.text(Col::Partner).is_empty();
            if row.fact.table == Table::BusinessEvent || names_someone {
                self.out.reasons.push(Reason {
                    period: self.input.period,
                    partner: String::new(),
                    policy: String::new(),
                    version: 0,
                    component: String::new(),
                    basis: row.id.clone(),
                    day: row.day,
                    code: "unattributed".into(),
                    until: None,
                    forgone: 0,
                });
            }
        }
    }

    /// One version: facts together, then the rest in order; each component first earns, then takes back.
    fn settle(&mut self, policy: &'a Policy) -> Result<(), Refusal> {
        let pays_facts = |index: &usize| matches!(policy.components[*index].basis, Basis::Each { .. });
        let (facts, others): (Vec<usize>, Vec<usize>) = policy.order.iter().partition(|index| pays_facts(index));
        self.totals_of = self.out.lines.len();
        self.pay_facts(policy, &facts)?;
        let judges_period = in_force(policy, self.input.period.last_day());
        for index in others {
            self.totals_of = self.out.lines.len();
            let rule = Rule { policy, index };
            match &rule.component().basis {
                Basis::Each { .. } => {}
                Basis::Lines { of } => {
                    self.pay_lines(rule, of)?;
                    self.reverse(rule)?;
                }
                _ if !judges_period || self.focus.is_some_and(|focus| focus.groups(policy, rule.component()).is_none()) => {}
                Basis::Group { key, span, pay } => self.pay_groups(rule, *key, *span, *pay)?,
                Basis::Rank { key, span, by, within, top } => {
                    self.pay_ranked(rule, &rank::Contest { key: *key, span: *span, by, within: *within, top: *top })?;
                }
                Basis::Pool { key, span, weight } => self.pay_pool(rule, *key, *span, weight)?,
                Basis::Clawback { key, of, suspect, when, beyond } => {
                    self.claw_back(rule, &clawback::Hunt { key: *key, of, suspect, when, beyond: beyond.as_ref() })?;
                }
            }
        }
        Ok(())
    }
}
