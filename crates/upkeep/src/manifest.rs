//! What a backup says of itself: totals in `manifest.json`, the hash of every file in `SHA256SUMS`.

use crate::files::{Copied, unreadable, unwritable};
use crate::totals::Totals;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::DbKind;
use qudao_platform::hash::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Name of the totals.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Name of the list of hashes, in the form `sha256sum` writes and reads.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// Folder of the home's files.
pub(crate) const HOME: &str = "home";
/// Changes when a backup is laid out in another way.
const FORMAT: u32 = 1;

/// Which database was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// `database.sqlite`: a database file.
    Sqlite,
    /// `database.pgdump`: what `pg_dump --format=custom` wrote.
    Postgres,
}

impl Database {
    /// Name of its file.
    pub const fn file(self) -> &'static str {
        match self {
            Database::Sqlite => "database.sqlite",
            Database::Postgres => "database.pgdump",
        }
    }

    pub(crate) const fn of(kind: DbKind) -> Self {
        match kind {
            DbKind::Sqlite => Database::Sqlite,
            DbKind::Postgres => Database::Postgres,
        }
    }

    /// The name people use.
    pub const fn name(self) -> &'static str {
        match self {
            Database::Sqlite => DbKind::Sqlite.name(),
            Database::Postgres => DbKind::Postgres.name(),
        }
    }
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout of the folder.
    pub format: u32,
    /// Version of the program that took it.
    pub program: String,
    /// When it was begun, microseconds since 1970 by the house's clock.
    pub taken_us: i64,
    /// Which database.
    pub database: Database,
    /// Files, the manifest and the list of hashes aside.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was counted.
    pub totals: Totals,
}

/// Hashes by path, relative to the backup.
pub(crate) type Sums = BTreeMap<String, String>;

impl Manifest {
    pub(crate) fn new(program: &str, taken_us: i64, database: Database, files: &BTreeMap<String, Copied>, totals: Totals) -> Self {
        let bytes = files.values().map(|file| file.bytes).sum();
        Self { format: FORMAT, program: program.to_owned(), taken_us, database, files: files.len() as u64, bytes, totals }
    }

    /// Writes manifest and list of hashes into a backup's folder.
    pub(crate) fn write(&self, folder: &Path, files: &BTreeMap<String, Copied>) -> Result<(), Refusal> {
        let path = folder.join(MANIFEST);
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| unwritable(&path, &error))?;
        bytes.push(b'\n');
        put(&path, &bytes)?;
        let mut list = format!("{}  {MANIFEST}\n", sha256(&bytes));
        list.extend(files.iter().flat_map(|(name, file)| [file.sha256.as_str(), "  ", name.as_str(), "\n"]));
        put(&folder.join(SUMS), list.as_bytes())
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// `NotFound upkeep.backup.none`; `BadInput upkeep.backup.format` for another layout or a file that is no manifest.
    pub(crate) fn read(folder: &Path) -> Result<Self, Refusal> {
        let path = folder.join(MANIFEST);
        if !path.is_file() || !folder.join(SUMS).is_file() {
            let name = folder.display();
            return Err(Refusal::new(
                Kind::NotFound,
                "upkeep.backup.none",
                format!("{name} 不是备份，或备份没有完成（缺 {MANIFEST} 或 {SUMS}）；请检查路径"),
                format!("{name} is no backup, or one that was not finished (it lacks {MANIFEST} or {SUMS}); check the path"),
            ));
        }
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let read: Result<Self, _> = serde_json::from_slice(&bytes);
        read.map_err(|error| error.to_string()).and_then(Self::of_this_format).map_err(|why| {
            let name = path.display();
            Refusal::bad_input(
                "upkeep.backup.format",
                format!("{name} 无法识别：{why}；文件已损坏，或由其他版本生成，请用生成它的版本"),
                format!("{name} cannot be read: {why}; it is damaged, or of another version: use the version that wrote it"),
            )
        })
    }

    fn of_this_format(self) -> Result<Self, String> {
        if self.format == FORMAT { Ok(self) } else { Err(format!("format {}", self.format)) }
    }
}

/// Reads the list of hashes. What is no line of one is under its own text, so that it is told as a file that is missing.
pub(crate) fn sums(folder: &Path) -> Result<Sums, Refusal> {
    let path = folder.join(SUMS);
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    let line = |line: &str| match line.split_once("  ") {
        Some((hash, name)) => (name.to_owned(), hash.to_owned()),
        None => (line.to_owned(), String::new()),
    };
    Ok(text.lines().map(line).collect())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let write = || {
        let mut file = std::fs::File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error: std::io::Error| unwritable(path, &error))
}
