//! 岗位职责: posts with their rights, the thirteen duties with what shows that they were done, and the work log (R8.94, R8.145).

use super::desk::Desk;
use super::documents::readable;
use super::figures;
use super::metrics::{MetricQuery, unit};
use super::people::{day, master};
use super::reach;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Sent, heavy};
use axum::Json;
use axum::extract::{Path as Named, State};
use axum::http::StatusCode;
use qudao_access::posts::{self, Work};
use qudao_access::{Permission, duties, people, practice};
use qudao_kernel::{Lang, Month, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(post_list)).routes(routes!(duty_list)).routes(routes!(work_list, note)).routes(routes!(manager))
}

/// A duty of a post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostDuty {
    id: String,
    title: String,
}

/// A post, what it is for, its duties and its rights.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostView {
    id: String,
    title: String,
    purpose: String,
    /// Role that carries the rights.
    role: String,
    role_title: String,
    /// Whether it is one of the electronic channel.
    electronic: bool,
    duties: Vec<PostDuty>,
    /// What the role allows.
    permissions: Vec<String>,
}

/// A duty, way of working or quality.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PracticePoint {
    id: String,
    title: String,
    /// Page on which it shows; empty for none.
    page: String,
}

/// What a channel manager answers for, how they work, what they bring.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManagerPractice {
    duties: Vec<PracticePoint>,
    methods: Vec<PracticePoint>,
    qualities: Vec<PracticePoint>,
}

/// Ten duties, fourteen ways of working and eight qualities of a channel manager.
#[utoipa::path(get, path = "/posts/manager", tag = "people", operation_id = "manager_practice", responses((status = 200, body = ManagerPractice)),
    extensions(("x-permission" = json!("any"))))]
async fn manager(_: Signed, Language(lang): Language) -> Answer<Json<ManagerPractice>> {
    let practice::Practice { duties, methods, qualities } = practice::manager()?;
    let of = |one: practice::Point| PracticePoint { id: one.id, title: one.title.get(lang).to_owned(), page: one.page.unwrap_or_default() };
    let all = |points: Vec<practice::Point>| points.into_iter().map(of).collect();
    Ok(Json(ManagerPractice { duties: all(duties), methods: all(methods), qualities: all(qualities) }))
}

/// All posts.
#[utoipa::path(get, path = "/posts", tag = "people", operation_id = "posts", responses((status = 200, body = Vec<PostView>)),
    extensions(("x-permission" = json!("any"))))]
async fn post_list(State(desk): State<Arc<Desk>>, _: Signed, Language(lang): Language) -> Answer<Json<Vec<PostView>>> {
    let titles: BTreeMap<String, String> = posts::duties()?.into_iter().map(|duty| (duty.id, duty.title.get(lang).to_owned())).collect();
    let view = |post: posts::Post| {
        let role = desk.roles.get(&post.role)?;
        let duty = |id: String| PostDuty { title: titles.get(&id).cloned().unwrap_or_default(), id };
        Ok(PostView {
            title: post.title.get(lang).to_owned(),
            purpose: post.purpose.get(lang).to_owned(),
            role_title: role.title.get(lang).to_owned(),
            permissions: role.may.iter().map(|permission| permission.name().to_owned()).collect(),
            duties: post.duties.into_iter().map(duty).collect(),
            id: post.id,
            role: post.role,
            electronic: post.electronic,
        })
    };
    Ok(Json(posts::posts()?.into_iter().map(view).collect::<Result<_, Refusal>>()?))
}

/// The month looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DutyQuery {
    /// `2026-08`; this month where absent.
    month: Option<String>,
}

/// A duty with what shows that it was done in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyView {
    id: String,
    title: String,
    /// Role that answers for it.
    role: String,
    role_title: String,
    /// Of the matrix of responsibilities, for `If-Match`; 0 where the template's role still answers.
    version: u32,
    /// Page on which the work is done; empty for none.
    page: String,
    /// Metric that shows it; absent for none, or where the caller may not see figures.
    #[schema(required)]
    metric: Option<String>,
    metric_name: String,
    /// Its unit.
    unit: String,
    /// Its value in the month, in the caller's part of the network.
    #[schema(required)]
    value: Option<i64>,
    /// Kind of document that shows it; absent for none.
    #[schema(required)]
    documents: Option<String>,
    /// Documents of that kind that were added or renewed in the month.
    document_count: u64,
    /// Entries of the work log the caller may see.
    records: u64,
}

fn month(asked: &DutyQuery, desk: &Desk) -> Result<Month, Refusal> {
    let today = desk.today();
    let typed = asked.month.as_deref().filter(|month| !month.is_empty());
    typed.map_or(Ok(today.month()), |month| {
        month.parse().map_err(|_| {
            Refusal::bad_input(
                "serve.request.month",
                format!("“{month}”不是月份；请按 2026-07 填写"),
                format!("`{month}` is no month; write 2026-07"),
            )
        })
    })
}

/// The work log of a month as far as the caller may see it: their own, and that of people in their part of the house.
async fn seen(desk: &Arc<Desk>, signed: &Signed, month: Month) -> Answer<Vec<Work>> {
    let all = posts::work(&mut desk.db.read().await?, month).await?;
    let scope = signed.scope(desk, Permission::PersonRead).ok();
    let (master, today) = (master(desk).await, desk.today());
    let mut tx = desk.db.read().await?;
    let mut known: BTreeMap<String, bool> = BTreeMap::from([(signed.0.login.clone(), true)]);
    let mut seen = Vec::new();
    for work in all {
        if !known.contains_key(&work.login) {
            let person = people::get(&mut tx, &work.login).await?;
            let within = |person| scope.as_ref().is_some_and(|scope| reach::belongs(master.as_deref(), &desk.roles, scope, person, today));
            known.insert(work.login.clone(), person.as_ref().is_some_and(within));
        }
        if known.get(&work.login) == Some(&true) {
            seen.push(work);
        }
    }
    Ok(seen)
}

/// The thirteen duties, who answers for each, and what shows that it was done in a month.
#[utoipa::path(get, path = "/duties", tag = "people", operation_id = "duties", params(DutyQuery),
    responses((status = 200, body = Vec<DutyView>)), extensions(("x-permission" = json!("any"))))]
async fn duty_list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<DutyQuery>,
) -> Answer<Json<Vec<DutyView>>> {
    let month = month(&asked, &desk)?;
    let work = seen(&desk, &signed, month).await?;
    let matrix = duties::matrix(&mut desk.db.read().await?).await?;
    // Whoever reads no documents counts none.
    let documents = readable(&desk, &signed).await.unwrap_or_default();
    let values = values(&desk, &signed, month, lang).await?;
    let within = |us: i64| qudao_access::sessions::day(us).month() == month;
    let view = |duty: posts::DutyOf| {
        let assigned = matrix.iter().find(|row| row.task == duty.id);
        let role = assigned.map_or(&duty.role, |row| &row.role).clone();
        let figure = duty.metric.as_ref().and_then(|metric| values.get(metric));
        let kind = duty.documents.as_deref();
        DutyView {
            role_title: desk.roles.get(&role).map_or_else(|_| role.clone(), |role| role.title.get(lang).to_owned()),
            version: assigned.map_or(0, |row| row.version),
            page: duty.page.clone().unwrap_or_default(),
            metric: figure.and(duty.metric.clone()),
            metric_name: figure.map(|figure| figure.name.clone()).unwrap_or_default(),
            unit: figure.map_or("", |figure| figure.unit).to_owned(),
            value: figure.and_then(|figure| figure.value),
            document_count: documents.iter().filter(|document| kind == Some(document.kind.as_str()) && within(document.changed_us)).count()
                as u64,
            records: work.iter().filter(|work| work.duty == duty.id).count() as u64,
            documents: duty.documents,
            title: duty.title.get(lang).to_owned(),
            id: duty.id,
            role,
        }
    };
    Ok(Json(posts::duties()?.into_iter().map(view).collect()))
}

/// A metric's value in a month.
struct Figure {
    name: String,
    unit: &'static str,
    value: Option<i64>,
}

/// The metrics that show duties, by id; none for whoever may not see figures.
async fn values(desk: &Arc<Desk>, signed: &Signed, month: Month, lang: Lang) -> Answer<BTreeMap<String, Figure>> {
    let Ok(scope) = signed.scope(desk, Permission::VolumeRead) else { return Ok(BTreeMap::new()) };
    let desk = Arc::clone(desk);
    heavy(move || {
        let catalogue = &desk.figures.catalogue;
        let (master, asked) = (desk.master()?, desk.figures.now(&desk)?);
        let mut found = BTreeMap::new();
        for id in posts::duties()?.into_iter().filter_map(|duty| duty.metric) {
            let Some(metric) = catalogue.get(&id) else { continue };
            let query = MetricQuery::plain(&id, None, month.first_day(), month.last_day()).query(figures::within(scope.clone()))?;
            let answer = qudao_metrics::answer(catalogue, &master, &asked, &query)?;
            let value = answer.rows.first().and_then(|row| row.cells.first()).and_then(|cell| cell.value);
            found.insert(id, Figure { name: metric.name.get(lang).to_owned(), unit: unit(metric.unit), value });
        }
        Ok(found)
    })
    .await
}

/// An entry of the work log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkView {
    id: String,
    login: String,
    name: String,
    day: String,
    subject: String,
    about: String,
}

/// The work log of a duty in a month: one's own, and that of people in one's part of the house.
#[utoipa::path(get, path = "/duties/{id}/records", tag = "people", operation_id = "duty_records", params(("id" = String, Path), DutyQuery),
    responses((status = 200, body = Vec<WorkView>)), extensions(("x-permission" = json!("any"))))]
async fn work_list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(id): Named<String>,
    Asked(asked): Asked<DutyQuery>,
) -> Answer<Json<Vec<WorkView>>> {
    let work = seen(&desk, &signed, month(&asked, &desk)?).await?;
    let view = |work: Work| WorkView {
        id: work.id,
        login: work.login,
        name: work.name,
        day: work.day.to_string(),
        subject: work.subject,
        about: work.about,
    };
    Ok(Json(work.into_iter().filter(|work| work.duty == id).map(view).collect()))
}

/// Work that was done.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WorkSent {
    day: String,
    /// With whom, or about what.
    subject: String,
    /// What was done.
    about: String,
}

/// An entry that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkMade {
    id: String,
}

/// Notes work of one's own for a duty.
#[utoipa::path(post, path = "/duties/{id}/records", tag = "people", operation_id = "note_work", request_body = WorkSent, params(("id" = String, Path)),
    responses((status = 201, body = WorkMade)), extensions(("x-permission" = json!("any"))))]
async fn note(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Named(id): Named<String>,
    Sent(sent): Sent<WorkSent>,
) -> Answer<(StatusCode, Json<WorkMade>)> {
    let id = posts::note(&desk.db, &signed.0.login, &id, day(&sent.day)?, &sent.subject, &sent.about).await?;
    Ok((StatusCode::CREATED, Json(WorkMade { id })))
}
