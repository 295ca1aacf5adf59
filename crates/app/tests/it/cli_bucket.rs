//! A fact store in a bucket: imported into, settled from and proved from as one in a folder.

use qudao_testkit::FakeS3;
use std::path::Path;
use std::process::{Command, Output};

struct Desk {
    server: FakeS3,
    folder: tempfile::TempDir,
}

impl Desk {
    fn run(&self, command: &str) -> Output {
        let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/small");
        let command = command.replace("SMALL", small.to_str().unwrap());
        let mut process = Command::new(env!("CARGO_BIN_EXE_qudao"));
        process.args(command.split_whitespace()).args(["--lang", "en", "--quiet"]).current_dir(self.folder.path());
        process.env("AWS_ENDPOINT", self.server.endpoint()).env("AWS_REGION", "us-east-1");
        process.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret").output().unwrap()
    }

    fn well(&self, command: &str) -> String {
        let done = self.run(command);
        assert!(done.status.success(), "{command}\n{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(file)).unwrap()
    }
}

#[test]
fn a_month_is_settled_and_proved_from_a_bucket_as_from_a_folder() {
    // R0.14: facts in an S3-compatible store
    let desk = Desk { server: FakeS3::start(), folder: tempfile::tempdir().unwrap() };
    let settle = "settle --policies SMALL/policies --master SMALL/master --period 2026-07 --format csv";
    for (store, out) in [("here", "local"), ("s3://qudao/province", "remote")] {
        desk.well(&format!("import --store {store} --master SMALL/master SMALL/facts/business_event.csv --day 2026-08-01"));
        desk.well(&format!("{settle} --facts {store} --out {out}"));
    }
    for file in ["lines.csv", "reasons.csv", "obligations.csv"] {
        assert_eq!(desk.bytes(&format!("local/{file}")), desk.bytes(&format!("remote/{file}")), "{file}");
    }
    let left = std::fs::read_dir(desk.folder.path().join("remote")).unwrap();
    let hidden = left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count();
    assert_eq!(hidden, 0, "what was fetched is gone after the run");

    let prove = |facts: &str, run: &str| desk.well(&format!("prove 开卡酬金/基本/E0001 --facts {facts} --run {run}"));
    assert_eq!(prove("here", "local"), prove("s3://qudao/province", "remote"));

    desk.well("import --store s3://qudao/province --master SMALL/master SMALL/late/业务事件-晚到.csv --day 2026-08-10");
    let again = desk.well(&format!("{settle} --facts s3://qudao/province --out again --rerun-of remote"));
    assert!(again.contains("2026-08"), "{again}");
    assert!(!desk.bytes("again/differences.csv").is_empty());
}

#[test]
fn a_bucket_that_holds_no_store_is_refused() {
    let desk = Desk { server: FakeS3::start(), folder: tempfile::tempdir().unwrap() };
    let done = desk.run("settle --policies SMALL/policies --master SMALL/master --period 2026-07 --facts s3://qudao/elsewhere --out out");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("s3://qudao/elsewhere holds no fact store"), "{said}");
}
