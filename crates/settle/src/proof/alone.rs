//! Which items can be proved from their own fact, their subscriber's months and what the run wrote, without the partner's other facts.

use crate::interp::measures_in;
use qudao_kernel::facts::Table;
use qudao_policy::model::{Basis, Cap, Component, Key, Order, Payee, Policy, PolicySet, Span};
use std::collections::BTreeSet;

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
    for expr in exprs.chain(bounds) {
        measures_in(policy, expr, &mut found);
    }
    found.is_empty()
}

/// Whether a cap's use before an item stands in the lines of the own partner's account.
fn is_told(policy: &Policy, cap: &Cap) -> bool {
    let stays = |index: &usize| {
        let up = |payee: &Payee| !matches!(payee, Payee::Partner | Payee::Outlet | Payee::Clerk);
        !policy.components[*index].payees.iter().any(|share| up(&share.payee))
    };
    cap.key == Key::Partner && cap.span == Span::Month && cap.order == Order::ByDay && cap.components.iter().all(stays)
}
