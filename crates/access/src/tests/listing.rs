//! The list of people, their cards, personal data, who answers for what.

use super::*;
use crate::directory::{self, Query, Sort, State};
use crate::people::Card;
use crate::private::{self, PrivateKind};
use crate::{duties, handover};

on_both!(people_are_found_page_by_page, a_stale_card_is_refused, unmasking_is_written_down, one_answers_for_each_task_and_function);

fn today() -> Date {
    date("2026-07-01")
}

async fn people_are_found_page_by_page(db: TestDb) {
    for (login, name, role, over) in [
        ("a1", "张三", "channel_manager", "421102"),
        ("a2", "李四", "channel_manager", "4201"),
        ("a3", "张五", "auditor", ""),
        ("b_1", "王六", "clerk", "K001"),
    ] {
        let card = Card { name, duty_hours: "", phone: (login == "a2").then_some("13812345678") };
        people::create_with(&db, &roles(), "admin", login, &card, FIRST, &new(role, over)).await.unwrap();
    }
    people::leave(&db, "admin", "a3", "离职").await.unwrap();
    let find = async |query: Query| {
        let query = Query { limit: if query.limit == 0 { 50 } else { query.limit }, ..query };
        let page = directory::list(&mut db.read().await.unwrap(), &query, today(), &|_| true).await.unwrap();
        // The database counts and pages as the scan does, for whoever sees everybody.
        assert_eq!(directory::all(&mut db.read().await.unwrap(), &query, today()).await.unwrap(), page, "{query:?}");
        let from_start = Query { after: None, ..query.clone() };
        let first = directory::first(&mut db.read().await.unwrap(), &from_start, today(), &|_| true).await.unwrap();
        assert!(query.after.is_some() || first == page.people, "{query:?}");
        if query.text.is_empty() && query.role.is_empty() && query.over.is_empty() {
            // So does the page of those that are meant by what they are called.
            let called = directory::called(&mut db.read().await.unwrap()).await.unwrap();
            let stays = |one: &&directory::Called| query.state == State::All || one.left == (query.state == State::Left);
            let meant = called.iter().filter(stays).collect();
            assert_eq!(directory::page_of(&mut db.read().await.unwrap(), &query, meant).await.unwrap(), page, "{query:?}");
        }
        (page.people.iter().map(|person| person.login.clone()).collect::<Vec<_>>().join(" "), page.next, page.total)
    };
    let all = Query::default();
    assert_eq!(find(all.clone()).await, ("a1 a2 b_1".to_owned(), None, 3));
    assert_eq!(find(Query { state: State::All, ..all.clone() }).await.0, "a1 a2 a3 b_1");
    assert_eq!(find(Query { state: State::Left, ..all.clone() }).await.0, "a3");
    assert_eq!(find(Query { text: "张".to_owned(), ..all.clone() }).await.0, "a1");
    assert_eq!(find(Query { text: "B_".to_owned(), ..all.clone() }).await.0, "b_1", "an underscore is an underscore");
    assert_eq!(find(Query { text: "13812345678".to_owned(), ..all.clone() }).await.0, "a2", "a whole phone");
    assert_eq!(find(Query { text: "1381234".to_owned(), ..all.clone() }).await.0, "", "and no part of one: parts would unmask it");
    assert_eq!(find(Query { role: "channel_manager".to_owned(), ..all.clone() }).await.0, "a1 a2");
    assert_eq!(find(Query { role: "channel_manager,clerk".to_owned(), ..all.clone() }).await.0, "a1 a2 b_1");
    assert_eq!(find(Query { over: "4211".to_owned(), ..all.clone() }).await.0, "a1");
    assert_eq!(find(Query { falling: true, ..all.clone() }).await.0, "b_1 a2 a1");
    assert_eq!(find(Query { sort: Sort::Name, ..all.clone() }).await.0, "a1 a2 b_1", "by the bytes of names");
    let first = find(Query { limit: 2, ..all.clone() }).await;
    assert_eq!((first.0.as_str(), first.2), ("a1 a2", 3));
    let stamp = directory::stamp(&mut db.read().await.unwrap()).await.unwrap();
    people::create(&db, "admin", "a0", "零", FIRST).await.unwrap();
    assert_ne!(directory::stamp(&mut db.read().await.unwrap()).await.unwrap(), stamp, "names have changed");
    let second = find(Query { limit: 2, after: first.1, ..all.clone() }).await;
    assert_eq!((second.0.as_str(), second.1), ("b_1", None), "somebody added before does not push the others");
    let query = Query { limit: 50, ..all };
    let some = directory::list(&mut db.read().await.unwrap(), &query, today(), &|person| person.login.starts_with('a')).await.unwrap();
    assert_eq!((some.people.len(), some.total), (3, 3), "what may not be seen is not counted either (R0.1)");
    assert_eq!(some.people[2].phone, "138****5678");
}

async fn a_stale_card_is_refused(db: TestDb) {
    // R0.24
    add(&db, "zhang3", &[]).await;
    let edit = async |version, name: &str, phone| {
        people::edit(&db, "admin", "zhang3", version, &Card { name, duty_hours: "9:00-18:00", phone }, "").await
    };
    edit(1, "张三丰", Some("13812345678")).await.unwrap();
    // R0.9: a whole number finds whose it is, a part of one finds nothing
    let whose = async |phone: &str| private::holders(&mut db.read().await.unwrap(), PrivateKind::Phone, phone).await.unwrap();
    assert_eq!(whose("13812345678").await, [("person".to_owned(), "zhang3".to_owned())]);
    assert!(whose("1381234567").await.is_empty());
    assert_eq!(code(edit(1, "张四", None).await), "platform.db.stale");
    assert_eq!(code(edit(2, " ", None).await), "access.person.login");
    assert_eq!(code(edit(2, "张三丰", Some("1")).await), "access.private.phone");
    let person = people::get(&mut db.read().await.unwrap(), "zhang3").await.unwrap().unwrap();
    assert_eq!(
        (person.name.as_str(), person.phone.as_str(), person.version),
        ("张三丰", "138****5678", 2),
        "a refused edit changes nothing"
    );
    edit(2, "张三丰", Some("")).await.unwrap();
    assert_eq!(people::get(&mut db.read().await.unwrap(), "zhang3").await.unwrap().unwrap().phone, "");
}

async fn unmasking_is_written_down(db: TestDb) {
    // R0.16
    qudao_platform::write_tx!(db, |tx| private::put(tx, "admin", "partner", "A1", PrivateKind::BankAccount, "6222021234567890").await)
        .unwrap();
    let masked = private::masked(&mut db.read().await.unwrap(), "partner", "A1").await.unwrap();
    assert_eq!(masked, [(PrivateKind::BankAccount, "************7890".to_owned())]);
    let reveal = async |kind, reason: &str| private::reveal(&db, "auditor", "partner", "A1", kind, reason).await;
    assert_eq!(code(reveal(PrivateKind::BankAccount, "").await), "access.reason.missing");
    assert_eq!(code(reveal(PrivateKind::Phone, "核对付款").await), "access.private.none");
    assert_eq!(reveal(PrivateKind::BankAccount, "核对付款").await.unwrap(), "6222021234567890");
    let trail = audit::list(&mut db.read().await.unwrap(), Some(("partner", "A1")), 0, 9).await.unwrap();
    let last = &trail.last().unwrap().entry;
    assert_eq!((last.who.as_str(), last.action.as_str(), last.reason.as_deref()), ("auditor", "private.reveal", Some("核对付款")));
    assert!(!format!("{trail:?}").contains("6222021234567890"));
}

async fn one_answers_for_each_task_and_function(db: TestDb) {
    // R1.5: exactly one role for a kind of task, and a kind without one is refused
    let assign = async |task: &str, role: &str, version| duties::assign(&db, &roles(), "admin", task, role, version, "分工").await;
    assert_eq!(code(duties::answers(&mut db.read().await.unwrap(), "dispute").await), "access.duty.nobody");
    assert_eq!(code(assign("dispute", "king", 0).await), "access.role.unknown");
    assert_eq!(code(assign("Dispute!", "auditor", 0).await), "access.duty.task");
    assign("dispute", "auditor", 0).await.unwrap();
    assert_eq!(code(assign("dispute", "leader", 0).await), "platform.db.stale", "somebody was first");
    assign("dispute", "settlement_support", 1).await.unwrap();
    assert_eq!(duties::answers(&mut db.read().await.unwrap(), "dispute").await.unwrap(), "settlement_support");
    assert_eq!(duties::matrix(&mut db.read().await.unwrap()).await.unwrap()[0].version, 2);

    // R1.3: one manager for each function of a partner, with phone and duty hours
    for login in ["zhang3", "li4"] {
        let card = Card { name: "张三", duty_hours: "9:00-18:00", phone: (login == "li4").then_some("13812345678") };
        people::create_with(&db, &roles(), "admin", login, &card, FIRST, &new("service_support", "42")).await.unwrap();
    }
    let name = async |role: &str, login: &str, day: &str| duties::name_manager(&db, "admin", "A1", role, login, date(day), "分工").await;
    assert_eq!(code(name("system_support", "zhang3", "2026-07-01").await), "access.manager.role");
    name("service_support", "zhang3", "2026-07-01").await.unwrap();
    name("service_support", "li4", "2026-07-03").await.unwrap();
    assert_eq!(code(name("service_support", "zhang3", "2026-07-02").await), "access.manager.day");
    let on = async |day: &str| duties::managers(&mut db.read().await.unwrap(), "A1", date(day)).await.unwrap();
    assert_eq!(on("2026-07-02").await[0].login, "zhang3");
    let later = on("2026-07-03").await;
    assert_eq!((later.len(), later[0].login.as_str(), later[0].phone.as_str()), (1, "li4", "13812345678"));
    add(&db, "wang5", &[]).await;
    let passing = handover::Passing { who: "admin", giver: "li4", taker: "wang5", on: date("2026-07-05"), reason: "转岗" };
    handover::hand_over(&db, &passing, &["grant_li4_1".to_owned()], &[]).await.unwrap();
    assert_eq!([&on("2026-07-04").await[0].login, &on("2026-07-05").await[0].login], ["li4", "wang5"], "the partners go along");
}
