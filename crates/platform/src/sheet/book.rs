//! XLSX: cells of one sheet as text, row after row.
//!
//! The workbook is read by a thread of its own, a batch of rows ahead of the caller; when the caller stops, so does it.
//! Formulas count with the value last computed. A formula that never was computed, an error value, and a number Excel has
//! already rounded are problems of their row, not guesses.

use super::archive;
use super::problem::Problem;
use super::reader::Limits;
use super::record::RecordBuf;
use super::refuse;
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx};
use qudao_kernel::Refusal;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows handed over at a time, and batches waiting.
const BATCH_ROWS: usize = 256;
const BATCHES: usize = 4;

/// A problem of a cell; the column's name is put in by the reader, which knows the headers.
pub(super) struct CellProblem {
    /// Position of the cell, from 0.
    pub cell: usize,
    /// Its column, filled in by the reader.
    pub column: String,
    row: u64,
    value: String,
    code: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl From<CellProblem> for Problem {
    fn from(from: CellProblem) -> Self {
        Problem::new(from.row, &from.column, &from.value, from.code, from.zh, from.en)
    }
}

/// What reading one row gave.
pub(super) enum BookStep {
    /// A row, with its problem if it has one.
    Row(Option<CellProblem>),
    /// No more rows.
    End,
}

struct BookRow {
    record: RecordBuf,
    problem: Option<CellProblem>,
}

/// A sheet as a stream of rows.
pub(super) struct BookSource {
    rows: Receiver<Result<Vec<BookRow>, Refusal>>,
    batch: std::vec::IntoIter<BookRow>,
}

impl BookSource {
    /// Opens a sheet: the named one, or the first visible.
    pub(super) fn open(name: &str, mut file: File, sheet: Option<&str>, limits: Limits) -> Result<Self, Refusal> {
        archive::check(name, BufReader::new(&file), limits)?;
        file.rewind().map_err(|error| refuse::damaged(name, &error))?;
        let mut book = Xlsx::new(BufReader::new(file)).map_err(|error| refuse::damaged(name, &error))?;
        let sheet = choose(name, &book, sheet)?;
        let (sender, rows) = sync_channel(BATCHES);
        let name = name.to_owned();
        std::thread::Builder::new()
            .name("sheet".into())
            .spawn(move || {
                if let Err(refusal) = send_rows(&name, &mut book, &sheet, limits, &sender) {
                    // The caller may have stopped reading; then nobody wants to know.
                    sender.send(Err(refusal)).ok();
                }
            })
            .map_err(|error| refuse::unreadable("xlsx", &error))?;
        Ok(Self { rows, batch: Vec::new().into_iter() })
    }

    /// The next row, with its problem if it has one.
    pub(super) fn next_into(&mut self, record: &mut RecordBuf) -> Result<BookStep, Refusal> {
        loop {
            if let Some(row) = self.batch.next() {
                *record = row.record;
                return Ok(BookStep::Row(row.problem));
            }
            match self.rows.recv() {
                Ok(batch) => self.batch = batch?.into_iter(),
                Err(_) => return Ok(BookStep::End),
            }
        }
    }
}

fn choose(name: &str, book: &Xlsx<BufReader<File>>, wanted: Option<&str>) -> Result<String, Refusal> {
    let sheets = book.sheets_metadata();
    let found = match wanted {
        Some(wanted) => sheets.iter().find(|sheet| sheet.name == wanted),
        None => sheets.iter().find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        let wanted = wanted.unwrap_or_default();
        let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        Refusal::bad_input(
            "sheet.book.sheet",
            format!("{name} 中没有工作表“{wanted}”；现有：{}", names.join("、")),
            format!("{name} has no sheet \"{wanted}\"; it has: {}", names.join(", ")),
        )
    })
}

/// A row while its cells come in.
struct Building {
    index: Option<u32>,
    record: RecordBuf,
    problem: Option<CellProblem>,
    batch: Vec<BookRow>,
}

fn send_rows(
    name: &str,
    book: &mut Xlsx<BufReader<File>>,
    sheet: &str,
    limits: Limits,
    sender: &SyncSender<Result<Vec<BookRow>, Refusal>>,
) -> Result<(), Refusal> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| refuse::damaged(name, &error))?;
    let mut row = Building { index: None, record: RecordBuf::new(), problem: None, batch: Vec::new() };
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|error| refuse::damaged(name, &error))? {
        let (index, column) = (cell.pos.0, cell.pos.1 as usize);
        if row.index != Some(index) {
            row.close();
            if row.batch.len() >= BATCH_ROWS && sender.send(Ok(std::mem::take(&mut row.batch))).is_err() {
                return Ok(());
            }
            row.index = Some(index);
        }
        if column >= limits.columns {
            if matches!(cell.value, DataRef::Empty) {
                continue;
            }
            return Err(refuse::too_many_columns(name, u64::from(index) + 1, limits.columns));
        }
        row.add(u64::from(index) + 1, column, &cell.value, cell.formula.is_some());
        if row.record.text.len() > limits.record_bytes {
            return Err(refuse::too_long(name, u64::from(index) + 1, limits.record_bytes));
        }
    }
    row.close();
    sender.send(Ok(row.batch)).ok();
    Ok(())
}

impl Building {
    fn close(&mut self) {
        if let Some(index) = self.index.take() {
            self.record.row = u64::from(index) + 1;
            self.batch.push(BookRow { record: std::mem::take(&mut self.record), problem: self.problem.take() });
        }
    }

    fn add(&mut self, row: u64, column: usize, value: &DataRef<'_>, is_formula: bool) {
        while self.record.len() < column {
            self.record.push("");
        }
        let (text, problem) = match value {
            DataRef::Empty if is_formula => (String::new(), Some(NEVER_COMPUTED)),
            DataRef::Empty => (String::new(), None),
            DataRef::String(text) => (text.clone(), None),
            DataRef::SharedString(text) => ((*text).to_owned(), None),
            DataRef::Int(number) => (number.to_string(), None),
            DataRef::Float(number) => number_text(*number),
            DataRef::Bool(value) => (if *value { "TRUE" } else { "FALSE" }.to_owned(), None),
            DataRef::DateTime(moment) => moment_text(moment),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.trim_end_matches("T00:00:00").to_owned(), None),
            DataRef::Error(error) => (error.to_string(), Some(ERROR_VALUE)),
        };
        if let Some((code, zh, en)) = problem {
            self.problem.get_or_insert(CellProblem { cell: column, column: String::new(), row, value: text.clone(), code, zh, en });
        }
        self.record.push(&text);
    }
}

type Wrong = (&'static str, &'static str, &'static str);

const NEVER_COMPUTED: Wrong = (
    "sheet.cell.formula",
    "公式没有计算结果；请用 Excel 或 WPS 打开并保存一次，或粘贴为数值",
    "the formula has no computed value; open and save the file in a spreadsheet program once, or paste values",
);
const ERROR_VALUE: Wrong =
    ("sheet.cell.error", "单元格是错误值；请更正公式或改为数值", "the cell is an error value; correct the formula or enter a value");
const ROUNDED: Wrong = (
    "sheet.cell.digits",
    "数字超过 15 位，Excel 已丢失末尾数字；请将该列设为文本格式后重新录入",
    "the number has more than 15 digits and Excel has dropped the last ones; format the column as text and enter it again",
);

const NO_DATE: Wrong = ("sheet.cell.date", "不是有效的日期；请按 2026-07-31 填写", "not a valid date; write it as 2026-07-31");

/// Largest whole number a spreadsheet keeps exactly: 15 digits.
const MOST_DIGITS: f64 = 1e15;

/// A number as the spreadsheet shows it unformatted: at most 15 significant digits, never an exponent, no `.0`.
fn number_text(number: f64) -> (String, Option<Wrong>) {
    let shortest = number.to_string();
    if number.abs() >= MOST_DIGITS || !number.is_finite() {
        return (shortest, Some(ROUNDED));
    }
    if shortest.bytes().filter(u8::is_ascii_digit).count() <= 15 {
        return (if shortest == "-0" { "0".to_owned() } else { shortest }, None);
    }
    // 0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3.
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    (rounded.to_string(), None)
}

/// A date as ISO text; with the time where it is not midnight, and a mere time of day as such.
fn moment_text(moment: &ExcelDateTime) -> (String, Option<Wrong>) {
    let serial = moment.as_f64();
    if !(0.0..3_000_000.0).contains(&serial) {
        return (serial.to_string(), Some(NO_DATE));
    }
    if moment.is_duration() {
        let seconds = (serial * 86_400.0).round() as u64;
        return (format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60), None);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    match serial {
        _ if serial < 1.0 => (clock, None),
        _ if clock == "00:00:00" => (format!("{year:04}-{month:02}-{day:02}"), None),
        _ => (format!("{year:04}-{month:02}-{day:02} {clock}"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn numbers_are_text_exactly() {
        // R0.7: whole numbers without .0, money to the fen
        let text = |number: f64| number_text(number).0;
        assert_eq!(text(25.8), "25.8");
        assert_eq!(text(130_000.0), "130000");
        assert_eq!(text(0.1 + 0.2), "0.3");
        assert_eq!(text(43_333.34), "43333.34");
        assert_eq!(text(13_800_000_000.0), "13800000000");
        assert_eq!(text(-0.0), "0");
        assert!(number_text(8.986_001e18).1.is_some());
        for fen in (0..1_000_000_i64).step_by(7).chain([999_999_999_999_999]) {
            let yuan = fen as f64 / 100.0;
            assert_eq!(text(yuan).parse::<qudao_kernel::Fen>().unwrap().0, fen);
        }
    }

    #[test]
    fn dates_are_iso() {
        let text = |serial: f64, is_1904: bool| moment_text(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904)).0;
        assert_eq!(text(46_234.0, false), "2026-07-31");
        assert_eq!(text(44_772.0, true), "2026-07-31");
        assert_eq!(text(46_234.430_902_777_78, false), "2026-07-31 10:20:30");
        assert_eq!(text(1.0, false), "1900-01-01");
        assert_eq!(text(61.0, false), "1900-03-01");
        assert_eq!(text(0.5, false), "12:00:00");
    }
}
