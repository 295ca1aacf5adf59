//! Batches of payments on both databases and in the ledger file.

use super::{
    Candidate, Order, Wait, approve, batches, made_before, make, may_pay, paid, payments, post, punctual, refuse, weigh, write_bank_file,
};
use crate::bank;
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{AccountKind, Journal, Templates};
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(a_batch_is_made_approved_paid_and_posted_once, what_cannot_be_paid_is_told, a_changed_account_stops_a_batch);

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn july() -> Month {
    "2026-07".parse().unwrap()
}

fn order<'a>(key: &'a str, note: &'a str) -> Order<'a> {
    Order { key, body: key.as_bytes(), month: july(), note, today: date("2026-08-10") }
}

fn candidate(partner: &str, amount: i64) -> Candidate {
    Candidate {
        partner: partner.to_owned(),
        name: "东门通讯".to_owned(),
        statement: format!("ST-202607-{partner}"),
        amount,
        due_on: date("2026-08-20"),
        waits: None,
    }
}

async fn account(db: &TestDb, partner: &str, number: &str, from: &str) {
    let entered = bank::Entered { partner, holder: "东门通讯", bank: "城东支行", number, licence: "9142-0001", reason: "开户" };
    let made = bank::enter(db, "a", &entered).await.unwrap();
    bank::approve(db, "b", &made.id, 1, date(from), 7).await.unwrap();
    db.clock().advance(Duration::from_secs(1));
}

fn books(db: &TestDb, owed: &[(&str, i64)]) -> std::path::PathBuf {
    let path = db.folder().join("ledger.jsonl");
    let mut ledger = FileLedger::open(&path).unwrap();
    ledger.open_period("operator", "2026-08".parse().unwrap()).unwrap().into_inner();
    for (partner, fen) in owed {
        let posting = Templates::of("operator").commission(partner, Fen(*fen), "social/basic").unwrap();
        ledger.post(&Journal::new("operator", *partner, date("2026-08-05"), "结算").posting(posting)).unwrap().into_inner();
    }
    path
}

async fn a_batch_is_made_approved_paid_and_posted_once(db: TestDb) {
    // R1.40, R1.44, R5.16: from statement to bank transfer, by two people, once
    account(&db, "P1", "6222000011111111", "2026-07-01").await;
    account(&db, "P2", "6222000022222222", "2026-07-01").await;
    let today = date("2026-08-10");
    let chosen = [candidate("P1", 1_000), candidate("P2", 250)];
    let batch = make(&db, "a", &order("k1", "七月"), &chosen).await.unwrap();
    assert_eq!((batch.payments, batch.amount), (2, Fen(1_250)));
    assert_eq!(code(make(&db, "a", &order("k2", ""), &chosen[1..]).await), "settle.payment.waits");
    // the same request once more is the same batch
    assert_eq!(make(&db, "a", &order("k1", "七月"), &chosen).await.unwrap().id, batch.id);
    assert_eq!(made_before(&db, "a", "k1", b"k1").await.unwrap().unwrap().id, batch.id);
    assert_eq!(code(made_before(&db, "a", "k1", b"other").await), "platform.keys.other_body");
    assert_eq!(code(approve(&db, "a", &batch.id, 1, today).await), "settle.four_eyes");
    assert_eq!(code(may_pay(&mut db.read().await.unwrap(), &batch.id, "BK-1").await), "settle.payment.state");
    let batch = approve(&db, "b", &batch.id, 1, today).await.unwrap();
    let rows = payments(&mut db.read().await.unwrap(), &batch.id).await.unwrap();
    let file = db.folder().join("bank.csv");
    assert_eq!(write_bank_file(&rows, &file).unwrap(), Fen(1_250));
    assert!(std::fs::read(&file).unwrap().windows(16).any(|bytes| bytes == b"6222000022222222"));

    let path = books(&db, &[("P1", 1_000), ("P2", 400)]);
    let on = date("2026-11-29");
    let first = post(&path, "operator", &batch, &rows, on, &|_| ()).unwrap();
    assert_eq!((first.new, first.known), (2, 0));
    // a crash before the batch was marked: the repeat posts nothing, whatever day it is
    let again = post(&path, "operator", &batch, &rows, date("2026-08-12"), &|_| ()).unwrap();
    assert_eq!((again.new, again.known), (0, 2));
    let ledger = FileLedger::open(&path).unwrap();
    let owed = |partner: &str| AccountKind::Payable.standing(ledger.book().balance("operator", partner, AccountKind::Payable));
    assert_eq!((owed("P1"), owed("P2")), (0, 150));
    assert_eq!(ledger.book().balance("operator", "operator", AccountKind::Bank), -1_250);
    drop(ledger);
    paid(&db, "a", &batch.id, date("2026-08-12"), "BK-1").await.unwrap();
    assert_eq!(paid(&db, "a", &batch.id, date("2026-08-12"), "BK-1").await.unwrap().state, "paid");
    assert_eq!(code(paid(&db, "a", &batch.id, date("2026-08-12"), "BK-2").await), "settle.payment.state");
    assert_eq!(code(refuse(&db, "b", &batch.id, 3, "错").await), "settle.payment.state");
    assert_eq!(punctual(&mut db.read().await.unwrap(), date("2026-09-01")).await.unwrap(), (2, 2));
}

async fn what_cannot_be_paid_is_told(db: TestDb) {
    // R0.31, R0.33: no invoice, no account, an account that is held, nothing to pay
    account(&db, "P1", "6222000011111111", "2026-08-09").await;
    account(&db, "P3", "6222000033333333", "2026-01-01").await;
    let today = date("2026-08-10");
    let invoice = Candidate { waits: Some(Wait::Invoice), ..candidate("P3", 70) };
    let mut all = vec![candidate("P1", 10), candidate("P2", 10), candidate("P3", 0), invoice.clone()];
    weigh(&mut db.read().await.unwrap(), &mut all, today).await.unwrap();
    let waits: Vec<Option<Wait>> = all.iter().map(|one| one.waits).collect();
    assert_eq!(waits, [Some(Wait::Held), Some(Wait::NoAccount), Some(Wait::Nothing), Some(Wait::Invoice)]);
    for one in &all {
        assert_eq!(code(make(&db, "a", &order("k1", ""), std::slice::from_ref(one)).await), "settle.payment.waits");
    }
    assert_eq!(code(make(&db, "a", &order("k1", ""), &[]).await), "settle.payment.none");
    // of a batch that was refused the statements are free again
    let good = candidate("P3", 70);
    let first = make(&db, "a", &order("k2", ""), std::slice::from_ref(&good)).await.unwrap();
    assert_eq!(code(refuse(&db, "b", &first.id, 1, "").await), "settle.period.no_note");
    refuse(&db, "b", &first.id, 1, "金额待核").await.unwrap();
    db.clock().advance(Duration::from_secs(1));
    let second = make(&db, "a", &order("k3", ""), std::slice::from_ref(&good)).await.unwrap();
    assert_eq!(batches(&mut db.read().await.unwrap()).await.unwrap().len(), 2);
    let rows = payments(&mut db.read().await.unwrap(), &second.id).await.unwrap();
    let second = approve(&db, "b", &second.id, 1, today).await.unwrap();
    // the books owe less than the statement says: nothing is posted
    let path = books(&db, &[("P3", 69)]);
    assert_eq!(code(post(&path, "operator", &second, &rows, today, &|_| ())), "settle.payment.not_owed");
    assert_eq!(code(post(&path, "other", &second, &rows, today, &|_| ())), "settle.payment.no_books");
}

async fn a_changed_account_stops_a_batch(db: TestDb) {
    // R0.33
    account(&db, "P1", "6222000011111111", "2026-01-01").await;
    let today = date("2026-08-10");
    let batch = make(&db, "a", &order("k1", ""), &[candidate("P1", 10)]).await.unwrap();
    account(&db, "P1", "6222000099999999", "2026-08-09").await;
    assert_eq!(code(approve(&db, "b", &batch.id, 1, today).await), "settle.payment.account");
}
