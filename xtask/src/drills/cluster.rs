//! Workers of a settlement run lost at any moment, and now and then the coordinator with them.

use super::ground::{Ground, make, said, text, until, wait, words};
use super::settlement::{left, settle, world};
use super::{Drill, Outcome};
use crate::shell::Done;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

pub(super) const DRILL: Drill = Drill {
    name: "worker-loss",
    holds_when: "runs on two workers, each with one killed at a random moment and some with the coordinator killed too, leave the files, sums and postings of a run without workers",
    run,
};

/// Runs, each with a kill.
const RUNS: u32 = 20;
/// In so many runs the coordinator is killed once.
const ALSO_COORDINATOR: u32 = 4;
/// Rows of a range: a county has few partners, and each shall be one.
const RANGE_ROWS: &str = "1";

/// A process that does not outlive the drill.
struct Held(Child);

impl Held {
    fn start(ground: &Ground, args: &[&str]) -> Done<Self> {
        let mut command = ground.qudao(args);
        command.env("QUDAO_CLUSTER_SECRET", "a secret of the drill");
        command.spawn().map(Self).map_err(|error| format!("cannot start {}: {error}", ground.program.display()))
    }

    fn kill(&mut self) -> Done {
        self.0.kill().and_then(|()| self.0.wait()).map(drop).map_err(|error| error.to_string())
    }

    /// Waits for its good end.
    fn ended(mut self) -> Done {
        let mut ended = None;
        until("the end of a run on workers", || {
            ended = self.0.try_wait().ok().flatten();
            ended.is_some()
        })?;
        if ended.is_some_and(|status| status.success()) {
            return Ok(());
        }
        let mut told = Vec::new();
        if let Some(errors) = &mut self.0.stderr {
            std::io::Read::read_to_end(errors, &mut told).map_err(|error| error.to_string())?;
        }
        let status = self.0.wait().map_err(|error| error.to_string())?;
        Err(said(&std::process::Output { status, stdout: Vec::new(), stderr: told }))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It has ended already where it was waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A run of the county's July.
struct Run<'a> {
    ground: &'a Ground,
    args: Vec<String>,
    out: PathBuf,
}

impl Run<'_> {
    fn start(&self, address: &str) -> Done<Held> {
        let mut args = words(&self.args);
        args.extend(["--cluster", address, "--lease", "1"]);
        Held::start(self.ground, &args)
    }

    /// Where it listens, once it does.
    fn address(&self) -> Done<String> {
        let file = self.out.join(".cluster/address");
        until("a coordinator that listens", || file.is_file())?;
        std::fs::read_to_string(&file).map_err(|error| error.to_string())
    }

    fn worker(&self, address: &str, name: &str) -> Done<Held> {
        Held::start(self.ground, &["worker", &format!("http://{address}"), "--threads", "1", "--patience", "30", "--name", name])
    }
}

fn run(ground: &Ground) -> Done<Outcome> {
    let world = world(ground)?;
    let june = text(&ground.at("june"));
    let place = |name: &str| (ground.at(name).join("july"), ground.at(name).join("ledger"));
    let month = |name: &str| -> Done<Run<'_>> {
        make(&ground.at(name))?;
        let (out, ledger) = place(name);
        let ledger = text(&ledger);
        let more = ["--previous", &june, "--ledger", &ledger, "--range-rows", RANGE_ROWS];
        Ok(Run { ground, args: settle(&world, "2026-07", &text(&out), &more), out })
    };
    let alone = month("alone")?;
    ground.well(&words(&alone.args))?;
    let found = |name: &str| {
        let (out, ledger) = place(name);
        left(ground, &out, &ledger)
    };
    let expected = found("alone")?;

    // How long it takes when nobody is killed; workers that have started are there for all that follows.
    let calm = month("calm")?;
    let begun = Instant::now();
    let coordinator = calm.start("127.0.0.1:0")?;
    let address = calm.address()?;
    let workers = [calm.worker(&address, "a")?, calm.worker(&address, "b")?];
    coordinator.ended()?;
    let whole = begun.elapsed();
    drop(workers);
    if found("calm")? != expected {
        return Ok(Outcome::Broke("a run on two workers that nobody disturbed differs".to_owned()));
    }

    let runs = RUNS.min(ground.points);
    let mut coordinators = 0;
    for number in 0..runs {
        let name = format!("run-{number}");
        let run = month(&name)?;
        let mut coordinator = run.start("127.0.0.1:0")?;
        let address = run.address()?;
        let mut victim = run.worker(&address, "victim")?;
        let other = run.worker(&address, "other")?;
        let first = ground.moment(whole);
        wait(first);
        victim.kill()?;
        if number.is_multiple_of((runs / ALSO_COORDINATOR).max(1)) {
            wait(ground.moment(whole.saturating_sub(first).max(Duration::from_millis(1))));
            coordinator.kill()?;
            coordinator = run.start(&address)?;
            coordinators += 1;
        }
        coordinator.ended()?;
        drop(other);
        let left = found(&name)?;
        if left != expected {
            let first = left.iter().zip(&expected).find(|(one, other)| one != other);
            return Ok(Outcome::Broke(format!("run {number} after a kill differs: {first:?}")));
        }
        std::fs::remove_dir_all(ground.at(&name)).map_err(|error| error.to_string())?;
    }
    Ok(Outcome::Held(format!(
        "{runs} runs of {:.1} s on two workers, a worker killed in each, the coordinator killed and begun again in {coordinators}; files and postings equal",
        whole.as_secs_f32()
    )))
}
