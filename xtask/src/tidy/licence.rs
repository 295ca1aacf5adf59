//! Licences of what we link. The accepted ones stand in `deny.toml`, so that `cargo deny` and this check agree.

use super::House;
use crate::shell::Done;
use serde_json::Value;
use std::collections::BTreeSet;

/// Checks every foreign package.
pub(super) fn check<'a>(house: &mut House, packages: impl Iterator<Item = &'a Value>) -> Done {
    let accepted = accepted(&house.read("deny.toml")?);
    for package in packages {
        let (name, version) = (&package["name"], &package["version"]);
        let licence = package["license"].as_str().unwrap_or_default();
        if !holds(licence, &accepted) {
            let sentence = format!(
                "{name} {version}: licence `{licence}` is not among the accepted ones in deny.toml: choose another library, or accept it there after reading it"
            );
            house.find("Cargo.lock", sentence);
        }
    }
    Ok(())
}

/// The texts in the list `allow = [ … ]` of the section `[licenses]`.
fn accepted(deny: &str) -> BTreeSet<String> {
    let list = deny.split("[licenses]").nth(1).and_then(|rest| rest.split("allow = [").nth(1)).and_then(|rest| rest.split(']').next());
    list.unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with accepted licences. The old `A/B` means `A OR B`.
fn holds(expression: &str, accepted: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, accepted);
    met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, accepted: &BTreeSet<String>) -> bool {
    let mut met = both(words, at, accepted);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, accepted);
    }
    met
}

fn both(words: &[&str], at: &mut usize, accepted: &BTreeSet<String>) -> bool {
    let mut met = one(words, at, accepted);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, accepted);
    }
    met
}

fn one(words: &[&str], at: &mut usize, accepted: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = either(words, at, accepted);
        *at += 1;
        return met;
    }
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
        let exception = words.get(*at - 1).copied().unwrap_or_default();
        return accepted.contains(&format!("{word} WITH {exception}"));
    }
    accepted.contains(*word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged() {
        let accepted = accepted(
            "[bans]\nallow = [\"x\"]\n[licenses]\nallow = [\n  \"MIT\", # short\n  \"Apache-2.0\",\n  \"Apache-2.0 WITH LLVM-exception\",\n  \"Unicode-3.0\",\n]\n",
        );
        assert_eq!(accepted.len(), 4);
        for good in ["MIT", "GPL-3.0 OR MIT", "MIT/Apache-2.0", "(MIT OR GPL-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR BSD"]
        {
            assert!(holds(good, &accepted), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT WITH LLVM-exception", "(MIT", "MIT MIT"] {
            assert!(!holds(bad, &accepted), "{bad}");
        }
    }
}
