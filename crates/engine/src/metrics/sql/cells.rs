//! Cells of an answer as plain values.

use super::said;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use qudao_kernel::Refusal;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Whole numbers of 64 bits.
    Whole,
    /// Decimal numbers, as texts.
    Exact,
    /// Numbers that may be rounded, such as averages.
    Rough,
    /// Yes or no.
    Truth,
    /// Days since 1970.
    Day,
    /// Microseconds since 1970, of no place.
    Instant,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    None,
    /// Of [`Kind::Text`] or [`Kind::Exact`].
    Text(String),
    /// Of [`Kind::Whole`].
    Whole(i64),
    /// Of [`Kind::Rough`].
    Rough(f64),
    /// Of [`Kind::Truth`].
    Truth(bool),
    /// Of [`Kind::Day`].
    Day(i32),
    /// Of [`Kind::Instant`].
    Instant(i64),
}

/// What cells of a type of column become.
pub(super) fn kind_of(of: &DataType) -> Kind {
    match of {
        DataType::Boolean => Kind::Truth,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            Kind::Whole
        }
        DataType::UInt64 | DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
            Kind::Exact
        }
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Kind::Rough,
        DataType::Date32 | DataType::Date64 => Kind::Day,
        DataType::Timestamp(..) => Kind::Instant,
        DataType::Dictionary(_, value) => kind_of(value),
        _ => Kind::Text,
    }
}

/// The rows of a batch.
pub(super) fn rows_of(batch: &RecordBatch) -> Result<Vec<Vec<Cell>>, Refusal> {
    let mut rows: Vec<Vec<Cell>> = (0..batch.num_rows()).map(|_| Vec::with_capacity(batch.num_columns())).collect();
    for column in batch.columns() {
        let cells = cells_of(column).map_err(|error| said(&DataFusionError::from(error)))?;
        rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
    }
    Ok(rows)
}

fn cells_of(column: &ArrayRef) -> Result<Vec<Cell>, ArrowError> {
    let present = |cell: Option<Cell>| cell.unwrap_or(Cell::None);
    if *column.data_type() == DataType::Null {
        return Ok(vec![Cell::None; column.len()]);
    }
    Ok(match kind_of(column.data_type()) {
        Kind::Text | Kind::Exact => {
            let options = FormatOptions::default();
            let shown = ArrayFormatter::try_new(column.as_ref(), &options)?;
            (0..column.len()).map(|row| if column.is_null(row) { Cell::None } else { Cell::Text(shown.value(row).to_string()) }).collect()
        }
        Kind::Whole => {
            let wide = cast(column, &DataType::Int64)?;
            wide.as_primitive::<Int64Type>().iter().map(|cell| present(cell.map(Cell::Whole))).collect()
        }
        Kind::Rough => {
            let wide = cast(column, &DataType::Float64)?;
            wide.as_primitive::<Float64Type>().iter().map(|cell| present(cell.map(Cell::Rough))).collect()
        }
        Kind::Truth => {
            let plain = cast(column, &DataType::Boolean)?;
            plain.as_boolean().iter().map(|cell| present(cell.map(Cell::Truth))).collect()
        }
        Kind::Day => {
            let days = cast(column, &DataType::Date32)?;
            days.as_primitive::<Date32Type>().iter().map(|cell| present(cell.map(Cell::Day))).collect()
        }
        Kind::Instant => {
            let instants = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            instants.as_primitive::<TimestampMicrosecondType>().iter().map(|cell| present(cell.map(Cell::Instant))).collect()
        }
    })
}
