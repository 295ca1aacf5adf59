//! Rules about what stands in source files.

use super::Finding;
use crate::shell::{Done, output};
use std::path::Path;
use std::process::Command;

/// Files that git tracks or would track, relative to the root.
pub(crate) fn files(root: &Path) -> Done<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let mut list: Vec<String> = output(&mut git)?.lines().map(str::to_owned).filter(|file| root.join(file).is_file()).collect();
    list.sort();
    list.dedup();
    Ok(list)
}

/// Checks every Rust file.
pub(super) fn check(root: &Path, found: &mut Vec<Finding>) -> Done {
    for file in files(root)?.iter().filter(|file| Path::new(file).extension().is_some_and(|ending| ending == "rs")) {
        let text = std::fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
        for (at, line) in text.lines().enumerate() {
            for (word, instead) in BANNED {
                if line.contains(&word.concat()) {
                    found.push(Finding { place: format!("{file}:{}", at + 1), sentence: format!("`{}` {instead}", word.concat()) });
                }
            }
        }
    }
    Ok(())
}

/// Words no source may hold; in halves, so that this file holds none.
const BANNED: [([&str; 2], &str); 6] = [
    (["TO", "DO"], "is a promise nobody reads: do it, or leave it out and say so in CHANGELOG"),
    (["FIX", "ME"], "hides a known fault: correct it, or write a test that states today's behaviour"),
    (["to", "do!("], "panics: return a Refusal, or leave the function out"),
    (["unimple", "mented!("], "panics: return a Refusal, or leave the function out"),
    (["db", "g!("], "prints to people's terminals: use tracing, or remove it"),
    (["#[ig", "nore"], "makes a test nobody runs: make it fast, or bound it by time and print the seed"),
];
