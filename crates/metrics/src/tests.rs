//! The standard set, wrong definitions, and what people keep on both databases.

use crate::mailing::{self, NewMailing, Rhythm};
use crate::store::{self, Asker, Share};
use crate::{Catalogue, Dimension, Query, Target, TargetOf, Within};
use qudao_kernel::{Date, Refusal};
use qudao_platform::db::Db;
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(views_are_kept_shared_and_guarded, targets_are_replaced, a_mail_is_sent_once_a_period);

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
    assert_eq!((catalogue.bands.of(2_999), catalogue.bands.of(16_000)), ("b0", "b160"));
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

    assert_eq!(code(mailing::unsubscribe(&db, "li4", &id).await), "metrics.view.missing");
    mailing::unsubscribe(&db, "zhang3", &id).await.unwrap();
    assert!(mailing::all(&db).await.unwrap().is_empty());
    mailing::subscribe(&db, "zhang3", &to("a@example.com", Rhythm::Monthly)).await.unwrap();
    store::delete(&db, "zhang3", &view).await.unwrap();
    assert!(mailing::all(&db).await.unwrap().is_empty(), "with its view");
}
