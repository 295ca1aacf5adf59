//! What came of the drills, in `bench/DRILLS.md`: one row a drill, each with the day it was last run.

use super::{Drill, Outcome};
use crate::shell::{self, Done};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const FILE: &str = "bench/DRILLS.md";

const HEAD: &str = "\
# Drills

Written by `cargo xtask drills`: a small demo house (a county), and what an operator fears done to it on purpose. A row says when its drill holds, what came of it, and when
and where it was run last; one that was not run since it was written says so.

| drill | holds when | outcome | counted | s | run |
|---|---|---|---|---|---|
";

/// What came of a drill.
pub(super) struct Row<'d> {
    pub(super) drill: &'d Drill,
    pub(super) outcome: Outcome,
    pub(super) seconds: u64,
    pub(super) seed: u64,
}

/// Writes the rows, and keeps those of drills that were not run now.
pub(super) fn write(rows: &[Row<'_>], all: &[Drill], program: &Path) -> Done {
    let path = shell::root().join(FILE);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let text = table(rows, all, &kept, &machine(program)?);
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn table(rows: &[Row<'_>], all: &[Drill], kept: &str, machine: &str) -> String {
    let known: BTreeMap<&str, &str> = kept.lines().filter_map(|line| Some((line.strip_prefix("| ")?.split(" |").next()?, line))).collect();
    let mut text = String::from(HEAD);
    for drill in all {
        let line = match (rows.iter().find(|row| row.drill.name == drill.name), known.get(drill.name)) {
            (Some(row), _) => line(row, machine),
            (None, Some(line)) => (*line).to_owned(),
            (None, None) => format!("| {} | {} | not run | | | |", drill.name, drill.holds_when),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

fn line(row: &Row<'_>, machine: &str) -> String {
    let (outcome, counted) = match &row.outcome {
        Outcome::Held(counted) => ("held", counted),
        Outcome::Broke(why) => ("**did not hold**", why),
        Outcome::Skipped(why) => ("skipped", why),
    };
    let counted = counted.replace('|', "/").replace('\n', " ");
    format!("| {} | {} | {outcome} | {counted} | {} | {machine}, seed {} |", row.drill.name, row.drill.holds_when, row.seconds, row.seed)
}

/// Day, commit, machine and program.
fn machine(program: &Path) -> Done<String> {
    let told = |program: &str, args: &[&str]| shell::output(Command::new(program).args(args)).map(|text| text.trim().to_owned());
    let day = told("date", &["-u", "+%F"])?;
    let commit = shell::output(Command::new("git").current_dir(shell::root()).args(["rev-parse", "--short", "HEAD"]))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let system = told("uname", &["-sr"])?;
    let lies_in = |folder: &str| program.components().any(|part| part.as_os_str() == folder);
    let build = ["release", "debug"].into_iter().find(|folder| lies_in(folder)).unwrap_or("unnamed");
    Ok(format!("{day}, {}, {build} build, {cores} cores, {system}", commit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_that_was_not_run_keeps_its_row() {
        let drill = |name| Drill { name, holds_when: "it holds", run: |_| Ok(Outcome::Held(String::new())) };
        let all = [drill("one"), drill("two"), drill("three")];
        let row = |at: usize, outcome| Row { drill: &all[at], outcome, seconds: 3, seed: 7 };
        let first = table(&[row(0, Outcome::Held("5 kills".into()))], &all, "", "that day");
        assert!(first.contains("| one | it holds | held | 5 kills | 3 | that day, seed 7 |"), "{first}");
        assert!(first.contains("| two | it holds | not run |"));
        let second = table(&[row(1, Outcome::Broke("a | b".into()))], &all, &first, "next day");
        assert!(second.contains("5 kills | 3 | that day"), "{second}");
        assert!(second.contains("| two | it holds | **did not hold** | a / b | 3 | next day, seed 7 |"));
        assert_eq!(second.lines().count(), first.lines().count());
    }
}
