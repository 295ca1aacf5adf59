use crate::common::{ENTITY, close, commission, day, journal, month, open, put, templates, yuan};
use qudao_ledger::AccountKind::{self, Payable};
use qudao_ledger::model::plain;
use qudao_ledger::{Basis, Entry, Journal, export_beancount, export_hledger, open_period};
use qudao_platform::db::Db;
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

on_both!(hledger_balances_the_books_to_the_same_totals, beancount_text_has_every_entry);

/// Months, reversals, points, several entities, names that look like syntax.
async fn books(db: &Db) {
    let t = templates();
    open(db, "2026-07").await;
    let strange = "P;1 (x)  y:z|%\"A渠道";
    put(db, &commission("a", "P1", "1234567.89")).await.unwrap().into_inner();
    put(db, &commission("b", strange, "0.01")).await.unwrap().into_inner();
    put(db, &journal("c", "2026-07-02", t.points("P1", 100, "N25; pay").unwrap())).await.unwrap().into_inner();
    put(db, &journal("d", "2026-07-03", t.charge("P1", yuan("500"), "I1").unwrap())).await.unwrap().into_inner();
    put(db, &journal("e", "2026-07-04", t.offset("P1", yuan("400"), &Basis::Clause("§1".into())).unwrap())).await.unwrap().into_inner();
    close(db, "2026-07").await;
    let a = qudao_ledger::JournalId::of(ENTITY, "a");
    write_tx!(db, |tx| qudao_ledger::reverse(tx, &a, "a,back", day("2026-08-01"), "错误; 冲正 \"a\"\\").await).unwrap().into_inner();
    write_tx!(db, |tx| open_period(tx, "t", "省公司", month("2026-07")).await).unwrap().into_inner();
    let other = [Entry::credit("P1", Payable, 5), Entry::debit("省公司", AccountKind::Bank, 5)];
    put(db, &Journal::new("省公司", "a", day("2026-07-09"), "").with(other)).await.unwrap().into_inner();
}

fn hledger(file: &Path, arguments: &[&str]) -> String {
    let output = Command::new("hledger").env("LANG", "C.UTF-8").env("LC_ALL", "C.UTF-8").arg("-f").arg(file).args(arguments).output();
    let output = output.expect("this test needs hledger: install Debian package hledger (apt-get install hledger)");
    assert!(output.status.success(), "hledger {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What hledger says each account holds, from its comma-separated balance report.
fn totals_of(report: &str) -> BTreeMap<String, String> {
    report
        .lines()
        .skip(1)
        .filter_map(|line| line.trim_matches('"').split_once("\",\""))
        .filter(|(account, _)| !account.starts_with("total"))
        .map(|(account, amount)| (account.to_owned(), amount.to_owned()))
        .collect()
}

async fn hledger_balances_the_books_to_the_same_totals(db: TestDb) {
    books(&db).await;
    let file = db.folder().join("books.journal");
    export_hledger(&db, "", &mut std::fs::File::create(&file).unwrap()).await.unwrap();
    // Declared accounts and units, balanced transactions, and the asserted balances, checked by hledger itself.
    hledger(&file, &["check", "--strict"]);
    let theirs = totals_of(&hledger(&file, &["balance", "--flat", "-N", "-O", "csv"]));
    let rows = db.read().await.unwrap().query("select kind, amount from ledger_balance where amount <> 0", args![]).await.unwrap();
    let mut ours: Vec<String> = Vec::new();
    for row in &rows {
        let kind: AccountKind = row.text("kind").unwrap().parse().unwrap();
        let commodity = if kind == AccountKind::Points || kind == AccountKind::PointsIssued { "PTS" } else { "CNY" };
        ours.push(format!("{} {commodity}", plain(kind.unit(), row.int("amount").unwrap())));
    }
    let mut found: Vec<String> = theirs.values().cloned().collect();
    ours.sort();
    found.sort();
    assert_eq!(ours, found);
    assert_eq!(theirs["liabilities:payable:city%3A4301:P%3B1%20%28x%29%20%20y%3Az%7C%25%22A渠道"], "-0.01 CNY");
    assert_eq!(theirs["liabilities:points:city%3A4301:P1"], "-100 PTS");
    // One entity alone.
    let mut text = Vec::new();
    export_hledger(&db, "省公司", &mut text).await.unwrap();
    assert!(!String::from_utf8(text).unwrap().contains("4301"));
}

async fn beancount_text_has_every_entry(db: TestDb) {
    books(&db).await;
    let mut text = Vec::new();
    export_beancount(&db, ENTITY, &mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    if let Some(file) = std::env::var_os("QUDAO_KEEP_BEANCOUNT") {
        std::fs::write(file, &text).unwrap();
    }
    assert!(text.contains("1970-01-01 open Liabilities:Payable:Ecity-3A4301:OP1 CNY"), "{text}");
    assert!(text.contains("  Liabilities:Payable:Ecity-3A4301:OP1  -1234567.89 CNY"));
    assert!(text.contains("2026-08-02 balance Liabilities:Points:Ecity-3A4301:OP1  -100 PTS"));
    assert!(text.contains("* \"错误; 冲正 \\\"a\\\"\\\\\""));
    let entries = text.lines().filter(|line| line.starts_with("  ") && !line.contains('"')).count();
    assert_eq!(entries, 12);
}
