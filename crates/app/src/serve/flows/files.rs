//! Files and signatures of applications: whoever sees an application sees its files.

use super::super::desk::Desk;
use super::super::disputes::shown;
use super::super::signed::Signed;
use super::super::web::{Answer, heavy};
use super::rows::definition;
use super::{Asker, READS};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::Tx;
use qudao_platform::files::{self, FileKind};
use qudao_settle::attachment::{self, Attachment};
use qudao_workflow::form::FieldKind;
use qudao_workflow::store;
use qudao_workflow::{Definition, Form};
use serde_json::Value;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes and pixels of the picture of a signature.
const MOST_BYTES: usize = 64 << 10;
const MOST_WIDTH: u32 = 1_600;
const MOST_HEIGHT: u32 = 800;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(signature))
}

/// Ids of the files a form names.
fn ids(definition: &Definition, form: &Form) -> Vec<String> {
    let named = definition.fields.iter().filter(|field| field.kind == FieldKind::Attachment).filter_map(|field| form.get(&field.id));
    let ids = named.filter_map(Value::as_array).flatten();
    ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// The files of a form.
pub(super) async fn of(tx: &mut Tx, definition: &Definition, form: &Form) -> Result<Vec<Attachment>, Refusal> {
    let mut found = Vec::new();
    for id in ids(definition, form) {
        found.push(attachment::get(tx, &id).await?);
    }
    Ok(found)
}

/// Refuses files that are new to a form and were not brought by whoever fills it in.
///
/// # Errors
/// `NotFound settle.attachment.none`.
pub(super) async fn brought(desk: &Desk, signed: &Signed, definition: &Definition, before: &Form, after: &Form) -> Result<(), Refusal> {
    let known = ids(definition, before);
    let fresh: Vec<String> = ids(definition, after).into_iter().filter(|id| !known.contains(id)).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let tx = &mut desk.db.read().await?;
    for id in fresh {
        let found = attachment::get(tx, &id).await?;
        if found.brought_by != signed.0.login {
            return Err(none());
        }
    }
    Ok(())
}

fn none() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "settle.attachment.none",
        "没有这个附件，或不在您的数据范围内；请重新上传",
        "there is no such attachment, or it is not within your reach; upload it again",
    )
}

/// Keeps the picture of a signature; its SHA-256.
///
/// # Errors
/// `BadInput workflow.signature.picture` for anything but a PNG of bounded size.
pub(in crate::serve) async fn sign(desk: &Arc<Desk>, picture: &str) -> Answer<String> {
    let wrong = || {
        Refusal::bad_input(
            "workflow.signature.picture",
            format!("签名须为不超过 {} KB、{MOST_WIDTH}×{MOST_HEIGHT} 像素的 PNG 图片；请重新签名", MOST_BYTES >> 10),
            format!("a signature is a PNG of at most {} KB and {MOST_WIDTH}×{MOST_HEIGHT} pixels; sign again", MOST_BYTES >> 10),
        )
    };
    // Four characters of base64 are three bytes.
    if picture.len() > MOST_BYTES.div_ceil(3) * 4 {
        return Err(wrong().into());
    }
    let bytes = STANDARD.decode(picture).map_err(|_| wrong())?;
    let folder = desk.home.uploads().join("signatures");
    heavy(move || {
        let content = files::look(&bytes, &[FileKind::Png]).map_err(|_| wrong())?;
        if content.width > MOST_WIDTH || content.height > MOST_HEIGHT {
            return Err(wrong());
        }
        files::keep(&folder, &bytes, &[FileKind::Png]).map(|(_, sha256)| sha256)
    })
    .await
}

/// A file of an application.
#[utoipa::path(get, path = "/applications/{id}/files/{file}", tag = "flows", operation_id = "application_file",
    params(("id" = String, Path, description = "Application"), ("file" = String, Path, description = "File")),
    responses((status = 200, description = "The file, of the type it was brought with", content_type = "*/*")),
    extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn file(State(desk): State<Arc<Desk>>, signed: Signed, Path((id, file)): Path<(String, String)>) -> Answer<Response> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let found = {
        let tx = &mut desk.db.read().await?;
        let held = store::get(tx, &asker.sight(), &id).await?;
        let definition = definition(&desk, tx, &held.instance).await?;
        if !ids(&definition, &held.instance.form).contains(&file) {
            return Err(none().into());
        }
        attachment::get(tx, &file).await?
    };
    let folder = desk.home.uploads().join("attachments");
    heavy(move || Ok(shown(&found, attachment::read(&folder, &found)?))).await
}

/// The signature of a decision.
#[utoipa::path(get, path = "/applications/{id}/signatures/{seq}", tag = "flows", operation_id = "application_signature",
    params(("id" = String, Path, description = "Application"), ("seq" = u32, Path, description = "Line of the history")),
    responses((status = 200, description = "The picture", content_type = "image/png")),
    extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn signature(State(desk): State<Arc<Desk>>, signed: Signed, Path((id, seq)): Path<(String, u32)>) -> Answer<Response> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let sha256 = {
        let tx = &mut desk.db.read().await?;
        store::get(tx, &asker.sight(), &id).await?;
        let history = store::history(tx, &id).await?;
        let line = history.into_iter().find(|line| line.seq == seq);
        line.and_then(|line| line.decision.signature).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "workflow.signature.none",
                "这条审批记录没有手写签名",
                "this line of the history has no signature by hand",
            )
        })?
    };
    let folder = desk.home.uploads().join("signatures");
    heavy(move || {
        let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=3600")];
        Ok((headers, files::read(&folder, &sha256)?).into_response())
    })
    .await
}
