//! The checked policy: what a policy document means once every name is resolved and every type is known.
//!
//! This is the contract between the language (which produces it), the interpreter (which defines what it means, row by row)
//! and the engine (which makes it fast). Nothing here can fail: an index always points into its list, an expression always has
//! the type its place needs. Chapter numbers refer to `docs/policy-language.md`.
//!
//! # Values
//!
//! `Money` and `Number` are exact rationals; money counts in fen. Nothing is rounded but at a component's rounding point, in a
//! split, and where an expression says `round`, `ceil` or `floor`. Division by zero gives zero. There is no null: an absent
//! cell, row or attribute reads as the empty value of its type (empty text, 0, ¥0.00, false); an absent date compares
//! earlier than every date.
//!
//! # What is considered
//!
//! A fact belongs to period P if its `occurred_on` lies in P. It is *attributed* to the owner of its outlet on that day, or, where it
//! names no outlet, to the partner it names, if that partner (owner or named) has a row on that day; a fact whose outlet has no row on that
//! day is unattributed even if it names a partner. An unattributed fact is reported once, with reason
//! `unattributed` and no policy, if it is a business event or names an outlet or partner; only components all of whose payees are
//! customers or subscribers see it (with the empty partner).
//!
//! A component with basis [`Basis::Each`] considers a fact of its table and kinds if the policy version is in force on the fact's
//! day, the policy's scope holds and the component's filter holds. A considered fact then passes, in this order, the standard
//! checks (`blacklisted`: the attributed partner's row says so; `agreement_inactive`: no agreement in force on the day; `on_hold`: the
//! `hold` cell is not empty) unless all payees are customers or subscribers, then the component's requirements in their order.
//! The first that fails is the reason, and the component pays nothing for that fact. Measures count *eligible* facts: those in the
//! policy's scope that pass the standard checks (or, unattributed and not on hold, only in measures keyed by customer or subscriber).
//!
//! Of several facts with the same table and `event_id` the one with the greatest `known_on` counts, of those the last in input order; the
//! others are ignored. A `subscriber_month` without `event_id` is `subscriber|month`, one without `occurred_on` is of the month's first day.
//!
//! A version of a policy pays `Each` and `Lines` items whose day lies in it, and groups, ranks, pools and clawbacks if the last day of the
//! period does. Groups, ranks, pools and `Lines` items pass the same standard checks on their own partner and day (and hold) as facts;
//! clawbacks pass none. Instalments and reversals follow the version that made them: a run refuses if an earlier line or a scheduled
//! obligation names a version that is not in the set.
//!
//! Measures of facts look at the fact's own day for its partner, outlet, product and parameters, and at the month the measure is asked
//! for (the anchor) for `Sub` and `MonthNumber`: the cohort of three months ago that is active now. An item without the key a measure
//! asks for (no outlet, no clerk …) reads 0. Groups without partner (of unattributed facts) are considered only by components all of whose
//! payees are customers or subscribers.
//!
//! # Order of a run
//!
//! 1. Instalments due in the period or before, of all versions (state and date in the order of [`Schedule`]).
//! 2. Version by version, by name then version: first all `Each` components together, with their exclusive groups, caps and budgets;
//!    then the others in `order`. Each component first makes its `Earn` lines, then takes back by its `reverse` clause.
//!
//! A measure of lines thus sees everything the components before it did in this run: releases, earnings, reversals, and the lines of
//! clawbacks where a clawback is among the components it totals. It totals components by policy and component name, whatever the
//! version; so do `once`, caps, budgets (whose span `None` is all versions' life) and clawbacks. `Lines` items come from the same version.
//!
//! # Order of work for one item
//!
//! filter → standard checks → requirements → amount (exact) → floor, cap → rounding → `zero_amount` if nothing → once → exclusive
//! group → joint caps → budget → split over payees → schedule → lines and obligations.
//!
//! Floor and cap apply where the exact amount is not 0: `min(max(amount, floor), cap)`. Exclusive groups, caps and budgets concern
//! rounded amounts above 0 only; others pass them untouched. Groups come in text order (what one excludes does not meet the next), then
//! caps in text order, then budgets in text order; each sees what the one before left. An item admitted in part has both a line and a
//! reason; what is cut to nothing has only the reason. The earlier item that takes the `once` place keeps it even if a limit then
//! leaves it nothing.
//!
//! # What the checker holds back
//!
//! So that an item never depends on totals of the month it is part of: components with basis `Each`, `Lines` or `Clawback`, and members of exclusive groups, caps and budgets, read
//! measures of lines only where the window ends before the anchor month (`Months` with `to ≥ 1`). `reverse` belongs to `Each` and `Lines` components only. A
//! component is under at most one budget. With this, "version by version" above comes to: all `Each` components, then all `Lines` components, each with its
//! reversals, then groups, ranks, pools and clawbacks in `order`.

use qudao_kernel::facts::{Col, Table};
use qudao_kernel::territory::Level;
use qudao_kernel::{Date, Month, Remainder, master};
use serde::{Deserialize, Serialize};

/// Everything a run settles by: all versions of all policies, and what cities filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicySet {
    /// Sorted by name, then version. Versions of one name never overlap in time: a later one that begins while an earlier one is in force
    /// takes over from it.
    pub policies: Vec<Policy>,
    /// Local values of parameters.
    pub fills: Vec<Fill>,
}

/// One version of one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Name, the same over versions.
    pub name: String,
    /// Version, rising.
    pub version: u32,
    /// Title for people.
    pub title: String,
    /// Who owns the policy.
    pub owner: String,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force (the text gives the last day in force).
    pub to: Date,
    /// The same as the text gives it, where a later version takes over before.
    #[serde(default)]
    pub written_to: Option<Date>,
    /// Facts the policy is about; `true` where the text gives none. Restricts `Each` bases and the facts measures see.
    pub scope: Expr,
    /// Parameters.
    pub params: Vec<Param>,
    /// Named conditions.
    pub predicates: Vec<Predicate>,
    /// Measures, in an order in which each comes after the components it totals.
    pub measures: Vec<Measure>,
    /// Ladders and curves.
    pub ladders: Vec<Ladder>,
    /// Components, in the order of the text. References between them make no circle.
    pub components: Vec<Component>,
    /// Indices of `components` in an order in which each comes after those it depends on (by `Lines`, `Clawback`, or a measure that
    /// totals lines), and otherwise in text order.
    pub order: Vec<usize>,
    /// Exclusive groups.
    pub exclusives: Vec<Exclusive>,
    /// Joint caps.
    pub caps: Vec<Cap>,
    /// Budgets.
    pub budgets: Vec<Budget>,
    /// Payments below this many fen wait for the next month; 0 for none.
    pub minimum_payment: i64,
    /// Worked examples.
    pub examples: Vec<Example>,
    /// The text, for proofs.
    pub source: String,
    /// Where the text came from, for messages.
    pub file: String,
}

/// Values a territory sets for a policy's open parameters. The longest matching territory wins, parameter by parameter. Items resolve
/// parameters by their territory ([`Field::Region`]); gates, pauses and reversals by the territory of the own partner's seat on the day
/// they read (the period's last day, or the reversing event's); rolled-up shares, pools' amounts, joint caps and budgets take the value in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// Policy name.
    pub policy: String,
    /// Version.
    pub version: u32,
    /// Division code.
    pub region: String,
    /// Index into the policy's `params`, and the literal value.
    pub values: Vec<(usize, Expr)>,
}

/// A named constant, which a territory may set within bounds where the text says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Literal value.
    pub value: Expr,
    /// Type of the value.
    pub ty: Type,
    /// Lowest and highest value (literals) a territory may fill in; `None` if it may not.
    pub local: Option<(Expr, Expr)>,
}

/// A named condition, whose wording is what people argue about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predicate {
    /// Name.
    pub name: String,
    /// The sentence in the contract.
    pub title: String,
    /// What it means; `Bool`.
    pub expr: Expr,
}

/// Type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// True or false.
    Bool,
    /// Fen, exact rational.
    Money,
    /// A count, rate or ratio, exact rational.
    Number,
    /// Text.
    Text,
    /// A day.
    Date,
}

/// An expression. Types are checked; see each variant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expr {
    /// Literal truth value.
    Bool(bool),
    /// Literal amount, in fen.
    Money(i64),
    /// Literal number `mantissa / 10^scale`; `20%` is 2000 with scale 4 or 2 with scale 1, all equal. Scale at most 9.
    Number {
        /// Digits without the point.
        mantissa: i64,
        /// Digits after the point, 0–9.
        scale: u8,
    },
    /// Literal text.
    Text(String),
    /// Literal day.
    Date(Date),
    /// Something the item brings with it.
    Field(Field),
    /// Index into `params`; resolved by the item's territory.
    Param(usize),
    /// Index into `predicates`; evaluated on the item.
    Predicate(usize),
    /// Index into `measures`; the value for the item's key.
    Measure(usize),
    /// Index into `ladders`, applied to the argument.
    Ladder(usize, Box<Expr>),
    /// Logical not.
    Not(Box<Expr>),
    /// Arithmetic negation.
    Neg(Box<Expr>),
    /// Two operands.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `if c then a else b`; `a` and `b` of one type.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// First arm one of whose literals equals the subject, else the last. All results of one type.
    Match {
        /// What is compared.
        subject: Box<Expr>,
        /// Literals and the result they give.
        arms: Vec<(Vec<Expr>, Expr)>,
        /// Result where no arm matches.
        otherwise: Box<Expr>,
    },
    /// Whether the subject equals one of the literals.
    In(Box<Expr>, Vec<Expr>),
    /// Whether the subject, a territory code, lies under one of these codes (prefix test; an empty subject lies under none).
    Under(Box<Expr>, Vec<String>),
    /// A function of the language.
    Call(Func, Vec<Expr>),
}

/// Binary operators. `And`/`Or` take Bool. Comparisons take two of one type (texts only `Eq`/`Ne`). `Add`/`Sub`: two Money or two
/// Number. `Mul`: Number×Number→Number, Money×Number→Money (either order). `Div`: Number÷Number→Number, Money÷Number→Money,
/// Money÷Money→Number; a zero divisor gives zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the operators")]
pub enum Op {
    And,
    Or,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
}

/// Functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Func {
    /// Smallest of two or more of one type (Money or Number).
    Min,
    /// Largest of two or more of one type (Money or Number).
    Max,
    /// Absolute value (Money or Number).
    Abs,
    /// Up to a whole unit (a whole number; whole fen for Money), towards +∞.
    Ceil,
    /// Down to a whole unit, towards −∞.
    Floor,
    /// Half away from zero to a whole unit (a whole number; whole fen for Money).
    Round,
    /// Full months from the first date to the second (see `Date::full_months_to`), 0 if not later or if the first is absent. Number.
    Months,
    /// Days from the first date to the second, negative if earlier, 0 if either is absent. Number.
    Days,
    /// Whether the text begins with the literal second argument. Bool.
    StartsWith,
}

/// Whose partner row is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Whose {
    /// The item's own partner: the one a fact is attributed to, or the group's.
    Own,
    /// The own partner's parent on the item's day.
    Parent,
    /// The partner whose account the payee's line goes to. Only in amounts and requirements of components with exactly one payee.
    Payee,
    /// In `Lines` bases: the partner whose account the base line went to.
    Earner,
}

/// Attributes of a partner, as of the item's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PartnerField {
    /// Text.
    Code,
    /// Text.
    Kind,
    /// Text.
    Tier,
    /// Number.
    Level,
    /// Text, division code of its seat.
    Territory,
    /// Number, full years (full months ÷ 12, rounded down) from `since` to the item's day.
    Years,
    /// Bool, an agreement is in force on the item's day.
    AgreementActive,
    /// Money, commitment of that agreement; ¥0.00 without one.
    Commitment,
    /// Bool, that agreement is renewed.
    Renewed,
}

/// What an item brings with it. The item's day is the fact's `occurred_on`; for groups, ranks, pools and gates it is the last day of
/// the anchor month (the settlement period, or the month before in a cumulative comparison).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    /// A cell of the fact. Money cells are Money, Int cells Number. `Col::Quantity` of a business event is 1 where the cell is absent.
    /// `Col::Month` is not available. In a reversal's fraction: a cell of the reversing event.
    Fact(Col),
    /// A cell of the subscriber-month of the item's subscriber in the anchor month (the one with the greatest `event_id` should
    /// there be several); the empty value if there is none.
    Sub(Col),
    /// Whether that row exists. Bool.
    SubExists,
    /// An attribute of a partner.
    Partner(Whose, PartnerField),
    /// Outlet code. Text. Outlet attributes are those of the fact's outlet on the fact's day; in groups keyed by outlet, of the key. All
    /// (the code, too) are empty where the outlet has no row on the item's day.
    OutletCode,
    /// Channel category. Text.
    Channel,
    /// Channel sub-type. Text.
    Subtype,
    /// Outlet grade. Text.
    OutletGrade,
    /// Business district. Text.
    District,
    /// Territory: that of the outlet where the item has one (with a row on the item's day), else the own partner's. Text.
    Region,
    /// Product line on the fact's day. Text.
    ProductLine,
    /// Product category. Text.
    ProductCategory,
    /// Supply price. Money.
    SupplyPrice,
    /// Suggested retail price. Money.
    RetailPrice,
    /// `Lines` only: what the base line accrued. Money.
    LineAmount,
    /// `Lines` only: what the base line was computed from: for a base with basis `Lines` the accrued amount of *its* base line, else the
    /// fact's `amount`. Money.
    LineBase,
    /// `Rank` only: position, from 1. Number.
    Rank,
    /// Reversal fractions only: full months from the original item's day to the reversal's day. Number.
    ElapsedMonths,
    /// Reversal fractions only: days likewise. Number.
    ElapsedDays,
    /// Number of the anchor month (for a fact being paid, of its month), 1–12. Number.
    MonthNumber,
    /// `Clawback` conditions only: suspects ÷ all. Number.
    SuspectShare,
    /// `Clawback` conditions only: number of suspects. Number.
    SuspectCount,
}

/// What one line is computed for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Basis {
    /// Each fact of a table.
    Each {
        /// Table.
        table: Table,
        /// Kinds; empty means all.
        kinds: Vec<String>,
    },
    /// Each `Earn` line accruing more than zero that the named components (all with basis `Each` or `Lines`, same table) made in this run.
    Lines {
        /// Indices of components.
        of: Vec<usize>,
    },
    /// Each group with at least one contribution (a counted fact, or a line) to one of the measures the component reads (in filter,
    /// requirements, amount, ranking or weight), in that measure's window with the period as anchor. A contribution belongs to the group of
    /// the component's key, whatever the measure's key: a fact to its attributed partner (and outlet, clerk …), rolled-up facts also to the
    /// parent; a line to its account partner (outlet and clerk groups: lines paid to an outlet or clerk; lines make no
    /// customer or subscriber groups).
    Group {
        /// Key.
        key: Key,
        /// Length of the payment period.
        span: Span,
        /// When it pays.
        pay: GroupPay,
    },
    /// As `Group` with span one month at the period's last month of `span`, restricted to the best: groups for which the filter holds are
    /// ranked (the filter reads rank 0); beyond `top` they are not considered; a place is kept even if a requirement then fails.
    Rank {
        /// Key.
        key: Key,
        /// How often: pays in the last month of each span.
        span: Span,
        /// Ranked by this, highest first; ties by key, ascending. Money or Number.
        by: Expr,
        /// Ranked separately within each territory of this level of the own partner's territory; `None` for the whole company.
        within: Option<Level>,
        /// Only this many places are considered.
        top: u32,
    },
    /// A fixed sum shared out over groups by weight; `amount` of the component is the whole pool (constants and parameters only) and is
    /// rounded first (after floor and cap); the split then follows the largest remainder, ties to the smaller key. Groups with weight ≤ 0 are
    /// not considered; those that fail a check or requirement have no part. No group: nothing is paid.
    Pool {
        /// Key.
        key: Key,
        /// How often: pays in the last month of each span.
        span: Span,
        /// Weight, Money or Number.
        weight: Expr,
    },
    /// Takes back lines of suspects. Per group: N = distinct facts with an `Earn` line accruing more than zero of the named components (all `Each`) in this
    /// run, S = those for which `suspect` holds. Where `when` holds, the excess is taken back: facts in order of what the named components accrued for them in
    /// all, highest first, ties by event id. Each of their `Earn` lines of this run gets a `Reverse` line of this component for minus its
    /// amount, and its obligations of this run become `Reversed`.
    ///
    /// Where another version pays facts of another table under the same name, its lines are not looked at. Facts belong to the group of their own
    /// partner (and outlet, clerk). Filter and requirements are those of the group. A line already
    /// taken back in this run gives only what is left of it; a line a clawback took is not taken back again by its `reverse` clause. The
    /// `Reverse` line goes where the line it takes back went (`destination`).
    Clawback {
        /// Key: partner, outlet or clerk.
        key: Key,
        /// Components whose lines are taken back.
        of: Vec<usize>,
        /// Which facts are suspect.
        suspect: Expr,
        /// Condition on `SuspectShare` and `SuspectCount`.
        when: Expr,
        /// Share of N that stays unpunished, floor(share × N) facts; `None`: all suspects are taken (whole).
        beyond: Option<Expr>,
    },
}

/// What facts and lines are grouped by. All but `Company` and `Region` are kept within the attributed partner: an outlet that changes hands
/// has one group under each owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Key {
    /// The attributed partner (for lines: the account partner).
    Partner,
    /// Partner and outlet code; facts without outlet do not count.
    Outlet,
    /// Partner and clerk; facts without clerk do not count.
    Clerk,
    /// Partner and customer; only measures and groups.
    Customer,
    /// Partner and subscriber.
    Subscriber,
    /// Everything. Only measures.
    Company,
    /// The item's territory (`Field::Region`) at a level. Only measures.
    Region(Level),
}

/// A run of months that ends with the anchor month or a fixed calendar span that contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the spans")]
pub enum Span {
    Month,
    Quarter,
    HalfYear,
    Year,
}

/// When a group pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupPay {
    /// Once, in the last month of the span; in other months it is not considered.
    AtEnd,
    /// Every month: what the component gives with this month as anchor, minus what it gives with the month before as anchor if that lies in
    /// the same span (each rounded; a filter or requirement that fails gives 0). Such components read no subscriber state. Standard checks are
    /// made for the period only; where one fails there is no line. The version in force now judges both months; the month before reads
    /// partner rows of its last day, and totals of lines of earlier runs only. Where the requirement fails now the reason is given, and a
    /// line too if there was something before.
    Cumulative,
}

/// Months a measure looks at, relative to the anchor month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Window {
    /// From the first month of the span that contains the anchor up to the anchor.
    ToDate(Span),
    /// From `from` months before the anchor to `to` months before it, both inclusive, `from ≥ to ≥ 0`.
    Months {
        /// Months back where it begins.
        from: u16,
        /// Months back where it ends.
        to: u16,
    },
}

/// A number counted for each key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// What is counted.
    pub source: Source,
    /// For whom. For `Source::Lines` one of Partner, Outlet, Clerk, Company.
    pub key: Key,
    /// Over which months.
    pub window: Window,
    /// Volume of lower partners that counts here too; only with `Key::Partner` and facts.
    pub rollup: Option<Rollup>,
    /// Money or Number.
    pub ty: Type,
}

/// What a measure counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// Eligible facts.
    Facts {
        /// Table.
        table: Table,
        /// Kinds; empty means all.
        kinds: Vec<String>,
        /// Which of them; `Bool` over `Fact`, `Sub`, partner, outlet and product fields and params.
        filter: Expr,
        /// How.
        agg: Agg,
    },
    /// `amount` of lines of these components (all kinds of line), by account partner; outlets and clerks by payee (within the account
    /// partner). Months before the settlement period come from earlier runs' lines, by `origin`; the period's own from this run so far.
    Lines {
        /// Indices of components.
        of: Vec<usize>,
    },
}

/// How facts are counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Agg {
    /// Number of facts.
    Count,
    /// Sum of a division-free expression.
    Sum(Expr),
    /// Number of distinct non-empty texts.
    Distinct(Col),
    /// Number of months of the window with at least one fact.
    ActiveMonths,
    /// Number of months of the window without a fact (for groups that have contributed at all, and for any item that asks).
    IdleMonths,
}

/// 银牌 rule: a fact of a partner that on its day has one of these tiers also counts, by `share`, for its parent on that day (if the
/// parent has a row; one level only). `Count` and `Sum` count the share; the other aggregates count the fact as one of the parent's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollup {
    /// Tiers that roll up.
    pub tiers: Vec<String>,
    /// Literal number or parameter (without local values).
    pub share: Expr,
}

/// A ladder (whole or marginal) or a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// Name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// How steps pay.
    pub mode: LadderMode,
    /// Which end of a step belongs to it.
    pub closed: Closed,
    /// Type of the argument: Money or Number.
    pub input: Type,
    /// Type of the result: Money or Number.
    pub output: Type,
    /// Steps, ascending. The last has no upper end. An argument below the first step gives zero.
    pub steps: Vec<Step>,
}

/// How a ladder pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LadderMode {
    /// The step reached pays for all: `argument × each + flat` of that step.
    Whole,
    /// Every step pays for its own part: Σ over entered steps of `(min(argument, end) − from) × each + flat`. A step is entered where the
    /// argument has reached what `closed` says belongs to it.
    Marginal,
    /// Steps are points `(from, flat)`; linear between them, the last point's value beyond it, zero before the first; `each` and `closed` are
    /// unused.
    Curve,
}

/// Which end of a step belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closed {
    /// `from ≤ x < next` (满 … 不满 …).
    Below,
    /// `from < x ≤ next` (超过 … 至 …); the first step includes its own `from`.
    Above,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Where it begins: a literal of the ladder's input type.
    pub from: Expr,
    /// Paid per unit of the argument: literal or parameter, or zero.
    pub each: Option<Expr>,
    /// Paid once: literal or parameter.
    pub flat: Option<Expr>,
}

/// One rule of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Name, unique in the policy.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Clause of the agreement it rests on; penalties must have one.
    pub clause: Option<String>,
    /// Basis.
    pub basis: Basis,
    /// Which items are considered; `true` where the text gives none. Bool.
    pub filter: Expr,
    /// Requirements in order.
    pub requires: Vec<Require>,
    /// Exact amount. Money. Unused (zero) for `Clawback`.
    pub amount: Expr,
    /// Lowest amount of a line, applied to the exact amount before the cap; literal or parameter. Money.
    pub floor: Option<Expr>,
    /// Highest amount of a line; literal or parameter. Money.
    pub cap: Option<Expr>,
    /// The rounding point.
    pub rounding: Rounding,
    /// Pays only once for each value of this column (first by day, then event id, among items that passed everything before); items
    /// with an empty value are not restricted. Only `Each`. Lines of earlier runs (and of other versions in this run) count as already
    /// paid, if what they accrued for one item with this value is not 0 in all. Reason `already_paid`.
    pub once: Option<Col>,
    /// Who is paid.
    pub payees: Vec<Share>,
    /// Who gets the fen left over by the split over payees.
    pub remainder: Remainder,
    /// When it is paid; empty: at once.
    pub schedule: Option<Schedule>,
    /// How long after the period the money moves.
    pub pay: PayDelay,
    /// Where the money goes.
    pub destination: Destination,
    /// When it is taken back. For `Lines` bases the base's clause applies, too (it is copied here by the checker).
    pub reverse: Option<Reverse>,
    /// Byte range of the component in the policy's source, for proofs.
    pub text: (usize, usize),
}

/// A named condition whose failure is a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Require {
    /// Condition. Bool.
    pub cond: Expr,
    /// Reason code, `[a-z][a-z0-9_]*`.
    pub code: String,
    /// Sentence for the beneficiary.
    pub text: String,
    /// Last day it can still be met, counted from the item's day.
    pub until: Option<Within>,
}

/// A length of time from a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Within {
    /// Up to and including the day this many months later (clipped to the month's end).
    Months(u16),
    /// Up to and including this many days later.
    Days(u16),
}

impl Within {
    /// The last day.
    pub fn last_day(self, from: Date) -> Date {
        match self {
            Within::Months(months) => from.plus_months(i32::from(months)),
            Within::Days(days) => from.plus_days(i32::from(days)),
        }
    }
}

/// How an exact amount becomes fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounding {
    /// Direction.
    pub mode: RoundMode,
    /// Unit in fen: 1 (分), 10 (角) or 100 (元).
    pub unit: i64,
}

/// Direction of rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoundMode {
    /// Half away from zero.
    HalfUp,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// Half to the even unit.
    HalfEven,
}

/// A payee and its part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Who.
    pub payee: Payee,
    /// Weight; a share is its weight ÷ the sum of all weights, as `Fen::split` takes them. Millionths that sum to 1 000 000 where every
    /// share is a whole number of them, otherwise the smallest integers in proportion (thirds are 1, 1, 1).
    pub ppm: u64,
}

/// Who is paid. `Ancestor`s are counted on the item's day from the own partner (in `Lines` bases: from the earner). A payee that does not exist gives the reason
/// `no_payee`; a blacklisted payee partner other than the own one, `payee_blacklisted`; one without an agreement in force on the day,
/// `payee_agreement_inactive` (in this order). The other payees' parts are unaffected; a part of 0 gives no reason.
/// Outlets, clerks, customers and subscribers exist if the item names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payee {
    /// The own partner (in `Lines` bases: the earner).
    Partner,
    /// The outlet; its line goes to the own partner's account.
    Outlet,
    /// The clerk; likewise.
    Clerk,
    /// This many levels up, 1 = parent.
    Ancestor(u8),
    /// Nearest ancestor of one of these tiers.
    AncestorOfTier(Vec<String>),
    /// The customer of the fact.
    Customer,
    /// The subscriber of the fact.
    Subscriber,
}

/// Kind of payee on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum PayeeKind {
    Partner,
    Outlet,
    Clerk,
    Customer,
    Subscriber,
}

/// Instalments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Parts; their weights are as in [`Share::ppm`]. Parts due in month 0 (if any) come first, have no gate, and are paid together at once.
    pub parts: Vec<Instalment>,
    /// Who gets the fen left over.
    pub remainder: Remainder,
    /// While this holds in the month an instalment is due (evaluated like a gate, before it), it moves to the month after the period,
    /// without counting as deferral, reason `paused`. Gates and pauses read the period as anchor month, and partner rows of its last day.
    pub pause: Option<Expr>,
}

/// One instalment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instalment {
    /// Weight, as in [`Share::ppm`].
    pub ppm: u64,
    /// Months after the item's month.
    pub month: u16,
    /// Must hold in the month it is due. Over `Sub`, own-partner fields and params. Bool.
    pub gate: Option<Expr>,
    /// What happens when the gate fails.
    pub on_fail: OnFail,
}

/// What happens to an instalment whose gate fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFail {
    /// Lost, reason `gate_failed`.
    Forfeit,
    /// Tried again this many months later, at most so many times (reason `deferred`), then lost.
    Defer {
        /// Months until the next try, at least 1.
        months: u16,
        /// Most tries after the first.
        tries: u16,
    },
}

/// When money moves, counted from the end of the period in which a line falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PayDelay {
    /// This many days after the period's last day; 0 is the last day itself.
    Days(u16),
    /// On a day of the month (clipped to its end) this many months after the period.
    DayOfMonth {
        /// Months after the period.
        months: u16,
        /// Day 1–31.
        day: u8,
    },
}

impl PayDelay {
    /// The day for lines of a period.
    pub fn day(self, period: Month) -> Date {
        match self {
            PayDelay::Days(days) => period.last_day().plus_days(i32::from(days)),
            PayDelay::DayOfMonth { months, day } => {
                let month = period.plus(i32::from(months));
                month.first_day().plus_days(i32::from(day).min(month.days() as i32) - 1)
            }
        }
    }
}

/// Where money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destination {
    /// 应付.
    Payable,
    /// 暂存池: held back until a component with the same destination and a negative amount releases or forfeits it.
    Holdback,
    /// 坐扣: netted at stock pick-up.
    Netted,
    /// 积分: the amount in yuan is the number of points.
    Points,
    /// 空充余额.
    Topup,
    /// 用户话费.
    Credit,
    /// 预支: a receivable (recoverable guarantee).
    Advance,
}

/// When lines are taken back. Applies to lines of this component's version that are `Earn` or `Release`, whose item's day is at most `within` before the reversal's
/// day, and that have no reversal yet. For each (item, payee): taken back = round half away from zero(Σ amounts to date × fraction), as one `Reverse`
/// line in the period of the reversal; open obligations of the item and payee become `Reversed`.
///
/// Only lines with basis `Each` or `Lines`; the item of a line on a line is that base line, so (item, payee) is (basis, payee, part). Σ includes this run's
/// releases; where a condition sets the reversal off, it includes no other lines of this run. A reversal before the item's day has no effect. "No reversal yet": the `Reverse` lines of this component for the item and payee, and
/// those of clawbacks that name the component, sum to 0. Obligations become `Reversed` even where the fraction gives nothing back.
/// `ElapsedMonths` and `ElapsedDays` also in conditions; a condition reads the period as anchor month and partner rows of its last day.
/// A reversing event reverses even if it is unattributed or on hold.
///
/// An item is one of its month: where a correction moved a fact to another month and it is paid there, what each month paid is taken back by
/// itself, by its own day, sums, obligations and earlier reversals (a re-run of the month it left has brought that one to nothing). Of several `Earn`
/// lines for (item, payee) of one month, the one posted last gives the day, the subscriber and the own partner; of those the one of the latest day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reverse {
    /// What sets it off.
    pub trigger: Trigger,
    /// How long after the item's day. The reversal's day is the reversing fact's day; for a condition, the last day of the period.
    pub within: Within,
    /// Fraction of what was paid; clipped to 0–1. Number. Over constants, params, `ElapsedMonths`, `ElapsedDays`, and for facts `Fact` of the reversing fact.
    pub fraction: Expr,
}

/// What sets a reversal off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Trigger {
    /// A business event of the period of one of these kinds whose `ref_event` is the item. Several: the earliest by day, then event id.
    Kinds(Vec<String>),
    /// A condition over `Sub`, own-partner fields and params, evaluated in every period for lines of earlier periods. Bool.
    When(Expr),
}

/// Components that exclude each other on one fact. All `Each`, same table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exclusive {
    /// Name.
    pub name: String,
    /// Indices of components.
    pub components: Vec<usize>,
    /// Which one pays. The others get the reason `excluded`.
    pub pick: Pick,
}

/// Which of several components pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pick {
    /// The largest amount; ties to the first in the text.
    Best,
    /// The first in the text that would pay.
    First,
    /// The one whose filter names the most different fields (through predicates, too); ties to the first in the text.
    MostSpecific,
}

/// A joint cap on what `Each` components accrue, by the items' own partner (outlet, clerk; items without one are not capped). Lines are admitted in the stated order until the sum is reached; the one that crosses is cut, the rest get nothing; reason `capped`.
/// What earlier runs' lines (and other versions' `Each` lines in this run) of these components accrued in the span counts as used, never less than 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    /// Name.
    pub name: String,
    /// Indices of components.
    pub components: Vec<usize>,
    /// Partner, outlet or clerk.
    pub key: Key,
    /// Over which span.
    pub span: Span,
    /// Limit; literal or parameter without local values. Money.
    pub amount: Expr,
    /// Order of admission.
    pub order: Order,
}

/// A budget of the whole company for `Each` components. What counts as used is as for [`Cap`]: what lines accrued in the span. What was granted
/// to a payee who then is missing does not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Name.
    pub name: String,
    /// Indices of components.
    pub components: Vec<usize>,
    /// Over which span; `None`: the policy's life.
    pub span: Option<Span>,
    /// Limit; literal or parameter without local values. Money.
    pub amount: Expr,
    /// Order of granting.
    pub order: Order,
    /// Whether the claim that crosses is cut to what is left (`true`) or refused (`false`), in both cases with all that follow it. Reason
    /// `budget_exhausted`.
    pub partial: bool,
}

/// Order in which claims are admitted. Ties by (day, event id, component index).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// By day, then event id.
    ByDay,
    /// Largest amount first.
    HighestFirst,
    /// Smallest amount first.
    LowestFirst,
}

/// A worked example: facts, master rows, and what must come out, over one or more months run one after another.
///
/// Where the text declares no partner there is `P1` (territory 430102, tier 二级代理商) with outlet `O1` (channel 社会渠道, sub-type 代理点, grade A) and an agreement in force for ever. Every declared
/// partner without a declared agreement gets one, in force for ever. A fact that names neither outlet nor partner is at the first outlet, or the first partner if there is no outlet;
/// `identity_verified` is true unless said otherwise; `known_on` is the day itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Name.
    pub name: String,
    /// Partner rows.
    pub partners: Vec<master::Partner>,
    /// Outlet rows.
    pub outlets: Vec<master::Outlet>,
    /// Agreement rows.
    pub agreements: Vec<master::Agreement>,
    /// Product rows.
    pub products: Vec<master::Product>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Expectations, in text order.
    pub expects: Vec<Expect>,
    /// Byte offset of the example in the source.
    pub at: usize,
}

/// A fact as cells; absent cells are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Table.
    pub table: Table,
    /// Cells by column.
    pub cells: Vec<(Col, Cell)>,
}

/// A value of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// Text.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Fen.
    Money(i64),
    /// Truth value.
    Bool(bool),
    /// Day.
    Date(Date),
    /// Month.
    Month(Month),
}

/// What an example must give: the sum of line amounts that match, and, where a reason is named, that a zero with this reason exists among those that match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    /// Period of the run.
    pub period: Month,
    /// Component; `None` for the whole policy.
    pub component: Option<usize>,
    /// Payee kind and code; `None` for all.
    pub payee: Option<(PayeeKind, String)>,
    /// Event id or group key; `None` for all.
    pub basis: Option<String>,
    /// Sum of amounts, fen.
    pub amount: i64,
    /// Reason that must occur.
    pub reason: Option<String>,
    /// Byte range in the source, for messages.
    pub at: (usize, usize),
}
