//! A worker's side of the talk.

use super::protocol::{Ask, Asked, Delivered, FOLDERS, Hello, LOST, PIECE, PROGRAM, PROTOCOL, Run, Sent, Told};
use crate::say;
use qudao_kernel::Refusal;
use qudao_platform::hash::sha256;
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Longest one request may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Talks to one coordinator.
#[derive(Clone)]
pub(super) struct Client {
    handle: Handle,
    http: reqwest::Client,
    base: Arc<str>,
    secret: Arc<str>,
    /// Name of this worker.
    pub(super) name: Arc<str>,
}

fn unreachable(why: &str) -> Refusal {
    Refusal::unavailable(
        "cluster.unreachable",
        format!("协调端没有正常应答（{why}）；请检查地址和网络"),
        format!("the coordinator does not answer as it should: {why}; check address and network"),
    )
}

fn bytes_of(value: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value).map_err(|error| unreachable(&error.to_string()))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| unreachable(&error.to_string()))
}

impl Client {
    /// A client for the coordinator at an address such as `http://10.0.0.5:7010`.
    ///
    /// # Errors
    /// There is no network to speak of.
    pub(super) fn new(handle: Handle, coordinator: &str, secret: &str, name: &str) -> Result<Self, Refusal> {
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        let http = http.map_err(|error| unreachable(&error.to_string()))?;
        let base = format!("{}/cluster/v1", coordinator.trim_end_matches('/'));
        Ok(Self { handle, http, base: base.into(), secret: secret.into(), name: name.into() })
    }

    async fn call(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let asking = self.http.request(method, format!("{}/{path}", self.base)).bearer_auth(&*self.secret);
        let asking = asking.header("content-type", "application/json").header("x-qudao-worker", &*self.name);
        let answer = asking.body(body).send().await.map_err(|error| unreachable(&error.to_string()))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| unreachable(&error.to_string()))?.to_vec();
        if status == StatusCode::OK {
            return Ok(bytes);
        }
        match serde_json::from_slice::<Told>(&bytes) {
            Ok(told) => Err(told.into()),
            Err(_) => Err(unreachable(&status.to_string())),
        }
    }

    fn wait(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        self.handle.block_on(self.call(method, path, body))
    }

    /// Introduces this worker; the run there is.
    ///
    /// # Errors
    /// Nobody answers, the secret is another one, or the versions do not fit.
    pub(super) fn hello(&self) -> Result<Run, Refusal> {
        let hello = Hello { protocol: PROTOCOL, program: PROGRAM.to_owned(), worker: self.name.to_string() };
        read(&self.wait(Method::POST, "hello", bytes_of(&hello)?)?)
    }

    /// Asks for work on a run.
    ///
    /// # Errors
    /// Nobody answers.
    pub(super) fn ask(&self, run: &str) -> Result<Asked, Refusal> {
        let ask = Ask { run: run.to_owned(), worker: self.name.to_string() };
        read(&self.wait(Method::POST, "ask", bytes_of(&ask)?)?)
    }

    /// What all ranges of a pass are settled by.
    ///
    /// # Errors
    /// Nobody answers, or the pass is over.
    pub(super) fn step(&self, pass: usize) -> Result<String, Refusal> {
        let bytes = self.wait(Method::GET, &format!("steps/{pass}"), Vec::new())?;
        String::from_utf8(bytes).map_err(|error| unreachable(&error.to_string()))
    }

    /// Brings an input of so many bytes into a file.
    ///
    /// # Errors
    /// Nobody answers, or the disk fails.
    pub(super) fn input(&self, number: usize, bytes: u64, to: &Path) -> Result<(), Refusal> {
        let mut file = File::create(to).map_err(|error| say::unwritable(to, &error))?;
        let mut at = 0;
        while at < bytes {
            let piece = self.wait(Method::GET, &format!("inputs/{number}?at={at}"), Vec::new())?;
            if piece.is_empty() {
                return Err(unreachable(&format!("{} ended after {at} of {bytes} bytes", to.display())));
            }
            file.write_all(&piece).map_err(|error| say::unwritable(to, &error))?;
            at += piece.len() as u64;
        }
        Ok(())
    }

    /// Keeps a lease until the task is aborted or the lease is gone.
    pub(super) fn keep(&self, lease: &str, every: Duration) -> JoinHandle<()> {
        let (client, path) = (self.clone(), format!("leases/{lease}/keep"));
        self.handle.spawn(async move {
            let mut beats = tokio::time::interval(every);
            beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                beats.tick().await;
                // Where nobody answers the lease may still hold at the next beat.
                if client.call(Method::POST, &path, Vec::new()).await.is_err_and(|refusal| refusal.code == LOST) {
                    return;
                }
            }
        })
    }

    /// Sends what a range left in a folder, and says so.
    ///
    /// # Errors
    /// Nobody answers, the lease is gone, or a file cannot be read.
    pub(super) fn deliver(&self, lease: &str, folder: &Path, mut delivered: Delivered) -> Result<(), Refusal> {
        for kind in FOLDERS {
            let part = folder.join(kind);
            let mut paths = Vec::new();
            for entry in std::fs::read_dir(&part).map_err(|error| say::unreadable(&part, &error))? {
                paths.push(entry.map_err(|error| say::unreadable(&part, &error))?.path());
            }
            paths.sort();
            for path in paths {
                let name = format!("{kind}/{}", path.file_name().unwrap_or_default().to_string_lossy());
                let bytes = std::fs::read(&path).map_err(|error| say::unreadable(&path, &error))?;
                let mut at = 0;
                // An empty file is sent as well.
                loop {
                    let piece = &bytes[at..bytes.len().min(at + PIECE)];
                    self.wait(Method::PUT, &format!("leases/{lease}/files/{name}?at={at}"), piece.to_vec())?;
                    at += piece.len();
                    if at >= bytes.len() {
                        break;
                    }
                }
                delivered.files.push(Sent { name, bytes: bytes.len() as u64, sha256: sha256(&bytes) });
            }
        }
        self.wait(Method::POST, &format!("leases/{lease}/done"), bytes_of(&delivered)?).map(drop)
    }

    /// Says why a range could not be settled.
    ///
    /// # Errors
    /// Nobody answers, or the lease is gone.
    pub(super) fn failed(&self, lease: &str, refusal: &Refusal) -> Result<(), Refusal> {
        self.wait(Method::POST, &format!("leases/{lease}/failed"), bytes_of(&Told::from(refusal))?).map(drop)
    }
}
