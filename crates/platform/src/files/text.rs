//! The words of a file, for searching.

use super::FileKind;
use crate::sheet::{self, Limits, Options, RecordBuf, Step};
use encoding_rs::GB18030;
use std::path::Path;

/// Most bytes a workbook may unpack to before its words are given up.
const MOST_UNPACKED: u64 = 64 << 20;

/// Text in UTF-8 or GB18030; `None` for what is neither, or holds what no text holds.
pub(super) fn decoded(bytes: &[u8]) -> Option<String> {
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = if let Ok(text) = std::str::from_utf8(plain) {
        text.to_owned()
    } else {
        let (text, wrong) = GB18030.decode_without_bom_handling(plain);
        if wrong {
            return None;
        }
        text.into_owned()
    };
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let markup = text.trim_start().starts_with('<');
    (!text.trim().is_empty() && !markup && !text.contains(control)).then_some(text)
}

/// The words of a kept file, at most this many characters: of text all, of a workbook its first visible sheet; of other kinds none. A file
/// that cannot be read has no words.
pub fn words(path: &Path, kind: FileKind, most: usize) -> String {
    match kind {
        FileKind::Text => {
            let text = std::fs::read(path).ok().and_then(|bytes| decoded(&bytes)).unwrap_or_default();
            text.chars().take(most).collect()
        }
        FileKind::Xlsx => book(path, most).unwrap_or_default(),
        _ => String::new(),
    }
}

fn book(path: &Path, most: usize) -> Option<String> {
    let options = Options { limits: Limits { unpacked_bytes: MOST_UNPACKED, ..Limits::default() }, ..Options::default() };
    let mut reader = sheet::open(path, &options).ok()?;
    let mut text = reader.headers().join(" ");
    let mut record = RecordBuf::new();
    while text.len() < most {
        match reader.next_into(&mut record).ok()? {
            Step::End => break,
            Step::Bad(_) => {}
            Step::Row => {
                for cell in record.iter().filter(|cell| !cell.is_empty()) {
                    text.push(' ');
                    text.push_str(cell);
                }
            }
        }
    }
    Some(text.chars().take(most).collect())
}
