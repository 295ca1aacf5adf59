//! One policy: its head and declarations, and the order in which they are checked.

use super::expr::{Exprs, Typed, Use, What, is_literal, value};
use super::names::{LadderName, Names, ParamName, PredicateName};
use super::places::{Place, allow};
use super::{component, example, ladder, limits, measure, order};
use crate::ast;
use crate::diagnostics::{Sink, SourceFile, Span};
use crate::keywords::is_reserved;
use crate::model::{Expr, Param, Policy, Predicate, Type};
use crate::vocab;
use qudao_kernel::Date;
use qudao_kernel::facts::Table;

/// Largest expression a predicate can stand for, predicates inside it written out.
const MAX_SIZE: usize = 5_000;
const MAX_HEIGHT: usize = 400;

/// Days beyond which no date of a policy lies; an open end stands for it.
fn open_end() -> Date {
    Date::new(2200, 1, 1).unwrap_or(Date::from_days(84_006))
}

/// Checks one policy. `None` if anything about it is refused.
pub(super) fn check(written: &ast::Policy, file: &SourceFile, sink: &mut Sink) -> Option<Policy> {
    let before = sink.errors();
    let mut names = Names { broken: written.broken.clone(), ..Names::default() };
    component_names(written, &mut names, sink);
    let params = params(written, &mut names, sink);
    let ladders = written.ladders.iter().map(|item| {
        let checked = ladder::check(item, &names, sink);
        declare(&mut names, &item.name, sink);
        let types = checked.as_ref().map(|ladder| (ladder.input, ladder.output));
        names.ladders.push(LadderName { name: item.name.node.clone(), span: item.name.span, types, mode: item.mode });
        checked
    });
    let ladders: Option<Vec<_>> = ladders.collect::<Vec<_>>().into_iter().collect();
    for item in &written.predicates {
        declare(&mut names, &item.name, sink);
        names.predicates.push(PredicateName { name: item.name.node.clone(), span: item.name.span, uses: Vec::new() });
    }
    for item in &written.measures {
        declare(&mut names, &item.name, sink);
        names.measures.push(measure::heading(item, &names, sink));
    }
    let sums = measure::types(written, &mut names, sink);
    names.measured = true;
    let predicates = predicates(written, &mut names, sink);
    let measures = measure::check(written, &names, sums, sink);
    let scope = scope(written, &names, sink);
    let components = component::check_all(written, &names, sink);
    let order = order::order(&components, &names, sink);
    let groups = limits::check(written, &names, &components, sink);
    let (from, to) = effective(written, sink)?;
    let examples = example::check_all(written, &components, sink);
    let minimum_payment = minimum(written, sink);
    if sink.errors() > before || !written.broken.is_empty() {
        return None;
    }
    let (exclusives, caps, budgets) = groups;
    Some(Policy {
        name: written.name.node.clone(),
        version: written.version.node,
        title: written.title.clone(),
        owner: written.owner.as_ref().map(|owner| owner.node.clone()).unwrap_or_default(),
        from,
        to,
        written_to: None,
        scope: scope?,
        params: params?,
        predicates: predicates?,
        measures: measures?,
        ladders: ladders?,
        components: components.into_iter().map(|checked| checked.component).collect::<Option<Vec<_>>>()?,
        order,
        exclusives,
        caps,
        budgets,
        minimum_payment,
        examples,
        source: file.text.clone(),
        file: file.name.clone(),
    })
}

fn component_names(written: &ast::Policy, names: &mut Names, sink: &mut Sink) {
    for item in &written.components {
        let name = &item.name;
        if let Some((_, first)) = names.components.iter().find(|(known, _)| *known == name.node) {
            sink.error(
                "policy.name.twice",
                name.span,
                format!("酬金项 {} 写了两次", name.node),
                format!("component {} is declared twice", name.node),
            )
            .label(*first, "第一次在这里", "the first is here")
            .help("每个酬金项要有自己的名称", "give each component its own name");
        }
        if crate::keywords::Kw::Total.is(&name.node) {
            sink.error("policy.name.taken", name.span, "酬金项不能叫“合计”", "a component cannot be called total")
                .help("算例里“合计”指整个政策", "in examples, total means the whole policy");
        }
        names.components.push((name.node.clone(), name.span));
    }
}

/// Reports a name that already means something else in expressions.
fn declare(names: &mut Names, name: &ast::Name, sink: &mut Sink) {
    if let Some(first) = names.declared_at(&name.node) {
        sink.error("policy.name.twice", name.span, format!("`{}` 已经声明过", name.node), format!("`{}` is declared already", name.node))
            .label(first, "第一次在这里", "the first is here")
            .help("请换一个名称", "choose another name");
    } else if vocab::is_field_word(&name.node) || is_reserved(&name.node) {
        sink.error(
            "policy.name.taken",
            name.span,
            format!("`{}` 是字段或关键字,不能作名称", name.node),
            format!("`{}` is a field or keyword and cannot be a name", name.node),
        )
        .help("请换一个名称", "choose another name");
    }
}

fn params(written: &ast::Policy, names: &mut Names, sink: &mut Sink) -> Option<Vec<Param>> {
    let mut out = Some(Vec::new());
    for item in &written.params {
        let none = Names::default();
        let checked = param(item, &none, sink);
        declare(names, &item.name, sink);
        let ty = checked.as_ref().map(|param| param.ty);
        let sign = checked.as_ref().map_or(0, sign_of);
        names.params.push(ParamName { name: item.name.node.clone(), span: item.name.span, ty, local: item.local.is_some(), sign });
        match (checked, &mut out) {
            (Some(param), Some(list)) => list.push(param),
            _ => out = None,
        }
    }
    out
}

/// 1 if no value of the parameter is below zero, -1 if none is above, 0 otherwise.
fn sign_of(param: &Param) -> i8 {
    let bounds = param.local.as_ref().map_or([&param.value, &param.value], |(low, high)| [low, high]);
    match bounds.map(value) {
        [Some(low), Some(_)] if low >= 0 => 1,
        [Some(_), Some(high)] if high <= 0 => -1,
        _ => 0,
    }
}

fn literal(expr: &ast::Expr, names: &Names, sink: &mut Sink) -> Option<Typed> {
    let typed = Exprs::new(names, sink).any(expr)?;
    if is_literal(&typed.expr) {
        return Some(typed);
    }
    sink.error("policy.expression.not_literal", expr.span, "参数的值只能写字面值", "a parameter's value is a literal");
    None
}

fn param(item: &ast::Param, names: &Names, sink: &mut Sink) -> Option<Param> {
    let typed = literal(&item.value, names, sink)?;
    let mut local = None;
    if let Some((low, high)) = &item.local {
        let (low_t, high_t) = (literal(low, names, sink)?, literal(high, names, sink)?);
        let mut exprs = Exprs::new(names, sink);
        exprs.same(typed.ty, item.value.span, low_t.ty, low.span)?;
        exprs.same(typed.ty, item.value.span, high_t.ty, high.span)?;
        let (Some(least), Some(given), Some(most)) = (value(&low_t.expr), value(&typed.expr), value(&high_t.expr)) else {
            sink.error(
                "policy.param.no_bounds",
                item.name.span,
                "只有金额和数值可以由地方调整",
                "only money and numbers can have local values",
            );
            return None;
        };
        if !(least <= given && given <= most) {
            sink.error(
                "policy.param.outside_bounds",
                item.value.span,
                "参数的值不在自己的上下限之内",
                "the parameter's own value lies outside its bounds",
            )
            .label(low.span.to(high.span), "上下限", "the bounds");
            return None;
        }
        local = Some((low_t.expr, high_t.expr));
    }
    Some(Param { name: item.name.node.clone(), title: item.title.clone(), value: typed.expr, ty: typed.ty, local })
}

fn predicates(written: &ast::Policy, names: &mut Names, sink: &mut Sink) -> Option<Vec<Predicate>> {
    let typed: Vec<Option<Typed>> = written.predicates.iter().map(|item| Exprs::new(names, sink).of(&item.expr, Type::Bool)).collect();
    let mut fine = typed.iter().all(Option::is_some);
    let direct: Vec<Vec<Use>> = typed.iter().map(|typed| typed.as_ref().map(|typed| typed.uses.clone()).unwrap_or_default()).collect();
    let own: Vec<(usize, usize)> = typed.iter().map(|typed| typed.as_ref().map_or((0, 0), |typed| size(&typed.expr))).collect();
    for (index, item) in written.predicates.iter().enumerate() {
        let mut walk = Walk { direct: &direct, own: &own, path: Vec::new(), uses: Vec::new(), size: 0, height: 0 };
        match walk.visit(index, 0) {
            Ok(()) => names.predicates[index].uses = walk.uses,
            Err(Trouble::Circle(span)) => {
                fine = false;
                sink.error(
                    "policy.reference.circle",
                    item.name.span,
                    format!("口径 {} 绕了一圈又用到自己", item.name.node),
                    format!("predicate {} reads itself in a circle", item.name.node),
                )
                .label(span, "经由这里", "through here")
                .help("请去掉其中一处引用", "remove one of the references");
            }
            Err(Trouble::Large) => {
                fine = false;
                sink.error(
                    "policy.expression.too_long",
                    item.name.span,
                    "口径层层展开后太大",
                    "with the predicates it reads written out, this is too large",
                )
                .help("请简化", "simplify it");
            }
        }
    }
    let make = |(item, typed): (&ast::Predicate, Option<Typed>)| {
        typed.map(|typed| Predicate { name: item.name.node.clone(), title: item.title.clone(), expr: typed.expr })
    };
    let list: Option<Vec<Predicate>> = written.predicates.iter().zip(typed).map(make).collect();
    list.filter(|_| fine)
}

enum Trouble {
    Circle(Span),
    Large,
}

/// Follows predicates into predicates.
struct Walk<'a> {
    direct: &'a [Vec<Use>],
    own: &'a [(usize, usize)],
    path: Vec<usize>,
    uses: Vec<Use>,
    size: usize,
    height: usize,
}

impl Walk<'_> {
    fn visit(&mut self, index: usize, height: usize) -> Result<(), Trouble> {
        self.path.push(index);
        self.size += self.own[index].0;
        let height = height + self.own[index].1;
        self.height = self.height.max(height);
        if self.size > MAX_SIZE || self.height > MAX_HEIGHT {
            return Err(Trouble::Large);
        }
        for reading in &self.direct[index] {
            if let What::Predicate(inner) = reading.what {
                if self.path.contains(&inner) {
                    return Err(Trouble::Circle(reading.span));
                }
                self.visit(inner, height)?;
            }
            self.uses.push(*reading);
        }
        self.path.pop();
        Ok(())
    }
}

/// Number of nodes and height of an expression.
fn size(expr: &Expr) -> (usize, usize) {
    let mut parts: Vec<&Expr> = Vec::new();
    super::pays::children(expr, &mut parts);
    let inner = parts.into_iter().map(size).fold((0, 0), |(nodes, height), (n, h)| (nodes + n, height.max(h)));
    (inner.0 + 1, inner.1 + 1)
}

/// Tables whose facts the policy looks at.
fn tables(written: &ast::Policy) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    let each = written.components.iter().filter_map(|item| match item.basis.as_ref().map(|basis| &basis.node) {
        Some(ast::Basis::Each(facts)) => Some(facts.table),
        _ => None,
    });
    let counted = written.measures.iter().filter_map(|item| match &item.source {
        ast::Source::Facts { facts, .. } => Some(facts.table),
        ast::Source::Lines { .. } => None,
    });
    for table in each.chain(counted) {
        if !out.contains(&table) {
            out.push(table);
        }
    }
    out
}

fn scope(written: &ast::Policy, names: &Names, sink: &mut Sink) -> Option<Expr> {
    let Some(scope) = &written.scope else { return Some(Expr::Bool(true)) };
    let typed = Exprs::new(names, sink).of(scope, Type::Bool)?;
    allow(names, sink, &typed, Place::Scope(&tables(written))).then_some(typed.expr)
}

fn effective(written: &ast::Policy, sink: &mut Sink) -> Option<(Date, Date)> {
    let Some((from, to)) = &written.effective else {
        sink.error("policy.effective.missing", written.name.span, "没有写有效期", "the policy does not say when it is in force")
            .help("请加上 `有效期 2026-07-01 至 2026-12-31`", "add `effective 2026-07-01 to 2026-12-31`");
        return None;
    };
    match to {
        Some(to) if to.node < from.node => {
            sink.error("policy.effective.backwards", to.span, "有效期的最后一天早于第一天", "the last day lies before the first").label(
                from.span,
                "第一天",
                "the first day",
            );
            None
        }
        Some(to) => Some((from.node, to.node.plus_days(1))),
        None => Some((from.node, open_end())),
    }
}

fn minimum(written: &ast::Policy, sink: &mut Sink) -> i64 {
    match &written.minimum {
        Some(minimum) if minimum.node < 0 => {
            sink.error("policy.amount.negative", minimum.span, "起付额不能是负数", "a minimum payment cannot be negative");
            0
        }
        Some(minimum) => minimum.node,
        None => 0,
    }
}
