//! Stories on both databases.

mod orders;
mod shelves;

use qudao_kernel::master::{Product, Span};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_testkit::TestDb;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: &Result<T, Refusal>) -> &'static str {
    outcome.as_ref().err().map_or("ok", |refusal| refusal.code)
}

fn today(db: &TestDb) -> Date {
    qudao_access::sessions::day(db.now_us())
}

fn handset(code: &str, category: &str) -> Product {
    Product {
        code: code.into(),
        name: code.into(),
        line: "终端".into(),
        category: category.into(),
        plan_fee: Fen::ZERO,
        supply_price: Fen(42_000),
        retail_price: Fen(49_900),
        span: Span::ALWAYS,
    }
}
