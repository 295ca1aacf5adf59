//! Stories on both databases.

mod budgets;
mod running;

use crate::directory::{Party, Place};
use crate::form::{FieldKind, Form};
use crate::machine::{Actor, Command};
use crate::standard::Catalogue;
use crate::store::{self, Acted, Office};
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

struct House {
    db: TestDb,
    catalogue: Catalogue,
    calendar: Holidays,
}

fn place(kind: &FieldKind, code: &str) -> Option<Place> {
    let (partner, outlet) = if *kind == FieldKind::Outlet { ("P1", code) } else { (code, "") };
    (code != "P9").then(|| Place { territory: "421102".into(), partner: partner.into(), outlet: outlet.into() })
}

fn actor(login: &str) -> Actor {
    let roles = PEOPLE.iter().filter(|(held, ..)| *held == login).map(|(_, role, _)| (*role).to_owned()).collect();
    Actor { me: Party { login: login.into(), name: login.into() }, acting: None, roles, manages: false }
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
        Self { db, catalogue, calendar: Holidays::shipped() }
    }

    fn office(&self) -> Office<'_> {
        Office { catalogue: &self.catalogue, calendar: &self.calendar, urge_minutes: 60, place: &place }
    }

    async fn starts(&self, key: &str, login: &str, flow: &str, filled: serde_json::Value) -> Result<Acted, Refusal> {
        let applicant = Place { territory: "421102".into(), ..Place::default() };
        let done = store::start(&self.db, &self.office(), key, &actor(login), flow, &applicant, &form(filled)).await?;
        Ok(done.into_inner())
    }

    /// Does something to the newest version.
    async fn acts(&self, login: &str, id: &str, command: Command) -> Result<Acted, Refusal> {
        let held = store::get(&mut self.db.read().await?, id).await?;
        let key = format!("{login}-{id}-{}-{}", held.version, command_name(&command));
        let done = store::act(&self.db, &self.office(), &key, &actor(login), id, held.version, &command).await?;
        Ok(done.into_inner())
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.db.read().await.unwrap().query_one(sql, args![]).await.unwrap().int("n").unwrap()
    }
}

fn command_name(command: &Command) -> String {
    format!("{command:?}").chars().filter(char::is_ascii_alphanumeric).take(60).collect()
}
