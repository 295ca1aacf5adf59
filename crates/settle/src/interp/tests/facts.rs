//! Facts: attribution, checks, requirements, amounts, ladders, splits.

use crate::interp::run;
use crate::testing::*;
use qudao_kernel::Remainder;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Span;
use qudao_policy::model::{
    Agg, Basis, Closed, Expr, Field, Fill, GroupPay, Key, LadderMode, Op, Param, PartnerField, Payee, Require, Share, Type, Whose, Window,
    Within,
};

fn share_of_fee(rate: &str) -> Expr {
    times(number(rate), col(Col::PlanFee))
}

#[test]
fn a_share_of_the_plan_fee_is_exact_to_the_fen() {
    // R0.3: 129.00 × 20 % = 25.80; 55 × 6.7 % = 3.685 rounds, it does not block (V10)
    let basic = component("basic", each(&["activation"]), share_of_fee("20%"));
    let outcome = Story::new(policy(vec![basic]), vec![activation("e1", "2026-07-03", &[(Col::PlanFee, "129.00")])]).month("2026-07");
    assert_eq!(said(&outcome), ["earn basic e1 P1 25.80"]);
    let odd = component("odd", each(&[]), share_of_fee("6.7%"));
    let outcome = Story::new(policy(vec![odd]), vec![activation("e1", "2026-07-03", &[(Col::PlanFee, "55")])]).month("2026-07");
    assert_eq!(said(&outcome), ["earn odd e1 P1 3.69"]);
}

#[test]
fn the_first_requirement_that_fails_is_the_reason_with_its_last_day() {
    let mut basic = component("basic", each(&[]), share_of_fee("20%"));
    basic.requires = vec![
        Require {
            cond: col(Col::Verified), code: "no_identity".into(), text: "未完成实名认证".into(), until: Some(Within::Months(3))
        },
        Require { cond: Expr::Bool(false), code: "never".into(), text: String::new(), until: None },
    ];
    let outcome = Story::new(policy(vec![basic]), vec![activation("e1", "2026-11-30", &[(Col::PlanFee, "59")])]).month("2026-11");
    assert_eq!(reasons(&outcome), ["basic e1 no_identity 0.00"]);
    assert_eq!(outcome.reasons[0].until, Some(day("2027-02-28")));
}

#[test]
fn standard_checks_come_before_requirements() {
    // N29: the agreement ends on 30 June
    let basic = component("basic", each(&[]), share_of_fee("20%"));
    let sale = |id: &str, on: &str| activation(id, on, &[(Col::PlanFee, "59")]);
    let mut story = Story::new(policy(vec![basic]), vec![sale("a", "2026-06-30"), sale("b", "2026-07-01")]);
    story.master = qudao_kernel::master::Master::default();
    story.master.add_partner(partner("P1", "", "二级代理商"));
    story.master.add_outlet(outlet("O1", "P1"));
    let mut ends = agreement("P1");
    ends.span = Span { from: day("2025-07-01"), to: day("2026-07-01") };
    story.master.add_agreement(ends.clone());
    assert_eq!(said(&story.month("2026-06")), ["earn basic a P1 11.80"]);
    assert_eq!(reasons(&story.month("2026-07")), ["basic b agreement_inactive 0.00"]);
    // renewed with effect from the first day: now it pays
    ends.span = Span { from: day("2026-07-01"), to: day("2027-07-01") };
    story.master.add_agreement(ends);
    assert_eq!(said(&run(&story.input("2026-07")).unwrap()), ["earn basic b P1 11.80"]);
}

#[test]
fn holds_blacklists_and_strangers_are_told_apart() {
    let basic = component("basic", each(&[]), share_of_fee("20%"));
    let mut to_subscriber = component("gift", each(&[]), money("1"));
    to_subscriber.payees = vec![Share { payee: Payee::Subscriber, ppm: 1_000_000 }];
    let stranger = fact(
        Table::BusinessEvent,
        "c",
        "2026-07-01",
        &[(Col::Kind, "activation"), (Col::Outlet, "O9"), (Col::Partner, "P1"), (Col::Subscriber, "s")],
    );
    let held = activation("a", "2026-07-01", &[(Col::Hold, "one_imei")]);
    let mut story = Story::new(policy(vec![basic, to_subscriber]), vec![held, stranger]);
    let outcome = story.month("2026-07");
    // the held one names no subscriber; the stranger's subscriber is paid all the same
    assert_eq!(reasons(&outcome), [" c unattributed 0.00", "basic a on_hold 0.00", "gift a no_payee 1.00"]);
    assert_eq!(said(&outcome), ["earn gift c s 1.00"]);
    assert_eq!(outcome.lines[0].partner, "");
}

#[test]
fn a_doubled_id_counts_once() {
    // N28: the same order from the page and from the file
    let basic = component("basic", each(&[]), share_of_fee("20%"));
    let from_page = activation("e1", "2026-07-03", &[(Col::PlanFee, "59"), (Col::KnownOn, "2026-07-03")]);
    let from_file = activation("e1", "2026-07-03", &[(Col::PlanFee, "129"), (Col::KnownOn, "2026-07-05")]);
    for facts in [vec![from_page.clone(), from_file.clone()], vec![from_file, from_page]] {
        assert_eq!(said(&Story::new(policy(vec![basic.clone()]), facts).month("2026-07")), ["earn basic e1 P1 25.80"]);
    }
}

#[test]
fn a_city_fills_in_its_own_rate() {
    let mut open = policy(vec![component("basic", each(&[]), times(Expr::Param(0), col(Col::PlanFee)))]);
    open.params.push(Param {
        name: "base".into(),
        title: "基本比例".into(),
        value: number("20%"),
        ty: Type::Number,
        local: Some((number("10%"), number("25%"))),
    });
    let mut story = Story::new(open, vec![activation("e1", "2026-07-03", &[(Col::PlanFee, "100")])]);
    for (region, rate) in [("4301", "22%"), ("430102", "21%"), ("4302", "10%")] {
        story.policies.fills.push(Fill { policy: "p".into(), version: 1, region: region.into(), values: vec![(0, number(rate))] });
    }
    // the longest territory that contains the outlet wins
    assert_eq!(total(&story.month("2026-07")), yuan("21"));
}

#[test]
fn an_outlet_that_changes_hands_pays_the_owner_of_the_day() {
    // N9 for outlets, and ancestors as of the day
    let mut own = component("own", each(&[]), money("10"));
    own.payees = vec![Share { payee: Payee::Partner, ppm: 800_000 }, Share { payee: Payee::Ancestor(1), ppm: 200_000 }];
    let mut story = Story::new(policy(vec![own]), vec![activation("a", "2026-07-15", &[]), activation("b", "2026-07-16", &[])]);
    story.master = qudao_kernel::master::Master::default();
    for (code, parent) in [("V1", ""), ("V2", ""), ("P1", "V1"), ("P2", "V2")] {
        story.master.add_partner(partner(code, parent, ""));
        story.master.add_agreement(agreement(code));
    }
    let until = Span { from: day("2020-01-01"), to: day("2026-07-16") };
    let since = Span { from: day("2026-07-16"), to: day("2100-01-01") };
    story.master.add_outlet(qudao_kernel::master::Outlet { span: until, ..outlet("O1", "P1") });
    story.master.add_outlet(qudao_kernel::master::Outlet { span: since, ..outlet("O1", "P2") });
    assert_eq!(said(&story.month("2026-07")), ["earn own a P1 8.00", "earn own b P2 8.00", "earn own a V1 2.00", "earn own b V2 2.00"]);
}

#[test]
fn parts_sum_to_the_whole_and_missing_payees_lose_only_theirs() {
    // N30: 100.01 by thirds
    let mut thirds = component("thirds", each(&[]), money("100.01"));
    thirds.payees = vec![
        Share { payee: Payee::Partner, ppm: 333_333 },
        Share { payee: Payee::Outlet, ppm: 333_333 },
        Share { payee: Payee::Clerk, ppm: 333_334 },
    ];
    let clerk = activation("e1", "2026-07-03", &[(Col::Clerk, "C1")]);
    let outcome = Story::new(policy(vec![thirds.clone()]), vec![clerk]).month("2026-07");
    assert_eq!(said(&outcome), ["earn thirds e1 P1 33.34", "earn thirds e1 O1 33.33", "earn thirds e1 C1 33.34"]);
    let outcome = Story::new(policy(vec![thirds.clone()]), vec![activation("e1", "2026-07-03", &[])]).month("2026-07");
    assert_eq!(reasons(&outcome), ["thirds e1 no_payee 33.34"]);
    thirds.remainder = Remainder::Last;
    thirds.payees[1].ppm = 333_334;
    thirds.payees[2].ppm = 333_333;
    let outcome = Story::new(policy(vec![thirds]), vec![activation("e1", "2026-07-03", &[(Col::Clerk, "C1")])]).month("2026-07");
    assert_eq!(outcome.lines.iter().map(|line| line.amount).sum::<i64>(), yuan("100.01"));
}

#[test]
fn a_payee_partner_must_stand_on_its_own() {
    let mut up = component("up", each(&[]), money("10"));
    up.payees = vec![Share { payee: Payee::AncestorOfTier(vec!["增值服务商".into()]), ppm: 1_000_000 }];
    up.requires = vec![Require {
        cond: op(Op::Eq, Expr::Field(Field::Partner(Whose::Payee, PartnerField::Tier)), text("增值服务商")),
        code: "not_provider".into(),
        text: String::new(),
        until: None,
    }];
    let mut story = Story::new(policy(vec![up]), vec![activation("e1", "2026-07-03", &[])]);
    assert_eq!(said(&run(&story.input("2026-07")).unwrap()), ["earn up e1 V1 10.00"]);
    story.master = qudao_kernel::master::Master::default();
    story.master.add_partner(partner("V1", "", "增值服务商"));
    story.master.add_partner(partner("P1", "V1", "二级代理商"));
    story.master.add_outlet(outlet("O1", "P1"));
    story.master.add_agreement(agreement("P1"));
    assert_eq!(reasons(&run(&story.input("2026-07")).unwrap()), ["up e1 payee_agreement_inactive 10.00"]);
}

fn step_reward(ladder: qudao_policy::model::Ladder, sales: usize) -> i64 {
    let component = component(
        "step",
        Basis::Group { key: Key::Partner, span: qudao_policy::model::Span::Month, pay: GroupPay::AtEnd },
        Expr::Ladder(0, Box::new(Expr::Measure(0))),
    );
    let mut policy = policy(vec![component]);
    policy.measures.push(measure(Key::Partner, Window::ToDate(qudao_policy::model::Span::Month), &["activation"], Agg::Count));
    policy.ladders.push(ladder);
    let facts = (0..sales).map(|index| activation(&format!("e{index}"), "2026-07-03", &[])).collect();
    total(&Story::new(policy, facts).month("2026-07"))
}

#[test]
fn step_rewards_pay_by_the_step_reached() {
    // N10
    let whole = |sales| {
        let steps =
            [("100", "1000"), ("200", "3000"), ("300", "6000")].map(|(from, flat)| (number(from), None, Some(money(flat)))).to_vec();
        step_reward(ladder(LadderMode::Whole, Closed::Below, Type::Number, steps), sales)
    };
    assert_eq!([99, 100, 199, 200, 300].map(whole), ["0", "1000", "1000", "3000", "6000"].map(yuan));
}

#[test]
fn whole_and_marginal_differ_and_the_closed_side_decides() {
    // T20: 5 per card; 101–300 +10 %, 301+ +20 %
    let steps = || [("0", "5"), ("100", "5.5"), ("300", "6")].map(|(from, each)| (number(from), Some(money(each)), None)).to_vec();
    assert_eq!(step_reward(ladder(LadderMode::Whole, Closed::Above, Type::Number, steps()), 350), yuan("2100"));
    assert_eq!(step_reward(ladder(LadderMode::Marginal, Closed::Above, Type::Number, steps()), 350), yuan("1900"));
    // V01: graduated with a flat fee of each step entered
    let lago = |sales| {
        let steps = [("0", "10", "2"), ("10", "5", "3"), ("20", "5", "3")];
        let steps = steps.map(|(from, each, flat)| (number(from), Some(money(each)), Some(money(flat)))).to_vec();
        step_reward(ladder(LadderMode::Marginal, Closed::Above, Type::Number, steps), sales)
    };
    assert_eq!([1, 10, 11, 12, 21].map(lago), ["12", "102", "110", "115", "163"].map(yuan));
}

#[test]
fn curves_are_linear_between_points() {
    // G11: below 75 % nothing, 75 % pays 50 %, 100 % pays 100 %, 150 % pays 300 %
    let pays = |attained: &str| {
        let target = times(money("10000"), Expr::Ladder(0, Box::new(op(Op::Div, col(Col::Amount), money("10000")))));
        let mut policy = policy(vec![component("curve", each(&[]), target)]);
        let mut curve = ladder(LadderMode::Curve, Closed::Below, Type::Number, Vec::new());
        curve.output = Type::Number;
        curve.steps = [("75%", "50%"), ("100%", "100%"), ("150%", "300%")]
            .map(|(from, flat)| qudao_policy::model::Step { from: number(from), each: None, flat: Some(number(flat)) })
            .to_vec();
        policy.ladders.push(curve);
        total(&Story::new(policy, vec![activation("e1", "2026-07-03", &[(Col::Amount, attained)])]).month("2026-07"))
    };
    assert_eq!(["7499", "7500", "9000", "12500", "15000"].map(pays), ["0", "5000", "8000", "20000", "30000"].map(yuan));
}

#[test]
fn floor_and_cap_leave_zero_alone() {
    // N16: at most the opening stock; and a floor never turns nothing into something
    let mut allowance = component("clearance", each(&[]), times(number("1"), col(Col::Amount)));
    allowance.floor = Some(money("1"));
    allowance.cap = Some(money("50"));
    let pays = |amount: &str| {
        total(&Story::new(policy(vec![allowance.clone()]), vec![activation("e", "2026-07-03", &[(Col::Amount, amount)])]).month("2026-07"))
    };
    assert_eq!(["0", "0.20", "40", "70"].map(pays), ["0", "1", "40", "50"].map(yuan));
}
