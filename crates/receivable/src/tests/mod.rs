//! Stories on both databases.

mod books;
mod money;
mod properties;

use crate::account::{self, Account, Steps};
use crate::collection::{Collect, Way};
use crate::invoice::{For, Issue};
use crate::{Debtor, Once, collection, invoice};
use qudao_access::Sight;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_testkit::TestDb;

const DEBTOR: Debtor<'static> = Debtor { partner: "P1", territory: "421102" };

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn once(key: &str) -> Once<'_> {
    Once { who: "a", key }
}

fn today(db: &TestDb) -> Date {
    qudao_access::sessions::day(db.now_us())
}

/// An invoice of so many days ago, due after thirty.
async fn owes(db: &TestDb, key: &str, amount: i64, age: i32) -> String {
    let issued_on = today(db).plus_days(-age);
    let new = Issue { debtor: DEBTOR, kind: For::Goods, amount: Fen(amount), issued_on, due_on: issued_on.plus_days(30), note: "货款" };
    invoice::issue(db, once(key), &new, today(db)).await.unwrap().into_inner()
}

fn paid(db: &TestDb, amount: i64) -> Collect<'static> {
    Collect { debtor: DEBTOR, way: Way::Bank, amount: Fen(amount), received_on: today(db), reference: "HD1", parts: None }
}

async fn account_of(db: &TestDb) -> Account {
    let steps = Steps::read("30/60/90").unwrap();
    let found = account::list(&mut db.read().await.unwrap(), &Sight::everywhere(), "P1", today(db), steps).await.unwrap();
    found.into_iter().next().unwrap_or_default()
}

async fn collects(db: &TestDb, key: &str, amount: i64) -> collection::Collected {
    collection::collect(db, once(key), &paid(db, amount), today(db)).await.unwrap().into_inner()
}
