//! The standard set, wrong definitions, and what people keep on both databases.

use crate::store::{self, Asker, Share};
use crate::{Catalogue, Dimension, Query, Target, TargetOf, Within};
use qudao_kernel::Refusal;
use qudao_testkit::{TestDb, on_both};

on_both!(views_are_kept_shared_and_guarded, targets_are_replaced);

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
