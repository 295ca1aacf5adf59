//! Bad files by every door: CSV in both encodings, workbooks, Parquet. A refusal names the file and what to do, a row is named with its
//! column and value; nothing is half saved; nothing panics.

use super::*;
use datafusion::arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use qudao_kernel::facts::Table::BusinessEvent;
use rust_xlsxwriter::{Formula, Workbook};
use std::sync::Arc;

/// Rows of text as a workbook.
fn workbook(rows: &[Vec<&str>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row as u32, column as u16, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// Columns as a Parquet file.
fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Rows of text as a Parquet file; the first row names the columns.
fn parquet_of_texts(rows: &[Vec<&str>]) -> Vec<u8> {
    let column = |at: usize| Arc::new(StringArray::from_iter_values(rows[1..].iter().map(|row| row[at]))) as ArrayRef;
    parquet(rows[0].iter().enumerate().map(|(at, name)| (*name, column(at))).collect())
}

fn csv(rows: &[Vec<&str>]) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

/// The same rows by all doors: name, content, row number of the first row after the header.
fn doors(rows: &[Vec<&str>]) -> [(&'static str, Vec<u8>, u64); 4] {
    [
        ("utf8.csv", csv(rows).into_bytes(), 2),
        ("gb18030.csv", encoding_rs::GB18030.encode(&csv(rows)).0.into_owned(), 2),
        ("book.xlsx", workbook(rows), 2),
        ("rows.parquet", parquet_of_texts(rows), 1),
    ]
}

fn job(desk: &Desk, name: &str, bytes: impl AsRef<[u8]>) -> ImportJob {
    let mut job = ImportJob::new(BusinessEvent, desk.file(name, bytes), "2026-08-01".parse().unwrap());
    job.rejects = Some(desk.folder.path().join("rejects.csv"));
    job
}

/// The refusal of a file as a whole; it names the file, and nothing is saved.
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> Refusal {
    let desk = Desk::new();
    let refusal = desk.store.import(&job(&desk, name, bytes), &desk.master, &|_| ()).unwrap_err();
    assert!(refusal.text.zh.contains(name) && refusal.text.en.contains(name), "{refusal}");
    assert!(desk.objects().is_empty());
    refusal
}

#[test]
fn the_same_rows_are_told_the_same_by_every_door() {
    // R0.7, R0.14: outside any period, negative, unknown kind, formula, no date, and an unknown outlet, which is no fault
    let rows = [
        vec!["流水号", "业务类型", "日期", "网点", "月租", "数量", "备注"],
        vec!["E1", "开卡", "1999-12-31", "O1", "58", "1", ""],
        vec!["E2", "开卡", "2026-07-01", "O1", "58", "-1", ""],
        vec!["E3", "送礼", "2026-07-01", "O1", "58", "1", ""],
        vec!["=E4", "开卡", "2026-07-01", "O1", "58", "1", ""],
        vec!["E5", "开卡", "明天", "O1", "五十八", "1", ""],
        vec!["E6", "开卡", "2026-07-01", "没有的网点", "58", "1", ""],
        vec!["", "开卡", "2026-07-01", "O1", "58", "1", ""],
        vec!["E2", "开卡", "2026-07-02", "O1", "58", "1", "与上面的 E2 无关：那一行没有被接受"],
    ];
    let wanted = [
        (0, "日期", "1999-12-31", "facts.cell.range"),
        (1, "数量", "-1", "facts.cell.negative"),
        (2, "业务类型", "送礼", "facts.cell.kind"),
        (3, "流水号", "=E4", "facts.cell.formula"),
        (4, "日期", "明天", "facts.cell.date"),
        (4, "月租", "五十八", "facts.cell.amount"),
        (6, "流水号", "", "facts.cell.missing"),
    ];
    for (name, bytes, first) in doors(&rows) {
        let desk = Desk::new();
        let mut job = job(&desk, name, bytes);
        let report = desk.run(&job);
        let told: Vec<_> = report.problems.iter().map(|one| (one.row - first, one.column.as_str(), one.value.as_str(), one.code)).collect();
        assert_eq!(told, wanted, "{name}");
        assert_eq!((counts(&report), report.outcome.clone()), ((8, 2, 6, 0, 0), Outcome::Refused), "{name}");
        assert_eq!((report.file.as_str(), report.ignored.as_slice()), (name, ["备注".to_owned()].as_slice()));
        assert!(desk.objects().is_empty(), "{name}");
        // The reject file has the row, the column, the value and the remedy.
        assert!(desk.rejects().contains("请核对日期") && desk.rejects().contains("check the date"), "{}", desk.rejects());
        job.accept_partial = true;
        let report = desk.run(&job);
        assert_eq!((report.unknown_outlets, report.unknown_codes.as_slice()), (1, ["没有的网点".to_owned()].as_slice()), "{name}");
        assert_eq!(desk.ids(BusinessEvent), ["E2", "E6"], "{name}");
    }
}

#[test]
fn a_doubled_id_is_one_fact_whatever_door_it_comes_by() {
    // R0.14, N28: in one file, and across batches
    let header = vec!["event_id", "kind", "occurred_on", "outlet", "amount"];
    let twice = [
        header.clone(),
        vec!["E1", "recharge", "2026-07-01", "O1", "30.00"],
        vec!["E1", "recharge", "2026-07-01", "O1", "30"],
        vec!["E2", "recharge", "2026-07-01", "O1", "50"],
    ];
    let desk = Desk::new();
    for (at, (name, bytes, _)) in doors(&twice).into_iter().enumerate() {
        let report = desk.run(&job(&desk, name, bytes));
        let wanted = if at == 0 { (3, 2, 1, 1, 0) } else { (3, 0, 3, 3, 0) };
        assert_eq!(counts(&report), wanted, "{name}");
    }
    let other = [header, vec!["E1", "recharge", "2026-07-01", "O1", "31"]];
    for (name, bytes, first) in doors(&other) {
        let report = desk.run(&job(&desk, name, bytes));
        assert_eq!((counts(&report), report.outcome.clone()), ((1, 0, 1, 0, 1), Outcome::Refused), "{name}");
        let problem = &report.problems[0];
        assert_eq!((problem.row, problem.column.as_str(), problem.code), (first, "event_id", "facts.row.conflict"), "{name}");
    }
    assert_eq!((desk.ids(BusinessEvent), desk.store.batches().unwrap().len()), (vec!["E1".to_owned(), "E2".to_owned()], 1));
}

#[test]
fn broken_and_mixed_encodings_are_faults_of_their_rows() {
    // R0.7: nothing is replaced silently, and a row of the other encoding is not read as other characters
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let (head, tail) = ("流水号,类型,日期,网点,产品\nE1,开卡,2026-07-01,O1,畅享套餐\n", "E3,开卡,2026-07-01,O1,畅享套餐\n");
    let row = |product: &[u8]| [b"E2,recharge,2026-07-01,O1,".as_slice(), product, b"\n"].concat();
    let utf8 = |middle: Vec<u8>| [head.as_bytes().to_vec(), middle, tail.as_bytes().to_vec()].concat();
    let gb18030 = |middle: Vec<u8>| [gb(head), middle, gb(tail)].concat();
    for (what, bytes) in [
        ("a byte that is none, in UTF-8", utf8(row(b"\xff"))),
        ("half a character, in UTF-8", utf8(row(b"\xe7\x95"))),
        ("an overlong form, in UTF-8", utf8(row(b"\xc0\xaf"))),
        ("a row of GB18030 in UTF-8", utf8(row(&gb("尊享套餐")))),
        ("a byte that is none, in GB18030", gb18030(row(b"\xff\x41"))),
        ("half a character, in GB18030", gb18030(row(b"\xb3"))),
        ("half of four bytes, in GB18030", gb18030(row(b"\x84\x31"))),
        ("a row of UTF-8 in GB18030", gb18030(row("尊享套餐".as_bytes()))),
    ] {
        let desk = Desk::new();
        let mut job = job(&desk, "facts.csv", bytes);
        let report = desk.run(&job);
        assert_eq!((counts(&report), report.outcome.clone()), ((3, 2, 1, 0, 0), Outcome::Refused), "{what}");
        let problem = &report.problems[0];
        assert_eq!((problem.row, problem.column.as_str(), problem.code), (3, "产品", "sheet.cell.encoding"), "{what}");
        assert!(desk.objects().is_empty(), "{what}");
        job.accept_partial = true;
        assert!(landed(&desk.run(&job)), "{what}");
        assert_eq!(desk.ids(BusinessEvent), ["E1", "E3"], "{what}");
    }
}

#[test]
fn formulas_count_with_their_value_or_are_told() {
    let desk = Desk::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in ["流水号", "业务类型", "日期", "数量"].iter().enumerate() {
        sheet.write(0, column as u16, *header).unwrap();
    }
    // One that was never computed is told likewise; the workbook reader has the test.
    let quantities = [Formula::new("=1+1").set_result("2"), Formula::new("=1/0").set_result("#DIV/0!")];
    for (at, quantity) in (1..).zip(quantities) {
        sheet.write(at, 0, format!("E{at}")).unwrap();
        sheet.write(at, 1, "充值").unwrap();
        sheet.write(at, 2, "2026-07-01").unwrap();
        sheet.write(at, 3, quantity).unwrap();
    }
    let mut job = job(&desk, "formulas.xlsx", book.save_to_buffer().unwrap());
    let report = desk.run(&job);
    let told: Vec<_> = report.problems.iter().map(|one| (one.row, one.column.as_str(), one.code)).collect();
    assert_eq!(told, [(3, "数量", "sheet.cell.error")]);
    job.accept_partial = true;
    desk.run(&job);
    assert_eq!(cell(&desk.facts(BusinessEvent)[0], Col::Quantity), Some(&Cell::Int(2)));
}

#[test]
fn headers_are_told_by_every_door() {
    let row = |headers: &[&'static str]| [headers.to_vec(), vec!["1"; headers.len()]];
    for (name, bytes, _) in doors(&row(&["event_id", "天气", "风力"])) {
        let refusal = refused(name, bytes);
        assert_eq!(refusal.code, "facts.header.missing", "{name}");
        assert!(refusal.text.en.contains("kind, occurred_on") && refusal.text.zh.contains("天气、风力"), "{refusal}");
    }
    for (name, bytes, _) in doors(&row(&["event_id", "流水号", "kind", "occurred_on"])) {
        let refusal = refused(name, bytes);
        assert!(refusal.code == "facts.header.twice" && refusal.text.en.contains("both mean event_id"), "{refusal}");
    }
    for (name, bytes, _) in doors(&row(&["event_id", "kind", "occurred_on", "备注", "备注"])).into_iter().take(3) {
        let refusal = refused(name, bytes);
        assert!(refusal.code == "sheet.header.duplicate" && refusal.text.en.contains("columns D and E"), "{refusal}");
    }
    // A header and nothing below it is no error: there was nothing to report that day.
    for (name, bytes, _) in doors(&[vec!["event_id", "kind", "occurred_on"]]) {
        let desk = Desk::new();
        let report = desk.run(&job(&desk, name, bytes));
        assert_eq!((counts(&report), report.outcome.clone()), ((0, 0, 0, 0, 0), Outcome::Nothing), "{name}");
        assert!(desk.objects().is_empty());
    }
    for (name, bytes) in [("empty.csv", Vec::new()), ("bom.csv", b"\xef\xbb\xbf\r\n\r\n".to_vec()), ("empty.xlsx", workbook(&[]))] {
        assert_eq!(refused(name, bytes).code, "sheet.file.empty", "{name}");
    }
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let rows: Vec<Vec<&str>> = (0..20_000).map(|_| vec!["event_id", "recharge", "2026-07-01", "O1", "30", "1"]).collect();
    let bytes = workbook(&rows);
    let desk = Desk::new();
    let mut honest = job(&desk, "bomb.xlsx", &bytes);
    honest.options.limits.unpacked_bytes = 1 << 20;
    let refusal = desk.store.import(&honest, &desk.master, &|_| ()).unwrap_err();
    assert!(refusal.code == "sheet.book.bomb" && refusal.text.en.contains("bomb.xlsx unpacks to more than 1 MiB"), "{refusal}");
    // A directory that says 4 GiB is believed; one that says nothing is not: what comes out is counted.
    for (size, code) in [(u32::MAX - 1, "sheet.book.bomb"), (0, "sheet.book.bomb")] {
        let mut lie = bytes.clone();
        let entries: Vec<usize> = (0..lie.len() - 4).filter(|at| lie[*at..].starts_with(b"PK\x01\x02")).collect();
        for entry in entries {
            lie[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
        }
        let mut job = job(&desk, "lie.xlsx", &lie);
        if size == 0 {
            job.options.limits.unpacked_bytes = 1 << 20;
        }
        let refusal = desk.store.import(&job, &desk.master, &|_| ()).unwrap_err();
        assert!(refusal.code == code || refusal.code == "sheet.book.damaged", "{refusal}");
    }
    assert!(desk.objects().is_empty());
}

#[test]
fn a_parquet_file_that_was_cut_off_is_refused() {
    let ids: Vec<String> = (0..5_000).map(|number| format!("E{number}")).collect();
    let texts = |text: &'static str| Arc::new(StringArray::from_iter_values(ids.iter().map(|_| text))) as ArrayRef;
    let whole = parquet(vec![
        ("event_id", Arc::new(StringArray::from_iter_values(&ids))),
        ("kind", texts("recharge")),
        ("occurred_on", Arc::new(Date32Array::from_value(20_635, ids.len()))),
        ("outlet", texts("O1")),
    ]);
    let desk = Desk::new();
    assert_eq!(counts(&desk.run(&job(&desk, "whole.parquet", &whole))), (5_000, 5_000, 0, 0, 0));
    for length in [4, 5, 8, 12, whole.len() / 2, whole.len() - 200, whole.len() - 9, whole.len() - 4, whole.len() - 1] {
        let refusal = refused("cut.parquet", &whole[..length]);
        assert_eq!(refusal.code, "facts.file.damaged", "{length}");
        assert!(refusal.text.en.contains("export it again"), "{refusal}");
    }
}

#[test]
fn typed_columns_of_other_programs_read_and_are_checked_alike() {
    let prices = Decimal128Array::from(vec![580_000, 580_050, -580_000, 581_000]).with_precision_and_scale(18, 4).unwrap();
    let bytes = parquet(vec![
        ("流水号", Arc::new(StringArray::from(vec!["E1", "E2", "E3", "E4"]))),
        ("类型", Arc::new(StringArray::from(vec!["开卡"; 4]))),
        ("日期", Arc::new(Date32Array::from(vec![Some(20_635), Some(20_635), Some(20_635), None]))),
        ("月租", Arc::new(prices)),
        ("数量", Arc::new(Int64Array::from(vec![1, -1, 1, 1]))),
    ]);
    let desk = Desk::new();
    let report = desk.run(&job(&desk, "typed.parquet", bytes));
    let told: Vec<_> = report.problems.iter().map(|one| (one.row, one.column.as_str(), one.code)).collect();
    let wanted = [
        (2, "月租", "facts.cell.amount"),
        (2, "数量", "facts.cell.negative"),
        (3, "月租", "facts.cell.negative"),
        (4, "日期", "facts.cell.missing"),
    ];
    assert_eq!(told, wanted);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_makes_an_import_panic(door in 0..4_usize, hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in prop::option::of(any::<prop::sample::Index>())) {
        let rows = [
            vec!["流水号", "业务类型", "日期", "网点", "金额"],
            vec!["E1", "充值", "2026-07-01", "O1", "30"],
            vec!["E2", "充值", "2026-07-02", "O2", "50.50"],
        ];
        let (name, mut bytes, _) = doors(&rows).into_iter().nth(door).unwrap();
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let desk = Desk::new();
        match desk.store.import(&job(&desk, name, &bytes), &desk.master, &|_| ()) {
            Ok(report) => prop_assert!(report.adds_up(), "{report:?}"),
            Err(refusal) => {
                prop_assert!(!refusal.code.ends_with("worker.broken"), "{refusal}");
                prop_assert!(desk.objects().is_empty());
            }
        }
    }
}
