//! Visits on the real server: from the phone's first write to the fact, with everything a phone and its line can get wrong on the way.

use crate::house::House;
use crate::served::{Answer, send};
use qudao_platform::hash::sha256;
use qudao_platform::{Clock, SystemClock};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::time::Duration;

const MINUTE: i64 = 60_000_000;
/// Whoever takes part.
const PEOPLE: [&str; 6] = ["channel", "supervisor", "leader", "partner", "settlement", "store"];

thread_local! {
    static NUMBERS: Cell<u32> = const { Cell::new(1) };
}

/// An id as phones make them.
fn ulid() -> String {
    let number = NUMBERS.with(|numbers| numbers.replace(numbers.get() + 1));
    format!("01J{number:023}")
}

/// A picture of one pixel; the number makes it another one.
fn picture(number: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0".to_vec();
    png.extend(number.to_be_bytes());
    png.extend([7; 60]);
    png
}

/// An outlet of the manager's.
#[derive(Clone)]
struct Shop {
    code: String,
    lat: Option<i64>,
    lon: Option<i64>,
}

impl Shop {
    fn of(row: &Value) -> Self {
        Self { code: row["code"].as_str().unwrap().to_owned(), lat: row["lat_e6"].as_i64(), lon: row["lon_e6"].as_i64() }
    }

    /// A position at its door, so many degrees north of it.
    fn position(&self, north: i64) -> Value {
        let (lat, lon) = (self.lat.unwrap_or(30_450_000), self.lon.unwrap_or(114_870_000));
        json!({ "lat_e6": lat + north * 1_000_000, "lon_e6": lon, "accuracy_m": 15, "age_s": 4, "source": "gps" })
    }
}

/// A visit as a phone holds it.
struct Phone {
    id: String,
    shop: Shop,
    entered: i64,
    door: Vec<u8>,
    signature: Vec<u8>,
    templates: Map<String, Value>,
    writes: Vec<Value>,
    /// The greatest number of a write so far.
    seq: u32,
}

impl Phone {
    fn write(&mut self, path: &str, replaces: &[&str], value: &Value) -> String {
        let id = ulid();
        self.seq += 1;
        self.writes.push(json!({ "id": id, "seq": self.seq, "path": path, "at_us": self.entered, "replaces": replaces, "value": value }));
        id
    }

    fn body(&self, device: &str, now: i64) -> Value {
        let header = json!({ "outlet": self.shop.code, "purposes": ["display"], "began_us": self.entered, "templates": self.templates });
        json!({ "device": device, "device_now_us": now, "header": header, "writes": self.writes })
    }

    fn path(&self) -> String {
        format!("/field/visits/{}", self.id)
    }
}

impl House {
    /// Microseconds since 1970 by the demo's clock.
    fn now(&self) -> i64 {
        let offset: i64 = std::fs::read_to_string(self.served.home().join(".demo-clock")).unwrap().trim().parse().unwrap();
        SystemClock.now_us() + offset
    }

    async fn puts(&self, login: &str, path: &str, body: Vec<u8>) -> Answer {
        let request = self.served.request(&Method::PUT, &format!("/api/v1{path}"), Some(&self.cookies[login]));
        send(request.body(body)).await
    }

    /// Sends all a phone holds.
    async fn sends(&self, phone: &Phone) -> Value {
        let answer = self.puts("channel", &phone.path(), phone.body("phone-A", self.now()).to_string().into_bytes()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn photo(&self, phone: &Phone, bytes: &[u8]) -> Answer {
        let path = format!("{}/photos/{}?offset=0&size={}", phone.path(), sha256(bytes), bytes.len());
        self.puts("channel", &path, bytes.to_vec()).await
    }

    /// A visit of half an hour that began so many minutes ago, with all its steps, a checklist and two pictures.
    async fn visits(&self, shop: &Shop, ago: i64) -> Phone {
        let setup = self.get("channel", "/field/setup").await;
        let entered = self.now() - ago * MINUTE;
        let number = NUMBERS.with(Cell::get);
        let (door, signature) = (picture(number * 2), picture(number * 2 + 1));
        let mut phone =
            Phone { id: ulid(), shop: shop.clone(), entered, door, signature, templates: Map::new(), writes: Vec::new(), seq: 0 };
        phone.templates.insert("promoter".into(), json!(1));
        let (door, signature) = (sha256(&phone.door), sha256(&phone.signature));
        phone.write("goal.g1", &[], &json!({ "purpose": "display", "text": "店头换新", "achieved": true, "reason": "已换" }));
        phone.write("check_in", &[], &json!({ "at_us": entered, "position": shop.position(0), "door": door, "met": ["店长"] }));
        for name in [&door, &signature] {
            let said = json!({ "taken_us": entered, "live": true, "outlet": shop.code, "bytes": phone.door.len() });
            phone.write(&format!("photo.{name}"), &[], &said);
        }
        let given = [
            ("present", json!({ "yes_no": true })),
            ("dress", json!({ "yes_no": true })),
            ("ours", json!({ "yes_no": true })),
            ("points", json!({ "count": 3 })),
            ("demo", json!({ "grade": 2 })),
            ("sold", json!({ "count": 4 })),
        ];
        for (item, answer) in given {
            let photos = if item == "dress" { vec![door.clone()] } else { Vec::new() };
            phone.write(&format!("answer.promoter.{item}"), &[], &json!({ "answer": answer, "evidence": "seen", "photos": photos }));
        }
        phone.write("training.t1", &[], &json!({ "topic": "新套餐", "person": "店员", "minutes": 10, "score": 80 }));
        phone.write("ending", &[], &json!({ "reason": "无需求" }));
        phone.write("check_out", &[], &json!({ "at_us": entered + 30 * MINUTE, "signature": signature }));
        for step in setup["steps"].as_array().unwrap() {
            phone.write(&format!("step.{}", step["id"].as_str().unwrap()), &[], &json!({ "at_us": entered }));
        }
        phone.write("report", &[], &json!(entered + 31 * MINUTE));
        phone
    }

    /// The same with its pictures, sent: what the server made of it.
    async fn sends_whole(&self, phone: &Phone) -> Value {
        self.sends(phone).await;
        for bytes in [&phone.door, &phone.signature] {
            assert_eq!(self.photo(phone, bytes).await.json()["whole"], true);
        }
        self.get("channel", &phone.path()).await
    }
}

fn kinds(flags: &Value) -> Vec<&str> {
    flags.as_array().unwrap().iter().map(|flag| flag["kind"].as_str().unwrap()).collect()
}

#[test]
fn visits_become_facts_through_the_server() {
    // R0.5, R0.6, R0.24, R0.25, R7.34, R7.37, R7.45, R7.50, R7.77, R7.265, N31, N44
    qudao_testkit::block_on(async {
        let house = House::open(&PEOPLE).await;
        let outlets = house.get("channel", "/field/outlets?limit=10").await;
        let shops: Vec<Shop> = outlets["rows"].as_array().unwrap().iter().map(Shop::of).collect();
        assert!(shops.len() >= 6, "{outlets}");
        a_phone_takes_all_along(&house, &shops[0]).await;
        a_half_uploaded_photo_is_gone_on_with(&house, &shops[0]).await;
        a_wrong_clock_is_put_right(&house, &shops[1]).await;
        what_is_strange_waits_for_a_supervisor(&house, &shops[2..]).await;
        two_phones_and_an_unknown_checklist_lose_nothing(&house, &shops[5]).await;
        promises_and_notes_are_read(&house, &shops[0]).await;
        a_closed_outlet_keeps_the_work(&house).await;
        visits_are_counted(&house, &shops).await;
    });
}

async fn a_phone_takes_all_along(house: &House, shop: &Shop) {
    let setup = house.get("channel", "/field/setup").await;
    let count = |what: &str| setup[what].as_array().unwrap().len();
    assert_eq!((count("steps"), count("purposes"), count("templates")), (11, 12, 9), "S9, S10");
    let template = |id: &str| setup["templates"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    let grade = &template("promoter")["sections"][1]["items"][1];
    assert_eq!((&grade["kind"], &grade["levels"]), (&json!("grade"), &json!(2)), "{grade}");
    assert!(grade["worth_ppm"].as_u64() > Some(0) && template("mystery")["hidden"] == true);
    assert_eq!(setup["limits"]["radius_m"], 300);
    let card = house.get("channel", &format!("/field/outlets/{}/card", shop.code)).await;
    assert_eq!((&card["outlet"]["code"], &card["seq"]), (&json!(shop.code), &json!(0)), "{card}");
    assert!(card["prices"].as_array().unwrap().iter().all(|price| price["suggested"].as_i64() > Some(0)), "{card}");
    let day = house.get("channel", "/field/day").await;
    let places: Vec<u64> = day["stops"].as_array().unwrap().iter().filter_map(|stop| stop["seq"].as_u64()).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1] || pair[1] == 0), "{places:?}");
    let refused = house.served.get("/api/v1/field/setup", &house.cookies["partner"]).await;
    assert_eq!(refused.code(), "access.caller.no_permission");
}

async fn a_half_uploaded_photo_is_gone_on_with(house: &House, shop: &Shop) {
    let mut phone = house.visits(shop, 50).await;
    let card = house.get("channel", &format!("/field/outlets/{}/card", shop.code)).await;
    let model = &card["models"][0];
    assert!(model["role"].is_string() && model["role"] != "banned", "models an outlet of its type is to show: {card}");
    let product = model["product"].as_str().unwrap().to_owned();
    phone.write(&format!("shelf.{product}"), &[], &json!({ "stands": "shelf", "sample": true, "tag": false }));
    // The first half comes before its visit, and the line breaks.
    let name = sha256(&phone.door);
    let path = format!("{}/photos/{name}", phone.path());
    let half = house.puts("channel", &format!("{path}?offset=0&size={}", phone.door.len()), phone.door[..40].to_vec()).await;
    assert_eq!(half.json(), json!({ "have": 40, "size": phone.door.len(), "whole": false }), "{}", half.text);
    let receipt = house.sends(&phone).await;
    assert!(receipt["writes"].as_array().unwrap().iter().all(|write| write["taken"] == "kept"), "{receipt}");
    let waits = (&receipt["state"], &receipt["counts"], receipt["missing"].as_array().unwrap().len());
    assert_eq!(waits, (&json!("checked_out"), &json!("open"), 2), "{receipt}");
    assert_eq!(house.get("channel", &format!("{path}/progress")).await["have"], 40);
    let gap = house.puts("channel", &format!("{path}?offset=70&size={}", phone.door.len()), phone.door[70..].to_vec()).await;
    assert_eq!(gap.code(), "field.photo.offset");
    let rest = house.puts("channel", &format!("{path}?offset=40&size={}", phone.door.len()), phone.door[40..].to_vec()).await;
    assert_eq!(rest.json()["whole"], true, "{}", rest.text);
    let mut broken = phone.signature.clone();
    broken[50] = 9;
    let damaged = format!("{}/photos/{}?offset=0&size={}", phone.path(), sha256(&phone.signature), broken.len());
    assert_eq!(house.puts("channel", &damaged, broken).await.code(), "field.photo.damaged");
    assert_eq!(house.photo(&phone, &phone.signature).await.json()["whole"], true);
    let whole = house.get("supervisor", &phone.path()).await;
    let line = &whole["line"];
    assert_eq!((&line["state"], &line["counts"], &line["minutes"]), (&json!("reported"), &json!("yes"), &json!(30)), "{line}");
    assert_eq!((&line["scores"][0]["score"], &line["completion"], &whole["mine"]), (&json!(10_000), &json!(10_000), &json!(false)));
    let table = |name: &str| whole["facts"].as_array().unwrap().iter().filter(|fact| fact["table"] == name).count();
    assert_eq!((table("activity"), table("observation")), (2, 8), "{}", whole["facts"]);
    // R7.15, R7.240: where a model stands is kept with the visit, and is known of the outlet afterwards.
    let shelf = &whole["shelves"][0];
    assert_eq!((&shelf["product"], &shelf["stands"], &shelf["tag"]), (&json!(product), &json!("shelf"), &json!(false)), "{shelf}");
    assert!(whole["sheets"][0]["measures"].as_array().unwrap().iter().all(|one| one["unit"] != ""), "{whole}");
    let shown = house.served.get(&format!("/api/v1{path}"), &house.cookies["leader"]).await;
    assert_eq!((shown.status, shown.kind.as_str()), (StatusCode::OK, "image/png"));
    let other = format!("/api/v1{}/photos/{}", phone.path(), sha256(b"none"));
    assert_eq!(house.served.get(&other, &house.cookies["leader"]).await.code(), "field.photo.none");
    // All of it once more does nothing.
    let again = house.sends(&phone).await;
    assert!(again["writes"].as_array().unwrap().iter().all(|write| write["taken"] == "again"), "{again}");
    assert_eq!(again["version"], line["version"]);
    let own = house.get("channel", "/field/day").await;
    assert!(own["stops"].as_array().unwrap().iter().all(|stop| stop["outlet"]["code"] != *shop.code || stop["visit"] == *phone.id));
}

async fn a_wrong_clock_is_put_right(house: &House, shop: &Shop) {
    let mut phone = house.visits(shop, 200).await;
    // The phone is an hour behind, with all it wrote.
    let (hour, right) = (60 * MINUTE, phone.entered);
    phone.entered -= hour;
    for write in &mut phone.writes {
        for field in ["at_us", "taken_us"] {
            if let Some(us) = write["value"][field].as_i64() {
                write["value"][field] = json!(us - hour);
            }
        }
        if write["path"] == "report" {
            write["value"] = json!(write["value"].as_i64().unwrap() - hour);
        }
    }
    let body = phone.body("phone-A", house.now() - hour).to_string();
    let receipt = house.puts("channel", &phone.path(), body.into_bytes()).await.json();
    assert_eq!(kinds(&receipt["flags"]), ["clock"], "{receipt}");
    for bytes in [&phone.door, &phone.signature] {
        house.photo(&phone, bytes).await;
    }
    let line = house.get("channel", &phone.path()).await["line"].clone();
    let off = (line["entered_us"].as_i64().unwrap() - right).abs();
    assert!(off < 5_000_000 && line["counts"] == "yes", "{off} {line}");
}

async fn what_is_strange_waits_for_a_supervisor(house: &House, shops: &[Shop]) {
    // Two hundred kilometres further on within twenty minutes.
    let near = house.visits(&shops[0], 120).await;
    assert_eq!(house.sends_whole(&near).await["line"]["counts"], "yes");
    let mut far = house.visits(&shops[1], 85).await;
    let (at, position) = (far.entered, shops[0].position(2));
    let door = far.writes[1]["value"]["door"].clone();
    far.writes[1]["value"] = json!({ "at_us": at, "position": position, "door": door });
    let whole = house.sends_whole(&far).await;
    assert!(kinds(&whole["line"]["flags"]).contains(&"travel") && whole["line"]["counts"] == "held", "{whole}");
    assert_eq!(house.get("channel", &near.path()).await["line"]["counts"], "held", "the one before is looked at too");
    // A photo of another outlet, and the first visit's photo again.
    let mut borrowed = house.visits(&shops[2], 45).await;
    borrowed.door.clone_from(&near.door);
    let name = sha256(&borrowed.door);
    let said = json!({ "taken_us": borrowed.entered, "live": true, "outlet": shops[0].code, "bytes": 93 });
    borrowed.write(&format!("photo.{name}"), &[], &said);
    let flags = house.sends_whole(&borrowed).await["line"]["flags"].clone();
    let told = kinds(&flags);
    assert!(told.contains(&"photo_elsewhere") && told.contains(&"photo_repeated"), "{told:?}");
    // The supervisor decides, and sees why.
    let queue = house.get("supervisor", "/field/review-queue?manager=channel").await;
    let rows = queue["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == *far.id).unwrap();
    assert!(row["flags"].as_array().unwrap().iter().any(|flag| flag["holds"] == true && flag["text"] != ""), "{row}");
    let (path, version) = (format!("{}/review", far.path()), row["version"].as_u64().unwrap());
    let decision = json!({ "counts": false, "reason": "行程不可能" });
    assert_eq!(house.post("channel", &path, version, &decision).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("supervisor", &path, version, &json!({ "counts": false, "reason": "" })).await.code(), "field.reason");
    let decided = house.post("supervisor", &path, version, &decision).await;
    assert_eq!(decided.json()["version"], version + 1, "{}", decided.text);
    assert_eq!(house.post("supervisor", &path, version, &decision).await.code(), "platform.db.stale");
    let whole = house.get("channel", &far.path()).await;
    assert_eq!((&whole["line"]["counts"], &whole["decided_why"]), (&json!("no"), &json!("行程不可能")), "{whole}");
    assert_eq!(whole["facts"], json!([]));
}

async fn two_phones_and_an_unknown_checklist_lose_nothing(house: &House, shop: &Shop) {
    let mut phone = house.visits(shop, 20).await;
    phone.templates.insert("promoter".into(), json!(99));
    house.sends(&phone).await;
    let first = phone.writes.iter().find(|write| write["path"] == "answer.promoter.demo").unwrap()["id"].as_str().unwrap().to_owned();
    for (device, grade) in [("phone-A", 0), ("phone-B", 1)] {
        phone.writes.clear();
        let one = json!({ "answer": { "grade": grade }, "evidence": "seen" });
        phone.write("answer.promoter.demo", &[&first], &one);
        let sent = house.puts("channel", &phone.path(), phone.body(device, house.now()).to_string().into_bytes()).await;
        assert_eq!(sent.json()["writes"][0]["taken"], "kept", "{}", sent.text);
    }
    let whole = house.get("channel", &phone.path()).await;
    let flags = kinds(&whole["line"]["flags"]);
    for kind in ["two_devices", "conflict", "template_unknown"] {
        assert!(flags.contains(&kind), "{flags:?}");
    }
    let conflict = &whole["conflicts"][0];
    assert_eq!((&conflict["path"], conflict["heads"].as_array().unwrap().len()), (&json!("answer.promoter.demo"), 2), "{conflict}");
    let grades = [&conflict["value"]["answer"]["grade"], &conflict["others"][0]["value"]["answer"]["grade"]];
    assert!(grades.contains(&&json!(0)) && grades.contains(&&json!(1)), "both are kept: {conflict}");
    // What cannot be kept says why, and the rest is kept.
    phone.writes.clear();
    phone.write("mood", &[], &json!(1));
    phone.write("note.n1", &[], &json!({ "kind": "competitor", "text": "对面店买一送一" }));
    let sent = house.sends(&phone).await;
    assert_eq!((&sent["writes"][0]["refusal"]["code"], &sent["writes"][1]["taken"]), (&json!("field.record.path"), &json!("kept")));
    let far = json!({ "device": "phone-A", "device_now_us": 0, "header": { "outlet": "NOWHERE", "began_us": 0 } });
    let nowhere = house.puts("channel", &format!("/field/visits/{}", ulid()), far.to_string().into_bytes()).await;
    assert_eq!(nowhere.code(), "field.outlet.none");
}

async fn promises_and_notes_are_read(house: &House, shop: &Shop) {
    let sent = json!({ "id": ulid(), "outlet": shop.code, "text": "补发台卡", "due_on": "2026-09-03" });
    let made = house.post("channel", "/field/promises", 0, &sent).await;
    assert_eq!((made.status, made.json()["state"].as_str()), (StatusCode::CREATED, Some("open")), "{}", made.text);
    assert_eq!(house.post("channel", "/field/promises", 0, &sent).await.status, StatusCode::OK, "the same one is one");
    let card = house.get("channel", &format!("/field/outlets/{}/card", shop.code)).await;
    assert!(card["promises"].as_array().unwrap().iter().any(|one| one["id"] == sent["id"]), "{card}");
    assert!(card["issues"].as_array().unwrap().iter().any(|one| one["kind"] == "promise"), "{card}");
    assert_eq!(card["last"]["manager"], "channel");
    let id = sent["id"].as_str().unwrap();
    let path = format!("/field/promises/{id}/close");
    assert_eq!(house.post("leader", &path, 1, &json!({ "to": "kept" })).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("channel", &path, 1, &json!({ "to": "broken" })).await.code(), "field.reason");
    assert_eq!(house.post("channel", &path, 1, &json!({ "to": "kept" })).await.json()["version"], 2);
    let all = house.get("supervisor", &format!("/field/promises?manager=channel&outlet={}", shop.code)).await;
    assert!(all["rows"].as_array().unwrap().iter().any(|one| one["id"] == id && one["state"] == "kept"), "{all}");
    assert!(all["kept"]["in_time"].as_u64() >= Some(1), "{all}");
    let notes = house.get("supervisor", "/field/notes?kind=competitor").await;
    assert!(notes["rows"].as_array().unwrap().iter().any(|note| note["text"] == "对面店买一送一"), "{notes}");
}

async fn a_closed_outlet_keeps_the_work(house: &House) {
    // An outlet of the manager's county that closed this month: the phone did not know yet.
    let text = std::fs::read_to_string(house.served.home().join("master/outlets.csv")).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let at = |name: &str| head.iter().position(|title| *title == name).unwrap();
    let (code, territory, to) = (at("code"), at("territory"), at("effective_to"));
    let setup = house.get("channel", "/field/setup").await;
    let county = setup["me"]["territories"][0].as_str().unwrap();
    let rows: Vec<Vec<&str>> = lines.filter(|row| row[territory].starts_with(county)).collect();
    let open = |row: &Vec<&str>| rows.iter().any(|other| other[code] == row[code] && (other[to].is_empty() || other[to] > "2026-08-31"));
    let Some(row) = rows.iter().find(|row| !row[to].is_empty() && !open(row)) else { return };
    let shop = Shop { code: row[code].to_owned(), lat: None, lon: None };
    let phone = house.visits(&shop, 10).await;
    let whole = house.sends_whole(&phone).await;
    let flags = kinds(&whole["line"]["flags"]);
    assert!(flags.contains(&"outlet_closed") && whole["line"]["counts"] == "held", "{whole}");
    assert_eq!(whole["sheets"][0]["answers"].as_array().unwrap().len(), 6, "all of it is kept");
}

#[expect(clippy::disallowed_methods, reason = "the server runs by its own clock, and its rounds come when they come")]
async fn visits_are_counted(house: &House, shops: &[Shop]) {
    let mut batch = Value::Null;
    // A round comes every half minute.
    for _ in 0..180 {
        let imports = house.get("settlement", "/imports?q=field-activity").await;
        batch = imports["items"][0].clone();
        if batch.is_object() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(batch["file"], "field-activity.csv");
    let arrivals = house.get("settlement", "/arrivals?month=2026-08").await.to_string();
    assert!(!arrivals.contains("field-activity"), "what happened here is no delivery of another system");
    // One visit stands, and another was taken back after it had left: the figures follow the list, each visit once.
    for shop in [&shops[1], &shops[2]] {
        let lines = house.get("leader", &format!("/field/visits?outlet={}&counts=yes&from=2026-08-31&to=2026-08-31", shop.code)).await;
        let counted = i64::try_from(lines["rows"].as_array().unwrap().len()).unwrap();
        let filters = json!([{ "dimension": "outlet", "values": [shop.code] }]);
        let question = json!({ "metrics": ["visits", "strike_rate"], "from": "2026-08-31", "to": "2026-08-31", "filters": filters });
        let mut told = -1;
        for _ in 0..240 {
            let answer = house.post("leader", "/metrics/query", 0, &question).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
            told = answer.json()["total"][0]["value"].as_i64().unwrap_or(0);
            if told == counted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(told, counted, "{lines}");
    }
}
