//! From a block's sink to rows.

use super::block::Block;
use super::items::NO_DATE;
use super::sink::Sink;
use qudao_kernel::{Date, Month};
use qudao_policy::lines::{Line, Obligation, Outcome, Reason};

/// Adds everything a block produced, unsorted.
pub(crate) fn append(block: &Block<'_>, sink: &Sink, outcome: &mut Outcome) {
    let plan = &block.shared.plan;
    let policies = &block.shared.set.policies;
    let text = |at| block.text(sink, at).to_string();
    for line in sink.lines.iter().filter(|line| line.amount != 0 || line.accrued != 0) {
        let at = &plan.comps[line.comp as usize];
        let policy = &policies[at.policy];
        let component = &policy.components[at.component];
        outcome.lines.push(Line {
            period: plan.period,
            partner: block.account_code(line.account).to_string(),
            policy: policy.name.clone(),
            version: policy.version,
            component: component.name.clone(),
            kind: line.kind,
            basis: text(line.basis),
            day: Date::from_days(line.day),
            payee_kind: line.payee_kind,
            payee: text(line.payee),
            part: line.part,
            subscriber: text(line.subscriber),
            once: text(line.once),
            own_partner: text(line.own),
            outlet: text(line.outlet),
            clerk: text(line.clerk),
            origin: plan.period,
            counts_as: line.kind,
            accrued: line.accrued,
            amount: line.amount,
            destination: {
                let source = &plan.comps[line.destination_of as usize];
                policies[source.policy].components[source.component].destination
            },
            pay_on: component.pay.day(plan.period),
        });
    }
    for row in &sink.obligations {
        let at = &plan.comps[row.comp as usize];
        let policy = &policies[at.policy];
        outcome.obligations.push(Obligation {
            partner: block.account_code(row.account).to_string(),
            policy: policy.name.clone(),
            version: policy.version,
            component: policy.components[at.component].name.clone(),
            basis: text(row.basis),
            day: Date::from_days(row.day),
            payee_kind: row.payee_kind,
            payee: text(row.payee),
            part: row.part,
            instalment: row.instalment,
            own_partner: text(row.own),
            subscriber: text(row.subscriber),
            amount: row.amount,
            origin: Month::from_index(row.origin),
            due: Month::from_index(row.due),
            tries: row.tries,
            state: row.state,
        });
    }
    for row in &sink.reasons {
        let (policy, version, component) = match row.comp {
            Some(comp) => {
                let at = &plan.comps[comp as usize];
                let policy = &policies[at.policy];
                (policy.name.clone(), policy.version, policy.components[at.component].name.clone())
            }
            None => (String::new(), 0, String::new()),
        };
        outcome.reasons.push(Reason {
            period: plan.period,
            partner: text(row.own),
            policy,
            version,
            component,
            basis: text(row.basis),
            day: Date::from_days(row.day),
            code: sink.codes[usize::from(row.code)].clone(),
            until: (row.until != NO_DATE).then(|| Date::from_days(row.until)),
            forgone: row.forgone,
        });
    }
}
