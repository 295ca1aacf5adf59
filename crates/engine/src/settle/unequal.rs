//! The lines in which two runs of one month differ. Both runs wrote the same order, so the two are walked side by side, a batch of each in memory;
//! what is equal never becomes a line.
//!
//! A version of a policy that takes another's place stands in another place of that order. Versions are therefore compared by their rank among the versions
//! a partner has lines of, so that the rows of the one meet those of the other.

use super::arrow_out::LINES;
use super::read::LINE_ORDER;
use super::rows::{LineColumns, Row};
use super::source::{self, Query};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Date32Type, Int32Type, Int64Type, UInt32Type};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use qudao_kernel::Refusal;
use qudao_policy::lines::Line;
use std::cmp::Ordering;
use std::path::PathBuf;
use tokio::runtime::Handle;

/// Memory for merging the files of both sides.
const MEMORY: usize = 512 << 20;
/// What else must be the same for two rows to be one line.
const SAME: [&str; 4] = ["payee_kind", "payee", "counts_as", "destination"];

/// A row that is not the same in both runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unequal {
    /// Only the run before has it; or its counterpart stands elsewhere.
    Before(Line),
    /// Only the run after has it; likewise.
    After(Line),
    /// Both have it, with other amounts.
    Changed(Box<(Line, Line)>),
}

/// Walks two runs of one month. Rows come by partner.
pub struct UnequalLines {
    before: Side,
    after: Side,
    compared: u64,
}

/// The rows in which two runs of one month differ, by partner.
///
/// # Errors
/// A file is missing or is none of a run.
pub fn unequal_lines(handle: &Handle, before: &[PathBuf], after: &[PathBuf]) -> Result<UnequalLines, Refusal> {
    let session = source::session(MEMORY, 2)?;
    Ok(UnequalLines { before: Side::open(handle, &session, before)?, after: Side::open(handle, &session, after)?, compared: 0 })
}

impl UnequalLines {
    /// Rows of the run after that were looked at so far.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    fn step(&mut self) -> Result<Option<Unequal>, Refusal> {
        loop {
            let order = match (self.before.fill()?, self.after.fill()?) {
                (false, false) => return Ok(None),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (true, true) => self.before.cmp(&self.after),
            };
            if order != Ordering::Less {
                self.compared += 1;
            }
            match order {
                Ordering::Less => return Ok(self.before.take().map(Unequal::Before)),
                Ordering::Greater => return Ok(self.after.take().map(Unequal::After)),
                Ordering::Equal if self.before.amounts() == self.after.amounts() => {
                    self.before.at += 1;
                    self.after.at += 1;
                }
                Ordering::Equal => {
                    let pair = self.before.take().zip(self.after.take());
                    return Ok(pair.map(|pair| Unequal::Changed(Box::new(pair))));
                }
            }
        }
    }
}

impl Iterator for UnequalLines {
    type Item = Result<Unequal, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// One run.
struct Side {
    handle: Handle,
    stream: Option<SendableRecordBatchStream>,
    held: Option<Held>,
    at: usize,
    /// Partner, policy and version of the row looked at last.
    group: (String, String, i32),
    /// How many versions of the policy the partner has shown before this one.
    rank: u32,
}

impl Side {
    fn open(handle: &Handle, session: &SessionContext, files: &[PathBuf]) -> Result<Self, Refusal> {
        let mut stream = None;
        if !files.is_empty() {
            let columns = LINES.fields().iter().map(|field| field.name().as_str()).collect();
            stream = Some(handle.block_on(source::open(session, Query { files, columns, order: &LINE_ORDER, ..Query::default() }))?);
        }
        Ok(Self { handle: handle.clone(), stream, held: None, at: 0, group: (String::new(), String::new(), i32::MIN), rank: 0 })
    }

    /// Makes sure there is a row to look at; `false` at the end.
    fn fill(&mut self) -> Result<bool, Refusal> {
        while self.held.as_ref().is_none_or(|held| self.at >= held.rows) {
            let Some(stream) = &mut self.stream else { return Ok(false) };
            let Some(batch) = self.handle.block_on(stream.next()) else {
                self.stream = None;
                return Ok(false);
            };
            self.held = Some(Held::new(&batch.map_err(|error| source::failed(&error))?)?);
            self.at = 0;
        }
        if let Some(held) = &self.held {
            let (partner, policy, version) = (held.text(0, self.at), held.text(1, self.at), held.version(self.at));
            if self.group.0 != partner || self.group.1 != policy {
                (self.group, self.rank) = ((partner.to_owned(), policy.to_owned(), version), 0);
            } else if self.group.2 != version {
                (self.group.2, self.rank) = (version, self.rank + 1);
            }
        }
        Ok(true)
    }

    fn take(&mut self) -> Option<Line> {
        let line = self.held.as_ref().map(|held| {
            let mut line = Line::empty();
            line.fill(&held.columns, self.at, None);
            line
        });
        self.at += 1;
        line
    }

    fn amounts(&self) -> Option<(i64, i64)> {
        self.held.as_ref().map(|held| held.amounts(self.at))
    }

    /// Order of the rows looked at; `Equal` if they are the same line but for period, version and amounts.
    fn cmp(&self, other: &Self) -> Ordering {
        let (Some(a), Some(b)) = (&self.held, &other.held) else { return Ordering::Equal };
        let (i, j) = (self.at, other.at);
        let text = |index: usize| a.text(index, i).cmp(b.text(index, j));
        // Partner, policy, version, component, day, basis, part, kind; then what files are not sorted by.
        (text(0))
            .then_with(|| text(1))
            .then_with(|| self.rank.cmp(&other.rank))
            .then_with(|| text(2))
            .then_with(|| a.day(i).cmp(&b.day(j)))
            .then_with(|| text(3))
            .then_with(|| a.part(i).cmp(&b.part(j)))
            .then_with(|| (4..TEXTS.len()).map(text).find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
    }
}

/// Text columns that are compared: those of [`LINE_ORDER`], then [`SAME`].
const TEXTS: [&str; 9] = ["partner", "policy", "component", "basis", "kind", SAME[0], SAME[1], SAME[2], SAME[3]];

/// A batch and its columns.
struct Held {
    rows: usize,
    columns: LineColumns,
    texts: Vec<ArrayRef>,
    numbers: [ArrayRef; 5],
}

impl Held {
    fn new(batch: &RecordBatch) -> Result<Self, Refusal> {
        let texts = TEXTS.iter().map(|name| source::texts(batch, name)).collect::<Result<_, _>>()?;
        let number = |name: &str| source::column(batch, name).cloned();
        let numbers = [number("version")?, number("day")?, number("part")?, number("accrued")?, number("amount")?];
        Ok(Self { rows: batch.num_rows(), columns: Line::columns(batch)?, texts, numbers })
    }

    fn text(&self, index: usize, row: usize) -> &str {
        let column = self.texts[index].as_string_view();
        if column.is_valid(row) { column.value(row) } else { "" }
    }

    fn version(&self, row: usize) -> i32 {
        self.numbers[0].as_primitive_opt::<Int32Type>().map_or(0, |column| column.value(row))
    }

    fn day(&self, row: usize) -> i32 {
        self.numbers[1].as_primitive_opt::<Date32Type>().map_or(0, |column| column.value(row))
    }

    fn part(&self, row: usize) -> u32 {
        self.numbers[2].as_primitive_opt::<UInt32Type>().map_or(0, |column| column.value(row))
    }

    fn amounts(&self, row: usize) -> (i64, i64) {
        let value = |index: usize| self.numbers[index].as_primitive_opt::<Int64Type>().map_or(0, |column: &_| column.value(row));
        (value(3), value(4))
    }
}
