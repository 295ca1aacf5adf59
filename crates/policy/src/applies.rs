//! Whether a policy can concern a place: its scope judged by what is known of an outlet and its partner (R4.9).

use crate::model::{Expr, Field, Op, PartnerField, Policy, Whose};
use qudao_kernel::territory;

/// An outlet and its partner, as far as scopes look at them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot<'a> {
    /// Outlet code.
    pub outlet: &'a str,
    /// Channel category.
    pub channel: &'a str,
    /// Sub-type.
    pub subtype: &'a str,
    /// Grade.
    pub grade: &'a str,
    /// Business district.
    pub district: &'a str,
    /// Division code of the outlet.
    pub territory: &'a str,
    /// Partner code.
    pub partner: &'a str,
    /// Tier of the partner.
    pub tier: &'a str,
}

/// Whether the policy's scope can hold for business done there. What depends on the business itself may hold.
pub fn may_apply(policy: &Policy, spot: &Spot<'_>) -> bool {
    holds(&policy.scope, policy, spot) != Some(false)
}

/// `None`: it depends.
fn holds(expr: &Expr, policy: &Policy, spot: &Spot<'_>) -> Option<bool> {
    match expr {
        Expr::Bool(value) => Some(*value),
        Expr::Not(inner) => holds(inner, policy, spot).map(|value| !value),
        Expr::Predicate(index) => policy.predicates.get(*index).and_then(|predicate| holds(&predicate.expr, policy, spot)),
        Expr::Binary(Op::And, a, b) => match (holds(a, policy, spot), holds(b, policy, spot)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::Binary(Op::Or, a, b) => match (holds(a, policy, spot), holds(b, policy, spot)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::Binary(op @ (Op::Eq | Op::Ne), a, b) => {
            let equal = text(a, spot)? == text(b, spot)?;
            Some(equal == (*op == Op::Eq))
        }
        Expr::In(subject, list) => {
            let subject = text(subject, spot)?;
            Some(list.iter().any(|item| text(item, spot) == Some(subject)))
        }
        Expr::Under(subject, areas) => {
            let subject = text(subject, spot)?;
            Some(!subject.is_empty() && areas.iter().any(|area| territory::under(subject, area)))
        }
        _ => None,
    }
}

fn text<'a>(expr: &'a Expr, spot: &Spot<'a>) -> Option<&'a str> {
    match expr {
        Expr::Text(text) => Some(text),
        Expr::Field(Field::OutletCode) => Some(spot.outlet),
        Expr::Field(Field::Channel) => Some(spot.channel),
        Expr::Field(Field::Subtype) => Some(spot.subtype),
        Expr::Field(Field::OutletGrade) => Some(spot.grade),
        Expr::Field(Field::District) => Some(spot.district),
        Expr::Field(Field::Region) => Some(spot.territory),
        Expr::Field(Field::Partner(Whose::Own, PartnerField::Code)) => Some(spot.partner),
        Expr::Field(Field::Partner(Whose::Own, PartnerField::Tier)) => Some(spot.tier),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SourceFile, compile};

    #[test]
    fn a_scope_by_level_place_and_channel_is_judged_where_it_can_be() {
        // R4.9
        let of = |scope: &str| {
            let text = format!(
                "政策 甲 版本 1 {{ 有效期 2026-01-01\n 适用范围 {scope}\n 酬金项 c {{ 依据 逐笔 开卡\n 金额 5.00元\n 舍入 四舍五入 到 分\n 付给 代理商 }} }}"
            );
            compile(&[SourceFile::new("p", text)]).set.unwrap().policies.remove(0)
        };
        let spot = Spot { channel: "社会渠道", territory: "430102", tier: "二级代理商", ..Spot::default() };
        assert!(may_apply(&of("渠道类别 = \"社会渠道\""), &spot));
        assert!(!may_apply(&of("渠道类别 = \"自有渠道\""), &spot));
        assert!(!may_apply(&of("渠道类别 = \"社会渠道\" 且 代理商.层级 = \"增值服务商\""), &spot));
        assert!(may_apply(&of("区域 辖于 (\"4301\")"), &spot));
        assert!(!may_apply(&of("区域 辖于 (\"4302\")"), &spot));
        assert!(may_apply(&of("套餐月费 > 50.00元"), &spot), "depends on the business");
        assert!(!may_apply(&of("套餐月费 > 50.00元 且 非 (渠道类别 属于 (\"社会渠道\", \"电子渠道\"))"), &spot));
    }
}
