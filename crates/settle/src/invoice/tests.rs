//! From confirmation to invoice, on both databases.

use super::*;
use crate::attachment;
use crate::confirm::{Confirm, confirm};
use crate::dispute::{self, Raise};
use crate::statement::Statement;
use crate::statement::fixture;
use qudao_kernel::Lang;
use qudao_platform::params::Register;
use qudao_testkit::{TestDb, on_both};

on_both!(a_statement_is_confirmed_once_and_invoiced_to_the_fen);

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn wish(statement: &Statement, today: Date) -> Confirm<'_> {
    Confirm { who: "partner", statement, seen: &statement.hash, despite_disputes: false, today }
}

async fn a_statement_is_confirmed_once_and_invoiced_to_the_fen(db: TestDb) {
    // R1.44, R0.31, R0.15
    let parameters = Register::standard().unwrap();
    let today: Date = "2026-08-31".parse().unwrap();
    let mut statement = fixture::with_terms(Lang::Zh, |terms| fixture::statements(terms, &fixture::outcome(3))).unwrap().remove(0);
    statement.natural_person = false;
    statement.totals.payment = Fen(100_000);
    statement.totals.offsets = Fen(20_000);
    let raise = Raise {
        who: "partner",
        statement: &statement.number,
        period: statement.period,
        partner: &statement.partner,
        territory: &statement.territory,
        subject: "p/basic/E1",
        unpaid: true,
        title: "基本酬金",
        amount: 0,
        claim: "客户已补实名",
        photos: &[],
        today,
    };
    dispute::raise(&db, &parameters, "key-0000", raise).await.unwrap().into_inner();
    assert_eq!(code(confirm(&db, &parameters, Confirm { seen: "another", ..wish(&statement, today) }).await), "settle.confirm.changed");
    assert_eq!(code(confirm(&db, &parameters, wish(&statement, today)).await), "settle.confirm.disputed");
    let knowing = Confirm { despite_disputes: true, ..wish(&statement, today) };
    let made = confirm(&db, &parameters, knowing).await.unwrap();
    assert!(made.is_new());
    let made = made.into_inner();
    assert_eq!(made.pay_by, statement.pay_on.map_or("2026-09-07".parse().unwrap(), |due| due.max("2026-09-07".parse().unwrap())));
    let again = confirm(&db, &parameters, wish(&statement, today.plus_days(3))).await.unwrap();
    assert!(!again.is_new());
    assert_eq!(again.into_inner(), made, "confirmed again it is the same confirmation");

    let folder = db.folder().join("uploads");
    let written = attachment::write(&folder, b"%PDF-1.7 an invoice").unwrap();
    let paper = attachment::note(&db, "partner", "发票.pdf", 19, written).await.unwrap();
    assert_eq!(attachment::read(&folder, &paper).unwrap(), b"%PDF-1.7 an invoice");
    let new = |number, amount| Bring {
        who: "partner",
        statement: &statement.number,
        territory: &statement.territory,
        number,
        amount: Fen(amount),
        issued_on: today,
        attachment: &paper.id,
        today,
    };
    assert_eq!(code(bring(&db, "key-0001", new("12345678", 120_001)).await), "settle.invoice.amount");
    assert_eq!(code(bring(&db, "key-0002", new("1234", 120_000)).await), "settle.invoice.number");
    assert_eq!(code(bring(&db, "key-0003", new("12345678", 100_000)).await), "ok");
    assert_eq!(code(bring(&db, "key-0003", new("12345678", 100_000)).await), "ok", "the same request again");
    assert_eq!(code(bring(&db, "key-0004", new("12345678", 20_000)).await), "settle.invoice.exists");
    assert_eq!(code(bring(&db, "key-0005", Bring { statement: "none", ..new("87654321", 1) }).await), "settle.invoice.unconfirmed");
    assert_eq!(code(bring(&db, "key-0006", Bring { who: "another", ..new("87654321", 1) }).await), "settle.attachment.none");
    assert_eq!(code(bring(&db, "key-0007", new("87654321", 20_000)).await), "ok");
    assert_eq!(code(bring(&db, "key-0008", new("11112222", 1)).await), "settle.invoice.amount", "nothing is left to be invoiced");
    assert_eq!(code(decide(&db, "settlement", "12345678", 1, false, "").await), "settle.invoice.reason");
    decide(&db, "settlement", "12345678", 1, false, "抬头有误").await.unwrap();
    assert_eq!(covered(&mut db.read().await.unwrap(), &statement.number).await.unwrap(), Fen(20_000), "a refused one does not count");
    decide(&db, "settlement", "87654321", 1, true, "").await.unwrap();
    let tx = &mut db.read().await.unwrap();
    assert_eq!(accepted_of(tx, &statement.number).await.unwrap(), Fen(20_000));
    let (both, counts) = part(tx, &Asked::default(), 0, 9).await.unwrap();
    assert_eq!(both, list(tx, None).await.unwrap());
    assert_eq!(counts, [(State::Accepted, 1), (State::Refused, 1)].into());
    let numbers = async |asked: Asked<'_>, from| {
        let (some, counts) = part(&mut db.read().await.unwrap(), &asked, from, 9).await.unwrap();
        (some.into_iter().map(|one| one.number).collect::<Vec<_>>().join(" "), counts.values().sum::<usize>())
    };
    assert_eq!(numbers(Asked::default(), 1).await, ("87654321".to_owned(), 2));
    assert_eq!(numbers(Asked { state: Some(State::Refused), ..Asked::default() }, 0).await, ("12345678".to_owned(), 2));
    assert_eq!(numbers(Asked { text: "8765", ..Asked::default() }, 0).await, ("87654321".to_owned(), 1));
    assert_eq!(numbers(Asked { text: "%", ..Asked::default() }, 0).await, (String::new(), 0), "a sign is a sign");
    assert_eq!(numbers(Asked { period: Some("2020-01".parse().unwrap()), ..Asked::default() }, 0).await.1, 0);
    assert_eq!(code(bring(&db, "key-0009", new("12345678", 100_000)).await), "ok", "it may come again");
}
