//! 分级结论: what was decided on an outlet by its grade (R7.114): keep it, improve it by tasks until a day, or eliminate it.
//!
//! ```text
//! keep       noted
//! improve    improving ─recheck▶ passed | failed | improving until another day
//! eliminate  clearing ─close▶ closed
//! ```
//!
//! Invariants
//! - A verdict is an approved application; none is taken away (the database refuses it).
//! - An outlet has one improvement or elimination under way; a new verdict takes an improvement's place, and none takes that of an elimination.
//! - Whoever works on an improvement does not find that it passed, and it passes only with all its tasks done.
//! - An eliminated outlet is closed after its last day of business, and while nothing is left with it. The last outlet of a partner takes the partner on its
//!   way out as well, where balances, deposits and commission are settled.

use crate::act::{Act, not_in_force};
use crate::exit::{self, Claims};
use crate::life::{self, State, Who};
use crate::outlet::change::{self, Change};
use crate::roster::{self, Reference, Stored};
use qudao_access::sight::{Sight, mark};
use qudao_access::{people, work_ids};
use qudao_kernel::master::{Outlet, Partner};
use qudao_kernel::{Date, Kind, Month, Refusal, Text};
use qudao_platform::args;
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Row, Tx, Value};
use serde_json::json;
use std::str::FromStr;

/// The outlets of partners.
const OUTLETS: Reference = Partner::USED_BY[1];
/// Longest word on a task or a re-check.
const LONGEST: usize = 500;
/// Why a partner leaves with its last outlet.
const CAUSE: &str = "graded";

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 保持.
    Keep,
    /// 提升.
    Improve,
    /// 淘汰.
    Eliminate,
}

impl Verdict {
    /// All.
    pub const ALL: [Verdict; 3] = [Verdict::Keep, Verdict::Improve, Verdict::Eliminate];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Keep => "keep",
            Verdict::Improve => "improve",
            Verdict::Eliminate => "eliminate",
        }
    }
}

impl FromStr for Verdict {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == text).ok_or(())
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing follows.
    Noted,
    /// 整改中.
    Improving,
    /// 复查通过.
    Passed,
    /// 复查未通过.
    Failed,
    /// 清退中.
    Clearing,
    /// 已关闭.
    Closed,
    /// A later verdict took its place.
    Replaced,
}

impl Stage {
    /// All.
    pub const ALL: [Stage; 7] =
        [Stage::Noted, Stage::Improving, Stage::Passed, Stage::Failed, Stage::Clearing, Stage::Closed, Stage::Replaced];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Noted => "noted",
            Stage::Improving => "improving",
            Stage::Passed => "passed",
            Stage::Failed => "failed",
            Stage::Clearing => "clearing",
            Stage::Closed => "closed",
            Stage::Replaced => "replaced",
        }
    }
}

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Stage::ALL.into_iter().find(|stage| stage.name() == text).ok_or(())
    }
}

/// What is to be done by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What.
    pub words: String,
    /// By when.
    pub due_on: Date,
}

/// By which numbers it was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade<'a> {
    /// What grading proposed.
    pub proposal: &'a str,
    /// First and last month.
    pub months: (Month, Month),
    /// Tenths of a point of credit.
    pub credit_tenths: i64,
    /// Place by sales in its group, 0 for an outlet that was too new.
    pub place: i64,
    /// Outlets of the group.
    pub beside: i64,
}

/// A verdict that was approved.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Outlet.
    pub outlet: &'a str,
    /// What was decided.
    pub verdict: Verdict,
    /// By which numbers.
    pub grade: Grade<'a>,
    /// The day it is looked at again, or its last day of business; nothing where it is kept.
    pub until: Option<Date>,
    /// What is to be done until then.
    pub tasks: &'a [Wanted],
    /// Login of whoever works on it.
    pub owner: &'a str,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Kept {
    /// Number of its application.
    pub id: String,
    /// For the next act.
    pub version: u32,
    pub outlet: String,
    pub partner: String,
    pub territory: String,
    pub verdict: Verdict,
    pub stage: Stage,
    pub proposal: String,
    pub months: (Month, Month),
    pub credit_tenths: i64,
    pub place: i64,
    pub beside: i64,
    pub owner: String,
    pub reason: String,
    pub decided_on: Date,
    pub until: Option<Date>,
    /// When it came to its end, who said so, and in which words.
    pub ended_on: Option<Date>,
    pub ended_by: String,
    pub ended_words: String,
}

/// A task of an improvement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Task {
    pub verdict: String,
    /// Place, from 1.
    pub seq: u32,
    pub words: String,
    pub due_on: Date,
    pub done_on: Option<Date>,
    pub done_by: String,
    pub note: String,
}

/// What somebody found who looked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It improved.
    Passed,
    /// It did not.
    Failed,
    /// It has until another day.
    Again(Date),
}

/// Keeps a verdict, and begins what follows from it.
///
/// # Errors
/// `NotFound network.state.none`; `BadInput network.verdict.until` without the day it takes, `network.verdict.task`; `Conflict network.record.not_in_force`,
/// `network.verdict.clearing` for an outlet that is eliminated already, `network.day.closed`; of the partner's exit as [`exit::open`].
pub async fn note(tx: &mut Tx, act: &Act<'_>, new: &New<'_>) -> Result<Text, Refusal> {
    roster::lock_all(tx).await?;
    let record = roster::get::<Outlet>(tx, new.outlet).await?.ok_or_else(|| life::none(Who::Outlet, new.outlet))?;
    let held = roster::on(&record, act.today).cloned().ok_or_else(|| not_in_force(("网点", "outlet"), new.outlet, act.today))?;
    let until = match (new.verdict, new.until) {
        (Verdict::Keep, _) => None,
        // An approval may come later than was thought.
        (_, Some(day)) => Some(day.max(act.today)),
        (_, None) => return Err(no_day()),
    };
    make_room(tx, act, new.outlet).await?;
    let stage = match new.verdict {
        Verdict::Keep => Stage::Noted,
        Verdict::Improve => Stage::Improving,
        Verdict::Eliminate => Stage::Clearing,
    };
    let sql = "insert into network_verdict (id, version, outlet, partner, territory, verdict, proposal, first_month, last_month, credit_tenths, place, beside,
                   state, owner, reason, decided_on, until_day, ended_by, ended_words, at_us)
               values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', '', $17)";
    let (id, grade) = (act.application, new.grade);
    let what = args![id, new.outlet, &held.owner, &held.territory, new.verdict.name(), grade.proposal, grade.months.0, grade.months.1];
    let why =
        args![grade.credit_tenths, grade.place, grade.beside, stage.name(), new.owner, act.reason.trim(), act.today, until, tx.now_us()];
    tx.execute(sql, &[&what[..], &why[..]].concat()).await?;
    if new.verdict == Verdict::Improve {
        put_tasks(tx, id, new.tasks).await?;
    }
    let after = json!({ "outlet": new.outlet, "verdict": new.verdict.name(), "until": until.map(|day| day.to_string()) });
    tx.audit(Entry::new(act.who, "verdict.note", "verdict", id).after(after.to_string()).reason(act.note()));
    match (new.verdict, until) {
        (Verdict::Eliminate, Some(last)) => leave(tx, act, &held, last).await,
        (Verdict::Improve, Some(day)) => {
            let (outlet, tasks) = (new.outlet, new.tasks.len());
            Ok(Text::new(
                format!("网点 {outlet} 列入提升，任务 {tasks} 项，{day} 复查"),
                format!("outlet {outlet} is to improve: {tasks} tasks, looked at again on {day}"),
            ))
        }
        _ => Ok(Text::new(format!("网点 {} 保持", new.outlet), format!("outlet {} is kept", new.outlet))),
    }
}

fn no_day() -> Refusal {
    Refusal::bad_input(
        "network.verdict.until",
        "提升须有复查日期，淘汰须有最后营业日；请退回补填",
        "an improvement has a day on which it is looked at again, an elimination a last day of business; fill it in",
    )
}

/// A new verdict takes the place of an improvement under way, and not of an elimination.
async fn make_room(tx: &mut Tx, act: &Act<'_>, outlet: &str) -> Result<(), Refusal> {
    let sql = "select id, state, version from network_verdict where outlet = $1 and state in ('improving', 'clearing')";
    let Some(row) = tx.query_opt(sql, args![outlet]).await? else { return Ok(()) };
    let (id, state) = (row.string("id")?, row.parse::<Stage>("state")?);
    if state == Stage::Clearing {
        return Err(Refusal::new(
            Kind::Conflict,
            "network.verdict.clearing",
            format!("网点 {outlet} 已按 {id} 清退，不再另作结论"),
            format!("outlet {outlet} is being cleared by {id}; no other verdict is noted"),
        ));
    }
    ended(tx, act, &id, row.count("version")?, Stage::Replaced, act.application).await
}

async fn put_tasks(tx: &mut Tx, id: &str, tasks: &[Wanted]) -> Result<(), Refusal> {
    for (seq, task) in (1_u32..).zip(tasks) {
        let words = said(&task.words)?;
        let sql = "insert into network_verdict_task (verdict, seq, words, due_on, done_by, note) values ($1, $2, $3, $4, '', '')";
        tx.execute(sql, args![id, seq, words, task.due_on]).await?;
    }
    Ok(())
}

fn said(words: &str) -> Result<&str, Refusal> {
    let words = words.trim();
    if (2..=LONGEST).contains(&words.chars().count()) {
        return Ok(words);
    }
    Err(Refusal::bad_input(
        "network.verdict.task",
        format!("任务与办理情况须为 2 至 {LONGEST} 字"),
        format!("a task, and what was done for it, has 2 to {LONGEST} characters"),
    ))
}

/// The outlet takes no new business after its last day, and its partner leaves with the last of its outlets.
async fn leave(tx: &mut Tx, act: &Act<'_>, outlet: &Outlet, last: Date) -> Result<Text, Refusal> {
    let (code, after) = (outlet.code.as_str(), last.plus_days(1));
    act.open(after)?;
    if life::on(tx, Who::Outlet, code, after).await? == Some(State::Open) {
        life::advance(tx, act, Who::Outlet, code, State::Paused, after, life::By::Change).await?;
    }
    let others = roster::naming(tx, OUTLETS, &outlet.owner, after).await?;
    // Those that are being cleared already go as well.
    let sql = "select outlet from network_verdict where partner = $1 and state = 'clearing'";
    let cleared: Vec<String> =
        tx.query(sql, args![&outlet.owner]).await?.iter().map(|row| row.string("outlet")).collect::<Result<_, _>>()?;
    let works = life::on(tx, Who::Partner, &outlet.owner, act.today).await?;
    if others.iter().any(|other| other != code && !cleared.contains(other)) || !matches!(works, Some(State::Active | State::Suspended)) {
        return Ok(Text::new(
            format!("网点 {code} 列入淘汰，{last} 为最后营业日，之后清退"),
            format!("outlet {code} is eliminated: {last} is its last day of business, then it is cleared"),
        ));
    }
    let opened = exit::open(tx, act, &outlet.owner, CAUSE, act.today, last).await?;
    Ok(Text::new(
        format!("网点 {code} 列入淘汰，{last} 为最后营业日；{}", opened.zh),
        format!("outlet {code} is eliminated: {last} is its last day of business; {}", opened.en),
    ))
}

/// Says that a task was done. The version of its verdict afterwards.
///
/// # Errors
/// `NotFound network.verdict.none`; `Conflict network.verdict.stage`, `platform.db.stale`; `BadInput network.verdict.task`.
pub async fn done(tx: &mut Tx, act: &Act<'_>, id: &str, version: u32, seq: u32) -> Result<u32, Refusal> {
    let words = said(act.reason)?;
    let kept = get(tx, &Sight::everywhere(), id).await?;
    is(&kept, Stage::Improving)?;
    let sql = "update network_verdict set version = version + 1 where id = $1 and version = $2";
    tx.execute_versioned("分级结论 verdict", id, sql, args![id, version]).await?;
    let sql = "update network_verdict_task set done_on = $3, done_by = $4, note = $5 where verdict = $1 and seq = $2 and done_on is null";
    if tx.execute(sql, args![id, seq, act.today, act.who, words]).await? == 0 {
        return Err(wrong_stage(&kept));
    }
    tx.audit(Entry::new(act.who, "verdict.task", "verdict", id).after(json!({ "task": seq }).to_string()).reason(words));
    Ok(version + 1)
}

/// Says how an outlet stands that was to improve. The version afterwards.
///
/// # Errors
/// `NotFound network.verdict.none`; `Forbidden network.verdict.self` for whoever works on it; `Conflict network.verdict.stage`, `network.verdict.early` for a
/// failure before its day, `network.verdict.open` while a task is open, `platform.db.stale`; `BadInput network.verdict.until`, `access.reason.missing`.
pub async fn recheck(tx: &mut Tx, act: &Act<'_>, id: &str, version: u32, found: Found) -> Result<u32, Refusal> {
    act.reasoned()?;
    let kept = get(tx, &Sight::everywhere(), id).await?;
    is(&kept, Stage::Improving)?;
    if same_hand(&kept.owner, act.who) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "network.verdict.self",
            "提升由您负责，复查须由另一人作出",
            "you work on this improvement; another person looks again",
        ));
    }
    let stage = match found {
        Found::Again(day) if day <= act.today => {
            return Err(Refusal::bad_input("network.verdict.until", "再次复查的日期须晚于今天", "the next re-check is after today"));
        }
        Found::Again(day) => {
            let sql = "update network_verdict set until_day = $3, version = version + 1 where id = $1 and version = $2";
            tx.execute_versioned("分级结论 verdict", id, sql, args![id, version, day]).await?;
            let after = json!({ "until": day.to_string() });
            tx.audit(Entry::new(act.who, "verdict.recheck", "verdict", id).after(after.to_string()).reason(act.reason.trim()));
            return Ok(version + 1);
        }
        Found::Passed => {
            let sql = "select count(*) as n from network_verdict_task where verdict = $1 and done_on is null";
            let open = tx.query_one(sql, args![id]).await?.count("n")?;
            if open > 0 {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "network.verdict.open",
                    format!("还有 {open} 项任务未办结，不能判为通过"),
                    format!("{open} tasks are not done, so it has not passed"),
                ));
            }
            Stage::Passed
        }
        Found::Failed => {
            early(&kept, kept.until.filter(|day| act.today < *day))?;
            Stage::Failed
        }
    };
    ended(tx, act, id, version, stage, act.reason.trim()).await?;
    Ok(version + 1)
}

/// Closes an outlet that was eliminated, when its last day is over and nothing is left with it; `claims` are asked for the outlet's code.
///
/// # Errors
/// `NotFound network.verdict.none`; `Conflict network.verdict.stage`, `network.verdict.early`, `network.exit.left` with what is left, `platform.db.stale`; as
/// [`change::change`]; `BadInput access.reason.missing`.
pub async fn close(tx: &mut Tx, act: &Act<'_>, claims: &Claims, id: &str, version: u32) -> Result<u32, Refusal> {
    act.reasoned()?;
    roster::lock_all(tx).await?;
    let kept = get(tx, &Sight::everywhere(), id).await?;
    is(&kept, Stage::Clearing)?;
    early(&kept, kept.until.filter(|day| act.today <= *day))?;
    exit::refuse_left(&kept.outlet, &claims.balances(tx, &kept.outlet, act.today).await?)?;
    let day = kept.until.map_or(act.today, |last| last.plus_days(1)).max(act.open_from);
    // Its partner's exit may have closed it before.
    if matches!(life::on(tx, Who::Outlet, &kept.outlet, day).await?, Some(State::Open | State::Paused)) {
        let by_application = Act { application: id, ..*act };
        let (_, clerks) = change::change(tx, &by_application, &kept.outlet, Change::Close, day).await?;
        let note = by_application.note();
        work_ids::end_of(tx, act.who, &clerks, &note).await?;
        let over: Vec<String> = std::iter::once(kept.outlet.clone()).chain(clerks).collect();
        people::end_over(tx, act.who, &over, act.today, &note).await?;
    }
    ended(tx, act, id, version, Stage::Closed, act.reason.trim()).await?;
    Ok(version + 1)
}

fn is(kept: &Kept, stage: Stage) -> Result<(), Refusal> {
    if kept.stage == stage { Ok(()) } else { Err(wrong_stage(kept)) }
}

fn wrong_stage(kept: &Kept) -> Refusal {
    let (id, name) = (&kept.id, kept.stage.name());
    Refusal::new(
        Kind::Conflict,
        "network.verdict.stage",
        format!("结论 {id} 现为 {name}，或该任务已办结，不能执行这项操作；请刷新"),
        format!("the verdict {id} is {name}, or the task is done, so this is not possible; reload"),
    )
}

fn early(kept: &Kept, day: Option<Date>) -> Result<(), Refusal> {
    let Some(day) = day else { return Ok(()) };
    Err(Refusal::new(
        Kind::Conflict,
        "network.verdict.early",
        format!("结论 {} 的期限至 {day}；请到期后再办理", kept.id),
        format!("the verdict {} has time until {day}; do this after it", kept.id),
    ))
}

/// Ends a verdict, on the version that was seen.
async fn ended(tx: &mut Tx, act: &Act<'_>, id: &str, version: u32, to: Stage, words: &str) -> Result<(), Refusal> {
    let sql = "update network_verdict set state = $3, ended_on = $4, ended_by = $5, ended_words = $6, version = version + 1
               where id = $1 and version = $2";
    tx.execute_versioned("分级结论 verdict", id, sql, args![id, version, to.name(), act.today, act.who, words]).await?;
    tx.audit(Entry::new(act.who, "verdict.end", "verdict", id).after(json!({ "state": to.name() }).to_string()).reason(words));
    Ok(())
}

/// A verdict within a sight.
///
/// # Errors
/// `NotFound network.verdict.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Kept, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = sight.wheres("v", false, &mut values);
    let row = tx.query_opt(format!("select v.* from network_verdict v where v.id = $1 and {within}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "network.verdict.none",
            format!("没有分级结论 {id}，或不在您的范围内"),
            format!("there is no verdict {id}, or not within your reach"),
        )
    })
}

/// Which verdicts. What is absent or empty asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// What was decided.
    pub verdict: Option<Verdict>,
    /// What came of it.
    pub stage: Option<Stage>,
    /// Outlet.
    pub outlet: String,
    /// Whoever works on it.
    pub owner: String,
}

/// Verdicts within a sight, latest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, query: &Query) -> Result<Vec<Kept>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("v", false, &mut values)];
    let texts = [
        ("verdict", query.verdict.map_or("", Verdict::name)),
        ("state", query.stage.map_or("", Stage::name)),
        ("outlet", query.outlet.as_str()),
        ("owner", query.owner.as_str()),
    ];
    for (column, text) in texts {
        if !text.is_empty() {
            wheres.push(format!("v.{column} = {}", mark(&mut values, text)));
        }
    }
    let sql = format!("select v.* from network_verdict v where {} order by v.at_us desc, v.id desc", wheres.join(" and "));
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// The tasks of a verdict, in their order.
///
/// # Errors
/// The database does not answer.
pub async fn tasks(tx: &mut Tx, id: &str) -> Result<Vec<Task>, Refusal> {
    let rows = tx.query("select * from network_verdict_task where verdict = $1 order by seq", args![id]).await?;
    rows.iter().map(task_of_row).collect()
}

/// Tasks of somebody's improvements that are not done and due by a day, with the outlet of each, the longest due first.
///
/// # Errors
/// The database does not answer.
pub async fn due(tx: &mut Tx, owner: &str, day: Date) -> Result<Vec<(String, Task)>, Refusal> {
    let sql = "select t.*, v.outlet from network_verdict_task t join network_verdict v on v.id = t.verdict
               where v.owner = $1 and v.state = 'improving' and t.done_on is null and t.due_on <= $2 order by t.due_on, t.verdict, t.seq";
    tx.query(sql, args![owner, day]).await?.iter().map(|row| Ok((row.string("outlet")?, task_of_row(row)?))).collect()
}

fn task_of_row(row: &Row) -> Result<Task, Refusal> {
    Ok(Task {
        verdict: row.string("verdict")?,
        seq: row.count("seq")?,
        words: row.string("words")?,
        due_on: row.parse("due_on")?,
        done_on: row.opt_parse("done_on")?,
        done_by: row.string("done_by")?,
        note: row.string("note")?,
    })
}

fn of_row(row: &Row) -> Result<Kept, Refusal> {
    Ok(Kept {
        id: row.string("id")?,
        version: row.count("version")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        verdict: row.parse("verdict")?,
        stage: row.parse("state")?,
        proposal: row.string("proposal")?,
        months: (row.parse("first_month")?, row.parse("last_month")?),
        credit_tenths: row.int("credit_tenths")?,
        place: row.int("place")?,
        beside: row.int("beside")?,
        owner: row.string("owner")?,
        reason: row.string("reason")?,
        decided_on: row.parse("decided_on")?,
        until: row.opt_parse("until_day")?,
        ended_on: row.opt_parse("ended_on")?,
        ended_by: row.string("ended_by")?,
        ended_words: row.string("ended_words")?,
    })
}
