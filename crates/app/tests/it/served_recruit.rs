//! Agreements and recruiting on the real server: a text is signed by its partner, an event runs, and nobody else sees them.

use crate::house::House;
use crate::served::send;
use reqwest::{Method, StatusCode};
use serde_json::json;

#[test]
fn agreements_and_events_through_the_server() {
    // R8.40, R0.37, R8.65, R8.13, R8.17, R8.37
    qudao_testkit::block_on(async {
        let house = House::open(&["supervisor", "channel", "leader", "partner", "clerk"]).await;
        an_agreement_is_warned_of_and_signed(&house).await;
        an_event_came_of_its_application(&house).await;
        plans_and_enquiries_are_told(&house).await;
    });
}

async fn an_agreement_is_warned_of_and_signed(house: &House) {
    let ending = house.get("channel", "/agreements?state=expiring").await;
    let row = &ending["items"][0];
    assert_eq!((row["warning"].as_i64(), row["days_left"].as_i64()), (Some(30), Some(25)), "{ending}");
    assert_eq!(house.get("partner", "/agreements?state=expiring").await["items"][0]["code"], row["code"], "owner and agent are warned");
    for login in ["channel", "partner"] {
        let todos = house.get(login, "/home").await["todos"].clone();
        assert!(todos.as_array().unwrap().iter().any(|todo| todo["code"] == "agreements"), "{todos}");
    }
    let counts = house.get("leader", "/agreements/counts").await;
    assert!(counts["second_tier_signed"].as_u64() <= counts["second_tier"].as_u64() && counts["signed_ppm"].is_u64(), "{counts}");
    assert_eq!(house.served.get("/api/v1/agreements", &house.cookies["clerk"]).await.code(), "access.caller.no_permission");
    let drafts = house.get("partner", "/agreement-drafts").await;
    let id = drafts[0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&drafts[0]["state"], &drafts[0]["signed"]), (&json!("sent"), &json!(["us"])), "{drafts}");
    let paper = house.served.get(&format!("/api/v1/agreement-drafts/{id}/paper"), &house.cookies["partner"]).await;
    assert!(paper.text.starts_with("%PDF-"), "{}", paper.kind);
    let path = format!("/agreement-drafts/{id}/signatures");
    let sign =
        |side: &str| json!({ "side": side, "way": "seal", "name": "示例负责人", "signed_on": "2026-08-31", "note": "公章，原件存档" });
    assert_eq!(house.post("partner", &path, 1, &sign("us")).await.code(), "recruit.signature.side", "a partner signs for itself");
    assert_eq!(house.post("partner", &path, 1, &sign("partner")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.post("channel", &path, 1, &sign("partner")).await.code(), "recruit.state", "a signature stays");
    let wanted = json!({ "template": "agency", "partner": row["partner"], "business": "mobile", "from": "2026-09-10", "last_day": "2027-09-09",
        "deposit": 100, "filled": { "region": "城东" }, "own_terms": "", "renews": "" });
    let made = house.post("channel", "/agreement-drafts", 0, &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = format!("/agreement-drafts/{}/send", made.json()["id"].as_str().unwrap());
    assert_eq!(house.post("channel", &made, 1, &json!({})).await.code(), "network.agreement.overlap");
}

async fn an_event_came_of_its_application(house: &House) {
    let events = house.get("channel", "/recruiting/events").await;
    let event = &events[0];
    let path = format!("/recruiting/events/{}", event["id"].as_str().unwrap());
    assert_eq!((&event["tasks"], &event["state"], &event["budget"]), (&json!(17), &json!("preparing"), &json!(900_000)), "{events}");
    let whole = house.get("channel", &path).await;
    let speech = whole["tasks"].as_array().unwrap().iter().find(|task| task["task"] == "speech").unwrap().clone();
    let done = json!({ "owner": speech["owner"], "due_on": speech["due_on"], "state": "done", "evidence": "定稿已审定" });
    let request = house.served.request(&Method::PUT, &format!("/api/v1{path}/tasks/speech"), Some(&house.cookies["channel"]));
    let changed = send(request.header("if-match", format!("\"{}\"", speech["version"])).body(done.to_string())).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(
        house.post("channel", &format!("{path}/check-in"), 0, &json!({ "code": "ABCDEF" })).await.code(),
        "recruit.state",
        "not before the day"
    );
    let figures = house.get("leader", &path).await["event"]["figures"].clone();
    assert!(figures["invited"].as_u64() >= Some(4) && figures["confirmed"].as_u64() >= Some(1), "{figures}");
    assert_eq!(
        house.post("leader", &format!("{path}/check-in"), 0, &json!({ "code": "ABCDEF" })).await.code(),
        "access.caller.no_permission"
    );
}

async fn plans_and_enquiries_are_told(house: &House) {
    let plans = house.get("supervisor", "/recruiting/plans").await;
    let kinds: Vec<&str> = plans.as_array().unwrap().iter().map(|plan| plan["kind"].as_str().unwrap()).collect();
    for kind in ["open", "rural", "district", "area"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let late = house.get("channel", "/recruiting/enquiries?late=true").await;
    let enquiry = &late["items"][0];
    let path = format!("/recruiting/enquiries/{}/contact", enquiry["id"].as_str().unwrap());
    let version = enquiry["version"].as_u64().unwrap();
    let called = house.post("channel", &path, version, &json!({ "note": "约定周三面谈" })).await;
    assert_eq!(called.json()["version"], version + 1, "{}", called.text);
    assert_eq!(house.get("channel", "/recruiting/enquiries?late=true").await["items"][0]["state"], "contacted", "late stays late");
}
