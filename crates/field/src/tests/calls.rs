//! Calls with their minutes, and what was agreed on in them.

use super::{Field, MINUTE, START_US, code, day, id, shop};
use crate::call::{self, Made, New, Outcome, State};
use crate::diary::What;
use crate::visit::list::Sight;
use qudao_platform::args;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(calls_are_kept_with_their_minutes, an_appointment_waits_until_it_is_kept);

fn call(id: &str, minutes: i64) -> New<'_> {
    New {
        id,
        outlet: "O1",
        partner: "P1",
        territory: "421102001",
        name: "店主",
        outcome: Outcome::Reached,
        minute: "周五前补齐海报",
        at_us: START_US + minutes * MINUTE,
        meet: None,
    }
}

async fn calls_are_kept_with_their_minutes(db: TestDb) {
    // R7.18, R7.86, R8.130
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(4));
    let note = async |new: New<'_>| call::note(&field.db, "M1", &new).await;
    let ids: Vec<String> = (0..=9).map(id).collect();
    assert!(note(call(&ids[1], 10)).await.unwrap().is_new());
    assert!(!note(call(&ids[1], 10)).await.unwrap().is_new(), "sent again");
    assert_eq!(code(&note(New { minute: "别的内容", ..call(&ids[1], 10) }).await), "field.call.other");
    assert_eq!(code(&note(New { minute: " ", ..call(&ids[2], 20) }).await), "field.call.minute", "a talk has its minute");
    assert!(note(New { minute: "", outcome: Outcome::NoAnswer, ..call(&ids[2], 20) }).await.unwrap().is_new());
    assert_eq!(code(&note(New { name: "", ..call(&ids[3], 30) }).await), "field.call.name");
    assert_eq!(code(&note(New { outlet: "", partner: "", ..call(&ids[3], 30) }).await), "field.call.whom");
    assert_eq!(code(&note(call("c3", 30)).await), "field.call.id");
    assert_eq!(code(&note(call(&ids[3], 24 * 60)).await), "field.call.at", "tomorrow");
    assert_eq!(code(&note(call(&ids[3], -8 * 24 * 60)).await), "field.call.at", "eight days ago");
    let unreached = New { outcome: Outcome::Declined, meet: Some((day("2026-07-02"), 540)), ..call(&ids[3], 30) };
    assert_eq!(code(&note(unreached).await), "field.call.meet");
    let past = New { meet: Some((day("2026-06-30"), 540)), ..call(&ids[3], 30) };
    assert_eq!(code(&note(past).await), "field.call.meet");
    assert!(note(call(&ids[4], -24 * 60)).await.unwrap().is_new(), "of yesterday");
    let changed = qudao_platform::write_tx!(field.db, |tx| tx.execute("update field_call set minute = 'x'", args![]).await);
    assert!(changed.is_err(), "the database keeps what was said");
    let tx = &mut field.db.read().await.unwrap();
    let made = call::counts(tx, "M1", day("2026-06-29"), day("2026-07-05")).await.unwrap();
    let expected = [Made { day: day("2026-06-30"), made: 1, reached: 1 }, Made { day: day("2026-07-01"), made: 2, reached: 1 }];
    assert_eq!(made, expected);
    let lines = call::lines(tx, "M1", day("2026-07-01")).await.unwrap();
    let told: Vec<(What, &str)> = lines.iter().map(|line| (line.what, line.text.zh.as_str())).collect();
    assert_eq!(told, [(What::Contact, "致电 O1 店主，未接通"), (What::Contact, "致电 O1 店主：周五前补齐海报")]);
    assert_eq!(call::last(tx, "M1").await.unwrap(), [("O1".to_owned(), START_US + 10 * MINUTE)].into());
    let stranger = Sight { login: "M2".into(), ..Sight::default() };
    assert!(call::list(tx, &stranger, &call::Query::default()).await.unwrap().is_empty());
    let query = call::Query { manager: "M1".into(), outlet: "O1".into(), from: Some(day("2026-07-01")), ..call::Query::default() };
    assert_eq!(call::list(tx, &Sight::everywhere(), &query).await.unwrap().len(), 2);
}

async fn an_appointment_waits_until_it_is_kept(db: TestDb) {
    // R8.130
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(3));
    let today = day("2026-07-01");
    let ids: Vec<String> = (0..=3).map(id).collect();
    for (number, outlet, on) in [(1, "O1", "2026-07-01"), (2, "O2", "2026-07-01"), (3, "O3", "2026-07-02")] {
        let new = New { outlet, meet: Some((day(on), 600)), ..call(&ids[number], 5) };
        assert!(call::note(&field.db, "M1", &new).await.unwrap().is_new());
    }
    let due = async |on| {
        let found = call::due(&mut field.db.read().await.unwrap(), "M1", on).await.unwrap();
        found.into_iter().map(|(call, _)| call.outlet).collect::<Vec<_>>()
    };
    assert_eq!(due(today).await, ["O1", "O2"]);
    field.sends("M1", 7, "A", &shop("O1"), field.clean(60)).await.unwrap();
    assert_eq!(due(today).await, ["O2"], "a visit keeps it");
    let all = Sight::everywhere();
    let close = async |number: usize, to, why: &str| call::close(&field.db, &all, "M1", &ids[number], 1, to, why).await;
    assert_eq!(code(&close(2, State::Dropped, "").await), "field.reason");
    assert_eq!(close(2, State::Dropped, "店主改期").await.unwrap(), 2);
    assert_eq!(code(&close(2, State::Kept, "").await), "field.call.state");
    assert_eq!(due(today.plus_days(1)).await, ["O3"]);
    assert_eq!(code(&call::close(&field.db, &Sight::own("M2"), "M2", &ids[3], 1, State::Kept, "").await), "field.call.none");
}
