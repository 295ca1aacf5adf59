//! 片区: which channel manager looks after an outlet, from a day on: one at a time (R0.18).
//!
//! Invariant: the days of two managers of one outlet never overlap; nobody's days are taken away, they end.

use crate::act::Act;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use serde_json::json;
use std::collections::BTreeMap;

/// Most outlets assigned at once.
const MOST: usize = 5_000;

/// Somebody who looks after an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeper {
    /// Login.
    pub login: String,
    /// First day.
    pub from: Date,
    /// First day no longer.
    pub to: Option<Date>,
    /// Why.
    pub reason: String,
}

/// From a day on somebody looks after outlets, whoever did before. How many of them changed hands.
///
/// # Errors
/// `BadInput network.portfolio.count`, `access.reason.missing`, `network.portfolio.day` for a day that is over; `Conflict network.portfolio.planned` where a
/// later change is kept.
pub async fn assign(tx: &mut Tx, act: &Act<'_>, outlets: &[String], login: &str, from: Date) -> Result<usize, Refusal> {
    act.reasoned()?;
    if !(1..=MOST).contains(&outlets.len()) {
        return Err(Refusal::bad_input(
            "network.portfolio.count",
            format!("请选择 1 至 {MOST} 个网点"),
            format!("choose 1 to {MOST} outlets"),
        ));
    }
    if from < act.today {
        return Err(Refusal::bad_input("network.portfolio.day", "交接日期不能早于今天", "a hand-over begins today or later"));
    }
    // One after the other, so that two who assign the same outlet never both do.
    tx.query_one("select noun from network_lock where noun = 'outlet' {for_update}", args![]).await?;
    let mut changed = 0;
    for outlet in outlets {
        changed += usize::from(one(tx, act, outlet, login, from).await?);
    }
    Ok(changed)
}

async fn one(tx: &mut Tx, act: &Act<'_>, outlet: &str, login: &str, from: Date) -> Result<bool, Refusal> {
    let lines = history(tx, outlet).await?;
    if let Some(later) = lines.iter().find(|keeper| from < keeper.from) {
        let (day, other) = (later.from, &later.login);
        return Err(Refusal::new(
            Kind::Conflict,
            "network.portfolio.planned",
            format!("网点 {outlet} 已定于 {day} 起由 {other} 负责；请选择该日或以后的日期"),
            format!("{other} is to look after the outlet {outlet} from {day} on; choose that day or a later one"),
        ));
    }
    let now = lines.iter().find(|keeper| keeper.to.is_none());
    if now.is_some_and(|keeper| keeper.login == login) {
        return Ok(false);
    }
    if let Some(keeper) = now {
        if keeper.from == from {
            tx.execute("delete from network_portfolio where outlet = $1 and from_day = $2", args![outlet, from]).await?;
        } else {
            tx.execute("update network_portfolio set to_day = $3 where outlet = $1 and from_day = $2", args![outlet, keeper.from, from])
                .await?;
        }
    }
    let sql = "insert into network_portfolio (outlet, from_day, to_day, login, reason, who, at_us) values ($1, $2, null, $3, $4, $5, $6)";
    tx.execute(sql, args![outlet, from, login, act.reason.trim(), act.who, tx.now_us()]).await?;
    let mut entry = Entry::new(act.who, "outlet.keeper", "outlet", outlet)
        .after(json!({ "login": login, "from": from.to_string() }).to_string())
        .reason(act.note());
    if let Some(keeper) = now {
        entry = entry.before(json!({ "login": keeper.login }).to_string());
    }
    tx.audit(entry);
    Ok(true)
}

/// Everything somebody looks after goes to another from a day on, as their roles do. How many outlets.
///
/// # Errors
/// As [`assign`].
pub async fn pass_on(tx: &mut Tx, act: &Act<'_>, giver: &str, taker: &str, from: Date) -> Result<usize, Refusal> {
    let outlets = held(tx, giver, from).await?;
    if outlets.is_empty() { Ok(0) } else { assign(tx, act, &outlets, taker, from).await }
}

/// Outlets somebody looks after on a day.
///
/// # Errors
/// The database does not answer.
pub async fn held(tx: &mut Tx, login: &str, day: Date) -> Result<Vec<String>, Refusal> {
    let sql =
        "select outlet from network_portfolio where login = $1 and from_day <= $2 and (to_day is null or $2 < to_day) order by outlet";
    tx.query(sql, args![login, day]).await?.iter().map(|row| row.string("outlet")).collect()
}

/// Who looks after which outlet on a day.
///
/// # Errors
/// The database does not answer.
pub async fn all(tx: &mut Tx, day: Date) -> Result<BTreeMap<String, String>, Refusal> {
    let sql = "select outlet, login from network_portfolio where from_day <= $1 and (to_day is null or $1 < to_day)";
    let mut found = BTreeMap::new();
    tx.query_each(sql, args![day], |row| {
        found.insert(row.string("outlet")?, row.string("login")?);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Who looked after an outlet, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn history(tx: &mut Tx, outlet: &str) -> Result<Vec<Keeper>, Refusal> {
    let rows = tx.query("select * from network_portfolio where outlet = $1 order by from_day", args![outlet]).await?;
    let keeper = |row: &Row| {
        Ok(Keeper {
            login: row.string("login")?,
            from: row.parse("from_day")?,
            to: row.opt_parse("to_day")?,
            reason: row.string("reason")?,
        })
    };
    rows.iter().map(keeper).collect()
}
