//! A house backed up while it is worked on, put back somewhere else, and told from a copy that is not the same.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

use qudao_kernel::Refusal;
use qudao_ledger::file::FileLedger;
use qudao_ledger::{Journal, Templates, open_period, post};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, DbKind};
use qudao_platform::hash::sha256;
use qudao_platform::nodes::{self, LEASE, Node};
use qudao_platform::{outbox, write_tx};
use qudao_testkit::{ManualClock, TestDb, on_both};
use qudao_upkeep::doctor::{self, Check, State, Wanted};
use qudao_upkeep::{House, Manifest, back_up, restore, verify};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

on_both!(
    a_backup_restored_elsewhere_is_the_same_house,
    a_flipped_byte_is_told_and_not_restored,
    nothing_is_overwritten,
    a_check_up_names_what_is_wrong_and_what_to_do
);

const ENTITY: &str = "operator";

fn quiet(_: u64, _: u64) {}

fn journal(key: &str, fen: i64) -> Journal {
    let posting = Templates::of(ENTITY).commission("P1", qudao_kernel::Fen(fen), key).unwrap();
    Journal::new(ENTITY, key, "2026-07-31".parse().unwrap(), "测试").posting(posting)
}

fn put(home: &Path, path: &str, bytes: &[u8]) {
    let file = home.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// A house with money in database and file, a kept photo, facts, a settled month, and what does not belong into a backup.
async fn house(db: &TestDb) -> House {
    let home = db.folder().join("home");
    let month = "2026-07".parse().unwrap();
    std::fs::create_dir(&home).unwrap();
    let journal = journal("a", 6_000);
    write_tx!(db, |tx| {
        open_period(tx, "tester", ENTITY, month).await?.into_inner();
        post(tx, &journal).await?.into_inner();
        tx.audit(Entry::new("tester", "house.filled", "house", "1").after("{}"));
        Ok::<_, Refusal>(())
    })
    .unwrap();
    let mut ledger = FileLedger::open(home.join("ledger.jsonl")).unwrap();
    ledger.open_period(ENTITY, month).unwrap().into_inner();
    ledger.post(&journal).unwrap().into_inner();
    let photo = b"a photo";
    let hash = sha256(photo);
    put(&home, &format!("uploads/attachments/{}/{hash}", &hash[..2]), photo);
    put(&home, "facts/_snapshots/000001.json", b"{}");
    put(&home, "facts/business_event/2026-07/a.parquet", &vec![7; 100_000]);
    put(&home, "facts/_rollups/index.json", b"counted again");
    put(
        &home,
        "run-2026-07/summary.json",
        br#"{"period":"2026-07","control":{"engine":6000,"lines":6000,"statements":6000,"postings":6000}}"#,
    );
    put(&home, "run-2026-07/statements/statements.jsonl", "{\"partner\":\"甲\"}\n".as_bytes());
    put(&home, "run-2026-08/lines/part-00000.parquet", b"a run that did not end");
    put(&home, "uploads/imports/1.part", b"half");
    House::new(&home, Some(db.url()))
}

async fn taken(db: &TestDb, house: &House) -> (PathBuf, Manifest) {
    let to = db.folder().join("backups/one");
    let manifest = back_up(db, house, &to, "1.2.3", &quiet).await.unwrap();
    (to, manifest)
}

/// Where a backup of this database goes back to: another file, or the server's database emptied of everything.
async fn elsewhere(db: &TestDb) -> House {
    let home = db.folder().join("other");
    if db.kind() == DbKind::Postgres {
        let empty = "drop schema public cascade; create schema public;";
        write_tx!(db, |tx| tx.execute_script(empty).await).unwrap();
        return House::new(&home, Some(db.url()));
    }
    House::new(&home, None)
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, sha256(std::fs::read(&path).unwrap())));
            }
        }
    }
    found.sort();
    found
}

async fn a_backup_restored_elsewhere_is_the_same_house(db: TestDb) {
    // R0.23: ledger totals, statements, audit chain, rows and file hashes of a restored copy are those of the house
    let house = house(&db).await;
    let before = qudao_ledger::check(&db).await.unwrap();
    let (backup, manifest) = taken(&db, &house).await;
    assert_eq!((manifest.totals.journals.journals, manifest.totals.journals.sha256.clone()), (1, before.sha256.clone()));
    assert_eq!(manifest.totals.books.entities[ENTITY].journals, 1);
    assert_eq!(manifest.totals.runs.iter().map(|run| (run.period.as_str(), run.statements)).collect::<Vec<_>>(), [("2026-07", 6_000)]);
    // What happens after the backup began is not in it.
    write_tx!(db, |tx| {
        tx.audit(Entry::new("tester", "house.later", "house", "1"));
        Ok::<_, Refusal>(())
    })
    .unwrap();
    let found = verify(&backup, &quiet).await.unwrap();
    assert_eq!(found.problems, []);
    assert!(found.database_read && found.manifest == manifest);

    let mut wanted = files(&house.home);
    wanted.retain(|(name, _)| std::path::Path::new(name).extension() != Some("part".as_ref()) && !name.starts_with("facts/_rollups"));
    let other = elsewhere(&db).await;
    assert_eq!(restore(&backup, &other, &quiet).await.unwrap(), manifest);
    let mut there = files(&other.home);
    there.retain(|(name, _)| name != "qudao.db");
    assert_eq!(there, wanted);
    let restored = other.open().await.unwrap();
    let after = qudao_ledger::check(&restored).await.unwrap();
    assert_eq!(after, before);
    let audit = qudao_platform::audit::list(&mut restored.read().await.unwrap(), None, 0, 10).await.unwrap();
    assert_eq!(audit.last().map(|entry| entry.entry.action.clone()), Some("house.filled".into()));
    assert!(restored.migrate().await.unwrap().applied.is_empty());
    restored.close().await;
}

async fn a_flipped_byte_is_told_and_not_restored(db: TestDb) {
    // R0.23: a copy that is not what was taken is told, and nothing of it is put back
    let house = house(&db).await;
    let (backup, manifest) = taken(&db, &house).await;
    let other = elsewhere(&db).await;
    for name in [manifest.database.file(), "home/facts/business_event/2026-07/a.parquet", "home/ledger.jsonl"] {
        let path = backup.join(name);
        let sound = std::fs::read(&path).unwrap();
        let mut wrong = sound.clone();
        let middle = wrong.len() / 2;
        wrong[middle] ^= 1;
        std::fs::write(&path, wrong).unwrap();
        let named: Vec<String> = verify(&backup, &quiet).await.unwrap().problems.into_iter().map(|(file, _)| file).collect();
        assert_eq!(named, [name]);
        assert_eq!(restore(&backup, &other, &quiet).await.unwrap_err().code, "upkeep.backup.changed");
        std::fs::write(&path, sound).unwrap();
    }
    std::fs::write(backup.join("home/added"), b"").unwrap();
    assert_eq!(verify(&backup, &quiet).await.unwrap().problems[0].0, "home/added");
    std::fs::remove_file(backup.join("home/added")).unwrap();
    // A file and its line taken away together: the number of files tells.
    let sums = std::fs::read_to_string(backup.join("SHA256SUMS")).unwrap();
    let fewer: String = sums.lines().filter(|line| !line.ends_with("000001.json")).flat_map(|line| [line, "\n"]).collect();
    std::fs::write(backup.join("SHA256SUMS"), fewer).unwrap();
    std::fs::remove_file(backup.join("home/facts/_snapshots/000001.json")).unwrap();
    assert_eq!(verify(&backup, &quiet).await.unwrap().problems[0].0, "SHA256SUMS");
    assert_eq!(restore(&backup, &other, &quiet).await.unwrap_err().code, "upkeep.backup.changed");
    assert!(!other.home.join("ledger.jsonl").exists() && !other.home.join("qudao.db").exists());
}

async fn nothing_is_overwritten(db: TestDb) {
    // R0.23: neither a backup nor a restore writes over what is there
    let house = house(&db).await;
    let (backup, _) = taken(&db, &house).await;
    let code = |outcome: Result<Manifest, Refusal>| outcome.unwrap_err().code;
    assert_eq!(code(back_up(&db, &house, &backup, "1", &quiet).await), "upkeep.backup.there");
    assert_eq!(code(back_up(&db, &house, &house.home.join("b"), "1", &quiet).await), "upkeep.backup.inside");
    assert!(!house.home.join("b.part").exists());
    assert_eq!(code(restore(&backup, &house, &quiet).await), "upkeep.home.not_empty");
    let home = db.folder().join("empty");
    let taken = House::new(&home, Some(db.url()));
    assert_eq!(code(restore(&backup, &taken, &quiet).await), "platform.db.not_empty");
    assert!(!home.exists(), "nothing was begun");
    let other = match db.kind() {
        DbKind::Sqlite => House::new(&home, Some("postgres://nobody@localhost/nothing")),
        DbKind::Postgres => House::new(&home, None),
    };
    assert_eq!(code(restore(&backup, &other, &quiet).await), "upkeep.restore.other_database");
    assert_eq!(code(restore(&db.folder().join("nowhere"), &house, &quiet).await), "upkeep.backup.none");
    assert_eq!(verify(&house.home, &quiet).await.unwrap_err().code, "upkeep.backup.none");
    let nothing = House::new(&db.folder().join("nothing"), None);
    assert_eq!(nothing.open().await.err().map(|refusal| refusal.code), Some("upkeep.home.none"));
    // R0.23: a check-up of a folder that is not there says so in every place, and blames no program for it.
    let checks = checked(&db, &nothing).await;
    let said = |id: &str| checks.iter().find(|check| check.id == id).map(|check| (check.state, check.found.en.as_str()));
    assert!(said("home").is_some_and(|(state, found)| state == State::Wrong && found.starts_with("there is no ")), "{checks:?}");
    assert!(said("room").is_some_and(|(state, found)| state == State::Unknown && found.starts_with("there is no /")), "{checks:?}");
}

async fn checked(db: &TestDb, house: &House) -> Vec<Check> {
    let clock = Arc::new(ManualClock::default());
    clock.set_us(db.now_us());
    doctor::look(house, clock, Wanted { sample: 0, real_time: false }).await
}

async fn a_check_up_names_what_is_wrong_and_what_to_do(db: TestDb) {
    // R0.23: health is seen, each fault with its remedy
    let house = house(&db).await;
    let wrong = |checks: &[Check]| {
        for check in checks {
            assert!(!check.found.zh.is_empty() && !check.found.en.is_empty(), "{check:?}");
            assert_eq!(check.remedy.is_some(), check.state > State::Unknown, "{check:?}");
        }
        let bad = checks.iter().filter(|check| check.state != State::Well && check.id != "room");
        bad.map(|check| (check.id, check.state)).collect::<Vec<_>>()
    };
    // R0.42: which servers run is told where there may be several.
    let running = Node::new("one", 1);
    write_tx!(db, |tx| nodes::join(tx, &running, LEASE).await).unwrap();
    let checks = checked(&db, &house).await;
    assert_eq!(wrong(&checks), []);
    let servers = checks.iter().find(|check| check.id == "servers").map(|check| check.found.en.as_str());
    assert_eq!(servers, (db.kind() == DbKind::Postgres).then_some("one"));

    // A photo changed, a ledger line altered, a month whose sums differ, a clock set back, an event that nobody takes.
    let photo = files(&house.home).into_iter().find(|(name, _)| name.starts_with("uploads/attachments")).unwrap().0;
    std::fs::write(house.home.join(photo), b"another photo").unwrap();
    let ledger = house.home.join("ledger.jsonl");
    std::fs::write(&ledger, std::fs::read_to_string(&ledger).unwrap().replace("6000", "6001")).unwrap();
    let summary = house.home.join("run-2026-07/summary.json");
    std::fs::write(&summary, std::fs::read_to_string(&summary).unwrap().replace("\"statements\":6000", "\"statements\":1")).unwrap();
    write_tx!(db, |tx| {
        outbox::subscribe(tx, "somebody", "a.topic").await?;
        outbox::emit(tx, "a.topic", "1", "{}").await
    })
    .unwrap();
    db.clock().advance(Duration::from_hours(3));
    assert_eq!(
        wrong(&checked(&db, &house).await),
        [("outbox", State::Warning), ("files", State::Wrong), ("ledger", State::Wrong), ("runs", State::Wrong)]
    );
    write_tx!(db, |tx| {
        tx.audit(Entry::new("tester", "house.later", "house", "1"));
        Ok::<_, Refusal>(())
    })
    .unwrap();
    db.clock().set_us(db.now_us() - 3_600_000_000);
    assert!(wrong(&checked(&db, &house).await).contains(&("clock", State::Wrong)));

    let gone = House::new(&house.home, Some("sqlite:/nowhere/at/all.db"));
    let checks = checked(&db, &gone).await;
    assert!(wrong(&checks).contains(&("database", State::Wrong)));
    assert_eq!(checks.iter().filter(|check| check.state == State::Unknown).count(), 5);
    let older: Db = db.reopen().await;
    write_tx!(older, |tx| tx.execute("delete from schema_migration where name like '20261129_0970%'", &[]).await).unwrap();
    assert!(wrong(&checked(&db, &house).await).contains(&("schema", State::Warning)));
    write_tx!(older, |tx| {
        let newer = "insert into schema_migration (name, sha256, applied_at_us) values ('99991231_0000_newer', '', 0)";
        tx.execute(newer, &[]).await
    })
    .unwrap();
    assert!(wrong(&checked(&db, &house).await).contains(&("schema", State::Wrong)));
    older.close().await;
}
