//! How the system says no: a kind for the machine, a stable code for the reader, a sentence in both languages that says
//! what happened, where, and what to do.

use crate::lang::{Lang, Text};
use std::fmt;

/// The closed set of reasons a command can end without doing what it was asked. Maps one to one to HTTP statuses and to
/// the exit codes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The input is wrong; the sender must change it.
    BadInput,
    /// The caller may not do this.
    Forbidden,
    /// The thing named does not exist.
    NotFound,
    /// The thing changed meanwhile, or is in a state that does not allow this.
    Conflict,
    /// Something outside (disk, database, store) failed; the same call may succeed later.
    Unavailable,
    /// A defect of ours.
    Bug,
}

/// A refusal: nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What sort of no this is.
    pub kind: Kind,
    /// Stable code, `area.noun.reason`.
    pub code: &'static str,
    /// The sentence.
    pub text: Text,
}

impl Refusal {
    /// A refusal with its sentence in both languages.
    pub fn new(kind: Kind, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { kind, code, text: Text::new(zh, en) }
    }

    /// Bad input, the commonest refusal.
    pub fn bad_input(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Kind::BadInput, code, zh, en)
    }

    /// Something outside failed.
    pub fn unavailable(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, code, zh, en)
    }

    /// The sentence with its code, for a terminal.
    pub fn line(&self, lang: Lang) -> String {
        format!("{} [{}]", self.text.get(lang), self.code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.text.en, self.code)
    }
}

impl std::error::Error for Refusal {}
