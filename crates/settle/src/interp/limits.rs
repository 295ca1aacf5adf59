//! What limits facts against each other: once, exclusive groups, joint caps, budgets, in this order.

use super::each::Claim;
use super::measure::{fields_in, first_month};
use super::number::{fit, to_fen};
use super::trace::Event;
use super::{Rule, Run};
use qudao_kernel::{Month, Refusal};
use qudao_policy::lines::{Line, LineKind};
use qudao_policy::model::{Basis, Budget, Cap, Exclusive, Key, Order, Pick, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// What an item claims of a cap or budget: its place among the claims, and the order of admission.
type Queue = Vec<usize>;

/// How a limit answers a claim.
struct Limit<'l> {
    code: &'static str,
    name: &'l str,
    total: i64,
    used: i64,
    /// Whether what crosses is cut to what is left.
    cuts: bool,
    /// A claim was not fully admitted: nothing more is.
    shut: bool,
}

/// The text of the `once` column, which is a text.
pub(crate) fn once_value(item: &super::item::Item<'_>, col: Option<qudao_kernel::facts::Col>) -> String {
    col.zip(item.fact).map(|(col, row)| row.text(col).to_string()).unwrap_or_default()
}

impl<'a> Run<'a> {
    /// Applies all limits of a version to the claims of its components.
    pub(crate) fn limit(&mut self, policy: &'a Policy, claims: &mut [Claim<'a>]) -> Result<(), Refusal> {
        let components: BTreeSet<usize> = claims.iter().map(|claim| claim.index).collect();
        for index in components {
            self.pay_once(Rule { policy, index }, claims);
        }
        for group in &policy.exclusives {
            self.exclude(policy, group, claims);
        }
        for cap in &policy.caps {
            self.cap(policy, cap, claims)?;
        }
        for budget in &policy.budgets {
            self.budget(policy, budget, claims)?;
        }
        Ok(())
    }

    /// Pays only the first item with each value of the `once` column, and none that an earlier run has paid.
    pub(crate) fn pay_once(&mut self, rule: Rule<'a>, claims: &mut [Claim<'a>]) {
        let Some(col) = rule.component().once else { return };
        let mut taken = self.paid_before(rule);
        let mut order: Queue = (0..claims.len()).filter(|at| claims[*at].index == rule.index && claims[*at].amount != 0).collect();
        order.sort_by(|a, b| by_day(&claims[*a], &claims[*b]));
        for at in order {
            let value = once_value(&claims[at].item, Some(col));
            if value.is_empty() {
                continue;
            }
            let known = self.focus.and_then(|focus| focus.known.taken(rule.policy, &rule.component().name, &value, &claims[at].item.basis));
            let is_taken = known.unwrap_or(!taken.insert(value.clone()));
            self.hear(rule, &claims[at].item.basis, Event::Once(&value, is_taken));
            if is_taken {
                self.forgo(rule.policy, &mut claims[at], "already_paid", 0);
            }
        }
    }

    /// Values of the `once` column already paid for: what was accrued for one item with the value is not 0 in all.
    fn paid_before(&self, rule: Rule<'a>) -> BTreeSet<String> {
        let mut accrued: BTreeMap<(&str, &str), i128> = BTreeMap::new();
        for line in self.lines_so_far().filter(|line| rule.made(line) && line.counts_as == LineKind::Earn && !line.once.is_empty()) {
            *accrued.entry((&line.once, &line.basis)).or_default() += i128::from(line.accrued);
        }
        accrued.into_iter().filter(|(_, sum)| *sum != 0).map(|((value, _), _)| value.to_string()).collect()
    }

    /// Leaves a claim only `admitted` fen and says why.
    fn forgo(&mut self, policy: &'a Policy, claim: &mut Claim<'a>, code: &str, admitted: i64) {
        self.reason(Rule { policy, index: claim.index }, &claim.item, code, None, claim.amount - admitted);
        claim.amount = admitted;
    }

    /// Of the members that would pay for one fact, one does.
    fn exclude(&mut self, policy: &'a Policy, group: &'a Exclusive, claims: &mut [Claim<'a>]) {
        let mut by_fact: BTreeMap<String, Queue> = BTreeMap::new();
        for (at, claim) in claims.iter().enumerate().filter(|(_, claim)| group.components.contains(&claim.index) && claim.amount > 0) {
            by_fact.entry(claim.item.basis.clone()).or_default().push(at);
        }
        for (basis, mut members) in by_fact {
            members.sort_by_key(|at| claims[*at].index);
            let rank = |at: &usize| match group.pick {
                Pick::Best => claims[*at].amount,
                Pick::First => 0,
                Pick::MostSpecific => fields_in(policy, &policy.components[claims[*at].index].filter) as i64,
            };
            let Some(best) = members.iter().map(rank).max() else { continue };
            let Some(winner) = members.iter().copied().find(|at| rank(at) == best) else { continue };
            let offers: Vec<(&str, i64)> =
                members.iter().map(|at| (policy.components[claims[*at].index].name.as_str(), claims[*at].amount)).collect();
            for at in &members {
                let rule = Rule { policy, index: claims[*at].index };
                self.hear(rule, &basis, Event::Exclusive(&group.name, &offers, &policy.components[claims[winner].index].name));
            }
            for at in members.into_iter().filter(|at| *at != winner) {
                self.forgo(policy, &mut claims[at], "excluded", 0);
            }
        }
    }

    /// Admits claims of each key until the joint cap is reached.
    fn cap(&mut self, policy: &'a Policy, cap: &'a Cap, claims: &mut [Claim<'a>]) -> Result<(), Refusal> {
        let total = to_fen(&Self::text_value(policy, &cap.amount).exact())?;
        let mut by_key: BTreeMap<(String, String), Queue> = BTreeMap::new();
        for at in queue(&cap.components, cap.order, claims) {
            if let Some(key) = cap_key(cap.key, &claims[at].item.own, &claims[at].item.outlet, &claims[at].item.clerk) {
                by_key.entry(key).or_default().push(at);
            }
        }
        let since = first_month(cap.span, self.input.period);
        for (key, queue) in by_key {
            let of_key = |line: &Line| cap_key(cap.key, &line.own_partner, &line.outlet, &line.clerk).as_ref() == Some(&key);
            let used = self.accrued(policy, &cap.components, Some(since), of_key)?;
            let limit = Limit { code: "capped", name: &cap.name, total, used, cuts: true, shut: false };
            self.admit(policy, limit, &queue, claims);
        }
        Ok(())
    }

    /// Grants claims until the budget is used up.
    fn budget(&mut self, policy: &'a Policy, budget: &'a Budget, claims: &mut [Claim<'a>]) -> Result<(), Refusal> {
        let total = to_fen(&Self::text_value(policy, &budget.amount).exact())?;
        let since = budget.span.map(|span| first_month(span, self.input.period));
        let used = self.accrued(policy, &budget.components, since, |_| true)?;
        let limit = Limit { code: "budget_exhausted", name: &budget.name, total, used, cuts: budget.partial, shut: false };
        let queue = queue(&budget.components, budget.order, claims);
        self.admit(policy, limit, &queue, claims);
        Ok(())
    }

    /// What earlier runs, and other versions for single facts in this one, accrued by these components since a month; never less than 0.
    fn accrued(&self, policy: &Policy, of: &[usize], since: Option<Month>, wanted: impl Fn(&Line) -> bool) -> Result<i64, Refusal> {
        let named = |line: &Line| line.policy == policy.name && of.iter().any(|index| policy.components[*index].name == line.component);
        let complete = |line: &Line| line.origin < self.input.period || self.pays_facts(line);
        let counts = |line: &&Line| {
            line.counts_as == LineKind::Earn
                && since.is_none_or(|since| since <= line.origin)
                && named(line)
                && wanted(line)
                && complete(line)
        };
        fit(self.lines_so_far().filter(counts).map(|line| i128::from(line.accrued)).sum::<i128>().max(0))
    }

    /// Whether the version that made a line pays single facts with it.
    fn pays_facts(&self, line: &Line) -> bool {
        let policy = self.version(&line.policy, line.version);
        let component = policy.and_then(|policy| policy.components.iter().find(|component| component.name == line.component));
        component.is_some_and(|component| matches!(component.basis, Basis::Each { .. }))
    }

    fn admit(&mut self, policy: &'a Policy, mut limit: Limit<'a>, queue: &[usize], claims: &mut [Claim<'a>]) {
        for at in queue {
            let claim = &mut claims[*at];
            let component = &policy.components[claim.index].name;
            let known = self.focus.and_then(|focus| focus.known.used(policy, limit.name, component, &claim.item.basis));
            limit.used = known.unwrap_or(limit.used);
            let left = limit.total.saturating_sub(limit.used).max(0);
            let admitted = match () {
                () if limit.shut => 0,
                () if claim.amount <= left => claim.amount,
                () if limit.cuts => left,
                () => 0,
            };
            let event = if limit.code == "capped" { Event::Capped } else { Event::Budget };
            self.hear(
                Rule { policy, index: claim.index },
                &claim.item.basis,
                event(limit.name, limit.total, limit.used, claim.amount, admitted),
            );
            limit.used = limit.used.saturating_add(admitted);
            if admitted < claim.amount {
                limit.shut = true;
                self.forgo(policy, claim, limit.code, admitted);
            }
        }
    }
}

/// Claims above 0 of these components in order of admission.
fn queue(components: &[usize], order: Order, claims: &[Claim<'_>]) -> Queue {
    let mut queue: Queue = (0..claims.len()).filter(|at| components.contains(&claims[*at].index) && claims[*at].amount > 0).collect();
    queue.sort_by(|a, b| {
        let (a, b) = (&claims[*a], &claims[*b]);
        let by_amount = match order {
            Order::ByDay => std::cmp::Ordering::Equal,
            Order::HighestFirst => b.amount.cmp(&a.amount),
            Order::LowestFirst => a.amount.cmp(&b.amount),
        };
        by_amount.then(by_day(a, b))
    });
    queue
}

fn by_day(a: &Claim<'_>, b: &Claim<'_>) -> std::cmp::Ordering {
    (a.item.day, &a.item.basis, a.index).cmp(&(b.item.day, &b.item.basis, b.index))
}

fn cap_key(key: Key, own: &str, outlet: &str, clerk: &str) -> Option<(String, String)> {
    let within = match key {
        Key::Outlet => outlet,
        Key::Clerk => clerk,
        _ => return (!own.is_empty()).then(|| (own.to_string(), String::new())),
    };
    (!within.is_empty()).then(|| (own.to_string(), within.to_string()))
}
