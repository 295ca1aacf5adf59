//! Terminals and receivables on the real server: facts, books, stops, offsets in statements, exits.

use crate::house::House;
use crate::served::send;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PEOPLE: [&str; 6] = ["settlement", "settlement2", "partner", "store", "system", "ad"];

#[test]
fn terminals_and_receivables_through_the_server() {
    // R1.41, R1.42, R1.43, R7.4, R0.30, R0.32
    qudao_testkit::block_on(async {
        let house = House::open(&PEOPLE).await;
        a_sale_is_seen_in_the_facts(&house).await;
        a_stop_is_felt_and_lifted(&house).await;
        the_books_follow(&house).await;
        others_see_their_own_part(&house).await;
    });
}

async fn a_sale_is_seen_in_the_facts(house: &House) {
    let placed = house.get("settlement", "/terminals?state=placed").await;
    let first = &placed["items"][0];
    let serial = first["serial"].as_str().unwrap();
    let sold = json!({ "number": "TEST0001", "flow": "sold", "amount": 1_000, "occurred_on": "2026-01-01" });
    let done = house.post("settlement", &format!("/terminals/{serial}/movements"), 0, &sold).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let balance = first["balance"].as_i64().unwrap() - 1_000;
    assert_eq!(done.json()["balance"], balance);
    let again = house.post("settlement", &format!("/terminals/{serial}/movements"), 0, &sold).await;
    assert_eq!(again.json()["balance"], balance, "once");
    let outlet = first["outlet"].clone();
    let place = json!({ "outlet": outlet, "agreement": first["agreement"], "deposit": 0 });
    let second = house.post("settlement", &format!("/terminals/{serial}/place"), first["version"].as_u64().unwrap(), &place).await;
    assert_eq!(second.code(), "airtime.terminal.placed");
    let days = house.get("settlement", "/top-up-days").await;
    assert!(days["items"][0]["open"].as_u64().unwrap() >= 3, "{days}");
    let file = format!("流水号,空充机,类型,金额,日期\nTEST0001,{serial},售出,10.00,2026-01-01\n");
    let request = house.served.request(&Method::POST, "/api/v1/top-up-days?day=2026-01-01&name=a.csv", Some(&house.cookies["settlement"]));
    let kept = send(request.header("content-type", "text/csv").body(file)).await;
    assert_eq!((kept.json()["head"]["agreed"].clone(), kept.json()["head"]["open"].clone()), (json!(1), json!(0)), "{}", kept.text);
}

async fn a_stop_is_felt_and_lifted(house: &House) {
    let stopped = house.get("settlement", "/receivables?only=stopped").await;
    let account = &stopped["items"][0];
    let partner = account["partner"].as_str().unwrap();
    let segment = json!({ "kind": "card", "first": "8986990000001", "last": "8986990000002", "partner": partner, "outlet": "" });
    let allocate = async || house.post("system", "/stock/segments", 0, &segment).await;
    let refused = allocate().await;
    assert_eq!(refused.code(), "receivable.stopped", "{}", refused.text);
    let paid = json!({ "partner": partner, "way": "bank", "amount": account["overdue"], "received_on": "2026-01-02", "reference": "T1" });
    let done = house.post("settlement", "/collections", 0, &paid).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    assert_eq!(house.get("settlement", &format!("/receivables/{partner}")).await["account"]["stopped"], false);
    assert_eq!(allocate().await.status, StatusCode::CREATED);
    let waiting = house.get("settlement", "/offsets?state=submitted").await;
    let offset = waiting["items"][0]["id"].as_str().unwrap();
    assert_eq!(house.post("settlement", &format!("/offsets/{offset}/approve"), 1, &json!({})).await.code(), "receivable.four_eyes");
    let approved = house.post("settlement2", &format!("/offsets/{offset}/approve"), 1, &json!({})).await;
    assert_eq!(approved.json()["state"], "approved", "{}", approved.text);
}

/// What moved is in the ledger, under keys of its own.
async fn the_books_follow(house: &House) {
    let mut found = 0;
    // The books are looked after as soon as money moves.
    for _ in 0..2_000 {
        found = house.get("settlement", "/ledger/journals?q=collection").await["total"].as_u64().unwrap_or(0);
        if found > 0 {
            break;
        }
    }
    assert!(found > 0, "a collection is posted");
    assert_eq!(house.get("settlement", "/ledger").await["sum"], 0);
}

async fn others_see_their_own_part(house: &House) {
    let codes = async |login| {
        let rows = house.get(login, "/receivables?limit=500").await;
        let code = |row: &Value| row["partner"].as_str().unwrap().to_owned();
        rows["items"].as_array().unwrap().iter().map(code).collect::<Vec<String>>()
    };
    let (own, all) = (codes("partner").await, codes("settlement").await);
    let other = all.iter().find(|code| !own.contains(code)).unwrap();
    assert!(!own.is_empty() && all.len() > own.len(), "{own:?}");
    let hidden = house.served.get(&format!("/api/v1/receivables/{other}"), &house.cookies["partner"]).await;
    assert_eq!(hidden.code(), "receivable.partner");
    let outlets = house.get("store", "/terminals").await;
    assert_eq!(outlets["total"], 1, "{outlets}");
    assert_eq!(house.served.get("/api/v1/terminals", &house.cookies["ad"]).await.code(), "access.caller.no_permission");
}
