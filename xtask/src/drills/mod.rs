//! `cargo xtask drills`: what an operator fears, done on purpose to a small demo house, and what is left of it.
//!
//! A drill is a file of its own with one function: it gets a [`Ground`] to work on and gives an [`Outcome`]. Nothing of it touches anything but the
//! ground's own folder, processes it started, and a PostgreSQL of its own.

mod backup;
mod clock;
mod cluster;
mod database;
mod disk;
mod fuzz;
mod ground;
mod http;
mod import;
mod kill;
mod payment;
mod postgres;
mod posting;
mod report;
mod settlement;
mod store;
mod two;
mod upload;

use crate::setup;
use crate::shell::{self, Done, cargo, step};
use ground::Ground;
use std::path::PathBuf;
use std::time::Instant;

/// Kills where nothing else is said.
const POINTS: u32 = 200;
/// Drills that share the kills.
const KILLED: u32 = 5;

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It held; what was counted.
    Held(String),
    /// It did not; what was lost, doubled or unclear.
    Broke(String),
    /// It could not be tried here, and why.
    Skipped(String),
}

/// Something to be done to a house.
pub(crate) struct Drill {
    /// Name, for the command line and the table.
    pub(crate) name: &'static str,
    /// When it holds.
    pub(crate) holds_when: &'static str,
    /// Does it. An error is one of the drill itself, and counts as not held.
    pub(crate) run: fn(&Ground) -> Done<Outcome>,
}

/// All of them, in the order of the table.
static DRILLS: [Drill; 13] = [
    import::DRILL,
    settlement::DRILL,
    posting::DRILL,
    payment::DRILL,
    upload::DRILL,
    two::DRILL,
    disk::DRILL,
    database::DRILL,
    store::DRILL,
    cluster::DRILL,
    clock::DRILL,
    backup::DRILL,
    fuzz::DRILL,
];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    names: Vec<String>,
    points: u32,
    seed: u64,
    /// A program that is there already; built where absent.
    program: Option<PathBuf>,
    /// Print only.
    dry: bool,
}

fn read(args: &[&str]) -> Done<Asked> {
    let mut asked = Asked { names: Vec::new(), points: POINTS, seed: ground::seed(), program: None, dry: false };
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|text| text.parse::<u64>().ok()).ok_or(format!("{word} takes a whole number"));
        match *word {
            "--points" => asked.points = u32::try_from(number()?).map_err(|_| "too many points")?,
            "--seed" => asked.seed = number()?,
            "--qudao" => asked.program = Some(words.next().ok_or("--qudao takes the path of a program")?.into()),
            "--dry" => asked.dry = true,
            name if DRILLS.iter().any(|drill| drill.name == name) => asked.names.push(name.to_owned()),
            other => {
                let names: Vec<&str> = DRILLS.iter().map(|drill| drill.name).collect();
                return Err(format!(
                    "no drill `{other}`; there are {}; options: --points N, --seed N, --qudao PROGRAM, --dry",
                    names.join(", ")
                ));
            }
        }
    }
    Ok(asked)
}

/// Runs the drills that are named, or all, and writes what came of them into `bench/DRILLS.md`.
pub(crate) fn run(args: &[&str]) -> Done {
    let asked = read(args)?;
    let program = match &asked.program {
        Some(program) => program.canonicalize().map_err(|error| format!("{}: {error}", program.display()))?,
        None => build()?,
    };
    println!("seed {}", asked.seed);
    let mut rows = Vec::new();
    for drill in DRILLS.iter().filter(|drill| asked.names.is_empty() || asked.names.iter().any(|name| name == drill.name)) {
        println!("── {}: holds when {}", drill.name, drill.holds_when);
        let begun = Instant::now();
        let outcome = Ground::new(drill.name, &program, (asked.points / KILLED).max(1), asked.seed)
            .and_then(|ground| (drill.run)(&ground))
            .unwrap_or_else(|why| Outcome::Broke(format!("the drill itself failed: {why}")));
        let seconds = begun.elapsed().as_secs();
        println!("── {}: {outcome:?} in {seconds} s", drill.name);
        rows.push(report::Row { drill, outcome, seconds, seed: asked.seed });
    }
    let broken: Vec<&str> = rows.iter().filter(|row| matches!(row.outcome, Outcome::Broke(_))).map(|row| row.drill.name).collect();
    if !asked.dry {
        report::write(&rows, &DRILLS, &program)?;
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("did not hold: {}; the reasons are above", broken.join(", "))) }
}

fn build() -> Done<PathBuf> {
    setup::own_target()?;
    step("build", || shell::run(&mut cargo(&["build", "--locked", "-p", "qudao", "--bin", "qudao"]), "correct what the compiler names"))?;
    Ok(shell::target_dir().join("debug/qudao"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drills_have_names_of_their_own_and_words_are_read() {
        for (at, drill) in DRILLS.iter().enumerate() {
            assert!(DRILLS[..at].iter().all(|other| other.name != drill.name), "{}", drill.name);
        }
        let asked = read(&["kill-import", "--points", "10", "--seed", "7", "--dry"]).unwrap();
        assert_eq!((asked.names, asked.points, asked.seed, asked.dry), (vec!["kill-import".to_owned()], 10, 7, true));
        assert!(read(&["--points", "many"]).unwrap_err().contains("whole number"));
        assert!(read(&["flood"]).unwrap_err().contains("kill-payment"));
    }
}
