//! What somebody exported: a note beside each file says what was asked for, so that it can be listed, expire and be asked for again.

use super::audit::AuditQuery;
use super::desk::Desk;
use super::metric_rows::RowsQuery;
use super::metrics::MetricQuery;
use super::web::bug;
use crate::say::{make_folder, unreadable, unwritable, write_json};
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_platform::sheet::{CsvEncoding, Format};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How long a file is kept, in microseconds: a week.
pub(super) const KEPT_US: i64 = 7 * 24 * 3_600_000_000;
/// Most exports a person asks for in one instant.
const SAME: i64 = 1_000;
/// Longest name of a file, in characters, without its ending.
const LONGEST_NAME: usize = 60;

/// What a file is made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// All rows of an answer of the metric catalogue.
    Figures(MetricQuery),
    /// The business behind a figure.
    Rows(RowsQuery),
    /// All entries of the audit chain that are looked for.
    Audit(AuditQuery),
}

impl Ask {
    /// As clients read it.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Ask::Figures(_) => "figures",
            Ask::Rows(_) => "rows",
            Ask::Audit(_) => "audit",
        }
    }
}

/// A note.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Note {
    /// Hexadecimal digits.
    pub(super) id: String,
    pub(super) ask: Ask,
    /// Name of the file, without its ending.
    pub(super) name: String,
    /// xlsx or csv.
    pub(super) format: String,
    /// Whether its headers are English.
    pub(super) english: bool,
    /// When it was asked for.
    pub(super) made_us: i64,
    /// The job that writes it; absent for the moment before it begins.
    pub(super) job: Option<String>,
}

impl Note {
    /// A note of an export that is about to begin.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn begin(shelf: &Shelf, now_us: i64, ask: Ask, name: &str, format: &str, lang: Lang) -> Result<Self, Refusal> {
        make_folder(&shelf.folder)?;
        let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') { c } else { '_' };
        let name: String = name.trim().chars().map(plain).take(LONGEST_NAME).collect();
        let format = if format == "csv" { "csv" } else { "xlsx" }.to_owned();
        // Two that were asked for in the same instant have names of their own.
        let free = (now_us..=now_us.saturating_add(SAME)).map(|at| format!("{at:x}")).find(|id| !shelf.note_path(id).exists());
        let id = free.ok_or_else(|| bug("no name is left for an export"))?;
        let note = Self { id, ask, name, format, english: lang == Lang::En, made_us: now_us, job: None };
        shelf.keep(&note)?;
        Ok(note)
    }

    pub(super) fn lang(&self) -> Lang {
        if self.english { Lang::En } else { Lang::Zh }
    }

    pub(super) fn format(&self) -> Format {
        if self.format == "csv" { Format::Csv(CsvEncoding::Utf8Bom) } else { Format::Xlsx }
    }

    /// What the file is called where it is saved.
    pub(super) fn file(&self) -> String {
        format!("{}.{}", self.name, self.format)
    }
}

/// A person's exports.
pub(super) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// Of a login, which is plain letters, digits and `._-@`.
    pub(super) fn of(desk: &Desk, login: &str) -> Self {
        Self { folder: desk.home.exports().join(login) }
    }

    fn note_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Where the file of a note stands once it is written.
    pub(super) fn path(&self, note: &Note) -> PathBuf {
        self.folder.join(format!("{}.{}", note.id, note.format))
    }

    /// Writes a note.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn keep(&self, note: &Note) -> Result<(), Refusal> {
        write_json(&self.note_path(&note.id), note)
    }

    /// A note.
    ///
    /// # Errors
    /// `NotFound serve.export.missing`, also for what is no id.
    pub(super) fn get(&self, id: &str) -> Result<Note, Refusal> {
        let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let text = plain.then(|| std::fs::read(self.note_path(id)).ok()).flatten().ok_or_else(missing)?;
        serde_json::from_slice(&text).map_err(|_| missing())
    }

    /// All notes, the latest first. Those older than a week are deleted with their files.
    pub(super) fn all(&self, now_us: i64) -> Vec<Note> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json").map(str::to_owned));
        let mut notes: Vec<Note> = names.filter_map(|id| self.get(&id).ok()).collect();
        notes.retain(|note| {
            let fresh = now_us < note.made_us + KEPT_US;
            if !fresh {
                // What cannot be deleted now is tried again when the list is next read.
                self.remove(note).ok();
            }
            fresh
        });
        notes.sort_by_key(|note| std::cmp::Reverse(note.made_us));
        notes
    }

    /// Deletes a note and its file.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn remove(&self, note: &Note) -> Result<(), Refusal> {
        let file = self.path(note);
        if file.exists() {
            std::fs::remove_file(&file).map_err(|error| unwritable(&file, &error))?;
        }
        let path = self.note_path(&note.id);
        std::fs::remove_file(&path).map_err(|error| unwritable(&path, &error))
    }

    /// The file of a note, opened, and its bytes.
    ///
    /// # Errors
    /// `NotFound serve.export.missing` where it is not written yet.
    pub(super) fn open(&self, note: &Note) -> Result<(std::fs::File, u64), Refusal> {
        let path = self.path(note);
        if !path.is_file() {
            return Err(missing());
        }
        let file = std::fs::File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let bytes = file.metadata().map_err(|error| unreadable(&path, &error))?.len();
        Ok((file, bytes))
    }
}

fn missing() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.export.missing",
        "没有这个文件，或已过期删除；请重新导出",
        "there is no such file, or it has expired; export again",
    )
}
