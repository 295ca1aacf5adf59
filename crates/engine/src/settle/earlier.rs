//! Lines of earlier runs: what may be reversed now, and what totals look back to.

use super::block::{Shared, Trouble};
use super::passes::component_of;
use super::reverse::Earlier;
use super::rows::Row;
use super::source::{self, Cursor, Query, Scan};
use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::prelude::{Expr, SessionContext, col, lit};
use futures::StreamExt;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::Line;
use qudao_policy::model::{Basis, PolicySet, Trigger, Within};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tokio::runtime::Handle;

/// Kinds of events that set a reversal off in any version.
pub(crate) fn reversing_kinds(set: &PolicySet) -> BTreeSet<String> {
    let clauses = set.policies.iter().flat_map(|policy| policy.components.iter().filter_map(|component| component.reverse.as_ref()));
    clauses
        .filter_map(|clause| match &clause.trigger {
            Trigger::Kinds(kinds) => Some(kinds.iter().cloned()),
            Trigger::When(_) => None,
        })
        .flatten()
        .collect()
}

/// Components whose lines a reversal looks at: by event, or by condition. Clawbacks over them belong to both.
fn reversible(set: &PolicySet) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut by_event, mut by_condition) = (BTreeSet::new(), BTreeSet::new());
    for policy in &set.policies {
        for component in &policy.components {
            match component.reverse.as_ref().map(|clause| &clause.trigger) {
                Some(Trigger::Kinds(_)) => by_event.insert(component.name.clone()),
                Some(Trigger::When(_)) => by_condition.insert(component.name.clone()),
                None => false,
            };
        }
        for component in &policy.components {
            if let Basis::Clawback { of, .. } = &component.basis {
                let names = |set: &BTreeSet<String>| of.iter().any(|base| set.contains(&policy.components[*base].name));
                let (event, condition) = (names(&by_event), names(&by_condition));
                by_event.extend(event.then(|| component.name.clone()));
                by_condition.extend(condition.then(|| component.name.clone()));
            }
        }
    }
    (by_event, by_condition)
}

/// A day no later than that of any item that anything of the period can still reverse. It begins a month: all lines of an item and month are judged
/// together.
fn earliest(set: &PolicySet, period: Month) -> Date {
    let first = period.first_day();
    let clauses = set.policies.iter().flat_map(|policy| policy.components.iter().filter_map(|component| component.reverse.as_ref()));
    clauses.map(|clause| earliest_within(clause.within, first)).min().unwrap_or(first).month().first_day()
}

/// The earliest day whose last day to be reversed is not before `first`. The last day rises with the day, so halving finds it.
fn earliest_within(within: Within, first: Date) -> Date {
    let (mut too_early, mut in_time) = (first.plus_days(-36_600), first);
    while in_time.days() - too_early.days() > 1 {
        let middle = Date::from_days(i32::midpoint(too_early.days(), in_time.days()));
        if within.last_day(middle) >= first { in_time = middle } else { too_early = middle }
    }
    in_time
}

/// Which earlier lines a run may reverse.
pub(crate) struct Wanted {
    by_event: BTreeSet<String>,
    by_condition: BTreeSet<String>,
    filter: Expr,
}

impl Wanted {
    /// `None` if nothing of earlier runs can be reversed in this one.
    pub(crate) fn new(shared: &Shared) -> Option<Self> {
        let (mut by_event, by_condition) = reversible(&shared.set);
        if shared.reversing.is_empty() {
            by_event.clear();
        }
        if by_event.is_empty() && by_condition.is_empty() {
            return None;
        }
        let named = |names: &BTreeSet<String>| col("component").in_list(names.iter().map(|name| lit(name.as_str())).collect(), false);
        let day = lit(ScalarValue::Date32(Some(earliest(&shared.set, shared.plan.period).days())));
        let reversed = named(&by_event).and(source::among(shared.reversing.items(), "basis"));
        let which = match (by_event.is_empty(), by_condition.is_empty()) {
            (_, true) => reversed,
            (true, _) => named(&by_condition),
            _ => named(&by_condition).or(reversed),
        };
        let filter = col("origin").lt(lit(shared.plan.period.index())).and(col("day").gt_eq(day)).and(which);
        Some(Self { by_event, by_condition, filter })
    }

    /// Opens the lines of accounts from the first to the last, or to the end, in their order.
    ///
    /// # Errors
    /// Unreadable files.
    pub(crate) fn open(&self, handle: &Handle, scan: &Scan, first: &str, last: Option<&str>) -> Result<Cursor, Refusal> {
        let range = last.map_or_else(|| col("partner").gt_eq(lit(first)), |last| source::between("partner", first, last));
        let columns: Vec<&str> = super::arrow_out::LINES.fields().iter().map(|field| field.name().as_str()).collect();
        Ok(Cursor::new(handle.block_on(scan.open(&columns, Some(range.and(self.filter.clone()))))?, handle.clone(), 1))
    }

    /// The lines of a batch that may be reversed, by account.
    ///
    /// # Errors
    /// The batch is none of lines.
    pub(crate) fn take(&self, shared: &Shared, batch: &RecordBatch) -> Result<Earlier, Refusal> {
        let mut earlier = Earlier::default();
        let columns = Line::columns(batch)?;
        let mut line = Line::empty();
        for row in 0..batch.num_rows() {
            line.fill(&columns, row, None);
            let by_event = self.by_event.contains(&line.component) && shared.reversing.names(&line.basis);
            if by_event || self.by_condition.contains(&line.component) {
                earlier.add(line.clone());
            }
        }
        Ok(earlier)
    }
}

/// Totals of all lines of earlier runs, where the policies look back that far.
///
/// # Errors
/// Unreadable files, or lines of a version that is not in the set.
pub(crate) fn total(handle: &Handle, session: &SessionContext, files: &[PathBuf], shared: &mut Shared) -> Result<(), Refusal> {
    let filter = col("origin").lt(lit(shared.plan.period.index()));
    let columns = super::arrow_out::LINES.fields().iter().map(|field| field.name().as_str()).collect();
    let mut stream = handle.block_on(source::open(session, Query { files, columns, filter: Some(filter), ..Query::default() }))?;
    let mut line = Line::empty();
    while let Some(batch) = handle.block_on(stream.next()) {
        let batch = batch.map_err(|error| source::failed(&error))?;
        let columns = Line::columns(&batch)?;
        for row in 0..batch.num_rows() {
            line.fill(&columns, row, None);
            let (p, c) = component_of(&shared.set, &line.policy, line.version, &line.component)?;
            let family = shared.plan.family(p, c);
            shared.totals.add(family, &line).map_err(Trouble::from)?;
        }
    }
    Ok(())
}
