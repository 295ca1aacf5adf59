//! Fuzzing with a time box: damaged copies of good inputs, a second each in the suite, longer where `QUDAO_FUZZ_SECONDS` says so. Included by the
//! tests of crates that read what people upload, by its path, because the lowest of them may not depend on anything of ours.
//!
//! An input that once broke something is kept as a file under `tests/corpus/<target>/` of its crate, and is tried first for ever after.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs between two looks at the clock.
const CASES: u32 = 32;
/// Longest one input may take, in a build without optimisation.
const LONGEST: Duration = Duration::from_secs(10);

/// Gives a reader damaged copies of the corpus, the kept ones first, for as long as the box allows. The reader panics if something is wrong.
pub(crate) fn fuzz(target: &str, folder: &Path, corpus: Vec<Vec<u8>>, words: &'static [&'static str], read: impl Fn(&[u8])) {
    // Counted where it happens: what is told below is what was read.
    let cases = Cell::new(0_u64);
    let bounded = |bytes: &[u8]| {
        let begun = Instant::now();
        read(bytes);
        assert!(begun.elapsed() < LONGEST, "{target}: {} bytes took {:?}", bytes.len(), begun.elapsed());
        cases.set(cases.get() + 1);
    };
    let kept = std::fs::read_dir(folder.join("tests/corpus").join(target)).into_iter().flatten().flatten();
    let mut seeds = corpus;
    seeds.extend(kept.map(|file| std::fs::read(file.path()).unwrap()));
    assert!(!seeds.is_empty(), "{target} has no corpus");
    for seed in &seeds {
        bounded(seed);
    }
    let limit = std::env::var("QUDAO_FUZZ_SECONDS").map_or(1, |seconds| seconds.parse().unwrap());
    let begun = Instant::now();
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let inputs = damaged(seeds, words);
    while begun.elapsed() < Duration::from_secs(limit) {
        // A runner that has had its cases runs no more of them: each round has one of its own.
        let outcome = TestRunner::new(config.clone()).run(&inputs, |bytes| {
            bounded(&bytes);
            Ok(())
        });
        if let Err(found) = outcome {
            panic!("{target}: {found}\nas text: {}", smallest(&found));
        }
    }
    println!("fuzzed {target}: {} inputs in {} s", cases.get(), begun.elapsed().as_secs());
}

/// The smallest input that breaks the reader, as far as it is text.
fn smallest(found: &proptest::test_runner::TestError<Vec<u8>>) -> String {
    match found {
        proptest::test_runner::TestError::Fail(_, bytes) => String::from_utf8_lossy(bytes).into_owned(),
        proptest::test_runner::TestError::Abort(_) => String::new(),
    }
}

/// One thing done to an input.
#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Cut(Index, usize),
    Move(Index, usize, Index),
    Repeat(Index, usize, u8),
    Word(Index, Index),
    Bytes(Index, Vec<u8>),
    End(Index),
    Join(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, with)| Damage::Flip(at, with)),
        2 => (at(), 1_usize..60).prop_map(|(at, length)| Damage::Cut(at, length)),
        2 => (at(), 1_usize..60, at()).prop_map(|(at, length, to)| Damage::Move(at, length, to)),
        1 => (at(), 1_usize..20, 2_u8..40).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        4 => (at(), at()).prop_map(|(at, which)| Damage::Word(at, which)),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..12)).prop_map(|(at, bytes)| Damage::Bytes(at, bytes)),
        1 => at().prop_map(Damage::End),
        1 => (at(), at()).prop_map(|(at, which)| Damage::Join(at, which)),
    ]
}

/// Copies of the seeds with up to six things done to each.
fn damaged(seeds: Vec<Vec<u8>>, words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    (any::<Index>(), prop::collection::vec(damage(), 0..6)).prop_map(move |(which, all)| {
        let mut bytes = which.get(&seeds).clone();
        for one in all {
            apply(&mut bytes, &one, &seeds, words);
        }
        bytes
    })
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage, seeds: &[Vec<u8>], words: &[&str]) {
    // One more than there are bytes, so that an end and an empty input have a place too.
    let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
    match damage {
        Damage::Flip(at, with) => {
            let at = place(at, bytes);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= with;
            }
        }
        Damage::Cut(at, length) => {
            let at = place(at, bytes);
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Damage::Move(at, length, to) => {
            let at = place(at, bytes);
            let piece: Vec<u8> = bytes.drain(at..(at + length).min(bytes.len())).collect();
            let to = place(to, bytes);
            bytes.splice(to..to, piece);
        }
        Damage::Repeat(at, length, times) => {
            let at = place(at, bytes);
            let piece = bytes[at..(at + length).min(bytes.len())].repeat(usize::from(*times));
            bytes.splice(at..at, piece);
        }
        Damage::Word(at, which) => {
            let at = place(at, bytes);
            bytes.splice(at..at, which.get(words).bytes());
        }
        Damage::Bytes(at, new) => {
            let at = place(at, bytes);
            bytes.splice(at..at, new.iter().copied());
        }
        Damage::End(at) => bytes.truncate(place(at, bytes)),
        Damage::Join(at, which) => {
            let at = place(at, bytes);
            let other = which.get(seeds);
            bytes.splice(at.., other[other.len() / 2..].iter().copied());
        }
    }
}

/// Files of a folder of the repository and of those below it, with one of these endings.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|end| end == ending) {
            found.push(std::fs::read(path).unwrap());
        }
    }
    found
}
