//! Running other programs: where, with which folders, timed, and read line by line.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a command of this crate gives: nothing, or the sentence to print before leaving with 1.
pub(crate) type Done<T = ()> = Result<T, String>;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    // Asked for now: clones that share compiled files may share this program, and each means its own folder.
    let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = now.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The user's cache folder for this project: compiled files, bench environments, generated bench data.
pub(crate) fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache");
    base.unwrap_or_else(home).join("qudao")
}

/// Where cargo puts what it builds.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache().join("target"), PathBuf::from)
}

/// A cargo command in the workspace with the shared target folder.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells this program about itself. Build scripts ask for some of it, and would count as changed each time somebody goes
    // from these commands to cargo's own and back: everything above TLS is then compiled anew.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"].iter().any(|part| text.starts_with(part)) {
            command.env_remove(&name);
        }
    }
    command.current_dir(root()).env("CARGO_TARGET_DIR", target_dir()).args(args);
    command
}

/// Whether a program of this name is on the path.
pub(crate) fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// Runs one named step: prints its name before and its time after. The step's own result is passed on.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Done<T>) -> Done<T> {
    println!("── {name}");
    let start = Instant::now();
    let done = work();
    println!("── {name}: {} in {:.1} s", if done.is_ok() { "done" } else { "FAILED" }, start.elapsed().as_secs_f32());
    done
}

/// Runs to the end with inherited output; an error names the command and `remedy`.
pub(crate) fn run(command: &mut Command, remedy: &str) -> Done {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}; {remedy}", command.get_program().display()))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}; {remedy}", words(command))) }
}

/// Standard output of a command that must succeed.
pub(crate) fn output(command: &mut Command) -> Done<String> {
    let out = command.output().map_err(|error| format!("cannot start {}: {error}", command.get_program().display()))?;
    if !out.status.success() {
        return Err(format!("{} ended with {}:\n{}", words(command), out.status, String::from_utf8_lossy(&out.stderr)));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Runs with both outputs shown as they come and every line handed to `see`; gives whether it succeeded.
pub(crate) fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Done<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", command.get_program().display()))?;
    let (send, lines) = std::sync::mpsc::channel();
    let streams: [Option<Box<dyn std::io::Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let send = send.clone();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut bytes = Vec::new();
            while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
                let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
                bytes.clear();
                if send.send(line).is_err() {
                    break;
                }
            }
        });
    }
    drop(send);
    for line in lines {
        println!("{line}");
        see(&line);
    }
    Ok(child.wait().map_err(|error| error.to_string())?.success())
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::iter::once(program).chain(command.get_args().map(|arg| arg.to_string_lossy().into_owned())).collect::<Vec<_>>().join(" ")
}
