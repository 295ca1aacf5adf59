//! Findings of a trial as they are kept and looked at.

use super::{Finding, FindingKind, State, get, no_note};
use qudao_kernel::{Kind, Month, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use serde_json::json;

/// A finding, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Id within the month.
    pub id: String,
    /// What was found.
    pub finding: Finding,
    /// The note of whoever looked.
    pub note: Option<String>,
    /// Who.
    pub reviewed_by: Option<String>,
    /// When.
    pub reviewed_at_us: Option<i64>,
}

/// The findings of a month, the largest first within a kind.
pub async fn found(tx: &mut Tx, month: Month) -> Result<Vec<Found>, Refusal> {
    let sql = "select * from settle_exception where month = $1 order by kind, abs(amount - before) desc, id";
    tx.query(sql, args![month]).await?.iter().map(found_of).collect()
}

/// Notes what somebody found out about one finding; a second look replaces the note.
///
/// # Errors
/// `NotFound settle.exception.none`; `Conflict settle.period.state` once the month was submitted; `BadInput settle.period.no_note`.
pub async fn review(db: &Db, who: &str, month: Month, id: &str, note: &str) -> Result<(), Refusal> {
    if note.trim().is_empty() {
        return Err(no_note());
    }
    write_tx!(db, |tx| {
        let period = get(tx, month).await?;
        if let Some(period) = period.filter(|period| period.state != State::Trial) {
            return Err(super::wrong_state(&period));
        }
        let row = tx.query_opt("select * from settle_exception where month = $1 and id = $2 {for_update}", args![month, id]).await?;
        let before = row.as_ref().map(found_of).transpose()?.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "settle.exception.none",
                format!("{month} 没有这项异常，可能已重新试算；请刷新"),
                format!("{month} has no such finding, it may have been tried again; reload"),
            )
        })?;
        let sql = "update settle_exception set note = $3, reviewed_by = $4, reviewed_at_us = $5 where month = $1 and id = $2";
        tx.execute(sql, args![month, id, note.trim(), who, tx.now_us()]).await?;
        let what = json!({ "kind": before.finding.kind.name(), "subject": before.finding.subject, "note": before.note });
        let entry = Entry::new(who, "exception.review", "period", &month.to_string()).before(what.to_string());
        tx.audit(entry.after(json!({ "note": note.trim() }).to_string()));
        Ok(())
    })
}

/// Findings nobody looked at.
pub(super) async fn open(tx: &mut Tx, month: Month) -> Result<i64, Refusal> {
    let sql = "select count(*) as n from settle_exception where month = $1 and reviewed_at_us is null";
    tx.query_one(sql, args![month]).await?.int("n")
}

/// Replaces the findings of a month; notes on what is found again exactly as it was stay.
pub(super) async fn keep(tx: &mut Tx, month: Month, findings: &[Finding]) -> Result<(), Refusal> {
    let before = found(tx, month).await?;
    tx.execute("delete from settle_exception where month = $1", args![month]).await?;
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(findings.len());
    for one in findings {
        let digest = Fields::new().text(one.kind.name()).text(&one.subject).finish();
        let same = before.iter().find(|old| old.finding == *one);
        rows.push(vec![
            month.into(),
            digest[..16].into(),
            one.kind.name().into(),
            (&one.subject).into(),
            (&one.name).into(),
            one.count.into(),
            one.amount.into(),
            one.before.into(),
            same.and_then(|old| old.note.clone()).into(),
            same.and_then(|old| old.reviewed_by.clone()).into(),
            same.and_then(|old| old.reviewed_at_us).into(),
        ]);
    }
    let columns = "month, id, kind, subject, name, count, amount, before, note, reviewed_by, reviewed_at_us";
    tx.insert_rows("settle_exception", columns, &rows, "").await.map(drop)
}

fn found_of(row: &Row) -> Result<Found, Refusal> {
    let kind = row.text("kind")?;
    Ok(Found {
        id: row.string("id")?,
        finding: Finding {
            kind: FindingKind::ALL.into_iter().find(|known| known.name() == kind).unwrap_or(FindingKind::Change),
            subject: row.string("subject")?,
            name: row.string("name")?,
            count: row.int("count")?,
            amount: row.int("amount")?,
            before: row.int("before")?,
        },
        note: row.opt_string("note")?,
        reviewed_by: row.opt_string("reviewed_by")?,
        reviewed_at_us: row.opt_int("reviewed_at_us")?,
    })
}
