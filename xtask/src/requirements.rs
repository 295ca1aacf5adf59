//! `cargo xtask requirements`: which row of docs/requirements.md is proven by which test or policy file.
//!
//! A proof is a citation of the row's id in a comment of test code, in a comment of a policy file, or in a policy file's name; both are
//! run by `cargo xtask test`. Ids in strings do not count: `A1` is also somebody's outlet. A row's third cell may name its proof instead: other
//! rows, or a policy file and a word in it. Rows under the heading that begins with "Asked for" are not served yet and need no proof.

use crate::shell::{self, Done};
use crate::tidy::{ends, files};
use std::collections::BTreeMap;
use std::path::Path;

/// Prints every row and what cites it. With `--strict` an unproven row is an error.
pub(crate) fn run(args: &[&str]) -> Done {
    let strict = args == ["--strict"];
    if !strict && !args.is_empty() {
        return Err("cargo xtask requirements [--strict]".into());
    }
    let root = shell::root();
    let text = std::fs::read_to_string(root.join("docs/requirements.md")).map_err(|error| format!("docs/requirements.md: {error}"))?;
    let rows = rows(served(&text))?;
    let mut proofs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files(&root)?.iter().filter(|file| !file.starts_with("xtask/")) {
        let (code, policy) = (ends(file, "rs") || tests_pages(file), ends(file, "policy"));
        if !code && !policy {
            continue;
        }
        let text = std::fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
        for (line, id) in if code { in_code(file, &text) } else { in_policy(file, &text) } {
            proofs.entry(plain(&id)).or_default().push(format!("{file}:{line}"));
        }
    }
    let mut unproven = Vec::new();
    for row in &rows {
        let there = named_proof(&root, &row.named, &proofs);
        match (proofs.get(&plain(&row.id)), there) {
            (Some(places), _) => println!("{:6} {} ({})", row.id, places[0], places.len()),
            (None, Some(place)) => println!("{:6} {place}", row.id),
            (None, None) => unproven.push(format!("{:6} {}", row.id, row.sentence)),
        }
    }
    let proven = rows.len() - unproven.len();
    println!("\n{proven} of {} rows are proven", rows.len());
    if !unproven.is_empty() {
        println!("unproven:\n  {}", unproven.join("\n  "));
    }
    if strict && !unproven.is_empty() {
        return Err(format!("{} rows of docs/requirements.md have no proof: cite the id in the test that proves it", unproven.len()));
    }
    Ok(())
}

/// A row of the document.
struct Row {
    id: String,
    sentence: String,
    /// The third cell: where else it is proven.
    named: String,
}

/// The document up to the rows that are not served yet.
fn served(text: &str) -> &str {
    text.split("\n## Asked for").next().unwrap_or_default()
}

/// Rows `| id | sentence | named proof |` of the document, in its order. A repeated id is an error.
fn rows(text: &str) -> Done<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines() {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (Some(id), Some(sentence)) = (cells.next(), cells.next()) else { continue };
        if !is_id(id) {
            continue;
        }
        if rows.iter().any(|known| known.id == id) {
            return Err(format!("docs/requirements.md names {id} twice"));
        }
        rows.push(Row { id: id.to_owned(), sentence: sentence.to_owned(), named: cells.next().unwrap_or_default().to_owned() });
    }
    Ok(rows)
}

/// The third cell, if everything it names is there: ids that are cited, files that hold the word.
fn named_proof(root: &Path, named: &str, proofs: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let holds = |part: &str| match part.split_once(' ') {
        Some((file, word)) => std::fs::read_to_string(root.join(file)).is_ok_and(|text| text.contains(word)),
        None => proofs.contains_key(&plain(part)),
    };
    let all = !named.is_empty() && named.split("; ").all(|part| !part.is_empty() && holds(part));
    all.then(|| format!("by {named}"))
}

/// Whether a word has the shape of an id: `R7.34`, `N5`, `T15`.
fn is_id(word: &str) -> bool {
    let Some(rest) = word.strip_prefix(|letter: char| "RNSTGVCA".contains(letter)) else { return false };
    let mut parts = rest.split('.');
    let number = |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if word.starts_with('R') { number(parts.next()) && number(parts.next()) && parts.next().is_none() } else { number(Some(rest)) }
}

/// An id without leading zeros: files are called `c02`, the row is `C2`.
fn plain(id: &str) -> String {
    let (letter, number) = id.split_at(1);
    if letter == "R" { id.to_owned() } else { format!("{letter}{}", number.trim_start_matches('0')) }
}

/// The ids in a text. `N5-N7` names two; `S3-compatible` is an adjective, and what stands between backticks is a name.
fn ids(text: &str) -> impl Iterator<Item = String> {
    let words = text
        .split('`')
        .step_by(2)
        .flat_map(|part| part.split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '-')));
    let is_adjective = |word: &&str| word.split('-').skip(1).any(|part| part.starts_with(|letter: char| letter.is_ascii_lowercase()));
    let words = words.filter(move |word| !is_adjective(word)).flat_map(|word| word.split('-'));
    words.map(|word| word.trim_matches('.')).filter(|word| is_id(word)).map(str::to_owned)
}

/// Whether a file holds tests of the pages: all of it is test code.
fn tests_pages(file: &str) -> bool {
    [".e2e.ts", ".test.ts", ".test.tsx"].iter().any(|ending| file.ends_with(ending))
}

/// Citations in comments of test code: files of a `tests` folder, `tests.rs`, and everything after `#[cfg(test)]`.
fn in_code(file: &str, text: &str) -> Vec<(usize, String)> {
    let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut inside = tests_pages(file) || file.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs");
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        inside |= line.trim_start().starts_with("#[cfg(test)]");
        if let (true, Some((_, comment))) = (inside, line.split_once("//")) {
            found.extend(ids(comment).map(|id| (at + 1, id)));
        }
    }
    found
}

/// Citations in comments (`#` or `//`) of a policy file, and in its name.
fn in_policy(file: &str, text: &str) -> Vec<(usize, String)> {
    let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().to_uppercase()).unwrap_or_default();
    let mut found: Vec<(usize, String)> = ids(&stem.replace(['_', '-'], " ")).map(|id| (1, id)).collect();
    for (at, line) in text.lines().enumerate() {
        if let Some((_, comment)) = line.split_once('#').or_else(|| line.split_once("//")) {
            found.extend(ids(comment).map(|id| (at + 1, id)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_other_words() {
        assert_eq!(ids("// R7.34, N5 and T15; not R7, X3, RFC, T15b or V01x").collect::<Vec<_>>(), ["R7.34", "N5", "T15"]);
        assert_eq!(ids("// an S3-compatible server, N8-N10; `V02` is a partner").collect::<Vec<_>>(), ["N8", "N10"]);
    }

    #[test]
    fn zeros_do_not_matter() {
        assert_eq!(plain("C02"), "C2");
        assert_eq!(plain("V10"), "V10");
        assert_eq!(plain("R0.3"), "R0.3");
    }

    #[test]
    fn only_comments_of_tests_count() {
        let code = "// N1\nfn a() {}\n#[cfg(test)]\nmod tests {\n    let code = \"A1\"; // R0.3.\n    // N6, N7\n}\n";
        let found: Vec<String> = in_code("crates/x/src/a.rs", code).into_iter().map(|(line, id)| format!("{line}:{id}")).collect();
        assert_eq!(found, ["5:R0.3", "6:N6", "6:N7"]);
        assert_eq!(in_code("crates/x/tests/a.rs", "// N1\n"), [(1, "N1".to_owned())]);
        assert_eq!(in_code("web/e2e/a.e2e.ts", "// N1\n"), [(1, "N1".to_owned())]);
        assert!(in_code("web/src/a.ts", "// N1\n").is_empty());
        assert_eq!(
            in_policy("definitions/policies/cases/t15_voucher.policy", "# G01\npolicy \"C9\"\n"),
            [(1, "T15".to_owned()), (1, "G01".to_owned())]
        );
    }

    #[test]
    fn the_document_is_read_and_names_each_row_once() {
        let text = std::fs::read_to_string(shell::root().join("docs/requirements.md")).unwrap();
        let (all, served) = (rows(&text).unwrap().len(), rows(served(&text)).unwrap().len());
        assert!(served > 100 && all >= served, "{served} of {all}");
        assert!(rows("| N1 | a |\n| N1 | b |\n").is_err());
        let proofs = BTreeMap::from([("N5".to_owned(), Vec::new())]);
        let holds = |named| named_proof(&shell::root(), named, &proofs).is_some();
        assert!(holds("N05") && holds("N5; docs/requirements.md Arithmetic"));
        assert!(!holds("") && !holds("N6") && !holds("N5; N6") && !holds("docs/requirements.md no-such-word"));
    }
}
