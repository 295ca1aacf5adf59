//! One row as bytes: what is sorted, spilled, merged and compared while facts are on their way into files.
//!
//! ```text
//! sort key   16  period (16 bits) | rank of the attributed partner (24) | day (16) | first 8 bytes of the event id
//! row number  8  top bit: the row itself says when it became known
//! known day   4
//! length      4  of the content
//! content        presence (8) | truth values (8) | the present cells in column order: 8 bytes a number or amount,
//!                4 bytes a date or month, 2 bytes length and the bytes of a text
//! ```
//!
//! Two rows say the same exactly if their contents are equal bytes. `known_on` is not content: a row that is sent again tomorrow is
//! the same row. Neither is the partner, which is looked up. Columns are only ever appended to a table, so contents written by
//! an older version compare with those of a newer one.

use qudao_kernel::facts::{Col, ColType, Table};
use std::cmp::Ordering;

/// Bytes before the content: key, row number, known day, length.
pub(super) const HEAD: usize = 32;
/// Bytes of the sort key.
const KEY: usize = 16;
/// Bytes of presence and truth values.
const FLAGS: usize = 16;
/// The row itself says when it became known.
pub(super) const EXPLICIT: u64 = 1 << 63;
/// 1970-01-01 to 2000-01-01; days in keys and id files count from there.
pub(super) const EPOCH: i32 = 10_957;

/// Most columns of a table; presence, one word of 64 bits, has room for more.
pub(super) const MOST_COLUMNS: usize = 32;

/// A column as it stands in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// Column.
    pub(super) col: Col,
    /// Type.
    pub(super) ty: ColType,
    /// Must not be empty.
    pub(super) required: bool,
}

/// How rows of a table are laid out.
#[derive(Debug)]
pub(super) struct Layout {
    /// Table.
    pub(super) table: Table,
    /// Its columns, in file order; `event_id` is the first.
    pub(super) slots: Vec<Slot>,
    /// Position of `known_on`.
    pub(super) known: usize,
    /// Position of the column reconciliation adds up, if the table has one.
    pub(super) amount: Option<usize>,
    /// Position of `kind`, if the table has one.
    pub(super) kind: Option<usize>,
    /// Position of `occurred_on`.
    pub(super) day: usize,
    /// Position of `month`, if the table has one.
    pub(super) month: Option<usize>,
    /// Position of `outlet`.
    pub(super) outlet: usize,
    /// Position of `partner`.
    pub(super) partner: usize,
}

impl Layout {
    /// The layout of a table.
    pub(super) fn of(table: Table) -> Self {
        let required = table.required();
        let slots: Vec<Slot> =
            table.columns().iter().map(|col| Slot { col: *col, ty: col.ty(), required: required.contains(col) }).collect();
        let find = |col| slots.iter().position(|slot: &Slot| slot.col == col);
        let every = |col| find(col).unwrap_or_default();
        let amount = find(if table == Table::SubscriberMonth { Col::Billed } else { Col::Amount });
        let (known, day, outlet, partner) = (every(Col::KnownOn), every(Col::OccurredOn), every(Col::Outlet), every(Col::Partner));
        let (kind, month) = (find(Col::Kind), find(Col::Month));
        Self { table, slots, known, amount, kind, day, month, outlet, partner }
    }

    /// Position of a column.
    pub(super) fn position(&self, col: Col) -> Option<usize> {
        self.slots.iter().position(|slot| slot.col == col)
    }
}

/// A cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// Number, or fen.
    Wide(i64),
    /// Day, or month.
    Narrow(i32),
    /// Truth value.
    Bit(bool),
}

/// Writes the content of one row at the end of a buffer, cell by cell in column order.
pub(super) struct ContentWriter<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    present: u64,
    truth: u64,
}

impl<'a> ContentWriter<'a> {
    /// Begins a row.
    pub(super) fn begin(bytes: &'a mut Vec<u8>) -> Self {
        let start = bytes.len();
        bytes.extend_from_slice(&[0; FLAGS]);
        Self { bytes, start, present: 0, truth: 0 }
    }

    /// A text; the caller keeps it below 64 KiB.
    pub(super) fn text(&mut self, position: usize, text: &[u8]) {
        self.present |= 1 << position;
        self.bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(text);
    }

    /// A number or amount.
    pub(super) fn wide(&mut self, position: usize, value: i64) {
        self.present |= 1 << position;
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A date or month.
    pub(super) fn narrow(&mut self, position: usize, value: i32) {
        self.present |= 1 << position;
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A truth value.
    pub(super) fn bit(&mut self, position: usize, value: bool) {
        self.present |= 1 << position;
        self.truth |= u64::from(value) << position;
    }

    /// Completes the row.
    pub(super) fn finish(self) {
        self.bytes[self.start..self.start + 8].copy_from_slice(&self.present.to_le_bytes());
        self.bytes[self.start + 8..self.start + FLAGS].copy_from_slice(&self.truth.to_le_bytes());
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
}

/// The event id of a content: its first cell.
pub(super) fn event_id(content: &[u8]) -> &[u8] {
    let length = usize::from(u16::from_le_bytes(array(content, FLAGS)));
    content.get(FLAGS + 2..FLAGS + 2 + length).unwrap_or_default()
}

/// Sort key of a row.
pub(super) fn sort_key(month: i32, rank: u32, day: i32, event_id: &[u8]) -> u128 {
    let month = u128::from(month as u16) << 104;
    let rank = u128::from(rank) << 80;
    let day = u128::from((day - EPOCH) as u16) << 64;
    with_id(month | rank | day, event_id)
}

/// A sort key with the first bytes of this id, or part of an id, instead of its own.
pub(super) fn with_id(key: u128, id: &[u8]) -> u128 {
    let mut prefix = [0_u8; 8];
    let length = id.len().min(8);
    prefix[..length].copy_from_slice(&id[..length]);
    key & !u128::from(u64::MAX) | u128::from(u64::from_be_bytes(prefix))
}

/// A whole row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a>(&'a [u8]);

impl<'a> Row<'a> {
    /// The row at the front of the bytes, which hold it whole.
    pub(super) fn at(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many bytes the row at the front takes; `None` while not even its head is there.
    pub(super) fn length(bytes: &[u8]) -> Option<usize> {
        (bytes.len() >= HEAD).then(|| HEAD + u32::from_le_bytes(array(bytes, 28)) as usize)
    }

    /// The head of a row with a content of this length.
    pub(super) fn head(key: u128, row: u64, known: i32, length: usize) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        head[..KEY].copy_from_slice(&key.to_le_bytes());
        head[KEY..24].copy_from_slice(&row.to_le_bytes());
        head[24..28].copy_from_slice(&known.to_le_bytes());
        head[28..].copy_from_slice(&(length as u32).to_le_bytes());
        head
    }

    /// All of its bytes.
    pub(super) fn bytes(self) -> &'a [u8] {
        self.0.get(..Self::length(self.0).unwrap_or_default()).unwrap_or_default()
    }

    /// Sort key.
    pub(super) fn key(self) -> u128 {
        u128::from_le_bytes(array(self.0, 0))
    }

    /// Month the row is filed under.
    pub(super) fn month(self) -> i32 {
        (self.key() >> 104) as i32
    }

    /// Rank of the attributed partner.
    pub(super) fn rank(self) -> u32 {
        (self.key() >> 80) as u32 & 0x00ff_ffff
    }

    /// Row number.
    pub(super) fn number(self) -> u64 {
        self.flags() & !EXPLICIT
    }

    /// Row number, with the bit that says whether the row itself gives its known day.
    pub(super) fn flags(self) -> u64 {
        u64::from_le_bytes(array(self.0, KEY))
    }

    /// Day the row became known.
    pub(super) fn known(self) -> i32 {
        i32::from_le_bytes(array(self.0, 24))
    }

    /// Content.
    pub(super) fn content(self) -> &'a [u8] {
        self.0.get(HEAD..Self::length(self.0).unwrap_or(HEAD)).unwrap_or_default()
    }

    /// Order within files: period, partner, day, event id, known day.
    pub(super) fn compare(self, other: Row<'_>) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| compare_tail(self.content(), self.known(), other.content(), other.known()))
    }

    /// Calls `visit` for every present cell in column order, with its position. `known_on` is not among them.
    pub(super) fn cells(self, layout: &Layout, mut visit: impl FnMut(usize, Value<'a>)) {
        let content = self.content();
        let present = u64::from_le_bytes(array(content, 0));
        let truth = u64::from_le_bytes(array(content, 8));
        let mut at = FLAGS;
        for (position, slot) in layout.slots.iter().enumerate() {
            if present & (1 << position) == 0 {
                continue;
            }
            match slot.ty {
                ColType::Text => {
                    let length = usize::from(u16::from_le_bytes(array(content, at)));
                    let text = content.get(at + 2..at + 2 + length).unwrap_or_default();
                    // Every text came from a text.
                    visit(position, Value::Text(std::str::from_utf8(text).unwrap_or_default()));
                    at += 2 + length;
                }
                ColType::Int | ColType::Money => {
                    visit(position, Value::Wide(i64::from_le_bytes(array(content, at))));
                    at += 8;
                }
                ColType::Date | ColType::Month => {
                    visit(position, Value::Narrow(i32::from_le_bytes(array(content, at))));
                    at += 4;
                }
                ColType::Bool => visit(position, Value::Bit(truth & (1 << position) != 0)),
            }
        }
    }
}

/// The order of two rows with equal keys.
pub(super) fn compare_tail(content: &[u8], known: i32, other: &[u8], other_known: i32) -> Ordering {
    event_id(content).cmp(event_id(other)).then(known.cmp(&other_known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_went_in() {
        let layout = Layout::of(Table::BusinessEvent);
        let mut content = Vec::new();
        let mut writer = ContentWriter::begin(&mut content);
        let position = |col| layout.position(col).unwrap();
        writer.text(0, "事件-1".as_bytes());
        writer.narrow(position(Col::OccurredOn), 20_000);
        writer.wide(position(Col::PlanFee), 5_800);
        writer.bit(position(Col::Verified), true);
        writer.finish();
        let mut bytes = Row::head(sort_key(24_318, 7, 20_000, b"e"), EXPLICIT | 0x2a, 20_001, content.len()).to_vec();
        bytes.extend(content);
        assert_eq!(Row::length(&bytes), Some(bytes.len()));
        let row = Row::at(&bytes);
        assert_eq!((row.month(), row.rank(), row.number(), row.known()), (24_318, 7, 42, 20_001));
        assert_eq!(event_id(row.content()), "事件-1".as_bytes());
        let mut cells = Vec::new();
        row.cells(&layout, |position, value| cells.push((layout.slots[position].col, value)));
        assert_eq!(
            cells,
            [
                (Col::EventId, Value::Text("事件-1")),
                (Col::OccurredOn, Value::Narrow(20_000)),
                (Col::PlanFee, Value::Wide(5_800)),
                (Col::Verified, Value::Bit(true))
            ]
        );
    }

    #[test]
    fn every_table_fits_the_presence_word() {
        for table in Table::ALL {
            assert!(table.columns().len() <= MOST_COLUMNS && MOST_COLUMNS <= 64);
            assert_eq!(table.columns()[0], Col::EventId);
        }
    }

    #[test]
    fn keys_order_by_period_partner_day_and_id() {
        let keys = [
            sort_key(24_318, 0, 20_000, b"b"),
            sort_key(24_318, 1, 19_999, b"z"),
            sort_key(24_318, 1, 20_000, b"a"),
            sort_key(24_318, 1, 20_000, b"ab"),
            sort_key(24_319, 0, 19_000, b""),
        ];
        assert!(keys.is_sorted());
    }
}
