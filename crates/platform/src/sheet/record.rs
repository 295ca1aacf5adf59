//! One row of a table, as text cells in a buffer that is used again for every row.

use super::guard;
use std::ops::Range;

/// A reusable buffer holding one record. Cells are slices of one text; reading a million rows allocates once.
#[derive(Debug, Clone, Default)]
pub struct RecordBuf {
    pub(super) row: u64,
    pub(super) text: String,
    pub(super) cells: Vec<Range<u32>>,
}

/// A record that owns its cells, for callers that keep rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Row in the file, from 1; the header is row 1.
    pub row: u64,
    /// Cells in file order, as many as there are headers.
    pub cells: Vec<String>,
}

impl RecordBuf {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// A record that comes from no file, for checking values by the rules of a file.
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        let mut record = Self::default();
        for cell in cells {
            record.push(&guard::guarded(cell));
        }
        record
    }

    /// Row in the file, from 1; the header is row 1.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell at a position from 0, as it stands in the file, without the apostrophe that neutralises a formula; empty
    /// past the end.
    pub fn get(&self, index: usize) -> &str {
        guard::unguarded(self.raw(index))
    }

    /// The cell without surrounding blanks, as codes, numbers and dates are read.
    pub fn trimmed(&self, index: usize) -> &str {
        self.get(index).trim_matches(is_blank)
    }

    /// Cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// A copy that owns its cells.
    pub fn to_record(&self) -> Record {
        Record { row: self.row, cells: self.iter().map(str::to_owned).collect() }
    }

    pub(super) fn raw(&self, index: usize) -> &str {
        self.cells.get(index).and_then(|cell| self.text.get(cell.start as usize..cell.end as usize)).unwrap_or("")
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    /// Appends a cell at the end of the text.
    pub(super) fn push(&mut self, cell: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(cell);
        self.cells.push(start..self.text.len() as u32);
    }

    /// Whether every cell is empty or blank.
    pub(super) fn is_blank(&self) -> bool {
        (0..self.len()).all(|index| self.raw(index).chars().all(is_blank))
    }

    /// Makes the number of cells `width`: missing cells are empty, empty ones beyond are dropped. Whether that was possible.
    pub(super) fn fit(&mut self, width: usize) -> bool {
        let end = self.text.len() as u32;
        while self.cells.len() < width {
            self.cells.push(end..end);
        }
        while self.cells.len() > width && self.raw(self.cells.len() - 1).chars().all(is_blank) {
            self.cells.pop();
        }
        self.cells.len() == width
    }
}

/// Blanks as people leave them in cells: white space, no-break and zero-width spaces, a byte order mark.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}
