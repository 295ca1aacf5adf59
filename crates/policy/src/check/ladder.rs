//! Ladders and curves: mode, bounds, gaps, overlaps, types.

use super::expr::{Exprs, Typed, is_literal, value};
use super::names::Names;
use super::places::{Place, simple};
use crate::ast::{self, Opening};
use crate::diagnostics::Sink;
use crate::keywords::Kw;
use crate::model::{Closed, Expr, Ladder, LadderMode, Step, Type};
use crate::vocab::type_word;
use qudao_kernel::Lang;

pub(super) fn check(item: &ast::Ladder, names: &Names, sink: &mut Sink) -> Option<Ladder> {
    let mode = mode(item, sink);
    if item.steps.is_empty() {
        sink.error("policy.ladder.empty", item.name.span, "阶梯没有档位", "this ladder has no steps");
        return None;
    }
    let bounds = bounds(item, names, sink)?;
    let closed = closed(item, sink);
    let fits = if mode == Some(LadderMode::Curve) { ascending(item, &bounds, sink) } else { contiguous(item, &bounds, names, sink) };
    let input = bounds[0].ty;
    let pays = pays(item, input, names, sink);
    declared(item.input, input, sink)?;
    let (output, steps) = pays?;
    declared(item.output, output, sink)?;
    if !fits {
        return None;
    }
    let steps = bounds.into_iter().zip(steps).map(|(from, (each, flat))| Step { from: from.expr, each, flat }).collect();
    Some(Ladder { name: item.name.node.clone(), title: item.title.clone(), mode: mode?, closed: closed?, input, output, steps })
}

fn mode(item: &ast::Ladder, sink: &mut Sink) -> Option<LadderMode> {
    if item.mode.is_none() {
        sink.error(
            "policy.ladder.mode_missing",
            item.name.span,
            format!("阶梯 {} 没有写明是全量还是累进", item.name.node),
            format!("ladder {} does not say whether it is whole or marginal", item.name.node),
        )
        .help(
            format!(
                "{} 表示达到的档位适用于全部数量;{} 表示每档只适用于本档内的数量",
                Kw::Whole.shown(Lang::Zh),
                Kw::Marginal.shown(Lang::Zh)
            ),
            format!(
                "{}: the step reached applies to everything; {}: each step applies to its own part",
                Kw::Whole.shown(Lang::En),
                Kw::Marginal.shown(Lang::En)
            ),
        );
    }
    item.mode
}

/// The lower bounds: literals of one type.
fn bounds(item: &ast::Ladder, names: &Names, sink: &mut Sink) -> Option<Vec<Typed>> {
    let mut out: Vec<Typed> = Vec::new();
    for step in &item.steps {
        let typed = bound(&step.from, names, sink)?;
        if let Some(first) = out.first() {
            Exprs::new(names, sink).same(first.ty, first.span, typed.ty, typed.span)?;
        }
        out.push(typed);
    }
    Some(out)
}

fn bound(expr: &ast::Expr, names: &Names, sink: &mut Sink) -> Option<Typed> {
    let typed = Exprs::new(names, sink).any(expr)?;
    if is_literal(&typed.expr) && matches!(typed.ty, Type::Money | Type::Number) {
        return Some(typed);
    }
    sink.error("policy.ladder.bound_not_literal", expr.span, "档位边界要直接写数字或金额", "a bound is written as a number or an amount");
    None
}

fn closed(item: &ast::Ladder, sink: &mut Sink) -> Option<Closed> {
    let first = &item.steps[0];
    if let Some(other) = item.steps.iter().find(|step| step.opening != first.opening) {
        sink.error(
            "policy.ladder.mixed_sides",
            other.head,
            "同一个阶梯里混用了“满…不满…”和“超过…至…”",
            "one ladder mixes `from … below …` with `above … to …`",
        )
        .label(first.head, "这里用的是另一种", "this one is written the other way")
        .help("请统一成一种", "write all steps one way");
        return None;
    }
    Some(if first.opening == Opening::Above { Closed::Above } else { Closed::Below })
}

fn ascending(item: &ast::Ladder, bounds: &[Typed], sink: &mut Sink) -> bool {
    let mut fine = true;
    for (pair, steps) in bounds.windows(2).zip(item.steps.windows(2)) {
        if value(&pair[0].expr) >= value(&pair[1].expr) {
            sink.error("policy.ladder.not_ascending", steps[1].head, "曲线的点没有从小到大排列", "the points of a curve must ascend")
                .label(steps[0].head, "前一个点", "the point before");
            fine = false;
        }
    }
    fine
}

/// Every step ends where the next begins, and the last is open.
fn contiguous(item: &ast::Ladder, bounds: &[Typed], names: &Names, sink: &mut Sink) -> bool {
    let mut fine = true;
    for (index, step) in item.steps.iter().enumerate() {
        let end = match &step.end {
            None => None,
            Some(end) => match bound(end, names, sink) {
                Some(end) => Some(end),
                None => return false,
            },
        };
        if let Some(end) = &end {
            if Exprs::new(names, sink).same(bounds[index].ty, bounds[index].span, end.ty, end.span).is_none() {
                return false;
            }
            if value(&end.expr) <= value(&bounds[index].expr) {
                sink.error("policy.ladder.empty_step", step.head, "这一档的上限不大于下限", "this step ends before it begins");
                return false;
            }
        }
        let text = |expr: &Expr| super::pays::literal_text(expr);
        match (end, bounds.get(index + 1)) {
            (Some(end), Some(next)) => {
                let (a, b) = (value(&end.expr), value(&next.expr));
                if a != b {
                    let next_head = item.steps[index + 1].head;
                    let (code, zh, en) = if a < b {
                        let gap = (text(&end.expr), text(&next.expr));
                        (
                            "policy.ladder.gap",
                            format!("{} 到 {} 之间没有档位", gap.0, gap.1),
                            format!("no step covers {} to {}", gap.0, gap.1),
                        )
                    } else {
                        let both = (text(&next.expr), text(&end.expr));
                        (
                            "policy.ladder.overlap",
                            format!("{} 到 {} 同时落在两档", both.0, both.1),
                            format!("{} to {} lie in two steps", both.0, both.1),
                        )
                    };
                    sink.error(code, next_head, zh, en)
                        .label(step.head, "前一档", "the step before")
                        .help("前一档的上限要等于后一档的下限", "a step ends where the next begins");
                    fine = false;
                }
            }
            (None, Some(_)) => {
                sink.error(
                    "policy.ladder.overlap",
                    step.head,
                    "这一档没有上限,却不是最后一档",
                    "this step has no upper bound, but it is not the last",
                )
                .label(item.steps[index + 1].head, "后面还有这一档", "this one follows")
                .help("请写上限,并把各档从小到大排列", "give it an upper bound, and write the steps in ascending order");
                fine = false;
            }
            (Some(end), None) => {
                let top = text(&end.expr);
                sink.error("policy.ladder.gap", step.head, format!("{top} 以上没有档位"), format!("no step covers what lies beyond {top}"))
                    .help(
                        "最后一档不写上限;不再支付时写 `不付`",
                        "the last step has no upper bound; write `nothing` where nothing is paid",
                    );
                fine = false;
            }
            (None, None) => {}
        }
    }
    fine
}

type Pays = Vec<(Option<Expr>, Option<Expr>)>;

/// What the steps pay, and of what type.
fn pays(item: &ast::Ladder, input: Type, names: &Names, sink: &mut Sink) -> Option<(Type, Pays)> {
    let mut first: Option<(Type, crate::diagnostics::Span)> = None;
    let mut out = Vec::new();
    for step in &item.steps {
        let mut parts = [None, None];
        for (slot, (part, is_each)) in parts.iter_mut().zip([(&step.each, true), (&step.flat, false)]) {
            let Some(expr) = part else { continue };
            let typed = Exprs::new(names, sink).any(expr)?;
            let ty = part_type(&typed, is_each, input, sink)?;
            let (known, span) = *first.get_or_insert((ty, expr.span));
            Exprs::new(names, sink).same(known, span, ty, expr.span)?;
            *slot = Some(simple(names, sink, typed, Place::Fixed)?);
        }
        let [each, flat] = parts;
        out.push((each, flat));
    }
    let output = first.map(|(ty, _)| ty).or_else(|| item.output.map(|declared| if declared.node { Type::Money } else { Type::Number }));
    Some((output.unwrap_or(Type::Money), out))
}

/// Type a rate or flat sum makes the ladder pay.
fn part_type(typed: &Typed, is_each: bool, input: Type, sink: &mut Sink) -> Option<Type> {
    match (typed.ty, is_each, input) {
        (Type::Money, true, Type::Money) => {
            sink.error(
                "policy.type.money_times_money",
                typed.span,
                "按金额分档时,每单位要写比例(如 5%)",
                "where steps are bounds of money, `each` is a rate such as 5%",
            );
            None
        }
        (Type::Number, true, Type::Money) => Some(Type::Money),
        (ty @ (Type::Money | Type::Number), _, _) => Some(ty),
        (ty, _, _) => {
            sink.error(
                "policy.type.unexpected",
                typed.span,
                format!("档位只能付金额或数值,不能是{}", type_word(ty, Lang::Zh)),
                format!("a step pays money or a number, not {}", type_word(ty, Lang::En)),
            );
            None
        }
    }
}

/// A declared type must be the one the steps have.
fn declared(said: Option<ast::At<bool>>, found: Type, sink: &mut Sink) -> Option<()> {
    let Some(said) = said else { return Some(()) };
    if said.node == (found == Type::Money) {
        return Some(());
    }
    sink.error(
        "policy.type.unexpected",
        said.span,
        format!("这里写的类型与档位不符:档位是{}", type_word(found, Lang::Zh)),
        format!("the steps are written in {} instead", type_word(found, Lang::En)),
    );
    None
}
