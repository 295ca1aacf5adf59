//! Long work that somebody asked for: who, what, and how it ended.
//!
//! States: waiting → running → done, failed or cancelled. Two jobs that hold the same never wait or run together: the second is refused.
//! A job is of the server that runs it. One that a stopped server left behind is failed as soon as that server counts as gone, so that what it held
//! is free again; whatever it did is as the work itself leaves it when it breaks off. How far a job is and whether it is to stop stands in its row,
//! so that any server can tell and ask.

use crate::db::{Row, Tx};
use crate::{args, hash};
use qudao_kernel::{Kind, Refusal, Text};

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Ended as asked.
    Done,
    /// Ended with a refusal.
    Failed,
    /// Ended by whoever asked for it.
    Cancelled,
}

impl State {
    const ALL: [State; 5] = [State::Waiting, State::Running, State::Done, State::Failed, State::Cancelled];

    /// As tables and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Done => "done",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens.
    pub const fn ended(self) -> bool {
        matches!(self, State::Done | State::Failed | State::Cancelled)
    }
}

/// Work to be kept.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Kind, `noun.verb`.
    pub kind: &'a str,
    /// What people see.
    pub title: &'a Text,
    /// Who asked.
    pub login: &'a str,
    /// What no two jobs may hold at once; empty for nothing.
    pub holds: &'a str,
}

/// A job as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// What people see.
    pub title: Text,
    /// Who asked.
    pub login: String,
    /// State.
    pub state: State,
    /// When it was asked for, microseconds since 1970.
    pub begun_us: i64,
    /// When it ended.
    pub ended_us: Option<i64>,
    /// So much is done, in a unit of its own, when this was last noted.
    pub done: u64,
    /// Of so much; 0 where nobody knows.
    pub total: u64,
    /// What is being done.
    pub note: Text,
    /// What it gave, JSON.
    pub result: Option<String>,
    /// Code and sentence of the refusal it ended with.
    pub failure: Option<(String, Text)>,
}

/// Keeps a job that waits on a server, and returns its id.
///
/// # Errors
/// `Conflict platform.job.held` if another one holds the same.
pub async fn begin(tx: &mut Tx, node: &str, new: &New<'_>) -> Result<String, Refusal> {
    let now = tx.now_us();
    let count = tx.query_one("select count(*) as jobs from job", args![]).await?.int("jobs")?;
    let fields = hash::Fields::new().text(new.kind).text(new.login).text(new.holds).text(node);
    let digest = fields.int(now).int(count).finish();
    let id = format!("job_{}", &digest[..20]);
    let sql = "insert into job (id, kind, title_zh, title_en, login, holds, state, begun_us, node) values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)
               on conflict do nothing";
    if tx.execute(sql, args![&id, new.kind, &new.title.zh, &new.title.en, new.login, new.holds, now, node]).await? > 0 {
        return Ok(id);
    }
    let sql = "select login, title_zh, title_en from job where state in ('waiting', 'running') and holds = $1";
    let other = tx.query_opt(sql, args![new.holds]).await?;
    let (login, zh, en) = match &other {
        Some(row) => (row.text("login")?, row.text("title_zh")?, row.text("title_en")?),
        None => ("", "另一任务", "another job"),
    };
    Err(Refusal::new(
        Kind::Conflict,
        "platform.job.held",
        format!("{login} 发起的“{zh}”正在进行；请等它结束后再试"),
        format!("“{en}”, begun by {login}, is under way; wait until it has ended"),
    ))
}

/// A waiting job runs.
pub async fn run(tx: &mut Tx, id: &str) -> Result<(), Refusal> {
    tx.execute("update job set state = 'running' where id = $1 and state = 'waiting'", args![id]).await?;
    Ok(())
}

/// A job ended; `result` is JSON.
pub async fn end(tx: &mut Tx, id: &str, outcome: &Result<String, Refusal>) -> Result<(), Refusal> {
    let now = tx.now_us();
    let open = "where id = $1 and state in ('waiting', 'running')";
    match outcome {
        Ok(result) => {
            tx.execute(format!("update job set state = 'done', ended_us = $2, result = $3 {open}"), args![id, now, result]).await?
        }
        Err(refusal) => {
            let state = if refusal.code == CANCELLED { State::Cancelled } else { State::Failed };
            let sql = format!("update job set state = '{}', ended_us = $2, code = $3, why_zh = $4, why_en = $5 {open}", state.name());
            tx.execute(sql, args![id, now, refusal.code, &refusal.text.zh, &refusal.text.en]).await?
        }
    };
    Ok(())
}

/// Code of the refusal that ends a cancelled job.
pub const CANCELLED: &str = "platform.job.cancelled";

/// The refusal of work that was told to stop.
pub fn cancelled() -> Refusal {
    Refusal::new(Kind::Conflict, CANCELLED, "任务已取消，没有保存任何结果", "the job was cancelled; nothing of it was kept")
}

/// Notes how far a job is.
pub async fn note(tx: &mut Tx, id: &str, done: u64, total: u64, note: &Text) -> Result<(), Refusal> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let sql = "update job set done = $2, total = $3, note_zh = $4, note_en = $5 where id = $1 and state in ('waiting', 'running')";
    tx.execute(sql, args![id, number(done), number(total), &note.zh, &note.en]).await.map(drop)
}

/// Asks a job to stop, on whichever server it runs.
pub async fn stop(tx: &mut Tx, id: &str) -> Result<(), Refusal> {
    let sql = "update job set stop_us = $2 where id = $1 and stop_us is null and state in ('waiting', 'running')";
    tx.execute(sql, args![id, tx.now_us()]).await.map(drop)
}

/// Jobs of a server that wait or run and that nobody asked to stop.
pub async fn going(tx: &mut Tx, node: &str) -> Result<Vec<String>, Refusal> {
    let sql = "select id from job where state in ('waiting', 'running') and node = $1 and stop_us is null order by id";
    tx.query(sql, args![node]).await?.iter().map(|row| row.string("id")).collect()
}

/// Whether a job of a kind waits or runs anywhere.
pub async fn open(tx: &mut Tx, kind: &str) -> Result<bool, Refusal> {
    let sql = "select id from job where state in ('waiting', 'running') and kind = $1 limit 1";
    Ok(tx.query_opt(sql, args![kind]).await?.is_some())
}

/// Fails what stopped servers left behind; how many there were.
pub async fn clear(tx: &mut Tx) -> Result<u64, Refusal> {
    let zh = "服务停止时任务中断，没有发布任何结果；请重新发起";
    let en = "the job broke off when the server stopped, and published nothing; start it again";
    let sql = "update job set state = 'failed', ended_us = $1, code = 'platform.job.interrupted', why_zh = $2, why_en = $3
               where state in ('waiting', 'running') and node not in (select id from node where until_us > $4)";
    let alive = tx.server_us().await?;
    tx.execute(sql, args![tx.now_us(), zh, en, alive]).await
}

/// One job.
///
/// # Errors
/// `NotFound platform.job.missing`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Job, Refusal> {
    let row = tx.query_opt("select * from job where id = $1", args![id]).await?;
    let missing = || Refusal::new(Kind::NotFound, "platform.job.missing", format!("没有任务 {id}"), format!("there is no job {id}"));
    job_of(&row.ok_or_else(missing)?)
}

/// The jobs of a person, latest first, before an instant.
pub async fn of(tx: &mut Tx, login: &str, before_us: i64, limit: u32) -> Result<Vec<Job>, Refusal> {
    let sql = "select * from job where login = $1 and begun_us < $2 order by begun_us desc, id limit $3";
    tx.query(sql, args![login, before_us, limit]).await?.iter().map(job_of).collect()
}

/// How many jobs a person asked for.
pub async fn count(tx: &mut Tx, login: &str) -> Result<usize, Refusal> {
    let jobs = tx.query_one("select count(*) as jobs from job where login = $1", args![login]).await?.count("jobs")?;
    Ok(jobs as usize)
}

fn job_of(row: &Row) -> Result<Job, Refusal> {
    let state = row.string("state")?;
    let known = State::ALL.into_iter().find(|known| known.name() == state);
    let failure = match row.opt_string("code")? {
        Some(code) => Some((code, Text::new(row.opt_string("why_zh")?.unwrap_or_default(), row.opt_string("why_en")?.unwrap_or_default()))),
        None => None,
    };
    Ok(Job {
        id: row.string("id")?,
        kind: row.string("kind")?,
        title: Text::new(row.string("title_zh")?, row.string("title_en")?),
        login: row.string("login")?,
        state: known.unwrap_or(State::Failed),
        begun_us: row.int("begun_us")?,
        ended_us: row.opt_int("ended_us")?,
        done: u64::try_from(row.int("done")?).unwrap_or(0),
        total: u64::try_from(row.int("total")?).unwrap_or(0),
        note: Text::new(row.string("note_zh")?, row.string("note_en")?),
        result: row.opt_string("result")?,
        failure,
    })
}
