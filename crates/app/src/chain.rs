//! The folders of earlier months a run stands on: each names the one before in its `summary.json`.

use crate::say::unreadable;
use crate::summary::Summary;
use qudao_kernel::{Kind, Month, Refusal};
use std::path::{Path, PathBuf};

/// Name of the summary in the folder of a run.
pub(crate) const SUMMARY: &str = "summary.json";

/// Folders of earlier runs, the latest first, with their periods.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    folders: Vec<(Month, PathBuf)>,
}

/// The summary of a run's folder.
pub(crate) fn summary_of(folder: &Path) -> Result<Summary, Refusal> {
    let path = folder.join(SUMMARY);
    if !path.is_file() {
        let name = folder.display();
        return Err(Refusal::new(
            Kind::NotFound,
            "cli.summary.none",
            format!("{name} 不是结算输出文件夹，或那次结算没有完成（没有 summary.json）；请检查路径，或重新结算"),
            format!("{name} is no out folder of a run, or that run did not end (it has no summary.json); check the path or settle again"),
        ));
    }
    let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let name = path.display();
        Refusal::bad_input(
            "cli.summary.broken",
            format!("{name} 不是结算摘要：{error}；请重新结算该月"),
            format!("{name} is no summary of a run: {error}; settle that month again"),
        )
    })
}

/// Files of one kind a run wrote (`lines`, `obligations`, `reasons`), by name.
pub(crate) fn files(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, Refusal> {
    let folder = folder.join(kind);
    if folder.is_dir() { crate::inputs::files_of(&folder, &["parquet"]) } else { Ok(Vec::new()) }
}

/// Files of one kind that hold rows of a numbered range of partners: its own, and the one of rows that came from other ranges.
pub(crate) fn files_of_range(folder: &Path, kind: &str, range: usize) -> Vec<PathBuf> {
    let folder = folder.join(kind);
    let names = [format!("part-{range:05}.parquet"), "other.parquet".to_owned()];
    names.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect()
}

impl Chain {
    /// Follows the chain from the folder of the month before `period`.
    pub(crate) fn of(previous: Option<&Path>, period: Month) -> Result<Self, Refusal> {
        let mut chain = Chain::default();
        let mut next = previous.map(Path::to_owned);
        let mut after = period;
        while let Some(folder) = next {
            let summary = summary_of(&folder)?;
            if summary.period >= after {
                let (name, found) = (folder.display(), summary.period);
                return Err(Refusal::new(
                    Kind::Conflict,
                    "cli.previous.not_before",
                    format!("{name} 是 {found} 的结算结果，不在 {after} 之前；--previous 应为上一个月的输出文件夹"),
                    format!("{name} is a run of {found}, which is not before {after}; --previous is the out folder of the month before"),
                ));
            }
            if summary.period.plus(1) != after {
                let (name, found, missing) = (folder.display(), summary.period, after.plus(-1));
                return Err(Refusal::new(
                    Kind::Conflict,
                    "cli.previous.gap",
                    format!("{name} 是 {found} 的结算结果，{after} 之前还缺 {missing}：其间到期的分期和结转会漏掉；请先结算 {missing}"),
                    format!(
                        "{name} is a run of {found}, and {missing} is missing before {after}: what fell due and was carried forward in between would be left out; settle {missing} first"
                    ),
                ));
            }
            after = summary.period;
            next = summary.previous.map(|path| folder.join(path));
            chain.folders.push((after, folder));
        }
        Ok(chain)
    }

    /// The folder of the month before, if any.
    pub(crate) fn last(&self) -> Option<&Path> {
        self.folders.first().map(|(_, folder)| folder.as_path())
    }

    /// Periods settled so far, rising.
    pub(crate) fn periods(&self) -> Vec<Month> {
        self.folders.iter().rev().map(|(period, _)| *period).collect()
    }

    /// Line files of all earlier months.
    pub(crate) fn lines(&self) -> Result<Vec<PathBuf>, Refusal> {
        let mut all = Vec::new();
        for (_, folder) in self.folders.iter().rev() {
            all.extend(files(folder, "lines")?);
        }
        Ok(all)
    }

    /// Obligation files of the month before.
    pub(crate) fn obligations(&self) -> Result<Vec<PathBuf>, Refusal> {
        self.last().map_or_else(|| Ok(Vec::new()), |folder| files(folder, "obligations"))
    }
}

/// How a run's folder names the one before: relative where they lie side by side, so that both can be moved together.
pub(crate) fn reference(out: &Path, previous: &Path) -> Result<PathBuf, Refusal> {
    let full = |path: &Path| path.canonicalize().map_err(|error| unreadable(path, &error));
    let (out, previous) = (full(out)?, full(previous)?);
    match (out.parent() == previous.parent(), previous.file_name()) {
        (true, Some(name)) => Ok(Path::new("..").join(name)),
        _ => Ok(previous),
    }
}
