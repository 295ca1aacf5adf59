//! Tables that people upload and download: CSV, TSV and XLSX, read as a stream of text cells and written with typed columns.
//!
//! Reading (R0.7) holds one record at a time, whatever the size of the file. A file that cannot be read as a table at all is
//! refused as a whole ([`Refusal`]); a row that cannot be read is handed over as a [`Problem`] with its row, column, value and
//! remedy, and reading goes on. Row numbers are those a spreadsheet shows: the header is row 1, a cell with line breaks in it
//! is still one row, blank rows count but are not handed over.
//!
//! | source | encoding | bound |
//! |---|---|---|
//! | CSV, TSV (`,` `;` tab, found from the header) | UTF-8 with or without BOM, GB18030; found per file, never replaced silently | longest record, most columns |
//! | XLSX (first visible or named sheet) | – | unpacked size, longest cell, most columns |
//!
//! Writing goes through [`TableWriter`]: a file appears under its name only when it is complete, and text that a spreadsheet
//! would run as a formula is neutralised by a leading apostrophe, which reading takes off again.
//!
//! ```
//! # fn main() -> Result<(), qudao_kernel::Refusal> {
//! use qudao_platform::sheet::{self, Options, RecordBuf, Step};
//! # let path = std::env::temp_dir().join(format!("qudao-doc-{}.csv", std::process::id()));
//! # std::fs::write(&path, "编码,名称\nA1,甲\n").ok();
//! let mut reader = sheet::open(&path, &Options::default())?;
//! let mut record = RecordBuf::new();
//! loop {
//!     match reader.next_into(&mut record)? {
//!         Step::Row => println!("{}: {}", record.row(), record.get(1)),
//!         Step::Bad(problem) => println!("{}: {}", problem.row, problem.text.en),
//!         Step::End => break,
//!     }
//! }
//! # std::fs::remove_file(&path).ok();
//! # Ok(())
//! # }
//! ```

mod archive;
mod book;
mod csv_out;
mod encoding;
mod guard;
mod header;
mod problem;
mod reader;
mod record;
mod refuse;
mod rejects;
mod table;
mod text;
mod value;
mod xlsx_out;

pub use encoding::Encoding;
pub use problem::Problem;
pub use reader::{Limits, Options, Reader, Step, open, read_text};
pub use record::{Record, RecordBuf};
pub use rejects::Rejects;
pub use table::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
pub use value::{parse_bool, parse_date, parse_int, parse_month};
pub use xlsx_out::undated;
