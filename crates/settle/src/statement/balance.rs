//! From what is due to what is paid: carried balance, minimum payment, tax, offsets. One function, exact, in this order:
//!
//! 1. due = lines + adjustments + advances + brought forward; what goes to clerks' own accounts leaves first. Nothing left, or less
//!    than the minimum: everything waits.
//! 2. Tax of natural persons on the part that is income and untaxed (R0.31), half a fen rounded up, never more than is due.
//! 3. Overdue receivables with consent or clause, oldest first, each at most what is left (R0.32).
//! 4. The rest is the payment; a rest below the minimum waits, already taxed.

use super::model::{Carried, Consent, Offset, OffsetOutcome, Receivable, Totals};
use qudao_kernel::{Date, Fen, Refusal};

/// What the payment is computed from.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// Sum of payable lines.
    pub lines: Fen,
    /// Part of the lines that goes to clerks' own accounts.
    pub direct: Fen,
    /// Sum of manual adjustments.
    pub adjustments: Fen,
    /// Advances given less recovered.
    pub advances: Fen,
    /// Carried forward by the month before.
    pub brought: Carried,
    /// Receivables.
    pub receivables: &'a [Receivable],
    /// Rate of tax in millionths; 0 for those who are not natural persons.
    pub tax_ppm: u32,
    /// Payments below this wait.
    pub minimum: Fen,
    /// Day by which overdue is judged.
    pub on: Date,
}

/// Computes the payment.
///
/// # Errors
/// `settle.amount.too_large` where a sum leaves what an amount can hold, `settle.tax.rate` for a rate above 100 %.
pub fn pay(due: &Due<'_>) -> Result<(Totals, Vec<Offset>), Refusal> {
    if due.tax_ppm > 1_000_000 {
        return Err(Refusal::bad_input(
            "settle.tax.rate",
            format!("代扣税率 {}(百万分之)超过 100%，请更正税率参数", due.tax_ppm),
            format!("the rate of tax withheld, {} millionths, is above 100%; correct the parameter", due.tax_ppm),
        ));
    }
    let taxable = sum([due.brought.taxable, due.lines, Fen(due.direct.0.saturating_neg()), due.adjustments])?;
    let net = sum([due.brought.net, due.advances])?;
    let all = sum([taxable, net])?;
    let mut totals = Totals {
        lines: due.lines,
        adjustments: due.adjustments,
        advances: due.advances,
        brought: due.brought,
        due: sum([all, due.direct])?,
        direct: due.direct,
        tax_ppm: due.tax_ppm,
        ..Totals::default()
    };
    if all.0 <= 0 || all < due.minimum {
        totals.carried = Carried { taxable, net };
        return Ok((totals, consider(due, Fen::ZERO, true)?.0));
    }
    if due.tax_ppm > 0 {
        totals.tax_base = Fen(taxable.0.max(0));
        totals.tax = rate(totals.tax_base, due.tax_ppm)?.min(all);
    }
    let (offsets, taken) = consider(due, sum([all, Fen(-totals.tax.0)])?, false)?;
    totals.offsets = taken;
    let rest = sum([all, Fen(-totals.tax.0), Fen(-taken.0)])?;
    if rest < due.minimum {
        totals.carried = Carried { taxable: Fen::ZERO, net: rest };
    } else {
        totals.payment = rest;
    }
    Ok((totals, offsets))
}

/// Walks through the receivables, oldest first. `waiting`: the whole balance waits, so none is taken.
fn consider(due: &Due<'_>, available: Fen, waiting: bool) -> Result<(Vec<Offset>, Fen), Refusal> {
    let mut order: Vec<&Receivable> = due.receivables.iter().collect();
    order.sort_by(|a, b| (a.due_on, &a.code).cmp(&(b.due_on, &b.code)));
    let mut left = available;
    let mut offsets = Vec::with_capacity(order.len());
    for receivable in order {
        if receivable.amount.0 < 0 {
            return Err(Refusal::bad_input(
                "settle.receivable.negative",
                format!("应收 {} 的金额为负({})，请更正", receivable.code, receivable.amount),
                format!("receivable {} has a negative amount ({}); correct it", receivable.code, receivable.amount),
            ));
        }
        let (taken, outcome) = if receivable.consent == Consent::None {
            (Fen::ZERO, OffsetOutcome::NoConsent)
        } else if receivable.due_on >= due.on {
            (Fen::ZERO, OffsetOutcome::NotDue)
        } else if waiting || left.0 <= 0 {
            (Fen::ZERO, OffsetOutcome::NothingLeft)
        } else if receivable.amount <= left {
            (receivable.amount, OffsetOutcome::Taken)
        } else {
            (left, OffsetOutcome::Partly)
        };
        left = sum([left, Fen(-taken.0)])?;
        offsets.push(Offset { receivable: receivable.clone(), taken, outcome });
    }
    let taken = sum([available, Fen(-left.0)])?;
    Ok((offsets, taken))
}

/// A share of a non-negative amount in millionths, half a fen rounded up.
fn rate(amount: Fen, ppm: u32) -> Result<Fen, Refusal> {
    let exact = i128::from(amount.0) * i128::from(ppm);
    i64::try_from((exact + 500_000) / 1_000_000).map(Fen).map_err(|_| too_large())
}

/// A sum that refuses to wrap.
pub(crate) fn sum(items: impl IntoIterator<Item = Fen>) -> Result<Fen, Refusal> {
    Fen::try_sum(items).map_err(|_| too_large())
}

/// The refusal for sums beyond an amount.
pub(crate) fn too_large() -> Refusal {
    Refusal::bad_input(
        "settle.amount.too_large",
        "合计金额超出系统可表示的范围，请检查明细中的异常金额",
        "a total is beyond what an amount can hold; look for wrong amounts among the lines",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn bill(code: &str, amount: i64, consent: Consent) -> Receivable {
        Receivable { code: code.into(), text: "货款".into(), due_on: day("2026-06-30"), amount: Fen(amount), consent }
    }

    fn due(lines: i64, receivables: &[Receivable]) -> Due<'_> {
        Due {
            lines: Fen(lines),
            direct: Fen::ZERO,
            adjustments: Fen::ZERO,
            advances: Fen::ZERO,
            brought: Carried::default(),
            receivables,
            tax_ppm: 0,
            minimum: Fen::ZERO,
            on: day("2026-08-05"),
        }
    }

    #[test]
    fn offsets_need_consent_and_never_exceed_what_is_left() {
        // R0.32: offset ≤ min(receivable, payable), with consent or clause only
        let mut bills = vec![
            bill("B1", 3_000, Consent::None),
            bill("B2", 4_000, Consent::Clause("第 12 条".into())),
            bill("B3", 9_000, Consent::Partner("同意书 7".into())),
        ];
        bills.push(Receivable { due_on: day("2026-08-05"), ..bill("B4", 1, Consent::Clause("第 12 条".into())) });
        let (totals, offsets) = pay(&due(10_000, &bills)).unwrap();
        let taken: Vec<_> = offsets.iter().map(|offset| (offset.receivable.code.as_str(), offset.taken.0, offset.outcome)).collect();
        assert_eq!(
            taken,
            [
                ("B1", 0, OffsetOutcome::NoConsent),
                ("B2", 4_000, OffsetOutcome::Taken),
                ("B3", 6_000, OffsetOutcome::Partly),
                ("B4", 0, OffsetOutcome::NotDue),
            ]
        );
        assert_eq!((totals.offsets, totals.payment), (Fen(10_000), Fen(0)));
    }

    #[test]
    fn tax_is_withheld_once_and_only_when_paid() {
        // R0.31: payable = gross − withheld − offsets
        let first = Due { tax_ppm: 200_000, minimum: Fen(5_000), ..due(4_999, &[]) };
        let (waits, _) = pay(&first).unwrap();
        assert_eq!((waits.tax, waits.payment, waits.carried.taxable), (Fen(0), Fen(0), Fen(4_999)));
        let (paid, _) = pay(&Due { brought: waits.carried, lines: Fen(5_004), ..first }).unwrap();
        assert_eq!((paid.due, paid.tax_base, paid.tax, paid.payment), (Fen(10_003), Fen(10_003), Fen(2_001), Fen(8_002)));
        // what is left after an offset waits, and is not taxed again
        let bills = [bill("B", 7_000, Consent::Partner("x".into()))];
        let (rest, _) = pay(&Due { receivables: &bills, lines: Fen(10_000), ..first }).unwrap();
        assert_eq!(
            (rest.tax, rest.offsets, rest.payment, rest.carried),
            (Fen(2_000), Fen(7_000), Fen(0), Carried { taxable: Fen(0), net: Fen(1_000) })
        );
        let (next, _) = pay(&Due { brought: rest.carried, lines: Fen(5_000), ..first }).unwrap();
        assert_eq!((next.tax, next.payment), (Fen(1_000), Fen(5_000)));
    }

    #[test]
    fn debts_wait_and_absurd_rates_are_refused() {
        let (totals, _) = pay(&due(-2_500, &[])).unwrap();
        assert_eq!((totals.payment, totals.carried.taxable), (Fen(0), Fen(-2_500)));
        assert_eq!(pay(&Due { tax_ppm: 1_000_001, ..due(1, &[]) }).unwrap_err().code, "settle.tax.rate");
        assert_eq!(pay(&Due { adjustments: Fen(i64::MAX), ..due(1, &[]) }).unwrap_err().code, "settle.amount.too_large");
    }

    proptest! {
        #[test]
        fn every_fen_due_is_taxed_offset_paid_or_carried(
            lines in -100_000i64..500_000, adjustments in -50_000i64..50_000, advances in -50_000i64..50_000,
            direct in -20_000i64..50_000, taxable in -50_000i64..50_000, net in 0i64..50_000, tax_ppm in 0u32..=1_000_000, minimum in 0i64..60_000,
            bills in proptest::collection::vec((0i64..200_000, 0u8..3, -40i32..40), 0..6),
        ) {
            // R0.3, R0.31, R0.32
            let on = day("2026-08-05");
            let receivables: Vec<Receivable> = bills.iter().enumerate().map(|(index, (amount, consent, days))| Receivable {
                due_on: on.plus_days(*days),
                ..bill(&format!("B{index}"), *amount, match consent {
                    0 => Consent::None,
                    1 => Consent::Partner("p".into()),
                    _ => Consent::Clause("c".into()),
                })
            }).collect();
            let input = Due {
                direct: Fen(direct),
                adjustments: Fen(adjustments), advances: Fen(advances), brought: Carried { taxable: Fen(taxable), net: Fen(net) },
                tax_ppm, minimum: Fen(minimum), on, ..due(lines, &receivables)
            };
            let (totals, offsets) = pay(&input).unwrap();
            prop_assert_eq!(totals.due.0, lines + adjustments + advances + taxable + net);
            let carried = totals.carried.taxable.0 + totals.carried.net.0;
            prop_assert_eq!(totals.due.0, direct + totals.tax.0 + totals.offsets.0 + totals.payment.0 + carried);
            prop_assert!(totals.payment.0 == 0 || totals.payment.0 >= minimum.max(1));
            prop_assert!(totals.tax.0 >= 0 && totals.offsets.0 >= 0 && totals.offsets.0 <= (totals.due.0 - direct - totals.tax.0).max(0));
            prop_assert_eq!(offsets.len(), receivables.len());
            prop_assert_eq!(offsets.iter().map(|offset| offset.taken.0).sum::<i64>(), totals.offsets.0);
            for offset in &offsets {
                prop_assert!(offset.taken.0 >= 0 && offset.taken <= offset.receivable.amount);
                if offset.taken.0 > 0 {
                    prop_assert!(offset.receivable.consent != Consent::None && offset.receivable.due_on < on);
                }
            }
        }
    }
}
