//! What is allowed but worth a second look: cliffs, falling pay, rules nothing reaches, cost without a bound, leftovers.
//!
//! Invariant: only warnings; nothing here refuses a policy.

mod ladders;
mod reach;

use crate::ast;
use crate::check::{children, is_long, repeats};
use crate::diagnostics::{Sink, Span};
use crate::model::{
    Agg, Basis, Component, Expr, Field, Func, GroupPay, LadderMode, Measure, Policy, Source, Span as Months, Trigger, Window,
};
use crate::vocab::words;
use qudao_kernel::Lang;
use qudao_kernel::facts::Col;

/// Looks at a policy that was accepted, next to its text.
pub(crate) fn lint(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    ladders::lint(written, policy, sink);
    reach::lint(written, policy, sink);
    for (item, component) in written.components.iter().zip(&policy.components) {
        unbounded(item, component, policy, sink);
        short_window(item, component, policy, sink);
    }
    unused(written, policy, sink);
    if policy.examples.is_empty() {
        sink.warn(
            "policy.example.none",
            written.name.span,
            "政策没有算例,不能发布",
            "the policy has no example, so it cannot be published",
        )
        .help("请加上算例:`算例 \"…\" { … 应得 … }`", "add one: `example \"…\" { … expect … }`");
    }
}

/// Every expression of a component, with the place of the clause it stands in.
fn exprs<'a>(item: &ast::Component, component: &'a Component) -> Vec<(&'a Expr, Span)> {
    let at = |span: Option<Span>| span.unwrap_or(item.name.span);
    let mut out = vec![
        (&component.filter, at(item.filter.as_ref().map(|part| part.span))),
        (&component.amount, at(item.amount.as_ref().map(|part| part.span))),
    ];
    out.extend(component.requires.iter().zip(&item.requires).map(|(require, part)| (&require.cond, part.cond.span)));
    out.extend(component.floor.iter().chain(&component.cap).map(|bound| (bound, item.name.span)));
    if let Some(schedule) = &component.schedule {
        out.extend(schedule.parts.iter().filter_map(|part| part.gate.as_ref()).chain(&schedule.pause).map(|gate| (gate, item.name.span)));
    }
    if let Some(reverse) = &component.reverse {
        out.push((&reverse.fraction, item.name.span));
        if let Trigger::When(when) = &reverse.trigger {
            out.push((when, item.name.span));
        }
    }
    match &component.basis {
        Basis::Rank { by: expr, .. } | Basis::Pool { weight: expr, .. } => out.push((expr, item.name.span)),
        Basis::Clawback { suspect, when, beyond, .. } => {
            out.extend([suspect, when].into_iter().chain(beyond).map(|expr| (expr, item.name.span)));
        }
        Basis::Each { .. } | Basis::Lines { .. } | Basis::Group { .. } => {}
    }
    out
}

/// What the policy's expressions mention.
#[derive(Default)]
struct Mentioned {
    params: Vec<usize>,
    predicates: Vec<usize>,
    measures: Vec<usize>,
    ladders: Vec<usize>,
}

impl Mentioned {
    fn add(&mut self, expr: &Expr) {
        match expr {
            Expr::Param(index) => self.params.push(*index),
            Expr::Predicate(index) => self.predicates.push(*index),
            Expr::Measure(index) => self.measures.push(*index),
            Expr::Ladder(index, _) => self.ladders.push(*index),
            _ => {}
        }
        let mut parts = Vec::new();
        children(expr, &mut parts);
        for part in parts {
            self.add(part);
        }
    }
}

fn unused(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    let mut seen = Mentioned::default();
    seen.add(&policy.scope);
    policy.predicates.iter().for_each(|predicate| seen.add(&predicate.expr));
    for measure in &policy.measures {
        if let Source::Facts { filter, agg, .. } = &measure.source {
            seen.add(filter);
            if let Agg::Sum(sum) = agg {
                seen.add(sum);
            }
        }
        measure.rollup.iter().for_each(|rollup| seen.add(&rollup.share));
    }
    for ladder in &policy.ladders {
        ladder.steps.iter().flat_map(|step| step.each.iter().chain(&step.flat)).for_each(|part| seen.add(part));
    }
    for (item, component) in written.components.iter().zip(&policy.components) {
        for (expr, _) in exprs(item, component) {
            seen.add(expr);
        }
    }
    policy.caps.iter().map(|cap| &cap.amount).chain(policy.budgets.iter().map(|budget| &budget.amount)).for_each(|limit| seen.add(limit));
    let mut report = |names: Vec<&ast::Name>, seen: &[usize], zh: &str, en: &str| {
        for (index, name) in names.into_iter().enumerate() {
            if !seen.contains(&index) {
                sink.warn(
                    "policy.lint.unused",
                    name.span,
                    format!("{zh} {} 没有用到", name.node),
                    format!("{en} {} is not used", name.node),
                )
                .help("请用上或删去", "use it or remove it");
            }
        }
    };
    report(written.params.iter().map(|item| &item.name).collect(), &seen.params, "参数", "parameter");
    report(written.predicates.iter().map(|item| &item.name).collect(), &seen.predicates, "口径", "predicate");
    report(written.measures.iter().map(|item| &item.name).collect(), &seen.measures, "指标", "measure");
    report(written.ladders.iter().map(|item| &item.name).collect(), &seen.ladders, "阶梯", "ladder");
}

/// A component on single facts that pays a share of an amount nothing limits.
fn unbounded(item: &ast::Component, component: &Component, policy: &Policy, sink: &mut Sink) {
    if !matches!(component.basis, Basis::Each { .. }) || component.cap.is_some() {
        return;
    }
    let Some(index) = policy.components.iter().position(|other| other.name == component.name) else { return };
    let limited = policy.caps.iter().any(|cap| cap.components.contains(&index))
        || policy.budgets.iter().any(|budget| budget.components.contains(&index));
    if limited {
        return;
    }
    let Some(field) = boundless(&component.amount, policy) else { return };
    let mut limits = reach::Limits::default();
    limits.learn(&component.filter, policy);
    limits.learn(&policy.scope, policy);
    if limits.has_upper(field) {
        return;
    }
    let at = item.amount.as_ref().map_or(item.name.span, |amount| amount.span);
    let (zh, en) = (words(field, Lang::Zh), words(field, Lang::En));
    sink.warn(
        "policy.lint.unbounded",
        at,
        format!("酬金项 {} 随 {zh} 增长,没有封顶也没有预算", component.name),
        format!("component {} grows with {en}, with neither cap nor budget", component.name),
    )
    .help("请加上 `封顶`、联合封顶或预算,或在条件里限制", "add a `cap`, a joint cap or a budget, or bound it in the filter");
}

/// The field an amount grows with without end.
fn boundless(expr: &Expr, policy: &Policy) -> Option<Field> {
    match expr {
        Expr::Field(field @ Field::Fact(Col::Amount | Col::Cost | Col::Quantity)) => Some(*field),
        Expr::Call(Func::Min, args) => {
            let all: Option<Vec<Field>> = args.iter().map(|arg| boundless(arg, policy)).collect();
            all?.into_iter().next()
        }
        Expr::Ladder(index, inner) => {
            let ladder = &policy.ladders[*index];
            let grows = ladder.mode != LadderMode::Curve && ladder.steps.last().is_some_and(|step| step.each.is_some());
            if grows { boundless(inner, policy) } else { None }
        }
        Expr::If(_, yes, no) => boundless(yes, policy).or_else(|| boundless(no, policy)),
        Expr::Match { arms, otherwise, .. } => {
            arms.iter().find_map(|(_, value)| boundless(value, policy)).or_else(|| boundless(otherwise, policy))
        }
        _ => {
            let mut parts = Vec::new();
            children(expr, &mut parts);
            parts.into_iter().find_map(|part| boundless(part, policy))
        }
    }
}

/// A component per quarter or year whose measure looks at another number of months.
fn short_window(item: &ast::Component, component: &Component, policy: &Policy, sink: &mut Sink) {
    let Basis::Group { span, pay, .. } = &component.basis else { return };
    if *span == Months::Month {
        return;
    }
    if *pay == GroupPay::AtEnd
        && let Some(measure) = again(&component.amount, *span, policy)
    {
        let at = item.amount.as_ref().map_or(item.name.span, |amount| amount.span);
        sink.warn(
            "policy.lint.long_window",
            at,
            format!("指标 {} 的统计期比付酬期间长,同样的业务每期都会计入", measure.name),
            format!("measure {} looks at more months than one payment covers, so every payment counts the same facts again", measure.name),
        )
        .help(
            "若本意如此,可不理会;否则请让两者相同,或用 `累计`",
            "ignore this if it is meant; otherwise let both be the same, or use `cumulative`",
        );
    }
    let mut seen = Mentioned::default();
    seen.add(&component.amount);
    seen.measures.sort_unstable();
    seen.measures.dedup();
    for index in seen.measures {
        let measure = &policy.measures[index];
        let shorter = matches!(measure.window, Window::ToDate(window) if (window as u8) < (*span as u8));
        if shorter {
            let (zh, en) = match pay {
                GroupPay::AtEnd => ("只统计了期间的最后一段", "counts only the last part of the span"),
                GroupPay::Cumulative => (
                    "比付酬期间短,累计差额会退回以前付的",
                    "is shorter than the span, so the difference to date takes back what was paid before",
                ),
            };
            let at = item.amount.as_ref().map_or(item.name.span, |amount| amount.span);
            sink.warn("policy.lint.short_window", at, format!("指标 {} {zh}", measure.name), format!("measure {} {en}", measure.name))
                .help("指标的统计期一般与付酬期间相同", "the measure usually looks at the same span");
        }
    }
}

/// The measure an amount is made of, if its window is longer than the span and nothing else in the product is shorter.
fn again<'a>(amount: &Expr, span: Months, policy: &'a Policy) -> Option<&'a Measure> {
    let windows: Vec<(Window, bool)> =
        policy.measures.iter().map(|measure| (measure.window, matches!(measure.source, Source::Lines { .. }))).collect();
    if !repeats(amount, &windows, span) {
        return None;
    }
    let mut seen = Mentioned::default();
    seen.add(amount);
    seen.measures.into_iter().map(|index| &policy.measures[index]).find(|measure| is_long(measure.window, span))
}
