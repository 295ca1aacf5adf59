//! CSV as a writer of typed rows.

use super::guard::guarded;
use super::table::{Cell, Column, CsvEncoding, WriteError};
use encoding_rs::GB18030;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// A CSV file being written.
pub(super) struct CsvOut {
    file: BufWriter<File>,
    encoding: CsvEncoding,
    line: String,
}

impl CsvOut {
    /// Creates the file and writes the header.
    pub(super) fn create(path: &Path, columns: &[Column], encoding: CsvEncoding) -> Result<Self, WriteError> {
        let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        if encoding == CsvEncoding::Utf8Bom {
            file.write_all(b"\xef\xbb\xbf")?;
        }
        let mut out = Self { file, encoding, line: String::new() };
        for (index, column) in columns.iter().enumerate() {
            out.separate(index);
            push_text(&mut out.line, &column.title);
        }
        out.end()?;
        Ok(out)
    }

    /// Writes a row.
    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        for (index, cell) in cells.iter().enumerate() {
            self.separate(index);
            match cell {
                Cell::Text(text) => push_text(&mut self.line, text),
                other => self.line.push_str(&other.text()),
            }
        }
        self.end()
    }

    /// Writes what is buffered and makes sure it is on disk.
    pub(super) fn finish(self) -> Result<(), WriteError> {
        self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(())
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.line.push(',');
        }
    }

    fn end(&mut self) -> Result<(), WriteError> {
        if self.line.is_empty() {
            // One empty cell: quoted, or it would be an empty line, which reading passes over.
            self.line.push_str("\"\"");
        }
        self.line.push_str("\r\n");
        match self.encoding {
            CsvEncoding::Utf8 | CsvEncoding::Utf8Bom => self.file.write_all(self.line.as_bytes())?,
            CsvEncoding::Gb18030 => {
                let (bytes, _, unmappable) = GB18030.encode(&self.line);
                if unmappable {
                    return Err(WriteError::Unmappable(self.line.trim_end().chars().take(60).collect()));
                }
                self.file.write_all(&bytes)?;
            }
        }
        self.line.clear();
        Ok(())
    }
}

fn push_text(line: &mut String, text: &str) {
    let text = guarded(text);
    if text.contains(['"', ',', ';', '\t', '\r', '\n']) {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&text);
    }
}
