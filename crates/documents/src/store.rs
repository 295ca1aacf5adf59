//! Documents and their files.

use crate::folders::{self, titled};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::files::FileKind;
use qudao_platform::hash::Fields;
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::{Value, json};

/// What documents are.
pub const KINDS: [&str; 7] = ["plan", "contract", "material", "product", "training", "meeting", "other"];
/// Longest note to a version.
const MOST_NOTE: usize = 500;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Id.
    pub id: String,
    /// Folder it lies in.
    pub folder: String,
    /// Title.
    pub title: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// Division it is of, with all below; empty for everywhere.
    pub territory: String,
    /// Partner it is of; empty for none.
    pub partner: String,
    /// Whether it is put away.
    pub archived: bool,
    /// Version of the record.
    pub version: u32,
    /// Number of its newest file.
    pub files: u32,
    /// Who added it.
    pub created_by: String,
    /// When, microseconds since 1970.
    pub created_us: i64,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_us: i64,
}

/// A file of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFile {
    /// Its number, from 1.
    pub number: u32,
    /// SHA-256 of the content.
    pub sha256: String,
    /// What it is.
    pub kind: FileKind,
    /// Name it came under.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// What changed.
    pub note: String,
    /// Who brought it.
    pub brought_by: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// What a document is said to be.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Folder.
    pub folder: &'a str,
    /// Title.
    pub title: &'a str,
    /// One of [`KINDS`].
    pub kind: &'a str,
    /// Division; empty for everywhere.
    pub territory: &'a str,
    /// Partner; empty for none.
    pub partner: &'a str,
}

/// A file that was kept (`qudao_platform::files::keep`).
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    /// SHA-256 of the content.
    pub sha256: &'a str,
    /// What it is.
    pub kind: FileKind,
    /// Name it came under.
    pub name: &'a str,
    /// Size.
    pub bytes: u64,
    /// What changed.
    pub note: &'a str,
    /// Its words.
    pub words: &'a str,
}

/// Adds a document with its first file. The same request twice is one document.
///
/// # Errors
/// `BadInput documents.title`, `documents.kind`, `documents.note`; `NotFound documents.folder.none`; `Conflict platform.keys.other_body`.
pub async fn add(db: &Db, who: &str, key: &str, about: About<'_>, file: Brought<'_>) -> Result<Done<String>, Refusal> {
    let title = checked(&about, file.note)?;
    write_tx!(db, |tx| {
        let body = json!([about.folder, title, about.kind, about.territory, about.partner, file.sha256, file.name, file.note]).to_string();
        let claim = match keys::begin(tx, &format!("document:{who}"), key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        there(tx, about.folder).await?;
        let id = format!("doc_{}", &Fields::new().text(who).text(key).text(&body).finish()[..20]);
        let sql = "insert into document (id, folder, title, kind, territory, partner, archived, version, files, created_by, created_us, changed_by, changed_us)
                   values ($1, $2, $3, $4, $5, $6, 0, 1, 1, $7, $8, $7, $8)";
        tx.execute(sql, args![&id, about.folder, &title, about.kind, about.territory, about.partner, who, tx.now_us()]).await?;
        put(tx, who, &id, 1, file).await?;
        tx.audit(
            Entry::new(who, "document.create", "document", &id)
                .after(json!({ "title": title, "file": file.name, "sha256": file.sha256 }).to_string()),
        );
        claim.finish(tx, id).await
    })
}

/// Adds the next file of a document; `version` is the one seen.
///
/// # Errors
/// `NotFound documents.none`; `Conflict documents.archived`, `documents.same` for the file it has already, `platform.db.stale`.
pub async fn renew(db: &Db, who: &str, id: &str, version: u32, file: Brought<'_>) -> Result<(), Refusal> {
    noted(file.note)?;
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        if before.archived {
            return Err(archived());
        }
        if files(tx, id).await?.first().is_some_and(|newest| newest.sha256 == file.sha256) {
            return Err(Refusal::new(Kind::Conflict, "documents.same", "与当前版本内容相同；无需上传", "this is the file it has already"));
        }
        let sql =
            "update document set files = files + 1, version = version + 1, changed_by = $3, changed_us = $4 where id = $1 and version = $2";
        tx.execute_versioned("document", id, sql, args![id, version, who, tx.now_us()]).await?;
        let number = before.files + 1;
        put(tx, who, id, number, file).await?;
        let after = json!({ "number": number, "file": file.name, "sha256": file.sha256 });
        tx.audit(Entry::new(who, "document.renew", "document", id).after(after.to_string()).reason(file.note));
        Ok(())
    })
}

async fn put(tx: &mut Tx, who: &str, id: &str, number: u32, file: Brought<'_>) -> Result<(), Refusal> {
    let sql = "insert into document_file (document, number, sha256, kind, name, bytes, note, words, brought_by, at_us)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let bytes = i64::try_from(file.bytes).unwrap_or(i64::MAX);
    let words = file.words.replace('\0', " ").to_lowercase();
    tx.execute(sql, args![id, number, file.sha256, file.kind.name(), file.name, bytes, file.note, words, who, tx.now_us()]).await.map(drop)
}

/// Says anew what a document is; `version` is the one seen.
///
/// # Errors
/// As [`add`]; `NotFound documents.none`; `Conflict documents.archived`, `platform.db.stale`.
pub async fn change(db: &Db, who: &str, id: &str, version: u32, about: About<'_>) -> Result<(), Refusal> {
    let title = checked(&about, "")?;
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        if before.archived {
            return Err(archived());
        }
        there(tx, about.folder).await?;
        let sql = "update document set folder = $3, title = $4, kind = $5, territory = $6, partner = $7, version = version + 1, changed_by = $8, changed_us = $9
                   where id = $1 and version = $2";
        let now = tx.now_us();
        tx.execute_versioned(
            "document",
            id,
            sql,
            args![id, version, about.folder, &title, about.kind, about.territory, about.partner, who, now],
        )
        .await?;
        let after = said(about.folder, &title, about.kind, about.territory, about.partner);
        let was = said(&before.folder, &before.title, &before.kind, &before.territory, &before.partner);
        tx.audit(Entry::new(who, "document.change", "document", id).before(was.to_string()).after(after.to_string()));
        Ok(())
    })
}

/// Puts a document away, or brings it back; `version` is the one seen.
///
/// # Errors
/// `NotFound documents.none`; `Conflict documents.archived` for one that is so already, `platform.db.stale`.
pub async fn archive(db: &Db, who: &str, id: &str, version: u32, away: bool, reason: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        if get(tx, id).await?.archived == away {
            return Err(archived());
        }
        let sql =
            "update document set archived = $3, version = version + 1, changed_by = $4, changed_us = $5 where id = $1 and version = $2";
        tx.execute_versioned("document", id, sql, args![id, version, away, who, tx.now_us()]).await?;
        let action = if away { "document.archive" } else { "document.restore" };
        tx.audit(Entry::new(who, action, "document", id).reason(reason));
        Ok(())
    })
}

fn said(folder: &str, title: &str, kind: &str, territory: &str, partner: &str) -> Value {
    json!({ "folder": folder, "title": title, "kind": kind, "territory": territory, "partner": partner })
}

fn checked(about: &About<'_>, note: &str) -> Result<String, Refusal> {
    noted(note)?;
    if !KINDS.contains(&about.kind) {
        return Err(Refusal::bad_input("documents.kind", "请选择文档类型", "choose what kind of document it is"));
    }
    titled(about.title)
}

fn noted(note: &str) -> Result<(), Refusal> {
    if note.chars().count() <= MOST_NOTE {
        return Ok(());
    }
    Err(Refusal::bad_input("documents.note", format!("说明最多 {MOST_NOTE} 字"), format!("a note has at most {MOST_NOTE} characters")))
}

async fn there(tx: &mut Tx, folder: &str) -> Result<(), Refusal> {
    let found = tx.query_opt("select id from document_folder where id = $1", args![folder]).await?;
    found.map(drop).ok_or_else(folders::none)
}

/// A document.
///
/// # Errors
/// `NotFound documents.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Document, Refusal> {
    let row = tx.query_opt("select * from document where id = $1", args![id]).await?;
    row.map(|row| of_row(&row)).transpose()?.ok_or_else(none)
}

/// All documents, the last changed first. There are thousands of them at most; rights and search are decided over all.
///
/// # Errors
/// The database does not answer.
pub async fn all(tx: &mut Tx) -> Result<Vec<Document>, Refusal> {
    tx.query("select * from document order by changed_us desc, id", args![]).await?.iter().map(of_row).collect()
}

/// The files of a document, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn files(tx: &mut Tx, id: &str) -> Result<Vec<DocumentFile>, Refusal> {
    let sql =
        "select number, sha256, kind, name, bytes, note, brought_by, at_us from document_file where document = $1 order by number desc";
    let of = |row: &Row| {
        Ok(DocumentFile {
            number: row.count("number")?,
            sha256: row.string("sha256")?,
            kind: row.parse("kind")?,
            name: row.string("name")?,
            bytes: u64::try_from(row.int("bytes")?).unwrap_or(0),
            note: row.string("note")?,
            brought_by: row.string("brought_by")?,
            at_us: row.int("at_us")?,
        })
    };
    tx.query(sql, args![id]).await?.iter().map(of).collect()
}

fn of_row(row: &Row) -> Result<Document, Refusal> {
    Ok(Document {
        id: row.string("id")?,
        folder: row.string("folder")?,
        title: row.string("title")?,
        kind: row.string("kind")?,
        territory: row.string("territory")?,
        partner: row.string("partner")?,
        archived: row.flag("archived")?,
        version: row.count("version")?,
        files: row.count("files")?,
        created_by: row.string("created_by")?,
        created_us: row.int("created_us")?,
        changed_by: row.string("changed_by")?,
        changed_us: row.int("changed_us")?,
    })
}

/// As good as none: what is not there, and what one may not see.
pub fn none() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "documents.none",
        "没有这份文档，或不在您的权限范围内",
        "there is no such document, or it is not within your reach",
    )
}

fn archived() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "documents.archived",
        "文档已归档或已恢复；请刷新后再操作",
        "the document was archived or brought back; reload the page and try again",
    )
}
