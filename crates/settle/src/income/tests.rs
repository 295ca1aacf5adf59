//! Income sheets and the distance to the next step.

use super::*;
use crate::statement::fixture::{outcome, statements, with_terms};
use qudao_policy::model::Step;

/// The sheet of the month, to the character.
const GOLDEN: &str = "\
收入表 2026年7月 · 长沙县星沙街道城东通信技术服务有限公司 P00012\n\n\
\x20 类别  笔数   本月(¥)   上月(¥)\n\
\x20 ──────────────────────────────\n\
\x20 酬金   105  3,116.20  1,514.22\n\
\x20 返利     1  2,560.75  2,560.75\n\
\x20 补贴    20    100.00     50.00\n\
\x20 奖励     1  1,300.00  1,300.00\n\
\x20 ──────────────────────────────\n\
\x20 合计        7,076.95\n\
\x20 积分 200\n\
\x20 待释放(¥) 1,857.60\n\
\x20 月度发展量：已达 280，下一台阶 300，还差 20，可多得 ¥850.00\n";

fn literal(expr: &Expr) -> Option<BigRational> {
    match expr {
        Expr::Money(fen) => Some(BigRational::from_integer(BigInt::from(*fen))),
        Expr::Number { mantissa, scale } => Some(BigRational::new(BigInt::from(*mantissa), BigInt::from(10).pow(u32::from(*scale)))),
        _ => None,
    }
}

fn ladder(mode: LadderMode, closed: Closed, steps: &[(i64, i64, i64)]) -> Ladder {
    let step = |(from, each, flat): &(i64, i64, i64)| Step {
        from: Expr::Number { mantissa: *from, scale: 0 },
        each: Some(Expr::Money(*each)),
        flat: Some(Expr::Money(*flat)),
    };
    let steps = steps.iter().map(step).collect();
    Ladder { name: "steps".into(), title: "月度发展量".into(), mode, closed, input: Type::Number, output: Type::Money, steps }
}

fn step(ladder: &Ladder, actual: i64) -> Option<(i64, Option<i64>)> {
    let actual = BigRational::from_integer(BigInt::from(actual));
    next_step(ladder, "c", &actual, literal).map(|step| (step.gap(), step.gain.map(|gain| gain.0)))
}

#[test]
fn the_gap_is_threshold_minus_actual() {
    // R1.55
    let whole = ladder(LadderMode::Whole, Closed::Below, &[(0, 500, 0), (300, 500, 85_000)]);
    assert_eq!(step(&whole, 280), Some((2_000, Some(20 * 500 + 85_000))));
    assert_eq!(step(&whole, 299), Some((100, Some(500 + 85_000))));
    assert_eq!(step(&whole, 300), None, "the last step has no next");
    let marginal = ladder(LadderMode::Marginal, Closed::Below, &[(0, 500, 0), (100, 700, 0), (200, 900, 1_000)]);
    assert_eq!(step(&marginal, 150), Some((5_000, Some(50 * 700 + 1_000))));
    let above = ladder(LadderMode::Whole, Closed::Above, &[(0, 500, 0), (300, 700, 0)]);
    assert_eq!(step(&above, 300), Some((0, Some(300 * 200))), "on a threshold that must be exceeded");
    let curve = ladder(LadderMode::Curve, Closed::Below, &[(0, 0, 0), (100, 0, 10_000), (200, 0, 40_000)]);
    assert_eq!(step(&curve, 50), Some((5_000, Some(5_000))));
    assert_eq!(step(&curve, 150), Some((5_000, Some(15_000))));
}

#[test]
fn categories_follow_the_title_unless_set() {
    let none = BTreeMap::new();
    let of = |title: &str| Category::of("p", "c", title, &none);
    assert_eq!(
        [of("空中充值返利"), of("店员推荐补贴"), of("终端差价"), of("月度台阶奖励"), of("新入网代办费"), of("虚假开户扣罚")],
        [Category::Rebate, Category::Subsidy, Category::Margin, Category::Reward, Category::Commission, Category::Penalty]
    );
    let set = BTreeMap::from([("p/c".to_owned(), Category::Margin)]);
    assert_eq!(Category::of("p", "c", "店员推荐补贴", &set), Category::Margin);
}

#[test]
fn a_month_reads_as_an_income_sheet() {
    // R1.55, R1.42: every fen of money income is in one category
    let (now, before) = (outcome(60), outcome(30));
    let (now, before) =
        with_terms(Lang::Zh, |terms| (statements(terms, &now).unwrap().remove(0), statements(terms, &before).unwrap().remove(0)));
    let sheet = sheet(&now, Some(&before), &BTreeMap::new()).unwrap();
    let money: i64 = now.sections.iter().filter(|section| section.destination != Destination::Points).map(|section| section.total.0).sum();
    assert_eq!(sheet.total.0, money);
    assert_eq!(sheet.text(Lang::Zh), GOLDEN);
    assert!(sheet.text(Lang::En).contains("20 missing, which would add ¥850.00"));
}
