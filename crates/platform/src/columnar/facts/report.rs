//! What an import did, to the row and the fen.

use crate::sheet::Problem;
use qudao_kernel::facts::Table;
use qudao_kernel::{Date, Fen};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What became of the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The accepted rows can be read from this snapshot on.
    Landed(u64),
    /// A dry run: nothing was written.
    Checked,
    /// Rows were rejected and a partial load was not asked for: nothing was saved.
    Refused,
    /// Every row is there already: nothing was saved.
    Nothing,
}

/// Rows of one day and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// Day it happened; `None` for rows whose date cannot be read.
    pub day: Option<Date>,
    /// Kind; empty for rows whose kind cannot be read and for tables without kinds.
    pub kind: String,
    /// Rows and fen received.
    pub received: Tally,
    /// Rows and fen accepted.
    pub accepted: Tally,
    /// Rows and fen rejected, duplicates among them.
    pub rejected: Tally,
}

/// A count and an amount. The amount is `billed` for subscriber months, otherwise `amount`; an amount that cannot be read
/// counts as nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// Fen.
    pub amount: Fen,
}

/// What an import did. Always `received = accepted + rejected`; duplicates and conflicts are among the rejected,
/// corrections and unattributed rows among the accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Batch the rows belong to.
    pub batch: String,
    /// Table.
    pub table: Table,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Encoding found; `None` for workbooks, Parquet and pure ASCII.
    pub encoding: Option<String>,
    /// Import day.
    pub day: Date,
    /// Rows in the file.
    pub received: u64,
    /// Rows taken, or that would be.
    pub accepted: u64,
    /// Rows not taken.
    pub rejected: u64,
    /// Rejected because the same id with the same content is there already.
    pub duplicates: u64,
    /// Rejected because the id stands for another content.
    pub conflicts: u64,
    /// Accepted as later versions of rows that are there already.
    pub corrections: u64,
    /// Accepted, though no partner can be found: rows whose outlet is unknown or has no owner on the day.
    pub unknown_outlets: u64,
    /// Likewise: rows without outlet whose partner is unknown on the day.
    pub unknown_partners: u64,
    /// Likewise: rows that name neither.
    pub unnamed: u64,
    /// Up to twenty of the unknown codes, in order.
    pub unknown_codes: Vec<String>,
    /// Per day and kind, by day.
    pub days: Vec<DayCount>,
    /// Headers that were passed over.
    pub ignored: Vec<String>,
    /// What became of the file.
    pub outcome: Outcome,
    /// The reject file, if one was written.
    pub rejects: Option<PathBuf>,
    /// The first problems, at most [`ImportReport::FIRST_PROBLEMS`].
    #[serde(skip)]
    pub problems: Vec<Problem>,
}

impl ImportReport {
    /// How many problems a report repeats; the reject file has all.
    pub const FIRST_PROBLEMS: usize = 20;

    /// Accepted rows that no partner can be found for.
    pub fn unattributed(&self) -> u64 {
        self.unknown_outlets + self.unknown_partners + self.unnamed
    }

    /// Rejected rows that need correcting: all but the duplicates.
    pub fn faulty(&self) -> u64 {
        self.rejected - self.duplicates
    }

    /// Whether the accounts add up: received = accepted + rejected, in total and for every day and kind.
    pub fn adds_up(&self) -> bool {
        let rows = |part: fn(&DayCount) -> &Tally| self.days.iter().map(|day| part(day).rows).sum::<u64>();
        let fen = |tally: &Tally| i128::from(tally.amount.0);
        self.received == self.accepted + self.rejected
            && rows(|day| &day.received) == self.received
            && rows(|day| &day.accepted) == self.accepted
            && self.days.iter().all(|day| {
                day.received.rows == day.accepted.rows + day.rejected.rows && fen(&day.received) == fen(&day.accepted) + fen(&day.rejected)
            })
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done: bytes while reading, rows afterwards.
    pub done: u64,
    /// How much there is; 0 where that is not known.
    pub total: u64,
}

/// Stages of an import, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading and checking rows.
    Reading,
    /// Looking for ids seen before.
    Matching,
    /// Sorting and writing.
    Writing,
}
