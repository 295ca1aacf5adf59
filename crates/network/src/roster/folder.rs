//! The database and a folder of master files side by side: settlement reads the folder, approved changes are made in the database. What
//! changed here is written there; what somebody put there is taken over here.
//!
//! Each noun counts its changes; a file is as new as the count it was written with. A crash between change and file is mended with the next
//! writing, because the counts differ.

use super::By;
use super::store::{self, Change, Stored};
use crate::files::Noun;
use qudao_kernel::Refusal;
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Partner};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::write_tx;
use serde_json::json;
use std::collections::BTreeMap;

/// Nouns that are kept in both.
pub const NOUNS: [Noun; 4] = [Noun::Partner, Noun::Outlet, Noun::Clerk, Noun::Agreement];

/// How far the file of a noun is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Changes there were.
    pub changes: i64,
    /// With how many of them its file was written.
    pub written: i64,
    /// SHA-256 over its files as they were last read or written; empty before.
    pub sha256: String,
}

/// How far the files are, by noun.
///
/// # Errors
/// The database does not answer.
pub async fn written(tx: &mut Tx) -> Result<BTreeMap<Noun, Written>, Refusal> {
    let mut found = BTreeMap::new();
    for row in tx.query("select * from network_folder", args![]).await? {
        let Some(noun) = NOUNS.into_iter().find(|noun| row.text("noun").is_ok_and(|name| name == noun.english())) else { continue };
        let line = Written { changes: row.int("changes")?, written: row.int("written")?, sha256: row.string("sha256")? };
        found.insert(noun, line);
    }
    Ok(found)
}

/// Notes that the file of a noun was written with so many changes, or read as it is.
///
/// # Errors
/// The database does not answer.
pub async fn mark(db: &Db, noun: Noun, changes: i64, sha256: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let sql = "update network_folder set written = $2, sha256 = $3 where noun = $1";
        tx.execute(sql, args![noun.english(), changes, sha256]).await.map(drop)
    })
}

/// Takes over what a folder says where the database has nothing of it yet: all nouns in one transaction, an audit entry for each.
///
/// # Errors
/// The database does not answer.
pub async fn take_over(db: &Db, who: &str, master: &Master, hashes: &BTreeMap<Noun, String>) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        super::lock_all(tx).await?;
        if tx.query_opt("select code from network_partner limit 1", args![]).await?.is_some() {
            return Ok(());
        }
        one::<Partner>(tx, who, master.partners(), hashes).await?;
        one::<Outlet>(tx, who, master.outlets(), hashes).await?;
        one::<Clerk>(tx, who, master.clerks(), hashes).await?;
        one::<Agreement>(tx, who, master.agreements(), hashes).await
    })
}

async fn one<'a, T: Stored>(
    tx: &mut Tx,
    who: &str,
    rows: impl Iterator<Item = &'a T>,
    hashes: &BTreeMap<Noun, String>,
) -> Result<(), Refusal> {
    let mut records: BTreeMap<&str, Vec<T>> = BTreeMap::new();
    for row in rows {
        records.entry(row.code()).or_default().push(row.clone());
    }
    for rows in records.values_mut() {
        rows.sort_by_key(crate::files::rows::MasterRow::span);
    }
    let changes: Vec<Change<'_, T>> = records.iter().map(|(code, rows)| Change { before: None, code, rows }).collect();
    store::put(tx, &changes).await?;
    store::told(tx, &changes).await?;
    let noun = T::NOUN.english();
    let sha256 = hashes.get(&T::NOUN).map_or("", String::as_str);
    let sql = "update network_folder set written = changes, sha256 = $2 where noun = $1";
    tx.execute(sql, args![noun, sha256]).await?;
    let after = json!({ "records": changes.len(), "sha256": sha256 });
    tx.audit(Entry::new(who, &format!("{noun}.take_over"), noun, "").after(after.to_string()));
    Ok(())
}

/// Saves what somebody put into the folder: the records it names are what it says, whole, where they differ. How many those are.
///
/// # Errors
/// The database does not answer.
pub async fn follow<T: Stored>(db: &Db, by: By<'_>, paths: &[std::path::PathBuf], sha256: &str) -> Result<super::Imported, Refusal> {
    let imported = super::import::<T>(db, by, paths, super::Mode::Whole).await?;
    if imported.saved {
        let noun = T::NOUN.english();
        let sql = "update network_folder set sha256 = $2 where noun = $1";
        write_tx!(db, |tx| tx.execute(sql, args![noun, sha256]).await)?;
    }
    Ok(imported)
}
