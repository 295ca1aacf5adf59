//! Lines of earlier runs: what may be reversed now, and what totals look back to.

use super::block::{Shared, Trouble};
use super::passes::component_of;
use super::rows::Row;
use super::source::{self, Query};
use super::stream::looks_back;
use super::subs::{PassThrough, key};
use datafusion::arrow::array::AsArray;
use datafusion::common::ScalarValue;
use datafusion::prelude::{SessionContext, col, lit};
use futures::StreamExt;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::Line;
use qudao_policy::model::{Basis, PolicySet, Trigger, Within};
use std::collections::{BTreeSet, HashSet};
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

/// The earliest day of an item that anything of the period can still reverse.
fn earliest(set: &PolicySet, period: Month) -> Date {
    let first = period.first_day();
    let clauses = set.policies.iter().flat_map(|policy| policy.components.iter().filter_map(|component| component.reverse.as_ref()));
    clauses.map(|clause| earliest_within(clause.within, first)).min().unwrap_or(first)
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

/// Reads what this run needs of earlier lines into `shared`.
///
/// # Errors
/// Unreadable files, or lines of a version that is not in the set.
pub(crate) fn read(handle: &Handle, session: &SessionContext, files: &[PathBuf], shared: &mut Shared) -> Result<(), Refusal> {
    let (by_event, by_condition) = reversible(&shared.set);
    let totals = looks_back(shared);
    if !totals && by_condition.is_empty() && (by_event.is_empty() || shared.reversing.by_ref.is_empty()) {
        return Ok(());
    }
    let mut filter = col("origin").lt(lit(shared.plan.period.index()));
    if !totals {
        let named = |names: &BTreeSet<String>| col("component").in_list(names.iter().map(|name| lit(name.as_str())).collect(), false);
        let items: HashSet<u128, PassThrough> = shared.reversing.by_ref.keys().map(|item| key(item)).collect();
        let day = lit(ScalarValue::Date32(Some(earliest(&shared.set, shared.plan.period).days())));
        filter = filter.and(col("day").gt_eq(day)).and(named(&by_condition).or(named(&by_event).and(source::among(items, "basis"))));
    }
    let columns = super::arrow_out::LINES.fields().iter().map(|field| field.name().as_str()).collect();
    // Few rows of the earlier months matter: the other columns are read for those alone.
    let picky = source::picky(session);
    let mut stream = handle.block_on(source::open(&picky, Query { files, columns, order: &[], filter: Some(filter) }))?;
    let mut line = Line::empty();
    while let Some(batch) = handle.block_on(stream.next()) {
        let batch = batch.map_err(|error| source::failed(&error))?;
        let basis = source::texts(&batch, "basis")?;
        let component = source::texts(&batch, "component")?;
        let (basis, component) = (basis.as_string_view(), component.as_string_view());
        let columns = Line::columns(&batch)?;
        for row in 0..batch.num_rows() {
            let name = component.value(row);
            let matters =
                (by_event.contains(name) && shared.reversing.by_ref.contains_key(basis.value(row))) || by_condition.contains(name);
            if !matters && !totals {
                continue;
            }
            line.fill(&columns, row, None);
            let (p, c) = component_of(&shared.set, &line.policy, line.version, &line.component)?;
            if totals {
                let family = shared.plan.family(p, c);
                shared.totals.add(family, &line).map_err(Trouble::from)?;
            }
            if matters {
                shared.earlier.by_account.entry(line.partner.clone()).or_default().push(line.clone());
            }
        }
    }
    Ok(())
}
