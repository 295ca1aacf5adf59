//! Background jobs: long work on threads of its own, with progress that pages follow by server-sent events.

use super::desk::Desk;
use super::signed::Signed;
use super::web::{Answer, Language, Page, Paging, bug};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use qudao_kernel::{Kind, Lang, Refusal, Text};
use qudao_platform::jobs::{self, Job, New};
use qudao_platform::{Db, write_tx};
use serde::Serialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio_stream::Stream;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Jobs that run at the same time; others wait.
const AT_ONCE: usize = 2;
/// How often is looked how far a job of another server is.
const FOLLOW: Duration = Duration::from_secs(1);

/// How far a job is, `done` of `total` in a unit of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Far {
    done: u64,
    total: u64,
    note: Text,
    ended: bool,
}

impl Far {
    /// As it was noted last, by whichever server runs it.
    fn noted(job: &Job) -> Self {
        Self { done: job.done, total: job.total, note: job.note.clone(), ended: job.state.ended() }
    }
}

struct Live {
    far: watch::Sender<Far>,
    stop: AtomicBool,
}

/// The jobs of this server.
#[derive(Clone)]
pub(crate) struct Jobs {
    db: Db,
    /// Id of this server.
    node: String,
    live: Arc<Mutex<HashMap<String, Arc<Live>>>>,
    places: Arc<Semaphore>,
}

/// What work tells while it runs.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Live>);

impl Progress {
    /// Of work that nobody follows.
    pub(crate) fn unheard() -> Self {
        Self(Arc::new(Live { far: watch::channel(Far::default()).0, stop: AtomicBool::new(false) }))
    }

    /// So much is done; a `total` of 0 says that nobody knows how much there is.
    pub(crate) fn at(&self, done: u64, total: u64) {
        self.0.far.send_if_modified(|far| {
            let changed = (far.done, far.total) != (done, total);
            (far.done, far.total) = (done, total);
            changed
        });
    }

    /// What is being done now.
    pub(crate) fn note(&self, zh: impl Into<String>, en: impl Into<String>) {
        let note = Text::new(zh, en);
        self.0.far.send_modify(|far| far.note = note);
    }

    /// Whether work may go on; ask between steps that are whole by themselves.
    ///
    /// # Errors
    /// `platform.job.cancelled` when whoever asked for the job has stopped it.
    pub(crate) fn goes_on(&self) -> Result<(), Refusal> {
        if self.0.stop.load(Ordering::Relaxed) { Err(jobs::cancelled()) } else { Ok(()) }
    }
}

impl Jobs {
    pub(crate) fn new(db: Db, node: String) -> Self {
        Self { db, node, live: Arc::default(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Begins work and returns at once. `work` runs on a blocking thread; what it gives is the job's result.
    ///
    /// # Errors
    /// `Conflict platform.job.held` if another job holds the same.
    pub(crate) async fn start(
        &self,
        new: &New<'_>,
        work: impl FnOnce(&Progress) -> Result<serde_json::Value, Refusal> + Send + 'static,
    ) -> Result<Job, Refusal> {
        let id = write_tx!(&self.db, |tx| jobs::begin(tx, &self.node, new).await)?;
        let live = Arc::new(Live { far: watch::channel(Far::default()).0, stop: AtomicBool::new(false) });
        self.live.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), Arc::clone(&live));
        let (all, own) = (self.clone(), id.clone());
        tokio::spawn(async move { all.see_through(own, live, work).await });
        jobs::get(&mut self.db.read().await?, &id).await
    }

    async fn see_through(
        self,
        id: String,
        live: Arc<Live>,
        work: impl FnOnce(&Progress) -> Result<serde_json::Value, Refusal> + Send + 'static,
    ) {
        let place = Arc::clone(&self.places).acquire_owned().await;
        if let Err(refusal) = write_tx!(&self.db, |tx| jobs::run(tx, &id).await) {
            tracing::error!(job = %id, code = refusal.code, "{}", refusal.text.en);
        }
        let progress = Progress(Arc::clone(&live));
        let ran = tokio::task::spawn_blocking(move || progress.goes_on().and_then(|()| work(&progress))).await;
        let outcome = match ran {
            Ok(outcome) => outcome.map(|value| value.to_string()),
            Err(error) => Err(bug(&error.to_string())),
        };
        if let Err(refusal) = &outcome {
            tracing::warn!(job = %id, code = refusal.code, "{}", refusal.text.en);
        }
        if let Err(refusal) = write_tx!(&self.db, |tx| jobs::end(tx, &id, &outcome).await) {
            tracing::error!(job = %id, code = refusal.code, "{}", refusal.text.en);
        }
        self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        live.far.send_modify(|far| far.ended = true);
        drop(place);
    }

    /// Jobs that wait or run.
    pub(crate) fn open(&self) -> usize {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Tells all jobs to stop where they can.
    pub(crate) fn stop(&self) {
        for live in self.live.lock().unwrap_or_else(PoisonError::into_inner).values() {
            live.stop.store(true, Ordering::Relaxed);
        }
    }

    fn live(&self, id: &str) -> Option<Arc<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Notes how far jobs are, for the other servers, and stops those that somebody asked there to stop or that are failed already.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn beat(&self) -> Result<(), Refusal> {
        // Looked at before the rows: a job that begins in between has its row already, and is not among these.
        let all: Vec<(String, Arc<Live>)> =
            self.live.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(id, live)| (id.clone(), Arc::clone(live))).collect();
        if all.is_empty() {
            return Ok(());
        }
        let far: Vec<(&str, Far)> = all.iter().map(|(id, live)| (id.as_str(), live.far.borrow().clone())).collect();
        let going = write_tx!(self.db, |tx| {
            for (id, far) in &far {
                jobs::note(tx, id, far.done, far.total, &far.note).await?;
            }
            jobs::going(tx, &self.node).await
        })?;
        for (id, live) in &all {
            if !going.contains(id) {
                live.stop.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// How far a job is that another server runs, looked at again and again until it ends or nobody listens.
    fn follow(&self, job: &Job) -> watch::Receiver<Far> {
        let (sender, receiver) = watch::channel(Far::noted(job));
        let (db, id) = (self.db.clone(), job.id.clone());
        tokio::spawn(async move {
            let mut clock = tokio::time::interval(FOLLOW);
            while !sender.is_closed() {
                clock.tick().await;
                let found = match db.read().await {
                    Ok(mut tx) => jobs::get(&mut tx, &id).await,
                    Err(refusal) => Err(refusal),
                };
                let Ok(far) = found.map(|job| Far::noted(&job)) else { continue };
                let ended = far.ended;
                sender.send_if_modified(|known| {
                    let changed = *known != far;
                    *known = far;
                    changed
                });
                if ended {
                    return;
                }
            }
        });
        receiver
    }

    /// A job as a client sees it.
    async fn view(&self, id: &str, lang: Lang) -> Result<JobView, Refusal> {
        let job = jobs::get(&mut self.db.read().await?, id).await?;
        let far = self.far(&job);
        Ok(JobView::of(job, &far, lang))
    }

    /// How far a job is: of one that runs here as it is now, of another as it was noted last.
    fn far(&self, job: &Job) -> Far {
        self.live(&job.id).map_or_else(|| Far::noted(job), |live| live.far.borrow().clone())
    }
}

/// A background job.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct JobView {
    id: String,
    /// Kind, `noun.verb`.
    kind: String,
    /// What people see.
    title: String,
    /// waiting, running, done, failed, cancelled.
    state: String,
    /// So much is done, in a unit of the job's own.
    done: u64,
    /// Of so much; 0 where nobody knows.
    total: u64,
    /// What is being done now.
    note: String,
    /// When it was asked for.
    begun_at: String,
    /// When it ended.
    #[schema(required)]
    ended_at: Option<String>,
    /// What a done job gave; its shape is that of the kind.
    #[schema(required, value_type = Option<Object>)]
    result: Option<serde_json::Value>,
    /// Code of the refusal a failed job ended with.
    #[schema(required)]
    code: Option<String>,
    /// Its sentence.
    #[schema(required)]
    detail: Option<String>,
}

impl JobView {
    /// A job nobody follows yet.
    pub(crate) fn fresh(job: Job, lang: Lang) -> Self {
        Self::of(job, &Far::default(), lang)
    }

    fn of(job: Job, far: &Far, lang: Lang) -> Self {
        let (code, detail) = job.failure.map(|(code, text)| (code, text.get(lang).to_owned())).unzip();
        Self {
            id: job.id,
            kind: job.kind,
            title: job.title.get(lang).to_owned(),
            state: job.state.name().to_owned(),
            done: far.done,
            total: far.total,
            note: far.note.get(lang).to_owned(),
            begun_at: instant(job.begun_us),
            ended_at: job.ended_us.map(instant),
            result: job.result.and_then(|text| serde_json::from_str(&text).ok()),
            code,
            detail,
        }
    }
}

/// An instant as clients get it, in Chinese time.
pub(crate) fn instant(us: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(us).unwrap_or_default();
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(events)).routes(routes!(cancel))
}

/// The caller's own jobs, latest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "jobs", params(Paging),
    responses((status = 200, body = Page<JobView>)), extensions(("x-permission" = json!("any"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    super::web::Asked(paging): super::web::Asked<Paging>,
) -> Answer<Json<Page<JobView>>> {
    let before = paging.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let limit = paging.limit();
    let mut found = jobs::of(&mut desk.db.read().await?, &signed.0.login, before, u32::try_from(limit + 1).unwrap_or(u32::MAX)).await?;
    let total = jobs::count(&mut desk.db.read().await?, &signed.0.login).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|job| job.begun_us.to_string());
    let items: Vec<JobView> = found
        .into_iter()
        .map(|job| {
            let far = desk.jobs.far(&job);
            JobView::of(job, &far, lang)
        })
        .collect();
    Ok(Json(Page { items, next, total }))
}

/// One job.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", operation_id = "job", params(("id" = String, Path, description = "Job")),
    responses((status = 200, body = JobView)), extensions(("x-permission" = json!("any"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<JobView>> {
    own(&desk, &signed, &id).await?;
    Ok(Json(desk.jobs.view(&id, lang).await?))
}

/// The state of a job whenever it changes, as server-sent events of the same shape as the job; the last is of an ended job.
#[utoipa::path(get, path = "/jobs/{id}/events", tag = "jobs", operation_id = "job_events", params(("id" = String, Path, description = "Job")),
    responses((status = 200, description = "A stream of jobs", content_type = "text/event-stream")),
    extensions(("x-permission" = json!("any"))))]
async fn events(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let job = own(&desk, &signed, &id).await?;
    // Whoever comes after the end gets the one event that says so.
    let far = match desk.jobs.live(&id) {
        Some(live) => live.far.subscribe(),
        None if job.state.ended() => watch::channel(Far::noted(&job)).1,
        None => desk.jobs.follow(&job),
    };
    let mut over = false;
    let steps = WatchStream::new(far).take_while(move |far| !std::mem::replace(&mut over, far.ended));
    let stream = steps.then(move |_| {
        let (desk, id) = (Arc::clone(&desk), id.clone());
        async move {
            let view = desk.jobs.view(&id, lang).await.ok();
            Ok(view.and_then(|view| Event::default().json_data(view).ok()).unwrap_or_default())
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Stops a job at the next place where it can be stopped with nothing half done.
#[utoipa::path(post, path = "/jobs/{id}/cancel", tag = "jobs", operation_id = "cancel_job", params(("id" = String, Path, description = "Job")),
    responses((status = 200, body = JobView)), extensions(("x-permission" = json!("any"))))]
async fn cancel(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<JobView>> {
    own(&desk, &signed, &id).await?;
    match desk.jobs.live(&id) {
        Some(live) => live.stop.store(true, Ordering::Relaxed),
        // The server that runs it looks there.
        None => write_tx!(desk.db, |tx| jobs::stop(tx, &id).await)?,
    }
    Ok(Json(desk.jobs.view(&id, lang).await?))
}

/// A job is its owner's alone; to others it is not there.
async fn own(desk: &Desk, signed: &Signed, id: &str) -> Result<Job, Refusal> {
    let job = jobs::get(&mut desk.db.read().await?, id).await?;
    if job.login == signed.0.login {
        return Ok(job);
    }
    Err(Refusal::new(Kind::NotFound, "platform.job.missing", format!("没有任务 {id}"), format!("there is no job {id}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_testkit::{TestDb, on_both};

    on_both!(a_job_is_followed_and_stopped_from_another_server);

    async fn a_job_is_followed_and_stopped_from_another_server(db: TestDb) {
        // R0.42
        let (one, two) = (Jobs::new((*db).clone(), "one/1".to_owned()), Jobs::new((*db).clone(), "two/1".to_owned()));
        let title = Text::new("导出", "export");
        let new = New { kind: "figures.export", title: &title, login: "a", holds: "" };
        let work = |progress: &Progress| -> Result<serde_json::Value, Refusal> {
            progress.at(3, 7);
            progress.note("写入", "writing");
            loop {
                progress.goes_on()?;
                std::thread::park_timeout(Duration::from_millis(5));
            }
        };
        let job = one.start(&new, work).await.unwrap();
        assert!(two.live(&job.id).is_none());
        let mut heard = two.follow(&job);
        while jobs::get(&mut db.read().await.unwrap(), &job.id).await.unwrap().note.en.is_empty() {
            one.beat().await.unwrap();
            tokio::task::yield_now().await;
        }
        let far = heard.wait_for(|far| !far.note.en.is_empty()).await.unwrap().clone();
        assert_eq!((far.done, far.total, far.note.en.as_str(), far.ended), (3, 7, "writing", false));
        assert_eq!(two.view(&job.id, Lang::En).await.unwrap().note, "writing");

        write_tx!(db, |tx| jobs::stop(tx, &job.id).await).unwrap();
        one.beat().await.unwrap();
        drop(heard.wait_for(|far| far.ended).await.unwrap());
        assert_eq!(two.view(&job.id, Lang::Zh).await.unwrap().state, "cancelled");
    }
}
