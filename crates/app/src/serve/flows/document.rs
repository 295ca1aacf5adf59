//! A flow as a document that forms change: the keys of its text, all of them there.

use super::super::web::bug;
use qudao_kernel::Refusal;
use qudao_workflow::definition;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One of a choice, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowOptionText {
    #[schema(required)]
    id: String,
    #[schema(required)]
    zh: String,
    #[schema(required)]
    en: String,
}

/// A field, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowFieldText {
    #[schema(required)]
    id: String,
    #[schema(required)]
    zh: String,
    #[schema(required)]
    en: String,
    #[schema(required)]
    help_zh: String,
    #[schema(required)]
    help_en: String,
    #[schema(required)]
    kind: String,
    #[schema(required)]
    required: bool,
    #[schema(required)]
    min: Option<i64>,
    #[schema(required)]
    max: Option<i64>,
    #[schema(required)]
    visible_if: Option<String>,
    /// The step that fills it in.
    #[schema(required)]
    at: Option<String>,
    #[schema(required)]
    supplement: bool,
    #[schema(required)]
    options: Vec<FlowOptionText>,
    #[schema(required, no_recursion)]
    columns: Vec<FlowFieldText>,
}

/// How the people of a step are found: one of its keys is there.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowApproverText {
    /// A role nearest to the applicant.
    #[schema(required)]
    role: Option<String>,
    /// A role nearest to the subject.
    #[schema(required)]
    subject_role: Option<String>,
    /// The last role of the superiors.
    #[schema(required)]
    superiors: Option<String>,
    /// A login.
    #[schema(required)]
    person: Option<String>,
    /// A field.
    #[schema(required)]
    chosen: Option<String>,
    #[schema(required)]
    starter: Option<bool>,
}

/// To whom a step goes that is late twice, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowEscalateText {
    #[schema(required)]
    role: String,
    #[schema(required)]
    after_days: i64,
}

/// Where to go on, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowBranchText {
    #[schema(required)]
    when: String,
    #[schema(required)]
    to: String,
}

/// A step, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowStepText {
    #[schema(required)]
    id: String,
    #[schema(required)]
    zh: String,
    #[schema(required)]
    en: String,
    #[schema(required)]
    kind: String,
    #[schema(required)]
    approvers: Vec<FlowApproverText>,
    #[schema(required)]
    when: Option<String>,
    #[schema(required)]
    editable: Vec<String>,
    #[schema(required)]
    due_days: Option<i64>,
    #[schema(required)]
    escalate: Option<FlowEscalateText>,
    #[schema(required)]
    signature: bool,
    #[schema(required)]
    branch: Vec<FlowBranchText>,
    #[schema(required)]
    otherwise: Option<String>,
}

/// A red line, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowBarText {
    #[schema(required)]
    when: String,
    #[schema(required)]
    zh: String,
    #[schema(required)]
    en: String,
}

/// The fields of a budget, as they are written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowBudgetText {
    #[schema(required)]
    amount: String,
    #[schema(required)]
    year: String,
    #[schema(required)]
    kind: String,
}

/// What it brings about, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowEffectText {
    #[schema(required)]
    kind: String,
    /// approved or done; approved where absent.
    #[schema(required)]
    after: Option<String>,
    /// The field for each argument.
    #[schema(required)]
    fields: BTreeMap<String, String>,
}

/// An example, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowExampleText {
    #[schema(required)]
    zh: String,
    #[schema(required)]
    en: String,
    #[schema(required)]
    form: BTreeMap<String, Value>,
    #[schema(required)]
    path: Vec<String>,
    #[schema(required)]
    barred: bool,
}

fn yes() -> bool {
    true
}

/// A flow, as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct FlowDocument {
    #[schema(required)]
    id: String,
    #[schema(required)]
    version: u32,
    #[schema(required)]
    zh: String,
    #[schema(required)]
    en: String,
    #[schema(required)]
    about_zh: String,
    #[schema(required)]
    about_en: String,
    #[schema(required)]
    group: String,
    #[schema(required)]
    number: String,
    #[schema(required)]
    starters: Vec<String>,
    #[schema(required)]
    subject: Option<String>,
    #[schema(required)]
    unique: Vec<String>,
    #[schema(required)]
    unique_days: Option<i64>,
    /// Whether somebody who agreed to the same content before is not asked again.
    #[serde(default = "yes")]
    #[schema(required)]
    skip_repeats: bool,
    #[schema(required)]
    expires_days: Option<i64>,
    #[schema(required)]
    budget: Option<FlowBudgetText>,
    #[schema(required)]
    field: Vec<FlowFieldText>,
    #[schema(required)]
    step: Vec<FlowStepText>,
    #[schema(required)]
    bar: Vec<FlowBarText>,
    #[schema(required)]
    effect: Option<FlowEffectText>,
    #[schema(required)]
    example: Vec<FlowExampleText>,
}

impl FlowDocument {
    /// What a text says; nothing while it cannot be read.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_value(definition::document(text)?).ok()
    }

    /// The text that says it. The comment above `before` stays.
    pub(super) fn write(&self, before: &str) -> Result<String, Refusal> {
        let value = serde_json::to_value(self).map_err(|error| bug(&error.to_string()))?;
        Ok(definition::write(&value, before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_access::Roles;
    use qudao_workflow::standard::Catalogue;

    #[test]
    fn what_a_form_writes_says_what_the_text_said() {
        // R8.35: form and text are two views of one definition
        let roles = Roles::standard().unwrap();
        let catalogue = Catalogue::standard(&roles).unwrap();
        for flow in catalogue.all() {
            let text = catalogue.shipped(&flow.id).unwrap().text.to_string();
            let written = FlowDocument::read(&text).unwrap().write(&text).unwrap();
            let again = definition::read(&written, &roles).unwrap();
            assert_eq!(definition::Definition { sha256: flow.sha256.clone(), ..again }, *flow, "{written}");
            assert_eq!(written.lines().next(), text.lines().next(), "the comment above stays");
            assert_eq!(FlowDocument::read(&written).unwrap().write(&written).unwrap(), written, "written once more it is the same");
        }
        assert!(FlowDocument::read("id = ").is_none());
    }
}
