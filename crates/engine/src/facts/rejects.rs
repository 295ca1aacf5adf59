//! The rows that were not taken: the first few for the report, all of them for the reject file.

use super::decide::RowSet;
use super::land::merge;
use super::row::{EXPLICIT, Row, Value};
use super::spill::Spill;
use super::worker::Plan;
use qudao_kernel::facts::{Col, ColType};
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_platform::columnar::facts::{Fault, ImportReport};
use qudao_platform::sheet::{Problem, Rejects};
use std::path::{Path, PathBuf};

/// Conflicting rows sorted at a time, so that the reject file is in the order of rows for all but enormous ones.
const SORTED: usize = 100_000;

/// A row that was not taken, with its cells as they came.
pub(super) struct Rejected {
    /// What is wrong; several for one row follow each other.
    pub(super) problems: Vec<Problem>,
    /// Its cells, by header.
    pub(super) cells: Vec<String>,
}

/// Collects rejected rows.
pub(super) struct RejectLog {
    rejects: Option<Rejects>,
    first: Vec<Problem>,
}

impl RejectLog {
    /// A log; the reject file is written if a path is given.
    pub(super) fn new(path: Option<&Path>, headers: &[String]) -> Self {
        Self { rejects: path.map(|path| Rejects::new(path, headers)), first: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: &Rejected) -> Result<(), Refusal> {
        for problem in &row.problems {
            if self.first.len() < ImportReport::FIRST_PROBLEMS {
                self.first.push(problem.clone());
            }
            if let Some(rejects) = &mut self.rejects {
                rejects.add(problem, row.cells.iter().map(String::as_str))?;
            }
        }
        Ok(())
    }

    /// Adds the conflicting rows among those put aside, but for the ones added before.
    pub(super) fn conflicts(
        &mut self,
        plan: &Plan,
        spills: &[&Spill],
        conflicts: &RowSet,
        before: Option<&RowSet>,
        headings: &Headers<'_>,
    ) -> Result<(), Refusal> {
        if self.rejects.is_none() && self.first.len() >= ImportReport::FIRST_PROBLEMS {
            return Ok(());
        }
        let mut pending: Vec<(u64, Rejected)> = Vec::new();
        merge(spills, |row| {
            let number = row.number();
            if conflicts.contains(number) && !before.is_some_and(|before| before.contains(number)) {
                pending.push((number, conflict(plan, row, headings)));
                if pending.len() >= SORTED {
                    return self.flush(&mut pending);
                }
            }
            Ok(())
        })?;
        self.flush(&mut pending)
    }

    fn flush(&mut self, pending: &mut Vec<(u64, Rejected)>) -> Result<(), Refusal> {
        pending.sort_by_key(|(number, _)| *number);
        pending.drain(..).try_for_each(|(_, rejected)| self.add(&rejected))
    }

    /// Completes the reject file; its path if there is one, and the first problems in the order of rows.
    pub(super) fn finish(mut self) -> Result<(Option<PathBuf>, Vec<Problem>), Refusal> {
        self.first.sort_by_key(|problem| problem.row);
        let path = match self.rejects {
            Some(rejects) => rejects.finish()?,
            None => None,
        };
        Ok((path, self.first))
    }
}

/// The headers of the file and what they mean.
pub(super) struct Headers<'a> {
    /// Headers as the file has them.
    pub(super) names: &'a [String],
    /// The column of each.
    pub(super) columns: &'a [Option<Col>],
}

impl Headers<'_> {
    /// The header of a column; its name where the file has none for it.
    pub(super) fn name_of(&self, col: Col) -> &str {
        self.columns.iter().position(|other| *other == Some(col)).map_or(col.name(), |index| &self.names[index])
    }
}

/// A conflicting row as the file would have it, from what was put aside.
fn conflict(plan: &Plan, row: Row<'_>, headers: &Headers<'_>) -> Rejected {
    let layout = &plan.layout;
    let mut texts: Vec<(Col, String)> = Vec::new();
    row.cells(layout, |position, value| {
        let slot = &layout.slots[position];
        let text = match (value, slot.ty) {
            (Value::Text(text), _) => text.to_owned(),
            (Value::Wide(value), ColType::Money) => Fen(value).plain(),
            (Value::Wide(value), _) => value.to_string(),
            (Value::Narrow(value), ColType::Month) => Month::from_index(value).to_string(),
            (Value::Narrow(value), _) => Date::from_days(value).to_string(),
            (Value::Bit(value), _) => if value { "是" } else { "否" }.to_owned(),
        };
        texts.push((slot.col, text));
    });
    if row.flags() & EXPLICIT != 0 {
        texts.push((Col::KnownOn, Date::from_days(row.known()).to_string()));
    }
    let cell = |col: Col| texts.iter().find(|(other, _)| *other == col).map_or("", |(_, text)| text.as_str());
    let cells = headers.columns.iter().map(|col| col.map_or("", cell).to_owned()).collect();
    let problem = Fault::Conflict.problem(row.number(), headers.name_of(Col::EventId), cell(Col::EventId), layout.table, plan.window);
    Rejected { problems: vec![problem], cells }
}
