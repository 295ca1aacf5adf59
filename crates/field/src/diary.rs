//! 渠道日记: a day that writes itself from visits, promises, calls and tasks, and is sent with one tap (R1.7, R7.33, R7.96).
//!
//! Visits and promises are read here; calls, tasks and results of other parts of the house come as [`Line`]s and [`Task`]s from whoever knows them.

use crate::measure::{Adherence, Split, split};
use crate::promise::{self, Kept};
use crate::reason;
use crate::visit::list::{self, Sight};
use crate::visit::{Counts, State as VisitState};
use qudao_kernel::holidays::{DayKind, Holidays};
use qudao_kernel::{Date, Kind, Refusal, Text};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde::{Deserialize, Serialize};

/// Longest note and answer.
const LONGEST: usize = 2_000;
/// Most visits of a day.
const MOST: u32 = 200;

/// What a line of a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A visit.
    Visit,
    /// A call, message or meeting.
    Contact,
    /// A task done.
    Task,
    /// A promise made, kept or broken.
    Promise,
    /// An order, activation or other result.
    Result,
}

/// A line of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is.
    pub what: What,
    /// When, microseconds since 1970; 0 for the whole day.
    pub at_us: i64,
    /// Outlet; empty for none.
    pub outlet: String,
    /// The record behind it.
    pub record: String,
    /// In words.
    pub text: Text,
}

/// A task of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The record behind it.
    pub record: String,
    /// In words.
    pub text: String,
    /// Whether it is done, or was put off with a reason.
    pub settled: bool,
}

/// A task that is put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutOff {
    /// On which day.
    pub day: Date,
    /// The record behind it.
    pub record: String,
    /// To which day.
    pub to: Date,
    /// Why.
    pub reason: String,
}

/// A day as it wrote itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Lines in the order of time.
    pub lines: Vec<Line>,
    /// Visits that count, that wait for a supervisor, and that are not reported.
    pub visits: [u32; 3],
    /// Outlets planned, and of these visited.
    pub planned: [u32; 2],
    /// Minutes inside outlets, between them, and from first to last.
    pub minutes: [i64; 3],
    /// Promises due, kept in time, kept late, broken.
    pub promises: [u32; 4],
}

/// Writes a manager's day. `planned` are the outlets of the plan in order; `known` are lines of other parts of the house.
///
/// # Errors
/// The database does not answer.
pub async fn compose(tx: &mut Tx, manager: &str, day: Date, planned: &[&str], known: Vec<Line>) -> Result<Day, Refusal> {
    let sight = Sight::own(manager);
    let query = list::Query { manager: manager.to_owned(), from: Some(day), to: Some(day), limit: MOST, ..list::Query::default() };
    let mut visits = list::list(tx, &sight, &query).await?.rows;
    visits.sort_by_key(|visit| (visit.entered_us, visit.id.clone()));
    let entered: Vec<&list::Line> = visits.iter().filter(|visit| visit.state != VisitState::Planned).collect();
    let mut lines: Vec<Line> = entered.iter().map(|visit| of_visit(visit)).chain(known).collect();
    let query = promise::Query { manager: manager.to_owned(), from: Some(day), to: Some(day), ..promise::Query::default() };
    let promises = promise::list(tx, &sight, &query).await?;
    lines.extend(promises.iter().map(of_promise));
    lines.sort_by(|a, b| (a.at_us, a.what, &a.record).cmp(&(b.at_us, b.what, &b.record)));
    let outlets: Vec<&str> = entered.iter().map(|visit| visit.outlet.as_str()).collect();
    let Adherence { planned, kept, .. } = Adherence::of(planned, &outlets);
    let times: Vec<(i64, i64)> = entered.iter().filter_map(|visit| visit.entered_us.zip(visit.left_us)).collect();
    let Split { inside, between, work } = split(&times);
    let of = |counts: Counts| entered.iter().filter(|visit| visit.counts == counts).count() as u32;
    let Kept { due, in_time, late, broken } = promise::kept(&promises, day.plus_days(1));
    Ok(Day {
        day,
        lines,
        visits: [of(Counts::Yes), of(Counts::Held), of(Counts::Open)],
        planned: [planned, kept],
        minutes: [inside, between, work],
        promises: [due, in_time, late, broken],
    })
}

fn of_visit(visit: &list::Line) -> Line {
    let minutes = visit.entered_us.zip(visit.left_us).map_or(0, |(entered, left)| (left - entered).max(0) / 60_000_000);
    let text = Text::new(format!("拜访 {}，{minutes} 分钟", visit.outlet), format!("visited {}, {minutes} minutes", visit.outlet));
    Line { what: What::Visit, at_us: visit.entered_us.unwrap_or(0), outlet: visit.outlet.clone(), record: visit.id.clone(), text }
}

fn of_promise(promise: &promise::Promise) -> Line {
    let (zh, en) = match promise.state {
        promise::State::Open => ("今日到期的承诺", "promise due today"),
        promise::State::Kept => ("已兑现的承诺", "promise kept"),
        promise::State::Broken => ("未兑现的承诺", "promise broken"),
        promise::State::Released => ("已免除的承诺", "promise released"),
    };
    let text = Text::new(format!("{zh}：{}", promise.text), format!("{en}: {}", promise.text));
    Line { what: What::Promise, at_us: 0, outlet: promise.outlet.clone(), record: promise.id.clone(), text }
}

/// How far a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Not sent yet; it still writes itself.
    Open,
    /// Sent, and to be read: a day that is sent again waits for an answer again, though an answer to the earlier one is still there.
    Sent,
    /// Answered as it was last sent.
    Answered,
}

/// What is kept of a day: what somebody added, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// For the next change; 0 for a day nobody touched.
    pub version: u32,
    /// How far it is.
    pub stage: Stage,
    /// The manager's own words.
    pub note: String,
    /// When it was last sent, microseconds since 1970.
    pub sent_us: Option<i64>,
    /// What the day came to when it was sent.
    pub sent: Option<Day>,
    /// The supervisor's last answer.
    pub answer: String,
    /// Who gave it.
    pub answered_by: String,
}

/// What is kept of a day.
///
/// # Errors
/// The database does not answer.
pub async fn page(tx: &mut Tx, manager: &str, day: Date) -> Result<Page, Refusal> {
    let sql = "select * from field_diary where manager = $1 and day = $2";
    let empty = Page {
        version: 0,
        stage: Stage::Open,
        note: String::new(),
        sent_us: None,
        sent: None,
        answer: String::new(),
        answered_by: String::new(),
    };
    tx.query_opt(sql, args![manager, day]).await?.map_or(Ok(empty), |row| of_row(&row))
}

fn of_row(row: &Row) -> Result<Page, Refusal> {
    let body = row.text("body")?;
    Ok(Page {
        version: row.count("version")?,
        stage: match row.text("state")? {
            "sent" => Stage::Sent,
            "answered" => Stage::Answered,
            _ => Stage::Open,
        },
        note: row.string("note")?,
        sent_us: row.opt_int("sent_us")?,
        sent: serde_json::from_str(body).ok(),
        answer: row.string("answer")?,
        answered_by: row.string("answered_by")?,
    })
}

/// Tasks somebody put off within some days, both ends included, in the order of days.
///
/// # Errors
/// The database does not answer.
pub async fn put_off(tx: &mut Tx, manager: &str, from: Date, to: Date) -> Result<Vec<PutOff>, Refusal> {
    let sql = "select day, record, to_day, reason from field_put_off where manager = $1 and day >= $2 and day <= $3 order by day, record";
    let of = |row: &Row| {
        Ok(PutOff { day: row.parse("day")?, record: row.string("record")?, to: row.parse("to_day")?, reason: row.string("reason")? })
    };
    tx.query(sql, args![manager, from, to]).await?.iter().map(of).collect()
}

/// Sends a day to the supervisor: as it wrote itself, with the manager's own words and the tasks they put off. Sent again it is sent anew. The version after it.
///
/// # Errors
/// `Conflict field.diary.tasks` while a task of the day is neither done nor put off (R7.96); `BadInput field.diary.day` for a day that was not yet,
/// `field.diary.put_off`, `field.reason`, `field.diary.long`; `Conflict platform.db.stale`.
pub async fn send(
    db: &Db,
    manager: &str,
    version: u32,
    day: &Day,
    (tasks, put_off): (&[Task], &[PutOff]),
    note: &str,
) -> Result<u32, Refusal> {
    for one in put_off {
        later(day.day, one, tasks)?;
    }
    let settled = |task: &&Task| task.settled || put_off.iter().any(|one| one.record == task.record);
    let open: Vec<&str> = tasks.iter().filter(|task| !settled(task)).map(|task| task.text.as_str()).collect();
    if !open.is_empty() {
        let (count, some) = (open.len(), open.iter().take(3).copied().collect::<Vec<_>>().join("；"));
        return Err(Refusal::new(
            Kind::Conflict,
            "field.diary.tasks",
            format!("今日还有 {count} 项任务未完成也未改期：{some}；请完成或改期后再提交"),
            format!("{count} tasks of the day are neither done nor put off: {some}; do or put them off first"),
        ));
    }
    let note = words(note)?;
    let body = serde_json::to_string(day).map_err(|error| {
        Refusal::new(Kind::Bug, "field.diary.stored", format!("日记无法保存：{error}"), format!("the diary cannot be kept: {error}"))
    })?;
    write_tx!(db, |tx| {
        let now = tx.now_us();
        if day.day > qudao_access::sessions::day(now) {
            return Err(Refusal::bad_input("field.diary.day", "不能提交将来的日记", "a day to come cannot be sent"));
        }
        let sql = "insert into field_diary (manager, day, version, state, note, body, sent_us, answer, answered_by, changed_us)
                   values ($1, $2, 0, 'open', '', '', null, '', '', $3) on conflict (manager, day) do nothing";
        tx.execute(sql, args![manager, day.day, now]).await?;
        let sql = "update field_diary set version = version + 1, state = 'sent', note = $4, body = $5, sent_us = $6, changed_us = $6
                   where manager = $1 and day = $2 and version = $3";
        let id = format!("{manager} {}", day.day);
        tx.execute_versioned("日记 diary", &id, sql, args![manager, day.day, version, note, &body, now]).await?;
        for PutOff { record, to, reason, .. } in put_off {
            let sql = "insert into field_put_off (manager, day, record, to_day, reason, at_us) values ($1, $2, $3, $4, $5, $6)
                       on conflict (manager, day, record) do update set to_day = excluded.to_day, reason = excluded.reason, at_us = excluded.at_us";
            tx.execute(sql, args![manager, day.day, record, *to, reason.trim(), now]).await?;
        }
        Ok(version + 1)
    })
}

/// Whether a task can be put off so: it is one of the day, to a later day, for a reason.
fn later(day: Date, one: &PutOff, tasks: &[Task]) -> Result<(), Refusal> {
    reason(&one.reason)?;
    if one.to > day && tasks.iter().any(|task| task.record == one.record) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "field.diary.put_off",
        "只能把今日的任务改期到以后的日子；请刷新页面后重新选择日期",
        "a task of the day is put off to a later day; reload the page and choose another day",
    ))
}

fn words(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    if text.chars().count() <= LONGEST {
        return Ok(text);
    }
    Err(Refusal::bad_input("field.diary.long", format!("最多 {LONGEST} 字"), format!("at most {LONGEST} characters")))
}

/// A supervisor answers a day that was sent. The version after it.
///
/// # Errors
/// `Forbidden field.diary.own`; `BadInput field.reason`; `Conflict platform.db.stale` for another version, or a day that was not sent.
pub async fn answer(db: &Db, who: &str, manager: &str, day: Date, version: u32, text: &str) -> Result<u32, Refusal> {
    let text = reason(text)?;
    if same_hand(who, manager) {
        return Err(Refusal::new(Kind::Forbidden, "field.diary.own", "不能批阅自己的日记", "nobody answers a diary of their own"));
    }
    write_tx!(db, |tx| {
        let sql = "update field_diary set version = version + 1, state = 'answered', answer = $4, answered_by = $5, changed_us = $6
                   where manager = $1 and day = $2 and version = $3 and sent_us is not null";
        let id = format!("{manager} {day}");
        tx.execute_versioned("日记 diary", &id, sql, args![manager, day, version, text, who, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "diary.answer", "diary", &id).reason(text));
        Ok(version + 1)
    })
}

/// A week or month of one manager, as its days say: what a review begins with (R2.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Days that were sent.
    pub sent: u32,
    /// Working days of the time up to today that were not.
    pub unsent: Vec<Date>,
    /// Visits that count, that wait for a supervisor, and that were not reported.
    pub visits: [u32; 3],
    /// Outlets planned, of these visited, and the gap between both.
    pub planned: [u32; 3],
    /// Minutes inside outlets, between them, and from first to last of each day.
    pub minutes: [i64; 3],
    /// Promises due, kept in time, kept late, broken.
    pub promises: [u32; 4],
}

/// Adds up the days a manager sent, both ends included.
///
/// # Errors
/// The database does not answer.
pub async fn review(tx: &mut Tx, manager: &str, from: Date, to: Date, holidays: &Holidays) -> Result<Review, Refusal> {
    let sql = "select * from field_diary where manager = $1 and day >= $2 and day <= $3 and sent_us is not null order by day";
    let pages = tx.query(sql, args![manager, from, to]).await?.iter().map(of_row).collect::<Result<Vec<_>, _>>()?;
    let days: Vec<Day> = pages.into_iter().filter_map(|page| page.sent).collect();
    let mut found =
        Review { sent: days.len() as u32, unsent: Vec::new(), visits: [0; 3], planned: [0; 3], minutes: [0; 3], promises: [0; 4] };
    for day in &days {
        add(&mut found.visits, &day.visits);
        add(&mut found.planned, &day.planned);
        add(&mut found.minutes, &day.minutes);
        add(&mut found.promises, &day.promises);
    }
    found.planned[2] = found.planned[0].saturating_sub(found.planned[1]);
    let last = to.min(qudao_access::sessions::day(tx.now_us()));
    let all = (from.days()..=last.days()).map(Date::from_days).filter(|day| holidays.kind(*day) == DayKind::Work);
    found.unsent = all.filter(|day| days.iter().all(|sent| sent.day != *day)).collect();
    Ok(found)
}

fn add<T: Copy + std::ops::AddAssign>(to: &mut [T], more: &[T]) {
    for (to, more) in to.iter_mut().zip(more) {
        *to += *more;
    }
}

/// Which of some managers have not sent a day.
///
/// # Errors
/// The database does not answer.
pub async fn missing(tx: &mut Tx, managers: &[String], day: Date) -> Result<Vec<String>, Refusal> {
    let rows = tx.query("select manager from field_diary where day = $1 and sent_us is not null", args![day]).await?;
    let sent = rows.iter().map(|row| row.string("manager")).collect::<Result<std::collections::BTreeSet<_>, _>>()?;
    Ok(managers.iter().filter(|manager| !sent.contains(*manager)).cloned().collect())
}
