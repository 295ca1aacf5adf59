//! The policies that ship with the software prove themselves: every worked example comes out to the fen.
#![expect(clippy::unwrap_used, reason = "tests")]

use qudao_kernel::Lang;
use qudao_policy::{Severity, SourceFile, compile, format, render};
use qudao_settle::example::check;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Cases and shapes that must each be cited by a comment of some policy.
const CITED: &str = "T15 T16 T17 T18 T19 T20 T21 T22 T23 T24 T25 T26 T27 T28 T29 G01 G02 G03 G04 G10 G11 G12 G13 G14 G18 G19 G20 G21 G22 G23 \
G24 V01 V02 V03 V04 V05 V08 V09 V10 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 S1 S2 S3 A1 A2 A3 A4 A5 A6 A7 A8 \
N5 N6 N7 N8 N9 N10 N16 N22 N23 N24 N25 N26 N27 N28 N29 N30 S12 S20";

fn files(folder: &str) -> Vec<SourceFile> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../definitions/policies").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "policy"));
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            SourceFile::new(name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// What is wrong with the policies of some files: refusals of the checker, and examples that come out otherwise.
fn faults(files: &[SourceFile]) -> Vec<String> {
    assert!(!files.is_empty(), "no policies");
    let compiled = compile(files);
    let errors: Vec<_> = compiled.diagnostics.into_iter().filter(|one| one.severity == Severity::Error).collect();
    let Some(set) = compiled.set else { return vec![render(&errors, files, Lang::En, false)] };
    let mut out = Vec::new();
    for policy in &set.policies {
        if policy.examples.is_empty() {
            out.push(format!("{} has no worked example", policy.name));
        }
        out.extend(check(&set, policy).iter().map(|one| format!("{} / {}: {}", policy.name, one.example, one.text.get(Lang::En))));
    }
    out
}

#[test]
fn every_worked_example_comes_out_to_the_fen() {
    let faults: Vec<String> = ["cases", "shapes", "demo", "bench"].into_iter().flat_map(|folder| faults(&files(folder))).collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// Figures off by what a source got wrong against its own rule (or by one fen): file, our figure, theirs.
const CONTRADICTIONS: [(&str, &str, &str); 8] = [
    ("cases/t24-pass-through.policy", "A = 80.00元", "A = 100.00元"),
    ("cases/t25-tax-inclusive.policy", "net = 63.64元", "net = 63.00元"),
    ("cases/t26-subsidy-recovery.policy", "subsidy = -222.22元", "subsidy = -222.24元"),
    ("cases/g01-g04-tiers.policy", "pay = 8925.00元", "pay = 6825.00元"),
    ("cases/g01-g04-tiers.policy", "pay = 4200.00元", "pay = 2100.00元"),
    ("cases/v08-v10-rounding.policy", "对 c = 1.80元", "对 c = 1.50元"),
    ("cases/v08-v10-rounding.policy", "对 d = 8.40元", "对 d = 7.40元"),
    ("cases/n05-n07-pools.policy", "A = 43333.34元", "A = 43333.33元"),
];

#[test]
fn a_figure_that_contradicts_its_rule_is_refused() {
    for (name, ours, theirs) in CONTRADICTIONS {
        let mut file = files("cases").into_iter().find(|file| file.name == name).unwrap();
        assert_eq!(file.text.matches(ours).count(), 1, "{name}: {ours}");
        file.text = file.text.replace(ours, theirs);
        let set = compile(&[file]).set.unwrap();
        let failures: usize = set.policies.iter().map(|policy| check(&set, policy).len()).sum();
        assert_eq!(failures, 1, "{name}: {theirs}");
    }
}

#[test]
fn formatted_in_either_language_they_give_the_same() {
    for folder in ["cases", "shapes"] {
        for lang in [Lang::Zh, Lang::En] {
            let texts: Vec<SourceFile> =
                files(folder).into_iter().map(|file| SourceFile::new(file.name, format(&file.text, lang).unwrap())).collect();
            let faults = faults(&texts);
            assert!(faults.is_empty(), "{folder} {lang:?}\n{}", faults.join("\n"));
        }
    }
}

#[test]
fn every_case_is_cited_by_a_policy() {
    let texts: Vec<SourceFile> = ["cases", "shapes", "demo"].into_iter().flat_map(files).collect();
    let words: BTreeSet<&str> = texts
        .iter()
        .flat_map(|file| file.text.lines().filter_map(|line| line.split_once('#')))
        .flat_map(|(_, comment)| comment.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .collect();
    let missing: Vec<&str> = CITED.split_whitespace().filter(|id| !words.contains(id)).collect();
    assert!(missing.is_empty(), "not cited by any policy: {missing:?}");
}

#[test]
fn shapes_say_that_they_are_invented() {
    for file in files("shapes") {
        assert!(file.text.contains("虚构") || file.text.contains("旧数字"), "{} does not say what its figures are", file.name);
    }
}
