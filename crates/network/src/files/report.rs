//! What reading a folder of master files found: exact counts, every rejected row with its reason, every oddity.

use super::noun::Noun;
use qudao_kernel::{Lang, Refusal};
use qudao_platform::sheet::{Problem, Rejects};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What became of one file. `received` = `accepted` + `rejected`, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// What its rows are.
    pub noun: Noun,
    /// Its name, without the folder.
    pub file: String,
    /// Its headers.
    pub headers: Vec<String>,
    /// Headers that name no field; their cells were not read.
    pub ignored: Vec<String>,
    /// Rows in it that are not blank.
    pub received: u64,
    /// Rows taken.
    pub accepted: u64,
    /// Rows not taken.
    pub rejected: u64,
}

/// A remark on one row of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Position of the file in [`Report::files`].
    pub file: usize,
    /// Where and what.
    pub problem: Problem,
    /// The row as the file has it; empty for a warning.
    pub cells: Vec<String>,
}

/// What reading a folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Every file read, by noun, then by name.
    pub files: Vec<FileReport>,
    /// Why rows were rejected, by file, then by row; a row may have several.
    pub rejects: Vec<Remark>,
    /// Rows taken that look odd, such as a tier that is not in the standard list.
    pub warnings: Vec<Remark>,
}

impl Report {
    /// Rows in all files.
    pub fn received(&self) -> u64 {
        self.files.iter().map(|file| file.received).sum()
    }

    /// Rows taken.
    pub fn accepted(&self) -> u64 {
        self.files.iter().map(|file| file.accepted).sum()
    }

    /// Rows not taken.
    pub fn rejected(&self) -> u64 {
        self.files.iter().map(|file| file.rejected).sum()
    }

    /// Whether every row was taken.
    pub fn is_clean(&self) -> bool {
        self.rejected() == 0
    }

    /// The refusal for callers that take all rows or none: the first few problems and how many there are. `None` if clean.
    pub fn refusal(&self) -> Option<Refusal> {
        const SHOWN: usize = 5;
        if self.is_clean() {
            return None;
        }
        let line = |remark: &Remark, lang| format!("\n  {}", remark.problem.refusal(self.file(remark)).text.get(lang));
        let lines = |lang| self.rejects.iter().take(SHOWN).fold(String::new(), |all, remark| all + &line(remark, lang));
        let (rejected, received, more) = (self.rejected(), self.received(), self.rejects.len().saturating_sub(SHOWN));
        let (more_zh, more_en) = match more {
            0 => (String::new(), String::new()),
            more => (format!("\n  …… 另有 {more} 处"), format!("\n  … and {more} more")),
        };
        Some(Refusal::bad_input(
            "network.master.rejected",
            format!("主数据 {received} 行中有 {rejected} 行有误，未载入任何数据；请更正后重试：{}{more_zh}", lines(Lang::Zh)),
            format!(
                "{rejected} of {received} master rows are wrong, nothing was taken; correct them and try again:{}{more_en}",
                lines(Lang::En)
            ),
        ))
    }

    /// The name of the file a remark is about.
    pub fn file(&self, remark: &Remark) -> &str {
        self.files.get(remark.file).map_or("", |file| file.file.as_str())
    }

    /// Writes one reject file for each file with rejected rows, `partners.rejects.csv` beside nothing else of its name, to be
    /// corrected and imported again; their paths.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_rejects(&self, dir: &Path) -> Result<Vec<PathBuf>, Refusal> {
        let mut written = Vec::new();
        for index in self.rejects.iter().map(|remark| remark.file).collect::<BTreeSet<_>>() {
            let Some(file) = self.files.get(index) else { continue };
            let stem = file.file.rsplit_once('.').map_or(file.file.as_str(), |(stem, _)| stem);
            let mut rejects = Rejects::new(&dir.join(format!("{stem}.rejects.csv")), &file.headers);
            for remark in self.rejects.iter().filter(|remark| remark.file == index) {
                rejects.add(&remark.problem, remark.cells.iter().map(String::as_str))?;
            }
            written.extend(rejects.finish()?);
        }
        Ok(written)
    }

    /// The counts of each file and the first remarks, for a terminal.
    pub fn summary(&self, lang: Lang) -> String {
        const SHOWN: usize = 20;
        let mut lines = Vec::new();
        for file in &self.files {
            let (name, received, accepted, rejected) = (&file.file, file.received, file.accepted, file.rejected);
            lines.push(match lang {
                Lang::Zh => format!("{name}：收到 {received} 行，接受 {accepted} 行，拒绝 {rejected} 行"),
                Lang::En => format!("{name}: {received} received, {accepted} accepted, {rejected} rejected"),
            });
            if !file.ignored.is_empty() {
                let ignored = file.ignored.join(", ");
                lines.push(match lang {
                    Lang::Zh => format!("  未使用的列：{ignored}"),
                    Lang::En => format!("  columns not used: {ignored}"),
                });
            }
        }
        let remarks = self.rejects.iter().chain(&self.warnings);
        lines.extend(remarks.take(SHOWN).map(|remark| remark.problem.refusal(self.file(remark)).line(lang)));
        let more = (self.rejects.len() + self.warnings.len()).saturating_sub(SHOWN);
        if more > 0 {
            lines.push(match lang {
                Lang::Zh => format!("…… 另有 {more} 条"),
                Lang::En => format!("… and {more} more"),
            });
        }
        lines.join("\n")
    }
}
