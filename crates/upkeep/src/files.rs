//! The files of a home: which belong into a backup, copied and hashed in one pass.

use crate::house::{DATABASE, House};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::hash::sha256_of;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;

/// Is told how many bytes are done, of how many.
pub type Far<'f> = &'f (dyn Fn(u64, u64) + Sync);

/// The ledger's file.
pub(crate) const LEDGER: &str = "ledger.jsonl";
/// States of the fact store, each naming the files it consists of.
const SNAPSHOTS: &str = "facts/_snapshots";
/// What is counted again from the facts when it is missing.
const DERIVED: &str = "facts/_rollups";
/// Where a restore puts files before they are known to be right.
pub(crate) const STAGING: &str = ".restore-part";
/// Folders in folders, at most: a link that leads back to its own folder would go on for ever.
const DEEPEST: usize = 24;

/// The refusal of a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &dyn Display) -> Refusal {
    let name = path.display();
    Refusal::unavailable(
        "upkeep.file.unreadable",
        format!("无法读取 {name}：{error}；请检查路径和权限"),
        format!("cannot read {name}: {error}; check path and permissions"),
    )
}

/// The refusal of a file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &dyn Display) -> Refusal {
    let name = path.display();
    Refusal::unavailable(
        "upkeep.file.unwritable",
        format!("无法写入 {name}：{error}；请检查磁盘空间和权限"),
        format!("cannot write {name}: {error}; check disk space and permissions"),
    )
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Refusal> {
    std::fs::create_dir_all(path).map_err(|error| unwritable(path, &error))
}

/// Paths of the files of a home that belong into a backup, relative to it, in the order in which they are to be copied. Reads folders.
///
/// # Errors
/// `Unavailable upkeep.file.unreadable`; `BadInput upkeep.file.name`, `upkeep.file.deep`.
pub(crate) fn of_home(house: &House) -> Result<Vec<String>, Refusal> {
    let home = &house.home;
    let mut found = Vec::new();
    if home.join(SNAPSHOTS).is_dir() {
        walk(home, SNAPSHOTS, 0, &mut found)?;
    }
    let snapshots = found.len();
    walk(home, "", 0, &mut found)?;
    // The snapshots of a moment ago count: a newer one may name files that were not there when their folder was looked into.
    let own = house.file().and_then(|file| file.strip_prefix(home).ok()).map(|file| file.to_string_lossy().into_owned());
    let of_database = |path: &str| {
        let bare = ["-wal", "-shm", "-journal"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
        bare == DATABASE || own.as_deref() == Some(bare)
    };
    let mut rest = found.split_off(snapshots);
    rest.retain(|path| !path.starts_with(SNAPSHOTS) && path != LEDGER);
    found.append(&mut rest);
    if home.join(LEDGER).is_file() {
        found.push(LEDGER.to_owned());
    }
    found.retain(|path| !of_database(path));
    Ok(found)
}

/// All files below a folder, relative to `root`. A folder's own files are listed before its folders are looked into.
pub(crate) fn walk(root: &Path, folder: &str, depth: usize, found: &mut Vec<String>) -> Result<(), Refusal> {
    let at = root.join(folder);
    if depth > DEEPEST {
        return Err(bad(&at, "upkeep.file.deep", "文件夹层数过多，可能是指向自身的链接", "is too deep; a link may lead back to itself"));
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&at).map_err(|error| unreadable(&at, &error))? {
        let name = entry.map_err(|error| unreadable(&at, &error))?.file_name();
        let plain = name.to_str().filter(|name| !name.contains(['\n', '\r', '\\']));
        let Some(plain) = plain else {
            return Err(bad(&at.join(&name), "upkeep.file.name", "文件名含有无法记录的字符", "has a name that cannot be written down"));
        };
        names.push(plain.to_owned());
    }
    names.sort();
    let mut folders = Vec::new();
    for name in names {
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        match std::fs::metadata(root.join(&path)) {
            Ok(data) if data.is_dir() => folders.push(path),
            Ok(data) if data.is_file() && !is_part(&path) => found.push(path),
            Ok(_) => {}
            // Somebody put it elsewhere meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&root.join(&path), &error)),
        }
    }
    for folder in folders.iter().filter(|folder| *folder != DERIVED && *folder != STAGING) {
        walk(root, folder, depth + 1, found)?;
    }
    Ok(())
}

/// Whether a file is one that is still being written.
fn is_part(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "part")
}

fn bad(path: &Path, code: &'static str, zh: &str, en: &str) -> Refusal {
    let name = path.display();
    Refusal::bad_input(code, format!("{name} {zh}；请改正后重试"), format!("{name} {en}; correct that and try again"))
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// Reads from one side and writes what it read to the other.
struct Through<R, W> {
    from: R,
    to: W,
}

impl<R: Read, W: Write> Read for Through<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.to.write_all(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

/// Copies a file to where there is none, onto the disk; `None` if it is gone by now. Of the ledger, its whole lines.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<Option<Copied>, Refusal> {
    let source = match File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(from, &error)),
    };
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    let target = File::create_new(to).map_err(|error| unwritable(to, &error))?;
    let whole = if from.file_name().is_some_and(|name| name == LEDGER) { lines_end(from)? } else { u64::MAX };
    let mut through = Through { from: source.take(whole), to: &target };
    let (sha256, bytes) = sha256_of(&mut through).map_err(|error| unwritable(to, &error))?;
    target.sync_all().map_err(|error| unwritable(to, &error))?;
    Ok(Some(Copied { sha256, bytes }))
}

/// Where the last whole line of a file ends: somebody may be writing the next.
fn lines_end(path: &Path) -> Result<u64, Refusal> {
    let mut reader = BufReader::new(File::open(path).map_err(|error| unreadable(path, &error))?);
    let (mut end, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(|error| unreadable(path, &error))?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok(end);
        }
        end += read as u64;
    }
}

/// SHA-256 and size of a file; `None` if there is none.
pub(crate) fn hash(path: &Path) -> Result<Option<Copied>, Refusal> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let (sha256, bytes) = sha256_of(&mut file).map_err(|error| unreadable(path, &error))?;
    Ok(Some(Copied { sha256, bytes }))
}

/// Size of a file; 0 if there is none.
pub(crate) fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}

/// Makes sure that the names in a folder are on the disk.
pub(crate) fn settle(folder: &Path) -> Result<(), Refusal> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| unwritable(folder, &error))
}

/// Whether a folder holds nothing; one that is not there holds nothing.
///
/// # Errors
/// `Conflict upkeep.home.not_empty` if it holds something.
pub(crate) fn must_be_empty(folder: &Path) -> Result<(), Refusal> {
    let first = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let Some(entry) = first else { return Ok(()) };
    let entry = entry.map_err(|error| unreadable(folder, &error))?;
    let (name, there) = (folder.display(), entry.file_name().to_string_lossy().into_owned());
    Err(Refusal::new(
        Kind::Conflict,
        "upkeep.home.not_empty",
        format!("{name} 不是空文件夹（已有 {there}）；请换一个空文件夹，不会覆盖已有内容"),
        format!("{name} is not empty (it holds {there}); name an empty folder, nothing there is overwritten"),
    ))
}
