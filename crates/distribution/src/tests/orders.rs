//! Stock, orders and risks.

use super::{code, day, today};
use crate::order::{self, Change, Line, Query};
use crate::risk::{self, Cause, Facts, Limits, Looked, Model};
use crate::stock::{self, Bounds, Flow, Moved, Odd};
use crate::{At, Sight};
use qudao_kernel::Fen;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(an_order_supplies_when_it_is_received, a_risk_is_open_until_its_cause_is_gone);

const AT: At<'_> = At { outlet: "O1", partner: "P1", territory: "421102001" };
const BOUNDS: Bounds = Bounds { low: 15, high: 80 };

fn supplied(on: &str, pieces: i64) -> Moved {
    Moved { day: day(on), supplied: pieces, adjusted: 0 }
}

#[test]
fn stock_is_what_was_there_in_out_and_adjusted() {
    // R7.78 R7.79
    let adjusted = Moved { day: day("2026-07-20"), supplied: 0, adjusted: -1 };
    let sold = vec![(day("2026-07-02"), 2), (day("2026-07-10"), 5), (day("2026-07-26"), 7)];
    let flow =
        Flow { counted: Some((day("2026-07-03"), 20)), moved: vec![supplied("2026-07-01", 9), supplied("2026-07-15", 6), adjusted], sold };
    let stock = |on: &str| flow.stock(day(on));
    assert_eq!([stock("2026-07-02"), stock("2026-07-03"), stock("2026-07-14"), stock("2026-07-28")], [None, Some(20), Some(15), Some(13)]);
    let weeks = flow.weeks(day("2026-07-28"), 2);
    let last = weeks.last().unwrap();
    assert_eq!((last.opening, last.supplied, last.sold, last.adjusted, last.closing), (Some(20), 0, 7, 0, Some(13)));
    assert!(
        weeks
            .iter()
            .all(|week| week.opening.is_none_or(|opening| Some(opening + week.supplied - week.sold + week.adjusted) == week.closing))
    );
    let standing = flow.standing(day("2026-07-28"), BOUNDS);
    // 13 pieces, 14 sold in four weeks
    assert_eq!((standing.stock, standing.sold, standing.cover_tenths), (Some(13), 14, Some(37)));
    assert_eq!(standing.odd, [Odd::Rise]);
    let odd = |pieces: i64, sold: Vec<i64>| {
        let sold = sold.into_iter().enumerate().map(|(week, pieces)| (day("2026-07-05").plus_days(7 * week as i32), pieces)).collect();
        Flow { counted: Some((day("2026-07-28"), pieces)), moved: Vec::new(), sold }.standing(day("2026-07-28"), BOUNDS).odd
    };
    assert_eq!(odd(40, vec![4, 4, 4, 4]), [Odd::High]);
    assert_eq!(odd(5, vec![4, 4, 4, 4]), [Odd::Low]);
    assert_eq!(odd(5, vec![]), [Odd::Still]);
    assert_eq!(odd(16, vec![4, 4, 4, 4]), []);
    assert_eq!(odd(-1, vec![]), [Odd::Negative]);
    let unknown = Flow { sold: vec![(day("2026-07-20"), 3)], ..Flow::default() };
    assert_eq!((unknown.stock(day("2026-07-28")), unknown.standing(day("2026-07-28"), BOUNDS).cover_tenths), (None, None));
    assert_eq!((stock::unused(3, (15, 3)), stock::unused(9, (9, 2)), stock::unused(0, (0, 0)), stock::unused(1, (9, 2))), (2, 0, 0, 4));
}

/// R7.78 R7.121 R7.125
async fn an_order_supplies_when_it_is_received(db: TestDb) {
    let line = |product: &str, quantity| Line { product: product.into(), quantity, price: Fen(42_000), reason: "周均 1 台".into() };
    let send = async |key: &'static str, lines: &[Line]| order::send(&db, "M1", key, AT, false, lines).await;
    assert_eq!(code(&send("a", &[]).await), "distribution.order.lines");
    assert_eq!(code(&send("a", &[line("T1", 0)]).await), "distribution.order.lines");
    assert_eq!(code(&send("a", &[line("T1", 1), line("T1", 2)]).await), "distribution.order.lines");
    let id = send("a", &[line("T1", 15), line("T2", 1)]).await.unwrap().into_inner();
    assert_eq!(send("a", &[line("T1", 15), line("T2", 1)]).await.unwrap().into_inner(), id, "once");
    let everywhere = Sight::everywhere();
    let coming = order::on_order(&mut db.read().await.unwrap(), &everywhere, "O1").await.unwrap();
    assert_eq!(coming.get(&("O1".to_owned(), "T1".to_owned())), Some(&15));
    assert_eq!(code(&order::end(&db, &everywhere, "M1", &id, 1, Some("")).await), "access.reason.missing");
    assert_eq!(order::end(&db, &everywhere, "M1", &id, 1, None).await, Ok(2));
    assert_eq!(code(&order::end(&db, &everywhere, "M1", &id, 2, None).await), "distribution.state", "received once");
    let adjust = async |key: &'static str, returned, quantity| {
        order::adjust(&db, "M1", key, AT, &Change { product: "T1", returned, quantity, why: "外观瑕疵" }).await
    };
    assert_eq!(code(&adjust("b", true, -1).await), "distribution.movement");
    for _ in 0..2 {
        assert_eq!(code(&adjust("c", true, 2).await), "ok");
    }
    assert_eq!(code(&adjust("d", false, -1).await), "ok");
    let on = today(&db);
    let moved = stock::movements(&mut db.read().await.unwrap(), &everywhere, "O1", on).await.unwrap();
    let flow = Flow { moved: moved[&("O1".to_owned(), "T1".to_owned())].clone(), ..Flow::default() };
    assert_eq!((flow.stock(on), flow.moved.len()), (Some(12), 3));
    let second = send("e", &[line("T2", 1)]).await.unwrap().into_inner();
    assert_eq!(order::end(&db, &everywhere, "M1", &second, 1, Some("改由总部配送")).await, Ok(2));
    let query = Query { state: "received".into(), limit: 5, ..Query::default() };
    let found = order::list(&mut db.read().await.unwrap(), &everywhere, &query).await.unwrap();
    assert_eq!((found.total, found.rows[0].pieces, found.rows[0].amount), (1, 16, Fen(672_000)));
    assert_eq!(found.rows[0].lines[0].reason, "周均 1 台", "why stays with it");
}

/// R7.120 R7.121 R7.122 R7.123 R7.124
async fn a_risk_is_open_until_its_cause_is_gone(db: TestDb) {
    let limits = Limits { cover_days: 7, score: 6_000, idle_days: 45, support_days: 30, due_days: 5 };
    let on = today(&db);
    let facts = |stock, score, sale: i32, support: i32| Facts {
        at: AT,
        owner: "M1",
        models: vec![Model { product: "T1", stock, sold: 28 }, Model { product: "T2", stock: None, sold: 9 }],
        score: Some(score),
        last_sale: Some(on.plus_days(-sale)),
        supported: on.plus_days(-support),
    };
    let causes = |facts: &Facts<'_>| risk::find(facts, limits, on).into_iter().map(|one| (one.cause, one.figure)).collect::<Vec<_>>();
    assert_eq!(causes(&facts(Some(7), 6_000, 44, 30)), [], "each limit is met");
    let all = facts(Some(6), 5_999, 45, 31);
    let four = [(Cause::Stock, 6), (Cause::Display, 5_999), (Cause::Leaving, 45), (Cause::Support, 31)];
    assert_eq!(causes(&all), four);
    let out = Facts { models: vec![Model { product: "T1", stock: Some(0), sold: 0 }], ..facts(None, 9_000, 1, 1) };
    assert_eq!(causes(&out), [(Cause::Stock, 0)], "nothing there is no cover");
    assert_eq!(risk::look(&db, std::slice::from_ref(&all), limits).await, Ok(Looked { opened: 4, gone: 0 }));
    assert_eq!(risk::look(&db, std::slice::from_ref(&all), limits).await, Ok(Looked::default()), "open once");
    let everywhere = Sight::everywhere();
    let open = async |cause: &str| {
        let query = risk::Query { state: "open".into(), cause: cause.into(), limit: 10, ..risk::Query::default() };
        risk::list(&mut db.read().await.unwrap(), &everywhere, &query).await.unwrap()
    };
    let display = open("display").await.rows.remove(0);
    assert_eq!((display.owner.as_str(), display.due_on), ("M1", on.plus_days(5)));
    assert_eq!(code(&risk::settle(&db, &everywhere, "M1", &display.id, 1, " ").await), "access.reason.missing");
    assert_eq!(risk::settle(&db, &everywhere, "M1", &display.id, 1, "已重新布置专柜").await, Ok(2));
    assert_eq!(code(&risk::settle(&db, &everywhere, "M1", &display.id, 2, "再次").await), "distribution.state");
    assert_eq!(risk::look(&db, &[facts(Some(9), 5_999, 45, 1)], limits).await, Ok(Looked { opened: 0, gone: 2 }), "not again the same day");
    assert_eq!(open("").await.total, 1);
    db.clock().advance(Duration::from_hours(24));
    assert_eq!(risk::look(&db, &[all], limits).await, Ok(Looked { opened: 3, gone: 0 }));
    let first = risk::Query { limit: 1, ..risk::Query::default() };
    let page = risk::list(&mut db.read().await.unwrap(), &everywhere, &first).await.unwrap();
    let next = risk::Query { after: page.next.clone(), ..first };
    let rest = risk::list(&mut db.read().await.unwrap(), &everywhere, &next).await.unwrap();
    assert!(page.rows[0].id != rest.rows[0].id && page.total == 7);
}
