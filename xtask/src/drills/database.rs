//! PostgreSQL that crashes and comes back under a server at work.

use super::ground::{Ground, Server, until, wait};
use super::postgres::Postgres;
use super::upload::{bring, is_there, photo};
use super::{Drill, Outcome};
use crate::shell::Done;
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) const DRILL: Drill = Drill {
    name: "database-restart",
    holds_when: "while PostgreSQL is away requests are answered with 503 and a reason, afterwards the same server works, and nothing acknowledged is lost",
    run,
};

/// How often it crashes.
const CRASHES: u32 = 3;
/// How long it is away.
const AWAY: Duration = Duration::from_millis(1_500);

fn run(ground: &Ground) -> Done<Outcome> {
    let Some(mut postgres) = Postgres::start(ground.at("postgres"))? else {
        return Ok(Outcome::Skipped("PostgreSQL's server is not installed".into()));
    };
    let server = Server::of_demo(ground, &ground.at("home"), Some(&postgres.url()))?;
    let client = server.sign_in("partner")?;
    let mut ids = vec![bring(&client, 0)?];
    let mut answers: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..CRASHES {
        let crashing = std::thread::spawn(move || postgres.crash(AWAY).map(|()| postgres));
        while !crashing.is_finished() {
            let number = ids.len() as u64;
            let answer = client.bring(&format!("/attachments?name=photo-{number}.png"), &photo(number))?;
            if answer.status == 201 {
                ids.push(answer.json()["id"].as_str().unwrap_or_default().to_owned());
            } else {
                *answers.entry(format!("{} {}", answer.status, answer.code())).or_insert(0) += 1;
            }
            wait(Duration::from_millis(20));
        }
        postgres = crashing.join().map_err(|_| "the crashing thread died")??;
        let number = ids.len() as u64;
        let mut back = None;
        until("an answer after the crash", || {
            back = bring(&client, number).ok();
            back.is_some()
        })?;
        ids.extend(back);
    }
    if let Some(other) = answers.keys().find(|answer| !answer.starts_with("503 ")) {
        return Ok(Outcome::Broke(format!("while the database was away a request was answered with {other} (all answers: {answers:?})")));
    }
    for (number, id) in ids.iter().enumerate() {
        if !is_there(&client, number as u64, id)? {
            return Ok(Outcome::Broke(format!("photo {number}, acknowledged as {id}, is not there after {CRASHES} crashes")));
        }
    }
    server.stop()?;
    Ok(Outcome::Held(format!("{CRASHES} crashes under one server, {} photos there, refusals meanwhile: {answers:?}", ids.len())))
}
