//! Components: basis, conditions, amount, rounding, payees.

use super::{Parsed, Parser};
use crate::ast::{At, Basis, Component, Name, Ratio, Require, Split};
use crate::diagnostics::Span;
use crate::keywords::Kw;
use crate::lexer::Tok;
use crate::model::{Destination, GroupPay, Payee, RoundMode, Rounding, Within};
use qudao_kernel::Remainder;

/// What the clauses of a component begin with.
pub(super) const CLAUSES: &[Kw] = &[
    Kw::Basis,
    Kw::Where,
    Kw::Require,
    Kw::Amount,
    Kw::Floor,
    Kw::Cap,
    Kw::Round,
    Kw::OncePer,
    Kw::PayTo,
    Kw::Schedule,
    Kw::PayOnDay,
    Kw::PayAfter,
    Kw::Into,
    Kw::ReverseOn,
    Kw::ReverseWhen,
    Kw::Clause,
];

impl Parser<'_> {
    pub(super) fn component(&mut self, start: Span) -> Parsed<Component> {
        let name = self.name()?;
        let title = self.title();
        let mut component = Component {
            name,
            title,
            basis: None,
            filter: None,
            requires: Vec::new(),
            amount: None,
            floor: None,
            cap: None,
            round: None,
            once: None,
            to: None,
            schedule: None,
            pay: None,
            into: None,
            reverse: None,
            clause: None,
            broken: false,
            span: start,
        };
        self.block(CLAUSES, |p| {
            let read = p.clause(&mut component);
            component.broken |= read.is_err();
            read
        })?;
        component.span = self.since(start);
        Ok(component)
    }

    fn clause(&mut self, c: &mut Component) -> Parsed<()> {
        let start = self.span();
        let kw = self.need_any(CLAUSES)?;
        let first = match kw {
            Kw::Basis => {
                let basis = self.basis()?;
                c.basis.replace(At::new(basis, self.since(start))).map(|old| old.span)
            }
            Kw::Where => {
                let filter = self.expr()?;
                c.filter.replace(filter).map(|old| old.span)
            }
            Kw::Require => {
                let require = self.require()?;
                c.requires.push(require);
                None
            }
            Kw::Amount | Kw::Floor | Kw::Cap => {
                let value = if kw == Kw::Amount { self.expr()? } else { self.operand()? };
                let value = At::new(value, self.since(start));
                let slot = match kw {
                    Kw::Amount => &mut c.amount,
                    Kw::Floor => &mut c.floor,
                    _ => &mut c.cap,
                };
                slot.replace(value).map(|old| old.span)
            }
            Kw::Round => {
                let rounding = self.rounding()?;
                c.round.replace(At::new(rounding, self.since(start))).map(|old| old.span)
            }
            Kw::OncePer => {
                self.marks[self.at] = super::Mark::Field(false);
                let column = self.name()?;
                c.once.replace(column).map(|old| old.span)
            }
            Kw::PayTo => {
                let split = self.split(start)?;
                c.to.replace(split).map(|old| old.span)
            }
            Kw::Schedule => {
                let schedule = self.schedule(start)?;
                c.schedule.replace(schedule).map(|old| old.span)
            }
            Kw::PayOnDay | Kw::PayAfter => {
                let delay = self.pay_delay(kw)?;
                c.pay.replace(delay).map(|_| start)
            }
            Kw::Into => {
                let into = self.destination()?;
                c.into.replace(At::new(into, self.since(start))).map(|old| old.span)
            }
            Kw::ReverseOn | Kw::ReverseWhen => {
                let reverse = self.reverse(kw, start)?;
                c.reverse.replace(reverse).map(|old| old.span)
            }
            _ => {
                let text = self.need_text("条款文本", "the clause as a text")?;
                c.clause.replace(text).map(|old| old.span)
            }
        };
        if let Some(first) = first {
            self.twice(first, start);
        }
        Ok(())
    }

    fn basis(&mut self) -> Parsed<Basis> {
        const BASES: &[Kw] = &[Kw::EachLineOf, Kw::Each, Kw::Per, Kw::Rank, Kw::Pool, Kw::ClawBack];
        match self.need_any(BASES)? {
            Kw::EachLineOf => Ok(Basis::Lines(self.names()?)),
            Kw::Each => Ok(Basis::Each(self.facts()?)),
            Kw::Per => {
                let key = self.key()?;
                self.need(Kw::Per)?;
                let span = self.months_span()?;
                let start = self.span();
                let pay = self.eat_any(&[Kw::Cumulative, Kw::AtEnd]);
                let pay = pay.map(|kw| At::new(if kw == Kw::AtEnd { GroupPay::AtEnd } else { GroupPay::Cumulative }, self.since(start)));
                Ok(Basis::Group { key, span, pay })
            }
            Kw::Rank => {
                let key = self.key()?;
                self.need(Kw::By)?;
                let by = self.expr()?;
                self.need(Kw::Per)?;
                let span = self.months_span()?;
                let within = if self.eat(Kw::WithinLevel) { Some(self.level()?) } else { None };
                self.need(Kw::Top)?;
                let top = self.integer(1, 1_000_000)?.node;
                Ok(Basis::Rank { key, by, span, within, top })
            }
            Kw::Pool => {
                self.need(Kw::Per)?;
                let key = self.key()?;
                self.need(Kw::Per)?;
                let span = self.months_span()?;
                self.need(Kw::Weight)?;
                Ok(Basis::Pool { key, span, weight: self.expr()? })
            }
            _ => {
                let of = self.names()?;
                self.need(Kw::Per)?;
                let key = self.key()?;
                self.need(Kw::Where)?;
                let suspect = self.expr()?;
                self.need(Kw::When)?;
                let when = self.expr()?;
                let beyond = match self.need_any(&[Kw::Beyond, Kw::Whole])? {
                    Kw::Beyond => Some(self.operand()?),
                    _ => None,
                };
                Ok(Basis::Clawback { key, of, suspect, when, beyond })
            }
        }
    }

    fn require(&mut self) -> Parsed<Require> {
        let cond = self.expr()?;
        self.need(Kw::ElseFail)?;
        let code = self.name()?;
        let text = self.title();
        let until = if self.eat(Kw::Until) { Some(self.length()?) } else { None };
        Ok(Require { cond, code, text, until })
    }

    /// `3 months` or `15 days`.
    pub(super) fn length(&mut self) -> Parsed<Within> {
        let count = self.integer(0, 1200)?.node as u16;
        Ok(match self.need_any(&[Kw::MonthsUnit, Kw::DaysUnit])? {
            Kw::MonthsUnit => Within::Months(count),
            _ => Within::Days(count),
        })
    }

    fn rounding(&mut self) -> Parsed<Rounding> {
        let mode = match self.need_any(&[Kw::HalfUp, Kw::HalfEven, Kw::Down, Kw::Up])? {
            Kw::HalfUp => RoundMode::HalfUp,
            Kw::HalfEven => RoundMode::HalfEven,
            Kw::Down => RoundMode::Down,
            _ => RoundMode::Up,
        };
        self.need(Kw::UnitTo)?;
        let unit = match self.need_any(&[Kw::FenUnit, Kw::JiaoUnit, Kw::YuanUnit])? {
            Kw::FenUnit => 1,
            Kw::JiaoUnit => 10,
            _ => 100,
        };
        Ok(Rounding { mode, unit })
    }

    fn split(&mut self, start: Span) -> Parsed<Split> {
        let mut parts = Vec::new();
        if self.eat_sign("{") {
            while !self.at_sign("}") {
                let payee = self.payee()?;
                parts.push((payee, self.ratio()?));
                while self.eat_sign(",") || self.eat_sign(";") {}
            }
            self.need_sign("}")?;
        } else {
            let payee = self.payee()?;
            let whole = At::new(Ratio { over: 1, under: 1 }, payee.span);
            parts.push((payee, whole));
        }
        let remainder = self.remainder()?;
        Ok(Split { parts, remainder, span: self.since(start) })
    }

    pub(super) fn remainder(&mut self) -> Parsed<Option<Remainder>> {
        if !self.eat(Kw::Remainder) {
            return Ok(None);
        }
        Ok(Some(match self.need_any(&[Kw::Largest, Kw::First, Kw::Last])? {
            Kw::Largest => Remainder::Largest,
            Kw::First => Remainder::First,
            _ => Remainder::Last,
        }))
    }

    fn payee(&mut self) -> Parsed<At<Payee>> {
        const PAYEES: &[Kw] = &[Kw::Partner, Kw::Outlet, Kw::Clerk, Kw::Parent, Kw::Ancestor, Kw::Nearest, Kw::Customer, Kw::Subscriber];
        let start = self.span();
        let payee = match self.need_any(PAYEES)? {
            Kw::Partner => Payee::Partner,
            Kw::Outlet => Payee::Outlet,
            Kw::Clerk => Payee::Clerk,
            Kw::Parent => Payee::Ancestor(1),
            Kw::Ancestor => Payee::Ancestor(self.integer(1, 20)?.node as u8),
            Kw::Nearest => {
                let tier = |p: &mut Self| p.need_text("层级文本", "a tier as a text");
                let mut tiers = vec![tier(self)?.node];
                while self.eat(Kw::Or) {
                    tiers.push(tier(self)?.node);
                }
                Payee::AncestorOfTier(tiers)
            }
            Kw::Customer => Payee::Customer,
            _ => Payee::Subscriber,
        };
        Ok(At::new(payee, self.since(start)))
    }

    /// A share: `70%`, `0.7` or `1/3`.
    pub(super) fn ratio(&mut self) -> Parsed<At<Ratio>> {
        let start = self.span();
        if let Tok::Number { mantissa, scale } = self.token().tok
            && let Ok(mantissa) = u64::try_from(mantissa)
        {
            self.advance();
            let mut ratio = Ratio { over: mantissa, under: 10u64.pow(u32::from(scale)) };
            if scale == 0 && self.at_sign("/") {
                self.marks[self.at] = super::Mark::Stroke;
                self.advance();
                ratio.under = u64::from(self.integer(1, 1_000_000)?.node);
            }
            return Ok(At::new(ratio, self.since(start)));
        }
        self.wanted("份额(如 70% 或 1/3)", "a share such as 70% or 1/3")
    }

    fn destination(&mut self) -> Parsed<Destination> {
        const PLACES: &[(Kw, Destination)] = &[
            (Kw::Payable, Destination::Payable),
            (Kw::Holdback, Destination::Holdback),
            (Kw::Netted, Destination::Netted),
            (Kw::Points, Destination::Points),
            (Kw::Topup, Destination::Topup),
            (Kw::Credit, Destination::Credit),
            (Kw::Advance, Destination::Advance),
        ];
        for (kw, place) in PLACES {
            if self.eat(*kw) {
                return Ok(*place);
            }
        }
        let kws: Vec<Kw> = PLACES.iter().map(|(kw, _)| *kw).collect();
        self.wanted_any(&kws)
    }

    /// A name or a text, as a code.
    pub(super) fn code(&mut self) -> Parsed<Name> {
        if let Some(text) = self.text_here() {
            return Ok(text);
        }
        let span = self.span();
        if matches!(self.token().tok, Tok::Number { .. }) {
            let text = self.text[span.start..span.end].to_owned();
            self.advance();
            return Ok(At::new(text, span));
        }
        self.name()
    }
}
