//! A first look into a file: its headers, some rows, and what they probably mean.

use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, Table};
use qudao_platform::columnar::facts::Mapping;
use qudao_platform::sheet::{self, Options, RecordBuf, Step};
use std::collections::BTreeSet;
use std::path::Path;

/// Rows shown.
const SAMPLE: usize = 8;
/// Rows looked at for kinds.
const LOOKED_AT: usize = 2_000;
/// Most unknown kinds shown.
const MOST_KINDS: usize = 30;

/// What a first look shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Headers in file order.
    pub headers: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// Encoding of a text file.
    pub encoding: Option<String>,
    /// Kinds in the file that the table does not know, under the mapping given.
    pub unknown_kinds: Vec<String>,
}

/// What a file probably holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The table its headers fit best; `None` where they fit none.
    pub table: Option<Table>,
}

impl Preview {
    /// The table whose columns the headers name most of. A file's own name counts where it begins with a table's.
    pub fn propose(&self, file: &str) -> Proposed {
        let name = file.to_lowercase();
        if let Some(table) = Table::ALL.into_iter().find(|table| name.starts_with(table.name()) || name.starts_with(table.label())) {
            return Proposed { table: Some(table) };
        }
        let found: Vec<Col> = self.headers.iter().filter_map(|header| Col::by_header(header)).collect();
        let score = |table: &Table| {
            let required = table.required().iter().filter(|col| found.contains(col)).count();
            let missing = table.required().len() - required;
            let all = found.iter().filter(|col| table.has(**col)).count();
            (std::cmp::Reverse(missing), all)
        };
        let table = Table::ALL.into_iter().rev().max_by_key(score).filter(|table| score(table).1 >= 2);
        Proposed { table }
    }

    /// For each header the column it means in a table, by the mapping or by name; `None` where it is passed over.
    pub fn columns(&self, table: Table, mapping: &Mapping) -> Vec<Option<Col>> {
        let col = |header: &String| {
            let col = match mapping.columns.get(header) {
                Some(name) => Col::ALL.iter().copied().find(|col| col.name() == name || col.label() == name),
                None => Col::by_header(header),
            };
            col.filter(|col| table.has(*col))
        };
        self.headers.iter().map(col).collect()
    }
}

/// Looks into a file. `table` and `mapping` say which kinds are known.
///
/// # Errors
/// The file cannot be read as a table; the message says what it is and what to do.
pub fn preview(path: &Path, table: Option<Table>, mapping: &Mapping) -> Result<Preview, Refusal> {
    let mut reader = sheet::open(path, &Options::default())?;
    let mut preview = Preview { headers: reader.headers().to_vec(), rows: Vec::new(), encoding: None, unknown_kinds: Vec::new() };
    let table = table.or_else(|| preview.propose(&path.file_name().unwrap_or_default().to_string_lossy()).table);
    let kind_at = table.and_then(|table| preview.columns(table, mapping).iter().position(|col| *col == Some(Col::Kind)));
    let mut unknown = BTreeSet::new();
    let mut record = RecordBuf::new();
    for _ in 0..LOOKED_AT {
        match reader.next_into(&mut record)? {
            Step::End => break,
            Step::Bad(_) => continue,
            Step::Row => {}
        }
        if preview.rows.len() < SAMPLE {
            preview.rows.push(record.to_record().cells);
        }
        if let (Some(table), Some(at)) = (table, kind_at) {
            let kind = record.trimmed(at);
            if !kind.is_empty() && unknown.len() < MOST_KINDS && mapping.kind(table, kind).is_none() {
                unknown.insert(kind.to_owned());
            }
        }
    }
    preview.encoding = reader.encoding().map(|encoding| encoding.name().to_owned());
    preview.unknown_kinds = unknown.into_iter().collect();
    Ok(preview)
}

/// Refuses by its first bytes what is plainly no table: a picture, a document, a program.
///
/// # Errors
/// `BadInput trade.upload.kind`.
pub fn kind_of_content(file: &str, first: &[u8]) -> Result<(), Refusal> {
    const KNOWN: [(&[u8], &str, &str); 9] = [
        (b"\xff\xd8\xff", "图片", "a picture"),
        (b"\x89PNG", "图片", "a picture"),
        (b"GIF8", "图片", "a picture"),
        (b"RIFF", "图片或音视频", "a picture or a film"),
        (b"%PDF", "PDF 文档", "a PDF document"),
        (b"\x1f\x8b", "压缩包", "an archive"),
        (b"7z\xbc\xaf", "压缩包", "an archive"),
        (b"Rar!", "压缩包", "an archive"),
        (b"PAR1", "Parquet 文件", "a Parquet file"),
    ];
    let Some((_, zh, en)) = KNOWN.iter().find(|(magic, ..)| first.starts_with(magic)) else { return Ok(()) };
    Err(Refusal::bad_input(
        "trade.upload.kind",
        format!("{file} 是{zh}，不是数据表；请上传 CSV、TSV 或 XLSX 文件"),
        format!("{file} is {en}, not a table; upload a CSV, TSV or XLSX file"),
    ))
}
