//! XLSX as a writer of typed rows, in constant memory: rows go to disk as they come.

use super::guard::guarded;
use super::table::{Cell, Column, ColumnType, WriteError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use std::path::{Path, PathBuf};

/// Rows a sheet can hold, header included.
const MOST_ROWS: u32 = 1_048_576;
/// Amounts and numbers up to 15 digits are exact in a cell; larger ones are written as text.
const EXACT: u64 = 999_999_999_999_999;
/// Widest and narrowest column, in characters.
const WIDTHS: (usize, usize) = (8, 48);

/// A new workbook that does not say when it was written: the same content gives the same bytes.
///
/// # Errors
/// None in practice: the day it bears instead is a valid one.
pub fn undated() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    Ok(book)
}

/// A workbook with one sheet being written.
pub(super) struct XlsxOut {
    path: PathBuf,
    book: Workbook,
    sheet: Worksheet,
    formats: Vec<Format>,
    widths: Vec<usize>,
    next: u32,
}

impl XlsxOut {
    /// Creates the sheet and writes the header; the file itself is written by `finish`.
    pub(super) fn create(path: &Path, columns: &[Column]) -> Result<Self, WriteError> {
        let mut book = undated()?;
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        let mut widths = Vec::with_capacity(columns.len());
        for (column, spec) in (0_u16..).zip(columns) {
            sheet.write_string_with_format(0, column, guarded(&spec.title).as_ref(), &bold)?;
            widths.push(width(&spec.title) + 3);
        }
        let formats = columns.iter().map(|column| format_of(column.ty)).collect();
        Ok(Self { path: path.to_owned(), book, sheet, formats, widths, next: 1 })
    }

    /// Writes a row.
    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        if self.next >= MOST_ROWS {
            return Err(WriteError::TooManyRows);
        }
        for (column, cell) in (0_u16..).zip(cells) {
            let shown = self.cell(column, cell)?;
            let widest = &mut self.widths[usize::from(column)];
            *widest = shown.max(*widest);
        }
        self.next += 1;
        Ok(())
    }

    /// Writes one cell; how many characters wide it is shown.
    fn cell(&mut self, column: u16, cell: &Cell<'_>) -> Result<usize, WriteError> {
        let (sheet, row, format) = (&mut self.sheet, self.next, &self.formats[usize::from(column)]);
        match *cell {
            Cell::Empty => return Ok(0),
            Cell::Text(text) => {
                sheet.write_string(row, column, guarded(text).as_ref())?;
                return Ok(width(text));
            }
            Cell::Int(number) if number.unsigned_abs() <= EXACT => sheet.write_number_with_format(row, column, number as f64, format)?,
            Cell::Int(number) => sheet.write_string_with_format(row, column, number.to_string(), format)?,
            // A spreadsheet knows only floating numbers; within 15 digits the fen come back exactly.
            Cell::Money(amount) if amount.0.unsigned_abs() <= EXACT => {
                sheet.write_number_with_format(row, column, amount.0 as f64 / 100.0, format)?
            }
            Cell::Money(amount) => sheet.write_string_with_format(row, column, amount.plain(), format)?,
            Cell::Date(date) => match serial(date) {
                Some(serial) => sheet.write_number_with_format(row, column, serial, format)?,
                None => sheet.write_string(row, column, date.to_string())?,
            },
            Cell::Month(month) => sheet.write_string(row, column, month.to_string())?,
            Cell::Bool(value) => sheet.write_string(row, column, if value { "是" } else { "否" })?,
        };
        Ok(match cell {
            Cell::Money(amount) => amount.to_string().len(),
            Cell::Int(number) => number.to_string().len(),
            _ => 10,
        })
    }

    /// Writes the file.
    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        for (column, width) in (0_u16..).zip(&self.widths) {
            self.sheet.set_column_width(column, (*width + 1).clamp(WIDTHS.0, WIDTHS.1) as f64)?;
        }
        if let Some(last) = u16::try_from(self.widths.len()).ok().and_then(|count| count.checked_sub(1)) {
            self.sheet.autofilter(0, 0, self.next - 1, last)?;
        }
        self.book.push_worksheet(self.sheet);
        self.book.save(&self.path)?;
        Ok(())
    }
}

fn format_of(ty: ColumnType) -> Format {
    let format = Format::new();
    match ty {
        ColumnType::Int => format.set_num_format("0").set_align(FormatAlign::Right),
        ColumnType::Money => format.set_num_format("#,##0.00").set_align(FormatAlign::Right),
        ColumnType::Date => format.set_num_format("yyyy-mm-dd"),
        ColumnType::Text | ColumnType::Month | ColumnType::Bool => format,
    }
}

/// The number a spreadsheet keeps for a date, from 1900-03-01 on, where its calendar is right.
fn serial(date: qudao_kernel::Date) -> Option<f64> {
    let days = i64::from(date.days()) + 25_569;
    (61..2_958_466).contains(&days).then_some(days as f64)
}

/// Characters a text is wide: two for each that is not ASCII.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
