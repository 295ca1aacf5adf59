//! A full disk: work is refused in words, nothing is half saved, and room heals it.

use super::ground::{Ground, Server, copy, make, tables, text, words};
use super::upload::{bring, is_there, photo};
use super::{Drill, Outcome, import};
use crate::shell::{self, Done};
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) const DRILL: Drill = Drill {
    name: "disk-full",
    holds_when: "on a full disk uploads and imports are refused with a reason, what was acknowledged stays, and both work once there is room",
    run,
};

/// Room left for the drill beside the house, MiB.
const ROOM: u64 = 24;
/// Most photos that could fit, and then some.
const MOST: u64 = ROOM * 5;

/// A small disk in memory, let go with this.
struct Disk(PathBuf);

impl Disk {
    /// `None` where this user may not make one.
    fn new(at: PathBuf, mib: u64) -> Done<Option<Self>> {
        make(&at)?;
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]).arg(&at).output();
        Ok(done.is_ok_and(|done| done.status.success()).then_some(Self(at)))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, so that a process that is about to end does not keep it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

fn mib(folder: &Path) -> Done<u64> {
    let told = shell::output(Command::new("du").args(["-sm"]).arg(folder))?;
    told.split_whitespace().next().and_then(|word| word.parse().ok()).ok_or_else(|| format!("du told {told}"))
}

/// Takes all room but some KiB; the file that takes it.
fn fill(disk: &Path, but_kib: u64) -> Done<PathBuf> {
    let told = shell::output(Command::new("df").args(["-Pk"]).arg(disk))?;
    let free: u64 =
        told.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|word| word.parse().ok()).ok_or("df told nothing")?;
    let ballast = disk.join("ballast");
    let blocks = format!("count={}", free.saturating_sub(but_kib));
    let mut take = Command::new("dd");
    // It may end a block early, where somebody else took the last of the room.
    take.args(["if=/dev/zero", "bs=1024", &blocks]).arg(format!("of={}", ballast.display())).output().map_err(|error| error.to_string())?;
    Ok(ballast)
}

fn run(ground: &Ground) -> Done<Outcome> {
    let house = ground.house()?;
    let Some(disk) = Disk::new(ground.at("disk"), mib(&house)? + ROOM)? else {
        return Ok(Outcome::Skipped("making a small disk (tmpfs) needs root".into()));
    };
    let home = disk.0.join("home");
    copy(&house, &home)?;
    let server = Server::of_demo(ground, &home, None)?;
    let client = server.sign_in("partner")?;
    let mut ids = Vec::new();
    let refused = loop {
        let number = ids.len() as u64;
        let answer = client.bring(&format!("/attachments?name=photo-{number}.png"), &photo(number))?;
        match answer.status {
            201 if number < MOST => ids.push(answer.json()["id"].as_str().unwrap_or_default().to_owned()),
            201 => return Ok(Outcome::Broke(format!("{number} photos fit a disk of {ROOM} MiB"))),
            503 => break answer.code(),
            other => return Ok(Outcome::Broke(format!("a full disk was answered with {other}: {}", answer.code()))),
        }
    };
    let ballast = fill(&disk.0, 0)?;
    let wrote = client.post("/session", 0, &serde_json::json!({ "login": "clerk", "password": "wrong" }))?;
    for (number, id) in ids.iter().enumerate() {
        if !is_there(&client, number as u64, id)? {
            return Ok(Outcome::Broke(format!("photo {number} was acknowledged and is not there on the full disk")));
        }
    }
    std::fs::remove_file(&ballast).map_err(|error| error.to_string())?;
    std::fs::remove_dir_all(home.join("raw")).map_err(|error| error.to_string())?;
    let after = bring(&client, ids.len() as u64)?;
    if !is_there(&client, ids.len() as u64, &after)? {
        return Ok(Outcome::Broke("with room again a photo is acknowledged and not there".into()));
    }
    server.stop()?;
    let imported = imported(ground, &disk.0)?;
    Ok(match imported {
        Err(why) => Outcome::Broke(why),
        Ok(code) => Outcome::Held(format!(
            "{} photos, then refused with {refused}; a failed sign-in answered {}; import ended with {code} and left nothing; all of it worked with room",
            ids.len(),
            wrote.status
        )),
    })
}

/// An import that meets the end of the disk, and one with room; the exit code of the first.
fn imported(ground: &Ground, disk: &Path) -> Done<Result<i32, String>> {
    let raw = text(&ground.at("raw"));
    ground.well(&["generate", "--scale", "county", "--months", "2026-07", "--as", "raw", "--out", &raw])?;
    let files = tables(&ground.at("raw/raw"))?;
    let master = format!("{raw}/master");
    let args = |store: &Path| -> Vec<String> {
        let store = text(store);
        let words = ["import", "--store", &store, "--master", &master, "--day", "2026-08-15", "--accept-partial"];
        words.iter().map(|word| (*word).to_owned()).chain(files.iter().cloned()).collect()
    };
    let elsewhere = ground.at("elsewhere");
    ground.well(&words(&args(&elsewhere)))?;
    let expected = import::held(&elsewhere)?;
    let store = disk.join("store");
    let ballast = fill(disk, 16)?;
    let full = ground.ran(&words(&args(&store)))?;
    let code = full.status.code().unwrap_or(-1);
    if code != 5 {
        return Ok(Err(format!("an import onto a full disk ended with {code}: {}", super::ground::said(&full))));
    }
    std::fs::remove_file(ballast).map_err(|error| error.to_string())?;
    ground.well(&words(&args(&store)))?;
    let found = import::held(&store)?;
    Ok(if found == expected { Ok(code) } else { Err(format!("after a full disk the store holds {found:?} instead of {expected:?}")) })
}
