//! Where a drill takes place: a folder of its own, the program, chance with a seed, and a demo house to start from.

use super::http::Client;
use crate::shell::{self, Done};
use std::cell::Cell;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Everybody's password in the demo.
const PASSWORD: &str = "qudao-demo-2026";

/// A drill's own place; gone with it.
pub(crate) struct Ground {
    /// The program that is drilled.
    pub(crate) program: PathBuf,
    /// An empty folder.
    pub(crate) folder: PathBuf,
    /// How many kills a drill that kills makes.
    pub(crate) points: u32,
    chance: Cell<u64>,
}

/// A seed nobody chose.
pub(crate) fn seed() -> u64 {
    std::hash::RandomState::new().build_hasher().finish() >> 16
}

impl Ground {
    pub(crate) fn new(name: &str, program: &Path, points: u32, seed: u64) -> Done<Self> {
        let folder = std::env::temp_dir().join(format!("qudao-drill-{name}-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        make(&folder)?;
        let mixed = name.bytes().fold(seed | 1, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Ok(Self { program: program.to_owned(), folder, points, chance: Cell::new(mixed | 1) })
    }

    /// A number below another, the same for the same seed.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        let mut chance = self.chance.get();
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        self.chance.set(chance);
        chance % bound.max(1)
    }

    /// A moment before another.
    pub(crate) fn moment(&self, before: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(before.as_micros()).unwrap_or(u64::MAX)))
    }

    /// A path of the ground.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// The program with arguments, its output kept for whoever waits for it.
    pub(crate) fn qudao(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(shell::root()).args(["--lang", "en", "--quiet"]).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts the program.
    pub(crate) fn start(&self, args: &[&str]) -> Done<Child> {
        self.qudao(args).spawn().map_err(|error| format!("cannot start {}: {error}", self.program.display()))
    }

    /// Runs the program, whatever comes of it.
    pub(crate) fn ran(&self, args: &[&str]) -> Done<Output> {
        self.qudao(args).output().map_err(|error| format!("cannot start {}: {error}", self.program.display()))
    }

    /// Runs the program to its good end; what it printed.
    pub(crate) fn well(&self, args: &[&str]) -> Done<String> {
        let done = self.ran(args)?;
        if done.status.success() {
            return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
        }
        Err(format!("qudao {} ended with {}: {}", args.join(" "), done.status, said(&done)))
    }

    /// A served demo of a county that was stopped: a home that is copied, not made again.
    pub(crate) fn house(&self) -> Done<PathBuf> {
        let home = self.at("house");
        if !home.exists() {
            Server::of_demo(self, &home, None)?.stop()?;
        }
        Ok(home)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // Left behind where something still holds it; the temporary folder is the system's to clear.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What a program wrote to its error output, its last lines.
pub(crate) fn said(done: &Output) -> String {
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
}

/// Text of a path.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Arguments as a command takes them.
pub(crate) fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// Tables of a folder of raw files; what was planted among them is told beside them and is none.
pub(crate) fn tables(folder: &Path) -> Done<Vec<String>> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<String> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "csv" || end == "xlsx")).map(|path| text(&path)).collect();
    files.sort();
    Ok(files)
}

/// Makes a folder.
pub(crate) fn make(folder: &Path) -> Done {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Copies a folder as it is.
pub(crate) fn copy(from: &Path, to: &Path) -> Done {
    let mut command = Command::new("cp");
    shell::output(command.args(["-a", "--reflink=auto"]).arg(from).arg(to)).map(drop)
}

/// Waits; a drill's moments are the machine's.
#[expect(clippy::disallowed_methods, reason = "a drill kills and looks at moments that nothing announces")]
pub(crate) fn wait(how_long: Duration) {
    std::thread::sleep(how_long);
}

/// Looks again and again until something is so, for a minute at most.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Done {
    for _ in 0..1_200 {
        if is_so() {
            return Ok(());
        }
        wait(Duration::from_millis(50));
    }
    Err(format!("{what} did not happen within a minute"))
}

/// A served house; killed where it is let go.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) place: String,
}

impl Server {
    /// Serves a demo, on a database of its own or on a named one.
    pub(crate) fn of_demo(ground: &Ground, home: &Path, db: Option<&str>) -> Done<Self> {
        let home = text(home);
        let mut args = vec!["serve", "--demo", "--scale", "county", "--listen", "127.0.0.1:0", "--home", &home];
        args.extend(db.into_iter().flat_map(|db| ["--db", db]));
        let mut command = ground.qudao(&args);
        let errors = std::fs::File::create(ground.at("server.log")).map_err(|error| error.to_string())?;
        let mut child = command.stderr(errors).spawn().map_err(|error| format!("cannot start the server: {error}"))?;
        let out = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let Some(url) = lines.find(|line| line.starts_with("http://")) else {
            let status = child.wait().map_err(|error| error.to_string())?;
            let mut told = String::new();
            let read = std::fs::File::open(ground.at("server.log")).and_then(|mut log| log.read_to_string(&mut told));
            let last = read.map(|_| told.lines().last().unwrap_or_default().to_owned()).unwrap_or_default();
            return Err(format!("the server ended with {status} before it listened: {last}"));
        };
        // Whatever it prints later is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let place = url.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Self { child, place })
    }

    /// Signs somebody in.
    pub(crate) fn sign_in(&self, login: &str) -> Done<Client> {
        Client::new(&self.place).sign_in(login, PASSWORD)
    }

    /// Number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> Done {
        self.child.kill().and_then(|()| self.child.wait()).map(drop).map_err(|error| error.to_string())
    }

    /// Stops it as a service manager does, and waits for its end.
    pub(crate) fn stop(mut self) -> Done {
        let mut command = Command::new("kill");
        shell::output(command.args(["-TERM", &self.child.id().to_string()]))?;
        self.child.wait().map(drop).map_err(|error| error.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where it was stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
