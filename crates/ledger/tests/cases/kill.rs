//! Postings in a process of their own that is killed at any moment: on both databases and in a file. The process is this test binary, told
//! by its environment to be it.

use crate::common::{ENTITY, day, group, month, open, sound, standing};
use qudao_ledger::AccountKind::{CommissionExpense, Payable};
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Run, post_chunk};
use qudao_platform::db::Db;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, block_on, on_both};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

on_both!(postings_killed_at_any_moment_are_resumed);

const PLACE: &str = "QUDAO_DRILL_LEDGER";
/// How many kills a drill makes; a handful where absent.
const POINTS: &str = "QUDAO_KILL_POINTS";
/// Owners paid by a run; each is a chunk of its own.
const OWNERS: u32 = 40;
/// What each is paid.
const FEN: i64 = 700;

fn run(name: &str) -> Run {
    Run { entity: ENTITY.into(), name: name.into(), date: day("2026-07-31"), about: month("2026-07"), reason: "七月结算".into() }
}

fn owner(number: u32) -> String {
    format!("P{number:03}")
}

/// Starts a process that posts the run of this name to a database address or a ledger file.
fn start(place: &str, name: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kill::child"]).env(PLACE, format!("{place} {name}"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The process; without its environment there is nothing to do.
#[test]
fn child() {
    let Ok(told) = std::env::var(PLACE) else { return };
    let (place, name) = told.rsplit_once(' ').unwrap();
    if !place.contains(':') {
        return post_to_file(Path::new(place), name);
    }
    block_on(async {
        let (db, run) = (Db::open(place).await.unwrap(), run(name));
        for number in 0..OWNERS {
            write_tx!(db, |tx| post_chunk(tx, &run, number, group(&owner(number), 100, FEN / 100)).await).unwrap().into_inner();
        }
        db.close().await;
    });
}

fn post_to_file(path: &Path, name: &str) {
    let (mut ledger, run) = (FileLedger::open(path).unwrap(), run(name));
    for number in 0..OWNERS {
        ledger.post(&run.chunk(number, group(&owner(number), 100, FEN / 100))).unwrap().into_inner();
    }
}

/// Numbers below a bound, other ones every time.
fn chance() -> impl FnMut(u128) -> u64 {
    let mut state = u64::from(std::process::id()) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below.max(1) as u64
    }
}

/// Kills processes that post until there were enough, each at another moment, and starts a new run whenever one has ended. `begin` makes the
/// place of a run and gives its address, `check` looks at what is there after each kill, and at the whole after the last start.
#[expect(clippy::disallowed_methods, reason = "a drill kills at a moment that nothing announces")]
async fn drill(mut begin: impl AsyncFnMut(usize) -> (String, String), mut check: impl AsyncFnMut(bool)) {
    let points: u32 = std::env::var(POINTS).map_or(4, |points| points.parse().unwrap());
    let (place, name) = begin(0).await;
    let begun = Instant::now();
    assert!(start(&place, &name).wait().unwrap().success());
    let whole = begun.elapsed();
    check(true).await;
    let (mut random, mut kills) = (chance(), 0);
    for round in 1.. {
        let (place, name) = begin(round).await;
        while kills < points {
            let mut child = start(&place, &name);
            std::thread::sleep(Duration::from_micros(random(whole.as_micros())));
            if child.try_wait().unwrap().is_some() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            check(false).await;
        }
        assert!(start(&place, &name).wait().unwrap().success());
        check(true).await;
        if kills >= points {
            return;
        }
    }
}

async fn postings_killed_at_any_moment_are_resumed(db: TestDb) {
    // R1.40: kill -9, start again, and every entry is there once
    open(&db, "2026-07").await;
    let (runs, url) = (std::cell::Cell::new(0), db.url().to_owned());
    let begin = async |round: usize| {
        runs.set(round as i64 + 1);
        (url.clone(), format!("2026-07/{round}"))
    };
    let check = async |whole: bool| {
        sound(&db).await;
        // A chunk is posted whole or not at all, and the run before this one is there already.
        let mut sum = 0;
        for number in 0..OWNERS {
            let stands = standing(&db, &owner(number), Payable).await;
            let rest = runs.get() * FEN - stands;
            assert!(rest == 0 || (rest == FEN && !whole), "{number}: {stands}");
            sum += stands;
        }
        assert_eq!(standing(&db, ENTITY, CommissionExpense).await, sum);
    };
    drill(begin, check).await;
}

#[test]
fn a_ledger_file_survives_kills_at_any_moment() {
    // R1.40: a line torn by the kill is cut off, and its chunk is posted again
    let folder = tempfile::tempdir().unwrap();
    let file = std::cell::RefCell::new(PathBuf::new());
    let begin = async |round: usize| {
        let path = folder.path().join(format!("ledger-{round}.jsonl"));
        FileLedger::open(&path).unwrap().open_period(ENTITY, month("2026-07")).unwrap().into_inner();
        file.replace(path.clone());
        (path.to_str().unwrap().to_owned(), "2026-07/1".to_owned())
    };
    let check = async |whole: bool| {
        let path = file.borrow().clone();
        let ledger = FileLedger::open(&path).unwrap();
        let balances: Vec<i64> = (0..OWNERS).map(|number| -ledger.book().balance(ENTITY, &owner(number), Payable)).collect();
        assert!(balances.iter().all(|stands| *stands == FEN || (*stands == 0 && !whole)), "{balances:?}");
        assert_eq!(ledger.book().balance(ENTITY, ENTITY, CommissionExpense), balances.iter().sum::<i64>());
    };
    block_on(drill(begin, check));
}
