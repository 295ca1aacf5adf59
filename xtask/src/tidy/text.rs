//! Rules about what stands in source files.

use super::House;
use crate::shell::{Done, output};
use std::path::Path;
use std::process::Command;

/// Longest Rust file, in lines.
const LONGEST: usize = 600;

/// Crates that handle money, where binary floating point may not be named.
const MONEY: [&str; 4] = ["crates/kernel/", "crates/policy/", "crates/settle/", "crates/ledger/"];

/// Tables that only grow.
const APPEND_ONLY: [&str; 2] = ["ledger_entry", "audit_entry"];

/// Words no source may hold, and what to do instead; in halves, so that this file holds none.
const BANNED: [([&str; 2], &str); 7] = [
    (["TO", "DO"], "is a promise nobody reads: do it, or leave it out and say so in CHANGELOG"),
    (["FIX", "ME"], "hides a known fault: correct it, or write a test that states today's behaviour"),
    (["to", "do!("], "panics: return a Refusal, or leave the function out"),
    (["unimple", "mented!("], "panics: return a Refusal, or leave the function out"),
    (["db", "g!("], "prints to people's terminals: use tracing, or remove it"),
    (["#[ig", "nore"], "makes a test nobody runs: make it fast, or bound it by time and print the seed"),
    (["if let Ok(Do", "ne::Now"], "swallows a refusal: match the result, or pass it on with `?`"),
];

/// Files that git tracks or would track, relative to the root.
pub(crate) fn files(root: &Path) -> Done<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"]);
    let mut list: Vec<String> = output(&mut git)?.lines().map(str::to_owned).filter(|file| root.join(file).is_file()).collect();
    list.sort();
    list.dedup();
    Ok(list)
}

/// Whether the file's name ends so.
pub(crate) fn ends(file: &str, ending: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == ending)
}

/// Checks every Rust and SQL file.
pub(super) fn check(house: &mut House) -> Done {
    for file in house.files.clone() {
        let rust = ends(&file, "rs");
        if !rust && !ends(&file, "sql") {
            continue;
        }
        let text = house.read(&file)?;
        if rust {
            words(house, &file, &text);
            length(house, &file, &text);
            floats(house, &file, &text);
        }
        append_only(house, &file, &text);
    }
    let gone: Vec<String> =
        house.allowed.rows("long").map(|(file, _)| file.to_owned()).filter(|file| !house.files.contains(file)).collect();
    for file in gone {
        house.find("xtask/allowed.toml", format!("{file} is gone: remove its line"));
    }
    Ok(())
}

fn words(house: &mut House, file: &str, text: &str) {
    for (at, line) in text.lines().enumerate() {
        for (halves, instead) in BANNED {
            let word = halves.concat();
            if line.contains(&word) {
                house.find(format!("{file}:{}", at + 1), format!("`{word}` {instead}"));
            }
        }
    }
}

fn length(house: &mut House, file: &str, text: &str) {
    let lines = text.lines().count();
    let sentence = match house.allowed.number("long", file) {
        None if lines > LONGEST => format!("{lines} lines, more than {LONGEST}: move what belongs together to a file of its own"),
        Some(most) if lines > most => {
            format!("{lines} lines, and xtask/allowed.toml stops at {most}: split it rather than raise the number")
        }
        Some(_) if lines <= LONGEST => "short enough now: remove its line from xtask/allowed.toml".to_owned(),
        _ => return,
    };
    house.find(file, sentence);
}

fn floats(house: &mut House, file: &str, text: &str) {
    if !MONEY.iter().any(|part| file.starts_with(part)) || house.allowed.get("float", file).is_some() {
        return;
    }
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "f32" || word == "f64") {
            house.find(
                format!("{file}:{}", at + 1),
                "binary floating point in a crate that handles money: use integers or exact rationals; for a picture's coordinates name the file \
                 under [float] in xtask/allowed.toml with the reason",
            );
        }
    }
}

fn append_only(house: &mut House, file: &str, text: &str) {
    if house.allowed.get("append_only", file).is_some() || file.starts_with("xtask/") {
        return;
    }
    for (at, line) in text.lines().enumerate() {
        let flat = line.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        for table in APPEND_ONLY {
            if flat.contains(&format!("update {table}")) || flat.contains(&format!("delete from {table}")) {
                house.find(format!("{file}:{}", at + 1), format!("{table} only grows: add a row that reverses or corrects instead"));
            }
        }
    }
}
