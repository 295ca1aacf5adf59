//! 网点分级: outlets by 信誉 (credit) and 销售 (sales), and what is proposed for each (R7.114).
//!
//! **Sales.** Outlets of one county and channel category are ranked by a metric (effective orders unless a parameter says otherwise), equal
//! ones share the better place. Sales are good for the first so many per cent.
//!
//! **Credit.** 100 points, less so many points for each per cent of business taken back by a return or cancellation, of subscribers who were
//! gone three months after joining, and of bills still owed; not below nothing. What there is no number for costs no points. Credit is good from
//! a least number of points.
//!
//! Both good: keep. One good: improve the other. None: eliminate. An outlet that opened too lately is not graded, nor counted among the others.
//! How much each costs and where good begins are parameters, by territory. What is proposed changes nothing.

use crate::answer;
use crate::ask::{Counter, Within};
use crate::dimension::Dimension;
use crate::model::Catalogue;
use crate::query::Query;
use crate::shape::{over, share};
use qudao_kernel::master::Master;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Month, Refusal};
use std::collections::{BTreeMap, HashMap};

/// Tenths of a point at the beginning.
const FULL: i64 = 1_000;
/// Months after joining at which subscribers are looked at.
const LOST_AFTER: i32 = 3;

/// Where good begins, and what costs credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The first so many of a group have good sales, parts of a million.
    pub sales_first_ppm: i64,
    /// Points from which credit is good.
    pub credit_least: i64,
    /// Points for a per cent of business taken back.
    pub per_taken_back: i64,
    /// Points for a per cent of subscribers lost within three months.
    pub per_lost: i64,
    /// Points for a per cent of bills still owed.
    pub per_arrears: i64,
    /// Days an outlet is new and not graded.
    pub new_days: i64,
}

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proposal {
    /// 保持: both are good.
    Keep,
    /// 提升销售: credit is good.
    ImproveSales,
    /// 提升信誉: sales are good.
    ImproveCredit,
    /// 淘汰: neither is.
    Eliminate,
    /// Too new to grade.
    New,
}

impl Proposal {
    /// All of them.
    pub const ALL: [Proposal; 5] = [Self::Keep, Self::ImproveSales, Self::ImproveCredit, Self::Eliminate, Self::New];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::ImproveSales => "improve_sales",
            Self::ImproveCredit => "improve_credit",
            Self::Eliminate => "eliminate",
            Self::New => "new",
        }
    }

    /// From both axes.
    pub const fn of(sales_good: bool, credit_good: bool) -> Self {
        match (sales_good, credit_good) {
            (true, true) => Self::Keep,
            (false, true) => Self::ImproveSales,
            (true, false) => Self::ImproveCredit,
            (false, false) => Self::Eliminate,
        }
    }
}

/// What is known of an outlet in a period: shares in parts of a million, `None` where there is nothing to divide by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// The metric sales are ranked by.
    pub sales: i64,
    /// Business taken back, of what was accepted.
    pub taken_back_ppm: Option<i64>,
    /// Gone three months after joining, of those who joined three months before the period's months.
    pub lost_ppm: Option<i64>,
    /// Still owed, of what was billed.
    pub arrears_ppm: Option<i64>,
}

/// An outlet's grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// Outlet.
    pub outlet: String,
    /// Numbers it was graded by.
    pub known: Known,
    /// Place in its group, from 1; 0 where it is too new.
    pub rank: usize,
    /// Outlets of the group.
    pub of: usize,
    /// Tenths of a point.
    pub credit_tenths: i64,
    /// Whether sales are good.
    pub sales_good: bool,
    /// Whether credit is good.
    pub credit_good: bool,
    /// What is proposed.
    pub proposal: Proposal,
}

impl Rules {
    /// Credit in tenths of a point.
    pub fn credit(&self, known: &Known) -> i64 {
        let parts = [(self.per_taken_back, known.taken_back_ppm), (self.per_lost, known.lost_ppm), (self.per_arrears, known.arrears_ppm)];
        // A point per per cent is a tenth of a point per thousand parts of a million.
        let lost: i128 = parts.into_iter().filter_map(|(points, ppm)| Some(i128::from(points) * i128::from(ppm?))).sum();
        let tenths = over(lost, 1_000).and_then(|tenths| i64::try_from(tenths).ok()).unwrap_or(FULL);
        (FULL - tenths).clamp(0, FULL)
    }

    /// Whether a place in a group is among the first ones; of an odd number one more is.
    pub fn sells_well(&self, rank: usize, of: usize) -> bool {
        let (rank, of) = (rank as i128, of as i128);
        rank > 0 && (rank - 1) * 1_000_000 < of * i128::from(self.sales_first_ppm)
    }
}

/// Grades the outlets that are open on the last day of some months, everywhere. `rules` gives those of a division.
///
/// # Errors
/// As [`answer`](fn@crate::answer), those of `rules`, and an unknown metric.
pub fn grade(
    catalogue: &Catalogue,
    master: &Master,
    counter: &dyn Counter,
    (first, last): (Month, Month),
    sales_by: &str,
    rules: &dyn Fn(&str) -> Result<Rules, Refusal>,
) -> Result<Vec<Graded>, Refusal> {
    let known = known(catalogue, master, counter, (first, last), sales_by)?;
    let end = last.last_day();
    let mut opened: HashMap<&str, Date> = HashMap::new();
    for row in master.outlets() {
        let first = opened.entry(&row.code).or_insert(row.span.from);
        *first = row.span.from.min(*first);
    }
    let mut held: BTreeMap<&str, Rules> = BTreeMap::new();
    let mut groups: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    let mut outlets = Vec::new();
    for row in master.outlets().filter(|row| row.span.contains(end)) {
        if !held.contains_key(row.territory.as_str()) {
            held.insert(&row.territory, rules(&row.territory)?);
        }
        let rules = held[row.territory.as_str()];
        let known = known.get(&row.code).copied().unwrap_or_default();
        let group = (at_level(&row.territory, Level::County), row.channel.as_str());
        let since = opened.get(row.code.as_str()).map_or(i64::MIN, |day| i64::from(day.days()));
        let is_new = i64::from(end.days()).saturating_sub(since) < rules.new_days;
        if !is_new {
            groups.entry(group).or_default().push(known.sales);
        }
        outlets.push((row, rules, known, group, is_new));
    }
    let graded = outlets.into_iter().map(|(row, rules, known, group, is_new)| {
        let beside = groups.get(&group).map(Vec::as_slice).unwrap_or_default();
        let rank = if is_new { 0 } else { 1 + beside.iter().filter(|sales| **sales > known.sales).count() };
        let credit_tenths = rules.credit(&known);
        let (sales_good, credit_good) = (rules.sells_well(rank, beside.len()), credit_tenths >= rules.credit_least * 10);
        let proposal = if is_new { Proposal::New } else { Proposal::of(sales_good, credit_good) };
        Graded { outlet: row.code.clone(), known, rank, of: beside.len(), credit_tenths, sales_good, credit_good, proposal }
    });
    Ok(graded.collect())
}

fn known(
    catalogue: &Catalogue,
    master: &Master,
    counter: &dyn Counter,
    (first, last): (Month, Month),
    sales_by: &str,
) -> Result<HashMap<String, Known>, Refusal> {
    let ask = |metrics: &[&str], back: i32| -> Result<HashMap<String, Vec<Option<i64>>>, Refusal> {
        let (from, to) = (first.plus(-back).first_day(), last.plus(-back).last_day());
        let query = Query { by: vec![Dimension::Outlet], ..Query::new(metrics, from, to, Within::everywhere()) };
        let rows = answer(catalogue, master, counter, &query)?.rows;
        Ok(rows.into_iter().map(|row| (row.key.concat(), row.cells.iter().map(|cell| cell.value).collect())).collect())
    };
    let sales = ask(&[sales_by], 0)?;
    let business = ask(&["taken_back", "accepted_orders"], 0)?;
    let joined = ask(&["retained_3m", "joined_3m"], LOST_AFTER)?;
    let bills = ask(&["arrears", "billed"], 0)?;
    let mut known: HashMap<String, Known> = HashMap::new();
    for (outlet, cells) in sales {
        known.entry(outlet).or_default().sales = cells.first().copied().flatten().unwrap_or(0);
    }
    for (outlet, cells) in business {
        known.entry(outlet).or_default().taken_back_ppm = share(cells[0], cells[1]);
    }
    for (outlet, cells) in joined {
        known.entry(outlet).or_default().lost_ppm = share(cells[0], cells[1]).map(|kept| 1_000_000 - kept);
    }
    for (outlet, cells) in bills {
        known.entry(outlet).or_default().arrears_ppm = share(cells[0], cells[1]);
    }
    Ok(known)
}
