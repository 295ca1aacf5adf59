//! 价格与销量 (R7.270, R7.276, R7.279, R7.293): at which prices pieces are sold, what became of sales where prices are high, and what a product leaves its
//! dealer, beside competitors and among all that is sold.
//!
//! Invariant: pure functions of checks, sales and offers. A price of a competitor is no price of ours; whole pieces and fen, and no other rounding than of the
//! price a day's pieces were sold at, which is rounded down.

use crate::check::{Check, Seen};
use crate::verdict::Verdict;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Fen};
use std::collections::{BTreeMap, BTreeSet};

/// What an outlet sold of a product on a day, returns taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Outlet.
    pub outlet: String,
    /// Its division.
    pub territory: String,
    /// Product.
    pub product: String,
    /// Day.
    pub day: Date,
    /// Pieces.
    pub pieces: i64,
    /// What was paid for them.
    pub amount: Fen,
}

/// Pieces sold at prices from one on, up to the next (R7.276).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Product.
    pub product: String,
    /// The least price.
    pub from: Fen,
    /// Pieces.
    pub pieces: i64,
    /// What was paid for them.
    pub amount: Fen,
    /// Outlets that sold at it.
    pub outlets: u32,
}

/// Sales by price point, by product, then price; `step` is from one point to the next. Days with nothing but returns have no price.
pub fn points(sales: &[Sale], step: Fen) -> Vec<Point> {
    let step = step.0.max(1);
    let mut found: BTreeMap<(&str, i64), (i64, i64, BTreeSet<&str>)> = BTreeMap::new();
    for sale in sales.iter().filter(|sale| sale.pieces > 0 && sale.amount > Fen::ZERO) {
        let price = sale.amount.0.div_euclid(sale.pieces);
        let (pieces, amount, outlets) = found.entry((sale.product.as_str(), price.div_euclid(step) * step)).or_default();
        *pieces += sale.pieces;
        *amount = amount.saturating_add(sale.amount.0);
        outlets.insert(&sale.outlet);
    }
    let point = |((product, from), (pieces, amount, outlets)): ((&str, i64), (i64, i64, BTreeSet<&str>))| Point {
        product: product.to_owned(),
        from: Fen(from),
        pieces,
        amount: Fen(amount),
        outlets: count(outlets.len()),
    };
    found.into_iter().map(point).collect()
}

fn count(found: usize) -> u32 {
    u32::try_from(found).unwrap_or(u32::MAX)
}

/// Pieces of a time, and of as many days before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sold {
    /// In the time.
    pub now: i64,
    /// Before it.
    pub before: i64,
}

impl Sold {
    /// Whether fewer were sold than before.
    pub const fn fell(self) -> bool {
        self.now < self.before
    }

    fn add(&mut self, other: Sold) {
        *self = Sold { now: self.now + other.now, before: self.before + other.before };
    }
}

/// Pieces of a time and before it, by outlet and product, with the outlet's division.
pub type Pieces = BTreeMap<(String, String), (String, Sold)>;

/// Adds up the sales of a time, and those before its first day.
pub fn pieces(sales: &[Sale], first: Date) -> Pieces {
    let mut found = Pieces::new();
    for sale in sales {
        let (_, sold) =
            found.entry((sale.outlet.clone(), sale.product.clone())).or_insert_with(|| (sale.territory.clone(), Sold::default()));
        sold.add(if sale.day < first { Sold { now: 0, before: sale.pieces } } else { Sold { now: sale.pieces, before: 0 } });
    }
    found
}

/// A product whose price is high at an outlet, and what became of its sales there (R7.279, R7.293).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct High {
    /// Outlet.
    pub outlet: String,
    /// Its division.
    pub territory: String,
    /// Product.
    pub product: String,
    /// Checks of our price there, and how many of them were high.
    pub looked: u32,
    /// High ones.
    pub high: u32,
    /// How many of the latest were high, one after another.
    pub in_row: u32,
    /// The latest price, and what was suggested on its day.
    pub last: Fen,
    /// Suggested.
    pub suggested: Option<Fen>,
    /// The day of the latest.
    pub seen_on: Date,
    /// Pieces.
    pub sold: Sold,
    /// Whether the price is what holds sales up: high so often in a row, and fewer sold than before.
    pub bottleneck: bool,
}

/// Products that were high at an outlet in a time: bottlenecks first, then by how many fewer pieces were sold. `least` checks in a row make a bottleneck.
pub fn high(checks: &[Check], pieces: &Pieces, least: u32) -> Vec<High> {
    let mut by_pair: BTreeMap<(&str, &str), Vec<&Check>> = BTreeMap::new();
    for check in checks.iter().filter(|check| ours(check)) {
        by_pair.entry((check.outlet.as_str(), check.product.as_str())).or_default().push(check);
    }
    let mut found: Vec<High> = by_pair.into_values().filter_map(|checks| of_pair(checks, pieces, least)).collect();
    found.sort_by(|a, b| {
        let lost = |one: &High| one.sold.now - one.sold.before;
        (!a.bottleneck, lost(a), &a.outlet, &a.product).cmp(&(!b.bottleneck, lost(b), &b.outlet, &b.product))
    });
    found
}

fn ours(check: &Check) -> bool {
    matches!(check.seen, Seen::Tag | Seen::Quoted)
}

fn of_pair(mut checks: Vec<&Check>, pieces: &Pieces, least: u32) -> Option<High> {
    checks.sort_by_key(|check| (check.seen_on, check.at_us));
    let last = *checks.last()?;
    let is_high = |check: &&&Check| check.verdict == Verdict::High;
    let high = count(checks.iter().filter(is_high).count());
    if high == 0 {
        return None;
    }
    let in_row = count(checks.iter().rev().take_while(is_high).count());
    let sold = pieces.get(&(last.outlet.clone(), last.product.clone())).map(|(_, sold)| *sold).unwrap_or_default();
    Some(High {
        outlet: last.outlet.clone(),
        territory: last.territory.clone(),
        product: last.product.clone(),
        looked: count(checks.len()),
        high,
        in_row,
        last: last.amount,
        suggested: last.suggested,
        seen_on: last.seen_on,
        sold,
        bottleneck: in_row >= least.max(1) && sold.fell(),
    })
}

/// A product in an area: sales where its price was high beside sales where it was not (R7.279).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Division code.
    pub area: String,
    /// Product.
    pub product: String,
    /// Outlets where it was high, and their pieces.
    pub high_outlets: u32,
    /// Their pieces.
    pub high: Sold,
    /// Other outlets that sold it, and theirs.
    pub other_outlets: u32,
    /// Their pieces.
    pub other: Sold,
}

/// Areas where a product was high somewhere, by area, then product.
pub fn areas(high: &[High], pieces: &Pieces, level: Level) -> Vec<Area> {
    let mut found: BTreeMap<(&str, &str), Area> = BTreeMap::new();
    let empty = |area: &str, product: &str| Area {
        area: area.to_owned(),
        product: product.to_owned(),
        high_outlets: 0,
        high: Sold::default(),
        other_outlets: 0,
        other: Sold::default(),
    };
    let mut dear: BTreeSet<(&str, &str)> = BTreeSet::new();
    for one in high {
        let area = at_level(&one.territory, level);
        let row = found.entry((area, one.product.as_str())).or_insert_with(|| empty(area, &one.product));
        row.high_outlets += 1;
        row.high.add(one.sold);
        dear.insert((one.outlet.as_str(), one.product.as_str()));
    }
    for ((outlet, product), (territory, sold)) in pieces {
        if dear.contains(&(outlet.as_str(), product.as_str())) {
            continue;
        }
        if let Some(row) = found.get_mut(&(at_level(territory, level), product.as_str())) {
            row.other_outlets += 1;
            row.other.add(*sold);
        }
    }
    found.into_values().collect()
}

/// What a supplier offers a product at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Product.
    pub product: String,
    /// What a piece costs the dealer.
    pub supply: Fen,
    /// What it is suggested to sell for.
    pub suggested: Fen,
}

/// The three goals of a product's price: what it leaves the dealer, how it stands beside competitors, and its share of what is sold (R7.270).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goals {
    /// Product.
    pub product: String,
    /// Least and most a piece leaves the dealer at the suggested price, over the offers that are open.
    pub margin: Option<(Fen, Fen)>,
    /// Middle of our prices that were seen.
    pub ours: Option<Fen>,
    /// Middle of competitors' that were seen beside it.
    pub rival: Option<Fen>,
    /// Pieces sold.
    pub pieces: i64,
    /// Pieces of all products that were sold.
    pub of: i64,
}

impl Goals {
    /// By how much ours is dearer than the competitors'.
    pub fn gap(&self) -> Option<Fen> {
        Some(Fen(self.ours?.0 - self.rival?.0))
    }
}

/// The goals of every product that was seen, sold or offered, by product.
pub fn goals(checks: &[Check], pieces: &Pieces, offers: &[Offered]) -> Vec<Goals> {
    let mut prices: BTreeMap<&str, (Vec<Fen>, Vec<Fen>)> = BTreeMap::new();
    for check in checks {
        let (our, rival) = prices.entry(&check.product).or_default();
        match check.seen {
            Seen::Rival => rival.push(check.amount),
            Seen::Tag | Seen::Quoted => our.push(check.amount),
            Seen::Complaint => {}
        }
    }
    let mut sold: BTreeMap<&str, i64> = BTreeMap::new();
    for ((_, product), (_, one)) in pieces {
        *sold.entry(product).or_default() += one.now;
    }
    let of: i64 = sold.values().sum();
    let mut products: BTreeSet<&str> = prices.keys().copied().chain(sold.keys().copied()).collect();
    products.extend(offers.iter().map(|offer| offer.product.as_str()));
    let goals = |product: &str| {
        let left: Vec<Fen> =
            offers.iter().filter(|offer| offer.product == product).map(|offer| Fen(offer.suggested.0 - offer.supply.0)).collect();
        let (our, rival) = prices.get(product).map_or((None, None), |(our, rival)| (middle(our), middle(rival)));
        Goals {
            product: product.to_owned(),
            margin: left.iter().min().zip(left.iter().max()).map(|(least, most)| (*least, *most)),
            ours: our,
            rival,
            pieces: sold.get(product).copied().unwrap_or(0),
            of,
        }
    };
    products.into_iter().map(goals).collect()
}

/// The middle price; of two, their mean, half up.
fn middle(prices: &[Fen]) -> Option<Fen> {
    let mut sorted = prices.to_vec();
    sorted.sort_unstable();
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some(Fen((low.0 + high.0 + 1).div_euclid(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn sale(outlet: &str, on: &str, pieces: i64, yuan: i64) -> Sale {
        Sale { outlet: outlet.into(), territory: "421102001".into(), product: "T1".into(), day: day(on), pieces, amount: Fen(yuan * 100) }
    }

    fn check(outlet: &str, on: &str, seen: Seen, verdict: Verdict, yuan: i64) -> Check {
        Check {
            id: format!("{outlet}{on}"),
            seen,
            product: "T1".into(),
            outlet: outlet.into(),
            partner: "P1".into(),
            territory: "421102001".into(),
            seen_on: day(on),
            amount: Fen(yuan * 100),
            verdict,
            floor: None,
            suggested: Some(Fen(119_900)),
            mode: None,
            book: String::new(),
            visit: String::new(),
            photo: String::new(),
            note: String::new(),
            case: String::new(),
            who: String::new(),
            at_us: 0,
        }
    }

    #[test]
    fn pieces_are_counted_by_the_price_they_were_sold_at() {
        // R7.276
        let sales = [
            sale("O1", "2026-08-01", 2, 2_398),
            sale("O2", "2026-08-02", 1, 1_150),
            sale("O1", "2026-08-03", 1, 1_299),
            sale("O1", "2026-08-04", -1, -1_199),
        ];
        let found: Vec<(i64, i64, u32)> =
            points(&sales, Fen(10_000)).into_iter().map(|one| (one.from.0, one.pieces, one.outlets)).collect();
        assert_eq!(found, [(110_000, 3, 2), (120_000, 1, 1)]);
        assert!(points(&sales[3..], Fen(10_000)).is_empty(), "a return has no price");
    }

    #[test]
    fn a_price_that_stays_high_while_sales_fall_is_a_bottleneck() {
        // R7.293, R7.279
        let sales = [
            sale("O1", "2026-07-20", 9, 1),
            sale("O1", "2026-08-10", 4, 1),
            sale("O2", "2026-07-20", 5, 1),
            sale("O2", "2026-08-10", 6, 1),
            sale("O3", "2026-07-20", 3, 1),
            sale("O3", "2026-08-10", 5, 1),
        ];
        let pieces = pieces(&sales, day("2026-08-01"));
        let mut checks = Vec::new();
        for on in ["2026-08-05", "2026-08-12", "2026-08-19"] {
            checks.push(check("O1", on, Seen::Tag, Verdict::High, 1_399));
            checks.push(check("O2", on, Seen::Tag, Verdict::High, 1_399));
        }
        let found = high(&checks, &pieces, 3);
        let told: Vec<(&str, u32, bool)> = found.iter().map(|one| (one.outlet.as_str(), one.in_row, one.bottleneck)).collect();
        assert_eq!(told, [("O1", 3, true), ("O2", 3, false)], "sales of the second rose");
        assert!(!high(&checks, &pieces, 4)[0].bottleneck, "three are not four");
        checks.push(check("O1", "2026-08-26", Seen::Tag, Verdict::Fine, 1_199));
        let put_right = high(&checks, &pieces, 3);
        assert_eq!(put_right.iter().filter(|one| one.bottleneck).count(), 0, "the latest is in order");
        let area = areas(&found, &pieces, Level::County).remove(0);
        assert_eq!((area.area.as_str(), area.high_outlets, area.other_outlets), ("421102", 2, 1));
        assert_eq!((area.high, area.other), (Sold { now: 10, before: 14 }, Sold { now: 5, before: 3 }));
        assert!(area.high.fell() && !area.other.fell());
    }

    #[test]
    fn a_product_shows_its_three_goals() {
        // R7.270
        let offers = [(90_000, 119_900), (95_000, 119_900)].map(|(supply, suggested)| Offered {
            product: "T1".into(),
            supply: Fen(supply),
            suggested: Fen(suggested),
        });
        let checks = [
            check("O1", "2026-08-05", Seen::Tag, Verdict::Fine, 1_199),
            check("O2", "2026-08-05", Seen::Quoted, Verdict::Fine, 1_189),
            check("O1", "2026-08-05", Seen::Rival, Verdict::Noted, 1_099),
            check("O1", "2026-08-06", Seen::Complaint, Verdict::Low, 1),
        ];
        let mut sales = vec![sale("O1", "2026-08-10", 3, 1), sale("O1", "2026-07-10", 9, 1)];
        sales.push(Sale { product: "T2".into(), ..sale("O1", "2026-08-10", 1, 1) });
        let found = goals(&checks, &pieces(&sales, day("2026-08-01")), &offers);
        assert_eq!((found.len(), found[0].margin), (2, Some((Fen(24_900), Fen(29_900)))));
        assert_eq!((found[0].ours, found[0].rival, found[0].gap()), (Some(Fen(119_400)), Some(Fen(109_900)), Some(Fen(9_500))));
        assert_eq!((found[0].pieces, found[0].of), (3, 4));
        assert_eq!((found[1].margin, found[1].gap()), (None, None));
    }
}
