//! Rewards on both databases.

use super::*;
use crate::period::{adopt, approve, failed, get, published, submit, tried};
use qudao_platform::db::Value;
use qudao_testkit::{TestDb, on_both};

on_both!(a_reward_is_in_one_statement_and_no_other, what_broke_off_states_what_it_took);

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn reward(application: &str, place: u32, partner: &str, fen: i64) -> Reward {
    let text = format!("月度之星 2026-06：第 {place} 名");
    Reward { application: application.to_owned(), place, partner: partner.to_owned(), amount: Fen(fen), text }
}

/// Partner, number and fen of what a month states.
async fn of(db: &TestDb, at: Month, approved: &[Reward]) -> Vec<(String, String, i64)> {
    let all = adjustments(&mut db.read().await.unwrap(), at, approved.to_vec()).await.unwrap();
    let flat = all.into_iter().flat_map(|(partner, held)| held.into_iter().map(move |one| (partner.clone(), one)));
    flat.map(|(partner, one)| {
        assert_eq!(one.kind, AdjustmentKind::Reward);
        (partner, one.code, one.amount.0)
    })
    .collect()
}

async fn publishing(db: &TestDb, at: Month) {
    if get(&mut db.read().await.unwrap(), at).await.unwrap().is_none() {
        tried(db, "a", at, "s", &[]).await.unwrap();
    }
    let held = get(&mut db.read().await.unwrap(), at).await.unwrap().unwrap();
    let version =
        if held.state == period::State::Submitted { held.version } else { submit(db, "a", at, held.version, "").await.unwrap().version };
    approve(db, "b", at, version).await.unwrap();
}

async fn audited(db: &TestDb, action: &str) -> Vec<String> {
    let sql = "select who, noun_id from audit_entry where action = $1 order by seq";
    let rows = db.read().await.unwrap().query(sql, &[Value::from(action)]).await.unwrap();
    rows.iter().map(|row| format!("{} {}", row.text("who").unwrap(), row.text("noun_id").unwrap())).collect()
}

async fn a_reward_is_in_one_statement_and_no_other(db: TestDb) {
    // R8.43: posted once approved, and once only
    let (june, july, august) = (month("2026-06"), month("2026-07"), month("2026-08"));
    adopt(&db, &[june]).await.unwrap();
    let first = [reward("JL2026-0001", 1, "P1", 200_000), reward("JL2026-0001", 2, "P2", 50_000)];
    assert!(of(&db, july, &[]).await.is_empty(), "what is not approved is in no statement");
    let both = [("P1".to_owned(), "JL2026-0001".to_owned(), 200_000), ("P2".to_owned(), "JL2026-0001".to_owned(), 50_000)];
    assert_eq!(of(&db, july, &first).await, both, "a trial shows it");
    assert!(taken(&mut db.read().await.unwrap()).await.unwrap().is_empty(), "a trial takes nothing");
    publishing(&db, july).await;
    take(&db, july, &first).await.unwrap();
    take(&db, july, &first).await.unwrap();
    assert_eq!(of(&db, july, &[]).await, both);
    published(&db, july, &[]).await.unwrap();
    assert_eq!(of(&db, july, &[]).await, both, "settled again it stands where it stood");
    assert!(of(&db, august, &[]).await.is_empty() && of(&db, june, &[]).await.is_empty());
    assert_eq!(taken(&mut db.read().await.unwrap()).await.unwrap().len(), 1);
    // a re-run of a published month states no reward again
    publishing_again(&db, july).await;
    published(&db, july, &[(july, 1)]).await.unwrap();
    assert_eq!((of(&db, july, &[]).await.len(), of(&db, august, &[]).await.len()), (2, 0));
    assert_eq!(audited(&db, "reward.take").await, ["b JL2026-0001", "b JL2026-0001"]);
    assert_eq!(audited(&db, "reward.state").await.len(), 2);
}

async fn publishing_again(db: &TestDb, at: Month) {
    let held = get(&mut db.read().await.unwrap(), at).await.unwrap().unwrap();
    let version = submit(db, "a", at, held.version, "补报").await.unwrap().version;
    approve(db, "b", at, version).await.unwrap();
}

async fn what_broke_off_states_what_it_took(db: TestDb) {
    // R8.43: a publication that failed and is done again states the same; what came meanwhile is for the month after
    let (july, august) = (month("2026-07"), month("2026-08"));
    publishing(&db, july).await;
    take(&db, july, &[reward("JL2026-0001", 1, "P1", 100)]).await.unwrap();
    failed(&db, july, "no disk").await.unwrap();
    assert_eq!(of(&db, july, &[]).await.len(), 1);
    publishing(&db, july).await;
    published(&db, july, &[]).await.unwrap();
    publishing(&db, august).await;
    take(&db, august, &[reward("JL2026-0001", 1, "P1", 100), reward("JL2026-0002", 1, "P1", 300)]).await.unwrap();
    published(&db, august, &[]).await.unwrap();
    assert_eq!(of(&db, july, &[]).await, [("P1".to_owned(), "JL2026-0001".to_owned(), 100)]);
    assert_eq!(of(&db, august, &[]).await, [("P1".to_owned(), "JL2026-0002".to_owned(), 300)]);
}
