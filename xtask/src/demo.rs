//! `cargo xtask demo`: from a fresh clone to a settled month in a folder one can look into.

use crate::setup;
use crate::shell::{self, Done, cargo, step};
use std::process::Command;
use std::time::Instant;

/// Builds the binary and lets it make, import and settle a demo province. `args` go to `qudao demo`.
pub(crate) fn run(args: &[&str]) -> Done {
    let start = Instant::now();
    setup::own_target()?;
    step("build", || shell::run(&mut cargo(&["build", "--locked", "-p", "qudao", "--bin", "qudao"]), "correct what the compiler names"))?;
    let mut demo = Command::new(shell::target_dir().join("debug/qudao"));
    demo.current_dir(shell::root()).arg("demo");
    if !args.contains(&"--out") {
        demo.args(["--out", "data/demo"]);
    }
    demo.args(args);
    step("demo", || shell::run(&mut demo, "the reason is above"))?;
    println!("── from start to settled month: {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}
