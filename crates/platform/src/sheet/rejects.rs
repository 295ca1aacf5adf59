//! The reject file: every row an import did not take, with the reason in both languages and the cells as they came, so that
//! the file can be corrected and imported again.

use super::problem::Problem;
use super::table::{Cell, Column, ColumnType, Format, TableWriter};
use qudao_kernel::Refusal;
use std::path::{Path, PathBuf};

/// Headers of the columns put before the original ones. An import passes over them.
pub(super) const HEADERS: [&str; 5] = ["行号 row", "列 column", "值 value", "原因", "reason"];

/// A reject file, created with its first row: an import without rejects leaves none.
pub struct Rejects {
    path: PathBuf,
    format: Format,
    headers: Vec<String>,
    /// Positions of the original columns; a corrected reject file has our own before them.
    kept: Vec<usize>,
    writer: Option<TableWriter>,
    rows: u64,
    last: Option<u64>,
}

impl Rejects {
    /// A reject file at this path for a table with these headers; CSV, or XLSX if the path says so.
    pub fn new(path: &Path, headers: &[String]) -> Self {
        let kept: Vec<usize> = (0..headers.len()).filter(|index| !Self::is_own_header(&headers[*index])).collect();
        let headers = kept.iter().map(|index| headers[*index].clone()).collect();
        Self { path: path.to_owned(), format: Format::by_path(path), headers, kept, writer: None, rows: 0, last: None }
    }

    /// Whether a header is one the reject file itself puts before the original columns.
    pub fn is_own_header(header: &str) -> bool {
        HEADERS.contains(&header)
    }

    /// Adds a row, once for each thing wrong with it; problems of one row must follow each other. `cells` are those of the
    /// row as the file has them, one for each header.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add<'a>(&mut self, problem: &Problem, cells: impl IntoIterator<Item = &'a str>) -> Result<(), Refusal> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => self.writer.insert(create(&self.path, &self.headers, self.format)?),
        };
        let original: Vec<&str> = cells.into_iter().collect();
        let mut cells = vec![Cell::Int(i64::try_from(problem.row).unwrap_or(i64::MAX))];
        cells.extend([&problem.column, &problem.value, &problem.text.zh, &problem.text.en].map(|text| Cell::Text(text.as_str())));
        cells.extend(self.kept.iter().map(|index| Cell::Text(original.get(*index).copied().unwrap_or(""))));
        writer.row(&cells)?;
        if self.last != Some(problem.row) {
            self.last = Some(problem.row);
            self.rows += 1;
        }
        Ok(())
    }

    /// Rows rejected so far; a row with several problems counts once.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Completes the file; its path, or `None` if nothing was rejected. An older reject file at the path is then removed.
    ///
    /// # Errors
    /// The file cannot be completed.
    pub fn finish(self) -> Result<Option<PathBuf>, Refusal> {
        if let Some(writer) = self.writer {
            writer.finish()?;
            return Ok(Some(self.path));
        }
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(super::refuse::unwritable(&self.path.to_string_lossy(), &error))
            }
            _ => Ok(None),
        }
    }
}

fn create(path: &Path, headers: &[String], format: Format) -> Result<TableWriter, Refusal> {
    let mut columns = vec![Column::new(HEADERS[0], ColumnType::Int)];
    columns.extend(HEADERS[1..].iter().map(|header| Column::new(*header, ColumnType::Text)));
    columns.extend(headers.iter().map(|header| Column::new(header.clone(), ColumnType::Text)));
    TableWriter::create(path, &columns, format)
}
