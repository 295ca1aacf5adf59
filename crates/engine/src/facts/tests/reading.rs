//! Other ways in, and the way out: workbooks, Parquet, loose folders, lookups.

use super::*;
use crate::facts::{import_folder, read_folder};
use qudao_kernel::Month;
use qudao_kernel::facts::Table::{BusinessEvent, Cash, SubscriberMonth};
use qudao_platform::columnar::facts::Mapping;
use rust_xlsxwriter::Workbook;
use std::fmt::Write;

#[test]
fn a_workbook_reads_like_a_text_file() {
    // R0.7
    let desk = Desk::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in ["流水号", "业务类型", "日期", "网点", "金额", "数量"].iter().enumerate() {
        sheet.write(0, column as u16, *header).unwrap();
    }
    sheet.write(1, 0, "E1").unwrap();
    sheet.write(1, 1, "终端销售").unwrap();
    sheet.write(1, 2, "2026-07-01").unwrap();
    sheet.write(1, 3, "O1").unwrap();
    sheet.write(1, 4, 1999.9).unwrap();
    sheet.write(1, 5, 2).unwrap();
    sheet.write(2, 0, "E2").unwrap();
    sheet.write(2, 1, "终端销售").unwrap();
    sheet.write(2, 2, "明天").unwrap();
    let path = desk.folder.path().join("facts.xlsx");
    book.save(&path).unwrap();
    let mut job = ImportJob::new(BusinessEvent, path, "2026-08-01".parse().unwrap());
    job.accept_partial = true;
    let report = desk.run(&job);
    assert_eq!(counts(&report), (2, 1, 1, 0, 0));
    assert_eq!((report.problems[0].row, report.problems[0].column.as_str(), report.problems[0].value.as_str()), (3, "日期", "明天"));
    let facts = desk.facts(BusinessEvent);
    assert_eq!(cell(&facts[0], Col::Amount), Some(&Cell::Money(199_990)));
    assert_eq!(cell(&facts[0], Col::Quantity), Some(&Cell::Int(2)));
    assert_eq!(report.sha256.len(), 64);
}

#[test]
fn parquet_goes_out_and_comes_in_again() {
    let desk = Desk::new();
    desk.run(&desk.job(
        SubscriberMonth,
        "month,subscriber,active,billed,joined_on,minutes\n2026-07,138,是,58.05,2024-02-29,100\n2026-07,139,否,,,\n",
    ));
    let file = desk.store.latest().unwrap().files[0].path.clone();
    let other = Desk::new();
    let job = ImportJob::new(SubscriberMonth, desk.folder.path().join("store").join(file), "2026-08-01".parse().unwrap());
    let report = other.run(&job);
    assert_eq!((counts(&report), report.ignored.clone()), ((2, 2, 0, 0, 0), vec!["attributed".to_owned()]));
    assert_eq!(other.facts(SubscriberMonth), desk.facts(SubscriberMonth));
    assert_eq!(cell(&desk.facts(SubscriberMonth)[0], Col::Billed), Some(&Cell::Money(5805)));
}

#[test]
fn loose_files_in_a_folder_read_as_facts() {
    let desk = Desk::new();
    let folder = desk.folder.path().join("loose");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("business_event-2026-07.csv"),
        events("E2,recharge,2026-07-02,,O1,,,5,\nE1,recharge,2026-07-01,2026-07-03,O1,,,6,\n"),
    )
    .unwrap();
    std::fs::write(folder.join("business_event-late.csv"), events("E2,recharge,2026-07-02,2026-07-09,O1,,,7,\n")).unwrap();
    std::fs::write(folder.join("资金.csv"), "流水号,类型,日期,金额\nC1,回款,2026-07-01,9\n").unwrap();
    std::fs::write(folder.join("notes.csv"), "not,facts\n").unwrap();
    let read = || read_folder(&folder, "2026-08-01".parse().unwrap(), &Mapping::default());
    let sorted = |mut facts: Vec<Fact>| {
        facts.sort_by_key(|fact| (fact.table, text(fact, Col::EventId).to_owned()));
        facts
    };
    let facts = sorted(read().unwrap());
    let rows: Vec<_> =
        facts.iter().map(|fact| (text(fact, Col::EventId), cell(fact, Col::Amount).cloned(), cell(fact, Col::KnownOn).is_some())).collect();
    let money = |fen| Some(Cell::Money(fen));
    assert_eq!(rows, [("E1", money(600), true), ("E2", money(700), true), ("C1", money(900), false)]);
    // The same rows as a store.
    let store = FactStore::open(desk.folder.path().join("imported").to_str().unwrap()).unwrap();
    import_folder(&store, &folder, &desk.master, "2026-08-01".parse().unwrap(), &Mapping::default()).unwrap();
    let imported = read_folder(&desk.folder.path().join("imported"), "2026-08-01".parse().unwrap(), &Mapping::default());
    assert_eq!(sorted(imported.unwrap()), facts);
    // A bad row is named with file, row, column.
    std::fs::write(folder.join("cash-bad.csv"), "event_id,kind,occurred_on\nC2,refund,soon\n").unwrap();
    let error = read().unwrap_err();
    assert_eq!(error.code, "facts.cell.date");
    assert!(error.text.en.contains("cash-bad.csv, row 2, column \"occurred_on\", value \"soon\""), "{error}");
}

#[test]
fn lookups_find_one_partner_and_single_events() {
    let desk = Desk::new();
    let mut rows = String::new();
    for number in 0..60_000 {
        let _ = writeln!(rows, "E{number:06},recharge,2026-0{}-01,,O{},,,{number},", 6 + number % 2, number % 3);
    }
    desk.events(&rows);
    let snapshot = desk.store.latest().unwrap();
    let find = |wanted: Wanted| desk.store.facts(&snapshot, BusinessEvent, &wanted).unwrap();
    let july = Month::new(2026, 7).unwrap();
    let of_p1 = find(Wanted { partner: Some("P1".into()), ..Wanted::default() });
    assert_eq!(of_p1.len(), 20_000);
    assert!(of_p1.iter().all(|fact| text(fact, Col::Outlet) == "O1"));
    let one = find(Wanted {
        partner: Some("P1".into()),
        event_ids: Some(["E000007".to_owned(), "E000002".to_owned()].into()),
        months: Some((july, july)),
        ..Wanted::default()
    });
    assert_eq!(one.iter().map(|fact| text(fact, Col::EventId)).collect::<Vec<_>>(), ["E000007"]);
    assert_eq!(find(Wanted { event_ids: Some(["E000002".to_owned()].into()), ..Wanted::default() }).len(), 1);
    assert_eq!(find(Wanted { partner: Some(String::new()), ..Wanted::default() }).len(), 20_000, "nobody's");
    assert!(find(Wanted { partner: Some("P9".into()), ..Wanted::default() }).is_empty());
    assert!(desk.store.facts(&snapshot, Cash, &Wanted::default()).unwrap().is_empty());
}
