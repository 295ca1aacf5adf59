//! Simulations: sums, who wins and loses, cliffs, budgets, and the documents.

use super::*;
use proptest::prelude::*;
use qudao_kernel::{Date, Fen, Lang, Month};
use qudao_policy::model::{Closed, Expr, Ladder, LadderMode, Step, Type};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn row(month_of: &str, partner: &str, component: &str, region: &str, amount: i64) -> SimRow {
    SimRow {
        month: month(month_of),
        partner: partner.into(),
        component: component.into(),
        region: region.into(),
        amount: Fen(amount),
        lines: 1,
    }
}

/// The step of the source: 300 pieces, 850.00 more.
fn ladder() -> Ladder {
    let step = |from: i64, each: i64, flat: i64| Step {
        from: Expr::Number { mantissa: from, scale: 0 },
        each: Some(Expr::Money(each)),
        flat: Some(Expr::Money(flat)),
    };
    Ladder {
        name: "steps".into(),
        title: "月度发展量台阶".into(),
        mode: LadderMode::Whole,
        closed: Closed::Below,
        input: Type::Number,
        output: Type::Money,
        steps: vec![step(0, 500, 0), step(100, 700, 0), step(300, 700, 85_000)],
    }
}

fn world(label: &str, factor: i64) -> SimTotals {
    let mut totals = SimTotals { label: label.into(), ladders: vec![shape("fees", &ladder(), &[])], ..SimTotals::default() };
    for (at, name) in ["2026-05", "2026-06", "2026-07"].into_iter().enumerate() {
        totals.units.insert(month(name), 4_000 + 100 * at as u64);
        for partner in 0..24_i64 {
            let code = format!("P{:05}", partner + 1);
            let region = ["430102", "430121", "430122", "430124"][partner as usize % 4];
            let size = 40_000_000 / (partner + 2) + 3_000 * partner;
            totals.rows.push(row(name, &code, "fees/新入网", region, size / 4));
            totals.rows.push(row(name, &code, "fees/台阶", region, (size / 10) * (100 + (factor - 100) * (partner - 9)) / 100));
            totals.rows.push(row(name, &code, "fees/宽带", region, size / 7 * factor / 100));
            let argument = 9_600 + partner * 1_000 + at as i64 * 300;
            totals.points.push(LadderPoint { month: month(name), key: code, ladder: "fees/steps".into(), argument });
        }
    }
    let first: Date = "2026-07-01".parse().unwrap();
    let drawn = (0..31).map(|day| (first.plus_days(day), Fen(700_000 * factor / 100 + 20_000 * i64::from(day % 7)))).collect();
    totals.budgets.push(BudgetUse { name: "fees/7 月促销预算".into(), limit: Fen(20_000_000), drawn });
    totals
}

fn names() -> Names {
    Names {
        components: [
            ("fees/新入网", "新入网代办费"),
            ("fees/台阶", "月度发展量台阶奖励"),
            ("fees/宽带", "宽带新装酬金(含调测与首年续费奖励)"),
        ]
        .map(|(key, name)| (key.to_owned(), name.to_owned()))
        .into(),
        regions: [("430102", "芙蓉区"), ("430121", "长沙县"), ("430122", "望城区"), ("430124", "宁乡市")]
            .map(|(key, name)| (key.to_owned(), name.to_owned()))
            .into(),
        partners: [("P00001".to_owned(), "星沙城东通信服务部".to_owned())].into(),
    }
}

#[test]
fn a_small_change_reads_to_the_fen() {
    // R0.34: total cost, cost per order, winners and losers, Δ against the rule in force
    let mut live = SimTotals { label: "现行".into(), ..SimTotals::default() };
    live.rows = vec![
        row("2026-07", "A", "c1", "4301", 10_000),
        row("2026-07", "B", "c1", "4302", 20_000),
        row("2026-07", "C", "c2", "4301", 5_000),
    ];
    live.units.insert(month("2026-07"), 3);
    let mut draft = SimTotals { label: "草案".into(), ..live.clone() };
    draft.rows =
        vec![row("2026-07", "A", "c1", "4301", 12_500), row("2026-07", "B", "c1", "4302", 19_000), row("2026-07", "D", "c3", "4301", 1)];
    let report = compare(&live, &[draft], 5).unwrap();
    let draft = &report.drafts[0];
    assert_eq!((report.live_cost.total, draft.cost.total, draft.delta), (Fen(35_000), Fen(31_501), Fen(-3_499)));
    assert_eq!((report.live_cost.per_unit, draft.cost.per_unit), (Some(1_166_667), Some(1_050_033)));
    let movement = &draft.partners;
    assert_eq!((movement.winners, movement.losers, movement.unchanged), (2, 2, 0));
    assert_eq!((movement.gained, movement.lost), (Fen(2_501), Fen(-6_000)));
    assert_eq!(movement.top_winners.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["A", "D"]);
    assert_eq!(movement.top_losers.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["C", "B"]);
    assert_eq!(draft.components.iter().map(|change| change.key.as_str()).collect::<Vec<_>>(), ["c2", "c1", "c3"]);
    // C loses all, B exactly 5 %, A gains 25 %, D is new
    let counts: Vec<u64> = movement.spread.iter().map(|bucket| bucket.partners).collect();
    assert_eq!(counts, [1, 0, 1, 0, 0, 0, 0, 1, 1]);
}

#[test]
fn cliffs_say_what_the_unit_adds_and_who_stands_near() {
    // R0.34: "unit 300 adds 850.00"
    let shape = shape("fees", &ladder(), &[]);
    assert_eq!(shape.edges, [Edge { at: 0, jump: Fen(0) }, Edge { at: 10_000, jump: Fen(20_000) }, Edge { at: 30_000, jump: Fen(85_000) }]);
    let live = world("现行", 100);
    let report = compare(&live, std::slice::from_ref(&live), 3).unwrap();
    let cliffs = &report.drafts[0].cliffs;
    assert_eq!((cliffs[2].jump, cliffs[2].on), (Fen(85_000), 3 * 24 - cliffs[1].on - cliffs[0].on));
    assert_eq!((cliffs[1].below, cliffs[1].above), (2, 1));
    assert_eq!(report.drafts[0].delta, Fen(0));
    assert_eq!(report.drafts[0].partners.unchanged, 24);
}

#[test]
fn a_budget_burns_down_to_the_day() {
    let report = compare(&world("现行", 100), &[world("草案", 110)], 3).unwrap();
    let burn = &report.drafts[0].budgets[0];
    let drawn: i64 = world("草案", 110).budgets[0].drawn.iter().map(|(_, amount)| amount.0).sum();
    assert_eq!(burn.left.last().unwrap().1, Fen(20_000_000 - drawn));
    assert!(burn.exhausted_on < report.live_budgets[0].exhausted_on, "the dearer draft ends earlier");
}

#[test]
fn nothing_and_foreign_months_are_refused() {
    assert_eq!(compare(&SimTotals::default(), &[], 3).unwrap_err().code, "settle.simulate.empty");
    let live = SimTotals { rows: vec![row("2026-07", "A", "c", "43", 1)], ..SimTotals::default() };
    let other = SimTotals { rows: vec![row("2026-08", "A", "c", "43", 1)], ..SimTotals::default() };
    assert_eq!(compare(&live, &[other], 3).unwrap_err().code, "settle.simulate.months");
}

#[test]
fn the_report_reads_the_same_in_every_form() {
    let (live, drafts) = (world("现行 v3", 100), [world("草案 v4(上调 5%)", 105), world("草案 v5(下调 3%)", 97)]);
    let report = compare(&live, &drafts, 8).unwrap();
    let (names, total) = (names(), report.drafts[0].cost.total.to_string());
    for lang in [Lang::Zh, Lang::En] {
        let (text, page) = (text(&report, &names, lang), html(&report, &names, lang));
        assert!(text.contains(&total) && page.contains(&total));
        assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
        assert!(!page.contains("<script") && !page.contains("http://") | page.contains("http://www.w3.org/2000/svg"));
    }
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    if let Some(folder) = std::env::var_os("QUDAO_SHOW") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::write(folder.join("simulate.html"), html(&report, &names, Lang::Zh)).unwrap();
        std::fs::write(folder.join("simulate.txt"), text(&report, &names, Lang::Zh)).unwrap();
        std::fs::write(folder.join("winners.svg"), charts::winners_losers(&report.drafts[0], &names, Lang::Zh)).unwrap();
    }
}

#[test]
fn names_cannot_break_out_of_the_page() {
    let live = SimTotals {
        label: "<script>alert(1)</script>".into(),
        rows: vec![row("2026-07", "\"><b>", "<c>", "&", 1)],
        ..SimTotals::default()
    };
    let page = html(&compare(&live, std::slice::from_ref(&live), 3).unwrap(), &Names::default(), Lang::Zh);
    assert!(!page.contains("<script") && !page.contains("<b>\"") && !page.contains("<c>"));
}

#[test]
fn large_amounts_are_short() {
    let zh = |fen| charts::short(Fen(fen), Lang::Zh);
    assert_eq!([zh(99_999), zh(1_234_567), zh(-12_345_678_901)], ["999.99", "1.2万", "-1.23亿"]);
    assert_eq!([charts::short(Fen(123_456_789), Lang::En), charts::short(Fen(1_234_567), Lang::En)], ["1.23M", "12.3K"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn changes_sum_to_the_change_of_the_sums(
        rows in proptest::collection::vec((0usize..6, 0usize..3, 0usize..3, -1_000_000i64..1_000_000, any::<bool>()), 1..60),
    ) {
        // R0.34, R0.3
        let mut sides = [SimTotals::default(), SimTotals::default()];
        for (partner, component, region, amount, second) in rows {
            let row = row("2026-07", &format!("P{partner}"), &format!("c{component}"), &format!("43{region}"), amount);
            sides[usize::from(second)].rows.push(row);
        }
        for side in &mut sides {
            side.units.insert(month("2026-07"), 7);
        }
        let report = compare(&sides[0], &sides[1..], 100).unwrap();
        let draft = &report.drafts[0];
        prop_assert_eq!(draft.delta.0, draft.cost.total.0 - report.live_cost.total.0);
        for list in [&draft.months, &draft.components, &draft.regions] {
            prop_assert_eq!(list.iter().map(|change| change.delta().0).sum::<i64>(), draft.delta.0);
        }
        let movement = &draft.partners;
        prop_assert_eq!(movement.gained.0 + movement.lost.0, draft.delta.0);
        prop_assert_eq!(movement.spread.iter().map(|bucket| bucket.delta.0).sum::<i64>(), draft.delta.0);
        prop_assert_eq!(movement.spread.iter().map(|bucket| bucket.partners).sum::<u64>(), movement.winners + movement.losers + movement.unchanged);
        prop_assert_eq!(movement.top_winners.len() as u64, movement.winners);
        prop_assert_eq!(movement.top_losers.len() as u64, movement.losers);
    }
}
