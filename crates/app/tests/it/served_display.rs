//! Display and distribution on the real server: material from an application to its end, corrections, agreements by two people, recalls; shelves, orders with
//! reasons, depth and width.

use crate::house::House;
use crate::served::{Answer, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The smallest picture there is.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f,
    0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0, 3, 0x86, 1, 0x80, 0x5a,
    0x34, 0x7d, 0x6b, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

#[test]
fn display_and_distribution_through_the_server() {
    qudao_testkit::block_on(async {
        let house = House::open(&["channel", "supervisor", "marketing", "leader", "partner", "clerk"]).await;
        material_lives_through_the_server(&house).await;
        agreements_take_two_people(&house).await;
        campaigns_are_called_back(&house).await;
        plans_are_approved_and_kept_to(&house).await;
        jobs_are_offered_chosen_and_inspected(&house).await;
        launches_stand_by_their_day(&house).await;
        checks_are_scored_again(&house).await;
        one_brand_book_is_read_by_all(&house).await;
        shelves_and_assortments(&house).await;
        orders_have_reasons(&house).await;
        others_see_their_own(&house).await;
    });
}

async fn once(house: &House, login: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = house.served.request(&Method::POST, &format!("/api/v1{path}"), Some(&house.cookies[login]));
    send(request.header("idempotency-key", key).body(body.to_string())).await
}

async fn picture(house: &House) -> String {
    let request = house.served.request(&Method::POST, "/api/v1/display/photos", Some(&house.cookies["channel"]));
    let kept = send(request.header("content-type", "application/octet-stream").body(PNG.to_vec())).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text);
    kept.json()["sha256"].as_str().unwrap().to_owned()
}

/// R7.25 R7.180 R7.190 R7.192
async fn material_lives_through_the_server(house: &House) {
    let made = house.get("channel", "/display/pop?state=in_production").await["items"][0].clone();
    let path = format!("/display/pop/{}/act", made["id"].as_str().unwrap());
    let version = made["version"].as_u64().unwrap();
    let hang = |photo: &str| json!({ "act": "place", "photo": photo, "consent": "店主", "cleared": true });
    assert_eq!(house.post("channel", &path, version, &hang("")).await.code(), "display.photo", "a photo shows it");
    let photo = picture(house).await;
    let hung = house.post("channel", &path, version, &hang(&photo)).await;
    assert_eq!(hung.json()["version"], version + 1, "{}", hung.text);
    assert_eq!(house.post("channel", &path, version, &hang(&photo)).await.code(), "display.state", "once");
    let whole = house.get("supervisor", &format!("/display/pop/{}", made["id"].as_str().unwrap())).await;
    assert_eq!((&whole["asset"]["state"], &whole["effect"]), (&json!("placed"), &Value::Null), "nothing is measured yet");
    assert_eq!(whole["history"].as_array().unwrap().last().unwrap()["act"], "place");
    let shown = house.served.get(&format!("/api/v1/display/photos/{photo}"), &house.cookies["supervisor"]).await;
    assert_eq!(shown.kind, "image/png");
    assert_eq!(house.post("leader", &path, 1, &hang(&photo)).await.code(), "access.caller.no_permission");
    let counts = house.get("channel", "/display/pop/counts").await;
    assert!(counts["alerts"]["no_agreement"].as_u64() >= Some(1) && counts["alerts"]["damaged"].as_u64() == Some(1), "{counts}");
}

/// R7.197 R7.199
async fn agreements_take_two_people(house: &House) {
    let drafts = house.get("channel", "/display/agreements?state=draft").await;
    let draft = &drafts["items"][0];
    let path = format!("/display/agreements/{}/act", draft["id"].as_str().unwrap());
    let sign = json!({ "act": "sign", "by": "店主", "on": "2026-08-30" });
    assert_eq!(draft["own"], true, "{drafts}");
    assert_eq!(house.post("channel", &path, 1, &sign).await.code(), "display.agreement.own");
    let signed = house.post("supervisor", &path, 1, &sign).await;
    assert_eq!(signed.json()["version"], 2, "{}", signed.text);
    let ending = house.get("channel", "/display/agreements?ending=true").await;
    assert_eq!((ending["total"].as_u64(), ending["items"][0]["days_left"].as_u64()), (Some(1), Some(25)), "{ending}");
}

/// R7.196
async fn campaigns_are_called_back(house: &House) {
    let recalls = house.get("channel", "/display/recalls").await;
    let first = &recalls[0];
    assert_eq!((&first["tasks"], &first["open"]), (&json!(2), &json!(2)), "{recalls}");
    let list = format!("/display/recalls/{}/tasks", first["id"].as_str().unwrap());
    let task = house.get("channel", &format!("{list}?open=true")).await[0].clone();
    let photo = picture(house).await;
    let done = format!("{list}/{}", task["asset"].as_str().unwrap());
    let taken = house.post("channel", &done, task["version"].as_u64().unwrap(), &json!({ "photo": photo })).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert_eq!(house.get("channel", "/display/recalls").await[0]["open"], 1);
    let again = json!({ "campaign": "旧版资费", "reason": "再撤一次", "due_on": "2026-12-31" });
    assert_eq!(once(house, "marketing", "/display/recalls", "k", &again).await.code(), "display.recall.twice");
}

/// R7.189 R7.191
async fn plans_are_approved_and_kept_to(house: &House) {
    let draft = house.get("marketing", "/display/plans?state=draft").await["items"][0].clone();
    let id = draft["id"].as_str().unwrap();
    let (path, version) = (format!("/display/plans/{id}/act"), draft["version"].as_u64().unwrap());
    let refused = house.post("marketing", &path, version, &json!({ "act": "submit" })).await;
    assert_eq!(refused.code(), "display.plan.owner", "{}", refused.text);
    let whole = house.get("marketing", &format!("/display/plans/{id}")).await;
    let mut lines = whole["lines"].as_array().unwrap().clone();
    for line in &mut lines {
        line["owner"] = json!("channel");
    }
    let body = json!({ "campaign": draft["campaign"], "territory": draft["territory"], "lines": lines });
    let request = house.served.request(&Method::PUT, &format!("/api/v1/display/plans/{id}"), Some(&house.cookies["marketing"]));
    let changed = send(request.header("if-match", version.to_string()).body(body.to_string())).await;
    assert_eq!(changed.json()["version"], version + 1, "{}", changed.text);
    let submitted = house.post("marketing", &path, version + 1, &json!({ "act": "submit" })).await;
    assert_eq!(submitted.json()["version"], version + 2, "{}", submitted.text);
    let todos = house.get("supervisor", "/home").await["todos"].clone();
    assert!(todos.as_array().unwrap().iter().any(|todo| todo["code"] == "placement_plans"), "{todos}");
    let approve = json!({ "act": "approve" });
    assert_eq!(house.post("marketing", &path, version + 2, &approve).await.code(), "display.plan.own");
    assert_eq!(house.post("leader", &path, version + 2, &approve).await.code(), "access.caller.no_permission");
    let approved = house.post("supervisor", &path, version + 2, &approve).await;
    assert_eq!(approved.json()["version"], version + 3, "{}", approved.text);
    let pieces = format!("/display/plans/{id}/pieces");
    let outlet = lines[1]["outlets"][0].clone();
    let beyond = lines[1]["budget"].as_i64().unwrap() + 1;
    let make = async |cost: i64| house.post("channel", &pieces, 0, &json!({ "line": 2, "outlet": outlet, "cost": cost })).await;
    assert_eq!(make(beyond).await.code(), "display.plan.outside");
    let made = make(3_000).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let piece = house.get("channel", &format!("/display/pop/{}", made.json()["id"].as_str().unwrap())).await;
    assert_eq!((&piece["asset"]["plan"], &piece["asset"]["state"]), (&json!(id), &json!("approved")));
    let whole = house.get("leader", &format!("/display/plans/{id}")).await;
    assert_eq!((&whole["lines"][1]["made"], &whole["lines"][1]["placed"]), (&json!(1), &json!(0)), "{whole}");
    assert_eq!(house.get("partner", "/display/plans").await["total"], 0, "plans are of areas");
}

/// R7.187
async fn jobs_are_offered_chosen_and_inspected(house: &House) {
    let agencies = house.get("marketing", "/display/agencies").await;
    let rated = agencies.as_array().unwrap().iter().find(|one| one["rating"] == 450).unwrap().clone();
    let job = house.get("marketing", "/display/jobs?state=quoting").await["items"][0].clone();
    assert_eq!((job["quotes"].as_array().unwrap().len(), job["needs"].as_u64()), (2, Some(3)), "{job}");
    let (path, version) = (format!("/display/jobs/{}/act", job["id"].as_str().unwrap()), job["version"].as_u64().unwrap());
    let cheapest = job["quotes"][0]["agency"].clone();
    let choose = json!({ "act": "choose", "agency": cheapest });
    assert_eq!(house.post("marketing", &path, version, &choose).await.code(), "display.job.quotes");
    let quote = json!({ "act": "quote", "agency": rated["id"], "amount": 3_100_000, "days": 8 });
    assert_eq!(house.post("marketing", &path, version, &quote).await.json()["version"], version + 1);
    assert_eq!(house.post("marketing", &path, version + 1, &choose).await.json()["version"], version + 2);
    let inspect = json!({ "act": "inspect", "quality": 3, "punctual": 3, "note": "两处漏光", "photo": picture(house).await });
    assert_eq!(house.post("marketing", &path, version + 2, &inspect).await.code(), "display.job.own");
    let inspected = house.post("supervisor", &path, version + 2, &inspect).await;
    assert_eq!(inspected.json()["version"], version + 3, "{}", inspected.text);
    assert!(house.get("partner", "/display/agencies").await.as_array().unwrap().is_empty(), "offers are none of a partner's business");
}

/// R7.128
async fn launches_stand_by_their_day(house: &House) {
    let launch = house.get("channel", "/display/launches").await[0].clone();
    let (planned, placed) = (launch["planned"].as_u64().unwrap(), launch["placed"].as_u64().unwrap());
    assert!(planned > placed && placed == 1, "{launch}");
    let task = house.get("channel", "/display/launch-tasks?open=true").await[0].clone();
    let outlet = task["outlet"].as_str().unwrap();
    let shown = house.get("channel", &format!("/display/outlets/{outlet}")).await;
    assert!(!shown["launches"].as_array().unwrap().is_empty(), "{shown}");
    let card = house.get("channel", &format!("/field/outlets/{outlet}/card")).await;
    let briefed = card["issues"].as_array().unwrap().iter().filter(|issue| issue["kind"] == "launch").count();
    assert_eq!(briefed, shown["launches"].as_array().unwrap().len(), "on the briefing of the visit");
    let path = format!("/display/launches/{}/placed", task["launch"].as_str().unwrap());
    let body = |photo: &str| json!({ "outlet": outlet, "place": task["place"], "photo": photo });
    assert_eq!(house.post("channel", &path, 0, &body("")).await.code(), "display.photo");
    assert_eq!(house.post("channel", &path, 0, &body(&picture(house).await)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.get("channel", "/display/launches").await[0]["placed"], placed + 1);
}

/// R7.266 R7.7 R7.162
async fn checks_are_scored_again(house: &House) {
    let drawn = house.get("supervisor", "/display/rescores").await;
    if let Some(one) = drawn["items"].as_array().unwrap().first() {
        let whole = house.get("supervisor", &format!("/display/rescores/{}", one["id"].as_str().unwrap())).await;
        assert_eq!(whole["rescore"]["score"], Value::Null, "the first score sways nobody");
        let path = format!("/display/rescores/{}", one["id"].as_str().unwrap());
        let empty = house.post("supervisor", &path, 1, &json!({ "judged": {} })).await;
        assert_eq!(empty.code(), "display.rescore.items", "{}", empty.text);
    }
    house.get("channel", "/display/own-rescores").await;
    for by in ["outlet_type", "manager", "area"] {
        let found = house.get("supervisor", &format!("/display/first-notice?by={by}")).await;
        let sum: u64 = found["rows"].as_array().unwrap().iter().filter_map(|row| row["checked"].as_u64()).sum();
        assert_eq!(Some(sum), found["whole"]["checked"].as_u64(), "{found}");
    }
    let request = house.served.get("/api/v1/display/first-notice?by=moon", &house.cookies["supervisor"]).await;
    assert_eq!(request.code(), "serve.request.word");
}

/// R5.19
async fn one_brand_book_is_read_by_all(house: &House) {
    let books = house.get("partner", "/display/brand").await;
    let current: Vec<&Value> = books.as_array().unwrap().iter().filter(|book| book["state"] == "current").collect();
    assert_eq!((current.len(), &current[0]["version"]), (1, &json!(2)), "{books}");
    let next = json!({ "name": "示例通信", "wording": "同上", "usage": "同上", "logo": current[0]["logo"], "reason": "更新",
        "from": "2026-12-31" });
    assert_eq!(house.post("channel", "/display/brand", 2, &next).await.code(), "access.caller.not_everywhere");
    assert_eq!(house.post("marketing", "/display/brand", 1, &next).await.code(), "display.brand.stale");
    let set = house.post("marketing", "/display/brand", 2, &next).await;
    assert_eq!(set.json()["version"], 3, "{}", set.text);
    let books = house.get("partner", "/display/brand").await;
    let states: Vec<&str> = books.as_array().unwrap().iter().map(|book| book["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["coming", "current", "past"]);
}

/// R7.111 R7.117 R7.118 R7.104
async fn shelves_and_assortments(house: &House) {
    let wanting = house.get("channel", "/distribution/shelves?state=no").await;
    let row = &wanting["items"][0];
    assert!(!row["missing"].as_array().unwrap().is_empty() && row["share"].as_u64() < Some(10_000), "{wanting}");
    let code = row["outlet"].as_str().unwrap();
    let models = house.get("channel", &format!("/distribution/outlets/{code}")).await;
    let missing = models.as_array().unwrap().iter().find(|one| one["shown"] == "missing").unwrap().clone();
    let look = json!([{ "product": missing["product"], "shown": "shelf", "sample": true, "tag": true, "counted": 2 }]);
    let path = format!("/distribution/outlets/{code}/shelf");
    assert_eq!(house.post("channel", &path, 0, &look).await.status, StatusCode::NO_CONTENT);
    let models = house.get("channel", &format!("/distribution/outlets/{code}")).await;
    let seen = models.as_array().unwrap().iter().find(|one| one["product"] == missing["product"]).unwrap();
    assert_eq!((&seen["shown"], &seen["counted"]), (&json!("shelf"), &json!(2)), "{seen}");
    assert_eq!((&seen["sample"], &seen["tag"]), (&json!(true), &json!(true)), "{seen}");
    let unknown = json!([{ "product": "X999", "shown": "shelf" }]);
    assert_eq!(house.post("channel", &path, 0, &unknown).await.code(), "distribution.model");
    // The list has the same rows, in whatever order it is asked for.
    let stock =
        async |more: &str| house.get("channel", &format!("/distribution/stock?limit=500&outlet={code}{more}")).await["items"].clone();
    let all = stock("").await;
    assert_eq!(all, models);
    let falling = stock("&sort=-sold").await;
    let sold: Vec<i64> = falling.as_array().unwrap().iter().map(|row| row["sold"].as_i64().unwrap()).collect();
    assert!(sold.is_sorted_by(|a, b| a >= b) && sold.len() == models.as_array().unwrap().len(), "{sold:?}");
    let named = stock(&format!("&q={}", missing["product"].as_str().unwrap())).await;
    assert!(named.as_array().unwrap().iter().any(|row| row["product"] == missing["product"]), "{named}");
    let page = house.get("channel", &format!("/distribution/stock?limit=2&after=2&outlet={code}")).await;
    assert_eq!((&page["items"][0], page["total"].as_u64()), (&all[2], Some(sold.len() as u64)), "{page}");
    let reach = house.get("channel", "/distribution/reach").await;
    assert_eq!((&reach["least"], &reach["sufficient"]), (&json!(8_000), &json!(8_000)));
    assert!(reach["rows"].as_array().unwrap().iter().all(|row| row["outlets_reached"].as_u64() <= row["outlets"].as_u64()), "{reach}");
    let all = house.get("channel", "/distribution/assortment").await;
    let one = all.as_array().unwrap().iter().find(|one| one["role"] == "main").unwrap();
    let set = json!({ "outlet_type": one["outlet_type"], "product": one["product"], "was": "must", "role": "optional", "from": "2026-12-01",
        "reason": "换代" });
    let put = async |login: &str, body: &Value| {
        let request = house.served.request(&Method::PUT, "/api/v1/distribution/assortment", Some(&house.cookies[login]));
        send(request.body(body.to_string())).await
    };
    assert_eq!(put("marketing", &set).await.code(), "distribution.assortment.stale");
    let right = json!({ "outlet_type": one["outlet_type"], "product": one["product"], "was": "main", "role": "optional", "from": "2026-12-01",
        "reason": "换代" });
    assert_eq!(put("marketing", &right).await.status, StatusCode::NO_CONTENT);
}

/// R7.78 R7.121 R7.125
async fn orders_have_reasons(house: &House) {
    let sent = house.get("channel", "/distribution/orders?state=sent").await["items"][0].clone();
    let code = sent["outlet"].as_str().unwrap();
    let proposal = house.get("channel", &format!("/distribution/outlets/{code}/proposal?kind=initial")).await;
    let lines = proposal["lines"].as_array().unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["quantity"].as_u64() >= Some(1) && line["reason"] != ""), "{proposal}");
    let product = sent["lines"][0]["product"].as_str().unwrap();
    let stock = async || {
        let models = house.get("channel", &format!("/distribution/outlets/{code}")).await;
        models.as_array().unwrap().iter().find(|one| one["product"] == product).unwrap().clone()
    };
    let before = stock().await;
    assert_eq!(before["coming"], 3, "{before}");
    let path = format!("/distribution/orders/{}/end", sent["id"].as_str().unwrap());
    let received = house.post("channel", &path, 1, &json!({ "to": "received" })).await;
    assert_eq!(received.json()["version"], 2, "{}", received.text);
    let after = stock().await;
    assert_eq!(after["coming"], 0, "{after}");
    let weeks = house.get("channel", &format!("/distribution/outlets/{code}/weeks?product={product}")).await;
    assert_eq!(weeks.as_array().unwrap().last().unwrap()["supplied"], 3, "{weeks}");
    let order = json!({ "outlet": code, "kind": "replenishment", "lines": [{ "product": product, "quantity": 0 }] });
    assert_eq!(once(house, "channel", "/distribution/orders", "zero", &order).await.code(), "distribution.order.lines");
}

/// R0.1
async fn others_see_their_own(house: &House) {
    for path in ["/display/pop", "/display/corrections", "/distribution/stock", "/distribution/risks"] {
        let refused = house.served.get(&format!("/api/v1{path}"), &house.cookies["clerk"]).await;
        assert_eq!(refused.code(), "access.caller.no_permission", "{path}");
        house.get("partner", path).await;
    }
    let own = house.get("partner", "/distribution/shelves").await["total"].as_u64();
    assert!(own < house.get("leader", "/distribution/shelves").await["total"].as_u64());
}
