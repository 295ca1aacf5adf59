//! Measures: what is counted, for whom, over which months.

use super::component::part;
use super::expr::{Exprs, Typed};
use super::names::{MeasureName, Names};
use super::places::{Place, allow, fixed};
use crate::ast;
use crate::diagnostics::Sink;
use crate::model::{Agg, Expr, Key, Measure, Rollup, Source, Type, Window};
use crate::vocab;
use qudao_kernel::facts::{Col, ColType, Table};

/// What later checks need before the measure's expressions are checked.
pub(super) fn heading(item: &ast::Measure, names: &Names, sink: &mut Sink) -> MeasureName {
    let (table, of) = match &item.source {
        ast::Source::Facts { facts, .. } => (Some(facts.table), Vec::new()),
        ast::Source::Lines { of } => (None, components(of, names, sink)),
    };
    MeasureName { name: item.name.node.clone(), span: item.name.span, ty: None, key: item.key.node, window: item.window.node, table, of }
}

/// Component names to indices; unknown and repeated ones are reported.
pub(super) fn components(list: &[ast::Name], names: &Names, sink: &mut Sink) -> Vec<usize> {
    let mut out = Vec::new();
    for (position, name) in list.iter().enumerate() {
        let Some(index) = names.component(&name.node) else {
            if !names.broken.contains(&name.node) {
                let near = vocab::nearest(&name.node, names.components.iter().map(|(known, _)| known.as_str()));
                let d = sink.error(
                    "policy.name.unknown",
                    name.span,
                    format!("没有叫 `{}` 的酬金项", name.node),
                    format!("there is no component `{}`", name.node),
                );
                if let Some(near) = near {
                    d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
                }
            }
            continue;
        };
        if let Some(first) = list[..position].iter().find(|other| other.node == name.node) {
            sink.error(
                "policy.component.paid_twice",
                name.span,
                format!("酬金项 {} 列了两次,会重复计算", name.node),
                format!("component {} is listed twice and would count twice", name.node),
            )
            .label(first.span, "第一次在这里", "the first is here")
            .help("请删去一处", "remove one of them");
            continue;
        }
        out.push(index);
    }
    out
}

/// Gives every measure its type; sums have that of their expression.
pub(super) fn types(written: &ast::Policy, names: &mut Names, sink: &mut Sink) -> Vec<Option<Typed>> {
    let mut sums = Vec::new();
    for (index, item) in written.measures.iter().enumerate() {
        let mut sum = None;
        let ty = match &item.source {
            ast::Source::Lines { .. } => Some(Type::Money),
            ast::Source::Facts { count: ast::Count::Sum(expr), .. } => {
                sum = Exprs::new(names, sink).any(expr);
                match &sum {
                    Some(typed) if !matches!(typed.ty, Type::Money | Type::Number) => {
                        sink.error("policy.type.unexpected", expr.span, "只有金额和数值可以求和", "only money and numbers can be summed");
                        None
                    }
                    other => other.as_ref().map(|typed| typed.ty),
                }
            }
            ast::Source::Facts { .. } => Some(Type::Number),
        };
        names.measures[index].ty = ty;
        sums.push(sum);
    }
    sums
}

pub(super) fn check(written: &ast::Policy, names: &Names, sums: Vec<Option<Typed>>, sink: &mut Sink) -> Option<Vec<Measure>> {
    let all: Vec<Option<Measure>> =
        written.measures.iter().zip(sums).enumerate().map(|(index, (item, sum))| measure(item, index, sum, names, sink)).collect();
    all.into_iter().collect()
}

fn measure(item: &ast::Measure, index: usize, sum: Option<Typed>, names: &Names, sink: &mut Sink) -> Option<Measure> {
    let heading = &names.measures[index];
    let source = match &item.source {
        ast::Source::Lines { of } => {
            if !matches!(heading.key, Key::Partner | Key::Outlet | Key::Clerk | Key::Company) {
                sink.error(
                    "policy.key.not_here",
                    item.key.span,
                    "酬金合计只能按代理商、网点、店员或全公司统计",
                    "a total of lines is per partner, outlet, clerk or company",
                );
                return None;
            }
            if heading.of.len() < of.len() {
                return None;
            }
            Source::Lines { of: heading.of.clone() }
        }
        ast::Source::Facts { count, facts, filter } => counted(item, count, facts, filter.as_ref(), sum, names, sink)?,
    };
    if let Window::Months { from, to } = heading.window
        && from < to
    {
        sink.error(
            "policy.window.backwards",
            item.window.span,
            "前推月要从远到近写",
            "the window runs from the earlier month to the later",
        )
        .help(format!("请写 前推月 {to} 至 {from}"), format!("write months {to} to {from}"));
        return None;
    }
    let rollup = part(item.rollup.as_ref(), |rolled| rollup(item, rolled, names, sink)).ok()?;
    Some(Measure {
        name: item.name.node.clone(),
        title: item.title.clone(),
        source,
        key: heading.key,
        window: heading.window,
        rollup,
        ty: heading.ty?,
    })
}

fn counted(
    item: &ast::Measure,
    count: &ast::Count,
    facts: &ast::Facts,
    filter: Option<&ast::Expr>,
    sum: Option<Typed>,
    names: &Names,
    sink: &mut Sink,
) -> Option<Source> {
    let table = facts.table;
    let kinds = kinds(facts, sink);
    let lacks = match item.key.node {
        Key::Clerk => !table.has(Col::Clerk),
        Key::Customer => !table.has(Col::Customer),
        Key::Subscriber => !table.has(Col::Subscriber),
        _ => false,
    };
    if lacks {
        sink.error(
            "policy.key.not_here",
            item.key.span,
            format!("{}没有这个统计对象", table.label()),
            format!("{} does not name it", table.name()),
        )
        .label(facts.span, "统计的是这些事实", "these facts are counted");
        return None;
    }
    let place = Place::Counted { table, sum: false };
    let filter = match filter {
        None => Expr::Bool(true),
        Some(filter) => {
            let typed = Exprs::new(names, sink).of(filter, Type::Bool)?;
            allow(names, sink, &typed, place).then_some(typed.expr)?
        }
    };
    let agg = match count {
        ast::Count::Facts => Agg::Count,
        ast::Count::ActiveMonths => Agg::ActiveMonths,
        ast::Count::IdleMonths => Agg::IdleMonths,
        ast::Count::Sum(_) => {
            let typed = sum?;
            allow(names, sink, &typed, Place::Counted { table, sum: true }).then_some(Agg::Sum(typed.expr))?
        }
        ast::Count::Distinct(name) => Agg::Distinct(text_column(name, table, sink)?),
    };
    Some(Source::Facts { table, kinds: kinds?, filter, agg })
}

/// A text column of the table.
pub(super) fn text_column(name: &ast::Name, table: Table, sink: &mut Sink) -> Option<Col> {
    match vocab::column(&name.node) {
        Some(col) if table.has(col) && col.ty() == ColType::Text => Some(col),
        _ => {
            let known = table.columns().iter().filter(|col| col.ty() == ColType::Text).flat_map(|col| [col.name(), col.label()]);
            let near = vocab::nearest(&name.node, known);
            let d = sink.error(
                "policy.name.unknown",
                name.span,
                format!("{}没有文本列 `{}`", table.label(), name.node),
                format!("{} has no text column `{}`", table.name(), name.node),
            );
            if let Some(near) = near {
                d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
            }
            None
        }
    }
}

/// The kinds of facts named, as codes.
pub(super) fn kinds(facts: &ast::Facts, sink: &mut Sink) -> Option<Vec<String>> {
    kinds_of(&facts.kinds, facts.table, sink)
}

pub(super) fn kinds_of(list: &[ast::Name], table: Table, sink: &mut Sink) -> Option<Vec<String>> {
    let mut out: Vec<String> = Vec::new();
    let mut fine = true;
    for (position, name) in list.iter().enumerate() {
        let code = match vocab::kind(table, &name.node) {
            Some(code) => code.to_owned(),
            // Kinds of observations and activities are the users' own.
            None if table.kinds().is_empty() && table != Table::SubscriberMonth => name.node.clone(),
            None => {
                let known = table
                    .kinds()
                    .iter()
                    .flat_map(|(code, label)| [*code, *label])
                    .chain(Table::ALL.iter().flat_map(|table| [table.name(), table.label()]));
                let near = vocab::nearest(&name.node, known);
                let d = sink.error(
                    "policy.kind.unknown",
                    name.span,
                    format!("{}没有 `{}` 这种类型", table.label(), name.node),
                    format!("{} has no kind `{}`", table.name(), name.node),
                );
                if let Some(near) = near {
                    d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
                }
                fine = false;
                continue;
            }
        };
        if out.contains(&code) {
            let first = list[..position].iter().find(|other| vocab::kind(table, &other.node).unwrap_or(&other.node) == code);
            let d = sink.error(
                "policy.component.paid_twice",
                name.span,
                format!("{} 列了两次", name.node),
                format!("{} is listed twice", name.node),
            );
            if let Some(first) = first {
                d.label(first.span, "第一次在这里", "the first is here");
            }
            d.help("请删去一处", "remove one of them");
            fine = false;
        }
        out.push(code);
    }
    fine.then_some(out)
}

fn rollup(item: &ast::Measure, (tiers, share): &(Vec<ast::Name>, ast::Expr), names: &Names, sink: &mut Sink) -> Option<Rollup> {
    let facts = matches!(item.source, ast::Source::Facts { .. });
    if item.key.node != Key::Partner || !facts {
        sink.error(
            "policy.key.not_here",
            item.key.span,
            "只有按代理商统计业务的指标才能归集下级",
            "only measures that count facts per partner can be rolled up",
        );
        return None;
    }
    let share = fixed(names, sink, share, Type::Number, Place::Uniform)?;
    Some(Rollup { tiers: tiers.iter().map(|tier| tier.node.clone()).collect(), share })
}
