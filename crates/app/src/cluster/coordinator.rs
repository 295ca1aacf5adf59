//! The listening side: a run that has its ranges settled by workers.
//!
//! The run itself is the coordinator, so that there is no service with a queue and a database of its own to keep: who starts the command sees it end, what it
//! needs to go on lies in its out folder, and the same command goes on. Its server has a runtime of its own; the run counts facts at the same time.

use super::board::{Board, Share};
use super::given::{self, Reads};
use super::protocol::{Ask, Asked, Delivered, Hello, PIECE, Run, Told, fits, knows, lost, secret};
use crate::say::{self, Far, Say};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as InPath, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use indicatif::ProgressBar;
use qudao_engine::settle::{Elsewhere, PassWork};
use qudao_kernel::{Kind, Month, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Folder under that of the run; gone once the run has ended well.
const FOLDER: &str = ".cluster";
/// File of the run's folder that says who did what.
const REPORT: &str = "cluster.json";
/// Longest the workers' farewell is waited for.
const FAREWELL: Duration = Duration::from_secs(2);
/// Most bytes of a request around a piece of a file.
const AROUND: usize = 64 << 10;

/// What handlers see.
pub(super) struct Desk {
    pub(super) board: Board,
    pub(super) run: Run,
    pub(super) secret: String,
}

/// A run that listens.
pub(crate) struct Coordinator {
    runtime: Runtime,
    desk: Arc<Desk>,
    out: PathBuf,
    bar: ProgressBar,
    far: Option<Far>,
}

/// Who did what.
#[derive(Serialize)]
struct Report {
    /// Times the coordinator was started for this run.
    starts: u64,
    /// Of the last start.
    workers: BTreeMap<String, Share>,
}

impl Coordinator {
    /// Names the inputs of a run, takes up what an earlier start left, and listens.
    ///
    /// # Errors
    /// There is no secret, an input cannot be read, or the address is taken.
    pub(crate) fn start(
        say: &Say,
        (listen, lease): (SocketAddr, Duration),
        (period, basis): (Month, &str),
        reads: &Reads<'_>,
        out: &Path,
    ) -> Result<Self, Refusal> {
        let secret = secret()?;
        let folder = out.join(FOLDER);
        let run = given::run(period, basis, reads, &out.join("inputs/cluster"))?;
        let board = Board::open(&folder, &run.id, lease)?;
        let runtime = say::runtime(2)?;
        let desk = Arc::new(Desk { board, run, secret });
        let listener = runtime.block_on(tokio::net::TcpListener::bind(listen)).map_err(|error| {
            Refusal::unavailable(
                "cluster.listen",
                format!("不能监听 {listen}：{error}；请换一个 --cluster 地址"),
                format!("cannot listen on {listen}: {error}; name another address for --cluster"),
            )
        })?;
        let at = listener.local_addr().unwrap_or(listen);
        say::write(&folder.join("address"), at.to_string())?;
        let app = router(Arc::clone(&desk));
        runtime.spawn(async move { axum::serve(listener, app).await });
        let start = desk.board.starts();
        say.note(
            format_args!("第 {start} 次启动，在 {at} 等待工作端：qudao worker http://{at}"),
            format_args!("start {start}, waiting for workers at {at}: qudao worker http://{at}"),
        );
        Ok(Self { runtime, desk, out: out.to_owned(), bar: say.bar("各工作端", "workers"), far: say.far.clone() })
    }

    /// Ends the run for its workers, and says who did what. `refused` is what the engine ended with instead of a report: then what workers did is kept for the
    /// next start, unless it was found wrong.
    ///
    /// # Errors
    /// The disk fails.
    pub(crate) fn finish(self, say: &Say, refused: Option<&Refusal>) -> Result<(), Refusal> {
        self.bar.finish_and_clear();
        // Facts that are sorted anew are another run, which begins in a moment.
        if refused.is_none_or(|refusal| refusal.code != "engine.settle.moved") {
            self.desk.board.end(FAREWELL);
        }
        self.runtime.shutdown_timeout(FAREWELL);
        let (workers, starts) = (self.desk.board.shares(), self.desk.board.starts());
        for (name, share) in &workers {
            let (ranges, lost, seconds) = (share.ranges, share.lost, share.busy_ms / 1000);
            let (sent, received) = (share.sent >> 20, share.received >> 20);
            say.note(
                format_args!("{name}：{ranges} 个区段，{seconds} 秒，失效租约 {lost}，发出 {sent} MiB，收回 {received} MiB"),
                format_args!("{name}: {ranges} ranges in {seconds} s, {lost} leases lost, {sent} MiB sent to it, {received} MiB from it"),
            );
        }
        let wrong = |refusal: &Refusal| refusal.code == "engine.elsewhere.unequal";
        match refused {
            None => say::write_json(&self.out.join(REPORT), &Report { starts, workers })?,
            Some(refusal) if !wrong(refusal) => return Ok(()),
            Some(_) => {}
        }
        forget(&self.out)
    }
}

/// Takes away what an earlier start of a run on workers left in its out folder.
///
/// # Errors
/// The disk fails.
pub(crate) fn forget(out: &Path) -> Result<(), Refusal> {
    let folder = out.join(FOLDER);
    if folder.exists() { std::fs::remove_dir_all(&folder).map_err(|error| say::unwritable(&folder, &error)) } else { Ok(()) }
}

impl Elsewhere for Coordinator {
    fn settle(&self, work: &PassWork) -> Result<Vec<PathBuf>, Refusal> {
        self.desk.board.begin(work)?;
        self.desk.board.wait(&|done, all| {
            self.bar.set_length(all as u64);
            self.bar.set_position(done as u64);
            if let Some(far) = &self.far {
                far(done as u64, all as u64);
            }
        })
    }
}

/// A refusal as an answer.
struct Said(Refusal);

impl From<Refusal> for Said {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for Said {
    fn into_response(self) -> Response {
        let status = match self.0.kind {
            Kind::BadInput => StatusCode::BAD_REQUEST,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(Told::from(&self.0))).into_response()
    }
}

type Answer = Result<Vec<u8>, Said>;

pub(super) fn router(desk: Arc<Desk>) -> Router {
    let routes = Router::new()
        .route("/hello", post(hello))
        .route("/ask", post(ask))
        .route("/inputs/{number}", get(input))
        .route("/steps/{pass}", get(step))
        .route("/leases/{lease}/keep", post(keep))
        .route("/leases/{lease}/files/{folder}/{file}", put(file))
        .route("/leases/{lease}/done", post(done))
        .route("/leases/{lease}/failed", post(failed))
        .layer(DefaultBodyLimit::max(PIECE + AROUND))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guarded))
        .with_state(desk);
    Router::new().nest("/cluster/v1", routes)
}

async fn guarded(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let named = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !knows(&desk.secret, named) {
        return Said(Refusal::new(
            Kind::Forbidden,
            "cluster.secret",
            "集群密钥不符；协调端与工作端的 QUDAO_CLUSTER_SECRET 须相同",
            "the secret is another one; QUDAO_CLUSTER_SECRET must be the same for coordinator and worker",
        ))
        .into_response();
    }
    next.run(request).await
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        Refusal::bad_input("cluster.request", format!("请求无法读取：{error}"), format!("the request cannot be read: {error}"))
    })
}

fn write(value: &impl Serialize) -> Answer {
    serde_json::to_vec(value).map_err(|error| {
        let (zh, en) = (format!("应答无法写出：{error}"), format!("the answer cannot be written: {error}"));
        Said(Refusal::new(Kind::Bug, "cluster.answer", zh, en))
    })
}

/// Work on files, on a thread that may wait for them.
async fn on_files<T: Send + 'static>(act: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Said> {
    Ok(tokio::task::spawn_blocking(act).await.unwrap_or_else(|_| Err(say::worker_died()))?)
}

async fn hello(State(desk): State<Arc<Desk>>, body: Bytes) -> Answer {
    fits(&read::<Hello>(&body)?)?;
    if desk.board.is_over() {
        return Err(Said(Refusal::unavailable("cluster.ended", "这次结算已结束", "this run is over")));
    }
    write(&desk.run)
}

async fn ask(State(desk): State<Arc<Desk>>, body: Bytes) -> Answer {
    let ask: Ask = read(&body)?;
    let asked = if ask.run == desk.run.id { desk.board.ask(&ask.worker, Instant::now()) } else { Asked::Other };
    write(&asked)
}

#[derive(Deserialize)]
struct At {
    at: u64,
}

async fn input(State(desk): State<Arc<Desk>>, InPath(number): InPath<usize>, Query(from): Query<At>, headers: HeaderMap) -> Answer {
    let Some(input) = desk.run.inputs.get(number) else {
        return Err(Said(Refusal::new(Kind::NotFound, "cluster.input.none", "没有这个输入", "there is no such input")));
    };
    let place = input.place.clone();
    let bytes = on_files(move || {
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = File::open(&place)?;
            file.seek(SeekFrom::Start(from.at))?;
            let mut bytes = Vec::new();
            file.take(PIECE as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|error| say::unreadable(&place, &error))
    })
    .await?;
    if let Some(worker) = headers.get("x-qudao-worker").and_then(|name| name.to_str().ok()) {
        desk.board.sent(worker, bytes.len() as u64);
    }
    Ok(bytes)
}

async fn step(State(desk): State<Arc<Desk>>, InPath(pass): InPath<usize>) -> Answer {
    Ok(desk.board.step(pass).ok_or_else(|| lost(&format!("pass {pass}")))?.into_bytes())
}

async fn keep(State(desk): State<Arc<Desk>>, InPath(lease): InPath<String>) -> Answer {
    desk.board.keep(&lease, Instant::now())?;
    Ok(Vec::new())
}

async fn file(
    State(desk): State<Arc<Desk>>,
    InPath((lease, folder, file)): InPath<(String, String, String)>,
    Query(to): Query<At>,
    body: Bytes,
) -> Answer {
    on_files(move || {
        desk.board.keep(&lease, Instant::now())?;
        desk.board.put(&lease, (&folder, &file), to.at, &body)
    })
    .await?;
    Ok(Vec::new())
}

async fn done(State(desk): State<Arc<Desk>>, InPath(lease): InPath<String>, body: Bytes) -> Answer {
    let delivered: Delivered = read(&body)?;
    on_files(move || desk.board.done(&lease, &delivered, Instant::now())).await?;
    Ok(Vec::new())
}

async fn failed(State(desk): State<Arc<Desk>>, InPath(lease): InPath<String>, body: Bytes) -> Answer {
    let told: Told = read(&body)?;
    desk.board.failed(&lease, told.into())?;
    Ok(Vec::new())
}
