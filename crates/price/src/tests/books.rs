//! Books and what holds of them.

use super::{MODEL, base, code, lines, once, publishes, tag, today};
use crate::book::{self, BookAct, BookKind, BookState, Priced, Written};
use crate::habit::{self, Habit};
use crate::live::{Live, Spot};
use crate::verdict::{Mode, Verdict};
use qudao_kernel::{Date, Fen};
use qudao_testkit::{TestDb, on_both};

on_both!(two_people_publish_a_book, a_later_book_takes_over, the_higher_rank_holds, an_outlet_has_a_habit);

async fn suggested(db: &TestDb, on: Date, territory: &str, outlet_type: &str) -> Option<i64> {
    let live = Live::on(&mut db.read().await.unwrap(), on).await.unwrap();
    live.suggested(Spot { territory, outlet_type }, MODEL).map(|fen| fen.0)
}

/// R7.284, R7.298: whoever wrote it does not publish it, and no price holds before that.
async fn two_people_publish_a_book(db: TestDb) {
    let (from, prices) = (today(&db), lines(99_900, 119_900));
    let new = base(Mode::Recommended, from, &prices);
    let id = book::draft(&db, once("a", "k1"), &new).await.unwrap().into_inner();
    assert_eq!(book::draft(&db, once("a", "k1"), &new).await.unwrap().into_inner(), id, "the same request is the same book");
    assert_eq!(code(book::act(&db, "b", &id, 1, BookAct::Publish, from).await), "price.state");
    assert_eq!(book::rewrite(&db, "a", &id, 1, &new).await.unwrap(), 2);
    assert_eq!(code(book::rewrite(&db, "a", &id, 1, &new).await), "platform.db.stale");
    book::act(&db, "a", &id, 2, BookAct::Submit, from).await.unwrap();
    assert_eq!(suggested(&db, from, "421102001", "").await, None);
    assert_eq!(code(book::act(&db, "a", &id, 3, BookAct::Publish, from).await), "price.own_hand");
    assert_eq!(code(book::act(&db, "li/a", &id, 3, BookAct::Publish, from).await), "price.own_hand");
    assert_eq!(code(book::act(&db, "b", &id, 3, BookAct::Publish, from.plus_days(1)).await), "price.book.past");
    book::act(&db, "b", &id, 3, BookAct::Publish, from).await.unwrap();
    assert_eq!(suggested(&db, from, "421102001", "").await, Some(119_900));
    assert_eq!(code(book::rewrite(&db, "a", &id, 4, &new).await), "price.state", "what is published stays");

    // R7.282: a floor is at most the suggested price.
    let wrong = lines(120_000, 119_900);
    assert_eq!(code(book::draft(&db, once("a", "k2"), &base(Mode::Agency, from, &wrong)).await), "price.book.line");
    // §12 L1: a floor needs counsel's opinion.
    let bare = Written { ground: "", ..base(Mode::ApprovedFloor, from, &prices) };
    assert_eq!(code(book::draft(&db, once("a", "k3"), &bare).await), "price.book.ground");
    let refused = book::draft(&db, once("a", "k4"), &new).await.unwrap().into_inner();
    book::act(&db, "a", &refused, 1, BookAct::Submit, from).await.unwrap();
    book::act(&db, "b", &refused, 2, BookAct::Refuse("金额有误"), from).await.unwrap();
    let all = book::list(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(all.iter().filter(|one| one.state == BookState::Refused).count(), 1);
}

/// R0.4, R7.281: dated, and never two at once.
async fn a_later_book_takes_over(db: TestDb) {
    let from = today(&db);
    let (old, new) = (lines(99_900, 119_900), lines(89_900, 109_900));
    let first = publishes(&db, "k1", &base(Mode::Agency, from, &old)).await.unwrap();
    let later = base(Mode::Agency, from.plus_days(10), &new);
    let second = publishes(&db, "k2", &later).await.unwrap();
    for (on, fen) in [(0, 119_900), (9, 119_900), (10, 109_900)] {
        assert_eq!(suggested(&db, from.plus_days(on), "421102001", "").await, Some(fen));
    }
    let tx = &mut db.read().await.unwrap();
    assert_eq!(book::lines(tx, &first).await.unwrap()[0].1, Some(from.plus_days(10)));
    let after = book::get(tx, &second).await.unwrap();
    assert_eq!(book::before(tx, &after).await.unwrap()[MODEL].suggested, Fen(119_900), "what changed can be shown");
    // A short book within an open one, and one that begins on the same day.
    let short = Written { until: Some(from.plus_days(20)), ..base(Mode::Agency, from.plus_days(15), &new) };
    assert_eq!(code(publishes(&db, "k3", &short).await), "price.book.overlap");
    assert_eq!(code(publishes(&db, "k4", &later).await), "price.book.overlap");
    // Two at once: one of them.
    let (left, right) = (base(Mode::Agency, from.plus_days(30), &old), base(Mode::Agency, from.plus_days(30), &new));
    let (one, other) = tokio::join!(publishes(&db, "k5", &left), publishes(&db, "k6", &right));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

/// R7.283, R7.286, R7.287, R7.288, R7.302: season, promotion and matching price stand above the base in their own scope.
async fn the_higher_rank_holds(db: TestDb) {
    let from = today(&db);
    let until = Some(from.plus_days(10));
    let price = |floor, suggested| lines(floor, suggested);
    let base_lines = price(99_900, 119_900);
    publishes(&db, "k1", &base(Mode::Agency, from, &base_lines)).await.unwrap();
    let area = price(98_900, 118_900);
    publishes(&db, "k2", &Written { territory: "421102", ..base(Mode::Agency, from, &area) }).await.unwrap();
    let typed = price(97_900, 117_900);
    publishes(&db, "k3", &Written { outlet_type: "专营店", ..base(Mode::Agency, from, &typed) }).await.unwrap();
    let at = async |on: i32, territory: &'static str, kind: &'static str| suggested(&db, from.plus_days(on), territory, kind).await;
    assert_eq!(at(0, "430102001", "代理点").await, Some(119_900));
    assert_eq!(at(0, "421102001", "代理点").await, Some(118_900), "the narrower area");
    assert_eq!(at(0, "421102001", "专营店").await, Some(117_900), "the outlet's own type");

    let season = price(96_900, 116_900);
    let open = Written { kind: BookKind::Season, ..base(Mode::Agency, from, &season) };
    assert_eq!(code(publishes(&db, "k4", &open).await), "price.book.open");
    publishes(&db, "k5", &Written { until, ..open }).await.unwrap();
    let promotion = price(79_900, 99_900);
    let held = Written { kind: BookKind::Promotion, territory: "421102", until, ..base(Mode::Agency, from, &promotion) };
    assert_eq!(code(publishes(&db, "k6", &held).await), "price.book.ground", "a promotion is an approved one");
    publishes(&db, "k7", &Written { ground: "促销 7 号", ..held }).await.unwrap();
    assert_eq!((at(0, "430102001", "代理点").await, at(0, "421102001", "专营店").await), (Some(116_900), Some(99_900)));
    assert_eq!((at(10, "430102001", "代理点").await, at(10, "421102001", "专营店").await), (Some(119_900), Some(117_900)));
    // During the promotion its floor is the one that is checked.
    assert_eq!(tag(&db, "c1", from, 79_900).await.verdict, Verdict::Fine);
    assert_eq!(tag(&db, "c2", from, 79_800).await.verdict, Verdict::Violation);
    let matching = [Priced { product: MODEL.into(), floor: None, suggested: Fen(95_000) }];
    let new = Written { kind: BookKind::Match, until, ground: "竞品 949 元", ..base(Mode::Agency, from, &matching) };
    publishes(&db, "k8", &new).await.unwrap();
    assert_eq!(at(0, "421102001", "专营店").await, Some(95_000));
    assert_eq!(tag(&db, "c3", from, 79_800).await.verdict, Verdict::Fine, "it has no floor");
}

/// R7.285
async fn an_outlet_has_a_habit(db: TestDb) {
    assert_eq!(habit::note(&db, "a", "O1", 0, Habit::Ends, "").await.unwrap(), 1);
    assert_eq!(code(habit::note(&db, "a", "O1", 0, Habit::Free, "").await), "platform.db.stale");
    assert_eq!(habit::note(&db, "b", "O1", 1, Habit::Follow, "跟隔壁").await.unwrap(), 2);
    let known = habit::of_outlet(&mut db.read().await.unwrap(), "O1").await.unwrap().unwrap();
    assert_eq!((known.habit, known.who.as_str()), (Habit::Follow, "b"));
}
