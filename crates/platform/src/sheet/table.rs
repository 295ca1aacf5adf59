//! Writing a table: typed columns, one row after the other, as CSV or XLSX.

use super::csv_out::CsvOut;
use super::refuse;
use super::xlsx_out::XlsxOut;
use qudao_kernel::{Date, Fen, Kind, Month, Refusal};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Type of an export's column; it decides alignment and number format in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole number.
    Int,
    /// Money in fen, written as yuan: `130000.00` in CSV, `#,##0.00` in XLSX.
    Money,
    /// Date, `2026-07-31`.
    Date,
    /// Month, `2026-07`.
    Month,
    /// 是 or 否.
    Bool,
}

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Header.
    pub title: String,
    /// Type of its cells.
    pub ty: ColumnType,
}

/// A cell of an export. An empty cell may stand in any column; the others must fit the column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text; what a spreadsheet would run as a formula is neutralised by a leading apostrophe.
    Text(&'a str),
    /// Whole number.
    Int(i64),
    /// Money.
    Money(Fen),
    /// Date.
    Date(Date),
    /// Month.
    Month(Month),
    /// Yes or no.
    Bool(bool),
}

/// Encoding of a written CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvEncoding {
    /// UTF-8 with a byte order mark, which Excel needs to show Chinese.
    Utf8Bom,
    /// UTF-8, for programs.
    Utf8,
    /// GB18030, for older systems.
    Gb18030,
}

/// File format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSV with commas and CRLF.
    Csv(CsvEncoding),
    /// XLSX with a frozen bold header, a filter and column widths.
    Xlsx,
}

enum Out {
    Csv(CsvOut),
    Xlsx(Box<XlsxOut>),
}

/// A table being written. The file stands under its name only after [`TableWriter::finish`]; dropped before, nothing is left.
pub struct TableWriter {
    path: PathBuf,
    part: Part,
    name: String,
    types: Vec<ColumnType>,
    rows: u64,
    out: Out,
}

/// The unfinished file beside its final place, removed unless it was moved there.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // Nothing there is the usual case: it was renamed.
        std::fs::remove_file(&self.0).ok();
    }
}

impl Column {
    /// A column.
    pub fn new(title: impl Into<String>, ty: ColumnType) -> Self {
        Self { title: title.into(), ty }
    }
}

impl Format {
    /// The format a path's extension names; CSV for Excel unless it is `.xlsx`.
    pub fn by_path(path: &Path) -> Format {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx")) {
            Format::Xlsx
        } else {
            Format::Csv(CsvEncoding::Utf8Bom)
        }
    }

    /// The file extension.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Csv(_) => "csv",
            Format::Xlsx => "xlsx",
        }
    }
}

impl TableWriter {
    /// Begins a table and writes its header.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path, columns: &[Column], format: Format) -> Result<Self, Refusal> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let part = Part(path.with_file_name(format!(".{name}.{}.part", std::process::id())));
        let out = match format {
            Format::Csv(encoding) => CsvOut::create(&part.0, columns, encoding).map(Out::Csv),
            Format::Xlsx => XlsxOut::create(&part.0, columns).map(|out| Out::Xlsx(Box::new(out))),
        };
        let out = out.map_err(|error| refuse::unwritable(&name, &error))?;
        Ok(Self { path: path.to_owned(), part, name, types: columns.iter().map(|column| column.ty).collect(), rows: 0, out })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The disk is full, a cell or the table is beyond what a workbook can hold, or the cells do not fit the columns.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), Refusal> {
        if cells.len() != self.types.len() || !cells.iter().zip(&self.types).all(|(cell, ty)| cell.fits(*ty)) {
            return Err(Refusal::new(
                Kind::Bug,
                "sheet.table.cells",
                format!("导出 {} 第 {} 行的单元格与列不符", self.name, self.rows + 2),
                format!("export {}, row {}: the cells do not fit the columns", self.name, self.rows + 2),
            ));
        }
        match &mut self.out {
            Out::Csv(out) => out.row(cells),
            Out::Xlsx(out) => out.row(cells),
        }
        .map_err(|error| refuse::unwritable(&self.name, &error))?;
        self.rows += 1;
        Ok(())
    }

    /// Rows written so far, without the header.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Completes the file and puts it in its place, replacing an older one; the number of rows without the header.
    ///
    /// # Errors
    /// The disk is full, or the file cannot be put there.
    pub fn finish(self) -> Result<u64, Refusal> {
        match self.out {
            Out::Csv(out) => out.finish(),
            Out::Xlsx(out) => out.finish(),
        }
        .and_then(|()| Ok(std::fs::rename(&self.part.0, &self.path)?))
        .map_err(|error| refuse::unwritable(&self.name, &error))?;
        Ok(self.rows)
    }
}

impl Cell<'_> {
    /// The cell as CSV shows it, before anything is neutralised or quoted.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Int(number) => number.to_string().into(),
            Cell::Money(amount) => amount.plain().into(),
            Cell::Date(date) => date.to_string().into(),
            Cell::Month(month) => month.to_string().into(),
            Cell::Bool(value) => Cow::Borrowed(if *value { "是" } else { "否" }),
        }
    }

    fn fits(&self, ty: ColumnType) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(_) => ty == ColumnType::Text,
            Cell::Int(_) => ty == ColumnType::Int,
            Cell::Money(_) => ty == ColumnType::Money,
            Cell::Date(_) => ty == ColumnType::Date,
            Cell::Month(_) => ty == ColumnType::Month,
            Cell::Bool(_) => ty == ColumnType::Bool,
        }
    }
}

/// What went wrong while writing, before it is put into words with the file's name.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// The file system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The workbook, mostly its bounds.
    #[error(transparent)]
    Book(#[from] rust_xlsxwriter::XlsxError),
    /// A character GB18030 does not have.
    #[error("a character of {0:?} does not exist in GB18030")]
    Unmappable(String),
    /// A workbook has no more rows.
    #[error("a workbook holds at most 1048576 rows, use CSV")]
    TooManyRows,
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
