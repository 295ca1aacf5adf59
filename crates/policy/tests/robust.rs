//! Whatever the text is: no panic, and either a policy or a reason why not.

use proptest::prelude::*;
use qudao_kernel::Lang;
use qudao_policy::{Severity, SourceFile, compile, explain, format, render};

const WHOLE: &str = include_str!("texts/whole.policy");

/// Compiles, renders, explains and formats; panics only where the program does.
fn survives(text: &str) {
    let files = [SourceFile::new("a.policy", text)];
    let out = compile(&files);
    let refused = out.diagnostics.iter().any(|item| item.severity == Severity::Error);
    assert_eq!(out.set.is_none(), refused, "{text}");
    for lang in [Lang::Zh, Lang::En] {
        let shown = render(&out.diagnostics, &files, lang, false);
        assert_eq!(shown.is_empty(), out.diagnostics.is_empty());
        if let Some(set) = &out.set {
            set.policies.iter().for_each(|policy| assert!(!explain(policy, lang).is_empty()));
        }
        if let Ok(once) = format(text, lang) {
            assert_eq!(format(&once, lang).as_ref(), Ok(&once), "{text}");
        }
    }
    for item in &out.diagnostics {
        assert!(text.get(item.span.start..item.span.end).is_some(), "{item:?} in {text}");
        assert!(!item.message.zh.is_empty() && !item.message.en.is_empty());
    }
}

/// Words and signs, so that random texts come near to policies.
fn words() -> impl Strategy<Value = String> {
    let known: Vec<String> = qudao_policy::keywords::Kw::ALL
        .iter()
        .flat_map(|kw| kw.en().iter().chain(kw.zh()).map(|word| (*word).to_owned()))
        .chain(
            [
                "{",
                "}",
                "(",
                ")",
                ",",
                ";",
                ":",
                "=",
                ">=",
                "-",
                "+",
                "*",
                "/",
                ".",
                "12",
                "20%",
                "¥5.00",
                "2026-07-01",
                "2026-07",
                "\"文\"",
                "“",
                "#",
                "\n",
                "a",
                "甲",
                "activation",
                "plan_fee",
                "sub",
                "active",
            ]
            .map(str::to_owned),
        )
        .collect();
    prop::collection::vec(prop::sample::select(known), 0..60).prop_map(|list| list.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_characters(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_words(text in words()) {
        survives(&text);
        survives(&format!("policy a version 1 {{ effective 2026-07-01 component c {{ {text} }} }}"));
        survives(&format!("policy a version 1 {{ effective 2026-07-01 predicate p = {text} }}"));
        survives(&format!("policy a version 1 {{ effective 2026-07-01 {text} }}"));
    }

    #[test]
    fn a_policy_with_pieces_removed_moved_or_put_in(cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, 0u8..4, any::<prop::sample::Index>()), 1..4)) {
        let mut chars: Vec<char> = WHOLE.chars().collect();
        for (at, length, what, other) in cuts {
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            match what {
                0 => drop(chars.drain(start..end)),
                1 => {
                    let piece: Vec<char> = chars[start..end].to_vec();
                    let to = other.index(chars.len());
                    chars.splice(to..to, piece);
                }
                2 => chars[start] = ['{', '}', '(', ')', '"', '-', '0', '元', '¥', '\n', '.', '%'][other.index(12)],
                _ => chars.truncate(end.max(1)),
            }
        }
        survives(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn every_prefix_of_a_policy() {
    for (at, _) in WHOLE.char_indices().step_by(37) {
        survives(&WHOLE[..at]);
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let inside = |text: &str| format!("policy a version 1 {{\n  effective 2026-07-01\n  predicate p = {text}\n}}\n");
    let many = 100_000;
    for text in [
        inside(&"(".repeat(many)),
        inside(&"not ".repeat(many)),
        inside(&"-".repeat(many)),
        inside(&"if yes then ".repeat(many)),
        inside(&"match ".repeat(many)),
        inside(&"min(".repeat(many)),
        inside(&vec!["yes"; many].join(" and ")),
        inside(&vec!["1"; many].join(" + ")),
        "{".repeat(many),
        "policy a version 1 {".repeat(many),
    ] {
        let out = compile(&[SourceFile::new("a.policy", text.as_str())]);
        assert!(out.set.is_none());
        assert!(out.diagnostics.len() <= 200, "{}", out.diagnostics.len());
    }
    let large = "#".repeat(1024 * 1024 + 1);
    let out = compile(&[SourceFile::new("a.policy", large.as_str())]);
    assert_eq!(out.diagnostics[0].code, "policy.file.too_large");
    let ladder = (0..20_000).map(|n| format!("from {n} below {}: ¥1.00 each", n + 1)).collect::<Vec<_>>().join("\n");
    let text = format!("policy a version 1 {{ effective 2026-07-01 ladder l whole {{ {ladder}\nfrom 20000: nothing }} }}");
    assert!(compile(&[SourceFile::new("a.policy", text.as_str())]).set.is_some());
}

#[test]
fn predicates_that_stand_for_each_other_cannot_grow_without_end() {
    let chain: Vec<String> = (1..60).map(|n| format!("predicate p{n} = p{} and p{}", n - 1, n - 1)).collect();
    let text = format!("policy a version 1 {{ effective 2026-07-01 predicate p0 = sub.active\n{}\n}}", chain.join("\n"));
    let out = compile(&[SourceFile::new("a.policy", text.as_str())]);
    assert!(out.set.is_none());
    assert!(out.diagnostics.iter().any(|item| item.code == "policy.expression.too_long"));
}
