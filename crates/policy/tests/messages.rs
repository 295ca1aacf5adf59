//! Every refusal and every warning: the text, and the sentence a settlement clerk reads, in Chinese and English.
//!
//! `UPDATE=1 cargo test -p qudao-policy --test messages` writes the expected files anew; review them by diff.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use qudao_kernel::Lang;
use qudao_policy::{Diagnostic, Severity, SourceFile, compile, render};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn texts(name: &str) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    out.retain(|path| path.extension().is_some_and(|extension| extension == "policy"));
    out.sort();
    assert!(!out.is_empty());
    out
}

/// Compares with the expected file, or writes it.
fn golden(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, found).unwrap();
    } else if std::fs::read_to_string(path).unwrap_or_default() != found {
        wrong.push(format!("{}\n{found}", path.display()));
    }
}

/// Runs the texts of a folder and returns the codes they gave.
fn run(name: &str, refused: bool) -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in texts(name) {
        let title = path.file_name().unwrap().to_string_lossy().into_owned();
        let files = [SourceFile::new(title.as_str(), std::fs::read_to_string(&path).unwrap())];
        let out = compile(&files);
        assert_eq!(out.set.is_none(), refused, "{title}: {:#?}", out.diagnostics);
        assert_eq!(out.diagnostics.iter().any(|item| item.severity == Severity::Error), refused, "{title}");
        assert!(!out.diagnostics.is_empty(), "{title} gives no message");
        for (lang, suffix) in [(Lang::Zh, "zh.txt"), (Lang::En, "en.txt")] {
            golden(&path.with_extension(suffix), &render(&out.diagnostics, &files, lang, false), &mut wrong);
        }
        codes.extend(out.diagnostics.iter().map(|item| item.code));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    codes
}

#[test]
fn refusals_say_what_is_wrong_where_and_what_to_do() {
    // R4.53 (mode stated), R8.12 (shares sum to one), R0.3 (rounding point and remainder rule), R0.4 (versions never overlap)
    run("refusals", true);
}

#[test]
fn warnings_do_not_refuse() {
    run("warnings", false);
}

#[test]
fn every_code_in_the_source_has_a_text_that_shows_it() {
    let mut shown: BTreeSet<String> = run("refusals", true).into_iter().chain(run("warnings", false)).map(str::to_owned).collect();
    // Shown by tests that build their texts, which are too large to keep.
    shown.insert("policy.file.too_large".to_owned());
    let mut missing = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for part in source.split("\"policy.").skip(1) {
                let code = format!("policy.{}", part.split('"').next().unwrap());
                if !shown.contains(&code) {
                    missing.insert(code);
                }
            }
        }
    }
    assert!(missing.is_empty(), "no text shows {missing:?}");
}

#[test]
fn carets_stand_under_wide_characters() {
    let files = [SourceFile::new(
        "宽.policy",
        "policy 演示 version 1 {\n  effective 2026-07-01\n  酬金项 甲 { 依据 逐笔 开卡 条件 套餐月废 > 5.00元 }\n}\n",
    )];
    let out = compile(&files);
    let text = render(&out.diagnostics, &files, Lang::Zh, false);
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains('^') && lines.iter().any(|other| other.contains("套餐月废"))).unwrap();
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let shown = lines[..at].iter().rev().find(|line| line.contains("套餐月废")).unwrap();
    let wanted = width(shown.split("套餐月废").next().unwrap());
    let under = lines.iter().find(|line| line.trim_start().starts_with('│') && line.matches('^').count() == 8).unwrap();
    assert_eq!(width(under.split('^').next().unwrap()), wanted, "{text}");
}

#[test]
fn machines_read_the_same_messages() {
    let files = [SourceFile::new("a.policy", "policy demo version 1 {\n}\n")];
    let out = compile(&files);
    let json = serde_json::to_value(&out.diagnostics).unwrap();
    assert_eq!(json[0]["code"], "policy.effective.missing");
    assert_eq!((json[0]["severity"].as_str(), json[0]["line"].as_u64(), json[0]["column"].as_u64()), (Some("error"), Some(1), Some(8)));
    assert!(json[0]["message"]["zh"].as_str().unwrap().contains("有效期"));
}

#[test]
fn other_checks_speak_of_the_same_places() {
    let file = SourceFile::new("a.policy", "政策 甲 {\n  应得 合计\n}\n");
    let text = |zh: &str| qudao_kernel::Text::new(zh, zh);
    let at = file.text.find("合计").unwrap();
    let made = Diagnostic::at(Severity::Error, "policy.example.failed", &file, (at, at + "合计".len()), text("差一分"), text(""));
    assert_eq!((made.line, made.column), (2, 6));
    assert!(render(&[made], &[file], Lang::Zh, false).contains("a.policy:2:6"));
}

#[test]
fn colour_is_asked_for() {
    let files = [SourceFile::new("a.policy", "policy demo version 1 {\n}\n")];
    let out = compile(&files);
    assert!(render(&out.diagnostics, &files, Lang::Zh, true).contains('\u{1b}'));
    assert!(!render(&out.diagnostics, &files, Lang::Zh, false).contains('\u{1b}'));
}
