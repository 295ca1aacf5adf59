//! Random master rows and facts: dated trees and owners, late and doubled facts, facts of nobody.

use crate::random::{Rng, day};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Product, Span as Days};
use qudao_kernel::{Date, Fen, Month};
use qudao_policy::model::{Cell, Fact};

pub(crate) const KINDS: [&str; 5] = ["activation", "terminal_sale", "recharge", "cancellation", "return"];
pub(crate) const TIERS: [&str; 3] = ["增值服务商", "银牌增值代理商", "二级代理商"];
const CHANNELS: [&str; 2] = ["社会渠道", "自有渠道"];
const REGIONS: [&str; 5] = ["430102001", "430102002", "430103", "4302", "440101"];
const PLANS: [&str; 3] = ["A", "AB", "C"];
const PARTNERS: usize = 7;
const OUTLETS: usize = 7;

/// What a set of policies is run on.
pub(crate) struct World {
    pub master: Master,
    /// In order of arrival; all of them are known in the end.
    pub facts: Vec<Fact>,
    /// Whether each run knows only what was known some days after its month, and the first month is run again at the end.
    pub late: bool,
}

impl World {
    pub(crate) fn new(seed: u64, months: &[Month]) -> World {
        let rng = Rng::new(seed);
        // Where only the lowest partners own outlets, those above them have no facts of their own.
        let owners = if rng.chance(40) { PARTNERS - 3..PARTNERS } else { 0..PARTNERS };
        let year = months[0].plus(-2).first_day();
        let master = master(&rng, year, &owners.collect::<Vec<_>>());
        let facts = facts(&rng, months);
        World { master, facts, late: months.len() > 1 && rng.chance(25) }
    }

    /// Facts known when a month is settled.
    pub(crate) fn known(&self, month: Month) -> Vec<Fact> {
        let last = month.last_day().plus_days(3);
        let known = |fact: &&Fact| {
            !fact.cells.iter().any(|(col, cell)| *col == Col::KnownOn && matches!(cell, Cell::Date(known) if self.late && *known > last))
        };
        self.facts.iter().filter(known).cloned().collect()
    }
}

fn start() -> Date {
    day(2020, 1, 1)
}

fn far() -> Date {
    day(2100, 1, 1)
}

/// A day in the half year the case is about.
fn change(rng: &Rng, from: Date) -> Date {
    from.plus_days(rng.between(0, 200) as i32)
}

fn master(rng: &Rng, year: Date, owners: &[usize]) -> Master {
    let mut master = Master::default();
    let tall = rng.chance(50);
    for index in 0..PARTNERS {
        partner(rng, &mut master, year, index, tall);
        agreements(rng, &mut master, year, index);
    }
    for index in 0..OUTLETS {
        let mut from = start();
        let changes = rng.weighted(&[60, 25, 15]);
        for step in 0..=changes {
            let to = if step == changes { far() } else { change(rng, year).max(from.plus_days(1)) };
            // An outlet may be closed for a while.
            let gap = if step < changes && rng.chance(15) { 12 } else { 0 };
            let owner = if rng.chance(3) { PARTNERS } else { *rng.pick(owners) };
            master.add_outlet(Outlet {
                code: format!("O{index}"),
                name: String::new(),
                owner: format!("P{owner}"),
                territory: (*rng.pick(&REGIONS)).into(),
                channel: (*rng.pick(&CHANNELS)).into(),
                subtype: (*rng.pick(&["专营店", "代理点"])).into(),
                grade: (*rng.pick(&["A", "B"])).into(),
                district: if rng.chance(50) { String::new() } else { "五一".into() },
                span: Days { from, to },
            });
            from = to.plus_days(gap);
        }
    }
    for plan in PLANS {
        let mut from = start();
        for to in [change(rng, year), far()] {
            if to == far() || rng.chance(30) {
                master.add_product(product(rng, plan, Days { from, to }));
                from = to;
            }
        }
    }
    master
}

fn product(rng: &Rng, code: &str, span: Days) -> Product {
    Product {
        code: code.into(),
        name: String::new(),
        line: (*rng.pick(&["移动", "宽带"])).into(),
        category: (*rng.pick(&["x", "y"])).into(),
        plan_fee: Fen(rng.between(0, 20_000)),
        supply_price: Fen(rng.between(0, 90_000)),
        retail_price: Fen(rng.between(0, 99_900)),
        span,
    }
}

/// One partner: parents have lower numbers, so no day has a circle. In tall trees most stand under the one before.
fn partner(rng: &Rng, master: &mut Master, year: Date, index: usize, tall: bool) {
    let parent = |rng: &Rng| match index {
        0 => String::new(),
        _ if rng.chance(12) => String::new(),
        _ if tall && rng.chance(75) => format!("P{}", index - 1),
        _ => format!("P{}", rng.below(index)),
    };
    let row = |rng: &Rng, span: Days| Partner {
        code: format!("P{index}"),
        name: String::new(),
        kind: (*rng.pick(&["代理商", "连锁"])).into(),
        tier: (*rng.pick(&TIERS)).into(),
        level: rng.between(0, 3),
        parent: parent(rng),
        territory: (*rng.pick(&REGIONS)).into(),
        since: day(rng.between(2019, 2025) as i32, 3, 15),
        blacklisted: rng.chance(6),
        span,
    };
    let changed = change(rng, year);
    if rng.chance(40) {
        let rows = row(rng, Days { from: start(), to: changed });
        master.add_partner(rows);
        let from = changed.plus_days(if rng.chance(15) { 9 } else { 0 });
        let to = if rng.chance(20) { from.plus_days(rng.between(10, 90) as i32) } else { far() };
        let rows = row(rng, Days { from, to });
        master.add_partner(rows);
    } else {
        let rows = row(rng, Days { from: start(), to: far() });
        master.add_partner(rows);
    }
}

/// Agreements: none, one, one suspended for a while, or two at once.
fn agreements(rng: &Rng, master: &mut Master, year: Date, index: usize) {
    let row = |rng: &Rng, number: usize, from: Date, to: Date| Agreement {
        code: format!("G{index}-{number}"),
        partner: format!("P{index}"),
        commitment: Fen(rng.between(0, 100_000)),
        renewed: rng.chance(50),
        span: Days { from, to },
    };
    let (first, second) = (change(rng, year), change(rng, year));
    let spans = match rng.weighted(&[5, 65, 8, 14, 8]) {
        0 => vec![],
        1 => vec![(start(), far())],
        2 => vec![(first, far())],
        3 => vec![(start(), first), (first.plus_days(rng.between(1, 40) as i32), far())],
        _ => vec![(start(), first.max(second)), (first.min(second), far())],
    };
    for (number, (from, to)) in spans.into_iter().enumerate().filter(|(_, (from, to))| from < to) {
        let row = row(rng, number, from, to);
        master.add_agreement(row);
    }
}

fn facts(rng: &Rng, months: &[Month]) -> Vec<Fact> {
    let back = rng.weighted(&[30, 30, 15, 15, 10]) as i32;
    let count = match rng.weighted(&[55, 30, 15]) {
        0 => rng.between(2, 14),
        1 => rng.between(10, 28),
        _ => rng.between(25, 60),
    };
    let begin = months[0].plus(-back).first_day();
    let settled = months[0].first_day();
    let days = months[months.len() - 1].last_day().days() + 1 - begin.days();
    let mut facts = Vec::new();
    for index in 0..count {
        let table = match rng.below(20) {
            0 | 1 => Table::Cash,
            2 | 3 => Table::Activity,
            4 => Table::Observation,
            5 => Table::StockMovement,
            _ => Table::BusinessEvent,
        };
        let day = begin.plus_days(rng.between(0, i64::from(days) - 1) as i32);
        let day = if day < settled && rng.chance(50) { settled.plus_days(rng.between(0, 27) as i32) } else { day };
        let id = if rng.chance(6) { rng.between(0, index) } else { index };
        facts.push(fact(rng, table, id, index, day));
    }
    states(rng, months[0].plus(-back), months.len() as i32 + back, &mut facts);
    facts
}

fn fact(rng: &Rng, table: Table, id: i64, index: i64, day: Date) -> Fact {
    let mut cells = vec![(Col::EventId, Cell::Text(format!("e{id}"))), (Col::OccurredOn, Cell::Date(day))];
    if rng.chance(95) {
        cells.push((Col::KnownOn, Cell::Date(day.plus_days(if rng.chance(12) { rng.between(10, 60) } else { rng.between(0, 4) } as i32))));
    }
    let kind = match table {
        Table::Cash => *rng.pick(&["collection", "refund"]),
        Table::Activity | Table::Observation => *rng.pick(&["visit", "delivery"]),
        Table::StockMovement => *rng.pick(&["sell_in", "sell_through"]),
        _ => *rng.pick(&KINDS),
    };
    cells.push((Col::Kind, Cell::Text(kind.into())));
    for col in table.columns() {
        if matches!(col, Col::EventId | Col::OccurredOn | Col::KnownOn | Col::Kind) || rng.chance(8) {
            continue;
        }
        if let Some(value) = cell(rng, *col, index, day) {
            cells.push((*col, value));
        }
    }
    Fact { table, cells }
}

/// States of subscribers, month by month. Some have an id and a day of their own, and so two for one month.
fn states(rng: &Rng, first: Month, months: i32, facts: &mut Vec<Fact>) {
    for subscriber in 0..6 {
        for month in (0..months).map(|index| first.plus(index)) {
            let rows = rng.weighted(&[45, 50, 5]);
            for row in 0..rows {
                let mut cells = vec![(Col::Subscriber, Cell::Text(format!("s{subscriber}"))), (Col::Month, Cell::Month(month))];
                if rows > 1 || rng.chance(15) {
                    cells.push((Col::EventId, Cell::Text(format!("m{}-{subscriber}-{month}", 9 - row))));
                    let day = month.first_day().plus_days(rng.between(0, 40) as i32);
                    cells.push((Col::OccurredOn, Cell::Date(day)));
                    cells.push((Col::KnownOn, Cell::Date(day.plus_days(rng.between(0, 20) as i32))));
                }
                for col in Table::SubscriberMonth.columns() {
                    let given = matches!(col, Col::Subscriber | Col::Month | Col::EventId | Col::OccurredOn | Col::KnownOn);
                    if !given
                        && rng.chance(80)
                        && let Some(value) = cell(rng, *col, 9, month.first_day())
                    {
                        cells.push((*col, value));
                    }
                }
                facts.push(Fact { table: Table::SubscriberMonth, cells });
            }
        }
    }
}

fn cell(rng: &Rng, col: Col, index: i64, day: Date) -> Option<Cell> {
    let text = |text: String| Some(Cell::Text(text));
    match col {
        Col::Outlet => text(if rng.chance(12) { String::new() } else { format!("O{}", rng.below(OUTLETS + usize::from(rng.chance(15)))) }),
        Col::Partner => text(format!("P{}", rng.below(PARTNERS + usize::from(rng.chance(20))))),
        Col::Clerk => text(format!("C{}", rng.below(4))),
        Col::Subscriber => text(format!("s{}", rng.below(6))),
        Col::Customer => text(format!("k{}", rng.below(3))),
        Col::Product => text((*rng.pick(&PLANS)).into()),
        Col::Ref => text(if index > 0 && rng.chance(60) { format!("e{}", rng.below(index as usize)) } else { String::new() }),
        Col::Imei => text(format!("i{}", rng.below(6))),
        Col::Class => text((*rng.pick(&["品牌客户", "普通"])).into()),
        Col::Hold => text(if rng.chance(8) { "R".into() } else { String::new() }),
        Col::PlanFee | Col::PriorFee => Some(Cell::Money(*rng.pick(&[0, 1_900, 5_900, 12_900, 9_999]))),
        _ => match col.ty() {
            ColType::Text => text((*rng.pick(&["x", "y"])).into()),
            ColType::Int => Some(Cell::Int(rng.between(0, 130))),
            ColType::Money => Some(Cell::Money(rng.between(if rng.chance(5) { -9_000 } else { 0 }, 30_000))),
            ColType::Bool => Some(Cell::Bool(rng.chance(70))),
            ColType::Date => Some(Cell::Date(day.plus_days(rng.between(-400, 30) as i32))),
            ColType::Month => None,
        },
    }
}
