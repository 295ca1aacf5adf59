//! A served house backed up, put back, checked; and the operator's guide against the program.

use crate::served::Served;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn qudao(lang: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qudao")).args(args).args(["--lang", lang, "--quiet"]).output().unwrap()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn well(args: &[&str]) -> String {
    let done = qudao("en", args);
    assert!(done.status.success(), "{args:?}\n{}", said(&done));
    said(&done)
}

/// Statements of every settled month, by folder.
fn statements(home: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(home).unwrap() {
        let folder = entry.unwrap().path();
        let file = folder.join("statements/statements.jsonl");
        if file.is_file() {
            found.push((folder.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(file).unwrap()));
        }
    }
    found.sort();
    found
}

fn first_file(folder: &Path) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter().find_map(|path| if path.is_dir() { first_file(&path) } else { Some(path) })
}

#[test]
fn a_house_is_backed_up_while_it_is_served_and_the_copy_is_the_same() {
    // R0.23: backup, verification and restore by commands; totals, statements and files equal; a fault is told with its remedy
    let served = Served::county();
    let place = tempfile::tempdir().unwrap();
    let (backup, home) = (place.path().join("backup"), place.path().join("home"));
    let (from, to, other) = (text(served.home()), text(&backup), text(&home));
    well(&["backup", &to, "--home", &from]);
    well(&["backup", "--verify", &to]);
    well(&["restore", &to, "--home", &other]);
    let ledger = |home: &Path| well(&["ledger", "export", "--file", &text(&home.join("ledger.jsonl"))]);
    assert_eq!(ledger(&home), ledger(&backup.join("home")));
    let kept = statements(&home);
    assert!(!kept.is_empty() && kept == statements(served.home()));
    drop(served);

    let checked = well(&["doctor", "--home", &other]);
    assert!(checked.contains("audit chain") && !checked.contains("WRONG"), "{checked}");
    let photo = first_file(&home.join("uploads/attachments")).unwrap();
    std::fs::write(&photo, b"something else").unwrap();
    for (lang, mark) in [("zh", "异常 上传文件"), ("en", "WRONG   kept files")] {
        let found = qudao(lang, &["doctor", "--home", &other, "--every-file"]);
        assert_eq!(found.status.code(), Some(4), "{}", said(&found));
        assert!(said(&found).contains(mark) && said(&found).contains('→'), "{}", said(&found));
    }
    assert_eq!(qudao("en", &["restore", &to, "--home", &other]).status.code(), Some(4), "nothing is overwritten");
    let fact = first_file(&backup.join("home/facts")).unwrap();
    let mut bytes = std::fs::read(&fact).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&fact, bytes).unwrap();
    let told = qudao("en", &["backup", "--verify", &to]);
    assert_eq!(told.status.code(), Some(4));
    assert!(said(&told).contains(&text(fact.strip_prefix(&backup).unwrap())), "{}", said(&told));
}

/// Flags and variables a command's help names.
fn of_help(command: &str) -> BTreeSet<String> {
    let help = well(&[command, "--help"]);
    let mut found = BTreeSet::new();
    for line in help.lines() {
        let words = line.trim_start().split([' ', ',']).filter(|word| !word.is_empty());
        found.extend(words.take(2).find(|word| word.starts_with("--")).map(str::to_owned));
        if let Some((_, rest)) = line.split_once("[env: ") {
            found.insert(rest.split(['=', ']']).next().unwrap().to_owned());
        }
    }
    found.remove("--help");
    found
}

#[test]
fn the_guide_names_every_flag_and_variable_of_the_server_and_no_others() {
    // R0.23: the operator's guide is of this program
    let wanted = of_help("serve");
    assert!(wanted.contains("--home") && wanted.contains("QUDAO_SMTP"), "{wanted:?}");
    for name in ["operations.md", "operations.zh.md"] {
        let guide = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)).unwrap();
        let part = guide.split("<!-- serve -->").nth(1).and_then(|rest| rest.split("<!-- /serve -->").next()).unwrap();
        let cells = part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let named: BTreeSet<String> = cells.map(str::to_owned).collect();
        assert_eq!(named, wanted, "{name}");
    }
}
