//! Photos of visits: taken part by part under their hash, gone on with where the line broke, and shown to whoever sees the visit.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, heavy, too_large};
use super::shown_visit::PhotoProgress;
use super::{folder, house, sight};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use qudao_access::Permission;
use qudao_field::visit::look;
use qudao_field::visit::photo::{self, MOST_PART, Part};
use qudao_kernel::Refusal;
use qudao_platform::{Clock, SystemClock};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// For how long a photo that was begun is waited for: a phone may be off line for some days.
const WAITED_US: i64 = 14 * 86_400_000_000;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    let large = OpenApiRouter::new().routes(routes!(show, put)).layer(DefaultBodyLimit::max(MOST_PART));
    OpenApiRouter::new().merge(large).routes(routes!(progress))
}

/// A photo of a visit, for whoever sees the visit.
#[utoipa::path(get, path = "/field/visits/{id}/photos/{sha256}", tag = "field", operation_id = "visit_photo",
    params(("id" = String, Path, description = "Visit"), ("sha256" = String, Path, description = "SHA-256 of the photo")),
    responses((status = 200, description = "The photo", content_type = "image/jpeg")), extensions(("x-permission" = json!("visit.read"))))]
async fn show(State(desk): State<Arc<Desk>>, signed: Signed, Path((id, sha256)): Path<(String, String)>) -> Answer<Response> {
    let sight = sight(&desk, &signed, Permission::VisitRead)?;
    look::photo(&mut desk.db.read().await?, &sight, &id, &sha256).await?;
    let folder = folder(&desk);
    let (bytes, kind) = heavy(move || photo::read(&folder, &sha256)).await?;
    // A photo never changes under its hash; it is for this person's eyes.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}

/// How far a photo is, to go on with it.
#[utoipa::path(get, path = "/field/visits/{id}/photos/{sha256}/progress", tag = "field", operation_id = "visit_photo_progress",
    params(("id" = String, Path, description = "Visit"), ("sha256" = String, Path, description = "SHA-256 of the photo")),
    responses((status = 200, body = PhotoProgress)), extensions(("x-permission" = json!("visit.make"))))]
async fn progress(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, sha256)): Path<(String, String)>,
) -> Answer<Json<PhotoProgress>> {
    signed.own_scope(&desk, Permission::VisitMake)?;
    look::own(&mut desk.db.read().await?, &signed.0.login, &id).await?;
    let folder = folder(&desk);
    let known = heavy(move || photo::progress(&folder, &id, &sha256)).await?;
    let size = if known.whole { known.received } else { 0 };
    Ok(Json(PhotoProgress { have: known.received, size, whole: known.whole }))
}

/// Where a part lies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PhotoPartAsked {
    /// Where the part begins.
    #[serde(default)]
    offset: u64,
    /// Bytes of the whole photo.
    #[serde(default)]
    size: u64,
}

/// Takes a part of a photo, and the photo when it is whole and its hash is right. It may come before its visit. A part that came before does nothing.
#[utoipa::path(put, path = "/field/visits/{id}/photos/{sha256}", tag = "field", operation_id = "put_visit_photo", params(PhotoPartAsked,
    ("id" = String, Path, description = "Visit"), ("sha256" = String, Path, description = "SHA-256 of the photo")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = PhotoProgress)),
    extensions(("x-permission" = json!("visit.make"))))]
async fn put(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, sha256)): Path<(String, String)>,
    Asked(asked): Asked<PhotoPartAsked>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Json<PhotoProgress>> {
    signed.own_scope(&desk, Permission::VisitMake)?;
    let bytes = body.map_err(|_| too_large())?;
    let who = signed.0.login.clone();
    look::own(&mut desk.db.read().await?, &who, &id).await?;
    let (place, visit, name) = (folder(&desk), id.clone(), sha256.clone());
    let PhotoPartAsked { offset, size } = asked;
    let known = heavy(move || {
        let part = Part { visit: &visit, sha256: &name, total: size, offset, bytes: &bytes };
        photo::put(&place, &part)
    })
    .await?;
    if known.whole {
        // What is strange is counted anew by the limits of where the visit is.
        let territory = look::own(&mut desk.db.read().await?, &who, &id).await?.unwrap_or_default();
        let house = house(&desk, &territory, desk.today())?;
        photo::arrived(&desk.db, &house, &folder(&desk), &who, &id, &sha256).await?;
    }
    Ok(Json(PhotoProgress { have: known.received, size, whole: known.whole }))
}

/// Takes away parts of photos nobody went on with. Reads the disk, whose clock it goes by.
///
/// # Errors
/// `Unavailable field.photo.disk`.
pub(crate) fn sweep(desk: &Desk) -> Result<usize, Refusal> {
    photo::sweep(&folder(desk), SystemClock.now_us() - WAITED_US)
}
