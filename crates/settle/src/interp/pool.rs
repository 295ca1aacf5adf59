//! Pools: a fixed sum shared out by weight.

use super::item::Item;
use super::measure::is_last_month;
use super::number::{self, Exact};
use super::trace::{Event, Place};
use super::{Rule, Run};
use num_traits::{Signed, Zero};
use qudao_kernel::Refusal;
use qudao_policy::model::{Expr, Key, Span};

impl<'a> Run<'a> {
    /// Shares the pool out over the groups with a weight that pass checks and requirements.
    pub(crate) fn pay_pool(&mut self, rule: Rule<'a>, key: Key, span: Span, weight: &Expr) -> Result<(), Refusal> {
        if !is_last_month(span, self.input.period) {
            return Ok(());
        }
        let mut sharers: Vec<(Exact, Item<'a>)> = Vec::new();
        for item in self.group_items(rule, key) {
            let weight = if self.considered(rule, &item) { self.exact(rule, &item, Place::Weight, weight) } else { Exact::zero() };
            if !weight.is_positive() {
                continue;
            }
            let failed = self.fails_check(rule, &item).map(|code| (code.to_string(), None));
            match failed.or_else(|| self.fails_requirement(rule, &item)) {
                Some((code, until)) => self.reason(rule, &item, &code, until, 0),
                None => sharers.push((weight, item)),
            }
        }
        let pool = self.amount(rule, &Item::bare("", self.input.period.last_day(), self.input.period))?;
        let weights: Vec<Exact> = sharers.iter().map(|(weight, _)| weight.clone()).collect();
        let all = weights.iter().fold(Exact::zero(), |sum, weight| sum + weight);
        let parts = number::share_out(pool, &weights)?;
        for ((weight, item), part) in sharers.iter().zip(parts) {
            self.hear(rule, &item.basis, Event::Pool(pool, weight, &all, part));
            if part == 0 {
                self.reason(rule, item, "zero_amount", None, 0);
            } else {
                self.pay(rule, item, part)?;
            }
        }
        Ok(())
    }
}
