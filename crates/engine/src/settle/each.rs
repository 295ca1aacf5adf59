//! Components with basis `Each`: candidates, `once`, exclusive groups, caps, budgets, then lines.

use super::block::{Block, Pass, Trouble, in_force};
use super::eval::Eval;
use super::fast::Map;
use super::items::{Check, Items, NO_DATE, TableRows};
use super::measure::Local;
use super::num::{self, Num, Overflow};
use super::payees;
use super::plan::{CompNo, budgets_over, caps_over, pays_users_only, span_start};
use super::sink::{ReasonRow, Sink};
use super::totals::{BudgetClaim, Claims};
use qudao_kernel::Date;
use qudao_kernel::facts::Col;
use qudao_policy::lines::LineKind;
use qudao_policy::model::{Basis, Component, Expr, Key, Order, Pick, Policy, RoundMode, Rounding};
use std::collections::BTreeSet;

/// Items of one component that reached an amount.
pub(crate) struct Candidates<'b> {
    pub(crate) component: usize,
    pub(crate) comp: CompNo,
    pub(crate) table: &'b TableRows,
    pub(crate) items: Items<'b>,
    /// Fen, not zero unless something took it away.
    pub(crate) amounts: Vec<i64>,
}

/// All `Each` components of all policies, as far as the pass goes. While claims are collected, versions whose turn is over pay already: what
/// they accrue counts for those after them.
pub(crate) fn pay<'b>(block: &'b Block<'b>, local: &'b Local<'b>, pass: Pass, sink: &mut Sink, claims: &mut Claims) -> Result<(), Trouble> {
    let plan = &block.shared.plan;
    for (p, policy) in block.policies().filter(|(p, _)| plan.in_force[*p]) {
        let pass = match plan.turns[p].cmp(&block.shared.decided.turn) {
            std::cmp::Ordering::Greater if pass < Pass::Final => continue,
            std::cmp::Ordering::Less => Pass::Final,
            _ => pass,
        };
        let eval = block.eval(p, local);
        let mut all = Vec::new();
        for (c, component) in policy.components.iter().enumerate() {
            if let Basis::Each { table, kinds } = &component.basis
                && let Some(rows) = block.table(*table)
            {
                let comp = plan.number(p, c);
                let items = considered(&eval, policy, component, rows, kinds, block)?;
                let (items, amounts) = reached(&eval, component, comp, items, sink)?;
                all.push(Candidates { component: c, comp, table: rows, items, amounts });
            }
        }
        once(block, p, policy, pass, &mut all, sink, claims);
        if pass == Pass::Once {
            continue;
        }
        exclusives(policy, &mut all, sink);
        caps(block, &eval, p, policy, &mut all, sink)?;
        budgets(block, p, policy, pass, &mut all, sink, claims);
        if pass == Pass::Budget {
            continue;
        }
        for candidates in &all {
            let component = &policy.components[candidates.component];
            let kept: Vec<u32> = (0..candidates.items.len as u32).filter(|item| candidates.amounts[*item as usize] != 0).collect();
            let items = candidates.items.select(&kept);
            let amounts: Vec<i64> = kept.iter().map(|item| candidates.amounts[*item as usize]).collect();
            payees::split(block, p, component, candidates.comp, &items, &amounts, &[], sink)?;
        }
    }
    if pass < Pass::Final && plan.several_versions {
        for line in &sink.lines {
            let family = plan.comps[line.comp as usize].family;
            *claims.accrued.entry(family).or_default() += i128::from(line.accrued);
            let value = block.text(sink, line.once);
            if !value.is_empty() {
                claims.paid.insert((family, value.to_string()));
            }
        }
    }
    Ok(())
}

/// Facts of the period a component considers: table, kinds, days in force, scope, filter.
fn considered<'b>(
    eval: &Eval<'b>,
    policy: &'b Policy,
    component: &'b Component,
    rows: &'b TableRows,
    kinds: &[String],
    block: &'b Block<'b>,
) -> Result<Items<'b>, Overflow> {
    let period = block.shared.plan.period;
    let (first, end) = in_force(policy, period);
    let users = pays_users_only(&component.payees);
    let mut wanted = rows.of_kinds(kinds);
    wanted.retain(|row| {
        let day = rows.day[*row as usize];
        first <= day && day < end && (users || rows.check[*row as usize] != Check::Unattributed)
    });
    let items = Items::facts(rows, wanted, period);
    let in_scope = narrow(eval, &policy.scope, items)?;
    narrow(eval, &component.filter, in_scope)
}

fn narrow<'b>(eval: &Eval<'b>, condition: &'b Expr, items: Items<'b>) -> Result<Items<'b>, Overflow> {
    if matches!(condition, Expr::Bool(true)) {
        return Ok(items);
    }
    Ok(items.select(&eval.positions(condition, &items, true)?))
}

/// Standard checks, requirements, amount, floor, cap, rounding. What fails on the way leaves a reason.
fn reached<'b>(
    eval: &Eval<'b>,
    component: &'b Component,
    comp: CompNo,
    items: Items<'b>,
    sink: &mut Sink,
) -> Result<(Items<'b>, Vec<i64>), Trouble> {
    let Some(table) = items.table else { return Ok((items, Vec::new())) };
    let mut items = items;
    if !pays_users_only(&component.payees) {
        let mut passed = Vec::with_capacity(items.len);
        for item in 0..items.len {
            let check = table.check[items.fact[item] as usize];
            if check == Check::Passed {
                passed.push(item as u32);
            } else {
                let code = sink.code(check.code());
                reason(sink, &items, item, comp, code, NO_DATE, 0);
            }
        }
        if passed.len() < items.len {
            items = items.select(&passed);
        }
    }
    payees::resolve_single(eval.master, component, &mut items);
    demand(eval, component, comp, items, sink)
}

/// Requirements, amount and rounding of any items; `reason` rows for those that end here.
pub(crate) fn demand<'b>(
    eval: &Eval<'b>,
    component: &'b Component,
    comp: CompNo,
    items: Items<'b>,
    sink: &mut Sink,
) -> Result<(Items<'b>, Vec<i64>), Trouble> {
    let mut items = items;
    for require in &component.requires {
        let met = eval.bools(&require.cond, &items)?;
        let code = sink.code(&require.code);
        let mut kept = Vec::with_capacity(items.len);
        for item in 0..items.len {
            if met.at(item) {
                kept.push(item as u32);
            } else {
                let until = require.until.map_or(NO_DATE, |within| within.last_day(Date::from_days(items.day[item])).days());
                reason(sink, &items, item, comp, code, until, 0);
            }
        }
        if kept.len() < items.len {
            items = items.select(&kept);
        }
    }
    let amounts = amounts(eval, component, &items)?;
    let mut kept = Vec::with_capacity(items.len);
    let code = sink.code("zero_amount");
    for (item, amount) in amounts.iter().enumerate() {
        if *amount == 0 {
            reason(sink, &items, item, comp, code, NO_DATE, 0);
        } else {
            kept.push(item as u32);
        }
    }
    if kept.len() == items.len {
        return Ok((items, amounts));
    }
    let left = kept.iter().map(|item| amounts[*item as usize]).collect();
    Ok((items.select(&kept), left))
}

/// Rounded amounts.
pub(crate) fn amounts<'b>(eval: &Eval<'b>, component: &'b Component, items: &Items<'b>) -> Result<Vec<i64>, Overflow> {
    let exact = eval.num(&component.amount, items)?;
    let floor = component.floor.as_ref().map(|expr| eval.num(expr, items)).transpose()?;
    let cap = component.cap.as_ref().map(|expr| eval.num(expr, items)).transpose()?;
    let one = |item: usize, mut value: num::Ratio| {
        if value.0 != 0 {
            if let Some(floor) = floor.as_ref().map(|floor| floor.at(item)) {
                value = if num::compare(value, floor).is_lt() { floor } else { value };
            }
            if let Some(cap) = cap.as_ref().map(|cap| cap.at(item)) {
                value = if num::compare(value, cap).is_gt() { cap } else { value };
            }
        }
        rounded(value, component.rounding)
    };
    if let (Num::Const(num, den), None | Some(Num::Const(..)), None | Some(Num::Const(..))) = (&exact, &floor, &cap) {
        return if items.len == 0 { Ok(Vec::new()) } else { Ok(vec![one(0, (*num, *den))?; items.len]) };
    }
    (0..items.len).map(|item| one(item, exact.at(item))).collect()
}

/// An exact amount at its rounding point.
pub(crate) fn rounded((num, den): num::Ratio, rounding: Rounding) -> Result<i64, Overflow> {
    let unit = i128::from(rounding.unit);
    let den = den.checked_mul(unit).ok_or(Overflow)?;
    let magnitude = num.checked_abs().ok_or(Overflow)?;
    let units = match rounding.mode {
        RoundMode::HalfUp => num::round_half_up(magnitude, den)?,
        RoundMode::Down => num::floor_div(magnitude, den),
        RoundMode::Up => -num::floor_div(-magnitude, den),
        RoundMode::HalfEven => {
            let below = num::floor_div(magnitude, den);
            let rest = (magnitude - below * den).checked_mul(2).ok_or(Overflow)?;
            below + i128::from(rest > den || (rest == den && below % 2 != 0))
        }
    };
    let fen = units.checked_mul(unit).ok_or(Overflow)?;
    i64::try_from(if num < 0 { -fen } else { fen }).map_err(|_| Overflow)
}

/// Records why an item ends.
pub(crate) fn reason(sink: &mut Sink, items: &Items<'_>, item: usize, comp: CompNo, code: u16, until: i32, forgone: i64) {
    let basis = items.basis_ref(item);
    sink.reasons.push(ReasonRow {
        comp: Some(comp),
        own: items.own_ref(item),
        seg: items.seg[item],
        basis,
        day: items.day[item],
        code,
        until,
        forgone,
    });
}

/// Takes away what has been paid once already, or collects the claims.
fn once(block: &Block<'_>, p: usize, policy: &Policy, pass: Pass, all: &mut [Candidates<'_>], sink: &mut Sink, claims: &mut Claims) {
    let shared = block.shared;
    for candidates in all {
        let Some(col) = policy.components[candidates.component].once else { continue };
        let code = sink.code("already_paid");
        let family = shared.plan.family(p, candidates.component);
        for item in 0..candidates.items.len {
            let row = candidates.items.fact[item] as usize;
            let value = candidates.table.text(col, row);
            if value.is_empty() || candidates.amounts[item] == 0 {
                continue;
            }
            let event = candidates.table.text(Col::EventId, row);
            let day = candidates.items.day[item];
            let before = shared.totals.paid_once(family, value);
            if pass == Pass::Once {
                if !before {
                    claims.claim_once(candidates.comp, value, day, event);
                }
                continue;
            }
            let first = shared.decided.once.get(&(candidates.comp, value.to_string()));
            if before || first.is_none_or(|first| (first.0, first.1.as_str()) != (day, event)) {
                let forgone = std::mem::take(&mut candidates.amounts[item]);
                reason(sink, &candidates.items, item, candidates.comp, code, NO_DATE, forgone);
            }
        }
    }
}

/// Leaves one component of each exclusive group for every fact.
fn exclusives(policy: &Policy, all: &mut [Candidates<'_>], sink: &mut Sink) {
    for group in &policy.exclusives {
        let mut members: Vec<usize> = (0..all.len()).filter(|index| group.components.contains(&all[*index].component)).collect();
        members.sort_by_key(|index| all[*index].component);
        let mut best: Map<u32, (usize, i64)> = Map::default();
        for member in &members {
            let candidates = &all[*member];
            for (item, amount) in candidates.amounts.iter().enumerate().filter(|(_, amount)| **amount > 0) {
                let entry = best.entry(candidates.items.fact[item]).or_insert((*member, *amount));
                let better = match group.pick {
                    Pick::Best => *amount > entry.1,
                    Pick::First => false,
                    Pick::MostSpecific => specificity(policy, candidates.component) > specificity(policy, all[entry.0].component),
                };
                if better {
                    *entry = (*member, *amount);
                }
            }
        }
        let code = sink.code("excluded");
        for member in members {
            let candidates = &mut all[member];
            for item in 0..candidates.items.len {
                let winner = best.get(&candidates.items.fact[item]).map(|(winner, _)| *winner);
                if candidates.amounts[item] > 0 && winner != Some(member) {
                    let forgone = std::mem::take(&mut candidates.amounts[item]);
                    reason(sink, &candidates.items, item, candidates.comp, code, NO_DATE, forgone);
                }
            }
        }
    }
}

/// Number of different fields a component's filter names.
fn specificity(policy: &Policy, component: usize) -> usize {
    let mut fields = BTreeSet::new();
    super::plan::walk(policy, &policy.components[component].filter, &mut |expr| {
        if let Expr::Field(field) = expr {
            fields.insert(format!("{field:?}"));
        }
    });
    fields.len()
}

/// A claim under a joint limit: candidates index, item, amount.
type Claim = (usize, usize, i64);

fn admit_in_order(all: &[Candidates<'_>], claims: &mut [Claim], order: Order) {
    claims.sort_by(|a, b| {
        let by_day = |claim: &Claim| {
            let candidates = &all[claim.0];
            (
                candidates.items.day[claim.1],
                candidates.table.text(Col::EventId, candidates.items.fact[claim.1] as usize),
                candidates.component,
            )
        };
        let amount = match order {
            Order::ByDay => std::cmp::Ordering::Equal,
            Order::HighestFirst => b.2.cmp(&a.2),
            Order::LowestFirst => a.2.cmp(&b.2),
        };
        amount.then_with(|| by_day(a).cmp(&by_day(b)))
    });
}

fn caps<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    p: usize,
    policy: &'b Policy,
    all: &mut [Candidates<'b>],
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let period = block.shared.plan.period;
    for cap in &policy.caps {
        let limit = constant(eval, &cap.amount)?;
        let families: Vec<u32> = cap.components.iter().map(|component| block.shared.plan.family(p, *component)).collect();
        let mut groups: Map<(u32, &str), Vec<Claim>> = Map::default();
        for (index, candidates) in all
            .iter()
            .enumerate()
            .filter(|(_, candidates)| caps_over(policy, candidates.component).any(|(_, over)| std::ptr::eq(over, cap)))
        {
            for (item, amount) in candidates.amounts.iter().enumerate().filter(|(_, amount)| **amount > 0) {
                let row = candidates.items.fact[item] as usize;
                let sub = match cap.key {
                    Key::Outlet => candidates.table.text(Col::Outlet, row),
                    Key::Clerk => candidates.table.text(Col::Clerk, row),
                    _ => "",
                };
                let nobodys =
                    if cap.key == Key::Partner { block.segs[candidates.items.seg[item] as usize].is_empty() } else { sub.is_empty() };
                if nobodys {
                    continue;
                }
                groups.entry((candidates.items.seg[item], sub)).or_default().push((index, item, *amount));
            }
        }
        let code = sink.code("capped");
        let mut keys: Vec<(u32, &str)> = groups.keys().copied().collect();
        keys.sort_unstable();
        for (seg, sub) in keys {
            let Some(mut claims) = groups.remove(&(seg, sub)) else { continue };
            admit_in_order(all, &mut claims, cap.order);
            let own = &block.segs[seg as usize];
            let key = if cap.key == Key::Partner { own.clone() } else { format!("{own}/{sub}") };
            let earlier = block.shared.totals.accrued(&families, cap.key, &key, span_start(cap.span, period), period.plus(-1));
            let used = (earlier + accrued_now(block, sink, &families, cap.key, seg, sub)).max(0);
            let mut left = (i128::from(limit) - used).max(0);
            for (index, item, amount) in claims {
                let given = i128::from(amount).min(left);
                left -= given;
                let forgone = amount - i64::try_from(given).unwrap_or(0);
                if forgone > 0 {
                    let candidates = &mut all[index];
                    candidates.amounts[item] -= forgone;
                    reason(sink, &candidates.items, item, candidates.comp, code, NO_DATE, forgone);
                }
            }
        }
    }
    Ok(())
}

/// What other versions of the same components accrued for a key in this run.
fn accrued_now(block: &Block<'_>, sink: &Sink, families: &[u32], key: Key, seg: u32, sub: &str) -> i128 {
    let comps = &block.shared.plan.comps;
    if !block.shared.plan.several_versions {
        return 0;
    }
    let lines = sink
        .lines
        .iter()
        .filter(|line| line.seg == seg && line.kind == LineKind::Earn && families.contains(&comps[line.comp as usize].family));
    let keyed = lines.filter(|line| match key {
        Key::Outlet => block.text(sink, line.outlet) == sub,
        Key::Clerk => block.text(sink, line.clerk) == sub,
        _ => true,
    });
    keyed.map(|line| i128::from(line.accrued)).sum()
}

/// Amount of a component whose amount is made of constants: floor, cap and rounding applied, parameters as the text sets them.
pub(crate) fn constant_amount<'b>(eval: &Eval<'b>, component: &'b Component) -> Result<i64, Overflow> {
    let nothing = Items::default();
    let of = |expr: &'b Expr| Ok::<_, Overflow>(eval.num(expr, &nothing)?.at(0));
    let mut value = of(&component.amount)?;
    if value.0 != 0 {
        if let Some(floor) = component.floor.as_ref().map(of).transpose()? {
            value = if num::compare(value, floor).is_lt() { floor } else { value };
        }
        if let Some(cap) = component.cap.as_ref().map(of).transpose()? {
            value = if num::compare(value, cap).is_gt() { cap } else { value };
        }
    }
    rounded(value, component.rounding)
}

/// A constant amount in whole fen, rounded half away from zero.
pub(crate) fn constant<'b>(eval: &Eval<'b>, expr: &'b Expr) -> Result<i64, Overflow> {
    let (num, den) = eval.num(expr, &Items::default())?.at(0);
    i64::try_from(num::round_half_up(num, den)?).map_err(|_| Overflow)
}

fn budgets(block: &Block<'_>, p: usize, policy: &Policy, pass: Pass, all: &mut [Candidates<'_>], sink: &mut Sink, claims: &mut Claims) {
    for candidates in all {
        // With one budget per component the claim is what is left here; a component under several claims them in text order.
        for (b, _) in budgets_over(policy, candidates.component) {
            let code = sink.code("budget_exhausted");
            let grants = block.shared.decided.grants.get(&(p, b));
            for item in 0..candidates.items.len {
                let amount = candidates.amounts[item];
                if amount <= 0 {
                    continue;
                }
                let event = candidates.table.text(Col::EventId, candidates.items.fact[item] as usize).to_string();
                if pass == Pass::Budget {
                    let claim = BudgetClaim { day: candidates.items.day[item], event, component: candidates.component, amount };
                    claims.budgets.entry((p, b)).or_default().push(claim);
                    continue;
                }
                let given = grants.and_then(|grants| grants.get(&(candidates.component, event)).copied()).unwrap_or(0).min(amount);
                if given < amount {
                    candidates.amounts[item] = given;
                    reason(sink, &candidates.items, item, candidates.comp, code, NO_DATE, amount - given);
                }
            }
        }
    }
}
