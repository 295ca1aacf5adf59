//! Runs the worked examples a policy carries: a policy is published only if all of them come out to the fen.

use crate::interp::row::day;
use crate::interp::value::NO_DATE;
use crate::interp::{RunInput, run};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::master::{Agreement, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Fen, Month, Text};
use qudao_policy::lines::{Line, LineKind, Obligation, Outcome, Reason};
use qudao_policy::model::{Cell, Example, Expect, Fact, Policy, PolicySet};

/// An example that does not come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFailure {
    /// Name of the example.
    pub example: String,
    /// Byte range in the policy's text: of the expectation, or where the example begins.
    pub at: (usize, usize),
    /// What was expected, what came out, and the lines and reasons it is made of.
    pub text: Text,
}

/// Longest example, in months from the first fact to the last expectation.
const LONGEST: i32 = 240;

/// Reasons that concern a payee, not the own partner.
const PAYEE_REASONS: [&str; 3] = ["no_payee", "payee_blacklisted", "payee_agreement_inactive"];

/// What an example came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// Name of the example.
    pub example: String,
    /// Where it begins in the policy's text.
    pub at: usize,
    /// Its expectations, in text order.
    pub expects: Vec<Met>,
    /// Why it could not be run to its end.
    pub broken: Option<Text>,
}

/// An expectation and what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Byte range in the policy's text.
    pub at: (usize, usize),
    /// Month.
    pub period: Month,
    /// Component; `None` for the whole policy.
    pub component: Option<String>,
    /// Fen expected.
    pub wanted: i64,
    /// Fen that came out; `None` where the example broke off before.
    pub came: Option<i64>,
    /// What is wrong; `None` where it holds.
    pub wrong: Option<Text>,
}

impl ExampleResult {
    /// Whether all of it comes out.
    pub fn holds(&self) -> bool {
        self.broken.is_none() && self.expects.iter().all(|expect| expect.wrong.is_none())
    }

    fn failures(self) -> Vec<ExampleFailure> {
        let example = self.example;
        let failure = |at: (usize, usize), text: Text| ExampleFailure { example: example.clone(), at, text };
        let wrong = self.expects.into_iter().filter_map(|expect| Some((expect.at, expect.wrong?)));
        let mut failures: Vec<ExampleFailure> = self.broken.map(|text| failure((self.at, self.at), text)).into_iter().collect();
        failures.extend(wrong.map(|(at, text)| failure(at, text)));
        failures.sort_by_key(|failure| failure.at);
        failures
    }
}

/// Runs every example of a policy and returns those that fail, in text order. Only this policy is run, with what territories filled in
/// for it.
pub fn check(policies: &PolicySet, policy: &Policy) -> Vec<ExampleFailure> {
    results(policies, policy).into_iter().flat_map(ExampleResult::failures).collect()
}

/// Runs every example of a policy, in text order. A version that another one takes over from is run up to the end its text gives.
pub fn results(policies: &PolicySet, policy: &Policy) -> Vec<ExampleResult> {
    let fills = policies.fills.iter().filter(|fill| fill.policy == policy.name && fill.version == policy.version).cloned().collect();
    let written = Policy { to: policy.written_to.unwrap_or(policy.to), written_to: None, ..policy.clone() };
    let mut alone = PolicySet { policies: vec![written], fills };
    policy.examples.iter().map(|example| result(&mut alone, example)).collect()
}

fn result(alone: &mut PolicySet, example: &Example) -> ExampleResult {
    let (master, facts) = world(example);
    let days = (alone.policies[0].from, alone.policies[0].to);
    if facts.iter().filter(|fact| fact.table != Table::SubscriberMonth).map(day).all(|day| day < days.0 || days.1 <= day) {
        (alone.policies[0].from, alone.policies[0].to) = (Span::ALWAYS.from, Span::ALWAYS.to);
    }
    let result = run_all(alone, example, &master, &facts);
    (alone.policies[0].from, alone.policies[0].to) = days;
    result
}

fn run_all(policies: &PolicySet, example: &Example, master: &Master, facts: &[Fact]) -> ExampleResult {
    let policy = &policies.policies[0];
    let mut result = ExampleResult { example: example.name.clone(), at: example.at, expects: Vec::new(), broken: None };
    let Some((first, last)) = months(example, facts) else { return result };
    if last.since(first) >= LONGEST {
        let zh = format!("示例“{}”从 {first} 到 {last},超过 {LONGEST} 个月;请缩短", example.name);
        let en = format!("example \"{}\" runs from {first} to {last}, more than {LONGEST} months; shorten it", example.name);
        result.broken = Some(Text::new(zh, en));
        return result;
    }
    let (mut lines, mut obligations): (Vec<Line>, Vec<Obligation>) = (Vec::new(), Vec::new());
    for period in (0..=last.since(first)).map(|months| first.plus(months)) {
        let input = RunInput { policies, master, period, facts, earlier_lines: &lines, obligations: &obligations };
        let outcome = match run(&input) {
            Ok(outcome) => outcome,
            Err(refusal) => {
                result.broken = Some(refusal.text);
                break;
            }
        };
        let expects = example.expects.iter().filter(|expect| expect.period == period);
        result.expects.extend(expects.map(|expect| compare(policy, expect, &outcome)));
        lines.extend(outcome.lines);
        obligations = outcome.obligations;
    }
    result.expects.sort_by_key(|expect| expect.at);
    result
}

/// First month with a fact or expectation, last month with an expectation.
fn months(example: &Example, facts: &[Fact]) -> Option<(Month, Month)> {
    let last = example.expects.iter().map(|expect| expect.period).max()?;
    let dated = facts.iter().map(day).filter(|day| *day != NO_DATE).map(Date::month);
    let first = dated.chain(example.expects.iter().map(|expect| expect.period)).min()?;
    Some((first, last))
}

/// Master rows and facts of an example, with what it leaves unsaid: the standard partner and outlet, agreements, outlet and real-name check
/// of facts.
pub fn world(example: &Example) -> (Master, Vec<Fact>) {
    let mut master = Master::default();
    let (mut partners, mut outlets) = (example.partners.clone(), example.outlets.clone());
    if partners.is_empty() {
        partners.push(standard_partner());
        if outlets.is_empty() {
            outlets.push(standard_outlet());
        }
    }
    for partner in &partners {
        if !example.agreements.iter().any(|agreement| agreement.partner == partner.code)
            && master.agreement(&partner.code, partner.span.from).is_none()
        {
            master.add_agreement(standing_agreement(&partner.code));
        }
    }
    for row in &example.agreements {
        master.add_agreement(row.clone());
    }
    for row in &example.products {
        master.add_product(row.clone());
    }
    let place = match (outlets.first(), partners.first()) {
        (Some(outlet), _) => Some((Col::Outlet, outlet.code.clone())),
        (None, partner) => partner.map(|partner| (Col::Partner, partner.code.clone())),
    };
    for row in partners {
        master.add_partner(row);
    }
    for row in outlets {
        master.add_outlet(row);
    }
    let facts = example.facts.iter().map(|fact| completed(fact.clone(), place.as_ref())).collect();
    (master, facts)
}

fn completed(mut fact: Fact, place: Option<&(Col, String)>) -> Fact {
    let has = |fact: &Fact, col: Col| fact.cells.iter().any(|(held, _)| *held == col);
    if let Some((col, code)) = place.filter(|_| !has(&fact, Col::Outlet) && !has(&fact, Col::Partner)) {
        fact.cells.push((*col, Cell::Text(code.clone())));
    }
    if fact.table == Table::BusinessEvent && !has(&fact, Col::Verified) {
        fact.cells.push((Col::Verified, Cell::Bool(true)));
    }
    fact
}

fn standard_partner() -> Partner {
    Partner {
        code: "P1".into(),
        name: "P1".into(),
        kind: String::new(),
        tier: "二级代理商".into(),
        level: 0,
        parent: String::new(),
        territory: "430102".into(),
        since: Month::from_index(2000 * 12).first_day(),
        blacklisted: false,
        span: Span::ALWAYS,
    }
}

fn standard_outlet() -> Outlet {
    Outlet {
        code: "O1".into(),
        name: "O1".into(),
        owner: "P1".into(),
        territory: "430102".into(),
        channel: "社会渠道".into(),
        subtype: "代理点".into(),
        grade: "A".into(),
        district: String::new(),
        span: Span::ALWAYS,
    }
}

fn standing_agreement(partner: &str) -> Agreement {
    Agreement { code: format!("A-{partner}"), partner: partner.into(), commitment: Fen::ZERO, renewed: false, span: Span::ALWAYS }
}

fn compare(policy: &Policy, expect: &Expect, outcome: &Outcome) -> Met {
    let component = expect.component.map(|index| policy.components[index].name.as_str());
    let of_component = |name: &str| component.is_none_or(|component| component == name);
    let of_basis = |basis: &str| expect.basis.as_ref().is_none_or(|wanted| wanted == basis);
    let of_payee = |line: &Line| expect.payee.as_ref().is_none_or(|(kind, code)| line.payee_kind == *kind && line.payee == *code);
    let concerns = |reason: &Reason| {
        expect.payee.as_ref().is_none_or(|(_, code)| reason.partner == *code || PAYEE_REASONS.contains(&reason.code.as_str()))
    };
    let lines: Vec<&Line> =
        outcome.lines.iter().filter(|line| of_component(&line.component) && of_basis(&line.basis) && of_payee(line)).collect();
    let zeros: Vec<&Reason> = outcome
        .reasons
        .iter()
        .filter(|reason| (of_component(&reason.component) || reason.component.is_empty()) && of_basis(&reason.basis) && concerns(reason))
        .collect();
    let sum: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
    let reason_found = expect.reason.as_ref().is_none_or(|code| zeros.iter().any(|zero| zero.code == *code));
    let met = Met {
        at: expect.at,
        period: expect.period,
        component: component.map(str::to_owned),
        wanted: expect.amount,
        came: i64::try_from(sum).ok(),
        wrong: None,
    };
    if sum == i128::from(expect.amount) && reason_found {
        return met;
    }
    let came = i64::try_from(sum).map_or_else(|_| sum.to_string(), |fen| Fen(fen).to_string());
    let wanted = Fen(expect.amount);
    let (mut zh, mut en) =
        (format!("{} 应为 {wanted},结果为 {came}", expect.period), format!("{}: expected {wanted}, came to {came}", expect.period));
    if let Some(code) = expect.reason.as_ref().filter(|_| !reason_found) {
        zh = format!("{zh};没有原因 {code}");
        en = format!("{en}; no reason {code}");
    }
    let wrong = Text::new(format!("{zh}。{}", found_zh(&lines, &zeros)), format!("{en}. {}", found_en(&lines, &zeros)));
    Met { wrong: Some(wrong), ..met }
}

/// Longest list in a message.
const SHOWN: usize = 8;

fn found_zh(lines: &[&Line], zeros: &[&Reason]) -> String {
    let kind = |kind: LineKind| match kind {
        LineKind::Earn => "应得",
        LineKind::Release => "分期",
        LineKind::Reverse => "扣回",
        LineKind::Adjust => "调整",
    };
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {} {} → {} {}", line.component, line.basis, kind(line.kind), line.payee, Fen(line.amount)))
        .collect();
    let zeros: Vec<String> = zeros.iter().map(|zero| format!("{} {} {}", zero.component, zero.basis, zero.code)).collect();
    format!("计酬行:{};未付原因:{}", listed(&lines, "无", "等共", "条"), listed(&zeros, "无", "等共", "条"))
}

fn found_en(lines: &[&Line], zeros: &[&Reason]) -> String {
    let kind = |kind: LineKind| format!("{kind:?}").to_lowercase();
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {} {} → {} {}", line.component, line.basis, kind(line.kind), line.payee, Fen(line.amount)))
        .collect();
    let zeros: Vec<String> = zeros.iter().map(|zero| format!("{} {} {}", zero.component, zero.basis, zero.code)).collect();
    format!("lines: {}; reasons: {}", listed(&lines, "none", "… of", ""), listed(&zeros, "none", "… of", ""))
}

fn listed(items: &[String], none: &str, of: &str, unit: &str) -> String {
    match items.len() {
        0 => none.to_string(),
        count if count <= SHOWN => items.join(", "),
        count => format!("{} {of} {count} {unit}", items[..SHOWN].join(", ")).trim_end().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{activation, component, each, money, month, number, policy, reverse_on, set, times, yuan};
    use qudao_policy::model::PayeeKind;

    fn with_example(facts: Vec<Fact>, expects: Vec<Expect>) -> Policy {
        let mut basic = component("basic", each(&["activation"]), times(number("20%"), crate::testing::col(Col::PlanFee)));
        basic.reverse = Some(reverse_on("cancellation", 3, number("100%")));
        let mut policy = policy(vec![basic, component("gift", each(&["activation"]), money("1"))]);
        policy.examples.push(Example {
            name: "满 200 张".into(),
            partners: Vec::new(),
            outlets: Vec::new(),
            agreements: Vec::new(),
            products: Vec::new(),
            facts,
            expects,
            at: 7,
        });
        policy
    }

    fn expect(period: &str, component: Option<usize>, amount: &str) -> Expect {
        Expect { period: month(period), component, payee: None, basis: None, amount: yuan(amount), reason: None, at: (10, 20) }
    }

    fn sold() -> Fact {
        let mut fact = activation("e1", "2026-07-03", &[(Col::PlanFee, "129")]);
        fact.cells.retain(|(col, _)| *col != Col::Outlet);
        fact
    }

    #[test]
    fn an_example_that_comes_out_says_nothing() {
        let cancelled = crate::testing::fact(Table::BusinessEvent, "c", "2026-08-03", &[(Col::Kind, "cancellation"), (Col::Ref, "e1")]);
        let mut to_partner = expect("2026-07", Some(0), "25.80");
        to_partner.payee = Some((PayeeKind::Partner, "P1".into()));
        to_partner.basis = Some("e1".into());
        let policy = with_example(
            vec![sold(), cancelled],
            vec![to_partner, expect("2026-07", None, "26.80"), expect("2026-08", None, "-25.80"), expect("2026-09", None, "0")],
        );
        assert_eq!(check(&set(policy.clone()), &policy), []);
    }

    #[test]
    fn one_that_does_not_says_where_and_what_came_out() {
        let mut wrong = expect("2026-07", Some(0), "25.81");
        wrong.reason = Some("no_identity".into());
        let policy = with_example(vec![sold()], vec![wrong]);
        let [failure] = &check(&set(policy.clone()), &policy)[..] else { panic!("one failure") };
        assert_eq!((failure.example.as_str(), failure.at), ("满 200 张", (10, 20)));
        assert_eq!(
            failure.text.en,
            "2026-07: expected 25.81, came to 25.80; no reason no_identity. lines: basic e1 earn → P1 25.80; reasons: none"
        );
        assert_eq!(failure.text.zh, "2026-07 应为 25.81,结果为 25.80;没有原因 no_identity。计酬行:basic e1 应得 → P1 25.80;未付原因:无");
    }

    #[test]
    fn an_example_over_centuries_is_refused() {
        let old = activation("e0", "1900-01-01", &[]);
        let policy = with_example(vec![old], vec![expect("2026-07", None, "0")]);
        let [failure] = &check(&set(policy.clone()), &policy)[..] else { panic!("one failure") };
        assert_eq!(failure.at, (7, 7));
    }
}
