//! A file on its way into the fact store: brought, looked into, mapped, checked, loaded.

use super::desk::Desk;
use super::imports::{ImportFound, store};
use super::jobs::{JobView, Progress, instant};
use super::signed::Signed;
use super::web::{Answer, IfMatch, Language, OnceKey, Sent, download, heavy, too_large};
use crate::say::{make_folder, unreadable, unwritable};
use axum::Json;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qudao_access::Permission;
use qudao_kernel::facts::Table;
use qudao_kernel::{Kind, Lang, Refusal, Text};
use qudao_platform::columnar::facts::{FactPort, ImportJob, ImportReport, Mapping};
use qudao_platform::hash::sha256_of;
use qudao_platform::jobs::New;
use qudao_trade::upload::{self, Arrived, Upload, kind_of_content, preview};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes of an uploaded file.
const MOST_BYTES: u64 = 512 << 20;
/// What no two jobs do at once: the fact store grows batch by batch.
const HOLDS: &str = "facts";

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    let large = OpenApiRouter::new().routes(routes!(bring)).layer(DefaultBodyLimit::max(MOST_BYTES as usize + (1 << 20)));
    OpenApiRouter::new()
        .merge(large)
        .routes(routes!(one))
        .routes(routes!(map))
        .routes(routes!(check))
        .routes(routes!(load))
        .routes(routes!(rejects))
}

/// Where an uploaded file is kept.
fn folder(desk: &Desk) -> PathBuf {
    desk.home.uploads().join("imports")
}

fn path_of(desk: &Desk, upload: &Upload) -> PathBuf {
    folder(desk).join(&upload.sha256).join(&upload.file)
}

fn rejects_of(desk: &Desk, id: &str) -> PathBuf {
    folder(desk).join(format!("{id}-rejects.csv"))
}

/// A row that is wrong.
#[derive(Debug, Serialize, ToSchema)]
struct ImportFault {
    row: u64,
    column: String,
    value: String,
    text: String,
}

/// A header and the column it means.
#[derive(Debug, Serialize, ToSchema)]
struct ImportHeader {
    header: String,
    /// Column of the table; absent where the header is passed over.
    #[schema(required)]
    column: Option<String>,
}

/// An uploaded file.
#[derive(Debug, Serialize, ToSchema)]
struct UploadView {
    id: String,
    version: u32,
    /// uploaded, checked, refused, loaded, withdrawn.
    state: String,
    file: String,
    sha256: String,
    bytes: i64,
    uploaded_by: String,
    uploaded_at: String,
    #[schema(required)]
    table: Option<String>,
    headers: Vec<ImportHeader>,
    /// The first rows, as they stand in the file.
    rows: Vec<Vec<String>>,
    #[schema(required)]
    encoding: Option<String>,
    /// Required columns no header means.
    missing: Vec<String>,
    /// Kinds of the file no code is known for.
    unknown_kinds: Vec<String>,
    /// Kinds that were given a code.
    kinds: BTreeMap<String, String>,
    /// Why the file cannot be read; nothing else of it is shown then.
    #[schema(required)]
    unreadable: Option<String>,
    #[schema(required)]
    report: Option<ImportFound>,
    problems: Vec<ImportFault>,
    has_rejects: bool,
    #[schema(required)]
    batch: Option<String>,
    /// Name of a file with the same content that is loaded already.
    #[schema(required)]
    twin: Option<String>,
}

async fn view(desk: &Arc<Desk>, upload: Upload, lang: Lang) -> Answer<UploadView> {
    let twin = upload::twin(&mut desk.db.read().await?, &upload).await?;
    let desk = Arc::clone(desk);
    heavy(move || {
        let (seen, unreadable) = match preview(&path_of(&desk, &upload), upload.table, &upload.mapping) {
            Ok(seen) => (Some(seen), None),
            Err(refusal) => (None, Some(refusal.text.get(lang).to_owned())),
        };
        let columns = match (&seen, upload.table) {
            (Some(seen), Some(table)) => seen.columns(table, &upload.mapping),
            (Some(seen), None) => vec![None; seen.headers.len()],
            (None, _) => Vec::new(),
        };
        let missing = upload.table.iter().flat_map(|table| table.required()).filter(|col| !columns.contains(&Some(**col)));
        let missing = missing.map(|col| col.name().to_owned()).collect();
        let headers = seen.iter().flat_map(|seen| seen.headers.iter().cloned());
        let headers =
            headers.zip(&columns).map(|(header, col)| ImportHeader { header, column: col.map(|col| col.name().to_owned()) }).collect();
        let fault = |fault: &upload::Fault| ImportFault {
            row: fault.row,
            column: fault.column.clone(),
            value: fault.value.clone(),
            text: fault.text.get(lang).to_owned(),
        };
        Ok(UploadView {
            headers,
            missing,
            encoding: seen.as_ref().and_then(|seen| seen.encoding.clone()),
            unknown_kinds: seen.as_ref().map(|seen| seen.unknown_kinds.clone()).unwrap_or_default(),
            rows: seen.map(|seen| seen.rows).unwrap_or_default(),
            unreadable,
            kinds: upload.mapping.kinds.clone(),
            report: upload.report.as_ref().map(ImportFound::of),
            problems: upload.problems.iter().map(fault).collect(),
            has_rejects: rejects_of(&desk, &upload.id).is_file(),
            table: upload.table.map(|table| table.name().to_owned()),
            id: upload.id,
            version: upload.version,
            state: upload.state,
            file: upload.file,
            sha256: upload.sha256,
            bytes: upload.bytes,
            uploaded_by: upload.uploaded_by,
            uploaded_at: instant(upload.at_us),
            batch: upload.batch,
            twin,
        })
    })
    .await
}

/// A form with one file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the document; the form is read as a stream")]
struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Brings a file: CSV, TSV or XLSX. It is kept and looked into; nothing is loaded.
#[utoipa::path(post, path = "/uploads", tag = "imports", operation_id = "upload",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = UploadView)), extensions(("x-permission" = json!("import.load"))))]
async fn bring(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    mut form: Multipart,
) -> Answer<(StatusCode, Json<UploadView>)> {
    signed.everywhere(&desk, Permission::ImportLoad)?;
    let folder = folder(&desk);
    make_folder(&folder)?;
    let field = form.next_field().await.map_err(|_| too_large())?.ok_or_else(no_file)?;
    let name = plain_name(field.file_name().unwrap_or(""))?;
    let part = folder.join(format!("{}.part", desk.next_trace()));
    let received = receive(field, &part).await;
    let (shared, kept) = (Arc::clone(&desk), part.clone());
    let file = name.clone();
    let outcome = match received {
        Ok(first) => heavy(move || keep(&shared, &kept, &file, &first)).await,
        Err(problem) => Err(problem),
    };
    if part.is_file() {
        std::fs::remove_file(&part).map_err(|error| unwritable(&part, &error))?;
    }
    let (sha256, bytes, table) = outcome?;
    let arrived = Arrived { file: &name, sha256: &sha256, bytes, table, mapping: &Mapping::default() };
    let upload = upload::add(&desk.db, &signed.0.who(), &arrived).await?;
    Ok((StatusCode::CREATED, Json(view(&desk, upload, lang).await?)))
}

/// Writes a file as it comes, no more than it may have. Its first bytes.
async fn receive(mut field: axum::extract::multipart::Field<'_>, part: &std::path::Path) -> Answer<Vec<u8>> {
    const FIRST: usize = 16;
    let failed = |error: std::io::Error| unwritable(part, &error);
    let mut file = tokio::fs::File::create(part).await.map_err(failed)?;
    let (mut bytes, mut first) = (0_u64, Vec::with_capacity(FIRST));
    while let Some(chunk) = field.chunk().await.map_err(|_| too_large())? {
        bytes += chunk.len() as u64;
        if bytes > MOST_BYTES {
            return Err(too_large());
        }
        let missing = FIRST.saturating_sub(first.len());
        first.extend(chunk.iter().take(missing));
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(first)
}

/// Keeps a file under its hash, if it is a table. Hash, size and the table it seems to hold.
fn keep(desk: &Desk, part: &std::path::Path, name: &str, first: &[u8]) -> Result<(String, i64, Option<Table>), Refusal> {
    kind_of_content(name, first)?;
    let (sha256, bytes) =
        sha256_of(&mut std::fs::File::open(part).map_err(|error| unreadable(part, &error))?).map_err(|error| unreadable(part, &error))?;
    let to = folder(desk).join(&sha256);
    make_folder(&to)?;
    let to = to.join(name);
    std::fs::rename(part, &to).map_err(|error| unwritable(&to, &error))?;
    match preview(&to, None, &Mapping::default()) {
        Ok(seen) => Ok((sha256, i64::try_from(bytes).unwrap_or(i64::MAX), seen.propose(name).table)),
        Err(refusal) => {
            std::fs::remove_file(&to).map_err(|error| unwritable(&to, &error))?;
            Err(refusal)
        }
    }
}

/// The last part of a name, without what could leave its folder or upset a terminal.
fn plain_name(name: &str) -> Result<String, Refusal> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("").trim();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    let ending = plain.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("csv" | "tsv" | "txt" | "xlsx") if !plain.starts_with('.') => Ok(plain),
        _ => Err(Refusal::bad_input(
            "serve.upload.name",
            format!("“{plain}”不是可导入的文件；请上传 CSV、TSV 或 XLSX 文件"),
            format!("\"{plain}\" cannot be imported; upload a CSV, TSV or XLSX file"),
        )),
    }
}

fn no_file() -> Refusal {
    Refusal::bad_input("serve.upload.none", "没有收到文件；请选择文件后上传", "no file came; choose one and upload it")
}

/// An uploaded file.
#[utoipa::path(get, path = "/uploads/{id}", tag = "imports", operation_id = "upload_state", params(("id" = String, Path, description = "Upload")),
    responses((status = 200, body = UploadView)), extensions(("x-permission" = json!("import.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<UploadView>> {
    signed.everywhere(&desk, Permission::ImportRead)?;
    let upload = upload::get(&mut desk.db.read().await?, &id).await?;
    Ok(Json(view(&desk, upload, lang).await?))
}

/// What a file calls things.
#[derive(Deserialize, ToSchema)]
struct MappingSent {
    /// Table.
    table: String,
    /// Header of the file → column; an empty column passes it over. Headers left out mean what they are called.
    #[serde(default)]
    columns: BTreeMap<String, String>,
    /// Kind in the file → code.
    #[serde(default)]
    kinds: BTreeMap<String, String>,
}

/// Says which table a file holds and what its headers and kinds mean.
#[utoipa::path(put, path = "/uploads/{id}/mapping", tag = "imports", operation_id = "map_upload",
    params(("id" = String, Path, description = "Upload"), ("If-Match" = String, Header, description = "Version seen")), request_body = MappingSent,
    responses((status = 200, body = UploadView)), extensions(("x-permission" = json!("import.load"))))]
async fn map(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<MappingSent>,
) -> Answer<Json<UploadView>> {
    signed.everywhere(&desk, Permission::ImportLoad)?;
    let table = Table::by_name(&sent.table).ok_or_else(no_table)?;
    let mapping = Mapping { table: None, columns: sent.columns, kinds: sent.kinds };
    let upload = upload::map(&desk.db, &signed.0.who(), &id, version, table, &mapping).await?;
    Ok(Json(view(&desk, upload, lang).await?))
}

fn no_table() -> Refusal {
    Refusal::bad_input("serve.upload.table", "请先选择文件对应的数据表", "choose the table the file holds first")
}

/// Checks a file as loading would, and saves nothing.
#[utoipa::path(post, path = "/uploads/{id}/check", tag = "imports", operation_id = "check_upload", params(("id" = String, Path, description = "Upload")),
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("import.load"))))]
async fn check(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<(StatusCode, Json<JobView>)> {
    begin(&desk, &signed, lang, &id, Way::Check).await
}

/// How much of a file to take.
#[derive(Deserialize, ToSchema)]
struct LoadSent {
    /// Load the good rows of a file with bad ones; without it such a file is refused as a whole.
    #[serde(default)]
    accept_partial: bool,
}

/// Loads a file into the fact store.
#[utoipa::path(post, path = "/uploads/{id}/load", tag = "imports", operation_id = "load_upload",
    params(("id" = String, Path, description = "Upload"), ("Idempotency-Key" = String, Header, description = "Key of the request")),
    request_body = LoadSent,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("import.load"))))]
async fn load(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    // A file is loaded once whatever the key: the fact store knows its rows. The key keeps the promise of the interface.
    _key: OnceKey,
    Sent(sent): Sent<LoadSent>,
) -> Answer<(StatusCode, Json<JobView>)> {
    begin(&desk, &signed, lang, &id, if sent.accept_partial { Way::Partial } else { Way::Whole }).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Check,
    Whole,
    Partial,
}

async fn begin(desk: &Arc<Desk>, signed: &Signed, lang: Lang, id: &str, way: Way) -> Answer<(StatusCode, Json<JobView>)> {
    signed.everywhere(desk, Permission::ImportLoad)?;
    let upload = upload::get(&mut desk.db.read().await?, id).await?;
    upload::open(&upload)?;
    let table = upload.table.ok_or_else(no_table)?;
    let (kind, zh, en) = if way == Way::Check { ("import.check", "检查", "Check of") } else { ("import.load", "导入", "Import of") };
    let title = Text::new(format!("{zh} {}", upload.file), format!("{en} {}", upload.file));
    let login = signed.0.login.clone();
    let new = New { kind, title: &title, login: &login, holds: HOLDS };
    let (shared, who) = (Arc::clone(desk), signed.0.who());
    let job = desk.jobs.start(&new, move |progress| {
        let report = take_in(&shared, &upload, table, way, progress)?;
        let after = Handle::current().block_on(upload::found(&shared.db, &who, &upload.id, &report))?;
        Ok(json!({ "upload": after.id, "state": after.state, "batch": after.batch, "accepted": report.accepted, "rejected": report.rejected }))
    });
    Ok((StatusCode::ACCEPTED, Json(JobView::fresh(job.await?, lang))))
}

fn take_in(desk: &Desk, upload: &Upload, table: Table, way: Way, progress: &Progress) -> Result<ImportReport, Refusal> {
    let mut job = ImportJob::new(table, path_of(desk, upload), desk.today());
    job.mapping = upload.mapping.clone();
    job.dry_run = way == Way::Check;
    job.accept_partial = way == Way::Partial;
    job.rejects = Some(rejects_of(desk, &upload.id));
    let far = progress.clone();
    store(desk)?.import(&job, &*desk.master()?, &move |step| far.at(step.done, step.total))
}

/// The rejected rows of a file, with what is wrong: correct them there and upload it.
#[utoipa::path(get, path = "/uploads/{id}/rejects", tag = "imports", operation_id = "upload_rejects", params(("id" = String, Path, description = "Upload")),
    responses((status = 200, description = "A table", content_type = "text/csv")), extensions(("x-permission" = json!("import.read"))))]
async fn rejects(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<Response> {
    signed.everywhere(&desk, Permission::ImportRead)?;
    let upload = upload::get(&mut desk.db.read().await?, &id).await?;
    let bytes = heavy(move || {
        let path = rejects_of(&desk, &upload.id);
        std::fs::read(&path).map_err(|_| Refusal::new(Kind::NotFound, "serve.upload.no_rejects", "没有被拒绝的行", "no rows were rejected"))
    });
    Ok(download(&format!("{id}-rejects.csv"), "text/csv; charset=utf-8", bytes.await?))
}
