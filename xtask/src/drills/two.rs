//! Two of everything at once: the second is told, nothing is overwritten or doubled.

use super::ground::{Ground, Server, copy, make, said, tables, text, words};
use super::http::{Answer, Client};
use super::settlement::{left, settle, world};
use super::{Drill, Outcome, import, payment};
use crate::shell::Done;
use serde_json::{Value, json};

pub(super) const DRILL: Drill = Drill {
    name: "two",
    holds_when: "of two imports of a file, two runs of a month, two decisions on a version, two batches over the same statements one counts, and the other is told",
    run,
};

fn run(ground: &Ground) -> Done<Outcome> {
    let mut told = Vec::new();
    for part in [imports, runs, people] {
        match part(ground)? {
            Ok(what) => told.push(what),
            Err(why) => return Ok(Outcome::Broke(why)),
        }
    }
    Ok(Outcome::Held(told.join("; ")))
}

/// One file, two imports at the same moment.
fn imports(ground: &Ground) -> Done<Result<String, String>> {
    let raw = text(&ground.at("raw"));
    ground.well(&["generate", "--scale", "county", "--months", "2026-07", "--as", "raw", "--out", &raw])?;
    let files = tables(&ground.at("raw/raw"))?;
    let file = files.first().ok_or("no raw file was made")?;
    let master = format!("{raw}/master");
    let args = |store: &str| -> Vec<String> {
        let words = ["import", "--store", store, "--master", &master, "--day", "2026-08-15", "--accept-partial", file];
        words.iter().map(|word| (*word).to_owned()).collect()
    };
    let alone = ground.at("alone");
    ground.well(&words(&args(&text(&alone))))?;
    let expected = import::held(&alone)?;
    let both = ground.at("both");
    let args = args(&text(&both));
    let first = ground.start(&words(&args))?;
    let second = ground.start(&words(&args))?;
    let outcomes = [first, second].map(|child| child.wait_with_output().map_err(|error| error.to_string()));
    let [first, second] = outcomes;
    let (first, second) = (first?, second?);
    let found = import::held(&both)?;
    if found != expected {
        return Ok(Err(format!("two imports of one file hold {found:?} instead of {expected:?}")));
    }
    let codes = [first.status.code(), second.status.code()];
    Ok(Ok(format!("two imports: rows once, exit codes {codes:?}{}", if codes == [Some(0); 2] { ", the second accepted none" } else { "" })))
}

/// One month, two runs into the same folder and ledger at the same moment.
fn runs(ground: &Ground) -> Done<Result<String, String>> {
    let world = world(ground)?;
    let june = text(&ground.at("june"));
    let args = |name: &str| {
        let at = ground.at(name);
        settle(&world, "2026-07", &text(&at.join("july")), &["--previous", &june, "--ledger", &text(&at.join("ledger"))])
    };
    for name in ["run-alone", "run-both"] {
        make(&ground.at(name))?;
    }
    ground.well(&words(&args("run-alone")))?;
    let expected = left(ground, &ground.at("run-alone/july"), &ground.at("run-alone/ledger"))?;
    let both = args("run-both");
    let children = [ground.start(&words(&both))?, ground.start(&words(&both))?];
    let mut codes = Vec::new();
    let mut why = String::new();
    for child in children {
        let done = child.wait_with_output().map_err(|error| error.to_string())?;
        if !done.status.success() {
            why = said(&done);
        }
        codes.push(done.status.code());
    }
    codes.sort();
    // The one that is let in is not disturbed; the other is told of it, and of nothing that looks like a fault.
    if codes != [Some(0), Some(4)] {
        return Ok(Err(format!("two runs of one month ended with {codes:?}: {why}")));
    }
    if left(ground, &ground.at("run-both/july"), &ground.at("run-both/ledger"))? != expected {
        return Ok(Err("two runs of one month left something else than one".into()));
    }
    Ok(Ok(format!("two runs: files and ledger those of one, the other was told: {why}")))
}

/// Two people at one server.
fn people(ground: &Ground) -> Done<Result<String, String>> {
    let home = ground.at("home");
    copy(&ground.house()?, &home)?;
    let server = Server::of_demo(ground, &home, None)?;
    let (maker, decider) = (server.sign_in("settlement")?, server.sign_in("settlement2")?);
    let wish = payment::wish(&maker)?;
    let post = |client: &Client, path: String, version: u64, body: &Value| {
        let (client, body) = (client.clone(), body.clone());
        std::thread::spawn(move || client.post(&path, version, &body))
    };
    let end = |thread: std::thread::JoinHandle<Done<Answer>>| thread.join().map_err(|_| "a thread died".to_owned())?;
    let (one, other) = (post(&maker, "/payments".into(), 0, &wish), post(&decider, "/payments".into(), 0, &wish));
    let (one, other) = (end(one)?, end(other)?);
    let made: Vec<&Answer> = [&one, &other].into_iter().filter(|answer| answer.status == 201).collect();
    if made.len() != 1 {
        return Ok(Err(format!("two batches over the same statements: {} and {}", one.status, other.status)));
    }
    let refused = if one.status == 201 { other.code() } else { one.code() };
    // Whoever did not make it decides, twice at once on the version both saw.
    let judge = if one.status == 201 { &decider } else { &maker };
    let id = made[0].json()["id"].as_str().unwrap_or_default().to_owned();
    let approve = post(judge, format!("/payments/{id}/approve"), 1, &json!({}));
    let refuse = post(judge, format!("/payments/{id}/refuse"), 1, &json!({ "note": "drill" }));
    let statuses = [end(approve)?.status, end(refuse)?.status];
    server.stop()?;
    if statuses.iter().filter(|status| **status == 200).count() != 1 {
        return Ok(Err(format!("two decisions on one version: {statuses:?}")));
    }
    Ok(Ok(format!("two batches: one made, the other refused with {refused}; two decisions on a version: {statuses:?}")))
}
