//! Slips, cards and numbers.

use super::written::{Facts, writes};
use super::{DOCUMENT, House, activation, code, day};
use crate::order::machine::Command;
use crate::sight::Sight;
use crate::slip::{self, SlipAct, SlipState};
use crate::stock::{self, Allocate, Moved, Piece};
use qudao_access::Scope;
use qudao_testkit::{TestDb, on_both};
use std::sync::Arc;
use std::time::Duration;

on_both!(a_slip_comes_back, a_missing_slip_holds, a_card_is_in_one_place);

async fn a_slip_comes_back(db: TestDb) {
    // R7.3
    let (house, facts) = (House::of(db).await, Arc::new(Facts::default()));
    let order = house.activates("13900000001", "89860001", "S1").await.unwrap();
    writes(&house, &facts).await.unwrap();
    let all = Sight::everywhere();
    let act = async |version, act| slip::act(&house.db, &house.definitions, &all, "M1", &order.id, version, &act).await;
    assert_eq!(code(&act(1, SlipAct::Approve).await), "orders.slip.state");
    assert_eq!(act(1, SlipAct::Return).await.unwrap(), 2);
    assert_eq!(code(&act(2, SlipAct::Reject(String::new())).await), "orders.reason");
    act(2, SlipAct::Reject("缺签字".into())).await.unwrap();
    assert_eq!(code(&act(2, SlipAct::Return).await), "platform.db.stale");
    house.db.clock().advance(Duration::from_hours(24));
    act(3, SlipAct::Return).await.unwrap();
    act(4, SlipAct::Approve).await.unwrap();
    let slip = slip::one(&mut house.db.read().await.unwrap(), &all, &order.id).await.unwrap();
    assert_eq!((slip.state, slip.first_on, slip.returned_on), (SlipState::Ok, Some(day("2026-07-01")), Some(day("2026-07-02"))));
    assert_eq!(writes(&house, &facts).await.unwrap().facts, 1, "a later version of the same fact");
    assert_eq!((facts.cell("S1", "slip_on"), facts.cell("S1", "known_on")), ("2026-07-02".into(), "2026-07-02".into()));
    assert_eq!(facts.ids(), ["S1"]);
}

async fn a_missing_slip_holds(db: TestDb) {
    // R7.3
    let house = House::of(db).await;
    let all = Sight::everywhere();
    let first = house.activates("13900000001", "89860001", "S1").await.unwrap();
    let second = house.activates("13900000002", "89860002", "S2").await.unwrap();
    slip::act(&house.db, &house.definitions, &all, "M1", &first.id, 1, &SlipAct::Return).await.unwrap();
    slip::act(&house.db, &house.definitions, &all, "M1", &first.id, 2, &SlipAct::Approve).await.unwrap();
    let holding = async |on: &str| slip::holding(&mut house.db.read().await.unwrap(), day(on)).await.unwrap();
    assert!(holding("2026-07-04").await.is_empty(), "three days are not over");
    assert_eq!(holding("2026-07-05").await, std::slice::from_ref(&second.id));
    house.db.clock().advance(Duration::from_hours(24 * 9));
    let today = day("2026-07-10");
    let missing = slip::missing(&mut house.db.read().await.unwrap(), &all, today).await.unwrap();
    assert_eq!(missing.iter().map(|one| (one.outlet.as_str(), one.ages)).collect::<Vec<_>>(), [("O1", [0, 1, 0, 0])]);
    let counts = slip::counts(&mut house.db.read().await.unwrap(), &all, today).await.unwrap();
    assert_eq!((counts.due, counts.in_time, counts.holding), (2, 1, 1));
    slip::act(&house.db, &house.definitions, &all, "M1", &second.id, 1, &SlipAct::Lose("搬迁遗失".into())).await.unwrap();
    assert_eq!(holding("2026-07-10").await, std::slice::from_ref(&second.id), "a lost one holds too");
    let query = slip::Query { holding_on: Some(today), limit: 10, ..slip::Query::default() };
    let page = slip::list(&mut house.db.read().await.unwrap(), &all, &query).await.unwrap();
    assert_eq!(page.rows.iter().map(|slip| (slip.order.as_str(), slip.holds(today))).collect::<Vec<_>>(), [(second.id.as_str(), true)]);
    let elsewhere = Sight::of(Scope { outlets: vec!["O2".into()], ..Scope::default() }, &house.master, today);
    assert_eq!(code(&slip::one(&mut house.db.read().await.unwrap(), &elsewhere, &second.id).await), "orders.slip.none");
}

async fn a_card_is_in_one_place(db: TestDb) {
    // R0.29
    let house = House::of(db).await;
    let all = Sight::everywhere();
    let new = |first, last| Allocate { piece: Piece::Card, first, last, partner: "P1", outlet: "O2", territory: "421102001" };
    let allocate = async |key: &str, new| stock::allocate(&house.db, key, "sys", &new).await;
    assert_eq!(code(&allocate("key-00001", new("89860090", "89860110")).await), "orders.stock.taken");
    assert_eq!(code(&allocate("key-00002", new("89860110", "89860100")).await), "orders.stock.segment");
    assert_eq!(allocate("key-00003", new("89860100", "89860109")).await.unwrap().into_inner().1, 10);
    assert!(!allocate("key-00003", new("89860100", "89860109")).await.unwrap().is_new());
    let takes = async |subscriber: &str, card: &str| {
        let order = house.starts("C1", &activation(subscriber, card)).await.unwrap();
        house.identifies("C1", &order.id, DOCUMENT).await.unwrap();
        let outcome = house.submits("C1", &order.id).await;
        (order.id, code(&outcome))
    };
    assert_eq!(takes("13900000001", "89860100").await.1, "orders.card.elsewhere", "it is O2's");
    assert_eq!(takes("13900000001", "89870000").await.1, "orders.card.none");
    let (id, outcome) = takes("13900000001", "89860001").await;
    assert_eq!(outcome, "ok");
    let serials = |serial: &str| vec![serial.to_owned()];
    let shift = async |serial: &str, to| code(&stock::shift(&house.db, &all, "sys", Piece::Card, &serials(serial), to, "盘点").await);
    assert_eq!(shift("89860001", Moved::Recalled).await, "orders.stock.state", "it is sold");
    assert_eq!(shift("89860002", Moved::Lost).await, "ok");
    assert_eq!(takes("13900000002", "89860002").await.1, "orders.card.state");
    house.acts("C1", &id, Command::Cancel("客户放弃".into())).await.unwrap();
    assert_eq!(takes("13900000003", "89860001").await.1, "ok", "a cancelled order gives its card back");
    let query = stock::Query { outlet: "O1".into(), limit: 200, ..stock::Query::default() };
    let counts = stock::counts(&mut house.db.read().await.unwrap(), &all, &query).await.unwrap();
    let states: Vec<(&str, u32)> = counts.iter().map(|(_, state, pieces)| (state.as_str(), *pieces)).collect();
    assert_eq!(states, [("lost", 1), ("sold", 1), ("stock", 98)], "what was allocated is the sum of the states");
    let page = stock::list(&mut house.db.read().await.unwrap(), &all, &stock::Query { limit: 60, ..query }).await.unwrap();
    assert_eq!((page.rows.len(), page.total, page.next.map(|(_, serial)| serial).as_deref()), (60, 100, Some("89860059")));
}
