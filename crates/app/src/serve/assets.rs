//! The console at `/`, the phone pages at `/m/`: files that were built from `web/` and are part of the binary.

use super::web::Problem;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_kernel::{Kind, Refusal};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Pages;

/// What stands where pages were not built: work on the server needs no Node.
const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>渠道 Qudao</title><p>服务已启动，页面尚未构建：在 web/ 运行 npm ci && npm run build。<p>The server runs; its pages were not built: npm ci &amp;&amp; npm run build in web/.";

/// Answers whatever no route took.
pub(crate) async fn page(request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return Problem::from(Refusal::new(Kind::NotFound, "serve.route.none", "没有这个接口地址", "there is no such address"))
            .into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(response) = file(name, request.headers()) {
        return response;
    }
    // A missing file is missing: answering it with a page would hide a broken release from the browser and its worker.
    if name.contains("assets/") || name.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let entry = if name == "m" || name.starts_with("m/") { "m/index.html" } else { "index.html" };
    file(entry, request.headers()).unwrap_or_else(|| {
        (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], NOT_BUILT)
            .into_response()
    })
}

fn file(name: &str, asked: &HeaderMap) -> Option<Response> {
    let file = Pages::get(name)?;
    let hash = file.metadata.sha256_hash();
    let tag = format!("\"{:016x}\"", hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
    // Names of assets hold a hash of their content.
    let keep = if name.contains("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    if asked.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes()) {
        return Some((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let kind = file.metadata.mimetype().to_owned();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag)];
    Some((headers, Body::from(file.data.into_owned())).into_response())
}
