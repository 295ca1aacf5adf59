//! Drafts of policies: written, checked, sent for approval, approved by somebody else, published.

use super::desk::Desk;
use super::jobs::instant;
use super::policy_views::CheckView;
use super::shelf::{Shelf, text_of};
use super::signed::Signed;
use super::web::{Answer, Asked, IfMatch, Language, Sent, bug, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_platform::audit::same_hand;
use qudao_policy::outline::renewed;
use qudao_settle::draft::{self, Draft, Judged, Note, judge};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, save))
        .routes(routes!(comment))
        .routes(routes!(submit))
        .routes(routes!(approve))
        .routes(routes!(give_back))
        .routes(routes!(withdraw))
}

/// A draft in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftHead {
    id: String,
    /// Policy its text declares; empty while it cannot be read.
    policy: String,
    policy_version: u32,
    title: String,
    /// First day in force.
    #[schema(required)]
    from: Option<String>,
    /// Last day in force.
    #[schema(required)]
    last: Option<String>,
    /// draft, in_review, returned, published or withdrawn.
    state: String,
    author: String,
    /// What `If-Match` names.
    version: u32,
    changed_at: String,
    changed_by: String,
    /// Who sent it for approval.
    #[schema(required)]
    submitted_by: Option<String>,
    /// Who approved it.
    #[schema(required)]
    decided_by: Option<String>,
}

/// A draft with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftView {
    head: DraftHead,
    text: String,
    /// The version it was begun from.
    #[schema(required)]
    base: Option<u32>,
    /// Text of that version, to compare with.
    base_text: String,
    /// SHA-256 of the text as it was sent for approval; approving names it.
    #[schema(required)]
    hash: Option<String>,
    /// Why the caller cannot approve it; absent where they can.
    #[schema(required)]
    cannot_approve: Option<String>,
    /// Whether the caller may write at it now.
    may_write: bool,
    notes: Vec<NoteView>,
    check: CheckView,
}

/// Something said or done about a draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    at: String,
    who: String,
    /// create, comment, submit, return, publish or withdraw.
    kind: String,
    text: String,
}

fn head(draft: &Draft) -> DraftHead {
    DraftHead {
        id: draft.id.clone(),
        policy: draft.policy.clone(),
        policy_version: draft.policy_version,
        title: draft.title.clone(),
        from: draft.from.map(|day| day.to_string()),
        last: draft.last.map(|day| day.to_string()),
        state: draft.state.name().to_owned(),
        author: draft.author.clone(),
        version: draft.version,
        changed_at: instant(draft.changed_us),
        changed_by: draft.changed_by.clone(),
        submitted_by: draft.submitted.as_ref().map(|(who, _, _)| who.clone()),
        decided_by: draft.decided.as_ref().map(|(who, _)| who.clone()),
    }
}

/// Filters of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// State.
    state: Option<String>,
}

/// Drafts, latest change first. There are tens of them, so the list is whole.
#[utoipa::path(get, path = "/drafts", tag = "policies", operation_id = "drafts", params(Which),
    responses((status = 200, body = Vec<DraftHead>)), extensions(("x-permission" = json!("policy.simulate"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<Which>) -> Answer<Json<Vec<DraftHead>>> {
    signed.everywhere(&desk, Permission::PolicySimulate)?;
    only(asked.state.as_deref(), &["draft", "in_review", "returned", "published", "withdrawn"])?;
    let drafts = draft::list(&mut desk.db.read().await?).await?;
    let wanted = |draft: &&Draft| asked.state.as_deref().is_none_or(|state| state == draft.state.name());
    Ok(Json(drafts.iter().filter(wanted).map(head).collect()))
}

/// How a draft begins.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewDraft {
    /// The text; empty where a version is named.
    #[serde(default)]
    text: String,
    /// Policy to begin from.
    policy: Option<String>,
    /// Version of it.
    version: Option<u32>,
    /// First day in force of the new version; the first of next month where absent.
    from: Option<String>,
}

/// Begins a draft, with a text or as the next version of a policy.
#[utoipa::path(post, path = "/drafts", tag = "policies", operation_id = "create_draft", request_body = NewDraft,
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.draft"))))]
async fn create(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<NewDraft>,
) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicyDraft)?;
    let (base, text) = begun(&desk, sent).await?;
    let made = draft::create(&desk.db, &signed.0.who(), &text, base).await?;
    view(&desk, &signed, made, lang).await
}

async fn begun(desk: &Arc<Desk>, sent: NewDraft) -> Answer<(Option<u32>, String)> {
    let (Some(policy), Some(version)) = (sent.policy, sent.version) else { return Ok((None, sent.text)) };
    let desk = Arc::clone(desk);
    heavy(move || {
        let shelf = Shelf::open(&desk)?;
        let of_name = || shelf.set.policies.iter().filter(|known| known.name == policy);
        let base = of_name().find(|known| known.version == version).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "serve.policy.missing",
                format!("没有政策 {policy} 版本 {version}"),
                format!("there is no policy {policy} version {version}"),
            )
        })?;
        let next = of_name().map(|known| known.version).max().unwrap_or(0) + 1;
        let from: Date = match &sent.from {
            Some(from) => from.parse().map_err(|_| {
                Refusal::bad_input(
                    "serve.policy.day",
                    format!("“{from}”不是日期；格式如 2026-09-01"),
                    format!("`{from}` is no day; write it as 2026-09-01"),
                )
            })?,
            None => desk.today().month().plus(1).first_day(),
        };
        let last = (base.to > from && base.to.year() < 2199).then(|| base.to.plus_days(-1));
        Ok((Some(version), renewed(&text_of(base).0, next, from, last)))
    })
    .await
}

/// One draft with its check.
#[utoipa::path(get, path = "/drafts/{id}", tag = "policies", operation_id = "draft", params(("id" = String, Path, description = "Draft")),
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.simulate"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicySimulate)?;
    let found = draft::get(&mut desk.db.read().await?, &id).await?;
    view(&desk, &signed, found, lang).await
}

/// A text to be saved.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DraftText {
    text: String,
}

/// Saves the text as it is typed.
#[utoipa::path(put, path = "/drafts/{id}", tag = "policies", operation_id = "save_draft",
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")), request_body = DraftText,
    responses((status = 200, body = DraftHead)), extensions(("x-permission" = json!("policy.draft"))))]
async fn save(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DraftText>,
) -> Answer<Json<DraftHead>> {
    signed.everywhere(&desk, Permission::PolicyDraft)?;
    Ok(Json(head(&draft::save(&desk.db, &signed.0.who(), &id, version, &sent.text).await?)))
}

/// What somebody says.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Said {
    #[serde(default)]
    note: String,
    /// Hash of the text that is approved.
    hash: Option<String>,
}

/// Says something about a draft.
#[utoipa::path(post, path = "/drafts/{id}/comments", tag = "policies", operation_id = "comment_draft",
    params(("id" = String, Path, description = "Draft")), request_body = Said,
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.simulate"))))]
async fn comment(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(said): Sent<Said>,
) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicySimulate)?;
    draft::comment(&desk.db, &signed.0.who(), &id, &said.note).await?;
    let found = draft::get(&mut desk.db.read().await?, &id).await?;
    view(&desk, &signed, found, lang).await
}

/// Sends a draft for approval: no mistakes, and examples that come out to the fen.
#[utoipa::path(post, path = "/drafts/{id}/submit", tag = "policies", operation_id = "submit_draft",
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")), request_body = Said,
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.draft"))))]
async fn submit(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(said): Sent<Said>,
) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicyDraft)?;
    let text = draft::get(&mut desk.db.read().await?, &id).await?.text;
    let judged = judged(&desk, text).await?;
    let sent = draft::submit(&desk.db, &signed.0.who(), &id, version, &said.note, &judged).await?;
    view(&desk, &signed, sent, lang).await
}

/// Approves what somebody else wrote: it is published and in force from its first day on.
#[utoipa::path(post, path = "/drafts/{id}/approve", tag = "policies", operation_id = "approve_draft",
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")), request_body = Said,
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.publish"))))]
async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(said): Sent<Said>,
) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicyPublish)?;
    let text = draft::get(&mut desk.db.read().await?, &id).await?.text;
    let judged = judged(&desk, text).await?;
    let hash = said.hash.unwrap_or_default();
    let who = &signed.0.who();
    let published = draft::publish(&desk.db, who, &id, (version, &hash), &said.note, &judged, &desk.home.policies()).await?;
    view(&desk, &signed, published, lang).await
}

/// Sends a draft back with what is to be changed.
#[utoipa::path(post, path = "/drafts/{id}/return", tag = "policies", operation_id = "return_draft",
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")), request_body = Said,
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.publish"))))]
async fn give_back(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(said): Sent<Said>,
) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicyPublish)?;
    let back = draft::give_back(&desk.db, &signed.0.who(), &id, version, &said.note).await?;
    view(&desk, &signed, back, lang).await
}

/// Gives one's own draft up.
#[utoipa::path(post, path = "/drafts/{id}/withdraw", tag = "policies", operation_id = "withdraw_draft",
    params(("id" = String, Path, description = "Draft"), ("If-Match" = String, Header, description = "Version seen")), request_body = Said,
    responses((status = 200, body = DraftView)), extensions(("x-permission" = json!("policy.draft"))))]
async fn withdraw(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(said): Sent<Said>,
) -> Answer<Json<DraftView>> {
    signed.everywhere(&desk, Permission::PolicyDraft)?;
    let given = draft::withdraw(&desk.db, &signed.0.who(), &id, version, &said.note).await?;
    view(&desk, &signed, given, lang).await
}

/// What there is to say about a text beside what is published.
pub(crate) async fn judged(desk: &Arc<Desk>, text: String) -> Answer<Judged> {
    let desk = Arc::clone(desk);
    heavy(move || Ok(judge(&Shelf::open(&desk)?.files, &text))).await
}

async fn view(desk: &Arc<Desk>, signed: &Signed, draft: Draft, lang: Lang) -> Answer<Json<DraftView>> {
    let notes = draft::notes(&mut desk.db.read().await?, &draft.id).await?;
    let may = |permission| signed.everywhere(desk, permission);
    let (login, may_draft, may_publish) = (signed.0.who(), may(Permission::PolicyDraft).is_ok(), may(Permission::PolicyPublish));
    let shared = Arc::clone(desk);
    heavy(move || {
        let shelf = Shelf::open(&shared)?;
        // A published text is judged by itself: beside its own file it would be there twice.
        let published = draft.file.is_some();
        let began = shared.db.now_us();
        let judged = judge(if published { &[] } else { &shelf.files }, &draft.text);
        let check = CheckView::of(&judged, &draft.text, lang, shared.db.now_us() - began);
        let base = draft.base.and_then(|base| shelf.set.policies.iter().find(|known| known.name == draft.policy && known.version == base));
        Ok(Json(DraftView {
            base: draft.base,
            base_text: base.map(|policy| text_of(policy).0).unwrap_or_default(),
            hash: draft.submitted.as_ref().map(|(_, _, hash)| hash.clone()),
            cannot_approve: cannot_approve(&draft, &login, may_publish, lang),
            may_write: may_draft && draft.state.is_open(),
            notes: notes.into_iter().map(note).collect(),
            check,
            head: head(&draft),
            text: draft.text,
        }))
    })
    .await
}

fn note(note: Note) -> NoteView {
    NoteView { at: instant(note.at_us), who: note.who, kind: note.kind, text: note.text }
}

fn cannot_approve(draft: &Draft, login: &str, may: Result<(), Refusal>, lang: Lang) -> Option<String> {
    let say = |zh: &str, en: &str| Some(if lang == Lang::Zh { zh } else { en }.to_owned());
    if let Err(refusal) = may {
        return Some(refusal.text.get(lang).to_owned());
    }
    if draft.state != draft::State::InReview {
        return say("草案不在审批中", "the draft is not in review");
    }
    if draft.writers.iter().chain([&draft.author]).any(|writer| same_hand(writer, login)) {
        return say("写过这份草案的人不能批准它", "whoever wrote at a draft does not approve it");
    }
    None
}

/// The text of an open or sent draft, for a simulation.
pub(crate) async fn text(desk: &Arc<Desk>, id: &str) -> Answer<String> {
    let found = draft::get(&mut desk.db.read().await.map_err(|refusal| bug(refusal.text.get(Lang::En)))?, id).await?;
    Ok(found.text)
}
