//! What a run wrote, as one table each of lines, obligations and reasons.

use crate::chain;
use crate::say::word;
use qudao_engine::settle::{Rows, read_lines_in_order, read_obligations, read_reasons};
use qudao_kernel::{Fen, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use qudao_policy::lines::Line;
use std::path::Path;
use tokio::runtime::Handle;

pub(crate) const LINES: [(&str, ColumnType); 22] = [
    ("period", ColumnType::Month),
    ("partner", ColumnType::Text),
    ("policy", ColumnType::Text),
    ("version", ColumnType::Int),
    ("component", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("basis", ColumnType::Text),
    ("day", ColumnType::Date),
    ("payee_kind", ColumnType::Text),
    ("payee", ColumnType::Text),
    ("part", ColumnType::Int),
    ("subscriber", ColumnType::Text),
    ("once", ColumnType::Text),
    ("own_partner", ColumnType::Text),
    ("outlet", ColumnType::Text),
    ("clerk", ColumnType::Text),
    ("origin", ColumnType::Month),
    ("counts_as", ColumnType::Text),
    ("accrued", ColumnType::Money),
    ("amount", ColumnType::Money),
    ("destination", ColumnType::Text),
    ("pay_on", ColumnType::Date),
];
const OBLIGATIONS: [(&str, ColumnType); 17] = [
    ("partner", ColumnType::Text),
    ("policy", ColumnType::Text),
    ("version", ColumnType::Int),
    ("component", ColumnType::Text),
    ("basis", ColumnType::Text),
    ("day", ColumnType::Date),
    ("payee_kind", ColumnType::Text),
    ("payee", ColumnType::Text),
    ("part", ColumnType::Int),
    ("instalment", ColumnType::Int),
    ("own_partner", ColumnType::Text),
    ("subscriber", ColumnType::Text),
    ("amount", ColumnType::Money),
    ("origin", ColumnType::Month),
    ("due", ColumnType::Month),
    ("tries", ColumnType::Int),
    ("state", ColumnType::Text),
];
const REASONS: [(&str, ColumnType); 10] = [
    ("period", ColumnType::Month),
    ("partner", ColumnType::Text),
    ("policy", ColumnType::Text),
    ("version", ColumnType::Int),
    ("component", ColumnType::Text),
    ("basis", ColumnType::Text),
    ("day", ColumnType::Date),
    ("code", ColumnType::Text),
    ("until", ColumnType::Date),
    ("forgone", ColumnType::Money),
];

pub(crate) fn columns(list: &[(&str, ColumnType)]) -> Vec<Column> {
    list.iter().map(|(name, ty)| Column::new(*name, *ty)).collect()
}

/// Writes the lines of a run as a table; how many.
pub(crate) fn lines(handle: &Handle, run: &Path, rows: &Rows, path: &Path, format: Format) -> Result<u64, Refusal> {
    let mut writer = TableWriter::create(path, &columns(&LINES), format)?;
    for line in read_lines_in_order(handle, &chain::files(run, "lines")?, rows)? {
        line_row(&mut writer, &line?, &[])?;
    }
    writer.finish()
}

/// Writes one line, and what a table has beside its columns.
pub(crate) fn line_row(writer: &mut TableWriter, line: &Line, more: &[Cell<'_>]) -> Result<(), Refusal> {
    let (kind, payee_kind, counts_as, destination) =
        (word(&line.kind), word(&line.payee_kind), word(&line.counts_as), word(&line.destination));
    let mut cells = vec![
        Cell::Month(line.period),
        Cell::Text(&line.partner),
        Cell::Text(&line.policy),
        Cell::Int(i64::from(line.version)),
        Cell::Text(&line.component),
        Cell::Text(&kind),
        Cell::Text(&line.basis),
        Cell::Date(line.day),
        Cell::Text(&payee_kind),
        Cell::Text(&line.payee),
        Cell::Int(i64::from(line.part)),
        Cell::Text(&line.subscriber),
        Cell::Text(&line.once),
        Cell::Text(&line.own_partner),
        Cell::Text(&line.outlet),
        Cell::Text(&line.clerk),
        Cell::Month(line.origin),
        Cell::Text(&counts_as),
        Cell::Money(Fen(line.accrued)),
        Cell::Money(Fen(line.amount)),
        Cell::Text(&destination),
        Cell::Date(line.pay_on),
    ];
    cells.extend_from_slice(more);
    writer.row(&cells)
}

/// Writes the obligations of a run as a table; how many.
pub(crate) fn obligations(handle: &Handle, run: &Path, rows: &Rows, path: &Path, format: Format) -> Result<u64, Refusal> {
    let mut writer = TableWriter::create(path, &columns(&OBLIGATIONS), format)?;
    for row in read_obligations(handle, &chain::files(run, "obligations")?, rows)? {
        let row = row?;
        let (payee_kind, state) = (word(&row.payee_kind), word(&row.state));
        writer.row(&[
            Cell::Text(&row.partner),
            Cell::Text(&row.policy),
            Cell::Int(i64::from(row.version)),
            Cell::Text(&row.component),
            Cell::Text(&row.basis),
            Cell::Date(row.day),
            Cell::Text(&payee_kind),
            Cell::Text(&row.payee),
            Cell::Int(i64::from(row.part)),
            Cell::Int(i64::from(row.instalment)),
            Cell::Text(&row.own_partner),
            Cell::Text(&row.subscriber),
            Cell::Money(Fen(row.amount)),
            Cell::Month(row.origin),
            Cell::Month(row.due),
            Cell::Int(i64::from(row.tries)),
            Cell::Text(&state),
        ])?;
    }
    writer.finish()
}

/// Writes the reasons of a run as a table; how many.
pub(crate) fn reasons(handle: &Handle, run: &Path, rows: &Rows, path: &Path, format: Format) -> Result<u64, Refusal> {
    let mut writer = TableWriter::create(path, &columns(&REASONS), format)?;
    for row in read_reasons(handle, &chain::files(run, "reasons")?, rows)? {
        let row = row?;
        writer.row(&[
            Cell::Month(row.period),
            Cell::Text(&row.partner),
            Cell::Text(&row.policy),
            Cell::Int(i64::from(row.version)),
            Cell::Text(&row.component),
            Cell::Text(&row.basis),
            Cell::Date(row.day),
            Cell::Text(&row.code),
            row.until.map_or(Cell::Empty, Cell::Date),
            Cell::Money(Fen(row.forgone)),
        ])?;
    }
    writer.finish()
}

/// Writes the three tables beside the run's Parquet files.
pub(crate) fn write_csv(handle: &Handle, run: &Path) -> Result<(), Refusal> {
    let (all, csv) = (Rows::default(), Format::Csv(CsvEncoding::Utf8));
    lines(handle, run, &all, &run.join("lines.csv"), csv)?;
    obligations(handle, run, &all, &run.join("obligations.csv"), csv)?;
    reasons(handle, run, &all, &run.join("reasons.csv"), csv)?;
    Ok(())
}
