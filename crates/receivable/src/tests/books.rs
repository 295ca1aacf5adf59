//! Movements in the ledger file.

use super::{DEBTOR, account_of, collects, once, owes, today};
use crate::deposit::{Act, Move, Security};
use crate::{books, deposit};
use qudao_kernel::Fen;
use qudao_ledger::AccountKind;
use qudao_ledger::file::FileLedger;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};

on_both!(each_movement_is_posted_once);

/// R7.4, R0.30, R0.3: the books say what the accounts say, however often posting is tried.
async fn each_movement_is_posted_once(db: TestDb) {
    write_tx!(db, |tx| books::subscribe(tx).await).unwrap();
    let path = db.folder().join("ledger.jsonl");
    owes(&db, "k1", 1_000, 40).await;
    let waiting = books::due(&mut db.read().await.unwrap()).await.unwrap();
    let none = books::post(&path, "operator", &waiting, today(&db)).unwrap();
    assert_eq!(none.count(), 0, "the books have no month yet");
    FileLedger::open(&path).unwrap().open_period("operator", today(&db).month()).unwrap().into_inner();
    collects(&db, "c1", 1_200).await;
    for (key, act, amount) in [("d1", Act::Take, 500), ("d2", Act::Refund, 200)] {
        let new = Move { debtor: DEBTOR, kind: Security::Goods, act, amount: Fen(amount), reference: "XY1", reason: "" };
        deposit::make(&db, once(key), &new).await.unwrap();
    }
    let waiting = books::due(&mut db.read().await.unwrap()).await.unwrap();
    // A crash before the events were marked: the repeat posts nothing twice.
    for _ in 0..2 {
        let posted = books::post(&path, "operator", &waiting, today(&db)).unwrap();
        assert_eq!((posted.count(), posted.refused.is_none()), (4, true));
    }
    let posted = books::post(&path, "operator", &waiting, today(&db)).unwrap();
    books::posted(&db, &posted).await.unwrap();
    assert!(books::due(&mut db.read().await.unwrap()).await.unwrap().is_empty());
    let ledger = FileLedger::open(&path).unwrap();
    let standing = |kind: AccountKind| kind.standing(ledger.book().balance("operator", "P1", kind));
    assert_eq!(standing(AccountKind::Receivable), account_of(&db).await.balance().0);
    assert_eq!(standing(AccountKind::Deposit), 300);
}
