//! The fuzzers of everything that reads what people upload, for longer than the suite lets them.

use super::ground::Ground;
use super::{Drill, Outcome};
use crate::shell::{self, Done, cargo};

pub(super) const DRILL: Drill = Drill {
    name: "fuzz",
    holds_when: "parsers of policies, tables, workbooks, definitions and pictures take random and damaged input without a panic, within their bounds",
    run,
};

/// Seconds for each parser where nothing else is said.
const SECONDS: &str = "60";
/// Variable the fuzzers read their time from.
const VARIABLE: &str = "QUDAO_FUZZ_SECONDS";

fn run(_: &Ground) -> Done<Outcome> {
    let seconds = std::env::var(VARIABLE).unwrap_or_else(|_| SECONDS.to_owned());
    let mut command = cargo(&["test", "--locked", "--workspace", "--test", "fuzz"]);
    command.args(["--", "--nocapture"]).env(VARIABLE, &seconds);
    let mut told = Vec::new();
    let ok = shell::watch(&mut command, |line| told.extend(line.split_once("fuzzed ").map(|(_, rest)| rest.trim().to_owned())))?;
    told.sort();
    let told = told.join("; ");
    Ok(match (ok, told.is_empty()) {
        (true, false) => Outcome::Held(told),
        (true, true) => Outcome::Broke("no fuzzer ran".into()),
        (false, _) => Outcome::Broke(format!("a fuzzer found something, told above ({told})")),
    })
}
