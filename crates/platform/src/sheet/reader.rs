//! One reader over both kinds of file.

use super::book::{BookSource, BookStep};
use super::encoding::Encoding;
use super::header;
use super::problem::Problem;
use super::record::{Record, RecordBuf};
use super::refuse::{self, unreadable};
use super::text::{Found, TextSource};
use qudao_kernel::{Kind, Refusal};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// How much a file may ask of us.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest record in bytes.
    pub record_bytes: usize,
    /// Most columns.
    pub columns: usize,
    /// Most bytes an XLSX may unpack to, all parts together.
    pub unpacked_bytes: u64,
}

/// How to read a file. The default suits every file; the fields pin what would otherwise be found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Encoding of a text file.
    pub encoding: Option<Encoding>,
    /// Byte between the cells of a text file.
    pub delimiter: Option<u8>,
    /// Sheet of a workbook; the first visible one where absent.
    pub sheet: Option<String>,
    /// Bounds.
    pub limits: Limits,
}

impl Default for Limits {
    /// 1 MiB a record, 512 columns, 1 GiB unpacked.
    fn default() -> Self {
        Self { record_bytes: 1 << 20, columns: 512, unpacked_bytes: 1 << 30 }
    }
}

/// What reading one step gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// A row; it is in the buffer, with as many cells as there are headers.
    Row,
    /// A row that cannot be taken; the buffer holds its number and its cells as far as they can be shown.
    Bad(Problem),
    /// No more rows.
    End,
}

enum Source {
    Text(Box<TextSource>),
    Book(BookSource),
}

/// A table being read.
pub struct Reader {
    name: String,
    headers: Vec<String>,
    source: Source,
    columns: usize,
}

/// Opens a CSV, TSV or XLSX file and reads its header. What it is is told by its content, not by its name.
///
/// # Errors
/// The file is missing, unreadable, empty, of another kind, has no usable header, or passes a limit.
pub fn open(path: &Path, options: &Options) -> Result<Reader, Refusal> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::new(
            Kind::NotFound,
            "sheet.file.missing",
            format!("找不到文件 {}；请检查路径", path.display()),
            format!("there is no file {}; check the path", path.display()),
        ),
        _ => unreadable(&name, &error),
    })?;
    let mut magic = [0; 8];
    let mut length = 0;
    while length < magic.len() {
        match file.read(&mut magic[length..]).map_err(|error| unreadable(&name, &error))? {
            0 => break,
            read => length += read,
        }
    }
    file.rewind().map_err(|error| unreadable(&name, &error))?;
    if magic.starts_with(b"PK\x03\x04") {
        let source = BookSource::open(&name, file, options.sheet.as_deref(), options.limits)?;
        return Reader::start(name, Source::Book(source), options.limits);
    }
    if magic.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Refusal::bad_input(
            "sheet.file.kind",
            format!("{name} 是旧版 XLS 或加密的工作簿；请取消密码并另存为 XLSX 后重新上传"),
            format!("{name} is an old XLS or an encrypted workbook; remove the password, save it as XLSX and upload it again"),
        ));
    }
    read_text(&name, Box::new(file), options)
}

/// Reads CSV or TSV from any source; `name` stands for the file in messages.
///
/// # Errors
/// As [`open`].
pub fn read_text(name: &str, source: Box<dyn Read + Send>, options: &Options) -> Result<Reader, Refusal> {
    let text = TextSource::open(name, source, options.limits.record_bytes, options.encoding, options.delimiter)?;
    Reader::start(name.to_owned(), Source::Text(Box::new(text)), options.limits)
}

impl Reader {
    fn start(name: String, source: Source, limits: Limits) -> Result<Self, Refusal> {
        let mut reader = Self { name, headers: Vec::new(), source, columns: limits.columns };
        let mut record = RecordBuf::new();
        match reader.step(&mut record)? {
            Step::Row => {}
            Step::Bad(problem) => return Err(problem.refusal(&reader.name)),
            Step::End => {
                let name = &reader.name;
                return Err(Refusal::bad_input(
                    "sheet.file.empty",
                    format!("{name} 是空的；第一行应为表头，其后为数据"),
                    format!("{name} is empty; the first row must be the header, then the data"),
                ));
            }
        }
        reader.headers = header::headers(&reader.name, &record, limits.columns)?;
        Ok(reader)
    }

    /// The headers in file order, trimmed. A column without a header has an empty one.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The file's name, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The encoding of a text file; `None` for a workbook and while all text was ASCII.
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.source {
            Source::Text(text) => text.encoding(),
            Source::Book(_) => None,
        }
    }

    /// The byte between the cells of a text file.
    pub fn delimiter(&self) -> Option<u8> {
        match &self.source {
            Source::Text(text) => Some(text.delimiter()),
            Source::Book(_) => None,
        }
    }

    /// Reads the next row into the buffer. Blank rows are passed over.
    ///
    /// # Errors
    /// The file cannot be read further; rows already read stand.
    pub fn next_into(&mut self, record: &mut RecordBuf) -> Result<Step, Refusal> {
        self.step(record)
    }

    /// Rows as owned records, each row that cannot be taken as its refusal. Ends after a refusal of the file.
    pub fn records(&mut self) -> impl Iterator<Item = Result<Record, Refusal>> + '_ {
        let mut record = RecordBuf::new();
        let mut ended = false;
        std::iter::from_fn(move || {
            if ended {
                return None;
            }
            match self.next_into(&mut record) {
                Ok(Step::Row) => Some(Ok(record.to_record())),
                Ok(Step::Bad(problem)) => Some(Err(problem.refusal(&self.name))),
                Ok(Step::End) => None,
                Err(refusal) => {
                    ended = true;
                    Some(Err(refusal))
                }
            }
        })
    }

    fn step(&mut self, record: &mut RecordBuf) -> Result<Step, Refusal> {
        loop {
            let problem = match &mut self.source {
                Source::Text(text) => match text.next_into(record)? {
                    Found::End => return Ok(Step::End),
                    Found::Whole { cut } => cut_off(cut, record, self.headers.len()),
                    Found::Broken { cell, bytes } => Some(broken(&self.headers, record, cell, &bytes, text.encoding())),
                    Found::Foreign { cell } => Some(foreign(&self.headers, record, cell)),
                },
                Source::Book(book) => match book.next_into(record)? {
                    BookStep::End => return Ok(Step::End),
                    BookStep::Row(problem) => problem.map(|mut problem| {
                        problem.column = column_name(&self.headers, problem.cell);
                        problem.into()
                    }),
                },
            };
            if record.len() > self.columns {
                return Err(refuse::too_many_columns(&self.name, record.row(), self.columns));
            }
            if problem.is_none() && record.is_blank() {
                continue;
            }
            let width = self.headers.len();
            let fits = width == 0 || record.fit(width);
            return Ok(match problem {
                Some(problem) => Step::Bad(problem),
                None if fits => Step::Row,
                None => Step::Bad(too_wide(record, width)),
            });
        }
    }
}

/// The column of a cell for messages: its header, or its letter where it has none.
fn column_name(headers: &[String], cell: usize) -> String {
    headers.get(cell).filter(|header| !header.is_empty()).cloned().unwrap_or_else(|| header::letter(cell))
}

fn cut_off(cut: bool, record: &RecordBuf, width: usize) -> Option<Problem> {
    (cut && record.len() < width).then(|| {
        Problem::new(
            record.row(),
            "",
            "",
            "sheet.record.cut",
            format!("最后一行只有 {} 格而表头有 {width} 格，且没有换行，文件可能不完整；请重新导出或补全该行", record.len()),
            format!(
                "the last row has {} cells of {width} and no line end, the file may be cut off; export it again or complete the row",
                record.len()
            ),
        )
    })
}

fn too_wide(record: &RecordBuf, width: usize) -> Problem {
    let extra = record.get(width);
    Problem::new(
        record.row(),
        "",
        extra,
        "sheet.record.cells",
        format!("该行有 {} 格而表头只有 {width} 格；含分隔符的内容请用双引号括起", record.len()),
        format!("the row has {} cells, the header {width}; put cells that contain the delimiter in double quotes", record.len()),
    )
}

fn broken(headers: &[String], record: &RecordBuf, cell: usize, bytes: &str, encoding: Option<Encoding>) -> Problem {
    let encoding = encoding.unwrap_or(Encoding::Utf8).name();
    Problem::new(
        record.row(),
        &column_name(headers, cell),
        bytes,
        "sheet.cell.encoding",
        format!("字节不是有效的 {encoding} 字符；请在源系统更正该字符，或用同一种编码重新导出"),
        format!("the bytes are no {encoding} character; correct the character in the source, or export the file in one encoding"),
    )
}

fn foreign(headers: &[String], record: &RecordBuf, cell: usize) -> Problem {
    Problem::new(
        record.row(),
        &column_name(headers, cell),
        record.get(cell),
        "sheet.cell.encoding",
        "该行是 UTF-8，而文件的其余部分是 GB18030，可能由两份导出拼接而成；请用同一种编码重新导出",
        "the row is UTF-8 and the rest of the file GB18030, as where two exports were joined; export the file in one encoding",
    )
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
