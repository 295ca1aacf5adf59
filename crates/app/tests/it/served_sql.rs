//! Facts for other programs: the read-only SQL endpoint as psql and pgbench ask it, and the open tables beside the facts.

use crate::served::{Served, send};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// Somebody whose part of the network is one township, and somebody whose is all of it.
const PEOPLE: [&str; 4] = ["admin", "auditor", "store", "leader"];

struct World {
    served: Served,
    port: u16,
    cookies: BTreeMap<&'static str, String>,
}

/// What psql printed, and what it complained of.
struct Said {
    out: String,
    err: String,
}

impl World {
    async fn open() -> Self {
        // Whoever asks the system for a port gets one nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let served = Served::county_with(&["--sql", &format!("127.0.0.1:{port}"), "--open-tables"]);
        let mut cookies = BTreeMap::new();
        for login in PEOPLE {
            cookies.insert(login, served.sign_in(login).await);
        }
        Self { served, port, cookies }
    }

    async fn post(&self, login: &str, path: &str, body: &Value) -> crate::served::Answer {
        send(self.served.request(&Method::POST, &format!("/api/v1{path}"), Some(&self.cookies[login])).body(body.to_string())).await
    }

    /// A token of somebody: its id and secret.
    async fn token(&self, login: &str, permission: &str) -> (String, String) {
        let made = self.post(login, "/me/tokens", &json!({ "name": "BI", "permissions": [permission], "days": 1 })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{login}: {}", made.text);
        let text = |name: &str| made.json()[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    fn psql(&self, login: &str, token: &str, question: &str) -> Said {
        self.psql_with(&["-q"], login, token, question)
    }

    /// The same with words for psql itself: quiet, it does not say that a table is not found.
    fn psql_with(&self, words: &[&str], login: &str, token: &str, question: &str) -> Said {
        let mut command = Command::new("psql");
        command.args(words).args(["-X", "-w", "-t", "-A", "-F", " ", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", login, "-d", "qudao", "-c", question]);
        let done = command.env("PGPASSWORD", token).env("PGCONNECT_TIMEOUT", "30").output().expect("psql, which comes with PostgreSQL");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        Said { out: text(&done.stdout), err: text(&done.stderr) }
    }

    /// What is answered to somebody.
    fn asked(&self, login: &str, token: &str, question: &str) -> String {
        let said = self.psql(login, token, question);
        assert_eq!(said.err, "", "{login}: {question}");
        said.out
    }
}

#[test]
fn facts_are_asked_in_sql_within_the_scope_of_a_token() {
    // R0.52
    qudao_testkit::block_on(async {
        let world = World::open().await;
        let (_, auditor) = world.token("auditor", "sql.read").await;
        what_drivers_ask_first_is_answered(&world, &auditor);
        nothing_is_changed(&world, &auditor);
        each_sees_their_part(&world, &auditor).await;
        only_a_token_that_allows_it_signs_in(&world).await;
        prepared_questions_are_answered(&world, &auditor);
        questions_are_in_the_audit_chain(&world).await;
        the_open_tables_name_what_sql_counts(&world, &auditor);
    });
}

fn what_drivers_ask_first_is_answered(world: &World, auditor: &str) {
    let asked = |question: &str| world.asked("auditor", auditor, question);
    assert!(asked("select version()").starts_with("PostgreSQL 15.0 (Qudao "));
    assert_eq!(asked("select current_database(), current_schema(), current_user"), "qudao public auditor");
    assert_eq!(asked("show transaction isolation level"), "read committed");
    assert_eq!(asked("set extra_float_digits = 3; begin; select 1; commit; select 'a;b'"), "1\na;b");
    let tables = asked("\\dt");
    assert!(["business_event", "subscriber_month", "cash"].iter().all(|name| tables.contains(name)), "{tables}");
    assert!(!tables.contains("metric_month") && asked("\\dv").contains("metric_month"));
    let told = asked("\\d business_event");
    assert!(told.contains("occurred_on date") && told.contains("amount bigint") && told.contains("state text"), "{told}");
    let nothing = world.psql_with(&[], "auditor", auditor, "\\d nothing");
    assert!(nothing.err.contains("Did not find any relation"), "{}", nothing.err);
    let columns = asked("select column_name from information_schema.columns where table_name = 'business_event'");
    assert!(columns.contains("owner") && columns.contains("subscriber_key") && !columns.contains("imei"), "{columns}");
    // Personal numbers are masked, as on pages.
    let masked = asked("select count(*) from business_event where subscriber <> '' and subscriber not like '%*%'");
    assert_eq!(masked, "0");
    let ids = asked("select event_id from subscriber_month limit 1");
    assert!(ids.contains('*'), "{ids}");
    // A day and a decimal number as they are in PostgreSQL.
    assert_eq!(asked("select date '2026-07-01', cast('123.45' as decimal(18, 2)), true, null"), "2026-07-01 123.45 t");
}

fn nothing_is_changed(world: &World, auditor: &str) {
    for question in [
        "delete from business_event",
        "insert into cash (event_id) values ('X')",
        "create table t (x int)",
        "drop table cash",
        "copy cash to '/tmp/x'",
        "truncate cash",
    ] {
        let said = world.psql("auditor", auditor, question);
        assert!(
            said.err.contains("25006") && said.err.contains("这里只能查询") && said.err.contains("only read"),
            "{question}: {}",
            said.err
        );
    }
    let wrong = world.psql("auditor", auditor, "select nothing from business_event");
    assert!(wrong.err.contains("42601") && wrong.err.contains("nothing"), "{}", wrong.err);
    // One that brings too much is stopped, and the next is answered.
    let wide = world.psql("auditor", auditor, "select a.event_id from business_event a cross join business_event b");
    assert!(wide.err.contains("54000"), "{}", wide.err);
    assert_eq!(world.asked("auditor", auditor, "select 1"), "1");
}

async fn each_sees_their_part(world: &World, auditor: &str) {
    let all = world.asked("auditor", auditor, "select count(*) from business_event").parse::<u64>().unwrap();
    let most = "select territory, count(*) from business_event where territory <> '' group by territory order by 2 desc, 1 limit 1";
    let said = world.asked("auditor", auditor, most);
    let (town, held) = said.split_once(' ').unwrap();
    assert!(held.parse::<u64>().unwrap() < all, "{held} of {all}");
    // Whoever may not at all makes no token for it.
    let refused = world.post("store", "/me/tokens", &json!({ "name": "BI", "permissions": ["sql.read"], "days": 1 })).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "access.caller.no_permission".to_owned()));
    let grant = json!({ "role": "auditor", "over": town, "from": "2026-08-01", "reason": "looks at one township" });
    let given = world.post("admin", "/people/store/roles", &grant).await;
    assert!(given.status.is_success(), "{}", given.text);
    let (id, store) = world.token("store", "sql.read").await;
    let asked = |question: &str| world.asked("store", &store, question);
    assert_eq!(asked("select count(*) from business_event"), held);
    assert_eq!(asked("select distinct territory from business_event"), town);
    assert_eq!(asked(&format!("select count(*) from business_event where territory <> '{town}'")), "0");
    assert_eq!(asked("with x as (select * from business_event) select count(*) from x a join x b on a.event_id = b.event_id"), held);
    // A token that was taken back opens nothing from that moment.
    let gone = send(world.served.request(&Method::DELETE, &format!("/api/v1/me/tokens/{id}"), Some(&world.cookies["store"]))).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    assert!(world.psql("store", &store, "select 1").err.contains("登录名或令牌不对"));
}

async fn only_a_token_that_allows_it_signs_in(world: &World) {
    let (_, other) = world.token("auditor", "volume.read").await;
    let (_, auditor) = world.token("auditor", "sql.read").await;
    let cookie = world.cookies["auditor"].split_once('=').unwrap().1;
    for (login, token, why) in [
        ("auditor", other.as_str(), "a token for something else"),
        ("auditor", "qd_0000", "no token"),
        ("auditor", crate::served::PASSWORD, "the password"),
        ("auditor", cookie, "the session of a browser"),
        ("leader", auditor.as_str(), "somebody else's token"),
        ("nobody", auditor.as_str(), "a login there is not"),
    ] {
        let said = world.psql(login, token, "select 1");
        assert!(said.out.is_empty() && said.err.contains("登录名或令牌不对"), "{why}: {} {}", said.out, said.err);
    }
}

/// Where PostgreSQL keeps pgbench.
fn pgbench() -> PathBuf {
    let given = std::env::var_os("QUDAO_PG_BIN").map(PathBuf::from);
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    given
        .into_iter()
        .chain(versions)
        .map(|bin| bin.join("pgbench"))
        .find(|path| path.is_file())
        .expect("pgbench, which comes with PostgreSQL")
}

/// Made ready once and asked again with values, as drivers do.
fn prepared_questions_are_answered(world: &World, auditor: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("ask.sql");
    let text = "\\set fee 100\nselect count(*) as n, cast(:fee as bigint) as fee from business_event where plan_fee > :fee \\gset\n\
                select 1 / (case when :fee = 100 and :n >= 0 then 1 else 0 end);\n";
    std::fs::write(&script, text).unwrap();
    for mode in ["extended", "prepared"] {
        let mut command = Command::new(pgbench());
        command.args(["-n", "-t", "3", "-M", mode, "-h", "127.0.0.1", "-p", &world.port.to_string(), "-U", "auditor", "-f"]);
        let done = command.arg(&script).arg("qudao").env("PGPASSWORD", auditor).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success() && said.contains("3/3"), "{mode}: {said}");
    }
}

async fn questions_are_in_the_audit_chain(world: &World) {
    let answer = world.served.get("/api/v1/audit?action=sql.ask&who=store", &world.cookies["auditor"]).await;
    let page = answer.json();
    let questions: Vec<&str> = page["items"].as_array().unwrap().iter().filter_map(|row| row["after"].as_str()).collect();
    assert!(questions.iter().any(|text| text.contains("select distinct territory from business_event")), "{page}");
}

fn the_open_tables_name_what_sql_counts(world: &World, auditor: &str) {
    // R0.51: what other engines read in place is what we count
    let printed = Command::new(env!("CARGO_BIN_EXE_qudao")).args(["catalog", "--store"]).arg(world.served.home()).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let lines = String::from_utf8(printed.stdout).unwrap();
    let line = lines.lines().find(|line| line.starts_with("subscriber_month\t")).unwrap();
    let rows = line.split('\t').nth(3).unwrap();
    // States are never corrected in the demo: every row of the files stands.
    assert_eq!(world.asked("auditor", auditor, "select count(*) from subscriber_month"), rows, "{lines}");
    assert!(world.served.home().join("facts/subscriber_month/_delta_log/00000000000000000000.json").is_file());
}
