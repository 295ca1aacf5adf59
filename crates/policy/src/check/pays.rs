//! What can be said about an amount without running it: its sign, and whether it would pay the same facts again next month.

use super::names::Names;
use crate::model::{Expr, Func, Op, Span, Type, Window};
use qudao_kernel::Fen;

/// The direct parts of an expression.
pub(crate) fn children<'a>(expr: &'a Expr, out: &mut Vec<&'a Expr>) {
    match expr {
        Expr::Bool(_)
        | Expr::Money(_)
        | Expr::Number { .. }
        | Expr::Text(_)
        | Expr::Date(_)
        | Expr::Field(_)
        | Expr::Param(_)
        | Expr::Predicate(_)
        | Expr::Measure(_) => {}
        Expr::Ladder(_, inner) | Expr::Not(inner) | Expr::Neg(inner) | Expr::Under(inner, _) => out.push(inner),
        Expr::Binary(_, a, b) => out.extend([&**a, &**b]),
        Expr::If(a, b, c) => out.extend([&**a, &**b, &**c]),
        Expr::Match { subject, arms, otherwise } => {
            out.push(subject);
            out.extend(arms.iter().map(|(_, value)| value));
            out.push(otherwise);
        }
        Expr::In(inner, list) => {
            out.push(inner);
            out.extend(list);
        }
        Expr::Call(_, args) => out.extend(args),
    }
}

/// A literal as people write it.
pub(crate) fn literal_text(expr: &Expr) -> String {
    match expr {
        Expr::Money(fen) => format!("¥{}", Fen(*fen).plain()),
        Expr::Number { mantissa, scale } => number(*mantissa, *scale),
        Expr::Text(text) => format!("\"{text}\""),
        Expr::Date(date) => date.to_string(),
        Expr::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

/// A number for people: a rate below one as a percentage.
pub(crate) fn number(mantissa: i64, scale: u8) -> String {
    let below_one = scale > 0 && mantissa != 0 && mantissa.unsigned_abs() < 10u64.pow(u32::from(scale));
    if below_one { percent(mantissa, scale) } else { decimal(mantissa, scale) }
}

/// A number as a percentage.
pub(crate) fn percent(mantissa: i64, scale: u8) -> String {
    let text = match scale {
        0 => decimal(mantissa.saturating_mul(100), 0),
        1 => decimal(mantissa.saturating_mul(10), 0),
        _ => decimal(mantissa, scale - 2),
    };
    format!("{text}%")
}

/// `mantissa / 10^scale` in digits.
pub(crate) fn decimal(mantissa: i64, scale: u8) -> String {
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, part) = digits.split_at(digits.len() - usize::from(scale));
    let part = part.trim_end_matches('0');
    let sign = if mantissa < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// Whether the amount can only be zero or below, however large counts and sums are.
pub(super) fn never_positive(expr: &Expr, names: &Names) -> bool {
    sign(expr, names) < 0
}

/// 1: never below zero; -1: never above; 2: zero; 0: unknown. Facts and measures count as never below zero.
fn sign(expr: &Expr, names: &Names) -> i8 {
    match expr {
        Expr::Money(_) | Expr::Number { .. } => match super::expr::value(expr).unwrap_or(0).signum() {
            0 => 2,
            1 => 1,
            _ => -1,
        },
        Expr::Field(_) | Expr::Measure(_) => 1,
        Expr::Param(index) => names.params[*index].sign,
        Expr::Neg(inner) => match sign(inner, names) {
            2 => 2,
            other => -other,
        },
        Expr::Binary(Op::Add, a, b) => both(sign(a, names), sign(b, names)),
        Expr::Binary(Op::Sub, a, b) => {
            let right = sign(b, names);
            both(sign(a, names), if right == 2 { 2 } else { -right })
        }
        Expr::Binary(Op::Mul | Op::Div, a, b) => match (sign(a, names), sign(b, names)) {
            (2, _) | (_, 2) => 2,
            (a, b) => a * b,
        },
        Expr::If(_, a, b) => both(sign(a, names), sign(b, names)),
        Expr::Match { arms, otherwise, .. } => {
            arms.iter().fold(sign(otherwise, names), |known, (_, value)| both(known, sign(value, names)))
        }
        Expr::Call(Func::Min | Func::Max, args) => args.iter().map(|arg| sign(arg, names)).reduce(both).unwrap_or(0),
        Expr::Call(Func::Ceil | Func::Floor | Func::Round, args) => args.first().map_or(0, |arg| sign(arg, names)),
        Expr::Call(Func::Abs | Func::Months, _) => 1,
        _ => 0,
    }
}

fn both(a: i8, b: i8) -> i8 {
    match (a, b) {
        (2, other) | (other, 2) => other,
        (a, b) if a == b => a,
        _ => 0,
    }
}

/// Whether the value grows out of measures longer than the span it is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// No measure.
    None,
    /// A measure over more months than one payment covers.
    Long,
    /// At least one factor counts only the months of the payment.
    Short,
}

fn months(span: Span) -> u16 {
    match span {
        Span::Month => 1,
        Span::Quarter => 3,
        Span::HalfYear => 6,
        Span::Year => 12,
    }
}

/// Whether the window sees months that an earlier payment saw, too.
pub(crate) fn is_long(window: Window, pay: Span) -> bool {
    match window {
        Window::ToDate(span) => months(span) > months(pay),
        Window::Months { from, to } => from - to.min(from) + 1 > months(pay),
    }
}

/// Whether an amount is made of measures longer than one payment covers, so that the same facts pay again next time. `measures`
/// are windows, and whether lines are totalled.
pub(crate) fn repeats(amount: &Expr, measures: &[(Window, bool)], pay: Span) -> bool {
    reach(amount, measures, pay) == Reach::Long
}

/// What the value of an amount is made of, term by term: a sum is as long as its longest term, a product as short as its shortest factor.
fn reach(expr: &Expr, measures: &[(Window, bool)], pay: Span) -> Reach {
    let of = |expr: &Expr| reach(expr, measures, pay);
    let sum = |a: Reach, b: Reach| match (a, b) {
        (Reach::Long, _) | (_, Reach::Long) => Reach::Long,
        (a, b) => a.max(b),
    };
    match expr {
        Expr::Measure(index) => {
            if is_long(measures[*index].0, pay) {
                Reach::Long
            } else {
                Reach::Short
            }
        }
        Expr::Ladder(_, inner) | Expr::Neg(inner) => of(inner),
        Expr::Binary(Op::Mul, a, b) => of(a).max(of(b)),
        Expr::Binary(Op::Div, a, _) => of(a),
        Expr::Binary(Op::Sub, a, b) => {
            // "What it should be by now, less what was paid by now" is a difference, not a repetition.
            if paid_already(b, measures) { Reach::None } else { sum(of(a), of(b)) }
        }
        Expr::Binary(Op::Add, a, b) | Expr::If(_, a, b) => sum(of(a), of(b)),
        Expr::Match { arms, otherwise, .. } => arms.iter().fold(of(otherwise), |known, (_, value)| sum(known, of(value))),
        Expr::Call(_, args) => args.iter().map(of).reduce(sum).unwrap_or(Reach::None),
        _ => Reach::None,
    }
}

/// Whether the expression reads measures, all of them totals of lines.
fn paid_already(expr: &Expr, measures: &[(Window, bool)]) -> bool {
    fn read(expr: &Expr, out: &mut Vec<usize>) {
        if let Expr::Measure(index) = expr {
            out.push(*index);
        }
        let mut parts = Vec::new();
        children(expr, &mut parts);
        for part in parts {
            read(part, out);
        }
    }
    let mut found = Vec::new();
    read(expr, &mut found);
    !found.is_empty() && found.iter().all(|index| measures[*index].1)
}

/// Whether literals of the type can be compared with `<`.
pub(super) fn is_quantity(ty: Type) -> bool {
    matches!(ty, Type::Money | Type::Number)
}
