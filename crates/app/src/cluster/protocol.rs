//! What coordinator and workers say to each other: JSON over HTTP, under `/cluster/v1`, with a secret both know.
//!
//! | request | says | answer |
//! |---|---|---|
//! | `POST hello` | [`Hello`] | [`Run`], or why the two do not fit |
//! | `GET inputs/{number}?at=N` | – | the next bytes of an input |
//! | `POST ask` | [`Ask`] | [`Asked`] |
//! | `GET steps/{pass}` | – | what all ranges of a pass are settled by |
//! | `POST leases/{lease}/keep` | – | nothing, or that it is gone |
//! | `PUT leases/{lease}/files/{folder}/{file}?at=N` | bytes | likewise |
//! | `POST leases/{lease}/done` | [`Delivered`] | likewise |
//! | `POST leases/{lease}/failed` | [`Told`] | likewise |

use crate::say;
use qudao_kernel::facts::Table;
use qudao_kernel::{Kind, Month, Refusal};
use qudao_platform::hash::{Fields, sha256};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Raised whenever one side would not understand the other.
pub(super) const PROTOCOL: u32 = 1;
/// Version of the program.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");
/// Variable both sides take the secret from.
const SECRET: &str = "QUDAO_CLUSTER_SECRET";
/// Fewest characters of a secret.
const SHORTEST: usize = 16;
/// Most bytes of a request or an answer.
pub(super) const PIECE: usize = 4 << 20;
/// Code of a lease that is gone.
pub(super) const LOST: &str = "cluster.lease.lost";
/// Folders of what a range leaves.
pub(super) const FOLDERS: [&str; 4] = ["lines", "obligations", "reasons", "kept"];

/// A worker introduces itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) protocol: u32,
    pub(super) program: String,
    pub(super) worker: String,
}

/// What an input is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Policy,
    Master,
    Fact(Table),
    /// Lines of earlier months.
    Line,
    /// Obligations of the month before.
    Obligation,
    /// Of facts with several versions, the one that counts.
    Latest,
}

/// A file a run reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) role: Role,
    /// Name within its kind; of a fact file its path in the store.
    pub(super) name: String,
    pub(super) bytes: u64,
    /// Hash: of the whole file, of a Parquet file of its end, which describes all of it.
    pub(super) seal: String,
    /// Where it lies on the coordinator's machine, and on a worker's if they share a folder.
    pub(super) place: PathBuf,
}

/// A run, and all it stands on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Run {
    /// Hash of all the rest but places.
    pub(super) id: String,
    pub(super) period: Month,
    pub(super) inputs: Vec<Input>,
}

impl Run {
    /// A run over inputs; `basis` is what it depends on besides, such as how ranges are cut.
    pub(super) fn new(period: Month, basis: &str, inputs: Vec<Input>) -> Self {
        let mut fields = Fields::new().text(PROGRAM).text(basis).text(&period.to_string());
        for input in &inputs {
            fields = fields.text(&format!("{:?}", input.role)).text(&input.name).text(&input.bytes.to_string()).text(&input.seal);
        }
        Self { id: fields.finish(), period, inputs }
    }
}

/// A worker asks for work.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask {
    pub(super) run: String,
    pub(super) worker: String,
}

/// What it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    /// A range to settle.
    Work(Work),
    /// Nothing is open at the moment.
    Wait,
    /// This run is over.
    Ended,
    /// It is another run by now.
    Other,
}

/// A range to settle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) lease: String,
    /// How long the lease holds unless it is kept.
    pub(super) lease_ms: u64,
    pub(super) pass: usize,
    pub(super) index: usize,
    pub(super) range: String,
}

/// A file of a settled range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// Folder and file.
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A range is settled and all of it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delivered {
    pub(super) files: Vec<Sent>,
    /// Bytes the worker's process has read so far, from disks and from the network.
    pub(super) read: u64,
    /// How long settling took.
    pub(super) busy_ms: u64,
}

/// A refusal on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    /// Its exit code.
    pub(super) kind: u8,
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
}

/// Codes that the other side must recognise.
const CODES: [&str; 9] = [
    LOST,
    "cluster.version",
    "cluster.secret",
    "cluster.ended",
    "engine.settle.moved",
    "engine.settle.overflow",
    "engine.settle.version_missing",
    "engine.settle.disk",
    "engine.columnar.failed",
];

impl From<&Refusal> for Told {
    fn from(refusal: &Refusal) -> Self {
        Self { kind: say::exit_code(refusal.kind), code: refusal.code.to_owned(), zh: refusal.text.zh.clone(), en: refusal.text.en.clone() }
    }
}

impl From<Told> for Refusal {
    fn from(told: Told) -> Self {
        let kind = match told.kind {
            2 => Kind::BadInput,
            3 => Kind::NotFound,
            4 => Kind::Conflict,
            5 => Kind::Unavailable,
            _ => Kind::Bug,
        };
        match CODES.iter().copied().find(|code| *code == told.code) {
            Some(code) => Refusal::new(kind, code, told.zh, told.en),
            None => Refusal::new(kind, "cluster.refused", format!("{}（{}）", told.zh, told.code), format!("{} ({})", told.en, told.code)),
        }
    }
}

/// The secret of the cluster, from the environment: other users of a machine see the command line.
pub(super) fn secret() -> Result<String, Refusal> {
    std::env::var(SECRET).ok().filter(|secret| secret.chars().count() >= SHORTEST).ok_or_else(|| {
        Refusal::bad_input(
            "cluster.secret.none",
            format!("请在环境变量 {SECRET} 中给出集群密钥（至少 {SHORTEST} 个字符），协调端与各工作端相同"),
            format!("set {SECRET} to a secret of at least {SHORTEST} characters, the same for coordinator and workers"),
        )
    })
}

/// Whether a header names the secret; hashes are compared, so that time tells nothing of it.
pub(super) fn knows(secret: &str, header: &str) -> bool {
    header.strip_prefix("Bearer ").is_some_and(|named| sha256(named) == sha256(secret))
}

/// Compares versions of the two sides.
pub(super) fn fits(hello: &Hello) -> Result<(), Refusal> {
    if (hello.protocol, hello.program.as_str()) == (PROTOCOL, PROGRAM) {
        return Ok(());
    }
    let (worker, program) = (&hello.worker, &hello.program);
    Err(Refusal::new(
        Kind::Conflict,
        "cluster.version",
        format!("工作端 {worker} 是 qudao {program}，协调端是 {PROGRAM}：版本不同，结果可能不同，因此不分配工作；请装成同一版本"),
        format!(
            "worker {worker} is qudao {program}, the coordinator is {PROGRAM}: another version may give other results, so it is given no work; install the same version"
        ),
    ))
}

/// The refusal of a lease that is gone.
pub(super) fn lost(lease: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        LOST,
        format!("租约 {lease} 已失效，这一区段已交给别的工作端；结果不采用"),
        format!("lease {lease} is gone and its range was given to somebody else; what was sent for it is not used"),
    )
}
