//! The hook by which a proof listens to the interpreter. Whoever runs without a proof passes [`Silent`].

use super::number::Exact;
use super::value::Value;
use qudao_kernel::{Date, Month};
use qudao_policy::lines::{Line, ObligationState};
use qudao_policy::model::{Expr, Field, PayeeKind};
use serde::{Deserialize, Serialize};

/// What is being decided about: a component and an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// Policy name.
    pub policy: &'a str,
    /// Version.
    pub version: u32,
    /// Component.
    pub component: &'a str,
    /// Event id or group key.
    pub basis: &'a str,
}

/// Where an expression stands in a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the places in a component")]
pub enum Place {
    Scope,
    Filter,
    Require(usize),
    Amount,
    Floor,
    Cap,
    Rank,
    Weight,
    Suspect,
    When,
    Beyond,
    Pause(usize),
    Gate(usize),
    ReverseWhen,
    Fraction,
}

/// Something an expression reads from outside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Input {
    /// A field of the item.
    Field(Field),
    /// A parameter, as its territory set it.
    Param(usize),
    /// A measure for the item's key.
    Measure(usize),
}

/// What a measure was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Number of facts or lines.
    pub count: usize,
    /// Sum over all of them of what each gave.
    pub sum: Exact,
    /// Ids of all of them, ascending.
    pub ids: Vec<String>,
}

/// Where a ladder stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Climb {
    /// Index of the ladder.
    pub ladder: usize,
    /// Argument.
    pub argument: Exact,
    /// Step reached, and where it begins.
    pub reached: Option<(usize, Exact)>,
    /// Where the next step begins, and what the ladder gives there.
    pub next: Option<(Exact, Exact)>,
    /// What each unit beyond that gives on the next step, where every step pays for its own part alone.
    pub next_each: Option<Exact>,
    /// What it gave.
    pub pays: Exact,
}

/// A decision.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// The expressions of a place begin, judged with this month as anchor.
    Enter(Place, Month),
    /// An expression read something.
    Read(Input, &'a Value),
    /// What a measure that was read was made of.
    Measured(usize, &'a Counted),
    /// An operation gave a value.
    Step(&'a Expr, &'a [Value], &'a Value),
    /// A ladder was climbed.
    Climbed(&'a Climb),
    /// The expressions of the place have given this.
    Leave(Place, &'a Value),
    /// A standard check failed with this code, or all passed.
    Checked(Option<&'static str>),
    /// The exact amount, the same after floor and cap, and the fen it was rounded to.
    Rounded(&'a Exact, &'a Exact, i64),
    /// The `once` column's value; whether another item has it already.
    Once(&'a str, bool),
    /// Exclusive group: name, what each component would have paid, and the component that pays.
    Exclusive(&'a str, &'a [(&'a str, i64)], &'a str),
    /// Joint cap: name, limit, used before this item, claimed, admitted.
    Capped(&'a str, i64, i64, i64, i64),
    /// Budget: name, limit, used before this item, claimed, admitted.
    Budget(&'a str, i64, i64, i64, i64),
    /// Pool: whole, weight of this group, sum of weights, part.
    Pool(i64, &'a Exact, &'a Exact, i64),
    /// What a cumulative group gave in the month before.
    Before(Month, i64),
    /// Part of a payee: position, kind, code, fen, and why it is not paid.
    Part(usize, PayeeKind, &'a str, i64, Option<&'static str>),
    /// Instalment of the part: position of the payee, index, due, fen.
    Instalment(usize, usize, Month, i64),
    /// An obligation was looked at: instalment, fen, state after, due after, tries after.
    Due(usize, i64, ObligationState, Month, u16),
    /// Taken back: event (empty for a condition), its day, paid to date, exact fraction after clipping, fen.
    Reversed(&'a str, Date, i64, &'a Exact, i64),
    /// Clawback of a group: facts with lines, suspects, suspects spared.
    Suspects(usize, usize, usize),
    /// A clawback took a line of this component.
    Clawed(&'a str, i64),
    /// A line was made.
    Line(&'a Line),
    /// Paid nothing, or less: code, last day to meet it, fen not paid.
    Reason(&'a str, Option<Date>, i64),
}

/// Hears every decision.
pub trait Trace {
    /// Whether anything about this item is wanted.
    fn wants(&self, about: About<'_>) -> bool;
    /// A decision about a wanted item.
    fn hear(&self, about: About<'_>, event: Event<'_>);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Trace for Silent {
    fn wants(&self, _: About<'_>) -> bool {
        false
    }
    fn hear(&self, _: About<'_>, _: Event<'_>) {}
}
