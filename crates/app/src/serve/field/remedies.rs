//! 补差任务: shortcomings of a review taken into the time after it (R2.14).

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::people::day;
use super::super::receivables::word;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Seen, Sent};
use super::whose::{self, Manager};
use super::{outlet_name, promises, reached};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::{Permission, Scope};
use qudao_field::remedy::{self, New, Which};
use qudao_kernel::Refusal;
use qudao_platform::Done;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(remedies, make)).routes(routes!(close))
}

/// A shortcoming that became a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Remedy {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) manager: String,
    /// Empty for none.
    pub(super) outlet: String,
    pub(super) outlet_name: String,
    /// First and last day that were looked back on.
    pub(super) from: String,
    pub(super) to: String,
    /// Line of the review, or `unvisited` for an outlet that was not visited.
    pub(super) line: String,
    pub(super) text: String,
    pub(super) due_on: String,
    /// open, done, dropped.
    pub(super) state: String,
    pub(super) overdue: bool,
    pub(super) made_by: String,
    #[schema(required)]
    pub(super) closed_on: Option<String>,
    pub(super) reason: String,
}

/// Tasks of a manager, the longest due first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Remedies {
    pub(super) rows: Vec<Remedy>,
}

/// A shortcoming that is to be a task.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RemedySent {
    /// Login of the channel manager; the asker where absent.
    #[serde(default)]
    pub(super) manager: Option<String>,
    /// First and last day that were looked back on.
    pub(super) from: String,
    pub(super) to: String,
    /// Line of the review, or `unvisited`.
    pub(super) line: String,
    /// Absent for none.
    #[serde(default)]
    pub(super) outlet: Option<String>,
    pub(super) text: String,
    /// After the last day that was looked back on.
    pub(super) due_on: String,
}

/// How a task ended.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RemedyClosing {
    /// done, dropped.
    pub(super) to: String,
    /// Needed to let it go.
    #[serde(default)]
    pub(super) reason: String,
}

/// The version of a task afterwards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemedyClosed {
    pub(super) version: u32,
}

/// A task as pages show it.
pub(super) fn shown(asker: &Asker, one: remedy::Remedy) -> Remedy {
    Remedy {
        outlet_name: if one.outlet.is_empty() { String::new() } else { outlet_name(asker, &one.outlet) },
        overdue: one.state == remedy::State::Open && one.due_on < asker.today,
        id: one.id,
        version: one.version,
        manager: one.manager,
        outlet: one.outlet,
        from: one.span.0.to_string(),
        to: one.span.1.to_string(),
        line: one.line,
        text: one.text,
        due_on: one.due_on.to_string(),
        state: one.state.name().to_owned(),
        made_by: one.made_by,
        closed_on: one.closed_on.map(|day| day.to_string()),
        reason: one.reason,
    }
}

/// Whose tasks.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RemediesAsked {
    /// Login of the channel manager; the asker where absent.
    manager: Option<String>,
}

/// Tasks of a manager that reviews brought and that are open.
#[utoipa::path(get, path = "/field/remedies", tag = "field", operation_id = "field_remedies", params(RemediesAsked),
    responses((status = 200, body = Remedies)), extensions(("x-permission" = json!("visit.read"))))]
async fn remedies(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<RemediesAsked>,
) -> Answer<Json<Remedies>> {
    let asker = Asker::of(&desk, lang).await;
    let tx = &mut desk.db.read().await?;
    let manager = whose::one(&desk, tx, &signed, Permission::VisitRead, asked.manager.as_deref()).await?;
    let rows = remedy::of(tx, &manager.login, Which::Open).await?;
    Ok(Json(Remedies { rows: rows.into_iter().map(|one| shown(&asker, one)).collect() }))
}

/// Makes a task of a shortcoming: a manager of their own, or whoever looks at their visits. The same line of the same review is one task.
#[utoipa::path(post, path = "/field/remedies", tag = "field", operation_id = "make_remedy", request_body = RemedySent,
    responses((status = 201, body = Remedy), (status = 200, body = Remedy, description = "It was there")),
    extensions(("x-permission" = json!(["visit.make", "visit.review"]))))]
async fn make(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<RemedySent>,
) -> Answer<(StatusCode, Json<Remedy>)> {
    let (manager, scope) = whose_task(&desk, &signed, sent.manager.as_deref()).await?;
    let asker = Asker::of(&desk, lang).await;
    let outlet = sent.outlet.unwrap_or_default();
    let territory =
        if outlet.is_empty() { manager.area } else { reached(&desk, &asker, &mut desk.db.read().await?, &scope, &outlet).await?.territory };
    let new = New {
        manager: &manager.login,
        outlet: &outlet,
        territory: &territory,
        span: (day(&sent.from)?, day(&sent.to)?),
        line: &sent.line,
        text: &sent.text,
        due_on: day(&sent.due_on)?,
    };
    let (status, made) = match remedy::make(&desk.db, &signed.0.who(), &new).await? {
        Done::Now(made) => (StatusCode::CREATED, made),
        Done::Already(made) => (StatusCode::OK, made),
    };
    Ok((status, Json(shown(&asker, made))))
}

/// The manager a task is for, and where the asker may make one.
async fn whose_task(desk: &Desk, signed: &Signed, asked: Option<&str>) -> Result<(Manager, Scope), Refusal> {
    let own = asked.is_none_or(|login| login.is_empty() || login == signed.0.login) && whose::makes(desk, signed);
    let permission = if own { Permission::VisitMake } else { Permission::VisitReview };
    let scope = if own { signed.own_scope(desk, permission)? } else { signed.scope(desk, permission)? };
    let manager = whose::one(desk, &mut desk.db.read().await?, signed, permission, asked).await?;
    Ok((manager, scope))
}

/// Says that a task is done, or lets it go: whoever is to do it, or a supervisor.
#[utoipa::path(post, path = "/field/remedies/{id}/close", tag = "field", operation_id = "close_remedy", request_body = RemedyClosing,
    params(("id" = String, Path, description = "Task"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = RemedyClosed)), extensions(("x-permission" = json!(["visit.make", "visit.review"]))))]
async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<RemedyClosing>,
) -> Answer<Json<RemedyClosed>> {
    let seen = promises::closes(&desk, &signed)?;
    let to = word(&sent.to, "done, dropped")?;
    let version = remedy::close(&desk.db, &seen, &signed.0.who(), &id, version, to, &sent.reason).await?;
    Ok(Json(RemedyClosed { version }))
}
