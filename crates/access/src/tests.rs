//! People, roles and sessions on both databases.

mod entering;
mod lending;
mod listing;

use crate::people::{self, NewGrant};
use crate::sessions::{self, SignIn, Token};
use crate::{Caller, Permission, Place, Roles};
use proptest::prelude::*;
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::params::Register;
use qudao_platform::{args, audit};
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(
    somebody_signs_in_and_sees_their_part,
    wrong_passwords_lock_out_for_a_while,
    sessions_end,
    signing_out_elsewhere_ends_every_other_session,
    a_password_replaced_meanwhile_opens_nothing,
    roles_end_with_their_days_and_people_with_their_leaving,
    what_is_wrong_is_told,
);

const FIRST: &str = "first password";
const OWN: &str = "马蹄声碎喇叭声咽";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn roles() -> Roles {
    Roles::standard().unwrap()
}

fn parameters() -> Register {
    Register::standard().unwrap()
}

fn new<'a>(role: &'a str, over: &'a str) -> NewGrant<'a> {
    NewGrant { role, over, from: date("2026-01-01"), to: None, reason: "到岗" }
}

async fn add(db: &TestDb, login: &str, grants: &[(&str, &str)]) -> Token {
    people::create(db, "admin", login, "张三", FIRST).await.unwrap();
    for (role, over) in grants {
        people::grant(db, &roles(), "admin", login, &new(role, over)).await.unwrap();
    }
    let token = enter(db, login, FIRST).await.unwrap();
    people::change_password(db, login, FIRST, OWN, &token).await.unwrap();
    token
}

async fn enter(db: &TestDb, login: &str, password: &str) -> Result<Token, Refusal> {
    sessions::sign_in(db, &parameters(), &SignIn { login, password, ..SignIn::default() }).await
}

async fn who(db: &TestDb, token: &Token) -> Result<Caller, Refusal> {
    sessions::caller(db, &parameters(), token).await
}

async fn somebody_signs_in_and_sees_their_part(db: TestDb) {
    // R0.1, R0.2, R1.30: each with a login of their own, only what the role allows, only where it is held
    people::create(&db, "admin", "zhang3", "张三", FIRST).await.unwrap();
    people::grant(&db, &roles(), "admin", "zhang3", &new("settlement_support", "4211")).await.unwrap();
    people::grant(&db, &roles(), "admin", "zhang3", &new("partner_owner", "A00007")).await.unwrap();
    let token = enter(&db, "zhang3", FIRST).await.unwrap();
    let first = who(&db, &token).await.unwrap();
    assert_eq!(code(first.scope(&roles(), Permission::StatementRead)), "access.caller.must_change");
    people::change_password(&db, "zhang3", FIRST, OWN, &token).await.unwrap();

    let caller = who(&db, &token).await.unwrap();
    assert_eq!((caller.login.as_str(), caller.name.as_str()), ("zhang3", "张三"));
    let scope = caller.scope(&roles(), Permission::StatementRead).unwrap();
    assert!(scope.covers(&Place { territory: "421102", ..Place::default() }));
    assert!(!scope.covers(&Place { territory: "4201", partners: &["B1", "B0"], ..Place::default() }));
    assert!(scope.covers(&Place { territory: "4201", partners: &["A00010", "A00007"], ..Place::default() }), "below the own partner");
    // one role does not lend the other its territory: running a settlement stays within 4211
    let run = caller.scope(&roles(), Permission::SettlementRun).unwrap();
    assert!(!run.covers(&Place { territory: "4201", partners: &["A00007"], ..Place::default() }));
    assert_eq!(code(caller.scope(&roles(), Permission::PersonManage)), "access.caller.no_permission");
    let fewer =
        Roles::read("[[role]]\nid = \"partner_owner\"\nzh = \"甲\"\nen = \"A\"\nover = \"partner\"\nmay = [\"statement.read\"]", "x")
            .unwrap();
    let scope = caller.scope(&fewer, Permission::StatementRead).unwrap();
    assert_eq!((scope.partners.len(), scope.territories.len()), (1, 0), "a role taken out of the definitions gives nothing");

    let tx = &mut db.read().await.unwrap();
    let trail = audit::list(tx, Some(("person", "zhang3")), 0, 9).await.unwrap();
    let acts: Vec<&str> = trail.iter().map(|entry| entry.entry.action.as_str()).collect();
    assert_eq!(acts, ["person.create", "person.grant", "person.grant", "person.change_password"]);
    let written = format!("{trail:?}{token:?}");
    assert!([FIRST, OWN, "argon2", token.secret()].iter().all(|secret| !written.contains(secret)), "{written}");
    let stored = tx.query_one("select password, id from access_person join access_session using (login)", args![]).await.unwrap();
    assert!(stored.string("password").unwrap().starts_with("$argon2id$"));
    assert_ne!(stored.string("id").unwrap(), token.secret());
}

async fn wrong_passwords_lock_out_for_a_while(db: TestDb) {
    add(&db, "li4", &[]).await;
    assert_eq!(enter(&db, "nobody", OWN).await.unwrap_err(), enter(&db, "li4", "wrong").await.unwrap_err(), "the same words");
    for _ in 0..3 {
        assert_eq!(code(enter(&db, "li4", "wrong").await), "access.sign_in.refused");
    }
    assert_eq!(code(enter(&db, "li4", "wrong").await), "access.sign_in.locked", "the fifth");
    let told = enter(&db, "li4", OWN).await.unwrap_err();
    assert_eq!(told.code, "access.sign_in.locked", "even with the right one");
    assert!(told.line(Lang::En).contains("in 15 minutes"), "{told}");
    db.clock().advance(Duration::from_mins(15));
    assert_eq!(code(enter(&db, "li4", "wrong").await), "access.sign_in.refused", "counted anew");
    assert_eq!(code(enter(&db, "li4", OWN).await), "ok");
    for _ in 0..4 {
        assert_eq!(code(enter(&db, "li4", "wrong").await), "access.sign_in.refused", "a right one begins the count again");
    }
    enter(&db, "li4", "wrong").await.unwrap_err();
    people::reset_password(&db, "admin", "li4", "another first", "本人到场").await.unwrap();
    assert_eq!(code(enter(&db, "li4", "another first").await), "ok", "a new password lifts the lock");
}

async fn sessions_end(db: TestDb) {
    let token = add(&db, "wang5", &[]).await;
    db.clock().advance(Duration::from_mins(59));
    assert_eq!(code(who(&db, &token).await), "ok");
    db.clock().advance(Duration::from_mins(59));
    assert_eq!(code(who(&db, &token).await), "ok", "asking kept it alive");
    db.clock().advance(Duration::from_hours(1));
    assert_eq!(code(who(&db, &token).await), "access.session.ended", "idle");

    let busy = enter(&db, "wang5", OWN).await.unwrap();
    for _ in 0..14 {
        db.clock().advance(Duration::from_mins(50));
        assert_eq!(code(who(&db, &busy).await), "ok");
    }
    db.clock().advance(Duration::from_mins(20));
    assert_eq!(code(who(&db, &busy).await), "access.session.ended", "twelve hours");

    let [kept, other] = [enter(&db, "wang5", OWN).await.unwrap(), enter(&db, "wang5", OWN).await.unwrap()];
    people::change_password(&db, "wang5", OWN, "another of mine", &kept).await.unwrap();
    assert_eq!([code(who(&db, &kept).await), code(who(&db, &other).await)], ["ok", "access.session.ended"]);
    let held = db.read().await.unwrap().query("select id from access_session", args![]).await.unwrap();
    assert_eq!(held.len(), 1, "sessions that ended by themselves are cleared away");
    sessions::sign_out(&db, &kept).await.unwrap();
    assert_eq!(code(who(&db, &kept).await), "access.session.ended");
    assert_eq!(code(who(&db, &Token::sent("' or 1=1 --")).await), "access.session.ended");
}

async fn signing_out_elsewhere_ends_every_other_session(db: TestDb) {
    // R0.1, R0.2
    let [first, stranger] = [add(&db, "wang5", &[]).await, add(&db, "zhao6", &[]).await];
    db.clock().advance(Duration::from_mins(5));
    let second = enter(&db, "wang5", OWN).await.unwrap();
    let held = sessions::held(&mut db.read().await.unwrap(), &parameters(), "wang5", &first).await.unwrap();
    assert_eq!(held.iter().map(|one| one.here).collect::<Vec<_>>(), [false, true], "the last used first, and which of them asks");
    sessions::sign_out_elsewhere(&db, "wang5", &first).await.unwrap();
    assert_eq!([code(who(&db, &first).await), code(who(&db, &second).await)], ["ok", "access.session.ended"]);
    assert_eq!(code(who(&db, &stranger).await), "ok", "of nobody else");
    let entries = audit::list(&mut db.read().await.unwrap(), Some(("person", "wang5")), 0, 100).await.unwrap();
    assert_eq!(entries.last().unwrap().entry.action, "person.sign_out_elsewhere");
}

async fn a_password_replaced_meanwhile_opens_nothing(db: TestDb) {
    // Whichever of the two is first, nobody is in by the old password in the end.
    for round in 0..4 {
        let login = format!("qian{round}");
        add(&db, &login, &[]).await;
        let (entering, other) = ((*db).clone(), login.clone());
        let old = tokio::spawn(async move {
            let sent = SignIn { login: &other, password: OWN, ..SignIn::default() };
            sessions::sign_in(&entering, &parameters(), &sent).await
        });
        people::reset_password(&db, "admin", &login, "another first", "遗失").await.unwrap();
        if let Ok(token) = old.await.unwrap() {
            assert_eq!(code(who(&db, &token).await), "access.session.ended");
        }
        let left = db.read().await.unwrap().query("select id from access_session where login = $1", args![&login]).await.unwrap();
        assert!(left.is_empty());
    }
}

async fn roles_end_with_their_days_and_people_with_their_leaving(db: TestDb) {
    // R0.4; the tests' clock stands on 2026-07-01, eight in the morning in China
    let token = add(&db, "zhao6", &[("auditor", "")]).await;
    assert!(who(&db, &token).await.unwrap().scope(&roles(), Permission::AuditRead).unwrap().is_everywhere());
    people::end_grant(&db, "admin", "grant_zhao6_1", date("2026-07-02"), "转岗").await.unwrap();
    assert_eq!(code(people::end_grant(&db, "admin", "grant_zhao6_1", date("2026-07-02"), "转岗").await), "access.grant.ended");
    assert_eq!(who(&db, &token).await.unwrap().grants.len(), 1, "to the end of the day");
    db.clock().advance(Duration::from_hours(15));
    let last_hour = enter(&db, "zhao6", OWN).await.unwrap();
    assert_eq!(who(&db, &last_hour).await.unwrap().grants.len(), 1, "an hour before midnight in China");
    db.clock().advance(Duration::from_secs(3600 - 1));
    assert_eq!(who(&db, &last_hour).await.unwrap().grants.len(), 1);
    db.clock().advance(Duration::from_secs(1));
    let after = enter(&db, "zhao6", OWN).await.unwrap();
    assert_eq!(code(who(&db, &after).await.unwrap().scope(&roles(), Permission::AuditRead)), "access.caller.no_permission");

    people::leave(&db, "admin", "zhao6", "离职").await.unwrap();
    assert_eq!(code(who(&db, &after).await), "access.session.ended");
    assert_eq!(code(enter(&db, "zhao6", OWN).await), "access.sign_in.refused");
    assert_eq!(code(people::create(&db, "admin", "zhao6", "赵七", FIRST).await), "access.person.exists", "a login is never another's");
    assert_eq!(code(people::reset_password(&db, "admin", "zhao6", FIRST, "").await), "access.person.missing");
}

async fn what_is_wrong_is_told(db: TestDb) {
    assert_eq!(code(people::create(&db, "admin", "含汉字", "张三", FIRST).await), "access.person.login");
    assert_eq!(code(people::create(&db, "admin", "sun7", "孙七", "short").await), "access.password.weak");
    let token = add(&db, "sun7", &[("clerk", "K001")]).await;
    assert_eq!(code(people::create(&db, "admin", "sun7", "孙七", FIRST).await), "access.person.exists");
    assert_eq!(code(people::grant(&db, &roles(), "admin", "sun7", &new("clerk", "K001")).await), "access.grant.exists");
    assert_eq!(code(people::grant(&db, &roles(), "admin", "sun7", &new("king", "")).await), "access.role.unknown");
    assert_eq!(code(people::grant(&db, &roles(), "admin", "sun7", &new("auditor", "42x")).await), "access.grant.over");
    assert_eq!(code(people::grant(&db, &roles(), "admin", "sun7", &new("clerk", "")).await), "access.grant.over");
    assert_eq!(code(people::grant(&db, &roles(), "admin", "nobody", &new("auditor", "")).await), "access.person.missing");
    assert_eq!(
        code(people::grant(&db, &roles(), "sun7", "sun7", &new("auditor", "")).await),
        "access.person.self",
        "nobody raises themselves"
    );
    assert_eq!(code(people::reset_password(&db, "li4/sun7", "sun7", FIRST, "").await), "access.person.self", "nor through another");
    let never = NewGrant { to: Some(date("2026-01-01")), ..new("auditor", "") };
    assert_eq!(code(people::grant(&db, &roles(), "admin", "sun7", &never).await), "access.grant.days");
    assert_eq!(code(people::end_grant(&db, "admin", "grant_x", date("2026-07-02"), "").await), "access.grant.missing");
    assert_eq!(code(people::change_password(&db, "sun7", "wrong", "long enough", &token).await), "access.sign_in.refused");
    assert_eq!(code(people::change_password(&db, "sun7", OWN, OWN, &token).await), "access.password.same");
}

#[test]
fn the_standard_roles_are_complete_and_wrong_files_are_told() {
    // R1.30, R2.4: the four support managers and the channel manager are shipped
    let roles = roles();
    for id in ["marketing_support", "system_support", "settlement_support", "service_support", "channel_manager"] {
        assert!(roles.get(id).is_ok());
    }
    for permission in Permission::ALL {
        assert!(roles.iter().any(|role| role.may.contains(permission)), "nobody may {}", permission.name());
    }
    let role = |may: &str| format!("[[role]]\nid = \"a\"\nzh = \"甲\"\nen = \"A\"\nover = \"territory\"\nmay = [{may}]\n");
    assert_eq!(code(Roles::read(&role("\"audit.read\""), "x")), "ok");
    assert_eq!(code(Roles::read(&role("\"audit.write\""), "x")), "access.roles.file");
    assert_eq!(code(Roles::read(&role("").repeat(2), "x")), "access.roles.file");
}

proptest! {
    /// R6.43: a scope over a territory covers exactly what lies below it, and nothing that only looks like it.
    #[test]
    fn a_territory_covers_what_lies_below_it(area in "[0-9]{0,6}", place in "[0-9]{2,9}") {
        let scope = crate::Scope { territories: vec![area.clone()], ..Default::default() };
        prop_assert_eq!(scope.covers(&Place { territory: &place, ..Place::default() }), place.starts_with(&area));
    }

    /// Without a grant nothing is covered, whatever stands empty in the record.
    #[test]
    fn nothing_is_covered_by_accident(codes in proptest::collection::vec("[A-C]?", 4)) {
        let held = crate::Scope { partners: vec![codes[0].clone()], outlets: vec![codes[1].clone()], ..Default::default() };
        let place = Place { partners: &[&codes[2]], outlet: &codes[3], ..Place::default() };
        let same = |a: &str, b: &str| !a.is_empty() && a == b;
        prop_assert_eq!(held.covers(&place), same(&codes[0], &codes[2]) || same(&codes[1], &codes[3]));
    }
}
