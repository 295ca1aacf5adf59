use super::*;
use crate::testing::*;
use proptest::prelude::*;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Span;
use qudao_policy::model::{
    Agg, Basis, Closed as Side, Expr, GroupPay, Instalment, Key, LadderMode, OnFail, Policy, Schedule, Type, Window,
};

fn paying() -> Policy {
    let mut basic = component("basic", each(&["activation"]), times(number("20%"), col(Col::PlanFee)));
    let part = |ppm, month| Instalment { ppm, month, gate: None, on_fail: OnFail::Forfeit };
    basic.schedule =
        Some(Schedule { parts: vec![part(500_000, 0), part(500_000, 1)], remainder: qudao_kernel::Remainder::Last, pause: None });
    basic.once = Some(Col::Imei);
    basic.reverse = Some(reverse_on("cancellation", 6, number("100%")));
    let ladder_pay = Expr::Ladder(0, Box::new(Expr::Measure(0)));
    let step =
        component("step", Basis::Group { key: Key::Partner, span: qudao_policy::model::Span::Month, pay: GroupPay::AtEnd }, ladder_pay);
    let mut policy = policy(vec![basic, step]);
    policy.measures.push(measure(Key::Partner, Window::ToDate(qudao_policy::model::Span::Month), &["activation"], Agg::Count));
    policy.ladders.push(ladder(LadderMode::Whole, Side::Below, Type::Number, vec![(number("2"), None, Some(money("10")))]));
    policy
}

fn sale(id: &str, on: &str) -> Fact {
    activation(id, on, &[(Col::PlanFee, "129"), (Col::Imei, id)])
}

/// June to August closed, September open.
fn closed(policy: Policy, facts: Vec<Fact>) -> Story {
    let mut story = Story::new(policy, facts);
    for period in ["2026-06", "2026-07", "2026-08"] {
        story.month(period);
    }
    story
}

fn again(story: &Story, facts: &[Fact], policies: &PolicySet, master: &Master) -> Rerun {
    let closed = Closed { policies, master, facts, posted: &story.lines, obligations: &[] };
    let old = Rules { policies: &story.policies, master: &story.master };
    rerun(&closed, month("2026-06"), month("2026-09"), Some((old, &News::between(&story.facts, facts)))).unwrap()
}

fn told(rerun: &Rerun) -> Vec<String> {
    let one = |one: &Adjustment| {
        format!(
            "{} {} {} {} {}",
            one.line.origin,
            one.line.component,
            one.line.basis,
            qudao_kernel::Fen(one.line.amount).plain(),
            one.why.text().en
        )
    };
    rerun.adjustments.iter().map(one).collect()
}

#[test]
fn a_rerun_that_changes_nothing_posts_nothing() {
    // N43, and the obligations left are those already there
    let story = closed(paying(), vec![sale("a", "2026-06-03"), sale("b", "2026-08-04")]);
    let rerun = again(&story, &story.facts, &story.policies, &story.master);
    assert_eq!(rerun.adjustments, []);
    assert_eq!(rerun.obligations, story.obligations);
}

#[test]
fn a_late_fact_posts_its_lines_and_what_follows_from_it() {
    let story = closed(paying(), vec![sale("a", "2026-06-03")]);
    let mut facts = story.facts.clone();
    let mut late = sale("late", "2026-06-30");
    late.cells.push((Col::KnownOn, qudao_policy::model::Cell::Date(day("2026-09-02"))));
    facts.push(late);
    let rerun = again(&story, &facts, &story.policies, &story.master);
    assert_eq!(
        told(&rerun),
        [
            "2026-06 basic late 12.90 event late became known only on 2026-09-02",
            "2026-06 step P1 10.00 a volume, total or limit it is computed from changed",
            "2026-07 basic late 12.90 event late became known only on 2026-09-02",
        ]
    );
    assert!(rerun.adjustments.iter().all(|one| one.line.period == month("2026-09") && one.line.kind == LineKind::Adjust));
    assert_eq!(rerun.adjustments[0].line.accrued, yuan("25.80"));
    // posted, a second re-run posts nothing more, and the handset counts as paid
    let mut after = Story { facts, ..story };
    after.lines.extend(rerun.adjustments.into_iter().map(|one| one.line));
    assert_eq!(again(&after, &after.facts, &after.policies, &after.master).adjustments, []);
    after.facts.push(activation("c", "2026-09-03", &[(Col::PlanFee, "129"), (Col::Imei, "late")]));
    assert_eq!(reasons(&after.month("2026-09")), ["basic c already_paid 25.80", "step P1 zero_amount 0.00"]);
    // and a cancellation takes back the adjusted line like any other
    after.facts.push(fact(
        Table::BusinessEvent,
        "r",
        "2026-10-01",
        &[(Col::Kind, "cancellation"), (Col::Ref, "late"), (Col::Outlet, "O1")],
    ));
    assert_eq!(said(&after.month("2026-10")), ["reverse basic late P1 -25.80"]);
}

#[test]
fn corrected_withdrawn_and_cancelled_facts_are_told_apart() {
    let story = closed(paying(), vec![sale("a", "2026-06-03"), sale("b", "2026-07-03")]);
    let corrected = vec![activation("a", "2026-06-03", &[(Col::PlanFee, "59"), (Col::Imei, "a")]), story.facts[1].clone()];
    assert_eq!(
        told(&again(&story, &corrected, &story.policies, &story.master)),
        ["2026-06 basic a -7.00 the data of event a were corrected", "2026-07 basic a -7.00 the data of event a were corrected"]
    );
    let withdrawn = vec![story.facts[0].clone()];
    assert_eq!(
        told(&again(&story, &withdrawn, &story.policies, &story.master)),
        ["2026-07 basic b -12.90 event b was withdrawn", "2026-08 basic b -12.90 event b was withdrawn"]
    );
    let mut cancelled = story.facts.clone();
    cancelled.push(fact(Table::BusinessEvent, "r", "2026-08-31", &[(Col::Kind, "cancellation"), (Col::Ref, "b"), (Col::Outlet, "O1")]));
    assert_eq!(
        told(&again(&story, &cancelled, &story.policies, &story.master)),
        ["2026-08 basic b -25.80 event r arrived after the month was closed"]
    );
}

#[test]
fn a_corrected_owner_moves_the_line_and_a_renewal_pays_it() {
    // N9, N29: the hierarchy or agreement was corrected after the month closed
    let story = closed(paying(), vec![sale("a", "2026-08-03")]);
    let mut moved = Master::default();
    for code in ["P1", "V1"] {
        moved.add_partner(partner(code, "", ""));
        moved.add_agreement(agreement(code));
    }
    moved.add_outlet(outlet("O1", "V1"));
    let told_moved = told(&again(&story, &story.facts, &story.policies, &moved));
    assert_eq!(told_moved.len(), 2);
    assert!(told_moved[0].starts_with("2026-08 basic a -12.90 the rows of partner P1"), "{told_moved:?}");
    assert!(told_moved[1].starts_with("2026-08 basic a 12.90 the rows of partner V1"), "{told_moved:?}");

    let mut lapsed = Story::new(paying(), vec![sale("a", "2026-08-03")]);
    lapsed.master = Master::default();
    lapsed.master.add_partner(partner("P1", "", ""));
    lapsed.master.add_outlet(outlet("O1", "P1"));
    lapsed.month("2026-08");
    assert_eq!(lapsed.lines, []);
    let mut renewed = lapsed.master.clone();
    renewed.add_agreement(qudao_kernel::master::Agreement {
        span: Span { from: day("2026-07-01"), to: day("2027-07-01") },
        ..agreement("P1")
    });
    let rerun = again(&lapsed, &lapsed.facts, &lapsed.policies, &renewed);
    assert!(told(&rerun)[0].starts_with("2026-08 basic a 12.90 the rows of partner P1"), "{rerun:?}");
}

#[test]
fn a_version_with_retroactive_effect_pays_the_difference() {
    let story = closed(paying(), vec![sale("a", "2026-08-03")]);
    let mut second = paying();
    second.version = 2;
    second.from = day("2026-08-01");
    second.components[0].amount = times(number("30%"), col(Col::PlanFee));
    let mut policies = story.policies.clone();
    policies.policies[0].to = second.from;
    policies.policies.push(second);
    let rerun = again(&story, &story.facts, &policies, &story.master);
    assert_eq!(told(&rerun), ["2026-08 basic a 6.45 policy p version 2 took the place of version 1"]);
    assert_eq!(rerun.obligations[0].amount, yuan("19.35"));
    assert_eq!(rerun.adjustments[0].why.text().zh, "政策 p 由第 1 版改为第 2 版");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever arrives late: what was posted and adjusted is what knowing everything in time would have given.
    #[test]
    fn posted_and_adjusted_is_what_it_should_have_been(days in prop::collection::vec((1_u32..=28, 6_u32..=8, any::<bool>()), 0..12)) {
        let all: Vec<(Fact, bool)> = days.iter().enumerate()
            .map(|(index, (day, month, late))| (sale(&format!("e{index}"), &format!("2026-{month:02}-{day:02}")), *late)).collect();
        let in_time = all.iter().filter(|(_, late)| !late).map(|(fact, _)| fact.clone()).collect();
        let everything: Vec<Fact> = all.into_iter().map(|(fact, _)| fact).collect();
        let story = closed(paying(), in_time);
        let rerun = again(&story, &everything, &story.policies, &story.master);
        let ideal = closed(paying(), everything);
        let posted: i64 = story.lines.iter().map(|line| line.amount).sum();
        let adjusted: i64 = rerun.adjustments.iter().map(|one| one.line.amount).sum();
        prop_assert_eq!(posted + adjusted, ideal.lines.iter().map(|line| line.amount).sum::<i64>());
        prop_assert_eq!(rerun.obligations, ideal.obligations);
    }
}
