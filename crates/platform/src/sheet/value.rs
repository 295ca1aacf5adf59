//! Reading typed values out of text cells, beyond what the kernel's own parsers take.

use qudao_kernel::{Date, Month};

/// Yes or no as people write it: 是/否, 有/无, Y/N, yes/no, true/false, 1/0, √/×. `None` for anything else, also for the empty text.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "是" | "有" | "1" | "√" | "对" => Some(true),
        "否" | "无" | "0" | "×" | "错" => Some(false),
        _ => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "t" => Some(true),
            "false" | "no" | "n" | "f" => Some(false),
            _ => None,
        },
    }
}

/// A whole number: digits with an optional sign, thousands separators, and decimals only if they are all zero.
pub fn parse_int(text: &str) -> Option<i64> {
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || !decimals.bytes().all(|b| b == b'0') {
        return None;
    }
    whole.replace(',', "").parse().ok()
}

/// A date, also where a time of day follows it (`2026-07-31 10:20:30`, `2026-07-31T10:20`), which is dropped.
pub fn parse_date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let (date, time) = text.split_once([' ', 'T'])?;
    let clock = |time: &str| time.split([':', '.']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    clock(time.trim().trim_end_matches('Z')).then(|| date.parse().ok()).flatten()
}

/// A month, also given by a day in it.
pub fn parse_month(text: &str) -> Option<Month> {
    text.parse().ok().or_else(|| parse_date(text).map(Date::month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        assert_eq!((parse_bool("是"), parse_bool("FALSE"), parse_bool("也许"), parse_bool("")), (Some(true), Some(false), None, None));
        assert_eq!((parse_int("1,200"), parse_int("12.00"), parse_int("12.5"), parse_int("")), (Some(1200), Some(12), None, None));
        assert_eq!(parse_date("2026-07-31 10:20:30"), parse_date("2026/7/31"));
        assert_eq!(parse_date("2026-07-31 abc"), None);
        assert_eq!(parse_month("2026-07-31").map(|month| month.to_string()).as_deref(), Some("2026-07"));
    }
}
