//! 补差任务: a shortcoming that a weekly or monthly review shows, taken into the time after it as a task with a day, until it is done or let go (R2.14).
//!
//! Invariant: a line of a review of a manager, for one outlet or none, becomes one task. Invariant: what was closed stays closed.

use crate::reason;
use crate::visit::list::{Sight, mark};
use crate::visit::names;
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::{Done, args, hash, write_tx};
use serde_json::json;

/// How long after what was looked back on a task may be due, days: the next month, and some.
const LATEST: i32 = 62;
/// Longest name of a line.
const LINE: usize = 40;

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be done.
    Open,
    /// Done.
    Done,
    /// Let go, with a reason.
    Dropped,
}
names!(State { Open "open", Done "done", Dropped "dropped" });

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Its id, which follows from whose review, line and outlet it is.
    pub id: String,
    /// For the next change.
    pub version: u32,
    /// Who is to do it.
    pub manager: String,
    /// At which outlet; empty for none.
    pub outlet: String,
    /// First and last day that were looked back on.
    pub span: (Date, Date),
    /// Line of the review.
    pub line: String,
    /// What is to be done.
    pub text: String,
    /// By when.
    pub due_on: Date,
    /// Where it is.
    pub state: State,
    /// Who made it of the review.
    pub made_by: String,
    /// When it was done or let go.
    pub closed_on: Option<Date>,
    /// The same, microseconds since 1970.
    pub closed_us: Option<i64>,
    /// Why.
    pub reason: String,
}

/// A new task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct New<'a> {
    /// Who is to do it.
    pub manager: &'a str,
    /// At which outlet; empty for none.
    pub outlet: &'a str,
    /// Its territory; the manager's without an outlet.
    pub territory: &'a str,
    /// First and last day that were looked back on.
    pub span: (Date, Date),
    /// Line of the review.
    pub line: &'a str,
    /// What is to be done.
    pub text: &'a str,
    /// By when: after what was looked back on.
    pub due_on: Date,
}

impl New<'_> {
    fn checked(&self) -> Result<&str, Refusal> {
        let (text, (from, to)) = (self.text.trim(), self.span);
        let named = (1..=LINE).contains(&self.line.len()) && self.line.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !named || from > to {
            return Err(Refusal::bad_input(
                "field.remedy.line",
                "总结的指标或起止日期有误；请刷新页面后重试",
                "the line of the review or its days are wrong; reload the page and try again",
            ));
        }
        if !(2..=300).contains(&text.chars().count()) {
            return Err(Refusal::bad_input("field.remedy.text", "任务须为 2 至 300 字", "a task has 2 to 300 characters"));
        }
        if self.due_on <= to || self.due_on > to.plus_days(LATEST) {
            return Err(Refusal::bad_input(
                "field.remedy.due",
                format!("到期日须在总结期之后的 {LATEST} 天内"),
                format!("a task is due within {LATEST} days after what was looked back on"),
            ));
        }
        Ok(text)
    }

    fn id(&self) -> String {
        let Self { manager, outlet, span: (from, to), line, .. } = self;
        hash::sha256(format!("{manager} {from} {to} {line} {outlet}")).chars().take(20).collect()
    }
}

/// Makes a task of a shortcoming. The same line of the same review is one task, also where it is asked for again in other words.
///
/// # Errors
/// `BadInput field.remedy.line`, `field.remedy.text`, `field.remedy.due`.
pub async fn make(db: &Db, who: &str, new: &New<'_>) -> Result<Done<Remedy>, Refusal> {
    let (text, id) = (new.checked()?, new.id());
    let New { manager, outlet, territory, span: (from, to), line, due_on, .. } = *new;
    write_tx!(db, |tx| {
        let sql =
            "insert into field_remedy (id, version, manager, outlet, territory, first_day, last_day, line, text, due_on, state, made_by,
                       closed_by, reason, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, '', '', $11) on conflict (id) do nothing";
        let now = tx.now_us();
        let fresh = tx.execute(sql, args![&id, manager, outlet, territory, from, to, line, text, due_on, who, now]).await? > 0;
        let kept = of_row(&tx.query_one("select * from field_remedy where id = $1", args![&id]).await?)?;
        if !fresh {
            return Ok(Done::Already(kept));
        }
        let after = json!({ "manager": manager, "outlet": outlet, "line": line, "due_on": due_on.to_string() });
        tx.audit(Entry::new(who, "remedy.make", "remedy", &id).after(after.to_string()));
        Ok(Done::Now(kept))
    })
}

/// Says that a task is done, or lets it go with a reason. The version after it.
///
/// # Errors
/// `NotFound field.remedy.none`; `Conflict field.remedy.state`, `platform.db.stale`; `BadInput field.reason`.
pub async fn close(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, to: State, why: &str) -> Result<u32, Refusal> {
    let why = if to == State::Done { why.trim() } else { reason(why)? };
    write_tx!(db, |tx| {
        let mut values: Vec<Value> = vec![id.into()];
        let within = sight.wheres("r", false, &mut values);
        let row = tx.query_opt(format!("select r.* from field_remedy r where r.id = $1 and {within}"), &values).await?;
        let kept = row.map(|row| of_row(&row)).transpose()?.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "field.remedy.none",
                format!("没有补差任务 {id}，或不在您的范围内"),
                format!("there is no task {id}, or not within your reach"),
            )
        })?;
        if kept.state != State::Open || to == State::Open {
            return Err(Refusal::new(
                Kind::Conflict,
                "field.remedy.state",
                "任务已经了结；请刷新页面",
                "the task is closed; reload the page",
            ));
        }
        let now = tx.now_us();
        let sql = "update field_remedy set version = version + 1, state = $3, closed_by = $4, closed_on = $5, closed_us = $6, reason = $7,
                       changed_us = $6 where id = $1 and version = $2";
        tx.execute_versioned("补差任务 task", id, sql, args![id, version, to.name(), who, day(now), now, why]).await?;
        tx.audit(Entry::new(who, "remedy.close", "remedy", id).after(json!({ "state": to.name() }).to_string()).reason(why));
        Ok(version + 1)
    })
}

fn of_row(row: &Row) -> Result<Remedy, Refusal> {
    Ok(Remedy {
        id: row.string("id")?,
        version: row.count("version")?,
        manager: row.string("manager")?,
        outlet: row.string("outlet")?,
        span: (row.parse("first_day")?, row.parse("last_day")?),
        line: row.string("line")?,
        text: row.string("text")?,
        due_on: row.parse("due_on")?,
        state: row.parse("state")?,
        made_by: row.string("made_by")?,
        closed_on: row.opt_parse("closed_on")?,
        closed_us: row.opt_int("closed_us")?,
        reason: row.string("reason")?,
    })
}

/// Which tasks of a manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Open ones.
    Open,
    /// Open ones due by a day.
    Due(Date),
    /// Open ones, and those that reviews of these days became.
    Review(Date, Date),
    /// Those that were done on a day.
    DoneOn(Date),
}

/// Tasks of a manager, the longest due first, at most 500.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, manager: &str, which: Which) -> Result<Vec<Remedy>, Refusal> {
    let mut values: Vec<Value> = vec![manager.into()];
    let condition = match which {
        Which::Open => "r.state = 'open'".to_owned(),
        Which::Due(day) => format!("r.state = 'open' and r.due_on <= {}", mark(&mut values, day)),
        Which::Review(from, to) => {
            let (from, to) = (mark(&mut values, from), mark(&mut values, to));
            format!("(r.state = 'open' or (r.last_day >= {from} and r.first_day <= {to}))")
        }
        Which::DoneOn(day) => format!("r.state = 'done' and r.closed_on = {}", mark(&mut values, day)),
    };
    let sql = format!("select r.* from field_remedy r where r.manager = $1 and {condition} order by r.due_on, r.id limit 500");
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}
