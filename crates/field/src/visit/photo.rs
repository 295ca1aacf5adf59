//! Photos, each by itself: in parts, under its hash, to be gone on with where the line broke.
//!
//! A part is appended to a file beside the store; when it has its whole length its hash is compared and it moves into the platform's file store. So a
//! photo is there whole or not at all, and sending a part again does nothing.

use super::store::{Came, House, settle};
use super::{State, is_client_id};
use crate::checklist::is_sha256;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::Db;
use qudao_platform::files::{self, FileKind};
use qudao_platform::{args, hash, write_tx};
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The largest photo, and the largest part of one, bytes.
pub const MOST_BYTES: u64 = 8 << 20;
/// The largest part.
pub const MOST_PART: usize = 1 << 20;
/// What a photo or signature may be.
const PICTURES: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Webp];
/// Parts are appended one at a time, so that two lines of one phone do not mix.
static APPENDING: Mutex<()> = Mutex::new(());

/// A part of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The visit.
    pub visit: &'a str,
    /// SHA-256 of the whole photo.
    pub sha256: &'a str,
    /// Length of the whole photo.
    pub total: u64,
    /// Where the part begins.
    pub offset: u64,
    /// The part.
    pub bytes: &'a [u8],
}

/// How far a photo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here: where the next part begins.
    pub received: u64,
    /// Whether it is whole.
    pub whole: bool,
}

fn part_path(folder: &Path, visit: &str, sha256: &str) -> PathBuf {
    folder.join("parts").join(hash::sha256(format!("{visit} {sha256}")))
}

/// How far a photo is, to go on with it. Reads the disk.
///
/// # Errors
/// `BadInput field.photo.id`.
pub fn progress(folder: &Path, visit: &str, sha256: &str) -> Result<Progress, Refusal> {
    named(visit, sha256)?;
    let whole = files::path(folder, sha256).is_file();
    let received = if whole { files::path(folder, sha256) } else { part_path(folder, visit, sha256) };
    Ok(Progress { received: fs::metadata(received).map_or(0, |meta| meta.len()), whole })
}

fn named(visit: &str, sha256: &str) -> Result<(), Refusal> {
    if is_client_id(visit) && is_sha256(sha256) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "field.photo.id",
        "拜访或照片的编号有误；请重新拍摄",
        "the id of the visit or photo is none; take the photo again",
    ))
}

/// Takes a part and says how far the photo is. Writes to the disk: call it where blocking is allowed, then [`arrived`] when it is whole.
///
/// # Errors
/// `BadInput field.photo.id`, `field.photo.size`, `field.photo.damaged`, `platform.files.kind`, `platform.files.pixels`; `Conflict field.photo.offset`, whose
/// sentence says where to go on; `Unavailable field.photo.disk`.
pub fn put(folder: &Path, part: &Part<'_>) -> Result<Progress, Refusal> {
    let Part { visit, sha256, total, offset, bytes } = *part;
    named(visit, sha256)?;
    if total == 0 || total > MOST_BYTES || bytes.len() > MOST_PART || offset.saturating_add(bytes.len() as u64) > total {
        let (photo, piece) = (MOST_BYTES >> 20, MOST_PART >> 20);
        return Err(Refusal::bad_input(
            "field.photo.size",
            format!("照片最大 {photo} MB，每段最大 {piece} MB，且不超过总长；请压缩后重传"),
            format!("a photo has at most {photo} MB, a part at most {piece} MB and lies within it; make it smaller and send it again"),
        ));
    }
    let _one = APPENDING.lock().unwrap_or_else(PoisonError::into_inner);
    let known = progress(folder, visit, sha256)?;
    if known.whole {
        return Ok(known);
    }
    let path = part_path(folder, visit, sha256);
    if offset > known.received {
        return Err(Refusal::new(
            Kind::Conflict,
            "field.photo.offset",
            format!("照片已收到 {} 字节；请从这里继续", known.received),
            format!("{} bytes of the photo are here; go on from there", known.received),
        ));
    }
    let skip = usize::try_from(known.received - offset).unwrap_or(usize::MAX).min(bytes.len());
    let received = known.received + (bytes.len() - skip) as u64;
    append(&path, known.received, &bytes[skip..]).map_err(|error| disk(&error))?;
    if received < total {
        return Ok(Progress { received, whole: false });
    }
    let content = fs::read(&path).map_err(|error| disk(&error))?;
    let outcome = if hash::sha256(&content) == sha256 { files::keep(folder, &content, PICTURES).map(drop) } else { Err(damaged()) };
    // What cannot be kept is begun anew; what was kept is no part any more.
    fs::remove_file(&path).map_err(|error| disk(&error))?;
    outcome.map(|()| Progress { received, whole: true })
}

/// Writes a part behind what is there. By its place: where another server takes the same part meanwhile, both write the same bytes at the same place (R0.42).
fn append(path: &Path, at: u64, bytes: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::OpenOptions::new().create(true).write(true).truncate(false).open(path)?.write_all_at(bytes, at)
}

fn damaged() -> Refusal {
    Refusal::bad_input(
        "field.photo.damaged",
        "照片在传输中损坏；请从头重传，照片仍在手机上",
        "the photo was damaged on its way; send it again from the beginning, the phone keeps it",
    )
}

fn disk(error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "field.photo.disk",
        format!("照片无法保存：{error}；请稍后重试，照片仍在手机上"),
        format!("the photo cannot be kept: {error}; try again later, the phone keeps it"),
    )
}

/// Takes away parts of photos that were begun and not gone on with since an instant, microseconds since 1970. How many there were.
///
/// # Errors
/// `Unavailable field.photo.disk`.
pub fn sweep(folder: &Path, since_us: i64) -> Result<usize, Refusal> {
    let parts = folder.join("parts");
    if !parts.is_dir() {
        return Ok(0);
    }
    let _one = APPENDING.lock().unwrap_or_else(PoisonError::into_inner);
    let clear = || -> std::io::Result<usize> {
        let mut gone = 0;
        for entry in fs::read_dir(parts)? {
            let entry = entry?;
            let touched = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_micros());
            if i64::try_from(touched).unwrap_or(i64::MAX) < since_us {
                fs::remove_file(entry.path())?;
                gone += 1;
            }
        }
        Ok(gone)
    };
    clear().map_err(|error| disk(&error))
}

/// Reads a photo back: its bytes and their media type. Reads the disk.
///
/// # Errors
/// `BadInput platform.files.kind`; `Unavailable platform.files.disk`, `Bug platform.files.changed`.
pub fn read(folder: &Path, sha256: &str) -> Result<(Vec<u8>, &'static str), Refusal> {
    let bytes = files::read(folder, sha256)?;
    let kind = files::look(&bytes, PICTURES)?.kind;
    Ok((bytes, kind.mime()))
}

/// Notes that a photo of a visit is whole; what the visit waits for is counted anew. It may come before its visit.
///
/// # Errors
/// `BadInput field.photo.id`; `NotFound field.photo.none` if the file is not in the store.
pub async fn arrived(db: &Db, house: &House<'_>, folder: &Path, who: &str, visit: &str, sha256: &str) -> Result<Option<State>, Refusal> {
    let known = progress(folder, visit, sha256)?;
    if !known.whole {
        return Err(Refusal::new(
            Kind::NotFound,
            "field.photo.none",
            "照片还没有收完；请继续上传",
            "the photo is not whole yet; go on sending it",
        ));
    }
    write_tx!(db, |tx| {
        let row = tx.query_opt("select manager, state from field_visit where id = $1 {for_update}", args![visit]).await?;
        if row.as_ref().is_some_and(|row| row.text("manager") != Ok(who)) {
            return Err(super::none(visit));
        }
        let sql = "insert into field_photo (visit, sha256, who, bytes, kind, received_us) values ($1, $2, $3, $4, 'picture', $5)
                   on conflict (visit, sha256) do nothing";
        let bytes = i64::try_from(known.received).unwrap_or(i64::MAX);
        let changed = tx.execute(sql, args![visit, sha256, who, bytes, tx.now_us()]).await? > 0;
        match row {
            Some(row) => {
                let state: State = row.parse("state")?;
                let came = Came { changed, late: changed && state == State::Reviewed };
                settle(tx, house, visit, came).await.map(|(visit, _)| Some(visit.state))
            }
            None => Ok(None),
        }
    })
}
