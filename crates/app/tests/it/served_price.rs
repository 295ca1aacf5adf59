//! Prices on the real server: who sees what holds, a book of two people, a case from its notice on, a piece that turned up elsewhere, a claim.

use crate::house::House;
use crate::served::{Answer, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[test]
fn prices_and_cases_through_the_server() {
    // R7.278, R7.284, R7.289, R7.299, R7.150, R4.14
    qudao_testkit::block_on(async {
        let house = House::open(&["supervisor", "channel", "leader", "marketing", "store", "clerk", "partner", "settlement"]).await;
        let own = whose_prices_hold(&house).await;
        a_book_of_two_people(&house).await;
        a_case_is_heard_and_decided(&house, &own).await;
        areas_pieces_and_claims(&house, &own).await;
        the_map_advises(&house).await;
        prices_stand_beside_sales(&house).await;
    });
}

/// Something made under a key.
async fn makes(house: &House, login: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = house.served.request(&Method::POST, &format!("/api/v1{path}"), Some(&house.cookies[login]));
    send(request.header("idempotency-key", key).body(body.to_string())).await
}

/// Clerk, store and partner see their own outlet's prices, and no other's. The outlet.
async fn whose_prices_hold(house: &House) -> String {
    let outlets = house.get("store", "/prices/outlets").await;
    let own = outlets[0]["code"].as_str().unwrap().to_owned();
    for login in ["store", "clerk", "partner", "channel"] {
        let live = house.get(login, &format!("/prices?outlet={own}")).await;
        let row = &live["rows"][0];
        assert_eq!((row["mode"].as_str(), row["suggested"].is_i64()), (Some("agency"), true), "{login}: {live}");
        assert_eq!(live["may_note"], login == "channel");
    }
    let other = house.get("channel", "/prices/outlets").await;
    let other = other.as_array().unwrap().iter().find(|row| row["code"] != own.as_str()).unwrap()["code"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/prices?outlet={other}");
    assert_eq!(house.served.get(&path, &house.cookies["clerk"]).await.code(), "price.outlet");
    assert_eq!(house.served.get("/api/v1/diversions", &house.cookies["store"]).await.code(), "access.caller.no_permission");
    own
}

async fn a_book_of_two_people(house: &House) {
    let product = house.get("marketing", "/prices/products").await[0]["code"].as_str().unwrap().to_owned();
    let book = |territory: &str| {
        json!({ "title": "九月价格", "kind": "base", "territory": territory, "outlet_type": "便利店", "from": "2027-01-01", "source": "通知 9 号",
            "lines": [{ "product": product, "floor": null, "suggested": 99_900 }] })
    };
    assert_eq!(makes(house, "channel", "/price-books", "book-of-all", &book("")).await.code(), "price.area");
    let made = makes(house, "marketing", "/price-books", "book-of-two", &book("")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let path = format!("/price-books/{}", made.json()["id"].as_str().unwrap());
    let whole = house.get("marketing", &path).await;
    assert_eq!(
        (&whole["head"]["mode"], &whole["head"]["state"]),
        (&json!("recommended"), &json!("draft")),
        "recommended where nobody says otherwise"
    );
    assert_eq!(
        house.served.get(&format!("/api/v1{path}"), &house.cookies["store"]).await.code(),
        "price.none",
        "a draft is for its writers"
    );
    let none = json!({});
    assert_eq!(house.post("marketing", &format!("{path}/submit"), 1, &none).await.status, StatusCode::OK);
    assert_eq!(house.post("marketing", &format!("{path}/publish"), 2, &none).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("supervisor", &format!("{path}/publish"), 2, &none).await.code(), "price.area", "a city is not everywhere");
    let published = house.post("leader", &format!("{path}/publish"), 2, &none).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.text);
    assert_eq!(house.post("leader", &format!("{path}/publish"), 2, &none).await.code(), "price.state");
}

async fn a_case_is_heard_and_decided(house: &House, own: &str) {
    // §12 L1: a price that is recommended only has no case.
    let low = house.get("channel", "/price-checks?verdict=low").await;
    if let Some(check) = low["items"].as_array().unwrap().iter().find(|row| row["mode"] == "recommended") {
        let body = json!({ "checks": [check["id"]], "summary": "低于建议价" });
        assert_eq!(makes(house, "channel", "/price-cases", "no-case", &body).await.code(), "price.case.mode");
    }
    let waiting = house.get("channel", "/price-cases?state=notified").await;
    let one = waiting["items"].as_array().unwrap().iter().find(|row| row["outlet"] == own).unwrap().clone();
    let path = format!("/price-cases/{}", one["id"].as_str().unwrap());
    let seen = house.get("store", &path).await;
    assert_eq!(
        (&seen["may"]["answer"], &seen["may"]["handle"], &seen["case"]["opened_by"]),
        (&json!(true), &json!(false), &json!("")),
        "{seen}"
    );
    let words = json!({ "words": "样机清仓，价签未更换" });
    let version = one["version"].as_u64().unwrap();
    assert_eq!(house.post("leader", &format!("{path}/explain"), version, &words).await.code(), "price.case.answer");
    let said = house.post("store", &format!("{path}/explain"), version, &words).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let decision = |measure: &str| json!({ "measure": measure, "words": "标价低于最低零售价", "relation": "上门说明，继续合作" });
    let decide = format!("{path}/decide");
    assert_eq!(house.post("channel", &decide, version + 1, &decision("talk")).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("supervisor", &decide, version + 1, &decision("supply_stop")).await.code(), "price.case.ladder");
    let decided = house.post("supervisor", &decide, version + 1, &decision("talk")).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text);
    let appealed = house.post("partner", &format!("{path}/appeal"), version + 2, &json!({ "words": "隔壁先降价，请复核" })).await;
    assert_eq!(appealed.status, StatusCode::OK, "{}", appealed.text);
    assert_eq!(house.post("supervisor", &decide, version + 3, &decision("none")).await.code(), "price.own_hand");
    assert_eq!(house.post("leader", &decide, version + 3, &decision("none")).await.status, StatusCode::OK);
    let whole = house.get("channel", &path).await;
    let acts: Vec<&str> = whole["history"].as_array().unwrap().iter().map(|one| one["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["open", "notify", "explain", "decide", "appeal", "settle"]);
    let alike = house.get("leader", "/price-cases/outcomes").await;
    assert!(alike[0]["cases"].as_u64() >= Some(3), "{alike}");
}

async fn areas_pieces_and_claims(house: &House, own: &str) {
    let asked = house.get("supervisor", "/area-authorisations?state=requested").await;
    let row = &asked["items"][0];
    let path = format!("/area-authorisations/{}/decision", row["id"].as_str().unwrap());
    let granted = house.post("supervisor", &path, 1, &json!({ "approve": true, "said": "" })).await;
    assert_eq!(granted.status, StatusCode::OK, "{}", granted.text);

    let product = house.get("channel", "/prices/products").await[0]["code"].as_str().unwrap().to_owned();
    let list = format!("串号,产品编码,网点编码,供货日期\n869900000000001,{product},{own},2026-08-01\n");
    let bring = |text: String| {
        let request = house.served.request(&Method::POST, "/api/v1/diversions/supply?name=supply.csv", Some(&house.cookies["channel"]));
        send(request.header("content-type", "text/csv").body(text))
    };
    let wrong = bring(format!("{list}869900000000002,{product},NOWHERE,2026-08-01\n")).await;
    assert_eq!(wrong.code(), "price.file.cell", "{}", wrong.text);
    assert_eq!(bring(list).await.json()["pieces"], 1);
    let tell = json!({ "piece": "869900000000001", "outlet": own, "reference": "柜台" });
    assert_eq!(house.post("channel", "/diversions", 0, &tell).await.json()["outcome"], "allowed");
    let tell = json!({ "piece": "869900000000002", "outlet": own, "reference": "柜台" });
    assert_eq!(house.post("channel", "/diversions", 0, &tell).await.json()["outcome"], "unknown", "nothing of a wrong list was taken");

    let cut = house.get("store", "/price-cuts").await["items"][0].clone();
    let id = cut["id"].as_str().unwrap();
    let stock = house.get("store", &format!("/price-cuts/{id}/stock?outlet={own}")).await;
    let piece = stock["pieces"][0].clone();
    let claim = json!({ "cut": id, "outlet": own, "pieces": [piece] });
    let made = makes(house, "store", "/price-claims", "claim-of-one", &claim).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(makes(house, "store", "/price-claims", "claim-again", &claim).await.code(), "price.claim.proof");
    let claims = house.get("settlement", "/price-claims?state=submitted").await;
    let mine = claims["items"].as_array().unwrap().iter().find(|row| row["id"] == made.json()["id"]).unwrap();
    assert_eq!(mine["amount"], cut["difference"], "one piece is the difference");
    let path = format!("/price-claims/{}/decision", mine["id"].as_str().unwrap());
    let approved = house.post("settlement", &path, 1, &json!({ "approve": true, "said": "" })).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
}

async fn the_map_advises(house: &House) {
    let map = house.get("channel", "/price-map?level=county").await;
    let rows = map["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["advice"] == "narrow" && row["spread"].as_u64() > map["spread_limit"].as_u64()), "{map}");
    let todos = house.get("leader", "/home").await["todos"].clone();
    assert!(todos.as_array().unwrap().iter().any(|todo| todo["code"] == "price_books"), "{todos}");
}

/// R7.270, R7.276, R7.279, R7.293
async fn prices_stand_beside_sales(house: &House) {
    let report = house.get("marketing", "/price-report?from=2026-07-01&to=2026-08-31").await;
    let goals = report["goals"].as_array().unwrap();
    let sold: i64 = goals.iter().map(|row| row["pieces"].as_i64().unwrap()).sum();
    assert!(sold > 0 && goals.iter().all(|row| row["of"].as_i64() == Some(sold)), "shares are of one whole: {report}");
    assert!(goals.iter().any(|row| row["least_margin"].as_i64() > Some(0)), "what is offered leaves a margin: {report}");
    let points = report["points"].as_array().unwrap();
    assert!(points.iter().all(|row| row["from"].as_i64().unwrap() % report["step"].as_i64().unwrap() == 0), "{report}");
    assert_eq!(report["before_from"], "2026-04-30", "as many days before");
    for row in report["high"].as_array().unwrap() {
        let fell = row["now"].as_i64() < row["before"].as_i64();
        assert_eq!(row["bottleneck"], fell && row["in_row"].as_u64() >= report["least_checks"].as_u64(), "{row}");
    }
    let agenda = house.get("channel", "/price-agenda?limit=500").await;
    let tagged: Vec<bool> = agenda["items"].as_array().unwrap().iter().map(|row| row["tag"] != "").collect();
    assert!(!tagged.is_empty() && tagged.is_sorted_by(|a, b| a >= b), "R7.295, R7.296: types with a tag first");
    let wrong = house.served.get("/api/v1/price-agenda?tag=dear", &house.cookies["channel"]).await;
    assert_eq!(wrong.code(), "serve.request.word");
    let backwards = "/api/v1/price-report?from=2026-08-31&to=2026-07-01";
    assert_eq!(house.served.get(backwards, &house.cookies["marketing"]).await.code(), "price.report.days");
    let refused = house.served.get("/api/v1/price-report", &house.cookies["store"]).await;
    assert_eq!(refused.code(), "access.caller.no_permission", "what suppliers ask is not for stores");
}
