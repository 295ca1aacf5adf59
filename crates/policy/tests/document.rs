//! The reference document: its policies compile, its keyword table is the program's.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use qudao_policy::{Severity, SourceFile, compile, keywords};
use std::path::Path;

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy-language.md")
}

#[test]
fn every_policy_of_the_document_compiles_and_has_an_example() {
    let text = std::fs::read_to_string(path()).unwrap();
    let blocks: Vec<&str> = text.split("```policy\n").skip(1).map(|part| part.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 10);
    for block in blocks {
        let files = [SourceFile::new("policy-language.md", block)];
        let out = compile(&files);
        let errors: Vec<_> = out.diagnostics.iter().filter(|item| item.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{block}");
        assert!(out.set.unwrap().policies.iter().all(|policy| !policy.examples.is_empty()), "{block}");
    }
}

#[test]
fn the_keyword_table_is_the_programs() {
    let text = std::fs::read_to_string(path()).unwrap();
    let (head, rest) = text.split_once("<!-- keywords -->\n").unwrap();
    let (table, tail) = rest.split_once("<!-- /keywords -->").unwrap();
    let wanted = format!("\n{}\n", keywords::table());
    if std::env::var_os("UPDATE").is_some() {
        // Renamed into place, so that the other tests never read half of it.
        let beside = path().with_extension("new");
        std::fs::write(&beside, format!("{head}<!-- keywords -->\n{wanted}<!-- /keywords -->{tail}")).unwrap();
        std::fs::rename(beside, path()).unwrap();
    } else {
        assert_eq!(table, wanted, "UPDATE=1 writes it anew");
    }
}

#[test]
fn no_spelling_means_two_things_in_one_place() {
    // Keywords that stand in one list of choices must differ; those of different places may share a word.
    let places: &[&[keywords::Kw]] = {
        use keywords::Kw::*;
        &[
            &[
                Owner,
                Effective,
                Scope,
                MinimumPayment,
                Param,
                Predicate,
                Measure,
                Ladder,
                Curve,
                Component,
                Exclusive,
                Cap,
                Budget,
                Example,
            ],
            &[
                Basis,
                Where,
                Require,
                Amount,
                Floor,
                Cap,
                Round,
                OncePer,
                PayTo,
                Schedule,
                PayOnDay,
                PayAfter,
                Into,
                ReverseOn,
                ReverseWhen,
                Clause,
            ],
            &[EachLineOf, Each, Per, Rank, Pool, ClawBack],
            &[Count, Sum, Distinct, Total, ActiveMonths, IdleMonths],
            &[Partner, Outlet, Clerk, Customer, Subscriber, Company, Province, City, County, Township],
            &[Partner, Outlet, Clerk, Parent, Ancestor, Nearest, Customer, Subscriber],
            &[Expect, Partner, Outlet, Agreement, Product],
            &[And, Or, Not, If, Then, Else, Match, In, Under, StartsWith, Between, True, False],
            &[Month, Quarter, HalfYear, Year, MonthsBack],
        ]
    };
    for place in places {
        let mut seen = Vec::new();
        for kw in *place {
            for word in kw.en().iter().chain(kw.zh()) {
                assert!(!seen.contains(word), "{word}");
                seen.push(word);
            }
        }
    }
}
