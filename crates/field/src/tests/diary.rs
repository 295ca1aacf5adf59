//! Promises and the day that writes itself.

use super::{Field, START_US, code, day, id, shop};
use crate::diary::{self, Line, PutOff, Task, What};
use crate::promise::{self, New, State};
use crate::visit::list::Sight;
use qudao_kernel::Text;
use qudao_kernel::holidays::Holidays;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(promises_are_kept_or_not, a_day_writes_itself);

fn promise(id: &str, due: &str) -> New<'static> {
    let id: &'static str = Box::leak(id.to_owned().into_boxed_str());
    New { id, outlet: "O1", territory: "421102001", visit: "", text: "周五前送海报", made_on: day("2026-07-01"), due_on: day(due) }
}

async fn promises_are_kept_or_not(db: TestDb) {
    // R7.77 R7.88
    let field = Field::of(db);
    let all = Sight::everywhere();
    let make = async |number: u32, due: &str| promise::make(&field.db, "M1", &promise(&id(number), due)).await;
    for number in 1..=4 {
        assert!(make(number, "2026-07-03").await.unwrap().is_new());
    }
    assert!(!make(1, "2026-07-03").await.unwrap().is_new(), "sent again");
    assert_eq!(code(&make(1, "2026-07-09").await), "field.promise.other");
    assert_eq!(code(&make(9, "2026-06-30").await), "field.promise.due");
    assert_eq!(code(&promise::make(&field.db, "M1", &New { text: " ", ..promise(&id(9), "2026-07-03") }).await), "field.promise.text");
    assert_eq!(code(&promise::make(&field.db, "M1", &promise("p1", "2026-07-03")).await), "field.promise.id");
    assert!(make(5, "2026-08-01").await.unwrap().is_new());
    let close = async |number: u32, to, why: &str| promise::close(&field.db, &all, "M1", &id(number), 1, to, why).await;
    assert_eq!(close(1, State::Kept, "").await.unwrap(), 2);
    assert_eq!(code(&close(1, State::Broken, "忘了").await), "field.promise.state");
    assert_eq!(code(&close(2, State::Released, "").await), "field.reason");
    close(2, State::Released, "店主不要了").await.unwrap();
    field.db.clock().advance(Duration::from_hours(24 * 4));
    close(3, State::Kept, "").await.unwrap();
    let rows = promise::list(&mut field.db.read().await.unwrap(), &all, &promise::Query::default()).await.unwrap();
    let kept = promise::kept(&rows, day("2026-07-05"));
    assert_eq!((kept.due, kept.in_time, kept.late, kept.broken, kept.rate()), (3, 1, 1, 1, Some(3_333)));
    let stranger = Sight { login: "M2".into(), ..Sight::default() };
    assert_eq!(code(&promise::close(&field.db, &stranger, "M2", &id(4), 1, State::Kept, "").await), "field.promise.none");
    assert_eq!(promise::open(&mut field.db.read().await.unwrap(), &all).await.unwrap(), [("O1".to_owned(), 2)].into());
    let query = promise::Query { open: true, manager: "M1".into(), to: Some(day("2026-07-31")), ..promise::Query::default() };
    let open = promise::list(&mut field.db.read().await.unwrap(), &all, &query).await.unwrap();
    assert_eq!(open.into_iter().map(|one| one.id).collect::<Vec<_>>(), [id(4)]);
}

async fn a_day_writes_itself(db: TestDb) {
    // R2.14 R7.33 R7.96
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    let today = day("2026-07-01");
    for (visit, outlet, minutes) in [(1, "O1", 0), (2, "O3", 60)] {
        field.sends("M1", visit, "A", &shop(outlet), field.clean(minutes)).await.unwrap();
    }
    assert!(promise::make(&field.db, "M1", &promise(&id(5), "2026-07-01")).await.unwrap().is_new());
    let call =
        Line { what: What::Contact, at_us: START_US + 1, outlet: "O2".into(), record: "C1".into(), text: Text::new("电话", "call") };
    let written = diary::compose(&mut field.db.read().await.unwrap(), "M1", today, &["O1", "O2"], vec![call]).await.unwrap();
    let lines: Vec<(What, &str)> = written.lines.iter().map(|line| (line.what, line.outlet.as_str())).collect();
    assert_eq!(lines, [(What::Promise, "O1"), (What::Visit, "O1"), (What::Contact, "O2"), (What::Visit, "O3")]);
    assert_eq!((written.visits, written.planned, written.minutes, written.promises), ([2, 0, 0], [2, 1], [60, 30, 90], [1, 0, 0, 1]));
    let task = |settled| Task { record: "T1".into(), text: "送海报".into(), settled };
    let send = async |version, settled| diary::send(&field.db, "M1", version, &written, (&[task(settled)], &[]), "明天去 O2").await;
    let put_off = |to: &str, record: &str, reason: &str| PutOff { day: today, record: record.into(), to: day(to), reason: reason.into() };
    let sends_off = async |one: PutOff| diary::send(&field.db, "M1", 0, &written, (&[task(false)], &[one]), "").await;
    assert_eq!(code(&sends_off(put_off("2026-07-01", "T1", "店主不在")).await), "field.diary.put_off");
    assert_eq!(code(&sends_off(put_off("2026-07-02", "T2", "店主不在")).await), "field.diary.put_off");
    assert_eq!(code(&sends_off(put_off("2026-07-02", "T1", " ")).await), "field.reason");
    assert_eq!(code(&send(0, false).await), "field.diary.tasks");
    assert_eq!(send(0, true).await.unwrap(), 1);
    assert_eq!(code(&send(0, true).await), "platform.db.stale");
    let managers = ["M1".to_owned(), "M2".to_owned()];
    assert_eq!(diary::missing(&mut field.db.read().await.unwrap(), &managers, today).await.unwrap(), ["M2"]);
    let answer = async |who: &str, version| diary::answer(&field.db, who, "M1", today, version, "辛苦了，注意 O2").await;
    assert_eq!(code(&answer("M1", 1).await), "field.diary.own");
    assert_eq!(answer("S1", 1).await.unwrap(), 2);
    let page = diary::page(&mut field.db.read().await.unwrap(), "M1", today).await.unwrap();
    assert_eq!((page.sent.as_ref(), page.note.as_str(), page.answered_by.as_str()), (Some(&written), "明天去 O2", "S1"));
    assert_eq!(page.stage, diary::Stage::Answered);
    let week = async |from| {
        let tx = &mut field.db.read().await.unwrap();
        diary::review(tx, "M1", from, today.plus_days(6), &Holidays::shipped()).await.unwrap()
    };
    let review = week(today.plus_days(-2)).await;
    assert_eq!((review.sent, review.visits, review.planned, review.minutes), (1, [2, 0, 0], [2, 1, 1], [60, 30, 90]));
    assert_eq!(review.unsent, [today.plus_days(-2), today.plus_days(-1)], "Monday and Tuesday; Thursday is not yet");
    let ahead = diary::Day { day: today.plus_days(3), ..written.clone() };
    assert_eq!(code(&diary::send(&field.db, "M1", 0, &ahead, (&[], &[]), "").await), "field.diary.day");
    let again = diary::send(&field.db, "M1", 2, &written, (&[task(false)], &[put_off("2026-07-02", "T1", "店主不在")]), "").await;
    assert_eq!(again.unwrap(), 3, "put off, it is sent");
    let page = diary::page(&mut field.db.read().await.unwrap(), "M1", today).await.unwrap();
    assert_eq!(
        (page.stage, page.answer.as_str()),
        (diary::Stage::Sent, "辛苦了，注意 O2"),
        "what changed after the answer waits for another"
    );
    let carried = diary::put_off(&mut field.db.read().await.unwrap(), "M1", today, today).await.unwrap();
    assert_eq!(carried, [put_off("2026-07-02", "T1", "店主不在")]);
}
