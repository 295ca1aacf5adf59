//! How the fact tables stand in Parquet, and the document that says so.

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::parquet::arrow::ArrowSchemaConverter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::SortingColumn;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, ColType, Table};
use std::fmt::Write;
use std::sync::Arc;

/// Column that holds the partner a fact is attributed to.
pub const ATTRIBUTED: &str = "attributed";
/// Most rows of a row group.
pub const GROUP_ROWS: usize = 131_072;
/// Most rows of a file.
pub const FILE_ROWS: usize = 8 * GROUP_ROWS;
/// Metadata key of a field that says what its numbers count.
pub(super) const UNIT: &str = "unit";

/// The Arrow schema of a table's files: the table's columns, then [`ATTRIBUTED`]. Everything but the latter may be null.
pub fn schema(table: Table) -> SchemaRef {
    let fields = table.columns().iter().map(|col| {
        let field = Field::new(col.name(), data_type(col.ty()), true);
        match unit(col.ty()) {
            Some(unit) => field.with_metadata([(UNIT.to_owned(), unit.to_owned())].into()),
            None => field,
        }
    });
    Arc::new(Schema::new(fields.chain([Field::new(ATTRIBUTED, DataType::Utf8, false)]).collect::<Vec<_>>()))
}

fn data_type(ty: ColType) -> DataType {
    match ty {
        ColType::Text => DataType::Utf8,
        ColType::Int | ColType::Money => DataType::Int64,
        ColType::Bool => DataType::Boolean,
        ColType::Date => DataType::Date32,
        ColType::Month => DataType::Int32,
    }
}

fn unit(ty: ColType) -> Option<&'static str> {
    match ty {
        ColType::Money => Some("fen"),
        ColType::Month => Some("month"),
        _ => None,
    }
}

/// Columns whose values hardly repeat: a dictionary of them would be thrown away again.
fn is_unique(col: Col) -> bool {
    matches!(col, Col::EventId | Col::Order | Col::Ref | Col::Imei | Col::Serial | Col::Subscriber)
}

/// How files of a table are written. The same rows give the same bytes, today and tomorrow.
pub(super) fn properties(table: Table) -> WriterProperties {
    let sorted = [ATTRIBUTED, Col::OccurredOn.name(), Col::EventId.name()];
    let schema = schema(table);
    let sorting = sorted.iter().filter_map(|name| schema.index_of(name).ok()).map(|index| SortingColumn {
        column_idx: index as i32,
        descending: false,
        nulls_first: false,
    });
    let mut properties = WriterProperties::builder()
        .set_created_by("qudao facts 1".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_sorting_columns(Some(sorting.collect()));
    // Files are searched by what they are sorted by, and for rows that refer to another; the least and greatest of any other column would
    // cost two comparisons a cell.
    for name in sorted.into_iter().chain([Col::Ref.name()]) {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Page);
    }
    for col in table.columns().iter().filter(|col| is_unique(**col)) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(col.name()), false);
    }
    properties.build()
}

/// The Parquet schema of a table, as text.
fn parquet_schema(table: Table) -> Result<String, Refusal> {
    let descriptor = ArrowSchemaConverter::new()
        .with_coerce_types(false)
        .convert(&schema(table))
        .map_err(|error| super::store::broken("schema", &error))?;
    let mut text = Vec::new();
    datafusion::parquet::schema::printer::print_schema(&mut text, descriptor.root_schema());
    Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
}

/// `docs/facts.md`: every table, column, unit, header and rule, from the catalogue.
///
/// # Errors
/// None in practice; the Parquet library could refuse a schema.
pub fn document() -> Result<String, Refusal> {
    let mut text = INTRODUCTION.to_owned();
    for table in Table::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n## {} `{}`\n", table.label(), table.name());
        if !table.kinds().is_empty() {
            let kinds: Vec<String> = table.kinds().iter().map(|(code, label)| format!("`{code}` {label}")).collect();
            let _ = writeln!(text, "Kinds 类型: {}\n", kinds.join(" · "));
        }
        let _ = writeln!(text, "| column 列 | header 表头 | type | | meaning |\n|---|---|---|---|---|");
        for col in table.columns() {
            let headers: Vec<&str> = std::iter::once(col.label()).chain(col.aliases().iter().copied()).collect();
            let required = if table.required().contains(col) { "required 必填" } else { "" };
            let _ = writeln!(text, "| `{}` | {} | {} | {required} | {} |", col.name(), headers.join(" · "), type_name(col.ty()), col.doc());
        }
        let _ = writeln!(text, "\n```text\n{}\n```", parquet_schema(table)?);
    }
    Ok(text)
}

fn type_name(ty: ColType) -> &'static str {
    match ty {
        ColType::Text => "text",
        ColType::Int => "whole number",
        ColType::Money => "yuan (fen inside)",
        ColType::Bool => "yes/no",
        ColType::Date => "date",
        ColType::Month => "month",
    }
}

const INTRODUCTION: &str = include_str!("facts.md.head");

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_document_is_what_the_catalogue_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/facts.md");
        let wanted = document().unwrap();
        if std::env::var_os("QUDAO_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "docs/facts.md is out of date; run the test once with QUDAO_BLESS=1");
    }
}
