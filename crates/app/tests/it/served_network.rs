//! The network on the real server: what is approved is carried out, and files and database say the same.

use crate::served::{Answer, send};
use crate::served_flows::{Application, House, code, logins, signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[test]
fn the_network_changes_by_what_is_approved() {
    qudao_testkit::block_on(async {
        let house = House::open().await;
        a_renamed_outlet_is_called_so_everywhere(&house).await;
        what_cannot_be_carried_out_waits_with_its_reason(&house).await;
        a_number_on_the_blacklist_is_kept_out_and_read_by_nobody(&house).await;
        a_prospect_becomes_a_partner_with_its_agreement(&house).await;
        an_exit_waits_for_its_balances(&house).await;
        a_file_of_outlets_comes_in_with_one_approval(&house).await;
        an_outlet_stands_whole_and_each_sees_their_part(&house).await;
        an_outlet_is_judged_by_its_grade(&house).await;
    });
}

impl House {
    /// Everybody who holds it agrees, until nobody is asked any more.
    async fn carried(&self, it: &mut Application) {
        for _ in 0..8 {
            let holders = logins(&self.whole("admin", it).await["head"]["holders"], "login");
            let Some(holder) = holders.first().filter(|_| it.state == "in_review") else { return };
            let seat = ["leader", "supervisor", "channel", "system", "settlement", "auditor"].into_iter().find(|login| login == holder);
            let login = seat.unwrap_or_else(|| panic!("{holder} holds {it:?}"));
            let signs = self.whole(login, it).await["needs_signature"] == true;
            let body = if signs { json!({ "signature": STANDARD.encode(signature()) }) } else { json!({}) };
            self.does(login, it, "agree", &body).await;
        }
    }

    /// A partner of the channel manager's county, besides those that have logins.
    async fn partners(&self, sort: &str) -> Vec<String> {
        let own = code(self, "partner").await;
        let list = self.get("channel", &format!("/partners?state=active&blacklisted=false&sort={sort}&limit=200")).await.json();
        logins(&list["items"], "code").into_iter().filter(|code| *code != own).collect()
    }

    async fn versioned(&self, login: &str, path: &str, version: &Value, body: &Value) -> Answer {
        let request = self.served.request(&Method::POST, &format!("/api/v1{path}"), Some(&self.cookies[login]));
        send(request.header("if-match", format!("\"{version}\"")).body(body.to_string())).await
    }
}

fn fine(answer: &Answer) -> Value {
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    answer.json()
}

/// R0.38: from the day asked, in the list, in the file settlement reads, and in the log.
async fn a_renamed_outlet_is_called_so_everywhere(house: &House) {
    let outlet = code(house, "store").await;
    let change = json!({ "outlet": outlet, "change": "name", "new_name": "城关一店", "from_day": "2026-08-31", "reason": "统一门头" });
    let mut it = house.sends("store", "outlet_change", &change).await;
    house.carried(&mut it).await;
    let whole = house.whole("store", &it).await;
    assert_eq!((&whole["effect"]["done"], &whole["head"]["effect"]), (&json!(true), &json!("done")), "{whole}");
    let found = house.get("channel", &format!("/outlets/{outlet}")).await.json();
    assert_eq!(found["outlet"]["name"], "城关一店");
    let file = std::fs::read_to_string(house.served.home().join("master/outlets.csv")).unwrap();
    assert!(file.lines().any(|line| line.contains(&outlet) && line.contains("城关一店")), "settlement reads it");
    let search = house.get("auditor", &format!("/audit?noun=outlet&noun_id={outlet}")).await.json();
    assert!(search["items"][0]["reason"].as_str().unwrap().contains(&it.id), "{search}");
}

/// R0.38, R1.57: approved, not carried out; the reason; another try.
async fn what_cannot_be_carried_out_waits_with_its_reason(house: &House) {
    let (outlet, owner) = (code(house, "store").await, house.partners("code").await.remove(0));
    let change = json!({ "outlet": outlet, "change": "owner", "new_owner": owner, "from_day": "2026-10-01", "reason": "转让" });
    let mut it = house.sends("channel", "outlet_change", &change).await;
    let suspend = |suspended: bool| json!({ "suspended": suspended, "reason": "核查期间暂停" });
    assert_eq!(house.post("channel", &format!("/partners/{owner}/suspend"), &suspend(true)).await.code(), "access.caller.no_permission");
    let life = fine(&house.post("supervisor", &format!("/partners/{owner}/suspend"), &suspend(true)).await);
    assert_eq!((&life["state"], &life["lines"][0]["who"]), (&json!("suspended"), &json!("supervisor")));
    house.carried(&mut it).await;
    assert_eq!(it.state, "approved");
    let whole = house.whole("channel", &it).await;
    assert_eq!(whole["effect"]["code"], "network.partner.state", "{whole}");
    assert_eq!(whole["effect"]["may_retry"], true);
    assert!(house.holds("channel", "box=mine&stuck=true", &it).await);
    house.does("channel", &mut it, "effect", &json!({})).await;
    assert_eq!(house.whole("channel", &it).await["effect"]["tries"], 2);
    fine(&house.post("supervisor", &format!("/partners/{owner}/suspend"), &suspend(false)).await);
    house.does("channel", &mut it, "effect", &json!({})).await;
    assert_eq!(house.whole("channel", &it).await["effect"]["done"], true);
    let history = house.get("channel", &format!("/outlets/{outlet}")).await.json();
    assert!(history["history"].to_string().contains(&owner), "{history}");
}

/// R0.36, R0.16
async fn a_number_on_the_blacklist_is_kept_out_and_read_by_nobody(house: &House) {
    let form = json!({ "act": "add", "key": "phone", "value": "13800001111", "facts": "批量虚开号卡，证据见附件", "heard": true,
        "evidence": [house.brings("channel").await] });
    let mut it = house.sends("channel", "blacklist", &form).await;
    let whole = house.whole("channel", &it).await;
    assert!(!whole.to_string().contains("13800001111") && !whole["form"]["value"].as_str().unwrap().contains('#'), "{whole}");
    house.carried(&mut it).await;
    assert_eq!(house.whole("channel", &it).await["effect"]["done"], true);
    let hits = fine(&house.post("channel", "/blacklist/check", &json!({ "phone": "138 0000 1111" })).await);
    assert_eq!(hits["hits"][0]["application"], it.id.as_str());
    assert_eq!(house.post("partner", "/blacklist/check", &json!({ "phone": "13800001111" })).await.code(), "access.caller.no_permission");
    let new =
        json!({ "who": "partner", "code": "N9", "name": "换名再来", "territory": "421102", "phone": "13800001111", "reason": "新发展" });
    let own = house.get("channel", "/partners?limit=1").await.json()["items"][0]["territory"].clone();
    let mut new = new;
    new["territory"] = own;
    assert_eq!(house.post("channel", "/candidates", &new).await.code(), "network.blacklist.hit");
    let list = house.get("auditor", "/blacklist").await;
    assert!(list.status == StatusCode::OK && !list.text.contains("13800001111"));
}

/// R1.57, R4.10, R0.10, R8.40
async fn a_prospect_becomes_a_partner_with_its_agreement(house: &House) {
    let row = house.get("channel", "/partners?limit=1").await.json()["items"][0].clone();
    let mut new = json!({ "who": "partner", "code": "NEW001", "name": row["name"], "territory": row["territory"], "kind": "代理商", "phone": "13900001234",
        "reason": "走访发展" });
    let likely = house.post("channel", "/candidates", &new).await;
    assert_eq!(likely.code(), "network.duplicate.likely", "{}", likely.text);
    new["name"] = json!("霄汉新程通讯店");
    fine(&house.post("channel", "/candidates", &new).await);
    let step = |to: &str| json!({ "to": to, "reason": "资料齐全" });
    let path = "/candidates/partner/NEW001/state";
    fine(&house.post("channel", path, &step("applied")).await);
    assert_eq!(house.post("channel", path, &step("approved")).await.code(), "network.candidate.self");
    fine(&house.post("supervisor", path, &step("approved")).await);
    let form = json!({ "partner": "NEW001", "business": "mobile", "from_day": "2026-08-31", "to_day": "2027-08-30", "deposit": 0, "own_terms": false,
        "draft": [house.brings("channel").await] });
    let mut it = house.sends("channel", "agent_agreement", &form).await;
    house.carried(&mut it).await;
    let signed = json!({ "edits": { "signed": [house.brings("channel").await], "signed_on": "2026-08-31" }, "text": "双方已签" });
    house.does("channel", &mut it, "execute", &signed).await;
    assert_eq!(house.whole("channel", &it).await["effect"]["done"], true, "{}", house.whole("channel", &it).await["effect"]);
    let found = fine(&house.get("channel", "/partners/NEW001").await);
    assert_eq!((&found["partner"]["life"], &found["agreements"][0]["code"]), (&json!("active"), &json!(it.id)));
    assert_eq!(fine(&house.get("channel", "/candidates?who=partner").await)["total"], 0, "it is one no longer");
}

/// R8.41
async fn an_exit_waits_for_its_balances(house: &House) {
    let partner = house.partners("-outlets").await.remove(0);
    let form =
        json!({ "partner": partner, "cause": "own_wish", "reason": "店主转行经营", "notice_on": "2026-08-31", "last_day": "2026-09-15" });
    let mut it = house.sends("channel", "agent_revocation", &form).await;
    house.carried(&mut it).await;
    assert_eq!(house.whole("channel", &it).await["effect"]["done"], true);
    let path = format!("/exits/{}", it.id);
    let mut whole = fine(&house.get("channel", &path).await);
    assert_eq!((&whole["head"]["partner"], &whole["next"]["state"]), (&json!(partner), &json!("notice")));
    let advance = format!("{path}/advance");
    let step = |to: &str| json!({ "to": to, "reason": "已办理" });
    assert_eq!(
        house.versioned("channel", &advance, &whole["head"]["version"], &step("notice")).await.code(),
        "access.caller.no_permission"
    );
    for to in ["notice", "clearing"] {
        whole = fine(&house.versioned("settlement", &advance, &whole["head"]["version"], &step(to)).await);
    }
    let left = whole["balances"].as_array().unwrap().iter().filter(|one| !one["left"].as_array().unwrap().is_empty()).count();
    let refused = house.versioned("settlement", &advance, &whole["head"]["version"], &step("settled")).await;
    assert!(left > 0 && refused.code() == "network.exit.left", "{whole} {}", refused.text);
    let life = fine(&house.get("supervisor", &format!("/partners/{partner}/life")).await);
    assert_eq!((&life["state"], &life["exit"]), (&json!("in_exit"), &json!(it.id)));
}

/// R0.7: one file, one approval.
async fn a_file_of_outlets_comes_in_with_one_approval(house: &House) {
    let owner = house.partners("outlets").await.remove(0);
    let territory = fine(&house.get("channel", &format!("/partners/{owner}")).await)["partner"]["territory"].as_str().unwrap().to_owned();
    let file = format!("类型,编码,名称,所属,区划代码\n网点,NB1,云岫一店,{owner},{territory}\n店员,NB1-1,张三,NB1,\n联系人,,李四,NB1,\n");
    let request = house.served.request(&Method::POST, "/api/v1/onboarding?from=2026-08-31", Some(&house.cookies["channel"]));
    let checked = fine(&send(request.header("content-type", "application/octet-stream").body(file)).await);
    assert_eq!((&checked["accepted"], &checked["rejected"]), (&json!(3), &json!(0)), "{checked}");
    let form =
        json!({ "batch": checked["batch"], "outlets": 1, "clerks": 1, "contacts": 1, "from_day": "2026-08-31", "reason": "新开网点" });
    let mut it = house.sends("channel", "bulk_onboarding", &form).await;
    assert!(house.whole("supervisor", &it).await["warnings"].is_array(), "R7.269: whoever approves reads of prices in disorder");
    house.carried(&mut it).await;
    let whole = house.whole("channel", &it).await;
    assert_eq!((&whole["effect"]["done"], &whole["head"]["state"]), (&json!(true), &json!("approved")), "{whole}");
    assert_eq!(fine(&house.get("channel", "/outlets/NB1").await)["clerks"][0]["code"], "NB1-1");
}

/// R7.43, R0.18, R0.1
async fn an_outlet_stands_whole_and_each_sees_their_part(house: &House) {
    let given = json!({ "outlets": ["NB1"], "login": "channel", "from": "2026-09-01", "reason": "新网点分配" });
    assert_eq!(house.post("channel", "/portfolios", &given).await.code(), "access.caller.no_permission");
    assert_eq!(fine(&house.post("supervisor", "/portfolios", &given).await)["changed"], 1);
    let whole = fine(&house.get("auditor", "/outlets/NB1/whole").await);
    assert_eq!((&whole["keepers"][0]["login"], &whole["contacts"][0]["name"]), (&json!("channel"), &json!("李四")));
    assert!(whole["log"].as_array().is_some_and(|log| !log.is_empty()) && whole["business"].is_object(), "{whole}");
    let outlet = code(house, "store").await;
    let all = fine(&house.get("channel", &format!("/outlets/{outlet}/whole")).await);
    assert!(all["log"].is_null() && all["commission"].is_null() && all["applications"].as_array().unwrap().len() >= 2, "{all}");
    assert_eq!(house.get("store", &format!("/outlets/{outlet}/whole")).await.code(), "access.caller.no_permission");
}

/// R7.114: proposed by its grade, approved, and what follows from it.
async fn an_outlet_is_judged_by_its_grade(house: &House) {
    for path in ["/outlet-grades?proposal=best", "/outlet-grades?channel=best", "/parameters?unit=apples"] {
        assert_eq!(house.get("channel", path).await.code(), "serve.request.word", "{path}");
    }
    let layers = fine(&house.get("channel", "/network/layers").await);
    assert!(layers["parts"][0]["visited"].is_u64() && layers["parts"][0]["active"].is_u64(), "R6.4: {layers}");
    // Everybody is found by the initials of their name, whoever asks for everybody.
    let found = fine(&house.get("admin", "/people?q=qdjl").await)["items"].clone();
    assert!(found.as_array().unwrap().iter().any(|person| person["login"] == "channel"), "{found}");
    let row = fine(&house.get("channel", "/outlet-grades?sort=-outlet&limit=1").await)["items"][0].clone();
    let outlet = row["outlet"]["code"].as_str().unwrap();
    let path = format!("/outlet-grades/{outlet}/application");
    let judged = async |body: Value| {
        let application = fine(&house.post("channel", &path, &body).await)["application"].as_str().unwrap().to_owned();
        let head = fine(&house.get("channel", &format!("/applications/{application}")).await)["head"].clone();
        let mut it = Application { id: application, version: head["version"].as_u64().unwrap(), state: "in_review".to_owned() };
        house.carried(&mut it).await;
        let effect = house.whole("channel", &it).await["effect"].clone();
        assert_eq!(effect["done"], true, "{effect}");
        it.id
    };
    let none = json!({ "verdict": "best", "reason": "不在选项中" });
    assert_eq!(house.post("channel", &path, &none).await.code(), "serve.request.word");
    let tasks = json!([{ "task": "更换店员并补训", "due": "2026-09-30" }]);
    let improve = json!({ "verdict": "improve", "recheck_on": "2026-11-30", "tasks": tasks, "reason": "销售名次靠后" });
    let id = judged(improve).await;
    let whole = fine(&house.get("channel", &format!("/outlet-verdicts/{id}")).await);
    assert_eq!((&whole["head"]["stage"], &whole["head"]["credit_tenths"]), (&json!("improving"), &row["credit_tenths"]), "{whole}");
    assert_eq!((&whole["may"]["done"], &whole["may"]["recheck"]), (&json!(true), &json!(false)), "whoever works on it does not look again");
    let path = format!("/outlet-verdicts/{id}");
    let done = json!({ "note": "已换两人并补训" });
    let version = fine(&house.versioned("channel", &format!("{path}/tasks/1"), &whole["head"]["version"], &done).await)["version"].clone();
    let found = json!({ "found": "passed", "reason": "店员已达标" });
    let recheck = format!("{path}/recheck");
    assert_eq!(house.versioned("channel", &recheck, &version, &found).await.code(), "network.verdict.self");
    fine(&house.versioned("supervisor", &recheck, &version, &found).await);
    let id = judged(json!({ "verdict": "eliminate", "last_day": "2026-09-30", "reason": "两期均差" })).await;
    let whole = fine(&house.get("supervisor", &format!("/outlet-verdicts/{id}")).await);
    assert_eq!((&whole["head"]["stage"], whole["balances"].as_array().map(Vec::len)), (&json!("clearing"), Some(4)), "{whole}");
    let close = format!("/outlet-verdicts/{id}/close");
    let closed = house.versioned("supervisor", &close, &whole["head"]["version"], &json!({ "reason": "已清退" })).await;
    assert_eq!(closed.code(), "network.verdict.early");
    let cleared = fine(&house.get("supervisor", "/outlet-verdicts?stage=clearing").await);
    assert_eq!((&cleared["total"], &cleared["items"][0]["id"]), (&json!(1), &json!(id)));
}
