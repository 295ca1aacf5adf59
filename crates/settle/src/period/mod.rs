//! How far a month is: tried, submitted, published, settled again, closed; and who took it there (R1.40, R0.13).
//!
//! ```text
//! (open) ──trial──▶ trial ──submit──▶ submitted ──approve──▶ publishing ──▶ published ──close──▶ closed
//!            ▲         │      ◀──refuse──┘                        │
//!            └─────────┘                          published, closed ──submit──▶ again ──approve──▶ publishing ──▶ as before
//! ```
//!
//! Invariants
//! - Whoever submitted a month does not approve it.
//! - A month is submitted only when every finding of its trial was looked at, with a note.
//! - What is published does not change: settling it again gives differences in a later month, and needs two people likewise.
//! - A closed month is published, and so are all before it.
//! - A program that stopped while it published leaves `publishing`; [`recover`] says what became of it.

pub mod difference;
mod find;
mod review;

pub use find::{Counts, Finding, FindingKind, Limits, find};
pub use review::{Found, found, review};

use crate::{dispute, reward};
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

#[cfg(test)]
mod tests;

/// How far a month is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was tried; nothing is published.
    Trial,
    /// Somebody asked for publication.
    Submitted,
    /// It is being published, or settled again.
    Publishing,
    /// Statements are out and posted.
    Published,
    /// Somebody asked for it to be settled again.
    Again,
    /// For good.
    Closed,
}

impl State {
    const ALL: [State; 6] = [State::Trial, State::Submitted, State::Publishing, State::Published, State::Again, State::Closed];

    /// As tables and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Trial => "trial",
            State::Submitted => "submitted",
            State::Publishing => "publishing",
            State::Published => "published",
            State::Again => "again",
            State::Closed => "closed",
        }
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Login.
    pub by: String,
    /// Microseconds since 1970.
    pub at_us: i64,
}

/// A month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Month.
    pub month: Month,
    /// Version of the record.
    pub version: u32,
    /// State.
    pub state: State,
    /// SHA-256 of the trial's summary; empty where there was none.
    pub trial_sha256: String,
    /// The last trial.
    pub trial: Option<Mark>,
    /// Who asked for publication, or for settling again.
    pub submitted: Option<Mark>,
    /// What they said, or why it was refused.
    pub note: String,
    /// Who approved it.
    pub published: Option<Mark>,
    /// Times it was settled again.
    pub reruns: u32,
    /// Who closed it.
    pub closed: Option<Mark>,
}

/// One month, if anything was done about it.
pub async fn get(tx: &mut Tx, month: Month) -> Result<Option<Period>, Refusal> {
    tx.query_opt("select * from settle_period where month = $1", args![month]).await?.as_ref().map(period_of).transpose()
}

/// All months something was done about, rising.
pub async fn all(tx: &mut Tx) -> Result<Vec<Period>, Refusal> {
    tx.query("select * from settle_period order by month", args![]).await?.iter().map(period_of).collect()
}

/// Whether a month may be tried now.
///
/// # Errors
/// `Conflict settle.period.submitted` while its publication is decided, `settle.period.published` afterwards.
pub async fn may_try(tx: &mut Tx, month: Month) -> Result<(), Refusal> {
    match get(tx, month).await?.map(|period| period.state) {
        None | Some(State::Trial) => Ok(()),
        Some(State::Submitted) => Err(conflict(
            "settle.period.submitted",
            format!("{month} 已提交发布，正等待审批；如需重新试算，请先由审批人退回"),
            format!("{month} was submitted and waits for approval; have it sent back before another trial"),
        )),
        Some(_) => Err(published_already(month)),
    }
}

/// First day of the first month that is not closed; the beginning of time where none is.
///
/// # Errors
/// The database does not answer.
pub async fn open_from(tx: &mut Tx) -> Result<Date, Refusal> {
    let row = tx.query_one("select max(month) as last from settle_period where state = 'closed'", args![]).await?;
    let last: Option<Month> = row.opt_parse("last")?;
    Ok(last.map_or(Date::from_days(i32::MIN), |month| month.last_day().plus_days(1)))
}

/// A month that was published from the command line gets its record, so that it can be closed or settled again.
pub async fn adopt(db: &Db, months: &[Month]) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        for month in months {
            let sql = "insert into settle_period (month, version, state, trial_sha256, trial_by, trial_at_us, published_at_us, reruns)
                       values ($1, 1, 'published', '', '', 0, $2, 0) on conflict (month) do nothing";
            tx.execute(sql, args![*month, tx.now_us()]).await?;
        }
        Ok(())
    })
}

/// A trial ended well: keeps what it found. A note given to the same finding of an earlier trial stays.
///
/// # Errors
/// As [`may_try`].
pub async fn tried(db: &Db, who: &str, month: Month, sha256: &str, findings: &[Finding]) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        may_try(tx, month).await?;
        let sql = "insert into settle_period (month, version, state, trial_sha256, trial_by, trial_at_us, reruns)
                   values ($1, 1, 'trial', $2, $3, $4, 0)
                   on conflict (month) do update set version = settle_period.version + 1, trial_sha256 = excluded.trial_sha256,
                       trial_by = excluded.trial_by, trial_at_us = excluded.trial_at_us";
        tx.execute(sql, args![month, sha256, who, tx.now_us()]).await?;
        review::keep(tx, month, findings).await?;
        let after = json!({ "summary_sha256": sha256, "findings": findings.len() });
        tx.audit(Entry::new(who, "period.try", "period", &month.to_string()).after(after.to_string()));
        Ok(())
    })
}

/// Asks for a month to be published, or for a published one to be settled again.
///
/// # Errors
/// `Conflict platform.db.stale`, `settle.period.unreviewed` while a finding has no note, `settle.period.state` where there is nothing to
/// submit; `BadInput settle.period.no_note` for settling again without a reason.
pub async fn submit(db: &Db, who: &str, month: Month, version: u32, note: &str) -> Result<Period, Refusal> {
    write_tx!(db, |tx| {
        let period = locked(tx, month, version).await?;
        let state = match period.state {
            State::Trial => {
                let open = review::open(tx, month).await?;
                if open > 0 {
                    return Err(conflict(
                        "settle.period.unreviewed",
                        format!("{month} 还有 {open} 项异常没有核查；请逐项填写核查说明后再提交"),
                        format!("{open} findings of {month} were not looked at; give each a note, then submit"),
                    ));
                }
                State::Submitted
            }
            State::Published | State::Closed if note.trim().is_empty() => return Err(no_note()),
            State::Published | State::Closed => State::Again,
            _ => return Err(wrong_state(&period)),
        };
        let sql = "update settle_period set state = $2, submitted_by = $3, submitted_at_us = $4, note = $5, version = version + 1 where month = $1";
        tx.execute(sql, args![month, state.name(), who, tx.now_us(), note.trim()]).await?;
        audit(tx, who, "period.submit", &period, state, note);
        again(tx, month).await
    })
}

/// Whoever approves a month takes it into publication; the work follows, and [`published`] or [`failed`] after it.
///
/// # Errors
/// `Forbidden settle.four_eyes` for whoever submitted it, `Conflict` as [`submit`].
pub async fn approve(db: &Db, who: &str, month: Month, version: u32) -> Result<Period, Refusal> {
    write_tx!(db, |tx| {
        let period = locked(tx, month, version).await?;
        if !matches!(period.state, State::Submitted | State::Again) {
            return Err(wrong_state(&period));
        }
        four_eyes(who, period.submitted.as_ref().map(|mark| mark.by.as_str()))?;
        under_way(tx, month).await?;
        let sql = "update settle_period set state = 'publishing', published_by = $2, version = version + 1 where month = $1";
        tx.execute(sql, args![month, who]).await?;
        audit(tx, who, "period.approve", &period, State::Publishing, "");
        again(tx, month).await
    })
}

/// A re-run that waits or broke off comes before other months: their statements take its balances over.
async fn under_way(tx: &mut Tx, month: Month) -> Result<(), Refusal> {
    let sql = "select min(month) as first from settle_period where month <> $1 and state in ('again', 'publishing')";
    match tx.query_one(sql, args![month]).await?.opt_string("first")? {
        None => Ok(()),
        Some(other) => Err(conflict(
            "settle.period.under_way",
            format!("{other} 的重算或发布还没有完成；请先完成或退回它"),
            format!("{other} is being settled again or published; finish it or send it back first"),
        )),
    }
}

/// Whoever approves sends a month back, with the reason.
///
/// # Errors
/// As [`approve`]; `BadInput settle.period.no_note`.
pub async fn refuse(db: &Db, who: &str, month: Month, version: u32, reason: &str) -> Result<Period, Refusal> {
    if reason.trim().is_empty() {
        return Err(no_note());
    }
    write_tx!(db, |tx| {
        let period = locked(tx, month, version).await?;
        let state = match period.state {
            State::Submitted => State::Trial,
            State::Again => period.settled(),
            _ => return Err(wrong_state(&period)),
        };
        let sql = "update settle_period set state = $2, note = $3, version = version + 1 where month = $1";
        tx.execute(sql, args![month, state.name(), reason.trim()]).await?;
        audit(tx, who, "period.refuse", &period, state, reason);
        again(tx, month).await
    })
}

/// The work of an approved month is done: amounts of disputes and rewards that stand in its statements are stated. `reruns` says how often each month it touched was settled again by now.
pub async fn published(db: &Db, month: Month, reruns: &[(Month, u32)]) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let period = held(tx, month).await?;
        if period.state != State::Publishing {
            return Ok(());
        }
        let first = period.published.is_none();
        let state = period.settled();
        let sql =
            "update settle_period set state = $2, published_at_us = coalesce(published_at_us, $3), version = version + 1 where month = $1";
        tx.execute(sql, args![month, state.name(), tx.now_us()]).await?;
        let who = by(tx, month).await?;
        if first {
            dispute::stated(tx, &who, month).await?;
            reward::stated(tx, &who, month).await?;
        }
        for (touched, number) in reruns {
            tx.execute("update settle_period set reruns = $2 where month = $1", args![*touched, *number]).await?;
        }
        audit(tx, &who, if first { "period.publish" } else { "period.rerun" }, &period, state, "");
        Ok(())
    })
}

/// The work of an approved month ended with a refusal: it waits for approval as before.
pub async fn failed(db: &Db, month: Month, why: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let period = held(tx, month).await?;
        if period.state != State::Publishing {
            return Ok(());
        }
        let state = if period.published.is_none() { State::Submitted } else { State::Again };
        let who = by(tx, month).await?;
        tx.execute("update settle_period set state = $2, version = version + 1 where month = $1", args![month, state.name()]).await?;
        audit(tx, &who, "period.fail", &period, state, why);
        Ok(())
    })
}

/// After a stop: months left in publication are published if `whole` finds their results complete, and wait for approval if not.
pub async fn recover(db: &Db, whole: impl Fn(&Period) -> bool, reruns: &[(Month, u32)]) -> Result<Vec<Month>, Refusal> {
    let left: Vec<Period> = all(&mut db.read().await?).await?.into_iter().filter(|period| period.state == State::Publishing).collect();
    for period in &left {
        if whole(period) {
            published(db, period.month, reruns).await?;
        } else {
            failed(db, period.month, "the server stopped").await?;
        }
    }
    Ok(left.into_iter().map(|period| period.month).collect())
}

/// Closes a month for good (R0.13).
///
/// # Errors
/// `Conflict settle.period.earlier_open` while one before it is not closed, `settle.period.state` where it is not published; otherwise as
/// [`submit`].
pub async fn close(db: &Db, who: &str, month: Month, version: u32, note: &str) -> Result<Period, Refusal> {
    write_tx!(db, |tx| {
        let period = locked(tx, month, version).await?;
        if period.state != State::Published {
            return Err(wrong_state(&period));
        }
        let sql = "select min(month) as first from settle_period where month < $1 and state <> 'closed'";
        if let Some(first) = tx.query_one(sql, args![month]).await?.opt_string("first")? {
            return Err(conflict(
                "settle.period.earlier_open",
                format!("{first} 还没有关账；请按月份先后关账"),
                format!("{first} is not closed; close months in their order"),
            ));
        }
        let sql = "update settle_period set state = 'closed', closed_by = $2, closed_at_us = $3, version = version + 1 where month = $1";
        tx.execute(sql, args![month, who, tx.now_us()]).await?;
        audit(tx, who, "period.close", &period, State::Closed, note);
        again(tx, month).await
    })
}

impl Period {
    /// What it is when nothing about it is under way.
    fn settled(&self) -> State {
        if self.closed.is_some() { State::Closed } else { State::Published }
    }
}

/// Whoever made something does not decide it, nor does anybody for them or they for anybody: `who` and `maker` are names of audit entries.
///
/// # Errors
/// `Forbidden settle.four_eyes`.
pub fn four_eyes(who: &str, maker: Option<&str>) -> Result<(), Refusal> {
    if !maker.is_some_and(|maker| same_hand(who, maker)) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Forbidden,
        "settle.four_eyes",
        "经办人不能审批自己提交的事项；请由另一位有审批权限的人员处理",
        "whoever submitted this cannot approve it; somebody else with the permission has to",
    ))
}

async fn held(tx: &mut Tx, month: Month) -> Result<Period, Refusal> {
    let row = tx.query_opt("select * from settle_period where month = $1 {for_update}", args![month]).await?;
    row.as_ref().map(period_of).transpose()?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "settle.period.none",
            format!("{month} 还没有试算；请先试算"),
            format!("{month} was not tried yet; run a trial first"),
        )
    })
}

async fn locked(tx: &mut Tx, month: Month, version: u32) -> Result<Period, Refusal> {
    let period = held(tx, month).await?;
    if period.version == version { Ok(period) } else { Err(stale(&period)) }
}

async fn again(tx: &mut Tx, month: Month) -> Result<Period, Refusal> {
    held(tx, month).await
}

/// Who took a month into publication; nobody, where nobody did.
pub(crate) async fn by(tx: &mut Tx, month: Month) -> Result<String, Refusal> {
    let row = tx.query_opt("select published_by from settle_period where month = $1", args![month]).await?;
    Ok(row.map(|row| row.opt_string("published_by")).transpose()?.flatten().unwrap_or_default())
}

fn audit(tx: &mut Tx, who: &str, action: &str, before: &Period, after: State, why: &str) {
    let entry = Entry::new(who, action, "period", &before.month.to_string())
        .before(json!({ "state": before.state.name() }).to_string())
        .after(json!({ "state": after.name() }).to_string());
    tx.audit(if why.trim().is_empty() { entry } else { entry.reason(why.trim()) });
}

fn period_of(row: &Row) -> Result<Period, Refusal> {
    let mark = |by: &str, at: &str| -> Result<Option<Mark>, Refusal> {
        let at_us = row.opt_int(at)?.filter(|at_us| *at_us > 0);
        Ok(at_us.map(|at_us| Mark { by: row.opt_string(by).ok().flatten().unwrap_or_default(), at_us }))
    };
    let state = row.text("state")?;
    Ok(Period {
        month: row.parse("month")?,
        version: row.count("version")?,
        state: State::ALL.into_iter().find(|known| known.name() == state).unwrap_or(State::Closed),
        trial_sha256: row.string("trial_sha256")?,
        trial: mark("trial_by", "trial_at_us")?,
        submitted: mark("submitted_by", "submitted_at_us")?,
        note: row.opt_string("note")?.unwrap_or_default(),
        published: mark("published_by", "published_at_us")?,
        reruns: row.count("reruns")?,
        closed: mark("closed_by", "closed_at_us")?,
    })
}

fn conflict(code: &'static str, zh: String, en: String) -> Refusal {
    Refusal::new(Kind::Conflict, code, zh, en)
}

fn published_already(month: Month) -> Refusal {
    conflict(
        "settle.period.published",
        format!("{month} 已发布，结果不再改动；如有差错请提交重算，差额记入以后的月份"),
        format!("{month} is published and does not change; submit it to be settled again, differences post in a later month"),
    )
}

fn wrong_state(period: &Period) -> Refusal {
    let (month, zh) = (period.month, period.state.zh());
    let en = period.state.name();
    conflict(
        "settle.period.state",
        format!("{month} 当前为“{zh}”，不能执行这项操作；请刷新页面查看最新状态"),
        format!("{month} is {en}, which does not allow this; reload the page to see how far it is"),
    )
}

impl State {
    const fn zh(self) -> &'static str {
        match self {
            State::Trial => "试算",
            State::Submitted => "待审批",
            State::Publishing => "发布中",
            State::Published => "已发布",
            State::Again => "重算待审批",
            State::Closed => "已关账",
        }
    }
}

fn stale(period: &Period) -> Refusal {
    let (month, zh, en) = (period.month, period.state.zh(), period.state.name());
    conflict(
        "settle.period.stale",
        format!("{month} 刚刚被他人更新，现在是“{zh}”；请刷新后核对再操作"),
        format!("{month} was changed by somebody else meanwhile and is {en} now; reload and look before going on"),
    )
}

fn no_note() -> Refusal {
    Refusal::bad_input("settle.period.no_note", "请填写原因", "give the reason")
}
