//! The inputs of a run: how they are named and sealed, and how a worker comes to have the same.
//!
//! A file that a worker reaches itself, in a fact store of its own or under the path it has on the coordinator's machine, is read where it lies if its seal is that of
//! the run. Any other comes from the coordinator.

use super::client::Client;
use super::protocol::{Input, Role, Run};
use crate::inputs;
use crate::say::{self, Say};
use qudao_engine::facts::{FactFile, FactStore};
use qudao_engine::settle::in_store;
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::hash::{Fields, sha256, sha256_of};
use qudao_policy::model::PolicySet;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// Bytes of the end of a Parquet file that its seal is taken of: what the file holds is described there.
const END: u64 = 64 << 10;

/// Known day of the version that counts, of facts with several.
type Latest = BTreeMap<Table, HashMap<String, Date>>;

/// Length and seal of a file.
fn sealed(role: Role, path: &Path) -> Result<(u64, String), Refusal> {
    let unreadable = |error: std::io::Error| say::unreadable(path, &error);
    let mut file = File::open(path).map_err(unreadable)?;
    match role {
        Role::Policy | Role::Master | Role::Latest => sha256_of(&mut file).map(|(hash, bytes)| (bytes, hash)).map_err(unreadable),
        Role::Fact(_) | Role::Line | Role::Obligation => {
            let bytes = file.metadata().map_err(unreadable)?.len();
            file.seek(SeekFrom::Start(bytes.saturating_sub(END))).map_err(unreadable)?;
            let mut end = Vec::new();
            file.take(END).read_to_end(&mut end).map_err(unreadable)?;
            Ok((bytes, end_sealed(bytes, &end)))
        }
    }
}

/// Seal of a file of so many bytes by its end.
fn end_sealed(bytes: u64, end: &[u8]) -> String {
    Fields::new().text(&bytes.to_string()).text(&sha256(end)).finish()
}

fn input(role: Role, name: String, path: &Path) -> Result<Input, Refusal> {
    let (bytes, seal) = sealed(role, path)?;
    let place = path.canonicalize().map_err(|error| say::unreadable(path, &error))?;
    Ok(Input { role, name, bytes, seal, place })
}

/// What a run reads, as it lies on this machine.
pub(crate) struct Reads<'a> {
    /// Folder of the policies, and their files.
    pub(crate) policies: (&'a Path, Vec<String>),
    /// Folder of the master data, and its files.
    pub(crate) master: (&'a Path, Vec<String>),
    /// What paths of facts are relative to.
    pub(crate) root: &'a Path,
    pub(crate) facts: &'a BTreeMap<Table, Vec<PathBuf>>,
    pub(crate) lines: &'a [PathBuf],
    pub(crate) obligations: &'a [PathBuf],
    pub(crate) latest: &'a Latest,
}

/// Names and seals the inputs of a run. What stands in no file yet is written into `folder`.
pub(super) fn run(period: Month, basis: &str, reads: &Reads<'_>, folder: &Path) -> Result<Run, Refusal> {
    let mut all = Vec::new();
    for (role, (folder, files)) in [(Role::Policy, &reads.policies), (Role::Master, &reads.master)] {
        for file in files {
            all.push(input(role, file.clone(), &folder.join(file))?);
        }
    }
    for (table, files) in reads.facts {
        for path in files {
            let name = path.strip_prefix(reads.root).unwrap_or(path).to_string_lossy().into_owned();
            all.push(input(Role::Fact(*table), name, path)?);
        }
    }
    for (role, files) in [(Role::Line, reads.lines), (Role::Obligation, reads.obligations)] {
        for (number, path) in files.iter().enumerate() {
            all.push(input(role, format!("{number:05}.parquet"), path)?);
        }
    }
    // In order, so that the same versions are the same bytes.
    let latest: BTreeMap<Table, BTreeMap<&str, Date>> =
        reads.latest.iter().map(|(table, days)| (*table, days.iter().map(|(id, day)| (id.as_str(), *day)).collect())).collect();
    say::make_folder(folder)?;
    let path = folder.join("latest.json");
    say::write_json(&path, &latest)?;
    all.push(input(Role::Latest, "latest.json".to_owned(), &path)?);
    Ok(Run::new(period, basis, all))
}

/// The inputs of a run on a worker's machine.
pub(super) struct Given {
    pub(super) policies: PolicySet,
    pub(super) master: Master,
    pub(super) facts: BTreeMap<Table, Vec<PathBuf>>,
    /// The store they lie in, where they are not files of this machine.
    pub(super) store: Option<Box<FactStore>>,
    pub(super) lines: Vec<PathBuf>,
    pub(super) obligations: Vec<PathBuf>,
    pub(super) latest: Latest,
}

/// A fact store a worker has of its own.
enum Own {
    Folder(PathBuf),
    Bucket(Box<FactStore>, BTreeMap<String, FactFile>),
}

impl Own {
    fn open(place: &Path) -> Result<Self, Refusal> {
        if let Some(bucket) = place.to_str().filter(|place| place.starts_with("s3://")) {
            let store = FactStore::open(bucket)?;
            let files = store.latest()?.files.into_iter().map(|file| (file.path.clone(), file)).collect();
            return Ok(Own::Bucket(Box::new(store), files));
        }
        let root = inputs::store_root(place).ok_or_else(|| {
            let name = place.display();
            Refusal::new(
                Kind::NotFound,
                "cluster.facts.none",
                format!("{name} 中没有事实库；请检查 --facts，或不给 --facts，由协调端提供"),
                format!("{name} holds no fact store; check --facts, or leave it away and the coordinator provides the facts"),
            )
        })?;
        Ok(Own::Folder(root))
    }

    fn into_store(self) -> Option<Box<FactStore>> {
        match self {
            Own::Folder(_) => None,
            Own::Bucket(store, _) => Some(store),
        }
    }

    /// The file of a folder; nothing where it does not have it.
    fn find(&self, name: &str) -> Option<PathBuf> {
        match self {
            Own::Folder(root) => Some(root.join(name)).filter(|path| path.is_file()),
            Own::Bucket(..) => None,
        }
    }

    /// Whether all facts of a run can be read in the bucket, in pieces: a scan does not take some from there and some from a folder. One that differs refuses.
    fn holds(&self, run: &Run) -> Result<bool, Refusal> {
        let Own::Bucket(store, files) = self else { return Ok(false) };
        for input in run.inputs.iter().filter(|input| matches!(input.role, Role::Fact(_))) {
            // What an address would write otherwise is fetched.
            let Some(file) = files.get(&input.name).filter(|_| in_store(store, &input.name).is_some()) else { return Ok(false) };
            if file.bytes != input.bytes || end_sealed(file.bytes, &store.end(file, END)?) != input.seal {
                return Err(other_store(&input.name));
            }
        }
        Ok(true)
    }
}

/// Brings the inputs of a run: those at hand as they lie, the others into a folder.
pub(super) fn bring(say: &Say, client: &Client, run: &Run, own: Option<&Path>, folder: &Path) -> Result<Given, Refusal> {
    let own = own.map(Own::open).transpose()?;
    let in_bucket = own.as_ref().map_or(Ok(false), |own| own.holds(run))?;
    let bar = say.bar("取输入", "fetching inputs");
    bar.set_length(run.inputs.iter().map(|input| input.bytes).sum());
    let (mut facts, mut lines, mut obligations) = (BTreeMap::<Table, Vec<PathBuf>>::new(), Vec::new(), Vec::new());
    let mut latest = folder.join("latest");
    for (number, input) in run.inputs.iter().enumerate() {
        let there = match (input.role, &own) {
            (Role::Fact(_), Some(Own::Bucket(store, _))) if in_bucket => in_store(store, &input.name),
            _ => None,
        };
        let path = match there {
            Some(path) => path,
            None => place(client, (number, input), own.as_ref(), folder)?,
        };
        bar.inc(input.bytes);
        match input.role {
            Role::Policy | Role::Master => {}
            Role::Fact(table) => facts.entry(table).or_default().push(path),
            Role::Line => lines.push(path),
            Role::Obligation => obligations.push(path),
            Role::Latest => latest = path,
        }
    }
    bar.finish_and_clear();
    let bytes = std::fs::read(&latest).map_err(|error| say::unreadable(&latest, &error))?;
    Ok(Given {
        policies: inputs::kept_policies(&folder.join("policies"))?.set,
        master: inputs::master(&folder.join("master"))?.0,
        facts,
        store: own.filter(|_| in_bucket).and_then(Own::into_store),
        lines,
        obligations,
        latest: serde_json::from_slice(&bytes).map_err(|error| say::unreadable(&latest, &error))?,
    })
}

/// Where an input lies by now.
fn place(client: &Client, (number, input): (usize, &Input), own: Option<&Own>, folder: &Path) -> Result<PathBuf, Refusal> {
    let is_it = |path: &Path| sealed(input.role, path).is_ok_and(|found| found == (input.bytes, input.seal.clone()));
    let kind = match input.role {
        // These are read by the folder, so they are brought into one.
        Role::Policy => "policies",
        Role::Master => "master",
        Role::Latest => "latest",
        Role::Fact(_) => {
            if let Some(path) = own.and_then(|own| own.find(&input.name)) {
                return if is_it(&path) { Ok(path) } else { Err(other_store(&input.name)) };
            }
            "facts"
        }
        Role::Line => "lines",
        Role::Obligation => "obligations",
    };
    if !matches!(input.role, Role::Policy | Role::Master) && is_it(&input.place) {
        return Ok(input.place.clone());
    }
    let inside = Path::new(&input.name).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(differs(&input.name));
    }
    let path = folder.join(kind).join(&input.name);
    say::make_folder(path.parent().unwrap_or(folder))?;
    client.input(number, input.bytes, &path)?;
    if is_it(&path) { Ok(path) } else { Err(differs(&input.name)) }
}

fn other_store(name: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "cluster.facts.other",
        format!("--facts 的事实库与协调端不是同一个：{name} 内容不同；请指向同一事实库，或不给 --facts"),
        format!(
            "the fact store of --facts is not that of the coordinator: {name} has another content; name the same store, or leave --facts away"
        ),
    )
}

fn differs(name: &str) -> Refusal {
    Refusal::unavailable(
        "cluster.input.differs",
        format!("从协调端取到的 {name} 与其所说不符；请重试"),
        format!("{name} as fetched from the coordinator is not what it says it is; try again"),
    )
}
