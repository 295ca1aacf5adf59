//! The databases of a run of tests: one PostgreSQL and one migrated file for all test processes.

use crate::shell::{self, Done};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Keeps them until it is let go.
pub(crate) struct Stores {
    child: Child,
    /// Environment variables the tests find them by.
    pub(crate) variables: Vec<(String, String)>,
}

impl Stores {
    /// Starts what the test binaries were built with.
    pub(crate) fn start() -> Done<Self> {
        let mut command = Command::new(shell::target_dir().join("debug/test-stores"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot start the tests' databases: {error}"))?;
        let out = child.stdout.take().ok_or("the tests' databases have no output")?;
        let lines = BufReader::new(out).lines().map_while(Result::ok).take(2);
        let variables: Vec<(String, String)> =
            lines.filter_map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))).collect();
        if variables.len() < 2 {
            let status = child.wait().map_err(|error| error.to_string())?;
            return Err(format!("the tests' databases ended with {status}; the reason is above"));
        }
        Ok(Self { child, variables })
    }
}

impl Drop for Stores {
    fn drop(&mut self) {
        // Its closed input ends it; an error of waiting changes nothing any more.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
