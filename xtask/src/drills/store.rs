//! An object store that cannot be reached, or hangs up in the middle of everything.

use super::ground::{Ground, said, tables, text};
use super::{Drill, Outcome};
use crate::shell::Done;
use std::net::{Shutdown, TcpListener};
use std::process::Output;
use std::time::Instant;

pub(super) const DRILL: Drill = Drill {
    name: "store-unreachable",
    holds_when: "an import into, and a run from, an object store that is not there or hangs up end with exit code 5 and a reason, and leave nothing",
    run,
};

/// Longest a command may go on trying, s.
const PATIENCE: u64 = 600;

fn run(ground: &Ground) -> Done<Outcome> {
    let world = text(&ground.at("world"));
    ground.well(&["generate", "--scale", "county", "--months", "2026-07", "--as", "raw", "--out", &world])?;
    let file = tables(&ground.at("world/raw"))?.into_iter().next().ok_or("no raw file was made")?;
    let master = format!("{world}/master");
    // A port nobody listens on: it was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(|error| error.to_string())?;
    let hanging = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let at = hanging.local_addr().map_err(|error| error.to_string())?;
    std::thread::spawn(move || {
        for link in hanging.incoming().flatten() {
            // It may have gone already.
            let _ = link.shutdown(Shutdown::Both);
        }
    });
    let import = ["import", "--store", "s3://bucket/facts", "--master", &master, "--day", "2026-08-15", "--accept-partial", &file];
    let settle = ["settle", "--policies", "definitions/policies/demo", "--facts", "s3://bucket/facts", "--master", &master];
    let outs = [ground.at("from-nobody"), ground.at("from-who-hangs-up")];
    let begun = Instant::now();
    let mut children = Vec::new();
    for (endpoint, out) in [free, at].iter().zip(&outs) {
        let to = text(out);
        let settle = [&settle[..], &["--period", "2026-07", "--out", &to]].concat();
        for (what, words) in [("import", &import[..]), ("settle", &settle[..])] {
            let mut command = ground.qudao(words);
            command.env("AWS_ENDPOINT", format!("http://{endpoint}")).env("AWS_REGION", "us-east-1");
            command.env("AWS_ACCESS_KEY_ID", "drill").env("AWS_SECRET_ACCESS_KEY", "drill");
            children.push((what, command.spawn().map_err(|error| error.to_string())?));
        }
    }
    let mut reason = String::new();
    for (what, child) in children {
        let done: Output = child.wait_with_output().map_err(|error| error.to_string())?;
        if done.status.code() != Some(5) {
            return Ok(Outcome::Broke(format!("{what} ended with {}: {}", done.status, said(&done))));
        }
        reason = said(&done);
    }
    let seconds = begun.elapsed().as_secs();
    if seconds > PATIENCE || outs.iter().any(|out| out.join("summary.json").exists()) {
        return Ok(Outcome::Broke(format!("it took {seconds} s to say so, or results were left")));
    }
    let code = reason.rsplit('[').next().unwrap_or_default().trim_end_matches(']').to_owned();
    Ok(Outcome::Held(format!("two imports and two runs refused within {seconds} s, with {code}")))
}
