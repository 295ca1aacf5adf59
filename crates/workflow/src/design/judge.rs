//! What there is to say about a text before it may be used: what the definition itself has wrong, and how it stands to the house.

use super::store::highest;
use crate::definition::{Approver, Definition, Examined, Finding, Outcome, examine};
use crate::standard::Catalogue;
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::Tx;

/// What there is to say about a text.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// What it says; absent while anything but an example or its place in the house is wrong.
    pub definition: Option<Definition>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Its examples.
    pub examples: Vec<Outcome>,
}

/// Checks a text beside the flows of the house.
///
/// # Errors
/// The database does not answer.
pub async fn judge(tx: &mut Tx, catalogue: &Catalogue, text: &str) -> Result<Judged, Refusal> {
    let mut judged = Judged::of(catalogue, text);
    let Some(definition) = judged.definition.clone() else { return Ok(judged) };
    let mut say = |place: String, code: &'static str, zh: String, en: String| {
        judged.findings.push(Finding { place, code, why: Text::new(zh, en) });
    };
    let (flow, version) = (&definition.id, definition.version);
    let highest = highest(tx, catalogue, flow).await?;
    if version <= highest {
        let next = highest + 1;
        say(
            "version".to_owned(),
            "taken",
            format!("版本号须大于已用过的版本 {highest}；请改成 {next}"),
            format!("the version must be above {highest}, which was used; make it {next}"),
        );
    }
    if let Some(other) = catalogue.all().iter().find(|other| other.number == definition.number && other.id != *flow) {
        let number = &definition.number;
        say(
            "number".to_owned(),
            "taken",
            format!("编号前缀 {number} 已用于“{}”；请换一个", other.title.zh),
            format!("the number {number} belongs to `{}`; choose another", other.title.en),
        );
    }
    // The house may ask for more than what is shipped, and not take from it what other parts of the program wait for.
    if let Some(shipped) = catalogue.shipped(flow).map(|shipped| &shipped.definition) {
        let brings = |definition: &Definition| definition.effect.as_ref().map(|rule| (rule.kind.name, rule.after));
        if brings(shipped) != brings(&definition) {
            let kind = shipped.effect.as_ref().map_or("-", |rule| rule.kind.name);
            say(
                "effect".to_owned(),
                "kept",
                format!("系统自带流程的效果不能改变（应为 {kind}）；如需其他效果，请另建流程"),
                format!("the effect of a flow that is shipped stays as it is ({kind}); make another flow for another effect"),
            );
        }
        if shipped.budget.is_some() != definition.budget.is_some() {
            say(
                "budget".to_owned(),
                "kept",
                "系统自带流程是否形成预算不能改变；如需不同做法，请另建流程".to_owned(),
                "whether a flow that is shipped becomes a budget stays as it is; make another flow instead".to_owned(),
            );
        }
    }
    for step in &definition.steps {
        for approver in &step.approvers {
            let Approver::Person(login) = approver else { continue };
            let sql = "select count(*) as n from access_person where login = $1 and left_at_us is null";
            if tx.query_one(sql, args![login]).await?.int("n")? == 0 {
                say(
                    format!("step.{}.approvers", step.id),
                    "person",
                    format!("没有人员 {login}，或已离职；请改用角色"),
                    format!("there is nobody with the login {login}, or they left; name a role instead"),
                );
            }
        }
    }
    Ok(judged)
}

impl Judged {
    /// What a text says by itself, without its place in the house: of a version that was published.
    pub fn of(catalogue: &Catalogue, text: &str) -> Self {
        let Examined { definition, findings, examples } = examine(text, catalogue.roles());
        Self { definition, findings, examples }
    }

    /// The definition, if it may be used.
    ///
    /// # Errors
    /// `Conflict workflow.draft.wrong` with the first thing to do.
    pub fn publishable(&self) -> Result<&Definition, Refusal> {
        match (&self.definition, self.findings.first()) {
            (Some(definition), None) => Ok(definition),
            (_, first) => {
                let (count, place) = (self.findings.len(), first.map_or("", |first| first.place.as_str()));
                let (zh, en) = first.map_or(("", ""), |first| (first.why.zh.as_str(), first.why.en.as_str()));
                Err(Refusal::new(
                    Kind::Conflict,
                    "workflow.draft.wrong",
                    format!("流程有 {count} 处问题，第一处 {place}：{zh}；请改正后再提交"),
                    format!("the flow has {count} problems, the first at {place}: {en}; mend them first"),
                ))
            }
        }
    }
}
