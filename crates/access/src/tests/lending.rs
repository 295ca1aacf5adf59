//! Delegation, hand-over, work IDs.

use super::*;
use crate::delegations::{self, NewDelegation};
use crate::handover;
use crate::shares::{self, NewShare, What};
use crate::work_ids::{self, Binding, Why};
use qudao_platform::audit::same_hand;

on_both!(
    somebody_acts_for_another_with_what_was_lent,
    what_cannot_be_lent_is_told,
    a_portfolio_moves_in_one_action,
    a_work_id_is_one_persons_at_one_place,
    an_assistant_sees_what_is_shared_without_acting,
    a_suspended_work_id_gives_nothing_to_share,
);

fn lent<'a>(taker: &'a str, grants: &'a [String]) -> NewDelegation<'a> {
    NewDelegation { taker, grants, from: date("2026-07-01"), to: date("2026-07-08"), reason: "出差" }
}

async fn somebody_acts_for_another_with_what_was_lent(db: TestDb) {
    // The tests' clock stands on 2026-07-01
    add(&db, "zhang3", &[("settlement_support", "4211"), ("auditor", "")]).await;
    let li4 = add(&db, "li4", &[("channel_manager", "421102")]).await;
    let grants = ["grant_zhang3_1".to_owned()];
    let id = delegations::delegate(&db, &parameters(), "zhang3", &lent("li4", &grants)).await.unwrap();
    let before = who(&db, &li4).await.unwrap();
    assert_eq!(code(before.scope(&roles(), Permission::SettlementRun)), "access.caller.no_permission", "nothing before one chooses to act");

    delegations::act(&db, "li4", &li4, Some(&id)).await.unwrap();
    let acting = who(&db, &li4).await.unwrap();
    assert_eq!((acting.login.as_str(), acting.who().as_str()), ("li4", "li4/zhang3"), "audit names both (R0.2)");
    assert_eq!(acting.acting.as_ref().map(|giver| giver.login.as_str()), Some("zhang3"));
    assert_eq!(acting.scope(&roles(), Permission::SettlementRun).unwrap().territories, ["4211"]);
    assert_eq!(code(acting.scope(&roles(), Permission::AuditRead)), "access.caller.no_permission", "what was not lent");
    assert!(same_hand("li4/zhang3", "zhang3") && same_hand("li4/zhang3", "li4") && !same_hand("li4/zhang3", "wang5"));

    // What was lent is not li4's own and cannot be passed on.
    add(&db, "wang5", &[]).await;
    assert_eq!(code(delegations::delegate(&db, &parameters(), "li4", &lent("wang5", &grants)).await), "access.delegation.grants");
    delegations::act(&db, "li4", &li4, None).await.unwrap();
    assert_eq!(who(&db, &li4).await.unwrap().who(), "li4");
    delegations::act(&db, "li4", &li4, Some(&id)).await.unwrap();
    people::end_grant(&db, "admin", "grant_zhang3_1", date("2026-01-02"), "转岗").await.unwrap();
    assert!(who(&db, &li4).await.unwrap().grants.is_empty(), "a role the giver lost is lost to the other too");

    let both = ["grant_zhang3_2".to_owned()];
    let second = delegations::delegate(&db, &parameters(), "zhang3", &lent("li4", &both)).await.unwrap();
    delegations::act(&db, "li4", &li4, Some(&second)).await.unwrap();
    assert!(who(&db, &li4).await.unwrap().scope(&roles(), Permission::AuditRead).is_ok());
    delegations::revoke(&db, "zhang3", &second).await.unwrap();
    assert_eq!(who(&db, &li4).await.unwrap().who(), "li4", "taken back at once");
    assert_eq!(code(delegations::act(&db, "li4", &li4, Some(&second)).await), "access.delegation.missing");
    let third = delegations::delegate(&db, &parameters(), "zhang3", &lent("li4", &both)).await.unwrap();
    delegations::act(&db, "li4", &li4, Some(&third)).await.unwrap();
    db.clock().advance(Duration::from_hours(7 * 24));
    let later = enter(&db, "li4", OWN).await.unwrap();
    assert_eq!(code(delegations::act(&db, "li4", &later, Some(&third)).await), "access.delegation.missing", "over");
    assert_eq!(delegations::list(&mut db.read().await.unwrap(), "li4").await.unwrap().len(), 3);
}

async fn what_cannot_be_lent_is_told(db: TestDb) {
    add(&db, "zhang3", &[("auditor", "")]).await;
    let li4 = add(&db, "li4", &[("auditor", "")]).await;
    let own = ["grant_zhang3_1".to_owned()];
    let lend = async |new: NewDelegation<'_>| delegations::delegate(&db, &parameters(), "zhang3", &new).await;
    assert_eq!(code(lend(lent("zhang3", &own)).await), "access.delegation.self");
    assert_eq!(code(lend(lent("nobody", &own)).await), "access.person.missing");
    assert_eq!(code(lend(lent("li4", &[])).await), "access.delegation.grants");
    assert_eq!(code(lend(lent("li4", &["grant_li4_1".to_owned()])).await), "access.delegation.grants", "another's");
    assert_eq!(code(lend(NewDelegation { to: date("2026-10-01"), ..lent("li4", &own) }).await), "access.delegation.days", "too long");
    assert_eq!(code(lend(NewDelegation { to: date("2026-07-01"), ..lent("li4", &own) }).await), "access.delegation.days", "no day");
    assert_eq!(code(lend(NewDelegation { reason: " ", ..lent("li4", &own) }).await), "access.reason.missing");
    let id = lend(NewDelegation { from: date("2026-07-02"), ..lent("li4", &own) }).await.unwrap();
    assert_eq!(code(delegations::act(&db, "li4", &li4, Some(&id)).await), "access.delegation.missing", "from tomorrow");
    assert_eq!(code(delegations::revoke(&db, "wang5", &id).await), "access.delegation.missing", "not theirs");
    delegations::revoke(&db, "li4", &id).await.unwrap();
    assert_eq!(code(delegations::revoke(&db, "li4", &id).await), "access.delegation.revoked");
}

async fn a_portfolio_moves_in_one_action(db: TestDb) {
    // R2.2, R2.4: transfers between posts move the portfolio from the effective day
    add(&db, "zhang3", &[("channel_manager", "421102"), ("channel_manager", "421103"), ("auditor", "")]).await;
    let li4 = add(&db, "li4", &[("auditor", "")]).await;
    people::end_grant(&db, "admin", "grant_zhang3_2", date("2026-06-01"), "已结束").await.unwrap();
    let on = date("2026-07-02");
    let see = async || {
        let moves = handover::preview(&mut db.read().await.unwrap(), "zhang3", "li4", on).await.unwrap();
        moves.into_iter().map(|step| (step.grant.id, step.held)).collect::<Vec<_>>()
    };
    let seen = see().await;
    assert_eq!(
        seen,
        [("grant_zhang3_1".to_owned(), false), ("grant_zhang3_3".to_owned(), true)],
        "what ended stays, what is held is not doubled"
    );
    let ids: Vec<String> = seen.into_iter().map(|(id, _)| id).collect();
    let go = async |ids: &[String], on| {
        let passing = handover::Passing { who: "admin", giver: "zhang3", taker: "li4", on, reason: "转岗到前端" };
        handover::hand_over(&db, &passing, ids, &[]).await
    };
    assert_eq!(code(go(&ids[..1], on).await), "access.handover.changed");
    assert_eq!(code(go(&ids, date("2026-06-30")).await), "access.handover.day");
    assert_eq!(code(handover::preview(&mut db.read().await.unwrap(), "zhang3", "zhang3", on).await), "access.handover.self");
    go(&ids, on).await.unwrap();
    assert_eq!(code(go(&[], on).await), "access.handover.nothing");
    assert_eq!(who(&db, &li4).await.unwrap().grants.len(), 1, "today nothing has changed");
    db.clock().advance(Duration::from_hours(24));
    let [zhang3, li4] = [enter(&db, "zhang3", OWN).await.unwrap(), enter(&db, "li4", OWN).await.unwrap()];
    assert!(who(&db, &zhang3).await.unwrap().grants.is_empty());
    assert_eq!(who(&db, &li4).await.unwrap().scope(&roles(), Permission::VolumeRead).unwrap().territories, ["", "421102"]);
    let trail = audit::list(&mut db.read().await.unwrap(), Some(("person", "zhang3")), 0, 99).await.unwrap();
    assert_eq!(trail.iter().filter(|entry| entry.entry.action == "person.hand_over").count(), 2, "one entry for each grant");
}

async fn a_work_id_is_one_persons_at_one_place(db: TestDb) {
    // R0.28
    let zhang3 = add(&db, "zhang3", &[("clerk", "K001")]).await;
    add(&db, "li4", &[("clerk", "K002")]).await;
    let binding = |clerk, login, phone| Binding { clerk, login, outlet: "W001", phone };
    let bind = async |new: Binding<'_>| work_ids::bind(&db, "admin", &new, "入职").await;
    let works = async || who(&db, &zhang3).await.unwrap().scope(&roles(), Permission::VolumeRead).is_ok();
    assert!(works().await, "a role over a work ID that nobody bound is as good as before");
    assert_eq!(code(bind(binding("K001", "zhang3", "1381234")).await), "access.private.phone");
    bind(binding("K001", "zhang3", "13812345678")).await.unwrap();
    assert_eq!(code(bind(binding("K003", "zhang3", "13812345679")).await), "access.work_id.person", "one for each person");
    assert!(works().await);

    assert_eq!(code(bind(binding("K001", "li4", "13900000000")).await), "access.work_id.shared");
    assert!(!works().await, "a shared one is suspended at once");
    bind(binding("K001", "zhang3", "13812345678")).await.unwrap();
    assert!(works().await, "bound anew");
    assert_eq!(code(bind(binding("K002", "li4", "13812345678")).await), "access.work_id.shared", "the phone of another");
    bind(binding("K001", "zhang3", "13812345678")).await.unwrap();
    assert!(!work_ids::seen_at(&db, "K001", "W001").await.unwrap());
    assert!(work_ids::seen_at(&db, "K001", "W002").await.unwrap(), "moved to another outlet");
    assert!(!works().await);
    assert!(!work_ids::seen_at(&db, "K001", "W002").await.unwrap(), "suspended already");
    bind(binding("K001", "zhang3", "13812345678")).await.unwrap();
    work_ids::suspend(&db, "admin", "K001", Why::Other, "盘点").await.unwrap();
    assert_eq!(code(work_ids::suspend(&db, "admin", "K001", Why::Other, "盘点").await), "access.work_id.missing");
    bind(binding("K001", "zhang3", "13812345678")).await.unwrap();
    people::leave(&db, "admin", "zhang3", "离职").await.unwrap();
    let held = work_ids::list(&mut db.read().await.unwrap(), "zhang3").await.unwrap();
    assert!(held.iter().all(|id| id.suspended.is_some()), "leaving suspends");
    assert_eq!(held.iter().filter(|id| id.suspended.is_some_and(|(_, why)| why == Why::Left)).count(), 1);
    assert!(held.iter().all(|id| id.phone == "138****5678"));
    bind(binding("K001", "li4", "13812345678")).await.unwrap();
    let written = format!("{:?}", audit::list(&mut db.read().await.unwrap(), None, 0, 999).await.unwrap());
    assert!(!written.contains("13812345678"), "no whole phone in the chain (R0.16)");
}

async fn a_suspended_work_id_gives_nothing_to_share(db: TestDb) {
    // R0.28, R8.101
    add(&db, "zhang3", &[("clerk", "K001")]).await;
    let li4 = add(&db, "li4", &[]).await;
    let what = What { customers: true, documents: false, writes: false };
    let new = NewShare { taker: "li4", what, from: date("2026-07-01"), to: date("2026-07-08"), reason: "代班" };
    shares::share(&db, &parameters(), "zhang3", &new).await.unwrap();
    let binding = Binding { clerk: "K001", login: "zhang3", outlet: "W001", phone: "13812345678" };
    work_ids::bind(&db, "admin", &binding, "入职").await.unwrap();
    let sees = async || who(&db, &li4).await.unwrap().scope(&roles(), Permission::VolumeRead).map(|scope| scope.clerks);
    assert_eq!(sees().await.unwrap(), ["K001"]);
    work_ids::suspend(&db, "admin", "K001", Why::Other, "盘点").await.unwrap();
    assert_eq!(code(sees().await), "access.caller.no_permission");
}

async fn an_assistant_sees_what_is_shared_without_acting(db: TestDb) {
    // R8.101: dated, seen by both, ended by either, and never passed on; the tests' clock stands on 2026-07-01
    add(&db, "zhang3", &[("channel_manager", "4211"), ("auditor", "43")]).await;
    let li4 = add(&db, "li4", &[("channel_manager", "421102")]).await;
    let wang5 = add(&db, "wang5", &[]).await;
    let customers = What { customers: true, documents: false, writes: false };
    let new = NewShare { taker: "li4", what: customers, from: date("2026-07-01"), to: date("2026-07-08"), reason: "协助直销" };
    let share = async |giver: &str, new: NewShare<'_>| shares::share(&db, &parameters(), giver, &new).await;
    assert_eq!(code(share("zhang3", NewShare { taker: "zhang3", ..new }).await), "access.share.self");
    assert_eq!(code(share("zhang3", NewShare { what: What { writes: true, ..customers }, ..new }).await), "access.share.what");
    assert_eq!(code(share("zhang3", NewShare { to: date("2027-07-01"), ..new }).await), "access.share.days");
    let id = share("zhang3", new).await.unwrap();
    let seen = who(&db, &li4).await.unwrap();
    assert_eq!(seen.who(), "li4", "nobody acts for anybody");
    let scope = seen.scope(&roles(), Permission::PartnerRead).unwrap();
    assert_eq!(scope.territories, ["421102", "4211", "43"]);
    assert_eq!(seen.scope(&roles(), Permission::DocumentRead).unwrap().territories, ["421102"], "documents were not shared");
    assert_eq!(code(seen.scope(&roles(), Permission::AuditRead)), "access.caller.no_permission", "customers, not everything of the role");

    // What was shared with li4 is not theirs to share.
    let on = share("li4", NewShare { taker: "wang5", ..new }).await.unwrap();
    assert_eq!(who(&db, &wang5).await.unwrap().scope(&roles(), Permission::PartnerRead).unwrap().territories, ["421102"]);
    shares::revoke(&db, "wang5", &on).await.unwrap();
    assert_eq!(code(shares::revoke(&db, "wang5", &on).await), "access.share.revoked");
    assert_eq!(code(shares::revoke(&db, "wang5", &id).await), "access.share.missing");

    let documents = What { customers: false, documents: true, writes: true };
    let second = share("zhang3", NewShare { what: documents, ..new }).await.unwrap();
    let scope = who(&db, &li4).await.unwrap().scope(&roles(), Permission::DocumentManage).unwrap();
    assert_eq!(scope.territories, ["421102", "4211"], "an auditor keeps no documents");
    let own = who(&db, &li4).await.unwrap().own_scope(&roles(), Permission::DocumentManage).unwrap();
    assert_eq!(own.territories, ["421102"], "new ones are brought where one's own role reaches");
    assert_eq!(shares::list(&mut db.read().await.unwrap(), "li4").await.unwrap().len(), 3);
    shares::revoke(&db, "zhang3", &second).await.unwrap();
    db.clock().advance(Duration::from_hours(7 * 24));
    let later = enter(&db, "li4", OWN).await.unwrap();
    let scope = who(&db, &later).await.unwrap().scope(&roles(), Permission::PartnerRead).unwrap();
    assert_eq!(scope.territories, ["421102"], "over");
    let trail = audit::list(&mut db.read().await.unwrap(), Some(("person", "zhang3")), 0, 50).await.unwrap();
    let of = |action: &str| trail.iter().filter(|entry| entry.entry.action == action).count();
    assert_eq!((of("share.create"), of("share.revoke")), (2, 1));
}
