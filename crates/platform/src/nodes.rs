//! Servers that work on one database (R0.42): who runs, and what only one of them does at a time.
//!
//! A server joins under a name that stays, with an id of this start. It beats more often than [`LEASE`] is long; what it leads in is renewed with it.
//! One that does not beat is gone: its jobs are failed ([`crate::jobs::clear`]), and others take what it led in. All of it goes by the database's
//! clock, so that the clocks of machines may differ.
//!
//! Invariant: at most one server leads in something at any moment of the database's clock. What a server that stood still does when it wakes up is
//! held back by what each work holds itself: a claim, a key, a version.

use crate::db::{DbKind, Tx};
use crate::{args, hash};
use qudao_kernel::Refusal;
use std::time::Duration;

/// How long a server counts as running after it last said so.
pub const LEASE: Duration = Duration::from_secs(30);

/// One start of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name, the same after a restart.
    pub name: String,
    /// Of this start alone.
    pub id: String,
}

impl Node {
    /// A start of the server of a name, at an instant.
    pub fn new(name: &str, now_us: i64) -> Self {
        let digest = hash::Fields::new().text(name).int(now_us).int(i64::from(std::process::id())).finish();
        Self { name: name.to_owned(), id: format!("{name}/{}", &digest[..12]) }
    }
}

fn end(now_us: i64, lease: Duration) -> i64 {
    now_us.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

/// A server begins: an earlier start under its name is over from now on. A SQLite file has one server, so there every other one is.
pub async fn join(tx: &mut Tx, node: &Node, lease: Duration) -> Result<(), Refusal> {
    let now = tx.server_us().await?;
    if tx.kind() == DbKind::Sqlite {
        tx.execute("delete from node", args![]).await?;
    }
    let sql = "insert into node (name, id, begun_us, until_us) values ($1, $2, $3, $4)
               on conflict (name) do update set id = excluded.id, begun_us = excluded.begun_us, until_us = excluded.until_us";
    tx.execute(sql, args![&node.name, &node.id, now, end(now, lease)]).await?;
    // What an earlier start led in is free at once.
    let sql = "delete from lease where until_us <= $1 or node not in (select id from node where until_us > $1)";
    tx.execute(sql, args![now]).await.map(drop)
}

/// A server runs still; false where another start took its name.
pub async fn beat(tx: &mut Tx, node: &Node, lease: Duration) -> Result<bool, Refusal> {
    let now = tx.server_us().await?;
    let until = end(now, lease);
    let sql = "update node set until_us = $3 where name = $1 and id = $2";
    if tx.execute(sql, args![&node.name, &node.id, until]).await? == 0 {
        return Ok(false);
    }
    // What ran out meanwhile may be another's by now, or about to be.
    tx.execute("update lease set until_us = $2 where node = $1 and until_us > $3", args![&node.id, until, now]).await?;
    Ok(true)
}

/// A server ends: what it led in is free at once, and jobs it did not end are those of a server that is gone.
pub async fn leave(tx: &mut Tx, node: &Node) -> Result<(), Refusal> {
    tx.execute("delete from lease where node = $1", args![&node.id]).await?;
    tx.execute("delete from node where name = $1 and id = $2", args![&node.name, &node.id]).await.map(drop)
}

/// Whether a server leads in something from now on, for as long as it beats; `hold` names a piece of work that ends with [`free`], and is
/// empty for what goes on.
pub async fn lead(tx: &mut Tx, node: &Node, what: &str, hold: &str, lease: Duration) -> Result<bool, Refusal> {
    let now = tx.server_us().await?;
    let sql = "insert into lease (name, node, hold, until_us) values ($1, $2, $3, $4)
               on conflict (name) do update set node = excluded.node, hold = excluded.hold, until_us = excluded.until_us
               where lease.until_us <= $5 or (lease.node = excluded.node and lease.hold = excluded.hold)";
    Ok(tx.execute(sql, args![what, &node.id, hold, end(now, lease), now]).await? > 0)
}

/// A piece of work is over.
pub async fn free(tx: &mut Tx, node: &Node, what: &str, hold: &str) -> Result<(), Refusal> {
    tx.execute("delete from lease where name = $1 and node = $2 and hold = $3", args![what, &node.id, hold]).await.map(drop)
}

/// Servers that run, by name.
pub async fn running(tx: &mut Tx) -> Result<Vec<String>, Refusal> {
    let now = tx.server_us().await?;
    let rows = tx.query("select name from node where until_us > $1 order by name", args![now]).await?;
    rows.iter().map(|row| row.string("name")).collect()
}
