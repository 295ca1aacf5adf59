//! Rules that keep prose and code together: every crate has its paragraph, every batch its contract.

use super::{House, text};
use crate::shell::Done;
use std::path::Path;

/// Checks paragraphs and contracts.
pub(super) fn check(house: &mut House) -> Done {
    let map = house.read("ARCHITECTURE.md")?;
    let folders: Vec<String> = house
        .files
        .iter()
        .filter_map(|file| file.strip_suffix("/Cargo.toml"))
        .filter(|folder| *folder != "xtask")
        .map(str::to_owned)
        .collect();
    for folder in folders {
        let heading = format!("### `{folder}`");
        let paragraph = map.split(&heading).nth(1).and_then(|rest| rest.split("\n#").next());
        match paragraph {
            None => house.find("ARCHITECTURE.md", format!("no paragraph `{heading}`: say what the crate is for and what it never does")),
            Some(words) if !words.contains("Invariant") => {
                house.find("ARCHITECTURE.md", format!("the paragraph on {folder} names no invariant: write what its users may rely on"));
            }
            Some(_) => {}
        }
    }
    for file in house.files.clone() {
        let path = Path::new(&file);
        let batch = text::ends(&file, "rs") && path.file_stem().is_some_and(|stem| stem == "run" || stem == "batch");
        let batch = batch || (file.ends_with("/run/mod.rs") || file.ends_with("/batch/mod.rs"));
        if !batch || file.starts_with("xtask/") {
            continue;
        }
        let text = house.read(&file)?;
        for word in ["Bounds:", "crash"] {
            if !text.lines().any(|line| line.starts_with("//!") && line.contains(word)) {
                house.find(&file, format!("a batch opens with its contract, and `{word}` is not in it: what bounds a batch, in which order, what a crash between phases means"));
            }
        }
    }
    Ok(())
}
