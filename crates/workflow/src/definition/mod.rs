//! Flows as documents: `definitions/flows/*.toml`, each with a version, checked when it is read, with examples that are run.
//!
//! Steps follow one another; a step may say when it is left out, and where to go on. The way only leads forward, so it ends; back leads a verb.

mod check;
mod example;
mod place;
mod read;
mod source;

#[cfg(test)]
mod tests;

pub use place::locate;
pub use read::{examine, read};
pub use source::{document, renewed, write};

use crate::effect;
use crate::form::{Condition, Field, Form};
use qudao_kernel::{Kind, Refusal, Text};

/// Where a way ends.
pub const END: &str = "end";

/// Something wrong in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: `step.finance.branch[1].when`.
    pub place: String,
    /// Stable code, `unreachable`.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub why: Text,
}

/// The refusal of a definition with findings.
///
/// # Errors
/// `BadInput workflow.definition.wrong` where there are any.
pub fn refuse(file: &str, findings: &[Finding]) -> Result<(), Refusal> {
    if findings.is_empty() {
        return Ok(());
    }
    let told = |say: fn(&Finding) -> String, between: &str| findings.iter().map(say).collect::<Vec<_>>().join(between);
    Err(Refusal::bad_input(
        "workflow.definition.wrong",
        format!("流程定义 {file} 有 {} 处问题：{}", findings.len(), told(|one| format!("{}：{}", one.place, one.why.zh), "；")),
        format!("the flow {file} has {} problems: {}", findings.len(), told(|one| format!("{}: {}", one.place, one.why.en), "; ")),
    ))
}

/// What a step asks of its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// 审批: one of those the rule finds decides; superiors decide one after the other.
    Approve,
    /// 会签: everybody has to agree.
    All,
    /// 或签: any one of several rules' people decides.
    Any,
    /// 抄送: people are told, nobody decides.
    Notify,
    /// 办理: somebody does what was approved.
    Execute,
}

impl StepKind {
    /// As definitions and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            StepKind::Approve => "approve",
            StepKind::All => "all",
            StepKind::Any => "any",
            StepKind::Notify => "notify",
            StepKind::Execute => "execute",
        }
    }

    /// Whether its people decide.
    pub const fn decides(self) -> bool {
        matches!(self, StepKind::Approve | StepKind::All | StepKind::Any)
    }
}

/// How the people of a step are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approver {
    /// Who holds a role nearest to the applicant, or to the subject.
    Role {
        /// Role id.
        role: String,
        /// Whether the subject's place counts instead of the applicant's.
        subject: bool,
    },
    /// The applicant's superiors one after the other, up to a role.
    Superiors {
        /// The last role.
        up_to: String,
    },
    /// A person by login.
    Person(String),
    /// Whom the applicant chose in a field.
    Chosen(String),
    /// The applicant; for what is done or told, never for what is decided.
    Starter,
}

impl Approver {
    /// As examples write it: `leader`, `..leader`, `@login`, `#field`, `starter`.
    pub fn label(&self) -> String {
        match self {
            Approver::Role { role, .. } => role.clone(),
            Approver::Superiors { up_to } => format!("..{up_to}"),
            Approver::Person(login) => format!("@{login}"),
            Approver::Chosen(field) => format!("#{field}"),
            Approver::Starter => "starter".to_owned(),
        }
    }
}

/// Where to go on, if a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The condition.
    pub when: Condition,
    /// A later step, or [`END`].
    pub to: String,
}

/// To whom a step goes that is late twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Role id.
    pub role: String,
    /// Working days after the deadline.
    pub after_days: i64,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Stable id, `snake_case`.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// What it asks.
    pub kind: StepKind,
    /// Who.
    pub approvers: Vec<Approver>,
    /// When it takes place; always where absent.
    pub when: Option<Condition>,
    /// Fields its people may change besides those that are asked here.
    pub editable: Vec<String>,
    /// Working days to decide in.
    pub due_days: Option<i64>,
    /// What happens after a second deadline.
    pub escalate: Option<Escalation>,
    /// Whether agreeing takes a signature by hand.
    pub signature: bool,
    /// Where to go on; the next step where empty.
    pub branches: Vec<Branch>,
    /// Where to go on if no branch holds.
    pub otherwise: Option<String>,
}

/// What makes agreeing impossible: a red line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// When.
    pub when: Condition,
    /// Why.
    pub why: Text,
}

/// What an approved application becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRule {
    /// The money field that is approved.
    pub amount: String,
    /// The number field with its year.
    pub year: String,
    /// The field with its kind.
    pub kind: String,
}

/// An example that is run by tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub title: Text,
    /// What is filled in.
    pub form: Form,
    /// Those who decide, step by step: `leader`, `supervisor+auditor` for all, `supervisor|leader` for any.
    pub path: Vec<String>,
    /// Whether a red line keeps it from being approved.
    pub barred: bool,
}

/// What came of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it shows.
    pub title: Text,
    /// Those who decide, as the example says.
    pub wanted: Vec<String>,
    /// Those who decide, as it came out.
    pub got: Vec<String>,
    /// Steps it goes through.
    pub way: Vec<String>,
    /// Whether a red line keeps it from being approved.
    pub barred: bool,
    /// What differs; nothing where it comes out.
    pub wrong: Vec<Text>,
}

/// What there is to say about a text.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// What it says; absent while anything but an example is wrong.
    pub definition: Option<Definition>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Its examples, where they could be run.
    pub examples: Vec<Outcome>,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Stable id, `snake_case`.
    pub id: String,
    /// Version; raised with every change.
    pub version: u32,
    /// What it is called.
    pub title: Text,
    /// What it is for.
    pub about: Text,
    /// The heading it is listed under.
    pub group: String,
    /// Beginning of its numbers.
    pub number: String,
    /// Roles whose holders may start it.
    pub starters: Vec<String>,
    /// The partner or outlet field it is about.
    pub subject: Option<String>,
    /// Fields whose values no two open or approved instances may share.
    pub unique: Vec<String>,
    /// Days an approved one keeps them; for good where absent.
    pub unique_days: Option<i64>,
    /// Whether somebody who agreed to the same content before is not asked again.
    pub skip_repeats: bool,
    /// Working days after which what waits for the applicant lapses.
    pub expires_days: Option<i64>,
    /// Fields.
    pub fields: Vec<Field>,
    /// Steps in their order.
    pub steps: Vec<Step>,
    /// Red lines.
    pub bars: Vec<Bar>,
    /// Whether it becomes a budget.
    pub budget: Option<BudgetRule>,
    /// What it brings about.
    pub effect: Option<effect::Rule>,
    /// Examples.
    pub examples: Vec<Example>,
    /// SHA-256 of the text.
    pub sha256: String,
}

impl Definition {
    /// A step by its id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The step after another for a form, or the first; `None` at the end. Steps whose condition does not hold are left out.
    pub fn next(&self, after: Option<&str>, form: &Form) -> Option<&Step> {
        let mut at = match after {
            None => self.steps.first(),
            Some(id) => self.onward(self.step(id)?, form),
        };
        while let Some(step) = at {
            if step.when.as_ref().is_none_or(|condition| condition.holds(form)) {
                return Some(step);
            }
            at = self.onward(step, form);
        }
        None
    }

    fn onward(&self, step: &Step, form: &Form) -> Option<&Step> {
        let branch = step.branches.iter().find(|branch| branch.when.holds(form)).map(|branch| &branch.to);
        match branch.or(step.otherwise.as_ref()) {
            Some(to) => self.step(to),
            None => self.steps.iter().skip_while(|other| other.id != step.id).nth(1),
        }
    }

    /// The steps an instance with this form goes through if everybody agrees.
    pub fn way(&self, form: &Form) -> Vec<&Step> {
        let mut way: Vec<&Step> = Vec::new();
        while let Some(step) = self.next(way.last().map(|step| step.id.as_str()), form) {
            way.push(step);
        }
        way
    }

    /// The red line a form crosses.
    pub fn barred(&self, form: &Form) -> Option<&Bar> {
        self.bars.iter().find(|bar| bar.when.holds(form))
    }

    /// Whether a person of a step may change a field.
    pub fn may_edit(&self, step: &Step, field: &str) -> bool {
        step.editable.iter().any(|id| id == field) || self.field(field).is_some_and(|field| field.at.as_ref() == Some(&step.id))
    }

    /// A field by its id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Whether a change of a field asks for a new approval: not of what supplements, nor of what is noted when the approved is carried out.
    pub fn decides_on(&self, field: &Field) -> bool {
        let executed = field.at.as_ref().and_then(|at| self.step(at)).is_some_and(|step| step.kind == StepKind::Execute);
        !field.supplement && !executed
    }
}

/// No flow of that id.
pub fn unknown(id: &str) -> Refusal {
    Refusal::new(Kind::NotFound, "workflow.definition.none", format!("没有流程 {id}"), format!("there is no flow {id}"))
}
