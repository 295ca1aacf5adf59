//! Small words for the stories.

use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_ledger::{AccountKind, Done, Entry, Journal, JournalId, Posting, Templates, close_period, open_period, post};
use qudao_platform::db::Db;
use qudao_platform::write_tx;

pub(crate) const ENTITY: &str = "city:4301";

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn yuan(text: &str) -> Fen {
    text.parse().unwrap()
}

pub(crate) fn templates() -> Templates<'static> {
    Templates::of(ENTITY)
}

pub(crate) fn journal(key: &str, date: &str, posting: Posting) -> Journal {
    Journal::new(ENTITY, key, day(date), "测试").posting(posting)
}

/// Commission of so many yuan for an owner, in July.
pub(crate) fn commission(key: &str, owner: &str, amount: &str) -> Journal {
    journal(key, "2026-07-31", templates().commission(owner, yuan(amount), key).unwrap())
}

/// A group of entries for one owner: commission of `amount` fen in `lines` lines.
pub(crate) fn group(owner: &str, lines: usize, amount: i64) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        (0..lines).map(|line| Entry::credit(owner, AccountKind::Payable, amount).about(format!("L{line}"))).collect();
    entries.push(Entry::debit(ENTITY, AccountKind::CommissionExpense, amount * lines as i64));
    entries
}

pub(crate) async fn open(db: &Db, text: &str) {
    write_tx!(db, |tx| open_period(tx, "tester", ENTITY, month(text)).await).unwrap().into_inner();
}

pub(crate) async fn close(db: &Db, text: &str) {
    write_tx!(db, |tx| close_period(tx, "tester", ENTITY, month(text)).await).unwrap().into_inner();
}

pub(crate) async fn put(db: &Db, journal: &Journal) -> Result<Done<JournalId>, Refusal> {
    write_tx!(db, |tx| post(tx, journal).await)
}

/// A balance as people read it.
pub(crate) async fn standing(db: &Db, owner: &str, kind: AccountKind) -> i64 {
    kind.standing(qudao_ledger::balance(&mut db.read().await.unwrap(), ENTITY, owner, kind).await.unwrap())
}

pub(crate) async fn sound(db: &Db) {
    let report = qudao_ledger::check(db).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
}
