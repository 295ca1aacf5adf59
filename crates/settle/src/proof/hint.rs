//! What would have changed a zero, and until when it still can.

use super::data::{Decision, Judged, Proof};
use super::words::{self, both, pick};
use crate::interp::trace::Place;
use qudao_kernel::{Date, Lang, Text};
use qudao_policy::model::{Component, Policy};

/// The hint for a reason of the component that is proved.
pub(super) fn hint(proof: &Proof, policy: Option<&Policy>, component: Option<&Component>, code: &str, until: Option<Date>) -> Text {
    let required = component.and_then(|component| component.requires.iter().position(|require| require.code == code));
    match (code, required, policy.zip(component)) {
        (_, Some(index), Some((policy, component))) => {
            let formula = |lang| words::explained(policy, &component.requires[index].cond, lang);
            let judged = proof.judged.iter().rev().find(|judged| judged.place == Place::Require(index));
            both(|lang| format!("{}{}{}", needs(&formula(lang), lang), now(judged, lang), last_day(until, lang)))
        }
        ("zero_amount", _, _) => zero(proof),
        ("excluded", ..) => excluded(proof),
        ("gate_failed" | "deferred" | "paused", _, Some((policy, component))) => gate(proof, policy, component, code),
        _ => general(code, until),
    }
}

/// The hint that needs nothing but the code.
pub(super) fn general(code: &str, until: Option<Date>) -> Text {
    let known = match code {
        "unattributed" => Text::new(
            "业务当日网点或代理商在档案中须有有效行;补正档案后可重算补付",
            "the outlet or partner must have a row in force on that day; correct the rows, and a re-run pays it",
        ),
        "blacklisted" => Text::new(
            "当日须不在黑名单;如系误列,更正后可重算补付",
            "the partner must not be blacklisted on that day; if it was in error, correct it and a re-run pays",
        ),
        "agreement_inactive" => Text::new(
            "当日须有有效协议;经审批追溯续约后可重算补付",
            "an agreement must be in force on that day; a renewal approved back to that day is paid by a re-run",
        ),
        "on_hold" => Text::new("解除冻结后可重算补付", "once the hold is lifted a re-run pays it"),
        "already_paid" => Text::new("同一值只付一次,无法再得", "the same value is paid once only; nothing can change it"),
        "capped" => Text::new("本期封顶额已用完;下一封顶周期重新计算", "the cap of this span is used up; the next span starts anew"),
        "budget_exhausted" => Text::new("预算已用完;追加预算后可重算补付", "the budget is used up; if it is raised, a re-run pays"),
        "no_payee" => Text::new(
            "业务须载明该收款方(上级、店员、客户或用户)",
            "the fact must name that payee (or the partner have that parent) on the day",
        ),
        "payee_blacklisted" => Text::new("收款方当日须不在黑名单", "the payee must not be blacklisted on that day"),
        "payee_agreement_inactive" => Text::new("收款方当日须有有效协议", "the payee must have an agreement in force on that day"),
        "not_concerned" => Text::new("该规则不针对这类业务", "the component is not about such items"),
        _ => Text::new("满足该要求即可", "meet the requirement"),
    };
    both(|lang| format!("{}{}", known.get(lang), if until.is_some() { last_day(until, lang) } else { String::new() }))
}

fn needs(formula: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("须满足:{formula}"),
        Lang::En => format!("it takes: {formula}"),
    }
}

fn now(judged: Option<&Judged>, lang: Lang) -> String {
    let Some(judged) = judged.filter(|judged| !judged.reads.is_empty()) else { return String::new() };
    let shown = |read: &super::data::Read| {
        let value = read.value.value().map_or(String::new(), |value| words::value(&value, lang));
        format!("{} = {value}", read.name.get(lang))
    };
    let reads: Vec<String> = judged.reads.iter().map(shown).collect();
    format!("{}{}", pick(lang, ";当时:", "; it was: "), reads.join(", "))
}

fn last_day(until: Option<Date>, lang: Lang) -> String {
    match (until, lang) {
        (Some(day), Lang::Zh) => format!(";最迟 {day} 仍可满足"),
        (Some(day), Lang::En) => format!("; it can still be met until {day}"),
        (None, Lang::Zh) => ";资料有误的,更正后可重算补付".into(),
        (None, Lang::En) => "; if the data are wrong, correct them and a re-run pays".into(),
    }
}

fn zero(proof: &Proof) -> Text {
    let below = proof.rungs.iter().rev().find(|rung| rung.next.is_some() && rung.from.is_none());
    let near = below.or_else(|| proof.rungs.iter().rev().find(|rung| rung.next.is_some()));
    let Some(rung) = near else {
        return Text::new(
            "按公式计算结果为零;数据更正后可重算补付",
            "the formula gives nothing; if the data are wrong, correct them and a re-run pays",
        );
    };
    let shown = |datum: Option<&super::data::Datum>, lang| {
        datum.and_then(super::data::Datum::value).map_or(String::new(), |value| words::value(&value, lang))
    };
    both(|lang| {
        let (distance, next, pays) =
            (shown(rung.distance.as_ref(), lang), shown(rung.next.as_ref(), lang), shown(rung.next_pays.as_ref(), lang));
        match lang {
            Lang::Zh => format!("阶梯 {}:再增加 {distance} 即到 {next} 这一档,给付 {pays}", rung.name.zh),
            Lang::En => format!("ladder {}: {distance} more reaches the step at {next}, which gives {pays}", rung.name.en),
        }
    })
}

fn excluded(proof: &Proof) -> Text {
    let winner = proof.decisions.iter().rev().find_map(|decision| match decision {
        Decision::Exclusive { group, winner, .. } => Some((group, winner)),
        _ => None,
    });
    let Some((group, winner)) = winner else { return general("excluded", None) };
    Text::new(
        format!("互斥组 {group} 中由 {winner} 支付,本项不再支付"),
        format!("{winner} pays in the exclusive group {group}, so this one does not"),
    )
}

fn gate(proof: &Proof, policy: &Policy, component: &Component, code: &str) -> Text {
    let judged = proof.judged.iter().rev().find(|judged| matches!(judged.place, Place::Gate(_) | Place::Pause(_)));
    let schedule = component.schedule.as_ref();
    let condition = judged.and_then(|judged| match judged.place {
        Place::Gate(index) => schedule?.parts.get(index)?.gate.as_ref(),
        _ => schedule?.pause.as_ref(),
    });
    let due = proof.releases.last().map(|release| release.due);
    both(|lang| {
        let formula = condition.map_or(String::new(), |condition| words::explained(policy, condition, lang));
        let again = match (code, due, lang) {
            ("gate_failed", _, Lang::Zh) => ";该期已作废,资料更正后可重算补付".to_string(),
            ("gate_failed", _, Lang::En) => "; the instalment is lost, unless the data are corrected and the month re-run".to_string(),
            (_, Some(due), Lang::Zh) => format!(";{due} 再次判断"),
            (_, Some(due), Lang::En) => format!("; it is looked at again in {due}"),
            _ => String::new(),
        };
        format!("{}{}{again}", if code == "paused" { formula } else { needs(&formula, lang) }, now(judged, lang))
    })
}
