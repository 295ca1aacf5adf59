//! What reading promises, shown on files as people send them.

use super::*;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn read(name: &str, bytes: &[u8]) -> Result<(Reader, Vec<Result<Record, Refusal>>), Refusal> {
    let dir = Dir::new();
    let mut reader = open(&dir.file(name, bytes), &Options::default())?;
    let rows = reader.records().collect();
    Ok((reader, rows))
}

fn good(rows: &[Result<Record, Refusal>]) -> Vec<Vec<&str>> {
    rows.iter().flatten().map(|record| record.cells.iter().map(String::as_str).collect()).collect()
}

/// A source that never ends and counts what was taken from it.
struct Endless {
    head: &'static [u8],
    taken: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = if self.head.is_empty() { out.len() } else { self.head.len().min(out.len()) };
        if self.head.is_empty() {
            out.fill(b'x');
        } else {
            out[..count].copy_from_slice(&self.head[..count]);
            self.head = &self.head[count..];
        }
        self.taken.fetch_add(count as u64, std::sync::atomic::Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn utf8_and_gb18030_read_alike() {
    // R0.7: UTF-8 and GBK
    let text = "编码,名称,额\r\nA1,长沙联通营业厅,\"130,000.00\"\r\nA2,\"甲\n乙\",1\r\n";
    let wanted = [vec!["A1", "长沙联通营业厅", "130,000.00"], vec!["A2", "甲\n乙", "1"]];
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, encoding) in [(text.as_bytes().to_vec(), Encoding::Utf8), (bom, Encoding::Utf8), (gb(text), Encoding::Gb18030)] {
        let (reader, rows) = read("t.csv", &bytes).unwrap();
        assert_eq!(reader.encoding(), Some(encoding));
        assert_eq!(reader.headers(), ["编码", "名称", "额"]);
        assert_eq!(good(&rows), wanted);
    }
    let (reader, rows) = read("t.tsv", gb("编码\t名称\nA;1\t甲,乙\n").as_slice()).unwrap();
    assert_eq!((reader.delimiter(), good(&rows)), (Some(b'\t'), vec![vec!["A;1", "甲,乙"]]));
}

#[test]
fn broken_bytes_are_a_problem_of_their_row_and_column() {
    // R0.7: never silently replaced
    let mut bytes = "编码,名称\nA1,甲\nA2,".as_bytes().to_vec();
    bytes.extend(b"\xe7\x94\nA3,");
    bytes.extend("丙\n".as_bytes());
    let dir = Dir::new();
    let mut reader = open(&dir.file("t.csv", &bytes), &Options::default()).unwrap();
    let mut record = RecordBuf::new();
    assert_eq!(reader.next_into(&mut record).unwrap(), Step::Row);
    let Step::Bad(problem) = reader.next_into(&mut record).unwrap() else { panic!("taken") };
    assert_eq!(
        (problem.row, problem.column.as_str(), problem.value.as_str(), problem.code),
        (3, "名称", "[E7, 94]", "sheet.cell.encoding")
    );
    assert_eq!(record.get(0), "A2");
    assert_eq!(reader.next_into(&mut record).unwrap(), Step::Row);
    assert_eq!(record.get(1), "丙");

    let mut bytes = gb("编码,名称\nA1,甲\nA2,");
    bytes.extend(b"\xff\nA3,x\n");
    let (_, rows) = read("t.csv", &bytes).unwrap();
    assert_eq!(good(&rows), [["A1", "甲"], ["A3", "x"]]);
    assert_eq!(rows[1].as_ref().unwrap_err().code, "sheet.cell.encoding");
}

#[test]
fn a_row_of_another_encoding_is_a_problem_of_that_row() {
    // R0.7: mixed encodings, either way round
    let rows = |bytes: Vec<u8>| {
        let (_, rows) = read("t.csv", &bytes).unwrap();
        let told = |refusal: &Refusal| (refusal.code, refusal.text.en.contains("row 3, column \"名称\""));
        rows.iter().map(|row| row.as_ref().map(|row| row.cells[1].clone()).map_err(told)).collect::<Vec<_>>()
    };
    let (head, odd, tail) = ("编码,名称\nA1,星沙营业厅\n", "A2,长沙县营业厅\n", "A3,望城营业厅\n");
    let wanted = [Ok("星沙营业厅".to_owned()), Err(("sheet.cell.encoding", true)), Ok("望城营业厅".to_owned())];
    assert_eq!(rows([gb(head), odd.as_bytes().to_vec(), gb(tail)].concat()), wanted);
    assert_eq!(rows([head.as_bytes().to_vec(), gb(odd), tail.as_bytes().to_vec()].concat()), wanted);
}

#[test]
fn rows_that_do_not_fit_the_header_are_named() {
    let (_, rows) = read("t.csv", b"a,b,c\n1,2\n\n,,\n1,2,3,\n1,2,3,4\n7,8").unwrap();
    let shown: Vec<_> = rows.iter().map(|row| row.as_ref().map(|r| (r.row, r.cells.len())).map_err(|e| e.code)).collect();
    assert_eq!(shown, [Ok((2, 3)), Ok((5, 3)), Err("sheet.record.cells"), Err("sheet.record.cut")]);
    assert!(rows[2].as_ref().unwrap_err().text.en.contains("row 6"));
}

#[test]
fn files_that_are_no_tables_are_refused_with_a_remedy() {
    // R0.7
    let code = |name: &str, bytes: &[u8]| read(name, bytes).err().map(|refusal| refusal.code);
    assert_eq!(code("t.csv", b""), Some("sheet.file.empty"));
    assert_eq!(code("t.csv", b"\xef\xbb\xbf"), Some("sheet.file.empty"));
    assert_eq!(code("t.csv", b"130000.00,2026-07-31\n"), Some("sheet.header.data"));
    assert_eq!(code("t.csv", b"a,b,a\n"), Some("sheet.header.duplicate"));
    assert_eq!(code("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Some("sheet.file.kind"));
    assert_eq!(code("t.xlsx", b"PK\x03\x04 and then nothing of it"), Some("sheet.book.damaged"));
    assert_eq!(open(std::path::Path::new("/nowhere/t.csv"), &Options::default()).err().unwrap().code, "sheet.file.missing");
    let header: Vec<String> = (0..600).map(|index| format!("c{index}")).collect();
    assert_eq!(code("t.csv", header.join(",").as_bytes()), Some("sheet.columns.many"));
}

#[test]
fn an_endless_line_is_refused_in_constant_memory() {
    // "1 GB of one line": the source never ends, the reader stops after little more than the longest record allowed
    for head in [b"code,name\nA1,x\n".as_slice(), b"code,name\nA1,\"", b""] {
        let taken = std::sync::Arc::default();
        let source = Endless { head, taken: std::sync::Arc::clone(&taken) };
        let result = read_text("big.csv", Box::new(source), &Options::default()).and_then(|mut reader| {
            let mut record = RecordBuf::new();
            while reader.next_into(&mut record)? != Step::End {}
            Ok(())
        });
        let refusal = result.unwrap_err();
        assert_eq!(refusal.code, "sheet.record.long");
        let row = if head.is_empty() {
            "row 1"
        } else if head.ends_with(b"\"") {
            "row 2"
        } else {
            "row 3"
        };
        assert!(refusal.text.en.contains(row), "{refusal}");
        assert!(taken.load(std::sync::atomic::Ordering::Relaxed) < 8 << 20);
    }
}

#[test]
fn a_line_of_64_mib_is_refused_and_one_just_within_is_read() {
    let dir = Dir::new();
    let path = dir.0.path().join("t.csv");
    let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
    file.write_all(b"a,b\n1,2\n").unwrap();
    let mebibyte = vec![b'y'; 1 << 20];
    for _ in 0..64 {
        file.write_all(&mebibyte).unwrap();
    }
    file.write_all(b"\n3,4\n").unwrap();
    drop(file);
    let mut reader = open(&path, &Options::default()).unwrap();
    let rows: Vec<_> = reader.records().collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[1].as_ref().unwrap_err().text.zh.contains("第 3 行"));

    let fits = [b"a,b\n1,".to_vec(), vec![b'z'; (1 << 20) - 2], b"\n3,4\n".to_vec()].concat();
    let (_, rows) = read("t.csv", &fits).unwrap();
    assert_eq!(rows.iter().flatten().count(), 2);
}

#[test]
fn records_cross_the_buffer_unharmed() {
    let mut text = String::from("编码,名称\n");
    for index in 0..60_000 {
        write!(text, "A{index},\"第{index}家，\"\"店\"\"\"\r\n").unwrap();
    }
    for bytes in [text.clone().into_bytes(), gb(&text)] {
        let (_, rows) = read("t.csv", &bytes).unwrap();
        assert_eq!(rows.len(), 60_000);
        assert!(rows.iter().enumerate().all(|(index, row)| {
            let row = row.as_ref().unwrap();
            row.row == index as u64 + 2 && row.cells == [format!("A{index}"), format!("第{index}家，\"店\"")]
        }));
    }
}

#[test]
fn a_file_that_turns_chinese_late_is_decided_by_its_first_chinese_line() {
    let mut text = String::from("code,name\n");
    for index in 0..150_000 {
        writeln!(text, "A{index},x").unwrap();
    }
    text.push_str("B1,长沙营业厅\n");
    let (reader, rows) = read("t.csv", &gb(&text)).unwrap();
    assert_eq!(reader.encoding(), Some(Encoding::Gb18030));
    assert_eq!(rows.last().unwrap().as_ref().unwrap().cells[1], "长沙营业厅");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        let tables = [bytes.clone(), [b"PK\x03\x04".as_slice(), &bytes].concat(), [b"a,b\n".as_slice(), &bytes].concat()];
        for bytes in tables {
            if let Ok((_, rows)) = read("t.csv", &bytes) {
                proptest::prop_assert!(rows.len() <= bytes.len() + 1);
            }
        }
    }
}
