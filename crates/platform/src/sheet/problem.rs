//! What is wrong with one row.

use qudao_kernel::{Refusal, Text};

/// A row that cannot be taken as it stands: where, what was found, why, and what to do. Other rows are not affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Row in the file, from 1; the header is row 1.
    pub row: u64,
    /// Header of the column, empty where the whole row is meant.
    pub column: String,
    /// What stood there, cut to a readable length.
    pub value: String,
    /// Stable code, `area.noun.reason`.
    pub code: &'static str,
    /// What is wrong and what to do, in both languages, without row, column and value.
    pub text: Text,
}

/// Most characters of a cell that a message repeats.
const VALUE_CHARS: usize = 60;

impl Problem {
    /// A problem with one cell, or with the row where `column` is empty.
    pub fn new(row: u64, column: &str, value: &str, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { row, column: column.to_owned(), value: value.chars().take(VALUE_CHARS).collect(), code, text: Text::new(zh, en) }
    }

    /// The problem as a refusal of the file, for callers that take all rows or none.
    pub fn refusal(&self, file: &str) -> Refusal {
        let Self { row, column, value, .. } = self;
        let (zh, en) = if column.is_empty() {
            (format!("{file} 第 {row} 行"), format!("{file}, row {row}"))
        } else {
            (format!("{file} 第 {row} 行，列“{column}”，值“{value}”"), format!("{file}, row {row}, column \"{column}\", value \"{value}\""))
        };
        Refusal::bad_input(self.code, format!("{zh}：{}", self.text.zh), format!("{en}: {}", self.text.en))
    }
}
