//! The workbench as new as what it is counted from, and a reward from its application to a statement, on the real server.

use crate::served::send;
use crate::served_flows::House;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::process::Command;

const MONTH: &str = "2026-08";

/// The command line on the folder that is being served.
fn qudao(house: &House, args: &[&str]) -> String {
    let home = house.served.home.path().to_string_lossy().into_owned();
    let args: Vec<String> = args.iter().map(|arg| arg.replace("HOME", &home)).collect();
    let done = Command::new(env!("CARGO_BIN_EXE_qudao")).args(&args).args(["--lang", "en", "--quiet"]).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

async fn home(house: &House, login: &str) -> Value {
    let answer = house.get(login, "/home").await;
    assert_eq!(answer.status, StatusCode::OK, "{login} {}", answer.text);
    answer.json()
}

/// How many sources of data are missing.
async fn missing(house: &House) -> u64 {
    let told = home(house, "settlement").await;
    let todo = told["todos"].as_array().unwrap().iter().find(|todo| todo["code"] == "arrivals").cloned();
    todo.map_or(0, |todo| todo["count"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_workbench_shows_at_once_what_changed() {
    // R0.21, R0.14: a request counts nothing twice, and what it shows is never older than the facts, the runs and the parameters
    let house = House::open().await;
    for login in ["admin", "leader", "settlement", "partner", "store", "channel"] {
        assert_eq!(home(&house, login).await, home(&house, login).await, "{login}");
    }
    let before = missing(&house).await;
    let batches = qudao(&house, &["import", "--store", "HOME", "--batches"]);
    let of_july = |line: &&str| line.split('\t').nth(1) == Some("subscriber_month");
    let last = batches.lines().filter(of_july).collect::<Vec<_>>();
    for line in &last {
        qudao(&house, &["import", "--store", "HOME", "--withdraw", line.split('\t').next().unwrap()]);
    }
    let without = missing(&house).await;
    assert!(without > before, "a withdrawal shows: {before} then {without} after {} of\n{batches}", last.len());
    let file = house.served.home.path().join("subscriber_month.csv");
    std::fs::write(&file, "subscriber,month,active\n13900000001,2026-07,yes\n").unwrap();
    let (name, master) = (file.to_string_lossy().into_owned(), "HOME/master");
    qudao(&house, &["import", "--store", "HOME", "--master", master, "--day", "2026-08-31", &name]);
    assert!(missing(&house).await < without, "a new batch shows");
    // a part of the network sees its own, in the language asked for
    let (all, own) = (home(&house, "leader").await, home(&house, "partner").await);
    assert_ne!(all["network"], own["network"]);
}

/// Waits for a job that was started.
async fn done(house: &House, login: &str, started: &crate::served::Answer) {
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text);
    let id = started.json()["id"].as_str().unwrap().to_owned();
    for _ in 0..10 {
        // The stream of its events ends with the job.
        let path = format!("/api/v1/jobs/{id}/events");
        let events = house.served.request(&Method::GET, &path, Some(&house.cookies[login])).send().await.unwrap();
        let _ = events.bytes().await;
        let job = house.get(login, &format!("/jobs/{id}")).await.json();
        match job["state"].as_str() {
            Some("done") => return,
            Some("failed" | "cancelled") => panic!("{job}"),
            _ => {}
        }
    }
    panic!("the job does not end");
}

/// A step of the month, of the version it has now.
async fn step(house: &House, login: &str, verb: &str) -> crate::served::Answer {
    let now = house.get(login, &format!("/periods/{MONTH}")).await.json();
    let request = house.served.request(&Method::POST, &format!("/api/v1/periods/{MONTH}/{verb}"), Some(&house.cookies[login]));
    let version = format!("\"{}\"", now["version"]);
    send(request.header("if-match", version).body(json!({ "note": "八月" }).to_string())).await
}

/// Fen of the rewards in a partner's statement of a run's folder, by number.
fn rewards(house: &House, folder: &str) -> Vec<(String, String, i64)> {
    let path = house.served.home.path().join(folder).join("statements/statements.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let statements = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut found = Vec::new();
    for statement in statements {
        for one in statement["adjustments"].as_array().unwrap().iter().filter(|one| one["kind"] == "reward") {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            found.push((text(&statement["partner"]), text(&one["code"]), one["amount"].as_i64().unwrap()));
        }
    }
    found
}

/// An overdue invoice of a partner whose offset two people agreed on. Its number.
async fn offset(house: &House, partner: &str) -> String {
    let new = json!({ "partner": partner, "kind": "goods", "amount": 50_000, "issued_on": "2026-05-01", "due_on": "2026-06-01" });
    let invoice = house.post("settlement", "/receivable-invoices", &new).await.json()["id"].as_str().unwrap().to_owned();
    let new = json!({ "invoice": invoice, "source": "commission", "amount": 50_000, "ground": "clause", "document": "第 9 条", "reason": "逾期" });
    let id = house.post("settlement", "/offsets", &new).await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/offsets/{id}/approve");
    let request = house.served.request(&Method::POST, &path, Some(&house.cookies["settlement2"])).header("if-match", "\"1\"");
    let approved = send(request).await;
    assert_eq!(approved.json()["state"], "approved", "{}", approved.text);
    invoice
}

/// The statement took the invoice, line by line, and the invoice is paid by it.
async fn is_taken(house: &House, partner: &str, statement: &Value, invoice: &str) {
    let line = statement["offsets"].as_array().unwrap().iter().find(|row| row["invoice"] == *invoice).unwrap();
    assert_eq!((&line["taken"], &line["document"], &line["outcome"]), (&json!(50_000), &json!("第 9 条"), &json!("taken")));
    let mut open = Value::Null;
    // What statements took is noted once the month is published.
    for _ in 0..2_000 {
        let account = house.get("settlement", &format!("/receivables/{partner}")).await.json();
        open = account["invoices"].as_array().unwrap().iter().find(|row| row["id"] == *invoice).unwrap()["open"].clone();
        if open == 0 {
            break;
        }
    }
    assert_eq!(open, 0, "the invoice is paid by the statement");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reward_and_an_offset_are_stated_once_they_are_approved() {
    // R8.43, R0.32, R0.2
    let house = House::open().await;
    let partners = house.get("channel", "/partners?limit=2").await.json();
    let partner = partners["items"][0]["code"].as_str().unwrap().to_owned();
    let form = json!({ "scheme": "月度之星", "month": MONTH, "year": 2026, "total": 200_000,
        "rewards": [{ "partner": partner, "result": "第一名", "amount": 200_000 }] });
    let mut it = house.sends("channel", "agent_reward", &form).await;
    let mut waits = house.sends("channel", "agent_reward", &form).await;
    let agree = json!({ "text": "同意" });
    house.does("settlement", &mut it, "agree", &agree).await;
    house.does("supervisor", &mut it, "agree", &agree).await;
    done(&house, "settlement", &house.post("settlement", &format!("/periods/{MONTH}/trial"), &json!({})).await).await;
    assert!(rewards(&house, &format!("trials/{MONTH}")).is_empty(), "not before it is approved");
    let invoice = offset(&house, &partner).await;
    house.does("leader", &mut it, "agree", &agree).await;
    assert_eq!(it.state, "approved");
    done(&house, "settlement", &house.post("settlement", &format!("/periods/{MONTH}/trial"), &json!({})).await).await;
    let stated = vec![(partner.clone(), it.id.clone(), 200_000)];
    assert_eq!(rewards(&house, &format!("trials/{MONTH}")), stated);
    // what is taken back before it is approved is never stated
    house.does("channel", &mut waits, "take-back", &json!({ "text": "重复" })).await;
    let open = house.get("settlement", &format!("/periods/{MONTH}/exceptions?state=open&limit=500")).await.json();
    for finding in open["items"].as_array().unwrap() {
        let path = format!("/periods/{MONTH}/exceptions/{}/review", finding["id"].as_str().unwrap());
        assert!(house.post("settlement", &path, &json!({ "note": "已核对" })).await.status.is_success());
    }
    let submitted = step(&house, "settlement", "submit").await;
    assert_eq!(submitted.status, StatusCode::OK, "{}", submitted.text);
    let approved = step(&house, "settlement2", "approve").await;
    done(&house, "settlement2", &approved).await;
    assert_eq!(rewards(&house, &format!("run-{MONTH}")), stated);
    let statement = house.get("settlement", &format!("/statements/{MONTH}/{partner}")).await.json();
    let row = statement["adjustments"].as_array().unwrap().iter().find(|row| row["kind"] == "reward").unwrap().clone();
    assert_eq!((row["code"].as_str(), row["text"].as_str()), (Some(it.id.as_str()), Some("月度之星 2026-08：第一名")));
    is_taken(&house, &partner, &statement, &invoice).await;
    let audit = house.get("admin", &format!("/audit?noun=reward&noun_id={}&limit=10", it.id)).await.json();
    let actions: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"reward.take") && actions.contains(&"reward.state") && actions.len() == 2, "{actions:?}");
}
