//! Ladders: where one more unit changes everything, and where it costs.

use crate::ast;
use crate::check::literal_value;
use crate::diagnostics::{Label, Sink};
use crate::model::{Closed, Expr, Ladder, LadderMode, Policy, Step, Type};
use qudao_kernel::{Fen, Text};

/// Values are integers of 10⁻¹⁸ of a unit or fen, so that rate × bound is exact.
const ONE: i128 = 1_000_000_000_000_000_000;
const HALF: i128 = 1_000_000_000;

pub(super) fn lint(written: &ast::Policy, policy: &Policy, sink: &mut Sink) {
    for (item, ladder) in written.ladders.iter().zip(&policy.ladders) {
        let jumps = match ladder.mode {
            LadderMode::Whole => whole(ladder, policy),
            LadderMode::Marginal => marginal(ladder, policy),
            LadderMode::Curve => curve(ladder, policy),
        };
        report(item, ladder, &jumps.unwrap_or_default(), sink);
    }
}

/// A change at the beginning of a step.
struct Jump {
    step: usize,
    /// First argument of the step: a whole unit where all bounds are, else the bound itself.
    at: i128,
    /// How much more the total is than just before.
    by: i128,
    /// More than one unit of the steps around it pays.
    cliff: bool,
}

/// Value of a literal, or of a parameter as the text sets it.
fn known(expr: Option<&Expr>, policy: &Policy) -> Option<i128> {
    match expr {
        None => Some(0),
        Some(Expr::Param(index)) => literal_value(&policy.params[*index].value),
        Some(other) => literal_value(other),
    }
}

/// `argument × each + flat`, in 10⁻¹⁸.
fn total(step: &Step, argument: i128, policy: &Policy) -> Option<i128> {
    let each = known(step.each.as_ref(), policy)?.checked_mul(argument)?;
    each.checked_add(known(step.flat.as_ref(), policy)?.checked_mul(HALF)?)
}

/// Whether the ladder counts whole units, so that "one more" has a meaning.
fn counts(ladder: &Ladder) -> bool {
    ladder.input == Type::Number
        && ladder.output == Type::Money
        && ladder.steps.iter().all(|step| literal_value(&step.from).is_some_and(|from| from % HALF == 0))
}

fn whole(ladder: &Ladder, policy: &Policy) -> Option<Vec<Jump>> {
    let unit = if counts(ladder) { HALF } else { 0 };
    let mut out = Vec::new();
    for (step, after) in ladder.steps.iter().enumerate() {
        let bound = literal_value(&after.from)?;
        // The first step includes its own bound; below it nothing is paid.
        let (last, first) = match ladder.closed {
            Closed::Above if step > 0 => (bound, bound + unit),
            _ => (bound - unit, bound),
        };
        let before = step.checked_sub(1).map(|before| &ladder.steps[before]);
        let (paid, rate) = match before {
            Some(before) => (total(before, last, policy)?, known(before.each.as_ref(), policy)?),
            None if bound <= 0 => continue,
            None => (0, 0),
        };
        let by = total(after, first, policy)? - paid;
        let each = rate.max(known(after.each.as_ref(), policy)?).checked_mul(unit)?;
        out.push(Jump { step, at: first, by, cliff: by > each });
    }
    Some(out)
}

/// A marginal ladder jumps only where a step has a flat sum, and falls only where a rate is negative.
fn marginal(ladder: &Ladder, policy: &Policy) -> Option<Vec<Jump>> {
    let mut out = Vec::new();
    for (step, item) in ladder.steps.iter().enumerate() {
        let at = literal_value(&item.from)?;
        let each = known(item.each.as_ref(), policy)?;
        if each < 0 {
            out.push(Jump { step, at, by: each.checked_mul(HALF)?, cliff: false });
        }
        let flat = known(item.flat.as_ref(), policy)?.checked_mul(HALF)?;
        if flat != 0 && (step > 0 || at > 0) {
            out.push(Jump { step, at, by: flat, cliff: flat > 0 });
        }
    }
    Some(out)
}

fn curve(ladder: &Ladder, policy: &Policy) -> Option<Vec<Jump>> {
    let mut out = Vec::new();
    for step in 1..ladder.steps.len() {
        let (before, after) = (known(ladder.steps[step - 1].flat.as_ref(), policy)?, known(ladder.steps[step].flat.as_ref(), policy)?);
        if after < before {
            out.push(Jump { step, at: literal_value(&ladder.steps[step].from)?, by: (after - before).checked_mul(HALF)?, cliff: false });
        }
    }
    Some(out)
}

fn report(item: &ast::Ladder, ladder: &Ladder, jumps: &[Jump], sink: &mut Sink) {
    let cliffs: Vec<&Jump> = jumps.iter().filter(|jump| jump.cliff).collect();
    if let Some(largest) = cliffs.iter().max_by_key(|jump| jump.by) {
        let said = sentence(ladder, largest);
        let name = &item.name;
        let d = sink.warn(
            "policy.lint.cliff",
            name.span,
            format!("阶梯 {} 有 {} 处跳变,最大的一处:{}", name.node, cliffs.len(), said.zh),
            format!(
                "ladder {} has {}; the largest: {}",
                name.node,
                if cliffs.len() == 1 { "a cliff".to_owned() } else { format!("{} cliffs", cliffs.len()) },
                said.en
            ),
        );
        for jump in &cliffs {
            let said = sentence(ladder, jump);
            d.labels.push(Label { file: d.file.clone(), span: item.steps[jump.step].head, text: said });
        }
        d.help("有人会在边界凑量;累进阶梯没有跳变", "people aim for such bounds; a marginal ladder has none");
    }
    for jump in jumps.iter().filter(|jump| jump.by < 0) {
        let said = sentence(ladder, jump);
        sink.warn(
            "policy.lint.falling",
            item.steps[jump.step].span,
            format!("做得更多反而付得更少:{}", said.zh),
            format!("more is paid less: {}", said.en),
        )
        .label(item.name.span, "阶梯在这里", "of this ladder")
        .help("请核对档位的数字", "check the figures of the steps");
    }
}

fn sentence(ladder: &Ladder, jump: &Jump) -> Text {
    let up = jump.by >= 0;
    let at = bound(ladder, jump.at);
    if ladder.output == Type::Number {
        // In points where it is a rate.
        let by = jump.by.abs();
        let (by_zh, by_en) = if by < ONE {
            let points = plain(by.saturating_mul(100));
            (format!("{points} 个百分点"), format!("{points} percentage points"))
        } else {
            (plain(by), plain(by))
        };
        let (way_zh, way_en) = if up { ("提高", "rises") } else { ("降低", "falls") };
        return Text::new(format!("到 {at} 时比率{way_zh} {by_zh}"), format!("at {at} the rate {way_en} by {by_en}"));
    }
    let by = money(jump.by.abs());
    let (way_zh, way_en) = if up { ("增加", "adds") } else { ("减少", "takes off") };
    if counts(ladder) {
        return Text::new(format!("第 {at} 个单位使总额{way_zh} {by}元"), format!("unit {at} {way_en} ¥{by}"));
    }
    let (at_zh, at_en) = if ladder.input == Type::Money { (format!("{at}元"), format!("¥{at}")) } else { (at.clone(), at) };
    Text::new(format!("到 {at_zh} 时总额{way_zh} {by}元"), format!("reaching {at_en} {way_en} ¥{by}"))
}

/// A bound in 10⁻⁹, as a percentage where the ladder's bounds are rates.
fn bound(ladder: &Ladder, at: i128) -> String {
    if ladder.input == Type::Money {
        return money(at.saturating_mul(HALF));
    }
    let rates = ladder.steps.iter().any(|step| literal_value(&step.from).is_some_and(|from| 0 < from && from < HALF));
    if rates { format!("{}%", plain(at.saturating_mul(HALF).saturating_mul(100))) } else { plain(at.saturating_mul(HALF)) }
}

/// Fen in 10⁻¹⁸ as yuan.
fn money(value: i128) -> String {
    let text = Fen(i64::try_from(value / ONE).unwrap_or(i64::MAX)).plain();
    let part = format!("{:018}", value % ONE);
    format!("{text}{}", part.trim_end_matches('0'))
}

/// A number in 10⁻¹⁸.
fn plain(value: i128) -> String {
    let part = format!("{:018}", value % ONE);
    let digits = part.trim_end_matches('0');
    if digits.is_empty() { (value / ONE).to_string() } else { format!("{}.{digits}", value / ONE) }
}
