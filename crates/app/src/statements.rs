//! Statements of a run: one table of all partners, one JSON line each, and on demand each partner's own documents and its postings.

use crate::chain;
use crate::say::{self, Say};
use crate::settle::Books;
use qudao_engine::settle::{Rows, read_lines, read_obligations, read_reasons};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Entry, Run};
use qudao_policy::lines::Line;
use qudao_policy::model::PolicySet;
use qudao_settle::ledger_post::{Poster, post_to_file};
use qudao_settle::statement::pdf::{Options, Press};
use qudao_settle::statement::{
    Account, Catalog, CompanyBook, DocumentSink, Documents, FileFormat, JsonLines, RunTotals, Sink, Statement, Terms, carry,
    minimum_payment, read_statements, run,
};
use std::collections::BTreeMap;
use std::path::Path;
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
    /// Folder of the run before, whose balances are brought forward.
    pub(crate) previous: Option<&'a Path>,
    pub(crate) posting: Option<Posting<'a>>,
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

/// Adds up the lines that pass.
#[derive(Default)]
struct Sum(i128);

impl Sink for Sum {
    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        self.0 += i128::from(line.amount);
        Ok(())
    }

    fn statement(&mut self, _: &Statement) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Balances the run before left.
fn accounts(previous: Option<&Path>) -> Result<BTreeMap<String, Account>, Refusal> {
    let mut accounts = BTreeMap::new();
    if let Some(folder) = previous {
        for statement in read_statements(&folder.join("statements").join(JSON))? {
            carry(&mut accounts, &statement?);
        }
    }
    Ok(accounts)
}

/// Makes the statements of a run from its files.
pub(crate) fn issue(say: &Say, handle: &Handle, issue: &Issue<'_>, set: &PolicySet, master: &Master) -> Result<Stated, Refusal> {
    let folder = issue.out.join("statements");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| say::unwritable(&folder, &error))?;
    }
    say::make_folder(&folder)?;
    let catalog = Catalog::new(set);
    let accounts = accounts(issue.previous)?;
    let terms = Terms {
        period: issue.period,
        issued_on: issue.issued_on,
        revision: 1,
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
    let mut sum = Sum::default();
    let press = if issue.pdf.is_empty() { None } else { Some(Press::open()?) };
    let mut documents = documents(say, issue, &folder, &catalog, terms, press.as_ref());
    let entity = issue.posting.as_ref().map_or("", |posting| posting.entity);
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    let mut poster = Poster::new(entity, terms.clerks_direct, |group| {
        groups.push(group);
        Ok(())
    });
    let mut sinks: Vec<&mut dyn Sink> = vec![&mut csv, &mut workbook, &mut json, &mut sum];
    sinks.extend(documents.iter_mut().map(|sink| sink as &mut dyn Sink));
    if issue.posting.is_some() {
        sinks.push(&mut poster);
    }
    let all = Rows::default();
    let totals = run(
        terms,
        read_lines(handle, &chain::files(issue.out, "lines")?, &all)?,
        read_reasons(handle, &chain::files(issue.out, "reasons")?, &all)?,
        read_obligations(handle, &chain::files(issue.out, "obligations")?, &all)?,
        &mut sinks,
    )?;
    drop(sinks);
    let posted: i128 = poster.control().by_destination.values().sum();
    drop(poster);
    csv.finish()?;
    workbook.finish()?;
    json.finish()?;
    let mut postings = None;
    if let Some(posting) = &issue.posting {
        post(say, issue, posting, groups)?;
        postings = Some(i64::try_from(posted).unwrap_or(i64::MAX));
    }
    Ok(Stated { totals, lines: i64::try_from(sum.0).unwrap_or(i64::MAX), postings })
}

/// The sinks of each partner's own documents.
fn documents<'a>(
    say: &Say,
    issue: &Issue<'_>,
    folder: &Path,
    catalog: &'a Catalog<'a>,
    terms: Terms<'_>,
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
fn post(say: &Say, issue: &Issue<'_>, posting: &Posting<'_>, groups: Vec<Vec<Entry>>) -> Result<(), Refusal> {
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
    let run = Run {
        entity: entity.to_owned(),
        name: format!("settle-{}", issue.period),
        date: issue.issued_on,
        about: issue.period,
        reason: match say.lang {
            qudao_kernel::Lang::Zh => format!("{} 结算", issue.period),
            qudao_kernel::Lang::En => format!("settlement of {}", issue.period),
        },
    };
    post_to_file(&mut ledger, &run, groups)?;
    Ok(())
}
