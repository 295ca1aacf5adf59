use crate::common::{close, commission, open, put, sound};
use qudao_kernel::{Kind, Lang};
use qudao_ledger::check;
use qudao_platform::db::{Db, DbKind};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(posted_rows_cannot_be_changed, the_check_finds_what_was_tampered_with, equal_ledgers_have_equal_checksums);

async fn posted_rows_cannot_be_changed(db: TestDb) {
    open(&db, "2026-07").await;
    put(&db, &commission("a", "P1", "60")).await.unwrap().into_inner();
    for sql in [
        "update ledger_entry set amount = amount + 1",
        "delete from ledger_entry",
        "update ledger_journal set reason = 'x'",
        "delete from ledger_journal",
    ] {
        let refusal = write_tx!(db, |tx| tx.execute(sql, args![]).await).unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (Kind::Forbidden, "platform.db.append_only"), "{sql}");
    }
    sound(&db).await;
}

async fn drop_guards(db: &Db) {
    write_tx!(db, |tx| match tx.kind() {
        DbKind::Sqlite =>
            tx.execute_script(
                "drop trigger ledger_entry_no_update; drop trigger ledger_entry_no_delete;
                 drop trigger ledger_journal_no_update; drop trigger ledger_journal_no_delete;"
            )
            .await,
        DbKind::Postgres => {
            tx.execute_script("drop trigger ledger_entry_guard on ledger_entry; drop trigger ledger_journal_guard on ledger_journal;").await
        }
    })
    .unwrap();
}

async fn problems(db: &Db) -> Vec<&'static str> {
    let report = check(db).await.unwrap();
    let mut found: Vec<&str> = report.problems.iter().map(|problem| problem.what).collect();
    found.sort_unstable();
    found.dedup();
    found
}

async fn the_check_finds_what_was_tampered_with(db: TestDb) {
    // R0.23, R0.13
    open(&db, "2026-07").await;
    put(&db, &commission("a", "P1", "60")).await.unwrap().into_inner();
    put(&db, &commission("b", "P2", "40")).await.unwrap().into_inner();
    close(&db, "2026-07").await;
    drop_guards(&db).await;
    // Each tampering is undone by the next statement.
    for (tamper, undo, found) in [
        (
            "update ledger_entry set amount = amount - 1 where kind = 'payable' and owner = 'P1'",
            "update ledger_entry set amount = amount + 1 where kind = 'payable' and owner = 'P1'",
            &["balance", "journal"][..],
        ),
        (
            "update ledger_entry set owner = 'P3' where owner = 'P1'",
            "update ledger_entry set owner = 'P1' where owner = 'P3'",
            &["balance", "content"],
        ),
        ("update ledger_entry set ref = 'x' where owner = 'P1'", "update ledger_entry set ref = 'a' where owner = 'P1'", &["content"]),
        ("update ledger_journal set reason = 'x'", "update ledger_journal set reason = '测试'", &["content"]),
        (
            "update ledger_journal set month = '2026-08' where key = 'a'",
            "update ledger_journal set month = '2026-07'",
            &["columns", "seal"],
        ),
        (
            "update ledger_journal set month = '2025-01' where key = 'a'",
            "update ledger_journal set month = '2026-07'",
            &["columns", "period", "seal"],
        ),
        (
            "update ledger_balance set amount = amount + 1 where owner = 'P1'",
            "update ledger_balance set amount = amount - 1 where owner = 'P1'",
            &["balance"],
        ),
        (
            "insert into ledger_balance values ('city:4301', 'P9', 'payable', 'fen', 5)",
            "delete from ledger_balance where owner = 'P9'",
            &["balance"],
        ),
        (
            "update ledger_period set journals = 1 where state = 'closed'",
            "update ledger_period set journals = 2 where state = 'closed'",
            &["seal"],
        ),
    ] {
        write_tx!(db, |tx| tx.execute(tamper, args![]).await).unwrap();
        assert_eq!(problems(&db).await, found, "{tamper}");
        write_tx!(db, |tx| tx.execute(undo, args![]).await).unwrap();
        sound(&db).await;
    }
    // Both sides of a journal removed together: the sums still hold, the seal does not.
    for sql in [
        "delete from ledger_entry where ref = 'b'",
        "delete from ledger_journal where key = 'b'",
        "delete from ledger_balance where owner = 'P2'",
    ] {
        write_tx!(db, |tx| tx.execute(sql, args![]).await).unwrap();
    }
    assert_eq!(problems(&db).await, ["balance", "seal"]);
}

async fn equal_ledgers_have_equal_checksums(db: TestDb) {
    // R0.23: the same journals give the same checksum, whenever and in whatever order they were posted, on either database.
    open(&db, "2026-07").await;
    let empty = check(&db).await.unwrap().sha256;
    for key in ["b", "a"] {
        put(&db, &commission(key, "P1", "60")).await.unwrap().into_inner();
    }
    let report = check(&db).await.unwrap();
    assert_ne!(report.sha256, empty);
    assert_eq!(report.sha256, "a3143763fa6a3a62b7cafecbee7e8d9e08b7e27709404e0386a59a67dbc5d428");
    let lines = report.lines(Lang::En);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("2 journals, 4 entries, 2 accounts, 0 problems"), "{}", lines[0]);
}
