//! What the store knows of a row it has seen: duplicates, conflicts, corrections, withdrawal, exact accounts.

use super::*;
use proptest::prelude::*;
use qudao_kernel::Fen;
use qudao_kernel::facts::Table::{BusinessEvent, Cash};

#[test]
fn the_same_order_from_page_and_file_is_one() {
    // N28
    let desk = Desk::new();
    let page = desk.events("ORD-1,terminal_sale,2026-07-01,,O1,,,1999,1\n");
    let bss = desk.run(&desk.job(
        BusinessEvent,
        "流水号,业务类型,业务日期,网点,金额,件数\nORD-1,终端销售,20260701,O1,\"1,999.00\",1\nORD-2,终端销售,20260701,O1,999,1\n",
    ));
    assert_eq!((counts(&page), counts(&bss)), ((1, 1, 0, 0, 0), (2, 1, 1, 1, 0)));
    assert_eq!(desk.ids(BusinessEvent), ["ORD-1", "ORD-2"]);
    assert_eq!(desk.rejects(), "", "a duplicate needs no correcting");
}

#[test]
fn the_same_file_again_changes_nothing() {
    let desk = Desk::new();
    let rows = "E1,recharge,2026-07-01,,O1,,,30,\nE2,recharge,2026-07-02,,O1,,,50,\n";
    assert_eq!(desk.events(rows).outcome, Outcome::Landed(1));
    let before = desk.objects();
    let again = desk.events(rows);
    assert_eq!((counts(&again), again.outcome.clone()), ((2, 0, 2, 2, 0), Outcome::Nothing));
    assert_eq!(desk.objects(), before);
}

#[test]
fn the_same_id_of_another_table_is_another_fact() {
    let desk = Desk::new();
    desk.events("E1,recharge,2026-07-01,,O1,,,30,\n");
    let report = desk.run(&desk.job(Cash, "event_id,kind,occurred_on,amount\nE1,回款,2026-07-01,30\n"));
    assert!(landed(&report));
}

#[test]
fn contradictions_are_rejected_on_both_sides() {
    let desk = Desk::new();
    desk.events("E1,recharge,2026-07-01,,O1,,,30,\n");
    let report = desk.events("E1,recharge,2026-07-01,,O1,,,31,\nE2,recharge,2026-07-01,,O1,,,5,\nE2,recharge,2026-08-01,,O2,,,6,\nE3,recharge,2026-07-01,,O1,,,7,\n");
    assert_eq!((counts(&report), report.outcome.clone()), ((4, 1, 3, 0, 3), Outcome::Refused));
    let rows: Vec<_> = report.problems.iter().map(|problem| (problem.row, problem.code, problem.value.as_str())).collect();
    assert_eq!(rows, [(2, "facts.row.conflict", "E1"), (3, "facts.row.conflict", "E2"), (4, "facts.row.conflict", "E2")]);
    // The reject file has the cells under the file's own headers, so it can be corrected and imported again.
    assert!(desk.rejects().contains("event_id,kind,occurred_on,known_on,outlet,partner,plan_fee,amount,quantity"), "{}", desk.rejects());
    assert!(desk.rejects().contains("E2,recharge,2026-08-01,,O2,,,6.00,"), "{}", desk.rejects());
    assert_eq!(desk.ids(BusinessEvent), ["E1"]);
}

#[test]
fn a_correction_known_later_supersedes() {
    let desk = Desk::new();
    desk.events("E1,recharge,2026-06-30,2026-07-02,O1,,,30,\nE2,recharge,2026-07-01,2026-07-02,O1,,,40,\n");
    let report = desk.events("E1,recharge,2026-07-01,2026-07-05,O2,,,33,\n");
    assert_eq!((counts(&report), report.corrections), ((1, 1, 0, 0, 0), 1));
    let amounts = |desk: &Desk| {
        let cells = |fact: &Fact| (text(fact, Col::EventId).to_owned(), cell(fact, Col::Amount).cloned());
        let mut amounts: Vec<_> = desk.facts(BusinessEvent).iter().map(cells).collect();
        amounts.sort_by(|one, other| one.0.cmp(&other.0));
        amounts
    };
    let row = |id: &str, fen| (id.to_owned(), Some(Cell::Money(fen)));
    assert_eq!(amounts(&desk), [row("E1", 3300), row("E2", 4000)], "one version, in its own month and with its own partner");
    let snapshot = desk.store.latest().unwrap();
    assert_eq!(desk.store.corrections(&snapshot, BusinessEvent).unwrap()["E1"], "2026-07-05".parse().unwrap());
    // Sent again, neither version is new.
    assert_eq!(
        counts(&desk.events("E1,recharge,2026-07-01,2026-07-05,O2,,,33,\nE1,recharge,2026-06-30,2026-07-02,O1,,,30,\n")),
        (2, 0, 2, 2, 0)
    );
    // Not later, or later only because nobody said when: a contradiction.
    assert_eq!(desk.events("E1,recharge,2026-07-01,2026-07-05,O2,,,34,\n").conflicts, 1);
    assert_eq!(desk.events("E1,recharge,2026-07-01,,O2,,,34,\n").conflicts, 1);
    // Taken back, the first version counts again.
    desk.store.withdraw_batch(&report.batch).unwrap();
    assert_eq!(amounts(&desk), [row("E1", 3000), row("E2", 4000)]);
}

#[test]
fn a_batch_is_withdrawn_whole_and_its_ids_are_free_again() {
    let desk = Desk::new();
    let first = desk.events("E1,recharge,2026-07-01,,O1,,,30,\n");
    let second = desk.events("E2,recharge,2026-07-01,,O1,,,30,\n");
    assert_eq!(desk.store.withdraw(&first.batch).unwrap(), 3);
    assert_eq!(desk.ids(BusinessEvent), ["E2"]);
    assert_eq!(desk.store.batches().unwrap().into_iter().map(|info| info.batch).collect::<Vec<_>>(), [second.batch]);
    assert_eq!(desk.store.withdraw(&first.batch).unwrap_err().code, "facts.batch.missing");
    let again = desk.events("E1,recharge,2026-07-01,,O1,,,30,\n");
    assert!(landed(&again) && again.batch != first.batch, "{}", again.batch);
    // Time travel: the old snapshot still has what it had.
    let old = desk.store.snapshot(1).unwrap();
    assert_eq!(desk.store.facts(&old, BusinessEvent, &Wanted::default()).unwrap().len(), 1);
    assert_eq!(desk.store.snapshot(99).unwrap_err().code, "facts.snapshot.missing");
}

#[test]
fn a_dry_run_checks_all_and_writes_nothing() {
    // R0.7
    let desk = Desk::new();
    desk.events("E1,recharge,2026-07-01,,O1,,,30,\n");
    let before = desk.objects();
    let mut job =
        desk.job(BusinessEvent, events("E1,recharge,2026-07-01,,O1,,,30,\nE2,recharge,2026-07-01,,O1,,,1,\nE3,x,2026-07-01,,O1,,,1,\n"));
    job.dry_run = true;
    let report = desk.run(&job);
    assert_eq!((counts(&report), report.outcome.clone()), ((3, 1, 2, 1, 0), Outcome::Checked));
    assert_eq!(desk.objects(), before);
    assert!(desk.rejects().contains("E3"), "the reject file is the point of a dry run");
}

#[test]
fn a_partial_load_is_taken_only_when_asked_for() {
    // R0.7
    let desk = Desk::new();
    let mut job = desk.job(BusinessEvent, events("E1,recharge,2026-07-01,,O1,,,30,\nE2,recharge,下周,,O1,,,30,\n"));
    assert_eq!(desk.run(&job).outcome, Outcome::Refused);
    assert!(desk.objects().is_empty());
    job.accept_partial = true;
    assert!(landed(&desk.run(&job)));
    assert_eq!(desk.ids(BusinessEvent), ["E1"]);
    // Corrected, the reject file itself can be imported.
    let corrected = desk.rejects().replace("下周", "2026-07-08");
    let report = desk.run(&desk.job(BusinessEvent, corrected));
    assert_eq!((counts(&report), report.ignored.len()), ((1, 1, 0, 0, 0), 0));
}

#[test]
fn the_report_counts_rows_and_fen_per_day_and_kind() {
    // R0.14
    let desk = Desk::new();
    let mut job = desk.job(
        BusinessEvent,
        events("E1,充值,2026-07-01,,O1,,,30,\nE2,recharge,2026-07-01,,O1,,,50.5,\nE2,recharge,2026-07-01,,O1,,,50.5,\nE3,recharge,2026-07-02,,O1,,,1,-1\nE4,recharge,?,,O1,,,9,\nE5,开卡,2026-07-01,,O1,,58,,\n"),
    );
    job.accept_partial = true;
    let report = desk.run(&job);
    let lines: Vec<_> = report
        .days
        .iter()
        .map(|day| {
            let tally = |tally: &qudao_platform::columnar::facts::Tally| format!("{}={}", tally.rows, tally.amount.plain());
            format!(
                "{} {} {} {} {}",
                day.day.map_or("?".into(), |day| day.to_string()),
                day.kind,
                tally(&day.received),
                tally(&day.accepted),
                tally(&day.rejected)
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "? recharge 1=9.00 0=0.00 1=9.00",
            "2026-07-01 activation 1=0.00 1=0.00 0=0.00",
            "2026-07-01 recharge 3=131.00 2=80.50 1=50.50",
            "2026-07-02 recharge 1=1.00 0=0.00 1=1.00",
        ]
    );
    // It is stored with the batch.
    let mut stored = desk.store.report(&report.batch).unwrap();
    (stored.rejects, stored.problems) = (report.rejects.clone(), report.problems.clone());
    assert_eq!(stored, report);
    let file = &desk.store.latest().unwrap().files[0];
    assert_eq!((file.sums["amount"], file.sums["plan_fee"], file.rows), (8050, 5800, 3));
}

/// One generated row: number of the id, amount, day of July, known day.
type Made = (u8, u8, u8, u8);

fn line((id, amount, day, known): Made) -> String {
    let known = if known == 0 { String::new() } else { format!("2026-07-{known:02}") };
    format!("E{id},recharge,2026-07-{:02},{known},O{},,,{}.{:02},\n", day + 1, id % 3, amount, amount)
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    prop::collection::vec((0..12_u8, 0..3_u8, 0..2_u8, 0..4_u8), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_does_not_matter(first in made(), second in made().prop_shuffle(), seed in any::<u64>()) {
        let import = |shuffle: bool| {
            let desk = Desk::new();
            let mut reports = Vec::new();
            for rows in [&first, &second] {
                let mut rows = rows.clone();
                if shuffle {
                    // A permutation of the seed's making.
                    rows.sort_by_key(|row| qudao_platform::hash::sha256(format!("{row:?}{seed}")));
                }
                let mut job = desk.job(BusinessEvent, events(&rows.iter().copied().map(line).collect::<String>()));
                job.accept_partial = true;
                job.batch = Some(format!("b{}", reports.len()));
                reports.push(desk.run(&job));
            }
            let files: Vec<_> = desk.store.latest().unwrap().files.into_iter().map(|file| (file.path, file.sha256)).collect();
            let counts: Vec<_> = reports.iter().map(|report| (counts(report), report.corrections, report.days.clone())).collect();
            (files, counts)
        };
        prop_assert_eq!(import(false), import(true));
    }

    #[test]
    fn two_files_say_what_the_rows_say(first in made(), second in made()) {
        let desk = Desk::new();
        let mut accepted = Fen::ZERO;
        for rows in [&first, &second] {
            let mut job = desk.job(BusinessEvent, events(&rows.iter().copied().map(line).collect::<String>()));
            job.accept_partial = true;
            let report = desk.run(&job);
            if landed(&report) {
                accepted = report.days.iter().fold(accepted, |sum, day| sum.checked_add(day.accepted.amount).unwrap());
            }
        }
        let snapshot = desk.store.latest().unwrap();
        let stored: i64 = snapshot.files.iter().map(|file| file.sums["amount"]).sum();
        prop_assert_eq!(stored, accepted.0, "fen in the files are the fen accepted");
        let mut ids = desk.ids(BusinessEvent);
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "a reader sees one version of every id");
    }
}
