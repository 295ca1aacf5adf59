//! What is counted of a house, so that a copy can be told from another: money, audit chain, rows.

use crate::files::{LEDGER, unreadable};
use qudao_kernel::{Kind, Refusal};
use qudao_ledger::check::check_in;
use qudao_ledger::index::Index;
use qudao_platform::audit;
use qudao_platform::db::{Tx, rows, schema, tables};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Totals of a house. Two houses with the same totals and the same file hashes are the same house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Steps of the schema the database has had, the last one's name.
    pub schema: String,
    /// Rows, by table.
    pub tables: BTreeMap<String, i64>,
    /// The audit chain.
    pub audit: Audit,
    /// Journals kept in the database.
    pub journals: Journals,
    /// Books kept in the ledger file.
    pub books: Books,
    /// Settled months, by folder.
    pub runs: Vec<Run>,
}

/// The audit chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Entries.
    pub entries: i64,
    /// Hash of the last one; empty if there is none.
    pub head: String,
    /// The first place where the chain does not hold; absent if it does.
    pub broken_at: Option<i64>,
}

/// Journals of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journals {
    /// Journals.
    pub journals: u64,
    /// Their entries.
    pub entries: u64,
    /// Hash over all of them.
    pub sha256: String,
    /// What does not hold.
    pub problems: u64,
}

/// The ledger file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Records.
    pub records: u64,
    /// Hash of the last one, which stands on all before it.
    pub head: String,
    /// By settlement entity.
    pub entities: BTreeMap<String, Entity>,
}

/// The books of a settlement entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Journals.
    pub journals: usize,
    /// Sum of all accounts of a kind, debit positive: fen, or points where the kind counts them.
    pub balances: BTreeMap<String, i64>,
}

/// A settled month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Folder in the home.
    pub folder: String,
    /// Month.
    pub period: String,
    /// Sum of its lines, fen.
    pub lines: i64,
    /// Sum of its statements, fen.
    pub statements: i64,
}

/// The part of a run's summary that is read here.
#[derive(Deserialize)]
struct Summary {
    period: String,
    control: Control,
}

#[derive(Deserialize)]
struct Control {
    lines: i64,
    statements: i64,
}

impl Totals {
    /// Counts a state of the database and the files of a home. Reads files: call it where blocking is allowed.
    ///
    /// # Errors
    /// As [`Totals::of_database`]; those of reading files.
    pub async fn of(tx: &mut Tx, home: &Path) -> Result<Self, Refusal> {
        Self::of_database(tx).await?.with_files(home)
    }

    /// Counts a state of the database alone.
    ///
    /// # Errors
    /// `BadInput upkeep.database.empty` for a database no house was ever opened on; those of the database.
    pub async fn of_database(tx: &mut Tx) -> Result<Self, Refusal> {
        let schema = schema(tx).await?.applied.pop().ok_or_else(empty)?;
        let mut counted = BTreeMap::new();
        for table in tables(tx).await? {
            let held = rows(tx, &table).await?;
            counted.insert(table, held);
        }
        let head = audit::head(tx).await?;
        let broken_at = audit::verify_in(tx).await?.map(|broken| broken.seq);
        let found = check_in(tx).await?;
        let journals = Journals { journals: found.journals, entries: found.entries, sha256: found.sha256, problems: found.problem_count };
        Ok(Self {
            schema,
            tables: counted,
            audit: Audit { entries: head.seq, head: head.hash, broken_at },
            journals,
            books: Books::default(),
            runs: Vec::new(),
        })
    }

    /// With what is counted of the files of a home.
    ///
    /// # Errors
    /// `Conflict ledger.file.broken`; those of reading files.
    pub fn with_files(mut self, home: &Path) -> Result<Self, Refusal> {
        self.books = books(&home.join(LEDGER))?;
        self.runs = runs(home)?;
        Ok(self)
    }

    /// Whether nothing in them is wrong by itself.
    pub fn are_sound(&self) -> bool {
        self.audit.broken_at.is_none() && self.journals.problems == 0
    }

    /// Names of the totals that differ.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        [
            ("schema", self.schema == other.schema),
            ("tables", self.tables == other.tables),
            ("audit", self.audit == other.audit),
            ("journals", self.journals == other.journals),
            ("books", self.books == other.books),
            ("runs", self.runs == other.runs),
        ]
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name)
        .collect()
    }
}

/// Totals of a ledger file; none of one that is not there.
pub(crate) fn books(file: &Path) -> Result<Books, Refusal> {
    let index = Index::open(file)?;
    let mut entities: BTreeMap<String, Entity> = BTreeMap::new();
    for entity in index.book().entities() {
        entities.entry(entity.to_owned()).or_default().journals = index.book().journals(entity);
    }
    for (entity, account, amount) in index.book().all_balances() {
        let sum = entities.entry(entity.to_owned()).or_default().balances.entry(account.kind.name().to_owned()).or_insert(0);
        *sum = sum.checked_add(amount).ok_or_else(too_large)?;
    }
    Ok(Books { records: index.lines(), head: index.hash().to_owned(), entities })
}

/// The settled months of a home. A folder without a summary is a run that did not end, and is none.
pub(crate) fn runs(home: &Path) -> Result<Vec<Run>, Refusal> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(home).map_err(|error| unreadable(home, &error))? {
        let folder = entry.map_err(|error| unreadable(home, &error))?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = folder.join("summary.json");
        if !name.starts_with("run-") || !file.is_file() {
            continue;
        }
        let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        let Summary { period, control } = serde_json::from_slice(&bytes).map_err(|error| unreadable(&file, &error))?;
        found.push(Run { folder: name, period, lines: control.lines, statements: control.statements });
    }
    found.sort_by(|one, other| one.folder.cmp(&other.folder));
    Ok(found)
}

fn empty() -> Refusal {
    Refusal::bad_input(
        "upkeep.database.empty",
        "这个数据库还没有启用过本系统；请检查 --home 和 --db",
        "no house was ever opened on this database; check --home and --db",
    )
}

fn too_large() -> Refusal {
    Refusal::new(Kind::Bug, "upkeep.books.large", "账本合计超出范围；请报告", "a total of the ledger leaves its range; report this")
}
