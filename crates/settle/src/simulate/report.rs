//! The comparison: what a draft costs, per unit, by component, region and month, who wins and who loses (R0.34).

use super::cliffs::{Cliff, cliffs};
use super::model::{BudgetUse, SimTotals};
use crate::statement::balance::too_large;
use qudao_kernel::{Date, Fen, Month, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The report of a simulation: the policies in force beside one draft or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// First and last month.
    pub months: (Month, Month),
    /// Name of what is in force.
    pub live: String,
    /// What is in force costs.
    pub live_cost: Cost,
    /// Its cliffs.
    pub live_cliffs: Vec<Cliff>,
    /// Its budgets.
    pub live_budgets: Vec<Burn>,
    /// One comparison per draft.
    pub drafts: Vec<Draft>,
}

/// A cost and what it bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Fen in all.
    pub total: Fen,
    /// Lines.
    pub lines: u64,
    /// Business units, each counted once.
    pub units: u64,
    /// Hundredths of a fen per unit, half rounded up; `None` without units.
    pub per_unit: Option<i64>,
}

/// One draft beside what is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Name of the draft.
    pub label: String,
    /// What it costs.
    pub cost: Cost,
    /// Cost more (positive) or less.
    pub delta: Fen,
    /// The same in millionths of the cost in force; `None` where that is 0.
    pub delta_ppm: Option<i64>,
    /// By month.
    pub months: Vec<Change>,
    /// By component, largest change first.
    pub components: Vec<Change>,
    /// By region, largest change first.
    pub regions: Vec<Change>,
    /// Who gets more and who less.
    pub partners: Movement,
    /// Where the draft's ladders jump.
    pub cliffs: Vec<Cliff>,
    /// How its budgets burn down.
    pub budgets: Vec<Burn>,
}

/// A sum before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Month, component, region or partner.
    pub key: String,
    /// In force.
    pub live: Fen,
    /// Under the draft.
    pub draft: Fen,
}

impl Change {
    /// More (positive) or less. Sums were checked to fit when the report was made.
    pub fn delta(&self) -> Fen {
        Fen(self.draft.0.saturating_sub(self.live.0))
    }

    /// The change in millionths of what is in force.
    pub fn delta_ppm(&self) -> Option<i64> {
        relative(self.delta(), self.live)
    }
}

/// Who gets more and who less.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Partners that get more.
    pub winners: u64,
    /// Partners that get less.
    pub losers: u64,
    /// Partners for whom nothing changes.
    pub unchanged: u64,
    /// What winners get more, in all.
    pub gained: Fen,
    /// What losers get less, in all; negative.
    pub lost: Fen,
    /// Largest gains first.
    pub top_winners: Vec<Change>,
    /// Largest losses first.
    pub top_losers: Vec<Change>,
    /// How many partners change by how much.
    pub spread: Vec<Bucket>,
}

/// Partners whose pay changes by a share within bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// From this change on, in per cent; `None`: without lower bound.
    pub from: Option<i64>,
    /// Up to this change, in per cent; `None`: without upper bound.
    pub to: Option<i64>,
    /// How many.
    pub partners: u64,
    /// Their change in all.
    pub delta: Fen,
}

/// How a budget burns down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burn {
    /// `policy/budget`.
    pub name: String,
    /// Limit.
    pub limit: Fen,
    /// What is left after each day on which something was drawn.
    pub left: Vec<(Date, Fen)>,
    /// First day on which nothing is left.
    pub exhausted_on: Option<Date>,
}

/// Bounds of the buckets, in per cent; between the two zeros lies no change.
const BOUNDS: [i64; 8] = [-50, -20, -5, 0, 0, 5, 20, 50];

/// Compares drafts with what is in force. `top`: how many winners and losers are named.
///
/// # Errors
/// `settle.simulate.empty` without rows, `settle.simulate.months` if a draft covers other months, `settle.amount.too_large`.
pub fn compare(live: &SimTotals, drafts: &[SimTotals], top: usize) -> Result<Report, Refusal> {
    let months = span(live).ok_or_else(|| {
        Refusal::bad_input(
            "settle.simulate.empty",
            "模拟没有任何月份的数据，请检查账期与事实数据",
            "the simulation covers no month; check period and facts",
        )
    })?;
    let mut compared = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if span(draft).is_some_and(|other| other.0 < months.0 || other.1 > months.1) {
            return Err(Refusal::bad_input(
                "settle.simulate.months",
                format!("草案 {} 的月份超出对照范围 {} 至 {}，两边须用同样的月份", draft.label, months.0, months.1),
                format!("draft {} has months outside {} to {}; both sides must cover the same months", draft.label, months.0, months.1),
            ));
        }
        compared.push(compare_one(live, draft, top)?);
    }
    Ok(Report {
        months,
        live: live.label.clone(),
        live_cost: cost(live)?,
        live_cliffs: cliffs(&live.ladders, &live.points),
        live_budgets: live.budgets.iter().map(burn).collect::<Result<_, _>>()?,
        drafts: compared,
    })
}

fn span(totals: &SimTotals) -> Option<(Month, Month)> {
    let months = || totals.rows.iter().map(|row| row.month).chain(totals.units.keys().copied());
    Some((months().min()?, months().max()?))
}

fn compare_one(live: &SimTotals, draft: &SimTotals, top: usize) -> Result<Draft, Refusal> {
    let (before, after) = (cost(live)?, cost(draft)?);
    let delta = fen(i128::from(after.total.0) - i128::from(before.total.0))?;
    let largest_first = |mut list: Vec<Change>| {
        list.sort_by(|a, b| b.delta().0.unsigned_abs().cmp(&a.delta().0.unsigned_abs()).then_with(|| a.key.cmp(&b.key)));
        list
    };
    Ok(Draft {
        label: draft.label.clone(),
        cost: after,
        delta,
        delta_ppm: relative(delta, before.total),
        months: changes(live, draft, |row| row.month.to_string())?,
        components: largest_first(changes(live, draft, |row| row.component.clone())?),
        regions: largest_first(changes(live, draft, |row| row.region.clone())?),
        partners: movement(changes(live, draft, |row| row.partner.clone())?, top)?,
        cliffs: cliffs(&draft.ladders, &draft.points),
        budgets: draft.budgets.iter().map(burn).collect::<Result<_, _>>()?,
    })
}

fn cost(totals: &SimTotals) -> Result<Cost, Refusal> {
    let total = fen(totals.rows.iter().map(|row| i128::from(row.amount.0)).sum())?;
    let units: u64 = totals.units.values().sum();
    let per_unit = (units > 0).then(|| {
        let exact = i128::from(total.0) * 100;
        let rounded = (2 * exact.abs() + i128::from(units)) / (2 * i128::from(units));
        i64::try_from(rounded * exact.signum()).map_err(|_| too_large())
    });
    Ok(Cost { total, lines: totals.rows.iter().map(|row| row.lines).sum(), units, per_unit: per_unit.transpose()? })
}

/// Sums before and after by a key, in the order of the keys.
fn changes(live: &SimTotals, draft: &SimTotals, key: impl Fn(&super::SimRow) -> String) -> Result<Vec<Change>, Refusal> {
    let mut sums: BTreeMap<String, [i128; 2]> = BTreeMap::new();
    for (side, totals) in [live, draft].into_iter().enumerate() {
        for row in &totals.rows {
            sums.entry(key(row)).or_default()[side] += i128::from(row.amount.0);
        }
    }
    sums.into_iter().map(|(key, [live, draft])| Ok(Change { key, live: fen(live)?, draft: fen(draft)? })).collect()
}

fn movement(partners: Vec<Change>, top: usize) -> Result<Movement, Refusal> {
    let mut movement = Movement { spread: buckets(), ..Movement::default() };
    let (mut gained, mut lost) = (0i128, 0i128);
    let mut sums = vec![0i128; movement.spread.len()];
    for change in &partners {
        let delta = change.delta().0;
        match delta.signum() {
            1 => {
                movement.winners += 1;
                gained += i128::from(delta);
            }
            -1 => {
                movement.losers += 1;
                lost += i128::from(delta);
            }
            _ => movement.unchanged += 1,
        }
        let index = bucket(change);
        movement.spread[index].partners += 1;
        sums[index] += i128::from(delta);
    }
    movement.gained = fen(gained)?;
    movement.lost = fen(lost)?;
    for (bucket, sum) in movement.spread.iter_mut().zip(sums) {
        bucket.delta = fen(sum)?;
    }
    let mut sorted = partners;
    sorted.sort_by(|a, b| b.delta().cmp(&a.delta()).then_with(|| a.key.cmp(&b.key)));
    movement.top_winners = sorted.iter().take(top).filter(|change| change.delta().0 > 0).cloned().collect();
    sorted.sort_by(|a, b| a.delta().cmp(&b.delta()).then_with(|| a.key.cmp(&b.key)));
    movement.top_losers = sorted.into_iter().take(top).filter(|change| change.delta().0 < 0).collect();
    Ok(movement)
}

/// Nine empty buckets: four of losses, none, four of gains.
fn buckets() -> Vec<Bucket> {
    let mut list = vec![Bucket { from: None, to: Some(BOUNDS[0]), partners: 0, delta: Fen::ZERO }];
    list.extend(BOUNDS.windows(2).map(|pair| Bucket { from: Some(pair[0]), to: Some(pair[1]), partners: 0, delta: Fen::ZERO }));
    list.push(Bucket { from: Some(BOUNDS[7]), to: None, partners: 0, delta: Fen::ZERO });
    list
}

/// The bucket of a partner's change. Whoever had nothing before, and whoever owed, counts as beyond the last bound.
fn bucket(change: &Change) -> usize {
    let (delta, live) = (i128::from(change.delta().0), i128::from(change.live.0));
    if delta == 0 {
        return 4;
    }
    if live <= 0 {
        return if delta > 0 { 8 } else { 0 };
    }
    // −50 means: at least 50 % less. A bound belongs to the bucket farther from 0.
    let reaches = |bound: i64| delta.abs() * 100 >= i128::from(bound.abs()) * live;
    let steps = [50, 20, 5].iter().position(|bound| reaches(*bound)).unwrap_or(3);
    if delta < 0 { steps } else { 8 - steps }
}

fn burn(budget: &BudgetUse) -> Result<Burn, Refusal> {
    let mut days: BTreeMap<Date, i128> = BTreeMap::new();
    for (day, amount) in &budget.drawn {
        *days.entry(*day).or_default() += i128::from(amount.0);
    }
    let mut rest = i128::from(budget.limit.0);
    let mut left = Vec::with_capacity(days.len());
    let mut exhausted_on = None;
    for (day, amount) in days {
        rest -= amount;
        if rest <= 0 && exhausted_on.is_none() {
            exhausted_on = Some(day);
        }
        left.push((day, fen(rest)?));
    }
    Ok(Burn { name: budget.name.clone(), limit: budget.limit, left, exhausted_on })
}

fn relative(delta: Fen, base: Fen) -> Option<i64> {
    (base.0 != 0).then(|| i64::try_from(i128::from(delta.0) * 1_000_000 / i128::from(base.0).abs()).unwrap_or(i64::MAX))
}

fn fen(amount: i128) -> Result<Fen, Refusal> {
    i64::try_from(amount).map(Fen).map_err(|_| too_large())
}
