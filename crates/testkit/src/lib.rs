//! For tests only: every store test runs on a SQLite file and on a private PostgreSQL, with a clock the test moves.
//!
//! ```text
//! on_both!(a_stale_version_is_refused);
//! async fn a_stale_version_is_refused(db: TestDb) { … }
//! ```
//!
//! The SQLite file is a copy of a migrated template in a temporary folder. PostgreSQL is started from the installed binaries, in a
//! temporary folder of its own, reachable through a socket there and by nothing else; each test gets a database cloned from a migrated
//! template. A test process starts a server of its own unless the whole run has one ([`Stores`]): where every test is a process, making
//! templates would take longer than the tests. The server ends and its folder disappears with the process that started it, however that
//! ends. A missing PostgreSQL fails the test: a suite that skips one of its databases proves nothing about it.

mod clock;
mod postgres;
mod s3;
mod shared;

pub use clock::ManualClock;
pub use s3::FakeS3;
pub use shared::Stores;

use qudao_platform::db::{Db, Durability};
use std::future::Future;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

/// Makes two tests of an `async fn(TestDb)`: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        $(mod $story {
            #[test]
            fn sqlite() {
                $crate::on_sqlite(super::$story);
            }
            #[test]
            fn postgres() {
                $crate::on_postgres(super::$story);
            }
        })+
    };
}

/// An open, migrated, empty database of one test. Dereferences to [`Db`].
pub struct TestDb {
    db: Db,
    url: String,
    clock: Arc<ManualClock>,
    folder: TempDir,
}

impl TestDb {
    /// The clock this database reads.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// A folder that is gone after the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address, to open the same database again as another process would.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens the same database a second time, with connections of its own.
    pub async fn reopen(&self) -> Db {
        open(&self.url, Arc::clone(&self.clock)).await
    }
}

impl Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

/// Runs a story on a fresh SQLite file.
pub fn on_sqlite<F: Future<Output = ()>>(story: impl FnOnce(TestDb) -> F) {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| match std::env::var_os(shared::SQLITE) {
        Some(file) => std::fs::read(file).expect("the migrated template of the run"),
        None => sqlite_template(),
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("qudao.db");
    std::fs::write(&file, template).expect("a copy of the template");
    run(sqlite_url(&file), folder, story);
}

/// A migrated SQLite database.
fn sqlite_template() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("template.db");
    migrate(&sqlite_url(&file));
    std::fs::read(&file).expect("the migrated template")
}

/// Runs a story on a fresh PostgreSQL database.
///
/// # Panics
/// If PostgreSQL is not installed; the message says what to install.
pub fn on_postgres<F: Future<Output = ()>>(story: impl FnOnce(TestDb) -> F) {
    let database = postgres::fresh_database(migrate);
    run(database.url.clone(), tempfile::tempdir().expect("a temporary folder"), story);
}

/// Runs a future on a runtime with several threads, as the program does.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn run<F: Future<Output = ()>>(url: String, folder: TempDir, story: impl FnOnce(TestDb) -> F) {
    block_on(async {
        let clock = Arc::new(ManualClock::default());
        let db = open(&url, Arc::clone(&clock)).await;
        let closing = db.clone();
        story(TestDb { db, url, clock, folder }).await;
        closing.close().await;
    });
}

async fn open(url: &str, clock: Arc<ManualClock>) -> Db {
    match Db::open_with(url, clock, Durability::None).await {
        Ok(db) => db,
        Err(refusal) => panic!("cannot open {url}: {refusal}"),
    }
}

fn migrate(url: &str) {
    block_on(async {
        let db = open(url, Arc::default()).await;
        if let Err(refusal) = db.migrate().await {
            panic!("cannot migrate {url}: {refusal}");
        }
        db.close().await;
    });
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite:{}", PathBuf::from(file).display())
}
