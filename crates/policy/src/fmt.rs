//! The canonical form of a text in one language: keywords and fields translated, one item per line, comments kept.
//!
//! Invariant: the tokens stay the same, so the meaning does; formatting twice changes nothing.

use crate::diagnostics::{Diagnostic, Sink, SourceFile, finish};
use crate::keywords::Kw;
use crate::lexer::{Tok, Token};
use crate::parse::{Mark, Tree, parse};
use crate::vocab;
use qudao_kernel::{Fen, Lang};

/// Prints a policy text canonically with the keywords of one language. Line breaks inside an item and single blank lines stay.
///
/// # Errors
/// What the parser refuses; names, types and the like are not looked at.
pub fn format(text: &str, lang: Lang) -> Result<String, Vec<Diagnostic>> {
    let mut sink = Sink::new("");
    let tree = parse(text, &mut sink);
    if sink.errors() > 0 {
        return Err(finish(sink.into_items(), &[SourceFile::new("", text)]));
    }
    let printer = Printer {
        text,
        tree: &tree,
        lang,
        out: String::new(),
        line: String::new(),
        margin: 0,
        indent: 0,
        inner: 0,
        comment: 0,
        broken: false,
        last: 0,
    };
    Ok(printer.print())
}

struct Printer<'a> {
    text: &'a str,
    tree: &'a Tree,
    lang: Lang,
    out: String,
    /// The line being written, without its margin.
    line: String,
    /// Blanks before the line.
    margin: usize,
    /// Open blocks.
    indent: usize,
    /// Open brackets inside the item.
    inner: usize,
    /// Next comment.
    comment: usize,
    /// A comment ended the line, so the next token begins another.
    broken: bool,
    /// End of what was printed last, in the source.
    last: usize,
}

const FUNCTIONS: &[Kw] = &[Kw::Min, Kw::Max, Kw::Abs, Kw::CeilFn, Kw::FloorFn, Kw::RoundFn, Kw::MonthsFn, Kw::DaysFn];

impl Printer<'_> {
    fn print(mut self) -> String {
        let tokens = &self.tree.lexed.tokens;
        let mut index = 0;
        let mut previous: Option<usize> = None;
        while index < tokens.len() {
            let token = &tokens[index];
            let mark = self.tree.marks[index];
            self.comments(token.span.start);
            if token.tok == Tok::Eof {
                break;
            }
            if mark == Mark::Needless {
                self.last = token.span.end;
                index += 1;
                continue;
            }
            self.place(index, previous, token, mark);
            let text = self.spelling(index, token, mark);
            self.line.push_str(&text);
            self.after(token, mark);
            let words = if let Mark::Word(_, words) = mark { usize::from(words) } else { 1 };
            previous = Some(index + words - 1);
            self.last = tokens[index + words - 1].span.end;
            index += words;
        }
        self.flush();
        self.out
    }

    fn flush(&mut self) {
        if !self.line.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', self.margin));
            self.out.push_str(self.line.trim_end());
            self.out.push('\n');
            self.line.clear();
        }
    }

    /// One blank line, where the text had any and something stands before it.
    fn blank(&mut self, before: usize) {
        let gap = &self.text[self.last.min(before)..before];
        if gap.matches('\n').count() > 1 && !self.out.is_empty() && !self.out.ends_with("{\n") && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Comments up to a place in the source.
    fn comments(&mut self, before: usize) {
        while let Some(comment) = self.tree.lexed.comments.get(self.comment).filter(|comment| comment.start < before).copied() {
            let text = &self.text[comment.start..comment.end];
            let same_line = self.last > 0 && !self.text[self.last..comment.start].contains('\n');
            if same_line && !self.line.is_empty() {
                self.line.push_str("  ");
                self.line.push_str(text);
                self.flush();
            } else if same_line && self.out.ends_with('\n') {
                // Behind a brace that ended its line.
                self.out.pop();
                self.out.push_str("  ");
                self.out.push_str(text);
                self.out.push('\n');
            } else {
                self.flush();
                self.blank(comment.start);
                self.margin = 2 * (self.indent + self.inner);
                self.line.push_str(text);
                self.flush();
            }
            self.broken = true;
            self.last = comment.end;
            self.comment += 1;
        }
    }

    /// Line break or blank before a token.
    fn place(&mut self, index: usize, previous: Option<usize>, token: &Token, mark: Mark) {
        let closes = matches!(token.tok, Tok::Sign("}" | ")"));
        if mark == Mark::Block && closes {
            self.flush();
            self.indent = self.indent.saturating_sub(1);
            self.margin = 2 * self.indent;
        } else if self.tree.starts[index] {
            self.flush();
            self.blank(token.span.start);
            self.inner = 0;
            self.margin = 2 * self.indent;
        } else if previous.is_some() && (token.fresh || self.broken) && mark != Mark::Block {
            self.flush();
            let depth = if closes { self.inner.saturating_sub(1) } else { self.inner };
            let inside = matches!(previous.map(|at| &self.tree.lexed.tokens[at].tok), Some(Tok::Sign("," | ";" | "{" | "(")));
            let more = if closes || inside && self.inner > 0 { 0 } else { 2 };
            self.margin = 2 * (self.indent + depth) + if self.inner == 0 && !closes { 4 } else { more };
        } else if let Some(previous) = previous
            && !self.line.is_empty()
            && !self.tight(previous, index)
        {
            self.line.push(' ');
        }
        self.broken = false;
    }

    /// Whether no blank stands between two tokens of a line.
    fn tight(&self, left: usize, right: usize) -> bool {
        let (a, b) = (&self.tree.lexed.tokens[left], &self.tree.lexed.tokens[right]);
        let marks = (self.tree.marks[left], self.tree.marks[right]);
        if matches!(marks.0, Mark::Minus | Mark::Stroke) || marks.1 == Mark::Stroke {
            return true;
        }
        match (&a.tok, &b.tok) {
            (_, Tok::Sign("," | ";" | ":" | ")" | ".")) | (Tok::Sign("(" | "."), _) | (Tok::Sign("{"), Tok::Sign("}")) => true,
            (Tok::Word, Tok::Sign("(")) => match marks.0 {
                Mark::Plain => true,
                Mark::Word(kw, _) => FUNCTIONS.contains(&kw),
                _ => false,
            },
            _ => false,
        }
    }

    fn after(&mut self, token: &Token, mark: Mark) {
        match (&token.tok, mark) {
            (Tok::Sign("{"), Mark::Block) => {
                self.flush();
                self.indent += 1;
                self.inner = 0;
            }
            (Tok::Sign("}"), Mark::Block) => self.flush(),
            (Tok::Sign("{" | "("), _) => self.inner += 1,
            (Tok::Sign("}" | ")"), _) => self.inner = self.inner.saturating_sub(1),
            _ => {}
        }
    }

    fn spelling(&self, index: usize, token: &Token, mark: Mark) -> String {
        let source = &self.text[token.span.start..token.span.end];
        match &token.tok {
            Tok::Sign(sign) => (*sign).to_owned(),
            Tok::Money(fen) => match self.lang {
                Lang::Zh => format!("{}元", Fen(*fen).plain()),
                Lang::En => format!("¥{}", Fen(*fen).plain()),
            },
            Tok::Number { .. } => source.replace(',', "_").replace('\u{ff05}', "%"),
            Tok::Date(date) => date.to_string(),
            Tok::Month(month) => month.to_string(),
            Tok::Str(text) if text.contains('"') => format!("“{text}”"),
            Tok::Str(text) => format!("\"{text}\""),
            Tok::Eof => String::new(),
            Tok::Word => self.word(index, source, mark),
        }
    }

    fn word(&self, index: usize, source: &str, mark: Mark) -> String {
        let before = |n: usize| index.checked_sub(n).map(|at| &self.tree.lexed.tokens[at]);
        let known = match mark {
            Mark::Word(kw @ (Kw::MonthsUnit | Kw::DaysUnit | Kw::Times), _) if self.lang == Lang::En => {
                let one = matches!(before(1).map(|token| &token.tok), Some(Tok::Number { mantissa: 1, scale: 0 }));
                Some(kw.en()[usize::from(one)])
            }
            Mark::Word(kw, _) => Some(kw.word(self.lang)),
            Mark::Field(followed) => vocab::translate(None, source, followed, self.lang),
            Mark::Second => {
                let first = before(2).map(|token| &self.text[token.span.start..token.span.end]);
                vocab::translate(first, source, false, self.lang)
            }
            Mark::Row => vocab::translate_row(source, self.lang),
            Mark::Table => qudao_kernel::facts::Table::by_name(source).map(|table| vocab::table_word(table, self.lang)),
            Mark::Kind(table) => {
                return vocab::kind(table, source).map_or_else(|| source.to_owned(), |code| vocab::kind_word(table, code, self.lang));
            }
            _ => None,
        };
        known.unwrap_or(source).to_owned()
    }
}
