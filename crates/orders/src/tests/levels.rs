//! Levels: who may take what.

use super::{House, activation, code, day, recharge};
use crate::acceptance::report::{self, Query, RefusalQuery};
use crate::acceptance::store::{self, Assign, assign, restore, suspend};
use crate::business::Holder;
use crate::sight::Sight;
use qudao_access::Scope;
use qudao_testkit::{TestDb, on_both};

on_both!(
    a_level_is_never_above,
    what_is_outside_is_refused_and_kept,
    an_approved_level_takes_the_place_of_the_one_before,
    a_suspension_holds_at_once,
    a_days_limit_is_kept_to,
    everybody_sees_their_part
);

async fn a_level_is_never_above(db: TestDb) {
    // R1.9, R4.17
    let house = House::of(db).await;
    assert_eq!(code(&house.assigns(Holder::Clerk, "C4", "L4", 1).await), "acceptance.level.above", "the outlet holds L3");
    assert_eq!(code(&house.assigns(Holder::Outlet, "O2", "L4", 1).await), "ok");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C4", "L4", 1).await), "ok");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C4", "L3", 1).await), "platform.db.stale");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C5", "L1", 1).await), "acceptance.level.cooperative");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C1", "LC", 1).await), "acceptance.level.cooperative");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C1", "L9", 1).await), "acceptance.level.unknown");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C9", "L1", 0).await), "acceptance.holder.none");
    let new = Assign {
        holder: Holder::Clerk,
        code: "C1",
        level: "L3",
        certificate: " ",
        certificate_to: None,
        from: day("2026-08-01"),
        reason: "降级",
    };
    assert_eq!(code(&assign(&house.db, &house.definitions, &house.master, "sys", 1, &new).await), "acceptance.certificate.missing");
    let new = Assign { certificate: "ZS9", certificate_to: Some(day("2026-09-01")), ..new };
    assert_eq!(assign(&house.db, &house.definitions, &house.master, "sys", 1, &new).await.unwrap(), 2);
    let ending = async |on: &str| {
        report::ending(&mut house.db.read().await.unwrap(), &Sight::everywhere(), day(on), day("2026-10-01")).await.unwrap()
    };
    assert_eq!(ending("2026-08-01").await, (1, Some(day("2026-09-01"))), "R0.37: told before it ends");
    assert_eq!((ending("2026-07-15").await.0, ending("2026-09-01").await.0), (0, 0), "not before the level holds, and not after");
    assert_eq!(code(&house.assigns(Holder::Clerk, "C1", "L4", 2).await), "acceptance.level.later");
    let (row, history) = report::one(&mut house.db.read().await.unwrap(), &Sight::everywhere(), Holder::Clerk, "C1").await.unwrap();
    assert_eq!(row.held.unwrap().level, "L4", "the lower one begins in August");
    assert_eq!(history.iter().map(|(held, ..)| held.level.as_str()).collect::<Vec<_>>(), ["L3", "L4"]);
}

async fn what_is_outside_is_refused_and_kept(db: TestDb) {
    // N41, R1.9, R4.17
    let house = House::of(db).await;
    let order = house.starts("C2", &activation("13900000001", "89860001")).await.unwrap();
    house.identifies("C2", &order.id, super::DOCUMENT).await.unwrap();
    let refused = house.submits("C2", &order.id).await.unwrap_err();
    assert_eq!(refused.code, "acceptance.level.business");
    assert!(refused.text.zh.contains("工号 C2") && refused.text.zh.contains("L2") && refused.text.zh.contains("开卡"), "{refused:?}");
    assert_eq!(house.order(&order.id).await.state.name(), "draft", "nothing changed");
    let cooperative = house.starts("C5", &recharge(5_000)).await.unwrap();
    assert_eq!(code(&house.submits("C5", &cooperative.id).await), "acceptance.level.business");
    let bill = super::Wanted { business: "bill_payment".into(), ..recharge(5_000) };
    let bill = house.starts("C5", &bill).await.unwrap();
    assert_eq!(code(&house.submits("C5", &bill.id).await), "ok");
    let kept =
        report::refusals(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &RefusalQuery { limit: 10, ..RefusalQuery::default() })
            .await
            .unwrap();
    assert_eq!(kept.total, 2);
    let first = kept.rows.iter().find(|row| row.clerk == "C2").unwrap();
    assert_eq!((first.code.as_str(), first.business.as_str(), first.outlet.as_str()), ("acceptance.level.business", "activation", "O1"));
}

async fn an_approved_level_takes_the_place_of_the_one_before(db: TestDb) {
    // R1.9: by approval, from a day on; nobody below is above it
    let house = House::of(db).await;
    let partner = house.master.partner("P1", day("2026-07-01")).unwrap().clone();
    let give = async |level: &'static str, from: &'static str| {
        let new = Assign {
            holder: Holder::Partner,
            code: "P1",
            level,
            certificate: "",
            certificate_to: None,
            from: day(from),
            reason: "QX1 业务量增长",
        };
        qudao_platform::write_tx!(&house.db, |tx| store::approved(tx, &house.definitions, &partner, "li", &new).await)
    };
    assert_eq!(give("LC", "2026-07-01").await.unwrap_err().code, "acceptance.level.cooperative");
    assert_eq!(give("L9", "2026-07-01").await.unwrap_err().code, "acceptance.level.unknown");
    give("L1", "2026-07-01").await.unwrap();
    assert_eq!(give("L3", "2026-06-01").await.unwrap_err().code, "acceptance.level.later");
    let held = report::history(&mut house.db.read().await.unwrap(), Holder::Partner, "P1").await.unwrap();
    let held: Vec<_> = held.iter().map(|(held, _, reason)| (held.level.as_str(), held.to.is_some(), reason.as_str())).collect();
    assert_eq!(held, [("L1", false, "QX1 业务量增长"), ("L4", true, "授权")]);
    let order = house.starts("C1", &activation("13900000001", "89860001")).await.unwrap();
    house.identifies("C1", &order.id, super::DOCUMENT).await.unwrap();
    assert_eq!(code(&house.submits("C1", &order.id).await), "acceptance.level.business", "the clerk's L4 is no more than its partner's");
}

async fn a_suspension_holds_at_once(db: TestDb) {
    // R1.36
    let house = House::of(db).await;
    let order = house.starts("C1", &recharge(5_000)).await.unwrap();
    // The register is not told: the transaction itself sees that something changed.
    assert_eq!(suspend(&house.db, "sys", Holder::Outlet, "O1", 1, "违规办理").await.unwrap(), 2);
    let refused = house.submits("C1", &order.id).await.unwrap_err();
    assert_eq!(refused.code, "acceptance.suspended");
    assert!(refused.text.zh.contains("违规办理"));
    assert_eq!(code(&suspend(&house.db, "sys", Holder::Outlet, "O1", 2, "再次").await), "acceptance.suspended.already");
    assert_eq!(code(&restore(&house.db, "sys", Holder::Outlet, "O1", 1, "整改完成").await), "platform.db.stale");
    assert_eq!(code(&restore(&house.db, "sys", Holder::Outlet, "O1", 2, "好").await), "access.reason.missing");
    let before = house.register.index().revision;
    restore(&house.db, "sys", Holder::Outlet, "O1", 2, "整改完成").await.unwrap();
    // R0.42: what another server changed is read when it is looked for, and only then.
    assert_eq!(house.register.index().revision, before);
    house.register.follow(&house.db).await.unwrap();
    let read = house.register.index();
    assert!(read.revision > before);
    house.register.follow(&house.db).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&read, &house.register.index()), "nothing changed, and nothing was read");
    assert_eq!(code(&restore(&house.db, "sys", Holder::Outlet, "O1", 3, "整改完成").await), "acceptance.suspended.not");
    assert_eq!(code(&house.submits("C1", &order.id).await), "ok");
    assert_eq!(house.count("select count(*) as n from audit_entry where action in ('acceptance.suspend', 'acceptance.restore')").await, 2);
}

async fn a_days_limit_is_kept_to(db: TestDb) {
    // R1.9, R1.36
    let house = House::of(db).await;
    house.assigns(Holder::Clerk, "C2", "L1", 1).await.unwrap();
    let take = async |amount| {
        let order = house.starts("C2", &recharge(amount)).await.unwrap();
        code(&house.submits("C2", &order.id).await)
    };
    assert_eq!(take(50_001).await, "acceptance.limit.order");
    for _ in 0..39 {
        assert_eq!(take(50_000).await, "ok");
    }
    let definitions = &house.definitions;
    let near =
        report::near(&mut house.db.read().await.unwrap(), &Sight::everywhere(), definitions, &house.register.index(), day("2026-07-01"))
            .await
            .unwrap();
    assert_eq!(near.iter().map(|near| (near.code.as_str(), near.share)).collect::<Vec<_>>(), [("C2", 975_000)]);
    assert_eq!(take(50_000).await, "ok");
    assert_eq!(take(100).await, "acceptance.limit.day");
    house.db.clock().advance(std::time::Duration::from_hours(24));
    assert_eq!(take(100).await, "ok", "another day");
}

async fn everybody_sees_their_part(db: TestDb) {
    // R0.1, R1.36
    let house = House::of(db).await;
    let on = day("2026-07-01");
    let see = async |scope: Scope| {
        let sight = Sight::of(scope, &house.master, on);
        let found = report::list(&mut house.db.read().await.unwrap(), &sight, &Query { limit: 100, ..Query::default() }).await.unwrap();
        found.rows.into_iter().map(|row| row.code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(see(Scope { outlets: vec!["O1".into()], ..Scope::default() }).await, "C1 C2 O1");
    assert_eq!(see(Scope { clerks: vec!["C2".into()], ..Scope::default() }).await, "C2");
    assert_eq!(see(Scope { partners: vec!["P2".into()], ..Scope::default() }).await, "C5 O3 P2");
    assert_eq!(see(Scope { territories: vec!["4212".into()], ..Scope::default() }).await, "");
    assert_eq!(see(Scope::default()).await, "");
    let all = Query { limit: 4, level: "L4".into(), ..Query::default() };
    let page = report::list(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &all).await.unwrap();
    assert_eq!((page.rows.len(), page.more, page.total), (4, true, 9));
    let last = page.rows.last().unwrap();
    let next = Query { after: Some((last.holder.name().into(), last.code.clone())), limit: 10, ..all };
    assert_eq!(report::list(&mut house.db.read().await.unwrap(), &Sight::everywhere(), &next).await.unwrap().rows.len(), 5);
}
