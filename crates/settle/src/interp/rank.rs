//! Rankings: the best groups of a span.

use super::item::Item;
use super::measure::is_last_month;
use super::number::Exact;
use super::trace::Place;
use super::{Rule, Run};
use qudao_kernel::Refusal;
use qudao_kernel::territory::{Level, at_level};
use qudao_policy::model::{Expr, Key, Span};
use std::collections::BTreeMap;

/// How a ranking is made.
pub(crate) struct Contest<'c> {
    pub(crate) key: Key,
    pub(crate) span: Span,
    pub(crate) by: &'c Expr,
    pub(crate) within: Option<Level>,
    pub(crate) top: u32,
}

impl<'a> Run<'a> {
    /// Ranks the groups for which the filter holds, in each territory, and pays those within the first places.
    pub(crate) fn pay_ranked(&mut self, rule: Rule<'a>, contest: &Contest<'_>) -> Result<(), Refusal> {
        if !is_last_month(contest.span, self.input.period) {
            return Ok(());
        }
        let mut fields: BTreeMap<String, Vec<(Exact, Item<'a>)>> = BTreeMap::new();
        for item in self.group_items(rule, contest.key) {
            if self.considered(rule, &item) {
                let value = self.exact(rule, &item, Place::Rank, contest.by);
                fields.entry(self.territory_of(&item, contest.within)).or_default().push((value, item));
            }
        }
        for (_, mut field) in fields {
            // Groups come by key, and the sort keeps that order among equals.
            field.sort_by(|a, b| b.0.cmp(&a.0));
            for (place, (_, mut item)) in (1..=contest.top).zip(field) {
                item.rank = place;
                let amount = self.judged(rule, &item)?;
                if amount != 0 {
                    self.pay(rule, &item, amount)?;
                }
            }
        }
        Ok(())
    }

    fn territory_of(&self, item: &Item<'_>, within: Option<Level>) -> String {
        let seat = self.input.master.partner(&item.own, item.day).map_or("", |row| &row.territory);
        within.map_or(String::new(), |level| at_level(seat, level).to_string())
    }
}
