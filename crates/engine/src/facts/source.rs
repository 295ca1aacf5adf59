//! The file being imported, as blocks of rows for the workers.

use super::schema::UNIT;
use super::spill::no_room;
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Int32Type, Int64Type, SchemaRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use qudao_kernel::{Fen, Kind, Month, Refusal};
use qudao_platform::columnar::facts::ImportJob;
use qudao_platform::sheet::{self, Problem, Reader, RecordBuf, Step};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// Rows of a block.
const BLOCK_ROWS: usize = 2048;
/// First bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";
/// First bytes of a zip, which an XLSX is.
const ZIP: &[u8] = b"PK\x03\x04";

/// Some rows.
pub(super) enum Block {
    /// Rows of a table of text. The problems are those of rows that could not be read, by position.
    Sheet { records: Vec<RecordBuf>, rows: usize, bad: Vec<(usize, Problem)> },
    /// Rows of a Parquet file, as text.
    Columns { first_row: u64, columns: Vec<Vec<String>>, rows: usize },
}

enum Rows {
    Sheet(Box<Reader>),
    Parquet { reader: ParquetRecordBatchReader, next_row: u64 },
}

/// The file.
pub(super) struct Source {
    /// Its name.
    pub(super) name: String,
    /// Its headers.
    pub(super) headers: Vec<String>,
    /// Its size; 0 while unknown.
    pub(super) size: u64,
    rows: Rows,
    meter: Arc<Meter>,
}

/// Counts and hashes what is read.
struct Meter {
    bytes: AtomicU64,
    hash: Mutex<Sha256>,
}

struct Metered {
    file: File,
    meter: Arc<Meter>,
}

impl Meter {
    fn add(&self, bytes: &[u8]) {
        self.bytes.fetch_add(bytes.len() as u64, Relaxed);
        self.hash.lock().unwrap_or_else(std::sync::PoisonError::into_inner).update(bytes);
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.meter.add(&buffer[..read]);
        Ok(read)
    }
}

impl Source {
    /// Opens the file of a job. What it is is told by its content.
    pub(super) fn open(job: &ImportJob) -> Result<Self, Refusal> {
        let name = job.path.file_name().unwrap_or(job.path.as_os_str()).to_string_lossy().into_owned();
        let mut file = File::open(&job.path).map_err(|error| unopened(&job.path, &error))?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let meter = Arc::new(Meter { bytes: AtomicU64::new(0), hash: Mutex::new(Sha256::new()) });
        let mut magic = Vec::new();
        (&file).take(8).read_to_end(&mut magic).and_then(|_| file.rewind()).map_err(|error| unopened(&job.path, &error))?;
        let (rows, headers) = if magic.starts_with(PARQUET) {
            digest(&mut file, &meter).map_err(|error| unopened(&job.path, &error))?;
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(&name, &error))?;
            let headers = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
            let reader = builder.with_batch_size(BLOCK_ROWS).build().map_err(|error| damaged(&name, &error))?;
            (Rows::Parquet { reader, next_row: 1 }, headers)
        } else {
            let reader = if magic.starts_with(ZIP) {
                digest(&mut file, &meter).map_err(|error| unopened(&job.path, &error))?;
                sheet::open(&job.path, &job.options)?
            } else if magic.starts_with(b"\xd0\xcf\x11\xe0") {
                // The sheet reader knows what to say about old workbooks.
                sheet::open(&job.path, &job.options)?
            } else {
                sheet::read_text(&name, Box::new(Metered { file, meter: Arc::clone(&meter) }), &job.options)?
            };
            let headers = reader.headers().to_vec();
            (Rows::Sheet(Box::new(reader)), headers)
        };
        Ok(Self { name, headers, size, rows, meter })
    }

    /// The next rows, into records used before; `None` at the end.
    pub(super) fn next(&mut self, mut records: Vec<RecordBuf>) -> Result<Option<Block>, Refusal> {
        match &mut self.rows {
            Rows::Sheet(reader) => {
                records.resize_with(BLOCK_ROWS, RecordBuf::new);
                let (mut rows, mut bad) = (0, Vec::new());
                while rows < BLOCK_ROWS {
                    match reader.next_into(&mut records[rows])? {
                        Step::Row => {}
                        Step::Bad(problem) => bad.push((rows, problem)),
                        Step::End => break,
                    }
                    rows += 1;
                }
                Ok((rows > 0).then_some(Block::Sheet { records, rows, bad }))
            }
            Rows::Parquet { reader, next_row } => {
                let Some(batch) = reader.next() else { return Ok(None) };
                let batch = batch.map_err(|error| damaged(&self.name, &error))?;
                let first_row = *next_row;
                *next_row += batch.num_rows() as u64;
                let columns = texts(&batch).map_err(|error| damaged(&self.name, &error))?;
                Ok(Some(Block::Columns { first_row, columns, rows: batch.num_rows() }))
            }
        }
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.meter.bytes.load(Relaxed)
    }

    /// SHA-256 of what was read, hexadecimal, and the encoding found.
    pub(super) fn identity(&self) -> (String, Option<String>) {
        let hash = self.meter.hash.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone().finalize();
        let mut hex = String::with_capacity(64);
        for byte in hash {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        let encoding = match &self.rows {
            Rows::Sheet(reader) => reader.encoding().map(|encoding| encoding.name().to_owned()),
            Rows::Parquet { .. } => None,
        };
        (hex, encoding)
    }
}

fn digest(file: &mut File, meter: &Meter) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return file.rewind(),
            read => meter.add(&buffer[..read]),
        }
    }
}

/// The cells of a batch as people would write them, column by column.
fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>, datafusion::arrow::error::ArrowError> {
    let schema: SchemaRef = batch.schema();
    let options = FormatOptions::default().with_null("");
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let unit = field.metadata().get(UNIT).map_or("", String::as_str);
        let formatter = ArrayFormatter::try_new(array, &options)?;
        let mut column = Vec::with_capacity(array.len());
        for row in 0..array.len() {
            column.push(match (unit, array.data_type()) {
                _ if array.is_null(row) => String::new(),
                // Our own files hold fen and running months.
                ("fen", DataType::Int64) => Fen(array.as_primitive::<Int64Type>().value(row)).plain(),
                ("month", DataType::Int32) => Month::from_index(array.as_primitive::<Int32Type>().value(row)).to_string(),
                (_, DataType::Decimal128(..)) => without_zeros(formatter.value(row).to_string()),
                _ => formatter.value(row).try_to_string()?,
            });
        }
        columns.push(column);
    }
    Ok(columns)
}

/// A decimal with the zeros beyond its second decimal taken off, which say nothing about money.
fn without_zeros(mut text: String) -> String {
    if let Some(point) = text.find('.') {
        while text.len() > point + 3 && text.ends_with('0') {
            text.pop();
        }
    }
    text
}

fn unopened(path: &Path, error: &std::io::Error) -> Refusal {
    match error.kind() {
        std::io::ErrorKind::NotFound => Refusal::new(
            Kind::NotFound,
            "facts.file.missing",
            format!("找不到文件 {}；请检查路径", path.display()),
            format!("there is no file {}; check the path", path.display()),
        ),
        _ => no_room(error),
    }
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> Refusal {
    Refusal::bad_input(
        "facts.file.damaged",
        format!("{name} 不是完好的 Parquet 文件：{error}；请重新导出"),
        format!("{name} is not a sound Parquet file: {error}; export it again"),
    )
}
