//! A house put back from a backup, into an empty home and an empty database.

use crate::files::{self, Far, STAGING, make_folder, must_be_empty, settle, unreadable, unwritable};
use crate::house::House;
use crate::manifest::{Database, HOME, MANIFEST, Manifest, SUMS, sums};
use crate::totals::Totals;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::{Db, must_be_empty as database_must_be_empty, read_sqlite, restore_postgres};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Puts a backup back and compares it with its manifest: hashes of all files, ledger totals, audit chain, rows of every table. Reads and writes files:
/// call it where blocking is allowed.
///
/// Files lie in a folder `.restore-part` of the home until everything was found equal, and get their places then, the database last. A crash
/// before that leaves this folder, and a home that is refused as not empty.
///
/// # Errors
/// `Conflict upkeep.home.not_empty`, `platform.db.not_empty`, `upkeep.restore.other_database`; `Conflict upkeep.backup.changed` where a file is not
/// the one that was backed up, `upkeep.restore.unequal` where totals differ: the home is empty again then; `NotFound upkeep.backup.none`;
/// `BadInput upkeep.backup.format`; those of the database and of files.
pub async fn restore(from: &Path, house: &House, far: Far<'_>) -> Result<Manifest, Refusal> {
    let manifest = Manifest::read(from)?;
    let wanted = if house.file().is_some() { Database::Sqlite } else { Database::Postgres };
    if wanted != manifest.database {
        let (kept, asked) = (manifest.database.name(), wanted.name());
        return Err(Refusal::new(
            Kind::Conflict,
            "upkeep.restore.other_database",
            format!("备份来自 {kept}，不能恢复到 {asked}；请用 --db 指定一个空的 {kept} 数据库"),
            format!("the backup is of {kept} and cannot go into {asked}; name an empty {kept} database with --db"),
        ));
    }
    must_be_empty(&house.home)?;
    let served = open_empty(house).await?;
    let staging = house.home.join(STAGING);
    make_folder(&staging)?;
    let done = put(from, house, &manifest, served.as_ref(), &staging, far).await;
    if let Some(db) = served {
        db.close().await;
    }
    if let Err(refusal) = done {
        // The home is empty again; where that fails, the next attempt says so.
        let _ = std::fs::remove_dir_all(&staging);
        return Err(refusal);
    }
    Ok(manifest)
}

/// The server's database, which must be empty; none for a file, which must not be there.
async fn open_empty(house: &House) -> Result<Option<Db>, Refusal> {
    match house.file() {
        None => {
            let db = Db::open(&house.url).await?;
            database_must_be_empty(&db).await?;
            Ok(Some(db))
        }
        Some(file) if file.exists() => {
            let name = file.display();
            Err(Refusal::new(
                Kind::Conflict,
                "platform.db.not_empty",
                format!("数据库文件 {name} 已存在；请换一个，不会覆盖已有内容"),
                format!("the database file {name} is there already; name another, nothing is overwritten"),
            ))
        }
        Some(_) => Ok(None),
    }
}

async fn put(from: &Path, house: &House, manifest: &Manifest, db: Option<&Db>, staging: &Path, far: Far<'_>) -> Result<(), Refusal> {
    copy_files(from, manifest, staging, far)?;
    let dump = staging.join(manifest.database.file());
    let totals = match db {
        Some(db) => {
            restore_postgres(db, &house.url, &dump).await?;
            Totals::of(&mut db.read().await?, &staging.join(HOME)).await?
        }
        None => Totals::of(&mut read_sqlite(&dump, manifest.taken_us).await?, &staging.join(HOME)).await?,
    };
    let differing = totals.differing(&manifest.totals);
    if !differing.is_empty() {
        let names = differing.join(", ");
        return Err(Refusal::new(
            Kind::Conflict,
            "upkeep.restore.unequal",
            format!("恢复后的合计与清单不符：{names}；未采用，请用另一份备份（PostgreSQL 请先删除该数据库）"),
            format!(
                "totals after the restore are not those of the manifest: {names}; it was not taken; use another backup (and drop the PostgreSQL database first)"
            ),
        ));
    }
    take_places(house, staging, &dump)
}

/// Copies every listed file below the staging folder, and refuses the first that is not the one that was backed up.
fn copy_files(from: &Path, manifest: &Manifest, staging: &Path, far: Far<'_>) -> Result<(), Refusal> {
    let listed = sums(from)?;
    if listed.len() as u64 != manifest.files + 1 {
        return Err(changed(SUMS));
    }
    make_folder(&staging.join(HOME))?;
    let mut done = 0;
    for (path, hash) in &listed {
        let copied = if path == MANIFEST { files::hash(&from.join(path))? } else { files::copy(&from.join(path), &staging.join(path))? };
        let copied = copied.filter(|copied| copied.sha256 == *hash).ok_or_else(|| changed(path))?;
        done += copied.bytes;
        far(done.min(manifest.bytes), manifest.bytes);
    }
    Ok(())
}

fn changed(path: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "upkeep.backup.changed",
        format!("备份中的 {path} 缺失或与备份时不同；未恢复任何内容，请用另一份备份"),
        format!("{path} of the backup is missing or not what was backed up; nothing was restored, use another backup"),
    )
}

/// Gives the files of a restored home their places, the database last.
fn take_places(house: &House, staging: &Path, dump: &Path) -> Result<(), Refusal> {
    let kept = staging.join(HOME);
    for entry in std::fs::read_dir(&kept).map_err(|error| unreadable(&kept, &error))? {
        let entry = entry.map_err(|error| unreadable(&kept, &error))?;
        let to = house.home.join(entry.file_name());
        std::fs::rename(entry.path(), &to).map_err(|error| unwritable(&to, &error))?;
    }
    if let Some(file) = house.file() {
        move_file(dump, file)?;
    }
    std::fs::remove_dir_all(staging).map_err(|error| unwritable(staging, &error))?;
    settle(&house.home)
}

/// Moves a file, to another disk as well.
fn move_file(from: &Path, to: &Path) -> Result<(), Refusal> {
    if let Some(above) = to.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above)?;
    }
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let mut part = to.as_os_str().to_owned();
            part.push(".part");
            let part = PathBuf::from(part);
            files::copy(from, &part)?;
            std::fs::rename(&part, to).map_err(|error| unwritable(to, &error))
        }
        moved => moved.map_err(|error| unwritable(to, &error)),
    }
}
