//! What random cases once found interpreter and engine to disagree on, each as small as it can be told.

use crate::agree::{Given, Tally, both};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Month};
use qudao_policy::lines::{Line, LineKind, Outcome};
use qudao_policy::model::{Cell, Fact, PolicySet};
use qudao_policy::{SourceFile, compile};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn policies(text: &str) -> PolicySet {
    let compiled = compile(&[SourceFile::new("policy", text)]);
    compiled.set.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

/// `P1` under `V1`, with outlet `O1`.
fn master() -> Master {
    let mut master = Master::default();
    for (code, parent) in [("V1", ""), ("P1", "V1")] {
        let (kind, tier, territory) = ("代理商".into(), "二级代理商".into(), "430102".into());
        let (name, since, parent) = (code.into(), day("2020-01-01"), parent.into());
        master.add_partner(Partner {
            code: code.into(),
            name,
            kind,
            tier,
            level: 0,
            parent,
            territory,
            since,
            blacklisted: false,
            span: Span::ALWAYS,
        });
        master.add_agreement(Agreement { code: code.into(), partner: code.into(), commitment: Fen(0), renewed: false, span: Span::ALWAYS });
    }
    master.add_outlet(Outlet {
        code: "O1".into(),
        name: String::new(),
        owner: "P1".into(),
        territory: "430102".into(),
        channel: String::new(),
        subtype: String::new(),
        grade: String::new(),
        district: String::new(),
        span: Span::ALWAYS,
    });
    master
}

/// An event at outlet `O1`, known on the day.
fn event(id: &str, kind: &str, on: &str, naming: &str) -> Fact {
    let text = |text: &str| Cell::Text(text.into());
    let cells = vec![
        (Col::EventId, text(id)),
        (Col::Kind, text(kind)),
        (Col::OccurredOn, Cell::Date(day(on))),
        (Col::KnownOn, Cell::Date(day(on))),
        (Col::Outlet, text("O1")),
        (Col::Ref, text(naming)),
    ];
    Fact { table: Table::BusinessEvent, cells }
}

/// Settles by both, each partner in a block of its own and all in one.
fn settled(policies: &PolicySet, period: &str, facts: &[Fact], earlier: &[Line]) -> Outcome {
    let run = |block| {
        let given = Given { facts, earlier, obligations: &[] };
        both(policies, &master(), month(period), &given, block, &mut Tally::default()).unwrap().unwrap()
    };
    let outcome = run(1);
    assert_eq!(outcome, run(64));
    outcome
}

fn said(outcome: &Outcome) -> Vec<String> {
    outcome.lines.iter().map(|line| format!("{:?} {} {} {}", line.kind, line.payee, line.day, Fen(line.amount).plain())).collect()
}

#[test]
fn a_fact_corrected_into_another_month_is_reversed_month_by_month_for_whoever_was_paid() {
    let policies = policies(
        r#"policy p version 1 "冲回" {
  effective 2026-01-01
  component full {
    basis each activation
    amount ¥60.00
    round half up to fen
    to { partner 1/2, parent 1/2 } remainder last
    reverse on cancellation within 3 months full
  }
}
"#,
    );
    let sold = event("e", "activation", "2026-01-20", "");
    let january = settled(&policies, "2026-01", std::slice::from_ref(&sold), &[]);
    assert_eq!(said(&january), ["Earn P1 2026-01-20 30.00", "Earn V1 2026-01-20 30.00"]);

    // The fact turns out to be of February, and is cancelled.
    let facts = [sold, event("e", "activation", "2026-02-03", ""), event("c", "cancellation", "2026-02-10", "e")];
    let paid = |code: &str, back: &[&str]| {
        let earned = [format!("Earn {code} 2026-02-03 30.00")];
        earned.into_iter().chain(back.iter().map(|on| format!("Reverse {code} {on} -30.00"))).collect::<Vec<_>>()
    };
    let sorted = |outcome: &Outcome| {
        let mut all = said(outcome);
        all.sort();
        all
    };
    let told = |back: &[&str]| {
        let mut all = [paid("P1", back), paid("V1", back)].concat();
        all.sort();
        all
    };
    let unadjusted = settled(&policies, "2026-02", &facts, &january.lines);
    assert_eq!(sorted(&unadjusted), told(&["2026-01-20", "2026-02-03"]));

    // Once January has been run again, only February's payment is there to take back.
    let again = january.lines.iter().map(|line| Line {
        period: month("2026-02"),
        kind: LineKind::Adjust,
        amount: -line.amount,
        accrued: -line.accrued,
        ..line.clone()
    });
    let adjusted: Vec<Line> = january.lines.iter().cloned().chain(again).collect();
    assert_eq!(sorted(&settled(&policies, "2026-02", &facts, &adjusted)), told(&["2026-02-03"]));
}
