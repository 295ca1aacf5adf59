//! The machine: an instance, a command, an actor and what the directory knows give the next instance, the decisions made and whom to tell. Pure.
//!
//! ```text
//! draft ──submit──▶ in review ──everybody agreed──▶ (executing ──done──▶) approved
//!   ▲                │  │  └──reject──▶ rejected
//!   │ returned ◀─────┘  └──take back──▶ taken back
//!   └──save, submit──┘      cancel, lapse ──▶ cancelled
//! ```
//!
//! A step is worked on in seats beside each other, a seat in turns one after the other; a turn is over when one of its candidates decided. One
//! approver is one seat, 或签 one turn of several candidates, 会签 a seat for each, superiors are turns of one seat; 加签 puts a turn before or behind.

mod allowed;
mod clock;
mod decide;
mod instance;
mod people;
mod refusals;
mod start;
mod walk;

#[cfg(test)]
mod tests;

pub use allowed::{allowed, editable, removable};
pub(crate) use clock::next_day;
pub use clock::tick;
pub use instance::{Back, Candidate, Instance, Passed, Progress, Seat, State, Turn, Undo, Verdict};

use crate::definition::Definition;
use crate::directory::{Directory, Held, Party, Post};
use crate::form::Form;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::{Date, Refusal, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Longest opinion, characters.
const MOST_WORDS: usize = 1_000;
/// Most people added, copied or mentioned at once.
const MOST_PEOPLE: usize = 20;
/// Most seats of a step, turns of a seat, and people copied, so that no instance grows without end.
const MOST_TURNS: usize = 60;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub me: Party,
    /// Whom they act for.
    pub acting: Option<Party>,
    /// The grants that hold today: their own, or those lent.
    pub grants: Vec<Held>,
    /// Whether they may cancel what others began.
    pub manages: bool,
}

impl Actor {
    /// Whose applications and turns these are: of the one who is acted for, else the person's own.
    pub fn seat(&self) -> &Party {
        self.acting.as_ref().unwrap_or(&self.me)
    }

    /// Both people whose hands are in it.
    pub fn hands(&self) -> impl Iterator<Item = &str> {
        [Some(&self.me), self.acting.as_ref()].into_iter().flatten().map(|party| party.login.as_str())
    }

    /// Whether one of the grants gives a post: the role and the place of one and the same.
    pub fn stands(&self, post: &Post) -> bool {
        self.grants.iter().any(|held| post.is_given_by(held))
    }

    /// As audit entries name them: `li4`, or `li4/zhang3`.
    pub fn who(&self) -> String {
        self.hands().collect::<Vec<_>>().join("/")
    }
}

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Keeps what was filled in.
    Save(Form),
    /// 提交: sends it on its way, or back to where it was returned from.
    Submit,
    /// 同意.
    Agree {
        /// Opinion.
        text: String,
        /// Fields the step may fill in or change.
        edits: Form,
        /// SHA-256 of the picture of a signature.
        signature: Option<String>,
    },
    /// 拒绝.
    Reject(String),
    /// 转交: somebody else decides instead.
    HandOver {
        /// Login.
        to: String,
        /// Why.
        text: String,
    },
    /// 评论.
    Comment {
        /// The comment.
        text: String,
        /// Logins of people to be told, who may read it from now on.
        mention: Vec<String>,
    },
    /// 加签: others decide as well, before or after oneself.
    Add {
        /// Logins.
        to: Vec<String>,
        /// Before oneself, or after.
        before: bool,
        /// Why.
        text: String,
    },
    /// 减签: takes an addition of one's own back.
    Remove {
        /// The turn.
        turn: u32,
        /// Why.
        text: String,
    },
    /// 退回.
    Return {
        /// An earlier step; the applicant where absent.
        to: Option<String>,
        /// Whether it comes straight back afterwards, unless what is decided on changed.
        straight: bool,
        /// Why.
        text: String,
    },
    /// 撤回: takes one's own last act back, as long as nobody acted after it.
    TakeBack(String),
    /// 催办.
    Urge(String),
    /// 抄送: others may read it.
    Copy {
        /// Logins.
        to: Vec<String>,
        /// Why.
        text: String,
    },
    /// 作废.
    Cancel(String),
    /// 办理: what was approved is done.
    Execute {
        /// Fields the step fills in.
        edits: Form,
        /// What was done.
        text: String,
    },
}

impl Command {
    /// Logins it names, which the directory has to know.
    pub fn named(&self) -> Vec<String> {
        match self {
            Command::HandOver { to, .. } => vec![to.clone()],
            Command::Comment { mention: to, .. } | Command::Add { to, .. } | Command::Copy { to, .. } => to.clone(),
            _ => Vec::new(),
        }
    }
}

/// What was done; the names tables and interfaces write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "as the command of the name")]
pub enum Verb {
    Save,
    Submit,
    Agree,
    Reject,
    HandOver,
    Comment,
    AddBefore,
    AddAfter,
    Remove,
    Return,
    TakeBack,
    Urge,
    Copy,
    Cancel,
    Execute,
    /// By the machine: somebody agreed to the same content before.
    Skip,
    /// By the machine: a deadline passed.
    Late,
    /// By the machine: a second deadline passed, others decide now.
    Escalate,
    /// By the machine: those it was with left their post, others hold it now.
    Succeed,
    /// By the machine: the applicant let it lie.
    Lapse,
    /// By the machine: what was approved was brought about.
    Effect,
    /// By the machine: what was approved could not be brought about.
    EffectRefused,
}

impl Verb {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Verb::Save => "save",
            Verb::Submit => "submit",
            Verb::Agree => "agree",
            Verb::Reject => "reject",
            Verb::HandOver => "hand_over",
            Verb::Comment => "comment",
            Verb::AddBefore => "add_before",
            Verb::AddAfter => "add_after",
            Verb::Remove => "remove",
            Verb::Return => "return",
            Verb::TakeBack => "take_back",
            Verb::Urge => "urge",
            Verb::Copy => "copy",
            Verb::Cancel => "cancel",
            Verb::Execute => "execute",
            Verb::Skip => "skip",
            Verb::Late => "late",
            Verb::Escalate => "escalate",
            Verb::Succeed => "succeed",
            Verb::Lapse => "lapse",
            Verb::Effect => "effect",
            Verb::EffectRefused => "effect_refused",
        }
    }

    /// As people say it.
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Verb::Save => ("保存", "Saved"),
            Verb::Submit => ("提交", "Submitted"),
            Verb::Agree => ("同意", "Agreed"),
            Verb::Reject => ("拒绝", "Rejected"),
            Verb::HandOver => ("转交", "Handed over"),
            Verb::Comment => ("评论", "Commented"),
            Verb::AddBefore => ("前加签", "Added before"),
            Verb::AddAfter => ("后加签", "Added after"),
            Verb::Remove => ("减签", "Taken off"),
            Verb::Return => ("退回", "Returned"),
            Verb::TakeBack => ("撤回", "Taken back"),
            Verb::Urge => ("催办", "Urged"),
            Verb::Copy => ("抄送", "Copied"),
            Verb::Cancel => ("作废", "Cancelled"),
            Verb::Execute => ("办理", "Carried out"),
            Verb::Skip => ("重复审批人自动通过", "Agreed before"),
            Verb::Late => ("超期提醒", "Late"),
            Verb::Escalate => ("超期上报", "Escalated"),
            Verb::Succeed => ("转给现任人员", "Passed to who holds the post"),
            Verb::Lapse => ("逾期失效", "Lapsed"),
            Verb::Effect => ("已落实", "Brought about"),
            Verb::EffectRefused => ("未能落实", "Could not be brought about"),
        };
        Text::new(zh, en)
    }
}

/// One line of the history, kept for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub verb: Verb,
    /// At which step; empty for the applicant's.
    pub step: String,
    /// Which passage of a step it was.
    pub visit: u32,
    /// Who; empty login for the machine.
    pub by: Party,
    /// For whom.
    pub acting: Option<Party>,
    /// As what; nothing for who was named, and for the machine.
    pub post: Option<Post>,
    /// In their words.
    pub text: String,
    /// Whom it names.
    pub to: Vec<Party>,
    /// The step it leads to, of a return.
    pub to_step: Option<String>,
    /// Fields that changed: before and after.
    pub changed: BTreeMap<String, [Value; 2]>,
    /// SHA-256 of the content decided on.
    pub content: String,
    /// SHA-256 of the picture of a signature.
    pub signature: Option<String>,
}

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// To decide, or to do.
    Assigned,
    /// To read.
    Copied,
    /// To be quick.
    Urged,
    /// It came back to the applicant.
    Returned,
    /// It is late.
    Late,
    /// It ended; the applicant is told how.
    Ended,
}

/// Somebody to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Login.
    pub to: String,
    /// Why.
    pub why: Told,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The next instance.
    pub instance: Instance,
    /// History to be added.
    pub decisions: Vec<Decision>,
    /// People to be told.
    pub notices: Vec<Notice>,
    /// Whether it became approved by this.
    pub approved: bool,
}

/// What the machine knows besides the instance.
pub struct World<'a> {
    /// The definition of the instance's version.
    pub definition: &'a Definition,
    /// People.
    pub directory: &'a dyn Directory,
    /// Working days.
    pub calendar: &'a Holidays,
    /// Now, microseconds since 1970.
    pub now_us: i64,
    /// Today.
    pub today: Date,
    /// Least time between two urgings, microseconds.
    pub urge_us: i64,
}

/// Begins an instance as a draft, by somebody in a post.
pub fn begin(id: &str, definition: &Definition, actor: &Actor, post: &Post, form: Form, now_us: i64) -> Instance {
    Instance::new(id, definition, actor, post, form, now_us)
}

/// Does what was commanded.
///
/// # Errors
/// `BadInput workflow.form.wrong`, `workflow.words`, `workflow.person.*`, `workflow.return.step`, `workflow.signature`; `Forbidden workflow.self`,
/// `workflow.holder`, `workflow.starter`, `workflow.delegate`, `workflow.ended`, `workflow.twice`, `workflow.edit`; `Conflict workflow.state`,
/// `workflow.bar`, `workflow.nobody`, `workflow.ladder`, `workflow.urged`, `workflow.taken`, `workflow.agreed`, each with what to do.
pub fn act(world: &World<'_>, instance: &Instance, actor: &Actor, command: &Command) -> Result<Outcome, Refusal> {
    let mut act = Act { world, actor: Some(actor), out: Outcome::of(instance.clone()) };
    match command {
        Command::Save(form) => act.save(form)?,
        Command::Submit => act.submit()?,
        Command::Agree { text, edits, signature } => act.agree(text, edits, signature.as_deref())?,
        Command::Reject(text) => act.reject(text)?,
        Command::HandOver { to, text } => act.hand_over(to, text)?,
        Command::Comment { text, mention } => act.comment(text, mention)?,
        Command::Add { to, before, text } => act.add(to, *before, text)?,
        Command::Remove { turn, text } => act.remove(*turn, text)?,
        Command::Return { to, straight, text } => act.give_back(to.as_deref(), *straight, text)?,
        Command::TakeBack(text) => act.take_back(text)?,
        Command::Urge(text) => act.urge(text)?,
        Command::Copy { to, text } => act.copy(to, text)?,
        Command::Cancel(text) => act.cancel(text)?,
        Command::Execute { edits, text } => act.execute(edits, text)?,
    }
    act.out.instance.changed_us = world.now_us;
    Ok(act.out)
}

/// A line of the machine about an instance that was decided on.
pub(crate) fn of_machine(definition: &Definition, instance: &Instance, verb: Verb, text: &str) -> Decision {
    Decision {
        verb,
        step: String::new(),
        visit: instance.visits,
        by: Party { login: String::new(), name: String::new() },
        acting: None,
        post: None,
        text: text.to_owned(),
        to: Vec::new(),
        to_step: None,
        changed: BTreeMap::new(),
        content: instance.content(definition),
        signature: None,
    }
}

impl Outcome {
    fn of(instance: Instance) -> Self {
        Self { instance, decisions: Vec::new(), notices: Vec::new(), approved: false }
    }
}

/// A command on its way.
struct Act<'a> {
    world: &'a World<'a>,
    /// Nobody, where time itself acts.
    actor: Option<&'a Actor>,
    out: Outcome,
}

impl Act<'_> {
    fn tell(&mut self, to: impl IntoIterator<Item = String>, why: Told) {
        for to in to {
            let notice = Notice { to, why };
            if !self.out.notices.contains(&notice) {
                self.out.notices.push(notice);
            }
        }
    }

    /// A line of history by whoever acts, at the present step.
    fn line(&self, verb: Verb, text: &str) -> Decision {
        let nobody = Party { login: String::new(), name: String::new() };
        let instance = &self.out.instance;
        Decision {
            verb,
            step: instance.progress.step.clone().unwrap_or_default(),
            visit: instance.progress.visit,
            by: self.actor.map_or(nobody, |actor| actor.me.clone()),
            acting: self.actor.and_then(|actor| actor.acting.clone()),
            post: self.actor.and_then(|actor| self.post_of(&actor.seat().login)),
            text: text.trim().to_owned(),
            to: Vec::new(),
            to_step: None,
            changed: BTreeMap::new(),
            content: instance.content(self.world.definition),
            signature: None,
        }
    }

    /// As what somebody has a part in it now: as candidate of a turn that is up, else as the applicant.
    fn post_of(&self, login: &str) -> Option<Post> {
        let instance = &self.out.instance;
        let candidates = instance.open().flat_map(|turn| &turn.candidates);
        match candidates.into_iter().find(|candidate| candidate.party.login == login) {
            Some(candidate) => candidate.post.clone(),
            None => (instance.starter.login == login).then(|| instance.post()),
        }
    }

    fn note(&mut self, verb: Verb, text: &str) {
        let line = self.line(verb, text);
        self.out.decisions.push(line);
    }
}
