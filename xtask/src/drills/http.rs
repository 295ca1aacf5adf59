//! The little of HTTP a drill needs: a request, its answer, one connection each.

use crate::shell::Done;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Longest a request may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody who asks.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    place: String,
    cookie: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The answer, if it has this status.
    pub(crate) fn must_be(self, status: u16, what: &str) -> Done<Self> {
        if self.status == status {
            return Ok(self);
        }
        Err(format!("{what}: answered {} instead of {status}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

impl Client {
    pub(crate) fn new(place: &str) -> Self {
        Self { place: place.to_owned(), cookie: None }
    }

    /// The same person at another place: sessions are kept with the house.
    pub(crate) fn moved(&self, place: &str) -> Self {
        Self { place: place.to_owned(), cookie: self.cookie.clone() }
    }

    pub(crate) fn sign_in(mut self, login: &str, password: &str) -> Done<Self> {
        let body = serde_json::json!({ "login": login, "password": password }).to_string();
        let answer = self.send("POST", "/api/v1/session", &[], body.as_bytes())?.must_be(200, login)?;
        let cookie = answer.headers.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next().unwrap_or_default().to_owned())
        });
        self.cookie = Some(cookie.ok_or("no cookie came with the session")?);
        Ok(self)
    }

    /// Something that is read.
    pub(crate) fn get(&self, path: &str) -> Done<Value> {
        Ok(self.send("GET", &format!("/api/v1{path}"), &[], b"")?.must_be(200, path)?.json())
    }

    /// Something that is done, on a version that was seen.
    pub(crate) fn post(&self, path: &str, version: u64, body: &Value) -> Done<Answer> {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let key = format!("drill-{}-{:08}", std::process::id(), KEYS.fetch_add(1, Ordering::Relaxed));
        let version = format!("\"{version}\"");
        let headers = [("Idempotency-Key", key.as_str()), ("If-Match", version.as_str()), ("Content-Type", "application/json")];
        self.send("POST", &format!("/api/v1{path}"), &headers, body.to_string().as_bytes())
    }

    /// A file that is brought.
    pub(crate) fn bring(&self, path: &str, bytes: &[u8]) -> Done<Answer> {
        self.send("POST", &format!("/api/v1{path}"), &[("Content-Type", "application/octet-stream")], bytes)
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Done<Answer> {
        let failed = |error: std::io::Error| format!("{method} {path}: {error}");
        let mut link = TcpStream::connect(&self.place).map_err(failed)?;
        link.set_read_timeout(Some(PATIENCE)).and_then(|()| link.set_write_timeout(Some(PATIENCE))).map_err(failed)?;
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Qudao: 1\r\nAccept-Language: en\r\n", self.place);
        for (name, value) in headers.iter().copied().chain(self.cookie.as_deref().map(|cookie| ("Cookie", cookie))) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.extend(["Content-Length: ", &body.len().to_string(), "\r\n\r\n"]);
        link.write_all(head.as_bytes()).and_then(|()| link.write_all(body)).map_err(failed)?;
        let mut told = Vec::new();
        link.read_to_end(&mut told).map_err(failed)?;
        answer(&told).ok_or_else(|| format!("{method} {path}: the connection ended before an answer came"))
    }
}

/// Status, headers and body of what came over a connection; `None` of less than a whole answer.
fn answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let headers = String::from_utf8_lossy(&bytes[..end]).replace("\r\n", "\n");
    let status = headers.split(' ').nth(1)?.parse().ok()?;
    let rest = &bytes[end + 4..];
    let value = |wanted: &str| {
        headers.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let body = if value("transfer-encoding").is_some_and(|how| how.contains("chunked")) {
        chunked(rest)?
    } else {
        let length = value("content-length").map_or(Some(rest.len()), |length| length.parse().ok())?;
        rest.get(..length)?.to_vec()
    };
    Some(Answer { status, headers, body })
}

fn chunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_whole_or_none() {
        let told = |text: &str| answer(text.as_bytes()).map(|found| (found.status, String::from_utf8(found.body).unwrap()));
        assert_eq!(told("HTTP/1.1 204 No Content\r\nx-a: b\r\n\r\n"), Some((204, String::new())));
        assert_eq!(told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), Some((200, "{}".into())));
        assert_eq!(told("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"), None, "cut off");
        assert_eq!(told("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), Some((200, "abc".into())));
        assert_eq!(told("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), None);
        assert_eq!(told("HTTP/1.1 200"), None);
    }
}
