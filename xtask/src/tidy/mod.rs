//! Rules of the house that no compiler checks. Each finding says where, what, and what to do instead.

mod crates;
mod house;
mod licence;
mod text;

pub(crate) use text::{ends, files};

use crate::shell::{self, Done};
use crate::table::Table;
use std::path::PathBuf;

/// One breach.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// File, from the root, with a line where there is one.
    place: String,
    /// What is wrong and what to do instead.
    sentence: String,
}

/// What the rules look at.
struct House {
    root: PathBuf,
    /// Files git tracks or would track, relative to the root.
    files: Vec<String>,
    /// `xtask/levels.toml`.
    levels: Table,
    /// `xtask/allowed.toml`.
    allowed: Table,
    found: Vec<Finding>,
}

impl House {
    fn read(&self, file: &str) -> Done<String> {
        std::fs::read_to_string(self.root.join(file)).map_err(|error| format!("{file}: {error}"))
    }

    fn find(&mut self, place: impl Into<String>, sentence: impl Into<String>) {
        self.found.push(Finding { place: place.into(), sentence: sentence.into() });
    }
}

/// Checks everything; an error counts what was found and printed.
pub(crate) fn run() -> Done {
    let root = shell::root();
    let mut house = House {
        files: text::files(&root)?,
        levels: Table::read(&root.join("xtask/levels.toml"))?,
        allowed: Table::read(&root.join("xtask/allowed.toml"))?,
        root,
        found: Vec::new(),
    };
    text::check(&mut house)?;
    crates::check(&mut house)?;
    house::check(&mut house)?;
    house.found.sort();
    for finding in &house.found {
        println!("{}: {}", finding.place, finding.sentence);
    }
    match house.found.len() {
        0 => Ok(()),
        count => Err(format!("tidy found {count} breaches, listed above with what to do instead")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        super::run().unwrap();
    }
}
