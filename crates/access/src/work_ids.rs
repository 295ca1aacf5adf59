//! 工号 (R0.28): one active work ID for a person, one person for a work ID, bound to an outlet and a phone.
//!
//! It is suspended at once when its person leaves, when it turns up at another outlet, and when a second person or phone wants it, which is
//! what a shared one looks like. A suspended work ID gives nothing: the grants over it are void until it is bound again.

use crate::people;
use crate::private::{self, PrivateKind};
use crate::secret;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// Why a work ID is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its person left.
    Left,
    /// It turned up at another outlet.
    Moved,
    /// A second person or phone wanted it.
    Shared,
    /// Another reason, in words.
    Other,
}

impl Why {
    /// Stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Moved => "moved",
            Self::Shared => "shared",
            Self::Other => "other",
        }
    }

    fn named(text: &str) -> Self {
        [Self::Left, Self::Moved, Self::Shared].into_iter().find(|why| why.name() == text).unwrap_or(Self::Other)
    }
}

/// A work ID bound to a person, now or once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkId {
    /// The work ID.
    pub clerk: String,
    /// Whose.
    pub login: String,
    /// At which outlet.
    pub outlet: String,
    /// The phone it is used with, masked.
    pub phone: String,
    /// Since when, microseconds since 1970.
    pub bound_us: i64,
    /// When it was suspended, and why.
    pub suspended: Option<(i64, Why)>,
}

/// What is to be bound.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The work ID.
    pub clerk: &'a str,
    /// Whose.
    pub login: &'a str,
    /// At which outlet.
    pub outlet: &'a str,
    /// The phone it is used with.
    pub phone: &'a str,
}

/// What came of a binding: told by value, because a suspension must stay.
enum Bound {
    Done,
    Shared(String),
}

/// Binds a work ID to a person, an outlet and a phone.
///
/// # Errors
/// `BadInput access.private.phone`; `NotFound access.person.missing`; `Conflict access.work_id.person` if the person has another active one,
/// `access.work_id.shared` if the work ID or the phone is in use elsewhere: what was active there is suspended by it.
pub async fn bind(db: &Db, who: &str, new: &Binding<'_>, reason: &str) -> Result<(), Refusal> {
    private::check(PrivateKind::Phone, new.phone)?;
    people::reasoned(reason)?;
    let id = secret::id("wid")?;
    let outcome = write_tx!(db, |tx| {
        people::present(tx, new.login).await?;
        let sql = "select * from access_work_id where suspended_us is null and (clerk = $1 or phone = $2 or login = $3) {for_update}";
        let active = tx.query(sql, args![new.clerk, new.phone, new.login]).await?;
        if let Some(other) = active.iter().find(|row| row.text("login").is_ok_and(|login| login != new.login)) {
            let (clerk, login) = (other.string("clerk")?, other.string("login")?);
            close(tx, who, &clerk, &login, Why::Shared, reason).await?;
            return Ok(Bound::Shared(clerk));
        }
        if let Some(own) = active.first() {
            let held = own.string("clerk")?;
            return Err(Refusal::new(
                Kind::Conflict,
                "access.work_id.person",
                format!("{} 已有生效工号 {held}；一人只能有一个工号，请先停用", new.login),
                format!("{} has the active work ID {held}; suspend it first, a person has one", new.login),
            ));
        }
        let sql = "insert into access_work_id (id, clerk, login, outlet, phone, bound_us) values ($1, $2, $3, $4, $5, $6)";
        tx.execute(sql, args![&id, new.clerk, new.login, new.outlet, new.phone, tx.now_us()]).await?;
        let phone = private::mask(PrivateKind::Phone, new.phone);
        let after = json!({ "clerk": new.clerk, "outlet": new.outlet, "phone": phone });
        tx.audit(Entry::new(who, "work_id.bind", "person", new.login).after(after.to_string()).reason(reason));
        Ok(Bound::Done)
    })?;
    match outcome {
        Bound::Done => Ok(()),
        Bound::Shared(clerk) => Err(Refusal::new(
            Kind::Conflict,
            "access.work_id.shared",
            format!("工号 {clerk} 或该手机号已由他人使用，工号 {clerk} 已立即停用；请核实后重新绑定"),
            format!(
                "work ID {clerk} or this phone is another's; {clerk} is suspended from now on. Find out whose it is, then bind it anew"
            ),
        )),
    }
}

/// Suspends an active work ID.
///
/// # Errors
/// `NotFound access.work_id.missing` if it is not active.
pub async fn suspend(db: &Db, who: &str, clerk: &str, why: Why, reason: &str) -> Result<(), Refusal> {
    people::reasoned(reason)?;
    write_tx!(db, |tx| {
        let row =
            tx.query_opt("select login from access_work_id where clerk = $1 and suspended_us is null {for_update}", args![clerk]).await?;
        let row = row.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "access.work_id.missing",
                format!("工号 {clerk} 没有绑定，或已停用"),
                format!("work ID {clerk} is not bound, or suspended already"),
            )
        })?;
        let login = row.string("login")?;
        close(tx, who, clerk, &login, why, reason).await
    })
}

/// Compares the outlet a work ID stands at with the one it is bound to, and suspends it if it moved. Returns whether it did.
pub async fn seen_at(db: &Db, clerk: &str, outlet: &str) -> Result<bool, Refusal> {
    let sql = "select login from access_work_id where clerk = $1 and outlet <> $2 and suspended_us is null {for_update}";
    if db.read().await?.query_opt(sql.replace("{for_update}", ""), args![clerk, outlet]).await?.is_none() {
        return Ok(false);
    }
    write_tx!(db, |tx| {
        let Some(row) = tx.query_opt(sql, args![clerk, outlet]).await? else { return Ok(false) };
        let login = row.string("login")?;
        close(tx, "qudao", clerk, &login, Why::Moved, outlet).await?;
        Ok(true)
    })
}

/// The work IDs a person has or had, newest first.
pub async fn list(tx: &mut Tx, login: &str) -> Result<Vec<WorkId>, Refusal> {
    let sql = "select * from access_work_id where login = $1 order by bound_us desc, id";
    tx.query(sql, args![login]).await?.iter().map(of_row).collect()
}

/// Who is bound to a work ID now; nobody where it is not bound or suspended.
pub async fn bound(tx: &mut Tx, clerk: &str) -> Result<Option<WorkId>, Refusal> {
    let row = tx.query_opt("select * from access_work_id where clerk = $1 and suspended_us is null", args![clerk]).await?;
    row.map(|row| of_row(&row)).transpose()
}

/// The work IDs of a person that are suspended and not bound to them again.
pub(crate) async fn suspended(tx: &mut Tx, login: &str) -> Result<Vec<String>, Refusal> {
    let sql = "select distinct clerk from access_work_id a where login = $1 and suspended_us is not null
               and not exists (select 1 from access_work_id b where b.clerk = a.clerk and b.login = a.login and b.suspended_us is null)";
    tx.query(sql, args![login]).await?.iter().map(|row| row.string("clerk")).collect()
}

/// Suspends whatever a person who leaves has.
pub(crate) async fn left(tx: &mut Tx, who: &str, login: &str) -> Result<(), Refusal> {
    for row in tx.query("select clerk from access_work_id where login = $1 and suspended_us is null", args![login]).await? {
        close(tx, who, row.text("clerk")?, login, Why::Left, "").await?;
    }
    Ok(())
}

/// Suspends the work IDs of clerks whose work ended, where they are active.
///
/// # Errors
/// The database does not answer.
pub async fn end_of(tx: &mut Tx, who: &str, clerks: &[String], reason: &str) -> Result<(), Refusal> {
    for clerk in clerks {
        let sql = "select login from access_work_id where clerk = $1 and suspended_us is null {for_update}";
        if let Some(row) = tx.query_opt(sql, args![clerk]).await? {
            close(tx, who, clerk, row.text("login")?, Why::Left, reason).await?;
        }
    }
    Ok(())
}

async fn close(tx: &mut Tx, who: &str, clerk: &str, login: &str, why: Why, reason: &str) -> Result<(), Refusal> {
    let sql = "update access_work_id set suspended_us = $2, suspended_why = $3 where clerk = $1 and suspended_us is null";
    tx.execute(sql, args![clerk, tx.now_us(), why.name()]).await?;
    let after = json!({ "clerk": clerk, "why": why.name() });
    tx.audit(Entry::new(who, "work_id.suspend", "person", login).after(after.to_string()).reason(reason));
    Ok(())
}

fn of_row(row: &Row) -> Result<WorkId, Refusal> {
    let at = row.opt_int("suspended_us")?;
    Ok(WorkId {
        clerk: row.string("clerk")?,
        login: row.string("login")?,
        outlet: row.string("outlet")?,
        phone: private::mask(PrivateKind::Phone, row.text("phone")?),
        bound_us: row.int("bound_us")?,
        suspended: match at {
            Some(at) => Some((at, Why::named(row.opt_text("suspended_why")?.unwrap_or("")))),
            None => None,
        },
    })
}
