//! Settlement runs killed at any moment: no line is lost, none is there twice.

use super::ground::{Ground, make, text, words};
use super::{Drill, Outcome, kill};
use crate::shell::Done;
use serde_json::Value;
use std::path::Path;

pub(super) const DRILL: Drill = Drill {
    name: "kill-run",
    holds_when: "runs killed and begun again leave the files, sums and postings of an undisturbed run, byte for byte",
    run,
};

/// Facts and a first settled month, for runs of the next.
pub(super) fn world(ground: &Ground) -> Done<String> {
    let world = text(&ground.at("world"));
    ground.well(&["generate", "--scale", "county", "--months", "2026-06..2026-07", "--as", "facts", "--out", &world])?;
    ground.well(&words(&settle(&world, "2026-06", &text(&ground.at("june")), &[])))?;
    Ok(world)
}

/// The words of a run.
pub(super) fn settle(world: &str, month: &str, out: &str, more: &[&str]) -> Vec<String> {
    let (facts, master) = (world.to_owned(), format!("{world}/master"));
    let words =
        ["settle", "--policies", "definitions/policies/demo", "--facts", &facts, "--master", &master, "--period", month, "--out", out];
    words.iter().chain(more).map(|word| (*word).to_owned()).collect()
}

/// What a run and its ledger hold: hashes of every file but those of reuse and inputs, the control sums, the ledger as another tool reads it.
pub(super) fn left(ground: &Ground, out: &Path, ledger: &Path) -> Done<Vec<String>> {
    let mut left = Vec::new();
    for folder in ["lines", "obligations", "reasons", "statements"] {
        let folder = out.join(folder);
        let mut files: Vec<_> = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten().collect();
        files.sort_by_key(std::fs::DirEntry::file_name);
        for file in files.iter().filter(|file| file.path().is_file()) {
            let sum = crate::shell::output(std::process::Command::new("sha256sum").arg(file.path()))?;
            left.push(format!("{} {}", file.file_name().to_string_lossy(), sum.split(' ').next().unwrap_or_default()));
        }
    }
    let path = out.join("summary.json");
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let summary: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    left.push(summary["control"].to_string());
    let file = text(ledger);
    left.push(ground.well(&["ledger", "check", "--file", &file])?);
    left.push(ground.well(&["ledger", "export", "--file", &file])?);
    Ok(left)
}

fn run(ground: &Ground) -> Done<Outcome> {
    let world = world(ground)?;
    let june = text(&ground.at("june"));
    let place = |name: &str| (ground.at(name).join("july"), ground.at(name).join("ledger"));
    let args = |name: &str| {
        let (out, ledger) = place(name);
        settle(&world, "2026-07", &text(&out), &["--previous", &june, "--ledger", &text(&ledger)])
    };
    make(&ground.at("undisturbed"))?;
    let undisturbed = args("undisturbed");
    let whole = kill::whole(ground, &words(&undisturbed))?;
    let (out, ledger) = place("undisturbed");
    let expected = left(ground, &out, &ledger)?;
    let (mut kills, mut rounds) = (0, 0);
    while kills < ground.points {
        let name = format!("round-{rounds}");
        make(&ground.at(&name))?;
        rounds += 1;
        let args = args(&name);
        kills += kill::some(ground, &words(&args), whole, ground.points - kills)?;
        let (out, ledger) = place(&name);
        let found = left(ground, &out, &ledger)?;
        if found != expected {
            let first = found.iter().zip(&expected).find(|(one, other)| one != other);
            return Ok(Outcome::Broke(format!("after {kills} kills round {rounds} differs: {first:?}")));
        }
        std::fs::remove_dir_all(ground.at(&name)).map_err(|error| error.to_string())?;
    }
    Ok(Outcome::Held(format!("{kills} kills in {rounds} runs of {:.1} s, files and postings equal", whole.as_secs_f32())))
}
