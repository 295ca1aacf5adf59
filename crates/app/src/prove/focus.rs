//! The first step of a proof: an item alone, with what the run itself tells about the others.

use super::{Target, World, agrees};
use qudao_engine::facts::Wanted;
use qudao_engine::settle::{Before, Rows, accrued_before, read_lines, read_obligations, read_reasons};
use qudao_kernel::Month;
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::lines::{LineKind, ObligationState};
use qudao_policy::model::{Fact, Policy};
use qudao_settle::interp::focus::Known;
use qudao_settle::interp::number::Exact;
use qudao_settle::interp::row::text;
use qudao_settle::interp::trace::Counted;
use qudao_settle::proof::{Proof, Subject, prove_focused, stands_alone, table_of};
use std::cell::Cell;
use std::collections::BTreeSet;

/// Answers from what the run wrote.
struct Told<'w> {
    world: &'w World<'w>,
    target: &'w Target,
    /// Components that found the item's value paid for already.
    taken: BTreeSet<(String, String)>,
    /// An answer could not be read: the proof is not used.
    failed: Cell<bool>,
}

impl Known for Told<'_> {
    fn measure(&self, _: &Policy, _: usize, _: Month, _: (&str, &str)) -> Option<(Exact, Counted)> {
        None
    }

    fn used(&self, policy: &Policy, limit: &str, component: &str, basis: &str) -> Option<i64> {
        let cap = policy.caps.iter().find(|cap| cap.name == limit)?;
        let names: Vec<&str> = cap.components.iter().map(|index| policy.components[*index].name.as_str()).collect();
        let place = policy.components.iter().position(|held| held.name == component)?;
        let same: Vec<&str> =
            cap.components.iter().filter(|index| **index < place).map(|index| policy.components[*index].name.as_str()).collect();
        let own = &self.target.own;
        let of = Before { partner: own, policy: &policy.name, components: &names, same: &same, day: self.target.day, basis };
        let used = accrued_before(self.world.handle, &self.world.lines.holding(own), &of);
        self.failed.set(self.failed.get() || used.is_err());
        used.ok()
    }

    fn taken(&self, policy: &Policy, component: &str, _: &str, _: &str) -> Option<bool> {
        Some(self.taken.contains(&(policy.name.clone(), component.to_owned())))
    }
}

impl World<'_> {
    /// Proves what is paid on a single fact; `None` if it takes more than the fact.
    pub(super) fn focused(&self, target: &Target) -> Result<Option<Proof>, Refusal> {
        let Some(table) = self.table(target) else { return Ok(None) };
        if target.own.is_empty() || !stands_alone(&self.set, table) || self.was_ended(target)? {
            return Ok(None);
        }
        for everywhere in [false, true] {
            let facts = self.facts_of(target, table, everywhere)?;
            let proof = self.by_focus(target, &facts)?;
            if proof.is_some() {
                return Ok(proof);
            }
        }
        Ok(None)
    }

    /// The table of the item, for the kinds of lines that follow from one fact.
    fn table(&self, target: &Target) -> Option<Table> {
        if target.line.as_ref().is_some_and(|line| !matches!(line.kind, LineKind::Earn | LineKind::Release)) {
            return None;
        }
        let (name, version, component) = match &target.subject {
            Subject::Line(id) => (&id.policy, id.version, &id.component),
            Subject::Zero { policy, version, component, .. } => (policy, *version, component),
        };
        let policy = self.set.policies.iter().find(|policy| policy.name == *name && policy.version == version)?;
        let index = policy.components.iter().position(|held| held.name == *component)?;
        table_of(policy, index)
    }

    fn basis(target: &Target) -> &str {
        match &target.subject {
            Subject::Line(id) => &id.basis,
            Subject::Zero { basis, .. } => basis,
        }
    }

    fn rows(target: &Target) -> Rows {
        let partner = target.line.as_ref().map_or(&target.own, |line| &line.partner);
        Rows { partner: Some(partner.clone()), basis: Some(Self::basis(target).to_owned()), ..Rows::default() }
    }

    /// Whether what was to come of the item was ended in this run: that takes the event that ended it.
    fn was_ended(&self, target: &Target) -> Result<bool, Refusal> {
        let rows = Self::rows(target);
        let files = self.obligations.holding(rows.partner.as_deref().unwrap_or_default());
        for row in read_obligations(self.handle, &files, &rows)? {
            if row?.state == ObligationState::Reversed {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The fact, and its subscriber's state in the period: the partner's, or whoever's it stands with.
    fn facts_of(&self, target: &Target, table: Table, everywhere: bool) -> Result<Vec<Fact>, Refusal> {
        let (day, own) = (target.day.month(), (!everywhere).then(|| target.own.clone()));
        let of_item = Wanted {
            months: Some((day, day)),
            partner: Some(target.own.clone()),
            event_ids: Some(BTreeSet::from([Self::basis(target).to_owned()])),
            subscribers: None,
        };
        let mut facts = self.facts.store.facts(&self.facts.snapshot, table, &of_item)?;
        let named = target.line.as_ref().map(|line| line.subscriber.clone()).filter(|subscriber| !subscriber.is_empty());
        let subscriber = named.or_else(|| facts.first().map(|fact| text(fact, Col::Subscriber).to_owned())).unwrap_or_default();
        if !subscriber.is_empty() && table != Table::SubscriberMonth {
            let states = Wanted {
                months: Some((self.period, self.period)),
                partner: own,
                event_ids: None,
                subscribers: Some(BTreeSet::from([subscriber])),
            };
            facts.extend(self.facts.store.facts(&self.facts.snapshot, Table::SubscriberMonth, &states)?);
        }
        crate::inputs::forget_stand_ins(&mut facts);
        Ok(facts)
    }

    fn by_focus(&self, target: &Target, facts: &[Fact]) -> Result<Option<Proof>, Refusal> {
        let rows = Self::rows(target);
        let is_release = target.line.as_ref().is_some_and(|line| line.kind == LineKind::Release) || target.day.month() < self.period;
        let (mut earlier, mut obligations, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
        if is_release {
            earlier = read_lines(self.handle, &self.chain.lines()?, &rows)?.collect::<Result<Vec<_>, Refusal>>()?;
            obligations = read_obligations(self.handle, &self.chain.obligations()?, &rows)?.collect::<Result<Vec<_>, Refusal>>()?;
        }
        if self.set.policies.iter().flat_map(|policy| &policy.components).any(|component| component.once.is_some()) {
            let own = Rows { partner: Some(target.own.clone()), ..rows };
            for reason in read_reasons(self.handle, &self.reasons.holding(&target.own), &own)? {
                let reason = reason?;
                if reason.code == "already_paid" {
                    taken.insert((reason.policy, reason.component));
                }
            }
        }
        let told = Told { world: self, target, taken, failed: Cell::new(false) };
        let proof = prove_focused(&self.input(facts, &earlier, &obligations), &target.subject, &told).ok();
        Ok(proof.filter(|proof| agrees(proof, target) && !told.failed.get()))
    }
}
