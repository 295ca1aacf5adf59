//! Several tables written together: the sheets of one workbook, or one CSV each. The same calls write both, so both say the same.
//!
//! Rows go to disk as they come; a sheet that is full goes on in the next one. The files stand under their names only after
//! [`Export::finish`].

use qudao_kernel::{Kind, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format as TableFormat, TableWriter, undated};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// What the tables are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// One workbook.
    Xlsx,
    /// One CSV per table.
    Csv,
}

/// How a row stands out in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// As any.
    Body,
    /// A sum.
    Total,
}

/// A table to be written.
pub(crate) struct SheetSpec {
    /// Tab of the workbook.
    pub(crate) tab: &'static str,
    /// End of the CSV's name.
    pub(crate) file: &'static str,
    /// Columns.
    pub(crate) columns: Vec<Column>,
}

/// Rows a sheet of a workbook can hold, header included.
const MOST_ROWS: u32 = 1_048_576;
/// Amounts up to 15 digits are exact in a cell; larger ones are written as text.
const EXACT: u64 = 999_999_999_999_999;

/// Tables being written.
pub(crate) struct Export {
    out: Out,
}

enum Out {
    Csv(Vec<(PathBuf, TableWriter)>),
    Xlsx(Box<Book>),
}

struct Book {
    path: PathBuf,
    workbook: Workbook,
    sheets: Vec<Pages>,
}

/// One table, over as many sheets as it needs.
struct Pages {
    spec: SheetSpec,
    full: Vec<Worksheet>,
    sheet: Worksheet,
    next: u32,
    widths: Vec<usize>,
    body: Vec<Format>,
    total: Vec<Format>,
}

impl Export {
    /// Begins the tables. `path` without extension; CSV files add the name of the table.
    ///
    /// # Errors
    /// A file cannot be created.
    pub(crate) fn create(path: &Path, format: FileFormat, specs: Vec<SheetSpec>) -> Result<Self, Refusal> {
        let out = match format {
            FileFormat::Csv => {
                let mut tables = Vec::with_capacity(specs.len());
                for spec in specs {
                    let file = with_end(path, &format!("-{}.csv", spec.file));
                    let writer = TableWriter::create(&file, &spec.columns, TableFormat::Csv(CsvEncoding::Utf8Bom))?;
                    tables.push((file, writer));
                }
                Out::Csv(tables)
            }
            FileFormat::Xlsx => Out::Xlsx(Box::new(Book::create(with_end(path, ".xlsx"), specs)?)),
        };
        Ok(Self { out })
    }

    /// Writes a row of a table.
    ///
    /// # Errors
    /// The disk is full, or the cells do not fit the columns.
    pub(crate) fn row(&mut self, table: usize, look: Look, cells: &[Cell<'_>]) -> Result<(), Refusal> {
        match &mut self.out {
            Out::Csv(tables) => tables[table].1.row(cells),
            Out::Xlsx(book) => book.row(table, look, cells),
        }
    }

    /// Completes the files and says where they are.
    ///
    /// # Errors
    /// The disk is full, or a file cannot be put in its place.
    pub(crate) fn finish(self) -> Result<Vec<PathBuf>, Refusal> {
        match self.out {
            Out::Csv(tables) => tables
                .into_iter()
                .map(|(path, table)| {
                    table.finish()?;
                    Ok(path)
                })
                .collect(),
            Out::Xlsx(book) => book.finish().map(|path| vec![path]),
        }
    }
}

impl Book {
    fn create(path: PathBuf, specs: Vec<SheetSpec>) -> Result<Self, Refusal> {
        let mut book = undated().map_err(|error| unwritable(&path, &error))?;
        let mut sheets = Vec::with_capacity(specs.len());
        for spec in specs {
            sheets.push(Pages::new(&mut book, spec).map_err(|error| unwritable(&path, &error))?);
        }
        Ok(Self { path, workbook: book, sheets })
    }

    fn row(&mut self, table: usize, look: Look, cells: &[Cell<'_>]) -> Result<(), Refusal> {
        let pages = &mut self.sheets[table];
        if pages.next >= MOST_ROWS {
            pages.turn(&mut self.workbook).map_err(|error| unwritable(&self.path, &error))?;
        }
        pages.row(look, cells).map_err(|error| unwritable(&self.path, &error))
    }

    fn finish(mut self) -> Result<PathBuf, Refusal> {
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let part = self.path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let written = self.write(&part);
        if written.is_err() {
            // The refusal below says what happened; a left-over part would only be in the way.
            std::fs::remove_file(&part).ok();
        }
        written.map_err(|error| unwritable(&self.path, &error))?;
        Ok(self.path)
    }

    fn write(&mut self, part: &Path) -> Result<(), XlsxError> {
        for pages in std::mem::take(&mut self.sheets) {
            for sheet in pages.finish()? {
                self.workbook.push_worksheet(sheet);
            }
        }
        self.workbook.save(part)?;
        Ok(std::fs::rename(part, &self.path)?)
    }
}

impl Pages {
    fn new(book: &mut Workbook, spec: SheetSpec) -> Result<Self, XlsxError> {
        let body = spec.columns.iter().map(|column| format_of(column.ty)).collect();
        let total = spec
            .columns
            .iter()
            .map(|column| format_of(column.ty).set_bold().set_border_top(FormatBorder::Thin).set_background_color(Color::RGB(0x00F2_F5F9)))
            .collect();
        let sheet = Self::sheet(book, &spec, 1)?;
        let widths = spec.columns.iter().map(|column| width(&column.title) + 3).collect();
        Ok(Self { spec, full: Vec::new(), sheet, next: 1, widths, body, total })
    }

    /// A sheet with its header.
    fn sheet(book: &mut Workbook, spec: &SheetSpec, number: usize) -> Result<Worksheet, XlsxError> {
        let head = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(Color::RGB(0x0012_3C69))
            .set_align(FormatAlign::VerticalCenter);
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        sheet.set_name(if number == 1 { spec.tab.to_owned() } else { format!("{}{number}", spec.tab) })?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        sheet.set_footer("&L&F&C&P / &N");
        for (column, heading) in (0_u16..).zip(&spec.columns) {
            let right = matches!(heading.ty, ColumnType::Int | ColumnType::Money);
            let format = if right { head.clone().set_align(FormatAlign::Right) } else { head.clone() };
            sheet.write_string_with_format(0, column, guarded(&heading.title).as_ref(), &format)?;
        }
        Ok(sheet)
    }

    /// Goes on in a new sheet.
    fn turn(&mut self, book: &mut Workbook) -> Result<(), XlsxError> {
        let fresh = Self::sheet(book, &self.spec, self.full.len() + 2)?;
        self.full.push(std::mem::replace(&mut self.sheet, fresh));
        self.next = 1;
        Ok(())
    }

    fn row(&mut self, look: Look, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        for (column, cell) in (0_u16..).zip(cells) {
            let shown = self.cell(column, look, cell)?;
            let widest = &mut self.widths[usize::from(column)];
            *widest = shown.max(*widest);
        }
        self.next += 1;
        Ok(())
    }

    /// Writes a cell; how many characters wide it is shown.
    fn cell(&mut self, column: u16, look: Look, cell: &Cell<'_>) -> Result<usize, XlsxError> {
        let formats = if look == Look::Total { &self.total } else { &self.body };
        let (sheet, row, format) = (&mut self.sheet, self.next, &formats[usize::from(column)]);
        let shown = match *cell {
            Cell::Empty => {
                if look == Look::Total {
                    sheet.write_blank(row, column, format)?;
                }
                return Ok(0);
            }
            Cell::Text(text) => {
                sheet.write_string_with_format(row, column, guarded(text).as_ref(), format)?;
                return Ok(width(text));
            }
            Cell::Int(number) if number.unsigned_abs() <= EXACT => {
                sheet.write_number_with_format(row, column, number as f64, format)?;
                number.to_string()
            }
            // A spreadsheet knows only floating numbers; within 15 digits the fen come back exactly.
            Cell::Money(amount) if amount.0.unsigned_abs() <= EXACT => {
                sheet.write_number_with_format(row, column, amount.0 as f64 / 100.0, format)?;
                amount.to_string()
            }
            Cell::Date(date) if serial(date).is_some() => {
                sheet.write_number_with_format(row, column, serial(date).unwrap_or_default(), format)?;
                date.to_string()
            }
            Cell::Int(number) => text(sheet, row, column, number.to_string(), format)?,
            Cell::Money(amount) => text(sheet, row, column, amount.plain(), format)?,
            Cell::Date(date) => text(sheet, row, column, date.to_string(), format)?,
            Cell::Month(month) => text(sheet, row, column, month.to_string(), format)?,
            Cell::Bool(value) => text(sheet, row, column, if value { "是" } else { "否" }.to_owned(), format)?,
        };
        Ok(shown.len())
    }

    fn finish(mut self) -> Result<Vec<Worksheet>, XlsxError> {
        self.full.push(self.sheet);
        for sheet in &mut self.full {
            for (column, width) in (0_u16..).zip(&self.widths) {
                sheet.set_column_width(column, (width + 2).clamp(8, 48) as f64)?;
            }
        }
        Ok(self.full)
    }
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, text: String, format: &Format) -> Result<String, XlsxError> {
    sheet.write_string_with_format(row, column, &text, format)?;
    Ok(text)
}

fn format_of(ty: ColumnType) -> Format {
    let format = Format::new();
    match ty {
        ColumnType::Int => format.set_num_format("#,##0").set_align(FormatAlign::Right),
        ColumnType::Money => format.set_num_format("#,##0.00").set_align(FormatAlign::Right),
        ColumnType::Date => format.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        ColumnType::Text | ColumnType::Month | ColumnType::Bool => format,
    }
}

/// The number a spreadsheet keeps for a date, from 1900-03-01 on, where its calendar is right.
fn serial(date: qudao_kernel::Date) -> Option<f64> {
    let days = i64::from(date.days()) + 25_569;
    (61..2_958_466).contains(&days).then_some(days as f64)
}

/// Text as it may stand in a cell: what a spreadsheet would run as a formula begins with an apostrophe, as in the CSV.
fn guarded(text: &str) -> Cow<'_, str> {
    let runs = |first: char| matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if text.trim_start_matches('\'').starts_with(runs) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Characters a text is wide: two for each that is not ASCII.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().map(std::ffi::OsStr::to_os_string).unwrap_or_default();
    name.push(end);
    path.with_file_name(name)
}

fn unwritable(path: &Path, error: &XlsxError) -> Refusal {
    let name = path.display();
    Refusal::new(
        Kind::Unavailable,
        "settle.export.unwritable",
        format!("无法写入 {name}:{error}；请检查磁盘空间与目录权限后重试"),
        format!("cannot write {name}: {error}; check disk space and the rights on the folder, then try again"),
    )
}
