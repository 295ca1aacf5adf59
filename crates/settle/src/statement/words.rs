//! The fixed words of statements in both languages, and amounts as people write them.

use super::model::{AdjustmentKind, Consent, OffsetOutcome};
use qudao_kernel::{Fen, Lang, Month};
use qudao_policy::lines::LineKind;
use qudao_policy::model::{Destination, PayeeKind};

/// Picks one of two words.
pub(crate) const fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Name of a sort of adjustment.
pub const fn adjustment(kind: AdjustmentKind, lang: Lang) -> &'static str {
    match kind {
        AdjustmentKind::Correction => pick(lang, "人工调整", "Adjustment"),
        AdjustmentKind::Reward => pick(lang, "奖励", "Reward"),
    }
}

/// Every destination, in the order statements show them.
pub const DESTINATIONS: [Destination; 7] = [
    Destination::Payable,
    Destination::Advance,
    Destination::Holdback,
    Destination::Netted,
    Destination::Points,
    Destination::Topup,
    Destination::Credit,
];

/// Name of a destination.
pub const fn destination(destination: Destination, lang: Lang) -> &'static str {
    match destination {
        Destination::Payable => pick(lang, "应付酬金", "Payable"),
        Destination::Holdback => pick(lang, "暂存池", "Hold-back pool"),
        Destination::Netted => pick(lang, "坐扣抵货款", "Netted at pick-up"),
        Destination::Points => pick(lang, "积分", "Points"),
        Destination::Topup => pick(lang, "空充余额", "Top-up balance"),
        Destination::Credit => pick(lang, "用户话费", "Subscriber credit"),
        Destination::Advance => pick(lang, "预支", "Advance"),
    }
}

/// Name of a kind of line.
pub const fn kind(kind: LineKind, lang: Lang) -> &'static str {
    match kind {
        LineKind::Earn => pick(lang, "本期计提", "earned"),
        LineKind::Release => pick(lang, "到期释放", "released"),
        LineKind::Reverse => pick(lang, "追回", "taken back"),
        LineKind::Adjust => pick(lang, "重算差额", "re-run difference"),
    }
}

/// Name of a kind of payee.
pub const fn payee_kind(kind: PayeeKind, lang: Lang) -> &'static str {
    match kind {
        PayeeKind::Partner => pick(lang, "代理商", "partner"),
        PayeeKind::Outlet => pick(lang, "网点", "outlet"),
        PayeeKind::Clerk => pick(lang, "店员", "clerk"),
        PayeeKind::Customer => pick(lang, "客户", "customer"),
        PayeeKind::Subscriber => pick(lang, "用户", "subscriber"),
    }
}

/// The ground of an offset.
pub(crate) fn consent(consent: &Consent, lang: Lang) -> String {
    match consent {
        Consent::None => pick(lang, "无", "none").into(),
        Consent::Partner(number) => format!("{}{number}", pick(lang, "代理商同意 ", "partner's consent ")),
        Consent::Clause(clause) => format!("{}{clause}", pick(lang, "合同 ", "contract, ")),
    }
}

/// What happened to a receivable.
pub(crate) const fn outcome(outcome: OffsetOutcome, lang: Lang) -> &'static str {
    match outcome {
        OffsetOutcome::Taken => pick(lang, "全额抵扣", "taken in full"),
        OffsetOutcome::Partly => pick(lang, "部分抵扣", "taken in part"),
        OffsetOutcome::NoConsent => pick(lang, "未获同意，不抵扣", "no consent, not taken"),
        OffsetOutcome::NotDue => pick(lang, "未逾期，不抵扣", "not overdue, not taken"),
        OffsetOutcome::NothingLeft => pick(lang, "本期无可抵金额", "nothing left to take it from"),
    }
}

/// Sentence of a standard reason; `None` for codes of a policy's own requirements.
pub(crate) const fn standard_reason(code: &str, lang: Lang) -> Option<&'static str> {
    Some(match code.as_bytes() {
        b"unattributed" => pick(
            lang,
            "业务找不到当日归属的代理商，请核对网点与代理商资料",
            "no partner could be found for the fact on its day; check outlet and partner data",
        ),
        b"blacklisted" => pick(lang, "代理商当日在黑名单中", "the partner was blacklisted on the day"),
        b"agreement_inactive" => pick(lang, "代理商当日没有生效的协议", "the partner had no agreement in force on the day"),
        b"on_hold" => pick(lang, "业务被风控冻结，解冻后重算", "the fact is on hold; it is computed again once released"),
        b"zero_amount" => pick(lang, "按规则计算结果为零", "the rule gives nothing for it"),
        b"already_paid" => pick(lang, "同一对象已经计酬，不重复计付", "already paid for once"),
        b"excluded" => pick(lang, "同组规则中另一条已计酬", "another rule of the same group pays for it"),
        b"capped" => pick(lang, "已达封顶金额", "the cap is reached"),
        b"budget_exhausted" => pick(lang, "预算已用完", "the budget is used up"),
        b"no_payee" => pick(lang, "当日没有符合条件的收款方", "there was nobody to pay on the day"),
        b"payee_agreement_inactive" => pick(lang, "收款方当日没有生效的协议", "the payee had no agreement in force on the day"),
        b"payee_blacklisted" => pick(lang, "收款方当日在黑名单中", "the payee was blacklisted on the day"),
        b"gate_failed" => pick(lang, "到期分期的条件未满足，该期失去", "the condition of the instalment failed; it is lost"),
        b"deferred" => pick(lang, "到期分期的条件未满足，顺延再查", "the condition of the instalment failed; it is tried again later"),
        b"paused" => pick(lang, "用户停机期间暂停释放，顺延一个月", "paused while the subscriber is suspended; moved one month on"),
        _ => return None,
    })
}

/// A month as people write it: `2026年7月`, `2026-07`.
pub(crate) fn month(month: Month, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月", month.year(), month.number()),
        Lang::En => month.to_string(),
    }
}

/// An amount that counts points: `1,234` or `1,234.50`.
pub(crate) fn points(amount: Fen) -> String {
    let text = amount.to_string();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

/// A rate in millionths as per cent: `20%`, `3.5%`.
pub(crate) fn percent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// An amount in Chinese capitals, as invoices and receipts demand: `壹拾叁万元整`, `负叁元零伍分`.
pub fn capitals(amount: Fen) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    let absolute = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (absolute / 100, (absolute / 10 % 10) as usize, (absolute % 10) as usize);
    let mut text = String::new();
    if amount.0 < 0 {
        text.push('负');
    }
    if yuan > 0 || absolute == 0 {
        text.push_str(&capital_yuan(yuan));
        text.push('元');
    }
    if jiao > 0 {
        text.push(DIGITS[jiao]);
        text.push('角');
    } else if fen > 0 && yuan > 0 {
        text.push('零');
    }
    if fen > 0 {
        text.push(DIGITS[fen]);
        text.push('分');
    } else {
        text.push('整');
    }
    text
}

fn capital_yuan(yuan: u64) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    if yuan == 0 {
        return "零".into();
    }
    let mut text = String::new();
    let mut zero = false;
    for group in (0..GROUPS.len()).rev() {
        let four = yuan / 10_000_u64.pow(group as u32) % 10_000;
        if four == 0 {
            zero = zero || !text.is_empty();
            continue;
        }
        for place in (0..4).rev() {
            let digit = (four / 10_u64.pow(place as u32) % 10) as usize;
            if digit == 0 {
                zero = zero || !text.is_empty();
                continue;
            }
            if zero {
                text.push('零');
                zero = false;
            }
            text.push(DIGITS[digit]);
            text.push_str(PLACES[place]);
        }
        // Zeros at the end of a group are not spoken.
        zero = false;
        // 万 of 亿 says 亿 once.
        let shared = group == 3 && !(yuan / 100_000_000).is_multiple_of(10_000);
        text.push_str(if shared { "万" } else { GROUPS[group] });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_read_as_on_a_receipt() {
        // S12: 130 000.00
        for (amount, text) in [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (305, "叁元零伍分"),
            (-305, "负叁元零伍分"),
            (350, "叁元伍角整"),
            (13_000_000, "壹拾叁万元整"),
            (1_000_500, "壹万零伍元整"),
            (10_203_040, "壹拾万贰仟零叁拾元肆角整"),
            (100_000_000_001, "壹拾亿元零壹分"),
            (123_456_789_012, "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
            (1_000_000_050_000, "壹佰亿零伍佰元整"),
            (300_020_000_000_000, "叁万零贰亿元整"),
        ] {
            assert_eq!(capitals(Fen(amount)), text);
        }
    }

    #[test]
    fn figures_are_short_where_they_can_be() {
        assert_eq!((points(Fen(123_400)), points(Fen(123_450))), ("1,234".into(), "1,234.50".into()));
        assert_eq!(
            (percent(200_000), percent(35_000), percent(0), percent(1_000_000)),
            ("20%".into(), "3.5%".into(), "0%".into(), "100%".into())
        );
    }
}
