//! Reading facts back row by row: for the interpreter, for proofs, for small folders of loose files.

use super::object_file::ObjectFile;
use super::schema::ATTRIBUTED;
use super::snapshot::{FactFile, Snapshot};
use super::store::{FactStore, broken};
use crate::pages::pages_of;
use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ArrowPredicate, ArrowPredicateFn, ArrowReaderBuilder, RowFilter};
use datafusion::parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::metadata::ParquetMetaData;
use futures::TryStreamExt;
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal};
use qudao_platform::columnar::facts::{ImportJob, Mapping, Outcome};
use qudao_policy::model::{Cell, Fact};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Events that are named by the fact.
    pub refs: Option<BTreeSet<String>>,
}

/// Known day of the version that counts, by event id.
type Winners = HashMap<String, Date>;

/// What files and batches of a store say of themselves, once it has been read: they never change.
#[derive(Default)]
pub struct Remembered {
    footers: Mutex<HashMap<String, Arc<ParquetMetaData>>>,
    corrections: Mutex<HashMap<(u64, Table), Arc<Winners>>>,
}

impl Remembered {
    fn footer(&self, path: &str) -> Option<Arc<ParquetMetaData>> {
        self.footers.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn keep(&self, path: &str, footer: &Arc<ParquetMetaData>) {
        self.footers.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), Arc::clone(footer));
    }

    /// Versions that count, of a table in a snapshot.
    fn winners(&self, store: &FactStore, snapshot: &Snapshot, table: Table) -> Result<Arc<Winners>, Refusal> {
        let mut all = self.corrections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(&(snapshot.number, table)) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(store.corrections(snapshot, table)?);
        all.insert((snapshot.number, table), Arc::clone(&found));
        Ok(found)
    }
}

impl FactStore {
    /// The facts of a table that are wanted, in the order of the files, without superseded versions. Files, row groups and pages that
    /// cannot hold the partner are not read.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn facts(&self, snapshot: &Snapshot, table: Table, wanted: &Wanted) -> Result<Vec<Fact>, Refusal> {
        self.facts_again(&Remembered::default(), snapshot, table, wanted)
    }

    /// As [`FactStore::facts`], where facts are read again and again: nothing of what is remembered is read twice.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn facts_again(&self, remembered: &Remembered, snapshot: &Snapshot, table: Table, wanted: &Wanted) -> Result<Vec<Fact>, Refusal> {
        let winners = remembered.winners(self, snapshot, table)?;
        let mut facts = Vec::new();
        for file in held(snapshot, table, wanted) {
            for batch in self.scan(remembered, file, wanted, None)? {
                add_facts(table, &batch, &winners, &mut facts).map_err(|error| broken(&file.path, &error))?;
            }
        }
        Ok(facts)
    }

    /// Partners of the facts that name another event, by the event they name. Reads two columns, one of them nearly empty.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn naming(
        &self,
        remembered: &Remembered,
        snapshot: &Snapshot,
        table: Table,
        months: (Month, Month),
    ) -> Result<HashMap<String, BTreeSet<String>>, Refusal> {
        let mut named: HashMap<String, BTreeSet<String>> = HashMap::new();
        let wanted = Wanted { months: Some(months), ..Wanted::default() };
        for file in held(snapshot, table, &wanted) {
            for batch in self.scan(remembered, file, &wanted, Some([Col::Ref.name(), ATTRIBUTED]))? {
                let texts = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
                let (Some(refs), Some(partners)) = (texts(Col::Ref.name()), texts(ATTRIBUTED)) else {
                    return Err(broken(&file.path, &"a text column is missing"));
                };
                for (event, partner) in refs.iter().zip(partners.iter()) {
                    if let (Some(event), Some(partner)) = (event.filter(|event| !event.is_empty()), partner) {
                        named.entry(event.to_owned()).or_default().insert(partner.to_owned());
                    }
                }
            }
        }
        Ok(named)
    }

    fn scan(
        &self,
        remembered: &Remembered,
        file: &FactFile,
        wanted: &Wanted,
        columns: Option<[&'static str; 2]>,
    ) -> Result<Vec<RecordBatch>, Refusal> {
        let (known, wanted) = (remembered.footer(&file.path), wanted.clone());
        let reader = ObjectFile::new(self.objects(), &file.path, file.bytes, known);
        let scanned = self.wait(async move {
            let mut builder = ParquetRecordBatchStreamBuilder::new(reader).await?;
            let footer = Arc::clone(builder.metadata());
            if let Some(partner) = &wanted.partner {
                let (groups, selection) = pages_of(&footer, ATTRIBUTED, partner);
                builder = builder.with_row_groups(groups).with_row_selection(selection);
            }
            if let Some(columns) = columns {
                let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
                builder = builder.with_projection(mask);
            }
            let filters = filters(&builder, &wanted);
            let batches = builder.with_row_filter(RowFilter::new(filters)).build()?.try_collect::<Vec<_>>().await?;
            Ok::<_, ParquetError>((batches, footer))
        })?;
        let (batches, footer) = scanned.map_err(|error| broken(&file.path, &error))?;
        remembered.keep(&file.path, &footer);
        Ok(batches)
    }
}

/// Files that may hold wanted facts.
fn held<'s>(snapshot: &'s Snapshot, table: Table, wanted: &Wanted) -> Vec<&'s FactFile> {
    let (first, last) = wanted.months.unwrap_or((Month::from_index(i32::MIN), Month::from_index(i32::MAX)));
    let holds = |file: &&FactFile| wanted.partner.as_deref().is_none_or(|partner| *file.first <= *partner && *partner <= *file.last);
    snapshot.files(table, first, last).into_iter().filter(holds).collect()
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
    if let Some(refs) = wanted.refs.clone() {
        add(Col::Ref.name(), Box::new(move |text| refs.contains(text)));
    }
    filters
}

fn add_facts(table: Table, batch: &RecordBatch, winners: &Winners, facts: &mut Vec<Fact>) -> Result<(), ParquetError> {
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
