//! Second factor, tokens of programs, addresses that fail too often, sign-in through another house.

use super::*;
use crate::{oidc, tokens, totp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qudao_kernel::Kind;

on_both!(
    a_second_factor_is_asked_and_used_once,
    a_lost_phone_has_recovery_codes_and_an_administrator,
    a_token_gives_a_part_and_ends,
    an_address_that_fails_too_often_waits,
    a_sign_in_elsewhere_is_taken_up_once,
);

const HALF_MINUTE: Duration = Duration::from_secs(30);

async fn enter_with(db: &TestDb, login: &str, code: &str) -> Result<Token, Refusal> {
    let sent = SignIn { login, password: OWN, code: Some(code), address: "" };
    sessions::sign_in(db, &parameters(), &sent).await
}

/// What the phone shows now.
async fn shown(db: &TestDb, login: &str) -> String {
    let row = db.read().await.unwrap().query_one("select secret from access_totp where login = $1", args![login]).await.unwrap();
    totp::code_of(row.bytes("secret").unwrap(), db.now_us() / 30_000_000).unwrap()
}

async fn a_second_factor_is_asked_and_used_once(db: TestDb) {
    // R0.1
    let first = add(&db, "zhang3", &[]).await;
    let enrolment = totp::enrol(&db, "zhang3").await.unwrap();
    assert!(enrolment.uri.contains(&enrolment.secret) && enrolment.qr_svg.contains("</svg>"));
    assert_eq!(code(enter(&db, "zhang3", OWN).await), "ok", "a secret that was only shown asks for nothing");
    assert_eq!(code(totp::confirm(&db, "zhang3", "000000").await), "access.totp.code");
    let code_now = shown(&db, "zhang3").await;
    assert_eq!(totp::confirm(&db, "zhang3", &code_now).await.unwrap().len(), 10);
    assert_eq!(code(totp::enrol(&db, "zhang3").await), "access.totp.confirmed");
    assert_eq!(code(who(&db, &first).await), "ok", "sessions go on");

    assert_eq!(code(enter(&db, "zhang3", OWN).await), "access.sign_in.totp");
    assert_eq!(code(enter(&db, "zhang3", "wrong").await), "access.sign_in.refused", "without the password nothing is said of codes");
    assert_eq!(code(enter_with(&db, "zhang3", &code_now).await), "access.sign_in.code", "the one that confirmed is used");
    db.clock().advance(HALF_MINUTE);
    let next = shown(&db, "zhang3").await;
    let spaced = format!("{} {}", &next[..3], &next[3..]);
    assert_eq!(code(enter_with(&db, "zhang3", &spaced).await), "ok");
    assert_eq!(code(enter_with(&db, "zhang3", &next).await), "access.sign_in.code", "used");
    db.clock().advance(4 * HALF_MINUTE);
    assert_eq!(code(enter_with(&db, "zhang3", &next).await), "access.sign_in.code", "old");
    for _ in 0..2 {
        enter_with(&db, "zhang3", "123456").await.unwrap_err();
    }
    assert_eq!(code(enter_with(&db, "zhang3", "123456").await), "access.sign_in.locked", "wrong codes count like wrong passwords");
    db.clock().advance(Duration::from_mins(15));
    let now = shown(&db, "zhang3").await;
    assert_eq!(code(totp::switch_off(&db, "zhang3", "000000").await), "access.totp.code");
    assert_eq!(code(totp::switch_off(&db, "zhang3", &now).await), "ok");
    assert_eq!(code(enter(&db, "zhang3", OWN).await), "ok", "nothing is asked any more");
    assert_eq!(code(totp::switch_off(&db, "zhang3", &now).await), "access.totp.none");
}

async fn a_lost_phone_has_recovery_codes_and_an_administrator(db: TestDb) {
    add(&db, "li4", &[]).await;
    assert_eq!(code(totp::confirm(&db, "li4", "000000").await), "access.totp.none");
    totp::enrol(&db, "li4").await.unwrap();
    let recovery = totp::confirm(&db, "li4", &shown(&db, "li4").await).await.unwrap();
    assert_eq!(code(enter_with(&db, "li4", &recovery[3].to_lowercase()).await), "ok", "however it is typed");
    assert_eq!(code(enter_with(&db, "li4", &recovery[3]).await), "access.sign_in.code", "once");
    let tx = &mut db.read().await.unwrap();
    assert_eq!(totp::recovery_left(tx, "li4").await.unwrap(), 9);
    let stored = format!("{:?}", tx.query("select * from access_recovery", args![]).await.unwrap());
    assert!(recovery.iter().all(|code| !stored.contains(&code.replace('-', ""))), "only hashes are kept");
    let session = enter_with(&db, "li4", &recovery[4]).await.unwrap();
    totp::reset(&db, "admin", "li4", "手机遗失").await.unwrap();
    assert_eq!(code(who(&db, &session).await), "access.session.ended", "whoever has the phone is out");
    assert_eq!(code(enter(&db, "li4", OWN).await), "ok");
    let trail = audit::list(&mut db.read().await.unwrap(), Some(("person", "li4")), 0, 99).await.unwrap();
    let acts: Vec<&str> = trail.iter().map(|entry| entry.entry.action.as_str()).filter(|act| !act.contains("password")).collect();
    assert_eq!(
        acts,
        ["person.create", "person.totp_enrol", "person.totp_confirm", "person.recovery_used", "person.recovery_used", "person.totp_reset"]
    );
}

async fn a_token_gives_a_part_and_ends(db: TestDb) {
    let session = add(&db, "wang5", &[("auditor", "42")]).await;
    let caller = who(&db, &session).await.unwrap();
    let make =
        async |permissions: &[Permission], days| tokens::create(&db, &parameters(), &roles(), &caller, "报表", permissions, days).await;
    assert_eq!(code(make(&[Permission::SettlementRun], 30).await), "access.caller.no_permission", "no more than one's own");
    assert_eq!(code(make(&[], 30).await), "access.token.permissions");
    assert_eq!(code(make(&[Permission::LedgerRead], 366).await), "access.token.days");
    let (id, text) = make(&[Permission::LedgerRead], 30).await.unwrap();
    assert!(text.starts_with("qd_") && text.len() == 67);
    let token = Token::sent(&text);
    let program = who(&db, &token).await.unwrap();
    assert!(program.scope(&roles(), Permission::LedgerRead).unwrap().covers(&Place { territory: "4201", ..Place::default() }));
    assert!(!program.scope(&roles(), Permission::LedgerRead).unwrap().is_everywhere(), "where the person may, and nowhere else");
    assert_eq!(code(program.scope(&roles(), Permission::AuditRead)), "access.caller.no_permission");
    assert_eq!(code(program.in_person()), "access.caller.by_token");
    let listed = tokens::list(&mut db.read().await.unwrap(), "wang5").await.unwrap();
    assert_eq!((listed[0].id.as_str(), listed[0].last_used_us), (id.as_str(), Some(db.now_us())));
    let stored = format!("{:?}", db.read().await.unwrap().query("select * from access_token", args![]).await.unwrap());
    assert!(!stored.contains(&text[3..]));

    people::end_grant(&db, "admin", "grant_wang5_1", date("2026-01-02"), "转岗").await.unwrap();
    let program = who(&db, &token).await.unwrap();
    assert_eq!(code(program.scope(&roles(), Permission::LedgerRead)), "access.caller.no_permission", "a role that ended ends in the token");
    assert_eq!(code(tokens::revoke(&db, "li4", "li4", &id).await), "access.token.missing", "another's");
    tokens::revoke(&db, "wang5", "wang5", &id).await.unwrap();
    assert_eq!(code(who(&db, &token).await), "access.session.ended");
    assert_eq!(code(tokens::revoke(&db, "wang5", "wang5", &id).await), "access.token.revoked");
    people::grant(&db, &roles(), "admin", "wang5", &new("auditor", "4201")).await.unwrap();
    let caller = who(&db, &enter(&db, "wang5", OWN).await.unwrap()).await.unwrap();
    let short = tokens::create(&db, &parameters(), &roles(), &caller, "一天", &[Permission::LedgerRead], 1).await.unwrap().1;
    db.clock().advance(Duration::from_hours(24));
    assert_eq!(code(who(&db, &Token::sent(&short)).await), "access.session.ended");
}

async fn an_address_that_fails_too_often_waits(db: TestDb) {
    add(&db, "zhao6", &[]).await;
    let mut parameters = parameters();
    let setting = |value: &str| qudao_platform::params::Setting {
        scope: String::new(),
        value: value.to_owned(),
        from: date("2026-01-01"),
        to: None,
        owner: "admin".to_owned(),
    };
    parameters.set("sign_in_address_failures", setting("3")).unwrap();
    let try_in = async |address: &str, login: &str, password: &str| {
        sessions::sign_in(&db, &parameters, &SignIn { login, password, code: None, address }).await
    };
    assert_eq!(code(try_in("10.0.0.1", "nobody", OWN).await), "access.sign_in.refused");
    assert_eq!(code(try_in("10.0.0.1", "nobody2", OWN).await), "access.sign_in.refused");
    assert_eq!(code(try_in("10.0.0.1", "zhao6", OWN).await), "ok", "who knows the password is not counted");
    assert_eq!(code(try_in("10.0.0.1", "zhao6", "wrong").await), "access.sign_in.refused");
    let told = try_in("10.0.0.1", "zhao6", OWN).await.unwrap_err();
    assert_eq!((told.code, told.kind), ("access.sign_in.too_many", Kind::Forbidden), "whoever it is now");
    assert!(told.line(Lang::En).contains("in 10 minutes"), "{told}");
    assert_eq!(code(try_in("10.0.0.2", "zhao6", OWN).await), "ok", "others go in");
    db.clock().advance(Duration::from_mins(10));
    assert_eq!(code(try_in("10.0.0.1", "zhao6", OWN).await), "ok");
    try_in("10.0.0.1", "nobody", OWN).await.unwrap_err();
    let kept = db.read().await.unwrap().query("select * from access_address", args![]).await.unwrap();
    assert_eq!(kept.len(), 1, "old ones are forgotten");
}

fn settings() -> oidc::Settings {
    oidc::Settings {
        issuer: "https://sso.example".to_owned(),
        client_id: "qudao".to_owned(),
        client_secret: String::new(),
        public_url: "https://qudao.example/".to_owned(),
        login_claim: "preferred_username".to_owned(),
        zh: "统一认证".to_owned(),
        en: "Single sign-on".to_owned(),
    }
}

async fn a_sign_in_elsewhere_is_taken_up_once(db: TestDb) {
    // What a provider signs is tried with a real one of the test's own, in the program's tests.
    let found = oidc::Discovery {
        issuer: "https://sso.example/".to_owned(),
        authorization_endpoint: "https://sso.example/auth?realm=1".to_owned(),
        token_endpoint: "https://sso.example/token".to_owned(),
        jwks_uri: "https://sso.example/keys".to_owned(),
    };
    settings().accept(&found).unwrap();
    assert_eq!(code(settings().accept(&oidc::Discovery { issuer: "https://other".to_owned(), ..found.clone() })), "access.sso.issuer");
    let begun = oidc::begin(&db, &settings(), &found).await.unwrap();
    assert!(begun.url.starts_with("https://sso.example/auth?realm=1&response_type=code&"), "{}", begun.url);
    assert!(begun.url.contains("redirect_uri=https%3A%2F%2Fqudao.example%2Fapi%2Fv1%2Foidc%2Fcallback"), "{}", begun.url);
    let pending = oidc::take_up(&db, &begun.state).await.unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(<sha2::Sha256 as sha2::Digest>::digest(pending.verifier.as_bytes()));
    assert!(begun.url.contains(&challenge));
    assert_eq!(code(oidc::take_up(&db, &begun.state).await), "access.sso.state", "once");
    let slow = oidc::begin(&db, &settings(), &found).await.unwrap();
    db.clock().advance(Duration::from_mins(11));
    assert_eq!(code(oidc::take_up(&db, &slow.state).await), "access.sso.state", "too slow");
    let keys = serde_json::from_str(r#"{"keys":[]}"#).unwrap();
    let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode("{}"));
    let by_secret = format!("{}.{}.x", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode("{}"));
    for bad in ["", "a.b.c", unsigned.as_str(), by_secret.as_str()] {
        assert_eq!(code(oidc::login_of(&settings(), &keys, bad, &pending, db.now_us())), "access.sso.token", "{bad}");
    }
}
