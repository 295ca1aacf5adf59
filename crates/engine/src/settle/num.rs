//! Columns of exact rationals: money in fen and plain numbers, in 128-bit integers over a shared or a per-row denominator.
//!
//! Every operation is checked. Where a product leaves 128 bits the operands are reduced and tried once more; then it is an
//! [`Overflow`], never a wrapped value.

/// A value left 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overflow;

/// A column of rationals. Denominators are positive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Num {
    /// One value for all rows.
    Const(i128, i128),
    /// One denominator for all rows.
    Shared(Vec<i128>, i128),
    /// A denominator per row.
    Rows(Vec<i128>, Vec<i128>),
}

/// Numerator and denominator of one value.
pub(crate) type Ratio = (i128, i128);

pub(crate) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1).max(1)
}

/// The ratio in lowest terms.
pub(crate) fn reduce((num, den): Ratio) -> Ratio {
    let divisor = gcd(num, den);
    (num / divisor, den / divisor)
}

fn try_add((a, b): Ratio, (c, d): Ratio) -> Option<Ratio> {
    if b == d {
        return Some((a.checked_add(c)?, b));
    }
    Some((a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?, b.checked_mul(d)?))
}

fn try_mul((a, b): Ratio, (c, d): Ratio) -> Option<Ratio> {
    Some((a.checked_mul(c)?, b.checked_mul(d)?))
}

fn retried(op: fn(Ratio, Ratio) -> Option<Ratio>, left: Ratio, right: Ratio) -> Result<Ratio, Overflow> {
    op(left, right).or_else(|| op(reduce(left), reduce(right))).ok_or(Overflow)
}

/// Sum.
pub(crate) fn add(left: Ratio, right: Ratio) -> Result<Ratio, Overflow> {
    retried(try_add, left, right)
}

/// Product, cross-reduced when it would not fit.
pub(crate) fn mul(left: Ratio, right: Ratio) -> Result<Ratio, Overflow> {
    if let Some(product) = try_mul(left, right) {
        return Ok(product);
    }
    let (a, d) = reduce((left.0, right.1));
    let (c, b) = reduce((right.0, left.1));
    try_mul((a, b), (c, d)).ok_or(Overflow)
}

/// Quotient; a zero divisor gives zero.
pub(crate) fn div(left: Ratio, (num, den): Ratio) -> Result<Ratio, Overflow> {
    if num == 0 {
        return Ok((0, 1));
    }
    let inverse = if num < 0 { (den.checked_neg().ok_or(Overflow)?, num.checked_neg().ok_or(Overflow)?) } else { (den, num) };
    mul(left, inverse)
}

/// Comparison of exact values.
pub(crate) fn compare(left: Ratio, right: Ratio) -> std::cmp::Ordering {
    if left.1 == right.1 {
        return left.0.cmp(&right.0);
    }
    match (left.0.checked_mul(right.1), right.0.checked_mul(left.1)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => compare_wide(left, right),
    }
}

/// By continued fractions: whole parts first, then the inverted rests.
fn compare_wide(left: Ratio, right: Ratio) -> std::cmp::Ordering {
    let (whole_left, whole_right) = (left.0.div_euclid(left.1), right.0.div_euclid(right.1));
    if whole_left != whole_right {
        return whole_left.cmp(&whole_right);
    }
    let (rest_left, rest_right) = (left.0.rem_euclid(left.1), right.0.rem_euclid(right.1));
    match (rest_left, rest_right) {
        (0, 0) => std::cmp::Ordering::Equal,
        (0, _) => std::cmp::Ordering::Less,
        (_, 0) => std::cmp::Ordering::Greater,
        _ => compare_wide((right.1, rest_right), (left.1, rest_left)),
    }
}

/// `num / den` towards −∞, fast where both fit 64 bits.
pub(crate) fn floor_div(num: i128, den: i128) -> i128 {
    if let (Ok(small), Ok(divisor)) = (i64::try_from(num), i64::try_from(den)) {
        return i128::from(small.div_euclid(divisor));
    }
    num.div_euclid(den)
}

/// Rounds half away from zero to a whole number.
pub(crate) fn round_half_up(num: i128, den: i128) -> Result<i128, Overflow> {
    let magnitude = num.checked_abs().ok_or(Overflow)?;
    let doubled = magnitude.checked_mul(2).and_then(|twice| twice.checked_add(den)).ok_or(Overflow)?;
    let rounded = floor_div(doubled, den.checked_mul(2).ok_or(Overflow)?);
    Ok(if num < 0 { -rounded } else { rounded })
}

impl Num {
    /// A whole number for all rows.
    pub(crate) const fn int(value: i128) -> Num {
        Num::Const(value, 1)
    }

    /// The value at a row.
    pub(crate) fn at(&self, row: usize) -> Ratio {
        match self {
            Num::Const(num, den) => (*num, *den),
            Num::Shared(num, den) => (num[row], *den),
            Num::Rows(num, den) => (num[row], den[row]),
        }
    }

    /// Applies a row-wise operation, keeping a shared denominator where the result has one.
    fn zip(&self, other: &Num, rows: usize, op: impl Fn(Ratio, Ratio) -> Result<Ratio, Overflow>) -> Result<Num, Overflow> {
        if let (Num::Const(a, b), Num::Const(c, d)) = (self, other) {
            return op((*a, *b), (*c, *d)).map(|(num, den)| Num::Const(num, den));
        }
        Num::collect((0..rows).map(|row| op(self.at(row), other.at(row))))
    }

    /// A column from its values; the denominator is shared if all are equal.
    pub(crate) fn collect(values: impl Iterator<Item = Result<Ratio, Overflow>>) -> Result<Num, Overflow> {
        let mut nums = Vec::with_capacity(values.size_hint().0);
        let mut shared = 0;
        let mut dens: Vec<i128> = Vec::new();
        for value in values {
            let (num, den) = value?;
            if nums.is_empty() {
                shared = den;
            } else if den != shared && dens.is_empty() {
                dens = vec![shared; nums.len()];
                dens.push(den);
                nums.push(num);
                continue;
            }
            if !dens.is_empty() {
                dens.push(den);
            }
            nums.push(num);
        }
        Ok(if dens.is_empty() { Num::Shared(nums, shared.max(1)) } else { Num::Rows(nums, dens) })
    }

    /// Sum of two columns.
    pub(crate) fn add(&self, other: &Num, rows: usize) -> Result<Num, Overflow> {
        if let (Num::Shared(a, d), Num::Shared(b, e)) = (self, other)
            && d == e
        {
            let sums: Option<Vec<i128>> = a.iter().zip(b).map(|(x, y)| x.checked_add(*y)).collect();
            return sums.map(|sums| Num::Shared(sums, *d)).ok_or(Overflow);
        }
        self.zip(other, rows, add)
    }

    /// Difference of two columns.
    pub(crate) fn sub(&self, other: &Num, rows: usize) -> Result<Num, Overflow> {
        self.add(&other.neg()?, rows)
    }

    /// Product of two columns; by a constant it stays cheap.
    pub(crate) fn mul(&self, other: &Num, rows: usize) -> Result<Num, Overflow> {
        let scaled = |nums: &[i128], den: i128, factor: i128, by: i128| -> Option<Num> {
            let products: Option<Vec<i128>> = nums.iter().map(|num| num.checked_mul(factor)).collect();
            Some(Num::Shared(products?, den.checked_mul(by)?))
        };
        let fast = match (self, other) {
            (Num::Shared(nums, den), Num::Const(factor, by)) | (Num::Const(factor, by), Num::Shared(nums, den)) => {
                scaled(nums, *den, *factor, *by)
            }
            (Num::Shared(a, d), Num::Shared(b, e)) => {
                let products: Option<Vec<i128>> = a.iter().zip(b).map(|(x, y)| x.checked_mul(*y)).collect();
                products.and_then(|products| Some(Num::Shared(products, d.checked_mul(*e)?)))
            }
            _ => None,
        };
        fast.map_or_else(|| self.zip(other, rows, mul), Ok)
    }

    /// Quotient of two columns; zero where the divisor is zero.
    pub(crate) fn div(&self, other: &Num, rows: usize) -> Result<Num, Overflow> {
        if let Num::Const(num, den) = other {
            let inverse = div((1, 1), (*num, *den))?;
            return self.mul(&Num::Const(inverse.0, inverse.1), rows);
        }
        self.zip(other, rows, div)
    }

    /// Sign turned.
    pub(crate) fn neg(&self) -> Result<Num, Overflow> {
        self.map_num(i128::checked_neg)
    }

    /// Magnitude.
    pub(crate) fn abs(&self) -> Result<Num, Overflow> {
        self.map_num(i128::checked_abs)
    }

    fn map_num(&self, op: impl Fn(i128) -> Option<i128>) -> Result<Num, Overflow> {
        let all = |nums: &[i128]| nums.iter().map(|num| op(*num)).collect::<Option<Vec<_>>>().ok_or(Overflow);
        Ok(match self {
            Num::Const(num, den) => Num::Const(op(*num).ok_or(Overflow)?, *den),
            Num::Shared(nums, den) => Num::Shared(all(nums)?, *den),
            Num::Rows(nums, dens) => Num::Rows(all(nums)?, dens.clone()),
        })
    }

    /// Whole numbers by a rounding function of numerator and denominator.
    pub(crate) fn whole(&self, rows: usize, op: impl Fn(i128, i128) -> Result<i128, Overflow>) -> Result<Num, Overflow> {
        if let Num::Const(num, den) = self {
            return Ok(Num::Const(op(*num, *den)?, 1));
        }
        let values: Result<Vec<i128>, Overflow> = (0..rows)
            .map(|row| {
                let (num, den) = self.at(row);
                op(num, den)
            })
            .collect();
        Ok(Num::Shared(values?, 1))
    }

    /// Row-wise choice of the smaller (`Less`) or larger (`Greater`).
    pub(crate) fn pick(&self, other: &Num, rows: usize, wanted: std::cmp::Ordering) -> Result<Num, Overflow> {
        self.zip(other, rows, |a, b| Ok(if compare(b, a) == wanted { b } else { a }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(round_half_up(5, 10), Ok(1));
        assert_eq!(round_half_up(-5, 10), Ok(-1));
        assert_eq!(round_half_up(4, 10), Ok(0));
        assert_eq!(round_half_up(3685, 10), Ok(369)); // V10: 55 × 0.067 = 3.685
        assert_eq!(round_half_up(i128::MAX, 1), Err(Overflow));
    }

    #[test]
    fn wide_products_reduce_before_they_give_up() {
        let big = i128::MAX / 3;
        assert_eq!(mul((big, 7), (7, big)), Ok((1, 1)));
        assert_eq!(mul((big, 1), (big, 1)), Err(Overflow));
        assert_eq!(compare((big, big - 1), (big + 1, big)), Ordering::Greater);
        assert_eq!(div((5, 1), (0, 3)), Ok((0, 1)));
        assert_eq!(div((5, 1), (-2, 3)), Ok((-15, 2)));
    }

    #[test]
    fn mixed_denominators_stay_exact() {
        let thirds = Num::int(1).div(&Num::Shared(vec![3, 6, 0], 1), 3).unwrap();
        let sum = thirds.add(&Num::Shared(vec![1, 1, 1], 2), 3).unwrap();
        let got: Vec<Ratio> = (0..3).map(|row| reduce(sum.at(row))).collect();
        assert_eq!(got, [(5, 6), (2, 3), (1, 2)]);
    }
}
