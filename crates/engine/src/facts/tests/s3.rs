//! The same store on an S3-compatible server.

use super::s3_fake::FakeS3;
use super::*;
use qudao_kernel::facts::Table::BusinessEvent;
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
