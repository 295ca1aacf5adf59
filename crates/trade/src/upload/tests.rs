//! Uploads on both databases, and what is seen in files.

use super::{Arrived, add, found, get, kind_of_content, list, map, open, preview, twin, withdrawn};
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, Table};
use qudao_platform::columnar::facts::{ImportReport, Mapping, Outcome};
use qudao_platform::sheet::Problem;
use qudao_testkit::{TestDb, on_both};

on_both!(a_file_is_mapped_checked_loaded_and_withdrawn, a_batch_of_the_command_line_is_withdrawn);

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn report(outcome: Outcome, batch: &str) -> ImportReport {
    ImportReport {
        batch: batch.to_owned(),
        table: Table::Cash,
        file: "资金.csv".to_owned(),
        sha256: "aa".to_owned(),
        bytes: 10,
        encoding: None,
        day: "2026-08-03".parse().unwrap(),
        received: 3,
        accepted: 2,
        rejected: 1,
        duplicates: 0,
        conflicts: 0,
        corrections: 0,
        unknown_outlets: 0,
        unknown_partners: 0,
        unnamed: 0,
        unknown_codes: Vec::new(),
        days: Vec::new(),
        ignored: Vec::new(),
        outcome,
        rejects: None,
        problems: vec![Problem::new(3, "金额", "一百", "facts.cell.amount", "不是金额", "is not an amount")],
    }
}

async fn a_file_is_mapped_checked_loaded_and_withdrawn(db: TestDb) {
    // R0.7, R0.14
    let arrived = Arrived { file: "资金.csv", sha256: "aa", bytes: 10, table: None, mapping: &Mapping::default() };
    let one = add(&db, "a", &arrived).await.unwrap();
    let mapping = Mapping { columns: [("款项".to_owned(), "amount".to_owned())].into(), ..Mapping::default() };
    let wrong = Mapping { columns: [("款项".to_owned(), "imei".to_owned())].into(), ..Mapping::default() };
    assert_eq!(code(map(&db, "a", &one.id, 1, Table::Cash, &wrong).await), "facts.mapping.column");
    map(&db, "a", &one.id, 1, Table::Cash, &mapping).await.unwrap();
    assert_eq!(code(map(&db, "b", &one.id, 1, Table::Cash, &mapping).await), "platform.db.stale");
    let checked = found(&db, "a", &one.id, &report(Outcome::Checked, "b1")).await.unwrap();
    assert_eq!((checked.state.as_str(), checked.batch, checked.problems[0].row), ("checked", None, 3));
    assert_eq!(found(&db, "a", &one.id, &report(Outcome::Refused, "b1")).await.unwrap().state, "refused");
    let loaded = found(&db, "a", &one.id, &report(Outcome::Landed(4), "b1")).await.unwrap();
    assert_eq!((loaded.state.as_str(), loaded.report.as_ref().unwrap().received), ("loaded", 3));
    assert_eq!(code(open(&loaded)), "trade.upload.state");
    assert_eq!(code(map(&db, "a", &one.id, loaded.version, Table::Cash, &mapping).await), "trade.upload.state");
    // the same content brought once more is recognised
    let again = add(&db, "b", &arrived).await.unwrap();
    assert_eq!(twin(&mut db.read().await.unwrap(), &again).await.unwrap().as_deref(), Some("资金.csv"));
    assert_eq!(code(withdrawn(&db, "a", "b1", None, "  ").await), "trade.upload.no_reason");
    withdrawn(&db, "a", "b1", None, "文件发错月份").await.unwrap();
    let gone = get(&mut db.read().await.unwrap(), &one.id).await.unwrap();
    assert_eq!((gone.state.as_str(), gone.reason.as_deref()), ("withdrawn", Some("文件发错月份")));
    assert_eq!(twin(&mut db.read().await.unwrap(), &again).await.unwrap(), None);
}

async fn a_batch_of_the_command_line_is_withdrawn(db: TestDb) {
    // R0.14
    withdrawn(&db, "a", "b7", Some(&report(Outcome::Landed(1), "b7")), "重复报送").await.unwrap();
    let all = list(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!((all.len(), all[0].state.as_str(), all[0].batch.as_deref()), (1, "withdrawn", Some("b7")));
}

#[test]
fn a_first_look_tells_table_columns_and_kinds() {
    // R0.7: UTF-8 and GBK
    let folder = tempfile::tempdir().unwrap();
    let text = "流水号,类型,日期,获知日期,网点,金额,备注\nE1,开户,2026-08-01,2026-08-01,O1,10.00,\nE2,送礼,2026-08-01,,O1,1,\n";
    let path = folder.path().join("八月.csv");
    std::fs::write(&path, text).unwrap();
    let seen = preview(&path, None, &Mapping::default()).unwrap();
    let table = seen.propose("八月.csv").table.unwrap();
    assert_eq!(table, Table::BusinessEvent);
    let columns = seen.columns(table, &Mapping::default());
    assert_eq!((columns[0], columns[1], columns[6]), (Some(Col::EventId), Some(Col::Kind), None));
    assert_eq!(seen.rows.len(), 2);
    assert!(seen.unknown_kinds.contains(&"送礼".to_owned()));
    let mapped = Mapping { kinds: [("送礼".to_owned(), "recharge".to_owned())].into(), ..Mapping::default() };
    assert!(!preview(&path, Some(table), &mapped).unwrap().unknown_kinds.contains(&"送礼".to_owned()));
    assert_eq!(seen.propose("subscriber_month-2026-08.csv").table, Some(Table::SubscriberMonth));
    std::fs::write(&path, "天气,温度\n晴,20\n").unwrap();
    assert_eq!(preview(&path, None, &Mapping::default()).unwrap().propose("天气.csv").table, None);
    std::fs::write(&path, "").unwrap();
    assert_eq!(code(preview(&path, None, &Mapping::default())), "sheet.file.empty");
    for photo in [b"\xff\xd8\xff\xe0".as_slice(), b"\x89PNG\r\n", b"%PDF-1.7"] {
        assert_eq!(code(kind_of_content("a.csv", photo)), "trade.upload.kind");
    }
    assert_eq!(code(kind_of_content("a.csv", text.as_bytes())), "ok");
}
