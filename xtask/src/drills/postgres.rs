//! A PostgreSQL of a drill's own, that is stopped and started again; gone with it.

use super::ground::{make, until, wait};
use crate::shell::{self, Done};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The server.
pub(crate) struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    /// Account it runs as where we are root, which it refuses.
    owner: Option<(u32, u32)>,
    child: Option<Child>,
}

impl Postgres {
    /// Makes and starts one; `None` where its programs are not installed.
    pub(crate) fn start(folder: PathBuf) -> Done<Option<Self>> {
        let Some(bin) = binaries() else { return Ok(None) };
        make(&folder)?;
        let owner = owner()?;
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).map_err(|error| error.to_string())?;
        }
        let mut server = Self { bin, folder, owner, child: None };
        let data = server.folder.join("data");
        let mut init = server.command("initdb");
        init.args(["-U", "qudao", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions", "-D"]).arg(data);
        shell::output(&mut init)?;
        server.begin()?;
        shell::output(server.command("createdb").arg("-h").arg(&server.folder).args(["-U", "qudao", "house"]))?;
        Ok(Some(server))
    }

    /// Address of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://qudao@localhost/house?host={}", self.folder.display())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(&self.folder);
        if let Some((uid, gid)) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn begin(&mut self) -> Done {
        let mut server = self.command("postgres");
        server.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder).args(["-c", "listen_addresses="]);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(server.spawn().map_err(|error| format!("cannot start PostgreSQL: {error}"))?);
        until("PostgreSQL's start", || {
            let mut ready = self.command("pg_isready");
            ready.arg("-h").arg(&self.folder).arg("-q").status().is_ok_and(|status| status.success())
        })
    }

    /// Ends it as a crash does, and starts it again after a while.
    pub(crate) fn crash(&mut self, away: Duration) -> Done {
        if let Some(mut child) = self.child.take() {
            shell::output(Command::new("kill").args(["-QUIT", &child.id().to_string()]))?;
            child.wait().map_err(|error| error.to_string())?;
        }
        wait(away);
        self.begin()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Its data are thrown away with it.
            let _ = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }
}

fn binaries() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn owner() -> Done<Option<(u32, u32)>> {
    if shell::output(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string(Path::new("/etc/passwd")).map_err(|error| error.to_string())?;
    let account = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse::<u32>);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    };
    account("postgres").or_else(|| account("nobody")).map(Some).ok_or_else(|| "no account to run PostgreSQL as".into())
}
