//! What flows say: those there are, the check of a text, its form as a document, and a form that is tried on it.

use super::super::desk::Desk;
use super::super::policy_views::Places;
use super::super::signed::Signed;
use super::super::web::{Answer, Language, Sent};
use super::document::FlowDocument;
use super::forms::FlowWrong;
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, Role};
use qudao_kernel::{Lang, Refusal};
use qudao_workflow::definition::{self, Definition, Finding, Outcome, Step};
use qudao_workflow::design::{self, Judged, judge};
use qudao_workflow::effect;
use qudao_workflow::form::{self, Field};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(flows))
        .routes(routes!(version))
        .routes(routes!(words))
        .routes(routes!(check))
        .routes(routes!(write))
        .routes(routes!(try_out))
}

/// Whoever writes flows or approves them.
pub(super) fn designer(desk: &Desk, signed: &Signed) -> Result<(), Refusal> {
    signed.everywhere(desk, Permission::FlowDefine).or_else(|_| signed.everywhere(desk, Permission::FlowPublish))
}

/// A flow as it is used now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DesignedFlow {
    flow: String,
    title: String,
    about: String,
    group: String,
    number: String,
    version: u32,
    /// Whether the house wrote it; else it is as it was shipped.
    own: bool,
    /// The version that is shipped; absent for a flow of the house alone.
    #[schema(required)]
    shipped: Option<u32>,
    /// How many steps it has.
    steps: usize,
    /// What it brings about; absent for what people do themselves.
    #[schema(required)]
    effect: Option<String>,
}

/// The flows of the house: those that are shipped, and those it wrote itself.
#[utoipa::path(get, path = "/flow-definitions", tag = "flows", operation_id = "flow_definitions",
    responses((status = 200, body = Vec<DesignedFlow>)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn flows(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<DesignedFlow>>> {
    designer(&desk, &signed)?;
    let catalogue = &desk.flows.catalogue;
    let view = |definition: Arc<Definition>| {
        let shipped = catalogue.shipped(&definition.id).map(|shipped| &shipped.definition);
        DesignedFlow {
            flow: definition.id.clone(),
            title: definition.title.get(lang).to_owned(),
            about: definition.about.get(lang).to_owned(),
            group: definition.group.clone(),
            number: definition.number.clone(),
            version: definition.version,
            own: shipped.is_none_or(|shipped| shipped.sha256 != definition.sha256),
            shipped: shipped.map(|shipped| shipped.version),
            steps: definition.steps.len(),
            effect: definition.effect.as_ref().map(|rule| rule.kind.name.to_owned()),
        }
    };
    Ok(Json(catalogue.all().into_iter().map(view).collect()))
}

/// Something wrong in a flow, with its place in the text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowFinding {
    /// `step.finance.branch[1].when`.
    place: String,
    code: String,
    /// What is wrong and what to do.
    message: String,
    line: usize,
    /// First character, counted in UTF-16 units.
    start: usize,
    /// Behind the last.
    end: usize,
}

/// What came of an example.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowOutcome {
    title: String,
    /// Those who decide, as it says.
    wanted: Vec<String>,
    /// Those who decide, as it came out.
    got: Vec<String>,
    /// Steps it goes through.
    way: Vec<String>,
    barred: bool,
    holds: bool,
    wrong: Vec<String>,
}

/// What there is to say about a flow's text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowCheck {
    /// Whether it could be used as it is.
    publishable: bool,
    /// Why not.
    #[schema(required)]
    blocked: Option<String>,
    findings: Vec<FlowFinding>,
    examples: Vec<FlowOutcome>,
    /// What the text says; absent while it cannot be read.
    #[schema(required)]
    document: Option<FlowDocument>,
}

impl FlowCheck {
    pub(super) fn of(judged: &Judged, text: &str, lang: Lang) -> Self {
        let places = Places::of(text);
        let finding = |finding: &Finding| {
            let at = definition::locate(text, finding);
            FlowFinding {
                place: finding.place.clone(),
                code: finding.code.to_owned(),
                message: finding.why.get(lang).to_owned(),
                line: places.line(at.start),
                start: places.at(at.start),
                end: places.at(at.end),
            }
        };
        let outcome = |outcome: &Outcome| FlowOutcome {
            title: outcome.title.get(lang).to_owned(),
            wanted: outcome.wanted.clone(),
            got: outcome.got.clone(),
            way: outcome.way.clone(),
            barred: outcome.barred,
            holds: outcome.wrong.is_empty(),
            wrong: outcome.wrong.iter().map(|why| why.get(lang).to_owned()).collect(),
        };
        let blocked = judged.publishable().err().map(|refusal| refusal.text.get(lang).to_owned());
        Self {
            publishable: blocked.is_none(),
            blocked,
            findings: judged.findings.iter().map(finding).collect(),
            examples: judged.examples.iter().map(outcome).collect(),
            document: FlowDocument::read(text),
        }
    }
}

/// A version of a flow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowVersion {
    flow: String,
    version: u32,
    title: String,
    text: String,
    check: FlowCheck,
}

/// A version of a flow that is or was used: its text, and what it says.
#[utoipa::path(get, path = "/flow-definitions/{flow}/{version}", tag = "flows", operation_id = "flow_definition",
    params(("flow" = String, Path, description = "Flow"), ("version" = u32, Path, description = "Version")),
    responses((status = 200, body = FlowVersion)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn version(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path((flow, version)): Path<(String, u32)>,
) -> Answer<Json<FlowVersion>> {
    designer(&desk, &signed)?;
    let catalogue = &desk.flows.catalogue;
    let text = design::used(&mut desk.db.read().await?, catalogue, &flow, version).await?;
    let judged = Judged::of(catalogue, &text);
    let title = judged.definition.as_ref().map_or_else(|| flow.clone(), |definition| definition.title.get(lang).to_owned());
    Ok(Json(FlowVersion { check: FlowCheck::of(&judged, &text, lang), flow, version, title, text }))
}

/// A role, as flows name it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowRole {
    id: String,
    title: String,
    /// Whether its holders may start flows.
    starts: bool,
    /// Whether they may decide.
    decides: bool,
}

/// An argument of an effect.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowArgument {
    name: String,
    required: bool,
}

/// An effect a flow may have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowEffectKind {
    kind: String,
    arguments: Vec<FlowArgument>,
}

/// What a flow may name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowWords {
    roles: Vec<FlowRole>,
    effects: Vec<FlowEffectKind>,
    groups: Vec<String>,
}

/// The words of flows: roles, effects, headings.
#[utoipa::path(get, path = "/flow-words", tag = "flows", operation_id = "flow_words",
    responses((status = 200, body = FlowWords)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn words(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<FlowWords>> {
    designer(&desk, &signed)?;
    let role = |role: &Role| FlowRole {
        id: role.id.clone(),
        title: role.title.get(lang).to_owned(),
        starts: role.may.contains(&Permission::FlowStart),
        decides: role.may.contains(&Permission::FlowDecide),
    };
    let effect = |kind: &effect::EffectKind| FlowEffectKind {
        kind: kind.name.to_owned(),
        arguments: kind
            .arguments
            .iter()
            .map(|argument| FlowArgument { name: argument.name.to_owned(), required: argument.required })
            .collect(),
    };
    let groups: BTreeSet<String> = desk.flows.catalogue.all().iter().map(|flow| flow.group.clone()).collect();
    Ok(Json(FlowWords {
        roles: desk.roles.iter().map(role).collect(),
        effects: effect::KINDS.iter().map(effect).collect(),
        groups: groups.into_iter().collect(),
    }))
}

/// The text of a flow.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FlowText {
    pub(super) text: String,
}

/// Checks a text as it is typed. Nothing is kept.
#[utoipa::path(post, path = "/flow-definitions/check", tag = "flows", operation_id = "check_flow", request_body = FlowText,
    responses((status = 200, body = FlowCheck)), extensions(("x-permission" = json!("flow.define"))))]
async fn check(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<FlowText>,
) -> Answer<Json<FlowCheck>> {
    signed.everywhere(&desk, Permission::FlowDefine)?;
    let judged = judge(&mut desk.db.read().await?, &desk.flows.catalogue, &sent.text).await?;
    Ok(Json(FlowCheck::of(&judged, &sent.text, lang)))
}

/// A document to be written as a text.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FlowWritten {
    document: FlowDocument,
    /// The text it came from, whose comment above stays.
    #[serde(default)]
    before: String,
}

/// A text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowTextView {
    text: String,
}

/// The text of what a form says. Nothing is kept.
#[utoipa::path(post, path = "/flow-definitions/write", tag = "flows", operation_id = "write_flow", request_body = FlowWritten,
    responses((status = 200, body = FlowTextView)), extensions(("x-permission" = json!("flow.define"))))]
async fn write(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<FlowWritten>) -> Answer<Json<FlowTextView>> {
    signed.everywhere(&desk, Permission::FlowDefine)?;
    Ok(Json(FlowTextView { text: sent.document.write(&sent.before)? }))
}

/// A form to be tried on a text.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FlowTry {
    text: String,
    form: BTreeMap<String, Value>,
}

/// A step a form would go through.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowTriedStep {
    step: String,
    title: String,
    /// approve, all, any, notify, execute.
    kind: String,
    /// Who is asked: a role's name, `@login`, `#field`.
    who: Vec<String>,
    #[schema(required)]
    due_days: Option<i64>,
}

/// What a form comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowTried {
    /// Fields that do not show.
    hidden: Vec<String>,
    /// What would have to be changed before it could be sent.
    wrong: Vec<FlowWrong>,
    way: Vec<FlowTriedStep>,
    /// The red line it crosses.
    #[schema(required)]
    barred: Option<String>,
}

/// Tries a form on a text: which steps would come, and what it lacks. Nothing is kept.
#[utoipa::path(post, path = "/flow-definitions/try", tag = "flows", operation_id = "try_flow", request_body = FlowTry,
    responses((status = 200, body = FlowTried)), extensions(("x-permission" = json!(["flow.define", "flow.publish"]))))]
async fn try_out(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<FlowTry>,
) -> Answer<Json<FlowTried>> {
    designer(&desk, &signed)?;
    let judged = Judged::of(&desk.flows.catalogue, &sent.text);
    let Some(definition) = &judged.definition else {
        return Err(judged.publishable().err().unwrap_or_else(|| definition::unknown("")).into());
    };
    let mut filled = sent.form;
    form::tidy(&definition.fields, &mut filled);
    let hides = |field: &&Field| field.visible_if.as_ref().is_some_and(|condition| !condition.holds(&filled));
    let mut wrong = form::wrong(&definition.fields, &filled);
    wrong.extend(form::missing(&definition.fields, &filled, None));
    let step = |step: &Step| FlowTriedStep {
        step: step.id.clone(),
        title: step.title.get(lang).to_owned(),
        kind: step.kind.name().to_owned(),
        who: step.approvers.iter().map(|approver| named(&desk, &approver.label(), lang)).collect(),
        due_days: step.due_days,
    };
    Ok(Json(FlowTried {
        hidden: definition.fields.iter().filter(hides).map(|field| field.id.clone()).collect(),
        way: definition.way(&filled).into_iter().map(step).collect(),
        barred: definition.barred(&filled).map(|bar| bar.why.get(lang).to_owned()),
        wrong: wrong.into_iter().map(|wrong| FlowWrong::of(wrong, lang)).collect(),
    }))
}

/// Whoever a step asks, with the names of roles.
fn named(desk: &Desk, label: &str, lang: Lang) -> String {
    let (before, role) = label.strip_prefix("..").map_or(("", label), |role| ("…", role));
    desk.roles.get(role).map_or_else(|_| label.to_owned(), |role| format!("{before}{}", role.title.get(lang)))
}
