//! Shortcomings of a review that become tasks.

use super::{Field, code, day};
use crate::remedy::{self, New, State, Which};
use crate::visit::list::Sight;
use qudao_access::Scope;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(a_shortcoming_is_a_task_of_the_time_after_it);

const fn new(
    line: &'static str,
    outlet: &'static str,
    span: (qudao_kernel::Date, qudao_kernel::Date),
    due_on: qudao_kernel::Date,
) -> New<'static> {
    New { manager: "M1", outlet, territory: "421102001", span, line, text: "补拜访 5 家 A 类网点", due_on }
}

async fn a_shortcoming_is_a_task_of_the_time_after_it(db: TestDb) {
    // R2.14
    let field = Field::of(db);
    let week = (day("2026-06-22"), day("2026-06-28"));
    let make = async |one: New<'_>| remedy::make(&field.db, "S1", &one).await;
    let whole = make(new("visits", "", week, day("2026-07-05"))).await.unwrap();
    assert!(whole.is_new());
    assert!(!make(new("visits", "", week, day("2026-07-03"))).await.unwrap().is_new(), "one line is one task");
    assert!(make(new("unvisited", "O1", week, day("2026-07-02"))).await.unwrap().is_new());
    assert!(make(new("unvisited", "O2", week, day("2026-07-03"))).await.unwrap().is_new());
    assert_eq!(code(&make(new("visits", "O3", week, day("2026-06-28"))).await), "field.remedy.due", "it belongs to the next time");
    assert_eq!(code(&make(new("visits", "O3", week, day("2026-09-01"))).await), "field.remedy.due");
    assert_eq!(code(&make(New { text: " ", ..new("visits", "O3", week, day("2026-07-01")) }).await), "field.remedy.text");
    assert_eq!(code(&make(new("走访", "", week, day("2026-07-01"))).await), "field.remedy.line");
    assert_eq!(code(&make(new("visits", "", (week.1, week.0), day("2026-07-01"))).await), "field.remedy.line");

    let of = async |which| remedy::of(&mut field.db.read().await.unwrap(), "M1", which).await.unwrap();
    let outlets = async |which| of(which).await.into_iter().map(|one| one.outlet).collect::<Vec<_>>();
    assert_eq!(outlets(Which::Open).await, ["O1", "O2", ""], "the longest due first");
    assert_eq!(outlets(Which::Due(day("2026-07-02"))).await, ["O1"]);
    let first = of(Which::Due(day("2026-07-02"))).await.remove(0);
    assert_eq!((first.made_by.as_str(), first.span, first.state), ("S1", week, State::Open));

    let own = Sight::own("M1");
    let stranger = Sight::own("M2");
    let close = async |sight: &Sight, id: &str, to, why: &str| remedy::close(&field.db, sight, "M1", id, 1, to, why).await;
    assert_eq!(code(&close(&stranger, &first.id, State::Done, "").await), "field.remedy.none");
    assert_eq!(code(&close(&own, &first.id, State::Dropped, "").await), "field.reason");
    field.db.clock().advance(Duration::from_hours(24));
    assert_eq!(close(&own, &first.id, State::Done, "").await.unwrap(), 2);
    assert_eq!(code(&close(&own, &first.id, State::Dropped, "不用了").await), "field.remedy.state");
    let area = Sight { scope: Scope { territories: vec!["4211".into()], ..Scope::default() }, ..Sight::own("S1") };
    let second = of(Which::Open).await.remove(0);
    assert_eq!(close(&area, &second.id, State::Dropped, "网点已关闭").await.unwrap(), 2, "whoever looks at visits there");
    assert_eq!(outlets(Which::Open).await, [""]);
    assert_eq!(outlets(Which::DoneOn(day("2026-07-02"))).await, ["O1"]);
    assert_eq!(outlets(Which::Review(week.0, week.1)).await.len(), 3, "a review tells what became of it");
    assert_eq!(outlets(Which::Review(day("2026-06-29"), day("2026-07-05"))).await, [""], "and what is open of those before");
}
