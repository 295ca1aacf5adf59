//! Examples: a form, and who decides on it.

use super::read::finding;
use super::{Definition, Finding, StepKind};
use crate::form;

pub(super) fn run(definition: &Definition, findings: &mut Vec<Finding>) {
    for (index, example) in definition.examples.iter().enumerate() {
        let place = format!("example[{}]", index + 1);
        let mut filled = example.form.clone();
        form::tidy(&definition.fields, &mut filled);
        let mut wrong = form::wrong(&definition.fields, &filled);
        wrong.extend(form::missing(&definition.fields, &filled, None));
        if let Some(first) = wrong.first() {
            findings.push(finding(format!("{place}.form"), "example", &first.why.zh, &first.why.en));
        }
        let way = definition.way(&filled);
        let deciding = way.iter().filter(|step| step.kind.decides());
        let path: Vec<String> = deciding
            .map(|step| {
                let labels: Vec<String> = step.approvers.iter().map(super::Approver::label).collect();
                labels.join(if step.kind == StepKind::All { "+" } else { "|" })
            })
            .collect();
        if path != example.path {
            let (found, wanted) = (path.join(" → "), example.path.join(" → "));
            findings.push(finding(
                format!("{place}.path"),
                "example",
                format!("走的是 {found}，示例写的是 {wanted}"),
                format!("the way is {found}, the example says {wanted}"),
            ));
        }
        if definition.barred(&filled).is_some() != example.barred {
            findings.push(finding(
                format!("{place}.barred"),
                "example",
                "是否触碰红线与示例不符",
                "whether a red line is crossed differs from the example",
            ));
        }
    }
}
