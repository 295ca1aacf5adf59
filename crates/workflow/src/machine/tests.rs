//! Every verb with its rules, and random sequences against a naive model.

mod model;
mod verbs;

use super::{Actor, Command, Instance, Outcome, World, act, begin};
use crate::definition::{Definition, read};
use crate::directory::{Held, Party, Place, Post, Staff};
use crate::form::Form;
use qudao_access::Roles;
use qudao_access::sessions::day;
use qudao_kernel::Refusal;
use qudao_kernel::holidays::Holidays;
use serde_json::json;
use std::sync::{Arc, LazyLock};

static CALENDAR: LazyLock<Holidays> = LazyLock::new(Holidays::shipped);
/// The flow of most stories.
static SUPPORT: LazyLock<Arc<Definition>> = LazyLock::new(|| Arc::new(read(FLOW, &Roles::standard().unwrap()).unwrap()));

/// 2026-07-01 in China, a Wednesday.
const MORNING: i64 = 1_782_864_000_000_000;
const DAY: i64 = 86_400_000_000;

pub(super) const FLOW: &str = r#"
id = "support"
version = 1
zh = "支持"
en = "Support"
about_zh = "支持申请"
about_en = "Asks for support"
group = "support"
number = "ZC"
starters = ["channel_manager"]
expires_days = 5

[[field]]
id = "amount"
zh = "金额"
en = "Amount"
kind = "money"
required = true

[[field]]
id = "harm"
zh = "红线"
en = "Harm"
kind = "yes_no"

[[field]]
id = "files"
zh = "附件"
en = "Files"
kind = "attachment"
supplement = true

[[field]]
id = "account"
zh = "科目"
en = "Account"
kind = "text"
required = true
at = "both"

[[field]]
id = "receipt"
zh = "回执"
en = "Receipt"
kind = "text"
required = true
at = "pay"

[[bar]]
when = "harm"
zh = "损害客户"
en = "customers are harmed"

[[step]]
id = "manager"
zh = "主管"
en = "Supervisor"
kind = "approve"
approvers = [{ role = "supervisor" }]
due_days = 2
escalate = { role = "leader", after_days = 1 }

[[step]]
id = "both"
zh = "会签"
en = "Both"
kind = "all"
approvers = [{ role = "settlement_support" }, { role = "auditor" }]
when = "amount >= 1000元"

[[step]]
id = "either"
zh = "或签"
en = "Either"
kind = "any"
approvers = [{ role = "supervisor" }, { role = "marketing_support" }]
when = "amount >= 2000元"

[[step]]
id = "told"
zh = "抄送"
en = "Told"
kind = "notify"
approvers = [{ role = "service_support" }]

[[step]]
id = "leader"
zh = "领导"
en = "Leader"
kind = "approve"
approvers = [{ role = "leader" }]
branch = [{ when = "amount >= 1000元", to = "pay" }]
otherwise = "end"

[[step]]
id = "pay"
zh = "付款"
en = "Pay"
kind = "execute"
approvers = [{ role = "settlement_support" }]

[[example]]
zh = "小额"
en = "Small"
form = { amount = 100 }
path = ["supervisor", "leader"]
"#;

/// The people of the stories: login, role, territory.
const PEOPLE: [(&str, &str, &str); 10] = [
    ("wang", "channel_manager", "421102"),
    ("zhou", "channel_manager", "421102"),
    ("sun", "supervisor", "4211"),
    ("shi", "supervisor", "4211"),
    ("jin", "settlement_support", "4211"),
    ("an", "auditor", ""),
    ("mei", "marketing_support", "4211"),
    ("fu", "service_support", "4211"),
    ("li", "leader", "4211"),
    ("lu", "leader", ""),
];

/// A flow on a table: who does what, when.
#[derive(Clone)]
struct Story {
    definition: Arc<Definition>,
    staff: Staff,
    now_us: i64,
    instance: Instance,
    last: Option<Outcome>,
}

fn party(login: &str) -> Party {
    Party { login: login.to_owned(), name: login.to_owned() }
}

/// What somebody of the stories holds.
fn grants(login: &str) -> Vec<Held> {
    let own = PEOPLE.iter().filter(|(held, ..)| *held == login);
    own.map(|(_, role, over)| Held { role: (*role).to_owned(), over: (*over).to_owned() }).collect()
}

fn actor(login: &str) -> Actor {
    Actor { me: party(login), acting: None, grants: grants(login), manages: false }
}

/// Somebody who acts for somebody with a role of theirs.
fn acting(login: &str, giver: &str, role: &str) -> Actor {
    let lent = grants(giver).into_iter().filter(|held| held.role == role).collect();
    Actor { me: party(login), acting: Some(party(giver)), grants: lent, manages: false }
}

fn applied(role: &str) -> Post {
    Post { role: role.to_owned(), place: Place { territory: "421102".into(), ..Place::default() } }
}

fn form(value: serde_json::Value) -> Form {
    serde_json::from_value(value).unwrap()
}

fn agree() -> Command {
    Command::Agree { text: String::new(), edits: Form::new(), signature: None }
}

fn agree_with(edits: serde_json::Value) -> Command {
    Command::Agree { text: "同意".into(), edits: form(edits), signature: None }
}

fn give_back(to: Option<&str>, straight: bool) -> Command {
    Command::Return { to: to.map(str::to_owned), straight, text: "补充材料".into() }
}

fn add(to: &[&str], before: bool) -> Command {
    Command::Add { to: to.iter().map(|login| (*login).to_owned()).collect(), before, text: "请一起看".into() }
}

fn code(outcome: Result<(), Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| {
        assert!(!refusal.text.zh.is_empty() && !refusal.text.en.is_empty());
        refusal.code
    })
}

impl Story {
    fn of(text: &str, staff: Staff, filled: serde_json::Value) -> Self {
        let read = || Arc::new(read(text, &Roles::standard().unwrap()).unwrap());
        let definition = if text == FLOW { Arc::clone(&SUPPORT) } else { read() };
        let instance = begin("ZC202607-0001", &definition, &actor("wang"), &applied("channel_manager"), form(filled), MORNING);
        Self { definition, staff, now_us: MORNING, instance, last: None }
    }

    fn new(amount: i64) -> Self {
        Self::of(FLOW, Staff::of(&PEOPLE), json!({ "amount": amount }))
    }

    /// Submitted.
    fn under_way(amount: i64) -> Self {
        let mut story = Self::new(amount);
        story.does("wang", &Command::Submit);
        story
    }

    fn with<T>(&self, run: impl FnOnce(&World<'_>) -> T) -> T {
        run(&World {
            definition: &self.definition,
            directory: &self.staff,
            calendar: &CALENDAR,
            now_us: self.now_us,
            today: day(self.now_us),
            urge_us: 3_600_000_000,
        })
    }

    fn tries(&mut self, actor: &Actor, command: &Command) -> Result<(), Refusal> {
        let outcome = self.with(|world| act(world, &self.instance, actor, command))?;
        self.instance = outcome.instance.clone();
        self.last = Some(outcome);
        Ok(())
    }

    fn does(&mut self, login: &str, command: &Command) {
        self.tries(&actor(login), command).unwrap_or_else(|refusal| panic!("{login} {command:?}: {refusal}"));
    }

    fn refuses(&mut self, login: &str, command: &Command) -> &'static str {
        code(self.tries(&actor(login), command))
    }

    fn tick(&mut self) -> bool {
        let outcome = self.with(|world| super::tick(world, &self.instance)).unwrap();
        let acted = outcome.is_some();
        if let Some(outcome) = outcome {
            self.instance = outcome.instance.clone();
            self.last = Some(outcome);
        }
        acted
    }

    fn holders(&self) -> Vec<&str> {
        self.instance.holders().into_iter().map(|party| party.login.as_str()).collect()
    }

    fn step(&self) -> &str {
        self.instance.progress.step.as_deref().unwrap_or("")
    }

    fn verbs(&self) -> Vec<&'static str> {
        self.last.as_ref().map(|last| last.decisions.iter().map(|line| line.verb.name()).collect()).unwrap_or_default()
    }

    fn told(&self) -> Vec<(&str, super::Told)> {
        self.last.as_ref().map(|last| last.notices.iter().map(|notice| (notice.to.as_str(), notice.why)).collect()).unwrap_or_default()
    }
}
