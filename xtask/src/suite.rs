//! `cargo xtask test`: everything that must hold, cheapest first, so that a slip is told in seconds and not after the build.
//!
//! The last line of the output is `N passed, N failed`, summed over the test runner's own summaries.

use crate::shell::{self, Done, cargo, step};
use crate::stores::Stores;
use crate::{setup, tidy, web};

/// Tests that ran.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    fn add(&mut self, more: Count) {
        self.passed += more.passed;
        self.failed += more.failed;
    }

    /// What a runner's own summary says. A runner that fails without a failed test did not compile, or lost a test: that is an error of its own.
    pub(crate) fn judged(ok: bool, count: Option<Count>) -> Done<Count> {
        match count {
            Some(count) if ok == (count.failed == 0) => Ok(count),
            Some(_) | None if !ok => Err("the test runner stopped without a summary; the reason is above".into()),
            _ => Err("the test runner printed no summary that this command understands".into()),
        }
    }
}

/// Runs the suite. `args` go to the test runner, such as `-p qudao-ledger` or a part of a test's name.
pub(crate) fn run(args: &[&str]) -> Done {
    step("tools and packages", || setup::for_tests().and_then(|()| setup::own_target()))?;
    step("rustfmt", || shell::run(&mut cargo(&["fmt", "--all", "--check"]), "run `cargo fmt --all`"))?;
    step("tidy", tidy::run)?;
    // `args` choose Rust tests: whoever names some wants these alone.
    let all = args.is_empty();
    let mut count = Count::default();
    if all {
        step("packages of the pages", web::packages)?;
        step("pages: types, lints, layout", web::check)?;
        count.add(step("pages: tests", web::unit)?);
        step("pages: build", web::build)?;
    }
    step("clippy", || {
        let args = ["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        shell::run(&mut cargo(&args), "correct what clippy names")
    })?;
    if shell::on_path("cargo-deny") {
        let args = ["deny", "--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
        step("cargo deny", || shell::run(&mut cargo(&args), "see deny.toml"))?;
    } else {
        println!("── cargo deny: not installed; licences and origins were checked by tidy");
    }
    let next = shell::on_path("cargo-nextest");
    step("test binaries", || {
        let build: &[&str] = if next { &["nextest", "run", "--cargo-quiet"] } else { &["test", "--quiet"] };
        let mut command = cargo(build);
        command.args(["--locked", "--no-run"]).args(packages(args));
        shell::run(&mut command, "correct what the compiler names")
    })?;
    // Where single packages are built, what keeps the databases may be missing or old; then each test process has its own.
    let stores = if packages(args) == ["--workspace"] { Some(step("databases of the tests", Stores::start)?) } else { None };
    let variables = stores.as_ref().map_or(&[][..], |stores| &stores.variables);
    count.add(step("tests", || if next { nextest(args, variables) } else { plain(args, variables) })?);
    drop(stores);
    if all {
        step("client of the interface", web::client)?;
        count.add(step("journeys in a browser", web::journeys)?);
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    match count {
        Count { failed: 0, passed: 1.. } => Ok(()),
        Count { failed: 0, passed: 0 } => Err("no test ran".into()),
        // The line above closes the output; the exit code says the rest.
        Count { .. } => std::process::exit(1),
    }
}

/// What is built and tested: the packages that `args` choose, else all.
fn packages<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let mut words = args.iter().copied();
    let mut chosen = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "-p" | "--package") {
            chosen.push(word);
            chosen.extend(words.next());
        }
    }
    if chosen.is_empty() { vec!["--workspace"] } else { chosen }
}

/// `--workspace`, unless `args` choose packages.
fn whole(args: &[&str]) -> &'static [&'static str] {
    if packages(args) == ["--workspace"] { &["--workspace"] } else { &[] }
}

/// cargo-nextest: one process per test, so tests share neither environment nor working folder.
fn nextest(args: &[&str], variables: &[(String, String)]) -> Done<Count> {
    let mut command = cargo(&["nextest", "run", "--locked", "--no-fail-fast", "--color", "never"]);
    command.args(["--status-level", "slow", "--final-status-level", "fail"]).args(whole(args)).args(args).envs(variables.iter().cloned());
    let mut count = None;
    let ok = shell::watch(&mut command, |line| count = nextest_summary(line).or(count))?;
    Count::judged(ok, count)
}

/// The test runner every Rust comes with.
fn plain(args: &[&str], variables: &[(String, String)]) -> Done<Count> {
    println!("cargo-nextest is not installed; using cargo test, which is slower (cargo install cargo-nextest --locked)");
    let mut command = cargo(&["test", "--locked", "--no-fail-fast", "--quiet"]);
    command.args(whole(args)).args(args).envs(variables.iter().cloned());
    let mut count: Option<Count> = None;
    let ok = shell::watch(&mut command, |line| {
        if let Some(more) = plain_summary(line) {
            let sum = count.get_or_insert_default();
            sum.passed += more.passed;
            sum.failed += more.failed;
        }
    })?;
    Count::judged(ok, count)
}

/// Reads `Summary [  1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped`.
fn nextest_summary(line: &str) -> Option<Count> {
    let line = line.trim_start().strip_prefix("Summary [")?;
    let (_, outcome) = line.split_once("run: ")?;
    let mut count = Count::default();
    for part in outcome.split(", ") {
        let mut words = part.split_whitespace();
        let number: u64 = words.next()?.parse().ok()?;
        match words.next()? {
            "passed" => count.passed += number,
            "skipped" => {}
            _ => count.failed += number,
        }
    }
    Some(count)
}

/// Reads `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
fn plain_summary(line: &str) -> Option<Count> {
    let (_, outcome) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut count = Count::default();
    for part in outcome.split("; ") {
        match part.split_once(' ') {
            Some((number, "passed")) => count.passed = number.parse().ok()?,
            Some((number, "failed")) => count.failed = number.parse().ok()?,
            _ => {}
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_read() {
        let read = |line| nextest_summary(line).map(|count| (count.passed, count.failed));
        assert_eq!(read("     Summary [   0.002s] 12 tests run: 12 passed, 0 skipped"), Some((12, 0)));
        assert_eq!(read("Summary [ 3.1s] 12/14 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 2 skipped"), Some((10, 2)));
        assert_eq!(read("Summary [ 3.1s] 1 test run: 1 passed (1 leaky), 0 skipped"), Some((1, 0)));
        assert_eq!(read("test a::b::Summary"), None);
        let plain = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(plain_summary(plain), Some(Count { passed: 3, failed: 1 }));
    }

    #[test]
    fn a_runner_that_died_is_not_a_pass() {
        assert!(Count::judged(false, None).is_err());
        assert!(Count::judged(true, None).is_err());
        assert!(Count::judged(false, Some(Count { passed: 3, failed: 0 })).is_err());
        assert!(Count::judged(true, Some(Count { passed: 3, failed: 0 })).is_ok());
        assert!(Count::judged(false, Some(Count { passed: 3, failed: 1 })).is_ok());
    }
}
