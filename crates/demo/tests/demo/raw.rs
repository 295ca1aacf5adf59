use qudao_demo::{Dirt, RawEncoding, RawOptions, Scale, World, close_of};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Month};
use qudao_platform::sheet::{self, Options, RecordBuf, Step};
use std::collections::BTreeSet;
use std::path::Path;

#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    rows: u64,
    unreadable: u64,
    bad_dates: u64,
    formulas: u64,
    negatives: u64,
    missing: u64,
    repeated: u64,
    unknown: u64,
    late: u64,
}

fn read(path: &Path, table: Table, close: Date) -> Seen {
    let mut reader = sheet::open(path, &Options::default()).unwrap();
    let columns: Vec<Option<Col>> = reader.headers().iter().map(|header| Col::by_header(header)).collect();
    assert!(table.columns().iter().all(|col| columns.contains(&Some(*col))), "{columns:?}");
    let at = |col: Col| columns.iter().position(|one| *one == Some(col)).unwrap();
    let mut record = RecordBuf::new();
    let mut ids = BTreeSet::new();
    let mut seen = Seen::default();
    loop {
        match reader.next_into(&mut record).unwrap() {
            Step::End => return seen,
            Step::Bad(_) => seen.unreadable += 1,
            Step::Row => {
                let has = |col: Col| table.has(col);
                seen.rows += 1;
                seen.missing += u64::from(record.get(at(Col::EventId)).is_empty());
                seen.bad_dates += u64::from(record.get(at(Col::OccurredOn)).parse::<Date>().is_err());
                seen.formulas += u64::from(has(Col::Amount) && record.get(at(Col::Amount)).starts_with('='));
                seen.negatives += u64::from(has(Col::Quantity) && record.get(at(Col::Quantity)).starts_with('-'));
                seen.repeated +=
                    u64::from(!record.get(at(Col::EventId)).is_empty() && !ids.insert(record.get(at(Col::EventId)).to_owned()));
                seen.unknown += u64::from(["W0000", "W9999"].iter().any(|prefix| record.get(at(Col::Outlet)).starts_with(prefix)));
                seen.late += u64::from(record.get(at(Col::KnownOn)).parse::<Date>().is_ok_and(|day| day > close));
            }
        }
    }
}

#[test]
fn raw_files_hold_the_facts_and_the_dirt_that_the_truth_counts() {
    // R0.14: received = accepted + rejected
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(Scale::county(), 42).unwrap();
    let month: Month = "2026-07".parse().unwrap();
    for encoding in [RawEncoding::Gb18030, RawEncoding::Utf8] {
        let truth = world.write_raw(month, folder.path(), RawOptions { encoding, dirty_ppm: 10_000 }).unwrap();
        let [early, late, ..] = &truth.files[..] else { panic!("two files of events") };
        let read = |name: &str, table| read(&folder.path().join(name), table, close_of(month));
        let seen = read(&early.file, Table::BusinessEvent);
        let dirt = |dirt: Dirt| early.dirt[&dirt];
        assert_eq!(seen.rows + seen.unreadable, early.received);
        assert_eq!(early.received, early.accepted + early.rejected);
        assert_eq!(seen.unreadable, dirt(Dirt::BrokenEncoding), "{encoding:?}");
        assert_eq!((seen.bad_dates, seen.formulas), (dirt(Dirt::BadDate), dirt(Dirt::Formula)));
        assert_eq!((seen.negatives, seen.missing), (dirt(Dirt::NegativeQuantity), dirt(Dirt::MissingId)));
        assert_eq!(seen.repeated, early.duplicates + early.conflicts);
        assert_eq!((seen.unknown, seen.late), (early.unattributed, 0));
        assert_eq!(late.received, truth.late);
        assert_eq!(read(&late.file, Table::BusinessEvent).late, truth.late);
        assert_eq!(early.accepted - dirt(Dirt::UnknownOutlet) + late.received, truth.events);
        for file in &truth.files[2..] {
            let table = Table::by_name(file.table).unwrap();
            let seen = read(&file.file, table);
            assert!(seen.rows == file.received && seen.rows > 0 && seen.bad_dates + seen.repeated == 0, "{file:?} {seen:?}");
        }
        assert!(folder.path().join("truth-2026-07.json").exists());
    }
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let world = World::new(Scale::county(), 42).unwrap();
    let refusal = world.write_raw("2026-07".parse().unwrap(), Path::new("/nonexistent/folder"), RawOptions::default()).unwrap_err();
    assert_eq!(refusal.code, "demo.file.write");
}
