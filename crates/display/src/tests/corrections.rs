//! Corrections and standards.

use super::{code, day, picture, put_right, today, visit};
use crate::Sight;
use crate::correction::{self, Act, Correction, Query};
use crate::learn::{self, Days};
use crate::standard::{self, New};
use qudao_access::Scope;
use qudao_field::checklist::{Answer, Catalogue as Checklists, Template};
use qudao_field::visit::Counts;
use qudao_field::visit::store::Visit;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(
    what_failed_is_open_until_a_later_look,
    visits_may_come_in_any_order,
    a_photo_is_looked_at_by_somebody_else,
    a_standard_is_a_picture_from_a_version_on,
    a_score_stands_with_its_parts,
);

const DAYS: Days = Days { plain: 7, veto: 1 };
const WRONG: Answer = Answer::YesNo(false);
const RIGHT: Answer = Answer::YesNo(true);

async fn learns(db: &TestDb, visit: &Visit) {
    write_tx!(db, |tx| learn::visit(tx, visit, DAYS).await).unwrap();
}

async fn all(db: &TestDb) -> Vec<Correction> {
    let query = Query { limit: 50, ..Query::default() };
    correction::list(&mut db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap().rows
}

async fn states(db: &TestDb) -> Vec<(String, String, u32)> {
    all(db).await.into_iter().map(|one| (one.item, one.state, one.again)).collect()
}

fn found(item: &str, state: &str, again: u32) -> (String, String, u32) {
    (item.into(), state.into(), again)
}

/// R7.172 R7.265
async fn what_failed_is_open_until_a_later_look(db: TestDb) {
    let first = visit("A1", "2026-07-01", &[("p1_offence", WRONG), ("p7_colour", WRONG), ("p7_font", RIGHT)]);
    learns(&db, &first).await;
    let open = all(&db).await;
    let due: Vec<(&str, &str)> = open.iter().map(|one| (one.item.as_str(), one.state.as_str())).collect();
    assert_eq!(due, [("p1_offence", "open"), ("p7_colour", "open")], "by the day they are due");
    assert_eq!((open[0].due_on, open[1].due_on), (day("2026-07-02"), day("2026-07-08")), "what offends is put right at once");
    assert_eq!((open[0].veto, open[0].owner.as_str(), open[1].again), (true, "M1", 0));
    learns(&db, &first).await;
    assert_eq!(all(&db).await.len(), 2, "the same visit says the same");
    let second = put_right(visit("A2", "2026-07-05", &[("p1_offence", RIGHT), ("p7_colour", WRONG)]), "p7_colour", "after");
    learns(&db, &second).await;
    learns(&db, &second).await;
    assert_eq!(
        states(&db).await,
        [found("p1_offence", "verified", 0), found("p7_colour", "fixed", 1)],
        "wrong again, put right on the spot"
    );
    learns(&db, &visit("A3", "2026-07-09", &[("p7_colour", Answer::Na)])).await;
    assert_eq!(states(&db).await[1], found("p7_colour", "verified", 1), "what is no more at the outlet needs no correction");
    learns(&db, &Visit { counts: Counts::Held, ..visit("A4", "2026-07-10", &[("p7_colour", WRONG)]) }).await;
    assert_eq!(all(&db).await.len(), 2, "a visit that does not count says nothing");
    learns(&db, &visit("A5", "2026-07-11", &[("p7_colour", WRONG)])).await;
    assert_eq!(all(&db).await.len(), 3, "and a new one is a new one");
    let standing = correction::standing(&mut db.read().await.unwrap(), &Sight::everywhere(), day("2026-07-20")).await.unwrap();
    assert_eq!((standing.open, standing.late, standing.verified, standing.in_time), (1, 1, 2, 1), "what offended was late");
    assert_eq!(standing.in_time_share(), Some(3_333));
}

/// R7.265: whatever the order, the latest look counts.
async fn visits_may_come_in_any_order(db: TestDb) {
    learns(&db, &visit("B2", "2026-07-08", &[("p7_colour", RIGHT)])).await;
    learns(&db, &visit("B1", "2026-07-01", &[("p7_colour", WRONG)])).await;
    assert!(all(&db).await.is_empty(), "it was right since");
    let spot = put_right(visit("B3", "2026-07-09", &[("p7_colour", WRONG)]), "p7_colour", "done");
    learns(&db, &spot).await;
    let one = &all(&db).await[0];
    assert_eq!((one.state.as_str(), one.fixed_by.as_str(), one.after.clone()), ("fixed", "M1", picture("done")));
    learns(&db, &visit("B3", "2026-07-09", &[("p7_colour", RIGHT)])).await;
    assert_eq!(states(&db).await, [found("p7_colour", "released", 0)], "the visit itself was mended");
}

/// R7.265
async fn a_photo_is_looked_at_by_somebody_else(db: TestDb) {
    db.clock().advance(Duration::from_hours(1));
    let on = today(&db).to_string();
    learns(&db, &visit("C1", &on, &[("p7_colour", WRONG), ("p7_font", WRONG)])).await;
    let one = all(&db).await[0].clone();
    let everywhere = Sight::everywhere();
    let acts = async |who: &str, version: u32, act: Act<'_>| correction::act(&db, &everywhere, who, &one.id, version, &act).await;
    assert_eq!(code(&acts("M1", 1, Act::Fix { after: "", note: "" }).await), "display.photo");
    let after = picture("after");
    assert_eq!(acts("M1", 1, Act::Fix { after: &after, note: "已更换" }).await, Ok(2));
    assert_eq!(code(&acts("M1", 2, Act::Verify).await), "display.correction.own");
    assert_eq!(code(&acts("S1", 1, Act::Verify).await), "platform.db.stale");
    assert_eq!(acts("S1", 2, Act::Reject("颜色仍然不符")).await, Ok(3));
    assert_eq!(acts("M1", 3, Act::Assign { owner: "M2", due_on: today(&db), reason: "换人跟进" }).await, Ok(4));
    assert_eq!(acts("M2", 4, Act::Fix { after: &after, note: "" }).await, Ok(5));
    assert_eq!(acts("S1", 5, Act::Verify).await, Ok(6));
    assert_eq!(code(&acts("S1", 6, Act::Release("无需")).await), "display.state");
    let other = Sight::of(Scope { outlets: vec!["O2".into()], ..Scope::default() }, &qudao_kernel::master::Master::default(), today(&db));
    assert_eq!(code(&correction::act(&db, &other, "S1", &one.id, 6, &Act::Verify).await), "display.none");
    let rest = Query { state: "open".into(), owner: "M1".into(), limit: 1, ..Query::default() };
    let page = correction::list(&mut db.read().await.unwrap(), &everywhere, &rest).await.unwrap();
    assert_eq!((page.total, page.next), (1, None));
    let late = Query { late: Some(today(&db).plus_days(8)), limit: 1, ..Query::default() };
    assert_eq!(correction::list(&mut db.read().await.unwrap(), &everywhere, &late).await.unwrap().total, 1);
    let standing = correction::standing(&mut db.read().await.unwrap(), &everywhere, today(&db)).await.unwrap();
    assert_eq!((standing.open, standing.verified, standing.in_time_share()), (1, 1, Some(10_000)));
}

/// R7.23 R7.26
async fn a_standard_is_a_picture_from_a_version_on(db: TestDb) {
    let checklists = Checklists::standard().unwrap();
    let template = checklists.get("display_elements").unwrap();
    let (first, second) = (picture("first"), picture("second"));
    let set = async |template: &Template, item, outlet_type, sha256: &str| {
        standard::set(&db, "marketing", template, &New { item, outlet_type, sha256, note: "正对人流" }).await
    };
    assert_eq!(code(&set(template, "q1", "", &first).await), "ok");
    assert_eq!(code(&set(template, "q1", "大卖场", &first).await), "ok");
    assert_eq!(code(&set(template, "q99", "", &first).await), "display.item");
    assert_eq!(code(&set(template, "q1", "", "x").await), "display.photo");
    let later = Template { version: template.version + 1, ..(**template).clone() };
    assert_eq!(code(&set(&later, "q1", "", &second).await), "ok");
    let pictures = async |version| {
        let found = standard::of(&mut db.read().await.unwrap(), "display_elements", version).await.unwrap();
        found.into_iter().map(|one| (one.outlet_type, one.sha256)).collect::<Vec<_>>()
    };
    let mall = ("大卖场".to_owned(), first.clone());
    assert_eq!(pictures(template.version).await, [(String::new(), first), mall.clone()], "a visit keeps the pictures it began under");
    assert_eq!(pictures(later.version).await, [(String::new(), second), mall], "the others go on");
}

/// R7.165 R7.193
async fn a_score_stands_with_its_parts(db: TestDb) {
    let answers = [("p2_places", Answer::Grade(2)), ("p2_fixtures", Answer::Grade(0)), ("p7_colour", WRONG), ("p7_font", RIGHT)];
    learns(&db, &visit("D2", "2026-07-08", &answers)).await;
    learns(&db, &visit("D1", "2026-07-01", &[("p7_colour", RIGHT)])).await;
    let scores = learn::scores(&mut db.read().await.unwrap(), &Sight::everywhere(), "display_principles", "O1").await.unwrap();
    assert_eq!((scores.len(), scores[0].visit.as_str()), (1, "D2"), "the latest");
    // One of seven: what is asked and open has nothing.
    assert_eq!(scores[0].parts["sections"]["identity"], 1_429);
    assert_eq!(scores[0].parts["measures"]["relative_advantage"], 0, "better once, worse once");
}
