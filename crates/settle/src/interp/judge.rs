//! What one item comes to: standard checks, requirements, exact amount, floor and cap, rounding.

use super::item::{Desk, Item};
use super::number::{self, Exact};
use super::row::standing;
use super::trace::{Event, Place};
use super::value::Value;
use super::{Rule, Run};
use num_traits::Zero;
use qudao_kernel::{Date, Refusal};
use qudao_policy::lines::Reason;
use qudao_policy::model::{Component, Payee};

/// What judging an item gave.
pub(crate) enum Verdict {
    /// Pays this many fen, not 0.
    Pays(i64),
    /// Pays nothing: reason code, and the last day a requirement can still be met.
    Refused(String, Option<Date>),
}

/// Whether all payees are customers or subscribers, for whom no partner has to stand.
pub(crate) fn pays_people_only(component: &Component) -> bool {
    component.payees.iter().all(|share| matches!(share.payee, Payee::Customer | Payee::Subscriber))
}

impl<'a> Run<'a> {
    /// Whether the filter holds.
    pub(crate) fn considered(&self, rule: Rule<'a>, item: &Item<'a>) -> bool {
        self.desk_of(rule, item).holds(Place::Filter, &rule.component().filter)
    }

    pub(crate) fn desk_of<'r>(&'r self, rule: Rule<'a>, item: &'r Item<'a>) -> Desk<'r, 'a> {
        self.desk(rule.policy, &rule.component().name, item)
    }

    /// The standard check that fails; `None` where all pass or none is made.
    pub(crate) fn fails_check(&self, rule: Rule<'a>, item: &Item<'a>) -> Option<&'static str> {
        if pays_people_only(rule.component()) {
            return None;
        }
        let fails = item.fact.map_or_else(|| standing(&item.own, item.day, self.input.master), |row| row.fails);
        self.hear(rule, &item.basis, Event::Checked(fails));
        fails
    }

    /// The first requirement that fails.
    pub(crate) fn fails_requirement(&self, rule: Rule<'a>, item: &Item<'a>) -> Option<(String, Option<Date>)> {
        let desk = self.desk_of(rule, item);
        let failed = |(index, _): &(usize, &qudao_policy::model::Require)| {
            !desk.holds(Place::Require(*index), &rule.component().requires[*index].cond)
        };
        let (_, require) = rule.component().requires.iter().enumerate().find(failed)?;
        Some((require.code.clone(), require.until.map(|within| within.last_day(item.day))))
    }

    /// The amount after floor, cap and rounding.
    pub(crate) fn amount(&self, rule: Rule<'a>, item: &Item<'a>) -> Result<i64, Refusal> {
        let (component, desk) = (rule.component(), self.desk_of(rule, item));
        let exact = desk.value(Place::Amount, &component.amount).exact();
        let mut bounded = exact.clone();
        if !exact.is_zero() {
            if let Some(floor) = &component.floor {
                bounded = bounded.max(desk.value(Place::Floor, floor).exact());
            }
            if let Some(cap) = &component.cap {
                bounded = bounded.min(desk.value(Place::Cap, cap).exact());
            }
        }
        let fen = number::to_fen(&number::round(&bounded, component.rounding))?;
        desk.hear(Event::Rounded(&exact, &bounded, fen));
        Ok(fen)
    }

    /// Checks, requirements, amount.
    pub(crate) fn judge(&self, rule: Rule<'a>, item: &Item<'a>) -> Result<Verdict, Refusal> {
        if let Some(code) = self.fails_check(rule, item) {
            return Ok(Verdict::Refused(code.to_string(), None));
        }
        if let Some((code, until)) = self.fails_requirement(rule, item) {
            return Ok(Verdict::Refused(code, until));
        }
        let fen = self.amount(rule, item)?;
        Ok(if fen == 0 { Verdict::Refused("zero_amount".into(), None) } else { Verdict::Pays(fen) })
    }

    /// What a considered item pays; 0 with its reason recorded where it pays nothing.
    pub(crate) fn judged(&mut self, rule: Rule<'a>, item: &Item<'a>) -> Result<i64, Refusal> {
        match self.judge(rule, item)? {
            Verdict::Pays(fen) => Ok(fen),
            Verdict::Refused(code, until) => {
                self.reason(rule, item, &code, until, 0);
                Ok(0)
            }
        }
    }

    /// Records why an item paid nothing, or less.
    pub(crate) fn reason(&mut self, rule: Rule<'a>, item: &Item<'a>, code: &str, until: Option<Date>, forgone: i64) {
        self.hear(rule, &item.basis, Event::Reason(code, until, forgone));
        self.out.reasons.push(Reason {
            period: self.input.period,
            partner: item.own.clone(),
            policy: rule.policy.name.clone(),
            version: rule.policy.version,
            component: rule.component().name.clone(),
            basis: item.basis.clone(),
            day: item.day,
            code: code.to_string(),
            until,
            forgone,
        });
    }

    /// A number a component gives for an item outside its amount: weight, ranking, fraction.
    pub(crate) fn exact(&self, rule: Rule<'a>, item: &Item<'a>, place: Place, expr: &qudao_policy::model::Expr) -> Exact {
        self.desk_of(rule, item).value(place, expr).exact()
    }

    /// A literal or parameter as the text sets it, in fen.
    pub(crate) fn text_value(rule: &qudao_policy::model::Policy, expr: &qudao_policy::model::Expr) -> Value {
        match expr {
            qudao_policy::model::Expr::Param(index) => super::eval::literal(&rule.params[*index].value),
            other => super::eval::literal(other),
        }
    }
}
