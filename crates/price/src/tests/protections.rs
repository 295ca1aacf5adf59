//! Cuts, and what is paid for stock.

use super::{MODEL, code, everywhere, network, once, today};
use crate::diversion::{self, Supplied};
use crate::money;
use crate::protection::{self, Cut, Decided, NewCut};
use qudao_kernel::Fen;
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(a_claim_is_pieces_times_difference, a_piece_is_claimed_once);

/// A cut of today from 1 199 to 1 099.01, with three pieces at O1: two supplied before, one of them sold before, one supplied today.
async fn cut(db: &TestDb) -> Cut {
    let now = today(db);
    let piece = |serial: &str, days: i32| Supplied {
        piece: serial.into(),
        product: MODEL.into(),
        partner: "P1".into(),
        outlet: "O1".into(),
        territory: "421102001".into(),
        on: now.plus_days(days),
    };
    let list = [piece("860001", -9), piece("860002", -9), piece("860003", -9), piece("860004", 0)];
    diversion::supply(db, "a", &list).await.unwrap();
    let sold = "update price_supply set sold_on = $1 where piece = '860003'";
    write_tx!(db, |tx| tx.execute(sold, args![now.plus_days(-1)]).await.map(drop)).unwrap();
    let new = NewCut {
        product: MODEL,
        territory: "421102",
        outlet_type: "",
        on: now,
        before: Fen(119_900),
        after: Fen(109_901),
        claim_until: now.plus_days(7),
        source: "降价通知 1 号",
    };
    let raised = NewCut { after: Fen(119_900), ..new };
    assert_eq!(code(protection::announce(db, once("a", "no"), &raised).await), "price.cut");
    let id = protection::announce(db, once("a", "cut"), &new).await.unwrap().into_inner();
    assert_eq!(code(protection::decide_cut(db, "a", &id, 1, true, "").await), "price.own_hand");
    protection::decide_cut(db, "b", &id, 1, true, "").await.unwrap();
    protection::cut(&mut db.read().await.unwrap(), &id).await.unwrap()
}

/// Exact to the fen, on proof, by two people, and then part of a statement.
async fn a_claim_is_pieces_times_difference(db: TestDb) {
    let (cut, master, now) = (cut(&db).await, network(), today(&db));
    let stock = protection::stock(&mut db.read().await.unwrap(), &cut, "O1").await.unwrap();
    assert_eq!(stock, ["860001", "860002"], "neither what was sold before nor what came at the new price");
    let (outlet, other) = (master.outlet("O1", now).unwrap(), master.outlet("O3", now).unwrap());
    let sold = vec!["860001".to_owned(), "860003".to_owned()];
    assert_eq!(code(protection::claim(&db, once("p", "k1"), &cut.id, outlet, &sold, "", now).await), "price.claim.proof");
    assert_eq!(code(protection::claim(&db, once("p", "k2"), &cut.id, other, &stock, "", now).await), "price.claim.outlet");
    let late = now.plus_days(8);
    assert_eq!(code(protection::claim(&db, once("p", "k3"), &cut.id, outlet, &stock, "", late).await), "price.claim.late");
    let id = protection::claim(&db, once("p", "k4"), &cut.id, outlet, &stock, "", now).await.unwrap().into_inner();
    let claim = protection::claims(&mut db.read().await.unwrap(), &everywhere(), &id).await.unwrap().remove(0);
    // 2 × (1 199.00 − 1 099.01)
    assert_eq!((claim.pieces, claim.amount, claim.state), (2, Fen(19_998), Decided::Submitted));
    assert_eq!(code(protection::decide_claim(&db, &everywhere(), "p", &id, 1, true, "").await), "price.own_hand");
    assert!(money::due(&mut db.read().await.unwrap()).await.unwrap().is_empty());
    protection::decide_claim(&db, &everywhere(), "b", &id, 1, true, "").await.unwrap();
    let due = money::due(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(
        due.iter().map(|one| (one.id.as_str(), one.partner.as_str(), one.amount.0)).collect::<Vec<_>>(),
        [(id.as_str(), "P1", 19_998)]
    );
}

async fn a_piece_is_claimed_once(db: TestDb) {
    let (cut, master, now) = (cut(&db).await, network(), today(&db));
    let outlet = master.outlet("O1", now).unwrap();
    let one = vec!["860001".to_owned()];
    let (left, right) = tokio::join!(
        protection::claim(&db, once("p", "k1"), &cut.id, outlet, &one, "", now),
        protection::claim(&db, once("q", "k2"), &cut.id, outlet, &one, "", now),
    );
    assert!(left.is_ok() != right.is_ok(), "one of two at once");
    let id = left.or(right).unwrap().into_inner();
    protection::decide_claim(&db, &everywhere(), "b", &id, 1, false, "缺少照片").await.unwrap();
    protection::claim(&db, once("p", "k3"), &cut.id, outlet, &one, "", now).await.unwrap().into_inner();
}
