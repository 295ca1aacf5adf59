//! Visits: in any order, from two phones, with bad clocks and positions.

use super::{FIRST, Field, MINUTE, START_US, code, day, id, near, sha, shop, upload};
use crate::checklist::{Answer, Catalogue, Given};
use crate::promise::{self, New};
use crate::visit::briefing;
use crate::visit::facts;
use crate::visit::fix;
use crate::visit::flags::Flag;
use crate::visit::list::{self, Sight};
use crate::visit::merge::Write;
use crate::visit::notes;
use crate::visit::record::NoteKind;
use crate::visit::review;
use crate::visit::store::{self, Taken};
use crate::visit::{Counts, State};
use qudao_access::Scope;
use qudao_kernel::Fen;
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use serde_json::json;
use std::time::Duration;

on_both!(
    a_clean_visit_counts,
    order_and_repeats_do_not_matter,
    two_phones_are_brought_together,
    two_phones_at_once_lose_nothing,
    what_failed_is_asked_about,
    a_visit_stays_on_its_checklist,
    strange_visits_wait_for_a_supervisor,
    what_a_phone_sends_wrong_is_told_and_kept_there,
    a_wrong_clock_is_put_right,
    who_sees_which_visits,
    what_does_not_count_any_more_is_taken_back,
    notes_are_read_together,
    what_is_open_is_known_before_entering,
);

fn codes(flags: &[Flag]) -> Vec<String> {
    let code = |flag: &Flag| serde_json::to_value(flag).unwrap()["code"].as_str().unwrap().to_owned();
    flags.iter().map(code).collect()
}

/// Kinds and items of the facts a visit sent on their way, by event.
async fn sent(field: &Field, visit: &str) -> Vec<Vec<String>> {
    let sql = "select body from outbox_event where topic = $1 order by at_us, id";
    let rows = field.db.read().await.unwrap().query(sql, args![facts::TOPIC]).await.unwrap();
    let bodies = rows.iter().map(|row| serde_json::from_str::<serde_json::Value>(row.text("body").unwrap()).unwrap());
    let of = |body: serde_json::Value| {
        let word = |row: &serde_json::Value, col: &str| row[1][col].as_str().unwrap_or("").to_owned();
        body["rows"].as_array().unwrap().iter().map(|row| format!("{} {}", word(row, "kind"), word(row, "item"))).collect()
    };
    bodies.filter(|body| body["record"] == visit).map(of).collect()
}

async fn a_clean_visit_counts(db: TestDb) {
    // R7.34 R7.54 R7.57 S9 N31
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let writes = field.clean(0);
    let receipt = field.sends("M1", 1, "A", &shop("O1"), writes.clone()).await.unwrap();
    assert!(receipt.writes.iter().all(|(_, taken)| *taken == Taken::Kept));
    assert_eq!((receipt.state, receipt.counts, receipt.completion.share), (State::Reported, Counts::Yes, 10_000));
    assert!(receipt.flags.is_empty() && receipt.missing.is_empty());
    let (visit, _) = field.visit(1).await;
    let rows: Vec<_> = visit.observations().into_iter().map(|one| (one.item, one.value)).collect();
    let named = |item: &str, value| (item.to_owned(), Some(value));
    // (1 + 1) ÷ (1 + 2)
    assert_eq!(rows, [named("sign", 1), named("tidy", 1), named("score", 6_667)]);
    assert_eq!(sent(&field, &id(1)).await, [["visit ", "shop sign", "shop tidy", "shop score"]]);

    // One step skipped: with a reason 10 of 11, without one no report.
    let mut skipping = field.clean(60);
    let train = skipping.iter().position(|write| write.path == "step.train").unwrap();
    skipping[train].value = json!({ "skipped": true, "at_us": START_US });
    let receipt = field.sends("M1", 2, "A", &shop("O2"), skipping.clone()).await.unwrap();
    assert_eq!((receipt.state, receipt.completion.open.as_slice()), (State::CheckedOut, &["train".to_owned()][..]));
    let before = skipping[train].id.clone();
    let why = field.write(9, "step.train", &[&before], json!({ "skipped": true, "reason": "店员不在", "at_us": START_US }));
    let receipt = field.sends("M1", 2, "A", &shop("O2"), vec![why]).await.unwrap();
    assert_eq!((receipt.state, receipt.completion.share, receipt.completion.done), (State::Reported, 9_091, 10));
}

async fn order_and_repeats_do_not_matter(db: TestDb) {
    // R0.5
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let site = shop("O1");
    let writes = field.clean(0);
    field.sends("M1", 1, "A", &site, writes.clone()).await.unwrap();
    let (straight, _) = field.visit(1).await;
    // The same visit in another id, one write at a time, from the end, each twice.
    for write in writes.iter().rev() {
        for again in [Taken::Kept, Taken::Again] {
            let receipt = field.sends("M1", 2, "A", &shop("O9"), vec![write.clone()]).await.unwrap();
            assert_eq!(receipt.writes, [(write.id.clone(), again)]);
        }
    }
    let (turned, _) = field.visit(2).await;
    assert_eq!((turned.view, turned.state, turned.counts), (straight.view, State::Reported, Counts::Yes));
    assert_eq!((&turned.completion, &turned.sheets[0].1), (&straight.completion, &straight.sheets[0].1));
    let before = field.visit(2).await.0.version;
    let receipt = field.sends("M1", 2, "A", &shop("O9"), writes).await.unwrap();
    assert_eq!(receipt.version, before, "nothing new came");
}

async fn two_phones_are_brought_together(db: TestDb) {
    // R0.24
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let site = shop("O1");
    let first = field.write(1, "answer.shop.sign", &[], json!(Given::seen(Answer::YesNo(true))));
    field.sends("M1", 1, "A", &site, vec![first.clone()]).await.unwrap();
    let noted = Given { note: "灯坏了".into(), ..Given::seen(Answer::YesNo(true)) };
    let shot = Given { photos: vec![sha("p1")], ..Given::seen(Answer::YesNo(true)) };
    let here = field.write(2, "answer.shop.sign", &[&first.id], json!(noted));
    let there = field.write(2, "answer.shop.sign", &[&first.id], json!(shot));
    field.sends("M1", 1, "B", &site, vec![there]).await.unwrap();
    let receipt = field.sends("M1", 1, "A", &site, vec![here]).await.unwrap();
    assert_eq!((codes(&receipt.flags), receipt.missing), (vec!["two_devices".to_owned()], vec![sha("p1")]));
    let given = field.visit(1).await.0.view.answers["shop"]["sign"].clone();
    assert_eq!(given, Given { note: "灯坏了".into(), photos: vec![sha("p1")], ..Given::seen(Answer::YesNo(true)) });
    // Both answer otherwise: both are kept, and told.
    let one = field.write(3, "answer.shop.tidy", &[], json!(Given::seen(Answer::Grade(2))));
    let other = field.write(4, "answer.shop.tidy", &[], json!(Given::seen(Answer::Grade(0))));
    field.sends("M1", 1, "A", &site, vec![one.clone()]).await.unwrap();
    let receipt = field.sends("M1", 1, "B", &site, vec![other.clone()]).await.unwrap();
    assert!(codes(&receipt.flags).contains(&"conflict".to_owned()));
    assert_eq!(field.visit(1).await.0.view.answers["shop"]["tidy"].answer, Answer::Grade(0), "the later one is shown");
    let settled = field.write(5, "answer.shop.tidy", &[&one.id, &other.id], json!(Given::seen(Answer::Grade(2))));
    let receipt = field.sends("M1", 1, "A", &site, vec![settled]).await.unwrap();
    assert!(!codes(&receipt.flags).contains(&"conflict".to_owned()));
    assert_eq!(code(&field.sends("M2", 1, "C", &site, vec![]).await), "field.visit.other");
    assert_eq!(code(&field.sends("M1", 1, "A", &shop("O2"), vec![]).await), "field.visit.other");
}

async fn two_phones_at_once_lose_nothing(db: TestDb) {
    // R0.5 R0.24
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let site = shop("O1");
    let writes = field.clean(0);
    let (left, right) = writes.split_at(9);
    let phone = async |device: &str, part: &[Write]| {
        for write in part.iter().chain(part) {
            field.sends("M1", 1, device, &site, vec![write.clone()]).await.unwrap();
        }
    };
    tokio::join!(phone("A", left), phone("B", right));
    let (visit, flags) = field.visit(1).await;
    assert_eq!((visit.state, visit.completion.share, codes(&flags)), (State::Reported, 10_000, vec!["two_devices".to_owned()]));
    let kept = field.db.read().await.unwrap().query_one("select count(*) as n from field_write", args![]).await.unwrap();
    assert_eq!(kept.count("n").unwrap() as usize, writes.len());
}

async fn what_failed_is_asked_about(db: TestDb) {
    // R7.265
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let mut writes = field.clean(0);
    writes[2].value = json!(Given::seen(Answer::YesNo(false)));
    field.sends("M1", 1, "A", &shop("O1"), writes).await.unwrap();
    let open = async || {
        let (visit, _) = field.visit(1).await;
        let worth = |_: &str, item: &str| Fen(if item == "tidy" { 80_000 } else { 20_000 });
        fix::to_fix(&visit, worth).into_iter().map(|one| (one.item, one.worth.0)).collect::<Vec<_>>()
    };
    assert_eq!(open().await, [("tidy".to_owned(), 80_000), ("sign".to_owned(), 20_000)], "what is worth most comes first");
    let fixed = field.write(9, "fix.shop.tidy", &[], json!({ "act": "task", "due_on": "2026-07-03", "note": "周五前整理" }));
    field.sends("M1", 1, "A", &shop("O1"), vec![fixed]).await.unwrap();
    assert_eq!(open().await, [("sign".to_owned(), 20_000)]);
}

async fn a_visit_stays_on_its_checklist(db: TestDb) {
    // R7.19
    let mut field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    write_tx!(field.db, |tx| field.catalogue.keep(tx).await).unwrap();
    let writes = field.clean(0);
    let (early, late) = writes.split_at(3);
    field.sends("M1", 1, "A", &shop("O1"), early.to_vec()).await.unwrap();
    let second = FIRST.replace("version = 1", "version = 2").replace("id = \"tidy\"", "id = \"light\"");
    field.catalogue = Catalogue::of_texts(&[("shop", second.as_str())]).unwrap();
    let receipt = field.sends("M1", 1, "A", &shop("O1"), late.to_vec()).await.unwrap();
    assert_eq!((codes(&receipt.flags), receipt.counts), (vec!["template_changed".to_owned()], Counts::Yes));
    let (visit, _) = field.visit(1).await;
    assert_eq!((visit.sheets[0].0.version, visit.sheets[0].1.score), (1, Some(6_667)));
    // The same version with another text is refused when it is kept.
    field.catalogue = Catalogue::of_texts(&[("shop", FIRST.replace("整洁", "干净").as_str())]).unwrap();
    assert_eq!(code(&write_tx!(field.db, |tx| field.catalogue.keep(tx).await)), "field.template.changed");
    // A version nobody knows: answers are kept as they came.
    let mut unknown = upload(2, "A", field.db.now_us(), &shop("O2"), field.clean(60));
    unknown.header.templates.insert("shop".into(), 7);
    let receipt = store::upload(&field.db, &field.house(), "M1", &shop("O2"), &unknown).await.unwrap();
    assert_eq!((codes(&receipt.flags), receipt.state), (vec!["template_unknown".to_owned()], State::Reported));
    assert_eq!(field.visit(2).await.0.view.answers["shop"].len(), 2);
}

async fn strange_visits_wait_for_a_supervisor(db: TestDb) {
    // R0.25 N44
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    let sends = async |visit: u32, minutes: i64, change: &dyn Fn(&mut Vec<Write>), site: &crate::visit::Site| {
        let mut writes = field.clean(minutes);
        change(&mut writes);
        field.sends("M1", visit, "A", site, writes).await.unwrap()
    };
    let at = |entered: i64, position: Option<crate::visit::position::Position>| json!({ "at_us": START_US + entered * MINUTE, "position": position });
    let away = sends(1, 0, &|writes| writes[1].value = at(0, Some(near(420))), &shop("O1")).await;
    assert_eq!((codes(&away.flags), away.state, away.counts), (vec!["away".to_owned()], State::Reported, Counts::Held));
    let nowhere = sends(2, 60, &|writes| writes[1].value = at(60, None), &shop("O2")).await;
    assert_eq!((codes(&nowhere.flags), nowhere.counts), (vec!["no_position".to_owned()], Counts::Held));
    let short = sends(3, 120, &|writes| writes[5].value = json!({ "at_us": START_US + 125 * MINUTE }), &shop("O3")).await;
    assert_eq!(codes(&short.flags), ["short"]);
    let closed = crate::visit::Site { closed_from: Some(day("2026-07-01")), ..shop("O4") };
    assert_eq!(codes(&sends(4, 180, &|_| (), &closed).await.flags), ["outlet_closed"]);
    // A city further on, half an hour later; the one before is held as well.
    let far = crate::visit::Site { point: Some(near(200_000).point()), ..shop("O6") };
    assert_eq!(sends(5, 240, &|_| (), &shop("O5")).await.counts, Counts::Yes);
    let travelled = sends(6, 270, &|writes| writes[1].value = at(270, Some(near(200_000))), &far).await;
    assert!(codes(&travelled.flags).contains(&"travel".to_owned()));
    let (before, flags) = field.visit(5).await;
    assert_eq!((before.counts, codes(&flags)), (Counts::Held, vec!["travel".to_owned()]));
    let twice = sends(7, 45, &|_| (), &shop("O1")).await;
    assert_eq!(codes(&twice.flags), ["twice"]);

    // The supervisor decides, not the manager; what comes later is looked at again.
    let all = Sight::everywhere();
    let decide = async |who: &str, version, reason: &str| {
        let decision = review::Decision { counts: true, reason };
        review::decide(&field.db, &field.house(), &all, who, (&id(1), version), &decision).await
    };
    let version = decide("S1", away.version, "电话核实，店在商场内").await.unwrap();
    assert_eq!(code(&decide("M1", version, "自己核实").await), "field.visit.own");
    assert_eq!(code(&decide("S1", version - 1, "电话核实").await), "platform.db.stale");
    assert_eq!(code(&decide("S1", version, "").await), "field.reason");
    let (visit, _) = field.visit(1).await;
    assert_eq!((visit.state, visit.counts), (State::Reviewed, Counts::Yes));
    assert_eq!(sent(&field, &id(1)).await.len(), 1, "now it is a fact");
    let note = field.write(9, "note.n1", &[], json!({ "kind": "competitor", "text": "对面店在做促销" }));
    let late = field.sends("M1", 1, "A", &shop("O1"), vec![note]).await.unwrap();
    assert!(codes(&late.flags).contains(&"late".to_owned()));
    assert_eq!((late.state, late.counts), (State::Reported, Counts::Held));
    let counted = field.db.read().await.unwrap().query("select * from field_visit where counts = 'yes'", args![]).await.unwrap();
    assert!(counted.is_empty());
}

async fn what_does_not_count_any_more_is_taken_back(db: TestDb) {
    // R0.25
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    let writes = field.clean(0);
    let tidy = writes[3].id.clone();
    field.sends("M1", 1, "A", &shop("O1"), writes).await.unwrap();
    let later = || field.db.clock().advance(Duration::from_mins(1));
    later();
    let gone = field.write(9, "answer.shop.tidy", &[&tidy], json!(null));
    field.sends("M1", 1, "A", &shop("O1"), vec![gone]).await.unwrap();
    later();
    // A city further on, half an hour later: the visit before is held, and what left of it is taken back.
    let far = crate::visit::Site { point: Some(near(200_000).point()), ..shop("O6") };
    let mut travelled = field.clean(30);
    travelled[1].value = json!({ "at_us": START_US + 30 * MINUTE, "position": near(200_000) });
    field.sends("M1", 2, "A", &far, travelled).await.unwrap();
    later();
    let version = field.visit(1).await.0.version;
    let decision = review::Decision { counts: true, reason: "行程属实" };
    review::decide(&field.db, &field.house(), &Sight::everywhere(), "S1", (&id(1), version), &decision).await.unwrap();
    let all = ["visit ", "shop sign", "shop tidy", "shop score"];
    let without = ["visit ", "shop sign", "shop score"];
    let expected: [&[&str]; 4] = [&all, &["visit ", "shop sign", "shop score", "withdrawn "], &["withdrawn "; 3], &without];
    assert_eq!(sent(&field, &id(1)).await, expected);
    let sql = "select body from outbox_event where topic = $1 order by at_us, id";
    let rows = field.db.read().await.unwrap().query(sql, args![facts::TOPIC]).await.unwrap();
    let known = rows.iter().map(|row| serde_json::from_str::<serde_json::Value>(row.text("body").unwrap()).unwrap());
    let known: Vec<String> = known.map(|body| body["rows"][0][1]["known_on"].as_str().unwrap().to_owned()).collect();
    assert_eq!(known, ["2026-07-01", "2026-07-02", "2026-07-03", "2026-07-04"], "a later version is known later");
    let newest = list::Query { newest: true, limit: 1, ..list::Query::default() };
    let lines = list::list(&mut field.db.read().await.unwrap(), &Sight::own("M1"), &newest).await.unwrap();
    assert_eq!(lines.rows[0].id, id(2), "the newest first");
}

async fn what_a_phone_sends_wrong_is_told_and_kept_there(db: TestDb) {
    // R7.31
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let site = shop("O1");
    let good = field.write(1, "issue.shop.sign", &[], json!({ "text": "带新海报去换" }));
    let bad = [
        field.write(1, "answer.shop.sign", &[], json!(Given::seen(Answer::Count(3)))),
        field.write(1, "mood", &[], json!(1)),
        field.write(1, "check_in", &[], json!({ "at_us": "noon" })),
        Write { value: json!({ "text": "另一份" }), ..good.clone() },
    ];
    let mut writes = vec![good.clone()];
    writes.extend(bad);
    let receipt = field.sends("M1", 1, "A", &site, writes).await.unwrap();
    let told: Vec<&str> = receipt
        .writes
        .iter()
        .map(|(_, taken)| match taken {
            Taken::Refused(refusal) => refusal.code,
            Taken::Kept => "kept",
            Taken::Again => "again",
        })
        .collect();
    assert_eq!(told, ["kept", "field.answer.kind", "field.record.path", "field.record.value", "field.write.other"]);
    assert_eq!(field.visit(1).await.0.view.issues["shop.sign"].text, "带新海报去换");
    let mut wrong = upload(1, "A", 0, &site, vec![]);
    wrong.visit = "visit-1".into();
    assert_eq!(code(&store::upload(&field.db, &field.house(), "M1", &site, &wrong).await), "field.visit.id");
}

async fn a_wrong_clock_is_put_right(db: TestDb) {
    // R0.6
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    // The phone is an hour behind, and so are all its times.
    let behind = 60 * MINUTE;
    let site = shop("O1");
    let sent = upload(1, "A", field.db.now_us() - behind, &site, field.clean(0));
    let receipt = store::upload(&field.db, &field.house(), "M1", &site, &sent).await.unwrap();
    assert_eq!((receipt.flags, receipt.counts), (vec![Flag::Clock { seconds: 3_600 }], Counts::Yes));
    let (visit, _) = field.visit(1).await;
    assert_eq!(visit.view.check_in.unwrap().at_us, START_US + behind);
    let sent = upload(2, "A", field.db.now_us() - 2 * MINUTE, &shop("O2"), field.clean(60));
    let receipt = store::upload(&field.db, &field.house(), "M1", &shop("O2"), &sent).await.unwrap();
    assert!(receipt.flags.is_empty(), "two minutes are the way of a message");
}

async fn what_is_open_is_known_before_entering(db: TestDb) {
    // R7.37 R7.42
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    let (all, house) = (Sight::everywhere(), field.house());
    let brief = async || briefing::briefing(&mut field.db.read().await.unwrap(), &house, &all, "O1").await.unwrap();
    assert_eq!(brief().await, briefing::Briefing { last: None, issues: vec![] });
    let mut first = field.clean(0);
    first[2].value = json!(Given::seen(Answer::YesNo(false)));
    first.push(field.write(8, "fix.shop.sign", &[], json!({ "act": "task", "due_on": "2026-07-03" })));
    first.push(field.write(8, "fix.shop.tidy", &[], json!({ "act": "fixed" })));
    first[4].value = json!({ "next": { "text": "送海报", "owner": "M1", "due_on": "2026-07-03" } });
    field.sends("M1", 1, "A", &shop("O1"), first).await.unwrap();
    let (made_on, due_on) = (day("2026-06-30"), day("2026-07-08"));
    let new = New { id: &id(500), outlet: "O1", territory: "421102001", visit: "", text: "补发台卡", made_on, due_on };
    assert!(promise::make(&field.db, "M1", &new).await.unwrap().is_new());
    let card = brief().await;
    let open: Vec<(&str, Option<&str>)> = card.issues.iter().map(|issue| (issue.text.zh.as_str(), issue.due_on.map(|_| "due"))).collect();
    assert_eq!(open, [("补发台卡", Some("due")), ("店头", Some("due"))], "what was put right on the spot is not open");
    let last = card.last.unwrap();
    assert_eq!((last.scores.as_slice(), last.next.unwrap().text.as_str()), (&[("shop".to_owned(), Some(3_333))][..], "送海报"));
    field.sends("M1", 2, "A", &shop("O1"), field.clean(300)).await.unwrap();
    let ids: Vec<String> = brief().await.issues.into_iter().map(|issue| issue.id).collect();
    assert_eq!(ids, [id(500), "shop.tidy".to_owned()], "the sign is right now, and tidy was looked at again");
}

async fn notes_are_read_together(db: TestDb) {
    // R7.28
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    for (visit, who, outlet, kind) in [(1, "M1", "O2", "competitor"), (2, "M2", "O1", "competitor"), (3, "M1", "O3", "market")] {
        let note = field.write(1, "note.n1", &[], json!({ "kind": kind, "text": format!("{outlet} 对面在做促销") }));
        let better = field.write(2, "note.n1", &[&note.id], json!({ "kind": kind, "text": format!("{outlet} 对面买一送一") }));
        field.sends(who, visit, "A", &shop(outlet), vec![better, note]).await.unwrap();
    }
    let today = day("2026-07-01");
    let reads = async |sight: &Sight, kind| {
        let found = notes::notes(&mut field.db.read().await.unwrap(), sight, today, today, kind).await.unwrap();
        found.into_iter().map(|one| one.note.text).collect::<Vec<_>>()
    };
    let rivals = reads(&Sight::everywhere(), Some(NoteKind::Competitor)).await;
    assert_eq!(rivals, ["O1 对面买一送一", "O2 对面买一送一"]);
    assert_eq!(reads(&Sight { login: "M1".into(), ..Sight::default() }, None).await.len(), 2);
}

async fn who_sees_which_visits(db: TestDb) {
    // R0.1 R0.39
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    for (visit, who, outlet) in [(1, "M1", "O1"), (2, "M2", "O2")] {
        field.sends(who, visit, "A", &shop(outlet), field.clean(i64::from(visit) * 60)).await.unwrap();
    }
    write_tx!(field.db, |tx| tx.execute("update field_visit set hidden = 1 where id = $1", args![id(2)]).await).unwrap();
    let sees = async |sight: &Sight| {
        let query = list::Query { limit: 10, ..list::Query::default() };
        let page = list::list(&mut field.db.read().await.unwrap(), sight, &query).await.unwrap();
        page.rows.into_iter().map(|line| line.outlet).collect::<Vec<_>>()
    };
    let over = |territory: &str, login: &str, hidden| {
        let scope = Scope { territories: vec![territory.into()], ..Scope::default() };
        Sight { hidden: if hidden { scope.clone() } else { Scope::default() }, scope, login: login.into() }
    };
    assert_eq!(sees(&Sight::everywhere()).await, ["O1", "O2"]);
    assert_eq!(sees(&over("4211", "M1", false)).await, ["O1"], "not what is hidden");
    assert_eq!(sees(&over("4211", "S1", true)).await, ["O1", "O2"]);
    assert_eq!(sees(&over("4212", "M2", false)).await, ["O2"], "one's own, wherever");
    assert!(sees(&Sight::default()).await.is_empty());
    // What is hidden shows where a grant says so, and not where another one reaches.
    let county = |code: &str| Scope { territories: vec![code.into()], ..Scope::default() };
    let both = Sight { scope: county("42"), hidden: county("4212"), login: "S1".into() };
    assert_eq!(sees(&both).await, ["O1"]);
    assert_eq!(sees(&Sight { hidden: county("421102"), ..both }).await, ["O1", "O2"]);
    let house = field.house();
    let elsewhere = over("4212", "M1x", true);
    assert_eq!(code(&store::get(&mut field.db.read().await.unwrap(), &house, &elsewhere, &id(1)).await), "field.visit.none");
    let query = list::Query { limit: 1, counts: Some(Counts::Yes), from: Some(day("2026-07-01")), ..list::Query::default() };
    let page = list::list(&mut field.db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap();
    let rest = list::Query { after: page.next.clone(), ..query };
    let next = list::list(&mut field.db.read().await.unwrap(), &Sight::everywhere(), &rest).await.unwrap();
    assert_eq!((page.rows[0].outlet.as_str(), next.rows[0].outlet.as_str(), next.next), ("O1", "O2", None));
}
