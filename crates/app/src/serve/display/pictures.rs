//! Pictures of display: of standards, of what was put right, of material. Each stands under its hash.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Answer, heavy, too_large};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_access::Permission;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::files::{self, FileKind};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most bytes of a picture.
const MOST_BYTES: usize = 8 << 20;
/// What a picture may be.
const PICTURES: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Webp];

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    let large = OpenApiRouter::new().routes(routes!(bring)).layer(DefaultBodyLimit::max(MOST_BYTES));
    OpenApiRouter::new().merge(large).routes(routes!(picture))
}

/// Where pictures lie.
pub(super) fn folder(desk: &Desk) -> PathBuf {
    desk.home.uploads().join("display")
}

/// A picture that was kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisplayPicture {
    sha256: String,
}

/// Brings a picture: a JPEG, PNG or WebP of at most 8 MB. The same one twice is one.
#[utoipa::path(post, path = "/display/photos", tag = "display", operation_id = "bring_display_photo",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = DisplayPicture)), extensions(("x-permission" = json!("display.manage"))))]
async fn bring(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    body: Result<Bytes, BytesRejection>,
) -> Answer<(StatusCode, Json<DisplayPicture>)> {
    signed.may(&desk, Permission::DisplayManage)?;
    let body = body.map_err(|_| too_large())?;
    let folder = folder(&desk);
    let sha256 = heavy(move || files::keep(&folder, &body, PICTURES).map(|(_, sha256)| sha256)).await?;
    Ok((StatusCode::CREATED, Json(DisplayPicture { sha256 })))
}

/// A picture of display, or one a visit brought.
#[utoipa::path(get, path = "/display/photos/{sha256}", tag = "display", operation_id = "display_photo",
    params(("sha256" = String, Path, description = "SHA-256 of the picture, as a record one may see names it")),
    responses((status = 200, description = "The picture", content_type = "image/*")),
    extensions(("x-permission" = json!("display.read"))))]
async fn picture(State(desk): State<Arc<Desk>>, signed: Signed, Path(sha256): Path<String>) -> Answer<Response> {
    signed.may(&desk, Permission::DisplayRead)?;
    let named = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    let folders = [folder(&desk), super::super::field::folder(&desk)];
    heavy(move || {
        let there = folders
            .iter()
            .find(|folder| named && files::path(folder, &sha256).is_file())
            .ok_or_else(|| Refusal::new(Kind::NotFound, "display.photo.none", "没有这张照片", "there is no such picture"))?;
        let bytes = files::read(there, &sha256)?;
        let kind = files::look(&bytes, PICTURES)?.kind.mime();
        Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")], bytes).into_response())
    })
    .await
}
