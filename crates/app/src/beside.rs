//! A draft beside what it would replace, over months gone by: both settled by the engine over the same facts, one thread each (R0.34).
//!
//! Policies do not look at each other's lines, so only the one in question is settled. Both sides are taken to be in force in all months asked
//! for: what is compared is the rules, not their days.
//!
//! | # | phase | writes | a crash here means |
//! |---|---|---|---|
//! | 1 | settle each month on both sides | line files in a folder of the simulation | run again under another id |
//! | 2 | add up | nothing | as above |
//!
//! Bounds: [`MOST_MONTHS`] months.

use crate::inputs::{self, Facts, store_of};
use crate::say::{self, Say};
use crate::simulate::{budget_of, fen};
use qudao_engine::settle::{RANGE_ROWS, Rows, SettleJob, read_lines, settle};
use qudao_kernel::facts::Table;
use qudao_kernel::master::{Master, Span};
use qudao_kernel::{Date, Fen, Lang, Month, Refusal};
use qudao_policy::model::{Basis, Expr, Policy, PolicySet, Span as Months};
use qudao_settle::interp::RunInput;
use qudao_settle::simulate::{BudgetUse, SimRow, SimTotals, points, shape};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;

/// Most months of one simulation.
pub(crate) const MOST_MONTHS: usize = 12;
/// Facts up to which it is also counted where partners stand on the ladders.
const SMALL: u64 = 400_000;
/// Memory of a side for sorting and merging.
const MEMORY: usize = 512 << 20;

/// What both sides are settled over.
pub(crate) struct Beside<'a> {
    pub(crate) master: &'a Master,
    /// Folder of the fact store.
    pub(crate) store: &'a Path,
    /// Where both sides write.
    pub(crate) folder: &'a Path,
    pub(crate) months: &'a [Month],
    /// Called after each month of a side; refuses when the work shall stop.
    pub(crate) step: &'a (dyn Fn() -> Result<(), Refusal> + Sync),
}

/// A side: one policy with what territories filled in for it, or nothing.
pub(crate) struct Side {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) set: PolicySet,
}

impl Side {
    /// A policy taken to be in force on every day.
    pub(crate) fn of(name: &'static str, label: String, policy: Option<&Policy>, set: &PolicySet) -> Self {
        let always = |policy: &Policy| Policy { from: Span::ALWAYS.from, to: Span::ALWAYS.to, written_to: None, ..policy.clone() };
        let policies: Vec<Policy> = policy.map(always).into_iter().collect();
        let is_own = |name: &str, version: u32| policies.iter().any(|policy| (policy.name.as_str(), policy.version) == (name, version));
        let fills = set.fills.iter().filter(|fill| is_own(&fill.policy, fill.version)).cloned().collect();
        Self { name, label, set: PolicySet { policies, fills } }
    }
}

impl Beside<'_> {
    /// Settles both sides at the same time and adds up.
    pub(crate) fn both(&self, live: &Side, draft: &Side) -> Result<(SimTotals, SimTotals), Refusal> {
        let runtime = say::runtime(2)?;
        let handle = runtime.handle();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| self.side(handle, live));
            let draft = self.side(handle, draft)?;
            let live = other.join().unwrap_or_else(|_| Err(say::worker_died()))?;
            Ok((live, draft))
        })
    }

    fn side(&self, handle: &Handle, side: &Side) -> Result<SimTotals, Refusal> {
        let mut totals = SimTotals { label: side.label.clone(), ..SimTotals::default() };
        let (mut lines, mut obligations) = (Vec::new(), Vec::new());
        let mut facts = None;
        for month in self.months {
            let out = self.folder.join(side.name).join(month.to_string());
            say::make_folder(&out)?;
            let facts = match &mut facts {
                Some(facts) => facts,
                none => none.insert(inputs::facts(self.store, self.master, *month, &out)?),
            };
            totals.units.insert(*month, store_of(facts).files(Table::BusinessEvent, *month, *month).iter().map(|file| file.rows).sum());
            if !side.set.policies.is_empty() {
                let job = OneMonth { beside: self, side, month: *month, out: &out };
                job.settle(handle, facts, &lines, &obligations)?;
                let own = files(&out.join("lines"))?;
                job.add(handle, &own, &mut totals)?;
                job.stand(facts, &mut totals)?;
                lines.extend(own);
                obligations = files(&out.join("obligations"))?;
            }
            (self.step)()?;
        }
        for policy in &side.set.policies {
            totals.ladders.extend(policy.ladders.iter().map(|ladder| shape(&policy.name, ladder, &policy.params)));
        }
        Ok(totals)
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    if folder.is_dir() { inputs::files_of(folder, &["parquet"]) } else { Ok(Vec::new()) }
}

/// One month of a side.
struct OneMonth<'a> {
    beside: &'a Beside<'a>,
    side: &'a Side,
    month: Month,
    out: &'a Path,
}

impl OneMonth<'_> {
    fn settle(&self, handle: &Handle, facts: &mut Facts, lines: &[PathBuf], obligations: &[PathBuf]) -> Result<(), Refusal> {
        match self.once(handle, facts, lines, obligations) {
            Err(refusal) if refusal.code == "engine.settle.moved" && !facts.is_temporary() => {
                // Facts that belong to other partners by now are sorted anew, for this month alone.
                let mut anew = facts.landed_anew(&self.side.set, self.beside.master, self.month, self.out)?;
                self.once(handle, &mut anew, lines, obligations)
            }
            outcome => outcome,
        }
    }

    fn once(&self, handle: &Handle, facts: &mut Facts, lines: &[PathBuf], obligations: &[PathBuf]) -> Result<(), Refusal> {
        let set = &self.side.set;
        let job = SettleJob {
            policies: set,
            master: self.beside.master,
            period: self.month,
            facts: facts.needed(&Say::new(Lang::Zh, true), set, self.month)?,
            earlier_lines: lines.to_vec(),
            obligations: obligations.to_vec(),
            latest: facts.latest(set, self.month)?,
            out: self.out.to_owned(),
            basis: String::new(),
            reuse: None,
            threads: 1,
            memory_bytes: MEMORY,
            progress: None,
            range_rows: RANGE_ROWS,
            store: None,
            elsewhere: None,
        };
        settle(handle, &job).map(drop)
    }

    /// Adds the month's lines by partner, component and region, and what budgets gave by day.
    fn add(&self, handle: &Handle, files: &[PathBuf], totals: &mut SimTotals) -> Result<(), Refusal> {
        let set = &self.side.set;
        let mut sums: BTreeMap<(String, String), (i128, u64)> = BTreeMap::new();
        let mut drawn: BTreeMap<(String, Fen, Date), i128> = BTreeMap::new();
        for line in read_lines(handle, files, &Rows::default())? {
            let line = line?;
            if let Some((name, limit)) = budget_of(set, &line) {
                // A budget per month is another one each month.
                let name = format!("{name} {}", span_of(set, &line.component, self.month));
                *drawn.entry((name.trim_end().to_owned(), limit, line.day)).or_default() += i128::from(line.accrued);
            }
            let sum = sums.entry((line.partner, line.component)).or_default();
            *sum = (sum.0 + i128::from(line.accrued), sum.1 + 1);
        }
        for ((partner, component), (amount, lines)) in sums {
            let row = self.beside.master.partner(&partner, self.month.last_day());
            let region = row.map(|row| row.territory.clone()).unwrap_or_default();
            totals.rows.push(SimRow { month: self.month, partner, component, region, amount: fen(amount)?, lines });
        }
        for ((name, limit, day), amount) in drawn {
            let amount = fen(amount)?;
            match totals.budgets.iter_mut().find(|budget| budget.name == name) {
                Some(budget) => budget.drawn.push((day, amount)),
                None => totals.budgets.push(BudgetUse { name, limit, drawn: vec![(day, amount)] }),
            }
        }
        Ok(())
    }

    /// Where partners stand on the ladders of the last month, if it is small enough to be counted row by row.
    fn stand(&self, facts: &Facts, totals: &mut SimTotals) -> Result<(), Refusal> {
        let is_last = self.beside.months.last() == Some(&self.month);
        let has_ladders = self.side.set.policies.iter().any(|policy| !policy.ladders.is_empty());
        let many = store_of(facts).files.iter().map(|file| file.rows).sum::<u64>() > SMALL;
        if !is_last || !has_ladders || many {
            return Ok(());
        }
        let set = climbing(&self.side.set);
        let rows = facts.rows(&set, self.month, None)?;
        totals.points.extend(points(&RunInput {
            policies: &set,
            master: self.beside.master,
            period: self.month,
            facts: &rows,
            earlier_lines: &[],
            obligations: &[],
        })?);
        Ok(())
    }
}

/// The span of its budget a component's lines of a month fall into; empty for one over the policy's life.
fn span_of(set: &PolicySet, component: &str, month: Month) -> String {
    let budgets = set.policies.iter().flat_map(|policy| {
        let index = policy.components.iter().position(|known| known.name == component);
        policy.budgets.iter().filter(move |budget| index.is_some_and(|index| budget.components.contains(&index)))
    });
    let (year, number) = (month.year(), month.number() - 1);
    match budgets.map(|budget| budget.span).next().flatten() {
        Some(Months::Month) => month.to_string(),
        Some(Months::Quarter) => format!("{year}-Q{}", number / 3 + 1),
        Some(Months::HalfYear) => format!("{year}-H{}", number / 6 + 1),
        Some(Months::Year) => year.to_string(),
        None => String::new(),
    }
}

/// The same policies with the components that climb no ladder of totals considering nothing: what they pay does not say where somebody stands.
fn climbing(set: &PolicySet) -> PolicySet {
    let mut set = set.clone();
    for component in set.policies.iter_mut().flat_map(|policy| &mut policy.components) {
        if !matches!(component.basis, Basis::Group { .. } | Basis::Rank { .. }) {
            component.filter = Expr::Bool(false);
        }
    }
    set
}
