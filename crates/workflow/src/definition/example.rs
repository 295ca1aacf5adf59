//! Examples: a form, and who decides on it.

use super::read::finding;
use super::{Definition, Finding, Outcome, StepKind};
use crate::form;
use qudao_kernel::Text;

pub(super) fn run(definition: &Definition, findings: &mut Vec<Finding>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (index, example) in definition.examples.iter().enumerate() {
        let mut wrong: Vec<(&str, Text)> = Vec::new();
        let mut filled = example.form.clone();
        form::tidy(&definition.fields, &mut filled);
        let mut mistakes = form::wrong(&definition.fields, &filled);
        mistakes.extend(form::missing(&definition.fields, &filled, None));
        if let Some(first) = mistakes.into_iter().next() {
            wrong.push(("form", first.why));
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
            let why = Text::new(format!("走的是 {found}，示例写的是 {wanted}"), format!("the way is {found}, the example says {wanted}"));
            wrong.push(("path", why));
        }
        let barred = definition.barred(&filled).is_some();
        if barred != example.barred {
            let why = Text::new("是否触碰红线与示例不符", "whether a red line is crossed differs from the example");
            wrong.push(("barred", why));
        }
        for (part, why) in &wrong {
            findings.push(finding(format!("example[{}].{part}", index + 1), "example", &why.zh, &why.en));
        }
        outcomes.push(Outcome {
            title: example.title.clone(),
            wanted: example.path.clone(),
            got: path,
            way: way.iter().map(|step| step.id.clone()).collect(),
            barred,
            wrong: wrong.into_iter().map(|(_, why)| why).collect(),
        });
    }
    outcomes
}
