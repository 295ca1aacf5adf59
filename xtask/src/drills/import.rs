//! Imports killed at any moment: no row is lost, none is there twice.

use super::ground::{Ground, tables, text, words};
use super::{Drill, Outcome, kill};
use crate::shell::Done;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) const DRILL: Drill = Drill {
    name: "kill-import",
    holds_when: "imports killed and begun again hold every accepted row once, with the sums of an undisturbed import",
    run,
};

/// Rows and sums by table and month, as the newest snapshot says.
type Held = BTreeMap<String, (u64, BTreeMap<String, i64>)>;

fn run(ground: &Ground) -> Done<Outcome> {
    let world = text(&ground.at("world"));
    ground.well(&["generate", "--scale", "county", "--months", "2026-06..2026-07", "--as", "raw", "--out", &world])?;
    let master = format!("{world}/master");
    let files = tables(&ground.at("world/raw"))?;
    let wanted = ground.at("undisturbed");
    let import = |store: &str| -> Vec<String> {
        let words = ["import", "--store", store, "--master", &master, "--day", "2026-08-15", "--accept-partial"];
        words.iter().map(|word| (*word).to_owned()).chain(files.iter().cloned()).collect()
    };
    let (mut kills, mut rounds) = (0, 0);
    let undisturbed = import(&text(&wanted));
    let whole = kill::whole(ground, &words(&undisturbed))?;
    let expected = held(&wanted)?;
    while kills < ground.points {
        let store = ground.at(&format!("round-{rounds}"));
        rounds += 1;
        let args = import(&text(&store));
        kills += kill::some(ground, &words(&args), whole, ground.points - kills)?;
        let found = held(&store)?;
        if found != expected {
            return Ok(Outcome::Broke(format!("after {kills} kills the store of round {rounds} holds {found:?} instead of {expected:?}")));
        }
        std::fs::remove_dir_all(&store).map_err(|error| error.to_string())?;
    }
    let rows: u64 = expected.values().map(|(rows, _)| rows).sum();
    Ok(Outcome::Held(format!("{kills} kills in {rounds} imports of {} files, {rows} rows each", files.len())))
}

/// What a store holds, from its newest snapshot.
pub(super) fn held(store: &Path) -> Done<Held> {
    let folder = store.join("facts/_snapshots");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let newest = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json")).max();
    let newest = newest.ok_or("the store has no snapshot")?;
    let bytes = std::fs::read(&newest).map_err(|error| error.to_string())?;
    let snapshot: Value = serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", newest.display()))?;
    let mut held = Held::new();
    for file in snapshot["files"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().unwrap_or_default();
        if !store.join(path).is_file() {
            return Err(format!("{} names {path}, which is not there", newest.display()));
        }
        let key = format!("{} {}", file["table"].as_str().unwrap_or_default(), file["period"].as_str().unwrap_or_default());
        let (rows, sums) = held.entry(key).or_default();
        *rows += file["rows"].as_u64().unwrap_or(0);
        for (column, sum) in file["sums"].as_object().into_iter().flatten() {
            *sums.entry(column.clone()).or_insert(0) += sum.as_i64().unwrap_or(0);
        }
    }
    Ok(held)
}
