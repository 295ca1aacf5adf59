//! The settled months in use: what they say of themselves is read once and kept until their folder changes.

use super::home::{Home, Settled};
use crate::prove::World;
use crate::say::{Say, unreadable};
use crate::summary::Summary;
use qudao_access::{Place, Scope};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Lang, Month, Refusal};
use qudao_network::initials::Initials;
use qudao_settle::payment::Candidate;
use qudao_settle::statement::{Statement, read_statements};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

/// What a list shows of a statement. The whole is read from its file when somebody opens it.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) number: String,
    pub(crate) partner: String,
    pub(crate) name: String,
    pub(crate) tier: String,
    pub(crate) territory: String,
    pub(crate) lines: u64,
    /// Sum of the lines of all destinations, fen.
    pub(crate) amount: i64,
    pub(crate) payment: i64,
    pub(crate) carried: i64,
    pub(crate) unpaid: u64,
    pub(crate) pay_on: Option<Date>,
    initials: Initials,
    /// Code, number and name in small letters, a line each, which every search compares.
    low: String,
    /// The partner, the one above it, up to the root.
    chain: Vec<String>,
    at: u64,
    bytes: usize,
}

impl Head {
    /// Whether it lies where somebody may see statements.
    pub(crate) fn within(&self, scope: &Scope) -> bool {
        let partners: Vec<&str> = self.chain.iter().map(String::as_str).collect();
        scope.covers(&Place { territory: &self.territory, partners: &partners, outlet: "", clerk: "" })
    }

    /// Whether somebody who typed this means it: part of the code, number or name, or its initials.
    pub(crate) fn matches(&self, typed: &str) -> bool {
        let lower = typed.to_lowercase();
        self.low.contains(&lower) || self.initials.find(&lower).is_some()
    }
}

/// A published month.
pub(crate) struct Run {
    pub(crate) folder: PathBuf,
    pub(crate) summary: Summary,
    pub(crate) issued_on: Option<Date>,
    /// By partner code.
    pub(crate) heads: Vec<Head>,
    by_partner: HashMap<String, usize>,
    root: PathBuf,
    world: OnceLock<World>,
    candidates: OnceLock<Vec<Candidate>>,
    opening: Mutex<()>,
}

const STATEMENTS: &str = "statements/statements.jsonl";

impl Run {
    fn open(settled: Settled, master: &Master, root: &Path) -> Result<Self, Refusal> {
        let path = settled.folder.join(STATEMENTS);
        let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let mut reader = BufReader::new(file);
        let (mut heads, mut issued_on, mut line, mut at) = (Vec::new(), None, Vec::new(), 0);
        loop {
            line.clear();
            let bytes = reader.read_until(b'\n', &mut line).map_err(|error| unreadable(&path, &error))?;
            if bytes == 0 {
                break;
            }
            let statement: Statement = serde_json::from_slice(&line).map_err(|error| unreadable(&path, &error))?;
            issued_on = Some(statement.issued_on);
            heads.push(head(statement, master, at, bytes));
            at += bytes as u64;
        }
        let by_partner = heads.iter().enumerate().map(|(index, head)| (head.partner.clone(), index)).collect();
        let Settled { folder, summary } = settled;
        let (root, world, candidates) = (root.to_owned(), OnceLock::new(), OnceLock::new());
        Ok(Self { folder, summary, issued_on, heads, by_partner, root, world, candidates, opening: Mutex::new(()) })
    }

    /// The head of a partner's statement.
    pub(crate) fn head(&self, partner: &str) -> Option<&Head> {
        self.by_partner.get(partner).and_then(|index| self.heads.get(*index))
    }

    /// A partner's statement.
    pub(crate) fn statement(&self, head: &Head) -> Result<Statement, Refusal> {
        let path = self.folder.join(STATEMENTS);
        let mut bytes = vec![0; head.bytes];
        let read = |mut file: File| {
            file.seek(SeekFrom::Start(head.at))?;
            file.read_exact(&mut bytes)
        };
        File::open(&path).and_then(read).map_err(|error| unreadable(&path, &error))?;
        serde_json::from_slice(&bytes).map_err(|error| unreadable(&path, &error))
    }

    /// Lines, reasons, policies and master data of the run, opened when they are first asked for.
    pub(crate) fn world(&self) -> Result<&World, Refusal> {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.world.get().is_none() {
            self.world.set(World::of_run(&Say::new(Lang::Zh, true), &self.folder, &self.root)?).ok();
        }
        self.world.get().ok_or_else(|| super::web::bug("a run could not be opened"))
    }

    pub(crate) fn period(&self) -> Month {
        self.summary.period
    }

    /// Its statements as what is to be paid, not weighed yet; read when they are first asked for.
    pub(crate) fn candidates(&self) -> Result<&[Candidate], Refusal> {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.candidates.get().is_none() {
            self.candidates.set(candidates_of(&self.folder)?).ok();
        }
        Ok(self.candidates.get().map_or(&[], Vec::as_slice))
    }
}

/// What the statements in a folder of results come to for payment.
pub(crate) fn candidates_of(folder: &Path) -> Result<Vec<Candidate>, Refusal> {
    let path = folder.join(STATEMENTS);
    let statements = read_statements(&path)?;
    let named = statements.filter(|statement| statement.as_ref().map_or(true, |statement| !statement.partner.is_empty()));
    named.map(|statement| statement.map(|statement| Candidate::of(&statement))).collect()
}

fn head(statement: Statement, master: &Master, at: u64, bytes: usize) -> Head {
    let chain = chain_of(master, &statement.partner, statement.period.last_day());
    Head {
        amount: statement.sections.iter().map(|section| section.total.0).sum(),
        payment: statement.totals.payment.0,
        carried: statement.totals.carried.taxable.0 + statement.totals.carried.net.0,
        unpaid: statement.unpaid.iter().map(|unpaid| unpaid.count).sum(),
        initials: Initials::of(&statement.name),
        low: format!("{}\n{}\n{}", statement.partner, statement.number, statement.name).to_lowercase(),
        number: statement.number,
        partner: statement.partner,
        name: statement.name,
        tier: statement.tier,
        territory: statement.territory,
        lines: statement.lines,
        pay_on: statement.pay_on,
        chain,
        at,
        bytes,
    }
}

/// Most steps up a tree of partners; the tree has no circle, but nothing here shall hang on it.
const DEEPEST: u8 = 32;

/// A partner and those above it on a day.
pub(crate) fn chain_of(master: &Master, partner: &str, day: Date) -> Vec<String> {
    let mut chain = vec![partner.to_owned()];
    chain.extend((1..DEEPEST).map_while(|steps| master.ancestor(partner, steps, day)).map(|row| row.code.clone()));
    chain
}

/// All months that are open.
#[derive(Default)]
pub(crate) struct Opened(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    runs: BTreeMap<Month, (SystemTime, Arc<Run>)>,
}

impl Opened {
    /// The published months, rising, as they are now.
    pub(crate) fn all(&self, home: &Home, master: &Master) -> Result<Vec<Arc<Run>>, Refusal> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut runs = BTreeMap::new();
        for (period, folder) in home.settled_folders()? {
            let path = folder.join(crate::chain::SUMMARY);
            let changed = path.metadata().and_then(|data| data.modified()).map_err(|error| unreadable(&path, &error))?;
            let run = match kept.runs.remove(&period) {
                Some((then, run)) if then == changed => run,
                _ => Arc::new(Run::open(Settled { summary: crate::chain::summary_of(&folder)?, folder }, master, home.root())?),
            };
            runs.insert(period, (changed, run));
        }
        kept.runs = runs;
        Ok(kept.runs.values().map(|(_, run)| Arc::clone(run)).collect())
    }

    /// One month.
    ///
    /// # Errors
    /// `NotFound serve.period.none`.
    pub(crate) fn one(&self, home: &Home, master: &Master, period: Month) -> Result<Arc<Run>, Refusal> {
        self.all(home, master)?.into_iter().find(|run| run.period() == period).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "serve.period.none",
                format!("{period} 还没有发布结算结果；请选择已结算的月份"),
                format!("{period} has no published run; choose a month that is settled"),
            )
        })
    }
}
