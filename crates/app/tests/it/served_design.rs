//! The flow editor on the real server: a flow is copied, changed in its form, checked, tried, approved by somebody else, applied for and decided.

use crate::house::House;
use crate::served::{Answer, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PEOPLE: [&str; 6] = ["admin", "leader", "system", "channel", "supervisor", "auditor"];

impl House {
    /// What somebody sends that needs no version.
    async fn tells(&self, login: &str, path: &str, body: &Value) -> Value {
        let answer = self.post(login, path, 0, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{login} {path}: {}", answer.text);
        answer.json()
    }

    /// Saves the text of a draft; the version after it.
    async fn keeps(&self, login: &str, draft: &Value, text: &str) -> u64 {
        let (id, version) = (draft["head"]["id"].as_str().unwrap(), &draft["head"]["version"]);
        let request = self.served.request(&Method::PUT, &format!("/api/v1/flow-drafts/{id}"), Some(&self.cookies[login]));
        let answer = send(request.header("if-match", format!("\"{version}\"")).body(json!({ "text": text }).to_string())).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["version"].as_u64().unwrap()
    }

    /// A verb on a draft as it stands.
    async fn verb(&self, login: &str, draft: &str, verb: &str, body: &Value) -> Answer {
        let version = self.get("leader", &format!("/flow-drafts/{draft}")).await["head"]["version"].as_u64().unwrap();
        self.post(login, &format!("/flow-drafts/{draft}/{verb}"), version, body).await
    }
}

#[test]
fn a_flow_is_designed_through_the_server() {
    // R8.35
    qudao_testkit::block_on(async {
        let house = House::open(&PEOPLE).await;
        let text = a_copy_is_changed_in_its_form(&house).await;
        let draft = it_is_tried_and_approved_by_somebody_else(&house, &text).await;
        it_is_applied_for_and_decided(&house).await;
        it_is_used_no_more(&house, &draft).await;
    });
}

async fn a_copy_is_changed_in_its_form(house: &House) -> String {
    let flows = house.get("leader", "/flow-definitions").await;
    let subsidy = flows.as_array().unwrap().iter().find(|flow| flow["flow"] == "subsidy").unwrap();
    assert_eq!((&subsidy["own"], &subsidy["shipped"]), (&json!(false), &subsidy["version"]), "{subsidy}");
    let shipped = house.get("leader", &format!("/flow-definitions/subsidy/{}", subsidy["version"])).await;
    assert_eq!(shipped["check"]["publishable"], true, "{shipped}");
    let words = house.get("system", "/flow-words").await;
    let roles = words["roles"].as_array().unwrap();
    assert!(roles.iter().any(|role| role["id"] == "leader" && role["decides"] == true), "{words}");
    let begun = house.tells("system", "/flow-drafts", &json!({ "flow": "subsidy", "copy": "rent_help" })).await;
    assert_eq!((&begun["head"]["flow"], &begun["head"]["flow_version"]), (&json!("rent_help"), &json!(1)), "{begun}");
    let findings = begun["check"]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["place"] == "number" && finding["line"].as_u64() > Some(1)), "{begun}");

    let mut document = begun["check"]["document"].clone();
    document["number"] = json!("FB");
    document["zh"] = json!("房租帮扶");
    document["en"] = json!("Rent help");
    let step =
        json!({ "id": "deputy", "zh": "稽核会签", "en": "Audit", "kind": "approve", "approvers": [{ "role": "auditor" }], "due_days": 2 });
    document["step"].as_array_mut().unwrap().insert(1, step);
    let before = begun["text"].as_str().unwrap();
    let written = house.tells("system", "/flow-definitions/write", &json!({ "document": document, "before": before })).await;
    let text = written["text"].as_str().unwrap().to_owned();
    let wrong = house.tells("system", "/flow-definitions/check", &json!({ "text": text })).await;
    assert!(wrong["blocked"].is_string() && wrong["examples"][0]["holds"] == false, "the examples lack the new step: {wrong}");
    assert_eq!(wrong["examples"][0]["got"][1], "auditor", "{wrong}");
    house.keeps("system", &begun, &text).await;
    let id = begun["head"]["id"].as_str().unwrap();
    assert_eq!(house.verb("system", id, "submit", &json!({ "note": "试点" })).await.code(), "workflow.draft.wrong");
    house.tells("system", &format!("/flow-drafts/{id}/comments"), &json!({ "note": "示例待改" })).await;
    assert_eq!(house.verb("system", id, "withdraw", &json!({ "note": "" })).await.status, StatusCode::OK);
    // The examples follow the step.
    text.replace("path = [\"supervisor\", ", "path = [\"supervisor\", \"auditor\", ")
}

async fn it_is_tried_and_approved_by_somebody_else(house: &House, text: &str) -> String {
    let begun = house.tells("admin", "/flow-drafts", &json!({ "text": text })).await;
    assert_eq!(begun["check"]["publishable"], true, "{begun}");
    let form = json!({ "kind": "rent", "amount": 50_000, "base_year": 2026, "rule": "按占比分配", "purpose": "房租" });
    let tried = house.tells("leader", "/flow-definitions/try", &json!({ "text": text, "form": form })).await;
    let way: Vec<&str> = tried["way"].as_array().unwrap().iter().filter_map(|step| step["step"].as_str()).collect();
    assert_eq!(way, ["supervisor", "deputy", "leader", "told"], "{tried}");
    assert_eq!((&tried["wrong"], &tried["way"][1]["who"]), (&json!([]), &json!(["稽核"])), "{tried}");
    let id = begun["head"]["id"].as_str().unwrap().to_owned();
    assert_eq!(house.verb("leader", &id, "submit", &json!({ "note": "试点" })).await.code(), "access.caller.no_permission");
    assert_eq!(house.verb("admin", &id, "submit", &json!({ "note": " " })).await.code(), "workflow.draft.comment");
    let sent = house.verb("admin", &id, "submit", &json!({ "note": "房租帮扶试点" })).await.json();
    let said = json!({ "note": "同意", "hash": sent["hash"] });
    let todos = house.get("leader", "/home").await["todos"].clone();
    let waits = |todo: &Value| todo["code"] == "flow_designs" && todo["to"] == format!("/flow-drafts/{id}");
    assert!(todos.as_array().unwrap().iter().any(waits), "{todos}");
    assert!(sent["cannot_approve"].is_string(), "{sent}");
    assert_eq!(house.verb("admin", &id, "approve", &said).await.code(), "workflow.draft.own");
    assert_eq!(house.verb("system", &id, "approve", &said).await.code(), "access.caller.no_permission");
    let published = house.verb("leader", &id, "approve", &said).await;
    assert_eq!(published.json()["head"]["state"], "published", "{}", published.text);
    let trail = house.get("auditor", "/audit?noun=flow_definition").await;
    assert!(trail.to_string().contains("rent_help"), "{trail}");
    id
}

async fn it_is_applied_for_and_decided(house: &House) {
    let flows = house.get("channel", "/flows").await;
    assert!(flows.as_array().unwrap().iter().any(|flow| flow["id"] == "rent_help"), "{flows}");
    let form = json!({ "kind": "rent", "amount": 50_000, "base_year": 2026, "rule": "按占比分配", "purpose": "房租" });
    let request = house.served.request(&Method::POST, "/api/v1/applications", Some(&house.cookies["channel"]));
    let begun = send(request.body(json!({ "flow": "rent_help", "form": form }).to_string())).await.json();
    let id = begun["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("FB"), "{begun}");
    let mut version = begun["version"].as_u64().unwrap();
    for (login, verb) in [("channel", "submit"), ("supervisor", "agree"), ("auditor", "agree"), ("leader", "agree")] {
        let acted = house.post(login, &format!("/applications/{id}/{verb}"), version, &json!({ "text": "同意" })).await;
        assert_eq!(acted.status, StatusCode::OK, "{login}: {}", acted.text);
        version = acted.json()["version"].as_u64().unwrap();
    }
    assert_eq!(house.get("channel", &format!("/applications/{id}")).await["head"]["state"], "approved");
}

async fn it_is_used_no_more(house: &House, draft: &str) {
    assert_eq!(house.verb("admin", draft, "retire", &json!({ "note": "试点结束" })).await.status, StatusCode::OK);
    assert_eq!(house.verb("admin", draft, "retire-confirm", &json!({ "note": "" })).await.code(), "workflow.draft.own");
    assert_eq!(house.verb("leader", draft, "retire-refuse", &json!({ "note": "再用一月" })).await.json()["head"]["state"], "published");
    assert_eq!(house.verb("admin", draft, "retire", &json!({ "note": "试点结束" })).await.status, StatusCode::OK);
    assert_eq!(house.verb("leader", draft, "retire-confirm", &json!({ "note": "" })).await.json()["head"]["state"], "retired");
    let flows = house.get("channel", "/flows").await;
    assert!(!flows.as_array().unwrap().iter().any(|flow| flow["id"] == "rent_help"), "{flows}");
    let drafts = house.get("leader", "/flow-drafts?state=retired&flow=rent_help").await;
    assert_eq!(drafts.as_array().map(Vec::len), Some(1), "{drafts}");
}
