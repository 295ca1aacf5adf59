//! Once, exclusive groups, joint caps, budgets.

use crate::testing::*;
use qudao_kernel::facts::Col;
use qudao_policy::model::{Budget, Cap, Component, Exclusive, Key, Op, Order, Pick, Span};

fn flat(name: &str, amount: &str) -> Component {
    component(name, each(&[]), money(amount))
}

#[test]
fn a_handset_is_paid_once_ever() {
    let mut once = flat("once", "50");
    once.once = Some(Col::Imei);
    let sale = |id: &str, on: &str, imei: &str| activation(id, on, &[(Col::Imei, imei)]);
    let facts = vec![
        sale("b", "2026-07-02", "1"),
        sale("a", "2026-07-02", "1"),
        sale("c", "2026-07-03", ""),
        sale("d", "2026-07-03", ""),
        sale("e", "2026-08-01", "1"),
    ];
    let mut story = Story::new(policy(vec![once]), facts);
    let outcome = story.month("2026-07");
    assert_eq!(said(&outcome), ["earn once a P1 50.00", "earn once c P1 50.00", "earn once d P1 50.00"]);
    assert_eq!(reasons(&outcome), ["once b already_paid 50.00"]);
    assert_eq!(reasons(&story.month("2026-08")), ["once e already_paid 50.00"]);
}

#[test]
fn of_an_exclusive_group_one_pays() {
    let pays = |pick: Pick| {
        let mut specific = flat("specific", "10");
        specific.filter = op(Op::Eq, col(Col::Class), text("品牌客户"));
        let mut policy = policy(vec![flat("first", "5"), specific, flat("best", "20"), flat("fine", "-1")]);
        policy.exclusives.push(Exclusive { name: "g".into(), components: vec![0, 1, 2, 3], pick });
        let outcome = Story::new(policy, vec![activation("e", "2026-07-03", &[(Col::Class, "品牌客户")])]).month("2026-07");
        (said(&outcome), reasons(&outcome))
    };
    let (lines, why) = pays(Pick::Best);
    assert_eq!(lines, ["earn best e P1 20.00", "earn fine e P1 -1.00"]);
    assert_eq!(why, ["first e excluded 5.00", "specific e excluded 10.00"]);
    assert_eq!(pays(Pick::First).0, ["earn fine e P1 -1.00", "earn first e P1 5.00"]);
    assert_eq!(pays(Pick::MostSpecific).0, ["earn fine e P1 -1.00", "earn specific e P1 10.00"]);
}

#[test]
fn a_joint_cap_cuts_the_line_that_crosses() {
    let capped = |order: Order, months: &[&str]| {
        let mut policy = policy(vec![flat("a", "30"), flat("b", "40")]);
        policy.caps.push(Cap {
            name: "c".into(),
            components: vec![0, 1],
            key: Key::Partner,
            span: Span::Quarter,
            amount: money("100"),
            order,
        });
        let facts = vec![activation("x", "2026-07-01", &[]), activation("y", "2026-07-02", &[]), activation("z", "2026-08-02", &[])];
        let mut story = Story::new(policy, facts);
        months.iter().map(|month| story.month(month)).map(|outcome| (said(&outcome), reasons(&outcome))).collect::<Vec<_>>()
    };
    let by_day = capped(Order::ByDay, &["2026-07", "2026-08"]);
    assert_eq!(by_day[0].0, ["earn a x P1 30.00", "earn a y P1 30.00", "earn b x P1 40.00"]);
    assert_eq!(by_day[0].1, ["b y capped 40.00"]);
    // the quarter's cap is used up: nothing is left in August
    assert_eq!(by_day[1].1, ["a z capped 30.00", "b z capped 40.00"]);
    let highest = capped(Order::HighestFirst, &["2026-07"]);
    assert_eq!(highest[0].0, ["earn a x P1 20.00", "earn b x P1 40.00", "earn b y P1 40.00"]);
    assert_eq!(highest[0].1, ["a x capped 10.00", "a y capped 30.00"]);
}

#[test]
fn a_budget_refuses_what_crosses_and_all_that_follow() {
    // N42: 0.02 against 0.01 left; S12: 130 000.00
    let granted = |partial: bool| {
        let mut policy = policy(vec![component("promo", each(&[]), times(number("1"), col(Col::Amount)))]);
        policy.budgets.push(Budget {
            name: "b".into(),
            components: vec![0],
            span: None,
            amount: money("130000"),
            order: Order::ByDay,
            partial,
        });
        let claim = |id: &str, on: &str, amount: &str| activation(id, on, &[(Col::Amount, amount)]);
        let mut story = Story::new(
            policy,
            vec![claim("a", "2026-07-01", "129999.99"), claim("b", "2026-08-01", "0.02"), claim("c", "2026-08-02", "0.01")],
        );
        story.month("2026-07");
        let outcome = story.month("2026-08");
        (said(&outcome), reasons(&outcome))
    };
    assert_eq!(granted(false), (vec![], vec!["promo b budget_exhausted 0.02".into(), "promo c budget_exhausted 0.01".into()]));
    let (lines, why) = granted(true);
    assert_eq!(lines, ["earn promo b P1 0.01"]);
    assert_eq!(why, ["promo b budget_exhausted 0.01", "promo c budget_exhausted 0.01"]);
}
