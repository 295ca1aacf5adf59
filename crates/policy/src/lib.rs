//! The settlement language: a policy's text becomes a checked [`model::PolicySet`].
//!
//! Invariant: pure. No I/O, no clock; the same text gives the same model and the same messages.

pub mod applies;
mod ast;
mod check;
mod complete;
mod diagnostics;
mod explain;
mod fmt;
pub mod keywords;
mod lexer;
pub mod lines;
mod lint;
pub mod model;
pub mod outline;
mod parse;
mod vocab;

pub use check::{Compiled, compile};
pub use complete::{Word, WordKind, vocabulary};
pub use diagnostics::{Diagnostic, Label, Severity, SourceFile, Span, render};
pub use explain::{component as explain_component, explain, ladder as explain_ladder};
pub use fmt::format;
pub use vocab::{STANDARD_REASONS, words as field_words};
