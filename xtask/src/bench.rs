//! `cargo xtask bench <name>`: builds the release binary and runs a bench beside its rivals. See bench/README.md.

use crate::setup;
use crate::shell::{self, Done, cargo, step};
use std::path::PathBuf;
use std::process::Command;

/// Builds, makes sure the rivals' environment is there, and hands over to `bench/run.py`.
pub(crate) fn run(args: &[&str]) -> Done {
    let Some((name, rest)) = args.split_first() else {
        return Err("cargo xtask bench <name> [options]; bench/README.md lists them".into());
    };
    setup::own_target()?;
    let python = step("rivals' environment", environment)?;
    step("release build", || {
        // Of the whole workspace: a single package asks for other features, and the engine would be built a second time.
        shell::run(&mut cargo(&["build", "--release", "--locked", "--workspace", "--bin", "qudao"]), "correct what the compiler names")
    })?;
    let mut bench = Command::new(python);
    bench.current_dir(shell::root()).env("QUDAO_CACHE", shell::cache()).arg("bench/run.py").arg(name);
    bench.arg("--qudao").arg(shell::target_dir().join("release/qudao")).args(rest);
    step(name, || shell::run(&mut bench, "the reason is above"))
}

/// A Python environment of its own in the cache folder, made again when the list of rivals changes.
fn environment() -> Done<PathBuf> {
    let folder = shell::cache().join("bench-venv");
    let python = folder.join("bin/python");
    let list = shell::root().join("bench/requirements.txt");
    let wanted = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let stamp = folder.join("requirements.txt");
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&folder), "install python3-venv")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list);
    shell::run(&mut pip, "is the Python package index reachable?")?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}
