//! Looking at one item only, for a proof among millions: what the item needs from all the others is asked of whoever knows it.

use super::measure::{KeyValue, months};
use super::number::Exact;
use super::trace::Counted;
use qudao_kernel::Month;
use qudao_policy::lines::{Line, Reason};
use qudao_policy::model::{Basis, Component, Key, Policy, Source};
use std::collections::BTreeSet;

/// Answers for what a run over everything has found out. Each answer may be `None`: then it is worked out from the facts and lines given.
pub trait Known {
    /// Value of a measure (index into the policy's) for a key (partner and what is within it; a territory; nothing for the company), with
    /// a month as anchor, and what it was made of.
    fn measure(&self, policy: &Policy, measure: usize, anchor: Month, key: (&str, &str)) -> Option<(Exact, Counted)>;

    /// Fen of a joint cap or budget (by name) that were used before the item's turn came for this component.
    fn used(&self, policy: &Policy, limit: &str, component: &str, basis: &str) -> Option<i64>;

    /// Whether another item has the place of this `once` value.
    fn taken(&self, policy: &Policy, component: &str, value: &str, basis: &str) -> Option<bool>;

    /// The groups that stand against each other in a ranking or share a pool. Without an answer, the component is passed over.
    fn groups(&self, _policy: &Policy, _component: &str) -> Option<BTreeSet<(String, String)>> {
        None
    }

    /// What a component that was passed over made of the item: fen of its lines, and its reasons.
    fn passed_over(&self, _policy: &Policy, _component: &str, _basis: &str) -> (i64, Vec<Reason>) {
        (0, Vec::new())
    }
}

/// The one item, and who knows the rest.
#[derive(Clone, Copy)]
pub struct Focus<'a> {
    /// Event id or group key.
    pub basis: &'a str,
    /// Who knows the rest.
    pub known: &'a dyn Known,
}

impl Focus<'_> {
    /// The item as a group of this key; `None` if it is not one.
    pub(crate) fn group(&self, key: Key) -> Option<KeyValue> {
        match (key, self.basis.split_once('/')) {
            (Key::Partner, None) => Some((self.basis.to_string(), String::new())),
            (Key::Outlet | Key::Clerk | Key::Customer | Key::Subscriber, Some((partner, within))) => {
                Some((partner.to_string(), within.to_string()))
            }
            _ => None,
        }
    }
}

impl Focus<'_> {
    /// The groups a component looks at; `None` if it is passed over: a clawback, and a ranking or pool nobody knows the groups of.
    pub(crate) fn groups(&self, policy: &Policy, component: &Component) -> Option<BTreeSet<KeyValue>> {
        match component.basis {
            Basis::Rank { .. } | Basis::Pool { .. } => self.known.groups(policy, &component.name),
            Basis::Group { key, .. } => Some(self.group(key).into_iter().collect()),
            _ => None,
        }
    }
}

/// Value of a measure that totals lines, for the partner whose account these lines are, and what it was made of. The lines are all of the
/// account, of earlier runs and of this one.
pub fn total_of_lines(policy: &Policy, measure: usize, anchor: Month, lines: &[Line]) -> (Exact, Counted) {
    let held = &policy.measures[measure];
    let Source::Lines { of } = &held.source else { return Default::default() };
    let (first, last) = months(held.window, anchor);
    let named = |line: &&Line| line.policy == policy.name && of.iter().any(|index| policy.components[*index].name == line.component);
    let (mut sum, mut ids) = (0_i128, Vec::new());
    for line in lines.iter().filter(named).filter(|line| first <= line.origin && line.origin <= last) {
        sum += i128::from(line.amount);
        ids.push(format!("{}/{}", line.component, line.basis));
    }
    ids.sort();
    let sum = Exact::from_integer(sum.into());
    (sum.clone(), Counted { count: ids.len(), sum, ids })
}
