//! What a price seen in a shop means (R7.271, R7.289–R7.291), and whether a sale lay within an area somebody may sell in (R7.150).
//!
//! What a price below the floor is depends on whose price it is (requirements §12 L1): a reseller's is its own, so it is recorded and reminded of; only our own
//! goods at our own price can be in violation.

use qudao_kernel::master::Span;
use qudao_kernel::{Date, Fen};

/// Whose price it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Our goods, our price.
    Agency,
    /// Recommended only; what holds where nobody says otherwise.
    Recommended,
    /// A floor that counsel approved.
    ApprovedFloor,
}

/// What holds for a model at an outlet on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Whose price it is.
    pub mode: Mode,
    /// The least; the promotion's where one runs.
    pub floor: Option<Fen>,
    /// Suggested.
    pub suggested: Option<Fen>,
    /// From how many percent above the suggested one it is far above.
    pub over_percent: u32,
}

/// What a price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In order.
    Fine,
    /// Recorded and reminded of, without a penalty.
    Reminder(Side),
    /// A case begins, with a talk.
    Violation,
}

/// On which side a price is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Below the floor.
    Low,
    /// Far above the suggested one.
    High,
}

impl Rule {
    /// What a price seen is. Exact: price × 100 against suggested × (100 + percent).
    pub fn verdict(&self, seen: Fen) -> Verdict {
        if self.floor.is_some_and(|floor| seen < floor) {
            return if self.mode == Mode::Recommended { Verdict::Reminder(Side::Low) } else { Verdict::Violation };
        }
        let limit = |suggested: Fen| i128::from(suggested.0) * i128::from(100 + self.over_percent);
        if self.suggested.is_some_and(|suggested| i128::from(seen.0) * 100 > limit(suggested)) {
            return Verdict::Reminder(Side::High);
        }
        Verdict::Fine
    }
}

/// 差价: (highest − lowest) ÷ suggested, hundredths of a percent, half up; none without prices or a suggested one.
pub fn spread(prices: &[Fen], suggested: Fen) -> Option<u32> {
    let (least, most) = (prices.iter().min()?, prices.iter().max()?);
    let whole = u64::try_from(suggested.0).ok()?;
    crate::checklist::score::share(most.0.abs_diff(least.0), whole)
}

/// An area somebody may sell in for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// The area, with all below it.
    pub area: String,
    /// From a day to before a day.
    pub span: Span,
}

/// Whether a sale is within what somebody may do; else it is a case of diversion (窜货).
pub fn allowed(authorisations: &[Authorisation], area: &str, day: Date) -> bool {
    authorisations.iter().any(|one| one.span.contains(day) && qudao_kernel::territory::under(area, &one.area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_in_order_reminded_of_or_a_case() {
        // N14 R7.271 R7.289 R7.290
        let rule = Rule { mode: Mode::Agency, floor: Some(Fen(99_900)), suggested: Some(Fen(119_900)), over_percent: 10 };
        let verdicts = [98_900, 99_900, 131_890, 131_900].map(|fen| rule.verdict(Fen(fen)));
        assert_eq!(verdicts, [Verdict::Violation, Verdict::Fine, Verdict::Fine, Verdict::Reminder(Side::High)]);
        let reseller = Rule { mode: Mode::Recommended, ..rule };
        assert_eq!(reseller.verdict(Fen(98_900)), Verdict::Reminder(Side::Low), "a reseller's price is its own");
        assert_eq!(Rule { floor: None, suggested: None, ..rule }.verdict(Fen(1)), Verdict::Fine);
    }

    #[test]
    fn prices_of_an_area_lie_apart() {
        // N15 R7.291
        let apart = |low, high| spread(&[Fen(high), Fen(low)], Fen(119_900));
        assert_eq!((apart(109_900, 119_900), apart(110_900, 119_900)), (Some(834), Some(751)));
        assert_eq!((spread(&[], Fen(1)), spread(&[Fen(1)], Fen(0))), (None, None));
    }

    #[test]
    fn a_sale_outside_area_or_time_is_diversion() {
        // N32 R7.150
        let day = |text: &str| text.parse::<Date>().unwrap();
        let span = Span { from: day("2026-03-01"), to: day("2026-07-01") };
        let held = [Authorisation { area: "421102".into(), span }];
        let sold = |area: &str, on: &str| allowed(&held, area, day(on));
        assert!(sold("421102001", "2026-06-30") && !sold("421102001", "2026-07-01"));
        assert!(!sold("421103", "2026-06-30") && !allowed(&[], "421102", day("2026-06-30")));
    }
}
