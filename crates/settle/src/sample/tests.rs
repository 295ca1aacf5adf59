use super::*;
use crate::testing::*;
use qudao_policy::model::{Agg, Basis, GroupPay, Key, LadderMode, Payee, Share, Span, Type, Window};

/// 20 % of the plan fee to the partner, a tenth of it to the parent, and a step on the number of cards.
fn paying() -> qudao_policy::model::Policy {
    let basic = component("basic", each(&["activation"]), times(number("20%"), col(Col::PlanFee)));
    let mut up = component("up", each(&["activation"]), times(number("2%"), col(Col::PlanFee)));
    up.payees = vec![Share { payee: Payee::Ancestor(1), ppm: 1_000_000 }];
    let ladder_pay = qudao_policy::model::Expr::Ladder(0, Box::new(qudao_policy::model::Expr::Measure(0)));
    let step = component("step", Basis::Group { key: Key::Partner, span: Span::Month, pay: GroupPay::AtEnd }, ladder_pay.clone());
    let mut whole = component("whole", Basis::Group { key: Key::Partner, span: Span::Month, pay: GroupPay::AtEnd }, ladder_pay);
    whole.amount = qudao_policy::model::Expr::Ladder(0, Box::new(qudao_policy::model::Expr::Measure(1)));
    let mut policy = policy(vec![basic, up, step, whole]);
    for key in [Key::Partner, Key::Company] {
        policy.measures.push(measure(key, Window::ToDate(Span::Month), &["activation"], Agg::Count));
    }
    let closed = qudao_policy::model::Closed::Below;
    policy.ladders.push(ladder(LadderMode::Whole, closed, Type::Number, vec![(number("2"), None, Some(money("10")))]));
    policy
}

fn story() -> Story {
    let sale = |id: &str| activation(id, "2026-07-03", &[(Col::PlanFee, "129")]);
    Story::new(paying(), vec![sale("a"), sale("b")])
}

/// What a run wrote for an account.
fn account(outcome: &Outcome, partner: &str) -> Outcome {
    let mut account = outcome.clone();
    account.lines.retain(|line| line.partner == partner);
    account.obligations.retain(|row| row.partner == partner);
    account.reasons.retain(|row| row.partner == partner);
    account
}

#[test]
fn what_the_engine_wrote_is_judged_by_the_partners_own_rows() {
    // R0.3: the totals of the company are not among them, nor is what goes to the parent
    let story = story();
    let own = Own::new(&story.policies);
    assert_eq!(own.count(), (3, 4));
    let outcome = run(&story.input("2026-07")).unwrap();
    let compared = compare(&story.input("2026-07"), "P1", &account(&outcome, "P1")).unwrap();
    assert_eq!(compared, Compared { lines: 3, obligations: 0, reasons: 0 });
    assert_eq!(compare(&story.input("2026-07"), "V1", &account(&outcome, "V1")).unwrap(), Compared::default());
}

#[test]
fn a_wrong_amount_or_a_lost_row_is_named() {
    let story = story();
    let outcome = account(&run(&story.input("2026-07")).unwrap(), "P1");
    let mut wrong = outcome.clone();
    wrong.lines.iter_mut().find(|line| line.component == "step").unwrap().amount += 1;
    let refusal = compare(&story.input("2026-07"), "P1", &wrong).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (qudao_kernel::Kind::Bug, "settle.sample.differs"));
    assert!(
        refusal.text.en.contains("which has p/step/P1/P1 Earn 10.00 where the engine has p/step/P1/P1 Earn 10.01"),
        "{}",
        refusal.text.en
    );
    let mut lost = outcome;
    lost.lines.retain(|line| line.basis != "b");
    let refusal = compare(&story.input("2026-07"), "P1", &lost).unwrap_err();
    assert!(refusal.text.zh.contains("明细与逐笔解释不一致"), "{}", refusal.text.zh);
}

#[test]
fn what_hangs_on_rows_elsewhere_is_left_open() {
    let mut policy = paying();
    policy.components[0].filter = sub(Col::Active);
    let sale = |id: &str, subscriber: &str| activation(id, "2026-07-03", &[(Col::PlanFee, "129"), (Col::Subscriber, subscriber)]);
    let cells = [(Col::Subscriber, "s1"), (Col::Active, "true"), (Col::Outlet, "O1")];
    let active = fact(Table::SubscriberMonth, "m1", "2026-07", &cells);
    let story = Story::new(policy, vec![sale("a", "s1"), sale("b", "s2"), active]);
    let mut outcome = account(&run(&story.input("2026-07")).unwrap(), "P1");
    let judged = compare(&story.input("2026-07"), "P1", &outcome).unwrap();
    // the state of s2 may stand at another partner: whether its card is paid is not judged, the step is
    assert_eq!(judged.lines, 2);
    let line = outcome.lines.iter().find(|line| line.basis == "a").unwrap().clone();
    outcome.lines.push(qudao_policy::lines::Line { basis: "b".into(), ..line });
    assert_eq!(compare(&story.input("2026-07"), "P1", &outcome).unwrap(), judged);
}
