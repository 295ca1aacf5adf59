//! One application: its content, who holds it, what was decided, and what the caller may do with it.

use super::super::desk::Desk;
use super::super::onboarding;
use super::super::price::Disorder;
use super::super::shown::{instant, mask};
use super::super::signed::Signed;
use super::super::web::{Answer, Language};
use super::brought::EffectView;
use super::forms::FlowView;
use super::private::masked_value;
use super::rows::{ApplicationRow, definition, name_of};
use super::{Asker, PartyView, READS, files, people, private};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Lang, Refusal};
use qudao_platform::Tx;
use qudao_workflow::effect;
use qudao_workflow::form::{Field, FieldKind};
use qudao_workflow::machine::{self, Turn, Verb};
use qudao_workflow::store::{self, Line};
use qudao_workflow::{Definition, Instance, State as Stage};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The flow that opens outlets.
const OPENS: &str = "bulk_onboarding";

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(one))
}

/// How a turn ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerdictView {
    by: PartyView,
    /// For whom.
    #[schema(required)]
    acting: Option<PartyView>,
    at: String,
    /// Whether an earlier agreement to the same content was taken for it.
    skipped: bool,
}

/// One decision to be made by one of some people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnView {
    id: u32,
    candidates: Vec<PartyView>,
    /// Who added it.
    #[schema(required)]
    added_by: Option<PartyView>,
    #[schema(required)]
    opened_at: Option<String>,
    #[schema(required)]
    due: Option<String>,
    late: bool,
    /// Whether it went to others for being late twice.
    escalated: bool,
    #[schema(required)]
    verdict: Option<VerdictView>,
    /// Whether the caller may take it off again.
    removable: bool,
}

/// Turns one after the other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeatView {
    /// Id of the turn that is up; none where all are over.
    #[schema(required)]
    open: Option<u32>,
    turns: Vec<TurnView>,
}

/// A step that was passed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassedView {
    step: String,
    title: String,
    agreed: Vec<PartyView>,
}

/// A step of the way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayView {
    step: String,
    title: String,
    /// passed, present, ahead.
    state: String,
}

/// A field that changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    field: String,
    title: String,
    before: Value,
    after: Value,
}

/// A line of the history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionView {
    seq: u32,
    at: String,
    verb: String,
    verb_title: String,
    step: String,
    step_title: String,
    /// Nobody where it was the machine.
    #[schema(required)]
    by: Option<PartyView>,
    /// For whom.
    #[schema(required)]
    acting: Option<PartyView>,
    text: String,
    to: Vec<PartyView>,
    /// The step a return leads to.
    #[schema(required)]
    to_step: Option<String>,
    changed: Vec<FieldChange>,
    /// Whether it was signed by hand: `GET /applications/{id}/signatures/{seq}`.
    signed: bool,
}

/// A file of an application.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationFile {
    id: String,
    name: String,
    /// png, jpeg, webp, pdf, ofd.
    kind: String,
    bytes: u64,
}

/// An application with everything about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationWhole {
    head: ApplicationRow,
    /// The flow in the version it began under.
    flow: FlowView,
    /// What was filled in; personal data masked for all but who wrote it and who may change it.
    form: BTreeMap<String, Value>,
    /// Whether something of it is masked: `POST /applications/{id}/reveal`.
    masked: bool,
    /// Names of the partners, outlets and people the form names, by code or login.
    names: BTreeMap<String, String>,
    files: Vec<ApplicationFile>,
    /// Seats of the present step, beside each other.
    seats: Vec<SeatView>,
    /// Steps passed since it was last submitted.
    passed: Vec<PassedView>,
    way: Vec<WayView>,
    /// Oldest first.
    history: Vec<DecisionView>,
    copies: Vec<PartyView>,
    /// What the caller may try now.
    verbs: Vec<String>,
    /// Fields the caller may change in agreeing, or in carrying it out.
    editable: Vec<String>,
    /// Whether agreeing takes a signature by hand.
    needs_signature: bool,
    /// The red line it crosses.
    #[schema(required)]
    barred: Option<String>,
    /// What speaks against it and does not bar it.
    warnings: Vec<String>,
    /// The budget it became.
    #[schema(required)]
    budget: Option<String>,
    /// What it brought about, or why it could not; absent where nothing was due.
    #[schema(required)]
    effect: Option<EffectView>,
}

/// One application.
#[utoipa::path(get, path = "/applications/{id}", tag = "flows", operation_id = "application",
    params(("id" = String, Path, description = "Application")), responses((status = 200, body = ApplicationWhole)),
    extensions(("x-permission" = json!(["flow.start", "flow.decide", "flow.read"]))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<ApplicationWhole>> {
    let asker = Asker::of(&desk, &signed, READS).await?;
    let whole = whole(&desk, &signed, &asker, &id, lang).await?;
    // Whoever acts for somebody reads for themselves: it stays unread for the other.
    if whole.copies.iter().any(|party| party.login == signed.0.login) && signed.0.acting.is_none() {
        store::seen(&desk.db, &signed.0.login, &id).await?;
    }
    Ok(Json(whole))
}

async fn whole(desk: &Arc<Desk>, signed: &Signed, asker: &Asker, id: &str, lang: Lang) -> Result<ApplicationWhole, Refusal> {
    let tx = &mut desk.db.read().await?;
    let held = store::get(tx, &asker.sight(), id).await?;
    let (instance, actor) = (&held.instance, asker.on(&held.instance));
    let definition = definition(desk, tx, instance).await?;
    let place = |kind: &FieldKind, code: &str| asker.place(kind, code);
    let office = desk.flows.office(desk, &place)?;
    let (verbs, removable, editable) = store::looked(tx, &office, instance, |world| {
        (machine::allowed(world, instance, &actor), machine::removable(world, instance, &actor), machine::editable(world, instance))
    })
    .await?;
    let may = |verb: &Verb| permissions(*verb).iter().any(|permission| signed.may(desk, *permission).is_ok());
    let verbs: Vec<Verb> = verbs.into_iter().filter(may).collect();
    let decides = verbs.iter().any(|verb| matches!(verb, Verb::Agree | Verb::Execute));
    let history = store::history(tx, id).await?;
    let names = names(desk, tx, signed, asker, &definition, instance).await?;
    let files = files::of(tx, &definition, &instance.form).await?;
    let effect = effect::of_application(tx, id).await?;
    let warnings = warnings(desk, tx, asker, instance, lang).await?;
    let may_retry = actor.manages || instance.starter.login == actor.seat().login || decided(&history, &actor.seat().login);
    let step = instance.progress.step.as_deref().and_then(|step| definition.step(step));
    let show = Show { definition: &definition, instance, history: &history, lang };
    let (own, editable) = (private::wrote(asker, instance), if decides { editable } else { Vec::new() });
    let form = private::masked(&definition, &instance.form, &|field| own || editable.iter().any(|one| one == field));
    Ok(ApplicationWhole {
        head: ApplicationRow::of(asker, &definition, &held, false, effect.as_ref().map(|effect| effect.done), lang),
        flow: FlowView::of(&definition, Vec::new(), lang),
        masked: form != private::masked(&definition, &instance.form, &|_| true),
        form,
        names,
        files: files
            .into_iter()
            .map(|file| ApplicationFile { kind: file.kind.name().to_owned(), id: file.id, name: file.name, bytes: file.bytes })
            .collect(),
        seats: instance.progress.seats.iter().map(|seat| show.seat(seat, &removable)).collect(),
        passed: show.passed(),
        way: show.way(),
        history: history.iter().map(|line| show.line(line)).collect(),
        copies: instance.copies.iter().map(PartyView::of).collect(),
        verbs: verbs.into_iter().map(|verb| verb.name().to_owned()).collect(),
        editable,
        needs_signature: decides && step.is_some_and(|step| step.signature),
        barred: definition.barred(&instance.form).map(|bar| bar.why.get(lang).to_owned()),
        warnings,
        budget: (definition.budget.is_some() && instance.approved.is_some()).then(|| instance.id.clone()),
        effect: effect.map(|effect| EffectView::of(effect, may_retry, lang)),
    })
}

/// What speaks against an application that is not decided: outlets to be opened where prices are in disorder (R7.269).
async fn warnings(desk: &Arc<Desk>, tx: &mut Tx, asker: &Asker, instance: &Instance, lang: Lang) -> Result<Vec<String>, Refusal> {
    let batch = instance.form.get("batch").and_then(Value::as_str).filter(|_| instance.flow == OPENS);
    let (Some(batch), Some(master), None) = (batch, asker.master.as_deref(), &instance.approved) else { return Ok(Vec::new()) };
    let (folder, batch) = (onboarding::folder(&desk.home), batch.to_owned());
    let read = tokio::task::spawn_blocking(move || onboarding::read(&folder, &batch));
    // A file that is gone is told where it is carried out.
    let Ok(Ok(read)) = read.await else { return Ok(Vec::new()) };
    Ok(Disorder::of(desk, tx, master, &read.territories(), lang).await?.all())
}

/// Whether somebody decided on it, themselves or by who acted for them.
fn decided(history: &[Line], login: &str) -> bool {
    let lines = history.iter().map(|line| &line.decision).filter(|line| matches!(line.verb, Verb::Agree | Verb::Execute));
    lines.into_iter().any(|line| line.by.login == login || line.acting.as_ref().is_some_and(|party| party.login == login))
}

/// The permissions of which one is enough for a verb.
pub(super) const fn permissions(verb: Verb) -> &'static [Permission] {
    match verb {
        Verb::Agree | Verb::Reject | Verb::Return | Verb::AddBefore | Verb::AddAfter | Verb::Remove => &[Permission::FlowDecide],
        Verb::Save | Verb::Submit | Verb::Urge => &[Permission::FlowStart],
        Verb::Execute | Verb::HandOver | Verb::TakeBack => &[Permission::FlowDecide, Permission::FlowStart],
        Verb::Cancel => &[Permission::FlowStart, Permission::FlowManage],
        Verb::Comment | Verb::Copy | Verb::Skip | Verb::Late | Verb::Escalate | Verb::Succeed | Verb::Lapse => READS,
        Verb::Effect | Verb::EffectRefused => READS,
    }
}

/// Names of what a form names, as far as the asker may know them.
pub(super) async fn names(
    desk: &Arc<Desk>,
    tx: &mut Tx,
    signed: &Signed,
    asker: &Asker,
    definition: &Definition,
    instance: &Instance,
) -> Result<BTreeMap<String, String>, Refusal> {
    let form = &instance.form;
    let mut names = BTreeMap::new();
    let mut logins = BTreeSet::new();
    let mut take = |field: &Field, value: &Value| {
        let Some(code) = value.as_str() else { return };
        match field.kind {
            FieldKind::Partner | FieldKind::Outlet => names.extend(name_of(asker, &field.kind, code).map(|name| (code.to_owned(), name))),
            FieldKind::Person => {
                logins.insert(code.to_owned());
            }
            _ => {}
        }
    };
    for (field, value) in definition.fields.iter().filter_map(|field| Some((field, form.get(&field.id)?))) {
        take(field, value);
        let (FieldKind::Rows(columns), Some(rows)) = (&field.kind, value.as_array()) else { continue };
        for column in columns {
            rows.iter().filter_map(|row| row.get(&column.id)).for_each(|value| take(column, value));
        }
    }
    let known = people::Known::of(desk, signed).await?;
    for login in logins {
        let Some(person) = qudao_access::people::get(tx, &login).await? else { continue };
        let part = instance.holders().into_iter().any(|party| party.login == login) || login == asker.actor.me.login;
        if part || !known.roles(&person, Lang::Zh).is_empty() {
            names.insert(login, person.name);
        }
    }
    Ok(names)
}

/// What the parts of a view are made of.
struct Show<'a> {
    definition: &'a Definition,
    instance: &'a Instance,
    history: &'a [Line],
    lang: Lang,
}

impl Show<'_> {
    fn title(&self, step: &str) -> String {
        self.definition.step(step).map_or_else(String::new, |step| step.title.get(self.lang).to_owned())
    }

    /// Somebody by their login: as the turns, the history or the application itself name them.
    fn party(&self, login: &str) -> PartyView {
        let lines = self.history.iter().map(|line| &line.decision);
        let of_lines = lines.flat_map(|line| [Some(&line.by), line.acting.as_ref()].into_iter().flatten().chain(&line.to));
        let turns = self.instance.progress.seats.iter().flat_map(|seat| &seat.turns).flat_map(|turn| &turn.candidates);
        let all = turns.map(|candidate| &candidate.party).chain(of_lines).chain([&self.instance.starter]);
        let found = all.into_iter().find(|party| party.login == login);
        found.map_or_else(|| PartyView { login: login.to_owned(), name: login.to_owned() }, PartyView::of)
    }

    fn seat(&self, seat: &machine::Seat, removable: &[u32]) -> SeatView {
        let view = |turn: &Turn| TurnView {
            id: turn.id,
            candidates: turn.candidates.iter().map(|candidate| PartyView::of(&candidate.party)).collect(),
            added_by: turn.added_by.as_ref().map(|adder| PartyView::of(&adder.party)),
            opened_at: turn.opened_us.map(instant),
            due: turn.due.map(|day| day.to_string()),
            late: turn.late,
            escalated: turn.escalated,
            verdict: turn.verdict.as_ref().map(|verdict| VerdictView {
                by: self.party(&verdict.by),
                acting: (verdict.by != verdict.seat).then(|| self.party(&verdict.seat)),
                at: instant(verdict.at_us),
                skipped: verdict.skipped,
            }),
            removable: removable.contains(&turn.id),
        };
        SeatView { open: seat.current().map(|turn| turn.id), turns: seat.turns.iter().map(view).collect() }
    }

    fn passed(&self) -> Vec<PassedView> {
        let view = |passed: &machine::Passed| PassedView {
            title: self.title(&passed.step),
            step: passed.step.clone(),
            agreed: passed.agreed.iter().map(|login| self.party(login)).collect(),
        };
        self.instance.progress.path.iter().map(view).collect()
    }

    fn way(&self) -> Vec<WayView> {
        let progress = &self.instance.progress;
        let state = |step: &str| match () {
            () if progress.step.as_deref() == Some(step) => "present",
            () if self.instance.state == Stage::Approved || progress.path.iter().any(|passed| passed.step == step) => "passed",
            () => "ahead",
        };
        let way = self.definition.way(&self.instance.form).into_iter();
        let view = |step: &qudao_workflow::definition::Step| WayView {
            step: step.id.clone(),
            title: step.title.get(self.lang).to_owned(),
            state: state(&step.id).to_owned(),
        };
        way.map(view).collect()
    }

    fn line(&self, line: &Line) -> DecisionView {
        let decision = &line.decision;
        let title =
            |field: &str| self.definition.field(field).map_or_else(|| field.to_owned(), |field| field.title.get(self.lang).to_owned());
        let shown = |id: &str, value: &Value| self.definition.field(id).map_or_else(|| value.clone(), |field| masked_value(field, value));
        let change = |(field, [before, after]): (&String, &[Value; 2])| FieldChange {
            title: title(field),
            field: field.clone(),
            before: shown(field, before),
            after: shown(field, after),
        };
        DecisionView {
            seq: line.seq,
            at: instant(line.at_us),
            verb: decision.verb.name().to_owned(),
            verb_title: decision.verb.title().get(self.lang).to_owned(),
            step_title: self.title(&decision.step),
            step: decision.step.clone(),
            by: PartyView::some(&decision.by),
            acting: decision.acting.as_ref().map(PartyView::of),
            text: mask(&decision.text),
            to: decision.to.iter().map(PartyView::of).collect(),
            to_step: decision.to_step.clone(),
            changed: decision.changed.iter().map(change).collect(),
            signed: decision.signature.is_some(),
        }
    }
}
