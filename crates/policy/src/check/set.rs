//! All policies together: versions that must not overlap, and the values territories fill in.

use super::expr::{Exprs, is_literal, value};
use super::names::Names;
use super::pays::literal_text;
use crate::ast;
use crate::diagnostics::{Sink, SourceFile};
use crate::model::{Fill, Policy, PolicySet};
use crate::vocab::nearest;
use qudao_kernel::{Date, territory};
use std::collections::{BTreeMap, BTreeSet};

/// Joins what the files hold into one set.
pub(super) fn join(files: &[SourceFile], trees: &[ast::File], policies: Vec<Policy>, sinks: &mut [Sink]) -> PolicySet {
    versions(files, trees, sinks);
    let mut set = PolicySet { policies, fills: Vec::new() };
    hand_over(&mut set.policies);
    let mut seen: BTreeSet<(&str, u32, &str)> = BTreeSet::new();
    for (tree, sink) in trees.iter().zip(sinks) {
        for item in &tree.fills {
            let key = (item.policy.node.as_str(), item.version.node, item.region.node.as_str());
            if !seen.insert(key) {
                sink.error(
                    "policy.fill.twice",
                    item.region.span,
                    format!("地区 {} 已经填过", item.region.node),
                    format!("region {} is filled in already", item.region.node),
                )
                .help("请合并成一处", "merge them");
            }
            set.fills.extend(fill(item, trees, &set.policies, sink));
        }
    }
    set
}

/// A version ends the day before a later one begins, whatever end it was written with: a published text need not be touched for it.
fn hand_over(policies: &mut [Policy]) {
    let heads: Vec<(String, u32, Date)> = policies.iter().map(|policy| (policy.name.clone(), policy.version, policy.from)).collect();
    for policy in policies {
        let later = heads.iter().filter(|(name, version, from)| *name == policy.name && *version > policy.version && *from > policy.from);
        if let Some(begins) = later.map(|(_, _, from)| *from).min().filter(|begins| *begins < policy.to) {
            policy.written_to = Some(policy.to);
            policy.to = begins;
        }
    }
}

/// Two versions of one name may not have one number; a later one may not begin on the day of an earlier one or before it while that is in
/// force.
fn versions(files: &[SourceFile], trees: &[ast::File], sinks: &mut [Sink]) {
    let heads: Vec<(usize, &ast::Policy)> =
        trees.iter().enumerate().flat_map(|(file, tree)| tree.policies.iter().map(move |policy| (file, policy))).collect();
    let mut named: BTreeMap<&str, Vec<(usize, &ast::Policy)>> = BTreeMap::new();
    for (file, policy) in heads {
        let earlier = named.entry(policy.name.node.as_str()).or_default();
        for (other_file, other) in earlier.iter() {
            let other_name = files[*other_file].name.clone();
            if other.version.node == policy.version.node {
                sinks[file]
                    .error(
                        "policy.version.twice",
                        policy.version.span,
                        format!("政策 {} 已经有版本 {}", policy.name.node, policy.version.node),
                        format!("policy {} has a version {} already", policy.name.node, policy.version.node),
                    )
                    .label_in(other_name, other.version.span, "已有的版本", "the other one")
                    .help("新的版本请用新的版本号", "give the new version a new number");
                continue;
            }
            let (Some((from, to)), Some((other_from, other_to))) = (&policy.effective, &other.effective) else { continue };
            let begins_before_end = |from: Date, to: &Option<ast::At<Date>>| to.as_ref().is_none_or(|to| from <= to.node);
            if begins_before_end(from.node, other_to) && begins_before_end(other_from.node, to) {
                let (begins, ends) =
                    if other.version.node < policy.version.node { (from.node, other_from.node) } else { (other_from.node, from.node) };
                if begins > ends {
                    takes_over(&mut sinks[file], policy, other, begins);
                    continue;
                }
                let day = from.node.max(other_from.node);
                sinks[file]
                    .error(
                        "policy.version.overlap",
                        to.as_ref().map_or(from.span, |to| from.span.to(to.span)),
                        format!(
                            "政策 {} 的版本 {} 和版本 {} 从 {day} 起同时有效",
                            policy.name.node, other.version.node, policy.version.node
                        ),
                        format!(
                            "versions {} and {} of policy {} are both in force from {day}",
                            other.version.node, policy.version.node, policy.name.node
                        ),
                    )
                    .label_in(
                        other_name,
                        other_to.as_ref().map_or(other_from.span, |to| other_from.span.to(to.span)),
                        "另一版本的有效期",
                        "the other version's days",
                    )
                    .help(
                        "新版本须晚于前一版本生效;前一版本到那天为止",
                        "let the later version begin after the earlier one, which then ends the day before",
                    );
            }
        }
        earlier.push((file, policy));
    }
}

fn takes_over(sink: &mut Sink, policy: &ast::Policy, other: &ast::Policy, day: Date) {
    let (earlier, later) = (policy.version.node.min(other.version.node), policy.version.node.max(other.version.node));
    let name = &policy.name.node;
    sink.warn(
        "policy.version.takes_over",
        policy.effective.as_ref().map_or(policy.version.span, |(from, _)| from.span),
        format!("政策 {name} 自 {day} 起由版本 {later} 接替版本 {earlier}"),
        format!("version {later} of policy {name} takes over from version {earlier} on {day}"),
    );
}

fn fill(item: &ast::Fill, trees: &[ast::File], policies: &[Policy], sink: &mut Sink) -> Option<Fill> {
    if territory::level(&item.region.node).is_none() {
        sink.error(
            "policy.region.not_a_code",
            item.region.span,
            format!("\"{}\" 不是行政区划代码", item.region.node),
            format!("\"{}\" is not a division code", item.region.node),
        )
        .help("省 2 位、市 4 位、县 6 位、乡镇 9 位数字", "2 digits for a province, 4 a city, 6 a county, 9 a township");
    }
    let Some(policy) = policies.iter().find(|policy| policy.name == item.policy.node && policy.version == item.version.node) else {
        // A policy that was refused itself is not missed a second time.
        let written = trees
            .iter()
            .flat_map(|tree| &tree.policies)
            .any(|policy| policy.name.node == item.policy.node && policy.version.node == item.version.node);
        if !written {
            let names = trees.iter().flat_map(|tree| &tree.policies).map(|policy| policy.name.node.as_str());
            let near = nearest(&item.policy.node, names.filter(|name| *name != item.policy.node));
            let d = sink.error(
                "policy.name.unknown",
                item.policy.span,
                format!("没有政策 {} 版本 {}", item.policy.node, item.version.node),
                format!("there is no policy {} version {}", item.policy.node, item.version.node),
            );
            if let Some(near) = near {
                d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
            }
        }
        return None;
    };
    let mut values: Vec<(usize, crate::model::Expr)> = Vec::new();
    for (name, expr) in &item.values {
        let Some(index) = policy.params.iter().position(|param| param.name == name.node) else {
            let near = nearest(&name.node, policy.params.iter().map(|param| param.name.as_str()));
            let d = sink.error(
                "policy.name.unknown",
                name.span,
                format!("政策 {} 没有参数 `{}`", policy.name, name.node),
                format!("policy {} has no parameter `{}`", policy.name, name.node),
            );
            if let Some(near) = near {
                d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
            }
            continue;
        };
        let param = &policy.params[index];
        let Some((low, high)) = &param.local else {
            sink.error(
                "policy.fill.not_local",
                name.span,
                format!("参数 {} 不允许地方调整", param.name),
                format!("parameter {} cannot be set locally", param.name),
            )
            .help("省级政策要先写 `地方可调 … 至 …`", "the policy has to say `local … to …` first");
            continue;
        };
        let none = Names::default();
        let Some(typed) = Exprs::new(&none, sink).of(expr, param.ty) else { continue };
        if !is_literal(&typed.expr) {
            sink.error("policy.expression.not_literal", expr.span, "这里只能写字面值", "only a literal can stand here");
            continue;
        }
        if value(&typed.expr) < value(low) || value(&typed.expr) > value(high) {
            let (low, high) = (literal_text(low), literal_text(high));
            sink.error(
                "policy.fill.outside_bounds",
                expr.span,
                format!("超出参数 {} 允许的范围 {low} 至 {high}", param.name),
                format!("outside what parameter {} allows: {low} to {high}", param.name),
            );
            continue;
        }
        if values.iter().any(|(known, _)| *known == index) {
            sink.error(
                "policy.fill.twice",
                name.span,
                format!("参数 {} 填了两次", name.node),
                format!("parameter {} is given twice", name.node),
            );
        }
        values.push((index, typed.expr));
    }
    Some(Fill { policy: policy.name.clone(), version: policy.version, region: item.region.node.clone(), values })
}
