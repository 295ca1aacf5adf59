//! Master data as settlement reads it: dated rows of partners, outlets, clerks, agreements and products, and the index that
//! answers "who, on that day".
//!
//! Every row holds for `effective_from ≤ day < effective_to` (R0.4). Rows of one code never overlap; [`Master::check`] names
//! those that do. Invariant: the index is a pure function of the rows.

use crate::{Date, Fen, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days a row is in force: from, inclusive, to, exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First day in force.
    pub from: Date,
    /// First day no longer in force; `Date::from_days(i32::MAX)` while open.
    pub to: Date,
}

impl Span {
    /// In force for ever.
    pub const ALWAYS: Span = Span { from: Date::from_days(i32::MIN), to: Date::from_days(i32::MAX) };

    /// Whether the day lies in the span.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day < self.to
    }
}

/// A partner's row: who it is, whom it belongs to, and its tier while the row is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// Code, unique.
    pub code: String,
    /// Name.
    pub name: String,
    /// Type, such as 代理商 or 农村信用合作社.
    pub kind: String,
    /// Tier, such as 增值服务商, 银牌增值代理商, 二级代理商.
    pub tier: String,
    /// Numeric level or plan of the partner, for rules that compare partners; 0 when unused.
    pub level: i64,
    /// Code of the parent; empty at the top.
    pub parent: String,
    /// Territory code of its seat.
    pub territory: String,
    /// Day the partnership began, for years of service.
    pub since: Date,
    /// Blacklisted while this row is in force.
    pub blacklisted: bool,
    /// Days in force.
    pub span: Span,
}

/// An outlet's row: where it is, what it is, and who owns it while the row is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlet {
    /// Code, unique.
    pub code: String,
    /// Name.
    pub name: String,
    /// Partner that owns it.
    pub owner: String,
    /// Territory code of its township or county.
    pub territory: String,
    /// Channel category: 自有渠道, 社会渠道, 电子渠道.
    pub channel: String,
    /// Sub-type, such as 专营店, 大卖场, 代理点.
    pub subtype: String,
    /// Grade A–D.
    pub grade: String,
    /// Business district, empty if none.
    pub district: String,
    /// Days in force.
    pub span: Span,
}

/// A clerk's row: a work ID bound to one person and outlet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clerk {
    /// Work ID.
    pub code: String,
    /// Name.
    pub name: String,
    /// Outlet.
    pub outlet: String,
    /// Days in force.
    pub span: Span,
}

/// An agreement's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Number.
    pub code: String,
    /// Partner.
    pub partner: String,
    /// Committed amount for the period the rules compare it with (承诺额).
    pub commitment: Fen,
    /// Renewed for the following term.
    pub renewed: bool,
    /// Days in force.
    pub span: Span,
}

/// A product's or plan's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Product line, such as 移动, 宽带, 增值业务, 终端.
    pub line: String,
    /// Category within the line.
    pub category: String,
    /// Monthly fee, for plans.
    pub plan_fee: Fen,
    /// Supply price, for goods.
    pub supply_price: Fen,
    /// Suggested retail price, for goods.
    pub retail_price: Fen,
    /// Days in force.
    pub span: Span,
}

/// All master rows of a run, and the index over them.
#[derive(Debug, Clone, Default)]
pub struct Master {
    partners: BTreeMap<String, Vec<Partner>>,
    outlets: BTreeMap<String, Vec<Outlet>>,
    clerks: BTreeMap<String, Vec<Clerk>>,
    agreements: BTreeMap<String, Vec<Agreement>>,
    products: BTreeMap<String, Vec<Product>>,
}

trait Dated {
    fn span(&self) -> Span;
}
macro_rules! dated {
    ($($ty:ty),*) => { $(impl Dated for $ty { fn span(&self) -> Span { self.span } })* };
}
dated!(Partner, Outlet, Clerk, Agreement, Product);

fn on<'a, T: Dated>(rows: &'a BTreeMap<String, Vec<T>>, code: &str, day: Date) -> Option<&'a T> {
    rows.get(code)?.iter().find(|row| row.span().contains(day))
}

fn add<T: Dated>(rows: &mut BTreeMap<String, Vec<T>>, code: String, row: T) {
    let list = rows.entry(code).or_default();
    list.push(row);
    list.sort_by_key(Dated::span);
}

impl Master {
    /// Adds a partner's row.
    pub fn add_partner(&mut self, row: Partner) {
        add(&mut self.partners, row.code.clone(), row);
    }
    /// Adds an outlet's row.
    pub fn add_outlet(&mut self, row: Outlet) {
        add(&mut self.outlets, row.code.clone(), row);
    }
    /// Adds a clerk's row.
    pub fn add_clerk(&mut self, row: Clerk) {
        add(&mut self.clerks, row.code.clone(), row);
    }
    /// Adds an agreement's row, indexed by partner.
    pub fn add_agreement(&mut self, row: Agreement) {
        add(&mut self.agreements, row.partner.clone(), row);
    }
    /// Adds a product's row.
    pub fn add_product(&mut self, row: Product) {
        add(&mut self.products, row.code.clone(), row);
    }

    /// The partner as of a day.
    pub fn partner(&self, code: &str, day: Date) -> Option<&Partner> {
        on(&self.partners, code, day)
    }
    /// The outlet as of a day.
    pub fn outlet(&self, code: &str, day: Date) -> Option<&Outlet> {
        on(&self.outlets, code, day)
    }
    /// The clerk as of a day.
    pub fn clerk(&self, code: &str, day: Date) -> Option<&Clerk> {
        on(&self.clerks, code, day)
    }
    /// The product as of a day.
    pub fn product(&self, code: &str, day: Date) -> Option<&Product> {
        on(&self.products, code, day)
    }
    /// The partner's agreement in force on a day; where several are, the one that began first.
    pub fn agreement(&self, partner: &str, day: Date) -> Option<&Agreement> {
        on(&self.agreements, partner, day)
    }

    /// The ancestor `steps` above the partner on that day: 1 is the parent. `None` past the top, or where a row is missing.
    pub fn ancestor(&self, partner: &str, steps: u8, day: Date) -> Option<&Partner> {
        let mut row = self.partner(partner, day)?;
        for _ in 0..steps {
            row = self.partner(&row.parent, day)?;
        }
        Some(row)
    }

    /// The nearest ancestor (never the partner itself) of one of the tiers on that day.
    pub fn ancestor_of_tier(&self, partner: &str, tiers: &[String], day: Date) -> Option<&Partner> {
        let mut row = self.partner(partner, day)?;
        for _ in 0..MAX_DEPTH {
            row = self.partner(&row.parent, day)?;
            if tiers.contains(&row.tier) {
                return Some(row);
            }
        }
        None
    }

    /// All partner rows, by code then date.
    pub fn partners(&self) -> impl Iterator<Item = &Partner> {
        self.partners.values().flatten()
    }
    /// All outlet rows, by code then date.
    pub fn outlets(&self) -> impl Iterator<Item = &Outlet> {
        self.outlets.values().flatten()
    }
    /// All clerk rows, by code then date.
    pub fn clerks(&self) -> impl Iterator<Item = &Clerk> {
        self.clerks.values().flatten()
    }
    /// All agreement rows, by partner then date.
    pub fn agreements(&self) -> impl Iterator<Item = &Agreement> {
        self.agreements.values().flatten()
    }
    /// All product rows, by code then date.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values().flatten()
    }

    /// Everything wrong with the rows as a set: empty or overlapping spans, parents that make a circle.
    pub fn check(&self) -> Vec<Refusal> {
        let mut found = Vec::new();
        overlaps("partner", "代理商", &self.partners, &mut found);
        overlaps("outlet", "网点", &self.outlets, &mut found);
        overlaps("clerk", "店员", &self.clerks, &mut found);
        overlaps("product", "产品", &self.products, &mut found);
        for row in self.partners() {
            let mut above = row;
            let mut depth = 0;
            while let Some(parent) = self.partner(&above.parent, row.span.from.max(above.span.from)) {
                above = parent;
                depth += 1;
                if depth > MAX_DEPTH {
                    found.push(Refusal::bad_input(
                        "network.partner.circle",
                        format!("代理商 {} 的上级关系形成循环或超过 {MAX_DEPTH} 级,请更正 parent 列", row.code),
                        format!("partner {}: the parents form a circle or pass {MAX_DEPTH} levels; correct the parent column", row.code),
                    ));
                    break;
                }
            }
        }
        found
    }
}

/// Deepest partner tree accepted.
pub const MAX_DEPTH: usize = 16;

fn overlaps<T: Dated>(noun: &str, zh: &str, rows: &BTreeMap<String, Vec<T>>, found: &mut Vec<Refusal>) {
    for (code, list) in rows {
        for row in list {
            if row.span().from >= row.span().to {
                found.push(Refusal::bad_input(
                    "network.span.empty",
                    format!("{zh} {code} 的生效日期 {} 不早于失效日期 {}", row.span().from, row.span().to),
                    format!("{noun} {code}: effective_from {} is not before effective_to {}", row.span().from, row.span().to),
                ));
            }
        }
        for pair in list.windows(2) {
            if pair[0].span().to > pair[1].span().from {
                found.push(Refusal::bad_input(
                    "network.span.overlap",
                    format!("{zh} {code} 有两行同时有效(自 {} 起),请调整生效与失效日期", pair[1].span().from),
                    format!("{noun} {code}: two rows are in force from {}; adjust effective_from and effective_to", pair[1].span().from),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(code: &str, parent: &str, tier: &str, from: &str, to: &str) -> Partner {
        Partner {
            code: code.into(),
            name: code.into(),
            kind: "代理商".into(),
            tier: tier.into(),
            level: 0,
            parent: parent.into(),
            territory: "430102".into(),
            since: from.parse().unwrap(),
            blacklisted: false,
            span: Span { from: from.parse().unwrap(), to: to.parse().unwrap() },
        }
    }

    #[test]
    fn the_tree_is_read_as_of_the_day() {
        // N9: the silver agent moves on 1 July
        let mut master = Master::default();
        master.add_partner(partner("V1", "", "增值服务商", "2020-01-01", "2100-01-01"));
        master.add_partner(partner("V2", "", "增值服务商", "2020-01-01", "2100-01-01"));
        master.add_partner(partner("S", "V2", "银牌增值代理商", "2026-07-01", "2100-01-01"));
        master.add_partner(partner("S", "V1", "银牌增值代理商", "2020-01-01", "2026-07-01"));
        assert!(master.check().is_empty());
        let above = |day: &str| master.ancestor("S", 1, day.parse().unwrap()).map(|row| row.code.clone());
        assert_eq!(above("2026-06-30").as_deref(), Some("V1"));
        assert_eq!(above("2026-07-01").as_deref(), Some("V2"));
    }

    #[test]
    fn circles_and_overlaps_are_named() {
        let mut master = Master::default();
        master.add_partner(partner("A", "B", "", "2020-01-01", "2100-01-01"));
        master.add_partner(partner("B", "A", "", "2020-01-01", "2100-01-01"));
        master.add_partner(partner("C", "", "", "2020-01-01", "2021-01-02"));
        master.add_partner(partner("C", "", "", "2021-01-01", "2100-01-01"));
        let codes: Vec<_> = master.check().iter().map(|refusal| refusal.code).collect();
        assert!(codes.contains(&"network.partner.circle") && codes.contains(&"network.span.overlap"), "{codes:?}");
    }
}
