//! Ladders and curves.

use super::number::{Exact, divide};
use num_traits::Zero;
use qudao_policy::model::{Closed, Expr, Ladder, LadderMode, Step};

/// What the ladder gives for an argument. `value` evaluates a literal or parameter of a step.
pub fn apply(ladder: &Ladder, argument: &Exact, value: &dyn Fn(&Expr) -> Exact) -> Exact {
    reached(ladder, argument, value).map_or_else(Exact::zero, |step| pays_on(ladder, step, argument, value))
}

/// What the ladder gives for an argument that has reached this step.
pub fn pays_on(ladder: &Ladder, step: usize, argument: &Exact, value: &dyn Fn(&Expr) -> Exact) -> Exact {
    match ladder.mode {
        LadderMode::Whole => pays(&ladder.steps[step], argument, value),
        LadderMode::Marginal => marginal(ladder, step, argument, value),
        LadderMode::Curve => curve(ladder, step, argument, value),
    }
}

/// Index of the step reached: the last one the argument has entered.
pub fn reached(ladder: &Ladder, argument: &Exact, value: &dyn Fn(&Expr) -> Exact) -> Option<usize> {
    let entered = |(index, step): &(usize, &Step)| {
        let from = value(&step.from);
        *argument > from || (*argument == from && (ladder.closed == Closed::Below || *index == 0 || ladder.mode == LadderMode::Curve))
    };
    ladder.steps.iter().enumerate().take_while(entered).map(|(index, _)| index).last()
}

fn part(part: Option<&Expr>, value: &dyn Fn(&Expr) -> Exact) -> Exact {
    part.map_or_else(Exact::zero, value)
}

fn pays(step: &Step, units: &Exact, value: &dyn Fn(&Expr) -> Exact) -> Exact {
    units * part(step.each.as_ref(), value) + part(step.flat.as_ref(), value)
}

fn marginal(ladder: &Ladder, last: usize, argument: &Exact, value: &dyn Fn(&Expr) -> Exact) -> Exact {
    let mut total = Exact::zero();
    for (index, step) in ladder.steps.iter().enumerate().take(last + 1) {
        let end = if index == last { argument.clone() } else { value(&ladder.steps[index + 1].from) };
        total += pays(step, &(end - value(&step.from)), value);
    }
    total
}

fn curve(ladder: &Ladder, index: usize, argument: &Exact, value: &dyn Fn(&Expr) -> Exact) -> Exact {
    let low = part(ladder.steps[index].flat.as_ref(), value);
    let Some(next) = ladder.steps.get(index + 1) else { return low };
    let (from, to) = (value(&ladder.steps[index].from), value(&next.from));
    let high = part(next.flat.as_ref(), value);
    let way = divide(&(argument - &from), &(to - &from));
    &low + (high - &low) * way
}
