//! Each verb as an operation. What it asks and refuses is the machine's; here it gets its caller, its files and its key.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Act, Answer, Language, OnceKey, Sent};
use super::forms::{FormSent, posts};
use super::rows::definition;
use super::whole::permissions;
use super::{Asker, brought, files};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_workflow::form::FieldKind;
use qudao_workflow::machine::{self, Verb};
use qudao_workflow::store::{self, Acted};
use qudao_workflow::{Command, Definition, Form};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(save))
        .routes(routes!(submit))
        .routes(routes!(agree))
        .routes(routes!(reject))
        .routes(routes!(hand_over))
        .routes(routes!(add))
        .routes(routes!(remove))
        .routes(routes!(give_back))
        .routes(routes!(take_back))
        .routes(routes!(urge))
        .routes(routes!(copy))
        .routes(routes!(comment))
        .routes(routes!(cancel))
        .routes(routes!(execute))
}

/// What an act came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActedView {
    id: String,
    /// For the next `If-Match`.
    version: u32,
    state: String,
}

impl From<Acted> for ActedView {
    fn from(acted: Acted) -> Self {
        Self { id: acted.id, version: acted.version, state: acted.state.name().to_owned() }
    }
}

/// An application to be begun.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ApplicationSent {
    flow: String,
    /// Id of the grant in whose post one applies; the first that may where absent.
    post: Option<String>,
    form: BTreeMap<String, Value>,
}

/// Begins an application as a draft.
#[utoipa::path(post, path = "/applications", tag = "flows", operation_id = "start_application", request_body = ApplicationSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ActedView)),
    extensions(("x-permission" = json!("flow.start"))))]
async fn start(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<ApplicationSent>,
) -> Answer<(StatusCode, Json<ActedView>)> {
    Ok((StatusCode::CREATED, Json(begin(&desk, &signed, lang, &key, sent).await?.into())))
}

/// What is applied for, by whom, and the key under which it is applied for once.
pub(in crate::serve) struct Acting<'a> {
    pub(in crate::serve) desk: &'a Arc<Desk>,
    pub(in crate::serve) signed: &'a Signed,
    pub(in crate::serve) key: &'a str,
}

/// Begins an application in the first post that may, and sends it. Its number.
pub(in crate::serve) async fn apply(acting: &Acting<'_>, flow: &str, form: BTreeMap<String, Value>) -> Answer<String> {
    let Acting { desk, signed, key } = *acting;
    let sent = ApplicationSent { flow: flow.to_owned(), post: None, form };
    let begun = begin(desk, signed, Lang::Zh, key, sent).await?;
    let once = Act { id: begun.id, version: begun.version, key: format!("{key}-submit") };
    act(desk, signed, permissions(Verb::Submit), &once, &Command::Submit).await?;
    Ok(once.id)
}

/// Begins an application as a draft.
async fn begin(desk: &Arc<Desk>, signed: &Signed, lang: Lang, key: &str, sent: ApplicationSent) -> Answer<Acted> {
    let asker = Asker::of(desk, signed, &[Permission::FlowStart]).await?;
    let definition = &desk.flows.catalogue.get(&sent.flow)?;
    let mut may = posts(desk, signed, &asker, definition, lang).into_iter();
    let found = may.find(|(view, _)| sent.post.as_ref().is_none_or(|grant| *grant == view.grant));
    let (_, post) = found.ok_or_else(|| {
        Refusal::new(
            Kind::Forbidden,
            "workflow.start",
            format!("您不能以该岗位发起“{}”；请在可发起的流程中选择", definition.title.zh),
            format!("you cannot start `{}` in that post; choose from the flows you may start", definition.title.en),
        )
    })?;
    files::brought(desk, signed, definition, &Form::new(), &sent.form).await?;
    let form = brought::seal(desk, definition, &Form::new(), sent.form).await?;
    let place = |kind: &FieldKind, code: &str| asker.place(kind, code);
    let office = desk.flows.office(desk, &place)?;
    Ok(store::start(&desk.db, &office, key, &asker.actor, &sent.flow, &post, &form).await?.into_inner())
}

/// Does something to an application the caller sees.
pub(super) async fn act(desk: &Arc<Desk>, signed: &Signed, any: &[Permission], once: &Act, command: &Command) -> Result<Acted, Refusal> {
    let asker = Asker::of(desk, signed, any).await?;
    let (held, definition) = {
        let tx = &mut desk.db.read().await?;
        let held = store::get(tx, &asker.sight(), &once.id).await?;
        let definition = definition(desk, tx, &held.instance).await?;
        (held, definition)
    };
    if let Command::Save(form) | Command::Agree { edits: form, .. } | Command::Execute { edits: form, .. } = command {
        files::brought(desk, signed, &definition, &held.instance.form, form).await?;
    }
    let command = &sealed(desk, &definition, &held.instance.form, command).await?;
    if definition.effect.as_ref().is_some_and(|rule| rule.kind.changes_network()) {
        desk.roll_in().await?;
    }
    let place = |kind: &FieldKind, code: &str| asker.place(kind, code);
    let office = desk.flows.office(desk, &place)?;
    let actor = asker.on(&held.instance);
    let acted = store::act(&desk.db, &office, &once.key, &actor, &once.id, once.version, command).await?.into_inner();
    desk.rolled_out().await;
    if definition.effect.is_some() {
        desk.orders.register.refresh(&desk.db).await?;
    }
    Ok(acted)
}

/// A command with the numbers of its form sealed.
async fn sealed(desk: &Desk, definition: &Definition, before: &Form, command: &Command) -> Result<Command, Refusal> {
    let mut command = command.clone();
    if let Command::Save(form) | Command::Agree { edits: form, .. } | Command::Execute { edits: form, .. } = &mut command {
        *form = brought::seal(desk, definition, before, std::mem::take(form)).await?;
    }
    Ok(command)
}

/// Whether the caller may agree to an application now.
async fn may_agree(desk: &Arc<Desk>, signed: &Signed, id: &str) -> Result<bool, Refusal> {
    let asker = Asker::of(desk, signed, permissions(Verb::Agree)).await?;
    let tx = &mut desk.db.read().await?;
    let instance = store::get(tx, &asker.sight(), id).await?.instance;
    let place = |kind: &FieldKind, code: &str| asker.place(kind, code);
    let office = desk.flows.office(desk, &place)?;
    store::looked(tx, &office, &instance, |world| machine::allowed(world, &instance, &asker.on(&instance)).contains(&Verb::Agree)).await
}

/// An act and its answer.
async fn acted(desk: &Arc<Desk>, signed: &Signed, verb: Verb, once: &Act, command: &Command) -> Answer<Json<ActedView>> {
    let done = act(desk, signed, permissions(verb), once, command).await?;
    Ok(Json(done.into()))
}

/// 保存: keeps what was filled in.
#[utoipa::path(put, path = "/applications/{id}", tag = "flows", operation_id = "save_application", request_body = FormSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.start"))))]
async fn save(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<FormSent>) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::Save, &once, &Command::Save(sent.form)).await
}

/// 提交: sends it on its way, or back to where it was returned from.
#[utoipa::path(post, path = "/applications/{id}/submit", tag = "flows", operation_id = "submit_application",
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.start"))))]
async fn submit(State(desk): State<Arc<Desk>>, signed: Signed, once: Act) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::Submit, &once, &Command::Submit).await
}

/// An agreement.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AgreeSent {
    /// Opinion.
    #[serde(default)]
    text: String,
    /// Fields the step fills in or may change.
    #[serde(default)]
    edits: BTreeMap<String, Value>,
    /// A signature by hand: a PNG in base64.
    signature: Option<String>,
}

/// 同意.
#[utoipa::path(post, path = "/applications/{id}/agree", tag = "flows", operation_id = "agree_to_application", request_body = AgreeSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.decide"))))]
async fn agree(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<AgreeSent>) -> Answer<Json<ActedView>> {
    let signature = match &sent.signature {
        // Of whoever may not agree nothing is kept; why, the act itself says.
        Some(picture) if may_agree(&desk, &signed, &once.id).await? => Some(files::sign(&desk, picture).await?),
        _ => None,
    };
    let command = Command::Agree { text: sent.text, edits: sent.edits, signature };
    acted(&desk, &signed, Verb::Agree, &once, &command).await
}

/// Words that have to be there.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReasonSent {
    text: String,
}

/// Words that may be there.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WordSent {
    #[serde(default)]
    text: String,
}

/// 拒绝: it ends.
#[utoipa::path(post, path = "/applications/{id}/reject", tag = "flows", operation_id = "reject_application", request_body = ReasonSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.decide"))))]
async fn reject(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<ReasonSent>) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::Reject, &once, &Command::Reject(sent.text)).await
}

/// To whom, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HandOverSent {
    /// Login.
    to: String,
    text: String,
}

/// 转交: somebody else decides instead.
#[utoipa::path(post, path = "/applications/{id}/hand-over", tag = "flows", operation_id = "hand_over_application", request_body = HandOverSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.decide", "flow.start"]))))]
async fn hand_over(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<HandOverSent>) -> Answer<Json<ActedView>> {
    let command = Command::HandOver { to: sent.to, text: sent.text };
    acted(&desk, &signed, Verb::HandOver, &once, &command).await
}

/// Who decides as well.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AddSent {
    /// Logins.
    to: Vec<String>,
    /// Before oneself, or after.
    before: bool,
    text: String,
}

/// 加签: others decide as well, before or after oneself.
#[utoipa::path(post, path = "/applications/{id}/add", tag = "flows", operation_id = "add_to_application", request_body = AddSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.decide"))))]
async fn add(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<AddSent>) -> Answer<Json<ActedView>> {
    let verb = if sent.before { Verb::AddBefore } else { Verb::AddAfter };
    let command = Command::Add { to: sent.to, before: sent.before, text: sent.text };
    acted(&desk, &signed, verb, &once, &command).await
}

/// Which addition is taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RemoveSent {
    /// Id of the turn.
    turn: u32,
    #[serde(default)]
    text: String,
}

/// 减签: takes an addition of one's own back.
#[utoipa::path(post, path = "/applications/{id}/remove", tag = "flows", operation_id = "remove_from_application", request_body = RemoveSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.decide"))))]
async fn remove(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<RemoveSent>) -> Answer<Json<ActedView>> {
    let command = Command::Remove { turn: sent.turn, text: sent.text };
    acted(&desk, &signed, Verb::Remove, &once, &command).await
}

/// Where it goes back to.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReturnSent {
    /// A step that was passed; the applicant where absent.
    to: Option<String>,
    /// Whether it comes straight back afterwards, unless what is decided on changed.
    #[serde(default)]
    straight: bool,
    text: String,
}

/// 退回: back to a step that was passed, or to the applicant.
#[utoipa::path(post, path = "/applications/{id}/return", tag = "flows", operation_id = "return_application", request_body = ReturnSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.decide"))))]
async fn give_back(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<ReturnSent>) -> Answer<Json<ActedView>> {
    let command = Command::Return { to: sent.to, straight: sent.straight, text: sent.text };
    acted(&desk, &signed, Verb::Return, &once, &command).await
}

/// 撤回: takes one's own last act back, as long as nobody acted after it.
#[utoipa::path(post, path = "/applications/{id}/take-back", tag = "flows", operation_id = "take_application_back", request_body = WordSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.start", "flow.decide"]))))]
async fn take_back(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<WordSent>) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::TakeBack, &once, &Command::TakeBack(sent.text)).await
}

/// 催办.
#[utoipa::path(post, path = "/applications/{id}/urge", tag = "flows", operation_id = "urge_application", request_body = WordSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!("flow.start"))))]
async fn urge(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<WordSent>) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::Urge, &once, &Command::Urge(sent.text)).await
}

/// Who may read it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CopySent {
    /// Logins.
    to: Vec<String>,
    #[serde(default)]
    text: String,
}

/// 抄送: others may read it.
#[utoipa::path(post, path = "/applications/{id}/copy", tag = "flows", operation_id = "copy_application", request_body = CopySent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn copy(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<CopySent>) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::Copy, &once, &Command::Copy { to: sent.to, text: sent.text }).await
}

/// A comment.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CommentSent {
    text: String,
    /// Logins of people to be told, who may read it from now on.
    #[serde(default)]
    mention: Vec<String>,
}

/// 评论.
#[utoipa::path(post, path = "/applications/{id}/comment", tag = "flows", operation_id = "comment_on_application", request_body = CommentSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn comment(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<CommentSent>) -> Answer<Json<ActedView>> {
    let command = Command::Comment { text: sent.text, mention: sent.mention };
    acted(&desk, &signed, Verb::Comment, &once, &command).await
}

/// 作废: by the applicant, or by who manages applications there.
#[utoipa::path(post, path = "/applications/{id}/cancel", tag = "flows", operation_id = "cancel_application", request_body = ReasonSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.start", "flow.manage"]))))]
async fn cancel(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<ReasonSent>) -> Answer<Json<ActedView>> {
    acted(&desk, &signed, Verb::Cancel, &once, &Command::Cancel(sent.text)).await
}

/// What was done.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExecuteSent {
    /// Fields the step fills in.
    #[serde(default)]
    edits: BTreeMap<String, Value>,
    #[serde(default)]
    text: String,
}

/// 办理: what was approved is done.
#[utoipa::path(post, path = "/applications/{id}/execute", tag = "flows", operation_id = "execute_application", request_body = ExecuteSent,
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = ActedView)), extensions(("x-permission" = json!(["flow.decide", "flow.start"]))))]
async fn execute(State(desk): State<Arc<Desk>>, signed: Signed, once: Act, Sent(sent): Sent<ExecuteSent>) -> Answer<Json<ActedView>> {
    let command = Command::Execute { edits: sent.edits, text: sent.text };
    acted(&desk, &signed, Verb::Execute, &once, &command).await
}
