//! Instalments, payment days and reversals.

use super::{Parsed, Parser};
use crate::ast::{Fraction, Instalment, Reverse, Schedule, Trigger};
use crate::diagnostics::Span;
use crate::keywords::Kw;
use crate::model::{OnFail, PayDelay};
use qudao_kernel::facts::Table;

impl Parser<'_> {
    /// `schedule remainder last { 40% now; 30% after 3 months if on_net else forfeit } pause while …`
    pub(super) fn schedule(&mut self, start: Span) -> Parsed<Schedule> {
        let remainder = self.remainder()?;
        self.need_sign("{")?;
        let mut parts = Vec::new();
        while !self.at_sign("}") {
            self.instalment(&mut parts)?;
            while self.eat_sign(";") || self.eat_sign(",") {}
        }
        self.need_sign("}")?;
        let remainder = if remainder.is_some() { remainder } else { self.remainder()? };
        let pause = if self.eat(Kw::PauseWhile) { Some(self.expr()?) } else { None };
        Ok(Schedule { parts, remainder, pause, span: self.since(start) })
    }

    fn instalment(&mut self, parts: &mut Vec<Instalment>) -> Parsed<()> {
        let start = self.span();
        let share = self.ratio()?;
        let (first, last) = match self.need_any(&[Kw::Now, Kw::After, Kw::ForEach])? {
            Kw::Now => (0, 0),
            Kw::After => {
                let months = self.integer(1, 120)?.node as u16;
                self.need(Kw::MonthsUnit)?;
                (months, months)
            }
            _ => {
                let first = self.integer(0, 120)?.node as u16;
                self.need(Kw::RangeTo)?;
                let last = self.integer(u32::from(first), 120)?.node as u16;
                (first, last)
            }
        };
        let mut on_fail = OnFail::Forfeit;
        let gate_at = self.at;
        let has_gate = self.eat(Kw::If);
        let mut gates = Vec::new();
        if has_gate {
            gates.push(self.expr()?);
            self.need(Kw::ElseFail)?;
            on_fail = self.on_fail()?;
        }
        let end = self.at;
        let span = self.since(start);
        // `each month from 1 to 12` is twelve instalments: the gate is read once for each.
        for month in first..=last {
            if has_gate && month > first {
                self.at = gate_at + 1;
                gates.push(self.expr()?);
                self.at = end;
            }
            parts.push(Instalment { share, month, gate: gates.pop(), on_fail, span });
        }
        Ok(())
    }

    fn on_fail(&mut self) -> Parsed<OnFail> {
        if self.need_any(&[Kw::Forfeit, Kw::Defer])? == Kw::Forfeit {
            return Ok(OnFail::Forfeit);
        }
        let months = self.integer(1, 120)?.node as u16;
        self.need(Kw::MonthsUnit)?;
        self.need(Kw::UpTo)?;
        let tries = self.integer(1, 120)?.node as u16;
        self.need(Kw::Times)?;
        Ok(OnFail::Defer { months, tries })
    }

    /// `pay after 15 days`, or `pay on day 25 after 1 month`.
    pub(super) fn pay_delay(&mut self, kw: Kw) -> Parsed<PayDelay> {
        if kw == Kw::PayAfter {
            let days = self.integer(0, 1200)?.node as u16;
            self.need(Kw::DaysUnit)?;
            return Ok(PayDelay::Days(days));
        }
        let day = self.integer(1, 31)?.node as u8;
        let mut months = 0;
        if self.eat(Kw::After) {
            months = self.integer(0, 120)?.node as u16;
            self.need(Kw::MonthsUnit)?;
        }
        Ok(PayDelay::DayOfMonth { months, day })
    }

    /// `reverse on cancellation within 3 months pro rata`, `reverse when not sub.active within 3 months full`.
    pub(super) fn reverse(&mut self, kw: Kw, start: Span) -> Parsed<Reverse> {
        let trigger = if kw == Kw::ReverseOn {
            let mut kinds = vec![self.kind(Table::BusinessEvent)?];
            while self.eat_sign(",") {
                kinds.push(self.kind(Table::BusinessEvent)?);
            }
            Trigger::Kinds(kinds)
        } else {
            Trigger::When(self.expr()?)
        };
        self.need(Kw::Within)?;
        let within = self.length()?;
        let fraction = match self.need_any(&[Kw::Full, Kw::ProRata, Kw::Steps, Kw::Difference, Kw::Fraction])? {
            Kw::Full => Fraction::Full,
            Kw::ProRata => Fraction::ProRata,
            Kw::Steps => Fraction::Steps(self.reverse_steps()?),
            Kw::Difference => Fraction::Difference,
            _ => Fraction::Expr(self.expr()?),
        };
        Ok(Reverse { trigger, within, fraction, span: self.since(start) })
    }

    fn reverse_steps(&mut self) -> Parsed<Vec<(crate::ast::Expr, Option<crate::ast::Expr>, crate::ast::Expr)>> {
        self.need_sign("{")?;
        let mut steps = Vec::new();
        while !self.at_sign("}") {
            self.need(Kw::From)?;
            let from = self.operand()?;
            let below = if self.eat(Kw::Below) { Some(self.operand()?) } else { None };
            self.need_sign(":")?;
            steps.push((from, below, self.operand()?));
            while self.eat_sign(";") {}
        }
        self.need_sign("}")?;
        Ok(steps)
    }
}
