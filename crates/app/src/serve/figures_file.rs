//! Figures as a file: every row of an answer, and what stands beside it.

use super::desk::Desk;
use super::figures::label;
use super::figures::words;
use super::jobs::Progress;
use qudao_kernel::{Fen, Lang, Refusal};
use qudao_metrics::{Dimension, Query, Unit};
use qudao_platform::sheet::{Cell, Column, ColumnType, Format, TableWriter};
use std::path::Path;
use std::sync::Arc;

/// Writes an answer as a table: keys with their names, then for every key across each metric with what stands beside it.
pub(super) fn write(desk: &Arc<Desk>, query: &Query, lang: Lang, path: &Path, format: Format, progress: &Progress) -> Result<u64, Refusal> {
    progress.note("统计", "counting");
    let asked = desk.figures.now(desk)?;
    let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
    let answer = qudao_metrics::answer(catalogue, &master, &asked, query)?;
    let name = |dimension: Dimension, key: &str| label(catalogue, &master, query.to, lang, dimension, key);
    let mut columns = Vec::new();
    for dimension in &query.by {
        columns.push(Column::new(format!("{}{}", dimension.label(lang), words(lang, "编码", " code")), ColumnType::Text));
        columns.push(Column::new(dimension.label(lang), ColumnType::Text));
    }
    let compare = query.compare;
    let beside: Vec<String> = [
        (words(lang, "上期", "previous"), compare.previous),
        (words(lang, "去年同期", "last year"), compare.last_year),
        (words(lang, "节假日调整后上期", "previous, adjusted"), compare.adjusted),
        (words(lang, "目标", "target"), compare.target),
    ]
    .into_iter()
    .filter(|(_, wanted)| *wanted)
    .map(|(words, _)| words)
    .collect();
    let units: Vec<Unit> = query.metrics.iter().filter_map(|id| catalogue.get(id)).map(|metric| metric.unit).collect();
    for key in &answer.across {
        for metric in query.metrics.iter().filter_map(|id| catalogue.get(id)) {
            let across = query.across.map_or_else(String::new, |one| format!("{} ", name(one, key)));
            let title = format!("{across}{}{}", metric.name.get(lang), if metric.unit == Unit::Ppm { " (%)" } else { "" });
            let ty = ty(metric.unit);
            columns.push(Column::new(&title, ty));
            columns.extend(beside.iter().map(|words| Column::new(format!("{title} {words}"), ty)));
        }
    }
    let mut table = TableWriter::create(path, &columns, format)?;
    let total = answer.rows.len() as u64;
    let figures = |cells: &mut Vec<Figure>, row: &[qudao_metrics::Cell]| {
        for (at, cell) in row.iter().enumerate() {
            let unit = units[at % units.len()];
            cells.push(Figure(unit, cell.value));
            let others = [
                (cell.previous, compare.previous),
                (cell.last_year, compare.last_year),
                (cell.adjusted, compare.adjusted),
                (cell.target, compare.target),
            ];
            cells.extend(others.into_iter().filter(|(_, wanted)| *wanted).map(|(value, _)| Figure(unit, value)));
        }
    };
    for (index, row) in answer.rows.iter().enumerate() {
        if index % 10_000 == 0 {
            progress.goes_on()?;
            progress.at(index as u64, total);
        }
        let keys: Vec<String> = query.by.iter().zip(&row.key).flat_map(|(dimension, key)| [key.clone(), name(*dimension, key)]).collect();
        let mut numbers = Vec::new();
        figures(&mut numbers, &row.cells);
        put(&mut table, &keys, &numbers)?;
    }
    let mut keys = vec![String::new(); query.by.len() * 2];
    if let Some(first) = keys.first_mut() {
        *first = words(lang, "合计", "Total");
    }
    let mut numbers = Vec::new();
    figures(&mut numbers, &answer.total);
    put(&mut table, &keys, &numbers)?;
    progress.at(total, total);
    table.finish()
}

/// A figure and its unit.
struct Figure(Unit, Option<i64>);

fn ty(unit: Unit) -> ColumnType {
    match unit {
        // A share is written in per cent with two decimals, which is what a column of money looks like.
        Unit::Fen | Unit::Ppm => ColumnType::Money,
        _ => ColumnType::Int,
    }
}

fn put(table: &mut TableWriter, keys: &[String], figures: &[Figure]) -> Result<(), Refusal> {
    let figure = |Figure(unit, value): &Figure| match (unit, value) {
        (_, None) => Cell::Empty,
        (Unit::Fen, Some(fen)) => Cell::Money(Fen(*fen)),
        (Unit::Ppm, Some(ppm)) => Cell::Money(Fen((ppm + 50).div_euclid(100))),
        (_, Some(number)) => Cell::Int(*number),
    };
    let cells: Vec<Cell<'_>> =
        keys.iter().map(|key| if key.is_empty() { Cell::Empty } else { Cell::Text(key) }).chain(figures.iter().map(figure)).collect();
    table.row(&cells)
}
