//! Roles and what they allow; who answers for what: the role for a kind of task, the manager a partner has for a function.

use super::desk::Desk;
use super::people::{day, master, within};
use super::reach;
use super::signed::Signed;
use super::web::{Answer, IfMatch, Language, Sent};
use axum::Json;
use axum::extract::{Path as Named, State};
use axum::http::StatusCode;
use qudao_access::{Over, Permission, duties};
use qudao_kernel::{Kind, Refusal};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(roles))
        .routes(routes!(responsibilities))
        .routes(routes!(assign_responsibility))
        .routes(routes!(managers, name_manager))
}

/// A role and what it allows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    id: String,
    title: String,
    /// territory, partner, outlet or clerk.
    over_kind: String,
    permissions: Vec<String>,
}

/// Roles, by id.
#[utoipa::path(get, path = "/roles", tag = "people", operation_id = "roles", responses((status = 200, body = Vec<RoleView>)),
    extensions(("x-permission" = json!("any"))))]
async fn roles(State(desk): State<Arc<Desk>>, _: Signed, Language(lang): Language) -> Json<Vec<RoleView>> {
    let of = |role: &qudao_access::Role| RoleView {
        id: role.id.clone(),
        title: role.title.get(lang).to_owned(),
        over_kind: reach::kind(role.over).to_owned(),
        permissions: role.may.iter().map(|permission| permission.name().to_owned()).collect(),
    };
    Json(desk.roles.iter().map(of).collect())
}

/// The role that answers for a kind of task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResponsibilityView {
    task: String,
    role: String,
    title: String,
    version: u32,
}

/// The matrix of responsibilities, by kind of task.
#[utoipa::path(get, path = "/responsibilities", tag = "people", operation_id = "responsibilities",
    responses((status = 200, body = Vec<ResponsibilityView>)), extensions(("x-permission" = json!("person.read"))))]
async fn responsibilities(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
) -> Answer<Json<Vec<ResponsibilityView>>> {
    signed.may(&desk, Permission::PersonRead)?;
    let of = |duty: duties::Duty| ResponsibilityView {
        title: desk.roles.get(&duty.role).map_or_else(|_| duty.role.clone(), |role| role.title.get(lang).to_owned()),
        task: duty.task,
        role: duty.role,
        version: duty.version,
    };
    Ok(Json(duties::matrix(&mut desk.db.read().await?).await?.into_iter().map(of).collect()))
}

/// Who shall answer.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ResponsibilitySent {
    role: String,
    reason: String,
}

/// Says which role answers for a kind of task; `If-Match: "0"` for a new kind.
#[utoipa::path(put, path = "/responsibilities/{task}", tag = "people", operation_id = "assign_responsibility", request_body = ResponsibilitySent,
    params(("task" = String, Path), ("If-Match" = String, Header, description = "The version that was seen")),
    responses((status = 204, description = "Done")), extensions(("x-permission" = json!("person.manage"))))]
async fn assign_responsibility(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(task): Named<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<ResponsibilitySent>,
) -> Answer<StatusCode> {
    signed.everywhere(&desk, Permission::PersonManage)?;
    duties::assign(&desk.db, &desk.roles, &signed.0.who(), &task, &sent.role, version, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who serves a partner in a function.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManagerView {
    /// Role id.
    role: String,
    title: String,
    login: String,
    name: String,
    /// Their phone at work, whole: the partner is to call it.
    phone: String,
    duty_hours: String,
    from: String,
}

/// Those who serve a partner today, one for each function.
#[utoipa::path(get, path = "/partners/{code}/managers", tag = "people", operation_id = "managers", params(("code" = String, Path)),
    responses((status = 200, body = Vec<ManagerView>)), extensions(("x-permission" = json!("partner.read"))))]
async fn managers(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Named(code): Named<String>,
) -> Answer<Json<Vec<ManagerView>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    known(&desk, &scope, &code).await?;
    let of = |manager: duties::Manager| ManagerView {
        title: desk.roles.get(&manager.role).map_or_else(|_| manager.role.clone(), |role| role.title.get(lang).to_owned()),
        from: manager.from.to_string(),
        role: manager.role,
        login: manager.login,
        name: manager.name,
        phone: manager.phone,
        duty_hours: manager.duty_hours,
    };
    let today = desk.today();
    Ok(Json(duties::managers(&mut desk.db.read().await?, &code, today).await?.into_iter().map(of).collect()))
}

/// A partner out of scope is as good as none.
async fn known(desk: &Arc<Desk>, scope: &qudao_access::Scope, code: &str) -> Result<(), Refusal> {
    let (master, today) = (master(desk).await, desk.today());
    let there = master.as_ref().is_some_and(|master| master.partner(code, today).is_some());
    if there && reach::covered(master.as_deref(), scope, Over::Partner, code, today) {
        return Ok(());
    }
    Err(Refusal::new(Kind::NotFound, "network.partner.missing", format!("没有代理商 {code}"), format!("there is no partner {code}")))
}

/// Who shall serve a partner.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ManagerSent {
    /// Role id of the function.
    role: String,
    login: String,
    /// First day.
    from: String,
    reason: String,
}

/// Names who serves a partner in a function from a day on.
#[utoipa::path(post, path = "/partners/{code}/managers", tag = "people", operation_id = "name_manager", request_body = ManagerSent,
    params(("code" = String, Path)), responses((status = 204, description = "Done")), extensions(("x-permission" = json!("person.manage"))))]
async fn name_manager(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(code): Named<String>,
    Sent(sent): Sent<ManagerSent>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::PersonManage)?;
    known(&desk, &scope, &code).await?;
    within(&desk, &scope, &sent.login).await?;
    let from = day(&sent.from)?;
    duties::name_manager(&desk.db, &signed.0.who(), &code, &sent.role, &sent.login, from, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
