//! Views of pages that people keep and share.

use super::desk::Desk;
use super::signed::Signed;
use super::web::{Answer, IfMatch, Sent};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::people;
use qudao_kernel::Refusal;
use qudao_metrics::store::{self, Asker, Share, View};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(update, remove))
}

/// Whom a view is shared with.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct ShareSent {
    /// role or person.
    kind: String,
    /// Role id, or login.
    code: String,
}

/// A view to keep.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ViewSent {
    name: String,
    /// Address of the page with its parameters, as the page writes it.
    address: String,
    #[serde(default)]
    shares: Vec<ShareSent>,
}

/// A view.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureView {
    id: String,
    /// For `If-Match`.
    version: u32,
    owner: String,
    owner_name: String,
    /// Whether it is the caller's own.
    own: bool,
    name: String,
    address: String,
    shares: Vec<ShareSent>,
}

fn shares(sent: &[ShareSent]) -> Vec<Share> {
    sent.iter().map(|share| Share { kind: share.kind.clone(), code: share.code.clone() }).collect()
}

/// An address of this console, so that a shared view leads nowhere else.
fn checked(address: &str) -> Result<(), Refusal> {
    if address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\n', '\r']) {
        return Ok(());
    }
    Err(Refusal::bad_input("metrics.view.address", "视图的地址须是本系统的页面", "a view's address is a page of this console"))
}

pub(super) fn roles(signed: &Signed) -> Vec<String> {
    signed.0.grants.iter().map(|grant| grant.role.clone()).collect()
}

async fn shown(desk: &Desk, view: View, login: &str) -> Answer<FigureView> {
    let owner = people::get(&mut desk.db.read().await?, &view.owner).await?;
    Ok(FigureView {
        own: view.owner == login,
        owner_name: owner.map_or_else(|| view.owner.clone(), |owner| owner.name),
        id: view.id,
        version: view.version,
        owner: view.owner,
        name: view.name,
        address: view.query,
        shares: view.shares.into_iter().map(|share| ShareSent { kind: share.kind, code: share.code }).collect(),
    })
}

/// The views the caller may open, their own first.
#[utoipa::path(get, path = "/views", tag = "metrics", operation_id = "views",
    responses((status = 200, body = Vec<FigureView>)), extensions(("x-permission" = json!("any"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<FigureView>>> {
    let roles = roles(&signed);
    let login = &signed.0.login;
    let views = store::views(&desk.db, Asker { login, roles: &roles }).await?;
    let mut found = Vec::with_capacity(views.len());
    for view in views {
        found.push(shown(&desk, view, login).await?);
    }
    Ok(Json(found))
}

/// Keeps a view. Whoever opens it sees figures of their own part of the network.
#[utoipa::path(post, path = "/views", tag = "metrics", operation_id = "create_view", request_body = ViewSent,
    responses((status = 201, body = FigureView)), extensions(("x-permission" = json!("any"))))]
async fn create(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<ViewSent>) -> Answer<(StatusCode, Json<FigureView>)> {
    checked(&sent.address)?;
    let login = &signed.0.login;
    let id = store::create(&desk.db, login, &sent.name, &sent.address, &shares(&sent.shares)).await?;
    let view = store::view(&desk.db, Asker { login, roles: &[] }, &id).await?;
    Ok((StatusCode::CREATED, Json(shown(&desk, view, login).await?)))
}

/// Changes a view of one's own.
#[utoipa::path(put, path = "/views/{id}", tag = "metrics", operation_id = "update_view", request_body = ViewSent,
    params(("id" = String, Path, description = "View"), ("If-Match" = String, Header, description = "Version that was seen")),
    responses((status = 200, body = FigureView)), extensions(("x-permission" = json!("any"))))]
async fn update(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<ViewSent>,
) -> Answer<Json<FigureView>> {
    checked(&sent.address)?;
    let login = &signed.0.login;
    store::update(&desk.db, login, &id, version, &sent.name, &sent.address, &shares(&sent.shares)).await?;
    let view = store::view(&desk.db, Asker { login, roles: &[] }, &id).await?;
    Ok(Json(shown(&desk, view, login).await?))
}

/// Deletes a view of one's own.
#[utoipa::path(delete, path = "/views/{id}", tag = "metrics", operation_id = "delete_view", params(("id" = String, Path, description = "View")),
    responses((status = 204, description = "Deleted")), extensions(("x-permission" = json!("any"))))]
async fn remove(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<StatusCode> {
    store::delete(&desk.db, &signed.0.login, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
