//! Notices of applications by mail, to who wants them (R8.44): the wish, and what is sent with the other mail.

use super::super::desk::Desk;
use super::super::post::{Mail, Post};
use super::super::signed::Signed;
use super::super::web::{Answer, Language, Sent, bug};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::{Lang, Refusal};
use qudao_workflow::State as Stage;
use qudao_workflow::notice::{self, Notice, Wish};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(wish, set, unset))
}

/// Where one's notices of applications go.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ApplicationMail {
    /// Mail address; empty for no mail.
    address: String,
}

/// Where one's notices of applications go.
#[utoipa::path(get, path = "/me/application-mail", tag = "account", operation_id = "application_mail",
    responses((status = 200, body = ApplicationMail)), extensions(("x-permission" = json!("any"))))]
async fn wish(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<ApplicationMail>> {
    let wish = notice::wish(&mut desk.db.read().await?, &signed.0.login).await?;
    Ok(Json(ApplicationMail { address: wish.map(|wish| wish.address).unwrap_or_default() }))
}

/// Has what comes to one from now on told by mail: applications to decide, copies, one's own that came back or ended.
#[utoipa::path(put, path = "/me/application-mail", tag = "account", operation_id = "set_application_mail", request_body = ApplicationMail,
    responses((status = 204, description = "Kept")), extensions(("x-permission" = json!("any"))))]
async fn set(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<ApplicationMail>,
) -> Answer<StatusCode> {
    signed.0.in_person()?;
    let lang = if lang == Lang::En { "en" } else { "zh" };
    notice::set(&desk.db, &signed.0.login, &Wish { address: sent.address, lang: lang.to_owned() }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends one no more notices by mail.
#[utoipa::path(delete, path = "/me/application-mail", tag = "account", operation_id = "unset_application_mail",
    responses((status = 204, description = "Ended")), extensions(("x-permission" = json!("any"))))]
async fn unset(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<StatusCode> {
    notice::unset(&desk.db, &signed.0.login).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends what is to be told now. `address` is where people reach this server, for links.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn tell(desk: &Arc<Desk>, post: &Arc<Post>, address: &str) -> Result<(), Refusal> {
    let all = notice::due(&mut desk.db.read().await?).await?;
    for one in all {
        if !notice::claim(&desk.db, &one).await? {
            continue;
        }
        let (mail, post) = (letter(desk, &one, address), Arc::clone(post));
        let sent = tokio::task::spawn_blocking(move || post.send(&mail)).await.map_err(|error| bug(&error.to_string()))?;
        notice::ended(&desk.db, &one, sent).await?;
    }
    Ok(())
}

/// The mail: what came and where it is opened. What the application says is not in it.
fn letter(desk: &Desk, one: &Notice, address: &str) -> Mail {
    let lang = if one.lang == "en" { Lang::En } else { Lang::Zh };
    let say = |zh: String, en: String| if lang == Lang::En { en } else { zh };
    let flow = desk.flows.catalogue.get(&one.flow).map_or_else(|_| one.flow.clone(), |flow| flow.title.get(lang).to_owned());
    let state = one.state.parse::<Stage>().map_or_else(|()| one.state.clone(), |state| state.title().get(lang).to_owned());
    let Notice { instance, starter, about, at_us, login, .. } = one;
    let what = match about.as_str() {
        "holder" => say("待您审批".to_owned(), "To decide".to_owned()),
        "copied" => say("抄送给您".to_owned(), "Copied to you".to_owned()),
        "returned" => say("您的申请被退回".to_owned(), "Yours came back".to_owned()),
        _ => say(format!("您的申请{state}"), format!("Yours is {state}")),
    };
    let due = one.due.map_or_else(String::new, |day| say(format!("请在 {day} 前办理。\n"), format!("Decide it by {day}.\n")));
    let text = say(
        format!(
            "{what}：{flow} {instance}（申请人 {starter}）\n{due}打开：{address}/applications/{instance}\n\n不再接收：登录后在“我的账户”关闭审批提醒：{address}/account\n"
        ),
        format!(
            "{what}: {flow} {instance}, applied for by {starter}\n{due}Open it: {address}/applications/{instance}\n\nTo stop these mails, turn them off in your account: {address}/account\n"
        ),
    );
    let subject = say(format!("【审批】{what}：{flow} {instance}"), format!("[Approvals] {what}: {flow} {instance}"));
    Mail { id: format!("flow-{login}-{instance}-{about}-{at_us}"), to: one.address.clone(), subject, text, table: None }
}
