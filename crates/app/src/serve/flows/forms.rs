//! Flows and their forms: what one may apply for, and what a form lacks before it is sent.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::{Answer, Language, Sent};
use super::brought;
use super::{Asker, READS, over_name, post_of};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::Lang;
use qudao_workflow::Definition;
use qudao_workflow::directory::Post;
use qudao_workflow::form::{self, Choice, Field, FieldKind, Wrong};
use qudao_workflow::store;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(flows)).routes(routes!(look))
}

/// As what one may start a flow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowPost {
    /// Id of the grant.
    pub(super) grant: String,
    /// Role id.
    role: String,
    /// What people call it.
    title: String,
    /// The territory, partner, outlet or work ID; empty for everywhere.
    over: String,
    over_name: String,
}

/// One of a choice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowChoice {
    id: String,
    title: String,
}

/// A field of a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowField {
    id: String,
    title: String,
    /// How to fill it in; empty for what explains itself.
    help: String,
    /// text, long_text, number, money (fen), date, month, choice, yes_no, person, partner, outlet, attachment, sealed (kept as a mask), rows.
    kind: String,
    required: bool,
    /// Least value, characters, files or rows.
    #[schema(required)]
    min: Option<i64>,
    /// Most.
    #[schema(required)]
    max: Option<i64>,
    /// The condition it shows under; `POST /flows/{flow}/look` says which fields are hidden.
    #[schema(required)]
    visible_if: Option<String>,
    /// The step that fills it in; the applicant where absent.
    #[schema(required)]
    at: Option<String>,
    /// Whether a change of it asks for no new approval.
    supplement: bool,
    options: Vec<FlowChoice>,
    #[schema(no_recursion)]
    columns: Vec<FlowField>,
}

impl FlowField {
    fn of(field: &Field, lang: Lang) -> Self {
        let choice = |choice: &Choice| FlowChoice { id: choice.id.clone(), title: choice.title.get(lang).to_owned() };
        let (options, columns) = match &field.kind {
            FieldKind::Choice(choices) => (choices.iter().map(choice).collect(), Vec::new()),
            FieldKind::Rows(columns) => (Vec::new(), columns.iter().map(|column| Self::of(column, lang)).collect()),
            _ => (Vec::new(), Vec::new()),
        };
        Self {
            id: field.id.clone(),
            title: field.title.get(lang).to_owned(),
            help: field.help.get(lang).to_owned(),
            kind: field.kind.name().to_owned(),
            required: field.required,
            min: field.min,
            max: field.max,
            visible_if: field.visible_if.as_ref().map(|condition| condition.text.clone()),
            at: field.at.clone(),
            supplement: field.supplement,
            options,
            columns,
        }
    }
}

/// A step of a flow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowStep {
    id: String,
    title: String,
    /// approve, all, any, notify, execute.
    kind: String,
    /// Working days to decide in.
    #[schema(required)]
    due_days: Option<i64>,
    /// Whether agreeing takes a signature by hand.
    signature: bool,
}

/// A flow with its form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowView {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) title: String,
    /// Pinyin initials of its Chinese name, by which people look for it.
    initials: String,
    about: String,
    /// The heading it is listed under.
    group: String,
    /// As what one may start it; empty for who may not.
    posts: Vec<FlowPost>,
    fields: Vec<FlowField>,
    steps: Vec<FlowStep>,
    /// What it brings about once approved; absent for what people do themselves.
    #[schema(required)]
    effect: Option<String>,
}

impl FlowView {
    pub(super) fn of(definition: &Definition, posts: Vec<FlowPost>, lang: Lang) -> Self {
        let step = |step: &qudao_workflow::definition::Step| FlowStep {
            id: step.id.clone(),
            title: step.title.get(lang).to_owned(),
            kind: step.kind.name().to_owned(),
            due_days: step.due_days,
            signature: step.signature,
        };
        Self {
            id: definition.id.clone(),
            version: definition.version,
            title: definition.title.get(lang).to_owned(),
            initials: qudao_network::initials::typed(&definition.title.zh),
            about: definition.about.get(lang).to_owned(),
            group: definition.group.clone(),
            posts,
            fields: definition.fields.iter().map(|field| FlowField::of(field, lang)).collect(),
            steps: definition.steps.iter().map(step).collect(),
            effect: definition.effect.as_ref().map(|rule| rule.kind.name.to_owned()),
        }
    }
}

/// The posts a caller may start a flow in, by the grant that gives each.
pub(super) fn posts(desk: &Desk, signed: &Signed, asker: &Asker, definition: &Definition, lang: Lang) -> Vec<(FlowPost, Post)> {
    let grants = signed.0.grants_for(&desk.roles, Permission::FlowStart).unwrap_or_default();
    let starting = grants.into_iter().filter(|(role, _)| definition.starters.contains(&role.id));
    let post = |(role, grant): (&qudao_access::Role, &qudao_access::caller::Grant)| {
        let post = post_of(asker.master.as_deref(), role, grant, asker.today)?;
        let view = FlowPost {
            grant: grant.id.clone(),
            role: role.id.clone(),
            title: role.title.get(lang).to_owned(),
            over: grant.over.clone(),
            over_name: over_name(asker, role, grant, lang),
        };
        Some((view, post))
    };
    starting.filter_map(post).collect()
}

/// Flows one may start; for who decides or reads applications, all.
#[utoipa::path(get, path = "/flows", tag = "flows", operation_id = "flows",
    responses((status = 200, body = Vec<FlowView>)), extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn flows(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<FlowView>>> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let all = [Permission::FlowDecide, Permission::FlowRead].iter().any(|permission| signed.may(&desk, *permission).is_ok());
    let view = |definition: &Arc<Definition>| {
        let posts: Vec<FlowPost> = posts(&desk, &signed, &asker, definition, lang).into_iter().map(|(view, _)| view).collect();
        (all || !posts.is_empty()).then(|| FlowView::of(definition, posts, lang))
    };
    Ok(Json(desk.flows.catalogue.all().iter().filter_map(view).collect()))
}

/// A form that is being filled in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FormSent {
    pub(super) form: BTreeMap<String, Value>,
}

/// A form to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LookSent {
    form: BTreeMap<String, Value>,
    /// The application it belongs to, which stays on the version it began under; absent for one that is begun.
    application: Option<String>,
}

/// A mistake in a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowWrong {
    /// Field, or `rows[2].column`.
    field: String,
    why: String,
}

impl FlowWrong {
    pub(super) fn of(wrong: Wrong, lang: Lang) -> Self {
        Self { why: wrong.why.get(lang).to_owned(), field: wrong.field }
    }
}

/// What a form comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowLook {
    /// Fields that do not show.
    hidden: Vec<String>,
    /// What is to be changed or is missing before it can be sent.
    wrong: Vec<FlowWrong>,
    /// Steps it would go through.
    way: Vec<String>,
    /// The red line it crosses.
    #[schema(required)]
    barred: Option<String>,
}

/// What a form lacks, which fields show, and where it would go. Nothing is kept.
#[utoipa::path(post, path = "/flows/{flow}/look", tag = "flows", operation_id = "look_at_form", request_body = LookSent,
    params(("flow" = String, Path, description = "Flow")), responses((status = 200, body = FlowLook)),
    extensions(("x-permission" = json!(["flow.start", "flow.decide"]))))]
async fn look(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(flow): Path<String>,
    Sent(sent): Sent<LookSent>,
) -> Answer<Json<FlowLook>> {
    let asker = Asker::of(&desk, &signed, &[Permission::FlowStart, Permission::FlowDecide]).await?;
    let definition = match &sent.application {
        Some(id) => {
            let tx = &mut desk.db.read().await?;
            let instance = store::get(tx, &asker.sight(), id).await?.instance;
            super::rows::definition(&desk, tx, &instance).await?
        }
        None => desk.flows.catalogue.get(&flow)?,
    };
    let mut filled = brought::guessed(&definition, sent.form);
    form::tidy(&definition.fields, &mut filled);
    let hides = |field: &&Field| field.visible_if.as_ref().is_some_and(|condition| !condition.holds(&filled));
    let mut wrong = form::wrong(&definition.fields, &filled);
    wrong.extend(form::missing(&definition.fields, &filled, None));
    Ok(Json(FlowLook {
        hidden: definition.fields.iter().filter(hides).map(|field| field.id.clone()).collect(),
        wrong: wrong.into_iter().map(|wrong| FlowWrong::of(wrong, lang)).collect(),
        way: definition.way(&filled).into_iter().map(|step| step.id.clone()).collect(),
        barred: definition.barred(&filled).map(|bar| bar.why.get(lang).to_owned()),
    }))
}
