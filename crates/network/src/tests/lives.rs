use super::{act, adds, candidate, changes, code, day, house, outlet_on, partner_on, signs, stands, steps};
use crate::life::{self, State, Who};
use crate::outlet::change::Change;
use crate::partner::promote::promote;
use crate::roster;
use crate::site;
use qudao_kernel::Kind;
use qudao_kernel::master::Clerk;
use qudao_platform::{args, audit, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(
    an_outlet_moves_is_renamed_and_becomes_anothers_from_the_day_asked,
    an_outlet_pauses_closes_and_opens_again,
    what_no_longer_holds_is_refused_with_the_reason,
    a_partner_goes_from_prospect_to_active_with_its_agreement,
    agreements_of_one_business_line_do_not_overlap,
    a_suspended_partner_takes_nothing_on_at_once,
    states_are_added_and_never_changed,
    a_nominated_partner_is_of_its_tier_from_the_day,
);

async fn an_outlet_moves_is_renamed_and_becomes_anothers_from_the_day_asked(db: TestDb) {
    // R0.38
    house(&db).await;
    changes(&db, "O1", Change::Name("城关一店"), "2026-08-01").await.unwrap();
    changes(&db, "O1", Change::Owner("P2"), "2026-09-01").await.unwrap();
    changes(&db, "O1", Change::Move { address: "新街二号", territory: "421121" }, "2026-07-15").await.unwrap();
    let told = async |on: &str| {
        let row = outlet_on(&db, "O1", on).await.unwrap();
        (row.name, row.owner, row.territory)
    };
    assert_eq!(told("2026-07-14").await, ("O1店".into(), "P1".into(), "421102".into()), "before, nothing changes");
    assert_eq!(told("2026-07-31").await, ("O1店".into(), "P1".into(), "421121".into()));
    assert_eq!(told("2026-08-31").await, ("城关一店".into(), "P1".into(), "421121".into()), "a later change keeps an earlier one");
    assert_eq!(told("2026-09-01").await, ("城关一店".into(), "P2".into(), "421121".into()), "one owner at a time");
    let tx = &mut db.read().await.unwrap();
    assert_eq!(site::history(tx, "O1").await.unwrap().first().map(|site| site.address.clone()).as_deref(), Some("新街二号"));
    let trail = audit::list(tx, Some(("outlet", "O1")), 0, 20).await.unwrap();
    assert!(
        trail.iter().skip(1).all(|entry| entry.entry.reason.as_deref() == Some("WD202607-0001 按批复办理")),
        "the application is named"
    );
    assert_eq!(code(changes(&db, "O1", Change::Owner("P1"), "2026-08-15").await), "network.record.planned");
}

async fn an_outlet_pauses_closes_and_opens_again(db: TestDb) {
    // R0.38
    house(&db).await;
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-07-01").await, Some(State::Open), "as its rows say");
    changes(&db, "O1", Change::Pause, "2026-07-10").await.unwrap();
    assert_eq!(code(changes(&db, "O1", Change::Pause, "2026-07-12").await), "network.state.step");
    assert_eq!(code(changes(&db, "O1", Change::Reopen, "2026-07-05").await), "network.state.step", "it is open on that day");
    changes(&db, "O1", Change::Close, "2026-08-01").await.unwrap();
    for (on, state) in [("2026-07-09", State::Open), ("2026-07-10", State::Paused), ("2026-08-01", State::Closed)] {
        assert_eq!(stands(&db, Who::Outlet, "O1", on).await, Some(state), "{on}");
    }
    assert!(outlet_on(&db, "O1", "2026-07-31").await.is_some() && outlet_on(&db, "O1", "2026-08-01").await.is_none());
    let clerk = roster::get::<Clerk>(&mut db.read().await.unwrap(), "C1").await.unwrap().unwrap();
    assert_eq!(clerk.rows.last().unwrap().span.to, day("2026-08-01"), "the clerk's work there ends with it");
    assert_eq!(code(changes(&db, "O1", Change::Name("新名"), "2026-08-02").await), "network.record.not_in_force");
    changes(&db, "O1", Change::Reopen, "2026-09-01").await.unwrap();
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-08-31").await, Some(State::Closed));
    assert_eq!(outlet_on(&db, "O1", "2026-09-01").await.unwrap().owner, "P1");
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-09-01").await, Some(State::Open));
    let lines = life::history(&mut db.read().await.unwrap(), Who::Outlet, "O1").await.unwrap();
    let told: Vec<(State, &str, &str)> = lines.iter().map(|line| (line.state, line.who.as_str(), line.application.as_str())).collect();
    assert_eq!(told[0], (State::Paused, "li", "WD202607-0001"));
    assert_eq!(told.len(), 3, "who, why and which application stand in the history");
}

async fn what_no_longer_holds_is_refused_with_the_reason(db: TestDb) {
    // R0.38: a day of a closed month, an outlet nobody knows, an owner that may take nothing on
    house(&db).await;
    assert_eq!(code(changes(&db, "O1", Change::Name("新名"), "2026-06-30").await), "network.day.closed");
    assert_eq!(code(changes(&db, "O9", Change::Name("新名"), "2026-07-01").await), "network.state.none");
    assert_eq!(code(changes(&db, "O1", Change::Owner("P9"), "2026-07-01").await), "network.state.none");
    assert_eq!(
        code(changes(&db, "O1", Change::Move { address: "新街", territory: "429999" }, "2026-07-01").await),
        "network.territory.unknown"
    );
    write_tx!(&db, |tx| life::suspend(tx, &act("li", ""), "P2", true).await).unwrap();
    let refusal = changes(&db, "O1", Change::Owner("P2"), "2026-07-01").await.unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (Kind::Conflict, "network.partner.state"));
    assert!(refusal.text.zh.contains("P2") && refusal.text.en.contains("Suspended"));
    assert_eq!(outlet_on(&db, "O1", "2026-07-01").await.unwrap().owner, "P1", "nothing of it stays");
}

async fn a_partner_goes_from_prospect_to_active_with_its_agreement(db: TestDb) {
    // R1.57, R4.10
    house(&db).await;
    let new = candidate(Who::Partner, "P3", "P1");
    adds(&db, &new, &[]).await.unwrap();
    assert_eq!(code(adds(&db, &new, &[]).await), "network.record.exists");
    assert_eq!(code(adds(&db, &candidate(Who::Partner, "P1", ""), &[]).await), "network.record.exists");
    assert_eq!(
        code(steps(&db, "li", Who::Partner, "P3", State::Approved).await),
        "network.state.step",
        "nobody is approved who did not apply"
    );
    steps(&db, "wang", Who::Partner, "P3", State::Applied).await.unwrap();
    assert_eq!(code(steps(&db, "wang", Who::Partner, "P3", State::Approved).await), "network.candidate.self");
    assert_eq!(code(signs(&db, "XY1", "P3", "mobile", "2026-08-01", "2027-07-31").await), "network.partner.state");
    steps(&db, "sun", Who::Partner, "P3", State::Approved).await.unwrap();
    assert_eq!(code(steps(&db, "sun", Who::Partner, "P3", State::Active).await), "network.state.step", "only an agreement makes it active");
    signs(&db, "XY1", "P3", "mobile", "2026-08-01", "2027-07-31").await.unwrap();
    assert_eq!(partner_on(&db, "P3", "2026-07-31").await, None);
    let row = partner_on(&db, "P3", "2026-08-01").await.unwrap();
    assert_eq!((row.parent.as_str(), row.since), ("P1", day("2026-08-01")));
    for (on, state) in [("2026-07-31", State::Approved), ("2026-08-01", State::Active)] {
        assert_eq!(stands(&db, Who::Partner, "P3", on).await, Some(state), "{on}");
    }
    // An outlet of it is prepared, and opens when its owner is in force.
    adds(&db, &candidate(Who::Outlet, "O3", "P1"), &[]).await.unwrap();
    steps(&db, "wang", Who::Outlet, "O3", State::Preparing).await.unwrap();
    steps(&db, "wang", Who::Outlet, "O3", State::Open).await.unwrap();
    assert_eq!(outlet_on(&db, "O3", "2026-07-04").await, None);
    assert_eq!(outlet_on(&db, "O3", "2026-07-05").await.unwrap().owner, "P1");
    // What comes to nothing stays.
    adds(&db, &candidate(Who::Outlet, "O4", "P1"), &[]).await.unwrap();
    steps(&db, "wang", Who::Outlet, "O4", State::Closed).await.unwrap();
    assert_eq!(code(steps(&db, "wang", Who::Outlet, "O4", State::Preparing).await), "network.state.step");
    assert_eq!(stands(&db, Who::Outlet, "O4", "2026-07-01").await, Some(State::Closed));
}

async fn agreements_of_one_business_line_do_not_overlap(db: TestDb) {
    // R8.40
    house(&db).await;
    signs(&db, "XY1", "P1", "mobile", "2026-07-01", "2027-06-30").await.unwrap();
    let refusal = signs(&db, "XY2", "P1", "mobile", "2027-06-30", "2028-06-29").await.unwrap_err();
    assert_eq!(refusal.code, "network.agreement.overlap");
    assert!(refusal.text.zh.contains("XY1") && refusal.text.zh.contains("2027-06-30"));
    assert_eq!(code(signs(&db, "XY2", "P1", "all", "2027-01-01", "2027-12-31").await), "network.agreement.overlap");
    signs(&db, "XY3", "P1", "broadband", "2027-01-01", "2027-12-31").await.unwrap();
    signs(&db, "XY4", "P1", "mobile", "2027-07-01", "2028-06-30").await.unwrap();
    signs(&db, "XY5", "P2", "mobile", "2026-07-01", "2027-06-30").await.unwrap();
    assert_eq!(code(signs(&db, "XY6", "P2", "top_up", "2026-07-02", "2026-07-01").await), "network.agreement.days");
    assert_eq!(code(signs(&db, "XY6", "P2", "top_up", "2026-06-01", "2026-12-31").await), "network.day.closed");
    let rows = crate::agreement::sign::of(&mut db.read().await.unwrap(), "P1").await.unwrap();
    let renewed: Vec<(&str, bool)> = rows.iter().map(|row| (row.code.as_str(), row.renewed)).collect();
    assert_eq!(renewed, [("XY1", false), ("XY3", false), ("XY4", true)], "one that follows on renews");
}

async fn a_suspended_partner_takes_nothing_on_at_once(db: TestDb) {
    // R1.57
    house(&db).await;
    let suspends = async |login: &'static str, suspended| write_tx!(&db, |tx| life::suspend(tx, &act(login, ""), "P1", suspended).await);
    assert_eq!(code(suspends("li", false).await), "network.state.step", "it works");
    suspends("li", true).await.unwrap();
    assert_eq!(stands(&db, Who::Partner, "P1", "2026-07-01").await, Some(State::Suspended));
    assert_eq!(code(signs(&db, "XY1", "P1", "mobile", "2026-07-01", "2027-06-30").await), "network.partner.state");
    assert_eq!(code(adds(&db, &candidate(Who::Outlet, "O3", "P1"), &[]).await), "network.partner.state");
    suspends("li", false).await.unwrap();
    signs(&db, "XY1", "P1", "mobile", "2026-07-01", "2027-06-30").await.unwrap();
    let silent = write_tx!(&db, |tx| life::suspend(tx, &crate::act::Act { reason: " ", ..act("li", "") }, "P1", true).await);
    assert_eq!(code(silent), "access.reason.missing");
}

async fn states_are_added_and_never_changed(db: TestDb) {
    // R1.57: never deleted, in code or by hand
    house(&db).await;
    changes(&db, "O1", Change::Pause, "2026-07-10").await.unwrap();
    for sql in ["update network_state set state = 'open'", "delete from network_state"] {
        let outcome = write_tx!(&db, |tx| tx.execute(sql, args![]).await);
        assert_eq!(code(outcome), "platform.db.append_only", "{sql}");
    }
    let states = life::written(&mut db.read().await.unwrap(), Who::Outlet, day("2026-07-10")).await.unwrap();
    assert_eq!(states.get("O1"), Some(&State::Paused));
}

async fn a_nominated_partner_is_of_its_tier_from_the_day(db: TestDb) {
    // R4.15
    house(&db).await;
    let promotes = async |from: &str| write_tx!(db, |tx| promote(tx, &act("leader", "HX202607-0001"), "P1", "二级代理商", day(from)).await);
    assert_eq!(code(promotes("2026-06-30").await), "network.day.closed");
    promotes("2026-08-01").await.unwrap();
    let tier = async |on: &str| partner_on(&db, "P1", on).await.unwrap().tier;
    assert_eq!((tier("2026-07-31").await.as_str(), tier("2026-08-01").await.as_str()), ("代理商", "二级代理商"));
    assert_eq!(code(promotes("2026-09-01").await), "network.partner.tier");
}
