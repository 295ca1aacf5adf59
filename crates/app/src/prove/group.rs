//! The second step of a proof: a group alone, with the facts that are counted for it, the run's lines that are totalled for it, and, where
//! groups stand against each other, what the run collected of the others.

use super::{Target, World, agrees, once};
use qudao_engine::facts::Wanted;
use qudao_engine::settle::{Collected, Rows};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Reason};
use qudao_policy::model::{Basis, Fact, Policy, Source};
use qudao_settle::interp::focus::{Known, total_of_lines};
use qudao_settle::interp::number::Exact;
use qudao_settle::interp::row::text;
use qudao_settle::interp::trace::Counted;
use qudao_settle::proof::{Needs, Proof, Subject, group_needs, prove_focused};
use std::cell::Cell;
use std::collections::BTreeSet;

/// Answers from what the run wrote and collected.
struct Told<'w> {
    world: &'w World,
    own: &'w str,
    /// Places of the policy and component that are proved.
    subject: (usize, usize),
    /// Of the own account: what is totalled, and what bears the name of the group.
    lines: Vec<Line>,
    reasons: Vec<Reason>,
    collected: Option<&'w Collected>,
    /// Something was asked that nobody knows: the proof is not used.
    failed: Cell<bool>,
}

impl Told<'_> {
    fn place_of(&self, policy: &Policy) -> usize {
        self.world.set.policies.iter().position(|held| std::ptr::eq(held, policy)).unwrap_or(usize::MAX)
    }
}

impl Known for Told<'_> {
    fn measure(&self, policy: &Policy, measure: usize, anchor: Month, (partner, within): (&str, &str)) -> Option<(Exact, Counted)> {
        let is_own = partner == self.own;
        match &policy.measures[measure].source {
            Source::Lines { .. } if is_own && within.is_empty() => Some(total_of_lines(policy, measure, anchor, &self.lines)),
            Source::Facts { .. } if is_own => None,
            source => {
                let key = if within.is_empty() { partner.to_owned() } else { format!("{partner}/{within}") };
                let is_counted = matches!(source, Source::Facts { .. });
                let told = self.collected.filter(|_| is_counted).and_then(|all| all.measure(self.place_of(policy), measure, anchor, &key));
                self.failed.set(self.failed.get() || told.is_none());
                let (numerator, denominator) = told.unwrap_or((0, 1));
                Some((Exact::new(numerator.into(), denominator.into()), Counted::default()))
            }
        }
    }

    fn used(&self, _: &Policy, _: &str, _: &str, _: &str) -> Option<i64> {
        None
    }

    fn taken(&self, _: &Policy, _: &str, _: &str, _: &str) -> Option<bool> {
        None
    }

    fn groups(&self, policy: &Policy, component: &str) -> Option<BTreeSet<(String, String)>> {
        let (place, index) = self.subject;
        if place != self.place_of(policy) || policy.components[index].name != component {
            return None;
        }
        let key = |key: &str| key.split_once('/').map_or_else(|| (key.to_owned(), String::new()), |(a, b)| (a.to_owned(), b.to_owned()));
        self.collected?.groups(place, index).map(|keys| keys.map(key).collect())
    }

    fn passed_over(&self, policy: &Policy, component: &str, basis: &str) -> (i64, Vec<Reason>) {
        let own = |name: &str, version: u32, made: &str, of: &str| {
            name == policy.name && version == policy.version && made == component && of == basis
        };
        let lines = self.lines.iter().filter(|line| own(&line.policy, line.version, &line.component, &line.basis));
        let reasons = self.reasons.iter().filter(|reason| own(&reason.policy, reason.version, &reason.component, &reason.basis));
        (lines.filter(|line| line.origin == self.world.period).map(|line| line.amount).sum(), reasons.cloned().collect())
    }
}

impl World {
    /// Proves what is paid to a group, a rank or a share of a pool; `None` if it takes more than that.
    pub(super) fn grouped(&self, target: &Target) -> Result<Option<Proof>, Refusal> {
        if target.own.is_empty() || target.line.as_ref().is_some_and(|line| line.kind != LineKind::Earn) {
            return Ok(None);
        }
        let Some((place, index)) = self.place_of(&target.subject) else { return Ok(None) };
        let policy = &self.set.policies[place];
        let Some(needs) = group_needs(&self.set, self.period, policy, index) else { return Ok(None) };
        let crosses = matches!(policy.components[index].basis, Basis::Rank { .. } | Basis::Pool { .. });
        let collected = if crosses && self.same_policies {
            // What another version of the program left is as good as nothing: all facts are read instead.
            once(&self.collected, || Ok(Collected::of(&self.run).unwrap_or_default()))?.as_ref()
        } else {
            None
        };
        if crosses && collected.is_none() {
            return Ok(None);
        }
        let own = Rows { partner: Some(target.own.clone()), ..Rows::default() };
        let reasons = self.reasons.rows(&Rows { basis: Some(Self::basis(target).to_owned()), ..own.clone() })?;
        let lines = self.lines_of(&own, target, &needs)?;
        let facts = self.facts_counted(&target.own, &needs)?;
        let told = Told { world: self, own: &target.own, subject: (place, index), lines, reasons, collected, failed: Cell::new(false) };
        let proof = prove_focused(&self.input(&facts, &[], &[]), &target.subject, &told).ok();
        Ok(proof.filter(|proof| agrees(proof, target) && !told.failed.get()))
    }

    /// Places of the policy and component a line or zero is of.
    pub(super) fn place_of(&self, subject: &Subject) -> Option<(usize, usize)> {
        let (name, version, component) = match subject {
            Subject::Line(id) => (&id.policy, id.version, &id.component),
            Subject::Zero { policy, version, component, .. } => (policy, *version, component),
        };
        let place = self.set.policies.iter().position(|policy| policy.name == *name && policy.version == version)?;
        let index = self.set.policies[place].components.iter().position(|held| held.name == *component)?;
        Some((place, index))
    }

    /// Lines of the account: all that are totalled, or those of the group.
    fn lines_of(&self, own: &Rows, target: &Target, needs: &Needs) -> Result<Vec<Line>, Refusal> {
        let Some(first) = needs.lines else {
            return self.lines.rows(&Rows { basis: Some(Self::basis(target).to_owned()), ..own.clone() });
        };
        let mut lines = self.lines.rows(own)?;
        // What changes an earlier month was not there when this one was settled.
        lines.retain(|line| line.origin == self.period);
        if first < self.period {
            lines.extend(self.earlier_lines()?.rows(own)?.into_iter().filter(|line| line.origin < self.period));
        }
        Ok(lines)
    }

    /// Facts of the partner, and of those below whose facts are rolled up to it; where states are read, those of the facts' subscribers,
    /// whoever they stand with.
    fn facts_counted(&self, own: &str, needs: &Needs) -> Result<Vec<Fact>, Refusal> {
        let mut partners = BTreeSet::from([own.to_owned()]);
        if !needs.tiers.is_empty() {
            let below = self.master.partners().filter(|row| row.parent == own && needs.tiers.contains(&row.tier));
            partners.extend(below.map(|row| row.code.clone()));
        }
        let mut facts = Vec::new();
        for (table, months) in &needs.tables {
            for partner in &partners {
                let wanted = Wanted { months: Some(*months), partner: Some(partner.clone()), ..Wanted::default() };
                facts.extend(self.read(*table, &wanted)?);
            }
        }
        let named = facts.iter().map(|fact| text(fact, Col::Subscriber)).filter(|subscriber| !subscriber.is_empty());
        let subscribers: BTreeSet<String> = named.map(str::to_owned).collect();
        for month in needs.states.iter().filter(|_| !subscribers.is_empty()) {
            let wanted = Wanted { months: Some((*month, *month)), subscribers: Some(subscribers.clone()), ..Wanted::default() };
            facts.extend(self.read(Table::SubscriberMonth, &wanted)?);
        }
        crate::inputs::forget_stand_ins(&mut facts);
        Ok(facts)
    }
}
