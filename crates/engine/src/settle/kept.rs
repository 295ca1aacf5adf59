//! What a run leaves for the next run of the same month, and what that one takes over: the work is cut into ranges of partners, and a range
//! whose facts did not change is not settled again.
//!
//! | file under `kept/` | what |
//! |---|---|
//! | `run.json` | what the run stood on, the fact files it read, where its ranges end; written last |
//! | `part-NNNNN.json` | what the range adds to totals and to the report |
//! | `part-NNNNN-lines.parquet`, … | its rows for accounts of other ranges |
//!
//! Bounds: the totals of a range are small, see `passes`. A crash leaves no `run.json`, so the next run does all the work. Whatever is
//! evaluated at the end is evaluated anew on the totals of all ranges.

use super::arrow_out::{LINES, OBLIGATIONS, REASONS};
use super::control::Controls;
use super::earlier::reversing_kinds;
use super::plan::Plan;
use super::results::{Lazy, Others, SettleReport, disk};
use super::source::{self, Query};
use super::subs::key;
use super::totals::Claims;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, SchemaRef};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::prelude::{Expr, SessionContext, col, lit};
use futures::StreamExt;
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::model::PolicySet;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;

/// Folder under that of the run.
const FOLDER: &str = "kept";
/// Names of the three kinds of rows.
const KINDS: [&str; 3] = ["lines", "obligations", "reasons"];

/// Days of the versions that count, of facts that have several.
pub(crate) type Latest = BTreeMap<String, i32>;

/// What a run stood on.
#[derive(Serialize, Deserialize)]
pub(crate) struct RunKept {
    /// Master data, earlier results and program, in one hash; and another of what ranges read of the policies.
    pub(crate) basis: String,
    /// Fact files by table.
    pub(crate) files: BTreeMap<String, Vec<PathBuf>>,
    /// Versions that count, by table.
    pub(crate) latest: BTreeMap<String, Latest>,
    /// Last partner of each range.
    pub(crate) ranges: Vec<String>,
}

/// What settling one range gave besides its files.
#[derive(Default)]
pub(crate) struct RangeDone {
    /// For the end.
    pub(crate) claims: Claims,
    /// Counts and sums.
    pub(crate) report: SettleReport,
    /// Rows for accounts of other ranges.
    pub(crate) others: Others,
    /// What its facts come to, where that is asked for.
    pub(crate) control: Option<Controls>,
}

#[derive(Serialize, Deserialize)]
struct Numbers {
    claims: Claims,
    report: SettleReport,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    control: Option<Controls>,
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> Refusal {
    Refusal::unavailable(
        "engine.kept.broken",
        format!("无法读取上次运行留下的 {}:{error};可删除其 kept 文件夹后重算", path.display()),
        format!("cannot read {} left by the run before: {error}; remove its kept folder to compute everything anew", path.display()),
    )
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), Refusal> {
    let bytes = serde_json::to_vec(value).map_err(|error| broken(path, &error))?;
    std::fs::write(path, bytes).map_err(|error| disk(path, &error))
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Refusal> {
    let bytes = std::fs::read(path).map_err(|error| broken(path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| broken(path, &error))
}

fn stem(range: usize) -> String {
    format!("part-{range:05}")
}

/// Makes the folder, empty.
pub(crate) fn prepare(out: &Path) -> Result<(), Refusal> {
    let folder = out.join(FOLDER);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| disk(&folder, &error))?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| disk(&folder, &error))
}

/// Leaves what a range gave.
pub(crate) fn leave(out: &Path, range: usize, done: RangeDone) -> Result<RangeDone, Refusal> {
    let folder = out.join(FOLDER);
    let numbers = Numbers { claims: done.claims, report: done.report, control: done.control };
    write(&folder.join(format!("{}.json", stem(range))), &numbers)?;
    for (kind, schema, batches) in kinds(&done.others) {
        let mut writer = Lazy::new(folder.join(format!("{}-{kind}.parquet", stem(range))), schema);
        batches.iter().try_for_each(|batch| writer.write(batch))?;
        writer.close()?;
    }
    Ok(RangeDone { claims: numbers.claims, report: numbers.report, others: done.others, control: numbers.control })
}

fn kinds(others: &Others) -> [(&'static str, SchemaRef, &[RecordBatch]); 3] {
    [
        (KINDS[0], LINES.clone(), &others.lines),
        (KINDS[1], OBLIGATIONS.clone(), &others.obligations),
        (KINDS[2], REASONS.clone(), &others.reasons),
    ]
}

/// Leaves what the run stood on: from here on others can take over from it.
pub(crate) fn complete(out: &Path, run: &RunKept) -> Result<(), Refusal> {
    write(&out.join(FOLDER).join("run.json"), run)
}

/// What all ranges of a run added to its totals; `None` if it left nothing.
pub(crate) fn claims(run: &Path) -> Result<Option<Claims>, Refusal> {
    let folder = run.join(FOLDER);
    if !folder.join("run.json").is_file() {
        return Ok(None);
    }
    let kept: RunKept = read(&folder.join("run.json"))?;
    let mut claims = Claims::default();
    for range in 0..kept.ranges.len() {
        let numbers: Numbers = read(&folder.join(format!("{}.json", stem(range))))?;
        claims.merge(numbers.claims).map_err(|_| broken(&folder, &"overflow"))?;
    }
    Ok(Some(claims))
}

/// A run that can be taken over from.
pub(crate) struct Reuse {
    from: PathBuf,
    /// Last partner of each range.
    pub(crate) ranges: Vec<String>,
    /// Ranges that must be settled again.
    pub(crate) touched: BTreeSet<usize>,
}

impl Reuse {
    /// Takes a range over: its files, and what it gave besides.
    pub(crate) fn take(&self, handle: &Handle, session: &SessionContext, out: &Path, range: usize) -> Result<RangeDone, Refusal> {
        take(&self.from, handle, session, out, range)
    }
}

/// Takes a range over from a folder: its files, and what it gave besides.
pub(crate) fn take(from: &Path, handle: &Handle, session: &SessionContext, out: &Path, range: usize) -> Result<RangeDone, Refusal> {
    for kind in KINDS {
        let name = format!("{kind}/{}.parquet", stem(range));
        let (from, to) = (from.join(&name), out.join(&name));
        if from.exists() {
            // Result files never change, so two runs can share one.
            std::fs::hard_link(&from, &to).or_else(|_| std::fs::copy(&from, &to).map(|_| ())).map_err(|error| disk(&to, &error))?;
        }
    }
    let folder = from.join(FOLDER);
    let numbers: Numbers = read(&folder.join(format!("{}.json", stem(range))))?;
    let mut others = Others::default();
    for (kind, schema, list) in [
        (KINDS[0], &LINES, &mut others.lines),
        (KINDS[1], &OBLIGATIONS, &mut others.obligations),
        (KINDS[2], &REASONS, &mut others.reasons),
    ] {
        let path = folder.join(format!("{}-{kind}.parquet", stem(range)));
        if path.exists() {
            let columns = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let query = Query { files: &[path], columns, ..Query::default() };
            let batch = source::collect(handle, handle.block_on(source::open(session, query))?)?;
            list.push(batch.with_schema(SchemaRef::clone(schema)).map_err(source::arrow_failed)?);
        }
    }
    Ok(RangeDone { claims: numbers.claims, report: numbers.report, others, control: numbers.control })
}

/// Compares with what an earlier run stood on. `None` if everything must be settled again.
///
/// # Errors
/// Fact files cannot be read.
pub(crate) fn compare(
    handle: &Handle,
    session: &SessionContext,
    from: &Path,
    now: &RunKept,
    (plan, set): (&Plan, &PolicySet),
) -> Result<Option<Reuse>, Refusal> {
    let Ok(before) = read::<RunKept>(&from.join(FOLDER).join("run.json")) else { return Ok(None) };
    // A budget, a first claim or a measure of the whole company may change what any partner is paid for any fact.
    if before.basis != now.basis || before.ranges.is_empty() || plan.measures_first || plan.once || plan.budgets {
        return Ok(None);
    }
    let mut partners: BTreeSet<String> = BTreeSet::new();
    for table in Table::ALL {
        // Tables that only states or reversals are read from have no months of their own in the plan.
        let (first, last) = plan.months.get(&table).copied().unwrap_or((plan.period, plan.period));
        let none = Vec::new();
        let of = |run: &RunKept| -> BTreeSet<PathBuf> { run.files.get(table.name()).unwrap_or(&none).iter().cloned().collect() };
        let (old, new) = (of(&before), of(now));
        let changed: Vec<PathBuf> = old.symmetric_difference(&new).cloned().collect();
        let versions = versions_changed(before.latest.get(table.name()), now.latest.get(table.name()));
        if changed.is_empty() && versions.is_empty() {
            continue;
        }
        // The state of a subscriber matters to whichever partner sold to it.
        if (table == Table::SubscriberMonth && plan.wants_subs) || changed.iter().any(|path| !path.exists()) {
            return Ok(None);
        }
        let scan = Looking { handle, session, months: source::in_months(first, last) };
        scan.gather(&changed, "attributed", None, &mut partners)?;
        if !versions.is_empty() {
            let files: Vec<PathBuf> = old.union(&new).cloned().collect();
            scan.gather(&files, "attributed", Some(among(&versions)), &mut partners)?;
        }
        // What names another event takes back, or no longer takes back, from whoever was paid for that, in this month or an earlier one.
        let runs = [(&old, before.latest.get(table.name())), (&new, now.latest.get(table.name()))];
        let reads = (&reversing_kinds(set), &plan.reversing_columns);
        if table == Table::BusinessEvent && scan.takes_back_otherwise(reads, runs, &changed, &versions)? {
            return Ok(None);
        }
    }
    let last = before.ranges.len() - 1;
    let touched = partners.iter().map(|partner| before.ranges.partition_point(|end| end < partner).min(last)).collect();
    Ok(Some(Reuse { from: from.to_owned(), ranges: before.ranges, touched }))
}

/// Ids whose version that counts is another one now.
fn versions_changed(before: Option<&Latest>, now: Option<&Latest>) -> BTreeSet<String> {
    let none = Latest::new();
    let (before, now) = (before.unwrap_or(&none), now.unwrap_or(&none));
    let differs = |a: &Latest, b: &Latest| -> BTreeSet<String> {
        a.iter().filter(|(id, day)| b.get(*id) != Some(day)).map(|(id, _)| id.clone()).collect()
    };
    differs(before, now).into_iter().chain(differs(now, before)).collect()
}

/// Looks for texts in fact files.
struct Looking<'s> {
    handle: &'s Handle,
    session: &'s SessionContext,
    months: Expr,
}

impl Looking<'_> {
    /// Adds the texts of a column.
    fn gather(&self, files: &[PathBuf], column: &str, filter: Option<Expr>, into: &mut BTreeSet<String>) -> Result<(), Refusal> {
        self.rows(files, &[column], filter, &mut |batch| {
            let texts = source::texts(batch, column)?;
            let texts = texts.as_string_view();
            let mut last = None;
            for row in 0..texts.len() {
                let text = if texts.is_valid(row) { texts.value(row) } else { "" };
                if last != Some(text) && !into.contains(text) {
                    into.insert(text.to_owned());
                }
                last = Some(text);
            }
            Ok(())
        })
    }

    /// Whether some event that takes another back came, went, or says something else now in the columns a reversal reads. Of each run the versions that
    /// counted are compared: a correction may turn such an event into another kind or move it out of the month, while the row it replaces stays.
    fn takes_back_otherwise(
        &self,
        (kinds, columns): (&BTreeSet<String>, &BTreeSet<Col>),
        runs: [(&BTreeSet<PathBuf>, Option<&Latest>); 2],
        changed: &[PathBuf],
        versions: &BTreeSet<String>,
    ) -> Result<bool, Refusal> {
        if kinds.is_empty() {
            return Ok(false);
        }
        let kinds = kinds.iter().map(|kind| lit(kind.as_str())).collect();
        let naming = col("kind").in_list(kinds, false).and(col("ref_event").not_eq(lit("")));
        let mut concerned = BTreeSet::new();
        self.gather(changed, "event_id", Some(naming.clone()), &mut concerned)?;
        if !versions.is_empty() {
            let files: Vec<PathBuf> =
                runs.iter().flat_map(|(files, _)| files.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect();
            self.gather(&files, "event_id", Some(naming.and(among(versions))), &mut concerned)?;
        }
        if concerned.is_empty() {
            return Ok(false);
        }
        let [before, after] = runs.map(|(files, latest)| self.said(files, latest, &concerned, columns));
        Ok(before? != after?)
    }

    /// What the versions that count of these events say in some columns.
    fn said(
        &self,
        files: &BTreeSet<PathBuf>,
        latest: Option<&Latest>,
        events: &BTreeSet<String>,
        columns: &BTreeSet<Col>,
    ) -> Result<BTreeSet<Vec<String>>, Refusal> {
        let files: Vec<PathBuf> = files.iter().cloned().collect();
        let said_in: Vec<&str> = columns.iter().filter(|col| Table::BusinessEvent.has(**col)).map(|col| col.name()).collect();
        let mut names = said_in.clone();
        names.extend(["event_id", "known_on"].into_iter().filter(|name| !said_in.contains(name)));
        let mut said = BTreeSet::new();
        self.rows(&files, &names, Some(among(events)), &mut |batch| {
            let ids = source::texts(batch, "event_id")?;
            let known = source::column(batch, "known_on")?.as_primitive::<Date32Type>();
            for row in 0..batch.num_rows() {
                let day = latest.and_then(|latest| latest.get(ids.as_string_view().value(row)));
                if day.is_none_or(|day| known.is_valid(row) && known.value(row) == *day) {
                    let cells = batch.columns()[..said_in.len()].iter();
                    let cells = cells.map(|column| array_value_to_string(column, row).map_err(source::arrow_failed));
                    said.insert(cells.collect::<Result<_, Refusal>>()?);
                }
            }
            Ok(())
        })?;
        Ok(said)
    }

    /// Shows the rows of the months that pass, a batch at a time.
    fn rows(
        &self,
        files: &[PathBuf],
        columns: &[&str],
        filter: Option<Expr>,
        show: &mut dyn FnMut(&RecordBatch) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if files.is_empty() {
            return Ok(());
        }
        let filter = filter.into_iter().fold(self.months.clone(), Expr::and);
        let query = Query { files, columns: columns.to_vec(), filter: Some(filter), ..Query::default() };
        let mut stream = self.handle.block_on(source::open(&source::picky(self.session, 2), query))?;
        while let Some(batch) = self.handle.block_on(stream.next()) {
            show(&batch.map_err(|error| source::failed(&error))?)?;
        }
        Ok(())
    }
}

/// Rows of these ids.
fn among(ids: &BTreeSet<String>) -> Expr {
    source::among(ids.iter().map(|id| key(id)).collect(), "event_id")
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{ArrayRef, Date32Array, StringArray};
    use datafusion::parquet::arrow::ArrowWriter;
    use qudao_kernel::{Date, Month};
    use std::sync::Arc;

    /// Id, day, day it became known, kind, what it names.
    type Event = (&'static str, Date, Date, &'static str, &'static str);

    fn file(folder: &Path, name: &str, events: &[Event]) -> PathBuf {
        let texts = |of: fn(&Event) -> &'static str| -> ArrayRef { Arc::new(events.iter().map(of).map(Some).collect::<StringArray>()) };
        let days =
            |of: fn(&Event) -> Date| -> ArrayRef { Arc::new(events.iter().map(|event| Some(of(event).days())).collect::<Date32Array>()) };
        let batch = RecordBatch::try_from_iter([
            ("event_id", texts(|event| event.0)),
            ("occurred_on", days(|event| event.1)),
            ("known_on", days(|event| event.2)),
            ("kind", texts(|event| event.3)),
            ("ref_event", texts(|event| event.4)),
        ])
        .unwrap();
        let path = folder.join(format!("{name}.parquet"));
        let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path
    }

    #[test]
    fn only_a_correction_that_changes_no_reversal_leaves_the_other_ranges_alone() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let (july, august, first, later) = (day("2026-07-10"), day("2026-08-10"), day("2026-08-01"), day("2026-08-20"));
        let folder = tempfile::tempdir().unwrap();
        let base = file(
            folder.path(),
            "base",
            &[("C1", july, first, "cancellation", "E1"), ("A1", july, first, "activation", ""), ("R1", july, first, "renewal", "E9")],
        );
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let session = source::session(64 << 20, 2).unwrap();
        let month: Month = july.month();
        let looking = Looking { handle: runtime.handle(), session: &session, months: source::in_months(month, month) };
        let kinds = BTreeSet::from(["cancellation".to_owned()]);
        let columns = BTreeSet::from([Col::EventId, Col::OccurredOn, Col::Kind, Col::Ref]);
        let asked = |name: &str, event: Event| {
            let (id, known) = (event.0.to_owned(), event.2.days());
            let new = file(folder.path(), name, &[event]);
            let (old, all) = (BTreeSet::from([base.clone()]), BTreeSet::from([base.clone(), new.clone()]));
            let corrects = ["C1", "A1", "R1"].contains(&id.as_str());
            let latest = if corrects { Latest::from([(id.clone(), known)]) } else { Latest::new() };
            let versions = if corrects { BTreeSet::from([id]) } else { BTreeSet::new() };
            let changed = if event.1.month() == month { vec![new] } else { Vec::new() };
            let now = if changed.is_empty() { old.clone() } else { all };
            looking.takes_back_otherwise((&kinds, &columns), [(&old, None), (&now, Some(&latest))], &changed, &versions).unwrap()
        };
        assert!(!asked("same", ("C1", july, later, "cancellation", "E1")), "another amount");
        assert!(!asked("plain", ("A1", july, later, "activation", "")), "nothing that takes back");
        assert!(!asked("names", ("R1", july, later, "renewal", "E8")), "this kind takes nothing back");
        assert!(asked("fresh", ("C2", july, later, "cancellation", "E2")), "it came");
        assert!(asked("other", ("C1", july, later, "cancellation", "E2")), "it takes another back");
        assert!(asked("day", ("C1", july.plus_days(1), later, "cancellation", "E1")), "on another day");
        assert!(asked("kind", ("C1", july, later, "activation", "E1")), "it takes nothing back any more");
        assert!(asked("blank", ("C1", july, later, "cancellation", "")), "likewise");
        assert!(asked("became", ("R1", july, later, "cancellation", "E9")), "it takes back now");
        assert!(asked("moved", ("C1", august, later, "cancellation", "E1")), "it left the month");
    }
}
