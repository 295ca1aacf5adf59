//! What stands in a ledger file, kept for browsing: accounts, their entries with the balance after each, and journals.
//!
//! The file is read and checked once; later only what was added is. Nothing is locked, so whoever posts is not held up: a line that is
//! being written has no end yet and is left for the next time.

use crate::book::Book;
use crate::file::{Line, Record, accept, broken, lines_from, unreadable};
use crate::kind::Unit;
use crate::model::{Account, Journal, JournalId};
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::hash::sha256;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A journal without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its identity.
    pub id: JournalId,
    /// Settlement entity.
    pub entity: String,
    /// Key.
    pub key: String,
    /// Day of the posting.
    pub date: Date,
    /// Month it is about.
    pub about: Month,
    /// Why.
    pub reason: String,
    /// Number of its entries.
    pub entries: usize,
    /// Sum of its debits, fen.
    pub debit: i128,
    at: u64,
}

/// An entry of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its journal's place in [`Index::journals`].
    pub journal: usize,
    /// Its place in the journal.
    pub line: usize,
    /// Debit positive.
    pub amount: i64,
    /// Balance of the account after it.
    pub balance: i64,
    reference: usize,
}

/// The file as it was read last.
#[derive(Debug, Clone, Default)]
pub struct Index {
    path: PathBuf,
    /// Length of the lines read.
    at: u64,
    lines: u64,
    last_hash: String,
    book: Book,
    journals: Vec<Head>,
    by_id: HashMap<JournalId, usize>,
    entries: BTreeMap<(String, Account), Vec<Place>>,
    /// What entries refer to, each text once.
    references: Vec<String>,
    by_reference: HashMap<String, usize>,
}

impl Index {
    /// Reads a ledger file; one that is not there yet is empty.
    ///
    /// # Errors
    /// As [`crate::file::FileLedger::open`].
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let mut index = Self { path: path.to_owned(), ..Self::default() };
        index.refresh()?;
        Ok(index)
    }

    /// Reads what was added. A file that is another one by now is read from its beginning. Whether anything changed.
    ///
    /// # Errors
    /// As [`Index::open`]; what was read before stands.
    pub fn refresh(&mut self) -> Result<bool, Refusal> {
        let length = match std::fs::metadata(&self.path) {
            Ok(data) => data.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(unreadable(&self.path, &error)),
        };
        if length == self.at {
            return Ok(false);
        }
        if length < self.at || !self.goes_on()? {
            let mut anew = Self { path: self.path.clone(), ..Self::default() };
            if length > 0 {
                anew.read()?;
            }
            *self = anew;
            return Ok(true);
        }
        let mut more = self.clone();
        let before = more.at;
        more.read()?;
        *self = more;
        Ok(self.at != before)
    }

    /// Whether what was added follows what was read.
    fn goes_on(&self) -> Result<bool, Refusal> {
        let mut first = None;
        lines_from(&self.path, self.at, self.lines, |_, _, line| {
            if first.is_none() {
                first = Some(line.prev == self.last_hash);
            }
            Ok(())
        })
        .map(|()| first.unwrap_or(true))
        .or_else(|refusal| if self.at == 0 { Err(refusal) } else { Ok(false) })
    }

    fn read(&mut self) -> Result<(), Refusal> {
        let (path, mut number) = (self.path.clone(), self.lines);
        lines_from(&path, self.at, self.lines, |offset, text, line| {
            number += 1;
            if line.prev != self.last_hash {
                return Err(broken(&path, number, "the line before it was altered or removed"));
            }
            self.take(offset, line).map_err(|reason| broken(&path, number, &reason))?;
            self.last_hash = sha256(text);
            self.at = offset + text.len() as u64 + 1;
            self.lines = number;
            Ok(())
        })
    }

    fn take(&mut self, at: u64, line: Line) -> Result<(), String> {
        if let Record::Post { journal, .. } = &line.record {
            let place = self.journals.len();
            for (number, entry) in journal.entries.iter().enumerate() {
                let key = (journal.entity.clone(), Account::new(&entry.owner, entry.kind));
                let reference = self.by_reference.get(&entry.reference).copied().unwrap_or_else(|| {
                    self.references.push(entry.reference.clone());
                    self.by_reference.insert(entry.reference.clone(), self.references.len() - 1);
                    self.references.len() - 1
                });
                let list = self.entries.entry(key).or_default();
                let balance = list.last().map_or(0, |last| last.balance).saturating_add(entry.amount);
                list.push(Place { journal: place, line: number, amount: entry.amount, balance, reference });
            }
            let debits = journal.entries.iter().filter(|entry| entry.kind.unit() == Unit::Fen && entry.amount > 0);
            let head = Head {
                id: journal.id(),
                entity: journal.entity.clone(),
                key: journal.key.clone(),
                date: journal.date,
                about: journal.about,
                reason: journal.reason.clone(),
                entries: journal.entries.len(),
                debit: debits.map(|entry| i128::from(entry.amount)).sum(),
                at,
            };
            self.by_id.insert(head.id.clone(), place);
            self.journals.push(head);
        }
        accept(&mut self.book, line.record)
    }

    /// The state of the books.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Lines of the file.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Hash of its last line.
    pub fn hash(&self) -> &str {
        &self.last_hash
    }

    /// Journals in the order they were posted.
    pub fn journals(&self) -> &[Head] {
        &self.journals
    }

    /// Accounts with their entries, by entity and owner.
    pub fn accounts(&self) -> impl Iterator<Item = (&str, &Account, &[Place])> {
        self.entries.iter().map(|((entity, account), places)| (entity.as_str(), account, places.as_slice()))
    }

    /// The entries of an account in the order they were posted.
    pub fn entries(&self, entity: &str, account: &Account) -> &[Place] {
        self.entries.get(&(entity.to_owned(), account.clone())).map_or(&[], Vec::as_slice)
    }

    /// What an entry is for: `policy/component`, a statement, a document.
    pub fn reference(&self, place: &Place) -> &str {
        self.references.get(place.reference).map_or("", String::as_str)
    }

    /// A journal with its entries, read from the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn journal(&self, id: &JournalId) -> Result<Option<Journal>, Refusal> {
        let Some(head) = self.by_id.get(id).and_then(|place| self.journals.get(*place)) else { return Ok(None) };
        let mut text = String::new();
        let read = |mut file: File| file.seek(SeekFrom::Start(head.at)).and_then(|_| BufReader::new(file).read_line(&mut text));
        File::open(&self.path).and_then(read).map_err(|error| unreadable(&self.path, &error))?;
        let line: Line = serde_json::from_str(&text).map_err(|error| broken(&self.path, 0, &error.to_string()))?;
        Ok(if let Record::Post { journal, .. } = line.record { Some(journal) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::FileLedger;
    use crate::kind::AccountKind;
    use crate::templates::Templates;
    use qudao_kernel::Fen;

    fn post(ledger: &mut FileLedger, key: &str, owner: &str, fen: i64) {
        let posting = Templates::of("operator").commission(owner, Fen(fen), "social/basic").unwrap();
        let journal = Journal::new("operator", key, "2026-08-05".parse().unwrap(), "结算").posting(posting);
        ledger.post(&journal).unwrap().into_inner();
    }

    #[test]
    fn what_is_added_is_read_and_another_file_is_noticed() {
        // R0.13, R1.44: what stands in the books can be looked at while they are written
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        assert_eq!(Index::open(&path).unwrap().lines(), 0);
        let mut ledger = FileLedger::open(&path).unwrap();
        ledger.open_period("operator", "2026-08".parse().unwrap()).unwrap().into_inner();
        post(&mut ledger, "k1", "P1", 700);
        let mut index = Index::open(&path).unwrap();
        assert!(!index.refresh().unwrap());
        post(&mut ledger, "k2", "P1", -200);
        post(&mut ledger, "k3", "P2", 50);
        assert!(index.refresh().unwrap());
        let owed = Account::new("P1", AccountKind::Payable);
        let seen: Vec<(i64, i64)> = index.entries("operator", &owed).iter().map(|place| (place.amount, place.balance)).collect();
        assert_eq!(seen, [(-700, -700), (200, -500)]);
        assert_eq!(index.reference(&index.entries("operator", &owed)[1]), "social/basic");
        assert_eq!(index.book().balance("operator", "P1", AccountKind::Payable), -500);
        assert_eq!(index.accounts().count(), 3);
        let head = &index.journals()[1];
        assert_eq!((head.key.as_str(), head.debit), ("k2", 200));
        assert_eq!(index.journal(&head.id).unwrap().unwrap().entries.len(), 2);
        drop(ledger);
        // a half-written line is left alone, another file is read anew, an altered one is refused
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}{{\"prev\":")).unwrap();
        assert!(!index.refresh().unwrap());
        let first: String = whole.split_inclusive('\n').take(2).collect();
        std::fs::write(&path, first).unwrap();
        assert!(index.refresh().unwrap());
        assert_eq!(index.journals().len(), 1);
        std::fs::write(&path, whole.replace("\"amount\":50", "\"amount\":51")).unwrap();
        assert_eq!(index.refresh().unwrap_err().code, "ledger.file.broken");
        assert_eq!(index.journals().len(), 1);
    }
}
