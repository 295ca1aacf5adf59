//! A policy as written: names unresolved, every part with its place.

use crate::diagnostics::Span;
use crate::keywords::Kw;
use crate::model::{Destination, GroupPay, Key, LadderMode, OnFail, Op, Order, Payee, Pick, Rounding, Window, Within};
use qudao_kernel::facts::Table;
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Month, Remainder};

/// Something and its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct At<T> {
    pub(crate) node: T,
    pub(crate) span: Span,
}

impl<T> At<T> {
    pub(crate) fn new(node: T, span: Span) -> Self {
        Self { node, span }
    }
}

/// A word used as a name, or a text.
pub(crate) type Name = At<String>;

#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) policies: Vec<Policy>,
    pub(crate) fills: Vec<Fill>,
}

#[derive(Debug)]
pub(crate) struct Fill {
    pub(crate) policy: Name,
    pub(crate) version: At<u32>,
    pub(crate) region: Name,
    pub(crate) values: Vec<(Name, Expr)>,
}

#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) name: Name,
    pub(crate) version: At<u32>,
    pub(crate) title: String,
    pub(crate) owner: Option<Name>,
    pub(crate) effective: Option<(At<Date>, Option<At<Date>>)>,
    pub(crate) scope: Option<Expr>,
    pub(crate) minimum: Option<At<i64>>,
    pub(crate) params: Vec<Param>,
    pub(crate) predicates: Vec<Predicate>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) ladders: Vec<Ladder>,
    pub(crate) components: Vec<Component>,
    pub(crate) exclusives: Vec<Exclusive>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) budgets: Vec<Budget>,
    pub(crate) examples: Vec<Example>,
    /// Names of items that could not be read: known, so that their uses are not reported as well.
    pub(crate) broken: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) title: String,
    pub(crate) value: Expr,
    pub(crate) local: Option<(Expr, Expr)>,
}

#[derive(Debug)]
pub(crate) struct Predicate {
    pub(crate) name: Name,
    pub(crate) title: String,
    pub(crate) expr: Expr,
}

/// What is counted: a table and some of its kinds.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) table: Table,
    pub(crate) kinds: Vec<Name>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Count {
    Facts,
    Sum(Expr),
    Distinct(Name),
    ActiveMonths,
    IdleMonths,
}

#[derive(Debug)]
pub(crate) enum Source {
    Facts { count: Count, facts: Facts, filter: Option<Expr> },
    Lines { of: Vec<Name> },
}

#[derive(Debug)]
pub(crate) struct Measure {
    pub(crate) name: Name,
    pub(crate) title: String,
    pub(crate) source: Source,
    pub(crate) key: At<Key>,
    pub(crate) window: At<Window>,
    pub(crate) rollup: Option<(Vec<Name>, Expr)>,
}

#[derive(Debug)]
pub(crate) struct Ladder {
    pub(crate) name: Name,
    pub(crate) title: String,
    /// `None` where the text does not say it.
    pub(crate) mode: Option<LadderMode>,
    /// Declared types of the argument and the result, `true` for money.
    pub(crate) input: Option<At<bool>>,
    pub(crate) output: Option<At<bool>>,
    pub(crate) steps: Vec<Step>,
}

/// How a step's lower bound is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// `from 100`: the bound belongs to the step.
    From,
    /// `above 100`: it does not.
    Above,
    /// A point of a curve.
    At,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) opening: Opening,
    pub(crate) from: Expr,
    pub(crate) end: Option<Expr>,
    pub(crate) each: Option<Expr>,
    pub(crate) flat: Option<Expr>,
    /// The bounds, up to the colon.
    pub(crate) head: Span,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Basis {
    Each(Facts),
    Lines(Vec<Name>),
    Group { key: At<Key>, span: At<crate::model::Span>, pay: Option<At<GroupPay>> },
    Rank { key: At<Key>, by: Expr, span: At<crate::model::Span>, within: Option<Level>, top: u32 },
    Pool { key: At<Key>, span: At<crate::model::Span>, weight: Expr },
    Clawback { key: At<Key>, of: Vec<Name>, suspect: Expr, when: Expr, beyond: Option<Expr> },
}

#[derive(Debug)]
pub(crate) struct Require {
    pub(crate) cond: Expr,
    pub(crate) code: Name,
    pub(crate) text: String,
    pub(crate) until: Option<Within>,
}

/// A share as written: an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub(crate) over: u64,
    pub(crate) under: u64,
}

#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) parts: Vec<(At<Payee>, At<Ratio>)>,
    pub(crate) remainder: Option<Remainder>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Instalment {
    pub(crate) share: At<Ratio>,
    pub(crate) month: u16,
    pub(crate) gate: Option<Expr>,
    pub(crate) on_fail: OnFail,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Schedule {
    pub(crate) parts: Vec<Instalment>,
    pub(crate) remainder: Option<Remainder>,
    pub(crate) pause: Option<Expr>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Trigger {
    Kinds(Vec<Name>),
    When(Expr),
}

#[derive(Debug)]
pub(crate) enum Fraction {
    Full,
    ProRata,
    /// Lower bounds in elapsed months with the fraction from there on; the upper bound where written.
    Steps(Vec<(Expr, Option<Expr>, Expr)>),
    Difference,
    Expr(Expr),
}

#[derive(Debug)]
pub(crate) struct Reverse {
    pub(crate) trigger: Trigger,
    pub(crate) within: Within,
    pub(crate) fraction: Fraction,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) name: Name,
    pub(crate) title: String,
    pub(crate) basis: Option<At<Basis>>,
    pub(crate) filter: Option<Expr>,
    pub(crate) requires: Vec<Require>,
    pub(crate) amount: Option<At<Expr>>,
    pub(crate) floor: Option<At<Expr>>,
    pub(crate) cap: Option<At<Expr>>,
    pub(crate) round: Option<At<Rounding>>,
    pub(crate) once: Option<Name>,
    pub(crate) to: Option<Split>,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) pay: Option<crate::model::PayDelay>,
    pub(crate) into: Option<At<Destination>>,
    pub(crate) reverse: Option<Reverse>,
    pub(crate) clause: Option<Name>,
    /// A clause could not be read, so that what is missing may only be hidden.
    pub(crate) broken: bool,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Exclusive {
    pub(crate) name: Name,
    pub(crate) components: Vec<Name>,
    pub(crate) pick: Pick,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Cap {
    pub(crate) name: Name,
    pub(crate) amount: Expr,
    pub(crate) components: Vec<Name>,
    pub(crate) key: At<Key>,
    pub(crate) span: crate::model::Span,
    pub(crate) order: Order,
}

#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) name: Name,
    pub(crate) amount: Expr,
    pub(crate) components: Vec<Name>,
    pub(crate) span: Option<crate::model::Span>,
    pub(crate) order: Order,
    pub(crate) partial: bool,
}

#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) title: Name,
    pub(crate) rows: Vec<Row>,
    pub(crate) facts: Vec<FactLine>,
    pub(crate) expects: Vec<Expect>,
    pub(crate) span: Span,
}

/// `key: value` of an example.
pub(crate) type Cell = (Name, At<Lit>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    Partner,
    Outlet,
    Agreement,
    Product,
}

/// A row of master data.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) kind: RowKind,
    pub(crate) code: Name,
    pub(crate) cells: Vec<Cell>,
}

/// One fact, or many alike.
#[derive(Debug)]
pub(crate) struct FactLine {
    pub(crate) facts: Facts,
    pub(crate) id: Option<Name>,
    pub(crate) times: Option<At<u32>>,
    pub(crate) when: When,
    pub(crate) cells: Vec<Cell>,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    Day(Date),
    Month(Month),
}

#[derive(Debug)]
pub(crate) struct Expect {
    pub(crate) period: Month,
    /// `None` for the whole policy.
    pub(crate) component: Option<Name>,
    pub(crate) payee: Option<(Kw, Name)>,
    pub(crate) basis: Option<Name>,
    pub(crate) amount: i64,
    pub(crate) reason: Option<Name>,
    pub(crate) span: Span,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lit {
    Bool(bool),
    Money(i64),
    Number {
        mantissa: i64,
        scale: u8,
    },
    Text(String),
    Date(Date),
    Month(Month),
    /// A bare word where a value is expected; only in examples.
    Word(String),
}

/// Functions of the language as written.
#[derive(Debug)]
pub(crate) enum ExprKind {
    Lit(Lit),
    /// One word or two with a point between.
    Path(Vec<Name>),
    /// A function or ladder and its arguments.
    Call(Name, Vec<Expr>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Binary(At<Op>, Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Match(Box<Expr>, Vec<(Vec<Expr>, Expr)>, Option<Box<Expr>>),
    In(Box<Expr>, Vec<Expr>),
    Under(Box<Expr>, Vec<Name>),
    StartsWith(Box<Expr>, Name),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// An expression as written.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    /// Height of the tree.
    pub(crate) height: u16,
}
