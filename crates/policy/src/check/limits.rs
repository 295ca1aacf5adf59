//! Exclusive groups, joint caps and budgets.

use super::component::Checked;
use super::measure::components;
use super::names::Names;
use super::places::{Place, fixed};
use crate::ast;
use crate::diagnostics::{Sink, Span};
use crate::model::{Budget, Cap, Exclusive, Expr, Key, Type};

type Groups = (Vec<Exclusive>, Vec<Cap>, Vec<Budget>);

pub(super) fn check(written: &ast::Policy, names: &Names, list: &[Checked], sink: &mut Sink) -> Groups {
    let mut taken: Vec<(String, Span)> = Vec::new();
    let mut named = |name: &ast::Name, sink: &mut Sink| {
        if let Some((_, first)) = taken.iter().find(|(known, _)| *known == name.node) {
            sink.error("policy.name.twice", name.span, format!("`{}` 已经用过", name.node), format!("`{}` is used already", name.node))
                .label(*first, "第一次在这里", "the first is here");
        }
        taken.push((name.node.clone(), name.span));
    };
    let mut out: Groups = (Vec::new(), Vec::new(), Vec::new());
    for item in &written.exclusives {
        named(&item.name, sink);
        out.0.extend(exclusive(item, written, names, list, sink));
    }
    for item in &written.caps {
        named(&item.name, sink);
        out.1.extend(cap(item, names, list, sink));
    }
    for item in &written.budgets {
        named(&item.name, sink);
        under_one_budget(item, written, sink);
        out.2.extend(budget(item, names, list, sink));
    }
    out
}

/// Components of single facts; anything else is reported.
fn each(of: &[ast::Name], names: &Names, list: &[Checked], sink: &mut Sink) -> Option<Vec<usize>> {
    let before = sink.errors();
    let indices = components(of, names, sink);
    for name in of {
        let Some(component) = names.component(&name.node).map(|index| &list[index]) else { continue };
        if !component.each {
            sink.error(
                "policy.component.wrong_basis",
                name.span,
                format!("{} 不是逐笔(each)的酬金项", name.node),
                format!("{} is not computed on each fact", name.node),
            )
            .label(component.span, "它在这里", "it is here");
        }
    }
    (sink.errors() == before).then_some(indices)
}

fn exclusive(item: &ast::Exclusive, written: &ast::Policy, names: &Names, list: &[Checked], sink: &mut Sink) -> Option<Exclusive> {
    let components = each(&item.components, names, list, sink)?;
    if components.len() < 2 {
        sink.error("policy.exclusive.alone", item.span, "互斥组至少要有两个酬金项", "an exclusive group has at least two components");
        return None;
    }
    if let Some(other) = components.iter().find(|index| list[**index].table != list[components[0]].table) {
        sink.error(
            "policy.component.tables_differ",
            item.span,
            "互斥组里的酬金项要针对同一种事实",
            "components of an exclusive group are about one fact table",
        )
        .label(list[components[0]].span, "一种", "one table")
        .label(list[*other].span, "另一种", "another");
        return None;
    }
    let earlier = written.exclusives.iter().take_while(|other| other.span != item.span);
    for other in earlier {
        if let Some(both) = item.components.iter().find(|name| other.components.iter().any(|known| known.node == name.node)) {
            sink.error(
                "policy.exclusive.twice",
                both.span,
                format!("{} 已经在另一个互斥组里", both.node),
                format!("{} is in another exclusive group already", both.node),
            )
            .label(other.name.span, "另一个组", "the other group")
            .help("请合并两个组", "merge the groups");
            return None;
        }
    }
    Some(Exclusive { name: item.name.node.clone(), components, pick: item.pick })
}

fn under_one_budget(item: &ast::Budget, written: &ast::Policy, sink: &mut Sink) {
    for other in written.budgets.iter().take_while(|other| other.name.span != item.name.span) {
        if let Some(both) = item.components.iter().find(|name| other.components.iter().any(|known| known.node == name.node)) {
            sink.error(
                "policy.budget.twice",
                both.span,
                format!("{} 已经在另一个预算里", both.node),
                format!("{} is under another budget already", both.node),
            )
            .label(other.name.span, "另一个预算", "the other budget")
            .help("一个酬金项只能在一个预算里", "a component is under at most one budget");
        }
    }
}

fn limit(expr: &ast::Expr, names: &Names, sink: &mut Sink) -> Option<Expr> {
    let amount = fixed(names, sink, expr, Type::Money, Place::Uniform)?;
    if matches!(amount, Expr::Money(fen) if fen < 0) {
        sink.error("policy.amount.negative", expr.span, "限额不能是负数", "a limit cannot be negative");
        return None;
    }
    Some(amount)
}

fn cap(item: &ast::Cap, names: &Names, list: &[Checked], sink: &mut Sink) -> Option<Cap> {
    let components = each(&item.components, names, list, sink)?;
    let amount = limit(&item.amount, names, sink)?;
    if !matches!(item.key.node, Key::Partner | Key::Outlet | Key::Clerk) {
        sink.error("policy.key.not_here", item.key.span, "联合封顶只能按代理商、网点或店员", "a joint cap is per partner, outlet or clerk");
        return None;
    }
    Some(Cap { name: item.name.node.clone(), components, key: item.key.node, span: item.span, amount, order: item.order })
}

fn budget(item: &ast::Budget, names: &Names, list: &[Checked], sink: &mut Sink) -> Option<Budget> {
    let components = each(&item.components, names, list, sink)?;
    let amount = limit(&item.amount, names, sink)?;
    Some(Budget { name: item.name.node.clone(), components, span: item.span, amount, order: item.order, partial: item.partial })
}
