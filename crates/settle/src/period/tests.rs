//! Months on both databases, and what is found in them.

use super::difference::{Stated, compare};
use super::{
    Counts, Finding, FindingKind, Limits, State, adopt, approve, close, failed, find, found, get, published, recover, refuse, review,
    submit, tried,
};
use qudao_kernel::{Month, Refusal};
use qudao_platform::audit;
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;

on_both!(
    a_month_goes_from_trial_to_closed_by_two_people,
    a_finding_without_a_note_holds_the_month_back,
    a_stop_while_publishing_is_recovered,
    a_published_month_is_settled_again_by_two_people,
    two_at_once_and_wrong_steps_are_told,
);

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn finding(partner: &str, amount: i64) -> Finding {
    Finding { kind: FindingKind::Negative, subject: partner.to_owned(), name: String::new(), count: 3, amount, before: 0 }
}

async fn version(db: &TestDb, of: Month) -> u32 {
    get(&mut db.read().await.unwrap(), of).await.unwrap().unwrap().version
}

async fn state(db: &TestDb, of: Month) -> State {
    get(&mut db.read().await.unwrap(), of).await.unwrap().unwrap().state
}

async fn a_month_goes_from_trial_to_closed_by_two_people(db: TestDb) {
    // R1.40: collected, tried, confirmed, approved, published; R0.13: closed for good
    let july = month("2026-07");
    tried(&db, "a", july, "s1", &[]).await.unwrap();
    submit(&db, "a", july, 1, "").await.unwrap();
    assert_eq!(code(tried(&db, "a", july, "s2", &[]).await), "settle.period.submitted");
    assert_eq!(code(approve(&db, "a", july, 2).await), "settle.four_eyes");
    approve(&db, "b", july, 2).await.unwrap();
    published(&db, july, &[]).await.unwrap();
    assert_eq!(code(tried(&db, "a", july, "s2", &[]).await), "settle.period.published");
    let now = version(&db, july).await;
    close(&db, "b", july, now, "七月结清").await.unwrap();
    assert_eq!(state(&db, july).await, State::Closed);
    assert_eq!(code(close(&db, "b", july, now + 1, "").await), "settle.period.state");
    assert_eq!(code(tried(&db, "a", july, "s2", &[]).await), "settle.period.published");
    // every step is in the audit chain (R0.2)
    let mut actions = Vec::new();
    for row in db.read().await.unwrap().query("select action from audit_entry order by seq", &[]).await.unwrap() {
        actions.push(row.string("action").unwrap());
    }
    assert_eq!(actions, ["period.try", "period.submit", "period.approve", "period.publish", "period.close"]);
    assert_eq!(audit::verify(&db).await.unwrap(), None);
}

async fn a_finding_without_a_note_holds_the_month_back(db: TestDb) {
    // R1.40: exceptions are reviewed before publication
    let july = month("2026-07");
    tried(&db, "a", july, "s1", &[finding("P1", -5), finding("P2", -9)]).await.unwrap();
    assert_eq!(code(submit(&db, "a", july, 1, "").await), "settle.period.unreviewed");
    let ids: Vec<String> = found(&mut db.read().await.unwrap(), july).await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(code(review(&db, "a", july, &ids[0], " ").await), "settle.period.no_note");
    assert_eq!(code(review(&db, "a", july, "none", "看过").await), "settle.exception.none");
    for id in &ids {
        review(&db, "a", july, id, "已核对退机").await.unwrap();
    }
    // tried again: what is found as it was keeps its note, what changed does not
    tried(&db, "a", july, "s2", &[finding("P1", -5), finding("P2", -10)]).await.unwrap();
    let open: Vec<String> = found(&mut db.read().await.unwrap(), july)
        .await
        .unwrap()
        .into_iter()
        .filter(|one| one.note.is_none())
        .map(|one| one.finding.subject)
        .collect();
    assert_eq!(open, ["P2"]);
    assert_eq!(code(submit(&db, "a", july, 2, "").await), "settle.period.unreviewed");
}

async fn a_stop_while_publishing_is_recovered(db: TestDb) {
    let (june, july) = (month("2026-06"), month("2026-07"));
    for (one, expected) in [(june, State::Published), (july, State::Submitted)] {
        tried(&db, "a", one, "s", &[]).await.unwrap();
        submit(&db, "a", one, 1, "").await.unwrap();
        approve(&db, "b", one, 2).await.unwrap();
        assert_eq!(recover(&db, |period| period.month == june, &[]).await.unwrap(), [one]);
        assert_eq!(state(&db, one).await, expected);
    }
    // a month that is settled again comes before others
    let now = version(&db, june).await;
    submit(&db, "a", june, now, "更正").await.unwrap();
    let now = version(&db, july).await;
    assert_eq!(code(approve(&db, "b", july, now).await), "settle.period.under_way");
    assert!(recover(&db, |_| true, &[]).await.unwrap().is_empty());
}

async fn a_published_month_is_settled_again_by_two_people(db: TestDb) {
    // R0.13: afterwards nothing changes but by differences in a later month
    let july = month("2026-07");
    adopt(&db, &[july]).await.unwrap();
    adopt(&db, &[july]).await.unwrap();
    assert_eq!(code(submit(&db, "a", july, 1, " ").await), "settle.period.no_note");
    submit(&db, "a", july, 1, "补报回单").await.unwrap();
    assert_eq!(code(approve(&db, "a", july, 2).await), "settle.four_eyes");
    approve(&db, "b", july, 2).await.unwrap();
    failed(&db, july, "no disk").await.unwrap();
    assert_eq!(state(&db, july).await, State::Again);
    let now = version(&db, july).await;
    approve(&db, "b", july, now).await.unwrap();
    published(&db, july, &[(july, 1)]).await.unwrap();
    let after = get(&mut db.read().await.unwrap(), july).await.unwrap().unwrap();
    assert_eq!((after.state, after.reruns), (State::Published, 1));
    close(&db, "b", july, after.version, "").await.unwrap();
    submit(&db, "a", july, after.version + 1, "又有更正").await.unwrap();
    refuse(&db, "b", july, after.version + 2, "金额太小").await.unwrap();
    assert_eq!(state(&db, july).await, State::Closed);
}

async fn two_at_once_and_wrong_steps_are_told(db: TestDb) {
    let (june, july) = (month("2026-06"), month("2026-07"));
    assert_eq!(code(submit(&db, "a", july, 1, "").await), "settle.period.none");
    tried(&db, "a", july, "s", &[]).await.unwrap();
    submit(&db, "a", july, 1, "").await.unwrap();
    assert_eq!(code(submit(&db, "c", july, 1, "").await), "settle.period.stale");
    assert_eq!(code(close(&db, "c", july, 2, "").await), "settle.period.state");
    assert_eq!(code(refuse(&db, "b", july, 2, "").await), "settle.period.no_note");
    adopt(&db, &[june]).await.unwrap();
    approve(&db, "b", july, 2).await.unwrap();
    published(&db, july, &[]).await.unwrap();
    let now = version(&db, july).await;
    assert_eq!(code(close(&db, "b", july, now, "").await), "settle.period.earlier_open");
}

fn stated(partner: &str, amount: i64, held: u64) -> Stated {
    Stated {
        partner: partner.to_owned(),
        name: format!("{partner} 店"),
        number: String::new(),
        lines: 2,
        amount,
        due: amount,
        payment: amount.max(0),
        held,
        held_fen: 0,
        components: BTreeMap::from([(("social".to_owned(), "basic".to_owned()), amount)]),
    }
}

#[test]
fn what_stands_out_is_found_and_nothing_else() {
    // R1.40
    let before = [stated("A", 100_000, 0), stated("B", 100_000, 0), stated("C", 300_000, 0)];
    let now = [stated("A", 101_000, 0), stated("B", 250_000, 0), stated("D", -4_000, 7), stated("", 900_000, 0)];
    let limits = Limits { change_ppm: 500_000, change_fen: 50_000, holds: 5, most: 20 };
    let counts = Counts { unattributed: 4, rejected: 0, checked: 2 };
    let found = find(&now, Some(&before), counts, limits);
    let seen: Vec<(&str, &str, i64, i64)> =
        found.iter().map(|one| (one.kind.name(), one.subject.as_str(), one.amount, one.before)).collect();
    let expected = [
        ("unattributed", "", 0, 0),
        ("negative", "D", -4_000, 0),
        ("change", "C", 0, 300_000),
        ("change", "B", 250_000, 100_000),
        ("hold", "D", 0, 0),
    ];
    assert_eq!(seen, expected);
    let first = find(&now, None, Counts::default(), Limits { most: 1, ..limits });
    let kinds: Vec<&str> = first.iter().map(|one| one.kind.name()).collect();
    assert_eq!(kinds, ["unchecked", "negative", "hold"]);
}

#[test]
fn a_difference_adds_up_both_ways() {
    let before = [stated("A", 100, 0), stated("B", 100, 0)];
    let now = [stated("A", 130, 0), stated("C", -20, 0)];
    let titles = BTreeMap::from([(("social".to_owned(), "basic".to_owned()), "基本酬金".to_owned())]);
    let found = compare(&now, &before, &titles);
    assert_eq!((found.before, found.after), (200, 110));
    assert_eq!(found.partners.iter().map(super::difference::Change::delta).sum::<i64>(), -90);
    assert_eq!(found.components.iter().map(super::difference::Change::delta).sum::<i64>(), -90);
    assert_eq!(found.partners[0].code, "B");
    assert_eq!(found.components[0].name, "基本酬金");
}

/// R0.2: who acts for somebody is no second pair of eyes for them, nor they for who acted.
#[test]
fn lent_rights_are_no_second_pair_of_eyes() {
    for (who, maker) in
        [("zhang3", "zhang3"), ("li4/zhang3", "zhang3"), ("li4/zhang3", "li4"), ("zhang3", "li4/zhang3"), ("li4/wang5", "li4/zhang3")]
    {
        assert_eq!(super::four_eyes(who, Some(maker)).map_err(|refusal| refusal.code), Err("settle.four_eyes"), "{who} {maker}");
    }
    for (who, maker) in [("wang5", Some("zhang3")), ("wang5", Some("li4/zhang3")), ("wang5/zhao6", Some("li4/zhang3")), ("wang5", None)] {
        assert_eq!(super::four_eyes(who, maker), Ok(()), "{who} {maker:?}");
    }
}
