//! What a definition that reads can still have wrong.

use super::read::finding;
use super::{Approver, Definition, END, Finding, Step, StepKind};
use crate::directory::is_rung;
use crate::form::FieldKind;
use qudao_access::{Permission, Roles};
use std::collections::BTreeSet;

pub(super) fn check(definition: &Definition, roles: &Roles, findings: &mut Vec<Finding>) {
    let mut check = Check { definition, roles, findings };
    check.head();
    check.fields();
    check.steps();
    check.effect();
    if check.findings.is_empty() {
        check.ways();
    }
}

struct Check<'a> {
    definition: &'a Definition,
    roles: &'a Roles,
    findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
    fn say(&mut self, place: impl Into<String>, code: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        self.findings.push(finding(place, code, zh, en));
    }

    fn id(&mut self, place: &str, id: &str) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if id.is_empty() || id.len() > 40 || !id.bytes().all(plain) || id == END {
            self.say(
                place,
                "id",
                format!("编号“{id}”须为小写字母、数字或下划线，40 位以内，且不是 end"),
                format!("the id `{id}` has to be up to 40 lower case letters, digits and underscores, and not `end`"),
            );
        }
    }

    fn role(&mut self, place: String, role: &str) {
        if self.roles.get(role).is_err() {
            let known = self.roles.iter().map(|role| role.id.as_str()).collect::<Vec<_>>();
            self.say(
                place,
                "role",
                format!("没有角色 {role}；可用的角色：{}", known.join("、")),
                format!("there is no role {role}; there are {}", known.join(", ")),
            );
        }
    }

    /// A role whose holders are asked for something has to allow it, or it would lie with somebody who cannot act.
    fn allows(&mut self, place: String, role: &str, permission: Permission) {
        self.role(place.clone(), role);
        if self.roles.get(role).is_ok_and(|role| !role.may.contains(&permission)) {
            let name = permission.name();
            self.say(
                place,
                "may",
                format!("角色 {role} 没有权限 {name}；请换一个角色，或在角色定义中加上"),
                format!("the role {role} does not allow {name}; name another, or let it"),
            );
        }
    }

    fn head(&mut self) {
        let definition = self.definition;
        self.id("id", &definition.id);
        if definition.version == 0 {
            self.say("version", "version", "版本从 1 开始", "versions begin with 1");
        }
        let number = &definition.number;
        if !(1..=6).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.say("number", "number", "编号前缀须为 1 至 6 个大写字母", "numbers begin with 1 to 6 capital letters");
        }
        if definition.starters.is_empty() {
            self.say("starters", "starters", "没有人可以发起；请写明角色", "nobody may start it; name a role");
        }
        for role in &definition.starters {
            self.allows("starters".to_owned(), role, Permission::FlowStart);
        }
        if definition.examples.is_empty() {
            self.say("example", "example", "至少要有一个示例", "at least one example is needed");
        }
        let named = [definition.subject.as_ref()].into_iter().flatten();
        for field in named.chain(&definition.unique) {
            self.field_there("subject/unique", field);
        }
        let subject = definition.subject.as_ref().and_then(|id| definition.field(id));
        if subject.is_some_and(|field| !matches!(field.kind, FieldKind::Partner | FieldKind::Outlet)) {
            self.say("subject", "subject", "主体须是代理商或网点字段", "the subject has to be a partner or outlet field");
        }
        if let Some(budget) = &definition.budget {
            let is =
                |id: &str, wanted: fn(&FieldKind) -> bool| definition.field(id).is_some_and(|field| field.required && wanted(&field.kind));
            let right = is(&budget.amount, |kind| *kind == FieldKind::Money)
                && is(&budget.year, |kind| *kind == FieldKind::Number)
                && is(&budget.kind, |kind| matches!(kind, FieldKind::Choice(_) | FieldKind::Text));
            if !right {
                self.say(
                    "budget",
                    "budget",
                    "预算须指明必填的金额字段、年度（数字）字段和种类字段",
                    "a budget names a required money field, number field (its year) and choice or text field (its kind)",
                );
            }
        }
    }

    fn effect(&mut self) {
        let definition = self.definition;
        let Some(rule) = &definition.effect else { return };
        let executes = |at: &str| definition.step(at).is_some_and(|step| step.kind == StepKind::Execute);
        for (argument, why) in rule.wrong(|id| definition.field(id).cloned(), executes) {
            self.say(format!("effect.fields.{argument}"), "effect", why.zh, why.en);
        }
    }

    fn field_there(&mut self, place: &str, id: &str) {
        if self.definition.field(id).is_none() {
            let known = self.definition.fields.iter().map(|field| field.id.as_str()).collect::<Vec<_>>();
            self.say(
                place,
                "field",
                format!("没有字段 {id}；可用的字段：{}", known.join("、")),
                format!("there is no field {id}; there are {}", known.join(", ")),
            );
        }
    }

    fn fields(&mut self) {
        let mut seen = BTreeSet::new();
        for field in &self.definition.fields {
            let place = format!("field.{}", field.id);
            self.id(&place, &field.id);
            if !seen.insert(&field.id) {
                self.say(&place, "twice", "字段重复；请改名", "the field is defined twice; rename one");
            }
            if field.title.zh.is_empty() || field.title.en.is_empty() {
                self.say(&place, "title", "缺少中文或英文名称", "its name in Chinese or English is missing");
            }
            if field.min.zip(field.max).is_some_and(|(min, max)| min > max) {
                self.say(&place, "bounds", "min 大于 max", "min is above max");
            }
            match &field.kind {
                FieldKind::Choice(choices) if choices.is_empty() => {
                    self.say(&place, "options", "选择字段缺少 options", "a choice needs options");
                }
                FieldKind::Rows(columns) if columns.is_empty() => {
                    self.say(&place, "columns", "明细字段缺少 columns", "rows need columns");
                }
                FieldKind::Rows(columns) => {
                    let plain = |kind: &FieldKind| {
                        !matches!(kind, FieldKind::Rows(_) | FieldKind::Attachment | FieldKind::Person | FieldKind::Sealed)
                    };
                    if columns.iter().any(|column| !plain(&column.kind) || column.at.is_some()) {
                        self.say(
                            &place,
                            "columns",
                            "明细的列不能是明细、附件、人员或密封内容",
                            "a column is no rows, files, person or sealed text itself",
                        );
                    }
                }
                _ => {}
            }
            if let Some(at) = &field.at {
                let right = self.definition.step(at).is_some_and(|step| step.kind != StepKind::Notify);
                if !right {
                    self.say(
                        format!("{place}.at"),
                        "step",
                        format!("没有可填写的步骤 {at}"),
                        format!("there is no step {at} that fills anything in"),
                    );
                }
            }
        }
    }

    fn steps(&mut self) {
        let definition = self.definition;
        let mut seen = BTreeSet::new();
        let mut executing = false;
        if definition.steps.is_empty() {
            self.say("step", "steps", "至少要有一个步骤", "at least one step is needed");
        }
        for (index, step) in definition.steps.iter().enumerate() {
            let place = format!("step.{}", step.id);
            self.id(&place, &step.id);
            if !seen.insert(&step.id) {
                self.say(&place, "twice", "步骤重复；请改名", "the step is defined twice; rename one");
            }
            executing |= step.kind == StepKind::Execute;
            if executing && step.kind.decides() {
                self.say(&place, "order", "审批步骤不能排在办理之后", "a step that decides cannot come after one that executes");
            }
            self.people(&place, step);
            for field in &step.editable {
                self.field_there(&format!("{place}.editable"), field);
            }
            let fixed = |id: &String| definition.field(id).is_some_and(|field| definition.decides_on(field));
            if step.kind == StepKind::Execute && step.editable.iter().any(fixed) {
                self.say(
                    format!("{place}.editable"),
                    "approved",
                    "办理步骤不能修改已批准的内容；请用 at 指定只在办理时填写的字段",
                    "a step that executes cannot change what was approved; give it fields of its own with `at`",
                );
            }
            // What the steps before agreed to is theirs; a step fills in fields of its own.
            if index > 0 && step.kind != StepKind::Execute && step.editable.iter().any(fixed) {
                self.say(
                    format!("{place}.editable"),
                    "agreed",
                    "只有第一步可以修改申请内容，后面的步骤不能改动已同意的内容；请用 at 指定这一步填写的字段",
                    "only the first step may change what is applied for, for later ones it is agreed to; give them fields of their own with `at`",
                );
            }
            let bad_days = |days: i64| !(1..=365).contains(&days);
            if step.due_days.is_some_and(bad_days) || step.escalate.as_ref().is_some_and(|to| bad_days(to.after_days)) {
                self.say(&place, "days", "期限须为 1 至 365 个工作日", "a deadline is 1 to 365 working days");
            }
            if let Some(to) = &step.escalate {
                self.allows(format!("{place}.escalate.role"), &to.role, Permission::FlowDecide);
                if step.due_days.is_none() {
                    self.say(&place, "escalate", "上报须先有期限 due_days", "an escalation needs a deadline, due_days");
                }
            }
            self.targets(&place, step, index);
        }
    }

    fn people(&mut self, place: &str, step: &Step) {
        let place = format!("{place}.approvers");
        let count = step.approvers.len();
        let right = match step.kind {
            StepKind::Approve => count == 1,
            StepKind::All | StepKind::Any | StepKind::Notify | StepKind::Execute => count >= 1,
        };
        if !right {
            self.say(
                &place,
                "approvers",
                "审批步骤须有且只有一条规则，其他步骤至少一条",
                "a step that approves has one rule, others one or more",
            );
        }
        for approver in &step.approvers {
            match approver {
                Approver::Role { role, subject } => {
                    if step.kind == StepKind::Notify {
                        self.role(place.clone(), role);
                    } else {
                        self.allows(place.clone(), role, Permission::FlowDecide);
                    }
                    if *subject && self.definition.subject.is_none() {
                        self.say(&place, "subject", "流程没有主体 subject，不能按主体找人", "the flow has no subject to find people by");
                    }
                }
                Approver::Superiors { up_to } => {
                    self.allows(place.clone(), up_to, Permission::FlowDecide);
                    if !is_rung(up_to) || step.kind != StepKind::Approve {
                        self.say(
                            &place,
                            "superiors",
                            "逐级上报只用于审批步骤，且终点须是有上下级的角色",
                            "superiors are followed in a step that approves, up to a role that stands above others",
                        );
                    }
                }
                Approver::Person(login) if login.is_empty() => self.say(&place, "person", "缺少登录名", "the login is missing"),
                Approver::Person(_) => {}
                Approver::Chosen(field) => {
                    let chosen = self.definition.field(field);
                    if !chosen.is_some_and(|field| field.kind == FieldKind::Person && field.required && field.at.is_none()) {
                        self.say(
                            &place,
                            "chosen",
                            format!("{field} 须是发起时必填的人员字段"),
                            format!("{field} has to be a person field the applicant must fill in"),
                        );
                    }
                }
                Approver::Starter if step.kind.decides() => {
                    self.say(&place, "self", "申请人不能审批自己的申请", "an applicant does not decide on an application of their own");
                }
                Approver::Starter => {}
            }
        }
    }

    fn targets(&mut self, place: &str, step: &Step, index: usize) {
        if !step.branches.is_empty() && step.otherwise.is_none() {
            self.say(
                place,
                "otherwise",
                "分支缺少 otherwise（其余情况的去向）",
                "the branches lack `otherwise`, where to go if none holds",
            );
        }
        for to in step.branches.iter().map(|branch| &branch.to).chain(&step.otherwise) {
            let later = self.definition.steps.iter().skip(index + 1).any(|other| other.id == *to);
            if to != END && !later {
                self.say(place, "target", format!("{to} 不是后面的步骤，也不是 end"), format!("{to} is neither a later step nor `end`"));
            }
        }
    }

    /// Steps nothing leads to, and ways nobody decides on.
    fn ways(&mut self) {
        let steps = &self.definition.steps;
        let mut reached = BTreeSet::from([0_usize]);
        let mut undecided = BTreeSet::from([0_usize]);
        for (index, step) in steps.iter().enumerate() {
            if !reached.contains(&index) {
                self.say(
                    format!("step.{}", step.id),
                    "unreachable",
                    "没有哪一步通向这里；请修改分支或删除",
                    "nothing leads here; change the branches or take the step out",
                );
                continue;
            }
            let passes = undecided.contains(&index) && (!step.kind.decides() || step.when.is_some());
            for next in onward(steps, index) {
                reached.insert(next);
                if passes {
                    undecided.insert(next);
                }
            }
        }
        if undecided.contains(&steps.len()) {
            self.say(
                "step",
                "undecided",
                "有一条路径无人审批就结束；请让每条路径至少有一个总会发生的审批步骤",
                "one way ends with nobody deciding; let every way pass a step that decides and always takes place",
            );
        }
    }
}

/// Where a step can lead; the number of steps for the end.
fn onward(steps: &[Step], index: usize) -> Vec<usize> {
    let step = &steps[index];
    let named = step.branches.iter().map(|branch| &branch.to).chain(&step.otherwise);
    let mut found: Vec<usize> = named.map(|to| steps.iter().position(|other| other.id == *to).unwrap_or(steps.len())).collect();
    if found.is_empty() {
        found.push(index + 1);
    }
    found
}
