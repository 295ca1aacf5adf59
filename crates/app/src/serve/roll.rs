//! 档案: the master data of the folder and of the database side by side. Settlement and lists read the folder; what is approved is written in the
//! database. Before something is changed, what somebody put into the folder is taken over; after it, the files of what changed are written anew.
//!
//! A house whose network nothing was ever changed in keeps its files as they are: they are taken over with the first change.

use super::desk::Desk;
use super::life::act;
use super::nodes::PATIENCE;
use super::web::bug;
use crate::say::{unreadable, unwritable};
use qudao_kernel::master::{Agreement, Clerk, Outlet, Partner};
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_network::blacklist;
use qudao_network::files::{Noun, files_of};
use qudao_network::roster::{self, By, Imported, folder};
use qudao_platform::hash::{Fields, sha256_of};
use qudao_platform::sheet::{CsvEncoding, Format};
use qudao_platform::write_tx;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// As whom the audit names what comes from the folder.
const FOLDER: By<'static> = By { who: "qudao", reason: "主数据文件夹" };

/// Held while one side is brought up to the other.
#[derive(Default)]
pub(crate) struct Roll(tokio::sync::Mutex<()>);

/// Files of a noun and the hash over them.
type Side = BTreeMap<Noun, (Vec<PathBuf>, String)>;

/// What the folder has, with a hash over names and contents; nothing where there is none yet.
fn look(dir: &Path) -> Result<Side, Refusal> {
    if !dir.is_dir() {
        return Ok(Side::new());
    }
    let files = match files_of(dir) {
        Ok(files) => files,
        Err(refusal) if refusal.code == "network.master.empty" => return Ok(Side::new()),
        Err(refusal) => return Err(refusal),
    };
    let mut side = Side::new();
    for (noun, paths) in files.into_iter().filter(|(noun, _)| folder::NOUNS.contains(noun)) {
        let sha256 = hash(&paths)?;
        side.insert(noun, (paths, sha256));
    }
    Ok(side)
}

fn hash(paths: &[PathBuf]) -> Result<String, Refusal> {
    let mut fields = Fields::new();
    for path in paths {
        let mut file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
        let (sha256, _) = sha256_of(&mut file).map_err(|error| unreadable(path, &error))?;
        fields = fields.text(&path.file_name().unwrap_or_default().to_string_lossy()).text(&sha256);
    }
    Ok(fields.finish())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))?
}

impl Desk {
    /// Takes over what the folder has and the database has not.
    ///
    /// # Errors
    /// `Conflict serve.roll.wrong` where the folder says what cannot stand: the first of it.
    pub(crate) async fn roll_in(self: &Arc<Self>) -> Result<(), Refusal> {
        let _own = self.roll.0.lock().await;
        let _held = self.hold("roll", PATIENCE).await?;
        let dir = self.home.master();
        let side = blocking(move || look(&dir)).await?;
        let (known, fresh) = {
            let tx = &mut self.db.read().await?;
            let any = tx.query_opt("select code from network_partner limit 1", &[]).await?;
            (folder::written(tx).await?, any.is_none())
        };
        if fresh {
            let hashes = side.into_iter().map(|(noun, (_, sha256))| (noun, sha256)).collect();
            let desk = Arc::clone(self);
            let master = blocking(move || desk.master()).await?;
            return folder::take_over(&self.db, FOLDER.who, &master, &hashes).await;
        }
        for (noun, (paths, sha256)) in side {
            if known.get(&noun).is_some_and(|line| line.sha256 == sha256) {
                continue;
            }
            let imported = match noun {
                Noun::Partner => folder::follow::<Partner>(&self.db, FOLDER, &paths, &sha256).await?,
                Noun::Outlet => folder::follow::<Outlet>(&self.db, FOLDER, &paths, &sha256).await?,
                Noun::Clerk => folder::follow::<Clerk>(&self.db, FOLDER, &paths, &sha256).await?,
                Noun::Agreement => folder::follow::<Agreement>(&self.db, FOLDER, &paths, &sha256).await?,
                Noun::Product => continue,
            };
            refuse(&imported)?;
            if noun == Noun::Partner {
                write_tx!(&self.db, |tx| {
                    let act = act(tx, FOLDER.who, FOLDER.reason).await?;
                    blacklist::uphold(tx, &act).await
                })?;
            }
        }
        Ok(())
    }

    /// Writes the files of what changed since they were written.
    ///
    /// # Errors
    /// A file cannot be written; it is tried again with the next change, and every minute.
    pub(crate) async fn roll_out(self: &Arc<Self>) -> Result<(), Refusal> {
        let _own = self.roll.0.lock().await;
        let _held = self.hold("roll", PATIENCE).await?;
        let dir = self.home.master();
        let mut done = Vec::new();
        {
            let tx = &mut self.db.read().await?;
            for (noun, line) in folder::written(tx).await? {
                if line.changes == line.written {
                    continue;
                }
                std::fs::create_dir_all(&dir).map_err(|error| unwritable(&dir, &error))?;
                let fresh = dir.join(format!("{}.csv.new", noun.stem()));
                let format = Format::Csv(CsvEncoding::Utf8);
                match noun {
                    Noun::Partner => roster::export::<Partner>(tx, &fresh, format, Lang::En, None).await?,
                    Noun::Outlet => roster::export::<Outlet>(tx, &fresh, format, Lang::En, None).await?,
                    Noun::Clerk => roster::export::<Clerk>(tx, &fresh, format, Lang::En, None).await?,
                    Noun::Agreement => roster::export::<Agreement>(tx, &fresh, format, Lang::En, None).await?,
                    Noun::Product => continue,
                };
                done.push((noun, line.changes, fresh));
            }
        }
        for (noun, changes, fresh) in done {
            let dir = dir.clone();
            let sha256 = blocking(move || put(&dir, noun, &fresh)).await?;
            folder::mark(&self.db, noun, changes, &sha256).await?;
        }
        Ok(())
    }

    /// The same after something was done: what cannot be written now is written later, and what was done stays.
    pub(crate) async fn rolled_out(self: &Arc<Self>) {
        if let Err(refusal) = self.roll_out().await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
    }
}

/// Puts a fresh file in the place of those of its noun, which are set aside; the hash over it.
fn put(dir: &Path, noun: Noun, fresh: &Path) -> Result<String, Refusal> {
    let path = dir.join(format!("{}.csv", noun.stem()));
    for old in look(dir)?.remove(&noun).map(|(paths, _)| paths).unwrap_or_default() {
        if old != path {
            let aside = old.with_file_name(format!("{}.before", old.file_name().unwrap_or_default().to_string_lossy()));
            std::fs::rename(&old, &aside).map_err(|error| unwritable(&old, &error))?;
        }
    }
    std::fs::rename(fresh, &path).map_err(|error| unwritable(&path, &error))?;
    hash(&[path])
}

fn refuse(imported: &Imported) -> Result<(), Refusal> {
    if imported.saved {
        return Ok(());
    }
    let told = imported.report.refusal();
    let (zh, en) = told.map(|refusal| (refusal.text.zh, refusal.text.en)).unwrap_or_default();
    Err(Refusal::new(
        Kind::Conflict,
        "serve.roll.wrong",
        format!("主数据文件夹中的文件有误，未能更新档案：{zh}；请先改正文件"),
        format!("files of the master folder are wrong and were not taken over: {en}; correct them first"),
    ))
}
