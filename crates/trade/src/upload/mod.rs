//! Files people bring in a browser: looked into, mapped, tried, loaded, withdrawn (R0.7, R0.14).
//!
//! ```text
//! uploaded ──check──▶ checked ──load──▶ loaded ──withdraw──▶ withdrawn
//!     ▲  └──── map ────┘   └──load──▶ refused (rows to correct; map or load partially)
//! ```
//!
//! Invariants
//! - Nothing of a file is in the fact store before it is loaded; a loaded file does not change.
//! - What a check or load found is kept to the row and the fen: received = accepted + rejected.

mod preview;

pub use preview::{Preview, Proposed, kind_of_content, preview};

use qudao_kernel::facts::Table;
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::columnar::facts::{ImportReport, Mapping, Outcome};
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::hash::Fields;
use qudao_platform::{args, write_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[cfg(test)]
mod tests;

/// A file somebody brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Id.
    pub id: String,
    /// Version of the record.
    pub version: u32,
    /// uploaded, checked, refused, loaded, withdrawn.
    pub state: String,
    /// Name as it came.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Its size.
    pub bytes: i64,
    /// Who brought it.
    pub uploaded_by: String,
    /// When.
    pub at_us: i64,
    /// The table it holds, once that is clear.
    pub table: Option<Table>,
    /// What it calls things.
    pub mapping: Mapping,
    /// What the last check or load found.
    pub report: Option<ImportReport>,
    /// The first rows that are wrong.
    pub problems: Vec<Fault>,
    /// Its batch.
    pub batch: Option<String>,
    /// When it was loaded.
    pub loaded_at_us: Option<i64>,
    /// Who withdrew it.
    pub ended_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A row that is wrong, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Row of the file.
    pub row: u64,
    /// Header of the column.
    pub column: String,
    /// What stood there.
    pub value: String,
    /// What is wrong and what to do.
    pub text: Text,
}

/// A file that arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    /// Name as it came.
    pub file: &'a str,
    /// SHA-256.
    pub sha256: &'a str,
    /// Size.
    pub bytes: i64,
    /// The table proposed for it.
    pub table: Option<Table>,
    /// The columns proposed.
    pub mapping: &'a Mapping,
}

/// Keeps the record of a file that arrived.
pub async fn add(db: &Db, who: &str, arrived: &Arrived<'_>) -> Result<Upload, Refusal> {
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let id = format!("upl_{}", &Fields::new().text(arrived.sha256).text(who).int(now).finish()[..20]);
        let sql = "insert into trade_upload (id, version, state, file, sha256, bytes, uploaded_by, at_us, fact_table, mapping)
                   values ($1, 1, 'uploaded', $2, $3, $4, $5, $6, $7, $8)";
        let Arrived { file, sha256, bytes, table, mapping } = arrived;
        tx.execute(sql, args![&id, *file, *sha256, *bytes, who, now, table.map_or("", Table::name), text(mapping)?]).await?;
        let after = json!({ "file": file, "sha256": sha256, "bytes": bytes });
        tx.audit(Entry::new(who, "import.upload", "upload", &id).after(after.to_string()));
        get(tx, &id).await
    })
}

/// Says what a file holds. What was found before is void.
///
/// # Errors
/// `BadInput` for a mapping that does not fit the table; `Conflict platform.db.stale`, `trade.upload.state` once it is loaded.
pub async fn map(db: &Db, who: &str, id: &str, version: u32, table: Table, mapping: &Mapping) -> Result<Upload, Refusal> {
    mapping.check(table)?;
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        open(&before)?;
        let sql = "update trade_upload set fact_table = $3, mapping = $4, state = 'uploaded', report = null, problems = null,
                   version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned("上传文件", &before.file, sql, args![id, version, table.name(), text(mapping)?]).await?;
        let after = json!({ "table": table.name(), "mapping": mapping });
        tx.audit(
            Entry::new(who, "import.map", "upload", id).before(json!({ "mapping": before.mapping }).to_string()).after(after.to_string()),
        );
        get(tx, id).await
    })
}

/// Keeps what a check or a load found.
///
/// # Errors
/// `Conflict trade.upload.state` if it was loaded meanwhile.
pub async fn found(db: &Db, who: &str, id: &str, report: &ImportReport) -> Result<Upload, Refusal> {
    write_tx!(db, |tx| {
        let before = get(tx, id).await?;
        open(&before)?;
        let (state, batch) = match report.outcome {
            Outcome::Landed(_) => ("loaded", Some(report.batch.as_str())),
            Outcome::Checked => ("checked", None),
            Outcome::Refused | Outcome::Nothing => ("refused", None),
        };
        let fault = |problem: &qudao_platform::sheet::Problem| Fault {
            row: problem.row,
            column: problem.column.clone(),
            value: problem.value.clone(),
            text: problem.text.clone(),
        };
        let problems: Vec<Fault> = report.problems.iter().map(fault).collect();
        let sql = "update trade_upload set state = $2, report = $3, problems = $4, batch = $5, loaded_at_us = $6, version = version + 1
                   where id = $1";
        let loaded = batch.is_some().then(|| tx.now_us());
        tx.execute(sql, args![id, state, text(report)?, text(&problems)?, batch, loaded]).await?;
        if report.outcome != Outcome::Checked {
            let after = json!({ "state": state, "batch": batch, "received": report.received, "accepted": report.accepted, "rejected": report.rejected });
            tx.audit(Entry::new(who, "import.load", "upload", id).after(after.to_string()));
        }
        get(tx, id).await
    })
}

/// A batch was taken back, with the reason. One that was loaded from the command line gets its record now.
///
/// # Errors
/// `BadInput trade.upload.no_reason`.
pub async fn withdrawn(db: &Db, who: &str, batch: &str, report: Option<&ImportReport>, reason: &str) -> Result<(), Refusal> {
    check_reason(reason)?;
    write_tx!(db, |tx| {
        let sql = "update trade_upload set state = 'withdrawn', ended_by = $2, reason = $3, version = version + 1 where batch = $1";
        if tx.execute(sql, args![batch, who, reason.trim()]).await? == 0
            && let Some(report) = report
        {
            let sql =
                "insert into trade_upload (id, version, state, file, sha256, bytes, uploaded_by, at_us, fact_table, mapping, report, batch,
                           loaded_at_us, ended_by, reason)
                       values ($1, 1, 'withdrawn', $2, $3, $4, '', $5, $6, $10, $7, $1, $5, $8, $9)";
            let bytes = i64::try_from(report.bytes).unwrap_or(i64::MAX);
            let at = i64::from(report.day.days()) * 86_400_000_000;
            let args = args![batch, &report.file, &report.sha256, bytes, at, report.table.name(), text(report)?, who, reason.trim(), "{}"];
            tx.execute(sql, args).await?;
        }
        let entry =
            Entry::new(who, "import.withdraw", "batch", batch).before(json!({ "rows": report.map(|report| report.accepted) }).to_string());
        tx.audit(entry.reason(reason.trim()));
        Ok(())
    })
}

/// Batches that were brought here, with the instant at which they were loaded.
///
/// # Errors
/// The database fails.
pub async fn batches(tx: &mut Tx) -> Result<Vec<(String, i64)>, Refusal> {
    let sql = "select batch, coalesce(loaded_at_us, at_us) as at from trade_upload where batch is not null order by batch";
    let rows = tx.query(sql, args![]).await?;
    rows.iter().map(|row| Ok((row.string("batch")?, row.int("at")?))).collect()
}

/// Refuses an empty reason, before anything is taken back.
///
/// # Errors
/// `BadInput trade.upload.no_reason`.
pub fn check_reason(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::bad_input(
            "trade.upload.no_reason",
            "请填写撤回原因（500 字以内）",
            "give the reason, in at most 500 characters",
        ));
    }
    Ok(())
}

/// One file.
///
/// # Errors
/// `NotFound trade.upload.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<Upload, Refusal> {
    let row = tx.query_opt("select * from trade_upload where id = $1", args![id]).await?;
    row.as_ref().map(upload_of).transpose()?.ok_or_else(|| {
        Refusal::new(Kind::NotFound, "trade.upload.none", "没有这个上传文件；请重新上传", "there is no such file; upload it again")
    })
}

/// All files, latest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Upload>, Refusal> {
    tx.query("select * from trade_upload order by at_us desc, id", args![]).await?.iter().map(upload_of).collect()
}

/// A loaded file with the same content.
pub async fn twin(tx: &mut Tx, of: &Upload) -> Result<Option<String>, Refusal> {
    let sql = "select file from trade_upload where sha256 = $1 and id <> $2 and state = 'loaded' order by at_us limit 1";
    tx.query_opt(sql, args![&of.sha256, &of.id]).await?.map(|row| row.string("file")).transpose()
}

/// Refuses work on a file that is loaded.
///
/// # Errors
/// `Conflict trade.upload.state`.
pub fn open(upload: &Upload) -> Result<(), Refusal> {
    if matches!(upload.state.as_str(), "uploaded" | "checked" | "refused") {
        return Ok(());
    }
    let file = &upload.file;
    Err(Refusal::new(
        Kind::Conflict,
        "trade.upload.state",
        format!("{file} 已经导入；如有差错请撤回该批次后重新上传"),
        format!("{file} is loaded; withdraw the batch and upload again if it is wrong"),
    ))
}

fn text(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "trade.upload.record",
        format!("上传记录无法读取：{error}；请报告给维护者"),
        format!("the record of an upload cannot be read: {error}; report this"),
    )
}

fn upload_of(row: &Row) -> Result<Upload, Refusal> {
    let json = |name: &str| row.opt_string(name);
    let report = json("report")?.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| unreadable(&error))?;
    let problems = json("problems")?.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| unreadable(&error))?;
    Ok(Upload {
        id: row.string("id")?,
        version: row.count("version")?,
        state: row.string("state")?,
        file: row.string("file")?,
        sha256: row.string("sha256")?,
        bytes: row.int("bytes")?,
        uploaded_by: row.string("uploaded_by")?,
        at_us: row.int("at_us")?,
        table: Table::by_name(row.text("fact_table")?),
        mapping: serde_json::from_str(row.text("mapping")?).map_err(|error| unreadable(&error))?,
        report,
        problems: problems.unwrap_or_default(),
        batch: row.opt_string("batch")?,
        loaded_at_us: row.opt_int("loaded_at_us")?,
        ended_by: row.opt_string("ended_by")?,
        reason: row.opt_string("reason")?,
    })
}
