//! Measures within a block: counted once per (measure, anchor), then looked up by key.

use super::block::{Block, Trouble};
use super::eval::{Eval, Measures, NoMeasures};
use super::fast::{Map, Set};
use super::group::key_of;
use super::items::{Check, Items, TableRows};
use super::master::NONE;
use super::num::{self, Num, Overflow};
use super::plan::{measures_of, window_months};
use super::sink::{Account, Sink};
use super::totals::{Claims, Totals};
use qudao_kernel::Month;
use qudao_kernel::facts::Col;
use qudao_kernel::territory;
use qudao_policy::model::{Agg, Basis, GroupPay, Key, Measure, PayeeKind, Source};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Values of one measure for the block's keys: segment, then the second half of the key (empty for partners).
pub(crate) struct Values {
    /// Shared denominator.
    pub(crate) den: i128,
    /// Keys that contributed, with the numerator.
    pub(crate) by_seg: Map<u32, Map<String, i128>>,
    /// Numerator of keys that did not contribute.
    pub(crate) absent: i128,
}

impl Values {
    fn get(&self, seg: u32, sub: &str) -> i128 {
        self.by_seg.get(&seg).and_then(|subs| subs.get(sub)).copied().unwrap_or(self.absent)
    }

    fn add(&mut self, seg: u32, sub: &str, by: i128) -> Result<(), Overflow> {
        let subs = self.by_seg.entry(seg).or_default();
        match subs.get_mut(sub) {
            Some(sum) => *sum = sum.checked_add(by).ok_or(Overflow)?,
            None => {
                subs.insert(sub.to_string(), by);
            }
        }
        Ok(())
    }
}

/// The block's measures.
pub(crate) struct Local<'b> {
    block: &'b Block<'b>,
    cache: RefCell<Map<(usize, usize, i32), Rc<Values>>>,
    /// Sums of this run's line amounts by family → (segment, payee of outlet or clerk or "") → fen. Set before groups are evaluated.
    lines: RefCell<Map<u32, LineSums>>,
}

/// Sums of amounts by (segment, payee kind, payee); partner totals under `(segment, None, "")`.
pub(crate) type LineSums = Map<(u32, Option<PayeeKind>, String), i128>;

impl<'b> Local<'b> {
    /// Nothing counted yet.
    pub(crate) fn new(block: &'b Block<'b>) -> Self {
        Self { block, cache: RefCell::default(), lines: RefCell::default() }
    }

    /// Adds lines to the sums that measures over lines read.
    pub(crate) fn add_lines(&self, sink: &Sink, from: usize) -> Result<(), Overflow> {
        let plan = &self.block.shared.plan;
        let mut sums = self.lines.borrow_mut();
        for line in &sink.lines[from..] {
            let Account::Own(seg) = line.account else { continue };
            let comp = &plan.comps[line.comp as usize];
            if !plan.totalled_in_blocks.contains(&comp.family) {
                continue;
            }
            let sums = sums.entry(comp.family).or_default();
            bump(sums, (seg, None, String::new()), i128::from(line.amount))?;
            if matches!(line.payee_kind, PayeeKind::Outlet | PayeeKind::Clerk) {
                bump(sums, (seg, Some(line.payee_kind), self.block.text(sink, line.payee).to_string()), i128::from(line.amount))?;
            }
        }
        Ok(())
    }

    /// Contributions of this run's and earlier lines to groups of a key, for a measure over lines.
    pub(crate) fn line_groups(&self, policy: usize, of: &[usize], key: Key, (first, last): (Month, Month)) -> Vec<(u32, String)> {
        let shared = self.block.shared;
        let kind = line_key_kind(key);
        let mut found = Vec::new();
        if matches!(key, Key::Customer | Key::Subscriber) {
            return found;
        }
        for component in of {
            let family = shared.plan.family(policy, *component);
            for (seg, code) in self.block.segs.iter().enumerate() {
                let earlier = shared.totals.amounts(family, code, kind, first, last);
                found.extend(earlier.into_iter().map(|(payee, _)| (seg as u32, payee.to_string())));
            }
            if first <= shared.plan.period && shared.plan.period <= last {
                let sums = self.lines.borrow();
                let now = sums.get(&family).into_iter().flatten().filter(|((_, payee_kind, _), _)| *payee_kind == kind);
                found.extend(now.map(|((seg, _, payee), _)| (*seg, payee.clone())));
            }
        }
        found
    }

    /// Values of a measure at an anchor.
    pub(crate) fn values(&self, policy: usize, measure: usize, anchor: Month) -> Result<Rc<Values>, Overflow> {
        let key = (policy, measure, anchor.index());
        if let Some(values) = self.cache.borrow().get(&key) {
            return Ok(values.clone());
        }
        let model = &self.block.shared.set.policies[policy].measures[measure];
        let values = Rc::new(match &model.source {
            Source::Facts { .. } => self.count(policy, model, anchor)?,
            Source::Lines { of } => self.total(policy, model, of, anchor)?,
        });
        self.cache.borrow_mut().insert(key, values.clone());
        Ok(values)
    }

    fn count(&self, policy: usize, measure: &'b Measure, anchor: Month) -> Result<Values, Overflow> {
        let mut counter = Counter::new(measure, anchor);
        let Source::Facts { table, .. } = &measure.source else { return Ok(counter.finish()) };
        let Some(rows) = self.block.table(*table) else { return Ok(counter.finish()) };
        let items = eligible(self.block, policy, measure, anchor)?;
        let eval = Eval { measures: &NoMeasures, ..self.block.eval(policy, self) };
        counter.add(&eval, rows, &items, |items, item| Some((items.seg[item], key_of_fact(measure.key, items, item)?)))?;
        Ok(counter.finish())
    }

    fn total(&self, policy: usize, measure: &'b Measure, of: &[usize], anchor: Month) -> Result<Values, Overflow> {
        let kind = line_key_kind(measure.key);
        let mut values = Values { den: 1, by_seg: Map::default(), absent: 0 };
        let (first, last) = window_months(measure.window, anchor);
        let shared = self.block.shared;
        for component in of {
            if measure.key == Key::Company {
                let family = shared.plan.family(policy, *component);
                let all = shared.totals.accounts(family).flat_map(|account| shared.totals.amounts(family, account, None, first, last));
                let sum: i128 = all.map(|(_, sum)| sum).sum();
                for seg in 0..self.block.segs.len() {
                    values.add(seg as u32, "", sum)?;
                }
                continue;
            }
            for (seg, code) in self.block.segs.iter().enumerate() {
                for (payee, sum) in shared.totals.amounts(shared.plan.family(policy, *component), code, kind, first, last) {
                    values.add(seg as u32, payee, sum)?;
                }
            }
            if first <= shared.plan.period
                && shared.plan.period <= last
                && let Some(sums) = self.lines.borrow().get(&shared.plan.family(policy, *component))
            {
                for ((seg, payee_kind, payee), sum) in sums.iter().filter(|((_, payee_kind, _), _)| *payee_kind == kind) {
                    debug_assert_eq!(*payee_kind, kind);
                    values.add(*seg, payee, *sum)?;
                }
            }
        }
        Ok(values)
    }
}

impl Measures for Local<'_> {
    fn measure(&self, policy: usize, measure: usize, items: &Items<'_>) -> Result<Num, Overflow> {
        let shared = self.block.shared;
        let model = &shared.set.policies[policy].measures[measure];
        let anchor = items.anchor.unwrap_or(shared.plan.period);
        // Totals of earlier months are known to every block, whoever's lines they are of.
        let past = matches!(model.source, Source::Lines { .. }) && window_months(model.window, anchor).1 < shared.plan.period;
        if shared.plan.crosses[policy][measure] && !past {
            let found = shared.decided.measures.get(&(policy, measure, anchor.index()));
            let code = |item: usize| match model.key {
                Key::Company => String::new(),
                Key::Region(level) => territory::at_level(region(shared, items, item), level).to_string(),
                _ => items.seg.get(item).map_or(String::new(), |seg| self.block.segs[*seg as usize].clone()),
            };
            return Num::collect((0..items.len).map(|item| Ok(found.map_or((0, 1), |totals| totals.get(&code(item))))));
        }
        let values = self.values(policy, measure, anchor)?;
        let mut nums = Vec::with_capacity(items.len);
        // Rows of one partner follow each other: remember the last key.
        let mut last: Option<(u32, &str, i128)> = None;
        for item in 0..items.len {
            let seg = items.seg[item];
            let Some(sub) = key_of_item(model.key, items, item) else {
                nums.push(values.absent);
                continue;
            };
            let value = match last {
                Some((last_seg, last_sub, value)) if last_seg == seg && last_sub == sub => value,
                _ => values.get(seg, sub),
            };
            last = Some((seg, sub, value));
            nums.push(value);
        }
        Ok(Num::Shared(nums, values.den))
    }
}

fn bump(sums: &mut LineSums, key: (u32, Option<PayeeKind>, String), by: i128) -> Result<(), Overflow> {
    let sum = sums.entry(key).or_default();
    *sum = sum.checked_add(by).ok_or(Overflow)?;
    Ok(())
}

/// Payee kind that totals by this key look at; partners' totals take all payees of the account.
pub(crate) const fn line_key_kind(key: Key) -> Option<PayeeKind> {
    match key {
        Key::Outlet => Some(PayeeKind::Outlet),
        Key::Clerk => Some(PayeeKind::Clerk),
        _ => None,
    }
}

pub(crate) fn region<'a>(shared: &'a super::block::Shared, items: &Items<'_>, item: usize) -> &'a str {
    if let Some(outlet) = shared.master.outlets.get(items.outlet_of(item)) {
        return &outlet.territory;
    }
    shared.master.partners.get(items.own.get(item).copied().unwrap_or(NONE)).map_or("", |partner| &partner.territory)
}

/// Second half of a fact's key, or `None` if the fact does not count for such keys.
pub(crate) fn key_of_fact<'b>(key: Key, items: &Items<'b>, item: usize) -> Option<&'b str> {
    let text = match (second_half(key), items.table) {
        (Some(col), Some(table)) => table.text(col, items.fact[item] as usize),
        _ => "",
    };
    (key == Key::Partner || !text.is_empty()).then_some(text)
}

/// Column that holds the second half of a key.
const fn second_half(key: Key) -> Option<Col> {
    match key {
        Key::Outlet => Some(Col::Outlet),
        Key::Clerk => Some(Col::Clerk),
        Key::Customer => Some(Col::Customer),
        Key::Subscriber => Some(Col::Subscriber),
        Key::Partner | Key::Company | Key::Region(_) => None,
    }
}

/// Second half of the key an item asks a measure for; `None` if the item has no such key.
pub(crate) fn key_of_item<'i>(key: Key, items: &'i Items<'_>, item: usize) -> Option<&'i str> {
    let Some(col) = second_half(key) else { return Some("") };
    let text = match items.table {
        Some(table) => table.text(col, items.fact[item] as usize),
        None if items.keyed == Some(key) => items.sub_key.get(item).map_or("", |text| text),
        None => "",
    };
    (!text.is_empty()).then_some(text)
}

/// Facts a measure counts: its table, kinds and window, the policy's scope, the standard checks, the measure's filter.
pub(crate) fn eligible<'b>(block: &'b Block<'b>, policy: usize, measure: &'b Measure, anchor: Month) -> Result<Items<'b>, Overflow> {
    let Source::Facts { table, kinds, filter, .. } = &measure.source else { return Ok(Items::default()) };
    let Some(rows) = block.table(*table) else { return Ok(Items::default()) };
    let (first, last) = window_months(measure.window, anchor);
    let users = matches!(measure.key, Key::Customer | Key::Subscriber);
    let mut wanted = rows.of_kinds(kinds);
    wanted.retain(|row| {
        let row = *row as usize;
        let month = rows.month[row];
        let passes = rows.check[row] == Check::Passed
            || (users && rows.check[row] == Check::Unattributed && (!rows.table.has(Col::Hold) || rows.text(Col::Hold, row).is_empty()));
        passes && first.index() <= month && month <= last.index()
    });
    let items = Items::facts(rows, wanted, anchor);
    let eval = Eval { measures: &NoMeasures, ..eval_without(block, policy) };
    let scope = &block.shared.set.policies[policy].scope;
    let in_scope = items.select(&eval.positions(scope, &items, true)?);
    Ok(in_scope.select(&eval.positions(filter, &in_scope, true)?))
}

fn eval_without<'b>(block: &'b Block<'b>, policy: usize) -> Eval<'b> {
    Eval {
        policy: &block.shared.set.policies[policy],
        index: policy,
        fills: &block.shared.fills[policy],
        master: &block.shared.master,
        subs: &block.shared.subs,
        measures: &NoMeasures,
    }
}

/// Accumulates facts into keys.
struct Counter<'b, K> {
    measure: &'b Measure,
    first: Month,
    months: i32,
    den: i128,
    sums: Map<K, i128>,
    seen: Set<(K, &'b str)>,
    active: Map<K, Set<i32>>,
}

impl<'b, K: std::hash::Hash + Eq + Clone> Counter<'b, K> {
    fn new(measure: &'b Measure, anchor: Month) -> Self {
        let (first, last) = window_months(measure.window, anchor);
        Self { measure, first, months: last.since(first) + 1, den: 1, sums: Map::default(), seen: Set::default(), active: Map::default() }
    }

    fn add(
        &mut self,
        eval: &Eval<'b>,
        rows: &'b TableRows,
        items: &Items<'b>,
        key: impl Fn(&Items<'b>, usize) -> Option<K>,
    ) -> Result<(), Overflow> {
        let Source::Facts { agg, .. } = &self.measure.source else { return Ok(()) };
        let amounts = match agg {
            Agg::Sum(expr) => Some(eval.num(expr, items)?),
            _ => None,
        };
        self.den = match &amounts {
            Some(Num::Const(_, den) | Num::Shared(_, den)) => *den,
            Some(Num::Rows(_, dens)) => dens.iter().try_fold(1, |all: i128, den| {
                let (num, _) = num::reduce((all, *den));
                num.checked_mul(*den).ok_or(Overflow)
            })?,
            None => 1,
        };
        // Rows of one key often follow each other: they are added up before they are looked up.
        let mut run: Option<(K, i128)> = None;
        for item in 0..items.len {
            let Some(key) = key(items, item) else { continue };
            let row = items.fact[item] as usize;
            match agg {
                Agg::Count | Agg::Sum(_) => {
                    let by = match &amounts {
                        None => 1,
                        Some(amounts) => {
                            let (num, den) = amounts.at(item);
                            num.checked_mul(self.den / den).ok_or(Overflow)?
                        }
                    };
                    match &mut run {
                        Some((last, sum)) if *last == key => *sum = sum.checked_add(by).ok_or(Overflow)?,
                        _ => {
                            if let Some((last, sum)) = run.replace((key, by)) {
                                self.bump(last, sum)?;
                            }
                        }
                    }
                }
                Agg::Distinct(col) => {
                    let text = rows.text(*col, row);
                    if !text.is_empty() {
                        let fresh = self.seen.insert((key.clone(), text));
                        self.bump(key, i128::from(fresh))?;
                    }
                }
                Agg::ActiveMonths | Agg::IdleMonths => {
                    self.active.entry(key).or_default().insert(rows.month[row] - self.first.index());
                }
            }
        }
        run.map_or(Ok(()), |(key, sum)| self.bump(key, sum))
    }

    fn bump(&mut self, key: K, by: i128) -> Result<(), Overflow> {
        let sum = self.sums.entry(key).or_default();
        *sum = sum.checked_add(by).ok_or(Overflow)?;
        Ok(())
    }

    fn counted(&self) -> Vec<(K, i128)> {
        let idle = matches!(&self.measure.source, Source::Facts { agg: Agg::IdleMonths, .. });
        let months = self.active.iter().map(|(key, months)| {
            let active = months.len() as i128;
            (key.clone(), if idle { i128::from(self.months) - active } else { active })
        });
        self.sums.iter().map(|(key, sum)| (key.clone(), *sum)).chain(months).collect()
    }

    fn absent(&self) -> i128 {
        if matches!(&self.measure.source, Source::Facts { agg: Agg::IdleMonths, .. }) { i128::from(self.months) } else { 0 }
    }
}

impl<'b> Counter<'b, (u32, &'b str)> {
    fn finish(self) -> Values {
        let mut by_seg: Map<u32, Map<String, i128>> = Map::default();
        for ((seg, sub), value) in self.counted() {
            by_seg.entry(seg).or_default().insert(sub.to_string(), value);
        }
        Values { den: self.den, by_seg, absent: self.absent() }
    }
}

/// First pass: values of crossing fact measures that components in blocks read.
pub(crate) fn collect_crossing<'b>(block: &'b Block<'b>, local: &'b Local<'b>, claims: &mut Claims) -> Result<(), Trouble> {
    collect(block, local, claims, false)
}

/// Last pass: what the components evaluated at the end will read.
pub(crate) fn collect_for_end<'b>(block: &'b Block<'b>, local: &'b Local<'b>, sink: &Sink, claims: &mut Claims) -> Result<(), Trouble> {
    collect(block, local, claims, true)?;
    let plan = &block.shared.plan;
    let mut sums: Map<(u32, Account), i128> = Map::default();
    let mut payees: Map<(u32, Account, PayeeKind, &str), i128> = Map::default();
    for line in &sink.lines {
        let family = plan.comps[line.comp as usize].family;
        if !plan.totalled_at_end.contains(&family) {
            continue;
        }
        let amount = i128::from(line.amount);
        *sums.entry((family, line.account)).or_default() += amount;
        if matches!(line.payee_kind, PayeeKind::Outlet | PayeeKind::Clerk) {
            *payees.entry((family, line.account, line.payee_kind, block.text(sink, line.payee))).or_default() += amount;
        }
    }
    for ((family, account), sum) in sums {
        claims.add_sum(family, block.account_code(account), None, sum)?;
    }
    for ((family, account, kind, payee), sum) in payees {
        claims.add_sum(family, block.account_code(account), Some((kind, payee)), sum)?;
    }
    Ok(())
}

/// Adds this block's part of every fact measure that components evaluated at the end read, or of the crossing ones that those in blocks read.
fn collect<'b>(block: &'b Block<'b>, local: &'b Local<'b>, claims: &mut Claims, at_end: bool) -> Result<(), Trouble> {
    let plan = &block.shared.plan;
    for (p, policy) in block.policies().filter(|(p, _)| plan.in_force[*p]) {
        let mut wanted: BTreeSet<(usize, i32)> = BTreeSet::new();
        for (c, component) in policy.components.iter().enumerate() {
            if plan.comps[plan.number(p, c) as usize].global != at_end {
                continue;
            }
            let read = |m: &usize| plan.crosses[p][*m] || (at_end && has_key(policy.measures[*m].key, key_of(component)));
            for measure in measures_of(policy, component).into_iter().filter(read) {
                wanted.insert((measure, plan.period.index()));
                if matches!(component.basis, Basis::Group { pay: GroupPay::Cumulative, .. }) {
                    wanted.insert((measure, plan.period.plus(-1).index()));
                }
            }
        }
        for (m, anchor) in wanted {
            let measure = &policy.measures[m];
            if matches!(measure.source, Source::Facts { .. }) {
                let anchor = Month::from_index(anchor);
                claims.add_measure(p, m, anchor, part_of(block, local, p, measure, anchor)?)?;
            }
        }
    }
    Ok(())
}

/// Whether groups by a key have the key of a measure; to the others it is what it is for nobody.
fn has_key(measure: Key, group: Key) -> bool {
    !matches!(measure, Key::Outlet | Key::Clerk | Key::Customer | Key::Subscriber) || measure == group
}

/// This block's part of a measure, by full key.
fn part_of<'b>(block: &'b Block<'b>, local: &'b Local<'b>, policy: usize, measure: &'b Measure, anchor: Month) -> Result<Totals, Overflow> {
    let mut counter: Counter<'b, (u32, &'b str)> = Counter::new(measure, anchor);
    let own = measure.rollup.is_none() && !matches!(measure.key, Key::Company | Key::Region(_));
    let finish = |counter: Counter<'b, (u32, &'b str)>| if own { counter.own_totals(block) } else { counter.totals(block) };
    let Source::Facts { table, .. } = &measure.source else { return Ok(finish(counter)) };
    let Some(rows) = block.table(*table) else { return Ok(finish(counter)) };
    let eval = Eval { measures: &NoMeasures, ..block.eval(policy, local) };
    let items = eligible(block, policy, measure, anchor)?;
    let shared = block.shared;
    counter.add(&eval, rows, &items, |items, item| {
        Some(match measure.key {
            Key::Company => (NO_SEG, ""),
            Key::Region(level) => (NO_SEG, territory::at_level(region(shared, items, item), level)),
            key => (items.seg[item], key_of_fact(key, items, item)?),
        })
    })?;
    let mut totals = finish(counter);
    if let Some(rollup) = &measure.rollup {
        // Set-like aggregates are merged by their members, so the parent's own facts and those rolled up are counted together.
        totals.add_all(rolled_up(block, &eval, measure, rows, &items, anchor, rollup)?)?;
    }
    Ok(totals)
}

/// Stands for a key that belongs to no partner of the block: the company, a territory, a parent.
const NO_SEG: u32 = u32::MAX;

fn full_key(block: &Block<'_>, (seg, sub): (u32, &str)) -> String {
    match (block.segs.get(seg as usize), sub) {
        (None, _) => sub.to_string(),
        (Some(code), "") => code.clone(),
        (Some(code), _) => format!("{code}/{sub}"),
    }
}

impl Counter<'_, (u32, &str)> {
    /// Totals of keys that no other block has.
    fn own_totals(self, block: &Block<'_>) -> Totals {
        let values = self.counted().into_iter().map(|(key, value)| (full_key(block, key), value)).collect();
        Totals::complete(self.den, values, self.absent())
    }

    fn totals(self, block: &Block<'_>) -> Totals {
        let full = |key| full_key(block, key);
        // Distinct counts and months are merged across blocks by their members, not by their number.
        let texts = self.seen.into_iter().map(|(key, text)| (full(key), text.to_string()));
        let months = self.active.into_iter().flat_map(|(key, months)| months.into_iter().map(move |month| (full(key), month.to_string())));
        let members = texts.chain(months).collect();
        match &self.measure.source {
            Source::Facts { agg: Agg::Count | Agg::Sum(_), .. } => {
                Totals::sums(self.den, self.sums.into_iter().map(|(key, sum)| (full(key), sum)).collect())
            }
            Source::Facts { agg: Agg::IdleMonths, .. } => Totals::members(members, Some(i128::from(self.months))),
            _ => Totals::members(members, None),
        }
    }
}

/// What facts of lower tiers add to their parents.
fn rolled_up<'b>(
    block: &'b Block<'b>,
    eval: &Eval<'b>,
    measure: &'b Measure,
    rows: &'b TableRows,
    items: &Items<'b>,
    anchor: Month,
    rollup: &'b qudao_policy::model::Rollup,
) -> Result<Totals, Overflow> {
    let master = &block.shared.master;
    let tiers: Vec<u32> = (0..items.len as u32)
        .filter(|item| master.partners.get(items.own[*item as usize]).is_some_and(|partner| rollup.tiers.contains(&partner.tier)))
        .collect();
    let rolled = items.select(&tiers);
    let mut counter: Counter<'b, (u32, &'b str)> = Counter::new(measure, anchor);
    counter.add(eval, rows, &rolled, |items, item| {
        let parent = master.partners.get(master.parent(items.own[item], items.day[item]))?;
        Some((NO_SEG, parent.code.as_str()))
    })?;
    let share = match eval.num(&rollup.share, &Items::default())? {
        Num::Const(num, den) => (num, den),
        _ => (1, 1),
    };
    let sums = matches!(&measure.source, Source::Facts { agg: Agg::Count | Agg::Sum(_), .. });
    if sums { counter.totals(block).scaled(share) } else { Ok(counter.totals(block)) }
}
