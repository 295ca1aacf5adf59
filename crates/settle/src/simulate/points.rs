//! Where partners stand on the ladders, told by the interpreter while it settles a month again.

use super::model::LadderPoint;
use crate::interp::number::{Exact, to_fen, whole};
use crate::interp::trace::{About, Event, Trace};
use crate::interp::{RunInput, run_traced};
use qudao_kernel::{Month, Refusal};
use qudao_policy::model::{Basis, PolicySet, Type};
use std::cell::{Cell, RefCell};

/// Hears where groups climb.
struct Climbs<'a> {
    set: &'a PolicySet,
    period: Month,
    /// Month the expressions being judged have as anchor.
    anchor: Cell<Month>,
    heard: RefCell<Vec<(LadderPoint, bool, Exact)>>,
}

impl Trace for Climbs<'_> {
    fn wants(&self, about: About<'_>) -> bool {
        let policy = self.set.policies.iter().find(|policy| policy.name == about.policy && policy.version == about.version);
        let component = policy.and_then(|policy| policy.components.iter().find(|component| component.name == about.component));
        component.is_some_and(|component| matches!(component.basis, Basis::Group { .. } | Basis::Rank { .. }))
    }

    fn hear(&self, about: About<'_>, event: Event<'_>) {
        match event {
            Event::Enter(_, anchor) => self.anchor.set(anchor),
            Event::Climbed(climb) if self.anchor.get() == self.period => {
                let policy = self.set.policies.iter().find(|policy| policy.name == about.policy && policy.version == about.version);
                let Some(ladder) = policy.and_then(|policy| policy.ladders.get(climb.ladder)) else { return };
                let (key, ladder_name) = (about.basis.to_owned(), format!("{}/{}", about.policy, ladder.name));
                let point = LadderPoint { month: self.period, key, ladder: ladder_name, argument: 0 };
                self.heard.borrow_mut().push((point, ladder.input == Type::Money, climb.argument.clone()));
            }
            _ => {}
        }
    }
}

/// Where every group of the month stands on the ladders its components climb. Settles the month row by row: for months that fit in
/// memory.
///
/// # Errors
/// As [`crate::interp::run`].
pub fn points(input: &RunInput<'_>) -> Result<Vec<LadderPoint>, Refusal> {
    let climbs = Climbs { set: input.policies, period: input.period, anchor: Cell::new(input.period), heard: RefCell::default() };
    run_traced(input, &climbs)?;
    let hundredths = |(point, money, argument): (LadderPoint, bool, Exact)| {
        let argument = to_fen(&(argument * whole(if money { 1 } else { 100 })))?;
        Ok(LadderPoint { argument, ..point })
    };
    let mut points: Vec<LadderPoint> = climbs.heard.into_inner().into_iter().map(hundredths).collect::<Result<_, Refusal>>()?;
    points.sort_by(|a, b| (&a.ladder, &a.key, a.argument).cmp(&(&b.ladder, &b.key, b.argument)));
    points.dedup();
    Ok(points)
}
