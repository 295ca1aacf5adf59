//! Examples: answers, and what they must come to.

use super::read::{Finding, finding};
use super::{Template, score};

pub(super) fn run(template: &Template, findings: &mut Vec<Finding>) {
    if template.examples.is_empty() {
        findings.push(finding("example", "至少要有一个示例", "there is at least one example"));
    }
    for (at, example) in template.examples.iter().enumerate() {
        let place = format!("example[{}]", at + 1);
        let outcome = score::count(template, &example.context, &example.answers);
        let mut differs = |what: &str, found: String, wanted: String| {
            if found != wanted {
                let zh = format!("算出 {found}，示例写的是 {wanted}");
                findings.push(finding(format!("{place}.{what}"), zh, format!("it comes to {found}, the example says {wanted}")));
            }
        };
        differs("score", shown(outcome.score), shown(example.score));
        differs("complete", outcome.open.is_empty().to_string(), example.complete.to_string());
        differs("vetoed", outcome.vetoed.join(" "), example.vetoed.join(" "));
        if let Some(failed) = &example.failed {
            differs("failed", outcome.failed.join(" "), failed.join(" "));
        }
        for (id, wanted) in &example.sections {
            let at = template.sections.iter().position(|section| section.id == *id);
            differs(id, shown(at.and_then(|at| outcome.sections.get(at).copied().flatten())), wanted.to_string());
        }
        for (id, wanted) in &example.measures {
            let at = template.measures.iter().position(|measure| measure.id == *id);
            differs(id, shown(at.and_then(|at| outcome.measures.get(at).copied().flatten())), wanted.to_string());
        }
    }
}

fn shown<T: ToString>(number: Option<T>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}
