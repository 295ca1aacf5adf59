//! Reversals: stepped fractions, and the clause a component on lines takes over from its bases.

use super::component::{Checked, Items, One};
use super::expr::{Exprs, value};
use super::measure::kinds_of;
use super::names::Names;
use super::places::{Place, fixed};
use crate::ast::{self, Fraction};
use crate::diagnostics::{Sink, Span};
use crate::model::{Basis, Expr, Field, Op, Reverse, Trigger, Type, Within};
use qudao_kernel::facts::{Col, Table};

impl One<'_> {
    pub(super) fn reverse(&mut self, reverse: &ast::Reverse, items: Items) -> Option<Reverse> {
        if !matches!(items, Items::Facts { .. }) {
            self.sink
                .error(
                    "policy.reverse.not_here",
                    reverse.span,
                    "只有逐笔(each)和逐笔酬金(each line of)的酬金项可以冲回",
                    "only components on each fact or each line can be reversed",
                )
                .help("按期汇总的酬金请用差额(累计)或扣罚项", "for groups use `cumulative`, or a penalty component");
            return None;
        }
        let by_fact = matches!(reverse.trigger, ast::Trigger::Kinds(_));
        let trigger = match &reverse.trigger {
            ast::Trigger::Kinds(kinds) => Trigger::Kinds(kinds_of(kinds, Table::BusinessEvent, self.sink)?),
            ast::Trigger::When(when) => Trigger::When(self.place(when, Some(Type::Bool), Place::Lapse(items.subscriber()))?.expr),
        };
        let fraction = self.fraction(&reverse.fraction, reverse.within, by_fact, reverse.span)?;
        Some(Reverse { trigger, within: reverse.within, fraction })
    }

    fn fraction(&mut self, fraction: &Fraction, within: Within, by_fact: bool, at: Span) -> Option<Expr> {
        let one = || Box::new(Expr::Number { mantissa: 1, scale: 0 });
        match fraction {
            Fraction::Full => Some(*one()),
            Fraction::ProRata => {
                let (field, length) = match within {
                    Within::Months(months) => (Field::ElapsedMonths, months),
                    Within::Days(days) => (Field::ElapsedDays, days),
                };
                if length == 0 {
                    self.sink.error("policy.expression.divides_by_zero", at, "时限是零,无法按比例", "nothing can be pro rata of no time");
                    return None;
                }
                let whole = Expr::Number { mantissa: i64::from(length), scale: 0 };
                let gone = Expr::Binary(Op::Div, Box::new(Expr::Field(field)), Box::new(whole));
                Some(Expr::Binary(Op::Sub, one(), Box::new(gone)))
            }
            Fraction::Difference if !by_fact => {
                self.sink.error(
                    "policy.reverse.no_event",
                    at,
                    "降档差额要由一笔套餐变更引起",
                    "a difference needs an event, such as a plan change",
                );
                None
            }
            Fraction::Difference => {
                let fee = |col| Box::new(Expr::Field(Field::Fact(col)));
                let rate = Expr::Binary(Op::Div, fee(Col::PlanFee), fee(Col::PriorFee));
                Some(Expr::Binary(Op::Sub, one(), Box::new(rate)))
            }
            Fraction::Steps(steps) => self::steps(steps, at, self.names, self.sink),
            Fraction::Expr(expr) => Some(self.place(expr, Some(Type::Number), Place::Fraction(by_fact))?.expr),
        }
    }
}

/// `steps { from 0 below 1: 100%; from 1: 50% }` as nested conditions on the elapsed months.
fn steps(list: &[(ast::Expr, Option<ast::Expr>, ast::Expr)], at: Span, names: &Names, sink: &mut Sink) -> Option<Expr> {
    let mut bounds: Vec<(Expr, i128, Expr)> = Vec::new();
    let mut end: Option<(Expr, i128, Span)> = Some((Expr::Number { mantissa: 0, scale: 0 }, 0, at));
    for (from, below, fraction) in list {
        let low = number(from, names, sink)?;
        let low_value = value(&low)?;
        match end {
            Some((_, end, span)) if end != low_value => {
                let code = if end < low_value { "policy.ladder.gap" } else { "policy.ladder.overlap" };
                sink.error(code, from.span, "这一档没有接着前一档", "this step does not begin where the one before ends")
                    .label(span, "前面到这里", "what stands before ends here")
                    .help(
                        "第一档从 0 开始,每一档的下限等于前一档的上限",
                        "the first step begins at 0, each other where the one before ends",
                    );
                return None;
            }
            None => {
                sink.error("policy.ladder.overlap", from.span, "前一档没有写上限", "the step before has no upper bound")
                    .help("请写 `满 0 不满 1: …`", "write `from 0 below 1: …`");
                return None;
            }
            Some(_) => {}
        }
        end = match below {
            Some(below) => {
                let bound = number(below, names, sink)?;
                let up = value(&bound)?;
                if up <= low_value {
                    sink.error("policy.ladder.empty_step", below.span, "这一档的上限不大于下限", "this step ends before it begins");
                    return None;
                }
                Some((bound, up, below.span))
            }
            None => None,
        };
        let pays = fixed(names, sink, fraction, Type::Number, Place::Fixed)?;
        bounds.push((low, low_value, pays));
    }
    if bounds.is_empty() {
        sink.error("policy.ladder.empty", at, "分档没有档位", "there are no steps");
        return None;
    }
    // Past the last upper bound nothing is taken back.
    let beyond = end.map(|(bound, _, _)| (bound, Expr::Number { mantissa: 0, scale: 0 }));
    let first = bounds.remove(0).2;
    let later = bounds.into_iter().map(|(bound, _, pays)| (bound, pays)).chain(beyond);
    Some(later.fold(first, |before, (bound, pays)| choose(bound, pays, before)))
}

fn choose(bound: Expr, from_there: Expr, before: Expr) -> Expr {
    let reached = Expr::Binary(Op::Ge, Box::new(Expr::Field(Field::ElapsedMonths)), Box::new(bound));
    Expr::If(Box::new(reached), Box::new(from_there), Box::new(before))
}

fn number(expr: &ast::Expr, names: &Names, sink: &mut Sink) -> Option<Expr> {
    let typed = Exprs::new(names, sink).of(expr, Type::Number)?;
    if value(&typed.expr).is_some() {
        return Some(typed.expr);
    }
    sink.error("policy.ladder.bound_not_literal", expr.span, "档位边界要直接写月数", "a bound is written as a number of months");
    None
}

/// Copies the reversal of the bases into components on lines, in the order in which they stand on each other.
pub(super) fn copy(written: &ast::Policy, list: &mut [Checked], sink: &mut Sink) {
    for _ in 0..list.len() {
        for index in 0..list.len() {
            let Some(component) = &list[index].component else { continue };
            let Basis::Lines { of } = &component.basis else { continue };
            let mut reverses = of.iter().filter_map(|base| list[*base].component.as_ref().map(|base| (&base.name, base.reverse.clone())));
            let Some((_, first)) = reverses.next() else { continue };
            let differs = reverses.any(|(_, reverse)| reverse != first);
            let own = written.components[index].reverse.as_ref();
            if differs || own.is_some() && first.is_some() && component.reverse != first {
                let at = own.map_or(written.components[index].name.span, |own| own.span);
                let (zh, en) = if differs {
                    (
                        "这些酬金项的冲回条款不同,无法一并沿用",
                        "the components it stands on have different reversals, so none can be taken over",
                    )
                } else {
                    (
                        "逐笔酬金沿用原酬金项的冲回条款,不能另写一条",
                        "a component on lines takes over the reversal of its base and cannot have another",
                    )
                };
                sink.error("policy.reverse.differs", at, zh, en)
                    .help("请分成几个酬金项,或统一冲回条款", "make several components of it, or give all the same reversal");
                list[index].component = None;
                continue;
            }
            if let Some(component) = &mut list[index].component
                && component.reverse.is_none()
            {
                component.reverse = first;
            }
        }
    }
}
