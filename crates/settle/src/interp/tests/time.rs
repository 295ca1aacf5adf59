//! What comes later: instalments with gates, reversals, versions.

use crate::interp::run;
use crate::testing::*;
use qudao_kernel::Remainder;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::lines::ObligationState;
use qudao_policy::model::{
    Component, Destination, Expr, Fact, Field, Instalment, OnFail, Op, Payee, Reverse, Schedule, Share, Trigger, Within,
};

fn state(subscriber: &str, on: &str, active: bool) -> Fact {
    let active = if active { "true" } else { "false" };
    fact(Table::SubscriberMonth, "", on, &[(Col::Subscriber, subscriber), (Col::Active, active), (Col::Minutes, "60")])
}

fn in_parts(on_fail: OnFail) -> Component {
    let mut basic = component("basic", each(&["activation"]), times(number("20%"), col(Col::PlanFee)));
    let gate = Some(sub(Col::Active));
    basic.schedule = Some(Schedule {
        parts: vec![
            Instalment { ppm: 400_000, month: 0, gate: None, on_fail: OnFail::Forfeit },
            Instalment { ppm: 300_000, month: 3, gate: gate.clone(), on_fail },
            Instalment { ppm: 300_000, month: 6, gate, on_fail: OnFail::Forfeit },
        ],
        remainder: Remainder::Last,
        pause: Some(op(Op::Gt, sub(Col::SuspendedDays), number("0"))),
    });
    basic
}

fn returned(id: &str, on: &str, of: &str) -> Fact {
    fact(Table::BusinessEvent, id, on, &[(Col::Kind, "cancellation"), (Col::Ref, of), (Col::Outlet, "O1")])
}

fn reverse(fraction: Expr) -> Reverse {
    reverse_on("cancellation", 3, fraction)
}

const SOLD: (&str, &str) = ("e1", "2026-01-31");

fn sold(fee: &str) -> Fact {
    activation(SOLD.0, SOLD.1, &[(Col::PlanFee, fee), (Col::Subscriber, "s1")])
}

#[test]
fn instalments_are_paid_while_the_subscriber_stays() {
    let mut story =
        Story::new(policy(vec![in_parts(OnFail::Forfeit)]), vec![sold("129"), state("s1", "2026-04", true), state("s1", "2026-07", false)]);
    let january = story.month("2026-01");
    assert_eq!(said(&january), ["earn basic e1 P1 10.32"]);
    assert_eq!(january.lines[0].accrued, yuan("25.80"));
    assert_eq!(january.obligations.iter().map(|due| due.amount).collect::<Vec<_>>(), ["7.74", "7.74"].map(yuan));
    assert_eq!(total(&story.month("2026-02")) + total(&story.month("2026-03")), 0);
    let april = story.month("2026-04");
    assert_eq!(said(&april), ["release basic e1 P1 7.74"]);
    assert_eq!(april.lines[0].part, 1 << 24);
    story.month("2026-05");
    story.month("2026-06");
    let july = story.month("2026-07");
    assert_eq!(reasons(&july), ["basic e1 gate_failed 7.74"]);
    assert_eq!(july.obligations[0].state, ObligationState::Forfeited);
    assert!(story.month("2026-08").obligations.is_empty());
}

#[test]
fn a_failed_gate_may_be_tried_again_and_suspension_does_not_count() {
    let facts = vec![
        sold("129"),
        fact(Table::SubscriberMonth, "", "2026-04", &[(Col::Subscriber, "s1"), (Col::SuspendedDays, "3")]),
        state("s1", "2026-05", false),
        state("s1", "2026-06", false),
        state("s1", "2026-07", true),
    ];
    let mut story = Story::new(policy(vec![in_parts(OnFail::Defer { months: 1, tries: 2 })]), facts);
    let all: Vec<_> =
        ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07"].iter().map(|month| story.month(month)).collect();
    assert_eq!(reasons(&all[3]), ["basic e1 paused 7.74"]);
    assert_eq!(reasons(&all[4]), ["basic e1 deferred 7.74"]);
    assert_eq!(reasons(&all[5]), ["basic e1 deferred 7.74"]);
    assert_eq!(said(&all[6]), ["release basic e1 P1 7.74", "release basic e1 P1 7.74"]);
}

#[test]
fn reversals_take_back_from_the_original_cents() {
    // N27: 60.00, three months, lost after two: −20.00; in full −60.00
    let lost = |fraction: Expr| {
        let mut basic = component("basic", each(&["activation"]), money("60"));
        basic.reverse = Some(reverse(fraction));
        let mut story =
            Story::new(policy(vec![basic]), vec![sold("0"), returned("r", "2026-03-31", "e1"), returned("r2", "2026-04-02", "e1")]);
        story.month("2026-01");
        story.month("2026-02");
        let march = story.month("2026-03");
        assert!(story.month("2026-04").lines.is_empty(), "only once");
        said(&march)
    };
    let pro_rata = op(Op::Div, op(Op::Sub, number("3"), Expr::Field(Field::ElapsedMonths)), number("3"));
    assert_eq!(lost(pro_rata), ["reverse basic e1 P1 -20.00"]);
    assert_eq!(lost(number("100%")), ["reverse basic e1 P1 -60.00"]);
    assert_eq!(lost(number("7")), ["reverse basic e1 P1 -60.00"]);
}

#[test]
fn a_reversal_splits_like_the_payment_cancels_what_is_open_and_reaches_overrides() {
    // G24: agent, principal and manager 10 each; the return takes 10 each
    let mut basic = in_parts(OnFail::Forfeit);
    basic.payees = vec![Share { payee: Payee::Partner, ppm: 500_000 }, Share { payee: Payee::Ancestor(1), ppm: 500_000 }];
    basic.reverse = Some(reverse(number("100%")));
    let mut over =
        component("over", qudao_policy::model::Basis::Lines { of: vec![0] }, times(number("10%"), Expr::Field(Field::LineAmount)));
    over.reverse = Some(reverse(number("100%")));
    let mut story = Story::new(policy(vec![basic, over]), vec![sold("129"), returned("r", "2026-02-10", "e1")]);
    let january = story.month("2026-01");
    assert_eq!(said(&january), ["earn basic e1 P1 5.16", "earn over e1 P1 1.29", "earn basic e1 V1 5.16", "earn over e1 V1 1.29"]);
    let february = story.month("2026-02");
    assert_eq!(total(&february), -total(&january));
    assert!(february.obligations.iter().all(|due| due.state == ObligationState::Reversed));
    assert_eq!(story.month("2026-03").obligations, []);
}

#[test]
fn a_reversal_outside_its_time_or_before_its_item_does_nothing() {
    let mut basic = component("basic", each(&["activation"]), money("60"));
    basic.reverse = Some(reverse(number("100%")));
    for on in ["2026-05-01", "2026-01-30"] {
        let mut story = Story::new(policy(vec![basic.clone()]), vec![sold("0"), returned("r", on, "e1")]);
        let lines: i64 = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"].iter().map(|month| total(&story.month(month))).sum();
        assert_eq!(lines, yuan("60"), "{on}");
    }
}

#[test]
fn a_condition_takes_back_from_earlier_months() {
    let mut basic = component("basic", each(&["activation"]), money("60"));
    let trigger = Trigger::When(Expr::Not(Box::new(sub(Col::Active))));
    basic.reverse = Some(Reverse { trigger, within: Within::Months(3), fraction: number("50%") });
    let mut story = Story::new(policy(vec![basic]), vec![sold("0"), state("s1", "2026-02", true)]);
    let paid: Vec<i64> = ["2026-01", "2026-02", "2026-03", "2026-04"].iter().map(|month| total(&story.month(month))).collect();
    assert_eq!(paid, ["60", "0", "-30", "0"].map(yuan));
}

#[test]
fn what_a_clawback_took_a_return_does_not_take_again() {
    let mut basic = component("basic", each(&["activation"]), money("60"));
    basic.reverse = Some(reverse(number("100%")));
    let hunt = qudao_policy::model::Basis::Clawback {
        key: qudao_policy::model::Key::Partner,
        of: vec![0],
        suspect: Expr::Bool(true),
        when: Expr::Bool(true),
        beyond: None,
    };
    let mut story =
        Story::new(policy(vec![basic, component("fake", hunt, money("0"))]), vec![sold("0"), returned("r", "2026-02-10", "e1")]);
    assert_eq!(total(&story.month("2026-01")), 0);
    assert_eq!(said(&story.month("2026-02")), Vec::<String>::new());
}

#[test]
fn hold_backs_are_released_or_forfeited() {
    // T29: hold 30 % until the window closes
    let mut basic = component("basic", each(&["activation"]), money("600"));
    basic.destination = Destination::Payable;
    basic.schedule = Some(Schedule {
        parts: vec![
            Instalment { ppm: 700_000, month: 0, gate: None, on_fail: OnFail::Forfeit },
            Instalment { ppm: 300_000, month: 12, gate: Some(sub(Col::Active)), on_fail: OnFail::Forfeit },
        ],
        remainder: Remainder::Last,
        pause: None,
    });
    let mut story = Story::new(policy(vec![basic]), vec![sold("0"), state("s1", "2027-01", true)]);
    assert_eq!(total(&story.month("2026-01")), yuan("420"));
    // a run that comes late still pays what fell due
    assert_eq!(said(&story.month("2027-01")), ["release basic e1 P1 180.00"]);
}

#[test]
fn what_an_unknown_version_left_is_refused_by_name() {
    let mut story = Story::new(policy(vec![in_parts(OnFail::Forfeit)]), vec![sold("129")]);
    story.month("2026-01");
    story.policies.policies[0].version = 2;
    let refusal = run(&story.input("2026-04")).unwrap_err();
    assert_eq!(refusal.code, "settle.policy.version_missing");
    assert!(refusal.text.en.contains("policy p version 1"), "{refusal}");
}

#[test]
fn an_amount_too_large_is_refused_not_wrapped() {
    let huge = times(times(number("1000000000"), money("1000000000")), number("1000"));
    let story = Story::new(policy(vec![component("huge", each(&[]), huge)]), vec![sold("0")]);
    assert_eq!(run(&story.input("2026-01")).unwrap_err().code, "settle.amount.too_large");
}

#[test]
fn a_version_pays_the_days_it_is_in_force() {
    let mut story = Story::new(
        policy(vec![component("basic", each(&[]), money("1"))]),
        vec![activation("a", "2026-07-15", &[]), activation("b", "2026-07-16", &[])],
    );
    let mut second = policy(vec![component("basic", each(&[]), money("2"))]);
    second.version = 2;
    second.from = day("2026-07-16");
    story.policies.policies[0].to = day("2026-07-16");
    story.policies.policies.push(second);
    assert_eq!(said(&story.month("2026-07")), ["earn basic a P1 1.00", "earn basic b P1 2.00"]);
}
