//! Random stories: the book keeps its invariants, and the tables and the file keep the same book.

use crate::common::{day, month, sound};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use qudao_kernel::{Date, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{AccountKind, Book, Done, Entry, Journal, Unit};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
enum Step {
    Post { key: u8, month: u8, entries: Vec<(u8, u8, i64)>, balanced: bool },
    Reverse { key: u8, of: u8, month: u8 },
    Close { month: u8 },
}

fn stories() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![4 => -300..300_i64, 1 => Just(0), 2 => -1_000_000_000_000..1_000_000_000_000_i64];
    let entry = (0..4_u8, 0..14_u8, amount);
    let month = || prop_oneof![6 => Just(0_u8), 1 => 0..4_u8];
    let post = (0..12_u8, month(), prop::collection::vec(entry, 0..6), prop::bool::weighted(0.9))
        .prop_map(|(key, month, entries, balanced)| Step::Post { key, month, entries, balanced });
    let reverse = (0..6_u8, 0..12_u8, month()).prop_map(|(key, of, month)| Step::Reverse { key, of, month });
    let close = month().prop_map(|month| Step::Close { month });
    prop::collection::vec(prop_oneof![24 => post, 8 => reverse, 1 => close], 1..40)
}

fn the_day(month: u8) -> Date {
    day("2026-07-15").plus_months(i32::from(month))
}

/// What a step asks of a ledger.
enum Ask {
    Post(Journal),
    Close(qudao_kernel::Month),
}

/// Makes the questions of a story, one entity's.
struct Teller {
    entity: String,
    offered: BTreeMap<u8, Journal>,
}

impl Teller {
    fn new(entity: &str) -> Self {
        Self { entity: entity.to_owned(), offered: BTreeMap::new() }
    }

    fn ask(&mut self, step: &Step) -> Option<Ask> {
        match step {
            Step::Close { month } => Some(Ask::Close(the_day(*month).month())),
            Step::Reverse { key, of, month } => {
                let reversal = self.offered.get(of)?.reversal(format!("r{key}"), the_day(*month), "冲正");
                reversal.ok().map(Ask::Post)
            }
            Step::Post { key, month, entries, balanced } => {
                let journal = Journal::new(&self.entity, format!("k{key}"), the_day(*month), "随机").with(self.entries(entries, *balanced));
                self.offered.entry(*key).or_insert_with(|| journal.clone());
                Some(Ask::Post(journal))
            }
        }
    }

    fn entries(&self, drawn: &[(u8, u8, i64)], balanced: bool) -> Vec<Entry> {
        let kind = |number: u8| AccountKind::all().nth(usize::from(number)).unwrap();
        let mut entries: Vec<Entry> =
            drawn.iter().map(|(owner, number, amount)| Entry::debit(format!("P{owner}"), kind(*number), *amount)).collect();
        for (unit, counter) in [(Unit::Fen, AccountKind::Bank), (Unit::Points, AccountKind::PointsIssued)] {
            let sum: i64 = entries.iter().filter(|entry| entry.kind.unit() == unit).map(|entry| entry.amount).sum();
            if balanced && sum != 0 {
                entries.push(Entry::credit(&self.entity, counter, sum));
            }
        }
        entries
    }
}

/// An answer that two ledgers can be compared by.
fn told<T>(outcome: Result<Done<T>, Refusal>) -> &'static str {
    match outcome {
        Ok(Done::Now(_)) => "now",
        Ok(Done::Already(_)) => "already",
        Err(refusal) => refusal.code,
    }
}

fn answer(book: &mut Book, entity: &str, ask: &Ask) -> &'static str {
    match ask {
        Ask::Post(journal) => told(book.post(journal)),
        Ask::Close(month) => told(book.close_period(entity, *month)),
    }
}

fn fresh_book(entity: &str) -> Book {
    let mut book = Book::default();
    book.open_period(entity, month("2026-07")).unwrap().into_inner();
    book
}

fn check_invariants(book: &Book, before: &Book) {
    assert_eq!((book.sum("e", Unit::Fen), book.sum("e", Unit::Points)), (0, 0));
    for (_, account, amount) in book.all_balances() {
        assert!(!account.kind.has_floor() || account.kind.standing(amount) >= 0, "{account:?} {amount}");
    }
    for number in 0..4 {
        let month = the_day(number).month();
        assert!(before.sealed("e", month).is_none() || before.sealed("e", month) == book.sealed("e", month));
    }
}

#[test]
fn the_book_keeps_its_invariants() {
    // R0.3, R0.13, R0.30
    let seen = RefCell::new(BTreeSet::new());
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&stories(), |story| {
        let (mut book, mut teller) = (fresh_book("e"), Teller::new("e"));
        let mut posted = Vec::new();
        for step in &story {
            let Some(ask) = teller.ask(step) else { continue };
            let before = book.clone();
            let told = answer(&mut book, "e", &ask);
            check_invariants(&book, &before);
            assert!(told == "now" || book == before, "{told} changed the book");
            seen.borrow_mut().insert(told);
            if told == "now" {
                posted.push(ask);
            }
        }
        // Everything that was done, once more: nothing changes.
        let after = book.clone();
        for ask in &posted {
            assert_eq!(answer(&mut book, "e", ask), "already");
        }
        assert_eq!(book, after);
        Ok(())
    });
    outcome.unwrap();
    // The stories lead to every answer there is.
    for code in [
        "already",
        "ledger.balance.short",
        "ledger.journal.already_reversed",
        "ledger.journal.amount",
        "ledger.journal.empty",
        "ledger.journal.other_body",
        "ledger.journal.unbalanced",
        "ledger.journal.unknown",
        "ledger.period.closed",
        "ledger.period.not_open",
        "now",
    ] {
        assert!(seen.borrow().contains(code), "no story led to {code}");
    }
}

#[test]
fn the_file_keeps_the_same_book() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&stories(), |story| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let mut file = FileLedger::open(&path).unwrap();
        file.open_period("e", month("2026-07")).unwrap().into_inner();
        let (mut book, mut teller) = (fresh_book("e"), Teller::new("e"));
        for ask in story.iter().filter_map(|step| teller.ask(step)) {
            let in_file = match &ask {
                Ask::Post(journal) => told(file.post(journal)),
                Ask::Close(month) => told(file.close_period("e", *month)),
            };
            assert_eq!(in_file, answer(&mut book, "e", &ask));
        }
        assert_eq!(*file.book(), book);
        drop(file);
        assert_eq!(*FileLedger::open(&path).unwrap().book(), book);
        Ok(())
    });
    outcome.unwrap();
}

on_both!(the_tables_keep_the_same_book);

async fn the_tables_keep_the_same_book(db: TestDb) {
    let told_stories: Vec<Vec<Step>> = {
        let mut runner = TestRunner::deterministic();
        (0..12).map(|_| stories().new_tree(&mut runner).unwrap().current()).collect()
    };
    for (number, story) in told_stories.iter().enumerate() {
        let entity = format!("e{number}");
        let (mut book, mut teller) = (fresh_book(&entity), Teller::new(&entity));
        write_tx!(db, |tx| qudao_ledger::open_period(tx, "t", &entity, month("2026-07")).await).unwrap().into_inner();
        for ask in story.iter().filter_map(|step| teller.ask(step)) {
            let in_tables = match &ask {
                Ask::Post(journal) => told(write_tx!(db, |tx| qudao_ledger::post(tx, journal).await)),
                Ask::Close(month) => told(write_tx!(db, |tx| qudao_ledger::close_period(tx, "t", &entity, *month).await)),
            };
            assert_eq!(in_tables, answer(&mut book, &entity, &ask), "story {number}");
        }
        let mut tx = db.read().await.unwrap();
        for owner in ["P0", "P1", "P2", "P3", &entity] {
            assert_eq!(qudao_ledger::balances(&mut tx, &entity, owner).await.unwrap(), book.balances(&entity, owner));
        }
        for number in 0..4 {
            let month = the_day(number).month();
            assert_eq!(qudao_ledger::store::sealed(&mut tx, &entity, month).await.unwrap().as_ref(), book.sealed(&entity, month));
        }
    }
    sound(&db).await;
}
