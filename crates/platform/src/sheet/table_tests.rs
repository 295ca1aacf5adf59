//! Files written and read again.

use super::super::{Encoding, Options, Problem, RecordBuf, Rejects, Step, open};
use super::*;
use rust_xlsxwriter::{Formula, Workbook};
use std::io::{Read as _, Write as _};

fn columns() -> Vec<Column> {
    let spec = [
        ("编码", ColumnType::Text),
        ("数量", ColumnType::Int),
        ("金额", ColumnType::Money),
        ("日期", ColumnType::Date),
        ("月份", ColumnType::Month),
        ("黑名单", ColumnType::Bool),
    ];
    spec.map(|(title, ty)| Column::new(title, ty)).to_vec()
}

fn rows(path: &Path) -> Vec<Result<Vec<String>, &'static str>> {
    let mut reader = open(path, &Options::default()).unwrap();
    reader.records().map(|row| row.map(|record| record.cells).map_err(|refusal| refusal.code)).collect()
}

#[test]
fn every_format_reads_back_what_was_written() {
    // R0.7, S12: an export equals what an import reads
    let dir = tempfile::tempdir().unwrap();
    let date: Date = "2026-07-31".parse().unwrap();
    let month: Month = "2026-07".parse().unwrap();
    let texts = ["=SUM(A1)", "-甲", "+86,\"x\"", "@cmd", "\t1380", "'=x", "'甲", "两\n行", "", "13800000000", "0012"];
    for (name, format) in [
        ("a.csv", Format::Csv(CsvEncoding::Utf8Bom)),
        ("b.csv", Format::Csv(CsvEncoding::Utf8)),
        ("c.csv", Format::Csv(CsvEncoding::Gb18030)),
        ("d.xlsx", Format::Xlsx),
    ] {
        let path = dir.path().join(name);
        let mut writer = TableWriter::create(&path, &columns(), format).unwrap();
        for text in texts {
            let cells =
                [Cell::Text(text), Cell::Int(-7), Cell::Money(Fen(13_000_000)), Cell::Date(date), Cell::Month(month), Cell::Bool(true)];
            writer.row(&cells).unwrap();
        }
        writer
            .row(&[Cell::Text("空"), Cell::Int(i64::MAX), Cell::Money(Fen(i64::MIN + 1)), Cell::Empty, Cell::Empty, Cell::Empty])
            .unwrap();
        assert!(!path.exists());
        assert_eq!(writer.finish().unwrap(), 12);
        let read = rows(&path);
        for (row, text) in read.iter().zip(texts) {
            let row = row.as_ref().unwrap();
            assert_eq!([&row[0], &row[1], &row[3], &row[4], &row[5]], [text, "-7", "2026-07-31", "2026-07", "是"], "{name}");
            assert_eq!(row[2].parse::<Fen>().unwrap(), Fen(13_000_000));
        }
        assert_eq!(read[11].as_ref().unwrap()[1..3], ["9223372036854775807", "-92233720368547758.07"]);
    }
    let raw = std::fs::read_to_string(dir.path().join("b.csv")).unwrap();
    assert!(raw.contains("'=SUM(A1)") && raw.contains("\"'+86,") && raw.contains("''=x"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 4, "no part files are left");
}

#[test]
fn an_abandoned_table_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = TableWriter::create(&dir.path().join("a.csv"), &columns(), Format::Xlsx).unwrap();
    assert_eq!(writer.row(&[Cell::Text("x")]).unwrap_err().kind, Kind::Bug);
    drop(writer);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// The workbook with one text in one of its parts replaced.
fn replaced(book: Vec<u8>, part: &str, from: &str, to: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert!(name != part || text.contains(from), "{text}");
        out.start_file(name.clone(), zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(if name == part { text.replace(from, to) } else { text }.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn cells_of_a_workbook_are_text_exactly() {
    // R0.7: formulas count with their last value; typed cells come out as people see them
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().set_hidden(true);
    let sheet = book.add_worksheet().set_name("数据").unwrap().set_active(true);
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    for (column, title) in (0..).zip(["编码", "金额", "日期", "公式"]) {
        sheet.write_string(0, column, title).unwrap();
    }
    sheet.write_string(1, 0, "=A1").unwrap();
    sheet.write_number(1, 1, 43_333.34).unwrap();
    sheet.write_number_with_format(1, 2, 46_234.0, &date).unwrap();
    sheet.write_formula(1, 3, Formula::new("=B2*2").set_result("86666.68")).unwrap();
    sheet.write_number(3, 0, 13_800_000_000.0).unwrap();
    sheet.write_boolean(3, 3, true).unwrap();
    sheet.write_formula(4, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write_formula(5, 3, Formula::new("=B2")).unwrap();
    sheet.write_number(6, 0, 8_986_001_234_567_890_123.0).unwrap();
    let written = book.save_to_buffer().unwrap();
    std::fs::write(&path, replaced(written, "xl/worksheets/sheet2.xml", "<f>B2</f><v>0</v>", "<f>B2</f>")).unwrap();
    let mut reader = open(&path, &Options::default()).unwrap();
    let mut record = RecordBuf::new();
    let mut seen = Vec::new();
    loop {
        match reader.next_into(&mut record).unwrap() {
            Step::Row => seen.push(format!("{} {}", record.row(), record.iter().collect::<Vec<_>>().join("|"))),
            Step::Bad(problem) => seen.push(format!("{} {} {}", problem.row, problem.column, problem.code)),
            Step::End => break,
        }
    }
    let wanted = [
        "2 =A1|43333.34|2026-07-31|86666.68",
        "4 13800000000|||TRUE",
        "5 公式 sheet.cell.error",
        "6 公式 sheet.cell.formula",
        "7 编码 sheet.cell.digits",
    ];
    assert_eq!(seen, wanted);
    let missing = open(&path, &Options { sheet: Some("汇总".into()), ..Options::default() }).err().unwrap();
    assert!(missing.code == "sheet.book.sheet" && missing.text.zh.contains("说明、数据"), "{}", missing.text.zh);
}

#[test]
fn a_zip_bomb_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bomb.xlsx");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    for _ in 0..8 {
        archive.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    archive.finish().unwrap();
    let refused = |limits| open(&path, &Options { limits, ..Options::default() }).err().unwrap().code;
    let limits = super::super::Limits::default();
    assert_eq!(refused(super::super::Limits { unpacked_bytes: 4 << 20, ..limits }), "sheet.book.bomb");
    assert_eq!(refused(limits), "sheet.record.long", "one cell of 8 MiB");
}

#[test]
fn a_directory_that_lies_is_found_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("liar.xlsx");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    archive.start_file("xl/media/a.png", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(&vec![0; 8 << 20]).unwrap();
    archive.finish().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    // The directory entry's uncompressed size, 24 bytes after its signature, is made to read 16.
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&16_u32.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let limits = super::super::Limits { unpacked_bytes: 4 << 20, ..super::super::Limits::default() };
    let code = open(&path, &Options { limits, ..Options::default() }).err().unwrap().code;
    assert!(matches!(code, "sheet.book.bomb" | "sheet.book.damaged"), "{code}");
}

#[test]
fn rejects_keep_the_original_cells_and_can_be_imported_again() {
    // R0.7: row-by-row error report
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rejects.csv");
    std::fs::write(&path, "old").unwrap();
    let headers = ["编码".to_owned(), "金额".to_owned()];
    assert_eq!(Rejects::new(&path, &headers).finish().unwrap(), None);
    assert!(!path.exists());

    let mut rejects = Rejects::new(&path, &headers);
    let problem = |column: &str, value: &str| Problem::new(7, column, value, "x.y.z", "金额有误", "wrong amount");
    rejects.add(&problem("金额", "=1+1"), ["A,1", "=1+1"]).unwrap();
    rejects.add(&problem("编码", "A,1"), ["A,1", "=1+1"]).unwrap();
    assert_eq!(rejects.rows(), 1);
    assert_eq!(rejects.finish().unwrap().as_deref(), Some(path.as_path()));
    let mut reader = open(&path, &Options::default()).unwrap();
    assert_eq!(reader.encoding(), Some(Encoding::Utf8));
    let mut again = Rejects::new(&dir.path().join("again.csv"), reader.headers());
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!(first.cells, ["7", "金额", "=1+1", "金额有误", "wrong amount", "A,1", "=1+1"]);
    again.add(&problem("金额", "=1+1"), first.cells.iter().map(String::as_str)).unwrap();
    let again = open(&again.finish().unwrap().unwrap(), &Options::default()).unwrap();
    assert_eq!(again.headers(), reader.headers(), "its own columns are not repeated");
}
