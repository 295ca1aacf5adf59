//! Exchanges, returns and repairs of handsets (R7.154).

use super::written::{Facts, writes};
use super::{House, code, day};
use crate::handset::{self, Lot, Place};
use crate::order::{State, Wanted as Ordered, WantedItem};
use crate::service::{self, Query, Request, Terms, Verdict, Wanted, Wish};
use crate::sight::Sight;
use qudao_access::Scope;
use qudao_kernel::Refusal;
use qudao_kernel::facts::Col;
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

on_both!(an_exchange_keeps_the_sale, a_return_takes_the_order_back, a_repair_comes_back, what_does_not_fit_is_refused);

const TERMS: Terms = Terms { exchange_days: 15, return_days: 7, repair_days: 365 };
/// Handsets of O1 and O2; the last digit checks the others.
const HERE: [&str; 3] = ["860123450000012", "860123450000020", "860123450000038"];
/// Each request has a key of its own.
static ASKED: AtomicU32 = AtomicU32::new(0);
const THERE: &str = "860123450000046";

impl House {
    /// Three handsets in the stock of O1, one in that of O2.
    async fn with_handsets(db: TestDb) -> Self {
        let house = Self::of(db).await;
        let here: Vec<String> = HERE.map(str::to_owned).to_vec();
        let there = vec![THERE.to_owned()];
        write_tx!(house.db, |tx| {
            let all: Vec<String> = here.iter().chain(&there).cloned().collect();
            handset::take_in(tx, &Lot { product: "T1", source: "BJ1", who: "supply" }, &all).await?;
            handset::send(tx, "BJ1", &all).await?;
            handset::arrive(tx, &here, Place { partner: "P1", outlet: "O1", territory: "421102001" }).await?;
            handset::arrive(tx, &there, Place { partner: "P1", outlet: "O2", territory: "421102001" }).await
        })
        .unwrap();
        house
    }

    /// A handset sold by C2.
    async fn sells(&self, imei: &str) -> String {
        let items = vec![WantedItem { product: "T1".into(), imei: imei.into(), ..WantedItem::default() }];
        let wanted = Ordered { business: "terminal_sale".into(), items, ..Ordered::default() };
        let begun = self.starts("C2", &wanted).await.unwrap();
        assert_eq!(self.submits("C2", &begun.id).await.unwrap().state, State::Effective);
        begun.id
    }

    async fn asks(&self, wish: Wish, serial: &str, replacement: &str) -> Result<String, Refusal> {
        let wanted = Wanted { wish, serial, replacement, reason: "屏幕失灵" };
        let key = format!("service-{:05}", ASKED.fetch_add(1, Ordering::Relaxed));
        Ok(service::ask(&self.db, TERMS, &Sight::everywhere(), "C2", &key, &wanted).await?.into_inner())
    }

    async fn decides(&self, who: &str, id: &str, version: u32, verdict: Verdict<'_>) -> Result<u32, Refusal> {
        service::decide(&self.db, &self.shop(), &Sight::everywhere(), who, id, version, verdict).await
    }

    /// State and order of a handset.
    async fn lies(&self, serial: &str) -> (String, String) {
        let sql = "select state, order_id from order_stock where kind = 'handset' and serial = $1";
        let row = self.db.read().await.unwrap().query_one(sql, args![serial]).await.unwrap();
        (row.string("state").unwrap(), row.string("order_id").unwrap())
    }

    async fn requests(&self, query: &Query) -> Vec<Request> {
        service::list(&mut self.db.read().await.unwrap(), &Sight::everywhere(), query).await.unwrap().rows
    }
}

fn at(state: &str, order: &str) -> (String, String) {
    (state.to_owned(), order.to_owned())
}

async fn an_exchange_keeps_the_sale(db: TestDb) {
    // R7.154: both serials move, and the sale stays what it was under the other serial
    let (house, facts) = (House::with_handsets(db).await, Arc::new(Facts::default()));
    let [bad, good, last] = HERE;
    let order = house.sells(bad).await;
    writes(&house, &facts).await.unwrap();
    let imei = || facts.cell(&order, Col::Imei.name());
    assert_eq!(imei(), bad);
    let amount = facts.cell(&order, Col::Amount.name());
    let id = house.asks(Wish::Exchange, bad, good).await.unwrap();
    assert_eq!(code(&house.decides("C2", &id, 1, Verdict::Agree("")).await), "orders.service.own", "who asked does not decide");
    assert_eq!(house.lies(good).await, at("stock", ""), "nothing moves before it is decided");
    assert_eq!(house.decides("fu", &id, 1, Verdict::Agree("故障属实")).await.unwrap(), 2);
    assert_eq!((house.lies(bad).await, house.lies(good).await), (at("returned", ""), at("sold", &order)));
    assert_eq!(writes(&house, &facts).await.unwrap().facts, 1, "a later version of the same fact");
    assert_eq!((imei(), facts.cell(&order, Col::Amount.name())), (good.to_owned(), amount));
    assert_eq!((facts.ids(), facts.cell(&order, Col::KnownOn.name())), (vec![order.clone()], "2026-07-02".to_owned()));
    assert_eq!(code(&house.decides("fu", &id, 2, Verdict::Refuse("晚了")).await), "orders.service.state");
    // The one in its place can be exchanged as well, on the same day.
    let again = house.asks(Wish::Exchange, good, last).await.unwrap();
    house.decides("fu", &again, 1, Verdict::Agree("")).await.unwrap();
    writes(&house, &facts).await.unwrap();
    assert_eq!((imei(), facts.cell(&order, Col::KnownOn.name())), (last.to_owned(), "2026-07-03".to_owned()));
    let back = house.asks(Wish::Return, last, "").await.unwrap();
    house.decides("fu", &back, 1, Verdict::Agree("")).await.unwrap();
    writes(&house, &facts).await.unwrap();
    assert_eq!(facts.cell(&format!("{order}-R"), Col::Imei.name()), last, "what is taken back is what the customer had");
    assert_eq!(house.order(&order).await.items[0].imei, bad, "an effective order does not change");
}

async fn a_return_takes_the_order_back(db: TestDb) {
    // R7.154: the commission goes back with the fact, the handset with the returned ones
    let (house, facts) = (House::with_handsets(db).await, Arc::new(Facts::default()));
    let order = house.sells(HERE[0]).await;
    let id = house.asks(Wish::Return, HERE[0], "").await.unwrap();
    house.decides("fu", &id, 1, Verdict::Agree("七天内")).await.unwrap();
    let kept = house.order(&order).await;
    assert_eq!((kept.state, kept.ended.map(|ended| ended.reason)), (State::Reversed, Some(format!("{id} 屏幕失灵"))));
    assert_eq!(house.lies(HERE[0]).await, at("returned", ""));
    writes(&house, &facts).await.unwrap();
    let cell = |col: Col| facts.cell(&format!("{order}-R"), col.name());
    assert_eq!((cell(Col::Kind), cell(Col::Ref)), ("return".to_owned(), order.clone()));
    assert_eq!(code(&house.asks(Wish::Return, HERE[0], "").await), "orders.service.sold", "it is sold no longer");
    let done = house.requests(&Query { state: "done".into(), limit: 9, ..Query::default() }).await;
    assert_eq!((done.len(), done[0].decided_by.as_deref(), done[0].decision.as_str()), (1, Some("fu"), "七天内"));
}

async fn a_repair_comes_back(db: TestDb) {
    // R7.154: in repair and back to where it was, sold or in stock; nothing is counted for it
    let (house, facts) = (House::with_handsets(db).await, Arc::new(Facts::default()));
    let order = house.sells(HERE[0]).await;
    writes(&house, &facts).await.unwrap();
    for (serial, was) in [(HERE[0], at("sold", &order)), (HERE[1], at("stock", ""))] {
        let id = house.asks(Wish::Repair, serial, "").await.unwrap();
        assert_eq!(code(&house.decides("fu", &id, 1, Verdict::Back("")).await), "orders.service.state");
        assert_eq!(house.decides("fu", &id, 1, Verdict::Agree("送修")).await.unwrap(), 2);
        assert_eq!(house.lies(serial).await.0, "repair");
        assert_eq!(
            code(&house.asks(Wish::Repair, serial, "").await),
            if serial == HERE[0] { "orders.service.open" } else { "orders.service.sold" }
        );
        assert_eq!(house.decides("C2", &id, 2, Verdict::Back("已修好")).await.unwrap(), 3);
        assert_eq!(house.lies(serial).await, was);
        let row = house.requests(&Query { text: serial.to_owned(), limit: 9, ..Query::default() }).await.remove(0);
        assert_eq!((row.state.as_str(), row.decision.as_str(), row.ended_us.is_some()), ("done", "已修好", true));
    }
    assert_eq!(writes(&house, &facts).await.unwrap().events, 0, "a repair is no fact");
    // A handset the outlet bought elsewhere is in no stock of ours, and is repaired all the same.
    house.sells("860999990000012").await;
    let id = house.asks(Wish::Repair, "860999990000012", "").await.unwrap();
    house.decides("fu", &id, 1, Verdict::Agree("")).await.unwrap();
    assert_eq!(house.decides("fu", &id, 2, Verdict::Back("")).await.unwrap(), 3);
}

async fn what_does_not_fit_is_refused(db: TestDb) {
    // R7.154, R0.1
    let house = House::with_handsets(db).await;
    house.sells(HERE[0]).await;
    assert_eq!(code(&house.asks(Wish::Exchange, HERE[1], HERE[2]).await), "orders.service.sold");
    assert_eq!(code(&house.asks(Wish::Exchange, HERE[0], THERE).await), "orders.service.replacement", "it lies at another outlet");
    assert_eq!(code(&house.asks(Wish::Exchange, HERE[0], "").await), "orders.service.replacement");
    assert_eq!(code(&house.asks(Wish::Repair, "860000000000009", "").await), "orders.service.serial");
    let elsewhere = Sight::of(Scope { outlets: vec!["O2".into()], ..Scope::default() }, &house.master, day("2026-07-01"));
    let wanted = Wanted { wish: Wish::Repair, serial: HERE[0], replacement: "", reason: "不开机" };
    assert_eq!(code(&service::ask(&house.db, TERMS, &elsewhere, "C4", "key-00001", &wanted).await), "orders.service.serial");
    let silent = Wanted { reason: " ", ..wanted };
    assert_eq!(code(&service::ask(&house.db, TERMS, &Sight::everywhere(), "C2", "key-00002", &silent).await), "access.reason.missing");
    let id = house.asks(Wish::Exchange, HERE[0], HERE[1]).await.unwrap();
    assert_eq!(code(&house.asks(Wish::Return, HERE[0], "").await), "orders.service.open", "one request at a time");
    assert_eq!(code(&house.decides("fu", &id, 1, Verdict::Refuse("")).await), "access.reason.missing");
    assert_eq!(code(&house.decides("C1", &id, 1, Verdict::Withdraw).await), "orders.service.other");
    // What was meant to take its place is sold meanwhile: nothing is changed.
    house.sells(HERE[1]).await;
    assert_eq!(code(&house.decides("fu", &id, 1, Verdict::Agree("")).await), "orders.service.replacement");
    assert_eq!(house.lies(HERE[0]).await.0, "sold");
    assert_eq!(code(&service::decide(&house.db, &house.shop(), &elsewhere, "fu", &id, 1, Verdict::Agree("")).await), "orders.service.none");
    assert_eq!(house.decides("C2", &id, 1, Verdict::Withdraw).await.unwrap(), 2);
    house.db.clock().advance(Duration::from_hours(24 * 8));
    assert_eq!(code(&house.asks(Wish::Return, HERE[0], "").await), "orders.service.late");
    let refused = house.asks(Wish::Exchange, HERE[0], HERE[2]).await.unwrap();
    house.decides("fu", &refused, 1, Verdict::Refuse("人为损坏")).await.unwrap();
    let all = house.requests(&Query { wish: Some(Wish::Exchange), limit: 9, ..Query::default() }).await;
    assert_eq!(all.iter().map(|row| row.state.as_str()).collect::<Vec<_>>(), ["refused", "withdrawn"], "latest first");
}
