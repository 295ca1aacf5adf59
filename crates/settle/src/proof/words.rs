//! Formulas and values as sentences in both languages.

use crate::interp::number::{Exact, whole};
use crate::interp::trace::{Input, Place};
use crate::interp::value::{NO_DATE, Value};
use crate::interp::visit;
use num_bigint::BigInt;
use num_traits::{One, Signed};
use qudao_kernel::{Fen, Lang, Text};
use qudao_policy::keywords::Kw;
use qudao_policy::model::{Component, Expr, Func, Op, Policy};
use qudao_policy::{STANDARD_REASONS, field_words};

/// A text from what makes it in each language.
pub(crate) fn both(make: impl Fn(Lang) -> String) -> Text {
    Text::new(make(Lang::Zh), make(Lang::En))
}

/// What is read, by name; parameters and measures with their titles.
pub(crate) fn input_name(policy: &Policy, input: Input) -> Text {
    let titled = |name: &str, title: &str| if title.is_empty() || title == name { name.to_string() } else { format!("{name} ({title})") };
    match input {
        Input::Field(field) => both(|lang| field_words(field, lang)),
        Input::Param(index) => both(|_| policy.params.get(index).map_or(String::new(), |param| titled(&param.name, &param.title))),
        Input::Measure(index) => {
            both(|_| policy.measures.get(index).map_or(String::new(), |measure| titled(&measure.name, &measure.title)))
        }
    }
}

/// A number without loss where it ends within eight decimals; else to eight, with the fraction behind it.
fn decimals(value: &Exact, least: usize) -> String {
    let scaled = value * Exact::from_integer(BigInt::from(10).pow(8));
    let digits = scaled.round().to_integer();
    let text = format!("{:0>9}", digits.abs().to_string());
    let (units, rest) = text.split_at(text.len() - 8);
    let rest = rest.trim_end_matches('0');
    let rest = format!("{rest:0<least$}");
    let sign = if digits.is_negative() { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    let plain = format!("{sign}{}{point}{rest}", grouped(units));
    if scaled.is_integer() { plain } else { format!("{plain}… ({value})") }
}

fn grouped(units: &str) -> String {
    let mut out = String::new();
    for (index, digit) in units.chars().enumerate() {
        if index > 0 && (units.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Exact fen as yuan.
pub(crate) fn yuan(fen: &Exact) -> String {
    decimals(&(fen / whole(100)), 2)
}

/// Whole fen as yuan.
pub(crate) fn fen(fen: i64) -> String {
    Fen(fen).to_string()
}

/// A number; rates below one as percentages.
pub(crate) fn number(value: &Exact) -> String {
    let percent = value * whole(100);
    if value.is_integer() || value.abs() > Exact::one() || !(&percent * whole(10_000)).is_integer() {
        return decimals(value, 0);
    }
    format!("{}%", decimals(&percent, 0))
}

/// A value.
pub(crate) fn value(value: &Value, lang: Lang) -> String {
    match value {
        Value::Bool(true) => Kw::True.word(lang).to_string(),
        Value::Bool(false) => Kw::False.word(lang).to_string(),
        Value::Money(fen) => yuan(fen),
        Value::Number(value) => number(value),
        Value::Text(text) => format!("“{text}”"),
        Value::Date(day) if *day == NO_DATE => pick(lang, "无", "none").to_string(),
        Value::Date(day) => day.to_string(),
    }
}

/// One of two words.
pub(crate) fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn symbol(op: Op, lang: Lang) -> &'static str {
    match op {
        Op::And => Kw::And.word(lang),
        Op::Or => Kw::Or.word(lang),
        Op::Eq => "=",
        Op::Ne => "≠",
        Op::Lt => "<",
        Op::Le => "≤",
        Op::Gt => ">",
        Op::Ge => "≥",
        Op::Add => "+",
        Op::Sub => "−",
        Op::Mul => "×",
        Op::Div => "÷",
    }
}

fn binding(expr: &Expr) -> u8 {
    match expr {
        Expr::Binary(Op::Or, ..) => 1,
        Expr::Binary(Op::And, ..) => 2,
        Expr::Binary(Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge, ..) | Expr::In(..) | Expr::Under(..) => 3,
        Expr::Binary(Op::Add | Op::Sub, ..) => 4,
        Expr::Binary(Op::Mul | Op::Div, ..) => 5,
        Expr::If(..) | Expr::Match { .. } => 0,
        _ => 6,
    }
}

fn function(func: Func, lang: Lang) -> &'static str {
    let kw = match func {
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
    kw.word(lang)
}

/// A formula in the words of the policy.
pub(crate) fn formula(policy: &Policy, expr: &Expr, lang: Lang) -> String {
    let go = |expr: &Expr| formula(policy, expr, lang);
    let within = |inner: &Expr, least: u8| if binding(inner) < least { format!("({})", go(inner)) } else { go(inner) };
    let listed = |list: &[Expr]| list.iter().map(go).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::Bool(_) | Expr::Money(_) | Expr::Number { .. } | Expr::Text(_) | Expr::Date(_) => {
            value(&crate::interp::eval::literal(expr), lang)
        }
        Expr::Field(field) => field_words(*field, lang),
        Expr::Param(index) => policy.params[*index].name.clone(),
        Expr::Predicate(index) => policy.predicates[*index].name.clone(),
        Expr::Measure(index) => policy.measures[*index].name.clone(),
        Expr::Ladder(index, argument) => format!("{}({})", policy.ladders[*index].name, go(argument)),
        Expr::Not(inner) => format!("{} {}", Kw::Not.word(lang), within(inner, 6)),
        Expr::Neg(inner) => format!("−{}", within(inner, 6)),
        Expr::Binary(op, left, right) => {
            let own = binding(expr);
            format!("{} {} {}", within(left, own), symbol(*op, lang), within(right, own + 1))
        }
        Expr::If(condition, then, otherwise) => {
            let (if_, then_, else_) = (Kw::If.word(lang), Kw::Then.word(lang), Kw::Else.word(lang));
            format!("{if_} {} {then_} {} {else_} {}", go(condition), go(then), go(otherwise))
        }
        Expr::Match { subject, arms, otherwise } => {
            let arms: Vec<String> = arms.iter().map(|(literals, result)| format!("{}: {}", listed(literals), go(result))).collect();
            format!("{} {} {{ {}; {} {} }}", Kw::Match.word(lang), go(subject), arms.join("; "), Kw::Else.word(lang), go(otherwise))
        }
        Expr::In(subject, literals) => format!("{} {} ({})", within(subject, 4), Kw::In.word(lang), listed(literals)),
        Expr::Under(subject, codes) => format!("{} {} {}", within(subject, 4), Kw::Under.word(lang), codes.join(", ")),
        Expr::Call(func, arguments) => format!("{}({})", function(*func, lang), listed(arguments)),
    }
}

/// A formula, with the sentence of each named condition in it.
pub(crate) fn explained(policy: &Policy, expr: &Expr, lang: Lang) -> String {
    let mut titles: Vec<&str> = Vec::new();
    visit(policy, expr, &mut |inner| {
        if let Expr::Predicate(index) = inner {
            titles.push(&policy.predicates[*index].title);
        }
    });
    let formula = formula(policy, expr, lang);
    if titles.is_empty() { formula } else { format!("{formula} ({})", titles.join("; ")) }
}

/// One operation: formula, the values in it, and what it gave.
pub(crate) fn step(policy: &Policy, expr: &Expr, operands: &[Value], result: &Value) -> Text {
    both(|lang| {
        let shown: Vec<String> = operands.iter().map(|operand| value(operand, lang)).collect();
        let with = match (expr, &shown[..]) {
            (Expr::Binary(op, ..), [left, right]) => format!("{left} {} {right}", symbol(*op, lang)),
            (Expr::Binary(..) | Expr::If(..) | Expr::Predicate(_), _) => String::new(),
            (Expr::Call(..), _) => format!("({})", shown.join(", ")),
            _ => shown.join(", "),
        };
        let result = value(result, lang);
        let relation = if matches!(expr, Expr::Binary(op, ..) if is_test(*op)) || matches!(expr, Expr::Under(..) | Expr::In(..)) {
            "→"
        } else {
            "="
        };
        let formula = formula(policy, expr, lang);
        if with.is_empty() || with == formula {
            format!("{formula} {relation} {result}")
        } else {
            format!("{formula}: {with} {relation} {result}")
        }
    })
}

fn is_test(op: Op) -> bool {
    matches!(op, Op::And | Op::Or | Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge)
}

/// The sentence of a reason: the requirement's own words, or the standard ones.
pub(crate) fn reason(component: Option<&Component>, code: &str) -> Text {
    if let Some(require) = component.and_then(|component| component.requires.iter().find(|require| require.code == code)) {
        return Text::new(require.text.clone(), require.text.clone());
    }
    let standard = STANDARD_REASONS.iter().find(|(known, _, _)| *known == code);
    match (standard, code) {
        (Some((_, zh, en)), _) => Text::new(*zh, *en),
        (None, "not_concerned") => Text::new("不在该规则的范围或条件内", "outside the component's scope or filter"),
        (None, other) => Text::new(other, other),
    }
}

/// The name of a place.
pub(crate) fn place(place: Place, component: Option<&Component>) -> Text {
    let named =
        |index: usize| component.and_then(|component| component.requires.get(index)).map_or(String::new(), |require| require.text.clone());
    match place {
        Place::Scope => Text::new("适用范围", "scope"),
        Place::Filter => Text::new("条件", "filter"),
        Place::Require(index) => Text::new(format!("要求:{}", named(index)), format!("requirement: {}", named(index))),
        Place::Amount => Text::new("金额", "amount"),
        Place::Floor => Text::new("保底", "floor"),
        Place::Cap => Text::new("单笔封顶", "cap"),
        Place::Rank => Text::new("排名依据", "ranked by"),
        Place::Weight => Text::new("权重", "weight"),
        Place::Suspect => Text::new("嫌疑条件", "suspect"),
        Place::When => Text::new("追回条件", "clawed back when"),
        Place::Beyond => Text::new("只追超出", "beyond"),
        Place::Pause(index) => Text::new(format!("第 {} 期暂停条件", index + 1), format!("pause of instalment {}", index + 1)),
        Place::Gate(index) => Text::new(format!("第 {} 期条件", index + 1), format!("gate of instalment {}", index + 1)),
        Place::ReverseWhen => Text::new("冲回条件", "reversed when"),
        Place::Fraction => Text::new("冲回率", "fraction taken back"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp::number::decimal;

    #[test]
    fn numbers_read_like_numbers() {
        assert_eq!(yuan(&whole(2580)), "25.80");
        assert_eq!(yuan(&decimal(25805, 1)), "25.805");
        assert_eq!(yuan(&(whole(13_000_000) / whole(3))), "43,333.33333333… (130000/3)");
        assert_eq!(number(&decimal(2, 1)), "20%");
        assert_eq!(number(&decimal(15, 1)), "1.5");
        assert_eq!(number(&whole(200)), "200");
        assert_eq!(yuan(&whole(-129)), "-1.29");
    }
}
