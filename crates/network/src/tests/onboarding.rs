use super::{act, code, day, house, key, outlet_on};
use crate::blacklist::{self, Whom};
use crate::contact;
use crate::keys::KeyKind;
use crate::life::Who;
use crate::onboard::{self, Checked, Read};
use qudao_kernel::{Refusal, Text};
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};
use std::fmt::Write;
use std::time::Instant;

on_both!(one_file_is_checked_and_brought_in, what_is_wrong_is_told_line_by_line, five_thousand_outlets_come_in_within_seconds);

const HEADER: &str = "类型,编码,名称,所属,区划代码,地址,纬度,经度,电话,职务,决策权\n";

fn file(db: &TestDb, lines: &str) -> Read {
    let path = db.folder().join("onboarding.csv");
    std::fs::write(&path, format!("{HEADER}{lines}")).unwrap();
    onboard::read(&path).unwrap()
}

async fn looks(db: &TestDb, read: &Read) -> Checked {
    onboard::check(&mut db.read().await.unwrap(), read, day("2026-07-10")).await.unwrap()
}

async fn brings(db: &TestDb, read: &Read) -> Result<Text, Refusal> {
    write_tx!(db, |tx| onboard::carry_out(tx, &act("li", "RW202607-0001"), read, day("2026-07-10")).await)
}

async fn one_file_is_checked_and_brought_in(db: TestDb) {
    // R0.7, R1.57: outlets with owner, clerks and contacts from one file, with one approval
    house(&db).await;
    let read = file(
        &db,
        "网点,N1,新城店,P1,421102,城关镇一号,30.45,114.87,13900001111,,\n店员,N1-1,张三,N1,,,,,13900002222,,\n\
         联系人,,李四,N1,,,,,13900003333,店主,决策\n店员,O1-9,王五,O1,,,,,,,\n",
    );
    let checked = looks(&db, &read).await;
    assert_eq!((checked.received, checked.accepted, checked.rejected), (4, 4, 0), "{:?}", checked.problems);
    assert_eq!((checked.outlets, checked.clerks, checked.contacts), (1, 2, 1));
    assert!(outlet_on(&db, "N1", "2026-07-10").await.is_none(), "a look changes nothing");
    brings(&db, &read).await.unwrap();
    assert!(outlet_on(&db, "N1", "2026-07-09").await.is_none());
    let row = outlet_on(&db, "N1", "2026-07-10").await.unwrap();
    assert_eq!((row.owner.as_str(), row.channel.as_str()), ("P1", "社会渠道"));
    let contacts = contact::list(&mut db.read().await.unwrap(), Who::Outlet, "N1").await.unwrap();
    assert_eq!((contacts[0].name.as_str(), contacts[0].power.as_str(), contacts[0].phone.as_str()), ("李四", "decides", "139****3333"));
    let again = brings(&db, &read).await.unwrap_err();
    assert_eq!(again.code, "network.onboard.wrong", "what is there is not brought in twice");
}

async fn what_is_wrong_is_told_line_by_line(db: TestDb) {
    // R0.7, R0.10, R0.36
    house(&db).await;
    let whom = Whom::Number(key(&db, KeyKind::Phone, "13900009999").await);
    write_tx!(&db, |tx| blacklist::put(tx, &act("li", "HM1"), &whom).await).unwrap();
    let read = file(
        &db,
        "网点,O1,一店,P1,421102,,,,,,\n网点,N2,二店,P9,421102,,,,,,\n网点,N3,三店,P1,999999,,,,,,\n网点,N4,四店,P1,421102,街一号,30.45,,,,\n\
         店员,C9,张三,N9,,,,,,,\n网点,N6,O1店,P1,421102,,,,,,\n网点,N6,六店,P1,421102,,,,,,\n网点,N8,八店,P1,421102,,,,13900009999,,\n仓库,N9,九店,P1,,,,,,,\n",
    );
    let checked = looks(&db, &read).await;
    let told: Vec<(u64, &str)> = checked.problems.iter().map(|problem| (problem.row, problem.code)).collect();
    let expected = [
        (2, "network.record.exists"),
        (3, "network.state.none"),
        (4, "network.territory.unknown"),
        (5, "network.site.point"),
        (6, "network.onboard.outlet"),
        (8, "network.onboard.twice"),
        (9, "network.blacklist.hit"),
        (10, "network.onboard.kind"),
    ];
    assert_eq!(told, expected);
    assert_eq!((checked.received, checked.accepted, checked.rejected), (9, 1, 8));
    assert_eq!(checked.twins.iter().map(|(row, twin)| (*row, twin.code.as_str(), twin.why)).collect::<Vec<_>>(), [(7, "O1", "name")]);
    assert_eq!(code(brings(&db, &read).await), "network.onboard.wrong");
    assert!(outlet_on(&db, "N6", "2026-07-10").await.is_none(), "all of it, or nothing");
    let path = db.folder().join("bad.csv");
    std::fs::write(&path, "编码,名称\n1,2\n").unwrap();
    assert_eq!(code(onboard::read(&path)), "network.onboard.columns");
}

async fn five_thousand_outlets_come_in_within_seconds(db: TestDb) {
    // 5 000 outlets with a clerk and a contact each; the bound is that of a release build, a debug build keeps it too
    house(&db).await;
    let mut lines = String::new();
    for number in 0..5_000 {
        let owner = if number % 2 == 0 { "P1" } else { "P2" };
        let _ = writeln!(lines, "网点,N{number},第{number}店,{owner},421102,城关镇{number}号,,,139{number:08},,");
        let _ = writeln!(lines, "店员,N{number}-1,店员,N{number},,,,,,,\n联系人,,店主,N{number},,,,,,店主,决策");
    }
    let read = file(&db, &lines);
    let began = Instant::now();
    let checked = looks(&db, &read).await;
    assert_eq!((checked.received, checked.rejected, checked.outlets), (15_000, 0, 5_000), "{:?}", checked.problems.first());
    brings(&db, &read).await.unwrap();
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    assert_eq!(outlet_on(&db, "N4999", "2026-07-10").await.unwrap().owner, "P2");
}
