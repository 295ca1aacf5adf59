//! Stories on both databases.

use crate::float::{self, Flow, Movement, Paid};
use crate::reconcile::{self, Close, Difference};
use crate::terminal::{self, Alert, Placing, Query, Recall, Terminal};
use qudao_access::Sight;
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Refusal};
use qudao_orders::order::facts;
use qudao_platform::{args, write_tx};
use qudao_receivable::deposit::{self, Security};
use qudao_receivable::{Once, account, books};
use qudao_testkit::{TestDb, on_both};
use std::collections::BTreeMap;
use std::time::Duration;

on_both!(
    a_terminal_is_at_one_outlet_at_a_time,
    the_float_adds_up_whoever_writes_at_once,
    a_sale_is_a_fact_and_a_reversal_takes_it_back,
    a_recall_gives_back_float_and_deposit,
    warnings_name_the_low_and_the_idle,
    a_day_is_compared_line_by_line,
);

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

/// P1 with O1 and O2 under A1; P2 with O3 and no agreement.
fn network() -> Master {
    let mut master = Master::default();
    for code in ["P1", "P2"] {
        let (name, tier, parent, territory) = (code.to_owned(), String::new(), String::new(), "421102".to_owned());
        let (since, blacklisted, kind) = (day("2020-01-01"), false, "代理商".to_owned());
        master.add_partner(Partner {
            code: code.into(),
            name,
            kind,
            tier,
            level: 0,
            parent,
            territory,
            since,
            blacklisted,
            span: Span::ALWAYS,
        });
    }
    for (code, owner) in [("O1", "P1"), ("O2", "P1"), ("O3", "P2")] {
        let (name, territory) = (code.to_owned(), "421102001".to_owned());
        let (channel, subtype, grade, district) = ("社会渠道".to_owned(), "专营店".to_owned(), "A".to_owned(), String::new());
        let outlet =
            Outlet { code: code.into(), name, owner: owner.into(), territory, channel, subtype, grade, district, span: Span::ALWAYS };
        master.add_outlet(outlet);
    }
    master.add_agreement(Agreement { code: "A1".into(), partner: "P1".into(), commitment: Fen(0), renewed: false, span: Span::ALWAYS });
    master
}

fn today(db: &TestDb) -> Date {
    qudao_access::sessions::day(db.now_us())
}

fn once(key: &str) -> Once<'_> {
    Once { who: "a", key }
}

async fn placed(db: &TestDb) -> Master {
    let master = network();
    write_tx!(db, |tx| {
        facts::subscribe(tx).await?;
        books::subscribe(tx).await
    })
    .unwrap();
    terminal::add(db, once("add"), &["KC001".to_owned(), "KC002".to_owned()], "KT").await.unwrap();
    let new = Placing { serial: "KC001", version: 1, outlet: "O1", agreement: "A1", deposit: Fen(80_000) };
    assert_eq!(terminal::place(db, &master, once("place"), &new, today(db)).await.unwrap(), 2);
    master
}

fn movement(number: &str, flow: Flow, amount: i64, on: Date) -> Movement {
    Movement { number: number.into(), serial: "KC001".into(), flow, amount: Fen(amount), occurred_on: on, reference: String::new() }
}

async fn loads(db: &TestDb, number: &str, amount: i64) -> Result<Fen, Refusal> {
    let new = movement(number, Flow::Loaded, amount, today(db));
    Ok(float::load(db, &Sight::everywhere(), once(number), &new, Paid::Now, today(db)).await?.into_inner())
}

async fn sells(db: &TestDb, number: &str, amount: i64) -> Result<Fen, Refusal> {
    let new = movement(number, Flow::Sold, amount, today(db));
    Ok(float::record(db, &Sight::everywhere(), "a", &new, today(db)).await?.into_inner())
}

async fn the(db: &TestDb) -> Terminal {
    terminal::get(&mut db.read().await.unwrap(), &Sight::everywhere(), "KC001").await.unwrap()
}

/// R1.41: a second placement is refused.
async fn a_terminal_is_at_one_outlet_at_a_time(db: TestDb) {
    let master = placed(&db).await;
    let place = async |key: &'static str, serial, version, outlet, agreement| {
        let new = Placing { serial, version, outlet, agreement, deposit: Fen::ZERO };
        terminal::place(&db, &master, once(key), &new, today(&db)).await
    };
    assert_eq!(code(place("p2", "KC001", 2, "O2", "A1").await), "airtime.terminal.placed");
    assert_eq!(code(place("p3", "KC002", 1, "O3", "A1").await), "airtime.agreement");
    assert_eq!(code(place("p4", "KC002", 1, "O9", "A1").await), "airtime.outlet");
    assert_eq!(code(place("p5", "KC009", 1, "O1", "A1").await), "airtime.terminal.none");
    let (one, other) = tokio::join!(place("p6", "KC002", 1, "O1", "A1"), place("p7", "KC002", 1, "O2", "A1"));
    assert!(one.is_ok() != other.is_ok(), "only one of two at once");
    let again = terminal::add(&db, once("add2"), &["KC003".to_owned(), "KC001".to_owned()], "KT").await;
    assert_eq!(code(again), "airtime.terminal.there");
    let all = terminal::list(&mut db.read().await.unwrap(), &Sight::everywhere(), &Query { limit: 10, ..Query::default() }).await.unwrap();
    assert_eq!(all.total, 2, "nothing of a refused batch is there");
    let held = deposit::balance(&mut db.read().await.unwrap(), "P1", Security::Terminal).await.unwrap();
    assert_eq!((held, the(&db).await.deposit), (Fen(80_000), Fen(80_000)));
}

/// R1.43: balance = loaded − sold + reversed.
async fn the_float_adds_up_whoever_writes_at_once(db: TestDb) {
    let _ = placed(&db).await;
    assert_eq!(loads(&db, "L001", 10_000).await.unwrap(), Fen(10_000));
    assert_eq!(loads(&db, "L001", 10_000).await.unwrap(), Fen(10_000), "the same movement happens once");
    assert_eq!(code(loads(&db, "L001", 9_999).await), "airtime.movement.other");
    let (a, b, c) = tokio::join!(sells(&db, "S001", 4_000), sells(&db, "S002", 4_000), sells(&db, "S003", 4_000));
    assert_eq!([&a, &b, &c].iter().filter(|one| one.is_ok()).count(), 2, "there is enough for two of three");
    assert_eq!([a, b, c].into_iter().map(code).filter(|code| *code == "airtime.float.short").count(), 1);
    let terminal = the(&db).await;
    assert_eq!((terminal.loaded, terminal.sold, terminal.balance()), (Fen(10_000), Fen(8_000), Fen(2_000)));
    let on_account = movement("L002", Flow::Loaded, 5_000, today(&db));
    let paid = Paid::OnAccount { territory: "421102", due_on: today(&db).plus_days(15) };
    float::load(&db, &Sight::everywhere(), once("l2"), &on_account, paid, today(&db)).await.unwrap().into_inner();
    let steps = account::Steps::read("30/60/90").unwrap();
    let owed = account::list(&mut db.read().await.unwrap(), &Sight::everywhere(), "P1", today(&db), steps).await.unwrap();
    assert_eq!(owed[0].balance(), Fen(5_000));
}

/// R1.42: a sale goes the way of orders and becomes a fact.
async fn a_sale_is_a_fact_and_a_reversal_takes_it_back(db: TestDb) {
    let _ = placed(&db).await;
    loads(&db, "L001", 10_000).await.unwrap();
    sells(&db, "S001", 3_000).await.unwrap();
    let back = |reference: &str, amount| Movement { reference: reference.into(), ..movement("R001", Flow::Reversed, amount, today(&db)) };
    let reverse = async |new: Movement| float::record(&db, &Sight::everywhere(), "a", &new, today(&db)).await;
    assert_eq!(code(reverse(back("S009", 3_000)).await), "airtime.reversal.sale");
    assert_eq!(code(reverse(back("S001", 2_000)).await), "airtime.reversal.sale");
    assert_eq!(reverse(back("S001", 3_000)).await.unwrap().into_inner(), Fen(10_000));
    let twice = Movement { number: "R002".into(), ..back("S001", 3_000) };
    assert_eq!(code(reverse(twice).await), "airtime.reversal.sale");
    let sql = "select body from outbox_event where topic = 'order.fact' order by body";
    let rows = db.read().await.unwrap().query(sql, args![]).await.unwrap();
    let bodies: Vec<&str> = rows.iter().map(|row| row.text("body").unwrap()).collect();
    assert_eq!(bodies.len(), 2);
    for (word, body) in [("\"cancellation\"", bodies[0]), ("\"recharge\"", bodies[1])] {
        assert!(body.contains(word) && body.contains("\"O1\"") && body.contains("30.00"), "{body}");
    }
    assert!(bodies[0].contains("\"ref_event\":\"S001\""), "{}", bodies[0]);
}

/// R1.41, R0.30
async fn a_recall_gives_back_float_and_deposit(db: TestDb) {
    let master = placed(&db).await;
    loads(&db, "L001", 10_000).await.unwrap();
    sells(&db, "S001", 4_000).await.unwrap();
    let version = the(&db).await.version;
    let everywhere = Sight::everywhere();
    let recall = async |key: &'static str, keep, reason| {
        let new = Recall { serial: "KC001", version, lost: false, keep: Fen(keep), reason };
        terminal::recall(&db, &master, &everywhere, once(key), &new, today(&db)).await
    };
    assert_eq!(code(recall("r1", 0, "").await), "access.reason.missing");
    assert_eq!(code(recall("r2", 80_001, "闲置").await), "airtime.recall.keep");
    recall("r3", 20_000, "闲置，外壳损坏").await.unwrap();
    recall("r3", 20_000, "闲置，外壳损坏").await.unwrap();
    let terminal = the(&db).await;
    assert_eq!((terminal.state.as_str(), terminal.balance(), terminal.loaded), ("stock", Fen::ZERO, Fen(4_000)));
    let mut tx = db.read().await.unwrap();
    assert_eq!(deposit::balance(&mut tx, "P1", Security::Terminal).await.unwrap(), Fen::ZERO);
    let acts: Vec<String> = deposit::movements(&mut tx, "P1").await.unwrap().into_iter().map(|one| one.act).collect();
    assert!(acts.contains(&"refunded".to_owned()) && acts.contains(&"kept".to_owned()), "{acts:?}");
    let history: Vec<String> = terminal::history(&mut tx, "KC001").await.unwrap().into_iter().map(|one| one.act).collect();
    assert_eq!(history, ["add", "place", "recall"]);
    drop(tx);
    assert_eq!(code(sells(&db, "S002", 1).await), "airtime.terminal.state");
    let path = db.folder().join("ledger.jsonl");
    nothing_is_posted_without_a_month(&db, &path).await;
}

/// Before the books have a month, what moved waits.
async fn nothing_is_posted_without_a_month(db: &TestDb, path: &std::path::Path) {
    let waiting = books::due(&mut db.read().await.unwrap()).await.unwrap();
    let posted = books::post(path, "operator", &waiting, today(db)).unwrap();
    assert_eq!(posted.count(), 0, "without a month nothing is posted, and nothing is lost");
    assert_eq!(books::due(&mut db.read().await.unwrap()).await.unwrap(), waiting);
}

/// R1.41, R1.43: idle beyond the days, low below the amount.
async fn warnings_name_the_low_and_the_idle(db: TestDb) {
    let _ = placed(&db).await;
    loads(&db, "L001", 10_000).await.unwrap();
    let found = async |alert| {
        let query = Query { alert: Some(alert), limit: 10, ..Query::default() };
        terminal::list(&mut db.read().await.unwrap(), &Sight::everywhere(), &query).await.unwrap().total
    };
    assert_eq!((found(Alert::Low(Fen(10_000))).await, found(Alert::Low(Fen(10_001))).await), (0, 1));
    let idle = |days: i32| Alert::Idle(today(&db).plus_days(-days));
    assert_eq!(found(idle(30)).await, 0);
    db.clock().advance(Duration::from_hours(31 * 24));
    assert_eq!((found(idle(30)).await, the(&db).await.idle_days(today(&db))), (1, 31));
    sells(&db, "S001", 100).await.unwrap();
    assert_eq!(found(idle(30)).await, 0);
}

fn kinds(all: &[Difference]) -> Vec<(&str, &str)> {
    all.iter().map(|one| (one.kind.as_str(), one.number.as_str())).collect()
}

/// R1.43: differences line by line, each closed with a reason.
async fn a_day_is_compared_line_by_line(db: TestDb) {
    let _ = placed(&db).await;
    loads(&db, "L001", 10_000).await.unwrap();
    for number in ["S001", "S002", "S003"] {
        sells(&db, number, 1_000).await.unwrap();
    }
    let on = today(&db);
    let path = db.folder().join("day.csv");
    let row = |number: &str, serial: &str, kind: &str, amount: &str| format!("{number},{serial},{kind},{amount},{on}\n");
    let head = "流水号,空充机,类型,金额,日期\n";
    let text = [
        head.to_owned(),
        row("L001", "KC001", "加载", "100.00"),
        row("S001", "KC001", "售出", "10.00"),
        row("S002", "KC001", "售出", "12.00"),
        row("S004", "KC001", "sold", "5.00"),
        row("S005", "KC777", "售出", "5.00"),
    ];
    std::fs::write(&path, text.concat()).unwrap();
    let read = reconcile::read("day.csv", &path, on).unwrap();
    let id = reconcile::keep(&db, "a", on, &read).await.unwrap().into_inner();
    assert!(!reconcile::keep(&db, "a", on, &read).await.unwrap().is_new(), "the same file once");
    let get = async || reconcile::get(&mut db.read().await.unwrap(), &id).await.unwrap();
    let (head_row, found) = get().await;
    assert_eq!((head_row.lines, head_row.agreed, head_row.open), (5, 2, 4));
    assert_eq!(kinds(&found), [("amount", "S002"), ("extra", "S003"), ("missing", "S004"), ("terminal", "S005")]);
    let close = async |seq, how, reason| reconcile::close(&db, "a", &id, seq, how, reason, on).await;
    assert_eq!(code(close(1, Close::Acknowledge, "").await), "access.reason.missing");
    assert_eq!(code(close(1, Close::Take, "补记").await), "airtime.difference.take");
    close(1, Close::Acknowledge, "对方差错，已报障").await.unwrap();
    assert_eq!(code(close(1, Close::Acknowledge, "再次").await), "airtime.difference.closed");
    close(3, Close::Take, "漏传，补记").await.unwrap();
    assert_eq!(the(&db).await.sold, Fen(3_500));
    assert_eq!(get().await.0.open, 2);
    // A later file of the day takes the place of the first.
    let later = reconcile::Read { sha256: "other".into(), movements: BTreeMap::new(), ..read };
    let second = reconcile::keep(&db, "a", on, &later).await.unwrap().into_inner();
    assert_eq!(get().await.0.open, 0);
    assert_eq!(reconcile::list(&mut db.read().await.unwrap()).await.unwrap().iter().find(|one| one.id == second).unwrap().open, 5);
    for (text, wrong) in [
        (format!("{head}S1,KC001,售出,x,{on}\n"), "airtime.file.cell"),
        (format!("{head}S1,KC001,赠送,1.00,{on}\n"), "airtime.file.cell"),
        (format!("{head}S1,KC001,售出,1.00,2020-01-01\n"), "airtime.file.day"),
        (format!("{head}{0}{0}", row("S1", "KC001", "售出", "1.00")), "airtime.file.twice"),
        ("流水号,类型,金额,日期\nS1,售出,1.00,2026-07-01\n".to_owned(), "airtime.file.columns"),
    ] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(code(reconcile::read("day.csv", &path, on)), wrong);
    }
}
