//! Statements as PDF: A4, Chinese or English, the same bytes for the same statement.

mod data;
mod fonts;
mod labels;
mod letter;
mod press;

pub use press::Press;

use super::{Catalog, KeptLines, Statement};
use qudao_kernel::{Lang, Refusal};

/// The layout; it holds no figure and no word of its own.
const TEMPLATE: &str = include_str!("../../../../../definitions/templates/statement.typ");

/// The layout of proofs that stand alone.
const PROOF: &str = include_str!("../../../../../definitions/templates/proof.typ");

/// The parts of a proof's letter: `title` and `sections` of a `head` and `rows`, each with `label`, `text`, `indent` and whether it is a `quote`.
pub fn letter_parts(text: &str) -> serde_json::Value {
    letter::parts(text)
}

/// What a reader wants to see.
#[derive(Debug, Clone)]
pub struct Options {
    /// Language.
    pub lang: Lang,
    /// Name of the company that settles, at the top and in the seal box.
    pub issuer: String,
    /// Sentences under the figures, such as how to dispute.
    pub notes: Vec<String>,
    /// Lines listed at most; the workbook lists all.
    pub lines: usize,
    /// Hide the middle of subscribers' numbers.
    pub masked: bool,
    /// Proofs of lines to append, as [`crate::proof::letter`] writes them; each begins a page.
    pub proofs: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { lang: Lang::Zh, issuer: String::new(), notes: Vec::new(), lines: 500, masked: true, proofs: Vec::new() }
    }
}

impl Press {
    /// Sets a statement with its first lines.
    ///
    /// # Errors
    /// `settle.pdf.failed`.
    pub fn statement(&self, statement: &Statement, kept: &KeptLines, catalog: &Catalog<'_>, options: &Options) -> Result<Vec<u8>, Refusal> {
        let data = data::statement(statement, kept, catalog, options, self.family());
        self.print(TEMPLATE, &data, &format!("{} {}", statement.number, statement.hash))
    }

    /// Sets proofs, each from its letter ([`crate::proof::letter`]) and on pages of its own; `foot` stands under every page, such as the
    /// digest of the proof.
    ///
    /// # Errors
    /// `settle.pdf.failed`.
    pub fn proofs(&self, letters: &[String], foot: &str, lang: Lang) -> Result<Vec<u8>, Refusal> {
        let proofs: Vec<serde_json::Value> = letters.iter().map(|text| letter::parts(text)).collect();
        let lang = if lang == Lang::Zh { "zh" } else { "en" };
        let data = serde_json::json!({"font": self.family(), "lang": lang, "foot": foot, "proofs": proofs});
        self.print(PROOF, &data, foot)
    }
}

#[cfg(test)]
mod tests;
