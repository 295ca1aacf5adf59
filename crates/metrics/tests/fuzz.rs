//! Definitions of metrics that were damaged, by proptest: a refusal or a catalogue, never a panic.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

#[path = "../../testkit/shared/fuzzed.rs"]
mod fuzzed;

use qudao_metrics::Catalogue;
use std::path::Path;

const WORDS: &[&str] = &[
    "[[metric]]\n",
    "id = \"a\"\n",
    "of = ",
    "zh = \"甲\"\n",
    "sum",
    "count",
    "ratio",
    "= [",
    "]",
    "{",
    "}",
    "\"",
    "'''",
    "= -1\n",
    "= 9223372036854775807\n",
    "= 1e400\n",
    "= true\n",
    "2026-02-30",
    "a.b.c = 1\n",
    "\n",
    "\u{0}",
    "甲",
];

#[test]
fn damaged_definitions_are_refused_in_words() {
    // R0.11
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = fuzzed::files(&crate_folder.join("../../definitions/metrics"), "toml");
    fuzzed::fuzz("metrics", crate_folder, corpus, WORDS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Err(refusal) = Catalogue::read(&[("a.toml", &text)]) {
            assert!(!refusal.text.zh.is_empty() && !refusal.text.en.is_empty(), "{refusal:?}");
        }
    });
}
