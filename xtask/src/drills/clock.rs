//! A clock that goes back: the order of records is that of their numbers, work goes on, and the check-up says what happened.

use super::ground::{Ground, Server, copy, text};
use super::upload::{bring, is_there};
use super::{Drill, Outcome};
use crate::shell::Done;
use serde_json::Value;
use std::path::Path;

pub(super) const DRILL: Drill = Drill {
    name: "clock-back",
    holds_when: "with the house's clock three hours back people work on, the audit chain holds, `doctor` names the clock, and is content once it is right again",
    run,
};

/// How far it goes back, microseconds.
const BACK: i64 = 3 * 3_600 * 1_000_000;
/// The file by which a demo's clock is set.
const CLOCK: &str = ".demo-clock";

fn turn(home: &Path, by: i64) -> Done {
    let path = home.join(CLOCK);
    let now = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let now: i64 = now.trim().parse().map_err(|error| format!("{}: {error}", path.display()))?;
    std::fs::write(&path, (now + by).to_string()).map_err(|error| error.to_string())
}

/// How the check-up judges something.
fn judged(ground: &Ground, home: &Path, id: &str) -> Done<String> {
    let done = ground.ran(&["doctor", "--json", "--home", &text(home)])?;
    let checks: Value = serde_json::from_slice(&done.stdout).map_err(|error| format!("doctor: {error}; {}", super::ground::said(&done)))?;
    let check = checks.as_array().into_iter().flatten().find(|check| check["id"] == id);
    Ok(check.map(|check| check["state"].as_str().unwrap_or_default().to_owned()).unwrap_or_default())
}

fn run(ground: &Ground) -> Done<Outcome> {
    let home = ground.at("home");
    copy(&ground.house()?, &home)?;
    let server = Server::of_demo(ground, &home, None)?;
    let before = bring(&server.sign_in("partner")?, 0)?;
    // Something for the audit chain, at the later hour.
    server
        .sign_in("settlement")?
        .post("/me/password", 0, &serde_json::json!({ "old": "qudao-demo-2026", "new": "qudao-drill-2026" }))?
        .must_be(204, "a new password")?;
    server.stop()?;
    turn(&home, -BACK)?;
    let said = judged(ground, &home, "clock")?;
    let server = Server::of_demo(ground, &home, None)?;
    let client = server.sign_in("partner")?;
    let after = bring(&client, 1)?;
    if !is_there(&client, 0, &before)? || !is_there(&client, 1, &after)? {
        return Ok(Outcome::Broke("a photo is not there after the clock went back".into()));
    }
    server.stop()?;
    let chain = judged(ground, &home, "audit")?;
    turn(&home, BACK)?;
    let healed = judged(ground, &home, "clock")?;
    if said != "wrong" || chain != "well" || healed != "well" {
        return Ok(Outcome::Broke(format!(
            "doctor said of the clock `{said}`, of the audit chain `{chain}`, of the clock once right `{healed}`"
        )));
    }
    Ok(Outcome::Held("signed in, brought and read photos; the chain holds; doctor named the clock, and was content afterwards".into()))
}
