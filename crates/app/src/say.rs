//! What a command shows: its language, progress bars, exit codes, and the refusals of files that cannot be read or written.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use qudao_kernel::{Kind, Lang, Refusal};
use serde::Serialize;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Is told how much is done, of how much.
pub(crate) type Far = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// How to talk to whoever called.
pub(crate) struct Say {
    /// Language.
    pub(crate) lang: Lang,
    /// Told of progress, where somebody follows it otherwise than on a terminal.
    pub(crate) far: Option<Far>,
    quiet: bool,
}

impl Say {
    pub(crate) fn new(lang: Lang, quiet: bool) -> Self {
        Self { lang, far: None, quiet }
    }

    /// For work nobody sees on a terminal.
    pub(crate) fn followed(lang: Lang, far: Far) -> Self {
        Self { lang, far: Some(far), quiet: true }
    }

    /// The text in the caller's language.
    pub(crate) fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A note on standard error, so that standard output stays what a script reads.
    pub(crate) fn note(&self, zh: impl Display, en: impl Display) {
        if !self.quiet {
            match self.lang {
                Lang::Zh => eprintln!("{zh}"),
                Lang::En => eprintln!("{en}"),
            }
        }
    }

    /// A progress bar on standard error; hidden where that is no terminal.
    pub(crate) fn bar(&self, zh: &'static str, en: &'static str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
        if self.quiet {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {percent:>3}% {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(self.pick(zh, en));
        bar
    }
}

/// The exit code for a kind of refusal; documented in `--help`.
pub(crate) const fn exit_code(kind: Kind) -> u8 {
    match kind {
        Kind::BadInput => 2,
        Kind::NotFound => 3,
        Kind::Conflict | Kind::Forbidden => 4,
        Kind::Unavailable => 5,
        Kind::Bug => 70,
    }
}

/// The refusal of a file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &dyn Display) -> Refusal {
    let name = path.display();
    if !path.exists() {
        return Refusal::new(
            Kind::NotFound,
            "cli.file.none",
            format!("没有 {name}；请检查路径"),
            format!("there is no {name}; check the path"),
        );
    }
    let kind = Kind::Unavailable;
    Refusal::new(
        kind,
        "cli.file.unreadable",
        format!("无法读取 {name}：{error}；请检查路径和权限"),
        format!("cannot read {name}: {error}; check path and permissions"),
    )
}

/// The refusal of a file or folder that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &dyn Display) -> Refusal {
    let name = path.display();
    Refusal::unavailable(
        "cli.file.unwritable",
        format!("无法写入 {name}：{error}；请检查磁盘空间和权限"),
        format!("cannot write {name}: {error}; check disk space and permissions"),
    )
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Refusal> {
    std::fs::create_dir_all(path).map_err(|error| unwritable(path, &error))
}

/// Writes a file whole: under another name first, so that a crash leaves the old one.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Refusal> {
    let part = path.with_extension("part");
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path)).map_err(|error| unwritable(path, &error))
}

/// Writes a value as indented JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Refusal> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| unwritable(path, &error))?;
    bytes.push(b'\n');
    write(path, bytes)
}

/// The word a small enumeration is written as in files.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Fen of a sum as yuan with thousands separated.
pub(crate) fn yuan(fen: i128) -> String {
    let digits = (fen.unsigned_abs() / 100).to_string();
    let mut whole = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            whole.push(',');
        }
        whole.push(digit);
    }
    format!("{}{whole}.{:02}", if fen < 0 { "-" } else { "" }, fen.unsigned_abs() % 100)
}

/// Threads that wait for the disk.
const WAITING: usize = 4;

/// An asynchronous runtime for what needs one underneath.
pub(crate) fn runtime(threads: usize) -> Result<tokio::runtime::Runtime, Refusal> {
    // Few threads that stay: what each of many short-lived ones has read would stay with it, page by page, after it is used up.
    let builder = &mut tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(threads.max(1)).max_blocking_threads(WAITING).thread_keep_alive(Duration::from_hours(1)).enable_all();
    builder.build().map_err(|error| {
        Refusal::unavailable(
            "cli.threads.refused",
            format!("无法启动线程：{error}；请检查系统对线程数的限制"),
            format!("threads could not be started: {error}; check the system's limit of threads"),
        )
    })
}

/// Prints a table whose first columns are text and whose others are numbers, aligned under wide characters too.
pub(crate) fn table(texts: usize, rows: &[Vec<String>]) -> String {
    use unicode_width::UnicodeWidthStr;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let gap = " ".repeat(widths[column].saturating_sub(cell.width()));
            let (before, after) = if column < texts { ("", gap.as_str()) } else { (gap.as_str(), "") };
            line.extend([before, cell, after, "  "]);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The refusal after a thread panicked.
pub(crate) fn worker_died() -> Refusal {
    Refusal::new(
        Kind::Bug,
        "cli.worker_died",
        "有工作线程异常退出，请保留输入并报告",
        "a working thread died; keep the inputs and report this",
    )
}
