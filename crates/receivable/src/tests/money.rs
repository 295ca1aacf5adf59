//! Invoices, collections, stops, deposits and offsets.

use super::{DEBTOR, account_of, code, collects, day, once, owes, paid, today};
use crate::account::{Steps, may_supply};
use crate::collection::{Collect, Part};
use crate::deposit::{Act, Move, Security};
use crate::offset::{Ground, Propose, Source, Verdict};
use crate::{collection, credit, deposit, invoice, offset};
use qudao_access::Sight;
use qudao_kernel::{Fen, Month};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;

on_both!(
    ages_and_balance_follow_from_what_was_invoiced_collected_and_adjusted,
    a_collection_is_spread_oldest_first_or_as_said,
    an_overdue_account_is_stopped_until_it_is_paid,
    a_deposit_is_never_below_zero,
    an_offset_needs_a_ground_and_a_second_person,
    a_statement_takes_what_was_approved,
    two_collections_at_once_do_not_pay_twice,
    goods_that_come_back_are_given_back_paid_or_not,
);

/// R7.4: balance = invoiced − collected ± adjusted; ages 0–30, 31–60, 61–90, beyond.
async fn ages_and_balance_follow_from_what_was_invoiced_collected_and_adjusted(db: TestDb) {
    let ids =
        [owes(&db, "k1", 100, 0).await, owes(&db, "k2", 200, 31).await, owes(&db, "k3", 400, 90).await, owes(&db, "k4", 800, 91).await];
    assert_eq!(owes(&db, "k1", 100, 0).await, ids[0], "the same request is the same invoice");
    let account = account_of(&db).await;
    assert_eq!(account.ages.map(|fen| fen.0), [100, 200, 400, 800]);
    assert_eq!((account.balance(), account.overdue), (Fen(1_500), Fen(1_400)));
    assert_eq!(account.overdue_days(today(&db)), 61);
    let everywhere = Sight::everywhere();
    let adjust = async |key: &'static str, version, amount| {
        invoice::adjust(&db, &everywhere, once(key), &ids[1], version, Fen(amount), "退货").await
    };
    assert_eq!(code(adjust("k5", 1, -201).await), "receivable.adjustment.below");
    assert_eq!(adjust("k6", 1, -50).await.unwrap(), 2);
    assert_eq!(adjust("k6", 1, -50).await.unwrap(), 2, "the same request does nothing twice");
    assert_eq!(code(adjust("k7", 1, 5).await), "platform.db.stale");
    collects(&db, "k8", 300).await;
    let account = account_of(&db).await;
    assert_eq!(account.balance(), Fen(1_500 - 50 - 300));
    assert_eq!(account.ages.iter().map(|fen| fen.0).sum::<i64>(), account.balance().0, "all of it is matched");
    assert_eq!(code(Steps::read("30/20/90")), "receivable.steps");
}

/// R7.4: explicit parts or the longest due first; the rest is credit.
async fn a_collection_is_spread_oldest_first_or_as_said(db: TestDb) {
    let (old, new) = (owes(&db, "k1", 100, 40).await, owes(&db, "k2", 100, 10).await);
    let done = collects(&db, "c1", 130).await;
    let part = |invoice: &str, amount| Part { invoice: invoice.to_owned(), amount: Fen(amount) };
    assert_eq!((done.parts, done.credit), (vec![part(&old, 100), part(&new, 30)], Fen::ZERO));
    let collect = async |key: &'static str, parts: &[Part]| {
        let new = Collect { parts: Some(parts), ..paid(&db, 90) };
        collection::collect(&db, once(key), &new, today(&db)).await
    };
    assert_eq!(code(collect("c2", &[part(&new, 71)]).await), "receivable.match.open");
    assert_eq!(code(collect("c3", &[part(&new, 60), part(&new, 10)]).await), "receivable.match.parts");
    assert_eq!(code(collect("c4", &[part(&new, 91)]).await), "receivable.match.parts");
    let done = collect("c5", &[part(&new, 20)]).await.unwrap().into_inner();
    assert_eq!(done.credit, Fen(70));
    assert_eq!(account_of(&db).await.credit, Fen(70));
    let rest = collection::rematch(&db, &Sight::everywhere(), once("m1"), &done.id, None).await.unwrap().into_inner();
    assert_eq!((rest.parts, rest.credit), (vec![part(&new, 50)], Fen(20)));
    assert_eq!(account_of(&db).await.balance(), Fen(-20), "the partner paid ahead");
    let ahead = Collect { received_on: today(&db).plus_days(1), ..paid(&db, 1) };
    assert_eq!(code(collection::collect(&db, once("c6"), &ahead, today(&db)).await), "receivable.day");
}

/// R7.4: what is overdue beyond the limit stops supply, and paying lifts it.
async fn an_overdue_account_is_stopped_until_it_is_paid(db: TestDb) {
    owes(&db, "k1", 100, 45).await;
    let supply = async || may_supply(&mut db.read().await.unwrap(), "P1", today(&db), 15).await;
    assert_eq!(code(supply().await), "ok", "fifteen days overdue are within the limit");
    owes(&db, "k2", 300, 46).await;
    assert_eq!(code(supply().await), "receivable.stopped");
    assert!(account_of(&db).await.stopped(today(&db), 15));
    collects(&db, "c1", 299).await;
    assert_eq!(code(supply().await), "receivable.stopped");
    collects(&db, "c2", 1).await;
    assert_eq!(code(supply().await), "ok");
    assert_eq!(code(may_supply(&mut db.read().await.unwrap(), "P2", today(&db), 15).await), "ok");
}

/// R0.30
async fn a_deposit_is_never_below_zero(db: TestDb) {
    let moves = async |key: &'static str, act, amount, reason| {
        let new = Move { debtor: DEBTOR, kind: Security::Goods, act, amount: Fen(amount), reference: "XY1", reason };
        deposit::make(&db, once(key), &new).await
    };
    assert_eq!(code(moves("d1", Act::Refund, 1, "").await), "deposit.short");
    assert_eq!(moves("d2", Act::Take, 500, "").await.unwrap(), Fen(500));
    assert_eq!(moves("d2", Act::Take, 500, "").await.unwrap(), Fen(500), "once");
    assert_eq!(code(moves("d3", Act::Keep, 100, "").await), "access.reason.missing");
    assert_eq!(moves("d4", Act::Keep, 100, "终端损坏").await.unwrap(), Fen(400));
    assert_eq!(code(moves("d5", Act::Refund, 401, "").await), "deposit.short");
    let (one, other) = tokio::join!(moves("d6", Act::Refund, 300, ""), moves("d7", Act::Refund, 300, ""));
    assert!(one.is_ok() != other.is_ok(), "only one of two at once");
    let kinds = deposit::list(&mut db.read().await.unwrap(), &Sight::everywhere(), Some("P1")).await.unwrap();
    assert_eq!(kinds.iter().map(|held| held.balance.0).collect::<Vec<_>>(), [100]);
}

fn proposal(invoice: &str, source: Source, amount: i64) -> Propose<'_> {
    Propose { invoice, source, amount: Fen(amount), ground: Ground::Clause, document: "第 9 条", reason: "逾期" }
}

/// R0.32, R0.30: a ground, a second person, at most what is open and held.
async fn an_offset_needs_a_ground_and_a_second_person(db: TestDb) {
    let (late, early) = (owes(&db, "k1", 100, 40).await, owes(&db, "k2", 100, 5).await);
    let everywhere = Sight::everywhere();
    let propose = async |key: &'static str, new: Propose<'_>| offset::propose(&db, &everywhere, once(key), &new, today(&db)).await;
    let deposit = Source::Deposit(Security::Guarantee);
    assert_eq!(code(propose("o1", Propose { document: " ", ..proposal(&late, deposit, 10) }).await), "receivable.offset.ground");
    assert_eq!(code(propose("o2", proposal(&early, deposit, 10)).await), "receivable.offset.due");
    assert_eq!(code(propose("o3", proposal(&late, deposit, 101)).await), "receivable.offset.open");
    let id = propose("o4", proposal(&late, deposit, 80)).await.unwrap().into_inner();
    assert_eq!(code(propose("o5", proposal(&late, deposit, 10)).await), "receivable.offset.there");
    let decide = async |who, version, verdict| offset::decide(&db, &everywhere, who, &id, version, verdict, today(&db)).await;
    assert_eq!(code(decide("a", 1, Verdict::Approve).await), "receivable.four_eyes");
    assert_eq!(code(decide("a/b", 1, Verdict::Approve).await), "receivable.four_eyes");
    assert_eq!(code(decide("b", 1, Verdict::Approve).await), "deposit.short", "nothing is half-done");
    assert_eq!(collects(&db, "c1", 200).await.credit, Fen(80), "what is held is not paid a second time");
    let new = Move { debtor: DEBTOR, kind: Security::Guarantee, act: Act::Take, amount: Fen(100), reference: "", reason: "" };
    deposit::make(&db, once("d1"), &new).await.unwrap();
    assert_eq!(decide("b", 1, Verdict::Approve).await.unwrap().state, "done");
    assert_eq!(code(decide("b", 2, Verdict::Refuse("错了")).await), "receivable.offset.state");
    let held = deposit::balance(&mut db.read().await.unwrap(), "P1", Security::Guarantee).await.unwrap();
    assert_eq!((held, account_of(&db).await.balance()), (Fen(20), Fen(-80)));
}

/// R0.32: what a statement takes is collected once; what is left is for the next month.
async fn a_statement_takes_what_was_approved(db: TestDb) {
    let late = owes(&db, "k1", 1_000, 40).await;
    let everywhere = Sight::everywhere();
    let new = proposal(&late, Source::Commission, 700);
    let id = offset::propose(&db, &everywhere, once("o1"), &new, today(&db)).await.unwrap().into_inner();
    let (july, august): (Month, Month) = ("2026-07".parse().unwrap(), "2026-08".parse().unwrap());
    let for_month = async |month| offset::for_month(&mut db.read().await.unwrap(), month).await.unwrap();
    assert!(for_month(july).await.is_empty(), "not before a second person agreed");
    offset::decide(&db, &everywhere, "b", &id, 1, Verdict::Approve, today(&db)).await.unwrap();
    offset::begin(&db, july).await.unwrap();
    assert_eq!(for_month(july).await[0].0.left(), Fen(700));
    assert!(for_month(august).await.is_empty(), "one month takes it");
    let refused = offset::decide(&db, &everywhere, "b", &id, 3, Verdict::Refuse("迟了"), today(&db)).await;
    assert_eq!(code(refused), "receivable.offset.state");
    assert_eq!(offset::stating(&mut db.read().await.unwrap()).await.unwrap(), [july]);
    let taken = |amount| BTreeMap::from([(("P1".to_owned(), late.clone()), Fen(amount))]);
    for _ in 0..2 {
        offset::stated(&db, "statements", july, &taken(400), day("2026-07-31")).await.unwrap();
    }
    assert_eq!(account_of(&db).await.balance(), Fen(600));
    assert_eq!(for_month(august).await[0].0.left(), Fen(300));
    offset::begin(&db, august).await.unwrap();
    offset::stated(&db, "statements", august, &taken(300), day("2026-08-31")).await.unwrap();
    assert_eq!(account_of(&db).await.balance(), Fen(300));
    let all = offset::list(&mut db.read().await.unwrap(), &everywhere, "P1", "").await.unwrap();
    assert_eq!((all[0].state.as_str(), all[0].taken), ("done", Fen(700)));
}

/// R7.4: parts of two collections at once never exceed the invoice.
async fn two_collections_at_once_do_not_pay_twice(db: TestDb) {
    owes(&db, "k1", 100, 0).await;
    let (one, other) = tokio::join!(collects(&db, "c1", 80), collects(&db, "c2", 80));
    assert_eq!(one.credit.0 + other.credit.0, 60);
    assert_eq!(account_of(&db).await.balance(), Fen(-60));
}

/// R7.4: balance = invoiced − collected ± adjusted, also where goods come back that were paid.
async fn goods_that_come_back_are_given_back_paid_or_not(db: TestDb) {
    let (first, second) = (owes(&db, "k1", 500, 40).await, owes(&db, "k2", 300, 10).await);
    collects(&db, "c1", 400).await;
    let give =
        async |id: &str, key: &'static str, amount| write_tx!(db, |tx| credit::give(tx, once(key), id, Fen(amount), key, today(&db)).await);
    give(&first, "TH1", 300).await.unwrap();
    let account = account_of(&db).await;
    assert_eq!((account.balance(), account.credit, account.overdue), (Fen(100), Fen::ZERO, Fen::ZERO));
    assert_eq!(account.ages, [Fen(100), Fen::ZERO, Fen::ZERO, Fen::ZERO], "100 lowered, 200 pay the other invoice");
    give(&second, "TH2", 200).await.unwrap();
    let account = account_of(&db).await;
    assert_eq!((account.balance(), account.credit), (Fen(-100), Fen(100)));
    let ways: Vec<&str> = collection::of_partner(&mut db.read().await.unwrap(), &Sight::everywhere(), "P1")
        .await
        .unwrap()
        .iter()
        .map(|(one, _)| one.way.name())
        .collect();
    assert_eq!(ways.iter().filter(|way| **way == "goods").count(), 2, "{ways:?}");
    assert_eq!(code(give("YS0", "TH3", 1).await), "receivable.invoice.none");
    assert_eq!(code(give(&first, "TH4", 0).await), "receivable.amount");
}
