//! Exact numbers: rationals of any size, the few places where they become fen, and the split of a pool.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use qudao_kernel::Refusal;
use qudao_policy::model::{RoundMode, Rounding};

/// An exact number; money counts in fen.
pub type Exact = BigRational;

/// A whole number.
pub fn whole(value: i64) -> Exact {
    Exact::from_integer(BigInt::from(value))
}

/// `mantissa / 10^scale`.
pub fn decimal(mantissa: i64, scale: u8) -> Exact {
    Exact::new(BigInt::from(mantissa), BigInt::from(10).pow(u32::from(scale)))
}

/// Division; by zero gives zero.
pub fn divide(a: &Exact, b: &Exact) -> Exact {
    if b.is_zero() { Exact::zero() } else { a / b }
}

/// Rounds to a multiple of the unit.
pub fn round(value: &Exact, rounding: Rounding) -> Exact {
    let unit = whole(rounding.unit.max(1));
    let units = value / &unit;
    let rounded = match rounding.mode {
        RoundMode::HalfUp => units.round(),
        RoundMode::Down => units.trunc(),
        RoundMode::Up if units.is_negative() => units.floor(),
        RoundMode::Up => units.ceil(),
        RoundMode::HalfEven => half_even(&units),
    };
    rounded * unit
}

fn half_even(value: &Exact) -> Exact {
    let floor = value.floor();
    let half = Exact::new(BigInt::from(1), BigInt::from(2));
    let rest = value - &floor;
    let floor_is_even = (floor.numer() % BigInt::from(2)).is_zero();
    if rest < half || (rest == half && floor_is_even) { floor } else { floor + whole(1) }
}

/// A whole number of fen as an amount.
///
/// # Errors
/// If it does not fit an amount.
pub fn to_fen(value: &Exact) -> Result<i64, Refusal> {
    value.to_integer().to_i64().ok_or_else(too_large)
}

/// A sum as an amount.
///
/// # Errors
/// If it does not fit an amount.
pub fn fit(sum: i128) -> Result<i64, Refusal> {
    i64::try_from(sum).map_err(|_| too_large())
}

fn too_large() -> Refusal {
    Refusal::bad_input(
        "settle.amount.too_large",
        "计算出的金额超出可表示的范围(约 9.2 亿亿元),请检查政策中的费率与事实中的金额",
        "an amount is beyond what can be held (about 92 quadrillion yuan); check the policy's rates and the amounts of the facts",
    )
}

/// Shares a sum out by weights above zero: everyone gets the whole fen of the exact share, then one fen each to the largest rests, ties to
/// the earlier. The parts sum to the whole.
///
/// # Errors
/// If a part does not fit an amount, which cannot be for a whole that does.
pub fn share_out(total: i64, weights: &[Exact]) -> Result<Vec<i64>, Refusal> {
    let sum = weights.iter().fold(Exact::zero(), |sum, weight| sum + weight);
    let shares: Vec<Exact> = weights.iter().map(|weight| divide(&(whole(total).abs() * weight), &sum)).collect();
    let mut parts = shares.iter().map(|share| to_fen(&share.floor())).collect::<Result<Vec<i64>, Refusal>>()?;
    let mut left = i128::from(total).abs() - parts.iter().map(|part| i128::from(*part)).sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| shares[*b].fract().cmp(&shares[*a].fract()).then(a.cmp(b)));
    for index in order {
        if left > 0 {
            parts[index] += 1;
            left -= 1;
        }
    }
    Ok(parts.into_iter().map(|part| if total < 0 { -part } else { part }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_direction_of_rounding() {
        let all = |value: Exact| {
            [RoundMode::HalfUp, RoundMode::Down, RoundMode::Up, RoundMode::HalfEven]
                .map(|mode| to_fen(&round(&value, Rounding { mode, unit: 1 })).unwrap())
        };
        assert_eq!(all(decimal(25, 1)), [3, 2, 3, 2]);
        assert_eq!(all(decimal(35, 1)), [4, 3, 4, 4]);
        assert_eq!(all(decimal(-25, 1)), [-3, -2, -3, -2]);
        assert_eq!(all(decimal(24, 1)), [2, 2, 3, 2]);
        assert_eq!(to_fen(&round(&whole(12_345), Rounding { mode: RoundMode::HalfUp, unit: 100 })).unwrap(), 12_300);
    }

    #[test]
    fn a_pool_is_shared_out_to_the_last_fen() {
        // N5, N6, N7
        let parts = |weights: &[i64]| share_out(13_000_000, &weights.iter().map(|weight| whole(*weight)).collect::<Vec<_>>()).unwrap();
        assert_eq!(parts(&[500_000, 300_000, 200_000]), [6_500_000, 3_900_000, 2_600_000]);
        assert_eq!(parts(&[1, 1, 1]), [4_333_334, 4_333_333, 4_333_333]);
        assert_eq!(parts(&[1; 7]).iter().filter(|part| **part == 1_857_143).count(), 6);
        assert_eq!(share_out(-10, &[whole(1), whole(2)]).unwrap(), [-3, -7]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(to_fen(&(whole(i64::MAX) * whole(2))).unwrap_err().code, "settle.amount.too_large");
        assert_eq!(fit(i128::from(i64::MIN) - 1).unwrap_err().code, "settle.amount.too_large");
    }
}
