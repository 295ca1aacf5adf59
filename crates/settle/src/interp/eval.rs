//! Evaluates an expression on one item. What the expression reads comes through [`Env`], so that the run (from facts and master rows) and
//! the re-check of a proof (from the values it carries) evaluate with the same code.

use super::ladder;
use super::number::{Exact, decimal, divide, whole};
use super::value::{NO_DATE, Value};
use num_traits::{Signed, Zero};
use qudao_kernel::territory::under;
use qudao_policy::model::{Expr, Field, Func, Op, Policy};
use std::cmp::Ordering;

/// What an expression reads from outside itself.
pub trait Env {
    /// A field of the item.
    fn field(&self, field: Field) -> Value;
    /// A parameter as the item's territory sets it: a literal.
    fn param(&self, index: usize) -> Value;
    /// A measure for the item's key.
    fn measure(&self, index: usize) -> Value;
    /// Hears that an operation gave a value.
    fn step(&self, expr: &Expr, operands: &[Value], value: &Value);
}

/// Evaluates.
pub fn eval(policy: &Policy, env: &dyn Env, expr: &Expr) -> Value {
    let go = |expr: &Expr| eval(policy, env, expr);
    let said = |operands: &[Value], value: Value| {
        env.step(expr, operands, &value);
        value
    };
    match expr {
        Expr::Bool(_) | Expr::Money(_) | Expr::Number { .. } | Expr::Text(_) | Expr::Date(_) => literal(expr),
        Expr::Field(field) => env.field(*field),
        Expr::Param(index) => env.param(*index),
        Expr::Measure(index) => env.measure(*index),
        Expr::Predicate(index) => {
            let value = go(&policy.predicates[*index].expr);
            said(std::slice::from_ref(&value), value.clone())
        }
        Expr::Ladder(index, argument) => {
            let argument = go(argument);
            let value = ladder::apply(&policy.ladders[*index], &argument.exact(), &|part| go(part).exact());
            said(&[argument], Value::of(policy.ladders[*index].output, value))
        }
        Expr::Not(inner) => {
            let inner = go(inner);
            let value = Value::Bool(!inner.is_true());
            said(&[inner], value)
        }
        Expr::Neg(inner) => {
            let inner = go(inner);
            let value = alike(&inner, -inner.exact());
            said(&[inner], value)
        }
        Expr::Binary(op, left, right) => binary(*op, go(left), || go(right), said),
        Expr::If(condition, then, otherwise) => {
            let condition = go(condition);
            let value = if condition.is_true() { go(then) } else { go(otherwise) };
            said(&[condition], value)
        }
        Expr::Match { subject, arms, otherwise } => {
            let subject = go(subject);
            let arm = arms.iter().find(|(literals, _)| among(&subject, literals));
            let value = go(arm.map_or(otherwise, |(_, result)| result));
            said(&[subject], value)
        }
        Expr::In(subject, literals) => {
            let subject = go(subject);
            let value = Value::Bool(among(&subject, literals));
            said(&[subject], value)
        }
        Expr::Under(subject, codes) => {
            let subject = go(subject);
            let text = subject.as_text();
            let value = Value::Bool(!text.is_empty() && codes.iter().any(|code| under(text, code)));
            said(&[subject], value)
        }
        Expr::Call(func, arguments) => {
            let arguments: Vec<Value> = arguments.iter().map(go).collect();
            let value = call(*func, &arguments);
            said(&arguments, value)
        }
    }
}

/// The value of a literal; `false` for what is none.
pub fn literal(expr: &Expr) -> Value {
    match expr {
        Expr::Money(fen) => Value::fen(*fen),
        Expr::Number { mantissa, scale } => Value::Number(decimal(*mantissa, *scale)),
        Expr::Text(text) => Value::text(text),
        Expr::Date(day) => Value::Date(*day),
        Expr::Bool(value) => Value::Bool(*value),
        _ => Value::Bool(false),
    }
}

fn among(subject: &Value, literals: &[Expr]) -> bool {
    literals.iter().any(|candidate| literal(candidate).order(subject) == Ordering::Equal)
}

fn alike(model: &Value, amount: Exact) -> Value {
    if model.is_money() { Value::Money(amount) } else { Value::Number(amount) }
}

/// `and` and `or` look at the right side only if the left does not decide.
fn binary(op: Op, left: Value, right: impl Fn() -> Value, said: impl Fn(&[Value], Value) -> Value) -> Value {
    if (op == Op::And && !left.is_true()) || (op == Op::Or && left.is_true()) {
        let value = left.clone();
        return said(&[left], value);
    }
    let right = right();
    let order = left.order(&right);
    let value = match op {
        Op::And | Op::Or => Value::Bool(right.is_true()),
        Op::Eq => Value::Bool(order == Ordering::Equal),
        Op::Ne => Value::Bool(order != Ordering::Equal),
        Op::Lt => Value::Bool(order == Ordering::Less),
        Op::Le => Value::Bool(order != Ordering::Greater),
        Op::Gt => Value::Bool(order == Ordering::Greater),
        Op::Ge => Value::Bool(order != Ordering::Less),
        Op::Add => alike(&left, left.exact() + right.exact()),
        Op::Sub => alike(&left, left.exact() - right.exact()),
        Op::Mul if right.is_money() => Value::Money(left.exact() * right.exact()),
        Op::Mul => alike(&left, left.exact() * right.exact()),
        Op::Div if left.is_money() && right.is_money() => Value::Number(divide(&left.exact(), &right.exact())),
        Op::Div => alike(&left, divide(&left.exact(), &right.exact())),
    };
    said(&[left, right], value)
}

fn call(func: Func, arguments: &[Value]) -> Value {
    let Some(first) = arguments.first() else { return Value::Number(Exact::zero()) };
    let numbers = arguments.iter().map(Value::exact);
    match func {
        Func::Min => alike(first, numbers.min().unwrap_or_default()),
        Func::Max => alike(first, numbers.max().unwrap_or_default()),
        Func::Abs => alike(first, first.exact().abs()),
        Func::Ceil => alike(first, first.exact().ceil()),
        Func::Floor => alike(first, first.exact().floor()),
        Func::Round => alike(first, first.exact().round()),
        Func::Months | Func::Days => {
            let (from, to) = (first.as_date(), arguments.get(1).map_or(NO_DATE, Value::as_date));
            if from == NO_DATE || to == NO_DATE {
                return Value::Number(Exact::zero());
            }
            let days = i64::from(to.days()) - i64::from(from.days());
            Value::Number(if func == Func::Days { whole(days) } else { whole(i64::from(from.full_months_to(to))) })
        }
        Func::StartsWith => Value::Bool(first.as_text().starts_with(arguments.get(1).map_or("", Value::as_text))),
    }
}
