//! The standard set, wrong definitions, and what people keep on both databases.

use crate::grading::{self, Known, Proposal, Rules};
use crate::mailing::{self, NewMailing, Rhythm};
use crate::store::{self, Asker, Share};
use crate::{Catalogue, Dimension, Plain, Query, Target, TargetOf, Within, answer, standings};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::{Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Refusal};
use qudao_platform::db::Db;
use qudao_platform::{args, write_tx};
use qudao_policy::model::{Cell, Fact};
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(views_are_kept_shared_and_guarded, targets_are_replaced, a_target_is_changed_by_whoever_saw_it, a_mail_is_sent_once_a_period);

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

#[test]
fn the_standard_set_is_right() {
    // R1.12, R1.38, R1.39, R1.2, R4.35, R6.39
    let catalogue = Catalogue::standard().unwrap();
    for id in ["effective_orders", "net_adds", "retention_6m", "main_push_share", "outlets_open", "holiday_index", "visitors", "cash"] {
        assert!(catalogue.get(id).is_some(), "{id}");
    }
    assert!(catalogue.metrics.iter().all(|metric| !metric.by.is_empty()));
    // R7.7 R7.162: by type of outlet and by area
    let notice = catalogue.get("first_notice_rate").unwrap();
    assert!([Dimension::Subtype, Dimension::County].iter().all(|by| notice.by.contains(by)));
    assert_eq!((catalogue.bands.of(2_999), catalogue.bands.of(16_000)), ("b0", "b160"));
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn partner(code: &str, tier: &str, from: &str, to: Option<&str>) -> Partner {
    Partner {
        code: code.into(),
        name: code.into(),
        kind: "代理商".into(),
        tier: tier.into(),
        level: 0,
        parent: String::new(),
        territory: "360902".into(),
        since: day("2025-01-01"),
        blacklisted: false,
        span: Span { from: day(from), to: to.map_or(Date::from_days(i32::MAX), day) },
    }
}

fn outlet(code: &str, owner: &str, from: &str) -> Outlet {
    Outlet {
        code: code.into(),
        name: code.into(),
        owner: owner.into(),
        territory: "360902001".into(),
        channel: "社会渠道".into(),
        subtype: "专营店".into(),
        grade: "B".into(),
        district: String::new(),
        span: Span { from: day(from), to: Date::from_days(i32::MAX) },
    }
}

/// Two partners, one of which rises and one of which leaves, and four outlets, the last of them new.
fn little_network() -> Master {
    let mut master = Master::default();
    master.add_partner(partner("P1", "二级代理商", "2026-01-01", Some("2026-06-15")));
    master.add_partner(partner("P1", "银牌增值代理商", "2026-06-15", None));
    master.add_partner(partner("P2", "二级代理商", "2026-05-01", Some("2026-06-20")));
    for (code, from) in [("W1", "2026-01-01"), ("W2", "2026-01-01"), ("W3", "2026-01-01"), ("W4", "2026-06-10")] {
        master.add_outlet(outlet(code, "P1", from));
    }
    master
}

fn event(id: &str, outlet: &str, kind: &str, of: &str) -> Fact {
    let text = |value: &str| Cell::Text(value.to_owned());
    let cells = vec![
        (Col::EventId, text(id)),
        (Col::Kind, text(kind)),
        (Col::OccurredOn, Cell::Date(day("2026-06-18"))),
        (Col::KnownOn, Cell::Date(day("2026-06-19"))),
        (Col::Outlet, text(outlet)),
        (Col::Ref, text(of)),
    ];
    Fact { table: Table::BusinessEvent, cells }
}

#[test]
fn partners_and_outlets_come_rise_and_go() {
    // R1.2: net growth = opened − closed, by tier and month
    let (catalogue, master) = (Catalogue::standard().unwrap(), little_network());
    let facts = Vec::new();
    let plain = Plain::new(&catalogue, &master, &facts);
    let metrics = ["partners_opened", "partners_closed", "partners_net", "partners_moved", "partners_open", "outlets_net"];
    let ask = |from: &str, to: &str, by: &[Dimension]| {
        let query = Query { by: by.to_vec(), ..Query::new(&metrics, day(from), day(to), Within::everywhere()) };
        answer(&catalogue, &master, &plain, &query).unwrap()
    };
    let numbers = |cells: &[crate::Cell]| cells.iter().map(|cell| cell.value.unwrap()).collect::<Vec<_>>();
    assert_eq!(numbers(&ask("2026-01-01", "2026-06-30", &[]).total), [2, 1, 1, 1, 1, 4]);
    assert_eq!(numbers(&ask("2026-06-01", "2026-06-30", &[]).total), [0, 1, -1, 1, 1, 1]);
    let by_tier = ask("2026-06-01", "2026-06-30", &[Dimension::Tier]);
    let rows: Vec<(&str, Vec<i64>)> = by_tier.rows.iter().map(|row| (row.key[0].as_str(), numbers(&row.cells))).collect();
    // W4 opened five days before its partner rose.
    assert_eq!(rows, [("二级代理商", vec![0, 1, -1, 0, 0, 1]), ("银牌增值代理商", vec![0, 0, 0, 1, 1, 0])]);
}

const RULES: Rules = Rules { sales_first_ppm: 500_000, credit_least: 80, per_taken_back: 4, per_lost: 1, per_arrears: 1, new_days: 30 };

#[test]
fn credit_and_sales_make_the_grade() {
    // R7.114: 100 − 4 × 3.25 − 1 × 10 = 77
    let known = Known { sales: 9, taken_back_ppm: Some(32_500), lost_ppm: Some(100_000), arrears_ppm: None };
    assert_eq!(RULES.credit(&known), 770);
    assert_eq!(RULES.credit(&Known { taken_back_ppm: Some(400_000), ..known }), 0);
    assert_eq!(RULES.credit(&Known::default()), 1_000);
    assert_eq!([1, 2, 3].map(|rank| RULES.sells_well(rank, 3)), [true, true, false], "of three the first two");
    assert_eq!([1, 2].map(|rank| RULES.sells_well(rank, 2)), [true, false]);
    assert_eq!(Proposal::of(true, false), Proposal::ImproveCredit);

    let (catalogue, master) = (Catalogue::standard().unwrap(), little_network());
    let mut facts = vec![event("E1", "W1", "activation", ""), event("E2", "W1", "activation", ""), event("E3", "W2", "activation", "")];
    facts.extend([event("E4", "W3", "activation", ""), event("E5", "W3", "return", "E4"), event("E6", "W4", "activation", "")]);
    let plain = Plain::new(&catalogue, &master, &facts);
    let month = "2026-06".parse().unwrap();
    let graded = grading::grade(&catalogue, &master, &plain, (month, month), "effective_orders", &|_| Ok(RULES)).unwrap();
    let seen: Vec<_> = graded.iter().map(|one| (one.outlet.as_str(), one.rank, one.of, one.credit_tenths, one.proposal)).collect();
    let wanted = [
        ("W1", 1, 3, 1_000, Proposal::Keep),
        ("W2", 2, 3, 1_000, Proposal::Keep),
        ("W3", 3, 3, 0, Proposal::Eliminate),
        ("W4", 0, 3, 1_000, Proposal::New),
    ];
    assert_eq!(seen, wanted);
    assert_eq!(code(grading::grade(&catalogue, &master, &plain, (month, month), "x", &|_| Ok(RULES))), "metrics.metric.unknown");
}

#[test]
fn ones_own_place_is_told_and_nobody_elses_figure() {
    // R1.12
    let (catalogue, master) = (Catalogue::standard().unwrap(), little_network());
    let facts = [event("E1", "W1", "activation", ""), event("E2", "W1", "activation", ""), event("E3", "W2", "activation", "")];
    let plain = Plain::new(&catalogue, &master, &facts);
    let days = (day("2026-06-01"), day("2026-06-30"));
    let own = Within { outlets: vec!["W2".into()], territories: vec!["360902".into()], ..Within::default() };
    let found = standings(&catalogue, &master, &plain, "effective_orders", days, &own).unwrap();
    let seen: Vec<_> =
        found.iter().map(|one| (one.key.as_str(), one.rank, one.of, one.value, one.area.as_str(), one.class.as_str())).collect();
    assert_eq!(seen, [("W2", 2, 2, Some(1), "360902", "社会渠道"), ("360902", 1, 1, Some(3), "3609", "")]);
    assert!(standings(&catalogue, &master, &plain, "effective_orders", days, &Within::everywhere()).unwrap().is_empty());
}

#[test]
fn wrong_definitions_and_questions_are_refused() {
    let define = |formula: &str| {
        let head =
            "[[metric]]\nid = \"x\"\nzh = \"x\"\nen = \"x\"\nabout_zh = \"x\"\nabout_en = \"x\"\nunit = \"count\"\nowner = \"leader\"\n";
        code(Catalogue::read(&[("x.toml", &format!("{head}{formula}"))]))
    };
    assert_eq!(define("by = [\"day\"]\nfacts = { from = \"business_event\" }"), "ok");
    assert_eq!(define("by = [\"day\"]\nfacts = { from = \"business_event\", kinds = [\"gift\"] }"), "metrics.definition.wrong");
    assert_eq!(define("by = [\"day\"]\nfacts = { from = \"cash\", sum = \"plan_fee\" }"), "metrics.definition.wrong");
    assert_eq!(define("by = [\"clerk\"]\nfacts = { from = \"cash\" }"), "metrics.definition.wrong");
    assert_eq!(define("by = [\"day\"]\nplus = [\"y\"]"), "metrics.definition.wrong");
    assert_eq!(define("by = [\"day\"]"), "metrics.definition.wrong");
    assert_eq!(define("nonsense"), "metrics.definition.file");

    let catalogue = Catalogue::standard().unwrap();
    let ask = |metric: &str, by: &[Dimension], from: &str, to: &str| {
        let mut query = Query::new(&[metric], from.parse().unwrap(), to.parse().unwrap(), Within::everywhere());
        query.by = by.to_vec();
        code(query.check(&catalogue))
    };
    assert_eq!(ask("effective_orders", &[Dimension::Day], "2026-07-01", "2026-07-31"), "ok");
    assert_eq!(ask("nothing", &[], "2026-07-01", "2026-07-31"), "metrics.metric.unknown");
    assert_eq!(ask("billed", &[Dimension::Day], "2026-07-01", "2026-07-31"), "metrics.query.not_by");
    assert_eq!(ask("effective_orders", &[Dimension::Day, Dimension::Day], "2026-07-01", "2026-07-31"), "metrics.query.dimensions");
    assert_eq!(ask("effective_orders", &[], "2026-07-31", "2026-07-01"), "metrics.query.days");
}

async fn views_are_kept_shared_and_guarded(db: TestDb) {
    let share = [Share { kind: "role".into(), code: "leader".into() }];
    let id = store::create(&db, "zhang3", "七月", "/volume", &share).await.unwrap();
    let leader = ["leader".to_owned()];
    let seen = |login: &'static str, roles| store::view(&db, Asker { login, roles }, &id);
    assert!(seen("zhang3", &[]).await.is_ok() && seen("li4", &leader).await.is_ok());
    assert_eq!(code(seen("li4", &[]).await), "metrics.view.missing");
    assert_eq!(store::views(&db, Asker { login: "li4", roles: &leader }).await.unwrap().len(), 1);
    store::update(&db, "zhang3", &id, 1, "八月", "/volume?by=city", &[]).await.unwrap();
    assert_eq!(code(store::update(&db, "zhang3", &id, 1, "九月", "/volume", &[]).await), "platform.db.stale");
    assert_eq!(code(store::update(&db, "li4", &id, 2, "九月", "/volume", &[]).await), "metrics.view.missing");
    assert_eq!(code(store::delete(&db, "li4", &id).await), "metrics.view.missing");
    store::delete(&db, "zhang3", &id).await.unwrap();
    assert_eq!(code(store::create(&db, "zhang3", " ", "/volume", &[]).await), "metrics.view.name");
}

async fn targets_are_replaced(db: TestDb) {
    // R7.2
    let month = "2026-08".parse().unwrap();
    let target = |value| Target { metric: "effective_orders".into(), of: TargetOf::Outlet, code: "W1".into(), month, value };
    store::set_targets(&db, "admin", &[target(10)]).await.unwrap();
    store::set_targets(&db, "admin", &[target(12)]).await.unwrap();
    assert_eq!(store::targets(&db, &["effective_orders".to_owned()], month, month).await.unwrap(), [target(12)]);
}

async fn a_target_is_changed_by_whoever_saw_it(db: TestDb) {
    // R7.2
    let month = "2026-08".parse().unwrap();
    let target = |value| Target { metric: "effective_orders".into(), of: TargetOf::Outlet, code: "W1".into(), month, value };
    store::set_target(&db, "zhang3", &target(10), 0).await.unwrap();
    assert_eq!(code(store::set_target(&db, "li4", &target(11), 0).await), "platform.db.stale");
    store::set_target(&db, "li4", &target(12), 1).await.unwrap();
    assert_eq!(code(store::set_target(&db, "zhang3", &target(13), 1).await), "platform.db.stale");
    let read = store::TargetsRead::default();
    let kept = store::kept_targets(&db, month).await.unwrap();
    assert_eq!(*read.of(&db, month).await.unwrap(), kept);
    assert_eq!((&kept[0].target, kept[0].version, kept[0].set_by.as_str()), (&target(12), 2, "li4"));
    store::set_targets(&db, "zhang3", &[target(14)]).await.unwrap();
    assert_eq!(store::kept_targets(&db, month).await.unwrap()[0].version, 3);
    assert_eq!(read.of(&db, month).await.unwrap()[0].version, 3, "it was changed since");
    assert_eq!(code(store::remove_target(&db, "zhang3", &target(14), 2).await), "platform.db.stale");
    store::remove_target(&db, "zhang3", &target(14), 3).await.unwrap();
    assert!(store::kept_targets(&db, month).await.unwrap().is_empty());
    assert!(read.of(&db, month).await.unwrap().is_empty());
}

#[test]
fn a_mail_tells_of_the_period_that_ended_last() {
    // R6.38
    let day = |text: &str| text.parse::<Date>().unwrap();
    let period = |rhythm: Rhythm, today: &str| rhythm.period(day(today));
    assert_eq!(period(Rhythm::Daily, "2026-03-01"), (day("2026-02-28"), day("2026-02-28")));
    for today in ["2026-08-31", "2026-09-02", "2026-09-06"] {
        assert_eq!(period(Rhythm::Weekly, today), (day("2026-08-24"), day("2026-08-30")), "{today}");
    }
    assert_eq!(period(Rhythm::Monthly, "2026-01-31"), (day("2025-12-01"), day("2025-12-31")));
}

/// A person, as sign-in keeps them.
async fn somebody(db: &Db, login: &str) {
    let sql = "insert into access_person (login, name, password, must_change, failures, locked_until_us) values ($1, $1, '', 0, 0, 0)";
    write_tx!(db, |tx| tx.execute(sql, args![login]).await).unwrap();
}

async fn a_mail_is_sent_once_a_period(db: TestDb) {
    // R6.38, R0.2
    somebody(&db, "zhang3").await;
    let view = store::create(&db, "zhang3", "周报", "/volume", &[]).await.unwrap();
    let to = |address: &'static str, rhythm| NewMailing { view_id: &view, rhythm, address, question: "{}", lang: "zh" };
    for wrong in ["", "li4", "a@b", "a@b.cn, c@d.cn", "a@b.cn\nBcc: c@d.cn", "<a@b.cn>"] {
        assert_eq!(code(mailing::subscribe(&db, "zhang3", &to(wrong, Rhythm::Weekly)).await), "metrics.mailing.address", "{wrong}");
    }
    let id = mailing::subscribe(&db, "zhang3", &to("a@example.com", Rhythm::Weekly)).await.unwrap();
    assert_eq!(mailing::subscribe(&db, "zhang3", &to("b@example.com", Rhythm::Daily)).await.unwrap(), id, "in place of the first");
    let held = mailing::of(&db, "zhang3").await.unwrap().remove(0);
    assert_eq!((held.address.as_str(), held.rhythm, held.last.clone()), ("b@example.com", Rhythm::Daily, None));

    let day: Date = "2026-08-30".parse().unwrap();
    let claim = || mailing::claim(&db, &held, day);
    assert_eq!([claim().await.unwrap(), claim().await.unwrap()], [true, false], "whoever comes second leaves it");
    mailing::ended(&db, &held, day, Err(Refusal::unavailable("x", "线路忙", "busy"))).await.unwrap();
    assert!(!claim().await.unwrap(), "not again at once");
    db.clock().advance(Duration::from_mins(15));
    assert!(claim().await.unwrap());
    assert_eq!(mailing::of(&db, "zhang3").await.unwrap()[0].last.as_ref().unwrap().1, "sending");
    db.clock().advance(Duration::from_mins(59));
    assert!(!claim().await.unwrap());
    db.clock().advance(Duration::from_mins(1));
    assert!(claim().await.unwrap(), "one that broke off is taken up again");
    mailing::ended(&db, &held, day, Ok(())).await.unwrap();
    db.clock().advance(Duration::from_hours(48));
    assert!(!claim().await.unwrap(), "what was sent is not sent again");
    assert!(mailing::claim(&db, &held, day.plus_days(1)).await.unwrap(), "the next period is another mail");

    mailing::subscribe(&db, "zhang3", &to("b@example.com", Rhythm::Weekly)).await.unwrap();
    assert_eq!(mailing::of(&db, "zhang3").await.unwrap()[0].last, None, "what was sent of the former rhythm tells nothing of the new one");
    assert_eq!(code(mailing::unsubscribe(&db, "li4", &id).await), "metrics.view.missing");
    mailing::unsubscribe(&db, "zhang3", &id).await.unwrap();
    assert!(mailing::all(&db).await.unwrap().is_empty());
    mailing::subscribe(&db, "zhang3", &to("a@example.com", Rhythm::Monthly)).await.unwrap();
    store::delete(&db, "zhang3", &view).await.unwrap();
    assert!(mailing::all(&db).await.unwrap().is_empty(), "with its view");
}
