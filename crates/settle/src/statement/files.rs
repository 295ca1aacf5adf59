//! The files of a run: every partner's documents in a folder, all statements as lines of JSON, and what the next month needs from them.

use super::PartnerBook;
use super::catalog::Catalog;
use super::export::FileFormat;
use super::model::{Account, KeptLines, Statement, file_stem};
use super::pdf::{Options, Press};
use super::stream::Sink;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_policy::lines::Line;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Which documents each partner gets.
#[derive(Clone)]
pub struct Documents<'a> {
    /// Folder; must exist.
    pub folder: PathBuf,
    /// Titles.
    pub catalog: &'a Catalog<'a>,
    /// Language of tables.
    pub lang: Lang,
    /// Workbook, CSV, both or none.
    pub tables: Vec<FileFormat>,
    /// PDF.
    pub pdf: Option<(&'a Press, Options)>,
    /// Only these partners; all where `None`.
    pub only: Option<BTreeSet<String>>,
}

/// Writes every partner's documents as its statement is made.
pub struct DocumentSink<'a> {
    documents: Documents<'a>,
    open: Vec<PartnerBook<'a>>,
    kept: KeptLines,
    wanted: bool,
    terms: super::Terms<'a>,
    written: Vec<PathBuf>,
}

impl<'a> DocumentSink<'a> {
    /// A sink for a run with these terms; the numbers of the statements name the files.
    pub fn new(documents: Documents<'a>, terms: super::Terms<'a>) -> Self {
        Self { documents, open: Vec::new(), kept: KeptLines::default(), wanted: false, terms, written: Vec::new() }
    }

    /// The files written so far.
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }
}

impl Sink for DocumentSink<'_> {
    fn begin(&mut self, partner: &str) -> Result<(), Refusal> {
        self.open.clear();
        self.kept = KeptLines::default();
        self.wanted = self.documents.only.as_ref().is_none_or(|only| only.contains(partner));
        if self.wanted {
            let stem = file_stem(&super::number(&self.terms, partner));
            for format in &self.documents.tables {
                let path = self.documents.folder.join(&stem);
                self.open.push(PartnerBook::create(&path, *format, self.documents.catalog, self.documents.lang)?);
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        if !self.wanted {
            return Ok(());
        }
        for book in &mut self.open {
            book.line(line)?;
        }
        self.kept.all += 1;
        if self.documents.pdf.as_ref().is_some_and(|(_, options)| self.kept.lines.len() < options.lines) {
            self.kept.lines.push(line.clone());
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        for book in self.open.drain(..) {
            self.written.extend(book.finish(statement)?);
        }
        if let (true, Some((press, options))) = (self.wanted, &self.documents.pdf) {
            let path = self.documents.folder.join(format!("{}.pdf", statement.file_stem()));
            let bytes = press.statement(statement, &self.kept, self.documents.catalog, options)?;
            put(&path, &bytes)?;
            self.written.push(path);
        }
        Ok(())
    }
}

/// All statements as lines of JSON, in the order of the partners.
pub struct JsonLines {
    path: PathBuf,
    part: PathBuf,
    out: BufWriter<File>,
}

impl JsonLines {
    /// Begins the file; it stands under its name after [`JsonLines::finish`].
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> Result<Self, Refusal> {
        let part = part_of(path);
        let file = File::create(&part).map_err(|error| unwritable(path, &error))?;
        Ok(Self { path: path.to_owned(), part, out: BufWriter::new(file) })
    }

    /// Completes the file.
    ///
    /// # Errors
    /// The disk is full, or the file cannot be put in its place.
    pub fn finish(mut self) -> Result<(), Refusal> {
        let done = self.out.flush().and_then(|()| std::fs::rename(&self.part, &self.path));
        done.map_err(|error| unwritable(&self.path, &error))
    }
}

impl Sink for JsonLines {
    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        let written =
            serde_json::to_writer(&mut self.out, statement).map_err(std::io::Error::from).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|error| unwritable(&self.path, &error))
    }
}

/// Reads statements written by [`JsonLines`], one at a time.
///
/// # Errors
/// The file cannot be read; each line that is not a statement is refused by its number.
pub fn read_statements(path: &Path) -> Result<impl Iterator<Item = Result<Statement, Refusal>>, Refusal> {
    let file = File::open(path).map_err(|error| unreadable(path, 0, &error.to_string()))?;
    let path = path.to_owned();
    Ok(BufReader::new(file).lines().enumerate().map(move |(index, line)| {
        let line = line.map_err(|error| unreadable(&path, index + 1, &error.to_string()))?;
        serde_json::from_str(&line).map_err(|error| unreadable(&path, index + 1, &error.to_string()))
    }))
}

/// What the next month begins with: balances carried forward and the closing balance of the hold-back pool are added to the accounts.
pub fn carry(accounts: &mut BTreeMap<String, Account>, before: &Statement) {
    let account = accounts.entry(before.partner.clone()).or_default();
    account.brought = before.totals.carried;
    account.pool_opening = before.pool.closing;
}

impl<A: Sink + ?Sized, B: Sink + ?Sized> Sink for (&mut A, &mut B) {
    fn begin(&mut self, partner: &str) -> Result<(), Refusal> {
        self.0.begin(partner)?;
        self.1.begin(partner)
    }

    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        self.0.line(line)?;
        self.1.line(line)
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        self.0.statement(statement)?;
        self.1.statement(statement)
    }
}

impl Sink for Vec<&mut dyn Sink> {
    fn begin(&mut self, partner: &str) -> Result<(), Refusal> {
        self.iter_mut().try_for_each(|sink| sink.begin(partner))
    }

    fn line(&mut self, line: &Line) -> Result<(), Refusal> {
        self.iter_mut().try_for_each(|sink| sink.line(line))
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        self.iter_mut().try_for_each(|sink| sink.statement(statement))
    }
}

/// Writes a whole file and puts it in its place.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let part = part_of(path);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path)).map_err(|error| unwritable(path, &error))
}

fn part_of(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Refusal {
    let name = path.display();
    Refusal::new(
        Kind::Unavailable,
        "settle.export.unwritable",
        format!("无法写入 {name}:{error}；请检查磁盘空间与目录权限后重试"),
        format!("cannot write {name}: {error}; check disk space and the rights on the folder, then try again"),
    )
}

fn unreadable(path: &Path, line: usize, error: &str) -> Refusal {
    let name = path.display();
    Refusal::bad_input(
        "settle.statement.unreadable",
        format!("无法读取对账单文件 {name} 第 {line} 行：{error}；请使用结算输出的原文件"),
        format!("cannot read the statements in {name}, line {line}: {error}; use the file as the settlement wrote it"),
    )
}
