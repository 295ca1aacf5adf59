//! Groups, ranks, pools and clawbacks: whom they consider, and what they pay.

use super::block::{Block, Trouble};
use super::each::{self, demand, reason};
use super::eval::Eval;
use super::fast::{Map, Set};
use super::items::{Check, Items, NO_DATE};
use super::master::NONE;
use super::measure::{Local, eligible, key_of_fact};
use super::num::{self, Overflow};
use super::payees;
use super::plan::{CompNo, measures_of, pays_users_only, span_ends, span_start, window_months};
use super::sink::{LineRow, Sink, TextRef};
use qudao_kernel::{Fen, Month, Remainder, territory};
use qudao_policy::lines::{LineKind, ObligationState, part_above};
use qudao_policy::model::{Basis, Component, GroupPay, Key, Policy, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A group: segment, and the second half of its key.
pub(crate) type GroupKey = (u32, String);

/// Pays groups and clawbacks whose measures do not cross partners, in dependency order.
pub(crate) fn pay_local<'b>(block: &'b Block<'b>, local: &'b Local<'b>, sink: &mut Sink) -> Result<(), Trouble> {
    let plan = &block.shared.plan;
    local.add_lines(sink, 0)?;
    for (p, policy) in block.policies().filter(|(p, _)| plan.settles_groups[*p]) {
        let eval = block.eval(p, local);
        for c in &policy.order {
            let comp = plan.number(p, *c);
            let component = &policy.components[*c];
            if plan.comps[comp as usize].global {
                continue;
            }
            let from = sink.lines.len();
            match &component.basis {
                Basis::Group { .. } => {
                    let groups = local_groups(block, local, p, policy, component, plan.period)?;
                    pay_groups(block, &eval, p, component, comp, &groups, sink)?;
                }
                Basis::Clawback { .. } => claw_back(block, &eval, p, policy, component, comp, sink)?,
                _ => continue,
            }
            local.add_lines(sink, from)?;
        }
    }
    Ok(())
}

/// Key of a component that pays groups.
pub(crate) fn key_of(component: &Component) -> Key {
    match &component.basis {
        Basis::Group { key, .. } | Basis::Rank { key, .. } | Basis::Pool { key, .. } | Basis::Clawback { key, .. } => *key,
        _ => Key::Partner,
    }
}

/// Groups of this block with a contribution to a measure the component reads.
pub(crate) fn local_groups<'b>(
    block: &'b Block<'b>,
    local: &Local<'b>,
    p: usize,
    policy: &'b Policy,
    component: &Component,
    anchor: Month,
) -> Result<BTreeSet<GroupKey>, Overflow> {
    let key = key_of(component);
    let mut groups = BTreeSet::new();
    for m in measures_of(policy, component) {
        let measure = &policy.measures[m];
        match &measure.source {
            Source::Facts { .. } => {
                let items = eligible(block, p, measure, anchor)?;
                let mut seen: Set<(u32, &str)> = Set::default();
                let mut last = None;
                for item in 0..items.len {
                    let group = key_of_fact(key, &items, item).map(|sub| (items.seg[item], sub));
                    if group != last {
                        seen.extend(group);
                    }
                    last = group;
                }
                groups.extend(seen.into_iter().map(|(seg, sub)| (seg, sub.to_string())));
            }
            Source::Lines { of } => groups.extend(local.line_groups(p, of, key, window_months(measure.window, anchor))),
        }
    }
    Ok(groups)
}

/// Items for groups as of an anchor month.
pub(crate) fn group_items<'b>(block: &'b Block<'b>, key: Key, groups: &BTreeSet<GroupKey>, anchor: Month, sink: &mut Sink) -> Items<'b> {
    let master = &block.shared.master;
    let last_day = anchor.last_day().days();
    let mut items =
        Items { len: groups.len(), anchor: Some(anchor), keyed: Some(key), day: vec![last_day; groups.len()], ..Items::default() };
    let mut last: Option<(u32, u32, TextRef)> = None;
    for (seg, sub) in groups {
        let code = &block.segs[*seg as usize];
        let (own, own_code) = match last {
            Some((last_seg, own, own_code)) if last_seg == *seg => (own, own_code),
            _ => (master.partners.find(code, last_day), sink.keep(code)),
        };
        last = Some((*seg, own, own_code));
        items.seg.push(*seg);
        items.own.push(own);
        items.own_code.push(own_code);
        items.outlet.push(if key == Key::Outlet { master.outlets.find(sub, last_day) } else { NONE });
        items.sub_key.push(Rc::from(sub.as_str()));
        items.sub_ref.push(sink.keep(sub));
        items.basis.push(if key == Key::Partner { own_code } else { sink.keep(&format!("{code}/{sub}")) });
    }
    items
}

/// Standard checks of groups. Groups without partner end here; others that fail leave a reason if `explain` says so for them.
fn check_groups<'b>(
    block: &'b Block<'b>,
    component: &Component,
    comp: CompNo,
    items: Items<'b>,
    sink: &mut Sink,
    explain: impl Fn(usize) -> bool,
) -> Items<'b> {
    if pays_users_only(&component.payees) {
        return items;
    }
    let mut passed = Vec::with_capacity(items.len);
    for item in 0..items.len {
        let code = &block.segs[items.seg[item] as usize];
        if code.is_empty() {
            continue;
        }
        match super::block::standing(&block.shared.master, items.own[item], code, items.day[item]) {
            Check::Passed => passed.push(item as u32),
            check if explain(item) => {
                let code = sink.code(check.code());
                reason(sink, &items, item, comp, code, NO_DATE, 0);
            }
            _ => {}
        }
    }
    items.select(&passed)
}

/// Filter, checks, requirements, amounts, lines of a `Group` component.
pub(crate) fn pay_groups<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    p: usize,
    component: &'b Component,
    comp: CompNo,
    groups: &BTreeSet<GroupKey>,
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let Basis::Group { key, span, pay } = &component.basis else { return Ok(()) };
    let period = block.shared.plan.period;
    if *pay == GroupPay::AtEnd && !span_ends(*span, period) {
        return Ok(());
    }
    let items = group_items(block, *key, groups, period, sink);
    if *pay == GroupPay::Cumulative {
        return pay_cumulative(block, eval, p, component, comp, items, groups, sink);
    }
    let items = items.select(&eval.positions(&component.filter, &items, true)?);
    let mut items = check_groups(block, component, comp, items, sink, |_| true);
    payees::resolve_single(&block.shared.master, component, &mut items);
    let (items, amounts) = demand(eval, component, comp, items, sink)?;
    payees::split(block, p, component, comp, &items, &amounts, &[], sink)
}

/// Value of every item at an anchor: 0 where filter or a requirement fails. With `sink` and `comp`, failures leave reasons.
fn values<'b>(
    eval: &Eval<'b>,
    component: &'b Component,
    items: &Items<'b>,
    comp: CompNo,
    mut sink: Option<&mut Sink>,
) -> Result<(Vec<i64>, Vec<bool>), Trouble> {
    let mut alive = vec![true; items.len];
    let mut explained = vec![false; items.len];
    let filter = eval.bools(&component.filter, items)?;
    for (item, alive) in alive.iter_mut().enumerate() {
        *alive = filter.at(item);
    }
    for require in &component.requires {
        let met = eval.bools(&require.cond, items)?;
        for item in 0..items.len {
            if alive[item] && !met.at(item) {
                alive[item] = false;
                if let Some(sink) = sink.as_deref_mut() {
                    let until =
                        require.until.map_or(NO_DATE, |within| within.last_day(qudao_kernel::Date::from_days(items.day[item])).days());
                    let code = sink.code(&require.code);
                    reason(sink, items, item, comp, code, until, 0);
                    explained[item] = true;
                }
            }
        }
    }
    let amounts = each::amounts(eval, component, items)?;
    let values = amounts.into_iter().zip(alive).map(|(amount, alive)| if alive { amount } else { 0 }).collect();
    Ok((values, explained))
}

#[expect(clippy::too_many_arguments, reason = "one call site; the pieces have no life together")]
fn pay_cumulative<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    p: usize,
    component: &'b Component,
    comp: CompNo,
    items: Items<'b>,
    groups: &BTreeSet<GroupKey>,
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let Basis::Group { key, span, .. } = &component.basis else { return Ok(()) };
    let period = block.shared.plan.period;
    let mut items = items;
    items.rank = (0..items.len as i64).collect();
    let in_filter = eval.bools(&component.filter, &items)?;
    let considered: Vec<bool> = (0..items.len).map(|item| in_filter.at(item)).collect();
    // Where the filter fails now there may still be something from before to take back, so the checks come for all.
    let before_exists = span_start(*span, period) < period;
    let wanted: Vec<u32> = (0..items.len as u32).filter(|item| considered[*item as usize] || before_exists).collect();
    let items = items.select(&wanted);
    let is_considered = |item: usize| considered[wanted[item] as usize];
    let mut items = check_groups(block, component, comp, items, sink, is_considered);
    payees::resolve_single(&block.shared.master, component, &mut items);
    let (now, explained) = values(eval, component, &items, comp, Some(sink))?;
    let mut before = vec![0; items.len];
    if before_exists {
        let mut earlier = group_items(block, *key, groups, period.plus(-1), sink);
        payees::resolve_single(&block.shared.master, component, &mut earlier);
        let (all, _) = values(eval, component, &earlier, comp, None)?;
        before = items.rank.iter().map(|position| all[*position as usize]).collect();
    }
    let mut kept = Vec::new();
    let mut amounts = Vec::new();
    let zero = sink.code("zero_amount");
    for item in 0..items.len {
        let difference = now[item].checked_sub(before[item]).ok_or(Overflow)?;
        if difference != 0 {
            kept.push(item as u32);
            amounts.push(difference);
        } else if !explained[item] && considered[items.rank[item] as usize] {
            reason(sink, &items, item, comp, zero, NO_DATE, 0);
        }
    }
    items.rank.clear();
    payees::split(block, p, component, comp, &items.select(&kept), &amounts, &[], sink)
}

/// Pays a `Rank` component over all its groups.
pub(crate) fn pay_rank<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    p: usize,
    component: &'b Component,
    comp: CompNo,
    groups: &BTreeSet<GroupKey>,
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let Basis::Rank { key, span, by, within, top } = &component.basis else { return Ok(()) };
    let period = block.shared.plan.period;
    if !span_ends(*span, period) {
        return Ok(());
    }
    let items = group_items(block, *key, groups, period, sink);
    // Groups without partner take no place from those that may be paid.
    let users = pays_users_only(&component.payees);
    let mut placeable = eval.positions(&component.filter, &items, true)?;
    placeable.retain(|item| users || !block.segs[items.seg[*item as usize] as usize].is_empty());
    let mut items = items.select(&placeable);
    let scores = eval.num(by, &items)?;
    let mut contests: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for item in 0..items.len {
        let seat = block.shared.master.partners.get(items.own[item]).map_or("", |partner| partner.territory.as_str());
        contests.entry(within.map_or("", |level| territory::at_level(seat, level))).or_default().push(item as u32);
    }
    items.rank = vec![0; items.len];
    let mut placed = Vec::new();
    for mut contest in contests.into_values() {
        let key = |item: u32| (&block.segs[items.seg[item as usize] as usize], &items.sub_key[item as usize]);
        contest.sort_by(|a, b| num::compare(scores.at(*b as usize), scores.at(*a as usize)).then_with(|| key(*a).cmp(&key(*b))));
        for (place, item) in contest.into_iter().take(*top as usize).enumerate() {
            items.rank[item as usize] = place as i64 + 1;
            placed.push(item);
        }
    }
    placed.sort_unstable();
    let mut items = check_groups(block, component, comp, items.select(&placed), sink, |_| true);
    payees::resolve_single(&block.shared.master, component, &mut items);
    let (items, amounts) = demand(eval, component, comp, items, sink)?;
    payees::split(block, p, component, comp, &items, &amounts, &[], sink)
}

/// Pays a `Pool` component over all its groups.
pub(crate) fn pay_pool<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    p: usize,
    component: &'b Component,
    comp: CompNo,
    groups: &BTreeSet<GroupKey>,
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let Basis::Pool { key, span, weight } = &component.basis else { return Ok(()) };
    let period = block.shared.plan.period;
    if !span_ends(*span, period) {
        return Ok(());
    }
    let items = group_items(block, *key, groups, period, sink);
    let items = items.select(&eval.positions(&component.filter, &items, true)?);
    let weights = eval.num(weight, &items)?;
    let positive: Vec<u32> = (0..items.len as u32).filter(|item| weights.at(*item as usize).0 > 0).collect();
    let mut items = check_groups(block, component, comp, items.select(&positive), sink, |_| true);
    payees::resolve_single(&block.shared.master, component, &mut items);
    let items = meet_requirements(eval, component, comp, items, sink)?;
    if items.len == 0 {
        return Ok(());
    }
    let pool = each::constant_amount(eval, component)?;
    let shares = pool_shares(pool, &eval.num(weight, &items)?, items.len)?;
    let mut order: Vec<u32> = (0..items.len as u32).collect();
    let zero = sink.code("zero_amount");
    order.retain(|item| {
        let pays = shares[*item as usize] != 0;
        if !pays {
            reason(sink, &items, *item as usize, comp, zero, NO_DATE, 0);
        }
        pays
    });
    let amounts: Vec<i64> = order.iter().map(|item| shares[*item as usize]).collect();
    payees::split(block, p, component, comp, &items.select(&order), &amounts, &[], sink)
}

fn meet_requirements<'b>(
    eval: &Eval<'b>,
    component: &'b Component,
    comp: CompNo,
    items: Items<'b>,
    sink: &mut Sink,
) -> Result<Items<'b>, Trouble> {
    let mut items = items;
    for require in &component.requires {
        let met = eval.bools(&require.cond, &items)?;
        let code = sink.code(&require.code);
        let mut kept = Vec::new();
        for item in 0..items.len {
            if met.at(item) {
                kept.push(item as u32);
            } else {
                let until = require.until.map_or(NO_DATE, |within| within.last_day(qudao_kernel::Date::from_days(items.day[item])).days());
                reason(sink, &items, item, comp, code, until, 0);
            }
        }
        items = items.select(&kept);
    }
    Ok(items)
}

/// A pool by weights, largest remainder, ties to the earlier group.
fn pool_shares(pool: i64, weights: &num::Num, len: usize) -> Result<Vec<i64>, Trouble> {
    let mut common: i128 = 1;
    for item in 0..len {
        let (reduced, _) = num::reduce((common, weights.at(item).1));
        common = reduced.checked_mul(weights.at(item).1).ok_or(Overflow)?;
    }
    let mut scaled = Vec::with_capacity(len);
    for item in 0..len {
        let (num, den) = weights.at(item);
        scaled.push(num.checked_mul(common / den).ok_or(Overflow)?);
    }
    let divisor = scaled.iter().fold(0, |all, weight| num::gcd(all, *weight)).max(1);
    let whole: Result<Vec<u64>, Overflow> = scaled.iter().map(|weight| u64::try_from(weight / divisor).map_err(|_| Overflow)).collect();
    let parts = Fen(pool).split(&whole?, Remainder::Largest).map_err(|_| Overflow)?;
    Ok(parts.into_iter().map(|part| part.0).collect())
}

/// Lines of one fact that a clawback looks at.
#[derive(Default)]
struct Suspected {
    accrued: i128,
    lines: Vec<usize>,
    suspect: bool,
    day: i32,
}

fn claw_back<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    p: usize,
    policy: &'b Policy,
    component: &'b Component,
    comp: CompNo,
    sink: &mut Sink,
) -> Result<(), Trouble> {
    let Basis::Clawback { key, of, suspect, when, beyond } = &component.basis else { return Ok(()) };
    let plan = &block.shared.plan;
    let families: Vec<u32> = of.iter().map(|base| plan.family(p, *base)).collect();
    let Some(table) =
        of.first().and_then(|base| super::plan::base_table(policy, &policy.components[*base])).and_then(|table| block.table(table))
    else {
        return Ok(());
    };
    let mut groups: BTreeMap<GroupKey, BTreeMap<u32, Suspected>> = BTreeMap::new();
    // Another version may pay other facts under the same name.
    let same_table = |made_by: CompNo| {
        let at = &plan.comps[made_by as usize];
        let policy = &block.shared.set.policies[at.policy];
        super::plan::base_table(policy, &policy.components[at.component]) == Some(table.table)
    };
    for (index, line) in sink.lines.iter().enumerate() {
        if line.kind != LineKind::Earn
            || line.accrued <= 0
            || !families.contains(&plan.comps[line.comp as usize].family)
            || line.fact == u32::MAX
            || !same_table(line.comp)
        {
            continue;
        }
        let sub = match key {
            Key::Outlet => block.text(sink, line.outlet),
            Key::Clerk => block.text(sink, line.clerk),
            _ => "",
        };
        if *key != Key::Partner && sub.is_empty() {
            continue;
        }
        let fact = groups.entry((line.seg, sub.to_string())).or_default().entry(line.fact).or_default();
        fact.accrued += i128::from(line.accrued);
        fact.day = line.day;
        fact.lines.push(index);
    }
    let keys: BTreeSet<GroupKey> = groups.keys().cloned().collect();
    let mut items = group_items(block, *key, &keys, plan.period, sink);
    items.suspects = Vec::with_capacity(items.len);
    for facts in groups.values_mut() {
        let rows: Vec<u32> = facts.keys().copied().collect();
        let suspects = eval.bools(suspect, &Items::facts(table, rows, plan.period))?;
        for (position, fact) in facts.values_mut().enumerate() {
            fact.suspect = suspects.at(position);
        }
        items.suspects.push((facts.values().filter(|fact| fact.suspect).count() as i64, facts.len() as i64));
    }
    items.rank = (0..items.len as i64).collect();
    let items = items.select(&eval.positions(&component.filter, &items, true)?);
    let items = meet_requirements(eval, component, comp, items, sink)?;
    let items = items.select(&eval.positions(when, &items, true)?);
    let allowed = match beyond {
        Some(share) => Some(eval.num(share, &items)?),
        None => None,
    };
    let all: Vec<&BTreeMap<u32, Suspected>> = groups.values().collect();
    let mut made = Vec::new();
    for item in 0..items.len {
        let facts = all[items.rank[item] as usize];
        let free = match &allowed {
            Some(share) => {
                let (num, den) = num::mul(share.at(item), (facts.len() as i128, 1))?;
                usize::try_from(num::floor_div(num, den).max(0)).unwrap_or(usize::MAX)
            }
            None => 0,
        };
        let mut suspects: Vec<(&u32, &Suspected)> = facts.iter().filter(|(_, fact)| fact.suspect).collect();
        let id = |row: u32| table.text(qudao_kernel::facts::Col::EventId, row as usize);
        suspects.sort_by(|(a, x), (b, y)| y.accrued.cmp(&x.accrued).then_with(|| id(**a).cmp(id(**b))));
        let excess = suspects.len().saturating_sub(free);
        for (_, fact) in suspects.into_iter().take(excess) {
            made.extend(fact.lines.iter().copied());
        }
    }
    take_lines(block, comp, of, &families, &made, sink);
    Ok(())
}

/// Takes back lines of this run and cancels their obligations.
fn take_lines(block: &Block<'_>, comp: CompNo, of: &[usize], families: &[u32], made: &[usize], sink: &mut Sink) {
    let plan = &block.shared.plan;
    debug_assert_eq!(of.len(), families.len(), "one family for each component");
    for index in made {
        let line = sink.lines[*index].clone();
        let identity = |other: &LineRow| (other.basis, other.payee_kind, other.payee, other.part, other.account);
        let taken: i64 = sink
            .lines
            .iter()
            .filter(|other| other.kind == LineKind::Reverse && other.comp == line.comp && identity(other) == identity(&line))
            .map(|other| other.amount)
            .sum();
        let left = line.amount + taken;
        for row in &mut sink.obligations {
            let same = row.comp == line.comp
                && row.basis == line.basis
                && row.payee == line.payee
                && row.payee_kind == line.payee_kind
                && row.part == line.part;
            if same && row.state == ObligationState::Scheduled {
                row.state = ObligationState::Reversed;
            }
        }
        if left == 0 {
            continue;
        }
        let family = plan.comps[line.comp as usize].family;
        let position = families.iter().position(|candidate| *candidate == family).unwrap_or(0);
        let part = part_above(position, line.part).unwrap_or(line.part);
        sink.lines.push(LineRow {
            comp,
            destination_of: line.comp,
            kind: LineKind::Reverse,
            part,
            accrued: -left,
            amount: -left,
            once: TextRef::EMPTY,
            outlet: TextRef::EMPTY,
            clerk: TextRef::EMPTY,
            fact: u32::MAX,
            ..line
        });
    }
}

/// Groups seen by each component evaluated at the end, for one block; also parents that rolled-up facts count for.
pub(crate) fn collect_groups<'b>(block: &'b Block<'b>, claims: &mut super::totals::Claims) -> Result<(), Overflow> {
    let plan = &block.shared.plan;
    let master = &block.shared.master;
    for (p, policy) in block.policies().filter(|(p, _)| plan.settles_groups[*p]) {
        for (c, component) in policy.components.iter().enumerate() {
            if !plan.comps[plan.number(p, c) as usize].global {
                continue;
            }
            let key = key_of(component);
            let mut found: Set<(u32, &str)> = Set::default();
            let mut parents: Set<u32> = Set::default();
            for m in measures_of(policy, component) {
                let measure = &policy.measures[m];
                if !matches!(measure.source, Source::Facts { .. }) {
                    continue;
                }
                let items = eligible(block, p, measure, plan.period)?;
                for item in 0..items.len {
                    found.extend(key_of_fact(key, &items, item).map(|sub| (items.seg[item], sub)));
                    if let (Key::Partner, Some(rollup)) = (key, &measure.rollup)
                        && master.partners.get(items.own[item]).is_some_and(|partner| rollup.tiers.contains(&partner.tier))
                    {
                        parents.insert(master.parent(items.own[item], items.day[item]));
                    }
                }
            }
            let groups = claims.groups.entry((p, c)).or_default();
            for (seg, sub) in found {
                let code = &block.segs[seg as usize];
                groups.insert(if key == Key::Partner { code.clone() } else { format!("{code}/{sub}") });
            }
            groups.extend(parents.into_iter().filter_map(|parent| master.partners.get(parent)).map(|partner| partner.code.clone()));
        }
    }
    Ok(())
}

/// By-name index of groups given as full keys.
pub(crate) fn split_keys(keys: impl Iterator<Item = String>, key: Key) -> Map<String, BTreeSet<String>> {
    let mut by_code: Map<String, BTreeSet<String>> = Map::default();
    for full in keys {
        let (code, sub) = if key == Key::Partner { (full.as_str(), "") } else { full.split_once('/').unwrap_or((&full, "")) };
        by_code.entry(code.to_string()).or_default().insert(sub.to_string());
    }
    by_code
}
