//! Whether a backup is still what was taken.

use crate::files::{self, Far, walk};
use crate::manifest::{Database, HOME, MANIFEST, Manifest, SUMS, Sums, sums};
use crate::totals::Totals;
use qudao_kernel::{Refusal, Text};
use qudao_platform::db::{list_dump, read_sqlite};
use std::collections::BTreeSet;
use std::path::Path;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// What is wrong, each with the file it is about.
    pub problems: Vec<(String, Text)>,
    /// Whether the database's copy could be read as one; a dump of PostgreSQL cannot where its programs are not installed.
    pub database_read: bool,
}

/// Hashes every file of a backup, and counts its totals again where its database can be read without a server. Reads files: call it where blocking is
/// allowed.
///
/// # Errors
/// `NotFound upkeep.backup.none`, `BadInput upkeep.backup.format`; those of reading files. What is wrong with a file is no refusal but a problem
/// in the answer.
pub async fn verify(folder: &Path, far: Far<'_>) -> Result<Found, Refusal> {
    let manifest = Manifest::read(folder)?;
    let listed = sums(folder)?;
    let mut problems = check_files(folder, &listed, far)?;
    let there = listed.len() as u64;
    if there != manifest.files + 1 {
        let text = Text::new(
            format!("列出 {there} 个文件，备份时是 {} 个", manifest.files + 1),
            format!("lists {there} files; {} were backed up", manifest.files + 1),
        );
        problems.push((SUMS.to_owned(), text));
    }
    let mut database_read = false;
    if problems.is_empty() {
        database_read = check_totals(folder, &manifest, &mut problems).await?;
    }
    Ok(Found { manifest, problems, database_read })
}

/// Compares every file with its hash, and names what is missing or was added.
fn check_files(folder: &Path, listed: &Sums, far: Far<'_>) -> Result<Vec<(String, Text)>, Refusal> {
    let mut problems = Vec::new();
    let all: u64 = listed.keys().map(|path| files::size(&folder.join(path))).sum();
    let mut done = 0;
    for (path, hash) in listed {
        match files::hash(&folder.join(path))? {
            None => problems.push((path.clone(), Text::new("缺失", "is missing"))),
            Some(found) => {
                done += found.bytes;
                far(done, all);
                if found.sha256 != *hash {
                    problems.push((path.clone(), Text::new("内容与备份时不同", "is not what was backed up")));
                }
            }
        }
    }
    let mut present = Vec::new();
    walk(folder, "", 0, &mut present)?;
    let listed: BTreeSet<&str> = listed.keys().map(String::as_str).chain([SUMS]).collect();
    for path in present.into_iter().filter(|path| !listed.contains(path.as_str())) {
        problems.push((path, Text::new("不在清单中", "is not in the list")));
    }
    Ok(problems)
}

/// Counts again what the manifest says; whether the database could be read.
async fn check_totals(folder: &Path, manifest: &Manifest, problems: &mut Vec<(String, Text)>) -> Result<bool, Refusal> {
    let dump = folder.join(manifest.database.file());
    if manifest.database == Database::Postgres {
        return match list_dump(&dump).await {
            Ok(read) => Ok(read),
            Err(refusal) => {
                problems.push((manifest.database.file().to_owned(), refusal.text));
                Ok(false)
            }
        };
    }
    let totals = Totals::of(&mut read_sqlite(&dump, manifest.taken_us).await?, &folder.join(HOME)).await?;
    for name in totals.differing(&manifest.totals) {
        problems.push((MANIFEST.to_owned(), Text::new(format!("{name} 的合计不符"), format!("the totals of {name} do not agree"))));
    }
    Ok(true)
}
