//! A closed month settled again: what it should have been minus what was posted, row by row, each difference with its cause.
//!
//! Both runs are walked side by side, so memory grows with the rows of one partner that differ, and with the facts that changed.

use crate::chain::{self, summary_of};
use crate::inputs::{self, Facts, InputFile, Policies};
use crate::kept;
use crate::run_files::{self, LINES};
use crate::say::Say;
use crate::settle::Args;
use crate::summary::{Inputs, Summary};
use qudao_engine::facts::{FactStore, Snapshot, Wanted};
use qudao_engine::settle::{Unequal, UnequalLines, months_needed, rows_in, unequal_lines};
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Fen, Kind, Month, Refusal};
use qudao_platform::sheet::{Cell, ColumnType, CsvEncoding, Format, TableWriter};
use qudao_policy::lines::Line;
use qudao_policy::model::PolicySet;
use qudao_settle::diff::{Adjustment, Change, Difference, Differences, News, Rules, Tally, Terms};
use qudao_settle::statement::Sorted;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;

/// Table of the differences in the folder of a re-run.
pub(crate) const FILE: &str = "differences.csv";

/// What a re-run found, in its summary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rerun {
    /// Folder of the run it follows, relative or absolute.
    pub(crate) of: PathBuf,
    /// How many times the month was re-run.
    pub(crate) number: u32,
    /// Open month the differences post in.
    pub(crate) post_in: Month,
    /// Rows of the re-run that were compared.
    pub(crate) compared: u64,
    /// Rows to post.
    pub(crate) rows: u64,
    /// Fen paid in addition, and taken back (below zero).
    pub(crate) up: i64,
    pub(crate) down: i64,
    /// The same by component and cause.
    pub(crate) differences: Vec<Difference>,
}

/// A re-run about to be made.
pub(crate) struct Plan {
    /// Folder of the run it follows.
    pub(crate) of: PathBuf,
    pub(crate) before: Summary,
    pub(crate) number: u32,
    pub(crate) post_in: Month,
    /// Run whose statements came last: its balances are brought forward.
    pub(crate) balances: PathBuf,
}

/// The plan the arguments ask for; `None` if the month is settled for the first time.
pub(crate) fn plan(args: &Args) -> Result<Option<Plan>, Refusal> {
    let Some(of) = &args.rerun_of else { return Ok(None) };
    let before = summary_of(of)?;
    let period = args.period;
    if before.period != period {
        let (name, found) = (of.display(), before.period);
        return Err(Refusal::new(
            Kind::Conflict,
            "cli.rerun.other_month",
            format!("{name} 是 {found} 的结算结果，不是 {period} 的；--rerun-of 应为同一个月已过账的输出文件夹"),
            format!("{name} is a run of {found}, not of {period}; --rerun-of is the out folder of the same month as it was posted"),
        ));
    }
    let same = |a: &Path, b: &Path| a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    if same(of, &args.out) {
        return Err(Refusal::bad_input(
            "cli.rerun.same_folder",
            "--out 与 --rerun-of 是同一个文件夹；已过账的结果不改动，请换一个 --out",
            "--out and --rerun-of are the same folder; what was posted does not change, name another --out",
        ));
    }
    let post_in = args.post_in.unwrap_or_else(|| period.plus(1).max(stated_in(&before)));
    if post_in <= period {
        return Err(Refusal::bad_input(
            "cli.rerun.closed",
            format!("--post-in {post_in} 不在 {period} 之后；已结的月份不改动，差额记入以后未结的月份"),
            format!("--post-in {post_in} is not after {period}; a closed month does not change, differences post in a later, open one"),
        ));
    }
    let balances = args.balances.clone().unwrap_or_else(|| of.clone());
    let stated = stated_in(&summary_of(&balances)?);
    if stated != post_in && stated.plus(1) != post_in {
        let name = balances.display();
        return Err(Refusal::new(
            Kind::Conflict,
            "cli.rerun.balances",
            format!("{name} 的对账单是 {stated} 的，与 {post_in} 之间隔着别的月份；请用 --balances 指明最近一次出对账单的输出文件夹"),
            format!(
                "the statements of {name} are of {stated}, and others came before {post_in}; name the out folder of the last ones with --balances"
            ),
        ));
    }
    let number = before.rerun.as_ref().map_or(1, |rerun| rerun.number + 1);
    Ok(Some(Plan { of: of.clone(), before, number, post_in, balances }))
}

/// Month whose statements a run made.
fn stated_in(summary: &Summary) -> Month {
    summary.rerun.as_ref().map_or(summary.period, |rerun| rerun.post_in)
}

/// Policies and master data of the run before, where it kept them and they can still be read.
pub(crate) struct Old {
    policies: Policies,
    /// `None` where it is the same as now.
    master: Option<Master>,
}

/// What the run before kept; master data only if these files are not those it had.
pub(crate) fn old(plan: &Plan, master_files: &[InputFile]) -> Option<Old> {
    let policies = kept::policies(&plan.of).ok()?;
    let is_same = plan.before.inputs.master == master_files;
    let master = if is_same { None } else { Some(kept::master(&plan.of).ok()?) };
    Some(Old { policies, master })
}

/// What differs from the run before, as it is read: every line goes into the table and the sums on its way.
pub(crate) struct Stream<'a> {
    rows: UnequalLines,
    /// Rows taken over as they are.
    same: u64,
    differences: Differences<'a>,
    partner: Option<String>,
    ready: VecDeque<Adjustment>,
    table: Option<TableWriter>,
    tally: Tally,
    say: &'a Say,
    done: bool,
    ahead: Option<Line>,
    row: Option<Line>,
}

/// Files that two runs do not share, and those they do: a re-run takes over those of partners whose facts are the same, so nothing in them can
/// differ.
fn apart(before: Vec<PathBuf>, after: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>, Vec<PathBuf>) {
    let place = |path: &PathBuf| std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    let places = |files: &[PathBuf]| files.iter().filter_map(place).collect::<BTreeSet<_>>();
    let (old, new) = (places(&before), places(&after));
    let among = |path: &PathBuf, others: &BTreeSet<(u64, u64)>| place(path).is_some_and(|place| others.contains(&place));
    let (shared, after) = after.into_iter().partition(|path| among(path, &old));
    (before.into_iter().filter(|path| !among(path, &new)).collect(), after, shared)
}

impl<'a> Stream<'a> {
    /// Opens both runs.
    pub(crate) fn open(say: &'a Say, handle: &Handle, plan: &Plan, out: &Path, terms: Terms<'a>) -> Result<Self, Refusal> {
        let (before, after, taken_over) = apart(chain::files(&plan.of, "lines")?, chain::files(out, "lines")?);
        let (rows, same) = (unequal_lines(handle, &before, &after)?, rows_in(&taken_over)?);
        let mut columns = LINES.to_vec();
        columns.extend([
            ("before", ColumnType::Money),
            ("after", ColumnType::Money),
            ("why", ColumnType::Text),
            ("text", ColumnType::Text),
        ]);
        let table = TableWriter::create(&out.join(FILE), &run_files::columns(&columns), Format::Csv(CsvEncoding::Utf8))?;
        let (differences, tally) = (Differences::new(terms), Tally::default());
        let (ready, table) = (VecDeque::new(), Some(table));
        Ok(Self { rows, same, differences, partner: None, ready, table, tally, say, done: false, ahead: None, row: None })
    }

    /// The next line, or the end.
    fn step(&mut self) -> Result<Option<Line>, Refusal> {
        while self.ready.is_empty() && !self.done {
            if let Some(row) = self.rows.next().transpose()? {
                self.take(row)?;
            } else {
                self.ready.extend(self.differences.settle()?);
                self.done = true;
            }
        }
        let Some(one) = self.ready.pop_front() else { return Ok(None) };
        self.tally.add(&one);
        if let Some(table) = &mut self.table {
            let why = one.why.text();
            let text = why.get(self.say.lang);
            let more = [Cell::Money(Fen(one.before)), Cell::Money(Fen(one.after)), Cell::Text(one.why.code()), Cell::Text(text)];
            run_files::line_row(table, &one.line, &more)?;
        }
        Ok(Some(one.line))
    }

    fn take(&mut self, row: Unequal) -> Result<(), Refusal> {
        let partner = match &row {
            Unequal::Before(line) | Unequal::After(line) => &line.partner,
            Unequal::Changed(pair) => &pair.1.partner,
        };
        if self.partner.as_ref() != Some(partner) {
            self.partner = Some(partner.clone());
            self.ready.extend(self.differences.settle()?);
        }
        match row {
            Unequal::Before(line) => self.differences.posted(line),
            Unequal::After(line) => self.differences.made(line),
            Unequal::Changed(pair) => self.ready.extend(self.differences.changed(pair.0, pair.1)?),
        }
        Ok(())
    }

    /// Completes the table; the account of the re-run.
    pub(crate) fn finish(mut self, plan: &Plan, out: &Path) -> Result<Rerun, Refusal> {
        if let Some(table) = self.table.take() {
            table.finish()?;
        }
        let differences = self.tally.finish();
        let (of, number, post_in) = (chain::reference(out, &plan.of)?, plan.number, plan.post_in);
        let rows = differences.iter().map(|one| one.rows).sum();
        let sum = |part: fn(&Difference) -> i64| differences.iter().map(part).fold(0, i64::saturating_add);
        let (up, down) = (sum(|one| one.up), sum(|one| one.down));
        Ok(Rerun { of, number, post_in, compared: self.rows.compared() + self.same, rows, up, down, differences })
    }
}

impl Sorted<Line> for Stream<'_> {
    fn head(&mut self) -> Result<Option<&str>, Refusal> {
        if self.ahead.is_none() {
            self.ahead = self.step()?;
        }
        Ok(self.ahead.as_ref().map(|line| line.partner.as_str()))
    }

    fn advance(&mut self) -> Result<Option<&Line>, Refusal> {
        self.head()?;
        self.row = self.ahead.take();
        Ok(self.row.as_ref())
    }
}

/// What a difference is about and what is known of its causes.
pub(crate) fn terms<'a>(plan: &Plan, old: Option<&'a Old>, set: &'a PolicySet, master: &'a Master, news: Option<&'a News>) -> Terms<'a> {
    Terms {
        rerun: plan.before.period,
        open: plan.post_in,
        old: old.map(|old| Rules { policies: &old.policies.set, master: old.master.as_ref().unwrap_or(master) }),
        new: Rules { policies: set, master },
        news,
    }
}

/// What is new about the facts since the run before: only files that came or went since are read. `None` where the run before cannot be compared
/// with, because it read another kind of source or a state that is swept.
pub(crate) fn news(facts: &Facts, set: &PolicySet, period: Month, old: &Inputs) -> Result<Option<News>, Refusal> {
    let (store, now, then) = match (&facts.origin, old.snapshot) {
        (Some((store, now)), Some(number)) => match store.snapshot(number) {
            Ok(then) => (store, now, then),
            Err(refusal) if refusal.kind == Kind::NotFound => return Ok(None),
            Err(refusal) => return Err(refusal),
        },
        (None, None) => (&facts.store, &facts.snapshot, unchanged(&facts.snapshot, old)),
        _ => return Ok(None),
    };
    let mut news = News::default();
    for (table, months) in months_needed(set, period)? {
        let (before, after) = (store.corrections(&then, table)?, store.corrections(now, table)?);
        read(store, now, &then, table, months, &mut |fact, id| {
            let is_corrected = after.get(id).is_some_and(|day| before.get(id) != Some(day));
            news.note(fact, if is_corrected { Change::Corrected } else { Change::Late(qudao_settle::diff::known_on(fact)) });
        })?;
        read(store, &then, now, table, months, &mut |fact, id| {
            if news.of(id).is_none() {
                news.note(fact, Change::Withdrawn);
            }
        })?;
    }
    Ok(Some(news))
}

/// Of loose files, the state that holds only those the run before had, by content.
fn unchanged(now: &Snapshot, old: &Inputs) -> Snapshot {
    let had: BTreeSet<&str> = old.facts.iter().map(|file| file.sha256.as_str()).collect();
    let mut then = now.clone();
    then.batches.retain(|batch| had.contains(batch.sha256.as_str()));
    then.files.retain(|file| then.batches.iter().any(|batch| batch.batch == file.batch));
    then
}

/// Shows the facts of files that one state has and another has not, a file at a time.
fn read(
    store: &FactStore,
    of: &Snapshot,
    but: &Snapshot,
    table: Table,
    months: (Month, Month),
    show: &mut dyn FnMut(&qudao_policy::model::Fact, &str),
) -> Result<(), Refusal> {
    let held: BTreeSet<&str> = but.files.iter().map(|file| file.path.as_str()).collect();
    for file in of.files(table, months.0, months.1).into_iter().filter(|file| !held.contains(file.path.as_str())) {
        let one = Snapshot { files: vec![file.clone()], ..of.clone() };
        let mut facts = store.facts(&one, table, &Wanted { months: Some(months), ..Wanted::default() })?;
        inputs::forget_stand_ins(&mut facts);
        for fact in &facts {
            show(fact, &qudao_settle::interp::row::event_id(fact));
        }
    }
    Ok(())
}
