//! The real server over a small demo, asked as a client asks.

use crate::county;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Everybody's password in the demo.
pub(crate) const PASSWORD: &str = "qudao-demo-2026";
/// One login for each role of the standard set.
pub(crate) const LOGINS: [&str; 14] = [
    "admin",
    "leader",
    "supervisor",
    "channel",
    "marketing",
    "system",
    "settlement",
    "service",
    "supply",
    "auditor",
    "partner",
    "store",
    "clerk",
    "ad",
];

/// A running server; it ends with this.
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    pub(crate) home: Arc<tempfile::TempDir>,
    client: Client,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }
}

impl Served {
    /// Serves the demo of a county.
    pub(crate) fn county() -> Self {
        Self::county_with(&[])
    }

    /// The same with more flags.
    pub(crate) fn county_with(more: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        county::lay(home.path());
        Self::start(Arc::new(home), more)
    }

    /// Makes the demo of a county on a database of its own, and serves it under a name among several servers.
    pub(crate) fn county_on(db: &str, name: &str) -> Self {
        Self::start(Arc::new(tempfile::tempdir().unwrap()), &["--db", db, "--node", name])
    }

    /// Another server on the same folder and database.
    pub(crate) fn beside(&self, db: &str, name: &str) -> Self {
        Self::start(Arc::clone(&self.home), &["--db", db, "--node", name])
    }

    /// Asks it to end, as whoever runs it does, and waits for that.
    pub(crate) fn stop(mut self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    /// Its exit code, once it has ended.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().and_then(|status| status.code())
    }

    /// Makes the demo of a county in a folder that has none yet, and serves it.
    pub(crate) fn start(home: Arc<tempfile::TempDir>, more: &[&str]) -> Self {
        let args = ["serve", "--demo", "--scale", "county", "--listen", "127.0.0.1:0", "--quiet", "--home"];
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut child = Command::new(env!("CARGO_BIN_EXE_qudao"))
            .args(args)
            .arg(home.path())
            .args(more)
            .current_dir(root)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // What the demo tells of itself comes before the address. The pipe stays open for what is said later.
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let url = said.by_ref().find(|line| line.starts_with("http://")).expect("the server did not start");
        std::thread::spawn(move || said.for_each(drop));
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_mins(1)).build().unwrap();
        Self { child, url: url.trim().trim_end_matches('/').to_owned(), home, client }
    }

    /// The folder it works on.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A request of our own pages.
    pub(crate) fn request(&self, method: &Method, path: &str, cookie: Option<&str>) -> RequestBuilder {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let request = self.client.request(method.clone(), format!("{}{path}", self.url)).header("x-qudao", "1");
        let request = request.header("idempotency-key", format!("test-{:08}", KEYS.fetch_add(1, Ordering::Relaxed)));
        match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// The cookie of a fresh session.
    pub(crate) async fn sign_in(&self, login: &str) -> String {
        let body = serde_json::json!({ "login": login, "password": PASSWORD }).to_string();
        let answer = self.request(&Method::POST, "/api/v1/session", None).body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{login} signs in");
        answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        send(self.request(&Method::GET, path, Some(cookie))).await
    }
}

/// Sends; a stream of events is not waited for.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let mut answer = request.send().await.unwrap();
    let status = answer.status();
    let kind = answer.headers().get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
    let text = if kind.starts_with("text/event-stream") {
        answer.chunk().await.unwrap().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    } else {
        String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned()
    };
    Answer { status, kind, text }
}

/// The interface's own document.
pub(crate) fn document() -> Value {
    let printed = Command::new(env!("CARGO_BIN_EXE_qudao")).arg("openapi").output().unwrap();
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// An operation of the document.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) about: Value,
    /// Names in `x-permission`: one, several of which one is enough, or none where the extension is missing.
    pub(crate) permissions: Vec<String>,
}

impl Operation {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path.trim_start_matches("/api/v1"))
    }

    pub(crate) fn needs(&self, name: &str) -> bool {
        self.permissions.iter().any(|permission| permission == name)
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = &Value> {
        let all = self.about["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        all.iter().filter(move |parameter| parameter["in"] == place)
    }

    /// The address with something plausible in its gaps; `fill` may say what.
    pub(crate) fn address(&self, fill: impl Fn(&str) -> Option<String>) -> String {
        let mut address = self.path.clone();
        while let Some((before, rest)) = address.clone().split_once('{') {
            let (name, after) = rest.split_once('}').unwrap();
            let value = fill(name).unwrap_or_else(|| plausible(name));
            address = format!("{before}{value}{after}");
        }
        let asked = self.parameters("query").filter(|parameter| parameter["required"] == true);
        let asked: Vec<String> = asked
            .map(|parameter| {
                let name = parameter["name"].as_str().unwrap();
                format!("{name}={}", fill(name).unwrap_or_else(|| plausible(name)))
            })
            .collect();
        if asked.is_empty() { address } else { format!("{address}?{}", asked.join("&")) }
    }

    /// A request with everything the document asks for.
    pub(crate) fn request(&self, served: &Served, document: &Value, cookie: Option<&str>, address: &str) -> RequestBuilder {
        let mut request = served.request(&self.method, address, cookie);
        if self.parameters("header").any(|parameter| parameter["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("if-match"))) {
            request = request.header("if-match", "\"1\"");
        }
        let Some(content) = self.about["requestBody"]["content"].as_object() else { return request };
        let (kind, about) = content.iter().next().unwrap();
        match kind.as_str() {
            "application/json" => request.header("content-type", kind).body(example(document, &about["schema"], "", 0).to_string()),
            "multipart/form-data" => request
                .header("content-type", "multipart/form-data; boundary=b")
                .body("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\nx\r\n--b--\r\n"),
            other => request.header("content-type", other).body("x"),
        }
    }
}

/// All operations, in the order of the document.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_ascii_uppercase().as_bytes()) else { continue };
            let permissions = match &about["x-permission"] {
                Value::String(name) => vec![name.clone()],
                Value::Array(names) => names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            };
            all.push(Operation { method, path: path.clone(), about: about.clone(), permissions });
        }
    }
    all
}

/// Something that may stand where a name like this stands, and names nothing there is.
fn plausible(name: &str) -> String {
    match name {
        "period" | "month" | "from_month" | "to_month" => "2020-01",
        "day" | "on" | "from" | "to" | "date" => "2026-09-01",
        "version" | "number" | "index" | "seq" | "line_no" | "total" => "1",
        _ => "nothing-like-it",
    }
    .to_owned()
}

/// A value of a schema: what is required, and no more.
fn example(document: &Value, schema: &Value, name: &str, depth: u32) -> Value {
    if let Some(place) = schema["$ref"].as_str() {
        let known = &document["components"]["schemas"][place.rsplit('/').next().unwrap()];
        return if depth > 6 { Value::Null } else { example(document, known, name, depth + 1) };
    }
    for kind in ["oneOf", "anyOf", "allOf"] {
        if let Some(choice) = schema[kind].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
            return example(document, choice, name, depth);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array().and_then(|kinds| kinds[0].as_str()));
    match kind {
        Some("string") => Value::String(plausible(name)),
        Some("integer" | "number") => Value::from(1),
        Some("boolean") => Value::Bool(false),
        Some("array") => Value::Array(Vec::new()),
        _ => {
            let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), example(document, &schema["properties"][name], name, depth + 1))).collect()
        }
    }
}
