//! A backup of a house at work, put back elsewhere.

use super::ground::{Ground, Server, copy, text, wait};
use super::upload::{bring, is_there};
use super::{Drill, Outcome};
use crate::shell::{self, Done};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(super) const DRILL: Drill = Drill {
    name: "backup-restore",
    holds_when: "a backup taken under load and restored elsewhere has the ledger, statements, photos acknowledged before it and hashes of the house; a flipped byte is told",
    run,
};

/// Hash over all files of a name below a folder.
fn hashes(folder: &Path, name: &str) -> Done<String> {
    let script = "find . -path \"$1\" -type f | sort | xargs -r sha256sum | sha256sum";
    shell::output(Command::new("sh").current_dir(folder).args(["-c", script, "hashes", name]))
}

fn run(ground: &Ground) -> Done<Outcome> {
    let home = ground.at("home");
    copy(&ground.house()?, &home)?;
    let server = Server::of_demo(ground, &home, None)?;
    let client = server.sign_in("partner")?;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(bring(&client, number)?);
    }
    // Somebody goes on bringing photos all the while.
    let over = Arc::new(AtomicBool::new(false));
    let (still, busy) = (Arc::clone(&over), client.clone());
    let bringing = std::thread::spawn(move || {
        let mut number = 10;
        while !still.load(Ordering::Relaxed) {
            bring(&busy, number)?;
            number += 1;
            wait(Duration::from_millis(10));
        }
        Ok::<u64, String>(number)
    });
    let (backup, other) = (ground.at("backup"), ground.at("other"));
    let taken = ground.well(&["backup", &text(&backup), "--home", &text(&home)]);
    over.store(true, Ordering::Relaxed);
    let brought = bringing.join().map_err(|_| "the thread that brings died")??;
    taken?;
    server.stop()?;
    ground.well(&["backup", "--verify", &text(&backup)])?;
    ground.well(&["restore", &text(&backup), "--home", &text(&other)])?;
    ground.well(&["doctor", "--every-file", "--home", &text(&other)])?;
    let kept = backup.join("home");
    for name in ["./run-*", "./facts/*", "./uploads/*", "./ledger.jsonl"] {
        let (one, restored) = (hashes(&kept, name)?, hashes(&other, name)?);
        let house = hashes(&home, name)?;
        // Of what only grows the copy holds the state of its moment; what is settled is the same for ever.
        if one != restored || (name == "./run-*" && house != restored) {
            return Ok(Outcome::Broke(format!("{name} differs between house, backup and restored house")));
        }
    }
    let server = Server::of_demo(ground, &other, None)?;
    let client = server.sign_in("partner")?;
    for (number, id) in ids.iter().enumerate() {
        if !is_there(&client, number as u64, id)? {
            return Ok(Outcome::Broke(format!("photo {number}, acknowledged before the backup, is not in the restored house")));
        }
    }
    server.stop()?;
    let flipped = flipped(ground, &backup)?;
    Ok(match flipped {
        Some(why) => Outcome::Broke(why),
        None => Outcome::Held(format!(
            "{} photos brought meanwhile; everything equal; a flipped byte told by --verify and refused by restore",
            brought - 10
        )),
    })
}

/// Changes a byte somewhere; what was not noticed.
fn flipped(ground: &Ground, backup: &Path) -> Done<Option<String>> {
    let list = std::fs::read_to_string(backup.join("SHA256SUMS")).map_err(|error| error.to_string())?;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
    let mut path = backup.join("manifest.json");
    for _ in 0..100 {
        let at = usize::try_from(ground.below(names.len() as u64)).unwrap_or(0);
        path = backup.join(names[at]);
        if std::fs::metadata(&path).is_ok_and(|data| data.len() > 0) {
            break;
        }
    }
    let mut bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
    let at = usize::try_from(ground.below(bytes.len() as u64)).unwrap_or(0);
    bytes[at] ^= 1 << ground.below(8);
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    let verified = ground.ran(&["backup", "--verify", &text(backup)])?;
    let restored = ground.ran(&["restore", &text(backup), "--home", &text(&ground.at("third"))])?;
    let noticed = !verified.status.success() && !restored.status.success();
    Ok((!noticed).then(|| format!("byte {at} of {} was changed and not noticed", path.display())))
}
