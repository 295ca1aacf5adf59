//! 流程设计: flows the house writes itself. Written, checked as they are typed, tried, sent for approval, approved by somebody else, taken out of use by two.

use super::super::desk::Desk;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, IfMatch, Language, Seen, Sent, only};
use super::checked::{FlowCheck, FlowText, designer};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_platform::audit::same_hand;
use qudao_workflow::definition;
use qudao_workflow::design::{self, Draft, Judged, Note, State as Stage, judge};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, save))
        .routes(routes!(comment))
        .routes(routes!(submit))
        .routes(routes!(approve))
        .routes(routes!(give_back))
        .routes(routes!(withdraw))
        .routes(routes!(retire))
        .routes(routes!(confirm))
        .routes(routes!(keep))
}

/// A flow of the house in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowDraftHead {
    id: String,
    /// What its text declares; empty while it cannot be read.
    flow: String,
    flow_version: u32,
    title: String,
    /// draft, in_review, returned, published, retiring, retired or withdrawn.
    state: String,
    author: String,
    /// What `If-Match` names.
    version: u32,
    changed_at: String,
    changed_by: String,
    #[schema(required)]
    submitted_by: Option<String>,
    /// Who approved it.
    #[schema(required)]
    decided_by: Option<String>,
    /// Who asked that it be used no more.
    #[schema(required)]
    retire_by: Option<String>,
}

impl FlowDraftHead {
    fn of(draft: &Draft, lang: Lang) -> Self {
        Self {
            id: draft.id.clone(),
            flow: draft.flow.clone(),
            flow_version: draft.flow_version,
            title: draft.title.get(lang).to_owned(),
            state: draft.state.name().to_owned(),
            author: draft.author.clone(),
            version: draft.version,
            changed_at: instant(draft.changed_us),
            changed_by: draft.changed_by.clone(),
            submitted_by: draft.submitted.as_ref().map(|(who, _, _)| who.clone()),
            decided_by: draft.decided.as_ref().map(|(who, _)| who.clone()),
            retire_by: draft.retire_by.clone(),
        }
    }
}

/// Something said or done about a flow of the house.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowNote {
    at: String,
    who: String,
    /// create, comment, submit, return, publish, withdraw, retire_ask, retire or retire_keep.
    kind: String,
    text: String,
}

/// A flow of the house with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowDraftView {
    head: FlowDraftHead,
    text: String,
    /// The version it was begun from.
    #[schema(required)]
    base: Option<u32>,
    /// Text of that version, to compare with.
    base_text: String,
    /// SHA-256 of the text as it was sent for approval; approving names it.
    #[schema(required)]
    hash: Option<String>,
    /// Why the caller can neither approve it nor confirm that it is used no more; absent where they can.
    #[schema(required)]
    cannot_approve: Option<String>,
    /// Whether the caller may write at it now.
    may_write: bool,
    notes: Vec<FlowNote>,
    check: FlowCheck,
}

/// Filters of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FlowDraftFilter {
    /// State.
    state: Option<String>,
    /// Flow.
    flow: Option<String>,
}

/// Flows the house writes or wrote, latest change first. There are tens of them, so the list is whole.
#[utoipa::path(get, path = "/flow-drafts", tag = "flows", operation_id = "flow_drafts", params(FlowDraftFilter),
    responses((status = 200, body = Vec<FlowDraftHead>)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<FlowDraftFilter>,
) -> Answer<Json<Vec<FlowDraftHead>>> {
    designer(&desk, &signed)?;
    let states: Vec<&str> = Stage::ALL.iter().map(|state| state.name()).collect();
    only(asked.state.as_deref(), &states)?;
    let drafts = design::list(&mut desk.db.read().await?).await?;
    let is = |asked: Option<&str>, word: &str| asked.is_none_or(|asked| asked.is_empty() || asked == word);
    let wanted = |draft: &&Draft| is(asked.state.as_deref(), draft.state.name()) && is(asked.flow.as_deref(), &draft.flow);
    Ok(Json(drafts.iter().filter(wanted).map(|draft| FlowDraftHead::of(draft, lang)).collect()))
}

/// How a flow of the house begins.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewFlowDraft {
    /// The text, of a file that is imported; empty where a version is named.
    #[serde(default)]
    text: String,
    /// Flow to begin from.
    flow: Option<String>,
    /// Version of it; the present one where absent.
    version: Option<u32>,
    /// Id of a new flow; the next version of the same one where absent.
    copy: Option<String>,
}

/// Begins a flow of the house: with a text, as the next version of one, or as a copy of one.
#[utoipa::path(post, path = "/flow-drafts", tag = "flows", operation_id = "create_flow_draft", request_body = NewFlowDraft,
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.define"))))]
async fn create(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<NewFlowDraft>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowDefine)?;
    let (text, base) = begun(&desk, sent).await?;
    let made = design::create(&desk.db, &signed.0.who(), &text, base).await?;
    view(&desk, &signed, made, lang).await
}

async fn begun(desk: &Desk, sent: NewFlowDraft) -> Result<(String, Option<u32>), Refusal> {
    let Some(flow) = sent.flow.filter(|flow| !flow.is_empty()) else { return Ok((sent.text.replace("\r\n", "\n"), None)) };
    let catalogue = &desk.flows.catalogue;
    let version = match sent.version {
        Some(version) => version,
        None => catalogue.get(&flow)?.version,
    };
    let tx = &mut desk.db.read().await?;
    let text = design::used(tx, catalogue, &flow, version).await?;
    let copy = sent.copy.filter(|copy| !copy.is_empty() && *copy != flow);
    let next = design::next_version(tx, catalogue, copy.as_deref().unwrap_or(&flow)).await?;
    Ok(match copy {
        Some(copy) => (definition::renewed(&text, &[("id", json!(copy)), ("version", json!(next))]), None),
        None => (definition::renewed(&text, &[("version", json!(next))]), Some(version)),
    })
}

/// One flow of the house with its check.
#[utoipa::path(get, path = "/flow-drafts/{id}", tag = "flows", operation_id = "flow_draft", params(("id" = String, Path, description = "Draft")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<FlowDraftView>> {
    designer(&desk, &signed)?;
    let found = design::get(&mut desk.db.read().await?, &id).await?;
    view(&desk, &signed, found, lang).await
}

/// Saves the text as it is typed.
#[utoipa::path(put, path = "/flow-drafts/{id}", tag = "flows", operation_id = "save_flow_draft", request_body = FlowText,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftHead)), extensions(("x-permission" = json!("flow.define"))))]
async fn save(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<FlowText>,
) -> Answer<Json<FlowDraftHead>> {
    signed.everywhere(&desk, Permission::FlowDefine)?;
    Ok(Json(FlowDraftHead::of(&design::save(&desk.db, &signed.0.who(), &id, version, &sent.text).await?, lang)))
}

/// What somebody says.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FlowSaid {
    /// Reason or comment.
    #[serde(default)]
    note: String,
    /// Hash of the text that is approved.
    hash: Option<String>,
}

/// Says something about a flow of the house.
#[utoipa::path(post, path = "/flow-drafts/{id}/comments", tag = "flows", operation_id = "comment_flow_draft", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft")), responses((status = 200, body = FlowDraftView)),
    extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn comment(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    designer(&desk, &signed)?;
    design::comment(&desk.db, &signed.0.who(), &id, &said.note).await?;
    let found = design::get(&mut desk.db.read().await?, &id).await?;
    view(&desk, &signed, found, lang).await
}

/// Sends a flow for approval, with the reason of the change: nothing wrong, and examples that come out.
#[utoipa::path(post, path = "/flow-drafts/{id}/submit", tag = "flows", operation_id = "submit_flow_draft", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.define"))))]
async fn submit(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowDefine)?;
    let sent = design::submit(&desk.db, &desk.flows.catalogue, &signed.0.who(), &seen.id, seen.version, &said.note).await?;
    view(&desk, &signed, sent, lang).await
}

/// Approves what somebody else wrote: what begins from now on begins under it.
#[utoipa::path(post, path = "/flow-drafts/{id}/approve", tag = "flows", operation_id = "approve_flow_draft", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.publish"))))]
async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowPublish)?;
    let (who, hash) = (signed.0.who(), said.hash.unwrap_or_default());
    let at = (seen.version, hash.as_str());
    let published = design::publish(&desk.db, &desk.flows.catalogue, &who, &seen.id, at, &said.note).await?;
    desk.flows.renew(&desk.db).await?;
    view(&desk, &signed, published, lang).await
}

/// Sends a flow back with what is to be changed.
#[utoipa::path(post, path = "/flow-drafts/{id}/return", tag = "flows", operation_id = "return_flow_draft", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.publish"))))]
async fn give_back(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowPublish)?;
    let back = design::give_back(&desk.db, &signed.0.who(), &seen.id, seen.version, &said.note).await?;
    view(&desk, &signed, back, lang).await
}

/// Gives one's own draft up.
#[utoipa::path(post, path = "/flow-drafts/{id}/withdraw", tag = "flows", operation_id = "withdraw_flow_draft", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.define"))))]
async fn withdraw(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowDefine)?;
    let given = design::withdraw(&desk.db, &signed.0.who(), &seen.id, seen.version, &said.note).await?;
    view(&desk, &signed, given, lang).await
}

/// Asks that a published version be used no more; somebody else confirms it.
#[utoipa::path(post, path = "/flow-drafts/{id}/retire", tag = "flows", operation_id = "ask_retire_flow", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn retire(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    designer(&desk, &signed)?;
    let asked = design::ask_retire(&desk.db, &signed.0.who(), &seen.id, seen.version, &said.note).await?;
    view(&desk, &signed, asked, lang).await
}

/// Confirms that a version is used no more. What runs under it goes on.
#[utoipa::path(post, path = "/flow-drafts/{id}/retire-confirm", tag = "flows", operation_id = "confirm_retire_flow", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.publish"))))]
async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowPublish)?;
    let retired = design::retire(&desk.db, &signed.0.who(), &seen.id, seen.version, &said.note).await?;
    desk.flows.renew(&desk.db).await?;
    view(&desk, &signed, retired, lang).await
}

/// Keeps a version in use that somebody asked to be used no more.
#[utoipa::path(post, path = "/flow-drafts/{id}/retire-refuse", tag = "flows", operation_id = "refuse_retire_flow", request_body = FlowSaid,
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")),
    responses((status = 200, body = FlowDraftView)), extensions(("x-permission" = json!("flow.publish"))))]
async fn keep(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    seen: Seen,
    Sent(said): Sent<FlowSaid>,
) -> Answer<Json<FlowDraftView>> {
    signed.everywhere(&desk, Permission::FlowPublish)?;
    let kept = design::keep_in_use(&desk.db, &signed.0.who(), &seen.id, seen.version, &said.note).await?;
    view(&desk, &signed, kept, lang).await
}

async fn view(desk: &Desk, signed: &Signed, draft: Draft, lang: Lang) -> Answer<Json<FlowDraftView>> {
    let catalogue = &desk.flows.catalogue;
    let tx = &mut desk.db.read().await?;
    let notes = design::notes(tx, &draft.id).await?;
    // What was published is judged by itself: beside itself its version would be taken.
    let judged = if draft.state.is_settled() { Judged::of(catalogue, &draft.text) } else { judge(tx, catalogue, &draft.text).await? };
    let base_text = match draft.base {
        Some(base) => design::used(tx, catalogue, &draft.flow, base).await.unwrap_or_default(),
        None => String::new(),
    };
    let may = |permission| signed.everywhere(desk, permission);
    Ok(Json(FlowDraftView {
        base: draft.base,
        base_text,
        hash: draft.submitted.as_ref().map(|(_, _, hash)| hash.clone()),
        cannot_approve: cannot_approve(&draft, &signed.0.who(), may(Permission::FlowPublish), lang),
        may_write: may(Permission::FlowDefine).is_ok() && draft.state.is_open(),
        notes: notes.into_iter().map(note).collect(),
        check: FlowCheck::of(&judged, &draft.text, lang),
        head: FlowDraftHead::of(&draft, lang),
        text: draft.text,
    }))
}

/// Ids of the flows the caller may approve or take out of use now, and of their own that came back.
pub(in crate::serve) async fn designs(desk: &Desk, signed: &Signed) -> Result<(Vec<String>, Vec<String>), Refusal> {
    if designer(desk, signed).is_err() {
        return Ok((Vec::new(), Vec::new()));
    }
    let drafts = design::list(&mut desk.db.read().await?).await?;
    let (who, publishes) = (signed.0.who(), signed.everywhere(desk, Permission::FlowPublish).is_ok());
    let ids = |wanted: &dyn Fn(&Draft) -> bool| -> Vec<String> {
        drafts.iter().filter(|draft| wanted(draft)).map(|draft| draft.id.clone()).collect()
    };
    let decide = ids(&|draft| publishes && cannot_approve(draft, &who, Ok(()), Lang::Zh).is_none());
    let mend = ids(&|draft| draft.state == Stage::Returned && same_hand(&draft.author, &who));
    Ok((decide, mend))
}

fn note(note: Note) -> FlowNote {
    FlowNote { at: instant(note.at_us), who: note.who, kind: note.kind, text: note.text }
}

fn cannot_approve(draft: &Draft, login: &str, may: Result<(), Refusal>, lang: Lang) -> Option<String> {
    let say = |zh: &str, en: &str| Some(if lang == Lang::Zh { zh } else { en }.to_owned());
    if let Err(refusal) = may {
        return Some(refusal.text.get(lang).to_owned());
    }
    match draft.state {
        Stage::InReview if draft.writers.iter().chain([&draft.author]).any(|writer| same_hand(writer, login)) => {
            say("写过这份流程的人不能批准它", "whoever wrote at a flow does not approve it")
        }
        Stage::Retiring if draft.retire_by.as_deref().is_some_and(|asked| same_hand(asked, login)) => {
            say("提出停用的人不能自己确认", "whoever asked for it does not confirm it")
        }
        Stage::InReview | Stage::Retiring => None,
        Stage::Draft | Stage::Returned | Stage::Published | Stage::Retired | Stage::Withdrawn => {
            say("流程不在审批中", "the flow is not in review")
        }
    }
}
