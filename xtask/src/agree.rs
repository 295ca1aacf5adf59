//! `cargo xtask agree`: the comparison of interpreter and engine on random cases, for longer than the suite takes.

use crate::setup;
use crate::shell::{self, Done, cargo, step};

/// What can be said, the variable the test reads it by, and what holds where nothing is said.
const WORDS: [(&str, &str, Option<&str>); 4] = [
    ("--pairs", "QUDAO_AGREE_PAIRS", Some("1000000")),
    ("--seed", "QUDAO_AGREE_SEED", None),
    ("--seconds", "QUDAO_AGREE_SECONDS", None),
    ("--threads", "QUDAO_AGREE_THREADS", None),
];

/// Crates a pair runs through. Optimised, they halve its time (2.6 to 1.3 ms of one core), which a million pairs repay many times; the suite's
/// minute would not repay their longer build. Checks of overflow and the like stay on.
const HOT: [&str; 4] = ["qudao-policy", "qudao-settle", "qudao-engine", "qudao"];

/// Variables for the test, from `--word number` pairs.
fn variables(args: &[&str]) -> Done<Vec<(&'static str, String)>> {
    let mut set: Vec<(&str, String)> = Vec::new();
    for pair in args.chunks(2) {
        let known = WORDS.iter().find(|(word, ..)| pair[0] == *word);
        let number = pair.get(1).filter(|text| text.parse::<u64>().is_ok());
        let (Some((_, variable, _)), Some(number)) = (known, number) else {
            let all: Vec<&str> = WORDS.iter().map(|(word, ..)| *word).collect();
            return Err(format!("cannot read `{}`; each of {} takes a whole number", pair.join(" "), all.join(", ")));
        };
        set.push((*variable, (*number).to_owned()));
    }
    for (_, variable, usual) in WORDS {
        if let (Some(usual), false) = (usual, set.iter().any(|(held, _)| *held == variable)) {
            set.push((variable, usual.to_owned()));
        }
    }
    Ok(set)
}

/// Runs the comparison. It goes through no test runner that would end it after minutes, and prints how far it is.
pub(crate) fn run(args: &[&str]) -> Done {
    let variables = variables(args)?;
    setup::own_target()?;
    let mut command = cargo(&["test", "--locked", "--workspace", "--test", "it"]);
    for name in HOT {
        command.args(["--config", &format!("profile.dev.package.{name}.opt-level=2")]);
    }
    command.args(["--", "--exact", "--nocapture", "agree::interpreter_and_engine_agree"]).envs(variables);
    step("agree", || shell::run(&mut command, "the seed of a disagreement is above; --seed with QUDAO_AGREE_SHOW=1 cuts it down"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_handed_on_and_anything_else_is_named() {
        let read =
            |args: &[&str]| variables(args).map(|set| set.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>());
        assert_eq!(read(&[]).unwrap(), ["QUDAO_AGREE_PAIRS=1000000"]);
        assert_eq!(read(&["--seed", "7", "--pairs", "10"]).unwrap(), ["QUDAO_AGREE_SEED=7", "QUDAO_AGREE_PAIRS=10"]);
        assert!(read(&["--pairs"]).unwrap_err().contains("`--pairs`"));
        assert!(read(&["--pairs", "many"]).unwrap_err().contains("whole number"));
        assert!(read(&["--months", "3"]).unwrap_err().contains("--threads"));
    }
}
