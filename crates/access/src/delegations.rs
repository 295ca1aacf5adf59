//! 授权代办: a person lets another act with some of their grants, from a day to a day.
//!
//! The other chooses to act for somebody ([`act`]); from then on their session has the lent grants and only these, and audit entries name
//! both. What can be lent is a grant of one's own, never one that was lent: delegated rights cannot be delegated.

use crate::caller::Grant;
use crate::people;
use crate::secret;
use crate::sessions::{Token, day};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::params::Register;
use qudao_platform::{args, write_tx};
use serde_json::json;

/// What one person lets another do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Id.
    pub id: String,
    /// Login of who lends.
    pub giver: String,
    /// Name of who lends.
    pub giver_name: String,
    /// Login of who may act.
    pub taker: String,
    /// Name of who may act.
    pub taker_name: String,
    /// First day.
    pub from: Date,
    /// First day it no longer holds.
    pub to: Date,
    /// Why.
    pub reason: String,
    /// When it was taken back, microseconds since 1970.
    pub revoked_us: Option<i64>,
    /// The grants lent.
    pub grants: Vec<Grant>,
}

impl Delegation {
    /// Whether it holds on a day.
    pub fn holds(&self, day: Date) -> bool {
        self.revoked_us.is_none() && self.from <= day && day < self.to
    }
}

/// What is to be lent.
#[derive(Debug, Clone, Copy)]
pub struct NewDelegation<'a> {
    /// Login of who may act.
    pub taker: &'a str,
    /// Ids of the lender's grants.
    pub grants: &'a [String],
    /// First day.
    pub from: Date,
    /// First day it no longer holds.
    pub to: Date,
    /// Why.
    pub reason: &'a str,
}

/// Lends grants. Returns the delegation's id.
///
/// # Errors
/// `BadInput access.delegation.days` for a wrong or too long period or one that is over, `access.delegation.grants` for none or for a grant that is not
/// the giver's own or does not hold in the period, `access.delegation.self`; `NotFound access.person.missing`.
pub async fn delegate(db: &Db, parameters: &Register, giver: &str, new: &NewDelegation<'_>) -> Result<String, Refusal> {
    let today = day(db.now_us());
    let longest = parameters.on("delegation_longest_days", "", today)?.int()?;
    let days = i64::from(new.to.days()) - i64::from(new.from.days());
    if days < 1 || days > longest || new.to <= today {
        return Err(Refusal::bad_input(
            "access.delegation.days",
            format!("代办期限须为 1 至 {longest} 天，且尚未结束；请修改日期"),
            format!("a delegation lasts 1 to {longest} days and is not over yet; change its days"),
        ));
    }
    if giver == new.taker {
        return Err(Refusal::bad_input("access.delegation.self", "不能授权给自己", "nobody delegates to themselves"));
    }
    people::reasoned(new.reason)?;
    let id = secret::id("dlg")?;
    write_tx!(db, |tx| {
        people::present(tx, new.taker).await?;
        let person = people::present(tx, giver).await?;
        let own =
            |id: &String| person.grants.iter().any(|held| held.id == *id && held.from < new.to && held.to.is_none_or(|to| new.from < to));
        if new.grants.is_empty() || !new.grants.iter().all(own) {
            return Err(Refusal::bad_input(
                "access.delegation.grants",
                "请选择自己在这段日期内有效的角色；受托得来的权限不能再转授",
                "choose roles of your own that hold in these days; what was delegated to you cannot be passed on",
            ));
        }
        let sql = "insert into access_delegation (id, giver, taker, effective_from, effective_to, reason, created_us) values ($1, $2, $3, $4, $5, $6, $7)";
        tx.execute(sql, args![&id, giver, new.taker, new.from, new.to, new.reason, tx.now_us()]).await?;
        for grant in new.grants {
            let sql =
                "insert into access_delegated_grant (delegation, grant_id) values ($1, $2) on conflict (delegation, grant_id) do nothing";
            tx.execute(sql, args![&id, grant]).await?;
        }
        let after = json!({ "id": id, "taker": new.taker, "grants": new.grants, "from": new.from.to_string(), "to": new.to.to_string() });
        tx.audit(Entry::new(giver, "delegation.create", "person", giver).after(after.to_string()).reason(new.reason));
        Ok(())
    })?;
    Ok(id)
}

/// Takes a delegation back, from this moment. Either side may.
///
/// # Errors
/// `NotFound access.delegation.missing` for one the person has no part in, `Conflict access.delegation.revoked`.
pub async fn revoke(db: &Db, who: &str, id: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let sql = "select giver, revoked_us from access_delegation where id = $1 and (giver = $2 or taker = $2) {for_update}";
        let row = tx.query_opt(sql, args![id, who]).await?.ok_or_else(missing)?;
        if row.opt_int("revoked_us")?.is_some() {
            return Err(Refusal::new(
                Kind::Conflict,
                "access.delegation.revoked",
                "这项代办授权已经收回",
                "this delegation was taken back already",
            ));
        }
        tx.execute("update access_delegation set revoked_us = $2 where id = $1", args![id, tx.now_us()]).await?;
        tx.execute("update access_session set acting = null where acting = $1", args![id]).await?;
        let giver = row.string("giver")?;
        tx.audit(Entry::new(who, "delegation.revoke", "person", &giver).before(json!({ "id": id }).to_string()));
        Ok(())
    })
}

/// Lets a session act under a delegation, or for oneself again.
///
/// # Errors
/// `NotFound access.delegation.missing` for one that is not lent to the person or does not hold today.
pub async fn act(db: &Db, login: &str, session: &Token, id: Option<&str>) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        if let Some(id) = id {
            let today = day(tx.now_us());
            let held = get(tx, id).await?.filter(|lent| lent.taker == login && lent.holds(today));
            let held = held.ok_or_else(missing)?;
            let entry = Entry::new(&format!("{login}/{}", held.giver), "delegation.act", "person", &held.giver);
            tx.audit(entry.after(json!({ "id": id }).to_string()));
        }
        tx.execute("update access_session set acting = $2 where id = $1", args![session.id(), id]).await?;
        Ok(())
    })
}

/// One delegation.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Option<Delegation>, Refusal> {
    let sql = format!("{SELECT} where d.id = $1");
    let Some(row) = tx.query_opt(sql, args![id]).await? else { return Ok(None) };
    filled(tx, &row).await.map(Some)
}

/// Those a person gave or was given, newest first; at most 200.
pub async fn list(tx: &mut Tx, login: &str) -> Result<Vec<Delegation>, Refusal> {
    let sql = format!("{SELECT} where d.giver = $1 or d.taker = $1 order by d.created_us desc, d.id limit 200");
    let rows = tx.query(sql, args![login]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        all.push(filled(tx, row).await?);
    }
    Ok(all)
}

const SELECT: &str = "select d.*, g.name as giver_name, t.name as taker_name from access_delegation d
    join access_person g on g.login = d.giver join access_person t on t.login = d.taker";

async fn filled(tx: &mut Tx, row: &Row) -> Result<Delegation, Refusal> {
    let id = row.string("id")?;
    let sql = "select g.* from access_grant g join access_delegated_grant d on d.grant_id = g.id where d.delegation = $1 order by g.effective_from, g.id";
    let grants = tx.query(sql, args![&id]).await?.iter().map(people::grant_of).collect::<Result<_, _>>()?;
    Ok(Delegation {
        id,
        giver: row.string("giver")?,
        giver_name: row.string("giver_name")?,
        taker: row.string("taker")?,
        taker_name: row.string("taker_name")?,
        from: row.parse("effective_from")?,
        to: row.parse("effective_to")?,
        reason: row.string("reason")?,
        revoked_us: row.opt_int("revoked_us")?,
        grants,
    })
}

fn missing() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "access.delegation.missing",
        "没有这项代办授权，或今天不在期限内",
        "there is no such delegation, or it does not hold today",
    )
}
