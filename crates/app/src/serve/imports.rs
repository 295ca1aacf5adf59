//! The import centre: the tables there are, files and batches, and the way to take a batch back.

use super::desk::Desk;
use super::jobs::instant;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, Sent, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_engine::facts::FactStore;
use qudao_kernel::facts::Table;
use qudao_kernel::{Lang, Refusal};
use qudao_platform::columnar::facts::{FactPort, ImportReport, Outcome};
use qudao_trade::upload::{self, Upload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(tables)).routes(routes!(list)).routes(routes!(batch)).routes(routes!(withdraw))
}

pub(crate) fn store(desk: &Desk) -> Result<FactStore, Refusal> {
    FactStore::open(&desk.home.root().to_string_lossy())
}

/// A fact table and its columns.
#[derive(Serialize, ToSchema)]
struct ImportTable {
    table: String,
    title: String,
    columns: Vec<ImportColumn>,
    kinds: Vec<ImportKind>,
}

#[derive(Serialize, ToSchema)]
struct ImportColumn {
    column: String,
    title: String,
    /// text, int, money, bool, date, month.
    r#type: String,
    required: bool,
    /// What it holds.
    doc: String,
}

#[derive(Serialize, ToSchema)]
struct ImportKind {
    kind: String,
    title: String,
}

/// The tables files can be loaded into.
#[utoipa::path(get, path = "/import-tables", tag = "imports", operation_id = "import_tables",
    responses((status = 200, body = Vec<ImportTable>)), extensions(("x-permission" = json!("import.read"))))]
async fn tables(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<ImportTable>>> {
    signed.everywhere(&desk, Permission::ImportRead)?;
    let title = |code: &str, zh: &str| if lang == Lang::Zh { zh.to_owned() } else { code.replace('_', " ") };
    let view = |table: Table| ImportTable {
        table: table.name().to_owned(),
        title: title(table.name(), table.label()),
        columns: table
            .columns()
            .iter()
            .map(|col| ImportColumn {
                column: col.name().to_owned(),
                title: title(col.name(), col.label()),
                r#type: crate::say::word(&col.ty()),
                required: table.required().contains(col),
                doc: col.doc().to_owned(),
            })
            .collect(),
        kinds: table.kinds().iter().map(|(kind, label)| ImportKind { kind: (*kind).to_owned(), title: title(kind, label) }).collect(),
    };
    Ok(Json(Table::ALL.into_iter().map(view).collect()))
}

/// What a check or a load found: received = accepted + rejected.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportFound {
    received: u64,
    accepted: u64,
    rejected: u64,
    /// Of the rejected: there already, with the same content.
    duplicates: u64,
    /// Of the rejected: there already, with another content.
    conflicts: u64,
    /// Of the accepted: later versions of rows that are there.
    corrections: u64,
    /// Of the accepted: of nobody, until the master data are completed.
    unattributed: u64,
    unknown_codes: Vec<String>,
    /// Headers that were passed over.
    ignored: Vec<String>,
    /// landed, checked, refused, nothing.
    outcome: String,
    /// Whether the accounts add up in total and on every day.
    adds_up: bool,
    days: Vec<ImportDay>,
}

/// Rows and fen of one day and kind.
#[derive(Debug, Serialize, ToSchema)]
struct ImportDay {
    #[schema(required)]
    day: Option<String>,
    kind: String,
    title: String,
    received: u64,
    accepted: u64,
    rejected: u64,
    /// Fen of the accepted rows.
    amount: i64,
    /// Fen of the rejected rows.
    rejected_amount: i64,
}

impl ImportFound {
    pub(crate) fn of(report: &ImportReport) -> Self {
        let label = |kind: &str| report.table.kinds().iter().find(|(code, _)| *code == kind).map_or(kind, |(_, label)| label).to_owned();
        let outcome = match report.outcome {
            Outcome::Landed(_) => "landed",
            Outcome::Checked => "checked",
            Outcome::Refused => "refused",
            Outcome::Nothing => "nothing",
        };
        Self {
            received: report.received,
            accepted: report.accepted,
            rejected: report.rejected,
            duplicates: report.duplicates,
            conflicts: report.conflicts,
            corrections: report.corrections,
            unattributed: report.unattributed(),
            unknown_codes: report.unknown_codes.clone(),
            ignored: report.ignored.clone(),
            outcome: outcome.to_owned(),
            adds_up: report.adds_up(),
            days: report
                .days
                .iter()
                .map(|count| ImportDay {
                    day: count.day.map(|day| day.to_string()),
                    kind: count.kind.clone(),
                    title: label(&count.kind),
                    received: count.received.rows,
                    accepted: count.accepted.rows,
                    rejected: count.rejected.rows,
                    amount: count.accepted.amount.0,
                    rejected_amount: count.rejected.amount.0,
                })
                .collect(),
        }
    }
}

/// A batch, or a file that is not loaded.
#[derive(Serialize, ToSchema)]
struct ImportRow {
    /// Batch; absent while it is not loaded.
    #[schema(required)]
    batch: Option<String>,
    /// Upload; absent where it was loaded from the command line.
    #[schema(required)]
    upload: Option<String>,
    /// uploaded, checked, refused, loaded, withdrawn.
    state: String,
    file: String,
    #[schema(required)]
    table: Option<String>,
    received: u64,
    accepted: u64,
    rejected: u64,
    duplicates: u64,
    unattributed: u64,
    /// Import day, or the day it was brought.
    day: String,
    by: String,
    #[schema(required)]
    reason: Option<String>,
    /// When it came, microseconds since 1970; of a batch of the command line only the day is known.
    #[serde(skip)]
    at_us: i64,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportsAsked {
    /// Part of the file's name or the batch.
    q: Option<String>,
    /// Table.
    table: Option<String>,
    /// State.
    state: Option<String>,
    /// `day`, `file`, `received`, `rejected`, with `-` for falling.
    sort: Option<String>,
}

/// Files and batches, latest first.
#[utoipa::path(get, path = "/imports", tag = "imports", operation_id = "imports", params(ImportsAsked, Paging),
    responses((status = 200, body = Page<ImportRow>)), extensions(("x-permission" = json!("import.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(asked): Asked<ImportsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ImportRow>>> {
    signed.everywhere(&desk, Permission::ImportRead)?;
    only(asked.table.as_deref(), &Table::ALL.map(Table::name))?;
    only(asked.state.as_deref(), &["uploaded", "checked", "refused", "loaded", "withdrawn"])?;
    let uploads = upload::list(&mut desk.db.read().await?).await?;
    let snapshot = heavy(move || store(&desk)?.latest()).await?;
    let known: BTreeSet<String> = uploads.iter().filter_map(|upload| upload.batch.clone()).collect();
    let mut rows: Vec<ImportRow> = uploads.into_iter().map(row_of).collect();
    rows.extend(snapshot.batches.into_iter().filter(|batch| !known.contains(&batch.batch)).map(|batch| ImportRow {
        upload: None,
        state: "loaded".to_owned(),
        file: batch.file,
        table: Some(batch.table.name().to_owned()),
        received: batch.received,
        accepted: batch.accepted,
        rejected: batch.rejected,
        duplicates: batch.duplicates,
        unattributed: batch.unattributed,
        day: batch.day.to_string(),
        by: String::new(),
        reason: None,
        at_us: i64::from(batch.day.days()) * 86_400_000_000,
        batch: Some(batch.batch),
    }));
    let typed = asked.q.unwrap_or_default().trim().to_lowercase();
    rows.retain(|row| {
        asked.table.as_ref().is_none_or(|table| row.table.as_ref() == Some(table))
            && asked.state.as_ref().is_none_or(|state| row.state == *state)
            && (typed.is_empty()
                || row.file.to_lowercase().contains(&typed)
                || row.batch.as_ref().is_some_and(|batch| batch.contains(&typed)))
    });
    let sort = asked.sort.as_deref().unwrap_or("-day");
    match sort.trim_start_matches('-') {
        "file" => rows.sort_by(|a, b| a.file.cmp(&b.file)),
        "received" => rows.sort_by_key(|row| row.received),
        "rejected" => rows.sort_by_key(|row| row.rejected),
        _ => rows.sort_by(|a, b| a.at_us.cmp(&b.at_us).then_with(|| b.file.cmp(&a.file))),
    }
    if sort.starts_with('-') {
        rows.reverse();
    }
    Ok(Json(Page::of(&paging, rows.len(), rows.into_iter())))
}

fn row_of(upload: Upload) -> ImportRow {
    let report = upload.report.as_ref();
    let count = |of: fn(&ImportReport) -> u64| report.map_or(0, of);
    ImportRow {
        received: count(|report| report.received),
        accepted: count(|report| report.accepted),
        rejected: count(|report| report.rejected),
        duplicates: count(|report| report.duplicates),
        unattributed: count(ImportReport::unattributed),
        day: instant(upload.at_us).get(..10).unwrap_or("").to_owned(),
        batch: upload.batch,
        // One that was loaded from the command line has no file of ours.
        upload: Some(upload.id).filter(|id| id.starts_with("upl_")),
        state: upload.state,
        file: upload.file,
        table: upload.table.map(|table| table.name().to_owned()),
        by: upload.uploaded_by,
        reason: upload.reason,
        at_us: upload.at_us,
    }
}

/// A batch with its accounts by day and kind.
#[derive(Serialize, ToSchema)]
struct ImportBatch {
    batch: String,
    file: String,
    table: String,
    day: String,
    sha256: String,
    bytes: u64,
    #[schema(required)]
    encoding: Option<String>,
    report: ImportFound,
    /// Published months its rows are of: withdrawing it makes differences there.
    published_months: Vec<String>,
}

/// One batch of the fact store.
#[utoipa::path(get, path = "/imports/{batch}", tag = "imports", operation_id = "import_batch", params(("batch" = String, Path, description = "Batch")),
    responses((status = 200, body = ImportBatch)), extensions(("x-permission" = json!("import.read"))))]
async fn batch(State(desk): State<Arc<Desk>>, signed: Signed, Path(batch): Path<String>) -> Answer<Json<ImportBatch>> {
    signed.everywhere(&desk, Permission::ImportRead)?;
    let view = heavy(move || {
        let store = store(&desk)?;
        let report = store.report(&batch)?;
        let snapshot = store.latest()?;
        let months: BTreeSet<_> = snapshot.files.iter().filter(|file| file.batch == batch).map(|file| file.period).collect();
        let published = super::settling::published(&desk.home)?;
        Ok(ImportBatch {
            published_months: months.into_iter().filter(|month| published.contains(month)).map(|month| month.to_string()).collect(),
            table: report.table.name().to_owned(),
            day: report.day.to_string(),
            bytes: report.bytes,
            encoding: report.encoding.clone(),
            file: report.file.clone(),
            sha256: report.sha256.clone(),
            report: ImportFound::of(&report),
            batch,
        })
    });
    Ok(Json(view.await?))
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
struct WithdrawReason {
    reason: String,
}

/// Takes a whole batch back: its rows are gone from later runs, its ids are free again.
#[utoipa::path(post, path = "/imports/{batch}/withdraw", tag = "imports", operation_id = "withdraw_import",
    params(("batch" = String, Path, description = "Batch")), request_body = WithdrawReason,
    responses((status = 204, description = "Withdrawn")), extensions(("x-permission" = json!("import.load"))))]
async fn withdraw(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(batch): Path<String>,
    Sent(sent): Sent<WithdrawReason>,
) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::ImportLoad)?;
    upload::check_reason(&sent.reason)?;
    let (shared, name) = (Arc::clone(&desk), batch.clone());
    let report = heavy(move || {
        let store = store(&shared)?;
        let report = store.report(&name).ok();
        // One that is withdrawn already, by a request that broke off here, still gets its record.
        if !store.latest()?.withdrawn.contains(&name) {
            store.withdraw(&name)?;
        }
        Ok(report)
    });
    upload::withdrawn(&desk.db, &signed.0.who(), &batch, report.await?.as_ref(), &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
