//! Project commands. `cargo xtask help` lists them.
//!
//! Invariant: this crate builds in seconds from an empty folder; it depends on no crate of the workspace and on `serde_json` alone,
//! because everything else waits for it.

mod agree;
mod bench;
mod demo;
mod drills;
mod requirements;
mod setup;
mod shell;
mod stores;
mod suite;
mod table;
mod tidy;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  demo            build, make a demo city with a year of business, and serve it: console and phone pages; leaves data/demo
  demo --settle   no pages: make, import and settle three months, and print a summary
  test            everything that must hold: formatting, tidy, lints, all tests on SQLite and PostgreSQL, the pages' own,
                  and journeys in a headless browser
  agree           interpreter and engine on random policies and facts, a million pairs; --pairs N, --seed N to go on
                  from, --seconds N, --threads N
  tidy            rules of the house that no compiler checks (also part of test)
  requirements    which requirement is proven where; --strict fails on an unproven one
  bench <name>    measure beside rivals; bench/README.md lists the benches
  drills          kill -9, full disk, crashed database and the like, done to a demo house; --points N kills, names of drills
                  to run these alone; writes bench/DRILLS.md
  help            this text

Build results go to ~/.cache/qudao/target unless CARGO_TARGET_DIR is set.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.split_first() {
        Some((&"test", rest)) => suite::run(rest),
        Some((&"agree", rest)) => agree::run(rest),
        Some((&"demo", rest)) => demo::run(rest),
        Some((&"tidy", [])) => tidy::run(),
        Some((&"requirements", rest)) => requirements::run(rest),
        Some((&"bench", rest)) => bench::run(rest),
        Some((&"drills", rest)) => drills::run(rest),
        Some((&("help" | "--help" | "-h"), _)) | None => {
            println!("{HELP}");
            Ok(())
        }
        Some((other, _)) => Err(format!("no command `{other}`; `cargo xtask help` lists them")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
