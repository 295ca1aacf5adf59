//! Runs and postings killed at any moment: started again, they end as if nothing had happened.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many kills the drill makes; a handful where absent.
const POINTS: &str = "QUDAO_KILL_POINTS";

/// A month as posted, and the same month again after late facts.
const STEPS: [&str; 2] = [
    "settle --policies SMALL/policies --master SMALL/master --facts SMALL/facts --period 2026-07 --out one --ledger book --format csv",
    "settle --policies SMALL/policies --master SMALL/master --facts ../later --period 2026-07 --out two --rerun-of one --ledger book --format csv",
];

/// What the steps leave for others.
const LEFT: [&str; 4] = ["one/lines.csv", "two/lines.csv", "two/reasons.csv", "two/differences.csv"];

fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/small")
}

fn start(folder: &Path, command: &str) -> Child {
    let command = command.replace("SMALL", small().to_str().unwrap());
    let mut process = Command::new(env!("CARGO_BIN_EXE_qudao"));
    process.args(command.split_whitespace()).args(["--lang", "en", "--quiet"]).current_dir(folder);
    process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn well(folder: &Path, command: &str) -> String {
    let done = start(folder, command).wait_with_output().unwrap();
    assert!(done.status.success(), "{command}\n{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Results, control sums and the whole ledger, as texts.
fn left(folder: &Path) -> Vec<String> {
    let mut texts: Vec<String> = LEFT.iter().map(|file| std::fs::read_to_string(folder.join(file)).unwrap()).collect();
    for run in ["one", "two"] {
        let summary = std::fs::read(folder.join(run).join("summary.json")).unwrap();
        texts.push(serde_json::from_slice::<serde_json::Value>(&summary).unwrap()["control"].to_string());
    }
    texts.push(well(folder, "ledger check --file book"));
    texts.push(well(folder, "ledger export --file book"));
    texts
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a drill kills at a moment that nothing announces")]
fn runs_and_postings_killed_at_any_moment_lose_and_double_nothing() {
    // R0.14: kill -9, start again, and every line and posting is there once
    let points: u32 = std::env::var(POINTS).map_or(6, |points| points.parse().unwrap());
    let place = tempfile::tempdir().unwrap();
    let later = place.path().join("later");
    std::fs::create_dir(&later).unwrap();
    for file in ["facts/business_event.csv", "late/业务事件-晚到.csv"] {
        let from = small().join(file);
        std::fs::copy(&from, later.join(from.file_name().unwrap())).unwrap();
    }
    let undisturbed = place.path().join("undisturbed");
    std::fs::create_dir(&undisturbed).unwrap();
    let begun = Instant::now();
    for step in STEPS {
        well(&undisturbed, step);
    }
    let whole = begun.elapsed() / 2;
    let wanted = left(&undisturbed);
    let mut chance = u64::from(std::process::id()) | 1;
    let mut random = |below: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % below
    };
    let (mut kills, mut rounds) = (0, 0);
    while kills < points {
        let folder = place.path().join(format!("round-{rounds}"));
        std::fs::create_dir(&folder).unwrap();
        rounds += 1;
        for step in STEPS {
            // One time in four the step is let alone from here on.
            while kills < points && random(4) > 0 {
                let mut child = start(&folder, step);
                std::thread::sleep(Duration::from_micros(random(whole.as_micros() as u64)));
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
            well(&folder, step);
        }
        assert_eq!(left(&folder), wanted, "round {rounds}, seed {}", std::process::id());
    }
    println!("{kills} kills, {rounds} rounds");
}
