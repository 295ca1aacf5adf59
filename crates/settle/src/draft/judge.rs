//! What there is to say about a text before it may be published: mistakes, warnings, examples, and how it stands to what is in force.

use crate::example::{self, ExampleResult};
use qudao_kernel::{Kind, Refusal, Text};
use qudao_policy::model::{Policy, PolicySet};
use qudao_policy::outline::{Outline, outline};
use qudao_policy::{Diagnostic, Severity, SourceFile, compile};

/// Name of the file a draft is checked as.
pub const DRAFT: &str = "draft.policy";

/// What there is to say about a text.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What it declares, as far as it can be read.
    pub outline: Outline,
    /// Messages about it.
    pub diagnostics: Vec<Diagnostic>,
    /// The policies it declares; `None` while it has errors.
    pub set: Option<PolicySet>,
    /// Their examples.
    pub examples: Vec<ExampleResult>,
    /// Highest version of the same name that is published.
    pub highest: Option<u32>,
}

/// Checks a text beside what is published. `others` are the files of the policies in force.
pub fn judge(others: &[SourceFile], text: &str) -> Judged {
    let outline = outline(text);
    let is_own = |name: &str| outline.policies.iter().any(|head| head.name == name);
    let mut files: Vec<SourceFile> = Vec::new();
    let mut highest = None;
    for file in others {
        let heads = qudao_policy::outline::outline(&file.text).policies;
        let own = heads.iter().filter(|head| is_own(&head.name));
        if let Some(version) = own.map(|head| head.version).max() {
            highest = highest.max(Some(version));
            files.push(file.clone());
        }
    }
    files.push(SourceFile::new(DRAFT, text));
    let compiled = compile(&files);
    let diagnostics: Vec<Diagnostic> = compiled.diagnostics.into_iter().filter(|item| item.file == DRAFT).collect();
    let set = compiled.set.map(|mut set| {
        set.policies.retain(|policy| policy.file == DRAFT);
        set.fills.retain(|fill| set.policies.iter().any(|policy| (&policy.name, policy.version) == (&fill.policy, fill.version)));
        set
    });
    let examples = set.iter().flat_map(|set| set.policies.iter().flat_map(|policy| example::results(set, policy))).collect();
    Judged { outline, diagnostics, set, examples, highest }
}

impl Judged {
    /// Number of errors.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|item| item.severity == Severity::Error).count()
    }

    /// Number of examples that do not come out.
    pub fn failing(&self) -> usize {
        self.examples.iter().filter(|example| !example.holds()).count()
    }

    /// The one policy, if it may be published.
    ///
    /// # Errors
    /// `Conflict settle.draft.wrong` with the first thing to do.
    pub fn publishable(&self) -> Result<&Policy, Refusal> {
        let refuse = |text: Text| Err(Refusal { kind: Kind::Conflict, code: "settle.draft.wrong", text });
        let first = self.diagnostics.iter().find(|item| item.severity == Severity::Error);
        if let Some(first) = first {
            let (line, errors) = (first.line, self.errors());
            return refuse(Text::new(
                format!("草案有 {errors} 处错误，第一处在第 {line} 行：{}；请改正后再提交", first.message.zh),
                format!("the draft has {errors} errors, the first on line {line}: {}; mend them first", first.message.en),
            ));
        }
        let Some([policy]) = self.set.as_ref().map(|set| set.policies.as_slice()) else {
            return refuse(Text::new("一份草案只能有一项政策；请分开提交", "a draft holds one policy; send them one by one"));
        };
        if policy.examples.is_empty() {
            return refuse(Text::new("政策没有算例，不能发布；请至少写一个算例", "the policy has no example; write one at least"));
        }
        if let Some(example) = self.examples.iter().find(|example| !example.holds()) {
            let (failing, name) = (self.failing(), &example.example);
            return refuse(Text::new(
                format!("{failing} 个算例算不到分，例如“{name}”；请改正政策或算例"),
                format!("{failing} examples do not come out to the fen, such as “{name}”; mend the policy or the example"),
            ));
        }
        match self.highest {
            Some(highest) if policy.version <= highest => refuse(Text::new(
                format!("版本号须大于已发布的版本 {highest}；请改成 {}", highest + 1),
                format!("the version must be above {highest}, which is published; make it {}", highest + 1),
            )),
            _ => Ok(policy),
        }
    }
}
