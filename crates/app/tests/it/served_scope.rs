//! Nobody sees more than their part of the network: not in lists, not by guessed or copied addresses, not in figures, not in files.

use crate::served::{Answer, Operation, send};
use crate::served_access::World;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Those whose roles are held over a part.
const PARTLY: [&str; 5] = ["supervisor", "channel", "partner", "store", "clerk"];
/// Records of a list whose addresses are tried.
const TRIED: usize = 40;

/// Where the demo's people stand, from the master data of its folder.
struct Network {
    /// Code, parent, territory of partners.
    partners: BTreeMap<String, (String, String)>,
    /// Owner and territory of outlets.
    outlets: BTreeMap<String, (String, String)>,
}

impl Network {
    fn read(home: &Path) -> Self {
        let rows = |file: &str, columns: [&str; 3]| {
            let text = std::fs::read_to_string(home.join("master").join(file)).unwrap();
            let mut lines = text.trim_start_matches('\u{feff}').lines();
            let head: Vec<&str> = lines.next().unwrap().split(',').collect();
            let at = columns.map(|name| head.iter().position(|title| *title == name).unwrap_or_else(|| panic!("{file} has {head:?}")));
            let cells = |line: &str| {
                let cells: Vec<&str> = line.split(',').collect();
                (cells[at[0]].to_owned(), (cells[at[1]].to_owned(), cells[at[2]].to_owned()))
            };
            lines.map(cells).collect::<BTreeMap<_, _>>()
        };
        Self {
            partners: rows("partners.csv", ["code", "parent", "territory"]),
            outlets: rows("outlets.csv", ["code", "owner", "territory"]),
        }
    }

    /// Whether a partner is another or below it.
    fn under(&self, partner: &str, top: &str) -> bool {
        let mut at = partner.to_owned();
        for _ in 0..32 {
            if at == top {
                return true;
            }
            match self.partners.get(&at) {
                Some((parent, _)) if !parent.is_empty() => at.clone_from(parent),
                _ => return false,
            }
        }
        false
    }
}

/// What somebody holds their one role over.
struct Reach {
    kind: String,
    code: String,
}

impl Reach {
    fn partner(&self, network: &Network, code: &str) -> bool {
        match self.kind.as_str() {
            "territory" => network.partners.get(code).is_none_or(|(_, territory)| territory.starts_with(&self.code)),
            "partner" => network.under(code, &self.code),
            _ => false,
        }
    }

    fn outlet(&self, network: &Network, code: &str) -> bool {
        match (self.kind.as_str(), network.outlets.get(code)) {
            ("territory", Some((_, territory))) => territory.starts_with(&self.code),
            ("partner", Some((owner, _))) => network.under(owner, &self.code),
            ("outlet", _) => code == self.code,
            _ => true,
        }
    }
}

/// R0.1, R2.4: lists, records, figures and exports show what lies in the caller's part of the network and nothing else.
pub(crate) async fn nobody_reaches_out_of_scope(world: &World, wrong: &mut Vec<String>) {
    let network = Network::read(world.served.home.path());
    let known = known_records(world).await;
    let mut tried = 0;
    for login in PARTLY {
        let me = world.served.get("/api/v1/me", &world.cookies[login]).await.json();
        let held = &me["roles"][0];
        let text = |name: &str| held[name].as_str().unwrap().to_owned();
        let asker = Asker { world, network: &network, login, reach: Reach { kind: text("over_kind"), code: text("over") } };
        asker.reads_lists(wrong).await;
        asker.guesses(wrong).await;
        tried += asker.copies(&known, wrong).await;
        asker.counts(wrong).await;
        asker.takes_files(wrong).await;
    }
    assert!(tried > 100, "only {tried} addresses of records were tried");
}

/// Rows of every list, as those see them who see everything, by the list's address.
async fn known_records(world: &World) -> BTreeMap<String, Vec<Value>> {
    let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for operation in world.operations.iter().filter(|operation| operation.method == Method::GET && !operation.path.contains('{')) {
        for login in ["settlement", "leader", "admin"] {
            let address = operation.address(|name| (name == "period").then(|| "2026-07".to_owned()));
            let answer = world.served.get(&address, &world.cookies[login]).await;
            let rows = rows(&answer.json());
            if !rows.is_empty() {
                known.insert(operation.path.clone(), rows);
                break;
            }
        }
    }
    known
}

fn rows(json: &Value) -> Vec<Value> {
    json["items"].as_array().or_else(|| json.as_array()).cloned().unwrap_or_default()
}

/// Somebody with a part of the network, asking.
struct Asker<'w> {
    world: &'w World,
    network: &'w Network,
    login: &'static str,
    reach: Reach,
}

impl Asker<'_> {
    fn cookie(&self) -> &str {
        &self.world.cookies[self.login]
    }

    fn reads(&self) -> impl Iterator<Item = &Operation> {
        self.world.operations.iter().filter(|operation| operation.method == Method::GET && !operation.needs("none"))
    }

    async fn reads_lists(&self, wrong: &mut Vec<String>) {
        for operation in self.reads().filter(|operation| !operation.path.contains('{')) {
            let answer = self.world.served.get(&operation.address(|_| None), self.cookie()).await;
            self.judge(&answer, &operation.name(), wrong);
        }
    }

    /// Records of somebody else, as if their address had been guessed: there are none.
    async fn guesses(&self, wrong: &mut Vec<String>) {
        let foreign = self.network.partners.keys().find(|code| !self.reach.partner(self.network, code)).cloned();
        let foreign_outlet = self.network.outlets.keys().find(|code| !self.reach.outlet(self.network, code)).cloned();
        for operation in self.reads() {
            let guess = |name: &str| match name {
                "partner" => foreign.clone(),
                "outlet" => foreign_outlet.clone(),
                "code" if operation.path.contains("/partners/") => foreign.clone(),
                "code" if operation.path.contains("/outlets/") => foreign_outlet.clone(),
                "login" => Some("admin".to_owned()),
                "period" => Some("2026-07".to_owned()),
                _ => None,
            };
            let aimed = ["{partner}", "{outlet}", "{login}", "/partners/{code}", "/outlets/{code}"];
            let address = operation.address(guess);
            if !aimed.iter().any(|part| operation.path.contains(part)) || address.contains("nothing-like-it") {
                continue;
            }
            let World { served, document, .. } = self.world;
            let answer = send(operation.request(served, document, Some(self.cookie()), &address)).await;
            if !matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN) {
                wrong.push(format!("{} as {}: {address} of another answers {}", operation.name(), self.login, answer.status));
            }
        }
    }

    /// Addresses of records that others see in their lists: refused, or within reach. How many were tried.
    async fn copies(&self, known: &BTreeMap<String, Vec<Value>>, wrong: &mut Vec<String>) -> usize {
        let mut tried = 0;
        for operation in self.reads().filter(|operation| operation.path.contains('{')) {
            let list = operation.path.split("/{").next().unwrap_or_default();
            for row in known.get(list).into_iter().flatten().take(TRIED) {
                let text =
                    |name: &str| row[name].as_str().map(str::to_owned).or_else(|| row[name].as_i64().map(|number| number.to_string()));
                let fill = |name: &str| {
                    let first = operation.path.contains(&format!("{list}/{{{name}}}"));
                    text(name).or_else(|| ["id", "code", "number", "file"].iter().find_map(|key| text(key)).filter(|_| first))
                };
                let address = operation.address(fill);
                if address.contains("nothing-like-it") || address.ends_with("/events") {
                    continue;
                }
                tried += 1;
                let answer = self.world.served.get(&address, self.cookie()).await;
                self.judge(&answer, &format!("{} at {address}", operation.name()), wrong);
            }
        }
        tried
    }

    fn question(dimension: &str) -> Value {
        json!({ "metrics": ["effective_orders"], "by": [dimension], "from": "2026-07-01", "to": "2026-07-31", "filters": [] })
    }

    /// Figures by outlet and by partner.
    async fn counts(&self, wrong: &mut Vec<String>) {
        for dimension in ["outlet", "partner"] {
            let request = self.world.served.request(&Method::POST, "/api/v1/metrics/query", Some(self.cookie()));
            let answer = send(request.body(Self::question(dimension).to_string())).await;
            if answer.status == StatusCode::FORBIDDEN {
                continue;
            }
            assert_eq!(answer.status, StatusCode::OK, "figures as {}: {}", self.login, answer.text);
            for row in answer.json()["rows"].as_array().unwrap() {
                let code = row["key"][0].as_str().unwrap();
                let other = match dimension {
                    "outlet" => self.network.outlets.contains_key(code) && !self.reach.outlet(self.network, code),
                    // A role over outlets sees the partner these belong to.
                    _ => {
                        self.reach.kind == "partner" && self.network.partners.contains_key(code) && !self.reach.partner(self.network, code)
                    }
                };
                if other {
                    wrong.push(format!("figures by {dimension} as {} show {code}", self.login));
                }
            }
        }
    }

    /// A file of figures by outlet names no other outlet.
    async fn takes_files(&self, wrong: &mut Vec<String>) {
        let served = &self.world.served;
        let body = json!({ "query": Self::question("outlet"), "format": "csv", "name": "outlets" });
        let begun = send(served.request(&Method::POST, "/api/v1/exports", Some(self.cookie())).body(body.to_string())).await;
        if begun.status == StatusCode::FORBIDDEN {
            return;
        }
        assert_eq!(begun.status, StatusCode::ACCEPTED, "export as {}: {}", self.login, begun.text);
        let job = format!("/api/v1/jobs/{}", begun.json()["id"].as_str().unwrap());
        let mut state = Value::Null;
        for _ in 0..200_000 {
            state = served.get(&job, self.cookie()).await.json();
            if !matches!(state["state"].as_str(), Some("waiting" | "running")) {
                break;
            }
        }
        let jobs = || async { served.get("/api/v1/jobs", &self.world.cookies["admin"]).await.text };
        assert_eq!(state["state"], "done", "export as {}: {state}; {}", self.login, jobs().await);
        for file in served.get("/api/v1/exports", self.cookie()).await.json().as_array().unwrap() {
            let address = format!("/api/v1/exports/{}", file["id"].as_str().unwrap());
            let text = served.get(&address, self.cookie()).await.text;
            let named = self.network.outlets.keys().filter(|code| text.contains(code.as_str()));
            let (own, others): (Vec<_>, Vec<_>) = named.partition(|code| self.reach.outlet(self.network, code));
            if own.is_empty() || !others.is_empty() {
                wrong.push(format!("export as {} names {} own outlets and {others:?}", self.login, own.len()));
            }
        }
    }

    /// Looks for partners and outlets beyond reach in an answer, however deep.
    fn judge(&self, answer: &Answer, name: &str, wrong: &mut Vec<String>) {
        if answer.status == StatusCode::OK {
            self.look(&answer.json(), &format!("{name} as {}", self.login), wrong);
        }
    }

    fn look(&self, value: &Value, name: &str, wrong: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look(item, name, wrong)),
            Value::Object(fields) => {
                self.look_at_row(value, name, wrong);
                fields.values().for_each(|field| self.look(field, name, wrong));
            }
            _ => {}
        }
    }

    fn look_at_row(&self, row: &Value, name: &str, wrong: &mut Vec<String>) {
        let Network { partners, outlets } = self.network;
        let text = |field: &str| row[field].as_str().unwrap_or("");
        let foreign_partner = |code: &str| partners.contains_key(code) && !self.reach.partner(self.network, code);
        let foreign_outlet = |code: &str| outlets.contains_key(code) && !self.reach.outlet(self.network, code);
        let (partner, outlet, code) = (text("partner"), text("outlet"), text("code"));
        if outlet.is_empty() && foreign_partner(partner) {
            wrong.push(format!("{name} shows partner {partner}"));
        }
        if foreign_outlet(outlet) {
            wrong.push(format!("{name} shows outlet {outlet}"));
        }
        if name.contains("/partners") && foreign_partner(code) {
            wrong.push(format!("{name} shows partner {code}"));
        }
        if name.contains("/outlets") && foreign_outlet(code) {
            wrong.push(format!("{name} shows outlet {code}"));
        }
    }
}
