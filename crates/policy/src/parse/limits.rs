//! Exclusive groups, joint caps and budgets.

use super::{Parsed, Parser};
use crate::ast::{Budget, Cap, Exclusive};
use crate::diagnostics::Span;
use crate::keywords::Kw;
use crate::model::{Order, Pick};

impl Parser<'_> {
    /// `exclusive best { basic, promo } as g1`
    pub(super) fn exclusive(&mut self, start: Span) -> Parsed<Exclusive> {
        let pick = match self.need_any(&[Kw::Best, Kw::First, Kw::MostSpecific])? {
            Kw::Best => Pick::Best,
            Kw::First => Pick::First,
            _ => Pick::MostSpecific,
        };
        let components = self.braced_names()?;
        self.need(Kw::As)?;
        let name = self.name()?;
        Ok(Exclusive { name, components, pick, span: self.since(start) })
    }

    /// `cap joint ¥5000.00 on basic, promo per partner per month by day`
    pub(super) fn joint_cap(&mut self) -> Parsed<Cap> {
        let name = self.name()?;
        let amount = self.operand()?;
        self.need(Kw::On)?;
        let components = self.names()?;
        self.need(Kw::Per)?;
        let key = self.key()?;
        self.need(Kw::Per)?;
        let span = self.months_span()?.node;
        let order = self.order()?;
        Ok(Cap { name, amount, components, key, span, order })
    }

    /// `budget b1 ¥130000.00 on promo per year by day partial refused`
    pub(super) fn budget(&mut self) -> Parsed<Budget> {
        let name = self.name()?;
        let amount = self.operand()?;
        self.need(Kw::On)?;
        let components = self.names()?;
        let span = if self.eat(Kw::Per) { Some(self.months_span()?.node) } else { None };
        let order = self.order()?;
        let partial = self.eat_any(&[Kw::PartialAllowed, Kw::PartialRefused]) != Some(Kw::PartialRefused);
        Ok(Budget { name, amount, components, span, order, partial })
    }

    fn order(&mut self) -> Parsed<Order> {
        Ok(match self.need_any(&[Kw::ByDay, Kw::HighestFirst, Kw::LowestFirst])? {
            Kw::ByDay => Order::ByDay,
            Kw::HighestFirst => Order::HighestFirst,
            _ => Order::LowestFirst,
        })
    }
}
