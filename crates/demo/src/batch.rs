//! Rows into column batches for the columnar store.

use crate::code::Code;
use crate::events::Event;
use crate::months::SubscriberMonth;
use crate::trade::{Row, Value};
use crate::world::World;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_platform::columnar::facts::{Column, FactBatch, FactSink, TextColumn};
use std::ops::Range;

/// Rows of a full batch.
const BATCH_ROWS: usize = 32_768;

/// Which events to take, by when they became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// All of them.
    Ever,
    /// Those known by the end of this day.
    By(Date),
    /// Those known later than this day.
    After(Date),
}

impl Known {
    /// Whether an event known on a day is taken.
    pub fn takes(self, day: Date) -> bool {
        match self {
            Known::Ever => true,
            Known::By(last) => day <= last,
            Known::After(last) => day > last,
        }
    }
}

/// The last day on which an event of the month can become known and still be settled with it.
pub fn close_of(month: Month) -> Date {
    month.last_day().plus_days(5)
}

impl World {
    /// Writes a table's facts of a month, of some partners, into a sink: ordered by attributed partner, day and event id. Returns
    /// the number of rows. `known` applies to business events only.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn write_facts(
        &self,
        table: Table,
        month: Month,
        partners: Range<u32>,
        known: Known,
        sink: &mut dyn FactSink,
    ) -> Result<u64, Refusal> {
        let mut filler = Filler { table, columns: columns(table), rows: 0, written: 0, sink };
        match table {
            Table::BusinessEvent => self.events(month, partners, &mut |event| {
                if known.takes(event.known) { filler.event(event) } else { Ok(()) }
            })?,
            Table::SubscriberMonth => self.subscriber_months(month, partners, &mut |row| filler.month(row))?,
            _ => {
                for partner in partners {
                    for row in self.trade(table, month, partner) {
                        filler.row(&row)?;
                    }
                }
            }
        }
        filler.finish()
    }
}

/// Empty columns of a table, in its order.
fn columns(table: Table) -> Vec<(Col, Column)> {
    let column = |col: &Col| match col.ty() {
        ColType::Text => Column::Text(TextColumn::with_capacity(BATCH_ROWS, 12)),
        ColType::Int => Column::Int(Vec::with_capacity(BATCH_ROWS)),
        ColType::Money => Column::Money(Vec::with_capacity(BATCH_ROWS)),
        ColType::Bool => Column::Bool(Vec::with_capacity(BATCH_ROWS)),
        ColType::Date => Column::Date(Vec::with_capacity(BATCH_ROWS)),
        ColType::Month => Column::Month(Vec::with_capacity(BATCH_ROWS)),
    };
    table.columns().iter().map(|col| (*col, column(col))).collect()
}

/// Fills columns and hands them on when they are full. Cells are written in the table's column order.
struct Filler<'s> {
    table: Table,
    columns: Vec<(Col, Column)>,
    rows: usize,
    written: u64,
    sink: &'s mut dyn FactSink,
}

/// A cell in the making.
enum Cell<'a> {
    Text(&'a str),
    Int(Option<i64>),
    Money(Option<i64>),
    Bool(Option<bool>),
    Date(Option<Date>),
    Month(Month),
}

fn text(code: &Code) -> Cell<'_> {
    Cell::Text(code.as_str())
}

fn money(fen: i64) -> Cell<'static> {
    Cell::Money((fen != 0).then_some(fen))
}

impl Filler<'_> {
    fn put(column: &mut Column, cell: &Cell<'_>) {
        match (column, cell) {
            (Column::Text(cells), Cell::Text(text)) => cells.push(text),
            (Column::Int(cells), Cell::Int(value)) => cells.push(*value),
            (Column::Money(cells), Cell::Money(value)) => cells.push(value.map(Fen)),
            (Column::Bool(cells), Cell::Bool(value)) => cells.push(*value),
            (Column::Date(cells), Cell::Date(value)) => cells.push(*value),
            (Column::Month(cells), Cell::Month(value)) => cells.push(Some(*value)),
            // A cell of another type would be a defect of this file; the shape check of the sink finds the short column.
            _ => {}
        }
    }

    fn fill<const N: usize>(&mut self, cells: &[Cell<'_>; N]) -> Result<(), Refusal> {
        for ((_, column), cell) in self.columns.iter_mut().zip(cells) {
            Self::put(column, cell);
        }
        self.next()
    }

    fn next(&mut self) -> Result<(), Refusal> {
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        self.written += self.rows as u64;
        self.rows = 0;
        let full = std::mem::replace(&mut self.columns, columns(self.table));
        self.sink.write(FactBatch { table: self.table, columns: full })
    }

    fn finish(mut self) -> Result<u64, Refusal> {
        if self.rows > 0 {
            self.flush()?;
        }
        Ok(self.written)
    }

    fn event(&mut self, event: &Event) -> Result<(), Refusal> {
        self.fill(&[
            text(&event.id),
            Cell::Text(event.kind),
            Cell::Date(Some(event.occurred)),
            Cell::Date(Some(event.known)),
            text(&event.outlet),
            text(&event.partner),
            text(&event.clerk),
            text(&event.subscriber),
            text(&event.product),
            money(event.plan_fee),
            money(event.prior_fee),
            money(event.amount),
            money(event.cost),
            Cell::Int(None),
            Cell::Int((event.term != 0).then_some(event.term)),
            text(&event.order),
            text(&event.reference),
            text(&event.imei),
            Cell::Text(event.class),
            Cell::Text(event.network),
            Cell::Bool(event.verified),
            Cell::Date(event.slip),
            Cell::Text(event.hold),
        ])
    }

    fn month(&mut self, row: &SubscriberMonth) -> Result<(), Refusal> {
        self.fill(&[
            text(&row.id),
            Cell::Month(row.month),
            Cell::Date(Some(row.month.first_day())),
            Cell::Date(Some(row.known)),
            text(&row.outlet),
            text(&row.partner),
            text(&row.subscriber),
            text(&row.product),
            Cell::Date(Some(row.joined)),
            Cell::Bool(Some(row.active)),
            Cell::Int(Some(row.suspended_days)),
            Cell::Int(Some(row.minutes)),
            Cell::Int(Some(row.data_mb)),
            Cell::Money(Some(row.billed)),
            Cell::Money(Some(row.received)),
            Cell::Money(Some(row.arrears)),
            Cell::Money(Some(row.recharge)),
            Cell::Bool(Some(row.confirmed)),
        ])
    }

    fn row(&mut self, row: &Row) -> Result<(), Refusal> {
        for (col, column) in &mut self.columns {
            let value = row.cells.iter().find(|(name, _)| name == col).map(|(_, value)| *value);
            let code = if let Some(Value::Code(code)) = value { code } else { Code::EMPTY };
            let cell = match (value, col.ty()) {
                (Some(Value::Code(_)), _) => Cell::Text(code.as_str()),
                (Some(Value::Word(word)), _) => Cell::Text(word),
                (Some(Value::Int(number)), _) => Cell::Int(Some(number)),
                (Some(Value::Money(fen)), _) => Cell::Money(Some(fen)),
                (Some(Value::Bool(truth)), _) => Cell::Bool(Some(truth)),
                (Some(Value::Date(day)), _) => Cell::Date(Some(day)),
                (None, ColType::Text) => Cell::Text(""),
                (None, ColType::Int) => Cell::Int(None),
                (None, ColType::Money) => Cell::Money(None),
                (None, ColType::Bool) => Cell::Bool(None),
                (None, ColType::Date | ColType::Month) => Cell::Date(None),
            };
            Self::put(column, &cell);
        }
        self.next()
    }
}
