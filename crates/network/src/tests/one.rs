use super::{act, adds, candidate, changes, code, day, house, key, outlet_on, partner_on, signs, stands};
use crate::contact::{self, Said};
use crate::keys::{self, KeyKind};
use crate::life::{State, Who};
use crate::merge;
use crate::outlet::change::Change;
use crate::portfolio;
use crate::roster;
use crate::site::{self, Point};
use crate::twins::{self, Asked};
use qudao_kernel::Refusal;
use qudao_kernel::master::Clerk;
use qudao_platform::db::Db;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};

on_both!(
    likely_duplicates_are_told,
    one_kept_twice_becomes_one_from_a_day_on,
    two_outlets_become_one,
    one_manager_looks_after_an_outlet_at_a_time,
    contacts_say_who_decides_and_how_they_stand,
);

async fn twin_of(db: &Db, asked: &Asked<'_>) -> Vec<(String, &'static str)> {
    let found = twins::find(&mut db.read().await.unwrap(), asked, day("2026-07-01")).await.unwrap();
    found.into_iter().map(|twin| (twin.code, twin.why)).collect()
}

async fn likely_duplicates_are_told(db: TestDb) {
    // R0.10: by licence, phone, name in the county, sound of the name, and position
    house(&db).await;
    changes(&db, "O1", Change::Name("鑫源通讯店"), "2026-07-01").await.unwrap();
    write_tx!(&db, |tx| site::put(
        tx,
        &act("wang", ""),
        "O1",
        day("2026-07-01"),
        "城关镇一号",
        Some(Point { lat_e6: 30_450_000, lon_e6: 114_870_000 })
    )
    .await)
    .unwrap();
    let phone = key(&db, KeyKind::Phone, "13800001111").await;
    write_tx!(&db, |tx| keys::record(tx, "wang", "clerk", "C2", std::slice::from_ref(&phone)).await).unwrap();
    let new = Asked { who: Who::Outlet, code: "O9", name: "新店", territory: "421102", numbers: &[], point: None };
    assert_eq!(twin_of(&db, &new).await, []);
    let told = |code: &str, why: &'static str| vec![(code.to_owned(), why)];
    assert_eq!(twin_of(&db, &Asked { name: "鑫源手机店", ..new }).await, told("O1", "name"));
    assert_eq!(twin_of(&db, &Asked { name: "新元店", ..new }).await, told("O1", "sound"));
    assert_eq!(twin_of(&db, &Asked { name: "鑫源手机店", territory: "430102", ..new }).await, [], "another town");
    assert_eq!(twin_of(&db, &Asked { numbers: std::slice::from_ref(&phone), ..new }).await, told("C2", "phone"));
    let near = |lon_e6| Some(Point { lat_e6: 30_450_000, lon_e6 });
    assert_eq!(twin_of(&db, &Asked { point: near(114_870_300), ..new }).await, told("O1", "near"));
    assert_eq!(twin_of(&db, &Asked { point: near(114_870_400), ..new }).await, [], "38 metres");
    assert_eq!(twin_of(&db, &Asked { code: "O1", name: "鑫源", point: near(114_870_000), ..new }).await, [], "no twin of itself");
    adds(&db, &candidate(Who::Outlet, "O5", "P1"), &[]).await.unwrap();
    assert_eq!(twin_of(&db, &Asked { name: "O5新店", ..new }).await, told("O5", "name"), "candidates as well");
}

async fn merges(db: &Db, who: Who, old: &str, new: &str, from: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| merge::merge(tx, &act("sun", ""), who, old, new, day(from)).await)
}

async fn one_kept_twice_becomes_one_from_a_day_on(db: TestDb) {
    // R0.10: dated, logged, both keep their history
    house(&db).await;
    signs(&db, "XY1", "P1", "mobile", "2026-07-01", "2027-06-30").await.unwrap();
    assert_eq!(code(merges(&db, Who::Partner, "P1", "P1", "2026-08-01").await), "network.merge.self");
    assert_eq!(code(merges(&db, Who::Partner, "P1", "P2", "2026-06-01").await), "network.day.closed");
    assert_eq!(code(merges(&db, Who::Partner, "P1", "P9", "2026-08-01").await), "network.state.none");
    merges(&db, Who::Partner, "P1", "P2", "2026-08-01").await.unwrap();
    assert!(partner_on(&db, "P1", "2026-07-31").await.is_some() && partner_on(&db, "P1", "2026-08-01").await.is_none());
    assert_eq!(outlet_on(&db, "O1", "2026-07-31").await.unwrap().owner, "P1", "business of before stays with the old id");
    assert_eq!(outlet_on(&db, "O1", "2026-08-01").await.unwrap().owner, "P2");
    assert_eq!(stands(&db, Who::Partner, "P1", "2026-08-01").await, Some(State::Exited));
    let tx = &mut db.read().await.unwrap();
    let told = merge::of(tx, Who::Partner, "P1").await.unwrap().unwrap();
    assert_eq!((told.new.as_str(), told.from, told.who.as_str()), ("P2", day("2026-08-01"), "sun"));
    assert_eq!(merge::into(tx, Who::Partner, "P2").await.unwrap(), [told]);
    assert_eq!(code(merges(&db, Who::Partner, "P1", "P2", "2026-09-01").await), "network.merge.done");
    assert_eq!(code(merges(&db, Who::Partner, "P2", "P1", "2026-09-01").await), "network.merge.done");
}

async fn two_outlets_become_one(db: TestDb) {
    // R0.10
    house(&db).await;
    merges(&db, Who::Outlet, "O1", "O2", "2026-08-01").await.unwrap();
    let clerk = roster::get::<Clerk>(&mut db.read().await.unwrap(), "C1").await.unwrap().unwrap();
    let at = |on: &str| roster::on(&clerk, day(on)).map(|row| row.outlet.clone());
    assert_eq!([at("2026-07-31").as_deref(), at("2026-08-01").as_deref()], [Some("O1"), Some("O2")]);
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-08-01").await, Some(State::Closed));
    assert_eq!(code(merges(&db, Who::Outlet, "O2", "O1", "2026-09-01").await), "network.merge.done");
}

async fn one_manager_looks_after_an_outlet_at_a_time(db: TestDb) {
    // R0.18: one primary manager at a time, many outlets in one action, nothing orphaned by a hand-over
    house(&db).await;
    let both = ["O1".to_owned(), "O2".to_owned()];
    let assigns = async |outlets: &[String], login: &str, from: &str| {
        write_tx!(&db, |tx| portfolio::assign(tx, &act("sun", ""), outlets, login, day(from)).await)
    };
    assert_eq!(assigns(&both, "wang", "2026-07-01").await, Ok(2));
    assert_eq!(assigns(&both, "wang", "2026-07-02").await, Ok(0), "nothing changes hands");
    assert_eq!(assigns(&both[..1], "chen", "2026-08-01").await, Ok(1));
    assert_eq!(code(assigns(&both, "zhou", "2026-07-15").await), "network.portfolio.planned");
    assert_eq!(code(assigns(&both, "zhou", "2026-06-30").await), "network.portfolio.day");
    assert_eq!(code(assigns(&[], "zhou", "2026-07-15").await), "network.portfolio.count");
    let held = async |login: &str, on: &str| portfolio::held(&mut db.read().await.unwrap(), login, day(on)).await.unwrap();
    assert_eq!(held("wang", "2026-07-31").await, ["O1", "O2"]);
    assert_eq!((held("wang", "2026-08-01").await, held("chen", "2026-08-01").await), (vec!["O2".to_owned()], vec!["O1".to_owned()]));
    write_tx!(&db, |tx| portfolio::pass_on(tx, &act("sun", ""), "wang", "chen", day("2026-08-10")).await).unwrap();
    assert_eq!((held("wang", "2026-08-10").await, held("chen", "2026-08-10").await), (Vec::new(), both.to_vec()));
    let all = portfolio::all(&mut db.read().await.unwrap(), day("2026-08-10")).await.unwrap();
    assert!(all.len() == 2 && all.values().all(|login| login == "chen"));
    let history = portfolio::history(&mut db.read().await.unwrap(), "O2").await.unwrap();
    assert_eq!(history.iter().map(|keeper| keeper.login.as_str()).collect::<Vec<_>>(), ["wang", "chen"]);
}

async fn contacts_say_who_decides_and_how_they_stand(db: TestDb) {
    // R7.43, R7.144
    house(&db).await;
    let said = Said {
        name: "李四",
        post: "店主",
        power: "decides",
        attitude: "neutral",
        needs: "快速到账",
        limits: "资金少",
        opportunities: "宽带",
        phone: Some("13900003333"),
    };
    let id = write_tx!(&db, |tx| contact::add(tx, &act("wang", ""), Who::Outlet, "O1", &said).await).unwrap();
    let later = crate::act::Act { today: day("2026-07-20"), ..act("wang", "") };
    let now = Said { attitude: "for", phone: None, ..said.clone() };
    write_tx!(&db, |tx| contact::change(tx, &later, &id, 1, &now).await).unwrap();
    assert_eq!(code(write_tx!(&db, |tx| contact::change(tx, &later, &id, 1, &now).await)), "platform.db.stale");
    assert_eq!(
        code(write_tx!(&db, |tx| contact::add(tx, &later, Who::Outlet, "O1", &Said { power: "rules", ..said.clone() }).await)),
        "network.contact.words"
    );
    let found = contact::list(&mut db.read().await.unwrap(), Who::Outlet, "O1").await.unwrap();
    let one = &found[0];
    assert_eq!((one.attitude.as_str(), one.attitude_on, one.phone.as_str()), ("for", day("2026-07-20"), "139****3333"));
    assert_eq!((one.needs.as_str(), one.limits.as_str(), one.opportunities.as_str()), ("快速到账", "资金少", "宽带"));
    write_tx!(&db, |tx| contact::end(tx, &later, &id, 2).await).unwrap();
    assert_eq!(code(write_tx!(&db, |tx| contact::end(tx, &later, &id, 3).await)), "network.contact.ended");
    assert_eq!(contact::list(&mut db.read().await.unwrap(), Who::Outlet, "O1").await.unwrap()[0].to, Some(day("2026-07-20")));
}
