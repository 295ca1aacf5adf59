//! The passes of a run: what must be known before anything is paid, then payment, then the end.
//!
//! | pass | runs if | collects | a crash here means |
//! |---|---|---|---|
//! | measures | an `Each` or `Lines` component reads a measure that crosses partners | those measures | nothing was written: run again |
//! | once | a component is paid once for a value | the first claim of each value | as above |
//! | budget | a policy has a budget | claims, then grants in the stated order | as above |
//! | both again | a later version in force in the period has such a component or budget | its claims, beside what the earlier one pays | as above |
//! | final | always | totals for the end | output is in temporary files until the run ends |
//!
//! Bounds: what is collected is small (totals for each partner or territory), but for claims on budgets and `once` values, which grow with the
//! facts their components consider.

use super::block::{Block, Pass, Shared, Trouble};
use super::end;
use super::eval::{Eval, NoMeasures};
use super::sink::Sink;
use super::totals::{Claims, grant};
use super::{each, plan::span_start};
use qudao_kernel::{Month, Refusal};
use qudao_policy::model::{Fill, Key, Policy, PolicySet};

/// What receives the result of a block.
pub(crate) type Emit<'e> = dyn FnMut(&Block<'_>, Sink) -> Result<(), Trouble> + 'e;

/// Local parameter values for each policy version.
pub(crate) fn fills(set: &PolicySet) -> Vec<Vec<Fill>> {
    let of = |name: &str, version: u32| set.fills.iter().filter(|fill| fill.policy == name && fill.version == version).cloned().collect();
    set.policies.iter().map(|policy| of(&policy.name, policy.version)).collect()
}

/// Policy and component of a line or obligation.
///
/// # Errors
/// `engine.settle.version_missing` if the set has no such version or component.
pub(crate) fn component_of(set: &PolicySet, name: &str, version: u32, component: &str) -> Result<(usize, usize), Refusal> {
    let policy = set.policies.iter().position(|policy| policy.name == name && policy.version == version);
    let found = policy.and_then(|p| Some((p, set.policies[p].components.iter().position(|held| held.name == component)?)));
    found.ok_or_else(|| {
        Refusal::bad_input(
            "engine.settle.version_missing",
            format!("以往月份的结果由政策 {name} 第 {version} 版的规则 {component} 产生,但本次提供的政策中没有它;请把该版本一并提供"),
            format!("earlier results come from component {component} of policy {name} version {version}, which is not among the policies given; add that version"),
        )
    })
}

/// Runs all passes and the end. `blocks` runs every block for one pass: it collects claims and, in the final pass, emits sinks.
///
/// # Errors
/// Whatever a block refuses.
pub(crate) fn run(
    shared: &mut Shared,
    mut blocks: impl FnMut(&Shared, Pass, &mut Claims, &mut Emit<'_>) -> Result<(), Trouble>,
    emit: &mut Emit<'_>,
) -> Result<(), Refusal> {
    let mut nothing = |_: &Block<'_>, _: Sink| Ok(());
    if shared.plan.measures_first {
        let mut claims = Claims::default();
        blocks(shared, Pass::Measures, &mut claims, &mut nothing)?;
        shared.decided.measures = claims.measures;
    }
    for turn in 0..=shared.plan.turns.iter().copied().max().unwrap_or(0) {
        shared.decided.turn = turn;
        if shared.plan.once && its_turn(shared, |policy| policy.components.iter().any(|component| component.once.is_some())) {
            let mut claims = Claims::default();
            blocks(shared, Pass::Once, &mut claims, &mut nothing)?;
            decide_once(shared, claims);
        }
        if shared.plan.budgets && its_turn(shared, |policy| !policy.budgets.is_empty()) {
            let mut claims = Claims::default();
            blocks(shared, Pass::Budget, &mut claims, &mut nothing)?;
            decide_budgets(shared, claims)?;
        }
    }
    let mut claims = Claims::default();
    blocks(shared, Pass::Final, &mut claims, emit)?;
    let block = end::block(shared, &claims);
    let sink = end::pay(&block, &mut claims)?;
    emit(&block, sink)?;
    Ok(())
}

/// Whether a version whose turn it is needs a pass.
fn its_turn(shared: &Shared, needs: impl Fn(&Policy) -> bool) -> bool {
    let plan = &shared.plan;
    (0..shared.set.policies.len()).any(|p| plan.in_force[p] && plan.turns[p] == shared.decided.turn && needs(&shared.set.policies[p]))
}

/// The first claim wins, where no earlier version has paid for the value in this run.
fn decide_once(shared: &mut Shared, claims: Claims) {
    let Claims { once, paid, .. } = claims;
    let plan = &shared.plan;
    let open = once
        .into_iter()
        .filter(|((comp, value), _)| paid.is_empty() || !paid.contains(&(plan.comps[*comp as usize].family, value.clone())));
    shared.decided.once.extend(open);
}

/// Grants the claims of every budget. What earlier versions accrue in this run counts as used.
fn decide_budgets(shared: &mut Shared, mut claims: Claims) -> Result<(), Refusal> {
    for p in 0..shared.set.policies.len() {
        for b in 0..shared.set.policies[p].budgets.len() {
            let Some(wanted) = claims.budgets.remove(&(p, b)) else { continue };
            let policy = &shared.set.policies[p];
            let budget = &policy.budgets[b];
            let eval =
                Eval { policy, index: p, fills: &shared.fills[p], master: &shared.master, subs: &shared.subs, measures: &NoMeasures };
            let limit = each::constant(&eval, &budget.amount).map_err(Trouble::from)?;
            let families: Vec<u32> = budget.components.iter().map(|component| shared.plan.family(p, *component)).collect();
            let period = shared.plan.period;
            let first = budget.span.map_or(Month::from_index(i32::MIN), |span| span_start(span, period));
            let earlier = shared.totals.accrued(&families, Key::Company, "", first, period.plus(-1));
            let now: i128 = families.iter().filter_map(|family| claims.accrued.get(family)).sum();
            let grants = grant(budget, limit, (earlier + now).max(0), wanted);
            shared.decided.grants.insert((p, b), grants);
        }
    }
    Ok(())
}
