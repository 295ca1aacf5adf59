//! Proofs of a whole month of the demo: each from a part of the facts, and each the run's own line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

fn qudao(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let done = Command::new(env!("CARGO_BIN_EXE_qudao")).args(args).args(["--lang", "en"]).current_dir(root).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

/// Rows of a CSV whose cells hold no commas, as the values of some columns.
fn rows<const N: usize>(file: &Path, columns: [&str; N]) -> Vec<[String; N]> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = columns.map(|name| head.iter().position(|title| *title == name).unwrap_or_else(|| panic!("{head:?}")));
    let cells = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        at.map(|at| cells[at].to_owned())
    };
    lines.map(cells).collect()
}

#[test]
fn every_component_of_the_demo_is_proved_without_reading_all_facts() {
    // R1.13: a proof is asked for with a person waiting; pools, rankings and cumulative years are no exception
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_string_lossy().into_owned();
    qudao(&["demo", "--scale", "county", "--out", &home, "--months", "2026-05..2026-07"]);
    let run = folder.path().join("run-2026-07").to_string_lossy().into_owned();
    let file = |name: &str| folder.path().join(name);
    let (lines, zeros) = (file("lines.csv"), file("zeros.csv"));
    qudao(&["export", "lines", "--run", &run, "--out", &lines.to_string_lossy()]);
    qudao(&["export", "reasons", "--run", &run, "--out", &zeros.to_string_lossy()]);
    let mut components: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = String::new();
    for [partner, policy, component, basis, payee] in rows(&lines, ["partner", "policy", "component", "basis", "payee"]) {
        let count = components.entry(component.clone()).or_default();
        *count += 1;
        // Of components with a line for each fact, the first ones do.
        if *count <= 25 {
            writeln!(names, "{partner}\t{policy}/{component}/{basis}/{payee}").unwrap();
        }
    }
    for shape in ["subsidy", "star", "volume_reward"] {
        assert!(components.contains_key(shape), "the demo has lines of {shape}: {components:?}");
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for [partner, policy, component, basis] in rows(&zeros, ["partner", "policy", "component", "basis"]) {
        let count = seen.entry(component.clone()).or_default();
        *count += 1;
        if *count <= 5 && !partner.is_empty() && !component.is_empty() {
            writeln!(names, "{partner}\t{policy}/{component}/{basis}").unwrap();
        }
    }
    let asked = file("names.txt");
    std::fs::write(&asked, &names).unwrap();
    let out = file("proofs.jsonl").to_string_lossy().into_owned();
    let done = qudao(&["prove", "--run", &run, "--facts", &home, "--lines", &asked.to_string_lossy(), "--json", "--out", &out]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("all facts 0\n"), "{said}");
    assert_eq!(std::fs::read_to_string(&out).unwrap().lines().count(), names.lines().count());
}
