//! The work behind the settlement board: trial runs, publication, settling again. What is decided before and after is in
//! `qudao_settle::period`; the run itself is that of the command line.
//!
//! | step | reads | writes |
//! |---|---|---|
//! | trial | facts, policies, master data, the run of the month before | `trials/<month>` |
//! | publish | the same, which must be those of the trial | `run-<month>`, statements, ledger |
//! | settle again | the same for the month and every published one after it | `run-<month>-r<n>`, statements of differences, ledger |
//!
//! A folder without a summary is a run that did not end, and no reader takes it for one; postings are recognised by key and content. So
//! any of the steps is repeated after a crash.

use super::desk::Desk;
use super::home::Home;
use super::jobs::Progress;
use super::receivables;
use super::rewards;
use crate::chain::{self, SUMMARY};
use crate::inputs::{self, InputFile};
use crate::say::{Say, make_folder, unreadable};
use crate::settle::{Args, plain, run};
use crate::summary::{Inputs, Summary};
use qudao_engine::facts::FactStore;
use qudao_engine::settle::months_needed;
use qudao_kernel::{Date, Kind, Lang, Month, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_platform::columnar::facts::FactPort;
use qudao_platform::hash::sha256;
use qudao_policy::{Severity, compile};
use qudao_settle::period::difference::Stated;
use qudao_settle::period::{Counts, Finding, Limits, Period, find};
use qudao_settle::reward::{self, Reward};
use qudao_settle::statement::{Adjustment, Statement, read_statements};
use qudao_settle::{dispute, example};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Settlement entity of a ledger that has none yet.
const ENTITY: &str = "operator";

/// Most times a month is settled again.
const MOST_RERUNS: u32 = 10_000;

/// What components are called, by policy and component.
pub(crate) type Titles = BTreeMap<(String, String), String>;

impl Home {
    /// The folder of a month's run that counts: the last time it was settled again, else the first run.
    pub(crate) fn latest(&self, month: Month) -> Option<PathBuf> {
        let first = || Some(self.run(month)).filter(|folder| folder.join(SUMMARY).is_file());
        match self.reruns(month) {
            0 => first(),
            number => Some(self.rerun(month, number)),
        }
    }

    /// Folder of a month settled again.
    pub(crate) fn rerun(&self, month: Month, number: u32) -> PathBuf {
        self.root().join(format!("run-{month}-r{number}"))
    }

    /// Times a month was settled again.
    pub(crate) fn reruns(&self, month: Month) -> u32 {
        (1..MOST_RERUNS).take_while(|number| self.rerun(month, *number).join(SUMMARY).is_file()).last().unwrap_or(0)
    }
}

/// Months published, rising.
pub(crate) fn published(home: &Home) -> Result<Vec<Month>, Refusal> {
    Ok(home.settled()?.into_iter().map(|settled| settled.summary.period).collect())
}

/// How often each published month was settled again.
pub(crate) fn reruns(home: &Home) -> Result<Vec<(Month, u32)>, Refusal> {
    Ok(published(home)?.into_iter().map(|month| (month, home.reruns(month))).collect())
}

/// Whether a month that was settled again took every later one along, so that the work was done to its end.
pub(crate) fn is_round(home: &Home, period: &Period, months: &[Month]) -> bool {
    let posted_in = |month: Month| Some(chain::summary_of(&home.latest(month)?).ok()?.rerun?.post_in);
    let first = posted_in(period.month);
    first.is_some() && months.iter().filter(|month| **month > period.month).all(|month| posted_in(*month) == first)
}

/// Folders of earlier months settled again whose differences are stated in a month.
pub(crate) fn settled_into(home: &Home, month: Month) -> Result<Vec<PathBuf>, Refusal> {
    let mut folders = Vec::new();
    for earlier in published(home)?.into_iter().filter(|earlier| *earlier < month) {
        for number in 1..=home.reruns(earlier) {
            let folder = home.rerun(earlier, number);
            if chain::summary_of(&folder)?.rerun.is_some_and(|rerun| rerun.post_in == month) {
                folders.push(folder);
            }
        }
    }
    Ok(folders)
}

/// Statements of differences that are stated in a month, of one partner or under one number.
pub(crate) fn differences(home: &Home, month: Month, which: &str) -> Result<Vec<Statement>, Refusal> {
    let mut found = Vec::new();
    for folder in settled_into(home, month)? {
        for statement in read_statements(&folder.join("statements/statements.jsonl"))? {
            let statement = statement?;
            if statement.partner == which || statement.number == which {
                found.push(statement);
            }
        }
    }
    Ok(found)
}

fn say(progress: &Progress) -> Say {
    let far = progress.clone();
    Say::followed(Lang::Zh, Arc::new(move |done, all| far.at(done, all)))
}

/// The arguments of a run of the folder.
fn args(home: &Home, month: Month, out: PathBuf) -> Args {
    plain(&home.policies(), home.root(), &home.master(), month, out)
}

/// The run the month is settled on.
///
/// # Errors
/// `Conflict settle.period.gap` where the month before is not published though an earlier one is, `settle.period.past` for a month before
/// the first published one.
pub(crate) fn previous(home: &Home, month: Month) -> Result<Option<PathBuf>, Refusal> {
    let months = published(home)?;
    let Some(first) = months.first() else { return Ok(None) };
    if month < *first {
        return Err(Refusal::new(
            Kind::Conflict,
            "settle.period.past",
            format!("首个结算月是 {first}，{month} 在它之前，不再结算"),
            format!("the first month settled is {first}; {month} is before it and is not settled any more"),
        ));
    }
    let before = month.plus(-1);
    match home.latest(before) {
        Some(folder) => Ok(Some(folder)),
        None if month == *first => Ok(None),
        None => Err(Refusal::new(
            Kind::Conflict,
            "settle.period.gap",
            format!("{before} 还没有发布；请按月份先后结算"),
            format!("{before} is not published; settle months in their order"),
        )),
    }
}

/// Refuses policies that are wrong, with the first places, before a run is begun.
///
/// # Errors
/// `BadInput settle.policies.wrong`.
pub(crate) fn check_policies(folder: &Path) -> Result<(), Refusal> {
    const SHOWN: usize = 3;
    let sources = inputs::sources(&[folder.to_owned()])?;
    let compiled = compile(&sources);
    let place = |file: &str| Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut wrong: Vec<(String, String)> = Vec::new();
    for one in compiled.diagnostics.iter().filter(|one| one.severity == Severity::Error) {
        let at = format!("{}:{}", place(&one.file), one.line);
        wrong.push((format!("{at} {}", one.message.zh), format!("{at} {}", one.message.en)));
    }
    if let (Some(set), true) = (&compiled.set, wrong.is_empty()) {
        for policy in &set.policies {
            for failure in example::check(set, policy) {
                let at = format!("{} {}", place(&policy.file), failure.example);
                wrong.push((format!("{at} {}", failure.text.zh), format!("{at} {}", failure.text.en)));
            }
        }
    }
    if wrong.is_empty() && compiled.set.is_some() {
        return Ok(());
    }
    let all = wrong.len();
    let (zh, en): (Vec<String>, Vec<String>) = wrong.into_iter().take(SHOWN).unzip();
    Err(Refusal::bad_input(
        "settle.policies.wrong",
        format!("政策有 {all} 处错误，未执行：{}；请在政策工作室改正并发布后重试", zh.join("；")),
        format!("the policies have {all} errors and nothing was run: {}; correct them in the policy studio and try again", en.join("; ")),
    ))
}

/// A trial run: its summary's hash, and what should be looked at.
pub(crate) fn trial(desk: &Desk, month: Month, progress: &Progress) -> Result<(String, Vec<Finding>), Refusal> {
    let home = &desk.home;
    check_policies(&home.policies())?;
    progress.note("结算", "settling");
    make_folder(&home.root().join("trials"))?;
    let mut args = args(home, month, home.trial(month));
    args.previous = previous(home, month)?;
    args.adjustments = adjustments(desk, month)?;
    args.receivables = receivables::to_offset(desk, month, false)?;
    let (_, summary) = run(&say(progress), &args)?;
    progress.note("查找异常", "looking for exceptions");
    let path = args.out.join(SUMMARY);
    let hash = sha256(std::fs::read(&path).map_err(|error| unreadable(&path, &error))?);
    let mut titles = Titles::new();
    let now = stated(&args.out, &mut titles)?;
    let before = args.previous.as_deref().map(|folder| stated(folder, &mut titles)).transpose()?;
    let counts =
        Counts { unattributed: summary.report.unattributed, rejected: rejected(home, month)?, checked: summary.check.partners.len() };
    Ok((hash, find(&now, before.as_deref(), counts, limits(desk)?)))
}

/// Approved amounts of disputes and rewards that stand in the statements of a month, by partner. Call it within a job.
fn adjustments(desk: &Desk, month: Month) -> Result<BTreeMap<String, Vec<Adjustment>>, Refusal> {
    let new = rewards_to_take(desk, month)?;
    Handle::current().block_on(async {
        let tx = &mut desk.db.read().await?;
        let mut all = dispute::adjustments(tx, month).await?;
        for (partner, rewards) in reward::adjustments(tx, month, new).await? {
            all.entry(partner).or_default().extend(rewards);
        }
        Ok(all)
    })
}

/// Approved rewards that no publication has taken, where this month's can. One that was broken off is past that: what it has posted must be
/// posted again as it was.
fn rewards_to_take(desk: &Desk, month: Month) -> Result<Vec<Reward>, Refusal> {
    if desk.home.run(month).exists() {
        return Ok(Vec::new());
    }
    Handle::current().block_on(async { rewards::waiting(&mut desk.db.read().await?).await })
}

/// The month whose statements are next, for amounts approved now. One of which a publication broke off is past that: what it has posted must
/// be posted again as it was.
pub(crate) fn open_month(home: &Home, disputed: Month) -> Result<Month, Refusal> {
    let mut month = published(home)?.last().map_or(disputed, |last| last.plus(1));
    while home.run(month).exists() {
        month = month.plus(1);
    }
    Ok(month)
}

fn limits(desk: &Desk) -> Result<Limits, Refusal> {
    let (parameters, today) = (desk.parameters(), desk.today());
    let count = |name: &str| parameters.on(name, "", today)?.int();
    Ok(Limits {
        change_ppm: parameters.on("exception_change_percent", "", today)?.ppm()?,
        change_fen: parameters.on("exception_change_yuan", "", today)?.fen()?.0,
        holds: u64::try_from(count("exception_holds")?).unwrap_or(0),
        most: usize::try_from(count("exception_most")?).unwrap_or(0),
    })
}

/// Rows of a month that imports refused, duplicates aside.
fn rejected(home: &Home, month: Month) -> Result<u64, Refusal> {
    let store = FactStore::open(&home.root().to_string_lossy())?;
    let mut rows = 0;
    for batch in store.batches()? {
        let Ok(report) = store.report(&batch.batch) else { continue };
        if report.faulty() > 0 {
            let of_month = report.days.iter().filter(|count| count.day.is_some_and(|day| day.month() == month));
            rows += of_month.map(|count| count.rejected.rows).sum::<u64>();
        }
    }
    Ok(rows)
}

/// The statements of a run, as far as comparing needs them.
pub(crate) fn stated(folder: &Path, titles: &mut Titles) -> Result<Vec<Stated>, Refusal> {
    let path = folder.join("statements/statements.jsonl");
    let statements = read_statements(&path)?;
    statements.map(|statement| statement.map(|statement| Stated::of(&statement, titles))).collect()
}

/// Publishes a month: the inputs must be those of its trial.
pub(crate) fn publish(desk: &Desk, month: Month, progress: &Progress) -> Result<Summary, Refusal> {
    let home = &desk.home;
    check_policies(&home.policies())?;
    let tried = chain::summary_of(&home.trial(month))?;
    unchanged(home, month, &tried.inputs)?;
    let mut args = args(home, month, home.run(month));
    args.previous = previous(home, month)?;
    let new = rewards_to_take(desk, month)?;
    Handle::current().block_on(reward::take(&desk.db, month, &new))?;
    args.adjustments = adjustments(desk, month)?;
    args.receivables = receivables::to_offset(desk, month, true)?;
    args.ledger = Some(home.ledger());
    args.entity = desk.books.entity(home)?;
    let _posting = desk.posting()?;
    progress.note("结算、出对账单、过账", "settling, stating, posting");
    let (_, summary) = run(&say(progress), &args)?;
    if summary.report.amount != tried.report.amount {
        return Err(changed(month));
    }
    Ok(summary)
}

/// Settles a published month and all published ones after it again; only differences are stated and posted, in the month after the last.
pub(crate) fn again(desk: &Desk, month: Month, progress: &Progress) -> Result<(), Refusal> {
    let home = &desk.home;
    check_policies(&home.policies())?;
    let months: Vec<Month> = published(home)?.into_iter().filter(|one| *one >= month).collect();
    let Some(last) = months.last().copied() else { return Err(changed(month)) };
    let entity = desk.books.entity(home)?;
    let open = desk.books.now(home, |index| index.book().open_month(&entity))?;
    let day = |today: Date| open.map(|open| today.clamp(open.first_day(), open.last_day()));
    let mut balances = last_stated(home, last)?;
    for one in months {
        progress.note(format!("重算 {one}"), format!("settling {one} again"));
        let mut args = args(home, one, home.rerun(one, home.reruns(one) + 1));
        args.rerun_of = home.latest(one);
        args.previous = home.latest(one.plus(-1));
        args.post_in = Some(last.plus(1));
        args.balances = balances;
        args.issued_on = day(desk.today());
        args.ledger = Some(home.ledger());
        args.entity.clone_from(&entity);
        let _posting = desk.posting()?;
        run(&say(progress), &args)?;
        balances = Some(args.out);
    }
    Ok(())
}

/// Closes the month of the ledger in which a settled month was posted, where that is the open one. Repeating it does nothing.
pub(crate) fn close_books(desk: &Desk, month: Month) -> Result<(), Refusal> {
    let entity = desk.books.entity(&desk.home)?;
    let posted_in = month.plus(1);
    if desk.books.now(&desk.home, |index| index.book().open_month(&entity))? == Some(posted_in) {
        let _posting = desk.posting()?;
        FileLedger::open(desk.home.ledger())?.close_period(&entity, posted_in)?.into_inner();
    }
    Ok(())
}

/// The run whose statements came last: after a stop in the midst of settling again, that of the month it had come to.
fn last_stated(home: &Home, last: Month) -> Result<Option<PathBuf>, Refusal> {
    let mut latest = None;
    for month in published(home)? {
        let Some(folder) = home.latest(month) else { continue };
        if chain::summary_of(&folder)?.rerun.is_some_and(|rerun| rerun.post_in == last.plus(1)) {
            let path = folder.join(SUMMARY);
            let at = path.metadata().and_then(|data| data.modified()).map_err(|error| unreadable(&path, &error))?;
            latest = latest.max(Some((at, folder)));
        }
    }
    Ok(latest.map(|(_, folder)| folder).or_else(|| home.latest(last)))
}

/// Refuses inputs that are not those of the trial any more.
///
/// # Errors
/// `Conflict settle.period.changed`.
pub(crate) fn unchanged(home: &Home, month: Month, tried: &Inputs) -> Result<(), Refusal> {
    let policies = inputs::kept_policies(&home.policies())?;
    let (_, master) = inputs::master(&home.master())?;
    let snapshot = FactStore::open(&home.root().to_string_lossy())?.latest()?;
    let mut facts: Vec<InputFile> = Vec::new();
    for (table, (first, last)) in months_needed(&policies.set, month)? {
        let named = snapshot.files(table, first, last).into_iter();
        facts.extend(named.map(|file| InputFile { file: file.path.clone(), sha256: file.sha256.clone() }));
    }
    facts.sort_by(|a, b| a.file.cmp(&b.file));
    if policies.files == tried.policies && master == tried.master && facts == tried.fact_files { Ok(()) } else { Err(changed(month)) }
}

fn changed(month: Month) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.period.changed",
        format!("{month} 试算之后，数据、政策或主数据有变化；请退回并重新试算，再提交发布"),
        format!("facts, policies or master data of {month} changed after the trial; send it back, try it again, then submit"),
    )
}

/// The entity whose books are kept, or the one they will begin with.
pub(crate) fn entity_of<'b>(mut entities: impl Iterator<Item = &'b str>) -> String {
    entities.next().unwrap_or(ENTITY).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.policy"), text).unwrap();
        folder
    }

    #[test]
    fn a_run_with_wrong_policies_is_refused_with_the_place() {
        // R1.40: nothing is run on a policy that is wrong
        let wrong = folder("政策 什么 {\n  组件 缺少一切\n}\n");
        let refusal = check_policies(wrong.path()).unwrap_err();
        assert_eq!(refusal.code, "settle.policies.wrong");
        assert!(refusal.text.zh.contains("a.policy:") && refusal.text.en.contains("a.policy:"), "{refusal:?}");
        assert!(!refusal.text.zh.contains(&*wrong.path().to_string_lossy()), "no path of the server is told");
    }

    #[test]
    fn months_are_settled_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let month: Month = "2026-07".parse().unwrap();
        assert_eq!(previous(&home, month).unwrap(), None);
        assert_eq!((home.latest(month), home.reruns(month)), (None, 0));
        // a folder without a summary is a run that did not end
        std::fs::create_dir_all(home.rerun(month, 1)).unwrap();
        assert_eq!(home.reruns(month), 0);
        std::fs::create_dir_all(home.run(month)).unwrap();
        std::fs::write(home.run(month).join(SUMMARY), "{}").unwrap();
        std::fs::write(home.rerun(month, 1).join(SUMMARY), "{}").unwrap();
        assert_eq!((home.latest(month), home.reruns(month)), (Some(home.rerun(month, 1)), 1));
    }
}
