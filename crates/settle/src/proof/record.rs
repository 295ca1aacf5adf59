//! Listens to a run and keeps what was decided about one item.

use crate::interp::number::Exact;
use crate::interp::trace::{About, Climb, Counted, Event, Input, Place, Trace};
use crate::interp::value::Value;
use qudao_kernel::{Date, Month};
use qudao_policy::lines::{Line, ObligationState};
use qudao_policy::model::{Expr, PayeeKind};
use std::cell::RefCell;

/// A decision, kept.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    Enter(Place, Month),
    Read(Input, Value),
    Measured(usize, Counted),
    Step(Expr, Vec<Value>, Value),
    Climbed(Climb),
    Leave(Place, Value),
    Checked(Option<&'static str>),
    Rounded(Exact, Exact, i64),
    Once(String, bool),
    Exclusive(String, Vec<(String, i64)>, String),
    Capped(String, [i64; 4]),
    Budget(String, [i64; 4]),
    Pool(i64, Exact, Exact, i64),
    Before(Month, i64),
    Part(usize, PayeeKind, String, i64, Option<&'static str>),
    Instalment(usize, usize, Month, i64),
    Due(usize, i64, ObligationState, Month, u16),
    Reversed(String, Date, i64, Exact, i64),
    Suspects(usize, usize, usize),
    Clawed(String, i64),
    Line(Line),
    Reason(String, Option<Date>, i64),
}

/// What it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Of {
    pub(crate) policy: String,
    pub(crate) version: u32,
    pub(crate) component: String,
    pub(crate) basis: String,
}

/// The listener: every component on one basis, and one component on further bases (the group a clawed fact is in, a pool's whole).
pub(crate) struct Recorder {
    basis: String,
    component: String,
    further: Vec<String>,
    heard: RefCell<Vec<(Of, Heard)>>,
}

impl Recorder {
    pub(crate) fn new(basis: &str, component: &str, further: Vec<String>) -> Self {
        Self { basis: basis.into(), component: component.into(), further, heard: RefCell::default() }
    }

    pub(crate) fn into_heard(self) -> Vec<(Of, Heard)> {
        self.heard.into_inner()
    }
}

impl Trace for Recorder {
    fn wants(&self, about: About<'_>) -> bool {
        about.basis == self.basis || (about.component == self.component && self.further.iter().any(|basis| basis == about.basis))
    }

    fn hear(&self, about: About<'_>, event: Event<'_>) {
        let of = Of { policy: about.policy.into(), version: about.version, component: about.component.into(), basis: about.basis.into() };
        self.heard.borrow_mut().push((of, kept(event)));
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an event is used once")]
fn kept(event: Event<'_>) -> Heard {
    match event {
        Event::Enter(place, anchor) => Heard::Enter(place, anchor),
        Event::Read(input, value) => Heard::Read(input, value.clone()),
        Event::Measured(index, counted) => Heard::Measured(index, counted.clone()),
        Event::Step(expr, operands, value) => Heard::Step(expr.clone(), operands.to_vec(), value.clone()),
        Event::Climbed(climb) => Heard::Climbed(climb.clone()),
        Event::Leave(place, value) => Heard::Leave(place, value.clone()),
        Event::Checked(code) => Heard::Checked(code),
        Event::Rounded(exact, bounded, fen) => Heard::Rounded(exact.clone(), bounded.clone(), fen),
        Event::Once(value, taken) => Heard::Once(value.into(), taken),
        Event::Exclusive(group, offers, winner) => {
            Heard::Exclusive(group.into(), offers.iter().map(|(name, fen)| ((*name).to_string(), *fen)).collect(), winner.into())
        }
        Event::Capped(name, limit, used, claimed, admitted) => Heard::Capped(name.into(), [limit, used, claimed, admitted]),
        Event::Budget(name, limit, used, claimed, admitted) => Heard::Budget(name.into(), [limit, used, claimed, admitted]),
        Event::Pool(whole, weight, weights, part) => Heard::Pool(whole, weight.clone(), weights.clone(), part),
        Event::Before(month, fen) => Heard::Before(month, fen),
        Event::Part(position, kind, code, fen, refused) => Heard::Part(position, kind, code.into(), fen, refused),
        Event::Instalment(position, index, due, fen) => Heard::Instalment(position, index, due, fen),
        Event::Due(index, fen, state, due, tries) => Heard::Due(index, fen, state, due, tries),
        Event::Reversed(event, day, paid, fraction, back) => Heard::Reversed(event.into(), day, paid, fraction.clone(), back),
        Event::Suspects(facts, suspects, spared) => Heard::Suspects(facts, suspects, spared),
        Event::Clawed(component, fen) => Heard::Clawed(component.into(), fen),
        Event::Line(line) => Heard::Line(line.clone()),
        Event::Reason(code, until, forgone) => Heard::Reason(code.into(), until, forgone),
    }
}
