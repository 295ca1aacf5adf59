//! Groups: one item for each key that contributed to what the component reads.

use super::item::Item;
use super::judge::pays_people_only;
use super::measure::{KeyValue, first_month, is_last_month, measures_in};
use super::trace::Event;
use super::{Rule, Run};
use qudao_kernel::{Month, Refusal};
use qudao_policy::model::{Basis, Component, GroupPay, Key, Policy, Span};
use std::collections::BTreeSet;

impl<'a> Run<'a> {
    /// Pays groups once at the end of the span, or every month what has come on top.
    pub(crate) fn pay_groups(&mut self, rule: Rule<'a>, key: Key, span: Span, pay: GroupPay) -> Result<(), Refusal> {
        match pay {
            GroupPay::AtEnd if is_last_month(span, self.input.period) => self.pay_at_end(rule, key),
            GroupPay::AtEnd => Ok(()),
            GroupPay::Cumulative => self.pay_cumulative(rule, key, span),
        }
    }

    fn pay_at_end(&mut self, rule: Rule<'a>, key: Key) -> Result<(), Refusal> {
        for item in self.group_items(rule, key) {
            if !self.considered(rule, &item) {
                continue;
            }
            let amount = self.judged(rule, &item)?;
            if amount != 0 {
                self.pay(rule, &item, amount)?;
            }
        }
        Ok(())
    }

    /// What the component gives this month, less what it gave the month before in the same span.
    fn pay_cumulative(&mut self, rule: Rule<'a>, key: Key, span: Span) -> Result<(), Refusal> {
        let before = self.input.period.plus(-1);
        let has_before = first_month(span, self.input.period) <= before;
        for item in self.group_items(rule, key) {
            let considered = self.considered(rule, &item);
            if let Some(code) = self.fails_check(rule, &item) {
                if considered {
                    self.reason(rule, &item, code, None, 0);
                }
                continue;
            }
            let earlier = if has_before { self.gives(rule, &self.group_item(rule, key, &key_value(key, &item), before))? } else { 0 };
            self.hear(rule, &item.basis, Event::Before(before, earlier));
            let failed = if considered { self.fails_requirement(rule, &item) } else { None };
            let now = if considered && failed.is_none() { self.amount(rule, &item)? } else { 0 };
            let difference = super::number::fit(i128::from(now) - i128::from(earlier))?;
            match failed {
                Some((code, until)) => self.reason(rule, &item, &code, until, 0),
                None if considered && difference == 0 => self.reason(rule, &item, "zero_amount", None, 0),
                None => {}
            }
            if difference != 0 {
                self.pay(rule, &item, difference)?;
            }
        }
        Ok(())
    }

    /// What a component gives for a group, without standard checks: 0 where the filter or a requirement fails.
    fn gives(&self, rule: Rule<'a>, item: &Item<'a>) -> Result<i64, Refusal> {
        if self.considered(rule, item) && self.fails_requirement(rule, item).is_none() { self.amount(rule, item) } else { Ok(0) }
    }

    /// The groups of a component in the period, by key.
    pub(crate) fn group_items(&self, rule: Rule<'a>, key: Key) -> Vec<Item<'a>> {
        let groups = self.groups(rule, key, self.input.period);
        let wanted = groups.into_iter().filter(|group| !group.0.is_empty() || pays_people_only(rule.component()));
        wanted.map(|group| self.group_item(rule, key, &group, self.input.period)).collect()
    }

    /// A group with a month as anchor.
    pub(crate) fn group_item(&self, rule: Rule<'a>, key: Key, group: &KeyValue, anchor: Month) -> Item<'a> {
        let (partner, within) = group;
        let basis = if key == Key::Partner { partner.clone() } else { format!("{partner}/{within}") };
        let mut item = Item { own: partner.clone(), ..Item::bare(&basis, anchor.last_day(), anchor) };
        match key {
            Key::Outlet => item.outlet.clone_from(within),
            Key::Clerk => item.clerk.clone_from(within),
            Key::Customer => item.customer.clone_from(within),
            Key::Subscriber => item.subscriber.clone_from(within),
            Key::Partner | Key::Company | Key::Region(_) => {}
        }
        self.with_payee(rule, item)
    }
}

/// Measures a component of a group, ranking or pool reads.
pub(crate) fn measures_of(policy: &Policy, component: &Component) -> BTreeSet<usize> {
    let mut read = BTreeSet::new();
    measures_in(policy, &component.filter, &mut read);
    measures_in(policy, &component.amount, &mut read);
    component.requires.iter().for_each(|require| measures_in(policy, &require.cond, &mut read));
    match &component.basis {
        Basis::Rank { by, .. } => measures_in(policy, by, &mut read),
        Basis::Pool { weight, .. } => measures_in(policy, weight, &mut read),
        _ => {}
    }
    read
}

fn key_value(key: Key, item: &Item<'_>) -> KeyValue {
    let within = match key {
        Key::Outlet => &item.outlet,
        Key::Clerk => &item.clerk,
        Key::Customer => &item.customer,
        Key::Subscriber => &item.subscriber,
        Key::Partner | Key::Company | Key::Region(_) => "",
    };
    (item.own.clone(), within.to_string())
}
