//! The weeks of a channel manager through the server: a plan is proposed, moved, put in order and compared; the day writes itself, is sent and answered; who
//! sees whose.

use crate::house::House;
use crate::served::{Answer, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const TODAY: &str = "2026-08-31";

#[test]
fn plans_and_diaries_through_the_server() {
    // R7.38, R7.39, R2.12, R1.7, R7.33, R7.96, R2.14, R7.88, R8.128
    qudao_testkit::block_on(async {
        let house = House::open(&["channel", "supervisor", "leader", "store"]).await;
        four_weeks_are_proposed_and_moved(&house).await;
        a_day_has_its_best_order(&house).await;
        what_was_done_stands_beside_the_plan(&house).await;
        a_day_is_sent_and_answered(&house).await;
        a_review_begins_filled(&house).await;
        a_gap_becomes_a_task(&house).await;
        outlets_lie_on_a_map(&house).await;
    });
}

async fn put(house: &House, login: &str, path: &str, version: u64, body: &Value) -> Answer {
    let request = house.served.request(&Method::PUT, &format!("/api/v1{path}"), Some(&house.cookies[login]));
    send(request.header("if-match", format!("\"{version}\"")).body(body.to_string())).await
}

fn list<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn day<'v>(plan: &'v Value, day: &str) -> &'v Value {
    list(plan, "days").iter().find(|one| one["day"] == day).unwrap()
}

fn stops(day: &Value) -> Vec<Value> {
    let of = |stop: &Value| json!({ "outlet": stop["outlet"], "purposes": stop["purposes"], "target": stop["target"], "manual": stop["manual"] });
    list(day, "stops").iter().map(of).collect()
}

/// R7.38, R7.39, R2.12
async fn four_weeks_are_proposed_and_moved(house: &House) {
    let plan = house.get("channel", &format!("/field/plan?from={TODAY}")).await;
    assert_eq!((list(&plan, "days").len(), &plan["proposed"], &plan["may_change"]), (28, &json!(true), &json!(true)), "{plan}");
    assert!(plan["met_percent"].as_u64() >= Some(95), "{} {}", plan["met_percent"], plan["left"]);
    assert_eq!(day(&plan, "2026-09-05")["kind"], "rest");
    assert!(list(&plan, "left").iter().all(|left| left["why_text"].as_str().is_some_and(|text| !text.is_empty())));
    let monday = day(&plan, TODAY);
    assert!(list(monday, "stops").iter().all(|stop| !stop["purposes"].as_array().unwrap().is_empty()), "{monday}");

    // The last stop of Monday goes to Tuesday, by hand.
    let (mut from, mut to) = (stops(monday), stops(day(&plan, "2026-09-01")));
    let mut moved = from.pop().unwrap();
    let outlet = moved["outlet"].clone();
    moved["manual"] = json!(true);
    moved["target"] = json!("换门头海报");
    to.retain(|stop| stop["outlet"] != outlet);
    to.push(moved);
    let version = |day: &Value| day["version"].as_u64().unwrap();
    let body = |stops: &[Value]| json!({ "stops": stops, "reason": "店主周一外出" });
    let path = |day: &str| format!("/field/plan/channel/{day}");
    let one = put(house, "channel", &path(TODAY), version(monday), &body(&from)).await;
    assert_eq!((one.status, one.json()["version"].as_u64()), (StatusCode::OK, Some(version(monday) + 1)), "{}", one.text);
    assert!(list(&one.json(), "proposed").iter().any(|known| known["code"] == outlet), "what was proposed stays visible");
    assert_eq!(one.json()["reason"], "店主周一外出");
    assert_eq!(put(house, "channel", &path(TODAY), version(monday), &body(&from)).await.code(), "platform.db.stale");
    let tuesday = version(day(&plan, "2026-09-01"));
    assert_eq!(put(house, "supervisor", &path("2026-09-01"), tuesday, &body(&to)).await.status, StatusCode::OK);
    let proposed = json!({ "manager": "", "from": TODAY });
    let again = house.post("channel", "/field/plan/propose", 0, &proposed).await.json();
    let kept = list(day(&again, "2026-09-01"), "stops").iter().find(|stop| stop["outlet"] == outlet).unwrap().clone();
    assert_eq!((&kept["manual"], &kept["target"]), (&json!(true), &json!("换门头海报")), "what was put there by hand stays");

    // What is not so.
    let strange = |outlet: &str, purpose: &str| body(&[json!({ "outlet": outlet, "purposes": [purpose] })]);
    let own = outlet.as_str().unwrap();
    let now = version(day(&again, TODAY));
    assert_eq!(put(house, "channel", &path(TODAY), now, &strange("nowhere", "know")).await.code(), "field.plan.outlet");
    assert_eq!(put(house, "channel", &path(TODAY), now, &strange(own, "tea")).await.code(), "field.plan.purpose");
    assert_eq!(put(house, "channel", &path("2026-08-28"), 1, &strange(own, "know")).await.code(), "field.plan.past");
    assert_eq!(put(house, "leader", &path(TODAY), now, &strange(own, "know")).await.code(), "access.caller.no_permission");
    let nobody = house.served.get("/api/v1/field/plan?manager=settlement", &house.cookies["supervisor"]).await;
    assert_eq!(nobody.code(), "field.manager.none");
    let other = house.served.get("/api/v1/field/plan?manager=supervisor", &house.cookies["channel"]).await;
    assert_eq!(other.code(), "field.manager.none", "a channel manager sees their own");
    assert_eq!(house.served.get("/api/v1/field/plan", &house.cookies["store"]).await.code(), "access.caller.no_permission");
}

/// R7.38
async fn a_day_has_its_best_order(house: &House) {
    let path = format!("/field/plan/channel/{TODAY}/route");
    let route = house.get("supervisor", &path).await;
    assert_eq!(route, house.get("channel", &path).await, "two runs give one order");
    assert!(route["travel_s"].as_u64() <= route["planned_travel_s"].as_u64(), "{route}");
    let plan = house.get("channel", &format!("/field/plan?from={TODAY}")).await;
    let planned = day(&plan, TODAY);
    assert_eq!(list(&route, "stops").len() + list(&route, "left").len(), list(planned, "stops").len());
    assert_eq!(route["begins"], "09:00");
}

/// R7.38, R7.88
async fn what_was_done_stands_beside_the_plan(house: &House) {
    let compared = house.get("channel", "/field/plan/compare?from=2026-08-03&to=2026-08-30").await;
    let total = &compared["total"];
    let number = |name: &str| total[name].as_u64().unwrap();
    assert!(number("kept") > 10 && number("kept") < number("planned") && number("made") >= number("kept"), "{total}");
    assert_eq!(total["plan_share"].as_u64(), Some((number("kept") * 20_000 + number("planned")) / (number("planned") * 2)));
    assert!(compared["strike"]["with_result"].as_u64() > Some(0) && compared["minutes"]["inside"].as_i64() > Some(0), "{compared}");
    let team = house.get("supervisor", "/field/team").await;
    let row = &list(&team, "rows")[0];
    assert_eq!(row["manager"], "channel");
    assert!(row["visits"]["held"].as_u64() > Some(0) && row["promises"]["due"].as_u64() > Some(0), "{row}");
    assert!(row["coverage"].as_u64() > Some(0) && row["diaries_sent"].as_u64() > Some(0), "{row}");
    assert_eq!(house.served.get("/api/v1/field/team?from=2026-08-31&to=2026-08-01", &house.cookies["channel"]).await.code(), "field.span");
}

/// R1.7, R7.33, R7.96
async fn a_day_is_sent_and_answered(house: &House) {
    let diary = house.get("channel", &format!("/field/diary?day={TODAY}")).await;
    assert_eq!((&diary["state"], &diary["may_send"], &diary["version"]), (&json!("open"), &json!(true), &json!(0)), "{diary}");
    let whats: Vec<&str> = list(&diary, "lines").iter().filter_map(|line| line["what"].as_str()).collect();
    assert!(whats.contains(&"visit") && whats.contains(&"promise") && whats.contains(&"contact"), "{whats:?}");
    let tasks = list(&diary, "tasks").clone();
    assert!(tasks.iter().any(|task| task["kind"] == "promise") && tasks.iter().any(|task| task["kind"] == "enquiry"), "{tasks:?}");
    let path = format!("/field/diary/{TODAY}/send");
    assert_eq!(house.post("channel", &path, 0, &json!({ "put_off": [], "note": "" })).await.code(), "field.diary.tasks");
    let off = |to: &str| {
        let of = |task: &Value| json!({ "record": task["record"], "to": to, "reason": "店主外出，明天再去" });
        json!({ "put_off": tasks.iter().map(of).collect::<Vec<_>>(), "note": "今天先到这里" })
    };
    assert_eq!(house.post("channel", &path, 0, &off(TODAY)).await.code(), "field.diary.put_off");
    let sent = house.post("channel", &path, 0, &off("2026-09-01")).await.json();
    assert_eq!((&sent["state"], &sent["version"], &sent["note"]), (&json!("sent"), &json!(1), &json!("今天先到这里")), "{sent}");
    assert!(list(&sent, "tasks").iter().all(|task| task["put_off_to"] == "2026-09-01"), "{sent}");
    let tomorrow = house.get("channel", "/field/diary?day=2026-09-01").await;
    assert!(list(&tomorrow, "tasks").iter().any(|task| task["carried"] == 1), "what was put off comes again: {tomorrow}");

    let team = house.get("supervisor", &format!("/field/diary/team?day={TODAY}")).await;
    assert_eq!((&team["sent"], &team["rows"][0]["state"]), (&json!(1), &json!("sent")), "{team}");
    let answer = format!("/field/diary/channel/{TODAY}/answer");
    assert_eq!(house.post("channel", &answer, 1, &json!({ "text": "自己批" })).await.code(), "access.caller.no_permission");
    let answered = house.post("supervisor", &answer, 1, &json!({ "text": "明天一起去" })).await.json();
    assert_eq!((&answered["state"], &answered["answered_by"]), (&json!("answered"), &json!("supervisor")), "{answered}");
    assert_eq!(house.get("channel", &format!("/field/diary?day={TODAY}")).await["answer"], "明天一起去");
}

/// R2.14
async fn a_review_begins_filled(house: &House) {
    let summary = house.get("channel", "/field/summary?from=2026-08-24&to=2026-08-30").await;
    let lines = list(&summary, "lines");
    let line = |code: &str| lines.iter().find(|line| line["code"] == code).unwrap_or_else(|| panic!("{code}: {lines:?}"));
    for code in ["visits", "outlets", "customers", "promises", "diaries"] {
        let (plan, result) = (line(code)["plan"].as_i64().unwrap(), line(code)["result"].as_i64().unwrap());
        assert_eq!(line(code)["gap"].as_i64(), Some((plan - result).max(0)), "{lines:?}");
    }
    assert_eq!(line("customers")["plan"], 20, "a whole week (S7): {lines:?}");
    assert!(lines.iter().any(|line| line["code"].as_str().is_some_and(|code| code.starts_with("class_"))), "{lines:?}");
    assert_eq!(list(&summary, "unsent").len(), 1, "{summary}");
    assert!(list(&summary, "unvisited").len() <= 100);
}

/// R2.14, R0.21
async fn a_gap_becomes_a_task(house: &House) {
    let review = "/field/summary?manager=channel&from=2026-08-24&to=2026-08-30";
    let summary = house.get("channel", review).await;
    assert_eq!((&summary["remedies"], &summary["may_remedy"]), (&json!([]), &json!(true)), "{summary}");
    let outlet = house.get("channel", "/field/outlets?limit=1").await["rows"][0]["code"].clone();
    let asked = |outlet: &Value, line: &str, due: &str| {
        let (from, to) = ("2026-08-24", "2026-08-30");
        json!({ "manager": "channel", "from": from, "to": to, "line": line, "outlet": outlet, "text": "本周补拜访", "due_on": due })
    };
    let missed = asked(&outlet, "unvisited", "2026-09-04");
    let made = house.post("channel", "/field/remedies", 0, &missed).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["state"], &made["outlet"], &made["overdue"]), (&json!("open"), &outlet, &json!(false)), "{made}");
    assert_eq!(house.post("channel", "/field/remedies", 0, &missed).await.status, StatusCode::OK, "one line is one task");
    let early = asked(&Value::Null, "visits", "2026-08-30");
    assert_eq!(house.post("channel", "/field/remedies", 0, &early).await.code(), "field.remedy.due");
    let elsewhere = asked(&json!("W99999999"), "visits", "2026-09-04");
    assert_eq!(house.post("channel", "/field/remedies", 0, &elsewhere).await.code(), "field.outlet.none");
    let whole = asked(&Value::Null, "visits", "2026-09-06");
    assert_eq!(house.post("store", "/field/remedies", 0, &whole).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("supervisor", "/field/remedies", 0, &whole).await.status, StatusCode::CREATED, "whoever looks at the visits");
    let told = house.get("supervisor", review).await;
    assert_eq!((list(&told, "remedies").len(), &told["may_remedy"]), (2, &json!(true)), "{told}");

    let friday = house.get("channel", "/field/diary?day=2026-09-04").await;
    assert!(list(&friday, "tasks").iter().any(|task| task["kind"] == "remedy" && task["due_on"] == "2026-09-04"), "{friday}");
    let todo = async |login: &str, code: &str| {
        let home = house.get(login, "/home").await;
        list(&home, "todos").iter().find(|todo| todo["code"] == code).cloned().unwrap_or_else(|| panic!("{code} of {login}: {home}"))
    };
    let mine = todo("channel", "remedies").await;
    assert_eq!((&mine["count"], &mine["due"], &mine["overdue"]), (&json!(2), &json!("2026-09-04"), &json!(0)), "{mine}");
    let held = todo("supervisor", "held_visits").await;
    assert!(held["count"].as_u64() > Some(0) && held["to"] == "/field/review", "{held}");
    let close = format!("/field/remedies/{}/close", made["id"].as_str().unwrap());
    assert_eq!(house.post("channel", &close, 1, &json!({ "to": "dropped" })).await.code(), "field.reason");
    assert_eq!(house.post("channel", &close, 1, &json!({ "to": "done" })).await.json()["version"], 2);
    assert_eq!(list(&house.get("channel", "/field/remedies").await, "rows").len(), 1);
    let friday = house.get("channel", "/field/diary?day=2026-09-04").await;
    assert!(list(&friday, "tasks").iter().all(|task| task["kind"] != "remedy"), "what is done is no task any more: {friday}");
}

/// R7.38
async fn outlets_lie_on_a_map(house: &House) {
    let map = house.get("supervisor", "/field/map").await;
    let outlets = list(&map, "outlets");
    assert!(outlets.iter().any(|outlet| outlet["lat_e6"].is_i64() && outlet["last_score"].is_u64() && outlet["issues"].as_u64() > Some(0)));
    let all = |parts: &Value| parts.as_array().unwrap().iter().map(|part| part["outlets"].as_u64().unwrap()).sum::<u64>() as usize;
    assert_eq!((all(&map["classes"]), all(&map["territories"])), (outlets.len(), outlets.len()), "parts add up");
    assert!(outlets.iter().any(|outlet| outlet["manager"] == ""), "one that nobody looks after");
    let own = house.get("channel", "/field/map").await;
    assert!(!list(&own, "outlets").is_empty() && list(&own, "outlets").iter().all(|outlet| outlet["manager"] == "channel"), "one's own");
}
