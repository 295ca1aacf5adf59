//! The walkthrough of the READMEs: its commands as they stand there, and what they must say.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A command of a README and what it shows of the answer.
struct Step {
    command: String,
    shown: Vec<String>,
}

/// The steps of the walkthrough: the console blocks between its two marks.
fn steps(readme: &str) -> Vec<Step> {
    let text = std::fs::read_to_string(root().join(readme)).unwrap();
    let walk = text.split("<!-- walkthrough -->").nth(1).expect("a walkthrough between two marks");
    let blocks = walk.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap().replace("\\\n", " "));
    let step = |block: String| {
        let mut lines = block.lines();
        let command = lines.next().unwrap().strip_prefix("$ qudao ").expect("a command").to_owned();
        Step { command, shown: lines.filter(|line| !line.is_empty() && *line != "…").map(str::to_owned).collect() }
    };
    blocks.map(step).collect()
}

/// What a command says on standard output.
fn said(folder: &Path, command: &str, lang: &str) -> String {
    let args = command.split_whitespace();
    let done = Command::new(env!("CARGO_BIN_EXE_qudao")).args(args).args(["--lang", lang, "--quiet"]).current_dir(folder).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{command}\n{text}{}", String::from_utf8_lossy(&done.stderr));
    text
}

/// A folder that holds the examples as a clone does.
fn clone() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let name = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy(&path, &name);
            } else {
                std::fs::copy(&path, &name).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples/small"), &folder.path().join("examples/small"));
    folder
}

/// Every line the README shows must come, in that order.
fn walk(readme: &str, lang: &str) {
    let folder = clone();
    let steps = steps(readme);
    assert_eq!(steps.len(), 8, "{readme}");
    for Step { command, shown } in steps {
        let said = said(folder.path(), &command, lang);
        let mut lines = said.lines();
        for line in shown {
            assert!(lines.any(|told| told == line), "{readme}: qudao {command} does not say, or not there:\n{line}\nit says:\n{said}");
        }
    }
}

#[test]
fn the_walkthrough_in_english_is_true() {
    // R0.3, R0.4: import, settle, why, why not, what if, late facts
    walk("README.md", "en");
}

#[test]
fn the_walkthrough_in_chinese_is_true() {
    walk("README.zh-CN.md", "zh");
}
