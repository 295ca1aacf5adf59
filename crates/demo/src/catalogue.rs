//! What the demo world sells: plans, broadband, value-added services and handsets, all invented.

use crate::code::Code;
use qudao_kernel::Fen;
use qudao_kernel::master::{Product, Span};

/// Product lines.
pub(crate) const MOBILE: &str = "移动";
pub(crate) const WIRELESS: &str = "3G无线宽带";
const BROADBAND: &str = "宽带";
const VAS: &str = "增值业务";
const TERMINAL: &str = "终端";

/// A product with everything a row copies from it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) code: Code,
    pub(crate) line: &'static str,
    pub(crate) category: &'static str,
    /// Monthly fee, fen.
    pub(crate) fee: i64,
    /// Supply price, fen.
    pub(crate) supply: i64,
    /// Suggested retail price, fen.
    pub(crate) retail: i64,
    name: String,
}

/// All products, by group, each with the running total of how often it sells.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    pub(crate) items: Vec<Item>,
    pub(crate) plans: Group,
    pub(crate) broadband: Group,
    pub(crate) vas: Group,
    pub(crate) terminals: Group,
}

/// Products sold in one kind of event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    /// Index of the first item.
    pub(crate) first: u16,
    /// Running totals of the weights.
    pub(crate) totals: Vec<u64>,
}

/// Monthly fee in yuan and weight of the mobile plans; cheap ones sell most.
const PLANS: [(i64, u64); 10] = [(19, 26), (29, 20), (39, 16), (59, 14), (79, 9), (99, 6), (129, 4), (169, 2), (199, 2), (299, 1)];
/// Monthly fee and weight of 3G wireless broadband cards, which the policy favours.
const WIRELESS_PLANS: [(i64, u64); 2] = [(50, 3), (100, 2)];
const BROADBAND_PLANS: [(&str, i64, u64); 4] = [("100M", 30, 4), ("300M", 50, 6), ("500M", 80, 3), ("1000M", 120, 1)];
const SERVICES: [(&str, i64, u64); 6] =
    [("彩铃", 5, 5), ("云盘", 10, 4), ("视频", 15, 4), ("阅读", 6, 3), ("安防", 20, 2), ("家庭组网", 10, 2)];
/// Name, supply price, retail price, weight. Low-end models sell most.
const HANDSETS: [(&str, i64, i64, u64); 8] = [
    ("松果 M1", 420, 499, 9),
    ("松果 M2", 610, 699, 8),
    ("山雀 S3", 880, 999, 7),
    ("山雀 S5", 1050, 1199, 6),
    ("青石 Q7", 1420, 1599, 4),
    ("青石 Q9", 1950, 2199, 3),
    ("远帆 X1", 2990, 3299, 2),
    ("远帆 X9", 4680, 5099, 1),
];

impl Catalogue {
    pub(crate) fn new() -> Self {
        let mut items = Vec::new();
        let mut group = |rows: Vec<(Item, u64)>| {
            let mut group = Group { first: items.len() as u16, totals: Vec::new() };
            for (item, weight) in rows {
                group.totals.push(group.totals.last().copied().unwrap_or(0) + weight);
                items.push(item);
            }
            group
        };
        let mobile = PLANS.iter().map(|(fee, weight)| (plan(*fee), *weight));
        let wireless = WIRELESS_PLANS
            .iter()
            .map(|(fee, weight)| (item("W", *fee, format!("无线宽带 {fee} 元"), WIRELESS, "数据卡", *fee, 0, 0), *weight));
        let plans = group(mobile.chain(wireless).collect());
        let broadband = group(
            BROADBAND_PLANS
                .iter()
                .map(|(name, fee, weight)| (item("B", *fee, format!("宽带 {name}"), BROADBAND, "家庭", *fee, 0, 0), *weight))
                .collect(),
        );
        let vas = group(
            SERVICES
                .iter()
                .enumerate()
                .map(|(index, (name, fee, weight))| (item("V", index as i64 + 1, format!("{name}包月"), VAS, "包月", *fee, 0, 0), *weight))
                .collect(),
        );
        let terminals = group(
            HANDSETS
                .iter()
                .enumerate()
                .map(|(index, (name, supply, retail, weight))| {
                    let category = if *retail >= 1500 { "中高端" } else { "低端" };
                    (item("T", index as i64 + 1, (*name).to_owned(), TERMINAL, category, 0, *supply, *retail), *weight)
                })
                .collect(),
        );
        Self { items, plans, broadband, vas, terminals }
    }

    /// Master rows, in force for ever.
    pub(crate) fn products(&self) -> impl Iterator<Item = Product> + '_ {
        self.items.iter().map(|item| Product {
            code: item.code.to_string(),
            name: item.name.clone(),
            line: item.line.to_owned(),
            category: item.category.to_owned(),
            plan_fee: Fen(item.fee),
            supply_price: Fen(item.supply),
            retail_price: Fen(item.retail),
            span: Span::ALWAYS,
        })
    }
}

impl Group {
    /// Index into the items, for a position within the group.
    pub(crate) fn at(&self, position: usize) -> u16 {
        self.first + position as u16
    }
}

fn plan(fee: i64) -> Item {
    let category = match fee {
        129.. => "中高端",
        59.. => "中端",
        _ => "大众",
    };
    item("P", fee, format!("晴空 {fee} 元"), MOBILE, category, fee, 0, 0)
}

#[expect(clippy::too_many_arguments, reason = "a row of the tables above")]
fn item(prefix: &str, number: i64, name: String, line: &'static str, category: &'static str, fee: i64, supply: i64, retail: i64) -> Item {
    let code = Code::EMPTY.text(prefix).digits(number as u64, 3);
    Item { code, line, category, fee: fee * 100, supply: supply * 100, retail: retail * 100, name }
}
