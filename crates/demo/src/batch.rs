//! Rows into column batches for the columnar store.

use crate::events::Event;
use crate::months::SubscriberMonth;
use crate::trade::{Row, Value};
use crate::world::World;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_platform::columnar::facts::{Column, FactBatch, FactSink, TextColumn};
use std::ops::Range;

/// Rows of a full batch.
const BATCH_ROWS: usize = 16_384;

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
        let mut filler = Filler { table, columns: Columns::new(table), rows: 0, written: 0, sink };
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

/// Cells of a batch by type, each type's columns in the table's order: rows are written without asking each column what it is.
struct Columns {
    texts: Vec<TextColumn>,
    ints: Vec<Vec<Option<i64>>>,
    money: Vec<Vec<Option<Fen>>>,
    bools: Vec<Vec<Option<bool>>>,
    dates: Vec<Vec<Option<Date>>>,
    months: Vec<Vec<Option<Month>>>,
}

impl Columns {
    fn new(table: Table) -> Self {
        let of = |ty: ColType| table.columns().iter().filter(move |col| col.ty() == ty);
        Self {
            texts: of(ColType::Text).map(|col| TextColumn::with_capacity(BATCH_ROWS, bytes_each(*col))).collect(),
            ints: of(ColType::Int).map(|_| Vec::with_capacity(BATCH_ROWS)).collect(),
            money: of(ColType::Money).map(|_| Vec::with_capacity(BATCH_ROWS)).collect(),
            bools: of(ColType::Bool).map(|_| Vec::with_capacity(BATCH_ROWS)).collect(),
            dates: of(ColType::Date).map(|_| Vec::with_capacity(BATCH_ROWS)).collect(),
            months: of(ColType::Month).map(|_| Vec::with_capacity(BATCH_ROWS)).collect(),
        }
    }

    /// The columns in the table's order.
    fn batch(self, table: Table) -> FactBatch {
        let (mut texts, mut ints, mut money) = (self.texts.into_iter(), self.ints.into_iter(), self.money.into_iter());
        let (mut bools, mut dates, mut months) = (self.bools.into_iter(), self.dates.into_iter(), self.months.into_iter());
        let mut column = |col: Col| match col.ty() {
            ColType::Text => texts.next().map(Column::Text),
            ColType::Int => ints.next().map(Column::Int),
            ColType::Money => money.next().map(Column::Money),
            ColType::Bool => bools.next().map(Column::Bool),
            ColType::Date => dates.next().map(Column::Date),
            ColType::Month => months.next().map(Column::Month),
        };
        FactBatch { table, columns: table.columns().iter().filter_map(|col| Some((*col, column(*col)?))).collect() }
    }
}

fn extend<T, const N: usize>(columns: &mut [Vec<Option<T>>], cells: [Option<T>; N]) {
    for (column, cell) in columns.iter_mut().zip(cells) {
        column.push(cell);
    }
}

fn texts<const N: usize>(columns: &mut [TextColumn], cells: [&str; N]) {
    for (column, cell) in columns.iter_mut().zip(cells) {
        column.push(cell);
    }
}

/// Bytes a cell takes on average, a little more rather than less.
const fn bytes_each(col: Col) -> usize {
    match col {
        Col::EventId => 25,
        Col::Subscriber => 16,
        Col::Kind | Col::Outlet | Col::Clerk => 12,
        Col::Partner | Col::Product | Col::Imei | Col::Order => 6,
        _ => 4,
    }
}

/// Fills columns and hands them on when they are full. The sink's shape check finds a row that was not written in full.
struct Filler<'s> {
    table: Table,
    columns: Columns,
    rows: usize,
    written: u64,
    sink: &'s mut dyn FactSink,
}

/// An amount that is absent where it is nothing.
fn money(fen: i64) -> Option<Fen> {
    (fen != 0).then_some(Fen(fen))
}

impl Filler<'_> {
    fn next(&mut self) -> Result<(), Refusal> {
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        self.written += self.rows as u64;
        self.rows = 0;
        let full = std::mem::replace(&mut self.columns, Columns::new(self.table));
        self.sink.write(full.batch(self.table))
    }

    fn finish(mut self) -> Result<u64, Refusal> {
        if self.rows > 0 {
            self.flush()?;
        }
        Ok(self.written)
    }

    fn event(&mut self, event: &Event) -> Result<(), Refusal> {
        let columns = &mut self.columns;
        let names = [
            event.id.as_str(),
            event.kind,
            event.outlet.as_str(),
            event.partner.as_str(),
            event.clerk.as_str(),
            event.subscriber.as_str(),
            event.product.as_str(),
            event.order.as_str(),
            event.reference.as_str(),
            event.imei.as_str(),
            event.class,
            event.network,
            event.hold,
        ];
        texts(&mut columns.texts, names);
        extend(&mut columns.dates, [Some(event.occurred), Some(event.known), event.slip]);
        extend(&mut columns.money, [event.plan_fee, event.prior_fee, event.amount, event.cost].map(money));
        extend(&mut columns.ints, [None, (event.term != 0).then_some(event.term)]);
        extend(&mut columns.bools, [event.verified]);
        self.next()
    }

    fn month(&mut self, row: &SubscriberMonth) -> Result<(), Refusal> {
        let columns = &mut self.columns;
        let names = [row.id.as_str(), row.outlet.as_str(), row.partner.as_str(), row.subscriber.as_str(), row.product.as_str()];
        texts(&mut columns.texts, names);
        extend(&mut columns.months, [Some(row.month)]);
        extend(&mut columns.dates, [row.month.first_day(), row.known, row.joined].map(Some));
        extend(&mut columns.bools, [row.active, row.confirmed].map(Some));
        extend(&mut columns.ints, [row.suspended_days, row.minutes, row.data_mb].map(Some));
        extend(&mut columns.money, [row.billed, row.received, row.arrears, row.recharge].map(|fen| Some(Fen(fen))));
        self.next()
    }

    fn row(&mut self, row: &Row) -> Result<(), Refusal> {
        let columns = &mut self.columns;
        let mut at = [0; 5];
        for col in self.table.columns() {
            let value = row.cells.iter().find(|(name, _)| name == col).map(|(_, value)| value);
            let mut next = |ty: usize| {
                at[ty] += 1;
                at[ty] - 1
            };
            match (col.ty(), value) {
                (ColType::Text, Some(Value::Code(code))) => columns.texts[next(0)].push(code.as_str()),
                (ColType::Text, Some(Value::Word(word))) => columns.texts[next(0)].push(word),
                (ColType::Text, _) => columns.texts[next(0)].push_absent(),
                (ColType::Int, Some(Value::Int(number))) => columns.ints[next(1)].push(Some(*number)),
                (ColType::Int, _) => columns.ints[next(1)].push(None),
                (ColType::Money, Some(Value::Money(fen))) => columns.money[next(2)].push(Some(Fen(*fen))),
                (ColType::Money, _) => columns.money[next(2)].push(None),
                (ColType::Bool, Some(Value::Bool(truth))) => columns.bools[next(3)].push(Some(*truth)),
                (ColType::Bool, _) => columns.bools[next(3)].push(None),
                (ColType::Date, Some(Value::Date(day))) => columns.dates[next(4)].push(Some(*day)),
                (ColType::Date, _) => columns.dates[next(4)].push(None),
                // None of the quieter tables has a month.
                (ColType::Month, _) => {}
            }
        }
        self.next()
    }
}
