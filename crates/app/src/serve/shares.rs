//! 共享: one's own customers and documents shown to a colleague for some days (R8.101).

use super::desk::Desk;
use super::people::{day, master};
use super::reach;
use super::signed::Signed;
use super::web::{Answer, Sent};
use axum::Json;
use axum::extract::{Path as Named, State};
use axum::http::StatusCode;
use qudao_access::shares::{self, NewShare, Share, What};
use qudao_kernel::{Kind, Refusal};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The switch that lets colleagues share, where the giver stands.
const SHARING: &str = "customer_sharing";

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, share)).routes(routes!(revoke))
}

/// What one person lets another see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShareView {
    id: String,
    giver: String,
    giver_name: String,
    taker: String,
    taker_name: String,
    customers: bool,
    documents: bool,
    /// Whether documents may be written at.
    writes: bool,
    from: String,
    /// First day it no longer holds.
    to: String,
    reason: String,
    /// coming, holds, over or revoked.
    state: String,
}

/// Shares given and taken, newest first.
#[utoipa::path(get, path = "/me/shares", tag = "account", operation_id = "shares",
    responses((status = 200, body = Vec<ShareView>)), extensions(("x-permission" = json!("any"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<ShareView>>> {
    let today = desk.today();
    let view = |share: Share| ShareView {
        state: match () {
            () if share.revoked_us.is_some() => "revoked",
            () if share.holds(today) => "holds",
            () if today < share.from => "coming",
            () => "over",
        }
        .to_owned(),
        customers: share.what.customers,
        documents: share.what.documents,
        writes: share.what.writes,
        from: share.from.to_string(),
        to: share.to.to_string(),
        id: share.id,
        giver: share.giver,
        giver_name: share.giver_name,
        taker: share.taker,
        taker_name: share.taker_name,
        reason: share.reason,
    };
    let all = shares::list(&mut desk.db.read().await?, &signed.0.login).await?;
    Ok(Json(all.into_iter().map(view).collect()))
}

/// What is to be shared.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ShareWish {
    /// Login of who is to see it.
    taker: String,
    #[serde(default)]
    customers: bool,
    #[serde(default)]
    documents: bool,
    /// Whether documents may be written at.
    #[serde(default)]
    writes: bool,
    from: String,
    /// First day it no longer holds.
    to: String,
    reason: String,
}

/// A share that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShareMade {
    id: String,
}

/// Shows a colleague one's own customers or documents. Nobody acts for anybody by it.
#[utoipa::path(post, path = "/me/shares", tag = "account", operation_id = "share", request_body = ShareWish,
    responses((status = 201, body = ShareMade)), extensions(("x-permission" = json!("any"))))]
async fn share(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<ShareWish>) -> Answer<(StatusCode, Json<ShareMade>)> {
    signed.0.in_person()?;
    switched(&desk, &signed).await?;
    let what = What { customers: sent.customers, documents: sent.documents, writes: sent.writes };
    let new = NewShare { taker: &sent.taker, what, from: day(&sent.from)?, to: day(&sent.to)?, reason: &sent.reason };
    let id = shares::share(&desk.db, &desk.parameters(), &signed.0.login, &new).await?;
    Ok((StatusCode::CREATED, Json(ShareMade { id })))
}

/// Sharing is switched by territory and day: it has to be on wherever the giver stands.
async fn switched(desk: &Arc<Desk>, signed: &Signed) -> Result<(), Refusal> {
    let (master, parameters, today) = (master(desk).await, desk.parameters(), desk.today());
    for grant in &signed.0.grants {
        let Ok(role) = desk.roles.get(&grant.role) else { continue };
        let stands = reach::stands(master.as_deref(), role.over, &grant.over, today).unwrap_or_default();
        if !parameters.on(SHARING, &stands, today)?.is_on() {
            return Err(Refusal::new(
                Kind::Forbidden,
                "serve.switch.off",
                "您所在区域尚未开通客户与文档共享",
                "sharing of customers and documents is not switched on where you stand",
            ));
        }
    }
    Ok(())
}

/// Ends a share; either side may.
#[utoipa::path(delete, path = "/me/shares/{id}", tag = "account", operation_id = "revoke_share", params(("id" = String, Path)),
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("any"))))]
async fn revoke(State(desk): State<Arc<Desk>>, signed: Signed, Named(id): Named<String>) -> Answer<StatusCode> {
    signed.0.in_person()?;
    shares::revoke(&desk.db, &signed.0.login, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
