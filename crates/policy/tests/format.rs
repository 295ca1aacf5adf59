//! Formatting keeps tokens, comments and meaning, in both languages.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use qudao_kernel::Lang;
use qudao_policy::model::PolicySet;
use qudao_policy::{SourceFile, compile, format};
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The fenced policies of the reference document.
fn blocks() -> Vec<String> {
    let text = read("../../docs/policy-language.md");
    text.split("```policy\n").skip(1).map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

fn texts() -> Vec<String> {
    let mut out = blocks();
    out.push(read("tests/texts/whole.policy"));
    let mut folder: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/warnings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folder.sort();
    out.extend(
        folder
            .iter()
            .filter(|path| path.extension().is_some_and(|found| found == "policy"))
            .map(|path| std::fs::read_to_string(path).unwrap()),
    );
    out
}

/// What a text means, without places and the text itself.
fn meaning(text: &str) -> PolicySet {
    let files = [SourceFile::new("a.policy", text)];
    let out = compile(&files);
    let mut set = out.set.unwrap_or_else(|| panic!("{}\n{text}", qudao_policy::render(&out.diagnostics, &files, Lang::En, false)));
    for policy in &mut set.policies {
        policy.source.clear();
        policy.components.iter_mut().for_each(|component| component.text = (0, 0));
        for example in &mut policy.examples {
            example.at = 0;
            example.expects.iter_mut().for_each(|expect| expect.at = (0, 0));
        }
    }
    set
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find('#').map(|at| line[at..].trim_end())).collect()
}

#[test]
fn formatting_twice_changes_nothing_and_the_meaning_stays() {
    for text in texts() {
        let before = meaning(&text);
        for lang in [Lang::Zh, Lang::En] {
            let once = format(&text, lang).unwrap();
            assert_eq!(format(&once, lang).unwrap(), once, "{once}");
            assert_eq!(meaning(&once), before, "{once}");
            assert_eq!(comments(&once), comments(&text), "{once}");
        }
    }
}

#[test]
fn one_language_and_back_is_the_same_text() {
    for text in texts() {
        for (lang, other) in [(Lang::Zh, Lang::En), (Lang::En, Lang::Zh)] {
            let here = format(&text, lang).unwrap();
            let there = format(&here, other).unwrap();
            assert_eq!(format(&there, lang).unwrap(), here);
        }
    }
}

#[test]
fn the_chinese_text_has_no_english_keyword_left() {
    let zh = format(&read("tests/texts/whole.policy"), Lang::Zh).unwrap();
    for word in ["component", "basis", "amount ", "plan_fee", "activation", "sub.", "partner", "remainder", "within", "expect", "¥"] {
        let found = zh.lines().find(|line| !line.trim_start().starts_with('#') && line.split('#').next().unwrap().contains(word));
        assert!(found.is_none_or(|line| line.contains("partner_since")), "{word}: {found:?}");
    }
}

#[test]
fn a_text_with_a_mistake_is_not_printed() {
    let refused = format("policy a version 1 { effective }", Lang::Zh).unwrap_err();
    assert_eq!((refused[0].code, refused[0].line, refused[0].column), ("policy.syntax.unexpected", 1, 32));
}
