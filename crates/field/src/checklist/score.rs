//! What answers are worth.
//!
//! A section is Σ(weight × points) ÷ Σ(weight × most points) over what exists; the whole is Σ(section's weight × section) ÷ Σ(section's weight), or, where no
//! section has a weight, all items together (requirements §7.4). Fractions stay exact until the one rounding to hundredths of a percent, half up.
//! A required item that is open, or known too badly to count, has no points and stays in the denominator; an optional one that is open is left out.

use super::answer::{check, counts, number, points};
use super::{Answer, Asked, By, Context, Given, ItemKind, Template};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use std::collections::BTreeMap;

/// The whole in hundredths of a percent.
const WHOLE: i64 = 10_000;

/// Whether a checklist is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Something required is open.
    Open,
    /// Passed, or without a mark to reach and without a veto.
    Passed,
    /// Below the mark, or vetoed.
    Failed,
}

/// What answers came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Hundredths of a percent; none where nothing is scored.
    pub score: Option<u32>,
    /// The same of each section, in order.
    pub sections: Vec<Option<u32>>,
    /// Passed or not.
    pub verdict: Verdict,
    /// Required items that are open.
    pub open: Vec<String>,
    /// Items that are answered but not right.
    pub failed: Vec<String>,
    /// Items and sections that fail the whole.
    pub vetoed: Vec<String>,
    /// Items whose answer is known too badly to count.
    pub unproven: Vec<String>,
    /// Answered, not applicable, and asked items.
    pub progress: [u32; 3],
    /// Measures in order; none where there is nothing to count.
    pub measures: Vec<Option<i64>>,
}

/// An exact part of a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Part {
    got: u64,
    most: u64,
}

impl Part {
    fn ratio(&self) -> Option<BigRational> {
        (self.most > 0).then(|| BigRational::new(BigInt::from(self.got), BigInt::from(self.most)))
    }
}

/// Hundredths of a percent of a ratio, half up.
fn rounded(ratio: &BigRational) -> u32 {
    let scaled = ratio * BigRational::from_integer(WHOLE.into()) + BigRational::new(1.into(), 2.into());
    scaled.floor().to_integer().to_u32().unwrap_or(0)
}

/// A part of a whole in hundredths of a percent, half up; none of nothing.
pub fn share(part: u64, whole: u64) -> Option<u32> {
    Part { got: part, most: whole }.ratio().map(|ratio| rounded(&ratio))
}

/// Σ(weight × share) ÷ Σ(weight), hundredths of a percent, half up. Shares are (part, whole); those of nothing are left out.
pub fn weighted(parts: &[(u32, u64, u64)]) -> Option<u32> {
    let mut sum = BigRational::zero();
    let mut weights = 0;
    for (weight, part, whole) in parts {
        if let Some(ratio) = (Part { got: *part, most: *whole }).ratio().filter(|_| *weight > 0) {
            sum += ratio * BigRational::from_integer((*weight).into());
            weights += u64::from(*weight);
        }
    }
    (weights > 0).then(|| rounded(&(sum / BigRational::from_integer(weights.into()))))
}

/// Counts answers. An answer that cannot be one to its item counts as none.
pub fn count(template: &Template, context: &Context, answers: &BTreeMap<String, Given>) -> Outcome {
    let mut parts = vec![Part::default(); template.sections.len()];
    let mut outcome = Outcome {
        score: None,
        sections: Vec::new(),
        verdict: Verdict::Open,
        open: Vec::new(),
        failed: Vec::new(),
        vetoed: Vec::new(),
        unproven: Vec::new(),
        progress: [0; 3],
        measures: Vec::new(),
    };
    for asked in template.asked(context) {
        one(&asked, answers.get(&asked.item.id), &mut parts, &mut outcome);
    }
    outcome.sections = parts.iter().map(|part| part.ratio().map(|ratio| rounded(&ratio))).collect();
    for (section, score) in template.sections.iter().zip(&outcome.sections) {
        if section.floor.is_some_and(|floor| score.is_some_and(|score| score < floor)) {
            outcome.vetoed.push(section.id.clone());
        }
    }
    outcome.score = whole(template, &parts);
    outcome.measures = template.measures.iter().map(|measure| measured(template, &measure.by, answers)).collect();
    outcome.verdict = verdict(template, &outcome);
    outcome
}

fn one(asked: &Asked<'_>, given: Option<&Given>, parts: &mut [Part], outcome: &mut Outcome) {
    let item = asked.item;
    let given = given.filter(|given| check(item, given).is_ok());
    outcome.progress[2] += 1;
    let Some(given) = given else {
        if asked.required {
            outcome.open.push(item.id.clone());
            add(asked, 0, parts);
        }
        return;
    };
    outcome.progress[0] += 1;
    let Some(points) = points(&item.kind, &given.answer) else {
        outcome.progress[1] += 1;
        return;
    };
    let proven = counts(asked, given);
    if !proven {
        outcome.unproven.push(item.id.clone());
    }
    let points = if proven { points } else { 0 };
    add(asked, points, parts);
    if item.kind.most() > 0 && points < item.kind.pass() {
        outcome.failed.push(item.id.clone());
        if item.veto {
            outcome.vetoed.push(item.id.clone());
        }
    }
}

fn add(asked: &Asked<'_>, points: u32, parts: &mut [Part]) {
    if let Some(part) = parts.get_mut(asked.item.section) {
        part.got += u64::from(asked.weight) * u64::from(points);
        part.most += u64::from(asked.weight) * u64::from(asked.item.kind.most());
    }
}

fn whole(template: &Template, parts: &[Part]) -> Option<u32> {
    if template.sections.iter().all(|section| section.weight == 0) {
        return share(parts.iter().map(|part| part.got).sum(), parts.iter().map(|part| part.most).sum());
    }
    let parts: Vec<(u32, u64, u64)> =
        template.sections.iter().zip(parts).map(|(section, part)| (section.weight, part.got, part.most)).collect();
    weighted(&parts)
}

fn verdict(template: &Template, outcome: &Outcome) -> Verdict {
    if !outcome.vetoed.is_empty() {
        return Verdict::Failed;
    }
    if !outcome.open.is_empty() {
        return Verdict::Open;
    }
    let reached = template.pass_mark.is_none_or(|mark| outcome.score.is_some_and(|score| score >= mark));
    if reached { Verdict::Passed } else { Verdict::Failed }
}

fn measured(template: &Template, by: &By, answers: &BTreeMap<String, Given>) -> Option<i64> {
    let answer = |at: &usize| template.items.get(*at).and_then(|item| answers.get(&item.id)).map(|given| &given.answer);
    let numbers = |list: &[usize]| list.iter().filter_map(|at| answer(at).and_then(number)).collect::<Vec<i64>>();
    match by {
        By::Held(list) => {
            let held = numbers(list);
            let yes = held.iter().filter(|number| **number > 0).count();
            share(yes as u64, held.len() as u64).map(i64::from)
        }
        By::All(list) => {
            let all: Option<Vec<i64>> = list.iter().map(|at| answer(at).and_then(number)).collect();
            all.map(|all| i64::from(all.iter().all(|number| *number > 0)))
        }
        By::Tally(list) => {
            let compared = list.iter().filter(|at| {
                let kind = template.items.get(**at).map(|item| &item.kind);
                matches!(kind, Some(ItemKind::Grade { compare: true, .. })) && matches!(answer(at), Some(Answer::Grade(_)))
            });
            let grades: Vec<i64> = compared.filter_map(|at| answer(at).and_then(number)).collect();
            (!grades.is_empty()).then(|| grades.iter().map(|grade| grade - 1).sum())
        }
        By::Ratio(over, under) => {
            let sum = |list: &[usize]| numbers(list).iter().map(|number| number.unsigned_abs()).sum();
            share(sum(over), sum(under)).map(i64::from)
        }
        By::Total(list) => {
            let all = numbers(list);
            (!all.is_empty()).then(|| all.iter().sum())
        }
    }
}
