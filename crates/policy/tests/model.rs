//! What the model holds for a text.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Fen, Lang};
use qudao_policy::model::{Basis, Cell, Closed, Expr, Field, LadderMode, Op, Policy, PolicySet, Trigger, Within};
use qudao_policy::{SourceFile, compile, render};

fn set(texts: &[&str]) -> PolicySet {
    let files: Vec<SourceFile> = texts.iter().enumerate().map(|(index, text)| SourceFile::new(format!("{index}.policy"), *text)).collect();
    let out = compile(&files);
    let shown = render(&out.diagnostics, &files, Lang::En, false);
    out.set.unwrap_or_else(|| panic!("{shown}"))
}

fn policy(items: &str) -> Policy {
    set(&[&format!("policy demo version 1 {{ effective 2026-07-01 to 2026-12-31 {items} }}")]).policies.remove(0)
}

const PAID: &str = "round half up to fen to partner";

#[test]
fn splits_come_out_to_the_fen() {
    // R0.3, R8.12, N6, N30: the parts are the whole
    let shares = |to: &str| {
        let p = policy(&format!("component c {{ basis each activation amount ¥100.01 round half up to fen to {to} }}"));
        let weights: Vec<u64> = p.components[0].payees.iter().map(|share| share.ppm).collect();
        Fen(10_001).split(&weights, p.components[0].remainder).unwrap().into_iter().map(|part| part.0).collect::<Vec<_>>()
    };
    assert_eq!(shares("{ partner 1/3, outlet 1/3, clerk 1/3 } remainder largest"), [3334, 3334, 3333]);
    assert_eq!(shares("{ partner 70%, clerk 30% } remainder last"), [7000, 3001]);
    assert_eq!(shares("{ partner 2/7, parent 0.5, clerk 3/14 } remainder first"), [2858, 5000, 2143]);
    let p = policy(
        "component c { basis each activation amount ¥1.00 round half up to fen to { partner 33.3333%, clerk 66.6667% } remainder largest }",
    );
    assert_eq!(p.components[0].payees.iter().map(|share| share.ppm).collect::<Vec<_>>(), [333_333, 666_667]);
}

#[test]
fn a_policy_is_limited_to_level_place_and_time() {
    // R0.4, R4.9: in force from the first to the last day; tier and territory in the scope
    let p = policy(&format!(
        "scope partner.tier = \"二级代理商\" and region under \"4301\" component c {{ basis each activation amount ¥1.00 {PAID} }}"
    ));
    assert_eq!((p.from.to_string(), p.to.to_string()), ("2026-07-01".to_owned(), "2027-01-01".to_owned()));
    let Expr::Binary(Op::And, _, under) = p.scope else { panic!() };
    assert_eq!(*under, Expr::Under(Box::new(Expr::Field(Field::Region)), vec!["4301".to_owned()]));
}

#[test]
fn rules_weigh_customer_class_plan_band_and_product_line() {
    // R4.52
    let p = policy(&format!(
        "ladder band whole per money pays number {{ from ¥0.00 below ¥59.00: flat 60%; from ¥59.00: flat 120% }}
         component c {{ basis each activation amount ¥50.00 * band(plan_fee) * match customer_class {{ \"品牌客户\": 1.5; else 1 }} * (if product.line = \"3G无线宽带\" then 2 else 1) {PAID} }}"
    ));
    assert!(matches!(p.components[0].amount, Expr::Binary(Op::Mul, ..)));
}

#[test]
fn step_rewards_hold_period_measure_thresholds_and_amounts() {
    // R4.53: the reached step once per period; the mode and the closed side are the text's
    let p = policy(&format!(
        "measure cards = count of activation per partner over month
         ladder step whole {{ above 0 to 100: nothing; above 100: flat ¥1000.00 }}
         component c {{ basis per partner per month amount step(cards) {PAID} }}"
    ));
    let ladder = &p.ladders[0];
    assert_eq!((ladder.mode, ladder.closed, ladder.steps.len()), (LadderMode::Whole, Closed::Above, 2));
    assert_eq!(ladder.steps[1].flat, Some(Expr::Money(100_000)));
}

#[test]
fn versions_follow_each_other() {
    // R0.4: the day one ends is the day before the next begins
    let one = |version: u32, days: &str| {
        format!("policy demo version {version} {{ effective {days} component c {{ basis each activation amount ¥1.00 {PAID} }} }}")
    };
    let both = set(&[&one(2, "2026-07-01"), &one(1, "2026-01-01 to 2026-06-30")]);
    assert_eq!(both.policies.iter().map(|policy| policy.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(both.policies[0].to, both.policies[1].from);
}

#[test]
fn components_are_computed_after_what_they_read() {
    let p = policy(&format!(
        "component extra {{ basis per partner per month amount 10% * paid {PAID} }}
         component over {{ basis each line of basic amount 10% * line.amount {PAID} }}
         component basic {{ basis each activation amount ¥1.00 {PAID} reverse on cancellation within 3 months pro rata }}
         component back {{ basis claw back of basic per partner where sub.minutes = 0 when suspect_count > 2 whole clause \"9\" }}
         measure paid = total of basic, over per partner over month"
    ));
    assert_eq!(p.order, [2, 1, 0, 3]);
    // The reversal of the base is copied into what stands on it.
    let reverse = p.components[1].reverse.clone().unwrap();
    assert_eq!(Some(&reverse), p.components[2].reverse.as_ref());
    assert_eq!((reverse.trigger, reverse.within), (Trigger::Kinds(vec!["cancellation".to_owned()]), Within::Months(3)));
    let gone = Expr::Binary(Op::Div, Box::new(Expr::Field(Field::ElapsedMonths)), Box::new(Expr::Number { mantissa: 3, scale: 0 }));
    assert_eq!(reverse.fraction, Expr::Binary(Op::Sub, Box::new(Expr::Number { mantissa: 1, scale: 0 }), Box::new(gone)));
    assert!(matches!(&p.components[3].basis, Basis::Clawback { beyond: None, of, .. } if of == &[2]));
}

#[test]
fn both_languages_make_one_model() {
    let zh = "政策 甲 版本 1 { 有效期 2026-07-01 酬金项 基本 { 依据 逐笔 开卡、续约 条件 套餐月费 ≥ 59.00元 且 非 用户.有记录 金额 20% × 套餐月费 舍入 四舍五入 到 分 付给 { 代理商 70%, 店员 30% } 余数归 首位 } }";
    let en = "policy 甲 version 1 { effective 2026-07-01 component 基本 { basis each activation, renewal where plan_fee >= ¥59.00 and not sub.exists amount 20% * plan_fee round half up to fen to { partner 70%; clerk 30% } remainder first } }";
    let (zh, en) = (set(&[zh]).policies.remove(0), set(&[en]).policies.remove(0));
    assert_eq!(zh.components[0].amount, en.components[0].amount);
    assert_eq!(
        (&zh.components[0].basis, &zh.components[0].filter, &zh.components[0].payees),
        (&en.components[0].basis, &en.components[0].filter, &en.components[0].payees)
    );
}

#[test]
fn an_example_has_its_defaults() {
    let p = policy(&format!(
        "component c {{ basis each activation amount ¥1.00 {PAID} }}
         example \"a\" {{ activation 2 times on 2026-07-01 {{ plan_fee: ¥59.00 }} subscriber_month s1 2026-07 {{ active: yes }} expect 2026-07 total = ¥2.00 }}
         example \"b\" {{ partner A {{ territory: \"4302\" }} activation e on 2026-07-01 {{ known_on: 2026-07-09, identity_verified: no }} activation f on 2026-07-01 {{ outlet: \"\" }} expect 2026-07 total = ¥1.00 }}"
    ));
    let (a, b) = (&p.examples[0], &p.examples[1]);
    let cell = |example: &qudao_policy::model::Example, fact: usize, col: Col| {
        example.facts[fact].cells.iter().find(|(known, _)| *known == col).map(|(_, cell)| cell.clone())
    };
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    assert_eq!((a.partners[0].code.as_str(), a.outlets[0].code.as_str(), a.agreements.len()), ("P1", "O1", 1));
    assert_eq!(
        (cell(a, 0, Col::EventId), cell(a, 1, Col::EventId), cell(a, 2, Col::EventId)),
        (text("x1-1"), text("x1-2"), text("s1|2026-07"))
    );
    assert_eq!(
        (cell(a, 0, Col::Kind), cell(a, 0, Col::Outlet), cell(a, 0, Col::Verified)),
        (text("activation"), text("O1"), Some(Cell::Bool(true)))
    );
    assert_eq!(a.facts[2].table, Table::SubscriberMonth);
    assert_eq!((b.outlets.len(), cell(b, 0, Col::Partner), cell(b, 0, Col::Verified)), (0, text("A"), Some(Cell::Bool(false))));
    assert_eq!(
        (cell(b, 0, Col::KnownOn), cell(b, 1, Col::Outlet), cell(b, 1, Col::Partner)),
        (Some(Cell::Date("2026-07-09".parse().unwrap())), text(""), None)
    );
}
