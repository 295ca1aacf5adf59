//! Exports: written by a job, kept for a week for whoever asked, listed, handed out as a stream, asked for again.

use super::audit;
use super::desk::Desk;
use super::export_notes::{Ask, KEPT_US, Note, Shelf};
use super::export_rows;
use super::figures;
use super::figures_file;
use super::jobs::{JobView, instant};
use super::metric_rows::Behind;
use super::metrics::MetricQuery;
use super::signed::Signed;
use super::web::{Answer, Language, Sent, heavy};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_access::Permission;
use qudao_kernel::{Lang, Text};
use qudao_metrics::store;
use qudao_platform::jobs::{self, New};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Bytes handed out at once.
const CHUNK: usize = 64 << 10;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, begin)).routes(routes!(download, remove)).routes(routes!(repeat))
}

/// An export to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExportSent {
    /// What the page shows. All rows are written, whatever the page shows of them.
    query: MetricQuery,
    /// xlsx or csv.
    format: String,
    /// Name of the file, without its ending.
    name: String,
}

/// An export of the caller's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportView {
    /// Id, for the address.
    id: String,
    /// figures, rows or audit.
    kind: String,
    /// Name of the file with its ending.
    file: String,
    /// waiting, running, done, failed, cancelled.
    state: String,
    /// The job that writes it.
    #[schema(required)]
    job: Option<String>,
    /// Of the finished file.
    #[schema(required)]
    bytes: Option<u64>,
    /// Rows below the header.
    #[schema(required)]
    rows: Option<u64>,
    made_at: String,
    /// When it is deleted.
    expires_at: String,
    /// Why it failed.
    #[schema(required)]
    detail: Option<String>,
}

/// Begins an export. The job's result names the export.
#[utoipa::path(post, path = "/exports", tag = "exports", operation_id = "export_figures", request_body = ExportSent,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("volume.read"))))]
async fn begin(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<ExportSent>,
) -> Answer<(StatusCode, Json<JobView>)> {
    start(&desk, &signed, lang, Ask::Figures(sent.query), &sent.name, &sent.format).await
}

/// Begins an export of what the caller may see of it today.
pub(super) async fn start(
    desk: &Arc<Desk>,
    signed: &Signed,
    lang: Lang,
    ask: Ask,
    name: &str,
    format: &str,
) -> Answer<(StatusCode, Json<JobView>)> {
    let work = work(desk, signed, &ask).await?;
    let login = signed.0.login.clone();
    let shelf = Shelf::of(desk, &login);
    let mut note = Note::begin(&shelf, desk.db.now_us(), ask, name, format, lang)?;
    let title = Text::new(format!("导出 {}", note.name), format!("export {}", note.name));
    let new = New { kind: "figures.export", title: &title, login: &login, holds: "" };
    let (open, kept, owner) = (Arc::clone(desk), note.clone(), login.clone());
    let job = desk
        .jobs
        .start(&new, move |progress| {
            let path = Shelf::of(&open, &owner).path(&kept);
            let rows = match &work {
                Work::Figures(query) => figures_file::write(&open, query, kept.lang(), &path, kept.format(), progress)?,
                Work::Rows(behind) => export_rows::write(&open, behind, kept.lang(), &path, kept.format(), progress)?,
                Work::Audit(search) => audit::write(&open, search, &path, kept.format(), progress)?,
            };
            Ok(serde_json::json!({ "export": kept.id, "file": kept.file(), "rows": rows }))
        })
        .await?;
    note.job = Some(job.id.clone());
    shelf.keep(&note)?;
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job, lang))))
}

/// What a job writes: a question with the caller's reach in it.
enum Work {
    Figures(Box<qudao_metrics::Query>),
    Rows(Box<Behind>),
    Audit(qudao_platform::audit::Search),
}

async fn work(desk: &Arc<Desk>, signed: &Signed, ask: &Ask) -> Answer<Work> {
    match ask {
        Ask::Figures(sent) => {
            let mut query = sent.query(figures::within(signed.scope(desk, Permission::VolumeRead)?))?;
            query.check(&desk.figures.catalogue)?;
            query.top = None;
            if sent.wants_targets() {
                query.targets = store::targets(&desk.db, &query.metrics, query.from.month(), query.to.month()).await?;
            }
            Ok(Work::Figures(Box::new(query)))
        }
        Ask::Rows(sent) => {
            let within = figures::within(signed.scope(desk, Permission::VolumeRead)?);
            Ok(Work::Rows(Box::new(Behind::of(desk, sent, within)?)))
        }
        Ask::Audit(sent) => {
            signed.everywhere(desk, Permission::AuditRead)?;
            Ok(Work::Audit(sent.search()?))
        }
    }
}

/// The caller's exports, latest first. Those kept for a week are deleted.
#[utoipa::path(get, path = "/exports", tag = "exports", operation_id = "exports",
    responses((status = 200, body = Vec<ExportView>)), extensions(("x-permission" = json!("any"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<ExportView>>> {
    let now = desk.db.now_us();
    let (shared, login) = (Arc::clone(&desk), signed.0.login.clone());
    let notes = heavy(move || {
        let shelf = Shelf::of(&shared, &login);
        let sized = |note: Note| {
            let bytes = std::fs::metadata(shelf.path(&note)).ok().map(|file| file.len());
            (note, bytes)
        };
        Ok(shelf.all(now).into_iter().map(sized).collect::<Vec<_>>())
    });
    let mut views = Vec::new();
    for (note, bytes) in notes.await? {
        let job = match &note.job {
            Some(job) => Some(jobs::get(&mut desk.db.read().await?, job).await?),
            None => None,
        };
        views.push(view(note, bytes, job, lang));
    }
    Ok(Json(views))
}

fn view(note: Note, bytes: Option<u64>, job: Option<jobs::Job>, lang: Lang) -> ExportView {
    let result = job.as_ref().and_then(|job| job.result.as_deref()).and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    ExportView {
        kind: note.ask.kind().to_owned(),
        file: note.file(),
        state: job.as_ref().map_or("waiting", |job| job.state.name()).to_owned(),
        detail: job.and_then(|job| job.failure).map(|(_, text)| text.get(lang).to_owned()),
        bytes,
        rows: result.and_then(|result| result["rows"].as_u64()),
        made_at: instant(note.made_us),
        expires_at: instant(note.made_us + KEPT_US),
        id: note.id,
        job: note.job,
    }
}

/// Makes an export again, of what there is now.
#[utoipa::path(post, path = "/exports/{id}/repeat", tag = "exports", operation_id = "repeat_export",
    params(("id" = String, Path, description = "Export")), responses((status = 202, body = JobView)),
    extensions(("x-permission" = json!(["volume.read", "audit.read"]))))]
async fn repeat(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<(StatusCode, Json<JobView>)> {
    if signed.may(&desk, Permission::VolumeRead).is_err() {
        signed.may(&desk, Permission::AuditRead)?;
    }
    let note = Shelf::of(&desk, &signed.0.login).get(&id)?;
    start(&desk, &signed, lang, note.ask, &note.name, &note.format).await
}

/// A file.
#[utoipa::path(get, path = "/exports/{id}", tag = "exports", operation_id = "download_export",
    params(("id" = String, Path, description = "Export")),
    responses((status = 200, description = "The workbook, or the CSV file", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv")))), extensions(("x-permission" = json!("any"))))]
async fn download(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Response> {
    let shelf = Shelf::of(&desk, &signed.0.login);
    let note = shelf.get(&id)?;
    let (mut open, bytes) = shelf.open(&note)?;
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = open.read(&mut chunk);
            let end = matches!(read, Ok(0) | Err(_));
            let piece = read.map(|count| {
                chunk.truncate(count);
                chunk
            });
            // Whoever no longer listens has gone away.
            if sender.blocking_send(piece).is_err() || end {
                break;
            }
        }
    });
    let kind =
        if note.format == "csv" { "text/csv; charset=utf-8" } else { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", coded(&note.file()))),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

/// A name as a header takes it.
pub(super) fn coded(name: &str) -> String {
    let mut coded = String::new();
    for byte in name.bytes() {
        // Writing to a String cannot fail.
        let _ = if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            write!(coded, "{}", char::from(byte))
        } else {
            write!(coded, "%{byte:02X}")
        };
    }
    coded
}

/// Deletes an export.
#[utoipa::path(delete, path = "/exports/{id}", tag = "exports", operation_id = "delete_export",
    params(("id" = String, Path, description = "Export")),
    responses((status = 204, description = "Deleted")), extensions(("x-permission" = json!("any"))))]
async fn remove(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<StatusCode> {
    let shelf = Shelf::of(&desk, &signed.0.login);
    let note = shelf.get(&id)?;
    heavy(move || shelf.remove(&note)).await?;
    Ok(StatusCode::NO_CONTENT)
}
