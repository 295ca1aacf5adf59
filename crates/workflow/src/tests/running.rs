use super::{House, acting, actor, agree, applied, code, form, sight};
use crate::budget::Reach;
use crate::machine::{Command, State, Verb};
use crate::standard::Catalogue;
use crate::store::{self, Part, Query, Sight};
use qudao_access::Roles;
use qudao_access::sessions::day;
use qudao_kernel::Kind;
use qudao_platform::{args, audit, write_tx};
use qudao_testkit::{TestDb, on_both};
use serde_json::json;
use std::time::Duration;

on_both!(
    a_subsidy_becomes_a_budget,
    a_version_a_key_and_a_code_are_checked,
    an_application_is_seen_by_who_has_a_part_or_reads_its_territory,
    decisions_stay,
    one_customer_and_project_is_registered_once,
    inboxes_show_what_waits,
    time_acts_on_what_is_late,
    what_runs_stays_on_its_version,
);

pub(super) fn rent() -> serde_json::Value {
    json!({ "kind": "rent", "amount": 13_000_000, "base_year": 2022, "rule": "按基准年度新增业务量占比分配", "purpose": "卖场房租" })
}

async fn a_subsidy_becomes_a_budget(db: TestDb) {
    // R4.54, R4.56, R8.35: 房补 130 000.00 with 加签, 退回, 重新提交; every act with its audit entry and event
    let house = House::of(db).await;
    let started = house.starts("key-start", "wang", "subsidy", rent()).await.unwrap();
    assert_eq!((started.id.as_str(), started.version, started.state), ("BT202607-0001", 1, State::Draft));
    let id = started.id.as_str();
    house.acts("wang", id, Command::Submit).await.unwrap();
    let add = Command::Add { to: vec!["mei".into()], before: true, text: "请核实卖场".into() };
    house.acts("sun", id, add).await.unwrap();
    house.acts("mei", id, agree()).await.unwrap();
    let back = Command::Return { to: None, straight: true, text: "请补分配办法".into() };
    assert_eq!(house.acts("sun", id, back).await.unwrap().state, State::Returned);
    house.acts("wang", id, Command::Save(form(rent()))).await.unwrap();
    house.acts("wang", id, Command::Submit).await.unwrap();
    for login in ["sun", "jin"] {
        house.acts(login, id, agree()).await.unwrap();
    }
    assert_eq!(code(house.acts("wang", id, agree()).await), "workflow.holder");
    let done = house.acts("li", id, agree()).await.unwrap();
    assert_eq!(done.state, State::Approved);

    let mut tx = house.db.read().await.unwrap();
    let everywhere = [String::new()];
    let budget = crate::budget::get(&mut tx, &Reach { holder: "", territories: &everywhere }, id).await.unwrap();
    assert_eq!((budget.amounts.amount.0, budget.year, budget.kind.as_str(), budget.holder.as_str()), (13_000_000, 2022, "rent", "wang"));
    let history = store::history(&mut tx, id).await.unwrap();
    let verbs: Vec<Verb> = history.iter().map(|line| line.decision.verb).collect();
    let expected =
        [Verb::Save, Verb::Submit, Verb::AddBefore, Verb::Agree, Verb::Return, Verb::Submit, Verb::Agree, Verb::Agree, Verb::Agree];
    assert_eq!(verbs, expected);
    assert!(history.iter().enumerate().all(|(index, line)| line.seq as usize == index + 1));
    let entries = audit::list(&mut tx, Some(("flow", id)), 0, 100).await.unwrap();
    let actions: Vec<&str> = entries.iter().map(|entry| entry.entry.action.as_str()).collect();
    assert_eq!(actions[..3], ["flow.start", "flow.submit", "flow.add_before"]);
    assert_eq!(entries.len(), 10, "one for every act, also for the one that kept what was there");
    let events = house.count("select count(*) as n from outbox_event where topic = 'flow.instance.changed'").await;
    assert_eq!(events, 10);
    assert_eq!(house.count("select count(*) as n from outbox_event where topic = 'flow.budget.opened'").await, 1);
}

async fn a_version_a_key_and_a_code_are_checked(db: TestDb) {
    // R0.24, R8.35
    let house = House::of(db).await;
    let first = house.starts("key-one", "wang", "subsidy", rent()).await.unwrap();
    assert_eq!(house.starts("key-one", "wang", "subsidy", rent()).await.unwrap(), first, "the same request is the same application");
    assert_eq!(code(house.starts("key-one", "wang", "subsidy", json!({ "kind": "rent" })).await), "platform.keys.other_body");
    assert_eq!(code(house.starts("key-two", "pan", "subsidy", rent()).await), "workflow.start");
    assert_eq!(code(house.starts("key-three", "wang", "nothing", rent()).await), "workflow.definition.none");
    let rows = json!({ "rewards": [{ "partner": "P1" }, { "partner": "P9" }] });
    assert_eq!(code(house.starts("key-rows", "wang", "agent_reward", rows).await), "workflow.form.wrong", "in a row as well");
    let deal = json!({ "partner": "P9" });
    assert_eq!(code(house.starts("key-four", "wang", "deal_registration", deal).await), "workflow.form.wrong", "no such partner");
    let submit = |key: &'static str, version| {
        let house = &house;
        let id = first.id.clone();
        async move { store::act(&house.db, &house.office(), key, &actor("wang"), &id, version, &Command::Submit).await }
    };
    assert_eq!(code(submit("send-one", 9).await), "platform.db.stale");
    let sent = submit("send-two", 1).await.unwrap();
    assert!(sent.is_new());
    let again = submit("send-two", 1).await.unwrap();
    assert!(!again.is_new() && again.get() == sent.get());
    assert_eq!(code(submit("send-three", 1).await), "platform.db.stale");
    assert_eq!(code(house.acts("wang", "BT1", Command::Submit).await), "workflow.none");
}

async fn decisions_stay(db: TestDb) {
    // R8.35: what was decided is neither changed nor taken out, by whatever hand
    let house = House::of(db).await;
    let started = house.starts("key-start", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    for sql in [
        "update flow_decision set who = 'li'",
        "delete from flow_decision",
        "update flow_definition set body = ''",
        "delete from flow_definition",
        "update flow_budget_entry set amount = 1",
        "delete from flow_budget_entry",
    ] {
        let outcome = write_tx!(house.db, |tx| tx.execute(sql, args![]).await);
        // SQLite asks row by row, and there is no movement of a budget yet.
        if let Err(refusal) = outcome {
            assert_eq!((refusal.kind, refusal.code), (Kind::Forbidden, "platform.db.append_only"), "{sql}");
        } else {
            assert!(sql.contains("budget"), "{sql}");
        }
    }
    assert_eq!(house.count("select count(*) as n from flow_decision").await, 2);
}

fn deal(customer: &str) -> serde_json::Value {
    json!({ "partner": "P1", "customer": customer, "project": "云专线", "product": "专线", "estimate": 1_000_000, "expected_on": "2026-10-01" })
}

async fn one_customer_and_project_is_registered_once(db: TestDb) {
    // R8.36: one valid protection per customer and project, for 60 days
    let house = House::of(db).await;
    let first = house.starts("key-one", "wang", "deal_registration", deal("第一医院")).await.unwrap();
    let second = house.starts("key-two", "pan", "deal_registration", deal("第一 医院")).await.unwrap();
    house.acts("pan", &second.id, Command::Submit).await.unwrap();
    let refusal = house.acts("wang", &first.id, Command::Submit).await.unwrap_err();
    assert_eq!(refusal.code, "workflow.claimed");
    assert!(refusal.text.zh.contains(&second.id));
    assert_eq!(house.acts("wang", &second.id, agree()).await.unwrap().state, State::Approved);
    assert_eq!(code(house.acts("wang", &first.id, Command::Submit).await), "workflow.claimed", "protected");
    house.db.clock().advance(Duration::from_hours(59 * 24));
    house.acts("pan", &second.id, Command::Comment { text: "已签约".into(), mention: Vec::new() }).await.unwrap();
    house.db.clock().advance(Duration::from_hours(2 * 24));
    assert_eq!(house.acts("wang", &first.id, Command::Submit).await.unwrap().state, State::InReview, "a comment prolongs nothing");
    let third = house.starts("key-three", "pan", "deal_registration", deal("第一医院")).await.unwrap();
    assert_eq!(code(house.acts("pan", &third.id, Command::Submit).await), "workflow.claimed");
    house.acts("sun", &first.id, Command::Reject("客户已改由他人联系".into())).await.unwrap();
    house.acts("pan", &third.id, Command::Submit).await.unwrap();
}

async fn inboxes_show_what_waits(db: TestDb) {
    // R8.44: state, who holds it, history, to-do counts
    let house = House::of(db).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let started = house.starts(&format!("key-{number}"), "wang", "subsidy", rent()).await.unwrap();
        house.db.clock().advance(Duration::from_mins(1));
        house.acts("wang", &started.id, Command::Submit).await.unwrap();
        ids.push(started.id);
    }
    house.acts("sun", &ids[0], agree()).await.unwrap();
    house.acts("sun", &ids[1], Command::Return { to: None, straight: false, text: "补充".into() }).await.unwrap();
    house.acts("wang", &ids[2], Command::Copy { to: vec!["fu".into()], text: String::new() }).await.unwrap();
    let mut tx = house.db.read().await.unwrap();
    let (sun, fu, wang) = (actor("sun"), actor("fu"), actor("wang"));
    let mut query = Query { part: Some(Part::Holder), limit: 2, ..Query::default() };
    let page = store::list(&mut tx, &sight(&sun), &query).await.unwrap();
    let numbers = |page: &store::Inbox| page.rows.iter().map(|row| row.held.instance.id.clone()).collect::<Vec<_>>();
    assert_eq!((numbers(&page), page.total), (vec![ids[4].clone(), ids[3].clone()], 3));
    query.after = page.next;
    let page = store::list(&mut tx, &sight(&sun), &query).await.unwrap();
    assert_eq!((numbers(&page), page.next), (vec![ids[2].clone()], None));
    assert_eq!(page.rows[0].due.map(|due| due.to_string()).as_deref(), Some("2026-07-03"));
    let of = |part| Query { part: Some(part), limit: 10, ..Query::default() };
    assert_eq!(numbers(&store::list(&mut tx, &sight(&sun), &of(Part::Decided)).await.unwrap()).len(), 2);
    let copied = store::list(&mut tx, &sight(&fu), &of(Part::Copied)).await.unwrap();
    assert!(copied.rows.len() == 1 && copied.rows[0].unread);
    let returned = Query { state: "returned".into(), ..of(Part::Starter) };
    assert_eq!(numbers(&store::list(&mut tx, &sight(&wang), &returned).await.unwrap()), [ids[1].clone()]);
    let text = Query { text: "0003".into(), limit: 10, ..Query::default() };
    let reads = |code: &str| Sight { actor: &fu, territories: vec![code.to_owned()] };
    assert_eq!(numbers(&store::list(&mut tx, &reads("4211"), &text).await.unwrap()), [ids[2].clone()]);
    let elsewhere = Query { limit: 10, ..Query::default() };
    assert_eq!(store::list(&mut tx, &reads("43"), &elsewhere).await.unwrap().total, 0);
    let late = Query { late_on: Some("2026-07-06".parse().unwrap()), ..of(Part::Holder) };
    assert_eq!(store::list(&mut tx, &sight(&sun), &late).await.unwrap().total, 3);
    let today = day(house.db.now_us());
    let counts = store::counts(&mut tx, &sight(&sun), today).await.unwrap();
    assert_eq!((counts.holder, counts.late, counts.due.map(|due| due.to_string()).as_deref()), (3, 0, Some("2026-07-03")));
    assert_eq!((counts.decided, counts.read), (2, 0), "what one decided on, and nothing by territory");
    let all = Query { limit: 10, ..Query::default() };
    let total = store::list(&mut tx, &reads("4211"), &all).await.unwrap().total;
    assert_eq!(store::counts(&mut tx, &reads("4211"), today).await.unwrap().read, total);
    let counts = store::counts(&mut tx, &sight(&wang), today).await.unwrap();
    assert_eq!((counts.returned, counts.under_way), (1, 4));
    assert_eq!(store::counts(&mut tx, &sight(&fu), today).await.unwrap().unread, 1);
    drop(tx);
    store::seen(&house.db, "fu", &ids[2]).await.unwrap();
    let mut tx = house.db.read().await.unwrap();
    assert_eq!(store::counts(&mut tx, &sight(&fu), today).await.unwrap().unread, 0);
}

async fn an_application_is_seen_by_who_has_a_part_or_reads_its_territory(db: TestDb) {
    // R8.35, R0.17: nobody else, and who acts for somebody only in what was lent
    let house = House::of(db).await;
    let started = house.starts("key-one", "wang", "subsidy", rent()).await.unwrap();
    let id = started.id.as_str();
    let reads = async |login: &str, area: &str| {
        let somebody = actor(login);
        let sight = Sight { actor: &somebody, territories: vec![area.to_owned()] };
        code(store::get(&mut house.db.read().await.unwrap(), &sight, id).await)
    };
    assert_eq!(code(house.seen("wang", id).await), "ok");
    assert_eq!(reads("fu", "4211").await, "workflow.none", "a draft is its applicant's");
    house.acts("wang", id, Command::Submit).await.unwrap();
    assert_eq!(reads("fu", "4211").await, "ok");
    assert_eq!(reads("fu", "421103").await, "workflow.none");
    for (login, seen) in [("sun", "ok"), ("li", "workflow.none"), ("pan", "workflow.none"), ("mei", "workflow.none")] {
        assert_eq!(code(house.seen(login, id).await), seen, "{login}");
    }
    house.acts("sun", id, Command::Copy { to: vec!["mei".into()], text: String::new() }).await.unwrap();
    assert_eq!(code(house.seen("mei", id).await), "ok");
    // A delegate sees and does what the lent role is a part by; nothing of what was lent with another one.
    let mut lent = acting("mei", "sun");
    let looks = async |actor: &crate::machine::Actor| {
        let tx = &mut house.db.read().await.unwrap();
        let holder = Query { part: Some(Part::Holder), limit: 10, ..Query::default() };
        let listed = store::list(tx, &sight(actor), &holder).await.unwrap().total;
        (code(store::get(tx, &sight(actor), id).await), listed)
    };
    assert_eq!(looks(&lent).await, ("ok", 1));
    for (role, over) in [("supervisor", "4212"), ("leader", "4211")] {
        (lent.grants[0].role, lent.grants[0].over) = (role.into(), over.into());
        assert_eq!(looks(&lent).await, ("workflow.none", 0), "{role} over {over}");
    }
    lent.grants.clear();
    assert_eq!(looks(&lent).await, ("workflow.none", 0));
    let as_auditor = crate::directory::Post { role: "auditor".into(), ..applied("wang") };
    let refused = store::start(&house.db, &house.office(), "key-two", &actor("wang"), "subsidy", &as_auditor, &form(rent())).await;
    assert_eq!(code(refused), "workflow.start", "a role of one's own, at a place of it");
}

async fn time_acts_on_what_is_late(db: TestDb) {
    // R8.44: stuck items escalate
    let house = House::of(db).await;
    let started = house.starts("key-one", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    let ticked = async || {
        let ticked = store::tick(&house.db, &house.office()).await.unwrap();
        (ticked.done, ticked.failed.into_iter().map(|(id, refusal)| (id, refusal.code)).collect::<Vec<_>>())
    };
    assert_eq!(ticked().await, (0, vec![]));
    house.db.clock().advance(Duration::from_hours(24 * 10));
    assert_eq!(ticked().await, (1, vec![]));
    assert_eq!(ticked().await, (0, vec![]));
    let held = house.held(&started.id).await.unwrap();
    assert_eq!(held.instance.holders()[0].login, "li");
    let mut tx = house.db.read().await.unwrap();
    let history = store::history(&mut tx, &started.id).await.unwrap();
    let verbs: Vec<Verb> = history.iter().skip(2).map(|line| line.decision.verb).collect();
    assert_eq!(verbs, [Verb::Late, Verb::Escalate]);
    let entries = audit::list(&mut tx, Some(("flow", &started.id)), 0, 10).await.unwrap();
    assert_eq!(entries.last().unwrap().entry.who, "clock");
    drop(tx);
    // Li leaves the post, mei takes it: what lay with li lies with mei.
    write_tx!(house.db, |tx| {
        tx.execute("update access_grant set effective_to = '2026-07-02' where login = 'li'", args![]).await?;
        tx.execute("update access_grant set role = 'leader' where login = 'mei'", args![]).await
    })
    .unwrap();
    assert_eq!(ticked().await, (1, vec![]));
    assert_eq!(house.held(&started.id).await.unwrap().instance.holders()[0].login, "mei");
    assert_eq!(ticked().await, (0, vec![]));
    // One that cannot be acted on keeps nothing else waiting, wherever it stands in the row.
    let mut others = Vec::new();
    for number in 0..3 {
        let started = house.starts(&format!("key-more-{number}"), "wang", "subsidy", rent()).await.unwrap();
        house.acts("wang", &started.id, Command::Submit).await.unwrap();
        others.push(started.id);
    }
    house.db.clock().advance(Duration::from_hours(24 * 10));
    write_tx!(house.db, |tx| tx.execute("update flow_instance set body = 'lost' where id = $1", args![&others[0]]).await).unwrap();
    assert_eq!(ticked().await, (3, vec![(others[0].clone(), "workflow.body")]), "the two others, and the first: mei is late by now");
    assert_eq!(ticked().await, (0, vec![(others[0].clone(), "workflow.body")]), "it is tried again");
}

const FIRST: &str = include_str!("../../../../definitions/flows/subsidy.toml");

async fn what_runs_stays_on_its_version(db: TestDb) {
    // R8.35: a running instance stays on the version it began under
    let roles = Roles::standard().unwrap();
    let house = House::with(db, Catalogue::of_text(FIRST, &roles).unwrap()).await;
    let started = house.starts("key-one", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    let without = FIRST.replace("when = \"amount >= 10000元\"", "when = \"amount >= 900000元\"");
    let second = without
        .replace("version = 1\n", "version = 2\n")
        .replace("path = [\"supervisor\", \"settlement_support\", \"leader\"]", "path = [\"supervisor\", \"leader\"]");
    let house = House { catalogue: Catalogue::of_text(&second, &roles).unwrap(), ..house };
    let next = house.starts("key-two", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &next.id, Command::Submit).await.unwrap();
    for (id, step) in [(&started.id, "finance"), (&next.id, "leader")] {
        house.acts("sun", id, agree()).await.unwrap();
        let held = house.held(id).await.unwrap();
        assert_eq!(held.instance.progress.step.as_deref(), Some(step));
    }
    let changed = second.replace("zh = \"主管审核\"", "zh = \"主管\"");
    let house = House { catalogue: Catalogue::of_text(&changed, &roles).unwrap(), ..house };
    assert_eq!(code(house.starts("key-three", "wang", "subsidy", rent()).await), "workflow.definition.changed");
}
