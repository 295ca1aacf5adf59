//! Handset supply on the real server: from the offer to the counter, its invoice, its facts, returns, and who is supplied nothing.

use crate::house::House;
use crate::served::{Answer, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PEOPLE: [&str; 6] = ["supply", "partner", "store", "settlement", "channel", "clerk"];

impl House {
    /// What somebody does to the newest version of an order of handsets.
    async fn moves(&self, login: &str, id: &str, act: &str, body: &Value) -> Answer {
        let version = self.get("supply", &format!("/supply/orders/{id}")).await["order"]["version"].as_u64().unwrap();
        self.post(login, &format!("/supply/orders/{id}/{act}"), version, body).await
    }
}

#[test]
fn handsets_are_supplied_through_the_server() {
    // R4.45, R4.49, R7.4, R8.68
    qudao_testkit::block_on(async {
        let house = House::open(&PEOPLE).await;
        the_demo_has_orders_in_every_state(&house).await;
        let id = an_order_goes_to_the_counter(&house).await;
        what_came_back_is_given_back(&house, &id).await;
        an_offer_guarantees_a_margin(&house).await;
        who_is_stopped_is_supplied_nothing(&house).await;
        others_see_their_own_part(&house).await;
    });
}

async fn the_demo_has_orders_in_every_state(house: &House) {
    let counts = house.get("supply", "/supply/orders/counts").await;
    for state in ["placed", "confirmed", "shipped", "received"] {
        assert!(counts[state].as_u64() >= Some(1), "{state}: {counts}");
    }
    assert_eq!((&counts["returns"], &counts["on_time_ppm"]), (&json!(1), &json!(1_000_000)), "{counts}");
    let todos = house.get("supply", "/home").await["todos"].clone();
    for code in ["supply_placed", "supply_confirmed", "supply_returns"] {
        assert!(todos.as_array().unwrap().iter().any(|todo| todo["code"] == code), "{code}: {todos}");
    }
    let offers = house.get("store", "/supply/offers").await;
    let first = offers[0]["product"].clone();
    let suppliers = offers.as_array().unwrap().iter().filter(|offer| offer["product"] == first).count();
    assert!(suppliers >= 2, "offers of one product stand beside each other: {offers}");
    let imports = house.get("settlement", "/imports?q=orders-").await;
    assert!(imports["items"].as_array().unwrap().iter().any(|row| row["file"] == "orders-stock_movement.csv"), "{imports}");
}

async fn an_order_goes_to_the_counter(house: &House) -> String {
    let start = house.get("store", "/supply/start").await;
    assert_eq!((start["stopped"].as_str(), start["outlets"].as_array().map(Vec::len)), (Some(""), Some(1)), "{start}");
    assert!(!start["last_lines"].as_array().unwrap().is_empty(), "the last order can be repeated: {start}");
    let (outlet, offer) = (start["outlet"].clone(), &start["offers"][0]);
    let wanted = json!({ "outlet": outlet, "wanted_on": start["wanted_on"], "lines": [{ "offer": offer["id"], "pieces": 2 }] });
    let placed = house.post("store", "/supply/orders", 0, &wanted).await;
    assert_eq!(placed.status, StatusCode::CREATED, "{}", placed.text);
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        house.moves("store", &id, "confirm", &json!({ "promised_on": start["wanted_on"] })).await.code(),
        "access.caller.no_permission"
    );
    let confirmed = house.moves("supply", &id, "confirm", &json!({ "promised_on": start["wanted_on"] })).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
    let picks = house.get("supply", &format!("/supply/orders/{id}/picks")).await;
    assert_eq!((picks["serials"].as_array().map(Vec::len), &picks["lacking"]), (Some(2), &json!(0)), "{picks}");
    assert_eq!(house.moves("supply", &id, "ship", &json!({ "serials": [picks["serials"][0]] })).await.code(), "supply.pieces");
    let sent = house.moves("supply", &id, "ship", &json!({ "serials": picks["serials"] })).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let moving = house.get("supply", "/stock?kind=handset&state=moving&limit=500").await;
    let serial = picks["serials"][0].as_str().unwrap();
    assert!(moving["items"].as_array().unwrap().iter().any(|piece| piece["serial"] == serial), "{moving}");
    let received = house.moves("store", &id, "receive", &json!({})).await;
    assert_eq!(received.status, StatusCode::OK, "{}", received.text);
    let shelf = house.get("store", &format!("/stock?kind=handset&q={serial}")).await;
    assert_eq!((&shelf["items"][0]["outlet"], &shelf["items"][0]["state"]), (&outlet, &json!("stock")), "{shelf}");
    let whole = house.get("partner", &format!("/supply/orders/{id}")).await;
    let price = offer["supply_price"].as_i64().unwrap();
    assert_eq!(
        (whole["order"]["open"].as_i64(), whole["guaranteed"].as_i64()),
        (Some(2 * price), offer["least_margin"].as_i64().map(|fen| 2 * fen))
    );
    let owed = house.get("partner", &format!("/receivables/{}", whole["order"]["partner"].as_str().unwrap())).await;
    let is_it = |one: &&Value| one["id"] == whole["order"]["invoice"];
    assert_eq!(owed["invoices"].as_array().unwrap().iter().find(is_it).map(|one| &one["amount"]), Some(&json!(2 * price)), "{owed}");
    id
}

async fn what_came_back_is_given_back(house: &House, id: &str) {
    let whole = house.get("store", &format!("/supply/orders/{id}")).await;
    assert_eq!(whole["may"], json!(["return"]), "{whole}");
    let asked = json!({ "serials": [whole["pieces"][0]["serial"]], "reason": "外观瑕疵" });
    let back = house.moves("store", id, "returns", &asked).await;
    assert_eq!(back.status, StatusCode::CREATED, "{}", back.text);
    let path = format!("/supply/returns/{}/take", back.json()["id"].as_str().unwrap());
    assert_eq!(house.post("store", &path, 1, &json!({})).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("supply", &path, 1, &json!({})).await.status, StatusCode::OK);
    let after = house.get("store", &format!("/supply/orders/{id}")).await;
    let price = after["lines"][0]["supply_price"].as_i64();
    assert_eq!((after["order"]["open"].as_i64(), &after["pieces"][0]["state"]), (price, &json!("returned")), "{after}");
    let wrong = house.served.get("/api/v1/supply/returns?state=wrong", &house.cookies["supply"]).await;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::UNPROCESSABLE_ENTITY, "serve.request.word".to_owned()));
}

async fn an_offer_guarantees_a_margin(house: &House) {
    let offer = house.get("supply", "/supply/offers").await[0].clone();
    let path = format!("/api/v1/supply/offers/{}", offer["id"].as_str().unwrap());
    let put = async |body: Value| {
        let request = house.served.request(&Method::PUT, &path, Some(&house.cookies["supply"]));
        send(request.header("if-match", format!("\"{}\"", offer["version"])).body(body.to_string())).await
    };
    let mut body = json!({ "product": offer["product"], "supplier": offer["supplier"], "supply_price": offer["supply_price"],
        "suggested_price": offer["suggested_price"], "least_margin": offer["margin"].as_i64().unwrap() + 1, "open": true });
    assert_eq!(put(body.clone()).await.code(), "supply.offer.margin");
    body["least_margin"] = offer["margin"].clone();
    assert_eq!(put(body).await.status, StatusCode::OK);
    let log = house.get("settlement", "/supply/offers").await;
    assert_eq!(log[0]["least_margin"], offer["margin"], "{log}");
}

async fn who_is_stopped_is_supplied_nothing(house: &House) {
    let start = house.get("store", "/supply/start").await;
    let partner = house.get("store", "/supply/orders").await["items"][0]["partner"].clone();
    let late = json!({ "partner": partner, "kind": "goods", "amount": 100, "issued_on": "2026-06-01", "due_on": "2026-07-01", "note": "" });
    let issued = house.post("settlement", "/receivable-invoices", 0, &late).await;
    assert_eq!(issued.status, StatusCode::CREATED, "{}", issued.text);
    assert!(
        house.get("store", "/supply/start").await["stopped"].as_str().unwrap().contains("停供"),
        "it is said before anything is chosen"
    );
    let wanted = json!({ "outlet": start["outlet"], "wanted_on": start["wanted_on"], "lines": [{ "offer": start["offers"][0]["id"], "pieces": 1 }] });
    assert_eq!(house.post("store", "/supply/orders", 0, &wanted).await.code(), "receivable.stopped");
    let paid = json!({ "partner": partner, "way": "bank", "amount": 100, "received_on": "2026-08-31", "reference": "T1",
        "parts": [{ "invoice": issued.json()["id"], "amount": 100 }] });
    assert_eq!(house.post("settlement", "/collections", 0, &paid).await.status, StatusCode::CREATED);
    assert_eq!(house.post("store", "/supply/orders", 0, &wanted).await.status, StatusCode::CREATED, "paying lifts the stop");
}

async fn others_see_their_own_part(house: &House) {
    let total = async |login| house.get(login, "/supply/orders").await["total"].as_u64().unwrap();
    let (store, partner, all) = (total("store").await, total("partner").await, total("supply").await);
    assert!(store <= partner && partner < all, "{store} {partner} {all}");
    assert_eq!(house.served.get("/api/v1/supply/orders", &house.cookies["clerk"]).await.code(), "access.caller.no_permission");
    let elsewhere = house.get("supply", "/supply/orders?limit=500").await;
    let mine = house.get("partner", "/supply/orders?limit=500").await;
    let own: Vec<&Value> = mine["items"].as_array().unwrap().iter().map(|row| &row["outlet"]).collect();
    let foreign = elsewhere["items"].as_array().unwrap().iter().find(|row| !own.contains(&&row["outlet"])).unwrap();
    let wanted = json!({ "outlet": foreign["outlet"], "wanted_on": "2026-09-01", "lines": [] });
    assert_eq!(house.post("partner", "/supply/orders", 0, &wanted).await.code(), "supply.outlet");
    let path = format!("/api/v1/supply/orders/{}", foreign["id"].as_str().unwrap());
    assert_eq!(house.served.get(&path, &house.cookies["partner"]).await.code(), "supply.order.none");
}
