//! Shares of splits and schedules: exact fractions that must sum to one.

use crate::ast::{At, Ratio};
use crate::diagnostics::{Sink, Span};

const MILLION: u64 = 1_000_000;
/// Largest weight: with an amount of any size the product stays within 128 bits.
const LARGEST: u64 = 1_000_000_000_000;

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Integer weights in the proportion of the shares. Millionths where every share is a whole number of them, otherwise the
/// smallest integers (`1/3` three times gives 1, 1, 1). `None` (reported) if the shares do not sum to one.
pub(super) fn weights(shares: &[At<Ratio>], whole: Span, sink: &mut Sink) -> Option<Vec<u64>> {
    let mut common = 1u64;
    for share in shares {
        let Ratio { over, under } = share.node;
        if over == 0 {
            sink.error("policy.share.zero", share.span, "份额是零", "this share is zero").help("请删去这一份", "remove it");
            return None;
        }
        let lowest = under / gcd(over, under);
        let next = (common / gcd(common, lowest)).checked_mul(lowest).filter(|next| *next <= LARGEST);
        let Some(next) = next else {
            sink.error("policy.share.too_fine", share.span, "份额太细,无法精确相加", "this share is too fine to be added exactly")
                .help("请减少小数位或用较小的分母", "use fewer decimals or a smaller denominator");
            return None;
        };
        common = next;
    }
    let part = |share: &At<Ratio>| u128::from(share.node.over) * u128::from(common) / u128::from(share.node.under);
    let total: u128 = shares.iter().map(part).sum();
    if total != u128::from(common) {
        let d = sink.error(
            "policy.share.sum",
            whole,
            format!("份额之和是 {},不是 100%", percent(total, common)),
            format!("the shares sum to {}, not 100%", percent(total, common)),
        );
        for share in shares {
            let text = percent(part(share), common);
            d.label(share.span, text.clone(), text);
        }
        return None;
    }
    let scale = if MILLION.is_multiple_of(common) { MILLION / common } else { 1 };
    Some(shares.iter().map(|share| u64::try_from(part(share)).unwrap_or(LARGEST) * scale).collect())
}

/// `over / under` as a percentage with at most four decimals, or as a fraction where that is not exact.
fn percent(over: u128, under: u64) -> String {
    let millionths = over * 1_000_000;
    if !millionths.is_multiple_of(u128::from(under)) {
        return format!("{over}/{under}");
    }
    let text = super::pays::decimal(i64::try_from(millionths / u128::from(under)).unwrap_or(i64::MAX), 4);
    format!("{text}%")
}
