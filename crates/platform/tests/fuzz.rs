//! Tables, workbooks, pictures, papers and parameters that were damaged: rows, a problem or a refusal, never a panic, and never more than the bounds allow.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

#[path = "../../testkit/shared/fuzzed.rs"]
mod fuzzed;

use qudao_kernel::{Kind, Refusal};
use qudao_platform::files::{DOCUMENTS, PAPERS, look};
use qudao_platform::params::Register;
use qudao_platform::sheet::{self, Cell, Column, ColumnType, CsvEncoding, Format, Limits, Options, RecordBuf, Step, TableWriter};
use std::path::Path;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const LIMITS: Limits = Limits { record_bytes: 1 << 16, columns: 64, unpacked_bytes: 4 << 20 };

/// Whoever sent the file is told what is wrong with it; it is no defect of ours.
fn told(refusal: &Refusal) {
    assert!(refusal.kind != Kind::Bug && !refusal.text.zh.is_empty() && !refusal.text.en.is_empty(), "{refusal:?}");
}

/// Reads a table to its end; every row has the header's number of cells and none is longer than allowed.
fn read(path: &Path) {
    let options = Options { limits: LIMITS, ..Options::default() };
    let mut reader = match sheet::open(path, &options) {
        Ok(reader) => reader,
        Err(refusal) => return told(&refusal),
    };
    let columns = reader.headers().len();
    assert!(columns <= LIMITS.columns);
    let (mut record, mut last) = (RecordBuf::new(), 0);
    loop {
        match reader.next_into(&mut record) {
            Ok(Step::Row) => {
                assert_eq!(record.iter().count(), columns);
                assert!(record.row() > last, "rows come in order");
                last = record.row();
            }
            Ok(Step::Bad(problem)) => assert!(!problem.text.zh.is_empty() && !problem.text.en.is_empty(), "{problem:?}"),
            Ok(Step::End) => return,
            Err(refusal) => return told(&refusal),
        }
    }
}

/// A table as we write it.
fn written(folder: &Path, name: &str, format: Format) -> Vec<u8> {
    let path = folder.join(name);
    let columns = [("编码", ColumnType::Text), ("名称", ColumnType::Text), ("金额", ColumnType::Money)];
    let columns: Vec<Column> = columns.map(|(title, ty)| Column::new(title, ty)).into();
    let mut writer = TableWriter::create(&path, &columns, format).unwrap();
    for number in 0..12 {
        let (code, name) = (format!("A{number:03}"), ["甲", "=SUM(A1)", "两\n行", "a,\"b\"", ""][number % 5]);
        writer.row(&[Cell::Text(&code), Cell::Text(name), Cell::Empty]).unwrap();
    }
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

const MARKS: &[&str] = &[
    ",",
    ";",
    "\t",
    "\"",
    "\"\"",
    "\r\n",
    "\n",
    "\r",
    "\u{feff}",
    "\u{0}",
    "'",
    "=",
    "编码",
    "金额",
    "，",
    "\u{3000}",
    "2026-02-30",
    "1e9",
    "99999999999999999999",
    "-",
];

#[test]
fn damaged_text_tables_are_read_or_refused() {
    // R0.7
    let folder = tempfile::tempdir().unwrap();
    let mut corpus = fuzzed::files(&Path::new(CRATE).join("../../examples/small"), "csv");
    for (name, encoding) in [("a.csv", CsvEncoding::Utf8), ("b.csv", CsvEncoding::Utf8Bom), ("c.csv", CsvEncoding::Gb18030)] {
        corpus.push(written(folder.path(), name, Format::Csv(encoding)));
    }
    let path = folder.path().join("fuzzed.csv");
    fuzzed::fuzz("csv", Path::new(CRATE), corpus, MARKS, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        read(&path);
    });
}

#[test]
fn damaged_workbooks_are_read_or_refused() {
    // R0.7
    let folder = tempfile::tempdir().unwrap();
    let corpus = vec![written(folder.path(), "a.xlsx", Format::Xlsx)];
    let path = folder.path().join("fuzzed.xlsx");
    fuzzed::fuzz(
        "xlsx",
        Path::new(CRATE),
        corpus,
        &["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "\u{0}\u{0}\u{0}\u{0}", "xl/worksheets/sheet1.xml", "<c>", "</row>"],
        |bytes| {
            std::fs::write(&path, bytes).unwrap();
            read(&path);
        },
    );
}

#[test]
fn workbooks_whose_parts_are_damaged_are_read_or_refused() {
    // R0.7: a damaged archive is mostly refused as one; here the archive is whole and what is in it is not
    use std::io::{Read as _, Write as _};
    let folder = tempfile::tempdir().unwrap();
    let bytes = written(folder.path(), "a.xlsx", Format::Xlsx);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        parts.push((part.name().unwrap().into_owned(), content));
    }
    let path = folder.path().join("fuzzed.xlsx");
    let packed = |changed: usize, content: &[u8]| {
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (at, (name, whole)) in parts.iter().enumerate() {
            writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(if at == changed { content } else { whole }).unwrap();
        }
        writer.finish().unwrap();
    };
    let corpus = parts.iter().map(|(_, content)| content.clone()).collect();
    let words: &[&str] = &[
        "<row r=\"1048577\">",
        "<c r=\"XFE9\" t=\"s\">",
        "<v>99999999999</v>",
        "</sheetData>",
        "<!DOCTYPE x [",
        "&#0;",
        "&amp;",
        "r=\"A0\"",
        "t=\"inlineStr\"",
        "<f>",
        ">",
        "<",
    ];
    fuzzed::fuzz("xlsx-parts", Path::new(CRATE), corpus, words, |bytes| {
        // Each in turn, so that every reader of a part meets what was meant for another.
        let changed = bytes.len() % parts.len();
        packed(changed, bytes);
        read(&path);
    });
}

#[test]
fn damaged_pictures_and_papers_are_known_or_refused() {
    // R0.15
    let folder = tempfile::tempdir().unwrap();
    let mut png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec();
    png.extend([0, 0, 6, 64, 0, 0, 4, 176, 8, 2, 0, 0, 0]);
    let corpus = vec![
        png,
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\x04\xb0\x06\x40\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01".to_vec(),
        b"RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x40\x06\xb0\x04\x02\x00".to_vec(),
        b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x3f\xc6\x2b\x11\x00".to_vec(),
        b"RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x3f\x06\x00\xaf\x04\x00".to_vec(),
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".to_vec(),
        b"PK\x03\x04....OFD.xml".to_vec(),
        written(folder.path(), "a.xlsx", Format::Xlsx),
        "编码,名称\nA1,甲\n".as_bytes().to_vec(),
    ];
    let words: &[&str] = &[
        "IHDR",
        "\u{ff}",
        "JFIF",
        "WEBP",
        "VP8 ",
        "VP8L",
        "VP8X",
        "%PDF-",
        "PK\u{3}\u{4}",
        "OFD.xml",
        "word/document.xml",
        "vbaProject.bin",
        "<svg",
        "MZ",
        "\u{0}",
    ];
    fuzzed::fuzz("files", Path::new(CRATE), corpus, words, |bytes| {
        for taken in [PAPERS, DOCUMENTS] {
            match look(bytes, taken) {
                Ok(content) => {
                    assert!(taken.contains(&content.kind));
                    assert!(u64::from(content.width) * u64::from(content.height) <= 50_000_000, "{}x{}", content.width, content.height);
                }
                Err(refusal) => told(&refusal),
            }
        }
    });
}

#[test]
fn damaged_parameters_are_refused_in_words() {
    // R0.11
    let corpus = fuzzed::files(&Path::new(CRATE).join("../../definitions/parameters"), "toml");
    let words: &[&str] = &[
        "[[parameter]]\n",
        "name = \"a\"\n",
        "unit = \"fen\"\n",
        "default = \"9\"\n",
        "serves = []\n",
        "= [",
        "]",
        "\"",
        "= -1\n",
        "lower = \"county\"\n",
        "\n",
        "\u{0}",
    ];
    fuzzed::fuzz("parameters", Path::new(CRATE), corpus, words, |bytes| {
        if let Err(refusal) = Register::read(&String::from_utf8_lossy(bytes), "a.toml") {
            assert!(!refusal.text.zh.is_empty() && !refusal.text.en.is_empty(), "{refusal:?}");
        }
    });
}
