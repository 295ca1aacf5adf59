//! Facts: each one of a table and kinds that lies in the version's days and the policy's scope.

use super::item::Item;
use super::judge::pays_people_only;
use super::row::Row;
use super::trace::Place;
use super::{Rule, Run, in_force};
use qudao_kernel::Refusal;
use qudao_policy::model::{Basis, Policy};

/// What a fact would be paid by one component.
#[derive(Debug, Clone)]
pub(crate) struct Claim<'a> {
    /// Index of the component.
    pub(crate) index: usize,
    /// The fact.
    pub(crate) item: Item<'a>,
    /// Fen; 0 once it has lost all.
    pub(crate) amount: i64,
}

impl<'a> Run<'a> {
    /// All components of a version that pay facts: claims, then limits, then payment, then reversals.
    pub(crate) fn pay_facts(&mut self, policy: &'a Policy, components: &[usize]) -> Result<(), Refusal> {
        let mut claims = Vec::new();
        for index in components {
            claims.extend(self.claims(Rule { policy, index: *index })?);
        }
        self.limit(policy, &mut claims)?;
        for claim in claims.iter().filter(|claim| claim.amount != 0) {
            self.pay(Rule { policy, index: claim.index }, &claim.item, claim.amount)?;
        }
        for index in components {
            self.reverse(Rule { policy, index: *index })?;
        }
        Ok(())
    }

    /// What the component would pay for each fact of the period, with reasons for those it considers and does not pay.
    fn claims(&mut self, rule: Rule<'a>) -> Result<Vec<Claim<'a>>, Refusal> {
        let mut claims = Vec::new();
        for row in self.rows {
            if !self.is_in_reach(rule, row) {
                continue;
            }
            let item = Item::of_fact(row, self.input.period);
            if !self.desk_of(rule, &item).holds(Place::Scope, &rule.policy.scope) || !self.considered(rule, &item) {
                continue;
            }
            let item = self.with_payee(rule, item);
            let amount = self.judged(rule, &item)?;
            if amount != 0 {
                claims.push(Claim { index: rule.index, item, amount });
            }
        }
        Ok(claims)
    }

    /// Whether a fact is of the component's kinds, in its days, and of somebody it pays.
    fn is_in_reach(&self, rule: Rule<'a>, row: &Row<'a>) -> bool {
        let Basis::Each { table, kinds } = &rule.component().basis else { return false };
        self.looks_at(&row.id)
            && row.is_of(*table, kinds)
            && row.month == self.input.period
            && in_force(rule.policy, row.day)
            && (!row.partner.is_empty() || pays_people_only(rule.component()))
    }
}
