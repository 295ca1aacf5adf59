//! The interpreter and the engine agree on random policies and facts, over several months, line by line.
//!
//! A pair is one random set of policies on one random world (master rows and facts), settled month by month by both. Every set is run on
//! `WORLDS` worlds. It ends after 60 seconds; `cargo xtask agree` runs longer and says how, by these variables: `QUDAO_AGREE_SECONDS` how long,
//! `QUDAO_AGREE_PAIRS` how many pairs, `QUDAO_AGREE_SEEDS` how many sets at most, `QUDAO_AGREE_SEED` the first, `QUDAO_AGREE_THREADS` how many at
//! once. The seed of a disagreement is printed, and with `QUDAO_AGREE_SHOW=1` the case cut down to what it needs.

use crate::cover::{Cover, Features};
use crate::random::{Case, Rng};
use crate::random_world::World;
use crate::reached::FEATURES;
use crate::shrink::shrunk;
use qudao_engine::settle::{MemoryInput, settle_in_memory};
use qudao_kernel::master::Master;
use qudao_kernel::{Lang, Month};
use qudao_policy::lines::{Line, Obligation, ObligationState, Outcome};
use qudao_policy::model::{Fact, PolicySet};
use qudao_settle::diff::{Rules, Terms, differences};
use qudao_settle::interp::{self, RunInput};
use qudao_settle::proof::{LineId, Subject};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Worlds each set of policies is run on.
const WORLDS: u64 = 4;
/// Disagreements after which a run stops.
const FAILURES: u64 = 20;
/// Pairs after which a run tells how far it is.
const TOLD: u64 = 50_000;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What was compared.
#[derive(Default)]
pub(crate) struct Tally {
    pairs: u64,
    runs: u64,
    rows: u64,
    /// Pairs at whose end both refused.
    refused: u64,
    /// Pairs at whose end only the engine refused, a number being beyond 128 bits.
    too_wide: u64,
}

/// What one run is given besides policies and master rows.
pub(crate) struct Given<'g> {
    pub(crate) facts: &'g [Fact],
    pub(crate) earlier: &'g [Line],
    pub(crate) obligations: &'g [Obligation],
}

/// Runs both for a month. `None` if both refuse.
pub(crate) fn both(
    set: &PolicySet,
    master: &Master,
    period: Month,
    given: &Given<'_>,
    block: usize,
    tally: &mut Tally,
) -> Result<Option<Outcome>, String> {
    let Given { facts, earlier, obligations } = *given;
    let input = RunInput { policies: set, master, period, facts, earlier_lines: earlier, obligations };
    let memory = MemoryInput { policies: set, master, period, facts, earlier_lines: earlier, obligations, partners_per_block: block };
    // A panic is a disagreement like any other: its case is cut down, too.
    let engine = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| settle_in_memory(&memory)));
    let engine = engine.map_err(|_| format!("{period}: the engine panics"))?;
    match (interp::run(&input), engine) {
        (Ok(slow), Ok(fast)) if slow == fast => {
            tally.runs += 1;
            tally.rows += (slow.lines.len() + slow.reasons.len() + slow.obligations.len()) as u64;
            Ok(Some(slow))
        }
        (Ok(slow), Ok(fast)) => {
            let missing = slow.lines.iter().find(|line| !fast.lines.contains(line));
            let proof = missing.and_then(|line| qudao_settle::proof::prove(&input, &Subject::Line(LineId::of(line))).ok());
            let proof = proof.map(|proof| qudao_settle::proof::letter(&proof, Lang::En)).unwrap_or_default();
            Err(format!("{period}:\n{}\n{proof}", difference(&slow, &fast)))
        }
        (Err(_), Err(_)) => {
            tally.refused += 1;
            Ok(None)
        }
        (Ok(_), Err(refusal)) if refusal.code == "engine.settle.overflow" => {
            tally.too_wide += 1;
            Ok(None)
        }
        (Err(refusal), Ok(_)) => Err(format!("{period}: only the interpreter refuses: {refusal}")),
        (Ok(_), Err(refusal)) => Err(format!("{period}: only the engine refuses: {refusal}")),
    }
}

/// Runs both over the months of a case; the text says what differs. Where facts come late, the first month is run again with all of them
/// before the last is settled, and what differs is posted in the last.
pub(crate) fn compare(
    case: &Case,
    world: &World,
    block: usize,
    tally: &mut Tally,
    mut seen: Option<(&mut Cover, &Features)>,
) -> Result<(), String> {
    let mut earlier: Vec<Line> = Vec::new();
    let mut obligations: Vec<Obligation> = Vec::new();
    for period in case.months.iter().copied() {
        let last = Some(&period) == case.months.last();
        if world.late && last && period > case.months[0] {
            let first = case.months[0];
            let given = Given { facts: &world.facts, earlier: &[], obligations: &[] };
            let Some(again) = both(&case.set, &world.master, first, &given, block, tally)? else { return Ok(()) };
            let new = Rules { policies: &case.set, master: &world.master };
            let terms = Terms { rerun: first, open: period, old: None, new, news: None };
            let Ok(posted) = differences(&earlier, &again, terms) else { return Ok(()) };
            if let Some((cover, _)) = &mut seen {
                cover.note("late facts");
                if !posted.is_empty() {
                    cover.note("adjustments of a closed month");
                }
            }
            earlier.extend(posted.into_iter().map(|one| one.line));
        }
        let known = if world.late && !last { world.known(period) } else { Vec::new() };
        let facts = if world.late && !last { &known } else { &world.facts };
        let given = Given { facts, earlier: &earlier, obligations: &obligations };
        let Some(outcome) = both(&case.set, &world.master, period, &given, block, tally)? else { return Ok(()) };
        if let Some((cover, features)) = &mut seen {
            cover.run(features, world, &outcome);
        }
        earlier.extend(outcome.lines);
        obligations = outcome.obligations.into_iter().filter(|row| row.state == ObligationState::Scheduled).collect();
    }
    Ok(())
}

fn only_in<T: PartialEq + std::fmt::Debug>(name: &str, a: &[T], b: &[T]) -> String {
    let missing: Vec<String> = a.iter().filter(|row| !b.contains(row)).take(4).map(|row| format!("  {row:?}")).collect();
    if missing.is_empty() { String::new() } else { format!("only in the {name}:\n{}\n", missing.join("\n")) }
}

fn difference(slow: &Outcome, fast: &Outcome) -> String {
    [
        only_in("interpreter", &slow.lines, &fast.lines),
        only_in("engine", &fast.lines, &slow.lines),
        only_in("interpreter", &slow.obligations, &fast.obligations),
        only_in("engine", &fast.obligations, &slow.obligations),
        only_in("interpreter", &slow.reasons, &fast.reasons),
        only_in("engine", &fast.reasons, &slow.reasons),
        format!("{} / {} lines, {} / {} reasons", slow.lines.len(), fast.lines.len(), slow.reasons.len(), fast.reasons.len()),
    ]
    .concat()
}

/// What the workers of a run share.
struct Shared {
    /// Seed of the next set of policies; all below have been run, or are being run.
    seed: AtomicU64,
    /// Seed at which to stop.
    beyond: u64,
    /// When to stop.
    end: Option<Instant>,
    /// Pairs after which to stop.
    wanted: u64,
    /// Pairs that agreed so far.
    agreed: AtomicU64,
    /// Disagreements so far.
    failed: AtomicU64,
}

impl Shared {
    /// The next set of policies to run; `None` if it is enough.
    fn next(&self) -> Option<u64> {
        let enough = self.end.is_some_and(|end| Instant::now() >= end)
            || self.agreed.load(Relaxed) >= self.wanted
            || self.failed.load(Relaxed) >= FAILURES;
        if enough {
            return None;
        }
        let seed = self.seed.fetch_add(1, Relaxed);
        (seed < self.beyond).then_some(seed)
    }
}

/// Runs set after set, each on its worlds.
fn work(shared: &Shared) -> (Tally, BTreeMap<String, u64>, Vec<String>) {
    let (mut tally, mut cover, mut failures) = (Tally::default(), Cover::default(), Vec::new());
    while let Some(seed) = shared.next() {
        let case = Case::new(seed);
        let features = cover.features(&case.set);
        for number in 0..WORLDS {
            let world = World::new(Rng::new(seed).next().wrapping_add(number), &case.months);
            let block = 1 + ((seed + number) % 4) as usize;
            cover.begin();
            if let Err(why) = compare(&case, &world, block, &mut tally, Some((&mut cover, &features))) {
                shared.failed.fetch_add(1, Relaxed);
                let shown = if std::env::var_os("QUDAO_AGREE_SHOW").is_some() { shrunk(&case, world, block) } else { String::new() };
                let failure = format!("QUDAO_AGREE_SEED={seed}, world {number} (QUDAO_AGREE_SHOW=1 cuts the case down):\n{why}\n{shown}");
                // A long run tells at once.
                println!("{failure}");
                failures.push(failure);
                break;
            }
            tally.pairs += 1;
            if shared.agreed.fetch_add(1, Relaxed) % TOLD == TOLD - 1 {
                println!("{} pairs agreed, at seed {seed}", shared.agreed.load(Relaxed));
            }
        }
    }
    (tally, cover.counts(), failures)
}

#[test]
fn interpreter_and_engine_agree() {
    let first = number("QUDAO_AGREE_SEED", 1);
    let seeds = number("QUDAO_AGREE_SEEDS", u64::MAX / 4);
    let wanted = number("QUDAO_AGREE_PAIRS", u64::MAX);
    // Who asks for a number of pairs gets them, however long it takes.
    let seconds = number("QUDAO_AGREE_SECONDS", if wanted == u64::MAX { 60 } else { u64::MAX });
    let begin = Instant::now();
    let shared = Shared {
        seed: AtomicU64::new(first),
        beyond: first.saturating_add(seeds),
        end: begin.checked_add(Duration::from_secs(seconds)),
        wanted,
        agreed: AtomicU64::new(0),
        failed: AtomicU64::new(0),
    };
    let (mut all, mut reached, mut failures) = (Tally::default(), BTreeMap::new(), Vec::new());
    let done: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..number("QUDAO_AGREE_THREADS", 2).max(1)).map(|_| scope.spawn(|| work(&shared))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    for (tally, counts, wrong) in done {
        all.pairs += tally.pairs;
        all.runs += tally.runs;
        all.rows += tally.rows;
        all.refused += tally.refused;
        all.too_wide += tally.too_wide;
        for (name, count) in counts {
            *reached.entry(name).or_default() += count;
        }
        failures.extend(wrong);
    }
    let reached: BTreeMap<String, u64> = reached;
    for (name, count) in &reached {
        println!("{count:9} {name}");
    }
    println!(
        "{} (policy set, facts) pairs agreed in {} s: {} months settled by both, {} lines, obligations and reasons compared; {} ended where both refuse, {} where a number left the engine's 128 bits; {} disagreed; seeds from {first} to {}",
        all.pairs,
        begin.elapsed().as_secs(),
        all.runs,
        all.rows,
        all.refused,
        all.too_wide,
        failures.len(),
        shared.seed.load(Relaxed).min(shared.beyond) - 1
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(all.rows > all.pairs, "random cases must produce something to compare");
    assert!(all.too_wide * 200 <= all.pairs, "too many random cases are beyond 128 bits to compare");
    let unknown: Vec<&String> = reached.keys().filter(|name| !FEATURES.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "cases reach what the list does not name: {unknown:?}");
    if all.pairs >= 5_000 {
        let missed: Vec<&&str> = FEATURES.iter().filter(|name| reached.get(**name).is_none_or(|count| *count == 0)).collect();
        assert!(missed.is_empty(), "in {} pairs no line was written by: {missed:?}", all.pairs);
    }
}
