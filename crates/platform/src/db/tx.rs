//! One transaction on either database.

use super::dialect::DbKind;
use super::driver;
use super::fault::{Fault, bug};
use super::value::{Row, Value};
use crate::audit;
use qudao_kernel::{Kind, Refusal};
use std::borrow::Cow;

/// PostgreSQL counts parameters in 16 bits, SQLite allows 32 766 of them.
const MAX_PARAMETERS: usize = 32_000;

/// A transaction, always the first argument of a store function. It is begun and committed by [`crate::write_tx!`]
/// and [`super::Db::read`] alone. After a failed statement it refuses everything: on PostgreSQL the transaction is lost then,
/// and code that goes on regardless must not work on SQLite by accident.
#[must_use]
pub struct Tx {
    inner: Inner,
    now_us: i64,
    failed: bool,
    again: bool,
    pending_audit: Vec<audit::Entry>,
    open_claims: u32,
}

pub(super) enum Inner {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Tx {
    pub(super) fn new(inner: Inner, now_us: i64) -> Self {
        Self { inner, now_us, failed: false, again: false, pending_audit: Vec::new(), open_claims: 0 }
    }

    /// Which database this is.
    pub fn kind(&self) -> DbKind {
        match self.inner {
            Inner::Sqlite(_) => DbKind::Sqlite,
            Inner::Postgres(_) => DbKind::Postgres,
        }
    }

    /// The instant this transaction began, microseconds since 1970.
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    /// What SQLite finds wrong with its own pages and indexes, one sentence each; nothing of PostgreSQL, which looks after itself.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn damage(&mut self) -> Result<Vec<String>, Refusal> {
        if self.kind() == DbKind::Postgres {
            return Ok(Vec::new());
        }
        let rows = self.query("pragma quick_check(20)", &[]).await?;
        let said = rows.iter().map(|row| row.string("quick_check")).collect::<Result<Vec<_>, _>>()?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    /// The database server's own clock, microseconds since 1970; of SQLite, which has none, this machine's as it was asked for this transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn server_us(&mut self) -> Result<i64, Refusal> {
        match self.kind() {
            DbKind::Sqlite => Ok(self.now_us),
            DbKind::Postgres => {
                let sql = "select cast(extract(epoch from clock_timestamp()) * 1000000 as BIGINT) as at_us";
                self.query_one(sql, &[]).await?.int("at_us")
            }
        }
    }

    /// Runs a statement and returns the number of rows it touched.
    pub async fn execute(&mut self, sql: impl Into<Cow<'static, str>>, args: &[Value]) -> Result<u64, Refusal> {
        let sql = self.ready(sql.into())?;
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx) => driver::sqlite_execute(tx, sql, args).await,
            Inner::Postgres(tx) => driver::postgres_execute(tx, sql, args).await,
        };
        self.note(outcome)
    }

    /// Runs a statement and hands each row to `take` as it arrives, in constant memory.
    pub async fn query_each(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: &[Value],
        mut take: impl FnMut(Row) -> Result<(), Refusal> + Send,
    ) -> Result<(), Refusal> {
        let sql = self.ready(sql.into())?;
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx) => driver::sqlite_rows(tx, sql, args, &mut take).await,
            Inner::Postgres(tx) => driver::postgres_rows(tx, sql, args, &mut take).await,
        };
        self.note(outcome)?
    }

    /// All rows of a statement; for results that are known to be small.
    pub async fn query(&mut self, sql: impl Into<Cow<'static, str>>, args: &[Value]) -> Result<Vec<Row>, Refusal> {
        let mut rows = Vec::new();
        self.query_each(sql, args, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The row of a statement that returns one or none.
    pub async fn query_opt(&mut self, sql: impl Into<Cow<'static, str>>, args: &[Value]) -> Result<Option<Row>, Refusal> {
        let mut rows = self.query(sql, args).await?;
        if rows.len() > 1 {
            return Err(bug("a statement that may return one row returned several"));
        }
        Ok(rows.pop())
    }

    /// The row of a statement that always returns one, such as a count.
    pub async fn query_one(&mut self, sql: impl Into<Cow<'static, str>>, args: &[Value]) -> Result<Row, Refusal> {
        self.query_opt(sql, args).await?.ok_or_else(|| bug("a statement that returns one row returned none"))
    }

    /// Changes a record the caller read at some version: the statement ends in `where … and version = $n` and sets
    /// `version = version + 1`. The second of two editors is told (R0.24).
    ///
    /// # Errors
    /// `Conflict platform.db.stale` if no row has that version any more.
    pub async fn execute_versioned(
        &mut self,
        noun: &str,
        id: &str,
        sql: impl Into<Cow<'static, str>>,
        args: &[Value],
    ) -> Result<(), Refusal> {
        match self.execute(sql, args).await? {
            0 => Err(Refusal::new(
                Kind::Conflict,
                "platform.db.stale",
                format!("{noun} {id} 已被他人修改;请重新打开,核对变化后再提交"),
                format!("{noun} {id} was changed by someone else; open it again, look at the change, then submit"),
            )),
            _ => Ok(()),
        }
    }

    /// Inserts many rows with as few statements as the parameter limit allows. `columns` is a comma-separated list, `tail` what
    /// follows the values (`ON CONFLICT …`, or nothing). Returns the number of rows touched.
    pub async fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &'static str,
        rows: &[Vec<Value>],
        tail: &'static str,
    ) -> Result<u64, Refusal> {
        let width = columns.split(',').count();
        if let Some(wrong) = rows.iter().find(|row| row.len() != width) {
            return Err(bug(&format!("{} values for the {width} columns of {table}", wrong.len())));
        }
        let kind = self.kind();
        let mark = |number: usize| match kind {
            // SQLite looks names up one by one; nameless parameters keep a long statement linear.
            DbKind::Sqlite => "?".to_owned(),
            DbKind::Postgres => format!("${number}"),
        };
        let mut touched = 0;
        for batch in rows.chunks(MAX_PARAMETERS / width) {
            let tuple = |row: usize| (1..=width).map(|column| mark(row * width + column)).collect::<Vec<_>>().join(", ");
            let tuples: Vec<String> = (0..batch.len()).map(|row| format!("({})", tuple(row))).collect();
            let sql = format!("insert into {table} ({columns}) values {} {tail}", tuples.join(", "));
            let args: Vec<Value> = batch.iter().flatten().cloned().collect();
            touched += self.execute(sql, &args).await?;
        }
        Ok(touched)
    }

    /// Notes a change for the audit chain (R0.2). It is written, chained, when this transaction commits, so that the chain is
    /// locked for a moment only and always last.
    pub fn audit(&mut self, entry: audit::Entry) {
        self.pending_audit.push(entry);
    }

    /// Runs a script of several statements without arguments. For migrations and maintenance; nothing in it may come from
    /// outside the program.
    pub async fn execute_script(&mut self, sql: impl Into<Cow<'static, str>>) -> Result<(), Refusal> {
        let sql = self.ready(sql.into())?;
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx) => driver::sqlite_script(tx, sql).await,
            Inner::Postgres(tx) => driver::postgres_script(tx, sql).await,
        };
        self.note(outcome)
    }

    /// An idempotency key was claimed; it must be released before the commit.
    pub(crate) fn open_claim(&mut self) {
        self.open_claims += 1;
    }

    /// A claimed key has its answer.
    pub(crate) fn close_claim(&mut self) {
        self.open_claims = self.open_claims.saturating_sub(1);
    }

    pub(super) async fn commit(mut self) -> Result<(), Fault> {
        if self.failed {
            let refusal = bug("a failed statement was ignored and its transaction was to be committed");
            return Err(Fault { refusal, again: self.again });
        }
        if self.open_claims > 0 {
            return Err(Fault { refusal: bug("an idempotency key was claimed and its answer not stored"), again: false });
        }
        let pending = std::mem::take(&mut self.pending_audit);
        if let Err(refusal) = audit::append(&mut self, pending).await {
            return Err(Fault { refusal, again: self.again });
        }
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything; true if running it again can help.
    pub(super) async fn rollback(self) -> bool {
        let outcome = match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        };
        if let Err(error) = outcome {
            // The database has rolled back by itself, or does so when the connection goes; the pool does not give it out again.
            tracing::warn!(%error, "rollback failed");
        }
        self.again
    }

    fn ready(&self, sql: Cow<'static, str>) -> Result<Cow<'static, str>, Refusal> {
        if self.failed {
            return Err(bug("a statement was sent after another one of its transaction had failed"));
        }
        self.kind().expand(sql)
    }

    fn note<T>(&mut self, outcome: Result<T, Fault>) -> Result<T, Refusal> {
        outcome.map_err(|fault| {
            self.failed = true;
            self.again = fault.again;
            fault.refusal
        })
    }
}
