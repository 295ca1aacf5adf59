//! Reading facts back row by row: for the interpreter, for proofs, for small folders of loose files.

use super::object_file::ObjectFile;
use super::schema::ATTRIBUTED;
use super::snapshot::{FactFile, Snapshot};
use super::store::{FactStore, broken};
use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderBuilder, RowFilter, RowSelection, RowSelector,
};
use datafusion::parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::parquet::file::page_index::column_index::ColumnIndexMetaData;
use futures::TryStreamExt;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::columnar::facts::{ImportJob, Mapping, Outcome};
use qudao_policy::model::{Cell, Fact};
use std::collections::{BTreeSet, HashMap};

/// Which facts of a table to read. The default is all of them.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// First and last month filed under.
    pub months: Option<(Month, Month)>,
    /// Attributed partner.
    pub partner: Option<String>,
    /// Event ids.
    pub event_ids: Option<BTreeSet<String>>,
    /// Subscribers.
    pub subscribers: Option<BTreeSet<String>>,
}

impl FactStore {
    /// The facts of a table that are wanted, in the order of the files, without superseded versions. Files, row groups and pages that
    /// cannot hold the partner are not read.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn facts(&self, snapshot: &Snapshot, table: Table, wanted: &Wanted) -> Result<Vec<Fact>, Refusal> {
        let (first, last) = wanted.months.unwrap_or((Month::from_index(i32::MIN), Month::from_index(i32::MAX)));
        let holds = |file: &&FactFile| wanted.partner.as_deref().is_none_or(|partner| *file.first <= *partner && *partner <= *file.last);
        let winners = self.corrections(snapshot, table)?;
        let mut facts = Vec::new();
        for file in snapshot.files(table, first, last).into_iter().filter(holds) {
            for batch in self.scan(file, wanted)? {
                add_facts(table, &batch, &winners, &mut facts).map_err(|error| broken(&file.path, &error))?;
            }
        }
        Ok(facts)
    }

    fn scan(&self, file: &FactFile, wanted: &Wanted) -> Result<Vec<RecordBatch>, Refusal> {
        let (reader, wanted) = (ObjectFile::new(self.objects(), &file.path, file.bytes), wanted.clone());
        let scanned = self.wait(async move {
            let mut builder = ParquetRecordBatchStreamBuilder::new(reader).await?;
            if let Some(partner) = &wanted.partner {
                let (groups, selection) = pages_of(builder.metadata(), partner);
                builder = builder.with_row_groups(groups).with_row_selection(selection);
            }
            let filters = filters(&builder, &wanted);
            builder.with_row_filter(RowFilter::new(filters)).build()?.try_collect::<Vec<_>>().await
        })?;
        scanned.map_err(|error| broken(&file.path, &error))
    }
}

/// Exact filters on these columns; they are read before all others.
fn filters<T>(builder: &ArrowReaderBuilder<T>, wanted: &Wanted) -> Vec<Box<dyn ArrowPredicate>> {
    let mut filters: Vec<Box<dyn ArrowPredicate>> = Vec::new();
    let mut add = |column: &str, keeps: Box<dyn Fn(&str) -> bool + Send>| {
        let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
        filters.push(Box::new(ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
            let texts = batch.column(0).as_string_opt::<i32>().ok_or_else(|| ArrowError::SchemaError("not a text column".into()))?;
            Ok(texts.iter().map(|text| Some(text.is_some_and(&keeps))).collect::<BooleanArray>())
        })));
    };
    if let Some(partner) = wanted.partner.clone() {
        add(ATTRIBUTED, Box::new(move |text| text == partner));
    }
    if let Some(ids) = wanted.event_ids.clone() {
        add(Col::EventId.name(), Box::new(move |text| ids.contains(text)));
    }
    if let Some(subscribers) = wanted.subscribers.clone() {
        add(Col::Subscriber.name(), Box::new(move |text| subscribers.contains(text)));
    }
    filters
}

/// The row groups, and within them the pages, whose range of partners holds the wanted one.
fn pages_of(metadata: &ParquetMetaData, partner: &str) -> (Vec<usize>, RowSelection) {
    let wanted = partner.as_bytes();
    let holds = |min: Option<&[u8]>, max: Option<&[u8]>| min.is_none_or(|min| min <= wanted) && max.is_none_or(|max| wanted <= max);
    let column = metadata.file_metadata().schema_descr().columns().iter().position(|column| column.name() == ATTRIBUTED);
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

fn add_facts(table: Table, batch: &RecordBatch, winners: &HashMap<String, Date>, facts: &mut Vec<Fact>) -> Result<(), ParquetError> {
    let lacks = |name: &str| ParquetError::General(format!("column {name} is missing or of another type"));
    let mut rows: Vec<Vec<(Col, Cell)>> = vec![Vec::new(); batch.num_rows()];
    for col in table.columns() {
        let array = batch.column_by_name(col.name()).ok_or_else(|| lacks(col.name()))?;
        let read: Box<dyn Fn(usize) -> Cell> = match col.ty() {
            ColType::Text => {
                let texts = array.as_string_opt::<i32>().ok_or_else(|| lacks(col.name()))?;
                Box::new(|row| Cell::Text(texts.value(row).to_owned()))
            }
            ColType::Int | ColType::Money => {
                let numbers = array.as_primitive_opt::<Int64Type>().ok_or_else(|| lacks(col.name()))?;
                let cell = if col.ty() == ColType::Int { Cell::Int } else { Cell::Money };
                Box::new(move |row| cell(numbers.value(row)))
            }
            ColType::Bool => {
                let values = array.as_boolean_opt().ok_or_else(|| lacks(col.name()))?;
                Box::new(|row| Cell::Bool(values.value(row)))
            }
            ColType::Date => {
                let days = array.as_primitive_opt::<Date32Type>().ok_or_else(|| lacks(col.name()))?;
                Box::new(|row| Cell::Date(Date::from_days(days.value(row))))
            }
            ColType::Month => {
                let months = array.as_primitive_opt::<Int32Type>().ok_or_else(|| lacks(col.name()))?;
                Box::new(|row| Cell::Month(Month::from_index(months.value(row))))
            }
        };
        for (row, cells) in rows.iter_mut().enumerate() {
            if !array.is_null(row) {
                cells.push((*col, read(row)));
            }
        }
    }
    let counts = |cells: &Vec<(Col, Cell)>| {
        let cell = |wanted: Col| cells.iter().find(|(col, _)| *col == wanted).map(|(_, cell)| cell);
        match (cell(Col::EventId), cell(Col::KnownOn)) {
            (Some(Cell::Text(id)), Some(Cell::Date(known))) => winners.get(id).is_none_or(|winner| winner == known),
            _ => true,
        }
    };
    facts.extend(rows.into_iter().filter(|cells| winners.is_empty() || counts(cells)).map(|cells| Fact { table, cells }));
    Ok(())
}

/// Imports every fact file of a folder into a store: `<table>*.csv`, `.tsv`, `.xlsx` and `.parquet`, in the order of their names. Rows
/// without `known_on` stay without, for loose files have no import day; `day` only bounds their dates.
///
/// # Errors
/// A file cannot be read, or has rows that are not well: the first of them is named.
pub fn import_folder(store: &FactStore, folder: &std::path::Path, master: &Master, day: Date, mapping: &Mapping) -> Result<(), Refusal> {
    for (table, path) in fact_files(folder)? {
        let mut job = ImportJob::new(table, path, day);
        job.mapping = mapping.clone();
        let report = store.import_known(&job, master, NEVER_KNOWN, &|_| ())?;
        if report.outcome == Outcome::Refused {
            return Err(match report.problems.first() {
                Some(problem) => problem.refusal(&report.file),
                None => broken(&report.file, &"refused without a problem"),
            });
        }
    }
    Ok(())
}

/// Reads a folder: a fact store, or loose fact files as [`import_folder`] takes them. For small data; everything is in memory.
///
/// # Errors
/// As [`import_folder`], or the store cannot be read.
pub fn read_folder(folder: &std::path::Path, day: Date, mapping: &Mapping) -> Result<Vec<Fact>, Refusal> {
    let store = if folder.join("facts/_snapshots").is_dir() {
        FactStore::open(&folder.to_string_lossy())?
    } else {
        let store = FactStore::in_memory()?;
        import_folder(&store, folder, &Master::default(), day, mapping)?;
        store
    };
    let snapshot = store.latest()?;
    let mut facts = Vec::new();
    for table in Table::ALL {
        facts.extend(store.facts(&snapshot, table, &Wanted::default())?);
    }
    let is_known = |(col, cell): &(Col, Cell)| *col != Col::KnownOn || *cell != Cell::Date(NEVER_KNOWN);
    for fact in &mut facts {
        fact.cells.retain(is_known);
    }
    Ok(facts)
}

/// Known day of rows of loose files that give none: before every day a file can give.
const NEVER_KNOWN: Date = Date::from_days(super::row::EPOCH - 1);

fn fact_files(folder: &std::path::Path) -> Result<Vec<(Table, std::path::PathBuf)>, Refusal> {
    let unreadable = |error: std::io::Error| {
        Refusal::unavailable(
            "facts.folder.unreadable",
            format!("读取文件夹 {} 失败：{error}；请检查路径", folder.display()),
            format!("folder {}: {error}; check the path", folder.display()),
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_data = [".csv", ".tsv", ".xlsx", ".parquet"].iter().any(|end| name.ends_with(end));
        let table = Table::ALL.into_iter().find(|table| name.starts_with(table.name()) || name.starts_with(table.label()));
        if let (true, Some(table)) = (is_data, table) {
            found.push((table, path));
        }
    }
    found.sort();
    Ok(found)
}
