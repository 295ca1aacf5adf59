//! The console and the phone pages: their packages, checks, tests, files, and journeys through a real browser.

use crate::shell::{self, Done};
use crate::suite::Count;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Oldest Node that the packages run on.
const NODE: (u32, u32) = (20, 19);

fn folder() -> PathBuf {
    shell::root().join("web")
}

fn npm(args: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder()).env("NO_COLOR", "1").env("CI", "true").args(args);
    command
}

/// Node is there, and the packages of the lock file.
pub(crate) fn packages() -> Done {
    let version = shell::output(Command::new("node").arg("--version"))
        .map_err(|why| format!("{why}; install Node {}.{} or newer with npm, then repeat", NODE.0, NODE.1))?;
    let numbers: Vec<u32> = version.trim().trim_start_matches('v').split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.len() < 2 || (numbers[0], numbers[1]) < NODE {
        return Err(format!("Node {} is too old for the pages; install {}.{} or newer, then repeat", version.trim(), NODE.0, NODE.1));
    }
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let (lock, installed) = (folder().join("package-lock.json"), folder().join("node_modules/.package-lock.json"));
    if changed(&installed).is_some_and(|then| changed(&lock).is_some_and(|now| now <= then)) {
        return Ok(());
    }
    shell::run(&mut npm(&["ci", "--no-audit", "--no-fund"]), "is the package registry reachable?")
}

/// Types, lints, layout.
pub(crate) fn check() -> Done {
    shell::run(&mut npm(&["run", "--silent", "check"]), "correct what is named; `npm run fix` in web/ mends layout")
}

/// The files that go into the binary.
pub(crate) fn build() -> Done {
    shell::run(npm(&["run", "--silent", "build"]).stdout(Stdio::null()), "correct what the build names")
}

/// Tests without a browser.
pub(crate) fn unit() -> Done<Count> {
    runner(&mut npm(&["run", "--silent", "test"]))
}

/// The client's types are those of the interface.
pub(crate) fn client() -> Done {
    let program = shell::target_dir().join("debug/qudao");
    let told = shell::output(Command::new(&program).arg("openapi"))?;
    let kept = folder().join("openapi.json");
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    if read(&kept)? != told {
        return Err("web/openapi.json is not what `qudao openapi` prints; write it anew and run `npm run gen` in web/".into());
    }
    let types = folder().join("src/api/schema.d.ts");
    let before = read(&types)?;
    shell::run(npm(&["run", "--silent", "gen"]).stdout(Stdio::null()), "correct what the generator names")?;
    if read(&types)? == before { Ok(()) } else { Err("web/src/api/schema.d.ts was not of web/openapi.json; it is now: commit it".into()) }
}

/// Journeys in a browser, against a demo of their own.
pub(crate) fn journeys() -> Done<Count> {
    let home = shell::target_dir().join("journeys");
    if home.exists() {
        std::fs::remove_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    }
    let server = Server::start(&home)?;
    runner(npm(&["run", "--silent", "e2e"]).env("QUDAO_URL", &server.url))
}

/// A demo server, stopped when it is let go.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(home: &Path) -> Done<Self> {
        let mut command = Command::new(shell::target_dir().join("debug/qudao"));
        command
            .current_dir(shell::root())
            .args(["--lang", "en", "--quiet", "serve", "--demo", "--listen", "127.0.0.1:0", "--home"])
            .arg(home);
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("cannot start the server: {error}"))?;
        let out = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let Some(url) = lines.find(|line| line.starts_with("http://")) else {
            let status = child.wait().map_err(|error| error.to_string())?;
            return Err(format!("the server ended with {status} before it listened; the reason is above"));
        };
        // Whatever it prints later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, url: url.trim_end_matches('/').to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn runner(command: &mut Command) -> Done<Count> {
    let mut count = None;
    let ok = shell::watch(command, |line| count = vitest_summary(line).or(count))?;
    Count::judged(ok, count)
}

/// Reads `Tests  1 failed | 12 passed (13)`.
fn vitest_summary(line: &str) -> Option<Count> {
    let rest = line.trim_start().strip_prefix("Tests ")?;
    let outcome = rest.rsplit_once('(').map_or(rest, |(outcome, _)| outcome);
    let mut count = Count::default();
    for part in outcome.split('|') {
        let mut words = part.split_whitespace();
        let number: u64 = words.next()?.parse().ok()?;
        match words.next()? {
            "passed" => count.passed += number,
            "failed" => count.failed += number,
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
        let read = |line| vitest_summary(line).map(|count| (count.passed, count.failed));
        assert_eq!(read("      Tests  12 passed (12)"), Some((12, 0)));
        assert_eq!(read("      Tests  1 failed | 12 passed (13)"), Some((12, 1)));
        assert_eq!(read(" Test Files  3 passed (3)"), None);
    }
}
