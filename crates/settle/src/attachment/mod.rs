//! Attachments (R0.15): photos and papers people bring, kept as [`files`] are. A record uses a file under a version of its own, and who may see
//! the record may see it.
//!
//! Invariants: a file is written whole before its row is; the same file of the same person is one row.

use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::files::{self, Content, FileKind};
use qudao_platform::{args, hash, write_tx};
use std::path::Path;

/// A file that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Id.
    pub id: String,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// What it is.
    pub kind: FileKind,
    /// Name it came under.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Of a picture, pixels; else 0.
    pub width: u32,
    /// The same.
    pub height: u32,
    /// Who brought it.
    pub brought_by: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// Takes a photo or paper in. The same file of the same person is the same attachment. Writes to the disk: call it where blocking is allowed for
/// `write`, which is the first half.
///
/// # Errors
/// As [`files::keep`].
pub fn write(folder: &Path, bytes: &[u8]) -> Result<(Content, String), Refusal> {
    files::keep(folder, bytes, files::PAPERS)
}

/// Reads a content back, and shows that it is the one that was brought.
///
/// # Errors
/// As [`files::read`].
pub fn read(folder: &Path, attachment: &Attachment) -> Result<Vec<u8>, Refusal> {
    files::read(folder, &attachment.sha256)
}

/// Notes a file that was written: the second half.
///
/// # Errors
/// The database does not answer.
pub async fn note(db: &Db, who: &str, name: &str, bytes: u64, (content, sha256): (Content, String)) -> Result<Attachment, Refusal> {
    let id = format!("att_{}", &hash::Fields::new().text(who).text(&sha256).finish()[..24]);
    let name = files::plain_name(name);
    write_tx!(db, |tx| {
        let sql = "insert into attachment (id, sha256, kind, name, bytes, width, height, brought_by, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing";
        let size = i64::try_from(bytes).unwrap_or(i64::MAX);
        let args = args![&id, &sha256, content.kind.name(), &name, size, content.width, content.height, who, tx.now_us()];
        tx.execute(sql, args).await?;
        get(tx, &id).await
    })
}

/// An attachment.
///
/// # Errors
/// `NotFound settle.attachment.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Attachment, Refusal> {
    let row = tx.query_opt("select * from attachment where id = $1", args![id]).await?;
    row.map(|row| of_row(&row)).transpose()?.ok_or_else(none)
}

/// The files a record uses, in the order of their versions.
///
/// # Errors
/// The database does not answer.
pub async fn of_record(tx: &mut Tx, noun: &str, noun_id: &str) -> Result<Vec<Attachment>, Refusal> {
    let sql = "select a.* from attachment a join attachment_use u on u.attachment = a.id
               where u.noun = $1 and u.noun_id = $2 order by u.version";
    tx.query(sql, args![noun, noun_id]).await?.iter().map(of_row).collect()
}

/// The records that use a file: kind and id.
///
/// # Errors
/// The database does not answer.
pub async fn uses(tx: &mut Tx, id: &str) -> Result<Vec<(String, String)>, Refusal> {
    let rows = tx.query("select noun, noun_id from attachment_use where attachment = $1 order by noun, noun_id", args![id]).await?;
    rows.iter().map(|row| Ok((row.string("noun")?, row.string("noun_id")?))).collect()
}

/// A record uses a file, which `who` brought, as its next version.
///
/// # Errors
/// `NotFound settle.attachment.none`, also for a file of somebody else.
pub async fn used(tx: &mut Tx, id: &str, who: &str, noun: &str, noun_id: &str) -> Result<(), Refusal> {
    let found = get(tx, id).await?;
    if found.brought_by != who {
        return Err(none());
    }
    let sql = "insert into attachment_use (attachment, noun, noun_id, version)
               select $1, $2, $3, coalesce(max(version), 0) + 1 from attachment_use where noun = $2 and noun_id = $3";
    tx.execute(sql, args![id, noun, noun_id]).await.map(drop)
}

fn of_row(row: &Row) -> Result<Attachment, Refusal> {
    Ok(Attachment {
        id: row.string("id")?,
        sha256: row.string("sha256")?,
        kind: row.parse("kind")?,
        name: row.string("name")?,
        bytes: u64::try_from(row.int("bytes")?).unwrap_or(0),
        width: row.count("width")?,
        height: row.count("height")?,
        brought_by: row.string("brought_by")?,
        at_us: row.int("at_us")?,
    })
}

fn none() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "settle.attachment.none",
        "没有这个附件，或不在您的数据范围内；请重新上传",
        "there is no such attachment, or it is not within your reach; upload it again",
    )
}
