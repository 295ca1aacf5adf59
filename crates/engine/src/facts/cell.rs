//! Reading typed values out of text cells, fast for the ways machines write them, with the house's readers for all others.

use qudao_kernel::Fen;
use qudao_platform::sheet::{parse_bool, parse_date, parse_int, parse_month};

/// A whole number.
pub(super) fn int(text: &str) -> Option<i64> {
    digits(text.as_bytes()).or_else(|| parse_int(text))
}

/// An amount of yuan, in fen.
pub(super) fn money(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    match bytes {
        [yuan @ .., b'.', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            digits(yuan).map(|yuan| yuan * 100 + i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        }
        _ => digits(bytes).map(|yuan| yuan * 100),
    }
    .or_else(|| text.parse::<Fen>().ok().map(|fen| fen.0))
}

/// Up to 15 digits and nothing else.
fn digits(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 15 {
        return None;
    }
    bytes.iter().try_fold(0_i64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// A date, as days since 1970-01-01.
pub(super) fn date(text: &str) -> Option<i32> {
    iso(text.as_bytes()).or_else(|| parse_date(text).map(qudao_kernel::Date::days))
}

/// `YYYY-MM-DD`, with a year from 1900 on and a day up to 28, which every month has; the rest goes the long way.
fn iso(bytes: &[u8]) -> Option<i32> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = bytes else { return None };
    let number =
        |parts: &[&u8]| parts.iter().try_fold(0_i32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i32::from(**byte - b'0')));
    let (year, month, day) = (number(&[y0, y1, y2, y3])?, number(&[m0, m1])?, number(&[d0, d1])?);
    if year < 1900 || !(1..=12).contains(&month) || !(1..=28).contains(&day) {
        return None;
    }
    // Days of a calendar whose years begin in March, so that the leap day is the last.
    let (march_year, march_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + (153 * march_month + 2) / 5 + day - 1;
    Some(days - 719_468)
}

/// A month, as its running number.
pub(super) fn month(text: &str) -> Option<i32> {
    parse_month(text).map(qudao_kernel::Month::index)
}

/// Yes or no.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "是" | "true" => Some(true),
        "0" | "否" | "false" => Some(false),
        _ => parse_bool(text),
    }
}

/// The text without surrounding blanks; costs nothing where there are none.
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        [only] if only.is_ascii_graphic() => text,
        _ => text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use qudao_kernel::Date;

    proptest! {
        #[test]
        fn the_fast_ways_agree_with_the_house(days in -25_000_i32..40_000, fen in -10_000_000_000_000_i64..10_000_000_000_000, text in "[-+0-9.,¥元年/ ]{0,12}") {
            let day = Date::from_days(days);
            prop_assert_eq!(date(&day.to_string()), parse_date(&day.to_string()).map(Date::days));
            prop_assert_eq!(money(&Fen(fen).plain()), Some(fen));
            prop_assert_eq!(int(&fen.to_string()), Some(fen));
            prop_assert_eq!(money(&text), text.parse::<Fen>().ok().map(|fen| fen.0));
            prop_assert_eq!(int(&text), parse_int(&text));
            prop_assert_eq!(date(&text), parse_date(&text).map(Date::days));
        }
    }

    #[test]
    fn every_day_of_a_century_reads() {
        for days in 0..36_525 {
            let day = Date::from_days(days);
            assert_eq!(date(&day.to_string()), Some(days), "{day}");
        }
        for wrong in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "20260-1-01"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn blanks_go_and_the_rest_stays() {
        for (text, wanted) in [("", ""), (" a ", "a"), ("\u{feff}甲\u{3000}", "甲"), ("a", "a"), ("甲", "甲"), ("\u{a0}", "")] {
            assert_eq!(trimmed(text), wanted);
        }
    }
}
