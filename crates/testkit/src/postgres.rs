//! The PostgreSQL of a test process: its own, or the one of the whole run.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const INSTALL: &str = "store tests need PostgreSQL's server binaries: install Debian package postgresql-15 (apt-get install postgresql-15), \
                       or set QUDAO_PG_BIN to the folder that holds initdb and postgres";
const TEMPLATE: &str = "qudao_template";

/// Makes and runs the server until its standard input closes, which happens when the test process ends in any way, then clears up.
const KEEPER: &str = r#"
"$1/initdb" -D "$2/data" -U qudao -A trust -E UTF8 --locale=C --no-sync --no-instructions >"$2/log" 2>&1 </dev/null || touch "$2/failed"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c shared_buffers=32MB -c max_connections=200 -c autovacuum=off >>"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
# A server that is still starting ignores the signal; it is sent until it works, for 20 s at most.
tries=0
while kill -QUIT $server 2>/dev/null && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.2
done
kill -KILL $server 2>/dev/null
rm -rf "$2"
"#;

pub(crate) struct Server {
    bin: PathBuf,
    /// Its data, its socket and its log.
    pub(crate) folder: PathBuf,
    /// Its standard input is what keeps the server alive. A server of the whole run is kept by who started that.
    _keeper: Option<Child>,
}

/// A database of one test; it is gone with this.
pub(crate) struct Database {
    name: String,
    pub(crate) url: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that fails must say why itself, and whoever ends the server clears up what is left.
        if let Some(Ok(server)) = SERVER.get() {
            let _ = succeed(server.client("dropdb").args(["--force", &self.name]));
        }
    }
}

static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();

/// Creates a migrated, empty database.
pub(crate) fn fresh_database(migrate: impl Fn(&str)) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = SERVER.get_or_init(|| match std::env::var_os(crate::shared::POSTGRES) {
        Some(folder) => Ok(Server { bin: find_binaries()?, folder: PathBuf::from(folder), _keeper: None }),
        None => Server::migrated(migrate),
    });
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    match server.as_ref().map_err(Clone::clone).and_then(|server| server.create(&name, TEMPLATE).map(|()| server.url(&name))) {
        Ok(url) => Database { name, url },
        Err(message) => panic!("{message}"),
    }
}

impl Server {
    /// A server that has the migrated template.
    pub(crate) fn migrated(migrate: impl Fn(&str)) -> Result<Self, String> {
        let server = Self::start()?;
        server.create(TEMPLATE, "template0")?;
        migrate(&server.url(TEMPLATE));
        Ok(server)
    }

    fn start() -> Result<Self, String> {
        let bin = find_binaries()?;
        let owner = unprivileged()?;
        let folder = tempfile::Builder::new().prefix("qudao-pg-").tempdir().map_err(|error| error.to_string())?;
        let mut keeper = Command::new("/bin/sh");
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).map_err(|error| error.to_string())?;
            keeper.uid(uid).gid(gid);
        }
        // A process group of its own: an interrupt from the terminal ends the tests, and the keeper clears up after them.
        keeper.args(["-c", KEEPER, "keeper"]).arg(&bin).arg(folder.path()).current_dir(folder.path()).process_group(0);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let keeper = keeper.spawn().map_err(|error| error.to_string())?;
        // From here on the keeper removes the folder.
        let server = Self { bin, folder: folder.keep(), _keeper: Some(keeper) };
        server.wait_until_ready()?;
        Ok(server)
    }

    #[expect(clippy::disallowed_methods, reason = "the predicate is another process's readiness")]
    fn wait_until_ready(&self) -> Result<(), String> {
        for _ in 0..1200 {
            if self.client("pg_isready").output().is_ok_and(|output| output.status.success()) {
                return Ok(());
            }
            if self.folder.join("failed").exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL did not start. {INSTALL}. Its log:\n{log}"))
    }

    fn create(&self, name: &str, template: &str) -> Result<(), String> {
        succeed(self.client("createdb").args(["-T", template, name]))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.arg("-h").arg(&self.folder).args(["-U", "qudao"]);
        command
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://qudao@localhost/{name}?host={}", self.folder.display())
    }
}

fn find_binaries() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("QUDAO_PG_BIN") {
        return Ok(PathBuf::from(folder));
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").map_err(|_| INSTALL.to_owned())?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).ok_or_else(|| INSTALL.to_owned())
}

/// The user and group to run the server as: it refuses to run as root, so root lends it the account its package created.
fn unprivileged() -> Result<Option<(u32, u32)>, String> {
    if std::fs::metadata("/proc/self").map_err(|error| error.to_string())?.uid() != 0 {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let account = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    };
    account("postgres").or_else(|| account("nobody")).map(Some).ok_or_else(|| INSTALL.to_owned())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| format!("{}: {error}. {INSTALL}", command.get_program().display()))?;
    if status.success() {
        return Ok(());
    }
    let told = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Err(format!("{} failed ({status}): {told}", command.get_program().display()))
}
