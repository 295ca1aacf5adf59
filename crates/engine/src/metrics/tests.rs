//! The plain counter and this one give the same answers, on random facts, master data and questions.

use super::*;
use crate::facts::FactStore;
use qudao_kernel::Date;
use qudao_kernel::master::{Master, Outlet, Partner, Product, Span};
use qudao_kernel::{Fen, Month};
use qudao_metrics::{Compare, Plain, Query, Sort, Top, Within, answer};
use qudao_platform::columnar::facts::{FactPort, ImportJob};
use std::fmt::Write;

/// Numbers that look random and are the same every time.
struct Rng(u64);

impl Rng {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const FIRST: &str = "2026-01-01";
const DAYS: usize = 150;

fn day(offset: usize) -> Date {
    FIRST.parse::<Date>().unwrap().plus_days(offset as i32)
}

fn master(rng: &mut Rng) -> Master {
    let mut master = Master::default();
    let open = Date::from_days(i32::MAX);
    for number in 0..6 {
        let turn = day(20 + rng.below(DAYS - 20));
        let parent = |rng: &mut Rng| if number < 2 { String::new() } else { format!("P{}", rng.below(number)) };
        let mut row = Partner {
            code: format!("P{number}"),
            name: format!("代理商{number}"),
            kind: "代理商".into(),
            tier: String::new(),
            level: 0,
            parent: parent(rng),
            territory: (*rng.one(&["360902", "360921", "360102"])).into(),
            since: day(0),
            blacklisted: false,
            span: Span { from: day(0).plus_days(-400), to: turn },
        };
        master.add_partner(row.clone());
        if rng.below(4) > 0 {
            row.parent = parent(rng);
            row.span = Span { from: turn, to: open };
            master.add_partner(row);
        }
    }
    for number in 0..12 {
        let turn = day(rng.below(DAYS));
        let mut row = Outlet {
            code: format!("W{number}"),
            name: format!("网点{number}"),
            owner: format!("P{}", rng.below(7)),
            territory: (*rng.one(&["360902001", "360902002", "360921", "360102003"])).into(),
            channel: (*rng.one(&["社会渠道", "自有渠道"])).into(),
            subtype: (*rng.one(&["专营店", "代理点"])).into(),
            grade: (*rng.one(&["A", "B", ""])).into(),
            district: String::new(),
            span: Span { from: day(0).plus_days(rng.below(60) as i32 - 50), to: turn },
        };
        master.add_outlet(row.clone());
        row.owner = format!("P{}", rng.below(6));
        row.grade = "C".into();
        row.span = Span {
            from: turn.plus_days(rng.below(3) as i32),
            to: if rng.below(3) == 0 { day(DAYS - 20).max(turn.plus_days(9)) } else { open },
        };
        master.add_outlet(row);
    }
    for (code, line) in [("P019", "移动"), ("P129", "移动"), ("W050", "宽带"), ("T001", "终端")] {
        let row = |line: &str, from: Date, to: Date| Product {
            code: code.into(),
            name: code.into(),
            line: line.into(),
            category: String::new(),
            plan_fee: Fen(0),
            supply_price: Fen(0),
            retail_price: Fen(0),
            span: Span { from, to },
        };
        master.add_product(row(line, day(0).plus_days(-9), day(70)));
        master.add_product(row("新线", day(70), open));
    }
    master
}

fn business(rng: &mut Rng, ids: std::ops::Range<usize>, known: usize) -> String {
    let mut text = String::from(
        "event_id,kind,occurred_on,known_on,outlet,partner,clerk,subscriber,product,plan_fee,amount,quantity,ref_event,customer_class,network\n",
    );
    for id in ids {
        let kind = *rng.one(&["activation", "activation", "recharge", "terminal_sale", "vas_sale", "return", "cancellation"]);
        let back = matches!(kind, "return" | "cancellation") && rng.below(5) > 0;
        let reference = if back { format!("E{}", rng.below(id.max(1))) } else { String::new() };
        let outlet = if rng.below(6) == 0 { String::new() } else { format!("W{}", rng.below(13)) };
        let partner = if rng.below(3) == 0 { String::new() } else { format!("P{}", rng.below(7)) };
        let clerk = if rng.below(4) == 0 { String::new() } else { format!("K{}", rng.below(5)) };
        let quantity = if rng.below(2) == 0 { String::new() } else { rng.below(4).to_string() };
        let (occurred, product) = (day(rng.below(DAYS)), *rng.one(&["P019", "P129", "W050", "T001", ""]));
        let (fee, amount) = (rng.below(200), rng.below(500));
        let (class, network) = (*rng.one(&["", "品牌客户"]), *rng.one(&["4G", "5G", ""]));
        let _ = writeln!(
            text,
            "E{id},{kind},{occurred},{},{outlet},{partner},{clerk},1390000{:04},{product},{fee},{amount},{quantity},{reference},{class},{network}",
            day(DAYS + known),
            rng.below(40)
        );
    }
    text
}

fn states(rng: &mut Rng) -> String {
    let mut text = String::from("month,subscriber,outlet,partner,product,joined_on,active,billed,received,arrears\n");
    for subscriber in 0..60 {
        let joined = day(rng.below(DAYS));
        let outlet = if rng.below(6) == 0 { String::new() } else { format!("W{}", rng.below(13)) };
        let leaves = rng.below(8) as i32;
        for age in 0..=4.min(leaves) {
            let month = joined.month().plus(age);
            let active = if age < leaves { "是" } else { "否" };
            let _ = writeln!(
                text,
                "{month},1390000{subscriber:04},{outlet},P{},{},{joined},{active},{},{},{}",
                rng.below(6),
                rng.one(&["P019", "P129"]),
                rng.below(90),
                rng.below(90),
                rng.below(3)
            );
        }
    }
    text
}

struct Made {
    store: Arc<FactStore>,
    master: Arc<Master>,
    folder: tempfile::TempDir,
}

fn load(made: &Made, table: Table, name: &str, text: &str) {
    let path = made.folder.path().join(format!("{name}.csv"));
    std::fs::write(&path, text).unwrap();
    let mut job = ImportJob::new(table, &path, day(DAYS + 20));
    job.batch = Some(name.to_owned());
    let report = made.store.import(&job, &made.master, &|_| ()).unwrap();
    assert_eq!(report.rejected, 0, "{:?}", report.problems);
}

fn make(seed: u64) -> (Made, Rng) {
    let mut rng = Rng(seed);
    let master = Arc::new(master(&mut rng));
    let made = Made { store: Arc::new(FactStore::in_memory().unwrap()), master, folder: tempfile::tempdir().unwrap() };
    let events = business(&mut rng, 0..500, 1);
    load(&made, Table::BusinessEvent, "first", &events);
    let months = states(&mut rng);
    load(&made, Table::SubscriberMonth, "states", &months);
    let mut visits = String::from("event_id,kind,occurred_on,outlet,quantity\n");
    for id in 0..40 {
        let _ = writeln!(visits, "A{id},footfall,{},W{},{}", day(rng.below(DAYS)), rng.below(12), rng.below(90));
    }
    load(&made, Table::Activity, "visits", &visits);
    (made, rng)
}

fn question(rng: &mut Rng, catalogue: &Catalogue) -> Query {
    let whole = rng.below(2) == 0;
    let (from, to) = if whole {
        let first = Month::new(2026, 1 + rng.below(5) as u32).unwrap();
        (first.first_day(), first.plus(rng.below(3) as i32).last_day())
    } else {
        let from = rng.below(DAYS);
        (day(from), day(from + rng.below(60)))
    };
    let within = match rng.below(5) {
        0 => Within { territories: vec![(*rng.one(&["3609", "360902", "360902001", "36"])).into()], ..Within::default() },
        1 => Within { partners: vec![format!("P{}", rng.below(6))], ..Within::default() },
        2 => Within {
            outlets: vec![format!("W{}", rng.below(12))],
            clerks: vec![format!("K{}", rng.below(5))],
            territories: vec!["360102".into()],
            ..Within::default()
        },
        _ => Within::everywhere(),
    };
    let first = rng.one(&catalogue.metrics);
    let mut metrics = vec![first.id.as_str()];
    let shared = |one: &qudao_metrics::Metric, by: &[Dimension]| by.iter().all(|dimension| one.by.contains(dimension));
    let mut by: Vec<Dimension> = Vec::new();
    for _ in 0..rng.below(4) {
        let dimension = *rng.one(&first.by);
        if !by.contains(&dimension) {
            by.push(dimension);
        }
    }
    let second = rng.one(&catalogue.metrics);
    if second.id != first.id && shared(second, &by) {
        metrics.push(&second.id);
    }
    let mut query = Query::new(&metrics, from, to, within);
    if by.len() > 1 && rng.below(3) == 0 && !matches!(by.last(), Some(Dimension::Day)) {
        query.across = by.pop();
    }
    query.by = by;
    query.tests = match rng.below(6) {
        0 => vec![Test::Under(vec![(*rng.one(&["3609", "360902002", "360921"])).into()])],
        1 => vec![Test::Tree(vec![format!("P{}", rng.below(6))])],
        2 => vec![Test::Is(Dimension::Channel, vec!["社会渠道".into()])],
        3 => vec![Test::Is(Dimension::Partner, vec![format!("P{}", rng.below(6)), "P9".into()])],
        _ => Vec::new(),
    };
    query.compare = Compare { previous: rng.below(2) == 0, last_year: rng.below(4) == 0, adjusted: rng.below(3) == 0, target: false };
    if rng.below(2) == 0 {
        query.sort = Some(Sort::Metric { id: metrics[0].to_owned(), descending: rng.below(2) == 0 });
        query.top = Some(Top { rows: 1 + rng.below(4), keep: vec!["W3".into(), "P1".into()] });
    }
    query
}

fn same(made: &Made, catalogue: &Arc<Catalogue>, meter: &Meter, rng: &mut Rng, questions: usize) -> [usize; 2] {
    let snapshot = made.store.latest().unwrap();
    let facts: Vec<Fact> = Table::ALL.iter().flat_map(|table| made.store.facts(&snapshot, *table, &Wanted::default()).unwrap()).collect();
    let plain = Plain::new(catalogue, &made.master, &facts);
    let asked = meter.now(&made.master).unwrap();
    let mut full = [0, 0];
    for number in 0..questions {
        let query = question(rng, catalogue);
        if query.check(catalogue).is_err() {
            continue;
        }
        let wanted = answer(catalogue, &made.master, &plain, &query);
        let found = answer(catalogue, &made.master, &asked, &query);
        if wanted.as_ref().err().map(|refusal| refusal.code) == Some("metrics.query.wide") {
            assert_eq!(found.unwrap_err().code, "metrics.query.wide");
            continue;
        }
        let (wanted, found) = (wanted.unwrap(), found.unwrap());
        assert_eq!(found, wanted, "question {number}: {query:?}");
        full[0] += usize::from(!wanted.rows.is_empty());
        // R1.12: what a number opens to is what it counts
        let (Some(row), Some(metric)) = (wanted.rows.first(), catalogue.get(&query.metrics[0])) else { continue };
        let qudao_metrics::Formula::Measure(measure) = metric.formula else { continue };
        let measure = &catalogue.measures[measure];
        if measure.agg != Agg::Count || measure.table().is_none() || query.across.is_some() {
            continue;
        }
        let keys: Vec<(Dimension, String)> = query.by.iter().copied().zip(row.key.iter().cloned()).collect();
        let drill = Drill {
            measure,
            keys: &keys,
            from: query.from,
            to: query.to,
            tests: &query.tests,
            within: &query.within,
            last_state: plain.months(Table::SubscriberMonth).unwrap().map(|(_, last)| last),
            skip: rng.below(2),
            limit: 5,
        };
        let rows = asked.drill(&drill).unwrap();
        assert_eq!(rows, plain.drill(&drill).unwrap(), "question {number}: {query:?}");
        assert_eq!(Some(rows.total as i64), row.cells[0].value, "question {number}: {query:?}");
        full[1] += 1;
    }
    full
}

#[test]
fn both_counters_give_the_same_answers() {
    // R1.12, R1.38, R1.39, R1.2, R4.35, R6.39
    let catalogue = Arc::new(Catalogue::standard().unwrap());
    for seed in 1..=4 {
        let (made, mut rng) = make(seed);
        let meter = Meter::new(Arc::clone(&made.store), Arc::clone(&catalogue));
        let [full, drilled] = same(&made, &catalogue, &meter, &mut rng, 60);
        assert!(full > 15 && drilled > 2, "{full} answers with rows, {drilled} opened");
        let built = meter.build(&made.master).unwrap();
        assert!(built.built > 10, "{built:?}");
        same(&made, &catalogue, &meter, &mut rng, 60);
    }
}

#[test]
fn corrections_and_withdrawals_count_at_once_and_rebuild_only_what_they_touch() {
    let catalogue = Arc::new(Catalogue::standard().unwrap());
    let (made, mut rng) = make(11);
    let meter = Meter::new(Arc::clone(&made.store), Arc::clone(&catalogue));
    let first = meter.build(&made.master).unwrap();
    assert_eq!(meter.build(&made.master).unwrap(), Built { built: 0, ..first });
    // later versions of a hundred events, and a hundred new ones
    let later = business(&mut rng, 400..600, 5);
    load(&made, Table::BusinessEvent, "second", &later);
    same(&made, &catalogue, &meter, &mut rng, 60);
    let second = meter.build(&made.master).unwrap();
    assert!(second.built > 0 && second.built < second.rollups, "states of subscribers are as they were: {second:?}");
    same(&made, &catalogue, &meter, &mut rng, 60);
    made.store.withdraw("second").unwrap();
    same(&made, &catalogue, &meter, &mut rng, 60);
    let third = meter.build(&made.master).unwrap();
    assert_eq!(third.rows, first.rows, "as before the batch");
    same(&made, &catalogue, &meter, &mut rng, 60);
    // a month alone is touched by a batch of that month
    let mut text = String::from("event_id,kind,occurred_on,known_on,outlet\n");
    let _ = writeln!(text, "X1,activation,2026-03-05,2026-03-06,W1");
    load(&made, Table::BusinessEvent, "march", &text);
    assert_eq!(meter.build(&made.master).unwrap().built, 7, "the seven rollups of business of March");
    same(&made, &catalogue, &meter, &mut rng, 40);
}

#[test]
fn the_smallest_rollup_that_answers_is_read() {
    let catalogue = Arc::new(Catalogue::standard().unwrap());
    let (made, _) = make(5);
    let meter = Meter::new(Arc::clone(&made.store), Arc::clone(&catalogue));
    meter.build(&made.master).unwrap();
    let asked = meter.now(&made.master).unwrap();
    let source = |id: &str, by: &[Dimension], within: &Within, to: &str| {
        let measures = catalogue.measures_of(catalogue.metrics.iter().position(|metric| metric.id == id).unwrap());
        let measures: Vec<&Measure> = measures.into_iter().map(|at| &catalogue.measures[at]).collect();
        let (from, to) = (FIRST.parse().unwrap(), to.parse().unwrap());
        asked.explain(&Ask { measures, by: by.to_vec(), from, to, tests: &[], within, last_state: None }).join(",")
    };
    let everywhere = Within::everywhere();
    assert_ne!(source("effective_orders", &[Dimension::Day], &everywhere, "2026-03-30"), "business_event");
    assert_eq!(source("effective_orders", &[Dimension::Outlet], &everywhere, "2026-03-31"), "outlet");
    assert_eq!(source("effective_orders", &[Dimension::Outlet], &everywhere, "2026-03-30"), "business_event", "not whole months");
    assert_eq!(source("effective_orders", &[Dimension::Partner, Dimension::Month], &everywhere, "2026-03-31"), "partner");
    assert_eq!(source("effective_orders", &[Dimension::Clerk], &everywhere, "2026-03-31"), "clerk");
    assert_eq!(source("effective_orders", &[Dimension::County, Dimension::Month], &everywhere, "2026-03-31"), "area_month");
    assert_eq!(source("main_push_share", &[Dimension::City], &everywhere, "2026-03-30"), "goods,goods".split(',').next().unwrap());
    assert_eq!(source("customers", &[], &everywhere, "2026-03-31"), "business_event", "different subscribers are not kept");
    let clerk = Within { clerks: vec!["K1".into()], ..Within::default() };
    assert_eq!(source("effective_orders", &[Dimension::Day], &clerk, "2026-03-31"), "business_event");
    assert_eq!(source("billed", &[Dimension::Month, Dimension::Partner], &everywhere, "2026-03-31"), "states");
    assert_eq!(source("retention_3m", &[Dimension::Month], &everywhere, "2026-03-31"), "cohorts");
}
