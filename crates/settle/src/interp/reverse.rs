//! Reversals: what a component paid is taken back, from the original cents.

use super::item::Item;
use super::number::{Exact, fit, to_fen, whole};
use super::trace::{Event, Place};
use super::{Rule, Run};
use num_traits::{One, Zero};
use qudao_kernel::facts::Col;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, PART_BITS, part_above};
use qudao_policy::model::{Basis, PayeeKind, Reverse, Trigger};
use std::collections::BTreeMap;

/// What a payee got for an item: account, item, kind and code of the payee, part, month of the item's day.
type Paid = (String, String, PayeeKind, String, u32, Month);

fn paid(line: &Line) -> Paid {
    let part = line.part & ((1 << PART_BITS) - 1);
    (line.partner.clone(), line.basis.clone(), line.payee_kind, line.payee.clone(), part, line.day.month())
}

/// Whether an obligation is the rest of an `Earn` line.
pub(crate) fn belongs(due: &Obligation, line: &Line) -> bool {
    (&due.policy, due.version, &due.component, &due.basis) == (&line.policy, line.version, &line.component, &line.basis)
        && (&due.partner, due.payee_kind, &due.payee, due.part) == (&line.partner, line.payee_kind, &line.payee, line.part)
        && due.day.month() == line.day.month()
}

/// Whether two lines are of the same item of one month, and of the same payee.
pub(crate) fn of_one_item(a: &Line, b: &Line) -> bool {
    (&a.basis, a.day.month(), &a.partner, a.payee_kind, &a.payee) == (&b.basis, b.day.month(), &b.partner, b.payee_kind, &b.payee)
}

/// What set a reversal off.
struct Cause {
    event: String,
    day: Date,
    fraction: Exact,
}

impl<'a> Run<'a> {
    /// Takes back what this component (of this version) paid, item by item and payee by payee.
    pub(crate) fn reverse(&mut self, rule: Rule<'a>) -> Result<(), Refusal> {
        let Some(reverse) = &rule.component().reverse else { return Ok(()) };
        let own = |line: &&Line| rule.made(line) && line.version == rule.policy.version && self.looks_at(&line.basis);
        let mut earned: BTreeMap<Paid, Line> = BTreeMap::new();
        let mut to_date: BTreeMap<Paid, i128> = BTreeMap::new();
        // A condition is about what earlier periods earned.
        let looks = |line: &&Line| match line.counts_as {
            LineKind::Earn => line.origin < self.input.period || matches!(reverse.trigger, Trigger::Kinds(_)),
            LineKind::Release => true,
            LineKind::Reverse | LineKind::Adjust => false,
        };
        for line in self.out.lines.iter().chain(self.earlier()).filter(own).filter(looks) {
            *to_date.entry(paid(line)).or_default() += i128::from(line.amount);
            if line.counts_as == LineKind::Earn {
                // Of an item that was corrected within its month, what was posted last says how it stands.
                let held = earned.entry(paid(line)).or_insert_with(|| line.clone());
                if (line.period, line.day) > (held.period, held.day) {
                    *held = line.clone();
                }
            }
        }
        for (key, line) in earned {
            let Some(cause) = self.cause(rule, reverse, &line) else { continue };
            if self.is_reversed(rule, &line) {
                continue;
            }
            let sum = fit(to_date.get(&key).copied().unwrap_or(0))?;
            let back = to_fen(&(whole(sum) * &cause.fraction).round())?;
            self.hear(rule, &line.basis, Event::Reversed(&cause.event, cause.day, sum, &cause.fraction, back));
            self.cancel(&line);
            if back != 0 {
                self.push_line(rule, self.taken_back(rule, line, back));
            }
        }
        Ok(())
    }

    fn cause(&self, rule: Rule<'a>, reverse: &Reverse, line: &Line) -> Option<Cause> {
        match &reverse.trigger {
            Trigger::Kinds(kinds) => self.reversing_event(rule, reverse, line, kinds),
            Trigger::When(condition) => {
                let day = self.input.period.last_day();
                if line.origin >= self.input.period || day > reverse.within.last_day(line.day) {
                    return None;
                }
                let item = self.looking_back(line, day);
                let holds = self.desk_of(rule, &item).holds(Place::ReverseWhen, condition);
                holds.then(|| Cause { event: String::new(), day, fraction: self.fraction(rule, reverse, &item) })
            }
        }
    }

    /// The earliest event of the period that names the item, no earlier than it and within the time.
    fn reversing_event(&self, rule: Rule<'a>, reverse: &Reverse, line: &Line, kinds: &[String]) -> Option<Cause> {
        let last = reverse.within.last_day(line.day);
        let in_time =
            |row: &&super::row::Row<'_>| kinds.iter().any(|kind| kind == row.text(Col::Kind)) && line.day <= row.day && row.day <= last;
        let row =
            self.by_ref.get(line.basis.as_str())?.iter().copied().filter(in_time).min_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id)))?;
        let item = Item { fact: Some(row), ..self.looking_back(line, row.day) };
        Some(Cause { event: row.id.clone(), day: row.day, fraction: self.fraction(rule, reverse, &item) })
    }

    fn looking_back(&self, line: &Line, day: Date) -> Item<'a> {
        let elapsed = (line.day.full_months_to(day), day.days() - line.day.days());
        Item { day, elapsed, ..self.left_behind(&line.basis, &line.own_partner, &line.subscriber) }
    }

    fn fraction(&self, rule: Rule<'a>, reverse: &Reverse, item: &Item<'a>) -> Exact {
        self.exact(rule, item, Place::Fraction, &reverse.fraction).max(Exact::zero()).min(Exact::one())
    }

    /// Whether something was taken back already, by this clause or by a clawback.
    fn is_reversed(&self, rule: Rule<'a>, earned: &Line) -> bool {
        let back = self.lines_so_far().filter(|line| {
            line.counts_as == LineKind::Reverse
                && line.policy == earned.policy
                && of_one_item(line, earned)
                && ((line.component == earned.component && line.version == earned.version && line.part == earned.part)
                    || self.clawed(rule, line, earned))
        });
        back.map(|line| i128::from(line.amount)).sum::<i128>() != 0
    }

    /// Whether a line is a clawback's that took this one.
    fn clawed(&self, rule: Rule<'a>, line: &Line, earned: &Line) -> bool {
        let policy = self.version(&line.policy, line.version);
        let component =
            policy.and_then(|policy| Some((policy, policy.components.iter().find(|component| component.name == line.component)?)));
        let Some((policy, component)) = component else { return false };
        let Basis::Clawback { of, .. } = &component.basis else { return false };
        let place = of.iter().position(|index| policy.components[*index].name == rule.component().name);
        place.and_then(|place| part_above(place, earned.part)) == Some(line.part)
    }

    fn cancel(&mut self, line: &Line) {
        for due in self.out.obligations.iter_mut().filter(|due| belongs(due, line) && due.state == ObligationState::Scheduled) {
            due.state = ObligationState::Reversed;
        }
    }

    fn taken_back(&self, rule: Rule<'a>, line: Line, back: i64) -> Line {
        let (component, period) = (rule.component(), self.input.period);
        Line {
            period,
            kind: LineKind::Reverse,
            outlet: String::new(),
            clerk: String::new(),
            origin: period,
            counts_as: LineKind::Reverse,
            accrued: -back,
            amount: -back,
            destination: component.destination,
            pay_on: component.pay.day(period),
            ..line
        }
    }
}
