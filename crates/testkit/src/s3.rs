//! As much of an S3-compatible server as the store speaks to: objects in memory, one thread for each connection.

#![expect(clippy::unwrap_used, reason = "a request the store does not make ends the test")]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    parts: usize,
    /// How many more objects are taken; all where absent.
    takes: Option<usize>,
}

/// The server; it goes with the process.
pub struct FakeS3 {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct Request {
    method: String,
    path: String,
    query: HashMap<String, String>,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl FakeS3 {
    /// Starts a server on a free port of this machine.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, state) = (stream.unwrap(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { port, state }
    }

    /// Its address.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Buckets and keys of all objects, as paths.
    ///
    /// # Panics
    /// Like all below: if a request panicked.
    pub fn keys(&self) -> Vec<String> {
        self.state.lock().unwrap().objects.keys().cloned().collect()
    }

    /// Takes this many objects more, then says that the key may not.
    pub fn deny_after(&self, takes: usize) {
        self.state.lock().unwrap().takes = Some(takes);
    }

    /// Spoils an object: its first byte is another one.
    pub fn spoil(&self, key: &str) {
        let mut state = self.state.lock().unwrap();
        state.objects.get_mut(key).unwrap()[0] ^= 0xff;
    }

    /// Takes everything again.
    pub fn allow(&self) {
        self.state.lock().unwrap().takes = None;
    }

    /// How many parts of large objects came.
    pub fn parts(&self) -> usize {
        self.state.lock().unwrap().parts
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read_request(&mut reader) {
        let (status, headers, body) = answer(&request, &mut state.lock().unwrap());
        let length = if request.method == "HEAD" {
            headers.iter().find(|(name, _)| *name == "Content-Length").map_or(0, |(_, value)| value.parse().unwrap())
        } else {
            body.len()
        };
        let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n");
        for (name, value) in headers.iter().filter(|(name, _)| *name != "Content-Length") {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path: decode(path.trim_start_matches('/')), query, headers, body })
}

fn decode(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&[*high, *low]).unwrap(), 16).unwrap());
                rest = after;
            }
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

fn answer(request: &Request, state: &mut State) -> Answer {
    let key = request.path.clone();
    let etag = || ("ETag", "\"e\"".to_owned());
    let xml = |body: String| (200, vec![("Content-Type", "application/xml".to_owned())], body.into_bytes());
    let query = |name: &str| request.query.get(name).cloned();
    if let ("PUT", Some(takes)) = (request.method.as_str(), &mut state.takes) {
        if *takes == 0 {
            return (403, vec![], Vec::new());
        }
        *takes -= 1;
    }
    match request.method.as_str() {
        "PUT" => match (query("uploadId"), query("partNumber")) {
            (Some(upload), Some(number)) => {
                state.parts += 1;
                state.uploads.entry(upload).or_default().insert(number.parse().unwrap(), request.body.clone());
                (200, vec![etag()], Vec::new())
            }
            _ if request.headers.contains_key("if-none-match") && state.objects.contains_key(&key) => (412, vec![], Vec::new()),
            _ => {
                state.objects.insert(key, request.body.clone());
                (200, vec![etag()], Vec::new())
            }
        },
        "POST" if request.query.contains_key("uploads") => {
            let upload = format!("u{}", state.uploads.len());
            state.uploads.insert(upload.clone(), BTreeMap::new());
            xml(format!(
                "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        "POST" if request.query.contains_key("delete") => {
            let body = String::from_utf8(request.body.clone()).unwrap();
            let bucket = key.trim_end_matches('/').to_owned();
            let mut deleted = String::new();
            for name in body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
                state.objects.remove(&format!("{bucket}/{name}"));
                let _ = write!(deleted, "<Deleted><Key>{name}</Key></Deleted>");
            }
            xml(format!("<DeleteResult>{deleted}</DeleteResult>"))
        }
        "POST" => {
            let upload = query("uploadId").unwrap();
            let parts = state.uploads.remove(&upload).unwrap();
            state.objects.insert(key, parts.into_values().flatten().collect());
            xml("<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>".to_owned())
        }
        "DELETE" => {
            state.objects.remove(&key);
            (204, vec![], Vec::new())
        }
        "GET" if request.query.contains_key("list-type") => {
            let bucket = key.trim_end_matches('/').to_owned();
            let prefix = format!("{bucket}/{}", query("prefix").unwrap_or_default());
            let mut body = "<ListBucketResult>".to_owned();
            for (name, bytes) in state.objects.iter().filter(|(name, _)| name.starts_with(&prefix)) {
                let name = &name[bucket.len() + 1..];
                let _ = write!(
                    body,
                    "<Contents><Key>{name}</Key><LastModified>2026-08-01T00:00:00.000Z</LastModified><ETag>e</ETag><Size>{}</Size></Contents>",
                    bytes.len()
                );
            }
            xml(body + "</ListBucketResult>")
        }
        _ => get(request, state.objects.get(&key)),
    }
}

fn get(request: &Request, object: Option<&Vec<u8>>) -> Answer {
    let Some(bytes) = object else { return (404, vec![], Vec::new()) };
    let mut headers = vec![("ETag", "\"e\"".to_owned()), ("Last-Modified", "Sat, 01 Aug 2026 00:00:00 GMT".to_owned())];
    if let Some(range) = request.headers.get("range").and_then(|range| range.strip_prefix("bytes=")) {
        let (first, last) = range.split_once('-').unwrap();
        let first: usize = first.parse().unwrap();
        let last = last.parse().unwrap_or(bytes.len() - 1).min(bytes.len() - 1);
        headers.push(("Content-Range", format!("bytes {first}-{last}/{}", bytes.len())));
        return (206, headers, bytes[first..=last].to_vec());
    }
    headers.push(("Content-Length", bytes.len().to_string()));
    let body = if request.method == "HEAD" { Vec::new() } else { bytes.clone() };
    (200, headers, body)
}
