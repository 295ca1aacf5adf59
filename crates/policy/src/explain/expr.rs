//! Expressions as people write them: `基本比例 × 套餐月费`, `plan_fee ≥ ¥59.00 and …`.

use super::pick;
use crate::check::{number, percent};
use crate::keywords::Kw;
use crate::model::{Expr, Func, Op, Policy};
use crate::vocab::words;
use qudao_kernel::{Fen, Lang};

/// Renders expressions of one policy.
pub(super) struct Words<'a> {
    pub(super) policy: &'a Policy,
    pub(super) lang: Lang,
}

/// How tightly an operator binds.
fn level(expr: &Expr) -> u8 {
    match expr {
        Expr::If(..) => 0,
        Expr::Binary(Op::Or, ..) => 1,
        Expr::Binary(Op::And, ..) => 2,
        Expr::Not(_) => 3,
        Expr::Binary(Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge, ..)
        | Expr::In(..)
        | Expr::Under(..)
        | Expr::Call(Func::StartsWith, _) => 4,
        Expr::Binary(Op::Add | Op::Sub, ..) => 5,
        Expr::Binary(Op::Mul | Op::Div, ..) => 6,
        Expr::Neg(_) => 7,
        _ => 8,
    }
}

impl Words<'_> {
    fn say(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        pick(self.lang, zh, en)
    }

    /// An amount.
    pub(super) fn money(&self, fen: i64) -> String {
        let plain = Fen(fen.abs()).plain();
        let sign = if fen < 0 { "-" } else { "" };
        self.say(format!("{sign}{plain}元"), format!("{sign}¥{plain}"))
    }

    /// A rate or share: a literal number as a percentage.
    pub(super) fn rate(&self, expr: &Expr) -> String {
        match expr {
            Expr::Number { mantissa, scale } => percent(*mantissa, *scale),
            other => self.expr(other),
        }
    }

    /// `one` or `many`, whichever English wants, with the number before it.
    pub(super) fn count(&self, number: u16, zh: &str, one: &str, many: &str) -> String {
        self.say(format!("{number} {zh}"), format!("{number} {}", if number == 1 { one } else { many }))
    }

    fn part(&self, expr: &Expr, least: u8) -> String {
        let text = self.expr(expr);
        if level(expr) < least { format!("({text})") } else { text }
    }

    fn list(&self, items: &[Expr]) -> String {
        items.iter().map(|item| self.expr(item)).collect::<Vec<_>>().join(&self.say("、", ", "))
    }

    /// Any expression.
    pub(super) fn expr(&self, expr: &Expr) -> String {
        let policy = self.policy;
        match expr {
            Expr::Bool(true) => self.say("总是", "always"),
            Expr::Bool(false) => self.say("从不", "never"),
            Expr::Money(fen) => self.money(*fen),
            Expr::Number { mantissa, scale } => number(*mantissa, *scale),
            Expr::Text(text) => format!("\"{text}\""),
            Expr::Date(date) => date.to_string(),
            Expr::Field(field) => words(*field, self.lang),
            Expr::Param(index) => policy.params[*index].name.clone(),
            Expr::Predicate(index) => policy.predicates[*index].name.clone(),
            Expr::Measure(index) => policy.measures[*index].name.clone(),
            Expr::Ladder(index, arg) => format!("{}({})", policy.ladders[*index].name, self.expr(arg)),
            Expr::Not(inner) => {
                let inner = self.part(inner, 4);
                self.say(format!("非 {inner}"), format!("not {inner}"))
            }
            Expr::Neg(inner) => format!("-{}", self.part(inner, 7)),
            Expr::Binary(op, a, b) => self.binary(*op, a, b),
            Expr::If(cond, yes, no) => {
                let (cond, yes, no) = (self.expr(cond), self.expr(yes), self.expr(no));
                self.say(format!("若 {cond} 则 {yes},否则 {no}"), format!("if {cond} then {yes}, else {no}"))
            }
            Expr::Match { subject, arms, otherwise } => {
                let subject = self.expr(subject);
                let arms: Vec<String> =
                    arms.iter().map(|(literals, value)| format!("{}: {}", self.list(literals), self.expr(value))).collect();
                let (arms, other) = (arms.join(&self.say(";", "; ")), self.expr(otherwise));
                self.say(format!("[按 {subject}:{arms};其他 {other}]"), format!("[by {subject}: {arms}; otherwise {other}]"))
            }
            Expr::In(subject, items) => {
                let (subject, items) = (self.part(subject, 5), self.list(items));
                self.say(format!("{subject} 属于({items})"), format!("{subject} is one of ({items})"))
            }
            Expr::Under(subject, codes) => {
                let (subject, codes) = (self.part(subject, 5), codes.join(&self.say("、", ", ")));
                self.say(format!("{subject} 在 {codes} 之下"), format!("{subject} lies under {codes}"))
            }
            Expr::Call(func, args) => self.call(*func, args),
        }
    }

    fn binary(&self, op: Op, a: &Expr, b: &Expr) -> String {
        let (sign, own) = match op {
            Op::Or => (self.say("或", "or"), 1),
            Op::And => (self.say("且", "and"), 2),
            Op::Eq => ("=".to_owned(), 4),
            Op::Ne => ("≠".to_owned(), 4),
            Op::Lt => ("<".to_owned(), 4),
            Op::Le => ("≤".to_owned(), 4),
            Op::Gt => (">".to_owned(), 4),
            Op::Ge => ("≥".to_owned(), 4),
            Op::Add => ("+".to_owned(), 5),
            Op::Sub => ("-".to_owned(), 5),
            Op::Mul => ("×".to_owned(), 6),
            Op::Div => ("÷".to_owned(), 6),
        };
        format!("{} {sign} {}", self.part(a, own), self.part(b, own + 1))
    }

    fn call(&self, func: Func, args: &[Expr]) -> String {
        if let (Func::StartsWith, [subject, prefix]) = (func, args) {
            let (subject, prefix) = (self.part(subject, 5), self.expr(prefix));
            return self.say(format!("{subject} 以 {prefix} 开头"), format!("{subject} starts with {prefix}"));
        }
        let name = match func {
            Func::Min => Kw::Min,
            Func::Max => Kw::Max,
            Func::Abs => Kw::Abs,
            Func::Ceil => Kw::CeilFn,
            Func::Floor => Kw::FloorFn,
            Func::Round => Kw::RoundFn,
            Func::Months => Kw::MonthsFn,
            Func::Days => Kw::DaysFn,
            Func::StartsWith => Kw::StartsWith,
        };
        format!("{}({})", name.word(self.lang), self.list(args))
    }
}
