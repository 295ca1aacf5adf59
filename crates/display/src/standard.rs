//! 陈列标准: the picture an item of a checklist is compared with, by type of outlet, from a version of the checklist on (R7.23, R7.26).
//!
//! A picture holds for later versions too until another one takes its place, so that a new version of a text does not lose its pictures; a visit on an
//! earlier version keeps those it began under.

use crate::kept::{photo, words};
use qudao_field::checklist::Template;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Checklist.
    pub template: String,
    /// From which of its versions on.
    pub version: u32,
    /// Item.
    pub item: String,
    /// Type of outlet; empty for all.
    pub outlet_type: String,
    /// The picture, by SHA-256.
    pub sha256: String,
    /// What to look at.
    pub note: String,
    /// Who put it there.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// A picture to be set.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Item.
    pub item: &'a str,
    /// Type of outlet; empty for all.
    pub outlet_type: &'a str,
    /// The picture, by SHA-256.
    pub sha256: &'a str,
    /// What to look at.
    pub note: &'a str,
}

/// Sets the picture of an item, from the present version of its checklist on.
///
/// # Errors
/// `BadInput display.photo`, `display.words`; `NotFound display.item`.
pub async fn set(db: &Db, who: &str, template: &Template, new: &New<'_>) -> Result<(), Refusal> {
    let (sha256, note) = (photo(new.sha256)?, words(new.note, 0, 200, ("说明", "the note"))?);
    if template.item(new.item).is_none() {
        return Err(Refusal::new(
            Kind::NotFound,
            "display.item",
            format!("检查表 {} 没有检查项 {}；请刷新", template.id, new.item),
            format!("the checklist {} has no item {}; reload", template.id, new.item),
        ));
    }
    write_tx!(db, |tx| {
        let sql = "insert into display_standard (template, version, item, outlet_type, sha256, note, who, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (template, version, item, outlet_type)
                   do update set sha256 = excluded.sha256, note = excluded.note, who = excluded.who, at_us = excluded.at_us";
        tx.execute(sql, args![&template.id, template.version, new.item, new.outlet_type, sha256, note, who, tx.now_us()]).await?;
        let after = json!({ "version": template.version, "outlet_type": new.outlet_type, "sha256": sha256 });
        let id = format!("{}.{}", template.id, new.item);
        tx.audit(Entry::new(who, "display_standard.set", "display_standard", &id).after(after.to_string()));
        Ok(())
    })
}

/// The pictures of a checklist in a version, one for each item and type of outlet.
///
/// # Errors
/// The database does not answer.
pub async fn of(tx: &mut Tx, template: &str, version: u32) -> Result<Vec<Picture>, Refusal> {
    let sql = "select * from display_standard where template = $1 and version <= $2 order by version";
    let mut newest: BTreeMap<(String, String), Picture> = BTreeMap::new();
    for row in tx.query(sql, args![template, version]).await? {
        let one = of_row(&row)?;
        newest.insert((one.item.clone(), one.outlet_type.clone()), one);
    }
    Ok(newest.into_values().collect())
}

fn of_row(row: &Row) -> Result<Picture, Refusal> {
    Ok(Picture {
        template: row.string("template")?,
        version: row.count("version")?,
        item: row.string("item")?,
        outlet_type: row.string("outlet_type")?,
        sha256: row.string("sha256")?,
        note: row.string("note")?,
        who: row.string("who")?,
        at_us: row.int("at_us")?,
    })
}
