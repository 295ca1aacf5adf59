//! Why a re-run differs: which input of the line changed.

use crate::interp::row::{cell, day, event_id};
use qudao_kernel::facts::Col;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Text};
use qudao_policy::lines::Line;
use qudao_policy::model::{Cell, Fact, Policy, PolicySet};

/// Inputs of a run, for telling what changed between two.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Policies.
    pub policies: &'a PolicySet,
    /// Master rows.
    pub master: &'a Master,
    /// Facts.
    pub facts: &'a [Fact],
}

/// Why a line differs from what was posted. The first that applies, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Another version of the policy pays now, or the text of the version changed.
    Policy {
        /// Policy name.
        policy: String,
        /// Version that had paid; 0 if none.
        from: u32,
        /// Version that pays now; 0 if none.
        to: u32,
    },
    /// The fact arrived after the month was closed.
    LateFact {
        /// Event id.
        id: String,
        /// Day it became known, where the fact says so.
        known_on: Option<Date>,
    },
    /// The fact was corrected.
    CorrectedFact {
        /// Event id.
        id: String,
    },
    /// The fact was withdrawn.
    WithdrawnFact {
        /// Event id.
        id: String,
    },
    /// Rows of its partner, parent, outlet or agreement on its day changed.
    Hierarchy {
        /// Partner whose account it concerns.
        partner: String,
    },
    /// Something it is computed from changed: a measure, a total, a limit, a subscriber's state.
    Consequence,
    /// Nothing is known about the inputs of the run before.
    Unknown,
}

impl Why {
    /// The sentence for the beneficiary.
    pub fn text(&self) -> Text {
        match self {
            Why::Policy { policy, from, to } if from == to => Text::new(
                format!("政策 {policy} 第 {to} 版的内容已更正"),
                format!("the text of policy {policy} version {to} was corrected"),
            ),
            Why::Policy { policy, from: 0, to } => {
                Text::new(format!("政策 {policy} 第 {to} 版追溯生效"), format!("policy {policy} version {to} took effect for that month"))
            }
            Why::Policy { policy, from, to: 0 } => Text::new(
                format!("政策 {policy} 第 {from} 版不再适用于该月"),
                format!("policy {policy} version {from} no longer applies to that month"),
            ),
            Why::Policy { policy, from, to } => Text::new(
                format!("政策 {policy} 由第 {from} 版改为第 {to} 版"),
                format!("policy {policy} version {to} took the place of version {from}"),
            ),
            Why::LateFact { id, known_on: Some(day) } => {
                Text::new(format!("业务 {id} 于 {day} 才到达"), format!("event {id} became known only on {day}"))
            }
            Why::LateFact { id, known_on: None } => {
                Text::new(format!("业务 {id} 在结账后到达"), format!("event {id} arrived after the month was closed"))
            }
            Why::CorrectedFact { id } => Text::new(format!("业务 {id} 的数据已更正"), format!("the data of event {id} were corrected")),
            Why::WithdrawnFact { id } => Text::new(format!("业务 {id} 已撤回"), format!("event {id} was withdrawn")),
            Why::Hierarchy { partner } => Text::new(
                format!("代理商 {partner} 当日的归属、上级、网点或协议资料已更正"),
                format!("the rows of partner {partner} for that day (owner, parent, outlet or agreement) were corrected"),
            ),
            Why::Consequence => Text::new("计算所依据的业务量、合计或限额发生变化", "a volume, total or limit it is computed from changed"),
            Why::Unknown => Text::new("重算结果与已入账金额不同", "the re-run differs from what was posted"),
        }
    }
}

/// The reason of one difference.
pub(super) fn of(posted: Option<&Line>, now: Option<&Line>, old: Option<&Inputs<'_>>, new: &Inputs<'_>) -> Why {
    let Some(line) = now.or(posted) else { return Why::Unknown };
    policy_changed(posted, now, old, new)
        .or_else(|| old.and_then(|old| fact_changed(line, old, new)))
        .or_else(|| old.and_then(|old| rows_changed(line, old, new)))
        .unwrap_or(if old.is_some() { Why::Consequence } else { Why::Unknown })
}

fn version<'a>(set: &'a PolicySet, line: &Line) -> Option<&'a Policy> {
    set.policies.iter().find(|policy| policy.name == line.policy && policy.version == line.version)
}

fn policy_changed(posted: Option<&Line>, now: Option<&Line>, old: Option<&Inputs<'_>>, new: &Inputs<'_>) -> Option<Why> {
    let (from, to) = (posted.map_or(0, |line| line.version), now.map_or(0, |line| line.version));
    let line = now.or(posted)?;
    let why = Why::Policy { policy: line.policy.clone(), from, to };
    if from != 0 && to != 0 && from != to {
        return Some(why);
    }
    let old = old?;
    let (before, after) = (version(old.policies, line), version(new.policies, line));
    (before.map(meaning) != after.map(meaning) || fills(old.policies, line) != fills(new.policies, line)).then_some(why)
}

/// What of a version decides pay: not its titles, examples or where its text came from.
fn meaning(policy: &Policy) -> (&str, Date, Date) {
    (&policy.source, policy.from, policy.to)
}

fn fills<'a>(set: &'a PolicySet, line: &Line) -> Vec<&'a qudao_policy::model::Fill> {
    set.fills.iter().filter(|fill| fill.policy == line.policy && fill.version == line.version).collect()
}

/// The fact of this id that counts: the one known last.
fn fact<'a>(facts: &'a [Fact], line: &Line) -> Option<&'a Fact> {
    let known = |fact: &Fact| known_on(fact).unwrap_or(Date::from_days(i32::MIN));
    facts.iter().filter(|fact| day(fact) == line.day && event_id(fact) == line.basis).max_by_key(|fact| known(fact))
}

fn known_on(fact: &Fact) -> Option<Date> {
    match cell(fact, Col::KnownOn) {
        Some(Cell::Date(day)) => Some(*day),
        _ => None,
    }
}

fn fact_changed(line: &Line, old: &Inputs<'_>, new: &Inputs<'_>) -> Option<Why> {
    let id = line.basis.clone();
    match (fact(old.facts, line), fact(new.facts, line)) {
        (None, Some(fact)) => Some(Why::LateFact { id, known_on: known_on(fact) }),
        (Some(_), None) => Some(Why::WithdrawnFact { id }),
        (Some(before), Some(after)) if !same(before, after) => Some(Why::CorrectedFact { id }),
        _ => reversing_fact(line, old, new),
    }
}

/// A cancellation that arrived late: it is new, and names the item.
fn reversing_fact(line: &Line, old: &Inputs<'_>, new: &Inputs<'_>) -> Option<Why> {
    let names = |fact: &&Fact| matches!(cell(fact, Col::Ref), Some(Cell::Text(of)) if *of == line.basis);
    let fact = new.facts.iter().filter(names).find(|fact| !old.facts.iter().any(|held| same(held, fact)))?;
    Some(Why::LateFact { id: event_id(fact), known_on: known_on(fact) })
}

fn same(a: &Fact, b: &Fact) -> bool {
    let has_all = |a: &Fact, b: &Fact| a.cells.iter().all(|cell| b.cells.contains(cell));
    a.table == b.table && has_all(a, b) && has_all(b, a)
}

/// Rows the line rests on: account, own partner, its parents, outlet, agreement, as of the day.
fn rows_changed(line: &Line, old: &Inputs<'_>, new: &Inputs<'_>) -> Option<Why> {
    let partner = if line.partner.is_empty() { &line.own_partner } else { &line.partner };
    let outlet = fact(new.facts, line).map(|fact| crate::interp::row::text(fact, Col::Outlet).to_string()).unwrap_or_default();
    let changed = |code: &str| rests_on(old.master, code, line.day) != rests_on(new.master, code, line.day);
    let moved = old.master.outlet(&outlet, line.day) != new.master.outlet(&outlet, line.day);
    (moved || changed(&line.partner) || changed(&line.own_partner)).then(|| Why::Hierarchy { partner: partner.clone() })
}

type Rows<'a> = (Vec<&'a qudao_kernel::master::Partner>, Option<&'a qudao_kernel::master::Agreement>);

fn rests_on<'a>(master: &'a Master, partner: &str, day: Date) -> Rows<'a> {
    let chain = (0..qudao_kernel::master::MAX_DEPTH as u8).map_while(|steps| master.ancestor(partner, steps, day)).collect();
    (chain, master.agreement(partner, day))
}
