//! Photos: in parts, broken off, damaged, repeated, before their visit.

use super::{Field, START_US, code, id, near, shop};
use crate::visit::photo::{self, Part, Progress};
use crate::visit::record::Photo;
use crate::visit::{Counts, State};
use qudao_platform::hash::sha256;
use qudao_testkit::{TestDb, on_both};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

on_both!(a_photo_comes_in_parts, a_report_waits_for_its_photos, a_photo_of_another_visit_is_told);

/// A picture of one pixel; the number makes it another one.
fn picture(number: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0".to_vec();
    png.extend(number.to_be_bytes());
    png.extend([7; 60]);
    png
}

fn part<'a>(visit: &'a str, sha256: &'a str, whole: &'a [u8], from: usize, to: usize) -> Part<'a> {
    Part { visit, sha256, total: whole.len() as u64, offset: from as u64, bytes: &whole[from..to] }
}

fn puts(folder: &Path, visit: &str, bytes: &[u8]) -> String {
    let name = sha256(bytes);
    assert!(photo::put(folder, &part(visit, &name, bytes, 0, bytes.len())).unwrap().whole);
    name
}

async fn a_photo_comes_in_parts(db: TestDb) {
    // R0.5 R0.6
    let field = Field::of(db);
    let (folder, visit, bytes) = (field.db.folder().join("files"), id(1), picture(1));
    let name = sha256(&bytes);
    let at = |received: u64, whole: bool| Progress { received, whole };
    let put = |from: usize, to: usize| photo::put(&folder, &part(&visit, &name, &bytes, from, to));
    assert_eq!(put(0, 40).unwrap(), at(40, false));
    assert_eq!(put(0, 40).unwrap(), at(40, false), "sent again");
    assert_eq!(put(20, 60).unwrap(), at(60, false), "sent with some of what was there");
    assert_eq!(code(&put(70, 80)), "field.photo.offset");
    assert_eq!(photo::progress(&folder, &visit, &name).unwrap(), at(60, false), "where to go on");
    let early = photo::arrived(&field.db, &field.house(), &folder, "M1", &visit, &name).await;
    assert_eq!(code(&early), "field.photo.none");
    let length = bytes.len();
    assert_eq!(put(60, length).unwrap(), at(length as u64, true));
    assert_eq!(put(0, 10).unwrap(), at(length as u64, true), "it is whole already");
    // One byte is wrong: it is begun anew, and comes through.
    let other = picture(2);
    let (named, mut broken) = (sha256(&other), other.clone());
    broken[50] = 8;
    assert_eq!(code(&photo::put(&folder, &part(&visit, &named, &broken, 0, length))), "field.photo.damaged");
    assert_eq!(photo::progress(&folder, &visit, &named).unwrap(), at(0, false));
    assert_eq!(puts(&folder, &visit, &other), named);
    // What was begun and not gone on with does not stay for ever.
    let third = picture(3);
    photo::put(&folder, &part(&visit, &sha256(&third), &third, 0, 10)).unwrap();
    assert_eq!(
        (photo::sweep(&folder, 0).unwrap(), photo::sweep(&folder, i64::MAX).unwrap(), photo::sweep(&folder, i64::MAX).unwrap()),
        (0, 1, 0)
    );
    let text = b"no picture".to_vec();
    assert_eq!(code(&photo::put(&folder, &part(&visit, &sha256(&text), &text, 0, 10))), "platform.files.kind");
    assert_eq!(code(&photo::put(&folder, &part("../x", &name, &bytes, 0, 10))), "field.photo.id");
    let large = Part { total: 9 << 20, ..part(&visit, &name, &bytes, 0, 10) };
    assert_eq!(code(&photo::put(&folder, &large)), "field.photo.size");
}

async fn a_report_waits_for_its_photos(db: TestDb) {
    // R0.6
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(2));
    let (folder, house, visit) = (field.db.folder().join("files"), field.house(), id(1));
    let early = puts(&folder, &visit, &picture(1));
    assert_eq!(photo::arrived(&field.db, &house, &folder, "M1", &visit, &early).await.unwrap(), None, "before its visit");
    let late = sha256(picture(2));
    let mut writes = field.clean(0);
    let said = Photo { taken_us: START_US, position: Some(near(10)), live: true, outlet: "O1".into(), bytes: 80 };
    for name in [&early, &late] {
        writes.push(field.write(1, &format!("photo.{name}"), &[], json!(said)));
    }
    let receipt = field.sends("M1", 1, "A", &shop("O1"), writes).await.unwrap();
    assert_eq!((receipt.missing.as_slice(), receipt.state, receipt.counts), (&[late][..], State::CheckedOut, Counts::Open));
    let name = puts(&folder, &visit, &picture(2));
    assert_eq!(code(&photo::arrived(&field.db, &house, &folder, "M2", &visit, &name).await), "field.visit.none");
    for _ in 0..2 {
        assert_eq!(photo::arrived(&field.db, &house, &folder, "M1", &visit, &name).await.unwrap(), Some(State::Reported));
    }
    assert_eq!(field.visit(1).await.0.counts, Counts::Yes);
}

async fn a_photo_of_another_visit_is_told(db: TestDb) {
    // R0.25
    let field = Field::of(db);
    field.db.clock().advance(Duration::from_hours(10));
    let (folder, house) = (field.db.folder().join("files"), field.house());
    let name = puts(&folder, &id(1), &picture(1));
    for (visit, outlet) in [(1, "O1"), (2, "O2")] {
        let mut writes = field.clean(i64::from(visit) * 60);
        let said = Photo { taken_us: START_US, position: None, live: true, outlet: "O1".into(), bytes: 80 };
        writes.push(field.write(1, &format!("photo.{name}"), &[], json!(said)));
        field.sends("M1", visit, "A", &shop(outlet), writes).await.unwrap();
        photo::arrived(&field.db, &house, &folder, "M1", &id(visit), &name).await.unwrap();
    }
    let (first, flags) = field.visit(1).await;
    assert_eq!((first.counts, flags.len()), (Counts::Held, 1), "the one before is looked at too");
    let (_, flags) = field.visit(2).await;
    let texts: Vec<String> = flags.iter().map(|flag| flag.text().zh).collect();
    assert!(texts.iter().any(|text| text.contains(&id(1))) && texts.iter().any(|text| text.contains("水印")), "{texts:?}");
}
