//! 移交: all roles of a person go to another, from a day on.

use super::desk::Desk;
use super::people::{At, GrantView, day, master, may_give, within};
use super::portfolios::Outlets;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Sent};
use axum::Json;
use axum::extract::{Path as Named, State};
use qudao_access::Permission;
use qudao_access::handover::{self, Move, Passing};
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_platform::audit::same_hand;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(preview_handover, hand_over))
}

/// What becomes of a role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoveView {
    /// The role as it is.
    grant: GrantView,
    /// First day the other holds it.
    from: String,
    /// Whether the other holds the same already, so that it only ends here.
    held: bool,
}

/// To whom, and from when.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HandoverQuery {
    /// Login of who takes over.
    to: String,
    /// First day.
    on: String,
}

/// What a hand-over would do.
#[utoipa::path(get, path = "/people/{login}/handover", tag = "people", operation_id = "preview_handover",
    params(("login" = String, Path), HandoverQuery), responses((status = 200, body = Vec<MoveView>)),
    extensions(("x-permission" = json!("person.manage"))))]
async fn preview_handover(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(login): Named<String>,
    Asked(asked): Asked<HandoverQuery>,
) -> Answer<Json<Vec<MoveView>>> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    within(&desk, &scope, &asked.to).await?;
    let moves = handover::preview(&mut desk.db.read().await?, &login, &asked.to, day(&asked.on)?).await?;
    Ok(Json(views(&desk, &moves, lang).await))
}

async fn views(desk: &Arc<Desk>, moves: &[Move], lang: Lang) -> Vec<MoveView> {
    let master = master(desk).await;
    let at = At { desk, master: master.as_deref(), today: desk.today(), lang };
    moves.iter().map(|step| MoveView { grant: GrantView::of(&at, &step.grant), from: step.from.to_string(), held: step.held }).collect()
}

/// A hand-over.
#[derive(Deserialize, ToSchema)]
pub(crate) struct HandoverSent {
    /// Login of who takes over.
    to: String,
    /// First day.
    on: String,
    /// Ids of the roles the preview showed.
    seen: Vec<String>,
    reason: String,
}

/// Hands over; refused if other roles would move than the preview showed.
#[utoipa::path(post, path = "/people/{login}/handover", tag = "people", operation_id = "hand_over", request_body = HandoverSent,
    params(("login" = String, Path)), responses((status = 200, body = Vec<MoveView>)), extensions(("x-permission" = json!("person.manage"))))]
async fn hand_over(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(login): Named<String>,
    Sent(sent): Sent<HandoverSent>,
) -> Answer<Json<Vec<MoveView>>> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    within(&desk, &scope, &login).await?;
    within(&desk, &scope, &sent.to).await?;
    if same_hand(&signed.0.who(), &sent.to) {
        return Err(Refusal::new(
            Kind::Forbidden,
            "access.person.self",
            "不能把他人的角色移交给自己；请由另一位管理员操作",
            "nobody hands another's roles to themselves; another administrator has to do it",
        )
        .into());
    }
    let on = day(&sent.on)?;
    for step in handover::preview(&mut desk.db.read().await?, &login, &sent.to, on).await? {
        may_give(&desk, &scope, &step.grant.role, &step.grant.over).await?;
    }
    let who = signed.0.who();
    let passing = Passing { who: &who, giver: &login, taker: &sent.to, on, reason: &sent.reason };
    let moves = handover::hand_over(&desk.db, &passing, &sent.seen, &[&Outlets]).await?;
    Ok(Json(views(&desk, &moves, lang).await))
}
