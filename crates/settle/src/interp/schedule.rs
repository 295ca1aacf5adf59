//! Instalments of earlier months that fall due: paused, paid, deferred or lost.

use super::item::Item;
use super::trace::{Event, Place};
use super::{Rule, Run};
use qudao_kernel::Refusal;
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, part_above};
use qudao_policy::model::OnFail;

impl<'a> Run<'a> {
    /// Carries over all scheduled obligations, and decides those due in the period or before.
    pub(crate) fn release_instalments(&mut self) -> Result<(), Refusal> {
        for due in self
            .input
            .obligations
            .iter()
            .filter(|due| due.state == ObligationState::Scheduled && self.looks_at(&due.basis))
            .collect::<Vec<_>>()
        {
            let mut due = due.clone();
            if due.due <= self.input.period {
                let policy = self.version(&due.policy, due.version).ok_or_else(|| unknown(&due))?;
                let index = policy.components.iter().position(|component| component.name == due.component).ok_or_else(|| unknown(&due))?;
                self.decide(Rule { policy, index }, &mut due)?;
            }
            self.out.obligations.push(due);
        }
        Ok(())
    }

    /// Pause, then gate.
    fn decide(&mut self, rule: Rule<'a>, due: &mut Obligation) -> Result<(), Refusal> {
        let Some(schedule) = &rule.component().schedule else { return Err(unknown(due)) };
        let index = usize::from(due.instalment);
        let Some(instalment) = schedule.parts.get(index) else { return Err(unknown(due)) };
        let item = self.left_behind(&due.basis, &due.own_partner, &due.subscriber);
        let holds = |place: Place, expr: &qudao_policy::model::Expr| self.desk_of(rule, &item).holds(place, expr);
        let paused = schedule.pause.as_ref().is_some_and(|pause| holds(Place::Pause(index), pause));
        let open = !paused && instalment.gate.as_ref().is_none_or(|gate| holds(Place::Gate(index), gate));
        let period = self.input.period;
        let code = match instalment.on_fail {
            _ if open => {
                due.state = ObligationState::Released;
                None
            }
            _ if paused => {
                due.due = period.plus(1);
                Some("paused")
            }
            OnFail::Defer { months, tries } if due.tries < tries => {
                due.tries += 1;
                due.due = period.plus(i32::from(months.max(1)));
                Some("deferred")
            }
            OnFail::Defer { .. } | OnFail::Forfeit => {
                due.state = ObligationState::Forfeited;
                Some("gate_failed")
            }
        };
        self.hear(rule, &due.basis, Event::Due(index, due.amount, due.state, due.due, due.tries));
        match code {
            None => self.release(rule, due)?,
            Some(code) => self.reason(rule, &Item { day: due.day, ..item }, code, None, due.amount),
        }
        Ok(())
    }

    /// What gates, pauses and reversals look at: the period, its last day, the own partner and the subscriber.
    pub(crate) fn left_behind(&self, basis: &str, own: &str, subscriber: &str) -> Item<'a> {
        let period = self.input.period;
        Item { own: own.to_string(), subscriber: subscriber.to_string(), ..Item::bare(basis, period.last_day(), period) }
    }

    fn release(&mut self, rule: Rule<'a>, due: &Obligation) -> Result<(), Refusal> {
        let component = rule.component();
        let part = part_above(usize::from(due.instalment), due.part).ok_or_else(|| unknown(due))?;
        self.push_line(
            rule,
            Line {
                period: self.input.period,
                partner: due.partner.clone(),
                policy: due.policy.clone(),
                version: due.version,
                component: due.component.clone(),
                kind: LineKind::Release,
                basis: due.basis.clone(),
                day: due.day,
                payee_kind: due.payee_kind,
                payee: due.payee.clone(),
                part,
                subscriber: due.subscriber.clone(),
                once: String::new(),
                own_partner: due.own_partner.clone(),
                outlet: String::new(),
                clerk: String::new(),
                origin: self.input.period,
                counts_as: LineKind::Release,
                accrued: due.amount,
                amount: due.amount,
                destination: component.destination,
                pay_on: component.pay.day(self.input.period),
            },
        );
        Ok(())
    }
}

fn unknown(due: &Obligation) -> Refusal {
    let Obligation { policy, version, component, instalment, .. } = due;
    Refusal::bad_input(
        "settle.obligation.unknown",
        format!(
            "到期的分期来自政策 {policy} 第 {version} 版规则 {component} 的第 {} 期,但该规则没有这一期;请提供产生它的原版政策",
            instalment + 1
        ),
        format!(
            "an instalment that is due comes from policy {policy} version {version}, component {component}, instalment {}, which that version does not have; give the version that made it",
            u32::from(*instalment) + 1
        ),
    )
}
