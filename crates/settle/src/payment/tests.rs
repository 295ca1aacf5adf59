//! Batches of payments on both databases and in the ledger file.

use super::{
    Candidate, Order, Wait, approve, batches, made_before, make, may_pay, paid, payments, post, punctual, refuse, weigh, write_bank_file,
};
use crate::confirm::{self, Confirm, Subject};
use crate::dispute::{self, Raise};
use crate::invoice::{self, Taken};
use crate::statement::{Statement, fixture};
use crate::{attachment, bank};
use qudao_kernel::{Date, Fen, Lang, Month, Refusal};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{AccountKind, Journal, Templates};
use qudao_platform::params::{Register, Setting};
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(
    a_batch_is_made_approved_paid_and_posted_once,
    what_cannot_be_paid_is_told,
    a_changed_account_stops_a_batch,
    a_dispute_holds_what_is_not_confirmed_and_nothing_else,
    silence_confirms_only_where_the_rule_says_so,
);

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

fn statement(partner: &str, amount: i64) -> Statement {
    let mut statement = fixture::with_terms(Lang::Zh, |terms| fixture::statements(terms, &fixture::outcome(3))).unwrap().remove(0);
    statement.number = format!("ST-202607-{partner}");
    partner.clone_into(&mut statement.partner);
    "东门通讯".clone_into(&mut statement.name);
    statement.hash = format!("hash of {partner}");
    statement.natural_person = false;
    statement.pay_on = Some(date("2026-08-20"));
    statement.totals.payment = Fen(amount);
    statement.totals.offsets = Fen::ZERO;
    statement
}

fn candidate(partner: &str, amount: i64) -> Candidate {
    Candidate::of(&statement(partner, amount))
}

async fn confirmed(db: &TestDb, one: &Candidate) {
    confirm::take_over(db, "partner", &Register::standard().unwrap(), std::slice::from_ref(&one.subject), date("2026-08-06"))
        .await
        .unwrap();
}

async fn invoiced(db: &TestDb, one: &Candidate, number: &str, accepted: bool) {
    let written = attachment::write(&db.folder().join("uploads"), b"%PDF-1.7 an invoice").unwrap();
    let paper = attachment::note(db, "partner", "发票.pdf", 19, written).await.unwrap();
    let taken = Taken { subject: &one.subject, number, accepted };
    invoice::take_over(db, ("partner", "c"), &paper.id, &[taken], date("2026-08-07")).await.unwrap();
}

/// A statement that waits for nothing but its account.
async fn ready(db: &TestDb, partner: &str, amount: i64) -> Candidate {
    let one = candidate(partner, amount);
    confirmed(db, &one).await;
    invoiced(db, &one, &format!("{:0>20}", partner.trim_start_matches('P')), true).await;
    one
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
    let chosen = [ready(&db, "P1", 1_000).await, ready(&db, "P2", 250).await];
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
    // R0.31, R0.33: not confirmed, no invoice, no account, an account that is held, nothing to pay
    account(&db, "P1", "6222000011111111", "2026-08-09").await;
    for (index, partner) in ["P3", "P4", "P5", "P6", "P7"].into_iter().enumerate() {
        account(&db, partner, &format!("622200003333{index:04}"), "2026-01-01").await;
    }
    let today = date("2026-08-10");
    let unconfirmed = candidate("P4", 70);
    let (none, waiting) = (candidate("P5", 70), candidate("P6", 70));
    confirmed(&db, &none).await;
    confirmed(&db, &waiting).await;
    invoiced(&db, &waiting, "00000000000000000600", false).await;
    // what was confirmed is not what is to be paid now
    let changed = ready(&db, "P7", 70).await;
    let changed = Candidate { subject: Subject { payment: Fen(71), ..changed.subject }, ..changed };
    let mut all = vec![ready(&db, "P1", 10).await, ready(&db, "P2", 10).await, candidate("P3", 0), unconfirmed, none, waiting, changed];
    weigh(&mut db.read().await.unwrap(), july(), &mut all, today).await.unwrap();
    let waits: Vec<Wait> = all.iter().filter_map(|one| one.waits).collect();
    assert_eq!(waits, [Wait::Held, Wait::NoAccount, Wait::Nothing, Wait::Unconfirmed, Wait::Invoice, Wait::Invoice, Wait::Unconfirmed]);
    // whoever asks: what was not weighed, or weighed by somebody else, is weighed again
    for one in &all {
        let claimed = Candidate { waits: None, ..one.clone() };
        assert_eq!(code(make(&db, "a", &order("k1", ""), &[claimed]).await), "settle.payment.waits");
    }
    assert_eq!(code(make(&db, "a", &order("k1", ""), &[]).await), "settle.payment.none");
    // of a batch that was refused the statements are free again
    let good = ready(&db, "P3", 70).await;
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
    let batch = make(&db, "a", &order("k1", ""), &[ready(&db, "P1", 10).await]).await.unwrap();
    account(&db, "P1", "6222000099999999", "2026-08-09").await;
    assert_eq!(code(approve(&db, "b", &batch.id, 1, today).await), "settle.payment.account");
}

async fn a_dispute_holds_what_is_not_confirmed_and_nothing_else(db: TestDb) {
    // R0.31, R1.14, R1.44
    account(&db, "P1", "6222000011111111", "2026-01-01").await;
    let (today, parameters) = (date("2026-08-10"), Register::standard().unwrap());
    let stated = statement("P1", 500);
    let one = Candidate::of(&stated);
    let raise = Raise {
        who: "partner",
        statement: &stated.number,
        period: stated.period,
        partner: "P1",
        territory: &stated.territory,
        subject: "p/basic/E1",
        unpaid: true,
        title: "基本酬金",
        amount: 0,
        claim: "客户已补实名",
        photos: &[],
        today,
    };
    dispute::raise(&db, &parameters, "key-0001", raise).await.unwrap().into_inner();
    let weighed = async |one: &Candidate| {
        let mut all = [one.clone()];
        weigh(&mut db.read().await.unwrap(), july(), &mut all, today).await.unwrap();
        all[0].waits
    };
    assert_eq!(weighed(&one).await, Some(Wait::Disputed));
    let wish = Confirm { who: "partner", statement: &stated, seen: &stated.hash, despite_disputes: true, today };
    confirm::confirm(&db, &parameters, wish).await.unwrap().into_inner();
    assert_eq!(weighed(&one).await, Some(Wait::Invoice), "the rest is not held up");
    invoiced(&db, &one, "00000000000000000001", true).await;
    assert_eq!(weighed(&one).await, None);
    let batch = make(&db, "a", &order("k1", ""), &[one]).await.unwrap();
    approve(&db, "b", &batch.id, 1, today).await.unwrap();
}

async fn silence_confirms_only_where_the_rule_says_so(db: TestDb) {
    // R0.31, R1.44: tacit confirmation by the rule in force on the day of issue, never over a dispute
    let mut parameters = Register::standard().unwrap();
    let stated = [statement("P1", 500), statement("P2", 500)];
    let subjects: Vec<Subject> = stated.iter().map(Subject::of).collect();
    let (issued, late) = (stated[0].issued_on, stated[0].issued_on.plus_days(60));
    assert_eq!(confirm::lapse(&db, &parameters, july(), subjects.iter(), late).await.unwrap(), 0, "0 days: silence never confirms");
    let setting =
        Setting { scope: String::new(), value: "10".to_owned(), from: date("2026-01-01"), to: None, owner: "settlement".to_owned() };
    parameters.set("statement_silence_days", setting).unwrap();
    let raise = Raise {
        who: "partner",
        statement: &stated[1].number,
        period: july(),
        partner: "P2",
        territory: &stated[1].territory,
        subject: "p/basic/E1",
        unpaid: true,
        title: "基本酬金",
        amount: 0,
        claim: "客户已补实名",
        photos: &[],
        today: issued,
    };
    dispute::raise(&db, &parameters, "key-0001", raise).await.unwrap().into_inner();
    let last = qudao_kernel::holidays::Holidays::shipped().after(issued, 10);
    assert_eq!(confirm::lapse(&db, &parameters, july(), subjects.iter(), last).await.unwrap(), 0, "the last day is the partner's");
    assert_eq!(confirm::lapse(&db, &parameters, july(), subjects.iter(), last.plus_days(1)).await.unwrap(), 1, "P2 has a dispute");
    assert_eq!(confirm::lapse(&db, &parameters, july(), subjects.iter(), late).await.unwrap(), 0, "once");
    let made = confirm::of_period(&mut db.read().await.unwrap(), july()).await.unwrap();
    let made = &made[&stated[0].number];
    assert!(made.is_tacit() && made.billed == Fen(500) && made.pay_by > last);
}
