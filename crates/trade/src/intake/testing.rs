//! Reports for tests.

use qudao_kernel::Fen;
use qudao_kernel::facts::Table;
use qudao_platform::columnar::facts::{DayCount, ImportReport, Outcome, Tally};

/// Day, kind, rows and fen accepted and rejected.
pub(crate) type Line<'a> = (&'a str, &'a str, [(u64, i64); 2]);

pub(crate) fn report(table: Table, days: &[Line<'_>]) -> ImportReport {
    let tally = |(rows, fen): (u64, i64)| Tally { rows, amount: Fen(fen) };
    let days: Vec<DayCount> = days
        .iter()
        .map(|(day, kind, [accepted, rejected])| DayCount {
            day: day.parse().ok(),
            kind: (*kind).to_owned(),
            received: tally((accepted.0 + rejected.0, accepted.1 + rejected.1)),
            accepted: tally(*accepted),
            rejected: tally(*rejected),
        })
        .collect();
    let rows = |part: fn(&DayCount) -> u64| days.iter().map(part).sum();
    ImportReport {
        batch: "b".into(),
        table,
        file: "a.csv".into(),
        sha256: String::new(),
        bytes: 1,
        encoding: Some("GB18030".into()),
        day: "2026-08-01".parse().unwrap(),
        received: rows(|day| day.received.rows),
        accepted: rows(|day| day.accepted.rows),
        rejected: rows(|day| day.rejected.rows),
        duplicates: 1,
        conflicts: 0,
        corrections: 0,
        unknown_outlets: 2,
        unknown_partners: 0,
        unnamed: 0,
        unknown_codes: vec!["O9".into()],
        days,
        ignored: vec!["备注".into()],
        outcome: Outcome::Landed(3),
        rejects: None,
        problems: Vec::new(),
    }
}
