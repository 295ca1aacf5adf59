//! Folders, and who reads what lies in them.

use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

/// Deepest a folder lies.
const DEEPEST: usize = 8;
/// Longest title.
pub(crate) const MOST_TITLE: usize = 120;

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Id.
    pub id: String,
    /// The folder it lies in; none at the top.
    pub parent: Option<String>,
    /// Title.
    pub title: String,
    /// Ids of roles that read it; none: as the folder above says.
    pub readers: Vec<String>,
    /// Version.
    pub version: u32,
}

/// All folders, by id.
pub type Folders = BTreeMap<String, Folder>;

/// All of them.
///
/// # Errors
/// The database does not answer.
pub async fn all(tx: &mut Tx) -> Result<Folders, Refusal> {
    let rows = tx.query("select * from document_folder order by id", args![]).await?;
    rows.iter().map(of_row).map(|folder| folder.map(|folder| (folder.id.clone(), folder))).collect()
}

/// All of them, held until the transaction ends: two moves at once could else put each of two folders into the other.
async fn held(tx: &mut Tx) -> Result<Folders, Refusal> {
    tx.query("select id from document_folder order by id {for_update}", args![]).await?;
    all(tx).await
}

/// A folder and those above it, from itself up.
pub fn chain<'f>(folders: &'f Folders, id: &str) -> Vec<&'f Folder> {
    let up = |folder: &&'f Folder| folder.parent.as_ref().and_then(|parent| folders.get(parent));
    std::iter::successors(folders.get(id), up).take(DEEPEST + 1).collect()
}

/// The roles that read a folder: its own, or those of the nearest above that names any; none means all.
pub fn readers<'f>(folders: &'f Folders, id: &str) -> &'f [String] {
    chain(folders, id).into_iter().find(|folder| !folder.readers.is_empty()).map_or(&[], |folder| &folder.readers)
}

/// Makes a folder. Returns it.
///
/// # Errors
/// `BadInput documents.folder.title`, `documents.folder.deep`; `NotFound documents.folder.none`; `Conflict documents.folder.twin` for a title that is taken.
pub async fn add(db: &Db, who: &str, parent: Option<&str>, title: &str, readers: &[String]) -> Result<Folder, Refusal> {
    let title = titled(title)?;
    write_tx!(db, |tx| {
        let folders = held(tx).await?;
        placed(&folders, None, parent, &title)?;
        let id = format!("fld_{}", &Fields::new().text(parent.unwrap_or("")).text(&title).int(tx.now_us()).finish()[..20]);
        let sql =
            "insert into document_folder (id, parent, title, readers, version, created_by, created_us) values ($1, $2, $3, $4, 1, $5, $6)";
        tx.execute(sql, args![&id, parent, &title, readers.join(" "), who, tx.now_us()]).await?;
        let after = json!({ "title": title, "parent": parent, "readers": readers });
        tx.audit(Entry::new(who, "folder.create", "folder", &id).after(after.to_string()));
        Ok(Folder { id, parent: parent.map(str::to_owned), title: title.clone(), readers: readers.to_vec(), version: 1 })
    })
}

/// Gives a folder another title, place or other readers; `version` is the one seen.
///
/// # Errors
/// As [`add`]; `BadInput documents.folder.circle` for a place inside itself; `Conflict platform.db.stale`.
pub async fn change(
    db: &Db,
    who: &str,
    id: &str,
    version: u32,
    parent: Option<&str>,
    title: &str,
    readers: &[String],
) -> Result<Folder, Refusal> {
    let title = titled(title)?;
    write_tx!(db, |tx| {
        let folders = held(tx).await?;
        let before = folders.get(id).ok_or_else(none)?;
        placed(&folders, Some(id), parent, &title)?;
        let sql = "update document_folder set parent = $3, title = $4, readers = $5, version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("folder", id, sql, args![id, version, parent, &title, readers.join(" ")]).await?;
        let of = |folder: &Folder| json!({ "title": folder.title, "parent": folder.parent, "readers": folder.readers }).to_string();
        let after = Folder {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            title: title.clone(),
            readers: readers.to_vec(),
            version: version + 1,
        };
        tx.audit(Entry::new(who, "folder.change", "folder", id).before(of(before)).after(of(&after)));
        Ok(after)
    })
}

/// How many folders lie one inside the other from this one down, itself included.
fn height(folders: &Folders, id: &str) -> usize {
    let below = |folder: &Folder| chain(folders, &folder.id).iter().position(|above| above.id == id);
    folders.values().filter_map(below).max().map_or(1, |deepest| deepest + 1)
}

fn placed(folders: &Folders, own: Option<&str>, parent: Option<&str>, title: &str) -> Result<(), Refusal> {
    if let Some(parent) = parent {
        let above = chain(folders, parent);
        if above.is_empty() {
            return Err(none());
        }
        if above.iter().any(|folder| Some(folder.id.as_str()) == own) {
            return Err(Refusal::bad_input("documents.folder.circle", "文件夹不能放入自身之内", "a folder cannot lie inside itself"));
        }
        if above.len() + own.map_or(1, |own| height(folders, own)) > DEEPEST {
            return Err(Refusal::bad_input(
                "documents.folder.deep",
                format!("文件夹最多 {DEEPEST} 层"),
                format!("folders lie at most {DEEPEST} deep"),
            ));
        }
    }
    let twin = |folder: &Folder| folder.parent.as_deref() == parent && folder.title == title && Some(folder.id.as_str()) != own;
    if folders.values().any(twin) {
        return Err(Refusal::new(
            Kind::Conflict,
            "documents.folder.twin",
            format!("这里已有文件夹“{title}”"),
            format!("there is a folder {title} here already"),
        ));
    }
    Ok(())
}

pub(crate) fn titled(title: &str) -> Result<String, Refusal> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > MOST_TITLE || title.contains(char::is_control) {
        return Err(Refusal::bad_input(
            "documents.title",
            format!("名称须为 1 至 {MOST_TITLE} 个字"),
            format!("a title has 1 to {MOST_TITLE} characters"),
        ));
    }
    Ok(title.to_owned())
}

fn of_row(row: &Row) -> Result<Folder, Refusal> {
    Ok(Folder {
        id: row.string("id")?,
        parent: row.opt_string("parent")?,
        title: row.string("title")?,
        readers: row.text("readers")?.split_whitespace().map(str::to_owned).collect(),
        version: row.count("version")?,
    })
}

pub(crate) fn none() -> Refusal {
    Refusal::new(Kind::NotFound, "documents.folder.none", "没有这个文件夹", "there is no such folder")
}
