//! What is wrong with a policy's text, where, and what to do: collected, rendered for a terminal, and readable by a machine.
//!
//! Invariant: positions are byte offsets into the file named beside them, and always lie on character boundaries.

use codespan_reporting::diagnostic as cs;
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use qudao_kernel::{Lang, Text};
use serde::Serialize;

/// A file of policy text. The name is what messages show; nothing is read from disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Name or path, as messages show it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// A file from its name and text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// A byte range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte behind it.
    pub end: usize,
}

impl Span {
    /// From the beginning of this range to the end of another.
    pub(crate) fn to(self, end: Span) -> Span {
        Span { start: self.start.min(end.start), end: self.end.max(end.end) }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy is accepted, but somebody should look.
    Warning,
}

/// A further place that belongs to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// File.
    pub file: String,
    /// Place in it.
    pub span: Span,
    /// What is there.
    pub text: Text,
}

/// One message about a policy's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, `policy.noun.reason`.
    pub code: &'static str,
    /// File.
    pub file: String,
    /// Place in it.
    pub span: Span,
    /// Line of the beginning, from 1.
    pub line: u32,
    /// Column of the beginning in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: Text,
    /// What to do; empty where the message says it.
    pub help: Text,
    /// Further places.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// A message about a byte range of a file, for checks outside the compiler, such as an example that does not come out.
    pub fn at(severity: Severity, code: &'static str, file: &SourceFile, range: (usize, usize), message: Text, help: Text) -> Self {
        let span = Span { start: range.0, end: range.1 };
        let mut made = Self { severity, code, file: file.name.clone(), span, line: 0, column: 0, message, help, labels: Vec::new() };
        made.find_line(&file.text);
        made
    }

    fn find_line(&mut self, text: &str) {
        let before = text.get(..self.span.start).unwrap_or(text);
        self.line = before.matches('\n').count() as u32 + 1;
        self.column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    }

    /// Adds what to do.
    pub(crate) fn help(&mut self, zh: impl Into<String>, en: impl Into<String>) -> &mut Self {
        self.help = Text::new(zh, en);
        self
    }

    /// Adds a further place in the same file.
    pub(crate) fn label(&mut self, span: Span, zh: impl Into<String>, en: impl Into<String>) -> &mut Self {
        let file = self.file.clone();
        self.label_in(file, span, zh, en)
    }

    /// Adds a further place in any file.
    pub(crate) fn label_in(&mut self, file: String, span: Span, zh: impl Into<String>, en: impl Into<String>) -> &mut Self {
        self.labels.push(Label { file, span, text: Text::new(zh, en) });
        self
    }
}

/// Most messages kept; a file that is not a policy at all would otherwise give one per word.
const MOST: usize = 200;

/// Collects the messages about one file.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    file: String,
    items: Vec<Diagnostic>,
    spare: Option<Diagnostic>,
}

impl Sink {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), items: Vec::new(), spare: None }
    }

    fn push(&mut self, severity: Severity, code: &'static str, span: Span, message: Text) -> &mut Diagnostic {
        let item = Diagnostic {
            severity,
            code,
            file: self.file.clone(),
            span,
            line: 0,
            column: 0,
            message,
            help: Text::new("", ""),
            labels: Vec::new(),
        };
        let full = self.items.len() >= MOST;
        if full { self.spare.insert(item) } else { self.items.push_mut(item) }
    }

    /// A refusal.
    pub(crate) fn error(&mut self, code: &'static str, span: Span, zh: impl Into<String>, en: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Error, code, span, Text::new(zh, en))
    }

    /// A warning.
    pub(crate) fn warn(&mut self, code: &'static str, span: Span, zh: impl Into<String>, en: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Warning, code, span, Text::new(zh, en))
    }

    /// Says what to do about the latest message.
    pub(crate) fn help_last(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        if self.items.len() < MOST
            && let Some(last) = self.items.last_mut()
        {
            last.help(zh, en);
        }
    }

    /// Number of refusals so far.
    pub(crate) fn errors(&self) -> usize {
        self.items.iter().filter(|item| item.severity == Severity::Error).count()
    }

    pub(crate) fn into_items(self) -> Vec<Diagnostic> {
        self.items
    }
}

/// Sorts by file order and place, drops repetitions, and fills in lines and columns.
pub(crate) fn finish(mut items: Vec<Diagnostic>, files: &[SourceFile]) -> Vec<Diagnostic> {
    let rank = |name: &str| files.iter().position(|file| file.name == name).unwrap_or(usize::MAX);
    items.sort_by(|a, b| (rank(&a.file), a.span, a.severity, a.code).cmp(&(rank(&b.file), b.span, b.severity, b.code)));
    items.dedup_by(|a, b| a.code == b.code && a.file == b.file && a.span == b.span && a.message == b.message);
    for item in &mut items {
        if let Some(file) = files.iter().find(|file| file.name == item.file) {
            item.find_line(&file.text);
        }
    }
    items
}

fn severity_word(severity: Severity, lang: Lang) -> (&'static str, &'static str) {
    match (severity, lang) {
        (Severity::Error, Lang::Zh) => ("error[", "错误["),
        (Severity::Warning, Lang::Zh) => ("warning[", "警告["),
        (Severity::Error, Lang::En) => ("error[", "error["),
        (Severity::Warning, Lang::En) => ("warning[", "warning["),
    }
}

fn to_codespan(item: &Diagnostic, ids: &[(String, usize)], lang: Lang) -> cs::Diagnostic<usize> {
    let id = |name: &str| ids.iter().find(|(known, _)| known == name).map(|(_, id)| *id);
    let base = match item.severity {
        Severity::Error => cs::Diagnostic::error(),
        Severity::Warning => cs::Diagnostic::warning(),
    };
    let mut labels = Vec::new();
    if let Some(id) = id(&item.file) {
        labels.push(cs::Label::primary(id, item.span.start..item.span.end));
    }
    for label in &item.labels {
        if let Some(id) = id(&label.file) {
            labels.push(cs::Label::secondary(id, label.span.start..label.span.end).with_message(label.text.get(lang)));
        }
    }
    let help = item.help.get(lang);
    let prefix = if lang == Lang::Zh { "建议:" } else { "help: " };
    let notes = if help.is_empty() { Vec::new() } else { vec![format!("{prefix}{help}")] };
    base.with_code(item.code).with_message(item.message.get(lang)).with_labels(labels).with_notes(notes)
}

/// The messages as text for a terminal: file, line, the text with carets under the place (right under wide characters), help.
pub fn render(diagnostics: &[Diagnostic], sources: &[SourceFile], lang: Lang, color: bool) -> String {
    let mut files = SimpleFiles::new();
    let ids: Vec<(String, usize)> =
        sources.iter().map(|file| (file.name.clone(), files.add(file.name.clone(), file.text.as_str()))).collect();
    let config = term::Config::default();
    let mut out = String::new();
    for item in diagnostics {
        let shown = to_codespan(item, &ids, lang);
        let mut buffer = Vec::new();
        let written = if color {
            term::emit_to_write_style(&mut term::termcolor::Ansi::new(&mut buffer), &config, &files, &shown)
        } else {
            term::emit_to_write_style(&mut term::termcolor::NoColor::new(&mut buffer), &config, &files, &shown)
        };
        if written.is_err() {
            // A label beyond its file cannot be drawn; the sentence still can.
            buffer =
                format!("{}[{}]: {}\n", severity_word(item.severity, Lang::En).0.trim_end_matches('['), item.code, item.message.get(lang))
                    .into_bytes();
        }
        let text = String::from_utf8_lossy(&buffer);
        let (from, to) = severity_word(item.severity, lang);
        let text = text.replacen(from, to, 1);
        for line in text.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}
