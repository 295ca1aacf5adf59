//! The stores of a run of tests.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn stores_of_a_run_are_named_kept_and_gone_with_it() {
    let mut kept = Command::new(env!("CARGO_BIN_EXE_test-stores")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(kept.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut value = |name: &str| lines.next().unwrap().strip_prefix(name).unwrap().strip_prefix('=').unwrap().to_owned();
    let (postgres, sqlite) = (value("QUDAO_TEST_POSTGRES"), value("QUDAO_TEST_SQLITE"));
    assert!(std::fs::read_dir(&postgres).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(".s.PGSQL.")));
    assert!(std::fs::read(&sqlite).unwrap().starts_with(b"SQLite format 3"));
    drop(kept.stdin.take());
    assert!(kept.wait().unwrap().success());
    assert!(!Path::new(&sqlite).exists());
}
