//! What a price seen in a shop means (R7.271, R7.289–R7.291, R7.297, R7.303).
//!
//! What a price below the floor is depends on whose price it is (requirements §12 L1): a reseller's is its own, so it is recorded and reminded of; only our own
//! goods at our own price, or a floor that counsel approved, can be in violation.

use crate::kept::names;
use qudao_kernel::{Date, Fen, Refusal};
use qudao_platform::params::Register;

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
names!(Mode { Agency "agency", Recommended "recommended", ApprovedFloor "approved_floor" });

/// What holds for a model at an outlet on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Whose price it is.
    pub mode: Mode,
    /// The least; the promotion's where one runs.
    pub floor: Option<Fen>,
    /// Suggested.
    pub suggested: Option<Fen>,
    /// One price for the whole area: every other one is told.
    pub uniform: bool,
    /// From what on a price is far above, and how far below the floor it is let pass.
    pub limits: Limits,
}

/// Limits of a verdict, parts of a million.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// By how much a price may lie above the suggested one.
    pub over_ppm: i64,
    /// By how much a price may lie below the floor and be a reminder only.
    pub tolerance_ppm: i64,
}

impl Limits {
    /// As the register sets them for a place and a day.
    ///
    /// # Errors
    /// `platform.params.…` where the register lacks them.
    pub fn of(register: &Register, territory: &str, day: Date) -> Result<Self, Refusal> {
        let ppm = |name: &str| register.on(name, territory, day)?.ppm();
        Ok(Self { over_ppm: ppm("price_over_limit")?, tolerance_ppm: ppm("price_tolerance")? })
    }
}

/// What a price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In order.
    Fine,
    /// Too low: recorded and reminded of, without a penalty.
    Low,
    /// Far above the suggested one, or another than the one price of the area: reminded of.
    High,
    /// A case may begin, with a talk.
    Violation,
    /// No price holds for it.
    Unpriced,
    /// A competitor's: noted.
    Noted,
}
names!(Verdict { Fine "fine", Low "low", High "high", Violation "violation", Unpriced "unpriced", Noted "noted" });

const MILLION: i128 = 1_000_000;

impl Rule {
    /// What a price seen is. Exact: price × 1 000 000 against limit × (1 000 000 ± parts).
    pub fn verdict(&self, seen: Fen) -> Verdict {
        if self.floor.is_none() && self.suggested.is_none() {
            return Verdict::Unpriced;
        }
        let below = |limit: Fen, ppm: i64| i128::from(seen.0) * MILLION < i128::from(limit.0) * (MILLION - i128::from(ppm));
        if self.floor.is_some_and(|floor| below(floor, 0)) {
            let slight = self.floor.is_some_and(|floor| !below(floor, self.limits.tolerance_ppm));
            return if slight || self.mode == Mode::Recommended { Verdict::Low } else { Verdict::Violation };
        }
        let Some(suggested) = self.suggested else { return Verdict::Fine };
        let above = i128::from(seen.0) * MILLION > i128::from(suggested.0) * (MILLION + i128::from(self.limits.over_ppm));
        if above || self.uniform && seen > suggested {
            return Verdict::High;
        }
        if self.uniform && seen < suggested { Verdict::Low } else { Verdict::Fine }
    }
}

/// 差价: (highest − lowest) ÷ suggested, hundredths of a percent, half up; none without prices or a suggested one.
pub fn spread(prices: &[Fen], suggested: Fen) -> Option<u32> {
    let (least, most) = (prices.iter().min()?, prices.iter().max()?);
    share(most.0.abs_diff(least.0), u64::try_from(suggested.0).ok()?)
}

/// A part of a whole in hundredths of a percent, half up; none of nothing.
pub fn share(part: u64, whole: u64) -> Option<u32> {
    if whole == 0 {
        return None;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    u32::try_from((part * 20_000 + whole) / (whole * 2)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { over_ppm: 100_000, tolerance_ppm: 0 };
    const RULE: Rule = Rule { mode: Mode::Agency, floor: Some(Fen(99_900)), suggested: Some(Fen(119_900)), uniform: false, limits: LIMITS };

    #[test]
    fn a_price_is_in_order_reminded_of_or_a_case() {
        // N14 R7.271 R7.289 R7.290
        let verdicts = [98_900, 99_900, 131_890, 131_900].map(|fen| RULE.verdict(Fen(fen)));
        assert_eq!(verdicts, [Verdict::Violation, Verdict::Fine, Verdict::Fine, Verdict::High]);
        let reseller = Rule { mode: Mode::Recommended, ..RULE };
        assert_eq!(reseller.verdict(Fen(98_900)), Verdict::Low, "a reseller's price is its own");
        assert_eq!(Rule { floor: None, suggested: None, ..RULE }.verdict(Fen(1)), Verdict::Unpriced);
    }

    #[test]
    fn a_slight_deviation_and_one_price_for_all() {
        // R7.303: within the tolerance it is recorded without a penalty.
        let lenient = Rule { limits: Limits { tolerance_ppm: 10_000, ..LIMITS }, ..RULE };
        // 999.00 × 99 % = 989.01
        assert_eq!([98_901, 98_900].map(|fen| lenient.verdict(Fen(fen))), [Verdict::Low, Verdict::Violation]);
        // R7.297: every deviation from the one price is told.
        let uniform = Rule { uniform: true, ..RULE };
        assert_eq!([119_899, 119_900, 119_901].map(|fen| uniform.verdict(Fen(fen))), [Verdict::Low, Verdict::Fine, Verdict::High]);
    }

    #[test]
    fn prices_of_an_area_lie_apart() {
        // N15 R7.291
        let apart = |low, high| spread(&[Fen(high), Fen(low)], Fen(119_900));
        assert_eq!((apart(109_900, 119_900), apart(110_900, 119_900)), (Some(834), Some(751)));
        assert_eq!((spread(&[], Fen(1)), spread(&[Fen(1)], Fen(0))), (None, None));
    }
}
