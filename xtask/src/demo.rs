//! `cargo xtask demo`: from a fresh clone to pages one can look into.

use crate::shell::{self, Done, cargo, step};
use crate::{setup, web};
use std::process::Command;
use std::time::Instant;

/// Builds binary and pages and serves a demo until it is stopped; with `--settle` no pages, but a month settled and told in the terminal.
/// Other `args` go to `qudao serve` or `qudao demo`.
pub(crate) fn run(args: &[&str]) -> Done {
    let start = Instant::now();
    let settle = args.first() == Some(&"--settle");
    setup::own_target()?;
    if !settle {
        step("packages of the pages", web::packages)?;
        step("pages: build", web::build)?;
    }
    step("build", || shell::run(&mut cargo(&["build", "--locked", "-p", "qudao", "--bin", "qudao"]), "correct what the compiler names"))?;
    let mut demo = Command::new(shell::target_dir().join("debug/qudao"));
    demo.current_dir(shell::root());
    if settle {
        demo.arg("demo").args(&args[1..]);
        if !args.contains(&"--out") {
            demo.args(["--out", "data/demo"]);
        }
        step("demo", || shell::run(&mut demo, "the reason is above"))?;
        println!("── from start to settled month: {:.1} s", start.elapsed().as_secs_f32());
        return Ok(());
    }
    demo.args(["serve", "--demo"]).args(args);
    if !args.contains(&"--home") {
        demo.args(["--home", "data/serve"]);
    }
    println!("── from start to demo: {:.1} s; Ctrl+C stops it", start.elapsed().as_secs_f32());
    shell::run(&mut demo, "the reason is above")
}
