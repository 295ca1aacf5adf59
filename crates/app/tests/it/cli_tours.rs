//! Tours from a file, as a script asks for them.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn tours(file: &Path, more: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_qudao"));
    command.arg("tours").arg(file).args(more).args(["--lang", "en", "--quiet"]).output().unwrap()
}

#[test]
fn stops_of_a_file_become_tours_the_same_in_every_run() {
    // R7.38
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stops.json");
    // Two shops to the left of home and two to the right, one too far for anybody.
    let places = [0_i64, 10, 20, -10, -20, 900];
    let ways: Vec<Vec<i64>> = places.iter().map(|from| places.iter().map(|to| (from - to).abs()).collect()).collect();
    let stop = |name: &str| json!({"name": name, "service": 5, "from": 0, "to": 400, "load": 1});
    let stops: Vec<Value> = ["R1", "R2", "L1", "L2", "far"].map(stop).to_vec();
    let mut asked = json!({"ways": ways, "stops": stops, "until": 500, "room": 2, "tours": 3});
    std::fs::write(&file, asked.to_string()).unwrap();
    let done = tours(&file, &["--generations", "500"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&found["travel"], &found["left"]), (&json!(80), &json!(["far"])));
    assert_eq!(found["tours"].as_array().unwrap().len(), 2);
    assert_eq!(tours(&file, &["--generations", "500"]).stdout, done.stdout);

    asked["ways"] = json!([[0]]);
    std::fs::write(&file, asked.to_string()).unwrap();
    assert_eq!(tours(&file, &[]).status.code(), Some(2));
    std::fs::write(&file, "{}").unwrap();
    assert_eq!(tours(&file, &[]).status.code(), Some(2));
    assert_eq!(tours(&folder.path().join("none.json"), &[]).status.code(), Some(3));
}
