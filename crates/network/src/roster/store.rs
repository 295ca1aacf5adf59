//! Every statement of the dated records. The nouns differ in their columns only, which [`Stored`] names.

use super::Record;
use crate::files::Noun;
use crate::files::check::{Link, Spans};
use crate::files::rows::MasterRow;
use qudao_kernel::master::Span;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::{Row, Tx, Value};
use qudao_platform::{args, audit, outbox};
use std::collections::BTreeMap;

/// A row that refers to records of another noun.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// Noun whose rows refer.
    pub noun: Noun,
    /// Table of those rows.
    pub table: &'static str,
    /// Column with the code.
    pub column: &'static str,
}

/// A noun kept in the database.
pub trait Stored: MasterRow {
    /// Table of the records.
    const TABLE: &'static str;
    /// Table of their rows.
    const ROWS: &'static str;
    /// What happens to a record that is there when it is saved.
    const NEXT_VERSION: &'static str;
    /// Columns of a row, beginning with `code`, ending with `effective_from, effective_to`.
    const COLUMNS: &'static str;
    /// Noun its rows refer to, with the table of that noun's rows.
    const REFERS_TO: Option<(Noun, &'static str)>;
    /// Rows of other nouns that refer to it.
    const USED_BY: &'static [Reference];
    /// The values of the columns.
    fn values(&self) -> Vec<Value>;
    /// A row from its columns.
    ///
    /// # Errors
    /// A defect, if the table does not have them.
    fn of_row(row: &Row) -> Result<Self, Refusal>;
    /// The place of a row in a tree of its own noun, for nouns that have one.
    fn link(&self) -> Option<Link> {
        None
    }
}

/// The three constants that follow from the name of a noun's table.
macro_rules! tables {
    ($table:literal) => {
        const TABLE: &'static str = $table;
        const ROWS: &'static str = concat!($table, "_row");
        const NEXT_VERSION: &'static str =
            concat!("on conflict (code) do update set version = ", $table, ".version + 1, updated_at_us = excluded.updated_at_us");
    };
}
pub(crate) use tables;

/// What `effective_from` holds for rows that have been in force ever since.
const EVER: &str = "0001-01-01";

/// The columns of a span.
pub(crate) fn from_day(span: Span) -> Value {
    if span.from == Span::ALWAYS.from { EVER.into() } else { span.from.into() }
}

/// The end of a span, NULL while it is open.
pub(crate) fn to_day(span: Span) -> Value {
    (span.to != Span::ALWAYS.to).then_some(span.to).into()
}

/// The span of a row.
pub(crate) fn day(row: &Row) -> Result<Span, Refusal> {
    let from = if row.text("effective_from")? == EVER { Span::ALWAYS.from } else { row.parse("effective_from")? };
    Ok(Span { from, to: row.opt_parse("effective_to")?.unwrap_or(Span::ALWAYS.to) })
}

/// Locks a noun for writing, and what it refers to against being taken away. Always in the order of [`Noun::ALL`], so that two
/// writers never wait for each other.
pub(super) async fn lock<T: Stored>(tx: &mut Tx) -> Result<(), Refusal> {
    if let Some((noun, _)) = T::REFERS_TO.filter(|(noun, _)| *noun != T::NOUN) {
        tx.query_one("select noun from network_lock where noun = $1 {for_share}", args![noun.english()]).await?;
    }
    tx.query_one("select noun from network_lock where noun = $1 {for_update}", args![T::NOUN.english()]).await?;
    Ok(())
}

/// A record with its rows.
pub(super) async fn get<T: Stored>(tx: &mut Tx, code: &str) -> Result<Option<Record<T>>, Refusal> {
    let head = format!("select version from {} where code = $1", T::TABLE);
    let Some(head) = tx.query_opt(head, args![code]).await? else { return Ok(None) };
    let sql = format!("select {} from {} where code = $1 order by effective_from", T::COLUMNS, T::ROWS);
    let rows = tx.query(sql, args![code]).await?.iter().map(T::of_row).collect::<Result<_, _>>()?;
    Ok(Some(Record { code: code.to_owned(), version: head.count("version")?, rows }))
}

/// Every record, by code.
pub(super) async fn all<T: Stored>(tx: &mut Tx) -> Result<BTreeMap<String, Record<T>>, Refusal> {
    let mut records: BTreeMap<String, Record<T>> = BTreeMap::new();
    let sql = format!("select code, version from {}", T::TABLE);
    tx.query_each(sql, args![], |row| {
        let code = row.string("code")?;
        records.insert(code.clone(), Record { code, version: row.count("version")?, rows: Vec::new() });
        Ok(())
    })
    .await?;
    let sql = format!("select {} from {} order by code {{by_bytes}}, effective_from", T::COLUMNS, T::ROWS);
    tx.query_each(sql, args![], |row| {
        let row = T::of_row(&row)?;
        if let Some(record) = records.get_mut(row.code()) {
            record.rows.push(row);
        }
        Ok(())
    })
    .await?;
    Ok(records)
}

/// When the records of a table of rows are in force; of one code, or of all.
pub(super) async fn spans(tx: &mut Tx, rows: &str, code: Option<&str>) -> Result<Spans, Refusal> {
    let (filter, args) = match code {
        Some(code) => ("where code = $1", vec![Value::from(code)]),
        None => ("", Vec::new()),
    };
    let mut spans = Spans::new();
    let sql = format!("select code, effective_from, effective_to from {rows} {filter} order by code {{by_bytes}}, effective_from");
    tx.query_each(sql, &args, |row| {
        spans.entry(row.string("code")?).or_default().push(day(&row)?);
        Ok(())
    })
    .await?;
    Ok(spans)
}

/// The tree of a noun that refers to itself, every day of it.
pub(super) async fn links<T: Stored>(tx: &mut Tx) -> Result<Vec<Link>, Refusal> {
    let mut links = Vec::new();
    let sql = format!("select {} from {} where parent <> ''", T::COLUMNS, T::ROWS);
    tx.query_each(sql, args![], |row| {
        links.extend(T::of_row(&row)?.link());
        Ok(())
    })
    .await?;
    Ok(links)
}

/// Rows that refer to a code, as their codes and spans.
pub(super) async fn users(tx: &mut Tx, reference: Reference, code: &str) -> Result<Vec<(String, Span)>, Refusal> {
    let Reference { table, column, .. } = reference;
    let sql =
        format!("select code, effective_from, effective_to from {table} where {column} = $1 order by code {{by_bytes}}, effective_from");
    tx.query(sql, args![code]).await?.iter().map(|row| Ok((row.string("code")?, day(row)?))).collect()
}

/// Tells a caller who looked at an older version.
pub(super) fn stale<T: Stored>(code: &str, given: u32, now: u32) -> Refusal {
    let (zh, en) = (T::NOUN.label(), T::NOUN.english());
    Refusal::new(
        Kind::Conflict,
        "network.record.stale",
        format!("{zh} {code} 已被他人修改（您看到的是第 {given} 版，现为第 {now} 版）；请重新打开，核对变化后再提交"),
        format!("{en} {code} was changed by someone else (you saw version {given}, it is now {now}); open it again, look, then submit"),
    )
}

/// One record to be saved.
pub(super) struct Change<'a, T> {
    /// The record as it was; `None` if it is new.
    pub(super) before: Option<&'a Record<T>>,
    /// Its code.
    pub(super) code: &'a str,
    /// Its rows from now on.
    pub(super) rows: &'a [T],
}

/// Codes in one event.
const EVENT_CODES: usize = 1_000;
/// Codes deleted by one statement.
const DELETE_CODES: usize = 500;

/// Saves records with their audit entries and events. The noun is locked by the caller.
pub(super) async fn save<T: Stored>(tx: &mut Tx, by: super::By<'_>, action: &str, changes: &[Change<'_, T>]) -> Result<(), Refusal> {
    let noun = T::NOUN.english();
    put(tx, changes).await?;
    for change in changes {
        let entry = audit::Entry::new(by.who, &format!("{noun}.{action}"), noun, change.code).after(json(change.rows)).reason(by.reason);
        tx.audit(match change.before {
            Some(before) => entry.before(json(&before.rows)),
            None => entry,
        });
    }
    told(tx, changes).await
}

/// Puts the rows of records in the place of those they had, and counts the change.
pub(super) async fn put<T: Stored>(tx: &mut Tx, changes: &[Change<'_, T>]) -> Result<(), Refusal> {
    tx.execute("update network_folder set changes = changes + 1 where noun = $1", args![T::NOUN.english()]).await?;
    let heads: Vec<Vec<Value>> = changes.iter().map(|change| args![change.code, 1, tx.now_us()].to_vec()).collect();
    tx.insert_rows(T::TABLE, "code, version, updated_at_us", &heads, T::NEXT_VERSION).await?;
    let old: Vec<Value> = changes.iter().filter(|change| change.before.is_some()).map(|change| change.code.into()).collect();
    for codes in old.chunks(DELETE_CODES) {
        let marks: Vec<String> = (1..=codes.len()).map(|number| format!("${number}")).collect();
        tx.execute(format!("delete from {} where code in ({})", T::ROWS, marks.join(", ")), codes).await?;
    }
    let rows: Vec<Vec<Value>> = changes.iter().flat_map(|change| change.rows).map(T::values).collect();
    tx.insert_rows(T::ROWS, T::COLUMNS, &rows, "").await.map(drop)
}

/// Emits the events of changes.
pub(super) async fn told<T: Stored>(tx: &mut Tx, changes: &[Change<'_, T>]) -> Result<(), Refusal> {
    let noun = T::NOUN.english();
    for chunk in changes.chunks(EVENT_CODES) {
        let codes: Vec<&str> = chunk.iter().map(|change| change.code).collect();
        // A code and the version it gets are unique, so the first of a chunk names the event.
        let version = chunk[0].before.map_or(1, |before| before.version + 1);
        let body = serde_json::json!({ "codes": codes }).to_string();
        outbox::emit(tx, &format!("network.{noun}.changed"), &format!("{}:{version}", codes[0]), &body).await?;
    }
    Ok(())
}

/// The rows of a record as the audit keeps them: field names and texts, as in an export.
fn json<T: MasterRow>(rows: &[T]) -> String {
    let row = |row: &T| -> serde_json::Map<String, serde_json::Value> {
        let fields = T::NOUN.fields().iter().zip(row.cells());
        fields.map(|(field, cell)| (field.name.to_owned(), cell.text().into_owned().into())).collect()
    };
    rows.iter().map(row).collect::<serde_json::Value>().to_string()
}
