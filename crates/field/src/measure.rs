//! The figures of the field, each with its formula. Shares are hundredths of a percent, rounded half up once; a share of nothing is none.
//!
//! Formulas: 第7篇 (distribution, requirements §12 Q1–Q6), and the trade's own for journey plans and calls.

use crate::checklist::score::share;
use qudao_kernel::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The level of territory down to which a product reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Units of the level that distribute.
    pub reached: u32,
    /// Units of the level there are.
    pub existing: u32,
}

impl Reach {
    /// 到达率: reached ÷ existing (R7.105, R7.106, R7.108).
    pub fn share(self) -> Option<u32> {
        share(u64::from(self.reached.min(self.existing)), u64::from(self.existing))
    }
}

/// 深度: the deepest level, by its place from the top, whose reach meets the least (Q1, Q4); none if none does.
pub fn deepest(levels: &[Reach], least: u32) -> Option<usize> {
    levels.iter().rposition(|level| level.share().is_some_and(|share| share >= least))
}

/// Whether a product reaches at least to a level (R7.115).
pub fn deep_enough(levels: &[Reach], least: u32, level: usize) -> bool {
    deepest(levels, least).is_some_and(|deepest| deepest >= level)
}

/// 宽度 is sufficient from its standard on; more is not penalised (Q5, R7.116).
pub fn wide_enough(reach: Reach, sufficient: u32) -> bool {
    reach.share().is_some_and(|share| share >= sufficient)
}

/// Whether an outlet distributes a model on a day: it has stock and the model is on sale there (R7.99).
pub const fn distributes(stock: u32, on_sale: bool) -> bool {
    stock > 0 && on_sale
}

/// 上柜率: core models on the shelf ÷ core models assigned to the outlet's type (Q6, R7.117, R7.118).
pub fn on_shelf(assigned: &BTreeSet<&str>, shown: &BTreeSet<&str>) -> Option<u32> {
    share(assigned.intersection(shown).count() as u64, assigned.len() as u64)
}

/// Stock at the end of a time: opening + in − out ± adjustments (R7.78).
pub const fn closing(opening: i64, sell_in: i64, sell_through: i64, adjusted: i64) -> i64 {
    opening + sell_in - sell_through + adjusted
}

/// Weeks of cover in tenths: stock ÷ average sell-through of a week (R7.79); none where nothing was sold.
pub fn cover_tenths(stock: u32, sold: u32, weeks: u32) -> Option<u32> {
    let tenths = u64::from(stock) * 10 * u64::from(weeks);
    (sold > 0).then(|| u32::try_from((tenths + u64::from(sold) / 2) / u64::from(sold)).unwrap_or(u32::MAX))
}

/// The focus outlets of a network: the upper fifth, by contribution, at least one (R7.95, S19, Q16). Codes decide between equals.
pub fn focus<'a>(contributions: &[(&'a str, i64)], percent: u32) -> Vec<&'a str> {
    let mut ranked: Vec<&(&str, i64)> = contributions.iter().collect();
    ranked.sort_by_key(|(code, amount)| (std::cmp::Reverse(*amount), *code));
    let count = (contributions.len() * percent as usize).div_ceil(100);
    ranked.into_iter().take(count).map(|(code, _)| *code).collect()
}

/// A stop of a day's plan and of the day itself, in the order of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Adherence {
    /// Outlets planned.
    pub planned: u32,
    /// Of these, visited.
    pub kept: u32,
    /// Visits made.
    pub made: u32,
    /// Of these, planned.
    pub made_as_planned: u32,
    /// Of the planned visits made, those in the order of the plan.
    pub in_order: u32,
}

impl Adherence {
    /// Plan against day: outlets in the order they were planned, and in the order they were visited.
    pub fn of(planned: &[&str], visited: &[&str]) -> Self {
        let plan: BTreeSet<&str> = planned.iter().copied().collect();
        let went: BTreeSet<&str> = visited.iter().copied().collect();
        let mut seen = BTreeSet::new();
        let first_visits = visited.iter().filter(|outlet| plan.contains(**outlet) && seen.insert(**outlet));
        let places: Vec<usize> = first_visits.filter_map(|outlet| planned.iter().position(|one| one == outlet)).collect();
        Self {
            planned: plan.len() as u32,
            kept: plan.intersection(&went).count() as u32,
            made: visited.len() as u32,
            made_as_planned: visited.iter().filter(|outlet| plan.contains(**outlet)).count() as u32,
            in_order: longest_rising(&places),
        }
    }

    /// Two days as one.
    pub fn and(self, other: Self) -> Self {
        Self {
            planned: self.planned + other.planned,
            kept: self.kept + other.kept,
            made: self.made + other.made,
            made_as_planned: self.made_as_planned + other.made_as_planned,
            in_order: self.in_order + other.in_order,
        }
    }

    /// 计划执行率: planned outlets visited ÷ planned outlets (R7.38).
    pub fn plan_rate(self) -> Option<u32> {
        share(u64::from(self.kept), u64::from(self.planned))
    }

    /// 计划内拜访占比: visits that were planned ÷ all visits.
    pub fn call_compliance(self) -> Option<u32> {
        share(u64::from(self.made_as_planned), u64::from(self.made))
    }

    /// 路线执行率: visits in planned order ÷ planned visits made.
    pub fn route_compliance(self) -> Option<u32> {
        share(u64::from(self.in_order), u64::from(self.kept))
    }
}

/// Length of the longest rising part, leaving out what is not in order.
fn longest_rising(places: &[usize]) -> u32 {
    let mut ends: Vec<usize> = Vec::new();
    for place in places {
        let at = ends.partition_point(|end| end < place);
        if at == ends.len() {
            ends.push(*place);
        } else {
            ends[at] = *place;
        }
    }
    ends.len() as u32
}

/// 有效拜访率: visits with a result (an activation, order, training passed or defect put right) ÷ visits.
pub fn strike(visits: u32, with_result: u32) -> Option<u32> {
    share(u64::from(with_result), u64::from(visits))
}

/// 有效覆盖: outlets visited, or billed, at least once ÷ outlets.
pub fn coverage(outlets: u32, covered: u32) -> Option<u32> {
    share(u64::from(covered), u64::from(outlets))
}

/// Working days of a week.
const WEEK: u32 = 5;

/// How many different customers are to be visited in a week (R8.128, Q38): of a short week so many as its working days make, rounded up.
pub fn customers_due(per_week: u32, working_days: u32) -> u32 {
    if working_days >= WEEK { per_week } else { (per_week * working_days).div_ceil(WEEK) }
}

/// Different customers visited in each week, by its Monday. Visits as day and customer.
pub fn customers<'a>(visits: impl IntoIterator<Item = (Date, &'a str)>) -> BTreeMap<Date, BTreeSet<&'a str>> {
    let mut weeks: BTreeMap<Date, BTreeSet<&str>> = BTreeMap::new();
    for (day, customer) in visits {
        weeks.entry(monday(day)).or_default().insert(customer);
    }
    weeks
}

/// The Monday of a day's week.
pub fn monday(day: Date) -> Date {
    day.plus_days(1 - day.weekday() as i32)
}

/// A day's minutes: inside outlets, on the way between them, and from the first check-in to the last check-out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    /// Σ (check-out − check-in).
    pub inside: i64,
    /// Σ (next check-in − last check-out).
    pub between: i64,
    /// Last check-out − first check-in.
    pub work: i64,
}

/// Splits a day. Visits as (check-in, check-out), microseconds since 1970, in any order.
pub fn split(visits: &[(i64, i64)]) -> Split {
    let mut visits: Vec<(i64, i64)> = visits.iter().copied().filter(|(entered, left)| left >= entered).collect();
    visits.sort_unstable();
    let minutes = |us: i64| us / 60_000_000;
    let inside = visits.iter().map(|(entered, left)| left - entered).sum();
    let between = visits.windows(2).map(|pair| (pair[1].0 - pair[0].1).max(0)).sum();
    let first = visits.first().map_or(0, |(entered, _)| *entered);
    let last = visits.iter().map(|(_, left)| *left).max().unwrap_or(0);
    Split { inside: minutes(inside), between: minutes(between), work: minutes(last - first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(reached: u32, existing: u32) -> Reach {
        Reach { reached, existing }
    }

    #[test]
    fn depth_and_width_are_those_of_the_source() {
        // S5 N1 N2 R7.105 R7.106 R7.108 R7.109 R7.115 R7.116
        assert_eq!(reach(8, 10).share(), Some(8_000), "县级到达率");
        assert_eq!(reach(180, 200).share(), Some(9_000), "售点密度");
        for (reached, share, enough) in [(159, 7_950, false), (160, 8_000, true), (161, 8_050, true)] {
            assert_eq!((reach(reached, 200).share(), wide_enough(reach(reached, 200), 8_000)), (Some(share), enough));
        }
        let levels = [reach(2, 2), reach(8, 10), reach(30, 100)];
        assert_eq!(levels.map(Reach::share), [Some(10_000), Some(8_000), Some(3_000)]);
        assert_eq!(deepest(&levels, 8_000), Some(1), "the county");
        assert!(deep_enough(&levels, 8_000, 1) && !deep_enough(&[reach(2, 2), reach(0, 10)], 8_000, 1));
        assert_eq!((reach(0, 0).share(), deepest(&[], 8_000)), (None, None));
    }

    #[test]
    fn shelf_and_stock() {
        // S4 N3 N4 R7.78 R7.79 R7.99 R7.117 R7.118
        let models = |list: &[&'static str]| list.iter().copied().collect::<BTreeSet<&str>>();
        let five = models(&["a", "b", "c", "d", "e"]);
        assert_eq!(on_shelf(&five, &models(&["a", "b", "c", "d", "e", "old"])), Some(10_000));
        assert_eq!(on_shelf(&five, &models(&["a", "b", "c", "d"])), Some(8_000));
        assert_eq!(on_shelf(&models(&["a", "b", "c"]), &models(&["a", "b", "c"])), Some(10_000));
        assert_eq!([distributes(3, false), distributes(0, true), distributes(3, true)], [false, false, true]);
        assert_eq!(closing(20, 30, 25, -1), 24);
        assert_eq!((cover_tenths(30, 40, 4), cover_tenths(30, 0, 4)), (Some(30), None));
    }

    #[test]
    fn focus_is_a_fifth() {
        // S19 N35 R7.95
        let codes: Vec<String> = (0..200).map(|at| format!("O{at:03}")).collect();
        let all: Vec<(&str, i64)> = codes.iter().enumerate().map(|(at, code)| (code.as_str(), at as i64 / 2)).collect();
        let focus = focus(&all, 20);
        assert_eq!((focus.len(), focus[0], focus[1]), (40, "O198", "O199"));
        assert_eq!(coverage(800, 640), Some(8_000), "share of visits to them");
    }

    #[test]
    fn journeys_and_calls() {
        // R7.38
        let rates = |planned, kept, made, made_as_planned, in_order| {
            let all = Adherence { planned, kept, made, made_as_planned, in_order };
            [all.plan_rate(), all.call_compliance(), all.route_compliance()]
        };
        assert_eq!(rates(18, 15, 20, 15, 9), [Some(8_333), Some(7_500), Some(6_000)]);
        let day = Adherence::of(&["a", "b", "c", "d"], &["b", "a", "x", "c", "c"]);
        assert_eq!(day, Adherence { planned: 4, kept: 3, made: 5, made_as_planned: 4, in_order: 2 });
        assert_eq!(day.and(day).planned, 8);
        assert_eq!((strike(20, 6), coverage(5, 3), coverage(200, 180)), (Some(3_000), Some(6_000), Some(9_000)));
        assert_eq!(Adherence::of(&[], &[]).plan_rate(), None);
    }

    #[test]
    fn a_week_has_twenty_customers() {
        // S7 N12 N13 R8.128
        let monday_on: Date = "2026-08-24".parse().unwrap();
        let codes: Vec<String> = (0..20).map(|at| format!("O{at:02}")).collect();
        let visited = |count: usize, visits: usize| {
            let all = (0..visits).map(|at| (monday_on.plus_days(at as i32 % 5), codes[at % count].as_str()));
            customers(all).get(&monday_on).map_or(0, BTreeSet::len)
        };
        let due = customers_due(20, 5) as usize;
        assert!(visited(20, 20) >= due && visited(19, 19) < due);
        assert_eq!((visited(19, 25), visited(19, 25) >= due), (19, false), "distinct customers, not visits");
        assert_eq!([6, 5, 4, 3, 1, 0].map(|days| customers_due(20, days)), [20, 20, 16, 12, 4, 0], "a short week by its working days");
        let sunday = monday_on.plus_days(6);
        assert_eq!(
            (monday(sunday), monday(monday_on), customers([(sunday, "a"), (sunday.plus_days(1), "a")]).len()),
            (monday_on, monday_on, 2)
        );
    }

    #[test]
    fn a_day_is_inside_between_and_work() {
        let minute = 60_000_000;
        let day = split(&[(100 * minute, 130 * minute), (10 * minute, 70 * minute), (9, 1)]);
        assert_eq!(day, Split { inside: 90, between: 30, work: 120 });
        assert_eq!(split(&[]), Split::default());
    }
}
