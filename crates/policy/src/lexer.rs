//! Text to words, numbers, amounts, dates, texts and signs, each with its place; comments are kept aside.
//!
//! Invariant: never fails and never panics; what cannot be read is reported and skipped. Chinese and English punctuation mean the same.

use crate::diagnostics::{Sink, Span};

/// Largest text read, in bytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tok {
    /// A keyword or name; the text is in the source.
    Word,
    /// `mantissa / 10^scale`, percent already applied.
    Number { mantissa: i64, scale: u8 },
    /// Fen.
    Money(i64),
    /// A day.
    Date(qudao_kernel::Date),
    /// A month.
    Month(qudao_kernel::Month),
    /// A text without its quotes.
    Str(String),
    /// A sign in its canonical spelling.
    Sign(&'static str),
    /// End of the text.
    Eof,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) tok: Tok,
    pub(crate) span: Span,
    /// First on its line.
    pub(crate) fresh: bool,
    /// After a blank line.
    pub(crate) blank: bool,
}

/// A text in tokens.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// Tokens, the last of which is `Eof`.
    pub(crate) tokens: Vec<Token>,
    /// Comments with their `#`, in order.
    pub(crate) comments: Vec<Span>,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    fresh: bool,
    newlines: u32,
    /// Open round brackets: inside, `1,000` would be ambiguous.
    round: u32,
    out: Lexed,
    sink: &'a mut Sink,
}

/// Whether a name can hold the character.
pub(crate) fn name_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Signs of two and of one character; the second of each pair is what it means.
const SIGNS: &[(&str, &str)] = &[
    ("<=", "<="),
    (">=", ">="),
    ("!=", "!="),
    ("<>", "!="),
    ("==", "="),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("×", "*"),
    ("÷", "/"),
    ("{", "{"),
    ("}", "}"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    (";", ";"),
    (":", ":"),
    (".", "."),
    ("%", "%"),
    ("、", ","),
    ("\u{ff1c}", "<"),
    ("\u{ff1e}", ">"),
    ("\u{ff1d}", "="),
    ("\u{ff0b}", "+"),
    ("\u{ff0d}", "-"),
    ("\u{2212}", "-"),
    ("\u{ff0a}", "*"),
    ("\u{ff0f}", "/"),
    ("\u{ff5b}", "{"),
    ("\u{ff5d}", "}"),
    ("\u{ff08}", "("),
    ("\u{ff09}", ")"),
    ("\u{ff0c}", ","),
    ("\u{ff1b}", ";"),
    ("\u{ff1a}", ":"),
    ("\u{ff0e}", "."),
    ("\u{ff05}", "%"),
];

/// Splits a text into tokens.
pub(crate) fn lex(text: &str, sink: &mut Sink) -> Lexed {
    if text.len() > MAX_BYTES {
        sink.error(
            "policy.file.too_large",
            Span::default(),
            format!("文件有 {} 字节,超过上限 {MAX_BYTES} 字节", text.len()),
            format!("the file has {} bytes, more than the limit of {MAX_BYTES}", text.len()),
        )
        .help("请把算例或政策拆到几个文件", "split the policies or examples over several files");
        let end = Token { tok: Tok::Eof, span: Span::default(), fresh: true, blank: false };
        return Lexed { tokens: vec![end], comments: Vec::new() };
    }
    let mut lexer = Lexer { text, at: 0, fresh: true, newlines: 0, round: 0, out: Lexed::default(), sink };
    lexer.run();
    lexer.out
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn run(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                '\n' => {
                    self.fresh = true;
                    self.newlines += 1;
                    self.at += 1;
                }
                '\u{feff}' => self.at += c.len_utf8(),
                _ if c.is_whitespace() => self.at += c.len_utf8(),
                '#' => self.comment(),
                '"' | '“' | '”' => self.string(c),
                '¥' | '\u{ffe5}' => self.yuan(c),
                _ if c.is_ascii_digit() => self.digits(),
                _ if name_char(c) => self.word(),
                _ => self.sign(c),
            }
        }
        let span = Span { start: self.text.len(), end: self.text.len() };
        self.push(Tok::Eof, span);
    }

    fn push(&mut self, tok: Tok, span: Span) {
        match tok {
            Tok::Sign("(") => self.round += 1,
            Tok::Sign(")") => self.round = self.round.saturating_sub(1),
            Tok::Sign("{" | "}") => self.round = 0,
            _ => {}
        }
        self.out.tokens.push(Token { tok, span, fresh: self.fresh, blank: self.newlines > 1 });
        self.fresh = false;
        self.newlines = 0;
        self.at = span.end;
    }

    fn comment(&mut self) {
        let end = self.rest().find('\n').map_or(self.text.len(), |n| self.at + n);
        let end = self.at + self.text[self.at..end].trim_end().len();
        self.out.comments.push(Span { start: self.at, end });
        self.at = end;
    }

    fn string(&mut self, open: char) {
        let start = self.at;
        let body = start + open.len_utf8();
        // A text opened with a Chinese quote ends with one, so that it can hold the other sort.
        let close = if open == '"' { '"' } else { '”' };
        let line_end = self.text[body..].find('\n').map_or(self.text.len(), |n| body + n);
        if let Some(n) = self.text[body..line_end].find(close) {
            let end = body + n + close.len_utf8();
            self.push(Tok::Str(self.text[body..body + n].to_owned()), Span { start, end });
            return;
        }
        let end = start + self.text[start..line_end].trim_end().len();
        let span = Span { start, end };
        self.sink
            .error("policy.text.unclosed", span, "文本没有结束引号", "this text has no closing quote")
            .help(format!("请在同一行补上 {close}"), format!("add {close} on the same line"));
        self.push(Tok::Str(self.text[body..end.max(body)].to_owned()), span);
    }

    /// A run of ASCII digits with `_`, and commas where they group thousands.
    fn digit_run(&mut self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            match bytes.get(at) {
                Some(b) if b.is_ascii_digit() => at += 1,
                Some(b'_') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => at += 1,
                Some(b',') if at > from && groups(&bytes[at + 1..]) && bytes[from..at].iter().all(|b| b.is_ascii_digit() || *b == b',') => {
                    if self.round > 0 {
                        let span = Span { start: from, end: at + 4 };
                        self.sink
                            .error(
                                "policy.number.ambiguous_comma",
                                span,
                                "括号里的逗号可能是千分位,也可能是分隔,无法判断",
                                "inside brackets this comma could group thousands or separate two numbers",
                            )
                            .help(
                                "千位请写 1_000;分隔请在逗号后加空格",
                                "write 1_000 for a thousand, or put a blank behind a separating comma",
                            );
                    }
                    at += 4;
                }
                _ => return at,
            }
        }
    }

    /// Digits, point, digits: the end and the parts.
    fn decimal(&mut self, from: usize) -> (usize, String, usize) {
        let mut end = self.digit_run(from);
        let mut digits: String = self.text[from..end].chars().filter(char::is_ascii_digit).collect();
        let mut scale = 0;
        let bytes = self.text.as_bytes();
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
            let begin = end + 1;
            end = begin + bytes[begin..].iter().take_while(|b| b.is_ascii_digit()).count();
            digits.push_str(&self.text[begin..end]);
            scale = end - begin;
        }
        (end, digits, scale)
    }

    fn digits(&mut self) {
        if self.date_or_month() {
            return;
        }
        let start = self.at;
        let plain_end = start + self.text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let follows = self.text[plain_end..].chars().next();
        if follows.is_some_and(|c| c.is_ascii_alphabetic()) || follows == Some('-') && self.code_follows(plain_end) {
            // A code such as 4g or 60-A.
            self.word();
            return;
        }
        let (end, digits, scale) = self.decimal(start);
        let rest = &self.text[end..];
        if let Some(after) = rest.strip_prefix('元')
            && !after.starts_with(name_char)
        {
            self.money(start, end + '元'.len_utf8(), &digits, scale);
            return;
        }
        let percent = rest.chars().next().filter(|c| matches!(c, '%' | '\u{ff05}'));
        let end = end + percent.map_or(0, char::len_utf8);
        let span = Span { start, end };
        let tok = number(&digits, scale + if percent.is_some() { 2 } else { 0 });
        let tok = tok.unwrap_or_else(|| {
            self.sink
                .error(
                    "policy.number.too_long",
                    span,
                    "数字太长:最多 18 位数字、9 位小数",
                    "too long a number: at most 18 digits and 9 decimals",
                )
                .help("请缩短", "shorten it");
            Tok::Number { mantissa: 0, scale: 0 }
        });
        self.push(tok, span);
    }

    fn code_follows(&self, at: usize) -> bool {
        self.text[at + 1..].chars().next().is_some_and(|c| c.is_ascii_alphabetic())
    }

    fn date_or_month(&mut self) -> bool {
        let start = self.at;
        let shape = |len: usize| -> Option<&str> {
            let part = self.text.get(start..start + len)?;
            let fits = part.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
            let follows = self.text[start + len..].chars().next();
            (fits && !follows.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(part)
        };
        let (part, is_date) = match (shape(10), shape(7)) {
            (Some(part), _) => (part.to_owned(), true),
            (None, Some(part)) if !self.text[start + 7..].starts_with('-') => (part.to_owned(), false),
            _ => return false,
        };
        let span = Span { start, end: start + part.len() };
        let tok = if is_date { part.parse().map(Tok::Date) } else { part.parse().map(Tok::Month) };
        let tok = tok.unwrap_or_else(|_| {
            self.sink.error("policy.date.none", span, format!("没有这一天:{part}"), format!("there is no such day: {part}")).help(
                "日期写作 2026-07-31,月份写作 2026-07,年份在 1900 到 2200 之间",
                "write dates as 2026-07-31 and months as 2026-07, between 1900 and 2200",
            );
            if is_date { Tok::Date(qudao_kernel::Date::from_days(0)) } else { Tok::Month(qudao_kernel::Month::from_index(1970 * 12)) }
        });
        self.push(tok, span);
        true
    }

    fn yuan(&mut self, sign: char) {
        let start = self.at;
        let from = start + sign.len_utf8();
        if !self.text[from..].starts_with(|c: char| c.is_ascii_digit()) {
            let span = Span { start, end: from };
            self.sink
                .error("policy.money.no_digits", span, "¥ 后面要有数字", "digits must follow ¥")
                .help("例如 ¥25.80;负数写作 -¥25.80", "for example ¥25.80; a negative amount is -¥25.80");
            self.at = from;
            return;
        }
        let (end, digits, scale) = self.decimal(from);
        self.money(start, end, &digits, scale);
    }

    fn money(&mut self, start: usize, end: usize, digits: &str, scale: usize) {
        let span = Span { start, end };
        // Zeros beyond the fen say nothing.
        let beyond = scale.saturating_sub(2).min(digits.len());
        let (kept, lost) = digits.split_at(digits.len() - beyond);
        let whole_fen = lost.bytes().all(|b| b == b'0');
        let factor = [100, 10, 1][scale.min(2)];
        let fen = whole_fen.then(|| kept.parse::<i64>().ok()).flatten().and_then(|value| value.checked_mul(factor));
        // Well below what an amount can hold, so that sums in examples and checks cannot leave 64 bits.
        let fen = fen.filter(|fen| *fen <= 100_000_000_000_000_000);
        let fen = fen.unwrap_or_else(|| {
            self.sink
                .error(
                    "policy.money.not_fen",
                    span,
                    "金额最多两位小数(到分),且不超过一千万亿元",
                    "an amount has at most two decimals (fen) and at most 10^15 yuan",
                )
                .help("更小的单价请写成乘法,例如 0.5 * ¥0.01", "write smaller unit prices as a product, such as 0.5 * ¥0.01");
            0
        });
        self.push(Tok::Money(fen), span);
    }

    fn word(&mut self) {
        let start = self.at;
        let mut end = start;
        let mut chars = self.text[start..].chars().peekable();
        let mut wide = None;
        while let Some(c) = chars.next() {
            let joins = c == '-' && end > start && chars.peek().is_some_and(|next| name_char(*next));
            if !name_char(c) && !joins {
                break;
            }
            if matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}') {
                wide = wide.or(Some(Span { start: end, end: end + c.len_utf8() }));
            }
            end += c.len_utf8();
        }
        if let Some(span) = wide {
            self.sink
                .error("policy.text.full_width", span, "这是全角字母或数字", "this is a full-width letter or digit")
                .help("请改用半角", "use the ordinary one");
            if self.text[start..].starts_with(|c: char| ('\u{ff10}'..='\u{ff19}').contains(&c)) {
                // A number was meant; what it is worth does not matter any more.
                let tail = self.text[end..].chars().next().filter(|c| matches!(c, '%' | '\u{ff05}'));
                let end = end + tail.map_or(0, char::len_utf8);
                self.push(Tok::Number { mantissa: 1, scale: 0 }, Span { start, end });
                return;
            }
        }
        self.push(Tok::Word, Span { start, end });
    }

    fn sign(&mut self, c: char) {
        let start = self.at;
        let found = SIGNS.iter().find(|(spelling, _)| self.rest().starts_with(spelling));
        if let Some((spelling, meaning)) = found {
            self.push(Tok::Sign(meaning), Span { start, end: start + spelling.len() });
            return;
        }
        let span = Span { start, end: start + c.len_utf8() };
        self.sink.error("policy.text.strange", span, format!("读不懂的字符:{c:?}"), format!("this character means nothing here: {c:?}"));
        self.at = span.end;
    }
}

/// Exactly three digits, then none.
fn groups(bytes: &[u8]) -> bool {
    bytes.len() >= 3 && bytes[..3].iter().all(u8::is_ascii_digit) && !bytes.get(3).is_some_and(u8::is_ascii_digit)
}

/// A number token without needless zeros at its end, or `None` if it is too long.
fn number(digits: &str, scale: usize) -> Option<Tok> {
    let mut mantissa: i64 = if digits.len() <= 18 { digits.parse().ok()? } else { return None };
    let mut scale = scale;
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (scale <= 9).then_some(Tok::Number { mantissa, scale: scale as u8 })
}
