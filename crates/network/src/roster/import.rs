//! Records from files: read, checked against the database, saved in one transaction, or only reported on.
//!
//! From its first day in the files on, a record is what the files say; records the files do not name stay as they are.
//! Bounds: the rows of the noun, those of the files and those of the noun they refer to are held in memory. A crash before the commit
//! means that nothing was imported; importing the same files again changes nothing.

use super::store::{self, Change, Stored};
use super::{By, Record, dated, rules};
use crate::files::Report;
use crate::files::check::{self, Placed, Spans};
use crate::files::load::{Loading, read};
use crate::files::rows::MasterRow;
use qudao_kernel::master::Span;
use qudao_kernel::{Refusal, Text};
use qudao_platform::db::{Db, Tx};
use qudao_platform::write_tx;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How much an import may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Report, and change nothing.
    DryRun,
    /// Save all rows, or none if one is wrong.
    Whole,
    /// Save the rows that are right.
    Partial,
}

/// What an import did, or in a dry run would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Every row accounted for.
    pub report: Report,
    /// Whether the changes were saved.
    pub saved: bool,
    /// Records that are new.
    pub created: u64,
    /// Records that changed.
    pub changed: u64,
    /// Records that were so already.
    pub unchanged: u64,
}

/// Imports the rows of one noun from files.
///
/// # Errors
/// A file is no table or lacks a column, or the database fails. Wrong rows are in the report.
pub async fn import<T: Stored>(db: &Db, by: By<'_>, paths: &[PathBuf], mode: Mode) -> Result<Imported, Refusal> {
    match mode {
        Mode::DryRun => run::<T>(&mut db.read().await?, by, paths, mode).await,
        Mode::Whole | Mode::Partial => write_tx!(db, |tx| {
            store::lock::<T>(tx).await?;
            run::<T>(tx, by, paths, mode).await
        }),
    }
}

async fn run<T: Stored>(tx: &mut Tx, by: By<'_>, paths: &[PathBuf], mode: Mode) -> Result<Imported, Refusal> {
    let known = rules::known()?;
    let mut loading = Loading::new(known);
    let mut placed = loading.take(read::<T>(known, 0, paths)?);
    let there = store::all::<T>(tx).await?;
    check_rows(tx, &mut placed, &there).await?;
    let records = after(&placed, &there);
    loading.keep(placed);
    let (_, report) = loading.finish();
    let mut imported = Imported { saved: false, created: 0, changed: 0, unchanged: 0, report };
    let mut changes = Vec::new();
    for (code, rows) in &records {
        let before = there.get(code);
        match before {
            Some(before) if before.rows == *rows => imported.unchanged += 1,
            Some(_) => imported.changed += 1,
            None => imported.created += 1,
        }
        if before.is_none_or(|before| before.rows != *rows) {
            changes.push(Change { before, code, rows });
        }
    }
    if mode == Mode::Partial || (mode == Mode::Whole && imported.report.is_clean()) {
        store::save(tx, by, "import", &changes).await?;
        imported.saved = true;
    }
    Ok(imported)
}

/// The records the files name, as they are afterwards.
fn after<T: Stored>(placed: &[Placed<T>], there: &BTreeMap<String, Record<T>>) -> BTreeMap<String, Vec<T>> {
    let mut new: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for placed in placed.iter().filter(|placed| placed.stands()) {
        new.entry(placed.row.code().to_owned()).or_default().push(placed.row.clone());
    }
    for (code, rows) in &mut new {
        rows.sort_by_key(MasterRow::span);
        if let Some(record) = there.get(code) {
            *rows = dated::replaced(&record.rows, rows);
        }
    }
    new
}

/// Marks rows that cannot stand among the records of the database, until nothing falls any more.
async fn check_rows<T: Stored>(tx: &mut Tx, placed: &mut [Placed<T>], there: &BTreeMap<String, Record<T>>) -> Result<(), Refusal> {
    let others = match T::REFERS_TO {
        Some((noun, rows)) if noun != T::NOUN => store::spans(tx, rows, None).await?,
        _ => Spans::new(),
    };
    loop {
        let records = after(placed, there);
        let mut fallen = match T::REFERS_TO {
            Some((noun, _)) if noun == T::NOUN => own_tree(placed, &records, there),
            _ => check::orphans(placed, &others),
        };
        for (code, rows) in &records {
            let lost = there.get(code).map_or(Vec::new(), |before| dated::lost(&before.rows, rows));
            if let Some((zh, en)) = rules::users::<T>(tx, code, &lost, |noun| noun != T::NOUN).await? {
                let text = Text::new(
                    format!("本行使其失效，但{zh}仍归属于它；请先调整这些记录"),
                    format!("this row ends it while {en} still belong to it; change those first"),
                );
                mark(placed, |row| row.code() == code, "effective_to", "network.record.in_use", &text);
                fallen = true;
            }
        }
        if !fallen {
            return Ok(());
        }
    }
}

/// For a noun that refers to itself: rows without their parent, and rows that close a circle. Whether any was marked.
fn own_tree<T: Stored>(placed: &mut [Placed<T>], records: &BTreeMap<String, Vec<T>>, there: &BTreeMap<String, Record<T>>) -> bool {
    let unnamed = there.iter().filter(|(code, _)| !records.contains_key(*code)).map(|(_, record)| &record.rows);
    let all: Vec<&T> = records.values().chain(unnamed).flatten().collect();
    let mut spans = Spans::new();
    for row in &all {
        spans.entry(row.code().to_owned()).or_default().push(row.span());
    }
    if check::orphans(placed, &spans) {
        return true;
    }
    // Days a record loses may be needed by those that hang under it, as they are after the import.
    let mut lost: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (code, rows) in records {
        let days = there.get(code).map_or(Vec::new(), |before| dated::lost(&before.rows, rows));
        lost.insert(code, days);
    }
    let misses = |row: &T| {
        let (_, _, named) = row.reference()?;
        lost.get(named)?.iter().any(|days| dated::share(*days, row.span())).then(|| named.to_owned())
    };
    let left: BTreeSet<String> = all.iter().filter_map(|row| misses(row)).collect();
    if !left.is_empty() {
        let text = Text::new(
            "本行使其失效，但仍有下级代理商挂在其下；请先调整下级",
            "this row ends it while partners still hang under it; move those first",
        );
        return mark(placed, |row| left.contains(row.code()), "effective_to", "network.record.in_use", &text);
    }
    let links: Vec<_> = all.iter().filter_map(|row| row.link()).collect();
    let found = check::circles(&links);
    let codes: BTreeSet<String> = found.iter().flat_map(|(index, above)| above.iter().chain([&links[*index].code])).cloned().collect();
    let (field, code, text) = check::in_circle();
    mark(placed, |row| codes.contains(row.code()), field, code, &text)
}

/// Marks rows that stand and are meant. Whether there was one.
fn mark<T: Stored>(placed: &mut [Placed<T>], is_meant: impl Fn(&T) -> bool, field: &'static str, code: &'static str, text: &Text) -> bool {
    let mut any = false;
    for placed in placed.iter_mut().filter(|placed| placed.stands() && is_meant(&placed.row)) {
        placed.wrong.push((field, code, text.clone()));
        any = true;
    }
    any
}
