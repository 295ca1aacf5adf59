//! Files people bring, kept in a folder under their hash (R0.15). What a file is, its content says and not its name; a picture is bounded in
//! pixels as well as in bytes.
//!
//! Invariant: a file stands under its hash only when it is whole; what is read back is what was brought.

mod content;
mod text;

#[cfg(test)]
mod tests;

pub use content::{Content, DOCUMENTS, FileKind, PAPERS, look};
pub use text::words;

use crate::hash;
use qudao_kernel::{Kind, Refusal};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest name that is kept.
const MOST_NAME: usize = 120;
/// Numbers the parts this program writes.
static PARTS: AtomicU64 = AtomicU64::new(0);

/// Where a content is kept.
pub fn path(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(sha256.get(..2).unwrap_or("00")).join(sha256)
}

/// The name a file came under, without what could leave a folder or upset a terminal.
pub fn plain_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(MOST_NAME).collect()
}

/// Keeps a file, if it is of a kind that is taken; what it is, and its SHA-256. Writes to the disk: call it where blocking is allowed.
///
/// # Errors
/// `BadInput platform.files.kind`, `platform.files.pixels` as [`look`]; `Unavailable platform.files.disk`.
pub fn keep(folder: &Path, bytes: &[u8], taken: &[FileKind]) -> Result<(Content, String), Refusal> {
    let content = look(bytes, taken)?;
    let sha256 = hash::sha256(bytes);
    let path = path(folder, &sha256);
    if !path.is_file() {
        let put = || {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            // Two may bring the same file at once: each writes a part of its own, and either's is whole on the disk before it has the name.
            let part = path.with_extension(format!("{}-{}.part", std::process::id(), PARTS.fetch_add(1, Ordering::Relaxed)));
            let mut file = std::fs::File::create_new(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&part, &path)
        };
        put().map_err(|error: std::io::Error| disk(&error))?;
    }
    Ok((content, sha256))
}

/// Reads a content back, and shows that it is the one that was brought.
///
/// # Errors
/// `Unavailable platform.files.disk`, `Bug platform.files.changed`.
pub fn read(folder: &Path, sha256: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = std::fs::read(path(folder, sha256)).map_err(|error| disk(&error))?;
    if hash::sha256(&bytes) == sha256 {
        return Ok(bytes);
    }
    Err(Refusal::new(
        Kind::Bug,
        "platform.files.changed",
        format!("文件 {sha256} 与上传时不同；请联系管理员"),
        format!("the file {sha256} is not the one that was brought; tell an administrator"),
    ))
}

fn disk(error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "platform.files.disk",
        format!("文件无法读写：{error}；请稍后重试"),
        format!("a file cannot be read or written: {error}; try again later"),
    )
}
