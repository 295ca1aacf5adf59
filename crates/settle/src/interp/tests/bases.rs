//! Lines, groups, ranks, pools, clawbacks, measures.

use crate::testing::*;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::territory::Level;
use qudao_policy::model::{
    Agg, Basis, Closed, Component, Expr, Field, GroupPay, Key, LadderMode, Op, Payee, Rollup, Share, Source, Span, Type, Window,
};

fn monthly(name: &str, amount: Expr) -> Component {
    component(name, Basis::Group { key: Key::Partner, span: Span::Month, pay: GroupPay::AtEnd }, amount)
}

fn volume(key: Key, window: Window) -> qudao_policy::model::Measure {
    measure(key, window, &["terminal_sale"], Agg::Sum(col(Col::Amount)))
}

fn sale(id: &str, on: &str, partner: &str, amount: &str) -> qudao_policy::model::Fact {
    fact(Table::BusinessEvent, id, on, &[(Col::Kind, "terminal_sale"), (Col::Partner, partner), (Col::Amount, amount)])
}

#[test]
fn silver_volume_counts_whole_for_its_provider_and_once_for_the_company() {
    // N8, S20; relinked on 1 July: N9
    let mut policy = policy(vec![monthly("own", Expr::Measure(0)), monthly("all", Expr::Measure(1))]);
    policy.measures = vec![volume(Key::Partner, Window::ToDate(Span::Month)), volume(Key::Company, Window::ToDate(Span::Month))];
    policy.measures[0].rollup = Some(Rollup { tiers: vec!["银牌增值代理商".into()], share: number("100%") });
    let facts = vec![
        sale("v", "2026-06-30", "V1", "600000"),
        sale("a", "2026-06-30", "A", "250000"),
        sale("b", "2026-06-30", "B", "150000"),
        sale("c", "2026-07-01", "A", "1000"),
    ];
    let mut story = Story::new(policy, facts);
    let at = |from: &str, to: &str| qudao_kernel::master::Span { from: day(from), to: day(to) };
    for (code, parent, span) in [
        ("V2", "", at("2020-01-01", "2100-01-01")),
        ("A", "V1", at("2020-01-01", "2026-07-01")),
        ("A", "V2", at("2026-07-01", "2100-01-01")),
        ("B", "V1", at("2020-01-01", "2100-01-01")),
    ] {
        story.master.add_partner(qudao_kernel::master::Partner { span, ..partner(code, parent, "银牌增值代理商") });
        story.master.add_agreement(agreement(code));
    }
    let june = story.month("2026-06");
    let own: Vec<String> = said(&june).into_iter().filter(|line| line.contains(" own ")).collect();
    assert_eq!(own, ["earn own A A 250000.00", "earn own B B 150000.00", "earn own V1 V1 1000000.00"]);
    assert!(june.lines.iter().filter(|line| line.component == "all").all(|line| line.amount == yuan("1000000")));
    let july: Vec<String> = said(&story.month("2026-07")).into_iter().filter(|line| line.contains(" own ")).collect();
    assert_eq!(july, ["earn own A A 1000.00", "earn own V2 V2 1000.00"]);
}

#[test]
fn a_yearly_ladder_paid_monthly_pays_only_what_comes_on_top() {
    let amount = Expr::Ladder(0, Box::new(Expr::Measure(0)));
    let mut policy =
        policy(vec![component("year", Basis::Group { key: Key::Partner, span: Span::Year, pay: GroupPay::Cumulative }, amount)]);
    policy.measures.push(volume(Key::Partner, Window::ToDate(Span::Year)));
    // N26: 50 000 and more gives 2 %
    policy.ladders.push(ladder(
        LadderMode::Whole,
        Closed::Below,
        Type::Money,
        vec![(money("0"), None, None), (money("50000"), Some(number("2%")), None)],
    ));
    let facts = vec![
        sale("a", "2026-01-05", "P1", "49999.99"),
        sale("b", "2026-02-05", "P1", "0.01"),
        sale("c", "2026-04-05", "P1", "10000"),
        sale("d", "2027-01-05", "P1", "1"),
    ];
    let mut story = Story::new(policy, facts);
    let paid: Vec<i64> = ["2026-01", "2026-02", "2026-03", "2026-04", "2027-01"].iter().map(|month| total(&story.month(month))).collect();
    assert_eq!(paid, ["0", "1000", "0", "200", "0"].map(yuan));
}

#[test]
fn overrides_take_a_share_of_the_line_or_of_its_base() {
    // G14: 30 / 6 / 4 % of the sale, two levels up
    let mut own = component("own", each(&[]), times(number("30%"), col(Col::Amount)));
    own.payees = vec![Share { payee: Payee::Partner, ppm: 1_000_000 }];
    let over = |name: &str, rate: &str, level: u8| {
        let mut over = component(name, Basis::Lines { of: vec![0] }, times(number(rate), Expr::Field(Field::LineBase)));
        over.payees = vec![Share { payee: Payee::Ancestor(level), ppm: 1_000_000 }];
        over
    };
    let mut cascade = component("cascade", Basis::Lines { of: vec![0, 1] }, times(number("10%"), Expr::Field(Field::LineAmount)));
    cascade.payees = vec![Share { payee: Payee::Ancestor(1), ppm: 1_000_000 }];
    let facts =
        vec![fact(Table::BusinessEvent, "e", "2026-07-01", &[(Col::Kind, "activation"), (Col::Partner, "C"), (Col::Amount, "200")])];
    let mut story = Story::new(policy(vec![own, over("up1", "6%", 1), over("up2", "4%", 2), cascade]), facts);
    for (code, parent) in [("A", ""), ("B", "A"), ("C", "B")] {
        story.master.add_partner(partner(code, parent, ""));
        story.master.add_agreement(agreement(code));
    }
    let outcome = story.month("2026-07");
    // the cascade is paid to the parent of the one who got the base line
    assert_eq!(
        said(&outcome),
        ["earn cascade e A 1.20", "earn up2 e A 8.00", "earn cascade e B 6.00", "earn up1 e B 12.00", "earn own e C 60.00"]
    );
    let parts: Vec<u32> = outcome.lines.iter().filter(|line| line.component == "cascade").map(|line| line.part).collect();
    assert_eq!(parts, [16, 0]);
}

#[test]
fn the_best_of_each_province_are_paid_by_place() {
    let place = Expr::If(Box::new(op(Op::Eq, Expr::Field(Field::Rank), number("1"))), Box::new(money("100")), Box::new(money("50")));
    let rank = Basis::Rank { key: Key::Partner, span: Span::Year, by: Expr::Measure(0), within: Some(Level::Province), top: 2 };
    let mut policy = policy(vec![component("award", rank, place)]);
    policy.measures.push(volume(Key::Partner, Window::ToDate(Span::Year)));
    let codes = [("A", "430102", "10"), ("B", "430201", "30"), ("C", "430301", "30"), ("D", "440101", "1")];
    let mut story = Story::new(policy, codes.iter().map(|(code, _, amount)| sale(code, "2026-03-01", code, amount)).collect());
    for (code, territory, _) in codes {
        story.master.add_partner(qudao_kernel::master::Partner { territory: territory.into(), ..partner(code, "", "") });
        story.master.add_agreement(agreement(code));
    }
    assert!(said(&story.month("2026-11")).is_empty());
    assert_eq!(said(&story.month("2026-12")), ["earn award B B 100.00", "earn award C C 50.00", "earn award D D 100.00"]);
}

#[test]
fn the_subsidy_pool_is_shared_out_by_contribution() {
    // N5, N6, S12
    let shared = |amounts: &[&str]| {
        let pool = Basis::Pool { key: Key::Partner, span: Span::Month, weight: Expr::Measure(0) };
        let mut policy = policy(vec![component("subsidy", pool, money("130000"))]);
        policy.measures.push(volume(Key::Partner, Window::ToDate(Span::Month)));
        let codes = ["A", "B", "C"];
        let mut story =
            Story::new(policy, codes.iter().zip(amounts).map(|(code, amount)| sale(code, "2026-03-01", code, amount)).collect());
        for code in codes {
            story.master.add_partner(partner(code, "", ""));
            story.master.add_agreement(agreement(code));
        }
        story.month("2026-03").lines.iter().map(|line| line.amount).collect::<Vec<_>>()
    };
    assert_eq!(shared(&["500000", "300000", "200000"]), ["65000", "39000", "26000"].map(yuan));
    assert_eq!(shared(&["1", "1", "1"]), ["43333.34", "43333.33", "43333.33"].map(yuan));
    assert!(shared(&["0", "0", "0"]).is_empty());
}

fn points(facts: Vec<qudao_policy::model::Fact>) -> i64 {
    // N25: a point for each 100 yuan paid, refunds take them back
    let signed = Expr::If(
        Box::new(op(Op::Eq, col(Col::Kind), text("refund"))),
        Box::new(Expr::Neg(Box::new(col(Col::Amount)))),
        Box::new(col(Col::Amount)),
    );
    let mut each_payment = component(
        "points",
        Basis::Each { table: Table::Cash, kinds: vec!["collection".into(), "refund".into()] },
        op(Op::Div, signed, number("100")),
    );
    each_payment.destination = qudao_policy::model::Destination::Points;
    total(&Story::new(policy(vec![each_payment]), facts).month("2026-07"))
}

#[test]
fn points_count_a_payment_once_and_give_back_a_refund() {
    let cash = |id: &str, kind: &str, amount: &str| {
        fact(Table::Cash, id, "2026-07-03", &[(Col::Kind, kind), (Col::Partner, "P1"), (Col::Amount, amount)])
    };
    let paid = cash("c1", "collection", "10000");
    assert_eq!(points(vec![paid.clone()]), yuan("100"));
    assert_eq!(points(vec![paid.clone(), paid.clone()]), yuan("100"));
    assert_eq!(points(vec![paid, cash("c2", "refund", "3000")]), yuan("70"));
}

#[test]
fn totals_of_lines_see_this_run_and_earlier_ones() {
    let basic = component("basic", each(&[]), money("10"));
    let bonus = monthly("bonus", times(number("10%"), Expr::Measure(0)));
    let mut policy = policy(vec![basic, bonus]);
    policy.measures.push(qudao_policy::model::Measure {
        source: Source::Lines { of: vec![0] },
        ..volume(Key::Partner, Window::Months { from: 1, to: 0 })
    });
    let mut story = Story::new(policy, vec![activation("a", "2026-07-01", &[]), activation("b", "2026-08-01", &[])]);
    assert_eq!(total(&story.month("2026-07")), yuan("11"));
    assert_eq!(said(&story.month("2026-08")), ["earn basic b P1 10.00", "earn bonus P1 P1 2.00"]);
    // September: no new line, but August is in the window
    assert_eq!(said(&story.month("2026-09")), ["earn bonus P1 P1 1.00"]);
}

#[test]
fn retention_looks_at_the_cohort_of_three_months_ago_as_it_is_now() {
    // 珠海: still active of the cohort sold three months before; N24 as a ratio
    let share = op(Op::Div, Expr::Measure(0), Expr::Measure(1));
    let mut policy = policy(vec![monthly("kept", times(money("100"), share))]);
    let window = Window::Months { from: 3, to: 3 };
    policy.measures =
        vec![measure(Key::Partner, window, &["activation"], Agg::Count), measure(Key::Partner, window, &["activation"], Agg::Count)];
    if let Source::Facts { filter, .. } = &mut policy.measures[0].source {
        *filter = sub(Col::Active);
    }
    let mut facts: Vec<_> =
        (0..10).map(|index| activation(&format!("e{index}"), "2026-06-10", &[(Col::Subscriber, &format!("s{index}"))])).collect();
    facts.extend((0..5).map(|index| {
        fact(Table::SubscriberMonth, &format!("m{index}"), "2026-09", &[(Col::Subscriber, &format!("s{index}")), (Col::Active, "true")])
    }));
    assert_eq!(total(&Story::new(policy, facts).month("2026-09")), yuan("50"));
}

#[test]
fn distinct_active_and_idle_months_are_counted_for_the_outlet() {
    let per_outlet = |agg: Agg, window: Window| {
        let group = Basis::Group { key: Key::Outlet, span: Span::Month, pay: GroupPay::AtEnd };
        let mut policy = policy(vec![component("n", group, times(money("1"), Expr::Measure(0)))]);
        policy.measures.push(measure(Key::Outlet, window, &["activation"], agg));
        let facts = vec![
            activation("a", "2026-05-01", &[(Col::Imei, "1")]),
            activation("b", "2026-05-02", &[(Col::Imei, "1")]),
            activation("c", "2026-07-02", &[(Col::Imei, "2")]),
            activation("d", "2026-07-03", &[]),
        ];
        let outcome = Story::new(policy, facts).month("2026-07");
        assert!(outcome.lines.iter().all(|line| line.basis == "P1/O1" && line.outlet == "O1"));
        total(&outcome)
    };
    let half_year = Window::Months { from: 5, to: 0 };
    assert_eq!(per_outlet(Agg::Distinct(Col::Imei), half_year), yuan("2"));
    assert_eq!(per_outlet(Agg::ActiveMonths, half_year), yuan("2"));
    assert_eq!(per_outlet(Agg::IdleMonths, half_year), yuan("4"));
    assert_eq!(per_outlet(Agg::IdleMonths, Window::ToDate(Span::Quarter)), yuan("0"));
}

#[test]
fn clawbacks_take_only_what_exceeds_the_share_dearest_first() {
    // A2, A3: more than 10 % and more than 2 suspects; only what exceeds 10 %
    let taken = |beyond: Option<Expr>| {
        let when = op(
            Op::And,
            op(Op::Gt, Expr::Field(Field::SuspectShare), number("10%")),
            op(Op::Gt, Expr::Field(Field::SuspectCount), number("2")),
        );
        let hunt = Basis::Clawback { key: Key::Outlet, of: vec![0, 1], suspect: op(Op::Eq, col(Col::Class), text("养机")), when, beyond };
        let basic = component("basic", each(&[]), times(number("20%"), col(Col::PlanFee)));
        let extra = component("extra", each(&[]), money("1"));
        let mut facts: Vec<_> = (0..17).map(|index| activation(&format!("e{index:02}"), "2026-07-01", &[(Col::PlanFee, "59")])).collect();
        facts.extend((0..3).map(|index| {
            activation(&format!("x{index}"), "2026-07-01", &[(Col::PlanFee, &format!("{}", 100 + index)), (Col::Class, "养机")])
        }));
        let outcome = Story::new(policy(vec![basic, extra, component("fake", hunt, money("0"))]), facts).month("2026-07");
        said(&outcome).into_iter().filter(|line| line.starts_with("reverse")).collect::<Vec<_>>()
    };
    assert_eq!(taken(Some(number("10%"))), ["reverse fake x2 P1 -20.40", "reverse fake x2 P1 -1.00"]);
    assert_eq!(taken(None).len(), 6);
    assert_eq!(taken(Some(number("15%"))).len(), 0);
}
