use super::{act, code, day, house, outlet, outlet_on, stands};
use crate::act::Act;
use crate::exit::{self, Claim, Claims, Left, Lefts};
use crate::life::{State, Who};
use crate::roster::{self, By};
use crate::verdict::{self, Found, Grade, New, Query, Stage, Verdict, Wanted};
use qudao_access::Sight;
use qudao_kernel::{Date, Month, Refusal, Text};
use qudao_platform::db::{Db, Tx};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

on_both!(
    an_improvement_has_tasks_and_is_looked_at_again_by_another,
    an_eliminated_outlet_closes_when_nothing_is_left_there,
    the_last_outlet_takes_its_partner_along
);

const GRADE: Grade<'static> = Grade { proposal: "improve_sales", months: (month(4), month(6)), credit_tenths: 860, place: 7, beside: 9 };

const fn month(number: i32) -> Month {
    Month::from_index(2026 * 12 + number - 1)
}

async fn notes(db: &Db, id: &str, outlet: &str, verdict: Verdict, until: Option<&str>) -> Result<Text, Refusal> {
    let tasks = [Wanted { words: "更换店员并补训".into(), due_on: day("2026-07-20") }];
    let new = New { outlet, verdict, grade: GRADE, until: until.map(day), tasks: &tasks, owner: "wang" };
    write_tx!(db, |tx| verdict::note(tx, &act("li", id), &new).await)
}

async fn rechecks(db: &Db, who: &str, id: &str, version: u32, today: &str, found: Found) -> Result<u32, Refusal> {
    let act = Act { today: day(today), ..act(who, "") };
    write_tx!(db, |tx| verdict::recheck(tx, &act, id, version, found).await)
}

async fn stage(db: &Db, id: &str) -> Stage {
    verdict::get(&mut db.read().await.unwrap(), &Sight::everywhere(), id).await.unwrap().stage
}

async fn an_improvement_has_tasks_and_is_looked_at_again_by_another(db: TestDb) {
    // R7.114
    house(&db).await;
    assert_eq!(code(notes(&db, "FJ1", "O9", Verdict::Keep, None).await), "network.state.none");
    assert_eq!(code(notes(&db, "FJ1", "O1", Verdict::Improve, None).await), "network.verdict.until");
    notes(&db, "FJ1", "O1", Verdict::Keep, None).await.unwrap();
    assert_eq!(stage(&db, "FJ1").await, Stage::Noted);
    notes(&db, "FJ2", "O1", Verdict::Improve, Some("2026-07-31")).await.unwrap();
    let due = verdict::due(&mut db.read().await.unwrap(), "wang", day("2026-07-20")).await.unwrap();
    assert_eq!((due[0].0.as_str(), due[0].1.seq), ("O1", 1), "it is on the list of whoever works on it");
    assert_eq!(code(rechecks(&db, "wang", "FJ2", 1, "2026-08-01", Found::Passed).await), "network.verdict.self");
    assert_eq!(code(rechecks(&db, "li", "FJ2", 1, "2026-08-01", Found::Passed).await), "network.verdict.open");
    assert_eq!(code(rechecks(&db, "li", "FJ2", 1, "2026-07-10", Found::Failed).await), "network.verdict.early");
    let again = Found::Again(day("2026-08-31"));
    assert_eq!(rechecks(&db, "li", "FJ2", 1, "2026-08-01", again).await.unwrap(), 2);
    let act = Act { reason: "已换两人并补训", ..act("wang", "") };
    let done = async |version, seq| write_tx!(&db, |tx| verdict::done(tx, &act, "FJ2", version, seq).await);
    assert_eq!(code(done(1, 1).await), "platform.db.stale");
    assert_eq!(code(done(2, 9).await), "network.verdict.stage", "there is no such task");
    assert_eq!(done(2, 1).await.unwrap(), 3);
    assert_eq!(code(done(3, 1).await), "network.verdict.stage", "once is enough");
    assert!(verdict::due(&mut db.read().await.unwrap(), "wang", day("2026-12-31")).await.unwrap().is_empty());
    rechecks(&db, "li", "FJ2", 3, "2026-08-10", Found::Passed).await.unwrap();
    assert_eq!(stage(&db, "FJ2").await, Stage::Passed);
    notes(&db, "FJ3", "O1", Verdict::Improve, Some("2026-09-30")).await.unwrap();
    notes(&db, "FJ4", "O1", Verdict::Improve, Some("2026-10-31")).await.unwrap();
    assert_eq!((stage(&db, "FJ3").await, stage(&db, "FJ4").await), (Stage::Replaced, Stage::Improving));
    let query = Query { stage: Some(Stage::Improving), outlet: "O1".into(), ..Query::default() };
    let open = verdict::list(&mut db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap();
    assert_eq!((open.len(), open[0].id.as_str(), open[0].credit_tenths), (1, "FJ4", 860));
}

/// What some other part of the house keeps at outlets.
struct Pieces(Arc<AtomicI64>);

impl Claim for Pieces {
    fn name(&self) -> &'static str {
        "stock"
    }

    fn title(&self) -> Text {
        Text::new("库存", "Stock")
    }

    fn left<'a>(&'a self, _: &'a mut Tx, outlet: &'a str, _: Date) -> Lefts<'a> {
        let count = self.0.load(Ordering::SeqCst);
        let what = Text::new(format!("{outlet} {count} 件"), format!("{count} at {outlet}"));
        Box::pin(async move { Ok(if count == 0 { Vec::new() } else { vec![Left { amount: count, money: false, what }] }) })
    }
}

async fn an_eliminated_outlet_closes_when_nothing_is_left_there(db: TestDb) {
    // R7.114, R8.41
    house(&db).await;
    let by = By { who: "u1", reason: "建档" };
    write_tx!(&db, |tx| roster::create(tx, by, &outlet("O3", "P1")).await.map(drop)).unwrap();
    let pieces = Arc::new(AtomicI64::new(2));
    let claims = Claims::only(vec![Box::new(Pieces(Arc::clone(&pieces)))]);
    notes(&db, "FJ1", "O1", Verdict::Eliminate, Some("2026-07-31")).await.unwrap();
    assert_eq!(code(notes(&db, "FJ2", "O1", Verdict::Keep, None).await), "network.verdict.clearing");
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-07-31").await, Some(State::Open), "it works until its last day");
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-08-01").await, Some(State::Paused));
    assert!(exit::list(&mut db.read().await.unwrap(), Some("P1")).await.unwrap().is_empty(), "its partner has another outlet");
    let closes = async |version, today: &str| {
        let act = Act { today: day(today), ..act("jin", "") };
        write_tx!(&db, |tx| verdict::close(tx, &act, &claims, "FJ1", version).await)
    };
    assert_eq!(code(closes(1, "2026-07-31").await), "network.verdict.early");
    assert_eq!(code(closes(1, "2026-08-02").await), "network.exit.left");
    pieces.store(0, Ordering::SeqCst);
    closes(1, "2026-08-02").await.unwrap();
    assert_eq!(stage(&db, "FJ1").await, Stage::Closed);
    assert_eq!(stands(&db, Who::Outlet, "O1", "2026-08-01").await, Some(State::Closed));
    assert!(outlet_on(&db, "O1", "2026-07-31").await.is_some() && outlet_on(&db, "O1", "2026-08-01").await.is_none());
    assert_eq!(code(closes(2, "2026-08-02").await), "network.verdict.stage");
}

async fn the_last_outlet_takes_its_partner_along(db: TestDb) {
    // R7.114, R8.41: balances, deposits and commission are settled on the partner's way out
    house(&db).await;
    notes(&db, "FJ1", "O1", Verdict::Eliminate, Some("2026-07-31")).await.unwrap();
    assert_eq!(stands(&db, Who::Partner, "P1", "2026-07-01").await, Some(State::InExit));
    let cases = exit::list(&mut db.read().await.unwrap(), Some("P1")).await.unwrap();
    assert_eq!((cases[0].id.as_str(), cases[0].cause.as_str(), cases[0].last_day), ("FJ1", "graded", day("2026-07-31")));
}
