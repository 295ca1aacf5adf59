//! 订货建议 (R7.121, R7.125): what an outlet should order, in whole pieces, with a reason for each line.

use crate::assortment::Role;
use crate::stock::WEEKS;
use qudao_kernel::{Fen, Text};

/// What proposals go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Weeks a supply is to last.
    pub cover_weeks: u32,
    /// Days until it comes.
    pub lead_days: u32,
    /// Days kept in reserve.
    pub safety_days: u32,
}

/// A model at an outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need<'a> {
    /// Model.
    pub product: &'a str,
    /// What it is to the outlet.
    pub role: Role,
    /// What one costs the outlet.
    pub price: Fen,
    /// Pieces there; none where it is not known.
    pub stock: Option<i64>,
    /// Pieces on their way.
    pub on_order: i64,
    /// Pieces sold in four weeks.
    pub sold: i64,
    /// Pieces outlets of the same kind sold in four weeks.
    pub peers_sold: i64,
    /// How many these are.
    pub peers: i64,
}

/// A line of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Model.
    pub product: String,
    /// Pieces.
    pub quantity: i64,
    /// What they cost.
    pub amount: Fen,
    /// Why so many.
    pub reason: Text,
}

/// The first order of an outlet: every model of its assortment, as many as similar outlets sell in the weeks it is to last, and one at least.
pub fn initial(needs: &[Need<'_>], rules: Rules) -> Vec<Line> {
    let weeks = i64::from(rules.cover_weeks);
    let line = |need: &Need<'_>| {
        let divisor = need.peers.max(1) * i64::from(WEEKS);
        let quantity = ceil(need.peers_sold.max(0) * weeks, divisor).max(1);
        let reason = if need.peers_sold > 0 {
            Text::new(
                format!("同类 {} 家网点近 {WEEKS} 周销 {} 台，按周均备货 {weeks} 周", need.peers, need.peers_sold),
                format!("{} similar outlets sold {} in {WEEKS} weeks; an average outlet's {weeks} weeks", need.peers, need.peers_sold),
            )
        } else {
            Text::new(
                "同类网点近期没有销售；首单每款至少 1 台，以备齐规格",
                "similar outlets sold none; one of each variant for the first order",
            )
        };
        made(need, quantity, reason)
    };
    needs.iter().filter(|need| matches!(need.role, Role::Must | Role::Main | Role::Optional)).map(line).collect()
}

/// What is to be ordered again: what will be sold until the next supply comes and lasts, less what is there and on its way. A core model that is out is
/// ordered whatever it sold. Models without a need have no line.
pub fn replenish(needs: &[Need<'_>], rules: Rules) -> Vec<Line> {
    let days = i64::from(rules.lead_days) + i64::from(rules.safety_days) + 7 * i64::from(rules.cover_weeks);
    let line = |need: &Need<'_>| {
        let there = need.stock?.max(0);
        let target = ceil(need.sold.max(0) * days, 7 * i64::from(WEEKS));
        let short = target - there - need.on_order;
        if short > 0 {
            let reason = Text::new(
                format!("近 {WEEKS} 周销 {} 台，{days} 天需 {target} 台；现有 {there} 台，在途 {} 台", need.sold, need.on_order),
                format!("{} sold in {WEEKS} weeks, {target} for {days} days; {there} there, {} on their way", need.sold, need.on_order),
            );
            return Some(made(need, short, reason));
        }
        let out = need.role.is_core() && there + need.on_order == 0;
        let reason = || Text::new("主力机型断货；至少补 1 台保证上柜", "a core model is out; one at least, to be on the shelf");
        out.then(|| made(need, 1, reason()))
    };
    needs.iter().filter(|need| need.role.is_sold() && need.role != Role::None).filter_map(line).collect()
}

fn made(need: &Need<'_>, quantity: i64, reason: Text) -> Line {
    Line { product: need.product.to_owned(), quantity, amount: Fen(need.price.0.saturating_mul(quantity)), reason }
}

/// Division rounded up, of what is not below zero.
const fn ceil(number: i64, by: i64) -> i64 {
    (number + by - 1).div_euclid(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { cover_weeks: 2, lead_days: 3, safety_days: 4 };

    fn need(product: &str, role: Role, stock: Option<i64>, sold: i64) -> Need<'_> {
        Need { product, role, price: Fen(42_000), stock, on_order: 0, sold, peers_sold: 60, peers: 12 }
    }

    fn lines(all: &[Line]) -> Vec<(&str, i64)> {
        all.iter().map(|line| (line.product.as_str(), line.quantity)).collect()
    }

    #[test]
    fn a_first_order_has_every_variant() {
        // R7.125: 60 in 4 weeks at 12 outlets are 1.25 a week, 2.5 in two weeks, 3 pieces
        let none = Need { peers_sold: 0, peers: 0, ..need("T3", Role::Optional, None, 0) };
        let needs = [need("T1", Role::Main, None, 0), need("T2", Role::Banned, None, 0), none, need("T4", Role::None, None, 0)];
        let found = initial(&needs, RULES);
        assert_eq!(lines(&found), [("T1", 3), ("T3", 1)]);
        assert_eq!(found[0].amount, Fen(126_000));
        assert!(found.iter().all(|line| !line.reason.zh.is_empty() && !line.reason.en.is_empty()));
    }

    #[test]
    fn what_will_be_sold_is_ordered_again() {
        // R7.121: 28 in 28 days is one a day; 21 days to cover
        let on_order = Need { on_order: 5, ..need("T2", Role::Main, Some(6), 28) };
        let needs = [
            need("T1", Role::Main, Some(6), 28),
            on_order,
            need("T3", Role::Main, Some(30), 28),
            need("T4", Role::Must, Some(0), 0),
            need("T5", Role::Optional, Some(0), 0),
            need("T6", Role::Main, None, 28),
            need("T7", Role::Banned, Some(0), 28),
            need("T8", Role::Main, Some(-2), 1),
        ];
        assert_eq!(lines(&replenish(&needs, RULES)), [("T1", 15), ("T2", 10), ("T4", 1), ("T8", 1)]);
    }
}
