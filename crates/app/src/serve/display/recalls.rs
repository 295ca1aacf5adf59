//! Recalls: campaigns that are over, where their material still hangs, and the tasks to take it away.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::receivables::sent_day;
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Sent};
use super::corrections::DisplayVersion;
use super::{MANAGE, READ, place_name};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_display::recall::{self, Recall, Task};
use qudao_kernel::Lang;
use qudao_network::portfolio;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, call)).routes(routes!(tasks)).routes(routes!(done))
}

/// A campaign that is called back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecallRow {
    id: String,
    campaign: String,
    reason: String,
    due_on: String,
    who: String,
    at: String,
    tasks: u32,
    /// Tasks still open.
    open: u32,
    late: bool,
}

impl RecallRow {
    fn of(asker: &Asker, one: Recall) -> Self {
        Self {
            late: one.open > 0 && one.due_on < asker.today,
            id: one.id,
            campaign: one.campaign,
            reason: one.reason,
            due_on: one.due_on.to_string(),
            who: one.who,
            at: instant(one.at_us),
            tasks: one.tasks,
            open: one.open,
        }
    }
}

/// Campaigns that are called back, the newest first.
#[utoipa::path(get, path = "/display/recalls", tag = "display", operation_id = "recalls",
    responses((status = 200, body = Vec<RecallRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<RecallRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let found = recall::list(&mut desk.db.read().await?, &sight).await?;
    Ok(Json(found.into_iter().map(|one| RecallRow::of(&asker, one)).collect()))
}

/// A campaign to be called back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CampaignRecallSent {
    campaign: String,
    reason: String,
    /// By when nothing of it hangs.
    due_on: String,
}

/// What a recall came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecallMade {
    id: String,
    tasks: u32,
}

/// Calls a campaign back everywhere: nothing of it is made or placed any more, and each piece that hangs gets a task.
#[utoipa::path(post, path = "/display/recalls", tag = "display", operation_id = "call_campaign_back", request_body = CampaignRecallSent,
    responses((status = 201, body = RecallMade)), extensions(("x-permission" = json!("display.manage"))))]
async fn call(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Sent(sent): Sent<CampaignRecallSent>,
) -> Answer<(StatusCode, Json<RecallMade>)> {
    signed.everywhere(&desk, Permission::DisplayManage)?;
    let due_on = sent_day(&sent.due_on)?;
    let owners = portfolio::all(&mut desk.db.read().await?, desk.today()).await?;
    let (id, tasks) = recall::call(&desk.db, &signed.0.who(), &sent.campaign, &sent.reason, due_on, &owners).await?;
    Ok((StatusCode::CREATED, Json(RecallMade { id, tasks })))
}

/// A piece that is to be taken away.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecallTaskRow {
    recall: String,
    asset: String,
    /// Of the piece, for `If-Match`.
    version: u32,
    place: String,
    place_name: String,
    outlet: String,
    outlet_name: String,
    owner: String,
    due_on: String,
    late: bool,
    /// open, done.
    state: String,
    photo: String,
    done_by: String,
    #[schema(required)]
    done_on: Option<String>,
}

impl RecallTaskRow {
    pub(super) fn of(desk: &Desk, asker: &Asker, one: Task) -> Self {
        Self {
            place_name: place_name(desk, asker, &one.place),
            outlet_name: asker.outlet(&one.outlet),
            late: one.state == "open" && one.due_on < asker.today,
            recall: one.recall,
            asset: one.asset,
            version: one.version,
            place: one.place,
            outlet: one.outlet,
            owner: one.owner,
            due_on: one.due_on.to_string(),
            state: one.state,
            photo: one.photo,
            done_by: one.done_by,
            done_on: day(one.done_on),
        }
    }
}

/// Filters of tasks of a recall.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecallTaskFilter {
    /// Only open ones.
    open: Option<bool>,
}

/// Where the material of a campaign hangs or hung, by outlet.
#[utoipa::path(get, path = "/display/recalls/{id}/tasks", tag = "display", operation_id = "recall_tasks",
    params(("id" = String, Path, description = "Recall"), RecallTaskFilter),
    responses((status = 200, body = Vec<RecallTaskRow>)), extensions(("x-permission" = json!("display.read"))))]
async fn tasks(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Asked(asked): Asked<RecallTaskFilter>,
) -> Answer<Json<Vec<RecallTaskRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let found = recall::tasks(&mut desk.db.read().await?, &sight, &id, "", asked.open == Some(true)).await?;
    Ok(Json(found.into_iter().map(|one| RecallTaskRow::of(&desk, &asker, one)).collect()))
}

/// That a piece was taken away.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RecallDoneSent {
    /// Photo of the place without it, by SHA-256.
    photo: String,
}

/// Takes a piece of a campaign away: a photo shows the place without it.
#[utoipa::path(post, path = "/display/recalls/{id}/tasks/{asset}", tag = "display", operation_id = "recall_task_done", request_body = RecallDoneSent,
    params(("id" = String, Path, description = "Recall"), ("asset" = String, Path, description = "Piece"), ("If-Match" = String, Header)),
    responses((status = 200, body = DisplayVersion)), extensions(("x-permission" = json!("display.manage"))))]
async fn done(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, asset)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<RecallDoneSent>,
) -> Answer<Json<DisplayVersion>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let version = recall::done(&desk.db, &sight, &signed.0.who(), &id, &asset, version, &sent.photo).await?;
    Ok(Json(DisplayVersion { version }))
}
