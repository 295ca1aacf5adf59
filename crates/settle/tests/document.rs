//! The reference document of the policy language does what it says: every policy in it is run, and no word of the language lacks an example.
#![expect(clippy::unwrap_used, reason = "tests")]

use qudao_kernel::Lang;
use qudao_policy::keywords::Kw;
use qudao_policy::{Severity, SourceFile, compile, format, render};
use qudao_settle::example::check;
use std::path::PathBuf;

/// Reasons the document says a run may give by itself.
const REASONS: &str = "unattributed blacklisted agreement_inactive on_hold zero_amount already_paid excluded capped budget_exhausted no_payee \
payee_agreement_inactive payee_blacklisted gate_failed deferred paused";

/// The policy blocks of the document, each a file named by its line.
fn blocks() -> Vec<SourceFile> {
    let text = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy-language.md")).unwrap();
    let mut blocks = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("```policy\n") {
        let (block, tail) = after.split_once("```").unwrap();
        let line = text[..text.len() - rest.len() + before.len()].matches('\n').count() + 2;
        blocks.push(SourceFile::new(format!("policy-language.md:{line}"), block));
        rest = tail;
    }
    blocks
}

/// A policy's text without comments and quoted words.
fn bare(text: &str) -> String {
    let line = |line: &str| line.split('"').step_by(2).collect::<Vec<_>>().join(" ").split('#').next().unwrap_or_default().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Whether a word or phrase stands in a text by itself, however its blanks are broken.
fn stands(text: &str, phrase: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
    text.match_indices(phrase).any(|(at, _)| !joins(text[..at].chars().next_back()) && !joins(text[at + phrase.len()..].chars().next()))
}

#[test]
fn every_example_of_the_document_comes_out_to_the_fen() {
    let blocks = blocks();
    assert!(blocks.len() >= 15);
    for block in &blocks {
        for lang in [None, Some(Lang::Zh), Some(Lang::En)] {
            let text = lang.map_or_else(|| block.text.clone(), |lang| format(&block.text, lang).unwrap());
            let files = [SourceFile::new(block.name.clone(), text)];
            let out = compile(&files);
            let errors: Vec<_> = out.diagnostics.into_iter().filter(|one| one.severity == Severity::Error).collect();
            let set = out.set.unwrap_or_else(|| panic!("{}", render(&errors, &files, Lang::En, false)));
            for policy in &set.policies {
                assert!(!policy.examples.is_empty(), "{} {}", block.name, policy.name);
                let failures = check(&set, policy);
                assert!(failures.is_empty(), "{} {}: {failures:#?}", block.name, policy.name);
            }
        }
    }
}

#[test]
fn no_word_of_the_language_lacks_an_example() {
    let text: String = blocks().iter().map(|block| bare(&block.text) + "\n").collect();
    let lacking = |kw: &&Kw| !kw.en().iter().chain(kw.zh()).any(|word| stands(&text, word));
    let missing: Vec<&Kw> = Kw::ALL.iter().filter(lacking).collect();
    assert!(missing.is_empty(), "docs/policy-language.md has no example of {missing:?}");
    let untold: Vec<&str> = REASONS.split_whitespace().filter(|code| !stands(&text, &format!("because {code}"))).collect();
    assert!(untold.is_empty(), "docs/policy-language.md has no example of the reasons {untold:?}");
}

#[test]
fn a_wrong_figure_in_the_document_would_be_told() {
    let mut block = blocks().into_iter().find(|block| block.text.contains("= 25.80元")).unwrap();
    block.text = block.text.replacen("= 25.80元", "= 25.81元", 1);
    let set = compile(&[block]).set.unwrap();
    assert_eq!(set.policies.iter().map(|policy| check(&set, policy).len()).sum::<usize>(), 1);
}
