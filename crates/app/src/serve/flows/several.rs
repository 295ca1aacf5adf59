//! 批量: agreeing to several applications, or rejecting them, with one opinion. Each is an act of its own: one that fails keeps no other back.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Act, Answer, Language, OnceKey, Sent};
use super::acts::act;
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::Refusal;
use qudao_workflow::{Command, Form};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most applications decided at once.
const MOST: usize = 50;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(decide))
}

/// One of those to be decided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DecisionItem {
    id: String,
    /// The version that was seen.
    version: u32,
}

/// Several decisions alike.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DecisionsSent {
    /// Whether they are agreed to; else they are rejected.
    agree: bool,
    /// Opinion; a rejection needs one.
    #[serde(default)]
    text: String,
    items: Vec<DecisionItem>,
}

/// What one of several decisions came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionDone {
    id: String,
    done: bool,
    #[schema(required)]
    version: Option<u32>,
    #[schema(required)]
    state: Option<String>,
    /// Code of what it was refused with.
    #[schema(required)]
    code: Option<String>,
    /// The same in words.
    #[schema(required)]
    detail: Option<String>,
}

/// What several decisions came to, in the order they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionsDone {
    items: Vec<DecisionDone>,
}

/// Agrees to several applications, or rejects them.
#[utoipa::path(post, path = "/applications/decisions", tag = "flows", operation_id = "decide_applications", request_body = DecisionsSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 200, body = DecisionsDone)),
    extensions(("x-permission" = json!("flow.decide"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<DecisionsSent>,
) -> Answer<Json<DecisionsDone>> {
    signed.may(&desk, Permission::FlowDecide)?;
    if !(1..=MOST).contains(&sent.items.len()) {
        return Err(Refusal::bad_input(
            "serve.decisions.count",
            format!("请选择 1 至 {MOST} 份申请"),
            format!("choose 1 to {MOST} applications"),
        )
        .into());
    }
    let command =
        if sent.agree { Command::Agree { text: sent.text, edits: Form::new(), signature: None } } else { Command::Reject(sent.text) };
    let mut items = Vec::with_capacity(sent.items.len());
    for DecisionItem { id, version } in sent.items {
        let once = Act { key: format!("{key}/{id}"), id, version };
        let outcome = act(&desk, &signed, &[Permission::FlowDecide], &once, &command).await;
        let (acted, refusal) = match outcome {
            Ok(acted) => (Some(acted), None),
            Err(refusal) => (None, Some(refusal)),
        };
        items.push(DecisionDone {
            id: once.id,
            done: acted.is_some(),
            version: acted.as_ref().map(|acted| acted.version),
            state: acted.map(|acted| acted.state.name().to_owned()),
            code: refusal.as_ref().map(|refusal| refusal.code.to_owned()),
            detail: refusal.map(|refusal| refusal.text.get(lang).to_owned()),
        });
    }
    Ok(Json(DecisionsDone { items }))
}
