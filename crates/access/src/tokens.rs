//! Tokens for programs: each belongs to a person, allows a part of what the person may, and ends on a day.
//!
//! The secret is shown once, when it is made. A token gives what its permissions *and* the person's grants of today give: a role that
//! ended ends in the token too.

use crate::caller::Caller;
use crate::people;
use crate::roles::{Permission, Roles};
use crate::secret;
use crate::sessions::{DAY_US, MINUTE_US, day};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::params::Register;
use qudao_platform::{args, hash, write_tx};
use serde_json::json;

/// What every secret begins with, so that one left in a file is recognised for what it is.
pub(crate) const PREFIX: &str = "qd_";
/// Most tokens of one person that are in use.
const MOST: usize = 20;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it allows, a part of what its person may.
    pub permissions: Vec<Permission>,
    /// When it was made, microseconds since 1970.
    pub created_us: i64,
    /// When it ends.
    pub expires_us: i64,
    /// When it was last used, to the minute.
    pub last_used_us: Option<i64>,
    /// When it was taken back.
    pub revoked_us: Option<i64>,
}

/// Makes a token for `days` days. Returns its id and its secret.
///
/// # Errors
/// `BadInput access.token.name`, `access.token.days`, `access.token.permissions` for none or an unknown one;
/// `Forbidden access.caller.no_permission` for one the person does not have; `Conflict access.token.many`.
pub async fn create(
    db: &Db,
    parameters: &Register,
    roles: &Roles,
    caller: &Caller,
    name: &str,
    permissions: &[Permission],
    days: u32,
) -> Result<(String, String), Refusal> {
    let login = &caller.login;
    let longest = parameters.on("token_longest_days", "", day(db.now_us()))?.int()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Refusal::bad_input(
            "access.token.name",
            "请填写令牌用途，60 字以内",
            "say what the token is for, in up to 60 characters",
        ));
    }
    if days == 0 || i64::from(days) > longest {
        return Err(Refusal::bad_input(
            "access.token.days",
            format!("令牌有效期须为 1 至 {longest} 天"),
            format!("a token lasts 1 to {longest} days"),
        ));
    }
    if permissions.is_empty() {
        return Err(Refusal::bad_input("access.token.permissions", "请至少选择一项权限", "choose at least one permission"));
    }
    for permission in permissions {
        caller.scope(roles, *permission)?;
    }
    let mut sorted = permissions.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let listed = sorted.iter().map(|permission| permission.name()).collect::<Vec<_>>().join(" ");
    let (id, bytes): (_, [u8; 32]) = (secret::id("tok")?, secret::random()?);
    let text = format!("{PREFIX}{}", hash::sha256(bytes));
    write_tx!(db, |tx| {
        people::present(tx, login).await?;
        let now = tx.now_us();
        if list(tx, login).await?.iter().filter(|token| token.works(now)).count() >= MOST {
            return Err(Refusal::new(
                Kind::Conflict,
                "access.token.many",
                format!("有效令牌已达 {MOST} 个；请先撤销不用的"),
                format!("{MOST} tokens are in use; take back those you do not need"),
            ));
        }
        let sql =
            "insert into access_token (id, login, name, secret, permissions, created_us, expires_us) values ($1, $2, $3, $4, $5, $6, $7)";
        tx.execute(sql, args![&id, login, name, hash::sha256(&text), &listed, now, now + i64::from(days) * DAY_US]).await?;
        let after = json!({ "id": id, "name": name, "permissions": listed, "days": days });
        tx.audit(Entry::new(login, "token.create", "person", login).after(after.to_string()));
        Ok(())
    })?;
    Ok((id, text))
}

/// The tokens of a person, newest first.
pub async fn list(tx: &mut Tx, login: &str) -> Result<Vec<ApiToken>, Refusal> {
    let sql = "select * from access_token where login = $1 order by created_us desc, id";
    tx.query(sql, args![login]).await?.iter().map(of_row).collect()
}

/// Takes a token back, from this moment.
///
/// # Errors
/// `NotFound access.token.missing` for one that is not the person's; `Conflict access.token.revoked`.
pub async fn revoke(db: &Db, who: &str, login: &str, id: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let row = tx.query_opt("select * from access_token where id = $1 and login = $2 {for_update}", args![id, login]).await?;
        let row = row.ok_or_else(|| Refusal::new(Kind::NotFound, "access.token.missing", "没有这个令牌", "there is no such token"))?;
        if row.opt_int("revoked_us")?.is_some() {
            return Err(Refusal::new(Kind::Conflict, "access.token.revoked", "这个令牌已经撤销", "this token was taken back already"));
        }
        tx.execute("update access_token set revoked_us = $2 where id = $1", args![id, tx.now_us()]).await?;
        let before = json!({ "id": id, "name": row.text("name")? });
        tx.audit(Entry::new(who, "token.revoke", "person", login).before(before.to_string()));
        Ok(())
    })
}

impl ApiToken {
    /// Whether it opens anything at an instant.
    pub fn works(&self, now_us: i64) -> bool {
        self.revoked_us.is_none() && now_us < self.expires_us
    }
}

/// Whose token a secret is and what it allows, if it works; its use is noted once a minute.
pub(crate) async fn opened(db: &Db, text: &str) -> Result<Option<(String, Vec<Permission>)>, Refusal> {
    let mut tx = db.read().await?;
    let now = tx.now_us();
    let row = tx.query_opt("select * from access_token where secret = $1", args![hash::sha256(text)]).await?;
    let Some(row) = row else { return Ok(None) };
    let token = of_row(&row)?;
    if !token.works(now) {
        return Ok(None);
    }
    drop(tx);
    if token.last_used_us.is_none_or(|used| now - used >= MINUTE_US) {
        write_tx!(db, |tx| tx.execute("update access_token set last_used_us = $2 where id = $1", args![&token.id, now]).await)?;
    }
    Ok(Some((row.string("login")?, token.permissions)))
}

fn of_row(row: &Row) -> Result<ApiToken, Refusal> {
    Ok(ApiToken {
        id: row.string("id")?,
        name: row.string("name")?,
        // A permission that no longer exists allows nothing.
        permissions: row.text("permissions")?.split(' ').filter_map(Permission::named).collect(),
        created_us: row.int("created_us")?,
        expires_us: row.int("expires_us")?,
        last_used_us: row.opt_int("last_used_us")?,
        revoked_us: row.opt_int("revoked_us")?,
    })
}
