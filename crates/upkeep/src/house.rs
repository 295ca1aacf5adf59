//! Which folder and which database belong together.

use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::{Db, Durability, sqlite_file};
use qudao_platform::{Clock, SystemClock};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the SQLite file in the home where no other database is named.
pub const DATABASE: &str = "qudao.db";

/// A folder and its database.
#[derive(Debug, Clone)]
pub struct House {
    /// The folder, as `qudao serve --home` has it.
    pub home: PathBuf,
    /// Address of the database, as `--db` has it.
    pub url: String,
}

impl House {
    /// The house of a folder; the database is a file in it where none is named.
    pub fn new(home: &Path, url: Option<&str>) -> Self {
        let own = || format!("sqlite:{}", home.join(DATABASE).display());
        Self { home: home.to_owned(), url: url.map_or_else(own, str::to_owned) }
    }

    /// The SQLite file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        sqlite_file(&self.url)
    }

    /// Opens the database if there is one, and makes none.
    ///
    /// # Errors
    /// `NotFound upkeep.home.none`, `upkeep.database.none`; `Unavailable` if the database does not answer.
    pub async fn open(&self) -> Result<Db, Refusal> {
        self.open_with(Arc::new(SystemClock)).await
    }

    /// The same with another clock: a demo lives on a day of its own.
    ///
    /// # Errors
    /// As [`House::open`].
    pub async fn open_with(&self, clock: Arc<dyn Clock>) -> Result<Db, Refusal> {
        if !self.home.is_dir() {
            let name = self.home.display();
            return Err(Refusal::new(
                Kind::NotFound,
                "upkeep.home.none",
                format!("没有文件夹 {name}；请检查 --home"),
                format!("there is no folder {name}; check --home"),
            ));
        }
        if let Some(file) = self.file().filter(|file| !file.is_file()) {
            let name = file.display();
            return Err(Refusal::new(
                Kind::NotFound,
                "upkeep.database.none",
                format!("没有数据库文件 {name}；请检查 --home，使用其他数据库时加 --db"),
                format!("there is no database file {name}; check --home, and name another database with --db"),
            ));
        }
        Db::open_with(&self.url, clock, Durability::Full).await
    }
}
