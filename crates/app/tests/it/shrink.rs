//! Cuts a case on which interpreter and engine disagree down to what the disagreement needs.

use crate::agree::{Tally, compare};
use crate::cover::measures_of;
use crate::random::Case;
use crate::random_world::World;
use qudao_policy::model::{Component, Expr, Policy};
use std::collections::BTreeSet;

fn fails(case: &Case, world: &World, block: usize) -> Option<String> {
    compare(case, world, block, &mut Tally::default(), None).err()
}

/// Simpler forms of a component: each keeps what refers to it whole.
const SIMPLER: [fn(&mut Component); 8] = [
    |component| component.filter = Expr::Bool(false),
    |component| {
        if component.filter != Expr::Bool(false) {
            component.filter = Expr::Bool(true);
        }
    },
    |component| component.requires.clear(),
    |component| component.schedule = None,
    |component| component.reverse = None,
    |component| (component.floor, component.cap) = (None, None),
    |component| component.payees.truncate(1),
    |component| component.amount = Expr::Money(1_000),
];

const FEWER: [fn(&mut Policy); 4] = [
    |policy| policy.exclusives.clear(),
    |policy| policy.caps.clear(),
    |policy| policy.budgets.clear(),
    |policy| policy.scope = Expr::Bool(true),
];

/// The smallest case found, as text.
pub(crate) fn shrunk(case: &Case, mut world: World, mut block: usize) -> String {
    let mut case = Case { set: case.set.clone(), months: case.months.clone() };
    for candidate in [64, 1] {
        if fails(&case, &world, candidate).is_some() {
            block = candidate;
        }
    }
    let mut step = world.facts.len().max(1);
    while step > 0 {
        let mut at = world.facts.len();
        while at > 0 {
            let from = at.saturating_sub(step);
            let kept = world.facts.clone();
            world.facts.drain(from..at);
            if fails(&case, &world, block).is_none() {
                world.facts = kept;
            }
            at = from;
        }
        step /= 2;
    }
    while case.months.len() > 1 {
        let last = case.months.pop();
        if fails(&case, &world, block).is_none() {
            case.months.extend(last);
            break;
        }
    }
    for index in (0..case.set.policies.len()).rev() {
        let policy = case.set.policies.remove(index);
        if fails(&case, &world, block).is_none() {
            case.set.policies.insert(index, policy);
        }
    }
    for index in 0..case.set.policies.len() {
        for simpler in FEWER {
            let kept = case.set.policies[index].clone();
            simpler(&mut case.set.policies[index]);
            if fails(&case, &world, block).is_none() {
                case.set.policies[index] = kept;
            }
        }
        for component in 0..case.set.policies[index].components.len() {
            for simpler in SIMPLER {
                let kept = case.set.policies[index].components[component].clone();
                simpler(&mut case.set.policies[index].components[component]);
                if fails(&case, &world, block).is_none() {
                    case.set.policies[index].components[component] = kept;
                }
            }
        }
    }
    let why = fails(&case, &world, block).unwrap_or_default();
    let policies: Vec<String> = case.set.policies.iter().map(shown).collect();
    let facts: Vec<String> = world.facts.iter().map(|fact| format!("  {:?} {:?}", fact.table, fact.cells)).collect();
    let partners: Vec<String> = world.master.partners().map(|row| format!("  {row:?}")).collect();
    let outlets: Vec<String> = world.master.outlets().map(|row| format!("  {} of {} {:?}", row.code, row.owner, row.span)).collect();
    format!(
        "cut down, {block} partners in a block, months {:?}, late {}:\n{why}\n{}\nfacts:\n{}\npartners:\n{}\noutlets:\n{}\n",
        case.months,
        world.late,
        policies.join("\n"),
        facts.join("\n"),
        partners.join("\n"),
        outlets.join("\n")
    )
}

fn shown(policy: &Policy) -> String {
    let live = policy.components.iter().enumerate().filter(|(_, component)| component.filter != Expr::Bool(false));
    let components: Vec<String> = live
        .clone()
        .map(|(index, one)| {
            format!(
                "  {index} {}: {:?}\n    filter {:?}\n    requires {:?}\n    amount {:?} {:?} {:?} {:?}\n    to {:?} {:?}, once {:?}\n    schedule {:?}\n    reverse {:?}",
                one.name, one.basis, one.filter, one.requires, one.amount, one.floor, one.cap, one.rounding, one.payees, one.remainder, one.once, one.schedule, one.reverse
            )
        })
        .collect();
    let read: BTreeSet<usize> = live.flat_map(|(_, component)| measures_of(policy, component)).collect();
    let measures: Vec<String> = read.iter().map(|index| format!("  measure {index}: {:?}", policy.measures[*index])).collect();
    format!(
        "policy {} {} from {} to {}, scope {:?}, order {:?}\n{}\n{}\n  limits {:?} {:?} {:?}\n  params {:?}\n  predicates {:?}",
        policy.name,
        policy.version,
        policy.from,
        policy.to,
        policy.scope,
        policy.order,
        components.join("\n"),
        measures.join("\n"),
        policy.exclusives,
        policy.caps,
        policy.budgets,
        policy.params,
        policy.predicates
    )
}
