//! Schema steps, embedded in the binary from `migrations/`: `common/` holds one text for both databases, `sqlite/` and
//! `postgres/` hold the same name twice where it cannot be shared. Names sort by time: `YYYYMMDD_HHMM_name.sql`.
//!
//! All pending steps are applied in one transaction, in the order of their names, under a lock, so two programs that start
//! together migrate once and a failed step leaves nothing behind. A step is never edited after it was applied anywhere; a
//! database that knows steps this program does not is newer than the program. Both are refused.

use super::Db;
use super::copy::tables;
use super::dialect::DbKind;
use super::tx::Tx;
use crate::hash::sha256;
use crate::{args, write_tx};
use qudao_kernel::{Kind, Refusal};
use std::collections::BTreeMap;

/// One step of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// `YYYYMMDD_HHMM_name`.
    pub name: &'static str,
    /// What SQLite runs.
    pub sqlite: &'static str,
    /// What PostgreSQL runs.
    pub postgres: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The steps of this program, oldest first.
pub fn steps() -> &'static [Migration] {
    EMBEDDED
}

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Steps applied now.
    pub applied: Vec<String>,
    /// Steps that were there already.
    pub present: usize,
}

/// Where a database stands against the steps this program knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Steps the database has had, by name.
    pub applied: Vec<String>,
    /// Steps it has not had yet: the next start applies them.
    pub pending: Vec<String>,
    /// Steps this program does not know: the database is newer than it.
    pub unknown: Vec<String>,
    /// Steps that differ from what was applied.
    pub edited: Vec<String>,
}

/// Compares a database with the embedded steps and changes nothing.
///
/// # Errors
/// Those of the database.
pub async fn schema(tx: &mut Tx) -> Result<Schema, Refusal> {
    let mut found = Schema::default();
    let mut known = BTreeMap::new();
    if tables(tx).await?.iter().any(|table| table == "schema_migration") {
        for row in tx.query("select name, sha256 from schema_migration", args![]).await? {
            known.insert(row.string("name")?, row.string("sha256")?);
        }
    }
    found.applied = known.keys().cloned().collect();
    for migration in EMBEDDED {
        match known.remove(migration.name) {
            None => found.pending.push(migration.name.to_owned()),
            Some(hash) if hash != hash_of(migration, tx.kind()) => found.edited.push(migration.name.to_owned()),
            Some(_) => {}
        }
    }
    found.unknown = known.into_keys().collect();
    Ok(found)
}

/// The text of a step for a database.
fn text_of(migration: &Migration, kind: DbKind) -> &'static str {
    match kind {
        DbKind::Sqlite => migration.sqlite,
        DbKind::Postgres => migration.postgres,
    }
}

/// What a step is known by. A checkout with other line ends is the same step.
fn hash_of(migration: &Migration, kind: DbKind) -> String {
    sha256(text_of(migration, kind).replace("\r\n", "\n"))
}

const CREATE_REGISTER: &str =
    "create table if not exists schema_migration (name TEXT not null primary key, sha256 TEXT not null, applied_at_us BIGINT not null)";

pub(super) async fn run(db: &Db, migrations: &[Migration]) -> Result<Migrated, Refusal> {
    write_tx!(db, |tx| {
        if tx.kind() == DbKind::Postgres {
            // A step may take long, and so may the other program that migrates just now.
            tx.execute_script(
                "set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0",
            )
            .await?;
            // Any number will do; it names this lock among the advisory locks of the database.
            tx.query_one("select 1 as locked from (select pg_advisory_xact_lock(7236172)) as lock", args![]).await?;
        }
        tx.execute(CREATE_REGISTER, args![]).await?;
        let mut known = BTreeMap::new();
        for row in tx.query("select name, sha256 from schema_migration", args![]).await? {
            known.insert(row.string("name")?, row.string("sha256")?);
        }
        let present = known.len();
        let mut applied = Vec::new();
        for migration in migrations {
            if step(tx, migration, known.remove(migration.name)).await? {
                applied.push(migration.name.to_owned());
            }
        }
        if let Some(name) = known.keys().next() {
            return Err(newer(name));
        }
        Ok(Migrated { applied, present })
    })
}

/// Applies one step unless it was applied; true if it was applied now.
async fn step(tx: &mut Tx, migration: &Migration, known: Option<String>) -> Result<bool, Refusal> {
    let hash = hash_of(migration, tx.kind());
    if let Some(known) = known {
        return if known == hash { Ok(false) } else { Err(edited(migration.name)) };
    }
    tx.execute_script(text_of(migration, tx.kind())).await?;
    let register = "insert into schema_migration (name, sha256, applied_at_us) values ($1, $2, $3)";
    tx.execute(register, args![migration.name, hash, tx.now_us()]).await?;
    Ok(true)
}

fn edited(name: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "platform.db.migration_edited",
        format!("数据库升级步骤 {name} 的内容与已执行的不同;请恢复该文件,改动另写新步骤"),
        format!("migration {name} differs from the one applied to this database; restore it and put the change into a new step"),
    )
}

fn newer(name: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "platform.db.newer",
        format!("数据库版本比程序新(程序不认识步骤 {name});请升级程序后再启动"),
        format!("the database is newer than this program, which does not know migration {name}; upgrade the program"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time_and_have_a_text_for_each_database() {
        // The build refuses a name that only one database has.
        assert!(!EMBEDDED.is_empty());
        assert!(EMBEDDED.windows(2).all(|pair| pair[0].name < pair[1].name));
        for migration in EMBEDDED {
            let (date, rest) = migration.name.split_at(13);
            assert!(date.bytes().enumerate().all(|(at, b)| if at == 8 { b == b'_' } else { b.is_ascii_digit() }), "{}", migration.name);
            assert!(rest.len() > 1 && rest.starts_with('_'), "{}", migration.name);
            assert!(!migration.sqlite.is_empty() && !migration.postgres.is_empty());
        }
    }

    #[test]
    fn tables_keep_the_column_rule() {
        for migration in EMBEDDED {
            for text in [migration.sqlite, migration.postgres] {
                let upper = text.to_uppercase();
                for banned in [" NUMERIC", " DECIMAL", " REAL", " FLOAT", " DOUBLE", "TIMESTAMP", "BIGSERIAL", " JSON", " UUID"] {
                    assert!(!upper.contains(banned), "{} uses{banned}; ids, dates and enums are TEXT, the rest BIGINT", migration.name);
                }
                // A column may bear the name of a serial number; its type may not be one.
                let mut types = upper.lines().filter_map(|line| line.split_whitespace().nth(1));
                assert!(!types.any(|kind| kind == "SERIAL"), "{} has a serial column; ids are TEXT", migration.name);
            }
        }
    }
}
