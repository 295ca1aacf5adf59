//! Measures: what was counted for a key, over which months.

use super::eval::{eval, literal};
use super::group::measures_of;
use super::item::{Desk, Item};
use super::number::{Exact, whole};
use super::trace::{Counted, Place};
use super::value::Value;
use super::{Rule, Run};
use num_traits::{One, Zero};
use qudao_kernel::Month;
use qudao_kernel::facts::Table;
use qudao_kernel::territory::at_level;
use qudao_policy::lines::Line;
use qudao_policy::model::{Agg, Basis, Expr, Key, Measure, PayeeKind, Policy, Source, Span, Window};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// A key: partner and, within it, outlet, clerk, customer or subscriber; a territory; nothing for the company.
pub(crate) type KeyValue = (String, String);

/// What one fact or line gives to a measure.
#[derive(Debug, Clone)]
pub(crate) struct Contribution {
    key: KeyValue,
    month: Month,
    id: String,
    amount: Exact,
    text: String,
    rolled: bool,
    partner: String,
    outlet: String,
    clerk: String,
    customer: String,
    subscriber: String,
}

type Asked = (usize, usize, Month, usize);

/// Values already worked out. Totals of lines are kept by the number of lines they look at.
#[derive(Default)]
pub(crate) struct Memo {
    contributions: HashMap<Asked, Rc<Vec<Contribution>>>,
    values: HashMap<(Asked, KeyValue), Exact>,
}

/// Number of months in a span.
fn length(span: Span) -> i32 {
    match span {
        Span::Month => 1,
        Span::Quarter => 3,
        Span::HalfYear => 6,
        Span::Year => 12,
    }
}

/// First month of the span that contains a month.
pub(crate) fn first_month(span: Span, month: Month) -> Month {
    month.plus(-((month.number() as i32 - 1) % length(span)))
}

/// Whether a month is the last of its span.
pub(crate) fn is_last_month(span: Span, month: Month) -> bool {
    first_month(span, month).plus(length(span) - 1) == month
}

/// First and last month a measure looks at.
pub(crate) fn months(window: Window, anchor: Month) -> (Month, Month) {
    match window {
        Window::ToDate(span) => (first_month(span, anchor), anchor),
        Window::Months { from, to } => (anchor.plus(-i32::from(from)), anchor.plus(-i32::from(to))),
    }
}

impl<'a> Run<'a> {
    fn asked(&self, policy: &'a Policy, index: usize, anchor: Month) -> Asked {
        let lines = if matches!(policy.measures[index].source, Source::Lines { .. }) { self.totals_of } else { 0 };
        (std::ptr::from_ref(policy) as usize, index, anchor, lines)
    }

    /// The measure for the item's key. An item that lacks the key has nothing counted.
    pub(crate) fn measure(&self, policy: &'a Policy, index: usize, desk: &Desk<'_, 'a>) -> Value {
        let measure = &policy.measures[index];
        let key = key_of(measure.key, desk.item, desk.region());
        let asked = (self.asked(policy, index, desk.item.anchor), key.clone().unwrap_or_default());
        if let Some(value) = self.memo.borrow().values.get(&asked).filter(|_| key.is_some()) {
            return Value::of(measure.ty, value.clone());
        }
        let known = key.as_ref().and_then(|key| self.known(policy, index, desk.item.anchor, key));
        let value = match &key {
            _ if known.is_some() => known.map(|(value, _)| value).unwrap_or_default(),
            Some(key) => total(measure, desk.item.anchor, &self.contributions_of(policy, index, desk.item.anchor, key)),
            None => total(measure, desk.item.anchor, &[]),
        };
        if key.is_some() {
            self.memo.borrow_mut().values.insert(asked, value.clone());
        }
        Value::of(measure.ty, value)
    }

    fn known(&self, policy: &Policy, index: usize, anchor: Month, key: &KeyValue) -> Option<(Exact, Counted)> {
        self.focus?.known.measure(policy, index, anchor, (&key.0, &key.1))
    }

    /// What the measure was made of, for a proof.
    pub(crate) fn counted(&self, policy: &'a Policy, index: usize, desk: &Desk<'_, 'a>) -> Counted {
        let Some(key) = key_of(policy.measures[index].key, desk.item, desk.region()) else { return Counted::default() };
        if let Some((_, counted)) = self.known(policy, index, desk.item.anchor, &key) {
            return counted;
        }
        let all = self.contributions_of(policy, index, desk.item.anchor, &key);
        let mut ids: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
        ids.sort();
        Counted { count: all.len(), sum: all.iter().fold(Exact::zero(), |sum, one| sum + &one.amount), ids }
    }

    fn contributions_of(&self, policy: &'a Policy, index: usize, anchor: Month, key: &KeyValue) -> Vec<Contribution> {
        self.contributions(policy, index, anchor).iter().filter(|one| one.key == *key).cloned().collect()
    }

    fn contributions(&self, policy: &'a Policy, index: usize, anchor: Month) -> Rc<Vec<Contribution>> {
        let asked = self.asked(policy, index, anchor);
        if let Some(found) = self.memo.borrow().contributions.get(&asked) {
            return Rc::clone(found);
        }
        let measure = &policy.measures[index];
        let found = Rc::new(match &measure.source {
            Source::Facts { table, kinds, filter, agg } => self.of_facts(policy, measure, anchor, (*table, kinds, filter, agg)),
            Source::Lines { of } => self.of_lines(policy, measure, anchor, of),
        });
        self.memo.borrow_mut().contributions.insert(asked, Rc::clone(&found));
        found
    }

    /// Eligible facts of the window, each for its key, and for its partner's parent where it rolls up.
    fn of_facts(&self, policy: &'a Policy, measure: &Measure, anchor: Month, what: (Table, &[String], &Expr, &Agg)) -> Vec<Contribution> {
        let (table, kinds, filter, agg) = what;
        let (first, last) = months(measure.window, anchor);
        let by_person = matches!(measure.key, Key::Customer | Key::Subscriber);
        let mut found = Vec::new();
        for row in self.rows.iter().filter(|row| first <= row.month && row.month <= last && row.is_of(table, kinds)) {
            let eligible = if row.partner.is_empty() { by_person && !row.on_hold() } else { row.fails.is_none() };
            let item = Item::of_fact(row, anchor);
            let desk = self.desk(policy, "", &item);
            if !eligible || !desk.holds(Place::Scope, &policy.scope) || !desk.holds(Place::Filter, filter) {
                continue;
            }
            let Some(key) = key_of(measure.key, &item, desk.region()) else { continue };
            let one = Contribution {
                key,
                month: row.month,
                id: row.id.clone(),
                amount: if let Agg::Sum(expr) = agg { eval(policy, &desk, expr).exact() } else { Exact::one() },
                text: if let Agg::Distinct(col) = agg { row.text(*col).to_string() } else { String::new() },
                rolled: false,
                partner: item.own.clone(),
                outlet: item.outlet.clone(),
                clerk: item.clerk.clone(),
                customer: item.customer.clone(),
                subscriber: item.subscriber.clone(),
            };
            found.extend(self.rolled_up(policy, measure, &one, row.day));
            found.push(one);
        }
        found
    }

    fn rolled_up(&self, policy: &Policy, measure: &Measure, one: &Contribution, day: qudao_kernel::Date) -> Option<Contribution> {
        let rollup = measure.rollup.as_ref()?;
        let row = self.input.master.partner(&one.partner, day).filter(|row| rollup.tiers.contains(&row.tier))?;
        let parent = self.input.master.partner(&row.parent, day)?.code.clone();
        let share = literal(if let Expr::Param(index) = rollup.share { &policy.params[index].value } else { &rollup.share }).exact();
        Some(Contribution {
            key: (parent.clone(), String::new()),
            partner: parent,
            amount: &one.amount * share,
            rolled: true,
            ..one.clone()
        })
    }

    /// Lines of the window: of earlier runs by the month they count for, and of this run so far.
    fn of_lines(&self, policy: &Policy, measure: &Measure, anchor: Month, of: &[usize]) -> Vec<Contribution> {
        let (first, last) = months(measure.window, anchor);
        let named = |line: &Line| line.policy == policy.name && of.iter().any(|index| policy.components[*index].name == line.component);
        let counts = |line: &&Line| first <= line.origin && line.origin <= last && named(line);
        self.earlier().chain(&self.out.lines[..self.totals_of]).filter(counts).filter_map(|line| of_line(measure, line)).collect()
    }

    /// Groups of a component: those with at least one contribution to a measure it reads.
    pub(crate) fn groups(&self, rule: Rule<'a>, key: Key, anchor: Month) -> BTreeSet<KeyValue> {
        let policy = rule.policy;
        let read = measures_of(policy, rule.component());
        if let Some(focus) = self.focus {
            let mut groups = focus.groups(policy, rule.component()).unwrap_or_default();
            if matches!(rule.component().basis, Basis::Group { .. }) {
                groups.retain(|group| read.iter().any(|index| self.contributes(policy, *index, anchor, key, group)));
            }
            return groups;
        }
        let mut groups = BTreeSet::new();
        for index in read {
            groups.extend(self.contributions(policy, index, anchor).iter().filter_map(|one| one.group(key)));
        }
        groups
    }

    /// Whether a group has anything counted in a measure.
    fn contributes(&self, policy: &'a Policy, index: usize, anchor: Month, key: Key, group: &KeyValue) -> bool {
        if policy.measures[index].key == key
            && let Some((_, counted)) = self.known(policy, index, anchor, group)
        {
            return counted.count > 0;
        }
        self.contributions(policy, index, anchor).iter().any(|one| one.group(key).as_ref() == Some(group))
    }
}

fn of_line(measure: &Measure, line: &Line) -> Option<Contribution> {
    let payee = |kind: PayeeKind| if line.payee_kind == kind { line.payee.clone() } else { String::new() };
    let (outlet, clerk) = (payee(PayeeKind::Outlet), payee(PayeeKind::Clerk));
    let key = match measure.key {
        Key::Partner => (line.partner.clone(), String::new()),
        Key::Outlet if !outlet.is_empty() => (line.partner.clone(), outlet.clone()),
        Key::Clerk if !clerk.is_empty() => (line.partner.clone(), clerk.clone()),
        Key::Company => KeyValue::default(),
        _ => return None,
    };
    Some(Contribution {
        key,
        month: line.origin,
        id: format!("{}/{}", line.component, line.basis),
        amount: whole(line.amount),
        text: String::new(),
        rolled: false,
        partner: line.partner.clone(),
        outlet,
        clerk,
        customer: String::new(),
        subscriber: String::new(),
    })
}

impl Contribution {
    /// The group of a component's key it belongs to.
    fn group(&self, key: Key) -> Option<KeyValue> {
        let within = |code: &str| (!code.is_empty() && !self.rolled).then(|| (self.partner.clone(), code.to_string()));
        match key {
            Key::Partner => (!self.partner.is_empty()).then(|| (self.partner.clone(), String::new())),
            Key::Outlet => within(&self.outlet),
            Key::Clerk => within(&self.clerk),
            Key::Customer => within(&self.customer),
            Key::Subscriber => within(&self.subscriber),
            Key::Company | Key::Region(_) => None,
        }
    }
}

/// The key of an item; `None` if it has none of this kind.
fn key_of(key: Key, item: &Item<'_>, region: &str) -> Option<KeyValue> {
    let within = |code: &str| (!code.is_empty()).then(|| (item.own.clone(), code.to_string()));
    match key {
        Key::Partner => Some((item.own.clone(), String::new())),
        Key::Outlet => within(&item.outlet),
        Key::Clerk => within(&item.clerk),
        Key::Customer => within(&item.customer),
        Key::Subscriber => within(&item.subscriber),
        Key::Company => Some(KeyValue::default()),
        Key::Region(level) => Some((at_level(region, level).to_string(), String::new())),
    }
}

fn total(measure: &Measure, anchor: Month, all: &[Contribution]) -> Exact {
    let sum = || all.iter().fold(Exact::zero(), |sum, one| sum + &one.amount);
    let active = || all.iter().map(|one| one.month).collect::<BTreeSet<_>>().len() as i64;
    let Source::Facts { agg, .. } = &measure.source else { return sum() };
    match agg {
        Agg::Count | Agg::Sum(_) => sum(),
        Agg::Distinct(_) => whole(all.iter().map(|one| &one.text).filter(|text| !text.is_empty()).collect::<BTreeSet<_>>().len() as i64),
        Agg::ActiveMonths => whole(active()),
        Agg::IdleMonths => {
            let (first, last) = months(measure.window, anchor);
            whole(i64::from(last.since(first)) + 1 - active())
        }
    }
}

/// Everything an expression reads, through predicates.
pub(crate) fn visit(policy: &Policy, expr: &Expr, see: &mut dyn FnMut(&Expr)) {
    see(expr);
    let mut all = |inner: &[&Expr]| {
        for inner in inner {
            visit(policy, inner, see);
        }
    };
    match expr {
        Expr::Predicate(index) => all(&[&policy.predicates[*index].expr]),
        Expr::Ladder(_, inner) | Expr::Not(inner) | Expr::Neg(inner) | Expr::In(inner, _) | Expr::Under(inner, _) => all(&[inner]),
        Expr::Binary(_, left, right) => all(&[left, right]),
        Expr::If(condition, then, otherwise) => all(&[condition, then, otherwise]),
        Expr::Match { subject, arms, otherwise } => {
            all(&[subject, otherwise]);
            for (_, result) in arms {
                all(&[result]);
            }
        }
        Expr::Call(_, arguments) => all(&arguments.iter().collect::<Vec<_>>()),
        Expr::Bool(_) | Expr::Money(_) | Expr::Number { .. } | Expr::Text(_) | Expr::Date(_) => {}
        Expr::Field(_) | Expr::Param(_) | Expr::Measure(_) => {}
    }
}

/// Measures an expression reads.
pub(crate) fn measures_in(policy: &Policy, expr: &Expr, found: &mut BTreeSet<usize>) {
    visit(policy, expr, &mut |expr| {
        if let Expr::Measure(index) = expr {
            found.insert(*index);
        }
    });
}

/// Number of different fields an expression names.
pub(crate) fn fields_in(policy: &Policy, expr: &Expr) -> usize {
    let mut fields = HashSet::new();
    visit(policy, expr, &mut |expr| {
        if let Expr::Field(field) = expr {
            fields.insert(*field);
        }
    });
    fields.len()
}
