//! What a placement brought: sales before and after it in windows of the same length (R7.186).

use qudao_kernel::{Date, Fen};

/// Days before and after a day, each window of the same length; none while the second has not passed.
pub fn windows(placed_on: Date, days: i32, today: Date) -> Option<[(Date, Date); 2]> {
    let last = placed_on.plus_days(days);
    (days > 0 && last < today).then(|| [(placed_on.plus_days(-days), placed_on.plus_days(-1)), (placed_on.plus_days(1), last)])
}

/// What was sold of a product in both windows, and what one of it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold {
    /// Pieces before.
    pub before: i64,
    /// Pieces after.
    pub after: i64,
    /// Retail less supply price, a piece.
    pub margin: Fen,
}

/// What a placement brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gain {
    /// Pieces before.
    pub before: i64,
    /// Pieces after.
    pub after: i64,
    /// (after − before) × margin − cost.
    pub gain: Fen,
    /// Gain for a yuan that was spent, in hundredths; none where nothing was.
    pub per_yuan: Option<i64>,
}

/// Counts it. What does not fit a number is the largest there is.
pub fn gain(sold: &[Sold], cost: Fen) -> Gain {
    let brought: i128 = sold.iter().map(|one| (i128::from(one.after) - i128::from(one.before)) * i128::from(one.margin.0)).sum();
    let gain = brought - i128::from(cost.0);
    let small = |number: i128| i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX });
    Gain {
        before: sold.iter().map(|one| one.before).sum(),
        after: sold.iter().map(|one| one.after).sum(),
        gain: Fen(small(gain)),
        per_yuan: (cost.0 > 0).then(|| small((gain * 100).div_euclid(i128::from(cost.0)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placement_is_measured_by_equal_windows() {
        // R7.186
        let day = |text: &str| text.parse::<Date>().unwrap();
        let [before, after] = windows(day("2026-06-30"), 30, day("2026-08-01")).unwrap();
        assert_eq!(before, (day("2026-05-31"), day("2026-06-29")));
        assert_eq!(after, (day("2026-07-01"), day("2026-07-30")));
        assert_eq!(windows(day("2026-06-30"), 30, day("2026-07-30")), None, "the window has not passed");
        let sold = [Sold { before: 10, after: 16, margin: Fen(7_900) }, Sold { before: 4, after: 3, margin: Fen(14_900) }];
        let found = gain(&sold, Fen(20_000));
        assert_eq!((found.before, found.after, found.gain), (14, 19, Fen(6 * 7_900 - 14_900 - 20_000)));
        assert_eq!(found.per_yuan, Some(62));
        assert_eq!(gain(&[], Fen::ZERO), Gain { before: 0, after: 0, gain: Fen::ZERO, per_yuan: None });
        assert_eq!(gain(&[], Fen(100)).per_yuan, Some(-100));
    }
}
