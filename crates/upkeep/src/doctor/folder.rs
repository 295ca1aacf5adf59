//! The folder: whether it can be written, how much room there is, whether files are what they were.

use super::{Check, State};
use crate::files::{self, LEDGER, STAGING, walk};
use crate::totals;
use qudao_kernel::Text;
use qudao_ledger::Unit;
use qudao_ledger::index::Index;
use std::path::Path;
use std::process::Command;

/// Below this much room work stops soon, MiB.
const SCARCE_MIB: u64 = 2_048;
/// Below this much nothing is begun any more, MiB.
const NONE_MIB: u64 = 256;
/// Where kept files lie.
const KEPT: &str = "uploads";
/// Wrong files named in a sentence.
const NAMED: usize = 3;

const HOME: (&str, &str) = ("工作文件夹", "home");
const ROOM: (&str, &str) = ("磁盘空间", "disk room");
const FILES: (&str, &str) = ("上传文件", "kept files");
const BOOKS: (&str, &str) = ("账本文件", "ledger file");
const RUNS: (&str, &str) = ("结算结果", "settled months");

/// Whether the folder is there, whole, and can be written.
pub(super) fn home(home: &Path) -> Check {
    let name = home.display();
    let well = Check::well("home", HOME, (name.to_string(), name.to_string()));
    if !home.is_dir() {
        return Check { found: Text::new(format!("没有 {name}"), format!("there is no {name}")), ..well }
            .not(State::Wrong, ("请检查 --home，或从备份恢复：qudao restore", "check --home, or restore a backup: qudao restore"));
    }
    if home.join(STAGING).exists() {
        return Check { found: Text::new("有一次恢复没有完成", "a restore was broken off"), ..well }
            .not(State::Wrong, ("请清空该文件夹，重新恢复备份", "empty the folder and restore the backup again"));
    }
    let probe = home.join(".doctor.part");
    match std::fs::write(&probe, b"qudao").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => well,
        Err(error) => Check { found: Text::new(format!("不能写入：{error}"), format!("cannot be written: {error}")), ..well }.not(
            State::Wrong,
            (
                "请检查磁盘空间，以及运行服务的用户对该文件夹的权限",
                "check disk room, and the rights of the user who runs the server on this folder",
            ),
        ),
    }
}

/// How much room there is where something lies.
pub(super) fn room(path: &Path) -> Check {
    if !path.exists() {
        let name = path.display();
        return Check::unknown("room", ROOM, (format!("没有 {name}"), format!("there is no {name}")));
    }
    let Some(free) = free_mib(path) else {
        return Check::unknown("room", ROOM, ("未能得知（没有 df 命令）", "could not be asked for (there is no df)"));
    };
    let name = path.display();
    let check = Check::well("room", ROOM, (format!("{name} 可用 {free} MiB"), format!("{free} MiB free at {name}")));
    let remedy = (
        "请扩大磁盘，或移走旧的导出文件、备份和日志；空间用尽时不会丢失已保存的内容，但无法继续工作",
        "give the disk more room, or move old exports, backups and logs away; what is saved is not lost when room ends, but nothing more can be done",
    );
    match free {
        ..NONE_MIB => check.not(State::Wrong, remedy),
        NONE_MIB..SCARCE_MIB => check.not(State::Warning, remedy),
        _ => check,
    }
}

/// Free room as `df` tells it, MiB.
fn free_mib(path: &Path) -> Option<u64> {
    let done = Command::new("df").arg("-Pk").arg(path).env("LC_ALL", "C").output().ok().filter(|done| done.status.success())?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

/// Whether kept files are the ones that were brought: each bears the hash of its content, as its name or as its folder's.
pub(super) fn files(home: &Path, sample: usize) -> Check {
    let mut paths = Vec::new();
    if home.join(KEPT).is_dir()
        && let Err(refusal) = walk(home, KEPT, 0, &mut paths)
    {
        return Check::unknown("files", FILES, (refusal.text.zh, refusal.text.en));
    }
    let named: Vec<(String, String)> = paths.into_iter().filter_map(|path| Some((hash_in(&path)?.to_owned(), path))).collect();
    let step = if sample == 0 { 1 } else { named.len().div_ceil(sample).max(1) };
    let (mut read, mut wrong) = (0, Vec::new());
    for (hash, path) in named.iter().step_by(step) {
        match files::hash(&home.join(path)) {
            Ok(Some(found)) if found.sha256 == *hash => read += 1,
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => wrong.push(path.as_str()),
        }
    }
    let all = named.len();
    let check = Check::well(
        "files",
        FILES,
        (format!("共 {all} 个，抽查 {read} 个，内容与哈希一致"), format!("{all}, of which {read} were read and are what was brought")),
    );
    if wrong.is_empty() {
        return check;
    }
    let (count, some) = (wrong.len(), wrong.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "));
    let found = Text::new(format!("{count} 个文件与上传时不同：{some}"), format!("{count} files are not what was brought: {some}"));
    Check { found, ..check }.not(
        State::Wrong,
        (
            "请从备份取回这些文件放回原处，并检查磁盘（smartctl）；之后用 --every-file 全部复核",
            "put these files back from a backup and look at the disk (smartctl); then check every file with --every-file",
        ),
    )
}

/// The hash a path promises: of a name of 64 hexadecimal digits, or of a folder with one.
fn hash_in(path: &str) -> Option<&str> {
    let is_hash = |part: &&str| part.len() == 64 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    path.rsplit('/').take(2).find(is_hash)
}

/// Whether the ledger file holds together and balances.
pub(super) fn ledger(home: &Path) -> Check {
    let file = home.join(LEDGER);
    let index = match Index::open(&file) {
        Ok(index) => index,
        Err(refusal) => {
            return Check::well("ledger", BOOKS, (refusal.text.zh, refusal.text.en)).not(
                State::Wrong,
                (
                    "请停止服务，从备份恢复 ledger.jsonl，再重新发布其后的月份：已入账的按编号识别，不会重复",
                    "stop the server, restore ledger.jsonl from a backup and publish the months after it again: what was posted is known by its key and not posted twice",
                ),
            );
        }
    };
    let book = index.book();
    let uneven = book.entities().find(|entity| [Unit::Fen, Unit::Points].iter().any(|unit| book.sum(entity, *unit) != 0));
    let (records, journals) = (index.lines(), index.journals().len());
    let check = Check::well(
        "ledger",
        BOOKS,
        (
            format!("{records} 条记录，{journals} 张凭证，链条完整，借贷平衡"),
            format!("{records} records, {journals} journals, the chain holds, debits equal credits"),
        ),
    );
    match uneven {
        None => check,
        Some(entity) => {
            let found = Text::new(format!("{entity} 借贷不平"), format!("the books of {entity} do not balance"));
            Check { found, ..check }.not(State::Wrong, ("请从备份恢复 ledger.jsonl", "restore ledger.jsonl from a backup"))
        }
    }
}

/// Whether the sums of each settled month agree with each other.
pub(super) fn runs(home: &Path) -> Check {
    if !home.is_dir() {
        return Check::unknown("runs", RUNS, ("没有工作文件夹", "there is no home"));
    }
    let runs = match totals::runs(home) {
        Ok(runs) => runs,
        Err(refusal) => {
            return Check::well("runs", RUNS, (refusal.text.zh, refusal.text.en))
                .not(State::Wrong, ("请从备份恢复该月的文件夹", "restore the folder of that month from a backup"));
        }
    };
    let count = runs.len();
    let check = Check::well(
        "runs",
        RUNS,
        (format!("{count} 个，明细与对账单合计一致"), format!("{count}, lines and statements add up to the same")),
    );
    match runs.iter().find(|run| run.lines != run.statements) {
        None => check,
        Some(run) => {
            let (folder, lines, statements) = (&run.folder, run.lines, run.statements);
            let found = Text::new(
                format!("{folder} 明细合计 {lines} 分，对账单合计 {statements} 分"),
                format!("{folder}: lines add up to {lines} fen, statements to {statements}"),
            );
            Check { found, ..check }.not(State::Wrong, ("请从备份恢复该文件夹", "restore that folder from a backup"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_promises_the_hash_in_its_name_or_in_its_folder() {
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash_in(&format!("uploads/attachments/ba/{hash}")), Some(hash));
        assert_eq!(hash_in(&format!("uploads/imports/{hash}/a.csv")), Some(hash));
        assert_eq!(hash_in("uploads/imports/u1-rejects.csv"), None);
    }
}
