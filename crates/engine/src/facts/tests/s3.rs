//! The same store on an S3-compatible server.

use super::drill::{finish, start_with};
use super::*;
use qudao_kernel::facts::Table::BusinessEvent;
use qudao_testkit::FakeS3;
use std::fmt::Write;

#[test]
fn a_bucket_is_a_store() {
    let server = FakeS3::start();
    let Desk { folder, master, .. } = Desk::new();
    let store = FactStore::open_s3(&server.endpoint(), "qudao", "province/a", "key", "secret").unwrap();
    let desk = Desk { folder, store, master };
    // Enough ids for an upload in parts.
    let mut rows = String::new();
    for number in 0..400_000 {
        let _ = writeln!(rows, "E{number},recharge,2026-07-01,,O{},,,1,", number % 3);
    }
    let report = desk.events(&rows);
    assert_eq!((report.accepted, report.outcome.clone()), (400_000, Outcome::Landed(1)));
    assert!(server.keys().iter().all(|key| key.starts_with("qudao/province/a/facts/")), "{:?}", server.keys());
    assert!(server.parts() > 1, "the ids went up in parts");
    assert_eq!(counts(&desk.events(&rows)), (400_000, 0, 400_000, 400_000, 0));
    let wanted = Wanted { partner: Some("P1".into()), event_ids: Some(["E7".to_owned()].into()), ..Wanted::default() };
    assert_eq!(desk.store.facts(&desk.store.latest().unwrap(), BusinessEvent, &wanted).unwrap().len(), 1);
    // A snapshot number is taken once.
    assert!(!desk.store.commit(&desk.store.latest().unwrap()).unwrap());
    desk.store.withdraw_batch(&report.batch).unwrap();
    assert!(desk.ids(BusinessEvent).is_empty());
}

/// A desk whose store is a bucket of the server.
fn desk_on(server: &FakeS3, prefix: &str) -> Desk {
    let Desk { folder, master, .. } = Desk::new();
    let store = FactStore::open_s3(&server.endpoint(), "qudao", prefix, "key", "secret").unwrap();
    Desk { folder, store, master }
}

fn recharges(from: usize) -> String {
    (from..from + 3_000).fold(String::new(), |mut rows, number| {
        let _ = writeln!(rows, "E{number},recharge,2026-0{}-01,,O{},,,1,", 6 + number % 2, number % 3);
        rows
    })
}

#[test]
fn a_process_finds_the_server_by_its_environment_and_reads_what_a_folder_would_give() {
    let (server, local) = (FakeS3::start(), Desk::new());
    let file = local.file("recharges.csv", events(&recharges(0)));
    let endpoint = server.endpoint();
    let environment = [
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let told = finish(start_with(std::path::Path::new("s3://qudao/province/b"), &[file], &environment));
    assert_eq!(told[0].0, "Landed(1) 3000");
    let (report, remote) = (local.events(&recharges(0)), desk_on(&server, "province/b"));
    assert_eq!(remote.facts(BusinessEvent), local.facts(BusinessEvent));
    let (here, there) = (local.store.latest().unwrap(), remote.store.latest().unwrap());
    let content =
        |snapshot: &crate::facts::Snapshot| snapshot.files.iter().map(|file| (file.period, file.sha256.clone())).collect::<Vec<_>>();
    assert_eq!(content(&here), content(&there), "the same bytes");
    assert_eq!(remote.store.report(&there.batches[0].batch).unwrap().days, report.days);
}

#[test]
fn a_server_that_stops_taking_objects_leaves_the_store_as_it_was() {
    let server = FakeS3::start();
    let desk = desk_on(&server, "c");
    assert!(landed(&desk.events(&recharges(0))));
    let before = desk.store.latest().unwrap();
    for taken in 0..6 {
        server.deny_after(taken);
        let refusal = desk.store.import(&desk.job(BusinessEvent, events(&recharges(3_000))), &desk.master, &|_| ()).unwrap_err();
        assert_eq!(refusal.code, "facts.store.failed", "{taken}");
        assert!(refusal.text.en.contains("s3://qudao/c") && refusal.text.zh.contains("权限"), "{refusal}");
        server.allow();
        assert_eq!(desk.store.latest().unwrap(), before, "{taken}");
    }
    assert_eq!(counts(&desk.events(&recharges(1_500))), (3_000, 1_500, 1_500, 1_500, 0));
    desk.store.sweep(i64::MAX).unwrap();
    assert_eq!(desk.ids(BusinessEvent).len(), 4_500);
}

#[test]
fn files_of_a_bucket_are_fetched_whole_and_checked() {
    let server = FakeS3::start();
    let desk = desk_on(&server, "d");
    assert!(landed(&desk.events(&recharges(0))));
    let snapshot = desk.store.latest().unwrap();
    let (files, folder) = (snapshot.files.iter().collect::<Vec<_>>(), desk.folder.path().join("fetched"));
    let paths = desk.store.fetch(&files, &folder, &|_| ()).unwrap();
    assert!(files.len() > 1 && paths.len() == files.len());
    for (path, file) in paths.iter().zip(&files) {
        assert_eq!(qudao_platform::hash::sha256(std::fs::read(path).unwrap()), file.sha256);
    }
    server.spoil(&format!("qudao/d/{}", files[0].path));
    let refusal = desk.store.fetch(&files[..1], &desk.folder.path().join("again"), &|_| ()).unwrap_err();
    assert_eq!(refusal.code, "facts.store.broken");
    assert!(refusal.text.en.contains(&files[0].path) && refusal.text.zh.contains("备份"), "{refusal}");
}
