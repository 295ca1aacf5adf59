//! Postings killed in the middle: no entry is lost, none is there twice.

use super::ground::{Ground, make, text, wait, words};
use super::settlement::{left, settle, world};
use super::{Drill, Outcome};
use crate::shell::Done;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

pub(super) const DRILL: Drill = Drill {
    name: "kill-posting",
    holds_when: "runs killed once the first line stands in the ledger, and begun again, leave the ledger of an undisturbed run",
    run,
};

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |data| data.len())
}

/// Waits until the run has begun to post or has ended; whether it has begun.
fn begun(child: &mut Child, ledger: &Path, before: u64) -> Done<bool> {
    loop {
        if length(ledger) > before {
            return Ok(true);
        }
        if child.try_wait().map_err(|error| error.to_string())?.is_some() {
            return Ok(false);
        }
        wait(Duration::from_micros(200));
    }
}

fn run(ground: &Ground) -> Done<Outcome> {
    let world = world(ground)?;
    let june = text(&ground.at("june"));
    let args = |name: &str| {
        let at = ground.at(name);
        let (out, ledger) = (text(&at.join("july")), text(&at.join("ledger")));
        settle(&world, "2026-07", &out, &["--previous", &june, "--ledger", &ledger])
    };
    make(&ground.at("undisturbed"))?;
    let undisturbed = args("undisturbed");
    let start = Instant::now();
    let mut child = ground.start(&words(&undisturbed))?;
    begun(&mut child, &ground.at("undisturbed/ledger"), 0)?;
    let since = Instant::now();
    if !child.wait().map_err(|error| error.to_string())?.success() {
        return Err("the undisturbed run failed".into());
    }
    let (rest, whole) = (since.elapsed(), start.elapsed());
    let expected = left(ground, &ground.at("undisturbed/july"), &ground.at("undisturbed/ledger"))?;
    let (mut kills, mut cut, mut rounds) = (0, 0, 0);
    while kills < ground.points && rounds < ground.points * 3 {
        let at = ground.at(&format!("round-{rounds}"));
        make(&at)?;
        let args = args(&format!("round-{rounds}"));
        rounds += 1;
        let ledger = at.join("ledger");
        // The first kill comes among the postings, the second at any moment of the run that takes up what the first one left.
        for among in [true, false] {
            let mut child = ground.start(&words(&args))?;
            if among {
                begun(&mut child, &ledger, 0)?;
            }
            wait(ground.moment(if among { rest } else { whole }));
            // One that has ended by itself was not killed.
            if child.try_wait().map_err(|error| error.to_string())?.is_none() {
                child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
                kills += 1;
                cut += u32::from(among && !at.join("july/summary.json").exists());
            }
        }
        ground.well(&words(&args))?;
        let found = left(ground, &at.join("july"), &ledger)?;
        if found != expected {
            let first = found.iter().zip(&expected).find(|(one, other)| one != other);
            return Ok(Outcome::Broke(format!("after {kills} kills the ledger differs: {first:?}")));
        }
        std::fs::remove_dir_all(&at).map_err(|error| error.to_string())?;
    }
    Ok(Outcome::Held(format!(
        "{kills} kills in {rounds} runs, {cut} of them after the first line stood in the ledger and before the run's end, a window of {} ms",
        rest.as_millis()
    )))
}
