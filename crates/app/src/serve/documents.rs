//! 文档管理: folders, documents, their files, and search over all of it (R8.108).

use super::desk::Desk;
use super::document_reader::{reader, seated};
use super::exports::coded;
use super::jobs::instant;
use super::people::master;
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, OnceKey, Page, Paging, Sent, heavy, only, too_large};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_access::{Permission, Scope, people};
use qudao_documents::folders::{self, Folders};
use qudao_documents::search::{self, Found};
use qudao_documents::store::{self, About, Brought};
use qudao_documents::{Document, DocumentFile, Reader};
use qudao_kernel::master::Master;
use qudao_kernel::territory::level;
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::files::{self, DOCUMENTS};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes an upload may bring before it is looked at; the parameter `document_limit_mb` decides below that.
const MOST_BYTES: usize = 64 << 20;
const MB: i64 = 1 << 20;
/// Most characters of a file that are searched.
const MOST_WORDS: usize = 200_000;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    let large = OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(renew)).layer(DefaultBodyLimit::max(MOST_BYTES));
    OpenApiRouter::new()
        .routes(routes!(folder_list, folder_add))
        .routes(routes!(folder_change))
        .routes(routes!(one, change))
        .routes(routes!(archive))
        .routes(routes!(file))
        .merge(large)
}

/// A folder.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FolderView {
    id: String,
    /// The folder it lies in.
    #[schema(required)]
    parent: Option<String>,
    title: String,
    /// Ids of the roles it is meant for; none: as the folder above says.
    readers: Vec<String>,
    /// For `If-Match`.
    version: u32,
    /// Documents in it that the caller may read, without archived ones.
    documents: usize,
}

/// All folders, by title.
#[utoipa::path(get, path = "/documents/folders", tag = "documents", operation_id = "document_folders",
    responses((status = 200, body = Vec<FolderView>)), extensions(("x-permission" = json!("document.read"))))]
async fn folder_list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<FolderView>>> {
    let master = master(&desk).await;
    let reader = reader(&desk, &signed, master.as_deref())?;
    let (folders, all) = both(&desk).await?;
    let read = read_by(&folders, &all, &reader, master.as_deref(), desk.today());
    // Those meant for the caller, and those above them, which lead there.
    let meant = folders.keys().filter(|id| reader.enters(folders::readers(&folders, id)));
    let shown: BTreeSet<String> = meant.flat_map(|id| folders::chain(&folders, id)).map(|folder| folder.id.clone()).collect();
    let count = |id: &str| read.iter().filter(|document| document.folder == id && !document.archived).count();
    let view = |folder: &folders::Folder| FolderView {
        documents: count(&folder.id),
        id: folder.id.clone(),
        parent: folder.parent.clone(),
        title: folder.title.clone(),
        readers: folder.readers.clone(),
        version: folder.version,
    };
    let mut views: Vec<FolderView> = folders.values().filter(|folder| shown.contains(&folder.id)).map(view).collect();
    views.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(Json(views))
}

async fn both(desk: &Desk) -> Result<(Folders, Vec<Document>), Refusal> {
    let mut tx = desk.db.read().await?;
    Ok((folders::all(&mut tx).await?, store::all(&mut tx).await?))
}

fn read_by<'d>(folders: &Folders, all: &'d [Document], reader: &Reader, master: Option<&Master>, day: Date) -> Vec<&'d Document> {
    let may = |document: &&Document| {
        let meant = folders::readers(folders, &document.folder);
        seated(master, &document.partner, day, |seat| reader.reads(document, seat, meant))
    };
    all.iter().filter(may).collect()
}

/// The documents the caller may read.
pub(super) async fn readable(desk: &Arc<Desk>, signed: &Signed) -> Answer<Vec<Document>> {
    let master = master(desk).await;
    let reader = reader(desk, signed, master.as_deref())?;
    let (folders, all) = both(desk).await?;
    Ok(read_by(&folders, &all, &reader, master.as_deref(), desk.today()).into_iter().cloned().collect())
}

/// A folder to be made or changed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FolderSent {
    /// The folder it lies in; none at the top.
    parent: Option<String>,
    title: String,
    /// Ids of the roles it is meant for.
    #[serde(default)]
    readers: Vec<String>,
}

fn roles_of(desk: &Desk, sent: &FolderSent) -> Result<(), Refusal> {
    sent.readers.iter().try_for_each(|role| desk.roles.get(role).map(drop))
}

/// A record that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentMade {
    id: String,
}

/// Makes a folder.
#[utoipa::path(post, path = "/documents/folders", tag = "documents", operation_id = "add_document_folder", request_body = FolderSent,
    responses((status = 201, body = DocumentMade)), extensions(("x-permission" = json!("document.manage"))))]
async fn folder_add(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Sent(sent): Sent<FolderSent>,
) -> Answer<(StatusCode, Json<DocumentMade>)> {
    signed.everywhere(&desk, Permission::DocumentManage)?;
    roles_of(&desk, &sent)?;
    let made = folders::add(&desk.db, &signed.0.who(), sent.parent.as_deref(), &sent.title, &sent.readers).await?;
    Ok((StatusCode::CREATED, Json(DocumentMade { id: made.id })))
}

/// Changes a folder's title, place or readers.
#[utoipa::path(put, path = "/documents/folders/{id}", tag = "documents", operation_id = "change_document_folder", request_body = FolderSent,
    params(("id" = String, Path), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 204, description = "Changed")), extensions(("x-permission" = json!("document.manage"))))]
async fn folder_change(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<FolderSent>,
) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::DocumentManage)?;
    roles_of(&desk, &sent)?;
    folders::change(&desk.db, &signed.0.who(), &id, version, sent.parent.as_deref(), &sent.title, &sent.readers).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A document in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentRow {
    id: String,
    folder: String,
    /// Titles of the folders it lies in, from the top.
    place: Vec<String>,
    title: String,
    /// plan, contract, material, product, training, meeting or other.
    kind: String,
    /// Division code; empty for everywhere.
    territory: String,
    territory_name: String,
    /// Partner code; empty for none.
    partner: String,
    partner_name: String,
    archived: bool,
    /// For `If-Match`.
    version: u32,
    /// Number of its newest file.
    files: u32,
    changed_by: String,
    changed_at: String,
    /// Whether the caller may change it.
    may_change: bool,
    /// Where what was looked for stands: title, name or words; absent where nothing was looked for.
    #[schema(required)]
    found: Option<String>,
    /// The name, or the words around it.
    found_text: String,
}

struct Rows<'d> {
    folders: &'d Folders,
    reader: &'d Reader,
    master: Option<&'d Master>,
    day: Date,
    lang: Lang,
}

impl Rows<'_> {
    fn row(&self, document: &Document, found: Option<&Found>) -> DocumentRow {
        let name = self.master.and_then(|master| master.partner(&document.partner, self.day)).map(|row| row.name.clone());
        let (at, text) = match found {
            None => (None, ""),
            Some(Found::Title) => (Some("title"), ""),
            Some(Found::Name(name)) => (Some("name"), name.as_str()),
            Some(Found::Words(words)) => (Some("words"), words.as_str()),
        };
        let mut place: Vec<String> = folders::chain(self.folders, &document.folder).iter().map(|folder| folder.title.clone()).collect();
        place.reverse();
        DocumentRow {
            place,
            may_change: seated(self.master, &document.partner, self.day, |seat| self.reader.keeps(&document.territory, seat)),
            territory_name: super::network_name(&document.territory, self.lang),
            partner_name: name.unwrap_or_default(),
            changed_at: instant(document.changed_us),
            found: at.map(str::to_owned),
            found_text: text.to_owned(),
            id: document.id.clone(),
            folder: document.folder.clone(),
            title: document.title.clone(),
            kind: document.kind.clone(),
            territory: document.territory.clone(),
            partner: document.partner.clone(),
            archived: document.archived,
            version: document.version,
            files: document.files,
            changed_by: document.changed_by.clone(),
        }
    }
}

/// Filters of the list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DocumentFilter {
    /// Part of a title or its pinyin initials, of the name of a file, or of the words in it.
    q: Option<String>,
    /// A folder and those in it.
    folder: Option<String>,
    /// Kind of document.
    kind: Option<String>,
    /// A partner.
    partner: Option<String>,
    /// archived: those put away; all; those in use where absent.
    state: Option<String>,
    /// title, kind or changed, a minus before turns it round; the last changed first where absent.
    sort: Option<String>,
}

/// Documents the caller may read.
#[utoipa::path(get, path = "/documents", tag = "documents", operation_id = "documents", params(DocumentFilter, Paging),
    responses((status = 200, body = Page<DocumentRow>)), extensions(("x-permission" = json!("document.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(filter): Asked<DocumentFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<DocumentRow>>> {
    let master = master(&desk).await;
    let reader = reader(&desk, &signed, master.as_deref())?;
    only(filter.state.as_deref(), &["archived", "all"])?;
    let (folders, all) = both(&desk).await?;
    let typed = filter.q.unwrap_or_default().trim().to_owned();
    let inside = search::inside(&mut desk.db.read().await?, &typed).await?;
    let rows = Rows { folders: &folders, reader: &reader, master: master.as_deref(), day: desk.today(), lang };
    let wanted = |document: &&Document| {
        let state = match filter.state.as_deref() {
            Some("archived") => document.archived,
            Some("all") => true,
            _ => !document.archived,
        };
        let is = |wanted: &Option<String>, there: &str| wanted.as_deref().is_none_or(|wanted| wanted.is_empty() || wanted == there);
        let lies =
            filter.folder.as_deref().is_none_or(|id| folders::chain(&folders, &document.folder).iter().any(|folder| folder.id == id));
        state && lies && is(&filter.kind, &document.kind) && is(&filter.partner, &document.partner)
    };
    let mut found: Vec<(&Document, Option<Found>)> = Vec::new();
    for document in read_by(&folders, &all, &reader, master.as_deref(), desk.today()).into_iter().filter(wanted) {
        if typed.is_empty() {
            found.push((document, None));
        } else if let Some(at) = search::of(document, &typed, &inside) {
            found.push((document, Some(at)));
        }
    }
    let sort = filter.sort.as_deref().unwrap_or("-changed");
    match sort.trim_start_matches('-') {
        "title" => found.sort_by(|a, b| a.0.title.cmp(&b.0.title)),
        "kind" => found.sort_by(|a, b| a.0.kind.cmp(&b.0.kind)),
        _ => found.reverse(),
    }
    if sort.starts_with('-') {
        found.reverse();
    }
    let total = found.len();
    Ok(Json(Page::of(&paging, total, found.iter().map(|(document, at)| rows.row(document, at.as_ref())))))
}

/// A file of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentFileView {
    number: u32,
    name: String,
    /// png, jpeg, webp, pdf, ofd, xlsx, docx, pptx or text.
    kind: String,
    bytes: u64,
    sha256: String,
    /// What changed.
    note: String,
    brought_by: String,
    brought_at: String,
}

/// A document with all its files, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentWhole {
    document: DocumentRow,
    files: Vec<DocumentFileView>,
}

/// One the caller may read, with its seat asked; others are as good as none.
async fn reached(desk: &Arc<Desk>, signed: &Signed, id: &str, write: bool) -> Answer<(Document, Folders, Reader, Option<Arc<Master>>)> {
    let master = master(desk).await;
    let reader = reader(desk, signed, master.as_deref())?;
    let mut tx = desk.db.read().await?;
    let (document, folders) = (store::get(&mut tx, id).await?, folders::all(&mut tx).await?);
    let meant = folders::readers(&folders, &document.folder);
    let today = desk.today();
    let (reads, keeps) = seated(master.as_deref(), &document.partner, today, |seat| {
        (reader.reads(&document, seat, meant), reader.keeps(&document.territory, seat))
    });
    if !reads {
        return Err(store::none().into());
    }
    if write && !keeps {
        return Err(not_kept().into());
    }
    Ok((document, folders, reader, master))
}

fn not_kept() -> Refusal {
    Refusal::new(
        qudao_kernel::Kind::Forbidden,
        "documents.not_kept",
        "您在该区域没有文档管理权限；请由管理该区域的岗位操作",
        "you do not keep documents of that place; somebody who does has to do it",
    )
}

/// One document.
#[utoipa::path(get, path = "/documents/{id}", tag = "documents", operation_id = "document", params(("id" = String, Path, description = "Document")),
    responses((status = 200, body = DocumentWhole)), extensions(("x-permission" = json!("document.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<DocumentWhole>> {
    let (document, folders, reader, master) = reached(&desk, &signed, &id, false).await?;
    let files = store::files(&mut desk.db.read().await?, &id).await?;
    let rows = Rows { folders: &folders, reader: &reader, master: master.as_deref(), day: desk.today(), lang };
    let view = |file: DocumentFile| DocumentFileView {
        number: file.number,
        name: file.name,
        kind: file.kind.name().to_owned(),
        bytes: file.bytes,
        sha256: file.sha256,
        note: file.note,
        brought_by: file.brought_by,
        brought_at: instant(file.at_us),
    };
    Ok(Json(DocumentWhole { document: rows.row(&document, None), files: files.into_iter().map(view).collect() }))
}

/// What a new document is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewDocument {
    /// Folder.
    folder: String,
    title: String,
    /// plan, contract, material, product, training, meeting or other.
    kind: String,
    /// Division code; everywhere where absent.
    territory: Option<String>,
    /// Partner code.
    partner: Option<String>,
    /// Name of the file.
    name: Option<String>,
    /// What it is about.
    note: Option<String>,
}

/// Whether the caller keeps documents of a place that exists.
async fn may_keep(desk: &Arc<Desk>, keeps: Scope, territory: &str, partner: &str) -> Result<(), Refusal> {
    if !territory.is_empty() && level(territory).is_none() {
        return Err(Refusal::bad_input("documents.territory", "区域须为行政区划代码", "the place is a division code"));
    }
    let (master, today) = (master(desk).await, desk.today());
    let there = partner.is_empty() || master.as_ref().is_some_and(|master| master.partner(partner, today).is_some());
    if !there {
        return Err(Refusal::bad_input("documents.partner", format!("没有代理商 {partner}"), format!("there is no partner {partner}")));
    }
    let reader = Reader { keeps, ..Reader::default() };
    if seated(master.as_deref(), partner, today, |seat| reader.keeps(territory, seat)) { Ok(()) } else { Err(not_kept()) }
}

/// A file that was kept, before it has a row.
pub(super) struct Kept {
    sha256: String,
    kind: files::FileKind,
    bytes: u64,
    words: String,
}

pub(super) async fn keep(desk: &Arc<Desk>, body: Result<Bytes, BytesRejection>) -> Answer<Kept> {
    let body = body.map_err(|_| too_large())?;
    let limit = desk.parameters().on("document_limit_mb", "", desk.today())?.int()?;
    if i64::try_from(body.len()).unwrap_or(i64::MAX) > limit * MB {
        return Err(Refusal::bad_input(
            "serve.request.too_large",
            format!("文件超过 {limit} MB；请压缩或拆分后上传"),
            format!("the file is larger than {limit} MB; make it smaller"),
        )
        .into());
    }
    let folder = desk.home.uploads().join("documents");
    heavy(move || {
        let (content, sha256) = files::keep(&folder, &body, DOCUMENTS)?;
        let words = files::words(&files::path(&folder, &sha256), content.kind, MOST_WORDS);
        Ok(Kept { sha256, kind: content.kind, bytes: body.len() as u64, words })
    })
    .await
}

impl Kept {
    pub(super) fn brought<'k>(&'k self, name: &'k str, note: &'k str) -> Brought<'k> {
        Brought { sha256: &self.sha256, kind: self.kind, name, bytes: self.bytes, note, words: &self.words }
    }
}

/// Adds a document with its first file.
#[utoipa::path(post, path = "/documents", tag = "documents", operation_id = "add_document",
    params(NewDocument, ("Idempotency-Key" = String, Header, description = "Key of the request")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = DocumentMade)), extensions(("x-permission" = json!("document.manage"))))]
async fn add(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(new): Asked<NewDocument>,
    OnceKey(key): OnceKey,
    body: Result<Bytes, BytesRejection>,
) -> Answer<(StatusCode, Json<DocumentMade>)> {
    let (territory, partner) = (new.territory.unwrap_or_default(), new.partner.unwrap_or_default());
    // Writing at shared documents is sharing these, and not the right to bring new ones there.
    may_keep(&desk, signed.own_scope(&desk, Permission::DocumentManage)?, &territory, &partner).await?;
    let kept = keep(&desk, body).await?;
    let about = About { folder: &new.folder, title: &new.title, kind: &new.kind, territory: &territory, partner: &partner };
    let name = files::plain_name(new.name.as_deref().unwrap_or(&new.title));
    let note = new.note.unwrap_or_default();
    let id = store::add(&desk.db, &signed.0.who(), &key, about, kept.brought(&name, &note)).await?.into_inner();
    Ok((StatusCode::CREATED, Json(DocumentMade { id })))
}

/// Name of the next file, and what changed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NextFile {
    name: Option<String>,
    /// What changed.
    note: Option<String>,
}

/// Adds the next file of a document; the former ones stay.
#[utoipa::path(post, path = "/documents/{id}/files", tag = "documents", operation_id = "renew_document",
    params(("id" = String, Path, description = "Document"), NextFile, ("If-Match" = String, Header, description = "Version seen")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "Added")), extensions(("x-permission" = json!("document.manage"))))]
async fn renew(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Asked(next): Asked<NextFile>,
    IfMatch(version): IfMatch,
    body: Result<Bytes, BytesRejection>,
) -> Answer<StatusCode> {
    signed.may(&desk, Permission::DocumentManage)?;
    let (document, ..) = reached(&desk, &signed, &id, true).await?;
    let kept = keep(&desk, body).await?;
    let name = files::plain_name(next.name.as_deref().unwrap_or(&document.title));
    let note = next.note.unwrap_or_default();
    store::renew(&desk.db, &signed.0.who(), &id, version, kept.brought(&name, &note)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a document is.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DocumentSent {
    folder: String,
    title: String,
    kind: String,
    /// Division code; empty for everywhere.
    #[serde(default)]
    territory: String,
    /// Partner code; empty for none.
    #[serde(default)]
    partner: String,
}

/// Says anew what a document is and where it lies.
#[utoipa::path(put, path = "/documents/{id}", tag = "documents", operation_id = "change_document", request_body = DocumentSent,
    params(("id" = String, Path, description = "Document"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 204, description = "Changed")), extensions(("x-permission" = json!("document.manage"))))]
async fn change(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DocumentSent>,
) -> Answer<StatusCode> {
    signed.may(&desk, Permission::DocumentManage)?;
    reached(&desk, &signed, &id, true).await?;
    may_keep(&desk, signed.scope(&desk, Permission::DocumentManage)?, &sent.territory, &sent.partner).await?;
    let DocumentSent { folder, title, kind, territory, partner } = &sent;
    store::change(&desk.db, &signed.0.who(), &id, version, About { folder, title, kind, territory, partner }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a document is put away.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ArchiveSent {
    archived: bool,
    reason: String,
}

/// Puts a document away, or brings it back. It and its files stay.
#[utoipa::path(post, path = "/documents/{id}/archive", tag = "documents", operation_id = "archive_document", request_body = ArchiveSent,
    params(("id" = String, Path, description = "Document"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("document.manage"))))]
async fn archive(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<ArchiveSent>,
) -> Answer<StatusCode> {
    signed.may(&desk, Permission::DocumentManage)?;
    reached(&desk, &signed, &id, true).await?;
    people::reasoned(&sent.reason)?;
    store::archive(&desk.db, &signed.0.who(), &id, version, sent.archived, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file of a document.
#[utoipa::path(get, path = "/documents/{id}/files/{number}", tag = "documents", operation_id = "document_file",
    params(("id" = String, Path, description = "Document"), ("number" = u32, Path, description = "Number of the file")),
    responses((status = 200, description = "The file, of the type it was brought with", content_type = "*/*")), extensions(("x-permission" = json!("document.read"))))]
async fn file(State(desk): State<Arc<Desk>>, signed: Signed, Path((id, number)): Path<(String, u32)>) -> Answer<Response> {
    reached(&desk, &signed, &id, false).await?;
    let all = store::files(&mut desk.db.read().await?, &id).await?;
    let found = all.into_iter().find(|file| file.number == number).ok_or_else(store::none)?;
    let folder = desk.home.uploads().join("documents");
    heavy(move || {
        let bytes = files::read(&folder, &found.sha256)?;
        let shown = if found.kind.is_picture() { "inline" } else { "attachment" };
        let name = coded(&found.name);
        // What was uploaded is never run: nothing in it may load or execute.
        let headers = [
            (header::CONTENT_TYPE, found.kind.mime().to_owned()),
            (header::CONTENT_DISPOSITION, format!("{shown}; filename=\"{id}-{number}\"; filename*=UTF-8''{name}")),
            (header::CACHE_CONTROL, "private, no-store".to_owned()),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        ];
        Ok((headers, bytes).into_response())
    })
    .await
}
