//! What is evaluated once at the end: ranks, pools, and groups over measures that cross partners.
//!
//! Bounds: one group for each partner (outlet, clerk) that contributed; a province has some ten thousand partners.

use super::block::{Block, Shared, Trouble};
use super::eval::{Eval, Measures};
use super::group::{self, GroupKey, key_of, split_keys};
use super::items::Items;
use super::measure::{key_of_item, line_key_kind, region};
use super::num::{Num, Overflow};
use super::plan::{measures_of, window_months};
use super::reverse::Earlier;
use super::sink::Sink;
use super::totals::{Claims, Totals, line_totals};
use qudao_kernel::{Month, territory};
use qudao_policy::model::{Agg, Basis, Key, Measure, Source};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Measures by what the passes collected.
struct EndMeasures<'b> {
    block: &'b Block<'b>,
    claims: &'b Claims,
    cache: RefCell<HashMap<(usize, i32), Rc<Totals>>>,
}

impl EndMeasures<'_> {
    fn totals(&self, policy: usize, measure: usize, anchor: Month) -> Result<Option<Rc<Totals>>, Overflow> {
        let shared = self.block.shared;
        let model = &shared.set.policies[policy].measures[measure];
        let Source::Lines { of } = &model.source else {
            return Ok(self.claims.measures.get(&(policy, measure, anchor.index())).map(|totals| Rc::new(totals.clone())));
        };
        let families: Vec<u32> = of.iter().map(|base| shared.plan.family(policy, *base)).collect();
        let months = window_months(model.window, anchor);
        Ok(Some(Rc::new(line_totals(&shared.totals, &self.claims.lines, &families, model.key, months, shared.plan.period)?)))
    }
}

impl Measures for EndMeasures<'_> {
    fn measure(&self, policy: usize, measure: usize, items: &Items<'_>) -> Result<Num, Overflow> {
        let shared = self.block.shared;
        let model = &shared.set.policies[policy].measures[measure];
        let anchor = items.anchor.unwrap_or(shared.plan.period);
        let slot = (measure, anchor.index());
        let cached = self.cache.borrow().get(&slot).cloned();
        let totals = if let Some(totals) = cached {
            totals
        } else {
            let Some(totals) = self.totals(policy, measure, anchor)? else { return Ok(Num::int(of_nothing(model, anchor))) };
            self.cache.borrow_mut().insert(slot, totals.clone());
            totals
        };
        Num::collect((0..items.len).map(|item| {
            let code = items.seg.get(item).map_or("", |seg| self.block.segs[*seg as usize].as_str());
            // Nothing is counted for a key the item does not have.
            let Some(sub) = key_of_item(model.key, items, item) else { return Ok(totals.get("\0")) };
            Ok(match model.key {
                Key::Company => totals.get(""),
                Key::Region(level) => totals.get(territory::at_level(region(shared, items, item), level)),
                Key::Partner => totals.get(code),
                _ => totals.get(&format!("{code}/{sub}")),
            })
        }))
    }
}

/// Value of a measure of facts for a key nothing was counted for.
fn of_nothing(measure: &Measure, anchor: Month) -> i128 {
    let (first, last) = window_months(measure.window, anchor);
    match measure.source {
        Source::Facts { agg: Agg::IdleMonths, .. } => i128::from(last.since(first) + 1),
        _ => 0,
    }
}

/// Partners the end block needs as segments: those with groups, accounts with lines that are totalled, and every partner that may yet be paid.
fn segments(shared: &Shared, claims: &Claims) -> Vec<String> {
    let mut codes: BTreeSet<String> = BTreeSet::new();
    for ((policy, component), groups) in &claims.groups {
        let key = key_of(&shared.set.policies[*policy].components[*component]);
        codes.extend(split_keys(groups.iter().cloned(), key).into_keys());
    }
    for sums in claims.lines.values() {
        codes.extend(sums.keys().map(|(account, _)| account.clone()));
    }
    for family in &shared.plan.totalled_at_end {
        codes.extend(shared.totals.accounts(*family).cloned());
    }
    // What is paid here may be the first line of an account, and the next component totals it: overrides upon overrides.
    codes.extend(shared.master.partners.rows.iter().map(|partner| partner.code.clone()));
    codes.into_iter().collect()
}

/// The block of segments that the end works on: partners without facts.
pub(crate) fn block<'s>(shared: &'s Shared, claims: &Claims) -> Block<'s> {
    Block::new(shared, segments(shared, claims), Vec::new(), None, Earlier::default())
}

/// Pays everything that is evaluated at the end, in dependency order.
pub(crate) fn pay<'b>(block: &'b Block<'b>, claims: &mut Claims) -> Result<Sink, Trouble> {
    let shared = block.shared;
    let numbers: HashMap<&str, u32> = block.segs.iter().enumerate().map(|(seg, code)| (code.as_str(), seg as u32)).collect();
    let mut sink = Sink::default();
    for (p, policy) in block.policies().filter(|(p, _)| shared.plan.settles_groups[*p]) {
        for c in &policy.order {
            let comp = shared.plan.number(p, *c);
            if !shared.plan.comps[comp as usize].global {
                continue;
            }
            let component = &policy.components[*c];
            let groups = groups(block, claims, p, *c, &numbers);
            let from = sink.lines.len();
            pay_one(block, claims, p, *c, &groups, &mut sink)?;
            for index in from..sink.lines.len() {
                let line = &sink.lines[index];
                let account = block.account_code(line.account).to_string();
                claims.add_line(
                    shared.plan.comps[comp as usize].family,
                    &account,
                    line.payee_kind,
                    block.text(&sink, line.payee),
                    line.amount,
                )?;
            }
            debug_assert!(
                matches!(component.basis, Basis::Group { .. } | Basis::Rank { .. } | Basis::Pool { .. }),
                "only these wait for the end"
            );
        }
    }
    Ok(sink)
}

fn pay_one(block: &Block<'_>, claims: &Claims, p: usize, c: usize, groups: &BTreeSet<GroupKey>, sink: &mut Sink) -> Result<(), Trouble> {
    let shared = block.shared;
    let measures = EndMeasures { block, claims, cache: RefCell::default() };
    let eval = Eval {
        policy: &shared.set.policies[p],
        index: p,
        fills: &shared.fills[p],
        master: &shared.master,
        subs: &shared.subs,
        measures: &measures,
    };
    let component = &shared.set.policies[p].components[c];
    let comp = shared.plan.number(p, c);
    match &component.basis {
        Basis::Rank { .. } => group::pay_rank(block, &eval, p, component, comp, groups, sink),
        Basis::Pool { .. } => group::pay_pool(block, &eval, p, component, comp, groups, sink),
        _ => group::pay_groups(block, &eval, p, component, comp, groups, sink),
    }
}

/// Groups of a component: from facts as collected, and from lines of its measures.
fn groups(block: &Block<'_>, claims: &Claims, p: usize, c: usize, numbers: &HashMap<&str, u32>) -> BTreeSet<GroupKey> {
    let shared = block.shared;
    let policy = &shared.set.policies[p];
    let component = &policy.components[c];
    let key = key_of(component);
    let mut found = BTreeSet::new();
    let mut add = |code: &str, sub: &str| {
        if let Some(seg) = numbers.get(code) {
            found.insert((*seg, sub.to_string()));
        }
    };
    for (code, subs) in split_keys(claims.groups.get(&(p, c)).into_iter().flatten().cloned(), key) {
        for sub in subs {
            add(&code, &sub);
        }
    }
    let kind = line_key_kind(key);
    for m in measures_of(policy, component) {
        let Source::Lines { of } = &policy.measures[m].source else { continue };
        if matches!(key, Key::Customer | Key::Subscriber) {
            continue;
        }
        let (first, last) = window_months(policy.measures[m].window, shared.plan.period);
        for family in of.iter().map(|base| shared.plan.family(p, *base)) {
            for account in shared.totals.accounts(family) {
                for (payee, _) in shared.totals.amounts(family, account, kind, first, last) {
                    add(account, payee);
                }
            }
            if first <= shared.plan.period && shared.plan.period <= last {
                for (account, payee) in claims.lines.get(&family).into_iter().flat_map(HashMap::keys) {
                    if payee.as_ref().map(|(kind, _)| *kind) == kind {
                        add(account, payee.as_ref().map_or("", |(_, code)| code));
                    }
                }
            }
        }
    }
    found
}
