//! Reading the typed fields of one row, collecting everything that is wrong with it.

use super::noun::{Field, Noun};
use qudao_kernel::master::Span;
use qudao_kernel::{Date, Fen, Text};
use qudao_platform::sheet::{Problem, RecordBuf, parse_bool, parse_date, parse_int};

/// Longest code, in characters.
const CODE_CHARS: usize = 64;

/// Which cell of a file holds which field.
#[derive(Debug, Clone)]
pub struct Positions {
    noun: Noun,
    headers: Vec<String>,
    cells: Vec<Option<usize>>,
}

impl Positions {
    /// The cell of each field, in the order of the noun's fields.
    pub fn new(noun: Noun, headers: &[String], cells: Vec<Option<usize>>) -> Self {
        Self { noun, headers: headers.to_vec(), cells }
    }

    fn of(&self, name: &str) -> Option<(usize, &'static Field)> {
        self.noun.fields().iter().position(|field| field.name == name).map(|index| (index, &self.noun.fields()[index]))
    }

    /// The header a field has in the file; its Chinese label where the file has no such column.
    pub fn header(&self, name: &str) -> &str {
        let Some((index, field)) = self.of(name) else { return "" };
        self.cells[index].and_then(|cell| self.headers.get(cell)).map_or(field.label, String::as_str)
    }
}

/// One row being read.
pub struct Cells<'a> {
    positions: &'a Positions,
    record: &'a RecordBuf,
    /// What is wrong with the row.
    pub problems: Vec<Problem>,
    /// What is odd about it, without being a reason to refuse it.
    pub warnings: Vec<Problem>,
}

impl<'a> Cells<'a> {
    /// Begins reading a row.
    pub fn new(positions: &'a Positions, record: &'a RecordBuf) -> Self {
        Self { positions, record, problems: Vec::new(), warnings: Vec::new() }
    }

    /// The cell of a field as text, empty where there is none.
    fn raw(&self, name: &str) -> &'a str {
        let cell = self.positions.of(name).and_then(|(index, _)| self.positions.cells[index]);
        cell.map_or("", |cell| self.record.trimmed(cell))
    }

    /// A problem with a field.
    pub fn wrong(&mut self, name: &str, code: &'static str, text: Text) {
        let problem = self.problem(name, code, text);
        self.problems.push(problem);
    }

    /// A warning about a field.
    pub fn warn(&mut self, name: &str, code: &'static str, text: Text) {
        let problem = self.problem(name, code, text);
        self.warnings.push(problem);
    }

    fn problem(&self, name: &str, code: &'static str, text: Text) -> Problem {
        Problem::new(self.record.row(), self.positions.header(name), self.raw(name), code, text.zh, text.en)
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> String {
        let text = self.raw(name);
        if text.is_empty() && self.positions.of(name).is_some_and(|(_, field)| field.required) {
            self.wrong(name, "network.row.missing", Text::new("必填项为空；请填写", "a required cell is empty; fill it in"));
        }
        text.to_owned()
    }

    /// A code: no blanks inside, not too long. Empty where the field may be.
    pub fn code(&mut self, name: &str) -> String {
        let code = self.text(name);
        if code.chars().any(|c| c.is_whitespace() || c.is_control()) || code.chars().count() > CODE_CHARS {
            let (zh, en) = (
                format!("编码中不能有空格，且不超过 {CODE_CHARS} 个字符"),
                format!("a code has no blanks and at most {CODE_CHARS} characters"),
            );
            self.wrong(name, "network.row.code", Text::new(zh, en));
        }
        code
    }

    /// A whole number; 0 where empty.
    pub fn int(&mut self, name: &str) -> i64 {
        self.parsed(name, parse_int, "network.row.number", "不是整数；请填写如 12", "not a whole number; write it as 12").unwrap_or(0)
    }

    /// An amount in yuan; 0.00 where empty.
    pub fn money(&mut self, name: &str) -> Fen {
        let amount = self.parsed(
            name,
            |text| text.parse().ok(),
            "network.row.amount",
            "不是金额；请按元填写，最多两位小数，如 1300.50",
            "not an amount; write yuan with at most two decimals, as 1300.50",
        );
        amount.unwrap_or(Fen::ZERO)
    }

    /// Yes or no; no where empty.
    pub fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, parse_bool, "network.row.flag", "应为“是”或“否”", "must be yes or no").unwrap_or(false)
    }

    /// A date; `None` where empty.
    pub fn date(&mut self, name: &str) -> Option<Date> {
        self.parsed(name, parse_date, "network.row.date", "不是有效日期；请按 2026-07-31 填写", "not a valid date; write it as 2026-07-31")
    }

    /// The days the row is in force.
    pub fn span(&mut self) -> Span {
        let before = self.problems.len();
        let from = self.date("effective_from").unwrap_or(Span::ALWAYS.from);
        let to = self.date("effective_to").unwrap_or(Span::ALWAYS.to);
        if from >= to && self.problems.len() == before {
            let text =
                Text::new("失效日期应晚于生效日期；请更正其中一个", "effective_to must be after effective_from; correct one of them");
            self.wrong("effective_to", "network.span.empty", text);
        }
        Span { from, to }
    }

    fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>, code: &'static str, zh: &str, en: &str) -> Option<T> {
        let text = self.raw(name);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            self.wrong(name, code, Text::new(zh, en));
        }
        value
    }
}
