//! 品牌手册 (R5.19): how our name is written, what our logo looks like and how it is used, and which words are ours.
//!
//! Invariant: of all versions one holds on a day, the newest that has begun; what it replaced is kept and is not in force any more. Versions are added and never
//! changed.

use crate::kept::{photo, words};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// A version of the brand book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Its number, from 1 on.
    pub version: u32,
    /// How the name is written.
    pub name: String,
    /// Words that are used and avoided.
    pub wording: String,
    /// How the logo is used.
    pub usage: String,
    /// The logo, by SHA-256.
    pub logo: String,
    /// Why it replaced the one before.
    pub reason: String,
    /// From which day on it holds.
    pub from: Date,
    /// Who set it.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// A version to be set.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// How the name is written.
    pub name: &'a str,
    /// Words that are used and avoided.
    pub wording: &'a str,
    /// How the logo is used.
    pub usage: &'a str,
    /// The logo, by SHA-256.
    pub logo: &'a str,
    /// Why it replaces the one before.
    pub reason: &'a str,
    /// From which day on it holds.
    pub from: Date,
}

/// Sets the next version after the one that was seen; 0 before the first. Its number.
///
/// # Errors
/// `BadInput display.words`, `display.photo`, `access.reason.missing`, `display.brand.day`; `Conflict display.brand.stale` where another came meanwhile.
pub async fn set(db: &Db, who: &str, seen: u32, new: &New<'_>) -> Result<u32, Refusal> {
    let name = words(new.name, 2, 200, ("品牌名称", "the name"))?;
    let (wording, usage) = (words(new.wording, 2, 4_000, ("用语", "the wording"))?, words(new.usage, 2, 4_000, ("标识用法", "the use"))?);
    let logo = photo(new.logo)?;
    reasoned(new.reason)?;
    write_tx!(db, |tx| {
        if new.from < day(tx.now_us()) {
            return Err(Refusal::bad_input("display.brand.day", "生效日期须为今天或以后", "it holds from today on, or later"));
        }
        let version = seen.saturating_add(1);
        let last = tx.query_one("select cast(coalesce(max(version), 0) as bigint) as n from display_brand", args![]).await?.count("n")?;
        let sql = "insert into display_brand (version, name, wording, usage, logo, reason, from_day, who, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (version) do nothing";
        let values = args![version, name, wording, usage, logo, new.reason.trim(), new.from, who, tx.now_us()];
        if last != seen || tx.execute(sql, values).await? == 0 {
            return Err(Refusal::new(
                Kind::Conflict,
                "display.brand.stale",
                "品牌手册已有更新的版本；请刷新后再修改",
                "there is a newer version of the brand book; reload, then change it",
            ));
        }
        let after = json!({ "version": version, "name": name, "logo": logo, "from": new.from.to_string() }).to_string();
        tx.audit(Entry::new(who, "display_brand.set", "display_brand", &version.to_string()).after(after).reason(new.reason.trim()));
        Ok(version)
    })
}

/// Every version, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn all(tx: &mut Tx) -> Result<Vec<Book>, Refusal> {
    let of = |row: &Row| {
        Ok(Book {
            version: row.count("version")?,
            name: row.string("name")?,
            wording: row.string("wording")?,
            usage: row.string("usage")?,
            logo: row.string("logo")?,
            reason: row.string("reason")?,
            from: row.parse("from_day")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
        })
    };
    tx.query("select * from display_brand order by version desc", args![]).await?.iter().map(of).collect()
}

/// The one that holds on a day, of all with the newest first.
pub fn current(all: &[Book], today: Date) -> Option<u32> {
    all.iter().find(|book| book.from <= today).map(|book| book.version)
}
