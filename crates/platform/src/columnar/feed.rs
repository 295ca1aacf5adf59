//! What happened in a slice becomes facts, each once.
//!
//! | # | step | what is written | a crash after it |
//! |---|---|---|---|
//! | 1 | the act, with [`Feed::emit`] | record and event, one transaction | the event is due |
//! | 2 | [`Feed::take`] reads what is due | nothing | nothing happened |
//! | 3 | a file is imported | a batch of facts, all or nothing | the import comes again and finds every row there already |
//! | 4 | [`Taken::done`] | outbox and what the slice notes, one transaction | nothing is left |
//!
//! Bounds: at most [`MOST`] events a round. The fact store takes an event id once, over all batches, whoever brings it, and a later version of it where its known
//! day is later; so a repeated import adds nothing, and neither does a file of another system with the same ids.

use super::facts::{FactPort, ImportJob, ImportReport, Outcome};
use crate::db::{Db, Tx};
use crate::outbox::{self, Event};
use crate::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Most events of a round.
const MOST: u32 = 20_000;

/// A row of facts, as a file writes it: name of the column and text.
pub type Cells = BTreeMap<String, String>;

/// What an event brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Body {
    /// The record it is of; empty for none.
    #[serde(alias = "order")]
    record: String,
    rows: Vec<(Table, Cells)>,
}

/// A way of events into the fact store.
#[derive(Debug, Clone, Copy)]
pub struct Feed {
    /// Topic of the events.
    pub topic: &'static str,
    /// Who writes them.
    pub consumer: &'static str,
    /// How the files begin that its rounds import.
    pub file: &'static str,
    /// Whether every row is of our own making: then one that is refused for its content is a fault of ours, and nothing of its round is taken. Else
    /// such rows stay out, and are counted.
    pub strict: bool,
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Events handled.
    pub events: usize,
    /// Facts that were not there before.
    pub facts: u64,
    /// Facts that were: brought by a file, or by a round that was broken off.
    pub there: u64,
    /// Rows that were refused for their content.
    pub refused: u64,
}

/// Events whose facts are in the store and which are not marked yet.
#[derive(Debug)]
pub struct Taken {
    consumer: &'static str,
    events: Vec<Event>,
    /// Records of the events, in their order; empty where one is of none.
    pub records: Vec<String>,
    /// Batches the facts landed as.
    pub batch: String,
    /// What it came to.
    pub written: Written,
}

impl Feed {
    /// Subscribes the writer, before anything happens.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscribe(&self, tx: &mut Tx) -> Result<(), Refusal> {
        outbox::subscribe(tx, self.consumer, self.topic).await
    }

    /// Whether a batch of facts came this way and not from a system outside, by its file.
    pub fn is_ours(&self, file: &str) -> bool {
        file.starts_with(self.file)
    }

    /// Sends facts of a record on their way. `key` makes them one event; without rows nothing leaves.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn emit(&self, tx: &mut Tx, key: &str, record: &str, rows: Vec<(Table, Cells)>) -> Result<(), Refusal> {
        if rows.is_empty() {
            return Ok(());
        }
        let body = serde_json::to_string(&Body { record: record.to_owned(), rows }).map_err(|error| bug(&error.to_string()))?;
        outbox::emit(tx, self.topic, key, &body).await.map(drop)
    }

    /// Writes what is due into the fact store, as known on a day where rows do not say. `work` is a folder for files of the moment. Nothing where nothing is due.
    ///
    /// # Errors
    /// The fact store or the database does not answer, or a row of a strict feed is refused for its content; then everything is due again.
    pub async fn take(
        &self,
        db: &Db,
        port: Arc<dyn FactPort>,
        master: Arc<Master>,
        day: Date,
        work: &Path,
    ) -> Result<Option<Taken>, Refusal> {
        let events = outbox::due(&mut db.read().await?, self.consumer, MOST).await?;
        if events.is_empty() {
            return Ok(None);
        }
        let bodies = events.iter().map(|event| serde_json::from_str::<Body>(&event.body).map_err(|error| bug(&error.to_string())));
        let (mut records, mut rows) = (Vec::with_capacity(events.len()), Vec::new());
        for body in bodies {
            let body = body?;
            records.push(body.record);
            rows.extend(body.rows);
        }
        let (feed, work) = (*self, work.to_owned());
        let imported = tokio::task::spawn_blocking(move || feed.import(&*port, &master, &rows, day, &work)).await;
        let reports = imported.map_err(|error| bug(&error.to_string()))??;
        let landed = reports.iter().filter(|report| matches!(report.outcome, Outcome::Landed(_)));
        let batch = landed.map(|report| report.batch.as_str()).collect::<Vec<_>>().join(" ");
        let sum = |part: fn(&ImportReport) -> u64| reports.iter().map(part).sum();
        let written = Written {
            events: events.len(),
            facts: sum(|report| report.accepted),
            there: sum(|report| report.duplicates + report.conflicts),
            refused: sum(refused),
        };
        Ok(Some(Taken { consumer: self.consumer, events, records, batch, written }))
    }

    /// Imports rows, a file for each table.
    fn import(
        &self,
        port: &dyn FactPort,
        master: &Master,
        rows: &[(Table, Cells)],
        day: Date,
        work: &Path,
    ) -> Result<Vec<ImportReport>, Refusal> {
        let folder = tempfile::Builder::new().prefix(".facts-").tempdir_in(work).map_err(|error| unwritable(work, &error))?;
        let mut reports = Vec::new();
        for table in Table::ALL {
            let of: Vec<&Cells> = rows.iter().filter(|(one, _)| *one == table).map(|(_, cells)| cells).collect();
            if of.is_empty() {
                continue;
            }
            let path = folder.path().join(format!("{}{}.csv", self.file, table.name()));
            write(&path, table, &of)?;
            let mut job = ImportJob::new(table, &path, day);
            // A row whose id a file brought with another content stays out: the row of the business system stands.
            job.accept_partial = true;
            job.work = Some(folder.path().to_owned());
            let report = port.import(&job, master, &|_| ())?;
            let wrong = refused(&report);
            if wrong > 0 {
                let first = report.problems.first().map_or_else(String::new, |problem| format!("{}: {}", problem.column, problem.text.en));
                if self.strict {
                    return Err(bug(&format!("{wrong} facts were refused ({first})")));
                }
                tracing::error!(topic = self.topic, rows = wrong, "facts were refused ({first})");
            }
            reports.push(report);
        }
        Ok(reports)
    }
}

/// Rows that were refused for their content, and not for being there.
fn refused(report: &ImportReport) -> u64 {
    report.rejected - report.duplicates - report.conflicts
}

impl Taken {
    /// Marks the events as handled, in the transaction in which the slice notes what it wants to.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn done(&self, tx: &mut Tx) -> Result<(), Refusal> {
        for event in &self.events {
            outbox::first_time(tx, self.consumer, &event.id).await?;
        }
        Ok(())
    }
}

fn write(path: &Path, table: Table, rows: &[&Cells]) -> Result<(), Refusal> {
    let used: Vec<Col> = table.columns().iter().copied().filter(|col| rows.iter().any(|cells| cells.contains_key(col.name()))).collect();
    let columns: Vec<Column> = used.iter().map(|col| Column::new(col.name(), ColumnType::Text)).collect();
    let mut writer = TableWriter::create(path, &columns, Format::Csv(CsvEncoding::Utf8))?;
    for cells in rows {
        let line: Vec<Cell<'_>> = used.iter().map(|col| cells.get(col.name()).map_or(Cell::Empty, |text| Cell::Text(text))).collect();
        writer.row(&line)?;
    }
    writer.finish().map(drop)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "facts.feed.folder",
        format!("无法在 {} 写入临时文件：{error}；请检查磁盘", path.display()),
        format!("cannot write a file of the moment in {}: {error}; look at the disk", path.display()),
    )
}

fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "facts.feed",
        format!("业务写入事实库出错：{why}；请把此信息报告给维护者"),
        format!("what happened could not be written as facts: {why}; report this to the maintainers"),
    )
}
