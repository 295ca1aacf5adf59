//! Which encoding a text file is in, and decoding one record of it exactly.

use encoding_rs::{DecoderResult, GB18030};
use memchr::memchr_iter;

/// Encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// GB18030, which contains GBK and GB2312.
    Gb18030,
}

impl Encoding {
    /// Name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030",
        }
    }

    /// The encoding the lines of a sample speak for: each line that is not plain ASCII is one vote, for UTF-8 if it is valid
    /// UTF-8. A vote over many lines neither takes a short GBK line that happens to be valid UTF-8 for one, nor a UTF-8
    /// file with a few broken rows for GB18030. `None` where every line is ASCII.
    pub(super) fn sniff(sample: &[u8], complete: bool) -> Option<Encoding> {
        let mut votes = [0_u32; 2];
        let mut start = 0;
        let end = if complete { sample.len() } else { memchr::memrchr(b'\n', sample).unwrap_or(sample.len()) };
        for stop in memchr_iter(b'\n', &sample[..end]).chain([end]) {
            let line = &sample[start..stop];
            start = stop + 1;
            if !line.is_ascii() {
                votes[usize::from(valid_utf8(line, complete || stop < end))] += 1;
            }
        }
        match votes {
            [0, 0] => None,
            [not, utf8] if not > utf8 => Some(Encoding::Gb18030),
            _ => Some(Encoding::Utf8),
        }
    }

    /// Appends the decoded bytes to `out`.
    ///
    /// # Errors
    /// Position and length of the first bytes that are not of this encoding; `out` then holds what came before.
    pub(super) fn decode(self, bytes: &[u8], out: &mut String) -> Result<(), (usize, usize)> {
        match self {
            Encoding::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    out.push_str(text);
                    Ok(())
                }
                Err(error) => {
                    let at = error.valid_up_to();
                    out.push_str(&String::from_utf8_lossy(&bytes[..at]));
                    Err((at, error.error_len().unwrap_or(bytes.len() - at)))
                }
            },
            Encoding::Gb18030 => decode_gb18030(bytes, out),
        }
    }
}

/// Whether the line is UTF-8; a line the sample cuts off may end inside a character.
fn valid_utf8(line: &[u8], whole: bool) -> bool {
    std::str::from_utf8(line).map_or_else(|error| !whole && error.error_len().is_none(), |_| true)
}

/// Whether a record of a GB18030 file is UTF-8 instead, as where two exports were pasted together. Its bytes would read as other
/// characters without being malformed. Taken for UTF-8 is what is valid as such, holds Chinese characters, and
/// read as GB18030 would have characters beyond GB2312: genuine GB18030 text that is all of that occurs less than once in millions of rows.
pub(super) fn is_foreign(bytes: &[u8]) -> bool {
    // Where Chinese characters begin in UTF-8, and where the bytes of GB2312 do.
    let (first, gb2312) = (0xe4..=0xe9_u8, 0xa1_u8);
    bytes.iter().any(|byte| first.contains(byte))
        && bytes.iter().any(|byte| (0x80..gb2312).contains(byte))
        && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)))
}

fn decode_gb18030(bytes: &[u8], out: &mut String) -> Result<(), (usize, usize)> {
    if bytes.is_ascii() {
        return Encoding::Utf8.decode(bytes, out);
    }
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    // Three bytes of UTF-8 for every byte is the most GB18030 can need; one extra character for the state at the end.
    out.reserve(bytes.len() * 3 + 8);
    match decoder.decode_to_string_without_replacement(bytes, out, true) {
        (DecoderResult::InputEmpty, _) => Ok(()),
        (DecoderResult::Malformed(length, beyond), read) => {
            let at = read.saturating_sub(usize::from(length) + usize::from(beyond));
            Err((at, usize::from(length).max(1)))
        }
        (DecoderResult::OutputFull, read) => Err((read, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn the_encoding_is_voted_by_lines() {
        // R0.7: 联通 in GBK is the classic short text that a careless test takes for UTF-8
        assert_eq!(Encoding::sniff(&gb("编码,名称\nA,联通\n"), true), Some(Encoding::Gb18030));
        assert_eq!(Encoding::sniff("编码,名称\nA,联通\n".as_bytes(), true), Some(Encoding::Utf8));
        assert_eq!(Encoding::sniff(b"code,name\nA,b\n", true), None);
        let mut broken = "编码,名称\nA,甲\nB,乙\nC,丙\n".as_bytes().to_vec();
        broken.extend(b"D,\xff\xfe\n");
        assert_eq!(Encoding::sniff(&broken, true), Some(Encoding::Utf8));
    }

    #[test]
    fn a_sample_cut_inside_a_character_still_votes_right() {
        let text = "编码名称".as_bytes();
        assert_eq!(Encoding::sniff(&text[..text.len() - 1], false), Some(Encoding::Utf8));
    }

    #[test]
    fn utf8_within_gb18030_is_told_from_it() {
        for text in ["A2,长沙县星沙营业厅,1", "A2,甲,乙", "畅享套餐", "中国移动"] {
            assert!(is_foreign(text.as_bytes()), "{text}");
            assert!(!is_foreign(&gb(text)), "{text}");
        }
        // 联通 in GBK is valid UTF-8 to a careless reader; nothing here is Chinese in UTF-8.
        assert!(!is_foreign(b"plain") && !is_foreign(&gb("联通")) && !is_foreign(&gb("𠮷祥卡，镕朱")));
        // Every pair of the first level of GB2312, as names are made of them, stays what it is.
        for lead in 0xb0..=0xd7_u8 {
            for trail in 0xa1..=0xfe_u8 {
                assert!(!is_foreign(&[b'A', b',', lead, trail, lead, trail, 0xb5, 0xea]));
            }
        }
    }

    #[test]
    fn decoding_says_where_it_broke() {
        let mut out = String::new();
        assert_eq!(Encoding::Gb18030.decode(&gb("长沙𠮷"), &mut out), Ok(()));
        assert_eq!(out, "长沙𠮷");
        let mut bytes = gb("长沙");
        bytes.extend([0xff, b',', b'x']);
        assert_eq!(Encoding::Gb18030.decode(&bytes, &mut String::new()).map_err(|(at, _)| at), Err(4));
        assert_eq!(Encoding::Utf8.decode(b"ab\xffc", &mut String::new()), Err((2, 1)));
    }
}
