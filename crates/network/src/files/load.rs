//! Reading the files of a folder into rows.

use super::cells::{Cells, Positions};
use super::check::{self, Placed, Spans};
use super::noun::Noun;
use super::report::{FileReport, Remark, Report};
use super::rows::{Known, MasterRow};
use crate::territory::Territories;
use crate::words::Words;
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Partner, Product};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::sheet::{self, Options, Problem, Reader, RecordBuf, Rejects, Step};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

/// File with divisions that a folder adds to the official ones.
const TERRITORIES: &str = "territories.csv";

/// Reads every master file of a folder. Nothing is written, so this is also the dry run of an import: the rows that can be
/// taken, consistent among themselves, and a report of all that cannot.
///
/// # Errors
/// The folder is missing or holds no master file, or a file is no table or lacks a required column. Rows that are wrong are
/// no error here; [`Report::refusal`] makes them one.
pub fn load_master(dir: &Path) -> Result<(Master, Report), Refusal> {
    let files = files_of(dir)?;
    let territories = territories_of(dir)?;
    let known = Known { territories: &territories, words: Words::standard()? };
    let paths = |noun: Noun| files.get(&noun).map_or(&[][..], Vec::as_slice);
    // Files stand in the report in the order of the nouns.
    let before = |noun: Noun| files.range(..noun).map(|(_, paths)| paths.len()).sum();
    let mut loading = Loading::new(known);
    std::thread::scope(|scope| {
        let outlets = scope.spawn(|| read::<Outlet>(known, before(Noun::Outlet), paths(Noun::Outlet)));
        let clerks = scope.spawn(|| read::<Clerk>(known, before(Noun::Clerk), paths(Noun::Clerk)));
        let agreements = scope.spawn(|| read::<Agreement>(known, before(Noun::Agreement), paths(Noun::Agreement)));
        let products = scope.spawn(|| read::<Product>(known, before(Noun::Product), paths(Noun::Product)));
        let mut partners = loading.take(read::<Partner>(known, 0, paths(Noun::Partner))?);
        loop {
            let there = check::spans(&partners);
            // A row that falls takes away what others stand on, so the checks go on until nothing falls any more.
            if !check::orphans(&mut partners, &there) && !check::mark_circles(&mut partners) {
                break;
            }
        }
        loading.warn_about_suppliers(&partners);
        let partner_spans = check::spans(&partners);
        loading.keep(partners);
        let mut outlets = loading.take(joined(outlets)?);
        check::orphans(&mut outlets, &partner_spans);
        let outlet_spans = check::spans(&outlets);
        loading.keep(outlets);
        loading.follow(joined(clerks)?, &outlet_spans);
        loading.follow(joined(agreements)?, &partner_spans);
        loading.follow(joined(products)?, &Spans::new());
        Ok(loading.finish())
    })
}

fn joined<T>(reader: ScopedJoinHandle<'_, Result<Read<T>, Refusal>>) -> Result<Read<T>, Refusal> {
    reader.join().unwrap_or_else(|_| {
        Err(Refusal::new(
            Kind::Bug,
            "network.master.reader_died",
            "读取主数据的线程异常退出；请携带日志报告",
            "a thread reading master data died; report it with the log",
        ))
    })
}

/// The files of one noun: the rows that can be read, marked where they cannot stand beside each other, and what is to be said of the others.
pub(crate) struct Read<T> {
    rows: Vec<Placed<T>>,
    files: Vec<FileReport>,
    columns: Vec<Positions>,
    rejects: Vec<Remark>,
    warnings: Vec<Remark>,
}

/// Reads the files of one noun, the first of which is given a number in the report, and marks what is wrong with rows by themselves and
/// among each other.
pub(crate) fn read<T: MasterRow>(known: Known<'_>, first: usize, paths: &[PathBuf]) -> Result<Read<T>, Refusal> {
    let mut read = Read { rows: Vec::new(), files: Vec::new(), columns: Vec::new(), rejects: Vec::new(), warnings: Vec::new() };
    for (index, path) in paths.iter().enumerate() {
        read.file(known, first + index, path)?;
    }
    let files = &read.files;
    check::doubled(&mut read.rows, |file| files[file - first].file.clone());
    Ok(read)
}

impl<T: MasterRow> Read<T> {
    fn file(&mut self, known: Known<'_>, index: usize, path: &Path) -> Result<(), Refusal> {
        let mut reader = sheet::open(path, &Options::default())?;
        let (positions, ignored) = positions(T::NOUN, &reader)?;
        let headers = reader.headers().to_vec();
        let mut file =
            FileReport { noun: T::NOUN, file: reader.name().to_owned(), headers, ignored, received: 0, accepted: 0, rejected: 0 };
        let mut record = RecordBuf::new();
        loop {
            let problems = match reader.next_into(&mut record)? {
                Step::End => break,
                Step::Bad(problem) => vec![problem],
                Step::Row => {
                    let mut cells = Cells::new(&positions, &record);
                    let row = T::read(&mut cells, &known);
                    let Cells { problems, warnings, .. } = cells;
                    if problems.is_empty() {
                        self.rows.push(Placed { row, file: index, cells: record.clone(), wrong: Vec::new() });
                        let warnings = warnings.into_iter().map(|problem| Remark { file: index, problem, cells: Vec::new() });
                        self.warnings.extend(warnings);
                    }
                    problems
                }
            };
            file.received += 1;
            if !problems.is_empty() {
                file.rejected += 1;
            }
            self.rejects.extend(problems.into_iter().map(|problem| Remark { file: index, problem, cells: record.to_record().cells }));
        }
        self.files.push(file);
        self.columns.push(positions);
        Ok(())
    }
}

/// Files being read.
pub(crate) struct Loading<'a> {
    known: Known<'a>,
    pub(crate) report: Report,
    columns: Vec<Positions>,
    master: Master,
}

impl<'a> Loading<'a> {
    /// Before the first file.
    pub(crate) fn new(known: Known<'a>) -> Self {
        Self { known, report: Report::default(), columns: Vec::new(), master: Master::default() }
    }

    /// Checks what nothing else refers to against what is there, and keeps it.
    fn follow<T: MasterRow>(&mut self, read: Read<T>, there: &Spans) {
        let mut rows = self.take(read);
        check::orphans(&mut rows, there);
        self.keep(rows);
    }

    /// Puts what was read behind what is there; the rows are still to be kept.
    pub(crate) fn take<T>(&mut self, read: Read<T>) -> Vec<Placed<T>> {
        self.report.files.extend(read.files);
        self.report.rejects.extend(read.rejects);
        self.report.warnings.extend(read.warnings);
        self.columns.extend(read.columns);
        read.rows
    }

    /// Puts the rows that stand into the index and the others into the report.
    pub(crate) fn keep<T: MasterRow>(&mut self, rows: Vec<Placed<T>>) {
        for placed in rows {
            let (file, positions) = (&mut self.report.files[placed.file], &self.columns[placed.file]);
            if placed.wrong.is_empty() {
                file.accepted += 1;
                placed.row.add_to(&mut self.master);
                continue;
            }
            file.rejected += 1;
            let at = placed.at();
            self.report.warnings.retain(|remark| remark.file != placed.file || remark.problem.row != at);
            for (field, code, text) in placed.wrong {
                let header = positions.header(field);
                let value = file.headers.iter().position(|name| name == header).map_or("", |cell| placed.cells.get(cell));
                let problem = Problem::new(at, header, value, code, text.zh, text.en);
                self.report.rejects.push(Remark { file: placed.file, problem, cells: placed.cells.to_record().cells });
            }
        }
    }

    /// The rows that stand and the report, in the order of files and rows.
    pub(crate) fn finish(mut self) -> (Master, Report) {
        self.report.rejects.sort_by_key(|remark| (remark.file, remark.problem.row));
        self.report.warnings.sort_by_key(|remark| (remark.file, remark.problem.row));
        (self.master, self.report)
    }

    /// Says where a partner hangs under one that does not supply its tier (R8.54).
    fn warn_about_suppliers(&mut self, rows: &[Placed<Partner>]) {
        let mut by_code: BTreeMap<&str, Vec<&Partner>> = BTreeMap::new();
        for placed in rows.iter().filter(|placed| placed.wrong.is_empty()) {
            by_code.entry(&placed.row.code).or_default().push(&placed.row);
        }
        for placed in rows.iter().filter(|placed| placed.wrong.is_empty()) {
            let Some(tier) = self.known.words.tier(&placed.row.tier) else { continue };
            let day = placed.row.span.from;
            let parent = by_code.get(placed.row.parent.as_str()).and_then(|rows| rows.iter().find(|row| row.span.contains(day)));
            let Some(parent) = parent.filter(|parent| !tier.supplied_by.contains(&parent.tier)) else { continue };
            let problem = Problem::new(
                placed.at(),
                self.columns[placed.file].header("parent"),
                &placed.row.parent,
                "network.partner.supplier",
                format!("{}的上级为“{}”，不在该层级的供货层级之列；请核对", tier.zh, parent.tier),
                format!(
                    "a partner of tier {} hangs under one of tier \"{}\", which does not supply it; check the parent",
                    tier.en, parent.tier
                ),
            );
            self.report.warnings.push(Remark { file: placed.file, problem, cells: Vec::new() });
        }
    }
}

/// Which cell holds which field; the headers that name none.
fn positions(noun: Noun, reader: &Reader) -> Result<(Positions, Vec<String>), Refusal> {
    let (name, headers) = (reader.name(), reader.headers());
    let mut cells = vec![None; noun.fields().len()];
    let mut ignored = Vec::new();
    for (index, header) in headers.iter().enumerate().filter(|(_, header)| !header.is_empty() && !Rejects::is_own_header(header)) {
        match noun.by_header(header) {
            None => ignored.push(header.clone()),
            Some(field) => {
                if let Some(first) = cells[field].replace(index) {
                    let first: &String = &headers[first];
                    return Err(Refusal::bad_input(
                        "network.header.twice",
                        format!("{name} 的“{first}”和“{header}”两列含义相同；请删除其中一列"),
                        format!("{name}: columns \"{first}\" and \"{header}\" mean the same; remove one of them"),
                    ));
                }
            }
        }
    }
    let missing = noun.fields().iter().zip(&cells).filter(|(field, cell)| field.required && cell.is_none());
    let missing: Vec<_> = missing.map(|(field, _)| format!("{}/{}", field.label, field.name)).collect();
    if !missing.is_empty() {
        let all: Vec<_> = noun.fields().iter().map(|field| format!("{}/{}", field.label, field.name)).collect();
        return Err(Refusal::bad_input(
            "network.header.missing",
            format!("{name} 缺少列：{}；可用的列名：{}", missing.join("、"), all.join("、")),
            format!("{name} lacks the columns {}; the columns are {}", missing.join(", "), all.join(", ")),
        ));
    }
    Ok((Positions::new(noun, headers, cells), ignored))
}

/// The master files of a folder: `partners.csv`, `partners.xlsx`, `partners-….csv`, also with the Chinese name.
/// Files of master data in a folder, by noun.
///
/// # Errors
/// The folder cannot be read, or holds none.
pub fn files_of(dir: &Path) -> Result<BTreeMap<Noun, Vec<PathBuf>>, Refusal> {
    let entries = std::fs::read_dir(dir).map_err(|error| {
        let kind = if error.kind() == std::io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Unavailable };
        Refusal::new(
            kind,
            "network.master.folder",
            format!("无法读取主数据文件夹 {}：{error}；请检查路径", dir.display()),
            format!("cannot read the master folder {}: {error}; check the path", dir.display()),
        )
    })?;
    let mut files: BTreeMap<Noun, Vec<PathBuf>> = BTreeMap::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if let Some(noun) = path.file_name().and_then(|name| noun_of(&name.to_string_lossy())) {
            files.entry(noun).or_default().push(path);
        }
    }
    for paths in files.values_mut() {
        paths.sort();
    }
    if files.is_empty() {
        return Err(Refusal::new(
            Kind::NotFound,
            "network.master.empty",
            format!("{} 中没有主数据文件；应有 partners.csv（代理商）、outlets.csv（网点）等", dir.display()),
            format!("{} holds no master file; it should have partners.csv, outlets.csv and so on", dir.display()),
        ));
    }
    Ok(files)
}

fn noun_of(file: &str) -> Option<Noun> {
    let (stem, extension) = file.rsplit_once('.')?;
    if !["csv", "tsv", "txt", "xlsx"].contains(&extension.to_ascii_lowercase().as_str()) || stem.ends_with(".rejects") {
        return None;
    }
    let is = |name: &str| stem.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    Noun::ALL.into_iter().find(|noun| is(noun.stem()) || is(noun.label()))
}

/// The official divisions and those the folder adds.
fn territories_of(dir: &Path) -> Result<Territories, Refusal> {
    let mut list = Territories::official()?.clone();
    let path = dir.join(TERRITORIES);
    if !path.exists() {
        return Ok(list);
    }
    let mut reader = sheet::open(&path, &Options::default())?;
    let column = |names: [&str; 2]| reader.headers().iter().position(|header| names.iter().any(|name| header.eq_ignore_ascii_case(name)));
    let (Some(code), Some(name)) = (column(["code", "编码"]), column(["name", "名称"])) else {
        return Err(Refusal::bad_input(
            "network.header.missing",
            format!("{TERRITORIES} 应有两列：编码/code、名称/name"),
            format!("{TERRITORIES} must have two columns: code, name"),
        ));
    };
    let mut record = RecordBuf::new();
    loop {
        match reader.next_into(&mut record)? {
            Step::End => return Ok(list),
            Step::Bad(problem) => return Err(problem.refusal(TERRITORIES)),
            Step::Row => {}
        }
        if let Err(text) = list.add(record.trimmed(code), record.trimmed(name)) {
            let problem = Problem::new(record.row(), "code", record.trimmed(code), "network.territory.unknown", text.zh, text.en);
            return Err(problem.refusal(TERRITORIES));
        }
    }
}
