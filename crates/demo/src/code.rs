//! Short ASCII texts kept in place, so that a row of ids costs no allocation.

/// At most 31 ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Code {
    bytes: [u8; 31],
    len: u8,
}

impl Code {
    /// No text.
    pub const EMPTY: Code = Code { bytes: [0; 31], len: 0 };

    /// Appends ASCII text; what does not fit is left out, and so is a text that is not ASCII.
    pub(crate) fn text(mut self, text: &str) -> Self {
        let start = usize::from(self.len);
        let taken = text.len().min(self.bytes.len() - start);
        if text.is_ascii() {
            self.bytes[start..start + taken].copy_from_slice(&text.as_bytes()[..taken]);
            self.len += taken as u8;
        }
        self
    }

    /// Appends the last `width` decimal digits of a number, with leading zeros.
    pub(crate) fn digits(mut self, mut number: u64, width: u8) -> Self {
        let start = usize::from(self.len);
        let end = (start + usize::from(width)).min(self.bytes.len());
        for slot in self.bytes[start..end].iter_mut().rev() {
            *slot = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.len = end as u8;
        self
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or("")
    }

    /// Whether there is no text.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_padded_and_ordered() {
        let code = |n| Code::EMPTY.text("A").digits(n, 5);
        assert_eq!(code(42).as_str(), "A00042");
        assert!(code(9) < code(10) && Code::EMPTY < code(0));
        assert_eq!(Code::EMPTY.text("甲").text("x").as_str(), "x");
        assert_eq!(Code::EMPTY.digits(7, 40).as_str().len(), 31);
    }
}
