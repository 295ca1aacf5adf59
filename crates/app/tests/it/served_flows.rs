//! Approvals on the real server: each verb once as pages send it, and what nobody gets to do.

use crate::served::{Answer, Served, send};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Whoever takes part.
const PEOPLE: [&str; 12] =
    ["admin", "leader", "supervisor", "channel", "marketing", "system", "settlement", "settlement2", "auditor", "partner", "store", "ad"];
/// A picture, as somebody photographed or signed it.
const PICTURE: &[u8] = include_bytes!("../../src/serve/demo-invoice.png");

/// A served demo and a session of everybody.
pub(crate) struct House {
    pub(crate) served: Served,
    pub(crate) cookies: BTreeMap<&'static str, String>,
}

/// An application as its last answer told it.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) state: String,
}

impl Application {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        let json = answer.json();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        Self { id: text("id"), version: json["version"].as_u64().unwrap(), state: text("state") }
    }
}

impl House {
    pub(crate) async fn open() -> Self {
        let served = Served::county();
        let mut cookies = BTreeMap::new();
        for login in PEOPLE {
            cookies.insert(login, served.sign_in(login).await);
        }
        Self { served, cookies }
    }

    pub(crate) async fn get(&self, login: &str, path: &str) -> Answer {
        self.served.get(&format!("/api/v1{path}"), &self.cookies[login]).await
    }

    pub(crate) async fn post(&self, login: &str, path: &str, body: &Value) -> Answer {
        send(self.served.request(&Method::POST, &format!("/api/v1{path}"), Some(&self.cookies[login])).body(body.to_string())).await
    }

    pub(crate) async fn starts(&self, login: &str, flow: &str, form: &Value) -> Application {
        Application::of(&self.post(login, "/applications", &json!({ "flow": flow, "form": form })).await)
    }

    /// Begins an application and sends it.
    pub(crate) async fn sends(&self, login: &str, flow: &str, form: &Value) -> Application {
        let mut begun = self.starts(login, flow, form).await;
        self.does(login, &mut begun, "submit", &json!({})).await;
        begun
    }

    pub(crate) async fn tries(&self, login: &str, on: &Application, verb: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/applications/{}/{verb}", on.id);
        let request = self.served.request(&Method::POST, &path, Some(&self.cookies[login]));
        send(request.header("if-match", format!("\"{}\"", on.version)).body(body.to_string())).await
    }

    pub(crate) async fn does(&self, login: &str, on: &mut Application, verb: &str, body: &Value) {
        let answer = self.tries(login, on, verb, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{login} {verb} {on:?}: {}", answer.text);
        *on = Application::of(&answer);
    }

    pub(crate) async fn refuses(&self, login: &str, on: &Application, verb: &str, body: &Value, code: &str) {
        let answer = self.tries(login, on, verb, body).await;
        assert_eq!(answer.code(), code, "{login} {verb} {on:?}: {} {}", answer.status, answer.text);
    }

    pub(crate) async fn saves(&self, login: &str, on: &Application, form: &Value) -> Answer {
        let path = format!("/api/v1/applications/{}", on.id);
        let request = self.served.request(&Method::PUT, &path, Some(&self.cookies[login]));
        send(request.header("if-match", format!("\"{}\"", on.version)).body(json!({ "form": form }).to_string())).await
    }

    pub(crate) async fn whole(&self, login: &str, on: &Application) -> Value {
        let answer = self.get(login, &format!("/applications/{}", on.id)).await;
        assert_eq!(answer.status, StatusCode::OK, "{login} {}", answer.text);
        answer.json()
    }

    pub(crate) async fn sees(&self, login: &str, on: &Application) -> bool {
        let answer = self.get(login, &format!("/applications/{}", on.id)).await;
        assert!(answer.status == StatusCode::OK || answer.code() == "workflow.none", "{login} {}", answer.text);
        answer.status == StatusCode::OK
    }

    /// Numbers in a box.
    pub(crate) async fn boxed(&self, login: &str, query: &str) -> Vec<String> {
        let answer = self.get(login, &format!("/applications?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        logins(&answer.json()["items"], "id")
    }

    /// Whether a box holds an application; the demo has others.
    pub(crate) async fn holds(&self, login: &str, query: &str, on: &Application) -> bool {
        self.boxed(login, query).await.contains(&on.id)
    }

    pub(crate) async fn brings(&self, login: &str) -> String {
        let request = self.served.request(&Method::POST, "/api/v1/attachments?name=paper.png", Some(&self.cookies[login]));
        let answer = send(request.header("content-type", "application/octet-stream").body(PICTURE)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{login} {}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn logins(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

fn subsidy(amount: i64) -> Value {
    json!({ "kind": "rent", "amount": amount, "base_year": 2026, "rule": "按新增业务量占比分配", "purpose": "卖场房租" })
}

pub(crate) fn said(text: &str) -> Value {
    json!({ "text": text })
}

#[test]
fn people_apply_and_decide_through_the_server() {
    qudao_testkit::block_on(async {
        let house = House::open().await;
        everybody_finds_the_forms_they_may_fill_in(&house).await;
        a_subsidy_goes_through_every_hand_and_becomes_a_budget(&house).await;
        nobody_decides_on_their_own(&house).await;
        a_delegate_decides_with_the_lent_role_and_both_are_named(&house).await;
        red_lines_versions_and_several_at_once(&house).await;
        an_agreement_is_signed_by_hand_and_carried_out(&house).await;
        an_account_changes_by_what_was_agreed(&house).await;
        a_partner_applies_and_sees_only_what_is_theirs(&house).await;
        personal_data_are_masked_but_for_whoever_wrote_them(&house).await;
    });
}

/// R8.35: flows with their forms, and what a form lacks before it is sent.
async fn everybody_finds_the_forms_they_may_fill_in(house: &House) {
    let flows = house.get("channel", "/flows").await.json();
    let found = flows.as_array().unwrap().iter().find(|flow| flow["id"] == "subsidy").unwrap();
    assert_eq!(found["posts"][0]["role"], "channel_manager");
    assert_eq!(found["fields"][0]["options"][0]["title"], "房补");
    assert_eq!(strings(&json!(logins(&found["steps"], "id"))), ["supervisor", "finance", "leader", "told"]);
    let of_partner = logins(&house.get("partner", "/flows").await.json(), "id");
    assert!(of_partner.contains(&"deal_registration".to_owned()) && !of_partner.contains(&"blacklist".to_owned()), "{of_partner:?}");
    assert_eq!(house.get("ad", "/flows").await.code(), "access.caller.no_permission");
    let look = house.post("channel", "/flows/subsidy/look", &json!({ "form": { "kind": "rent", "amount": 13_000_000 } })).await.json();
    assert_eq!(strings(&look["way"]), ["supervisor", "finance", "leader", "told"]);
    assert!(logins(&look["wrong"], "field").contains(&"purpose".to_owned()), "{look}");
    assert_eq!(house.post("channel", "/flows/nothing/look", &json!({ "form": {} })).await.status, StatusCode::NOT_FOUND);
    let refused = house.post("leader", "/applications", &json!({ "flow": "subsidy", "form": {} })).await;
    assert_eq!(refused.code(), "workflow.start");
    let people = house.get("channel", "/applications/people?q=lead").await.json();
    assert_eq!(logins(&people, "login"), ["leader"]);
}

/// R8.35, R4.54, R4.56, R8.44, R0.24, R7.97: each verb as pages send it, once.
async fn a_subsidy_goes_through_every_hand_and_becomes_a_budget(house: &House) {
    // The house's own client gives every request a key of its own.
    let once = |form: Value| {
        let url = format!("{}/api/v1/applications", house.served.url);
        let request = reqwest::Client::new().post(url).header("x-qudao", "1").header("cookie", &house.cookies["channel"]);
        request.header("idempotency-key", "one-subsidy").body(json!({ "flow": "subsidy", "form": form }).to_string())
    };
    let mut it = Application::of(&send(once(subsidy(500_000))).await);
    assert_eq!(Application::of(&send(once(subsidy(500_000))).await).id, it.id, "the same request is the same application");
    assert_eq!(send(once(subsidy(600_000))).await.code(), "platform.keys.other_body");
    assert!(house.holds("channel", "box=mine&flow=subsidy&state=draft", &it).await);
    for login in ["leader", "supervisor", "partner", "admin"] {
        assert!(!house.sees(login, &it).await, "a draft is its applicant's, not {login}'s");
    }
    let saved = house.saves("channel", &it, &json!({ "kind": "rent", "amount": 500_000 })).await;
    it = Application::of(&saved);
    assert_eq!(house.saves("channel", &Application { version: 1, ..it.clone() }, &subsidy(1)).await.code(), "platform.db.stale");
    house.refuses("channel", &it, "submit", &json!({}), "workflow.form.wrong").await;
    it = Application::of(&house.saves("channel", &it, &subsidy(500_000)).await);
    let submit = || {
        let url = format!("{}/api/v1/applications/{}/submit", house.served.url, it.id);
        let request = reqwest::Client::new().post(url).header("x-qudao", "1").header("cookie", &house.cookies["channel"]);
        request.header("idempotency-key", "one-submission").header("if-match", format!("\"{}\"", it.version))
    };
    let (sent, again) = (Application::of(&send(submit()).await), Application::of(&send(submit()).await));
    assert_eq!((sent.version, sent.state.as_str()), (again.version, "in_review"), "sent twice with one key it happens once");
    it = sent;

    who_sees_it(house, &it).await;
    house.does("channel", &mut it, "urge", &json!({})).await;
    let waiting = house.get("supervisor", "/applications").await.json();
    let urged = waiting["items"].as_array().unwrap().iter().find(|row| row["id"] == it.id).unwrap();
    assert!(urged["urged_at"].is_string(), "who holds it sees that it was urged: {urged}");
    house.refuses("channel", &it, "urge", &json!({}), "workflow.urged").await;
    house.does("supervisor", &mut it, "comment", &json!({ "text": "请营销看一下", "mention": ["marketing"] })).await;
    house.does("supervisor", &mut it, "copy", &json!({ "to": ["auditor"] })).await;
    assert_eq!(house.get("marketing", "/applications/counts").await.json()["unread"], 1);
    house.whole("marketing", &it).await;
    assert_eq!(house.get("marketing", "/applications/counts").await.json()["unread"], 0);
    house.refuses("supervisor", &it, "copy", &json!({ "to": ["ad"] }), "workflow.person.cannot_read").await;
    house
        .refuses("supervisor", &it, "add", &json!({ "to": ["partner"], "before": true, "text": "请看" }), "workflow.person.cannot_decide")
        .await;
    house.does("supervisor", &mut it, "add", &json!({ "to": ["settlement"], "before": true, "text": "请先核算" })).await;
    house.refuses("supervisor", &it, "agree", &json!({}), "workflow.holder").await;
    house.does("settlement", &mut it, "agree", &said("金额无误")).await;
    house.does("supervisor", &mut it, "add", &json!({ "to": ["auditor"], "before": false, "text": "再看一下" })).await;
    let turn = house.whole("supervisor", &it).await["seats"][0]["turns"][2].clone();
    assert_eq!((turn["candidates"][0]["login"].as_str(), turn["removable"].as_bool()), (Some("auditor"), Some(true)));
    house.does("supervisor", &mut it, "remove", &json!({ "turn": turn["id"], "text": "不用了" })).await;
    house.does("supervisor", &mut it, "return", &json!({ "straight": true, "text": "请补用途" })).await;
    assert!(house.holds("channel", "box=mine&state=returned", &it).await);
    house.does("channel", &mut it, "submit", &json!({})).await;
    house.does("channel", &mut it, "take-back", &json!({})).await;
    assert_eq!(it.state, "taken_back");
    house.does("channel", &mut it, "submit", &json!({})).await;
    house.refuses("supervisor", &it, "agree", &json!({ "edits": { "amount": 1 } }), "workflow.edit").await;
    house.does("supervisor", &mut it, "agree", &said("同意")).await;
    house.does("leader", &mut it, "return", &json!({ "to": "supervisor", "straight": false, "text": "请主管再核" })).await;
    house.does("supervisor", &mut it, "hand-over", &json!({ "to": "settlement2", "text": "外出" })).await;
    house.refuses("supervisor", &it, "agree", &json!({}), "workflow.holder").await;
    house.does("settlement2", &mut it, "agree", &json!({})).await;
    house.refuses("leader", &it, "agree", &json!({ "signature": "AAAA" }), "workflow.signature.picture").await;
    house.refuses("leader", &it, "agree", &json!({ "signature": "A".repeat(100_000) }), "workflow.signature.picture").await;
    let signature = STANDARD.encode(signature());
    house.does("leader", &mut it, "agree", &json!({ "text": "同意", "signature": signature })).await;
    assert_eq!(it.state, "approved");
    assert!(house.boxed("leader", "box=done").await.contains(&it.id));

    what_was_approved_stays(house, &it).await;
    budget(house, &it).await;
}

/// R8.44, R0.21, R0.1: who holds it, who sees it, what each may do.
async fn who_sees_it(house: &House, it: &Application) {
    let whole = house.whole("channel", it).await;
    assert_eq!(logins(&whole["head"]["holders"], "login"), ["supervisor"]);
    assert_eq!(strings(&whole["verbs"]), ["take_back", "urge", "cancel", "comment", "copy"]);
    assert!(house.sees("leader", it).await && house.sees("admin", it).await);
    for login in ["partner", "store"] {
        assert!(!house.sees(login, it).await, "{login}");
        assert_eq!(house.tries(login, it, "comment", &said("看看")).await.status, StatusCode::NOT_FOUND);
    }
    assert!(house.holds("supervisor", "box=todo", it).await && house.holds("supervisor", &format!("q={}", it.id), it).await);
    assert!(!house.holds("supervisor", "flow=exception", it).await && !house.holds("leader", "box=todo", it).await);
    assert!(house.holds("leader", "box=all&state=in_review&flow=subsidy", it).await);
    let first = house.get("supervisor", "/applications?limit=1").await.json();
    let next = house.get("supervisor", &format!("/applications?limit=1&after={}", first["next"].as_str().unwrap())).await.json();
    assert!(first["total"].as_u64() > Some(1) && first["total"] == next["total"] && first["items"][0]["id"] != next["items"][0]["id"]);
    assert_eq!(house.get("partner", "/applications?box=all").await.code(), "access.caller.no_permission");
    let todos = house.get("supervisor", "/home").await.json()["todos"].clone();
    let todo = todos.as_array().unwrap().iter().find(|todo| todo["code"] == "applications").unwrap();
    assert_eq!((todo["count"].as_u64(), todo["to"].as_str()), (first["total"].as_u64(), Some("/applications?box=todo")));
}

/// R8.35, R4.56, R0.2: what was approved does not change, and every act is in the audit chain.
async fn what_was_approved_stays(house: &House, it: &Application) {
    assert_eq!(house.saves("channel", it, &subsidy(9_000_000)).await.code(), "workflow.state");
    house.refuses("supervisor", it, "agree", &json!({ "edits": { "amount": 1 } }), "workflow.state").await;
    house.refuses("channel", it, "cancel", &said("不要了"), "workflow.state").await;
    let whole = house.whole("channel", it).await;
    assert_eq!((whole["form"]["amount"].as_i64(), whole["budget"].as_str()), (Some(500_000), Some(it.id.as_str())));
    let last = whole["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((last["by"]["login"].as_str(), last["text"].as_str(), last["signed"].as_bool()), (Some("leader"), Some("同意"), Some(true)));
    assert_eq!(house.get("channel", &format!("/applications/{}/paper", it.id)).await.kind, "application/pdf");
    assert_eq!(house.get("store", &format!("/applications/{}/paper", it.id)).await.code(), "workflow.none");
    let picture = format!("/applications/{}/signatures/{}", it.id, last["seq"]);
    assert_eq!(house.get("channel", &picture).await.kind, "image/png");
    assert_eq!(house.get("store", &picture).await.status, StatusCode::NOT_FOUND);

    let audit = house.get("admin", &format!("/audit?noun=flow&noun_id={}&limit=100", it.id)).await.json();
    let actions = logins(&audit["items"], "action");
    for action in
        ["flow.start", "flow.submit", "flow.agree", "flow.add_before", "flow.remove", "flow.return", "flow.hand_over", "flow.take_back"]
    {
        assert!(actions.contains(&action.to_owned()), "{action} in {actions:?}");
    }
}

/// A small picture: a PNG of one pixel.
pub(crate) fn signature() -> Vec<u8> {
    STANDARD.decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==").unwrap()
}

/// R4.54: what was approved shows where it belongs, and is drawn down no further than it goes.
async fn budget(house: &House, it: &Application) {
    for (login, shows) in [("channel", true), ("supervisor", true), ("leader", true)] {
        let listed = house.get(login, "/budgets").await.json();
        assert_eq!(logins(&listed["items"], "id").contains(&it.id), shows, "{login}");
    }
    assert_eq!(house.get("partner", "/budgets").await.code(), "access.caller.no_permission");
    let path = format!("/budgets/{}", it.id);
    let whole = house.get("settlement", &path).await.json();
    assert_eq!((whole["budget"]["amount"].as_i64(), whole["budget"]["kind_title"].as_str()), (Some(500_000), Some("房补")));
    let draw = async |version: u32, by: &str, amount: i64| {
        let path = format!("/api/v1{path}/movements");
        let request = house.served.request(&Method::POST, &path, Some(&house.cookies["settlement"]));
        let body = json!({ "move": by, "amount": amount, "about": "付款单 F1" });
        send(request.header("if-match", format!("\"{version}\"")).body(body.to_string())).await
    };
    assert_eq!(draw(1, "spend", 300_000).await.status, StatusCode::CREATED);
    assert_eq!(draw(1, "spend", 1).await.code(), "platform.db.stale");
    assert_eq!(draw(2, "spend", 200_001).await.code(), "workflow.budget.short");
    assert_eq!(draw(2, "give", 1).await.code(), "workflow.budget.move");
    let whole = house.get("channel", &path).await.json();
    assert_eq!((whole["budget"]["free"].as_i64(), whole["movements"].as_array().unwrap().len()), (Some(200_000), 1));
}

/// R8.35: no self-approval, whichever way one gets to hold it.
async fn nobody_decides_on_their_own(house: &House) {
    let mut it = house.sends("supervisor", "subsidy", &subsidy(500_000)).await;
    let whole = house.whole("supervisor", &it).await;
    assert_eq!(logins(&whole["head"]["holders"], "login"), ["leader"], "the only supervisor is the applicant");
    assert!(!strings(&whole["verbs"]).contains(&"agree"));
    house.refuses("supervisor", &it, "agree", &json!({}), "workflow.holder").await;
    house.refuses("leader", &it, "hand-over", &json!({ "to": "supervisor", "text": "请处理" }), "workflow.self").await;
    house.refuses("leader", &it, "add", &json!({ "to": ["supervisor"], "before": true, "text": "请处理" }), "workflow.self").await;
    house.does("admin", &mut it, "cancel", &said("重复申请")).await;
    assert_eq!(it.state, "cancelled");
    house.refuses("marketing", &it, "cancel", &said("重复申请"), "workflow.starter").await;
    assert!(!house.sees("channel", &it).await, "a city's application is not seen in its counties");
}

/// R0.17: who acts for somebody does so with what was lent, and the record names both.
async fn a_delegate_decides_with_the_lent_role_and_both_are_named(house: &House) {
    let mut it = house.sends("channel", "subsidy", &subsidy(500_000)).await;
    house.refuses("marketing", &it, "agree", &json!({}), "workflow.holder").await;
    let flows = house.get("supervisor", "/flows").await.json();
    let own = flows.as_array().unwrap().iter().find(|flow| flow["id"] == "subsidy").unwrap()["posts"][0]["grant"].clone();
    let lent = json!({ "taker": "marketing", "grants": [own], "from": "2026-08-31", "to": "2026-09-30", "reason": "出差代办" });
    let made = house.post("supervisor", "/me/delegations", &lent).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let act = async |delegation: Value| {
        let answer = house.post("marketing", "/me/acting", &json!({ "delegation": delegation })).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    };
    act(made.json()["id"].clone()).await;
    assert!(house.holds("marketing", "box=todo", &it).await);
    house.does("marketing", &mut it, "agree", &said("代为同意")).await;
    act(Value::Null).await;
    let whole = house.whole("channel", &it).await;
    let line = whole["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((line["by"]["login"].as_str(), line["acting"]["login"].as_str()), (Some("marketing"), Some("supervisor")));
    let audit = house.get("admin", &format!("/audit?noun=flow&noun_id={}", it.id)).await.json();
    assert!(logins(&audit["items"], "who").contains(&"marketing/supervisor".to_owned()), "{audit}");
    house.does("leader", &mut it, "reject", &said("预算不足")).await;
    assert_eq!(it.state, "rejected");
}

/// R4.43, R0.24: a red line keeps anybody from agreeing; several are decided at once, each by itself.
async fn red_lines_versions_and_several_at_once(house: &House) {
    let partner = code(house, "partner").await;
    let mut harmed = json!({ "partner": partner, "request": "延期两天交回单", "harms_customer": true, "harms_image": false,
        "harms_interest": false, "grounds": "客户已开通" });
    let barred = house.sends("channel", "exception", &harmed).await;
    assert!(house.whole("supervisor", &barred).await["barred"].is_string());
    harmed["harms_customer"] = json!(false);
    let fine = house.sends("channel", "exception", &harmed).await;
    let other = house.sends("channel", "exception", &harmed).await;
    let items = json!([{ "id": barred.id, "version": barred.version }, { "id": fine.id, "version": fine.version },
        { "id": other.id, "version": 1 }, { "id": "nothing-like-it", "version": 1 }]);
    let done = house.post("supervisor", "/applications/decisions", &json!({ "agree": true, "text": "同意", "items": items })).await.json();
    let codes: Vec<&str> = done["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap_or("done")).collect();
    assert_eq!(codes, ["workflow.bar", "done", "platform.db.stale", "workflow.none"], "{done}");
    let items = json!([{ "id": barred.id, "version": barred.version }, { "id": other.id, "version": other.version }]);
    let sent = json!({ "agree": false, "text": "触碰红线", "items": items });
    let done = house.post("supervisor", "/applications/decisions", &sent).await.json();
    assert_eq!(logins(&done["items"], "state"), ["rejected", "rejected"], "{done}");
    let none = json!({ "agree": true, "text": "", "items": [] });
    assert_eq!(house.post("supervisor", "/applications/decisions", &none).await.code(), "serve.decisions.count");
}

/// The code of somebody's partner or outlet.
pub(crate) async fn code(house: &House, login: &str) -> String {
    house.get(login, "/me").await.json()["roles"][0]["over"].as_str().unwrap().to_owned()
}

/// R8.40, R0.15: files are for who sees the application; a signature where the flow asks for one; and what was approved is carried out.
async fn an_agreement_is_signed_by_hand_and_carried_out(house: &House) {
    let partner = code(house, "partner").await;
    let draft = house.brings("channel").await;
    let form = json!({ "partner": partner, "business": "mobile", "from_day": "2026-10-01", "to_day": "2027-09-30", "deposit": 500_000,
        "own_terms": false, "draft": [draft] });
    let foreign = json!({ "draft": [house.brings("settlement").await] });
    let refused = house.post("channel", "/applications", &json!({ "flow": "agent_agreement", "form": foreign })).await;
    assert_eq!(refused.code(), "settle.attachment.none", "a file of somebody else");
    let mut it = house.sends("channel", "agent_agreement", &form).await;
    let file = format!("/applications/{}/files/{draft}", it.id);
    assert_eq!(house.get("supervisor", &file).await.kind, "image/png");
    assert_eq!(house.get("partner", &file).await.code(), "workflow.none");
    assert_eq!(house.get("supervisor", &format!("/applications/{}/files/att_1", it.id)).await.code(), "settle.attachment.none");
    house.does("supervisor", &mut it, "agree", &said("同意")).await;
    assert_eq!(house.whole("leader", &it).await["needs_signature"], true);
    house.refuses("leader", &it, "agree", &json!({}), "workflow.signature").await;
    house.does("leader", &mut it, "agree", &json!({ "signature": STANDARD.encode(signature()) })).await;
    assert_eq!(it.state, "executing");
    let whole = house.whole("channel", &it).await;
    assert_eq!(strings(&whole["editable"]), ["signed", "signed_on"]);
    house.refuses("channel", &it, "execute", &json!({ "edits": { "deposit": 1 } }), "workflow.edit").await;
    house.refuses("channel", &it, "execute", &json!({}), "workflow.form.wrong").await;
    let signed = json!({ "edits": { "signed": [house.brings("channel").await], "signed_on": "2026-09-30" }, "text": "双方已签" });
    house.does("channel", &mut it, "execute", &signed).await;
    assert_eq!(it.state, "approved");
}

/// R0.33: a partner applies, supervisor and audit both agree, settlement enters the whole number, and another of them brings it in force.
async fn an_account_changes_by_what_was_agreed(house: &House) {
    const NUMBER: &str = "00006222000001234";
    let partner = code(house, "partner").await;
    let form = json!({ "partner": partner, "holder": "示例通讯店", "bank": "示例银行城关支行", "tail": "1234", "reason": "原开户行撤并",
        "licence": [house.brings("partner").await] });
    let mut it = house.sends("partner", "bank_account", &form).await;
    house.does("channel", &mut it, "agree", &said("已核实")).await;
    house.does("supervisor", &mut it, "agree", &said("同意")).await;
    assert_eq!(it.state, "in_review", "one of two is not enough");
    house.does("auditor", &mut it, "agree", &said("同意")).await;
    assert_eq!(it.state, "executing");
    let used = async || {
        let listed = house.get("settlement", &format!("/bank-accounts?q={partner}&state=approved")).await;
        assert!(!listed.text.contains(NUMBER), "nobody reads the whole number");
        let rows = listed.json();
        let row = rows["items"].as_array().unwrap().iter().find(|row| row["in_use"] == true).cloned().unwrap_or_default();
        (row["bank"].clone(), row["number"].clone(), row["decided_by"].clone())
    };
    assert_ne!(used().await.0, json!("示例银行城关支行"), "nothing is changed before it is carried out");
    let entered = json!({ "partner": partner, "holder": "示例通讯店", "bank": "示例银行城关支行", "number": NUMBER, "licence": "演示执照 88",
        "reason": "原开户行撤并" });
    assert_eq!(house.post("settlement", "/bank-accounts", &entered).await.status, StatusCode::NO_CONTENT);
    house.does("settlement2", &mut it, "execute", &said("已核对")).await;
    let whole = house.whole("partner", &it).await;
    assert_eq!((it.state.as_str(), &whole["effect"]["done"]), ("approved", &json!(true)), "{}", whole["effect"]);
    assert_eq!(used().await, (json!("示例银行城关支行"), json!("****1234"), json!("settlement2")));
    let kept = house.get("auditor", "/audit?noun=bank_account&limit=50").await;
    assert!(kept.text.contains("bank_account.approve") && kept.text.contains(&it.id) && !kept.text.contains(NUMBER), "{}", kept.text);
}

/// R8.36, R0.1: partners start what their flows allow, at their own place, and see nobody else's.
async fn a_partner_applies_and_sees_only_what_is_theirs(house: &House) {
    let (partner, outlet) = (code(house, "partner").await, code(house, "store").await);
    let deal = |partner: &str| {
        json!({ "partner": partner, "customer": "第一医院", "project": "云专线", "product": "专线", "estimate": 3_000_000,
            "expected_on": "2026-12-01" })
    };
    let elsewhere = house.post("partner", "/applications", &json!({ "flow": "deal_registration", "form": deal("A99999") })).await;
    assert_eq!(elsewhere.code(), "workflow.form.wrong");
    let mut it = house.sends("partner", "deal_registration", &deal(&partner)).await;
    let mut twice = house.starts("store", "deal_registration", &deal(&partner)).await;
    house.refuses("store", &twice, "submit", &json!({}), "workflow.claimed").await;
    twice = Application::of(&house.saves("store", &twice, &json!({ "partner": partner })).await);
    assert!(!house.sees("partner", &twice).await && !house.sees("store", &it).await);
    assert!(house.holds("partner", "box=mine", &it).await && !house.holds("partner", "box=mine", &twice).await);
    assert_eq!(logins(&house.whole("partner", &it).await["head"]["holders"], "login"), ["channel"]);
    house.refuses("partner", &it, "agree", &json!({}), "access.caller.no_permission").await;
    house.does("channel", &mut it, "agree", &said("同意报备")).await;
    assert_eq!(it.state, "approved");
    let change = json!({ "outlet": outlet, "change": "name", "new_name": "城关一店", "from_day": "2026-10-01", "reason": "统一门头" });
    let mut renamed = house.sends("store", "outlet_change", &change).await;
    house.does("channel", &mut renamed, "agree", &json!({})).await;
    assert!(house.holds("settlement", "box=copied&flow=outlet_change", &renamed).await);
}

/// R0.16, R8.44: personal numbers in an application are masked for all but its applicant; who may see them says why, and that is kept.
async fn personal_data_are_masked_but_for_whoever_wrote_them(house: &House) {
    let mut form = subsidy(100_000);
    form["purpose"] = json!("房东电话 13812345678");
    let mut it = house.sends("channel", "subsidy", &form).await;
    let own = house.whole("channel", &it).await;
    assert_eq!((&own["form"]["purpose"], &own["masked"]), (&form["purpose"], &json!(false)));
    house.does("supervisor", &mut it, "agree", &said("房东 13812345678 已核实")).await;
    let seen = house.whole("settlement", &it).await;
    assert_eq!((&seen["form"]["purpose"], &seen["masked"]), (&json!("房东电话 138****5678"), &json!(true)));
    let told = seen["history"].as_array().unwrap().iter().any(|line| line["text"] == "房东 138****5678 已核实");
    assert!(told, "{}", seen["history"]);
    let path = format!("/applications/{}/reveal", it.id);
    assert_eq!(house.post("supervisor", &path, &json!({ "reason": "核对" })).await.code(), "access.caller.no_permission");
    assert_eq!(house.post("settlement", &path, &json!({ "reason": "" })).await.code(), "access.reason.missing");
    let shown = house.post("settlement", &path, &json!({ "reason": "核对房东" })).await.json();
    assert_eq!(shown["form"]["purpose"], form["purpose"]);
    let kept = house.get("auditor", &format!("/audit?noun=application&noun_id={}", it.id)).await.text;
    assert!(kept.contains("private.reveal") && kept.contains("核对房东"), "{kept}");
    // it is looked at in the version it began under, and only by who sees it
    let look = json!({ "form": form, "application": it.id });
    assert_eq!(house.post("channel", "/flows/subsidy/look", &look).await.status, StatusCode::OK);
    assert_eq!(house.post("partner", "/flows/subsidy/look", &look).await.code(), "workflow.none");
    for wrong in ["box=all&state=nothing", "box=all&flow=nothing"] {
        assert!(house.get("leader", &format!("/applications?{wrong}")).await.status.is_client_error(), "{wrong}");
    }
}
