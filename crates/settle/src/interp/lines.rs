//! Pays on lines: overrides, fees on fees.

use super::item::Item;
use super::{Rule, Run};
use num_traits::ToPrimitive;
use qudao_kernel::Refusal;
use qudao_kernel::facts::Col;
use qudao_policy::lines::{Line, LineKind};
use qudao_policy::model::Basis;

impl<'a> Run<'a> {
    /// Each line of this run that accrues more than 0 to one of the named components.
    pub(crate) fn pay_lines(&mut self, rule: Rule<'a>, of: &[usize]) -> Result<(), Refusal> {
        for (place, base) in of.iter().enumerate() {
            for line in self.earned_now(Rule { policy: rule.policy, index: *base }) {
                let Some(item) = self.on_line(rule, place, *base, &line) else { continue };
                if !self.considered(rule, &item) {
                    continue;
                }
                let amount = self.judged(rule, &item)?;
                if amount != 0 {
                    self.pay(rule, &item, amount)?;
                }
            }
        }
        Ok(())
    }

    /// `Earn` lines of this run of this version's component.
    pub(crate) fn earned_now(&self, rule: Rule<'a>) -> Vec<Line> {
        let own = |line: &&Line| rule.made(line) && line.version == rule.policy.version && line.kind == LineKind::Earn && line.accrued > 0;
        self.out.lines.iter().filter(own).cloned().collect()
    }

    fn on_line(&self, rule: Rule<'a>, place: usize, base: usize, line: &Line) -> Option<Item<'a>> {
        let row = self.fact_of(Rule { policy: rule.policy, index: base }, &line.basis)?;
        let item = Item {
            earner: line.partner.clone(),
            line_amount: line.accrued,
            line_base: self.base_of(Rule { policy: rule.policy, index: base }, line),
            base: Some((line.part, place)),
            ..Item::of_fact(row, self.input.period)
        };
        Some(self.with_payee(rule, item))
    }

    /// The fact behind a line of the component.
    pub(crate) fn fact_of(&self, rule: Rule<'a>, basis: &str) -> Option<&'a super::row::Row<'a>> {
        self.by_id.get(&(rule.table()?, basis)).copied()
    }

    /// What a line was computed from: for a line on a line, what that line accrued; else the fact's amount.
    fn base_of(&self, rule: Rule<'a>, line: &Line) -> i64 {
        if let Basis::Lines { of } = &rule.component().basis {
            let (part, place) = (line.part >> 8, (line.part >> 4) & 15);
            let below = of.get(place as usize).map(|index| Rule { policy: rule.policy, index: *index });
            let found =
                below.and_then(|below| self.earned_now(below).into_iter().find(|base| base.basis == line.basis && base.part == part));
            return found.map_or(0, |base| base.accrued);
        }
        let amount = self.fact_of(rule, &line.basis).map(|row| row.value(Col::Amount).exact());
        amount.and_then(|amount| amount.to_integer().to_i64()).unwrap_or(0)
    }
}
