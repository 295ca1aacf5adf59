//! Where in a Parquet file that is sorted by partner the rows of one partner can lie, as the file itself says.

use datafusion::parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::parquet::file::page_index::column_index::ColumnIndexMetaData;

/// The row groups, and within them the pages, whose range of values of a text column holds the wanted one.
pub(crate) fn pages_of(metadata: &ParquetMetaData, column: &str, wanted: &str) -> (Vec<usize>, RowSelection) {
    let wanted = wanted.as_bytes();
    let holds = |min: Option<&[u8]>, max: Option<&[u8]>| min.is_none_or(|min| min <= wanted) && max.is_none_or(|max| wanted <= max);
    let column = metadata.file_metadata().schema_descr().columns().iter().position(|held| held.name() == column);
    let (mut groups, mut selectors) = (Vec::new(), Vec::new());
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let statistics = column.and_then(|column| group.column(column).statistics());
        if !statistics.is_none_or(|statistics| holds(statistics.min_bytes_opt(), statistics.max_bytes_opt())) {
            continue;
        }
        groups.push(index);
        let rows = group.num_rows() as usize;
        let pages = column.and_then(|column| {
            Some((metadata.column_index()?.get(index)?.get(column)?, metadata.offset_index()?.get(index)?.get(column)?))
        });
        let Some((ColumnIndexMetaData::BYTE_ARRAY(ranges), offsets)) = pages else {
            selectors.push(RowSelector::select(rows));
            continue;
        };
        let begins: Vec<usize> = offsets.page_locations().iter().map(|page| page.first_row_index as usize).chain([rows]).collect();
        for (page, bounds) in begins.windows(2).enumerate() {
            let rows = bounds[1] - bounds[0];
            let is_held = holds(ranges.min_value(page), ranges.max_value(page));
            selectors.push(if is_held { RowSelector::select(rows) } else { RowSelector::skip(rows) });
        }
    }
    (groups, RowSelection::from(selectors))
}
