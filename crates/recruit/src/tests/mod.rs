//! Stories on both databases.

mod agreements;
mod events;
mod prospects;

use qudao_kernel::{Date, Refusal};
use qudao_platform::{args, write_tx};
use qudao_testkit::TestDb;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: &Result<T, Refusal>) -> &'static str {
    outcome.as_ref().err().map_or("ok", |refusal| refusal.code)
}

/// Midday of a day in China, microseconds since 1970.
fn noon(text: &str) -> i64 {
    (i64::from(day(text).days()) * 24 + 4) * 3_600_000_000
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    db.read().await.unwrap().query_one(sql, args![]).await.unwrap().int("n").unwrap()
}

/// Tries to change what stays.
async fn stays(db: &TestDb, sql: &'static str) {
    let tried: Result<(), Refusal> = write_tx!(db, |tx| tx.execute(sql, args![]).await.map(drop));
    assert!(tried.is_err(), "{sql}");
}
