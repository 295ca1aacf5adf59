//! Photos brought to a server that is killed again and again: what was acknowledged is there, and nothing twice.

use super::ground::{Ground, Server, copy, wait};
use super::http::Client;
use super::{Drill, Outcome};
use crate::shell::{self, Done};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

pub(super) const DRILL: Drill = Drill {
    name: "kill-upload",
    holds_when: "every photo sent until it is acknowledged is there once, byte for byte, whenever the server is killed",
    run,
};

/// How many photos a server takes before it is killed, at most.
const LIFE: u32 = 8;
/// Bytes of a photo.
const SIZE: usize = 300 << 10;

/// A picture that no other number gives: a head that says so, and content that follows from its number.
pub(super) fn photo(number: u64) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec();
    bytes.extend(1_600_u32.to_be_bytes());
    bytes.extend(1_200_u32.to_be_bytes());
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    while bytes.len() < SIZE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_be_bytes());
    }
    bytes
}

/// Brings a photo; its id if it was acknowledged.
pub(super) fn bring(client: &Client, number: u64) -> Done<String> {
    let answer = client.bring(&format!("/attachments?name=photo-{number}.png"), &photo(number))?.must_be(201, "a photo")?;
    Ok(answer.json()["id"].as_str().unwrap_or_default().to_owned())
}

/// Whether a photo is there as it was brought.
pub(super) fn is_there(client: &Client, number: u64, id: &str) -> Done<bool> {
    let answer = client.send("GET", &format!("/api/v1/attachments/{id}"), &[], b"")?;
    Ok(answer.status == 200 && answer.body == photo(number))
}

/// Files of the attachments' folder: whole ones, and parts that were left.
fn kept(home: &Path) -> (usize, usize) {
    let folders = std::fs::read_dir(home.join("uploads/attachments")).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let (parts, whole): (Vec<_>, Vec<_>) = files.partition(|file| file.path().extension().is_some());
    (whole.len(), parts.len())
}

fn run(ground: &Ground) -> Done<Outcome> {
    let home = ground.at("home");
    copy(&ground.house()?, &home)?;
    let (before, _) = kept(&home);
    let mut server = Server::of_demo(ground, &home, None)?;
    let mut client = server.sign_in("partner")?;
    // The first photo of a server takes longest: a second one says how long they take.
    let mut ids = vec![bring(&client, 0)?];
    let begun = Instant::now();
    ids.push(bring(&client, 1)?);
    let life = begun.elapsed() * LIFE;
    for kills in 1..=ground.points {
        let (process, moment) = (server.process(), ground.moment(life));
        let killer = std::thread::spawn(move || {
            wait(moment);
            shell::output(Command::new("kill").args(["-KILL", &process.to_string()])).map(drop)
        });
        // What was not acknowledged is sent again, under the same name and with the same bytes, as a phone does.
        while let Ok(id) = bring(&client, ids.len() as u64) {
            if ids.contains(&id) {
                return Ok(Outcome::Broke(format!("after {kills} kills two photos have one id, {id}")));
            }
            ids.push(id);
        }
        killer.join().map_err(|_| "the killer died")??;
        server.kill()?;
        server = Server::of_demo(ground, &home, None)?;
        client = client.moved(&server.place);
    }
    ids.push(bring(&client, ids.len() as u64)?);
    for (number, id) in ids.iter().enumerate() {
        if !is_there(&client, number as u64, id)? {
            return Ok(Outcome::Broke(format!("photo {number}, acknowledged as {id}, is not there as it was brought")));
        }
    }
    let again = bring(&client, 0)?;
    server.stop()?;
    let (whole, parts) = kept(&home);
    if again != ids[0] || whole != before + ids.len() {
        return Ok(Outcome::Broke(format!(
            "{} photos were brought, {} files are kept; brought again, {} became {again}",
            ids.len(),
            whole - before,
            ids[0]
        )));
    }
    Ok(Outcome::Held(format!(
        "{} kills, {} photos of {} KiB, {parts} parts of unacknowledged ones left as waste",
        ground.points,
        ids.len(),
        SIZE >> 10
    )))
}
