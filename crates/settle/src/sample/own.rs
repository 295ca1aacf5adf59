//! Which components follow from a partner's own rows alone.

use crate::interp::{measures_in, visit};
use qudao_policy::model::{Agg, Basis, Component, Expr, Field, Key, Payee, Policy, PolicySet, Source, Span, Trigger};
use std::collections::{BTreeMap, BTreeSet};

/// What of a component matters here.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four questions that do not exclude each other")]
struct Kind {
    /// Follows from the partner's own rows.
    own: bool,
    /// Is computed over many items of the partner: groups, claw-backs, what reads a measure or shares a cap.
    many: bool,
    /// Has group keys, not events, as its bases.
    group: bool,
    /// Reads states of subscribers, or competes with what reads them.
    states: bool,
}

/// The components of a set that can be judged from one partner's own rows.
pub struct Own<'a> {
    kinds: BTreeMap<(&'a str, u32, &'a str), Kind>,
}

impl<'a> Own<'a> {
    /// Looks at every component of a set.
    pub fn new(set: &'a PolicySet) -> Self {
        let mut kinds = BTreeMap::new();
        for policy in &set.policies {
            for (index, component) in policy.components.iter().enumerate() {
                let kind = Kind {
                    own: is_own(policy, index),
                    many: is_many(policy, index),
                    group: is_group(policy, index),
                    states: reads_states(policy, index) || rivals(policy, index).any(|rival| reads_states(policy, rival)),
                };
                kinds.insert((policy.name.as_str(), policy.version, component.name.as_str()), kind);
            }
        }
        Self { kinds }
    }

    fn kind(&self, policy: &str, version: u32, component: &str) -> Kind {
        self.kinds.get(&(policy, version, component)).copied().unwrap_or_default()
    }

    /// Whether the rows of a component are judged; `open` says that some items of the partner are not.
    pub fn judges(&self, policy: &str, version: u32, component: &str, open: bool) -> bool {
        let kind = self.kind(policy, version, component);
        kind.own && !(open && kind.many)
    }

    /// Whether the bases of a component are groups.
    pub fn is_group(&self, policy: &str, version: u32, component: &str) -> bool {
        self.kind(policy, version, component).group
    }

    /// Whether the rows of a component may hang on subscribers' states.
    pub fn reads_states(&self, policy: &str, version: u32, component: &str) -> bool {
        self.kind(policy, version, component).states
    }

    /// Number of components that can be judged, and of all.
    pub fn count(&self) -> (usize, usize) {
        (self.kinds.values().filter(|kind| kind.own).count(), self.kinds.len())
    }
}

/// Components a component shares an exclusive group or a cap with.
fn rivals(policy: &Policy, index: usize) -> impl Iterator<Item = usize> + '_ {
    let groups = policy.exclusives.iter().map(|group| &group.components).chain(policy.caps.iter().map(|cap| &cap.components));
    groups.filter(move |members| members.contains(&index)).flatten().copied()
}

/// Whether an expression of a component, of a measure it reads, or of a component it is made from reads the state of a subscriber.
fn reads_states(policy: &Policy, index: usize) -> bool {
    let component = &policy.components[index];
    let reads = |expr: &Expr| {
        let mut found = false;
        visit(policy, expr, &mut |expr| found |= matches!(expr, Expr::Field(Field::Sub(_) | Field::SubExists)));
        found
    };
    let measured = measures(policy, component).into_iter().any(|measure| match &policy.measures[measure].source {
        Source::Facts { filter, agg, .. } => reads(filter) || matches!(agg, Agg::Sum(expr) if reads(expr)),
        Source::Lines { of } => of.iter().any(|base| reads_states(policy, *base)),
    });
    measured
        || reads(&policy.scope)
        || exprs(component).into_iter().any(reads)
        || bases(component).iter().any(|base| reads_states(policy, *base))
}

fn exprs(component: &Component) -> Vec<&Expr> {
    let mut all = vec![&component.filter, &component.amount];
    all.extend(component.requires.iter().map(|require| &require.cond));
    all.extend(component.floor.iter().chain(&component.cap));
    match &component.basis {
        Basis::Rank { by, .. } => all.push(by),
        Basis::Pool { weight, .. } => all.push(weight),
        Basis::Clawback { suspect, when, beyond, .. } => all.extend([suspect, when].into_iter().chain(beyond)),
        Basis::Each { .. } | Basis::Lines { .. } | Basis::Group { .. } => {}
    }
    if let Some(schedule) = &component.schedule {
        all.extend(&schedule.pause);
        for part in &schedule.parts {
            all.extend(&part.gate);
        }
    }
    if let Some(reverse) = &component.reverse {
        all.push(&reverse.fraction);
        if let Trigger::When(condition) = &reverse.trigger {
            all.push(condition);
        }
    }
    all
}

fn measures(policy: &Policy, component: &Component) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for expr in exprs(component) {
        measures_in(policy, expr, &mut found);
    }
    measures_in(policy, &policy.scope, &mut found);
    found
}

/// Components whose lines this one is made from.
fn bases(component: &Component) -> &[usize] {
    match &component.basis {
        Basis::Lines { of } | Basis::Clawback { of, .. } => of,
        Basis::Each { .. } | Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. } => &[],
    }
}

/// References between components make no circle, so this ends.
fn is_own(policy: &Policy, index: usize) -> bool {
    let component = &policy.components[index];
    let crosses = matches!(component.basis, Basis::Rank { .. } | Basis::Pool { .. });
    let budgeted = policy.budgets.iter().any(|budget| budget.components.contains(&index));
    !crosses
        && !budgeted
        && bases(component).iter().all(|base| is_own(policy, *base))
        && measures(policy, component).into_iter().all(|measure| measures_own(policy, measure))
        && policy.caps.iter().filter(|cap| cap.components.contains(&index)).all(|cap| {
            // What earlier months used of a longer span stands in the accounts of the payees.
            cap.components.iter().all(|member| stays_home(policy, *member) || cap.span == Span::Month)
                && cap.components.iter().all(|member| reads_own(policy, *member))
        })
        && policy
            .exclusives
            .iter()
            .filter(|group| group.components.contains(&index))
            .all(|group| group.components.iter().all(|member| reads_own(policy, *member)))
}

/// As far as measures and budgets go: for those a component competes with.
fn reads_own(policy: &Policy, index: usize) -> bool {
    !policy.budgets.iter().any(|budget| budget.components.contains(&index))
        && measures(policy, &policy.components[index]).into_iter().all(|measure| measures_own(policy, measure))
}

fn measures_own(policy: &Policy, measure: usize) -> bool {
    let measure = &policy.measures[measure];
    !matches!(measure.key, Key::Company | Key::Region(_))
        && measure.rollup.is_none()
        && match &measure.source {
            Source::Facts { .. } => true,
            Source::Lines { of } => of.iter().all(|base| stays_home(policy, *base) && is_own(policy, *base)),
        }
}

/// Whether all lines of a component go to the account of the item's own partner.
fn stays_home(policy: &Policy, index: usize) -> bool {
    let component = &policy.components[index];
    let goes_up = |payee: &Payee| matches!(payee, Payee::Ancestor(_) | Payee::AncestorOfTier(_));
    !component.payees.iter().any(|share| goes_up(&share.payee)) && bases(component).iter().all(|base| stays_home(policy, *base))
}

fn is_many(policy: &Policy, index: usize) -> bool {
    let component = &policy.components[index];
    is_group(policy, index)
        || matches!(component.basis, Basis::Clawback { .. })
        || policy.caps.iter().any(|cap| cap.components.contains(&index))
        || !measures(policy, component).is_empty()
        || bases(component).iter().any(|base| is_many(policy, *base))
        || taken_by_clawback(policy, index)
}

fn is_group(policy: &Policy, index: usize) -> bool {
    matches!(policy.components[index].basis, Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. })
}

/// Whether a clawback takes lines and obligations of this component.
fn taken_by_clawback(policy: &Policy, index: usize) -> bool {
    policy.components.iter().any(|other| matches!(&other.basis, Basis::Clawback { of, .. } if of.contains(&index)))
}
