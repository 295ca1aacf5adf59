//! What every route shares: refusals as problem details (RFC 9457), the language asked for, the guard against foreign sites, paging.

use super::desk::Desk;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use qudao_kernel::{Kind, Lang, Refusal};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The header our own pages send with what changes something. Another site cannot send it without asking this server first, and it does
/// not allow that.
const OURS: HeaderName = HeaderName::from_static("x-qudao");
/// Names a request in logs and problems.
pub(crate) const TRACE: HeaderName = HeaderName::from_static("x-trace-id");
/// Most rows of a page.
pub(crate) const MOST_ROWS: usize = 500;
const ROWS: usize = 50;

/// What a client gets instead of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// `urn:qudao:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// Stable code, `area.noun.reason`.
    code: String,
    /// What happened and what to do, in the language asked for.
    detail: String,
    /// The request in the server's log.
    trace_id: String,
}

/// A refusal on its way to the client.
pub(crate) struct Problem(Refusal);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        problem.0
    }
}

/// A filter that names one of a closed list; empty where nothing was asked. What is none of them is refused, so that nobody takes an empty list for an
/// answer.
///
/// # Errors
/// `BadInput serve.request.word`.
pub(crate) fn closed(asked: Option<String>, all: &[&str]) -> Result<String, Refusal> {
    let asked = asked.unwrap_or_default();
    only(Some(&asked), all)?;
    Ok(asked)
}

/// The same for a filter that is looked at where it stands.
///
/// # Errors
/// As [`closed`].
pub(crate) fn only(asked: Option<&str>, all: &[&str]) -> Result<(), Refusal> {
    match asked {
        Some(asked) if !asked.is_empty() && !all.contains(&asked) => Err(no_word(asked, &all.join(", "))),
        _ => Ok(()),
    }
}

/// The same for a comma list of them.
///
/// # Errors
/// As [`closed`].
pub(crate) fn only_listed(asked: Option<&str>, all: &[&str]) -> Result<(), Refusal> {
    asked.unwrap_or_default().split(',').try_for_each(|one| only(Some(one), all))
}

/// A word that is none of a closed list.
pub(crate) fn no_word(text: &str, list: &str) -> Refusal {
    Refusal::bad_input(
        "serve.request.word",
        format!("“{text}”不在可选项 {list} 中；请重新选择"),
        format!("`{text}` is none of {list}; choose again"),
    )
}

/// What handlers return.
pub(crate) type Answer<T> = Result<T, Problem>;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// The status of a refusal. 401 is for a session that is not there, and for nothing else: pages ask to sign in again on it.
fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal.kind {
        _ if refusal.code.starts_with("access.session.") => StatusCode::UNAUTHORIZED,
        _ if refusal.code == "serve.request.too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        _ if refusal.code == "access.sign_in.too_many" => StatusCode::TOO_MANY_REQUESTS,
        Kind::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Bug => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn title(status: StatusCode, lang: Lang) -> &'static str {
    let (zh, en) = match status {
        StatusCode::UNAUTHORIZED => ("请先登录", "Sign in first"),
        StatusCode::FORBIDDEN => ("没有权限", "Not allowed"),
        StatusCode::NOT_FOUND => ("没有找到", "Not found"),
        StatusCode::CONFLICT => ("与现状冲突", "In conflict with what is there"),
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => ("内容有误", "Wrong content"),
        StatusCode::PAYLOAD_TOO_LARGE => ("文件过大", "Too large"),
        StatusCode::TOO_MANY_REQUESTS => ("请稍后再试", "Wait a while"),
        StatusCode::SERVICE_UNAVAILABLE => ("暂时不可用", "Unavailable for now"),
        _ => ("系统出错", "Something failed"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Gives every request a name, every refusal its document, and every answer the headers browsers protect people with.
pub(crate) async fn dress(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let trace = desk.next_trace();
    let lang = language(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = desk.db.now_us();
    let mut response = next.run(request).await;
    desk.counters.request(response.status(), desk.db.now_us() - began);
    if let Some(refusal) = response.extensions_mut().remove::<Arc<Refusal>>() {
        response = problem(&refusal, lang, &trace);
        if response.status().is_server_error() {
            tracing::error!(%trace, %method, %path, code = refusal.code, "{}", refusal.text.en);
        }
    } else if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        response = problem(&bug("a request ended without an answer"), lang, &trace);
    } else if response.status().is_client_error() && path.starts_with("/api/") {
        // What the framework refuses by itself: a method no operation has, an address that is no text.
        response = problem(&nowhere(), lang, &trace);
    }
    let status = response.status().as_u16();
    tracing::info!(%trace, %method, %path, status, micros = desk.db.now_us() - began, "request");
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&trace) {
        headers.insert(TRACE, value);
    }
    for (name, value) in PROTECTION {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Ant Design writes styles into the page; everything else comes from files of our own.
const PROTECTION: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=()"),
];

fn problem(refusal: &Refusal, lang: Lang, trace: &str) -> Response {
    let status = status_of(refusal);
    let details = ProblemDetails {
        kind: format!("urn:qudao:{}", refusal.code),
        title: title(status, lang).to_owned(),
        status: status.as_u16(),
        code: refusal.code.to_owned(),
        detail: refusal.text.get(lang).to_owned(),
        trace_id: trace.to_owned(),
    };
    let body = serde_json::to_vec(&details).unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Body::from(body)).into_response()
}

/// Refuses what another site made a browser send.
pub(crate) async fn ours_only(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || request.headers().contains_key(OURS) {
        return next.run(request).await;
    }
    Problem(Refusal::new(
        Kind::Forbidden,
        "serve.request.foreign",
        "请求缺少 X-Qudao 请求头，已拒绝；请从本系统的页面操作，接口调用请带上该请求头",
        "the request lacks the header X-Qudao and was refused; use the pages of this system, or send the header",
    ))
    .into_response()
}

/// The language of a request.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if asked.trim_start().to_ascii_lowercase().starts_with("en") { Lang::En } else { Lang::Zh }
}

/// The language asked for, as an argument of a handler.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language(pub(crate) Lang);

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(language(&parts.headers)))
    }
}

/// The key under which a command may arrive twice and happens once.
#[derive(Debug, Clone)]
pub(crate) struct OnceKey(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for OnceKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or("");
        if (8..=100).contains(&key.len()) {
            return Ok(Self(key.to_owned()));
        }
        Err(Problem(Refusal::bad_input(
            "serve.request.no_key",
            "请求缺少 Idempotency-Key（8 至 100 个字符）；同一操作重发时用同一个编号，就只执行一次",
            "the request lacks an Idempotency-Key of 8 to 100 characters; the same key sent again does nothing twice",
        )))
    }
}

/// The version of a record the sender saw: `If-Match: "3"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IfMatch(pub(crate) u32);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let sent = parts.headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()).unwrap_or("");
        sent.trim_matches('"').parse().map(Self).map_err(|_| {
            Problem(Refusal::bad_input(
                "serve.request.no_version",
                "请求缺少 If-Match（看到的版本号）；请刷新页面后重试",
                "the request lacks If-Match, the version that was seen; reload the page and try again",
            ))
        })
    }
}

/// What names an act on a record: its id in the path, the version that was seen, the key of the request.
#[derive(Debug)]
pub(crate) struct Act {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) key: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Act {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Seen { id, version } = Seen::from_request_parts(parts, state).await?;
        let OnceKey(key) = OnceKey::from_request_parts(parts, state).await?;
        Ok(Self { id, version, key })
    }
}

/// A record and the version of it that was seen, for what does nothing twice by itself.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) version: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::from_request_parts(parts, state).await.map_err(|_| {
            Problem(Refusal::bad_input(
                "serve.request.path",
                "地址中的编号无法读取；请从列表重新打开",
                "the id in the address cannot be read; open it from the list again",
            ))
        })?;
        let IfMatch(version) = IfMatch::from_request_parts(parts, state).await?;
        Ok(Self { id, version })
    }
}

/// JSON sent by a client. What it cannot be read for is told in words of ours.
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> axum::extract::FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|_| too_large())?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            Problem(Refusal::bad_input(
                "serve.request.body",
                format!("提交的内容无法读取：{error}；请刷新页面后重试"),
                format!("what was sent cannot be read: {error}; reload the page and try again"),
            ))
        })
    }
}

/// Parameters of an address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|error| {
            Problem(Refusal::bad_input(
                "serve.request.query",
                format!("地址中的条件无法识别：{error}；请重置条件"),
                format!("the conditions in the address cannot be read: {error}; reset them"),
            ))
        })
    }
}

fn nowhere() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.request.nowhere",
        "没有这个接口或地址有误；请对照接口文档",
        "there is no such operation, or its address is wrong; look at the interface's document",
    )
}

pub(crate) fn too_large() -> Problem {
    Problem(Refusal::bad_input(
        "serve.request.too_large",
        "提交的内容过大或中断；请分成较小的文件再传",
        "what was sent is too large or broke off; send smaller files",
    ))
}

pub(crate) fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "serve.failed",
        format!("系统出错：{why}；请把追踪号告诉管理员"),
        format!("something failed: {why}; tell an administrator the trace id"),
    )
}

/// Where to go on in a list, and how far.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The `next` of the page before.
    pub(crate) after: Option<String>,
    /// Most rows, at most 500; 50 where absent.
    pub(crate) limit: Option<usize>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// Rows.
    pub(crate) items: Vec<T>,
    /// Send it as `after` for the next part; absent at the end.
    #[schema(required)]
    pub(crate) next: Option<String>,
    /// Rows of all parts together.
    pub(crate) total: usize,
}

impl<T> Page<T> {
    /// The part of a list that never changes: a place in it is a stable key.
    pub(crate) fn of(paging: &Paging, all: usize, rows: impl Iterator<Item = T>) -> Self {
        let from = paging.from();
        let limit = paging.limit();
        let items: Vec<T> = rows.skip(from).take(limit).collect();
        let end = from + items.len();
        Self { items, next: (end < all).then(|| end.to_string()), total: all }
    }

    /// The same part, its rows made into others.
    pub(crate) fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(make).collect(), next: self.next, total: self.total }
    }
}

impl Paging {
    /// How many rows the parts before had.
    pub(crate) fn from(&self) -> usize {
        self.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS)
    }
}

/// Work that reads files or counts long: on a thread of its own, so that others are answered meanwhile.
pub(crate) async fn heavy<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Answer<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))?.map_err(Problem)
}

/// A file to be kept under a name.
pub(crate) fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
