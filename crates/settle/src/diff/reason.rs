//! Why a re-run differs: which input of the line changed.

use super::{Change, Terms};
use qudao_kernel::master::{Agreement, MAX_DEPTH, Master, Partner};
use qudao_kernel::{Date, Text};
use qudao_policy::lines::Line;
use qudao_policy::model::{Fill, Policy, PolicySet};

/// What a run settled by, for telling what changed between two.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Policies.
    pub policies: &'a PolicySet,
    /// Master rows.
    pub master: &'a Master,
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
    /// A short name of the kind of cause, for files and sums.
    pub const fn code(&self) -> &'static str {
        match self {
            Why::Policy { .. } => "policy",
            Why::LateFact { .. } => "late_fact",
            Why::CorrectedFact { .. } => "corrected_fact",
            Why::WithdrawnFact { .. } => "withdrawn_fact",
            Why::Hierarchy { .. } => "hierarchy",
            Why::Consequence => "consequence",
            Why::Unknown => "unknown",
        }
    }

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
pub(super) fn of(posted: Option<&Line>, now: Option<&Line>, terms: &Terms<'_>) -> Why {
    let Some(line) = now.or(posted) else { return Why::Unknown };
    policy_changed(posted, now, terms)
        .or_else(|| fact_changed(line, posted.is_some(), terms))
        .or_else(|| rows_changed(line, terms))
        .unwrap_or(if terms.old.is_some() { Why::Consequence } else { Why::Unknown })
}

fn version<'a>(set: &'a PolicySet, line: &Line) -> Option<&'a Policy> {
    set.policies.iter().find(|policy| policy.name == line.policy && policy.version == line.version)
}

fn policy_changed(posted: Option<&Line>, now: Option<&Line>, terms: &Terms<'_>) -> Option<Why> {
    let (from, to) = (posted.map_or(0, |line| line.version), now.map_or(0, |line| line.version));
    let line = now.or(posted)?;
    let why = Why::Policy { policy: line.policy.clone(), from, to };
    if from != 0 && to != 0 && from != to {
        return Some(why);
    }
    let (old, new) = (terms.old?.policies, terms.new.policies);
    let (before, after) = (version(old, line), version(new, line));
    (before.map(meaning) != after.map(meaning) || fills(old, line) != fills(new, line)).then_some(why)
}

/// What of a version decides pay: not its titles, examples or where its text came from.
fn meaning(policy: &Policy) -> (&str, Date, Date) {
    (&policy.source, policy.from, policy.to)
}

fn fills<'a>(set: &'a PolicySet, line: &Line) -> Vec<&'a Fill> {
    set.fills.iter().filter(|fill| fill.policy == line.policy && fill.version == line.version).collect()
}

/// The fact itself is new, gone or another; or one that names it is new: a cancellation that arrived late. What was paid before cannot have
/// arrived only now: it comes from a file that was sent again, and was corrected.
fn fact_changed(line: &Line, paid: bool, terms: &Terms<'_>) -> Option<Why> {
    let id = line.basis.clone();
    let news = terms.news?;
    match news.of(&line.basis) {
        Some(Change::Late(known_on)) if !paid => return Some(Why::LateFact { id, known_on: *known_on }),
        Some(Change::Late(_) | Change::Corrected) => return Some(Why::CorrectedFact { id }),
        Some(Change::Withdrawn) => return Some(Why::WithdrawnFact { id }),
        None => {}
    }
    let (id, known_on) = news.naming(&line.basis)?;
    Some(Why::LateFact { id: id.to_owned(), known_on })
}

/// Rows the line rests on: account, own partner, its parents, outlet, agreement, as of the day.
fn rows_changed(line: &Line, terms: &Terms<'_>) -> Option<Why> {
    let (old, new) = (terms.old?.master, terms.new.master);
    let partner = if line.partner.is_empty() { &line.own_partner } else { &line.partner };
    let changed = |code: &str| rests_on(old, code, line.day) != rests_on(new, code, line.day);
    let moved = old.outlet(&line.outlet, line.day) != new.outlet(&line.outlet, line.day);
    (moved || changed(&line.partner) || changed(&line.own_partner)).then(|| Why::Hierarchy { partner: partner.clone() })
}

fn rests_on<'a>(master: &'a Master, partner: &str, day: Date) -> (Vec<&'a Partner>, Option<&'a Agreement>) {
    let chain = (0..MAX_DEPTH as u8).map_while(|steps| master.ancestor(partner, steps, day)).collect();
    (chain, master.agreement(partner, day))
}
