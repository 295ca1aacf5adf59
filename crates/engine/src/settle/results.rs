//! Where a run's results go: Parquet files of each range, rows kept for other accounts, and the totals of the report.

use super::arrow_out::{self, Names};
use super::block::{Block, Shared, Trouble};
use super::read::LINE_ORDER;
use super::sink::Sink;
use super::source;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use qudao_kernel::Refusal;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Rows of a row group of the output: small enough that one partner is found fast.
const ROW_GROUP: usize = 131_072;

/// Totals of one component.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ComponentTotals {
    /// Policy name and version.
    pub policy: String,
    /// Version.
    pub version: u32,
    /// Component.
    pub component: String,
    /// Number of lines.
    pub lines: u64,
    /// Fen accrued by `Earn` lines.
    pub accrued: i128,
    /// Fen due in the period, all lines.
    pub amount: i128,
    /// Fen put into new obligations.
    pub scheduled: i128,
    /// Considered and not paid, by reason code.
    pub reasons: BTreeMap<String, u64>,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SettleReport {
    /// Facts of all tables that were read.
    pub facts: u64,
    /// Facts no partner could be found for, business events or with an outlet or partner named.
    pub unattributed: u64,
    /// Lines.
    pub lines: u64,
    /// Obligations.
    pub obligations: u64,
    /// Reasons.
    pub reasons: u64,
    /// Fen due in the period.
    pub amount: i128,
    /// By component, in order of policy, version, component.
    pub components: Vec<ComponentTotals>,
    /// Last partner of each range the work was cut into, rising. Each range is small enough to be read as a whole.
    pub ranges: Vec<String>,
}

impl SettleReport {
    /// Adds what another part of the same run did.
    pub(crate) fn add(&mut self, other: SettleReport) {
        self.facts += other.facts;
        self.unattributed += other.unattributed;
        self.lines += other.lines;
        self.obligations += other.obligations;
        self.reasons += other.reasons;
        self.amount += other.amount;
        for (mine, theirs) in self.components.iter_mut().zip(other.components) {
            mine.lines += theirs.lines;
            mine.accrued += theirs.accrued;
            mine.amount += theirs.amount;
            mine.scheduled += theirs.scheduled;
            for (code, count) in theirs.reasons {
                *mine.reasons.entry(code).or_default() += count;
            }
        }
    }
}

/// A refusal of the disk under a file.
pub(crate) fn disk(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "engine.settle.disk",
        format!("无法写入 {}:{error}", path.display()),
        format!("cannot write {}: {error}", path.display()),
    )
}

fn properties() -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("qudao".into());
    // What rows are searched by, and what files are merged by: those whose bounds in that order are not known would be sorted again. The least and
    // greatest of any other column would cost two comparisons a cell.
    for name in LINE_ORDER {
        builder = builder.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Chunk);
    }
    for name in ["partner", "day", "origin"] {
        builder = builder.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Page);
    }
    // Ids are nearly all different: a dictionary of them would only be built to be thrown away.
    for name in ["basis", "subscriber"] {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    builder.build()
}

/// A Parquet file that exists only if something is written to it.
pub(crate) struct Lazy {
    path: PathBuf,
    schema: SchemaRef,
    writer: Option<ArrowWriter<File>>,
}

impl Lazy {
    pub(crate) fn new(path: PathBuf, schema: SchemaRef) -> Self {
        Self { path, schema, writer: None }
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Refusal> {
        let writer = if let Some(writer) = &mut self.writer {
            writer
        } else {
            let file = File::create(&self.path).map_err(|error| disk(&self.path, &error))?;
            let writer =
                ArrowWriter::try_new(file, self.schema.clone(), Some(properties())).map_err(|error| source::failed(&error.into()))?;
            self.writer.insert(writer)
        };
        writer.write(batch).map_err(|error| source::failed(&error.into()))
    }

    pub(crate) fn close(self) -> Result<(), Refusal> {
        match self.writer {
            Some(writer) => writer.close().map(|_| ()).map_err(|error| source::failed(&error.into())),
            None => Ok(()),
        }
    }
}

/// The three files of a range.
pub(crate) struct Writers {
    lines: Lazy,
    obligations: Lazy,
    reasons: Lazy,
}

impl Writers {
    pub(crate) fn new(out: &Path, name: &str) -> Self {
        let lazy = |kind: &str, schema: &SchemaRef| Lazy::new(out.join(kind).join(format!("{name}.parquet")), schema.clone());
        Self {
            lines: lazy("lines", &arrow_out::LINES),
            obligations: lazy("obligations", &arrow_out::OBLIGATIONS),
            reasons: lazy("reasons", &arrow_out::REASONS),
        }
    }

    /// Writes what goes to the block's own partners; the rest is kept in `others`.
    pub(crate) fn write(&mut self, block: &Block<'_>, sink: &Sink, names: &Names, others: &mut Others) -> Result<(), Trouble> {
        let parts = [
            (arrow_out::lines(block, sink, names), &mut self.lines, &mut others.lines),
            (arrow_out::obligations(block, sink, names), &mut self.obligations, &mut others.obligations),
            (arrow_out::reasons(block, sink, names), &mut self.reasons, &mut others.reasons),
        ];
        for (split, file, kept) in parts {
            let split = split.map_err(source::arrow_failed)?;
            if let Some(batch) = split.own {
                file.write(&batch)?;
            }
            // As views they would keep the whole block's texts for a few rows.
            kept.extend(split.other.as_ref().map(source::compact).transpose()?);
        }
        Ok(())
    }

    pub(crate) fn close(self) -> Result<(), Refusal> {
        self.lines.close()?;
        self.obligations.close()?;
        self.reasons.close()
    }
}

/// Rows for accounts outside their block.
#[derive(Default)]
pub(crate) struct Others {
    pub(crate) lines: Vec<RecordBatch>,
    pub(crate) obligations: Vec<RecordBatch>,
    pub(crate) reasons: Vec<RecordBatch>,
}

impl Others {
    /// Adds the rows of another part of the run.
    pub(crate) fn extend(&mut self, other: Others) {
        self.lines.extend(other.lines);
        self.obligations.extend(other.obligations);
        self.reasons.extend(other.reasons);
    }

    /// Keeps everything a block gives: of the end, whose accounts are all over the ranges.
    pub(crate) fn take(&mut self, block: &Block<'_>, sink: &Sink, names: &Names) -> Result<(), Trouble> {
        let parts = [
            (arrow_out::lines(block, sink, names), &mut self.lines),
            (arrow_out::obligations(block, sink, names), &mut self.obligations),
            (arrow_out::reasons(block, sink, names), &mut self.reasons),
        ];
        for (split, kept) in parts {
            let split = split.map_err(source::arrow_failed)?;
            kept.extend([split.own, split.other].into_iter().flatten());
        }
        Ok(())
    }
}

/// Totals under way.
pub(crate) struct Tally {
    report: SettleReport,
}

impl Tally {
    pub(crate) fn new(shared: &Shared) -> Self {
        let components = shared
            .plan
            .comps
            .iter()
            .map(|at| {
                let policy = &shared.set.policies[at.policy];
                ComponentTotals {
                    policy: policy.name.clone(),
                    version: policy.version,
                    component: policy.components[at.component].name.clone(),
                    ..ComponentTotals::default()
                }
            })
            .collect();
        Self { report: SettleReport { components, ..SettleReport::default() } }
    }

    pub(crate) fn add(&mut self, block: &Block<'_>, sink: &Sink) {
        use qudao_policy::lines::LineKind;
        let report = &mut self.report;
        report.facts += block.tables.iter().flatten().map(|table| table.len as u64).sum::<u64>();
        report.obligations += sink.obligations.len() as u64;
        report.reasons += sink.reasons.len() as u64;
        for line in sink.lines.iter().filter(|line| line.amount != 0 || line.accrued != 0) {
            let totals = &mut report.components[line.comp as usize];
            totals.lines += 1;
            totals.amount += i128::from(line.amount);
            report.lines += 1;
            report.amount += i128::from(line.amount);
            if line.kind == LineKind::Earn {
                totals.accrued += i128::from(line.accrued);
            }
        }
        let period = block.shared.plan.period.index();
        for row in sink.obligations.iter().filter(|row| row.origin == period) {
            report.components[row.comp as usize].scheduled += i128::from(row.amount);
        }
        let mut reasons: BTreeMap<(Option<u16>, u16), u64> = BTreeMap::new();
        for reason in &sink.reasons {
            *reasons.entry((reason.comp, reason.code)).or_default() += 1;
        }
        for ((comp, code), count) in reasons {
            match comp {
                Some(comp) => *report.components[comp as usize].reasons.entry(sink.codes[usize::from(code)].clone()).or_default() += count,
                None => report.unattributed += count,
            }
        }
    }

    pub(crate) fn report(self) -> SettleReport {
        self.report
    }
}
