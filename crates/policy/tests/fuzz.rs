//! Policies that were damaged: a reason why not, never a panic.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

#[path = "../../testkit/shared/fuzzed.rs"]
mod fuzzed;

use qudao_policy::{Severity, SourceFile, compile, format};
use std::path::Path;

const WORDS: &[&str] = &[
    "政策 ",
    "组件 ",
    "版本 ",
    "适用 ",
    "金额 ",
    "条件 ",
    "每月 ",
    "阶梯 ",
    "policy ",
    "component ",
    "version ",
    "effective ",
    "amount ",
    "{",
    "}",
    "(",
    ")",
    ",",
    "≥",
    ">=",
    "-",
    "*",
    "/",
    "%",
    "¥",
    "99999999999999999999",
    "0.0000000001",
    "2026-13-45",
    "“",
    "\"",
    "#",
    "\n",
    "\u{0}",
    "\u{feff}",
    "甲",
];

#[test]
fn damaged_policies_are_told_what_is_wrong() {
    // R0.14
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = fuzzed::files(&crate_folder.join("../../definitions/policies"), "policy");
    fuzzed::fuzz("policy", crate_folder, corpus, WORDS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let files = [SourceFile::new("a.policy", text.as_ref())];
        let out = compile(&files);
        let refused = out.diagnostics.iter().any(|one| one.severity == Severity::Error);
        assert_eq!(out.set.is_none(), refused);
        for one in &out.diagnostics {
            assert!(text.get(one.span.start..one.span.end).is_some(), "{one:?}");
        }
        if let Ok(once) = format(&text, qudao_kernel::Lang::Zh) {
            assert_eq!(format(&once, qudao_kernel::Lang::Zh).as_ref(), Ok(&once), "layout settles");
        }
    });
}
