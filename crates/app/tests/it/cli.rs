//! The binary as a script uses it: exit codes, files, and the small example of the documentation.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn small(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/small").join(part)
}

fn qudao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qudao")).args(args).args(["--lang", "en", "--quiet"]).output().unwrap()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn settle(facts: &Path, out: &Path) -> Output {
    let (policies, facts, master, out) = (text(&small("policies")), text(facts), text(&small("master")), text(out));
    qudao(&[
        "settle",
        "--policies",
        &policies,
        "--facts",
        &facts,
        "--master",
        &master,
        "--period",
        "2026-07",
        "--out",
        &out,
        "--format",
        "csv",
    ])
}

fn prove(run: &Path, line: &str, more: &[&str]) -> Output {
    let (policies, facts, master, run) = (text(&small("policies")), text(&small("facts")), text(&small("master")), text(run));
    let args = ["prove", "--policies", &policies, "--facts", &facts, "--master", &master, "--run", &run, line];
    qudao(&[&args, more].concat())
}

#[test]
fn the_small_example_settles_and_every_line_and_zero_is_explained() {
    // R0.3: Σ lines = Σ statements, in the summary
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let done = settle(&small("facts"), &out);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let lines = std::fs::read_to_string(out.join("lines.csv")).unwrap();
    let amounts: Vec<&str> = lines.lines().skip(1).map(|line| line.split(',').nth(19).unwrap()).collect();
    assert_eq!(amounts, ["25.80", "50.00", "11.80", "39.80"]);
    let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["control"], serde_json::json!({"engine": 12740, "lines": 12740, "statements": 12740, "postings": null}));
    assert_eq!(summary["inputs"]["facts"][0]["file"], "business_event.csv");

    let proof = prove(&out, "开卡酬金/基本/E0001", &[]);
    assert!(proof.status.success() && String::from_utf8_lossy(&proof.stdout).contains("20% × 129.00 = 25.80"));
    let file = text(&folder.path().join("zero.json"));
    assert!(prove(&out, "开卡酬金/基本/E0002", &["--json", "--out", &file]).status.success());
    assert!(qudao(&["verify", &file]).status.success());
    let changed = std::fs::read_to_string(&file).unwrap().replace("129", "128");
    std::fs::write(&file, changed).unwrap();
    assert_eq!(qudao(&["verify", &file]).status.code(), Some(4));
    assert_eq!(prove(&out, "开卡酬金/基本/E9999", &[]).status.code(), Some(3));
}

#[test]
fn the_same_inputs_give_the_same_files() {
    // R0.13
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    assert!(settle(&small("facts"), &one).status.success() && settle(&small("facts"), &two).status.success());
    for file in ["lines.csv", "obligations.csv", "reasons.csv", "statements/statements.jsonl", "lines/part-00000.parquet", "summary.json"] {
        assert_eq!(std::fs::read(one.join(file)).unwrap(), std::fs::read(two.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn what_is_wrong_decides_the_exit_code_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    assert_eq!(settle(&folder.path().join("nowhere"), &out).status.code(), Some(3));
    let facts = folder.path().join("facts");
    std::fs::create_dir(&facts).unwrap();
    std::fs::write(facts.join("business_event.csv"), "流水号,业务类型,发生日期\nE1,开卡,2026-13-01\n").unwrap();
    let done = settle(&facts, &out);
    assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!out.join("summary.json").exists());
    let policy = folder.path().join("bad.policy");
    std::fs::write(&policy, "政策 a {").unwrap();
    assert_eq!(qudao(&["policy", "check", &text(&policy)]).status.code(), Some(2));
}

/// R0.1: a new house begins with one administrator, and nobody becomes one by this way again.
#[test]
fn the_first_administrator_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = text(folder.path());
    let add = |login: &str, password: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_qudao"))
            .args(["--lang", "en", "--quiet", "administrator", "--home", &home, login, "First"])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        let done = child.wait_with_output().unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (weak, why) = add("root", "short");
    assert!(weak == Some(2) && why.contains("access.password.weak"), "{weak:?} {why}");
    assert_eq!(add("root", "long-enough-2026"), (Some(0), String::new()));
    let (again, why) = add("other", "long-enough-2026");
    assert!(again == Some(4) && why.contains("cli.administrator.there"), "{again:?} {why}");
}
