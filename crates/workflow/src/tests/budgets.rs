use super::{House, agree, code};
use crate::budget::{self, Amounts, Draw, Move, Reach};
use crate::machine::Command;
use proptest::prelude::*;
use qudao_kernel::Fen;
use qudao_testkit::{TestDb, on_both};
use serde_json::json;

on_both!(a_budget_is_reached_at_its_place_only, payments_draw_a_budget_down_and_not_further, two_payments_at_once_do_not_overdraw);

/// A budget of 5 000 yuan.
async fn approved(house: &House) -> String {
    let filled = json!({ "kind": "staff", "amount": 500_000, "base_year": 2026, "rule": "补给一名促销员", "purpose": "开学季" });
    let started = house.starts("key-one", "wang", "subsidy", filled).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    for login in ["sun", "li"] {
        house.acts(login, &started.id, agree()).await.unwrap();
    }
    started.id
}

async fn payments_draw_a_budget_down_and_not_further(db: TestDb) {
    // R4.54: paid never more than approved
    let house = House::of(db).await;
    let id = &approved(&house).await;
    let everywhere = [String::new()];
    let reach = Reach { holder: "", territories: &everywhere };
    let draw = |key: &'static str, version, by, fen| {
        let draw = Draw { who: "jin", reach, budget: id, by, fen: Fen(fen), about: "付款单 F1" };
        budget::draw(&house.db, key, version, draw)
    };
    assert_eq!(draw("draw-001", 1, Move::Reserve, 300_000).await.unwrap().into_inner(), 1);
    assert_eq!(draw("draw-001", 1, Move::Reserve, 300_000).await.unwrap().into_inner(), 1, "the same request once");
    assert_eq!(code(draw("draw-002", 2, Move::Spend, 200_001).await), "workflow.budget.short");
    assert_eq!(code(draw("draw-003", 1, Move::Spend, 1).await), "platform.db.stale");
    assert_eq!(code(draw("draw-004", 2, Move::Spend, 0).await), "workflow.budget.amount");
    draw("draw-005", 2, Move::Spend, 200_000).await.unwrap().into_inner();
    draw("draw-006", 3, Move::SpendReserved, 250_000).await.unwrap().into_inner();
    assert_eq!(code(draw("draw-007", 4, Move::Release, 50_001).await), "workflow.budget.short");
    draw("draw-008", 4, Move::Release, 50_000).await.unwrap().into_inner();
    let mut tx = house.db.read().await.unwrap();
    let held = budget::get(&mut tx, &reach, id).await.unwrap();
    assert_eq!((held.amounts.reserved.0, held.amounts.spent.0, held.amounts.free().0), (0, 450_000, 50_000));
    let mut sum = Amounts { amount: held.amounts.amount, reserved: Fen(0), spent: Fen(0) };
    for movement in budget::movements(&mut tx, id).await.unwrap() {
        sum = sum.moved(movement.by, movement.fen).unwrap();
    }
    assert_eq!(sum, held.amounts, "the entries add up");
    assert_eq!(budget::list(&mut tx, &reach, "", None, 10).await.unwrap(), (vec![held], 1));
    assert_eq!(code(budget::get(&mut tx, &reach, "BT1").await), "workflow.budget.none");
}

async fn a_budget_is_reached_at_its_place_only(db: TestDb) {
    // R4.54, R0.1
    let house = House::of(db).await;
    let id = &approved(&house).await;
    for (holder, territory, reached) in
        [("", "", true), ("", "4211", true), ("", "421102", true), ("", "421103", false), ("wang", "43", true), ("li", "43", false)]
    {
        let territories = [territory.to_owned()];
        let reach = Reach { holder, territories: &territories };
        let tx = &mut house.db.read().await.unwrap();
        assert_eq!(code(budget::get(tx, &reach, id).await), if reached { "ok" } else { "workflow.budget.none" }, "{holder} {territory}");
        assert_eq!(budget::list(tx, &reach, "BT2026", None, 10).await.unwrap().1, u32::from(reached), "{holder} {territory}");
        assert_eq!(budget::list(tx, &reach, "ZZ", None, 10).await.unwrap().1, 0);
    }
    let none = Reach { holder: "", territories: &[] };
    let draw = Draw { who: "jin", reach: none, budget: id, by: Move::Spend, fen: Fen(1), about: "付款单 F1" };
    assert_eq!(code(budget::draw(&house.db, "draw-001", 1, draw).await), "workflow.budget.none");
}

async fn two_payments_at_once_do_not_overdraw(db: TestDb) {
    // R4.54: reserved and spent are never more than the budget, however many draw at once
    let house = House::of(db).await;
    let id = &approved(&house).await;
    let everywhere = [String::new()];
    let reach = Reach { holder: "", territories: &everywhere };
    let mut spent = 0;
    for round in 0..3 {
        let version = budget::get(&mut house.db.read().await.unwrap(), &reach, id).await.unwrap().version;
        let draw = |who: &'static str| {
            let (db, key) = (&house.db, format!("draw-{round}-{who}"));
            let draw = Draw { who, reach, budget: id, by: Move::Spend, fen: Fen(200_000), about: "付款单 F1" };
            async move { budget::draw(db, &key, version, draw).await }
        };
        let (one, other, third) = tokio::join!(draw("jin"), draw("xi"), draw("li"));
        let codes = [code(one), code(other), code(third)];
        spent += codes.iter().filter(|code| **code == "ok").count();
        assert!(codes.iter().all(|code| ["ok", "platform.db.stale", "workflow.budget.short"].contains(code)), "{codes:?}");
    }
    assert_eq!(spent, 2, "5 000 yuan are enough for 2 000 twice");
    let tx = &mut house.db.read().await.unwrap();
    let held = budget::get(tx, &reach, id).await.unwrap();
    let movements = budget::movements(tx, id).await.unwrap();
    assert_eq!((held.amounts.spent.0, held.amounts.free().0, movements.len()), (400_000, 100_000, 2));
}

proptest! {
    #[test]
    fn no_movements_take_more_than_there_is(
        amount in 1..1_000_000_i64,
        moves in prop::collection::vec((prop::sample::select(Move::ALL.to_vec()), -5..400_000_i64), 0..60),
    ) {
        // R4.54: reserved and spent are at most the budget, and what was spent stays spent
        let mut held = Amounts { amount: Fen(amount), reserved: Fen(0), spent: Fen(0) };
        for (by, fen) in moves {
            let before = held;
            held = held.moved(by, Fen(fen)).unwrap_or(held);
            prop_assert!(held.reserved.0 >= 0 && held.spent.0 >= before.spent.0);
            prop_assert!(held.reserved.0 + held.spent.0 <= amount && held.free().0 >= 0);
        }
    }
}
