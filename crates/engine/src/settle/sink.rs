//! What a block produces, in columns of small integers; texts are references into the block's own columns until they are written.

use super::items::TableRows;
use super::plan::CompNo;
use qudao_kernel::facts::{Col, Table};
use qudao_policy::lines::{LineKind, ObligationState};
use qudao_policy::model::PayeeKind;
use std::collections::HashMap;

/// Where a text is: a source in the high half, a row of it in the low half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TextRef(u64);

/// The sink's own texts.
const ARENA: u32 = 0;
/// Codes of the partner rows of the master index.
const PARTNERS: u32 = 1;
/// Columns of the open obligations.
const OBLIGATIONS: u32 = 2;
/// Columns of the tables: `TABLES + table × 64 + column`.
const TABLES: u32 = 16;

impl TextRef {
    const fn new(source: u32, row: u32) -> Self {
        Self(((source as u64) << 32) | row as u64)
    }

    /// The empty text: the first of every arena.
    pub(crate) const EMPTY: TextRef = TextRef::new(ARENA, 0);

    /// Code of a partner row.
    pub(crate) const fn partner(row: u32) -> Self {
        Self::new(PARTNERS, row)
    }

    /// Cell of a fact.
    pub(crate) const fn cell(table: Table, col: Col, row: u32) -> Self {
        Self::new(TABLES + table as u32 * 64 + col as u32, row)
    }

    /// Cell of an open obligation; `column` is one of [`super::release::TEXTS`].
    pub(crate) const fn obligation(column: u32, row: u32) -> Self {
        Self::new(OBLIGATIONS + column, row)
    }

    pub(crate) const fn source(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) const fn row(self) -> u32 {
        self.0 as u32
    }

    /// Which table and column, if it is a fact's cell.
    pub(crate) fn table_cell(self) -> Option<(usize, usize)> {
        self.source().checked_sub(TABLES).map(|index| ((index / 64) as usize, (index % 64) as usize))
    }

    /// Which obligation column, if it is one.
    pub(crate) fn obligation_cell(self) -> Option<usize> {
        (OBLIGATIONS..TABLES).contains(&self.source()).then(|| (self.source() - OBLIGATIONS) as usize)
    }

    /// Whether it is a partner row's code.
    pub(crate) const fn is_partner(self) -> bool {
        self.source() == PARTNERS
    }
}

/// Account a line goes to: the block's own segment, or another partner's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Account {
    /// A segment of the block.
    Own(u32),
    /// A partner row outside it.
    Other(u32),
}

/// A line in the making. Field meanings as on [`qudao_policy::lines::Line`].
#[derive(Debug, Clone)]
pub(crate) struct LineRow {
    pub(crate) comp: CompNo,
    /// Component whose destination the money has: another one where a clawback takes back.
    pub(crate) destination_of: CompNo,
    pub(crate) account: Account,
    /// Segment of the own partner.
    pub(crate) seg: u32,
    pub(crate) kind: LineKind,
    pub(crate) basis: TextRef,
    pub(crate) day: i32,
    pub(crate) payee_kind: PayeeKind,
    pub(crate) payee: TextRef,
    pub(crate) part: u32,
    pub(crate) subscriber: TextRef,
    pub(crate) once: TextRef,
    pub(crate) own: TextRef,
    pub(crate) outlet: TextRef,
    pub(crate) clerk: TextRef,
    pub(crate) accrued: i64,
    pub(crate) amount: i64,
    /// Fact row, for lines on lines; `u32::MAX` if none.
    pub(crate) fact: u32,
    /// What the line was computed from, for lines on lines.
    pub(crate) base: i64,
}

/// An obligation in the making.
#[derive(Debug, Clone)]
pub(crate) struct ObligationRow {
    pub(crate) comp: CompNo,
    pub(crate) account: Account,
    pub(crate) basis: TextRef,
    pub(crate) day: i32,
    pub(crate) payee_kind: PayeeKind,
    pub(crate) payee: TextRef,
    pub(crate) part: u32,
    pub(crate) instalment: u16,
    pub(crate) own: TextRef,
    pub(crate) subscriber: TextRef,
    pub(crate) amount: i64,
    pub(crate) origin: i32,
    pub(crate) due: i32,
    pub(crate) tries: u16,
    pub(crate) state: ObligationState,
}

/// A reason in the making. `comp` is `None` for `unattributed`.
#[derive(Debug, Clone)]
pub(crate) struct ReasonRow {
    pub(crate) comp: Option<CompNo>,
    pub(crate) own: TextRef,
    pub(crate) seg: u32,
    pub(crate) basis: TextRef,
    pub(crate) day: i32,
    pub(crate) code: u16,
    pub(crate) until: i32,
    pub(crate) forgone: i64,
}

/// Everything a block produces.
pub(crate) struct Sink {
    /// Lines.
    pub(crate) lines: Vec<LineRow>,
    /// Obligations.
    pub(crate) obligations: Vec<ObligationRow>,
    /// Reasons.
    pub(crate) reasons: Vec<ReasonRow>,
    /// Texts made here; the first is empty.
    pub(crate) arena: Vec<String>,
    /// Reason codes by number.
    pub(crate) codes: Vec<String>,
    code_numbers: HashMap<String, u16>,
}

impl Default for Sink {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            obligations: Vec::new(),
            reasons: Vec::new(),
            arena: vec![String::new()],
            codes: Vec::new(),
            code_numbers: HashMap::new(),
        }
    }
}

impl Sink {
    /// Keeps a text made here.
    pub(crate) fn keep(&mut self, text: &str) -> TextRef {
        if text.is_empty() {
            return TextRef::EMPTY;
        }
        self.arena.push(text.to_string());
        TextRef::new(ARENA, self.arena.len() as u32 - 1)
    }

    /// Number of a reason code.
    pub(crate) fn code(&mut self, code: &str) -> u16 {
        if let Some(number) = self.code_numbers.get(code) {
            return *number;
        }
        let number = self.codes.len() as u16;
        self.codes.push(code.to_string());
        self.code_numbers.insert(code.to_string(), number);
        number
    }
}

/// Reference to a fact's text cell, or the empty text if the table has no such column in memory.
pub(crate) fn cell(table: &TableRows, col: Col, row: u32) -> TextRef {
    if table.strings(col).is_some() { TextRef::cell(table.table, col, row) } else { TextRef::EMPTY }
}
