//! Rules nothing reaches: conditions that cannot hold, components another one always shadows, steps beyond every argument.

use crate::ast;
use crate::check::{children, literal_value};
use crate::diagnostics::Sink;
use crate::model::{Basis, Expr, Field, Func, Op, Pick, Policy};
use crate::vocab::words;
use qudao_kernel::Lang;
use qudao_kernel::facts::Col;

pub(super) fn lint(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    for (item, component) in written.components.iter().zip(&policy.components) {
        let Some(filter) = &item.filter else { continue };
        let mut limits = Limits::default();
        if let Basis::Each { kinds, .. } = &component.basis
            && !kinds.is_empty()
        {
            limits.texts.push((Field::Fact(Col::Kind), kinds.clone()));
        }
        limits.learn(&policy.scope, policy);
        limits.learn(&component.filter, policy);
        let name = &component.name;
        if constant(&component.filter) == Some(false) {
            sink.warn(
                "policy.lint.unreachable",
                filter.span,
                format!("酬金项 {name} 的条件永远不成立"),
                format!("the filter of component {name} never holds"),
            );
        } else if let Some(field) = limits.contradiction() {
            let (zh, en) = (words(field, Lang::Zh), words(field, Lang::En));
            sink.warn(
                "policy.lint.unreachable",
                filter.span,
                format!("酬金项 {name} 的条件永远不成立:对 {zh} 的要求互相矛盾"),
                format!("the filter of component {name} never holds: what it asks of {en} contradicts itself"),
            )
            .help("请核对范围、依据和条件", "check the scope, the basis and the filter");
        }
    }
    unknown_kinds(written, policy, sink);
    shadowed(written, policy, sink);
    steps(written, policy, sink);
}

/// Comparisons of the kind with a text that is no kind of the table.
fn unknown_kinds(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    for (item, component) in written.components.iter().zip(&policy.components) {
        let Basis::Each { table, .. } = component.basis else { continue };
        if table.kinds().is_empty() {
            continue;
        }
        for (expr, at) in super::exprs(item, component) {
            let mut texts = Vec::new();
            kind_texts(expr, policy, &mut texts);
            for text in texts.into_iter().filter(|text| !table.kinds().iter().any(|(code, _)| code == text)) {
                let meant = crate::vocab::kind(table, text);
                let d = sink.warn(
                    "policy.lint.unreachable",
                    at,
                    format!("业务类型没有 \"{text}\",这个比较永远不成立"),
                    format!("no {} is of kind \"{text}\", so this never holds", table.name()),
                );
                if let Some(meant) = meant {
                    d.help(format!("文本里请写代码 \"{meant}\""), format!("in a text, write the code \"{meant}\""));
                }
            }
        }
    }
}

/// Texts the kind is compared with.
fn kind_texts<'a>(expr: &'a Expr, policy: &'a Policy, out: &mut Vec<&'a str>) {
    let is_kind = |expr: &Expr| matches!(expr, Expr::Field(Field::Fact(Col::Kind)));
    match expr {
        Expr::Predicate(index) => kind_texts(&policy.predicates[*index].expr, policy, out),
        Expr::Binary(_, a, b) if is_kind(a) || is_kind(b) => {
            out.extend([a, b].into_iter().filter_map(|side| if let Expr::Text(text) = &**side { Some(text.as_str()) } else { None }));
        }
        Expr::In(subject, list) if is_kind(subject) => {
            out.extend(list.iter().filter_map(|item| if let Expr::Text(text) = item { Some(text.as_str()) } else { None }));
        }
        Expr::Match { subject, arms, .. } if is_kind(subject) => {
            let literals = arms.iter().flat_map(|(literals, _)| literals);
            out.extend(literals.filter_map(|item| if let Expr::Text(text) = item { Some(text.as_str()) } else { None }));
        }
        _ => {}
    }
    let mut parts = Vec::new();
    children(expr, &mut parts);
    for part in parts {
        kind_texts(part, policy, out);
    }
}

/// What conjunctions say about fields.
#[derive(Default)]
pub(super) struct Limits {
    /// Field, lowest, highest; strict bounds are moved by the smallest step of 10⁻⁹.
    numbers: Vec<(Field, i128, i128)>,
    texts: Vec<(Field, Vec<String>)>,
    never: Option<Field>,
}

impl Limits {
    /// Takes in what must hold for the condition to hold.
    pub(super) fn learn(&mut self, expr: &Expr, policy: &Policy) {
        match expr {
            Expr::Binary(Op::And, a, b) => {
                self.learn(a, policy);
                self.learn(b, policy);
            }
            Expr::Predicate(index) => self.learn(&policy.predicates[*index].expr, policy),
            Expr::Binary(op, a, b) => match (&**a, &**b) {
                (Expr::Field(field), literal) => self.compare(*field, *op, literal),
                (literal, Expr::Field(field)) => self.compare(*field, turned(*op), literal),
                _ => {}
            },
            Expr::In(subject, list) => {
                if let Expr::Field(field) = **subject {
                    let texts: Vec<String> =
                        list.iter().filter_map(|literal| if let Expr::Text(text) = literal { Some(text.clone()) } else { None }).collect();
                    if texts.len() == list.len() {
                        self.text(field, texts);
                    }
                }
            }
            _ => {}
        }
    }

    fn compare(&mut self, field: Field, op: Op, literal: &Expr) {
        if let (Op::Eq, Expr::Text(text)) = (op, literal) {
            self.text(field, vec![text.clone()]);
            return;
        }
        let Some(value) = literal_value(literal) else { return };
        let (low, high) = match op {
            Op::Eq => (value, value),
            Op::Lt => (i128::MIN, value - 1),
            Op::Le => (i128::MIN, value),
            Op::Gt => (value + 1, i128::MAX),
            Op::Ge => (value, i128::MAX),
            _ => return,
        };
        match self.numbers.iter_mut().find(|(known, _, _)| *known == field) {
            Some((_, least, most)) => {
                *least = low.max(*least);
                *most = high.min(*most);
            }
            None => self.numbers.push((field, low, high)),
        }
    }

    fn text(&mut self, field: Field, texts: Vec<String>) {
        match self.texts.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => {
                known.retain(|text| texts.contains(text));
                if known.is_empty() {
                    self.never = Some(field);
                }
            }
            None => self.texts.push((field, texts)),
        }
    }

    fn contradiction(&self) -> Option<Field> {
        self.never.or_else(|| self.numbers.iter().find(|(_, low, high)| low > high).map(|(field, _, _)| *field))
    }

    /// Whether the field has a highest value.
    pub(super) fn has_upper(&self, field: Field) -> bool {
        self.numbers.iter().any(|(known, _, high)| *known == field && *high < i128::MAX)
    }
}

fn turned(op: Op) -> Op {
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        other => other,
    }
}

/// Truth value of a condition over literals.
fn constant(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Bool(value) => Some(*value),
        Expr::Not(inner) => constant(inner).map(|value| !value),
        Expr::Binary(Op::And, a, b) => match (constant(a), constant(b)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), other) | (other, Some(true)) => other,
            _ => None,
        },
        Expr::Binary(Op::Or, a, b) => match (constant(a), constant(b)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), other) | (other, Some(false)) => other,
            _ => None,
        },
        Expr::Binary(op, a, b) => {
            let (a, b) = (literal_value(a)?, literal_value(b)?);
            Some(match op {
                Op::Eq => a == b,
                Op::Ne => a != b,
                Op::Lt => a < b,
                Op::Le => a <= b,
                Op::Gt => a > b,
                Op::Ge => a >= b,
                _ => return None,
            })
        }
        _ => None,
    }
}

/// In a group that takes the first, one that always pays leaves nothing for those behind it.
fn shadowed(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    for (item, group) in written.exclusives.iter().zip(&policy.exclusives) {
        if group.pick != Pick::First {
            continue;
        }
        for (position, later) in group.components.iter().enumerate() {
            let hidden = group.components[..position].iter().find(|earlier| covers(policy, **earlier, *later));
            if let Some(earlier) = hidden {
                let (by, what) = (&policy.components[*earlier].name, &policy.components[*later].name);
                sink.warn(
                    "policy.lint.unreachable",
                    item.components[position].span,
                    format!("{what} 永远轮不到:排在前面的 {by} 对同样的业务都付"),
                    format!("{what} never gets its turn: {by} before it pays for the same facts"),
                )
                .label(written.components[*earlier].name.span, "排在前面的", "the one before it")
                .help("请调换次序,或给前面的加条件", "change the order, or give the first one a filter");
            }
        }
    }
}

fn covers(policy: &Policy, earlier: usize, later: usize) -> bool {
    let (a, b) = (&policy.components[earlier], &policy.components[later]);
    let (Basis::Each { kinds: wide, .. }, Basis::Each { kinds: narrow, .. }) = (&a.basis, &b.basis) else { return false };
    let kinds = wide.is_empty() || !narrow.is_empty() && narrow.iter().all(|kind| wide.contains(kind));
    let filter = constant(&a.filter) == Some(true) || a.filter == b.filter;
    kinds && filter && a.requires.is_empty() && a.once.is_none()
}

/// Steps that begin beyond the largest argument the ladder is ever given.
fn steps(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    let mut largest: Vec<Option<i128>> = vec![Some(i128::MIN); policy.ladders.len()];
    for (item, component) in written.components.iter().zip(&policy.components) {
        let top = if let Basis::Rank { top, .. } = &component.basis { Some(i128::from(*top)) } else { None };
        for (expr, _) in super::exprs(item, component) {
            arguments(expr, top, &mut largest);
        }
    }
    // Whatever is read in declarations can have any argument.
    for predicate in &policy.predicates {
        anywhere(&predicate.expr, &mut largest);
    }
    for measure in &policy.measures {
        if let crate::model::Source::Facts { filter, agg, .. } = &measure.source {
            anywhere(filter, &mut largest);
            if let crate::model::Agg::Sum(sum) = agg {
                anywhere(sum, &mut largest);
            }
        }
    }
    for ((item, ladder), most) in written.ladders.iter().zip(&policy.ladders).zip(largest) {
        let Some(most) = most.filter(|most| *most > i128::MIN) else { continue };
        for (step, head) in ladder.steps.iter().zip(&item.steps) {
            if literal_value(&step.from).is_some_and(|from| from > most) {
                sink.warn(
                    "policy.lint.unreachable",
                    head.head,
                    "用到这个阶梯的地方都到不了这一档",
                    "no argument this ladder is given reaches this step",
                )
                .label(item.name.span, "阶梯在这里", "of this ladder");
            }
        }
    }
}

fn arguments(expr: &Expr, top: Option<i128>, largest: &mut [Option<i128>]) {
    if let Expr::Ladder(index, inner) = expr {
        let bound = upper(inner, top);
        largest[*index] = match (largest[*index], bound) {
            (Some(known), Some(bound)) => Some(known.max(bound)),
            _ => None,
        };
    }
    let mut parts = Vec::new();
    children(expr, &mut parts);
    for part in parts {
        arguments(part, top, largest);
    }
}

fn anywhere(expr: &Expr, largest: &mut [Option<i128>]) {
    if let Expr::Ladder(index, _) = expr {
        largest[*index] = None;
    }
    let mut parts = Vec::new();
    children(expr, &mut parts);
    for part in parts {
        anywhere(part, largest);
    }
}

/// The largest value of an expression where that is plain to see, in 10⁻⁹.
fn upper(expr: &Expr, top: Option<i128>) -> Option<i128> {
    const UNIT: i128 = 1_000_000_000;
    match expr {
        Expr::Money(_) | Expr::Number { .. } => literal_value(expr),
        Expr::Field(Field::MonthNumber) => Some(12 * UNIT),
        Expr::Field(Field::SuspectShare) => Some(UNIT),
        Expr::Field(Field::Rank) => top.map(|top| top * UNIT),
        Expr::Call(Func::Min, args) => args.iter().filter_map(|arg| upper(arg, top)).min(),
        Expr::Call(Func::Max, args) => args.iter().map(|arg| upper(arg, top)).collect::<Option<Vec<_>>>()?.into_iter().max(),
        Expr::If(_, a, b) => Some(upper(a, top)?.max(upper(b, top)?)),
        _ => None,
    }
}
