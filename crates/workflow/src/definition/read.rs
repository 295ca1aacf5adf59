//! The text of a definition.

use super::{Approver, Bar, Branch, BudgetRule, Definition, Escalation, Examined, Example, Finding, Step, StepKind, check, example};
use crate::effect::{After, KINDS, Rule};
use crate::expr;
use crate::form::{Choice, Condition, Field, FieldKind, Form, Named};
use qudao_access::Roles;
use qudao_kernel::Text;
use qudao_platform::hash;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Code of the finding of a text that cannot be read.
pub(super) const UNREADABLE: &str = "text";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: u32,
    zh: String,
    en: String,
    about_zh: String,
    about_en: String,
    group: String,
    number: String,
    starters: Vec<String>,
    subject: Option<String>,
    #[serde(default)]
    unique: Vec<String>,
    unique_days: Option<i64>,
    #[serde(default = "yes")]
    skip_repeats: bool,
    expires_days: Option<i64>,
    #[serde(default)]
    field: Vec<FieldText>,
    #[serde(default)]
    step: Vec<StepText>,
    #[serde(default)]
    bar: Vec<BarText>,
    budget: Option<BudgetText>,
    effect: Option<EffectText>,
    #[serde(default)]
    example: Vec<ExampleText>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldText {
    id: String,
    zh: String,
    en: String,
    #[serde(default)]
    help_zh: String,
    #[serde(default)]
    help_en: String,
    kind: String,
    #[serde(default)]
    required: bool,
    min: Option<i64>,
    max: Option<i64>,
    visible_if: Option<String>,
    at: Option<String>,
    #[serde(default)]
    supplement: bool,
    #[serde(default)]
    options: Vec<OptionText>,
    #[serde(default)]
    columns: Vec<FieldText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionText {
    id: String,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepText {
    id: String,
    zh: String,
    en: String,
    kind: StepName,
    approvers: Vec<ApproverText>,
    when: Option<String>,
    #[serde(default)]
    editable: Vec<String>,
    due_days: Option<i64>,
    escalate: Option<EscalationText>,
    #[serde(default)]
    signature: bool,
    #[serde(default)]
    branch: Vec<BranchText>,
    otherwise: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepName {
    Approve,
    All,
    Any,
    Notify,
    Execute,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ApproverText {
    /// A role nearest to the applicant.
    Role(String),
    /// A role nearest to the subject.
    SubjectRole(String),
    Superiors(String),
    Person(String),
    Chosen(String),
    /// `starter = true`; false means nothing, and is refused.
    Starter(Yes),
}

/// The word `true`.
#[derive(Deserialize)]
#[serde(try_from = "bool")]
struct Yes;

impl TryFrom<bool> for Yes {
    type Error = &'static str;

    fn try_from(yes: bool) -> Result<Self, Self::Error> {
        if yes { Ok(Self) } else { Err("starter is true, or left out") }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationText {
    role: String,
    after_days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BranchText {
    when: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BarText {
    when: String,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BudgetText {
    amount: String,
    year: String,
    kind: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EffectText {
    kind: String,
    #[serde(default)]
    after: AfterName,
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum AfterName {
    #[default]
    Approved,
    Done,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    zh: String,
    en: String,
    form: Form,
    path: Vec<String>,
    #[serde(default)]
    barred: bool,
}

/// Reads and checks a definition. `roles` are those there are.
///
/// # Errors
/// What is wrong, each with its place and remedy.
pub fn read(text: &str, roles: &Roles) -> Result<Definition, Vec<Finding>> {
    let Examined { definition, findings, .. } = examine(text, roles);
    match definition {
        Some(definition) if findings.is_empty() => Ok(definition),
        _ => Err(findings),
    }
}

/// What there is to say about a definition, its examples one by one. `roles` are those there are.
pub fn examine(text: &str, roles: &Roles) -> Examined {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let why = error.to_string();
            let told = finding("", UNREADABLE, format!("定义无法读取：{why}"), format!("the definition cannot be read: {why}"));
            return Examined { findings: vec![told], ..Examined::default() };
        }
    };
    let mut findings = Vec::new();
    let definition = built(file, text, &mut findings);
    check::check(&definition, roles, &mut findings);
    // An example of what is wrong anyhow only hides what is.
    if !findings.is_empty() {
        return Examined { findings, ..Examined::default() };
    }
    let examples = example::run(&definition, &mut findings);
    Examined { definition: Some(definition), findings, examples }
}

/// Where a text that cannot be read is wrong, in bytes.
pub(super) fn unreadable_at(text: &str) -> Option<Range<usize>> {
    toml::from_str::<File>(text).err().and_then(|error| error.span())
}

pub(super) fn finding(place: impl Into<String>, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { place: place.into(), code, why: Text::new(zh, en) }
}

fn built(file: File, text: &str, findings: &mut Vec<Finding>) -> Definition {
    // Conditions name fields, so the fields without their conditions come first.
    let shown: Vec<Option<String>> = file.field.iter().map(|field| field.visible_if.clone()).collect();
    let plain: Vec<Field> = file.field.into_iter().map(|field| field_of(field, "field", findings)).collect();
    let mut fields = plain.clone();
    for (field, shown) in fields.iter_mut().zip(shown) {
        field.visible_if = condition(shown, &plain, &format!("field.{}.visible_if", field.id), findings);
    }
    let steps = file.step.into_iter().map(|step| step_of(step, &plain, findings)).collect();
    let bars = file.bar.into_iter().enumerate().filter_map(|(index, bar)| {
        let when = condition(Some(bar.when), &plain, &format!("bar[{}].when", index + 1), findings)?;
        Some(Bar { when, why: Text::new(bar.zh, bar.en) })
    });
    let bars = bars.collect();
    let effect = file.effect.and_then(|effect| effect_of(effect, findings));
    let examples = file.example.into_iter();
    let example = |one: ExampleText| Example { title: Text::new(one.zh, one.en), form: one.form, path: one.path, barred: one.barred };
    Definition {
        id: file.id,
        version: file.version,
        title: Text::new(file.zh, file.en),
        about: Text::new(file.about_zh, file.about_en),
        group: file.group,
        number: file.number,
        starters: file.starters,
        subject: file.subject,
        unique: file.unique,
        unique_days: file.unique_days,
        skip_repeats: file.skip_repeats,
        expires_days: file.expires_days,
        fields,
        steps,
        bars,
        budget: file.budget.map(|budget| BudgetRule { amount: budget.amount, year: budget.year, kind: budget.kind }),
        effect,
        examples: examples.map(example).collect(),
        sha256: hash::sha256(text),
    }
}

fn effect_of(effect: EffectText, findings: &mut Vec<Finding>) -> Option<Rule> {
    let after = match effect.after {
        AfterName::Approved => After::Approved,
        AfterName::Done => After::Done,
    };
    let Some(kind) = KINDS.iter().find(|kind| kind.name == effect.kind) else {
        let known = KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ");
        let name = effect.kind;
        findings.push(finding(
            "effect.kind",
            "effect",
            format!("没有效果 {name}；可用 {known}"),
            format!("there is no effect {name}; there are {known}"),
        ));
        return None;
    };
    Some(Rule { kind, after, fields: effect.fields })
}

fn field_of(field: FieldText, within: &str, findings: &mut Vec<Finding>) -> Field {
    let place = format!("{within}.{}", field.id);
    let options = field.options.into_iter().map(|option| Choice { id: option.id, title: Text::new(option.zh, option.en) });
    let kind = match field.kind.as_str() {
        "text" => FieldKind::Text,
        "long_text" => FieldKind::LongText,
        "number" => FieldKind::Number,
        "money" => FieldKind::Money,
        "date" => FieldKind::Date,
        "month" => FieldKind::Month,
        "choice" => FieldKind::Choice(options.collect()),
        "yes_no" => FieldKind::YesNo,
        "person" => FieldKind::Person,
        "partner" => FieldKind::Partner,
        "outlet" => FieldKind::Outlet,
        "attachment" => FieldKind::Attachment,
        "sealed" => FieldKind::Sealed,
        "rows" => FieldKind::Rows(field.columns.into_iter().map(|column| field_of(column, &place, findings)).collect()),
        other => {
            findings.push(finding(
                format!("{place}.kind"),
                "kind",
                format!("没有字段类型 {other}；可用 text、long_text、number、money、date、month、choice、yes_no、person、partner、outlet、attachment、sealed、rows"),
                format!(
                    "there is no kind {other}; there are text, long_text, number, money, date, month, choice, yes_no, person, partner, outlet, attachment, sealed, rows"
                ),
            ));
            FieldKind::Text
        }
    };
    Field {
        id: field.id,
        title: Text::new(field.zh, field.en),
        help: Text::new(field.help_zh, field.help_en),
        kind,
        required: field.required,
        min: field.min,
        max: field.max,
        visible_if: None,
        at: field.at,
        supplement: field.supplement,
    }
}

fn step_of(step: StepText, fields: &[Field], findings: &mut Vec<Finding>) -> Step {
    let place = format!("step.{}", step.id);
    let when = condition(step.when, fields, &format!("{place}.when"), findings);
    let mut branches = Vec::new();
    for (index, branch) in step.branch.into_iter().enumerate() {
        if let Some(when) = condition(Some(branch.when), fields, &format!("{place}.branch[{}].when", index + 1), findings) {
            branches.push(Branch { when, to: branch.to });
        }
    }
    let kind = match step.kind {
        StepName::Approve => StepKind::Approve,
        StepName::All => StepKind::All,
        StepName::Any => StepKind::Any,
        StepName::Notify => StepKind::Notify,
        StepName::Execute => StepKind::Execute,
    };
    Step {
        id: step.id,
        title: Text::new(step.zh, step.en),
        kind,
        approvers: step.approvers.into_iter().map(approver_of).collect(),
        when,
        editable: step.editable,
        due_days: step.due_days,
        escalate: step.escalate.map(|to| Escalation { role: to.role, after_days: to.after_days }),
        signature: step.signature,
        branches,
        otherwise: step.otherwise,
    }
}

fn approver_of(text: ApproverText) -> Approver {
    match text {
        ApproverText::Role(role) => Approver::Role { role, subject: false },
        ApproverText::SubjectRole(role) => Approver::Role { role, subject: true },
        ApproverText::Superiors(up_to) => Approver::Superiors { up_to },
        ApproverText::Person(login) => Approver::Person(login),
        ApproverText::Chosen(field) => Approver::Chosen(field),
        ApproverText::Starter(Yes) => Approver::Starter,
    }
}

fn condition(text: Option<String>, fields: &[Field], place: &str, findings: &mut Vec<Finding>) -> Option<Condition> {
    let text = text?;
    match expr::compile(&text, &Named(fields)) {
        Ok(expr) => Some(Condition { text, expr }),
        Err(fault) => {
            let at = fault.at;
            findings.push(finding(
                place,
                "condition",
                format!("第 {at} 个字符：{}", fault.why.zh),
                format!("character {at}: {}", fault.why.en),
            ));
            None
        }
    }
}
