//! Lists of applications: what waits for one, what one decided, began, was copied on, and what one's part of the network applies for.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::{instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, Paging};
use super::{Asker, PartyView, READS};
use axum::Json;
use axum::extract::State;
use qudao_access::Permission;
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::Tx;
use qudao_workflow::form::{Field, FieldKind, unsealed};
use qudao_workflow::store::{self, Held, Part, Query};
use qudao_workflow::{Definition, Instance, State as Stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most fields a row tells of, and characters of one.
const TOLD: usize = 3;
const WORDS: usize = 40;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(counts))
}

/// An application in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationRow {
    /// Its number.
    pub(super) id: String,
    /// For `If-Match`.
    pub(super) version: u32,
    pub(super) flow: String,
    flow_title: String,
    /// draft, in_review, returned, taken_back, executing, approved, rejected, cancelled.
    pub(super) state: String,
    /// The step it is at.
    #[schema(required)]
    step: Option<String>,
    step_title: String,
    applicant: PartyView,
    /// Division code of the applicant; empty for everywhere.
    territory: String,
    territory_name: String,
    /// The first fields in words.
    summary: String,
    /// The first amount of the form, fen.
    #[schema(required)]
    amount: Option<i64>,
    /// Who holds it now.
    holders: Vec<PartyView>,
    begun_at: String,
    #[schema(required)]
    submitted_at: Option<String>,
    changed_at: String,
    #[schema(required)]
    ended_at: Option<String>,
    /// The first day by which it is to be decided.
    #[schema(required)]
    due: Option<String>,
    late: bool,
    /// When its applicant urged those who hold it now.
    #[schema(required)]
    urged_at: Option<String>,
    /// Whether one was copied on it and has not read it.
    unread: bool,
    /// What came of what was approved: done, refused.
    #[schema(required)]
    effect: Option<String>,
}

impl ApplicationRow {
    pub(super) fn of(asker: &Asker, definition: &Definition, held: &Held, unread: bool, effect: Option<bool>, lang: Lang) -> Self {
        let instance = &held.instance;
        let step = instance.progress.step.as_deref().and_then(|id| definition.step(id));
        let due: Option<Date> = instance.open().filter_map(|turn| turn.due).min();
        let amount = definition.fields.iter().find(|field| field.kind == FieldKind::Money && instance.form.contains_key(&field.id));
        Self {
            id: instance.id.clone(),
            version: held.version,
            flow: instance.flow.clone(),
            flow_title: definition.title.get(lang).to_owned(),
            state: instance.state.name().to_owned(),
            step: step.map(|step| step.id.clone()),
            step_title: step.map_or_else(String::new, |step| step.title.get(lang).to_owned()),
            applicant: PartyView::of(&instance.starter),
            territory: instance.applicant.territory.clone(),
            territory_name: network_name(&instance.applicant.territory, lang),
            summary: summary(asker, definition, instance, lang),
            amount: amount.and_then(|field| instance.form.get(&field.id)?.as_i64()),
            holders: instance.holders().into_iter().map(PartyView::of).collect(),
            begun_at: instant(instance.begun_us),
            submitted_at: instance.submitted_us.map(instant),
            changed_at: instant(instance.changed_us),
            ended_at: instance.ended_us.map(instant),
            due: due.map(|day| day.to_string()),
            late: due.is_some_and(|day| day < asker.today),
            urged_at: instance
                .urged_us
                .filter(|at| instance.open().any(|turn| turn.opened_us.is_some_and(|opened| opened <= *at)))
                .map(instant),
            unread,
            effect: effect.map(|done| if done { "done" } else { "refused" }.to_owned()),
        }
    }
}

/// The first fields an applicant filled in, in words.
fn summary(asker: &Asker, definition: &Definition, instance: &Instance, lang: Lang) -> String {
    let own = definition.fields.iter().filter(|field| field.at.is_none());
    let words = own.filter_map(|field| words(asker, field, instance.form.get(&field.id)?, lang));
    mask(&words.take(TOLD).collect::<Vec<_>>().join(" · "))
}

/// A value in words; nothing for what says nothing by itself.
fn words(asker: &Asker, field: &Field, value: &Value, lang: Lang) -> Option<String> {
    let text = value.as_str();
    Some(match &field.kind {
        FieldKind::Text | FieldKind::LongText => {
            let text = text?;
            let cut: String = text.chars().take(WORDS).collect();
            if cut.len() < text.len() { cut + "…" } else { cut }
        }
        FieldKind::Money => format!("¥{}", Fen(value.as_i64()?)),
        FieldKind::Choice(choices) => choices.iter().find(|choice| Some(choice.id.as_str()) == text)?.title.get(lang).to_owned(),
        FieldKind::Partner | FieldKind::Outlet => name_of(asker, &field.kind, text?).unwrap_or_else(|| text.unwrap_or_default().to_owned()),
        FieldKind::Date | FieldKind::Month => text?.to_owned(),
        FieldKind::Number | FieldKind::YesNo | FieldKind::Person | FieldKind::Attachment | FieldKind::Rows(_) => return None,
        FieldKind::Sealed => unsealed(text?)?.0.to_owned(),
    })
}

/// Name of a partner or outlet.
pub(super) fn name_of(asker: &Asker, kind: &FieldKind, code: &str) -> Option<String> {
    let master = asker.master.as_deref()?;
    match kind {
        FieldKind::Outlet => master.outlet(code, asker.today).map(|row| row.name.clone()),
        _ => master.partner(code, asker.today).map(|row| row.name.clone()),
    }
}

/// A page of applications.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationPage {
    items: Vec<ApplicationRow>,
    /// Send it as `after` for the next part; absent at the end.
    #[schema(required)]
    next: Option<String>,
    /// Rows of all parts together.
    total: usize,
}

/// Filters of applications.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApplicationFilter {
    /// todo (where absent), done, mine, copied; all: of one's part of the network.
    #[serde(rename = "box")]
    inbox: Option<String>,
    /// Flow.
    flow: Option<String>,
    /// State.
    state: Option<String>,
    /// Part of the number or the applicant's name.
    q: Option<String>,
    /// Only those that are approved and could not be brought about.
    stuck: Option<bool>,
    /// Only those that are late.
    late: Option<bool>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Applications, the newest on top.
#[utoipa::path(get, path = "/applications", tag = "flows", operation_id = "applications", params(ApplicationFilter),
    responses((status = 200, body = ApplicationPage)), extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<ApplicationFilter>,
) -> Answer<Json<ApplicationPage>> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let part = match asked.inbox.as_deref() {
        None | Some("" | "todo") => Some(Part::Holder),
        Some("done") => Some(Part::Decided),
        Some("mine") => Some(Part::Starter),
        Some("copied") => Some(Part::Copied),
        Some("all") => {
            signed.may(&desk, Permission::FlowRead)?;
            None
        }
        Some(other) => {
            return Err(Refusal::bad_input(
                "serve.request.query",
                format!("条件 box={other} 无法识别；请重置条件"),
                format!("box={other} cannot be read; reset the filters"),
            )
            .into());
        }
    };
    let (flow, state) = (asked.flow.unwrap_or_default(), asked.state.unwrap_or_default());
    if !flow.is_empty() {
        desk.flows.catalogue.get(&flow)?;
    }
    if !state.is_empty() && !Stage::ALL.iter().any(|one| one.name() == state) {
        return Err(Refusal::bad_input(
            "serve.request.query",
            format!("条件 state={state} 无法识别；请重置条件"),
            format!("state={state} cannot be read; reset the filters"),
        )
        .into());
    }
    let paging = Paging { after: asked.after, limit: asked.limit };
    let place = paging.after.as_deref().and_then(|after| after.split_once('-'));
    let query = Query {
        part,
        flow,
        state,
        text: asked.q.unwrap_or_default().trim().to_owned(),
        stuck: asked.stuck.unwrap_or_default(),
        late_on: asked.late.filter(|late| *late).map(|_| asker.today),
        after: place.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned()))),
        limit: u32::try_from(paging.limit()).unwrap_or(u32::MAX),
    };
    let tx = &mut desk.db.read().await?;
    let page = store::list(tx, &asker.sight(), &query).await?;
    let mut items = Vec::with_capacity(page.rows.len());
    for row in &page.rows {
        let definition = definition(&desk, tx, &row.held.instance).await?;
        items.push(ApplicationRow::of(&asker, &definition, &row.held, row.unread, row.effect, lang));
    }
    Ok(Json(ApplicationPage { items, next: page.next.map(|(at, id)| format!("{at}-{id}")), total: page.total as usize }))
}

/// The definition an instance began under.
pub(super) async fn definition(desk: &Desk, tx: &mut Tx, instance: &Instance) -> Result<Arc<Definition>, Refusal> {
    desk.flows.catalogue.of(tx, &instance.flow, instance.version).await
}

/// How many wait for one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationCounts {
    /// To decide.
    todo: u32,
    /// Of these, late.
    late: u32,
    /// Own ones that came back.
    returned: u32,
    /// Own ones on their way.
    under_way: u32,
    /// Copied and not read.
    unread: u32,
    /// Own ones, and those one decided on, that are approved and could not be brought about.
    stuck: u32,
    /// Those one decided on.
    done: u32,
    /// Those of one's part of the network; absent for who reads none.
    #[schema(required)]
    all: Option<u32>,
}

/// How many wait for one, for the tabs of the lists.
#[utoipa::path(get, path = "/applications/counts", tag = "flows", operation_id = "application_counts",
    responses((status = 200, body = ApplicationCounts)), extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn counts(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<ApplicationCounts>> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let counts = store::counts(&mut desk.db.read().await?, &asker.sight(), asker.today).await?;
    Ok(Json(ApplicationCounts {
        todo: counts.holder,
        late: counts.late,
        returned: counts.returned,
        under_way: counts.under_way,
        unread: counts.unread,
        stuck: counts.stuck,
        done: counts.decided,
        all: signed.may(&desk, Permission::FlowRead).is_ok().then_some(counts.read),
    }))
}
