//! Accounts and their changes on both databases.

use super::{Agreed, Entered, approve, briefs, carry, enter, in_use, list, refuse, take_over, those};
use qudao_kernel::{Date, Refusal};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};

on_both!(
    a_change_needs_two_people_and_waits,
    what_is_wrong_is_told,
    accounts_are_taken_over_at_once,
    an_application_brings_its_account_in_use,
);

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn entered<'a>(partner: &'a str, number: &'a str) -> Entered<'a> {
    Entered { partner, holder: "东门通讯", bank: "城东支行", number, licence: "9142-0001", reason: "开户" }
}

async fn a_change_needs_two_people_and_waits(db: TestDb) {
    // R0.33: licence, second approver, seven days
    let first = enter(&db, "a", &entered("P1", "6222 0000 1111 2222")).await.unwrap();
    assert_eq!((first.number.as_str(), first.masked().as_str()), ("6222000011112222", "****2222"));
    assert_eq!(code(enter(&db, "a", &entered("P1", "6222000011113333")).await), "settle.bank.waiting");
    assert_eq!(code(approve(&db, "a", &first.id, 1, date("2026-08-01"), 7).await), "settle.four_eyes");
    let first = approve(&db, "b", &first.id, 1, date("2026-08-01"), 7).await.unwrap();
    db.clock().advance(std::time::Duration::from_secs(1));
    // until a change is approved the old one is used, afterwards the new one, which waits
    let second = enter(&db, "b", &entered("P1", "6222000011113333")).await.unwrap();
    let used = |accounts: Vec<super::Account>| accounts.into_iter().map(|one| one.masked()).collect::<Vec<_>>();
    let account = in_use(&mut db.read().await.unwrap()).await.unwrap().remove("P1").unwrap();
    assert_eq!(account.id, first.id);
    assert!(!account.usable(date("2026-08-07")) && account.usable(date("2026-08-08")));
    approve(&db, "a", &second.id, 1, date("2026-09-01"), 7).await.unwrap();
    assert_eq!(in_use(&mut db.read().await.unwrap()).await.unwrap()["P1"].id, second.id);
    assert_eq!(list(&mut db.read().await.unwrap(), Some("P1")).await.unwrap().len(), 2);
    // A list of many is looked through in brief, and tells the same.
    let brief = briefs(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(
        brief.iter().map(|one| (one.id.as_str(), one.in_use)).collect::<Vec<_>>(),
        [(second.id.as_str(), true), (first.id.as_str(), false)]
    );
    let ids = [first.id.clone(), "acc_none".to_owned(), second.id.clone()];
    assert_eq!(used(those(&mut db.read().await.unwrap(), &ids).await.unwrap()), ["****2222", "****3333"]);
    // no number stands in the audit chain
    let rows = db.read().await.unwrap().query("select after from audit_entry", &[]).await.unwrap();
    assert!(rows.iter().all(|row| !row.opt_text("after").unwrap().unwrap_or("").contains("622200001111")));
}

async fn what_is_wrong_is_told(db: TestDb) {
    // R0.33
    for number in ["", "1234", "6222-0000-1111", "６２２２００００"] {
        assert_eq!(code(enter(&db, "a", &entered("P1", number)).await), "settle.bank.entry");
    }
    assert_eq!(code(enter(&db, "a", &Entered { licence: " ", ..entered("P1", "62220000") }).await), "settle.bank.entry");
    let one = enter(&db, "a", &entered("P1", "62220000")).await.unwrap();
    assert_eq!(code(refuse(&db, "b", &one.id, 1, "").await), "settle.period.no_note");
    assert_eq!(code(refuse(&db, "b", &one.id, 9, "户名不符").await), "platform.db.stale");
    refuse(&db, "b", &one.id, 1, "户名不符").await.unwrap();
    assert_eq!(code(approve(&db, "b", &one.id, 2, date("2026-08-01"), 7).await), "settle.bank.decided");
    assert_eq!(code(approve(&db, "b", "none", 1, date("2026-08-01"), 7).await), "settle.bank.none");
}

async fn accounts_are_taken_over_at_once(db: TestDb) {
    let day = date("2026-01-01");
    let all = [entered("P1", "62220001"), entered("P2", "62220002")];
    assert_eq!(code(take_over(&db, ("a", "a"), &all, day).await), "settle.four_eyes");
    assert_eq!(code(take_over(&db, ("a", "b"), &[entered("P1", "1")], day).await), "settle.bank.entry");
    assert_eq!(take_over(&db, ("a", "b"), &all, day).await.unwrap(), 2);
    assert!(in_use(&mut db.read().await.unwrap()).await.unwrap().values().all(|one| one.usable(day)));
}

async fn an_application_brings_its_account_in_use(db: TestDb) {
    // R0.33
    let agreed = Agreed { application: "ZH1", partner: "P1", holder: "东门通讯", bank: "城东支行", tail: "2222" };
    let carries =
        async |who: &'static str, agreed: Agreed<'static>| write_tx!(db, |tx| carry(tx, who, &agreed, date("2026-08-01"), 7).await);
    assert_eq!(code(carries("b", agreed).await), "settle.bank.not_entered");
    enter(&db, "a", &entered("P1", "6222 0000 1111 2222")).await.unwrap();
    assert_eq!(code(carries("b", Agreed { tail: "3333", ..agreed }).await), "settle.bank.differs");
    assert_eq!(code(carries("b", Agreed { holder: "西门通讯", ..agreed }).await), "settle.bank.differs");
    assert_eq!(code(carries("a", agreed).await), "settle.four_eyes", "who entered it does not check it");
    let told = carries("b", agreed).await.unwrap();
    assert!(told.zh.contains("****2222") && told.zh.contains("2026-08-08"), "{}", told.zh);
    let used = in_use(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(used["P1"].usable_on, Some(date("2026-08-08")));
    let kept = list(&mut db.read().await.unwrap(), Some("P1")).await.unwrap();
    assert_eq!((kept[0].decision.as_deref(), &kept[0].id), (Some("按申请 ZH1"), &used["P1"].id));
    assert_eq!(code(carries("b", agreed).await), "settle.bank.not_entered", "once");
}
