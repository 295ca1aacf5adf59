//! Exports of figures and of the business behind them: written by a job, kept for a week for whoever asked, and handed out as a stream.

use super::desk::Desk;
use super::figures::{self, label};
use super::jobs::{JobView, Progress, instant};
use super::metrics::{MetricQuery, words};
use super::signed::Signed;
use super::web::{Answer, Language, Sent, bug, heavy};
use crate::say::{make_folder, unreadable};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_access::Permission;
use qudao_kernel::{Fen, Kind, Lang, Refusal, Text};
use qudao_metrics::{Dimension, Query, Unit, store};
use qudao_platform::jobs::New;
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a file is kept.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Bytes handed out at once.
const CHUNK: usize = 64 << 10;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(begin)).routes(routes!(list)).routes(routes!(download, remove))
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

/// A file to download.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportFile {
    /// Name, for the address.
    file: String,
    bytes: u64,
    made_at: String,
    /// When it is deleted.
    expires_at: String,
}

/// Folder of a person's files; a login is plain letters, digits and `._-@`.
fn folder(desk: &Desk, login: &str) -> PathBuf {
    desk.home.exports().join(login)
}

fn micros(time: SystemTime) -> i64 {
    time.duration_since(SystemTime::UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0)
}

/// Begins an export. The job's result names the file.
#[utoipa::path(post, path = "/exports", tag = "metrics", operation_id = "export_figures", request_body = ExportSent,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("volume.read"))))]
async fn begin(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<ExportSent>,
) -> Answer<(StatusCode, Json<JobView>)> {
    let within = figures::within(signed.scope(&desk, Permission::VolumeRead)?);
    let mut query = sent.query.query(within)?;
    query.check(&desk.figures.catalogue)?;
    query.top = None;
    if sent.query.wants_targets() {
        query.targets = store::targets(&desk.db, &query.metrics, query.from.month(), query.to.month()).await?;
    }
    let open = Arc::clone(&desk);
    let write = move |path: &std::path::Path, format, progress: &Progress| write(&open, &query, lang, path, format, progress);
    start(&desk, &signed, lang, &sent.name, &sent.format, write).await
}

/// Begins the job that writes a file of the caller's. Its result names the file and how many rows there are.
pub(super) async fn start(
    desk: &Arc<Desk>,
    signed: &Signed,
    lang: Lang,
    name: &str,
    format: &str,
    write: impl FnOnce(&std::path::Path, Format, &Progress) -> Result<u64, Refusal> + Send + 'static,
) -> Answer<(StatusCode, Json<JobView>)> {
    let format = if format == "csv" { Format::Csv(CsvEncoding::Utf8Bom) } else { Format::Xlsx };
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') { c } else { '_' }).take(60).collect();
    let login = signed.0.login.clone();
    let title = Text::new(format!("导出 {plain}"), format!("export {plain}"));
    let new = New { kind: "figures.export", title: &title, login: &login, holds: "" };
    let folder = folder(desk, &login);
    let at = desk.db.now_us() / 1_000_000 % 100_000_000;
    let job = desk
        .jobs
        .start(&new, move |progress| {
            make_folder(&folder)?;
            let file = format!("{}-{at:08}.{}", plain.trim(), format.extension());
            let rows = write(&folder.join(&file), format, progress)?;
            Ok(serde_json::json!({ "file": file, "rows": rows }))
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job, lang))))
}

/// Writes an answer as a table: keys with their names, then for every key across each metric with what stands beside it.
fn write(desk: &Arc<Desk>, query: &Query, lang: Lang, path: &std::path::Path, format: Format, progress: &Progress) -> Result<u64, Refusal> {
    progress.note("统计", "counting");
    let asked = desk.figures.now(desk)?;
    let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
    let answer = qudao_metrics::answer(catalogue, &master, &asked, query)?;
    let name = |dimension: Dimension, key: &str| label(catalogue, &master, query.to, lang, dimension, key);
    let mut columns = Vec::new();
    for dimension in &query.by {
        columns.push(Column::new(format!("{}{}", dimension.label(lang), words(lang, "编码", " code")), ColumnType::Text));
        columns.push(Column::new(dimension.label(lang), ColumnType::Text));
    }
    let compare = query.compare;
    let beside: Vec<String> = [
        (words(lang, "上期", "previous"), compare.previous),
        (words(lang, "去年同期", "last year"), compare.last_year),
        (words(lang, "节假日调整后上期", "previous, adjusted"), compare.adjusted),
        (words(lang, "目标", "target"), compare.target),
    ]
    .into_iter()
    .filter(|(_, wanted)| *wanted)
    .map(|(words, _)| words)
    .collect();
    let units: Vec<Unit> = query.metrics.iter().filter_map(|id| catalogue.get(id)).map(|metric| metric.unit).collect();
    for key in &answer.across {
        for metric in query.metrics.iter().filter_map(|id| catalogue.get(id)) {
            let across = query.across.map_or_else(String::new, |one| format!("{} ", name(one, key)));
            let title = format!("{across}{}{}", metric.name.get(lang), if metric.unit == Unit::Ppm { " (%)" } else { "" });
            let ty = ty(metric.unit);
            columns.push(Column::new(&title, ty));
            columns.extend(beside.iter().map(|words| Column::new(format!("{title} {words}"), ty)));
        }
    }
    let mut table = TableWriter::create(path, &columns, format)?;
    let total = answer.rows.len() as u64;
    let figures = |cells: &mut Vec<Figure>, row: &[qudao_metrics::Cell]| {
        for (at, cell) in row.iter().enumerate() {
            let unit = units[at % units.len()];
            cells.push(Figure(unit, cell.value));
            let others = [
                (cell.previous, compare.previous),
                (cell.last_year, compare.last_year),
                (cell.adjusted, compare.adjusted),
                (cell.target, compare.target),
            ];
            cells.extend(others.into_iter().filter(|(_, wanted)| *wanted).map(|(value, _)| Figure(unit, value)));
        }
    };
    for (index, row) in answer.rows.iter().enumerate() {
        if index % 10_000 == 0 {
            progress.goes_on()?;
            progress.at(index as u64, total);
        }
        let keys: Vec<String> = query.by.iter().zip(&row.key).flat_map(|(dimension, key)| [key.clone(), name(*dimension, key)]).collect();
        let mut numbers = Vec::new();
        figures(&mut numbers, &row.cells);
        put(&mut table, &keys, &numbers)?;
    }
    let mut keys = vec![String::new(); query.by.len() * 2];
    if let Some(first) = keys.first_mut() {
        *first = words(lang, "合计", "Total");
    }
    let mut numbers = Vec::new();
    figures(&mut numbers, &answer.total);
    put(&mut table, &keys, &numbers)?;
    progress.at(total, total);
    table.finish()
}

/// A figure and its unit.
struct Figure(Unit, Option<i64>);

fn ty(unit: Unit) -> ColumnType {
    match unit {
        // A share is written in per cent with two decimals, which is what a column of money looks like.
        Unit::Fen | Unit::Ppm => ColumnType::Money,
        _ => ColumnType::Int,
    }
}

fn put(table: &mut TableWriter, keys: &[String], figures: &[Figure]) -> Result<(), Refusal> {
    let figure = |Figure(unit, value): &Figure| match (unit, value) {
        (_, None) => Cell::Empty,
        (Unit::Fen, Some(fen)) => Cell::Money(Fen(*fen)),
        (Unit::Ppm, Some(ppm)) => Cell::Money(Fen((ppm + 50).div_euclid(100))),
        (_, Some(number)) => Cell::Int(*number),
    };
    let cells: Vec<Cell<'_>> =
        keys.iter().map(|key| if key.is_empty() { Cell::Empty } else { Cell::Text(key) }).chain(figures.iter().map(figure)).collect();
    table.row(&cells)
}

/// The caller's files, latest first. Those kept for a week are deleted.
#[utoipa::path(get, path = "/exports", tag = "metrics", operation_id = "exports",
    responses((status = 200, body = Vec<ExportFile>)), extensions(("x-permission" = json!("any"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<ExportFile>>> {
    let now = desk.db.now_us();
    heavy(move || {
        let folder = folder(&desk, &signed.0.login);
        let mut files = Vec::new();
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Json(Vec::new())) };
        for entry in entries.flatten() {
            let (Ok(data), file) = (entry.metadata(), entry.file_name().to_string_lossy().into_owned()) else { continue };
            // Unfinished files begin with a dot.
            if !data.is_file() || file.starts_with('.') || ends(&file, "part") {
                continue;
            }
            let made = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if made.elapsed().is_ok_and(|age| age > KEPT) {
                std::fs::remove_file(entry.path()).ok();
                continue;
            }
            let age = made.elapsed().map_or(0, |age| i64::try_from(age.as_micros()).unwrap_or(0));
            let made_us = now - age;
            let expires = made_us + i64::try_from(KEPT.as_micros()).unwrap_or(0);
            files.push((micros(made), ExportFile { file, bytes: data.len(), made_at: instant(made_us), expires_at: instant(expires) }));
        }
        files.sort_by_key(|(made, _)| std::cmp::Reverse(*made));
        Ok(Json(files.into_iter().map(|(_, file)| file).collect()))
    })
    .await
}

/// Whether a file's name ends so.
fn ends(file: &str, ending: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|found| found == ending)
}

fn own_file(desk: &Desk, login: &str, file: &str) -> Result<PathBuf, Refusal> {
    let path = folder(desk, login).join(file);
    if file.contains(['/', '\\']) || file.starts_with('.') || !path.is_file() {
        return Err(Refusal::new(
            Kind::NotFound,
            "serve.export.missing",
            "没有这个文件，或已过期删除；请重新导出",
            "there is no such file, or it has expired; export again",
        ));
    }
    Ok(path)
}

/// A file.
#[utoipa::path(get, path = "/exports/{file}", tag = "metrics", operation_id = "download_export",
    params(("file" = String, Path, description = "Name")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream")), extensions(("x-permission" = json!("any"))))]
async fn download(State(desk): State<Arc<Desk>>, signed: Signed, Path(file): Path<String>) -> Answer<Response> {
    let path = own_file(&desk, &signed.0.login, &file)?;
    let mut open = std::fs::File::open(&path).map_err(|error| unreadable(&path, &error))?;
    let bytes = open.metadata().map_err(|error| unreadable(&path, &error))?.len();
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
        if ends(&file, "csv") { "text/csv; charset=utf-8" } else { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
    let mut coded = String::new();
    for byte in file.bytes() {
        // Writing to a String cannot fail.
        let _ = if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            write!(coded, "{}", char::from(byte))
        } else {
            write!(coded, "%{byte:02X}")
        };
    }
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{coded}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

/// Deletes a file.
#[utoipa::path(delete, path = "/exports/{file}", tag = "metrics", operation_id = "delete_export",
    params(("file" = String, Path, description = "Name")),
    responses((status = 204, description = "Deleted")), extensions(("x-permission" = json!("any"))))]
async fn remove(State(desk): State<Arc<Desk>>, signed: Signed, Path(file): Path<String>) -> Answer<StatusCode> {
    let path = own_file(&desk, &signed.0.login, &file)?;
    std::fs::remove_file(&path).map_err(|error| bug(&error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}
