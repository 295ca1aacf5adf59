//! Conditions of flows: a small typed language over the fields of a form.
//!
//! ```text
//! amount >= 50000元 and kind = 'rent' or sum(items.cost) > 3000元
//! ```
//!
//! Numbers, money (`130000元`, `0.50元`), texts in quotes, dates and months, `true` and `false`; `+ - *`, comparisons, `in (…)`, `not`, `and`,
//! `or` (also 非, 且, 或); `filled(field)`, `count(rows)`, `sum(rows.column)`. What is not filled in has no value: a comparison with it is false.
//!
//! Invariant: what compiles cannot fail. It has a type, names fields that exist, and its sums are 128 bits wide and saturate.

mod lexer;
mod parse;

#[cfg(test)]
mod tests;

pub use parse::compile;

use crate::form::Form;
use qudao_kernel::Text;
use serde_json::Value;

/// What an expression, or a field in one, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number.
    Number,
    /// Fen.
    Money,
    /// A text, a choice, a code.
    Text,
    /// A date; also a month, which is compared by its text.
    Date,
    /// A month.
    Month,
    /// Rows, of which there are `count` and `sum`.
    Rows,
}

impl Type {
    /// As messages say it.
    pub(crate) fn words(self) -> Text {
        let (zh, en) = match self {
            Type::Bool => ("是否", "yes or no"),
            Type::Number => ("数字", "a number"),
            Type::Money => ("金额", "money"),
            Type::Text => ("文本", "text"),
            Type::Date => ("日期", "a date"),
            Type::Month => ("月份", "a month"),
            Type::Rows => ("明细", "rows"),
        };
        Text::new(zh, en)
    }
}

/// What an expression may name.
pub trait Names {
    /// The type of a field, or of a column of rows (`rows.column`); `None` where there is none.
    fn named(&self, name: &str) -> Option<Type>;
    /// All fields, for messages.
    fn known(&self) -> Vec<String>;
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Character it stands at, from 1.
    pub at: usize,
    /// What is wrong and what to do.
    pub why: Text,
}

/// A checked expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    pub(crate) node: Node,
    pub(crate) kind: Type,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Is(Val),
    Field(String),
    Filled(String),
    Count(String),
    Sum(String, String),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Both(Op, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Val>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
}

/// A value; money in fen, dates and months as they are written, which sorts them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Val {
    Bool(bool),
    Int(i128),
    Text(String),
}

impl Expr {
    /// Whether it holds for a form; what has no value does not.
    pub fn holds(&self, form: &Form) -> bool {
        self.value(form) == Some(Val::Bool(true))
    }

    fn value(&self, form: &Form) -> Option<Val> {
        Some(match &self.node {
            Node::Is(value) => value.clone(),
            Node::Field(name) => value_of(form.get(name)?)?,
            Node::Filled(name) => Val::Bool(form.get(name).is_some()),
            Node::Count(rows) => Val::Int(rows_of(form, rows).len() as i128),
            Node::Sum(rows, column) => {
                let cells = rows_of(form, rows).iter().filter_map(|row| row.get(column)?.as_i64());
                Val::Int(cells.map(i128::from).sum())
            }
            Node::Not(inner) => Val::Bool(!inner.holds(form)),
            Node::Minus(inner) => match inner.value(form)? {
                Val::Int(number) => Val::Int(number.saturating_neg()),
                other => other,
            },
            Node::In(inner, list) => Val::Bool(inner.value(form).is_some_and(|value| list.contains(&value))),
            Node::Both(Op::Or, left, right) => Val::Bool(left.holds(form) || right.holds(form)),
            Node::Both(Op::And, left, right) => Val::Bool(left.holds(form) && right.holds(form)),
            Node::Both(op, left, right) => return joined(*op, left.value(form), right.value(form)),
        })
    }

    /// Every field it names.
    pub fn fields(&self) -> Vec<&str> {
        match &self.node {
            Node::Is(_) => Vec::new(),
            Node::Field(name) | Node::Filled(name) | Node::Count(name) | Node::Sum(name, _) => vec![name],
            Node::Not(inner) | Node::Minus(inner) | Node::In(inner, _) => inner.fields(),
            Node::Both(_, left, right) => [left.fields(), right.fields()].concat(),
        }
    }
}

fn joined(op: Op, left: Option<Val>, right: Option<Val>) -> Option<Val> {
    let (Some(left), Some(right)) = (left, right) else {
        return (!matches!(op, Op::Add | Op::Sub | Op::Mul)).then_some(Val::Bool(false));
    };
    Some(match (op, &left, &right) {
        (Op::Add, Val::Int(a), Val::Int(b)) => Val::Int(a.saturating_add(*b)),
        (Op::Sub, Val::Int(a), Val::Int(b)) => Val::Int(a.saturating_sub(*b)),
        (Op::Mul, Val::Int(a), Val::Int(b)) => Val::Int(a.saturating_mul(*b)),
        (Op::Eq, ..) => Val::Bool(left == right),
        (Op::Ne, ..) => Val::Bool(left != right),
        (Op::Lt, ..) => Val::Bool(left < right),
        (Op::Le, ..) => Val::Bool(left <= right),
        (Op::Gt, ..) => Val::Bool(left > right),
        (Op::Ge, ..) => Val::Bool(left >= right),
        (Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or, ..) => return None,
    })
}

fn value_of(value: &Value) -> Option<Val> {
    match value {
        Value::Bool(is) => Some(Val::Bool(*is)),
        Value::Number(number) => number.as_i64().map(|number| Val::Int(number.into())),
        Value::String(text) => Some(Val::Text(text.clone())),
        _ => None,
    }
}

fn rows_of<'a>(form: &'a Form, rows: &str) -> &'a [Value] {
    form.get(rows).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
