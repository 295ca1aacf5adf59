//! From the draft to the effect, and back.

use super::{DOCUMENT, House, activation, code, day, recharge, seller};
use crate::order::list::{self, Query, Sort};
use crate::order::machine::Command;
use crate::order::store::Once;
use crate::order::{Part, State, Wanted, WantedItem, store};
use crate::sight::Sight;
use qudao_access::{Scope, work_ids};
use qudao_testkit::{TestDb, on_both};

on_both!(
    an_order_lives,
    nothing_takes_effect_without_identity,
    a_request_sent_twice_is_one_order,
    the_same_business_twice_is_refused,
    who_may_not_sell_is_refused,
    products_must_go_together,
    what_was_confirmed_is_kept,
    lists_and_counts_stay_within_reach
);

async fn an_order_lives(db: TestDb) {
    // R6.14, R7.154
    let house = House::of(db).await;
    let mut wanted = activation("13900000001", "89860001");
    wanted.items.push(WantedItem { product: "T1".into(), imei: "860000000000001".into(), ..WantedItem::default() });
    wanted.delivery = true;
    wanted.invoice = true;
    let order = house.starts("C1", &wanted).await.unwrap();
    assert_eq!(order.id, "OD260701000001");
    assert_eq!(code(&house.acts("C1", &order.id, Command::Accept("S1".into())).await), "orders.state");
    house.identifies("C1", &order.id, DOCUMENT).await.unwrap();
    assert_eq!(house.submits("C1", &order.id).await.unwrap().state, State::Submitted);
    assert_eq!(code(&house.acts("C1", &order.id, Command::Accept("受理 1".into())).await), "orders.system_no");
    assert_eq!(house.acts("C1", &order.id, Command::Accept("S1".into())).await.unwrap().state, State::Accepted);
    let done = |part| Command::Finish(part, String::new());
    assert_eq!(house.acts("C1", &order.id, Command::Fail(Part::Activation, "超时".into())).await.unwrap().state, State::Accepted);
    assert_eq!(house.acts("C1", &order.id, done(Part::Activation)).await.unwrap().state, State::Activated);
    assert_eq!(code(&house.acts("C1", &order.id, done(Part::Activation)).await), "orders.task.none");
    assert_eq!(house.acts("C1", &order.id, done(Part::Invoice)).await.unwrap().state, State::Activated);
    assert_eq!(code(&house.acts("C1", &order.id, Command::Reverse("反悔".into())).await), "orders.state", "not before it took effect");
    assert_eq!(house.acts("C1", &order.id, done(Part::Delivery)).await.unwrap().state, State::Effective, "complete when all is done");
    let kept = house.order(&order.id).await;
    assert_eq!((kept.effective_on, kept.network.as_str(), kept.offer.total.0), (Some(day("2026-07-01")), "4G", 55_800));
    assert_eq!(
        code(&house.acts("C1", &order.id, Command::Cancel("反悔".into())).await),
        "orders.state",
        "an effective order does not change"
    );
    let rewritten = store::rewrite(&house.db, &house.shop(), &Sight::everywhere(), "C1", &order.id, 8, &wanted).await;
    assert_eq!(code(&rewritten), "orders.state");
    assert_eq!(house.acts("M1", &order.id, Command::Terminate("销户".into())).await.unwrap().state, State::Terminated);
    let history = store::history(&mut house.db.read().await.unwrap(), &order.id).await.unwrap();
    let acts: Vec<&str> = history.iter().map(|line| line.act.as_str()).collect();
    assert_eq!(acts, ["start", "identify", "submit", "accept", "fail", "finish", "proceed", "finish", "finish", "proceed", "terminate"]);
    let topup = house.starts("C2", &recharge(5_000)).await.unwrap();
    assert_eq!(house.submits("C2", &topup.id).await.unwrap().state, State::Effective, "nothing is left to be done");
    assert_eq!(code(&house.acts("C2", &topup.id, Command::Reverse("误充".into())).await), "orders.undo.none");
}

async fn nothing_takes_effect_without_identity(db: TestDb) {
    // R0.27
    let house = House::of(db).await;
    let order = house.starts("C1", &activation("13900000001", "89860001")).await.unwrap();
    assert_eq!(code(&house.submits("C1", &order.id).await), "orders.identity.missing");
    house.identifies("C1", &order.id, "110105194912310021").await.unwrap();
    assert_eq!(code(&house.submits("C1", &order.id).await), "orders.identity.failed");
    house.identifies("C1", &order.id, DOCUMENT).await.unwrap();
    let sha256 = house.order(&order.id).await.offer.sha256;
    let silent = Command::Submit { sha256, consent: false };
    assert_eq!(code(&house.acts("C1", &order.id, silent).await), "orders.consent.missing");
    assert_eq!(code(&house.submits("C1", &order.id).await), "ok");
    assert_eq!(house.count("select count(*) as n from acceptance_refusal where code like 'orders.identity.%'").await, 2, "each is kept");
    let body = house.db.read().await.unwrap().query_one("select body from order_head", &[]).await.unwrap().string("body").unwrap();
    assert!(!body.contains(DOCUMENT) && !body.contains("示例"), "neither the document nor the name is kept");
}

async fn a_request_sent_twice_is_one_order(db: TestDb) {
    // R6.14, N28
    let house = House::of(db).await;
    let start = async |amount| store::start(&house.db, &house.shop(), "key-00001", &seller("C1", "O1"), &recharge(amount)).await;
    let first = start(5_000).await.unwrap();
    let again = start(5_000).await.unwrap();
    assert!(first.is_new() && !again.is_new());
    assert_eq!(first.into_inner(), again.into_inner());
    assert_eq!(code(&start(6_000).await), "platform.keys.other_body");
    assert_eq!(house.count("select count(*) as n from order_head").await, 1);
    let id = "OD260701000001";
    let command = Command::Submit { sha256: house.order(id).await.offer.sha256, consent: false };
    let once = Once { id, version: 1, key: "key-00002" };
    let submit = async || super::acts(&house.db, &house.shop(), "C1", once, &command).await;
    assert!(submit().await.unwrap().is_new());
    assert!(!submit().await.unwrap().is_new(), "sent again it is the same act");
    assert_eq!(house.count("select orders as n from acceptance_usage where kind = 'clerk'").await, 1);
    assert_eq!(house.count("select count(*) as n from outbox_event where topic = 'order.fact'").await, 1);
}

async fn the_same_business_twice_is_refused(db: TestDb) {
    // N28
    let house = House::of(db).await;
    house.activates("13900000001", "89860001", "S1").await.unwrap();
    let twice = house.activates("13900000001", "89860002", "S2").await.unwrap_err();
    assert_eq!(twice.code, "orders.duplicate");
    assert!(twice.text.en.contains("OD260701000001"));
    assert_eq!(code(&house.activates("13900000002", "89860001", "S3").await), "orders.duplicate", "the same card");
    assert_eq!(code(&house.activates("13900000003", "89860003", "S1").await), "orders.duplicate", "the same number of the business system");
    house.acts("M1", "OD260701000001", Command::Reverse("客户退订".into())).await.unwrap();
    assert_eq!(
        code(&house.activates("13900000001", "89860004", "S1").await),
        "orders.duplicate",
        "a number of the business system is used once"
    );
}

async fn who_may_not_sell_is_refused(db: TestDb) {
    // N29, R0.28
    let house = House::of(db).await;
    assert_eq!(code(&house.starts("C7", &recharge(5_000)).await), "orders.agreement.none", "it ended on 30 June");
    assert_eq!(code(&house.starts("C6", &recharge(5_000)).await), "orders.partner.blacklisted");
    assert_eq!(code(&house.starts("C3", &recharge(5_000)).await), "orders.clerk.left");
    let start = async |seller| code(&store::start(&house.db, &house.shop(), "key-00003", &seller, &recharge(5_000)).await);
    assert_eq!(start(seller("C1", "O2")).await, "orders.clerk.left");
    assert_eq!(start(seller("C1", "O9")).await, "orders.outlet.none");
    assert_eq!(start(store::Seller { login: "C2", ..seller("C1", "O1") }).await, "orders.clerk.another");
    let order = house.starts("C1", &recharge(5_000)).await.unwrap();
    work_ids::suspend(&house.db, "sys", "C1", work_ids::Why::Other, "核查").await.unwrap();
    assert_eq!(code(&house.submits("C1", &order.id).await), "orders.clerk.unbound", "suspended between draft and submission");
    assert_eq!(house.count("select count(*) as n from acceptance_refusal").await, 7, "each is kept");
}

async fn products_must_go_together(db: TestDb) {
    // R4.23, R4.30, R6.13, R4.3
    let house = House::of(db).await;
    let with = |first: &str, more: &[(&str, &str)]| {
        let mut wanted = activation("13900000001", "89860001");
        wanted.items[0].product = first.into();
        let item = |(product, imei): &(&str, &str)| WantedItem { product: (*product).into(), imei: (*imei).into(), quantity: 1 };
        wanted.items.extend(more.iter().map(item));
        wanted
    };
    let quoted = |wanted: &Wanted| code(&store::quote(&house.shop(), "O1", wanted, day("2026-07-01")));
    assert_eq!(quoted(&with("M59", &[("T1", "860000000000001")])), "ok");
    assert_eq!(quoted(&with("W50", &[("T1", "860000000000001")])), "orders.product.modes", "a 3G card, a 4G handset");
    assert_eq!(quoted(&with("M59", &[("V5", "")])), "ok");
    assert_eq!(quoted(&with("V5", &[])), "orders.product.line");
    assert_eq!(quoted(&with("M59", &[("T1", "")])), "orders.wanted.imei");
    assert_eq!(quoted(&with("M60", &[])), "orders.product.unknown");
    assert_eq!(quoted(&Wanted { subscriber: "1".into(), ..with("M59", &[]) }), "orders.wanted.subscriber");
    assert_eq!(quoted(&Wanted { card: String::new(), ..with("M59", &[]) }), "orders.wanted.card");
    assert_eq!(quoted(&recharge(0)), "orders.wanted.amount");
    assert_eq!(quoted(&Wanted { business: "magic".into(), ..recharge(1) }), "orders.business.unknown");
    let handset = Wanted { business: "terminal_sale".into(), subscriber: String::new(), ..with("T1", &[("V5", "")]) };
    let mut handset = Wanted { card: String::new(), ..handset };
    handset.items[0].imei = "860000000000001".into();
    assert_eq!(quoted(&handset), "orders.product.needs", "a service needs a line");
    handset.subscriber = "13900000009".into();
    assert_eq!(quoted(&handset), "ok", "the customer has one");
    // A bundle asks for every level its parts do: C4 may activate, and install nothing.
    let bundle = with("M59", &[("B50", "")]);
    let order = house.starts("C4", &bundle).await.unwrap();
    house.identifies("C4", &order.id, DOCUMENT).await.unwrap();
    assert_eq!(code(&house.submits("C4", &order.id).await), "acceptance.level.business");
}

async fn what_was_confirmed_is_kept(db: TestDb) {
    // R6.12, R4.20
    let mut house = House::of(db).await;
    let order = house
        .starts("C1", &Wanted { decision: Some(crate::order::Decision::HandsetFirst), ..activation("13900000001", "89860001") })
        .await
        .unwrap();
    house.identifies("C1", &order.id, DOCUMENT).await.unwrap();
    let seen = house.order(&order.id).await.offer;
    assert_eq!((seen.total.0, seen.terms.len()), (5_900, 3));
    let other = Command::Submit { sha256: "0".repeat(64), consent: true };
    assert_eq!(code(&house.acts("C1", &order.id, other).await), "orders.terms.changed");
    let dearer = {
        let mut master = super::network();
        let mut product = master.product("M59", day("2026-07-01")).unwrap().clone();
        product.plan_fee.0 = 6_900;
        product.code = "M69".into();
        master.add_product(product);
        master
    };
    house.master = dearer;
    let anew =
        Wanted { items: vec![WantedItem { product: "M69".into(), ..WantedItem::default() }], ..activation("13900000001", "89860001") };
    store::rewrite(&house.db, &house.shop(), &Sight::everywhere(), "C1", &order.id, 2, &anew).await.unwrap();
    let stale = Command::Submit { sha256: seen.sha256, consent: true };
    assert_eq!(code(&house.acts("C1", &order.id, stale).await), "orders.terms.changed", "the customer saw another price");
    house.submits("C1", &order.id).await.unwrap();
    let kept = house.order(&order.id).await;
    let confirmed = kept.confirmed.unwrap();
    assert_eq!((confirmed.sha256, confirmed.consent), (kept.offer.sha256, true));
}

async fn lists_and_counts_stay_within_reach(db: TestDb) {
    // R0.1
    let house = House::of(db).await;
    for amount in [3_000, 1_000, 2_000] {
        house.db.clock().advance(std::time::Duration::from_secs(1));
        let order = house.starts("C1", &recharge(amount)).await.unwrap();
        if amount != 1_000 {
            house.submits("C1", &order.id).await.unwrap();
        }
    }
    house.starts("C4", &recharge(9_000)).await.unwrap();
    let list = async |scope: Scope, query: Query| {
        let sight = Sight::of(scope, &house.master, day("2026-07-01"));
        list::list(&mut house.db.read().await.unwrap(), &sight, &query).await.unwrap()
    };
    let own = || Scope { clerks: vec!["C1".into()], ..Scope::default() };
    let amounts = |found: &list::Orders| found.rows.iter().map(|row| row.order.offer.total.0).collect::<Vec<_>>();
    let newest = list(own(), Query { limit: 2, ..Query::default() }).await;
    assert_eq!((amounts(&newest), newest.total), (vec![2_000, 1_000], 3));
    let rest = list(own(), Query { limit: 2, after: newest.next, ..Query::default() }).await;
    assert_eq!((amounts(&rest), rest.next), (vec![3_000], None));
    let all = Scope { partners: vec!["P1".into()], ..Scope::default() };
    assert_eq!(
        amounts(&list(all.clone(), Query { sort: Sort::Amount, rising: true, limit: 9, ..Query::default() }).await),
        [1_000, 2_000, 3_000, 9_000]
    );
    let effective =
        Query { states: vec![State::Effective], business: "recharge".into(), text: "000001".into(), limit: 9, ..Query::default() };
    assert_eq!(amounts(&list(all.clone(), effective).await), [3_000]);
    assert_eq!(list(Scope { outlets: vec!["O3".into()], ..Scope::default() }, Query::default()).await.total, 0);
    let sight = Sight::of(own(), &house.master, day("2026-07-01"));
    let counts = super::list_counts(&house, &sight).await;
    assert_eq!(counts, [(State::Draft, 1, 1_000), (State::Effective, 2, 5_000)]);
    assert_eq!(code(&store::get(&mut house.db.read().await.unwrap(), &sight, "OD260701000004").await), "orders.none");
}
