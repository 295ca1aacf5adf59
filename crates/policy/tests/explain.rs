//! Plain sentences of a policy that uses the whole language; `UPDATE=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use qudao_kernel::Lang;
use qudao_policy::{SourceFile, compile, explain, format};
use std::path::Path;

#[test]
fn the_whole_language_reads_as_sentences() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts");
    let text = std::fs::read_to_string(folder.join("whole.policy")).unwrap();
    let set = compile(&[SourceFile::new("whole.policy", text.as_str())]).set.unwrap();
    for (lang, name) in [(Lang::Zh, "whole.zh.txt"), (Lang::En, "whole.en.txt")] {
        let found = explain(&set.policies[0], lang);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(folder.join(name), &found).unwrap();
        }
        assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), found);
        // Two texts with one meaning read the same.
        let other = compile(&[SourceFile::new("other", format(&text, Lang::Zh).unwrap())]).set.unwrap();
        assert_eq!(explain(&other.policies[0], lang), found);
    }
}
