//! Imports in a process of their own, which can be killed and measured. The process is this test binary, told by its environment to be it.

use super::*;
use qudao_kernel::facts::Table::BusinessEvent;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STORE: &str = "QUDAO_DRILL_STORE";
const FILES: &str = "QUDAO_DRILL_FILES";
/// How many kills the drill makes; a handful where absent.
const POINTS: &str = "QUDAO_KILL_POINTS";

/// Starts a process that imports the files one after the other, and prints what came of each.
fn start(store: &Path, files: &[PathBuf]) -> Child {
    start_with(store, files, &[])
}

/// The same with more of an environment.
pub(super) fn start_with(store: &Path, files: &[PathBuf], environment: &[(&str, &str)]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "facts::tests::drill::child", "--nocapture"])
        .env(STORE, store)
        .env(FILES, std::env::join_paths(files).unwrap());
    command.envs(environment.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Lets a process end; what it printed, a line for each file: outcome, and its greatest memory so far in KiB.
pub(super) fn finish(mut child: Child) -> Vec<(String, u64)> {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    let told = text.lines().filter_map(|line| line.split_once("drill: "));
    told.map(|(_, told)| told.rsplit_once(' ').unwrap()).map(|(outcome, peak)| (outcome.to_owned(), peak.parse().unwrap())).collect()
}

/// The process; without its environment there is nothing to do.
#[test]
fn child() {
    let (Some(store), Some(files)) = (std::env::var_os(STORE), std::env::var_os(FILES)) else { return };
    let (store, desk) = (FactStore::open(store.to_str().unwrap()).unwrap(), Desk::new());
    for file in std::env::split_paths(&files) {
        let outcome = match store.import(&ImportJob::new(BusinessEvent, file, "2026-08-01".parse().unwrap()), &desk.master, &|_| ()) {
            Ok(report) => format!("{:?} {}", report.outcome, report.received),
            Err(refusal) => refusal.code.to_owned(),
        };
        println!("drill: {outcome} {}", peak());
    }
}

/// Greatest memory of this process, in KiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).map_or(0, |number| number.parse().unwrap())
}

/// Ids of one of the files of the drill: a third of them comes again in the next.
fn ids(part: usize) -> impl Iterator<Item = String> {
    (part * 2_000..part * 2_000 + 3_000).map(|number| format!("E{:07}", number * 7_919 % 1_000_000))
}

fn parts(desk: &Desk) -> Vec<PathBuf> {
    let part = |part: usize| {
        let mut rows = String::new();
        for id in ids(part) {
            let _ = writeln!(rows, "{id},recharge,2026-0{}-01,,O1,,,30,", 6 + id.as_bytes()[7] % 2);
        }
        desk.file(&format!("part-{part}.csv"), events(&rows))
    };
    (0..5).map(part).collect()
}

/// Every batch is there whole or not at all, and no row twice; the files that landed.
fn sound(store: &Path) -> usize {
    let store = FactStore::open(store.to_str().unwrap()).unwrap();
    let snapshot = store.latest().unwrap();
    let mut wanted = BTreeSet::new();
    for batch in &snapshot.batches {
        let rows: u64 = snapshot.files.iter().filter(|file| file.batch == batch.batch).map(|file| file.rows).sum();
        assert_eq!((batch.received, batch.accepted + batch.rejected, rows), (3_000, 3_000, batch.accepted));
        wanted.extend(ids(batch.file["part-".len()..].trim_end_matches(".csv").parse().unwrap()));
    }
    let facts = store.facts(&snapshot, BusinessEvent, &Wanted::default()).unwrap();
    let found: BTreeSet<String> = facts.iter().map(|fact| text(fact, Col::EventId).to_owned()).collect();
    assert_eq!((facts.len(), &found), (found.len(), &wanted), "lost or doubled");
    snapshot.batches.len()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a drill kills at a moment that nothing announces")]
fn imports_killed_at_any_moment_lose_and_double_nothing() {
    // R0.14: kill -9, start again, and every row is there once
    let points: u32 = std::env::var(POINTS).map_or(6, |points| points.parse().unwrap());
    let desk = Desk::new();
    let files = parts(&desk);
    let begun = Instant::now();
    assert_eq!(finish(start(&desk.folder.path().join("undisturbed"), &files)).len(), 5);
    let whole = begun.elapsed();
    assert_eq!(sound(&desk.folder.path().join("undisturbed")), 5);
    let mut chance = u64::from(std::process::id()) | 1;
    let mut random = |below: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % below
    };
    let (mut kills, mut midway, mut round) = (0, 0, 0);
    while kills < points {
        let store = desk.folder.path().join(format!("round-{round}"));
        round += 1;
        while kills < points {
            let mut child = start(&store, &files);
            std::thread::sleep(Duration::from_micros(random(whole.as_micros() as u64)));
            if child.try_wait().unwrap().is_some() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            let there = sound(&store);
            midway += u32::from(there < 5);
        }
        // Started again and left alone, it ends as if nothing had happened; what the dead left behind can be swept.
        finish(start(&store, &files));
        assert_eq!(sound(&store), 5);
        FactStore::open(store.to_str().unwrap()).unwrap().sweep(i64::MAX).unwrap();
        assert_eq!(sound(&store), 5);
    }
    println!("{kills} kills, {midway} before the last file was in, {round} stores");
}

#[test]
fn a_gigabyte_without_an_end_takes_no_gigabyte() {
    // 1 GB of one line: as a row, within quotes, as the header. Sparse files cost no disk.
    let desk = Desk::new();
    let files: Vec<PathBuf> =
        [("row", HEADER.to_owned() + "E1"), ("quoted", HEADER.to_owned() + "\"E1"), ("header", "event_id".to_owned())]
            .map(|(name, begin)| {
                let path = desk.file(
                    &format!("{name}.csv"),
                    begin.into_bytes().into_iter().chain(std::iter::repeat_n(b'x', 1 << 21)).collect::<Vec<u8>>(),
                );
                let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_len(1 << 30).unwrap();
                path
            })
            .into();
    for (outcome, peak) in finish(start(&desk.folder.path().join("store"), &files)) {
        assert_eq!(outcome, "sheet.record.long");
        assert!(peak < 256 << 10, "{peak} KiB");
    }
}

#[test]
fn the_memory_of_an_import_does_not_grow_with_the_file() {
    // With QUDAO_IMPORT_ROWS=1000000,3000000 the sizes are those; then the figures are worth printing.
    let sizes = std::env::var("QUDAO_IMPORT_ROWS").unwrap_or_else(|_| "50000,200000".into());
    let desk = Desk::new();
    let mut peaks = Vec::new();
    for rows in sizes.split(',').map(|rows| rows.parse::<usize>().unwrap()) {
        let path = desk.folder.path().join(format!("rows-{rows}.csv"));
        let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
        file.write_all(HEADER.as_bytes()).unwrap();
        for number in 0..rows {
            let (month, day) = (6 + number % 2, number % 28 + 1);
            writeln!(file, "E{:010},recharge,2026-0{month}-{day:02},,O{},,,{}.50,1", number * 7_919, number % 3, number % 300).unwrap();
        }
        drop(file);
        let begun = Instant::now();
        let told = finish(start(&desk.folder.path().join(format!("store-{rows}")), &[path]));
        println!("{rows} rows: {} KiB, {:.1} s", told[0].1, begun.elapsed().as_secs_f64());
        assert_eq!(told[0].0, format!("Landed(1) {rows}"));
        peaks.push(told[0].1);
    }
    // What is held is bounded by constants: about 200 MiB of rows, the groups being written, one file.
    assert!(peaks.iter().all(|peak| *peak < 1 << 20), "{peaks:?} KiB");
}
