//! Point reads of what a run wrote: the few rows of one partner, straight from the pages that hold them. A plan for each read would cost more
//! than the read.

use super::arrow_out::as_views;
use super::read::{Before, Places, Rows};
use super::rows::Row;
use super::source;
use crate::pages::pages_of;
use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::{Date32Type, Int64Type};
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use datafusion::parquet::file::metadata::PageIndexPolicy;
use qudao_kernel::Refusal;
use std::collections::HashMap;
use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files of one kind of rows, each sorted by partner. What a file says of itself is read once, when it is first needed.
pub struct Accounts<T> {
    places: Places,
    opened: Mutex<HashMap<PathBuf, ArrowReaderMetadata>>,
    rows: PhantomData<fn() -> T>,
}

fn failed(error: impl Into<DataFusionError>) -> Refusal {
    source::failed(&error.into())
}

fn texts(batch: &RecordBatch, name: &str) -> Result<StringViewArray, Refusal> {
    let column = source::column(batch, name).map_err(Refusal::from)?;
    Ok(as_views(column).map_err(source::arrow_failed)?.as_string_view().clone())
}

impl<T: Row> Accounts<T> {
    /// Reads which partners the files hold.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn of(files: &[PathBuf]) -> Result<Self, Refusal> {
        Ok(Self { places: Places::of(files)?, opened: Mutex::default(), rows: PhantomData })
    }

    /// Shows every row that is asked for, file by file in their order; a range of partners is not looked at.
    ///
    /// # Errors
    /// A file is missing or is none of a run.
    pub fn each(&self, rows: &Rows, mut see: impl FnMut(&T)) -> Result<(), Refusal> {
        let mut row = T::empty();
        self.batches(rows, None, |batch| {
            let columns = T::columns(batch)?;
            for at in 0..batch.num_rows() {
                row.fill(&columns, at, at.checked_sub(1));
                see(&row);
            }
            Ok(())
        })
    }

    /// The text of one column in every row that is asked for. No other column is read.
    ///
    /// # Errors
    /// As [`Accounts::each`].
    pub fn texts(&self, rows: &Rows, column: &str, mut see: impl FnMut(&str)) -> Result<(), Refusal> {
        self.batches(rows, Some(&[column]), |batch| {
            texts(batch, column)?.iter().for_each(|text| see(text.unwrap_or_default()));
            Ok(())
        })
    }

    fn batches(
        &self,
        rows: &Rows,
        columns: Option<&[&str]>,
        mut see: impl FnMut(&RecordBatch) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let files = rows.partner.as_deref().map_or_else(|| self.places.all(), |partner| self.places.holding(partner));
        for path in files {
            let file = File::open(&path).map_err(failed)?;
            let metadata = self.metadata(&path, &file)?;
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
            if let Some(partner) = &rows.partner {
                let (groups, selection) = pages_of(builder.metadata(), "partner", partner);
                if groups.is_empty() {
                    continue;
                }
                builder = builder.with_row_groups(groups).with_row_selection(selection);
            }
            let named = [("partner", &rows.partner), ("component", &rows.component), ("basis", &rows.basis)];
            let mut filters: Vec<Box<dyn ArrowPredicate>> = Vec::new();
            for (name, value) in named {
                let Some(value) = value.clone() else { continue };
                let mask = ProjectionMask::columns(builder.parquet_schema(), [name]);
                filters.push(Box::new(ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
                    let texts = as_views(batch.column(0))?;
                    Ok(texts.as_string_view().iter().map(|text| Some(text == Some(value.as_str()))).collect::<BooleanArray>())
                })));
            }
            if let Some(columns) = columns {
                let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
                builder = builder.with_projection(mask);
            }
            for batch in builder.with_row_filter(RowFilter::new(filters)).build().map_err(failed)? {
                see(&batch.map_err(source::arrow_failed)?)?;
            }
        }
        Ok(())
    }

    fn metadata(&self, path: &Path, file: &File) -> Result<ArrowReaderMetadata, Refusal> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(metadata) = opened.get(path) {
            return Ok(metadata.clone());
        }
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(file, options).map_err(failed)?;
        opened.insert(path.to_owned(), metadata.clone());
        Ok(metadata)
    }
}

impl<T: Row + Clone> Accounts<T> {
    /// The rows that are asked for.
    ///
    /// # Errors
    /// As [`Accounts::each`].
    pub fn rows(&self, rows: &Rows) -> Result<Vec<T>, Refusal> {
        let mut found = Vec::new();
        self.each(rows, |row| found.push(row.clone()))?;
        Ok(found)
    }
}

impl Accounts<qudao_policy::lines::Line> {
    /// Fen that items of a partner accrued for these components of a policy in a run, up to an item: by day, then event id; of the item
    /// itself for the components in `same`. What a joint cap by day had used when the item's turn came.
    ///
    /// # Errors
    /// As [`Accounts::each`].
    pub fn accrued_before(&self, of: &Before<'_>) -> Result<i64, Refusal> {
        let rows = Rows { partner: Some(of.partner.to_owned()), ..Rows::default() };
        let columns = ["policy", "component", "kind", "basis", "day", "own_partner", "accrued"];
        let mut sum: i128 = 0;
        self.batches(&rows, Some(&columns), |batch| {
            let [policy, component, kind] = [texts(batch, "policy")?, texts(batch, "component")?, texts(batch, "kind")?];
            let [basis, own] = [texts(batch, "basis")?, texts(batch, "own_partner")?];
            let days = source::column(batch, "day").map_err(Refusal::from)?.as_primitive_opt::<Date32Type>();
            let accrued = source::column(batch, "accrued").map_err(Refusal::from)?.as_primitive_opt::<Int64Type>();
            let (Some(days), Some(accrued)) = (days, accrued) else { return Err(too_large()) };
            for at in 0..batch.num_rows() {
                let place = (days.value(at), basis.value(at));
                let turn = (of.day.days(), of.basis);
                let counts = (place < turn && of.components.contains(&component.value(at)))
                    || (place == turn && of.same.contains(&component.value(at)));
                if counts && own.value(at) == of.partner && policy.value(at) == of.policy && kind.value(at) == "earn" {
                    sum += i128::from(accrued.value(at));
                }
            }
            Ok(())
        })?;
        i64::try_from(sum).map_err(|_| too_large())
    }
}

fn too_large() -> Refusal {
    Refusal::bad_input("engine.settle.overflow", "金额合计超出范围", "a sum is too large")
}
