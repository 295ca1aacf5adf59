//! Money as integer fen (分, 1 元 = 100 分), and the one way a sum is split.
//!
//! Cites R0.3: exact integer, one rounding point, parts that sum to the whole.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount of money in fen. Arithmetic is checked by name; there is no `+` that could wrap silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// Who gets the fen that are left when a sum does not divide evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Remainder {
    /// One fen each to the largest fractional parts; ties to the earlier part.
    Largest,
    /// All to the first part.
    First,
    /// All to the last part.
    Last,
}

/// A text that is not an amount, or a sum beyond what an amount can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number of yuan with at most two decimals.
    #[error("not an amount in yuan with at most two decimals: {0:?}")]
    NotAnAmount(String),
    /// The result is beyond ±92 quadrillion yuan.
    #[error("amount too large")]
    TooLarge,
    /// Weights are empty, negative or all zero.
    #[error("nothing to split by")]
    NoWeights,
}

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// Sum that refuses to wrap.
    pub fn checked_add(self, other: Fen) -> Result<Fen, MoneyError> {
        self.0.checked_add(other.0).map(Fen).ok_or(MoneyError::TooLarge)
    }

    /// The sum of many, in 128 bits, refused if it does not fit an amount.
    pub fn try_sum(items: impl IntoIterator<Item = Fen>) -> Result<Fen, MoneyError> {
        let total: i128 = items.into_iter().map(|fen| i128::from(fen.0)).sum();
        i64::try_from(total).map(Fen).map_err(|_| MoneyError::TooLarge)
    }

    /// Splits by weights so that the parts always sum to `self`. A negative amount splits as its mirror image.
    ///
    /// # Errors
    /// `NoWeights` if there is nothing to split by, `TooLarge` if a product leaves 128 bits.
    pub fn split(self, weights: &[u64], remainder: Remainder) -> Result<Vec<Fen>, MoneyError> {
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        if total == 0 {
            return Err(MoneyError::NoWeights);
        }
        let whole = u128::from(self.0.unsigned_abs());
        let mut parts = Vec::with_capacity(weights.len());
        let mut fractions = Vec::with_capacity(weights.len());
        for weight in weights {
            let product = whole.checked_mul(u128::from(*weight)).ok_or(MoneyError::TooLarge)?;
            parts.push(product / total);
            fractions.push(product % total);
        }
        let mut left = whole - parts.iter().sum::<u128>();
        match remainder {
            Remainder::First => {
                // The first part that has any weight, so that a zero share stays zero.
                let index = weights.iter().position(|weight| *weight > 0).unwrap_or(0);
                parts[index] += left;
            }
            Remainder::Last => {
                let index = weights.iter().rposition(|weight| *weight > 0).unwrap_or(0);
                parts[index] += left;
            }
            Remainder::Largest => {
                let mut order: Vec<usize> = (0..parts.len()).collect();
                order.sort_by(|a, b| fractions[*b].cmp(&fractions[*a]).then(a.cmp(b)));
                for index in order {
                    if left == 0 {
                        break;
                    }
                    parts[index] += 1;
                    left -= 1;
                }
            }
        }
        let sign = self.0.signum();
        parts.into_iter().map(|part| i64::try_from(part).map(|value| Fen(value * sign.max(-1))).map_err(|_| MoneyError::TooLarge)).collect()
    }

    /// Plain text for files: `130000.00`.
    pub fn plain(self) -> String {
        let absolute = self.0.unsigned_abs();
        format!("{}{}.{:02}", if self.0 < 0 { "-" } else { "" }, absolute / 100, absolute % 100)
    }
}

/// Text for people: `130,000.00`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (yuan, cents) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut grouped = String::with_capacity(yuan.len() * 2);
        for (index, digit) in yuan.chars().enumerate() {
            if index > 0 && (yuan.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&format!("{sign}{grouped}.{cents}"))
    }
}

impl FromStr for Fen {
    type Err = MoneyError;
    /// Reads yuan: `130000`, `130,000.00`, `¥25.8`, `-3.05`, `25.80元`.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let bad = || MoneyError::NotAnAmount(text.chars().take(40).collect());
        let trimmed = text.trim().trim_end_matches('元').trim();
        let (negative, rest) = trimmed.strip_prefix('-').map_or((false, trimmed), |rest| (true, rest));
        let rest = rest.strip_prefix(['¥', '\u{ffe5}']).unwrap_or(rest);
        let (yuan, cents) = rest.split_once('.').unwrap_or((rest, ""));
        let yuan: String = yuan.chars().filter(|c| *c != ',').collect();
        if yuan.is_empty() || yuan.len() > 17 || cents.len() > 2 || !yuan.bytes().chain(cents.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let yuan: i64 = yuan.parse().map_err(|_| bad())?;
        let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| bad())?;
        let value = yuan.checked_mul(100).and_then(|fen| fen.checked_add(cents)).ok_or(MoneyError::TooLarge)?;
        Ok(Fen(if negative { -value } else { value }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Fen {
        text.parse().unwrap()
    }

    #[test]
    fn the_subsidy_of_the_source_reads_and_prints() {
        // S12
        assert_eq!(yuan("130000"), Fen(13_000_000));
        assert_eq!(yuan("130 000.00".replace(' ', "").as_str()).to_string(), "130,000.00");
    }

    #[test]
    fn splits_of_the_source_sum_to_the_whole() {
        // N5, N6, N7, N30
        let largest = |amount: &str, weights: &[u64]| yuan(amount).split(weights, Remainder::Largest).unwrap();
        assert_eq!(largest("130000", &[500_000, 300_000, 200_000]), [yuan("65000"), yuan("39000"), yuan("26000")]);
        assert_eq!(largest("130000", &[1, 1, 1]), [yuan("43333.34"), yuan("43333.33"), yuan("43333.33")]);
        assert_eq!(largest("130000", &[1; 7]).iter().filter(|part| part.0 == 1_857_143).count(), 6);
        assert_eq!(largest("100.01", &[1, 1, 1]), [yuan("33.34"), yuan("33.34"), yuan("33.33")]);
        assert_eq!(largest("-100.01", &[1, 1, 1]), [yuan("-33.34"), yuan("-33.34"), yuan("-33.33")]);
        assert_eq!(Fen(0).split(&[1, 2], Remainder::Last).unwrap(), [Fen(0), Fen(0)]);
    }

    #[test]
    fn wrong_amounts_are_refused() {
        for text in ["", "1.234", "abc", "1e5", "999999999999999999", "--1", "."] {
            assert!(text.parse::<Fen>().is_err(), "{text}");
        }
    }
}
