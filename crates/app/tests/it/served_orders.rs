//! Orders on the real server and in the real fact store: from the quote to the fact, and what is refused.

use crate::house::House;
use crate::served::Answer;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::process::Command;

/// Whoever takes part.
const PEOPLE: [&str; 9] = ["admin", "system", "service", "channel", "settlement", "partner", "store", "clerk", "ad"];

impl House {
    /// Does something to the newest version of an order.
    async fn does(&self, login: &str, id: &str, act: &str, body: &Value) -> Answer {
        let version = self.get("store", &format!("/orders/{id}")).await["order"]["version"].as_u64().unwrap();
        self.post(login, &format!("/orders/{id}/{act}"), version, body).await
    }

    /// A checked draft of an activation with a free card.
    async fn drafts(&self, subscriber: &str) -> String {
        let product = self.get("clerk", "/orders/products?business=activation").await[0]["code"].clone();
        let card = self.get("store", "/stock?kind=card&state=stock&limit=1").await["items"][0]["serial"].clone();
        let wanted = json!({ "business": "activation", "subscriber": subscriber, "items": [{ "product": product }], "card": card, "term_months": 12 });
        let quote = self.post("clerk", "/orders/quote", 0, &wanted).await.json();
        assert_eq!(quote["allowed"], true, "{quote}");
        let begun = self.post("clerk", "/orders", 0, &wanted).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        let id = begun.json()["id"].as_str().unwrap().to_owned();
        let checked = self.does("clerk", &id, "identity", &json!({ "name": "示例客户", "number": "11010519491231002X" })).await;
        assert_eq!(checked.json()["passed"], true, "{}", checked.text);
        id
    }

    async fn submits(&self, id: &str) -> Answer {
        let sha256 = self.get("clerk", &format!("/orders/{id}")).await["offer"]["sha256"].clone();
        self.does("clerk", id, "submit", &json!({ "sha256": sha256, "consent": true })).await
    }
}

#[test]
fn orders_become_facts_through_the_server() {
    // R6.14, R1.9, R1.36, R0.27, R0.29, R7.3, R7.154, N28, N41
    qudao_testkit::block_on(async {
        let house = House::open(&PEOPLE).await;
        the_demo_has_every_state(&house).await;
        an_order_is_one_fact(&house).await;
        a_suspension_is_felt_at_once(&house).await;
        slips_are_checked(&house).await;
        a_handset_is_repaired_and_then_taken_back(&house).await;
    });
}

async fn the_demo_has_every_state(house: &House) {
    let counts = house.get("store", "/orders/counts").await;
    assert_eq!(counts["states"].as_array().unwrap().len(), 8, "{counts}");
    assert_eq!(house.get("clerk", "/orders/counts").await["orders"], counts["orders"], "the clerk took them all");
    let effective = house.get("partner", "/orders?state=effective&limit=100").await;
    assert!(effective["items"].as_array().unwrap().iter().all(|row| row["fact"] == "written"), "{effective}");
    let imports = house.get("settlement", "/imports?q=orders-").await;
    assert!(imports["items"].as_array().unwrap().iter().any(|row| row["file"] == "orders-business_event.csv"), "{imports}");
    let refusals = house.get("system", "/acceptance/refusals").await;
    let codes: Vec<&str> = refusals["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    for code in ["acceptance.level.business", "orders.card.none", "orders.identity.missing"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let seller = house.get("clerk", "/orders/seller").await;
    assert_eq!((&seller["level"], &seller["problem"]), (&json!("L3"), &Value::Null), "{seller}");
    assert!(!seller["business"].as_array().unwrap().contains(&json!("broadband_install")));
    let stranger = house.served.get("/api/v1/orders", &house.cookies["ad"]).await;
    assert_eq!(stranger.code(), "access.caller.no_permission");
}

async fn an_order_is_one_fact(house: &House) {
    let id = house.drafts("19812345001").await;
    let other = house.does("clerk", &id, "submit", &json!({ "sha256": "0", "consent": true })).await;
    assert_eq!(other.code(), "orders.terms.changed");
    assert_eq!(house.submits(&id).await.json()["state"], "submitted");
    assert_eq!(house.does("channel", &id, "accept", &json!({ "system_no": "BSS777" })).await.code(), "access.caller.no_permission");
    assert_eq!(house.does("store", &id, "accept", &json!({ "system_no": "BSS777" })).await.json()["state"], "accepted");
    let whole = house.get("clerk", &format!("/orders/{id}")).await;
    assert_eq!((&whole["acts"], &whole["order"]["subscriber"]), (&json!(["finish", "fail", "cancel"]), &json!("198****5001")));
    let done = house.does("clerk", &id, "tasks", &json!({ "part": "activation", "done": true })).await;
    assert_eq!(done.json()["state"], "effective", "{}", done.text);
    let mut fact = Value::Null;
    // A round comes every half minute.
    for _ in 0..200_000 {
        fact = house.get("clerk", &format!("/orders/{id}")).await["order"]["fact"].clone();
        if fact == "written" {
            break;
        }
    }
    assert_eq!(fact, "written");
    // The business system's own file has the order under the same number.
    let home = house.served.home.path();
    let file = home.join("business_event.csv");
    let outlet = &house.get("clerk", "/orders/seller").await["outlet"];
    std::fs::write(&file, format!("event_id,kind,occurred_on,outlet\nBSS777,activation,2026-08-31,{}\n", outlet.as_str().unwrap()))
        .unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_qudao"));
    import.args(["--lang", "en", "import", "--day", "2026-08-31", "--accept-partial", "--store"]).arg(home);
    let printed = import.arg("--master").arg(home.join("master")).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&printed.stdout).into_owned() + &String::from_utf8_lossy(&printed.stderr);
    assert!(said.contains("received 1 rows = accepted 0 + rejected 1"), "one order, one fact: {said}");
    let undone = house.does("store", &id, "reverse", &json!({ "reason": "客户退订" })).await;
    assert_eq!(undone.json()["state"], "reversed", "{}", undone.text);
}

async fn a_suspension_is_felt_at_once(house: &House) {
    let outlet = house.get("clerk", "/orders/seller").await["outlet"].as_str().unwrap().to_owned();
    let id = house.drafts("19812345002").await;
    let path = format!("/acceptance/holders/outlet/{outlet}");
    let version = house.get("system", &path).await["row"]["version"].as_u64().unwrap();
    let reason = json!({ "reason": "核查中" });
    assert_eq!(house.post("store", &format!("{path}/suspend"), version, &reason).await.code(), "access.caller.no_permission");
    let stopped = house.post("system", &format!("{path}/suspend"), version, &reason).await;
    assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.text);
    assert_eq!(house.submits(&id).await.code(), "acceptance.suspended");
    assert_eq!(house.get("store", "/acceptance/refusals?limit=1").await["items"][0]["code"], "acceptance.suspended");
    assert_eq!(house.post("system", &format!("{path}/restore"), version, &reason).await.code(), "platform.db.stale");
    house.post("system", &format!("{path}/restore"), version + 1, &reason).await;
    assert_eq!(house.submits(&id).await.json()["state"], "submitted");
    let level = json!({ "level": "L4", "certificate": "ZS9", "from": "2026-09-01", "reason": "升级" });
    let raised = house.post("system", &format!("{path}/level"), version + 2, &level).await;
    assert_eq!(raised.status, StatusCode::OK, "{}", raised.text);
    assert_eq!(house.post("system", "/acceptance/holders/outlet/NOBODY/level", 0, &level).await.code(), "acceptance.holder.none");
}

async fn slips_are_checked(house: &House) {
    let due = house.get("channel", "/slips?state=due&limit=1").await;
    let slip = &due["items"][0];
    let (order, version) = (slip["order"].as_str().unwrap(), slip["version"].as_u64().unwrap());
    assert_eq!(house.post("store", &format!("/slips/{order}/return"), version, &json!({})).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("channel", &format!("/slips/{order}/return"), version, &json!({})).await.json()["version"], version + 1);
    assert_eq!(house.post("channel", &format!("/slips/{order}/reject"), version + 1, &json!({})).await.code(), "orders.reason");
    assert_eq!(house.post("channel", &format!("/slips/{order}/approve"), version + 1, &json!({})).await.status, StatusCode::OK);
    let counts = house.get("store", "/stock/counts?kind=card").await;
    let of = |name: &str| counts["kinds"][0][name].as_u64().unwrap();
    assert_eq!(of("allocated"), ["stock", "sold", "returned", "recalled", "lost"].map(of).iter().sum::<u64>(), "{counts}");
}

/// R7.154: the counter asks, service decides, and the order is taken back by what was agreed.
async fn a_handset_is_repaired_and_then_taken_back(house: &House) {
    let sold = house.get("store", "/orders?business=terminal_sale&state=effective&limit=1").await;
    let order = format!("/orders/{}", sold["items"][0]["id"].as_str().unwrap());
    let serial = house.get("store", &order).await["items"][0]["imei"].clone();
    let asks = async |login, kind: &str| {
        let asked = house.post(login, "/service-requests", 0, &json!({ "kind": kind, "serial": serial, "reason": "屏幕失灵" })).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
        format!("/service-requests/{}", asked.json()["id"].as_str().unwrap())
    };
    let repair = asks("store", "repair").await;
    let note = json!({ "note": "送修" });
    assert_eq!(house.post("store", &format!("{repair}/agree"), 1, &note).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("service", &format!("{repair}/agree"), 1, &note).await.json()["version"], 2);
    let seen = house.get("clerk", "/service-requests?state=repairing").await;
    assert_eq!((&seen["total"], &seen["items"][0]["serial"]), (&json!(1), &serial), "the counter sees what it asked: {seen}");
    assert_eq!(house.post("clerk", &format!("{repair}/back"), 2, &json!({})).await.json()["version"], 3);
    let exchange = json!({ "kind": "exchange", "serial": serial, "replacement": serial, "reason": "屏幕失灵" });
    assert_eq!(house.post("store", "/service-requests", 0, &exchange).await.code(), "orders.service.replacement");
    let back = asks("clerk", "return").await;
    assert_eq!(house.post("service", &format!("{back}/refuse"), 1, &json!({})).await.code(), "access.reason.missing");
    assert_eq!(house.post("service", &format!("{back}/agree"), 1, &json!({})).await.json()["version"], 2);
    assert_eq!(house.get("store", &order).await["order"]["state"], "reversed");
    assert_eq!(house.served.get("/api/v1/service-requests", &house.cookies["ad"]).await.code(), "access.caller.no_permission");
}
