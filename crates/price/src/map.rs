//! 价格地图 (R7.267, R7.291, §12 Q5, Q7): how prices of a product stand in an area, and what that advises. It is advice and nothing else.
//!
//! Invariant: a pure function of checks and counts. Of an outlet, the latest price of each sort counts, and competitors' and complaints' prices do not.

use crate::check::{Check, Seen};
use crate::kept::names;
use crate::verdict::{Verdict, share, spread};
use qudao_kernel::Fen;
use qudao_kernel::territory::{Level, at_level};
use std::collections::{BTreeMap, BTreeSet};

/// Fewest outlets from which an area says something.
const FEWEST: u32 = 3;

/// From what on an area is in disorder, and how wide is enough; hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Spread of prices.
    pub spread: u32,
    /// Outlets below the floor ÷ outlets seen.
    pub below: u32,
    /// Outlets with the product ÷ outlets of the area.
    pub width: u32,
}

/// What an area's prices advise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Advice {
    /// 乱价: narrow the width until prices are in order.
    Narrow,
    /// Too few outlets were looked at.
    Look,
    /// Stable and narrow: more outlets may have it.
    Widen,
    /// Stable and wide enough.
    Keep,
}
names!(Advice { Narrow "narrow", Look "look", Widen "widen", Keep "keep" });

/// A product in an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Division code.
    pub area: String,
    /// Product.
    pub product: String,
    /// Suggested price of the latest check; none where no price holds.
    pub suggested: Option<Fen>,
    /// Outlets whose price was seen.
    pub seen: u32,
    /// Outlets of the area.
    pub outlets: u32,
    /// Lowest price.
    pub lowest: Fen,
    /// Middle one; of two, their mean, half up.
    pub median: Fen,
    /// Highest price.
    pub highest: Fen,
    /// (highest − lowest) ÷ suggested, hundredths of a percent.
    pub spread: Option<u32>,
    /// Outlets below the floor.
    pub below: u32,
    /// Outlets far above the suggested price.
    pub above: u32,
    /// Outlets below the floor ÷ outlets seen, hundredths of a percent.
    pub below_share: u32,
    /// Outlets seen with it ÷ outlets of the area, hundredths of a percent: the width that was seen.
    pub width: Option<u32>,
    /// What it advises.
    pub advice: Advice,
}

/// The latest checks of an area and product, by outlet and the way they were seen.
type Latest<'a> = BTreeMap<(&'a str, &'a str), &'a Check>;

/// The map at a level, by area, then product. `outlets` says how many outlets an area has.
pub fn rows(checks: &[Check], level: Level, outlets: &BTreeMap<String, u32>, bounds: Bounds) -> Vec<Row> {
    let mut latest: BTreeMap<(&str, &str), Latest<'_>> = BTreeMap::new();
    for check in checks.iter().filter(|check| matches!(check.seen, Seen::Tag | Seen::Quoted)) {
        let key = (at_level(&check.territory, level), check.product.as_str());
        let one = latest.entry(key).or_default().entry((check.outlet.as_str(), check.seen.name())).or_insert(check);
        if (one.seen_on, one.at_us) <= (check.seen_on, check.at_us) {
            *one = check;
        }
    }
    let row = |((area, product), found): ((&str, &str), Latest<'_>)| {
        row(area, product, &found.into_values().collect::<Vec<_>>(), outlets.get(area).copied().unwrap_or(0), bounds)
    };
    latest.into_iter().filter_map(row).collect()
}

fn row(area: &str, product: &str, checks: &[&Check], outlets: u32, bounds: Bounds) -> Option<Row> {
    let mut prices: Vec<Fen> = checks.iter().map(|check| check.amount).collect();
    prices.sort_unstable();
    let (lowest, highest) = (*prices.first()?, *prices.last()?);
    let (low, high) = (prices.get((prices.len() - 1) / 2)?, prices.get(prices.len() / 2)?);
    let which = |verdicts: &[Verdict]| {
        let found: BTreeSet<&str> = checks.iter().filter(|one| verdicts.contains(&one.verdict)).map(|one| one.outlet.as_str()).collect();
        u32::try_from(found.len()).unwrap_or(u32::MAX)
    };
    let seen: BTreeSet<&str> = checks.iter().map(|one| one.outlet.as_str()).collect();
    let seen = u32::try_from(seen.len()).unwrap_or(u32::MAX);
    let suggested =
        checks.iter().filter(|one| one.suggested.is_some()).max_by_key(|one| (one.seen_on, one.at_us)).and_then(|one| one.suggested);
    let (below, above) = (which(&[Verdict::Low, Verdict::Violation]), which(&[Verdict::High]));
    let below_share = share(u64::from(below), u64::from(seen)).unwrap_or(0);
    let spread = suggested.and_then(|suggested| spread(&prices, suggested));
    let width = share(u64::from(seen), u64::from(outlets));
    let advice = if below > 0 && below_share >= bounds.below || spread.is_some_and(|spread| spread > bounds.spread) {
        Advice::Narrow
    } else if seen < FEWEST {
        Advice::Look
    } else if width.is_some_and(|width| width < bounds.width) {
        Advice::Widen
    } else {
        Advice::Keep
    };
    let median = Fen((low.0 + high.0 + 1).div_euclid(2));
    let (area, product) = (area.to_owned(), product.to_owned());
    Some(Row { area, product, suggested, seen, outlets, lowest, median, highest, spread, below, above, below_share, width, advice })
}
