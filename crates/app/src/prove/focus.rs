//! The first step of a proof: an item alone, with what the run itself tells about the others.

use super::{Target, World, agrees, once};
use qudao_engine::facts::Wanted;
use qudao_engine::settle::{Before, Rows};
use qudao_kernel::Month;
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::lines::LineKind;
use qudao_policy::model::{Fact, Field, Payee, Policy};
use qudao_settle::interp::focus::Known;
use qudao_settle::interp::number::Exact;
use qudao_settle::interp::row::text;
use qudao_settle::interp::trace::{Counted, Input};
use qudao_settle::proof::{Proof, Subject, prove_focused, stands_alone, table_of};
use std::cell::Cell;
use std::collections::BTreeSet;

/// Answers from what the run wrote.
struct Told<'w> {
    world: &'w World,
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
        let used = self.world.lines.accrued_before(&of);
        self.failed.set(self.failed.get() || used.is_err());
        used.ok()
    }

    fn taken(&self, policy: &Policy, component: &str, _: &str, _: &str) -> Option<bool> {
        Some(self.taken.contains(&(policy.name.clone(), component.to_owned())))
    }
}

impl World {
    /// Proves what is paid on a single fact; `None` if it takes more than the fact.
    pub(super) fn focused(&self, target: &Target) -> Result<Option<Proof>, Refusal> {
        let Some(table) = self.table(target) else { return Ok(None) };
        if target.own.is_empty() || !stands_alone(&self.set, table) {
            return Ok(None);
        }
        for everywhere in [false, true] {
            let facts = self.facts_of(target, table, everywhere)?;
            let lacks_state = table != Table::SubscriberMonth && facts.iter().all(|fact| fact.table != Table::SubscriberMonth);
            let proof = self.by_focus(target, &facts)?;
            // A state nobody has shown may stand with another partner.
            if let Some(proof) = proof.filter(|proof| everywhere || !(lacks_state && reads_state(proof))) {
                return Ok(Some(proof));
            }
        }
        Ok(None)
    }

    /// The table of the item, for the kinds of lines that follow from one fact.
    fn table(&self, target: &Target) -> Option<Table> {
        if target.line.as_ref().is_some_and(|line| line.kind == LineKind::Adjust) {
            return None;
        }
        let (place, index) = self.place_of(&target.subject)?;
        table_of(&self.set.policies[place], index)
    }

    pub(super) fn basis(target: &Target) -> &str {
        match &target.subject {
            Subject::Line(id) => &id.basis,
            Subject::Zero { basis, .. } => basis,
        }
    }

    fn rows(target: &Target) -> Rows {
        let partner = target.line.as_ref().map_or(&target.own, |line| &line.partner);
        Rows { partner: Some(partner.clone()), basis: Some(Self::basis(target).to_owned()), ..Rows::default() }
    }

    /// Facts of the store as the run had it.
    pub(super) fn read(&self, table: Table, wanted: &Wanted) -> Result<Vec<Fact>, Refusal> {
        self.facts.store.facts_again(&self.remembered, &self.facts.snapshot, table, wanted)
    }

    /// Whether anything of the item was taken back in this run, as its lines and obligations tell: that takes the event that did it.
    fn was_taken_back(&self, target: &Target) -> Result<bool, Refusal> {
        let paid_elsewhere = |policy: &Policy| {
            let pays_up = |payee: &Payee| !matches!(payee, Payee::Partner | Payee::Outlet | Payee::Clerk);
            policy.components.iter().any(|held| held.reverse.is_some() && held.payees.iter().any(|share| pays_up(&share.payee)))
        };
        if self.set.policies.iter().any(paid_elsewhere) {
            return Ok(true);
        }
        let mut taken = false;
        for partner in &target.partners {
            let rows = Rows { partner: Some(partner.clone()), basis: Some(Self::basis(target).to_owned()), ..Rows::default() };
            self.lines.texts(&rows, "kind", |kind| taken |= kind == "reverse")?;
            self.obligations.texts(&rows, "state", |state| taken |= state == "reversed")?;
        }
        Ok(taken)
    }

    /// Business events of the period that name the item, whoever they stand with.
    fn events_naming(&self, target: &Target) -> Result<Vec<Fact>, Refusal> {
        let months = (self.period, self.period);
        let snapshot = &self.facts.snapshot;
        let naming = once(&self.naming, || self.facts.store.naming(&self.remembered, snapshot, Table::BusinessEvent, months))?;
        let mut events = Vec::new();
        for partner in naming.get(Self::basis(target)).into_iter().flatten() {
            let wanted = Wanted {
                months: Some(months),
                partner: Some(partner.clone()),
                refs: Some(BTreeSet::from([Self::basis(target).to_owned()])),
                ..Wanted::default()
            };
            events.extend(self.read(Table::BusinessEvent, &wanted)?);
        }
        Ok(events)
    }

    /// The fact, and its subscriber's state in the period: the partner's, or whoever's it stands with.
    fn facts_of(&self, target: &Target, table: Table, everywhere: bool) -> Result<Vec<Fact>, Refusal> {
        let (day, own) = (target.day.month(), (!everywhere).then(|| target.own.clone()));
        let of_item = Wanted {
            months: Some((day, day)),
            partner: Some(target.own.clone()),
            event_ids: Some(BTreeSet::from([Self::basis(target).to_owned()])),
            ..Wanted::default()
        };
        let mut facts = self.read(table, &of_item)?;
        let named = target.line.as_ref().map(|line| line.subscriber.clone()).filter(|subscriber| !subscriber.is_empty());
        let subscriber = named.or_else(|| facts.first().map(|fact| text(fact, Col::Subscriber).to_owned())).unwrap_or_default();
        if !subscriber.is_empty() && table != Table::SubscriberMonth {
            let states = Wanted {
                months: Some((self.period, self.period)),
                partner: own,
                subscribers: Some(BTreeSet::from([subscriber])),
                ..Wanted::default()
            };
            facts.extend(self.read(Table::SubscriberMonth, &states)?);
        }
        if self.was_taken_back(target)? {
            facts.extend(self.events_naming(target)?);
        }
        crate::inputs::forget_stand_ins(&mut facts);
        Ok(facts)
    }

    fn by_focus(&self, target: &Target, facts: &[Fact]) -> Result<Option<Proof>, Refusal> {
        let rows = Self::rows(target);
        let kind = target.line.as_ref().map(|line| line.kind);
        let is_of_before = matches!(kind, Some(LineKind::Release | LineKind::Reverse)) || target.day.month() < self.period;
        let (mut earlier, mut obligations, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
        if is_of_before {
            earlier = self.earlier_lines()?.rows(&rows)?;
            obligations = self.earlier_obligations()?.rows(&rows)?;
        }
        if self.set.policies.iter().flat_map(|policy| &policy.components).any(|component| component.once.is_some()) {
            let own = Rows { partner: Some(target.own.clone()), ..rows };
            self.reasons.each(&own, |reason| {
                if reason.code == "already_paid" {
                    taken.insert((reason.policy.clone(), reason.component.clone()));
                }
            })?;
        }
        let told = Told { world: self, target, taken, failed: Cell::new(false) };
        let proof = prove_focused(&self.input(facts, &earlier, &obligations), &target.subject, &told).ok();
        Ok(proof.filter(|proof| agrees(proof, target) && !told.failed.get()))
    }
}

/// Whether what is proved rests on a subscriber's state.
fn reads_state(proof: &Proof) -> bool {
    let reads = proof.judged.iter().flat_map(|judged| &judged.reads);
    reads.into_iter().any(|read| matches!(read.input, Input::Field(Field::Sub(_) | Field::SubExists)))
}
