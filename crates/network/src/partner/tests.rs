//! The pattern noun on both databases: create, change, end, list, import, export, and what concurrent writers may not do.

use super::Partner;
use crate::files::load_master;
use crate::roster::{self, By, Imported, Mode, Query, change, create, end, export, get, import, list};
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Span};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::db::Db;
use qudao_platform::sheet::{CsvEncoding, Format};
use qudao_platform::{Done, audit, outbox, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::path::PathBuf;

on_both!(
    a_partner_is_created_changed_and_asked_for_by_day,
    the_second_of_two_editors_is_told,
    nobody_is_left_without_the_one_above,
    two_at_once_make_no_circle,
    lists_are_paged_and_filtered,
    the_example_folder_goes_in_and_comes_out_the_same,
    a_file_changes_a_record_from_its_first_day_on,
    a_wrong_file_saves_nothing_unless_asked_to,
);

const BY: By<'static> = By { who: "u1", reason: "季度调整" };

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn partner(code: &str, tier: &str, parent: &str, from: &str) -> Partner {
    Partner {
        code: code.into(),
        name: format!("{code}有限公司"),
        kind: "代理商".into(),
        tier: tier.into(),
        level: 0,
        parent: parent.into(),
        territory: "421102".into(),
        since: day("2020-01-01"),
        blacklisted: false,
        span: Span { from: day(from), to: Span::ALWAYS.to },
    }
}

async fn add(db: &Db, row: &Partner) -> Result<Done<u32>, Refusal> {
    write_tx!(db, |tx| create(tx, BY, row).await)
}

async fn alter(db: &Db, version: u32, row: &Partner) -> Result<Done<u32>, Refusal> {
    write_tx!(db, |tx| change(tx, BY, version, row).await)
}

async fn stop(db: &Db, code: &str, version: u32, on: &str) -> Result<Done<u32>, Refusal> {
    write_tx!(db, |tx| end::<Partner>(tx, BY, code, version, day(on)).await)
}

fn assert_done(outcome: &Result<Done<u32>, Refusal>) {
    assert!(outcome.as_ref().is_ok_and(Done::is_new), "{outcome:?}");
}

async fn history(db: &Db, code: &str) -> Vec<Partner> {
    let tx = &mut db.read().await.unwrap();
    get::<Partner>(tx, code).await.unwrap().map(|record| record.rows).unwrap_or_default()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

async fn a_partner_is_created_changed_and_asked_for_by_day(db: TestDb) {
    // R0.4, R0.2, R8.54, N9: the silver agent moves on 1 July; both days answer right, the audit has both states
    for vad in ["V1", "V2"] {
        assert_done(&add(&db, &partner(vad, "增值服务商", "", "2020-01-01")).await);
    }
    let silver = partner("S", "银牌增值代理商", "V1", "2020-01-01");
    assert_eq!(add(&db, &silver).await, Ok(Done::Now(1)));
    assert_eq!(add(&db, &silver).await, Ok(Done::Already(1)), "a repeat is an answer");
    assert_eq!(code(add(&db, &partner("S", "", "V2", "2020-01-01")).await), "network.record.exists");
    let moved = partner("S", "银牌增值代理商", "V2", "2026-07-01");
    assert_eq!(alter(&db, 1, &moved).await, Ok(Done::Now(2)));
    assert_eq!(alter(&db, 2, &moved).await, Ok(Done::Already(2)));

    let tx = &mut db.read().await.unwrap();
    let master = roster::load_master(tx).await.unwrap();
    let above = |on: &str| master.ancestor_of_tier("S", &["增值服务商".to_owned()], day(on)).map(|row| row.code.clone());
    assert_eq!([above("2026-06-30").as_deref(), above("2026-07-01").as_deref()], [Some("V1"), Some("V2")]);
    let trail = audit::list(tx, Some(("partner", "S")), 0, 9).await.unwrap();
    assert_eq!(trail.iter().map(|entry| entry.entry.action.as_str()).collect::<Vec<_>>(), ["partner.create", "partner.change"]);
    let change = &trail[1].entry;
    assert_eq!((change.who.as_str(), change.reason.as_deref()), ("u1", Some("季度调整")));
    assert!(change.before.as_ref().unwrap().contains("V1") && change.after.as_ref().unwrap().contains("\"effective_from\":\"2026-07-01\""));
    assert_eq!(audit::verify(&db).await.unwrap(), None);
    write_tx!(db, |tx| outbox::subscribe(tx, "c", "network.partner.changed").await).unwrap();
    assert_eq!(outbox::open(&mut db.read().await.unwrap(), "c").await.unwrap(), 4, "one event for each change");
}

async fn the_second_of_two_editors_is_told(db: TestDb) {
    // R0.24
    assert_done(&add(&db, &partner("A", "增值服务商", "", "2020-01-01")).await);
    let tasks = ["甲", "乙"].map(|name| {
        let (db, row) = ((*db).clone(), Partner { name: name.into(), ..partner("A", "增值服务商", "", "2026-01-01") });
        tokio::spawn(async move { alter(&db, 1, &row).await })
    });
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(code(task.await.unwrap()));
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["network.record.stale", "ok"]);
    assert_eq!(history(&db, "A").await.len(), 2);
    assert_eq!(code(alter(&db, 1, &partner("Z", "", "", "2026-01-01")).await), "network.record.missing");
}

async fn nobody_is_left_without_the_one_above(db: TestDb) {
    assert_eq!(code(add(&db, &partner("S", "", "V", "2020-01-01")).await), "network.row.unknown");
    assert_eq!(
        code(add(&db, &Partner { territory: "429999".into(), ..partner("V", "", "", "2020-01-01") }).await),
        "network.territory.unknown"
    );
    assert_done(&add(&db, &partner("V", "增值服务商", "", "2020-01-01")).await);
    assert_done(&add(&db, &partner("S", "银牌增值代理商", "V", "2020-01-01")).await);
    let refusal = stop(&db, "V", 1, "2026-07-01").await.unwrap_err();
    assert!(refusal.code == "network.record.in_use" && refusal.text.zh.contains("代理商 S"), "{refusal}");
    assert_done(&stop(&db, "S", 1, "2026-07-01").await);
    assert_done(&stop(&db, "V", 1, "2026-07-01").await);
    assert_eq!(code(stop(&db, "V", 2, "2019-01-01").await), "network.record.day");
    assert_eq!(history(&db, "V").await[0].span, Span { from: day("2020-01-01"), to: day("2026-07-01") });
}

async fn two_at_once_make_no_circle(db: TestDb) {
    for name in ["A", "B"] {
        assert_done(&add(&db, &partner(name, "", "", "2020-01-01")).await);
    }
    let tasks = [("A", "B"), ("B", "A")].map(|(name, parent)| {
        let (db, row) = ((*db).clone(), partner(name, "", parent, "2026-01-01"));
        tokio::spawn(async move { alter(&db, 1, &row).await })
    });
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(code(task.await.unwrap()));
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["network.partner.circle", "ok"]);
}

async fn lists_are_paged_and_filtered(db: TestDb) {
    for index in 0..7 {
        let row = Partner {
            territory: format!("42110{}", index % 2 + 1).replace("421101", "4211"),
            ..partner(&format!("P{index}"), "二级代理商", "", "2020-01-01")
        };
        assert_done(&add(&db, &row).await);
    }
    assert_done(&stop(&db, "P3", 1, "2026-07-01").await);
    let tx = &mut db.read().await.unwrap();
    let mut query = Query { limit: 4, ..Query::on(day("2026-07-01")) };
    let mut seen = Vec::new();
    loop {
        let page = list::<Partner>(tx, &query).await.unwrap();
        seen.extend(page.rows.iter().map(|(row, version)| (row.code.clone(), *version)));
        match page.next {
            Some(next) => query.after = next,
            None => break,
        }
    }
    assert_eq!(seen, ["P0", "P1", "P2", "P4", "P5", "P6"].map(|code| (code.to_owned(), 1)), "P3 has ended");
    let mut count = async |query: Query| list::<Partner>(tx, &query).await.map(|page| page.rows.len());
    let all = Query::on(day("2026-06-30"));
    assert_eq!(count(Query { territory: "421102".into(), ..all.clone() }).await, Ok(3));
    assert_eq!(count(Query { territory: "42".into(), ..all.clone() }).await, Ok(7));
    assert_eq!(count(Query { text: "P3有限".into(), ..all.clone() }).await, Ok(1));
    assert_eq!(count(Query { text: "%".into(), ..all.clone() }).await, Ok(0), "a percent sign is a character");
    assert_eq!(count(Query { equal: vec![("tier".into(), "增值服务商".into())], ..all.clone() }).await, Ok(0));
    assert_eq!(
        count(Query { equal: vec![("1=1 or name".into(), String::new())], ..all }).await.map_err(|r| r.code),
        Err("network.list.field")
    );
}

fn example() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../examples/master"].iter().collect()
}

async fn import_all(db: &Db, dir: PathBuf, extension: &str) -> Vec<Imported> {
    let file = |stem: &str| vec![dir.join(format!("{stem}.{extension}"))];
    vec![
        import::<Partner>(db, BY, &file("partners"), Mode::Whole).await.unwrap(),
        import::<Outlet>(db, BY, &file("outlets"), Mode::Whole).await.unwrap(),
        import::<Clerk>(db, BY, &file("clerks"), Mode::Whole).await.unwrap(),
        import::<Agreement>(db, BY, &file("agreements"), Mode::Whole).await.unwrap(),
    ]
}

fn rows(master: &Master) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        master.partners().cloned().collect::<Vec<_>>(),
        master.outlets().cloned().collect::<Vec<_>>(),
        master.clerks().cloned().collect::<Vec<_>>(),
        master.agreements().cloned().collect::<Vec<_>>(),
    )
}

async fn the_example_folder_goes_in_and_comes_out_the_same(db: TestDb) {
    // R0.7: files → database → files; the database and the folder say the same
    let first = import_all(&db, example(), "csv").await;
    assert!(first.iter().all(|imported| imported.saved && imported.report.is_clean() && imported.created > 0));
    let (folder, _) = load_master(&example()).unwrap();
    {
        let tx = &mut db.read().await.unwrap();
        assert_eq!(rows(&roster::load_master(tx).await.unwrap()), rows(&folder));
        export::<Partner>(tx, &db.folder().join("partners.xlsx"), Format::Xlsx, Lang::Zh, None).await.unwrap();
        export::<Outlet>(tx, &db.folder().join("outlets.xlsx"), Format::Xlsx, Lang::En, None).await.unwrap();
        export::<Clerk>(tx, &db.folder().join("clerks.xlsx"), Format::Xlsx, Lang::Zh, None).await.unwrap();
        export::<Agreement>(tx, &db.folder().join("agreements.xlsx"), Format::Xlsx, Lang::En, None).await.unwrap();
        let on = Some(day("2026-07-01"));
        let written = export::<Partner>(tx, &db.folder().join("day.csv"), Format::Csv(CsvEncoding::Gb18030), Lang::Zh, on).await.unwrap();
        assert_eq!(written, 14, "one row for each partner in force");
    }
    let again = import_all(&db, db.folder().to_owned(), "xlsx").await;
    assert!(again.iter().all(|imported| imported.created + imported.changed == 0 && imported.unchanged > 0));
    assert_eq!(audit::verify(&db).await.unwrap(), None);
}

async fn a_file_changes_a_record_from_its_first_day_on(db: TestDb) {
    // R0.4: history is not rewritten by a file that holds only the new row
    import_all(&db, example(), "csv").await;
    let path = db.folder().join("partners.csv");
    std::fs::write(
        &path,
        "编码,名称,层级,上级编码,区划代码,合作起始日,生效日期\nS02,晚风木窗数码有限公司,银牌增值代理商,V02,421125,2019-09-01,2026-08-01\n",
    )
    .unwrap();
    let dry = import::<Partner>(&db, BY, std::slice::from_ref(&path), Mode::DryRun).await.unwrap();
    assert_eq!((dry.saved, dry.created, dry.changed, history(&db, "S02").await.len()), (false, 0, 1, 1));
    assert!(import::<Partner>(&db, BY, std::slice::from_ref(&path), Mode::Whole).await.unwrap().saved);
    let parents: Vec<_> = history(&db, "S02").await.iter().map(|row| (row.parent.clone(), row.span.from, row.span.to)).collect();
    let wanted = [("V01".to_owned(), day("2019-09-01"), day("2026-08-01")), ("V02".to_owned(), day("2026-08-01"), Span::ALWAYS.to)];
    assert_eq!(parents, wanted);
}

async fn a_wrong_file_saves_nothing_unless_asked_to(db: TestDb) {
    // R0.7: row by row; nothing from a file that fails unless a partial load is accepted
    import_all(&db, example(), "csv").await;
    let path = db.folder().join("partners.csv");
    let text = "code,name,parent,territory,since,effective_from,effective_to\n\
        N1,新一,V01,421102,2026-01-01,2026-01-01,\n\
        N2,新二,X99,421102,2026-01-01,2026-01-01,\n\
        N3,新三,N2,421102,2026-01-01,2026-01-01,\n\
        V01,青禾,T01,421102,2016-03-01,2026-09-01,\n\
        V02,白鹭,,421126,2017-07-01,2026-09-01,2026-10-01\n\
        R01,银杏,V01,421123,2022-01-01,2026-09-01,2026-10-01\n";
    std::fs::write(&path, text).unwrap();
    let whole = import::<Partner>(&db, BY, std::slice::from_ref(&path), Mode::Whole).await.unwrap();
    let found: Vec<_> = whole.report.rejects.iter().map(|remark| (remark.problem.row, remark.problem.code)).collect();
    // `V02` cannot end: `S01`, `S03` and others hang under it. `V01` cannot move under `T01`, which is below `S01` and it below `V02` … until July.
    let wanted = [(3, "network.row.unknown"), (4, "network.row.unknown"), (6, "network.record.in_use"), (7, "network.record.in_use")];
    assert_eq!(found, wanted);
    assert_eq!((whole.saved, whole.report.received(), whole.report.accepted()), (false, 6, 2));
    assert!(history(&db, "N1").await.is_empty());
    let partial = import::<Partner>(&db, BY, std::slice::from_ref(&path), Mode::Partial).await.unwrap();
    assert_eq!((partial.saved, partial.created, partial.changed), (true, 1, 1));
    assert_eq!(history(&db, "N1").await.len(), 1);
    std::fs::write(&path, "code,name,parent,territory,since,effective_from\nV02,白鹭,T04,421126,2017-07-01,2026-09-01\n").unwrap();
    let circle = import::<Partner>(&db, BY, std::slice::from_ref(&path), Mode::Whole).await.unwrap();
    assert_eq!(circle.report.rejects.iter().map(|remark| remark.problem.code).collect::<Vec<_>>(), ["network.partner.circle"]);
}
