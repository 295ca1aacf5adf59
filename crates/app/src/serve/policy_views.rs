//! How policies, their checks and what changed between two of them look to a client.

use super::shelf::text_of;
use qudao_kernel::{Date, Fen, Lang};
use qudao_policy::model::{Expr, Ladder, LadderMode, Param, Policy};
use qudao_policy::outline::{Cells, Grid};
use qudao_policy::{Severity, explain, explain_component, explain_ladder};
use qudao_settle::draft::Judged;
use qudao_settle::example::ExampleResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Places in a text as browsers count them: in UTF-16 units.
pub(crate) struct Places<'a>(&'a str);

impl<'a> Places<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self(text)
    }

    pub(crate) fn at(&self, byte: usize) -> usize {
        self.0.get(..byte).unwrap_or(self.0).chars().map(char::len_utf16).sum()
    }

    pub(crate) fn line(&self, byte: usize) -> usize {
        self.0.get(..byte).unwrap_or(self.0).matches('\n').count() + 1
    }
}

/// One message about a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiagnosticView {
    /// error or warning.
    severity: String,
    /// Stable code.
    code: String,
    message: String,
    /// What to do; empty where the message says it.
    help: String,
    line: u32,
    column: u32,
    /// First character, counted in UTF-16 units.
    start: usize,
    /// Behind the last.
    end: usize,
}

/// An expectation of an example and what came out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExpectView {
    line: usize,
    start: usize,
    end: usize,
    period: String,
    /// Component; absent for the whole policy.
    #[schema(required)]
    component: Option<String>,
    /// Fen expected.
    wanted: i64,
    /// Fen that came out; absent where the example broke off.
    #[schema(required)]
    got: Option<i64>,
    holds: bool,
    /// What is wrong.
    #[schema(required)]
    wrong: Option<String>,
}

/// An example.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExampleView {
    name: String,
    line: usize,
    start: usize,
    holds: bool,
    /// Why it could not be run to its end.
    #[schema(required)]
    broken: Option<String>,
    expects: Vec<ExpectView>,
}

/// A row of a tier table, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct TierView {
    /// Where the step begins.
    pub(crate) from: String,
    /// Paid for each unit; empty for nothing.
    pub(crate) each: String,
    /// Paid once; empty for nothing. The value of a curve's point.
    pub(crate) flat: String,
}

/// A ladder as a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LadderView {
    policy: String,
    name: String,
    title: String,
    /// whole, marginal or curve; absent where the text does not say.
    #[schema(required)]
    mode: Option<String>,
    /// Whether a step includes its lower bound.
    closed_below: bool,
    line: usize,
    start: usize,
    end: usize,
    tiers: Vec<TierView>,
}

/// A policy a text declares.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeadView {
    name: String,
    version: u32,
    title: String,
    /// First day in force.
    #[schema(required)]
    from: Option<String>,
    /// Last day in force.
    #[schema(required)]
    last: Option<String>,
}

/// A component.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyRuleView {
    pub(crate) name: String,
    pub(crate) title: String,
    /// What it pays, sentence by sentence.
    pub(crate) says: Vec<String>,
}

/// What there is to say about a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// Whether it could be published as it is.
    publishable: bool,
    /// Why not.
    #[schema(required)]
    blocked: Option<String>,
    errors: usize,
    warnings: usize,
    /// Examples that do not come out.
    failing: usize,
    policies: Vec<HeadView>,
    diagnostics: Vec<DiagnosticView>,
    examples: Vec<ExampleView>,
    ladders: Vec<LadderView>,
    components: Vec<PolicyRuleView>,
    /// The policy in plain words; empty while it has errors.
    document: String,
    /// What the server took, microseconds.
    micros: i64,
}

impl CheckView {
    /// The same with the policy in the words of what is published, which knows the version that takes over.
    pub(crate) fn published(self, policy: &Policy, lang: Lang) -> Self {
        Self { document: explain(policy, lang), ..self }
    }

    pub(crate) fn of(judged: &Judged, text: &str, lang: Lang, micros: i64) -> Self {
        let places = Places::of(text);
        let policies = || judged.set.iter().flat_map(|set| &set.policies);
        let blocked = judged.publishable().err().map(|refusal| refusal.text.get(lang).to_owned());
        let diagnostics = judged.diagnostics.iter().map(|item| DiagnosticView {
            severity: if item.severity == Severity::Error { "error" } else { "warning" }.to_owned(),
            code: item.code.to_owned(),
            message: item.message.get(lang).to_owned(),
            help: item.help.get(lang).to_owned(),
            line: item.line,
            column: item.column,
            start: places.at(item.span.start),
            end: places.at(item.span.end),
        });
        let heads = judged.outline.policies.iter().map(|head| HeadView {
            name: head.name.clone(),
            version: head.version,
            title: head.title.clone(),
            from: head.from.map(|day| day.to_string()),
            last: head.last.map(|day| day.to_string()),
        });
        Self {
            publishable: blocked.is_none(),
            blocked,
            errors: judged.errors(),
            warnings: judged.diagnostics.len() - judged.errors(),
            failing: judged.failing(),
            policies: heads.collect(),
            diagnostics: diagnostics.collect(),
            examples: judged.examples.iter().map(|example| example_view(example, &places, lang)).collect(),
            ladders: judged.outline.ladders.iter().map(|grid| ladder_view(grid, &places)).collect(),
            components: policies().flat_map(|policy| components(policy, lang)).collect(),
            document: policies().map(|policy| explain(policy, lang)).collect::<Vec<_>>().join("\n"),
            micros,
        }
    }
}

/// The components of a policy in plain words.
pub(crate) fn components(policy: &Policy, lang: Lang) -> Vec<PolicyRuleView> {
    let view = |component: &qudao_policy::model::Component| PolicyRuleView {
        name: component.name.clone(),
        title: component.title.clone(),
        says: explain_component(policy, component, lang),
    };
    policy.components.iter().map(view).collect()
}

fn example_view(example: &ExampleResult, places: &Places<'_>, lang: Lang) -> ExampleView {
    let expects = example.expects.iter().map(|expect| ExpectView {
        line: places.line(expect.at.0),
        start: places.at(expect.at.0),
        end: places.at(expect.at.1),
        period: expect.period.to_string(),
        component: expect.component.clone(),
        wanted: expect.wanted,
        got: expect.came,
        holds: expect.wrong.is_none(),
        wrong: expect.wrong.as_ref().map(|text| text.get(lang).to_owned()),
    });
    ExampleView {
        name: example.example.clone(),
        line: places.line(example.at),
        start: places.at(example.at),
        holds: example.holds(),
        broken: example.broken.as_ref().map(|text| text.get(lang).to_owned()),
        expects: expects.collect(),
    }
}

fn ladder_view(grid: &Grid, places: &Places<'_>) -> LadderView {
    let tier = |cells: &Cells| TierView { from: cells.from.clone(), each: cells.each.clone(), flat: cells.flat.clone() };
    let mode = grid.mode.map(|mode| match mode {
        LadderMode::Whole => "whole",
        LadderMode::Marginal => "marginal",
        LadderMode::Curve => "curve",
    });
    LadderView {
        policy: grid.policy.clone(),
        name: grid.name.clone(),
        title: grid.title.clone(),
        mode: mode.map(str::to_owned),
        closed_below: grid.closed_below,
        line: places.line(grid.place.start),
        start: places.at(grid.place.start),
        end: places.at(grid.place.end),
        tiers: grid.steps.iter().map(tier).collect(),
    }
}

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionHead {
    pub(crate) version: u32,
    pub(crate) title: String,
    /// First day in force.
    pub(crate) from: String,
    /// Last day in force; absent for open end.
    #[schema(required)]
    pub(crate) last: Option<String>,
    /// to_come, in_force or ended.
    pub(crate) state: String,
    /// File it stands in.
    pub(crate) file: String,
    /// SHA-256 of its text.
    pub(crate) hash: String,
}

impl VersionHead {
    pub(crate) fn of(policy: &Policy, today: Date) -> Self {
        let state = if today < policy.from {
            "to_come"
        } else if today < policy.to {
            "in_force"
        } else {
            "ended"
        };
        Self {
            version: policy.version,
            title: policy.title.clone(),
            from: policy.from.to_string(),
            last: last_day(policy),
            state: state.to_owned(),
            file: policy.file.clone(),
            hash: text_of(policy).1,
        }
    }
}

/// The last day in force; `None` for open end.
pub(crate) fn last_day(policy: &Policy) -> Option<String> {
    let last = policy.to.plus_days(-1);
    (last.year() < 2199).then(|| last.to_string())
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// head, parameter, ladder, component or limit.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) title: String,
    /// In plain words; empty where it is new.
    pub(crate) before: Vec<String>,
    /// Empty where it is gone.
    pub(crate) after: Vec<String>,
}

/// What differs in meaning between two versions of a policy; all of it where there is none before.
pub(crate) fn changes(before: Option<&Policy>, after: &Policy, lang: Lang) -> Vec<ChangeView> {
    let mut found = Vec::new();
    let mut pairs = |kind: &str, old: Vec<(String, String, Vec<String>)>, new: Vec<(String, String, Vec<String>)>| {
        for (name, title, says) in &new {
            let before = old.iter().find(|(known, _, _)| known == name).map(|(_, _, says)| says.clone()).unwrap_or_default();
            if before != *says {
                found.push(ChangeView { kind: kind.to_owned(), name: name.clone(), title: title.clone(), before, after: says.clone() });
            }
        }
        for (name, title, says) in old {
            if !new.iter().any(|(known, _, _)| *known == name) {
                found.push(ChangeView { kind: kind.to_owned(), name, title, before: says, after: Vec::new() });
            }
        }
    };
    let none = |list: Option<Vec<(String, String, Vec<String>)>>| list.unwrap_or_default();
    pairs("head", none(before.map(heads)), heads(after));
    pairs("parameter", none(before.map(params)), params(after));
    let steps = |policy: &Policy| {
        let one = |ladder: &Ladder| (ladder.name.clone(), ladder.title.clone(), explain_ladder(policy, ladder, lang));
        policy.ladders.iter().map(one).collect()
    };
    pairs("ladder", none(before.map(steps)), steps(after));
    let said = |policy: &Policy| components(policy, lang).into_iter().map(|view| (view.name, view.title, view.says)).collect();
    pairs("component", none(before.map(said)), said(after));
    found
}

fn heads(policy: &Policy) -> Vec<(String, String, Vec<String>)> {
    let last = last_day(policy).unwrap_or_else(|| "…".to_owned());
    vec![("days".to_owned(), String::new(), vec![format!("{} – {last}", policy.from)])]
}

fn params(policy: &Policy) -> Vec<(String, String, Vec<String>)> {
    policy.params.iter().map(|param: &Param| (param.name.clone(), param.title.clone(), vec![literal(&param.value)])).collect()
}

/// A literal as people write it.
fn literal(expr: &Expr) -> String {
    match expr {
        Expr::Money(fen) => format!("¥{}", Fen(*fen)),
        Expr::Number { mantissa, scale } => decimal(*mantissa, *scale),
        Expr::Bool(value) => value.to_string(),
        Expr::Text(text) => text.clone(),
        Expr::Date(day) => day.to_string(),
        _ => String::new(),
    }
}

fn decimal(mantissa: i64, scale: u8) -> String {
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, rest) = digits.split_at(digits.len() - usize::from(scale));
    let rest = rest.trim_end_matches('0');
    let sign = if mantissa < 0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}
