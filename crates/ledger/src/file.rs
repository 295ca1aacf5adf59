//! The same ledger in one append-only text file, for work on plain folders without a database.
//!
//! Each line is a JSON record of something that happened (a month opened or closed, a journal posted) with the SHA-256 of the line before it,
//! so a line that was altered or removed shows. A line counts once its line end is written and flushed to the disk: a
//! crash in mid-line leaves a torn end, which the next opening cuts off. One process writes at a time; the file is locked
//! while it is open. What may be posted is decided by [`Book`], as for the database.

use crate::book::{Book, Sealed};
use crate::export::{Format, Writer};
use crate::model::{Account, Journal, JournalId};
use qudao_kernel::{Date, Kind, Month, Refusal};
use qudao_platform::Done;
use qudao_platform::hash::sha256;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// No line is longer: a journal of the largest size with the longest texts has room.
const MAX_LINE: u64 = 64 << 20;

/// An open ledger file.
pub struct FileLedger {
    path: PathBuf,
    file: File,
    book: Book,
    last_hash: String,
    lines: u64,
    torn: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) prev: String,
    #[serde(flatten)]
    pub(crate) record: Record,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Record {
    Open { entity: String, month: Month },
    Close { entity: String, month: Month, journals: u64, sha256: String },
    Post { sha256: String, journal: Journal },
}

impl FileLedger {
    /// Opens a ledger file, or begins one. Every line is read and checked.
    ///
    /// # Errors
    /// `Unavailable` if the file cannot be read or another process has it open; `Conflict ledger.file.broken` with the line number if a
    /// line was altered, removed, or holds something that could not have been posted.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Refusal> {
        let path = path.as_ref().to_path_buf();
        let opened = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let file = opened.map_err(|error| unreadable(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(&path)),
            Err(TryLockError::Error(error)) => return Err(unreadable(&path, &error)),
        }
        let mut ledger = Self { path, file, book: Book::default(), last_hash: String::new(), lines: 0, torn: false };
        let whole = ledger.replay()?;
        let length = ledger.file.metadata().map_err(|error| unreadable(&ledger.path, &error))?.len();
        if whole < length {
            ledger.file.set_len(whole).map_err(|error| unreadable(&ledger.path, &error))?;
            ledger.torn = true;
        }
        Ok(ledger)
    }

    /// The state of the books.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// True if the end of the file was torn by a crash and cut off when it was opened.
    pub fn was_torn(&self) -> bool {
        self.torn
    }

    /// Opens the first month of an entity; see [`Book::open_period`].
    pub fn open_period(&mut self, entity: &str, month: Month) -> Result<Done<Month>, Refusal> {
        let mut next = self.book.clone();
        let done = next.open_period(entity, month)?;
        if done.is_new() {
            self.append(Record::Open { entity: entity.to_owned(), month })?;
            self.book = next;
        }
        Ok(done)
    }

    /// Closes the open month of an entity; see [`Book::close_period`].
    pub fn close_period(&mut self, entity: &str, month: Month) -> Result<Done<Sealed>, Refusal> {
        let mut next = self.book.clone();
        let done = next.close_period(entity, month)?;
        if let Done::Now(Sealed { journals, sha256 }) = &done {
            self.append(Record::Close { entity: entity.to_owned(), month, journals: *journals, sha256: sha256.clone() })?;
            self.book = next;
        }
        Ok(done)
    }

    /// Posts a journal; see [`Book::post`].
    pub fn post(&mut self, journal: &Journal) -> Result<Done<JournalId>, Refusal> {
        let checked = match self.book.would_post(journal)? {
            Done::Already(checked) => return Ok(Done::Already(checked.id)),
            Done::Now(checked) => checked,
        };
        self.append(Record::Post { sha256: checked.sha256, journal: journal.clone() })?;
        self.book.post(journal)
    }

    /// Writes the books for another accounting tool. The journals are read from the file once more, ordered by day.
    pub fn export(&self, format: Format, out: &mut impl Write) -> Result<(), Refusal> {
        let mut journals: Vec<(Date, JournalId, u64)> = Vec::new();
        self.each_line(|offset, _, line| {
            if let Record::Post { journal, .. } = line.record {
                journals.push((journal.date, journal.id(), offset));
            }
            Ok(())
        })?;
        journals.sort();
        let mut writer = Writer::new(format, out);
        writer.head(self.book.all_balances().map(|(entity, account, _)| (entity, account)))?;
        let mut reader = self.reader()?;
        for (_, id, offset) in journals {
            let text = reader.seek(SeekFrom::Start(offset)).and_then(|_| {
                let mut text = String::new();
                reader.read_line(&mut text).map(|_| text)
            });
            let text = text.map_err(|error| unreadable(&self.path, &error))?;
            let line: Line = serde_json::from_str(&text).map_err(|error| broken(&self.path, 0, &error.to_string()))?;
            if let Record::Post { journal, .. } = line.record {
                writer.journal(&id, &journal)?;
            }
        }
        let all: Vec<(&str, &Account, i64)> = self.book.all_balances().collect();
        writer.tail(all.into_iter())
    }

    /// Rebuilds the books from the file; returns the length of its whole lines.
    fn replay(&mut self) -> Result<u64, Refusal> {
        let mut book = Book::default();
        let mut last_hash = String::new();
        let mut lines = 0;
        let mut whole = 0;
        let path = self.path.clone();
        self.each_line(|offset, text, line| {
            lines += 1;
            if line.prev != last_hash {
                return Err(broken(&path, lines, "the line before it was altered or removed"));
            }
            accept(&mut book, line.record).map_err(|reason| broken(&path, lines, &reason))?;
            last_hash = sha256(text);
            whole = offset + text.len() as u64 + 1;
            Ok(())
        })?;
        (self.book, self.last_hash, self.lines) = (book, last_hash, lines);
        Ok(whole)
    }

    /// Hands every whole line with its offset to `take`; a torn end is left out.
    fn each_line(&self, take: impl FnMut(u64, &str, Line) -> Result<(), Refusal>) -> Result<(), Refusal> {
        lines_from(&self.path, 0, 0, take)
    }

    fn reader(&self) -> Result<BufReader<File>, Refusal> {
        File::open(&self.path).map(BufReader::new).map_err(|error| unreadable(&self.path, &error))
    }

    fn append(&mut self, record: Record) -> Result<(), Refusal> {
        let line = Line { prev: self.last_hash.clone(), record };
        let text = serde_json::to_string(&line).map_err(|error| broken(&self.path, self.lines + 1, &error.to_string()))?;
        let length = self.file.metadata().map_err(|error| unreadable(&self.path, &error))?.len();
        let written = self.file.write_all(format!("{text}\n").as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // Half a line must not be continued by the next one.
            let _ = self.file.set_len(length);
            return Err(unreadable(&self.path, &error));
        }
        self.last_hash = sha256(&text);
        self.lines += 1;
        Ok(())
    }
}

impl Drop for FileLedger {
    fn drop(&mut self) {
        // Closing alone does not release the lock while a process being started by another thread still holds a copy of the file.
        let _ = self.file.unlock();
    }
}

/// Hands every whole line after an offset, which is the end of `number` lines, to `take`; a torn end is left out.
pub(crate) fn lines_from(
    path: &Path,
    mut offset: u64,
    mut number: u64,
    mut take: impl FnMut(u64, &str, Line) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let opened = File::open(path).and_then(|mut file| file.seek(SeekFrom::Start(offset)).map(|_| file));
    let mut reader = BufReader::new(opened.map_err(|error| unreadable(path, &error))?);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let mut bounded = std::io::Read::take(&mut reader, MAX_LINE);
        let length = bounded.read_until(b'\n', &mut bytes).map_err(|error| unreadable(path, &error))?;
        if bytes.pop_if(|last| *last == b'\n').is_none() {
            return if length as u64 == MAX_LINE { Err(broken(path, number + 1, "it is too long")) } else { Ok(()) };
        }
        number += 1;
        let text = std::str::from_utf8(&bytes).map_err(|error| broken(path, number, &error.to_string()))?;
        let line = serde_json::from_str(text).map_err(|error| broken(path, number, &error.to_string()))?;
        take(offset, text, line)?;
        offset += length as u64;
    }
}

pub(crate) fn accept(book: &mut Book, record: Record) -> Result<(), String> {
    let refused = |refusal: Refusal| refusal.text.en;
    match record {
        Record::Open { entity, month } => match book.open_period(&entity, month).map_err(refused)? {
            Done::Now(_) => Ok(()),
            Done::Already(_) => Err("it repeats an opening".to_owned()),
        },
        Record::Close { entity, month, journals, sha256 } => match book.close_period(&entity, month).map_err(refused)? {
            Done::Now(sealed) if sealed == Sealed { journals, sha256 } => Ok(()),
            _ => Err("the month's seal does not match its journals".to_owned()),
        },
        Record::Post { sha256, journal } if journal.sha256() == sha256 => match book.post(&journal).map_err(refused)? {
            Done::Now(_) => Ok(()),
            Done::Already(_) => Err("it repeats a journal".to_owned()),
        },
        Record::Post { .. } => Err("the journal does not match its hash".to_owned()),
    }
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Refusal {
    let place = path.display();
    Refusal::unavailable(
        "ledger.file.io",
        format!("账本文件 {place} 读写失败({error});请检查路径、权限与磁盘空间,本次没有记账"),
        format!("ledger file {place} cannot be read or written ({error}); check path, permissions and disk space, nothing was posted"),
    )
}

fn in_use(path: &Path) -> Refusal {
    let place = path.display();
    Refusal::new(
        Kind::Conflict,
        "ledger.file.in_use",
        format!("账本文件 {place} 正被另一个进程使用;请等它结束"),
        format!("ledger file {place} is open in another process; wait until that ends"),
    )
}

pub(crate) fn broken(path: &Path, line: u64, reason: &str) -> Refusal {
    let place = path.display();
    Refusal::new(
        Kind::Conflict,
        "ledger.file.broken",
        format!("账本文件 {place} 第 {line} 行不可信({reason});请用备份恢复该文件"),
        format!("line {line} of ledger file {place} cannot be trusted: {reason}; restore the file from a backup"),
    )
}
