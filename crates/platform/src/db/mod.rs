//! SQLite by default, PostgreSQL when many work at once: one code path, one SQL text with `$1` placeholders.
//!
//! Invariants
//! - The pools are private: a store function gets a [`Tx`] and cannot check out a second connection while one is open.
//! - [`write_tx!`](crate::write_tx) begins IMMEDIATE on SQLite (one writer connection, so nobody fails half-way on a lock) and READ COMMITTED
//!   on PostgreSQL, where a read-then-write locks its row with `{for_update}` or checks a version
//!   ([`Tx::execute_versioned`]). Its block can run more than once: busy and serialisation errors are retried a bounded
//!   number of times, so it must not change anything but the database.
//! - [`Db::read`] sees one consistent state and cannot write.

mod copy;
mod dialect;
mod driver;
mod fault;
mod migrate;
mod tx;
mod value;

pub use copy::{list_dump, must_be_empty, read_sqlite, restore_postgres, rows, sqlite_file, tables};
pub use dialect::DbKind;
pub use migrate::{Migrated, Migration, Schema, schema, steps};
pub use tx::Tx;
pub use value::{Row, Value};

use crate::clock::{Clock, SystemClock};
use fault::Fault;
use qudao_kernel::Refusal;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tx::Inner;

/// How often a transaction is begun before the caller hears that the database is busy.
const MAX_ATTEMPTS: u32 = 8;
/// How long SQLite waits for another process's lock, and a caller for a connection.
const PATIENCE: Duration = Duration::from_secs(30);
const SQLITE_READERS: u32 = 8;

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    clock: Arc<dyn Clock>,
}

#[derive(Clone)]
enum Pools {
    Sqlite { writer: sqlx::SqlitePool, readers: sqlx::SqlitePool },
    Postgres(sqlx::PgPool),
}

/// What the sessions of a PostgreSQL may take. SQLite, which has one writer in this very process, knows none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections of this process at most.
    pub connections: u32,
    /// Longest a statement may run; zero for as long as it takes.
    pub statement: Duration,
    /// Longest a transaction may do nothing; zero for as long as it likes.
    pub idle: Duration,
    /// Longest a statement may wait for what others hold; zero for as long as it takes.
    pub lock: Duration,
}

impl Default for Limits {
    /// Those of a command that somebody waits for: nothing ends it but the database.
    fn default() -> Self {
        Self { connections: 16, statement: Duration::ZERO, idle: Duration::ZERO, lock: Duration::ZERO }
    }
}

impl Limits {
    /// Names and values of the session's settings.
    fn settings(&self) -> [(&'static str, u128); 3] {
        [
            ("statement_timeout", self.statement.as_millis()),
            ("idle_in_transaction_session_timeout", self.idle.as_millis()),
            ("lock_timeout", self.lock.as_millis()),
        ]
    }
}

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A committed transaction survives a power failure.
    Full,
    /// Fast and unsafe; for throw-away databases of tests.
    None,
}

impl Db {
    /// Opens `sqlite:data/qudao.db` (created if missing) or `postgres://user@host/database`. Does not migrate.
    ///
    /// # Errors
    /// `BadInput` for another kind of address, `Unavailable` if the database does not answer.
    pub async fn open(url: &str) -> Result<Db, Refusal> {
        Db::open_with(url, Arc::new(SystemClock), Durability::Full).await
    }

    /// Opens with another clock and durability.
    pub async fn open_with(url: &str, clock: Arc<dyn Clock>, durability: Durability) -> Result<Db, Refusal> {
        Db::open_within(url, clock, durability, Limits::default()).await
    }

    /// Opens within limits, as a server does that many people share.
    pub async fn open_within(url: &str, clock: Arc<dyn Clock>, durability: Durability, limits: Limits) -> Result<Db, Refusal> {
        let pools = if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(path.strip_prefix("//").unwrap_or(path), durability).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, limits).await?
        } else {
            return Err(Refusal::bad_input(
                "platform.db.address",
                "数据库地址须为 sqlite:路径 或 postgres://用户@主机/库名;请修改配置",
                "a database address is sqlite:PATH or postgres://USER@HOST/DATABASE; change the configuration",
            ));
        };
        Ok(Db { pools, clock })
    }

    /// Which database this is.
    pub fn kind(&self) -> DbKind {
        match self.pools {
            Pools::Sqlite { .. } => DbKind::Sqlite,
            Pools::Postgres(_) => DbKind::Postgres,
        }
    }

    /// Now, by this database's clock, microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.clock.now_us()
    }

    /// Brings the schema to the newest version. Two programs that start together migrate once; a failed step leaves nothing.
    ///
    /// # Errors
    /// `Conflict` if a step was edited after it was applied, or if the database knows steps this program does not.
    pub async fn migrate(&self) -> Result<Migrated, Refusal> {
        migrate::run(self, migrate::EMBEDDED).await
    }

    /// The same with a list of migrations other than the embedded one.
    pub async fn migrate_with(&self, migrations: &[Migration]) -> Result<Migrated, Refusal> {
        migrate::run(self, migrations).await
    }

    /// Begins a read-only transaction that sees one state of the database throughout. It ends when it is dropped.
    pub async fn read(&self) -> Result<Tx, Refusal> {
        let inner = match &self.pools {
            Pools::Sqlite { readers, .. } => Inner::Sqlite(readers.begin().await.map_err(Fault::from)?),
            Pools::Postgres(pool) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
                Inner::Postgres(begun.map_err(Fault::from)?)
            }
        };
        Ok(Tx::new(inner, self.clock.now_us()))
    }

    /// Closes every connection; the SQLite file is complete without its log afterwards.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    async fn begin_write(&self) -> Result<Tx, Fault> {
        let inner = match &self.pools {
            Pools::Sqlite { writer, .. } => Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?),
        };
        Ok(Tx::new(inner, self.clock.now_us()))
    }
}

/// Runs a block in a write transaction: `write_tx!(db, |tx| { … Ok(value) })`. Committed if the block ends in `Ok`, undone if
/// it ends in `Err`; its value is a `Result<_, Refusal>`, and `?` and `return` leave the block. The block runs again after a
/// busy or serialisation error, so it must not consume or change anything but the database.
///
/// A macro and not a method with a closure, because the future of an async closure that borrows cannot be sent between
/// threads, which a server's handler must be.
#[macro_export]
macro_rules! write_tx {
    ($db:expr, |$tx:ident| $body:expr) => {{
        let mut attempts = $crate::db::Attempts::of(&$db);
        loop {
            let mut held = match attempts.begin().await {
                Ok(held) => held,
                Err(refusal) => break Err(refusal),
            };
            let outcome = async {
                let $tx = &mut held;
                $body
            }
            .await;
            if let Some(outcome) = attempts.end(held, outcome).await {
                break outcome;
            }
        }
    }};
}

/// The bounded retry of [`write_tx!`]; not for direct use.
#[doc(hidden)]
pub struct Attempts<'d> {
    db: &'d Db,
    made: u32,
}

impl<'d> Attempts<'d> {
    /// Before the first attempt.
    pub fn of(db: &'d Db) -> Self {
        Self { db, made: 0 }
    }

    /// Begins a transaction, waiting for its turn.
    pub async fn begin(&mut self) -> Result<Tx, Refusal> {
        loop {
            self.made += 1;
            match self.db.begin_write().await {
                Ok(tx) => return Ok(tx),
                Err(fault) if self.gives_up(fault.again) => return Err(fault.refusal),
                Err(_) => back_off(self.made).await,
            }
        }
    }

    /// Ends a transaction as its block ended; `None` if the block is to run again.
    pub async fn end<T>(&mut self, tx: Tx, outcome: Result<T, Refusal>) -> Option<Result<T, Refusal>> {
        let (refusal, again) = match outcome {
            Ok(value) => match tx.commit().await {
                Ok(()) => return Some(Ok(value)),
                Err(fault) => (fault.refusal, fault.again),
            },
            Err(refusal) => (refusal, tx.rollback().await),
        };
        if self.gives_up(again) {
            return Some(Err(refusal));
        }
        tracing::debug!(attempt = self.made, "a transaction begins again after a busy or serialisation error");
        back_off(self.made).await;
        None
    }

    fn gives_up(&self, again: bool) -> bool {
        !again || self.made >= MAX_ATTEMPTS
    }
}

#[expect(clippy::disallowed_methods, reason = "waiting for another writer is the machine's time, not the business's")]
async fn back_off(attempt: u32) {
    // A fresh hasher is seeded at random: enough to keep two losers from colliding again.
    let jitter = std::hash::RandomState::new().build_hasher().finish() % 5;
    tokio::time::sleep(Duration::from_millis((1 << attempt) + jitter)).await;
}

async fn open_sqlite(path: &str, durability: Durability) -> Result<Pools, Refusal> {
    if path.is_empty() || path == ":memory:" {
        return Err(Refusal::bad_input(
            "platform.db.address",
            "SQLite 须给出文件路径,例如 sqlite:data/qudao.db",
            "SQLite needs a file, for example sqlite:data/qudao.db",
        ));
    }
    if let Some(folder) = Path::new(path).parent() {
        // A folder that cannot be made shows as a file that cannot be opened, below.
        let _ = std::fs::create_dir_all(folder);
    }
    let synchronous = match durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::None => SqliteSynchronous::Off,
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(PATIENCE);
    let pool = |connections: u32| {
        let pool = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None);
        // On a full disk SQLite ends a transaction by itself and the driver goes on counting it; such a connection begins no other one.
        pool.before_acquire(|connection, _| Box::pin(std::future::ready(Ok(!connection.is_in_transaction()))))
    };
    let writer = pool(1).connect_with(options.clone()).await.map_err(Fault::from)?;
    let readers = pool(SQLITE_READERS).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Pools::Sqlite { writer, readers })
}

async fn open_postgres(url: &str, limits: Limits) -> Result<Pools, Refusal> {
    let options: PgConnectOptions = url.parse().map_err(Fault::from)?;
    // A limit of none is left to the server, whose administrator may have set one.
    let settings: Vec<_> = limits.settings().into_iter().filter(|(_, value)| *value > 0).collect();
    let options = if settings.is_empty() { options } else { options.options(settings) };
    // The pool keeps trying until its patience ends; a wrong address should be told at once.
    options.connect().await.map_err(Fault::from)?.close().await.map_err(Fault::from)?;
    let pool = PgPoolOptions::new().max_connections(limits.connections.max(1)).acquire_timeout(PATIENCE).connect_with(options).await;
    Ok(Pools::Postgres(pool.map_err(Fault::from)?))
}
