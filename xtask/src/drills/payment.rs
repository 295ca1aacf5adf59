//! Payment batches whose server is killed while it posts them: every payment is posted once.

use super::ground::{Ground, Server, copy, until, wait};
use super::http::Client;
use super::{Drill, Outcome};
use crate::shell::Done;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

pub(super) const DRILL: Drill = Drill {
    name: "kill-payment",
    holds_when: "a batch whose server is killed while it is posted ends paid, each payment once in the ledger",
    run,
};

/// Months whose statements may be paid.
const MONTHS: [&str; 3] = ["2026-05", "2026-06", "2026-07"];

/// What asks for a batch of everything that can be paid in a month.
pub(super) fn wish(maker: &Client) -> Done<Value> {
    for month in MONTHS {
        let found = maker.get(&format!("/payment-candidates?month={month}&waits=ready&limit=1"))?;
        if found["ready"].as_u64().unwrap_or(0) > 0 {
            return Ok(json!({ "month": month, "statements": [], "note": "drill" }));
        }
    }
    Err("no statement of the demo can be paid".into())
}

/// Makes and approves a batch; its id and the number of its payments.
fn approved(maker: &Client, approver: &Client) -> Done<(String, u64)> {
    let made = maker.post("/payments", 0, &wish(maker)?)?.must_be(201, "a batch")?.json();
    let id = made["id"].as_str().unwrap_or_default().to_owned();
    let version = made["version"].as_u64().unwrap_or(1);
    approver.post(&format!("/payments/{id}/approve"), version, &json!({}))?.must_be(200, "its approval")?;
    Ok((id, made["payments"].as_u64().unwrap_or(0)))
}

/// Journals of a batch, by key; and how often each key is there.
fn posted(home: &Path, batch: &str) -> Done<BTreeMap<String, (u32, Value)>> {
    let text = std::fs::read_to_string(home.join("ledger.jsonl")).map_err(|error| error.to_string())?;
    let mut found: BTreeMap<String, (u32, Value)> = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains(batch)) {
        let record: Value = serde_json::from_str(line).map_err(|error| format!("a line of the ledger: {error}"))?;
        let journal = &record["post"]["journal"];
        let key = journal["key"].as_str().unwrap_or_default().to_owned();
        let (times, held) = found.entry(key).or_insert((0, Value::Null));
        *times += 1;
        *held = journal.clone();
    }
    Ok(found)
}

fn state(client: &Client, batch: &str) -> Done<String> {
    Ok(client.get(&format!("/payments/{batch}"))?["state"].as_str().unwrap_or_default().to_owned())
}

/// Says that the bank has paid. A job that is under way already says so itself.
fn pay(client: &Client, batch: &str, day: &str) -> Done {
    let answer = client.post(&format!("/payments/{batch}/pay"), 0, &json!({ "paid_on": day, "reference": "DRILL-1" }))?;
    match answer.status {
        202 => Ok(()),
        409 if answer.code() == "platform.job.held" => Ok(()),
        _ => answer.must_be(202, "payment").map(drop),
    }
}

fn paid(client: &Client, batch: &str) -> Done {
    until("the end of the payment", || state(client, batch).is_ok_and(|state| state == "paid"))
}

fn run(ground: &Ground) -> Done<Outcome> {
    let house = ground.house()?;
    let server = Server::of_demo(ground, &house, None)?;
    let maker = server.sign_in("settlement")?;
    let approver = server.sign_in("settlement2")?;
    let day = maker.get("/me")?["today"].as_str().unwrap_or_default().to_owned();
    let (batch, count) = approved(&maker, &approver)?;
    server.stop()?;

    let home = ground.at("undisturbed");
    copy(&house, &home)?;
    let server = Server::of_demo(ground, &home, None)?;
    let client = maker.moved(&server.place);
    let begun = Instant::now();
    pay(&client, &batch, &day)?;
    paid(&client, &batch)?;
    let whole = begun.elapsed();
    server.stop()?;
    let expected = posted(&home, &batch)?;
    if expected.len() as u64 != count || expected.values().any(|(times, _)| *times != 1) {
        return Ok(Outcome::Broke(format!("undisturbed, {} journals for {count} payments", expected.len())));
    }

    let (mut kills, mut rounds, mut cut) = (0, 0, 0);
    while kills < ground.points {
        let home = ground.at(&format!("round-{rounds}"));
        rounds += 1;
        copy(&house, &home)?;
        let mut server = Server::of_demo(ground, &home, None)?;
        let mut client = maker.moved(&server.place);
        let first = kills;
        while kills < ground.points && (kills == first || ground.below(4) > 0) && state(&client, &batch)? != "paid" {
            pay(&client, &batch, &day)?;
            wait(ground.moment(whole));
            server.kill()?;
            kills += 1;
            let there = posted(&home, &batch)?.len() as u64;
            cut += u32::from(there > 0 && there < count);
            server = Server::of_demo(ground, &home, None)?;
            client = maker.moved(&server.place);
        }
        if state(&client, &batch)? != "paid" {
            pay(&client, &batch, &day)?;
            paid(&client, &batch)?;
        }
        server.stop()?;
        let found = posted(&home, &batch)?;
        if found != expected {
            let wrong = expected.keys().find(|key| found.get(*key) != expected.get(*key));
            return Ok(Outcome::Broke(format!(
                "after {kills} kills {} of {count} payments are there; first that differs: {wrong:?}",
                found.len()
            )));
        }
        ground.well(&["ledger", "check", "--file", &super::ground::text(&home.join("ledger.jsonl"))])?;
        std::fs::remove_dir_all(&home).map_err(|error| error.to_string())?;
    }
    let took = if whole > Duration::from_secs(2) { format!("{} s", whole.as_secs()) } else { format!("{} ms", whole.as_millis()) };
    Ok(Outcome::Held(format!("{kills} kills in {rounds} batches of {count} payments within {took}, {cut} of them between two payments")))
}
