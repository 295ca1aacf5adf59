//! Random policies, master rows and facts, drawn from the whole language.

use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Product, Span as Days};

use crate::random_policy::{Maker, blank, literal, number};
use qudao_kernel::{Date, Fen, Month};
use qudao_policy::model::{Cell, Expr, Fact, Fill, Op, PolicySet};

/// SplitMix64.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// One random world.
pub(crate) struct Case {
    pub set: PolicySet,
    pub master: Master,
    pub facts: Vec<Fact>,
    pub months: Vec<Month>,
}

pub(crate) const KINDS: [&str; 5] = ["activation", "terminal_sale", "recharge", "cancellation", "return"];
pub(crate) const TIERS: [&str; 3] = ["增值服务商", "银牌增值代理商", "二级代理商"];
const CHANNELS: [&str; 2] = ["社会渠道", "自有渠道"];
const REGIONS: [&str; 4] = ["430102001", "430103", "4302", "440101"];
const PLANS: [&str; 3] = ["A", "AB", "C"];

fn month(index: i32) -> Month {
    Month::new(2026, 1).unwrap().plus(index)
}

impl Case {
    pub(crate) fn new(seed: u64) -> Case {
        let mut rng = Rng(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let first = rng.between(1, 8) as i32;
        let months: Vec<Month> = (first..first + rng.between(1, 3) as i32).map(month).collect();
        let master = master(&mut rng);
        let facts = facts(&mut rng, first, months.len() as i32);
        let mut set = PolicySet::default();
        let mut maker = Maker { rng, policy: blank("a", 1) };
        for (name, split) in [("a", true), ("b", false)] {
            if name == "b" && maker.rng.chance(60) {
                break;
            }
            maker.policy = blank(name, 1);
            maker.fill();
            let mut policy = maker.policy.clone();
            if split && maker.rng.chance(25) {
                // A second version takes over in the middle of some month.
                let change = months[0].first_day().plus_days(maker.rng.between(0, 45) as i32);
                policy.to = change;
                let mut next = policy.clone();
                next.version = 2;
                next.from = change;
                next.to = Date::new(2100, 1, 1).unwrap();
                for component in &mut next.components {
                    if maker.rng.chance(50) {
                        component.amount =
                            Expr::Binary(Op::Mul, Box::new(component.amount.clone()), Box::new(number(maker.rng.between(1, 30), 1)));
                    }
                }
                set.policies.push(policy);
                set.policies.push(next);
            } else {
                set.policies.push(policy);
            }
        }
        if maker.rng.chance(40) {
            let policy = set.policies[0].clone();
            for region in ["43", "4301", "430102"] {
                if maker.rng.chance(50) {
                    let values = (0..policy.params.len())
                        .filter(|index| policy.params[*index].local.is_some())
                        .map(|index| (index, literal(&mut maker.rng, policy.params[index].ty)))
                        .collect();
                    set.fills.push(Fill { policy: policy.name.clone(), version: 1, region: region.into(), values });
                }
            }
        }
        Case { set, master, facts, months }
    }
}

fn master(rng: &mut Rng) -> Master {
    let mut master = Master::default();
    let far = Date::new(2100, 1, 1).unwrap();
    let start = Date::new(2020, 1, 1).unwrap();
    for index in 0..7 {
        let code = format!("P{index}");
        let row = |parent: &str, tier: &str, span: Days, rng: &mut Rng| Partner {
            code: code.clone(),
            name: code.clone(),
            kind: "代理商".into(),
            tier: tier.into(),
            level: rng.between(0, 3),
            parent: parent.into(),
            territory: (*rng.pick(&REGIONS)).into(),
            since: Date::new(rng.between(2019, 2025) as i32, 3, 15).unwrap(),
            blacklisted: rng.chance(8),
            span,
        };
        let parent = |rng: &mut Rng| if index == 0 || rng.chance(15) { String::new() } else { format!("P{}", rng.below(index)) };
        let change = Date::new(2026, 1, 1).unwrap().plus_days(rng.between(0, 330) as i32);
        let (up, down) = (parent(rng), parent(rng));
        let tier = *rng.pick(&TIERS);
        if rng.chance(40) {
            let end = if rng.chance(20) { change.plus_days(rng.between(10, 90) as i32) } else { far };
            master.add_partner(row(&up, tier, Days { from: start, to: change }, rng));
            let later = *rng.pick(&TIERS);
            master.add_partner(row(&down, later, Days { from: change, to: end }, rng));
        } else {
            master.add_partner(row(&up, tier, Days { from: start, to: far }, rng));
        }
        if rng.chance(92) {
            let from = if rng.chance(15) { Date::new(2026, 3, 10).unwrap() } else { start };
            let to = if rng.chance(15) { Date::new(2026, 6, 1).unwrap().plus_days(rng.between(0, 90) as i32) } else { far };
            let commitment = Fen(rng.between(0, 100_000));
            master.add_agreement(Agreement {
                code: format!("G{index}"),
                partner: code.clone(),
                commitment,
                renewed: rng.chance(50),
                span: Days { from, to },
            });
        }
    }
    for index in 0..9 {
        let mut from = start;
        let changes = rng.below(3);
        for step in 0..=changes {
            let to = if step == changes {
                far
            } else {
                Date::new(2026, 1, 1).unwrap().plus_days(rng.between(0, 330) as i32).max(from.plus_days(1))
            };
            master.add_outlet(Outlet {
                code: format!("O{index}"),
                name: format!("O{index}"),
                owner: format!("P{}", rng.below(7)),
                territory: (*rng.pick(&REGIONS)).into(),
                channel: (*rng.pick(&CHANNELS)).into(),
                subtype: (*rng.pick(&["专营店", "代理点"])).into(),
                grade: (*rng.pick(&["A", "B"])).into(),
                district: if rng.chance(50) { String::new() } else { "五一".into() },
                span: Days { from, to },
            });
            from = to;
        }
    }
    for plan in PLANS {
        master.add_product(Product {
            code: plan.into(),
            name: plan.into(),
            line: (*rng.pick(&["移动", "宽带"])).into(),
            category: "x".into(),
            plan_fee: Fen(rng.between(0, 20_000)),
            supply_price: Fen(rng.between(0, 90_000)),
            retail_price: Fen(rng.between(0, 99_900)),
            span: Days { from: start, to: far },
        });
    }
    master
}

fn facts(rng: &mut Rng, first: i32, months: i32) -> Vec<Fact> {
    let mut facts = Vec::new();
    let back = rng.between(0, 4) as i32;
    let count = rng.between(4, 60);
    let begin = month(first - back).first_day();
    let days = month(first + months).first_day().days() - begin.days();
    for index in 0..count {
        let table = match rng.below(10) {
            0 => Table::Cash,
            1 => Table::Activity,
            _ => Table::BusinessEvent,
        };
        let day = begin.plus_days(rng.between(0, i64::from(days) - 1) as i32);
        let mut cells = vec![(Col::EventId, Cell::Text(format!("e{}", if rng.chance(3) { rng.between(0, index) } else { index })))];
        cells.push((Col::OccurredOn, Cell::Date(day)));
        cells.push((Col::KnownOn, Cell::Date(day.plus_days(rng.between(0, 9) as i32))));
        let kind = match table {
            Table::Cash => *rng.pick(&["collection", "refund"]),
            Table::Activity => *rng.pick(&["visit", "delivery"]),
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
        facts.push(Fact { table, cells });
    }
    for subscriber in 0..12 {
        for index in 0..months + back {
            if rng.chance(55) {
                let mut cells =
                    vec![(Col::Subscriber, Cell::Text(format!("s{subscriber}"))), (Col::Month, Cell::Month(month(first - back + index)))];
                for col in Table::SubscriberMonth
                    .columns()
                    .iter()
                    .filter(|col| !matches!(col, Col::Subscriber | Col::Month | Col::EventId | Col::OccurredOn | Col::KnownOn))
                {
                    if rng.chance(85)
                        && let Some(value) = cell(rng, *col, index.into(), month(first).first_day())
                    {
                        cells.push((*col, value));
                    }
                }
                facts.push(Fact { table: Table::SubscriberMonth, cells });
            }
        }
    }
    facts
}

fn cell(rng: &mut Rng, col: Col, index: i64, day: Date) -> Option<Cell> {
    let text = |text: String| Some(Cell::Text(text));
    match col {
        Col::Outlet => text(if rng.chance(12) { String::new() } else { format!("O{}", rng.below(10)) }),
        Col::Partner => text(format!("P{}", rng.below(8))),
        Col::Clerk => text(format!("C{}", rng.below(4))),
        Col::Subscriber => text(format!("s{}", rng.below(12))),
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
            ColType::Money => Some(Cell::Money(rng.between(0, 30_000))),
            ColType::Bool => Some(Cell::Bool(rng.chance(70))),
            ColType::Date => Some(Cell::Date(day.plus_days(rng.between(-400, 30) as i32))),
            ColType::Month => None,
        },
    }
}
