use super::{act, adds, candidate, changes, code, day, house, key, partner_on, signs};
use crate::blacklist::{self, Whom};
use crate::keys::{self, KeyKind};
use crate::life::Who;
use crate::outlet::change::Change;
use crate::roster::{self, By};
use qudao_kernel::master::Partner;
use qudao_kernel::{Refusal, Text};
use qudao_platform::db::Db;
use qudao_platform::{args, audit, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(a_number_keeps_its_holder_out_under_any_name, a_partner_goes_on_and_off_with_its_numbers, entries_stay_and_hold_no_number);

async fn puts(db: &Db, application: &str, whom: &Whom) -> Result<Text, Refusal> {
    write_tx!(db, |tx| blacklist::put(tx, &act("li", application), whom).await)
}

async fn lifts(db: &Db, application: &str, whom: &Whom) -> Result<Text, Refusal> {
    write_tx!(db, |tx| blacklist::lift(tx, &act("li", application), whom).await)
}

async fn a_number_keeps_its_holder_out_under_any_name(db: TestDb) {
    // R0.36: re-entry under another name is blocked by each of the four numbers, written however
    house(&db).await;
    let numbers = [
        (KeyKind::Licence, "91421100MA4ABCDE1X", " 91421100-ma4abcde1x"),
        (KeyKind::Person, "11010519491231002X", "11010519491231002x"),
        (KeyKind::Phone, "13800001111", "138 0000 1111"),
        (KeyKind::Account, "6222021234567890", "6222 0212 3456 7890"),
    ];
    for (index, (kind, number, written)) in numbers.into_iter().enumerate() {
        let whom = Whom::Number(key(&db, kind, number).await);
        let application = format!("HM202607-000{index}");
        puts(&db, &application, &whom).await.unwrap();
        assert_eq!(code(puts(&db, "HM202607-0009", &whom).await), "network.blacklist.there");
        let again = key(&db, kind, written).await;
        let name = format!("N{index}");
        let refusal = adds(&db, &candidate(Who::Partner, &name, ""), std::slice::from_ref(&again)).await.unwrap_err();
        assert_eq!(refusal.code, "network.blacklist.hit");
        assert!(refusal.text.zh.contains(&application) && !refusal.text.zh.contains(number), "{}", refusal.text.zh);
        let hits = blacklist::hits(&mut db.read().await.unwrap(), &[again]).await.unwrap();
        assert_eq!(hits.len(), 1, "a whole file is looked at in one go");
        lifts(&db, "HM202607-0010", &whom).await.unwrap();
        assert_eq!(code(lifts(&db, "HM202607-0011", &whom).await), "network.blacklist.none");
        adds(&db, &candidate(Who::Partner, &name, ""), &[key(&db, kind, written).await]).await.unwrap();
    }
    let other = key(&db, KeyKind::Phone, "13800002222").await;
    adds(&db, &candidate(Who::Partner, "N9", ""), &[other]).await.unwrap();
}

async fn a_partner_goes_on_and_off_with_its_numbers(db: TestDb) {
    // R0.36
    house(&db).await;
    let phone = key(&db, KeyKind::Phone, "13800001111").await;
    write_tx!(&db, |tx| keys::record(tx, "wang", "partner", "P2", std::slice::from_ref(&phone)).await).unwrap();
    let whom = Whom::Partner("P2".into());
    puts(&db, "HM202607-0001", &whom).await.unwrap();
    assert!(partner_on(&db, "P2", "2026-07-01").await.unwrap().blacklisted, "settlement reads it in the rows");
    assert!(!partner_on(&db, "P2", "2026-06-30").await.unwrap().blacklisted);
    assert_eq!(code(changes(&db, "O1", Change::Owner("P2"), "2026-07-02").await), "network.blacklist.hit");
    assert_eq!(code(signs(&db, "XY1", "P2", "mobile", "2026-07-01", "2027-06-30").await), "network.blacklist.hit");
    assert_eq!(code(adds(&db, &candidate(Who::Partner, "P3", "P2"), &[]).await), "network.blacklist.hit");
    assert_eq!(
        code(adds(&db, &candidate(Who::Partner, "P3", ""), std::slice::from_ref(&phone)).await),
        "network.blacklist.hit",
        "its phone"
    );
    // A file that says otherwise does not let it in.
    const FILE: By<'static> = By { who: "qudao", reason: "主数据文件夹" };
    let said = |row: Partner| Partner { blacklisted: false, ..row };
    write_tx!(&db, |tx| roster::amend::<Partner>(tx, FILE, "P2", day("2026-07-01"), said).await).unwrap();
    assert_eq!(write_tx!(&db, |tx| blacklist::uphold(tx, &act("qudao", "")).await), Ok(1));
    assert!(partner_on(&db, "P2", "2026-07-01").await.unwrap().blacklisted);
    lifts(&db, "HM202607-0002", &whom).await.unwrap();
    assert!(!partner_on(&db, "P2", "2026-07-01").await.unwrap().blacklisted);
    adds(&db, &candidate(Who::Partner, "P3", "P2"), &[phone]).await.unwrap();
    let entries = blacklist::list(&mut db.read().await.unwrap(), true).await.unwrap();
    assert!(entries.len() == 2 && entries.iter().all(|entry| entry.lifted.as_ref().is_some_and(|(on, ..)| *on == day("2026-07-01"))));
    assert_eq!(blacklist::list(&mut db.read().await.unwrap(), false).await.unwrap(), []);
}

async fn entries_stay_and_hold_no_number(db: TestDb) {
    // R0.36, R0.16
    house(&db).await;
    let whom = Whom::Number(key(&db, KeyKind::Person, "11010519491231002X").await);
    puts(&db, "HM202607-0001", &whom).await.unwrap();
    let outcome = write_tx!(&db, |tx| tx.execute("delete from network_blacklist", args![]).await);
    assert_eq!(code(outcome), "platform.db.append_only");
    let tx = &mut db.read().await.unwrap();
    let entry = &blacklist::list(tx, false).await.unwrap()[0];
    assert_eq!(entry.mask, "110*************2X");
    let trail = audit::list(tx, Some(("blacklist", "HM202607-0001-1")), 0, 9).await.unwrap();
    let told = &trail[0].entry;
    assert!(told.after.as_ref().unwrap().contains(&entry.mask) && !format!("{told:?}").contains("19491231"));
    assert_eq!(told.reason.as_deref(), Some("HM202607-0001 按批复办理"));
}
