//! Builders for unit tests: a policy from a few components, facts and master rows from short literals, months run one after another.

use crate::interp::{RunInput, run};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Month, Remainder};
use qudao_policy::lines::{Line, LineKind, Obligation, Outcome};
use qudao_policy::model::{
    Agg, Basis, Cell, Component, Destination, Expr, Fact, Field, Key, Ladder, LadderMode, Measure, Op, PayDelay, Payee, Policy, PolicySet,
    Reverse, RoundMode, Rounding, Share, Source, Step, Trigger, Type, Window, Within,
};

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// Yuan as fen: `yuan("25.80")`.
pub(crate) fn yuan(text: &str) -> i64 {
    text.parse::<Fen>().unwrap().0
}

pub(crate) fn money(text: &str) -> Expr {
    Expr::Money(yuan(text))
}

/// A plain decimal, `0.5`, or a percentage, `20%`.
pub(crate) fn number(text: &str) -> Expr {
    let (digits, more) = text.strip_suffix('%').map_or((text, 0), |digits| (digits, 2));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    Expr::Number { mantissa: format!("{whole}{rest}").parse().unwrap(), scale: rest.len() as u8 + more }
}

pub(crate) fn col(col: Col) -> Expr {
    Expr::Field(Field::Fact(col))
}

pub(crate) fn sub(col: Col) -> Expr {
    Expr::Field(Field::Sub(col))
}

pub(crate) fn op(op: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

pub(crate) fn times(left: Expr, right: Expr) -> Expr {
    op(Op::Mul, left, right)
}

pub(crate) fn text(text: &str) -> Expr {
    Expr::Text(text.into())
}

pub(crate) fn each(kinds: &[&str]) -> Basis {
    Basis::Each { table: Table::BusinessEvent, kinds: kinds.iter().map(|kind| (*kind).to_string()).collect() }
}

/// A component that pays the own partner at once, rounded half up to the fen.
pub(crate) fn component(name: &str, basis: Basis, amount: Expr) -> Component {
    Component {
        name: name.into(),
        title: name.into(),
        clause: None,
        basis,
        filter: Expr::Bool(true),
        requires: Vec::new(),
        amount,
        floor: None,
        cap: None,
        rounding: Rounding { mode: RoundMode::HalfUp, unit: 1 },
        once: None,
        payees: vec![Share { payee: Payee::Partner, ppm: 1_000_000 }],
        remainder: Remainder::Largest,
        schedule: None,
        pay: PayDelay::Days(0),
        destination: Destination::Payable,
        reverse: None,
        text: (0, 0),
    }
}

/// Version 1 of `p`, in force 2020 to 2099.
pub(crate) fn policy(components: Vec<Component>) -> Policy {
    Policy {
        name: "p".into(),
        version: 1,
        title: "p".into(),
        owner: "结算支撑经理".into(),
        from: day("2020-01-01"),
        to: day("2100-01-01"),
        written_to: None,
        scope: Expr::Bool(true),
        params: Vec::new(),
        predicates: Vec::new(),
        measures: Vec::new(),
        ladders: Vec::new(),
        order: (0..components.len()).collect(),
        components,
        exclusives: Vec::new(),
        caps: Vec::new(),
        budgets: Vec::new(),
        minimum_payment: 0,
        examples: Vec::new(),
        source: String::new(),
        file: "p.policy".into(),
    }
}

pub(crate) fn set(policy: Policy) -> PolicySet {
    PolicySet { policies: vec![policy], fills: Vec::new() }
}

pub(crate) fn measure(key: Key, window: Window, kinds: &[&str], agg: Agg) -> Measure {
    let ty = if matches!(agg, Agg::Sum(_)) { Type::Money } else { Type::Number };
    let kinds = kinds.iter().map(|kind| (*kind).to_string()).collect();
    let source = Source::Facts { table: Table::BusinessEvent, kinds, filter: Expr::Bool(true), agg };
    Measure { name: "m".into(), title: "m".into(), source, key, window, rollup: None, ty }
}

/// A ladder with flat steps: `(from, flat)` in the units of its types.
pub(crate) fn ladder(
    mode: LadderMode,
    closed: qudao_policy::model::Closed,
    input: Type,
    steps: Vec<(Expr, Option<Expr>, Option<Expr>)>,
) -> Ladder {
    let steps = steps.into_iter().map(|(from, each, flat)| Step { from, each, flat }).collect();
    Ladder { name: "l".into(), title: "l".into(), mode, closed, input, output: Type::Money, steps }
}

/// A fact: cells as `(column, text)`, read by the column's type.
pub(crate) fn fact(table: Table, id: &str, on: &str, cells: &[(Col, &str)]) -> Fact {
    let mut all = vec![(Col::EventId, Cell::Text(id.into()))];
    if table == Table::SubscriberMonth {
        all.push((Col::Month, Cell::Month(month(on))));
    } else {
        all.push((Col::OccurredOn, Cell::Date(day(on))));
    }
    for (col, text) in cells {
        let cell = match col.ty() {
            ColType::Text => Cell::Text((*text).into()),
            ColType::Int => Cell::Int(text.parse().unwrap()),
            ColType::Money => Cell::Money(yuan(text)),
            ColType::Bool => Cell::Bool(text.parse().unwrap()),
            ColType::Date => Cell::Date(day(text)),
            ColType::Month => Cell::Month(month(text)),
        };
        all.push((*col, cell));
    }
    Fact { table, cells: all }
}

/// An activation at outlet `O1`.
pub(crate) fn activation(id: &str, on: &str, cells: &[(Col, &str)]) -> Fact {
    let mut all = vec![(Col::Kind, "activation"), (Col::Outlet, "O1")];
    all.extend_from_slice(cells);
    fact(Table::BusinessEvent, id, on, &all)
}

pub(crate) fn partner(code: &str, parent: &str, tier: &str) -> Partner {
    Partner {
        code: code.into(),
        name: code.into(),
        kind: "代理商".into(),
        tier: tier.into(),
        level: 0,
        parent: parent.into(),
        territory: "430102".into(),
        since: day("2020-01-01"),
        blacklisted: false,
        span: Span::ALWAYS,
    }
}

pub(crate) fn outlet(code: &str, owner: &str) -> Outlet {
    Outlet {
        code: code.into(),
        name: code.into(),
        owner: owner.into(),
        territory: "430102".into(),
        channel: "社会渠道".into(),
        subtype: "代理点".into(),
        grade: "A".into(),
        district: String::new(),
        span: Span::ALWAYS,
    }
}

pub(crate) fn agreement(partner: &str) -> Agreement {
    Agreement { code: format!("A-{partner}"), partner: partner.into(), commitment: Fen(0), renewed: false, span: Span::ALWAYS }
}

/// `P1` (二级代理商) under `V1` (增值服务商), outlet `O1` of `P1`, agreements for both.
pub(crate) fn master() -> Master {
    let mut master = Master::default();
    master.add_partner(partner("V1", "", "增值服务商"));
    master.add_partner(partner("P1", "V1", "二级代理商"));
    master.add_outlet(outlet("O1", "P1"));
    master.add_agreement(agreement("V1"));
    master.add_agreement(agreement("P1"));
    master
}

/// Months run one after another.
#[derive(Default)]
pub(crate) struct Story {
    pub(crate) policies: PolicySet,
    pub(crate) master: Master,
    pub(crate) facts: Vec<Fact>,
    pub(crate) lines: Vec<Line>,
    pub(crate) obligations: Vec<Obligation>,
}

impl Story {
    pub(crate) fn new(policy: Policy, facts: Vec<Fact>) -> Self {
        Story { policies: set(policy), master: master(), facts, ..Story::default() }
    }

    pub(crate) fn input(&self, period: &str) -> RunInput<'_> {
        RunInput {
            policies: &self.policies,
            master: &self.master,
            period: month(period),
            facts: &self.facts,
            earlier_lines: &self.lines,
            obligations: &self.obligations,
        }
    }

    /// Runs a month and keeps what it left.
    pub(crate) fn month(&mut self, period: &str) -> Outcome {
        let outcome = run(&self.input(period)).unwrap();
        self.lines.extend(outcome.lines.clone());
        self.obligations.clone_from(&outcome.obligations);
        outcome
    }
}

/// Lines as `component basis payee amount`, in order.
pub(crate) fn said(outcome: &Outcome) -> Vec<String> {
    let kind = |kind: LineKind| format!("{kind:?}").to_lowercase();
    let line = |line: &Line| format!("{} {} {} {} {}", kind(line.kind), line.component, line.basis, line.payee, Fen(line.amount).plain());
    outcome.lines.iter().map(line).collect()
}

/// Reasons as `component basis code forgone`, in order.
pub(crate) fn reasons(outcome: &Outcome) -> Vec<String> {
    outcome.reasons.iter().map(|one| format!("{} {} {} {}", one.component, one.basis, one.code, Fen(one.forgone).plain())).collect()
}

pub(crate) fn total(outcome: &Outcome) -> i64 {
    outcome.lines.iter().map(|line| line.amount).sum()
}

/// Taken back on an event of this kind within so many months.
pub(crate) fn reverse_on(kind: &str, months: u16, fraction: Expr) -> Reverse {
    Reverse { trigger: Trigger::Kinds(vec![kind.into()]), within: Within::Months(months), fraction }
}
