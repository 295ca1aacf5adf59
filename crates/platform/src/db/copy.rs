//! Copies of a whole database: one state of it, taken while others work on it, and put back into an empty place.
//!
//! A SQLite file is copied by the database itself (`VACUUM INTO`), PostgreSQL by its own programs `pg_dump` and `pg_restore`, which are called and
//! never imitated. Whoever takes a copy gets a transaction that reads exactly the state that was copied, so that totals of a copy can be noted beside it.
//!
//! Invariant: a copy that was broken off is never taken for one, since it is named by whoever called only after this returned. Invariant: no
//! password stands among the arguments of a program, where every user of the machine could read it.

use super::fault::Fault;
use super::tx::{Inner, Tx};
use super::{Db, DbKind, Pools};
use crate::args;
use qudao_kernel::{Kind, Refusal};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian and its kin keep the programs of each version.
const KEPT: &str = "/usr/lib/postgresql";

/// The file of a SQLite address; `None` for another kind of address.
pub fn sqlite_file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
}

impl Db {
    /// Writes one state of the database to a file that must not exist, while others go on working; the transaction reads that very state.
    /// `url` is the address the database was opened with.
    ///
    /// # Errors
    /// `Unavailable platform.db.no_tools` where PostgreSQL's programs are not installed, `Unavailable platform.db.tool` with what they said,
    /// `Unavailable platform.db.full`.
    pub async fn copy(&self, url: &str, to: &Path) -> Result<Tx, Refusal> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await.map_err(Fault::from)?;
                let name = to.to_string_lossy().into_owned();
                sqlx::query("vacuum into $1").bind(name).execute(&mut *connection).await.map_err(Fault::from)?;
                drop(connection);
                // The database leaves it to the system when its copy reaches the disk.
                std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(|error| file_failed(to, &error))?;
                self.read_copy(to).await
            }
            Pools::Postgres(_) => {
                let mut tx = self.read().await?;
                let row = tx.query_one("select pg_export_snapshot() as snapshot", args![]).await?;
                let mut dump = tool("pg_dump", url)?;
                dump.args(["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]);
                dump.arg(format!("--snapshot={}", row.text("snapshot")?)).arg("--file").arg(to);
                ended(dump).await?;
                std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(|error| file_failed(to, &error))?;
                Ok(tx)
            }
        }
    }

    /// Reads a SQLite copy without changing a byte of it, with this database's clock.
    async fn read_copy(&self, file: &Path) -> Result<Tx, Refusal> {
        read_sqlite(file, self.clock.now_us()).await
    }
}

/// Reads a SQLite file that nobody writes, without changing a byte of it and without the files beside it that a database at work has.
///
/// # Errors
/// `Unavailable platform.db.file` if it is no database.
pub async fn read_sqlite(file: &Path, now_us: i64) -> Result<Tx, Refusal> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(Fault::from)?;
    Ok(Tx::new(Inner::Sqlite(pool.begin().await.map_err(Fault::from)?), now_us))
}

/// Puts a dump back into a PostgreSQL database that holds no tables: all of it or nothing.
///
/// # Errors
/// `Conflict platform.db.not_empty`; `Unavailable platform.db.no_tools`, `Unavailable platform.db.tool`.
pub async fn restore_postgres(db: &Db, url: &str, from: &Path) -> Result<(), Refusal> {
    must_be_empty(db).await?;
    let mut restore = tool("pg_restore", url)?;
    restore.args(["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]).arg(from);
    ended(restore).await
}

/// Refuses a database that holds tables already.
///
/// # Errors
/// `Conflict platform.db.not_empty`.
pub async fn must_be_empty(db: &Db) -> Result<(), Refusal> {
    let there = tables(&mut db.read().await?).await?;
    match there.first() {
        None => Ok(()),
        Some(first) => Err(Refusal::new(
            Kind::Conflict,
            "platform.db.not_empty",
            format!("目标数据库不是空的(已有 {first} 等 {} 张表);请新建一个空数据库再恢复", there.len()),
            format!("the database is not empty ({} tables, such as {first}); create an empty one and restore into that", there.len()),
        )),
    }
}

/// Reads the table of contents of a dump of PostgreSQL; false where the program for it is not installed.
///
/// # Errors
/// `Unavailable platform.db.tool` with what is wrong.
pub async fn list_dump(file: &Path) -> Result<bool, Refusal> {
    let Some(program) = find("pg_restore") else { return Ok(false) };
    let mut list = Command::new(program);
    list.arg("--list").arg(file);
    ended(list).await.map(|()| true)
}

/// Every table, by name.
pub async fn tables(tx: &mut Tx) -> Result<Vec<String>, Refusal> {
    let sql = match tx.kind() {
        DbKind::Sqlite => "select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!'",
        DbKind::Postgres => "select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()",
    };
    let mut names = tx.query(sql, args![]).await?.iter().map(|row| row.string("name")).collect::<Result<Vec<_>, _>>()?;
    names.sort();
    Ok(names)
}

/// Number of rows of a table that [`tables`] named.
pub async fn rows(tx: &mut Tx, table: &str) -> Result<i64, Refusal> {
    tx.query_one(format!("select count(*) as held from \"{table}\""), args![]).await?.int("held")
}

fn file_failed(path: &Path, error: &std::io::Error) -> Refusal {
    let name = path.display();
    Refusal::unavailable(
        "platform.db.copy",
        format!("数据库副本 {name} 无法读写:{error};请检查磁盘空间和权限"),
        format!("the copy of the database {name} cannot be read or written: {error}; check disk space and permissions"),
    )
}

/// A program of PostgreSQL with the database it works on.
fn tool(name: &str, url: &str) -> Result<Command, Refusal> {
    let program = find(name).ok_or_else(|| {
        Refusal::unavailable(
            "platform.db.no_tools",
            format!("没有找到 {name};请安装 PostgreSQL 客户端(Debian、Ubuntu:apt-get install postgresql-client),版本不低于服务器"),
            format!("{name} is not installed; install PostgreSQL's client programs (Debian, Ubuntu: apt-get install postgresql-client), not older than the server"),
        )
    })?;
    let address = Address::of(url);
    let mut command = Command::new(program);
    command.arg("--no-password").arg("--dbname").arg(address.url);
    if let Some(password) = address.password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

/// A program on the path, else that of the newest version installed.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    on_path.or_else(|| {
        let mut kept: Vec<(u32, PathBuf)> = std::fs::read_dir(KEPT)
            .ok()?
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin").join(name))))
            .filter(|(_, file)| file.is_file())
            .collect();
        kept.sort();
        kept.pop().map(|(_, file)| file)
    })
}

/// Waits for a program, on a thread where waiting is allowed.
async fn ended(mut command: Command) -> Result<(), Refusal> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let outcome = tokio::task::spawn_blocking(move || command.output()).await;
    let said = match outcome {
        Ok(Ok(output)) if output.status.success() => return Ok(()),
        Ok(Ok(output)) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let last: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            format!("{}: {}", output.status, last.iter().rev().take(3).rev().copied().collect::<Vec<_>>().join(" | "))
        }
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    Err(Refusal::unavailable(
        "platform.db.tool",
        format!("{name} 未能完成({said});请按提示处理后重试,客户端版本不得低于服务器"),
        format!("{name} did not succeed ({said}); do as it says and try again; it must not be older than the server"),
    ))
}

/// An address as PostgreSQL's programs take it, without its password.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    url: String,
    password: Option<String>,
}

impl Address {
    fn of(url: &str) -> Self {
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = before.split_once("://").unwrap_or(("postgres", before));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let (login, mut password) = match user.and_then(|user| user.split_once(':')) {
            Some((login, password)) => (Some(login), Some(decoded(password))),
            None => (user, None),
        };
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "password" => password = Some(decoded(value)),
                "ssl-mode" => pairs.push(format!("sslmode={value}")),
                // Our driver understands it, the programs do not.
                "statement-cache-capacity" => {}
                _ => pairs.push(pair.to_owned()),
            }
        }
        let login = login.map(|login| format!("{login}@")).unwrap_or_default();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        Self { url: format!("{scheme}://{login}{host}/{path}{query}"), password }
    }
}

/// Text with its `%xx` as the bytes they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let byte = after.get(..2).filter(|_| first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = byte.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_left_in_what_a_program_is_told() {
        let of = |url: &str| {
            let Address { url, password } = Address::of(url);
            (url, password.unwrap_or_default())
        };
        assert_eq!(of("postgres://q:s%40cret@db:5433/qudao"), ("postgres://q@db:5433/qudao".into(), "s@cret".into()));
        assert_eq!(
            of("postgres://q@localhost/t1?host=/tmp/x&password=p%25&statement-cache-capacity=5"),
            ("postgres://q@localhost/t1?host=/tmp/x".into(), "p%".into())
        );
        assert_eq!(of("postgresql://db/qudao?ssl-mode=require"), ("postgresql://db/qudao?sslmode=require".into(), String::new()));
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn the_file_of_an_address() {
        assert_eq!(sqlite_file("sqlite://data/q.db"), Some(Path::new("data/q.db")));
        assert_eq!(sqlite_file("postgres://db/q"), None);
    }
}
