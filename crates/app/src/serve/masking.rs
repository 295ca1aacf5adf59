//! 个人信息: shown whole to somebody who may and says why (R0.16).

use super::desk::Desk;
use super::people::within;
use super::signed::Signed;
use super::web::{Answer, Sent};
use axum::Json;
use axum::extract::{Path as Named, State};
use qudao_access::Permission;
use qudao_access::private::{self, PrivateKind};
use qudao_kernel::Refusal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(reveal_private))
}

/// What is to be shown, and why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RevealSent {
    /// phone, id_number or bank_account.
    kind: String,
    reason: String,
}

/// A value as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revealed {
    value: String,
}

/// Shows a phone, an ID number or a bank account of a person whole. The audit chain keeps who saw it and why.
#[utoipa::path(post, path = "/people/{login}/private/reveal", tag = "people", operation_id = "reveal_private", request_body = RevealSent,
    params(("login" = String, Path)), responses((status = 200, body = Revealed)), extensions(("x-permission" = json!("private.reveal"))))]
async fn reveal_private(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(login): Named<String>,
    Sent(sent): Sent<RevealSent>,
) -> Answer<Json<Revealed>> {
    let scope = signed.scope(&desk, Permission::PrivateReveal)?;
    within(&desk, &scope, &login).await?;
    let kind = PrivateKind::named(&sent.kind).ok_or_else(|| {
        Refusal::bad_input(
            "access.private.kind",
            format!("没有“{}”这类信息", sent.kind),
            format!("there is no private data of the kind `{}`", sent.kind),
        )
    })?;
    let value = private::reveal(&desk.db, &signed.0.who(), "person", &login, kind, &sent.reason).await?;
    Ok(Json(Revealed { value }))
}
