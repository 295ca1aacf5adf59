//! The console at `/`, the phone pages at `/m/`: files that were built from `web/` and are part of the binary.

use super::web::Problem;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use qudao_kernel::{Kind, Refusal};
use rust_embed::Embed;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex};

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
    let packed = if kind.starts_with("text/") && takes_gzip(asked) { packed(&tag, &file.data) } else { None };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag)];
    let Some(packed) = packed else { return Some((headers, Body::from(file.data.into_owned())).into_response()) };
    let mut response = (headers, Body::from(packed)).into_response();
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Some(response)
}

/// Whether whoever asks takes gzip: named, and not with the weight of nothing.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let encodings = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    encodings.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim() == "gzip" && weight.trim() != "q=0"
    })
}

/// A file as gzip, `None` where it cannot be packed. It is packed when it is first asked for: the same for everybody, and dearer than all else that an answer
/// costs.
fn packed(tag: &str, plain: &[u8]) -> Option<Bytes> {
    static PACKED: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);
    let kept = || PACKED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(bytes) = kept().get(tag) {
        return Some(bytes.clone());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = Bytes::from(encoder.write_all(plain).and_then(|()| encoder.finish()).ok()?);
    kept().insert(tag.to_owned(), bytes.clone());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn gzip_is_taken_where_it_is_named() {
        let takes = |encodings: &str| {
            let mut asked = HeaderMap::new();
            asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(encodings).expect("a header"));
            takes_gzip(&asked)
        };
        assert!(takes("gzip"));
        assert!(takes("br;q=1.0, gzip;q=0.8, *;q=0.1"));
        assert!(takes("deflate, gzip ; q=0.5"));
        assert!(!takes("gzip;q=0"));
        assert!(!takes("br, deflate"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_packed_file_is_the_file_the_second_time_as_well() {
        let plain = "一页".repeat(999);
        let first = packed("\"a test's own\"", plain.as_bytes()).expect("packed");
        let second = packed("\"a test's own\"", b"never looked at again under the same tag").expect("packed");
        assert_eq!(first, second);
        let mut read = String::new();
        GzDecoder::new(&first[..]).read_to_string(&mut read).expect("unpacked");
        assert_eq!(read, plain);
        assert!(first.len() * 10 < plain.len(), "{} of {}", first.len(), plain.len());
    }
}
