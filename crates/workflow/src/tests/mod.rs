//! Stories on both databases.

mod budgets;
mod design;
mod effects;
mod notices;
mod running;

use crate::directory::{Held, Party, Place, Post};
use crate::effect::{Call, Carried, Effects};
use crate::form::{FieldKind, Form};
use crate::machine::{Actor, Command};
use crate::standard::Catalogue;
use crate::store::{self, Acted, Office, Sight};
use qudao_access::Roles;
use qudao_kernel::Refusal;
use qudao_kernel::holidays::Holidays;
use qudao_platform::{args, write_tx};
use qudao_testkit::TestDb;

/// Login, role, territory of the house.
const PEOPLE: [(&str, &str, &str); 9] = [
    ("wang", "channel_manager", "421102"),
    ("sun", "supervisor", "4211"),
    ("jin", "settlement_support", ""),
    ("mei", "marketing_support", ""),
    ("an", "auditor", ""),
    ("li", "leader", ""),
    ("fu", "service_support", ""),
    ("xi", "system_support", ""),
    ("pan", "partner_owner", "P1"),
];

/// Writes down what it is asked to do, and refuses it while it is told to.
#[derive(Default)]
struct Hands {
    refuses: std::sync::Mutex<Option<Refusal>>,
}

impl Effects for Hands {
    fn carry_out<'a>(&'a self, tx: &'a mut qudao_platform::Tx, call: &'a Call) -> Carried<'a> {
        Box::pin(async move {
            // What is done before a refusal is undone by it.
            tx.execute("insert into flow_series (name, last) values ($1, 1)", args![format!("done {}", call.application)]).await?;
            match self.refuses.lock().unwrap().clone() {
                Some(refusal) => Err(refusal),
                None => Ok(qudao_kernel::Text::new(format!("{} {}", call.kind, call.text("outlet")), "done")),
            }
        })
    }
}

struct House {
    db: TestDb,
    hands: Hands,
    catalogue: Catalogue,
    calendar: Holidays,
}

fn place(kind: &FieldKind, code: &str) -> Option<Place> {
    let (partner, outlet) = if *kind == FieldKind::Outlet { ("P1", code) } else { (code, "") };
    (code != "P9").then(|| Place { territory: "421102".into(), partner: partner.into(), outlet: outlet.into(), clerk: String::new() })
}

fn actor(login: &str) -> Actor {
    let own = PEOPLE.iter().filter(|(held, ..)| *held == login);
    let grants = own.map(|(_, role, over)| Held { role: (*role).to_owned(), over: (*over).to_owned() }).collect();
    Actor { me: party(login), acting: None, grants, manages: false }
}

fn party(login: &str) -> Party {
    Party { login: login.into(), name: login.into() }
}

/// Somebody who acts for somebody with everything of theirs.
fn acting(login: &str, giver: &str) -> Actor {
    Actor { me: party(login), acting: Some(party(giver)), ..actor(giver) }
}

/// As what somebody of the house applies.
fn applied(login: &str) -> Post {
    let (_, role, over) = PEOPLE.iter().find(|(held, ..)| *held == login).unwrap();
    let partner = if over.starts_with('P') { (*over).to_owned() } else { String::new() };
    Post { role: (*role).to_owned(), place: Place { territory: "421102".into(), partner, ..Place::default() } }
}

/// What somebody sees of their own.
fn sight(actor: &Actor) -> Sight<'_> {
    Sight { actor, territories: Vec::new() }
}

fn form(value: serde_json::Value) -> Form {
    serde_json::from_value(value).unwrap()
}

fn agree() -> Command {
    Command::Agree { text: "同意".into(), edits: Form::new(), signature: None }
}

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

impl House {
    async fn of(db: TestDb) -> Self {
        Self::with(db, Catalogue::standard(&Roles::standard().unwrap()).unwrap()).await
    }

    async fn with(db: TestDb, catalogue: Catalogue) -> Self {
        write_tx!(db, |tx| {
            for (login, role, over) in PEOPLE {
                let sql = "insert into access_person (login, name, password, must_change, failures, locked_until_us) values ($1, $1, '', 0, 0, 0)";
                tx.execute(sql, args![login]).await?;
                let sql = "insert into access_grant (id, login, role, over, effective_from) values ($1, $1, $2, $3, '2026-01-01')";
                tx.execute(sql, args![login, role, over]).await?;
            }
            Ok(())
        })
        .unwrap();
        Self { db, hands: Hands::default(), catalogue, calendar: Holidays::shipped() }
    }

    fn office(&self) -> Office<'_> {
        Office { catalogue: &self.catalogue, calendar: &self.calendar, urge_minutes: 60, place: &place, effects: &self.hands }
    }

    async fn starts(&self, key: &str, login: &str, flow: &str, filled: serde_json::Value) -> Result<Acted, Refusal> {
        let done = store::start(&self.db, &self.office(), key, &actor(login), flow, &applied(login), &form(filled)).await?;
        Ok(done.into_inner())
    }

    /// Does something to the newest version.
    async fn acts(&self, login: &str, id: &str, command: Command) -> Result<Acted, Refusal> {
        let held = self.held(id).await?;
        let key = format!("{login}-{id}-{}-{}", held.version, command_name(&command));
        let done = store::act(&self.db, &self.office(), &key, &actor(login), id, held.version, &command).await?;
        Ok(done.into_inner())
    }

    /// An instance, whoever sees it.
    async fn held(&self, id: &str) -> Result<store::Held, Refusal> {
        let mut found = self.seen("wang", id).await;
        for (login, ..) in PEOPLE {
            if found.is_err() {
                found = self.seen(login, id).await;
            }
        }
        found
    }

    /// An instance, if somebody sees it by a part of theirs.
    async fn seen(&self, login: &str, id: &str) -> Result<store::Held, Refusal> {
        let somebody = actor(login);
        store::get(&mut self.db.read().await?, &sight(&somebody), id).await
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.db.read().await.unwrap().query_one(sql, args![]).await.unwrap().int("n").unwrap()
    }
}

fn command_name(command: &Command) -> String {
    format!("{command:?}").chars().filter(char::is_ascii_alphanumeric).take(60).collect()
}
