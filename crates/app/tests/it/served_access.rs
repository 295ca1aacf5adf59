//! What the interface promises of itself, tried on the real server: every operation as every role, in and out of scope, with what nobody should send.

use crate::served::{LOGINS, Operation, Served, document, operations, send};
use crate::{served_scope, served_sso};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Where the table of roles and operations is kept. `UPDATE=1` writes it anew.
const TABLE: &str = "../../docs/access-table.md";

/// A served demo, what the document says of it, and a session of everybody.
pub(crate) struct World {
    pub(crate) served: Served,
    pub(crate) document: Value,
    pub(crate) operations: Vec<Operation>,
    pub(crate) cookies: BTreeMap<&'static str, String>,
    /// Role and permissions by login.
    may: May,
}

type May = BTreeMap<&'static str, (String, BTreeSet<String>)>;

impl World {
    /// Whether somebody has the permission for an operation.
    fn entitled(&self, login: &str, operation: &Operation) -> bool {
        operation.needs("any") || operation.permissions.iter().any(|name| self.may[login].1.contains(name))
    }
}

#[test]
fn the_interface_keeps_its_word() {
    qudao_testkit::block_on(async {
        let served = Served::county();
        let document = document();
        let mut cookies = BTreeMap::new();
        for login in LOGINS {
            cookies.insert(login, served.sign_in(login).await);
        }
        let may = may(&served, &cookies).await;
        let world = World { operations: operations(&document), served, document, cookies, may };
        let mut wrong = Vec::new();
        each_role_reaches_what_it_may(&world, &mut wrong).await;
        served_scope::nobody_reaches_out_of_scope(&world, &mut wrong).await;
        whatever_is_sent_is_answered_in_order(&world, &mut wrong).await;
        served_sso::another_house_vouches(&world.served).await;
        a_program_does_no_more_than_its_token(&world).await;
        assert!(wrong.is_empty(), "{} promises are not kept:\n{}", wrong.len(), wrong.join("\n"));
    });
}

async fn may(served: &Served, cookies: &BTreeMap<&'static str, String>) -> May {
    let roles = served.get("/api/v1/roles", &cookies["admin"]).await.json();
    let mut may = BTreeMap::new();
    for login in LOGINS {
        let me = served.get("/api/v1/me", &cookies[login]).await.json();
        let role = me["roles"][0]["role"].as_str().unwrap().to_owned();
        let about = roles.as_array().unwrap().iter().find(|about| about["id"] == role.as_str()).unwrap();
        let permissions: BTreeSet<String> =
            about["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        may.insert(login, (role, permissions));
    }
    may
}

/// R0.1, R1.30: without a session 401; a role without the permission 403; with it neither. An operation that names no permission fails.
async fn each_role_reaches_what_it_may(world: &World, wrong: &mut Vec<String>) {
    let World { served, document, operations, cookies, may } = world;
    let mut table = BTreeMap::new();
    for operation in operations {
        let name = operation.name();
        if operation.permissions.is_empty() {
            wrong.push(format!("{name} names no x-permission"));
            continue;
        }
        if operation.needs("none") {
            table.insert((operation.path.clone(), operation.method.to_string()), (operation, Vec::new()));
            continue;
        }
        let address = operation.address(|_| None);
        let stranger = send(operation.request(served, document, None, &address)).await;
        if stranger.status != StatusCode::UNAUTHORIZED {
            wrong.push(format!("{name} without a session: {} {}", stranger.status, stranger.code()));
        }
        let mut cells = Vec::new();
        for login in LOGINS {
            let entitled = world.entitled(login, operation);
            let answer = send(operation.request(served, document, Some(&cookies[login]), &address)).await;
            let refused = answer.status == StatusCode::FORBIDDEN && answer.code() == "access.caller.no_permission";
            if refused == entitled || answer.status == StatusCode::UNAUTHORIZED || answer.status.is_server_error() {
                wrong.push(format!("{name} as {login}, entitled {entitled}: {} {}", answer.status, answer.code()));
            }
            cells.push((entitled, answer.code() == "access.caller.not_everywhere"));
        }
        table.insert((operation.path.clone(), operation.method.to_string()), (operation, cells));
    }
    let written = written(&table, may);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    if std::fs::read_to_string(&path).unwrap_or_default() != written {
        wrong.push(format!("{} is not what the server does; look at it with UPDATE=1", path.display()));
    }
}

type Table<'o> = BTreeMap<(String, String), (&'o Operation, Vec<(bool, bool)>)>;

fn written(table: &Table<'_>, may: &May) -> String {
    let mut text = String::from(
        "# Who may do what\n\nWritten by the test `the_interface_keeps_its_word`, which calls every operation as every role; `UPDATE=1` writes it anew.\n\
         ● allowed within the role's scope · ◐ allowed to those who hold the role everywhere · empty: refused (403)\n\n",
    );
    let _ = write!(text, "| operation | permission |");
    for login in LOGINS {
        let _ = write!(text, " {} |", may[login].0);
    }
    let _ = write!(text, "\n|---|---|{}\n", ":-:|".repeat(LOGINS.len()));
    for (operation, cells) in table.values() {
        let _ = write!(text, "| `{}` | {} |", operation.name(), operation.permissions.join(", "));
        for index in 0..LOGINS.len() {
            let sign = match cells.get(index) {
                None | Some((true, false)) => "●",
                Some((true, true)) => "◐",
                Some((false, _)) => "",
            };
            let _ = write!(text, " {sign} |");
        }
        text.push('\n');
    }
    text
}

/// Broken JSON, missing headers, absurd queries, from somebody who may: each gets a problem document (RFC 9457), never a defect.
async fn whatever_is_sent_is_answered_in_order(world: &World, wrong: &mut Vec<String>) {
    let World { served, document, operations, cookies, .. } = world;
    let elsewhere = reqwest::Client::new();
    let absurd = "?limit=-1&after=%00%ff&sort=%27%3B--&q=%25%27&from=yesterday&to=2026-13-45&period=2026-99&day=0&territory=%F0%9F%A6%86";
    for operation in operations {
        let name = operation.name();
        // Signing out is what it says; whoever is signed in next has their own session.
        if operation.path.ends_with("/session") && operation.method == Method::DELETE {
            continue;
        }
        let login = LOGINS.into_iter().find(|login| world.entitled(login, operation)).unwrap_or("admin");
        let cookie = Some(cookies[login].as_str());
        let address = operation.address(|_| None);
        let bare = operation.path.replace('{', "%7B").replace('}', "%7D");
        let json =
            |body: &'static str| served.request(&operation.method, &address, cookie).header("content-type", "application/json").body(body);
        let tries = [
            ("broken JSON", json("{\"a\":")),
            ("another type", json("[1, \"x\", null]")),
            ("nothing of what is asked", json("{}")),
            ("no text", json("\u{0}\u{7f}")),
            ("absurd query", operation.request(served, document, cookie, &format!("{}{absurd}", address.split('?').next().unwrap()))),
            ("braces", served.request(&operation.method, &bare, cookie)),
            ("bytes that are no text", served.request(&operation.method, &operation.path.replace('{', "%ff").replace('}', ""), cookie)),
        ];
        for (what, request) in tries {
            let answer = send(request).await;
            let problem = answer.kind.starts_with("application/problem+json") && !answer.code().is_empty();
            if answer.status.is_server_error() || (answer.status.is_client_error() && !problem) {
                wrong.push(format!("{name} with {what} as {login}: {} {} {}", answer.status, answer.kind, answer.code()));
            }
        }
        if operation.method != Method::GET {
            let address = format!("{}{}", served.url, operation.address(|_| None));
            let foreign = elsewhere.request(operation.method.clone(), address).header("cookie", &cookies["admin"]);
            let answer = send(foreign.body("{}")).await;
            if answer.status != StatusCode::FORBIDDEN || answer.code() != "serve.request.foreign" {
                wrong.push(format!("{name} of another site: {} {}", answer.status, answer.code()));
            }
        }
    }
}

/// A token of a program allows a part, in a header of its own, and nothing of the account.
async fn a_program_does_no_more_than_its_token(world: &World) {
    let World { served, cookies, .. } = world;
    let body = r#"{"name": "test", "permissions": ["parameter.read"], "days": 1}"#;
    let made = send(served.request(&Method::POST, "/api/v1/me/tokens", Some(&cookies["admin"])).body(body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let ask = async |path: &str| {
        let request = served.request(&Method::GET, path, None).header("authorization", format!("Bearer {secret}"));
        send(request).await.status
    };
    assert_eq!(ask("/api/v1/parameters").await, StatusCode::OK);
    assert_eq!(ask("/api/v1/people").await, StatusCode::FORBIDDEN, "admin may, the token may not");
    let request = served.request(&Method::POST, "/api/v1/me/tokens", None).header("authorization", format!("Bearer {secret}"));
    assert_eq!(send(request.body(body)).await.code(), "access.caller.by_token");
}
