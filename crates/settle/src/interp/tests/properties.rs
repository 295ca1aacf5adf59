//! What holds whatever the figures.

use crate::interp::number::share_out;
use crate::interp::run;
use crate::testing::*;
use proptest::prelude::*;
use qudao_kernel::Remainder;
use qudao_kernel::facts::Col;
use qudao_policy::model::{Fact, Instalment, Key, OnFail, Order, Payee, Policy, Schedule, Share, Span};

fn rich_policy() -> Policy {
    let mut basic = component("basic", each(&["activation"]), times(number("17.3%"), col(Col::PlanFee)));
    basic.payees = vec![Share { payee: Payee::Partner, ppm: 700_001 }, Share { payee: Payee::Ancestor(1), ppm: 299_999 }];
    basic.once = Some(Col::Imei);
    let part = |ppm, month| Instalment { ppm, month, gate: None, on_fail: OnFail::Forfeit };
    basic.schedule =
        Some(Schedule { parts: vec![part(333_333, 0), part(333_333, 1), part(333_334, 2)], remainder: Remainder::Largest, pause: None });
    let promo = component("promo", each(&["activation"]), money("7"));
    let mut policy = policy(vec![basic, promo]);
    policy.caps.push(qudao_policy::model::Cap {
        name: "c".into(),
        components: vec![0, 1],
        key: Key::Partner,
        span: Span::Month,
        amount: money("150"),
        order: Order::HighestFirst,
    });
    policy
}

fn some_facts() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec((1_u32..=28, 0_u32..20_000, 0_u32..6), 0..40).prop_map(|rows| {
        let one = |(index, (day, fee, imei)): (usize, (u32, u32, u32))| {
            let (fee, imei) = (format!("{}.{:02}", fee / 100, fee % 100), format!("{imei}"));
            activation(&format!("e{index}"), &format!("2026-07-{day:02}"), &[(Col::PlanFee, &fee), (Col::Imei, &imei)])
        };
        rows.into_iter().enumerate().map(one).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// R0.3: whatever is admitted is on lines and obligations, to the fen.
    #[test]
    fn what_is_accrued_is_paid_or_owed(facts in some_facts()) {
        let mut story = Story::new(rich_policy(), facts);
        let outcome = story.month("2026-07");
        for line in &outcome.lines {
            let owed: i64 = outcome.obligations.iter().filter(|due| (&due.basis, &due.component, &due.payee) == (&line.basis, &line.component, &line.payee)).map(|due| due.amount).sum();
            prop_assert_eq!(line.accrued, line.amount + owed);
        }
        prop_assert!(outcome.lines.iter().map(|line| line.accrued).sum::<i64>() <= yuan("150"));
        let later = total(&story.month("2026-08")) + total(&story.month("2026-09"));
        prop_assert_eq!(later, outcome.obligations.iter().map(|due| due.amount).sum::<i64>());
        // doubling the time does not double the pay
        prop_assert_eq!(total(&story.month("2026-10")), 0);
    }

    /// The order of files and rows does not matter.
    #[test]
    fn the_order_of_facts_does_not_matter(facts in some_facts(), turn in 0_usize..40) {
        let story = Story::new(rich_policy(), facts.clone());
        let mut other = Story::new(rich_policy(), facts);
        other.facts.reverse();
        let turn = turn % other.facts.len().max(1);
        other.facts.rotate_left(turn);
        prop_assert_eq!(run(&story.input("2026-07")).unwrap(), run(&other.input("2026-07")).unwrap());
    }

    #[test]
    fn shares_sum_to_the_whole(total in any::<i64>(), weights in prop::collection::vec(1_i64..i64::MAX, 1..20)) {
        let weights: Vec<_> = weights.into_iter().map(crate::interp::number::whole).collect();
        let parts = share_out(total, &weights).unwrap();
        prop_assert_eq!(parts.into_iter().map(i128::from).sum::<i128>(), i128::from(total));
    }
}
