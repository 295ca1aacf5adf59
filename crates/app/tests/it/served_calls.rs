//! Calls and roadshow units on the real server: from a call with its minute to the diary, from a booking to what an agent is credited with.

use crate::house::House;
use reqwest::StatusCode;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000_000;

fn ulid(number: u32) -> String {
    format!("01Z{number:023}")
}

/// A call as a phone sends it, so many minutes after it was made.
fn call(number: u32, outlet: &str, ago: i64) -> Value {
    // The phone's clock stands somewhere else: only how long ago it was counts.
    json!({ "id": ulid(number), "outlet": outlet, "name": "王店主", "outcome": "reached", "minute": "海报周五前补齐",
        "at_us": 50 * MINUTE, "device_now_us": (50 + ago) * MINUTE })
}

fn kinds<'a>(diary: &'a Value, kind: &str) -> Vec<&'a Value> {
    diary["tasks"].as_array().unwrap().iter().filter(|task| task["kind"] == kind).collect()
}

#[test]
fn calls_and_roadshows_through_the_server() {
    // R0.6, R1.17, R1.18, R1.20, R7.86, R8.130, S6, S8, S11
    qudao_testkit::block_on(async {
        let house = House::open(&["channel", "supervisor", "marketing", "partner"]).await;
        calls_are_counted_and_in_the_diary(&house).await;
        an_appointment_is_a_task(&house).await;
        a_unit_is_booked_counted_and_let_go(&house).await;
        stops_are_credited(&house).await;
        help_in_an_outlet_is_noted(&house).await;
        let practice = house.get("channel", "/posts/manager").await;
        let many = ["duties", "methods", "qualities"].map(|list| practice[list].as_array().unwrap().len());
        assert_eq!(many, [10, 14, 8]);
    });
}

async fn calls_are_counted_and_in_the_diary(house: &House) {
    let day = house.get("channel", "/field/calls/day").await;
    let halves = ["calls_from", "calls_to", "visits_from", "visits_to"].map(|at| day[at].as_u64().unwrap());
    assert_eq!((day["daily"].as_u64(), halves), (Some(30), [540, 720, 720, 1_020]), "{day}");
    let before = day["today"]["made"].as_u64().unwrap();
    let outlet = day["candidates"][0]["code"].as_str().unwrap().to_owned();
    let made = house.post("channel", "/field/calls", 0, &call(1, &outlet, 1)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(house.post("channel", "/field/calls", 0, &call(1, &outlet, 2)).await.status, StatusCode::OK, "sent again");
    let mut wordless = call(2, &outlet, 1);
    wordless["minute"] = json!("");
    assert_eq!(house.post("channel", "/field/calls", 0, &wordless).await.code(), "field.call.minute");
    assert_eq!(house.post("channel", "/field/calls", 0, &call(2, "nowhere", 1)).await.code(), "field.outlet.none");
    assert_eq!(house.post("partner", "/field/calls", 0, &call(2, &outlet, 1)).await.code(), "access.caller.no_permission");
    let day = house.get("supervisor", "/field/calls/day?manager=channel").await;
    assert_eq!(day["today"]["made"].as_u64(), Some(before + 1), "{day}");
    assert!(day["candidates"].as_array().unwrap().iter().all(|row| row["code"] != *outlet), "called today");
    let diary = house.get("channel", "/field/diary").await;
    let line = diary["lines"].as_array().unwrap().iter().find(|line| line["record"] == ulid(1)).unwrap();
    assert!(line["what"] == "contact" && line["text"].as_str().unwrap().contains("海报周五前补齐"), "{line}");
}

async fn an_appointment_is_a_task(house: &House) {
    let day = house.get("channel", "/field/calls/day").await;
    let outlet = day["candidates"][0]["code"].as_str().unwrap();
    let mut agreed = call(3, outlet, 1);
    (agreed["meet_on"], agreed["meet_minute"]) = (day["day"].clone(), json!(900));
    let made = house.post("channel", "/field/calls", 0, &agreed).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    // It is a stop of the day at its hour, planned or not.
    let way = house.get("channel", "/field/day").await;
    let stop = way["stops"].as_array().unwrap().iter().find(|stop| stop["outlet"]["code"] == outlet).unwrap();
    assert!(stop["target"].as_str().unwrap().starts_with("15:00"), "{stop}");
    let leaves = stop["leaves"].as_str().unwrap();
    assert!(leaves > "15:00" && leaves < "16:30" && stop["late"] == false, "{stop}");
    let diary = house.get("channel", "/field/diary").await;
    let tasks = kinds(&diary, "appointment");
    assert_eq!(tasks.len(), 1, "{diary}");
    assert!(tasks[0]["text"].as_str().unwrap().starts_with("15:00"), "{diary}");
    let path = format!("/field/calls/{}/close", ulid(3));
    assert_eq!(house.post("channel", &path, 1, &json!({ "to": "dropped" })).await.code(), "field.reason");
    assert_eq!(house.post("channel", &path, 1, &json!({ "to": "kept" })).await.json()["version"], 2);
    assert!(kinds(&house.get("channel", "/field/diary").await, "appointment").is_empty());
}

async fn a_unit_is_booked_counted_and_let_go(house: &House) {
    let units = house.get("marketing", "/field/roadshows").await;
    let rows = units["rows"].as_array().unwrap();
    let booked = rows.iter().find(|row| row["state"] == "booked").unwrap();
    assert!(units["may_book"] == true && rows.iter().any(|row| row["state"] == "departed"), "{units}");
    assert_eq!(house.get("channel", "/field/roadshows").await["may_book"], false);
    let mut wanted = json!({
        "id": ulid(10), "week": booked["week"], "territory": booked["territory"], "title": "社区流动助销", "leader": "service",
        "vehicle": "示A·00001", "kit": booked["kit"], "crew": ["service", "system", "ad", "settlement2"],
    });
    assert_eq!(house.post("marketing", "/field/roadshows", 0, &wanted).await.code(), "field.roadshow.taken");
    assert_eq!(house.post("channel", "/field/roadshows", 0, &wanted).await.code(), "access.caller.no_permission");
    wanted["kit"] = json!("九号套");
    let made = house.post("marketing", "/field/roadshows", 0, &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    (wanted["id"], wanted["crew"]) = (json!(ulid(11)), json!(["nobody"]));
    assert_eq!(house.post("marketing", "/field/roadshows", 0, &wanted).await.code(), "field.roadshow.person");
    let path = format!("/field/roadshows/{}", ulid(10));
    let act = async |login: &str, verb: &str, version: u64, body: Value| house.post(login, &format!("{path}/{verb}"), version, &body).await;
    assert_eq!(act("marketing", "depart", 1, json!({})).await.code(), "field.roadshow.unchecked");
    let counted = json!({ "people": 4, "vehicle": 1, "tent": 1, "computer": 1, "table": 1, "demo_phone": 0 });
    assert_eq!(act("marketing", "check", 1, json!({ "counted": counted })).await.json()["version"], 2);
    assert_eq!(act("marketing", "depart", 2, json!({})).await.code(), "field.roadshow.short");
    let why = json!({ "reason": "样机在途" });
    assert_eq!(act("marketing", "approve", 2, why.clone()).await.code(), "access.caller.no_permission");
    assert_eq!(act("channel", "check", 2, json!({ "counted": counted })).await.code(), "field.roadshow.none", "they are not with it");
    let whole = house.get("supervisor", &path).await;
    assert!(whole["may"].as_array().unwrap().contains(&json!("approve")) && whole["unit"]["short"] == true, "{whole}");
    assert_eq!(act("supervisor", "approve", 2, why).await.json()["version"], 3);
    assert_eq!(act("marketing", "depart", 3, json!({})).await.json()["version"], 4);
}

async fn stops_are_credited(house: &House) {
    let units = house.get("channel", "/field/roadshows").await;
    let unit = units["rows"].as_array().unwrap().iter().find(|row| row["state"] == "departed" && row["leader"] == "channel").unwrap();
    let path = format!("/field/roadshows/{}", unit["id"].as_str().unwrap());
    let partner = house.get("channel", &path).await["agents"][0]["partner"].clone();
    let place = json!({ "id": ulid(20), "place": "万达广场东门", "position": { "lat_e6": 27_800_000, "lon_e6": 114_390_000, "accuracy_m": 20, "age_s": 3 } });
    let begun = house.post("channel", &format!("{path}/stops"), 0, &place).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    let stop = format!("/field/roadshow-stops/{}", ulid(20));
    let mut counts = json!({ "visitors": 60, "demos": 20, "leads": 9, "activations": 4, "handsets": 1, "cost": 50_000 });
    assert_eq!(house.post("channel", &stop, 1, &counts).await.code(), "field.stop.agent");
    counts["partner"] = partner.clone();
    assert_eq!(house.post("channel", &stop, 1, &counts).await.json()["version"], 2);
    let whole = house.get("marketing", &path).await;
    let kept = whole["stops"].as_array().unwrap().iter().find(|one| one["id"] == ulid(20)).unwrap();
    assert_eq!((&kept["partner"], &kept["cost_per_activation"]), (&partner, &json!(12_500)), "{kept}");
    let came = json!({ "id": ulid(21), "stop": ulid(20), "at_us": 0, "device_now_us": 10 * MINUTE,
        "position": { "lat_e6": 27_800_100, "lon_e6": 114_390_000, "accuracy_m": 20, "age_s": 3 } });
    let presence = house.post("channel", "/field/attendance", 0, &came).await;
    assert_eq!((presence.status, presence.json()["came_level"].clone()), (StatusCode::CREATED, json!("strong")), "{}", presence.text);
    let version = whole["unit"]["version"].as_u64().unwrap();
    assert_eq!(house.post("channel", &format!("{path}/close"), version, &json!({})).await.code(), "field.roadshow.present");
    let left = json!({ "at_us": 0, "device_now_us": 0 });
    let presence = house.post("channel", &format!("/field/attendance/{}/leave", ulid(21)), 0, &left).await.json();
    assert!(presence["minutes"].as_i64() >= Some(9) && presence["left_level"] == "unknown", "{presence}");
}

async fn help_in_an_outlet_is_noted(house: &House) {
    let day = house.get("channel", "/field/calls/day").await;
    let came = json!({ "id": ulid(30), "outlet": day["candidates"][0]["code"], "at_us": 0, "device_now_us": 0 });
    assert_eq!(house.post("channel", "/field/attendance", 0, &came).await.status, StatusCode::CREATED);
    let rows = house.get("supervisor", "/field/attendance?kind=assist").await;
    assert_eq!((&rows["rows"][0]["person"], &rows["rows"][0]["left_us"]), (&json!("channel"), &Value::Null), "{rows}");
    let refused = house.served.get("/api/v1/field/attendance?kind=dance", &house.cookies["supervisor"]).await;
    assert_eq!(refused.code(), "serve.request.word");
}
