//! CSV and TSV: finding records in bytes, decoding them, splitting them into cells.
//!
//! A record is found in the raw bytes first: in UTF-8 and GB18030 alike no byte of a longer character equals a delimiter, a
//! quote or a line end. It is then decoded as a whole and split. The buffer never grows beyond the longest record allowed,
//! so a file that is one endless line is refused after that many bytes (Bounds: `Limits::record_bytes`).

use super::encoding::{Encoding, is_foreign};
use super::record::RecordBuf;
use super::refuse;
use memchr::{memchr, memchr_iter, memchr2};
use qudao_kernel::Refusal;
use std::io::Read;
use std::ops::Range;

/// Bytes read at a time, and looked at to find encoding and delimiter.
const CHUNK: usize = 1 << 20;

/// A text file as a stream of records.
pub(super) struct TextSource {
    name: String,
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    row: u64,
    record_bytes: usize,
    encoding: Option<Encoding>,
    delimiter: u8,
    line_end: u8,
    scratch: String,
}

/// How a record came out of the file.
pub(super) enum Found {
    /// Decoded and split. `cut`: the file ends without a line end after it.
    Whole { cut: bool },
    /// Not of the file's encoding; the buffer holds a lossy copy. The cell it broke in, from 0, and the bytes.
    Broken { cell: usize, bytes: String },
    /// UTF-8 in a GB18030 file, which would read as other characters. The first cell that is, from 0; the buffer holds the UTF-8.
    Foreign { cell: usize },
    /// No more records.
    End,
}

/// Where a record ends within the window searched.
enum Extent {
    /// At this offset stands its line end.
    Ends { at: usize, quoted: bool },
    /// The window ends first; whether inside quotes.
    Open { in_quotes: bool, quoted: bool },
}

impl TextSource {
    /// Opens a text, finding out encoding and delimiter from its first megabyte where they are not given.
    pub(super) fn open(
        name: &str,
        source: Box<dyn Read + Send>,
        record_bytes: usize,
        encoding: Option<Encoding>,
        delimiter: Option<u8>,
    ) -> Result<Self, Refusal> {
        let mut text = Self {
            name: name.to_owned(),
            source,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            at_end: false,
            row: 0,
            record_bytes: record_bytes.max(1024),
            encoding,
            delimiter: b',',
            line_end: b'\n',
            scratch: String::new(),
        };
        while text.end < CHUNK && !text.at_end {
            text.fill(CHUNK)?;
        }
        let sample = &text.buffer[..text.end];
        if sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff") || sample.contains(&0) {
            return Err(Refusal::bad_input(
                "sheet.file.kind",
                format!("{name} 不是 UTF-8 或 GB18030 文本，可能是 UTF-16 或二进制文件；请在 Excel 中另存为“CSV UTF-8”或 XLSX 后重新上传"),
                format!(
                    "{name} is not UTF-8 or GB18030 text, it may be UTF-16 or binary; save it as \"CSV UTF-8\" or XLSX and upload it again"
                ),
            ));
        }
        if sample.starts_with(b"\xef\xbb\xbf") {
            text.start = 3;
            text.encoding = text.encoding.or(Some(Encoding::Utf8));
        } else if text.encoding.is_none() {
            text.encoding = Encoding::sniff(sample, text.at_end);
        }
        if memchr(b'\n', sample).is_none() && memchr(b'\r', sample).is_some() {
            text.line_end = b'\r';
        }
        text.delimiter = delimiter.unwrap_or_else(|| find_delimiter(&sample[text.start..]));
        Ok(text)
    }

    /// The encoding; `None` while every byte was ASCII.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// The byte between cells.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Reads more bytes, moving what is unread to the front. The buffer holds at least `capacity` bytes afterwards.
    fn fill(&mut self, capacity: usize) -> Result<(), Refusal> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < capacity {
            self.buffer.resize(capacity, 0);
        }
        let read = loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = read.map_err(|error| refuse::unreadable(&self.name, &error))?;
        self.end += read;
        self.at_end = read == 0 && self.end < self.buffer.len();
        Ok(())
    }

    /// The next record that is not an empty line.
    pub(super) fn next_into(&mut self, record: &mut RecordBuf) -> Result<Found, Refusal> {
        loop {
            let Some((range, quoted, cut)) = self.next_extent()? else { return Ok(Found::End) };
            self.row += 1;
            record.clear();
            record.row = self.row;
            if !range.is_empty() {
                return Ok(self.take(range, quoted, cut, record));
            }
        }
    }

    /// Finds the next record: its bytes without the line end, whether a quote is in it, whether the file ended instead.
    fn next_extent(&mut self) -> Result<Option<(Range<usize>, bool, bool)>, Refusal> {
        let mut searched = 0;
        loop {
            let window = &self.buffer[self.start..self.end];
            match extent(window, searched, self.delimiter, self.line_end) {
                Extent::Ends { at, .. } if at > self.record_bytes => return Err(self.too_long()),
                Extent::Ends { at, quoted } => {
                    let begin = self.start;
                    self.start += at + 1;
                    return Ok(Some((begin..self.without_return(begin, begin + at), quoted, false)));
                }
                Extent::Open { .. } if window.len() > self.record_bytes => return Err(self.too_long()),
                Extent::Open { in_quotes: true, .. } if self.at_end => return Err(self.unclosed()),
                Extent::Open { quoted, .. } if self.at_end => {
                    let begin = self.start;
                    self.start = self.end;
                    let end = self.without_return(begin, self.end);
                    return Ok((begin < self.end).then_some((begin..end, quoted, true)));
                }
                Extent::Open { quoted, .. } => {
                    searched = if quoted { 0 } else { window.len() };
                    let capacity = (window.len() * 2).clamp(CHUNK, self.record_bytes.max(CHUNK) + CHUNK);
                    self.fill(capacity)?;
                }
            }
        }
    }

    fn without_return(&self, begin: usize, end: usize) -> usize {
        if end > begin && self.buffer[end - 1] == b'\r' { end - 1 } else { end }
    }

    fn take(&mut self, range: Range<usize>, quoted: bool, cut: bool, record: &mut RecordBuf) -> Found {
        let bytes = &self.buffer[range.clone()];
        // A file that is plain ASCII in its first megabyte is decided where it no longer is, by what has been read from there.
        if self.encoding.is_none() && !bytes.is_ascii() {
            self.encoding = Encoding::sniff(&self.buffer[range.start..self.end], self.at_end);
        }
        let encoding = self.encoding.unwrap_or(Encoding::Utf8);
        let text = if quoted { &mut self.scratch } else { &mut record.text };
        text.clear();
        let foreign = encoding == Encoding::Gb18030 && is_foreign(bytes);
        let decoded = if foreign { Encoding::Utf8 } else { encoding }.decode(bytes, text);
        let broken = decoded.err();
        if broken.is_some() {
            text.clear();
            text.push_str(&match encoding {
                Encoding::Utf8 => String::from_utf8_lossy(bytes),
                Encoding::Gb18030 => encoding_rs::GB18030.decode_without_bom_handling(bytes).0,
            });
        }
        if quoted {
            split_quoted(&self.scratch, self.delimiter, record);
        } else {
            split_plain(self.delimiter, record);
        }
        match broken {
            None if foreign => Found::Foreign { cell: (0..record.len()).find(|cell| !record.raw(*cell).is_ascii()).unwrap_or_default() },
            None => Found::Whole { cut },
            Some((at, length)) => {
                let cell = memchr_iter(self.delimiter, &bytes[..at]).count();
                let wrong = &bytes[at..bytes.len().min(at + length.max(1))];
                Found::Broken { cell, bytes: format!("{wrong:02X?}") }
            }
        }
    }

    fn too_long(&self) -> Refusal {
        refuse::too_long(&self.name, self.row + 1, self.record_bytes)
    }

    fn unclosed(&self) -> Refusal {
        let (name, row) = (&self.name, self.row + 1);
        Refusal::bad_input(
            "sheet.record.quote",
            format!("{name} 第 {row} 行有一个双引号没有结束；请补上或删除该引号"),
            format!("{name}, row {row}: a double quote is opened and never closed; close or remove it"),
        )
    }
}

/// Where the record at the front of the window ends. `from`: bytes already searched without finding a quote or line end.
fn extent(window: &[u8], from: usize, delimiter: u8, line_end: u8) -> Extent {
    match memchr2(line_end, b'"', &window[from..]) {
        None => Extent::Open { in_quotes: false, quoted: false },
        Some(offset) if window[from + offset] == line_end => Extent::Ends { at: from + offset, quoted: false },
        Some(_) => quoted_extent(window, delimiter, line_end),
    }
}

/// The same with quotes in it: a quote opens only at the front of a cell, so `5" 屏` stays one plain cell.
fn quoted_extent(window: &[u8], delimiter: u8, line_end: u8) -> Extent {
    let mut at = 0;
    loop {
        if window.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(offset) = memchr(b'"', &window[at..]) else { return Extent::Open { in_quotes: true, quoted: true } };
                at += offset + 1;
                if window.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        match memchr2(delimiter, line_end, &window[at..]) {
            None => return Extent::Open { in_quotes: false, quoted: true },
            Some(offset) if window[at + offset] == line_end => return Extent::Ends { at: at + offset, quoted: true },
            Some(offset) => at += offset + 1,
        }
    }
}

fn split_plain(delimiter: u8, record: &mut RecordBuf) {
    let mut start = 0;
    for at in memchr_iter(delimiter, record.text.as_bytes()) {
        record.cells.push(start..at as u32);
        start = at as u32 + 1;
    }
    record.cells.push(start..record.text.len() as u32);
}

/// Splits a decoded record with quotes: doubled quotes become one, characters after a closing quote belong to the cell.
fn split_quoted(text: &str, delimiter: u8, record: &mut RecordBuf) {
    record.text.clear();
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let start = record.text.len() as u32;
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            while let Some(offset) = memchr(b'"', &bytes[at..]) {
                record.text.push_str(&text[at..at + offset]);
                at += offset + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                record.text.push('"');
                at += 1;
            }
        }
        let stop = memchr(delimiter, &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
        record.text.push_str(&text[at..stop]);
        record.cells.push(start..record.text.len() as u32);
        if stop >= bytes.len() {
            return;
        }
        at = stop + 1;
    }
}

/// The delimiter that stands most often in the first line, outside quotes; a comma where there is none.
fn find_delimiter(sample: &[u8]) -> u8 {
    let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0)];
    let mut in_quotes = false;
    for byte in sample {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' | b'\r' if !in_quotes => break,
            _ if in_quotes => {}
            _ => counts.iter_mut().filter(|(delimiter, _)| delimiter == byte).for_each(|(_, count)| *count += 1),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn open(bytes: &[u8]) -> TextSource {
        TextSource::open("t.csv", Box::new(Cursor::new(bytes.to_vec())), 1 << 20, None, None).unwrap()
    }

    fn cells(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let (mut source, mut record, mut rows) = (open(bytes), RecordBuf::new(), Vec::new());
        while let Found::Whole { .. } = source.next_into(&mut record).unwrap() {
            rows.push((record.row(), record.iter().map(str::to_owned).collect()));
        }
        rows
    }

    #[test]
    fn quotes_line_breaks_and_delimiters() {
        let rows = cells("a;b\r\n\"x;\"\"y\"\"\n第二行\";5\" 屏\r\n\r\n1;\"2\"".as_bytes());
        let wanted = [(1, ["a", "b"]), (2, ["x;\"y\"\n第二行", "5\" 屏"]), (4, ["1", "2"])];
        assert_eq!(rows, wanted.map(|(row, cells)| (row, cells.map(str::to_owned).to_vec())));
        assert_eq!(cells(b"a\tb,c\td\n"), [(1, vec!["a".to_owned(), "b,c".into(), "d".into()])]);
        assert_eq!(cells(b"a,b\r1,2\r").len(), 2);
    }

    #[test]
    fn an_unclosed_quote_is_refused_with_its_row() {
        let mut source = open(b"a,b\n1,2\n\"x,3\n4,5\n");
        let mut record = RecordBuf::new();
        let error = loop {
            match source.next_into(&mut record) {
                Ok(Found::Whole { .. }) => {}
                Ok(_) => panic!("read to the end"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.code, "sheet.record.quote");
        assert!(error.text.en.contains("row 3"), "{error}");
    }

    #[test]
    fn utf16_is_refused_with_a_remedy() {
        let bytes: Vec<u8> = "\u{feff}编码".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let error = TextSource::open("t.csv", Box::new(Cursor::new(bytes)), 1 << 20, None, None).err().unwrap();
        assert_eq!(error.code, "sheet.file.kind");
    }
}
