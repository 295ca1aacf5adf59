//! Two servers on one PostgreSQL and one folder are one house (R0.42): whoever signed in at one is known at the other, a job of one is followed at the
//! other, what somebody changes at one holds at the other, rounds go round once, and of a server that is killed nothing is left held.

use crate::served::{Answer, Served, send};
use qudao_kernel::Text;
use qudao_platform::jobs::{self, New};
use qudao_platform::{args, write_tx};
use qudao_testkit::{TestDb, on_postgres};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// What only one server at a time does, and at most every half minute.
const ROUNDS: [&str; 5] = ["deadlines", "mail", "price", "receivables", "recruit"];

#[test]
fn two_servers_on_one_postgres_are_one_house() {
    on_postgres(story);
}

async fn story(db: TestDb) {
    let one = Served::county_on(db.url(), "one");
    let mut two = one.beside(db.url(), "two");
    sessions(&one, &two).await;
    followed(&one, &two).await;
    felt(&one, &two).await;
    mailed_once(&db, &one).await;
    killed(&db, one, &two).await;
    named_twice(&db, &mut two).await;
}

/// Waits for something that another server does in its own time.
async fn until(what: &str, seconds: u32, met: impl AsyncFn() -> bool) {
    let mut clock = tokio::time::interval(Duration::from_millis(250));
    for _ in 0..seconds * 4 {
        clock.tick().await;
        if met().await {
            return;
        }
    }
    assert!(met().await, "not within {seconds} s: {what}");
}

async fn get(served: &Served, cookie: &str, path: &str) -> Value {
    let answer = served.get(&format!("/api/v1{path}"), cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.json()
}

async fn ask(served: &Served, method: &Method, cookie: &str, path: &str, version: u64, body: &Value) -> Answer {
    let request = served.request(method, &format!("/api/v1{path}"), Some(cookie));
    send(request.header("if-match", format!("\"{version}\"")).body(body.to_string())).await
}

async fn sessions(one: &Served, two: &Served) {
    let cookie = one.sign_in("system").await;
    assert_eq!(get(two, &cookie, "/me").await["login"], "system", "signed in at one, known at the other");
    let out = send(two.request(&Method::DELETE, "/api/v1/session", Some(&cookie))).await;
    assert!(out.status.is_success(), "{}", out.text);
    assert_eq!(one.get("/api/v1/me", &cookie).await.status, StatusCode::UNAUTHORIZED, "signed out there, unknown here");
}

async fn followed(one: &Served, two: &Served) {
    let cookie = one.sign_in("settlement").await;
    let begun = send(one.request(&Method::POST, "/api/v1/ledger/check", Some(&cookie))).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text);
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    // The stream ends with the job, wherever that runs.
    let events = two.request(&Method::GET, &format!("/api/v1/jobs/{id}/events"), Some(&cookie)).send().await.unwrap();
    assert_eq!(events.status(), StatusCode::OK);
    let told = events.text().await.unwrap();
    let last = told.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap_or_default();
    let last: Value = serde_json::from_str(last.trim()).unwrap();
    assert_eq!((last["id"].as_str(), last["state"].as_str()), (Some(id.as_str()), Some("done")), "{told}");
    assert_eq!(get(two, &cookie, &format!("/jobs/{id}")).await["state"], "done");
}

async fn felt(one: &Served, two: &Served) {
    // A parameter.
    let (here, there) = (one.sign_in("admin").await, two.sign_in("admin").await);
    let version = get(one, &here, "/parameters/token_longest_days").await["version"].as_u64().unwrap();
    let body = json!({ "value": "251", "scope": "", "from": "2027-01-01", "to": null, "reason": "两台服务器" });
    let set = ask(one, &Method::PUT, &here, "/parameters/token_longest_days", version, &body).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    let path = "/parameters?q=token_longest_days&day=2027-01-02";
    until("a parameter set at the other server", 20, async || get(two, &there, path).await["items"][0]["value"] == "251").await;

    // A level: nothing is taken at the outlet, whichever server is asked.
    let (system, clerk) = (one.sign_in("system").await, two.sign_in("clerk").await);
    let seller = get(two, &clerk, "/orders/seller").await;
    assert_eq!(seller["suspended"], false, "{seller}");
    let path = format!("/acceptance/holders/outlet/{}", seller["outlet"].as_str().unwrap());
    let version = get(one, &system, &path).await["row"]["version"].as_u64().unwrap();
    let reason = json!({ "reason": "核查中" });
    let stopped = ask(one, &Method::POST, &system, &format!("{path}/suspend"), version, &reason).await;
    assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.text);
    until("a suspension at the other server", 20, async || get(two, &clerk, "/orders/seller").await["suspended"] == true).await;
}

async fn mailed_once(db: &TestDb, one: &Served) {
    let cookie = one.sign_in("supervisor").await;
    let view = json!({ "name": "两台", "address": "/figures?m=effective_orders", "shares": [] });
    let kept = send(one.request(&Method::POST, "/api/v1/views", Some(&cookie)).body(view.to_string())).await;
    assert!(kept.status.is_success(), "{}", kept.text);
    let question = json!({ "metrics": ["effective_orders"], "by": ["outlet"], "from": "2026-07-01", "to": "2026-07-31", "filters": [] });
    let wanted = json!({ "rhythm": "daily", "address": "supervisor@example.com", "question": question });
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    let subscribed = ask(one, &Method::PUT, &cookie, &format!("/views/{id}/mailing"), 1, &wanted).await;
    assert_eq!(subscribed.status, StatusCode::NO_CONTENT, "{}", subscribed.text);
    until("a mail that is due", 90, async || get(one, &cookie, "/me/mailings").await[0]["last_state"] == "sent").await;
    let sql = "select count(*) as mails, cast(coalesce(sum(tries), 0) as BIGINT) as tries from metrics_mail";
    let row = db.read().await.unwrap().query_one(sql, args![]).await.unwrap();
    assert_eq!((row.int("mails").unwrap(), row.int("tries").unwrap()), (1, 1), "one server sent it, once");
}

/// Who leads in something now.
async fn leader(db: &TestDb, what: &str) -> String {
    let sql = "select node.name as name from lease join node on node.id = lease.node where lease.name = $1";
    let row = db.read().await.unwrap().query_opt(sql, args![what]).await.unwrap();
    row.map(|row| row.string("name").unwrap()).unwrap_or_default()
}

async fn killed(db: &TestDb, one: Served, two: &Served) {
    for round in ROUNDS {
        until(round, 40, async || !leader(db, round).await.is_empty()).await;
    }
    // A job that the first server will never end, holding what no other may hold meanwhile.
    let title = Text::new("试算", "trial");
    let node = db.read().await.unwrap().query_one("select id from node where name = 'one'", args![]).await.unwrap().string("id").unwrap();
    let new = New { kind: "period.try", title: &title, login: "settlement", holds: "settlement" };
    let left = write_tx!(db, |tx| jobs::begin(tx, &node, &new).await).unwrap();
    let cookie = two.sign_in("settlement").await;
    // As long as its server runs, nobody takes it for lost.
    assert_eq!(get(two, &cookie, &format!("/jobs/{left}")).await["state"], "waiting");
    drop(one);
    let state = async || get(two, &cookie, &format!("/jobs/{left}")).await;
    until("the job of a killed server", 60, async || state().await["state"] == "failed").await;
    assert_eq!(state().await["code"], "platform.job.interrupted");
    for round in ROUNDS {
        until(round, 90, async || leader(db, round).await == "two").await;
    }
}

async fn named_twice(db: &TestDb, two: &mut Served) {
    let again = two.beside(db.url(), "two");
    let mut clock = tokio::time::interval(Duration::from_millis(250));
    let mut code = None;
    for _ in 0..160 {
        clock.tick().await;
        code = two.ended();
        if code.is_some() {
            break;
        }
    }
    assert_eq!(code, Some(4), "of two servers of one name the first one ends");
    let cookie = again.sign_in("system").await;
    assert_eq!(get(&again, &cookie, "/me").await["login"], "system");
}
