//! The same four calls for each driver: run, rows, script, decode.

use super::fault::{Fault, bug};
use super::value::{Row, Value};
use futures::TryStreamExt;
use qudao_kernel::Refusal;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, PgTypeInfo};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Column, Postgres, Row as _, Sqlite, TypeInfo, ValueRef};
use std::borrow::Cow;
use std::sync::Arc;

/// A NULL whose type the server works out, so that one NULL fits every column.
struct UntypedNull;

impl sqlx::Type<Postgres> for UntypedNull {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl sqlx::Encode<'_, Postgres> for UntypedNull {
    fn encode_by_ref(&self, _: &mut sqlx::postgres::PgArgumentBuffer) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}

type Take<'t> = &'t mut (dyn FnMut(Row) -> Result<(), Refusal> + Send);

fn sqlite_query<'q>(sql: Cow<'static, str>, args: &[Value]) -> Query<'q, Sqlite, SqliteArguments> {
    let persistent = matches!(sql, Cow::Borrowed(_));
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(persistent);
    for value in args {
        query = match value {
            Value::Null => query.bind(None::<i64>),
            Value::Int(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.clone()),
            Value::Bytes(bytes) => query.bind(bytes.clone()),
        };
    }
    query
}

fn postgres_query<'q>(sql: Cow<'static, str>, args: &[Value]) -> Query<'q, Postgres, PgArguments> {
    // Text made for one call is not worth a place in the cache of prepared statements.
    let persistent = matches!(sql, Cow::Borrowed(_));
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(persistent);
    for value in args {
        query = match value {
            Value::Null => query.bind(UntypedNull),
            Value::Int(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.clone()),
            Value::Bytes(bytes) => query.bind(bytes.clone()),
        };
    }
    query
}

pub(super) async fn sqlite_execute(conn: &mut SqliteConnection, sql: Cow<'static, str>, args: &[Value]) -> Result<u64, Fault> {
    Ok(sqlite_query(sql, args).execute(conn).await?.rows_affected())
}

pub(super) async fn postgres_execute(conn: &mut PgConnection, sql: Cow<'static, str>, args: &[Value]) -> Result<u64, Fault> {
    Ok(postgres_query(sql, args).execute(conn).await?.rows_affected())
}

pub(super) async fn sqlite_script(conn: &mut SqliteConnection, sql: Cow<'static, str>) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

pub(super) async fn postgres_script(conn: &mut PgConnection, sql: Cow<'static, str>) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// The outer result is the database's, the inner one is the refusal of `take`.
pub(super) async fn sqlite_rows(
    conn: &mut SqliteConnection,
    sql: Cow<'static, str>,
    args: &[Value],
    take: Take<'_>,
) -> Result<Result<(), Refusal>, Fault> {
    let mut names = None;
    let mut stream = sqlite_query(sql, args).fetch(conn);
    while let Some(row) = stream.try_next().await? {
        let names = Arc::clone(names.get_or_insert_with(|| column_names(row.columns())));
        let values = (0..row.columns().len()).map(|index| sqlite_value(&row, index)).collect::<Result<_, _>>()?;
        if let Err(refusal) = take(Row { names, values }) {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

/// The outer result is the database's, the inner one is the refusal of `take`.
pub(super) async fn postgres_rows(
    conn: &mut PgConnection,
    sql: Cow<'static, str>,
    args: &[Value],
    take: Take<'_>,
) -> Result<Result<(), Refusal>, Fault> {
    let mut names = None;
    let mut stream = postgres_query(sql, args).fetch(conn);
    while let Some(row) = stream.try_next().await? {
        let names = Arc::clone(names.get_or_insert_with(|| column_names(row.columns())));
        let values = (0..row.columns().len()).map(|index| postgres_value(&row, index)).collect::<Result<_, _>>()?;
        if let Err(refusal) = take(Row { names, values }) {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

fn column_names<C: Column>(columns: &[C]) -> Arc<[String]> {
    columns.iter().map(|column| column.name().to_owned()).collect()
}

fn sqlite_value(row: &SqliteRow, index: usize) -> Result<Value, Fault> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info();
    Ok(match kind.name() {
        "INTEGER" | "BOOLEAN" => Value::Int(row.try_get_unchecked(index)?),
        "TEXT" => Value::Text(row.try_get_unchecked(index)?),
        "BLOB" => Value::Bytes(row.try_get_unchecked(index)?),
        other => return Err(unknown_type(other)),
    })
}

fn postgres_value(row: &PgRow, index: usize) -> Result<Value, Fault> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info();
    Ok(match kind.name() {
        "INT8" => Value::Int(row.try_get(index)?),
        "INT4" => Value::Int(i64::from(row.try_get::<i32, _>(index)?)),
        "INT2" => Value::Int(i64::from(row.try_get::<i16, _>(index)?)),
        "BOOL" => Value::Int(i64::from(row.try_get::<bool, _>(index)?)),
        "TEXT" | "VARCHAR" | "NAME" | "CHAR" => Value::Text(row.try_get(index)?),
        "BYTEA" => Value::Bytes(row.try_get(index)?),
        other => return Err(unknown_type(other)),
    })
}

fn unknown_type(name: &str) -> Fault {
    Fault { refusal: bug(&format!("a column has type {name}; only BIGINT, TEXT and bytes are used, sums need a cast")), again: false }
}
