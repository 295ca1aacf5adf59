//! Looking at one item only, for a proof among millions: what the item needs from all the others is asked of whoever knows it.

use super::measure::KeyValue;
use super::number::Exact;
use super::trace::Counted;
use qudao_kernel::Month;
use qudao_policy::model::{Basis, Component, Key, Policy};

/// Answers for what a run over everything has found out. Each answer may be `None`: then it is worked out from the facts and lines given.
pub trait Known {
    /// Value of a measure (index into the policy's) for a key (partner and what is within it; a territory; nothing for the company), with
    /// a month as anchor, and what it was made of.
    fn measure(&self, policy: &Policy, measure: usize, anchor: Month, key: (&str, &str)) -> Option<(Exact, Counted)>;

    /// Fen of a joint cap or budget (by name) that were used before the item's turn came for this component.
    fn used(&self, policy: &Policy, limit: &str, component: &str, basis: &str) -> Option<i64>;

    /// Whether another item has the place of this `once` value.
    fn taken(&self, policy: &Policy, component: &str, value: &str, basis: &str) -> Option<bool>;
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

/// Whether a component can be settled for one item alone: ranks, pools and clawbacks need all of them.
pub(crate) fn can_stand_alone(component: &Component) -> bool {
    !matches!(component.basis, Basis::Rank { .. } | Basis::Pool { .. } | Basis::Clawback { .. })
}
