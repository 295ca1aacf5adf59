//! Statements of a run: one table of all partners, one JSON line each, and on demand each partner's own documents and its postings.

use crate::chain;
use crate::say::{self, Say};
use crate::settle::Books;
use qudao_engine::settle::{Row, RowStream, Rows, read_lines, read_obligations, read_reasons};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Entry, Run};
use qudao_policy::lines::Line;
use qudao_policy::model::PolicySet;
use qudao_settle::ledger_post::{Poster, post_to_file};
use qudao_settle::statement::pdf::{Options, Press};
use qudao_settle::statement::{
    Account, Adjustment, Catalog, CompanyBook, DocumentSink, Documents, FileFormat, JsonLines, Listed, PartnerRange, Receivable, RunTotals,
    Sink, Sorted, Statement, Terms, carry, minimum_payment, read_statements, run,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use tokio::runtime::Handle;

/// Statements as lines of JSON, in the folder of statements.
const JSON: &str = "statements.jsonl";

/// What to issue.
pub(crate) struct Issue<'a> {
    /// Folder of the run.
    pub(crate) out: &'a Path,
    pub(crate) period: Month,
    pub(crate) issued_on: Date,
    pub(crate) books: Books,
    /// Partners with a PDF.
    pub(crate) pdf: &'a [String],
    /// Month that was re-run, and the how-manieth time, where the lines are differences.
    pub(crate) rerun: Option<(Month, u32)>,
    /// Folder of the run stated before, whose balances are brought forward.
    pub(crate) previous: Option<&'a Path>,
    /// Approved amounts of disputes, by partner, that stand in these statements.
    pub(crate) adjustments: &'a BTreeMap<String, Vec<Adjustment>>,
    /// Overdue receivables whose offset is approved, by partner.
    pub(crate) receivables: &'a BTreeMap<String, Vec<Receivable>>,
    pub(crate) posting: Option<Posting<'a>>,
    /// The partners in ranges of a bearable number of rows, in order, with no gap.
    pub(crate) ranges: &'a [PartnerRange],
    /// Ranges to work on at once.
    pub(crate) threads: usize,
}

/// Where to post.
pub(crate) struct Posting<'a> {
    pub(crate) file: &'a Path,
    pub(crate) entity: &'a str,
}

/// What was issued.
pub(crate) struct Stated {
    pub(crate) totals: RunTotals,
    /// Sum of the lines, fen.
    pub(crate) lines: i64,
    /// Sum of what was posted for lines, fen.
    pub(crate) postings: Option<i64>,
}

/// The rows of a run's file as statements take them.
struct Lent<T: Row>(RowStream<T>);

impl<T: Row> Sorted<T> for Lent<T> {
    fn head(&mut self) -> Result<Option<&str>, Refusal> {
        self.0.head()
    }

    fn advance(&mut self) -> Result<Option<&T>, Refusal> {
        self.0.advance()
    }
}

/// Keeps the statements of a range of partners and adds up the lines they were made from.
#[derive(Default)]
struct Keep {
    statements: Vec<Statement>,
    lines: i128,
}

impl Sink for Keep {
    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        self.lines += i128::from(line.amount);
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        self.statements.push(statement.clone());
        Ok(())
    }
}

/// Columns of lines that no sum and no hash of a statement asks for.
const UNSTATED: &[&str] = &["subscriber", "once", "own_partner", "outlet", "clerk"];
/// Columns of obligations that a statement's calendar does not ask for.
const UNSCHEDULED: &[&str] = &["policy", "component", "basis", "payee_kind", "payee", "own_partner", "subscriber"];

/// A range of partners with its number, which its files have.
type Numbered<'r> = (usize, &'r PartnerRange);

/// Makes the statements of a range of partners; `also` sees the lines and statements as they pass.
fn range_of(
    handle: &Handle,
    out: &Path,
    terms: Terms<'_>,
    (number, range): Numbered<'_>,
    also: &mut Vec<&mut dyn Sink>,
) -> Result<Keep, Refusal> {
    let partners = Some((range.first.clone(), range.last.clone()));
    let rows = |without| Rows { partners: partners.clone(), without, ..Rows::default() };
    let files = |kind| chain::files_of_range(out, kind, number);
    let mut lines = Lent(read_lines(handle, &files("lines"), &rows(if also.is_empty() { UNSTATED } else { &[] }))?);
    let mut reasons = Lent(read_reasons(handle, &files("reasons"), &rows(&[]))?);
    let mut obligations = Lent(read_obligations(handle, &files("obligations"), &rows(UNSCHEDULED))?);
    let mut keep = Keep::default();
    run(terms, range, &mut lines, &mut reasons, &mut obligations, &mut (&mut keep, also))?;
    Ok(keep)
}

/// Makes the statements of several ranges at once and takes them in order, while the next ones are made.
fn in_order<'r>(
    threads: usize,
    ranges: &[Numbered<'r>],
    make: impl Fn(Numbered<'r>) -> Result<Keep, Refusal> + Sync,
    mut take: impl FnMut(Keep) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let next = AtomicUsize::new(0);
    let (made, come) = sync_channel(threads);
    let work = |made: SyncSender<(usize, Result<Keep, Refusal>)>| {
        while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
            // Nobody listens any more once a range was refused.
            if made.send((range.0, make(*range))).is_err() {
                break;
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1))
            .map(|_| {
                let (work, made) = (&work, made.clone());
                scope.spawn(move || work(made))
            })
            .collect();
        drop(made);
        let mut ahead: BTreeMap<usize, Keep> = BTreeMap::new();
        let mut taken = 0;
        let mut each = |(number, keep): (usize, Result<Keep, Refusal>)| {
            ahead.insert(number, keep?);
            while let Some(keep) = ahead.remove(&taken) {
                take(keep)?;
                taken += 1;
            }
            Ok(())
        };
        let all = come.into_iter().try_for_each(&mut each);
        let dead = workers.into_iter().filter_map(|worker| worker.join().err()).count();
        all.and_then(|()| if dead == 0 { Ok(()) } else { Err(say::worker_died()) })
    })
}

/// Balances the run before left, and what was approved besides lines.
fn accounts(issue: &Issue<'_>) -> Result<BTreeMap<String, Account>, Refusal> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    if let Some(folder) = issue.previous {
        for statement in read_statements(&folder.join("statements").join(JSON))? {
            carry(&mut accounts, &statement?);
        }
    }
    for (partner, adjustments) in issue.adjustments {
        accounts.entry(partner.clone()).or_default().adjustments.clone_from(adjustments);
    }
    for (partner, receivables) in issue.receivables {
        accounts.entry(partner.clone()).or_default().receivables.clone_from(receivables);
    }
    Ok(accounts)
}

/// Makes the statements of a run: from its files, or from the differences of a re-run alone.
pub(crate) fn issue(
    say: &Say,
    handle: &Handle,
    issue: &Issue<'_>,
    set: &PolicySet,
    master: &Master,
    differences: Option<&mut dyn Sorted<Line>>,
) -> Result<Stated, Refusal> {
    let folder = issue.out.join("statements");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| say::unwritable(&folder, &error))?;
    }
    say::make_folder(&folder)?;
    let catalog = Catalog::new(set);
    let accounts = accounts(issue)?;
    let terms = Terms {
        period: issue.period,
        issued_on: issue.issued_on,
        revision: issue.rerun.map_or(1, |(_, number)| number),
        rerun: issue.rerun.map(|(month, _)| month),
        minimum: Fen(minimum_payment(set)),
        clerks_direct: true,
        tax_ppm: 0,
        lang: say.lang,
        catalog: &catalog,
        master: Some(master),
        accounts: &accounts,
    };
    let path = folder.join("statements");
    let mut csv = CompanyBook::create(&path, FileFormat::Csv, say.lang)?;
    let mut workbook = CompanyBook::create(&path, FileFormat::Xlsx, say.lang)?;
    let mut json = JsonLines::create(&folder.join(JSON))?;
    let press = if issue.pdf.is_empty() { None } else { Some(Press::open()?) };
    let mut documents = documents(say, issue, &folder, &catalog, terms, press.as_ref());
    let entity = issue.posting.as_ref().map_or("", |posting| posting.entity);
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    let mut poster = Poster::new(entity, terms.clerks_direct, |group| {
        groups.push(group);
        Ok(())
    });
    let mut also: Vec<&mut dyn Sink> = documents.iter_mut().map(|sink| sink as &mut dyn Sink).collect();
    if issue.posting.is_some() {
        also.push(&mut poster);
    }
    let (mut totals, mut lines) = (RunTotals::default(), 0);
    let mut take = |keep: Keep| {
        lines += keep.lines;
        keep.statements.iter().try_for_each(|statement| {
            totals.add(statement)?;
            csv.statement(statement)?;
            workbook.statement(statement)?;
            json.statement(statement)
        })
    };
    // Documents and postings take every line in order; sums alone are made range by range at once, and written in order.
    if let Some(lines) = differences {
        let mut keep = Keep::default();
        let (reasons, obligations) = (&mut Listed(&[]), &mut Listed(&[]));
        run(terms, &PartnerRange::default(), lines, reasons, obligations, &mut (&mut keep, &mut also))?;
        take(keep)?;
    }
    let numbered: Vec<Numbered<'_>> = issue.ranges.iter().enumerate().collect();
    if also.is_empty() {
        let make = |range| range_of(handle, issue.out, terms, range, &mut Vec::new());
        in_order(issue.threads, &numbered, make, take)?;
    } else {
        numbered.into_iter().try_for_each(|range| take(range_of(handle, issue.out, terms, range, &mut also)?))?;
    }
    drop(also);
    let posted: i128 = poster.control().by_destination.values().sum();
    drop(poster);
    csv.finish()?;
    workbook.finish()?;
    json.finish()?;
    let mut postings = None;
    if let Some(posting) = &issue.posting {
        post(issue, posting, groups)?;
        postings = Some(i64::try_from(posted).unwrap_or(i64::MAX));
    }
    Ok(Stated { totals, lines: i64::try_from(lines).unwrap_or(i64::MAX), postings })
}

/// The sinks of each partner's own documents.
fn documents<'a>(
    say: &Say,
    issue: &Issue<'_>,
    folder: &Path,
    catalog: &'a Catalog<'a>,
    terms: Terms<'a>,
    press: Option<&'a Press>,
) -> Vec<DocumentSink<'a>> {
    let plain = Documents { folder: folder.to_owned(), catalog, lang: say.lang, tables: Vec::new(), pdf: None, only: None };
    let tables = match issue.books {
        Books::None => None,
        Books::Csv => Some(FileFormat::Csv),
        Books::Xlsx => Some(FileFormat::Xlsx),
    };
    let mut sinks = Vec::new();
    if let Some(format) = tables {
        sinks.push(DocumentSink::new(Documents { tables: vec![format], ..plain.clone() }, terms));
    }
    if let Some(press) = press {
        let pdf = Some((press, Options { lang: say.lang, ..Options::default() }));
        sinks.push(DocumentSink::new(Documents { pdf, only: Some(issue.pdf.iter().cloned().collect()), ..plain }, terms));
    }
    sinks
}

/// Posts a run to a ledger file, whose month is opened or closed as far as needed.
fn post(issue: &Issue<'_>, posting: &Posting<'_>, groups: Vec<Vec<Entry>>) -> Result<(), Refusal> {
    let (entity, month) = (posting.entity, issue.issued_on.month());
    let mut ledger = FileLedger::open(posting.file)?;
    match ledger.book().open_month(entity) {
        None => drop(ledger.open_period(entity, month)?),
        Some(mut open) => {
            while open < month {
                ledger.close_period(entity, open)?.into_inner();
                open = open.plus(1);
            }
        }
    }
    let about = issue.rerun.map_or(issue.period, |(month, _)| month);
    // The reason is part of what the ledger recognises a journal by: the same in every language.
    let (name, reason) = match issue.rerun {
        None => (format!("settle-{about}"), format!("{about} 结算 settlement")),
        Some((_, number)) => {
            (format!("settle-{about}-r{number}"), format!("{about} 第 {number} 次重算差额 differences of re-run {number}"))
        }
    };
    let run = Run { entity: entity.to_owned(), name, date: issue.issued_on, about, reason };
    post_to_file(&mut ledger, &run, groups)?;
    Ok(())
}
