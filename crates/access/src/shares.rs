//! 共享: a person lets a colleague see their customers, their documents or both, from a day to a day (R8.101).
//!
//! Unlike a delegation nobody acts for anybody: the colleague goes on as themselves, with what the giver sees added to their own, and audit
//! entries name them alone. What is shared follows the giver's own roles of the day; what was shared with them is not shared on. Both see a
//! share, and either may end it.

use crate::caller::Grant;
use crate::roles::Permission;
use crate::sessions::day;
use crate::{people, secret, work_ids};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::params::Register;
use qudao_platform::{args, write_tx};
use serde_json::json;

/// What seeing somebody's customers means.
pub const CUSTOMERS: &[Permission] = &[Permission::PartnerRead, Permission::VolumeRead];
/// What seeing somebody's documents means.
pub const DOCUMENTS: &[Permission] = &[Permission::DocumentRead];
/// What writing at them means besides.
pub const DOCUMENTS_WRITTEN: &[Permission] = &[Permission::DocumentManage];

/// What is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct What {
    /// Partners and outlets, and their business.
    pub customers: bool,
    /// Documents.
    pub documents: bool,
    /// Whether the colleague may also write at documents: new versions, titles, archiving.
    pub writes: bool,
}

impl What {
    /// The permissions of the giver's roles that are shared.
    pub fn permissions(self) -> Vec<Permission> {
        let mut all = Vec::new();
        for (shared, permissions) in
            [(self.customers, CUSTOMERS), (self.documents, DOCUMENTS), (self.documents && self.writes, DOCUMENTS_WRITTEN)]
        {
            all.extend_from_slice(if shared { permissions } else { &[] });
        }
        all
    }
}

/// A share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Id.
    pub id: String,
    /// Login of whose customers and documents they are.
    pub giver: String,
    /// Their name.
    pub giver_name: String,
    /// Login of who sees them.
    pub taker: String,
    /// Their name.
    pub taker_name: String,
    /// What is shared.
    pub what: What,
    /// First day.
    pub from: Date,
    /// First day it no longer holds.
    pub to: Date,
    /// Why.
    pub reason: String,
    /// When it was ended before its time, microseconds since 1970.
    pub revoked_us: Option<i64>,
}

impl Share {
    /// Whether it holds on a day.
    pub fn holds(&self, day: Date) -> bool {
        self.revoked_us.is_none() && self.from <= day && day < self.to
    }
}

/// What a share adds to a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Whose it is.
    pub giver: String,
    /// The giver's own grants that hold today.
    pub grants: Vec<Grant>,
    /// Work IDs of the giver that are suspended: grants over them give nothing.
    pub suspended: Vec<String>,
    /// What of them is shared.
    pub permissions: Vec<Permission>,
}

/// What is to be shared.
#[derive(Debug, Clone, Copy)]
pub struct NewShare<'a> {
    /// Login of who is to see it.
    pub taker: &'a str,
    /// What.
    pub what: What,
    /// First day.
    pub from: Date,
    /// First day it no longer holds.
    pub to: Date,
    /// Why.
    pub reason: &'a str,
}

/// Shares one's own customers or documents. Returns the share's id.
///
/// # Errors
/// `BadInput access.share.days` for a wrong or too long period or one that is over, `access.share.what` for nothing, or writing without documents,
/// `access.share.self`; `NotFound access.person.missing`.
pub async fn share(db: &Db, parameters: &Register, giver: &str, new: &NewShare<'_>) -> Result<String, Refusal> {
    let today = day(db.now_us());
    let longest = parameters.on("share_longest_days", "", today)?.int()?;
    let days = i64::from(new.to.days()) - i64::from(new.from.days());
    if days < 1 || days > longest || new.to <= today {
        return Err(Refusal::bad_input(
            "access.share.days",
            format!("共享期限须为 1 至 {longest} 天，且尚未结束；请修改日期"),
            format!("a share lasts 1 to {longest} days and is not over yet; change its days"),
        ));
    }
    if !new.what.documents && (new.what.writes || !new.what.customers) {
        return Err(Refusal::bad_input(
            "access.share.what",
            "请选择要共享的内容；可写只适用于文档",
            "choose what is shared; only documents can be written at",
        ));
    }
    if giver == new.taker {
        return Err(Refusal::bad_input("access.share.self", "不能共享给自己", "nobody shares with themselves"));
    }
    people::reasoned(new.reason)?;
    let id = secret::id("shr")?;
    write_tx!(db, |tx| {
        people::present(tx, new.taker).await?;
        let What { customers, documents, writes } = new.what;
        let sql =
            "insert into access_share (id, giver, taker, customers, documents, writes, effective_from, effective_to, reason, created_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        tx.execute(sql, args![&id, giver, new.taker, customers, documents, writes, new.from, new.to, new.reason, tx.now_us()]).await?;
        let days = [new.from.to_string(), new.to.to_string()];
        let after = json!({ "id": id, "taker": new.taker, "customers": customers, "documents": documents, "writes": writes, "days": days });
        tx.audit(Entry::new(giver, "share.create", "person", giver).after(after.to_string()).reason(new.reason));
        Ok(())
    })?;
    Ok(id)
}

/// Ends a share from this moment. Either side may.
///
/// # Errors
/// `NotFound access.share.missing` for one the person has no part in, `Conflict access.share.revoked`.
pub async fn revoke(db: &Db, who: &str, id: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let sql = "select giver, revoked_us from access_share where id = $1 and (giver = $2 or taker = $2) {for_update}";
        let row = tx.query_opt(sql, args![id, who]).await?.ok_or_else(missing)?;
        if row.opt_int("revoked_us")?.is_some() {
            return Err(Refusal::new(Kind::Conflict, "access.share.revoked", "这项共享已经收回", "this share was ended already"));
        }
        tx.execute("update access_share set revoked_us = $2, revoked_by = $3 where id = $1", args![id, tx.now_us(), who]).await?;
        let giver = row.string("giver")?;
        tx.audit(Entry::new(who, "share.revoke", "person", &giver).before(json!({ "id": id }).to_string()));
        Ok(())
    })
}

/// Those a person gave or was given, newest first; at most 200.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, login: &str) -> Result<Vec<Share>, Refusal> {
    let sql = format!("{SELECT} where s.giver = $1 or s.taker = $1 order by s.created_us desc, s.id limit 200");
    tx.query(sql, args![login]).await?.iter().map(of_row).collect()
}

/// What colleagues share with a person today.
pub(crate) async fn taken(tx: &mut Tx, login: &str, today: Date) -> Result<Vec<Shared>, Refusal> {
    let sql =
        format!("{SELECT} where s.taker = $1 and s.revoked_us is null and s.effective_from <= $2 and s.effective_to > $2 order by s.id");
    let rows = tx.query(sql, args![login, today]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let share = of_row(row)?;
        let Some(giver) = people::get(tx, &share.giver).await?.filter(|giver| giver.left_at_us.is_none()) else { continue };
        let grants = giver.grants.into_iter().filter(|grant| grant.holds(today)).collect();
        let suspended = work_ids::suspended(tx, &share.giver).await?;
        all.push(Shared { giver: share.giver, grants, suspended, permissions: share.what.permissions() });
    }
    Ok(all)
}

const SELECT: &str = "select s.*, g.name as giver_name, t.name as taker_name from access_share s
    join access_person g on g.login = s.giver join access_person t on t.login = s.taker";

fn of_row(row: &Row) -> Result<Share, Refusal> {
    Ok(Share {
        id: row.string("id")?,
        giver: row.string("giver")?,
        giver_name: row.string("giver_name")?,
        taker: row.string("taker")?,
        taker_name: row.string("taker_name")?,
        what: What { customers: row.flag("customers")?, documents: row.flag("documents")?, writes: row.flag("writes")? },
        from: row.parse("effective_from")?,
        to: row.parse("effective_to")?,
        reason: row.string("reason")?,
        revoked_us: row.opt_int("revoked_us")?,
    })
}

fn missing() -> Refusal {
    Refusal::new(Kind::NotFound, "access.share.missing", "没有这项共享", "there is no such share")
}
