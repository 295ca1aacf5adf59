//! Which items can be proved from their own fact, their subscriber's months and what the run wrote, without the partner's other facts.

use crate::interp::{first_month, measures_in, months, visit};
use qudao_kernel::Month;
use qudao_kernel::facts::Table;
use qudao_policy::model::{Agg, Basis, Cap, Component, Expr, Field, GroupPay, Key, Order, Payee, Policy, PolicySet, Source, Span, Trigger};
use std::collections::{BTreeMap, BTreeSet};

/// Whether everything any component could make of a fact of a table follows from the fact itself, subscriber states, and joint caps by
/// day whose use the run's lines tell ([`crate::interp::focus::Known::used`]). Items of groups, ranks, pools and clawbacks do not.
pub fn stands_alone(set: &PolicySet, table: Table) -> bool {
    set.policies.iter().all(|policy| {
        let looks = |index: &usize| table_of(policy, *index) == Some(table);
        let concerned: Vec<usize> = (0..policy.components.len()).filter(looks).collect();
        concerned.iter().all(|index| is_plain(policy, &policy.components[*index]))
            && !policy.budgets.iter().any(|budget| budget.components.iter().any(|index| concerned.contains(index)))
            && policy.caps.iter().filter(|cap| cap.components.iter().any(|index| concerned.contains(index))).all(|cap| is_told(policy, cap))
    })
}

/// The table a component's items come from; `None` for groups and the like.
pub fn table_of(policy: &Policy, index: usize) -> Option<Table> {
    match &policy.components[index].basis {
        Basis::Each { table, .. } => Some(*table),
        Basis::Lines { of } | Basis::Clawback { of, .. } => of.first().and_then(|base| table_of(policy, *base)),
        Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. } => None,
    }
}

fn is_plain(policy: &Policy, component: &Component) -> bool {
    if matches!(component.basis, Basis::Clawback { .. }) {
        return false;
    }
    let mut found = BTreeSet::new();
    let exprs = [&policy.scope, &component.filter, &component.amount].into_iter();
    let bounds = component.floor.iter().chain(&component.cap).chain(component.requires.iter().map(|require| &require.cond));
    let (back, gates) = (component.reverse.iter(), component.schedule.iter());
    let back = back.flat_map(|reverse| {
        let when = if let Trigger::When(condition) = &reverse.trigger { Some(condition) } else { None };
        when.into_iter().chain([&reverse.fraction])
    });
    let gates = gates.flat_map(|schedule| schedule.parts.iter().filter_map(|part| part.gate.as_ref()).chain(&schedule.pause));
    for expr in exprs.chain(bounds).chain(back).chain(gates) {
        measures_in(policy, expr, &mut found);
    }
    found.is_empty()
}

/// What proving a group takes, besides its own partner's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Tables of facts that are counted, and the months.
    pub tables: BTreeMap<Table, (Month, Month)>,
    /// First month lines are totalled of.
    pub lines: Option<Month>,
    /// Of partners of these tiers directly below, the facts count, too.
    pub tiers: BTreeSet<String>,
    /// Months in which the state of the facts' subscribers is read; it may stand at another partner.
    pub states: BTreeSet<Month>,
}

/// What it takes to prove an item of a group, ranking or pool by partner, outlet or clerk as the whole period would: the facts and lines
/// that any component counts for the same key. `None` where that is not the partner's alone.
pub fn group_needs(set: &PolicySet, period: Month, policy: &Policy, component: usize) -> Option<Needs> {
    let key_of = |component: &Component| match component.basis {
        Basis::Group { key, .. } | Basis::Rank { key, .. } | Basis::Pool { key, .. } => Some(key),
        _ => None,
    };
    // A code may be an outlet's and a clerk's: both kinds of groups are looked at by the name of either.
    let alike = |key: Key| if key == Key::Clerk { Key::Outlet } else { key };
    let wanted = alike(key_of(&policy.components[component])?);
    let mut needs = Needs::default();
    for other in set.policies.iter().filter(|other| crate::interp::in_force(other, period.last_day())) {
        for held in &other.components {
            let Some(key) = key_of(held) else { continue };
            let is_subject = std::ptr::eq(held, &raw const policy.components[component]);
            let is_group_alike = matches!(held.basis, Basis::Group { .. }) && alike(key) == wanted;
            if is_subject || is_group_alike {
                for anchor in anchors(held, period) {
                    add_needs(set, other, held, key, anchor, &mut needs)?;
                }
            }
        }
    }
    Some(needs)
}

/// Months a component is worked out for: the period, and the one before where only what has come on top is paid.
fn anchors(component: &Component, period: Month) -> Vec<Month> {
    let before = period.plus(-1);
    match component.basis {
        Basis::Group { pay: GroupPay::Cumulative, span, .. } if first_month(span, period) <= before => vec![before, period],
        _ => vec![period],
    }
}

fn add_needs(set: &PolicySet, policy: &Policy, component: &Component, key: Key, anchor: Month, needs: &mut Needs) -> Option<()> {
    if !matches!(key, Key::Partner | Key::Outlet | Key::Clerk) {
        return None;
    }
    for index in crate::interp::measures_of(policy, component) {
        let measure = &policy.measures[index];
        if measure.key != key && measure.key != Key::Partner {
            return None;
        }
        let (first, last) = months(measure.window, anchor);
        match &measure.source {
            // Which version's lines are there when another version of the policy adds them up is for the whole run to say.
            Source::Lines { .. } if key != Key::Partner || set.policies.iter().filter(|other| other.name == policy.name).count() > 1 => {
                return None;
            }
            Source::Lines { .. } => needs.lines = Some(needs.lines.map_or(first, |month| month.min(first))),
            Source::Facts { table, filter, agg, .. } => {
                let sum = if let Agg::Sum(expr) = agg { Some(expr) } else { None };
                if [Some(&policy.scope), Some(filter), sum].into_iter().flatten().any(|expr| reads_states(policy, expr)) {
                    needs.states.insert(anchor);
                }
                let range = needs.tables.entry(*table).or_insert((first, last));
                *range = (range.0.min(first), range.1.max(last));
                needs.tiers.extend(measure.rollup.iter().flat_map(|rollup| rollup.tiers.iter().cloned()));
            }
        }
    }
    Some(())
}

/// Whether an expression reads a subscriber's state.
fn reads_states(policy: &Policy, expr: &Expr) -> bool {
    let mut found = false;
    visit(policy, expr, &mut |expr| found |= matches!(expr, Expr::Field(Field::Sub(_) | Field::SubExists)));
    found
}

/// Whether a cap's use before an item stands in the lines of the own partner's account.
fn is_told(policy: &Policy, cap: &Cap) -> bool {
    let stays = |index: &usize| {
        let up = |payee: &Payee| !matches!(payee, Payee::Partner | Payee::Outlet | Payee::Clerk);
        !policy.components[*index].payees.iter().any(|share| up(&share.payee))
    };
    cap.key == Key::Partner && cap.span == Span::Month && cap.order == Order::ByDay && cap.components.iter().all(stays)
}
