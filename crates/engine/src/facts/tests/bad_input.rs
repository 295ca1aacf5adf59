//! Bad input: every row that cannot be taken is named with its column, value and remedy; nothing is half saved; nothing panics.

use super::*;
use proptest::prelude::*;
use qudao_kernel::facts::Table::{BusinessEvent, StockMovement, SubscriberMonth};
use qudao_platform::columnar::facts::Mapping;

/// What the one bad cell of one row is told.
fn told(header: &str, row: &str) -> (&'static str, String) {
    let desk = Desk::new();
    let report = desk.run(&desk.job(BusinessEvent, format!("{header}\n{row}\n")));
    assert_eq!((report.received, report.accepted, report.rejected), (1, 0, 1), "{row}");
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(desk.store.latest().unwrap().number, 0);
    let rejects = desk.rejects();
    let problem = &report.problems[0];
    assert!(rejects.contains(&problem.text.zh) && rejects.contains(&problem.text.en), "{rejects}");
    assert_eq!(problem.row, 2);
    (problem.code, problem.column.clone())
}

#[test]
fn every_wrong_cell_is_told_its_column_and_reason() {
    // R0.7, R0.14: facts outside any period, negative quantities, formulas in cells
    let base = "流水号,业务类型,日期,月租,数量,实名";
    for (row, code, column) in [
        (",开卡,2026-07-01,58,1,是", "facts.cell.missing", "流水号"),
        ("E1,,2026-07-01,58,1,是", "facts.cell.missing", "业务类型"),
        ("E1,开卡,,58,1,是", "facts.cell.missing", "日期"),
        ("E1,送礼,2026-07-01,58,1,是", "facts.cell.kind", "业务类型"),
        ("E1,开卡,2026-02-30,58,1,是", "facts.cell.date", "日期"),
        ("E1,开卡,1999-12-31,58,1,是", "facts.cell.range", "日期"),
        ("E1,开卡,2027-08-02,58,1,是", "facts.cell.range", "日期"),
        ("E1,开卡,2026-07-01,58.005,1,是", "facts.cell.amount", "月租"),
        ("E1,开卡,2026-07-01,五十八,1,是", "facts.cell.amount", "月租"),
        ("E1,开卡,2026-07-01,-58,1,是", "facts.cell.negative", "月租"),
        ("E1,开卡,2026-07-01,200000000000,1,是", "facts.cell.large", "月租"),
        ("E1,开卡,2026-07-01,58,-1,是", "facts.cell.negative", "数量"),
        ("E1,开卡,2026-07-01,58,1.5,是", "facts.cell.int", "数量"),
        ("E1,开卡,2026-07-01,58,99999999999999999999,是", "facts.cell.int", "数量"),
        ("E1,开卡,2026-07-01,58,=1+1,是", "facts.cell.formula", "数量"),
        ("=HYPERLINK(1),开卡,2026-07-01,58,1,是", "facts.cell.formula", "流水号"),
        ("E1,开卡,2026-07-01,58,1,也许", "facts.cell.bool", "实名"),
    ] {
        assert_eq!(told(base, row), (code, column.to_owned()), "{row}");
    }
    let long = format!("{},开卡,2026-07-01,58,1,是", "长".repeat(400));
    assert_eq!(told(base, &long).0, "facts.cell.long");
}

#[test]
fn a_row_with_several_faults_names_them_all_and_is_counted_once() {
    let desk = Desk::new();
    let report = desk.events("E1,送礼,昨天,,O1,,五,,-1\nE2,recharge,2026-07-02,,O1,,,30,\n");
    assert_eq!(counts(&report), (2, 1, 1, 0, 0));
    let codes: Vec<_> = report.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["facts.cell.kind", "facts.cell.date", "facts.cell.amount", "facts.cell.negative"]);
    assert_eq!(desk.rejects().lines().filter(|line| line.contains("E1")).count(), 4);
}

#[test]
fn unknown_outlets_and_partners_are_kept_and_counted() {
    let desk = Desk::new();
    let report = desk.events(
        "E1,recharge,2026-07-01,,O9,P1,,30,\nE2,recharge,2026-07-01,,,P9,,30,\nE3,recharge,2026-07-01,,,,,30,\nE4,recharge,2026-07-01,,O1,,,30,\nE1,recharge,2026-07-01,,O9,P1,,30,\n",
    );
    assert_eq!(counts(&report), (5, 4, 1, 1, 0));
    assert_eq!((report.unknown_outlets, report.unknown_partners, report.unnamed), (1, 1, 1));
    assert_eq!(report.unknown_codes, ["O9", "P9"]);
    assert!(landed(&report));
    assert_eq!(desk.ids(BusinessEvent), ["E1", "E2", "E3", "E4"]);
}

#[test]
fn quantities_go_below_zero_only_in_adjustments() {
    let desk = Desk::new();
    let rows = "event_id,kind,occurred_on,quantity\nS1,调整,2026-07-01,-3\nS2,进货,2026-07-01,-3\n";
    let report = desk.run(&desk.job(StockMovement, rows));
    assert_eq!(counts(&report), (2, 1, 1, 0, 0));
    assert_eq!((report.problems[0].row, report.problems[0].code), (3, "facts.cell.negative"));
}

#[test]
fn broken_bytes_are_a_fault_of_their_row() {
    // broken encodings
    let desk = Desk::new();
    let mut bytes = "流水号,类型,日期,网点\nE1,开卡,2026-07-01,网点甲\n".as_bytes().to_vec();
    bytes.extend(b"E2,\xff\xfe,2026-07-01,O1\n");
    bytes.extend("E3,开卡,2026-07-01,网点乙\n".as_bytes());
    let mut job = desk.job(BusinessEvent, &bytes);
    let report = desk.run(&job);
    assert_eq!(counts(&report), (3, 2, 1, 0, 0));
    assert_eq!((report.problems[0].row, report.problems[0].code), (3, "sheet.cell.encoding"));
    assert_eq!(report.outcome, Outcome::Refused);
    job.accept_partial = true;
    let report = desk.run(&job);
    assert!(landed(&report));
    assert_eq!(desk.ids(BusinessEvent), ["E1", "E3"]);
}

#[test]
fn gb18030_reads_like_utf8() {
    // R0.7
    let rows = "流水号,业务类型,日期,网点,产品,备注\nE1,开卡,2026年7月1日,O1,畅享套餐,甲\nE2,充值,2026/7/2,O2,𠮷祥卡,乙\n";
    let read = |bytes: &[u8]| {
        let desk = Desk::new();
        let report = desk.run(&desk.job(BusinessEvent, bytes));
        assert_eq!(report.ignored, ["备注"]);
        (report.encoding, desk.facts(BusinessEvent))
    };
    let (utf8, facts) = read(rows.as_bytes());
    let (gb, same) = read(&encoding_rs::GB18030.encode(rows).0);
    assert_eq!((utf8.as_deref(), gb.as_deref()), (Some("UTF-8"), Some("GB18030")));
    assert_eq!(facts, same);
    assert_eq!(facts.iter().map(|fact| text(fact, Col::Kind)).collect::<Vec<_>>(), ["activation", "recharge"]);
}

#[test]
fn files_that_are_no_tables_are_refused_whole() {
    let refuse = |bytes: &[u8]| {
        let desk = Desk::new();
        let error = desk.store.import(&desk.job(BusinessEvent, bytes), &desk.master, &|_| ()).unwrap_err();
        assert!(desk.objects().is_empty());
        error.code
    };
    assert_eq!(refuse(b""), "sheet.file.empty");
    assert_eq!(refuse(b"\xd0\xcf\x11\xe0rest"), "sheet.file.kind");
    assert_eq!(refuse(b"PAR1 this is not"), "facts.file.damaged");
    assert_eq!(refuse(b"PK\x03\x04 nor this"), "sheet.book.damaged");
    assert_eq!(refuse(b"event_id,kind,occurred_on\n\"E1,recharge,2026-07-01\n"), "sheet.record.quote");
    assert_eq!(refuse(b"a,b\n1,2\n"), "facts.header.missing");
    assert_eq!(refuse(b"event_id,id,kind,date\nE1,E1,recharge,2026-07-01\n"), "facts.header.twice");
}

#[test]
fn a_gigabyte_of_one_line_is_refused_in_constant_memory() {
    // 1 GB of one line: the file is sparse, so it costs no disk; the reader stops at the longest record
    let desk = Desk::new();
    let path = desk.file("long.csv", "event_id,kind,occurred_on\nE1,recharge,2026-07-01\nE2");
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all_at_end();
    let job = ImportJob::new(BusinessEvent, path, "2026-08-01".parse().unwrap());
    let error = desk.store.import(&job, &desk.master, &|_| ()).unwrap_err();
    assert_eq!(error.code, "sheet.record.long");
    assert!(error.text.en.contains("row 3"), "{error}");
    assert!(desk.objects().is_empty());
}

trait OneLine {
    fn write_all_at_end(self);
}

impl OneLine for std::fs::File {
    /// A gigabyte without a line end.
    fn write_all_at_end(mut self) {
        use std::io::{Seek, SeekFrom, Write};
        let block = vec![b'x'; 1 << 21];
        self.write_all(&block).unwrap();
        let end = self.seek(SeekFrom::End(0)).unwrap();
        self.set_len(end + (1 << 30)).unwrap();
    }
}

#[test]
fn mappings_rename_headers_and_kinds() {
    let desk = Desk::new();
    let mut job = desk.job(BusinessEvent, "单号,事项,办理时间,日期\nE1,新入网,2026-07-01 10:20:30,胡写\n");
    let entries = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    job.mapping = Mapping {
        columns: entries(&[("单号", "event_id"), ("事项", "kind"), ("办理时间", "occurred_on"), ("日期", "")]),
        kinds: entries(&[("新入网", "activation")]),
        ..Mapping::default()
    };
    assert!(landed(&desk.run(&job)));
    let facts = desk.facts(BusinessEvent);
    assert_eq!(text(&facts[0], Col::Kind), "activation");
    assert_eq!(cell(&facts[0], Col::OccurredOn), Some(&Cell::Date("2026-07-01".parse().unwrap())));
}

#[test]
fn a_subscriber_month_derives_its_id_and_day() {
    let desk = Desk::new();
    let report = desk.run(
        &desk.job(SubscriberMonth, "账期,手机号,在网,出账金额\n2026-07,13800000000,是,58.5\n2026-07,,是,1\n202607,13800000000,是,58.50\n"),
    );
    assert_eq!(counts(&report), (3, 1, 2, 1, 0), "{:?}", report.problems);
    let mut job = desk.job(SubscriberMonth, "账期,手机号,在网,出账金额\n2026-07,13800000000,是,58.5\n");
    job.accept_partial = true;
    assert!(landed(&desk.run(&job)));
    let facts = desk.facts(SubscriberMonth);
    assert_eq!(text(&facts[0], Col::EventId), "13800000000|2026-07");
    assert_eq!(cell(&facts[0], Col::OccurredOn), Some(&Cell::Date("2026-07-01".parse().unwrap())));
    assert_eq!(cell(&facts[0], Col::Billed), Some(&Cell::Money(5850)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn nothing_panics_and_the_accounts_add_up(text in "(event_id|流水号),kind,(date|日期),(金额|x)\n([^\\x00]{0,20}\n|E[0-9],(充值|recharge|退货),2026-0[0-9]-[0-9]{2},[0-9.]{1,4}\n){0,30}", partial: bool) {
        let desk = Desk::new();
        let mut job = desk.job(BusinessEvent, &text);
        job.accept_partial = partial;
        if let Ok(report) = desk.store.import(&job, &desk.master, &|_| ()) {
            prop_assert!(report.adds_up(), "{report:?}");
            let stored = desk.store.latest().unwrap().rows(BusinessEvent);
            prop_assert_eq!(stored, if landed(&report) { report.accepted } else { 0 });
            prop_assert_eq!(report.outcome == Outcome::Refused, report.faulty() > 0 && !partial);
        } else {
            prop_assert!(desk.objects().is_empty());
        }
    }
}
