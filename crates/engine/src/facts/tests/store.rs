//! The store itself: atomic commits, interrupted and concurrent imports, layout.

use super::*;
use crate::facts::{GROUP_ROWS, schema};
use datafusion::arrow::array::AsArray;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use qudao_kernel::facts::Table::BusinessEvent;
use qudao_platform::columnar::facts::{Progress, Stage};
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

fn many(from: usize, count: usize) -> String {
    let mut rows = String::new();
    for number in from..from + count {
        let (day, outlet) = (number % 28 + 1, number * 7 % 3 + 1);
        let _ = writeln!(
            rows,
            "E{:08},recharge,2026-0{}-{day:02},,O{outlet},,,{}.50,1",
            number * 2_654_435_761 % 100_000_000,
            6 + number % 2,
            number % 300
        );
    }
    rows
}

#[test]
fn files_are_sorted_by_partner_day_and_id_within_months() {
    let desk = Desk::new();
    let report = desk.events(&many(0, 5_000));
    assert!(landed(&report));
    let snapshot = desk.store.latest().unwrap();
    assert_eq!(snapshot.files.len(), 2, "one for each month");
    assert_eq!(snapshot.rows(BusinessEvent), 5_000);
    for file in &snapshot.files {
        assert_eq!(file.path, format!("facts/business_event/period={}/{}-0000.parquet", file.period, report.batch));
        let path = desk.folder.path().join("store").join(&file.path);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!((bytes.len() as u64, qudao_platform::hash::sha256(&bytes)), (file.bytes, file.sha256.clone()));
        let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).unwrap()).unwrap();
        assert_eq!(builder.schema().fields(), schema(BusinessEvent).fields());
        let mut keys = Vec::new();
        for batch in builder.build().unwrap() {
            let batch = batch.unwrap();
            let texts = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
            let days = batch.column_by_name("occurred_on").unwrap().as_primitive::<datafusion::arrow::datatypes::Date32Type>().clone();
            let (partners, ids) = (texts("attributed"), texts("event_id"));
            keys.extend((0..batch.num_rows()).map(|row| (partners.value(row).to_owned(), days.value(row), ids.value(row).to_owned())));
        }
        assert!(keys.is_sorted());
        assert_eq!((keys[0].0.clone(), keys[keys.len() - 1].0.clone()), (file.first.clone(), file.last.clone()));
    }
}

#[test]
fn a_survey_finds_files_that_are_gone_or_changed() {
    // R0.23
    let desk = Desk::new();
    desk.events(&many(0, 500));
    desk.events(&many(500, 500));
    let survey = desk.store.survey(0).unwrap();
    assert!(survey.is_sound());
    assert_eq!((survey.files, survey.hashed, survey.rows), (4, 4, 1_000));
    assert_eq!(desk.store.survey(2).unwrap().hashed, 2);
    let path = |at: usize| desk.folder.path().join("store").join(&desk.store.latest().unwrap().files[at].path);
    let mut bytes = std::fs::read(path(0)).unwrap();
    bytes[100] ^= 1;
    std::fs::write(path(0), bytes).unwrap();
    std::fs::remove_file(path(3)).unwrap();
    let survey = desk.store.survey(0).unwrap();
    assert_eq!((survey.changed.len(), survey.missing.len(), survey.uneven.len()), (1, 1, 0));
    assert!(!survey.is_sound());
}

#[test]
fn row_groups_are_full_and_files_do_not_depend_on_the_order_of_rows() {
    let import = |rows: &str| {
        let desk = Desk::new();
        let mut job = desk.job(BusinessEvent, events(rows));
        job.batch = Some("b".into());
        assert!(landed(&desk.run(&job)));
        desk.store.latest().unwrap().files
    };
    let rows = many(0, 2 * GROUP_ROWS + 10);
    let mut lines: Vec<&str> = rows.lines().collect();
    lines.reverse();
    let files = import(&rows);
    assert_eq!(files, import(&lines.join("\n")));
    assert_eq!(files.iter().map(|file| file.rows).sum::<u64>(), 2 * GROUP_ROWS as u64 + 10);
}

#[test]
fn an_import_that_breaks_off_leaves_the_store_as_it_was() {
    let desk = Desk::new();
    desk.events(&many(0, 10));
    let (before, objects) = (desk.store.latest().unwrap(), desk.objects());
    for stage in [Stage::Reading, Stage::Matching, Stage::Writing] {
        let job = desk.job(BusinessEvent, events(&many(10, 3_000)));
        let break_off = |progress: Progress| assert!(progress.stage != stage, "broken off on purpose");
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| desk.store.import(&job, &desk.master, &break_off)));
        assert!(broken.is_err());
        assert_eq!(desk.store.latest().unwrap(), before);
        assert_eq!(desk.objects(), objects, "nothing is left lying about");
    }
    // A process that is killed cannot tidy up: what it leaves is named by no snapshot, is in nobody's way, and can be swept.
    desk.store.put("facts/business_event/period=2026-07/2026-08-01-business_event-dead-0000.parquet", vec![1]).unwrap();
    desk.store.put("facts/_pending/next", Vec::new()).unwrap();
    let mut job = desk.job(BusinessEvent, events(&many(10, 10)));
    job.batch = Some("next".into());
    assert!(landed(&desk.run(&job)));
    assert!(desk.objects().contains(&"facts/business_event/period=2026-07/next.r1-0000.parquet".to_owned()));
    assert_eq!(desk.ids(BusinessEvent).len(), 20);
    assert_eq!(desk.store.sweep(0).unwrap(), 0, "nothing is old enough");
    assert_eq!(desk.store.sweep(i64::MAX).unwrap(), 2);
    assert_eq!(desk.ids(BusinessEvent).len(), 20);
}

#[test]
fn of_two_imports_at_once_the_second_goes_on_top_of_the_first() {
    // two imports of one file: nothing is doubled
    let desk = Desk::new();
    let rows = many(0, 3_000);
    let other = Desk::new();
    let same = other.job(BusinessEvent, events(&rows));
    let interrupted = AtomicBool::new(false);
    let reports = Mutex::new(Vec::new());
    let interrupt = |progress: Progress| {
        if progress.stage == Stage::Writing && !interrupted.swap(true, Ordering::SeqCst) {
            // Another user imports the same file, and some rows more, while this one is writing.
            reports.lock().unwrap().push(desk.store.import(&same, &desk.master, &|_| ()).unwrap());
        }
    };
    let job = desk.job(BusinessEvent, events(&format!("{rows}X1,recharge,2026-07-01,,O1,,,1,1\n")));
    let report = desk.store.import(&job, &desk.master, &interrupt).unwrap();
    let first = reports.lock().unwrap().pop().unwrap();
    assert_eq!((counts(&first), first.outcome), ((3_000, 3_000, 0, 0, 0), Outcome::Landed(1)));
    assert_eq!((counts(&report), report.outcome.clone()), ((3_001, 1, 3_000, 3_000, 0), Outcome::Landed(2)));
    assert!(report.adds_up());
    assert_eq!(desk.store.latest().unwrap().rows(BusinessEvent), 3_001);
    let newest = desk.store.latest_number().unwrap();
    for known in 0..newest + 2 {
        assert_eq!(desk.store.latest_number_since(known).unwrap(), newest, "known to have been {known}");
    }
    assert_eq!(desk.store.sweep(i64::MAX).unwrap(), 0, "the first try was cleaned up");
    let stored = desk.store.report(&report.batch).unwrap();
    assert_eq!((stored.outcome, stored.accepted), (Outcome::Landed(2), 1));
}

#[test]
fn batch_names_are_checked() {
    let desk = Desk::new();
    let mut job = desk.job(BusinessEvent, events("E1,recharge,2026-07-01,,O1,,,30,\n"));
    for name in ["", "../x", "批次", "a/b", ".hidden"] {
        job.batch = Some(name.into());
        assert_eq!(desk.store.import(&job, &desk.master, &|_| ()).unwrap_err().code, "facts.batch.name");
    }
    job.batch = Some("july".into());
    desk.run(&job);
    let job = ImportJob { path: desk.file("b.csv", events("E2,recharge,2026-07-01,,O1,,,30,\n")), ..job };
    assert_eq!(desk.store.import(&job, &desk.master, &|_| ()).unwrap_err().code, "facts.batch.taken");
}
