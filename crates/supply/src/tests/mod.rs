//! Stories on both databases.

use crate::back::{self, Verdict};
use crate::list::{self, Query};
use crate::offer::{self, Wanted};
use crate::order::{self, Act, Hand, Pieces, Placing, State};
use crate::{Rules, Shop};
use qudao_access::{Scope, Sight};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Product, Span};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_orders::order::facts;
use qudao_orders::stock::{self, Moved, Piece};
use qudao_platform::{Done, args, write_tx};
use qudao_receivable::account::{self, Account, Steps};
use qudao_receivable::collection::{self, Collect, Way};
use qudao_receivable::invoice::{self, For, Issue};
use qudao_receivable::{Debtor, Once, books};
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(
    an_offer_leaves_the_guaranteed_margin,
    an_order_goes_from_the_offer_to_the_invoice,
    nothing_is_supplied_to_whoever_is_stopped,
    a_serial_is_in_one_place,
    what_comes_back_is_given_back,
    deliveries_in_time_are_counted,
    one_sees_what_is_ones_own,
);

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

/// P1 with O1 and O2 under A1; P2 with O3 and no agreement; P3 on the blacklist with O4.
fn network() -> Master {
    let mut master = Master::default();
    for code in ["P1", "P2", "P3"] {
        let (name, tier, parent, territory) = (code.to_owned(), String::new(), String::new(), "421102".to_owned());
        let (since, blacklisted, kind) = (day("2020-01-01"), code == "P3", "代理商".to_owned());
        let code = code.into();
        master.add_partner(Partner { code, name, kind, tier, level: 0, parent, territory, since, blacklisted, span: Span::ALWAYS });
    }
    for (code, owner) in [("O1", "P1"), ("O2", "P1"), ("O3", "P2"), ("O4", "P3")] {
        let (name, territory) = (code.to_owned(), "421102001".to_owned());
        let (channel, subtype, grade, district) = ("社会渠道".to_owned(), "专营店".to_owned(), "A".to_owned(), String::new());
        let (code, owner) = (code.into(), owner.into());
        master.add_outlet(Outlet { code, name, owner, territory, channel, subtype, grade, district, span: Span::ALWAYS });
    }
    for partner in ["P1", "P3"] {
        let (code, partner) = (format!("A{partner}"), partner.into());
        master.add_agreement(Agreement { code, partner, commitment: Fen(0), renewed: false, span: Span::ALWAYS });
    }
    for (code, line) in [("T1", "终端"), ("T2", "终端"), ("M59", "移动")] {
        let (name, category, line) = (code.to_owned(), String::new(), line.to_owned());
        let (plan_fee, supply_price, retail_price) = (Fen(0), Fen(42_000), Fen(49_900));
        let code = code.into();
        master.add_product(Product { code, name, line, category, plan_fee, supply_price, retail_price, span: Span::ALWAYS });
    }
    master
}

const RULES: Rules = Rules { stop_days: 15, pay_days: 30, return_days: 15 };

/// A database with the network, an offer of T1 with five pieces in store and one of T2 with two.
struct House {
    db: TestDb,
    master: Master,
}

/// A serial with its check digit.
fn imei(number: u32) -> String {
    let body = format!("86012345{number:06}");
    let weigh = |(at, byte): (usize, u8)| {
        let digit = u32::from(byte - b'0');
        if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
    };
    let sum: u32 = body.bytes().enumerate().map(weigh).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn wanted(product: &'static str, supply: i64) -> Wanted<'static> {
    let (supply_price, suggested_price, least_margin) = (Fen(supply), Fen(49_900), Fen(5_000));
    Wanted { product, supplier: "省终端公司", supply_price, suggested_price, least_margin, open: true }
}

fn once(key: &str) -> Once<'_> {
    Once { who: "supply", key }
}

impl House {
    async fn of(db: TestDb) -> (Self, String, String) {
        write_tx!(db, |tx| {
            facts::subscribe(tx).await?;
            books::subscribe(tx).await
        })
        .unwrap();
        let house = Self { db, master: network() };
        let one = house.offers("offer-1", &wanted("T1", 42_000)).await.unwrap();
        let two = house.offers("offer-2", &wanted("T2", 44_900)).await.unwrap();
        let serials = |from: u32, many: u32| (from..from + many).map(imei).collect::<Vec<_>>();
        assert_eq!(offer::take_in(&house.db, once("in-1"), &one, &serials(1, 5)).await.unwrap(), 5);
        assert_eq!(offer::take_in(&house.db, once("in-2"), &two, &serials(101, 2)).await.unwrap(), 2);
        (house, one, two)
    }

    fn today(&self) -> Date {
        qudao_access::sessions::day(self.db.now_us())
    }

    fn shop(&self) -> Shop<'_> {
        Shop { master: &self.master, rules: RULES, today: self.today() }
    }

    async fn offers(&self, key: &str, new: &Wanted<'_>) -> Result<String, Refusal> {
        Ok(offer::create(&self.db, &self.master, once(key), new, self.today()).await?.into_inner())
    }

    async fn places(&self, key: &str, outlet: &str, lines: &[(&str, u32)]) -> Result<String, Refusal> {
        let lines: Vec<Pieces> = lines.iter().map(|(offer, pieces)| Pieces { offer: (*offer).to_owned(), pieces: *pieces }).collect();
        let new = Placing { outlet, wanted_on: self.today().plus_days(3), lines: &lines, note: "" };
        Ok(order::place(&self.db, self.shop(), Once { who: "store", key }, &new).await?.into_inner())
    }

    async fn acts(&self, id: &str, act: Act<'_>) -> Result<u32, Refusal> {
        let everywhere = Sight::everywhere();
        let version = self.order(id).await.version;
        let key = format!("{id} {version} {}", act.name());
        order::act(&self.db, self.shop(), Hand { who: "supply", sight: &everywhere, id, version, key: &key }, act).await
    }

    async fn order(&self, id: &str) -> order::Supply {
        order::get(&mut self.db.read().await.unwrap(), &Sight::everywhere(), id).await.unwrap()
    }

    /// Accepted for tomorrow, sent out with what lies longest, received as a whole.
    async fn delivers(&self, id: &str) -> Vec<String> {
        self.acts(id, Act::Confirm(self.today().plus_days(1))).await.unwrap();
        let serials = order::picks(&mut self.db.read().await.unwrap(), id).await.unwrap();
        self.acts(id, Act::Ship(&serials)).await.unwrap();
        self.acts(id, Act::Receive(&[])).await.unwrap();
        serials
    }

    async fn account(&self) -> Account {
        let steps = Steps::read("30/60/90").unwrap();
        let tx = &mut self.db.read().await.unwrap();
        account::list(tx, &Sight::everywhere(), "P1", self.today(), steps).await.unwrap().into_iter().next().unwrap_or_default()
    }

    /// Handsets by state at an outlet; the central store where it is empty.
    async fn handsets(&self, outlet: &str) -> Vec<(String, usize)> {
        let sql = "select state, count(*) as n from order_stock where kind = 'handset' and outlet = $1 group by state order by state";
        let rows = self.db.read().await.unwrap().query(sql, args![outlet]).await.unwrap();
        rows.iter().map(|row| (row.string("state").unwrap(), row.count("n").unwrap() as usize)).collect()
    }
}

/// R4.45: margin = suggested − supply ≥ the agreed floor. R4.49: several suppliers of one product beside each other.
async fn an_offer_leaves_the_guaranteed_margin(db: TestDb) {
    let (house, one, _) = House::of(db).await;
    assert_eq!(code(house.offers("x1", &Wanted { supplier: "乙", ..wanted("T1", 44_901) }).await), "supply.offer.margin");
    assert_eq!(code(house.offers("x2", &Wanted { supplier: "乙", ..wanted("M59", 42_000) }).await), "supply.offer.product");
    assert_eq!(code(house.offers("x3", &Wanted { supplier: " ", ..wanted("T1", 42_000) }).await), "supply.offer.supplier");
    assert_eq!(code(house.offers("x4", &Wanted { supplier: "乙", ..wanted("T1", 0) }).await), "supply.offer.price");
    assert_eq!(code(house.offers("x5", &wanted("T1", 42_000)).await), "supply.offer.there");
    let cheaper = house.offers("x6", &Wanted { supplier: "社会采购", ..wanted("T1", 41_000) }).await.unwrap();
    let list = offer::list(&mut house.db.read().await.unwrap(), false).await.unwrap();
    let of_t1: Vec<(&str, &str, i64, u32)> = list
        .iter()
        .filter(|one| one.product == "T1")
        .map(|one| (one.id.as_str(), one.supplier.as_str(), one.margin().0, one.pieces))
        .collect();
    assert_eq!(of_t1, [(cheaper.as_str(), "社会采购", 8_900, 0), (one.as_str(), "省终端公司", 7_900, 5)], "the cheapest first");
    let id = house.places("k1", "O1", &[(&one, 1)]).await.unwrap();
    let rewrite =
        async |version, new: Wanted<'static>| offer::rewrite(&house.db, &house.master, "supply", &one, version, &new, house.today()).await;
    assert_eq!(code(rewrite(1, wanted("T2", 42_000)).await), "supply.offer.fixed");
    assert_eq!(rewrite(1, wanted("T1", 43_000)).await.unwrap(), 2);
    assert_eq!(code(rewrite(1, wanted("T1", 43_000)).await), "platform.db.stale");
    let line = order::lines(&mut house.db.read().await.unwrap(), &id).await.unwrap().remove(0);
    assert_eq!((line.supply_price, line.margin(), line.least_margin), (Fen(42_000), Fen(7_900), Fen(5_000)), "an order keeps its prices");
}

/// R4.45: followed to delivery. R7.4: what arrives is an invoice with a due day.
async fn an_order_goes_from_the_offer_to_the_invoice(db: TestDb) {
    let (house, one, two) = House::of(db).await;
    assert_eq!(code(house.places("k0", "O1", &[]).await), "supply.lines");
    let id = house.places("k1", "O1", &[(&one, 1), (&two, 1), (&one, 1)]).await.unwrap();
    assert_eq!(house.places("k1", "O1", &[(&one, 2), (&two, 1)]).await.unwrap(), id, "the same request once");
    let placed = house.order(&id).await;
    assert_eq!((placed.state, placed.pieces, placed.amount), (State::Placed, 3, Fen(2 * 42_000 + 44_900)));
    assert_eq!(code(house.acts(&id, Act::Ship(&[])).await), "supply.order.state");
    assert_eq!(code(house.acts(&id, Act::Confirm(house.today().plus_days(-1))).await), "supply.day");
    house.acts(&id, Act::Confirm(house.today().plus_days(2))).await.unwrap();
    let picks = order::picks(&mut house.db.read().await.unwrap(), &id).await.unwrap();
    assert_eq!(picks, [imei(1), imei(2), imei(101)]);
    assert_eq!(code(house.acts(&id, Act::Ship(&picks[..2])).await), "supply.pieces");
    assert_eq!(code(house.acts(&id, Act::Ship(&[imei(1), imei(2), imei(101), imei(102)])).await), "supply.pieces");
    house.acts(&id, Act::Ship(&picks)).await.unwrap();
    assert_eq!(house.handsets("").await, [("moving".to_owned(), 3), ("stock".to_owned(), 4)]);
    assert_eq!(code(house.acts(&id, Act::Cancel("改主意")).await), "supply.order.state");
    house.acts(&id, Act::CallBack("车辆故障")).await.unwrap();
    assert_eq!(house.handsets("").await, [("stock".to_owned(), 7)]);
    house.acts(&id, Act::Ship(&picks)).await.unwrap();
    assert_eq!(code(house.acts(&id, Act::Receive(&picks)).await), "supply.missing");
    assert_eq!(code(house.acts(&id, Act::Receive(&[imei(5)])).await), "supply.missing");
    house.acts(&id, Act::Receive(&[imei(2)])).await.unwrap();
    assert_eq!(house.handsets("O1").await, [("stock".to_owned(), 2)]);
    let received = house.order(&id).await;
    assert_eq!((received.state, received.received_on), (State::Received, Some(house.today())));
    let query = invoice::Query { partner: "P1".into(), limit: 5, ..invoice::Query::default() };
    let owed = invoice::list(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap().rows;
    assert_eq!((owed.len(), owed[0].id.as_str(), owed[0].open()), (1, received.invoice.as_str(), Fen(42_000 + 44_900)), "what arrived");
    assert_eq!(owed[0].due_on, house.today().plus_days(30));
    let missing = [imei(2)];
    let all = Sight::everywhere();
    stock::shift(&house.db, &all, "supply", Piece::Handset, &missing, Moved::Lost, "途中丢失").await.unwrap();
    assert_eq!(house.handsets("").await, [("lost".to_owned(), 1), ("stock".to_owned(), 4)]);
    let sql = "select body from outbox_event where topic = 'order.fact'";
    let rows = house.db.read().await.unwrap().query(sql, args![]).await.unwrap();
    let body = rows[0].text("body").unwrap();
    assert_eq!((rows.len(), body.matches("\"sell_in\"").count()), (1, 2), "{body}");
    let last = list::last(&mut house.db.read().await.unwrap(), "O1").await.unwrap();
    assert_eq!(last.map(|one| one.id), Some(id));
}

/// R7.4: overdue accounts are supplied nothing more. R8.65: nor is who has no agreement.
async fn nothing_is_supplied_to_whoever_is_stopped(db: TestDb) {
    let (house, one, _) = House::of(db).await;
    assert_eq!(code(house.places("k1", "O3", &[(&one, 1)]).await), "supply.agreement");
    assert_eq!(code(house.places("k2", "O4", &[(&one, 1)]).await), "supply.partner.blacklisted");
    assert_eq!(code(house.places("k3", "O9", &[(&one, 1)]).await), "supply.outlet");
    let (early, id) = (house.places("k4", "O1", &[(&one, 1)]).await.unwrap(), house.places("k5", "O1", &[(&one, 1)]).await.unwrap());
    house.acts(&id, Act::Confirm(house.today())).await.unwrap();
    let issued_on = house.today().plus_days(-50);
    let debtor = Debtor { partner: "P1", territory: "421102" };
    let late = Issue { debtor, kind: For::Goods, amount: Fen(100), issued_on, due_on: issued_on.plus_days(30), note: "" };
    invoice::issue(&house.db, once("late"), &late, house.today()).await.unwrap().into_inner();
    assert_eq!(code(house.places("k6", "O1", &[(&one, 1)]).await), "receivable.stopped");
    assert_eq!(code(house.acts(&early, Act::Confirm(house.today())).await), "receivable.stopped");
    assert_eq!(code(house.acts(&id, Act::Ship(&[imei(1)])).await), "receivable.stopped");
    assert_eq!(house.order(&id).await.state, State::Confirmed);
    let paid = Collect { debtor, way: Way::Bank, amount: Fen(100), received_on: house.today(), reference: "HD1", parts: None };
    collection::collect(&house.db, once("paid"), &paid, house.today()).await.unwrap().into_inner();
    house.acts(&id, Act::Ship(&[imei(1)])).await.unwrap();
    let closed = Wanted { open: false, ..wanted("T1", 42_000) };
    offer::rewrite(&house.db, &house.master, "supply", &one, 1, &closed, house.today()).await.unwrap();
    assert_eq!(code(house.places("k7", "O1", &[(&one, 1)]).await), "supply.offer.closed");
    house.acts(&early, Act::Refuse("机型停产")).await.unwrap();
    assert_eq!(house.order(&early).await.state, State::Refused);
}

/// R4.45: each serial in one place, whoever acts at once.
async fn a_serial_is_in_one_place(db: TestDb) {
    let (house, one, two) = House::of(db).await;
    let again = offer::take_in(&house.db, once("in-3"), &two, &[imei(200), imei(3)]).await;
    assert_eq!(code(again), "orders.handset.there");
    assert_eq!(code(offer::take_in(&house.db, once("in-4"), &two, &["860123450000010".to_owned()]).await), "orders.handset.serial");
    assert_eq!(house.handsets("").await, [("stock".to_owned(), 7)], "nothing of a refused lot is there");
    let (first, second) = (house.places("k1", "O1", &[(&one, 1)]).await.unwrap(), house.places("k2", "O2", &[(&one, 1)]).await.unwrap());
    for id in [&first, &second] {
        house.acts(id, Act::Confirm(house.today())).await.unwrap();
    }
    let serial = [imei(4)];
    let (one_went, other) = tokio::join!(house.acts(&first, Act::Ship(&serial)), house.acts(&second, Act::Ship(&serial)));
    assert!(one_went.is_ok() != other.is_ok(), "a serial goes out once");
    let refused = if let Err(refusal) = one_went { refusal.code } else { code(other) };
    assert_eq!(refused, "orders.handset.place");
    let wrong = [imei(101)];
    let left = if house.order(&first).await.state == State::Confirmed { &first } else { &second };
    assert_eq!(code(house.acts(left, Act::Ship(&wrong)).await), "supply.pieces", "that is of another offer");
}

/// R4.45, R7.4: what comes back is given back, paid or not, each piece once.
async fn what_comes_back_is_given_back(db: TestDb) {
    let (house, one, _) = House::of(db).await;
    let id = house.places("k1", "O1", &[(&one, 3)]).await.unwrap();
    let serials = house.delivers(&id).await;
    let everywhere = Sight::everywhere();
    let asks = async |key: &'static str, serials: &[String], reason| {
        back::ask(&house.db, house.shop(), &everywhere, Once { who: "store", key }, &id, serials, reason).await.map(Done::into_inner)
    };
    assert_eq!(code(asks("r0", &serials[..1], "").await), "access.reason.missing");
    assert_eq!(code(asks("r1", &[imei(5)], "外观瑕疵").await), "supply.return.pieces");
    assert_eq!(code(asks("r2", &[], "外观瑕疵").await), "supply.return.pieces");
    let back_of = asks("r3", &serials[..1], "外观瑕疵").await.unwrap();
    assert_eq!(code(asks("r4", &serials[..1], "再次").await), "supply.return.pieces", "it is asked back already");
    let decides = async |who: &'static str, id: &str, version, verdict| {
        back::decide(&house.db, house.shop(), &everywhere, Once { who, key: id }, id, version, verdict).await
    };
    assert_eq!(code(decides("store", &back_of, 1, Verdict::Take).await), "supply.return.own");
    assert_eq!(decides("supply", &back_of, 1, Verdict::Take).await.unwrap(), 2);
    assert_eq!(code(decides("supply", &back_of, 2, Verdict::Take).await), "supply.return.decided");
    assert_eq!(house.account().await.balance(), Fen(84_000));
    assert_eq!((house.handsets("O1").await, house.handsets("").await[0].clone()), (vec![("stock".into(), 2)], ("returned".into(), 1)));
    let debtor = Debtor { partner: "P1", territory: "421102" };
    let paid = Collect { debtor, way: Way::Bank, amount: Fen(84_000), received_on: house.today(), reference: "HD1", parts: None };
    collection::collect(&house.db, once("paid"), &paid, house.today()).await.unwrap().into_inner();
    let second = asks("r5", &serials[1..2], "滞销").await.unwrap();
    decides("supply", &second, 1, Verdict::Take).await.unwrap();
    assert_eq!((house.account().await.balance(), house.account().await.credit), (Fen(-42_000), Fen(42_000)), "it was paid");
    let third = asks("r6", &serials[2..], "滞销").await.unwrap();
    assert_eq!(code(decides("supply", &third, 1, Verdict::Refuse("")).await), "access.reason.missing");
    decides("supply", &third, 1, Verdict::Refuse("超出约定")).await.unwrap();
    let again = asks("r7", &serials[2..], "再次申请").await.unwrap();
    let sold = "update order_stock set state = 'sold' where serial = $1";
    write_tx!(house.db, |tx| tx.execute(sold, args![&serials[2]]).await).unwrap();
    assert_eq!(code(decides("supply", &again, 1, Verdict::Take).await), "orders.handset.place", "it was sold meanwhile");
    house.db.clock().advance(Duration::from_hours(16 * 24));
    assert_eq!(code(asks("r8", &serials[2..], "太晚").await), "supply.return.late");
    let all = back::list(&mut house.db.read().await.unwrap(), &everywhere, "", &id).await.unwrap();
    let states: Vec<&str> = all.iter().map(|one| one.state.as_str()).collect();
    assert_eq!(states.iter().filter(|state| **state == "taken").count(), 2, "{states:?}");
}

/// R8.68, N22: on time ÷ due.
async fn deliveries_in_time_are_counted(db: TestDb) {
    let (house, one, _) = House::of(db).await;
    let first = house.places("k1", "O1", &[(&one, 1)]).await.unwrap();
    house.delivers(&first).await;
    let second = house.places("k2", "O2", &[(&one, 1)]).await.unwrap();
    house.acts(&second, Act::Confirm(house.today().plus_days(1))).await.unwrap();
    let counts = async |outlet: &str| {
        let query = Query { outlet: outlet.to_owned(), ..Query::default() };
        list::counts(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &query, house.today()).await.unwrap()
    };
    assert_eq!((counts("").await.on_time_ppm(), counts("").await.of(State::Received)), (Some(1_000_000), 1));
    house.db.clock().advance(Duration::from_hours(48));
    let now = counts("").await;
    assert_eq!((now.due, now.on_time, now.on_time_ppm()), (2, 1, Some(500_000)));
    assert!(house.order(&second).await.is_late(house.today()));
    let late = Query { late_on: Some(house.today()), limit: 10, ..Query::default() };
    let found = list::list(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &late).await.unwrap();
    assert_eq!(found.rows.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [second.as_str()]);
    let serial = Query { text: imei(1), limit: 10, ..Query::default() };
    let found = list::list(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &serial).await.unwrap();
    assert_eq!(found.rows.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [first.as_str()], "by a serial");
    let many = list::Counts { states: Vec::new(), due: 50, on_time: 45 };
    assert_eq!(many.on_time_ppm(), Some(900_000));
}

/// R4.45: an outlet sees its own orders.
async fn one_sees_what_is_ones_own(db: TestDb) {
    let (house, one, _) = House::of(db).await;
    let id = house.places("k1", "O1", &[(&one, 1)]).await.unwrap();
    house.places("k2", "O2", &[(&one, 1)]).await.unwrap();
    let of = |scope| Sight::of(scope, &house.master, house.today());
    let shop = of(Scope { outlets: vec!["O2".into()], ..Scope::default() });
    let owner = of(Scope { partners: vec!["P1".into()], ..Scope::default() });
    let total = async |sight: &Sight| {
        let query = Query { limit: 1, ..Query::default() };
        let found = list::list(&mut house.db.read().await.unwrap(), sight, &query).await.unwrap();
        (found.total, found.next.is_some(), found.amount)
    };
    assert_eq!((total(&shop).await, total(&owner).await), ((1, false, Fen(42_000)), (2, true, Fen(84_000))));
    assert_eq!(code(order::get(&mut house.db.read().await.unwrap(), &shop, &id).await), "supply.order.none");
    let (everywhere, mine) = (Sight::everywhere(), Act::Cancel("门店装修"));
    let hand = |sight, key| Hand { who: "store", sight, id: &id, version: 1, key };
    assert_eq!(code(order::act(&house.db, house.shop(), hand(&shop, "c1"), mine).await), "supply.order.none");
    assert_eq!(order::act(&house.db, house.shop(), hand(&everywhere, "c2"), mine).await.unwrap(), 2);
    assert_eq!(order::act(&house.db, house.shop(), hand(&everywhere, "c2"), mine).await.unwrap(), 2, "once");
    assert_eq!(code(order::act(&house.db, house.shop(), hand(&everywhere, "c3"), mine).await), "supply.order.state");
}
