//! SHA-256 over fields, such that no two different field lists give the same bytes.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Hashes a list of fields; each is preceded by its length, and an absent field differs from an empty one.
#[derive(Clone, Default)]
pub struct Fields(Sha256);

impl Fields {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    pub fn text(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Adds a text that may be absent.
    pub fn optional(mut self, text: Option<&str>) -> Self {
        if let Some(text) = text {
            return self.text(text);
        }
        self.0.update(u64::MAX.to_be_bytes());
        self
    }

    /// Adds a number.
    pub fn int(mut self, number: i64) -> Self {
        self.0.update(number.to_be_bytes());
        self
    }

    /// The hash, 64 hexadecimal digits.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 of bytes, 64 hexadecimal digits.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes.as_ref()))
}

/// SHA-256 and length of what a reader gives, in constant memory.
///
/// # Errors
/// What reading fails with.
pub fn sha256_of(from: &mut impl std::io::Read) -> std::io::Result<(String, u64)> {
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok((hex(&hash.finalize()), length)),
            read => {
                hash.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_lists_do_not_collide() {
        let hash = |parts: &[Option<&str>]| parts.iter().fold(Fields::new(), |all, part| all.optional(*part)).finish();
        assert_ne!(hash(&[Some("ab"), Some("c")]), hash(&[Some("a"), Some("bc")]));
        assert_ne!(hash(&[None]), hash(&[Some("")]));
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
