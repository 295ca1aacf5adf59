//! Tokens to [`ast`](crate::ast): recursive descent with recovery, so that one mistake does not hide the next.
//!
//! Invariant: every token is consumed at most once, errors are reported where they are found, and nesting is bounded.

mod component;
mod example;
mod expr;
mod limits;
mod policy;
mod schedule;

use crate::ast::{At, File, Name};
use crate::diagnostics::{Sink, Span};
use crate::keywords::Kw;
use crate::lexer::{Lexed, Tok, Token, lex};
use qudao_kernel::Lang;
use qudao_kernel::facts::Table;

/// Deepest nesting of brackets and operators.
pub(crate) const MAX_DEPTH: u32 = 64;
/// Highest expression tree; chains such as `a + b + c` grow by one per operator.
pub(crate) const MAX_HEIGHT: u16 = 200;

/// An error that has been reported.
#[derive(Debug)]
pub(crate) struct Reported;

pub(crate) type Parsed<T> = Result<T, Reported>;

/// What the formatter needs to know about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mark {
    /// A name, literal or sign: printed as it is.
    #[default]
    Plain,
    /// First word of a keyword of so many words.
    Word(Kw, u8),
    /// Only or first word of a field; `true` if a point follows.
    Field(bool),
    /// Second word of a field.
    Second,
    /// What a row of an example says.
    Row,
    /// A kind of a table.
    Kind(Table),
    /// A table.
    Table,
    /// Brace that opens a block of one item per line, or closes it.
    Block,
    /// A minus sign that belongs to what follows.
    Minus,
    /// The stroke of a fraction such as `1/3`.
    Stroke,
    /// A separator that a new line makes needless.
    Needless,
}

/// What a text gives.
pub(crate) struct Tree {
    pub(crate) file: File,
    pub(crate) lexed: Lexed,
    pub(crate) marks: Vec<Mark>,
    /// Whether an item of a block begins with the token.
    pub(crate) starts: Vec<bool>,
}

impl Tree {
    /// Where the items of the file begin.
    pub(crate) fn starts_of_file(&self) -> Vec<usize> {
        let mut open = 0u32;
        let mut found = Vec::new();
        for (token, starts) in self.lexed.tokens.iter().zip(&self.starts) {
            if *starts && open == 0 {
                found.push(token.span.start);
            }
            match token.tok {
                Tok::Sign("{") => open += 1,
                Tok::Sign("}") => open = open.saturating_sub(1),
                _ => {}
            }
        }
        found
    }
}

/// Reads a text.
pub(crate) fn parse(text: &str, sink: &mut Sink) -> Tree {
    let lexed = lex(text, sink);
    let marks = vec![Mark::Plain; lexed.tokens.len()];
    let starts = vec![false; lexed.tokens.len()];
    let mut parser = Parser { text, tokens: &lexed.tokens, at: 0, braces: 0, depth: 0, marks, starts, sink };
    let file = parser.file();
    let (marks, starts) = (parser.marks, parser.starts);
    Tree { file, lexed, marks, starts }
}

pub(crate) struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    /// Open braces.
    braces: u32,
    /// Nesting of expressions.
    depth: u32,
    marks: Vec<Mark>,
    starts: Vec<bool>,
    sink: &'a mut Sink,
}

impl<'a> Parser<'a> {
    fn token(&self) -> &'a Token {
        self.ahead(0)
    }

    fn ahead(&self, n: usize) -> &'a Token {
        &self.tokens[(self.at + n).min(self.tokens.len() - 1)]
    }

    fn word_at(&self, n: usize) -> Option<&'a str> {
        let token = self.ahead(n);
        (token.tok == Tok::Word).then(|| &self.text[token.span.start..token.span.end])
    }

    fn span(&self) -> Span {
        self.token().span
    }

    /// Place of the token before.
    fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    fn since(&self, start: Span) -> Span {
        if self.at == 0 { start } else { start.to(self.last_span()) }
    }

    fn advance(&mut self) {
        match self.token().tok {
            Tok::Sign("{") => self.braces += 1,
            Tok::Sign("}") => self.braces = self.braces.saturating_sub(1),
            _ => {}
        }
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn at_end(&self) -> bool {
        self.token().tok == Tok::Eof
    }

    fn at_sign(&self, sign: &str) -> bool {
        matches!(self.token().tok, Tok::Sign(found) if found == sign)
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.at_sign(sign);
        if found {
            self.advance();
        }
        found
    }

    /// Number of words the keyword takes here, 0 if it is not here.
    fn keyword_here(&self, kw: Kw) -> u8 {
        for spelling in kw.spellings() {
            let mut count = 0;
            if spelling.split(' ').enumerate().all(|(n, part)| {
                count = n as u8 + 1;
                self.word_at(n) == Some(part)
            }) {
                return count;
            }
        }
        0
    }

    fn at_kw(&self, kw: Kw) -> bool {
        self.keyword_here(kw) > 0
    }

    fn eat(&mut self, kw: Kw) -> bool {
        let words = self.keyword_here(kw);
        if words > 0 {
            self.marks[self.at] = Mark::Word(kw, words);
            for _ in 0..words {
                self.advance();
            }
        }
        words > 0
    }

    /// The first of these keywords that stands here.
    fn eat_any(&mut self, kws: &[Kw]) -> Option<Kw> {
        let found = kws.iter().copied().find(|kw| self.at_kw(*kw))?;
        self.eat(found);
        Some(found)
    }

    /// What stands here, for messages.
    fn found(&self) -> (String, String) {
        let token = self.token();
        if token.tok == Tok::Eof {
            return ("文件结尾".to_owned(), "the end of the file".to_owned());
        }
        let text: String = self.text[token.span.start..token.span.end].chars().take(30).collect();
        (format!("`{text}`"), format!("`{text}`"))
    }

    /// Reports that something else belongs here.
    fn wanted<T>(&mut self, zh: &str, en: &str) -> Parsed<T> {
        let (found_zh, found_en) = self.found();
        let span = self.span();
        self.sink.error(
            "policy.syntax.unexpected",
            span,
            format!("这里应为{zh},却是 {found_zh}"),
            format!("expected {en} here, found {found_en}"),
        );
        Err(Reported)
    }

    fn wanted_any<T>(&mut self, kws: &[Kw]) -> Parsed<T> {
        let list = |lang: Lang| kws.iter().map(|kw| kw.shown(lang)).collect::<Vec<_>>().join(if lang == Lang::Zh { "、" } else { ", " });
        let (zh, en) = (list(Lang::Zh), list(Lang::En));
        let word = self.word_at(0).unwrap_or("").to_owned();
        let near = crate::vocab::nearest(&word, kws.iter().flat_map(|kw| kw.spellings()));
        if kws.len() <= 6 {
            let result = self.wanted(&format!(" {zh}"), &en);
            if let Some(near) = near {
                self.sink.help_last(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
            }
            return result;
        }
        let (found_zh, found_en) = self.found();
        let span = self.span();
        let d =
            self.sink.error("policy.syntax.unexpected", span, format!("这里不能写 {found_zh}"), format!("{found_en} cannot stand here"));
        match near {
            Some(near) => d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?")),
            None => d.help(format!("这里可以写:{zh}"), format!("what can stand here: {en}")),
        };
        Err(Reported)
    }

    fn need(&mut self, kw: Kw) -> Parsed<()> {
        if self.eat(kw) { Ok(()) } else { self.wanted_any(&[kw]) }
    }

    fn need_any(&mut self, kws: &[Kw]) -> Parsed<Kw> {
        match self.eat_any(kws) {
            Some(kw) => Ok(kw),
            None => self.wanted_any(kws),
        }
    }

    fn need_sign(&mut self, sign: &'static str) -> Parsed<()> {
        if self.eat_sign(sign) { Ok(()) } else { self.wanted(&format!(" `{sign}` "), &format!("`{sign}`")) }
    }

    /// A name.
    fn name(&mut self) -> Parsed<Name> {
        match self.word_at(0) {
            Some(word) => {
                let name = At::new(word.to_owned(), self.span());
                self.advance();
                Ok(name)
            }
            None => self.wanted("名称", "a name"),
        }
    }

    /// Names with commas between.
    fn names(&mut self) -> Parsed<Vec<Name>> {
        let mut out = vec![self.name()?];
        while self.eat_sign(",") {
            out.push(self.name()?);
        }
        Ok(out)
    }

    /// Names in braces, with commas between.
    fn braced_names(&mut self) -> Parsed<Vec<Name>> {
        self.need_sign("{")?;
        let names = self.names()?;
        self.eat_sign(",");
        self.need_sign("}")?;
        Ok(names)
    }

    fn text_here(&mut self) -> Option<Name> {
        if let Tok::Str(text) = &self.token().tok {
            let out = At::new(text.clone(), self.span());
            self.advance();
            return Some(out);
        }
        None
    }

    fn need_text(&mut self, zh: &str, en: &str) -> Parsed<Name> {
        match self.text_here() {
            Some(text) => Ok(text),
            None => self.wanted(zh, en),
        }
    }

    fn title(&mut self) -> String {
        self.text_here().map(|text| text.node).unwrap_or_default()
    }

    /// A whole number from `least` to `most`.
    fn integer(&mut self, least: u32, most: u32) -> Parsed<At<u32>> {
        if let Tok::Number { mantissa, scale: 0 } = self.token().tok
            && let Ok(value) = u32::try_from(mantissa)
            && (least..=most).contains(&value)
        {
            let out = At::new(value, self.span());
            self.advance();
            return Ok(out);
        }
        self.wanted(&format!(" {least} 到 {most} 的整数"), &format!("a whole number from {least} to {most}"))
    }

    /// An amount with an optional minus sign, in fen.
    fn signed_money(&mut self) -> Parsed<At<i64>> {
        let start = self.span();
        let negative = self.at_sign("-");
        if negative {
            self.marks[self.at] = Mark::Minus;
            self.advance();
        }
        if let Tok::Money(fen) = self.token().tok {
            self.advance();
            return Ok(At::new(if negative { -fen } else { fen }, self.since(start)));
        }
        self.wanted("金额(如 ¥25.80 或 25.80元)", "an amount such as ¥25.80")
    }

    fn date(&mut self) -> Parsed<At<qudao_kernel::Date>> {
        if let Tok::Date(date) = self.token().tok {
            let out = At::new(date, self.span());
            self.advance();
            return Ok(out);
        }
        self.wanted("日期(如 2026-07-01)", "a date such as 2026-07-01")
    }

    /// Reads items in braces, one after another, going on after a mistake. `starters` are the keywords an item begins with.
    fn block(&mut self, starters: &[Kw], mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        let open = self.span();
        if !self.at_sign("{") {
            return self.wanted(" `{` ", "`{`");
        }
        self.marks[self.at] = Mark::Block;
        self.advance();
        let level = self.braces;
        loop {
            while self.at_sign(";") {
                self.marks[self.at] = Mark::Needless;
                self.advance();
            }
            if self.at_sign("}") {
                self.marks[self.at] = Mark::Block;
                self.advance();
                return Ok(());
            }
            if self.at_end() {
                self.unclosed(open);
                return Err(Reported);
            }
            self.starts[self.at] = true;
            let before = self.at;
            if item(self).is_err() {
                self.recover(level, starters, before);
                if self.braces < level {
                    return Ok(());
                }
            }
        }
    }

    fn unclosed(&mut self, open: Span) {
        let span = self.span();
        self.sink.error("policy.syntax.unclosed", span, "缺少结束的 `}`", "the closing `}` is missing").label(
            open,
            "与这个 `{` 配对",
            "it belongs to this `{`",
        );
    }

    /// After a mistake: on to the next item of the block, or to its end.
    fn recover(&mut self, level: u32, starters: &[Kw], before: usize) {
        loop {
            if self.at_end() {
                return;
            }
            if self.braces < level {
                return;
            }
            if self.braces == level {
                if self.at_sign("}") || self.at_sign(";") {
                    return;
                }
                if self.at > before && self.token().fresh && starters.iter().any(|kw| self.at_kw(*kw)) {
                    return;
                }
            }
            self.advance();
        }
    }

    /// Reports a clause that is given a second time.
    fn twice(&mut self, first: Span, second: Span) {
        self.sink
            .error("policy.syntax.twice", second, "这一项写了两次", "this is given a second time")
            .label(first, "第一次在这里", "the first time is here")
            .help("请只保留一处", "keep one of them");
    }
}
