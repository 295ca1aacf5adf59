//! What the results of ranges stand on, of the policies: all but how that is paid which is evaluated at the end. Two runs with the same may share ranges, even
//! if a ladder of the one is not that of the other.

use super::plan::{Plan, measures_of};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::hash::sha256;
use qudao_policy::model::{Basis, Expr, Policy, PolicySet};
use serde_json::Value;
use std::collections::BTreeSet;

/// One hash over the policies as far as blocks of partners read them.
///
/// # Errors
/// None that a checked set can cause.
pub(crate) fn of_ranges(set: &PolicySet, plan: &Plan) -> Result<String, Refusal> {
    let mut parts = Vec::with_capacity(set.policies.len());
    for (p, policy) in set.policies.iter().enumerate() {
        let reads: Vec<BTreeSet<usize>> = policy.components.iter().map(|component| measures_of(policy, component)).collect();
        let ends: Vec<bool> = (0..policy.components.len()).map(|c| plan.comps[usize::from(plan.number(p, c))].global).collect();
        let ladders = serde_json::to_value(&policy.ladders).map_err(|error| unwritable(&error))?;
        let rest = serde_json::to_value(without_ends(policy, &ends)).map_err(|error| unwritable(&error))?;
        let mut used = BTreeSet::new();
        ladders_in(&rest, &mut used);
        let used: Vec<(u64, &Value)> = used.into_iter().filter_map(|at| Some((at, ladders.get(usize::try_from(at).ok()?)?))).collect();
        parts.push(serde_json::to_string(&(reads, ends, used, &rest)).map_err(|error| unwritable(&error))?);
    }
    parts.push(serde_json::to_string(&(&set.fills, &plan.crosses)).map_err(|error| unwritable(&error))?);
    Ok(sha256(parts.join("\n")))
}

fn unwritable(error: &serde_json::Error) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "engine.settle.basis",
        format!("无法将政策写成 JSON:{error};请携带日志报告"),
        format!("cannot write a policy as JSON: {error}; report it with the log"),
    )
}

/// The policy without texts for people, ladders, and what components of the end pay.
fn without_ends(policy: &Policy, ends: &[bool]) -> Policy {
    let mut rest = Policy {
        title: String::new(),
        owner: String::new(),
        ladders: Vec::new(),
        examples: Vec::new(),
        source: String::new(),
        file: String::new(),
        ..policy.clone()
    };
    for (component, at_end) in rest.components.iter_mut().zip(ends) {
        (component.title, component.clause, component.text) = (String::new(), None, (0, 0));
        if !at_end {
            continue;
        }
        (component.filter, component.amount) = (Expr::Bool(true), Expr::Money(0));
        (component.floor, component.cap) = (None, None);
        component.requires.clear();
        match &mut component.basis {
            Basis::Rank { by, within, top, .. } => (*by, *within, *top) = (Expr::Money(0), None, 0),
            Basis::Pool { weight, .. } => *weight = Expr::Money(0),
            _ => {}
        }
    }
    rest
}

/// Places of the ladders that expressions apply.
fn ladders_in(value: &Value, found: &mut BTreeSet<u64>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| ladders_in(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "Ladder" {
                    found.extend(value.get(0).and_then(Value::as_u64));
                }
                ladders_in(value, found);
            }
        }
        _ => {}
    }
}
