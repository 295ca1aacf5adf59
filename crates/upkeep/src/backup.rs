//! A backup of a house that goes on working.

use crate::files::{self, Far, make_folder, settle, unreadable, unwritable};
use crate::house::House;
use crate::manifest::{Database, HOME, Manifest};
use crate::totals::Totals;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::Db;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Copies a house into a folder that is not there yet, and says what it holds. `program` is the version that does it. Reads and writes files: call it
/// where blocking is allowed.
///
/// Bounds: one file at a time, in constant memory; the database's own copy takes as long as it takes to read it once. A crash leaves a folder
/// whose name ends in `.part` and no backup.
///
/// # Errors
/// `Conflict upkeep.backup.there` where the folder, or what an earlier backup left, is in the way; `BadInput upkeep.backup.inside` for a folder within
/// the home; as [`House::open`], [`Db::copy`]; `Unavailable upkeep.file.unreadable`, `upkeep.file.unwritable`.
pub async fn back_up(db: &Db, house: &House, to: &Path, program: &str, far: Far<'_>) -> Result<Manifest, Refusal> {
    let part = place(house, to)?;
    make_folder(&part)?;
    for_us_alone(&part)?;
    let taken = take(db, house, &part, program, far).await;
    let manifest = match taken {
        Ok(manifest) => manifest,
        Err(refusal) => {
            // What was begun is of no use; where it cannot be removed either, the next backup names it.
            let _ = std::fs::remove_dir_all(&part);
            return Err(refusal);
        }
    };
    std::fs::rename(&part, to).map_err(|error| unwritable(to, &error))?;
    if let Some(above) = to.parent().filter(|above| !above.as_os_str().is_empty()) {
        settle(above)?;
    }
    Ok(manifest)
}

/// A backup holds what the house keeps from most people.
#[cfg(unix)]
fn for_us_alone(folder: &Path) -> Result<(), Refusal> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(|error| unwritable(folder, &error))
}

/// Other systems give a folder the rights of the one it is in.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same call everywhere")]
fn for_us_alone(_: &Path) -> Result<(), Refusal> {
    Ok(())
}

/// Where the backup is written before it has its name.
fn place(house: &House, to: &Path) -> Result<PathBuf, Refusal> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    for there in [to, &part] {
        if there.exists() {
            let name = there.display();
            return Err(Refusal::new(
                Kind::Conflict,
                "upkeep.backup.there",
                format!("{name} 已存在；请换一个文件夹，以 .part 结尾的是中断的备份，可以删除"),
                format!(
                    "{name} is there already; name another folder; one that ends in .part is a backup that was broken off and may be removed"
                ),
            ));
        }
    }
    let home = house.home.canonicalize().map_err(|error| unreadable(&house.home, &error))?;
    let above = to.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(above)?;
    if above.canonicalize().map_err(|error| unreadable(above, &error))?.starts_with(&home) {
        return Err(Refusal::bad_input(
            "upkeep.backup.inside",
            "备份不能放在工作文件夹里；请放到别的磁盘上",
            "a backup cannot lie within the home; put it on another disk",
        ));
    }
    Ok(part)
}

async fn take(db: &Db, house: &House, part: &Path, program: &str, far: Far<'_>) -> Result<Manifest, Refusal> {
    let database = Database::of(db.kind());
    let taken_us = db.now_us();
    let dump = part.join(database.file());
    let counted = Totals::of_database(&mut db.copy(&house.url, &dump).await?).await?;
    let mut kept = BTreeMap::new();
    if let Some(copied) = files::hash(&dump)? {
        kept.insert(database.file().to_owned(), copied);
    }
    let home = part.join(HOME);
    make_folder(&home)?;
    let paths = files::of_home(house)?;
    let all: u64 = paths.iter().map(|path| files::size(&house.home.join(path))).sum();
    let mut done = 0;
    for path in paths {
        if let Some(copied) = files::copy(&house.home.join(&path), &home.join(&path))? {
            done += copied.bytes;
            far(done.min(all), all);
            kept.insert(format!("{HOME}/{path}"), copied);
        }
    }
    let manifest = Manifest::new(program, taken_us, database, &kept, counted.with_files(&home)?);
    manifest.write(part, &kept)?;
    settle(part)?;
    Ok(manifest)
}
