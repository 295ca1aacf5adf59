//! Reads columns of Parquet files from the store, texts as codes of a dictionary.

use crate::facts::FactStore;
use crate::facts::object_file::ObjectFile;
use crate::facts::store::broken;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, RowFilter};
use datafusion::parquet::arrow::async_reader::{AsyncFileReader, ParquetRecordBatchStreamBuilder};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::ParquetMetaData;
use futures::TryStreamExt;
use qudao_kernel::Refusal;
use qudao_kernel::facts::Col;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of a batch: as many as a row group has.
const BATCH: usize = crate::facts::GROUP_ROWS;

/// Footers of files: they never change.
#[derive(Default)]
pub(super) struct Footers(Mutex<HashMap<String, Arc<ParquetMetaData>>>);

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) bytes: u64,
}

/// Columns whose texts hardly repeat: a dictionary would be no shorter.
fn is_unique(name: &str) -> bool {
    [Col::EventId, Col::Subscriber, Col::Order, Col::Ref, Col::Imei, Col::Serial].iter().any(|col| col.name() == name)
}

/// Which rows of a file are wanted.
#[derive(Debug, Clone, Default)]
pub(super) enum Rows {
    /// All.
    #[default]
    All,
    /// Those of some row groups.
    Groups(Vec<usize>),
    /// Those that name another event.
    Named,
}

/// The footer of a file.
pub(super) fn footer(store: &FactStore, footers: &Footers, place: &Place) -> Result<Arc<ParquetMetaData>, Refusal> {
    if let Some(known) = footers.0.lock().unwrap_or_else(PoisonError::into_inner).get(&place.path) {
        return Ok(Arc::clone(known));
    }
    let mut reader = ObjectFile::new(store.objects(), &place.path, place.bytes, None);
    let footer = store.wait(async move { reader.get_metadata(None).await })?.map_err(|error| broken(&place.path, &error))?;
    footers.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place.path.clone(), Arc::clone(&footer));
    Ok(footer)
}

/// Reads columns of a file; those the file does not have are left out.
pub(super) fn read(
    store: &FactStore,
    footers: &Footers,
    place: &Place,
    columns: &[String],
    rows: Rows,
) -> Result<Vec<RecordBatch>, Refusal> {
    let footer = footer(store, footers, place)?;
    let reader = ObjectFile::new(store.objects(), &place.path, place.bytes, Some(Arc::clone(&footer)));
    let columns = columns.to_vec();
    let scanned = store.wait(async move {
        let plain = ArrowReaderMetadata::try_new(Arc::clone(&footer), ArrowReaderOptions::new())?;
        let coded = |field: &Arc<Field>| match field.data_type() {
            DataType::Utf8 if !is_unique(field.name()) => Arc::new(Field::new(
                field.name(),
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                field.is_nullable(),
            )),
            _ => Arc::clone(field),
        };
        let schema = Schema::new(plain.schema().fields().iter().map(coded).collect::<Vec<_>>());
        let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
        let metadata = ArrowReaderMetadata::try_new(footer, options)?;
        let mut builder = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, metadata).with_batch_size(BATCH);
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(String::as_str));
        builder = builder.with_projection(mask);
        match rows {
            Rows::All => (),
            Rows::Groups(groups) => builder = builder.with_row_groups(groups),
            Rows::Named => {
                let mask = ProjectionMask::columns(builder.parquet_schema(), [Col::Ref.name()]);
                let keeps = ArrowPredicateFn::new(mask, |batch: RecordBatch| datafusion::arrow::compute::is_not_null(batch.column(0)));
                builder = builder.with_row_filter(RowFilter::new(vec![Box::new(keeps)]));
            }
        }
        builder.build()?.try_collect::<Vec<_>>().await
    })?;
    scanned.map_err(|error: ParquetError| broken(&place.path, &error))
}
