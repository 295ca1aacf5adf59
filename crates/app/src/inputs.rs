//! What commands read: policies behind their gate, master data, and facts from a store or from loose files.

use crate::say::{Say, unreadable};
use qudao_engine::facts::{FactStore, Snapshot, Wanted, import_folder, sink};
use qudao_engine::settle::months_needed;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use qudao_platform::columnar::facts::{Column, FactBatch, Mapping, TextColumn};
use qudao_platform::hash::sha256;
use qudao_policy::model::{Cell, Fact, PolicySet};
use qudao_policy::{Severity, SourceFile, compile, render};
use qudao_settle::example;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file a run read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InputFile {
    /// Name within its folder.
    pub(crate) file: String,
    /// SHA-256 of its content.
    pub(crate) sha256: String,
}

/// Checked policies and the files they stand in.
pub(crate) struct Policies {
    pub(crate) set: PolicySet,
    pub(crate) files: Vec<InputFile>,
    /// The texts, in the order of the files.
    pub(crate) texts: Vec<String>,
}

/// Files of a folder with one of these endings, by name.
pub(crate) fn files_of(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Refusal> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && endings.contains(&ending.as_str()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The policy texts of files and folders, by name.
pub(crate) fn sources(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Refusal> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() { files.extend(files_of(path, &["policy"])?) } else { files.push(path.clone()) }
    }
    if files.is_empty() {
        let name = paths.first().map_or_else(String::new, |path| path.display().to_string());
        return Err(Refusal::new(
            Kind::NotFound,
            "cli.policy.none",
            format!("{name} 中没有 .policy 文件；请检查 --policies 的路径"),
            format!("{name} holds no .policy file; check the path"),
        ));
    }
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        Ok(SourceFile::new(path.display().to_string(), text))
    };
    files.into_iter().map(read).collect()
}

/// Compiles policies and runs their examples; prints every message. `None` if one is an error or an example fails.
pub(crate) fn checked(say: &Say, sources: &[SourceFile], warnings: bool) -> Option<PolicySet> {
    let compiled = compile(sources);
    let shown: Vec<_> = compiled.diagnostics.iter().filter(|one| warnings || one.severity == Severity::Error).cloned().collect();
    if !shown.is_empty() {
        eprint!("{}", render(&shown, sources, say.lang, std::io::stderr().is_terminal()));
    }
    let set = compiled.set.filter(|_| compiled.diagnostics.iter().all(|one| one.severity != Severity::Error))?;
    let mut fine = true;
    for policy in &set.policies {
        for failure in example::check(&set, policy) {
            fine = false;
            let line = policy.source.get(..failure.at.0).map_or(0, |text| text.matches('\n').count() + 1);
            eprintln!("{}:{line} {} {}: {}", policy.file, policy.name, failure.example, failure.text.get(say.lang));
        }
    }
    fine.then_some(set)
}

/// The policies of a folder: every one checked, every example right to the fen.
pub(crate) fn policies(say: &Say, folder: &Path) -> Result<Policies, Refusal> {
    let sources = sources(&[folder.to_owned()])?;
    let set = checked(say, &sources, false).ok_or_else(|| refused(folder))?;
    Ok(read_policies(set, sources))
}

/// The policies of a folder that has passed its gate before: what a run kept of its inputs. Their examples are not run again.
pub(crate) fn kept_policies(folder: &Path) -> Result<Policies, Refusal> {
    let sources = sources(&[folder.to_owned()])?;
    let compiled = compile(&sources);
    let set = compiled.set.filter(|_| compiled.diagnostics.iter().all(|one| one.severity != Severity::Error));
    set.map(|set| read_policies(set, sources)).ok_or_else(|| refused(folder))
}

fn read_policies(set: PolicySet, sources: Vec<SourceFile>) -> Policies {
    let file = |source: &SourceFile| InputFile {
        file: Path::new(&source.name).file_name().unwrap_or_default().to_string_lossy().into_owned(),
        sha256: sha256(&source.text),
    };
    let files = sources.iter().map(file).collect();
    Policies { set, files, texts: sources.into_iter().map(|source| source.text).collect() }
}

pub(crate) fn refused(folder: &Path) -> Refusal {
    let name = folder.display();
    Refusal::bad_input(
        "cli.policy.refused",
        format!("{name} 的政策有错误或示例不符（见上），未执行；请改正后重试"),
        format!("the policies in {name} have errors or examples that do not come out (see above); nothing was done, correct them first"),
    )
}

/// Master data of a folder, and the files it came from; rows that are wrong refuse the whole.
pub(crate) fn master(folder: &Path) -> Result<(Master, Vec<InputFile>), Refusal> {
    let (master, report) = qudao_network::files::load_master(folder)?;
    if let Some(refusal) = report.refusal() {
        return Err(refusal);
    }
    let hash = |file: &str| {
        let path = folder.join(file);
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        Ok(InputFile { file: file.to_owned(), sha256: sha256(bytes) })
    };
    let files = report.files.iter().map(|report| hash(&report.file)).collect::<Result<_, Refusal>>()?;
    Ok((master, files))
}

/// Facts that can be settled.
pub(crate) struct Facts {
    pub(crate) store: Arc<FactStore>,
    pub(crate) snapshot: Snapshot,
    /// What the paths of the snapshot are relative to.
    pub(crate) root: PathBuf,
    /// Loose files the facts came from; empty for a store.
    pub(crate) files: Vec<InputFile>,
    /// The store the facts came from and its state, also where they were landed anew; `None` for loose files.
    pub(crate) origin: Option<(Arc<FactStore>, Snapshot)>,
    /// Where they were landed for this run only.
    temporary: Option<tempfile::TempDir>,
    /// Of a store that is not a folder: where its files are brought to for this run.
    fetched: Option<tempfile::TempDir>,
}

/// The folder of the store a path means: the path itself, or the one above if it is the store's `facts` folder.
pub(crate) fn store_root(folder: &Path) -> Option<PathBuf> {
    if folder.join("facts/_snapshots").is_dir() {
        return Some(folder.to_owned());
    }
    let above = folder.canonicalize().ok()?;
    (folder.join("_snapshots").is_dir() && above.ends_with("facts")).then(|| above.parent().map(Path::to_owned))?
}

/// A folder for this run only, beside what the run writes.
fn temporary_folder(near: &Path) -> Result<tempfile::TempDir, Refusal> {
    tempfile::Builder::new().prefix(".facts-").tempdir_in(near).map_err(|error| crate::say::unwritable(near, &error))
}

/// The facts of a bucket. Its files are brought here when a run asks for them.
fn remote(place: &str, near: &Path) -> Result<Facts, Refusal> {
    let store = Arc::new(FactStore::open(place)?);
    let snapshot = store.latest()?;
    if snapshot.number == 0 {
        return Err(Refusal::new(
            Kind::NotFound,
            "cli.facts.empty",
            format!("{place} 中没有事实库；请检查 --facts 的桶和前缀，或先用 import --store {place} 导入"),
            format!("{place} holds no fact store; check bucket and prefix of --facts, or import into it first: import --store {place}"),
        ));
    }
    let fetched = temporary_folder(near)?;
    let origin = Some((Arc::clone(&store), snapshot.clone()));
    Ok(Facts { store, snapshot, root: fetched.path().to_owned(), files: Vec::new(), origin, temporary: None, fetched: Some(fetched) })
}

fn open_store(root: &Path) -> Result<Arc<FactStore>, Refusal> {
    Ok(Arc::new(FactStore::open(&root.to_string_lossy())?))
}

/// A store for this run only, beside what the run writes.
fn temporary_store(near: &Path) -> Result<(tempfile::TempDir, Arc<FactStore>), Refusal> {
    let folder = temporary_folder(near)?;
    let store = open_store(folder.path())?;
    Ok((folder, store))
}

/// A day late enough that no fact of the period, or known a year after, is refused for its date.
fn far_day(period: Month) -> Date {
    period.plus(12).last_day()
}

/// The facts of a folder or bucket: a fact store as it is, loose CSV, XLSX and Parquet files by landing them in a store near `near`.
pub(crate) fn facts(folder: &Path, master: &Master, period: Month, near: &Path) -> Result<Facts, Refusal> {
    if let Some(place) = folder.to_str().filter(|place| place.starts_with("s3://")) {
        return remote(place, near);
    }
    if let Some(root) = store_root(folder) {
        let store = open_store(&root)?;
        let snapshot = store.latest()?;
        let origin = Some((Arc::clone(&store), snapshot.clone()));
        return Ok(Facts { store, snapshot, root, files: Vec::new(), origin, temporary: None, fetched: None });
    }
    let mut files = Vec::new();
    for path in files_of(folder, &["csv", "tsv", "xlsx", "parquet"])? {
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        files.push(InputFile { file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(), sha256: sha256(bytes) });
    }
    if files.is_empty() {
        let name = folder.display();
        return Err(Refusal::new(
            Kind::NotFound,
            "cli.facts.none",
            format!("{name} 中既没有事实库，也没有事实文件（如 business_event.csv、业务事件.xlsx）；请检查 --facts 的路径"),
            format!("{name} holds neither a fact store nor fact files such as business_event.csv; check --facts"),
        ));
    }
    let (temporary, store) = temporary_store(near)?;
    import_folder(&store, folder, master, far_day(period), &Mapping::default())?;
    let snapshot = store.latest()?;
    Ok(Facts { store, snapshot, root: temporary.path().to_owned(), files, origin: None, temporary: Some(temporary), fetched: None })
}

impl Facts {
    /// The files a run of the period reads, by table; those of a bucket are brought here.
    pub(crate) fn needed(&self, say: &Say, set: &PolicySet, period: Month) -> Result<BTreeMap<Table, Vec<PathBuf>>, Refusal> {
        let tables = months_needed(set, period)?.into_iter();
        let tables =
            tables.map(|(table, (first, last))| (table, self.snapshot.files(table, first, last))).filter(|(_, files)| !files.is_empty());
        if self.fetched.is_none() {
            return Ok(tables.map(|(table, files)| (table, files.iter().map(|file| self.root.join(&file.path)).collect())).collect());
        }
        let tables: BTreeMap<_, _> = tables.collect();
        let bar = say.bar("取事实", "fetching facts");
        bar.set_length(tables.values().flatten().map(|file| file.bytes).sum());
        let mut paths = BTreeMap::new();
        for (table, files) in tables {
            let before = bar.position();
            paths.insert(table, self.store.fetch(&files, &self.root, &|come| bar.set_position(before + come))?);
        }
        bar.finish_and_clear();
        Ok(paths)
    }

    /// Of facts with several versions, the known day of the one that counts, for the tables a run reads.
    pub(crate) fn latest(&self, set: &PolicySet, period: Month) -> Result<BTreeMap<Table, HashMap<String, Date>>, Refusal> {
        let tables = months_needed(set, period)?.into_keys();
        tables.map(|table| Ok((table, self.store.corrections(&self.snapshot, table)?))).collect()
    }

    /// The same store as a run read it: in the state of that number. Loose files are as they are.
    pub(crate) fn at_snapshot(mut self, snapshot: Option<u64>) -> Result<Facts, Refusal> {
        if let (Some(number), false) = (snapshot, self.is_temporary()) {
            self.snapshot = self.store.snapshot(number)?;
        }
        Ok(self)
    }

    /// Rows of the months a run reads, of one partner or of all.
    pub(crate) fn rows(&self, set: &PolicySet, period: Month, partner: Option<&str>) -> Result<Vec<Fact>, Refusal> {
        let mut facts = Vec::new();
        for (table, months) in months_needed(set, period)? {
            let wanted = Wanted { months: Some(months), partner: partner.map(str::to_owned), ..Wanted::default() };
            facts.extend(self.store.facts(&self.snapshot, table, &wanted)?);
        }
        forget_stand_ins(&mut facts);
        Ok(facts)
    }

    /// The facts a run reads, landed anew: each at the partner today's master data gives, in its latest version.
    pub(crate) fn landed_anew(&self, set: &PolicySet, master: &Master, period: Month, near: &Path) -> Result<Facts, Refusal> {
        let (temporary, store) = temporary_store(near)?;
        let mut sink = sink(Arc::clone(&store), master, "anew", far_day(period))?;
        for (table, (first, last)) in months_needed(set, period)? {
            for month in self.snapshot.periods(table).into_iter().filter(|month| first <= *month && *month <= last) {
                let wanted = Wanted { months: Some((month, month)), ..Wanted::default() };
                for rows in self.store.facts(&self.snapshot, table, &wanted)?.chunks(32_768) {
                    sink.write(batch(table, rows))?;
                }
            }
        }
        sink.finish()?;
        let snapshot = store.latest()?;
        let (root, files, origin) = (temporary.path().to_owned(), self.files.clone(), self.origin.clone());
        Ok(Facts { store, snapshot, root, files, origin, temporary: Some(temporary), fetched: None })
    }

    /// Whether the facts were landed for this run only.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }
}

/// Loose rows that give no known day were landed with one before all others: takes it away again.
pub(crate) fn forget_stand_ins(facts: &mut [Fact]) {
    let is_given = |(col, cell): &(Col, Cell)| *col != Col::KnownOn || !matches!(cell, Cell::Date(day) if day.year() < 2000);
    for fact in facts {
        fact.cells.retain(is_given);
    }
}

/// Rows as columns.
fn batch(table: Table, rows: &[Fact]) -> FactBatch {
    let column = |col: Col| {
        let cells = rows.iter().map(|fact| fact.cells.iter().find(|(name, _)| *name == col).map(|(_, cell)| cell));
        let column = match col.ty() {
            ColType::Text => {
                Column::Text(cells.map(|cell| if let Some(Cell::Text(text)) = cell { text.as_str() } else { "" }).collect::<TextColumn>())
            }
            ColType::Int => Column::Int(cells.map(|cell| if let Some(Cell::Int(value)) = cell { Some(*value) } else { None }).collect()),
            ColType::Money => {
                Column::Money(cells.map(|cell| if let Some(Cell::Money(fen)) = cell { Some(Fen(*fen)) } else { None }).collect())
            }
            ColType::Bool => Column::Bool(cells.map(|cell| if let Some(Cell::Bool(value)) = cell { Some(*value) } else { None }).collect()),
            ColType::Date => Column::Date(cells.map(|cell| if let Some(Cell::Date(day)) = cell { Some(*day) } else { None }).collect()),
            ColType::Month => {
                Column::Month(cells.map(|cell| if let Some(Cell::Month(month)) = cell { Some(*month) } else { None }).collect())
            }
        };
        (col, column)
    };
    FactBatch { table, columns: table.columns().iter().map(|col| column(*col)).collect() }
}

/// The files and batches the facts stand in.
pub(crate) fn store_of(facts: &Facts) -> &Snapshot {
    &facts.snapshot
}
