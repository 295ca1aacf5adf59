//! Rows in order become row groups of Parquet.

use super::attribute::Attribution;
use super::row::{Layout, Row, Value};
use super::schema::GROUP_ROWS;
use super::store::broken;
use super::tally::fen;
use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, StringArray};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use qudao_kernel::Refusal;
use qudao_kernel::facts::ColType;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one row group, still as bytes.
pub(super) struct Group {
    /// Position in the output.
    pub(super) sequence: u64,
    /// Month the rows are filed under.
    pub(super) month: i32,
    /// Whether a new file begins with it.
    pub(super) begins_file: bool,
    /// The rows, one after the other.
    pub(super) bytes: Vec<u8>,
    /// How many.
    pub(super) rows: usize,
}

/// A row group ready to be appended to a file.
pub(super) struct Encoded {
    /// Position in the output.
    pub(super) sequence: u64,
    /// Month.
    pub(super) month: i32,
    /// Whether a new file begins with it.
    pub(super) begins_file: bool,
    /// Rows.
    pub(super) rows: u64,
    /// Sum of every money column, fen.
    pub(super) sums: BTreeMap<&'static str, i64>,
    /// Attributed partner of the first row.
    pub(super) first: String,
    /// And of the last.
    pub(super) last: String,
    /// The column chunks.
    pub(super) chunks: Vec<ArrowColumnChunk>,
}

/// Cells of one column, collected.
enum Cells {
    Text { ends: Vec<i32>, bytes: Vec<u8> },
    Wide(Vec<i64>),
    Narrow(Vec<i32>),
    Bit(Vec<bool>),
}

struct Builder {
    cells: Cells,
    valid: Vec<bool>,
}

impl Builder {
    fn new(ty: ColType, rows: usize) -> Self {
        let cells = match ty {
            ColType::Text => Cells::Text { ends: Vec::with_capacity(rows + 1), bytes: Vec::with_capacity(rows * 8) },
            ColType::Int | ColType::Money => Cells::Wide(Vec::with_capacity(rows)),
            ColType::Date | ColType::Month => Cells::Narrow(Vec::with_capacity(rows)),
            ColType::Bool => Cells::Bit(Vec::with_capacity(rows)),
        };
        let mut builder = Self { cells, valid: Vec::with_capacity(rows) };
        if let Cells::Text { ends, .. } = &mut builder.cells {
            ends.push(0);
        }
        builder
    }

    fn push(&mut self, value: Value<'_>) {
        match (&mut self.cells, value) {
            (Cells::Text { ends, bytes }, Value::Text(text)) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len() as i32);
            }
            (Cells::Wide(cells), Value::Wide(value)) => cells.push(value),
            (Cells::Narrow(cells), Value::Narrow(value)) => cells.push(value),
            (Cells::Bit(cells), Value::Bit(value)) => cells.push(value),
            // A layout gives every position one type.
            _ => return,
        }
        self.valid.push(true);
    }

    /// Fills up with absent cells until there are `rows`.
    fn pad(&mut self, rows: usize) {
        while self.valid.len() < rows {
            self.valid.push(false);
            match &mut self.cells {
                Cells::Text { ends, bytes } => ends.push(bytes.len() as i32),
                Cells::Wide(cells) => cells.push(0),
                Cells::Narrow(cells) => cells.push(0),
                Cells::Bit(cells) => cells.push(false),
            }
        }
    }

    fn sum(&self) -> i128 {
        if let Cells::Wide(cells) = &self.cells { cells.iter().map(|value| i128::from(*value)).sum() } else { 0 }
    }

    fn array(self, ty: ColType) -> Result<ArrayRef, Refusal> {
        let nulls = self.valid.contains(&false).then(|| NullBuffer::new(BooleanBuffer::from(self.valid)));
        Ok(match self.cells {
            Cells::Text { ends, bytes } => {
                let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
                Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls).map_err(|error| broken("column", &error))?)
            }
            Cells::Wide(cells) => Arc::new(Int64Array::new(cells.into(), nulls)),
            Cells::Narrow(cells) if ty == ColType::Date => Arc::new(Date32Array::new(cells.into(), nulls)),
            Cells::Narrow(cells) => Arc::new(Int32Array::new(cells.into(), nulls)),
            Cells::Bit(cells) => Arc::new(BooleanArray::new(BooleanBuffer::from(cells), nulls)),
        })
    }
}

/// Turns groups into column chunks; one for each worker.
pub(super) struct Encoder<'a> {
    /// Layout of the table.
    pub(super) layout: &'a Layout,
    /// Codes of the ranks.
    pub(super) attribution: &'a Attribution,
    /// Schema of the files.
    pub(super) schema: &'a SchemaRef,
    /// Makes the writers of the columns.
    pub(super) factory: &'a ArrowRowGroupWriterFactory,
}

impl Encoder<'_> {
    /// Encodes one group.
    ///
    /// # Errors
    /// A sum does not fit, or the Parquet library fails.
    pub(super) fn encode(&self, group: &Group) -> Result<Encoded, Refusal> {
        let slots = &self.layout.slots;
        let mut columns: Vec<Builder> = slots.iter().map(|slot| Builder::new(slot.ty, group.rows)).collect();
        let mut attributed = Builder::new(ColType::Text, group.rows);
        let (mut first, mut last) = (None, 0);
        let mut rest = group.bytes.as_slice();
        for number in 0..group.rows {
            let row = Row::at(rest);
            row.cells(self.layout, |position, value| {
                columns[position].pad(number);
                columns[position].push(value);
            });
            columns[self.layout.known].push(Value::Narrow(row.known()));
            last = row.rank();
            first.get_or_insert(last);
            attributed.push(Value::Text(self.attribution.code(last)));
            rest = &rest[Row::length(rest).unwrap_or(rest.len())..];
        }
        let mut sums = BTreeMap::new();
        let mut arrays = Vec::with_capacity(slots.len() + 1);
        for (slot, mut column) in slots.iter().zip(columns) {
            column.pad(group.rows);
            if slot.ty == ColType::Money {
                sums.insert(slot.col.name(), fen(column.sum())?);
            }
            arrays.push(column.array(slot.ty)?);
        }
        arrays.push(attributed.array(ColType::Text)?);
        let code = |rank: u32| self.attribution.code(rank).to_owned();
        Ok(Encoded {
            sequence: group.sequence,
            month: group.month,
            begins_file: group.begins_file,
            rows: group.rows as u64,
            sums,
            first: code(first.unwrap_or_default()),
            last: code(last),
            chunks: self.chunks(&arrays).map_err(|error| broken("row group", &error))?,
        })
    }

    fn chunks(&self, arrays: &[ArrayRef]) -> datafusion::parquet::errors::Result<Vec<ArrowColumnChunk>> {
        let writers = self.factory.create_column_writers(0)?;
        let mut chunks = Vec::with_capacity(arrays.len());
        for ((mut writer, field), array) in writers.into_iter().zip(self.schema.fields()).zip(arrays) {
            for leaf in compute_leaves(field, array)? {
                writer.write(&leaf)?;
            }
            chunks.push(writer.close()?);
        }
        Ok(chunks)
    }
}

/// Rows being gathered into groups.
pub(super) struct Grouper {
    group: Group,
    file_rows: usize,
    /// Buffers of groups that have been encoded, to be filled again.
    spare: Vec<Vec<u8>>,
}

impl Grouper {
    /// Nothing gathered.
    pub(super) fn new() -> Self {
        Self {
            group: Group { sequence: 0, month: i32::MIN, begins_file: true, bytes: Vec::new(), rows: 0 },
            file_rows: 0,
            spare: Vec::new(),
        }
    }

    /// Takes back the buffer of a group that is no longer needed.
    pub(super) fn take_back(&mut self, mut bytes: Vec<u8>) {
        bytes.clear();
        self.spare.push(bytes);
    }

    /// Adds the next row; gives back the group that this completes, if it does.
    pub(super) fn push(&mut self, row: Row<'_>, file_rows: usize) -> Option<Group> {
        let month = row.month();
        let done = (self.group.rows == GROUP_ROWS || (month != self.group.month && self.group.rows > 0)).then(|| self.take());
        if self.group.rows == 0 {
            self.group.begins_file = month != self.group.month || self.file_rows >= file_rows;
            if self.group.begins_file {
                self.file_rows = 0;
            }
            self.group.month = month;
        }
        self.group.bytes.extend_from_slice(row.bytes());
        self.group.rows += 1;
        self.file_rows += 1;
        done
    }

    /// What is left.
    pub(super) fn finish(mut self) -> Option<Group> {
        (self.group.rows > 0).then(|| self.take())
    }

    fn take(&mut self) -> Group {
        let (sequence, month) = (self.group.sequence, self.group.month);
        let capacity = self.group.bytes.len();
        let bytes = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(capacity));
        let next = Group { sequence: sequence + 1, month, begins_file: false, bytes, rows: 0 };
        std::mem::replace(&mut self.group, next)
    }
}
