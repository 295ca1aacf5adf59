//! Lines of earlier runs: what may be reversed now, and what totals look back to.

use super::block::{Shared, Trouble};
use super::passes::component_of;
use super::source::{self, Query};
use super::stream::{looks_back, payee_kind};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type, UInt32Type};
use datafusion::prelude::{SessionContext, col, lit};
use futures::StreamExt;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, LineKind};
use qudao_policy::model::{Basis, Destination, PolicySet, Trigger};
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
        let names: BTreeSet<&String> = by_event.union(&by_condition).collect();
        filter = filter.and(col("component").in_list(names.into_iter().map(|name| lit(name.as_str())).collect(), false));
    }
    let columns = super::arrow_out::LINES.fields().iter().map(|field| field.name().as_str()).collect();
    let mut stream = handle.block_on(source::open(session, Query { files, columns, order: &[], filter: Some(filter) }))?;
    while let Some(batch) = handle.block_on(stream.next()) {
        let batch = batch.map_err(|error| source::failed(&error))?;
        let basis = source::texts(&batch, "basis")?;
        let component = source::texts(&batch, "component")?;
        let (basis, component) = (basis.as_string_view(), component.as_string_view());
        let reader = Reader::new(&batch)?;
        for row in 0..batch.num_rows() {
            let name = component.value(row);
            let matters =
                (by_event.contains(name) && shared.reversing.by_ref.contains_key(basis.value(row))) || by_condition.contains(name);
            if !matters && !totals {
                continue;
            }
            let line = reader.line(row);
            let (p, c) = component_of(&shared.set, &line.policy, line.version, &line.component)?;
            if totals {
                let family = shared.plan.family(p, c);
                shared.totals.add(family, &line).map_err(Trouble::from)?;
            }
            if matters {
                shared.earlier.by_account.entry(line.partner.clone()).or_default().push(line);
            }
        }
    }
    Ok(())
}

/// Reads lines out of a batch of a line file.
pub(crate) struct Reader {
    batch: RecordBatch,
    texts: Vec<datafusion::arrow::array::ArrayRef>,
}

const TEXTS: [&str; 13] = [
    "partner",
    "policy",
    "component",
    "kind",
    "basis",
    "payee_kind",
    "payee",
    "subscriber",
    "once",
    "own_partner",
    "outlet",
    "clerk",
    "counts_as",
];

impl Reader {
    /// A reader of one batch, which must have the columns of line files.
    pub(crate) fn new(batch: &RecordBatch) -> Result<Self, Trouble> {
        let texts: Result<Vec<_>, Trouble> = TEXTS.iter().map(|name| source::texts(batch, name)).collect();
        for name in ["period", "version", "day", "part", "origin", "accrued", "amount", "destination", "pay_on"] {
            source::column(batch, name)?;
        }
        Ok(Self { batch: batch.clone(), texts: texts? })
    }

    fn text(&self, index: usize, row: usize) -> &str {
        let column = self.texts[index].as_string_view();
        if column.is_valid(row) { column.value(row) } else { "" }
    }

    fn int(&self, name: &str, row: usize) -> i64 {
        let Some(column) = self.batch.column_by_name(name) else { return 0 };
        if let Some(column) = column.as_primitive_opt::<Int64Type>() {
            column.value(row)
        } else if let Some(column) = column.as_primitive_opt::<Int32Type>() {
            i64::from(column.value(row))
        } else if let Some(column) = column.as_primitive_opt::<UInt32Type>() {
            i64::from(column.value(row))
        } else {
            column.as_primitive_opt::<Date32Type>().map_or(0, |column| i64::from(column.value(row)))
        }
    }

    /// The line of a row.
    pub(crate) fn line(&self, row: usize) -> Line {
        let text = |index: usize| self.text(index, row).to_string();
        let small = |name: &str| self.int(name, row) as i32;
        let destination = source::texts(&self.batch, "destination").ok();
        let destination = destination.as_ref().map_or("payable", |column| column.as_string_view().value(row));
        Line {
            period: Month::from_index(small("period")),
            partner: text(0),
            policy: text(1),
            version: small("version") as u32,
            component: text(2),
            kind: line_kind(self.text(3, row)),
            basis: text(4),
            day: Date::from_days(small("day")),
            payee_kind: payee_kind(self.text(5, row)),
            payee: text(6),
            part: self.int("part", row) as u32,
            subscriber: text(7),
            once: text(8),
            own_partner: text(9),
            outlet: text(10),
            clerk: text(11),
            origin: Month::from_index(small("origin")),
            counts_as: line_kind(self.text(12, row)),
            accrued: self.int("accrued", row),
            amount: self.int("amount", row),
            destination: destination_of(destination),
            pay_on: Date::from_days(small("pay_on")),
        }
    }
}

fn line_kind(text: &str) -> LineKind {
    match text {
        "release" => LineKind::Release,
        "reverse" => LineKind::Reverse,
        "adjust" => LineKind::Adjust,
        _ => LineKind::Earn,
    }
}

fn destination_of(text: &str) -> Destination {
    match text {
        "holdback" => Destination::Holdback,
        "netted" => Destination::Netted,
        "points" => Destination::Points,
        "topup" => Destination::Topup,
        "credit" => Destination::Credit,
        "advance" => Destination::Advance,
        _ => Destination::Payable,
    }
}
