//! A value of an expression.

use super::number::{Exact, whole};
use num_traits::Zero;
use qudao_kernel::Date;
use qudao_kernel::facts::ColType;
use qudao_policy::model::{Cell, Type};
use std::cmp::Ordering;

/// The date of an absent cell: earlier than every date.
pub const NO_DATE: Date = Date::from_days(i32::MIN);

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Truth value.
    Bool(bool),
    /// Fen.
    Money(Exact),
    /// Number.
    Number(Exact),
    /// Text.
    Text(String),
    /// Day.
    Date(Date),
}

impl Value {
    /// The empty value of a column's type. A month column has none an expression could read; it gives the absent date.
    pub fn empty(ty: ColType) -> Value {
        match ty {
            ColType::Text => Value::Text(String::new()),
            ColType::Int => Value::Number(Exact::zero()),
            ColType::Money => Value::Money(Exact::zero()),
            ColType::Bool => Value::Bool(false),
            ColType::Date | ColType::Month => Value::Date(NO_DATE),
        }
    }

    /// Zero or money of a type.
    pub fn of(ty: Type, amount: Exact) -> Value {
        if ty == Type::Money { Value::Money(amount) } else { Value::Number(amount) }
    }

    /// A cell.
    pub fn of_cell(cell: &Cell) -> Value {
        match cell {
            Cell::Text(text) => Value::Text(text.clone()),
            Cell::Int(number) => Value::Number(whole(*number)),
            Cell::Money(fen) => Value::Money(whole(*fen)),
            Cell::Bool(value) => Value::Bool(*value),
            Cell::Date(day) => Value::Date(*day),
            Cell::Month(_) => Value::Date(NO_DATE),
        }
    }

    /// Text value.
    pub fn text(text: &str) -> Value {
        Value::Text(text.to_string())
    }

    /// A whole number.
    pub fn count(number: i64) -> Value {
        Value::Number(whole(number))
    }

    /// An amount of fen.
    pub fn fen(fen: i64) -> Value {
        Value::Money(whole(fen))
    }

    /// Whether it is true; other types are not.
    pub fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// The number or the fen; 0 for other types.
    pub fn exact(&self) -> Exact {
        match self {
            Value::Money(value) | Value::Number(value) => value.clone(),
            _ => Exact::zero(),
        }
    }

    /// The text; empty for other types.
    pub fn as_text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The day; absent for other types.
    pub fn as_date(&self) -> Date {
        match self {
            Value::Date(day) => *day,
            _ => NO_DATE,
        }
    }

    /// Whether it is money.
    pub fn is_money(&self) -> bool {
        matches!(self, Value::Money(_))
    }

    /// Order of two values of one type; `Equal` for different ones, which a checked policy does not compare.
    pub fn order(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Money(a) | Value::Number(a), Value::Money(b) | Value::Number(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}
