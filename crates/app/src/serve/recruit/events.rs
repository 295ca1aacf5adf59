//! Recruiting events and their tasks (R8.17–R8.34).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::shown::{day, instant};
use super::super::signed::Signed;
use super::super::web::{Answer, IfMatch, Language, Sent};
use super::{Asker, MANAGE, READ, RecruitChanged, named, names};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::Permission;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_recruit::event::{self, Event, EventState, Figures, Incident, Prize, Task, TaskChange, TaskState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(whole)).routes(routes!(task)).routes(routes!(turn))
}

/// What came of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventFigures {
    listed: u32,
    invited: u32,
    confirmed: u32,
    /// Confirmed of the invited, parts per million; absent where nobody was invited.
    #[schema(required)]
    confirmed_ppm: Option<u32>,
    attended: u32,
    cards: u32,
    prospects: u32,
    signed: u32,
    /// Signed of those that came, parts per million; absent where nobody came.
    #[schema(required)]
    signed_ppm: Option<u32>,
    nurtured: u32,
    lost: u32,
    /// Fen; absent where nobody signed.
    #[schema(required)]
    cost_per_signed: Option<i64>,
}

impl EventFigures {
    fn of(figures: &Figures) -> Self {
        let ppm = |part: u32, whole: u32| u32::try_from(u64::from(part) * 1_000_000 / u64::from(whole.max(1))).ok().filter(|_| whole > 0);
        Self {
            listed: figures.listed,
            invited: figures.invited,
            confirmed: figures.confirmed,
            confirmed_ppm: ppm(figures.confirmed, figures.invited),
            attended: figures.attended,
            cards: figures.cards,
            prospects: figures.prospects,
            signed: figures.signed,
            signed_ppm: ppm(figures.signed, figures.attended),
            nurtured: figures.nurtured,
            lost: figures.lost,
            cost_per_signed: figures.cost_per_signed.map(|fen| fen.0),
        }
    }
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecruitingEvent {
    /// Its number, and that of its application.
    id: String,
    /// For `If-Match`.
    version: u32,
    /// preparing, held, closed, cancelled.
    state: String,
    title: String,
    held_on: String,
    place: String,
    territory: String,
    territory_name: String,
    /// Guests expected.
    guests: u32,
    /// Partners to be signed.
    goal: u32,
    /// Fen.
    budget: i64,
    /// Fen.
    cost: i64,
    owner: String,
    owner_name: String,
    /// Why it was cancelled.
    note: String,
    /// Days until it; negative after it.
    days_left: i32,
    tasks_done: usize,
    tasks: usize,
    tasks_late: usize,
    figures: EventFigures,
}

fn row(asker: &Asker, names: &BTreeMap<String, String>, event: Event, tasks: &[Task], figures: &Figures) -> RecruitingEvent {
    RecruitingEvent {
        state: event.state.name().to_owned(),
        days_left: event.held_on.days() - asker.today.days(),
        held_on: event.held_on.to_string(),
        territory_name: network_name(&event.territory, asker.lang),
        owner_name: named(names, &event.owner),
        tasks_done: tasks.iter().filter(|task| task.state != TaskState::Open).count(),
        tasks: tasks.len(),
        tasks_late: tasks.iter().filter(|task| task.is_late(asker.today)).count(),
        figures: EventFigures::of(figures),
        id: event.id,
        version: event.version,
        title: event.title,
        place: event.place,
        territory: event.territory,
        guests: event.guests,
        goal: event.goal,
        budget: event.budget.0,
        cost: event.cost.0,
        owner: event.owner,
        note: event.note,
    }
}

/// Events within one's reach, the latest first.
#[utoipa::path(get, path = "/recruiting/events", tag = "recruiting", operation_id = "recruiting_events",
    responses((status = 200, body = Vec<RecruitingEvent>)), extensions(("x-permission" = json!("recruit.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<RecruitingEvent>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    let events = event::list(tx, &sight).await?;
    let names = names(tx, events.iter().map(|one| one.owner.clone())).await?;
    let mut rows = Vec::with_capacity(events.len());
    for one in events {
        let (tasks, figures) = (event::tasks(tx, &one.id).await?, event::figures(tx, &one).await?);
        rows.push(row(&asker, &names, one, &tasks, &figures));
    }
    Ok(Json(rows))
}

/// A task of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventTask {
    task: String,
    /// For `If-Match`.
    version: u32,
    title: String,
    /// What is written down when it is done.
    asked: String,
    /// Whether the event waits for it to be closed.
    required: bool,
    owner: String,
    owner_name: String,
    due_on: String,
    /// open, done, dropped.
    state: String,
    late: bool,
    evidence: String,
    #[schema(required)]
    ended_on: Option<String>,
    ended_by: String,
}

/// A kind of prize.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPrize {
    seq: u32,
    name: String,
    purchased: u32,
    issued: u32,
    /// Guests who have one.
    guests: Vec<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventIncident {
    seq: u32,
    what: String,
    who: String,
    at: String,
}

/// An event whole, but for its guests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventWhole {
    event: RecruitingEvent,
    tasks: Vec<EventTask>,
    prizes: Vec<EventPrize>,
    incidents: Vec<EventIncident>,
    /// States that may follow, for whoever works on it.
    next: Vec<String>,
}

/// An event with its tasks, prizes and incidents.
#[utoipa::path(get, path = "/recruiting/events/{id}", tag = "recruiting", operation_id = "recruiting_event", params(("id" = String, Path)),
    responses((status = 200, body = EventWhole)), extensions(("x-permission" = json!("recruit.read"))))]
async fn whole(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<EventWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    let tx = &mut desk.db.read().await?;
    let found = event::get(tx, &sight, &id).await?;
    let (tasks, figures) = (event::tasks(tx, &id).await?, event::figures(tx, &found).await?);
    let (prizes, incidents) = (event::prizes(tx, &id).await?, event::incidents(tx, &id).await?);
    let people = tasks.iter().flat_map(|task| [task.owner.clone(), task.ended_by.clone()]).chain([found.owner.clone()]);
    let names = names(tx, people.filter(|login| !login.is_empty())).await?;
    let may = signed.may(&desk, Permission::RecruitManage).is_ok();
    let next = if may { found.state.next().iter().map(|state| state.name().to_owned()).collect() } else { Vec::new() };
    let prize = |Prize { seq, name, purchased, issued, guests }: Prize| EventPrize { seq, name, purchased, issued, guests };
    let incident = |Incident { seq, what, who, at_us }: Incident| EventIncident { seq, what, who, at: instant(at_us) };
    Ok(Json(EventWhole {
        event: row(&asker, &names, found, &tasks, &figures),
        tasks: tasks.into_iter().map(|task| task_view(&desk, &asker, &names, task)).collect(),
        prizes: prizes.into_iter().map(prize).collect(),
        incidents: incidents.into_iter().map(incident).collect(),
        next,
    }))
}

fn task_view(desk: &Desk, asker: &Asker, names: &BTreeMap<String, String>, task: Task) -> EventTask {
    let rule = desk.recruit.event.task(&task.task);
    EventTask {
        title: rule.map_or_else(|| task.task.clone(), |rule| rule.title.get(asker.lang).to_owned()),
        asked: rule.map(|rule| rule.evidence.get(asker.lang).to_owned()).unwrap_or_default(),
        required: rule.is_some_and(|rule| rule.required),
        late: task.is_late(asker.today),
        owner_name: named(names, &task.owner),
        due_on: task.due_on.to_string(),
        state: task.state.name().to_owned(),
        ended_on: day(task.ended_on),
        ended_by: named(names, &task.ended_by),
        task: task.task,
        version: task.version,
        owner: task.owner,
        evidence: task.evidence,
    }
}

/// What a task is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TaskSent {
    /// Login.
    owner: String,
    due_on: String,
    /// open, done, dropped.
    state: String,
    /// What shows that it was done, or why it is not needed.
    evidence: String,
}

/// Changes a task: who does it, by when, and whether it is done.
#[utoipa::path(put, path = "/recruiting/events/{id}/tasks/{task}", tag = "recruiting", operation_id = "change_event_task", request_body = TaskSent,
    params(("id" = String, Path), ("task" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn task(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path((id, task)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<TaskSent>,
) -> Answer<Json<RecruitChanged>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let state: TaskState = sent.state.parse().map_err(|()| unknown(&sent.state))?;
    let due_on = super::super::orders::day(Some(&sent.due_on))?.ok_or_else(|| unknown(&sent.due_on))?;
    let change = TaskChange { owner: &sent.owner, due_on, state, evidence: &sent.evidence };
    let version = event::change_task(&desk.db, &sight, &signed.0.who(), (&id, &task), version, &change).await?;
    Ok(Json(RecruitChanged { version }))
}

pub(super) fn unknown(text: &str) -> Refusal {
    Refusal::bad_input(
        "recruit.unknown",
        format!("无法识别“{text}”；请刷新页面后重试"),
        format!("`{text}` is not known; reload the page and try again"),
    )
}

/// A state an event is taken to.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EventTurn {
    /// held, closed, cancelled.
    to: String,
    /// What it cost so far, fen.
    cost: i64,
    /// Why it is cancelled.
    note: String,
}

/// Notes that an event took place, was closed or cancelled. It closes when every attendee has an outcome and what has to be done is done.
#[utoipa::path(post, path = "/recruiting/events/{id}/state", tag = "recruiting", operation_id = "turn_event", request_body = EventTurn,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = RecruitChanged)),
    extensions(("x-permission" = json!("recruit.manage"))))]
async fn turn(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<EventTurn>,
) -> Answer<Json<RecruitChanged>> {
    let sight = Asker::of(&desk, Lang::Zh).await.sight(&desk, &signed, MANAGE)?;
    let to: EventState = sent.to.parse().map_err(|()| unknown(&sent.to))?;
    let told = (Fen(sent.cost), sent.note.as_str());
    let version = event::to_state(&desk.db, &desk.recruit.event, &sight, &signed.0.who(), (&id, version), to, told).await?;
    Ok(Json(RecruitChanged { version }))
}
