//! 合并 (R0.10): a partner or outlet that was kept twice becomes one from a day on. Facts, statements and the ledger keep the id they were booked under,
//! so figures of before stay with the right one; what goes on belongs to the one that stays, and the old id points to it.
//!
//! Invariants
//! - From the day on the old record is out of force, and what hung under it (outlets, partners below, clerks) hangs under the new one.
//! - A record is merged once, into one that is in force then and was not merged away itself; lines are never changed.

use crate::act::{Act, not_in_force};
use crate::agreement::sign;
use crate::life::{self, State, Who};
use crate::roster::{self, By, Reference, Stored};
use qudao_kernel::master::{Agreement, Clerk, Outlet, Partner};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use serde_json::json;

/// A merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The id that points on.
    pub old: String,
    /// The one that stays.
    pub new: String,
    /// From this day on.
    pub from: Date,
    /// Why.
    pub reason: String,
    /// Who.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

const BELOW: Reference = Partner::USED_BY[0];
const OUTLETS: Reference = Partner::USED_BY[1];
const CLERKS: Reference = Outlet::USED_BY[0];

/// Merges one into another from a day on.
///
/// # Errors
/// `BadInput network.merge.self`, `access.reason.missing`; `Conflict network.merge.done`, `network.day.closed`, `network.record.not_in_force`,
/// `network.state.step`; for a partner that stays as [`life::may_take`].
pub async fn merge(tx: &mut Tx, act: &Act<'_>, who: Who, old: &str, new: &str, from: Date) -> Result<(), Refusal> {
    act.reasoned()?;
    act.open(from)?;
    if old == new {
        return Err(Refusal::bad_input(
            "network.merge.self",
            "不能与自身合并；请选择另一个",
            "nothing is merged with itself; choose another",
        ));
    }
    roster::lock_all(tx).await?;
    for code in [old, new] {
        if let Some(done) = of(tx, who, code).await? {
            let (into, day) = (done.new, done.from);
            return Err(Refusal::new(
                Kind::Conflict,
                "network.merge.done",
                format!("{code} 已自 {day} 起并入 {into}；请改用 {into}"),
                format!("{code} was merged into {into} from {day} on; use {into}"),
            ));
        }
    }
    let note = act.note();
    let by = By { who: act.who, reason: &note };
    match who {
        Who::Partner => partners(tx, act, by, (old, new), from).await?,
        Who::Outlet => outlets(tx, act, by, (old, new), from).await?,
    }
    let sql = "insert into network_merge (noun, old_code, new_code, from_day, reason, who, at_us) values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, args![who.name(), old, new, from, act.reason.trim(), act.who, tx.now_us()]).await?;
    let after = json!({ "into": new, "from": from.to_string() });
    tx.audit(Entry::new(act.who, &format!("{}.merge", who.name()), who.name(), old).after(after.to_string()).reason(note.as_str()));
    tx.audit(
        Entry::new(act.who, &format!("{}.merge", who.name()), who.name(), new)
            .after(json!({ "of": old, "from": from.to_string() }).to_string())
            .reason(note.as_str()),
    );
    Ok(())
}

async fn partners(tx: &mut Tx, act: &Act<'_>, by: By<'_>, (old, new): (&str, &str), from: Date) -> Result<(), Refusal> {
    life::may_take(tx, new, from).await?;
    for outlet in roster::naming(tx, OUTLETS, old, from).await? {
        from_then(tx, by, &outlet, from, |row: Outlet| if row.owner == old { Outlet { owner: new.to_owned(), ..row } } else { row })
            .await?;
    }
    for below in roster::naming(tx, BELOW, old, from).await? {
        let moved = |row: Partner| if row.parent == old { Partner { parent: new.to_owned(), ..row } } else { row };
        from_then(tx, by, &below, from, moved).await?;
    }
    for agreement in sign::of(tx, old).await? {
        if agreement.span.from < from {
            roster::end_now::<Agreement>(tx, by, &agreement.code, from).await?;
        }
    }
    life::advance(tx, act, Who::Partner, old, State::Exited, from, life::By::Merge).await?;
    roster::end_now::<Partner>(tx, by, old, from).await.map(drop)
}

async fn outlets(tx: &mut Tx, act: &Act<'_>, by: By<'_>, (old, new): (&str, &str), from: Date) -> Result<(), Refusal> {
    let there = roster::get::<Outlet>(tx, new).await?.ok_or_else(|| life::none(Who::Outlet, new))?;
    if roster::on(&there, from).is_none() {
        return Err(not_in_force(("网点", "outlet"), new, from));
    }
    for clerk in roster::naming(tx, CLERKS, old, from).await? {
        from_then(tx, by, &clerk, from, |row: Clerk| if row.outlet == old { Clerk { outlet: new.to_owned(), ..row } } else { row }).await?;
    }
    life::advance(tx, act, Who::Outlet, old, State::Closed, from, life::By::Merge).await?;
    roster::end_now::<Outlet>(tx, by, old, from).await.map(drop)
}

/// Amends a record from a day on, or from the first day it holds after that.
async fn from_then<T: Stored>(tx: &mut Tx, by: By<'_>, code: &str, from: Date, made: impl Fn(T) -> T) -> Result<(), Refusal> {
    let record = roster::get::<T>(tx, code).await?;
    let first = record.as_ref().and_then(|record| record.rows.iter().find(|row| from < row.span().to)).map(|row| row.span().from.max(from));
    match first {
        Some(day) => roster::amend::<T>(tx, by, code, day, made).await,
        None => Ok(()),
    }
}

/// What became of an id that was merged away.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, who: Who, old: &str) -> Result<Option<Merge>, Refusal> {
    let sql = "select * from network_merge where noun = $1 and old_code = $2";
    tx.query_opt(sql, args![who.name(), old]).await?.as_ref().map(of_row).transpose()
}

/// What was merged into one that stayed, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn into(tx: &mut Tx, who: Who, new: &str) -> Result<Vec<Merge>, Refusal> {
    let sql = "select * from network_merge where noun = $1 and new_code = $2 order by from_day, old_code";
    tx.query(sql, args![who.name(), new]).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Merge, Refusal> {
    Ok(Merge {
        old: row.string("old_code")?,
        new: row.string("new_code")?,
        from: row.parse("from_day")?,
        reason: row.string("reason")?,
        who: row.string("who")?,
        at_us: row.int("at_us")?,
    })
}
